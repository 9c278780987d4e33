/* SPDX-License-Identifier: Apache-2.0 */
/* ampere_hours.h - what flowed in each phase, whatever its voltage: where one was lost, energy that
 * was not measured is estimated from it.
 *
 * The rms current counts, so there is no direction. There is no start threshold either: noise that
 * calibration leaves in a current is counted. */
#ifndef WH_METER_AMPERE_HOURS_H
#define WH_METER_AMPERE_HOURS_H

#include "core/err.h"
#include "core/reader.h"
#include "core/writer.h"
#include "meter/metrology/metrology.h"

#include <stdint.h>

#define WH_UAS_PER_MAH              3600000U
#define WH_AMPERE_HOURS_MODULUS_MAH UINT64_C(100000000000) /* 10^8 Ah; registers begin anew there */

typedef struct {
    uint64_t uas[WH_PHASES];   /* µAs */
    uint32_t carry[WH_PHASES]; /* 2^-32 of them; not kept */
    uint32_t revision;         /* moves where a register does */
} wh_ampere_hours;

/* The currents of these quantities flowed for that time, in seconds. */
void wh_ampere_hours_feed(wh_ampere_hours *a, const wh_quantities *q, wh_scale time_s);

/* In mAh: of a phase; of any other place the total, their sum. */
int64_t wh_ampere_hours_mah(const wh_ampere_hours *a, unsigned place);

/* Version 1: u8 version, of each phase a varint of µAs. WH_ERR_SPACE as the writer. */
#define WH_AMPERE_HOURS_SAVE_SIZE (1 + WH_PHASES * 9)
wh_err wh_ampere_hours_save(const wh_ampere_hours *a, wh_writer *w) WH_MUST_USE;

/* On an error nothing has changed: WH_ERR_SHORT, WH_ERR_UNSUPPORTED (version), WH_ERR_RANGE (a value
 * no register can have). */
wh_err wh_ampere_hours_restore(wh_ampere_hours *a, wh_reader *r) WH_MUST_USE;

#endif /* WH_METER_AMPERE_HOURS_H */
