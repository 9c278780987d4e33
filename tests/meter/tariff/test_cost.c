/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/tariff/cost.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KWH     INT64_C(1000000)
#define MODULUS (INT64_C(1000000) * KWH)

__extension__ typedef __int128 wide;

static void a_kilowatt_hour_costs_its_price(void **state)
{
    (void)state;
    wh_cost c;
    int32_t cells[2 * 63];
    const int32_t prices[] = {735686, 1133999};
    assert_int_equal(wh_cost_init(&c, cells, 126, 63), WH_OK);
    assert_int_equal(wh_cost_set_prices(&c, prices, 2), WH_OK);
    assert_int_equal(wh_cost_price(&c, 1), 0);
    wh_cost_schedule(&c, 1000);
    assert_false(wh_cost_switch(&c, 999));
    assert_true(wh_cost_switch(&c, 1000));
    assert_false(wh_cost_switch(&c, 1001)); /* once */
    for (int i = 0; i < 3600; i++) {
        (void)wh_cost_book(&c, 2, 50000, 1000000000); /* 1 kW for a second */
    }
    assert_int_equal(c.total, 1133999 + 50000);
    assert_int_equal(c.rest, 0);
    assert_int_equal(wh_cost_price(&c, 0), 735686); /* as rate 1, whose register takes it */
    assert_int_equal(wh_cost_price(&c, 64), 735686);
    assert_int_equal(wh_cost_price(&c, 63), 0);
}

static void the_running_cost_is_exact(void **state)
{
    (void)state;
    wh_cost c;
    int32_t cells[16];
    const int32_t prices[] = {INT32_MAX, -400000, 1, 997};
    wide exact = 0;
    uint64_t seed = 7;
    assert_int_equal(wh_cost_init(&c, cells, 16, 8), WH_OK);
    assert_int_equal(wh_cost_set_prices(&c, prices, 4), WH_OK);
    wh_cost_schedule(&c, 0);
    assert_true(wh_cost_switch(&c, 0));
    for (int i = 0; i < 200000; i++) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        uint8_t rate = (uint8_t)(1 + (seed >> 60) % 5);
        int64_t energy = (int64_t)(seed >> 24) % 1000000000001;
        int64_t step = (int64_t)(seed >> 40) % 1000000;
        exact += (wide)energy * (wh_cost_price(&c, rate) + step);
        (void)wh_cost_book(&c, rate, step, i % 7 == 0 ? -energy : energy);
        exact -= i % 7 == 0 ? 2 * (wide)energy * (wh_cost_price(&c, rate) + step) : 0;
    }
    assert_true((wide)c.total * 3600000000000 + c.rest == exact);
}

/* A day in one portion, and the largest at the largest prices. */
static void a_large_portion_is_as_exact(void **state)
{
    (void)state;
    const int64_t energies[] = {INT64_C(1000000000000000000), INT64_C(999999999999999999),
                                INT64_C(3600000000000),       INT64_C(3599999999999),
                                INT64_C(864000000000001),     1};
    const int32_t prices[] = {INT32_MAX, INT32_MIN, 1, 999999937, -1};
    const int64_t steps[] = {0, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < 6 * 5 * 3; i++) {
        int32_t cells[2];
        wh_cost c;
        int64_t energy = energies[i % 6];
        int64_t step = steps[i / 30];
        assert_int_equal(wh_cost_init(&c, cells, 2, 1), WH_OK);
        cells[0] = prices[i / 6 % 5];
        for (int sign = 1; sign >= -1; sign -= 2) {
            wide before = (wide)c.total * 3600000000000 + c.rest;
            (void)wh_cost_book(&c, 1, step, sign * energy);
            wide after = (wide)c.total * 3600000000000 + c.rest;
            assert_true(after - before == (wide)energy * sign * (cells[0] + step));
            assert_true(c.rest >= 0 && c.rest < 3600000000000);
        }
    }
}

/* Three steps at 10 and 20 kWh; portions of all sizes end and begin at, before and after the
 * thresholds, and the register rolls over on the way. */
