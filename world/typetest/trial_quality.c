/* SPDX-License-Identifier: Apache-2.0 */
/* trial_quality.c - trials of power quality. What arg[] means is said at each of them. */
#include "world/typetest/rig_quality.h"
#include "world/typetest/trial.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#define PI             3.14159265358979323846
#define Q16            65536.0
#define SETTLE_S       3.0
#define FLICKER_TICK_S 62.0
#define UTC_TICK_MS    INT64_C(1782000000000) /* a tick of 10 min */

static void keep_worst(double *worst, double error)
{
    if (fabs(error) > fabs(*worst) || isnan(error)) {
        *worst = error;
    }
}

/* What a visitor needs. */
typedef struct {
    const wh_trial *trial;
    wh_outcome *out;
    unsigned seen; /* results looked at */
    unsigned skip; /* results still to be passed over while the meter settles */
    double truth[4];
    uint64_t previous_end_q16;
} watch;

static bool passed_over(watch *w)
{
    if (w->skip > 0) {
        w->skip--;
        return true;
    }
    w->seen++;
    return false;
}

/* Open the parts, connect the signal, run, and see that there was something to look at. */
static wh_err run(const wh_trial *t, wh_rig *rig, unsigned parts, watch *w,
                  void (*visit)(void *, wh_rig *, unsigned, unsigned))
{
    wh_err err = wh_rig_quality_open(rig, parts);
    if (err != WH_OK) {
        return err;
    }
    wh_trial_connect(t, rig);
    rig->visit = visit;
    rig->user = w;
    if (t->kind == WH_TRIAL_FLICKER) {
        wh_power_quality_time(&rig->quality->quality, &rig->metrology,
                              UTC_TICK_MS - (int64_t)(FLICKER_TICK_S * 1000));
    }
    err = wh_rig_play(rig, SETTLE_S + t->seconds);
    return err == WH_OK && w->seen == 0 ? WH_ERR_STATE : err;
}

static void watch_frequency(void *user, wh_rig *rig, unsigned event, unsigned news)
{
    (void)event;
    watch *w = user;
    if ((news & WH_QUALITY_NEWS_FREQUENCY) != 0 && !passed_over(w)) {
        double f_hz = rig->quality->quality.aggregate.f_10s_uhz / 1e6;
        keep_worst(&w->out->value[WH_GIVES_F_10S], (f_hz - w->trial->f_hz) * 1000);
    }
}

static void watch_voltage(void *user, wh_rig *rig, unsigned event, unsigned news)
{
    (void)event;
    watch *w = user;
    if ((news & WH_QUALITY_NEWS_VOLTAGE) == 0 || passed_over(w)) {
        return;
    }
    for (unsigned k = 0; k < WH_PHASES; k++) {
        double u_v = (double)rig->quality->quality.aggregate.voltage.u_v[k];
        keep_worst(&w->out->value[WH_GIVES_U_WINDOW],
                   (u_v - wh_exact_rms(&rig->signal, k)) / WH_RIG_U_V * 100);
    }
}

/* truth: u2 and u0 in percent. */
static void watch_unbalance(void *user, wh_rig *rig, unsigned event, unsigned news)
{
    (void)news;
    watch *w = user;
    if ((event & WH_EVENT_WINDOW) != 0 && !passed_over(w)) {
        const wh_quantities *q = &rig->metrology.quantities;
        keep_worst(&w->out->value[WH_GIVES_U2], q->u2_ppm / 1e4 - w->truth[0]);
        keep_worst(&w->out->value[WH_GIVES_U0], q->u0_ppm / 1e4 - w->truth[1]);
    }
}

static wh_err run_unbalance(const wh_trial *t, wh_rig *rig, wh_outcome *out)
{
    double complex a = cexp(2 * PI / 3 * I), positive = 0, negative = 0, zero = 0;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        double complex u = t->u_part[k] * cexp(-2 * PI / 3 * k * I);
        positive += u * cpow(a, k) / 3;
        negative += u * cpow(a, 2 * k) / 3;
        zero += u / 3;
    }
    watch w = {.trial = t, .out = out, .skip = 8};
    w.truth[0] = 100 * cabs(negative) / cabs(positive);
    w.truth[1] = 100 * cabs(zero) / cabs(positive);
    return run(t, rig, 0, &w, watch_unbalance);
}

