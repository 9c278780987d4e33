/* SPDX-License-Identifier: Apache-2.0 */
/* Events of what is done to a meter: their records say what there was before. */
#include "tests/meter/by_name.h"
#include "tests/meter/catalogue_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static wh_err set_octets(catalogue_rig *rig, const char *name, const uint8_t *bytes, size_t len)
{
    const wh_value value = {.type = WH_VALUE_OCTETS, .bytes = bytes, .len = len};
    return wh_meter_set(&rig->meter, wh_catalogue_find_name(name), WH_ROLE_MANAGER, &value);
}

/* Field `number` of the newest record of a kind; it lives in the work buffer. */
static wh_event_field field_of(catalogue_rig *rig, unsigned kind, unsigned number)
{
    const wh_event_record record = newest_record(&rig->meter, wh_event_slot(kind, 0));
    wh_event_field field;
    assert_int_equal(wh_event_record_field(&record, number, &field), WH_OK);
    return field;
}

static void a_table_that_is_written_leaves_the_one_before_in_its_event(void **state)
{
    static const uint8_t zones[] = {1, 2, 29, 1, 1, 1, 1, 1, 1, 2};
    static const uint8_t days[] = {2, 1, 0, 0, 1, 2, 0, 0, 1, 0x01, 0x68, 2};
    static const uint8_t holidays[] = {2, 0xFF, 0xFF, 12, 25, 1, 0x07, 0xEA, 5, 1, 1};
    static const uint8_t noted[] = {99, 12, 25, 1, 26, 5, 1, 1};
    static const uint8_t at_6[] = {6, 0, 2};
    catalogue_rig *rig = catalogue_rig_new();
    (void)state;
    for (unsigned i = 0; i < 2; i++) { /* the second time, the first is what was before */
        assert_int_equal(set_octets(rig, "calendar_zones_standby", zones, sizeof zones), WH_OK);
        assert_int_equal(set_octets(rig, "calendar_days_standby", days, sizeof days), WH_OK);
        assert_int_equal(set_octets(rig, "holidays", holidays, sizeof holidays), WH_OK);
    }
    wh_event_field table = field_of(rig, WH_EVENT_HOLIDAYS_PROGRAMMED, 1);
    assert_int_equal(table.len, sizeof noted);
    assert_memory_equal(table.bytes, noted, sizeof noted);
    table = field_of(rig, WH_EVENT_YEAR_ZONES_PROGRAMMED, 1);
    assert_int_equal(table.len, 84);
    assert_int_equal(table.bytes[42], 2); /* the second set, its last entry repeated */
    assert_int_equal(table.bytes[82], 29);
    table = field_of(rig, WH_EVENT_DAY_TABLES_PROGRAMMED, 1);
    assert_int_equal(table.len, 672);
    assert_memory_equal(table.bytes + 672 - 3, at_6, sizeof at_6);
    /* the weekend came with the first, and was none before */
    assert_int_equal(wh_events_total_count(&rig->keeper.events, WH_EVENT_WEEKEND_PROGRAMMED), 1);
    assert_int_equal(field_of(rig, WH_EVENT_WEEKEND_PROGRAMMED, 1).value, 0);
    catalogue_rig_delete(rig);
}

/* The longest: 254 holidays before. */
static void two_hundred_and_fifty_four_holidays_before_fit(void **state)
{
    static uint8_t holidays[1 + 254 * 5];
    catalogue_rig *rig = catalogue_rig_new();
    (void)state;
    holidays[0] = 254;
    for (unsigned i = 0; i < 254; i++) {
        const uint8_t row[] = {0x07, (uint8_t)(0xEA + i / 100), (uint8_t)(1 + i % 100 / 25),
                               (uint8_t)(1 + i % 25), 1};
        memcpy(holidays + 1 + i * sizeof row, row, sizeof row);
    }
    assert_int_equal(set_octets(rig, "holidays", holidays, sizeof holidays), WH_OK);
    assert_int_equal(set_octets(rig, "holidays", holidays, sizeof holidays), WH_OK);
    wh_event_field table = field_of(rig, WH_EVENT_HOLIDAYS_PROGRAMMED, 1);
    assert_int_equal(table.len, 1016);
    for (unsigned i = 0; i < 254; i++) {
        const uint8_t row[] = {(uint8_t)(26 + i / 100), (uint8_t)(1 + i % 100 / 25),
                               (uint8_t)(1 + i % 25), 1};
        assert_memory_equal(table.bytes + 4U * i, row, sizeof row);
    }
    catalogue_rig_delete(rig);
}

