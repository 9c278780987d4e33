/* SPDX-License-Identifier: Apache-2.0 */
/* What keeping records costs: a flash of 32 sectors of 1 kB in memory, one third of it live, so
 * that what is counted is the store's own work and that of CRCs, not of a flash. */
#include "bench/bench.h"
#include "meter/store/flush.h"
#include "meter/store/store.h"

#include <string.h>

#define SECTOR   1024U
#define SECTORS  32U
#define SNAPSHOT 256U
#define ENTRIES  150U
#define ROUNDS   50U

static uint8_t bytes[SECTOR * SECTORS];
static wh_store store;
static uint32_t memory[64];
static wh_err first_err; /* a run cannot fail: what is counted would be something else */

static wh_err read_bytes(void *user, uint32_t address, uint8_t *to, size_t len)
{
    (void)user;
    memcpy(to, bytes + address, len);
    return WH_OK;
}

static wh_err program(void *user, uint32_t address, const uint8_t *from, size_t len)
{
    (void)user;
    memcpy(bytes + address, from, len);
    return WH_OK;
}

static wh_err erase(void *user, uint32_t sector)
{
    (void)user;
    memset(bytes + (size_t)sector * SECTOR, 0xFF, SECTOR);
    return WH_OK;
}

static const wh_flash flash = {
    .sector_size = SECTOR,
    .page_size = 256,
    .sector_count = SECTORS,
    .unit_size = 8,
    .read = read_bytes,
    .program = program,
    .erase = erase,
};
static const wh_store_log_config logs[] = {{.capacity = ENTRIES, .entry_size = 36, .group = 8}};
static const wh_store_config config = {
    .flash = &flash, .logs = logs, .log_count = 1, .key_count = 2, .blob_bytes = SNAPSHOT};

static wh_err write_round(uint32_t round)
{
    static const uint8_t snapshot[SNAPSHOT] = {1, 2, 3};
    wh_err err = wh_store_begin(&store);
    if (err == WH_OK) {
        err = wh_store_put(&store, 1, snapshot, sizeof snapshot);
    }
    if (err == WH_OK && round % 15 == 0) {
        err = wh_store_append(&store, 0, snapshot, 36, NULL);
    }
    return err == WH_OK ? wh_store_commit(&store) : err;
}

static wh_err prepare(void)
{
    if (first_err != WH_OK) {
        return first_err;
    }
    wh_err err = wh_store_format(&flash);
    if (err == WH_OK) {
        err = wh_store_mount(&store, &config, memory, sizeof memory);
    }
    for (uint32_t i = 0; i < ENTRIES * 15U && err == WH_OK; i++) {
        err = write_round(i);
    }
    if (err == WH_OK) { /* what else there is to call, so that all of the code is linked */
        err = wh_store_begin(&store);
        err = err == WH_OK ? wh_store_clear(&store, 0) : err;
        wh_store_rollback(&store);
    }
    return err == WH_OK && wh_store_get_report(&store).damaged_count > 0 ? WH_ERR_CHECK : err;
}

static void snapshots(void)
{
    for (uint32_t i = 1; i <= ROUNDS; i++) {
        wh_err err = write_round(i % 15U == 0 ? 1U : i);
        first_err = first_err == WH_OK ? err : first_err;
    }
}

static void snapshots_and_entries(void)
{
    for (uint32_t i = 0; i < ROUNDS; i++) {
        wh_err err = write_round(0);
        first_err = first_err == WH_OK ? err : first_err;
    }
}

static void read_log(void)
{
    uint8_t entry[36];
    uint32_t first;
    uint32_t next;
    size_t len;
    wh_store_log_range(&store, 0, &first, &next);
    for (; first < next; first++) {
        wh_err err = wh_store_log_get(&store, 0, first, entry, sizeof entry, &len);
        first_err = first_err == WH_OK ? err : first_err;
    }
}

static void mount(void)
{
    wh_err err = wh_store_mount(&store, &config, memory, sizeof memory);
    first_err = first_err == WH_OK ? err : first_err;
}

static void read_snapshot(void)
{
    uint8_t snapshot[SNAPSHOT];
    size_t len;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        wh_err err = wh_store_get(&store, 1, snapshot, sizeof snapshot, &len);
        first_err = first_err == WH_OK ? err : first_err;
    }
}

/* And settle what may have been in flight. */
static void recover(void)
{
    mount();
    while (wh_store_work(&store)) {
    }
}

static const wh_bench_case cases[] = {
    {"snapshot of 256 bytes", ROUNDS, prepare, snapshots},
    {"snapshot and an entry of 36", ROUNDS, prepare, snapshots_and_entries},
    {"read an entry of 36 in a group of 8", ENTRIES, prepare, read_log},
    {"read a snapshot of 256 bytes", ROUNDS, prepare, read_snapshot},
    {"mount 32 kB", 1, prepare, mount},
    {"mount 32 kB and recover", 1, prepare, recover},
};

static const wh_bench_object objects[] = {
    {"wh_store", sizeof(wh_store)},
    {"a log", sizeof(wh_store_log)},
    {"a key", sizeof(wh_store_key)},
    {"wh_flush", sizeof(wh_flush)},
};

const wh_bench wh_bench_store = {
    .name = "store",
    .unit = "transaction, entry or mount",
    .cases = cases,
    .case_count = sizeof cases / sizeof cases[0],
    .objects = objects,
    .object_count = sizeof objects / sizeof objects[0],
};
