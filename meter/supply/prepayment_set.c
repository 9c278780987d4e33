/* SPDX-License-Identifier: Apache-2.0 */
/* What operators do to the account: parameters, credits, charges, its life. */
#include "meter/supply/prepayment_internal.h"

#include <stddef.h>

#define PERCENT_ONE  100U
#define EVERY_MIN_S  60U
#define CLOCK_MIN_MS (366 * (int64_t)WH_MS_PER_DAY) /* in 1971 */
#define CLOCK_MAX_MS (WH_CIVIL_MS_MAX - 366 * (int64_t)WH_MS_PER_DAY)

/* ---- periods, packed ---- */

wh_boundary_pattern wh_prepayment_period(uint8_t when_kind, uint32_t when)
{
    wh_boundary_pattern pattern = {.kind = when_kind};
    if (when_kind == WH_BOUNDARY_EVERY) {
        pattern.every_s = when;
    } else {
        pattern.month = (uint8_t)(when >> 24);
        pattern.day = (uint8_t)(when >> 16);
        pattern.hour = (uint8_t)(when >> 8);
        pattern.minute = (uint8_t)when;
    }
    return pattern;
}

static uint32_t pack(const wh_boundary_pattern *pattern)
{
    return pattern->kind == WH_BOUNDARY_EVERY
               ? pattern->every_s
               : (uint32_t)pattern->month << 24 | (uint32_t)pattern->day << 16 |
                     (uint32_t)pattern->hour << 8 | pattern->minute;
}

bool wh_prepayment_is_period(uint8_t when_kind, uint32_t when)
{
    wh_boundary_pattern pattern = wh_prepayment_period(when_kind, when);
    return wh_boundary_check(&pattern) == WH_OK && when_kind != WH_BOUNDARY_ONCE &&
           (when_kind != WH_BOUNDARY_EVERY || when >= EVERY_MIN_S);
}

/* Then no boundary has a number below 0 or above 32 bits. */
static bool is_clock(int64_t utc_ms)
{
    return utc_ms >= CLOCK_MIN_MS && utc_ms <= CLOCK_MAX_MS;
}

/* The last boundary by now: what is past counts as done. */
static uint32_t begin_period(uint8_t when_kind, uint32_t when, const wh_time_zone *zone,
                             int64_t utc_ms)
{
    wh_boundary b = {0};
    wh_boundary_pattern pattern = wh_prepayment_period(when_kind, when);
    wh_err err = wh_boundary_start(&b, &pattern, zone, utc_ms);
    return err == WH_OK ? (uint32_t)b.last : 0; /* always, as both were checked */
}

static bool is_sum(int64_t amount)
{
    return amount >= 0 && wh_prepayment_is_amount(amount);
}

/* ---- parameters ---- */

static void changed(wh_prepayment *p)
{
    wh_prepayment_look(p);
    wh_prepayment_update(p);
    p->revision++;
    p->urgent++;
}

wh_err wh_prepayment_init(wh_prepayment *p, const wh_prepayment_config *config)
{
    wh_err err = wh_prepayment_check_config(config);
    if (err == WH_OK) {
        *p = (wh_prepayment){.config = *config, .state = WH_PREPAYMENT_NEW};
        for (unsigned i = 0; i < WH_PREPAYMENT_CHARGES; i++) {
            p->charge[i].activation_s = WH_PREPAYMENT_NEVER;
        }
        wh_prepayment_look(p);
    }
    return err;
}

wh_err wh_prepayment_configure(wh_prepayment *p, const wh_prepayment_config *config)
{
    wh_err err = wh_prepayment_check_config(config);
    if (err == WH_OK) {
        p->config = *config;
        changed(p);
    }
    return err;
}

bool wh_prepayment_adjust(wh_prepayment *p, wh_credit *c, int64_t amount)
{
    if (!wh_prepayment_fits(p->adjusted, amount - c->amount)) {
        return false;
    }
    p->adjusted += amount - c->amount;
    c->amount = amount;
    return true;
}

wh_err wh_prepayment_set_credit(wh_prepayment *p, unsigned place, const wh_credit_config *config,
                                const wh_time_zone *zone, int64_t utc_ms)
{
    wh_credit n = {.limit = config->limit,
                   .warning_threshold = config->warning_threshold,
                   .preset = config->preset,
                   .available_threshold = config->available_threshold,
                   .when = pack(&config->period),
                   .when_kind = config->period.kind,
                   .type = config->type,
                   .priority = config->priority,
                   .flags = config->flags,
                   .token_share = config->token_share};
    if (place >= WH_PREPAYMENT_CREDITS) {
        return WH_ERR_NOT_FOUND;
    }
    wh_err err = wh_prepayment_check_credit(&n);
    unsigned shares = n.token_share;
    for (unsigned i = 0; i < WH_PREPAYMENT_CREDITS; i++) {
        shares += i != place ? p->credit[i].token_share : 0U;
    }
    if (err == WH_OK && (!is_clock(utc_ms) || shares > PERCENT_ONE ||
                         !wh_prepayment_adjust(p, &p->credit[place], n.preset))) {
        err = WH_ERR_RANGE;
    }
    if (err == WH_OK) {
        n.last = begin_period(n.when_kind, n.when, zone, utc_ms);
        n.amount = n.preset;
        p->credit[place] = n;
        changed(p);
    }
    return err;
}

