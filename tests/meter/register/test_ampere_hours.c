/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/register/ampere_hours.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define UAS_PER_MAH 3600000
#define MODULUS_UAS (INT64_C(100000000) * 3600 * 1000000)
#define TOTAL       WH_PHASES

static wh_quantities currents(int64_t a, int64_t b, int64_t c)
{
    wh_quantities q;
    memset(&q, 0, sizeof q); /* no voltage: it does not matter */
    q.phase[0].i_ua = a;
    q.phase[1].i_ua = b;
    q.phase[2].i_ua = c;
    return q;
}

static wh_scale ratio_s(uint64_t a, uint64_t b)
{
    return wh_scale_div(wh_scale_of(a), wh_scale_of(b));
}

static void each_phase_counts_its_current_and_the_total_is_their_sum(void **state)
{
    (void)state;
    wh_ampere_hours a = {0};
    const wh_quantities q = currents(5000000, 1, 123456789);
    for (unsigned minute = 0; minute < 60; minute++) {
        wh_ampere_hours_feed(&a, &q, ratio_s(60000, 1000));
    }
    assert_int_equal(a.uas[0], INT64_C(5000000) * 3600);
    assert_int_equal(a.uas[1], 3600);
    assert_int_equal(a.uas[2], INT64_C(123456789) * 3600);
    assert_int_equal(wh_ampere_hours_mah(&a, 0), 5000);
    assert_int_equal(wh_ampere_hours_mah(&a, 1), 0);
    assert_int_equal(wh_ampere_hours_mah(&a, 2), 123456);
    assert_int_equal(wh_ampere_hours_mah(&a, TOTAL), 128456);
}

static void rests_of_the_phases_make_a_whole_in_the_total(void **state)
{
    (void)state;
    wh_ampere_hours a = {.uas = {2 * UAS_PER_MAH - 1, 2 * UAS_PER_MAH + 1, 4 * UAS_PER_MAH - 1}};
    assert_int_equal(wh_ampere_hours_mah(&a, TOTAL), 7);
    a.uas[1] += 1;
    assert_int_equal(wh_ampere_hours_mah(&a, TOTAL), 8);
    assert_int_equal(wh_ampere_hours_mah(&a, 0), 1);
    assert_int_equal(wh_ampere_hours_mah(&a, 1), 2);
    assert_int_equal(wh_ampere_hours_mah(&a, 2), 3);
}

/* A day of windows of a third of a second and less than a µA each time: nothing but what a scale of 32
 * bits cannot say is lost, 2^-32 of it. */
static void what_is_below_a_unit_is_carried(void **state)
{
    (void)state;
    wh_ampere_hours a = {0};
    const wh_quantities q = currents(1, 1000001, 999999999);
    const wh_scale third = ratio_s(1, 3);
    for (unsigned window = 0; window < 3 * 86400; window++) {
        wh_ampere_hours_feed(&a, &q, third);
    }
    for (unsigned k = 0; k < WH_PHASES; k++) {
        int64_t exact = q.phase[k].i_ua * 86400;
        assert_in_range(exact - (int64_t)a.uas[k], 0, (uint64_t)(exact >> 31) + 1);
    }
}

static void the_largest_current_and_window_do_not_overflow(void **state)
{
    (void)state;
    wh_ampere_hours a = {0};
    const wh_quantities q = currents(1000000000, 1000000000, 1000000000);
    const wh_scale longest = ratio_s(65536, 1); /* s: far beyond any window */
    for (unsigned k = 0; k < 5000; k++) {
        wh_ampere_hours_feed(&a, &q, longest);
    }
    assert_int_equal(wh_ampere_hours_mah(&a, 0), INT64_C(65536000000000) * 5000 / UAS_PER_MAH);
}

static void a_register_begins_anew_at_its_modulus(void **state)
{
    (void)state;
    wh_ampere_hours a = {.uas = {MODULUS_UAS - 1, MODULUS_UAS - UAS_PER_MAH}};
    const wh_quantities q = currents(1, 0, 0);
    assert_int_equal(wh_ampere_hours_mah(&a, 0), INT64_C(99999999999));
    assert_int_equal(wh_ampere_hours_mah(&a, TOTAL), INT64_C(99999999998));
    wh_ampere_hours_feed(&a, &q, ratio_s(1, 1));
    assert_int_equal(a.uas[0], 0);
    assert_int_equal(wh_ampere_hours_mah(&a, TOTAL), INT64_C(99999999999));
}

