/* SPDX-License-Identifier: Apache-2.0 */
/* What operators do to the account: parameters, credits, charges, its life. */
#include "meter/supply/prepayment_internal.h"

#include <stddef.h>

#define MINUTES_A_DAY  1440U
#define PROPORTION_ONE 10000U
#define PERCENT_ONE    100U
#define EVERY_MIN_S    60U

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

static bool is_period(uint8_t when_kind, uint32_t when)
{
    wh_boundary_pattern pattern = wh_prepayment_period(when_kind, when);
    return wh_boundary_check(&pattern) == WH_OK && when_kind != WH_BOUNDARY_ONCE &&
           (when_kind != WH_BOUNDARY_EVERY || when >= EVERY_MIN_S);
}

/* What is past by now is done. */
static wh_err begin_period(uint8_t when_kind, uint32_t when, const wh_time_zone *zone,
                           int64_t utc_ms, uint32_t *last)
{
    wh_boundary b;
    wh_boundary_pattern pattern = wh_prepayment_period(when_kind, when);
    wh_err err = wh_boundary_start(&b, &pattern, zone, utc_ms);
    if (err == WH_OK && (b.last < 0 || b.last > UINT32_MAX)) {
        err = WH_ERR_RANGE;
    }
    if (err == WH_OK) {
        *last = (uint32_t)b.last;
    }
    return err;
}

/* ---- checks ---- */

static bool is_sum(int64_t amount)
{
    return amount >= 0 && amount <= WH_PREPAYMENT_AMOUNT_MAX;
}

wh_err wh_prepayment_check_config(const wh_prepayment_config *config)
{
    bool good =
        (config->mode == WH_PREPAYMENT_CREDIT_MODE || config->mode == WH_PREPAYMENT_PAY_FIRST) &&
        wh_prepayment_is_amount(config->low_credit_threshold) &&
        (wh_prepayment_is_amount(config->alarm_2) || config->alarm_2 == WH_PREPAYMENT_NO_ALARM) &&
        wh_prepayment_is_amount(config->clearance_threshold) && is_sum(config->hoarding_limit) &&
        is_sum(config->max_provision);
    for (unsigned i = 0; i < WH_PREPAYMENT_FRIENDLY; i++) {
        good = good && config->friendly[i].from_minute < MINUTES_A_DAY &&
               config->friendly[i].to_minute < MINUTES_A_DAY;
    }
    return good ? WH_OK : WH_ERR_RANGE;
}

wh_err wh_prepayment_check_credit(const wh_credit *c)
{
    bool good = c->type < WH_CREDIT_TYPES && c->priority <= WH_PREPAYMENT_CREDITS &&
                c->flags <= WH_CREDIT_FLAGS && c->token_share <= PERCENT_ONE &&
                c->state < WH_CREDIT_STATES && wh_prepayment_is_amount(c->amount) &&
                wh_prepayment_is_amount(c->limit) &&
                wh_prepayment_is_amount(c->warning_threshold) && is_sum(c->preset) &&
                wh_prepayment_is_amount(c->available_threshold) && is_period(c->when_kind, c->when);
    return good ? WH_OK : WH_ERR_RANGE;
}

wh_err wh_prepayment_check_charge(const wh_charge *c)
{
    bool good = c->type < WH_CHARGE_TYPES && c->priority <= WH_PREPAYMENT_CHARGES &&
                c->flags <= WH_CHARGE_FLAGS && c->pause <= WH_CHARGE_PAUSES &&
                c->proportion <= PROPORTION_ONE && is_sum(c->unit_charge) &&
                is_sum(c->unit_charge_passive) && is_sum(c->total_amount_remaining) &&
                wh_prepayment_is_total(c->total_amount_paid) &&
                (c->type != WH_CHARGE_CONSUMPTION || (c->flags & WH_CHARGE_DEBT) == 0) &&
                is_period(c->when_kind, c->when);
    return good ? WH_OK : WH_ERR_RANGE;
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
    if (err == WH_OK && shares > PERCENT_ONE) {
        err = WH_ERR_RANGE;
    }
    if (err == WH_OK) {
        err = begin_period(n.when_kind, n.when, zone, utc_ms, &n.last);
    }
    if (err == WH_OK && !wh_prepayment_adjust(p, &p->credit[place], n.preset)) {
        err = WH_ERR_RANGE;
    }
    if (err == WH_OK) {
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
    if (err == WH_OK) {
        err = begin_period(n.when_kind, n.when, zone, utc_ms, &n.last);
    }
    if (err == WH_OK) {
        p->charge[place] = n;
        changed(p);
    }
    return err;
}

/* ---- the life of the account ---- */

wh_err wh_prepayment_restart(wh_prepayment *p, const wh_time_zone *zone, int64_t utc_ms)
{
    uint32_t last[WH_PREPAYMENT_CREDITS + WH_PREPAYMENT_CHARGES];
    wh_err err = WH_OK;
    for (unsigned i = 0; i < WH_PREPAYMENT_CREDITS && err == WH_OK; i++) {
        const wh_credit *c = &p->credit[i];
        err = begin_period(c->when_kind, c->when, zone, utc_ms, &last[i]);
    }
    for (unsigned i = 0; i < WH_PREPAYMENT_CHARGES && err == WH_OK; i++) {
        const wh_charge *c = &p->charge[i];
        err = begin_period(c->when_kind, c->when, zone, utc_ms, &last[WH_PREPAYMENT_CREDITS + i]);
    }
    if (err != WH_OK) {
        return err;
    }
    for (unsigned i = 0; i < WH_PREPAYMENT_CREDITS; i++) {
        p->credit[i].last = last[i];
    }
    for (unsigned i = 0; i < WH_PREPAYMENT_CHARGES; i++) {
        p->charge[i].last = last[WH_PREPAYMENT_CREDITS + i];
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
