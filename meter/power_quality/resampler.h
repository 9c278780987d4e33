/* SPDX-License-Identifier: Apache-2.0 */
/* resampler.h - samples at a fixed rate in, points at a fixed fraction of a window out.
 *
 * The kernel is a cubic B-spline, stretched over `stretch` samples: (sin x / x)⁴ in frequency.
 * It has fourfold zeros around every multiple of the (stretched) sampling rate, which is
 * where the images of the mains are, and its droop is known exactly, so the spectrum is
 * corrected by wh_resampler_response. */
#ifndef WH_METER_RESAMPLER_H
#define WH_METER_RESAMPLER_H

#include "meter/metrology/metrology.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_RESAMPLER_STRETCH 26 /* 100 kHz to 1024 points */
#define WH_RESAMPLER_HISTORY (4 * WH_RESAMPLER_STRETCH + 16)

/* Private. */
typedef struct {
    uint8_t stretch;
    uint8_t first;    /* first channel that is gathered */
    uint8_t channels; /* how many */
    uint16_t points;
    uint16_t done; /* points made of this window */
    bool running;
    int64_t next_q32; /* where the next point lies, relative to the newest sample */
    int64_t spacing_q32;
    unsigned filled;
    float history[WH_RESAMPLER_HISTORY][WH_CHANNELS];
    float *out; /* [channels][points], points in the order the FFT wants them */
} wh_resampler;

#endif /* WH_METER_RESAMPLER_H */
