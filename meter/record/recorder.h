/* SPDX-License-Identifier: Apache-2.0 */
/* recorder.h - makes records at boundaries of time, at a cause or a command, and reads them.
 *
 *   times (boundary.h) ─┐
 *   causes: a table     ├─▶ due, oldest first ─▶ captured ─▶ appended to the log ─▶ done
 *   command            ─┘
 *
 * One idea for load profiles, billing periods, freezes and load records: they differ in when,
 * in what, and in how many are kept (ready ones: freezes.h). A recorder has its own log in the
 * store, of the number of its log, and two blobs: how far it has come, with every record in one
 * transaction, and what was set.
 *
 * Each boundary makes one record, however the clock jumps. Where several have passed at once
 * (power was away, the clock was set) the newest fill_max of them are made, oldest first, each
 * with its own time: energies did not move meanwhile; what is only now (value group D 4, 5, 7,
 * 14, 24, 25, 27 of electricity) is null in a record that is WH_RECORDER_LATE_MS late. Times of
 * one recorder that fall together make one record.
 *
 * In each pass, after the energies of what is past are booked and demand has ticked:
 *
 *   while ((n = wh_recorder_due(rec, count, &now, point, max)) > 0) {
 *       wh_store_begin
 *       for each point: wh_recorder_capture into a buffer, wh_recorder_append
 *       where a billing is among them: reset the demand; put registers, demand ...
 *       wh_store_commit           (on any error: rollback, leave; they are due again next time)
 *       for each point: wh_recorder_done
 *   }
 *
 * The points of one call are of one moment, so a billing that resets the demand comes after all
 * that capture it. Fewer may be taken into a transaction: the others stay due.
 *
 * Times of records are in UTC. A column 0-0:1.0.0 attribute 2 is the time of the record itself,
 * 0-0:96.10.x attribute 2 its status: they take no bytes, wherever in the list they are.
 *
 * The caller owns all memory; configuration, columns, boundaries outlive the recorder. */
#ifndef WH_METER_RECORDER_H
#define WH_METER_RECORDER_H

#include "core/err.h"
#include "core/time_zone.h"
#include "core/writer.h"
#include "meter/clock/boundary.h"
#include "meter/record/column.h"
#include "meter/record/record.h"
#include "meter/store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_RECORDER_LOGS         24 /* logs 0 .. 23 of the store are those of recorders */
#define WH_RECORDER_KEY_STATE    24 /* + log: how far it has come */
#define WH_RECORDER_KEY_SETTINGS 48 /* + log: what was set */
#define WH_RECORDER_TIMES_MAX    3
#define WH_RECORDER_LATE_MS      60000
#define WH_RECORDER_RATES_MAX    63

/* Bytes of work buffer, for own lists of so many columns. */
#define WH_RECORDER_WORK_SIZE(own_max) (96U + 7U * (own_max))

/* Causes, as bits. */
#define WH_RECORDER_ZONE_SWITCH      0x01
#define WH_RECORDER_DAY_TABLE_SWITCH 0x02
#define WH_RECORDER_PRICE_SWITCH     0x04
#define WH_RECORDER_STEP_SWITCH      0x08

/* A column of electricity, 1-0:c.d.e, and others like it: with WH_RECORDER_BY_RATE then that of
 * each rate (group E), with _BY_PHASE then that of each phase (C 20, 40, 60 more), with
 * _PHASES_ONLY those of the phases alone. WH_RECORDER_HEAD: 0-0:c.d.e. WH_RECORDER_IF(n): only
 * where bit n of the mode word is set. */
#define WH_RECORDER_IF(n)       ((n) + 1U)
#define WH_RECORDER_BY_RATE     0x10U
#define WH_RECORDER_BY_PHASE    0x20U
#define WH_RECORDER_PHASES_ONLY 0x40U
#define WH_RECORDER_HEAD        0x80U

typedef struct {
    uint8_t c;
    uint8_t d;
    uint8_t e;
    uint8_t attribute;
    uint8_t which; /* WH_RECORDER_IF and one of the others; 0: this column, always */
} wh_column_run;

/* A kind of recorder, a row of a table. */
typedef struct {
    const wh_column_run *run; /* columns, unless others were set */
    uint32_t every_s;         /* of kind WH_BOUNDARY_EVERY */
    uint16_t depth;           /* entries its log keeps */
    uint16_t fill_max;        /* most boundaries made when several have passed; 0 as 1 */
    uint8_t run_count;
    uint8_t log;      /* 0 .. WH_RECORDER_LOGS - 1 */
    uint8_t kind;     /* wh_boundary_kind of its times at first: on day 1, at 00:00 */
    uint8_t causes;   /* that make a record */
    uint8_t mode;     /* mode word at first */
    bool equidistant; /* another time clears the log: its records would not fit together */
} wh_recorder_config;

