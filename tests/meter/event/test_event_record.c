/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/event/event_internal.h"
#include "meter/event/event_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Version 1 as it was first written: programming, two of ten identifiers. Readable for ever. */
static const uint8_t programming[] = {
    1,    7,    0x00, 0x03, 0x65, 0x53, 0xF1, 0x00, 0x65, 0x53, 0xF1, 0x00, /* head */
    0x12, 0x34, 0x56, 0x78,                                                 /* operator */
    2,    0x04, 0x00, 0x01, 0x04, 0x04, 0x00, 0x01, 0x05,                   /* identifiers */
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
};

/* A magnet that runs: two registers at the begin, their ends not known. */
static const uint8_t magnet[] = {
    1,    22,   0,    0,    0,    0,    0,    9,    0,    0, 0, 0,             /* head */
    0,    0,    0,    0,    0,    0,    1,    2,    0x80, 0, 0, 0, 0, 0, 0, 0, /* +A */
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0,
};

/* Holidays: the operator, and a table of three bytes. */
static const uint8_t holidays[] = {1, 15, 0, 0, 0, 0, 0, 9, 0, 0, 0, 9, 0, 0, 0, 1, 0, 3, 7, 8, 9};

static wh_err decode(const uint8_t *bytes, size_t len, wh_event_record *record)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);
    wh_event_field field;
    assert_non_null(exact);
    memcpy(exact, bytes, len);
    wh_err err = wh_event_record_decode(exact, len, record);
    for (unsigned k = 0; err == WH_OK && wh_event_record_field(record, k, &field) == WH_OK; k++) {
        assert_true(field.bytes == NULL || field.bytes + field.len <= exact + len);
    }
    free(exact);
    return err;
}

static void records_of_version_1_are_read(void **state)
{
    wh_event_record record;
    wh_event_field field;
    (void)state;
    assert_int_equal(wh_event_record_decode(programming, sizeof programming, &record), WH_OK);
    assert_int_equal(record.layout, 7);
    assert_int_equal(record.epoch, 3);
    assert_int_equal(record.begin_s, 0x6553F100);
    assert_int_equal(record.end_s, 0x6553F100);
    assert_int_equal(wh_event_record_field(&record, 0, &field), WH_OK);
    assert_int_equal(field.kind, WH_EVENT_ITEM_OPERATOR);
    assert_int_equal(field.value, 0x12345678);
    assert_int_equal(wh_event_record_field(&record, 1, &field), WH_OK);
    assert_int_equal(field.kind, WH_EVENT_ITEM_IDENTIFIERS);
    assert_int_equal(field.len, 8);
    assert_memory_equal(field.bytes, programming + 17, 8);
    assert_int_equal(wh_event_record_field(&record, 2, &field), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_event_record_decode(magnet, sizeof magnet, &record), WH_OK);
    assert_int_equal(record.end_s, 0);
    assert_int_equal(wh_event_record_field(&record, 1, &field), WH_OK);
    assert_int_equal(field.kind, WH_EVENT_ITEM_SPAN);
    assert_int_equal(field.column.obis.group[WH_OBIS_C], 2);
    assert_int_equal(field.value, -2);
    assert_true(field.end == WH_EVENT_NULL);
    assert_int_equal(wh_event_record_decode(holidays, sizeof holidays, &record), WH_OK);
    assert_int_equal(wh_event_record_field(&record, 1, &field), WH_OK);
    assert_int_equal(field.kind, WH_EVENT_ITEM_TABLE);
    assert_int_equal(field.len, 3);
    assert_memory_equal(field.bytes, holidays + 18, 3);
}

static void every_prefix_is_short_and_every_surplus_malformed(void **state)
{
    static const struct {
        const uint8_t *bytes;
        size_t len;
    } rows[] = {
        {programming, sizeof programming}, {magnet, sizeof magnet}, {holidays, sizeof holidays}};
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        uint8_t longer[100] = {0};
        wh_event_record record;
        for (size_t len = 0; len < rows[k].len; len++) {
            assert_int_equal(decode(rows[k].bytes, len, &record), WH_ERR_SHORT);
        }
        assert_int_equal(decode(rows[k].bytes, rows[k].len, &record), WH_OK);
        memcpy(longer, rows[k].bytes, rows[k].len);
        assert_int_equal(decode(longer, rows[k].len + 1, &record), WH_ERR_FORMAT);
    }
}

