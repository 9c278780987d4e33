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
#define TOTAL          3U  /* the place behind the phases */

/* What one tick knows: quantities that have no place, and what limits refer to. */
typedef struct {
    const wh_events *m;
    const wh_event_inputs *in;
    int64_t value[WH_EVENT_QUANTITIES];
    int64_t reference[WH_EVENT_REFERENCES];
} look;

/* What must be valid for a quantity to be. */
static const uint8_t needs[WH_EVENT_QUANTITIES] = {
    [WH_EVENT_Q_U] = WH_EVENT_VALID_U,
    [WH_EVENT_Q_I] = WH_EVENT_VALID_I,
    [WH_EVENT_Q_I_OTHER] = WH_EVENT_VALID_I,
    [WH_EVENT_Q_P] = WH_EVENT_VALID_P,
    [WH_EVENT_Q_P_ABS] = WH_EVENT_VALID_P,
    [WH_EVENT_Q_DEMAND] = WH_EVENT_VALID_DEMAND,
    [WH_EVENT_Q_U_MAX] = WH_EVENT_VALID_U,
    [WH_EVENT_Q_U_MIN] = WH_EVENT_VALID_U,
    [WH_EVENT_Q_I_MAX] = WH_EVENT_VALID_I,
    [WH_EVENT_Q_I_MIN] = WH_EVENT_VALID_I,
    [WH_EVENT_Q_P_MIN] = WH_EVENT_VALID_P,
    [WH_EVENT_Q_P_TOTAL] = WH_EVENT_VALID_P,
    [WH_EVENT_Q_PF] = WH_EVENT_VALID_P,
    [WH_EVENT_Q_U_UNBALANCE] = WH_EVENT_VALID_UNBALANCE,
    [WH_EVENT_Q_I_UNBALANCE] = WH_EVENT_VALID_UNBALANCE,
    [WH_EVENT_Q_U0] = WH_EVENT_VALID_UNBALANCE,
    [WH_EVENT_Q_I_GAP] = WH_EVENT_VALID_NEUTRAL,
    [WH_EVENT_Q_I_NEUTRAL] = WH_EVENT_VALID_NEUTRAL,
    [WH_EVENT_Q_VOLTAGE_REVERSED] = WH_EVENT_VALID_INPUTS,
    [WH_EVENT_Q_CURRENT_REVERSED] = WH_EVENT_VALID_INPUTS,
};

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

static int64_t clamp(int64_t value)
{
    return within(value, VALUE_MAX);
}

static int64_t magnitude(int64_t value)
{
    return value < 0 ? -value : value;
}

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

static void look_around(look *l, const wh_events *m, const wh_event_inputs *in)
{
    const wh_event_config *c = &m->config;
    int64_t isum_ua = within(in->isum_ua, REFERENCE_MAX);
    int64_t in_ua = within(in->in_ua, REFERENCE_MAX);
    int64_t p_max = 0;
    l->m = m;
    l->in = in;
    find_ends(in->u_uv, c->phases, &l->value[WH_EVENT_Q_U_MIN], &l->value[WH_EVENT_Q_U_MAX]);
    find_ends(in->i_ua, c->phases, &l->value[WH_EVENT_Q_I_MIN], &l->value[WH_EVENT_Q_I_MAX]);
    find_ends(in->p_uw, c->phases, &l->value[WH_EVENT_Q_P_MIN], &p_max);
    l->value[WH_EVENT_Q_P_TOTAL] = in->p_uw[TOTAL];
    l->value[WH_EVENT_Q_PF] = magnitude(in->pf_ppm);
    l->value[WH_EVENT_Q_U_UNBALANCE] = in->u_unbalance_ppm;
    l->value[WH_EVENT_Q_I_UNBALANCE] = in->i_unbalance_ppm;
    l->value[WH_EVENT_Q_U0] = in->u0_ppm;
    l->value[WH_EVENT_Q_I_GAP] = magnitude(isum_ua - in_ua);
    l->value[WH_EVENT_Q_I_NEUTRAL] = isum_ua > in_ua ? isum_ua : in_ua;
    l->value[WH_EVENT_Q_VOLTAGE_REVERSED] = input_set(in, WH_EVENT_INPUT_VOLTAGE_REVERSED);
    l->value[WH_EVENT_Q_CURRENT_REVERSED] = input_set(in, WH_EVENT_INPUT_CURRENT_REVERSED);
    l->reference[WH_EVENT_OF_ONE] = PPM_ONE;
    l->reference[WH_EVENT_OF_UN] = c->un_uv;
    l->reference[WH_EVENT_OF_IB] = c->ib_ua;
    l->reference[WH_EVENT_OF_IMAX] = c->imax_ua;
    l->reference[WH_EVENT_OF_PB] = power_uw(c->un_uv, c->ib_ua);
    l->reference[WH_EVENT_OF_PMAX] = power_uw(c->un_uv, c->imax_ua);
    l->reference[WH_EVENT_OF_IGAP] = l->value[WH_EVENT_Q_I_NEUTRAL];
}

