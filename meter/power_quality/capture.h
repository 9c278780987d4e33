/* SPDX-License-Identifier: Apache-2.0 */
/* capture.h - the waveform around an event: a ring of sample sets that stops after a while.
 *
 * The ring always holds the last `size` sample sets. When a dip, swell or interruption
 * starts, it takes so many more that `pre` of them lie before the event's start, then stands
 * still until the caller has read it and calls wh_capture_resume. */
#ifndef WH_METER_CAPTURE_H
#define WH_METER_CAPTURE_H

#include "core/err.h"
#include "meter/metrology/metrology.h"
#include "meter/power_quality/quality_part.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    wh_quality_part part;
    bool complete;         /* standing still: read it, then resume */
    uint64_t event_q16;    /* start of the event that triggered it, sample periods */
    uint64_t first_sample; /* number of the oldest sample set in it */
    size_t count;          /* sample sets in it */
    /* private */
    int32_t (*ring)[WH_CHANNELS];
    size_t size;
    size_t pre;
    size_t at;   /* where the next one goes */
    size_t left; /* sample sets still to take */
    bool triggered;
    uint64_t taken; /* since the start: number of the next sample */
} wh_capture;

/* ring[size]  kept; 28 bytes a sample set
 * pre         sample sets before the event's start, below size. The start is known up to two
 *             cycles late, so leave at least these behind it
 *
 * WH_OK
 * WH_ERR_RANGE  size is 0, or pre is not below size */
wh_err wh_capture_init(wh_capture *c, int32_t (*ring)[WH_CHANNELS], size_t size,
                       size_t pre) WH_MUST_USE;

/* Sample set i of a complete capture, 0 being the oldest; i below count. */
const int32_t *wh_capture_at(const wh_capture *c, size_t i);

/* Go on gathering. */
void wh_capture_resume(wh_capture *c);

#endif /* WH_METER_CAPTURE_H */
