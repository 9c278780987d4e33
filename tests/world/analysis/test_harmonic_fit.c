/* SPDX-License-Identifier: Apache-2.0 */
#include "world/analysis/harmonic_fit.h"

#include <math.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const double PI = 3.14159265358979323846;

/* dc + 100 cos + 100/h of every third harmonic, phases spread; time from the middle. */
static double *waveform(size_t count, double fs, double f, size_t harmonics, double dc)
{
    double *x = malloc(count * sizeof *x);
    assert_non_null(x);
    for (size_t n = 0; n < count; n++) {
        double t = ((double)n - (double)(count - 1) / 2) / fs;
        x[n] = dc;
        for (size_t h = 1; h <= harmonics; h += 3) {
            x[n] += 100 / (double)h * cos(2 * PI * f * (double)h * t - 0.7 * (double)h);
        }
    }
    return x;
}

typedef struct {
    double fs;
    double f;
    size_t count;
    size_t harmonics;
} fit_row;

/* Counts odd and even, below and above a block, whole periods and not, harmonics that fold onto
 * each other's images near the sample rate. */
static const fit_row fit_rows[] = {
    {800, 50, 16, 7},         {800, 50, 17, 7},
    {1200, 60, 100, 9},       {1000, 50.37, 127, 9},
    {1000, 50.37, 128, 9},    {1000, 49.1, 129, 9},
    {30000, 60, 500, 50},     {30707.244, 59.97, 2048, 50},
    {8000, 50.01, 16000, 50}, {100000, 49.99, 4000, 50},
};

static void a_waveform_is_taken_apart_exactly(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof fit_rows / sizeof fit_rows[0]; k++) {
        const fit_row *r = &fit_rows[k];
        double *x = waveform(r->count, r->fs, r->f, r->harmonics, -3);
        wh_harmonic_fit fit;
        assert_int_equal(wh_harmonic_fit_compute(x, r->count, r->fs, r->f, r->harmonics, &fit),
                         WH_OK);
        assert_true(fabs(fit.dc + 3) < 1e-8);
        for (size_t h = 1; h <= r->harmonics; h++) {
            double amplitude = h % 3 == 1 ? 100 / (double)h : 0;
            double a = amplitude * cos(0.7 * (double)h);
            double b = amplitude * sin(0.7 * (double)h);
            assert_true(fabs(fit.a[h] - a) < 1e-8 && fabs(fit.b[h] - b) < 1e-8);
        }
        free(x);
    }
}

static void what_is_not_determined_is_refused(void **state)
{
    (void)state;
    double *x = waveform(1000, 1000, 50, 9, 0);
    wh_harmonic_fit fit;
    assert_int_equal(wh_harmonic_fit_compute(x, 0, 1000, 50, 9, &fit), WH_ERR_ARG);
    assert_int_equal(wh_harmonic_fit_compute(x, 1000, 0, 50, 9, &fit), WH_ERR_ARG);
    assert_int_equal(wh_harmonic_fit_compute(x, 1000, 1000, 0, 9, &fit), WH_ERR_ARG);
    assert_int_equal(wh_harmonic_fit_compute(x, 1000, 1000, NAN, 9, &fit), WH_ERR_ARG);
    assert_int_equal(wh_harmonic_fit_compute(x, 1000, 1000, 50, 0, &fit), WH_ERR_ARG);
    assert_int_equal(wh_harmonic_fit_compute(x, 1000, 1000, 50, WH_HARMONICS_MAX + 1, &fit),
                     WH_ERR_ARG);
    assert_int_equal(wh_harmonic_fit_compute(x, 18, 1000, 50, 9, &fit), WH_ERR_RANGE);
    /* the tenth harmonic of 50 Hz is at half the rate: its sine is never seen */
    assert_int_equal(wh_harmonic_fit_compute(x, 1000, 1000, 50, 10, &fit), WH_ERR_RANGE);
    /* 20 harmonics of a frequency whose period is much longer than the samples */
    assert_int_equal(wh_harmonic_fit_compute(x, 50, 1000, 0.5, 20, &fit), WH_ERR_RANGE);
    free(x);
}

typedef struct {
    double fs;
    double f;
    double start;
    size_t count;
} frequency_row;

static const frequency_row frequency_rows[] = {
    {1200, 49.9255, 50, 120}, {1200, 59.99954, 60, 4200}, {8000, 47, 50, 80000},
    {8000, 53, 50, 80000},    {8000, 57.5, 60, 1600},     {8000, 62.5, 60, 800},
    {8000, 50, 0, 8000},      {8000, 60, 0, 8000},        {8000, 43.21, 0, 4000},
    {8000, 68.9, 0, 4000},    {1200, 60.6, 0, 100},       {100000, 50.0003, 50, 300000},
    {8000, 16.7, 16.7, 8000}, {20000, 401.3, 400, 2000},
};

static void frequency_is_found_from_a_rough_start_or_none(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof frequency_rows / sizeof frequency_rows[0]; k++) {
        const frequency_row *r = &frequency_rows[k];
        double *x = waveform(r->count, r->fs, r->f, 7, 5);
        double f = r->start;
        wh_err err = wh_frequency_find(x, r->count, r->fs, 7, &f);
        if (err != WH_OK || fabs(f - r->f) > 1e-8 * r->f) {
            print_error("%g Hz from %g at %g: %s, %.12g\n", r->f, r->start, r->fs, wh_err_text(err),
                        f);
        }
        assert_int_equal(err, WH_OK);
        assert_true(fabs(f - r->f) <= 1e-8 * r->f);
        free(x);
    }
}

static void a_constant_has_no_frequency(void **state)
{
    (void)state;
    static const double values[] = {0, 230, -1e-9};
    double x[500];
    for (size_t k = 0; k < 3; k++) {
        for (size_t n = 0; n < 500; n++) {
            x[n] = values[k];
        }
        double f = 50;
        assert_int_equal(wh_frequency_find(x, 500, 8000, 7, &f), WH_ERR_NOT_FOUND);
        assert_true(f == 50);
    }
}

/* The voltage is gone in the middle: what is around it still has a frequency. */
static void an_interruption_does_not_hide_the_frequency(void **state)
{
    (void)state;
    double *x = waveform(16000, 8000, 49.9, 7, 0);
    for (size_t n = 6000; n < 10000; n++) {
        x[n] = 0;
    }
    double f = 50;
    assert_int_equal(wh_frequency_find(x, 16000, 8000, 7, &f), WH_OK);
    assert_true(fabs(f - 49.9) < 0.01);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_waveform_is_taken_apart_exactly),
        cmocka_unit_test(what_is_not_determined_is_refused),
        cmocka_unit_test(frequency_is_found_from_a_rough_start_or_none),
        cmocka_unit_test(a_constant_has_no_frequency),
        cmocka_unit_test(an_interruption_does_not_hide_the_frequency),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
