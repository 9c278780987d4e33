/* SPDX-License-Identifier: Apache-2.0 */
/* quarter_reactive.h - reactive power the old way: the voltage a quarter period late, times the
 * current.
 *
 * The quarter follows the measured frequency and is interpolated between samples. For a sine
 * it equals Q1; harmonics enter with changing sign (the 3rd, 7th, 11th ... negative), which is
 * why IEC 62053-24 does not bill it and neither do we. A meter that does not show it does not
 * link it. Feed it as a wh_meter_observer does: samples, then events. */
#ifndef WH_METER_QUARTER_REACTIVE_H
#define WH_METER_QUARTER_REACTIVE_H

#include "core/err.h"
#include "meter/metrology/metrology.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Voltage samples of the past, one set of phases each: a power of two of them, more than a
 * quarter period at 42 Hz has (fs / 168 + 2). */
typedef int32_t wh_quarter_history[WH_PHASES];

/* Fields are private. */
typedef struct {
    wh_quarter_history *history;
    size_t history_size;
    size_t head;                /* samples taken */
    int64_t product[WH_PHASES]; /* sums over the running window */
    int64_t late[WH_PHASES];
    int64_t current[WH_PHASES];
    int64_t last_product[WH_PHASES]; /* of the last sample, for the cut */
    int64_t result[WH_PHASES];       /* sum of the last whole window, without DC, codes² */
    uint64_t result_length_q16;
    uint32_t count;
    uint32_t quarter_q16; /* samples */
    uint32_t fraction_q32;
    bool cut_due;
} wh_quarter_reactive;

/* WH_ERR_RANGE: history_size is no power of two. history must outlive *q. */
wh_err wh_quarter_reactive_init(wh_quarter_reactive *q, wh_quarter_history *history,
                                size_t history_size) WH_MUST_USE;

/* Samples that metrology took, and the oscillator before them. WH_ERR_SPACE: a quarter period
 * does not fit the history; nothing was taken. */
wh_err wh_quarter_reactive_samples(wh_quarter_reactive *q, const int32_t (*samples)[WH_CHANNELS],
                                   size_t count, wh_oscillator before) WH_MUST_USE;

/* A window has ended: its value is whole after the next sample. */
void wh_quarter_reactive_window(wh_quarter_reactive *q, const wh_metrology *m);

/* Of phase k over the last whole window, in µvar; 0 before the first. */
int64_t wh_quarter_reactive_uvar(const wh_quarter_reactive *q, const wh_metrology *m, unsigned k);

#endif /* WH_METER_QUARTER_REACTIVE_H */
