/* SPDX-License-Identifier: Apache-2.0 */
/* When a whole meter makes its records: settlement days, commands, switch-overs, jumps. */
#include "tests/meter/by_name.h"
#include "tests/meter/keeper/keeper_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE_MS 60000
#define HOUR_MS   INT64_C(3600000)
#define DAY_MS    INT64_C(86400000)
#define TIMES_MAX 300

static const int64_t LOAD[WH_PHASES] = {1000, 1000, 1000};

static void run(keeper_rig *rig, int64_t duration_ms)
{
    for (int64_t ms = 0; ms < duration_ms; ms += MINUTE_MS) {
        keeper_rig_run(rig, MINUTE_MS, LOAD);
    }
}

/* Octets to the nth recorder of the rig. */
static wh_err set_record(keeper_rig *rig, unsigned place, const char *name, const uint8_t *bytes,
                         size_t len)
{
    wh_item_ref ref = wh_catalogue_find_name(name);
    const wh_value value = {.type = WH_VALUE_OCTETS, .bytes = bytes, .len = len};
    ref.place = (uint8_t)place;
    return wh_meter_set(&rig->meter, ref, WH_ROLE_MANAGER, &value);
}

static wh_err freeze(keeper_rig *rig, uint8_t month, uint8_t day, uint8_t hour, uint8_t minute)
{
    const uint8_t bytes[] = {month, day, hour, minute};
    const wh_value value = {.type = WH_VALUE_OCTETS, .bytes = bytes, .len = sizeof bytes};
    return wh_meter_act(&rig->meter, wh_catalogue_find_name("freeze_command"), WH_ROLE_MANAGER,
                        &value);
}

/* Times of all records, oldest first, and the last one read. */
typedef struct {
    unsigned count;
    int64_t utc_ms[TIMES_MAX];
    uint8_t status[TIMES_MAX];
    int64_t first_value[TIMES_MAX];
} records;

static const records *read_all(keeper_rig *rig, unsigned place)
{
    static records all;
    static uint8_t bytes[1300];
    wh_keeper *k = &rig->keeper;
    const wh_recorder *r = &k->recorder[place];
    wh_recorder_cursor cursor = wh_recorder_entries(r, &k->store, 1, 0);
    wh_record record;
    all.count = 0;
    while (wh_recorder_read(r, &k->store, &cursor, bytes, sizeof bytes, &record) == WH_OK) {
        assert_true(all.count < TIMES_MAX);
        all.utc_ms[all.count] = (int64_t)record.head.time_s * 1000;
        all.status[all.count] = record.head.status;
        all.first_value[all.count] = INT64_MIN;
        (void)!wh_recorder_value(r, &record, 0, &all.first_value[all.count]);
        all.count++;
    }
    return &all;
}

static void expect_times(keeper_rig *rig, unsigned place, const int64_t *utc_ms, unsigned count)
{
    const records *all = read_all(rig, place);
    assert_int_equal(all->count, count);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(all->utc_ms[i], RIG_START_MS + utc_ms[i]);
    }
}

static void each_of_three_settlement_days_bills_once(void **state)
{
    static const uint8_t times[27] = {
        3, 1, 1, 0, 0, 0, 0,  0, 0, 3, 1, 15, 6, 0,
        0, 0, 0, 0, 4, 1, 31, 0, 0, 0, 0, 0,  0}; /* the first and the last fall
                                                                      together */
    static const int64_t due[] = {14 * DAY_MS + 6 * HOUR_MS, 31 * DAY_MS, 45 * DAY_MS + 6 * HOUR_MS,
                                  59 * DAY_MS};
    keeper_rig rig;
    (void)state;
    keeper_rig_init(&rig);
    run(&rig, MINUTE_MS);
    assert_int_equal(set_record(&rig, RIG_BILLING, "record_1_times", times, sizeof times), WH_OK);
    run(&rig, 62 * DAY_MS);
    expect_times(&rig, RIG_BILLING, due, 4);
    assert_int_equal(rig.keeper.demand.reset_count[WH_DEMAND_RESET_SETTLEMENT], 4);
    keeper_rig_free(&rig);
}

static void billings_missed_over_months_without_power_are_made_with_their_times(void **state)
{
    static const int64_t due[] = {31 * DAY_MS, 59 * DAY_MS, 90 * DAY_MS, 120 * DAY_MS,
                                  151 * DAY_MS};
    keeper_rig rig;
    (void)state;
    keeper_rig_init(&rig);
    run(&rig, 2 * HOUR_MS);
    rig.inputs.power_fails = true;
    keeper_rig_run(&rig, MINUTE_MS, LOAD);
    rig.inputs.power_fails = false;
    keeper_rig_restart(&rig, 160 * DAY_MS);
    run(&rig, 2 * MINUTE_MS);
    expect_times(&rig, RIG_BILLING, due, 5);
    const records *all = read_all(&rig, RIG_BILLING);
    for (unsigned i = 0; i < all->count; i++) {
        assert_true((all->status[i] & WH_RECORD_POWER_DOWN) != 0);
    }
    assert_int_equal(read_all(&rig, RIG_DAILY)->count, 7);
    keeper_rig_restart(&rig, 0);
    run(&rig, 2 * MINUTE_MS);
    expect_times(&rig, RIG_BILLING, due, 5);
    keeper_rig_free(&rig);
}

