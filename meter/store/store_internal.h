/* SPDX-License-Identifier: Apache-2.0 */
/* store_internal.h - the parts of the store among themselves.
 *
 *   store.c        transactions and reading
 *   store_mount.c  what is on the flash?
 *   store_ring.c   sectors and transactions at the newest end
 *   store_move.c   work on old records: move what is live, group entries
 *   store_index.c  where is what, and what is live?
 *   store_io.c     records and headers as bytes
 *
 * A place is (opened, offset): the number of a sector and an offset in it. */
#ifndef WH_METER_STORE_INTERNAL_H
#define WH_METER_STORE_INTERNAL_H

#include "meter/store/store.h"
#include "meter/store/store_wire.h"

/* Sectors that are free when a user's transaction begins. It may take one. The second and third
 * let the store move what was in flight, and the oldest sector, after any number of cuts. The
 * fourth is there because a sector is used again only where it was known to be free when the
 * newest one was opened. */
#define WH_STORE_FREE_MIN        4U
#define WH_STORE_SECTORS_MIN     7U
#define WH_STORE_SECTOR_SIZE_MIN 1024U
#define WH_STORE_SECTOR_SIZE_MAX (256U * 1024U)
#define WH_STORE_CAPACITY_MAX    1000000U
#define WH_STORE_KEYS_MAX        1024U
#define WH_STORE_SLOTS_MAX       65535U

/* Granules of a sector that no record can have: the header and two commits. */
#define WH_STORE_OVERHEAD 8U

/* No entry has this number or a later one: entries are numbered for a hundred years. */
#define WH_STORE_SEQUENCE_END 0xFFFF0000U

/* After the mount: move what may have been in flight, then make that count by a commit of no
 * records, as a user's: the sector that it is in is not given up by the next mount. */
enum { WH_STORE_SETTLED, WH_STORE_MOVE, WH_STORE_CONFIRM };

enum { WH_STORE_IDLE, WH_STORE_RUNNING, WH_STORE_OWN };

typedef struct {
    uint8_t type;
    uint8_t log;
    uint16_t key;
    uint32_t sequence;
    uint32_t txn;
    uint16_t len;
} wh_store_record;

typedef struct {
    uint32_t opened;
    uint32_t erases;
    uint32_t previous_used;
    uint32_t tail;
    uint16_t link; /* erases of the sector before: where it was erased since, this one is stale */
} wh_store_header;

typedef enum {
    WH_STORE_GOOD,
    WH_STORE_BLANK, /* all ones */
    WH_STORE_BAD,
    WH_STORE_OTHER /* a header, but of another version or geometry */
} wh_store_found;

/* store_io.c: reading. */

uint32_t wh_store_round_up(const wh_store *store, uint32_t len);
uint32_t wh_store_address(const wh_store *store, uint32_t opened, uint32_t offset);
uint32_t wh_store_first_offset(const wh_store *store);

/* Bytes that a record takes, its padding included. */
uint32_t wh_store_record_span(const wh_store *store, const wh_store_record *record);

/* Read bytes[len], zeros where the flash says they are damaged or fails: that is also latched
 * in read_err. */
void wh_store_read(wh_store *store, uint32_t address, uint8_t *bytes, size_t len);

wh_store_found wh_store_read_header(wh_store *store, uint16_t place, wh_store_header *header);

/* The record at a place, which must begin and end before `limit`. */
wh_store_found wh_store_read_record(wh_store *store, uint32_t opened, uint32_t offset,
                                    uint32_t limit, wh_store_record *record);

/* The payload of a record that was read from there is what was written. */
bool wh_store_payload_is_good(wh_store *store, uint32_t opened, uint32_t offset,
                              const wh_store_record *record);

/* The same, and the payload in bytes[record->len]. */
bool wh_store_fetch(wh_store *store, uint32_t opened, uint32_t offset,
                    const wh_store_record *record, uint8_t *bytes);

/* State of the CRC-16 of an entry in a group before its bytes. */
uint16_t wh_store_entry_crc_start(unsigned log, uint32_t sequence, uint16_t len);

void wh_store_damaged(wh_store *store, uint32_t opened, uint32_t offset);

/* store_io.c: writing at the end of the newest sector. Errors are latched in write_err. */

wh_err wh_store_write_header(wh_store *store, const wh_store_header *header) WH_MUST_USE;
void wh_store_write_begin(wh_store *store, const wh_store_record *record);
void wh_store_write_bytes(wh_store *store, const uint8_t *bytes, size_t len);
void wh_store_write_end(wh_store *store);

