/* SPDX-License-Identifier: Apache-2.0 */
/* signed_reading.h - a record with the meter's signature, so that a bill can be checked.
 *
 *   magic     3   'W' 'H' 'R'
 *   version   1   1
 *   kind      1   wh_signed_kind
 *   log       1   of which recorder the record is
 *   sequence  4   of the record in its log, counted from 0 for the first ever
 *   name     16   logical device name
 *   serial    1+n n (0 .. 16) and as many printable ASCII characters
 *   offset    2   of local time from UTC at the time of the record, minutes, east positive
 *   previous 32   SHA-256 of all that was signed of the record before; zeros: there was none
 *   key      32   fingerprint of the public key (core/crypto.h)
 *   count     1   of columns, then each:
 *              6   OBIS code
 *              1   attribute
 *              1   unit (core/unit.h)
 *              1   scaler, signed: the value times 10^scaler is in that unit
 *   record    2+n n and the record as the store has it (record.h): time, status, values
 *   --------- all of it above is what is signed
 *   signature 64  r || s, ECDSA on P-256 over the SHA-256 of it
 *
 * Integers are big endian. These bytes, signature included, are also a file *.whr.
 *
 * The time of the record and its status (clock invalid, daylight saving, clock adjusted, power
 * down) are in the record's head: columns 0-0:1.0.0 and 0-0:96.10.x, which take no bytes in a
 * record, are none here.
 *
 * `previous` makes a chain of the records of one log of one meter: none can be left out, put in
 * or put elsewhere without a break. A log that lost a record to damage leaves a gap in the
 * sequence, which whoever verifies sees. The signature itself is not in the chain, for a second
 * valid one can be made of each without the key (core/crypto.h).
 *
 * What is parsed is a claim until wh_signed_reading_verify has said WH_OK. Nothing here keeps
 * anything: the caller owns all memory. */
#ifndef WH_METER_SIGNED_READING_H
#define WH_METER_SIGNED_READING_H

#include "core/crypto.h"
#include "core/err.h"
#include "core/writer.h"
#include "meter/record/column.h"
#include "meter/record/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_SIGNED_NAME_SIZE  16U
#define WH_SIGNED_SERIAL_MAX 16U
#define WH_SIGNED_OFFSET_MIN (-840) /* minutes: what time_zone.h allows, daylight saving with it */
#define WH_SIGNED_OFFSET_MAX 960
#define WH_SIGNED_RECORD_MAX WH_RECORD_SIZE(WH_RECORD_COLUMNS_MAX)

/* Bytes of a signed reading at most, with so many columns and bytes of record. */
#define WH_SIGNED_READING_SIZE(columns, record_len) (176U + 9U * (columns) + (record_len))
#define WH_SIGNED_READING_MAX                       WH_SIGNED_READING_SIZE(WH_RECORD_COLUMNS_MAX, WH_SIGNED_RECORD_MAX)

/* Values are stored: append, never renumber. */
typedef enum {
    WH_SIGNED_BILLING = 1, /* the end of a billing period */
    WH_SIGNED_FREEZE = 2,
    WH_SIGNED_PROFILE = 3 /* an entry of a load profile */
} wh_signed_kind;

/* Who signs. */
typedef struct {
    const wh_crypto *crypto;
    const uint8_t *private_key; /* WH_P256_PRIVATE_SIZE bytes, borrowed */
    uint8_t public_key[WH_P256_PUBLIC_SIZE];
    uint8_t fingerprint[WH_SHA256_SIZE];
} wh_signer;

/* Which record of which meter. */
typedef struct {
    uint8_t device_name[WH_SIGNED_NAME_SIZE];
    const char *serial; /* serial_len characters, no terminating 0 needed */
    uint8_t serial_len;
    uint8_t kind; /* wh_signed_kind */
    uint8_t log;
    uint32_t sequence;
    int16_t utc_offset_min;
    uint8_t previous[WH_SHA256_SIZE];
} wh_signed_head;

/* A signed reading being written. Private. */
typedef struct {
    wh_writer *w;
    const wh_signer *signer;
    uint8_t *bytes;   /* where it begins, NULL where it did not fit */
    uint8_t *count;   /* of columns */
    size_t start_len; /* of what the writer held before */
} wh_signed_maker;

/* A signed reading being read; it points into the bytes that were parsed. */
typedef struct {
    wh_signed_head head;
    wh_record_head record_head;
    uint8_t column_count;
    const uint8_t *record;
    size_t record_len;
    const uint8_t *fingerprint; /* of the key it says it was signed with */
    const uint8_t *signature;
    const uint8_t *bytes; /* what is signed */
    size_t signed_len;
    const uint8_t *columns; /* as on the wire */
} wh_signed_reading;

