/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/supply/account_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void top_up(account_rig *r, int64_t amount)
{
    assert_int_equal(wh_prepayment_top_up(&r->p, amount, r->in.utc_ms), WH_PREPAYMENT_ACCEPTED);
    account_rig_check(&r->p);
}

static void a_new_account_is_out_of_credit_when_it_is_activated(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    assert_true(r.p.out && r.p.barred && r.p.low);
    assert_int_equal(r.p.credit[WALLET].state, WH_CREDIT_EXHAUSTED);
    assert_int_equal(r.p.credit[EMERGENCY].state, WH_CREDIT_SELECTABLE);
    account_rig_step(&r, 1000, 0);
    assert_int_equal(r.disconnects, 1);
    account_rig_step(&r, 1000, 0);
    assert_int_equal(r.p.wish, WH_PREPAYMENT_NO_WISH);
    assert_int_equal(r.disconnects, 1);
}

static void nothing_is_collected_or_barred_before_activation_and_after_closing(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    wh_prepayment n;
    wh_prepayment_config config = account_rig_config();
    assert_int_equal(wh_prepayment_init(&n, &config), WH_OK);
    memcpy(n.credit, r.p.credit, sizeof n.credit);
    memcpy(n.charge, r.p.charge, sizeof n.charge);
    n.adjusted = 5 * YUAN;
    assert_int_equal(wh_prepayment_consume(&n, ENERGY, YUAN, r.in.utc_ms), 0);
    assert_int_equal(wh_prepayment_top_up(&n, YUAN, 0), WH_PREPAYMENT_INACTIVE);
    wh_prepayment_tick(&n, &r.in);
    assert_false(n.out || n.barred || n.low);
    assert_int_equal(n.wish, WH_PREPAYMENT_NO_WISH);
    assert_int_equal(wh_prepayment_close(&n), WH_ERR_STATE);
    assert_int_equal(wh_prepayment_reset(&n), WH_ERR_STATE);
    assert_int_equal(wh_prepayment_activate(&n, r.in.zone, r.in.utc_ms), WH_OK);
    assert_int_equal(wh_prepayment_activate(&n, r.in.zone, r.in.utc_ms), WH_ERR_STATE);
    assert_true(n.barred);
    assert_int_equal(wh_prepayment_close(&n), WH_OK);
    assert_false(n.barred);
    assert_int_equal(wh_prepayment_consume(&n, ENERGY, YUAN, r.in.utc_ms), 0);
    assert_int_equal(wh_prepayment_top_up(&n, YUAN, 0), WH_PREPAYMENT_INACTIVE);
    assert_int_equal(wh_prepayment_reset(&n), WH_OK);
    assert_int_equal(n.state, WH_PREPAYMENT_NEW);
    account_rig_check(&n);
}

static void a_reset_account_begins_with_presets_and_keeps_its_count(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    const wh_prepayment_purchase q = {.count = 1, .amount = 20 * YUAN};
    assert_int_equal(wh_prepayment_buy(&r.p, &q, r.in.utc_ms), WH_PREPAYMENT_ACCEPTED);
    account_rig_step(&r, 1000, 3 * YUAN);
    assert_int_equal(wh_prepayment_set_remaining(&r.p, STANDING, YUAN), WH_OK);
    assert_int_equal(wh_prepayment_close(&r.p), WH_OK);
    assert_int_equal(wh_prepayment_reset(&r.p), WH_OK);
    assert_int_equal(r.p.credit[WALLET].amount, 0);
    assert_int_equal(r.p.credit[EMERGENCY].amount, 5 * YUAN);
    assert_int_equal(r.p.charge[ENERGY].total_amount_paid, 0);
    assert_int_equal(wh_prepayment_debt(&r.p), 0);
    assert_int_equal(r.p.purchase_count, 1);
    assert_int_equal(r.p.collected, 3 * YUAN);
    assert_int_equal(r.p.topped_up, 20 * YUAN);
    assert_int_equal(r.p.adjusted, -12 * YUAN); /* 5 given first, 17 cleared */
}

