/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/supply/account_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

const wh_time_zone account_rig_utc = {0};

wh_prepayment_config account_rig_config(void)
{
    return (wh_prepayment_config){.mode = WH_PREPAYMENT_PAY_FIRST,
                                  .alarm_2 = WH_PREPAYMENT_NO_ALARM,
                                  .activation_s = WH_PREPAYMENT_NEVER,
                                  .closure_s = WH_PREPAYMENT_NEVER};
}

void account_rig_credit(account_rig *r, unsigned place, const wh_credit_config *config)
{
    assert_int_equal(wh_prepayment_set_credit(&r->p, place, config, r->in.zone, r->in.utc_ms),
                     WH_OK);
}

void account_rig_charge(account_rig *r, unsigned place, const wh_charge_config *config)
{
    assert_int_equal(wh_prepayment_set_charge(&r->p, place, config, r->in.zone, r->in.utc_ms),
                     WH_OK);
}

account_rig account_rig_usual(void)
{
    account_rig r = {
        .in = {.utc_ms = ACCOUNT_RIG_START, .zone = &account_rig_utc, .connected = true}};
    const wh_prepayment_config config = account_rig_config();
    const wh_credit_config wallet = {
        .type = WH_CREDIT_TOKEN, .priority = 1, .flags = WH_CREDIT_TOKENS};
    const wh_credit_config emergency = {.type = WH_CREDIT_EMERGENCY,
                                        .priority = 2,
                                        .flags = WH_CREDIT_CONFIRM | WH_CREDIT_PAY_BACK,
                                        .preset = 5 * YUAN};
    const wh_charge_config energy = {.type = WH_CHARGE_CONSUMPTION, .priority = 1};
    assert_int_equal(wh_prepayment_init(&r.p, &config), WH_OK);
    account_rig_credit(&r, WALLET, &wallet);
    account_rig_credit(&r, EMERGENCY, &emergency);
    account_rig_charge(&r, ENERGY, &energy);
    assert_int_equal(wh_prepayment_activate(&r.p, r.in.zone, r.in.utc_ms), WH_OK);
    (void)wh_prepayment_take_notices(&r.p);
    return r;
}

void account_rig_step(account_rig *r, uint32_t elapsed_ms, int64_t cost)
{
    r->in.utc_ms += elapsed_ms;
    r->in.elapsed_ms = elapsed_ms;
    if (r->in.connected) {
        (void)wh_prepayment_consume(&r->p, ENERGY, cost, r->in.utc_ms);
    }
    wh_prepayment_tick(&r->p, &r->in);
    if (r->p.wish != WH_PREPAYMENT_NO_WISH && r->refuses) {
        wh_prepayment_refused(&r->p);
    } else if (r->p.wish == WH_PREPAYMENT_DISCONNECT) {
        assert_true(r->in.connected);
        r->in.connected = false;
        r->in.by_credit = true;
        r->disconnects++;
    } else if (r->p.wish == WH_PREPAYMENT_RECONNECT) {
        assert_false(r->in.connected || r->p.barred);
        r->in.connected = true;
        r->in.by_credit = false;
        r->reconnects++;
    }
    account_rig_check(&r->p);
}

void account_rig_check(const wh_prepayment *p)
{
    int64_t held = 0;
    int64_t paid = 0;
    for (unsigned i = 0; i < WH_PREPAYMENT_CREDITS; i++) {
        held += p->credit[i].amount;
    }
    for (unsigned i = 0; i < WH_PREPAYMENT_CHARGES; i++) {
        paid += p->charge[i].total_amount_paid;
        assert_true(p->charge[i].total_amount_remaining >= 0);
    }
    assert_int_equal(held, p->topped_up + p->adjusted - p->collected - p->refunded);
    assert_int_equal(paid, p->collected);
}
