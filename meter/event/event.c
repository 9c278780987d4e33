/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/event/event_internal.h"

#include <string.h>

#define BP_ONE         10000   /* a limit of 100 % */
#define PPM_ONE        1000000 /* reference of ratios */
#define MS_PER_S       1000U
#define REFERENCE_MAX  INT64_C(1000000000000)   /* µV, µA */
#define POWER_MAX_UW   INT64_C(100000000000000) /* of all phases: times a limit it fits in 63 bits */
#define VALUE_MAX      INT64_C(900000000000000) /* of any quantity: the same */
#define ELAPSED_MAX_MS 3600000U
#define SUM_UP_SHIFT   20U /* durations are brought up to date each 2^20 ms */
#define UW_PER_MW      1000
#define TOTAL          3U /* the place behind the phases */

static int64_t power_uw(int64_t u_uv, int64_t i_ua)
{
    return (u_uv / 1000) * (i_ua / 1000);
}

wh_err wh_events_init(wh_events *m, const wh_event_config *config)
{
    int64_t largest = config->ib_ua > config->imax_ua ? config->ib_ua : config->imax_ua;
    if ((config->phases != 1 && config->phases != 3) || config->un_uv <= 0 || config->ib_ua <= 0 ||
        config->imax_ua <= 0 || config->un_uv > REFERENCE_MAX || largest > REFERENCE_MAX ||
        power_uw(config->un_uv, largest) > POWER_MAX_UW / 3) {
        return WH_ERR_RANGE;
    }
    *m = (wh_events){.config = *config, .stale = true};
    m->reference[WH_EVENT_OF_ONE] = PPM_ONE;
    m->reference[WH_EVENT_OF_UN] = config->un_uv;
    m->reference[WH_EVENT_OF_IB] = config->ib_ua;
    m->reference[WH_EVENT_OF_IMAX] = config->imax_ua;
    m->reference[WH_EVENT_OF_PB] = power_uw(config->un_uv, config->ib_ua);
    m->reference[WH_EVENT_OF_PB_TOTAL] = m->reference[WH_EVENT_OF_PB] * config->phases;
    m->reference[WH_EVENT_OF_PMAX] = power_uw(config->un_uv, config->imax_ua);
    m->reference[WH_EVENT_OF_PMAX_TOTAL] =
        m->reference[WH_EVENT_OF_PMAX] * config->phases / UW_PER_MW;
    wh_event_default_settings(m);
    return WH_OK;
}

bool wh_event_disabled(const wh_events *m, unsigned kind)
{
    return (m->disabled[kind / 8U] & (1U << kind % 8U)) != 0;
}

/* ---- looking ---- */

static int64_t within(int64_t value, int64_t most)
{
    return value > most ? most : value < -most ? -most : value;
}

/* Smallest and largest of the first `count`. */
static void find_ends(const int64_t *value, unsigned count, int64_t *least, int64_t *most)
{
    *least = value[0];
    *most = value[0];
    for (unsigned i = 1; i < count; i++) {
        *least = value[i] < *least ? value[i] : *least;
        *most = value[i] > *most ? value[i] : *most;
    }
}

static bool input_set(const wh_event_inputs *in, unsigned input)
{
    return ((in->inputs >> input) & 1U) != 0;
}

