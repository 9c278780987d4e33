/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/supply/account_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define DAY_MS  INT64_C(86400000)
#define START_S ((uint32_t)(ACCOUNT_RIG_START / 1000))

static const wh_time_zone berlin = {
    .standard_min = 60,
    .dst_min = 60,
    .begin = {WH_TIME_ZONE_ANY_YEAR, 3, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0},
    .end = {WH_TIME_ZONE_ANY_YEAR, 10, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0}};

static const wh_charge_config daily = {.type = WH_CHARGE_TIME,
                                       .priority = 2,
                                       .flags = WH_CHARGE_CONTINUOUS,
                                       .unit_charge = YUAN,
                                       .period = {.kind = WH_BOUNDARY_DAILY}};

static account_rig rig_with(const wh_charge_config *standing)
{
    account_rig r = account_rig_usual();
    account_rig_charge(&r, STANDING, standing);
    assert_int_equal(wh_prepayment_top_up(&r.p, 1000 * YUAN, r.in.utc_ms), WH_PREPAYMENT_ACCEPTED);
    return r;
}

static void go_to(account_rig *r, int64_t utc_ms)
{
    r->in.utc_ms = utc_ms;
    account_rig_step(r, 0, 0);
}

static int64_t standing_paid(const account_rig *r)
{
    return r->p.charge[STANDING].total_amount_paid / YUAN;
}

static void a_standing_charge_is_collected_at_each_boundary_once(void **state)
{
    (void)state;
    account_rig r = rig_with(&daily);
    go_to(&r, ACCOUNT_RIG_START + DAY_MS - 1);
    assert_int_equal(standing_paid(&r), 0);
    go_to(&r, ACCOUNT_RIG_START + DAY_MS);
    assert_int_equal(standing_paid(&r), 1);
    assert_int_equal(r.p.charge[STANDING].last_collection_s, START_S + 86400);
    go_to(&r, ACCOUNT_RIG_START + 2 * DAY_MS - 1);
    assert_int_equal(standing_paid(&r), 1);
    for (int i = 0; i < 100; i++) {
        go_to(&r, ACCOUNT_RIG_START + 2 * DAY_MS + i * 1000);
        assert_int_equal(standing_paid(&r), 2);
    }
}

static void an_outage_is_caught_up_once(void **state)
{
    (void)state;
    account_rig r = rig_with(&daily);
    go_to(&r, ACCOUNT_RIG_START + 40 * DAY_MS + 5);
    assert_int_equal(standing_paid(&r), 40);
    assert_int_equal(r.p.charge[STANDING].last_collection_amount, 40 * YUAN);
    assert_int_equal(r.p.charge[STANDING].last_collection_s, START_S + 40 * 86400);
    account_rig_step(&r, 1000, 0);
    assert_int_equal(standing_paid(&r), 40);
}

static void a_clock_that_jumps_makes_no_day_twice_and_none_free(void **state)
{
    (void)state;
    static const struct {
        int64_t day; /* where the clock goes */
        int64_t paid;
    } row[] = {{3, 3}, {1, 3}, {2, 3}, {3, 3}, {4, 4}, {0, 4}, {10, 10}, {-400, 10}, {11, 11}};
    account_rig r = rig_with(&daily);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        go_to(&r, ACCOUNT_RIG_START + row[i].day * DAY_MS + 7);
        assert_int_equal(standing_paid(&r), row[i].paid);
    }
    go_to(&r, ACCOUNT_RIG_START + 30 * DAY_MS);
    go_to(&r, ACCOUNT_RIG_START + 12 * DAY_MS); /* that was wrong: begin anew */
    assert_int_equal(wh_prepayment_restart(&r.p, r.in.zone, r.in.utc_ms), WH_OK);
    go_to(&r, ACCOUNT_RIG_START + 13 * DAY_MS);
    assert_int_equal(standing_paid(&r), 31);
}

