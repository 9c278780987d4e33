/* SPDX-License-Identifier: Apache-2.0 */
#include "world/simulation/exact_signal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI    3.14159265358979323846
#define BLOCK 256  /* samples between exact phases: rotation adds 1e-16 a sample */
#define BAND  0.45 /* of the sampling rate: series end here */

void wh_exact_init(wh_exact_signal *s, double fs_hz, double f_hz)
{
    memset(s, 0, sizeof *s);
    s->fs_hz = fs_hz;
    s->f_hz = f_hz;
}

void wh_exact_free(wh_exact_signal *s)
{
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        free(s->channel[k].tone);
        s->channel[k] = (wh_exact_channel){0};
    }
}

static wh_exact_tone *find_tone(const wh_exact_channel *c, double order)
{
    for (size_t i = 0; i < c->count; i++) {
        if (fabs(c->tone[i].order - order) < 1e-9) {
            return &c->tone[i];
        }
    }
    return NULL;
}

static wh_exact_tone *new_tone(wh_exact_signal *s, wh_exact_channel *c)
{
    if (c->count == c->size) {
        size_t size = c->size == 0 ? 8 : 2 * c->size;
        wh_exact_tone *bigger = realloc(c->tone, size * sizeof *bigger);
        if (bigger == NULL) {
            s->failed = true;
            return NULL;
        }
        c->tone = bigger;
        c->size = size;
    }
    return &c->tone[c->count++];
}

void wh_exact_sine(wh_exact_signal *s, unsigned channel, double order, double rms, double degrees)
{
    wh_exact_channel *c = &s->channel[channel];
    if (rms == 0) {
        return;
    }
    wh_exact_tone *t = find_tone(c, order);
    if (t == NULL) {
        t = new_tone(s, c);
        if (t != NULL) {
            *t = (wh_exact_tone){order, rms, degrees};
        }
        return;
    }
    double re = t->rms * cos(t->degrees * PI / 180) + rms * cos(degrees * PI / 180);
    double im = t->rms * sin(t->degrees * PI / 180) + rms * sin(degrees * PI / 180);
    t->rms = hypot(re, im);
    t->degrees = atan2(im, re) * 180 / PI;
}

/* Integral of exp(-j m x) from a to b. */
static void window_integral(double m, double a, double b, double *re, double *im)
{
    if (m == 0) {
        *re += b - a;
        return;
    }
    *re += (sin(m * b) - sin(m * a)) / m;
    *im += (cos(m * b) - cos(m * a)) / m;
}

/* Fourier coefficient c(k/periods) = 1/(2 pi periods) * integral of sin(x) exp(-j k x / periods)
 * over one stretch [a, b]: sin(x) = (exp(jx) - exp(-jx)) / 2j. */
static void stretch_coefficient(double order, double a, double b, double *re, double *im)
{
    double pr = 0, pi_ = 0, nr = 0, ni = 0;
    window_integral(order - 1, a, b, &pr, &pi_);
    window_integral(order + 1, a, b, &nr, &ni);
    *re += (pi_ - ni) / 2; /* (p - n) / 2j */
    *im += -(pr - nr) / 2;
}

/* Where a sine conducts: one or two stretches of so many periods, in radians. */
typedef struct {
    unsigned periods;
    size_t count;
    double from[2], to[2];
} gate;

/* Add the series of a sine that conducts behind a gate. */
static void add_gated(wh_exact_signal *s, unsigned channel, double rms, double degrees,
                      const gate *g)
{
    unsigned periods = g->periods;
    unsigned last = (unsigned)(BAND * s->fs_hz / s->f_hz * periods);
    for (unsigned k = 0; k <= last; k++) {
        double order = (double)k / periods;
        double re = 0, im = 0;
        for (size_t w = 0; w < g->count; w++) {
            stretch_coefficient(order, g->from[w], g->to[w], &re, &im);
        }
        double peak = rms * sqrt(2.0) / (PI * periods); /* 2 |c| of the full sine's peak */
        if (k == 0) {
            wh_exact_sine(s, channel, 0, re * peak / 2, 0);
            continue;
        }
        /* 2 Re(c exp(j k x)) = 2 |c| sin(k x + arg c + 90 deg), and the shift of the whole wave */
        double size = hypot(re, im) * peak;
        if (size > rms * 1e-12) {
            double angle = atan2(im, re) * 180 / PI + 90 + order * degrees;
            wh_exact_sine(s, channel, order, size / sqrt(2.0), angle);
        }
    }
}

void wh_exact_fired(wh_exact_signal *s, unsigned channel, double rms, double fire_deg,
                    double degrees)
{
    double fire = fire_deg * PI / 180;
    const gate both = {1, 2, {fire, PI + fire}, {PI, 2 * PI}};
    add_gated(s, channel, rms, degrees, &both);
}

void wh_exact_burst(wh_exact_signal *s, unsigned channel, double rms, double degrees)
{
    static const gate on = {4, 1, {0}, {4 * PI}};
    add_gated(s, channel, rms, degrees, &on);
}

void wh_exact_half_wave(wh_exact_signal *s, unsigned channel, double rms, double degrees)
{
    static const gate half = {1, 1, {0}, {PI}};
    add_gated(s, channel, rms, degrees, &half);
}

void wh_exact_add_step(wh_exact_signal *s, double start_s, unsigned channels, double level)
{
    if (s->step_count == WH_EXACT_STEPS) {
        s->failed = true;
        return;
    }
    s->step[s->step_count++] = (wh_exact_step){start_s, channels, level};
}

