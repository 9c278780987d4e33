/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/supply/account_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TOO_MUCH (WH_PREPAYMENT_AMOUNT_MAX + 1)

static void parameters_out_of_range_change_nothing(void **state)
{
    (void)state;
    /* each with one thing wrong */
    static const wh_prepayment_config account[] = {
        {.mode = 0},
        {.mode = 3},
        {.mode = 2, .low_credit_threshold = TOO_MUCH},
        {.mode = 2, .low_credit_threshold = INT64_MIN},
        {.mode = 2, .alarm_2 = -TOO_MUCH},
        {.mode = 2, .clearance_threshold = INT64_MAX},
        {.mode = 2, .hoarding_limit = -1},
        {.mode = 2, .hoarding_limit = TOO_MUCH},
        {.mode = 2, .max_provision = -1},
        {.mode = 2, .friendly = {{.from_minute = 1440}}},
        {.mode = 2, .friendly = {{0}, {.to_minute = 1440}}},
    };
    static const wh_credit_config credit[] = {
        {.type = WH_CREDIT_TYPES},
        {.priority = WH_PREPAYMENT_CREDITS + 1},
        {.flags = WH_CREDIT_FLAGS + 1},
        {.token_share = 101},
        {.limit = TOO_MUCH},
        {.warning_threshold = -TOO_MUCH},
        {.preset = -1},
        {.preset = TOO_MUCH},
        {.available_threshold = INT64_MIN},
        {.period = {.kind = WH_BOUNDARY_ONCE}},
        {.period = {.kind = WH_BOUNDARY_ONCE + 1}},
        {.period = {.kind = WH_BOUNDARY_EVERY, .every_s = 59}},
        {.period = {.kind = WH_BOUNDARY_MONTHLY, .day = 29}},
        {.period = {.kind = WH_BOUNDARY_DAILY, .hour = 24}},
    };
    static const wh_charge_config charge[] = {
        {.type = WH_CHARGE_TYPES},
        {.priority = WH_PREPAYMENT_CHARGES + 1},
        {.flags = WH_CHARGE_FLAGS + 1},
        {.pause = WH_CHARGE_PAUSES + 1},
        {.proportion = 10001},
        {.unit_charge = -1},
        {.unit_charge = TOO_MUCH},
        {.period = {.kind = WH_BOUNDARY_ONCE}},
        {.period = {.kind = WH_BOUNDARY_EVERY, .every_s = 59}},
    };
    account_rig r = account_rig_usual();
    wh_prepayment before;
    memcpy(&before, &r.p, sizeof before);
    for (size_t i = 0; i < sizeof account / sizeof account[0]; i++) {
        assert_int_equal(wh_prepayment_configure(&r.p, &account[i]), WH_ERR_RANGE);
    }
    for (size_t i = 0; i < sizeof credit / sizeof credit[0]; i++) {
        assert_int_equal(wh_prepayment_set_credit(&r.p, 3, &credit[i], r.in.zone, r.in.utc_ms),
                         WH_ERR_RANGE);
    }
    for (size_t i = 0; i < sizeof charge / sizeof charge[0]; i++) {
        assert_int_equal(wh_prepayment_set_charge(&r.p, 3, &charge[i], r.in.zone, r.in.utc_ms),
                         WH_ERR_RANGE);
    }
    const wh_credit_config no_credit = {0};
    const wh_charge_config no_charge = {0};
    const int64_t early = -62135596800001; /* before year 1 */
    assert_int_equal(wh_prepayment_set_credit(&r.p, 3, &no_credit, r.in.zone, early), WH_ERR_RANGE);
    assert_int_equal(wh_prepayment_set_charge(&r.p, 3, &no_charge, r.in.zone, early), WH_ERR_RANGE);
    assert_int_equal(wh_prepayment_restart(&r.p, r.in.zone, early), WH_ERR_RANGE);
    assert_int_equal(wh_prepayment_set_credit(&r.p, 4, &no_credit, r.in.zone, 0), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_prepayment_set_charge(&r.p, 6, &no_charge, r.in.zone, 0), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_prepayment_set_amount(&r.p, 4, 0), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_prepayment_set_amount(&r.p, 0, INT64_MAX), WH_ERR_RANGE);
    assert_int_equal(wh_prepayment_set_remaining(&r.p, 6, 0), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_prepayment_set_remaining(&r.p, 0, -1), WH_ERR_RANGE);
    assert_int_equal(wh_prepayment_set_passive(&r.p, 6, 0, 0), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_prepayment_set_passive(&r.p, 0, -1, 0), WH_ERR_RANGE);
    assert_int_equal(wh_prepayment_activate_passive(&r.p, 6), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_prepayment_collect(&r.p, 6, 0), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_prepayment_collect(&r.p, ENERGY, 0), WH_ERR_STATE);
    assert_int_equal(wh_prepayment_consume(&r.p, 6, 1, 0), 0);
    assert_int_equal(wh_prepayment_consume(&r.p, STANDING, 1, 0), 0);
    assert_int_equal(wh_prepayment_consume(&r.p, ENERGY, INT64_MIN, 0), 0);
    assert_memory_equal(&before, &r.p, sizeof before);
}

