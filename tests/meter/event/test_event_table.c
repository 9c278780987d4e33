/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/event/event_internal.h"
#include "meter/event/event_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_slot_belongs_to_one_kind_and_place(void **state)
{
    unsigned slot = 0;
    (void)state;
    for (unsigned kind = 0; kind < WH_EVENT_KINDS; kind++) {
        for (unsigned place = 0; place < wh_event_places(kind); place++) {
            unsigned found = 99;
            assert_int_equal(wh_event_slot(kind, place), slot);
            assert_int_equal(wh_event_kind_of(slot, &found), kind);
            assert_int_equal(found, place);
            assert_int_equal(wh_event_kind_of(slot, NULL), kind);
            slot++;
        }
        assert_int_equal(wh_event_slot(kind, wh_event_places(kind)), WH_EVENT_SLOTS);
    }
    assert_int_equal(slot, WH_EVENT_SLOTS);
    assert_int_equal(wh_event_kind_of(WH_EVENT_SLOTS, NULL), WH_EVENT_KINDS);
    assert_int_equal(wh_event_slot(WH_EVENT_KINDS, 0), WH_EVENT_SLOTS);
    assert_int_equal(wh_event_places(WH_EVENT_KINDS), 0);
    assert_int_equal(wh_event_depth(WH_EVENT_SLOTS), 0);
    assert_int_equal(wh_event_alarm_bit(WH_EVENT_KINDS), WH_EVENT_NO_BIT);
    assert_int_equal(wh_event_report_bit(WH_EVENT_SLOTS), WH_EVENT_NO_BIT);
    assert_int_equal(wh_event_priority_of(WH_EVENT_KINDS), WH_EVENT_RECORDED);
}

/* Numbers, slots and bits are stored and sent: these are for ever. */
static void numbers_that_were_given_out_stay(void **state)
{
    static const struct {
        const char *name;
        unsigned kind;
        unsigned place;
        unsigned slot;
        unsigned alarm;
        unsigned report;
        unsigned depth;
        wh_event_priority priority;
    } rows[] = {
        {"voltage_loss", 0, 0, 0, 32, 16, 10, WH_EVENT_PUSHED},
        {"voltage_loss", 0, 2, 2, 32, 48, 10, WH_EVENT_PUSHED},
        {"current_interruption", 13, 1, 26, 44, 40, 10, WH_EVENT_RECORDED},
        {"reversed_power_flow", 14, 0, 28, 45, 22, 10, WH_EVENT_RECORDED},
        {"reversed_power_flow", 14, 2, 30, 45, 54, 10, WH_EVENT_RECORDED},
        {"reversed_power_flow", 14, 3, 31, 45, 73, 10, WH_EVENT_RECORDED},
        {"demand_over_limit", 16, 0, 35, 47, 70, 10, WH_EVENT_RECORDED},
        {"demand_over_limit", 16, 5, 40, 47, 70, 10, WH_EVENT_RECORDED},
        {"power_off", 18, 0, 42, 25, 69, 10, WH_EVENT_PUSHED},
        {"programming", 19, 0, 43, 18, 80, 10, WH_EVENT_PUSHED},
        {"meter_cover_open", 32, 0, 56, 8, 10, 10, WH_EVENT_URGENT},
        {"switch_malfunction", 41, 0, 65, 6, 0, 10, WH_EVENT_URGENT},
        {"voltage_quality", 46, 0, 70, 255, 255, 12, WH_EVENT_RECORDED},
        {"bypass", 49, 0, 73, 13, 255, 10, WH_EVENT_URGENT},
        {"association_locked", 66, 0, 90, 14, 255, 10, WH_EVENT_PUSHED},
    };
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        assert_string_equal(wh_event_name(rows[k].kind), rows[k].name);
        assert_int_equal(wh_event_slot(rows[k].kind, rows[k].place), rows[k].slot);
        assert_int_equal(wh_event_alarm_bit(rows[k].kind), rows[k].alarm);
        assert_int_equal(wh_event_report_bit(rows[k].slot), rows[k].report);
        assert_int_equal(wh_event_depth(rows[k].slot), rows[k].depth);
        assert_int_equal(wh_event_priority_of(rows[k].kind), rows[k].priority);
    }
    assert_null(wh_event_name(WH_EVENT_KINDS));
}

