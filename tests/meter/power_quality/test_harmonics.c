/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/power_quality/quality_rig.h"

#include "meter/power_quality/harmonics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define UNOM_V 230.0
#define INOM_A 20.0
#define TONES  56
#define LOCK_S 1.5 /* a sine first: 50 harmonics of 5 % cross zero many times a cycle */

/* A tone: order of the fundamental (may be between harmonics), rms, phase of its sine. */
typedef struct {
    double order;
    double rms;
    double phase;
} tone;

typedef struct {
    double f_hz;
    unsigned tones;
    tone u[TONES];
    double current; /* i is u times this, 0.4 rad behind at the fundamental */
    double dc_v;
} mixture;

static void mix(const void *user, double t, double value[WH_CHANNELS])
{
    const mixture *m = user;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        const double angle = 2 * RIG_PI * (m->f_hz * t - k / 3.0);
        value[WH_U1 + k] = m->dc_v;
        const unsigned tones = t < LOCK_S ? 1 : m->tones;
        for (unsigned i = 0; i < tones; i++) {
            const tone *x = &m->u[i];
            const double at = x->order * angle + x->phase;
            value[WH_U1 + k] += RIG_SQRT2 * x->rms * sin(at);
            value[WH_I1 + k] += RIG_SQRT2 * x->rms * m->current * sin(at - 0.4 * x->order);
        }
    }
    value[WH_IN] = value[WH_I1] + value[WH_I2] + value[WH_I3];
}

typedef struct {
    quality_rig rig;
    wh_harmonics h;
    float *workspace;
} bench;

static void bench_start(bench *b, const mixture *m, unsigned points, unsigned slots)
{
    b->rig.signal = mix;
    b->rig.user = m;
    rig_start(&b->rig);
    const size_t len = WH_HARMONICS_WORKSPACE(points, slots, (size_t)b->rig.fs_hz);
    b->workspace = malloc(len * sizeof *b->workspace); /* exact size */
    assert_non_null(b->workspace);
    assert_int_equal(
        wh_harmonics_init(&b->h, &b->rig.metrology_config, points, slots, b->workspace, len),
        WH_OK);
    wh_power_quality_join(&b->rig.quality, &b->h.part);
}

/* Error of a voltage over half the limit of class I (or the whole of class II): 1 is the goal. */
static double over_goal(double got, double want, bool class_s)
{
    const double limit = class_s ? (want >= 0.03 * UNOM_V ? 0.05 * want : 0.0015 * UNOM_V)
                                 : (want >= 0.01 * UNOM_V ? 0.05 * want : 0.0005 * UNOM_V);
    return fabs(got - want) / (limit * 0.5);
}

/* All orders against the mixture; the worst error over the goal. */
static double compare(const bench *b, const mixture *m, unsigned k, bool class_s)
{
    double worst = 0;
    const wh_harmonic_spectrum *s = &b->h.spectrum[k];
    for (unsigned n = 1; n <= b->h.orders; n++) {
        double want = 0;
        double between = 0;
        for (unsigned i = 0; i < m->tones; i++) {
            const tone *x = &m->u[i];
            want += fabs(x->order - n) < 0.15 ? x->rms * x->rms : 0;
            between += x->order > n + 0.15 && x->order < n + 0.85 ? x->rms * x->rms : 0;
        }
        const double scale = k >= WH_I1 ? m->current : 1;
        worst = fmax(worst, over_goal((double)s->harmonic[n] / scale, sqrt(want), class_s));
        worst = fmax(worst, over_goal((double)s->interharmonic[n] / scale, sqrt(between), class_s));
    }
    return worst;
}

static mixture all_harmonics(double f_hz, double part, unsigned orders)
{
    mixture m = {.f_hz = f_hz, .current = 0.1, .tones = orders};
    for (unsigned n = 1; n <= orders; n++) {
        m.u[n - 1] = (tone){n, n == 1 ? UNOM_V : UNOM_V * part, 0.7 * n * n};
    }
    return m;
}

typedef struct {
    const char *name;
    double fs_hz;
    double f_nominal_hz;
    double f_hz;
    unsigned points;
    unsigned orders; /* that must be measured */
} row;

