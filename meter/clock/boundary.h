/* SPDX-License-Identifier: Apache-2.0 */
/* boundary.h - the boundaries of time at which something is done exactly once.
 *
 * A pattern has boundaries, and they have numbers that rise by one: of the interval, the day,
 * the month, the year. What was done last is a number; what is due are the numbers after it up
 * to the one of now. So however the clock jumps, each number comes once and none is left out:
 *
 *   the clock goes on or jumps forward   each boundary on the way, oldest first
 *   ... over more than the caller takes  the newest `max`, and the count of the older ones
 *   the clock jumps back                 nothing until the boundary after the last comes again
 *   power was away                       as a jump forward
 *
 *   time of the clock   daylight saving ends: an     begins: a time that does not exist,
 *                       hour comes twice             such as 02:30
 *   every N s, N a      both hours have theirs: a    the intervals go on: a day of 92 quarters
 *   divisor of 3600     day of 100 quarters
 *   all others          the first of the two         at the moment of the change (several there
 *                                                    may share it, in order)
 *
 *   another zone        N a divisor of 3600: intervals of UTC go on, aligned to the new hour;
 *                       others: what the clock on the wall has already shown does not come
 *                       again, what it jumps over is due at once
 *
 * Intervals are aligned to the hours of standard time. Only where daylight saving is no whole
 * number of intervals (half an hour with N = 3600) does that differ from the wall in summer.
 *
 * Use, in each pass after wh_clock_tick:
 *
 *   n = wh_boundary_due(&b, &clock.zone, clock.utc_ms, point, MAX, &skipped);
 *   for each: make the record for point[i], then wh_boundary_done(&b, point[i].number)
 *   save b with the record, in one transaction
 *
 * All functions are pure. A call costs about two wh_time_zone_to_utc where nothing is due. */
#ifndef WH_METER_BOUNDARY_H
#define WH_METER_BOUNDARY_H

#include "core/err.h"
#include "core/reader.h"
#include "core/time_zone.h"
#include "core/writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_BOUNDARY_SAVED_LEN 26 /* bytes that wh_boundary_save writes */

/* Values are stored: append, never renumber. */
typedef enum {
    WH_BOUNDARY_NEVER = 0,     /* has no boundaries */
    WH_BOUNDARY_EVERY = 1,     /* every_s from local midnight on, and at each midnight */
    WH_BOUNDARY_DAILY = 2,     /* hour, minute */
    WH_BOUNDARY_MONTHLY = 3,   /* day 1..28, hour, minute */
    WH_BOUNDARY_MONTH_END = 4, /* 24:00 of the last day; numbered by the month that ends */
    WH_BOUNDARY_YEARLY = 5,    /* month, day (29 February: the last of it), hour, minute */
    WH_BOUNDARY_ONCE = 6       /* at_ms, UTC */
} wh_boundary_kind;

/* What a kind does not use is not looked at. */
typedef struct {
    uint8_t kind;     /* wh_boundary_kind */
    uint8_t month;    /* 1..12 */
    uint8_t day;      /* 1..28; yearly: as long as the month is */
    uint8_t hour;     /* 0..23 */
    uint8_t minute;   /* 0..59 */
    uint32_t every_s; /* 1..86400 */
    int64_t at_ms;    /* UTC, in the years 0..9999 */
} wh_boundary_pattern;

/* Fields are private but for reading. */
typedef struct {
    wh_boundary_pattern pattern;
    int64_t last; /* number of the boundary last done, or that was past at the start */
} wh_boundary;

typedef struct {
    int64_t number; /* equal to the local day since 1970 (daily), year * 12 + month - 1
                       (monthly), year (yearly); for the others only ordered */
    int64_t utc_ms; /* when it was, or would have been: stamps the record */
} wh_boundary_point;

/* WH_ERR_RANGE: kind, or a field that it uses. */
wh_err wh_boundary_check(const wh_boundary_pattern *pattern) WH_MUST_USE;

bool wh_boundary_pattern_equal(const wh_boundary_pattern *a, const wh_boundary_pattern *b);

/* Begin: what is past by now counts as done. Also to begin anew after the pattern was changed
 * or the clock was put right from a time far ahead. WH_ERR_RANGE as above, and a time outside
 * the years 1..9998; b is as it was then. */
wh_err wh_boundary_start(wh_boundary *b, const wh_boundary_pattern *pattern,
                         const wh_time_zone *zone, int64_t utc_ms) WH_MUST_USE;

/* What is due by utc_ms.
 *
 * point[max]  out  oldest first, not NULL unless max is 0
 * skipped     out  how many older ones there are than point holds; may be NULL. They count as
 *                  done with the first of point.
 *
 * Returns how many are in point. None outside the years 1..9998. */
size_t wh_boundary_due(const wh_boundary *b, const wh_time_zone *zone, int64_t utc_ms,
                       wh_boundary_point *point, size_t max, uint64_t *skipped);

/* That one and all before it are done. An older one than the last changes nothing. */
void wh_boundary_done(wh_boundary *b, int64_t number);

/* When the next one is due, UTC; INT64_MAX: never. May lie in the past: then it is due. */
int64_t wh_boundary_next_ms(const wh_boundary *b, const wh_time_zone *zone);

/* When the number-th is; INT64_MAX: never. */
int64_t wh_boundary_moment_ms(const wh_boundary_pattern *pattern, const wh_time_zone *zone,
                              int64_t number);

/* WH_BOUNDARY_SAVED_LEN bytes; WH_ERR_SPACE. */
wh_err wh_boundary_save(const wh_boundary *b, wh_writer *w) WH_MUST_USE;

/* WH_ERR_UNSUPPORTED: of a later version; WH_ERR_SHORT, WH_ERR_FORMAT: damaged; b is as it was
 * then. Compare the pattern with the one configured, and start anew where it differs. */
wh_err wh_boundary_restore(wh_boundary *b, wh_reader *r) WH_MUST_USE;

#endif /* WH_METER_BOUNDARY_H */
