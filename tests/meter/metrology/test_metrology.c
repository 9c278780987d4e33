/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/metrology/metrology.h"
#include "meter/register/register.h"
#include "tests/meter/metrology/test_mains.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TURN  6.283185307179586
#define CHUNK 613 /* no divisor of anything */

typedef struct {
    double p_w[WH_PHASES]; /* mean of the quanta over their time */
    double q1_var[WH_PHASES];
    double u_v[WH_PHASES]; /* means of the windows */
    double i_a[WH_PHASES];
    double f_error_mhz; /* largest */
    wh_quantities last;
    unsigned windows;
} outcome;

static void take_window(const wh_metrology *m, const mains *in, outcome *out, double *seconds)
{
    const wh_quantities *q = &m->quantities;
    assert_true(q->locked);
    *seconds += (double)m->quantum.length_q16 / 65536 / in->fs_hz;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        out->p_w[k] += (double)m->quantum.p_uws[k] * 1e-6;
        out->q1_var[k] += (double)m->quantum.q1_uvars[k] * 1e-6;
        out->u_v[k] += (double)q->phase[k].u_uv * 1e-6;
        out->i_a[k] += (double)q->phase[k].i_ua * 1e-6;
    }
    out->f_error_mhz = fmax(out->f_error_mhz, fabs(q->f_uhz * 1e-6 - in->f_hz) * 1e3);
    out->last = *q;
    out->windows++;
}

/* Measure `seconds` after the first eight windows. */
static outcome measure_with(const wh_metrology_config *config, mains *in, double seconds)
{
    static wh_metrology m;
    outcome out = {0};
    double time = 0;
    unsigned skip = 8;
    int32_t codes[CHUNK][WH_CHANNELS];
    assert_int_equal(wh_metrology_init(&m, config), WH_OK);
    for (uint64_t n = 0; time < seconds; n += CHUNK) {
        mains_samples(in, n, codes, CHUNK);
        for (size_t at = 0; at < CHUNK;) {
            unsigned event;
            at += wh_metrology_feed(&m, (const int32_t(*)[WH_CHANNELS]) & codes[at], CHUNK - at,
                                    &event);
            if ((event & WH_EVENT_WINDOW) == 0) {
                continue;
            }
            if (skip > 0) {
                skip--;
            } else {
                take_window(&m, in, &out, &time);
            }
        }
    }
    for (unsigned k = 0; k < WH_PHASES; k++) {
        out.p_w[k] /= time;
        out.q1_var[k] /= time;
        out.u_v[k] /= out.windows;
        out.i_a[k] /= out.windows;
    }
    return out;
}

static outcome measure(mains *in, double seconds)
{
    wh_metrology_config config = mains_config(in);
    return measure_with(&config, in, seconds);
}

static mains balanced(double f_hz, double i_a, double lag_rad)
{
    mains m = {.fs_hz = 8000, .f_hz = f_hz, .u_dc_v = 4, .i_dc_a = 0.45, .seed = 1};
    for (unsigned k = 0; k < WH_PHASES; k++) {
        m.u_v[k] = 230;
        m.i_a[k] = i_a;
        m.lag_rad[k] = lag_rad;
    }
    return m;
}

static double error_pct(double got, double want)
{
    return 100 * fabs(got / want - 1);
}

/* The goals of accuracy, with DC of 1 % and 0.3 % of full scale on the channels. */
static void energy_and_rms_hold_their_goals(void **state)
{
    (void)state;
    static const struct {
        double ratio;
        double p_pct;
        double rms_pct;
        double q_pct;
    } rows[] = {{1, 0.005, 0.01, 0.02},
                {100, 0.005, 0.01, 0.02},
                {1000, 0.005, 0.01, 0.02},
                {5000, 0.01, 0.1, 0.05},
                {10000, 0.02, 0.1, 1}};
    static const double f_hz[] = {45, 49.87, 50, 65};
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        for (size_t f = 0; f < sizeof f_hz / sizeof f_hz[0]; f++) {
            mains in = balanced(f_hz[f], 95.4 / rows[r].ratio, TURN / 6);
            outcome out = measure(&in, 2);
            for (unsigned k = 0; k < WH_PHASES; k++) {
                assert_true(error_pct(out.p_w[k], mains_p_w(&in, k)) < rows[r].p_pct);
                assert_true(error_pct(out.q1_var[k], mains_q1_var(&in, k)) < rows[r].q_pct);
                assert_true(error_pct(out.i_a[k], in.i_a[k]) < rows[r].rms_pct);
                assert_true(error_pct(out.u_v[k], 230) < 0.001);
            }
            assert_true(out.f_error_mhz < 1);
        }
    }
}

