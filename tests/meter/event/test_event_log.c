/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/event/event_store_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define AT_BEGIN INT64_C(1000000)
#define AT_END   INT64_C(5000000)

static wh_event_record read(event_store_rig *rig, unsigned slot, unsigned number)
{
    wh_event_record record;
    assert_int_equal(wh_event_log_read(&rig->log, slot, number, &record), WH_OK);
    return record;
}

static wh_event_field field(const wh_event_record *record, unsigned number)
{
    wh_event_field f;
    assert_int_equal(wh_event_record_field(record, number, &f), WH_OK);
    return f;
}

/* Begin or end an event of any kind by its notices alone. */
static void keep(event_store_rig *rig, unsigned slot, wh_event_what what, uint32_t utc_s)
{
    const wh_event_notice notice = {(uint8_t)slot, (uint8_t)what, utc_s};
    assert_int_equal(store_rig_keep(rig, &notice, NULL), WH_OK);
}

static bool is_occurrence(unsigned slot)
{
    return wh_event_row_at(slot)->sort == WH_EVENT_SORT_OCCURRENCE;
}

static void happen(event_store_rig *rig, unsigned slot, uint32_t utc_s)
{
    if (is_occurrence(slot)) {
        keep(rig, slot, WH_EVENT_ONCE, utc_s);
        return;
    }
    rig->value = AT_BEGIN;
    keep(rig, slot, WH_EVENT_BEGIN, utc_s - 100);
    rig->value = AT_END;
    keep(rig, slot, WH_EVENT_END, utc_s);
}

/* ---- records ---- */

static void check_fields(event_store_rig *rig, unsigned slot, const wh_event_record *record)
{
    const wh_event_extreme *extreme = wh_events_extreme(&rig->base.events, slot);
    wh_event_field f;
    for (unsigned k = 0; wh_event_record_field(record, k, &f) == WH_OK; k++) {
        rig->value = is_occurrence(slot) ? AT_END : AT_BEGIN;
        switch (f.kind) {
        case WH_EVENT_ITEM_START:
        case WH_EVENT_ITEM_SPAN:
            assert_int_equal(f.value, store_rig_value(rig, f.column));
            rig->value = AT_END;
            assert_true(f.kind == WH_EVENT_ITEM_START ? f.end == WH_EVENT_NULL
                                                      : f.end == store_rig_value(rig, f.column));
            break;
        case WH_EVENT_ITEM_EXTREME:
            assert_int_equal(f.value, extreme->value);
            break;
        case WH_EVENT_ITEM_EXTREME_TIME:
            assert_int_equal(f.value, extreme->utc_s);
            break;
        case WH_EVENT_ITEM_GIVEN:
            assert_true(f.value == WH_EVENT_NULL);
            break;
        case WH_EVENT_ITEM_OPERATOR:
        case WH_EVENT_ITEM_IDENTIFIERS:
        case WH_EVENT_ITEM_TABLE:
        default:
            assert_true(f.value == 0 && f.len == 0);
            break;
        }
    }
}

static void every_slot_keeps_its_last_records_newest_first(void **state)
{
    event_store_rig *rig = store_rig_new();
    (void)state;
    for (unsigned k = 0; k < WH_EVENT_EXTREMES; k++) {
        rig->base.events.extreme[k] = (wh_event_extreme){.value = 7000 + k, .utc_s = 70 + k};
    }
    for (unsigned slot = 0; slot < WH_EVENT_SLOTS; slot++) {
        wh_event_record record;
        unsigned depth = wh_event_depth(slot);
        rig->value = AT_END;
        for (uint32_t k = 0; k < depth + 3U; k++) {
            happen(rig, slot, RIG_UTC + 1000U * k);
        }
        assert_int_equal(wh_event_log_count(&rig->log, slot), depth);
        for (unsigned k = 0; k < depth; k++) {
            record = read(rig, slot, k);
            assert_int_equal(record.end_s, RIG_UTC + 1000U * (depth + 2U - k));
            assert_int_equal(record.begin_s, record.end_s - (is_occurrence(slot) ? 0U : 100U));
            check_fields(rig, slot, &record);
        }
        assert_int_equal(wh_event_log_read(&rig->log, slot, depth, &record), WH_ERR_NOT_FOUND);
        assert_false(wh_event_log_runs(&rig->log, slot));
    }
    store_rig_delete(rig);
}