static void a_word_and_the_settlement_days_leave_those_before(void **state)
{
    static const uint8_t first[27] = {3, 1, 15, 6, 0, 0, 0, 0, 0, 4};
    static const uint8_t second[27] = {3, 1, 1, 0, 0, 0, 0, 0, 0};
    catalogue_rig *rig = catalogue_rig_new();
    (void)state;
    assert_int_equal(set_number(&rig->meter, "active_word", 5), WH_OK);
    assert_int_equal(set_number(&rig->meter, "active_word", 9), WH_OK);
    assert_int_equal(field_of(rig, WH_EVENT_ACTIVE_COMBINATION_PROGRAMMED, 1).value, 5);
    assert_int_equal(set_number(&rig->meter, "reactive_word_2", 6), WH_OK);
    assert_int_equal(field_of(rig, WH_EVENT_REACTIVE_COMBINATION_2_PROGRAMMED, 1).value, 0x50);
    assert_int_equal(set_octets(rig, "record_2_times", first, sizeof first), WH_OK);
    assert_int_equal(set_octets(rig, "record_2_times", second, sizeof second), WH_OK);
    assert_int_equal(field_of(rig, WH_EVENT_SETTLEMENT_DAYS_PROGRAMMED, 1).value, 1506);
    assert_int_equal(field_of(rig, WH_EVENT_SETTLEMENT_DAYS_PROGRAMMED, 2).value, 3124);
    assert_int_equal(field_of(rig, WH_EVENT_SETTLEMENT_DAYS_PROGRAMMED, 3).value, 9999);
    catalogue_rig_delete(rig);
}

static void a_session_is_one_event_of_ten_identifiers(void **state)
{
    catalogue_rig *rig = catalogue_rig_new();
    char name[] = "load_3_limit";
    (void)state;
    for (unsigned i = 0; i < 12; i++) { /* the ten of these that come first, each once */
        static const char *const names[] = {
            "active_word",           "reactive_word_1", "reactive_word_2", "clock_base",
            "clock_correction",      "demand_slips",    "switch_mode",     "loads_goal",
            "account_low_threshold", "alarm_filter_1",  "alarm_filter_2",  "account_customer"};
        assert_int_equal(set_number(&rig->meter, names[i], 1), WH_OK);
        assert_int_equal(set_number(&rig->meter, names[0], 3), WH_OK);
    }
    assert_int_equal(set_number(&rig->meter, name, 5), WH_OK);
    assert_int_equal(wh_events_total_count(&rig->keeper.events, WH_EVENT_PROGRAMMING), 0);
    for (unsigned minute = 0; minute < 11; minute++) {
        catalogue_rig_minute(rig);
    }
    assert_int_equal(wh_events_total_count(&rig->keeper.events, WH_EVENT_PROGRAMMING), 1);
    assert_int_equal(field_of(rig, WH_EVENT_PROGRAMMING, 0).value, WH_ROLE_MANAGER);
    assert_int_equal(field_of(rig, WH_EVENT_PROGRAMMING, 1).len, 40);
    catalogue_rig_delete(rig);
}

static void a_reset_of_the_demand_has_the_maximum_in_its_event(void **state)
{
    catalogue_rig *rig = catalogue_rig_new();
    (void)state;
    for (unsigned minute = 0; minute < 31; minute++) {
        catalogue_rig_minute(rig);
    }
    assert_int_equal(act(&rig->meter, "demand_reset", 0), WH_OK);
    assert_int_equal(field_of(rig, WH_EVENT_DEMAND_CLEAR, 1).value, 3000000);
    assert_int_equal(wh_demand_max(&rig->keeper.demand, 0, 0).mw, 0);
    catalogue_rig_minute(rig);
    catalogue_rig_restart(rig);
    assert_int_equal(wh_demand_max(&rig->keeper.demand, 0, 0).mw, 0);
    assert_int_equal(rig->keeper.demand.reset_count[WH_DEMAND_RESET_COMMAND], 1);
    catalogue_rig_delete(rig);
}

static void a_limiter_that_acts_is_an_event(void **state)
{
    catalogue_rig *rig = catalogue_rig_new();
    (void)state;
    assert_int_equal(set_number(&rig->meter, "switch_mode", 6), WH_OK);
    assert_int_equal(set_number(&rig->meter, "limiter_1_threshold_normal", 1000000), WH_OK);
    catalogue_rig_minute(rig);
    assert_int_equal(rig->keeper.main_switch.state, WH_SWITCH_READY);
    assert_int_equal(wh_events_total_count(&rig->keeper.events, WH_EVENT_LIMITER_ACTED), 1);
    assert_int_equal(field_of(rig, WH_EVENT_LIMITER_ACTED, 1).value, 1);
    assert_int_equal(field_of(rig, WH_EVENT_LIMITER_ACTED, 2).value, WH_LIMITER_DISCONNECT);
    assert_int_equal(field_of(rig, WH_EVENT_LIMITER_ACTED, 3).value, 1000000);
    catalogue_rig_delete(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_that_is_written_leaves_the_one_before_in_its_event),
        cmocka_unit_test(two_hundred_and_fifty_four_holidays_before_fit),
        cmocka_unit_test(a_word_and_the_settlement_days_leave_those_before),
        cmocka_unit_test(a_session_is_one_event_of_ten_identifiers),
        cmocka_unit_test(a_reset_of_the_demand_has_the_maximum_in_its_event),
        cmocka_unit_test(a_limiter_that_acts_is_an_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