static void a_commanded_freeze_takes_wildcards(void **state)
{
    static const int64_t hourly[] = {20 * MINUTE_MS, 80 * MINUTE_MS};
    static const int64_t daily[] = {20 * MINUTE_MS, 80 * MINUTE_MS, 13 * HOUR_MS + 5 * MINUTE_MS};
    keeper_rig rig;
    (void)state;
    keeper_rig_init(&rig);
    assert_int_equal(freeze(&rig, 99, 99, 99, 60), WH_ERR_RANGE);
    assert_int_equal(freeze(&rig, 1, 99, 99, 5), WH_ERR_RANGE);
    assert_int_equal(freeze(&rig, 99, 99, 99, 20), WH_OK);
    run(&rig, 2 * HOUR_MS);
    expect_times(&rig, RIG_TIMED, hourly, 2);
    assert_int_equal(freeze(&rig, 99, 99, 13, 5), WH_OK);
    run(&rig, 20 * HOUR_MS);
    expect_times(&rig, RIG_TIMED, daily, 3);
    keeper_rig_restart(&rig, DAY_MS);
    run(&rig, MINUTE_MS);
    assert_int_equal(read_all(&rig, RIG_TIMED)->count, 4);
    assert_int_equal(freeze(&rig, 99, 99, 99, 99), WH_OK);
    run(&rig, MINUTE_MS);
    assert_int_equal(read_all(&rig, RIG_INSTANTANEOUS)->count, 1);
    assert_int_equal(read_all(&rig, RIG_TIMED)->count, 4);
    keeper_rig_free(&rig);
}

static void each_switch_over_of_a_set_is_frozen_once(void **state)
{
    static const struct {
        const char *when;
        unsigned place;
    } rows[] = {
        {"zones_switch_time", RIG_ZONE_SWITCH},
        {"days_switch_time", RIG_DAY_TABLE_SWITCH},
        {"prices_import_switch_time", RIG_PRICE_SWITCH},
        {"steps_switch_time", RIG_STEP_SWITCH},
    };
    static const int64_t at[] = {61 * MINUTE_MS};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        keeper_rig rig;
        (void)state;
        keeper_rig_init(&rig);
        assert_int_equal(set_number(&rig.meter, rows[i].when, RIG_START_MS + 61 * MINUTE_MS),
                         WH_OK);
        run(&rig, 70 * MINUTE_MS);
        expect_times(&rig, rows[i].place, at, 1);
        assert_int_equal(set_number(&rig.meter, "clock", RIG_START_MS + 50 * MINUTE_MS), WH_OK);
        run(&rig, 30 * MINUTE_MS); /* over the same moment again */
        keeper_rig_restart(&rig, 0);
        run(&rig, MINUTE_MS);
        expect_times(&rig, rows[i].place, at, 1);
        for (size_t other = 0; other < sizeof rows / sizeof rows[0]; other++) {
            assert_int_equal(read_all(&rig, rows[other].place)->count, other == i);
        }
        keeper_rig_free(&rig);
    }
}

/* However the clock jumps, no boundary is recorded twice. */
static void expect_no_double(keeper_rig *rig, unsigned place, const char *what)
{
    const records *all = read_all(rig, place);
    for (unsigned i = 0; i < all->count; i++) {
        for (unsigned j = 0; j < i; j++) {
            if (all->utc_ms[i] == all->utc_ms[j]) {
                fail_msg("%s: recorder %u has %lld twice", what, place,
                         (long long)((all->utc_ms[i] - RIG_START_MS) / 1000));
            }
        }
    }
}

static void a_jump_of_the_clock_makes_each_record_once(void **state)
{
    static const struct {
        const char *what;
        int64_t by_ms;
        int64_t back_ms; /* the second jump, an hour later */
    } rows[] = {
        {"forward over an hour", 50 * MINUTE_MS, 0},
        {"forward over days", 3 * DAY_MS, 0},
        {"forward over months", 100 * DAY_MS, 0},
        {"back over an hour", -50 * MINUTE_MS, 0},
        {"back over a day", -DAY_MS, 0},
        {"back over a month", -20 * DAY_MS, 0},
        {"there and back", 3 * HOUR_MS, -3 * HOUR_MS},
        {"back and there", -3 * HOUR_MS, 3 * HOUR_MS},
        {"far ahead and back", 40 * DAY_MS, -40 * DAY_MS},
    };
    static const unsigned places[] = {RIG_PROFILE_1, RIG_BILLING,      RIG_HOURLY,
                                      RIG_DAILY,     RIG_LOAD_CLASS_4, RIG_LOAD_CLASS_1};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        keeper_rig rig;
        keeper_rig_init_at(&rig, RIG_START_MS + 45 * DAY_MS + 10 * MINUTE_MS, 3);
        run(&rig, 5 * HOUR_MS);
        assert_int_equal(
            set_number(&rig.meter, "clock", wh_keeper_utc_ms(&rig.keeper) + rows[i].by_ms), WH_OK);
        run(&rig, HOUR_MS);
        assert_int_equal(
            set_number(&rig.meter, "clock", wh_keeper_utc_ms(&rig.keeper) + rows[i].back_ms),
            WH_OK);
        run(&rig, 7 * HOUR_MS);
        for (size_t p = 0; p < sizeof places / sizeof places[0]; p++) {
            expect_no_double(&rig, places[p], rows[i].what);
        }
        const records *bills = read_all(&rig, RIG_BILLING);
        assert_int_equal(rig.keeper.demand.reset_count[WH_DEMAND_RESET_SETTLEMENT], bills->count);
        keeper_rig_free(&rig);
    }
}

