/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/clock/boundary.h"

#define SAVED_VERSION 1
#define S_PER_DAY     86400
#define S_PER_HOUR    3600
#define MS_PER_S      1000
#define DAYS_MIN      (WH_CIVIL_MS_MIN / WH_MS_PER_DAY)
#define DAYS_MAX      (WH_CIVIL_MS_MAX / WH_MS_PER_DAY)
#define YEAR_MS       (366 * (int64_t)WH_MS_PER_DAY)

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

/* ---- intervals: every N s, N a divisor of an hour ---- */

/* Those are intervals of UTC, so that daylight saving neither stretches nor doubles one. */
static bool is_interval(const wh_boundary_pattern *p)
{
    return p->kind == WH_BOUNDARY_EVERY && S_PER_HOUR % p->every_s == 0;
}

/* From a boundary to an hour of UTC: only what is left of the offset, so that another zone by
 * whole intervals leaves all numbers as they are. */
static int64_t interval_phase_s(const wh_boundary_pattern *p, const wh_time_zone *zone)
{
    int64_t offset_s = (int64_t)zone->standard_min * 60;
    return offset_s - floor_div(offset_s, p->every_s) * p->every_s;
}

static int64_t interval_number(const wh_boundary_pattern *p, const wh_time_zone *zone,
                               int64_t utc_ms)
{
    int64_t seconds = floor_div(utc_ms, MS_PER_S) + interval_phase_s(p, zone);
    return floor_div(seconds, p->every_s);
}

/* ---- all others: times that the clock on the wall shows ---- */

/* How many boundaries of WH_BOUNDARY_EVERY a day has; midnight is always one. */
static int64_t per_day(const wh_boundary_pattern *p)
{
    return (S_PER_DAY + p->every_s - 1) / p->every_s;
}

static wh_civil_date yearly_date(const wh_boundary_pattern *p, int64_t year)
{
    wh_civil_date date = {.year = (int32_t)year, .month = p->month, .day = p->day};
    uint8_t days = wh_civil_month_days(date.year, date.month);
    if (date.day > days) {
        date.day = days;
    }
    return date;
}

static wh_civil_date month_date(int64_t months, uint8_t day)
{
    wh_civil_date date = {.year = (int32_t)(months / 12), .day = day};
    date.month = (uint8_t)(months % 12 + 1);
    return date;
}

/* The local time of a boundary, in milliseconds as if it were UTC. */
static int64_t wall_ms(const wh_boundary_pattern *p, int64_t number)
{
    int64_t days = number;
    int64_t seconds = (p->hour * 60 + p->minute) * 60;
    switch ((wh_boundary_kind)p->kind) {
    case WH_BOUNDARY_EVERY:
        days = floor_div(number, per_day(p));
        seconds = (number - days * per_day(p)) * p->every_s;
        break;
    case WH_BOUNDARY_MONTHLY:
        days = wh_civil_date_to_days(month_date(number, p->day));
        break;
    case WH_BOUNDARY_MONTH_END:
        days = wh_civil_date_to_days(month_date(number + 1, 1));
        seconds = 0;
        break;
    case WH_BOUNDARY_YEARLY:
        days = wh_civil_date_to_days(yearly_date(p, number));
        break;
    case WH_BOUNDARY_NEVER:
    case WH_BOUNDARY_DAILY:
    case WH_BOUNDARY_ONCE:
    default:
        break;
    }
    return days * WH_MS_PER_DAY + seconds * MS_PER_S;
}

/* The number to look around from; the true one may be beside it. */
static int64_t wall_number(const wh_boundary_pattern *p, const wh_civil_time *local)
{
    int64_t second = (local->hour * 60 + local->minute) * 60 + local->second;
    int64_t months = (int64_t)local->date.year * 12 + local->date.month - 1;
    switch ((wh_boundary_kind)p->kind) {
    case WH_BOUNDARY_EVERY:
        return wh_civil_date_to_days(local->date) * per_day(p) + second / p->every_s;
    case WH_BOUNDARY_MONTHLY:
        return months;
    case WH_BOUNDARY_MONTH_END:
        return months - 1;
    case WH_BOUNDARY_YEARLY:
        return local->date.year;
    case WH_BOUNDARY_NEVER:
    case WH_BOUNDARY_DAILY:
    case WH_BOUNDARY_ONCE:
    default:
        return wh_civil_date_to_days(local->date);
    }
}

/* The first moment after from_ms at which daylight saving is as at to_ms. */
static int64_t change_between(const wh_time_zone *zone, int64_t from_ms, int64_t to_ms)
{
    bool after = false;
    (void)wh_time_zone_offset_min(zone, to_ms, &after);
    while (to_ms - from_ms > 1) {
        int64_t middle_ms = from_ms + (to_ms - from_ms) / 2;
        bool dst = false;
        (void)wh_time_zone_offset_min(zone, middle_ms, &dst);
        if (dst == after) {
            to_ms = middle_ms;
        } else {
            from_ms = middle_ms;
        }
    }
    return to_ms;
}