/* All quantities, times BP_ONE. */
static void look_around(int64_t value[WH_EVENT_QUANTITIES], wh_events *m, const wh_event_inputs *in)
{
    unsigned phases = m->config.phases;
    int64_t isum_ua = within(in->isum_ua, REFERENCE_MAX);
    int64_t in_ua = within(in->in_ua, REFERENCE_MAX);
    int64_t p_max = 0;
    memcpy(&value[WH_EVENT_Q_U], in->u_uv, sizeof in->u_uv);
    memcpy(&value[WH_EVENT_Q_I], in->i_ua, sizeof in->i_ua);
    memcpy(&value[WH_EVENT_Q_P], in->p_uw, sizeof in->p_uw);
    memcpy(&value[WH_EVENT_Q_DEMAND], in->demand_mw, sizeof in->demand_mw);
    find_ends(in->u_uv, phases, &value[WH_EVENT_Q_U_MIN], &value[WH_EVENT_Q_U_MAX]);
    find_ends(in->i_ua, phases, &value[WH_EVENT_Q_I_MIN], &value[WH_EVENT_Q_I_MAX]);
    find_ends(in->p_uw, phases, &value[WH_EVENT_Q_P_MIN], &p_max);
    value[WH_EVENT_Q_P_TOTAL] = in->p_uw[TOTAL];
    value[WH_EVENT_Q_PF] = in->pf_ppm < 0 ? -(int64_t)in->pf_ppm : in->pf_ppm;
    value[WH_EVENT_Q_U_UNBALANCE] = in->u_unbalance_ppm;
    value[WH_EVENT_Q_I_UNBALANCE] = in->i_unbalance_ppm;
    value[WH_EVENT_Q_U0] = in->u0_ppm;
    value[WH_EVENT_Q_I_GAP] = isum_ua > in_ua ? isum_ua - in_ua : in_ua - isum_ua;
    value[WH_EVENT_Q_I_NEUTRAL] = isum_ua > in_ua ? isum_ua : in_ua;
    value[WH_EVENT_Q_VOLTAGE_REVERSED] = input_set(in, WH_EVENT_INPUT_VOLTAGE_REVERSED);
    value[WH_EVENT_Q_CURRENT_REVERSED] = input_set(in, WH_EVENT_INPUT_CURRENT_REVERSED);
    m->reference[WH_EVENT_OF_IGAP] = value[WH_EVENT_Q_I_NEUTRAL];
    for (unsigned k = 0; k < WH_EVENT_QUANTITIES; k++) {
        value[k] = within(value[k], VALUE_MAX) * BP_ONE;
    }
    for (unsigned k = 0; k <= TOTAL; k++) {
        int64_t p = value[WH_EVENT_Q_P + k];
        value[WH_EVENT_Q_P_ABS + k] = p < 0 ? -p : p;
    }
}

/* `total`: 1 where the limit refers to what all phases have together. */
static bool term_holds(const wh_events *m, const int64_t *values, unsigned k, unsigned place,
                       unsigned total, bool there)
{
    unsigned how = wh_event_terms[k].how;
    if (there && (how & WH_EVENT_LATCHED) != 0) {
        return true;
    }
    int64_t value = values[wh_event_terms[k].quantity + ((how & WH_EVENT_EACH) != 0 ? place : 0U)];
    int64_t limit = m->reference[(how & WH_EVENT_REFERENCE) + total] *
                    (there ? m->limit[k].recover_bp : m->limit[k].trigger_bp);
    return (how & WH_EVENT_LESS) != 0 ? value < limit : value > limit;
}

static bool all_hold(const wh_events *m, const int64_t *values, const wh_event_row *row,
                     unsigned place, bool there)
{
    unsigned total = row->places == TOTAL + 1U && place == TOTAL ? 1U : 0U;
    for (unsigned k = row->first; k < (unsigned)row->first + row->term_count; k++) {
        if (!term_holds(m, values, k, place, total, there)) {
            return false;
        }
    }
    return true;
}

/* ---- the states of a slot ---- */

void wh_event_sum_up(wh_events *m, unsigned slot)
{
    wh_event_slot_state *s = &m->slot[slot];
    uint32_t whole_s = (m->now_ms - s->mark_ms) / MS_PER_S;
    s->duration_s += whole_s;
    s->mark_ms += whole_s * MS_PER_S;
}

/* Another state; where the old one was active, its rest below a second is rounded. */
static void enter(wh_events *m, unsigned slot, unsigned state)
{
    wh_event_slot_state *s = &m->slot[slot];
    if ((m->state[slot] & WH_EVENT_ACTIVE) != 0) {
        wh_event_sum_up(m, slot);
        s->duration_s += m->now_ms - s->mark_ms >= MS_PER_S / 2U ? 1U : 0U;
    }
    s->mark_ms = m->now_ms;
    m->state[slot] = (uint8_t)state;
}

static void begin(wh_events *m, unsigned slot, unsigned also)
{
    enter(m, slot, WH_EVENT_ACTIVE | WH_EVENT_TELL_BEGIN | also);
    m->slot[slot].count++;
    m->news++;
    m->revision++;
}

/* A slot whose delay runs: is it over? */
static void ripen(wh_events *m, const wh_event_row *row, unsigned slot)
{
    bool active = (m->state[slot] & WH_EVENT_ACTIVE) != 0;
    uint32_t delay_s = active ? m->recover_s[row->timed] : m->delay_s[row->timed];
    if (m->now_ms - m->slot[slot].mark_ms < delay_s * MS_PER_S) {
        return;
    }
    m->busy--;
    if (!active) {
        begin(m, slot, 0);
        return;
    }
    enter(m, slot, WH_EVENT_IDLE | WH_EVENT_TELL_END);
    m->news++;
    m->revision++;
}

