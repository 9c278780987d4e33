/* SPDX-License-Identifier: Apache-2.0 */
#include "world/year/year_program.h"
#include "world/year/year_tariff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void a_ready_tariff_is_found_by_its_name(void **state)
{
    (void)state;
    wh_year_tariff t;
    size_t count = 0;
    for (; wh_year_tariff_name(count) != NULL; count++) {
        assert_true(wh_year_tariff_find(wh_year_tariff_name(count), &t));
        assert_true(t.rates >= 1 && t.day_count >= 1 && t.season_count >= 1);
    }
    assert_int_equal(count, 4);
    assert_false(wh_year_tariff_find("free", &t));
}

static void the_list_on_the_wall_is_looked_up(void **state)
{
    (void)state;
    static const struct {
        const char *tariff;
        int32_t year;
        unsigned month, day, weekday, hour, rate;
    } rows[] = {
        {"europe", 2026, 7, 1, 2, 6, 2},    {"europe", 2026, 7, 1, 2, 7, 1},
        {"europe", 2026, 7, 1, 2, 20, 1},   {"europe", 2026, 7, 1, 2, 21, 2},
        {"europe", 2026, 7, 4, 5, 12, 2},   {"europe", 2026, 12, 25, 4, 12, 2},
        {"europe", 2026, 12, 24, 3, 12, 1}, {"china", 2026, 7, 1, 2, 16, 2},
        {"china", 2026, 1, 5, 0, 16, 1},    {"china", 2026, 12, 31, 3, 17, 1},
        {"china", 2026, 10, 1, 3, 12, 4},   {"deep", 2026, 7, 15, 2, 19, 1},
        {"deep", 2026, 5, 1, 4, 12, 5},     {"flat", 2026, 2, 28, 5, 23, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_year_tariff t;
        assert_true(wh_year_tariff_find(rows[i].tariff, &t));
        uint8_t table =
            wh_year_tariff_table(&t, rows[i].year, rows[i].month, rows[i].day, rows[i].weekday);
        assert_int_equal(t.rate[table][4 * rows[i].hour], rows[i].rate);
    }
}

static void steps_begin_above_their_thresholds(void **state)
{
    (void)state;
    wh_year_tariff t;
    assert_true(wh_year_tariff_find("china", &t));
    assert_int_equal(wh_year_tariff_step(&t, 0), 0);
    assert_int_equal(wh_year_tariff_step(&t, INT64_C(2760000000)), 0);
    assert_int_equal(wh_year_tariff_step(&t, INT64_C(2760000001)), 1);
    assert_int_equal(wh_year_tariff_step(&t, INT64_C(4800000001)), 2);
}

/* A meter takes every one of them, and changes of it. */
static void a_meter_can_be_programmed_with_any(void **state)
{
    (void)state;
    wh_random random;
    wh_random_init(&random, 3);
    unsigned most_rates = 0;
    unsigned most_periods = 0;
    for (int i = 0; i < 300; i++) {
        wh_year_tariff t;
        wh_year_tariff_random(&random, &t);
        if (i % 2 == 1) {
            uint8_t days = t.day_count;
            wh_year_tariff_change(&random, &t);
            assert_int_equal(t.day_count, days);
        }
        wh_tariff_calendar c;
        wh_tariff_zones zones;
        wh_tariff_days days;
        wh_tariff_holiday holidays[WH_YEAR_HOLIDAYS];
        wh_step_price s;
        wh_step_table steps;
        wh_tariff_calendar_init(&c);
        wh_step_price_init(&s, INT64_C(1000000000000));
        wh_year_program_zones(&t, &zones);
        wh_year_program_days(&t, &days);
        wh_year_program_steps(&t, &steps);
        assert_int_equal(wh_tariff_set_days(&c, &days), WH_OK);
        assert_int_equal(wh_tariff_set_zones(&c, &zones), WH_OK);
        assert_int_equal(wh_tariff_calendar_schedule(&c, 1, 1), WH_OK);
        (void)wh_tariff_calendar_switch(&c, 1);
        unsigned count = wh_year_program_holidays(&t, holidays);
        assert_int_equal(wh_tariff_set_holidays(&c, holidays, count), WH_OK);
        assert_int_equal(wh_step_price_set(&s, &steps), WH_OK);
        most_rates = t.rates > most_rates ? t.rates : most_rates;
        most_periods =
            days.day[0].period_count > most_periods ? days.day[0].period_count : most_periods;
    }
    assert_int_equal(most_rates, WH_YEAR_RATES);
    assert_true(most_periods > 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ready_tariff_is_found_by_its_name),
        cmocka_unit_test(the_list_on_the_wall_is_looked_up),
        cmocka_unit_test(steps_begin_above_their_thresholds),
        cmocka_unit_test(a_meter_can_be_programmed_with_any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
