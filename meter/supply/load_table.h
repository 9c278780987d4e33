/* SPDX-License-Identifier: Apache-2.0 */
/* load_table.h - up to 16 loads behind the meter: what they use, and what they are told.
 *
 *   user terminal ─▶ wh_loads_report ─▶ registers, power, availability, age
 *   wants (plan, user, shedding) ─▶ command ─▶ wh_loads_next ─▶ terminal ─▶ wh_loads_answer
 *
 * Registers are the meter's own: they grow by what a terminal's counter grew since its last
 * report, and never run back. A counter that is smaller than before, or jumped beyond belief (a
 * terminal was exchanged or reset), is a new base and adds nothing.
 *
 * A report is believed for `stale_s`; after that the load is shown stale and its state is
 * unknown. It is never taken to be off. A shed load that reports to be on is told again.
 *
 * A command is wanted, sent, then confirmed by an answer or a report that agrees, or failed after
 * so many tries. Orders carry a sequence number; answers to an older order are ignored.
 *
 * Shedding: each step takes the load of the lowest priority that may be told off (priority 0,
 * generation and what feeds just now: never; not before it was on for min_on_s), one with each
 * step, so that its effect is seen before the next; those that are off already cost no step. It
 * takes no more while the limiter's value is not above. Restoring goes strictly in reverse, each
 * not before it was off for min_off_s, to what was wanted of it before or in the meantime.
 *
 * Call per tick: wh_loads_report for what came in, wh_loads_set_goal from the limiter's action,
 * wh_loads_tick with its `over`, then drain wh_loads_next. Durations count elapsed time, not the clock. */
#ifndef WH_METER_LOAD_TABLE_H
#define WH_METER_LOAD_TABLE_H

#include "core/err.h"
#include "core/reader.h"
#include "core/writer.h"

#include <stdbool.h>
#include <stdint.h>

#define WH_LOADS_MAX         16
#define WH_LOADS_SAVE_MAX    (3 + 72 * WH_LOADS_MAX)
#define WH_LOAD_NO_LIMIT     INT32_MAX
#define WH_LOAD_JUMP_MAX_MWH 10000000000 /* 10 MWh between two reports */

/* Stored: append only. */
typedef enum {
    WH_LOAD_HEATING,
    WH_LOAD_COOLING,
    WH_LOAD_WASHING,
    WH_LOAD_REFRIGERATION,
    WH_LOAD_LIGHTING,
    WH_LOAD_EV,
    WH_LOAD_STORAGE,
    WH_LOAD_GENERATION,
    WH_LOAD_OTHER,
    WH_LOAD_CLASSES
} wh_load_class;

typedef enum { WH_LOAD_UNKNOWN, WH_LOAD_OFF, WH_LOAD_ON, WH_LOAD_STATES } wh_load_state;

typedef enum {
    WH_LOAD_IDLE, /* nothing was ever wanted of it */
    WH_LOAD_WANTED,
    WH_LOAD_SENT,
    WH_LOAD_CONFIRMED,
    WH_LOAD_FAILED,
    WH_LOAD_PHASES
} wh_load_phase;

typedef struct {
    uint8_t load_class;  /* wh_load_class */
    uint8_t priority;    /* 1: shed first .. 255: last; 0: never */
    uint16_t min_on_s;   /* once on, not shed before */
    uint16_t min_off_s;  /* once shed, not restored before */
    uint16_t stale_s;    /* 0: 300 */
    uint16_t confirm_s;  /* an order is sent again after; 0: 30 */
    uint8_t tries;       /* 0: 3 */
    int32_t power_max_w; /* what it may ever be told to take; 0: no limit */
} wh_load_config;

/* What a terminal says. Counters are its own, in mWh; power is negative where it feeds. */
typedef struct {
    int64_t utc_ms;
    int64_t consumed_mwh;
    int64_t generated_mwh;
    int32_t power_w;
    wh_load_state state;
    bool available; /* it would obey now */
} wh_load_report;

typedef struct {
    uint8_t slot;
    uint8_t sequence;
    bool on;
    int32_t limit_w;
} wh_load_order;

/* What is wanted of a load. */
typedef struct {
    bool on;         /* it may run; its own control decides when */
    int32_t limit_w; /* 0 .. power_max_w */
} wh_load_want;