static int64_t largest_other(const look *l, unsigned place)
{
    int64_t largest = 0;
    for (unsigned k = 0; k < l->m->config.phases; k++) {
        if (k != place && l->in->i_ua[k] > largest) {
            largest = l->in->i_ua[k];
        }
    }
    return largest;
}

static int64_t value_at(const look *l, unsigned quantity, unsigned place)
{
    switch (quantity) {
    case WH_EVENT_Q_U:
        return clamp(l->in->u_uv[place]);
    case WH_EVENT_Q_I:
        return clamp(l->in->i_ua[place]);
    case WH_EVENT_Q_I_OTHER:
        return clamp(largest_other(l, place));
    case WH_EVENT_Q_P:
        return clamp(l->in->p_uw[place]);
    case WH_EVENT_Q_P_ABS:
        return magnitude(clamp(l->in->p_uw[place]));
    case WH_EVENT_Q_DEMAND:
        return within(l->in->demand_mw[place], VALUE_MAX / 1000) * 1000;
    default:
        return clamp(l->value[quantity]);
    }
}

/* References of power are those of one phase, but for a value that is of all. */
static int64_t reference_at(const look *l, const wh_event_term *term, unsigned place)
{
    unsigned of = term->how & (WH_EVENT_LESS - 1U);
    bool power = of == WH_EVENT_OF_PB || of == WH_EVENT_OF_PMAX;
    bool total = term->quantity == WH_EVENT_Q_DEMAND || term->quantity == WH_EVENT_Q_P_TOTAL ||
                 place == TOTAL;
    return l->reference[of] * (power && total ? l->m->config.phases : 1);
}

static bool term_holds(const look *l, unsigned number, unsigned place, bool there)
{
    const wh_event_term *term = &wh_event_terms()[number];
    const wh_event_limit *limit = &l->m->limit[number];
    if (there && (term->how & WH_EVENT_LATCHED) != 0) {
        return true;
    }
    int64_t scaled = value_at(l, term->quantity, place) * BP_ONE;
    int64_t edge = reference_at(l, term, place) * (there ? limit->recover_bp : limit->trigger_bp);
    return (term->how & WH_EVENT_LESS) != 0 ? scaled < edge : scaled > edge;
}

static bool all_hold(const look *l, const wh_event_row *row, unsigned place, bool there)
{
    for (unsigned k = 0; k < row->term_count; k++) {
        if (!term_holds(l, row->first + k, place, there)) {
            return false;
        }
    }
    return true;
}

static bool all_valid(const look *l, const wh_event_row *row)
{
    uint8_t valid = l->in->valid;
    for (unsigned k = 0; k < row->term_count; k++) {
        uint8_t need = needs[wh_event_terms()[row->first + k].quantity];
        if ((need & valid) != need) {
            return false;
        }
    }
    return row->term_count > 0 || (valid & WH_EVENT_VALID_INPUTS) != 0;
}

/* ---- the states of a slot ---- */

void wh_event_sum_up(wh_events *m, unsigned slot)
{
    wh_event_slot_state *s = &m->slot[slot];
    uint32_t whole_s = (m->now_ms - s->mark_ms) / MS_PER_S;
    s->duration_s += whole_s;
    s->mark_ms += whole_s * MS_PER_S;
}

/* The state is left for another: the rest below a second is rounded. */
static void close_sum(wh_events *m, unsigned slot)
{
    wh_event_sum_up(m, slot);
    m->slot[slot].duration_s += m->now_ms - m->slot[slot].mark_ms >= MS_PER_S / 2U ? 1U : 0U;
    m->slot[slot].mark_ms = m->now_ms;
}

