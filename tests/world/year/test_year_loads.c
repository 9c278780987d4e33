/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded loads through a whole meter: what is known of them from elsewhere, to the last digit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/civil_time.h"
#include "tests/world/year/year_check.h"

#include <math.h>

#define LOADS WH_SHARED_DIR "/data/loads/"

static wh_year_report report; /* too large for a stack */

static int64_t ms(int32_t year, unsigned month, unsigned day, unsigned hour, unsigned minute)
{
    wh_civil_time t = {{year, (uint8_t)month, (uint8_t)day}, (uint8_t)hour, (uint8_t)minute, 0, 0};
    int64_t at;
    assert_int_equal(wh_civil_time_to_ms(&t, &at), WH_OK);
    return at;
}

static bool run_series(const char *name, wh_year_part part, uint8_t slip_min, uint32_t step_s)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s%s", LOADS, name);
    wh_series series;
    wh_message m = {""};
    wh_err err = wh_series_read(path, NULL, &series, &m);
    if (err == WH_ERR_IO) {
        printf("skipped: no recorded load at %s\n", path);
        return false;
    }
    assert_string_equal(m.text, "");
    wh_year_options o = {.series = &series,
                         .part = part,
                         .slip_min = slip_min,
                         .step_s = step_s,
                         .tariff = "europe",
                         .hold_up = 1};
    bool holds = year_holds(&o, &report);
    wh_series_free(&series);
    assert_true(holds);
    return true;
}

static void assert_kwh(int64_t uws, double kwh, double digit)
{
    assert_true(fabs((double)uws / 3.6e12 - kwh) <= 0.51 * digit);
}

/* Minutes with two gaps of two, in which the meter has no power. */
static void a_household_of_26_days_is_counted_to_the_digit(void **state)
{
    (void)state;
    if (run_series("uci_household_1min_20061216_20070111.csv", WH_YEAR_NET, 15, 60)) {
        assert_kwh(report.import_uws[0], 1063.843533, 1e-6);
        assert_kwh(report.reactive_uws[0], 83.357233, 1e-6);
        assert_int_equal(report.export_uws[0], 0);
        assert_int_equal(report.actions[WH_YEAR_OUTAGE], 2);
        assert_int_equal(report.outage_ms, 240000);
        assert_int_equal(report.peak[0].mw, 7773200);
        assert_true(report.peak[0].end_ms == ms(2006, 12, 28, 21, 15));
    }
}

/* The minute of the largest power, as demand of one minute. */
static void its_largest_minute_is_found(void **state)
{
    (void)state;
    if (run_series("uci_household_1min_20061216_20070111.csv", WH_YEAR_NET, 1, 60)) {
        assert_int_equal(report.peak[0].mw, 9132000);
        assert_true(report.peak[0].end_ms == ms(2006, 12, 28, 21, 14));
    }
}

/* A year of half hours with a roof: what is bought and sold, what is used, what is made. */
static void a_house_with_a_roof_is_counted_to_the_digit(void **state)
{
    (void)state;
    const char *name = "ausgrid_customer12_20110701_20120630_30min.csv";
    if (!run_series(name, WH_YEAR_NET, 30, 900)) {
        return;
    }
    assert_kwh(report.import_uws[0], 4733.7190, 1e-4);
    assert_kwh(report.export_uws[0], 91.7540, 1e-4);
    (void)run_series(name, WH_YEAR_LOAD_ONLY, 30, 900);
    assert_kwh(report.import_uws[0], 5938.3690, 1e-4);
    assert_int_equal(report.export_uws[0], 0);
    assert_int_equal(report.peak[0].mw, 4004000);
    assert_true(report.peak[0].end_ms == ms(2011, 11, 14, 16, 30));
    (void)run_series(name, WH_YEAR_SOLAR_ONLY, 30, 900);
    assert_kwh(report.export_uws[0], 1296.4040, 1e-4);
    assert_int_equal(report.import_uws[0], 0);
    assert_int_equal(report.peak[1].mw, 900000);
    assert_true(report.peak[1].end_ms == ms(2011, 12, 2, 13, 30));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_household_of_26_days_is_counted_to_the_digit),
        cmocka_unit_test(its_largest_minute_is_found),
        cmocka_unit_test(a_house_with_a_roof_is_counted_to_the_digit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
