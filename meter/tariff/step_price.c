/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/tariff/step_price_internal.h"

#include "meter/clock/boundary.h"

#include <string.h>

#define MWH_PER_WH 1000
#define LEAP_YEAR  2000 /* its calendar has every date that a season may begin at */

void wh_step_price_init(wh_step_price *s, int64_t modulus_mwh)
{
    memset(s, 0, sizeof *s);
    for (unsigned i = 0; i < 2; i++) {
        s->table[i].settlement_count = 1;
        s->table[i].settlement[0] = (wh_step_settlement){0, 1, 0};
        s->table[i].season_count = 1;
        s->table[i].season[0] = (wh_step_season){1, 1, 0};
    }
    s->modulus_mwh = modulus_mwh;
    s->switch_ms = INT64_MAX;
}

void wh_step_price_clear(wh_step_price *s)
{
    s->base_mwh = 0;
}

/* ---- tables ---- */

static wh_boundary_pattern pattern_of(const wh_step_settlement *d)
{
    wh_boundary_pattern p = {.kind = WH_BOUNDARY_MONTHLY, .day = d->day, .hour = d->hour};
    if (d->month != 0) {
        p.kind = WH_BOUNDARY_YEARLY;
        p.month = d->month;
    }
    return p;
}

static wh_err check_season(const wh_step_season *season, unsigned i)
{
    const wh_step_season *s = &season[i];
    if (!wh_civil_date_is_valid((wh_civil_date){LEAP_YEAR, s->month, s->day}) ||
        s->threshold_count > WH_STEP_THRESHOLDS_MAX) {
        return WH_ERR_RANGE;
    }
    bool rises = i == 0 || s->month > season[i - 1].month ||
                 (s->month == season[i - 1].month && s->day > season[i - 1].day);
    return rises ? WH_OK : WH_ERR_FORMAT;
}

static wh_err check_steps(const wh_step_table *t, unsigned season, unsigned cell)
{
    unsigned count = t->season[season].threshold_count;
    if (cell + count > WH_STEP_CELLS_MAX) {
        return WH_ERR_RANGE;
    }
    uint32_t before = 0;
    for (unsigned i = 0; i < count; i++) {
        if (t->threshold_wh[cell + i] <= before) {
            return WH_ERR_FORMAT;
        }
        before = t->threshold_wh[cell + i];
    }
    for (unsigned i = 0; i <= count; i++) {
        if (t->price[cell + season + i] < 0) {
            return WH_ERR_RANGE;
        }
    }
    return WH_OK;
}

wh_err wh_step_check(const wh_step_table *t)
{
    if (t->settlement_count < 1 || t->settlement_count > WH_STEP_SETTLEMENTS_MAX ||
        t->season_count < 1 || t->season_count > WH_STEP_SEASONS_MAX) {
        return WH_ERR_RANGE;
    }
    wh_err err = WH_OK;
    for (unsigned i = 0; i < t->settlement_count && err == WH_OK; i++) {
        wh_boundary_pattern p = pattern_of(&t->settlement[i]);
        err = t->settlement[i].month <= 12 ? wh_boundary_check(&p) : WH_ERR_RANGE;
    }
    unsigned cell = 0;
    for (unsigned i = 0; i < t->season_count && err == WH_OK; i++) {
        err = check_season(t->season, i);
        if (err == WH_OK) {
            err = check_steps(t, i, cell);
        }
        cell += t->season[i].threshold_count;
    }
    return err;
}

/* Where the thresholds of a season begin among all of its table; its prices begin as many places
 * further on as there are seasons before it. */
static unsigned cells_before(const wh_step_table *table, unsigned season)
{
    unsigned cell = 0;
    for (unsigned i = 0; i < season; i++) {
        cell += table->season[i].threshold_count;
    }
    return cell;
}

uint8_t wh_step_table_season(const wh_step_table *table, wh_civil_date date)
{
    uint8_t season = (uint8_t)(table->season_count - 1);
    for (uint8_t i = 0; i < table->season_count; i++) {
        const wh_step_season *s = &table->season[i];
        if (s->month < date.month || (s->month == date.month && s->day <= date.day)) {
            season = i;
        }
    }
    return season;
}

int64_t wh_step_table_from_mwh(const wh_step_table *table, uint8_t season, uint8_t step)
{
    if (step <= 1) {
        return 0;
    }
    if (step > table->season[season].threshold_count + 1) {
        return INT64_MAX;
    }
    return (int64_t)table->threshold_wh[cells_before(table, season) + step - 2] * MWH_PER_WH;
}

int32_t wh_step_table_price(const wh_step_table *table, uint8_t season, uint8_t step)
{
    if (step < 1 || step > table->season[season].threshold_count + 1) {
        return 0;
    }
    return table->price[cells_before(table, season) + season + step - 1];
}