static void amounts_stop_at_what_they_can_hold(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    assert_int_equal(wh_prepayment_set_amount(&r.p, WALLET, WH_PREPAYMENT_AMOUNT_MAX - 5), WH_OK);
    assert_int_equal(wh_prepayment_consume(&r.p, ENERGY, -6, 0), -5);
    assert_int_equal(r.p.credit[WALLET].amount, WH_PREPAYMENT_AMOUNT_MAX);
    account_rig_check(&r.p);
    assert_int_equal(wh_prepayment_top_up(&r.p, 1, 0), WH_PREPAYMENT_AMOUNT);
    assert_int_equal(wh_prepayment_set_amount(&r.p, WALLET, 5 - WH_PREPAYMENT_AMOUNT_MAX), WH_OK);
    assert_int_equal(wh_prepayment_consume(&r.p, ENERGY, 6, 0), 5);
    assert_int_equal(r.p.credit[WALLET].amount, -WH_PREPAYMENT_AMOUNT_MAX);
    account_rig_check(&r.p);
    for (int i = 0; i < 3000; i++) { /* totals stop, too, and the money is still all there */
        wh_err err = wh_prepayment_set_amount(&r.p, WALLET, -WH_PREPAYMENT_AMOUNT_MAX);
        assert_true(err == WH_OK || err == WH_ERR_RANGE);
        (void)wh_prepayment_top_up(&r.p, WH_PREPAYMENT_AMOUNT_MAX, 0);
        (void)wh_prepayment_consume(&r.p, ENERGY, WH_PREPAYMENT_AMOUNT_MAX, 0);
        account_rig_check(&r.p);
    }
}

static void without_a_wallet_the_first_credit_bears_the_rest(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    const wh_credit_config first = {.priority = 1, .preset = YUAN};
    const wh_credit_config second = {.priority = 2, .preset = YUAN};
    account_rig_credit(&r, WALLET, &first);
    account_rig_credit(&r, EMERGENCY, &second);
    assert_int_equal(wh_prepayment_consume(&r.p, ENERGY, 5 * YUAN, 0), 5 * YUAN);
    assert_int_equal(r.p.credit[WALLET].amount, -3 * YUAN);
    assert_int_equal(r.p.credit[EMERGENCY].amount, 0);
    assert_true(r.p.out);
    assert_int_equal(wh_prepayment_top_up(&r.p, YUAN, 0), WH_PREPAYMENT_INACTIVE);
    account_rig_check(&r.p);
    const wh_credit_config none = {0};
    account_rig_credit(&r, WALLET, &none);
    account_rig_credit(&r, EMERGENCY, &none);
    assert_int_equal(wh_prepayment_consume(&r.p, ENERGY, 5 * YUAN, 0), 0); /* nobody can bear it */
    account_rig_check(&r.p);
}

static void a_credit_that_waits_holds_up_those_behind_it_and_a_selected_one_does_not(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    const wh_credit_config third = {
        .priority = 3, .preset = YUAN, .available_threshold = 100 * YUAN};
    account_rig_credit(&r, 2, &third);
    assert_int_equal(r.p.credit[EMERGENCY].state, WH_CREDIT_SELECTABLE);
    assert_int_equal(r.p.credit[2].state, WH_CREDIT_ENABLED);
    assert_int_equal(wh_prepayment_invoke(&r.p, EMERGENCY), WH_OK);
    assert_int_equal(r.p.credit[EMERGENCY].state, WH_CREDIT_IN_USE);
    assert_int_equal(r.p.credit[2].state, WH_CREDIT_SELECTED);
    assert_int_equal(wh_prepayment_top_up(&r.p, YUAN, 0), WH_PREPAYMENT_ACCEPTED);
    assert_int_equal(r.p.credit[2].state, WH_CREDIT_SELECTED);
}

