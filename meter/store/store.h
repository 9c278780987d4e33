/* SPDX-License-Identifier: Apache-2.0 */
/* store.h - a journal on raw flash: blobs by key, and logs, in transactions.
 *
 *    oldest                                      newest
 *   ├ sector ┼ sector ┼ sector ┼ ···   ··· ┼ sector ┼ sector ┤ free ┤ free ┤ free ┤
 *      └──────── what is still live is copied ────────┘
 *
 *   sector   header │ transaction │ transaction │ ···
 *   transaction     record │ record │ ··· │ commit
 *
 * The sectors are a ring that is written round and round, so they wear alike. What is still
 * live when its sector is the oldest moves to the newest end. A commit record makes a
 * transaction count; it is checked whole before it is believed. Nothing is written behind a
 * power cut into the same sector. What may have been in flight when power was cut is written
 * anew before the next transaction: half-programmed bits are not relied upon. No sector is
 * used without having been erased in the same session. The bytes are in store_wire.h.
 *
 * Lifetime: 1. The flash, the configuration with its logs and the memory outlive the store.
 * 2. One transaction at a time: begin, any of put/append/clear, then commit or rollback.
 * 3. Reading is allowed always, and shows what was committed, not what is being written.
 * 4. Whether a transaction that was being committed when power was cut is there is settled by the
 *    first begin after the mount, or by wh_store_work returning false: before, another power
 *    cut may still take it away.
 * 5. Nothing may be called from an interrupt, or by two threads at once.
 *
 * What it costs
 *   Memory   sizeof(wh_store) and 16 bytes a log, 6 a key, 2 an entry; where entries are grouped,
 *            2 a group and 4 more for each entry in one. A log that is not kept: the 16.
 *   Flash    24 bytes a record, 4 an entry in a group, 16 a transaction, 32 a sector, and
 *            5 sectors beside. wh_store_mount says where the capacities do not fit.
 *   Mount    reads the header of each sector twice, the first 16 bytes of each record twice, and
 *            one or two sectors whole: never more than twice what the flash holds.
 *   Commit   of n bytes goes through at most 4 n + 512 bytes of old sectors and copies what is
 *            live; 16 n + 512 where only 4 sectors are free. It opens, that is erases, one
 *            sector where it fills one, and one more where what it copies does.
 *   Begin    costs nothing but after a mount: then it opens a sector and moves the last
 *            transaction to it, and some sectors where power cuts left fewer than 4 free. */
#ifndef WH_METER_STORE_H
#define WH_METER_STORE_H

#include "core/err.h"
#include "core/flash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_STORE_LOGS_MAX  128U
#define WH_STORE_GROUP_MAX 32U
#define WH_STORE_STAGE     64U

/* A log keeps its newest `capacity` entries. Its number is its place in the configuration. */
typedef struct {
    uint32_t capacity;   /* may change between two mounts. 0: the log is not kept, as if there were
                          * none of that number; what it had is lost in time */
    uint16_t entry_size; /* of the longest entry */
    uint8_t group;       /* a power of two: entries that are kept together once there are so many,
                          * which spares memory where the capacity is large. 0 or 1: each by
                          * itself. group * (entry_size + 4) must fit in half a sector. Never
                          * change it for a log that has entries: they would not be found */
} wh_store_log_config;

typedef struct {
    const wh_flash *flash;
    const wh_store_log_config *logs;
    uint16_t log_count;     /* 0 .. WH_STORE_LOGS_MAX */
    uint16_t key_count;     /* different keys that can be kept */
    uint32_t blob_bytes;    /* that all blobs together can have */
    uint32_t reserve_bytes; /* that a transaction can always write without an erase, for one made
                             * when power fails; at most a quarter of a sector */
} wh_store_config;

/* Private: a key and where its blob is, in granules; 0 nowhere. */
typedef struct {
    uint16_t key;
    uint16_t at;
    uint16_t len;
} wh_store_key;