/* The life of a wallet and its emergency credit, one event a row. */
static void credits_follow_each_other(void **state)
{
    (void)state;
    enum { USE, PAY, INVOKE };
    static const struct {
        uint8_t what;
        int64_t amount; /* hundredths */
        int64_t wallet; /* after it, hundredths */
        int64_t emergency;
        uint8_t wallet_state;
        uint8_t emergency_state;
        bool out;
        int64_t available;
        int64_t to_clear; /* millionths beyond hundredths: + 1 */
    } row[] = {
        {PAY, 1000, 1000, 500, WH_CREDIT_IN_USE, WH_CREDIT_ENABLED, false, 1000, -1},
        {USE, 999, 1, 500, WH_CREDIT_IN_USE, WH_CREDIT_ENABLED, false, 1, -1},
        {USE, 3, -2, 500, WH_CREDIT_EXHAUSTED, WH_CREDIT_SELECTABLE, true, 0, 2},
        {INVOKE, 0, -2, 500, WH_CREDIT_EXHAUSTED, WH_CREDIT_IN_USE, false, 500, -1},
        {USE, 498, -2, 2, WH_CREDIT_EXHAUSTED, WH_CREDIT_IN_USE, false, 2, -1},
        {USE, 5, -5, 0, WH_CREDIT_EXHAUSTED, WH_CREDIT_EXHAUSTED, true, 0, 505},
        {PAY, 100, -5, 100, WH_CREDIT_EXHAUSTED, WH_CREDIT_EXHAUSTED, true, 0, 405},
        {PAY, 402, -3, 500, WH_CREDIT_EXHAUSTED, WH_CREDIT_SELECTABLE, true, 0, 3},
        {INVOKE, 0, -3, 500, WH_CREDIT_EXHAUSTED, WH_CREDIT_IN_USE, false, 500, -1},
        {USE, 1, -3, 499, WH_CREDIT_EXHAUSTED, WH_CREDIT_IN_USE, false, 499, -1},
        {PAY, 10, 6, 500, WH_CREDIT_IN_USE, WH_CREDIT_ENABLED, false, 6, -1},
        {USE, -94, 100, 500, WH_CREDIT_IN_USE, WH_CREDIT_ENABLED, false, 100, -1}, /* is paid */
    };
    const int64_t cent = YUAN / 100;
    account_rig r = account_rig_usual();
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        if (row[i].what == USE) {
            assert_int_equal(wh_prepayment_consume(&r.p, ENERGY, row[i].amount * cent, 0),
                             row[i].amount * cent);
        } else if (row[i].what == PAY) {
            top_up(&r, row[i].amount * cent);
        } else {
            assert_int_equal(wh_prepayment_invoke(&r.p, EMERGENCY), WH_OK);
            assert_int_equal(wh_prepayment_invoke(&r.p, EMERGENCY), WH_ERR_STATE);
        }
        account_rig_check(&r.p);
        assert_int_equal(r.p.credit[WALLET].amount, row[i].wallet * cent);
        assert_int_equal(r.p.credit[EMERGENCY].amount, row[i].emergency * cent);
        assert_int_equal(r.p.credit[WALLET].state, row[i].wallet_state);
        assert_int_equal(r.p.credit[EMERGENCY].state, row[i].emergency_state);
        assert_int_equal(r.p.out, row[i].out);
        assert_int_equal(r.p.barred, row[i].out);
        assert_int_equal(wh_prepayment_available(&r.p), row[i].available * cent);
        assert_int_equal(wh_prepayment_to_clear(&r.p),
                         row[i].to_clear < 0 ? 0 : row[i].to_clear * cent + 1);
    }
    assert_int_equal(wh_prepayment_invoke(&r.p, WH_PREPAYMENT_CREDITS), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_prepayment_invoke(&r.p, 3), WH_ERR_STATE);
}

