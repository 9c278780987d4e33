/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/catalogue.h"
#include "meter/keeper_internal.h"

#include "core/scale.h"
#include "meter/metrology/oscillator.h"

#define UW_PER_MW 1000

/* ---- what the monitor is told ---- */

/* Largest distance from the mean over the mean, in millionths: how the State Grid judges both
 * voltages and currents (from memory). */
static uint32_t unbalance_ppm(const int64_t value[WH_PHASES])
{
    int64_t mean = (value[0] + value[1] + value[2]) / WH_PHASES;
    int64_t largest = 0;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        int64_t distance = value[k] > mean ? value[k] - mean : mean - value[k];
        largest = distance > largest ? distance : largest;
    }
    return mean < 1000 ? 0 : (uint32_t)(largest / (mean / 1000) * 1000);
}

typedef struct {
    uint32_t from;
    uint32_t to;
} bit_pair;

static const bit_pair CONTACTS[] = {
    {WH_CONTACT_METER_COVER, WH_EVENT_INPUT_METER_COVER_OPEN},
    {WH_CONTACT_TERMINAL_COVER, WH_EVENT_INPUT_TERMINAL_COVER_OPEN},
    {WH_CONTACT_MAGNET, WH_EVENT_INPUT_MAGNETIC_FIELD},
    {WH_CONTACT_AUXILIARY_LOST, WH_EVENT_INPUT_AUXILIARY_SUPPLY_LOSS},
    {WH_CONTACT_BATTERY_LOW, WH_EVENT_INPUT_CLOCK_BATTERY_LOW},
    {WH_CONTACT_SUPPLY_FAULT, WH_EVENT_INPUT_SUPPLY_FAULT},
    {WH_CONTACT_SELF_TEST_FAILED, WH_EVENT_INPUT_SELF_TEST_ERROR},
};

static uint32_t set(bool yes, wh_event_input input)
{
    return yes ? UINT32_C(1) << (unsigned)input : 0;
}

static bool any_limiter_locked(const wh_keeper *k)
{
    for (unsigned i = 0; i < k->config->limiter_count; i++) {
        if (k->limiter[i].locked) {
            return true;
        }
    }
    return false;
}

static uint32_t load_inputs(const wh_keeper *k)
{
    bool stale = false;
    bool failed = false;
    for (unsigned slot = 0; slot < WH_LOADS_MAX; slot++) {
        const wh_load *load = &k->loads.load[slot];
        if (!load->used) {
            continue;
        }
        stale = stale || (load->reported && wh_loads_stale(&k->loads, slot));
        failed = failed || load->phase == WH_LOAD_FAILED;
    }
    return set(stale, WH_EVENT_INPUT_LOAD_STALE) | set(failed, WH_EVENT_INPUT_LOAD_FAILED);
}

/* A phasor in any unit, small enough to be multiplied. */
typedef struct {
    int64_t re;
    int64_t im;
} phasor;

/* The current of phase k against the voltage of the first: P - jQ, turned back by the angle of its
 * own voltage, k thirds of a turn as the phases follow each other. */
static phasor current_of(const wh_phase_quantities *q, unsigned k, bool reversed)
{
    const int64_t re = q->p1_uw;
    const int64_t im = -q->q1_uvar;
    int64_t size = re < 0 ? -re : re;
    size |= im < 0 ? -im : im;
    unsigned shift = 0;
    while (size >> shift > 0xFFFFF) {
        shift++;
    }
    const phasor own = {re / (INT64_C(1) << shift), im / (INT64_C(1) << shift)};
    if (k == 0) {
        return (phasor){own.re * 1000, own.im * 1000};
    }
    const int64_t sine = (k == 1) != reversed ? -866 : 866; /* thousandths; the cosine is -1/2 */
    return (phasor){-500 * own.re - sine * own.im, -500 * own.im + sine * own.re};
}

/* Is b ahead of a, by less than half a turn? */
static bool is_ahead(phasor a, phasor b)
{
    return a.re * b.im - a.im * b.re > 0;
}

/* Do the currents follow each other the wrong way round? Each is ahead of the one before then. */
static bool currents_reversed(const wh_quantities *q)
{
    if (q->rotation == WH_ROTATION_NONE) {
        return false;
    }
    phasor i[WH_PHASES];
    for (unsigned k = 0; k < WH_PHASES; k++) {
        i[k] = current_of(&q->phase[k], k, q->rotation == WH_ROTATION_ACB);
    }
    return is_ahead(i[0], i[1]) && is_ahead(i[1], i[2]) && is_ahead(i[2], i[0]);
}

