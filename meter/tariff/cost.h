/* SPDX-License-Identifier: Apache-2.0 */
/* cost.h - what energy costs as it is used: price by rate plus price of the step.
 *
 * Prices are millionths of the currency per kWh, cost is in millionths, and what a portion of
 * energy costs below one millionth is carried, so the running cost is exact for ever. Two price
 * tables change places at a switch-over time. A price may be negative (it pays to use).
 *
 * One wh_cost is of import; a second one, with its own prices, is of export: its total is what is
 * paid for energy fed in. As many rates have a price as the caller keeps registers for; energy of
 * a rate that is not kept costs as rate 1, whose register takes it.
 *
 * Prices as octets, for setters, getters and the store: count · of each rate from 1 on: i32.
 *
 * The prices lie in the caller's memory, which must outlive the struct. */
#ifndef WH_METER_COST_H
#define WH_METER_COST_H

#include "core/err.h"
#include "core/reader.h"
#include "core/writer.h"
#include "meter/register/register.h"
#include "meter/tariff/step_price.h"
#include "meter/tariff/tariff_calendar.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_COST_SAVED                17 /* bytes that wh_cost_save writes */
#define WH_COST_PRICES_OCTETS(rates) (1 + 4 * (rates))
#define WH_COST_PRICES_SAVED(rates)  (10 + 2 * WH_COST_PRICES_OCTETS(rates))

/* Fields are private but total. */
typedef struct {
    int32_t *price; /* two sets of `rates` */
    uint8_t rates;
    uint8_t in_force;
    int64_t switch_ms; /* UTC; INT64_MAX: never */
    int64_t total;     /* millionths of the currency since the start */
    int64_t rest;      /* of 3.6e12ths of a millionth, 0 .. 3.6e12 - 1 */
} wh_cost;

/* All prices 0, nothing spent, no switch-over.
 *
 * price[price_count]  the caller's, at least twice as many as rates
 *
 * WH_ERR_RANGE  rates not 1..63
 * WH_ERR_SPACE  price_count is too small */
wh_err wh_cost_init(wh_cost *c, int32_t *price, size_t price_count, uint8_t rates) WH_MUST_USE;

/* Nothing was spent; prices stay. */
void wh_cost_clear(wh_cost *c);

/* Write the standby prices of rates 1..count; those above are 0. WH_ERR_RANGE: count not
 * 1..rates; nothing has changed then. */
wh_err wh_cost_set_prices(wh_cost *c, const int32_t *price, unsigned count) WH_MUST_USE;

/* The same from octets, which must end with them: WH_ERR_SHORT, WH_ERR_FORMAT too. */
wh_err wh_cost_take_prices(wh_cost *c, wh_reader *r) WH_MUST_USE;
void wh_cost_put_prices(const wh_cost *c, wh_tariff_set set, wh_writer *w);

/* rates of them, from rate 1 on. */
const int32_t *wh_cost_prices(const wh_cost *c, wh_tariff_set set);

/* When the standby prices come into force; INT64_MAX: never. */
void wh_cost_schedule(wh_cost *c, int64_t switch_ms);

/* True where the tables have just changed places. Energy used before is to be booked before. */
bool wh_cost_switch(wh_cost *c, int64_t utc_ms);

/* Price in force of a rate, that of rate 1 for one that is not kept. */
int32_t wh_cost_price(const wh_cost *c, uint8_t rate);

/* So much energy was used at this rate, while the step's price was `step_price`.
 * |energy| up to 10^18 uWs (277 MWh) a call and |step_price| below 2^31: no overflow. Returns what
 * `total` grew by. */
int64_t wh_cost_book(wh_cost *c, uint8_t rate, int64_t step_price, int64_t energy_uws);

/* The same at the prices of the steps: what lies above a threshold at the price of the step above,
 * what lies below at that below, to the microwatt-second.
 *
 * after       the register that the steps count, with this energy in it
 * energy_uws  0 .. 10^18 */
int64_t wh_cost_book_steps(wh_cost *c, const wh_step_price *s, uint8_t rate, const wh_energy *after,
                           int64_t energy_uws);

/* The running cost, small and often written: version 1 · total i64 · rest i64. The prices:
 * version 1 · set in force · switch-over i64 · both sets. WH_ERR_SPACE as the writer. */
wh_err wh_cost_save(const wh_cost *c, wh_writer *w) WH_MUST_USE;
wh_err wh_cost_save_prices(const wh_cost *c, wh_writer *w) WH_MUST_USE;

/* After init. WH_ERR_UNSUPPORTED: of a later version; WH_ERR_RANGE: more rates than are kept, or
 * damaged as WH_ERR_SHORT, WH_ERR_FORMAT. Nothing has changed then. */
wh_err wh_cost_restore(wh_cost *c, wh_reader *r) WH_MUST_USE;
wh_err wh_cost_restore_prices(wh_cost *c, wh_reader *r) WH_MUST_USE;

#endif /* WH_METER_COST_H */