static void paying_what_is_to_clear_clears_and_a_millionth_less_does_not(void **state)
{
    (void)state;
    static const int64_t clearance[] = {0, 1, 10 * YUAN, -10 * YUAN};
    static const int64_t limit[] = {0, -3 * YUAN, YUAN};
    for (size_t i = 0; i < 12; i++) {
        for (int64_t less = 0; less < 2; less++) {
            account_rig r = account_rig_usual();
            wh_prepayment_config config = account_rig_config();
            config.clearance_threshold = clearance[i % 4];
            const wh_credit_config wallet = {
                .priority = 1, .flags = WH_CREDIT_TOKENS, .limit = limit[i / 4]};
            account_rig_credit(&r, WALLET, &wallet);
            assert_int_equal(wh_prepayment_configure(&r.p, &config), WH_OK);
            (void)wh_prepayment_consume(&r.p, ENERGY, 4 * YUAN, 0);
            assert_true(r.p.out);
            assert_int_equal(r.p.credit[WALLET].amount, -4 * YUAN);
            int64_t amount = wh_prepayment_to_clear(&r.p) - less;
            assert_true(amount > 0);
            top_up(&r, amount);
            assert_int_equal(r.p.out, less == 1);
            assert_int_equal(wh_prepayment_to_clear(&r.p), less);
        }
    }
}

static void an_overdraft_lasts_to_its_limit(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    const wh_credit_config wallet = {.priority = 1, .flags = WH_CREDIT_TOKENS, .limit = -10 * YUAN};
    account_rig_credit(&r, WALLET, &wallet);
    account_rig_step(&r, 1000, 10 * YUAN - 1);
    assert_false(r.p.out);
    assert_true(r.p.low && r.in.connected);
    assert_int_equal(wh_prepayment_available(&r.p), 0);
    account_rig_step(&r, 1000, 1);
    assert_true(r.p.out);
    assert_false(r.in.connected);
}

static void one_collection_is_shared_by_all_that_can_pay(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    const wh_credit_config gift = {.type = WH_CREDIT_TIME_BASED, .priority = 2, .preset = 3 * YUAN};
    const wh_credit_config reserve = {
        .type = WH_CREDIT_RESERVED, .priority = 3, .limit = YUAN, .preset = 2 * YUAN};
    account_rig_credit(&r, EMERGENCY, &gift);
    account_rig_credit(&r, 2, &reserve);
    top_up(&r, 4 * YUAN);
    assert_int_equal(r.p.credit[2].state, WH_CREDIT_ENABLED);
    assert_int_equal(wh_prepayment_consume(&r.p, ENERGY, 10 * YUAN, 0), 10 * YUAN);
    assert_int_equal(r.p.credit[EMERGENCY].amount, 0);
    assert_int_equal(r.p.credit[2].amount, YUAN);
    assert_int_equal(r.p.credit[WALLET].amount, -2 * YUAN); /* what nobody could pay */
    assert_true(r.p.out);
    account_rig_check(&r.p);
}

static void a_credit_that_need_not_be_paid_back_stays_selected(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    const wh_credit_config reserve = {
        .type = WH_CREDIT_RESERVED, .priority = 2, .flags = WH_CREDIT_CONFIRM, .preset = 2 * YUAN};
    account_rig_credit(&r, EMERGENCY, &reserve);
    assert_int_equal(wh_prepayment_invoke(&r.p, EMERGENCY), WH_OK);
    top_up(&r, 1);
    assert_int_equal(r.p.credit[WALLET].state, WH_CREDIT_IN_USE);
    assert_int_equal(r.p.credit[EMERGENCY].state, WH_CREDIT_SELECTED);
    assert_int_equal(wh_prepayment_available(&r.p), 2 * YUAN + 1);
    assert_int_equal(wh_prepayment_set_amount(&r.p, EMERGENCY, 0), WH_OK);
    assert_int_equal(wh_prepayment_status(&r.p) & WH_PREPAYMENT_IN_CREDIT, WH_PREPAYMENT_IN_CREDIT);
}

