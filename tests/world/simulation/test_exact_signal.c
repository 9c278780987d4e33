/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world/simulation/exact_signal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

typedef struct {
    const char *name;
    double p, irms, q1, i1, idc;
} oracle;

/* Values per unit of U = 1, I = 1, of the whole waveform (metrology.md 2.3). */
static const oracle oracles[] = {
    {"fifth harmonic", 1.04, 1.07703296, 0, 1, 0},
    {"phase-fired at 90 degrees", 0.5, 0.70710678, 0.31830989, 0.59274, 0},
    {"burst", 0.5, 0.70710678, 0, 0.5, 0},
    {"half wave", 0.5, 0.5 * 1.0905, 0, 0.5, 0.45016},
};

static void build(wh_exact_signal *s, size_t which, double degrees)
{
    wh_exact_init(s, 100000, 50);
    wh_exact_sine(s, WH_U1, 1, 1, degrees);
    switch (which) {
    case 0:
        wh_exact_sine(s, WH_U1, 5, 0.1, 5 * degrees);
        wh_exact_sine(s, WH_I1, 1, 1, degrees);
        wh_exact_sine(s, WH_I1, 5, 0.4, 5 * degrees);
        break;
    case 1:
        wh_exact_fired(s, WH_I1, 1, 90, degrees);
        break;
    case 2:
        wh_exact_burst(s, WH_I1, 1, degrees);
        break;
    default:
        wh_exact_half_wave(s, WH_I1, 1, degrees);
        break;
    }
}

static void the_true_values_are_those_of_the_standard_waveforms(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof oracles / sizeof oracles[0]; i++) {
        for (double degrees = 0; degrees > -250; degrees -= 120) {
            wh_exact_signal s;
            build(&s, i, degrees);
            double irms = wh_exact_rms(&s, WH_I1);
            assert_true(fabs(wh_exact_p(&s, WH_U1, WH_I1) - oracles[i].p) < 1e-9);
            assert_true(fabs(wh_exact_q1(&s, WH_U1, WH_I1) - oracles[i].q1) < 1e-8);
            if (i < 3) { /* the series ends at the 900th: 0.1 % of the jump's energy is missing */
                assert_true(fabs(irms / oracles[i].irms - 1) < 5e-4);
            } else {
                assert_true(fabs(sqrt(irms * irms + 0.45015816 * 0.45015816) - 0.70710678) < 1e-6);
            }
            double dc = 0;
            for (size_t t = 0; t < s.channel[WH_I1].count; t++) {
                const wh_exact_tone *tone = &s.channel[WH_I1].tone[t];
                dc += tone->order == 0 ? tone->rms : 0;
                assert_true(tone->order != 1 || fabs(tone->rms - oracles[i].i1) < 2e-5);
            }
            assert_true(fabs(dc - oracles[i].idc) < 2e-5);
            wh_exact_free(&s);
        }
    }
}

static void samples_are_those_of_the_waveform(void **state)
{
    (void)state;
    enum { COUNT = 8000 };
    double(*rows)[WH_CHANNELS] = malloc(COUNT * sizeof *rows);
    assert_non_null(rows);
    for (size_t i = 1; i < sizeof oracles / sizeof oracles[0]; i++) {
        wh_exact_signal s;
        build(&s, i, 0);
        assert_int_equal(wh_exact_read(&s, rows, COUNT), WH_OK);
        for (int n = 0; n < COUNT; n++) {
            double x = 2 * PI * n / 2000, sine = sqrt(2) * sin(x);
            double half = fmod(x, PI), part = fmod(x, 8 * PI);
            bool on = i == 1 ? half >= PI / 2 : i == 2 ? part < 4 * PI : fmod(x, 2 * PI) < PI;
            bool near_jump =
                i == 1 && (fabs(half - PI / 2) < 0.05 || half < 0.05 || half > PI - 0.05);
            assert_true(fabs(rows[n][WH_U1] - sine) < 1e-9);
            assert_true(near_jump || fabs(rows[n][WH_I1] - (on ? sine : 0)) < 0.02);
        }
        wh_exact_free(&s);
    }
    free(rows);
}

