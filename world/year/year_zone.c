/* SPDX-License-Identifier: Apache-2.0 */
#include "world/year/year_zone.h"

#include <stdlib.h>
#include <string.h>

#define DAY_S 86400
#define ANY   WH_TIME_ZONE_ANY_YEAR

static const wh_year_place places[] = {
    {"munich",
     48.1,
     11.6,
     {60,
      60,
      {ANY, 3, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0},
      {ANY, 10, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0}},
     3600,
     3,
     -1,
     3600,
     10,
     -1,
     3600},
    {"utc", 51.5, 0, {.standard_min = 0}, 0, 0, 0, 0, 0, 0, 0},
    {"wuhan", 30.6, 114.3, {.standard_min = 480}, 28800, 0, 0, 0, 0, 0, 0},
    {"sydney",
     -33.9,
     151.2,
     {600,
      60,
      {ANY, 10, WH_TIME_ZONE_NTH(1), 7, 2, 0, 0, WH_TIME_ZONE_WALL},
      {ANY, 4, WH_TIME_ZONE_NTH(1), 7, 3, 0, 0, WH_TIME_ZONE_WALL}},
     36000,
     10,
     1,
     7200 - 36000,
     4,
     1,
     7200 - 36000},
    {"chicago",
     41.9,
     -87.6,
     {-360,
      60,
      {ANY, 3, WH_TIME_ZONE_NTH(2), 7, 2, 0, 0, WH_TIME_ZONE_WALL},
      {ANY, 11, WH_TIME_ZONE_NTH(1), 7, 2, 0, 0, WH_TIME_ZONE_WALL}},
     -21600,
     3,
     2,
     7200 + 21600,
     11,
     1,
     3600 + 21600},
};

const wh_year_place *wh_year_place_at(size_t index)
{
    return index < sizeof places / sizeof places[0] ? &places[index] : NULL;
}

const wh_year_place *wh_year_place_find(const char *name)
{
    for (size_t i = 0; wh_year_place_at(i) != NULL; i++) {
        if (strcmp(places[i].name, name) == 0) {
            return &places[i];
        }
    }
    return NULL;
}

static uint8_t month_days(int32_t year, uint8_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return (uint8_t)(days[month - 1] + (month == 2 && leap ? 1 : 0));
}

/* The day after. */
static wh_almanac_day follow(wh_almanac_day d)
{
    d.weekday = (uint8_t)((d.weekday + 1) % 7);
    d.day++;
    if (d.day > month_days(d.year, d.month)) {
        d.day = 1;
        d.month++;
    }
    if (d.month > 12) {
        d.month = 1;
        d.year++;
    }
    return d;
}

/* Seconds since 1970 of midnight of a day in the list, were it UTC. */
static int64_t midnight_s(size_t day)
{
    return 946684800 + (int64_t)day * DAY_S; /* 1 January 2000 */
}

/* Is this day that Sunday of its month? */
static bool is_sunday(const wh_almanac_day *d, uint8_t month, int8_t which)
{
    if (d->month != month || d->weekday != 6) {
        return false;
    }
    return which < 0 ? d->day + 7 > month_days(d->year, month) : (d->day + 6) / 7 == which;
}

static void note_change(wh_almanac *a, size_t day, int32_t utc_s, int32_t offset_s)
{
    a->change_ms[a->count] = (midnight_s(day) + utc_s) * 1000;
    a->offset_s[a->count] = offset_s;
    a->count++;
}

bool wh_almanac_make(wh_almanac *a, const wh_year_place *place)
{
    memset(a, 0, sizeof *a);
    a->standard_s = place->standard_s;
    a->days = calloc(WH_ALMANAC_YEARS * 366U, sizeof *a->days);
    if (a->days == NULL) {
        return false;
    }
    wh_almanac_day d = {WH_ALMANAC_FIRST, 1, 1, 5}; /* a Saturday */
    for (; d.year <= WH_ALMANAC_LAST; d = follow(d)) {
        if (place->begin_month != 0 && is_sunday(&d, place->begin_month, place->begin_sunday)) {
            note_change(a, a->day_count, place->begin_utc_s, place->standard_s + 3600);
        }
        if (place->begin_month != 0 && is_sunday(&d, place->end_month, place->end_sunday)) {
            note_change(a, a->day_count, place->end_utc_s, place->standard_s);
        }
        a->days[a->day_count++] = d;
    }
    return true;
}

void wh_almanac_free(wh_almanac *a)
{
    free(a->days);
    memset(a, 0, sizeof *a);
}

int32_t wh_almanac_offset_s(const wh_almanac *a, int64_t utc_ms)
{
    if (a->count == 0) {
        return a->standard_s;
    }
    if (utc_ms < a->change_ms[0]) { /* the half of the year before the first change */
        return a->offset_s[1];
    }
    size_t low = 0;
    size_t high = a->count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        *(a->change_ms[middle] <= utc_ms ? &low : &high) = middle;
    }
    return a->offset_s[low];
}

size_t wh_almanac_at(const wh_almanac *a, int64_t utc_ms, int32_t *second)
{
    int64_t local_s = utc_ms / 1000 + wh_almanac_offset_s(a, utc_ms) - midnight_s(0);
    size_t day = (size_t)(local_s / DAY_S);
    *second = (int32_t)(local_s % DAY_S);
    return day < a->day_count ? day : a->day_count - 1;
}

int64_t wh_almanac_first_ms(const wh_almanac *a, size_t day, int32_t second)
{
    int64_t wall_s = midnight_s(day) + second;
    int64_t first = INT64_MAX;
    for (int i = 0; i < 2; i++) { /* with either offset, where it is the one that holds then */
        int64_t utc_ms = (wall_s - a->standard_s - 3600 * i) * 1000;
        if (wh_almanac_offset_s(a, utc_ms) == a->standard_s + 3600 * i && utc_ms < first) {
            first = utc_ms;
        }
    }
    for (size_t i = 0; first == INT64_MAX && i < a->count; i++) { /* left out: at the change */
        int64_t gap_s = wall_s - a->change_ms[i] / 1000 - a->standard_s;
        if (gap_s >= 0 && gap_s < 3600) {
            first = a->change_ms[i];
        }
    }
    return first;
}