static const row rows[] = {
    {"8 kHz", 8000, 50, 50, 2048, 50},
    {"8 kHz, slow", 8000, 50, 42.5, 2048, 50},
    {"8 kHz, a little slow", 8000, 50, 49.7, 2048, 50},
    {"8 kHz, fast", 8000, 50, 57.5, 2048, 50},
    {"8 kHz, 60 Hz", 8000, 60, 60, 2048, 50},
    {"8 kHz, 60 Hz slow", 8000, 60, 51, 2048, 50},
    {"8 kHz, 60 Hz fast", 8000, 60, 69, 2048, 50},
    {"16 kHz", 16000, 50, 50.2, 2048, 50},
    {"10 kHz", 10000, 50, 50.2, 2048, 50},
    {"12.8 kHz", 12800, 50, 50, 2048, 50},
    {"25.6 kHz", 25600, 50, 49.9, 2048, 50},
    {"100 kHz", 100000, 50, 50.1, 2048, 50},
    {"6.4 kHz", 6400, 50, 50, 2048, 50},
    {"4 kHz", 4000, 50, 50, 2048, 36},
    {"1.2 kHz", 1200, 50, 50, 2048, 10},
    {"1024 points", 8000, 50, 50, 1024, 40},
    {"1024 points, slow", 8000, 50, 42.5, 1024, 40},
    {"1024 points, fast", 8000, 50, 57.5, 1024, 40},
    {"1024 points, 60 Hz", 8000, 60, 60, 1024, 33},
    {"1024 points, 16 kHz", 16000, 50, 50, 1024, 40},
    {"1024 points, 4 kHz", 4000, 50, 50, 1024, 36},
};

static void every_order_is_within_half_of_class_I(void **state)
{
    (void)state;
    static const double parts[] = {0, 0.0005, 0.002, 0.01, 0.05};
    double overall = 0;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        double worst_u = 0;
        double worst_i = 0;
        if (RIG_QUICK && rows[r].fs_hz > 20000) {
            continue;
        }
        for (size_t p = RIG_QUICK ? 4 : 0; p < sizeof parts / sizeof parts[0]; p++) {
            const unsigned top = (unsigned)(rows[r].fs_hz * 0.49 / rows[r].f_hz);
            const mixture m = all_harmonics(rows[r].f_hz, parts[p], top < 50 ? top : 50);
            bench b = {.rig = {.fs_hz = rows[r].fs_hz, .f_nominal_hz = rows[r].f_nominal_hz}};
            bench_start(&b, &m, rows[r].points, WH_CHANNELS);
            rig_run(&b.rig, 2.5);
            assert_int_equal(b.h.orders, rows[r].orders);
            assert_true(b.h.locked);
            assert_int_equal(b.h.fresh, 0x7F);
            for (unsigned k = 0; k < WH_IN; k++) {
                const double e = compare(&b, &m, k, rows[r].points == 1024);
                *(k < WH_I1 ? &worst_u : &worst_i) = fmax(k < WH_I1 ? worst_u : worst_i, e);
            }
            free(b.workspace);
        }
        print_message("  %-22s %7.0f Hz %5.1f Hz: worst error over the goal: U %.3f, I %.3f\n",
                      rows[r].name, rows[r].fs_hz, rows[r].f_hz, worst_u, worst_i);
        overall = fmax(overall, fmax(worst_u, worst_i));
    }
    assert_true(overall < 1);
}

static void interharmonics_fall_into_their_group(void **state)
{
    (void)state;
    const mixture m = {
        .f_hz = 50,
        .tones = 5,
        .current = 0.1,
        .u = {{1, UNOM_V, 0}, {3.5, 4, 1}, {7.3, 2, 2}, {12.2, 1, 0}, {20.8, 3, 0}},
    };
    bench b = {0};
    bench_start(&b, &m, 2048, WH_CHANNELS);
    rig_run(&b.rig, 2.5);
    const double worst = compare(&b, &m, WH_U1, false);
    print_message("interharmonics: worst error over the goal %.3f\n", worst);
    assert_true(worst < 1);
    free(b.workspace);
}

