/* SPDX-License-Identifier: Apache-2.0 */
/* voltage_event.h - dips, swells and interruptions from Urms(1/2) (IEC 61000-4-30, 5.4, 5.5).
 *
 *   dip           starts when one phase falls below the threshold,
 *                 ends when all are at or above threshold + hysteresis
 *   swell         starts when one phase rises above the threshold,
 *                 ends when all are at or below threshold - hysteresis
 *   interruption  starts when all phases are below the threshold,
 *                 ends when one is at or above threshold + hysteresis
 * An interruption is therefore always inside a dip; both are reported.
 *
 * Urms(1/2) looks back over a whole cycle, so the instant it crosses a threshold is up to a
 * cycle and a half off. Start and end are placed better: by how much of the energy between
 * the level before and the level after is missing in the half cycles around the crossing. A
 * step at any instant of the cycle is so timed to well under half a cycle. */
#ifndef WH_METER_VOLTAGE_EVENT_H
#define WH_METER_VOLTAGE_EVENT_H

#include "meter/metrology/metrology.h"
#include "meter/power_quality/quality_event.h"

#include <stdbool.h>
#include <stdint.h>

#define WH_VOLTAGE_EVENT_HALVES 5

/* Thresholds in parts per million of Udin; 0 takes the default. */
typedef struct {
    uint32_t dip_ppm;          /* 900 000 */
    uint32_t swell_ppm;        /* 1 100 000 */
    uint32_t interruption_ppm; /* 50 000 */
    uint32_t hysteresis_ppm;   /* 20 000 */
} wh_voltage_event_config;

typedef struct {
    bool active;
    bool ending;   /* its end is known to a half cycle only yet */
    bool placing;  /* the start is known to a half cycle only yet */
    uint8_t phase; /* the one that started it, then the last one to be beyond the threshold */
    wh_quality_event event;
} wh_voltage_event_state;

/* Private, but for running. */
typedef struct {
    int64_t start_uv[WH_QUALITY_INTERRUPTION + 1];
    int64_t end_uv[WH_QUALITY_INTERRUPTION + 1];
    wh_voltage_event_state state[WH_QUALITY_INTERRUPTION + 1];
    float mean_square[WH_VOLTAGE_EVENT_HALVES][WH_PHASES]; /* of half cycles, newest first */
    uint64_t end_q16;                                      /* of the newest half cycle */
    uint32_t half_length_q16;
    uint8_t halves; /* in mean_square so far */
    uint8_t phases;
    uint8_t running;      /* bit wh_quality_event_kind: one is going on */
    uint64_t started_q16; /* about where the last one to start did */
} wh_voltage_events;

/* WH_OK
 * WH_ERR_RANGE  thresholds that leave no room for the hysteresis between them */
wh_err wh_voltage_events_init(wh_voltage_events *v, const wh_voltage_event_config *config,
                              int64_t u_din_uv, uint8_t phases) WH_MUST_USE;

/* One half cycle and Urms(1/2) at its end. Events that end are put into the ring.
 * Returns WH_QUALITY_NEWS_STARTED and WH_QUALITY_NEWS_EVENT. */
unsigned wh_voltage_events_feed(wh_voltage_events *v, const wh_half_cycle *half,
                                const int64_t urms_half_uv[WH_PHASES], wh_quality_events *ring);

#endif /* WH_METER_VOLTAGE_EVENT_H */