typedef struct {
    wh_boundary *boundary; /* one for each time that can be set; NULL where there is none */
    uint8_t boundary_count;
    wh_column *own; /* for columns that are set; NULL where they cannot be */
    uint16_t own_max;
    uint16_t record_size; /* the store's entry_size of its log */
} wh_recorder_memory;

/* Now, as the clock has it. */
typedef struct {
    const wh_time_zone *zone;
    int64_t utc_ms;
    uint8_t status; /* WH_RECORD_CLOCK_INVALID, _CRITICAL_ERROR, _NOT_VALID as they are now */
} wh_recorder_now;

/* What its entries are. */
typedef struct {
    const wh_column *column; /* NULL: those of the configuration, by mode and rates */
    uint16_t column_count;
    uint16_t depth; /* entries shown: 1 .. that of the configuration */
    uint8_t mode;   /* mode word */
    uint8_t rates;  /* 0 .. 63 */
    bool lifo;      /* entry 1 is the newest */
} wh_recorder_content;

/* Fields are private. */
typedef struct {
    const wh_recorder_config *config;
    wh_recorder_memory memory;
    wh_recorder_content content;
    int64_t next_ms;      /* nothing is due before; INT64_MIN: not known */
    int64_t trigger_ms;   /* of a cause that is not recorded yet; INT64_MAX: none */
    uint32_t newest_s;    /* time of the newest record */
    uint32_t rising_from; /* entry from which on times do not fall */
    uint8_t status;       /* for the next record */
} wh_recorder;

/* A record that is due. */
typedef struct {
    int64_t utc_ms;    /* its time */
    uint32_t sequence; /* of the entry in the log; set by wh_recorder_append */
    uint8_t recorder;  /* its place in the array */
    bool late;
} wh_recorder_point;

/* What can be set. Read it, change it, set it: that all happens or nothing. */
typedef struct {
    /* Of boundaries; NEVER for those not used. EVERY with hour and minute: that much after its
     * boundaries, less than every_s. */
    wh_boundary_pattern time[WH_RECORDER_TIMES_MAX];
    int64_t from_ms; /* where a time changes: of what is to come, nothing before this is made */
    wh_recorder_content content;
} wh_recorder_settings;

/* Entries still to be read. Private. */
typedef struct {
    uint32_t at;
    uint32_t left;
    uint32_t from_s;
    uint32_t to_s;
    bool down;
    bool filter;
} wh_recorder_cursor;

/* ---- beginning ---- */

/* Bytes of its longest record, for columns by so many rates and own lists of so many columns. */
uint16_t wh_recorder_record_size(const wh_recorder_config *config, uint8_t rates, uint16_t own_max);

/* The log of the store for it. */
wh_store_log_config wh_recorder_log(const wh_recorder_config *config, uint16_t record_size,
                                    uint32_t sector_size);

/* As configured; what is past by now counts as done.
 * WH_ERR_RANGE: log, depth, kind or rates, times without a boundary, or columns that do not fit
 * into record_size. */
wh_err wh_recorder_init(wh_recorder *r, const wh_recorder_config *config,
                        const wh_recorder_memory *memory, uint8_t rates,
                        const wh_recorder_now *now) WH_MUST_USE;

/* After init, with the store mounted: take up what was set and how far it had come. Where the
 * store has nothing, or the columns of the configuration are others than those that the records
 * were made with, the log is cleared and all begins as configured (a transaction).
 *
 * work[size]  WH_RECORDER_WORK_SIZE
 *
 * WH_OK
 * WH_ERR_CHECK  what was set is damaged: begun as configured, the log cleared; it works
 * others        of the store: call it again before anything else */
wh_err wh_recorder_load(wh_recorder *r, wh_store *store, const wh_recorder_now *now, uint8_t *work,
                        size_t size) WH_MUST_USE;

/* ---- recording ---- */

/* A cause has come at a time; those that heed it make a record. A capture by command: of that one.
 * One that waits already is not made twice. */
void wh_recorder_trigger(wh_recorder *recorders, size_t count, uint8_t causes, int64_t utc_ms);
void wh_recorder_command(wh_recorder *r, int64_t utc_ms);

