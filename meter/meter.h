/* SPDX-License-Identifier: Apache-2.0 */
/* meter.h - the whole meter behind one door.
 *
 *   wh_meter_init      restores from nothing yet; the caller owns all memory
 *   wh_meter_samples   from the sampling task
 *   wh_meter_tick      time is an argument
 *   wh_meter_get       through the catalogue (catalogue.h), with access rights
 *
 * Determinism: the same samples and the same calls give the same bytes. */
#ifndef WH_METER_METER_H
#define WH_METER_METER_H

#include "core/err.h"
#include "meter/metrology/metrology.h"
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

/* Read the fields; write them only through the functions below. */
typedef struct wh_meter {
    const wh_meter_config *config;
    wh_metrology metrology;
    wh_register_bank registers;
    const wh_meter_observer *observer; /* or NULL */
    int64_t utc_ms;                    /* of the last tick; INT64_MIN before the first */
    uint64_t windows;                  /* measured so far; 0: quantities are not valid yet */
} wh_meter;

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

/* Tell the time: milliseconds since 1970-01-01 UTC. */
void wh_meter_tick(wh_meter *meter, int64_t utc_ms);

#endif /* WH_METER_METER_H */
