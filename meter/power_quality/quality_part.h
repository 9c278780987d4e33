/* SPDX-License-Identifier: Apache-2.0 */
/* quality_part.h - how flicker, harmonics and capture are joined to power quality.
 *
 * A part carries its own functions, so what a meter does not join it does not link. The
 * functions are called from wh_power_quality_feed and must not call back into it. Each
 * returns WH_QUALITY_NEWS_ bits. */
#ifndef WH_METER_QUALITY_PART_H
#define WH_METER_QUALITY_PART_H

#include "meter/metrology/metrology.h"

#include <stddef.h>
#include <stdint.h>

/* What became new: bits of wh_power_quality_feed's result. */
enum {
    WH_QUALITY_NEWS_HALF_CYCLE = 1,   /* urms_half_uv */
    WH_QUALITY_NEWS_EVENT = 2,        /* an event ended and is in the ring */
    WH_QUALITY_NEWS_STARTED = 4,      /* an event started: see running */
    WH_QUALITY_NEWS_FREQUENCY = 8,    /* the 10 s frequency */
    WH_QUALITY_NEWS_SHORT = 16,       /* the 150/180-cycle interval */
    WH_QUALITY_NEWS_TEN_MINUTES = 32, /* the 10 min interval; flicker's Pst with it */
    WH_QUALITY_NEWS_TWO_HOURS = 64,   /* the 2 h interval; flicker's Plt with it */
    WH_QUALITY_NEWS_HARMONICS = 128,  /* spectra of some channels */
    WH_QUALITY_NEWS_CAPTURE = 256,    /* a capture is complete */
    WH_QUALITY_NEWS_VOLTAGE = 512     /* a 10/12-cycle voltage */
};

/* Why a value is in doubt: bits. */
enum {
    WH_QUALITY_FLAG_DIP = 1,
    WH_QUALITY_FLAG_SWELL = 2,
    WH_QUALITY_FLAG_INTERRUPTION = 4,
    WH_QUALITY_FLAG_UNLOCKED = 8, /* the oscillator did not follow the mains */
    WH_QUALITY_FLAG_PARTIAL = 16  /* the interval did not begin at its tick of the clock */
};

typedef struct wh_quality_part wh_quality_part;

typedef struct {
    unsigned (*samples)(wh_quality_part *part, const int32_t (*samples)[WH_CHANNELS], size_t count);
    unsigned (*window)(wh_quality_part *part, const wh_metrology *m);
    unsigned (*started)(wh_quality_part *part, uint64_t start_q16); /* an event started */
    unsigned (*ten_minutes)(wh_quality_part *part, unsigned flags);
    unsigned (*two_hours)(wh_quality_part *part, unsigned flags);
} wh_quality_part_calls; /* NULL where a part does not care */

struct wh_quality_part {
    const wh_quality_part_calls *calls;
    wh_quality_part *next;
};

#endif /* WH_METER_QUALITY_PART_H */
