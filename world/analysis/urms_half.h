/* SPDX-License-Identifier: Apache-2.0 */
/* urms_half.h - Urms(1/2): over one nominal period, a new value every half period, and the dips,
 * swells and interruptions found in it (IEC 61000-4-30, with nominal instead of measured period).
 *
 * Value k is over samples [round(k N / 2), round(k N / 2 + N)), N = fs / f_nominal. */
#ifndef WH_WORLD_ANALYSIS_URMS_HALF_H
#define WH_WORLD_ANALYSIS_URMS_HALF_H

#include "core/err.h"

#include <stddef.h>

typedef struct {
    size_t first; /* [first, last) */
    size_t last;
    double urms_v;
} wh_urms_half;

/* All values that fit into u[count]; *out is the caller's to free, NULL where none fits.
 *
 * WH_ERR_ARG    fs or f_nominal is not above zero, or a period is less than two samples
 * WH_ERR_SPACE  no memory */
wh_err wh_urms_half_compute(const double *u, size_t count, double fs_hz, double f_nominal_hz,
                            wh_urms_half **out, size_t *out_count) WH_MUST_USE;

/* The value in the middle of all of them, which a few events do not move; 0 without any. */
double wh_urms_half_median(const wh_urms_half *series, size_t count);

typedef enum { WH_VOLTAGE_DIP, WH_VOLTAGE_SWELL, WH_VOLTAGE_INTERRUPTION } wh_voltage_event_kind;

typedef struct {
    wh_voltage_event_kind kind;
    size_t first; /* values [first, last) of the series; last is its end where it did not end */
    size_t last;
    double extreme_v; /* the lowest of a dip or interruption, the highest of a swell */
} wh_voltage_event;

/* Thresholds as parts of the declared voltage; hysteresis applies on the way back. */
typedef struct {
    double declared_v;
    double dip;          /* 0.9 */
    double swell;        /* 1.1 */
    double interruption; /* 0.05: a dip that goes below is one */
    double hysteresis;   /* 0.02 */
} wh_voltage_limits;

/* The usual limits for a declared voltage. */
wh_voltage_limits wh_voltage_limits_default(double declared_v);

/* Find events; the first `size` of them go to events[size], the result is how many there are. */
size_t wh_voltage_events_find(const wh_urms_half *series, size_t count,
                              const wh_voltage_limits *limits, wh_voltage_event *events,
                              size_t size);

#endif /* WH_WORLD_ANALYSIS_URMS_HALF_H */
