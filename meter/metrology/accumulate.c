/* SPDX-License-Identifier: Apache-2.0 */
/* accumulate.c - the inner loops, and how a cut divides them between two windows. */
#include "meter/metrology/metrology_internal.h"

typedef struct {
    int32_t cos[WH_BLOCK];
    int32_t sin[WH_BLOCK];
} carrier;

/* Sums of a block of means fit 32 bits: 32 samples of 24 bits. */
_Static_assert(WH_BLOCK <= 128, "the means of a block are summed in 32 bits");

static void oscillate(wh_metrology *m, carrier *k, size_t count)
{
    uint32_t phase = m->oscillator.phase;
    uint32_t step = m->oscillator.step;
    int32_t c = 0;
    int32_t s = 0;
    for (size_t i = 0; i < count; i++) {
        const int32_t *t = &wh_oscillator_table[phase >> 24];
        int32_t sin = wh_oscillator_read(t, phase);
        int32_t cos = wh_oscillator_read(t + 64, phase);
        k->sin[i] = sin;
        k->cos[i] = cos;
        s += sin;
        c += cos;
        phase += step;
    }
    m->oscillator.phase = phase;
    m->sums.c += c;
    m->sums.s += s;
}

/* u and i point at a phase's channels in the first sample set. */
static void add_powers(wh_phase_sums *p, const int32_t *x, size_t count)
{
    int64_t uu = p->uu;
    int64_t ii = p->ii;
    int64_t ui = p->ui;
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
    p->u += u_sum;
    p->i += i_sum;
    p->uu = uu;
    p->ii = ii;
    p->ui = ui;
}

static void add_phasors(wh_phase_sums *p, const int32_t *x, const carrier *k, size_t count)
{
    int64_t uc = p->uc;
    int64_t us = p->us;
    int64_t ic = p->ic;
    int64_t is = p->is;
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
    p->uc = uc;
    p->us = us;
    p->ic = ic;
    p->is = is;
}

static void add_neutral(wh_window_sums *w, const int32_t *x, const carrier *k, size_t count)
{
    int64_t nn = w->nn;
    int64_t nc = w->nc;
    int64_t ns = w->ns;
    int64_t zz = w->zz;
    int32_t n_sum = 0;
    for (size_t j = 0; j < count; j++, x += WH_CHANNELS) {
        int32_t n = x[WH_IN];
        int32_t z = (x[WH_U1] + x[WH_U2] + x[WH_U3]) >> 2;
        n_sum += n;
        nn += (int64_t)n * n;
        nc += (int64_t)n * k->cos[j];
        ns += (int64_t)n * k->sin[j];
        zz += (int64_t)z * z;
    }
    w->n += n_sum;
    w->nn = nn;
    w->nc = nc;
    w->ns = ns;
    w->zz = zz;
}

void wh_metrology_accumulate(wh_metrology *m, const int32_t (*samples)[WH_CHANNELS], size_t count)
{
    carrier k;
    while (count > 0) {
        size_t n = count < WH_BLOCK ? count : WH_BLOCK;
        oscillate(m, &k, n);
        for (unsigned phase = 0; phase < m->config->phases; phase++) {
            add_powers(&m->sums.phase[phase], &samples[0][phase], n);
            add_phasors(&m->sums.phase[phase], &samples[0][phase], &k, n);
        }
        add_neutral(&m->sums, samples[0], &k, n);
        samples += n;
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

static int64_t weigh(const wh_cut *cut, int64_t before, int64_t after)
{
    return (before * cut->before_q16 + after * cut->after_q16) >> 16;
}

/* Products of two codes have 46 bits, so weighing them in 16 fits. */
static int64_t moved(const wh_cut *cut, int32_t a0, int32_t b0, int32_t a1, int32_t b1)
{
    return weigh(cut, (int64_t)a0 * b0, (int64_t)a1 * b1);
}

int64_t wh_metrology_cut_uu(const wh_metrology *m, const wh_cut *cut, const int32_t *next,
                            unsigned k)
{
    return moved(cut, m->previous[k], m->previous[k], next[k], next[k]);
}

void wh_metrology_cut_sums(const wh_metrology *m, const wh_cut *cut, const int32_t *next,
                           wh_window_sums *out)
{
    uint32_t phase1 = m->oscillator.phase;
    uint32_t phase0 = phase1 - m->oscillator.step;
    int32_t c0 = wh_oscillator_cos(phase0);
    int32_t s0 = wh_oscillator_sin(phase0);
    int32_t c1 = wh_oscillator_cos(phase1);
    int32_t s1 = wh_oscillator_sin(phase1);
    const int32_t *before = m->previous;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        int32_t u0 = before[WH_U1 + k];
        int32_t u1 = next[WH_U1 + k];
        int32_t i0 = before[WH_I1 + k];
        int32_t i1 = next[WH_I1 + k];
        out->phase[k] = (wh_phase_sums){.u = weigh(cut, u0, u1),
                                        .i = weigh(cut, i0, i1),
                                        .uu = moved(cut, u0, u0, u1, u1),
                                        .ii = moved(cut, i0, i0, i1, i1),
                                        .ui = moved(cut, u0, i0, u1, i1),
                                        .uc = moved(cut, u0, c0, u1, c1),
                                        .us = moved(cut, u0, s0, u1, s1),
                                        .ic = moved(cut, i0, c0, i1, c1),
                                        .is = moved(cut, i0, s0, i1, s1)};
    }
    int32_t n0 = before[WH_IN];
    int32_t n1 = next[WH_IN];
    int32_t z0 = (before[WH_U1] + before[WH_U2] + before[WH_U3]) >> 2;
    int32_t z1 = (next[WH_U1] + next[WH_U2] + next[WH_U3]) >> 2;
    out->n = weigh(cut, n0, n1);
    out->nn = moved(cut, n0, n0, n1, n1);
    out->nc = moved(cut, n0, c0, n1, c1);
    out->ns = moved(cut, n0, s0, n1, s1);
    out->zz = moved(cut, z0, z0, z1, z1);
    out->c = weigh(cut, c0, c1);
    out->s = weigh(cut, s0, s1);
}
