/* SPDX-License-Identifier: Apache-2.0 */
/* tariff_calendar.h - which rate applies at a moment of local time.
 *
 *   date ─▶ holiday? ─▶ its day table
 *        └▶ season ─▶ week ─▶ day table of the weekday ─▶ period of the minute ─▶ rate 1..63
 *
 * One shape expresses both worlds:
 *   State Grid (Q/GDW 354, DL/T 645 0401/0402 00xx): a year zone is a season whose week has the
 *     same day table on all days; the weekend word puts the weekend table on its rest days
 *     (wh_tariff_zone_week makes that week). A public holiday beats the weekend, the weekend
 *     beats the zone.
 *   COSEM activity calendar and special days table (classes 20 and 11): seasons, weeks and days
 *     as they are; a special day beats the week.
 *
 * Zones (seasons and weeks) and days have two sets each, one in force and one on standby, with
 * a switch-over time each. Standby tables are set whole; a table with an error in it is refused
 * whole and leaves what was there. At the switch-over the sets change places, once.
 *
 * The caller owns the struct: about 1.8 kB, with the holidays 3.1 kB. */
#ifndef WH_METER_TARIFF_CALENDAR_H
#define WH_METER_TARIFF_CALENDAR_H

#include "core/civil_time.h"
#include "core/err.h"

#include <stdbool.h>
#include <stdint.h>

#define WH_TARIFF_SEASONS_MAX  14
#define WH_TARIFF_DAYS_MAX     8
#define WH_TARIFF_PERIODS_MAX  14
#define WH_TARIFF_RATES_MAX    63
#define WH_TARIFF_HOLIDAYS_MAX 254

#define WH_TARIFF_EVERY_YEAR 0xFFFF

/* From its minute on until the next period; before the first of the day, the last one holds:
 * a period may cross midnight. */
typedef struct {
    uint16_t minute; /* of the day, 0..1439 */
    uint8_t rate;    /* 1..63 */
} wh_tariff_period;

typedef struct {
    uint8_t period_count;                           /* 1..14 */
    wh_tariff_period period[WH_TARIFF_PERIODS_MAX]; /* by minute, strictly rising */
} wh_tariff_day;

/* Day tables of Monday to Sunday, 1..8. */
typedef struct {
    uint8_t day[7];
} wh_tariff_week;

/* From its date on until the next season; before the first of the year, the last one holds. */
typedef struct {
    uint8_t month;
    uint8_t day;
    wh_tariff_week week;
} wh_tariff_season;

typedef struct {
    uint8_t season_count;                           /* 1..14 */
    wh_tariff_season season[WH_TARIFF_SEASONS_MAX]; /* by date, strictly rising */
} wh_tariff_zones;

typedef struct {
    uint8_t day_count; /* 1..8 */
    wh_tariff_day day[WH_TARIFF_DAYS_MAX];
} wh_tariff_days;

typedef struct {
    uint16_t year; /* or WH_TARIFF_EVERY_YEAR */
    uint8_t month;
    uint8_t day;
    uint8_t day_table; /* 1..8 */
} wh_tariff_holiday;

/* Fields are private but zones, days and holidays for reading. */
typedef struct {
    wh_tariff_zones zones[2];
    wh_tariff_days days[2];
    wh_tariff_holiday holiday[WH_TARIFF_HOLIDAYS_MAX]; /* the first that fits wins */
    uint8_t holiday_count;
    uint8_t zones_in_force; /* 0 or 1 */
    uint8_t days_in_force;
    int64_t zones_switch_ms; /* UTC; INT64_MAX: never */
    int64_t days_switch_ms;
} wh_tariff_calendar;

/* What wh_tariff_calendar_switch did: bits. */
enum { WH_TARIFF_SWITCHED_ZONES = 1, WH_TARIFF_SWITCHED_DAYS = 2 };

/* One season, one day table, rate 1 all day, in both sets; no holidays, no switch-over. */
void wh_tariff_calendar_init(wh_tariff_calendar *c);

/* The week of a State Grid year zone: `day_table` on working days, `weekend_table` on rest days.
 * Bit n of rest_days: day n of Monday 0 to Sunday 6 is one. weekend_table 0: no weekend. */
wh_tariff_week wh_tariff_zone_week(uint8_t day_table, uint8_t weekend_table, uint8_t rest_days);

/* Write the standby set.
 *
 * WH_OK
 * WH_ERR_RANGE   a count, date, minute, rate or number of a day table outside its range
 * WH_ERR_FORMAT  seasons or periods not strictly rising
 * WH_ERR_NOT_FOUND  a switch-over is scheduled, and after it a season or holiday would name a
 *                   day table that is not there
 * On an error the standby set stays as it was. */
wh_err wh_tariff_set_zones(wh_tariff_calendar *c, const wh_tariff_zones *zones) WH_MUST_USE;
wh_err wh_tariff_set_days(wh_tariff_calendar *c, const wh_tariff_days *days) WH_MUST_USE;

/* Replace the holidays; they have one set, in force at once. Errors as above. */
wh_err wh_tariff_set_holidays(wh_tariff_calendar *c, const wh_tariff_holiday *holidays,
                              unsigned count) WH_MUST_USE;

/* When the standby sets come into force, UTC milliseconds; INT64_MAX: never.
 *
 * WH_ERR_NOT_FOUND  after one of the two, a season or holiday would name a day table that is not
 *                   there; nothing is scheduled */
wh_err wh_tariff_calendar_schedule(wh_tariff_calendar *c, int64_t zones_ms,
                                   int64_t days_ms) WH_MUST_USE;

/* Let sets whose time has come change places; returns WH_TARIFF_SWITCHED_ bits. Each scheduled
 * switch is done once, also where the clock is set back over it or far beyond it. */
unsigned wh_tariff_calendar_switch(wh_tariff_calendar *c, int64_t utc_ms);

/* The rate in force at a moment of local time, 1..63. Cost: the holidays are searched, at most
 * 254 of them, then at most 14 seasons and 14 periods. */
uint8_t wh_tariff_rate_at(const wh_tariff_calendar *c, const wh_civil_time *local);

/* The day table (1..8) of a date. */
uint8_t wh_tariff_day_table_at(const wh_tariff_calendar *c, wh_civil_date date);

#endif /* WH_METER_TARIFF_CALENDAR_H */
