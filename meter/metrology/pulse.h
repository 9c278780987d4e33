/* SPDX-License-Identifier: Apache-2.0 */
/* pulse.h - the test output: one pulse per portion of energy, edges placed inside the window.
 *
 * Energy arrives once a window; edges at the window's end would jitter by its length and make
 * one pulse a second wrong by a fifth. So each edge gets the instant at which the energy was
 * reached, with power taken as even over the window. The platform puts it out with a constant
 * delay of its choice, not below one window (port.h).
 *
 * The caller owns the struct; drain wh_pulse_next after each wh_pulse_book. Edges that are not
 * drained are not lost: they come out at the beginning of the next window. */
#ifndef WH_METER_PULSE_H
#define WH_METER_PULSE_H

#include "core/err.h"
#include "meter/metrology/metrology.h"

#include <stdbool.h>
#include <stdint.h>

/* Fields are private. */
typedef struct {
    int64_t portion_uws; /* energy of one pulse */
    int64_t rest_uws;    /* since the last edge, up to `done_uws` of the window */
    int64_t energy_uws;  /* of the window */
    int64_t done_uws;
    uint64_t end_q16; /* of the window, sample periods */
    uint64_t length_q16;
} wh_pulse;

/* constant_per_kwh: 1 to 1 000 000 pulses; WH_ERR_RANGE otherwise. */
wh_err wh_pulse_init(wh_pulse *pulse, uint32_t constant_per_kwh) WH_MUST_USE;

/* The window of `quantum` brought so much energy, not negative: the caller chooses what its
 * output shows (import, the sum's magnitude, reactive ...). */
void wh_pulse_book(wh_pulse *pulse, int64_t energy_uws, const wh_energy_quantum *quantum);

/* The next edge of the window: after this sample and fraction. False: no more. */
bool wh_pulse_next(wh_pulse *pulse, uint64_t *sample, uint32_t *fraction_q32);

#endif /* WH_METER_PULSE_H */
