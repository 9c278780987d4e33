/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world/converter.h"
#include "world/simulation/exact_signal.h"
#include "world/typetest/calibrate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FS_HZ   8000
#define SECONDS 4
#define U_FULL  650.0
#define I_FULL  30.0

typedef struct {
    double u_v, i_a, degrees, f_hz;
    double crosstalk_a; /* into each current, in phase with the voltage */
} load;

/* Codes of three phases at a load behind a converter. */
static wh_calibrate_samples make_codes(const wh_converter_config *c, const load *l)
{
    wh_exact_signal s;
    wh_exact_init(&s, FS_HZ, l->f_hz);
    for (unsigned k = 0; k < WH_PHASES; k++) {
        double place = -120.0 * k;
        wh_exact_sine(&s, k, 1, l->u_v, place);
        wh_exact_sine(&s, k, 5, 0.03 * l->u_v, 5 * place + 20); /* the reference is no pure sine */
        wh_exact_sine(&s, WH_I1 + k, 1, l->i_a, place - l->degrees);
        wh_exact_sine(&s, WH_I1 + k, 1, l->crosstalk_a, place);
    }
    wh_exact_sine(&s, WH_IN, 1, l->i_a, 0);
    wh_converter converter;
    assert_int_equal(wh_converter_init(&converter, c), WH_OK);
    size_t count = SECONDS * FS_HZ;
    double(*rows)[WH_CHANNELS] = malloc(count * sizeof *rows);
    int32_t(*codes)[WH_CHANNELS] = malloc(count * sizeof *codes);
    assert_true(rows != NULL && codes != NULL);
    assert_int_equal(wh_exact_read(&s, rows, count), WH_OK);
    wh_converter_run(&converter, &rows[0][0], WH_CHANNELS, count, codes);
    free(rows);
    wh_exact_free(&s);
    return (wh_calibrate_samples){(const int32_t(*)[WH_CHANNELS])codes, count};
}

static void free_codes(wh_calibrate_samples *s)
{
    free((void *)(uintptr_t)s->code);
}

/* A front end with errors drawn by a seed: gains to 2 %, late currents, DC, noise. */
static wh_converter_config bad_converter(uint64_t seed)
{
    wh_random r;
    wh_random_init(&r, seed);
    wh_converter_config c = {.seed = seed};
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        c.channel[k] =
            (wh_converter_channel){.column = (int)k,
                                   .full_scale = k < WH_I1 ? U_FULL : I_FULL,
                                   .gain_error = wh_random_between(&r, -0.02, 0.02),
                                   .dc = k < WH_I1 ? 1.5 : -0.05,
                                   .delay_samples = k < WH_I1 ? 0 : wh_random_between(&r, 0, 0.8),
                                   .snr_db = wh_random_between(&r, 92, 101)};
    }
    return c;
}

static wh_metrology_config meter(void)
{
    wh_metrology_config m;
    memset(&m, 0, sizeof m);
    m.fs_mhz = FS_HZ * 1000;
    m.f_nominal_mhz = 50000;
    m.phases = 3;
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        m.channel[k].full_scale = (int64_t)((k < WH_I1 ? U_FULL : I_FULL) * 1e6);
    }
    return m;
}

static wh_calibrate_reference reference_of(const load *l)
{
    wh_calibrate_reference r = {.neutral_a = l->i_a};
    for (unsigned k = 0; k < WH_PHASES; k++) {
        double distorted = l->u_v * sqrt(1 + 0.03 * 0.03);
        r.phase[k] = (wh_calibrate_phase){distorted, l->i_a, l->degrees};
    }
    return r;
}

static void within(double measured, double truth, double part)
{
    if (!(fabs(measured - truth) <= part * fabs(truth))) {
        fail_msg("%.9g is not within %g of %.9g", measured, part, truth);
    }
}

static void a_calibrated_meter_is_within_a_fiftieth_of_a_percent(void **state)
{
    (void)state;
    static const load at = {230, 10, 60, 50.03, 0};
    static const load elsewhere[] = {
        {230, 10, 0, 50, 0}, {207, 1, 60, 49.9, 0}, {253, 15, -37, 50.1, 0}};
    for (uint64_t seed = 1; seed <= 3; seed++) {
        wh_converter_config c = bad_converter(seed);
        wh_metrology_config m = meter();
        wh_calibrate_samples s = make_codes(&c, &at);
        wh_calibrate_reference r = reference_of(&at);
        wh_message message = {""};
        assert_int_equal(wh_calibrate_load(&m, &s, &r, &message), WH_OK);
        free_codes(&s);
        for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++) {
            const load *l = &elsewhere[i];
            s = make_codes(&c, l);
            wh_calibrate_means means;
            assert_int_equal(wh_calibrate_measure(&m, &s, &means, &message), WH_OK);
            free_codes(&s);
            double p = l->u_v * l->i_a * cos(l->degrees * 3.14159265358979 / 180);
            double q = l->u_v * l->i_a * sin(l->degrees * 3.14159265358979 / 180);
            for (unsigned k = 0; k < WH_PHASES; k++) {
                within(means.u_v[k], l->u_v * sqrt(1 + 0.03 * 0.03), 2e-4);
                within(means.i_a[k], l->i_a, 2e-4);
                within(means.p_w[k], p, 2e-4);
                assert_true(l->degrees == 0 || fabs(means.q1_var[k] / q - 1) < 2e-4);
            }
            within(means.in_a, l->i_a, 2e-4);
        }
    }
}