static void a_record_has_the_columns_of_its_layout(void **state)
{
    static const struct {
        unsigned kind;
        unsigned number;
        wh_event_item_kind item;
        wh_obis obis;
        uint8_t attribute;
    } rows[] = {
        {WH_EVENT_VOLTAGE_LOSS, 0, WH_EVENT_ITEM_SPAN, WH_OBIS_INIT(1, 0, 1, 8, 0, 255), 2},
        {WH_EVENT_VOLTAGE_LOSS, 3, WH_EVENT_ITEM_SPAN, WH_OBIS_INIT(1, 0, 4, 8, 0, 255), 2},
        {WH_EVENT_VOLTAGE_LOSS, 8, WH_EVENT_ITEM_START, WH_OBIS_INIT(1, 0, 32, 7, 0, 255), 2},
        {WH_EVENT_VOLTAGE_LOSS, 13, WH_EVENT_ITEM_START, WH_OBIS_INIT(1, 0, 33, 7, 0, 255), 2},
        {WH_EVENT_VOLTAGE_LOSS, 14, WH_EVENT_ITEM_SPAN, WH_OBIS_INIT(1, 0, 41, 8, 0, 255), 2},
        {WH_EVENT_VOLTAGE_LOSS, 34, WH_EVENT_ITEM_SPAN, WH_OBIS_INIT(1, 0, 11, 8, 0, 255), 2},
        {WH_EVENT_VOLTAGE_LOSS, 37, WH_EVENT_ITEM_SPAN, WH_OBIS_INIT(1, 0, 71, 8, 0, 255), 2},
        {WH_EVENT_OVER_CURRENT, 33, WH_EVENT_ITEM_START, WH_OBIS_INIT(1, 0, 73, 7, 0, 255), 2},
        {WH_EVENT_OVERLOAD, 15, WH_EVENT_ITEM_SPAN, WH_OBIS_INIT(1, 0, 64, 8, 0, 255), 2},
        {WH_EVENT_METER_CLEAR, 1, WH_EVENT_ITEM_START, WH_OBIS_INIT(1, 0, 1, 8, 0, 255), 2},
        {WH_EVENT_METER_CLEAR, 24, WH_EVENT_ITEM_START, WH_OBIS_INIT(1, 0, 68, 8, 0, 255), 2},
        {WH_EVENT_DEMAND_CLEAR, 1, WH_EVENT_ITEM_START, WH_OBIS_INIT(1, 0, 1, 6, 0, 255), 2},
        {WH_EVENT_DEMAND_CLEAR, 2, WH_EVENT_ITEM_START, WH_OBIS_INIT(1, 0, 1, 6, 0, 255), 5},
        {WH_EVENT_DEMAND_CLEAR, 48, WH_EVENT_ITEM_START, WH_OBIS_INIT(1, 0, 68, 6, 0, 255), 5},
        {WH_EVENT_METER_COVER_OPEN, 5, WH_EVENT_ITEM_SPAN, WH_OBIS_INIT(1, 0, 8, 8, 0, 255), 2},
        {WH_EVENT_SWITCH_MALFUNCTION, 0, WH_EVENT_ITEM_START, WH_OBIS_INIT(0, 0, 96, 3, 10, 255),
         2},
        {WH_EVENT_SWITCH_OPENED, 6, WH_EVENT_ITEM_START, WH_OBIS_INIT(1, 0, 8, 8, 0, 255), 2},
        {WH_EVENT_TOTAL_VOLTAGE_LOSS, 2, WH_EVENT_ITEM_START, WH_OBIS_INIT(1, 0, 71, 7, 0, 255), 2},
    };
    event_store_rig *rig = store_rig_new();
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        unsigned slot = wh_event_slot(rows[k].kind, 0);
        happen(rig, slot, RIG_UTC);
        wh_event_record record = read(rig, slot, 0);
        wh_event_field f = field(&record, rows[k].number);
        assert_int_equal(f.kind, rows[k].item);
        assert_true(wh_obis_equal(f.column.obis, rows[k].obis));
        assert_int_equal(f.column.attribute, rows[k].attribute);
    }
    store_rig_delete(rig);
}

static void what_has_no_value_is_null(void **state)
{
    event_store_rig *rig = store_rig_new();
    unsigned slot = wh_event_slot(WH_EVENT_MAGNETIC_FIELD, 0);
    (void)state;
    rig->no_values = true;
    happen(rig, slot, RIG_UTC);
    wh_event_record record = read(rig, slot, 0);
    assert_true(field(&record, 0).value == WH_EVENT_NULL);
    assert_true(field(&record, 0).end == WH_EVENT_NULL);
    store_rig_delete(rig);
}

