/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/event/event_rig.h"

#include <stdlib.h>
#include <string.h>

#define BP  10000
#define GAP 10000000 /* the larger of the two currents where their difference is looked at */

const wh_event_config event_rig_config = {
    .phases = 3, .un_uv = RIG_UN, .ib_ua = RIG_IB, .imax_ua = RIG_MAX};

void event_rig_calm(wh_event_inputs *in)
{
    *in = (wh_event_inputs){.fresh = true, .valid = 0x7F, .pf_ppm = 1000000};
    for (unsigned k = 0; k < 3; k++) {
        in->u_uv[k] = RIG_UN;
        in->i_ua[k] = 5000000;
        in->p_uw[k] = 1150000000;
    }
    in->p_uw[3] = 3450000000;
}

void event_rig_init(event_rig *rig)
{
    memset(rig, 0, sizeof *rig);
    if (wh_events_init(&rig->events, &event_rig_config) != WH_OK) {
        abort();
    }
    rig->utc_s = RIG_UTC;
    event_rig_calm(&rig->in);
    event_rig_tick(rig, 1000);
}

void event_rig_tick(event_rig *rig, uint32_t elapsed_ms)
{
    rig->utc_s += elapsed_ms / 1000U;
    wh_events_tick(&rig->events, &rig->in, rig->utc_s, elapsed_ms);
    rig->notices = 0;
    while (wh_events_next(&rig->events, &rig->notice[rig->notices])) {
        rig->notices++;
    }
}

void event_rig_run(event_rig *rig, unsigned seconds)
{
    wh_event_notice all[WH_EVENT_SLOTS * 2];
    unsigned notices = 0;
    for (unsigned k = 0; k < seconds; k++) {
        event_rig_tick(rig, 1000);
        for (unsigned n = 0; n < rig->notices && notices < WH_EVENT_SLOTS * 2; n++) {
            all[notices] = rig->notice[n];
            notices++;
        }
    }
    memcpy(rig->notice, all, notices * sizeof all[0]);
    rig->notices = notices;
}

bool event_rig_told(const event_rig *rig, unsigned slot, wh_event_what what)
{
    for (unsigned n = 0; n < rig->notices; n++) {
        if (rig->notice[n].slot == slot && rig->notice[n].what == what) {
            return true;
        }
    }
    return false;
}

static int64_t reference(const wh_event_term *term, unsigned place)
{
    bool total =
        place == 3 || term->quantity == WH_EVENT_Q_DEMAND || term->quantity == WH_EVENT_Q_P_TOTAL;
    switch (term->how & WH_EVENT_REFERENCE) {
    case WH_EVENT_OF_UN:
        return RIG_UN;
    case WH_EVENT_OF_IB:
        return RIG_IB;
    case WH_EVENT_OF_IMAX:
        return RIG_MAX;
    case WH_EVENT_OF_PB:
    case WH_EVENT_OF_PB_TOTAL:
        return INT64_C(2300000000) * (total ? 3 : 1);
    case WH_EVENT_OF_PMAX:
    case WH_EVENT_OF_PMAX_TOTAL:
        return term->quantity == WH_EVENT_Q_DEMAND ? INT64_C(41400000) : INT64_C(13800000000);
    case WH_EVENT_OF_IGAP:
        return GAP;
    default:
        return 1000000;
    }
}

static void set_all(int64_t *value, int64_t to)
{
    value[0] = to;
    value[1] = to;
    value[2] = to;
}

static void set_input(wh_event_inputs *in, unsigned input, bool set)
{
    in->inputs = set ? in->inputs | 1U << input : in->inputs & ~(1U << input);
}

static void set_of_place(wh_event_inputs *in, unsigned quantity, unsigned place, int64_t value)
{
    switch (quantity) {
    case WH_EVENT_Q_U:
        in->u_uv[place] = value;
        break;
    case WH_EVENT_Q_I:
        in->i_ua[place] = value;
        break;
    case WH_EVENT_Q_DEMAND:
        in->demand_mw[place] = value;
        break;
    default:
        in->p_uw[place] = value;
        break;
    }
}

/* One phase has it, and the others lie on the side that does not matter. */
static void set_end(wh_event_inputs *in, unsigned quantity, unsigned place, int64_t value)
{
    bool voltage = quantity == WH_EVENT_Q_U_MAX || quantity == WH_EVENT_Q_U_MIN;
    bool most = quantity == WH_EVENT_Q_U_MAX || quantity == WH_EVENT_Q_I_MAX;
    int64_t *phase = voltage ? in->u_uv : in->i_ua;
    set_all(phase, most ? 0 : value + 1000000);
    phase[(place + (most ? 2U : 1U)) % 3U] = value;
}

static void set_quantity(wh_event_inputs *in, unsigned quantity, unsigned place, int64_t value)
{
    switch (quantity) {
    case WH_EVENT_Q_U_MAX:
    case WH_EVENT_Q_U_MIN:
    case WH_EVENT_Q_I_MAX:
    case WH_EVENT_Q_I_MIN:
        set_end(in, quantity, place, value);
        break;
    case WH_EVENT_Q_P_MIN:
        in->p_uw[1] = value;
        break;
    case WH_EVENT_Q_P_TOTAL:
        in->p_uw[3] = value;
        break;
    case WH_EVENT_Q_PF:
        in->pf_ppm = -(int32_t)value; /* the sign does not matter */
        break;
    case WH_EVENT_Q_U_UNBALANCE:
        in->u_unbalance_ppm = (uint32_t)value;
        break;
    case WH_EVENT_Q_I_UNBALANCE:
        in->i_unbalance_ppm = (uint32_t)value;
        break;
    case WH_EVENT_Q_U0:
        in->u0_ppm = (uint32_t)value;
        break;
    case WH_EVENT_Q_I_GAP:
        in->isum_ua = GAP;
        in->in_ua = GAP - value;
        break;
    case WH_EVENT_Q_I_NEUTRAL:
        in->isum_ua = 0;
        in->in_ua = value;
        break;
    case WH_EVENT_Q_VOLTAGE_REVERSED:
        set_input(in, WH_EVENT_INPUT_VOLTAGE_REVERSED, value > 0);
        break;
    case WH_EVENT_Q_CURRENT_REVERSED:
        set_input(in, WH_EVENT_INPUT_CURRENT_REVERSED, value > 0);
        break;
    default:
        set_of_place(in, quantity, place, value);
        break;
    }
}

void event_rig_edge(event_rig *rig, unsigned term, unsigned place, bool recover, bool holds)
{
    const wh_event_term *t = &wh_event_terms[term];
    const wh_event_limit *set = &rig->events.limit[term];
    int64_t product = reference(t, place) * (recover ? set->recover_bp : set->trigger_bp);
    if (product % BP != 0) {
        abort(); /* choose references that all limits are whole multiples of */
    }
    int64_t edge = product / BP; /* the last value that does not hold */
    int64_t towards = (t->how & WH_EVENT_LESS) != 0 ? -1 : 1;
    set_quantity(&rig->in, t->quantity, place, holds ? edge + towards : edge);
}

void event_rig_hold(event_rig *rig, unsigned kind, unsigned place)
{
    const wh_event_row *row = &wh_event_rows[kind];
    if (row->sort == WH_EVENT_SORT_INPUT) {
        set_input(&rig->in, row->first, true);
    }
    for (unsigned k = 0; k < row->term_count; k++) {
        event_rig_edge(rig, row->first + k, place, false, true);
    }
}
