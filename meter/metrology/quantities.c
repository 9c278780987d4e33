/* SPDX-License-Identifier: Apache-2.0 */
/* quantities.c - from the sums of a window to what it says in volts, amperes and watts. */
#include "meter/metrology/metrology_internal.h"

#define MILLION 1000000

/* 1 / amplitude of the interpolated sine table, (x / sin x)² with x = pi/256, in Q32. */
#define TABLE_GAIN_Q32 4295182907U

/* sqrt(3)/2 in Q31 */
#define HALF_SQRT3_Q31 1859775393

static const wh_scale one_over_sqrt2 = {0xB504F333F9DE6484U, -64};
static const wh_scale nrad_to_q30 = {0x89705F4136B4A597U, -63}; /* 2^30 / 10^9 */

typedef struct {
    int64_t re;
    int64_t im;
} phasor;

static int64_t ratio_ppm(int64_t a, int64_t b)
{
    return b != 0 ? wh_scale_apply(a, wh_scale_div(wh_scale_of(MILLION), wh_scale_of((uint64_t)b)))
                  : 0;
}

static int32_t angle_urad(uint32_t turn)
{
    return (int32_t)wh_mul_shift((int32_t)turn, 6283185, 32);
}

/* Length of (x, y) without overflow. */
static int64_t length(int64_t x, int64_t y)
{
    uint64_t larger = (uint64_t)(x < 0 ? -x : x) | (uint64_t)(y < 0 ? -y : y);
    if (larger == 0) {
        return 0;
    }
    int shift = 34 - __builtin_clzll(larger); /* to 30 bits */
    int64_t xs = shift > 0 ? x >> shift : x * ((int64_t)1 << -shift);
    int64_t ys = shift > 0 ? y >> shift : y * ((int64_t)1 << -shift);
    int64_t root = wh_isqrt64((uint64_t)(xs * xs + ys * ys));
    return shift > 0 ? root * ((int64_t)1 << shift) : root >> -shift;
}

/* sqrt(a² - b²), 0 where b is the larger; a and b below 2^62. */
static int64_t root_of_difference(int64_t a, int64_t b)
{
    if (a <= b) {
        return 0;
    }
    int shift = 33 - __builtin_clzll((uint64_t)a | 1); /* a to 31 bits */
    shift = shift > 0 ? shift : 0;
    uint64_t squares = (uint64_t)((a - b) >> shift) * (uint64_t)((a + b) >> shift);
    return (int64_t)wh_isqrt64(squares) * ((int64_t)1 << shift);
}

/* The oscillator's products are freed of DC like all others: their covariance counts. */
static wh_channel_means means_of(const wh_metrology *m, wh_scale inverse, const int64_t sums[4],
                                 uint32_t noise_q8)
{
    int64_t mean_q16 = wh_scale_apply(sums[0], wh_scale_shift(inverse, 16));
    int64_t square_q16 = wh_scale_apply(sums[1], wh_scale_shift(inverse, 16)) -
                         wh_mul_shift(mean_q16, mean_q16, 16) - ((int64_t)noise_q8 << 8);
    wh_scale peak = wh_scale_mul(wh_scale_shift(inverse, 1 + 16 - 23),
                                 wh_scale_shift(wh_scale_of(TABLE_GAIN_Q32), -32));
    wh_channel_means means = {
        .mean_q16 = mean_q16,
        .square_q16 = square_q16 > 0 ? square_q16 : 0,
        .re_q16 = wh_scale_apply(sums[3] - wh_mul_shift(mean_q16, m->sums.s, 16), peak),
        .im_q16 = wh_scale_apply(sums[2] - wh_mul_shift(mean_q16, m->sums.c, 16), peak)};
    return means;
}

