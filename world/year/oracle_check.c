/* SPDX-License-Identifier: Apache-2.0 */
/* What the meter says against what must be. */
#include "world/year/oracle_internal.h"

#include "meter/register/combination.h"

#include <string.h>

#define LATE_LOOKS 3 /* in which a trip, or the end of credit, must have opened the switch */
#define DAY_MS     INT64_C(86400000)

static const char *kind_name(wh_reg kind)
{
    static const char *const names[WH_REG_COUNT] = {"+A", "-A", "Q1",  "Q2",  "Q3",  "Q4",
                                                    "+S", "-S", "+A1", "-A1", "+AH", "-AH"};
    return names[kind];
}

static void compare_energy(wh_oracle *o, const wh_oracle_reading *r, unsigned place, unsigned rate,
                           wh_reg kind)
{
    int64_t has = r->uws(r->meter, place, rate, kind);
    int64_t should = wh_oracle_uws(o, place, rate, kind);
    o->checks++;
    if (has != should) {
        wh_oracle_say(o, "register %s of %s %u: %lld uWs more than flowed", kind_name(kind),
                      rate > 0               ? "rate"
                      : place < WH_REG_TOTAL ? "phase"
                                             : "the total",
                      rate > 0               ? rate
                      : place < WH_REG_TOTAL ? place + 1
                                             : 0,
                      (long long)(has - should));
    }
}

static bool kept_by_rate(const wh_oracle *o, unsigned kind)
{
    return (o->config.rate_kinds & WH_REG_BIT(kind)) != 0;
}

static void check_energies(wh_oracle *o, const wh_oracle_reading *r)
{
    for (unsigned kind = 0; kind < WH_REG_COUNT; kind++) {
        for (unsigned place = 0; place < WH_REG_PLACES; place++) {
            compare_energy(o, r, place, 0, (wh_reg)kind);
        }
        int64_t sum = 0;
        for (unsigned rate = 1; rate <= WH_YEAR_RATES && kept_by_rate(o, kind); rate++) {
            compare_energy(o, r, WH_REG_TOTAL, rate, (wh_reg)kind);
            sum += r->uws(r->meter, WH_REG_TOTAL, rate, (wh_reg)kind);
        }
        o->checks++;
        if (kept_by_rate(o, kind) && sum != r->uws(r->meter, WH_REG_TOTAL, 0, (wh_reg)kind)) {
            wh_oracle_say(o, "register %s: the sum of the rates is not the total",
                          kind_name((wh_reg)kind));
        }
    }
}

/* b0 add +A, b1 subtract +A, b2 add -A, b3 subtract -A; of reactive two bits for each quadrant. */
static int64_t combined_mwh(const wh_oracle *o, unsigned word, wh_reg first, unsigned count)
{
    int64_t sum = 0;
    for (unsigned i = 0; i < count; i++) {
        int64_t uws = o->now.uws[WH_REG_TOTAL][first + i];
        sum += (word >> (2 * i)) % 2 != 0 ? uws : 0;
        sum -= (word >> (2 * i + 1)) % 2 != 0 ? uws : 0;
    }
    return sum / WH_ORACLE_PER_MWH;
}

static void compare(wh_oracle *o, const char *what, int64_t has, int64_t should)
{
    o->checks++;
    if (has != should) {
        wh_oracle_say(o, "%s: %lld, should be %lld", what, (long long)has, (long long)should);
    }
}

static void check_peak(wh_oracle *o, const wh_oracle_reading *r, unsigned channel, unsigned rate)
{
    wh_oracle_peak has = r->peak[channel][rate];
    wh_oracle_peak should = o->peaks.peak[channel][rate];
    o->checks++;
    if (has.mw != should.mw || has.end_ms / 1000 != should.end_ms / 1000) {
        wh_oracle_say(
            o, "maximum demand of %s, rate %u: %lld mW %lld s ago, should be %lld mW %lld s ago",
            channel == 0 ? "+A" : "-A", rate, (long long)has.mw,
            (long long)((o->utc_ms - has.end_ms) / 1000), (long long)should.mw,
            (long long)((o->utc_ms - should.end_ms) / 1000));
    }
}

static void check_peaks(wh_oracle *o, const wh_oracle_reading *r)
{
    for (unsigned c = 0; c < WH_ORACLE_CHANNELS; c++) {
        for (unsigned rate = 0; rate <= WH_YEAR_RATES; rate++) {
            check_peak(o, r, c, rate);
        }
    }
}