static void harmonics_count_in_p_but_not_in_q1(void **state)
{
    (void)state;
    mains in = balanced(50.02, 10, 0.4);
    in.harmonic[0] = (mains_harmonic){5, 0.1, 0.4, 0};
    in.harmonic[1] = (mains_harmonic){3, 0.05, 0.2, 1.0};
    outcome out = measure(&in, 2);
    for (unsigned k = 0; k < WH_PHASES; k++) {
        const wh_phase_quantities *q = &out.last.phase[k];
        assert_true(error_pct(out.p_w[k], mains_p_w(&in, k)) < 0.002);
        assert_true(error_pct(out.q1_var[k], mains_q1_var(&in, k)) < 0.002);
        assert_true(error_pct(out.u_v[k], mains_u_v(&in, k)) < 0.002);
        assert_true(error_pct(out.i_a[k], mains_i_a(&in, k)) < 0.002);
        assert_true(error_pct((double)q->u1_uv * 1e-6, 230) < 0.002);
        assert_true(error_pct((double)q->p1_uw * 1e-6, 2300 * cos(0.4)) < 0.005);
        assert_true(error_pct(q->thd_i_ppm * 1e-6, sqrt(0.2)) < 0.01);
        assert_true(error_pct(q->thd_u_ppm * 1e-6, sqrt(0.0125)) < 0.01);
        assert_true(error_pct(q->pf1_ppm * 1e-6, cos(0.4)) < 0.01);
        assert_true(fabs((double)q->u_dc_uv * 1e-6 - 4) < 0.01);
        assert_true(fabs((double)q->i_dc_ua * 1e-6 - 0.45) < 0.001);
    }
    assert_true(out.f_error_mhz < 0.1);
}

static void apparent_powers_and_sequences_are_those_of_ieee_1459(void **state)
{
    (void)state;
    mains in = balanced(50, 10, 0.3);
    in.u_dc_v = 0;
    in.i_dc_a = 0;
    in.u_v[1] = 200;
    in.i_a[2] = 20;
    outcome out = measure(&in, 1);
    /* phasors of voltage at 0, -120, +120 degrees */
    double re = 230 - 200 * 0.5 - 230 * 0.5;
    double im = (-200 + 230) * sqrt(3) / 2;
    double zero = sqrt(re * re + im * im) / 3;
    double positive = (230 + 200 + 230) / 3.0;
    double in_re = 10 - 10 * 0.5 - 20 * 0.5;
    double in_im = (-10 + 20) * sqrt(3) / 2;
    double neutral = sqrt(in_re * in_re + in_im * in_im);
    double ue = sqrt((230 * 230 + 200 * 200 + 230 * 230) / 3.0 - zero * zero / 2);
    double ie = sqrt((100 + 100 + 400 + neutral * neutral) / 3);
    assert_true(error_pct(out.last.u0_ppm * 1e-6, zero / positive) < 0.01);
    assert_true(error_pct(out.last.u2_ppm * 1e-6, zero / positive) < 0.01); /* one phase off */
    assert_int_equal(out.last.rotation, WH_ROTATION_ABC);
    assert_true(error_pct((double)out.last.in_ua * 1e-6, neutral) < 0.002);
    assert_true(error_pct((double)out.last.in1_ua * 1e-6, neutral) < 0.002);
    assert_true(error_pct((double)out.last.s_effective_uva * 1e-6, 3 * ue * ie) < 0.01);
    double s = 2300 + 2000 + 4600;
    assert_true(error_pct((double)out.last.s_arithmetic_uva * 1e-6, s) < 0.002);
    assert_true(error_pct((double)out.last.s_vector_uva * 1e-6, s) < 0.002); /* one angle */
    assert_true(error_pct(out.last.phase[1].u1_angle_urad * 1e-6, -TURN / 3) < 0.01);
    assert_true(error_pct(out.last.phase[2].i1_angle_urad * 1e-6, TURN / 3 - 0.3) < 0.01);
}

