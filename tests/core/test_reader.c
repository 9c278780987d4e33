/* SPDX-License-Identifier: Apache-2.0 */
#include "core/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t bytes[] = {0x81, 0x12, 0x23, 0x34, 0x45, 0x56, 0x67, 0x78, 0x9F};

/* An exact-size copy, so that a one-byte over-read is seen. Free it. */
static uint8_t *exact(size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    return len > 0 ? copy : (free(copy), NULL);
}

static uint64_t take_u8(wh_reader *r)
{
    return wh_reader_take_u8(r);
}

static uint64_t take_u16be(wh_reader *r)
{
    return wh_reader_take_u16be(r);
}

static uint64_t take_u16le(wh_reader *r)
{
    return wh_reader_take_u16le(r);
}

static uint64_t take_u32be(wh_reader *r)
{
    return wh_reader_take_u32be(r);
}

static uint64_t take_u32le(wh_reader *r)
{
    return wh_reader_take_u32le(r);
}

/* Every integer: how it is taken, its size, its value at the start of `bytes`. */
static const struct {
    uint64_t (*take)(wh_reader *r);
    size_t size;
    uint64_t value;
} integers[] = {
    {take_u8, 1, 0x81},
    {take_u16be, 2, 0x8112},
    {take_u16le, 2, 0x1281},
    {take_u32be, 4, 0x81122334},
    {take_u32le, 4, 0x34231281},
    {wh_reader_take_u64be, 8, 0x8112233445566778},
    {wh_reader_take_u64le, 8, 0x7867564534231281},
};
#define INTEGERS (sizeof integers / sizeof integers[0])

static void integers_are_taken_from_every_input_that_holds_them_and_no_shorter_one(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < INTEGERS; i++) {
        for (size_t len = 0; len <= sizeof bytes; len++) {
            uint8_t *copy = exact(len);
            wh_reader r = wh_reader_init(copy, len);
            uint64_t value = integers[i].take(&r);
            bool fits = len >= integers[i].size;
            assert_true(value == (fits ? integers[i].value : 0));
            assert_int_equal(wh_reader_err(&r), fits ? WH_OK : WH_ERR_SHORT);
            assert_int_equal(wh_reader_pos(&r), fits ? integers[i].size : 0);
            assert_int_equal(wh_reader_left(&r), fits ? len - integers[i].size : 0);
            free(copy);
        }
    }
}

static void integers_follow_each_other(void **unused)
{
    (void)unused;
    uint8_t *copy = exact(9);
    wh_reader r = wh_reader_init(copy, 9);
    assert_int_equal(wh_reader_take_u8(&r), 0x81);
    assert_int_equal(wh_reader_take_u16be(&r), 0x1223);
    assert_int_equal(wh_reader_take_u32le(&r), 0x67564534);
    assert_int_equal(wh_reader_take_u16le(&r), 0x9F78);
    assert_int_equal(wh_reader_left(&r), 0);
    assert_int_equal(wh_reader_err(&r), WH_OK);
    free(copy);
}

static void the_first_error_is_kept_and_nothing_moves_after_it(void **unused)
{
    (void)unused;
    uint8_t *copy = exact(9);
    wh_reader r = wh_reader_init(copy, 9);
    (void)wh_reader_take_u16be(&r);
    wh_reader_fail(&r, WH_ERR_UNSUPPORTED);
    wh_reader_fail(&r, WH_ERR_FORMAT);
    for (size_t i = 0; i < INTEGERS; i++) {
        assert_true(integers[i].take(&r) == 0);
    }
    assert_null(wh_reader_take_bytes(&r, 1));
    assert_null(wh_reader_take_bytes(&r, 0));
    assert_int_equal(wh_reader_peek_u8(&r, 0), 0);
    wh_reader_expect_u8(&r, 0x23);
    wh_reader_expect_u8(&r, 0x00);
    wh_reader sub = wh_reader_sub(&r, 1);
    assert_int_equal(wh_reader_err(&sub), WH_ERR_UNSUPPORTED);
    assert_int_equal(wh_reader_err(&r), WH_ERR_UNSUPPORTED);
    assert_int_equal(wh_reader_pos(&r), 2);
    assert_int_equal(wh_reader_left(&r), 0);
    free(copy);
}

static void failing_with_ok_is_no_error(void **unused)
{
    (void)unused;
    wh_reader r = wh_reader_init(bytes, sizeof bytes);
    wh_reader_fail(&r, WH_OK);
    assert_int_equal(wh_reader_take_u8(&r), 0x81);
    assert_int_equal(wh_reader_err(&r), WH_OK);
}

static void bytes_are_lent_in_place_up_to_the_last(void **unused)
{
    (void)unused;
    for (size_t n = 0; n <= 6; n++) {
        uint8_t *copy = exact(5);
        wh_reader r = wh_reader_init(copy, 5);
        const uint8_t *p = wh_reader_take_bytes(&r, n);
        assert_ptr_equal(p, n <= 5 ? copy : NULL);
        assert_int_equal(wh_reader_err(&r), n <= 5 ? WH_OK : WH_ERR_SHORT);
        assert_int_equal(wh_reader_pos(&r), n <= 5 ? n : 0);
        free(copy);
    }
}

