/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world/converter.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

static wh_converter_config one_channel(double full_scale)
{
    wh_converter_config c;
    memset(&c, 0, sizeof c);
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        c.channel[k].column = WH_CONVERTER_ABSENT;
    }
    c.channel[WH_U1].column = 0;
    c.channel[WH_U1].full_scale = full_scale;
    return c;
}

static int32_t convert_one(const wh_converter_config *config, double value, wh_converter *c)
{
    int32_t code[1][WH_CHANNELS];
    assert_int_equal(wh_converter_init(c, config), WH_OK);
    wh_converter_run(c, &value, 1, 1, code);
    for (unsigned k = 1; k < WH_CHANNELS; k++) {
        assert_int_equal(code[0][k], 0); /* absent */
    }
    return code[0][0];
}

static void codes_are_rounded_and_saturate_at_24_bits(void **state)
{
    (void)state;
    static const struct {
        double value;
        int32_t code;
        unsigned saturated;
    } rows[] = {
        {0, 0, 0},           {1.0, 16384, 0},       {0.4 / 16384, 0, 0},
        {0.6 / 16384, 1, 0}, {-0.6 / 16384, -1, 0}, {512.0 * 8388607 / 8388608, 8388607, 0},
        {512.0, 8388607, 1}, {-512.0, -8388608, 0}, {-512.1, -8388608, 1},
        {1e300, 8388607, 1},
    };
    wh_converter_config config = one_channel(512.0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_converter c;
        assert_int_equal(convert_one(&config, rows[i].value, &c), rows[i].code);
        assert_int_equal(c.saturated, rows[i].saturated);
    }
}

static void a_value_that_is_not_a_number_is_counted(void **state)
{
    (void)state;
    wh_converter_config config = one_channel(512.0);
    wh_converter c;
    assert_int_equal(convert_one(&config, (double)NAN, &c), 0);
    assert_int_equal(c.invalid, 1);
}

static void gain_error_and_dc_are_applied(void **state)
{
    (void)state;
    wh_converter_config config = one_channel(512.0);
    config.channel[WH_U1].gain_error = 0.01;
    config.channel[WH_U1].dc = -2.0;
    wh_converter c;
    assert_int_equal(convert_one(&config, 100.0, &c), (int)lrint((101.0 - 2.0) * 16384));
}

static void bad_ranges_are_refused(void **state)
{
    (void)state;
    wh_converter c;
    wh_converter_config config = one_channel(0.0);
    assert_int_equal(wh_converter_init(&c, &config), WH_ERR_RANGE);
    config = one_channel(512.0);
    config.channel[WH_U1].delay_samples = WH_CONVERTER_DELAY_MAX;
    assert_int_equal(wh_converter_init(&c, &config), WH_OK);
    config.channel[WH_U1].delay_samples = WH_CONVERTER_DELAY_MAX + 0.001;
    assert_int_equal(wh_converter_init(&c, &config), WH_ERR_RANGE);
    config.channel[WH_U1].delay_samples = -0.001;
    assert_int_equal(wh_converter_init(&c, &config), WH_ERR_RANGE);
}

static void a_delay_moves_a_sine_by_that_many_samples(void **state)
{
    (void)state;
    static const double delays[] = {0.25, 0.5, 1.0, 2.75, 7.9, 8.0};
    for (size_t d = 0; d < sizeof delays / sizeof delays[0]; d++) {
        wh_converter_config config = one_channel(1.0);
        config.channel[WH_U1].delay_samples = delays[d];
        wh_converter c;
        assert_int_equal(wh_converter_init(&c, &config), WH_OK);
        for (int n = 0; n < 400; n++) {
            double value = 0.9 * sin(2 * PI * 50 * n / 8000.0);
            int32_t code[1][WH_CHANNELS];
            wh_converter_run(&c, &value, 1, 1, code);
            double late = 0.9 * sin(2 * PI * 50 * (n - delays[d]) / 8000.0);
            if (n >= 12) { /* the history is full */
                assert_true(fabs(code[0][WH_U1] - late * WH_CODE_FULL) < 12);
            }
        }
    }
}

