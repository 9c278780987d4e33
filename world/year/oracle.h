/* SPDX-License-Identifier: Apache-2.0 */
/* oracle.h - a second opinion on everything a meter should know at any moment of a year.
 *
 *   what flowed, when by the meter's clock ─▶ oracle ─▶ registers, rates, cost, demand, wallet,
 *                                                ▲      records that must be there
 *   what the meter says ─────────────────────────┴▶ the first thing that does not hold, in words
 *
 * Written from the standards' texts, not from the meter's code, with other arithmetic: energies are
 * added up as they are (int64 and 128 bits, exact), local time comes out of an almanac, rates out of
 * a table of quarter hours, boundaries of time by walking from one to the next. What it holds a
 * meter to (State Grid meters, docs/year.md):
 *   sum of the rates = total, combined registers by their words, cost by rate and step: exactly
 *   one record for each boundary, in order, however the clock jumps and power fails
 *   a power cut takes what the flush policy allows, all of it from the same moment, never a record
 *   no purchase twice, none lost; the wallet never below its overdraft
 *   the switch: no trip while protected, none by an expired order, no closing while barred
 *
 * Call order in a step: wh_oracle_feed, then the meter's tick, wh_oracle_tick, wh_oracle_record for
 * each record that is new, wh_oracle_look. The first finding stays; later calls do nothing. */
#ifndef WH_WORLD_ORACLE_H
#define WH_WORLD_ORACLE_H

#include "host/message.h"
#include "meter/register/register.h"
#include "world/year/year_load.h"
#include "world/year/year_script.h"
#include "world/year/year_tariff.h"
#include "world/year/year_zone.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_ORACLE_RECORDERS 10
#define WH_ORACLE_CHANNELS  2 /* of demand: +A and -A */
#define WH_ORACLE_RING      64
#define WH_ORACLE_DUE       256

typedef enum {
    WH_ORACLE_EVERY,
    WH_ORACLE_DAILY,
    WH_ORACLE_MONTHLY,
    WH_ORACLE_AT_COMMAND,
    WH_ORACLE_AT_CALENDAR, /* where another calendar comes into force */
    WH_ORACLE_AT_PRICES
} wh_oracle_when;

/* One recorder of the meter, and when it makes a record. */
typedef struct {
    const char *name;
    wh_oracle_when when;
    uint32_t every_s;  /* a divisor of 3600 */
    uint8_t day;       /* monthly */
    int32_t second;    /* of the local day */
    uint16_t fill_max; /* of those missed the newest are made; at most WH_ORACLE_DUE */
    bool settles;      /* demand begins anew */
} wh_oracle_recorder;

typedef struct {
    const wh_year_place *place;
    const wh_year_tariff *tariff;
    int64_t start_ms;    /* by the meter's clock, when it is programmed */
    uint16_t rate_kinds; /* WH_REG_BIT of what is kept by rate */
    uint8_t active_word; /* of combined active energy */
    uint8_t reactive_word[2];
    uint32_t slip_ms;    /* of block demand, total through rates */
    int64_t may_lose_ms; /* by a power cut; 0: nothing */
    bool wallet;
    int64_t overdraft; /* not negative */
    uint32_t trip_delay_ms;
    unsigned recorder_count;
    wh_oracle_recorder recorder[WH_ORACLE_RECORDERS];
} wh_oracle_config;

typedef struct {
    int64_t mw;
    int64_t end_ms; /* 0: none yet */
} wh_oracle_peak;

/* What the meter says. Energies are asked for, as there are many. */
typedef struct {
    const void *meter;
    int64_t (*uws)(const void *meter, unsigned place, unsigned rate, wh_reg kind);
    /* The same through the catalogue, as protocols and records see it: OBIS 1-0:c.d.e, attribute 2.
     * NULL: not asked. False: it has no value. */
    bool (*column)(const void *meter, uint8_t c, uint8_t d, uint8_t e, int64_t *value);
    int64_t utc_ms;
    uint32_t power_offs; /* events of that kind */
    uint8_t rate;
    int64_t cost[2]; /* of import, of export: millionths */
    int64_t combined_active_mwh;
    int64_t combined_reactive_mvarh[2];
    wh_oracle_peak peak[WH_ORACLE_CHANNELS][WH_YEAR_RATES + 1];
    int64_t wallet;
    uint32_t purchases; /* the meter's count */
    bool connected;     /* control state */
    bool output_closed; /* the relay */
    bool by_limiter;    /* who brought the state about */
    bool by_credit;
    bool barred; /* for want of credit */
} wh_oracle_reading;