/* Orders at or above these parts of nominal are judged by their value, others by nominal
 * (IEC 61000-4-7 class I). */
#define U_BY_VALUE 1.0
#define I_BY_VALUE 3.0

static double group_error(double measured, double nominal, double part, double by_value)
{
    double truth = nominal * part / 100;
    return 100 * (measured - truth) / (part >= by_value ? truth : nominal);
}

/* arg: [0] order, [1] percent of Un in the voltage, [2] percent of In in the current. */
static void watch_harmonic(void *user, wh_rig *rig, unsigned event, unsigned news)
{
    (void)event;
    watch *w = user;
    const wh_harmonics *h = &rig->quality->harmonics;
    if ((news & WH_QUALITY_NEWS_HARMONICS) == 0 || !h->locked || passed_over(w)) {
        return;
    }
    const wh_trial *t = w->trial;
    bool between = t->kind == WH_TRIAL_INTERHARMONIC;
    unsigned order = (unsigned)t->arg[0];
    double i_nominal = wh_rig_ratings[t->meter].i_basic_a;
    for (unsigned k = 0; k < WH_CHANNELS - 1; k++) {
        const wh_harmonic_spectrum *s = &h->spectrum[k];
        double measured = (double)(between ? s->interharmonic[order] : s->harmonic[order]);
        double nominal = k < WH_I1 ? WH_RIG_U_V : i_nominal;
        unsigned gives = k < WH_I1 ? WH_GIVES_H_U : WH_GIVES_H_I;
        keep_worst(&w->out->value[gives],
                   group_error(measured, nominal, k < WH_I1 ? t->arg[1] : t->arg[2],
                               k < WH_I1 ? U_BY_VALUE : I_BY_VALUE));
        for (unsigned n = 2; n <= h->orders; n++) {
            if (n != order) {
                gives = k < WH_I1 ? WH_GIVES_SPUR_U : WH_GIVES_SPUR_I;
                keep_worst(&w->out->value[gives], 100 * (double)s->harmonic[n] / nominal);
            }
        }
    }
}

static wh_err run_harmonic(const wh_trial *t, wh_rig *rig, wh_outcome *out)
{
    watch w = {.trial = t, .out = out, .skip = 5};
    for (unsigned k = 0; k < WH_PHASES; k++) {
        double place = -120.0 * k * t->arg[0];
        wh_exact_sine(&rig->signal, k, t->arg[0], WH_RIG_U_V * t->arg[1] / 100, place + 35);
        wh_exact_sine(&rig->signal, WH_I1 + k, t->arg[0],
                      wh_rig_ratings[t->meter].i_basic_a * t->arg[2] / 100, place - 80);
    }
    return run(t, rig, WH_RIG_HARMONICS, &w, watch_harmonic);
}

/* arg: [0..2] change in percent by phase; [3..5] above 0 sine modulation in Hz, below 0 square
 * changes per minute. Sines give Pinst, squares the Pst of the first whole 10 min, which begin
 * after a minute of settling; all three are of one kind. */
static void watch_flicker(void *user, wh_rig *rig, unsigned event, unsigned news)
{
    watch *w = user;
    const wh_flicker *f = &rig->quality->flicker;
    bool sine = w->trial->arg[3] > 0;
    double settled_s = (double)rig->signal.samples / WH_RIG_FS_HZ;
    if (sine && (event & WH_EVENT_HALF_CYCLE) != 0 && settled_s > w->trial->seconds / 2) {
        for (unsigned k = 0; k < WH_PHASES; k++) {
            w->truth[k] = fmax(w->truth[k], (double)f->pinst[k]);
        }
        w->seen++;
    }
    if (!sine && (news & WH_QUALITY_NEWS_TEN_MINUTES) != 0 && !passed_over(w)) {
        for (unsigned k = 0; k < WH_PHASES; k++) {
            w->truth[k] = (double)f->pst[k];
        }
    }
}