static void phase_stays_exact_and_blocks_do_not_matter(void **state)
{
    (void)state;
    wh_exact_signal a, b;
    wh_exact_init(&a, 8000, 49.93);
    wh_exact_sine(&a, WH_I2, 3, 2, 25);
    wh_exact_init(&b, 8000, 49.93);
    wh_exact_sine(&b, WH_I2, 3, 2, 25);
    double(*x)[WH_CHANNELS] = malloc(20000 * sizeof *x);
    double(*y)[WH_CHANNELS] = malloc(20000 * sizeof *y);
    assert_true(x != NULL && y != NULL);
    assert_int_equal(wh_exact_read(&a, x, 20000), WH_OK);
    for (size_t done = 0, part = 1; done < 20000; done += part, part = part % 611 + 1) {
        part = part < 20000 - done ? part : 20000 - done;
        assert_int_equal(wh_exact_read(&b, y + done, part), WH_OK);
    }
    for (int n = 0; n < 20000; n++) {
        double want = 2 * sqrt(2) * sin(2 * PI * 3 * 49.93 * n / 8000 + 25 * PI / 180);
        assert_true(fabs(x[n][WH_I2] - want) < 1e-9);
        assert_true(fabs(y[n][WH_I2] - want) < 1e-9);
    }
    free(x);
    free(y);
    wh_exact_free(&a);
    wh_exact_free(&b);
}

static void sines_of_one_order_add_as_phasors(void **state)
{
    (void)state;
    wh_exact_signal s;
    wh_exact_init(&s, 8000, 50);
    wh_exact_sine(&s, WH_U1, 1, 3, 0);
    wh_exact_sine(&s, WH_U1, 1, 4, 90);
    assert_int_equal(s.channel[WH_U1].count, 1);
    assert_true(fabs(wh_exact_rms(&s, WH_U1) - 5) < 1e-12);
    wh_exact_free(&s);
}

static void steps_and_squares_move_the_level(void **state)
{
    (void)state;
    wh_exact_signal s;
    wh_exact_init(&s, 8000, 50);
    wh_exact_sine(&s, WH_U1, 0, 10, 0); /* DC shows the level */
    wh_exact_sine(&s, WH_U2, 0, 10, 0);
    wh_exact_add_step(&s, 0.25, 1U << WH_U1, 0.5);
    wh_exact_add_step(&s, 0.5, 1U << WH_U1, 1);
    s.channel[WH_U2].square_depth = 0.2;
    s.channel[WH_U2].square_hz = 2;
    double(*rows)[WH_CHANNELS] = malloc(8000 * sizeof *rows);
    assert_non_null(rows);
    assert_int_equal(wh_exact_read(&s, rows, 8000), WH_OK);
    for (int n = 0; n < 8000; n++) {
        assert_true(fabs(rows[n][WH_U1] - (n >= 2000 && n < 4000 ? 5 : 10)) < 1e-12);
        assert_true(fabs(rows[n][WH_U2] - (n / 2000 % 2 == 0 ? 11 : 9)) < 1e-12);
    }
    free(rows);
    for (int i = 0; i < WH_EXACT_STEPS; i++) {
        wh_exact_add_step(&s, 1, 1, 1);
    }
    double row[1][WH_CHANNELS];
    assert_int_equal(wh_exact_read(&s, row, 1), WH_ERR_STATE);
    wh_exact_free(&s);
}

static void a_source_of_it_ends_in_time(void **state)
{
    (void)state;
    wh_exact_signal s;
    wh_exact_init(&s, 8000, 50);
    wh_exact_sine(&s, WH_IN, 1, 1, 0);
    wh_source *source;
    assert_int_equal(wh_exact_source(&s, 50, 0.1, &source), WH_OK);
    double *values = malloc(600 * WH_CHANNELS * sizeof *values);
    assert_non_null(values);
    size_t got;
    assert_int_equal(source->read(source, values, 600, &got), WH_OK);
    assert_int_equal(got, 600);
    assert_int_equal(source->read(source, values, 600, &got), WH_OK);
    assert_int_equal(got, 200);
    assert_int_equal(source->read(source, values, 600, &got), WH_OK);
    assert_int_equal(got, 0);
    free(values);
    source->destroy(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_true_values_are_those_of_the_standard_waveforms),
        cmocka_unit_test(samples_are_those_of_the_waveform),
        cmocka_unit_test(phase_stays_exact_and_blocks_do_not_matter),
        cmocka_unit_test(sines_of_one_order_add_as_phasors),
        cmocka_unit_test(steps_and_squares_move_the_level),
        cmocka_unit_test(a_source_of_it_ends_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
