/* SPDX-License-Identifier: Apache-2.0 */
/* step_price.h - prices that rise with what was used since the last settlement (ladder).
 *
 * Up to seven thresholds make eight steps. What is used is a register less its value at the last
 * settlement. Settlements are monthly or on up to four dates of the year; each is a boundary of
 * time (meter/clock/boundary.h) with a number, so it comes once however the clock jumps.
 *
 * Up to four seasons of the year have thresholds and prices of their own (Shenzhen: higher
 * thresholds from May to October). A season changes the steps, it does not settle: where it
 * should, its date is a settlement too. Two sets of tables change places at a switch-over time,
 * once; a settlement of the new table that falls on that moment is done, an earlier one is not.
 *
 * As octets, for setters, getters and the store, numbers big endian:
 *
 *   count of settlements · of each: month (0: every) · day · hour
 *   count of seasons · of each: month · day · count of thresholds · thresholds, Wh, u32 · prices of
 *   one step more, millionths of the currency per kWh, i32
 *
 * Order of a pass: book what was used (wh_cost_book_steps), then wh_step_price_tick. Not while
 * the clock is invalid: a first tick at a wrong time would hold off settlements. */
#ifndef WH_METER_STEP_PRICE_H
#define WH_METER_STEP_PRICE_H

#include "core/err.h"
#include "core/reader.h"
#include "core/time_zone.h"
#include "core/writer.h"
#include "meter/tariff/tariff_calendar.h"

#include <stdbool.h>
#include <stdint.h>

#define WH_STEP_THRESHOLDS_MAX  7  /* in a season */
#define WH_STEP_CELLS_MAX       14 /* thresholds in all seasons of a table together */
#define WH_STEP_SEASONS_MAX     4
#define WH_STEP_SETTLEMENTS_MAX 4

/* Octets of a table at most, and bytes that wh_step_price_save writes at most. */
#define WH_STEP_OCTETS                                                                   \
    (2 + WH_STEP_SETTLEMENTS_MAX * 3 + WH_STEP_SEASONS_MAX * 3 + WH_STEP_CELLS_MAX * 4 + \
     (WH_STEP_CELLS_MAX + WH_STEP_SEASONS_MAX) * 4)
#define WH_STEP_SAVED (26 + WH_STEP_SETTLEMENTS_MAX * 4 + 2 * WH_STEP_OCTETS)

/* A day and hour at which a settlement begins; month 0: of every month. */
typedef struct {
    uint8_t month; /* 1..12, 0 */
    uint8_t day;   /* 1..28; with a month as it has days */
    uint8_t hour;  /* 0..23 */
} wh_step_settlement;

/* From its date on until the next; before the first of the year, the last one holds. */
typedef struct {
    uint8_t month;
    uint8_t day;
    uint8_t threshold_count; /* 0..7: 1..8 steps */
} wh_step_season;

/* Thresholds and prices lie one season after the other: a season with n thresholds takes the next
 * n of them and the next n + 1 prices. */
typedef struct {
    uint8_t settlement_count; /* 1..4 */
    uint8_t season_count;     /* 1..4 */
    wh_step_settlement settlement[WH_STEP_SETTLEMENTS_MAX];
    wh_step_season season[WH_STEP_SEASONS_MAX]; /* by date, strictly rising */
    uint32_t threshold_wh[WH_STEP_CELLS_MAX];   /* of a season strictly rising, positive */
    int32_t price[WH_STEP_CELLS_MAX + WH_STEP_SEASONS_MAX]; /* millionths per kWh, not negative */
} wh_step_table;

/* Fields are private but tables and base for reading. */
typedef struct {
    wh_step_table table[2];
    uint8_t in_force;
    uint8_t season; /* of the table in force */
    bool begun;
    int64_t modulus_mwh;
    int64_t switch_ms;                     /* UTC; INT64_MAX: never */
    int64_t seen_ms;                       /* UTC of the last tick */
    int64_t base_mwh;                      /* register at the last settlement */
    int32_t last[WH_STEP_SETTLEMENTS_MAX]; /* number of each boundary that is done */
} wh_step_price;

/* What wh_step_price_tick did: bits. Each is to be kept at once. */
enum { WH_STEP_BEGUN = 1, WH_STEP_SETTLED = 2, WH_STEP_SWITCHED = 4 };

/* Of a table that was checked: the season (0 ..) of a date; where a step begins, 0 of step 1,
 * INT64_MAX where there is no such step; its price, 0 where there is none. */
uint8_t wh_step_table_season(const wh_step_table *table, wh_civil_date date);
int64_t wh_step_table_from_mwh(const wh_step_table *table, uint8_t season, uint8_t step);
int32_t wh_step_table_price(const wh_step_table *table, uint8_t season, uint8_t step);

/* One step at price 0, settled on the first of each month; no switch-over. The register that is
 * counted rolls over to 0 at modulus_mwh. */
void wh_step_price_init(wh_step_price *s, int64_t modulus_mwh);

/* Write the standby table.
 *
 * WH_ERR_RANGE   a count, date, hour, threshold or price outside its range
 * WH_ERR_FORMAT  thresholds or seasons not strictly rising
 * It stays as it was then. */
wh_err wh_step_price_set(wh_step_price *s, const wh_step_table *table) WH_MUST_USE;

/* The same from octets, which must end with it: WH_ERR_SHORT, WH_ERR_FORMAT too. */
wh_err wh_step_price_take(wh_step_price *s, wh_reader *r) WH_MUST_USE;
void wh_step_price_put(const wh_step_price *s, wh_tariff_set set, wh_writer *w);

const wh_step_table *wh_step_price_table(const wh_step_price *s, wh_tariff_set set);

/* When the standby table comes into force, UTC milliseconds; INT64_MAX: never. */
void wh_step_price_schedule(wh_step_price *s, int64_t switch_ms);

/* Time passes: settle, switch tables, find the season. The first tick takes the register as the
 * base. Returns WH_STEP_ bits. Over several missed settlements one begins, now.
 *
 * register_mwh  of what the steps count, 0 .. modulus - 1 */
unsigned wh_step_price_tick(wh_step_price *s, const wh_time_zone *zone, int64_t utc_ms,
                            int64_t register_mwh);

/* The clock was put right from a time far ahead: what is past by now is done, what comes is not.
 * The base stays. */
void wh_step_price_restart(wh_step_price *s, const wh_time_zone *zone, int64_t utc_ms);

/* The register was cleared: what is used counts from 0 on. */
void wh_step_price_clear(wh_step_price *s);

/* Used since the settlement. A register below its base has rolled over. */
int64_t wh_step_price_used_mwh(const wh_step_price *s, int64_t register_mwh);

/* Step 1..8 of the season now; of the table in force its price and where it begins, as above. */
uint8_t wh_step_price_step(const wh_step_price *s, int64_t register_mwh);
int32_t wh_step_price_of(const wh_step_price *s, uint8_t step);
int64_t wh_step_price_from_mwh(const wh_step_price *s, uint8_t step);

/* Version 1 · flags · switch-over i64 · last tick i64 · base i64 · boundaries i32 x 4 · both
 * tables. WH_ERR_SPACE as the writer. */
wh_err wh_step_price_save(const wh_step_price *s, wh_writer *w) WH_MUST_USE;

/* After init. WH_ERR_UNSUPPORTED: of a later version; WH_ERR_SHORT, WH_ERR_FORMAT, WH_ERR_RANGE:
 * damaged. Nothing has changed then. */
wh_err wh_step_price_restore(wh_step_price *s, wh_reader *r) WH_MUST_USE;

#endif /* WH_METER_STEP_PRICE_H */
