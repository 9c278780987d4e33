/* SPDX-License-Identifier: Apache-2.0 */
/* house_load.h - one appliance in use: when it runs, and what it takes now. */
#ifndef WH_WORLD_HOUSE_LOAD_H
#define WH_WORLD_HOUSE_LOAD_H

#include "world/simulation/appliance.h"
#include "world/simulation/mains.h"
#include "world/simulation/random.h"

/* Fields are private but kind, phases, running, watts and heat_w. */
typedef struct {
    const wh_appliance *kind;
    unsigned phases; /* bit k: uses phase k */
    bool running;
    double watts;  /* in force: in its own waveform, all phases; negative feeds in */
    double heat_w; /* in force: resistive */
    double started_s;
    double ends_s;
    double part_ends_s;
    size_t part;
    double amplitude[WH_MAINS_PHASES]; /* of wave, at the end of the last tick */
    double siemens[WH_MAINS_PHASES];
    double wave[WH_MAINS_TABLE + 1]; /* current for 1 W */
} wh_house_load;

/* A load of a house with `phase_count` phases of u_v, not in use. */
void wh_house_load_init(wh_house_load *l, const wh_appliance *kind, unsigned phase_count,
                        double u_v);

/* Begin in the midst of a day: thermostats anywhere in their cycle, others in use with the
 * chance that this hour gives. */
void wh_house_load_begin(wh_house_load *l, unsigned hour, wh_random *random);

/* Decide once a second whether it starts, goes on or stops. */
void wh_house_load_second(wh_house_load *l, double now_s, unsigned hour, wh_random *random);

/* Set its power from outside: a roof, a profile. */
void wh_house_load_set(wh_house_load *l, double watts, double now_s);

/* Inrush: the current now as a multiple of the normal one. */
double wh_house_load_inrush(const wh_house_load *l, double now_s);

#endif /* WH_WORLD_HOUSE_LOAD_H */