/* WH_RECORD_POWER_DOWN or _CLOCK_ADJUSTED: for the late records of each that come next, and the
 * first that is not late, whose time it is. */
void wh_recorder_note(wh_recorder *recorders, size_t count, uint8_t status);

/* The zone is another one (WH_CLOCK_ZONE): boundaries are at other moments. */
void wh_recorder_zone_changed(wh_recorder *recorders, size_t count);

/* The records due at the oldest moment at which any is, up to now.
 * Returns how many are in point[max]; costs a comparison for each recorder where none is due. */
size_t wh_recorder_due(wh_recorder *recorders, size_t count, const wh_recorder_now *now,
                       wh_recorder_point *point, size_t max);

/* Write the record of a point: record_size bytes at most. WH_ERR_SPACE as the writer. */
wh_err wh_recorder_capture(const wh_recorder *r, const wh_recorder_now *now,
                           const wh_recorder_point *point, const wh_column_reader *reader,
                           wh_writer *w) WH_MUST_USE;

/* Append it to the log and put how far the recorder has come with it, in the transaction that is
 * running: errors as wh_store_append and wh_store_put. */
wh_err wh_recorder_append(const wh_recorder *r, const wh_recorder_now *now,
                          wh_recorder_point *point, wh_store *store, const uint8_t *record,
                          size_t len) WH_MUST_USE;

/* The transaction was committed. */
void wh_recorder_done(wh_recorder *r, const wh_recorder_now *now, const wh_recorder_point *point);

/* ---- setting: in a transaction of their own; on any error all is as it was ---- */

void wh_recorder_get(const wh_recorder *r, wh_recorder_settings *settings);

/* Other columns (also by mode or rates) clear the log; another time that of an equidistant one.
 *
 * WH_ERR_RANGE   a time, more times than there are boundaries, columns that cannot be set or do
 *                not fit, depth, rates
 * others         of the store */
wh_err wh_recorder_set(wh_recorder *r, wh_store *store, const wh_recorder_now *now,
                       const wh_recorder_settings *settings, uint8_t *work,
                       size_t size) WH_MUST_USE;

/* Take all entries away; what is past by now counts as done. */
wh_err wh_recorder_reset(wh_recorder *r, wh_store *store, const wh_recorder_now *now) WH_MUST_USE;

/* Keep the entries; what is past by now counts as done, and nothing after it: the clock was put
 * right from a time far ahead, at which records were made that will not come again. */
wh_err wh_recorder_restart(wh_recorder *r, wh_store *store, const wh_recorder_now *now) WH_MUST_USE;

/* ---- reading ---- */

/* Columns that a record of it has, in order. False: no such column. */
unsigned wh_recorder_column_count(const wh_recorder *r);
bool wh_recorder_column(const wh_recorder *r, unsigned index, wh_column *column);

/* Entries in use. */
uint32_t wh_recorder_count(const wh_recorder *r, const wh_store *store);

/* Entries from .. to by number, 1 the first of the order; to 0: to the last. */
wh_recorder_cursor wh_recorder_entries(const wh_recorder *r, const wh_store *store, uint32_t from,
                                       uint32_t to);

/* Entry `number` counted back from the newest, 1, whatever the order. */
wh_recorder_cursor wh_recorder_back(const wh_recorder *r, const wh_store *store, uint32_t number);

/* Entries whose time is from_s .. to_s, in order. Where the clock never went back a search,
 * otherwise all entries are looked at.
 *
 * work[size]  record_size bytes */
wh_recorder_cursor wh_recorder_range(const wh_recorder *r, wh_store *store, uint32_t from_s,
                                     uint32_t to_s, uint8_t *work, size_t size);

/* The next entry, in bytes[size], which must outlive *record.
 *
 * WH_OK
 * WH_ERR_NOT_FOUND  there is none left
 * WH_ERR_SPACE      size is below record_size
 * WH_ERR_CHECK ...  this one is damaged; the next call is for the one after it */
wh_err wh_recorder_read(const wh_recorder *r, wh_store *store, wh_recorder_cursor *cursor,
                        uint8_t *bytes, size_t size, wh_record *record) WH_MUST_USE;

/* The value of a column of a record just read.
 * WH_ERR_STATE: null; WH_ERR_RANGE: no such column; WH_ERR_SHORT, WH_ERR_FORMAT: damaged. */
wh_err wh_recorder_value(const wh_recorder *r, const wh_record *record, unsigned index,
                         int64_t *value) WH_MUST_USE;

#endif /* WH_METER_RECORDER_H */
