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
 * As octets, one encoding for setters, getters and the store, numbers big endian:
 *
 *   zones     count · of each season: month · day · day tables of Monday to Sunday
 *   days      count · of each table: count of periods · of each: minute u16 · rate
 *   holidays  count · of each: year u16, FFFFh every year · month · day · day table
 *
 * The caller owns the struct: about 1.2 kB, with the holidays 2.2 kB. */
#ifndef WH_METER_TARIFF_CALENDAR_H
#define WH_METER_TARIFF_CALENDAR_H

#include "core/civil_time.h"
#include "core/err.h"
#include "core/reader.h"
#include "core/writer.h"

#include <stdbool.h>
#include <stdint.h>

#define WH_TARIFF_SEASONS_MAX  14
#define WH_TARIFF_DAYS_MAX     8
#define WH_TARIFF_PERIODS_MAX  14
#define WH_TARIFF_RATES_MAX    63
#define WH_TARIFF_HOLIDAYS_MAX 254

#define WH_TARIFF_EVERY_YEAR 0xFFFF

/* Octets at most, and bytes that the three savers write at most. */
#define WH_TARIFF_ZONES_OCTETS    (1 + WH_TARIFF_SEASONS_MAX * 9)
#define WH_TARIFF_DAYS_OCTETS     (1 + WH_TARIFF_DAYS_MAX * (1 + WH_TARIFF_PERIODS_MAX * 3))
#define WH_TARIFF_HOLIDAYS_OCTETS (1 + WH_TARIFF_HOLIDAYS_MAX * 5)
#define WH_TARIFF_ZONES_SAVED     (10 + 2 * WH_TARIFF_ZONES_OCTETS)
#define WH_TARIFF_DAYS_SAVED      (10 + 2 * WH_TARIFF_DAYS_OCTETS)
#define WH_TARIFF_HOLIDAYS_SAVED  (1 + WH_TARIFF_HOLIDAYS_OCTETS)

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

/* Fields are private but zones and days for reading. */
typedef struct {
    wh_tariff_zones zones[2];
    wh_tariff_days days[2];
    uint32_t holiday[WH_TARIFF_HOLIDAYS_MAX]; /* packed; the first that fits wins */
    uint8_t holiday_count;
    uint8_t zones_in_force; /* 0 or 1 */
    uint8_t days_in_force;
    int64_t zones_switch_ms; /* UTC; INT64_MAX: never */
    int64_t days_switch_ms;
} wh_tariff_calendar;

/* Which of two sets. */
typedef enum { WH_TARIFF_IN_FORCE, WH_TARIFF_STANDBY } wh_tariff_set;

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

/* A holiday, index below holiday_count. */
wh_tariff_holiday wh_tariff_holiday_at(const wh_tariff_calendar *c, unsigned index);

/* Replace the holidays; they have one set, in force at once. Errors as above. */
wh_err wh_tariff_set_holidays(wh_tariff_calendar *c, const wh_tariff_holiday *holidays,
                              unsigned count) WH_MUST_USE;

/* The same from octets, which must end where the value ends.
 *
 * WH_ERR_SHORT   the octets end early
 * WH_ERR_FORMAT  octets are left over; and all of the above. Nothing has changed then */
wh_err wh_tariff_take_zones(wh_tariff_calendar *c, wh_reader *r) WH_MUST_USE;
wh_err wh_tariff_take_days(wh_tariff_calendar *c, wh_reader *r) WH_MUST_USE;
wh_err wh_tariff_take_holidays(wh_tariff_calendar *c, wh_reader *r) WH_MUST_USE;

/* And to octets; where they do not fit the writer says so. */
void wh_tariff_put_zones(const wh_tariff_calendar *c, wh_tariff_set set, wh_writer *w);
void wh_tariff_put_days(const wh_tariff_calendar *c, wh_tariff_set set, wh_writer *w);
void wh_tariff_put_holidays(const wh_tariff_calendar *c, wh_writer *w);

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
 * 254 of them, then at most 14 seasons and 14 periods. A day table that is not there, which only
 * damaged blobs can name, is table 1. */
uint8_t wh_tariff_rate_at(const wh_tariff_calendar *c, const wh_civil_time *local);

/* The day table (1..8) of a date, and whether it is a holiday. */
uint8_t wh_tariff_day_table_at(const wh_tariff_calendar *c, wh_civil_date date);
bool wh_tariff_is_holiday(const wh_tariff_calendar *c, wh_civil_date date);

/* What must survive a power cut, in three blobs, each to be kept after it was set, scheduled or
 * has switched: version 1 · set in force · switch-over i64 · first set · second set (zones, days);
 * version 1 · holidays. WH_ERR_SPACE as the writer. */
wh_err wh_tariff_save_zones(const wh_tariff_calendar *c, wh_writer *w) WH_MUST_USE;
wh_err wh_tariff_save_days(const wh_tariff_calendar *c, wh_writer *w) WH_MUST_USE;
wh_err wh_tariff_save_holidays(const wh_tariff_calendar *c, wh_writer *w) WH_MUST_USE;

/* After init, those that there are, in any order; then ask wh_tariff_calendar_check.
 *
 * WH_ERR_UNSUPPORTED  of a later version
 * WH_ERR_SHORT, WH_ERR_FORMAT, WH_ERR_RANGE  damaged. Nothing has changed then */
wh_err wh_tariff_restore_zones(wh_tariff_calendar *c, wh_reader *r) WH_MUST_USE;
wh_err wh_tariff_restore_days(wh_tariff_calendar *c, wh_reader *r) WH_MUST_USE;
wh_err wh_tariff_restore_holidays(wh_tariff_calendar *c, wh_reader *r) WH_MUST_USE;

/* WH_ERR_NOT_FOUND: now or after a switch-over a season or holiday would name a day table that is
 * not there: what was restored does not belong together. */
wh_err wh_tariff_calendar_check(const wh_tariff_calendar *c) WH_MUST_USE;

#endif /* WH_METER_TARIFF_CALENDAR_H */
