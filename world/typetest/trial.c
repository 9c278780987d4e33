/* SPDX-License-Identifier: Apache-2.0 */
#include "world/typetest/trial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SETTLE_WINDOWS 5 /* after the oscillator has locked */
#define SETTLE_S       4.0

static void connect_current(const wh_trial *t, wh_exact_signal *s, unsigned k, double place)
{
    unsigned channel = WH_I1 + k;
    double at = place - t->degrees;
    switch (t->wave) {
    case WH_TEST_FIFTH:
        wh_exact_sine(s, channel, 1, t->i_a[k], at);
        wh_exact_sine(s, channel, 5, 0.4 * t->i_a[k], 5 * at);
        break;
    case WH_TEST_FIRED:
        wh_exact_fired(s, channel, t->i_a[k], 90, at);
        break;
    case WH_TEST_BURST:
        wh_exact_burst(s, channel, t->i_a[k], at);
        break;
    case WH_TEST_HALF_WAVE:
        wh_exact_half_wave(s, channel, t->i_a[k], at);
        break;
    case WH_TEST_SINE:
    case WH_TEST_HARMONICS_U:
    default:
        wh_exact_sine(s, channel, 1, t->i_a[k], at);
        break;
    }
}

static void connect_voltage(const wh_trial *t, wh_exact_signal *s, unsigned k, double place)
{
    double u = t->u_part[k] * WH_RIG_U_V;
    wh_exact_sine(s, k, 1, u, place);
    if (t->wave == WH_TEST_FIFTH) {
        wh_exact_sine(s, k, 5, 0.1 * u, 5 * place);
    } else if (t->wave == WH_TEST_HARMONICS_U) {
        wh_exact_sine(s, k, 3, 0.1 * u, 3 * place + 180);
        wh_exact_sine(s, k, 5, 0.1 * u, 5 * place + 40);
        wh_exact_sine(s, k, 7, 0.1 * u, 7 * place + 90);
        wh_exact_sine(s, k, 0, 0.01 * u, 0);
    }
}

void wh_trial_connect(const wh_trial *t, wh_rig *rig)
{
    rig->signal.f_hz = t->f_hz;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        double place = t->reversed ? 120.0 * k : -120.0 * k;
        connect_voltage(t, &rig->signal, k, place);
        connect_current(t, &rig->signal, k, place);
    }
}

/* Sums of a steady state over an even number of windows: a burst takes two of them. */
typedef struct {
    unsigned settled; /* windows since the oscillator locked */
    uint64_t windows;
    int64_t p_uws[WH_PHASES];
    int64_t q_uvars[WH_PHASES];
    int64_t u_uv[WH_PHASES];
    int64_t i_ua[WH_PHASES];
    uint64_t length_q16;
} sums;

typedef struct {
    double f_hz;
    sums odd; /* with a window whose pair is still to come */
    sums even;
    double f_worst_mhz;
} power_watch;

static void watch_power(void *user, wh_rig *rig, unsigned event, unsigned news)
{
    (void)news;
    power_watch *w = user;
    const wh_quantities *q = &rig->metrology.quantities;
    const wh_energy_quantum *e = &rig->metrology.quantum;
    if ((event & WH_EVENT_WINDOW) == 0) {
        return;
    }
    bool any_voltage = q->present != 0;
    if ((any_voltage && !q->locked) || w->odd.settled < SETTLE_WINDOWS) {
        w->odd.settled += q->locked || !any_voltage ? 1 : 0;
        return;
    }
    for (unsigned k = 0; k < WH_PHASES; k++) {
        w->odd.p_uws[k] += e->p_uws[k];
        w->odd.q_uvars[k] += e->q1_uvars[k];
        w->odd.u_uv[k] += q->phase[k].u_uv;
        w->odd.i_ua[k] += q->phase[k].i_ua;
    }
    w->odd.length_q16 += e->length_q16;
    w->odd.windows++;
    double off_mhz = any_voltage ? q->f_uhz / 1e3 - w->f_hz * 1e3 : 0;
    if (fabs(off_mhz) > fabs(w->f_worst_mhz)) {
        w->f_worst_mhz = off_mhz;
    }
    if (w->odd.windows % 2 == 0) {
        w->even = w->odd;
    }
}

static double percent(double measured, double truth)
{
    return truth != 0 ? 100 * (measured - truth) / fabs(truth) : 0;
}

static void keep_worst(double *worst, double error)
{
    if (fabs(error) > fabs(*worst) || isnan(error)) {
        *worst = error;
    }
}

static wh_err evaluate_power(const wh_rig *rig, const power_watch *w, wh_outcome *out)
{
    const sums *s = &w->even;
    if (s->windows == 0) {
        return WH_ERR_STATE; /* it never locked */
    }
    double seconds = (double)s->length_q16 / 65536 / WH_RIG_FS_HZ;
    double p = 0, p_true = 0, q = 0, q_true = 0, squares = 0;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        double windows = (double)s->windows;
        double phase_true = wh_exact_p(&rig->signal, k, WH_I1 + k) * seconds;
        double phase_ws = (double)s->p_uws[k] / 1e6;
        squares += pow(percent(phase_ws, phase_true), 2);
        p += phase_ws;
        p_true += phase_true;
        q += (double)s->q_uvars[k] / 1e6;
        q_true += wh_exact_q1(&rig->signal, k, WH_I1 + k) * seconds;
        keep_worst(&out->value[WH_GIVES_P_ONLY], percent(phase_ws, phase_true));
        keep_worst(&out->value[WH_GIVES_U],
                   percent((double)s->u_uv[k] / windows / 1e6, wh_exact_rms(&rig->signal, k)));
        keep_worst(&out->value[WH_GIVES_I], percent((double)s->i_ua[k] / windows / 1e6,
                                                    wh_exact_rms(&rig->signal, WH_I1 + k)));
    }
    out->value[WH_GIVES_P] = percent(p, p_true);
    out->value[WH_GIVES_Q] = percent(q, q_true);
    out->value[WH_GIVES_P_RMS] = sqrt(squares / WH_PHASES);
    out->value[WH_GIVES_F] = w->f_worst_mhz;
    return WH_OK;
}

