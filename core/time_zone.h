/* SPDX-License-Identifier: Apache-2.0 */
/* time_zone.h - between UTC and the clock on the wall, with daylight saving.
 *
 * A zone is a rule, not a table: an offset of standard time, a deviation while daylight saving
 * holds, and the two changes of a year. A change is a date of the COSEM clock with its
 * wildcards (IEC 62056-6-2), which also says "last Sunday" and "second Sunday":
 *
 *   month  day                        weekday   meaning
 *   3      WH_TIME_ZONE_LAST          7         last Sunday of March
 *   3      WH_TIME_ZONE_SECOND_LAST   7         the Sunday before it
 *   3      WH_TIME_ZONE_NTH(2), = 8   7         second Sunday of March: the one on or after the 8th
 *   3      29                         7         the Sunday on or after 29 March
 *   3      29                         any       29 March
 *   3      WH_TIME_ZONE_LAST          any       31 March
 *
 * Southern hemisphere: the change that begins comes later in the year than the one that ends.
 * The law changes such rules from time to time; times before that need the rule of then.
 *
 * All functions are pure; a zone may be shared and may live in flash. */
#ifndef WH_CORE_TIME_ZONE_H
#define WH_CORE_TIME_ZONE_H

#include "core/civil_time.h"
#include "core/err.h"

#include <stdbool.h>
#include <stdint.h>

#define WH_TIME_ZONE_ANY_YEAR    0xFFFF
#define WH_TIME_ZONE_SECOND_LAST 0xFD
#define WH_TIME_ZONE_LAST        0xFE
#define WH_TIME_ZONE_ANY_WEEKDAY 0xFF
#define WH_TIME_ZONE_NTH(n)      (1 + 7 * ((n)-1)) /* n 1..4, with a weekday */
#define WH_TIME_ZONE_WALL        INT16_MIN

/* One change of the clock. */
typedef struct {
    uint16_t year; /* that year only, or WH_TIME_ZONE_ANY_YEAR */
    uint8_t month; /* 1..12 */
    uint8_t day; /* 1..31, WH_TIME_ZONE_LAST, _SECOND_LAST; where the month is shorter, its last */
    uint8_t weekday;   /* 1 Monday .. 7 Sunday, or WH_TIME_ZONE_ANY_WEEKDAY */
    uint8_t hour;      /* 0..23 */
    uint8_t minute;    /* 0..59 */
    uint8_t second;    /* 0..59 */
    int16_t clock_min; /* hour and minute are those of a clock this far east of UTC (0: UTC);
                          WH_TIME_ZONE_WALL: of the clock on the wall before the change */
} wh_time_zone_change;

/* Minutes, east positive: Berlin is 60, and 60 more in summer. (The time_zone attribute of
 * some COSEM meters counts the other way.) */
typedef struct {
    int16_t standard_min;      /* of standard time to UTC, -720..840 */
    int16_t dst_min;           /* added while daylight saving holds, -120..120; 0: there is none */
    wh_time_zone_change begin; /* of daylight saving; not looked at where dst_min is 0 */
    wh_time_zone_change end;
} wh_time_zone;

/* How many times a clock on the wall shows a time. */
typedef enum {
    WH_LOCAL_ONCE,
    WH_LOCAL_TWICE, /* in the hour that is repeated */
    WH_LOCAL_NEVER  /* in the hour that is left out */
} wh_local_kind;

/* WH_ERR_RANGE: something outside the ranges above, a day the month never has, or in a change
 * of one year a weekday that its day is not. The functions below expect a checked zone. */
wh_err wh_time_zone_check(const wh_time_zone *zone) WH_MUST_USE;

/* Minutes to add to UTC for local time at that moment; dst may be NULL. Further than a day
 * outside the years 0..9999 it is standard time. */
int16_t wh_time_zone_offset_min(const wh_time_zone *zone, int64_t utc_ms, bool *dst);

/* What the clock on the wall shows.
 *
 * dst  out  daylight saving holds; may be NULL
 *
 * WH_ERR_RANGE  the local time is not in the years 0..9999 */
wh_err wh_time_zone_to_local(const wh_time_zone *zone, int64_t utc_ms, wh_civil_time *local,
                             bool *dst) WH_MUST_USE;

/* When the clock on the wall shows `local`.
 *
 * dst     in   decides where the time exists twice: the one in daylight saving, or the one
 *              in standard time. Where it does not exist: the offset to use all the same.
 * utc_ms  out  undefined unless WH_OK
 * kind    out  whether dst was needed; may be NULL
 *
 * WH_OK         utc_ms, also where kind is WH_LOCAL_NEVER
 * WH_ERR_RANGE  no such date or time of day */
wh_err wh_time_zone_to_utc(const wh_time_zone *zone, const wh_civil_time *local, bool dst,
                           int64_t *utc_ms, wh_local_kind *kind) WH_MUST_USE;

#endif /* WH_CORE_TIME_ZONE_H */
