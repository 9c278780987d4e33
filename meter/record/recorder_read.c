/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/record/recorder_internal.h"

unsigned wh_recorder_column_count(const wh_recorder *r)
{
    return wh_recorder_count_columns(r->config, &r->content, false);
}

bool wh_recorder_column(const wh_recorder *r, unsigned index, wh_column *column)
{
    return wh_recorder_column_at(r->config, &r->content, index, column) != WH_RECORDER_NO_COLUMN;
}

/* The entries shown: first <= sequence < next. */
static void range(const wh_recorder *r, const wh_store *store, uint32_t *first, uint32_t *next)
{
    wh_store_log_range(store, r->config->log, first, next);
    if (*next - *first > r->content.depth) {
        *first = *next - r->content.depth;
    }
}

uint32_t wh_recorder_count(const wh_recorder *r, const wh_store *store)
{
    uint32_t first;
    uint32_t next;
    range(r, store, &first, &next);
    return next - first;
}

/* The entries first <= sequence < next, in order. */
static wh_recorder_cursor cursor_over(uint32_t first, uint32_t next, bool down)
{
    return (wh_recorder_cursor){
        .at = down ? next - 1U : first, .left = next > first ? next - first : 0, .down = down};
}

wh_recorder_cursor wh_recorder_entries(const wh_recorder *r, const wh_store *store, uint32_t from,
                                       uint32_t to)
{
    uint32_t first;
    uint32_t next;
    range(r, store, &first, &next);
    uint32_t count = next - first;
    to = to == 0 || to > count ? count : to;
    if (from < 1 || from > to) {
        return cursor_over(0, 0, false);
    }
    return r->content.lifo ? cursor_over(next - to, next - from + 1U, true)
                           : cursor_over(first + from - 1U, first + to, false);
}

wh_recorder_cursor wh_recorder_back(const wh_recorder *r, const wh_store *store, uint32_t number)
{
    uint32_t first;
    uint32_t next;
    range(r, store, &first, &next);
    bool there = number >= 1 && number <= next - first;
    return there ? cursor_over(next - number, next - number + 1U, false) : cursor_over(0, 0, false);
}

static wh_err get(const wh_recorder *r, wh_store *store, uint32_t sequence, uint8_t *bytes,
                  size_t size, wh_record *record)
{
    size_t len = 0;
    wh_err err = wh_store_log_get(store, r->config->log, sequence, bytes, size, &len);
    if (err == WH_ERR_NOT_FOUND) {
        return WH_ERR_CHECK; /* lost */
    }
    return err == WH_OK ? wh_record_decode(bytes, len, record) : err;
}

/* The first entry of low .. high - 1 that is at time_s or later, high where none is. Damaged ones
 * are passed over. */
static uint32_t search(const wh_recorder *r, wh_store *store, const uint32_t between[2],
                       uint64_t time_s, uint8_t *work, size_t size)
{
    uint32_t low = between[0];
    uint32_t high = between[1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2U;
        uint32_t probe = middle;
        wh_record record = {.head = {.time_s = 0}};
        while (probe < high && get(r, store, probe, work, size, &record) != WH_OK) {
            probe++;
        }
        if (probe == high || record.head.time_s >= time_s) {
            high = middle;
        } else {
            low = probe + 1U;
        }
    }
    return low;
}

wh_recorder_cursor wh_recorder_range(const wh_recorder *r, wh_store *store, uint32_t from_s,
                                     uint32_t to_s, uint8_t *work, size_t size)
{
    uint32_t between[2];
    range(r, store, &between[0], &between[1]);
    if (from_s > to_s) {
        return cursor_over(0, 0, false);
    }
    bool filter = r->rising_from > between[0];
    if (!filter) {
        uint32_t end = search(r, store, between, (uint64_t)to_s + 1U, work, size);
        between[0] = search(r, store, between, from_s, work, size);
        between[1] = end;
    }
    wh_recorder_cursor cursor = cursor_over(between[0], between[1], r->content.lifo);
    cursor.filter = filter;
    cursor.from_s = from_s;
    cursor.to_s = to_s;
    return cursor;
}

wh_err wh_recorder_read(const wh_recorder *r, wh_store *store, wh_recorder_cursor *cursor,
                        uint8_t *bytes, size_t size, wh_record *record)
{
    if (size < r->memory.record_size) {
        return WH_ERR_SPACE;
    }
    while (cursor->left > 0) {
        uint32_t sequence = cursor->at;
        cursor->at = cursor->down ? sequence - 1U : sequence + 1U;
        cursor->left--;
        wh_err err = get(r, store, sequence, bytes, size, record);
        bool outside = err == WH_OK && cursor->filter &&
                       (record->head.time_s < cursor->from_s || record->head.time_s > cursor->to_s);
        if (!outside) {
            return err;
        }
    }
    return WH_ERR_NOT_FOUND;
}

wh_err wh_recorder_value(const wh_recorder *r, const wh_record *record, unsigned index,
                         int64_t *value)
{
    wh_column column;
    wh_record values = *record;
    wh_recorder_column_kind kind = WH_RECORDER_NO_COLUMN;
    wh_err err = WH_OK;
    for (unsigned i = 0; i <= index; i++) {
        kind = wh_recorder_column_at(r->config, &r->content, i, &column);
        if (kind == WH_RECORDER_NO_COLUMN) {
            return WH_ERR_RANGE;
        }
        err = kind == WH_RECORDER_VALUE ? wh_record_next(&values, value) : WH_OK;
    }
    if (kind != WH_RECORDER_VALUE) {
        *value = kind == WH_RECORDER_TIME ? (int64_t)record->head.time_s : record->head.status;
    }
    return err;
}
