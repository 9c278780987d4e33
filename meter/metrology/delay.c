/* SPDX-License-Identifier: Apache-2.0 */
/* delay.c - delay channels by a fraction of a sample: a parabola through three samples. */
#include "meter/metrology/metrology_internal.h"

#include <string.h>

/* The sample `back` steps before in[at]. */
static int32_t earlier(const wh_metrology *m, const int32_t (*in)[WH_CHANNELS], size_t at,
                       size_t back, unsigned channel)
{
    return at >= back ? in[at - back][channel] : m->history[back - at - 1][channel];
}

/* Lagrange weights of x[n], x[n-1], x[n-2] at n - d:
 * (d-1)(d-2)/2, d(2-d), d(d-1)/2. */
static int32_t parabola(int32_t x0, int32_t x1, int32_t x2, int64_t d_q16)
{
    const int64_t one = 65536;
    int64_t h0 = (d_q16 - one) * (d_q16 - 2 * one) / 2;
    int64_t h1 = d_q16 * (2 * one - d_q16);
    int64_t h2 = d_q16 * (d_q16 - one) / 2;
    return (int32_t)((h0 * x0 + h1 * x1 + h2 * x2 + ((int64_t)1 << 31)) >> 32);
}

void wh_metrology_delay(const wh_metrology *m, const int32_t (*in)[WH_CHANNELS], size_t count,
                        int32_t (*out)[WH_CHANNELS])
{
    memcpy(out, in, count * sizeof *out);
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        uint32_t d_q16 = m->config->channel[k].delay_q16;
        for (size_t n = 0; d_q16 != 0 && n < count; n++) {
            out[n][k] = parabola(in[n][k], earlier(m, in, n, 1, k), earlier(m, in, n, 2, k), d_q16);
        }
    }
}

void wh_metrology_delay_keep(wh_metrology *m, const int32_t (*in)[WH_CHANNELS], size_t used)
{
    if (used >= 2) {
        memcpy(m->history[1], in[used - 2], sizeof m->history[1]);
    } else if (used == 1) {
        memcpy(m->history[1], m->history[0], sizeof m->history[1]);
    }
    if (used >= 1) {
        memcpy(m->history[0], in[used - 1], sizeof m->history[0]);
    }
}