void wh_metrology_means(const wh_metrology *m, wh_channel_means *means)
{
    const wh_channel_calibration *channel = m->config->channel;
    wh_scale inverse = wh_scale_div(wh_scale_of(65536), wh_scale_of(m->quantities.length_q16));
    for (unsigned k = 0; k < WH_PHASES; k++) {
        const wh_phase_sums *p = &m->sums.phase[k];
        const int64_t u[4] = {p->u, p->uu, p->uc, p->us};
        const int64_t i[4] = {p->i, p->ii, p->ic, p->is};
        means[WH_U1 + k] = means_of(m, inverse, u, channel[WH_U1 + k].noise_q8);
        means[WH_I1 + k] = means_of(m, inverse, i, channel[WH_I1 + k].noise_q8);
    }
    const int64_t n[4] = {m->sums.n, m->sums.nn, m->sums.nc, m->sums.ns};
    means[WH_IN] = means_of(m, inverse, n, channel[WH_IN].noise_q8);
}

/* The fundamental current turned back by the phase's calibration angle a, below 0.1 rad:
 * cos a = 1 - a²/2 and sin a = a - a³/6 are good to 4e-6 there, 4e-10 at 10 mrad. */
static phasor turned(const wh_channel_means *i, int32_t angle_nrad)
{
    phasor p = {i->re_q16, i->im_q16};
    if (angle_nrad != 0) {
        int64_t a_q30 = wh_scale_apply(angle_nrad, nrad_to_q30);
        int64_t square_q30 = (a_q30 * a_q30) >> 30;
        int64_t c_q30 = ((int64_t)1 << 30) - square_q30 / 2;
        int64_t s_q30 = a_q30 - ((a_q30 * square_q30) >> 30) / 6;
        p.re = wh_mul_shift(i->re_q16, c_q30, 30) + wh_mul_shift(i->im_q16, s_q30, 30);
        p.im = wh_mul_shift(i->im_q16, c_q30, 30) - wh_mul_shift(i->re_q16, s_q30, 30);
    }
    return p;
}

wh_phase_means wh_metrology_powers(const wh_metrology *m, const wh_channel_means *means, unsigned k)
{
    const wh_channel_means *u = &means[WH_U1 + k];
    const wh_channel_means *i = &means[WH_I1 + k];
    phasor j = turned(i, m->config->phase[k].angle_nrad);
    wh_scale inverse =
        wh_scale_div(wh_scale_of((uint64_t)1 << 32), wh_scale_of(m->quantities.length_q16));
    int64_t p1_raw =
        wh_mul_shift(u->re_q16, i->re_q16, 17) + wh_mul_shift(u->im_q16, i->im_q16, 17);
    wh_phase_means p;
    p.p1_q16 = wh_mul_shift(u->re_q16, j.re, 17) + wh_mul_shift(u->im_q16, j.im, 17);
    p.q1_q16 = wh_mul_shift(u->im_q16, j.re, 17) - wh_mul_shift(u->re_q16, j.im, 17);
    p.p_q16 = wh_scale_apply(m->sums.phase[k].ui, inverse) -
              wh_mul_shift(u->mean_q16, i->mean_q16, 16) + p.p1_q16 - p1_raw;
    return p;
}

int64_t wh_metrology_rms(int64_t square_q16, wh_scale scale)
{
    if (square_q16 <= 0) {
        return 0;
    }
    int up = (__builtin_clzll((uint64_t)square_q16) - 1) & ~1;
    uint32_t root = wh_isqrt64((uint64_t)square_q16 << up);
    return wh_scale_apply(root, wh_scale_shift(scale, -8 - up / 2));
}

static int64_t fundamental(const wh_channel_means *c, wh_scale scale)
{
    wh_scale to_rms = wh_scale_mul(wh_scale_shift(scale, -16), one_over_sqrt2);
    return wh_scale_apply(length(c->re_q16, c->im_q16), to_rms);
}

/* Everything that is not the fundamental, as a part of it. */
static uint32_t distortion_ppm(const wh_channel_means *c, wh_scale scale, int64_t first)
{
    int64_t peak_q16 = length(c->re_q16, c->im_q16);
    int64_t rest = wh_metrology_rms(c->square_q16 - wh_mul_shift(peak_q16, peak_q16, 17), scale);
    int64_t ppm = ratio_ppm(rest, first);
    return ppm < UINT32_MAX ? (uint32_t)ppm : UINT32_MAX;
}

