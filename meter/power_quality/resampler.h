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

#define WH_RESAMPLER_BLOCK 32

/* Sample sets of history for a stretch. */
#define WH_RESAMPLER_HISTORY(stretch) (6 * (stretch) + WH_RESAMPLER_BLOCK)

/* Private. Positions are relative to the newest sample, in sample periods, 32 fraction bits. */
typedef struct {
    float (*history)[WH_CHANNELS]; /* newest last */
    unsigned size;
    unsigned filled;
    unsigned stretch;
    bool running;
    bool waiting; /* the next window is known while this one still lacks points */
    int64_t next_q32;
    int64_t spacing_q32;
    int64_t waiting_next_q32;
    int64_t waiting_spacing_q32;
} wh_resampler;

/* The largest stretch up to `most` that there is. */
unsigned wh_resampler_stretch(unsigned most);

/* stretch        one of wh_resampler_stretch
 * history[size]  kept; size at least WH_RESAMPLER_HISTORY(stretch) */
void wh_resampler_init(wh_resampler *r, unsigned stretch, float (*history)[WH_CHANNELS],
                       unsigned size);

/* Take up to count sample sets; returns how many. Take all points before the next call. */
size_t wh_resampler_put(wh_resampler *r, const int32_t (*samples)[WH_CHANNELS], size_t count);

/* The next point, if its samples are here. */
bool wh_resampler_take(wh_resampler *r, float point[WH_CHANNELS]);

/* A window begins: its first point lies at start_q32, the others at the spacing. True if it
 * waits for wh_resampler_end of the running one, which lacks points_left; false if it runs,
 * as nothing did, or as the running one reached into it (the frequency jumped) and is given
 * up. */
bool wh_resampler_start(wh_resampler *r, int64_t start_q32, int64_t spacing_q32,
                        unsigned points_left);

/* The running window has all its points. */
void wh_resampler_end(wh_resampler *r);

/* Amplitude of a tone behind the resampler; f in cycles per sample, f * stretch below 0.8.
 * `stretch` for DC. */
float wh_resampler_response(const wh_resampler *r, float f);

#endif /* WH_METER_RESAMPLER_H */