static void the_next_credit_comes_at_its_threshold(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    const wh_credit_config emergency = {.priority = 2,
                                        .flags = WH_CREDIT_CONFIRM | WH_CREDIT_PAY_BACK,
                                        .preset = 5 * YUAN,
                                        .available_threshold = 2 * YUAN};
    account_rig_credit(&r, EMERGENCY, &emergency);
    top_up(&r, 2 * YUAN + 1);
    assert_int_equal(r.p.credit[EMERGENCY].state, WH_CREDIT_ENABLED);
    assert_int_equal(wh_prepayment_status(&r.p),
                     WH_PREPAYMENT_IN_CREDIT | WH_PREPAYMENT_NEXT_ENABLED);
    (void)wh_prepayment_consume(&r.p, ENERGY, 1, 0);
    assert_int_equal(r.p.credit[EMERGENCY].state, WH_CREDIT_SELECTABLE);
    assert_int_equal(wh_prepayment_status(&r.p),
                     WH_PREPAYMENT_IN_CREDIT | WH_PREPAYMENT_NEXT_SELECTABLE);
    assert_int_equal(wh_prepayment_invoke(&r.p, EMERGENCY), WH_OK);
    assert_int_equal(r.p.credit[EMERGENCY].state, WH_CREDIT_SELECTED);
    assert_int_equal(wh_prepayment_status(&r.p),
                     WH_PREPAYMENT_IN_CREDIT | WH_PREPAYMENT_NEXT_SELECTED);
    (void)wh_prepayment_consume(&r.p, ENERGY, 3 * YUAN, 0);
    assert_int_equal(r.p.credit[EMERGENCY].state, WH_CREDIT_IN_USE);
    assert_int_equal(wh_prepayment_status(&r.p),
                     WH_PREPAYMENT_IN_CREDIT | WH_PREPAYMENT_SELECTABLE_IN_USE);
    assert_int_equal(r.p.credit[EMERGENCY].amount, 4 * YUAN);
    assert_true((wh_prepayment_take_notices(&r.p) & WH_PREPAYMENT_NOTICE_EMERGENCY) != 0);
    (void)wh_prepayment_consume(&r.p, ENERGY, 4 * YUAN, 0);
    assert_int_equal(wh_prepayment_status(&r.p),
                     WH_PREPAYMENT_LOW_CREDIT | WH_PREPAYMENT_OUT_OF_CREDIT);
}

static void a_purchase_is_accepted_once_and_in_its_turn(void **state)
{
    (void)state;
    static const struct {
        uint64_t customer;
        uint32_t count;
        int64_t amount;
        wh_prepayment_answer answer;
        int64_t wallet;
        bool refund;
    } row[] = {
        {77, 0, 10 * YUAN, WH_PREPAYMENT_DUPLICATE, 0, false},
        {77, 2, 10 * YUAN, WH_PREPAYMENT_COUNT, 0, false},
        {78, 1, 10 * YUAN, WH_PREPAYMENT_CUSTOMER, 0, false},
        {0, 1, 10 * YUAN, WH_PREPAYMENT_CUSTOMER, 0, false},
        {77, 1, 0, WH_PREPAYMENT_AMOUNT, 0, false},
        {77, 1, -1, WH_PREPAYMENT_AMOUNT, 0, false},
        {77, 1, INT64_MIN, WH_PREPAYMENT_AMOUNT, 0, false},
        {77, 1, INT64_MAX, WH_PREPAYMENT_AMOUNT, 0, false},
        {77, 1, 100 * YUAN + 1, WH_PREPAYMENT_HOARDING, 0, false},
        {77, 1, 100 * YUAN, WH_PREPAYMENT_ACCEPTED, 100 * YUAN, false},
        {77, 1, 100 * YUAN, WH_PREPAYMENT_DUPLICATE, 100 * YUAN, false},
        {77, 2, 1, WH_PREPAYMENT_HOARDING, 100 * YUAN, false},
        {77, 1, 30 * YUAN, WH_PREPAYMENT_DUPLICATE, 100 * YUAN, true},
        {78, 2, 30 * YUAN, WH_PREPAYMENT_CUSTOMER, 100 * YUAN, true},
        {77, 3, 30 * YUAN, WH_PREPAYMENT_COUNT, 100 * YUAN, true},
        {77, 2, 0, WH_PREPAYMENT_AMOUNT, 100 * YUAN, true},
        {77, 2, INT64_MIN, WH_PREPAYMENT_AMOUNT, 100 * YUAN, true},
        {77, 2, 100 * YUAN + 1, WH_PREPAYMENT_BALANCE, 100 * YUAN, true},
        {77, 2, 1, WH_PREPAYMENT_ACCEPTED, 100 * YUAN - 1, true},
        {77, 3, 30 * YUAN - 1, WH_PREPAYMENT_ACCEPTED, 70 * YUAN, true},
        {77, 3, 30 * YUAN, WH_PREPAYMENT_DUPLICATE, 70 * YUAN, true},
        {77, 3, 30 * YUAN, WH_PREPAYMENT_DUPLICATE, 70 * YUAN, false},
        {77, 2, 30 * YUAN, WH_PREPAYMENT_COUNT, 70 * YUAN, false},
        {77, 4, 30 * YUAN, WH_PREPAYMENT_ACCEPTED, 100 * YUAN, false},
        {77, 5, 100 * YUAN, WH_PREPAYMENT_ACCEPTED, 0, true},
    };
    account_rig r = account_rig_usual();
    wh_prepayment_config config = account_rig_config();
    config.customer = 77;
    config.hoarding_limit = 100 * YUAN;
    assert_int_equal(wh_prepayment_configure(&r.p, &config), WH_OK);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        const wh_prepayment_purchase q = {row[i].customer, row[i].count, row[i].amount};
        uint32_t urgent = r.p.urgent;
        uint32_t count = r.p.purchase_count;
        wh_prepayment_answer answer = row[i].refund ? wh_prepayment_refund(&r.p, &q)
                                                    : wh_prepayment_buy(&r.p, &q, r.in.utc_ms);
        bool accepted = answer == WH_PREPAYMENT_ACCEPTED;
        assert_int_equal(answer, row[i].answer);
        assert_int_equal(r.p.answer, row[i].answer);
        assert_int_equal(r.p.credit[WALLET].amount, row[i].wallet);
        assert_int_equal(r.p.purchase_count, count + (accepted ? 1 : 0));
        assert_int_equal(r.p.urgent != urgent, accepted);
        unsigned told = accepted ? (row[i].refund ? WH_PREPAYMENT_NOTICE_REFUNDED
                                                  : WH_PREPAYMENT_NOTICE_TOPPED_UP)
                                 : WH_PREPAYMENT_NOTICE_REFUSED;
        assert_true((wh_prepayment_take_notices(&r.p) & told) == told);
        account_rig_check(&r.p);
    }
    assert_true(r.p.out); /* all was refunded */
    assert_int_equal(r.p.refunded, 130 * YUAN);
}