static void the_other_rotation_is_told(void **state)
{
    (void)state;
    mains in = balanced(50, 10, 0.3);
    in.angle_rad[1] = 2 * TURN / 3;
    in.angle_rad[2] = TURN / 3;
    outcome out = measure(&in, 1);
    assert_int_equal(out.last.rotation, WH_ROTATION_ACB);
    assert_true(out.last.u2_ppm < 20);
    assert_true(error_pct(out.p_w[1], mains_p_w(&in, 1)) < 0.002);
    assert_true(error_pct(out.q1_var[2], mains_q1_var(&in, 2)) < 0.005);
}

/* Everything a caller can read, as bytes: blocks of any length give the same. */
static uint64_t hash_of_run(size_t block)
{
    static wh_metrology m;
    static wh_register_bank bank;
    mains in = balanced(49.3, 3, 1.1);
    wh_metrology_config config = mains_config(&in);
    config.channel[WH_I2].delay_q16 = 45000;
    config.channel[WH_U3].delay_q16 = 70000;
    wh_register_config registers = {0};
    static int32_t codes[9000][WH_CHANNELS];
    mains_samples(&in, 0, codes, 9000);
    assert_int_equal(wh_metrology_init(&m, &config), WH_OK);
    assert_int_equal(wh_register_init(&bank, &registers), WH_OK);
    uint64_t hash = 14695981039346656037U;
    for (size_t at = 0; at < 9000;) {
        unsigned event;
        size_t left = 9000 - at;
        at += wh_metrology_feed(&m, (const int32_t(*)[WH_CHANNELS]) & codes[at],
                                left < block ? left : block, &event);
        if ((event & WH_EVENT_WINDOW) != 0) {
            wh_register_book(&bank, &m.quantum);
            const uint64_t values[] = {(uint64_t)m.quantum.p_uws[1],
                                       m.quantum.end_q32,
                                       (uint64_t)m.quantum.q1_uvars[2],
                                       m.quantities.f_uhz,
                                       (uint64_t)m.quantities.in_ua,
                                       m.quantum.end_sample,
                                       (uint64_t)m.half.uu[0],
                                       m.half.end_sample,
                                       (uint64_t)m.quantities.phase[0].i_ua};
            for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
                hash = (hash ^ values[i]) * 1099511628211U;
            }
        }
    }
    return hash;
}

static void any_block_length_gives_the_same_bits(void **state)
{
    (void)state;
    uint64_t one = hash_of_run(1);
    const size_t blocks[] = {2, 3, 8, 31, 32, 33, 64, 160, 1000, 9000};
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        assert_true(hash_of_run(blocks[i]) == one);
    }
}

/* The first window starts half a sample before the first one; from there to the last cut the
 * quanta are the integral, whatever the frequency does meanwhile. */
static void quanta_are_gapless_while_the_frequency_jumps(void **state)
{
    (void)state;
    static wh_metrology m;
    mains in = balanced(47, 50, 0.5);
    in.u_dc_v = 0;
    in.i_dc_a = 0;
    wh_metrology_config config = mains_config(&in);
    assert_int_equal(wh_metrology_init(&m, &config), WH_OK);
    double phase = 0;
    double exact = 0;
    double booked = 0;
    double pending = 0;
    unsigned windows = 0;
    for (uint64_t n = 0; n < 80000; n++) {
        double f_hz = n < 20000 ? 47 : n < 50000 ? 53.3 : 44 + (double)n / 8000;
        int32_t set[1][WH_CHANNELS] = {{0}};
        set[0][WH_U1] = (int32_t)lrint(6e6 * sin(phase));
        set[0][WH_I1] = (int32_t)lrint(3e6 * sin(phase - 0.5));
        phase += TURN * f_hz / 8000;
        unsigned event = 0;
        size_t used = wh_metrology_feed(&m, (const int32_t(*)[WH_CHANNELS])set, 1, &event);
        if ((event & WH_EVENT_WINDOW) != 0) {
            booked += (double)m.quantum.p_uws[0];
            exact = pending;
            windows++;
        }
        pending += (double)set[0][WH_U1] * set[0][WH_I1];
        if (used == 0) {
            used = wh_metrology_feed(&m, (const int32_t(*)[WH_CHANNELS])set, 1, &event);
            assert_int_equal(used, 1);
        }
    }
    double uws_per_code2 = 400e6 / WH_CODE_FULL * 150e6 / WH_CODE_FULL * 1e-6 / 8000;
    assert_true(windows > 45);
    assert_true(fabs(booked / (exact * uws_per_code2) - 1) < 1e-3); /* where the cut falls */
}