/* +A and -A, total and by rate, and their largest demand, as anybody reads them from outside. */
static void check_catalogue(wh_oracle *o, const wh_oracle_reading *r)
{
    for (uint8_t c = 1; c <= 2; c++) {
        wh_reg kind = c == 1 ? WH_REG_ACTIVE_IMPORT : WH_REG_ACTIVE_EXPORT;
        for (uint8_t rate = 0; rate <= WH_YEAR_RATES; rate++) {
            int64_t mwh = -1;
            int64_t mw = -1;
            bool has_energy = r->column(r->meter, c, 8, rate, &mwh);
            bool has_peak = r->column(r->meter, c, 6, rate, &mw);
            int64_t should = wh_oracle_uws(o, WH_REG_TOTAL, rate, kind) / WH_ORACLE_PER_MWH;
            o->checks += 2;
            if (!has_energy || mwh != should) {
                wh_oracle_say(o, "catalogue 1-0:%u.8.%u: %lld mWh, should be %lld", c, rate,
                              (long long)mwh, (long long)should);
            }
            if (!has_peak || mw != o->peaks.peak[c - 1][rate].mw) {
                wh_oracle_say(o, "catalogue 1-0:%u.6.%u: %lld mW, should be %lld", c, rate,
                              (long long)mw, (long long)o->peaks.peak[c - 1][rate].mw);
            }
        }
    }
}

void wh_oracle_check(wh_oracle *o, const wh_oracle_reading *r)
{
    if (r->column != NULL) {
        check_catalogue(o, r);
    }
    compare(o, "events of power-off", r->power_offs, o->outages);
    check_energies(o, r);
    check_peaks(o, r);
    compare(o, "rate in force", r->rate, o->rate);
    compare(o, "cost of import, millionths", r->cost[0], wh_oracle_cost(o, 0));
    compare(o, "paid for export, millionths", r->cost[1], wh_oracle_cost(o, 1));
    compare(o, "combined active energy, mWh", r->combined_active_mwh,
            combined_mwh(o, o->config.active_word, WH_REG_ACTIVE_IMPORT, 2));
    for (unsigned i = 0; i < 2; i++) {
        compare(o, "combined reactive energy, mvarh", r->combined_reactive_mvarh[i],
                combined_mwh(o, o->config.reactive_word[i], WH_REG_REACTIVE_Q1, 4));
    }
    if (o->config.wallet) {
        compare(o, "wallet, millionths", r->wallet, o->topped_up - wh_oracle_cost(o, 0));
        compare(o, "purchases", r->purchases, o->purchases);
    }
}

/* ---- after each tick ---- */

static void look_at_switch(wh_oracle *o, const wh_oracle_reading *r)
{
    o->checks++;
    bool opened = o->was_connected && !r->connected;
    bool closed = !o->was_connected && r->connected;
    o->was_connected = r->connected;
    if (opened && o->protected_on) {
        wh_oracle_say(o, "the switch opened while protected");
    } else if (opened && !r->by_limiter && !r->by_credit &&
               (o->trip == WH_ORACLE_NO_TRIP || o->moment_ms < o->trip_ms)) {
        wh_oracle_say(o, o->trip == WH_ORACLE_NO_TRIP ? "the switch opened and nobody wanted it"
                                                      : "the switch tripped before its delay");
    } else if (closed && r->barred) {
        wh_oracle_say(o, "the switch closed while there is no credit");
    }
    if (opened) {
        o->trip = WH_ORACLE_NO_TRIP;
    }
    if (o->trip == WH_ORACLE_TRIP_WAITS && o->moment_ms > o->trip_ms &&
        ++o->trip_late > LATE_LOOKS) {
        wh_oracle_say(o, "a trip waits longer than its delay");
    }
}

static void look_at_wallet(wh_oracle *o, const wh_oracle_reading *r)
{
    o->checks++;
    bool falls = r->wallet < o->wallet_before && r->wallet < -o->config.overdraft;
    o->wallet_before = r->wallet;
    o->overdrawn = falls && !o->protected_on ? o->overdrawn + 1 : 0;
    if (o->overdrawn > LATE_LOOKS) {
        wh_oracle_say(o, "the wallet is at %lld, below its overdraft, and still falls",
                      (long long)r->wallet);
    }
}

