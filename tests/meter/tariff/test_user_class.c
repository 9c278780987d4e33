/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/tariff/user_class.h"

#include "meter/register/combination.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KWH INT64_C(1000000)

static void each_class_has_its_profile(void **state)
{
    (void)state;
    static const struct {
        uint8_t kind;
        uint8_t power_factor;
        bool steps;
        bool demand;
        bool capacity;
    } rows[] = {
        {WH_USER_RESIDENTIAL, 0, true, false, false},
        {WH_USER_AGRICULTURAL, 80, false, false, false},
        {WH_USER_COMMERCIAL, 85, false, false, false},
        {WH_USER_TWO_PART_DEMAND, 90, false, true, false},
        {WH_USER_TWO_PART_CAPACITY, 90, false, false, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const wh_user_profile *p = wh_user_profile_of(rows[i].kind);
        wh_user u;
        assert_non_null(p);
        assert_int_equal(p->power_factor, rows[i].power_factor);
        assert_int_equal(p->steps, rows[i].steps);
        assert_int_equal(p->demand, rows[i].demand);
        assert_int_equal(p->capacity, rows[i].capacity);
        assert_true((p->registers & WH_REG_BIT(WH_REG_ACTIVE_IMPORT)) != 0);
        bool reactive = (p->registers & WH_REG_BIT(WH_REG_REACTIVE_Q1)) != 0;
        assert_int_equal(reactive, p->power_factor != 0);
        assert_int_equal(wh_user_init(&u, rows[i].kind), WH_OK);
        assert_int_equal(wh_user_check(&u), WH_OK);
        assert_int_equal(u.power_factor, rows[i].power_factor);
    }
    wh_user u;
    assert_null(wh_user_profile_of(0));
    assert_null(wh_user_profile_of(6));
    assert_int_equal(wh_user_init(&u, 6), WH_ERR_RANGE);
}

/* From a public reprint of the look-up table: tenths of the target's rows, in ten-thousandths. */
static void the_adjustment_is_that_of_the_rule(void **state)
{
    (void)state;
    static const struct {
        uint8_t hundredths;
        int32_t at_90;
        int32_t at_85;
        int32_t at_80;
    } rows[] = {
        {100, -75, -110, -130},   {96, -75, -110, -130},  {95, -75, -110, -130},
        {94, -60, -110, -130},    {93, -45, -95, -130},   {92, -30, -80, -130},
        {91, -15, -65, -115},     {90, 0, -50, -100},     {89, 50, -40, -90},
        {86, 200, -10, -60},      {85, 250, 0, -50},      {84, 300, 50, -40},
        {81, 450, 200, -10},      {80, 500, 250, 0},      {79, 550, 300, 50},
        {70, 1000, 750, 500},     {69, 1100, 800, 550},   {66, 1400, 950, 700},
        {65, 1500, 1000, 750},    {64, 1700, 1100, 800},  {61, 2300, 1400, 950},
        {60, 2500, 1500, 1000},   {59, 2700, 1700, 1100}, {55, 3500, 2500, 1500},
        {54, 3700, 2700, 1700},   {32, 8100, 7100, 6100}, {26, 9300, 8300, 7300},
        {0, 14500, 13500, 12500},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(wh_power_factor_adjustment(90, rows[i].hundredths), rows[i].at_90);
        assert_int_equal(wh_power_factor_adjustment(85, rows[i].hundredths), rows[i].at_85);
        assert_int_equal(wh_power_factor_adjustment(80, rows[i].hundredths), rows[i].at_80);
        assert_int_equal(wh_power_factor_adjustment(0, rows[i].hundredths), 0);
        assert_int_equal(wh_power_factor_adjustment(95, rows[i].hundredths), 0);
    }
}

/* The table gives limits of reactive to active energy for each hundredth, rounded to
 * ten-thousandths: a ten-thousandth beside them all is sure. */
static void the_power_factor_is_rounded_half_up(void **state)
{
    (void)state;
    static const struct {
        int64_t up_to; /* of reactive / active * 10000: this hundredth; above: the one below */
        uint8_t hundredths;
    } rows[] = {
        {1003, 100}, {1751, 99},  {2279, 98},  {2717, 97},  {3105, 96},  {3461, 95},  {3793, 94},
        {4107, 93},  {11536, 66}, {11847, 65}, {12165, 64}, {12490, 63}, {12821, 62}, {13160, 61},
        {13507, 60}, {13863, 59}, {30129, 32}, {31224, 31}, {32389, 30},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int64_t scale = 1; scale <= 1000000000; scale *= 1000) {
            assert_int_equal(wh_power_factor_hundredths(10000 * scale, (rows[i].up_to - 1) * scale),
                             rows[i].hundredths);
            assert_int_equal(wh_power_factor_hundredths(10000 * scale, (rows[i].up_to + 1) * scale),
                             rows[i].hundredths - 1);
        }
    }
    assert_int_equal(wh_power_factor_hundredths(0, 0), 100);
    assert_int_equal(wh_power_factor_hundredths(1, 0), 100);
    assert_int_equal(wh_power_factor_hundredths(0, 1), 0);
    assert_int_equal(wh_power_factor_hundredths(-5, 1), 0);
    assert_int_equal(wh_power_factor_hundredths(INT64_MAX, INT64_MAX), 71);
    assert_int_equal(wh_power_factor_hundredths(80 * KWH, 60 * KWH), 80);
}

