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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_out_of_range_change_nothing),
        cmocka_unit_test(amounts_stop_at_what_they_can_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