static void a_year_of_hours_has_its_8760_charges_across_daylight_saving(void **state)
{
    (void)state;
    const wh_charge_config hourly = {.type = WH_CHARGE_TIME,
                                     .priority = 2,
                                     .flags = WH_CHARGE_CONTINUOUS,
                                     .unit_charge = YUAN,
                                     .period = {.kind = WH_BOUNDARY_EVERY, .every_s = 3600}};
    account_rig r = rig_with(&hourly);
    r.in.zone = &berlin;
    for (int64_t i = 1; i <= 365 * 24 * 4; i++) {
        go_to(&r, ACCOUNT_RIG_START + i * 900000);
        assert_int_equal(standing_paid(&r), i / 4);
    }
}

static void days_are_those_of_the_zone(void **state)
{
    (void)state;
    const wh_time_zone shanghai = {.standard_min = 480};
    account_rig r = rig_with(&daily);
    go_to(&r, ACCOUNT_RIG_START + DAY_MS);
    r.in.zone = &shanghai; /* seen at the latest a quarter of an hour later */
    go_to(&r, ACCOUNT_RIG_START + DAY_MS + 900000);
    assert_int_equal(standing_paid(&r), 1);
    go_to(&r, ACCOUNT_RIG_START + DAY_MS + 57600000 - 1); /* 16 h */
    assert_int_equal(standing_paid(&r), 1);
    go_to(&r, ACCOUNT_RIG_START + DAY_MS + 57600000);
    assert_int_equal(standing_paid(&r), 2);
}

static void a_new_price_holds_from_its_moment_also_over_an_outage(void **state)
{
    (void)state;
    account_rig r = rig_with(&daily);
    assert_int_equal(wh_prepayment_set_passive(&r.p, STANDING, 10 * YUAN, START_S + 3 * 86400),
                     WH_OK);
    go_to(&r, ACCOUNT_RIG_START + 5 * DAY_MS);
    assert_int_equal(standing_paid(&r), 2 + 30); /* at its moment it holds already */
    assert_int_equal(r.p.charge[STANDING].activation_s, WH_PREPAYMENT_NEVER);
    assert_int_equal(wh_prepayment_set_passive(&r.p, STANDING, 0, WH_PREPAYMENT_NEVER), WH_OK);
    go_to(&r, ACCOUNT_RIG_START + 6 * DAY_MS);
    assert_int_equal(standing_paid(&r), 42);
    assert_int_equal(wh_prepayment_activate_passive(&r.p, STANDING), WH_OK);
    go_to(&r, ACCOUNT_RIG_START + 7 * DAY_MS);
    assert_int_equal(standing_paid(&r), 42);
}

/* The first charge by priority, and the outage ends in the very moment. */
static void a_price_that_changes_now_holds_for_the_charge_of_now(void **state)
{
    (void)state;
    wh_charge_config first = daily;
    first.priority = 1;
    account_rig r = rig_with(&first);
    const wh_charge_config none = {0};
    account_rig_charge(&r, ENERGY, &none);
    assert_int_equal(wh_prepayment_set_passive(&r.p, STANDING, 10 * YUAN, START_S + 3 * 86400),
                     WH_OK);
    go_to(&r, ACCOUNT_RIG_START + 3 * DAY_MS);
    assert_int_equal(standing_paid(&r), 2 + 10);
}

static void a_debt_ends_when_it_is_paid(void **state)
{
    (void)state;
    wh_charge_config debt = daily;
    debt.flags |= WH_CHARGE_DEBT;
    account_rig r = rig_with(&debt);
    assert_int_equal(wh_prepayment_set_remaining(&r.p, STANDING, 5 * YUAN / 2), WH_OK);
    for (int64_t day = 1; day <= 5; day++) {
        go_to(&r, ACCOUNT_RIG_START + day * DAY_MS);
        assert_int_equal(wh_prepayment_debt(&r.p), day == 1   ? 3 * YUAN / 2
                                                   : day == 2 ? YUAN / 2
                                                              : 0);
        bool told = (wh_prepayment_take_notices(&r.p) & WH_PREPAYMENT_NOTICE_DEBT_PAID) != 0;
        assert_int_equal(told, day == 3);
    }
    assert_int_equal(r.p.charge[STANDING].total_amount_paid, 5 * YUAN / 2);
    assert_int_equal(wh_prepayment_set_remaining(&r.p, STANDING, 9 * YUAN), WH_OK);
    go_to(&r, ACCOUNT_RIG_START + 30 * DAY_MS);
    assert_int_equal(wh_prepayment_debt(&r.p), 0);
    assert_int_equal(r.p.charge[STANDING].last_collection_amount, 9 * YUAN);
}

