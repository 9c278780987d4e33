/* SPDX-License-Identifier: Apache-2.0 */
/* Records and what recorders keep. First byte: 0 a record, whose values written again give the
 * same bytes; 1 settings, 2 a state in a store, which a recorder takes up or not, and works. */
#include "meter/record/freezes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR  1024U
#define SECTORS 10U
#define OWN_MAX 8U
#define MS      INT64_C(1000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t flash_bytes[SECTOR * SECTORS];

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* Nulls at the end are left out when it is written again. */
static void check_record(const uint8_t *data, size_t size)
{
    wh_record record;
    if (wh_record_decode(data, size, &record) != WH_OK) {
        return;
    }
    uint8_t *again = malloc(size);
    must(again != NULL);
    wh_writer w = wh_writer_init(again, size);
    wh_record_maker m = wh_record_begin(&w, record.head);
    wh_err err = WH_OK;
    while (wh_reader_left(&record.values) > 0 && (err == WH_OK || err == WH_ERR_STATE)) {
        int64_t value = 0;
        err = wh_record_next(&record, &value);
        if (err == WH_OK) {
            must(value <= WH_RECORD_VALUE_MAX && value >= -WH_RECORD_VALUE_MAX);
            wh_record_put(&m, value);
        } else if (err == WH_ERR_STATE) {
            wh_record_put_null(&m);
        } else {
            must(err == WH_ERR_SHORT || err == WH_ERR_FORMAT);
        }
    }
    must(wh_writer_err(&w) == WH_OK);
    must(memcmp(again, data, wh_writer_len(&w)) == 0);
    for (size_t i = wh_writer_len(&w); i < size && (err == WH_OK || err == WH_ERR_STATE); i++) {
        must(data[i] == 0);
    }
    free(again);
}

static wh_err flash_read(void *user, uint32_t address, uint8_t *bytes, size_t len)
{
    (void)user;
    memcpy(bytes, flash_bytes + address, len);
    return WH_OK;
}

static wh_err flash_program(void *user, uint32_t address, const uint8_t *bytes, size_t len)
{
    (void)user;
    memcpy(flash_bytes + address, bytes, len);
    return WH_OK;
}

static wh_err flash_erase(void *user, uint32_t sector)
{
    (void)user;
    memset(flash_bytes + (size_t)sector * SECTOR, 0xFF, SECTOR);
    return WH_OK;
}

static wh_err read_column(const void *user, wh_column column, int64_t *value)
{
    (void)user;
    *value = column.obis.group[WH_OBIS_C];
    return WH_OK;
}

/* Whatever was taken up, it records: each point once, and what is read has all columns. */
static void use(wh_recorder *r, wh_store *store, wh_recorder_now *now)
{
    const wh_column_reader reader = {.read = read_column};
    for (int i = 0; i < 50; i++) {
        now->utc_ms += 7 * 3600 * MS;
        wh_recorder_command(r, now->utc_ms);
        wh_recorder_point point;
        for (int k = 0; wh_recorder_due(r, 1, now, &point, 1) > 0; k++) {
            uint8_t bytes[WH_RECORD_SIZE(OWN_MAX)];
            wh_writer w = wh_writer_init(bytes, sizeof bytes);
            must(k < 8 && point.utc_ms <= now->utc_ms);
            must(wh_recorder_capture(r, now, &point, &reader, &w) == WH_OK);
            must(wh_store_begin(store) == WH_OK);
            must(wh_recorder_append(r, now, &point, store, bytes, wh_writer_len(&w)) == WH_OK);
            must(wh_store_commit(store) == WH_OK);
            wh_recorder_done(r, now, &point);
        }
    }
    uint8_t work[WH_RECORD_SIZE(OWN_MAX)];
    wh_recorder_cursor cursor = wh_recorder_range(r, store, 0, UINT32_MAX, work, sizeof work);
    wh_record record;
    uint32_t n = 0;
    while (wh_recorder_read(r, store, &cursor, work, sizeof work, &record) == WH_OK) {
        for (unsigned c = 0; c < wh_recorder_column_count(r); c++) {
            int64_t value = 0;
            wh_err err = wh_recorder_value(r, &record, c, &value);
            must(err == WH_OK || (err == WH_ERR_STATE && record.head.flags == WH_RECORD_LATE));
        }
        n++;
    }
    must(n == wh_recorder_count(r, store));
}

static void check_kept(const uint8_t *data, size_t size, bool settings)
{
    static const wh_time_zone zone = {.standard_min = 60};
    static uint32_t memory[256];
    const wh_flash flash = {.sector_size = SECTOR,
                            .page_size = 256,
                            .sector_count = SECTORS,
                            .unit_size = 8,
                            .read = flash_read,
                            .program = flash_program,
                            .erase = flash_erase};
    static const wh_column_run run[] = {{.c = 1, .d = 8, .attribute = 2}};
    static const wh_recorder_config config = {
        .run = run, .run_count = 1, .depth = 4, .kind = WH_BOUNDARY_DAILY};
    const wh_store_log_config log = {.capacity = 4, .entry_size = WH_RECORD_SIZE(OWN_MAX)};
    const wh_store_config store_config = {
        .flash = &flash, .logs = &log, .log_count = 1, .key_count = 4, .blob_bytes = 600};
    wh_store store;
    memset(flash_bytes, 0xFF, sizeof flash_bytes);
    must(wh_store_mount(&store, &store_config, memory, sizeof memory) == WH_OK);
    wh_boundary boundary[WH_RECORDER_TIMES_MAX];
    wh_column own[OWN_MAX];
    uint8_t work[WH_RECORDER_WORK_SIZE(OWN_MAX)];
    wh_recorder_memory m = {.boundary = boundary,
                            .boundary_count = WH_RECORDER_TIMES_MAX,
                            .own = own,
                            .own_max = OWN_MAX,
                            .record_size = WH_RECORD_SIZE(OWN_MAX)};
    wh_recorder_now now = {.zone = &zone, .utc_ms = INT64_C(1750000000) * MS};
    wh_recorder r;
    must(wh_recorder_init(&r, &config, &m, 0, &now) == WH_OK);
    must(wh_recorder_load(&r, &store, &now, work, sizeof work) == WH_OK);
    must(wh_store_begin(&store) == WH_OK);
    uint16_t key = settings ? WH_RECORDER_KEY_SETTINGS : WH_RECORDER_KEY_STATE;
    wh_err err = wh_store_put(&store, key, data, size);
    must(wh_store_commit(&store) == WH_OK);
    if (err != WH_OK) {
        return; /* longer than blobs may be */
    }
    must(wh_recorder_init(&r, &config, &m, 0, &now) == WH_OK);
    err = wh_recorder_load(&r, &store, &now, work, sizeof work);
    must(err == WH_OK || (err == WH_ERR_CHECK && settings));
    wh_recorder_settings s;
    wh_recorder_get(&r, &s);
    must(wh_recorder_set(&r, &store, &now, &s, work, sizeof work) == WH_OK);
    use(&r, &store, &now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    uint8_t *exact = malloc(size > 1 ? size - 1 : 1);
    must(exact != NULL);
    memcpy(exact, data + 1, size - 1);
    if (data[0] == 0) {
        check_record(exact, size - 1);
    } else {
        check_kept(exact, size - 1, data[0] == 1);
    }
    free(exact);
    return 0;
}
