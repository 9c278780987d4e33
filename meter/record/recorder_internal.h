/* SPDX-License-Identifier: Apache-2.0 */
/* recorder_internal.h - the parts of the recorder among themselves.
 *
 *   recorder.c        columns, what is due, making records
 *   recorder_set.c    settings, beginning, what is kept
 *   recorder_read.c   entries */
#ifndef WH_METER_RECORDER_INTERNAL_H
#define WH_METER_RECORDER_INTERNAL_H

#include "meter/record/recorder.h"

/* What a column is. */
typedef enum {
    WH_RECORDER_NO_COLUMN,
    WH_RECORDER_VALUE, /* takes bytes in a record */
    WH_RECORDER_TIME,  /* of the record itself */
    WH_RECORDER_STATUS
} wh_recorder_column_kind;

/* How far a recorder has come: what is kept with each record. */
typedef struct {
    int64_t last[WH_RECORDER_TIMES_MAX];
    uint32_t newest_s;
    uint32_t rising_from;
    uint8_t status;
} wh_recorder_state;

#define WH_RECORDER_STATE_VERSION 1U
#define WH_RECORDER_STATE_SIZE    (11U + 8U * WH_RECORDER_TIMES_MAX)

wh_recorder_column_kind wh_recorder_column_at(const wh_recorder_config *config,
                                              const wh_recorder_content *content, unsigned index,
                                              wh_column *column);

/* How many columns; `values`: those that take bytes. */
unsigned wh_recorder_count_columns(const wh_recorder_config *config,
                                   const wh_recorder_content *content, bool values);

/* How long after the boundaries of a pattern its records are made. */
int64_t wh_recorder_phase_ms(const wh_boundary_pattern *pattern);

wh_recorder_state wh_recorder_state_of(const wh_recorder *r);
void wh_recorder_take_state(wh_recorder *r, const wh_recorder_state *state);

/* In the running transaction. */
wh_err wh_recorder_put_state(const wh_recorder *r, wh_store *store,
                             const wh_recorder_state *state) WH_MUST_USE;

#endif /* WH_METER_RECORDER_INTERNAL_H */
