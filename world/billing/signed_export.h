/* SPDX-License-Identifier: Apache-2.0 */
/* signed_export.h - the bills of a meter as signed files in a directory, each once.
 *
 *   DIRECTORY/77-billing-1-0000000003.json     serial, kind, log, sequence
 *
 * A file is written under another name, flushed to the disk and renamed, so it is there whole or
 * not at all. The files are the only state: opening finds the newest one, checks it, and goes on
 * with the chain (meter/record/signed_reading.h) from it. So a program that was killed anywhere
 * writes the same file again, with the same signature, and never a second bill.
 *
 * How a program uses it:
 *   1. wh_signed_export_open once the meter is there
 *   2. wh_signed_export_records now and then: after each tick, or once a minute. It costs nothing
 *      where there is no new record
 *   3. wh_signed_export_close
 *
 * The directory is locked: a second program, or a second export of the same directory, is told
 * so. Several kinds and logs may lie in one directory, one after the other. */
#ifndef WH_WORLD_SIGNED_EXPORT_H
#define WH_WORLD_SIGNED_EXPORT_H

#include "core/time_zone.h"
#include "host/message.h"
#include "meter/record/recorder.h"
#include "meter/record/signed_reading.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct wh_signed_export wh_signed_export;

typedef struct {
    const char *directory; /* made where it is not there; its parent must be */
    const wh_signer *signer;
    uint8_t device_name[WH_SIGNED_NAME_SIZE];
    const char *serial; /* at most WH_SIGNED_SERIAL_MAX printable ASCII characters */
    uint8_t kind;       /* wh_signed_kind */
    uint8_t log;
    bool binary; /* *.whr, the signed bytes alone, instead of *.json */
} wh_signed_export_config;

typedef struct {
    wh_column column;
    uint8_t unit; /* WH_UNIT_ */
    int8_t scaler;
} wh_signed_column;

/* A record of the log to be written. */
typedef struct {
    uint32_t sequence;
    int16_t utc_offset_min; /* of local time at the time of the record */
    const wh_signed_column *columns;
    size_t column_count;
    const uint8_t *record; /* as the store has it */
    size_t record_len;
} wh_signed_bill;

/* Where the columns of a recorder get unit and scaler from: the catalogue. False: it knows
 * none; the column is then a count. */
typedef struct {
    const void *user;
    bool (*find)(const void *user, wh_column column, uint8_t *unit, int8_t *scaler);
} wh_signed_units;

/* Where records come from: the parts of one meter. */
typedef struct {
    const wh_recorder *recorder; /* its columns; its log is that of the configuration */
    wh_store *store;
    const wh_time_zone *zone; /* in force */
    wh_signed_units units;
} wh_signed_source;

/* Those of the catalogue, for columns that wh_meter_column reads. */
wh_signed_units wh_signed_units_of_catalogue(void);

/* Find where the chain is. The signer and the strings of the configuration must outlive it.
 * NULL: the directory cannot be used, another program uses it, or the newest file in it is not
 * this meter's, not signed with this key, or damaged; the message says which. */
wh_signed_export *wh_signed_export_open(const wh_signed_export_config *config, wh_message *m);

void wh_signed_export_close(wh_signed_export *e);

/* The sequence of the next bill: one more than the newest file's, 0 where there is none. */
uint32_t wh_signed_export_next(const wh_signed_export *e);

/* Write one bill. A sequence above the next leaves a gap for all to see.
 *
 * WH_OK         it is on the disk; also where the same bill was there before
 * WH_ERR_STATE  another record, or none, was written for that sequence: it stays as it is
 * WH_ERR_IO     the disk, or no memory: call it again later
 * others        of wh_signed_finish: what no reader would take */
wh_err wh_signed_export_write(wh_signed_export *e, const wh_signed_bill *bill,
                              wh_message *m) WH_MUST_USE;

/* Write all records of the recorder's log that have not been written. Those that the store
 * finds damaged are left out, and so are those that were overwritten before: a gap.
 *
 * written  out  how many; may be NULL
 *
 * WH_ERR_STATE  the files are ahead of the log, or its newest exported record is another than
 *               the file's: another meter's log, or one that was lost. Nothing was written
 * others        as wh_signed_export_write; what was written before stays */
wh_err wh_signed_export_records(wh_signed_export *e, const wh_signed_source *source,
                                unsigned *written, wh_message *m) WH_MUST_USE;

#endif /* WH_WORLD_SIGNED_EXPORT_H */
