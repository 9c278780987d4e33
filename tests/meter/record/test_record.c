/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/record/record.h"
#include "tests/meter/record/record_hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NONE INT64_MIN /* stands for null in these tables */

typedef struct {
    const char *name;
    wh_record_head head;
    int64_t value[8];
    unsigned count;
    const char *hex;
} record_row;

static const record_row rows[] = {
    {"no columns", {0, 0, 0}, {0}, 0, "1000 00000000"},
    {"time, status, flags", {0x12345678, 0xA5, 0x01}, {0}, 0, "11A5 12345678"},
    {"the latest time", {UINT32_MAX, 0xFF, 0x0F}, {0}, 0, "1FFF FFFFFFFF"},
    {"small values", {1, 0, 0}, {0, -1, 1, -2, 2}, 5, "1000 00000001 01 02 03 04 05"},
    {"of one byte", {1, 0, 0}, {63, -63}, 2, "1000 00000001 7F 7E"},
    {"of two bytes", {1, 0, 0}, {64, -64, 8191, -8192}, 4, "1000 00000001 8101 8001 FF7F 808001"},
    {"null between", {1, 0, 0}, {NONE, 5, NONE, NONE, 0}, 5, "1000 00000001 00 0B 00 00 01"},
    {"null at the end", {1, 0, 0}, {5, NONE, NONE}, 3, "1000 00000001 0B"},
    {"all null", {1, 0, 0}, {NONE, NONE}, 2, "1000 00000001"},
    {"a profile: +A 12000 kWh, -A 400 kWh",
     {0x69000000, 0x08, 0},
     {12000000000, 400000000},
     2,
     "1008 69000000 81E08BB459 8190BCFD02"},
    {"the largest", {1, 0, 0}, {WH_RECORD_VALUE_MAX}, 1, "1000 00000001 FFFFFFFFFFFFFF7F"},
    {"the smallest", {1, 0, 0}, {-WH_RECORD_VALUE_MAX}, 1, "1000 00000001 FEFFFFFFFFFFFF7F"},
    {"too large", {1, 0, 0}, {WH_RECORD_VALUE_MAX + 1, 1}, 2, "1004 00000001 00 03"},
    {"too small",
     {1, 0x80, 0},
     {-WH_RECORD_VALUE_MAX - 1, INT64_MAX, 1},
     3,
     "1084 00000001 00 00 03"},
};

static void make(const record_row *row, wh_writer *w)
{
    wh_record_maker m = wh_record_begin(w, row->head);
    for (unsigned i = 0; i < row->count; i++) {
        if (row->value[i] == NONE) {
            wh_record_put_null(&m);
        } else {
            wh_record_put(&m, row->value[i]);
        }
    }
}

static bool fits(int64_t value)
{
    return value >= -WH_RECORD_VALUE_MAX && value <= WH_RECORD_VALUE_MAX;
}

static void a_record_has_these_bytes(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t want[128];
        uint8_t got[128];
        size_t len = from_hex(rows[i].hex, want);
        wh_writer w = wh_writer_init(got, sizeof got);
        make(&rows[i], &w);
        assert_int_equal(wh_writer_err(&w), WH_OK);
        if (wh_writer_len(&w) != len || memcmp(got, want, len) != 0) {
            fail_msg("%s: %zu bytes, not %zu, or others", rows[i].name, wh_writer_len(&w), len);
        }
        assert_true(len <= WH_RECORD_SIZE(rows[i].count));
    }
}

static void what_was_written_is_read(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[128];
        size_t len = from_hex(rows[i].hex, bytes);
        uint8_t *exact = malloc(len);
        assert_non_null(exact);
        memcpy(exact, bytes, len);
        wh_record record;
        assert_int_equal(wh_record_decode(exact, len, &record), WH_OK);
        assert_int_equal(record.head.time_s, rows[i].head.time_s);
        assert_int_equal(record.head.flags, rows[i].head.flags);
        assert_int_equal(record.head.status & rows[i].head.status, rows[i].head.status);
        for (unsigned k = 0; k < rows[i].count; k++) {
            int64_t value = -77;
            bool null = rows[i].value[k] == NONE || !fits(rows[i].value[k]);
            assert_int_equal(wh_record_next(&record, &value), null ? WH_ERR_STATE : WH_OK);
            assert_true(value == (null ? 0 : rows[i].value[k]));
        }
        int64_t value = 1;
        assert_int_equal(wh_record_next(&record, &value), WH_ERR_STATE); /* beyond: null */
        assert_int_equal(wh_record_next(&record, &value), WH_ERR_STATE);
        free(exact);
    }
}

static void every_output_size_below_is_too_small(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[128];
        size_t len = from_hex(rows[i].hex, bytes);
        for (size_t size = 0; size <= len; size++) {
            uint8_t *small = malloc(size > 0 ? size : 1);
            assert_non_null(small);
            wh_writer w = wh_writer_init(small, size);
            make(&rows[i], &w);
            assert_int_equal(wh_writer_err(&w), size == len ? WH_OK : WH_ERR_SPACE);
            free(small);
        }
    }
}

