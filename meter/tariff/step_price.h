/* SPDX-License-Identifier: Apache-2.0 */
/* step_price.h - prices that rise with what was used since the last settlement (ladder).
 *
 * Up to seven thresholds make eight steps. The base is the register's value at the last
 * settlement: monthly, seasonal or yearly dates begin a new one. Two sets of tables change
 * places at a switch-over time, as the calendar's do.
 *
 * A settlement is known by its number, counted by the caller's boundary of time: beginning the
 * same one again changes nothing, so a clock that is set back over it does not restart it. */
#ifndef WH_METER_STEP_PRICE_H
#define WH_METER_STEP_PRICE_H

#include "core/civil_time.h"
#include "core/err.h"

#include <stdbool.h>
#include <stdint.h>

#define WH_STEP_THRESHOLDS_MAX  7
#define WH_STEP_SETTLEMENTS_MAX 4

/* A day and hour of the year on which a settlement begins; month 0: of every month. */
typedef struct {
    uint8_t month; /* 1..12, 0 */
    uint8_t day;   /* 1..28 */
    uint8_t hour;  /* 0..23 */
} wh_step_settlement;

typedef struct {
    uint8_t threshold_count;                       /* 0..7: 1..8 steps */
    uint8_t settlement_count;                      /* 1..4 */
    int64_t threshold_mwh[WH_STEP_THRESHOLDS_MAX]; /* strictly rising, positive */
    int64_t price[WH_STEP_THRESHOLDS_MAX + 1];     /* millionths of the currency per kWh */
    wh_step_settlement settlement[WH_STEP_SETTLEMENTS_MAX];
} wh_step_table;

/* Fields are private but tables for reading. */
typedef struct {
    wh_step_table table[2];
    uint8_t in_force;
    bool begun;
    int64_t switch_ms;  /* UTC; INT64_MAX: never */
    int64_t base_mwh;   /* register at the last settlement */
    int64_t settlement; /* its time: local milliseconds of the boundary */
} wh_step_price;

/* One step at price 0, settled on the first of each month; no switch-over. */
void wh_step_price_init(wh_step_price *s);

/* Write the standby table. WH_ERR_RANGE, WH_ERR_FORMAT (thresholds do not rise): it stays as it
 * was. */
wh_err wh_step_price_set(wh_step_price *s, const wh_step_table *table) WH_MUST_USE;

/* When it comes into force, UTC milliseconds; INT64_MAX: never. */
void wh_step_price_schedule(wh_step_price *s, int64_t switch_ms);

/* Time passes: switch tables, begin a settlement. `register_mwh` is what the steps count.
 * Returns true where a settlement began. Over several missed ones the last begins. */
bool wh_step_price_tick(wh_step_price *s, int64_t utc_ms, const wh_civil_time *local,
                        int64_t register_mwh);

/* Step 1..8 and its price for what was used since the settlement. A register that has rolled
 * over at `modulus_mwh` counts on. */
uint8_t wh_step_price_step(const wh_step_price *s, int64_t register_mwh, int64_t modulus_mwh);
int64_t wh_step_price_of(const wh_step_price *s, uint8_t step);

#endif /* WH_METER_STEP_PRICE_H */