static void without_calibration_the_same_meter_is_off(void **state)
{
    (void)state;
    static const load at = {230, 10, 60, 50, 0};
    wh_converter_config c = bad_converter(1);
    wh_metrology_config m = meter();
    wh_calibrate_samples s = make_codes(&c, &at);
    wh_calibrate_means means;
    assert_int_equal(wh_calibrate_measure(&m, &s, &means, NULL), WH_OK);
    assert_true(fabs(means.p_w[0] / 1150 - 1) > 2e-3);
    free_codes(&s);
}

static void noise_is_found_beside_a_strong_signal(void **state)
{
    (void)state;
    static const double snr_db[] = {80, 92, 101, 110};
    for (size_t i = 0; i < sizeof snr_db / sizeof snr_db[0]; i++) {
        wh_converter_config c = bad_converter(9);
        c.channel[WH_I2].snr_db = snr_db[i];
        static const load at = {230, 15, 30, 50.2, 0};
        wh_calibrate_samples s = make_codes(&c, &at);
        double codes2;
        assert_int_equal(wh_calibrate_noise(&s, WH_I2, FS_HZ, 50.2, &codes2), WH_OK);
        double want = 0.5 * WH_CODE_FULL * WH_CODE_FULL * pow(10, -snr_db[i] / 10) + 1.0 / 12;
        within(codes2, want, 0.1);
        free_codes(&s);
    }
}

static void crosstalk_is_taken_off_by_the_no_load_samples(void **state)
{
    (void)state;
    static const load at = {230, 10, 0, 50, 0.002}, none = {230, 0, 0, 50, 0.002};
    wh_converter_config c = bad_converter(3);
    wh_metrology_config m = meter();
    wh_calibrate_samples loaded = make_codes(&c, &at), idle = make_codes(&c, &none);
    wh_calibrate_reference r = reference_of(&at);
    assert_int_equal(wh_calibrate_load(&m, &loaded, &r, NULL), WH_OK);
    assert_int_equal(wh_calibrate_no_load(&m, &idle, NULL), WH_OK);
    wh_calibrate_means means;
    assert_int_equal(wh_calibrate_measure(&m, &idle, &means, NULL), WH_OK);
    for (unsigned k = 0; k < WH_PHASES; k++) {
        assert_true(abs(m.phase[k].p_offset_uw - 460000) < 10000);
        assert_true(fabs(means.p_w[k]) < 1e-4);
        assert_true(fabs(means.q1_var[k]) < 1e-4);
    }
    free_codes(&loaded);
    free_codes(&idle);
}

static void what_cannot_be_is_refused_with_a_reason(void **state)
{
    (void)state;
    static const load at = {230, 10, 0, 50, 0};
    wh_converter_config c = bad_converter(2);
    wh_metrology_config m = meter();
    wh_calibrate_samples s = make_codes(&c, &at);
    wh_message message = {""};
    wh_calibrate_reference r = reference_of(&at);
    r.phase[1].irms_a = 50; /* five times what is read */
    assert_int_equal(wh_calibrate_load(&m, &s, &r, &message), WH_ERR_RANGE);
    assert_non_null(strstr(message.text, "I2"));
    r = reference_of(&at);
    r.phase[2].angle_deg = 120;
    assert_int_equal(wh_calibrate_load(&m, &s, &r, &message), WH_ERR_RANGE);
    assert_non_null(strstr(message.text, "L3"));
    s.count = FS_HZ * 2;
    assert_int_equal(wh_calibrate_load(&m, &s, &r, &message), WH_ERR_SHORT);
    assert_non_null(strstr(message.text, "windows"));
    double codes2;
    assert_int_equal(wh_calibrate_noise(&s, 0, FS_HZ, 0, &codes2), WH_ERR_RANGE);
    s.count = 4095;
    assert_int_equal(wh_calibrate_noise(&s, 0, FS_HZ, 50, &codes2), WH_ERR_SHORT);
    s.count = 4096;
    assert_int_equal(wh_calibrate_noise(&s, 0, FS_HZ, 50, &codes2), WH_OK);
    free_codes(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_calibrated_meter_is_within_a_fiftieth_of_a_percent),
        cmocka_unit_test(without_calibration_the_same_meter_is_off),
        cmocka_unit_test(noise_is_found_beside_a_strong_signal),
        cmocka_unit_test(crosstalk_is_taken_off_by_the_no_load_samples),
        cmocka_unit_test(what_cannot_be_is_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