static void a_phase_that_loses_its_voltage_hands_the_lead_over(void **state)
{
    (void)state;
    static wh_metrology m;
    mains in = balanced(50.4, 10, TURN / 12);
    wh_metrology_config config = mains_config(&in);
    assert_int_equal(wh_metrology_init(&m, &config), WH_OK);
    unsigned windows = 0;
    for (uint64_t n = 0; n < 64000; n++) {
        int32_t set[1][WH_CHANNELS];
        in.u_v[0] = n < 24000 ? 230 : 0;
        in.u_v[1] = n < 40000 ? 230 : 0;
        mains_samples(&in, n, set, 1);
        for (size_t used = 0; used == 0;) {
            unsigned event;
            used = wh_metrology_feed(&m, (const int32_t(*)[WH_CHANNELS])set, 1, &event);
            if ((event & WH_EVENT_WINDOW) == 0) {
                continue;
            }
            windows++;
            const wh_quantities *q = &m.quantities;
            if (n > 5000 && (n < 24000 || (n > 28000 && n < 40000) || n > 44000)) {
                assert_true(q->locked);
                assert_true(fabs(q->f_uhz * 1e-6 - 50.4) < 1e-3);
                assert_int_equal(q->leader, n < 24000 ? 0 : n < 40000 ? 1 : 2);
                assert_int_equal(q->present, n < 24000 ? 7 : n < 40000 ? 6 : 4);
                assert_true(error_pct((double)q->phase[2].q1_uvar * 1e-6, 1150) < 0.02);
            }
        }
    }
    assert_true(windows > 38);
}

static void without_voltage_there_is_no_frequency_and_no_power(void **state)
{
    (void)state;
    static wh_metrology m;
    static const int32_t silence[2000][WH_CHANNELS];
    mains in = balanced(50, 10, 0);
    wh_metrology_config config = mains_config(&in);
    assert_int_equal(wh_metrology_init(&m, &config), WH_OK);
    unsigned windows = 0;
    for (size_t at = 0; at < 2000;) {
        unsigned event;
        at += wh_metrology_feed(&m, &silence[at], 2000 - at, &event);
        windows += (event & WH_EVENT_WINDOW) != 0;
    }
    assert_int_equal(windows, 1);
    assert_int_equal(m.quantities.f_uhz, 0);
    assert_int_equal(m.quantities.present, 0);
    assert_false(m.quantities.locked);
    assert_int_equal(m.quantities.phase[0].u_uv, 0);
    assert_int_equal(m.quantities.phase[0].pf_ppm, 0);
    assert_int_equal(m.quantum.p_uws[0], 0);
}

static void creep_stops_energy_below_its_threshold_with_hysteresis(void **state)
{
    (void)state;
    /* threshold 1 W; at 230 V: 4.35 mA */
    static const struct {
        double i_a;
        double then_i_a;
        bool books;
    } rows[] = {{0.0040, 0.0040, false},
                {0.0048, 0.0048, true},
                {0.0100, 0.0030, true},   /* runs on down to half of it */
                {0.0100, 0.0020, false}}; /* stops below that */
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        static wh_metrology m;
        mains in = balanced(50, rows[r].i_a, 0);
        wh_metrology_config config = mains_config(&in);
        config.creep_uw = 1000000;
        config.creep_windows = 5;
        assert_int_equal(wh_metrology_init(&m, &config), WH_OK);
        for (uint64_t n = 0; n < 80000; n++) {
            int32_t set[1][WH_CHANNELS];
            in.i_a[0] = n < 20000 ? rows[r].i_a : rows[r].then_i_a;
            mains_samples(&in, n, set, 1);
            unsigned event;
            while (wh_metrology_feed(&m, (const int32_t(*)[WH_CHANNELS])set, 1, &event) == 0) {
            }
        }
        assert_int_equal(m.quantum.p_uws[0] != 0, rows[r].books);
        assert_int_equal(m.quantum.q1_uvars[0], 0);
    }
}

