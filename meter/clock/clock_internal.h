/* SPDX-License-Identifier: Apache-2.0 */
/* clock_internal.h - what clock.c, clock_sync.c and clock_save.c share. */
#ifndef WH_METER_CLOCK_INTERNAL_H
#define WH_METER_CLOCK_INTERNAL_H

#include "meter/clock/clock.h"

/* Times that the clock may show whatever it is told: all arithmetic on them is safe. */
#define WH_CLOCK_FLOOR_MS   0
#define WH_CLOCK_CEILING_MS INT64_C(253086768000000) /* 9990-01-01 */

/* Rests are counted in 1e-9 ms. */
#define WH_CLOCK_REST_ONE 1000000000

/* A century: a platform that leaps farther is not believed, and ppb times it fits in 63 bits. */
#define WH_CLOCK_LEAP_MAX_MS INT64_C(3155760000000)

/* The platform's time came from from_ms to to_ms by running. */
bool wh_clock_ran_on(int64_t from_ms, int64_t to_ms);

/* Room for one more record of anything but a loss, which has its own. */
bool wh_clock_has_room(const wh_clock *c);

/* Append a record of a change that leaves utc_ms and the zone as they are now; has_room. */
void wh_clock_tell(wh_clock *c, wh_clock_cause cause, int64_t old_ms, int16_t old_offset_min,
                   uint8_t old_status);

/* Take the zone as set: standing aside where daylight saving is off. */
void wh_clock_take_zone(wh_clock *c, const wh_time_zone *zone, bool dst_off);

/* Begin to measure the drift. */
void wh_clock_begin_drift(wh_clock *c);

#endif /* WH_METER_CLOCK_INTERNAL_H */
