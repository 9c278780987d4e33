/* SPDX-License-Identifier: Apache-2.0 */
/* harmonics.h - harmonics and interharmonics by IEC 61000-4-7 on all channels.
 *
 *   samples ─▶ resampled to 1024 or 2048 points per 10/12 cycles ─▶ FFT ─▶ 5 Hz bins ─▶ groups
 *              between the cuts of wh_metrology's windows: gapless, rectangular
 *
 *   bin / 10:   h-1 . . . . . . . . . h . . . . . . . . . h+1      (12 at 60 Hz)
 *                           [ - h - ]                              harmonic subgroup Gsg,h
 *                                   [ interharmonic centred subgroup ]
 *
 * Points and what they are for:
 *   2048  class A: to the 50th at 8 kHz and above, aliases of other content below class I
 *   1024  class S: to the 40th (60 Hz: the 33rd), half the memory; content near 3.1 kHz comes
 *         back as the 40th at -46 dB, at less than -70 dB as the 35th
 * At low sampling rates orders end at nine tenths of half the rate; the rest is absent.
 *
 * Memory is the caller's workspace: `slots` channels are gathered at a time. With 7 slots all
 * channels are gapless, as class A wants. With fewer they take turns, window after window:
 * with 3 slots voltages, currents and the neutral current each have 5 of the 15 windows of
 * 150 cycles in 14 kB and at half the work, with one slot each channel 2 of them in 5 kB.
 * The FFT runs inside wh_power_quality_feed, in the call that completes the window. */
#ifndef WH_METER_HARMONICS_H
#define WH_METER_HARMONICS_H

#include "core/err.h"
#include "meter/metrology/metrology.h"
#include "meter/power_quality/quality_part.h"
#include "meter/power_quality/resampler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_HARMONICS_ORDERS 50

/* Floats of workspace for points, slots and a sampling rate in Hz: the slots' points, and the
 * resampler's history. */
#define WH_HARMONICS_WORKSPACE(points, slots, fs_hz) \
    ((points) * (slots) + WH_CHANNELS * WH_RESAMPLER_HISTORY((fs_hz) / 4000 + 1))

/* One channel over one window. Rms values in V or A. */
typedef struct {
    float harmonic[WH_HARMONICS_ORDERS + 1];      /* subgroups; [0] is the DC, signed */
    float interharmonic[WH_HARMONICS_ORDERS + 1]; /* [h] between h and h + 1 */
    int32_t angle_urad[WH_HARMONICS_ORDERS + 1];  /* of the line itself, a sine at the upward
                              zero crossing of U1 (of the leading phase) being 0; -pi..pi */
    float thd;                                    /* of the lines, part of the fundamental */
    float thds;                                   /* of the subgroups */
} wh_harmonic_spectrum;

/* How a window lies to the mains. Private. */
typedef struct {
    uint64_t start_q16;
    uint64_t end_q16;
    uint32_t phase; /* of the oscillator where it starts */
    uint32_t step;  /* of the oscillator */
    uint8_t leader; /* the phase it follows */
    bool locked;
} wh_harmonics_aim;

/* Read spectrum after WH_QUALITY_NEWS_HARMONICS. */
typedef struct {
    wh_quality_part part;
    wh_harmonic_spectrum spectrum[WH_CHANNELS];
    uint32_t windows[WH_CHANNELS]; /* measured so far; 0: spectrum is not valid yet */
    uint8_t fresh;                 /* bit k: channel k is of the last window */
    uint8_t orders;                /* highest order measured; above it all is zero (absent) */
    bool locked;                   /* the last window followed the fundamental */
    uint64_t start_q16;            /* the last window, in sample periods */
    uint64_t end_q16;
    /* private */
    const wh_metrology_config *config;
    uint16_t points;
    uint16_t done;  /* points of the running window */
    uint16_t place; /* of the last one */
    uint8_t slots;
    uint8_t cycles;
    uint8_t channels;             /* in use */
    uint8_t channel[WH_CHANNELS]; /* which */
    uint8_t first;                /* index into channel[] of slot 0 */
    uint32_t reference_turn;      /* of the leading voltage, to the oscillator */
    wh_harmonics_aim aim[2];      /* the running window's, and that of the one behind it */
    wh_resampler resampler;
    float *gathered;
} wh_harmonics;

/* Start.
 *
 * points              1024 or 2048 per window
 * slots               1 to WH_CHANNELS channels at a time
 * workspace[len]      kept; len at least WH_HARMONICS_WORKSPACE(points, slots, fs)
 *
 * WH_OK
 * WH_ERR_RANGE        points, slots
 * WH_ERR_SPACE        len is less than that
 * WH_ERR_UNSUPPORTED  windows that are not 10 cycles at 50 Hz or 12 at 60 Hz */
wh_err wh_harmonics_init(wh_harmonics *h, const wh_metrology_config *config, unsigned points,
                         unsigned slots, float *workspace, size_t len) WH_MUST_USE;

#endif /* WH_METER_HARMONICS_H */
