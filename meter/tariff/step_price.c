/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/tariff/step_price.h"

#include <string.h>

void wh_step_price_init(wh_step_price *s)
{
    memset(s, 0, sizeof *s);
    for (unsigned i = 0; i < 2; i++) {
        s->table[i].settlement_count = 1;
        s->table[i].settlement[0] = (wh_step_settlement){0, 1, 0};
    }
    s->switch_ms = INT64_MAX;
}

static bool is_settlement(const wh_step_settlement *d)
{
    return d->month <= 12 && d->day >= 1 && d->day <= 28 && d->hour <= 23;
}

static wh_err check(const wh_step_table *t)
{
    if (t->threshold_count > WH_STEP_THRESHOLDS_MAX || t->settlement_count < 1 ||
        t->settlement_count > WH_STEP_SETTLEMENTS_MAX) {
        return WH_ERR_RANGE;
    }
    int64_t before = 0;
    for (unsigned i = 0; i < t->threshold_count; i++) {
        if (t->threshold_mwh[i] <= before) {
            return WH_ERR_FORMAT;
        }
        before = t->threshold_mwh[i];
    }
    for (unsigned i = 0; i <= t->threshold_count; i++) {
        if (t->price[i] < 0) {
            return WH_ERR_RANGE;
        }
    }
    for (unsigned i = 0; i < t->settlement_count; i++) {
        if (!is_settlement(&t->settlement[i])) {
            return WH_ERR_RANGE;
        }
    }
    return WH_OK;
}

wh_err wh_step_price_set(wh_step_price *s, const wh_step_table *table)
{
    wh_err err = check(table);
    if (err == WH_OK) {
        s->table[1 - s->in_force] = *table;
    }
    return err;
}

void wh_step_price_schedule(wh_step_price *s, int64_t switch_ms)
{
    s->switch_ms = switch_ms;
}

/* The latest moment of this date and hour that is not after `local`, in local milliseconds. */
static int64_t latest(const wh_step_settlement *d, const wh_civil_time *local)
{
    wh_civil_date date = {local->date.year, d->month != 0 ? d->month : local->date.month, d->day};
    int64_t hour = d->hour;
    int64_t now = (wh_civil_date_to_days(local->date) * 24 + local->hour) * 3600000;
    int64_t then = (wh_civil_date_to_days(date) * 24 + hour) * 3600000;
    if (then <= now) {
        return then;
    }
    if (d->month != 0) {
        date.year--;
    } else if (date.month > 1) {
        date.month--;
    } else {
        date.year--;
        date.month = 12;
    }
    return (wh_civil_date_to_days(date) * 24 + hour) * 3600000;
}

bool wh_step_price_tick(wh_step_price *s, int64_t utc_ms, const wh_civil_time *local,
                        int64_t register_mwh)
{
    if (s->switch_ms != INT64_MAX && utc_ms >= s->switch_ms) {
        s->in_force = (uint8_t)(1 - s->in_force);
        s->switch_ms = INT64_MAX;
    }
    const wh_step_table *t = &s->table[s->in_force];
    int64_t last = INT64_MIN;
    for (unsigned i = 0; i < t->settlement_count; i++) {
        int64_t at = latest(&t->settlement[i], local);
        last = at > last ? at : last;
    }
    bool first = !s->begun;
    if (!first && last <= s->settlement) {
        return false;
    }
    s->begun = true;
    s->settlement = last;
    s->base_mwh = register_mwh;
    return !first;
}

uint8_t wh_step_price_step(const wh_step_price *s, int64_t register_mwh, int64_t modulus_mwh)
{
    const wh_step_table *t = &s->table[s->in_force];
    int64_t used = register_mwh - s->base_mwh;
    used += used < 0 ? modulus_mwh : 0;
    uint8_t step = 1;
    while (step <= t->threshold_count && used >= t->threshold_mwh[step - 1]) {
        step++;
    }
    return step;
}

int64_t wh_step_price_of(const wh_step_price *s, uint8_t step)
{
    const wh_step_table *t = &s->table[s->in_force];
    return step >= 1 && step <= t->threshold_count + 1 ? t->price[step - 1] : 0;
}
