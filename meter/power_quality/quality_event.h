/* SPDX-License-Identifier: Apache-2.0 */
/* quality_event.h - what befell the voltage, and the ring the last of it is kept in.
 *
 * Instants are counted in sample periods with 16 fraction bits, on the count of
 * wh_metrology: sample n is the instant n << 16, and the sampling rate makes time of them. */
#ifndef WH_METER_QUALITY_EVENT_H
#define WH_METER_QUALITY_EVENT_H

#include <stdint.h>

typedef enum {
    WH_QUALITY_DIP,
    WH_QUALITY_SWELL,
    WH_QUALITY_INTERRUPTION,
    WH_QUALITY_RAPID_CHANGE
} wh_quality_event_kind;

typedef struct {
    wh_quality_event_kind kind;
    uint8_t phases;     /* bit k: phase k crossed the threshold */
    uint8_t worst;      /* the phase of extreme_uv */
    uint64_t start_q16; /* sample periods */
    uint64_t end_q16;
    int64_t extreme_uv; /* dip, interruption: residual voltage, the lowest Urms(1/2); swell: the
                           highest; rapid change: delta Umax, its largest way from the old level */
    int64_t steady_uv;  /* rapid change: delta Uss, from the old steady level to the new; else 0 */
} wh_quality_event;

#define WH_QUALITY_EVENTS 8 /* kept; reading them at each WH_QUALITY_NEWS_EVENT loses none */

typedef struct {
    wh_quality_event event[WH_QUALITY_EVENTS];
    uint32_t count; /* since the start; event n is at n % WH_QUALITY_EVENTS */
} wh_quality_events;

void wh_quality_events_put(wh_quality_events *ring, const wh_quality_event *event);

#endif /* WH_METER_QUALITY_EVENT_H */
