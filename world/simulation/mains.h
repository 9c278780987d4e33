/* SPDX-License-Identifier: Apache-2.0 */
/* mains.h - the voltage of a public supply, seeded.
 *
 * One to three phases of one waveform (fundamental and harmonics), a frequency that wanders
 * about the nominal one, an amplitude that wanders per phase, noise, flicker, and sags, swells
 * and interruptions by schedule or by chance. What changes slowly is moved once a tick (2 ms)
 * and ramped within it; scheduled events start and end at a tick. */
#ifndef WH_WORLD_MAINS_H
#define WH_WORLD_MAINS_H

#include "core/err.h"
#include "world/simulation/random.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_MAINS_PHASES    3
#define WH_MAINS_TABLE     1024 /* points of a waveform table, and one more to close it */
#define WH_MAINS_HARMONICS 12
#define WH_MAINS_EVENTS    64
#define WH_MAINS_TICK_MAX  256 /* samples */

typedef struct {
    unsigned order;
    double percent; /* of the fundamental */
    double degrees; /* sin(order * x + degrees) */
} wh_mains_harmonic;

/* A sag (residual 0.1 to 0.9), a swell (above 1.1) or an interruption (below 0.1). */
typedef struct {
    double start_s; /* since the first sample */
    double duration_s;
    unsigned phases; /* bit k: phase k; 0: all */
    double residual; /* amplitude, part of the normal one */
} wh_mains_event;

typedef struct {
    double fs_hz;
    double f_nominal_hz;
    double u_nominal_v;
    unsigned phases;
    uint64_t seed;
    double f_wander_hz;            /* standard deviation of the frequency, over minutes */
    double u_wander;               /* of the amplitude, part of nominal */
    double level[WH_MAINS_PHASES]; /* mean amplitude of a phase, part of nominal; 0 means 1 */
    bool reversed;                 /* phase sequence L1 L3 L2 */
    double noise_v;                /* rms */
    double flicker_percent;        /* peak to peak change of the voltage, sinusoidal ... */
    double flicker_hz;             /* ... at this frequency */
    double events_per_day;         /* random sags, swells and interruptions */
    size_t harmonic_count;
    wh_mains_harmonic harmonic[WH_MAINS_HARMONICS];
    size_t event_count;
    wh_mains_event event[WH_MAINS_EVENTS];
} wh_mains_config;

/* Fields are private. */
typedef struct {
    wh_mains_config config;
    wh_random random;
    double wave[WH_MAINS_TABLE + 1]; /* peak 1 fundamental */
    size_t tick_samples;
    uint64_t samples;
    double turn; /* phase of L1, 0 to 1 */
    double f_hz, f_goal_hz;
    double wander[WH_MAINS_PHASES], wander_goal[WH_MAINS_PHASES];
    double level[WH_MAINS_PHASES]; /* in force at the end of the last tick, with everything */
    double next_slow_s;
    wh_mains_event chance; /* the random event that is next or runs */
} wh_mains;

/* WH_ERR_RANGE: a rate, frequency, phase count or list length outside its range. */
wh_err wh_mains_init(wh_mains *m, const wh_mains_config *config) WH_MUST_USE;

/* One tick: m->tick_samples rows of voltages, and the phase of L1 in turns (0 to 1) at each.
 * Phases that do not exist are 0. */
void wh_mains_tick(wh_mains *m, double (*volts)[WH_MAINS_PHASES], double *turns);

/* Amplitude of a phase in force, part of nominal: what an inverter watches. */
double wh_mains_level(const wh_mains *m, unsigned phase);

/* What to add to L1's phase for that of another (0 to 1, then taken modulo 1). */
double wh_mains_shift(const wh_mains *m, unsigned phase);

/* A table of one period at x turns; the table has WH_MAINS_TABLE + 1 points. */
static inline double wh_mains_lookup(const double *table, double x)
{
    double at = x * WH_MAINS_TABLE;
    unsigned i = (unsigned)at;
    double part = at - i;
    i &= WH_MAINS_TABLE - 1;
    return table[i] + part * (table[i + 1] - table[i]);
}

#endif /* WH_WORLD_MAINS_H */