static uint32_t contact_inputs(uint32_t contacts)
{
    uint32_t inputs = 0;
    for (size_t i = 0; i < sizeof CONTACTS / sizeof CONTACTS[0]; i++) {
        inputs |= set((contacts & CONTACTS[i].from) != 0, (wh_event_input)CONTACTS[i].to);
    }
    return inputs;
}

static uint32_t inputs_of(const wh_pass *pass)
{
    const wh_keeper *k = pass->keeper;
    const wh_prepayment *p = &k->prepayment;
    const wh_quantities *q = &pass->meter->metrology.quantities;
    bool damaged = k->lost != 0 || k->store.report.damaged_count != 0 || k->store_err != WH_OK;
    uint8_t clock = wh_clock_status(&k->clock);
    uint8_t account = wh_prepayment_status(p);
    return contact_inputs(pass->inputs->contacts) | load_inputs(k) |
           set(k->main_switch.relay_fault, WH_EVENT_INPUT_SWITCH_MALFUNCTION) |
           set((clock & WH_CLOCK_STATUS_INVALID) != 0, WH_EVENT_INPUT_CLOCK_INVALID) |
           set(damaged, WH_EVENT_INPUT_MEMORY_ERROR) |
           set(any_limiter_locked(k), WH_EVENT_INPUT_LIMITER_LOCKED) |
           set(p->low, WH_EVENT_INPUT_CREDIT_LOW) |
           set((account & WH_PREPAYMENT_OUT_OF_CREDIT) != 0, WH_EVENT_INPUT_CREDIT_EXHAUSTED) |
           set((account & WH_PREPAYMENT_SELECTABLE_IN_USE) != 0, WH_EVENT_INPUT_CREDIT_EMERGENCY) |
           set(q->rotation == WH_ROTATION_ACB, WH_EVENT_INPUT_VOLTAGE_REVERSED) |
           set(currents_reversed(q), WH_EVENT_INPUT_CURRENT_REVERSED);
}

#define TURN_PER_KURAD 683565 /* 2^32 / 2 pi / 1000 */

/* The sum of the phases' currents, of the fundamental. */
static int64_t sum_of_currents_ua(const wh_quantities *q)
{
    int64_t re = 0;
    int64_t im = 0;
    int64_t sum_ua = 0;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        const wh_phase_quantities *p = &q->phase[k];
        uint32_t turn = (uint32_t)((int64_t)p->i1_angle_urad * TURN_PER_KURAD / 1000);
        re += p->i1_ua * wh_oscillator_cos(turn);
        im += p->i1_ua * wh_oscillator_sin(turn);
    }
    (void)wh_polar(im / WH_OSCILLATOR_ONE, re / WH_OSCILLATOR_ONE, &sum_ua);
    return sum_ua;
}

/* The neutral carries the current of the only phase, or the sum of several; harmonics would not
 * add up as their fundamentals do, so both are of those, and only samples say the angles. */
static void take_neutral(const wh_metrology_config *config, const wh_quantities *q,
                         wh_event_inputs *in)
{
    if (config->channel[WH_IN].full_scale == 0) {
        return;
    }
    if (config->phases == 1) {
        in->in_ua = q->in_ua;
        in->isum_ua = q->phase[0].i_ua;
        in->valid |= WH_EVENT_VALID_NEUTRAL;
    } else if (q->length_q16 != 0) {
        in->in_ua = q->in1_ua;
        in->isum_ua = sum_of_currents_ua(q);
        in->valid |= WH_EVENT_VALID_NEUTRAL;
    }
}

static void take_quantities(const wh_meter *m, wh_event_inputs *in)
{
    const wh_quantities *q = &m->metrology.quantities;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        in->u_uv[k] = q->phase[k].u_uv;
        in->i_ua[k] = q->phase[k].i_ua;
        in->p_uw[k] = q->phase[k].p_uw;
    }
    in->p_uw[WH_PHASES] = q->p_uw;
    in->pf_ppm = q->pf_ppm;
    in->valid |= WH_EVENT_VALID_U | WH_EVENT_VALID_I | WH_EVENT_VALID_P;
    const wh_metrology_config *config = &m->config->metrology;
    if (config->phases == WH_PHASES) {
        in->u_unbalance_ppm = unbalance_ppm(in->u_uv);
        in->i_unbalance_ppm = unbalance_ppm(in->i_ua);
        in->u0_ppm = q->u0_ppm;
        in->valid |= WH_EVENT_VALID_UNBALANCE;
    }
    take_neutral(config, q, in);
}

