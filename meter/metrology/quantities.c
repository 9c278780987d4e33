/* SPDX-License-Identifier: Apache-2.0 */
/* quantities.c - what a window says in volts, amperes and watts. */
#include "meter/metrology/metrology_internal.h"

#define MILLION 1000000

static const wh_scale one_over_sqrt2 = {0xB504F334U, -32};
static const wh_scale half_sqrt3 = {0xDDB3D743U, -32};
static const wh_scale one_over_sqrt3 = {0x93CD3A2DU, -32};
static const wh_scale urad_per_turn_q32 = {0xBFBF629DU, -41}; /* 2 pi 10^6 / 2^32 */
static const wh_scale turn_q32_per_nrad = {0xAEFE2247U, -32}; /* 2^32 / 2 pi / 10^9 */

static wh_scale part(int64_t a, uint64_t b)
{
    return wh_scale_div(wh_scale_of((uint64_t)a), wh_scale_of(b));
}

static int64_t ratio_ppm(int64_t a, int64_t b)
{
    return wh_scale_apply(a, part(MILLION, (uint64_t)b));
}

static int64_t length(int64_t x, int64_t y)
{
    int64_t l;
    (void)wh_polar(y, x, &l);
    return l;
}

static int32_t angle_urad(uint32_t turn)
{
    return (int32_t)wh_scale_apply((int32_t)turn, urad_per_turn_q32);
}

/* What a channel says by itself. */
typedef struct {
    int64_t rms;
    int64_t dc;
    int64_t first; /* fundamental, rms */
    uint32_t turn;
    uint32_t thd_ppm; /* all that is not the fundamental, as a part of it */
} channel_values;

static channel_values values_of(const wh_channel_means *c, wh_scale scale)
{
    channel_values v;
    int64_t peak_q16;
    wh_scale from_q16 = wh_scale_shift(scale, -16);
    v.turn = wh_polar(c->im_q16, c->re_q16, &peak_q16);
    v.rms = wh_metrology_rms(c->square_q16, scale);
    v.dc = wh_scale_apply(c->mean_q16, from_q16);
    v.first = wh_scale_apply(peak_q16, wh_scale_mul(from_q16, one_over_sqrt2));
    int64_t rest_q16 = c->square_q16 - wh_mul_shift(c->re_q16, c->re_q16, 17) -
                       wh_mul_shift(c->im_q16, c->im_q16, 17);
    int64_t thd_ppm = ratio_ppm(wh_metrology_rms(rest_q16, scale), v.first);
    v.thd_ppm = thd_ppm < UINT32_MAX ? (uint32_t)thd_ppm : UINT32_MAX;
    return v;
}

static uint32_t phase_quantities(wh_metrology *m, unsigned k, const wh_channel_means *means,
                                 const wh_phase_means *p, uint32_t reference)
{
    wh_phase_quantities *q = &m->quantities.phase[k];
    const wh_phase_calibration *c = &m->config->phase[k];
    channel_values u = values_of(&means[WH_U1 + k], m->scale[WH_U1 + k]);
    channel_values i = values_of(&means[WH_I1 + k], m->scale[WH_I1 + k]);
    wh_scale code = wh_scale_shift(wh_metrology_power_scale(m, k), -16);
    q->u_uv = u.rms;
    q->i_ua = i.rms;
    q->u_dc_uv = u.dc;
    q->i_dc_ua = i.dc;
    q->u1_uv = u.first;
    q->i1_ua = i.first;
    q->thd_u_ppm = u.thd_ppm;
    q->thd_i_ppm = i.thd_ppm;
    q->p_uw = wh_scale_apply(p->p_q16, code) - c->p_offset_uw;
    q->p1_uw = wh_scale_apply(p->p1_q16, code) - c->p_offset_uw;
    q->q1_uvar = wh_scale_apply(p->q1_q16, code) - c->q_offset_uvar;
    q->s_uva = wh_scale_apply(u.rms, part(i.rms, MILLION));
    q->u1_angle_urad = angle_urad(u.turn - reference);
    uint32_t lead = (uint32_t)wh_scale_apply(c->angle_nrad, turn_q32_per_nrad);
    q->i1_angle_urad = angle_urad(i.turn - lead - reference);
    q->pf_ppm = (int32_t)ratio_ppm(q->p_uw, q->s_uva);
    q->pf1_ppm = (int32_t)ratio_ppm(q->p1_uw, length(q->p1_uw, q->q1_uvar));
    return u.turn;
}

/* Three times the symmetrical components, with a = -1/2 + j sqrt(3)/2:
 * u1 + a u2 + a² u3 = u1 - (u2 + u3)/2 + j sqrt(3)/2 (u2 - u3), and the same with -j. */