/* Add `count` samples of one sine from sample number `first`. */
static void add_tone(const wh_exact_signal *s, const wh_exact_tone *t, unsigned k, uint64_t first,
                     double (*rows)[WH_CHANNELS], size_t count)
{
    if (t->order == 0) {
        for (size_t n = 0; n < count; n++) {
            rows[n][k] += t->rms;
        }
        return;
    }
    double turns = fmod(t->order * s->f_hz * (double)first / s->fs_hz, 1.0);
    double angle = 2 * PI * turns + t->degrees * PI / 180;
    double step = 2 * PI * t->order * s->f_hz / s->fs_hz;
    double c = t->rms * sqrt(2.0) * cos(angle), i = t->rms * sqrt(2.0) * sin(angle);
    double step_c = cos(step), step_s = sin(step);
    for (size_t n = 0; n < count; n++) {
        rows[n][k] += i;
        double next = c * step_c - i * step_s;
        i = i * step_c + c * step_s;
        c = next;
    }
}

static double level_at(const wh_exact_signal *s, unsigned k, double t_s)
{
    double level = 1;
    for (size_t i = 0; i < s->step_count && s->step[i].start_s <= t_s; i++) {
        if ((s->step[i].channels >> k & 1U) != 0) {
            level = s->step[i].level;
        }
    }
    const wh_exact_channel *c = &s->channel[k];
    if (c->square_depth > 0) {
        bool high = fmod(t_s * c->square_hz, 1.0) < 0.5;
        level *= 1 + (high ? 0.5 : -0.5) * c->square_depth;
    }
    return level;
}

wh_err wh_exact_read(wh_exact_signal *s, double (*rows)[WH_CHANNELS], size_t count)
{
    if (s->failed) {
        return WH_ERR_STATE;
    }
    memset(rows, 0, count * sizeof *rows);
    for (size_t done = 0; done < count;) {
        size_t part = count - done < BLOCK ? count - done : BLOCK;
        for (unsigned k = 0; k < WH_CHANNELS; k++) {
            const wh_exact_channel *c = &s->channel[k];
            for (size_t i = 0; i < c->count; i++) {
                add_tone(s, &c->tone[i], k, s->samples, rows + done, part);
            }
            if (s->step_count == 0 && c->square_depth <= 0) {
                continue;
            }
            for (size_t n = 0; n < part; n++) {
                rows[done + n][k] *= level_at(s, k, (double)(s->samples + n) / s->fs_hz);
            }
        }
        s->samples += part;
        done += part;
    }
    return WH_OK;
}

double wh_exact_rms(const wh_exact_signal *s, unsigned channel)
{
    double sum = 0;
    for (size_t i = 0; i < s->channel[channel].count; i++) {
        const wh_exact_tone *t = &s->channel[channel].tone[i];
        sum += t->order != 0 ? t->rms * t->rms : 0;
    }
    return sqrt(sum);
}

double wh_exact_p(const wh_exact_signal *s, unsigned u, unsigned i)
{
    double sum = 0;
    for (size_t n = 0; n < s->channel[u].count; n++) {
        const wh_exact_tone *a = &s->channel[u].tone[n];
        const wh_exact_tone *b = find_tone(&s->channel[i], a->order);
        if (a->order != 0 && b != NULL) {
            sum += a->rms * b->rms * cos((a->degrees - b->degrees) * PI / 180);
        }
    }
    return sum;
}

double wh_exact_q1(const wh_exact_signal *s, unsigned u, unsigned i)
{
    const wh_exact_tone *a = find_tone(&s->channel[u], 1);
    const wh_exact_tone *b = find_tone(&s->channel[i], 1);
    if (a == NULL || b == NULL) {
        return 0;
    }
    return a->rms * b->rms * sin((a->degrees - b->degrees) * PI / 180);
}

typedef struct {
    wh_source source; /* first: a wh_source is an exact_source */
    wh_exact_signal signal;
} exact_source;

static wh_err read_source(wh_source *source, double *values, size_t count, size_t *got)
{
    exact_source *e = (exact_source *)source;
    uint64_t left = source->total - e->signal.samples;
    *got = source->total != 0 && left < count ? (size_t)left : count;
    return wh_exact_read(&e->signal, (double(*)[WH_CHANNELS])values, *got);
}

static void destroy_source(wh_source *source)
{
    exact_source *e = (exact_source *)source;
    wh_exact_free(&e->signal);
    free(e);
}

wh_err wh_exact_source(wh_exact_signal *s, double f_nominal_hz, double duration_s, wh_source **out)
{
    static const wh_source_channel channels[WH_CHANNELS] = {
        {"U1", WH_UNIT_VOLT},   {"U2", WH_UNIT_VOLT},   {"U3", WH_UNIT_VOLT},
        {"I1", WH_UNIT_AMPERE}, {"I2", WH_UNIT_AMPERE}, {"I3", WH_UNIT_AMPERE},
        {"IN", WH_UNIT_AMPERE}};
    exact_source *e = calloc(1, sizeof *e);
    *out = NULL;
    if (e == NULL || s->failed) {
        wh_exact_free(s);
        free(e);
        return WH_ERR_SPACE;
    }
    e->signal = *s;
    e->source = (wh_source){.fs_hz = s->fs_hz,
                            .f_nominal_hz = f_nominal_hz,
                            .start_utc_us = INT64_MIN,
                            .channel_count = WH_CHANNELS,
                            .channel = channels,
                            .total = (uint64_t)llrint(duration_s * s->fs_hz),
                            .read = read_source,
                            .destroy = destroy_source};
    *out = &e->source;
    return WH_OK;
}