static wh_event_inputs event_inputs(const wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    wh_event_inputs in = {.valid = WH_EVENT_VALID_INPUTS, .inputs = inputs_of(pass)};
    in.fresh = in.inputs != k->watched_inputs || pass->meter->windows != k->watched_windows;
    k->watched_inputs = in.inputs;
    k->watched_windows = pass->meter->windows;
    if (!in.fresh) {
        return in;
    }
    if (pass->meter->windows > 0) {
        take_quantities(pass->meter, &in);
    }
    in.valid |= WH_EVENT_VALID_DEMAND;
    for (uint8_t c = 0; c < k->config->demand.channels && c < WH_EVENT_DEMANDS; c++) {
        in.demand_mw[c] = wh_demand_last(&k->demand, c, 0).mw;
    }
    return in;
}

/* ---- what it says ---- */

static uint32_t seconds(int64_t utc_ms)
{
    return utc_ms < 0 ? 0 : utc_ms / 1000 > UINT32_MAX ? UINT32_MAX : (uint32_t)(utc_ms / 1000);
}

/* What a notice makes: its record, the alarms, a push, and the counts; and the rooms it tells of. */
static wh_err write_notice(wh_meter *m, const wh_event_notice *notice,
                           const wh_event_detail *detail, uint32_t with, uint32_t *rooms)
{
    wh_keeper *k = m->keeper;
    const wh_column_reader columns = wh_keeper_columns(m);
    const wh_event_log log = {.store = &k->store,
                              .events = &k->events,
                              .columns = &columns,
                              .work = k->work,
                              .work_size = WH_KEEPER_WORK};
    wh_err err = wh_event_log_take(&log, notice, detail);
    wh_alarms_take(&k->alarms, &k->events, notice);
    if (err == WH_OK) {
        err = wh_push_put(&k->store, &k->events, notice);
    }
    if (err == WH_OK) {
        err = wh_keeper_put(m, WH_ROOM_EVENTS, rooms);
    }
    if (err == WH_OK) {
        err = wh_keeper_put(m, WH_ROOM_ALARMS, rooms);
    }
    return err == WH_OK ? wh_keeper_put_changed(m, with, rooms) : err;
}

/* One notice, one transaction. */
static wh_err commit_notice(wh_meter *m, const wh_event_notice *notice,
                            const wh_event_detail *detail, uint32_t with)
{
    wh_keeper *k = m->keeper;
    const wh_alarms before = k->alarms;
    uint32_t rooms = 0;
    wh_err err = wh_store_begin(&k->store);
    if (err == WH_OK) {
        err = write_notice(m, notice, detail, with, &rooms);
        err = err == WH_OK ? wh_store_commit(&k->store) : err;
    }
    if (err == WH_OK) {
        wh_keeper_saved(k, rooms);
    } else {
        wh_store_rollback(&k->store);
        k->alarms = before;
    }
    return err;
}

/* With the rooms it tells of, where they fit: an event and what it changed are there together or
 * not at all. Else they follow. */
static wh_err log_notice(wh_meter *m, const wh_event_notice *notice, const wh_event_detail *detail,
                         uint32_t with)
{
    wh_err err = commit_notice(m, notice, detail, with);
    if (err == WH_ERR_SPACE && with != 0) {
        err = commit_notice(m, notice, detail, 0);
    }
    if (err != WH_OK) {
        m->keeper->store_err = err;
    }
    return err;
}

/* Notices of the monitor, in turn; one that could not be logged is tried again. */
static void log_notices(wh_meter *m)
{
    wh_keeper *k = m->keeper;
    while (k->notice_waits || wh_events_next(&k->events, &k->notice)) {
        k->notice_waits = log_notice(m, &k->notice, NULL, 0) != WH_OK;
        if (k->notice_waits) {
            return;
        }
    }
}

static wh_err occur(wh_meter *m, unsigned kind, unsigned place, const wh_event_detail *detail,
                    uint32_t with)
{
    wh_keeper *k = m->keeper;
    wh_event_notice notice;
    wh_err err = wh_events_occur(&k->events, kind, place, seconds(k->clock.utc_ms), &notice);
    return err == WH_OK ? log_notice(m, &notice, detail, with) : err;
}

wh_err wh_keeper_occur(wh_meter *m, unsigned kind, unsigned place, const wh_event_detail *detail)
{
    return occur(m, kind, place, detail, 0);
}

