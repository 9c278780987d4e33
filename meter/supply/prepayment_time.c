/* SPDX-License-Identifier: Apache-2.0 */
/* What time brings to the account: boundaries, friendly hours, the wish. */
#include "meter/supply/prepayment_internal.h"

#include <stddef.h>

#define STEPS_A_TICK 64
#define LOOK_MS      900000U /* another zone moves boundaries: look again at least so often */
#define HOLIDAYS     0x80U

/* ---- what falls due ---- */

/* In the order in which things of one moment happen. */
enum {
    THE_ACCOUNT,
    CREDITS,
    PRICES = CREDITS + WH_PREPAYMENT_CREDITS,
    CHARGES = PRICES + WH_PREPAYMENT_CHARGES,
    THINGS = CHARGES + WH_PREPAYMENT_CHARGES
};

typedef struct {
    int64_t ms;
    int64_t after_ms; /* when the next other thing is due */
    unsigned thing;
} event;

wh_boundary wh_prepayment_boundary(uint8_t when_kind, uint32_t when, uint32_t last)
{
    return (wh_boundary){.pattern = wh_prepayment_period(when_kind, when), .last = last};
}

static int64_t moment_of_second(uint32_t utc_s)
{
    return utc_s == WH_PREPAYMENT_NEVER ? INT64_MAX : (int64_t)utc_s * 1000;
}

static int64_t account_ms(const wh_prepayment *p)
{
    uint32_t utc_s = p->state == WH_PREPAYMENT_NEW      ? p->config.activation_s
                     : p->state == WH_PREPAYMENT_ACTIVE ? p->config.closure_s
                                                        : WH_PREPAYMENT_NEVER;
    return utc_s == 0 ? INT64_MAX : moment_of_second(utc_s);
}

/* When it is due next; charges of one moment are told apart by their priority. */
static int64_t thing_ms(const wh_prepayment *p, const wh_time_zone *zone, unsigned thing)
{
    if (thing == THE_ACCOUNT) {
        return account_ms(p);
    }
    if (p->state != WH_PREPAYMENT_ACTIVE) {
        return INT64_MAX;
    }
    if (thing < PRICES) {
        const wh_credit *c = &p->credit[thing - CREDITS];
        wh_boundary b = wh_prepayment_boundary(c->when_kind, c->when, c->last);
        bool resets = c->priority != 0 && (c->flags & WH_CREDIT_RESETTABLE) != 0;
        return resets ? wh_boundary_next_ms(&b, zone) : INT64_MAX;
    }
    if (thing < CHARGES) {
        return moment_of_second(p->charge[thing - PRICES].activation_s);
    }
    unsigned place = wh_prepayment_nth_charge(p, thing - CHARGES);
    if (place == WH_PREPAYMENT_CHARGES || p->charge[place].type != WH_CHARGE_TIME) {
        return INT64_MAX;
    }
    const wh_charge *c = &p->charge[place];
    wh_boundary b = wh_prepayment_boundary(c->when_kind, c->when, c->last);
    return wh_boundary_next_ms(&b, zone);
}

static event earliest(const wh_prepayment *p, const wh_time_zone *zone)
{
    event e = {.ms = INT64_MAX, .after_ms = INT64_MAX};
    for (unsigned thing = 0; thing < THINGS; thing++) {
        int64_t ms = thing_ms(p, zone, thing);
        if (ms < e.ms) {
            e.after_ms = e.ms;
            e.ms = ms;
            e.thing = thing;
        } else if (ms < e.after_ms) {
            e.after_ms = ms;
        }
    }
    return e;
}

/* Its boundaries up to `until_ms`, which are done then: how many, and when the last of them. */
static uint64_t pass(wh_boundary b, const wh_time_zone *zone, int64_t until_ms, uint32_t *last,
                     int64_t *last_ms)
{
    wh_boundary_point point;
    uint64_t skipped = 0;
    if (wh_boundary_due(&b, zone, until_ms, &point, 1, &skipped) == 0) {
        return 0;
    }
    *last = (uint32_t)point.number;
    *last_ms = point.utc_ms;
    return skipped + 1;
}

/* False where it cannot: the clock is out of reach. */
static bool happen(wh_prepayment *p, const wh_time_zone *zone, const event *e, int64_t until_ms)
{
    int64_t at_ms = 0;
    if (e->thing == THE_ACCOUNT) {
        return (p->state == WH_PREPAYMENT_NEW ? wh_prepayment_activate(p, zone, e->ms)
                                              : wh_prepayment_close(p)) == WH_OK;
    }
    if (e->thing >= PRICES && e->thing < CHARGES) {
        return wh_prepayment_activate_passive(p, e->thing - PRICES) == WH_OK;
    }
    if (e->thing < PRICES) {
        wh_credit *c = &p->credit[e->thing - CREDITS];
        wh_boundary b = wh_prepayment_boundary(c->when_kind, c->when, c->last);
        if (pass(b, zone, until_ms, &c->last, &at_ms) == 0) {
            return false;
        }
        (void)wh_prepayment_adjust(p, c, c->preset);
        wh_prepayment_update(p);
    } else {
        wh_charge *c = &p->charge[wh_prepayment_nth_charge(p, e->thing - CHARGES)];
        wh_boundary b = wh_prepayment_boundary(c->when_kind, c->when, c->last);
        uint64_t units = pass(b, zone, until_ms, &c->last, &at_ms);
        if (units == 0) {
            return false;
        }
        if ((c->pause & p->pausing) == 0) {
            wh_prepayment_charge_units(p, c, units, wh_prepayment_seconds(at_ms));
        }
    }
    p->revision++;
    return true;
}

