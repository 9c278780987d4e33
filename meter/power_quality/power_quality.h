/* SPDX-License-Identifier: Apache-2.0 */
/* power_quality.h - judging the voltage by IEC 61000-4-30: the door of this folder.
 *
 *   wh_metrology ─▶ half cycles ─▶ dips, swells, interruptions   voltage_event.h
 *                      │      └──▶ rapid voltage changes         rapid_change.h
 *                      └─▶ 10/12, 150/180 cycles, 10 min, 2 h    aggregate.h
 *   samples ──────────────▶ parts: flicker.h, harmonics.h, capture.h, joined by the caller
 *
 * Feeding it is one call behind wh_metrology_feed:
 *
 *   used = wh_metrology_feed(m, samples, count, &event);
 *   news = wh_power_quality_feed(pq, m, samples, used, event);
 *
 * and what the news bits name is read from the struct. Results stay until the next of their
 * kind. It bills nothing, so it may use single-precision floating point.
 *
 * Flagging: while a dip, swell or interruption runs, the windows and every interval that
 * contains one of them carry its flag, so that nothing is counted twice.
 *
 * Lifetime: the caller owns everything; config, parts and the metrology's config must
 * outlive it. Not re-entrant; the task that feeds the metrology feeds this. */
#ifndef WH_METER_POWER_QUALITY_H
#define WH_METER_POWER_QUALITY_H

#include "core/err.h"
#include "meter/metrology/metrology.h"
#include "meter/power_quality/aggregate.h"
#include "meter/power_quality/quality_event.h"
#include "meter/power_quality/quality_part.h"
#include "meter/power_quality/rapid_change.h"
#include "meter/power_quality/voltage_event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t u_din_uv; /* declared input voltage, e.g. 230 000 000 */
    wh_voltage_event_config events;
    wh_rapid_change_config rapid_change;
} wh_power_quality_config;

/* Read urms_half_uv, ring, events.running and aggregate after their news. */
typedef struct wh_power_quality {
    int64_t urms_half_uv[WH_PHASES];
    wh_quality_events ring;
    wh_voltage_events events;
    wh_rapid_change rapid_change;
    wh_aggregate aggregate;
    /* private */
    wh_quality_part *parts;
    wh_half_cycle previous;
    bool have_previous;
    uint8_t phases;
    uint8_t window_flags; /* since the last window of the metrology */
} wh_power_quality;

/* Start.
 *
 * metrology  its rate, nominal frequency, phases and scales; kept by parts, not here
 *
 * WH_OK
 * WH_ERR_RANGE  Udin not positive, or thresholds out of order */
wh_err wh_power_quality_init(wh_power_quality *pq, const wh_power_quality_config *config,
                             const wh_metrology_config *metrology) WH_MUST_USE;

/* Join a part (wh_flicker, wh_harmonics, wh_capture), already initialised: give &x->part. */
void wh_power_quality_join(wh_power_quality *pq, wh_quality_part *part);

/* What wh_metrology_feed just took, and what it said. Call it after each call of that, also
 * where `event` is 0. Returns WH_QUALITY_NEWS_ bits. */
unsigned wh_power_quality_feed(wh_power_quality *pq, const wh_metrology *m,
                               const int32_t (*samples)[WH_CHANNELS], size_t count,
                               unsigned event) WH_MUST_USE;

/* Tell the time: the last sample fed was taken at utc_ms. May be called at any time, as often
 * as one likes; intervals end by it. */
void wh_power_quality_time(wh_power_quality *pq, const wh_metrology *m, int64_t utc_ms);

/* Event n, counted from 0 since the start; NULL if it is not there yet or no longer. */
const wh_quality_event *wh_power_quality_event(const wh_power_quality *pq, uint32_t n);

#endif /* WH_METER_POWER_QUALITY_H */