static void a_portion_over_thresholds_is_split_there(void **state)
{
    (void)state;
    static const wh_time_zone utc = {0};
    static const wh_step_table table = {.settlement_count = 1,
                                        .settlement = {{1, 1, 0}},
                                        .season_count = 1,
                                        .season = {{1, 1, 3}},
                                        .threshold_wh = {10000, 20000, 20001},
                                        .price = {3, 1000003, 999999937, 7}};
    const wide threshold_uws[4] = {0, (wide)10 * 3600000000000, (wide)20 * 3600000000000,
                                   (wide)20001 * 3600000000};
    uint64_t seed = 3;
    for (int run = 0; run < 20; run++) {
        int32_t cells[2];
        wh_cost c;
        wh_step_price s;
        wh_energy reg = {MODULUS - 15 * KWH, 0};
        wide used = 0;
        wide exact = 0;
        wh_step_price_init(&s, MODULUS);
        assert_int_equal(wh_step_price_set(&s, &table), WH_OK);
        wh_step_price_schedule(&s, 0);
        (void)wh_step_price_tick(&s, &utc, INT64_C(1767225600000), reg.mwh);
        assert_int_equal(wh_cost_init(&c, cells, 2, 1), WH_OK);
        while (used < (wide)30 * 3600000000000) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            int64_t energy = (int64_t)(seed >> 20) % (INT64_C(16000000000001) >> run);
            wide all = used + energy;
            reg.mwh = (int64_t)((wide)(MODULUS - 15 * KWH) + all / 3600000) % MODULUS;
            reg.rest_uws = (uint32_t)(all % 3600000);
            (void)wh_cost_book_steps(&c, &s, 1, &reg, energy);
            for (unsigned step = 0; step < 4; step++) {
                wide low = used > threshold_uws[step] ? used : threshold_uws[step];
                wide high =
                    step < 3 && all > threshold_uws[step + 1] ? threshold_uws[step + 1] : all;
                exact += high > low ? (high - low) * table.price[step] : 0;
            }
            used = all;
        }
        assert_true((wide)c.total * 3600000000000 + c.rest == exact);
    }
}

/* Far beyond a threshold, where counting back to it would not fit in 64 bits. */
static void what_lies_far_above_a_threshold_is_above_it(void **state)
{
    (void)state;
    static const wh_time_zone utc = {0};
    static const wh_step_table table = {.settlement_count = 1,
                                        .settlement = {{1, 1, 0}},
                                        .season_count = 1,
                                        .season = {{1, 1, 1}},
                                        .threshold_wh = {1},
                                        .price = {5, 1000000}};
    int32_t cells[2];
    wh_cost c;
    wh_step_price s;
    wh_step_price_init(&s, INT64_C(1000000000000000));
    assert_int_equal(wh_step_price_set(&s, &table), WH_OK);
    wh_step_price_schedule(&s, 0);
    (void)wh_step_price_tick(&s, &utc, INT64_C(1767225600000), 0);
    assert_int_equal(wh_cost_init(&c, cells, 2, 1), WH_OK);
    const wh_energy far = {INT64_C(999999999999999), 3599999};
    assert_int_equal(wh_cost_book_steps(&c, &s, 1, &far, INT64_C(36000000000000)), 10000000);
    const wh_energy at = {1000, 0}; /* the whole Wh lies below */
    assert_int_equal(wh_cost_book_steps(&c, &s, 1, &at, INT64_C(3600000000)), 0);
    assert_int_equal(c.rest, INT64_C(3600000000) * 5);
    assert_int_equal(wh_cost_book_steps(&c, &s, 1, &at, 0), 0);
}

