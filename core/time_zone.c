/* SPDX-License-Identifier: Apache-2.0 */
#include "core/time_zone.h"

#include <stddef.h>

/* Days from `from` forward to the next `to`, 0 where they are the same weekday. */
static int32_t days_to_weekday(uint8_t from, uint8_t to)
{
    return (to + 7 - from) % 7;
}

/* The day of a change in a year, as days since 1970-01-01. */
static int64_t change_days(const wh_time_zone_change *c, int32_t year)
{
    uint8_t month_days = wh_civil_month_days(year, c->month);
    bool from_end = c->day == WH_TIME_ZONE_LAST || c->day == WH_TIME_ZONE_SECOND_LAST;
    wh_civil_date date = {.year = year, .month = c->month, .day = month_days};
    if (!from_end && c->day < month_days) {
        date.day = c->day;
    }
    int64_t days = wh_civil_date_to_days(date);
    if (c->weekday == WH_TIME_ZONE_ANY_WEEKDAY) {
        return c->day == WH_TIME_ZONE_SECOND_LAST ? days - 1 : days;
    }
    uint8_t weekday = wh_civil_weekday(date);
    if (from_end) {
        days -= days_to_weekday(c->weekday, weekday);
        return c->day == WH_TIME_ZONE_SECOND_LAST ? days - 7 : days;
    }
    return days + days_to_weekday(weekday, c->weekday);
}

/* The moment of a change in a year; false where it does not take place in that year.
 * before_min is the offset of the clock on the wall until then. */
static bool change_moment(const wh_time_zone_change *c, int32_t year, int32_t before_min,
                          int64_t *utc_ms)
{
    if (c->year != WH_TIME_ZONE_ANY_YEAR && c->year != year) {
        return false;
    }
    int32_t clock_min = c->clock_min == WH_TIME_ZONE_WALL ? before_min : c->clock_min;
    int64_t seconds = (c->hour * 60 + c->minute - clock_min) * 60 + c->second;
    *utc_ms = change_days(c, year) * WH_MS_PER_DAY + seconds * 1000;
    return true;
}

/* No offset reaches a day. Within these bounds no sum of moments and offsets can overflow. */
static bool is_near_civil(int64_t utc_ms)
{
    return utc_ms >= WH_CIVIL_MS_MIN - WH_MS_PER_DAY && utc_ms <= WH_CIVIL_MS_MAX + WH_MS_PER_DAY;
}

static bool is_month_of_change(const wh_time_zone *zone, unsigned month)
{
    return month == zone->begin.month || month == zone->end.month;
}

/* Most of the year the month tells: true where it does, and then *dst. Near the edges of a month
 * the one beside it must not have a change either, for local time is up to 14 hours away. */
static bool month_tells(const wh_time_zone *zone, wh_civil_date date, bool *dst)
{
    unsigned begin = zone->begin.month;
    unsigned end = zone->end.month;
    unsigned month = date.month;
    if (zone->begin.year != WH_TIME_ZONE_ANY_YEAR || zone->end.year != WH_TIME_ZONE_ANY_YEAR ||
        begin == end || is_month_of_change(zone, month)) {
        return false;
    }
    if ((date.day < 3 && is_month_of_change(zone, month == 1 ? 12 : month - 1)) ||
        (date.day > 26 && is_month_of_change(zone, month == 12 ? 1 : month + 1))) {
        return false;
    }
    *dst = begin < end ? month > begin && month < end : month > begin || month < end;
    return true;
}

/* Whether the last change up to that moment was a beginning. Changes of the years on both
 * sides count too: in the south, and where a change is about New Year. */
