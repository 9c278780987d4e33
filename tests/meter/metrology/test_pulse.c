/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/metrology/pulse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* A window of 1600 samples that ends after sample end + 1/4. */
static wh_energy_quantum window(uint64_t end)
{
    wh_energy_quantum q = {
        .end_sample = end, .end_q32 = 0x40000000, .length_q16 = (uint64_t)1600 << 16};
    return q;
}

static void a_steady_load_gives_even_pulses(void **state)
{
    (void)state;
    wh_pulse pulse;
    assert_int_equal(wh_pulse_init(&pulse, 1000), WH_OK);
    uint64_t last_q16 = 0;
    unsigned edges = 0;
    for (uint64_t w = 1; w <= 1000; w++) {
        wh_energy_quantum q = window(w * 1600);
        wh_pulse_book(&pulse, 777777777, &q); /* 3.9 kW: a pulse in 4.6 windows */
        uint64_t sample;
        uint32_t fraction;
        while (wh_pulse_next(&pulse, &sample, &fraction)) {
            uint64_t time_q16 = (sample << 16) + (fraction >> 16);
            if (edges++ > 0) {
                /* 3.6e9 uWs a pulse at 777777777 uWs in 1600 samples */
                int64_t period_q16 = (int64_t)(time_q16 - last_q16);
                assert_true(llabs(period_q16 - INT64_C(485340892)) < 300);
            }
            last_q16 = time_q16;
        }
    }
    assert_int_equal(edges, 777777777LL * 1000 / 3600000000LL);
}

static void many_pulses_in_a_window_are_spread_over_it(void **state)
{
    (void)state;
    wh_pulse pulse;
    assert_int_equal(wh_pulse_init(&pulse, 1000000), WH_OK);
    wh_energy_quantum q = window(10000);
    wh_pulse_book(&pulse, 4 * 3600000, &q);
    static const uint64_t samples[] = {8800, 9200, 9600, 10000};
    for (size_t i = 0; i < 4; i++) {
        uint64_t sample;
        uint32_t fraction;
        assert_true(wh_pulse_next(&pulse, &sample, &fraction));
        assert_int_equal(sample, samples[i]);
        assert_int_equal(fraction, 0x40000000);
    }
    uint64_t sample;
    uint32_t fraction;
    assert_false(wh_pulse_next(&pulse, &sample, &fraction));
}

static void edges_that_were_not_drained_come_out_later(void **state)
{
    (void)state;
    wh_pulse pulse;
    assert_int_equal(wh_pulse_init(&pulse, 1000000), WH_OK);
    wh_energy_quantum q = window(10000);
    wh_pulse_book(&pulse, 3 * 3600000, &q);
    q = window(11600);
    wh_pulse_book(&pulse, 0, &q);
    uint64_t sample;
    uint32_t fraction;
    for (int i = 0; i < 3; i++) {
        assert_true(wh_pulse_next(&pulse, &sample, &fraction));
    }
    assert_false(wh_pulse_next(&pulse, &sample, &fraction));
}

static void no_energy_gives_no_pulse(void **state)
{
    (void)state;
    wh_pulse pulse;
    assert_int_equal(wh_pulse_init(&pulse, 1), WH_OK);
    wh_energy_quantum q = window(1600);
    uint64_t sample;
    uint32_t fraction;
    wh_pulse_book(&pulse, 0, &q);
    assert_false(wh_pulse_next(&pulse, &sample, &fraction));
    wh_pulse_book(&pulse, -5, &q);
    assert_false(wh_pulse_next(&pulse, &sample, &fraction));
}

static void a_constant_outside_its_range_is_refused(void **state)
{
    (void)state;
    wh_pulse pulse;
    assert_int_equal(wh_pulse_init(&pulse, 0), WH_ERR_RANGE);
    assert_int_equal(wh_pulse_init(&pulse, 1000001), WH_ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_steady_load_gives_even_pulses),
        cmocka_unit_test(many_pulses_in_a_window_are_spread_over_it),
        cmocka_unit_test(edges_that_were_not_drained_come_out_later),
        cmocka_unit_test(no_energy_gives_no_pulse),
        cmocka_unit_test(a_constant_outside_its_range_is_refused),
    };
    return cmocka_run_group_tests_name("pulse", tests, NULL, NULL);
}