static void a_length_near_the_largest_size_does_not_wrap(void **unused)
{
    (void)unused;
    wh_reader r = wh_reader_init(bytes, sizeof bytes);
    (void)wh_reader_take_u32be(&r);
    assert_null(wh_reader_take_bytes(&r, SIZE_MAX));
    assert_int_equal(wh_reader_err(&r), WH_ERR_SHORT);

    r = wh_reader_init(bytes, sizeof bytes);
    (void)wh_reader_take_u32be(&r);
    assert_int_equal(wh_reader_peek_u8(&r, SIZE_MAX - 3), 0);
    assert_int_equal(wh_reader_err(&r), WH_ERR_SHORT);

    r = wh_reader_init(bytes, sizeof bytes);
    (void)wh_reader_take_u32be(&r);
    wh_reader sub = wh_reader_sub(&r, SIZE_MAX - 3);
    assert_int_equal(wh_reader_err(&sub), WH_ERR_SHORT);
    assert_int_equal(wh_reader_left(&sub), 0);
}

static void nothing_at_all_can_be_read_as_no_bytes(void **unused)
{
    (void)unused;
    wh_reader r = wh_reader_init(NULL, 0);
    assert_non_null(wh_reader_take_bytes(&r, 0));
    wh_reader sub = wh_reader_sub(&r, 0);
    assert_int_equal(wh_reader_err(&sub), WH_OK);
    assert_int_equal(wh_reader_err(&r), WH_OK);
    assert_int_equal(wh_reader_take_u8(&r), 0);
    assert_int_equal(wh_reader_err(&r), WH_ERR_SHORT);
}

static void a_peek_sees_every_byte_ahead_and_takes_none(void **unused)
{
    (void)unused;
    uint8_t *copy = exact(4);
    wh_reader r = wh_reader_init(copy, 4);
    (void)wh_reader_take_u8(&r);
    for (size_t ahead = 0; ahead < 3; ahead++) {
        assert_int_equal(wh_reader_peek_u8(&r, ahead), bytes[1 + ahead]);
        assert_int_equal(wh_reader_pos(&r), 1);
    }
    assert_int_equal(wh_reader_peek_u8(&r, 3), 0);
    assert_int_equal(wh_reader_err(&r), WH_ERR_SHORT);
    free(copy);
}

static void an_expected_byte_is_taken_and_any_other_is_left_standing(void **unused)
{
    (void)unused;
    for (unsigned want = 0; want <= 255; want++) {
        wh_reader r = wh_reader_init(bytes, 1);
        wh_reader_expect_u8(&r, (uint8_t)want);
        assert_int_equal(wh_reader_err(&r), want == bytes[0] ? WH_OK : WH_ERR_FORMAT);
        assert_int_equal(wh_reader_pos(&r), want == bytes[0] ? 1 : 0);
    }
    wh_reader r = wh_reader_init(bytes, 0);
    wh_reader_expect_u8(&r, 0); /* also what a failed read yields */
    assert_int_equal(wh_reader_err(&r), WH_ERR_SHORT);
}

static void a_sub_reader_is_bounded_by_its_part(void **unused)
{
    (void)unused;
    uint8_t *copy = exact(9);
    wh_reader r = wh_reader_init(copy, 9);
    (void)wh_reader_take_u8(&r);
    wh_reader sub = wh_reader_sub(&r, 3);
    assert_int_equal(wh_reader_pos(&r), 4);
    assert_int_equal(wh_reader_left(&sub), 3);
    assert_int_equal(wh_reader_take_u16be(&sub), 0x1223);
    assert_int_equal(wh_reader_take_u16be(&sub), 0);
    assert_int_equal(wh_reader_err(&sub), WH_ERR_SHORT);
    assert_int_equal(wh_reader_pos(&sub), 2);
    assert_int_equal(wh_reader_err(&r), WH_OK); /* its error is its own */
    assert_int_equal(wh_reader_take_u8(&r), 0x45);
    free(copy);
}

static void a_sub_reader_of_every_size_fits_or_fails_both(void **unused)
{
    (void)unused;
    for (size_t n = 0; n <= 6; n++) {
        uint8_t *copy = exact(5);
        wh_reader r = wh_reader_init(copy, 5);
        wh_reader sub = wh_reader_sub(&r, n);
        assert_int_equal(wh_reader_err(&r), n <= 5 ? WH_OK : WH_ERR_SHORT);
        assert_int_equal(wh_reader_err(&sub), n <= 5 ? WH_OK : WH_ERR_SHORT);
        assert_int_equal(wh_reader_left(&sub), n <= 5 ? n : 0);
        free(copy);
    }
}

static void a_copy_of_a_reader_is_a_place_to_come_back_to(void **unused)
{
    (void)unused;
    wh_reader r = wh_reader_init(bytes, sizeof bytes);
    (void)wh_reader_take_u8(&r);
    wh_reader mark = r;
    wh_reader_expect_u8(&r, 0xEE);
    assert_int_equal(wh_reader_err(&r), WH_ERR_FORMAT);
    r = mark;
    assert_int_equal(wh_reader_take_u8(&r), 0x12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_taken_from_every_input_that_holds_them_and_no_shorter_one),
        cmocka_unit_test(integers_follow_each_other),
        cmocka_unit_test(the_first_error_is_kept_and_nothing_moves_after_it),
        cmocka_unit_test(failing_with_ok_is_no_error),
        cmocka_unit_test(bytes_are_lent_in_place_up_to_the_last),
        cmocka_unit_test(a_length_near_the_largest_size_does_not_wrap),
        cmocka_unit_test(nothing_at_all_can_be_read_as_no_bytes),
        cmocka_unit_test(a_peek_sees_every_byte_ahead_and_takes_none),
        cmocka_unit_test(an_expected_byte_is_taken_and_any_other_is_left_standing),
        cmocka_unit_test(a_sub_reader_is_bounded_by_its_part),
        cmocka_unit_test(a_sub_reader_of_every_size_fits_or_fails_both),
        cmocka_unit_test(a_copy_of_a_reader_is_a_place_to_come_back_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
