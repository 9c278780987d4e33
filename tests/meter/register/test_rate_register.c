/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/register/rate_register.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ALL   ((uint16_t)((1U << WH_REG_COUNT) - 1U))
#define CELLS (WH_REG_COUNT * WH_RATE_REGISTER_RATES_MAX)

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void assert_sums_are_the_total(const wh_rate_register *r, const wh_register_bank *bank)
{
    for (wh_reg kind = 0; kind < WH_REG_COUNT; kind++) {
        if ((r->config.kinds & WH_REG_BIT(kind)) == 0) {
            continue;
        }
        wh_energy sum = wh_rate_register_sum(r, kind);
        assert_int_equal(sum.mwh, bank->reg[WH_REG_TOTAL][kind].mwh);
        assert_int_equal(sum.rest_uws, bank->reg[WH_REG_TOTAL][kind].rest_uws);
    }
}

/* Random power in all directions, rates that change in the middle of summing intervals, registers
 * that roll over again and again. */
static void rates_always_sum_to_the_total(void **state)
{
    (void)state;
    static const struct {
        wh_direction direction;
        uint32_t interval;
        int64_t modulus;
        uint8_t count;
        uint16_t kinds;
    } rows[] = {
        {WH_DIRECTION_VECTORIAL, 5, 0, 8, ALL},
        {WH_DIRECTION_ARITHMETIC, 7, 100000, 63, ALL},
        {WH_DIRECTION_ABSOLUTE, 1, 1, 1, ALL},
        {WH_DIRECTION_ARITHMETIC, 3, 997, 4, 0x0A3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_register_config bank_config = {rows[i].direction, rows[i].interval, rows[i].modulus};
        wh_register_bank bank;
        static wh_energy cell[CELLS];
        wh_rate_register r;
        assert_int_equal(wh_register_init(&bank, &bank_config), WH_OK);
        wh_rate_register_config config = {rows[i].kinds, rows[i].count, bank.config.modulus_mwh};
        assert_int_equal(wh_rate_register_init(&r, &config, cell, CELLS), WH_OK);
        uint64_t seed = 88172645463325252U + i;
        uint8_t rate = 1;
        for (int n = 0; n < 20000; n++) {
            wh_energy_quantum q = {0};
            wh_booked booked = {0};
            for (unsigned k = 0; k < WH_PHASES; k++) {
                q.p_uws[k] = (int64_t)(next_random(&seed) >> 28) - ((int64_t)1 << 35);
                q.p1_uws[k] = q.p_uws[k] - (int64_t)(next_random(&seed) >> 34);
                q.q1_uvars[k] = (int64_t)(next_random(&seed) >> 29) - ((int64_t)1 << 34);
                q.s_uvas[k] = (int64_t)(next_random(&seed) >> 28);
            }
            wh_register_book_told(&bank, &q, &booked);
            if (next_random(&seed) % 11 == 0) { /* 0 and rates that are not kept among them */
                wh_register_flush_told(&bank, &booked);
                wh_rate_register_book(&r, &booked, rate);
                rate = (uint8_t)(next_random(&seed) % (rows[i].count + 3U));
            } else {
                wh_rate_register_book(&r, &booked, rate);
            }
            assert_sums_are_the_total(&r, &bank);
        }
    }
}

static void told_or_not_the_bank_books_the_same(void **state)
{
    (void)state;
    wh_register_config config = {.direction = WH_DIRECTION_VECTORIAL, .interval_windows = 2};
    wh_register_bank told;
    wh_register_bank untold;
    wh_booked booked = {0};
    assert_int_equal(wh_register_init(&told, &config), WH_OK);
    assert_int_equal(wh_register_init(&untold, &config), WH_OK);
    wh_energy_quantum q = {.p_uws = {50, -20, 3}, .q1_uvars = {-7, 1, 0}, .s_uvas = {60, 21, 3}};
    for (int i = 0; i < 3; i++) {
        wh_register_book_told(&told, &q, &booked);
        wh_register_book(&untold, &q);
    }
    assert_int_equal(booked.uws[WH_REG_ACTIVE_IMPORT], 2 * 33); /* the third is pending */
    assert_int_equal(booked.uws[WH_REG_REACTIVE_Q4], 2 * 6);
    assert_int_equal(booked.uws[WH_REG_APPARENT_IMPORT], 2 * 84);
    wh_register_flush_told(&told, &booked);
    wh_register_flush(&untold);
    assert_int_equal(booked.uws[WH_REG_ACTIVE_IMPORT], 3 * 33); /* it adds up */
    assert_memory_equal(told.reg, untold.reg, sizeof told.reg);
}

static void energy_goes_to_the_rate_in_force(void **state)
{
    (void)state;
    wh_energy cell[2 * 4];
    wh_rate_register r;
    wh_rate_register_config config = {
        WH_REG_BIT(WH_REG_ACTIVE_IMPORT) | WH_REG_BIT(WH_REG_REACTIVE_Q2), 4, 1000};
    assert_int_equal(wh_rate_register_cells(&config), 8);
    assert_int_equal(wh_rate_register_init(&r, &config, cell, 8), WH_OK);
    wh_booked booked = {
        {[WH_REG_ACTIVE_IMPORT] = 3600001, [WH_REG_REACTIVE_Q2] = 7, [WH_REG_ACTIVE_EXPORT] = 9}};
    static const uint8_t rates[] = {1, 3, 4, 4, 0, 5, 255}; /* the last three go to rate 1 */
    for (size_t i = 0; i < sizeof rates; i++) {
        wh_rate_register_book(&r, &booked, rates[i]);
    }
    static const unsigned times[] = {4, 0, 1, 2};
    for (uint8_t rate = 1; rate <= 4; rate++) {
        const wh_energy *import = wh_rate_register_at(&r, WH_REG_ACTIVE_IMPORT, rate);
        assert_int_equal(import->mwh, times[rate - 1]);
        assert_int_equal(import->rest_uws, times[rate - 1]);
        const wh_energy *q2 = wh_rate_register_at(&r, WH_REG_REACTIVE_Q2, rate);
        assert_int_equal(q2->mwh, 0);
        assert_int_equal(q2->rest_uws, 7 * times[rate - 1]);
    }
    assert_null(wh_rate_register_at(&r, WH_REG_ACTIVE_IMPORT, 0));
    assert_null(wh_rate_register_at(&r, WH_REG_ACTIVE_IMPORT, 5));
    assert_null(wh_rate_register_at(&r, WH_REG_ACTIVE_EXPORT, 1));
    assert_null(wh_rate_register_at(&r, WH_REG_COUNT, 1));
    assert_int_equal(wh_rate_register_sum(&r, WH_REG_ACTIVE_EXPORT).rest_uws, 0);
    wh_rate_register_clear(&r);
    assert_int_equal(wh_rate_register_sum(&r, WH_REG_ACTIVE_IMPORT).mwh, 0);
}

static void combined_registers_exist_by_rate(void **state)
{
    (void)state;
    wh_energy cell[3 * 2];
    wh_rate_register r;
    wh_rate_register_config config = {WH_REG_BIT(WH_REG_ACTIVE_IMPORT) |
                                          WH_REG_BIT(WH_REG_ACTIVE_EXPORT) |
                                          WH_REG_BIT(WH_REG_REACTIVE_Q4),
                                      2, 1000};
    assert_int_equal(wh_rate_register_init(&r, &config, cell, 6), WH_OK);
    wh_booked day = {{[WH_REG_ACTIVE_IMPORT] = 3600000,
                      [WH_REG_ACTIVE_EXPORT] = 9000000,
                      [WH_REG_REACTIVE_Q4] = 11}};
    wh_rate_register_book(&r, &day, 2);
    wh_signed_energy net = wh_rate_register_combined(&r, 2, wh_combination_active(WH_COMBINED_NET));
    assert_int_equal(net.mwh, -1);
    assert_int_equal(net.rest_uws, -1800000);
    assert_int_equal(wh_rate_register_combined(&r, 2, wh_combination_reactive(0x80)).rest_uws, -11);
    assert_int_equal(wh_rate_register_combined(&r, 1, wh_combination_reactive(0x80)).rest_uws, 0);
    assert_int_equal(wh_rate_register_combined(&r, 3, wh_combination_reactive(0x80)).rest_uws, 0);
}

static void limits_of_the_configuration_are_kept(void **state)
{
    (void)state;
    static wh_energy cell[CELLS];
    static const struct {
        wh_rate_register_config config;
        size_t cells;
        wh_err err;
    } rows[] = {
        {{1, 1, 1}, 1, WH_OK},
        {{1, 0, 1}, 1, WH_ERR_RANGE},
        {{1, 63, 1}, 63, WH_OK},
        {{1, 63, 1}, 62, WH_ERR_SPACE},
        {{1, 64, 1}, CELLS, WH_ERR_RANGE},
        {{ALL, 63, 1}, CELLS, WH_OK},
        {{ALL, 63, 1}, CELLS - 1, WH_ERR_SPACE},
        {{ALL + 1, 1, 1}, CELLS, WH_ERR_RANGE},
        {{1, 1, 0}, 1, WH_ERR_RANGE},
        {{0, 8, 1}, 0, WH_OK},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_rate_register r;
        assert_int_equal(wh_rate_register_init(&r, &rows[i].config, cell, rows[i].cells),
                         rows[i].err);
    }
}

/* Version 1: two rates of +A and QI. Must be readable for ever. */
static const uint8_t version_1[] = {
    0x01, 0x02, 0x00, 0x05,                                                 /* head */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0xD2, 0x00, 0x36, 0xEE, 0x7F, /* 1234, 3599999 */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, /* 0, 5 */
    0x00, 0x03, 0x8D, 0x7E, 0xA4, 0xC6, 0x7F, 0xFF, 0x00, 0x00, 0x00, 0x00, /* 10^15 - 1, 0 */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x01, /* 2, 1 */
};

static wh_rate_register of_version_1(wh_energy cell[4])
{
    wh_rate_register r;
    wh_rate_register_config config = {
        WH_REG_BIT(WH_REG_ACTIVE_IMPORT) | WH_REG_BIT(WH_REG_REACTIVE_Q1), 2, 1000000000000000};
    assert_int_equal(wh_rate_register_init(&r, &config, cell, 4), WH_OK);
    return r;
}

/* From a heap copy of exactly this size. */
static wh_err restore(wh_rate_register *r, const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    wh_reader reader = wh_reader_init(copy, len);
    wh_err err = wh_rate_register_restore(r, &reader);
    free(copy);
    return err;
}

/* The same in version 2: must be readable for ever, too. */
static const uint8_t version_2[] = {
    2,    2,    0x00, 0x05,                               /* */
    0xD2, 0x09, 0xFF, 0xDC, 0xDB, 0x01,                   /* 1234 mWh, 3599999 uWs */
    0x00, 0x05,                                           /* 0 mvarh, 5 uvars */
    0xFF, 0xFF, 0x99, 0xA6, 0xEA, 0xAF, 0xE3, 0x01, 0x00, /* 999999999999999 mWh */
    0x02, 0x01,                                           /* 2 mvarh, 1 uvars */
};

static void assert_is_the_fixture(const wh_rate_register *r)
{
    assert_int_equal(wh_rate_register_at(r, WH_REG_ACTIVE_IMPORT, 1)->mwh, 1234);
    assert_int_equal(wh_rate_register_at(r, WH_REG_ACTIVE_IMPORT, 1)->rest_uws, 3599999);
    assert_int_equal(wh_rate_register_at(r, WH_REG_REACTIVE_Q1, 1)->rest_uws, 5);
    assert_int_equal(wh_rate_register_at(r, WH_REG_ACTIVE_IMPORT, 2)->mwh, 999999999999999);
    assert_int_equal(wh_rate_register_at(r, WH_REG_REACTIVE_Q1, 2)->mwh, 2);
}

static void version_1_is_read(void **state)
{
    (void)state;
    wh_energy cell[4];
    wh_rate_register r = of_version_1(cell);
    assert_int_equal(restore(&r, version_1, sizeof version_1), WH_OK);
    assert_is_the_fixture(&r);
}

/* A meter is given more rates, or fewer: where no energy would be lost to the sum. */
static void another_count_of_rates_is_read(void **state)
{
    (void)state;
    wh_energy cell[6];
    wh_rate_register r = of_version_1(cell);
    const wh_rate_register_config three = {
        .kinds = r.config.kinds, .count = 3, .modulus_mwh = r.config.modulus_mwh};
    const wh_rate_register_config one = {
        .kinds = r.config.kinds, .count = 1, .modulus_mwh = r.config.modulus_mwh};
    uint8_t unused[sizeof version_2 - 7];
    memset(cell, 0x11, sizeof cell);
    assert_int_equal(wh_rate_register_init(&r, &three, cell, 6), WH_OK);
    assert_int_equal(restore(&r, version_2, sizeof version_2), WH_OK);
    assert_is_the_fixture(&r);
    assert_int_equal(wh_rate_register_at(&r, WH_REG_ACTIVE_IMPORT, 3)->mwh, 0);
    assert_int_equal(wh_rate_register_init(&r, &one, cell, 6), WH_OK);
    assert_int_equal(restore(&r, version_2, sizeof version_2), WH_ERR_RANGE);
    memset(unused, 0, sizeof unused); /* the second rate without energy: four zeros */
    memcpy(unused, version_2, 12);
    assert_int_equal(restore(&r, unused, sizeof unused), WH_OK);
    assert_int_equal(wh_rate_register_at(&r, WH_REG_ACTIVE_IMPORT, 1)->mwh, 1234);
}

static void version_2_is_read_and_written(void **state)
{
    (void)state;
    wh_energy cell[4];
    wh_rate_register r = of_version_1(cell);
    assert_int_equal(restore(&r, version_2, sizeof version_2), WH_OK);
    assert_is_the_fixture(&r);
    assert_true(sizeof version_2 <= WH_RATE_REGISTER_SAVE_SIZE(4));
    for (size_t size = 0; size <= sizeof version_2; size++) {
        uint8_t buf[sizeof version_2];
        wh_writer w = wh_writer_init(buf, size);
        wh_err want = size < sizeof version_2 ? WH_ERR_SPACE : WH_OK;
        assert_int_equal(wh_rate_register_save(&r, &w), want);
        if (want == WH_OK) {
            assert_memory_equal(buf, version_2, sizeof version_2);
        }
    }
    wh_energy before[4];
    memcpy(before, cell, sizeof cell);
    for (size_t len = 0; len < sizeof version_2; len++) {
        assert_int_equal(restore(&r, version_2, len), WH_ERR_SHORT);
        assert_memory_equal(cell, before, sizeof cell);
    }
}

static void damage_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t byte;
        wh_err err;
    } rows[] = {
        {0, 3, WH_ERR_UNSUPPORTED}, {0, 0, WH_ERR_UNSUPPORTED}, {1, 3, WH_ERR_SHORT},
        {1, 0, WH_ERR_RANGE},       {1, 64, WH_ERR_RANGE},      {3, 4, WH_ERR_RANGE},
        {15, 0x80, WH_ERR_RANGE},                             /* a rest of 3600000 */
        {39, 0x00, WH_OK},          {34, 0x80, WH_ERR_RANGE}, /* the modulus and more */
        {28, 0x80, WH_ERR_RANGE},                             /* negative */
    };
    wh_energy cell[4];
    wh_energy untouched[4];
    wh_rate_register r = of_version_1(cell);
    memset(cell, 0x11, sizeof cell);
    memcpy(untouched, cell, sizeof cell);
    for (size_t len = 0; len < sizeof version_1; len++) {
        assert_int_equal(restore(&r, version_1, len), WH_ERR_SHORT);
        assert_memory_equal(cell, untouched, sizeof cell);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[sizeof version_1];
        memcpy(bytes, version_1, sizeof bytes);
        bytes[rows[i].at] = rows[i].byte;
        assert_int_equal(restore(&r, bytes, sizeof bytes), rows[i].err);
        if (rows[i].err == WH_OK) {
            memcpy(cell, untouched, sizeof cell);
        }
        assert_memory_equal(cell, untouched, sizeof cell);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_always_sum_to_the_total),
        cmocka_unit_test(told_or_not_the_bank_books_the_same),
        cmocka_unit_test(energy_goes_to_the_rate_in_force),
        cmocka_unit_test(combined_registers_exist_by_rate),
        cmocka_unit_test(limits_of_the_configuration_are_kept),
        cmocka_unit_test(version_1_is_read),
        cmocka_unit_test(another_count_of_rates_is_read),
        cmocka_unit_test(version_2_is_read_and_written),
        cmocka_unit_test(damage_changes_nothing),
    };
    return cmocka_run_group_tests_name("rate_register", tests, NULL, NULL);
}