static void as_many_rates_have_prices_as_are_kept(void **state)
{
    (void)state;
    const int32_t prices[] = {1, 2, 3};
    int32_t cells[126];
    wh_cost c;
    assert_int_equal(wh_cost_init(&c, cells, 126, 0), WH_ERR_RANGE);
    assert_int_equal(wh_cost_init(&c, cells, 126, 64), WH_ERR_RANGE);
    assert_int_equal(wh_cost_init(&c, cells, 125, 63), WH_ERR_SPACE);
    assert_int_equal(wh_cost_init(&c, cells, 4, 2), WH_OK);
    assert_int_equal(wh_cost_set_prices(&c, prices, 0), WH_ERR_RANGE);
    assert_int_equal(wh_cost_set_prices(&c, prices, 3), WH_ERR_RANGE);
    assert_int_equal(wh_cost_set_prices(&c, prices, 2), WH_OK);
    assert_int_equal(wh_cost_prices(&c, WH_TARIFF_STANDBY)[1], 2);
    assert_int_equal(wh_cost_prices(&c, WH_TARIFF_IN_FORCE)[1], 0);
    assert_int_equal(wh_cost_set_prices(&c, prices, 1), WH_OK); /* those above it are 0 */
    assert_int_equal(wh_cost_prices(&c, WH_TARIFF_STANDBY)[1], 0);
    wh_cost_schedule(&c, 7);
    assert_true(wh_cost_switch(&c, 7));
    assert_int_equal(wh_cost_set_prices(&c, prices + 1, 2), WH_OK); /* the other set by turns */
    assert_int_equal(wh_cost_price(&c, 1), 1);
    assert_int_equal(wh_cost_prices(&c, WH_TARIFF_STANDBY)[1], 3);
    const uint8_t one[] = {1, 0, 0, 0, 9};
    wh_reader r = wh_reader_init(one, sizeof one);
    assert_int_equal(wh_cost_take_prices(&c, &r), WH_OK);
    assert_int_equal(wh_cost_prices(&c, WH_TARIFF_STANDBY)[0], 9);
    assert_int_equal(wh_cost_prices(&c, WH_TARIFF_STANDBY)[1], 0);
}

/* ---- octets ---- */

typedef wh_err take_fn(wh_cost *c, wh_reader *r);

static wh_err from_copy(take_fn *read, wh_cost *c, const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len + (len == 0));
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    wh_reader r = wh_reader_init(copy, len);
    wh_err err = read(c, &r);
    free(copy);
    return err;
}

/* Version 1, as it must be readable for ever. */
static const uint8_t cost_v1[WH_COST_SAVED] = {0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE,
                                               0x00, 0x00, 0x03, 0x46, 0x30, 0xB8, 0x9F, 0xFF};
static const uint8_t prices_v1[WH_COST_PRICES_SAVED(3)] = {
    0x01, 0x01, 0x00, 0x00, 0x01, 0x97, 0xC5, 0x6D, 0xDC, 0xE8, 0x03, 0x00,
    0x0B, 0x39, 0xC6, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x03, 0x03,
    0x7F, 0xFF, 0xFF, 0xFF, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};

static void what_was_saved_by_version_1_is_read(void **state)
{
    (void)state;
    int32_t cells[6];
    uint8_t out[sizeof prices_v1];
    wh_cost c;
    assert_int_equal(wh_cost_init(&c, cells, 6, 3), WH_OK);
    assert_int_equal(from_copy(wh_cost_restore, &c, cost_v1, sizeof cost_v1), WH_OK);
    assert_int_equal(from_copy(wh_cost_restore_prices, &c, prices_v1, sizeof prices_v1), WH_OK);
    assert_int_equal(c.total, -2);
    assert_int_equal(c.rest, INT64_C(3599999999999));
    assert_int_equal(c.switch_ms, INT64_C(1751364001000));
    assert_int_equal(wh_cost_price(&c, 1), INT32_MAX);
    assert_int_equal(wh_cost_price(&c, 2), INT32_MIN);
    assert_int_equal(wh_cost_prices(&c, WH_TARIFF_STANDBY)[0], 735686);
    assert_int_equal(wh_cost_prices(&c, WH_TARIFF_STANDBY)[1], -1);
    for (size_t size = 0; size <= sizeof out; size++) {
        wh_writer w = wh_writer_init(out, size);
        assert_int_equal(wh_cost_save_prices(&c, &w), size < sizeof out ? WH_ERR_SPACE : WH_OK);
        w = wh_writer_init(out, size);
        assert_int_equal(wh_cost_save(&c, &w), size < WH_COST_SAVED ? WH_ERR_SPACE : WH_OK);
    }
    assert_memory_equal(out, cost_v1, sizeof cost_v1);
    wh_writer w = wh_writer_init(out, sizeof out);
    assert_int_equal(wh_cost_save_prices(&c, &w), WH_OK);
    assert_memory_equal(out, prices_v1, sizeof out);
    /* with more rates the new ones cost nothing */
    int32_t more[8];
    assert_int_equal(wh_cost_init(&c, more, 8, 4), WH_OK);
    assert_int_equal(from_copy(wh_cost_restore_prices, &c, prices_v1, sizeof prices_v1), WH_OK);
    assert_int_equal(wh_cost_price(&c, 2), INT32_MIN);
    assert_int_equal(wh_cost_price(&c, 4), 0);
}