static wh_err run_power(const wh_trial *t, wh_rig *rig, wh_outcome *out)
{
    power_watch watch = {.f_hz = t->f_hz};
    rig->visit = watch_power;
    rig->user = &watch;
    wh_trial_connect(t, rig);
    wh_err err = wh_rig_play(rig, SETTLE_S + t->seconds);
    return err == WH_OK ? evaluate_power(rig, &watch, out) : err;
}

/* All active energy a bank has booked in total, in either direction, in kWh. */
static double booked_kwh(const wh_rig *rig)
{
    double mwh = 0;
    for (int r = WH_REG_ACTIVE_IMPORT; r <= WH_REG_ACTIVE_EXPORT; r++) {
        const wh_energy *e = &rig->registers.reg[WH_REG_TOTAL][r];
        mwh += (double)e->mwh + e->rest_uws / 3.6e6;
    }
    return mwh / 1e6;
}

/* arg[0]: crosstalk into the currents, as power at 1.15 Un, part of the creep threshold. */
static wh_err run_no_load(const wh_trial *t, wh_rig *rig, wh_outcome *out)
{
    wh_trial_connect(t, rig);
    for (unsigned k = 0; k < WH_PHASES && t->arg[0] > 0; k++) {
        double amperes = t->arg[0] * (double)rig->config.creep_uw / 1e6 / (WH_RIG_U_V * 1.15);
        wh_exact_sine(&rig->signal, WH_I1 + k, 1, amperes, -120.0 * k);
    }
    wh_err err = wh_rig_play(rig, t->seconds);
    out->value[WH_GIVES_PULSES] = booked_kwh(rig) * wh_rig_ratings[t->meter].imp_per_kwh;
    return err;
}

/* arg[0]: 0 three interruptions of 1 s, 50 ms apart; 1 one of 20 ms; 2 a dip to half, 1 min. */
static wh_err run_supply(const wh_trial *t, wh_rig *rig, wh_outcome *out)
{
    enum { VOLTAGES = 1U << WH_U1 | 1U << WH_U2 | 1U << WH_U3 };
    wh_exact_signal *s = &rig->signal;
    wh_trial_connect(t, rig);
    double at = 3;
    if (t->arg[0] == 0) {
        for (int i = 0; i < 3; i++) {
            wh_exact_add_step(s, at, VOLTAGES, 0);
            wh_exact_add_step(s, at + 1, VOLTAGES, 1);
            at += 1.05;
        }
    } else if (t->arg[0] == 1) {
        wh_exact_add_step(s, at, VOLTAGES, 0);
        wh_exact_add_step(s, at + 0.02, VOLTAGES, 1);
    } else {
        wh_exact_add_step(s, at, VOLTAGES, 0.5);
        wh_exact_add_step(s, at + 60, VOLTAGES, 1);
    }
    wh_err err = wh_rig_play(rig, t->seconds);
    out->value[WH_GIVES_KWH] = booked_kwh(rig);
    return err;
}

wh_outcome wh_trial_run(const wh_trial *t, double snr_db, uint64_t seed)
{
    wh_outcome out = {.err = WH_ERR_SPACE};
    wh_rig *rig = malloc(sizeof *rig);
    if (rig == NULL) {
        return out;
    }
    out.err = wh_rig_open(rig, t->meter, t->f_nominal_hz, snr_db, seed);
    if (out.err == WH_OK) {
        switch (t->kind) {
        case WH_TRIAL_POWER:
            out.err = run_power(t, rig, &out);
            break;
        case WH_TRIAL_NO_LOAD:
            out.err = run_no_load(t, rig, &out);
            break;
        case WH_TRIAL_SUPPLY:
            out.err = run_supply(t, rig, &out);
            break;
        case WH_TRIAL_FREQUENCY:
        case WH_TRIAL_VOLTAGE:
        case WH_TRIAL_EVENT:
        case WH_TRIAL_UNBALANCE:
        case WH_TRIAL_HARMONIC:
        case WH_TRIAL_INTERHARMONIC:
        case WH_TRIAL_FLICKER:
        case WH_TRIAL_AGGREGATE:
        default:
            out.err = wh_trial_quality(t, rig, &out);
            break;
        }
    }
    if (out.err == WH_OK && rig->converter.saturated > 0) {
        out.err = WH_ERR_RANGE; /* the trial left the converter's range: it says nothing */
    }
    wh_rig_close(rig);
    free(rig);
    return out;
}

double wh_trial_cost_s(const wh_trial *t)
{
    return t->seconds + SETTLE_S;
}
