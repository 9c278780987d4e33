/* SPDX-License-Identifier: Apache-2.0 */
/* accumulate.c - the inner loops, and how a cut divides them between two windows. */
#include "meter/metrology/metrology_internal.h"

#include <string.h>

typedef struct {
    int32_t cos[WH_BLOCK];
    int32_t sin[WH_BLOCK];
} carrier;

/* Sums of a block of codes fit 32 bits: 32 samples of 24 bits. */
_Static_assert(WH_BLOCK <= 128, "the codes of a block are summed in 32 bits");

static void oscillate(wh_window_sums *w, wh_oscillator *o, carrier *k, size_t count)
{
    uint32_t phase = o->phase;
    uint32_t step = o->step;
    int32_t c = 0;
    int32_t s = 0;
    for (size_t i = 0; i < count; i++) {
        const int32_t *t = wh_oscillator_place(phase);
        int32_t sin = wh_oscillator_read(t, phase);
        int32_t cos = wh_oscillator_read(t + WH_TABLE_TURN / 4, phase);
        k->sin[i] = sin;
        k->cos[i] = cos;
        s += sin;
        c += cos;
        phase += step;
    }
    o->phase = phase;
    w->cos += c;
    w->sin += s;
}

/* x points at a phase's voltage in the first sample set. */
static void add_powers(wh_window_sums *w, unsigned phase, const int32_t *x, size_t count)
{
    wh_channel_sums *u_sums = &w->channel[WH_U1 + phase];
    wh_channel_sums *i_sums = &w->channel[WH_I1 + phase];
    int64_t uu = u_sums->square;
    int64_t ii = i_sums->square;
    int64_t ui = w->ui[phase];
    int32_t u_sum = 0;
    int32_t i_sum = 0;
    for (const int32_t *end = x + count * WH_CHANNELS; x != end; x += WH_CHANNELS) {
        int32_t u = x[0];
        int32_t i = x[WH_I1 - WH_U1];
        u_sum += u;
        i_sum += i;
        uu += (int64_t)u * u;
        ii += (int64_t)i * i;
        ui += (int64_t)u * i;
    }
    u_sums->sum += u_sum;
    i_sums->sum += i_sum;
    u_sums->square = uu;
    i_sums->square = ii;
    w->ui[phase] = ui;
}

static void add_phasors(wh_window_sums *w, unsigned phase, const int32_t *x, const carrier *k,
                        size_t count)
{
    wh_channel_sums *u_sums = &w->channel[WH_U1 + phase];
    wh_channel_sums *i_sums = &w->channel[WH_I1 + phase];
    int64_t uc = u_sums->cos;
    int64_t us = u_sums->sin;
    int64_t ic = i_sums->cos;
    int64_t is = i_sums->sin;
    for (size_t j = 0; j < count; j++, x += WH_CHANNELS) {
        int32_t u = x[0];
        int32_t i = x[WH_I1 - WH_U1];
        int32_t c = k->cos[j];
        int32_t s = k->sin[j];
        uc += (int64_t)u * c;
        us += (int64_t)u * s;
        ic += (int64_t)i * c;
        is += (int64_t)i * s;
    }
    u_sums->cos = uc;
    u_sums->sin = us;
    i_sums->cos = ic;
    i_sums->sin = is;
}

static void add_neutral(wh_window_sums *w, const int32_t *x, const carrier *k, size_t count)
{
    wh_channel_sums n_sums = w->channel[WH_IN];
    int64_t zz = w->zz;
    int32_t n_sum = 0;
    for (size_t j = 0; j < count; j++, x += WH_CHANNELS) {
        int32_t n = x[WH_IN];
        int32_t z = (x[WH_U1] + x[WH_U2] + x[WH_U3]) >> 2;
        n_sum += n;
        n_sums.square += (int64_t)n * n;
        n_sums.cos += (int64_t)n * k->cos[j];
        n_sums.sin += (int64_t)n * k->sin[j];
        zz += (int64_t)z * z;
    }
    n_sums.sum += n_sum;
    w->channel[WH_IN] = n_sums;
    w->zz = zz;
}

void wh_metrology_accumulate(wh_window_sums *sums, wh_oscillator *oscillator, unsigned phases,
                             const int32_t *samples, size_t count)
{
    carrier k;
    while (count > 0) {
        size_t n = count < WH_BLOCK ? count : WH_BLOCK;
        oscillate(sums, oscillator, &k, n);
        for (unsigned phase = 0; phase < phases; phase++) {
            add_powers(sums, phase, &samples[phase], n);
            add_phasors(sums, phase, &samples[phase], &k, n);
        }
        add_neutral(sums, samples, &k, n);
        samples += n * WH_CHANNELS;
        count -= n;
    }
}

/* The integral from a sample to the cut, of the straight line between the products x0 and x1
 * of the two neighbours, is a*x0 + a²/2 * (x1 - x0) with a the fraction. The old window has
 * x0 in full, half of which belongs to its left: it gets (a - 1/2) x0 + a²/2 (x1 - x0) more,
 * and the new window so much less. */
wh_cut wh_metrology_cut_at(const wh_metrology *m, uint32_t fraction_q32)
{
    int32_t a_q16 = (int32_t)(fraction_q32 >> 16);
    int32_t half_square_q16 = (int32_t)(((int64_t)a_q16 * a_q16) >> 17);
    wh_cut cut = {.fraction_q32 = fraction_q32,
                  .time_q16 = (m->sample_count << 16) - 32768 + (uint32_t)a_q16,
                  .before_q16 = a_q16 - 32768 - half_square_q16,
                  .after_q16 = half_square_q16};
    return cut;
}

int64_t wh_metrology_cut_uu(const wh_metrology *m, const wh_cut *cut, const int32_t *next,
                            unsigned k)
{
    int64_t before = (int64_t)m->previous[k] * m->previous[k];
    int64_t after = (int64_t)next[k] * next[k];
    return (before * cut->before_q16 >> 16) + (after * cut->after_q16 >> 16);
}

/* The products of one sample set, weighed: what the inner loops add for it, times a weight of
 * at most a half. Products have 47 bits, so weighing them in 16 fits. */
static void move_sample(wh_metrology *m, const int32_t *sample, uint32_t phase, int32_t weight_q16,
                        int sign)
{
    wh_window_sums one;
    wh_oscillator at = {phase, 0};
    memset(&one, 0, sizeof one);
    wh_metrology_accumulate(&one, &at, m->config->phases, sample, 1);
    int64_t *to = &m->sums.channel[0].sum;
    const int64_t *from = &one.channel[0].sum;
    for (size_t j = 0; j < sizeof one / sizeof *from; j++) {
        to[j] += sign * (from[j] * weight_q16 >> 16);
    }
}

void wh_metrology_move(wh_metrology *m, const wh_cut *cut, const int32_t *next, int sign)
{
    uint32_t phase = m->oscillator.phase;
    move_sample(m, m->previous, phase - m->oscillator.step, cut->before_q16, sign);
    move_sample(m, next, phase, cut->after_q16, sign);
}
