/* SPDX-License-Identifier: Apache-2.0 */
#include "core/reader.h"
#include "core/writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A buffer of exactly that size, so that a one-byte overrun is seen. Free it. */
static uint8_t *buffer(size_t size)
{
    uint8_t *buf = malloc(size > 0 ? size : 1);
    assert_non_null(buf);
    memset(buf, 0xEE, size > 0 ? size : 1);
    return buf;
}

static void put_u8(wh_writer *w)
{
    wh_writer_put_u8(w, 0x81);
}

static void put_u16be(wh_writer *w)
{
    wh_writer_put_u16be(w, 0x8112);
}

static void put_u16le(wh_writer *w)
{
    wh_writer_put_u16le(w, 0x8112);
}

static void put_u32be(wh_writer *w)
{
    wh_writer_put_u32be(w, 0x81122334);
}

static void put_u32le(wh_writer *w)
{
    wh_writer_put_u32le(w, 0x81122334);
}

static void put_u64be(wh_writer *w)
{
    wh_writer_put_u64be(w, 0x8112233445566778);
}

static void put_u64le(wh_writer *w)
{
    wh_writer_put_u64le(w, 0x8112233445566778);
}

static void put_three_bytes(wh_writer *w)
{
    static const uint8_t three[] = {1, 2, 3};
    wh_writer_put_bytes(w, three, 3);
}

static void put_one_byte(wh_writer *w)
{
    static const uint8_t one[] = {9};
    wh_writer_put_bytes(w, one, 1);
}

static const struct {
    void (*put)(wh_writer *w);
    size_t size;
    uint8_t bytes[8];
} items[] = {
    {put_u8, 1, {0x81}},
    {put_u16be, 2, {0x81, 0x12}},
    {put_u16le, 2, {0x12, 0x81}},
    {put_u32be, 4, {0x81, 0x12, 0x23, 0x34}},
    {put_u32le, 4, {0x34, 0x23, 0x12, 0x81}},
    {put_u64be, 8, {0x81, 0x12, 0x23, 0x34, 0x45, 0x56, 0x67, 0x78}},
    {put_u64le, 8, {0x78, 0x67, 0x56, 0x45, 0x34, 0x23, 0x12, 0x81}},
    {put_three_bytes, 3, {1, 2, 3}},
    {put_one_byte, 1, {9}},
};
#define ITEMS (sizeof items / sizeof items[0])

static void items_are_put_whole_or_not_at_all_in_every_size(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ITEMS; i++) {
        for (size_t size = 0; size <= 9; size++) {
            uint8_t *buf = buffer(size);
            wh_writer w = wh_writer_init(buf, size);
            items[i].put(&w);
            bool fits = size >= items[i].size;
            assert_int_equal(wh_writer_err(&w), fits ? WH_OK : WH_ERR_SPACE);
            assert_int_equal(wh_writer_len(&w), fits ? items[i].size : 0);
            assert_int_equal(wh_writer_left(&w), fits ? size - items[i].size : 0);
            for (size_t k = 0; k < size; k++) {
                bool written = fits && k < items[i].size;
                assert_int_equal(buf[k], written ? items[i].bytes[k] : 0xEE);
            }
            free(buf);
        }
    }
}

static void what_is_written_is_a_prefix_in_every_size(void **unused)
{
    (void)unused;
    uint8_t whole[64];
    wh_writer all = wh_writer_init(whole, sizeof whole);
    for (size_t i = 0; i < ITEMS; i++) {
        items[i].put(&all);
    }
    assert_int_equal(wh_writer_err(&all), WH_OK);
    size_t len = wh_writer_len(&all);
    for (size_t size = 0; size <= len + 1; size++) {
        uint8_t *buf = buffer(size);
        wh_writer w = wh_writer_init(buf, size);
        size_t expected = 0;
        bool open = true;
        for (size_t i = 0; i < ITEMS; i++) {
            items[i].put(&w);
            open = open && expected + items[i].size <= size;
            expected += open ? items[i].size : 0;
        }
        assert_int_equal(wh_writer_err(&w), size < len ? WH_ERR_SPACE : WH_OK);
        assert_int_equal(wh_writer_len(&w), expected);
        assert_memory_equal(buf, whole, expected);
        free(buf);
    }
}