static void enter(wh_events *m, unsigned slot, unsigned state)
{
    m->state[slot] = (uint8_t)state;
    m->slot[slot].mark_ms = m->now_ms;
}

static void begin(wh_events *m, unsigned slot, unsigned also)
{
    enter(m, slot, WH_EVENT_ACTIVE | WH_EVENT_TELL_BEGIN | also);
    m->slot[slot].count++;
    m->news++;
    m->revision++;
}

static void end(wh_events *m, unsigned slot)
{
    m->state[slot] = WH_EVENT_IDLE | WH_EVENT_TELL_END;
    m->news++;
    m->revision++;
}

/* What was true at the last tick is still true: only time has passed. */
static void step(wh_events *m, const wh_event_row *row, unsigned slot)
{
    uint32_t since_ms = m->now_ms - m->slot[slot].mark_ms;
    if (m->state[slot] == WH_EVENT_PENDING && since_ms >= m->delay_s[row->timed] * MS_PER_S) {
        m->busy--;
        begin(m, slot, 0);
    } else if (m->state[slot] == WH_EVENT_RECOVERING &&
               since_ms >= m->recover_s[row->timed] * MS_PER_S) {
        m->busy--;
        close_sum(m, slot);
        end(m, slot);
    }
}

/* It holds, or not: a state that waits begins or stops waiting. */
static void turn(wh_events *m, unsigned slot, bool holds)
{
    unsigned state = m->state[slot];
    if (state == WH_EVENT_IDLE && holds) {
        m->busy++;
        enter(m, slot, WH_EVENT_PENDING);
    } else if (state == WH_EVENT_PENDING && !holds) {
        m->busy--;
        enter(m, slot, WH_EVENT_IDLE);
    } else if (state == WH_EVENT_ACTIVE && !holds) {
        m->busy++;
        close_sum(m, slot);
        enter(m, slot, WH_EVENT_RECOVERING);
    } else if (state == WH_EVENT_RECOVERING && holds) {
        m->busy--;
        close_sum(m, slot);
        enter(m, slot, WH_EVENT_ACTIVE);
    }
}

static void keep_extreme(wh_events *m, const look *l, const wh_event_row *row, unsigned place)
{
    unsigned slot = row->slot + place;
    unsigned state = m->state[slot] & WH_EVENT_STATE;
    if (row->extreme == WH_EVENT_NONE ||
        (state != WH_EVENT_ACTIVE && state != WH_EVENT_RECOVERING)) {
        return;
    }
    wh_event_extreme *extreme = &m->extreme[row->extreme + place];
    unsigned quantity = wh_event_terms()[row->first].quantity;
    int64_t value =
        quantity == WH_EVENT_Q_DEMAND ? l->in->demand_mw[place] : value_at(l, quantity, place);
    bool first = (m->state[slot] & WH_EVENT_TELL_BEGIN) != 0;
    if (first || value > extreme->value) {
        *extreme = (wh_event_extreme){.value = value, .utc_s = m->utc_s};
    }
}

static void watch_kind(wh_events *m, const look *l, const wh_event_row *row)
{
    unsigned places = row->places;
    if (!all_valid(l, row)) {
        for (unsigned slot = row->slot; slot < (unsigned)row->slot + places; slot++) {
            turn(m, slot, m->state[slot] >= WH_EVENT_ACTIVE);
        }
        return;
    }
    for (unsigned place = 0; place < places; place++) {
        unsigned slot = row->slot + place;
        bool exists = (places != 3 && places != 4) || place == TOTAL || place < m->config.phases;
        if (!exists || (m->state[slot] & WH_EVENT_TELL) != 0) {
            continue;
        }
        bool there = m->state[slot] >= WH_EVENT_ACTIVE;
        turn(m, slot,
             row->sort == WH_EVENT_SORT_INPUT ? input_set(l->in, row->first)
                                              : all_hold(l, row, place, there));
        step(m, row, slot);
        keep_extreme(m, l, row, place);
    }
}

static bool is_watched(const wh_events *m, unsigned kind)
{
    const wh_event_row *row = wh_event_row_of(kind);
    return row->timed != WH_EVENT_NONE && !wh_event_disabled(m, kind) &&
           ((row->flags & WH_EVENT_THREE) == 0 || m->config.phases == 3);
}

