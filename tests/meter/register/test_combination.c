/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/register/combination.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MODULUS 1000000

static void an_active_word_adds_and_subtracts(void **state)
{
    (void)state;
    static const struct {
        uint8_t word;
        int64_t mwh;
        int32_t rest;
    } rows[] = {
        {0x00, 0, 0},
        {WH_COMBINED_IMPORT, 30, 1000000},
        {0x02, -30, -1000000},
        {0x04, 70, 3000000},
        {0x08, -70, -3000000},
        {WH_COMBINED_SUM, 101, 400000},   /* the rests carry */
        {WH_COMBINED_NET, -40, -2000000}, /* both of one sign */
        {0x06, 40, 2000000},              /* -A less +A */
        {0x0A, -101, -400000},            /* less both */
        {0x03, 0, 0},                     /* added and subtracted */
        {0xF1, 30, 1000000},              /* the upper bits mean nothing */
    };
    wh_energy reg[WH_REG_COUNT] = {{30, 1000000}, {70, 3000000}, {5, 5}, {5, 5}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_signed_energy e = wh_combination_read(wh_combination_active(rows[i].word), reg, MODULUS);
        assert_int_equal(e.mwh, rows[i].mwh);
        assert_int_equal(e.rest_uws, rows[i].rest);
    }
}

static void a_reactive_word_has_two_bits_for_each_quadrant(void **state)
{
    (void)state;
    for (unsigned word = 0; word < 256; word++) {
        wh_energy reg[WH_REG_COUNT] = {0};
        int64_t want = 0;
        for (unsigned q = 0; q < 4; q++) {
            int64_t value = INT64_C(1) << (4 * q);
            reg[WH_REG_REACTIVE_Q1 + q].mwh = value;
            want += (word >> 2 * q & 1U) != 0 ? value : 0;
            want -= (word >> (2 * q + 1) & 1U) != 0 ? value : 0;
        }
        wh_combination c = wh_combination_reactive((uint8_t)word);
        assert_int_equal(wh_combination_read(c, reg, MODULUS).mwh, want);
    }
}

static void a_small_difference_keeps_its_sign(void **state)
{
    (void)state;
    wh_energy more[WH_REG_COUNT] = {{10, 0}, {9, 3599999}};
    wh_energy less[WH_REG_COUNT] = {{9, 3599999}, {10, 0}};
    wh_combination net = wh_combination_active(WH_COMBINED_NET);
    wh_signed_energy e = wh_combination_read(net, more, MODULUS);
    assert_int_equal(e.mwh, 0);
    assert_int_equal(e.rest_uws, 1);
    e = wh_combination_read(net, less, MODULUS);
    assert_int_equal(e.mwh, 0);
    assert_int_equal(e.rest_uws, -1);
}

static void a_combined_register_rolls_over_on_both_sides(void **state)
{
    (void)state;
    wh_energy reg[WH_REG_COUNT] = {{MODULUS - 1, 3599999}, {0, 1}};
    wh_signed_energy e = wh_combination_read(wh_combination_active(WH_COMBINED_SUM), reg, MODULUS);
    assert_int_equal(e.mwh, 0);
    assert_int_equal(e.rest_uws, 0);
    e = wh_combination_read(wh_combination_active(0x0A), reg, MODULUS);
    assert_int_equal(e.mwh, 0);
    reg[1] = (wh_energy){MODULUS - 1, 3599999};
    e = wh_combination_read(wh_combination_active(0x0A), reg, MODULUS);
    assert_int_equal(e.mwh, -(MODULUS - 1));
    assert_int_equal(e.rest_uws, -3599998);
}

static void what_was_booked_is_combined_alike(void **state)
{
    (void)state;
    wh_booked booked = {{1, 20, 300, 4000, 50000, 600000, 7000000, 80000000}};
    assert_int_equal(wh_combination_booked(wh_combination_active(WH_COMBINED_NET), &booked), -19);
    assert_int_equal(wh_combination_booked(wh_combination_reactive(0x05), &booked), 4300);
    wh_combination apparent = {.add = WH_REG_BIT(WH_REG_APPARENT_IMPORT) |
                                      WH_REG_BIT(WH_REG_APPARENT_EXPORT)};
    assert_int_equal(wh_combination_booked(apparent, &booked), 87000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_active_word_adds_and_subtracts),
        cmocka_unit_test(a_reactive_word_has_two_bits_for_each_quadrant),
        cmocka_unit_test(a_small_difference_keeps_its_sign),
        cmocka_unit_test(a_combined_register_rolls_over_on_both_sides),
        cmocka_unit_test(what_was_booked_is_combined_alike),
    };
    return cmocka_run_group_tests_name("combination", tests, NULL, NULL);
}
