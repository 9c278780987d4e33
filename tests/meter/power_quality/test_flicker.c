/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of IEC 61000-4-15 for Pinst = 1 (sine) and Pst = 1 (rectangle), point by point.
 * An unsanitized build runs them all; a sanitized one, ten times slower, a few. */
#include "tests/meter/power_quality/quality_rig.h"

#include "meter/power_quality/flicker.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct {
    double rate;    /* Hz (sine), changes per minute (rectangle) */
    double percent; /* delta U / U */
} point;

/* Pinst = 1, 230 V 50 Hz (edition 2010, table 1b) */
static const point sine_230[] = {
    {0.5, 2.325},  {1.0, 1.397},  {1.5, 1.067},  {2.0, 0.879},  {2.5, 0.747},  {3.0, 0.645},
    {3.5, 0.564},  {4.0, 0.497},  {4.5, 0.442},  {5.0, 0.396},  {5.5, 0.357},  {6.0, 0.325},
    {6.5, 0.300},  {7.0, 0.280},  {7.5, 0.265},  {8.0, 0.256},  {8.8, 0.250},  {9.5, 0.254},
    {10.0, 0.261}, {10.5, 0.271}, {11.0, 0.283}, {11.5, 0.298}, {12.0, 0.314}, {13.0, 0.351},
    {14.0, 0.393}, {15.0, 0.438}, {16.0, 0.486}, {17.0, 0.537}, {18.0, 0.590}, {19.0, 0.646},
    {20.0, 0.704}, {21.0, 0.764}, {22.0, 0.828}, {23.0, 0.894}, {24.0, 0.964}, {25.0, 1.037},
};
static const point sine_120[] = {
    {0.5, 2.457},
    {8.8, 0.321},
    {20.0, 0.977},
};
/* Pst = 1 */
static const point square_230[] = {
    {110, 0.722}, {1620, 0.407}, {39, 0.894}, {1, 2.715}, {2, 2.191}, {7, 1.450}, {4000, 2.343},
};
static const point square_120[] = {
    {110, 0.844}, {1620, 0.547}, {39, 1.045}, {1, 3.181}, {2, 2.564}, {7, 1.694},
};

typedef struct {
    double f_hz;
    double u_v;
    double dc_v;
    double fifth;
    bool rectangle;
    point p[WH_PHASES];
} modulated;

static void modulate(const void *user, double t, double value[WH_CHANNELS])
{
    const modulated *m = user;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        const double f = m->rectangle ? m->p[k].rate / 120.0 : m->p[k].rate;
        const double x = sin(2 * RIG_PI * f * t);
        const double shape = m->rectangle ? (fmod(f * t, 1.0) < 0.5 ? 1 : -1) : x;
        const double angle = 2 * RIG_PI * (m->f_hz * t - k / 3.0);
        const double envelope = 1 + m->p[k].percent / 200.0 * shape;
        value[k] =
            m->dc_v + m->u_v * RIG_SQRT2 * envelope * (sin(angle) + m->fifth * sin(5 * angle));
    }
}

static void start(quality_rig *rig, wh_flicker *flicker, const modulated *m, wh_lamp lamp)
{
    rig->signal = modulate;
    rig->user = m;
    rig_start(rig);
    assert_int_equal(wh_flicker_init(flicker, &rig->metrology_config, lamp), WH_OK);
    wh_power_quality_join(&rig->quality, &flicker->part);
}

static void take_max(quality_rig *rig, unsigned news)
{
    if ((news & WH_QUALITY_NEWS_HALF_CYCLE) != 0) {
        wh_flicker *flicker = (wh_flicker *)rig->quality.parts;
        double *most = rig->seen;
        for (unsigned k = 0; k < WH_PHASES; k++) {
            most[k] = fmax(most[k], (double)flicker->pinst[k]);
        }
    }
}

/* Largest Pinst of up to three points at once, one on each phase. */
static double sine_points(const point *p, unsigned count, wh_lamp lamp, double settle_s)
{
    const bool fifty = lamp == WH_LAMP_230_V_50_HZ;
    modulated m = {.f_hz = fifty ? 50 : 60, .u_v = fifty ? 230 : 120};
    quality_rig rig = {.f_nominal_hz = m.f_hz, .fs_hz = 8000};
    wh_flicker flicker;
    double most[WH_PHASES] = {0};
    double worst = 0;

    for (unsigned k = 0; k < WH_PHASES; k++) {
        m.p[k] = p[k < count ? k : count - 1];
    }
    start(&rig, &flicker, &m, lamp);
    rig_run(&rig, settle_s);
    rig.news = take_max;
    rig.seen = most;
    rig_run(&rig, 6);
    for (unsigned k = 0; k < count; k++) {
        print_message("  sine %4.1f Hz %.3f %%: Pinst %.4f\n", p[k].rate, p[k].percent, most[k]);
        worst = fmax(worst, fabs(most[k] - 1));
    }
    return worst;
}

