/* SPDX-License-Identifier: Apache-2.0 */
/* year_load.h - a household over a year, minute by minute, as a meter's interval door takes it.
 *
 *   season ─▶ heating, cooling ──┐
 *   weekday, hour ─▶ appliances ─┼─▶ P and Q by phase ─▶ U sinks, I follows ─▶ one minute
 *   car, roof ───────────────────┘                     ▲ disturbances of the supply
 *
 * Everything is constant over a minute and rounded to integers once, so the energy of a year is
 * the same to the last microwatt-second whatever the steps in which a meter is fed, and an oracle
 * can add it up. Habits follow the clock on the wall, the sun follows UTC. The same seed gives the
 * same year on every machine that computes in IEEE double. A minute costs about 0.3 us. */
#ifndef WH_WORLD_YEAR_LOAD_H
#define WH_WORLD_YEAR_LOAD_H

#include "core/time_zone.h"
#include "world/simulation/random.h"
#include "world/simulation/sun.h"

#include <stdbool.h>
#include <stdint.h>

#define WH_YEAR_PHASES 3
#define WH_YEAR_JOBS   11 /* kinds of appliances that are started */

/* What is measured over a minute; import is positive. */
typedef struct {
    int64_t p_uw[WH_YEAR_PHASES];
    int64_t p1_uw[WH_YEAR_PHASES]; /* of the fundamental */
    int64_t q1_uvar[WH_YEAR_PHASES];
    int64_t s_uva[WH_YEAR_PHASES];
    int64_t u_uv[WH_YEAR_PHASES];
    int64_t i_ua[WH_YEAR_PHASES];
    int64_t in_ua;
    uint32_t f_uhz;
    uint8_t present;        /* bit k: phase k has voltage */
    bool reversed_sequence; /* L1 L3 L2 */
} wh_year_minute;

/* The same over any time: energies add up, the rest is that of the last minute added. */
typedef struct {
    wh_year_minute last;
    int64_t p_uws[WH_YEAR_PHASES];
    int64_t p1_uws[WH_YEAR_PHASES];
    int64_t q1_uvars[WH_YEAR_PHASES];
    int64_t s_uvas[WH_YEAR_PHASES];
    uint32_t duration_ms;
} wh_year_interval;

/* What befalls a supply. */
typedef enum {
    WH_YEAR_CALM,
    WH_YEAR_SAG,        /* one phase at 70 % */
    WH_YEAR_SWELL,      /* one phase at 123 % */
    WH_YEAR_PHASE_LOST, /* no voltage, no current */
    WH_YEAR_REVERSED,   /* the current of one phase, as a wrongly wired transformer does */
    WH_YEAR_SEQUENCE,   /* L1 L3 L2 */
    WH_YEAR_OVERLOAD,   /* somebody heats with 30 kW */
    WH_YEAR_DISTURBANCES
} wh_year_disturbance;

typedef struct {
    uint64_t seed;
    wh_time_zone zone;
    int64_t start_utc_ms; /* a whole minute */
    double latitude_deg;
    double longitude_deg;
    double base_w;       /* what always runs */
    double activity;     /* of people: 1 is a family of three */
    double heat_w;       /* heat pump, three phases; 0: none */
    double cool_w;       /* air conditioning on L1; 0: none */
    double car_w;        /* three phases above 4 kW, else L3; 0: none */
    double solar_peak_w; /* three phases; 0: none */
    double disturbances_per_year;
} wh_year_load_config;

typedef struct {
    wh_year_disturbance kind;
    unsigned phase;
    unsigned left_min;
} wh_year_trouble;

/* Fields are private but trouble, for reading. */
typedef struct {
    wh_year_load_config config;
    wh_random random;
    wh_clouds clouds;
    int64_t utc_ms; /* of the next minute */
    wh_year_trouble trouble;
    unsigned left_min[WH_YEAR_JOBS];
    double weight[WH_YEAR_JOBS]; /* of this hour */
    unsigned minute;             /* local, of the day */
    unsigned weekday;            /* local, 1 Monday .. 7 Sunday */
    double sun_kw_m2;
    double weather; /* what today is warmer than usual */
    double outside_degc;
    double fridge_min;
    bool fridge_on;
    double heat_min, cool_min; /* until the thermostat thinks again */
    bool heating, cooling;
    double car_kwh; /* still to be charged */
    double wander[WH_YEAR_PHASES];
    double f_wander;
} wh_year_load;

/* A household by chance: with or without a roof, heat pump, car, air conditioning. */
wh_year_load_config wh_year_load_random(uint64_t seed, const wh_time_zone *zone,
                                        int64_t start_utc_ms, double latitude_deg,
                                        double longitude_deg);

void wh_year_load_init(wh_year_load *l, const wh_year_load_config *config);

/* The next minute. */
void wh_year_load_next(wh_year_load *l, wh_year_minute *out);

/* What it is where the switch is open: voltages, but nothing flows. */
void wh_year_minute_open(wh_year_minute *m);

/* Add so much of a minute, in whole seconds. Zero the interval before the first. */
void wh_year_interval_add(wh_year_interval *i, const wh_year_minute *m, uint32_t ms);

#endif /* WH_WORLD_YEAR_LOAD_H */