static void the_first_error_is_kept_and_smaller_items_do_not_slip_in(void **unused)
{
    (void)unused;
    uint8_t *buf = buffer(3);
    wh_writer w = wh_writer_init(buf, 3);
    wh_writer_put_u16be(&w, 0x1234);
    wh_writer_put_u16be(&w, 0x5678);
    wh_writer_fail(&w, WH_ERR_RANGE);
    for (size_t i = 0; i < ITEMS; i++) {
        items[i].put(&w);
    }
    assert_null(wh_writer_reserve(&w, 0));
    assert_int_equal(wh_writer_err(&w), WH_ERR_SPACE);
    assert_int_equal(wh_writer_len(&w), 2);
    assert_int_equal(wh_writer_left(&w), 0);
    assert_int_equal(buf[2], 0xEE);
    free(buf);
}

static void an_encoder_can_latch_an_error_of_its_own(void **unused)
{
    (void)unused;
    uint8_t buf[4];
    wh_writer w = wh_writer_init(buf, sizeof buf);
    wh_writer_fail(&w, WH_OK);
    wh_writer_put_u8(&w, 1);
    wh_writer_fail(&w, WH_ERR_RANGE);
    wh_writer_put_u8(&w, 2);
    assert_int_equal(wh_writer_err(&w), WH_ERR_RANGE);
    assert_int_equal(wh_writer_len(&w), 1);
}

static void a_reserved_place_is_filled_later(void **unused)
{
    (void)unused;
    uint8_t *buf = buffer(4);
    wh_writer w = wh_writer_init(buf, 4);
    wh_writer_put_u8(&w, 0x68);
    uint8_t *length = wh_writer_reserve(&w, 1);
    assert_ptr_equal(length, buf + 1);
    wh_writer_put_u16be(&w, 0xABCD);
    *length = (uint8_t)(wh_writer_len(&w) - 2);
    assert_memory_equal(buf, "\x68\x02\xAB\xCD", 4);
    assert_null(wh_writer_reserve(&w, 1));
    assert_int_equal(wh_writer_err(&w), WH_ERR_SPACE);
    free(buf);
}

static void a_size_near_the_largest_does_not_wrap(void **unused)
{
    (void)unused;
    uint8_t buf[8];
    wh_writer w = wh_writer_init(buf, sizeof buf);
    wh_writer_put_u32be(&w, 1);
    assert_null(wh_writer_reserve(&w, SIZE_MAX - 3));
    assert_int_equal(wh_writer_err(&w), WH_ERR_SPACE);
    assert_int_equal(wh_writer_len(&w), 4);
}

static void an_item_that_does_not_fit_is_dropped_by_a_rewind(void **unused)
{
    (void)unused;
    uint8_t *buf = buffer(6);
    wh_writer w = wh_writer_init(buf, 6);
    wh_writer_put_u32be(&w, 0x01020304);
    size_t mark = wh_writer_len(&w);
    wh_writer_put_u8(&w, 0x05);
    wh_writer_put_u32be(&w, 0x06070809);
    assert_int_equal(wh_writer_err(&w), WH_ERR_SPACE);
    wh_writer_rewind(&w, mark);
    assert_int_equal(wh_writer_err(&w), WH_OK);
    assert_int_equal(wh_writer_len(&w), 4);
    assert_int_equal(wh_writer_left(&w), 2);
    wh_writer_put_u16be(&w, 0x0A0B);
    assert_int_equal(wh_writer_err(&w), WH_OK);
    assert_memory_equal(buf, "\x01\x02\x03\x04\x0A\x0B", 6);
    free(buf);
}

static void an_item_whose_first_byte_does_not_fit_is_dropped_by_a_rewind(void **unused)
{
    (void)unused;
    uint8_t buf[4];
    wh_writer w = wh_writer_init(buf, sizeof buf);
    wh_writer_put_u32be(&w, 0x01020304);
    size_t mark = wh_writer_len(&w);
    wh_writer_put_u8(&w, 0x05);
    assert_int_equal(wh_writer_err(&w), WH_ERR_SPACE);
    wh_writer_rewind(&w, mark); /* to where it stands */
    assert_int_equal(wh_writer_err(&w), WH_OK);
    assert_int_equal(wh_writer_len(&w), 4);
}

