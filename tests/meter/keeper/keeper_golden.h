/* SPDX-License-Identifier: Apache-2.0 */
/* keeper_golden.h - what a store holds after each transaction of a run, and every entry its logs
 * ever had. Made by a run whose power is never cut; a second run of the same makes the same. */
#ifndef WH_TESTS_KEEPER_GOLDEN_H
#define WH_TESTS_KEEPER_GOLDEN_H

#include "meter/keeper.h"

/* What a store holds. A value. */
typedef struct {
    uint64_t hash; /* of all blobs and the ranges of all logs */
    uint32_t first[WH_KEEPER_LOGS];
    uint32_t next[WH_KEEPER_LOGS];
} golden_content;

typedef struct {
    uint64_t hash;
    uint32_t time_s; /* of an entry of a recorder */
} golden_entry;

typedef struct {
    golden_entry *entry[WH_KEEPER_LOGS]; /* by sequence */
    uint32_t count[WH_KEEPER_LOGS];
    uint32_t room[WH_KEEPER_LOGS];
    uint64_t *content; /* hash of what was committed before each transaction; 0 unknown */
    uint32_t content_room;
    uint32_t (*next)[WH_KEEPER_LOGS]; /* of each log at the end of each tick */
    int64_t *max_mw;                  /* largest demand of import, likewise */
    uint32_t ticks;
} golden;

void golden_init(golden *g, uint32_t ticks);
void golden_free(golden *g);

/* What is committed now. Reads through a copy of the store: it may be in the middle of a
 * transaction. */
void golden_look(const wh_store *store, golden_content *content);

/* Note what was committed before the transaction that is running, or comes next. */
void golden_note(golden *g, const wh_store *store);

/* Note the new entries, at the end of a tick. */
void golden_tick(golden *g, const wh_keeper *keeper, uint32_t tick);

/* The content is that before the transaction `txn`, or that behind it. */
bool golden_is_before(const golden *g, uint32_t txn, uint64_t hash);
bool golden_is_after(const golden *g, uint32_t txn, uint64_t hash);

/* An entry as it is in a store. WH_OK, or the error of reading it. */
wh_err golden_read(const wh_store *store, unsigned log, uint32_t sequence, golden_entry *entry);

#endif /* WH_TESTS_KEEPER_GOLDEN_H */
