/* SPDX-License-Identifier: Apache-2.0 */
#include "world/analysis/analysis.h"

#include "world/analysis/harmonic_fit.h"

#include <math.h>
#include <string.h>

enum {
    FREQUENCY_HARMONICS = 15 /* more do not make the frequency better */
};

/* Harmonics are used up to this part of the sample rate. */
static const double BAND = 0.45;

/* ---- means over whole periods ------------------------------------------------------------- */

/* Where the means are taken: from sample `begin` over `length`, both with a fraction. */
typedef struct {
    double begin;
    double length;
    double cycles;
    bool plain;
    size_t count;
} window;

static double product(const double *x, const double *y, size_t n)
{
    return y != NULL ? x[n] * y[n] : x[n];
}

/* Mean of x, or of x y. */
static double mean_over(const window *w, const double *x, const double *y)
{
    double sum = 0;
    if (w->plain) {
        for (size_t n = 0; n < w->count; n++) {
            sum += product(x, y, n);
        }
        return sum / (double)w->count;
    }
    double end = w->begin + w->length;
    size_t first = (size_t)ceil(w->begin - 1e-12);
    size_t last = (size_t)floor(end + 1e-12);
    for (size_t n = first; n <= last; n++) {
        sum += product(x, y, n);
    }
    double at_first = product(x, y, first);
    double at_last = product(x, y, last);
    sum -= 0.5 * (at_first + at_last); /* trapezoid */
    double before = (double)first - w->begin;
    double after = end - (double)last;
    if (before > 1e-12) {
        double at_begin = at_first + (product(x, y, first - 1) - at_first) * before;
        sum += 0.5 * (at_begin + at_first) * before;
    }
    if (after > 1e-12) {
        double at_end = at_last + (product(x, y, last + 1) - at_last) * after;
        sum += 0.5 * (at_last + at_end) * after;
    }
    return sum / w->length;
}

/* ---- frequency ---------------------------------------------------------------------------- */

static size_t harmonics_of(double fs_hz, double f_nominal_hz)
{
    double h = floor(BAND * fs_hz / f_nominal_hz);
    return h < 1 ? 1 : h > WH_HARMONICS_MAX ? WH_HARMONICS_MAX : (size_t)h;
}

/* NaN where there is none. */
static double frequency_of(const wh_analysis_range *r, const double *x, double start_hz)
{
    double f = start_hz;
    size_t h = harmonics_of(r->fs_hz, start_hz > 0 ? start_hz : 60);
    h = h < FREQUENCY_HARMONICS ? h : FREQUENCY_HARMONICS;
    return wh_frequency_find(x, r->count, r->fs_hz, h, &f) == WH_OK ? f : NAN;
}

double wh_analysis_nominal(const wh_analysis_range *range, const wh_analysis_input *input,
                           size_t phases)
{
    if (range->f_nominal_hz > 0) {
        return range->f_nominal_hz;
    }
    for (size_t k = 0; k < phases; k++) {
        double f = frequency_of(range, input[k].u, 0);
        if (!isnan(f)) {
            return f < 55 ? 50 : 60;
        }
    }
    return 50;
}

/* With `periodic` the range itself says the frequency: the nearest whole number of periods. */
static wh_err periodic_frequency(const wh_analysis_range *r, double nominal, double *f_hz,
                                 const char *place, wh_message *m)
{
    double periods = (double)r->count * nominal / r->fs_hz;
    double whole = round(periods);
    if (whole < 1 || fabs(periods - whole) > 0.1) {
        wh_message_set(m, "%s: %zu samples are %.3f periods of %g Hz, not a whole number of them",
                       place, r->count, periods, nominal);
        return WH_ERR_RANGE;
    }
    *f_hz = whole * r->fs_hz / (double)r->count;
    return WH_OK;
}

static wh_err find_window(const wh_analysis_range *r, double f_hz, window *w, const char *place,
                          wh_message *m)
{
    double span = (double)(r->count - 1);
    w->count = r->count;
    w->plain = r->periodic;
    if (r->periodic) {
        w->cycles = (double)r->count * f_hz / r->fs_hz;
        return WH_OK;
    }
    w->cycles = floor(span * f_hz / r->fs_hz + 1e-9);
    if (w->cycles < 1) {
        wh_message_set(m, "%s: needs at least one whole period: %zu samples are %.3f of %g Hz",
                       place, r->count, span * f_hz / r->fs_hz, f_hz);
        return WH_ERR_RANGE;
    }
    w->length = w->cycles * r->fs_hz / f_hz;
    w->begin = fmax(0.5 * (span - w->length), 0);
    w->length = fmin(w->length, span);
    return WH_OK;
}

/* ---- one phase ---------------------------------------------------------------------------- */

static bool is_constant(const double *x, size_t count)
{
    for (size_t n = 1; n < count; n++) {
        if (x[n] != x[0]) {
            return false;
        }
    }
    return true;
}

/* A constant has no harmonics, and none of rounding either. */
static wh_err fit(const wh_analysis_range *r, const double *x, double f_hz, size_t harmonics,
                  wh_harmonic_fit *out)
{
    if (is_constant(x, r->count)) {
        *out = (wh_harmonic_fit){.dc = x[0], .harmonics = harmonics};
        return WH_OK;
    }
    return wh_harmonic_fit_compute(x, r->count, r->fs_hz, f_hz, harmonics, out);
}

static wh_phasor fundamental(const wh_harmonic_fit *f)
{
    return (wh_phasor){f->a[1] / sqrt(2), -f->b[1] / sqrt(2)};
}

static double thd_pct(const wh_harmonic_fit *f)
{
    double squares = 0;
    for (size_t h = 2; h <= f->harmonics; h++) {
        squares += f->a[h] * f->a[h] + f->b[h] * f->b[h];
    }
    double first = hypot(f->a[1], f->b[1]);
    return first > 0 ? 100 * sqrt(squares) / first : NAN;
}