static void only_a_continuous_charge_is_collected_without_credit(void **state)
{
    (void)state;
    for (unsigned continuous = 0; continuous < 2; continuous++) {
        wh_charge_config c = daily;
        c.flags = continuous != 0 ? WH_CHARGE_CONTINUOUS : 0;
        account_rig r = account_rig_usual();
        account_rig_charge(&r, STANDING, &c);
        assert_int_equal(wh_prepayment_top_up(&r.p, 5 * YUAN / 2, 0), WH_PREPAYMENT_ACCEPTED);
        go_to(&r, ACCOUNT_RIG_START + 4 * DAY_MS);
        assert_int_equal(r.p.credit[WALLET].amount, continuous != 0 ? -3 * YUAN / 2 : 0);
        go_to(&r, ACCOUNT_RIG_START + 5 * DAY_MS);
        assert_int_equal(r.p.credit[WALLET].amount, continuous != 0 ? -5 * YUAN / 2 : 0);
        assert_true(r.p.out);
    }
}

static void a_pause_takes_nothing_and_is_not_made_good(void **state)
{
    (void)state;
    static const struct {
        uint8_t pause;
        bool connected;
        bool limiting;
        uint16_t minute;
        int64_t paid;
    } row[] = {
        {0, false, true, 0, 2},
        {WH_CHARGE_PAUSE_DISCONNECTED, true, true, 0, 2},
        {WH_CHARGE_PAUSE_DISCONNECTED, false, false, 600, 0},
        {WH_CHARGE_PAUSE_LIMITING, false, false, 0, 2},
        {WH_CHARGE_PAUSE_LIMITING, true, true, 600, 0},
        {WH_CHARGE_PAUSE_FRIENDLY, false, true, 600, 2},
        {WH_CHARGE_PAUSE_FRIENDLY, true, false, 0, 0},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        wh_charge_config c = daily;
        wh_charge_config energy = {.priority = 1, .pause = row[i].pause};
        wh_prepayment_config config = account_rig_config();
        config.friendly[0] = (wh_prepayment_friendly){0, 60, 0x7F};
        c.pause = row[i].pause;
        account_rig r = rig_with(&c);
        account_rig_charge(&r, ENERGY, &energy);
        assert_int_equal(wh_prepayment_configure(&r.p, &config), WH_OK);
        r.in.connected = row[i].connected;
        r.in.limiting = row[i].limiting;
        r.in.minute = row[i].minute;
        go_to(&r, ACCOUNT_RIG_START + 2 * DAY_MS);
        assert_int_equal(standing_paid(&r), row[i].paid);
        int64_t used = wh_prepayment_consume(&r.p, ENERGY, YUAN, r.in.utc_ms);
        assert_int_equal(used, row[i].paid > 0 ? YUAN : 0);
        r.in.connected = true;
        r.in.limiting = false;
        r.in.minute = 600;
        go_to(&r, ACCOUNT_RIG_START + 3 * DAY_MS - 1);
        assert_int_equal(standing_paid(&r), row[i].paid);
        go_to(&r, ACCOUNT_RIG_START + 3 * DAY_MS);
        assert_int_equal(standing_paid(&r), row[i].paid + 1);
    }
}

/* A gift of 3 each month, which a standing charge of 1 a day uses first: day by day or in one
 * outage of 70 days, the month it fell in is what counts. */