static void noise_has_the_asked_power_and_repeats_with_its_seed(void **state)
{
    (void)state;
    wh_converter_config config = one_channel(1.0);
    config.channel[WH_U1].snr_db = 101;
    config.seed = 7;
    wh_converter a, b;
    assert_int_equal(wh_converter_init(&a, &config), WH_OK);
    assert_int_equal(wh_converter_init(&b, &config), WH_OK);
    double sum = 0, square = 0;
    enum { COUNT = 200000 };
    for (int n = 0; n < COUNT; n++) {
        double zero = 0;
        int32_t x[1][WH_CHANNELS], y[1][WH_CHANNELS];
        wh_converter_run(&a, &zero, 1, 1, x);
        wh_converter_run(&b, &zero, 1, 1, y);
        assert_int_equal(x[0][0], y[0][0]);
        sum += x[0][0];
        square += (double)x[0][0] * x[0][0];
    }
    double want = WH_CODE_FULL / sqrt(2.0) * pow(10, -101.0 / 20);
    assert_true(fabs(sum / COUNT) < 5 * want / sqrt(COUNT));
    assert_true(fabs(sqrt(square / COUNT) / want - 1) < 0.01);
}

static void random_deviates_have_the_moments_of_a_normal_one(void **state)
{
    (void)state;
    wh_random r;
    wh_random_init(&r, 42);
    double m1 = 0, m2 = 0, m4 = 0;
    unsigned beyond3 = 0;
    enum { COUNT = 400000 };
    for (int n = 0; n < COUNT; n++) {
        double x = wh_random_gauss(&r);
        m1 += x / COUNT;
        m2 += x * x / COUNT;
        m4 += x * x * x * x / COUNT;
        beyond3 += fabs(x) > 3 ? 1 : 0;
    }
    assert_true(fabs(m1) < 0.01);
    assert_true(fabs(m2 - 1) < 0.01);
    assert_true(fabs(m4 - 3) < 0.08);
    assert_true(fabs(beyond3 / (COUNT * 0.0026998) - 1) < 0.15);
}

static void channels_are_found_by_name_then_by_unit(void **state)
{
    (void)state;
    static const wh_source_channel named[] = {
        {"IN", WH_UNIT_AMPERE}, {"i1", WH_UNIT_AMPERE}, {"U2", WH_UNIT_VOLT}, {"u1", WH_UNIT_VOLT}};
    static const wh_source_channel other[] = {
        {"time", WH_UNIT_OTHER}, {"mains", WH_UNIT_VOLT}, {"clamp", WH_UNIT_AMPERE}};
    static const wh_source_channel no_current[] = {{"U1", WH_UNIT_VOLT}};
    wh_converter_config c;
    wh_source s = {.channel = named, .channel_count = 4};
    assert_int_equal(wh_converter_for_source(&c, &s, 500, 100), WH_OK);
    assert_int_equal(c.channel[WH_U1].column, 3);
    assert_int_equal(c.channel[WH_U2].column, 2);
    assert_int_equal(c.channel[WH_U3].column, WH_CONVERTER_ABSENT);
    assert_int_equal(c.channel[WH_I1].column, 1);
    assert_int_equal(c.channel[WH_IN].column, 0);
    s = (wh_source){.channel = other, .channel_count = 3};
    assert_int_equal(wh_converter_for_source(&c, &s, 500, 100), WH_OK);
    assert_int_equal(c.channel[WH_U1].column, 1);
    assert_int_equal(c.channel[WH_I1].column, 2);
    assert_int_equal(c.channel[WH_I2].column, WH_CONVERTER_ABSENT);
    s = (wh_source){.channel = no_current, .channel_count = 1};
    assert_int_equal(wh_converter_for_source(&c, &s, 500, 100), WH_ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_rounded_and_saturate_at_24_bits),
        cmocka_unit_test(a_value_that_is_not_a_number_is_counted),
        cmocka_unit_test(gain_error_and_dc_are_applied),
        cmocka_unit_test(bad_ranges_are_refused),
        cmocka_unit_test(a_delay_moves_a_sine_by_that_many_samples),
        cmocka_unit_test(noise_has_the_asked_power_and_repeats_with_its_seed),
        cmocka_unit_test(random_deviates_have_the_moments_of_a_normal_one),
        cmocka_unit_test(channels_are_found_by_name_then_by_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
