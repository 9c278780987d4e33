/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue in use: what is refused at the wrong time, what is told of writing, clearing. */
#include "meter/event/event_internal.h"
#include "meter/event/event_record.h"
#include "tests/meter/by_name.h"
#include "tests/meter/catalogue_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- at the wrong time ---- */

static void what_cannot_be_now_is_refused(void **state)
{
    (void)state;
    catalogue_rig *rig = catalogue_rig_new();
    wh_item_ref clock = wh_catalogue_find_name("clock");
    const wh_value now = {.type = WH_VALUE_TIME, .i = CATALOGUE_RIG_START_MS};
    assert_int_equal(act(&rig->meter, "clock_adjust_to_preset", 0), WH_ERR_NOT_FOUND);
    assert_int_equal(act(&rig->meter, "clock_adjust_to_period", 7), WH_ERR_RANGE);
    assert_int_equal(act(&rig->meter, "clock_broadcast", CATALOGUE_RIG_START_MS), WH_ERR_DENIED);
    assert_int_equal(set_number(&rig->meter, "load_1_on", 1), WH_ERR_STATE);
    assert_int_equal(set_number(&rig->meter, "load_3_on", 1), WH_OK);
    assert_int_equal(act(&rig->meter, "load_1_remove", 0), WH_ERR_STATE);
    assert_int_equal(set_number(&rig->meter, "load_3_limit", 11001), WH_ERR_RANGE);
    assert_int_equal(set_number(&rig->meter, "demand_slips", 4), WH_OK);
    assert_int_equal(set_number(&rig->meter, "demand_slip", 16), WH_ERR_RANGE);
    assert_int_equal(set_number(&rig->meter, "switch_mode", 0), WH_OK);
    assert_int_equal(act(&rig->meter, "switch_disconnect", 0), WH_ERR_STATE);
    rig->meter.keeper = NULL;
    assert_int_equal(wh_meter_set(&rig->meter, clock, WH_ROLE_MANAGER, &now), WH_ERR_STATE);
    catalogue_rig_delete(rig);
}

/* Times of the billing recorder are settlements: at 14:00 the clock stays as it is. */
static void a_broadcast_keeps_away_from_settlements(void **state)
{
    static const struct {
        int64_t after_ms; /* since the start of the day */
        wh_err err;
    } rows[] = {{13 * 3600000, WH_OK},
                {14 * 3600000 - 60000, WH_ERR_DENIED},
                {14 * 3600000 + 60000, WH_ERR_DENIED},
                {15 * 3600000, WH_OK}};
    uint8_t times[27] = {3, 0, 2, 14, 0, 0, 0, 0, 0}; /* monthly, on day 2 at 14:00 */
    const wh_value value = {.type = WH_VALUE_OCTETS, .bytes = times, .len = sizeof times};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        catalogue_rig *rig = catalogue_rig_new();
        int64_t now_ms = CATALOGUE_RIG_START_MS + 86400000 + rows[i].after_ms;
        assert_int_equal(wh_meter_set(&rig->meter, wh_catalogue_find_name("record_2_times"),
                                      WH_ROLE_MANAGER, &value),
                         WH_OK);
        assert_int_equal(set_number(&rig->meter, "clock", now_ms), WH_OK);
        catalogue_rig_minute(rig);
        assert_int_equal(act(&rig->meter, "clock_broadcast", now_ms + 61000), rows[i].err);
        catalogue_rig_delete(rig);
    }
}

static int64_t number_of(catalogue_rig *rig, const char *name)
{
    wh_value value;
    wh_item_ref ref = wh_catalogue_find_name(name);
    assert_non_null(ref.item);
    assert_int_equal(wh_meter_get(&rig->meter, ref, WH_ROLE_MANAGER, &value), WH_OK);
    return value.u != 0 ? (int64_t)value.u : value.i;
}