wh_err wh_step_price_set(wh_step_price *s, const wh_step_table *table)
{
    wh_err err = wh_step_check(table);
    if (err == WH_OK) {
        s->table[1 - s->in_force] = *table;
    }
    return err;
}

const wh_step_table *wh_step_price_table(const wh_step_price *s, wh_tariff_set set)
{
    return &s->table[set == WH_TARIFF_IN_FORCE ? s->in_force : 1 - s->in_force];
}

void wh_step_price_schedule(wh_step_price *s, int64_t switch_ms)
{
    s->switch_ms = switch_ms;
}

/* ---- time ---- */

/* What is past by then is done. */
static bool begin(wh_step_price *s, const wh_time_zone *zone, int64_t utc_ms)
{
    const wh_step_table *t = &s->table[s->in_force];
    for (unsigned i = 0; i < t->settlement_count; i++) {
        wh_boundary_pattern pattern = pattern_of(&t->settlement[i]);
        wh_boundary b;
        if (wh_boundary_start(&b, &pattern, zone, utc_ms) != WH_OK) {
            return false; /* a year that no clock shows */
        }
        s->last[i] = (int32_t)b.last; /* a year, or a month since year 0 */
    }
    return true;
}

/* Is a settlement of the table in force due by then? It is done now. */
static bool settle(wh_step_price *s, const wh_time_zone *zone, int64_t utc_ms)
{
    const wh_step_table *t = &s->table[s->in_force];
    bool settled = false;
    for (unsigned i = 0; i < t->settlement_count; i++) {
        wh_boundary b = {pattern_of(&t->settlement[i]), s->last[i]};
        wh_boundary_point newest;
        if (wh_boundary_due(&b, zone, utc_ms, &newest, 1, NULL) > 0) {
            s->last[i] = (int32_t)newest.number;
            settled = true;
        }
    }
    return settled;
}

/* The old table settles until the moment of the switch, the new one from it on. A switch that was
 * scheduled for a time long past is now, not then. */
static bool switch_tables(wh_step_price *s, const wh_time_zone *zone, int64_t utc_ms)
{
    bool now = s->switch_ms <= s->seen_ms;
    bool settled = settle(s, zone, now ? utc_ms : s->switch_ms);
    int64_t past_ms = now ? utc_ms : s->switch_ms - 1;
    s->in_force = (uint8_t)(1 - s->in_force);
    s->switch_ms = INT64_MAX;
    s->begun = begin(s, zone, past_ms);
    return settled;
}

unsigned wh_step_price_tick(wh_step_price *s, const wh_time_zone *zone, int64_t utc_ms,
                            int64_t register_mwh)
{
    unsigned done = 0;
    wh_civil_time local;
    if (wh_time_zone_to_local(zone, utc_ms, &local, NULL) != WH_OK) {
        return 0;
    }
    bool settled = false;
    if (!s->begun && begin(s, zone, utc_ms)) {
        s->begun = true;
        s->base_mwh = register_mwh;
        s->seen_ms = utc_ms;
        done |= WH_STEP_BEGUN;
    }
    if (s->switch_ms != INT64_MAX && utc_ms >= s->switch_ms) {
        settled = switch_tables(s, zone, utc_ms);
        done |= WH_STEP_SWITCHED;
    }
    settled = (s->begun && settle(s, zone, utc_ms)) || settled;
    if (settled) {
        s->base_mwh = register_mwh;
        done |= WH_STEP_SETTLED;
    }
    s->season = wh_step_table_season(&s->table[s->in_force], local.date);
    s->seen_ms = utc_ms;
    return done;
}

void wh_step_price_restart(wh_step_price *s, const wh_time_zone *zone, int64_t utc_ms)
{
    s->begun = begin(s, zone, utc_ms) && s->begun;
    s->seen_ms = utc_ms;
}

/* ---- steps ---- */

int64_t wh_step_price_used_mwh(const wh_step_price *s, int64_t register_mwh)
{
    int64_t used = register_mwh - s->base_mwh;
    return used < 0 ? used + s->modulus_mwh : used;
}

int64_t wh_step_price_from_mwh(const wh_step_price *s, uint8_t step)
{
    return wh_step_table_from_mwh(&s->table[s->in_force], s->season, step);
}

uint8_t wh_step_price_step(const wh_step_price *s, int64_t register_mwh)
{
    int64_t used = wh_step_price_used_mwh(s, register_mwh);
    uint8_t step = 1;
    while (used >= wh_step_price_from_mwh(s, (uint8_t)(step + 1))) {
        step++;
    }
    return step;
}

int32_t wh_step_price_of(const wh_step_price *s, uint8_t step)
{
    return wh_step_table_price(&s->table[s->in_force], s->season, step);
}
