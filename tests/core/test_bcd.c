/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bcd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Bytes as they stand for big endian; reversed they are little endian. */
static const struct {
    size_t len;
    uint8_t bytes[12];
    wh_err err;
    uint64_t value;
} rows[] = {
    {0, {0}, WH_OK, 0},
    {1, {0x00}, WH_OK, 0},
    {1, {0x09}, WH_OK, 9},
    {1, {0x99}, WH_OK, 99},
    {1, {0x9A}, WH_ERR_FORMAT, 0},
    {1, {0xA9}, WH_ERR_FORMAT, 0},
    {1, {0xFF}, WH_ERR_FORMAT, 0},
    {4, {0x12, 0x34, 0x56, 0x78}, WH_OK, 12345678},
    {4, {0x00, 0x00, 0x00, 0x01}, WH_OK, 1},
    {4, {0xEE, 0xEE, 0xEE, 0xEE}, WH_ERR_FORMAT, 0},
    {4, {0x12, 0x34, 0x56, 0x7F}, WH_ERR_FORMAT, 0},
    {4, {0xF2, 0x34, 0x56, 0x78}, WH_ERR_FORMAT, 0},
    {8, {0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99}, WH_OK, 9999999999999999},
    {9, {0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99}, WH_OK, 999999999999999999},
    {10, {0x18, 0x44, 0x67, 0x44, 0x07, 0x37, 0x09, 0x55, 0x16, 0x15}, WH_OK, UINT64_MAX},
    {10, {0x18, 0x44, 0x67, 0x44, 0x07, 0x37, 0x09, 0x55, 0x16, 0x16}, WH_ERR_RANGE, 0},
    {10, {0x18, 0x44, 0x67, 0x44, 0x07, 0x37, 0x09, 0x55, 0x17, 0x00}, WH_ERR_RANGE, 0},
    {10, {0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99}, WH_ERR_RANGE, 0},
    {12, {0, 0, 0x18, 0x44, 0x67, 0x44, 0x07, 0x37, 0x09, 0x55, 0x16, 0x15}, WH_OK, UINT64_MAX},
};
#define ROWS (sizeof rows / sizeof rows[0])

/* An exact-size copy of a row's bytes, reversed where asked. Free it. */
static uint8_t *copy_of(size_t row, bool reversed)
{
    size_t len = rows[row].len;
    uint8_t *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    for (size_t i = 0; i < len; i++) {
        copy[i] = rows[row].bytes[reversed ? len - 1 - i : i];
    }
    return copy;
}

static void bytes_are_taken_in_both_orders(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ROWS; i++) {
        for (int little = 0; little <= 1; little++) {
            uint8_t *copy = copy_of(i, little == 1);
            wh_reader r = wh_reader_init(copy, rows[i].len);
            uint64_t value =
                little ? wh_bcd_take_le(&r, rows[i].len) : wh_bcd_take_be(&r, rows[i].len);
            assert_int_equal(wh_reader_err(&r), rows[i].err);
            assert_true(value == rows[i].value);
            assert_int_equal(wh_reader_pos(&r), rows[i].len);
            free(copy);
        }
    }
}

static void numbers_are_put_in_both_orders_as_they_are_taken(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ROWS; i++) {
        for (int little = 0; little <= 1 && rows[i].err == WH_OK; little++) {
            uint8_t *expected = copy_of(i, little == 1);
            uint8_t *out = malloc(rows[i].len > 0 ? rows[i].len : 1);
            assert_non_null(out);
            wh_writer w = wh_writer_init(out, rows[i].len);
            (little ? wh_bcd_put_le : wh_bcd_put_be)(&w, rows[i].value, rows[i].len);
            assert_int_equal(wh_writer_err(&w), WH_OK);
            assert_int_equal(wh_writer_len(&w), rows[i].len);
            assert_memory_equal(out, expected, rows[i].len);
            free(out);
            free(expected);
        }
    }
}

static void every_byte_is_two_digits_or_malformed(void **unused)
{
    (void)unused;
    for (unsigned byte = 0; byte <= 255; byte++) {
        uint8_t b = (uint8_t)byte;
        bool good = byte / 16 <= 9 && byte % 16 <= 9;
        wh_reader r = wh_reader_init(&b, 1);
        assert_true(wh_bcd_take_be(&r, 1) == (good ? byte / 16 * 10 + byte % 16 : 0));
        assert_int_equal(wh_reader_err(&r), good ? WH_OK : WH_ERR_FORMAT);
        if (good) {
            uint8_t back = 0xEE;
            wh_writer w = wh_writer_init(&back, 1);
            wh_bcd_put_le(&w, byte / 16 * 10 + byte % 16, 1);
            assert_int_equal(back, b);
        }
    }
}

static void every_prefix_is_short(void **unused)
{
    (void)unused;
    for (size_t len = 0; len < 4; len++) {
        uint8_t *copy = malloc(len > 0 ? len : 1);
        assert_non_null(copy);
        memset(copy, 0x11, len);
        wh_reader r = wh_reader_init(copy, len);
        assert_true(wh_bcd_take_be(&r, 4) == 0);
        assert_int_equal(wh_reader_err(&r), WH_ERR_SHORT);
        assert_int_equal(wh_reader_pos(&r), 0);
        r = wh_reader_init(copy, len);
        assert_true(wh_bcd_take_le(&r, 4) == 0);
        assert_int_equal(wh_reader_err(&r), WH_ERR_SHORT);
        free(copy);
    }
}

static void a_number_with_too_many_digits_is_out_of_range(void **unused)
{
    (void)unused;
    uint64_t limit = 1; /* 10^(2 n) */
    for (size_t n = 0; n <= 9; n++) {
        uint8_t out[9];
        wh_writer w = wh_writer_init(out, sizeof out);
        wh_bcd_put_be(&w, limit - 1, n);
        assert_int_equal(wh_writer_err(&w), WH_OK);
        assert_int_equal(wh_writer_len(&w), n);
        w = wh_writer_init(out, sizeof out);
        wh_bcd_put_le(&w, limit, n);
        assert_int_equal(wh_writer_err(&w), WH_ERR_RANGE);
        assert_int_equal(wh_writer_len(&w), 0);
        limit *= 100;
    }
}

static void every_smaller_output_has_no_space(void **unused)
{
    (void)unused;
    for (size_t size = 0; size < 6; size++) {
        uint8_t *out = malloc(size > 0 ? size : 1);
        assert_non_null(out);
        wh_writer w = wh_writer_init(out, size);
        wh_bcd_put_be(&w, 123456, 6);
        assert_int_equal(wh_writer_err(&w), WH_ERR_SPACE);
        w = wh_writer_init(out, size);
        wh_bcd_put_le(&w, 123456, 6);
        assert_int_equal(wh_writer_err(&w), WH_ERR_SPACE);
        assert_int_equal(wh_writer_len(&w), 0);
        free(out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_taken_in_both_orders),
        cmocka_unit_test(numbers_are_put_in_both_orders_as_they_are_taken),
        cmocka_unit_test(every_byte_is_two_digits_or_malformed),
        cmocka_unit_test(every_prefix_is_short),
        cmocka_unit_test(a_number_with_too_many_digits_is_out_of_range),
        cmocka_unit_test(every_smaller_output_has_no_space),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