static void a_billing_period_is_a_column_of_value_group_f(void **state)
{
    (void)state;
    catalogue_rig *rig = catalogue_rig_new();
    const wh_obis last = WH_OBIS_INIT(1, 0, 1, 8, 0, 101);
    const wh_obis before = WH_OBIS_INIT(1, 0, 1, 8, 0, 102);
    const wh_obis too_old = WH_OBIS_INIT(1, 0, 1, 8, 0, 125);
    const wh_obis strange = WH_OBIS_INIT(1, 0, 32, 7, 0, 101);
    int64_t number = 0;
    assert_int_equal(act(&rig->meter, "record_2_reset", 0), WH_OK);
    assert_int_equal(wh_meter_column(&rig->meter, last, 2, &number), WH_ERR_STATE);
    int64_t import_mwh = number_of(rig, "active_energy_import");
    assert_int_equal(act(&rig->meter, "record_2_capture", 0), WH_OK);
    catalogue_rig_minute(rig);
    assert_int_equal(wh_meter_column(&rig->meter, last, 2, &number), WH_OK);
    assert_int_equal(number, import_mwh + 50000); /* 3 kW for a minute */
    catalogue_rig_minute(rig);
    assert_int_equal(wh_meter_column(&rig->meter, last, 2, &number), WH_OK);
    assert_int_equal(number, import_mwh + 50000);
    assert_int_equal(wh_meter_column(&rig->meter, before, 2, &number), WH_ERR_STATE);
    assert_int_equal(wh_meter_column(&rig->meter, too_old, 2, &number), WH_ERR_STATE);
    assert_int_equal(wh_meter_column(&rig->meter, strange, 2, &number), WH_ERR_NOT_FOUND);
    catalogue_rig_delete(rig);
}

static void what_is_written_is_an_event_of_its_session(void **state)
{
    (void)state;
    catalogue_rig *rig = catalogue_rig_new();
    char programming[WH_ITEM_NAME_SIZE];
    (void)wh_item_name(
        (wh_item_ref){wh_catalogue_find_name("event_0_total").item, WH_EVENT_PROGRAMMING, 0},
        programming);
    assert_int_equal(set_number(&rig->meter, "active_word", 5), WH_OK);
    assert_int_equal(set_number(&rig->meter, "demand_slip", 30), WH_OK);
    assert_int_equal(number_of(rig, programming), 0);
    assert_int_equal(wh_keeper_close_session(&rig->meter), WH_OK);
    assert_int_equal(number_of(rig, programming), 1);
    assert_int_equal(number_of(rig, "event_28_total"), 1); /* active_combination_programmed */
    assert_int_equal(set_number(&rig->meter, "active_word", 16), WH_ERR_RANGE);
    assert_int_equal(wh_keeper_close_session(&rig->meter), WH_OK);
    assert_int_equal(number_of(rig, programming), 1);
    catalogue_rig_delete(rig);
}

static void a_meter_is_cleared_but_not_of_the_clear(void **state)
{
    (void)state;
    catalogue_rig *rig = catalogue_rig_new();
    for (unsigned minute = 0; minute < 31; minute++) {
        catalogue_rig_minute(rig);
    }
    assert_true(number_of(rig, "active_energy_import") > 0);
    assert_true(number_of(rig, "active_energy_import_t1") > 0);
    assert_true(number_of(rig, "l2_ampere_hours") > 0);
    assert_true(number_of(rig, "demand_max_active_import") > 0);
    assert_true(number_of(rig, "record_1_entries") > 0);
    assert_int_equal(act(&rig->meter, "meter_clear", 0), WH_OK);
    catalogue_rig_restart(rig);
    assert_int_equal(number_of(rig, "active_energy_import"), 0);
    assert_int_equal(number_of(rig, "active_energy_import_t1"), 0);
    assert_int_equal(number_of(rig, "l2_active_energy_import"), 0);
    assert_int_equal(number_of(rig, "ampere_hours"), 0);
    assert_int_equal(number_of(rig, "demand_max_active_import"), 0);
    assert_int_equal(number_of(rig, "step_used"), 0);
    assert_int_equal(number_of(rig, "record_1_entries"), 0);
    assert_int_equal(number_of(rig, "event_20_total"), 1); /* meter_clear */
    assert_int_equal(act(&rig->meter, "account_activate", 0), WH_OK);
    assert_int_equal(act(&rig->meter, "meter_clear", 0), WH_ERR_STATE);
    catalogue_rig_delete(rig);
}

