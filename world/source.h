/* SPDX-License-Identifier: Apache-2.0 */
/* source.h - anything that yields samples: a recording or a simulated mains.
 *
 * Values are physical (volts, amperes) in double; a converter model (world/converter.h) makes
 * 24-bit codes of them for the meter. A source is read forward only and says when it ends. */
#ifndef WH_WORLD_SOURCE_H
#define WH_WORLD_SOURCE_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { WH_UNIT_OTHER, WH_UNIT_VOLT, WH_UNIT_AMPERE } wh_source_unit;

typedef struct {
    const char *name; /* UTF-8, owned by the source */
    wh_source_unit unit;
} wh_source_channel;

typedef struct wh_source wh_source;

struct wh_source {
    double fs_hz;
    double f_nominal_hz;
    int64_t start_utc_us; /* time of the first sample; INT64_MIN where unknown */
    size_t channel_count;
    const wh_source_channel *channel;
    uint64_t total; /* sample sets in all; 0: endless */

    /* Fill values[count][channel_count]; *got < count only at the end of the source.
     * WH_ERR_IO or WH_ERR_FORMAT: the source broke; nothing more will come. */
    wh_err (*read)(wh_source *s, double *values, size_t count, size_t *got);
    void (*destroy)(wh_source *s);
};

#endif /* WH_WORLD_SOURCE_H */