/* The event should be there, or not: a delay begins, runs, or is given up. */
static void follow(wh_events *m, const wh_event_row *row, unsigned slot, bool holds)
{
    unsigned state = m->state[slot];
    bool wants = holds != ((state & WH_EVENT_ACTIVE) != 0);
    if (wants != ((state & WH_EVENT_WAITS) != 0)) {
        m->busy = (uint8_t)(wants ? m->busy + 1 : m->busy - 1);
        enter(m, slot, state ^ WH_EVENT_WAITS);
    }
    if (wants) {
        ripen(m, row, slot);
    }
}

static void keep_extreme(wh_events *m, const int64_t *values, const wh_event_row *row,
                         unsigned place)
{
    unsigned slot = row->slot + place;
    if (row->extreme == WH_EVENT_NONE || (m->state[slot] & WH_EVENT_ACTIVE) == 0) {
        return;
    }
    wh_event_extreme *extreme = &m->extreme[row->extreme + place];
    unsigned quantity = wh_event_terms[row->first].quantity;
    int64_t value = values[quantity + (quantity == WH_EVENT_Q_DEMAND ? place : 0U)];
    bool first = (m->state[slot] & WH_EVENT_TELL_BEGIN) != 0;
    if (first || value / BP_ONE > extreme->value) {
        *extreme = (wh_event_extreme){.value = value / BP_ONE, .utc_s = m->utc_s};
    }
}

/* Most of all looks end here: no event is there, and its first term does not hold. */
typedef struct {
    const int64_t *value; /* of the first place */
    unsigned step;        /* to that of the next place */
    bool less;
    int64_t limit[2]; /* of a place, and of all phases together */
} first_look;

static first_look first_look_of(const wh_events *m, const int64_t *values, const wh_event_row *row)
{
    const wh_event_term *term = &wh_event_terms[row->first];
    const int64_t *reference = &m->reference[term->how & WH_EVENT_REFERENCE];
    int32_t trigger_bp = m->limit[row->first].trigger_bp;
    return (first_look){
        .value = &values[term->quantity],
        .step = (term->how & WH_EVENT_EACH) != 0 ? 1U : 0U,
        .less = (term->how & WH_EVENT_LESS) != 0,
        .limit = {reference[0] * trigger_bp,
                  reference[row->places == TOTAL + 1U ? 1 : 0] * trigger_bp},
    };
}

static bool stays_idle(const first_look *look, unsigned place)
{
    int64_t value = look->value[look->step * place];
    int64_t limit = look->limit[place == TOTAL ? 1 : 0];
    return look->less ? value >= limit : value <= limit;
}

static void watch_place(wh_events *m, const int64_t *values, const wh_event_row *row,
                        unsigned place, bool holds)
{
    unsigned slot = row->slot + place;
    unsigned state = m->state[slot];
    if (holds != ((state & WH_EVENT_ACTIVE) != 0) || (state & WH_EVENT_WAITS) != 0) {
        follow(m, row, slot, holds);
    }
    keep_extreme(m, values, row, place);
}

/* Quantities that cannot be believed: what waits is given up. */
static void give_up(wh_events *m, const wh_event_row *row, unsigned slot)
{
    follow(m, row, slot, (m->state[slot] & WH_EVENT_ACTIVE) != 0);
}

static void watch_condition(wh_events *m, const wh_event_inputs *in, const int64_t *values,
                            const wh_event_row *row)
{
    bool valid = (row->needs & in->valid) == row->needs;
    bool by_phase = row->places == TOTAL || row->places == TOTAL + 1U;
    const first_look look = first_look_of(m, values, row);
    for (unsigned place = 0; place < row->places; place++) {
        unsigned slot = row->slot + place;
        unsigned state = m->state[slot];
        bool exists = !by_phase || place == TOTAL || place < m->config.phases;
        if (!exists || (state & WH_EVENT_TELL) != 0 ||
            (valid && state == WH_EVENT_IDLE && stays_idle(&look, place))) {
            continue;
        }
        if (valid) {
            bool there = (state & WH_EVENT_ACTIVE) != 0;
            watch_place(m, values, row, place, all_hold(m, values, row, place, there));
        } else {
            give_up(m, row, slot);
        }
    }
}

