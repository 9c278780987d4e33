/* SPDX-License-Identifier: Apache-2.0 */
/* event_log.h - the last events of each slot, in the store.
 *
 *   begin ─▶ store key WH_EVENT_KEY_FIRST + slot   what was captured at the begin
 *   end   ─▶ the same with what is captured at the end ─▶ store log WH_EVENT_LOG_FIRST + slot,
 *            and the key becomes empty, in the same transaction
 *   once  ─▶ store log
 *
 * The caller opens and closes the transactions; each notice has one of its own, for the end of an
 * event reads what its begin has committed:
 *
 *   while (wh_events_next(&events, &notice)) {
 *       begin
 *       wh_event_log_take(&log, &notice, NULL)
 *       wh_alarms_take, wh_push_put                  alarm.h
 *       put WH_EVENT_KEY of the events, and of the alarms
 *       commit
 *   }
 *
 * An occurrence that changes what it tells of (a clear, a table that is written) is logged before
 * it is done, and the change is saved in the same transaction:
 *
 *   begin │ wh_events_occur │ wh_event_log_take with the detail │ do it │ save it │ commit
 *
 * A slot whose log has capacity 0 is counted and told, but not kept. Work needs the length of
 * the longest record of the slots that are kept; 512 bytes but for tables. */
#ifndef WH_METER_EVENT_LOG_H
#define WH_METER_EVENT_LOG_H

#include "meter/event/event.h"
#include "meter/event/event_record.h"
#include "meter/store/store.h"

#include <stdbool.h>

#define WH_EVENT_KEY       20U  /* store key of wh_events_save */
#define WH_EVENT_KEY_FIRST 128U /* store key of what runs in slot 0 */

/* What the functions below work on; all of it outlives the calls. */
typedef struct {
    wh_store *store;
    const wh_events *events;
    const wh_column_reader *columns;
    uint8_t *work; /* for one record */
    size_t work_size;
} wh_event_log;

/* Write what a notice tells of, in a running transaction.
 *
 * detail  in  may be NULL
 *
 * WH_OK          or the slot's log is not kept
 * WH_ERR_ARG     no such slot
 * WH_ERR_SPACE   work is too small, a table longer than the layout allows, or the store's
 * others         of the store: roll back, and try the same notice again */
wh_err wh_event_log_take(const wh_event_log *log, const wh_event_notice *notice,
                         const wh_event_detail *detail) WH_MUST_USE;

/* The n-th newest record of a slot, from 0: the one that runs first. It lives in log->work.
 *
 * WH_ERR_NOT_FOUND  there is none
 * WH_ERR_SPACE      work is too small
 * WH_ERR_CHECK, ... damaged: older ones can still be read */
wh_err wh_event_log_read(const wh_event_log *log, unsigned slot, unsigned number,
                         wh_event_record *out) WH_MUST_USE;

/* How many of them there are, the one that runs among them. Uses log->work. */
unsigned wh_event_log_count(const wh_event_log *log, unsigned slot);

/* Does a slot have an event that runs? */
bool wh_event_log_runs(const wh_event_log *log, unsigned slot);

/* Take the records of one kind away, in a running transaction, with wh_events_clear_kind. What runs
 * goes on. To clear all kinds nothing is to be done here: wh_events_clear hides them at once.
 * WH_ERR_NOT_FOUND: no such kind; WH_ERR_DENIED: one of the two clears; others of the store. */
wh_err wh_event_log_clear(const wh_event_log *log, unsigned kind) WH_MUST_USE;

/* What a configuration of the store needs for a slot: its log, and the blob of what runs (0: an
 * occurrence). */
wh_store_log_config wh_event_log_config(unsigned slot);
size_t wh_event_log_running_size(unsigned slot);

#endif /* WH_METER_EVENT_LOG_H */
