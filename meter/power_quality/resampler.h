/* SPDX-License-Identifier: Apache-2.0 */
/* resampler.h - samples at a fixed rate in, points at a fixed fraction of a window out.
 *
 * The kernel is a quintic B-spline, stretched by `stretch` samples: (sin x / x)⁶ in frequency.
 * It has sixfold zeros at the multiples of the (stretched) sampling rate, which is where the
 * images of the mains are; its droop is known exactly and taken out of the spectrum by
 * wh_resampler_response. A point comes out three stretches after its place in the samples. */
#ifndef WH_METER_RESAMPLER_H
#define WH_METER_RESAMPLER_H

#include "meter/metrology/metrology.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_RESAMPLER_BLOCK 16

/* Sample sets of history for a stretch. */
#define WH_RESAMPLER_HISTORY(stretch) (6 * (stretch) + WH_RESAMPLER_BLOCK)

/* Private. Positions are relative to the newest sample, in sample periods, 32 fraction bits. */
typedef struct {
    float (*history)[WH_CHANNELS]; /* newest last */
    unsigned size;
    unsigned filled;
    unsigned stretch;
    float inverse; /* 1 / stretch */
    bool running;
    bool waiting; /* the next window is known while this one still lacks points */
    int64_t next_q32;
    int64_t spacing_q32;
    int64_t waiting_next_q32;
    int64_t waiting_spacing_q32;
} wh_resampler;

/* history[size]  kept; size at least WH_RESAMPLER_HISTORY(stretch) */
void wh_resampler_init(wh_resampler *r, unsigned stretch, float (*history)[WH_CHANNELS],
                       unsigned size);

/* Take one sample set. */
void wh_resampler_put(wh_resampler *r, const int32_t sample[WH_CHANNELS]);

/* The next point, if its samples are here. */
bool wh_resampler_take(wh_resampler *r, float point[WH_CHANNELS]);

/* Points of a window: the first at start_q32, the others at the spacing. Where a window is
 * running already, this one waits for wh_resampler_end. */
void wh_resampler_start(wh_resampler *r, int64_t start_q32, int64_t spacing_q32);

/* The running window has all its points. True if another one follows at once. */
bool wh_resampler_end(wh_resampler *r);

/* Amplitude of a tone behind the resampler; f in cycles per sample, f * stretch below 0.8. With the
 * spline's own gain of 120 * stretch. */
float wh_resampler_response(const wh_resampler *r, float f);

#endif /* WH_METER_RESAMPLER_H */