static void a_rewind_goes_back_to_every_earlier_length_and_never_forward(void **unused)
{
    (void)unused;
    uint8_t buf[8];
    for (size_t len = 0; len <= 5; len++) {
        wh_writer w = wh_writer_init(buf, sizeof buf);
        wh_writer_put_u32be(&w, 0);
        wh_writer_rewind(&w, len);
        assert_int_equal(wh_writer_len(&w), len <= 4 ? len : 4);
    }
    wh_writer w = wh_writer_init(buf, sizeof buf);
    wh_writer_fail(&w, WH_ERR_RANGE);
    wh_writer_rewind(&w, 1); /* beyond what is there: the error stays */
    assert_int_equal(wh_writer_err(&w), WH_ERR_RANGE);
}

static void nowhere_to_write_takes_no_bytes_and_nothing_more(void **unused)
{
    (void)unused;
    wh_writer w = wh_writer_init(NULL, 0);
    wh_writer_put_bytes(&w, NULL, 0);
    assert_int_equal(wh_writer_err(&w), WH_OK);
    wh_writer_put_u8(&w, 1);
    assert_int_equal(wh_writer_err(&w), WH_ERR_SPACE);
    assert_int_equal(wh_writer_len(&w), 0);
}

static void varints_are_read_back_and_no_longer_than_they_must_be(void **state)
{
    (void)state;
    static const struct {
        uint64_t value;
        size_t len;
    } rows[] = {{0, 1},          {0x7F, 1},       {0x80, 2},      {0x3FFF, 2},
                {0x4000, 3},     {UINT32_MAX, 5}, {INT64_MAX, 9}, {UINT64_C(1) << 63U, 10},
                {UINT64_MAX, 10}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t buf[10];
        wh_writer w = wh_writer_init(buf, sizeof buf);
        wh_writer_put_varint(&w, rows[i].value);
        assert_int_equal(wh_writer_len(&w), rows[i].len);
        wh_reader r = wh_reader_init(buf, rows[i].len);
        assert_true(wh_reader_take_varint(&r) == rows[i].value);
        assert_int_equal(wh_reader_err(&r), WH_OK);
        r = wh_reader_init(buf, rows[i].len - 1);
        (void)wh_reader_take_varint(&r);
        assert_int_equal(wh_reader_err(&r), WH_ERR_SHORT);
        w = wh_writer_init(buf, sizeof buf);
        wh_writer_put_signed_varint(&w, (int64_t)rows[i].value);
        r = wh_reader_init(buf, wh_writer_len(&w));
        assert_true(wh_reader_take_signed_varint(&r) == (int64_t)rows[i].value);
    }
}

static void a_varint_of_more_than_64_bits_is_refused(void **state)
{
    (void)state;
    static const uint8_t rows[][11] = {
        {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02, 0},
        {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x81, 0},
    };
    for (size_t i = 0; i < 2; i++) {
        wh_reader r = wh_reader_init(rows[i], sizeof rows[i]);
        assert_true(wh_reader_take_varint(&r) == 0);
        assert_int_equal(wh_reader_err(&r), WH_ERR_FORMAT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_are_put_whole_or_not_at_all_in_every_size),
        cmocka_unit_test(what_is_written_is_a_prefix_in_every_size),
        cmocka_unit_test(the_first_error_is_kept_and_smaller_items_do_not_slip_in),
        cmocka_unit_test(an_encoder_can_latch_an_error_of_its_own),
        cmocka_unit_test(a_reserved_place_is_filled_later),
        cmocka_unit_test(a_size_near_the_largest_does_not_wrap),
        cmocka_unit_test(an_item_that_does_not_fit_is_dropped_by_a_rewind),
        cmocka_unit_test(an_item_whose_first_byte_does_not_fit_is_dropped_by_a_rewind),
        cmocka_unit_test(a_rewind_goes_back_to_every_earlier_length_and_never_forward),
        cmocka_unit_test(nowhere_to_write_takes_no_bytes_and_nothing_more),
        cmocka_unit_test(varints_are_read_back_and_no_longer_than_they_must_be),
        cmocka_unit_test(a_varint_of_more_than_64_bits_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
