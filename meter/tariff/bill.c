/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/tariff/bill.h"

#define MILLI_PER_KILO 1000000
#define WHOLE          10000 /* ten-thousandths */
#define ENERGY_MAX_MWH INT64_C(1000000000000000)

int64_t wh_bill_grown(int64_t now_mwh, int64_t before_mwh, int64_t modulus_mwh)
{
    int64_t grown = now_mwh - before_mwh;
    return grown < 0 ? grown + modulus_mwh : grown;
}

/* quantity * price / divisor rounded down with what is carried, and the rest carried on.
 * |quantity| < 10^15 * divisor / 10^6 and |price| < 2^31: both products fit. */
static int64_t carried(int64_t quantity, int32_t price, int32_t divisor, uint32_t *carry)
{
    int64_t rest = quantity % divisor * price + *carry;
    int64_t whole = quantity / divisor * price + rest / divisor;
    rest %= divisor;
    if (rest < 0) {
        rest += divisor;
        whole--;
    }
    *carry = (uint32_t)rest;
    return whole;
}

static int64_t nearest(int64_t quantity, int32_t price, int32_t divisor)
{
    uint32_t half = (uint32_t)divisor / 2;
    return carried(quantity, price, divisor, &half);
}

typedef struct {
    const wh_bill_period *period;
    wh_bill_line *line;
    size_t size;
    size_t count; /* also of lines that did not fit */
    int64_t total;
} paper;

static void put(paper *out, wh_bill_line line)
{
    if (line.quantity == 0) {
        return;
    }
    if (out->count < out->size) {
        out->line[out->count] = line;
    }
    out->count++;
    out->total += line.amount;
}

static void put_energy(paper *out, wh_bill *bill)
{
    const wh_bill_period *p = out->period;
    for (unsigned i = 0; i < p->rates; i++) {
        int64_t mwh = p->import_mwh[i];
        int64_t amount = carried(mwh, p->import_price[i], MILLI_PER_KILO, &bill->import_carry);
        put(out, (wh_bill_line){WH_BILL_ENERGY, (uint8_t)(i + 1), p->import_price[i], mwh, amount});
    }
}

static int64_t imported(const wh_bill_period *p)
{
    int64_t sum = 0;
    for (unsigned i = 0; i < p->rates; i++) {
        sum += p->import_mwh[i];
    }
    return sum;
}

/* What lies between two thresholds of what was used from `from` to `to`. */
static void put_steps(paper *out, wh_bill *bill)
{
    const wh_bill_period *p = out->period;
    if (p->steps == NULL || !wh_user_profile_of(p->user->kind)->steps) {
        return;
    }
    int64_t to = p->used_mwh + imported(p);
    int64_t begin = 0;
    for (uint8_t step = 1; begin < to; step++) {
        int64_t end = wh_step_table_from_mwh(p->steps, p->season, (uint8_t)(step + 1));
        int64_t low = begin > p->used_mwh ? begin : p->used_mwh;
        int64_t high = end < to ? end : to;
        int64_t mwh = high > low ? high - low : 0;
        int32_t price = wh_step_table_price(p->steps, p->season, step);
        int64_t amount = carried(mwh, price, MILLI_PER_KILO, &bill->import_carry);
        put(out, (wh_bill_line){WH_BILL_STEP, step, price, mwh, amount});
        begin = end;
    }
}

static void put_basic(paper *out)
{
    const wh_user *u = out->period->user;
    const wh_user_profile *profile = wh_user_profile_of(u->kind);
    if (profile->demand) {
        int64_t mw = out->period->demand_mw;
        int64_t amount = nearest(mw, u->demand_price, MILLI_PER_KILO);
        put(out, (wh_bill_line){WH_BILL_DEMAND, 0, u->demand_price, mw, amount});
    }
    if (profile->capacity) {
        int64_t mva = (int64_t)u->capacity_va * 1000;
        int64_t amount = nearest(mva, u->capacity_price, MILLI_PER_KILO);
        put(out, (wh_bill_line){WH_BILL_CAPACITY, 0, u->capacity_price, mva, amount});
    }
}

/* On what is on the paper so far. */
static void put_power_factor(paper *out)
{
    const wh_bill_period *p = out->period;
    int64_t active_mwh = imported(p);
    if (p->user->power_factor == 0 || active_mwh == 0) {
        return;
    }
    uint8_t hundredths = wh_power_factor_hundredths(active_mwh, p->reactive_mvarh);
    int32_t adjustment = wh_power_factor_adjustment(p->user->power_factor, hundredths);
    int64_t adjusted = out->total - nearest(active_mwh, p->user->exempt_price, MILLI_PER_KILO);
    int64_t amount = nearest(adjusted, adjustment, WHOLE);
    put(out, (wh_bill_line){WH_BILL_POWER_FACTOR, hundredths, adjustment, adjusted, amount});
}

static void put_standing(paper *out)
{
    int32_t price = out->period->user->standing_price;
    if (price != 0) {
        put(out, (wh_bill_line){WH_BILL_STANDING, 0, price, 1, price});
    }
}

static void put_export(paper *out, wh_bill *bill)
{
    const wh_bill_period *p = out->period;
    for (unsigned i = 0; p->export_mwh != NULL && i < p->rates; i++) {
        int64_t mwh = p->export_mwh[i];
        int64_t amount = carried(mwh, p->export_price[i], MILLI_PER_KILO, &bill->export_carry);
        put(out,
            (wh_bill_line){WH_BILL_EXPORT, (uint8_t)(i + 1), p->export_price[i], mwh, -amount});
        bill->export += amount;
    }
}

static bool is_energy(int64_t mwh)
{
    return mwh >= 0 && mwh <= ENERGY_MAX_MWH;
}

static wh_err check(const wh_bill_period *p)
{
    if (p->rates < 1 || p->rates > WH_TARIFF_RATES_MAX || wh_user_check(p->user) != WH_OK ||
        p->import_carry >= WH_BILL_CARRY_ONE || p->export_carry >= WH_BILL_CARRY_ONE) {
        return WH_ERR_RANGE;
    }
    for (unsigned i = 0; i < p->rates; i++) {
        if (!is_energy(p->import_mwh[i]) ||
            (p->export_mwh != NULL && !is_energy(p->export_mwh[i]))) {
            return WH_ERR_RANGE;
        }
    }
    bool good = is_energy(imported(p)) && is_energy(p->used_mwh) && is_energy(p->reactive_mvarh) &&
                is_energy(p->demand_mw) && (p->steps == NULL || p->season < p->steps->season_count);
    return good ? WH_OK : WH_ERR_RANGE;
}

wh_err wh_bill_make(const wh_bill_period *p, wh_bill_line *line, size_t line_size, wh_bill *bill)
{
    *bill = (wh_bill){.import_carry = p->import_carry, .export_carry = p->export_carry};
    wh_err err = check(p);
    if (err != WH_OK) {
        return err;
    }
    paper out = {p, line, line_size, 0, 0};
    put_energy(&out, bill);
    put_steps(&out, bill);
    bill->energy = out.total;
    put_basic(&out);
    put_power_factor(&out);
    put_standing(&out);
    put_export(&out, bill);
    if (out.count > line_size) {
        return WH_ERR_SPACE;
    }
    bill->line_count = out.count;
    bill->total = out.total;
    return WH_OK;
}