/* A new meter runs before it is told the time: nothing is made up for the years before. */
static void a_meter_that_is_told_the_time_begins_to_record(void **state)
{
    static const wh_credit_config wallet = {
        .type = WH_CREDIT_TOKEN, .priority = 1, .limit = -10000000};
    static const wh_charge_config daily = {.type = WH_CHARGE_TIME,
                                           .priority = 1,
                                           .unit_charge = 1000000,
                                           .period = {.kind = WH_BOUNDARY_DAILY}};
    keeper_rig rig;
    (void)state;
    keeper_rig_init_without_time(&rig);
    wh_keeper *k = &rig.keeper;
    wh_prepayment *p = &k->prepayment;
    const wh_time_zone *zone = &k->clock.zone;
    assert_int_equal(wh_prepayment_set_credit(p, 0, &wallet, zone, k->clock.utc_ms), WH_OK);
    assert_int_equal(wh_prepayment_set_charge(p, 0, &daily, zone, k->clock.utc_ms), WH_OK);
    assert_int_equal(act(&rig.meter, "account_activate", 0), WH_ERR_STATE);
    run(&rig, 2 * HOUR_MS);
    assert_int_equal(read_all(&rig, RIG_HOURLY)->count, 2); /* marked: the clock is invalid */
    assert_int_equal(set_number(&rig.meter, "clock", RIG_START_MS + 30 * DAY_MS), WH_OK);
    run(&rig, HOUR_MS);
    assert_int_equal(act(&rig.meter, "account_activate", 0), WH_OK);
    run(&rig, HOUR_MS);
    assert_int_equal(read_all(&rig, RIG_BILLING)->count, 0);
    assert_int_equal(read_all(&rig, RIG_DAILY)->count, 0);
    assert_int_equal(read_all(&rig, RIG_HOURLY)->count, 4);
    assert_int_equal(wh_events_total_count(&k->events, WH_EVENT_VOLTAGE_QUALITY), 0);
    assert_int_equal(p->collected, 0);
    run(&rig, 2 * DAY_MS);
    assert_int_equal(read_all(&rig, RIG_BILLING)->count, 1);
    assert_int_equal(wh_events_total_count(&k->events, WH_EVENT_VOLTAGE_QUALITY), 1);
    assert_int_equal(p->collected, 2000000);
    keeper_rig_free(&rig);
}

static void load_classes_keep_their_own_interval_and_columns(void **state)
{
    keeper_rig rig;
    (void)state;
    keeper_rig_init(&rig);
    run(&rig, HOUR_MS + MINUTE_MS);
    for (unsigned place = RIG_LOAD_CLASS_1; place <= RIG_LOAD_CLASS_6; place++) {
        const records *all = read_all(&rig, place);
        assert_int_equal(all->count, 4);
        assert_true(all->first_value[3] != INT64_MIN);
    }
    assert_int_equal(read_all(&rig, RIG_LOAD_CLASS_1)->first_value[3], 230000);
    assert_int_equal(read_all(&rig, RIG_LOAD_CLASS_4)->first_value[3], 3000000);
    wh_item_ref ref = wh_catalogue_find_name("record_1_period");
    const wh_value minutes = {.type = WH_VALUE_UINT32, .u = 300};
    ref.place = RIG_LOAD_CLASS_2;
    assert_int_equal(wh_meter_set(&rig.meter, ref, WH_ROLE_MANAGER, &minutes), WH_OK);
    run(&rig, HOUR_MS);
    assert_int_equal(read_all(&rig, RIG_LOAD_CLASS_2)->count, 12);
    assert_int_equal(read_all(&rig, RIG_LOAD_CLASS_1)->count, 8);
    keeper_rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_of_three_settlement_days_bills_once),
        cmocka_unit_test(billings_missed_over_months_without_power_are_made_with_their_times),
        cmocka_unit_test(a_commanded_freeze_takes_wildcards),
        cmocka_unit_test(each_switch_over_of_a_set_is_frozen_once),
        cmocka_unit_test(a_jump_of_the_clock_makes_each_record_once),
        cmocka_unit_test(a_meter_that_is_told_the_time_begins_to_record),
        cmocka_unit_test(load_classes_keep_their_own_interval_and_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
