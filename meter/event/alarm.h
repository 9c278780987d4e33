/* SPDX-License-Identifier: Apache-2.0 */
/* alarm.h - who is told of events: alarm registers, the State Grid status word, the push queue.
 *
 *   notice ─▶ alarm objects 1 and 2: register ─(filter)─▶ edges, descriptor      COSEM, class 1
 *          ├▶ active-report status word, 96 bits with counts                       State Grid
 *          └▶ push queue: store log WH_PUSH_LOG and a cursor                       COSEM, class 40
 *
 * Alarm objects (0-0:97.98.0 and .1): a bit of the register is set while an event of its kind lasts,
 * and by an occurrence until it is written to 0. Bits that a filter (97.98.10, .11) lets through
 * and that were not set before are edges, and stay in the descriptor (97.98.20, .21) until that is
 * written. Which bit a kind has is in data/events.csv: object 1 is the meter and its seals,
 * object 2 the mains and the supply.
 *
 * Status word (04001501): bit and count of each event that is new since it was acknowledged. Only
 * bits of the mode word (04001104) are set.
 *
 * Push queue: every notice of a kind with push priority is an entry, written with its event in one
 * transaction. An entry goes out at least once, and not again once the transaction with
 * wh_push_done is committed; its sequence number tells a repetition. Where the log was too short,
 * the oldest are lost, and counted.
 *
 *   per notice   begin │ wh_event_log_take │ wh_alarms_take │ wh_push_put │ put WH_EVENT_KEY
 *                (event_log.h) and WH_ALARM_KEY │ commit
 *   sending      wh_push_next ─▶ send; when the peer has confirmed it:
 *                begin │ wh_push_done │ put WH_ALARM_KEY │ commit; then the next
 * A transaction that fails: put the copy of wh_alarms from before it back. */
#ifndef WH_METER_ALARM_H
#define WH_METER_ALARM_H

#include "core/err.h"
#include "core/reader.h"
#include "core/writer.h"
#include "meter/event/event.h"
#include "meter/store/store.h"

#include <stdbool.h>
#include <stdint.h>

#define WH_ALARM_KEY       19U /* store key of wh_alarms_save */
#define WH_ALARM_OBJECTS   2U
#define WH_REPORT_BYTES    12U
#define WH_REPORT_BITS     96U
#define WH_PUSH_LOG        24U
#define WH_PUSH_ENTRY_SIZE 12U
#define WH_ALARMS_SAVE_MAX \
    (1U + 3U * 4U * WH_ALARM_OBJECTS + 2U * WH_REPORT_BYTES + WH_REPORT_BITS + 8U)

/* Fields are private but for reading. */
typedef struct {
    uint32_t revision; /* moves with what must be saved */
    uint32_t reg[WH_ALARM_OBJECTS];
    uint32_t filter[WH_ALARM_OBJECTS];
    uint32_t descriptor[WH_ALARM_OBJECTS];
    uint32_t edge[WH_ALARM_OBJECTS]; /* filtered bits that rose, not taken yet */
    uint32_t push_cursor;            /* sequence number of the first entry not confirmed */
    uint32_t push_lost;              /* entries that were overwritten before they were */
    uint8_t report[WH_REPORT_BYTES]; /* bit k is bit k % 8 of byte k / 8 */
    uint8_t mode[WH_REPORT_BYTES];
    uint8_t report_count[WH_REPORT_BITS]; /* stays at 255 */
} wh_alarms;

/* An entry of the push queue. */
typedef struct {
    uint32_t sequence; /* rises by one from entry to entry */
    uint32_t utc_s;
    uint32_t count; /* of the slot, this one included */
    uint8_t slot;
    uint8_t what; /* wh_event_what */
} wh_push_entry;

/* All filters let all bits through, all bits of the mode word are set. */
void wh_alarms_init(wh_alarms *a);

/* Registers and status word follow a notice; `m` is as it was when the notice was pulled. */
void wh_alarms_take(wh_alarms *a, const wh_events *m, const wh_event_notice *notice);

/* Writing, object 0 or 1; nothing happens for others. A register: bits written as 0 are taken away,
 * unless an event of theirs lasts. A descriptor: takes away bits written as 0. */
void wh_alarms_write_register(wh_alarms *a, const wh_events *m, unsigned object, uint32_t value);
void wh_alarms_write_descriptor(wh_alarms *a, unsigned object, uint32_t value);
void wh_alarms_write_filter(wh_alarms *a, unsigned object, uint32_t value);

/* The edges of an object since the last call. */
uint32_t wh_alarms_edges(wh_alarms *a, unsigned object);

/* Acknowledge: bits that are set in `word` are taken away, with their counts. */
void wh_report_acknowledge(wh_alarms *a, const uint8_t word[WH_REPORT_BYTES]);

/* The mode word: bits that are not set are taken out of the status word too. */
void wh_report_set_mode(wh_alarms *a, const uint8_t mode[WH_REPORT_BYTES]);

/* Queue a notice of push priority, in a running transaction; others, and a meter without the log,
 * are WH_OK. Others: of the store. */
wh_err wh_push_put(wh_store *store, const wh_events *m, const wh_event_notice *notice) WH_MUST_USE;

/* The oldest entry that is not confirmed. Moves past those that are lost.
 * WH_ERR_NOT_FOUND: none; WH_ERR_IO: the flash does not answer. */
wh_err wh_push_next(wh_alarms *a, wh_store *store, wh_push_entry *out) WH_MUST_USE;

/* Entries that wait. */
uint32_t wh_push_waiting(const wh_alarms *a, const wh_store *store);

/* That entry and all before it are confirmed. An older one changes nothing. */
void wh_push_done(wh_alarms *a, uint32_t sequence);

/* At most WH_ALARMS_SAVE_MAX bytes; edges are not kept. WH_ERR_SPACE. */
wh_err wh_alarms_save(const wh_alarms *a, wh_writer *w) WH_MUST_USE;

/* WH_ERR_SHORT, WH_ERR_UNSUPPORTED (version), WH_ERR_FORMAT: `a` is as it was. */
wh_err wh_alarms_restore(wh_alarms *a, wh_reader *r) WH_MUST_USE;

#endif /* WH_METER_ALARM_H */
