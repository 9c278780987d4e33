/* SPDX-License-Identifier: Apache-2.0 */
/* exact_signal.h - test signals whose true values are known to the last digit.
 *
 * Every channel is a sum of sines, exact in phase at any sample, so rms, P and Q1 follow from
 * the list of sines by Parseval and not from the samples. The waveforms of the harmonic tests
 * (phase-fired, burst-fired, half-wave) are their Fourier series cut below half the sampling
 * rate: what a converter with its filter would see.
 *
 * Levels move over time by a list of steps per channel (dips) or a square modulation (flicker);
 * the true values are then those of the signal without them. */
#ifndef WH_WORLD_EXACT_SIGNAL_H
#define WH_WORLD_EXACT_SIGNAL_H

#include "core/err.h"
#include "meter/metrology/metrology.h"
#include "world/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_EXACT_STEPS 64

/* One sine: rms * sqrt(2) * sin(order * x + degrees), x the phase of the signal. Order 0 is DC. */
typedef struct {
    double order;
    double rms;
    double degrees;
} wh_exact_tone;

/* From start_s on, the channels in the mask have this level (1: as the tones say). */
typedef struct {
    double start_s;
    unsigned channels; /* bit k: channel k */
    double level;
} wh_exact_step;

typedef struct {
    wh_exact_tone *tone;
    size_t count;
    size_t size;
    double square_depth; /* of a square modulation, peak to peak, part of the level; 0: none */
    double square_hz;
} wh_exact_channel;

/* Set fs_hz and f_hz after init, before reading; the rest by the functions below. */
typedef struct {
    double fs_hz;
    double f_hz;
    uint64_t samples; /* read so far */
    wh_exact_channel channel[WH_CHANNELS];
    size_t step_count;
    wh_exact_step step[WH_EXACT_STEPS]; /* by rising start */
    bool failed;                        /* out of memory, or too many steps */
} wh_exact_signal;

void wh_exact_init(wh_exact_signal *s, double fs_hz, double f_hz);
void wh_exact_free(wh_exact_signal *s);

/* Add a sine; where the channel has the order already, they add as phasors. */
void wh_exact_sine(wh_exact_signal *s, unsigned channel, double order, double rms, double degrees);

/* A sine of this rms, only from fire_deg to the next zero crossing, both halves. */
void wh_exact_fired(wh_exact_signal *s, unsigned channel, double rms, double fire_deg,
                    double degrees);

/* A sine of this rms, two periods on, two off. */
void wh_exact_burst(wh_exact_signal *s, unsigned channel, double rms, double degrees);

/* The positive halves of a sine of this rms: DC and even harmonics. */
void wh_exact_half_wave(wh_exact_signal *s, unsigned channel, double rms, double degrees);

void wh_exact_add_step(wh_exact_signal *s, double start_s, unsigned channels, double level);

/* Fill rows[count]. WH_ERR_STATE: building it failed. */
wh_err wh_exact_read(wh_exact_signal *s, double (*rows)[WH_CHANNELS], size_t count) WH_MUST_USE;

/* True values of the tones, without steps and modulation. */
double wh_exact_rms(const wh_exact_signal *s, unsigned channel);     /* without DC */
double wh_exact_p(const wh_exact_signal *s, unsigned u, unsigned i); /* without DC */
double wh_exact_q1(const wh_exact_signal *s, unsigned u, unsigned i);

/* The signal as a source of seven channels that ends after duration_s (0: never). The source
 * takes the signal over and frees it; WH_ERR_SPACE: no memory, the signal is freed too. */
wh_err wh_exact_source(wh_exact_signal *s, double f_nominal_hz, double duration_s,
                       wh_source **out) WH_MUST_USE;

#endif /* WH_WORLD_EXACT_SIGNAL_H */
