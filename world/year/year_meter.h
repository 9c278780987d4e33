/* SPDX-License-Identifier: Apache-2.0 */
/* year_meter.h - the meter of the year: a whole three-phase meter with its store, as a program of
 * a maker would set it up, and hands that do to it what a script says.
 *
 * It can lose power at any moment: then all but its flash is gone. */
#ifndef WH_WORLD_YEAR_METER_H
#define WH_WORLD_YEAR_METER_H

#include "core/err.h"
#include "core/flash.h"
#include "host/message.h"
#include "meter/keeper.h"
#include "meter/meter.h"
#include "world/year/oracle.h"
#include "world/year/year_load.h"
#include "world/year/year_script.h"
#include "world/year/year_tariff.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const wh_flash *flash; /* NULL: one in RAM */
    const wh_year_place *place;
    const wh_year_tariff *tariff;
    uint8_t slip_min; /* of block demand: 15 or 30 */
    bool hold_up;     /* there is a signal when power fails */
    bool wallet;      /* prepayment */
    int64_t overdraft;
    int64_t limit_mw; /* maximum load; 0: none */
    uint8_t active_word;
    uint8_t reactive_word[2];
} wh_year_meter_config;

typedef struct wh_year_meter wh_year_meter;

/* What it has cost the flash. */
typedef struct {
    uint64_t programs; /* 0 where the flash is not ours */
    uint64_t programmed_bytes;
    uint64_t erases;
    uint32_t erases_max; /* of the most worn sector */
    uint32_t sectors;
} wh_year_wear;

/* Set up and powered, its clock set to utc_ms, the tariff in force.
 * WH_ERR_SPACE, WH_ERR_RANGE ...: the message says what was refused. */
wh_err wh_year_meter_create(const wh_year_meter_config *config, int64_t utc_ms, wh_year_meter **out,
                            wh_message *message) WH_MUST_USE;
void wh_year_meter_destroy(wh_year_meter *m);

/* The meter's own time goes on by so much; contacts are WH_CONTACT_ bits. */
void wh_year_meter_tick(wh_year_meter *m, int64_t elapsed_ms, uint32_t contacts);
void wh_year_meter_feed(wh_year_meter *m, const wh_year_interval *interval);

/* Power fails: where there is a hold-up signal the meter is told, and then it is gone. It comes
 * back after a time. */
void wh_year_meter_power_down(wh_year_meter *m);
wh_err wh_year_meter_power_up(wh_year_meter *m, int64_t outage_ms, bool battery_lost) WH_MUST_USE;

/* ---- hands ---- */

/* Set, shift (value s), broadcast, to the minute, with the value of a true clock. */
wh_err wh_year_meter_clock(wh_year_meter *m, const wh_year_action *a, int64_t true_ms) WH_MUST_USE;

/* Another calendar, or other prices, at a time of the meter's clock. */
wh_err wh_year_meter_calendar(wh_year_meter *m, const wh_year_tariff *t,
                              int64_t from_ms) WH_MUST_USE;
wh_err wh_year_meter_prices(wh_year_meter *m, const wh_year_tariff *t, int64_t from_ms) WH_MUST_USE;

/* True where it was accepted. */
bool wh_year_meter_purchase(wh_year_meter *m, wh_year_purchase which, int64_t amount);
bool wh_year_meter_order(wh_year_meter *m, wh_year_order which, int64_t valid_ms);

/* Freeze now; the oracle is told what to expect. */
bool wh_year_meter_freeze(wh_year_meter *m, wh_oracle *oracle);

wh_err wh_year_meter_demand_reset(wh_year_meter *m) WH_MUST_USE;

/* ---- eyes ---- */

/* The relay lets current through. */
bool wh_year_meter_closed(const wh_year_meter *m);
int64_t wh_year_meter_utc_ms(const wh_year_meter *m);

/* Of recorder 2 its keeper makes the bills. */
wh_meter *wh_year_meter_inside(wh_year_meter *m);

/* What it says of itself. */
void wh_year_meter_read(const wh_year_meter *m, wh_oracle_reading *out);

/* The same without demand and combined energies: cheap enough for each tick. */
void wh_year_meter_glance(const wh_year_meter *m, wh_oracle_reading *out);

/* Show the oracle the records that are new. */
void wh_year_meter_records(wh_year_meter *m, wh_oracle *oracle);

/* Events that were counted, of all kinds. */
uint32_t wh_year_meter_events(const wh_year_meter *m);

wh_year_wear wh_year_meter_wear(const wh_year_meter *m);

/* What the oracle must know of such a meter. */
void wh_year_meter_expect(const wh_year_meter_config *config, wh_oracle_config *out);

#endif /* WH_WORLD_YEAR_METER_H */