static void payments_pay_debts_first(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    const wh_charge_config part = {.type = WH_CHARGE_PAYMENT,
                                   .priority = 2,
                                   .flags = WH_CHARGE_PROPORTION | WH_CHARGE_DEBT,
                                   .proportion = 2500};
    const wh_charge_config fee = {.type = WH_CHARGE_PAYMENT, .priority = 1, .unit_charge = YUAN};
    account_rig_charge(&r, DEBT, &part);
    account_rig_charge(&r, 3, &fee);
    assert_int_equal(wh_prepayment_set_remaining(&r.p, DEBT, 6 * YUAN), WH_OK);
    assert_int_equal(wh_prepayment_debt(&r.p), 6 * YUAN);
    top_up(&r, 16 * YUAN + 3);
    assert_int_equal(r.p.charge[3].total_amount_paid, YUAN);
    assert_int_equal(r.p.charge[DEBT].total_amount_paid, 4 * YUAN);
    assert_int_equal(r.p.charge[DEBT].last_collection_amount, 4 * YUAN);
    assert_int_equal(r.p.charge[DEBT].last_collection_s, ACCOUNT_RIG_START / 1000);
    assert_int_equal(r.p.credit[WALLET].amount, 11 * YUAN + 3);
    assert_int_equal(r.p.last_top_up, 16 * YUAN + 3);
    assert_false((wh_prepayment_take_notices(&r.p) & WH_PREPAYMENT_NOTICE_DEBT_PAID) != 0);
    top_up(&r, 16 * YUAN);
    assert_int_equal(wh_prepayment_debt(&r.p), 0);
    assert_true((wh_prepayment_take_notices(&r.p) & WH_PREPAYMENT_NOTICE_DEBT_PAID) != 0);
    top_up(&r, 16 * YUAN);
    assert_int_equal(r.p.charge[DEBT].total_amount_paid, 6 * YUAN);
    top_up(&r, YUAN / 2); /* the fee takes what there is */
    assert_int_equal(r.p.charge[3].total_amount_paid, 3 * YUAN + YUAN / 2);
}