/* ---- octets ---- */

/* Version 1, as it must be readable for ever. */
static const uint8_t saved_v1[] = {0x01, 0x04, 0x5A, 0x00, 0x09, 0x9C, 0xF0, 0x00,
                                   0x00, 0x00, 0x00, 0x02, 0x80, 0xDE, 0x80, 0x01,
                                   0x91, 0x4F, 0x60, 0x00, 0x00, 0xB0, 0x90};

static wh_err from_copy(bool saved, wh_user *u, const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len + (len == 0));
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    wh_reader r = wh_reader_init(copy, len);
    wh_err err = saved ? wh_user_restore(u, &r) : wh_user_take(u, &r);
    free(copy);
    return err;
}

static void a_customer_is_saved_and_set_by_the_same_octets(void **state)
{
    (void)state;
    wh_user u;
    assert_int_equal(wh_user_init(&u, WH_USER_RESIDENTIAL), WH_OK);
    wh_user other = u;
    assert_int_equal(from_copy(true, &u, saved_v1, sizeof saved_v1), WH_OK);
    assert_int_equal(from_copy(false, &other, saved_v1 + 1, sizeof saved_v1 - 1), WH_OK);
    assert_memory_equal(&u, &other, sizeof u);
    assert_int_equal(u.kind, WH_USER_TWO_PART_DEMAND);
    assert_int_equal(u.power_factor, 90);
    assert_int_equal(u.capacity_va, 630000);
    assert_int_equal(u.standing_price, 0);
    assert_int_equal(u.demand_price, 42000000);
    assert_int_equal(u.capacity_price, 26300256);
    assert_int_equal(u.exempt_price, 45200);
    for (size_t size = 0; size <= sizeof saved_v1; size++) {
        uint8_t out[sizeof saved_v1];
        wh_writer w = wh_writer_init(out, size);
        wh_err err = wh_user_save(&u, &w);
        assert_int_equal(err, size == sizeof saved_v1 ? WH_OK : WH_ERR_SPACE);
    }
    uint8_t out[sizeof saved_v1];
    wh_writer w = wh_writer_init(out, sizeof out);
    assert_int_equal(wh_user_save(&u, &w), WH_OK);
    assert_memory_equal(out, saved_v1, sizeof out);
}

static void a_wrong_customer_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t byte;
        wh_err err;
    } rows[] = {
        {0, 0, WH_ERR_FORMAT},    {0, 2, WH_ERR_UNSUPPORTED}, {1, 0, WH_ERR_RANGE},
        {1, 6, WH_ERR_RANGE},     {2, 89, WH_ERR_RANGE},      {7, 0x80, WH_ERR_RANGE},
        {11, 0x80, WH_ERR_RANGE}, {15, 0x80, WH_ERR_RANGE},   {19, 0x80, WH_ERR_RANGE},
    };
    wh_user u;
    assert_int_equal(wh_user_init(&u, WH_USER_COMMERCIAL), WH_OK);
    const wh_user before = u;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[sizeof saved_v1];
        memcpy(bytes, saved_v1, sizeof bytes);
        bytes[rows[i].at] = rows[i].byte;
        assert_int_equal(from_copy(true, &u, bytes, sizeof bytes), rows[i].err);
        if (rows[i].at > 0) {
            assert_int_equal(from_copy(false, &u, bytes + 1, sizeof bytes - 1), rows[i].err);
        }
    }
    for (size_t len = 0; len < sizeof saved_v1; len++) {
        assert_int_equal(from_copy(true, &u, saved_v1, len), WH_ERR_SHORT);
    }
    uint8_t longer[sizeof saved_v1 + 1] = {0};
    memcpy(longer, saved_v1, sizeof saved_v1);
    assert_int_equal(from_copy(false, &u, longer + 1, sizeof saved_v1), WH_ERR_FORMAT);
    assert_memory_equal(&u, &before, sizeof u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_class_has_its_profile),
        cmocka_unit_test(the_adjustment_is_that_of_the_rule),
        cmocka_unit_test(the_power_factor_is_rounded_half_up),
        cmocka_unit_test(a_customer_is_saved_and_set_by_the_same_octets),
        cmocka_unit_test(a_wrong_customer_is_refused_and_changes_nothing),
    };
    return cmocka_run_group_tests_name("user_class", tests, NULL, NULL);
}
