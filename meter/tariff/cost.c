/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/tariff/cost.h"

#include <string.h>

#define UWS_PER_KWH 3600000000000

void wh_cost_init(wh_cost *c)
{
    memset(c, 0, sizeof *c);
    c->switch_ms = INT64_MAX;
}

void wh_cost_set_prices(wh_cost *c, const wh_price_table *table)
{
    c->table[1 - c->in_force] = *table;
}

void wh_cost_schedule(wh_cost *c, int64_t switch_ms)
{
    c->switch_ms = switch_ms;
}

bool wh_cost_switch(wh_cost *c, int64_t utc_ms)
{
    if (c->switch_ms == INT64_MAX || utc_ms < c->switch_ms) {
        return false;
    }
    c->in_force = (uint8_t)(1 - c->in_force);
    c->switch_ms = INT64_MAX;
    return true;
}

int32_t wh_cost_price(const wh_cost *c, uint8_t rate)
{
    return rate >= 1 && rate <= WH_TARIFF_RATES_MAX ? c->table[c->in_force].price[rate - 1] : 0;
}

/* energy * price / 3.6e12 with the remainder carried, by parts: a kWh's price splits into whole
 * millionths per 1000 uWs portions that 64 bits hold. */
int64_t wh_cost_book(wh_cost *c, uint8_t rate, int64_t step_price, int64_t energy_uws)
{
    int64_t price = wh_cost_price(c, rate) + step_price;
    /* |energy| <= 10^12 and |price| < 2^33: energy * (price / 1000) and energy * (price % 1000)
     * both fit, the first counted in units of 1000 */
    int64_t thousands = energy_uws * (price / 1000);
    int64_t units = energy_uws * (price % 1000);
    int64_t whole = thousands / (UWS_PER_KWH / 1000);
    int64_t left = thousands % (UWS_PER_KWH / 1000) * 1000 + units + c->rest;
    whole += left / UWS_PER_KWH;
    left %= UWS_PER_KWH;
    if (left < 0) {
        left += UWS_PER_KWH;
        whole--;
    }
    c->rest = left;
    c->total += whole;
    return whole;
}
