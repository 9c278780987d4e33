/* SPDX-License-Identifier: Apache-2.0 */
/* trial_aggregate.c - 150/180 cycles, 10 min, gaps, flags and the clock (IEC 61000-4-30, 4.4
 * to 4.7).
 *
 *   0 s        5 s dip, 0.2 s     15 s tick of 10 min        615 s next tick
 *   |───────────▄──────────────────|──── voltage steps by 5 % ────|───
 *
 * The voltage of L1 steps at zero crossings, so the mean square over an interval follows from
 * the lengths of its steps. */
#include "world/typetest/rig_quality.h"
#include "world/typetest/trial.h"

#include <math.h>

#define Q16      65536.0
#define TICK_S   15.0
#define DIP_S    5.0
#define DIP_LEN  0.2
#define DIP_PART 0.5
#define STEP_S   47.02 /* whole cycles at 50 Hz */
#define LOW      0.95
#define STEPS    13
#define UTC_MS   INT64_C(1782000000000) /* a tick of 10 min and of 2 h */

typedef struct {
    wh_outcome *out;
    unsigned intervals; /* of 10 min */
    unsigned shorts;
    uint64_t voltage_end_q16;
    uint64_t harmonics_end_q16;
} watch;

static double seconds_of(uint64_t q16)
{
    return (double)q16 / Q16 / WH_RIG_FS_HZ;
}

/* Mean of the squared level from a to b. */
static double mean_square(const wh_exact_signal *s, double a, double b)
{
    double sum = 0, level = 1, at = a;
    for (size_t i = 0; i < s->step_count; i++) {
        double step = fmin(fmax(s->step[i].start_s, a), b);
        sum += (step - at) * level * level;
        at = step;
        level = s->step[i].level;
    }
    return (sum + (b - at) * level * level) / (b - a);
}

static double interval_error(const wh_exact_signal *s, const wh_interval *v)
{
    double truth = sqrt(mean_square(s, seconds_of(v->start_q16), seconds_of(v->end_q16)));
    return 100 * ((double)v->value[WH_AGGREGATE_U1] / WH_RIG_U_V - truth);
}

static void keep_worst(double *worst, double error)
{
    if (fabs(error) > fabs(*worst) || isnan(error)) {
        *worst = error;
    }
}

/* 1 where the flag is wrong: the dip is in the interval for a cycle or more and it is not
 * flagged, or it is flagged and the dip is not within a cycle of it. */
static double wrong_flag(uint64_t start_q16, uint64_t end_q16, uint8_t flags)
{
    double from = fmax(seconds_of(start_q16), DIP_S);
    double to = fmin(seconds_of(end_q16), DIP_S + DIP_LEN);
    bool flagged = (flags & WH_QUALITY_FLAG_DIP) != 0;
    return (to - from > 0.02 && !flagged) || (to - from < -0.02 && flagged) ? 1 : 0;
}

static void look(void *user, wh_rig *rig, unsigned event, unsigned news)
{
    (void)event;
    watch *w = user;
    const wh_aggregate *a = &rig->quality->quality.aggregate;
    double *gives = w->out->value;
    if ((news & WH_QUALITY_NEWS_HARMONICS) != 0) {
        const wh_harmonics *h = &rig->quality->harmonics;
        if (w->harmonics_end_q16 != 0) {
            keep_worst(&gives[WH_GIVES_GAPS],
                       (double)(int64_t)(h->start_q16 - w->harmonics_end_q16) / Q16);
        }
        w->harmonics_end_q16 = h->end_q16;
    }
    if ((news & WH_QUALITY_NEWS_VOLTAGE) != 0) {
        const wh_voltage_window *v = &a->voltage;
        /* at a tick the new run begins before the old one ends: an overlap is no gap */
        if (w->voltage_end_q16 != 0 && v->start_q16 > w->voltage_end_q16) {
            keep_worst(&gives[WH_GIVES_GAPS], (double)(v->start_q16 - w->voltage_end_q16) / Q16);
        }
        w->voltage_end_q16 = v->end_q16 > w->voltage_end_q16 ? v->end_q16 : w->voltage_end_q16;
        gives[WH_GIVES_FLAGS] += wrong_flag(v->start_q16, v->end_q16, v->flags);
    }
    if ((news & WH_QUALITY_NEWS_SHORT) != 0) {
        const wh_interval *v = &a->short_interval;
        keep_worst(&gives[WH_GIVES_150], interval_error(&rig->signal, v));
        gives[WH_GIVES_FLAGS] += wrong_flag(v->start_q16, v->end_q16, v->flags);
        w->shorts++;
    }
    if ((news & WH_QUALITY_NEWS_TEN_MINUTES) != 0) {
        const wh_interval *v = &a->ten_minutes;
        keep_worst(&gives[WH_GIVES_10MIN], interval_error(&rig->signal, v));
        gives[WH_GIVES_FLAGS] += wrong_flag(v->start_q16, v->end_q16, v->flags);
        if (w->intervals++ > 0) { /* the first began with the meter, not at a tick */
            gives[WH_GIVES_CLOCK] = (seconds_of(v->start_q16) - TICK_S) * 50;
        }
    }
}

wh_err wh_trial_aggregate(const wh_trial *t, wh_rig *rig, wh_outcome *out)
{
    watch w = {.out = out};
    wh_err err = wh_rig_quality_open(rig, WH_RIG_HARMONICS);
    if (err != WH_OK) {
        return err;
    }
    wh_trial_connect(t, rig);
    wh_exact_add_step(&rig->signal, DIP_S, 7, DIP_PART);
    wh_exact_add_step(&rig->signal, DIP_S + DIP_LEN, 7, 1);
    for (int i = 0; i < STEPS; i++) {
        wh_exact_add_step(&rig->signal, TICK_S + 3.0 + i * STEP_S, 7, i % 2 == 0 ? LOW : 1);
    }
    rig->visit = look;
    rig->user = &w;
    err = wh_rig_play(rig, 1);
    if (err == WH_OK) {
        int64_t now_ms = UTC_MS + (int64_t)llrint((1.0 - TICK_S) * 1000);
        wh_power_quality_time(&rig->quality->quality, &rig->metrology, now_ms);
        err = wh_rig_play(rig, t->seconds);
    }
    return err == WH_OK && (w.intervals < 2 || w.shorts < 150) ? WH_ERR_STATE : err;
}
