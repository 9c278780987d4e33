/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/metrology/quarter_reactive.h"
#include "tests/meter/metrology/test_mains.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TURN 6.283185307179586

/* Mean over the windows from the ninth on. */
static double measure_uvar(mains *in, unsigned k)
{
    static wh_metrology m;
    static wh_quarter_history history[128];
    wh_quarter_reactive q;
    wh_metrology_config config = mains_config(in);
    double sum = 0;
    unsigned windows = 0;
    assert_int_equal(wh_metrology_init(&m, &config), WH_OK);
    assert_int_equal(wh_quarter_reactive_init(&q, history, 128), WH_OK);
    for (uint64_t n = 0; n < 48000; n++) {
        int32_t set[1][WH_CHANNELS];
        mains_samples(in, n, set, 1);
        for (size_t used = 0; used == 0;) {
            unsigned event;
            wh_oscillator before = m.oscillator;
            used = wh_metrology_feed(&m, (const int32_t(*)[WH_CHANNELS])set, 1, &event);
            assert_int_equal(
                wh_quarter_reactive_samples(&q, (const int32_t(*)[WH_CHANNELS])set, used, before),
                WH_OK);
            if ((event & WH_EVENT_WINDOW) != 0) {
                if (windows++ >= 9) { /* the value of the window before this one */
                    sum += (double)wh_quarter_reactive_uvar(&q, &m, k);
                }
                wh_quarter_reactive_window(&q, &m);
            }
        }
    }
    return sum / (windows - 9);
}

static mains load(double f_hz, double lag_rad)
{
    mains m = {.fs_hz = 8000, .f_hz = f_hz, .u_dc_v = 3, .i_dc_a = 0.2};
    for (unsigned k = 0; k < WH_PHASES; k++) {
        m.u_v[k] = 230;
        m.i_a[k] = 10;
        m.lag_rad[k] = lag_rad;
    }
    return m;
}

static void it_equals_q1_for_a_sine_at_any_frequency(void **state)
{
    (void)state;
    static const double f_hz[] = {45, 49, 50, 51, 60};
    for (size_t i = 0; i < sizeof f_hz / sizeof f_hz[0]; i++) {
        mains in = load(f_hz[i], TURN / 6);
        double want = 2300 * sin(TURN / 6) * 1e6;
        assert_true(fabs(measure_uvar(&in, 1) / want - 1) < 5e-4);
    }
}

static void the_third_harmonic_enters_with_the_other_sign(void **state)
{
    (void)state;
    mains in = load(50, 0.2);
    in.harmonic[0] = (mains_harmonic){3, 0.1, 0.3, TURN / 4};
    double want = 2300 * (sin(0.2) - 0.1 * 0.3) * 1e6;
    assert_true(fabs(measure_uvar(&in, 0) / want - 1) < 2e-3);
}

static void a_history_that_is_too_short_is_refused(void **state)
{
    (void)state;
    static wh_quarter_history history[32];
    static const int32_t set[1][WH_CHANNELS];
    wh_quarter_reactive q;
    wh_oscillator slow = {.phase = 0, .step = 26843546}; /* 40 samples a quarter */
    assert_int_equal(wh_quarter_reactive_init(&q, history, 31), WH_ERR_RANGE);
    assert_int_equal(wh_quarter_reactive_init(&q, history, 32), WH_OK);
    assert_int_equal(wh_quarter_reactive_samples(&q, set, 1, slow), WH_ERR_SPACE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_equals_q1_for_a_sine_at_any_frequency),
        cmocka_unit_test(the_third_harmonic_enters_with_the_other_sign),
        cmocka_unit_test(a_history_that_is_too_short_is_refused),
    };
    return cmocka_run_group_tests_name("quarter_reactive", tests, NULL, NULL);
}
