/* SPDX-License-Identifier: Apache-2.0 */
/* dlms_data.h - the data types of COSEM in A-XDR: a tag, where needed a length, contents.
 *
 *   02 02              structure of 2
 *      12 00 08        long-unsigned 8
 *      01 02 11 01 11 02   array of 2: unsigned 1, unsigned 2
 *
 * Writing is one call per element. Reading is a walk: wh_dlms_walk_next yields every element
 * of a value in the order of the wire, containers before their contents, with its depth. No
 * tree is built and no heap is used. A compact-array is walked like an array.
 *
 * Floating point values are carried as their bits: this library does not calculate. */
#ifndef WH_PROTOCOL_DLMS_DLMS_DATA_H
#define WH_PROTOCOL_DLMS_DLMS_DATA_H

#include "core/reader.h"
#include "core/writer.h"
#include "protocol/dlms/dlms_wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Containers in containers. COSEM needs 7 (the access rights in an object list). */
#define WH_DLMS_DEPTH_MAX 12

/* Bytes that lie elsewhere. bytes == NULL: absent. */
typedef struct {
    const uint8_t *bytes;
    size_t len;
} wh_dlms_octets;

/* An integer that may be absent. */
typedef struct {
    bool present;
    int32_t value;
} wh_dlms_optional;

/* date-time (12 octets), date (the first 5), time (4). Fields as on the wire: 0xFF, in the
 * year 0xFFFF and in the deviation WH_DLMS_DEVIATION_NONE mean "not specified". */
typedef struct {
    uint16_t year;
    uint8_t month;   /* 1..12; FDh end, FEh begin of daylight saving */
    uint8_t day;     /* 1..31; FDh last but one, FEh last day of the month */
    uint8_t weekday; /* 1 Monday .. 7 Sunday */
    uint8_t hour;
    uint8_t minute;
    uint8_t second;
    uint8_t hundredths;
    int16_t deviation_min; /* from local time to UTC: -60 is central Europe in winter */
    uint8_t status; /* bit 0 invalid, 1 doubtful, 2 other base, 3 bad status, 7 daylight saving */
} wh_dlms_date_time;

#define WH_DLMS_DEVIATION_NONE INT16_MIN
#define WH_DLMS_DATE_TIME_LEN  12

/* One element of a value. */
typedef struct {
    wh_dlms_type type;
    unsigned depth;          /* containers around it */
    uint32_t count;          /* array, structure: elements in it; compact-array: 0, not known */
    int64_t i;               /* signed integers */
    uint64_t u;              /* boolean, enum, bcd, unsigned integers, bits of a float */
    wh_dlms_octets octets;   /* strings; bit-string: ceil(bits / 8) octets */
    uint32_t bits;           /* bit-string: its length */
    wh_dlms_date_time clock; /* date-time, date, time; the rest is "not specified" */
} wh_dlms_item;

/* Fields are private. */
typedef struct {
    uint32_t left;        /* elements still to come; compact-array: not used */
    uint16_t template_at; /* where the type of the next element is described */
    uint8_t type;
} wh_dlms_frame;

typedef struct {
    wh_reader body;
    wh_reader outer;           /* what follows a compact-array */
    wh_dlms_octets descriptor; /* contents-description while in a compact-array */
    unsigned depth;
    bool started;
    bool compact;
    wh_dlms_frame frame[WH_DLMS_DEPTH_MAX];
} wh_dlms_walk;

/* Walk the one value that starts at buf. The walk borrows buf. */
wh_dlms_walk wh_dlms_walk_init(const uint8_t *buf, size_t len);

/* The next element. False where the value is complete and where it is broken; which of the
 * two, wh_dlms_walk_err tells.
 *
 * Every element costs at least one byte of input, so a walk ends after len * depth steps. */
bool wh_dlms_walk_next(wh_dlms_walk *walk, wh_dlms_item *item) WH_MUST_USE;

/* WH_OK           complete, or nothing wrong so far
 * WH_ERR_SHORT    the bytes end within the value
 * WH_ERR_FORMAT   a tag that is none, a length longer than four octets
 * WH_ERR_RANGE    deeper than WH_DLMS_DEPTH_MAX, a contents-description above 65 535 octets
 * WH_ERR_UNSUPPORTED  a compact-array of elements without contents, or within another one */
wh_err wh_dlms_walk_err(const wh_dlms_walk *walk) WH_MUST_USE;

/* Bytes of the value walked so far; after the last element its length. */
size_t wh_dlms_walk_len(const wh_dlms_walk *walk);

/* Take one whole value from r and give its place; errors of wh_dlms_walk_err are latched. */
wh_dlms_octets wh_dlms_take_value(wh_reader *r);

/* Lengths and counts: one octet below 128, else 80h + n and n octets (n 1..4). */
uint32_t wh_dlms_take_length(wh_reader *r);
void wh_dlms_put_length(wh_writer *w, uint32_t length);
size_t wh_dlms_length_len(uint32_t length);

/* A length and as many octets. */
wh_dlms_octets wh_dlms_take_octets(wh_reader *r);

/* The 12 octets of a date-time without tag. Meters in the field send zeros where they have no
 * time, so reading takes any fields; whether they make a time, the second function tells. */
wh_dlms_date_time wh_dlms_take_date_time(wh_reader *r);
bool wh_dlms_date_time_is_valid(const wh_dlms_date_time *clock);
void wh_dlms_put_date_time(wh_writer *w, const wh_dlms_date_time *clock);

/* Elements with their tag. Containers announce `count` elements, which must follow. */
void wh_dlms_put_null(wh_writer *w);
void wh_dlms_put_array(wh_writer *w, uint32_t count);
void wh_dlms_put_structure(wh_writer *w, uint32_t count);
void wh_dlms_put_boolean(wh_writer *w, bool value);
void wh_dlms_put_bit_string(wh_writer *w, const uint8_t *bytes, uint32_t bits);
void wh_dlms_put_double_long(wh_writer *w, int32_t value);
void wh_dlms_put_double_long_unsigned(wh_writer *w, uint32_t value);
void wh_dlms_put_octet_string(wh_writer *w, const uint8_t *bytes, size_t len);
void wh_dlms_put_visible_string(wh_writer *w, const char *text, size_t len);
void wh_dlms_put_utf8_string(wh_writer *w, const char *text, size_t len);
void wh_dlms_put_bcd(wh_writer *w, uint8_t value);
void wh_dlms_put_integer(wh_writer *w, int8_t value);
void wh_dlms_put_long(wh_writer *w, int16_t value);
void wh_dlms_put_unsigned(wh_writer *w, uint8_t value);
void wh_dlms_put_long_unsigned(wh_writer *w, uint16_t value);
void wh_dlms_put_long64(wh_writer *w, int64_t value);
void wh_dlms_put_long64_unsigned(wh_writer *w, uint64_t value);
void wh_dlms_put_enum(wh_writer *w, uint8_t value);
void wh_dlms_put_float32_bits(wh_writer *w, uint32_t bits);
void wh_dlms_put_float64_bits(wh_writer *w, uint64_t bits);
void wh_dlms_put_tagged_date_time(wh_writer *w, const wh_dlms_date_time *clock);
void wh_dlms_put_tagged_date(wh_writer *w, const wh_dlms_date_time *clock);
void wh_dlms_put_tagged_time(wh_writer *w, const wh_dlms_date_time *clock);

/* An element as the walk gave it; not for compact-array. WH_ERR_UNSUPPORTED is latched then. */
void wh_dlms_put_item(wh_writer *w, const wh_dlms_item *item);

#endif /* WH_PROTOCOL_DLMS_DLMS_DATA_H */
