/* SPDX-License-Identifier: Apache-2.0 */
/* event_store_rig.h - a meter of events alone: monitor, logs, alarms and push queue over a store on
 * a flash that can lose its power, wired as the headers say. */
#ifndef WH_TESTS_EVENT_STORE_RIG_H
#define WH_TESTS_EVENT_STORE_RIG_H

#include "meter/event/alarm.h"
#include "meter/event/event_log.h"
#include "meter/event/program_session.h"
#include "tests/meter/event/event_rig.h"
#include "tests/meter/store/fake_flash.h"

#define STORE_RIG_PUSHES 16U /* kept in the push queue */

typedef struct {
    event_rig base;
    fake_flash flash;
    wh_store store;
    wh_store_log_config logs[WH_EVENT_LOG_FIRST + WH_EVENT_SLOTS];
    wh_store_config config;
    void *memory;
    size_t memory_size;
    uint8_t work[WH_EVENT_RECORD_MAX];
    wh_event_log log;
    wh_column_reader columns;
    int64_t value; /* what each column reads: this and the groups C, D and E, and the attribute */
    bool no_values;
    wh_alarms alarms;
    wh_program program;
} event_store_rig;

void store_rig_init(event_store_rig *rig);
void store_rig_free(event_store_rig *rig);

/* The same on the heap. */
event_store_rig *store_rig_new(void);
void store_rig_delete(event_store_rig *rig);

/* Power is back: mount, restore, tell the outage unless begin_s is 0. WH_ERR_IO: cut again. */
wh_err store_rig_start(event_store_rig *rig, const wh_event_outage *outage);

/* Power was cut while nothing was written, and is back; no outage is told. */
void store_rig_restart(event_store_rig *rig);

/* One notice in one transaction. WH_ERR_IO: power was cut. */
wh_err store_rig_keep(event_store_rig *rig, const wh_event_notice *notice,
                      const wh_event_detail *detail);

/* A tick of so long, and its notices kept. */
wh_err store_rig_tick(event_store_rig *rig, uint32_t elapsed_ms);
wh_err store_rig_run(event_store_rig *rig, unsigned seconds);

/* An occurrence, kept. */
wh_err store_rig_occur(event_store_rig *rig, unsigned kind, const wh_event_detail *detail);

/* The oldest push entry is confirmed. */
wh_err store_rig_confirm(event_store_rig *rig, uint32_t sequence);

/* The value that a column has in this rig. */
int64_t store_rig_value(const event_store_rig *rig, wh_column column);

#endif /* WH_TESTS_EVENT_STORE_RIG_H */
