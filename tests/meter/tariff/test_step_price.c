/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/tariff/step_price.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define KWH     INT64_C(1000000)
#define MODULUS (INT64_C(1000000) * KWH)

/* Zhejiang, residential: yearly steps of 2760 and 4800 kWh. */
static const wh_step_table yearly = {.threshold_count = 2,
                                     .settlement_count = 1,
                                     .threshold_mwh = {2760 * KWH, 4800 * KWH},
                                     .price = {538000, 588000, 838000},
                                     .settlement = {{1, 1, 0}}};

static wh_civil_time at(int32_t year, uint8_t month, uint8_t day, uint8_t hour)
{
    wh_civil_time t = {.date = {year, month, day}, .hour = hour};
    return t;
}

static wh_step_price begun(const wh_step_table *table, wh_civil_time when, int64_t mwh)
{
    wh_step_price s;
    wh_step_price_init(&s);
    assert_int_equal(wh_step_price_set(&s, table), WH_OK);
    wh_step_price_schedule(&s, 5);
    assert_false(wh_step_price_tick(&s, 5, &when, mwh));
    return s;
}

static void steps_rise_with_use_and_restart_once_a_year(void **state)
{
    (void)state;
    wh_step_price s = begun(&yearly, at(2025, 6, 1, 0), 1000 * KWH);
    assert_int_equal(wh_step_price_step(&s, 1000 * KWH, MODULUS), 1);
    assert_int_equal(wh_step_price_step(&s, 3760 * KWH - 1, MODULUS), 1);
    assert_int_equal(wh_step_price_step(&s, 3760 * KWH, MODULUS), 2);
    assert_int_equal(wh_step_price_step(&s, 5800 * KWH, MODULUS), 3);
    assert_int_equal(wh_step_price_of(&s, 3), 838000);
    assert_int_equal(wh_step_price_of(&s, 0), 0);
    assert_int_equal(wh_step_price_of(&s, 4), 0);
    wh_civil_time before = at(2025, 12, 31, 23);
    wh_civil_time after = at(2026, 1, 1, 0);
    assert_false(wh_step_price_tick(&s, 6, &before, 6000 * KWH));
    assert_true(wh_step_price_tick(&s, 7, &after, 6000 * KWH));
    assert_int_equal(wh_step_price_step(&s, 6000 * KWH, MODULUS), 1);
    /* the clock goes back over it and forward again: not once more */
    assert_false(wh_step_price_tick(&s, 6, &before, 6001 * KWH));
    assert_false(wh_step_price_tick(&s, 7, &after, 6002 * KWH));
    assert_int_equal(s.base_mwh, 6000 * KWH);
}

static void missed_settlements_begin_the_last_one(void **state)
{
    (void)state;
    wh_step_table monthly = yearly;
    monthly.settlement[0] = (wh_step_settlement){0, 15, 8};
    wh_step_price s = begun(&monthly, at(2026, 1, 20, 0), 0);
    wh_civil_time later = at(2026, 4, 15, 7);
    assert_true(wh_step_price_tick(&s, 6, &later, 100 * KWH)); /* that of 15 March */
    later.hour = 8;
    assert_true(wh_step_price_tick(&s, 7, &later, 101 * KWH)); /* that of 15 April */
    assert_false(wh_step_price_tick(&s, 8, &later, 102 * KWH));
    assert_int_equal(s.base_mwh, 101 * KWH);
    wh_civil_time january = at(2027, 1, 1, 0); /* 15 December is the last before it */
    assert_true(wh_step_price_tick(&s, 9, &january, 103 * KWH));
}

static void seasons_settle_on_each_of_their_dates(void **state)
{
    (void)state;
    wh_step_table seasonal = yearly;
    seasonal.settlement_count = 2;
    seasonal.settlement[0] = (wh_step_settlement){5, 1, 0};
    seasonal.settlement[1] = (wh_step_settlement){11, 1, 0};
    wh_step_price s = begun(&seasonal, at(2026, 1, 1, 0), 0);
    unsigned settled = 0;
    for (uint8_t month = 1; month <= 12; month++) {
        wh_civil_time t = at(2026, month, 28, 0);
        settled += wh_step_price_tick(&s, 10 + month, &t, month * KWH);
    }
    assert_int_equal(settled, 2);
    assert_int_equal(s.base_mwh, 11 * KWH);
}

static void a_register_that_rolls_over_counts_on(void **state)
{
    (void)state;
    wh_step_price s = begun(&yearly, at(2026, 1, 1, 0), MODULUS - 1000 * KWH);
    assert_int_equal(wh_step_price_step(&s, 1000 * KWH, MODULUS), 1);
    assert_int_equal(wh_step_price_step(&s, 1760 * KWH, MODULUS), 2);
}

static void a_wrong_table_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    wh_step_price s;
    wh_step_price_init(&s);
    wh_step_table bad[6];
    for (unsigned i = 0; i < 6; i++) {
        bad[i] = yearly;
    }
    bad[0].threshold_count = 8;
    bad[1].settlement_count = 0;
    bad[2].settlement[0].day = 29;
    bad[3].settlement[0].hour = 24;
    bad[4].price[1] = -1;
    bad[5].threshold_mwh[1] = bad[5].threshold_mwh[0];
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(wh_step_price_set(&s, &bad[i]), i == 5 ? WH_ERR_FORMAT : WH_ERR_RANGE);
        assert_int_equal(s.table[1].threshold_count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_rise_with_use_and_restart_once_a_year),
        cmocka_unit_test(missed_settlements_begin_the_last_one),
        cmocka_unit_test(seasons_settle_on_each_of_their_dates),
        cmocka_unit_test(a_register_that_rolls_over_counts_on),
        cmocka_unit_test(a_wrong_table_is_refused_and_changes_nothing),
    };
    return cmocka_run_group_tests_name("step_price", tests, NULL, NULL);
}