static bool holds_dst(const wh_time_zone *zone, int64_t utc_ms)
{
    if (zone->dst_min == 0 || !is_near_civil(utc_ms)) {
        return false;
    }
    int64_t days = utc_ms / WH_MS_PER_DAY; /* one off before 1970, which does not matter below */
    wh_civil_date date = wh_civil_date_from_days(days);
    int32_t year = date.year;
    bool told = false;
    if (month_tells(zone, date, &told)) {
        return told;
    }
    int64_t latest = INT64_MIN;
    bool dst = false;
    for (int32_t y = year - 1; y <= year + 1; y++) {
        int64_t at = 0;
        if (change_moment(&zone->begin, y, zone->standard_min, &at) && at <= utc_ms &&
            at > latest) {
            latest = at;
            dst = true;
        }
        if (change_moment(&zone->end, y, zone->standard_min + zone->dst_min, &at) && at <= utc_ms &&
            at >= latest) {
            latest = at;
            dst = false;
        }
    }
    return dst;
}

static bool change_is_good(const wh_time_zone_change *c)
{
    bool last = c->day == WH_TIME_ZONE_LAST || c->day == WH_TIME_ZONE_SECOND_LAST;
    bool any_weekday = c->weekday == WH_TIME_ZONE_ANY_WEEKDAY;
    bool any_year = c->year == WH_TIME_ZONE_ANY_YEAR;
    /* year 0 is a leap year: 29 February is a day that its month has at times */
    wh_civil_date date = {.year = any_year ? 0 : c->year, .month = c->month, .day = c->day};
    if (c->month < 1 || c->month > 12 || (!last && !wh_civil_date_is_valid(date))) {
        return false;
    }
    if (!any_year && c->year > 9999) {
        return false;
    }
    if (!any_weekday && (c->weekday < 1 || c->weekday > 7)) {
        return false;
    }
    if (!any_year && !any_weekday && !last && wh_civil_weekday(date) != c->weekday) {
        return false;
    }
    bool clock_good =
        c->clock_min == WH_TIME_ZONE_WALL || (c->clock_min >= -720 && c->clock_min <= 840);
    return clock_good && c->hour < 24 && c->minute < 60 && c->second < 60;
}

wh_err wh_time_zone_check(const wh_time_zone *zone)
{
    if (zone->standard_min < -720 || zone->standard_min > 840 || zone->dst_min < -120 ||
        zone->dst_min > 120) {
        return WH_ERR_RANGE;
    }
    if (zone->dst_min == 0) {
        return WH_OK;
    }
    return change_is_good(&zone->begin) && change_is_good(&zone->end) ? WH_OK : WH_ERR_RANGE;
}

int16_t wh_time_zone_offset_min(const wh_time_zone *zone, int64_t utc_ms, bool *dst)
{
    bool holds = holds_dst(zone, utc_ms);
    if (dst != NULL) {
        *dst = holds;
    }
    return (int16_t)(zone->standard_min + (holds ? zone->dst_min : 0));
}

wh_err wh_time_zone_to_local(const wh_time_zone *zone, int64_t utc_ms, wh_civil_time *local,
                             bool *dst)
{
    if (!is_near_civil(utc_ms)) {
        return WH_ERR_RANGE;
    }
    int64_t offset_min = wh_time_zone_offset_min(zone, utc_ms, dst);
    return wh_civil_time_from_ms(utc_ms + offset_min * WH_MS_PER_MINUTE, local);
}

wh_err wh_time_zone_to_utc(const wh_time_zone *zone, const wh_civil_time *local, bool dst,
                           int64_t *utc_ms, wh_local_kind *kind)
{
    int64_t local_ms = 0;
    wh_err err = wh_civil_time_to_ms(local, &local_ms);
    if (err != WH_OK) {
        return err;
    }
    int64_t as_standard = local_ms - (int64_t)zone->standard_min * WH_MS_PER_MINUTE;
    int64_t as_dst = as_standard - (int64_t)zone->dst_min * WH_MS_PER_MINUTE;
    bool standard_fits = !holds_dst(zone, as_standard);
    bool dst_fits = holds_dst(zone, as_dst);
    wh_local_kind found = WH_LOCAL_ONCE;
    bool use_dst = dst_fits;
    if (standard_fits == dst_fits) { /* both or neither: only the caller can tell */
        found = dst_fits ? WH_LOCAL_TWICE : WH_LOCAL_NEVER;
        use_dst = dst;
    }
    if (kind != NULL) {
        *kind = found;
    }
    *utc_ms = use_dst ? as_dst : as_standard;
    return WH_OK;
}
