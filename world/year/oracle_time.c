/* SPDX-License-Identifier: Apache-2.0 */
/* Boundaries of time, walked from one to the next, and the rate of a quarter hour. */
#include "world/year/oracle_internal.h"

#include <string.h>

#define QUARTER_MS INT64_C(900000)

const wh_almanac_day *wh_oracle_day(const wh_oracle *o, int64_t utc_ms, int32_t *second)
{
    return &o->almanac.days[wh_almanac_at(&o->almanac, utc_ms, second)];
}

/* The first moment after after_ms at which a local day that fits shows this second. month and
 * day 0: any. */
static int64_t next_local(const wh_oracle *o, int64_t after_ms, unsigned month, unsigned day,
                          int32_t second)
{
    int32_t unused;
    size_t at = wh_almanac_at(&o->almanac, after_ms, &unused);
    for (at = at > 0 ? at - 1 : 0; at < o->almanac.day_count; at++) {
        const wh_almanac_day *d = &o->almanac.days[at];
        if ((month != 0 && d->month != month) || (day != 0 && d->day != day)) {
            continue;
        }
        int64_t ms = wh_almanac_first_ms(&o->almanac, at, second);
        if (ms > after_ms) {
            return ms;
        }
    }
    return INT64_MAX;
}

int64_t wh_oracle_next_ms(const wh_oracle *o, unsigned recorder, int64_t after_ms)
{
    const wh_oracle_recorder *r = &o->config.recorder[recorder];
    int64_t every_ms = (int64_t)r->every_s * 1000;
    switch (r->when) {
    case WH_ORACLE_EVERY:
        return (after_ms / every_ms + 1) * every_ms;
    case WH_ORACLE_DAILY:
        return next_local(o, after_ms, 0, 0, r->second);
    case WH_ORACLE_MONTHLY:
        return next_local(o, after_ms, 0, r->day, r->second);
    case WH_ORACLE_AT_COMMAND:
    case WH_ORACLE_AT_CALENDAR:
    case WH_ORACLE_AT_PRICES:
    default:
        return INT64_MAX;
    }
}

static int64_t next_settlement(const wh_oracle *o, unsigned i, int64_t after_ms)
{
    const wh_year_settlement *s = &o->tariff.settlement[i];
    return next_local(o, after_ms, s->month, s->day, s->hour * 3600);
}

void wh_oracle_begin_time(wh_oracle *o)
{
    for (unsigned r = 0; r < o->config.recorder_count; r++) {
        o->track[r].next_ms = wh_oracle_next_ms(o, r, o->utc_ms);
    }
    for (unsigned i = 0; i < o->tariff.settlement_count; i++) {
        o->settlement_ms[i] = next_settlement(o, i, o->utc_ms);
    }
}

/* Steps of the price begin anew: once, however many settlements were missed. */
void wh_oracle_settle(wh_oracle *o)
{
    bool settled = false;
    for (unsigned i = 0; i < o->tariff.settlement_count; i++) {
        while (o->settlement_ms[i] <= o->utc_ms) {
            settled = true;
            o->settlement_ms[i] = next_settlement(o, i, o->settlement_ms[i]);
        }
    }
    if (settled) {
        o->step_base_mwh = o->now.uws[WH_REG_TOTAL][WH_REG_ACTIVE_IMPORT] / WH_ORACLE_PER_MWH;
    }
}

static void expect(wh_oracle_track *t, int64_t ms, size_t most)
{
    if (t->due_count == most) { /* the oldest is not made */
        t->due_first = (t->due_first + 1) % WH_ORACLE_DUE;
        t->due_count--;
    }
    t->due_ms[(t->due_first + t->due_count++) % WH_ORACLE_DUE] = ms;
}

void wh_oracle_freeze(wh_oracle *o, unsigned recorder)
{
    expect(&o->track[recorder], o->utc_ms, WH_ORACLE_DUE);
}

void wh_oracle_pass_boundaries(wh_oracle *o)
{
    bool reset = false;
    for (unsigned r = 0; r < o->config.recorder_count; r++) {
        wh_oracle_track *t = &o->track[r];
        while (t->next_ms <= o->utc_ms) {
            expect(t, t->next_ms, o->config.recorder[r].fill_max);
            t->next_ms = wh_oracle_next_ms(o, r, t->next_ms);
            reset = reset || o->config.recorder[r].settles;
        }
    }
    o->settled_now = reset;
    if (reset) {
        o->settled = o->peaks;
        wh_oracle_reset_peaks(o);
    }
}

/* Recorders that heed a cause make a record of now. */
static void cause(wh_oracle *o, wh_oracle_when when)
{
    for (unsigned r = 0; r < o->config.recorder_count; r++) {
        if (o->config.recorder[r].when == when) {
            wh_oracle_freeze(o, r);
        }
    }
}

/* What was scheduled comes into force; true where the calendar is another one now. */
static bool switch_tables(wh_oracle *o)
{
    bool changed = o->next_calendar_ms <= o->utc_ms;
    if (changed) {
        const wh_year_tariff *next = &o->next_calendar;
        o->tariff.day_count = next->day_count;
        o->tariff.season_count = next->season_count;
        memcpy(o->tariff.rate, next->rate, sizeof o->tariff.rate);
        memcpy(o->tariff.season, next->season, sizeof o->tariff.season);
        o->next_calendar_ms = INT64_MAX;
        cause(o, WH_ORACLE_AT_CALENDAR);
    }
    if (o->next_prices_ms <= o->utc_ms) {
        memcpy(o->tariff.import, o->next_prices.import, sizeof o->tariff.import);
        memcpy(o->tariff.export, o->next_prices.export, sizeof o->tariff.export);
        o->next_prices_ms = INT64_MAX;
        cause(o, WH_ORACLE_AT_PRICES);
    }
    return changed;
}

void wh_oracle_find_rate(wh_oracle *o)
{
    bool changed = switch_tables(o) || !o->programmed;
    o->programmed = true;
    int64_t quarter = o->utc_ms / QUARTER_MS;
    if (quarter == o->quarter && !changed) {
        return;
    }
    o->quarter = quarter;
    int32_t second;
    const wh_almanac_day *d = wh_oracle_day(o, o->utc_ms, &second);
    uint8_t table = wh_year_tariff_table(&o->tariff, d->year, d->month, d->day, d->weekday);
    unsigned rate = o->tariff.rate[table][second / 900];
    if (rate != o->rate) {
        o->rate = rate;
        wh_oracle_rate_changed(o);
    }
}
