/* SPDX-License-Identifier: Apache-2.0 */
/* civil_time.h - dates and times of day, and the milliseconds they stand for.
 *
 * The calendar is the Gregorian one, also before it was introduced; year 0 is 1 BC. Time is
 * UTC milliseconds since 1970-01-01 00:00, every day 86 400 000 of them: leap seconds do not
 * exist here, as in the COSEM clock. What a clock on the wall shows is in time_zone.h. */
#ifndef WH_CORE_CIVIL_TIME_H
#define WH_CORE_CIVIL_TIME_H

#include "core/err.h"

#include <stdbool.h>
#include <stdint.h>

#define WH_MS_PER_MINUTE 60000
#define WH_MS_PER_DAY    86400000

/* 0000-01-01 00:00:00.000 and 9999-12-31 23:59:59.999: the times a wh_civil_time can hold. */
#define WH_CIVIL_MS_MIN (-62167219200000)
#define WH_CIVIL_MS_MAX 253402300799999

typedef struct {
    int32_t year;
    uint8_t month; /* 1..12 */
    uint8_t day;   /* 1..31 */
} wh_civil_date;

typedef struct {
    wh_civil_date date; /* year 0..9999 */
    uint8_t hour;       /* 0..23 */
    uint8_t minute;     /* 0..59 */
    uint8_t second;     /* 0..59 */
    uint16_t millisecond;
} wh_civil_time;

/* Days in a month, 28 to 31; 0 where month is not 1..12. */
uint8_t wh_civil_month_days(int32_t year, uint8_t month);

/* Month and day exist in that year, whatever the year is. */
bool wh_civil_date_is_valid(wh_civil_date date);

/* Days since 1970-01-01 of a valid date, and back. Years from -1 000 000 to 1 000 000. */
int64_t wh_civil_date_to_days(wh_civil_date date);
wh_civil_date wh_civil_date_from_days(int64_t days);

/* 1 Monday to 7 Sunday, as COSEM counts. */
uint8_t wh_civil_weekday(wh_civil_date date);

/* 1 for 1 January to 366. */
uint16_t wh_civil_day_of_year(wh_civil_date date);

/* WH_ERR_RANGE: before WH_CIVIL_MS_MIN or after WH_CIVIL_MS_MAX. */
wh_err wh_civil_time_from_ms(int64_t ms, wh_civil_time *out) WH_MUST_USE;

/* WH_ERR_RANGE: no such date or time of day, or a year outside 0..9999. */
wh_err wh_civil_time_to_ms(const wh_civil_time *time, int64_t *ms) WH_MUST_USE;

#endif /* WH_CORE_CIVIL_TIME_H */