/* Private. */
typedef struct {
    uint32_t first;   /* oldest entry there is */
    uint32_t next;    /* number the next entry will have */
    uint16_t base;    /* of its part of the index */
    uint16_t mark;    /* where the record is that says the log was cleared, in granules */
    uint16_t pending; /* entries appended in the running transaction */
    uint16_t group;   /* 1 and more */
} wh_store_log;

/* Where something was found damaged, and what keeping the store has cost so far. */
typedef struct {
    uint32_t damaged_count; /* records, headers or sectors found damaged since the mount */
    uint32_t damaged_at;    /* address of the latest; meaningful where the count is not 0 */
    uint32_t torn_count;    /* transactions a power cut had left unfinished, at the mount */
    uint32_t mount_reads;   /* calls of read, and the bytes, that the mount took */
    uint32_t mount_bytes;
    uint32_t erases_max;  /* of the most worn sector, since the flash was new */
    uint32_t erases_mean; /* of all sectors, rounded down */
    uint16_t free_sectors;
    uint16_t used_sectors; /* 0 at the first mount of a new flash */
} wh_store_report;

/* Fields are private. */
typedef struct {
    wh_store_config config;
    wh_store_log *logs;
    wh_store_key *keys;
    uint16_t *index;   /* where entries and groups are, in granules; 0 nowhere */
    uint16_t key_used; /* keys known */
    uint16_t granule;  /* records start at multiples of this */

    uint32_t head_opened; /* number of the newest sector, 0 before the first */
    uint32_t head_erases; /* how often it has been erased */
    uint32_t end;         /* offset in it where the next record goes */
    uint32_t good;        /* offset in it behind the last transaction */
    uint32_t tail_opened; /* number of the oldest sector that matters */
    uint32_t tail_saved;  /* the same as the newest sector says */
    uint32_t tail_known;  /* the same when the newest sector was opened: before it may be erased */
    uint32_t tail_at;     /* offset in it: what is before has been moved */
    uint32_t torn_opened; /* where the last transaction before the mount is */
    uint32_t torn_start;
    uint32_t torn_end;

    uint32_t txn;         /* number of the running or the next transaction */
    uint32_t txn_start;   /* offset where it starts */
    uint16_t txn_records; /* written so far */
    uint16_t txn_keys;    /* keys it puts that are new */
    uint8_t state;
    uint8_t recovery;      /* what is still to be done after the mount */
    bool rested;           /* nothing can wait: until the next transaction */
    uint32_t blob_bytes;   /* of all live blobs */
    uint32_t blob_pending; /* the same when the transaction is committed */

    uint32_t write_at; /* address where stage goes */
    uint32_t write_crc;
    uint16_t stage_len;
    wh_err write_err; /* the first that the running transaction met */
    wh_err read_err;  /* the first since somebody cared */
    uint32_t erases_sum;
    uint32_t reads;
    uint32_t read_bytes;
    wh_store_report report;
    uint8_t stage[WH_STORE_STAGE];
} wh_store;

/* Bytes of memory that wh_store_mount wants for this configuration; 0: it is not valid. */
size_t wh_store_memory_size(const wh_store_config *config);

/* Find what is there. A flash without any sector of ours is an empty store.
 * Writes nothing.
 *
 * memory[size]  for the index, aligned for uint32_t
 *
 * WH_OK
 * WH_ERR_ARG          configuration or geometry that cannot be: see wh_store_config, flash.h;
 *                     more than 65535 granules of 64 bytes (4 MB)
 * WH_ERR_SPACE        memory too small, or the capacities do not fit in the flash, or more keys
 *                     are stored than key_count
 * WH_ERR_UNSUPPORTED  written by a later version, or for another geometry
 * WH_ERR_IO           the flash does not answer */
wh_err wh_store_mount(wh_store *store, const wh_store_config *config, void *memory,
                      size_t size) WH_MUST_USE;

