/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/tariff/cost.h"

#include "meter/tariff/tariff_octets.h"

#include <string.h>

#define UWS_PER_KWH INT64_C(3600000000000)
#define UWS_PER_MWH INT64_C(3600000)
#define FAR_MWH     INT64_C(1000000000000) /* more than any portion that is booked at once */
#define PRICE_UNIT  10000

wh_err wh_cost_init(wh_cost *c, int32_t *price, size_t price_count, uint8_t rates)
{
    if (rates < 1 || rates > WH_TARIFF_RATES_MAX) {
        return WH_ERR_RANGE;
    }
    if (price_count < 2 * (size_t)rates) {
        return WH_ERR_SPACE;
    }
    memset(price, 0, 2 * (size_t)rates * sizeof *price);
    *c = (wh_cost){.price = price, .rates = rates, .switch_ms = INT64_MAX};
    return WH_OK;
}

void wh_cost_clear(wh_cost *c)
{
    c->total = 0;
    c->rest = 0;
}

/* ---- prices ---- */

static int32_t *prices_of(const wh_cost *c, unsigned set)
{
    return c->price + set * (size_t)c->rates;
}

wh_err wh_cost_set_prices(wh_cost *c, const int32_t *price, unsigned count)
{
    if (count < 1 || count > c->rates) {
        return WH_ERR_RANGE;
    }
    int32_t *standby = prices_of(c, 1U - c->in_force);
    memset(standby, 0, c->rates * sizeof *standby);
    memcpy(standby, price, count * sizeof *standby);
    return WH_OK;
}

const int32_t *wh_cost_prices(const wh_cost *c, wh_tariff_set set)
{
    return prices_of(c, set == WH_TARIFF_IN_FORCE ? c->in_force : 1U - c->in_force);
}

/* Into out[0 .. rates-1], NULL: nowhere. */
static void take_prices(const wh_cost *c, wh_reader *r, int32_t *out)
{
    uint8_t count = wh_reader_take_u8(r);
    if (count < 1 || count > c->rates) {
        wh_reader_fail(r, WH_ERR_RANGE);
    }
    for (unsigned i = 0; i < c->rates; i++) {
        int32_t price = i < count ? (int32_t)wh_reader_take_u32be(r) : 0;
        if (out != NULL) {
            out[i] = price;
        }
    }
}

wh_err wh_cost_take_prices(wh_cost *c, wh_reader *r)
{
    wh_reader again = *r;
    take_prices(c, r, NULL);
    wh_err err = wh_tariff_take_end(r);
    if (err == WH_OK) {
        take_prices(c, &again, prices_of(c, 1U - c->in_force));
    }
    return err;
}

static void put_prices(const wh_cost *c, const int32_t *price, wh_writer *w)
{
    wh_writer_put_u8(w, c->rates);
    for (unsigned i = 0; i < c->rates; i++) {
        wh_writer_put_u32be(w, (uint32_t)price[i]);
    }
}

void wh_cost_put_prices(const wh_cost *c, wh_tariff_set set, wh_writer *w)
{
    put_prices(c, wh_cost_prices(c, set), w);
}

void wh_cost_schedule(wh_cost *c, int64_t switch_ms)
{
    c->switch_ms = switch_ms;
}

bool wh_cost_switch(wh_cost *c, int64_t utc_ms)
{
    return wh_tariff_switch_sets(&c->in_force, &c->switch_ms, utc_ms);
}

int32_t wh_cost_price(const wh_cost *c, uint8_t rate)
{
    return wh_cost_prices(c, WH_TARIFF_IN_FORCE)[rate >= 1 && rate <= c->rates ? rate - 1 : 0];
}

/* ---- cost ---- */

/* energy * price / 3.6e12 with the remainder carried, by parts that 64 bits hold: whole kWh; of the
 * rest, below 3.6e12, the price in units of 10000 (|price| < 2^33: below 860 000 of them) and what
 * is left of it. */
int64_t wh_cost_book(wh_cost *c, uint8_t rate, int64_t step_price, int64_t energy_uws)
{
    int64_t price = wh_cost_price(c, rate) + step_price;
    int64_t part = energy_uws % UWS_PER_KWH;
    int64_t coarse = part * (price / PRICE_UNIT);
    int64_t whole = energy_uws / UWS_PER_KWH * price + coarse / (UWS_PER_KWH / PRICE_UNIT);
    int64_t left = coarse % (UWS_PER_KWH / PRICE_UNIT) * PRICE_UNIT + part * (price % PRICE_UNIT);
    left += c->rest;
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

int64_t wh_cost_book_steps(wh_cost *c, const wh_step_price *s, uint8_t rate, const wh_energy *after,
                           int64_t energy_uws)
{
    int64_t used_mwh = wh_step_price_used_mwh(s, after->mwh);
    int64_t grown = 0;
    int64_t booked_uws = 0; /* from above */
    for (uint8_t step = wh_step_price_step(s, after->mwh); booked_uws < energy_uws; step--) {
        int64_t above_mwh = used_mwh - wh_step_price_from_mwh(s, step);
        int64_t above_uws = energy_uws;
        if (step > 1 && above_mwh < FAR_MWH) {
            above_uws = above_mwh * UWS_PER_MWH + after->rest_uws;
        }
        above_uws = above_uws < energy_uws ? above_uws : energy_uws;
        grown += wh_cost_book(c, rate, wh_step_price_of(s, step), above_uws - booked_uws);
        booked_uws = above_uws;
    }
    return grown;
}

/* ---- keeping ---- */

wh_err wh_cost_save(const wh_cost *c, wh_writer *w)
{
    wh_writer_put_u8(w, WH_TARIFF_SAVED_VERSION);
    wh_writer_put_u64be(w, (uint64_t)c->total);
    wh_writer_put_u64be(w, (uint64_t)c->rest);
    return wh_writer_err(w);
}

wh_err wh_cost_restore(wh_cost *c, wh_reader *r)
{
    wh_tariff_take_version(r);
    int64_t total = (int64_t)wh_reader_take_u64be(r);
    int64_t rest = (int64_t)wh_reader_take_u64be(r);
    if (rest < 0 || rest >= UWS_PER_KWH) {
        wh_reader_fail(r, WH_ERR_RANGE);
    }
    if (wh_reader_err(r) == WH_OK) {
        c->total = total;
        c->rest = rest;
    }
    return wh_reader_err(r);
}

wh_err wh_cost_save_prices(const wh_cost *c, wh_writer *w)
{
    wh_tariff_put_sets(w, c->in_force, c->switch_ms);
    put_prices(c, prices_of(c, 0), w);
    put_prices(c, prices_of(c, 1), w);
    return wh_writer_err(w);
}

wh_err wh_cost_restore_prices(wh_cost *c, wh_reader *r)
{
    uint8_t in_force;
    int64_t switch_ms;
    wh_tariff_take_sets(r, &in_force, &switch_ms);
    wh_reader again = *r;
    take_prices(c, r, NULL);
    take_prices(c, r, NULL);
    if (wh_reader_err(r) == WH_OK) {
        take_prices(c, &again, prices_of(c, 0));
        take_prices(c, &again, prices_of(c, 1));
        c->in_force = in_force;
        c->switch_ms = switch_ms;
    }
    return wh_reader_err(r);
}