/* ---- what a reporter adds ---- */

static void programming_keeps_the_operator_and_the_first_ten_identifiers(void **state)
{
    event_store_rig *rig = store_rig_new();
    wh_event_detail detail;
    uint32_t begin_s = 0;
    (void)state;
    assert_false(wh_program_close(&rig->program, &begin_s, &detail));
    for (uint32_t k = 0; k < 13; k++) {
        assert_int_equal(wh_program_note(&rig->program, 0x12345678, 0x04000100 + k / 2 * 2, 50 + k),
                         WH_OK);
    }
    for (uint32_t k = 0; k < 9; k++) {
        assert_int_equal(wh_program_note(&rig->program, 0x12345678, 0x0500 + k, 90 + k), WH_OK);
    }
    assert_true(wh_program_is_other(&rig->program, 1));
    assert_int_equal(wh_program_note(&rig->program, 1, 0x0600, 99), WH_ERR_STATE);
    assert_false(wh_program_is_idle(&rig->program, 157, 60));
    assert_true(wh_program_is_idle(&rig->program, 158, 60));
    assert_true(wh_program_is_idle(&rig->program, 97, 60)); /* the clock has gone back */
    assert_true(wh_program_close(&rig->program, &begin_s, &detail));
    assert_int_equal(begin_s, 50);
    assert_int_equal(store_rig_occur(rig, WH_EVENT_PROGRAMMING, &detail), WH_OK);
    assert_false(wh_program_close(&rig->program, &begin_s, &detail));
    assert_false(wh_program_is_idle(&rig->program, 1000, 1));
    wh_event_record record = read(rig, wh_event_slot(WH_EVENT_PROGRAMMING, 0), 0);
    assert_int_equal(field(&record, 0).value, 0x12345678);
    wh_event_field f = field(&record, 1);
    wh_reader r = wh_reader_init(f.bytes, f.len);
    assert_int_equal(f.len, 40);
    for (uint32_t k = 0; k < 10; k++) {
        assert_int_equal(wh_reader_take_u32be(&r), k < 7 ? 0x04000100 + 2 * k : 0x0500 + k - 7);
    }
    store_rig_delete(rig);
}

static void a_session_survives_a_restart(void **state)
{
    event_store_rig *rig = store_rig_new();
    const wh_event_outage outage = {.begin_s = RIG_UTC, .end_s = RIG_UTC + 5};
    wh_event_detail detail;
    uint32_t begin_s = 0;
    (void)state;
    assert_int_equal(wh_program_note(&rig->program, 7, 0x0401, 50), WH_OK);
    assert_int_equal(store_rig_occur(rig, WH_EVENT_WEEKEND_PROGRAMMED, NULL), WH_OK);
    assert_int_equal(store_rig_start(rig, &outage), WH_OK);
    assert_true(wh_program_close(&rig->program, &begin_s, &detail));
    assert_int_equal(begin_s, 50);
    assert_int_equal(detail.operator_code, 7);
    assert_int_equal(detail.identifier_count, 1);
    assert_int_equal(detail.identifier[0], 0x0401);
    store_rig_delete(rig);
}

static void a_saved_session_that_is_damaged_is_refused(void **state)
{
    static const uint8_t good[] = {1, 1, 0, 0, 0, 7, 0, 0, 0, 50, 2, 0, 0, 4, 1, 0, 0, 4, 2};
    static const struct {
        size_t at;
        uint8_t value;
        wh_err err;
    } rows[] = {{0, 2, WH_ERR_UNSUPPORTED},
                {1, 2, WH_ERR_FORMAT},
                {10, 11, WH_ERR_FORMAT},
                {10, 3, WH_ERR_SHORT},
                {10, 2, WH_OK}};
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        uint8_t bytes[sizeof good];
        wh_program p = {.begin_s = 3};
        memcpy(bytes, good, sizeof good);
        bytes[rows[k].at] = rows[k].value;
        wh_reader r = wh_reader_init(bytes, sizeof bytes);
        assert_int_equal(wh_program_restore(&p, &r), rows[k].err);
        assert_int_equal(p.begin_s, rows[k].err == WH_OK ? 50 : 3);
    }
    for (size_t len = 0; len < sizeof good; len++) {
        uint8_t *exact = malloc(len > 0 ? len : 1);
        wh_program p = {0};
        memcpy(exact, good, len);
        wh_reader r = wh_reader_init(exact, len);
        assert_int_equal(wh_program_restore(&p, &r), WH_ERR_SHORT);
        free(exact);
    }
}