wh_err wh_prepayment_set_charge(wh_prepayment *p, unsigned place, const wh_charge_config *config,
                                const wh_time_zone *zone, int64_t utc_ms)
{
    wh_charge n = {.unit_charge = config->unit_charge,
                   .activation_s = WH_PREPAYMENT_NEVER,
                   .when = pack(&config->period),
                   .proportion = config->proportion,
                   .when_kind = config->period.kind,
                   .type = config->type,
                   .priority = config->priority,
                   .flags = config->flags,
                   .pause = config->pause};
    if (place >= WH_PREPAYMENT_CHARGES) {
        return WH_ERR_NOT_FOUND;
    }
    wh_err err = wh_prepayment_check_charge(&n);
    if (err == WH_OK && !is_clock(utc_ms)) {
        err = WH_ERR_RANGE;
    }
    if (err == WH_OK) {
        n.last = begin_period(n.when_kind, n.when, zone, utc_ms);
        p->charge[place] = n;
        changed(p);
    }
    return err;
}

/* ---- the life of the account ---- */

wh_err wh_prepayment_restart(wh_prepayment *p, const wh_time_zone *zone, int64_t utc_ms)
{
    if (!is_clock(utc_ms)) {
        return WH_ERR_RANGE;
    }
    for (unsigned i = 0; i < WH_PREPAYMENT_CREDITS; i++) {
        wh_credit *c = &p->credit[i];
        c->last = begin_period(c->when_kind, c->when, zone, utc_ms);
    }
    for (unsigned i = 0; i < WH_PREPAYMENT_CHARGES; i++) {
        wh_charge *c = &p->charge[i];
        c->last = begin_period(c->when_kind, c->when, zone, utc_ms);
    }
    changed(p);
    return WH_OK;
}

wh_err wh_prepayment_activate(wh_prepayment *p, const wh_time_zone *zone, int64_t utc_ms)
{
    if (p->state != WH_PREPAYMENT_NEW) {
        return WH_ERR_STATE;
    }
    wh_err err = wh_prepayment_restart(p, zone, utc_ms);
    if (err == WH_OK) {
        p->state = WH_PREPAYMENT_ACTIVE;
        changed(p);
    }
    return err;
}

wh_err wh_prepayment_close(wh_prepayment *p)
{
    if (p->state != WH_PREPAYMENT_ACTIVE) {
        return WH_ERR_STATE;
    }
    p->state = WH_PREPAYMENT_CLOSED;
    changed(p);
    return WH_OK;
}

wh_err wh_prepayment_reset(wh_prepayment *p)
{
    if (p->state != WH_PREPAYMENT_CLOSED) {
        return WH_ERR_STATE;
    }
    p->state = WH_PREPAYMENT_NEW;
    p->config.activation_s = WH_PREPAYMENT_NEVER;
    p->config.closure_s = WH_PREPAYMENT_NEVER;
    p->alarm_2_done = false;
    p->provision = 0;
    for (unsigned i = 0; i < WH_PREPAYMENT_CREDITS; i++) {
        (void)wh_prepayment_adjust(p, &p->credit[i], p->credit[i].preset);
        p->credit[i].state = WH_CREDIT_ENABLED;
    }
    for (unsigned i = 0; i < WH_PREPAYMENT_CHARGES; i++) {
        wh_charge *c = &p->charge[i];
        c->total_amount_paid = 0;
        c->total_amount_remaining = 0;
        c->last_collection_amount = 0;
        c->last_collection_s = 0;
    }
    changed(p);
    return WH_OK;
}

/* ---- methods of credits and charges ---- */

wh_err wh_prepayment_invoke(wh_prepayment *p, unsigned place)
{
    if (place >= WH_PREPAYMENT_CREDITS) {
        return WH_ERR_NOT_FOUND;
    }
    if (p->credit[place].priority == 0 || p->credit[place].state != WH_CREDIT_SELECTABLE) {
        return WH_ERR_STATE;
    }
    p->credit[place].state = WH_CREDIT_SELECTED;
    changed(p);
    return WH_OK;
}

wh_err wh_prepayment_set_amount(wh_prepayment *p, unsigned place, int64_t amount)
{
    if (place >= WH_PREPAYMENT_CREDITS) {
        return WH_ERR_NOT_FOUND;
    }
    if (!wh_prepayment_is_amount(amount) || !wh_prepayment_adjust(p, &p->credit[place], amount)) {
        return WH_ERR_RANGE;
    }
    changed(p);
    return WH_OK;
}

wh_err wh_prepayment_set_remaining(wh_prepayment *p, unsigned place, int64_t amount)
{
    if (place >= WH_PREPAYMENT_CHARGES) {
        return WH_ERR_NOT_FOUND;
    }
    if (!is_sum(amount)) {
        return WH_ERR_RANGE;
    }
    p->charge[place].total_amount_remaining = amount;
    changed(p);
    return WH_OK;
}

wh_err wh_prepayment_set_passive(wh_prepayment *p, unsigned place, int64_t unit_charge,
                                 uint32_t activation_s)
{
    if (place >= WH_PREPAYMENT_CHARGES) {
        return WH_ERR_NOT_FOUND;
    }
    if (!is_sum(unit_charge)) {
        return WH_ERR_RANGE;
    }
    p->charge[place].unit_charge_passive = unit_charge;
    p->charge[place].activation_s = activation_s;
    changed(p);
    return WH_OK;
}

wh_err wh_prepayment_activate_passive(wh_prepayment *p, unsigned place)
{
    if (place >= WH_PREPAYMENT_CHARGES) {
        return WH_ERR_NOT_FOUND;
    }
    p->charge[place].unit_charge = p->charge[place].unit_charge_passive;
    p->charge[place].activation_s = WH_PREPAYMENT_NEVER;
    changed(p);
    return WH_OK;
}
