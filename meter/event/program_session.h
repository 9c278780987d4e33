/* SPDX-License-Identifier: Apache-2.0 */
/* program_session.h - the writes of one session are one record of programming.
 *
 *   wh_program_note  ─ each write ─▶ operator, time of the first, the first ten identifiers
 *   wh_program_close ─ the association ends, another operator writes, nothing came for a while,
 *                      power came back ─▶ one occurrence of WH_EVENT_PROGRAMMING
 *
 * A session is saved with each write, in the transaction of what is written, so that it is not lost
 * by a power cut: it is then closed at the power-up.
 *
 *   write    if wh_program_is_other: close as below. begin │ set it │ wh_program_note │ save │ commit
 *   close    if wh_program_close: begin │ wh_events_occur │ wh_event_log_take with the detail │
 *            save │ commit */
#ifndef WH_METER_PROGRAM_SESSION_H
#define WH_METER_PROGRAM_SESSION_H

#include "core/err.h"
#include "core/reader.h"
#include "core/writer.h"
#include "meter/event/event_record.h"

#include <stdbool.h>
#include <stdint.h>

#define WH_PROGRAM_SAVE_MAX (11U + 4U * WH_EVENT_IDENTIFIERS)

/* Fields are private. Zero: no session. */
typedef struct {
    uint32_t operator_code;
    uint32_t begin_s; /* of the first write */
    uint32_t last_s;
    uint8_t count; /* of identifiers kept */
    bool open;
    uint32_t identifier[WH_EVENT_IDENTIFIERS];
} wh_program;

/* Is a session of another operator open, which must be closed before this one writes? */
bool wh_program_is_other(const wh_program *p, uint32_t operator_code);

/* Something was written; the same identifier again is not kept twice. WH_ERR_STATE: the session is
 * another's. */
wh_err wh_program_note(wh_program *p, uint32_t operator_code, uint32_t identifier,
                       uint32_t utc_s) WH_MUST_USE;

/* Has nothing come for so long? Also where the clock has gone back. */
bool wh_program_is_idle(const wh_program *p, uint32_t utc_s, uint32_t idle_s);

/* Close the session. false: none is open. `detail` borrows from `p` until the next note. */
bool wh_program_close(wh_program *p, uint32_t *begin_s, wh_event_detail *detail);

/* Version 1: u8 version, u8 open, u32 operator, u32 begin, u8 count, identifiers: it follows the
 * events in the blob of WH_EVENT_KEY. */
wh_err wh_program_save(const wh_program *p, wh_writer *w) WH_MUST_USE;

/* WH_ERR_SHORT, WH_ERR_UNSUPPORTED, WH_ERR_FORMAT: `p` is as it was. */
wh_err wh_program_restore(wh_program *p, wh_reader *r) WH_MUST_USE;

#endif /* WH_METER_PROGRAM_SESSION_H */