static void numbers_and_tables_that_are_given_are_kept(void **state)
{
    event_store_rig *rig = store_rig_new();
    unsigned zones = wh_event_slot(WH_EVENT_YEAR_ZONES_PROGRAMMED, 0);
    static uint8_t table[1017];
    const int64_t given[] = {11, -22, INT64_MAX, 44};
    wh_event_detail detail = {.operator_code = 5, .given = given, .given_count = 2};
    (void)state;
    rig->logs[WH_EVENT_LOG_FIRST + zones].entry_size += 1; /* the store would take it */
    assert_int_equal(store_rig_occur(rig, WH_EVENT_CLOCK_SET, &detail), WH_OK);
    wh_event_record record = read(rig, wh_event_slot(WH_EVENT_CLOCK_SET, 0), 0);
    assert_int_equal(field(&record, 1).value, 11);
    assert_int_equal(field(&record, 2).value, -22);
    detail.given_count = 4; /* one more than the layout has */
    assert_int_equal(store_rig_occur(rig, WH_EVENT_SETTLEMENT_DAYS_PROGRAMMED, &detail), WH_OK);
    record = read(rig, wh_event_slot(WH_EVENT_SETTLEMENT_DAYS_PROGRAMMED, 0), 0);
    assert_true(field(&record, 3).value == INT64_MAX);
    wh_event_field f;
    assert_int_equal(wh_event_record_field(&record, 4, &f), WH_ERR_NOT_FOUND);
    memset(table, 0xA5, sizeof table);
    table[1015] = 0x5A;
    detail.table = table;
    detail.table_len = 1016;
    assert_int_equal(store_rig_occur(rig, WH_EVENT_HOLIDAYS_PROGRAMMED, &detail), WH_OK);
    record = read(rig, wh_event_slot(WH_EVENT_HOLIDAYS_PROGRAMMED, 0), 0);
    f = field(&record, 1);
    assert_int_equal(f.kind, WH_EVENT_ITEM_TABLE);
    assert_int_equal(f.len, 1016);
    assert_memory_equal(f.bytes, table, 1016);
    detail.table_len = 1017;
    assert_int_equal(store_rig_occur(rig, WH_EVENT_HOLIDAYS_PROGRAMMED, &detail), WH_ERR_SPACE);
    detail.table_len = 85;
    assert_int_equal(store_rig_occur(rig, WH_EVENT_YEAR_ZONES_PROGRAMMED, &detail), WH_ERR_SPACE);
    detail.table_len = 84;
    assert_int_equal(store_rig_occur(rig, WH_EVENT_YEAR_ZONES_PROGRAMMED, &detail), WH_OK);
    store_rig_delete(rig);
}

/* ---- what runs ---- */

static void a_running_event_is_the_newest_and_survives_a_restart(void **state)
{
    event_store_rig *rig = store_rig_new();
    unsigned slot = wh_event_slot(WH_EVENT_UNDER_VOLTAGE, 1);
    (void)state;
    happen(rig, slot, RIG_UTC - 5000);
    rig->value = AT_BEGIN;
    rig->base.in.u_uv[1] = 170000000;
    assert_int_equal(store_rig_run(rig, 61), WH_OK);
    uint32_t begin_s = rig->base.utc_s;
    for (unsigned k = 0; k < 3; k++) {
        assert_true(wh_event_log_runs(&rig->log, slot));
        assert_int_equal(wh_event_log_count(&rig->log, slot), 2);
        wh_event_record record = read(rig, slot, 0);
        assert_int_equal(record.begin_s, begin_s);
        assert_int_equal(record.end_s, 0);
        assert_int_equal(field(&record, 0).value, AT_BEGIN + 1082);
        assert_true(field(&record, 0).end == WH_EVENT_NULL);
        assert_int_equal(read(rig, slot, 1).end_s, RIG_UTC - 5000);
        store_rig_restart(rig);
        assert_true(wh_events_active(&rig->base.events, slot));
    }
    rig->value = AT_END;
    event_rig_calm(&rig->base.in);
    assert_int_equal(store_rig_run(rig, 61), WH_OK);
    assert_false(wh_event_log_runs(&rig->log, slot));
    assert_int_equal(wh_event_log_count(&rig->log, slot), 2);
    wh_event_record record = read(rig, slot, 0);
    assert_int_equal(record.begin_s, begin_s);
    assert_int_equal(record.end_s, rig->base.utc_s);
    assert_int_equal(field(&record, 0).value, AT_BEGIN + 1082);
    assert_int_equal(field(&record, 0).end, AT_END + 1082);
    store_rig_delete(rig);
}