static void only_what_must_be_paid_back_is_told_as_an_emergency(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    assert_int_equal(wh_prepayment_top_up(&r.p, YUAN, 0), WH_PREPAYMENT_ACCEPTED);
    (void)wh_prepayment_consume(&r.p, ENERGY, 2 * YUAN, 0);
    assert_int_equal(wh_prepayment_take_notices(&r.p) & WH_PREPAYMENT_NOTICE_EMERGENCY, 0);
    assert_int_equal(wh_prepayment_invoke(&r.p, EMERGENCY), WH_OK);
    assert_true((wh_prepayment_take_notices(&r.p) & WH_PREPAYMENT_NOTICE_EMERGENCY) != 0);
    assert_int_equal(wh_prepayment_take_notices(&r.p), 0);
}

/* Each of them must be on flash before it is answered. */
static void what_an_operator_sets_is_urgent(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    const wh_prepayment_config config = account_rig_config();
    const wh_credit_config credit = {0};
    const wh_charge_config charge = {.type = WH_CHARGE_TIME, .priority = 2};
    for (unsigned i = 0; i < 11; i++) {
        uint32_t urgent = r.p.urgent;
        uint32_t revision = r.p.revision;
        wh_err err[] = {
            i == 0 ? wh_prepayment_configure(&r.p, &config) : WH_OK,
            i == 1 ? wh_prepayment_set_credit(&r.p, 3, &credit, r.in.zone, r.in.utc_ms) : WH_OK,
            i == 2 ? wh_prepayment_set_charge(&r.p, 3, &charge, r.in.zone, r.in.utc_ms) : WH_OK,
            i == 3 ? wh_prepayment_set_amount(&r.p, WALLET, 5) : WH_OK,
            i == 4 ? wh_prepayment_set_remaining(&r.p, 3, 5) : WH_OK,
            i == 5 ? wh_prepayment_set_passive(&r.p, 3, 5, 6) : WH_OK,
            i == 6 ? wh_prepayment_activate_passive(&r.p, 3) : WH_OK,
            i == 7 ? wh_prepayment_collect(&r.p, 3, r.in.utc_ms) : WH_OK,
            i == 8 ? wh_prepayment_restart(&r.p, r.in.zone, r.in.utc_ms) : WH_OK,
            i == 9 ? wh_prepayment_close(&r.p) : WH_OK,
            i == 10 ? wh_prepayment_reset(&r.p) : WH_OK,
        };
        assert_int_equal(err[i], WH_OK);
        assert_true(r.p.urgent != urgent && r.p.revision != revision);
    }
}

static void a_reset_account_has_its_second_alarm_again(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    wh_prepayment_config config = account_rig_config();
    config.alarm_2 = YUAN;
    assert_int_equal(wh_prepayment_configure(&r.p, &config), WH_OK);
    account_rig_step(&r, 1000, 0);
    assert_true(r.p.alarm_2_done);
    assert_int_equal(wh_prepayment_close(&r.p), WH_OK);
    assert_int_equal(wh_prepayment_reset(&r.p), WH_OK);
    assert_false(r.p.alarm_2_done);
}

static void friendly_hours_may_end_in_the_last_minute_of_a_day(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    wh_prepayment_config config = account_rig_config();
    config.friendly[0] = (wh_prepayment_friendly){1438, 1439, 0x7F};
    assert_int_equal(wh_prepayment_configure(&r.p, &config), WH_OK);
    r.in.minute = 1438;
    account_rig_step(&r, 1000, 0);
    assert_true(r.p.friendly && r.in.connected);
    r.in.minute = 1439;
    account_rig_step(&r, 1000, 0);
    assert_false(r.p.friendly || r.in.connected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_out_of_range_change_nothing),
        cmocka_unit_test(amounts_stop_at_what_they_can_hold),
        cmocka_unit_test(without_a_wallet_the_first_credit_bears_the_rest),
        cmocka_unit_test(a_credit_that_waits_holds_up_those_behind_it_and_a_selected_one_does_not),
        cmocka_unit_test(only_what_must_be_paid_back_is_told_as_an_emergency),
        cmocka_unit_test(what_an_operator_sets_is_urgent),
        cmocka_unit_test(a_reset_account_has_its_second_alarm_again),
        cmocka_unit_test(friendly_hours_may_end_in_the_last_minute_of_a_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
