/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/keeper/keeper_golden.h"

#include "meter/record/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BYTES_MAX 2048U

static uint64_t hash_of(const uint8_t *bytes, size_t len, uint64_t seed)
{
    uint64_t h = seed * UINT64_C(0x9E3779B97F4A7C15) + len;
    while (len >= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        h = (h ^ word) * UINT64_C(0xFF51AFD7ED558CCD);
        h ^= h >> 32;
        bytes += 8;
        len -= 8;
    }
    for (; len > 0; len--, bytes++) {
        h = (h ^ *bytes) * UINT64_C(0x100000001B3);
    }
    h ^= h >> 29;
    return h * UINT64_C(0xBF58476D1CE4E5B9);
}

static void *grown(void *memory, size_t old, size_t size)
{
    memory = realloc(memory, size);
    assert_non_null(memory);
    memset((uint8_t *)memory + old, 0, size - old);
    return memory;
}

void golden_init(golden *g, uint32_t ticks)
{
    memset(g, 0, sizeof *g);
    g->next = grown(NULL, 0, ticks * sizeof *g->next);
    g->max_mw = grown(NULL, 0, ticks * sizeof *g->max_mw);
    g->ticks = ticks;
}

void golden_free(golden *g)
{
    for (unsigned log = 0; log < WH_KEEPER_LOGS; log++) {
        free(g->entry[log]);
    }
    free(g->content);
    free(g->next);
    free(g->max_mw);
}

void golden_look(const wh_store *store, golden_content *content)
{
    wh_store view = *store;
    uint8_t bytes[BYTES_MAX];
    uint64_t hash = 1;
    for (uint16_t i = 0; i < view.key_used; i++) { /* in any order */
        uint16_t key = view.keys[i].key;
        size_t len = 0;
        wh_err err = wh_store_get(&view, key, bytes, sizeof bytes, &len);
        hash += err == WH_ERR_NOT_FOUND ? 0 : hash_of(bytes, len, key + 1000U * (unsigned)err);
    }
    for (unsigned log = 0; log < WH_KEEPER_LOGS; log++) {
        wh_store_log_range(&view, log, &content->first[log], &content->next[log]);
    }
    hash = hash_of((const uint8_t *)content->first, sizeof content->first, hash);
    hash = hash_of((const uint8_t *)content->next, sizeof content->next, hash);
    content->hash = hash != 0 ? hash : 1;
}

void golden_note(golden *g, const wh_store *store)
{
    uint32_t txn = store->txn;
    if (txn >= g->content_room) {
        uint32_t room = txn + 10000U;
        g->content =
            grown(g->content, g->content_room * sizeof *g->content, room * sizeof *g->content);
        g->content_room = room;
    }
    if (g->content[txn] == 0) {
        golden_content content;
        golden_look(store, &content);
        g->content[txn] = content.hash;
    }
}

wh_err golden_read(const wh_store *store, unsigned log, uint32_t sequence, golden_entry *entry)
{
    wh_store view = *store;
    uint8_t bytes[BYTES_MAX];
    size_t len = 0;
    wh_err err = wh_store_log_get(&view, log, sequence, bytes, sizeof bytes, &len);
    if (err != WH_OK) {
        return err;
    }
    *entry = (golden_entry){.hash = hash_of(bytes, len, log)};
    if (log < WH_RECORDER_LOGS) {
        wh_record record;
        err = wh_record_decode(bytes, len, &record);
        entry->time_s = record.head.time_s;
    }
    return err;
}

void golden_tick(golden *g, const wh_keeper *keeper, uint32_t tick)
{
    const wh_store *store = &keeper->store;
    g->max_mw[tick] = wh_demand_max(&keeper->demand, 0, 0).mw;
    for (unsigned log = 0; log < WH_KEEPER_LOGS; log++) {
        uint32_t first = 0;
        wh_store_log_range(store, log, &first, &g->next[tick][log]);
        while (g->count[log] < g->next[tick][log]) {
            if (g->count[log] >= g->room[log]) {
                uint32_t room = g->count[log] + 64U;
                g->entry[log] = grown(g->entry[log], g->room[log] * sizeof **g->entry,
                                      room * sizeof **g->entry);
                g->room[log] = room;
            }
            uint32_t sequence = g->count[log]++;
            if (sequence < first) { /* at the factory */
                continue;
            }
            assert_int_equal(golden_read(store, log, sequence, &g->entry[log][sequence]), WH_OK);
        }
    }
}

bool golden_is_before(const golden *g, uint32_t txn, uint64_t hash)
{
    return txn < g->content_room && g->content[txn] == hash;
}

/* Numbers of transactions that were rolled back are left out. */
bool golden_is_after(const golden *g, uint32_t txn, uint64_t hash)
{
    do {
        txn++;
    } while (txn < g->content_room && g->content[txn] == 0);
    return golden_is_before(g, txn, hash);
}
