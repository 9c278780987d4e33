/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/power_quality/resampler.h"

#include "meter/power_quality/spline_table.h"

#include <string.h>

#define ONE_Q32 ((int64_t)1 << 32)
#define HALF    3U /* of the spline's width */

unsigned wh_resampler_stretch(unsigned most)
{
    unsigned stretch = most < SPLINE_STEPS / 2 ? most : SPLINE_STEPS / 2;
    while (stretch > 1 && SPLINE_STEPS % stretch != 0) { /* taps fall on the steps alike */
        stretch--;
    }
    return stretch > 1 ? stretch : 1;
}

void wh_resampler_init(wh_resampler *r, unsigned stretch, float (*history)[WH_CHANNELS],
                       unsigned size)
{
    *r = (wh_resampler){.history = history, .size = size, .stretch = stretch};
    r->filled = 2 * HALF * stretch; /* silence before the first sample */
    memset(history, 0, r->filled * sizeof history[0]);
}

size_t wh_resampler_put(wh_resampler *r, const int32_t (*samples)[WH_CHANNELS], size_t count)
{
    if (r->filled == r->size) {
        const unsigned keep = 2 * HALF * r->stretch;
        memmove(r->history[0], r->history[r->size - keep], keep * sizeof r->history[0]);
        r->filled = keep;
    }
    const size_t room = r->size - r->filled;
    const size_t taken = count < room ? count : room;
    const int32_t *from = samples[0];
    float *to = r->history[r->filled];
    for (size_t i = 0; i < taken; i++) {
        to[0] = (float)from[0];
        to[1] = (float)from[1];
        to[2] = (float)from[2];
        to[3] = (float)from[3];
        to[4] = (float)from[4];
        to[5] = (float)from[5];
        to[6] = (float)from[6];
        to += WH_CHANNELS;
        from += WH_CHANNELS;
    }
    r->filled += (unsigned)taken;
    r->next_q32 -= (int64_t)taken * ONE_Q32;
    r->waiting_next_q32 -= (int64_t)taken * ONE_Q32;
    return taken;
}

bool wh_resampler_take(wh_resampler *r, float point[WH_CHANNELS])
{
    /* The end of the kernel's reach. */
    const int64_t reach_q32 = (int64_t)(HALF * r->stretch) * ONE_Q32 + r->next_q32;

    if (!r->running || reach_q32 >= ONE_Q32) {
        return false;
    }
    /* Of the samples it reaches, the newest is `back` before the newest of all; it lies u of
     * a sample period before the end of its reach. */
    const unsigned back = (unsigned)((ONE_Q32 - 1 - reach_q32) >> 32);
    if (back >= WH_RESAMPLER_BLOCK) { /* not where this is fed as it must be: no samples left */
        r->running = false;
        return false;
    }
    const uint32_t u_q32 = (uint32_t)reach_q32;
    const unsigned pitch = SPLINE_STEPS / r->stretch;
    const uint64_t steps_q32 = (uint64_t)u_q32 * pitch;
    const float part = (float)(uint32_t)steps_q32 * (1.0F / 4294967296.0F);
    const float *s = spline + (steps_q32 >> 32);
    const float *x = r->history[r->filled - 1 - back];
    float a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0, a6 = 0; /* in registers */
    for (unsigned j = 2 * HALF * r->stretch; j > 0; j--) {
        const float w = s[0] + part * (s[1] - s[0]);
        a0 += w * x[0];
        a1 += w * x[1];
        a2 += w * x[2];
        a3 += w * x[3];
        a4 += w * x[4];
        a5 += w * x[5];
        a6 += w * x[6];
        x -= WH_CHANNELS;
        s += pitch;
    }
    point[0] = a0;
    point[1] = a1;
    point[2] = a2;
    point[3] = a3;
    point[4] = a4;
    point[5] = a5;
    point[6] = a6;
    r->next_q32 += r->spacing_q32;
    return true;
}

bool wh_resampler_start(wh_resampler *r, int64_t start_q32, int64_t spacing_q32,
                        unsigned points_left)
{
    const int64_t last_q32 = r->next_q32 + ((int64_t)points_left - 1) * r->spacing_q32;

    if (r->running && !r->waiting && last_q32 < start_q32 + ONE_Q32 / 2) {
        r->waiting = true;
        r->waiting_next_q32 = start_q32;
        r->waiting_spacing_q32 = spacing_q32;
        return true;
    }
    r->running = true;
    r->waiting = false;
    r->next_q32 = start_q32;
    r->spacing_q32 = spacing_q32;
    return false;
}

void wh_resampler_end(wh_resampler *r)
{
    r->running = r->waiting;
    r->waiting = false;
    r->next_q32 = r->waiting_next_q32;
    r->spacing_q32 = r->waiting_spacing_q32;
}

float wh_resampler_response(const wh_resampler *r, float f)
{
    const float x = 3.14159265F * f * (float)r->stretch;
    const float y = x * x;
    /* sin x / x: its series, to 2e-6 at x = 2.5 */
    const float sinc =
        1.0F +
        y * (-1.0F / 6 +
             y * (1.0F / 120 +
                  y * (-1.0F / 5040 +
                       y * (1.0F / 362880 + y * (-1.0F / 39916800 + y * (1.0F / 6227020800.0F))))));
    const float square = sinc * sinc;
    return (float)r->stretch * square * square * square;
}