/* What lies above the 50th must not come back below it. */
static void other_content_does_not_alias(void **state)
{
    (void)state;
    double worst_2048 = 0;
    double worst_1024 = 0;
    for (double order = 52.4; order < 79; order += RIG_QUICK ? 8 : 1) {
        const mixture m = {.f_hz = 50,
                           .tones = 2,
                           .current = 0.1,
                           .u = {{1, UNOM_V, 0}, {order, 0.02 * UNOM_V, 1}}};
        for (unsigned points = 1024; points <= 2048; points *= 2) {
            bench b = {0};
            bench_start(&b, &m, points, WH_CHANNELS);
            rig_run(&b.rig, 2.2);
            double *worst = points == 1024 ? &worst_1024 : &worst_2048;
            const unsigned top = points == 1024 ? 35 : 50;
            for (unsigned n = 2; n <= top; n++) {
                const wh_harmonic_spectrum *s = &b.h.spectrum[0];
                *worst = fmax(*worst, (double)s->harmonic[n] / (0.02 * UNOM_V));
                *worst = fmax(*worst, (double)s->interharmonic[n] / (0.02 * UNOM_V));
            }
            free(b.workspace);
        }
    }
    print_message(
        "aliases of orders 52 to 78: 2048 points %.1f dB, 1024 points to the 35th %.1f dB\n",
        20 * log10(worst_2048), 20 * log10(worst_1024));
    assert_true(worst_2048 < 0.00316); /* 50 dB */
    assert_true(worst_1024 < 0.00501); /* 46 dB */
}

static double turn_distance(double a, double b)
{
    return fabs(remainder(a - b, 2 * RIG_PI));
}

static void angles_are_to_the_zero_crossing_of_U1(void **state)
{
    (void)state;
    mixture m = all_harmonics(49.6, 0.03, 50);
    m.u[0].phase = 0;
    bench b = {0};
    bench_start(&b, &m, 2048, WH_CHANNELS);
    rig_run(&b.rig, 2.5);
    double worst = 0;
    for (unsigned n = 1; n <= 50; n++) {
        const double u1 = m.u[n - 1].phase;
        const double u2 = u1 - n * 2 * RIG_PI / 3;
        const wh_harmonic_spectrum *s = b.h.spectrum;
        worst = fmax(worst, turn_distance(s[WH_U1].angle_urad[n] * 1e-6, u1));
        worst = fmax(worst, turn_distance(s[WH_U2].angle_urad[n] * 1e-6, u2));
        worst = fmax(worst, turn_distance(s[WH_I1].angle_urad[n] * 1e-6, u1 - 0.4 * n));
    }
    print_message("angles to the 50th: worst %.2f degrees\n", worst * 180 / RIG_PI);
    assert_true(worst < 0.02);
    free(b.workspace);
}

/* A delay in the calibration is taken out of the angles. */
static void angles_heed_the_calibration(void **state)
{
    (void)state;
    const mixture m = all_harmonics(50, 0.03, 20);
    bench b = {0};
    bench_start(&b, &m, 2048, WH_CHANNELS);
    b.rig.metrology_config.channel[WH_I1].delay_q16 = 65536; /* one sample: i runs ahead by it */
    b.rig.metrology_config.phase[0].angle_nrad = 10000000;
    assert_int_equal(wh_metrology_init(&b.rig.metrology, &b.rig.metrology_config), WH_OK);
    rig_run(&b.rig, 2.5);
    const wh_harmonic_spectrum *s = b.h.spectrum;
    for (unsigned n = 1; n <= 20; n++) {
        const double sample = n * 2 * RIG_PI * 50 / 8000;
        const double between = (s[WH_U1].angle_urad[n] - (double)s[WH_I1].angle_urad[n]) * 1e-6;
        assert_true(turn_distance(between, 0.4 * n + sample + 0.01 / n) < 0.01);
    }
    free(b.workspace);
}

static void distortion_and_dc_are_exact(void **state)
{
    (void)state;
    mixture m = all_harmonics(50, 0, 7);
    m.u[2].rms = 0.06 * UNOM_V;
    m.u[4].rms = 0.08 * UNOM_V;
    m.dc_v = -1.5;
    bench b = {0};
    bench_start(&b, &m, 2048, WH_CHANNELS);
    rig_run(&b.rig, 2.5);
    assert_float_equal((double)b.h.spectrum[0].thd, 0.10, 1e-4);
    assert_float_equal((double)b.h.spectrum[0].thds, 0.10, 1e-4);
    assert_float_equal((double)b.h.spectrum[0].harmonic[0], -1.5, 1e-3);
    free(b.workspace);
}