static void watch_input(wh_events *m, const wh_event_inputs *in, const wh_event_row *row)
{
    unsigned slot = row->slot;
    if ((m->state[slot] & WH_EVENT_TELL) != 0) {
        return;
    }
    if ((in->valid & WH_EVENT_VALID_INPUTS) != 0) {
        follow(m, row, slot, input_set(in, row->first));
    } else {
        give_up(m, row, slot);
    }
}

/* Inputs that are as they were need no look, unless a delay runs. */
static bool inputs_moved(wh_events *m, const wh_event_inputs *in, bool all)
{
    bool valid = (in->valid & WH_EVENT_VALID_INPUTS) != 0;
    bool moved = all || m->busy > 0 || in->inputs != m->inputs || valid != m->inputs_valid;
    m->inputs = in->inputs;
    m->inputs_valid = valid;
    return moved;
}

static void watch(wh_events *m, const wh_event_inputs *in, bool all)
{
    int64_t values[WH_EVENT_QUANTITIES];
    bool inputs = inputs_moved(m, in, all);
    look_around(values, m, in);
    for (unsigned kind = 0; kind < WH_EVENT_KINDS; kind++) {
        const wh_event_row *row = &wh_event_rows[kind];
        bool condition = row->sort == WH_EVENT_SORT_CONDITION;
        bool looks = condition || (row->sort == WH_EVENT_SORT_INPUT && inputs);
        bool fits = (row->flags & WH_EVENT_THREE) == 0 || m->config.phases == 3;
        if (!looks || row->timed == WH_EVENT_NONE || !fits || wh_event_disabled(m, kind)) {
            continue;
        }
        if (condition) {
            watch_condition(m, in, values, row);
        } else {
            watch_input(m, in, row);
        }
    }
}

/* Nothing is new: only time has passed. */
static void wait(wh_events *m)
{
    for (unsigned slot = 0; slot < WH_EVENT_SLOTS; slot++) {
        if ((m->state[slot] & WH_EVENT_WAITS) != 0) {
            ripen(m, wh_event_row_at(slot), slot);
        }
    }
}

void wh_events_tick(wh_events *m, const wh_event_inputs *in, uint32_t utc_s, uint32_t elapsed_ms)
{
    uint32_t before_ms = m->now_ms;
    m->now_ms += elapsed_ms < ELAPSED_MAX_MS ? elapsed_ms : ELAPSED_MAX_MS;
    m->utc_s = utc_s;
    if (in->fresh || m->stale) {
        bool all = m->stale;
        m->stale = m->news > 0; /* slots that stood still are looked at once they are told */
        watch(m, in, all);
    } else if (m->busy > 0) {
        wait(m);
    }
    if (before_ms >> SUM_UP_SHIFT != m->now_ms >> SUM_UP_SHIFT) {
        for (unsigned slot = 0; slot < WH_EVENT_SLOTS; slot++) {
            if ((m->state[slot] & (WH_EVENT_ACTIVE | WH_EVENT_WAITS)) == WH_EVENT_ACTIVE) {
                wh_event_sum_up(m, slot);
            }
        }
    }
}

/* ---- telling ---- */

/* What began while there was no power, the outage among it: when, and for how long it was so. */
static uint32_t off_since(const wh_events *m, unsigned slot)
{
    return slot == wh_event_rows[WH_EVENT_POWER_OFF].slot ? m->outage_s : m->opened_s;
}

static void tell_begin(wh_events *m, unsigned slot, wh_event_notice *out)
{
    bool power = slot == wh_event_rows[WH_EVENT_POWER_OFF].slot;
    out->what = WH_EVENT_BEGIN;
    if ((m->state[slot] & WH_EVENT_BEGAN_OFF) != 0) {
        out->utc_s = off_since(m, slot);
        m->slot[slot].duration_s += power || m->utc_s < out->utc_s ? 0 : m->utc_s - out->utc_s;
    }
    m->state[slot] &= (uint8_t) ~(WH_EVENT_TELL_BEGIN | WH_EVENT_BEGAN_OFF);
}

static void tell_end(wh_events *m, unsigned slot)
{
    if (slot == wh_event_rows[WH_EVENT_POWER_OFF].slot && m->utc_s > m->outage_s) {
        m->slot[slot].duration_s += m->utc_s - m->outage_s;
    }
    m->state[slot] &= (uint8_t)~WH_EVENT_TELL_END;
}

