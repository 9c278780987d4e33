/* SPDX-License-Identifier: Apache-2.0 */
#include "world/analysis/urms_half.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const double PI = 3.14159265358979323846;

static void values_are_over_a_period_every_half_period(void **state)
{
    (void)state;
    enum { COUNT = 2048 };
    double u[COUNT];
    for (size_t n = 0; n < COUNT; n++) {
        u[n] = 100 * sin(2 * PI * 60 * (double)n / 30707.2441);
    }
    static const size_t first[] = {0, 256, 512, 768, 1024, 1279, 1535};
    static const size_t last[] = {512, 768, 1024, 1279, 1535, 1791, 2047};
    wh_urms_half *series;
    size_t count;
    assert_int_equal(wh_urms_half_compute(u, COUNT, 30707.2441, 60, &series, &count), WH_OK);
    assert_int_equal(count, 7);
    for (size_t k = 0; k < 7; k++) {
        assert_int_equal(series[k].first, first[k]);
        assert_int_equal(series[k].last, last[k]);
        assert_true(fabs(series[k].urms_v - 100 / sqrt(2)) < 0.1);
    }
    assert_true(fabs(wh_urms_half_median(series, count) - 100 / sqrt(2)) < 0.1);
    free(series);
}

static void the_last_value_ends_with_the_samples(void **state)
{
    (void)state;
    double u[41] = {0};
    wh_urms_half *series;
    size_t count;
    for (size_t n = 0; n <= 41; n++) {
        assert_int_equal(wh_urms_half_compute(u, n, 1000, 50, &series, &count), WH_OK);
        assert_int_equal(count, n < 20 ? 0 : (n - 20) / 10 + 1);
        free(series);
    }
    assert_int_equal(wh_urms_half_compute(u, 41, 1000, 0, &series, &count), WH_ERR_ARG);
    assert_int_equal(wh_urms_half_compute(u, 41, 0, 50, &series, &count), WH_ERR_ARG);
    assert_int_equal(wh_urms_half_compute(u, 41, 99, 50, &series, &count), WH_ERR_ARG);
    assert_true(wh_urms_half_median(NULL, 0) == 0);
}

/* Values of a series in percent of 230 V, and the events in them. */
typedef struct {
    const char *name;
    double percent[12]; /* ends with 0, or after 12; -1 stands for 0 % */
    size_t count;
    wh_voltage_event events[3]; /* extreme in percent */
} row;

static const row rows[] = {
    {"steady", {100, 99, 101, 100}, 0, {{0}}},
    {"within the thresholds", {90.01, 109.99, 90.01}, 0, {{0}}},
    {"a dip", {100, 80, 70, 85, 100}, 1, {{WH_VOLTAGE_DIP, 1, 4, 70}}},
    {"hysteresis holds it", {100, 80, 91, 91.9, 92.01, 100}, 1, {{WH_VOLTAGE_DIP, 1, 4, 80}}},
    {"a swell", {100, 115, 120, 109, 107, 100}, 1, {{WH_VOLTAGE_SWELL, 1, 4, 120}}},
    {"an interruption", {100, 50, 4, -1, 60, 100}, 1, {{WH_VOLTAGE_INTERRUPTION, 1, 5, 0}}},
    {"not quite", {100, 5, 100}, 1, {{WH_VOLTAGE_DIP, 1, 2, 5}}},
    {"it does not end", {100, 80, 85}, 1, {{WH_VOLTAGE_DIP, 1, 3, 80}}},
    {"from the first",
     {80, 100, 111},
     2,
     {{WH_VOLTAGE_DIP, 0, 1, 80}, {WH_VOLTAGE_SWELL, 2, 3, 111}}},
    {"dip into swell",
     {100, 80, 115, 100},
     2,
     {{WH_VOLTAGE_DIP, 1, 2, 80}, {WH_VOLTAGE_SWELL, 2, 3, 115}}},
    {"swell into dip",
     {100, 115, 80, 100},
     2,
     {{WH_VOLTAGE_SWELL, 1, 2, 115}, {WH_VOLTAGE_DIP, 2, 3, 80}}},
    {"three",
     {80, 100, 120, 100, 3, 100},
     3,
     {{WH_VOLTAGE_DIP, 0, 1, 80},
      {WH_VOLTAGE_SWELL, 2, 3, 120},
      {WH_VOLTAGE_INTERRUPTION, 4, 5, 3}}},
};

static void events_begin_and_end_at_their_thresholds(void **state)
{
    (void)state;
    wh_voltage_limits limits = wh_voltage_limits_default(230);
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        wh_urms_half series[12];
        size_t n = 0;
        while (n < 12 && rows[k].percent[n] != 0) {
            double percent = fmax(rows[k].percent[n], 0);
            series[n] = (wh_urms_half){10 * n, 10 * n + 20, 2.3 * percent};
            n++;
        }
        wh_voltage_event events[3];
        assert_int_equal(wh_voltage_events_find(series, n, &limits, events, 3), rows[k].count);
        for (size_t e = 0; e < rows[k].count; e++) {
            const wh_voltage_event *want = &rows[k].events[e];
            if (events[e].kind != want->kind || events[e].first != want->first ||
                events[e].last != want->last) {
                fail_msg("%s: event %zu is %d from %zu to %zu", rows[k].name, e,
                         (int)events[e].kind, events[e].first, events[e].last);
            }
            assert_true(fabs(events[e].extreme_v - 2.3 * want->extreme_v) < 1e-9);
        }
        /* room for fewer: the count stays, nothing is written behind */
        for (size_t size = 0; size < rows[k].count; size++) {
            wh_voltage_event *few = malloc(size > 0 ? size * sizeof *few : 1);
            assert_int_equal(wh_voltage_events_find(series, n, &limits, few, size), rows[k].count);
            free(few);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_over_a_period_every_half_period),
        cmocka_unit_test(the_last_value_ends_with_the_samples),
        cmocka_unit_test(events_begin_and_end_at_their_thresholds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