/* Erase all sectors: everything is lost, the counts of erases too. Mount afterwards.
 * WH_ERR_IO: a sector could not be erased. */
wh_err wh_store_format(const wh_flash *flash) WH_MUST_USE;

/* Begin a transaction.
 * WH_ERR_STATE  one is running
 * WH_ERR_SPACE  the flash is full: the configuration promised less than was written
 * WH_ERR_IO     the flash failed; begin may be tried again */
wh_err wh_store_begin(wh_store *store) WH_MUST_USE;

/* Write a blob that takes the place of the one with the same key. len may be 0.
 *
 * WH_ERR_STATE  no transaction is running
 * WH_ERR_SPACE  all keys are taken (a new one counts each time it is put in a transaction),
 *               blob_bytes would be exceeded, or the transaction would be longer than a
 *               sector can hold: it can go on without this, or be rolled back
 * WH_ERR_IO     the flash failed: the transaction can only be rolled back */
wh_err wh_store_put(wh_store *store, uint16_t key, const uint8_t *bytes, size_t len) WH_MUST_USE;

/* Add an entry to a log. The oldest one goes where the log is full.
 *
 * sequence  out  number of the entry, counted from 0 for the first ever; may be NULL
 *
 * WH_ERR_ARG    no such log, or not kept, or longer than its entry_size
 * WH_ERR_STATE, WH_ERR_SPACE, WH_ERR_IO as above; WH_ERR_SPACE also for more than `group`
 *               entries of a grouped log, or `capacity` of another, in one transaction */
wh_err wh_store_append(wh_store *store, unsigned log, const uint8_t *bytes, size_t len,
                       uint32_t *sequence) WH_MUST_USE;

/* Take all entries away, those of this transaction too. Sequence numbers go on. WH_ERR_ARG: no
 * such log, or not kept. */
wh_err wh_store_clear(wh_store *store, unsigned log) WH_MUST_USE;

/* End the transaction. When WH_OK is returned, no power cut can undo it.
 * WH_ERR_STATE  no transaction is running
 * WH_ERR_IO     the flash failed. The transaction is undone, unless power is cut before the
 *               next one commits: then it may be found there, whole */
wh_err wh_store_commit(wh_store *store) WH_MUST_USE;

/* End the transaction as if it had never begun. Does nothing where none is running. */
void wh_store_rollback(wh_store *store);

/* Do a piece of the work that can wait: make room, group entries, erase ahead. To be called when
 * idle, and after the mount until it is false where reserve_bytes matters; commits do it too.
 * False: nothing is left to do, power is failing, or a transaction is running. */
bool wh_store_work(wh_store *store);

/* Copy the blob of a key.
 *
 * len  out  its length, also with WH_ERR_SPACE; 0 otherwise unless WH_OK
 *
 * WH_ERR_NOT_FOUND  never written, or lost
 * WH_ERR_SPACE      longer than size
 * WH_ERR_CHECK      damaged: the bytes must not be used */
wh_err wh_store_get(wh_store *store, uint16_t key, uint8_t *bytes, size_t size,
                    size_t *len) WH_MUST_USE;

/* There is a log of that number, and it is kept. */
bool wh_store_keeps(const wh_store *store, unsigned log);

/* The log holds the entries first <= sequence < next; none where both are the same. A log number
 * that does not exist has none. */
void wh_store_log_range(const wh_store *store, unsigned log, uint32_t *first, uint32_t *next);

/* Entries in a log. */
uint32_t wh_store_log_count(const wh_store *store, unsigned log);

/* Copy the entry with that sequence number: errors as wh_store_get. The n-th oldest is
 * first + n, the n-th newest next - 1 - n, from 0. Damage elsewhere does not matter. */
wh_err wh_store_log_get(wh_store *store, unsigned log, uint32_t sequence, uint8_t *bytes,
                        size_t size, size_t *len) WH_MUST_USE;

wh_store_report wh_store_get_report(const wh_store *store);

#endif /* WH_METER_STORE_H */