/* Write the commit of the running transaction and see that all of it is there. */
wh_err wh_store_write_commit(wh_store *store, unsigned own) WH_MUST_USE;

/* Bytes of the payload that are in the flash. */
void wh_store_write_from(wh_store *store, uint32_t address, uint32_t len);

/* A record like `record`, of the running transaction, with the payload found at a place. */
void wh_store_copy(wh_store *store, uint32_t opened, uint32_t offset,
                   const wh_store_record *record);

/* store_index.c */

/* Place of a log's entry or group in the index. */
uint32_t wh_store_loose_slot(const wh_store *store, unsigned log, uint32_t sequence);
uint32_t wh_store_group_slot(const wh_store *store, unsigned log, uint32_t sequence);
uint32_t wh_store_log_slots(const wh_store_log_config *log);
unsigned wh_store_group_of(const wh_store_log_config *log);

/* The entry is in a group that is written, no longer in a record of its own. */
bool wh_store_is_grouped(const wh_store *store, unsigned log, uint32_t sequence);

/* Index of a key, or key_used. */
uint16_t wh_store_find_key(const wh_store *store, uint16_t key);

bool wh_store_is_live(const wh_store *store, uint32_t opened, uint32_t offset,
                      const wh_store_record *record);

/* Take a record into the index. WH_ERR_SPACE: a key too many. */
wh_err wh_store_apply(wh_store *store, uint32_t opened, uint32_t offset,
                      const wh_store_record *record) WH_MUST_USE;

/* What it had there is lost. */
void wh_store_forget(wh_store *store, const wh_store_record *record);

/* The number of the sector and the offset that an index value stands for. */
void wh_store_locate(const wh_store *store, uint16_t value, uint32_t *opened, uint32_t *offset);

/* The record that an index value stands for, which must be the one wanted: type, log, key and
 * sequence. WH_ERR_NOT_FOUND: it is another one, or nothing; WH_ERR_CHECK: damaged, and counted. */
wh_err wh_store_find(wh_store *store, uint16_t value, const wh_store_record *want,
                     wh_store_record *record, uint32_t *opened, uint32_t *offset) WH_MUST_USE;

/* Take all records of a transaction into the index: from `start` to its commit at `end`. */
wh_err wh_store_apply_transaction(wh_store *store, uint32_t opened, uint32_t start, uint32_t end,
                                  uint32_t txn) WH_MUST_USE;

/* store_ring.c */

uint32_t wh_store_free(const wh_store *store);

/* A record that takes `span` bytes, its commit, and one more can be written behind `used` bytes
 * of a sector. */
bool wh_store_has_room(const wh_store *store, uint32_t used, uint32_t span);

/* Open the next sector. WH_ERR_SPACE: none is free. */
wh_err wh_store_open(wh_store *store) WH_MUST_USE;

/* Start a transaction at the end of the newest sector. */
void wh_store_start(wh_store *store, uint8_t state);

/* Write the commit, see that it is there, and take the transaction into the index. */
wh_err wh_store_finish(wh_store *store) WH_MUST_USE;

/* Give the running transaction up; behind a failure the rest of the sector too. */
void wh_store_drop(wh_store *store);

/* Bytes of sector `opened` that count. */
uint32_t wh_store_used(wh_store *store, uint32_t opened);

/* store_move.c */

/* What must be done before a user's transaction. False: nothing. */
bool wh_store_must_move(const wh_store *store);
wh_err wh_store_make_room(wh_store *store) WH_MUST_USE;

/* So few sectors are free that the oldest ones must be made free. */
bool wh_store_is_crowded(const wh_store *store);

/* Move on through at most `budget` bytes of the oldest sectors while it is crowded. */
wh_err wh_store_move_tail(wh_store *store, uint32_t budget) WH_MUST_USE;

/* Group what can be grouped. */
wh_err wh_store_group_all(wh_store *store) WH_MUST_USE;

/* store_mount.c */

/* What lies behind the transactions of a sector that are whole. */
typedef struct {
    uint32_t good;       /* offset behind the last whole transaction */
    uint32_t last_start; /* where that one starts */
    uint32_t tail;       /* oldest sector, as it says */
    bool user;           /* one of them was a user's */
    bool torn;           /* something else follows */
} wh_store_survey;

void wh_store_examine(wh_store *store, uint32_t opened, wh_store_survey *survey);

#endif /* WH_METER_STORE_INTERNAL_H */
