/* SPDX-License-Identifier: Apache-2.0 */
/* rapid_change.h - rapid voltage changes (IEC 61000-4-30 edition 3, 5.11).
 *
 * A voltage is steady while each of its last 100 (60 Hz: 120) Urms(1/2) lies within the
 * threshold of their arithmetic mean; once it is not, the threshold is lowered by the
 * hysteresis until it is steady again. A change runs from the first value that was not
 * steady to one second before steadiness is found again. Polyphase: steady when all phases
 * are. A change that touches a dip or a swell is that dip or swell, and is not reported. */
#ifndef WH_METER_RAPID_CHANGE_H
#define WH_METER_RAPID_CHANGE_H

#include "meter/metrology/metrology.h"
#include "meter/power_quality/quality_event.h"

#include <stdbool.h>
#include <stdint.h>

#define WH_RAPID_CHANGE_HALVES 120

typedef struct {
    uint32_t threshold_ppm;  /* of Udin; 0 = 30 000 */
    uint32_t hysteresis_ppm; /* of Udin; 0 = half the threshold */
} wh_rapid_change_config;

typedef struct {
    uint16_t value[WH_RAPID_CHANGE_HALVES]; /* 2^-14 of Udin: 0.006 %, up to 4 Udin */
    uint32_t sum;
    uint16_t low; /* bounds of those in the second */
    uint16_t high;
    uint32_t before; /* sum when it was last steady */
} wh_rapid_change_phase;

/* Private. */
typedef struct {
    int64_t u_din_uv;
    uint32_t threshold; /* in the unit of value */
    uint32_t hysteresis;
    uint8_t halves; /* 100 or 120 */
    uint8_t filled;
    uint8_t at; /* the oldest value */
    uint8_t phases;
    bool steady;
    bool spoilt; /* a dip or a swell was part of it */
    wh_quality_event event;
    wh_rapid_change_phase phase[WH_PHASES];
} wh_rapid_change;

/* WH_OK
 * WH_ERR_RANGE  hysteresis not below the threshold, threshold above Udin */
wh_err wh_rapid_change_init(wh_rapid_change *r, const wh_rapid_change_config *config,
                            int64_t u_din_uv, uint8_t phases, bool sixty_hz) WH_MUST_USE;

/* Urms(1/2) at the end of a half cycle; `dip` says that a dip, swell or interruption runs.
 * Returns WH_QUALITY_NEWS_EVENT if a change ended. */
unsigned wh_rapid_change_feed(wh_rapid_change *r, const wh_half_cycle *half,
                              const int64_t urms_half_uv[WH_PHASES], bool dip,
                              wh_quality_events *ring);

#endif /* WH_METER_RAPID_CHANGE_H */