static void an_end_whose_begin_is_lost_is_still_a_record(void **state)
{
    event_store_rig *rig = store_rig_new();
    unsigned slot = wh_event_slot(WH_EVENT_MAGNETIC_FIELD, 0);
    static const uint8_t rubbish[] = {1, 2, 3};
    (void)state;
    for (unsigned k = 0; k < 2; k++) {
        if (k == 1) {
            uint16_t key = (uint16_t)(WH_EVENT_KEY_FIRST + slot);
            assert_int_equal(wh_store_begin(&rig->store), WH_OK);
            assert_int_equal(wh_store_put(&rig->store, key, rubbish, sizeof rubbish), WH_OK);
            assert_int_equal(wh_store_commit(&rig->store), WH_OK);
        }
        rig->value = AT_END;
        keep(rig, slot, WH_EVENT_END, RIG_UTC + k);
        wh_event_record record = read(rig, slot, 0);
        assert_int_equal(record.begin_s, 0);
        assert_int_equal(record.end_s, RIG_UTC + k);
        assert_true(field(&record, 0).value == WH_EVENT_NULL);
        assert_int_equal(field(&record, 0).end, AT_END + 1082);
        assert_int_equal(wh_event_log_count(&rig->log, slot), k + 1);
    }
    store_rig_delete(rig);
}

static void an_outage_is_one_record(void **state)
{
    event_store_rig *rig = store_rig_new();
    const wh_event_outage outage = {.begin_s = RIG_UTC, .end_s = RIG_UTC + 777};
    unsigned slot = wh_event_slot(WH_EVENT_POWER_OFF, 0);
    (void)state;
    assert_int_equal(store_rig_start(rig, &outage), WH_OK);
    assert_int_equal(wh_event_log_count(&rig->log, slot), 1);
    wh_event_record record = read(rig, slot, 0);
    assert_int_equal(record.begin_s, RIG_UTC);
    assert_int_equal(record.end_s, RIG_UTC + 777);
    store_rig_delete(rig);
}

/* ---- clearing ---- */

static void a_clear_hides_all_records_but_those_of_the_clears(void **state)
{
    event_store_rig *rig = store_rig_new();
    unsigned running = wh_event_slot(WH_EVENT_METER_COVER_OPEN, 0);
    (void)state;
    for (unsigned slot = 0; slot < WH_EVENT_SLOTS; slot++) {
        happen(rig, slot, RIG_UTC);
    }
    keep(rig, running, WH_EVENT_BEGIN, RIG_UTC + 1);
    wh_events_clear(&rig->base.events);
    assert_int_equal(store_rig_occur(rig, WH_EVENT_EVENT_CLEAR, NULL), WH_OK); /* saves */
    store_rig_restart(rig);
    for (unsigned slot = 0; slot < WH_EVENT_SLOTS; slot++) {
        unsigned kind = wh_event_kind_of(slot, NULL);
        unsigned kept = kind == WH_EVENT_EVENT_CLEAR ? 2 : kind == WH_EVENT_METER_CLEAR;
        assert_int_equal(wh_event_log_count(&rig->log, slot), slot == running ? 1 : kept);
    }
    keep(rig, running, WH_EVENT_END, RIG_UTC + 2);
    happen(rig, 0, RIG_UTC + 5);
    assert_int_equal(wh_event_log_count(&rig->log, running), 1);
    assert_int_equal(wh_event_log_count(&rig->log, 0), 1);
    assert_int_equal(read(rig, running, 0).begin_s, RIG_UTC + 1);
    store_rig_delete(rig);
}