static void what_cannot_be_is_refused(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
        wh_err err;
    } rows[] = {
        {0, 0, WH_ERR_UNSUPPORTED},
        {0, 2, WH_ERR_UNSUPPORTED},
        {1, 29, WH_ERR_UNSUPPORTED},
        {1, 255, WH_ERR_UNSUPPORTED},
        {16, 10, WH_OK},
        {16, 11, WH_ERR_FORMAT},
        {16, 0, WH_OK},
        {16, 255, WH_ERR_FORMAT},
    };
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        uint8_t bytes[sizeof programming];
        wh_event_record record;
        memcpy(bytes, programming, sizeof bytes);
        bytes[rows[k].at] = rows[k].value;
        assert_int_equal(decode(bytes, sizeof bytes, &record), rows[k].err);
    }
    uint8_t table[sizeof holidays];
    wh_event_record record;
    memcpy(table, holidays, sizeof table);
    table[16] = 0x03; /* 1017 bytes: one more than the layout allows */
    table[17] = 0xF9;
    assert_int_equal(decode(table, sizeof table, &record), WH_ERR_FORMAT);
    table[17] = 0xF8;
    assert_int_equal(decode(table, sizeof table, &record), WH_ERR_SHORT);
}

static wh_err read_nothing(const void *user, wh_column column, int64_t *value)
{
    (void)user;
    (void)column;
    *value = 1;
    return WH_OK;
}

/* What is written of any slot, with any detail, can be read and has the size that was promised. */
static void every_slot_s_record_is_written_into_its_size_and_not_one_byte_less(void **state)
{
    static uint8_t table[WH_EVENT_RECORD_MAX];
    static const uint32_t identifiers[12] = {1, 2, 3};
    static const int64_t given[40] = {1, 2, 3};
    const wh_column_reader columns = {.read = read_nothing};
    (void)state;
    for (unsigned slot = 0; slot < WH_EVENT_SLOTS; slot++) {
        size_t size = wh_event_record_size(slot);
        unsigned kind = wh_event_kind_of(slot, NULL);
        size_t table_len = kind == WH_EVENT_HOLIDAYS_PROGRAMMED     ? 1016
                           : kind == WH_EVENT_DAY_TABLES_PROGRAMMED ? 672
                           : kind == WH_EVENT_YEAR_ZONES_PROGRAMMED ? 84
                                                                    : 0;
        const wh_event_detail detail = {.identifier = identifiers,
                                        .identifier_count = 12,
                                        .given = given,
                                        .given_count = 40,
                                        .table = table,
                                        .table_len = table_len};
        uint8_t *bytes = malloc(size);
        wh_event_record record;
        assert_non_null(bytes);
        for (size_t less = 0; less < 2; less++) {
            wh_writer w = wh_writer_init(bytes, size - less);
            assert_int_equal(wh_event_record_begin(&w, slot, 5, &detail, &columns),
                             less == 0 ? WH_OK : WH_ERR_SPACE);
        }
        wh_writer w = wh_writer_init(bytes, size);
        assert_int_equal(wh_event_record_begin(&w, slot, 5, &detail, &columns), WH_OK);
        assert_int_equal(wh_writer_len(&w), size);
        wh_event_record_end(bytes, size, 6, NULL, &columns);
        wh_event_record_stamp(bytes, size, 0x1234);
        assert_int_equal(decode(bytes, size, &record), WH_OK);
        assert_int_equal(record.begin_s, 5);
        assert_int_equal(record.end_s, 6);
        assert_int_equal(record.epoch, 0x1234);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_of_version_1_are_read),
        cmocka_unit_test(every_prefix_is_short_and_every_surplus_malformed),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(every_slot_s_record_is_written_into_its_size_and_not_one_byte_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
