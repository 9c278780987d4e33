/* SPDX-License-Identifier: Apache-2.0 */
/* event_record.h - the record of one event: when it began and ended, and what was captured.
 *
 *   version 1  u8 version │ u8 layout │ u16 epoch │ u32 begin │ u32 end │ items of the layout
 *
 * Big endian; times are UTC seconds. The layouts are data/event_layouts.csv, append-only, so a
 * record is readable for ever. An item is
 *   start, extreme, its time, given   i64, WH_EVENT_NULL where there is no value
 *   span                              i64 at the begin, i64 at the end
 *   operator                          u32
 *   identifiers                       u8 count 0..10, ten u32
 *   table                             u16 length, bytes; always the last
 * A record of an event that runs has end 0; one whose begin was lost (damage) has begin 0. */
#ifndef WH_METER_EVENT_RECORD_H
#define WH_METER_EVENT_RECORD_H

#include "core/err.h"
#include "meter/record/column.h"

#include <stddef.h>
#include <stdint.h>

#define WH_EVENT_RECORD_MAX  1034U /* bytes of the longest */
#define WH_EVENT_IDENTIFIERS 10U
#define WH_EVENT_NULL        INT64_MIN

/* What whoever reports an event adds; zero is good for all. What the layout does not ask for is
 * left out, what it asks for and is not given is null or empty. */
typedef struct {
    uint32_t operator_code;
    const uint32_t *identifier; /* the first ten of them are kept */
    size_t identifier_count;
    const int64_t *given; /* numbers in the order of the layout */
    size_t given_count;
    const uint8_t *table;
    size_t table_len;
} wh_event_detail;

typedef enum {
    WH_EVENT_ITEM_START,
    WH_EVENT_ITEM_SPAN,
    WH_EVENT_ITEM_EXTREME,
    WH_EVENT_ITEM_EXTREME_TIME,
    WH_EVENT_ITEM_OPERATOR,
    WH_EVENT_ITEM_IDENTIFIERS,
    WH_EVENT_ITEM_GIVEN,
    WH_EVENT_ITEM_TABLE
} wh_event_item_kind;

/* A record, decoded. It borrows the bytes. */
typedef struct {
    uint8_t layout; /* number in data/event_layouts.csv */
    uint16_t epoch; /* clears of all events before it */
    uint32_t begin_s;
    uint32_t end_s; /* 0: it runs */
    const uint8_t *body;
    size_t body_len;
} wh_event_record;

/* One field of a record. */
typedef struct {
    wh_event_item_kind kind;
    wh_column column; /* of start and span */
    int64_t value;    /* at the begin; operator code, extreme, given number; or WH_EVENT_NULL */
    int64_t end;      /* of a span; the increment is end less value, over a register's modulus */
    const uint8_t *bytes; /* table; identifiers, four bytes each, big endian */
    size_t len;
} wh_event_field;

/* Read a record.
 *
 * WH_OK
 * WH_ERR_SHORT        ends early
 * WH_ERR_UNSUPPORTED  of a later version, or a layout that is not known
 * WH_ERR_FORMAT       longer than its layout, or more than ten identifiers */
wh_err wh_event_record_decode(const uint8_t *bytes, size_t len, wh_event_record *out) WH_MUST_USE;

/* Fields of a decoded record, in the order of its layout. WH_ERR_NOT_FOUND: no more. */
wh_err wh_event_record_field(const wh_event_record *record, unsigned number,
                             wh_event_field *out) WH_MUST_USE;

/* Bytes that the longest record of a slot has; 0: no such slot. */
size_t wh_event_record_size(unsigned slot);

#endif /* WH_METER_EVENT_RECORD_H */
