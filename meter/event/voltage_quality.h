/* SPDX-License-Identifier: Apache-2.0 */
/* voltage_quality.h - how much of the month the voltage was within its limits.
 *
 * Once a minute each phase is looked at: between 70 and 120 % of Un the minute is assessed, and it
 * passes between 93 and 107 %. The total passes where all phases do, and has the extremes of them
 * all. The month ends with an occurrence of WH_EVENT_VOLTAGE_QUALITY, which keeps twelve:
 *
 *   each minute   wh_voltage_quality_minute; saved with the energies, in a key of its own
 *   month's end   wh_voltage_quality_given │ begin │ wh_events_occur, wh_event_log_take with the
 *                 numbers given │ wh_voltage_quality_start │ save │ commit */
#ifndef WH_METER_VOLTAGE_QUALITY_H
#define WH_METER_VOLTAGE_QUALITY_H

#include "core/err.h"
#include "core/reader.h"
#include "core/writer.h"

#include <stddef.h>
#include <stdint.h>

#define WH_VOLTAGE_QUALITY_PLACES    4U /* the phases, then the total */
#define WH_VOLTAGE_QUALITY_GIVEN     28U
#define WH_VOLTAGE_QUALITY_TOTAL     3U
#define WH_VOLTAGE_QUALITY_SAVE_SIZE (1U + WH_VOLTAGE_QUALITY_GIVEN * 4U + 4U)

typedef struct {
    uint32_t assessed_min;
    uint32_t above_min;
    uint32_t below_min;
    uint32_t highest_mv; /* of the minutes assessed; meaningless where there are none */
    uint32_t highest_s;
    uint32_t lowest_mv;
    uint32_t lowest_s;
} wh_voltage_minutes;

typedef struct {
    uint32_t un_mv;
    wh_voltage_minutes place[WH_VOLTAGE_QUALITY_PLACES];
    uint32_t torn_min; /* one phase above and another below: twice in the total's minutes */
} wh_voltage_quality;

/* A month begins. */
void wh_voltage_quality_start(wh_voltage_quality *q, uint32_t un_mv);

/* A minute has passed with these voltages, one for each phase the meter has (1 or 3). */
void wh_voltage_quality_minute(wh_voltage_quality *q, const uint32_t *u_mv, unsigned phases,
                               uint32_t utc_s);

/* The numbers of the record, in the order of its layout: of the total, then of each phase. */
void wh_voltage_quality_given(const wh_voltage_quality *q, int64_t given[WH_VOLTAGE_QUALITY_GIVEN]);

/* Minutes that passed; with assessed_min the pass rate. */
uint32_t wh_voltage_quality_passed_min(const wh_voltage_quality *q, unsigned place);

/* Version 2: u8 version, the numbers as u32, phases first, then torn_min. (Version 1, which is still
 * read, was without.) WH_ERR_SPACE. */
wh_err wh_voltage_quality_save(const wh_voltage_quality *q, wh_writer *w) WH_MUST_USE;

/* After start. WH_ERR_SHORT, WH_ERR_UNSUPPORTED: `q` is as it was. */
wh_err wh_voltage_quality_restore(wh_voltage_quality *q, wh_reader *r) WH_MUST_USE;

#endif /* WH_METER_VOLTAGE_QUALITY_H */
