/* SPDX-License-Identifier: Apache-2.0 */
/* year_script.h - what befalls a meter in a year, by seed: outages, clocks that are set, tariffs
 * that change, purchases, orders, people with screwdrivers.
 *
 * A list of actions at moments of true time, each on a whole second that is no whole minute, so
 * that it never falls together with what happens by itself. Everything that opens or sets wrong
 * is followed by what closes or puts right. Actions that meet a meter without power have no
 * effect; whoever plays the script leaves them out. */
#ifndef WH_WORLD_YEAR_SCRIPT_H
#define WH_WORLD_YEAR_SCRIPT_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    WH_YEAR_OUTAGE,          /* for duration_ms; flags */
    WH_YEAR_CLOCK_SET,       /* to true time plus value, ms */
    WH_YEAR_CLOCK_SHIFT,     /* by value, s */
    WH_YEAR_CLOCK_BROADCAST, /* true time plus value, ms */
    WH_YEAR_CLOCK_MINUTE,    /* adjust to the minute */
    WH_YEAR_TARIFF_CHANGE,   /* a new tariff, in force `value` ms later; which: its number */
    WH_YEAR_PRICE_CHANGE,    /* new prices, as above */
    WH_YEAR_PURCHASE,        /* of `value` millionths; which: wh_year_purchase */
    WH_YEAR_FREEZE,          /* an instantaneous freeze */
    WH_YEAR_DEMAND_RESET,
    WH_YEAR_ORDER,  /* which: wh_year_order; valid for `value` ms from now */
    WH_YEAR_KEY,    /* pressed for duration_ms */
    WH_YEAR_COVER,  /* of the terminals, open for duration_ms */
    WH_YEAR_MAGNET, /* for duration_ms */
    WH_YEAR_ACTIONS
} wh_year_action_kind;

/* Flags of an outage. */
enum {
    WH_YEAR_HOLD_UP = 1,     /* the meter is told before and has time to write */
    WH_YEAR_BATTERY_LOST = 2 /* its time does not run on */
};

typedef enum {
    WH_YEAR_PURCHASE_GOOD,     /* the next count */
    WH_YEAR_PURCHASE_REPEATED, /* the count of the last */
    WH_YEAR_PURCHASE_SKIPPED,  /* one too far */
    WH_YEAR_PURCHASE_STRANGER, /* of another customer */
    WH_YEAR_PURCHASES
} wh_year_purchase;

typedef enum {
    WH_YEAR_ORDER_TRIP,
    WH_YEAR_ORDER_PERMIT,
    WH_YEAR_ORDER_CLOSE,
    WH_YEAR_ORDER_PROTECT,
    WH_YEAR_ORDER_UNPROTECT,
    WH_YEAR_ORDERS
} wh_year_order;

typedef struct {
    int64_t at_ms; /* true UTC */
    int64_t value;
    int64_t duration_ms;
    wh_year_action_kind kind;
    unsigned which;
    unsigned flags;
} wh_year_action;

typedef struct {
    size_t count;
    size_t size;
    wh_year_action *action; /* by rising time */
} wh_year_script;

/* How often in a year; 0: never. */
typedef struct {
    double outages;
    double clocks;
    double tariffs;
    double purchases;
    double orders;
    double hands; /* keys, covers, magnets, freezes, resets */
} wh_year_events_per_year;

/* What a busy year has of each. */
wh_year_events_per_year wh_year_script_busy(void);

/* From start_ms to end_ms, UTC. WH_ERR_SPACE: no memory. wh_year_script_free gives it back. */
wh_err wh_year_script_make(uint64_t seed, const wh_year_events_per_year *rates, int64_t start_ms,
                           int64_t end_ms, wh_year_script *out) WH_MUST_USE;

void wh_year_script_free(wh_year_script *s);

/* Of a kind, for reports: "outage". */
const char *wh_year_action_name(wh_year_action_kind kind);

#endif /* WH_WORLD_YEAR_SCRIPT_H */