/* A prefix ends in a value, or it is a record of fewer columns: the store keeps the length. */
static void every_prefix_is_short_or_a_record_with_nulls(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[128];
        size_t whole = from_hex(rows[i].hex, bytes);
        for (size_t len = 0; len < whole; len++) {
            uint8_t *exact = malloc(len > 0 ? len : 1);
            assert_non_null(exact);
            memcpy(exact, bytes, len);
            wh_record record;
            wh_err err = wh_record_decode(exact, len, &record);
            assert_int_equal(err, len < 6 ? WH_ERR_SHORT : WH_OK);
            for (unsigned k = 0; k < rows[i].count && err == WH_OK; k++) {
                int64_t value = 0;
                wh_err got = wh_record_next(&record, &value);
                bool cut = wh_reader_err(&record.values) != WH_OK;
                assert_int_equal(got == WH_ERR_SHORT, cut);
                assert_true(got == WH_OK || got == WH_ERR_STATE || got == WH_ERR_SHORT);
                assert_true(got == WH_OK ? value == rows[i].value[k] : value == 0);
            }
            free(exact);
        }
    }
}

static void what_is_no_record_is_refused(void **unused)
{
    (void)unused;
    static const struct {
        const char *hex;
        wh_err head;
        wh_err first;
    } bad[] = {
        {"2000 00000001 01", WH_ERR_UNSUPPORTED, WH_OK},
        {"F000 00000001", WH_ERR_UNSUPPORTED, WH_OK},
        {"0000 00000001", WH_ERR_FORMAT, WH_OK},
        {"20", WH_ERR_UNSUPPORTED, WH_OK},
        {"", WH_ERR_SHORT, WH_OK},
        {"1000 00000001 8000", WH_OK, WH_ERR_FORMAT},               /* 0 in two bytes */
        {"1000 00000001 818000", WH_OK, WH_ERR_FORMAT},             /* 1 in three */
        {"1000 00000001 FFFFFFFFFFFFFFFF01", WH_OK, WH_ERR_FORMAT}, /* nine bytes */
        {"1000 00000001 FFFFFFFFFFFFFFFF", WH_OK, WH_ERR_FORMAT},
        {"1000 00000001 FFFFFF", WH_OK, WH_ERR_SHORT},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint8_t bytes[128];
        size_t len = from_hex(bad[i].hex, bytes);
        uint8_t *exact = malloc(len > 0 ? len : 1);
        assert_non_null(exact);
        memcpy(exact, bytes, len);
        wh_record record;
        assert_int_equal(wh_record_decode(exact, len, &record), bad[i].head);
        if (bad[i].head == WH_OK) {
            int64_t value = 1;
            assert_int_equal(wh_record_next(&record, &value), bad[i].first);
            assert_int_equal(value, 0);
            assert_int_equal(wh_record_next(&record, &value), bad[i].first); /* and all after it */
        }
        free(exact);
    }
}

static void any_value_comes_back(void **unused)
{
    (void)unused;
    uint64_t random = 1;
    for (unsigned i = 0; i < 20000; i++) {
        random = random * 6364136223846793005U + 1442695040888963407U;
        int64_t value = (int64_t)(random >> (8U + i % 56U));
        value = (i & 1U) != 0 ? -value : value;
        uint8_t bytes[WH_RECORD_SIZE(1)];
        wh_writer w = wh_writer_init(bytes, sizeof bytes);
        wh_record_maker m = wh_record_begin(&w, (wh_record_head){.time_s = i});
        wh_record_put(&m, value);
        assert_int_equal(wh_writer_err(&w), WH_OK);
        wh_record record;
        int64_t got = 0;
        assert_int_equal(wh_record_decode(bytes, wh_writer_len(&w), &record), WH_OK);
        assert_int_equal(wh_record_next(&record, &got), fits(value) ? WH_OK : WH_ERR_STATE);
        assert_true(got == (fits(value) ? value : 0));
    }
}

static void a_mark_is_added_to_the_status(void **unused)
{
    (void)unused;
    uint8_t bytes[8];
    wh_writer w = wh_writer_init(bytes, sizeof bytes);
    wh_record_maker m = wh_record_begin(&w, (wh_record_head){.status = WH_RECORD_DST});
    wh_record_put(&m, 1);
    wh_record_mark(&m, WH_RECORD_NOT_VALID);
    assert_int_equal(bytes[1], WH_RECORD_DST | WH_RECORD_NOT_VALID);
    wh_writer none = wh_writer_init(NULL, 0);
    m = wh_record_begin(&none, (wh_record_head){.status = 0});
    wh_record_mark(&m, WH_RECORD_NOT_VALID); /* nowhere to: the error is in the writer */
    wh_record_put(&m, INT64_MAX);
    assert_int_equal(wh_writer_err(&none), WH_ERR_SPACE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_has_these_bytes),
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(every_output_size_below_is_too_small),
        cmocka_unit_test(every_prefix_is_short_or_a_record_with_nulls),
        cmocka_unit_test(what_is_no_record_is_refused),
        cmocka_unit_test(any_value_comes_back),
        cmocka_unit_test(a_mark_is_added_to_the_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
