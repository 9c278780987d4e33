/* SPDX-License-Identifier: Apache-2.0 */
/* keeper_month.h - a month in the life of a whole meter, for tests that cut its power.
 *
 * By the quarter of an hour, some hours by the minute and some minutes by the second: two load profiles, hourly and daily
 * freezes, two billings with their demand resets, three rates of a calendar whose sets change
 * places, an account that is paid into, runs out and is refilled, events that begin and end,
 * pushes that are confirmed, a clock that is set, a limiter, orders to the switch, loads.
 *
 * All that happens follows from the number of the tick, so a meter that comes back after a power
 * cut goes on in the same month. Hands (month_act) do again what they do not find done. */
#ifndef WH_TESTS_KEEPER_MONTH_H
#define WH_TESTS_KEEPER_MONTH_H

#include "meter/keeper.h"
#include "meter/record/freezes.h"
#include "tests/meter/store/fake_flash.h"

#define MONTH_DAYS 31U

enum {
    MONTH_PROFILE_1,
    MONTH_PROFILE_2,
    MONTH_BILLING,
    MONTH_ZONE_SWITCH,
    MONTH_DAY_TABLE_SWITCH,
    MONTH_PRICE_SWITCH,
    MONTH_STEP_SWITCH,
    MONTH_HOURLY,
    MONTH_DAILY,
    MONTH_RECORDERS
};

typedef struct {
    const char *name;
    uint16_t sector_count; /* of 4 kB */
    uint32_t page_size;
    uint16_t unit_size;
    bool sync;    /* operations may be lost in any order until a sync */
    bool hold_up; /* the meter is told before power goes */
} month_kind;

typedef struct {
    fake_flash flash;
    wh_keeper_config config;
    wh_meter meter;
    wh_keeper keeper;
    bool relay_open; /* stays where it is without power */
    void *memory;
    size_t memory_size;
} month_meter;

/* A new flash and memory; nothing is mounted yet. */
void month_init(month_meter *m, const month_kind *kind);
void month_free(month_meter *m);

/* Power comes at the end of tick `tick`: what memory held is gone. */
wh_err month_power_on(month_meter *m, uint32_t tick);

/* At the factory: tariff, prices, account, loads, limits, the clock. Before tick 0. */
void month_install(month_meter *m);

/* Ticks of so many days, at most MONTH_DAYS. Lays the month out: to be asked first. */
uint32_t month_ticks(uint32_t days);

/* The platform's time at the end of a tick; how long it is. */
int64_t month_end_ms(uint32_t tick);
uint32_t month_length_ms(uint32_t tick);

/* Active energy that was imported in all ticks up to the end of this one. */
int64_t month_import_uws(uint32_t tick);

/* What of it a meter without a hold-up signal must have saved whenever it is cut in this tick: all
 * but one minute, or one unit of energy where that is less. */
int64_t month_saved_uws(uint32_t tick);

/* Purchases that were made by the end of a tick, and what was paid in so many. */
uint32_t month_purchases(uint32_t tick);
int64_t month_paid(uint32_t purchases);

/* What the terminal of load 0 has counted by the end of a tick. */
int64_t month_load_mwh(uint32_t tick);

/* What somebody does in this tick, unless it is done. */
void month_act(month_meter *m, uint32_t tick);

/* The energy of this tick; its pass, at its end. */
void month_feed(month_meter *m, uint32_t tick);
void month_pass(month_meter *m, uint32_t tick, bool power_fails);

/* Price of a rate, 1 .. 4, in millionths a kilowatt hour: it never changes, though tables do. */
int32_t month_price(unsigned rate);

#endif /* WH_TESTS_KEEPER_MONTH_H */
