/* SPDX-License-Identifier: Apache-2.0 */
/* year_zone.h - the clock on the wall once more, as an almanac: every change of a zone worked out
 * beforehand and written down, days counted off one by one.
 *
 * The meter has rules and arithmetic for the same (core/time_zone.h, meter/clock/boundary.h); this
 * is what they are held against. It is good for the years 2000 to 2060. */
#ifndef WH_WORLD_YEAR_ZONE_H
#define WH_WORLD_YEAR_ZONE_H

#include "core/time_zone.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_ALMANAC_FIRST 2000
#define WH_ALMANAC_LAST  2060
#define WH_ALMANAC_YEARS (WH_ALMANAC_LAST - WH_ALMANAC_FIRST + 1)

/* A zone people live in. */
typedef struct {
    const char *name;
    double latitude_deg;
    double longitude_deg;
    wh_time_zone rule; /* what the meter is told */
    int32_t standard_s;
    uint8_t begin_month; /* of an hour of daylight saving; 0: there is none */
    int8_t begin_sunday; /* 1 the first, 2 the second; -1 the last */
    int32_t begin_utc_s; /* after midnight UTC of that Sunday */
    uint8_t end_month;
    int8_t end_sunday;
    int32_t end_utc_s;
} wh_year_place;

/* The places: index 0 and up, NULL behind the last. */
const wh_year_place *wh_year_place_at(size_t index);
const wh_year_place *wh_year_place_find(const char *name);

/* All there is to know of a local day. */
typedef struct {
    int32_t year;
    uint8_t month;
    uint8_t day;
    uint8_t weekday; /* 0 Monday .. 6 Sunday */
} wh_almanac_day;

typedef struct {
    int64_t change_ms[2 * WH_ALMANAC_YEARS]; /* rising */
    int32_t offset_s[2 * WH_ALMANAC_YEARS];  /* from it on */
    size_t count;
    int32_t standard_s;
    wh_almanac_day *days; /* since 1 January of the first year, local */
    size_t day_count;
} wh_almanac;

/* false: no memory. wh_almanac_free gives it back. */
bool wh_almanac_make(wh_almanac *a, const wh_year_place *place);
void wh_almanac_free(wh_almanac *a);

int32_t wh_almanac_offset_s(const wh_almanac *a, int64_t utc_ms);

/* The local day a moment is in, as its place in `days`, and the second of that day. */
size_t wh_almanac_at(const wh_almanac *a, int64_t utc_ms, int32_t *second);

/* When a clock on the wall first shows this second of a local day, or would have shown it: where
 * it is left out, the moment of the change. */
int64_t wh_almanac_first_ms(const wh_almanac *a, size_t day, int32_t second);

#endif /* WH_WORLD_YEAR_ZONE_H */