static void resets_and_collections_come_in_the_order_of_time(void **state)
{
    (void)state;
    wh_prepayment seen[2];
    for (unsigned i = 0; i < 2; i++) {
        const wh_credit_config gift = {.type = WH_CREDIT_TIME_BASED,
                                       .priority = 1,
                                       .flags = WH_CREDIT_RESETTABLE,
                                       .preset = 3 * YUAN,
                                       .period = {.kind = WH_BOUNDARY_MONTHLY, .day = 1}};
        const wh_credit_config wallet = {.priority = 2, .flags = WH_CREDIT_TOKENS};
        account_rig r = rig_with(&daily);
        account_rig_credit(&r, WALLET, &wallet);
        account_rig_credit(&r, 2, &gift);
        assert_int_equal(wh_prepayment_top_up(&r.p, 1000 * YUAN, 0), WH_PREPAYMENT_ACCEPTED);
        for (int64_t day = i == 0 ? 1 : 70; day <= 70; day++) {
            go_to(&r, ACCOUNT_RIG_START + day * DAY_MS);
        }
        assert_int_equal(standing_paid(&r), 70);
        /* January 27 - 3, February 28 - 3, March 16 - 3; 3 set up, 2 resets of all 3 */
        assert_int_equal(r.p.credit[WALLET].amount, (1000 - 61) * YUAN);
        assert_int_equal(r.p.credit[2].amount, 0);
        seen[i] = r.p;
    }
    assert_int_equal(seen[0].adjusted, seen[1].adjusted);
    assert_int_equal(seen[0].credit[2].last, seen[1].credit[2].last);
}

static void a_reset_takes_what_was_not_used(void **state)
{
    (void)state;
    const wh_credit_config gift = {.priority = 3,
                                   .flags = WH_CREDIT_RESETTABLE,
                                   .preset = 3 * YUAN,
                                   .period = {.kind = WH_BOUNDARY_DAILY, .hour = 6}};
    account_rig r = account_rig_usual();
    account_rig_credit(&r, EMERGENCY, &gift);
    account_rig_step(&r, 1000, 2 * YUAN);
    assert_int_equal(r.p.credit[EMERGENCY].amount, YUAN);
    go_to(&r, ACCOUNT_RIG_START + 6 * 3600000 - 1);
    assert_int_equal(r.p.credit[EMERGENCY].amount, YUAN);
    go_to(&r, ACCOUNT_RIG_START + 6 * 3600000);
    assert_int_equal(r.p.credit[EMERGENCY].amount, 3 * YUAN);
    account_rig_step(&r, 1000, 4 * YUAN);
    assert_true(r.p.out);
    assert_int_equal(r.p.credit[WALLET].amount, -YUAN);
    go_to(&r, ACCOUNT_RIG_START + DAY_MS + 6 * 3600000);
    assert_false(r.p.out); /* the gift carries on */
    go_to(&r, ACCOUNT_RIG_START + 9 * DAY_MS + 6 * 3600000 - 1);
    assert_int_equal(wh_prepayment_set_amount(&r.p, EMERGENCY, YUAN), WH_OK);
    assert_int_equal(wh_prepayment_restart(&r.p, r.in.zone, r.in.utc_ms + 1), WH_OK);
    go_to(&r, ACCOUNT_RIG_START + 9 * DAY_MS + 6 * 3600000);
    assert_int_equal(r.p.credit[EMERGENCY].amount, YUAN); /* it counted as done */
}

static void only_a_resettable_credit_is_reset(void **state)
{
    (void)state;
    const wh_credit_config gift = {
        .priority = 3, .preset = 3 * YUAN, .period = {.kind = WH_BOUNDARY_DAILY}};
    account_rig r = account_rig_usual();
    account_rig_credit(&r, EMERGENCY, &gift);
    account_rig_step(&r, 1000, 2 * YUAN);
    go_to(&r, ACCOUNT_RIG_START + 2 * DAY_MS);
    assert_int_equal(r.p.credit[EMERGENCY].amount, YUAN);
}

static void an_account_begins_and_ends_by_its_calendar(void **state)
{
    (void)state;
    for (unsigned outage = 0; outage < 2; outage++) {
        account_rig r = account_rig_usual();
        account_rig_charge(&r, STANDING, &daily);
        assert_int_equal(wh_prepayment_close(&r.p), WH_OK);
        assert_int_equal(wh_prepayment_reset(&r.p), WH_OK);
        wh_prepayment_config config = account_rig_config();
        config.activation_s = START_S + 3 * 86400;
        config.closure_s = START_S + 7 * 86400;
        assert_int_equal(wh_prepayment_configure(&r.p, &config), WH_OK);
        for (int64_t day = outage == 0 ? 1 : 9; day <= 9; day++) {
            go_to(&r, ACCOUNT_RIG_START + day * DAY_MS);
            assert_int_equal(r.p.state, day < 3   ? WH_PREPAYMENT_NEW
                                        : day < 7 ? WH_PREPAYMENT_ACTIVE
                                                  : WH_PREPAYMENT_CLOSED);
        }
        assert_int_equal(standing_paid(&r), 3); /* of days 4, 5 and 6 */
        assert_int_equal(wh_prepayment_reset(&r.p), WH_OK);
        r.in.utc_ms = ACCOUNT_RIG_START + 20 * DAY_MS;
        wh_prepayment_tick(&r.p, &r.in);
        assert_int_equal(r.p.state, WH_PREPAYMENT_NEW); /* not again */
    }
}