static void one_kind_can_be_cleared_and_the_clears_never(void **state)
{
    event_store_rig *rig = store_rig_new();
    (void)state;
    for (unsigned place = 0; place < 3; place++) {
        happen(rig, wh_event_slot(WH_EVENT_OVERLOAD, place), RIG_UTC);
    }
    happen(rig, wh_event_slot(WH_EVENT_METER_CLEAR, 0), RIG_UTC);
    happen(rig, wh_event_slot(WH_EVENT_OVER_CURRENT, 0), RIG_UTC);
    assert_int_equal(wh_store_begin(&rig->store), WH_OK);
    assert_int_equal(wh_event_log_clear(&rig->log, WH_EVENT_OVERLOAD), WH_OK);
    assert_int_equal(wh_event_log_clear(&rig->log, WH_EVENT_METER_CLEAR), WH_ERR_DENIED);
    assert_int_equal(wh_event_log_clear(&rig->log, WH_EVENT_EVENT_CLEAR), WH_ERR_DENIED);
    assert_int_equal(wh_event_log_clear(&rig->log, WH_EVENT_KINDS), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_store_commit(&rig->store), WH_OK);
    for (unsigned place = 0; place < 3; place++) {
        unsigned slot = wh_event_slot(WH_EVENT_OVERLOAD, place);
        assert_int_equal(wh_event_log_count(&rig->log, slot), 0);
    }
    assert_int_equal(wh_event_log_count(&rig->log, wh_event_slot(WH_EVENT_METER_CLEAR, 0)), 1);
    assert_int_equal(wh_event_log_count(&rig->log, wh_event_slot(WH_EVENT_OVER_CURRENT, 0)), 1);
    store_rig_delete(rig);
}

/* ---- limits ---- */

static void a_slot_that_is_not_kept_is_no_error(void **state)
{
    event_store_rig *rig = store_rig_new();
    unsigned slot = wh_event_slot(WH_EVENT_CURRENT_INTERRUPTION, 0);
    wh_event_record record;
    (void)state;
    rig->logs[WH_EVENT_LOG_FIRST + slot].capacity = 0;
    rig->logs[WH_PUSH_LOG].capacity = 0;
    store_rig_restart(rig);
    happen(rig, slot, RIG_UTC);
    assert_int_equal(wh_event_log_read(&rig->log, slot, 0, &record), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_event_log_count(&rig->log, slot), 0);
    assert_false(wh_event_log_runs(&rig->log, slot));
    assert_int_equal(wh_event_log_read(&rig->log, WH_EVENT_SLOTS, 0, &record), WH_ERR_NOT_FOUND);
    const wh_event_notice none = {WH_EVENT_SLOTS, WH_EVENT_ONCE, 1};
    assert_int_equal(wh_event_log_take(&rig->log, &none, NULL), WH_ERR_ARG);
    happen(rig, wh_event_slot(WH_EVENT_METER_COVER_OPEN, 0),
           RIG_UTC); /* pushed, but there is no log */
    store_rig_delete(rig);
}

static void a_work_buffer_that_is_too_small_is_told(void **state)
{
    event_store_rig *rig = store_rig_new();
    const wh_event_notice begin = {0, WH_EVENT_BEGIN, RIG_UTC};
    const wh_event_notice end = {0, WH_EVENT_END, RIG_UTC};
    wh_event_record record;
    (void)state;
    size_t need = wh_event_record_size(0);
    for (unsigned k = 0; k < 2; k++) {
        const wh_event_notice *notice = k == 0 ? &begin : &end;
        rig->log.work_size = need - 1;
        assert_int_equal(store_rig_keep(rig, notice, NULL), WH_ERR_SPACE);
        rig->log.work_size = need;
        assert_int_equal(store_rig_keep(rig, notice, NULL), WH_OK);
        rig->log.work_size = need - 1;
        assert_int_equal(wh_event_log_read(&rig->log, 0, 0, &record), WH_ERR_SPACE);
        rig->log.work_size = need;
        assert_int_equal(wh_event_log_read(&rig->log, 0, 0, &record), WH_OK);
    }
    store_rig_delete(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_slot_keeps_its_last_records_newest_first),
        cmocka_unit_test(a_record_has_the_columns_of_its_layout),
        cmocka_unit_test(what_has_no_value_is_null),
        cmocka_unit_test(programming_keeps_the_operator_and_the_first_ten_identifiers),
        cmocka_unit_test(a_session_survives_a_restart),
        cmocka_unit_test(a_saved_session_that_is_damaged_is_refused),
        cmocka_unit_test(numbers_and_tables_that_are_given_are_kept),
        cmocka_unit_test(a_running_event_is_the_newest_and_survives_a_restart),
        cmocka_unit_test(an_end_whose_begin_is_lost_is_still_a_record),
        cmocka_unit_test(an_outage_is_one_record),
        cmocka_unit_test(a_clear_hides_all_records_but_those_of_the_clears),
        cmocka_unit_test(one_kind_can_be_cleared_and_the_clears_never),
        cmocka_unit_test(a_slot_that_is_not_kept_is_no_error),
        cmocka_unit_test(a_work_buffer_that_is_too_small_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
