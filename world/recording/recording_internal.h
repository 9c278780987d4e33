/* SPDX-License-Identifier: Apache-2.0 */
/* recording_internal.h - what the readers of the formats share. */
#ifndef WH_WORLD_RECORDING_RECORDING_INTERNAL_H
#define WH_WORLD_RECORDING_RECORDING_INTERNAL_H

#include "world/recording/recording.h"
#include "world/recording/text_lines.h"

#define WH_RECORDING_CHANNELS_MAX 65536U
#define WH_RECORDING_SAMPLES_MAX  ((size_t)1 << 31)

/* An empty recording with its names; NULL without memory. */
wh_recording *wh_recording_new(const char *file, const char *data_file);

/* Room for channels without samples, and then for the samples of all of them, all zero.
 * WH_ERR_SPACE, WH_ERR_RANGE above the limits. */
wh_err wh_recording_add_channels(wh_recording *r, size_t count) WH_MUST_USE;
wh_err wh_recording_add_samples(wh_recording *r, size_t count, wh_message *m) WH_MUST_USE;

/* Texts of a channel, copied; the unit is understood and its factor returned in *factor. */
wh_err wh_recording_name_channel(wh_recording_channel *c, wh_span name, wh_span phase, wh_span unit,
                                 double *factor) WH_MUST_USE;

/* "kV" is volt and 1000. Other than a unit of voltage or current: WH_UNIT_OTHER and 1. */
wh_source_unit wh_unit_parse(wh_span text, double *factor);

/* The unit that a name suggests: "U1", "VA_G1", "i_l1"; WH_UNIT_OTHER where it suggests none. */
wh_source_unit wh_unit_guess_from_name(const char *name);

/* A rate that something may have been sampled at: 1 mHz to 1 GHz. */
bool wh_recording_rate_is_sane(double fs_hz);

/* One rate over everything. */
wh_err wh_recording_set_rate(wh_recording *r, double fs_hz) WH_MUST_USE;

/* Apply names, scale, rate and nominal frequency of the options; they come from a person. */
wh_err wh_recording_apply_options(wh_recording *r, const wh_recording_options *options,
                                  wh_message *m) WH_MUST_USE;

/* Where sample set n is: "file:12" or "file: byte 4096 (record 32)". */
typedef struct {
    char text[400];
} wh_recording_place;
wh_recording_place wh_recording_where(const wh_recording *r, size_t n);

/* Text of a recorder in UTF-8 and without zero bytes; the caller frees *text.
 * WH_ERR_FORMAT  a zero byte: this is not text; m says in which line */
wh_err wh_recording_decode_text(const wh_recording_bytes *bytes,
                                const wh_recording_options *options, char **text, size_t *len,
                                wh_message *m) WH_MUST_USE;

#endif /* WH_WORLD_RECORDING_RECORDING_INTERNAL_H */