void wh_prepayment_look(wh_prepayment *p)
{
    p->next_due_ms = INT64_MIN;
}

void wh_prepayment_run(wh_prepayment *p, const wh_time_zone *zone, int64_t utc_ms)
{
    if (utc_ms < p->next_due_ms && (uint64_t)utc_ms - (uint64_t)p->looked_ms < LOOK_MS) {
        return;
    }
    for (unsigned step = 0; step < STEPS_A_TICK; step++) {
        event e = earliest(p, zone);
        p->next_due_ms = e.ms;
        p->looked_ms = utc_ms;
        if (e.ms > utc_ms) {
            return;
        }
        int64_t until_ms = e.after_ms > utc_ms ? utc_ms : e.after_ms - 1;
        if (!happen(p, zone, &e, until_ms > e.ms ? until_ms : e.ms)) {
            return;
        }
    }
}

/* ---- the wish ---- */

static bool window_fits(const wh_prepayment_friendly *w, const wh_prepayment_inputs *in)
{
    unsigned today = 1U << (in->weekday % 7U) | (in->holiday ? HOLIDAYS : 0U);
    unsigned yesterday = 1U << ((in->weekday + 6U) % 7U) | (in->holiday_before ? HOLIDAYS : 0U);
    bool after = in->minute >= w->from_minute;
    bool before = in->minute < w->to_minute;
    if (w->from_minute < w->to_minute) {
        return after && before && (w->days & today) != 0;
    }
    return (after && (w->days & today) != 0) || (before && (w->days & yesterday) != 0);
}

static bool is_friendly(const wh_prepayment *p, const wh_prepayment_inputs *in)
{
    for (unsigned i = 0; i < WH_PREPAYMENT_FRIENDLY; i++) {
        if (window_fits(&p->config.friendly[i], in)) {
            return true;
        }
    }
    return false;
}

/* With alarm 2 the switch opens once; it is then for the customer to close it. */
static wh_prepayment_wish wish_of(wh_prepayment *p, const wh_prepayment_inputs *in)
{
    bool alarm = wh_prepayment_available(p) <= p->config.alarm_2;
    if (p->state != WH_PREPAYMENT_ACTIVE || p->config.mode != WH_PREPAYMENT_PAY_FIRST ||
        in->fixed || p->retry_ms > 0) {
        return WH_PREPAYMENT_NO_WISH;
    }
    if (in->connected && !p->friendly && (p->out || (alarm && !p->alarm_2_done))) {
        if (alarm && !p->alarm_2_done) {
            p->alarm_2_done = true;
            p->notices |= WH_PREPAYMENT_NOTICE_ALARM_2;
            p->revision++;
            p->urgent++;
        }
        return WH_PREPAYMENT_DISCONNECT;
    }
    bool reconnects = p->config.reconnects && in->by_credit && !in->connected && !p->out;
    return reconnects && !alarm ? WH_PREPAYMENT_RECONNECT : WH_PREPAYMENT_NO_WISH;
}

void wh_prepayment_tick(wh_prepayment *p, const wh_prepayment_inputs *in)
{
    p->retry_ms = in->elapsed_ms > p->retry_ms ? 0 : p->retry_ms - in->elapsed_ms;
    p->friendly = is_friendly(p, in);
    unsigned pausing = in->connected ? 0U : WH_CHARGE_PAUSE_DISCONNECTED;
    pausing |= in->limiting ? WH_CHARGE_PAUSE_LIMITING : 0U;
    pausing |= p->friendly ? WH_CHARGE_PAUSE_FRIENDLY : 0U;
    p->revision += pausing != p->pausing ? 1 : 0;
    p->pausing = (uint8_t)pausing;
    wh_prepayment_run(p, in->zone, in->utc_ms);
    p->wish = (uint8_t)wish_of(p, in);
}

void wh_prepayment_refused(wh_prepayment *p)
{
    if (p->wish == WH_PREPAYMENT_DISCONNECT && !p->out) {
        p->alarm_2_done = false;
        p->revision++;
    }
    p->wish = WH_PREPAYMENT_NO_WISH;
    p->retry_ms = WH_PREPAYMENT_RETRY_MS;
}