/* What records are made of by themselves is all there: nothing is recorded as null for ever. */
static void each_column_of_a_ready_record_is_an_item(void **state)
{
    (void)state;
    catalogue_rig *rig = catalogue_rig_new();
    for (unsigned i = 0; i < WH_FREEZE_COUNT; i++) {
        wh_boundary boundary[WH_RECORDER_TIMES_MAX];
        const wh_recorder_memory memory = {
            .boundary = boundary, .boundary_count = WH_RECORDER_TIMES_MAX, .record_size = 2000};
        const wh_recorder_now now = {.zone = &rig->keeper.clock.zone,
                                     .utc_ms = CATALOGUE_RIG_START_MS};
        wh_recorder recorder;
        wh_column column;
        assert_int_equal(wh_recorder_init(&recorder, &wh_freezes[i], &memory, 4, &now), WH_OK);
        for (unsigned n = 0; wh_recorder_column(&recorder, n, &column); n++) {
            int64_t number;
            bool of_the_record = column.obis.group[WH_OBIS_A] == 0;
            wh_err err = wh_meter_column(&rig->meter, column.obis, column.attribute, &number);
            if (!of_the_record && err != WH_OK && err != WH_ERR_STATE) {
                char code[WH_OBIS_TEXT_SIZE];
                (void)wh_obis_format(column.obis, code);
                fail_msg("record %u: %s attribute %u: error %d", i, code, column.attribute, err);
            }
        }
    }
    catalogue_rig_delete(rig);
}

/* Nor is an event's. */
static wh_err read_that_is_there(const void *user, wh_column column, int64_t *value)
{
    const catalogue_rig *rig = user;
    const wh_column_reader columns = wh_keeper_columns(&rig->meter);
    wh_err err = columns.read(columns.user, column, value);
    bool is_demand = column.obis.group[WH_OBIS_D] == 6; /* those a meter keeps are configured */
    if (!is_demand && err != WH_OK && err != WH_ERR_STATE) {
        char code[WH_OBIS_TEXT_SIZE];
        (void)wh_obis_format(column.obis, code);
        fail_msg("%s attribute %u: error %d", code, column.attribute, err);
    }
    return err;
}

static void each_column_of_an_event_is_an_item(void **state)
{
    (void)state;
    catalogue_rig *rig = catalogue_rig_new();
    const wh_column_reader columns = {.user = rig, .read = read_that_is_there};
    for (unsigned slot = 0; slot < WH_EVENT_SLOTS; slot++) {
        uint8_t bytes[WH_EVENT_RECORD_MAX];
        wh_writer w = wh_writer_init(bytes, sizeof bytes);
        const wh_event_detail detail = {0};
        assert_int_equal(wh_event_record_begin(&w, slot, 1, &detail, &columns), WH_OK);
    }
    int64_t closed = -1; /* the switch is a number */
    assert_int_equal(columns.read(rig, (wh_column){{{0, 0, 96, 3, 10, 255}}, 2}, &closed), WH_OK);
    assert_int_equal(closed, 1);
    catalogue_rig_delete(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_now_is_refused),
        cmocka_unit_test(a_broadcast_keeps_away_from_settlements),
        cmocka_unit_test(a_billing_period_is_a_column_of_value_group_f),
        cmocka_unit_test(what_is_written_is_an_event_of_its_session),
        cmocka_unit_test(a_meter_is_cleared_but_not_of_the_clear),
        cmocka_unit_test(each_column_of_a_ready_record_is_an_item),
        cmocka_unit_test(each_column_of_an_event_is_an_item),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