static void limits_of_the_table_are_those_of_the_function_specification(void **state)
{
    static const struct {
        unsigned kind;
        unsigned term;
        int16_t trigger_bp;
        int16_t recover_bp;
    } rows[] = {
        {WH_EVENT_VOLTAGE_LOSS, 0, 7800, 8500},
        {WH_EVENT_VOLTAGE_LOSS, 1, 50, 50},
        {WH_EVENT_UNDER_VOLTAGE, 0, 7800, 7800},
        {WH_EVENT_OVER_VOLTAGE, 0, 12000, 12000},
        {WH_EVENT_PHASE_FAILURE, 0, 6000, 6000},
        {WH_EVENT_TOTAL_VOLTAGE_LOSS, 1, 500, 500},
        {WH_EVENT_VOLTAGE_UNBALANCE, 0, 3000, 3000},
        {WH_EVENT_SEVERE_CURRENT_UNBALANCE, 0, 9000, 9000},
        {WH_EVENT_CURRENT_LOSS, 0, 7000, 7000},
        {WH_EVENT_CURRENT_LOSS, 1, 50, 300},
        {WH_EVENT_CURRENT_LOSS, 2, 500, 500},
        {WH_EVENT_OVER_CURRENT, 0, 12000, 12000},
        {WH_EVENT_CURRENT_INTERRUPTION, 0, 6000, 6000},
        {WH_EVENT_REVERSED_POWER_FLOW, 0, -50, 0},
        {WH_EVENT_OVERLOAD, 0, 12000, 12000},
        {WH_EVENT_DEMAND_OVER_LIMIT, 0, 12000, 12000},
        {WH_EVENT_LOW_POWER_FACTOR, 0, 3000, 3000},
    };
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        const wh_event_row *row = &wh_event_rows[rows[k].kind];
        const wh_event_term *term = &wh_event_terms[row->first + rows[k].term];
        assert_true(rows[k].term < row->term_count);
        assert_int_equal(term->trigger_bp, rows[k].trigger_bp);
        assert_int_equal(term->recover_bp, rows[k].recover_bp);
        assert_int_equal(row->delay_s, 60);
    }
}

/* All slots that can run, and what the store must be told of them. */
static void a_store_for_all_slots_can_be_configured_from_the_table(void **state)
{
    size_t flash_bytes = 0;
    size_t running_bytes = 0;
    unsigned running = 0;
    (void)state;
    for (unsigned slot = 0; slot < WH_EVENT_SLOTS; slot++) {
        wh_store_log_config log = wh_event_log_config(slot);
        assert_in_range(log.capacity, 10, 12);
        assert_in_range(log.entry_size, 12, WH_EVENT_RECORD_MAX);
        flash_bytes += (size_t)log.capacity * log.entry_size;
        running_bytes += wh_event_log_running_size(slot);
        running += wh_event_log_running_size(slot) > 0;
    }
    assert_int_equal(running, WH_EVENT_SLOTS - 29);
    assert_int_equal(wh_event_record_size(WH_EVENT_SLOTS), 0);
    assert_int_equal(wh_event_log_running_size(WH_EVENT_SLOTS), 0);
    print_message("all slots: %zu kB of records, %zu bytes of what runs\n", flash_bytes / 1000,
                  running_bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_slot_belongs_to_one_kind_and_place),
        cmocka_unit_test(numbers_that_were_given_out_stay),
        cmocka_unit_test(limits_of_the_table_are_those_of_the_function_specification),
        cmocka_unit_test(a_store_for_all_slots_can_be_configured_from_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