/* Two charges of the same minutes go step by step, a bounded number in a tick, and all come. */
static void a_long_outage_is_caught_up_in_bounded_ticks(void **state)
{
    (void)state;
    const wh_charge_config minutely = {.type = WH_CHARGE_TIME,
                                       .priority = 2,
                                       .flags = WH_CHARGE_CONTINUOUS,
                                       .unit_charge = 7,
                                       .period = {.kind = WH_BOUNDARY_EVERY, .every_s = 60}};
    account_rig r = rig_with(&minutely);
    account_rig_charge(&r, DEBT, &minutely);
    go_to(&r, ACCOUNT_RIG_START + DAY_MS);
    assert_true(r.p.charge[DEBT].total_amount_paid < 1440 * 7);
    for (int i = 0; i < 45; i++) {
        account_rig_step(&r, 1, 0);
    }
    assert_int_equal(r.p.charge[DEBT].total_amount_paid, 1440 * 7);
    assert_int_equal(r.p.charge[STANDING].total_amount_paid, 1440 * 7);
}

static void a_collection_by_command_is_one_unit(void **state)
{
    (void)state;
    account_rig r = rig_with(&daily);
    uint32_t urgent = r.p.urgent;
    assert_int_equal(wh_prepayment_collect(&r.p, STANDING, ACCOUNT_RIG_START + 5000), WH_OK);
    assert_int_equal(standing_paid(&r), 1);
    assert_int_equal(r.p.charge[STANDING].last_collection_s, START_S + 5);
    assert_true(r.p.urgent != urgent);
    go_to(&r, ACCOUNT_RIG_START + DAY_MS);
    assert_int_equal(standing_paid(&r), 2);
}

static void a_clock_out_of_reach_stops_nothing_for_good(void **state)
{
    (void)state;
    account_rig r = rig_with(&daily);
    go_to(&r, INT64_MAX - 10);
    go_to(&r, INT64_MIN + 10);
    go_to(&r, INT64_MAX - 10);
    go_to(&r, WH_CIVIL_MS_MIN);
    assert_int_equal(standing_paid(&r), 0);
    go_to(&r, ACCOUNT_RIG_START + 2 * DAY_MS);
    assert_int_equal(standing_paid(&r), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_standing_charge_is_collected_at_each_boundary_once),
        cmocka_unit_test(an_outage_is_caught_up_once),
        cmocka_unit_test(a_clock_that_jumps_makes_no_day_twice_and_none_free),
        cmocka_unit_test(a_year_of_hours_has_its_8760_charges_across_daylight_saving),
        cmocka_unit_test(days_are_those_of_the_zone),
        cmocka_unit_test(a_new_price_holds_from_its_moment_also_over_an_outage),
        cmocka_unit_test(a_price_that_changes_now_holds_for_the_charge_of_now),
        cmocka_unit_test(a_debt_ends_when_it_is_paid),
        cmocka_unit_test(only_a_continuous_charge_is_collected_without_credit),
        cmocka_unit_test(a_pause_takes_nothing_and_is_not_made_good),
        cmocka_unit_test(resets_and_collections_come_in_the_order_of_time),
        cmocka_unit_test(a_reset_takes_what_was_not_used),
        cmocka_unit_test(only_a_resettable_credit_is_reset),
        cmocka_unit_test(an_account_begins_and_ends_by_its_calendar),
        cmocka_unit_test(a_long_outage_is_caught_up_in_bounded_ticks),
        cmocka_unit_test(a_collection_by_command_is_one_unit),
        cmocka_unit_test(a_clock_out_of_reach_stops_nothing_for_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