static const uint8_t cost_limit[WH_COST_SAVED] = {1, 0, 0,    0,    0,    0,    0,    0, 0,
                                                  0, 0, 0x03, 0x46, 0x30, 0xB8, 0xA0, 0};

static void wrong_octets_are_refused_and_change_nothing(void **state)
{
    (void)state;
    static const struct {
        take_fn *read;
        const uint8_t *bytes;
        size_t len;
        size_t at;
        uint8_t byte;
        wh_err err;
    } rows[] = {
        {wh_cost_restore, cost_v1, 17, 0, 0, WH_ERR_FORMAT},
        {wh_cost_restore, cost_v1, 17, 0, 2, WH_ERR_UNSUPPORTED},
        {wh_cost_restore, cost_v1, 17, 9, 0x80, WH_ERR_RANGE},
        {wh_cost_restore, cost_limit, 17, 16, 0x00, WH_ERR_RANGE}, /* 3.6e12 */
        {wh_cost_restore, cost_v1, 17, 15, 0xA0, WH_ERR_RANGE},    /* 3.6e12 and more */
        {wh_cost_restore_prices, prices_v1, 36, 0, 2, WH_ERR_UNSUPPORTED},
        {wh_cost_restore_prices, prices_v1, 36, 1, 2, WH_ERR_FORMAT},
        {wh_cost_restore_prices, prices_v1, 36, 10, 4, WH_ERR_RANGE},
        {wh_cost_restore_prices, prices_v1, 36, 23, 0, WH_ERR_RANGE},
        {wh_cost_take_prices, prices_v1 + 10, 13, 0, 4, WH_ERR_RANGE},
        {wh_cost_take_prices, prices_v1 + 10, 13, 0, 0, WH_ERR_RANGE},
        {wh_cost_take_prices, prices_v1 + 10, 13, 0, 2, WH_ERR_FORMAT},
        {wh_cost_take_prices, prices_v1 + 10, 14, 13, 3, WH_ERR_FORMAT},
    };
    int32_t cells[6];
    int32_t before[6];
    wh_cost c;
    assert_int_equal(wh_cost_init(&c, cells, 6, 3), WH_OK);
    memset(cells, 0x5A, sizeof cells);
    memcpy(before, cells, sizeof before);
    const wh_cost cost_before = c;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[36];
        memcpy(bytes, rows[i].bytes, rows[i].len);
        bytes[rows[i].at] = rows[i].byte;
        wh_err err = from_copy(rows[i].read, &c, bytes, rows[i].len);
        if (err != rows[i].err) {
            fail_msg("row %zu: %d", i, (int)err);
        }
        size_t whole = rows[i].len - (rows[i].len == 14);
        for (size_t len = 0; len < whole && rows[i].bytes != cost_limit; len++) {
            assert_int_equal(from_copy(rows[i].read, &c, rows[i].bytes, len), WH_ERR_SHORT);
        }
    }
    assert_memory_equal(cells, before, sizeof before);
    assert_memory_equal(&c, &cost_before, sizeof c);
    assert_int_equal(from_copy(wh_cost_take_prices, &c, prices_v1 + 10, 13), WH_OK);
    uint8_t out[13];
    wh_writer w = wh_writer_init(out, sizeof out);
    wh_cost_put_prices(&c, WH_TARIFF_STANDBY, &w);
    assert_int_equal(wh_writer_len(&w), 13);
    assert_memory_equal(out, prices_v1 + 10, 13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kilowatt_hour_costs_its_price),
        cmocka_unit_test(the_running_cost_is_exact),
        cmocka_unit_test(a_large_portion_is_as_exact),
        cmocka_unit_test(a_portion_over_thresholds_is_split_there),
        cmocka_unit_test(what_lies_far_above_a_threshold_is_above_it),
        cmocka_unit_test(as_many_rates_have_prices_as_are_kept),
        cmocka_unit_test(what_was_saved_by_version_1_is_read),
        cmocka_unit_test(wrong_octets_are_refused_and_change_nothing),
    };
    return cmocka_run_group_tests_name("cost", tests, NULL, NULL);
}