static int64_t product(int64_t a, int64_t b)
{
    return wh_scale_apply(a, wh_scale_div(wh_scale_of((uint64_t)b), wh_scale_of(MILLION)));
}

static uint32_t turn_of(const wh_channel_means *c)
{
    return wh_atan2_turn(c->im_q16, c->re_q16);
}

static void phase_quantities(wh_metrology *m, const wh_channel_means *means, unsigned k,
                             uint32_t reference)
{
    wh_phase_quantities *q = &m->quantities.phase[k];
    const wh_phase_calibration *c = &m->config->phase[k];
    const wh_channel_means *u = &means[WH_U1 + k];
    const wh_channel_means *i = &means[WH_I1 + k];
    wh_scale code = wh_scale_shift(wh_metrology_power_scale(m, k), -16);
    wh_phase_means p = wh_metrology_powers(m, means, k);
    phasor j = turned(i, c->angle_nrad);
    q->u_uv = wh_metrology_rms(u->square_q16, m->u_scale[k]);
    q->i_ua = wh_metrology_rms(i->square_q16, m->i_scale[k]);
    q->u_dc_uv = wh_scale_apply(u->mean_q16, wh_scale_shift(m->u_scale[k], -16));
    q->i_dc_ua = wh_scale_apply(i->mean_q16, wh_scale_shift(m->i_scale[k], -16));
    q->p_uw = wh_scale_apply(p.p_q16, code) - c->p_offset_uw;
    q->p1_uw = wh_scale_apply(p.p1_q16, code) - c->p_offset_uw;
    q->q1_uvar = wh_scale_apply(p.q1_q16, code) - c->q_offset_uvar;
    q->s_uva = product(q->u_uv, q->i_ua);
    q->u1_uv = fundamental(u, m->u_scale[k]);
    q->i1_ua = fundamental(i, m->i_scale[k]);
    q->u1_angle_urad = angle_urad(turn_of(u) - reference);
    q->i1_angle_urad = angle_urad(wh_atan2_turn(j.im, j.re) - reference);
    q->pf_ppm = (int32_t)ratio_ppm(q->p_uw, q->s_uva);
    q->pf1_ppm = (int32_t)ratio_ppm(q->p1_uw, length(q->p1_uw, q->q1_uvar));
    q->thd_u_ppm = distortion_ppm(u, m->u_scale[k], q->u1_uv);
    q->thd_i_ppm = distortion_ppm(i, m->i_scale[k], q->i1_ua);
}

/* (x + y a^n + z a^2n) with a a third of a turn; n = 1 gives three times the positive
 * sequence, n = 2 the negative one, n = 0 the zero sequence. */
static int64_t sequence(const phasor u[WH_PHASES], unsigned n)
{
    static const int64_t cosine[3] = {(int64_t)1 << 31, -((int64_t)1 << 30), -((int64_t)1 << 30)};
    static const int64_t sine[3] = {0, HALF_SQRT3_Q31, -HALF_SQRT3_Q31};
    int64_t re = 0;
    int64_t im = 0;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        unsigned t = k * n % 3;
        re += wh_mul_shift(u[k].re, cosine[t], 31) - wh_mul_shift(u[k].im, sine[t], 31);
        im += wh_mul_shift(u[k].re, sine[t], 31) + wh_mul_shift(u[k].im, cosine[t], 31);
    }
    return length(re, im);
}

