/* SPDX-License-Identifier: Apache-2.0 */
/* means.c - from the sums of a window to means: DC, squares, phasors, powers, all in codes. */
#include "meter/metrology/metrology_internal.h"

/* 1 / amplitude of the interpolated sine table, (x / sin x)² with x = pi/128. */
static const wh_scale table_gain = {2147914910U, -31};

static const wh_scale nrad_to_q30 = {2305843009U, -31}; /* 2^30 / 10^9 */
static const wh_scale micro = {0x8637BD06U, -51};       /* 10^-6 */

/* One over the window's length in samples. */
static wh_scale inverse_length(const wh_metrology *m)
{
    return wh_scale_div(wh_scale_of(65536), wh_scale_of(m->quantities.length_q16));
}

/* A window is whole cycles, so the mean is the DC, and each mean product less the product of
 * the means is free of it. */
void wh_metrology_means(const wh_metrology *m, wh_channel_means *means)
{
    wh_scale to_q16 = wh_scale_shift(inverse_length(m), 16);
    wh_scale to_peak = wh_scale_shift(wh_scale_mul(to_q16, table_gain), 1 - 23);
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        const wh_channel_sums *x = &m->sums.channel[k];
        wh_channel_means *c = &means[k];
        int64_t noise_q16 = (int64_t)m->config->channel[k].noise_q8 << 8;
        c->mean_q16 = wh_scale_apply(x->sum, to_q16);
        c->square_q16 = wh_scale_apply(x->square, to_q16) -
                        wh_mul_shift(c->mean_q16, c->mean_q16, 16) - noise_q16;
        c->square_q16 = c->square_q16 > 0 ? c->square_q16 : 0;
        c->re_q16 = wh_scale_apply(x->sin - wh_mul_shift(m->sums.sin, c->mean_q16, 16), to_peak);
        c->im_q16 = wh_scale_apply(x->cos - wh_mul_shift(m->sums.cos, c->mean_q16, 16), to_peak);
    }
}

/* The current leads by the angle a: its true lag is larger by a. Below 0.1 rad cos a is
 * 1 - a²/2 and sin a is a - a³/6 to 4e-6, at 10 mrad to 4e-10. */
static void turn_back(wh_phase_means *p, int32_t angle_nrad)
{
    int64_t a_q30 = wh_scale_apply(angle_nrad, nrad_to_q30);
    int64_t square_q30 = (a_q30 * a_q30) >> 30;
    int64_t s_q30 = a_q30 - ((a_q30 * square_q30) >> 30) / 6;
    int64_t p1 = p->p1_q16;
    int64_t q1 = p->q1_q16;
    p->p1_q16 += -wh_mul_shift(p1, square_q30, 31) - wh_mul_shift(q1, s_q30, 30);
    p->q1_q16 += -wh_mul_shift(q1, square_q30, 31) + wh_mul_shift(p1, s_q30, 30);
    p->p_q16 += p->p1_q16 - p1; /* harmonics keep their angles */
}

void wh_metrology_powers(const wh_metrology *m, const wh_channel_means *means,
                         wh_phase_means *powers)
{
    wh_scale to_q16 = wh_scale_shift(inverse_length(m), 16);
    for (unsigned k = 0; k < m->config->phases; k++) {
        const wh_channel_means *u = &means[WH_U1 + k];
        const wh_channel_means *i = &means[WH_I1 + k];
        wh_phase_means *p = &powers[k];
        p->p_q16 =
            wh_scale_apply(m->sums.ui[k], to_q16) - wh_mul_shift(u->mean_q16, i->mean_q16, 16);
        p->p1_q16 = wh_mul_shift(i->re_q16, u->re_q16, 17) + wh_mul_shift(i->im_q16, u->im_q16, 17);
        p->q1_q16 = wh_mul_shift(i->re_q16, u->im_q16, 17) - wh_mul_shift(i->im_q16, u->re_q16, 17);
        if (m->config->phase[k].angle_nrad != 0) {
            turn_back(p, m->config->phase[k].angle_nrad);
        }
    }
}

/* With all the bits that 32 can hold. */
int64_t wh_metrology_rms(int64_t square_q16, wh_scale scale)
{
    if (square_q16 <= 0) {
        return 0;
    }
    int up = (__builtin_clzll((uint64_t)square_q16) - 1) & ~1;
    uint32_t root = wh_isqrt64((uint64_t)square_q16 << up);
    return wh_scale_apply(root, wh_scale_shift(scale, -8 - up / 2));
}

wh_scale wh_metrology_power_scale(const wh_metrology *m, unsigned k)
{
    return wh_scale_mul(wh_scale_mul(m->scale[WH_U1 + k], m->scale[WH_I1 + k]), micro);
}