static void sequences(wh_metrology *m, const wh_channel_means *means)
{
    wh_quantities *q = &m->quantities;
    int64_t re[WH_PHASES];
    int64_t im[WH_PHASES];
    for (unsigned k = 0; k < WH_PHASES; k++) {
        wh_scale s = wh_scale_shift(m->scale[WH_U1 + k], -16);
        re[k] = wh_scale_apply(means[k].re_q16, s);
        im[k] = wh_scale_apply(means[k].im_q16, s);
    }
    int64_t a_re = re[0] - (re[1] + re[2]) / 2;
    int64_t a_im = im[0] - (im[1] + im[2]) / 2;
    int64_t b_re = wh_scale_apply(re[1] - re[2], half_sqrt3);
    int64_t b_im = wh_scale_apply(im[1] - im[2], half_sqrt3);
    int64_t zero = length(re[0] + re[1] + re[2], im[0] + im[1] + im[2]);
    int64_t positive = length(a_re - b_im, a_im + b_re);
    int64_t negative = length(a_re + b_im, a_im - b_re);
    q->rotation = WH_ROTATION_ABC;
    if (positive < negative) { /* turned the other way round, the other one is the positive */
        int64_t swap = positive;
        positive = negative;
        negative = swap;
        q->rotation = WH_ROTATION_ACB;
    }
    q->u2_ppm = (uint32_t)ratio_ppm(negative, positive);
    q->u0_ppm = (uint32_t)ratio_ppm(zero, positive);
}

/* IEEE 1459-2010 3.2.3.1, four wires: Ue² = sum U²/3 - (u1+u2+u3)²/18, which is the same as its
 * form with the line voltages; Ie² = (sum I² + In²)/3. In codes² of the first channels. */
static int64_t effective(const wh_metrology *m, const wh_channel_means *means)
{
    const wh_quantities *q = &m->quantities;
    const wh_phase_quantities *p = q->phase;
    int64_t mean_q16 = means[0].mean_q16 + means[1].mean_q16 + means[2].mean_q16;
    int64_t sum_q12 = wh_scale_apply(m->sums.zz, part((int64_t)1 << 32, q->length_q16)) -
                      wh_mul_shift(mean_q16, mean_q16, 20); /* zz has a quarter of the sum */
    int64_t zero = wh_metrology_rms(sum_q12 / 18, wh_scale_shift(m->scale[WH_U1], 2));
    int64_t u3 = wh_scale_apply(length(length(p[0].u_uv, p[1].u_uv), p[2].u_uv), one_over_sqrt3);
    int64_t i3 = length(length(p[0].i_ua, p[1].i_ua), length(p[2].i_ua, q->in_ua));
    /* sqrt(u3² - zero²) as (u3 + zero) sqrt((u3 - zero) / (u3 + zero)) */
    int64_t ratio_q62 = wh_scale_apply(u3 - zero, part((int64_t)1 << 62, (uint64_t)(u3 + zero)));
    uint32_t root_q31 = wh_isqrt64(ratio_q62 > 0 ? (uint64_t)ratio_q62 : 0);
    int64_t ue = wh_scale_apply(u3 + zero, wh_scale_shift(wh_scale_of(root_q31), -31));
    /* 3 Ue Ie = sqrt(3) Ue i3 */
    return 2 * wh_scale_apply(ue, wh_scale_mul(half_sqrt3, part(i3, MILLION)));
}

void wh_metrology_quantities(wh_metrology *m, const wh_channel_means *means,
                             const wh_phase_means *powers)
{
    wh_quantities *q = &m->quantities;
    unsigned phases = m->config->phases;
    unsigned first = (q->present & 1U) != 0 ? 0 : q->leader;
    uint32_t reference = wh_polar(means[first].im_q16, means[first].re_q16, NULL);
    channel_values n = values_of(&means[WH_IN], m->scale[WH_IN]);
    q->in_ua = n.rms;
    q->in1_ua = n.first;
    q->in1_angle_urad = angle_urad(n.turn - reference);
    q->p_uw = 0;
    q->p1_uw = 0;
    q->q1_uvar = 0;
    q->s_arithmetic_uva = 0;
    for (unsigned k = 0; k < phases; k++) {
        phase_quantities(m, k, means, &powers[k], reference);
        q->p_uw += q->phase[k].p_uw;
        q->p1_uw += q->phase[k].p1_uw;
        q->q1_uvar += q->phase[k].q1_uvar;
        q->s_arithmetic_uva += q->phase[k].s_uva;
    }
    q->s_vector_uva = length(q->p_uw, q->q1_uvar);
    q->pf_ppm = (int32_t)ratio_ppm(q->p_uw, q->s_arithmetic_uva);
    q->s_effective_uva = q->s_arithmetic_uva;
    q->rotation = WH_ROTATION_NONE;
    if (phases == WH_PHASES && q->present != 0) {
        q->s_effective_uva = effective(m, means);
        sequences(m, means);
    } else {
        q->u2_ppm = 0;
        q->u0_ppm = 0;
    }
}