void wh_oracle_look(wh_oracle *o, const wh_oracle_reading *r)
{
    for (unsigned i = 0; i < o->config.recorder_count; i++) {
        o->checks++;
        if (o->track[i].due_count > 0) {
            wh_oracle_say(
                o, "no record of %s for the boundary %lld s ago (%zu are missing)",
                o->config.recorder[i].name,
                (long long)((o->utc_ms - o->track[i].due_ms[o->track[i].due_first]) / 1000),
                o->track[i].due_count);
        }
    }
    look_at_switch(o, r);
    if (o->config.wallet) {
        look_at_wallet(o, r);
    }
}

/* ---- after a power cut ---- */

static bool same_energy(const wh_oracle *o, const wh_oracle_energy *e, const wh_oracle_reading *r)
{
    for (unsigned kind = 0; kind < WH_REG_COUNT; kind++) {
        for (unsigned place = 0; place < WH_REG_PLACES; place++) {
            if (r->uws(r->meter, place, 0, (wh_reg)kind) != e->uws[place][kind]) {
                return false;
            }
        }
        for (unsigned rate = 1; rate <= WH_YEAR_RATES && kept_by_rate(o, kind); rate++) {
            if (r->uws(r->meter, WH_REG_TOTAL, rate, (wh_reg)kind) != e->rate_uws[rate][kind]) {
                return false;
            }
        }
    }
    return true;
}

/* A moment so many before the newest one. */
static size_t back(const wh_oracle *o, size_t n)
{
    return (o->ring_next + WH_ORACLE_RING - n) % WH_ORACLE_RING;
}

/* The newest remembered moment that the meter has come back with; NULL: it is none of them. */
static const wh_oracle_energy *find_energy(wh_oracle *o, const wh_oracle_reading *r)
{
    for (size_t i = 0; i < o->ring_count; i++) {
        o->checks++;
        if (same_energy(o, &o->ring[back(o, i)], r)) {
            return &o->ring[back(o, i)];
        }
    }
    return NULL;
}

static void find_peaks(wh_oracle *o, const wh_oracle_reading *r)
{
    for (size_t i = 0; i < o->ring_count; i++) {
        o->checks++;
        if (memcmp(r->peak, o->peaks_ring[back(o, i)].peak, sizeof r->peak) == 0) {
            o->peaks = o->peaks_ring[back(o, i)];
            return;
        }
    }
    wh_oracle_say(o, "after the outage the maximum demands are those of no moment before it");
}

/* A clock whose time did not run on goes on from the last it knows, of today. */
static void find_clock(wh_oracle *o, int64_t outage_ms, bool battery_lost,
                       const wh_oracle_reading *r)
{
    o->checks++;
    if (!battery_lost) {
        o->utc_ms += outage_ms; /* the next tick compares */
        return;
    }
    if (r->utc_ms > o->utc_ms || r->utc_ms < o->utc_ms - DAY_MS) {
        wh_oracle_say(o, "without its battery the clock goes on %lld s from where it stopped",
                      (long long)((r->utc_ms - o->utc_ms) / 1000));
    }
    o->utc_ms = r->utc_ms;
}

void wh_oracle_power_up(wh_oracle *o, int64_t outage_ms, bool battery_lost,
                        const wh_oracle_reading *r)
{
    int64_t cut_ms = o->moment_ms;
    const wh_oracle_energy *found = find_energy(o, r);
    if (found == NULL) {
        const wh_oracle_energy *e = &o->now;
        wh_oracle_say(
            o,
            "after the outage the registers are those of no moment since the last record: "
            "+A is %lld uWs less than before",
            (long long)(e->uws[WH_REG_TOTAL][WH_REG_ACTIVE_IMPORT] -
                        r->uws(r->meter, WH_REG_TOTAL, 0, WH_REG_ACTIVE_IMPORT)));
        return;
    }
    if (cut_ms - found->moment_ms > o->config.may_lose_ms) {
        wh_oracle_say(o, "the outage took %lld s of energy",
                      (long long)((cut_ms - found->moment_ms) / 1000));
    }
    o->now = *found;
    find_peaks(o, r);
    find_clock(o, outage_ms, battery_lost, r);
    wh_oracle_restart_slip(o);
    o->moment_ms += outage_ms;
    o->outages++;
    o->trip = o->trip == WH_ORACLE_NO_TRIP ? WH_ORACLE_NO_TRIP : WH_ORACLE_TRIP_MAY;
    o->programmed = false; /* the rate is found anew */
    o->ring_count = 0;
}
