/* SPDX-License-Identifier: Apache-2.0 */
/* event_rig.h - a monitor with healthy inputs, and inputs at the edge of any term of the table. */
#ifndef WH_TESTS_EVENT_RIG_H
#define WH_TESTS_EVENT_RIG_H

#include "meter/event/event_internal.h"

#define RIG_UTC 1700000000U
#define RIG_UN  230000000
#define RIG_IB  10000000
#define RIG_MAX 60000000

typedef struct {
    wh_events events;
    wh_event_inputs in;
    uint32_t utc_s;
    wh_event_notice notice[WH_EVENT_SLOTS * 2]; /* of the last call */
    unsigned notices;
} event_rig;

extern const wh_event_config event_rig_config;

void event_rig_init(event_rig *rig);

/* 230 V, 5 A, 1150 W a phase. */
void event_rig_calm(wh_event_inputs *in);

/* One tick of that length, and its notices. */
void event_rig_tick(event_rig *rig, uint32_t elapsed_ms);

/* Ticks of a second. */
void event_rig_run(event_rig *rig, unsigned seconds);

/* Did the last call tell that of the slot? */
bool event_rig_told(const event_rig *rig, unsigned slot, wh_event_what what);

/* Put the quantity of a term at its limit (holds false) or one step behind it (holds true). */
void event_rig_edge(event_rig *rig, unsigned term, unsigned place, bool recover, bool holds);

/* All terms of a kind hold, just so. */
void event_rig_hold(event_rig *rig, unsigned kind, unsigned place);

#endif /* WH_TESTS_EVENT_RIG_H */
