/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/store/store_month.h"

#include "core/reader.h"
#include "core/writer.h"

#include <string.h>

#define BYTES_MAX 320U

enum { SNAPSHOT, MODULE, SETTINGS, SMALL, EMPTY };
enum { PROFILE, PROFILE_2, HOURLY, DAILY, EVENTS, BILLING = 10 };

const wh_store_log_config month_logs[MONTH_LOGS] = {
    {.capacity = 200, .entry_size = 36, .group = 16},
    {.capacity = 100, .entry_size = 20, .group = 32},
    {.capacity = 50, .entry_size = 48, .group = 4},
    {.capacity = 31, .entry_size = 64},
    {.capacity = 10, .entry_size = 20},
    {.capacity = 10, .entry_size = 20},
    {.capacity = 10, .entry_size = 20},
    {.capacity = 10, .entry_size = 20},
    {.capacity = 10, .entry_size = 20},
    {.capacity = 10, .entry_size = 20, .group = 2},
    {.capacity = 3, .entry_size = 300},
};

wh_store_config month_config(void)
{
    return (wh_store_config){
        .logs = month_logs,
        .log_count = MONTH_LOGS,
        .key_count = MONTH_KEYS,
        .blob_bytes = 1000,
    };
}

static size_t fill(uint8_t *bytes, uint32_t what, uint32_t number, size_t len)
{
    uint32_t x = (what + 1U) * 2654435761U + number * 40503U;
    for (size_t i = 0; i < len; i++) {
        x = x * 1664525U + 1013904223U;
        bytes[i] = (uint8_t)(x >> 24);
    }
    return len;
}

static size_t fill_blob(uint8_t *bytes, uint16_t key, uint32_t version)
{
    static const size_t len[MONTH_KEYS] = {256, 120, 300, 8, 0};
    fill(bytes, 100U + key, version, len[key]);
    if (key == SNAPSHOT) { /* the register grows */
        wh_writer w = wh_writer_init(bytes, 8);
        wh_writer_put_u64le(&w, UINT64_C(1000000007) * version);
    }
    return len[key] - (len[key] > 100 ? version % 4U : 0U);
}

static size_t fill_entry(uint8_t *bytes, unsigned log, uint32_t sequence)
{
    size_t len = month_logs[log].entry_size;
    return fill(bytes, log, sequence, len - (log % 2U != 0 ? sequence % 5U : 0U));
}

static wh_err put(wh_store *store, uint16_t key, month_model *after)
{
    uint8_t bytes[BYTES_MAX];
    after->version[key]++;
    size_t len = fill_blob(bytes, key, after->version[key]);
    return wh_store_put(store, key, bytes, len);
}

static wh_err append(wh_store *store, unsigned log, month_model *after)
{
    uint8_t bytes[BYTES_MAX];
    uint32_t sequence = 0;
    size_t len = fill_entry(bytes, log, after->next[log]);
    wh_err err = wh_store_append(store, log, bytes, len, &sequence);
    if (err == WH_OK && sequence != after->next[log]) {
        return WH_ERR_CHECK;
    }
    after->next[log]++;
    uint32_t capacity = month_logs[log].capacity;
    if (after->next[log] - after->first[log] > capacity) {
        after->first[log] = after->next[log] - capacity;
    }
    return err;
}

static wh_err clear(wh_store *store, unsigned log, month_model *after)
{
    after->first[log] = after->next[log];
    return wh_store_clear(store, log);
}

/* Logs of a period and, where nothing has failed yet, at its end. */
static wh_err append_due(wh_store *store, uint32_t minute, month_model *after)
{
    static const struct {
        uint32_t minutes;
        uint32_t at;
        unsigned log;
    } periods[] = {
        {15, 0, PROFILE},     {15, 0, PROFILE_2},    {60, 0, HOURLY},      {1440, 0, DAILY},
        {14400, 0, BILLING},  {37, 5, EVENTS},       {61, 60, EVENTS + 1}, {97, 15, EVENTS + 2},
        {200, 0, EVENTS + 3}, {1000, 1, EVENTS + 4}, {29, 7, EVENTS + 5},
    };
    wh_err err = WH_OK;
    for (size_t i = 0; i < sizeof periods / sizeof periods[0] && err == WH_OK; i++) {
        if (minute % periods[i].minutes == periods[i].at) {
            err = append(store, periods[i].log, after);
        }
    }
    return err;
}

wh_err month_minute(wh_store *store, uint32_t minute, const month_model *before, month_model *after)
{
    month_model given_up = *before;
    *after = *before;
    wh_err err = wh_store_begin(store);
    if (err == WH_OK && minute % 101 == 50) {
        err = put(store, SETTINGS, &given_up);
        err = err == WH_OK ? append(store, EVENTS, &given_up) : err;
        wh_store_rollback(store);
        err = err == WH_OK ? wh_store_begin(store) : err;
    }
    if (err == WH_OK && minute % 3001 == 3000) {
        err = clear(store, minute % 2 == 0 ? EVENTS + 5U : PROFILE_2, after);
    }
    err = err == WH_OK ? put(store, SNAPSHOT, after) : err;
    err = err == WH_OK ? append_due(store, minute, after) : err;
    if (err == WH_OK && minute % 1440 == 0) {
        err = put(store, MODULE, after);
    }
    if (err == WH_OK && minute % 1999 == 3) {
        err = put(store, SETTINGS, after);
        err = err == WH_OK ? put(store, EMPTY, after) : err;
    }
    if (err == WH_OK && minute % 11 == 0) {
        err = put(store, SMALL, after);
    }
    return err;
}

static bool blobs_hold(wh_store *store, const month_model *model)
{
    for (uint16_t key = 0; key < MONTH_KEYS; key++) {
        uint8_t want[BYTES_MAX];
        uint8_t got[BYTES_MAX];
        size_t want_len = fill_blob(want, key, model->version[key]);
        size_t len = 0;
        wh_err err = wh_store_get(store, key, got, sizeof got, &len);
        if (model->version[key] == 0 && err == WH_ERR_NOT_FOUND) {
            continue;
        }
        if (err != WH_OK || len != want_len || memcmp(got, want, len) != 0) {
            return false;
        }
    }
    return true;
}

bool month_holds(wh_store *store, const month_model *model)
{
    for (unsigned log = 0; log < MONTH_LOGS; log++) {
        uint32_t first;
        uint32_t next;
        wh_store_log_range(store, log, &first, &next);
        if (first != model->first[log] || next != model->next[log]) {
            return false;
        }
        for (uint32_t s = first; s < next; s++) {
            uint8_t want[BYTES_MAX];
            uint8_t got[BYTES_MAX];
            size_t want_len = fill_entry(want, log, s);
            size_t len = 0;
            wh_err err = wh_store_log_get(store, log, s, got, sizeof got, &len);
            if (err != WH_OK || len != want_len || memcmp(got, want, len) != 0) {
                return false;
            }
        }
    }
    return blobs_hold(store, model);
}

uint64_t month_register(wh_store *store)
{
    uint8_t bytes[BYTES_MAX];
    size_t len = 0;
    if (wh_store_get(store, SNAPSHOT, bytes, sizeof bytes, &len) != WH_OK) {
        return 0;
    }
    wh_reader r = wh_reader_init(bytes, len);
    return wh_reader_take_u64le(&r);
}