/* When the wall shows a time first; where it never does, when it leaps over it. */
static int64_t wall_moment(const wh_time_zone *zone, int64_t local_ms)
{
    wh_civil_time local = {0};
    int64_t early_ms = 0;
    int64_t late_ms = 0;
    wh_local_kind kind = WH_LOCAL_ONCE;
    bool ahead_in_dst = zone->dst_min > 0;
    if (wh_civil_time_from_ms(local_ms, &local) != WH_OK ||
        wh_time_zone_to_utc(zone, &local, ahead_in_dst, &early_ms, &kind) != WH_OK) {
        return INT64_MAX;
    }
    if (kind != WH_LOCAL_NEVER ||
        wh_time_zone_to_utc(zone, &local, !ahead_in_dst, &late_ms, NULL) != WH_OK) {
        return early_ms;
    }
    return change_between(zone, early_ms, late_ms);
}

/* ---- numbers ---- */

/* The numbers whose moments lie in the years 0..9999. */
static void number_range(const wh_boundary_pattern *p, int64_t *first, int64_t *last)
{
    *first = 0;
    *last = 0;
    switch ((wh_boundary_kind)p->kind) {
    case WH_BOUNDARY_EVERY:
        *first = (DAYS_MIN + 1) * per_day(p);
        *last = (DAYS_MAX - 1) * per_day(p);
        break;
    case WH_BOUNDARY_DAILY:
        *first = DAYS_MIN + 1;
        *last = DAYS_MAX - 1;
        break;
    case WH_BOUNDARY_MONTHLY:
    case WH_BOUNDARY_MONTH_END:
        *last = 9999 * 12 + 10;
        break;
    case WH_BOUNDARY_YEARLY:
        *last = 9999;
        break;
    case WH_BOUNDARY_ONCE:
        *last = 1;
        break;
    case WH_BOUNDARY_NEVER:
    default:
        break;
    }
}

int64_t wh_boundary_moment_ms(const wh_boundary_pattern *pattern, const wh_time_zone *zone,
                              int64_t number)
{
    int64_t first = 0;
    int64_t last = 0;
    number_range(pattern, &first, &last);
    if (number < first || number > last || pattern->kind == WH_BOUNDARY_NEVER) {
        return INT64_MAX;
    }
    if (pattern->kind == WH_BOUNDARY_ONCE) {
        return number == 1 ? pattern->at_ms : INT64_MAX;
    }
    if (is_interval(pattern)) {
        return (number * pattern->every_s - interval_phase_s(pattern, zone)) * MS_PER_S;
    }
    return wall_moment(zone, wall_ms(pattern, number));
}

static bool is_in_reach(int64_t utc_ms)
{
    return utc_ms >= WH_CIVIL_MS_MIN + YEAR_MS && utc_ms <= WH_CIVIL_MS_MAX - YEAR_MS;
}

/* The last boundary up to a time in reach. */
static int64_t number_at(const wh_boundary_pattern *p, const wh_time_zone *zone, int64_t utc_ms)
{
    if (p->kind == WH_BOUNDARY_NEVER) {
        return 0;
    }
    if (p->kind == WH_BOUNDARY_ONCE) {
        return utc_ms >= p->at_ms ? 1 : 0;
    }
    if (is_interval(p)) {
        return interval_number(p, zone, utc_ms);
    }
    wh_civil_time local = {0};
    if (wh_time_zone_to_local(zone, utc_ms, &local, NULL) != WH_OK) {
        return 0; /* not in reach */
    }
    int64_t number = wall_number(p, &local);
    while (wh_boundary_moment_ms(p, zone, number) > utc_ms) {
        number--;
    }
    while (wh_boundary_moment_ms(p, zone, number + 1) <= utc_ms) {
        number++; /* in an hour that comes again: all that it showed the first time */
    }
    return number;
}

/* ---- the door ---- */

wh_err wh_boundary_check(const wh_boundary_pattern *pattern)
{
    const wh_boundary_pattern *p = pattern;
    wh_civil_date date = {.year = 2000, .month = p->month, .day = p->day}; /* a leap year */
    bool hour_good = p->hour < 24 && p->minute < 60;
    bool good = false;
    switch (p->kind) {
    case WH_BOUNDARY_NEVER:
    case WH_BOUNDARY_MONTH_END:
        good = true;
        break;
    case WH_BOUNDARY_EVERY:
        good = p->every_s >= 1 && p->every_s <= S_PER_DAY;
        break;
    case WH_BOUNDARY_DAILY:
        good = hour_good;
        break;
    case WH_BOUNDARY_MONTHLY:
        good = hour_good && p->day >= 1 && p->day <= 28;
        break;
    case WH_BOUNDARY_YEARLY:
        good = hour_good && wh_civil_date_is_valid(date);
        break;
    case WH_BOUNDARY_ONCE:
        good = p->at_ms >= WH_CIVIL_MS_MIN && p->at_ms <= WH_CIVIL_MS_MAX;
        break;
    default:
        break;
    }
    return good ? WH_OK : WH_ERR_RANGE;
}