static void sequences(wh_metrology *m, const wh_channel_means *means)
{
    wh_quantities *q = &m->quantities;
    q->rotation = WH_ROTATION_NONE;
    q->u2_ppm = 0;
    q->u0_ppm = 0;
    if (m->config->phases < WH_PHASES || q->present == 0) {
        return;
    }
    phasor u[WH_PHASES];
    for (unsigned k = 0; k < WH_PHASES; k++) {
        wh_scale s = wh_scale_shift(m->u_scale[k], -16);
        u[k] = (phasor){wh_scale_apply(means[k].re_q16, s), wh_scale_apply(means[k].im_q16, s)};
    }
    int64_t positive = sequence(u, 1);
    int64_t negative = sequence(u, 2);
    q->rotation = positive >= negative ? WH_ROTATION_ABC : WH_ROTATION_ACB;
    if (positive < negative) { /* turned the other way round, the other one is the positive */
        int64_t swap = positive;
        positive = negative;
        negative = swap;
    }
    q->u2_ppm = (uint32_t)ratio_ppm(negative, positive);
    q->u0_ppm = (uint32_t)ratio_ppm(sequence(u, 0), positive);
}

/* IEEE 1459-2010 3.2.3.1, four wires: Ue² = sum U²/3 - (u1+u2+u3)²/18, which is the same as its
 * form with the line voltages; Ie² = (sum I² + In²)/3. In squares of microvolts over 2^16. */
static int64_t effective(const wh_metrology *m, const wh_channel_means *means)
{
    const wh_quantities *q = &m->quantities;
    wh_scale inverse = wh_scale_div(wh_scale_of((uint64_t)1 << 32), wh_scale_of(q->length_q16));
    int64_t sum_mean_q16 = means[0].mean_q16 + means[1].mean_q16 + means[2].mean_q16;
    int64_t sum_q14 =
        wh_scale_apply(m->sums.zz, wh_scale_shift(inverse, 2)) -
        wh_mul_shift(sum_mean_q16, sum_mean_q16, 18); /* zz has a quarter of the sum */
    wh_scale third = wh_scale_div(wh_scale_of(1), wh_scale_of(3));
    int64_t zero_sequence =
        wh_metrology_rms(wh_scale_apply(sum_q14, third) / 6, wh_scale_shift(m->u_scale[0], 1));
    int64_t ue = length(length(q->phase[0].u_uv, q->phase[1].u_uv), q->phase[2].u_uv);
    int64_t ie =
        length(length(q->phase[0].i_ua, q->phase[1].i_ua), length(q->phase[2].i_ua, q->in_ua));
    /* ue² / 3 - zero²: by the difference of squares, without overflow */
    int64_t ue3 = wh_mul_shift(ue, 2479700525, 32); /* 2^32 / sqrt(3) */
    int64_t u = root_of_difference(ue3, zero_sequence);
    return wh_mul_shift(product(u, ie), 7439101574, 32); /* 3 u ie / sqrt(3) */
}

void wh_metrology_quantities(wh_metrology *m, const wh_channel_means *means)
{
    wh_quantities *q = &m->quantities;
    unsigned phases = m->config->phases;
    unsigned first = (q->present & 1U) != 0 ? 0 : q->leader;
    uint32_t reference = turn_of(&means[WH_U1 + first]);
    q->p_uw = 0;
    q->p1_uw = 0;
    q->q1_uvar = 0;
    q->s_arithmetic_uva = 0;
    for (unsigned k = 0; k < phases; k++) {
        phase_quantities(m, means, k, reference);
        q->p_uw += q->phase[k].p_uw;
        q->p1_uw += q->phase[k].p1_uw;
        q->q1_uvar += q->phase[k].q1_uvar;
        q->s_arithmetic_uva += q->phase[k].s_uva;
    }
    q->in_ua = wh_metrology_rms(means[WH_IN].square_q16, m->i_scale[WH_PHASES]);
    q->in1_ua = fundamental(&means[WH_IN], m->i_scale[WH_PHASES]);
    q->in1_angle_urad = angle_urad(turn_of(&means[WH_IN]) - reference);
    q->s_vector_uva = length(q->p_uw, q->q1_uvar);
    q->s_effective_uva = phases == WH_PHASES ? effective(m, means) : q->s_arithmetic_uva;
    q->pf_ppm = (int32_t)ratio_ppm(q->p_uw, q->s_arithmetic_uva);
    sequences(m, means);
}