static void payments_give_no_more_than_the_provision_of_a_period(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    const wh_charge_config all = {.type = WH_CHARGE_PAYMENT,
                                  .priority = 1,
                                  .flags = WH_CHARGE_PROPORTION,
                                  .proportion = 10000};
    wh_prepayment_config config = account_rig_config();
    config.max_provision = 10 * YUAN;
    config.max_provision_s = 3600;
    assert_int_equal(wh_prepayment_configure(&r.p, &config), WH_OK);
    account_rig_charge(&r, DEBT, &all);
    static const struct {
        int64_t at_s;
        int64_t amount;
        int64_t paid;
    } row[] = {{0, 4, 4},     {1, 4, 8},      {3599, 4, 10}, {3600, 4, 14},
               {7199, 9, 20}, {-9999, 9, 20}, {7200, 11, 30}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        r.in.utc_ms = ACCOUNT_RIG_START + row[i].at_s * 1000;
        top_up(&r, row[i].amount * YUAN);
        assert_int_equal(r.p.charge[DEBT].total_amount_paid, row[i].paid * YUAN);
    }
    config.max_provision_s = 0; /* of each payment */
    assert_int_equal(wh_prepayment_configure(&r.p, &config), WH_OK);
    for (int64_t i = 1; i <= 3; i++) {
        top_up(&r, 11 * YUAN);
        assert_int_equal(r.p.charge[DEBT].total_amount_paid, (30 + 10 * i) * YUAN);
    }
}

static void a_top_up_is_shared_as_the_shares_say(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    const wh_credit_config first = {.priority = 1, .flags = WH_CREDIT_TOKENS, .token_share = 50};
    const wh_credit_config second = {.priority = 2, .flags = WH_CREDIT_TOKENS, .token_share = 30};
    account_rig_credit(&r, 3, &first);
    account_rig_credit(&r, 2, &second);
    top_up(&r, 1001);
    assert_int_equal(r.p.credit[WALLET].amount, 201); /* what is left over: 20 percent, and 1 */
    assert_int_equal(r.p.credit[3].amount, 500);
    assert_int_equal(r.p.credit[2].amount, 300);
    const wh_credit_config much = {.priority = 1, .flags = WH_CREDIT_TOKENS, .token_share = 21};
    assert_int_equal(wh_prepayment_set_credit(&r.p, WALLET, &much, r.in.zone, r.in.utc_ms),
                     WH_ERR_RANGE);
    assert_int_equal(r.p.credit[WALLET].amount, 201);
}

static void alarm_2_opens_once_until_the_next_top_up(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    wh_prepayment_config config = account_rig_config();
    config.low_credit_threshold = 20 * YUAN;
    config.alarm_2 = 10 * YUAN;
    config.reconnects = true;
    assert_int_equal(wh_prepayment_configure(&r.p, &config), WH_OK);
    top_up(&r, 21 * YUAN);
    (void)wh_prepayment_take_notices(&r.p);
    account_rig_step(&r, 1000, YUAN);
    assert_int_equal(wh_prepayment_take_notices(&r.p), WH_PREPAYMENT_NOTICE_LOW);
    account_rig_step(&r, 1000, 10 * YUAN - 1);
    assert_true(r.in.connected);
    account_rig_step(&r, 1000, 1);
    assert_int_equal(wh_prepayment_take_notices(&r.p), WH_PREPAYMENT_NOTICE_ALARM_2);
    assert_false(r.in.connected);
    assert_false(r.p.barred); /* the key closes */
    account_rig_step(&r, 1000, 0);
    assert_false(r.in.connected); /* and nothing else does */
    r.in.connected = true;
    r.in.by_credit = false;
    account_rig_step(&r, 1000, 9 * YUAN);
    assert_true(r.in.connected); /* it opens no second time */
    top_up(&r, 9 * YUAN);        /* 10: not above it */
    account_rig_step(&r, 1000, 0);
    assert_true(r.in.connected);
    top_up(&r, 1);
    account_rig_step(&r, 1000, 1);
    assert_false(r.in.connected);
    assert_int_equal(r.disconnects, 2);
    top_up(&r, 1); /* a top-up closes, too */
    account_rig_step(&r, 1000, 0);
    assert_true(r.in.connected);
    assert_int_equal(r.reconnects, 1);
}

