/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/metrology/oscillator.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TURN 6.283185307179586

static void sine_and_cosine_follow_the_table(void **state)
{
    (void)state;
    for (uint64_t phase = 0; phase < (uint64_t)1 << 32; phase += 104729 * 7) {
        double a = TURN * (double)phase / 4294967296.0;
        /* a straight line between points a 128th of a turn apart: (pi/128)²/2 at worst */
        assert_true(fabs(wh_oscillator_sin((uint32_t)phase) / 8388608.0 - sin(a)) < 3.1e-4);
        assert_true(fabs(wh_oscillator_cos((uint32_t)phase) / 8388608.0 - cos(a)) < 3.1e-4);
    }
    assert_int_equal(wh_oscillator_sin(0), 0);
    assert_int_equal(wh_oscillator_cos(0), WH_OSCILLATOR_ONE);
    assert_int_equal(wh_oscillator_sin(0x40000000), WH_OSCILLATOR_ONE);
    assert_int_equal(wh_oscillator_cos(0x80000000), -WH_OSCILLATOR_ONE);
}

static void the_step_is_the_part_of_a_turn_per_sample(void **state)
{
    (void)state;
    assert_int_equal(wh_oscillator_step(50, 8000), 26843546);
    assert_int_equal(wh_oscillator_step(50000, 8000000), 26843546);
    assert_int_equal(wh_oscillator_step(60, 120), 0x80000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sine_and_cosine_follow_the_table),
        cmocka_unit_test(the_step_is_the_part_of_a_turn_per_sample),
    };
    return cmocka_run_group_tests_name("oscillator", tests, NULL, NULL);
}
