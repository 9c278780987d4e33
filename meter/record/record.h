/* SPDX-License-Identifier: Apache-2.0 */
/* record.h - one record: a time, a status and the values of some columns, as bytes.
 *
 *   head     version << 4 | flags
 *   status   WH_RECORD_ bits
 *   time     u32, big endian: UTC seconds since 1970
 *   values   each a varint, the lowest seven bits first, bit 7: another byte follows
 *            0 null, otherwise 1 + zigzag (0, -1, 1, -2 .. are 1, 2, 3, 4)
 *
 * Nulls at the end are left out. A record stands by itself: which columns it has is not in it,
 * nor what the record before it held, so that damage takes one record and no more.
 *
 * Bytes: 6 and one for each seven bits of a value and its sign. Time, status, +A and -A of
 * 12 000 kWh and 400 kWh take 16.
 *
 * Status: the bits of the profile status of IDIS (from memory: its package 2, object
 * 0-0:96.10.x; the Blue Book leaves them to the maker). */
#ifndef WH_METER_RECORD_H
#define WH_METER_RECORD_H

#include "core/err.h"
#include "core/reader.h"
#include "core/writer.h"

#include <stdint.h>

#define WH_RECORD_CRITICAL_ERROR 0x01 /* the meter itself failed */
#define WH_RECORD_CLOCK_INVALID  0x02 /* the time cannot be trusted */
#define WH_RECORD_NOT_VALID      0x04 /* a value could not be had, or was beyond its range */
#define WH_RECORD_DST            0x08 /* daylight saving held at the time of the record */
#define WH_RECORD_CLOCK_ADJUSTED 0x20 /* the clock was set or adjusted since the record before */
#define WH_RECORD_POWER_DOWN     0x80 /* power was away since the record before */

/* Flags of the head. */
#define WH_RECORD_LATE 0x01 /* made after its time: what was not kept since then is null */

#define WH_RECORD_COLUMNS_MAX 149                      /* so that a record has at most 1198 bytes */
#define WH_RECORD_VALUE_MAX   ((INT64_C(1) << 55) - 1) /* by magnitude: 8 bytes at most */

/* Bytes that a record of so many columns takes at most. */
#define WH_RECORD_SIZE(columns) (6U + 8U * (columns))

typedef struct {
    uint32_t time_s;
    uint8_t status;
    uint8_t flags;
} wh_record_head;

/* A record being read. `head` is for reading, the rest is private. */
typedef struct {
    wh_record_head head;
    wh_reader values;
} wh_record;

/* A record being written. Private. */
typedef struct {
    wh_writer *w;
    uint8_t *status;
    unsigned nulls; /* not written yet */
} wh_record_maker;

/* Write the head; then put each column in turn. All errors are latched in the writer. */
wh_record_maker wh_record_begin(wh_writer *w, wh_record_head head);

/* A value beyond WH_RECORD_VALUE_MAX becomes null, and the record not valid. */
void wh_record_put(wh_record_maker *m, int64_t value);
void wh_record_put_null(wh_record_maker *m);

/* Add bits to the status. */
void wh_record_mark(wh_record_maker *m, uint8_t status);

/* Read the head of a record that is the whole of bytes[len], which must outlive *out.
 * WH_ERR_SHORT: cut off; WH_ERR_UNSUPPORTED: of a later version; WH_ERR_FORMAT: of none. */
wh_err wh_record_decode(const uint8_t *bytes, size_t len, wh_record *out) WH_MUST_USE;

/* The value of the next column.
 * WH_ERR_STATE: it is null; WH_ERR_SHORT, WH_ERR_FORMAT: damaged, and so are all after it. */
wh_err wh_record_next(wh_record *record, int64_t *value) WH_MUST_USE;

#endif /* WH_METER_RECORD_H */
