/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/power_quality/resampler.h"

#include <string.h>

#define ONE_Q32 ((int64_t)1 << 32)
#define HALF    3 /* of the spline's width */

void wh_resampler_init(wh_resampler *r, unsigned stretch, float (*history)[WH_CHANNELS],
                       unsigned size)
{
    *r = (wh_resampler){.history = history, .size = size, .stretch = stretch};
    r->inverse = 1.0F / (float)stretch;
    r->filled = 2 * HALF * stretch; /* silence before the first sample */
    memset(history, 0, r->filled * sizeof history[0]);
}

void wh_resampler_put(wh_resampler *r, const int32_t sample[WH_CHANNELS])
{
    if (r->filled == r->size) {
        const unsigned keep = 2 * HALF * r->stretch;
        memmove(r->history[0], r->history[r->size - keep], keep * sizeof r->history[0]);
        r->filled = keep;
    }
    float *to = r->history[r->filled++];
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        to[k] = (float)sample[k];
    }
    r->next_q32 -= ONE_Q32;
    r->waiting_next_q32 -= ONE_Q32;
}

static float fifth_power(float x)
{
    const float y = x * x;
    return y * y * x;
}

/* 120 times the quintic B-spline: 6 wide, its integer shifts sum to 120. */
static float spline(float t)
{
    const float a = t < 0 ? -t : t;
    float w = fifth_power(3.0F - a);
    if (a < 2.0F) {
        w -= 6.0F * fifth_power(2.0F - a);
        if (a < 1.0F) {
            w += 15.0F * fifth_power(1.0F - a);
        }
    }
    return w;
}

bool wh_resampler_take(wh_resampler *r, float point[WH_CHANNELS])
{
    const int64_t ahead_q32 = (int64_t)(HALF * r->stretch - 1) * ONE_Q32 + r->next_q32;

    if (!r->running || ahead_q32 > 0) {
        return false;
    }
    /* The newest sample lies 3 stretches - 1 + u behind the point, u in [0, 1). */
    const float u = (float)(uint32_t)-ahead_q32 * (1.0F / 4294967296.0F);
    const float *x = r->history[r->filled - 1];
    float t = (float)HALF + (u - 1.0F) * r->inverse;
    float a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0, a6 = 0; /* in registers */
    for (unsigned j = 2 * HALF * r->stretch; j > 0; j--) {
        const float w = spline(t);
        a0 += w * x[0];
        a1 += w * x[1];
        a2 += w * x[2];
        a3 += w * x[3];
        a4 += w * x[4];
        a5 += w * x[5];
        a6 += w * x[6];
        x -= WH_CHANNELS;
        t -= r->inverse;
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

void wh_resampler_start(wh_resampler *r, int64_t start_q32, int64_t spacing_q32)
{
    if (r->running && !r->waiting) {
        r->waiting = true;
        r->waiting_next_q32 = start_q32;
        r->waiting_spacing_q32 = spacing_q32;
        return;
    }
    r->running = true; /* or the running one is hopelessly late: begin anew */
    r->waiting = false;
    r->next_q32 = start_q32;
    r->spacing_q32 = spacing_q32;
}

bool wh_resampler_end(wh_resampler *r)
{
    r->running = r->waiting;
    r->waiting = false;
    r->next_q32 = r->waiting_next_q32;
    r->spacing_q32 = r->waiting_spacing_q32;
    return r->running;
}

float wh_resampler_response(const wh_resampler *r, float f)
{
    const float x = 3.14159265F * f * (float)r->stretch;
    const float y = x * x;
    /* sin x / x: its series, to 2e-6 at x = 2.5 */
    const float sinc =
        1.0F -
        y / 6.0F *
            (1.0F -
             y / 20.0F *
                 (1.0F - y / 42.0F * (1.0F - y / 72.0F * (1.0F - y / 110.0F * (1 - y / 156.0F)))));
    const float square = sinc * sinc;
    return 120.0F * (float)r->stretch * square * square * square;
}