static double square_points(const point *p, unsigned count, wh_lamp lamp)
{
    const bool fifty = lamp == WH_LAMP_230_V_50_HZ;
    modulated m = {.f_hz = fifty ? 50 : 60, .u_v = fifty ? 230 : 120, .rectangle = true};
    quality_rig rig = {.f_nominal_hz = m.f_hz, .fs_hz = 2400};
    wh_flicker flicker;
    double worst = 0;

    for (unsigned k = 0; k < WH_PHASES; k++) {
        m.p[k] = p[k < count ? k : count - 1];
    }
    start(&rig, &flicker, &m, lamp);
    rig_run(&rig, 60);
    wh_power_quality_time(&rig.quality, &rig.metrology, 599900); /* a tick: forget the start */
    rig_run(&rig, 600.5);
    for (unsigned k = 0; k < count; k++) {
        const double pst = (double)flicker.pst[k];
        print_message("  rectangle %4.0f/min %.3f %%: Pst %.4f\n", p[k].rate, p[k].percent, pst);
        worst = fmax(worst, fabs(pst - 1) / (p[k].rate >= 4000 ? 3 : 1));
    }
    return worst;
}

static void pinst_is_one_at_every_point_of_the_sine_table(void **state)
{
    (void)state;
    double worst = 0;
    const unsigned count = sizeof sine_230 / sizeof sine_230[0];
    for (unsigned i = RIG_QUICK ? 15 : 0; i < (RIG_QUICK ? 18 : count); i += 3) {
        worst = fmax(worst, sine_points(&sine_230[i], 3, WH_LAMP_230_V_50_HZ, RIG_QUICK ? 10 : 40));
    }
    if (!RIG_QUICK) {
        worst = fmax(worst, sine_points(sine_120, 3, WH_LAMP_120_V_60_HZ, 40));
    }
    print_message("Pinst: worst %.2f %%%s\n", 100 * worst, RIG_QUICK ? " (a few points)" : "");
    assert_true(worst < 0.03);
}

static void pst_is_one_at_every_point_of_the_rectangle_table(void **state)
{
    (void)state;
    double worst = square_points(square_230, 3, WH_LAMP_230_V_50_HZ);
    if (!RIG_QUICK) {
        worst = fmax(worst, square_points(square_230 + 3, 3, WH_LAMP_230_V_50_HZ));
        worst = fmax(worst, square_points(square_230 + 6, 1, WH_LAMP_230_V_50_HZ));
        worst = fmax(worst, square_points(square_120, 3, WH_LAMP_120_V_60_HZ));
        worst = fmax(worst, square_points(square_120 + 3, 3, WH_LAMP_120_V_60_HZ));
    }
    print_message("Pst: worst %.2f %%%s\n", 100 * worst, RIG_QUICK ? " (a few points)" : "");
    assert_true(worst < 0.01);
}

/* DC, harmonics and another frequency are not flicker. */
static void a_steady_distorted_voltage_does_not_flicker(void **state)
{
    (void)state;
    modulated m = {.f_hz = 49.3, .u_v = 230, .dc_v = 3, .fifth = 0.08};
    quality_rig rig = {.fs_hz = 8000};
    wh_flicker flicker;
    double most[WH_PHASES] = {0};
    start(&rig, &flicker, &m, WH_LAMP_230_V_50_HZ);
    rig_run(&rig, RIG_QUICK ? 20 : 60);
    rig.news = take_max;
    rig.seen = most;
    rig_run(&rig, 10);
    print_message("steady, 49.3 Hz, 8 %% of 5th, 3 V of DC: Pinst %.2g\n", most[0]);
    assert_true(most[0] < 0.002 && most[1] < 0.002 && most[2] < 0.002);
}

static void plt_is_the_cubic_mean_of_twelve_pst(void **state)
{
    (void)state;
    wh_flicker f;
    const wh_metrology_config config = {.fs_mhz = 8000000, .f_nominal_mhz = 50000, .phases = 1};
    assert_int_equal(wh_flicker_init(&f, &config, WH_LAMP_230_V_50_HZ), WH_OK);
    double cubes = 0;
    for (unsigned i = 0; i < 12; i++) {
        /* all of the time in one class: Pst² is 0.5096 times its Pinst */
        f.phase[0].classes[40 + 3 * i] = 1000;
        f.phase[0].count = 1000;
        f.part.calls->ten_minutes(&f.part, i == 5 ? WH_QUALITY_FLAG_DIP : 0);
        cubes += pow((double)f.pst[0], 3);
    }
    f.part.calls->two_hours(&f.part, 0);
    assert_float_equal((double)f.plt[0], cbrt(cubes / 12), 1e-4);
    assert_int_equal(f.plt_flags, WH_QUALITY_FLAG_DIP);
    f.part.calls->ten_minutes(&f.part, 0);
    f.part.calls->two_hours(&f.part, 0);
    assert_int_equal(f.plt_flags, WH_QUALITY_FLAG_PARTIAL);
    assert_float_equal((double)f.plt[0], 0, 1e-9);
}

static void an_unknown_lamp_is_refused(void **state)
{
    (void)state;
    wh_flicker f;
    const wh_metrology_config config = {.fs_mhz = 8000000, .f_nominal_mhz = 50000, .phases = 1};
    assert_int_equal(wh_flicker_init(&f, &config, WH_LAMPS), WH_ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pinst_is_one_at_every_point_of_the_sine_table),
        cmocka_unit_test(pst_is_one_at_every_point_of_the_rectangle_table),
        cmocka_unit_test(a_steady_distorted_voltage_does_not_flicker),
        cmocka_unit_test(plt_is_the_cubic_mean_of_twelve_pst),
        cmocka_unit_test(an_unknown_lamp_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
