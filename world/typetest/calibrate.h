/* SPDX-License-Identifier: Apache-2.0 */
/* calibrate.h - find the calibration of a meter from samples whose true values are known.
 *
 *   samples ─▶ noise between the harmonics ─▶ noise_q8
 *      ├─▶ wh_metrology with that ─▶ true / measured rms ─▶ gain_q30
 *      │                        └─▶ true less measured angle ─▶ angle_nrad
 *   samples without current ─▶ wh_metrology with all that ─▶ p_offset_uw, q_offset_uvar
 *
 * The same metrology that will use the constants measures with them. One frequency cannot tell
 * a delay from a constant angle: the error is taken as an angle, which is what transformers
 * have, and delay_q16 is left as it is.
 *
 * The noise is measured between harmonics under a window whose side lobes are 180 dB down, so the
 * reference need not be a pure sine; its median makes single interharmonics harmless. */
#ifndef WH_TYPETEST_CALIBRATE_H
#define WH_TYPETEST_CALIBRATE_H

#include "core/err.h"
#include "host/message.h"
#include "meter/metrology/metrology.h"

#include <stddef.h>
#include <stdint.h>

#define WH_CALIBRATE_SETTLE 5  /* windows that are passed over */
#define WH_CALIBRATE_LEAST  10 /* windows that are needed behind them */

/* Sample sets of a steady state. */
typedef struct {
    const int32_t (*code)[WH_CHANNELS];
    size_t count;
} wh_calibrate_samples;

/* What is known of the reference. */
typedef struct {
    double urms_v;
    double irms_a;
    double angle_deg; /* of the fundamental: the current lags by this */
} wh_calibrate_phase;

typedef struct {
    wh_calibrate_phase phase[WH_PHASES];
    double neutral_a; /* 0: unknown, its gain is left as it is */
} wh_calibrate_reference;

/* Means over all windows behind the settling. Units are those of metrology.h without micro. */
typedef struct {
    double u_v[WH_PHASES];
    double i_a[WH_PHASES];
    double in_a;
    double p_w[WH_PHASES];
    double p1_w[WH_PHASES];
    double q1_var[WH_PHASES];
    double f_hz;
    unsigned windows;
} wh_calibrate_means;

/* Measure. WH_ERR_RANGE: the config. WH_ERR_SHORT: fewer windows than needed, or the
 * oscillator never locked. */
wh_err wh_calibrate_measure(const wh_metrology_config *config, const wh_calibrate_samples *samples,
                            wh_calibrate_means *means, wh_message *message) WH_MUST_USE;

/* Noise power of a channel in codes squared. f_hz: of the mains.
 * WH_ERR_SHORT: less than a second. WH_ERR_RANGE: fs or f. WH_ERR_SPACE: no memory. */
wh_err wh_calibrate_noise(const wh_calibrate_samples *samples, unsigned channel, double fs_hz,
                          double f_hz, double *codes2) WH_MUST_USE;

/* Set gains, angles and noise powers in `config`, which comes with rate, phases and full
 * scales. Calibration that is in it already is replaced, but for delays.
 *
 * WH_ERR_RANGE  a gain outside 0.5 to 2 or an angle above 0.1 rad: full scale or wiring is
 *               wrong; the message says where */
wh_err wh_calibrate_load(wh_metrology_config *config, const wh_calibrate_samples *samples,
                         const wh_calibrate_reference *reference, wh_message *message) WH_MUST_USE;

/* Set the offsets from samples with voltage and no current, after wh_calibrate_load. */
wh_err wh_calibrate_no_load(wh_metrology_config *config, const wh_calibrate_samples *samples,
                            wh_message *message) WH_MUST_USE;

#endif /* WH_TYPETEST_CALIBRATE_H */
