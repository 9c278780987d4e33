/* SPDX-License-Identifier: Apache-2.0 */
/* cost.h - what energy costs as it is used: price by rate plus price of the step.
 *
 * Prices are millionths of the currency per kWh, cost is in millionths, and what a portion of
 * energy costs below one millionth is carried, so the running cost is exact for ever. Two price
 * tables change places at a switch-over time. A price may be negative (it pays to use). */
#ifndef WH_METER_COST_H
#define WH_METER_COST_H

#include "core/err.h"
#include "meter/tariff/tariff_calendar.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int32_t price[WH_TARIFF_RATES_MAX]; /* of rates 1..63 */
} wh_price_table;

/* Fields are private but total. */
typedef struct {
    wh_price_table table[2];
    uint8_t in_force;
    int64_t switch_ms; /* UTC; INT64_MAX: never */
    int64_t total;     /* millionths of the currency since the start */
    int64_t rest;      /* of 3.6e12ths of a millionth, 0 .. 3.6e12 - 1 */
} wh_cost;

/* All prices 0, nothing spent, no switch-over. */
void wh_cost_init(wh_cost *c);

/* Write the standby table; when it comes into force. */
void wh_cost_set_prices(wh_cost *c, const wh_price_table *table);
void wh_cost_schedule(wh_cost *c, int64_t switch_ms);

/* True where the tables have just changed places. */
bool wh_cost_switch(wh_cost *c, int64_t utc_ms);

/* Price in force of a rate, 0 for a rate outside 1..63. */
int32_t wh_cost_price(const wh_cost *c, uint8_t rate);

/* So much energy was used at this rate, while the step's price was `step_price`.
 * |energy| up to 10^12 uWs a call and |price| below 2^32: no overflow. Returns what `total` grew
 * by. */
int64_t wh_cost_book(wh_cost *c, uint8_t rate, int64_t step_price, int64_t energy_uws);

#endif /* WH_METER_COST_H */