bool wh_boundary_pattern_equal(const wh_boundary_pattern *a, const wh_boundary_pattern *b)
{
    return a->kind == b->kind && a->month == b->month && a->day == b->day && a->hour == b->hour &&
           a->minute == b->minute && a->every_s == b->every_s && a->at_ms == b->at_ms;
}

wh_err wh_boundary_start(wh_boundary *b, const wh_boundary_pattern *pattern,
                         const wh_time_zone *zone, int64_t utc_ms)
{
    wh_err err = wh_boundary_check(pattern);
    if (err != WH_OK) {
        return err;
    }
    if (!is_in_reach(utc_ms)) {
        return WH_ERR_RANGE;
    }
    b->pattern = *pattern;
    b->last = number_at(&b->pattern, zone, utc_ms);
    return WH_OK;
}

int64_t wh_boundary_next_ms(const wh_boundary *b, const wh_time_zone *zone)
{
    return wh_boundary_moment_ms(&b->pattern, zone, b->last + 1);
}

size_t wh_boundary_due(const wh_boundary *b, const wh_time_zone *zone, int64_t utc_ms,
                       wh_boundary_point *point, size_t max, uint64_t *skipped)
{
    if (skipped != NULL) {
        *skipped = 0;
    }
    if (!is_in_reach(utc_ms) || wh_boundary_next_ms(b, zone) > utc_ms) {
        return 0;
    }
    int64_t newest = number_at(&b->pattern, zone, utc_ms);
    uint64_t due = newest > b->last ? (uint64_t)(newest - b->last) : 0;
    size_t n = due < max ? (size_t)due : max;
    for (size_t i = 0; i < n; i++) {
        point[i].number = newest - (int64_t)(n - 1 - i);
        point[i].utc_ms = wh_boundary_moment_ms(&b->pattern, zone, point[i].number);
    }
    if (skipped != NULL) {
        *skipped = due - n;
    }
    return n;
}

void wh_boundary_done(wh_boundary *b, int64_t number)
{
    if (number > b->last) {
        b->last = number;
    }
}

/* ---- keeping ---- */

wh_err wh_boundary_save(const wh_boundary *b, wh_writer *w)
{
    wh_writer_put_u8(w, SAVED_VERSION);
    wh_writer_put_u8(w, b->pattern.kind);
    wh_writer_put_u8(w, b->pattern.month);
    wh_writer_put_u8(w, b->pattern.day);
    wh_writer_put_u8(w, b->pattern.hour);
    wh_writer_put_u8(w, b->pattern.minute);
    wh_writer_put_u32be(w, b->pattern.every_s);
    wh_writer_put_u64be(w, (uint64_t)b->pattern.at_ms);
    wh_writer_put_u64be(w, (uint64_t)b->last);
    return wh_writer_err(w);
}

wh_err wh_boundary_restore(wh_boundary *b, wh_reader *r)
{
    uint8_t version = wh_reader_take_u8(r);
    if (wh_reader_err(r) == WH_OK && version != SAVED_VERSION) {
        wh_reader_fail(r, version > SAVED_VERSION ? WH_ERR_UNSUPPORTED : WH_ERR_FORMAT);
    }
    wh_boundary found = {.pattern.kind = wh_reader_take_u8(r)};
    found.pattern.month = wh_reader_take_u8(r);
    found.pattern.day = wh_reader_take_u8(r);
    found.pattern.hour = wh_reader_take_u8(r);
    found.pattern.minute = wh_reader_take_u8(r);
    found.pattern.every_s = wh_reader_take_u32be(r);
    found.pattern.at_ms = (int64_t)wh_reader_take_u64be(r);
    found.last = (int64_t)wh_reader_take_u64be(r);
    if (wh_reader_err(r) != WH_OK) {
        return wh_reader_err(r);
    }
    int64_t first = 0;
    int64_t last = 0;
    bool good = wh_boundary_check(&found.pattern) == WH_OK;
    if (good) {
        number_range(&found.pattern, &first, &last);
    }
    if (!good || found.last < first || found.last > last) {
        wh_reader_fail(r, WH_ERR_FORMAT);
        return wh_reader_err(r);
    }
    *b = found;
    return WH_OK;
}