static wh_err run_flicker(const wh_trial *t, wh_rig *rig, wh_outcome *out)
{
    watch w = {.trial = t, .out = out};
    for (unsigned k = 0; k < WH_PHASES; k++) {
        double depth = t->arg[k] / 100, rate = t->arg[3 + k], place = -120.0 * k;
        if (rate > 0) {
            double side = WH_RIG_U_V * depth / 4, order = rate / t->f_hz;
            wh_exact_sine(&rig->signal, k, 1 - order, side, place + 90);
            wh_exact_sine(&rig->signal, k, 1 + order, side, place - 90);
        } else {
            rig->signal.channel[k].square_depth = depth;
            rig->signal.channel[k].square_hz = -rate / 120;
        }
    }
    w.skip = t->arg[3] > 0 ? 0 : 1;
    wh_err err = run(t, rig, WH_RIG_FLICKER, &w, watch_flicker);
    for (unsigned k = 0; k < WH_PHASES; k++) {
        out->value[WH_GIVES_FLICKER + k] = 100 * (w.truth[k] - 1);
        out->value[WH_GIVES_FLUCTUATION + k] = 100 * (1 / sqrt(w.truth[k]) - 1);
    }
    return err;
}

/* arg: [0] level, [1] cycles, [2] phases (bits), [3] where in the cycle of L1 it starts, turns. */
static wh_err run_event(const wh_trial *t, wh_rig *rig, wh_outcome *out)
{
    unsigned phases = (unsigned)t->arg[2];
    double start_s = ceil(SETTLE_S * t->f_hz + t->arg[3]) / t->f_hz + t->arg[3] / t->f_hz;
    wh_exact_add_step(&rig->signal, start_s, phases, t->arg[0]);
    wh_exact_add_step(&rig->signal, start_s + t->arg[1] / t->f_hz, phases, 1);
    watch w = {.trial = t, .out = out, .seen = 1};
    wh_err err = run(t, rig, 0, &w, NULL);
    if (err != WH_OK) {
        return err;
    }
    wh_quality_event_kind kind = t->arg[0] > 1                     ? WH_QUALITY_SWELL
                                 : t->arg[0] < 0.05 && phases == 7 ? WH_QUALITY_INTERRUPTION
                                                                   : WH_QUALITY_DIP;
    unsigned found = 0;
    for (uint32_t n = 0; n < rig->quality->quality.ring.count; n++) {
        const wh_quality_event *e = wh_power_quality_event(&rig->quality->quality, n);
        if (e == NULL || e->kind != kind) {
            continue;
        }
        double cycle_q16 = WH_RIG_FS_HZ / t->f_hz * Q16;
        double length = (double)(e->end_q16 - e->start_q16) / cycle_q16;
        out->value[WH_GIVES_RESIDUAL] =
            ((double)e->extreme_uv / 1e6 / WH_RIG_U_V - t->arg[0]) * 100;
        out->value[WH_GIVES_DURATION] = length - t->arg[1];
        out->value[WH_GIVES_START] = (double)e->start_q16 / cycle_q16 - start_s * t->f_hz;
        found++;
    }
    return found == 1 ? WH_OK : WH_ERR_STATE; /* none, or one event counted twice */
}

wh_err wh_trial_quality(const wh_trial *t, wh_rig *rig, wh_outcome *out)
{
    watch w = {.trial = t, .out = out, .skip = 1};
    switch (t->kind) {
    case WH_TRIAL_FREQUENCY:
        return run(t, rig, 0, &w, watch_frequency);
    case WH_TRIAL_VOLTAGE:
        w.skip = 5;
        return run(t, rig, 0, &w, watch_voltage);
    case WH_TRIAL_EVENT:
        return run_event(t, rig, out);
    case WH_TRIAL_UNBALANCE:
        return run_unbalance(t, rig, out);
    case WH_TRIAL_HARMONIC:
    case WH_TRIAL_INTERHARMONIC:
        return run_harmonic(t, rig, out);
    case WH_TRIAL_FLICKER:
        return run_flicker(t, rig, out);
    case WH_TRIAL_AGGREGATE:
        return wh_trial_aggregate(t, rig, out);
    case WH_TRIAL_POWER:
    case WH_TRIAL_NO_LOAD:
    case WH_TRIAL_SUPPLY:
    default:
        return WH_ERR_UNSUPPORTED;
    }
}