static void a_refused_wish_comes_again_after_a_minute(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    wh_prepayment_config config = account_rig_config();
    config.alarm_2 = YUAN;
    assert_int_equal(wh_prepayment_configure(&r.p, &config), WH_OK);
    top_up(&r, YUAN);
    r.refuses = true;
    account_rig_step(&r, 1000, 0);
    assert_int_equal(r.p.retry_ms, WH_PREPAYMENT_RETRY_MS);
    r.refuses = false;
    account_rig_step(&r, WH_PREPAYMENT_RETRY_MS - 1, 0);
    assert_true(r.in.connected);
    account_rig_step(&r, 1, 0);
    assert_false(r.in.connected);
    assert_int_equal(r.disconnects, 1);
}

static void a_protected_switch_is_not_asked(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    r.in.fixed = true;
    account_rig_step(&r, 1000, YUAN);
    assert_true(r.in.connected && r.p.barred);
    r.in.fixed = false;
    account_rig_step(&r, 1000, 0);
    assert_false(r.in.connected);
}

static void credit_mode_collects_and_never_disconnects(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    wh_prepayment_config config = account_rig_config();
    config.mode = WH_PREPAYMENT_CREDIT_MODE;
    assert_int_equal(wh_prepayment_configure(&r.p, &config), WH_OK);
    assert_false(r.p.barred);
    account_rig_step(&r, 1000, 500 * YUAN);
    assert_int_equal(r.p.credit[WALLET].amount, -500 * YUAN);
    assert_true(r.in.connected);
    assert_false(r.p.barred || r.p.low);
    config.mode = WH_PREPAYMENT_PAY_FIRST;
    assert_int_equal(wh_prepayment_configure(&r.p, &config), WH_OK);
    assert_true(r.p.barred);
}

/* Monday 5 January 2026 is a holiday here; hours given as hhmm. */
static void friendly_hours_are_the_windows_of_their_days(void **state)
{
    (void)state;
    static const struct {
        unsigned from;
        unsigned to;
        uint8_t days;
        unsigned at;
        uint8_t weekday;
        bool holiday;
        bool holiday_before;
        bool friendly;
    } row[] = {
        {1800, 2200, 0x01, 1759, 0, false, false, false},
        {1800, 2200, 0x01, 1800, 0, false, false, true},
        {1800, 2200, 0x01, 2159, 0, false, false, true},
        {1800, 2200, 0x01, 2200, 0, false, false, false},
        {1800, 2200, 0x01, 1800, 1, false, false, false},
        {1800, 2200, 0x01, 1800, 6, true, false, false},
        {1800, 2200, 0x80, 1800, 6, true, false, true},
        {1800, 2200, 0x80, 1800, 6, false, true, false},
        {2200, 600, 0x10, 2200, 4, false, false, true}, /* Friday evening */
        {2200, 600, 0x10, 559, 5, false, false, true},  /* until Saturday morning */
        {2200, 600, 0x10, 600, 5, false, false, false},
        {2200, 600, 0x10, 2200, 5, false, false, false}, /* not Saturday evening */
        {2200, 600, 0x10, 559, 4, false, false, false},  /* not Friday morning */
        {2200, 600, 0x40, 559, 0, false, false, true},   /* Sunday into Monday */
        {2200, 600, 0x80, 559, 2, false, true, true},    /* the night after a holiday */
        {2200, 600, 0x80, 559, 2, true, false, false},
        {0, 0, 0x80, 0, 3, true, false, true}, /* all day */
        {0, 0, 0x80, 2359, 3, true, false, true},
        {0, 0, 0x80, 0, 3, false, true, false},
        {0, 0, 0x00, 1200, 3, true, true, false},
    };
    for (size_t i = 0; i < 2 * sizeof row / sizeof row[0]; i++) {
        size_t n = i / 2;
        account_rig r = account_rig_usual();
        wh_prepayment_config config = account_rig_config();
        config.friendly[i % 2] = (wh_prepayment_friendly){
            .from_minute = (uint16_t)(row[n].from / 100 * 60 + row[n].from % 100),
            .to_minute = (uint16_t)(row[n].to / 100 * 60 + row[n].to % 100),
            .days = row[n].days};
        assert_int_equal(wh_prepayment_configure(&r.p, &config), WH_OK);
        r.in.minute = (uint16_t)(row[n].at / 100 * 60 + row[n].at % 100);
        r.in.weekday = row[n].weekday;
        r.in.holiday = row[n].holiday;
        r.in.holiday_before = row[n].holiday_before;
        account_rig_step(&r, 1000, YUAN);
        assert_int_equal(r.p.friendly, row[n].friendly);
        assert_int_equal(r.in.connected, row[n].friendly);
        assert_true(r.p.barred);
    }
}

