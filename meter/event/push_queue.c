/* SPDX-License-Identifier: Apache-2.0 */
/* An entry, big endian: u8 version, u8 slot, u8 what, u8 0, u32 time, u32 count. */
#include "meter/event/alarm.h"

#define VERSION 1U

wh_err wh_push_put(wh_store *store, const wh_events *m, const wh_event_notice *notice)
{
    uint8_t bytes[WH_PUSH_ENTRY_SIZE];
    wh_writer w = wh_writer_init(bytes, sizeof bytes);
    if (wh_event_priority_of(wh_event_kind_of(notice->slot, NULL)) < WH_EVENT_PUSHED ||
        !wh_store_keeps(store, WH_PUSH_LOG)) {
        return WH_OK;
    }
    wh_writer_put_u8(&w, VERSION);
    wh_writer_put_u8(&w, notice->slot);
    wh_writer_put_u8(&w, notice->what);
    wh_writer_put_u8(&w, 0);
    wh_writer_put_u32be(&w, notice->utc_s);
    wh_writer_put_u32be(&w, wh_events_count(m, notice->slot));
    return wh_store_append(store, WH_PUSH_LOG, bytes, wh_writer_len(&w), NULL);
}

static wh_err decode(const uint8_t *bytes, size_t len, wh_push_entry *out)
{
    wh_reader r = wh_reader_init(bytes, len);
    wh_reader_expect_u8(&r, VERSION);
    out->slot = wh_reader_take_u8(&r);
    out->what = wh_reader_take_u8(&r);
    (void)wh_reader_take_u8(&r);
    out->utc_s = wh_reader_take_u32be(&r);
    out->count = wh_reader_take_u32be(&r);
    if (wh_reader_left(&r) > 0 || out->slot >= WH_EVENT_SLOTS || out->what > WH_EVENT_ONCE) {
        wh_reader_fail(&r, WH_ERR_FORMAT);
    }
    return wh_reader_err(&r);
}

/* The first entry there is that is not confirmed, and the one behind the last. */
static uint32_t first_waiting(const wh_alarms *a, const wh_store *store, uint32_t *next)
{
    uint32_t first = 0;
    wh_store_log_range(store, WH_PUSH_LOG, &first, next);
    if (a->push_cursor - first <= *next - first) {
        return a->push_cursor;
    }
    /* before the oldest: some are lost; behind the newest, which cannot be: all are confirmed */
    return *next - a->push_cursor < UINT32_MAX / 2U ? first : *next;
}

uint32_t wh_push_waiting(const wh_alarms *a, const wh_store *store)
{
    uint32_t next = 0;
    uint32_t first = first_waiting(a, store, &next);
    return next - first;
}

wh_err wh_push_next(wh_alarms *a, wh_store *store, wh_push_entry *out)
{
    uint8_t bytes[WH_PUSH_ENTRY_SIZE];
    uint32_t next = 0;
    uint32_t first = first_waiting(a, store, &next);
    if (first - a->push_cursor < UINT32_MAX / 2U) {
        a->push_lost += first - a->push_cursor;
    }
    a->revision += first != a->push_cursor;
    a->push_cursor = first;
    while (a->push_cursor != next) {
        size_t len = 0;
        wh_err err =
            wh_store_log_get(store, WH_PUSH_LOG, a->push_cursor, bytes, sizeof bytes, &len);
        if (err == WH_ERR_IO) {
            return err;
        }
        *out = (wh_push_entry){.sequence = a->push_cursor};
        if (err == WH_OK && decode(bytes, len, out) == WH_OK) {
            return WH_OK;
        }
        a->push_lost++; /* damaged */
        a->push_cursor++;
        a->revision++;
    }
    return WH_ERR_NOT_FOUND;
}

void wh_push_done(wh_alarms *a, uint32_t sequence)
{
    if (sequence - a->push_cursor < UINT32_MAX / 2U) {
        a->push_cursor = sequence + 1U;
        a->revision++;
    }
}