static void count_windows(quality_rig *rig, unsigned news)
{
    if ((news & WH_QUALITY_NEWS_HARMONICS) != 0) {
        const wh_harmonics *h = (const wh_harmonics *)rig->quality.parts;
        uint64_t *last_end = rig->seen;
        if (*last_end != 0 && h->locked) {
            const int64_t gap = (int64_t)(h->start_q16 - *last_end);
            assert_true(llabs(gap) < 6554); /* a tenth of a sample */
        }
        *last_end = h->locked ? h->end_q16 : 0;
    }
}

static void windows_follow_each_other_without_a_gap(void **state)
{
    (void)state;
    const mixture m = all_harmonics(49.93, 0.02, 20);
    bench b = {0};
    uint64_t end = 0;
    bench_start(&b, &m, 2048, WH_CHANNELS);
    rig_run(&b.rig, LOCK_S + 1);
    b.rig.seen = &end;
    b.rig.news = count_windows;
    rig_run(&b.rig, 10);
    assert_true(end > 0);
    assert_in_range(b.h.windows[0], 60, 62);
    free(b.workspace);
}

static void channels_take_turns_with_fewer_slots(void **state)
{
    (void)state;
    const mixture m = all_harmonics(50, 0.02, 20);
    for (unsigned slots = 1; slots < WH_CHANNELS; slots++) {
        bench b = {0};
        bench_start(&b, &m, 1024, slots);
        rig_run(&b.rig, 4.5);
        for (unsigned k = 0; k < WH_CHANNELS; k++) {
            const double scale = k < WH_I1 ? 1 : m.current;
            assert_true(b.h.windows[k] >= 2);
            if (k != WH_IN) {
                const double fifth = (double)b.h.spectrum[k].harmonic[5] / scale;
                assert_true(fabs(fifth - 0.02 * UNOM_V) < 0.02);
            }
        }
        free(b.workspace);
    }
}

/* U1, I1 and the neutral are the channels 0, 3 and 6. */
static void a_meter_of_one_phase_has_three_channels(void **state)
{
    (void)state;
    const mixture m = all_harmonics(60.1, 0.02, 20);
    for (unsigned slots = 1; slots <= 3; slots++) {
        bench b = {.rig = {.phases = 1, .f_nominal_hz = 60}};
        bench_start(&b, &m, 2048, slots);
        rig_run(&b.rig, 3);
        for (unsigned k = 0; k < WH_CHANNELS; k++) {
            assert_int_equal(b.h.windows[k] > 0, k % 3 == 0);
        }
        assert_true(compare(&b, &m, WH_U1, false) < 1);
        assert_true(compare(&b, &m, WH_I1, false) < 1);
        free(b.workspace);
    }
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    static float workspace[WH_HARMONICS_WORKSPACE(1024, 1, 8000)];
    wh_metrology_config c = {.fs_mhz = 8000000, .f_nominal_mhz = 50000, .phases = 3};
    wh_harmonics h;
    const size_t len = sizeof workspace / sizeof workspace[0];
    assert_int_equal(wh_harmonics_init(&h, &c, 1024, 1, workspace, len), WH_OK);
    assert_int_equal(wh_harmonics_init(&h, &c, 1024, 1, workspace, 1024), WH_ERR_SPACE);
    assert_int_equal(wh_harmonics_init(&h, &c, 2048, 1, workspace, len), WH_ERR_SPACE);
    assert_int_equal(wh_harmonics_init(&h, &c, 512, 1, workspace, len), WH_ERR_RANGE);
    assert_int_equal(wh_harmonics_init(&h, &c, 1024, 0, workspace, len), WH_ERR_RANGE);
    assert_int_equal(wh_harmonics_init(&h, &c, 1024, 8, workspace, len), WH_ERR_RANGE);
    c.cycles_per_window = 5;
    assert_int_equal(wh_harmonics_init(&h, &c, 1024, 1, workspace, len), WH_ERR_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_order_is_within_half_of_class_I),
        cmocka_unit_test(interharmonics_fall_into_their_group),
        cmocka_unit_test(other_content_does_not_alias),
        cmocka_unit_test(angles_are_to_the_zero_crossing_of_U1),
        cmocka_unit_test(angles_heed_the_calibration),
        cmocka_unit_test(distortion_and_dc_are_exact),
        cmocka_unit_test(windows_follow_each_other_without_a_gap),
        cmocka_unit_test(channels_take_turns_with_fewer_slots),
        cmocka_unit_test(a_meter_of_one_phase_has_three_channels),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