bool wh_events_next(wh_events *m, wh_event_notice *out)
{
    unsigned slot = 0;
    if (m->news == 0) {
        return false;
    }
    while ((m->state[slot] & WH_EVENT_TELL) == 0) {
        slot++;
    }
    m->news--;
    m->revision++;
    *out = (wh_event_notice){.slot = (uint8_t)slot, .what = WH_EVENT_END, .utc_s = m->utc_s};
    if ((m->state[slot] & WH_EVENT_TELL_BEGIN) != 0) {
        tell_begin(m, slot, out);
    } else {
        tell_end(m, slot);
    }
    return true;
}

wh_err wh_events_occur(wh_events *m, unsigned kind, unsigned place, uint32_t utc_s,
                       wh_event_notice *out)
{
    unsigned slot = wh_event_slot(kind, place);
    if (slot >= WH_EVENT_SLOTS) {
        return WH_ERR_NOT_FOUND;
    }
    if (wh_event_rows[kind].sort != WH_EVENT_SORT_OCCURRENCE || wh_event_disabled(m, kind)) {
        return WH_ERR_STATE;
    }
    m->slot[slot].count++;
    m->revision++;
    *out = (wh_event_notice){.slot = (uint8_t)slot, .what = WH_EVENT_ONCE, .utc_s = utc_s};
    return WH_OK;
}

static void power_was_off(wh_events *m)
{
    unsigned slot = wh_event_rows[WH_EVENT_POWER_OFF].slot;
    if (wh_event_disabled(m, WH_EVENT_POWER_OFF)) {
        return;
    }
    if (m->state[slot] == WH_EVENT_IDLE) { /* else power was cut between its two notices */
        begin(m, slot, WH_EVENT_BEGAN_OFF);
    }
    m->state[slot] = (uint8_t)((m->state[slot] & ~(unsigned)WH_EVENT_ACTIVE) | WH_EVENT_TELL_END);
    m->news++;
    m->revision++;
}

void wh_events_power_up(wh_events *m, const wh_event_outage *outage)
{
    m->utc_s = outage->end_s;
    m->outage_s = outage->begin_s;
    m->opened_s = outage->opened_s != 0 ? outage->opened_s : outage->begin_s;
    m->stale = true;
    if (outage->begin_s == 0) {
        return;
    }
    power_was_off(m);
    for (unsigned kind = 0; kind < WH_EVENT_KINDS; kind++) {
        const wh_event_row *row = &wh_event_rows[kind];
        bool opened = row->sort == WH_EVENT_SORT_INPUT &&
                      ((outage->opened >> row->first) & 1U) != 0 && !wh_event_disabled(m, kind);
        if (opened && m->state[row->slot] == WH_EVENT_IDLE) {
            begin(m, row->slot, WH_EVENT_BEGAN_OFF);
        }
    }
}

/* ---- reading ---- */

bool wh_events_active(const wh_events *m, unsigned slot)
{
    return slot < WH_EVENT_SLOTS && (m->state[slot] & WH_EVENT_ACTIVE) != 0;
}

uint32_t wh_events_count(const wh_events *m, unsigned slot)
{
    return slot < WH_EVENT_SLOTS ? m->slot[slot].count : 0;
}

uint32_t wh_events_duration_s(const wh_events *m, unsigned slot)
{
    if (slot >= WH_EVENT_SLOTS) {
        return 0;
    }
    uint32_t running_ms = wh_events_active(m, slot) ? m->now_ms - m->slot[slot].mark_ms : 0;
    return m->slot[slot].duration_s + running_ms / MS_PER_S;
}

uint32_t wh_events_total_count(const wh_events *m, unsigned kind)
{
    uint32_t sum = 0;
    for (unsigned place = 0; place < wh_event_places(kind); place++) {
        sum += m->slot[wh_event_slot(kind, place)].count;
    }
    return sum;
}

const wh_event_extreme *wh_events_extreme(const wh_events *m, unsigned slot)
{
    unsigned place = 0;
    unsigned kind = wh_event_kind_of(slot, &place);
    if (kind >= WH_EVENT_KINDS || wh_event_rows[kind].extreme == WH_EVENT_NONE) {
        return NULL;
    }
    return &m->extreme[wh_event_rows[kind].extreme + place];
}