/* Fields are private but for reading. */
typedef struct {
    wh_load_config config;
    int64_t consumed_mwh; /* registers: never run back */
    int64_t generated_mwh;
    int64_t counter_consumed_mwh; /* as last reported */
    int64_t counter_generated_mwh;
    int64_t reported_ms; /* UTC; of the last report */
    uint32_t age_ms;     /* since then; stands at its maximum */
    uint32_t state_ms;   /* since it was told, or said to be, on or off */
    uint32_t sent_ms;
    int32_t power_w;
    wh_load_want want;   /* of the command */
    wh_load_want before; /* shedding: to restore */
    uint8_t state;       /* wh_load_state: as last reported, see wh_loads_state */
    uint8_t phase;       /* wh_load_phase */
    uint8_t sequence;
    uint8_t tries_left;
    uint8_t shed_rank; /* 0: not shed; 1: the first that was */
    bool used;
    bool reported; /* ever */
    bool available;
    bool on; /* as last told or reported: what min_on_s and min_off_s run on */
} wh_load;

typedef enum { WH_LOADS_HOLD, WH_LOADS_SHED, WH_LOADS_RESTORE, WH_LOADS_GOALS } wh_loads_goal;

typedef struct {
    uint16_t shed_step_s;    /* 0: 10 */
    uint16_t restore_step_s; /* 0: 60 */
} wh_loads_config;

/* Fields are private but load[], goal, shed_count and revision. */
typedef struct {
    wh_loads_config config;
    wh_load load[WH_LOADS_MAX];
    uint32_t step_ms;  /* since the last step */
    uint32_t revision; /* moves with what is saved, but what reports and time change */
    wh_loads_goal goal;
    uint8_t shed_count;
    uint8_t next_slot; /* where wh_loads_next looks first */
} wh_loads;

/* An empty table. */
void wh_loads_init(wh_loads *t, const wh_loads_config *config);

/* Put a load into a slot, or change it; its registers stay. Remove it, registers and all.
 * WH_ERR_RANGE: slot, class or limit. WH_ERR_NOT_FOUND: the slot is empty. WH_ERR_STATE: it is
 * shed; restore first. On an error nothing changes. */
wh_err wh_loads_put(wh_loads *t, unsigned slot, const wh_load_config *config) WH_MUST_USE;
wh_err wh_loads_remove(wh_loads *t, unsigned slot) WH_MUST_USE;

/* A terminal reports. WH_ERR_RANGE: slot, state, negative counter; WH_ERR_NOT_FOUND: empty slot. */
wh_err wh_loads_report(wh_loads *t, unsigned slot, const wh_load_report *report) WH_MUST_USE;

/* Want a load on or off and below a power. While it is shed this waits for its restoration.
 * WH_ERR_RANGE: slot, limit outside 0 .. power_max_w; WH_ERR_NOT_FOUND. */
wh_err wh_loads_want(wh_loads *t, unsigned slot, const wh_load_want *want) WH_MUST_USE;

/* Shed, restore, or leave as it is. Shedding takes its first step at the next tick, restoring after
 * restore_step_s; with the last load restored the goal is WH_LOADS_HOLD again.
 * WH_ERR_RANGE. */
wh_err wh_loads_set_goal(wh_loads *t, wh_loads_goal goal) WH_MUST_USE;

/* Time passes: ages, tries, steps. `above`: the limiter's value is above its threshold now;
 * shedding goes on only while it is, restoring only while it is not. */
void wh_loads_tick(wh_loads *t, uint32_t elapsed_ms, bool above);

/* The next order to send, slots in turn; it counts as sent. False where there is none. */
bool wh_loads_next(wh_loads *t, wh_load_order *order);

/* A terminal answers an order; a refusal is tried again like silence.
 * WH_ERR_RANGE, WH_ERR_NOT_FOUND; WH_ERR_STATE: not the order that was sent last. */
wh_err wh_loads_answer(wh_loads *t, unsigned slot, uint8_t sequence, bool obeyed) WH_MUST_USE;

/* No report for stale_s, or never one. True for an empty slot. */
bool wh_loads_stale(const wh_loads *t, unsigned slot);

/* As reported; WH_LOAD_UNKNOWN where stale. */
wh_load_state wh_loads_state(const wh_loads *t, unsigned slot);

/* Loads that shedding could still take, now or when their min_on_s is over. */
unsigned wh_loads_left(const wh_loads *t);

/* At most WH_LOADS_SAVE_MAX bytes, of them a version byte first. */
void wh_loads_save(const wh_loads *t, wh_writer *w);

/* Into an initialized table, whose loads it replaces. Every load is stale until it reports; orders that were wanted or sent
 * are sent anew. WH_ERR_SHORT, WH_ERR_UNSUPPORTED (version), WH_ERR_FORMAT: `t` stays as it was. */
wh_err wh_loads_restore(wh_loads *t, wh_reader *r) WH_MUST_USE;

#endif /* WH_METER_LOAD_TABLE_H */