static void calibration_takes_gain_angle_delay_and_offset_off(void **state)
{
    (void)state;
    mains in = balanced(50, 10, TURN / 6);
    wh_metrology_config config = mains_config(&in);
    config.channel[WH_U1].gain_q30 = 1084479242; /* 1.01 */
    config.channel[WH_I1].gain_q30 = 1063004406; /* 0.99 */
    config.phase[1].angle_nrad = -5000000;       /* then the lag is 5 mrad less */
    config.channel[WH_I3].delay_q16 = 32768;     /* half a sample at 8 kHz: 62.5 us more lag */
    config.phase[0].p_offset_uw = 1000000;
    config.phase[0].q_offset_uvar = -2000000;
    outcome out = measure_with(&config, &in, 2);
    double p = 2300 * cos(TURN / 6);
    double q = 2300 * sin(TURN / 6);
    assert_true(error_pct(out.u_v[0], 232.3) < 0.001);
    assert_true(error_pct(out.i_a[0], 9.9) < 0.001);
    assert_true(error_pct(out.p_w[0], p * 1.01 * 0.99 - 1) < 0.002);
    assert_true(error_pct(out.q1_var[0], q * 1.01 * 0.99 + 2) < 0.002);
    assert_true(error_pct(out.p_w[1], 2300 * cos(TURN / 6 - 0.005)) < 0.002);
    assert_true(error_pct(out.q1_var[1], 2300 * sin(TURN / 6 - 0.005)) < 0.002);
    double late = TURN * 50 * 0.5 / 8000;
    assert_true(error_pct(out.p_w[2], 2300 * cos(TURN / 6 + late)) < 0.002);
    assert_true(error_pct(out.q1_var[2], 2300 * sin(TURN / 6 + late)) < 0.002);
}

static void noise_power_is_taken_off_the_rms(void **state)
{
    (void)state;
    mains in = balanced(50, 95.4 / 10000, 0);
    in.noise_codes = 53; /* 101 dB below a sine of full scale */
    outcome with = measure(&in, 6);
    assert_true(error_pct(with.i_a[0], in.i_a[0]) < 0.1);
    wh_metrology_config config = mains_config(&in);
    config.channel[WH_I1].noise_q8 = 0;
    in.seed = 1;
    outcome without = measure_with(&config, &in, 6);
    assert_true(error_pct(without.i_a[0], in.i_a[0]) > 0.3);
}

static void urms_half_is_the_rms_of_each_cycle(void **state)
{
    (void)state;
    static wh_metrology m;
    mains in = balanced(50.7, 1, 0);
    in.u_dc_v = 0;
    wh_metrology_config config = mains_config(&in);
    assert_int_equal(wh_metrology_init(&m, &config), WH_OK);
    wh_half_cycle last = {0};
    unsigned seen = 0;
    for (uint64_t n = 0; n < 16000; n++) {
        int32_t set[1][WH_CHANNELS];
        mains_samples(&in, n, set, 1);
        for (size_t used = 0; used == 0;) {
            unsigned event;
            used = wh_metrology_feed(&m, (const int32_t(*)[WH_CHANNELS])set, 1, &event);
            if ((event & WH_EVENT_HALF_CYCLE) != 0) {
                if (n > 8000) {
                    double u = (double)wh_metrology_urms_half_uv(&m, &last, &m.half, 1) * 1e-6;
                    assert_true(error_pct(u, 230) < 0.01);
                    seen++;
                }
                last = m.half;
            }
        }
    }
    assert_in_range(seen, 100, 103);
}

/* Codes at the ends of their range, in every shape: nothing may overflow (the sanitizers see
 * it), and what a square wave measures is known. */
