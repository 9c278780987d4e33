/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/keeper_internal.h"

#define UW_PER_MW 1000

static int64_t largest_current_ma(const wh_quantities *q)
{
    int64_t largest_ua = 0;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        largest_ua = q->phase[k].i_ua > largest_ua ? q->phase[k].i_ua : largest_ua;
    }
    return largest_ua / 1000;
}

/* A limiter acts: on the loads, or on the switch. */
static wh_err act(wh_keeper *k, wh_limiter_action action, int64_t utc_ms)
{
    switch (action) {
    case WH_LIMITER_DISCONNECT:
        return wh_switch_request(&k->main_switch, WH_SWITCH_LOCAL_DISCONNECT, WH_SWITCH_BY_LIMITER,
                                 utc_ms);
    case WH_LIMITER_RECONNECT:
        return wh_switch_request(&k->main_switch, WH_SWITCH_LOCAL_RECONNECT, WH_SWITCH_BY_LIMITER,
                                 utc_ms);
    case WH_LIMITER_SHED:
        return wh_loads_set_goal(&k->loads, WH_LOADS_SHED);
    case WH_LIMITER_RESTORE:
        return wh_loads_set_goal(&k->loads, WH_LOADS_RESTORE);
    case WH_LIMITER_NOTHING:
    case WH_LIMITER_ACTIONS:
    default:
        return WH_OK;
    }
}

/* Another limiter has opened the switch and does not let it close. */
static bool held_open(const wh_keeper *k, const wh_limiter *asking)
{
    for (unsigned i = 0; i < k->config->limiter_count; i++) {
        const wh_limiter *l = &k->limiter[i];
        if (l != asking && l->opened && l->locked) {
            return true;
        }
    }
    return false;
}

static wh_limiter_inputs limiter_inputs(const wh_pass *pass)
{
    const wh_keeper *k = pass->keeper;
    const wh_quantities *q = &pass->meter->metrology.quantities;
    int64_t p_mw = q->p_uw / UW_PER_MW;
    return (wh_limiter_inputs){
        .utc_ms = pass->utc_ms,
        .elapsed_ms = pass->elapsed_ms,
        .minute = (uint16_t)(pass->local.hour * 60 + pass->local.minute),
        .weekday = pass->weekday,
        .rate = k->rate,
        .valid = pass->meter->windows > 0,
        .open = k->main_switch.state != WH_SWITCH_CONNECTED,
        .by_limiter = k->main_switch.cause == WH_SWITCH_BY_LIMITER,
        .value = {p_mw > 0 ? p_mw : 0, p_mw < 0 ? -p_mw : 0, largest_current_ma(q),
                  wh_demand_present_mw(&k->demand, 0, 0)},
    };
}

/* Which limiter from 1, wh_limiter_action, and the threshold in force. */
static void tell_action(const wh_pass *pass, unsigned i, wh_limiter_action action)
{
    const int64_t given[] = {(int64_t)i + 1, action, pass->keeper->limiter[i].threshold_active};
    const wh_event_detail detail = {.given = given, .given_count = sizeof given / sizeof given[0]};
    (void)!wh_keeper_occur(pass->meter, WH_EVENT_LIMITER_ACTED, 0, &detail);
}

static bool limiters(const wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    wh_limiter_inputs in = limiter_inputs(pass);
    bool above = false;
    for (unsigned i = 0; i < k->config->limiter_count; i++) {
        wh_limiter *l = &k->limiter[i];
        wh_limiter_action action = wh_limiter_tick(l, &in);
        bool refused = action == WH_LIMITER_RECONNECT && held_open(k, l);
        if (refused || act(k, action, pass->utc_ms) != WH_OK) {
            wh_limiter_refused(l);
        } else if (action != WH_LIMITER_NOTHING) {
            tell_action(pass, i, action);
        }
        above = above || l->over;
        wh_keeper_revised(k, (wh_room)(WH_ROOM_LIMITER_1 + i), l->revision);
    }
    return above;
}

static bool is_holiday(const wh_keeper *k, wh_civil_date date)
{
    return wh_tariff_is_holiday(&k->calendar, date);
}

static bool is_limiting(const wh_keeper *k)
{
    for (unsigned i = 0; i < k->config->limiter_count; i++) {
        if (k->limiter[i].acted) {
            return true;
        }
    }
    return false;
}

static void prepayment(const wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    const wh_civil_date today = pass->local.date;
    const wh_civil_date yesterday = wh_civil_date_from_days(wh_civil_date_to_days(today) - 1);
    const wh_switch *s = &k->main_switch;
    const wh_prepayment_inputs in = {
        .utc_ms = pass->utc_ms,
        .zone = &k->clock.zone,
        .elapsed_ms = pass->elapsed_ms,
        .minute = (uint16_t)(pass->local.hour * 60 + pass->local.minute),
        .weekday = pass->weekday,
        .holiday = is_holiday(k, today),
        .holiday_before = is_holiday(k, yesterday),
        .connected = s->state == WH_SWITCH_CONNECTED,
        .by_credit = s->state != WH_SWITCH_CONNECTED && s->cause == WH_SWITCH_BY_CREDIT,
        .fixed = s->mode == 0 || s->protected_on,
        .limiting = is_limiting(k),
    };
    wh_prepayment_tick(&k->prepayment, &in);
    wh_token_tick(&k->tokens, pass->elapsed_ms);
    if (k->tokens.revision != k->tokens_seen) {
        k->tokens_seen = k->tokens.revision;
        wh_keeper_changed(k, WH_ROOM_PREPAYMENT, false);
    }
    wh_keeper_revised(k, WH_ROOM_PREPAYMENT, k->prepayment.urgent);
}

/* What the account wishes of the switch: opened before its tick, closed behind it, when it knows
 * that it is not barred any more. */
static void ask_for_account(const wh_pass *pass, wh_prepayment_wish wish, wh_switch_ask ask)
{
    wh_keeper *k = pass->keeper;
    if (k->prepayment.wish == wish &&
        wh_switch_request(&k->main_switch, ask, WH_SWITCH_BY_CREDIT, pass->utc_ms) != WH_OK) {
        wh_prepayment_refused(&k->prepayment);
    }
}

static void main_switch(const wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    const wh_switch_inputs in = {
        .utc_ms = pass->utc_ms,
        .elapsed_ms = pass->elapsed_ms,
        .current_ma = (uint32_t)largest_current_ma(&pass->meter->metrology.quantities),
        .feedback = (wh_switch_feedback)pass->inputs->feedback,
        .key_pressed = (pass->inputs->contacts & WH_CONTACT_KEY) != 0,
        .barred = k->prepayment.barred ? WH_SWITCH_BAR_CREDIT : 0,
    };
    wh_switch_tick(&k->main_switch, &in);
    wh_keeper_revised(k, WH_ROOM_SWITCH, k->main_switch.revision);
}

void wh_keeper_supply(const wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    bool above = limiters(pass);
    prepayment(pass);
    ask_for_account(pass, WH_PREPAYMENT_DISCONNECT, WH_SWITCH_LOCAL_DISCONNECT);
    main_switch(pass);
    ask_for_account(pass, WH_PREPAYMENT_RECONNECT, WH_SWITCH_LOCAL_RECONNECT);
    wh_loads_tick(&k->loads, pass->elapsed_ms, above);
    wh_keeper_revised(k, WH_ROOM_LOADS, k->loads.revision);
}