static void watch(wh_events *m, const wh_event_inputs *in)
{
    look l;
    memset(&l, 0, sizeof l);
    look_around(&l, m, in);
    for (unsigned kind = 0; kind < WH_EVENT_KINDS; kind++) {
        if (is_watched(m, kind)) {
            watch_kind(m, &l, wh_event_row_of(kind));
        }
    }
}

static void wait(wh_events *m)
{
    for (unsigned kind = 0; kind < WH_EVENT_KINDS; kind++) {
        const wh_event_row *row = wh_event_row_of(kind);
        for (unsigned k = 0; row->timed != WH_EVENT_NONE && k < row->places; k++) {
            step(m, row, row->slot + k);
        }
    }
}

void wh_events_tick(wh_events *m, const wh_event_inputs *in, uint32_t utc_s, uint32_t elapsed_ms)
{
    uint32_t before_ms = m->now_ms;
    m->now_ms += elapsed_ms < ELAPSED_MAX_MS ? elapsed_ms : ELAPSED_MAX_MS;
    m->utc_s = utc_s;
    if (in->fresh || m->stale) {
        m->stale = m->news > 0; /* slots that stood still are looked at once they are told */
        watch(m, in);
    } else if (m->busy > 0) {
        wait(m);
    }
    if (before_ms >> SUM_UP_SHIFT != m->now_ms >> SUM_UP_SHIFT) {
        for (unsigned slot = 0; slot < WH_EVENT_SLOTS; slot++) {
            if ((m->state[slot] & WH_EVENT_STATE) == WH_EVENT_ACTIVE) {
                wh_event_sum_up(m, slot);
            }
        }
    }
}

/* ---- telling ---- */

/* What began while there was no power, the outage among it: when, and for how long it was so. */
static uint32_t off_since(const wh_events *m, unsigned slot)
{
    return slot == wh_event_row_of(WH_EVENT_POWER_OFF)->slot ? m->outage_s : m->opened_s;
}

static void tell_begin(wh_events *m, unsigned slot, wh_event_notice *out)
{
    bool power = slot == wh_event_row_of(WH_EVENT_POWER_OFF)->slot;
    out->what = WH_EVENT_BEGIN;
    if ((m->state[slot] & WH_EVENT_BEGAN_OFF) != 0) {
        out->utc_s = off_since(m, slot);
        m->slot[slot].duration_s += power || m->utc_s < out->utc_s ? 0 : m->utc_s - out->utc_s;
    }
    m->state[slot] &= (uint8_t) ~(WH_EVENT_TELL_BEGIN | WH_EVENT_BEGAN_OFF);
}

static void tell_end(wh_events *m, unsigned slot)
{
    if (slot == wh_event_row_of(WH_EVENT_POWER_OFF)->slot && m->utc_s > m->outage_s) {
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
    if (wh_event_row_of(kind)->sort != WH_EVENT_SORT_OCCURRENCE || wh_event_disabled(m, kind)) {
        return WH_ERR_STATE;
    }
    m->slot[slot].count++;
    m->revision++;
    *out = (wh_event_notice){.slot = (uint8_t)slot, .what = WH_EVENT_ONCE, .utc_s = utc_s};
    return WH_OK;
}

static void power_was_off(wh_events *m)
{
    unsigned slot = wh_event_row_of(WH_EVENT_POWER_OFF)->slot;
    if (wh_event_disabled(m, WH_EVENT_POWER_OFF)) {
        return;
    }
    if (m->state[slot] != WH_EVENT_ACTIVE) { /* else power was cut between its two notices */
        begin(m, slot, WH_EVENT_BEGAN_OFF);
    }
    m->state[slot] = (uint8_t)((m->state[slot] & ~(unsigned)WH_EVENT_STATE) | WH_EVENT_TELL_END);
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
        const wh_event_row *row = wh_event_row_of(kind);
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
    return slot < WH_EVENT_SLOTS && (m->state[slot] & WH_EVENT_STATE) >= WH_EVENT_ACTIVE;
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
    if (kind >= WH_EVENT_KINDS || wh_event_row_of(kind)->extreme == WH_EVENT_NONE) {
        return NULL;
    }
    return &m->extreme[wh_event_row_of(kind)->extreme + place];
}
