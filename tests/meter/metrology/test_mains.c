/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/metrology/test_mains.h"

#include <math.h>

#define TURN 6.283185307179586

wh_metrology_config mains_config(const mains *m)
{
    wh_metrology_config c = {
        .fs_mhz = (uint32_t)lround(m->fs_hz * 1000), .f_nominal_mhz = 50000, .phases = WH_PHASES};
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        c.channel[k].full_scale = k < WH_I1 ? 400000000 : 150000000;
        c.channel[k].noise_q8 = (uint32_t)lround((m->noise_codes * m->noise_codes) * 256);
    }
    return c;
}

static double uniform(mains *m)
{
    m->seed = m->seed * 6364136223846793005U + 1442695040888963407U;
    return ((double)(m->seed >> 11) + 0.5) / 9007199254740992.0;
}

static double noise(mains *m)
{
    if (m->noise_codes == 0) {
        return 0;
    }
    return m->noise_codes * sqrt(-2 * log(uniform(m))) * cos(TURN * uniform(m));
}

static int32_t code(mains *m, double part)
{
    return (int32_t)lrint(part * WH_CODE_FULL + noise(m));
}

void mains_samples(mains *m, uint64_t first, int32_t (*codes)[WH_CHANNELS], size_t count)
{
    for (size_t j = 0; j < count; j++) {
        double t = TURN * fmod((double)(first + j) * m->f_hz / m->fs_hz, 1.0);
        double neutral = 0;
        for (unsigned k = 0; k < WH_PHASES; k++) {
            double a = t - (m->angle_rad[k] != 0 ? m->angle_rad[k] : TURN / 3 * k);
            double u = sin(a);
            double i = sin(a - m->lag_rad[k]);
            for (size_t n = 0; n < MAINS_HARMONICS; n++) {
                const mains_harmonic *h = &m->harmonic[n];
                u += h->u * sin(h->order * a);
                i += h->i * sin(h->order * a - h->lag_rad);
            }
            double amperes = sqrt(2) * m->i_a[k] * i;
            neutral += amperes;
            codes[j][WH_U1 + k] = code(m, (sqrt(2) * m->u_v[k] * u + m->u_dc_v) / MAINS_U_FULL_V);
            codes[j][WH_I1 + k] = code(m, (amperes + m->i_dc_a) / MAINS_I_FULL_A);
        }
        codes[j][WH_IN] = code(m, neutral / MAINS_I_FULL_A);
    }
}

double mains_p_w(const mains *m, unsigned k)
{
    double part = cos(m->lag_rad[k]);
    for (size_t n = 0; n < MAINS_HARMONICS; n++) {
        part += m->harmonic[n].u * m->harmonic[n].i * cos(m->harmonic[n].lag_rad);
    }
    return m->u_v[k] * m->i_a[k] * part;
}

double mains_q1_var(const mains *m, unsigned k)
{
    return m->u_v[k] * m->i_a[k] * sin(m->lag_rad[k]);
}

double mains_u_v(const mains *m, unsigned k)
{
    double square = 1;
    for (size_t n = 0; n < MAINS_HARMONICS; n++) {
        square += m->harmonic[n].u * m->harmonic[n].u;
    }
    return m->u_v[k] * sqrt(square);
}

double mains_i_a(const mains *m, unsigned k)
{
    double square = 1;
    for (size_t n = 0; n < MAINS_HARMONICS; n++) {
        square += m->harmonic[n].i * m->harmonic[n].i;
    }
    return m->i_a[k] * sqrt(square);
}
