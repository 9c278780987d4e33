/* SPDX-License-Identifier: Apache-2.0 */
/* appliance.h - what a household plugs in: a table of loads with current spectra of their own.
 *
 * A row says how the current looks (a resistance, or a waveform as a list of harmonics, or a
 * phase-fired or half-wave sine), how much power it takes, how it starts (inrush), and when it
 * is used. The spectra are typical ones of the kind of device, not of any product. */
#ifndef WH_WORLD_APPLIANCE_H
#define WH_WORLD_APPLIANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_APPLIANCE_HARMONICS 9

typedef enum {
    WH_WAVE_RESISTIVE, /* follows the voltage, dips and harmonics included */
    WH_WAVE_SPECTRUM,  /* fundamental and the row's harmonics */
    WH_WAVE_FIRED,     /* a sine from fire_deg to the next zero, both halves */
    WH_WAVE_HALF       /* positive halves only: DC and even harmonics */
} wh_wave;

/* When a load is started, as a weight of each hour of the day. */
typedef enum {
    WH_HOURS_ALWAYS, /* runs all the time */
    WH_HOURS_CYCLE,  /* a thermostat: on_min on, off_min off, day and night */
    WH_HOURS_MEALS,
    WH_HOURS_MORNING,
    WH_HOURS_DAY,
    WH_HOURS_EVENING,
    WH_HOURS_NIGHT
} wh_hours;

typedef struct {
    uint8_t order;
    float percent; /* of the fundamental */
    float degrees; /* sin(order * x + degrees), x the phase of the voltage */
} wh_current_harmonic;

/* A part of a programme: heating (resistive) and the rest. */
typedef struct {
    float minutes; /* 0 ends the list */
    float heat_w;
    float watts;
} wh_programme_step;

typedef struct {
    const char *name;
    wh_wave wave;
    float watts;   /* in the row's own waveform, all phases together */
    float lag_deg; /* of the fundamental current */
    float fire_deg;
    float inrush;   /* peak current at the start, times the normal one; 0 or 1: none */
    float inrush_s; /* time constant */
    uint8_t phases; /* 1 or 3 */
    uint8_t phase;  /* where one phase is used: 0 to 2 */
    wh_hours hours;
    float starts_per_day;
    float on_min;
    float off_min;
    const wh_programme_step *programme; /* instead of watts and on_min; NULL: none */
    wh_current_harmonic harmonic[WH_APPLIANCE_HARMONICS]; /* order 0 ends the list */
} wh_appliance;

extern const wh_appliance wh_appliances[];
extern const size_t wh_appliance_count;

/* The current of an inverter that feeds in, as a row: same sign as a load, so its power is
 * given negative. */
extern const wh_appliance wh_appliance_inverter;

/* Loads of a day profile: its power is split over these three. */
extern const wh_appliance wh_appliance_profile[3];

/* One period of the current of a row that takes 1 W in all at a sine of u_v (per phase: the
 * power of one phase), table[points + 1]. A resistive row gives a sine. */
void wh_appliance_wave(const wh_appliance *a, double u_v, double *table, size_t points);

/* Weight of an hour (0 to 23): the mean over a day is 1. */
double wh_appliance_hour_weight(wh_hours hours, unsigned hour);

#endif /* WH_WORLD_APPLIANCE_H */
