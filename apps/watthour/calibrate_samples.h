/* SPDX-License-Identifier: Apache-2.0 */
/* calibrate_samples.h - the samples a calibration is made of: a recording, or a simulated
 * reference behind a front end with errors. */
#ifndef WH_APPS_CALIBRATE_SAMPLES_H
#define WH_APPS_CALIBRATE_SAMPLES_H

#include "core/err.h"
#include "host/message.h"
#include "world/converter.h"
#include "world/typetest/calibrate.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    double u_full_v; /* peak, at code 2^23 */
    double i_full_a;
    const char *pairs;   /* of a recording; NULL: its own */
    const char *neutral; /* name of its neutral current; NULL: none */
} wh_calibrate_wiring;

/* Codes in memory; the caller frees by wh_calibrate_codes_free. */
typedef struct {
    int32_t (*code)[WH_CHANNELS];
    size_t count;
    double fs_hz;
    double f_nominal_hz; /* 0: unknown */
    unsigned phases;
} wh_calibrate_codes;

/* Read a recording: once through, a short periodic one as often as it takes.
 * Errors as wh_recording_open says, with the message. */
wh_err wh_calibrate_codes_read(const char *path, const wh_calibrate_wiring *wiring,
                               wh_calibrate_codes *out, wh_message *message) WH_MUST_USE;

/* Three phases of `reference` at 50 Hz for 20 s, through a front end whose errors are drawn by
 * the seed: gains to 2 %, late currents, DC, noise. Where `loaded` is false there is no current
 * but crosstalk. */
wh_err wh_calibrate_codes_simulate(uint64_t seed, const wh_calibrate_reference *reference,
                                   bool loaded, const wh_calibrate_wiring *wiring,
                                   wh_calibrate_codes *out, wh_message *message) WH_MUST_USE;

void wh_calibrate_codes_free(wh_calibrate_codes *codes);

#endif /* WH_APPS_CALIBRATE_SAMPLES_H */