static void only_what_moves_makes_a_revision(void **state)
{
    (void)state;
    wh_ampere_hours a = {0};
    const wh_quantities none = currents(0, 0, 0);
    const wh_quantities some = currents(0, 1, 0);
    wh_ampere_hours_feed(&a, &none, ratio_s(60, 1));
    wh_ampere_hours_feed(&a, &some, ratio_s(0, 1));
    assert_int_equal(a.revision, 0);
    wh_ampere_hours_feed(&a, &some, ratio_s(60, 1));
    assert_int_equal(a.revision, 1);
}

/* 300 µAs, none, 2^42 µAs. Must be readable for ever. */
static const uint8_t VERSION_1[] = {0x01, 0xAC, 0x02, 0x00, 0x80, 0x80,
                                    0x80, 0x80, 0x80, 0x80, 0x01};

/* From a heap copy of exactly this size. */
static wh_err restore(wh_ampere_hours *a, const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    wh_reader r = wh_reader_init(copy, len);
    wh_err err = wh_ampere_hours_restore(a, &r);
    free(copy);
    return err;
}

static void version_1_is_read_and_written(void **state)
{
    (void)state;
    uint8_t out[WH_AMPERE_HOURS_SAVE_SIZE];
    wh_ampere_hours a = {0};
    assert_int_equal(restore(&a, VERSION_1, sizeof VERSION_1), WH_OK);
    assert_int_equal(a.uas[0], 300);
    assert_int_equal(a.uas[1], 0);
    assert_int_equal(a.uas[2], INT64_C(1) << 42);
    for (size_t size = 0; size <= sizeof VERSION_1; size++) {
        wh_writer w = wh_writer_init(out, size);
        assert_int_equal(wh_ampere_hours_save(&a, &w),
                         size < sizeof VERSION_1 ? WH_ERR_SPACE : WH_OK);
    }
    assert_memory_equal(out, VERSION_1, sizeof VERSION_1);
    for (unsigned k = 0; k < WH_PHASES; k++) {
        a.uas[k] = MODULUS_UAS - 1;
    }
    wh_writer w = wh_writer_init(out, sizeof out);
    assert_int_equal(wh_ampere_hours_save(&a, &w), WH_OK);
}

static void damage_changes_nothing(void **state)
{
    (void)state;
    uint8_t bytes[WH_AMPERE_HOURS_SAVE_SIZE];
    wh_ampere_hours a = {.uas = {7, 7, 7}};
    const wh_ampere_hours before = a;
    for (size_t len = 0; len < sizeof VERSION_1; len++) {
        assert_int_equal(restore(&a, VERSION_1, len), WH_ERR_SHORT);
        assert_memory_equal(&a, &before, sizeof a);
    }
    memcpy(bytes, VERSION_1, sizeof VERSION_1);
    bytes[0] = 2;
    assert_int_equal(restore(&a, bytes, sizeof VERSION_1), WH_ERR_UNSUPPORTED);
    assert_memory_equal(&a, &before, sizeof a);
    for (unsigned above = 0; above < 2; above++) {
        wh_ampere_hours largest = {.uas = {1, 1, MODULUS_UAS - 1 + above}};
        wh_writer w = wh_writer_init(bytes, sizeof bytes);
        assert_int_equal(wh_ampere_hours_save(&largest, &w), WH_OK);
        a = before;
        assert_int_equal(restore(&a, bytes, wh_writer_len(&w)), above == 0 ? WH_OK : WH_ERR_RANGE);
    }
    assert_memory_equal(&a, &before, sizeof a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_phase_counts_its_current_and_the_total_is_their_sum),
        cmocka_unit_test(rests_of_the_phases_make_a_whole_in_the_total),
        cmocka_unit_test(what_is_below_a_unit_is_carried),
        cmocka_unit_test(the_largest_current_and_window_do_not_overflow),
        cmocka_unit_test(a_register_begins_anew_at_its_modulus),
        cmocka_unit_test(only_what_moves_makes_a_revision),
        cmocka_unit_test(version_1_is_read_and_written),
        cmocka_unit_test(damage_changes_nothing),
    };
    return cmocka_run_group_tests_name("ampere_hours", tests, NULL, NULL);
}