typedef struct {
    wh_column column;
    uint8_t unit;
    int8_t scaler;
    bool has_value; /* false: it was null */
    int64_t value;
} wh_signed_value;

/* The values of a reading, one after the other. Private. */
typedef struct {
    wh_reader columns;
    wh_record record;
} wh_signed_cursor;

/* How a reading stands to the one before it. */
typedef enum {
    WH_SIGNED_FOLLOWS,
    WH_SIGNED_OTHER,   /* another meter, kind or log */
    WH_SIGNED_DOUBLE,  /* the same sequence number, or a lower one */
    WH_SIGNED_GAP,     /* records are left out between them */
    WH_SIGNED_SKIPPED, /* sequence numbers are left out, but the meter signed it so: the records
                        * were lost to it */
    WH_SIGNED_BROKEN   /* next to it in the sequence, but signed as a successor of another one */
} wh_signed_link;

/* ---- signing ---- */

/* Get ready: works out the public key and its fingerprint. Keeps crypto and private_key.
 * WH_ERR_UNSUPPORTED: the platform lacks a function; others: of core/crypto.h. */
wh_err wh_signer_init(wh_signer *signer, const wh_crypto *crypto,
                      const uint8_t private_key[WH_P256_PRIVATE_SIZE]) WH_MUST_USE;

/* Write the head, then each column of the record in its order, then the record, then sign. All
 * errors but those of finish are latched in the writer: WH_ERR_SPACE.
 * Columns of the record's own head (see above) are passed over. */
wh_signed_maker wh_signed_begin(wh_writer *w, const wh_signer *signer, const wh_signed_head *head);
void wh_signed_put_column(wh_signed_maker *m, wh_column column, uint8_t unit, int8_t scaler);
void wh_signed_put_record(wh_signed_maker *m, const uint8_t *record, size_t len);

/* Sign what was written and append the signature.
 *
 * digest  out  `previous` of the record that comes next
 *
 * WH_OK
 * WH_ERR_SPACE                it did not fit
 * WH_ERR_FORMAT, WH_ERR_RANGE what was put is no reading (wh_signed_parse says where): a serial
 *                             that is not printable, a record that does not have these columns
 * WH_ERR_IO                   the platform could not sign */
wh_err wh_signed_finish(wh_signed_maker *m, uint8_t digest[WH_SHA256_SIZE]) WH_MUST_USE;

/* ---- reading ---- */

/* Take bytes[len] apart; they must outlive *out. Believe nothing of it yet.
 *
 * error_at  out  offset of what is wrong; may be NULL; 0 where WH_OK
 *
 * WH_OK
 * WH_ERR_SHORT        the bytes are the beginning of a signed reading
 * WH_ERR_FORMAT       not a signed reading, or bytes behind its end
 * WH_ERR_RANGE        kind, offset, a count or a length outside its range
 * WH_ERR_UNSUPPORTED  of a later version, or with a record of a later version */
wh_err wh_signed_parse(const uint8_t *bytes, size_t len, wh_signed_reading *out,
                       size_t *error_at) WH_MUST_USE;

/* Was it signed with the private key of this public key?
 *
 * digest  out  the SHA-256 of what is signed; valid unless hashing failed
 *
 * WH_OK          every byte is as the meter signed it
 * WH_ERR_DENIED  it says it was signed with another key: compare the fingerprints
 * WH_ERR_CHECK   it was not signed so
 * others         of core/crypto.h */
wh_err wh_signed_verify(const wh_signed_reading *reading, const wh_crypto *crypto,
                        const uint8_t public_key[WH_P256_PUBLIC_SIZE],
                        uint8_t digest[WH_SHA256_SIZE]) WH_MUST_USE;

/* The values, in order of the columns. False: that was the last. */
wh_signed_cursor wh_signed_values(const wh_signed_reading *reading);
bool wh_signed_next(wh_signed_cursor *cursor, wh_signed_value *value);

/* Does `after` follow `before`, whose digest is given? Both verified. */
wh_signed_link wh_signed_compare(const wh_signed_reading *before,
                                 const uint8_t before_digest[WH_SHA256_SIZE],
                                 const wh_signed_reading *after);

/* Is it the first of its chain? */
bool wh_signed_is_first(const wh_signed_reading *reading);

#endif /* WH_METER_SIGNED_READING_H */
