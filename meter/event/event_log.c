/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/event/event_log.h"

#include "meter/event/event_internal.h"

static uint16_t key_of(unsigned slot)
{
    return (uint16_t)(WH_EVENT_KEY_FIRST + slot);
}

static bool has_length(unsigned slot)
{
    return wh_event_row_at(slot)->sort != WH_EVENT_SORT_OCCURRENCE;
}

wh_store_log_config wh_event_log_config(unsigned slot)
{
    return (wh_store_log_config){.capacity = wh_event_depth(slot),
                                 .entry_size = (uint16_t)wh_event_record_size(slot)};
}

size_t wh_event_log_running_size(unsigned slot)
{
    return slot < WH_EVENT_SLOTS && has_length(slot) ? wh_event_record_size(slot) : 0;
}

/* ---- writing ---- */

static wh_err write_begin(const wh_event_log *log, const wh_event_notice *notice)
{
    wh_writer w = wh_writer_init(log->work, log->work_size);
    wh_err err = wh_event_record_begin(&w, notice->slot, notice->utc_s, NULL, log->columns);
    return err != WH_OK
               ? err
               : wh_store_put(log->store, key_of(notice->slot), log->work, wh_writer_len(&w));
}

/* What was kept of the begin; where it is lost, a record that knows nothing of it. */
static wh_err load_begin(const wh_event_log *log, unsigned slot, size_t *len)
{
    wh_event_record record;
    wh_err err = wh_store_get(log->store, key_of(slot), log->work, log->work_size, len);
    if (err == WH_ERR_SPACE || err == WH_ERR_IO) {
        return err;
    }
    if (err == WH_OK && wh_event_record_decode(log->work, *len, &record) == WH_OK &&
        record.layout == wh_event_row_at(slot)->layout) {
        return WH_OK;
    }
    wh_writer w = wh_writer_init(log->work, log->work_size);
    err = wh_event_record_begin(&w, slot, 0, NULL, NULL);
    *len = wh_writer_len(&w);
    return err;
}

static wh_err write_end(const wh_event_log *log, const wh_event_notice *notice,
                        const wh_event_detail *detail)
{
    size_t len = 0;
    wh_err err = WH_OK;
    if (notice->what == WH_EVENT_ONCE) {
        wh_writer w = wh_writer_init(log->work, log->work_size);
        err = wh_event_record_begin(&w, notice->slot, notice->utc_s, detail, log->columns);
        len = wh_writer_len(&w);
    } else {
        err = load_begin(log, notice->slot, &len);
    }
    if (err == WH_OK) {
        wh_event_record_end(log->work, len, notice->utc_s,
                            wh_events_extreme(log->events, notice->slot), log->columns);
        wh_event_record_stamp(log->work, len, log->events->epoch);
        err = wh_store_append(log->store, WH_EVENT_LOG_FIRST + notice->slot, log->work, len, NULL);
    }
    if (err == WH_OK && notice->what == WH_EVENT_END) {
        err = wh_store_put(log->store, key_of(notice->slot), log->work, 0);
    }
    return err;
}

wh_err wh_event_log_take(const wh_event_log *log, const wh_event_notice *notice,
                         const wh_event_detail *detail)
{
    if (notice->slot >= WH_EVENT_SLOTS) {
        return WH_ERR_ARG;
    }
    if (!wh_store_keeps(log->store, WH_EVENT_LOG_FIRST + notice->slot)) {
        return WH_OK;
    }
    return notice->what == WH_EVENT_BEGIN ? write_begin(log, notice)
                                          : write_end(log, notice, detail);
}

wh_err wh_event_log_clear(const wh_event_log *log, unsigned kind)
{
    wh_err err = kind < WH_EVENT_KINDS ? WH_OK : WH_ERR_NOT_FOUND;
    if (err == WH_OK && wh_event_is_kept(kind)) {
        err = WH_ERR_DENIED;
    }
    for (unsigned place = 0; err == WH_OK && place < wh_event_places(kind); place++) {
        unsigned number = WH_EVENT_LOG_FIRST + wh_event_slot(kind, place);
        if (wh_store_keeps(log->store, number) && wh_store_log_count(log->store, number) > 0) {
            err = wh_store_clear(log->store, number);
        }
    }
    return err;
}

/* ---- reading ---- */

bool wh_event_log_runs(const wh_event_log *log, unsigned slot)
{
    size_t len = 0;
    if (wh_event_log_running_size(slot) == 0) {
        return false;
    }
    wh_err err = wh_store_get(log->store, key_of(slot), log->work, log->work_size, &len);
    return err == WH_ERR_CHECK || ((err == WH_OK || err == WH_ERR_SPACE) && len > 0);
}

static wh_err read_running(const wh_event_log *log, unsigned slot, wh_event_record *out)
{
    size_t len = 0;
    wh_err err = wh_store_get(log->store, key_of(slot), log->work, log->work_size, &len);
    return err != WH_OK ? err : wh_event_record_decode(log->work, len, out);
}

wh_err wh_event_log_read(const wh_event_log *log, unsigned slot, unsigned number,
                         wh_event_record *out)
{
    uint32_t first = 0;
    uint32_t next = 0;
    size_t len = 0;
    if (wh_event_log_runs(log, slot)) {
        if (number == 0) {
            return read_running(log, slot, out);
        }
        number--;
    }
    wh_store_log_range(log->store, WH_EVENT_LOG_FIRST + slot, &first, &next);
    if (slot >= WH_EVENT_SLOTS || number >= next - first) {
        return WH_ERR_NOT_FOUND;
    }
    wh_err err = wh_store_log_get(log->store, WH_EVENT_LOG_FIRST + slot, next - 1U - number,
                                  log->work, log->work_size, &len);
    if (err == WH_OK) {
        err = wh_event_record_decode(log->work, len, out);
    }
    if (err == WH_OK && out->epoch != log->events->epoch &&
        !wh_event_is_kept(wh_event_kind_of(slot, NULL))) {
        return WH_ERR_NOT_FOUND; /* cleared, and so are all that are older */
    }
    return err;
}

unsigned wh_event_log_count(const wh_event_log *log, unsigned slot)
{
    wh_event_record record;
    unsigned count = 0;
    while (wh_event_log_read(log, slot, count, &record) != WH_ERR_NOT_FOUND) {
        count++;
    }
    return count;
}
