/* SPDX-License-Identifier: Apache-2.0 */
/* home.h - a house at the end of a line: a source of volts and amperes for a meter.
 *
 *   mains ──line──┬── U1 U2 U3
 *                 ├── appliances by a seeded day, or a load profile ──┐
 *                 └── solar inverter ────────────────────────────────┴── I1 I2 I3 IN
 *
 * Currents are positive into the house; the neutral is the sum of the phases. Channels are
 * U1.., I1.., IN for as many phases as there are. The same seed gives the same house. It runs as
 * fast as it is read; pacing is the caller's. One core makes some hundred times real time of
 * three phases at 8 kHz. */
#ifndef WH_WORLD_HOME_H
#define WH_WORLD_HOME_H

#include "core/err.h"
#include "host/message.h"
#include "world/simulation/mains.h"
#include "world/source.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    wh_mains_config mains; /* its seed is the seed of all */
    double duration_s;     /* 0: endless */
    int64_t start_utc_us;  /* time of the first sample */
    int32_t utc_offset_s;  /* of local time */
    double line_ohm;       /* of each phase between the supply and the meter */
    bool appliances;       /* the household's own day; not with a profile */
    const char *profile;   /* a load profile (day_profile.h); NULL: none */
    double profile_unit_w; /* see wh_day_profile_scale; 0: its defaults */
    double profile_annual_kwh;
    double solar_peak_w;   /* 0: no roof, but that of a profile */
    unsigned solar_phases; /* bit k; 0: all */
    double clouds;         /* part of the time in shadow, 0 to 1 */
    double latitude_deg;
    double longitude_deg;
    double tilt_deg;
} wh_home_config;

/* One load in use. */
typedef struct {
    const char *name; /* static */
    unsigned phases;  /* bit k */
    double watts;     /* nominal, all phases; negative feeds in */
} wh_home_use;

/* 3 x 230 V, 50 Hz, 8 kHz, a household with all appliances and 6 kW of roof, from noon
 * of a June day (10:00 UTC) at 48.1 N 11.6 E. */
wh_home_config wh_home_defaults(void);

/* Build a house; (*out)->destroy gives it back.
 *
 * WH_ERR_RANGE  mains, or a number outside its range
 * WH_ERR_SPACE  no memory
 * and what wh_day_profile_read says; the message tells which */
wh_err wh_home_create(const wh_home_config *config, wh_source **out,
                      wh_message *message) WH_MUST_USE;

/* The energy that flowed in a phase since the first sample: sum of u i / fs, in Ws, of what was
 * made so far, which is up to one tick (2 ms) more than what was read. */
double wh_home_energy_ws(const wh_source *source, unsigned phase);

/* Loads in use now, at most `size`; returns how many were written. */
size_t wh_home_in_use(const wh_source *source, wh_home_use *use, size_t size);

#endif /* WH_WORLD_HOME_H */
