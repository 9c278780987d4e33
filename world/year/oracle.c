/* SPDX-License-Identifier: Apache-2.0 */
#include "world/year/oracle_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUARTER_NEVER INT64_MIN

wh_oracle *wh_oracle_create(const wh_oracle_config *config)
{
    wh_oracle *o = calloc(1, sizeof *o);
    if (o == NULL || !wh_almanac_make(&o->almanac, config->place)) {
        free(o);
        return NULL;
    }
    o->config = *config;
    o->tariff = *config->tariff;
    o->next_calendar_ms = INT64_MAX;
    o->next_prices_ms = INT64_MAX;
    o->quarter = QUARTER_NEVER;
    o->utc_ms = config->start_ms;
    o->was_connected = true;
    wh_oracle_begin_time(o);
    return o;
}

void wh_oracle_destroy(wh_oracle *o)
{
    if (o != NULL) {
        wh_almanac_free(&o->almanac);
        free(o);
    }
}

void wh_oracle_say(wh_oracle *o, const char *format, ...)
{
    if (o->broken) {
        return;
    }
    o->broken = true;
    int32_t second;
    const wh_almanac_day *d = wh_oracle_day(o, o->utc_ms, &second);
    char *text = o->finding.text;
    size_t size = sizeof o->finding.text;
    int used = snprintf(text, size, "%04d-%02u-%02u %02d:%02d:%02d local: ", (int)d->year, d->month,
                        d->day, (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text + used, size - (size_t)used, format, args);
    va_end(args);
}

const char *wh_oracle_finding(const wh_oracle *o)
{
    return o->broken ? o->finding.text : NULL;
}

/* ---- energy ---- */

/* What each register gets of P, P1, Q and S: quadrants as IEC 62053-23 annex C draws them. */
static void sort_out(const int64_t flow[4], int64_t uws[WH_REG_COUNT])
{
    int64_t p = flow[0];
    int64_t p1 = flow[1];
    int64_t q = flow[2];
    int64_t h = p - p1;
    memset(uws, 0, WH_REG_COUNT * sizeof *uws);
    uws[p >= 0 ? WH_REG_ACTIVE_IMPORT : WH_REG_ACTIVE_EXPORT] = llabs(p);
    uws[p >= 0 ? WH_REG_APPARENT_IMPORT : WH_REG_APPARENT_EXPORT] = flow[3];
    uws[p1 >= 0 ? WH_REG_FUNDAMENTAL_IMPORT : WH_REG_FUNDAMENTAL_EXPORT] = llabs(p1);
    uws[h >= 0 ? WH_REG_HARMONIC_IMPORT : WH_REG_HARMONIC_EXPORT] = llabs(h);
    if (p >= 0) {
        uws[q >= 0 ? WH_REG_REACTIVE_Q1 : WH_REG_REACTIVE_Q4] = llabs(q);
    } else {
        uws[q >= 0 ? WH_REG_REACTIVE_Q2 : WH_REG_REACTIVE_Q3] = llabs(q);
    }
}

/* What so much of import costs: each part of it at the price of the step it lies in. */
static void pay(wh_oracle *o, int64_t uws)
{
    const wh_year_tariff *t = &o->tariff;
    int64_t from =
        o->now.uws[WH_REG_TOTAL][WH_REG_ACTIVE_IMPORT] - o->step_base_mwh * WH_ORACLE_PER_MWH;
    int64_t to = from + uws;
    for (unsigned step = 0; step <= t->threshold_count; step++) {
        int64_t low = step == 0 ? INT64_MIN / 2 : t->threshold_kwh[step - 1] * WH_ORACLE_PER_KWH;
        int64_t high =
            step == t->threshold_count ? INT64_MAX : t->threshold_kwh[step] * WH_ORACLE_PER_KWH;
        low = from > low ? from : low;
        high = to < high ? to : high;
        if (high > low) {
            int64_t price = (int64_t)t->import[o->rate] + t->step_price[step];
            o->now.cost[0] += (wh_oracle_wide)(high - low) * price;
        }
    }
}

void wh_oracle_feed(wh_oracle *o, const wh_year_interval *i)
{
    int64_t total[4] = {0};
    int64_t uws[WH_REG_COUNT];
    for (unsigned k = 0; k < WH_PHASES; k++) {
        int64_t flow[4] = {i->p_uws[k], i->p1_uws[k], i->q1_uvars[k], i->s_uvas[k]};
        sort_out(flow, uws);
        for (unsigned r = 0; r < WH_REG_COUNT; r++) {
            o->now.uws[k][r] += uws[r];
        }
        for (unsigned n = 0; n < 4; n++) {
            total[n] += flow[n];
        }
    }
    sort_out(total, uws);
    pay(o, uws[WH_REG_ACTIVE_IMPORT]);
    o->now.cost[1] += (wh_oracle_wide)uws[WH_REG_ACTIVE_EXPORT] * o->tariff.export[o->rate];
    for (unsigned r = 0; r < WH_REG_COUNT; r++) {
        o->now.uws[WH_REG_TOTAL][r] += uws[r];
        o->now.rate_uws[o->rate][r] += uws[r];
    }
    o->slip.uws[0] += uws[WH_REG_ACTIVE_IMPORT];
    o->slip.uws[1] += uws[WH_REG_ACTIVE_EXPORT];
    o->slip.fed = o->slip.fed || (uws[WH_REG_ACTIVE_IMPORT] | uws[WH_REG_ACTIVE_EXPORT]) != 0;
}

/* ---- time ---- */

static void remember(wh_oracle *o)
{
    o->now.moment_ms = o->moment_ms;
    if (o->config.may_lose_ms == 0) {
        o->ring_count = 0; /* only the last moment counts */
    }
    o->ring_next = (o->ring_next + 1) % WH_ORACLE_RING;
    o->ring_count += o->ring_count < WH_ORACLE_RING ? 1 : 0;
    o->ring[o->ring_next] = o->now;
    o->peaks_ring[o->ring_next] = o->peaks;
}

/* From here on nothing older may come back. */
static void nail_down(wh_oracle *o)
{
    o->ring_count = 0;
    remember(o);
}

void wh_oracle_tick(wh_oracle *o, int64_t elapsed_ms, int64_t utc_ms)
{
    o->moment_ms += elapsed_ms;
    o->utc_ms += elapsed_ms;
    o->checks++;
    if (o->utc_ms != utc_ms) {
        wh_oracle_say(o, "clock: %lld ms from where it should be", (long long)(utc_ms - o->utc_ms));
        return;
    }
    wh_oracle_tick_slip(o);
    wh_oracle_pass_boundaries(o);
    wh_oracle_find_rate(o);
    wh_oracle_settle(o);
    remember(o);
}

void wh_oracle_clock_set(wh_oracle *o, int64_t new_ms)
{
    if (o->utc_ms != new_ms) {
        o->utc_ms = new_ms;
        wh_oracle_restart_slip(o);
    }
}

void wh_oracle_calendar(wh_oracle *o, const wh_year_tariff *tariff, int64_t from_ms)
{
    o->next_calendar = *tariff;
    o->next_calendar_ms = from_ms;
}

void wh_oracle_prices(wh_oracle *o, const wh_year_tariff *tariff, int64_t from_ms)
{
    o->next_prices = *tariff;
    o->next_prices_ms = from_ms;
}

void wh_oracle_demand_reset(wh_oracle *o)
{
    wh_oracle_reset_peaks(o);
}

/* ---- records ---- */

static void compare_record(wh_oracle *o, unsigned recorder, wh_reg kind, int64_t mwh)
{
    int64_t wanted = o->now.uws[WH_REG_TOTAL][kind] / WH_ORACLE_PER_MWH;
    o->checks++;
    if (mwh != INT64_MIN && mwh != wanted) {
        wh_oracle_say(o, "record of %s: %s is %lld mWh, should be %lld",
                      o->config.recorder[recorder].name, kind == WH_REG_ACTIVE_IMPORT ? "+A" : "-A",
                      (long long)mwh, (long long)wanted);
    }
}

void wh_oracle_record(wh_oracle *o, unsigned recorder, int64_t time_ms, int64_t import_mwh,
                      int64_t export_mwh)
{
    wh_oracle_track *t = &o->track[recorder];
    const char *name = o->config.recorder[recorder].name;
    o->checks++;
    t->seen++;
    if (t->due_count == 0) {
        wh_oracle_say(o, "record of %s: one too many, its time is %lld s before now", name,
                      (long long)((o->utc_ms - time_ms) / 1000));
        return;
    }
    int64_t wanted = t->due_ms[t->due_first];
    t->due_first = (t->due_first + 1) % WH_ORACLE_DUE;
    t->due_count--;
    if (time_ms / 1000 != wanted / 1000) {
        wh_oracle_say(o, "record of %s: its time is %lld s after the boundary that it should be of",
                      name, (long long)((time_ms - wanted) / 1000));
    }
    compare_record(o, recorder, WH_REG_ACTIVE_IMPORT, import_mwh);
    compare_record(o, recorder, WH_REG_ACTIVE_EXPORT, export_mwh);
    nail_down(o);
}

void wh_oracle_record_lost(wh_oracle *o, unsigned recorder, uint32_t count)
{
    wh_oracle_say(o, "%u records of %s are gone", (unsigned)count,
                  o->config.recorder[recorder].name);
}

/* ---- money and switch ---- */

void wh_oracle_purchase(wh_oracle *o, wh_year_purchase which, int64_t amount, bool accepted)
{
    bool good = which == WH_YEAR_PURCHASE_GOOD;
    o->checks++;
    if (accepted != good) {
        static const char *const names[WH_YEAR_PURCHASES] = {
            "in order", "repeated", "with a count too far", "of another customer"};
        wh_oracle_say(o, "a purchase %s was %s", names[which], accepted ? "accepted" : "refused");
    }
    if (accepted) {
        o->topped_up += amount;
        o->purchases++;
        nail_down(o);
    }
}

static bool must_obey(const wh_oracle *o, wh_year_order which, bool expired)
{
    return !expired && (!o->protected_on || which == WH_YEAR_ORDER_UNPROTECT);
}

void wh_oracle_order(wh_oracle *o, wh_year_order which, bool expired, bool obeyed)
{
    bool again = which == WH_YEAR_ORDER_PROTECT && o->protected_on; /* the standard is silent */
    bool barred = which == WH_YEAR_ORDER_CLOSE && o->config.wallet; /* may be */
    o->checks++;
    if (obeyed != must_obey(o, which, expired) && !again && !(barred && !obeyed)) {
        static const char *const names[WH_YEAR_ORDERS] = {"trip", "permit", "close", "protect",
                                                          "end protection"};
        wh_oracle_say(o, "the order to %s was %s while %s%s", names[which],
                      obeyed ? "obeyed" : "refused",
                      o->protected_on ? "protected" : "not protected", expired ? ", expired" : "");
    }
    if (!obeyed) {
        return;
    }
    if (which == WH_YEAR_ORDER_TRIP) {
        if (o->trip == WH_ORACLE_NO_TRIP && o->was_connected) {
            o->trip = WH_ORACLE_TRIP_WAITS;
            o->trip_ms = o->moment_ms + o->config.trip_delay_ms;
            o->trip_late = 0;
        }
    } else {
        o->trip = WH_ORACLE_NO_TRIP;
    }
    if (which == WH_YEAR_ORDER_PROTECT || which == WH_YEAR_ORDER_UNPROTECT) {
        o->protected_on = which == WH_YEAR_ORDER_PROTECT;
        o->overdrawn = 0;
    }
}

/* ---- for reports ---- */

int64_t wh_oracle_uws(const wh_oracle *o, unsigned place, unsigned rate, wh_reg kind)
{
    return rate == 0 ? o->now.uws[place][kind] : o->now.rate_uws[rate][kind];
}

int64_t wh_oracle_cost(const wh_oracle *o, unsigned which)
{
    wh_oracle_wide whole = o->now.cost[which] / WH_ORACLE_PER_KWH;
    whole -= o->now.cost[which] % WH_ORACLE_PER_KWH < 0 ? 1 : 0;
    return (int64_t)whole;
}

wh_oracle_peak wh_oracle_demand(const wh_oracle *o, unsigned channel, unsigned rate)
{
    return o->peaks.peak[channel][rate];
}

wh_oracle_peak wh_oracle_peak_ever(const wh_oracle *o, unsigned channel)
{
    return o->ever[channel];
}

wh_oracle_peak wh_oracle_peak_of_month(const wh_oracle *o, unsigned channel)
{
    return o->settled_now ? o->settled.peak[channel][0] : o->peaks.peak[channel][0];
}

uint32_t wh_oracle_records(const wh_oracle *o, unsigned recorder)
{
    return o->track[recorder].seen;
}

uint64_t wh_oracle_checks(const wh_oracle *o)
{
    return o->checks;
}