/* The nominal frequency of the range is known. */
static wh_err measure(const wh_analysis_range *r, const wh_analysis_input *in, double f_hz,
                      wh_analysis_phase *out, const char *place, wh_message *m)
{
    size_t harmonics = harmonics_of(r->fs_hz, r->f_nominal_hz);
    window w = {0};
    wh_harmonic_fit fu;
    wh_harmonic_fit fi;
    wh_err err = find_window(r, f_hz, &w, place, m);
    if (err != WH_OK) {
        return err;
    }
    err = fit(r, in->u, f_hz, harmonics, &fu);
    err = err == WH_OK ? fit(r, in->i, f_hz, harmonics, &fi) : err;
    if (err != WH_OK) {
        wh_message_set(m, "%s: %zu samples do not determine %zu harmonics of %g Hz", place,
                       r->count, harmonics, f_hz);
        return err;
    }
    out->cycles = w.cycles;
    out->udc_v = mean_over(&w, in->u, NULL);
    out->idc_a = mean_over(&w, in->i, NULL);
    out->urms_v = sqrt(fmax(mean_over(&w, in->u, in->u), 0));
    out->irms_a = sqrt(fmax(mean_over(&w, in->i, in->i), 0));
    out->p_w = mean_over(&w, in->u, in->i);
    out->s_va = out->urms_v * out->irms_a;
    out->pf = out->s_va > 0 ? out->p_w / out->s_va : NAN;
    out->u1 = fundamental(&fu);
    out->i1 = fundamental(&fi);
    out->u1_v = hypot(out->u1.re, out->u1.im);
    out->i1_a = hypot(out->i1.re, out->i1.im);
    out->p1_w = out->u1.re * out->i1.re + out->u1.im * out->i1.im;
    out->q1_var = out->u1.im * out->i1.re - out->u1.re * out->i1.im;
    out->thd_u_pct = thd_pct(&fu);
    out->thd_i_pct = thd_pct(&fi);
    return WH_OK;
}

/* ---- all of them -------------------------------------------------------------------------- */

/* Own frequencies into f_hz, NaN where there is none; what such a phase borrows is returned. */
static double find_frequencies(const wh_analysis_range *r, const wh_analysis_input *input,
                               size_t phases, double nominal, wh_analysis_phase *out)
{
    double borrowed = NAN;
    for (size_t k = 0; k < phases; k++) {
        out[k].f_hz = frequency_of(r, input[k].u, nominal);
        borrowed = isnan(borrowed) ? out[k].f_hz : borrowed;
    }
    for (size_t k = 0; k < phases && isnan(borrowed); k++) {
        borrowed = frequency_of(r, input[k].i, nominal);
    }
    return isnan(borrowed) ? nominal : borrowed;
}

wh_err wh_analysis_run(const wh_analysis_range *range, const wh_analysis_input *input,
                       size_t phases, wh_analysis_phase *out, const char *place, wh_message *m)
{
    if (range->count == 0 || phases == 0 || !(range->fs_hz > 0)) {
        wh_message_set(m, "%s: nothing to analyse", place);
        return WH_ERR_ARG;
    }
    double nominal = wh_analysis_nominal(range, input, phases);
    double common = nominal;
    wh_err err = WH_OK;
    if ((double)range->count * nominal / range->fs_hz < 0.9) {
        wh_message_set(m, "%s: needs at least one whole period: %zu samples are %.3f of %g Hz",
                       place, range->count, (double)range->count * nominal / range->fs_hz, nominal);
        return WH_ERR_RANGE;
    }
    if (nominal > BAND * range->fs_hz) {
        wh_message_set(m, "%s: a sample rate of %g Hz is too low for %g Hz", place, range->fs_hz,
                       nominal);
        return WH_ERR_RANGE;
    }
    if (range->periodic) {
        err = periodic_frequency(range, nominal, &common, place, m);
        for (size_t k = 0; k < phases; k++) {
            out[k].f_hz = is_constant(input[k].u, range->count) ? NAN : common;
        }
    } else {
        common = find_frequencies(range, input, phases, nominal, out);
    }
    wh_analysis_range known = *range;
    known.f_nominal_hz = nominal;
    for (size_t k = 0; k < phases && err == WH_OK; k++) {
        double f = isnan(out[k].f_hz) ? common : out[k].f_hz;
        err = measure(&known, &input[k], f, &out[k], place, m);
    }
    return err;
}

/* ---- sequence ----------------------------------------------------------------------------- */

/* |a + b turned by +120 or -120 degrees + c turned the other way| / 3 */
static double component(const wh_analysis_phase *p, double turn)
{
    double re = 0;
    double im = 0;
    for (int k = 0; k < 3; k++) {
        double angle = turn * k;
        re += p[k].u1.re * cos(angle) - p[k].u1.im * sin(angle);
        im += p[k].u1.re * sin(angle) + p[k].u1.im * cos(angle);
    }
    return hypot(re, im) / 3;
}

wh_analysis_sequence wh_analysis_sequence_of(const wh_analysis_phase phase[3])
{
    static const double third = 2.09439510239319549231; /* of a turn */
    double positive = component(phase, third);
    double negative = component(phase, -third);
    double zero = component(phase, 0);
    double main_one = fmax(positive, negative);
    wh_analysis_sequence s = {NAN, NAN, NULL};
    if (main_one > 0) {
        s.rotation = positive > negative ? "ABC" : "ACB";
        s.u2_pct = 100 * fmin(positive, negative) / main_one;
        s.u0_pct = 100 * zero / main_one;
    }
    return s;
}
