/* SPDX-License-Identifier: Apache-2.0 */
/* meter.h - the whole meter behind one door.
 *
 *   wh_meter_init      measures; the caller owns all memory
 *   wh_meter_keep      and keeps and decides (keeper.h): restores from the store
 *   wh_meter_samples   from the sampling task
 *   wh_meter_feed      instead of samples: a metering chip, a recording, a fleet
 *   wh_meter_tick      rates, demand, records, limits, events; time is an argument
 *   wh_meter_get       through the catalogue (catalogue.h), with access rights
 *
 * A meter without wh_meter_keep measures into its registers and does nothing else.
 *
 * Determinism: the same samples and the same calls give the same bytes. */
#ifndef WH_METER_METER_H
#define WH_METER_METER_H

#include "core/err.h"
#include "meter/metrology/metrology.h"
#include "meter/register/ampere_hours.h"
#include "meter/register/register.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_METER_NAME_SIZE 16

typedef struct {
    wh_metrology_config metrology;
    wh_register_config registers;
    uint8_t logical_device_name[WH_METER_NAME_SIZE]; /* three letters of the maker, then a number */
    char serial[WH_METER_NAME_SIZE + 1];
    int16_t utc_offset_min; /* of local time, east positive */
} wh_meter_config;

/* Somebody who looks on while the meter measures: power quality, a capture, a bench. A meter
 * without one does not link it. Called after each wh_metrology_feed with the samples it took
 * (possibly none) and its WH_EVENT_ bits, once a window's energy is booked; may not re-enter
 * the meter. */
typedef struct {
    void *user;
    void (*fed)(void *user, const wh_metrology *metrology, const int32_t (*samples)[WH_CHANNELS],
                size_t count, unsigned event);
} wh_meter_observer;

struct wh_keeper;

/* Read the fields; write them only through the functions below. */
typedef struct wh_meter {
    const wh_meter_config *config;
    wh_metrology metrology;
    wh_register_bank registers;
    wh_ampere_hours ampere_hours;
    wh_booked booked;                  /* since the keeper last took it */
    const wh_meter_observer *observer; /* or NULL */
    struct wh_keeper *keeper;          /* or NULL: measures only */
    int64_t utc_ms;                    /* of the last tick; INT64_MIN before the first */
    uint64_t windows;                  /* measured so far; 0: quantities are not valid yet */
} wh_meter;

/* What was measured over an interval by somebody else. Signs and units as in metrology.h. */
typedef struct {
    wh_energy_quantum quantum; /* of the whole interval; its samples and length do not matter */
    uint32_t duration_ms;      /* of the interval, for ampere-hours */
    uint8_t present;           /* bit k: phase k has voltage */
    wh_rotation rotation;
    uint32_t f_uhz;
    int64_t u_uv[WH_PHASES];
    int64_t i_ua[WH_PHASES];
    int64_t p_uw[WH_PHASES];
    int64_t q1_uvar[WH_PHASES];
    int64_t in_ua;
} wh_meter_interval;

/* What the world looks like at a tick. */
typedef struct {
    int64_t platform_ms; /* grows; what the clock is made of (clock.h) */
    uint32_t contacts;   /* WH_CONTACT_ */
    uint8_t feedback;    /* wh_switch_feedback of the relay */
    bool power_fails;    /* the hold-up signal */
} wh_meter_inputs;

/* Contacts and the platform's own findings. */
enum {
    WH_CONTACT_KEY = 1,               /* the key is pressed */
    WH_CONTACT_METER_COVER = 2,       /* open */
    WH_CONTACT_TERMINAL_COVER = 4,    /* open */
    WH_CONTACT_MAGNET = 8,            /* a strong field is there */
    WH_CONTACT_AUXILIARY_LOST = 16,   /* the auxiliary supply is away */
    WH_CONTACT_BATTERY_LOW = 32,      /* of the clock */
    WH_CONTACT_SUPPLY_FAULT = 64,     /* a rail is outside its limits */
    WH_CONTACT_SELF_TEST_FAILED = 128 /* program memory, RAM or converter */
};

/* Start a meter.
 *
 * config    kept: must outlive the meter
 * observer  kept, or NULL
 *
 * WH_OK
 * WH_ERR_RANGE  the configuration (wh_metrology_init, wh_register_init) */
wh_err wh_meter_init(wh_meter *meter, const wh_meter_config *config,
                     const wh_meter_observer *observer) WH_MUST_USE;

/* Measure any number of sample sets. */
void wh_meter_samples(wh_meter *meter, const int32_t (*samples)[WH_CHANNELS], size_t count);

/* Take what was measured over an interval. It must not reach over a change of rate or the end of
 * a demand slip: minutes of local time are always short enough. */
void wh_meter_feed(wh_meter *meter, const wh_meter_interval *interval);

/* Time passes: at least once a second where the switch and events matter, at least once a minute
 * for anything to be right. Without a keeper only the time is noted. */
void wh_meter_tick(wh_meter *meter, const wh_meter_inputs *inputs);

#endif /* WH_METER_METER_H */
