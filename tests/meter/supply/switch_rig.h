/* SPDX-License-Identifier: Apache-2.0 */
/* switch_rig.h - a main switch with the relay, load and key around it, for its tests. */
#ifndef WH_TESTS_SWITCH_RIG_H
#define WH_TESTS_SWITCH_RIG_H

#include "meter/supply/main_switch.h"

/* A bistable relay: it moves at the end of a pulse unless it sticks. */
typedef struct {
    wh_switch s;
    int64_t utc_ms;
    uint32_t load_ma; /* flows where it is closed */
    unsigned sticks;  /* pulses it will not follow */
    unsigned pulses;
    bool closed;
    bool blind; /* no feedback */
    bool key;
    uint8_t barred;
    wh_switch_coil coil;
} switch_rig;

switch_rig switch_rig_with(const wh_switch_config *config, uint8_t mode);

/* One tick; ticks of 100 ms. */
void switch_rig_step(switch_rig *r, uint32_t elapsed_ms);
void switch_rig_run(switch_rig *r, uint32_t ms);

/* Pull all events: how many of a kind, and the last of them. */
unsigned switch_rig_pull(switch_rig *r, wh_switch_event_kind kind, wh_switch_event *last);

/* An order of operator 1234h that does not expire. */
wh_err switch_rig_obey(switch_rig *r, wh_switch_order_kind kind);

#endif /* WH_TESTS_SWITCH_RIG_H */