/* A year of minutes as the wall shows them in Berlin, with its two changes: an evening window is
 * friendly for as long as the wall is in it, and the disconnection comes in its last minute. */
static void daylight_saving_moves_friendly_hours_with_the_wall(void **state)
{
    (void)state;
    const wh_time_zone berlin = {
        .standard_min = 60,
        .dst_min = 60,
        .begin = {WH_TIME_ZONE_ANY_YEAR, 3, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0},
        .end = {WH_TIME_ZONE_ANY_YEAR, 10, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0}};
    assert_int_equal(wh_time_zone_check(&berlin), WH_OK);
    account_rig r = account_rig_usual();
    wh_prepayment_config config = account_rig_config();
    config.friendly[0] =
        (wh_prepayment_friendly){.from_minute = 60, .to_minute = 240, .days = 0x7F};
    assert_int_equal(wh_prepayment_configure(&r.p, &config), WH_OK);
    unsigned minutes_of_day = 0;
    unsigned short_nights = 0;
    unsigned long_nights = 0;
    wh_civil_time wall = {0};
    uint8_t day = 0;
    for (uint32_t i = 0; i < 365 * 1440; i++) {
        assert_int_equal(wh_time_zone_to_local(&berlin, r.in.utc_ms + 60000, &wall, NULL), WH_OK);
        r.in.zone = &berlin;
        r.in.minute = (uint16_t)(wall.hour * 60 + wall.minute);
        r.in.weekday = (uint8_t)(wh_civil_weekday(wall.date) - 1);
        if (wall.date.day != day) {
            day = wall.date.day;
            short_nights += minutes_of_day == 120 ? 1 : 0;
            long_nights += minutes_of_day == 240 ? 1 : 0;
            minutes_of_day = 0;
        }
        account_rig_step(&r, 60000, 0);
        minutes_of_day += r.p.friendly ? 1 : 0;
        assert_int_equal(r.p.friendly, wall.hour >= 1 && wall.hour < 4);
    }
    assert_int_equal(short_nights, 1);
    assert_int_equal(long_nights, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_account_is_out_of_credit_when_it_is_activated),
        cmocka_unit_test(nothing_is_collected_or_barred_before_activation_and_after_closing),
        cmocka_unit_test(a_reset_account_begins_with_presets_and_keeps_its_count),
        cmocka_unit_test(credits_follow_each_other),
        cmocka_unit_test(paying_what_is_to_clear_clears_and_a_millionth_less_does_not),
        cmocka_unit_test(an_overdraft_lasts_to_its_limit),
        cmocka_unit_test(one_collection_is_shared_by_all_that_can_pay),
        cmocka_unit_test(a_credit_that_need_not_be_paid_back_stays_selected),
        cmocka_unit_test(the_next_credit_comes_at_its_threshold),
        cmocka_unit_test(a_purchase_is_accepted_once_and_in_its_turn),
        cmocka_unit_test(payments_pay_debts_first),
        cmocka_unit_test(payments_give_no_more_than_the_provision_of_a_period),
        cmocka_unit_test(a_top_up_is_shared_as_the_shares_say),
        cmocka_unit_test(alarm_2_opens_once_until_the_next_top_up),
        cmocka_unit_test(a_refused_wish_comes_again_after_a_minute),
        cmocka_unit_test(a_protected_switch_is_not_asked),
        cmocka_unit_test(credit_mode_collects_and_never_disconnects),
        cmocka_unit_test(friendly_hours_are_the_windows_of_their_days),
        cmocka_unit_test(daylight_saving_moves_friendly_hours_with_the_wall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