static void the_ends_of_the_range_do_not_overflow(void **state)
{
    (void)state;
    static const uint32_t fs_mhz[] = {800000, 8000000, 16000000, 100000000};
    for (size_t f = 0; f < sizeof fs_mhz / sizeof fs_mhz[0]; f++) {
        for (unsigned shape = 0; shape < 5; shape++) {
            static wh_metrology m;
            mains in = balanced(50, 1, 0);
            wh_metrology_config config = mains_config(&in);
            config.fs_mhz = fs_mhz[f];
            config.phase[0].angle_nrad = WH_ANGLE_MAX_NRAD;
            config.channel[WH_I2].gain_q30 = UINT32_MAX;
            config.channel[WH_U3].full_scale = INT64_C(1000000000000); /* 1 MV */
            uint64_t half = fs_mhz[f] / 100000;
            uint32_t seed = 1;
            assert_int_equal(wh_metrology_init(&m, &config), WH_OK);
            for (uint64_t n = 0; n < fs_mhz[f] / 1000; n++) {
                int32_t set[1][WH_CHANNELS];
                for (unsigned k = 0; k < WH_CHANNELS; k++) {
                    seed = seed * 1664525 + 1013904223;
                    int32_t random = (int32_t)(seed >> 8) - WH_CODE_FULL;
                    const int32_t code[] = {n / half % 2 == 0 ? WH_CODE_FULL - 1 : -WH_CODE_FULL,
                                            random, -WH_CODE_FULL, WH_CODE_FULL - 1,
                                            seed >> 31 == 0 ? WH_CODE_FULL - 1 : -WH_CODE_FULL};
                    set[0][k] = code[shape];
                }
                unsigned event;
                while (wh_metrology_feed(&m, (const int32_t(*)[WH_CHANNELS])set, 1, &event) == 0) {
                    if (shape == 0 && n > 3 * (fs_mhz[f] / 5000)) {
                        assert_true(error_pct((double)m.quantities.phase[0].u_uv * 1e-6, 400) < 1);
                    }
                }
            }
        }
    }
}

static void a_configuration_outside_its_ranges_is_refused(void **state)
{
    (void)state;
    static wh_metrology m;
    mains in = balanced(50, 1, 0);
    const wh_metrology_config good = mains_config(&in);
    wh_metrology_config bad[10];
    for (size_t i = 0; i < 10; i++) {
        bad[i] = good;
    }
    bad[0].fs_mhz = 799999;
    bad[1].fs_mhz = 100000001;
    bad[2].phases = 0;
    bad[3].phases = 4;
    bad[4].f_nominal_mhz = 55000;
    bad[5].cycles_per_window = 61;
    bad[6].channel[WH_U2].full_scale = 0;
    bad[7].channel[WH_I3].delay_q16 = WH_DELAY_MAX_Q16 + 1;
    bad[8].phase[2].angle_nrad = WH_ANGLE_MAX_NRAD + 1;
    bad[9].fs_mhz = 100000000;
    bad[9].cycles_per_window = 27;
    assert_int_equal(wh_metrology_init(&m, &good), WH_OK);
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(wh_metrology_init(&m, &bad[i]), WH_ERR_RANGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(energy_and_rms_hold_their_goals),
        cmocka_unit_test(harmonics_count_in_p_but_not_in_q1),
        cmocka_unit_test(apparent_powers_and_sequences_are_those_of_ieee_1459),
        cmocka_unit_test(the_other_rotation_is_told),
        cmocka_unit_test(any_block_length_gives_the_same_bits),
        cmocka_unit_test(quanta_are_gapless_while_the_frequency_jumps),
        cmocka_unit_test(a_phase_that_loses_its_voltage_hands_the_lead_over),
        cmocka_unit_test(without_voltage_there_is_no_frequency_and_no_power),
        cmocka_unit_test(creep_stops_energy_below_its_threshold_with_hysteresis),
        cmocka_unit_test(calibration_takes_gain_angle_delay_and_offset_off),
        cmocka_unit_test(noise_power_is_taken_off_the_rms),
        cmocka_unit_test(urms_half_is_the_rms_of_each_cycle),
        cmocka_unit_test(the_ends_of_the_range_do_not_overflow),
        cmocka_unit_test(a_configuration_outside_its_ranges_is_refused),
    };
    return cmocka_run_group_tests_name("metrology", tests, NULL, NULL);
}
