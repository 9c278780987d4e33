/* SPDX-License-Identifier: Apache-2.0 */
/* year_tariff.h - a tariff as a price list on the wall: which rate each quarter hour of a day has.
 *
 * It is evaluated here by looking it up, in other structures than the meter's and by other code,
 * so that the two can be held against each other. What a meter is programmed with is made of the
 * same (year_meter.h). */
#ifndef WH_WORLD_YEAR_TARIFF_H
#define WH_WORLD_YEAR_TARIFF_H

#include "world/simulation/random.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_YEAR_RATES       8
#define WH_YEAR_DAYS        8
#define WH_YEAR_QUARTERS    96
#define WH_YEAR_SEASONS     8
#define WH_YEAR_HOLIDAYS    24
#define WH_YEAR_THRESHOLDS  3
#define WH_YEAR_SETTLEMENTS 2

typedef struct {
    uint8_t month;
    uint8_t day;
    uint8_t table[7]; /* of Monday to Sunday, from 0 */
} wh_year_season;

typedef struct {
    uint16_t year; /* 0: every */
    uint8_t month;
    uint8_t day;
    uint8_t table;
} wh_year_holiday;

typedef struct {
    uint8_t month; /* 0: every */
    uint8_t day;
    uint8_t hour;
} wh_year_settlement;

typedef struct {
    uint8_t rates; /* in use: 1 .. */
    uint8_t day_count;
    uint8_t rate[WH_YEAR_DAYS][WH_YEAR_QUARTERS]; /* 1 .. rates */
    uint8_t season_count;
    wh_year_season season[WH_YEAR_SEASONS]; /* by date */
    uint8_t holiday_count;
    wh_year_holiday holiday[WH_YEAR_HOLIDAYS];
    int32_t import[WH_YEAR_RATES + 1]; /* by rate, millionths of the currency per kWh */
    int32_t export[WH_YEAR_RATES + 1];
    uint8_t threshold_count;
    int64_t threshold_kwh[WH_YEAR_THRESHOLDS];
    int32_t step_price[WH_YEAR_THRESHOLDS + 1];
    uint8_t settlement_count;
    wh_year_settlement settlement[WH_YEAR_SETTLEMENTS];
} wh_year_tariff;

/* The ready ones: their names one after the other, NULL behind the last. */
const char *wh_year_tariff_name(size_t index);

/* One by its name; false: there is none. */
bool wh_year_tariff_find(const char *name, wh_year_tariff *out);

/* Any tariff a meter must be able to follow. */
void wh_year_tariff_random(wh_random *random, wh_year_tariff *out);

/* Another calendar: other seasons and day tables, as many of them, with the same holidays. */
void wh_year_tariff_change(wh_random *random, wh_year_tariff *tariff);

/* Other prices for the same rates. */
void wh_year_tariff_reprice(wh_random *random, wh_year_tariff *tariff);

/* The day table of a date; weekday 0 Monday .. 6 Sunday. */
uint8_t wh_year_tariff_table(const wh_year_tariff *t, int32_t year, unsigned month, unsigned day,
                             unsigned weekday);

/* The step (from 0) for so much since the settlement. */
unsigned wh_year_tariff_step(const wh_year_tariff *t, int64_t used_mwh);

#endif /* WH_WORLD_YEAR_TARIFF_H */