typedef struct wh_oracle wh_oracle;

/* NULL: no memory. */
wh_oracle *wh_oracle_create(const wh_oracle_config *config);
void wh_oracle_destroy(wh_oracle *o);

/* ---- what happens ---- */

/* Energy flowed since the last tick. */
void wh_oracle_feed(wh_oracle *o, const wh_year_interval *interval);

/* A tick after so much true time; the meter's clock says utc_ms. */
void wh_oracle_tick(wh_oracle *o, int64_t elapsed_ms, int64_t utc_ms);

/* Someone set the clock, and it was to say new_ms. */
void wh_oracle_clock_set(wh_oracle *o, int64_t new_ms);

/* Other seasons and days, or other prices, in force from the first tick at or after that time on. */
void wh_oracle_calendar(wh_oracle *o, const wh_year_tariff *tariff, int64_t from_ms);
void wh_oracle_prices(wh_oracle *o, const wh_year_tariff *tariff, int64_t from_ms);

void wh_oracle_demand_reset(wh_oracle *o);

/* Someone tries to buy; the meter accepts it or not. */
void wh_oracle_purchase(wh_oracle *o, wh_year_purchase which, int64_t amount, bool accepted);

/* An order, and whether the meter obeyed it. */
void wh_oracle_order(wh_oracle *o, wh_year_order which, bool expired, bool obeyed);

/* A freeze by command: the recorder makes a record at the next tick. */
void wh_oracle_freeze(wh_oracle *o, unsigned recorder);

/* Power is back, before the first tick, after so much true time; what the meter has restored must be what
 * it had at one recent moment. battery_lost: its time did not run on. */
void wh_oracle_power_up(wh_oracle *o, int64_t outage_ms, bool battery_lost,
                        const wh_oracle_reading *r);

/* ---- what must be ---- */

/* A record that the meter has made, in the order of its log; imports and exports in mWh, INT64_MIN
 * where the record has no such column. */
void wh_oracle_record(wh_oracle *o, unsigned recorder, int64_t time_ms, int64_t import_mwh,
                      int64_t export_mwh);

/* Records that were there are not there any more. */
void wh_oracle_record_lost(wh_oracle *o, unsigned recorder, uint32_t count);

/* After each tick: records, switch and wallet. */
void wh_oracle_look(wh_oracle *o, const wh_oracle_reading *r);

/* From time to time: everything. */
void wh_oracle_check(wh_oracle *o, const wh_oracle_reading *r);

/* NULL while all holds. */
const char *wh_oracle_finding(const wh_oracle *o);

/* ---- what it knows, for reports ---- */

int64_t wh_oracle_uws(const wh_oracle *o, unsigned place, unsigned rate, wh_reg kind);
int64_t wh_oracle_cost(const wh_oracle *o, unsigned which); /* millionths, rounded down */
wh_oracle_peak wh_oracle_demand(const wh_oracle *o, unsigned channel, unsigned rate);
wh_oracle_peak wh_oracle_peak_ever(const wh_oracle *o, unsigned channel); /* over all resets */

/* The largest since the settlement before the tick just made, where that tick settled. */
wh_oracle_peak wh_oracle_peak_of_month(const wh_oracle *o, unsigned channel);
uint32_t wh_oracle_records(const wh_oracle *o, unsigned recorder); /* seen so far */
uint64_t wh_oracle_checks(const wh_oracle *o);                     /* comparisons made so far */

/* When the boundary of a recorder after a moment is; for tests. */
int64_t wh_oracle_next_ms(const wh_oracle *o, unsigned recorder, int64_t after_ms);

#endif /* WH_WORLD_ORACLE_H */