void wh_keeper_clock_event(const wh_pass *pass, const wh_clock_change *change)
{
    /* a broadcast is no clock set in the logs of the State Grid, nor is daylight saving */
    if (change->cause <= WH_CLOCK_SHIFTED) {
        const int64_t given[] = {seconds(change->old_ms), seconds(change->new_ms)};
        const wh_event_detail detail = {.given = given, .given_count = 2};
        (void)!occur(pass->meter, WH_EVENT_CLOCK_SET, 0, &detail, WH_KEEPER_BIT(WH_ROOM_CLOCK));
    }
}

void wh_keeper_tell_switch(wh_meter *m)
{
    static const uint8_t KIND[WH_SWITCH_EVENT_KINDS] = {
        [WH_SWITCH_EVENT_OPENED] = WH_EVENT_SWITCH_OPENED,
        [WH_SWITCH_EVENT_CLOSED] = WH_EVENT_SWITCH_CLOSED,
        [WH_SWITCH_EVENT_REFUSED] = WH_EVENT_SWITCH_REFUSED,
    };
    wh_switch_event event;
    while (wh_switch_next(&m->keeper->main_switch, &event)) {
        if (KIND[event.kind] != 0) {
            const wh_event_detail detail = {.operator_code = event.operator_code};
            (void)!occur(m, KIND[event.kind], 0, &detail, WH_KEEPER_BIT(WH_ROOM_SWITCH));
        }
    }
}

static int64_t balance_of(const wh_prepayment *p)
{
    return p->topped_up + p->adjusted - p->collected - p->refunded;
}

void wh_keeper_tell_account(wh_meter *m)
{
    static const struct {
        uint16_t notice;
        uint8_t kind;
    } TOLD[] = {
        {WH_PREPAYMENT_NOTICE_TOPPED_UP, WH_EVENT_PURCHASE},
        {WH_PREPAYMENT_NOTICE_REFUSED, WH_EVENT_TOP_UP_REFUSED},
        {WH_PREPAYMENT_NOTICE_REFUNDED, WH_EVENT_REFUND},
    };
    wh_keeper *k = m->keeper;
    wh_prepayment *p = &k->prepayment;
    const int64_t given[] = {p->purchase_count, p->last_top_up, k->balance_seen, balance_of(p),
                             p->topped_up};
    wh_keeper_revised(k, WH_ROOM_PREPAYMENT, p->urgent);
    uint16_t notices = wh_prepayment_take_notices(p);
    for (size_t i = 0; i < sizeof TOLD / sizeof TOLD[0]; i++) {
        if ((notices & TOLD[i].notice) != 0) {
            const wh_event_detail detail = {.given = given,
                                            .given_count = sizeof given / sizeof given[0]};
            (void)!occur(m, TOLD[i].kind, 0, &detail, WH_KEEPER_BIT(WH_ROOM_PREPAYMENT));
        }
    }
    k->balance_seen = balance_of(p);
}

/* A session of programming ends where nothing was written for so long. */
#define SESSION_IDLE_S 600

wh_err wh_keeper_close_session(wh_meter *m)
{
    wh_keeper *k = m->keeper;
    uint32_t begin_s = 0;
    wh_event_detail detail;
    if (!wh_program_close(&k->program, &begin_s, &detail)) {
        return WH_OK;
    }
    return wh_keeper_occur(m, WH_EVENT_PROGRAMMING, 0, &detail);
}

void wh_keeper_watch(const wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    const wh_event_inputs in = event_inputs(pass);
    wh_events_tick(&k->events, &in, seconds(pass->utc_ms), pass->elapsed_ms);
    log_notices(pass->meter);
    wh_keeper_tell_switch(pass->meter);
    k->balance_seen = balance_of(&k->prepayment);
    if (wh_program_is_idle(&k->program, seconds(pass->utc_ms), SESSION_IDLE_S)) {
        (void)!wh_keeper_close_session(pass->meter);
    }
    wh_keeper_revised(k, WH_ROOM_EVENTS, k->events.revision);
    wh_keeper_revised(k, WH_ROOM_ALARMS, k->alarms.revision);
}

/* ---- power-up ---- */

void wh_keeper_power_up(wh_meter *m, int64_t platform_ms, bool ran_on)
{
    wh_keeper *k = m->keeper;
    bool known = (k->found & (UINT32_C(1) << WH_ROOM_CLOCK)) != 0;
    int64_t last_ms = k->clock.utc_ms;
    wh_clock_power_up(&k->clock, platform_ms, ran_on);
    const wh_event_outage outage = {
        .begin_s = known ? seconds(last_ms) : 0,
        .end_s = seconds(k->clock.utc_ms),
    };
    wh_events_power_up(&k->events, &outage);
    (void)!wh_keeper_close_session(m);
}
