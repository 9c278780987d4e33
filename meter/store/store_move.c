/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/store/store_internal.h"

#include "core/crc.h"
#include "core/reader.h"
#include "core/writer.h"

/* A transaction of our own can take a record of so many bytes: started, and in a sector that has
 * room for it. What is in it already is committed where that needs another sector. */
static wh_err own_room(wh_store *store, uint32_t span)
{
    wh_err err = WH_OK;
    if (!wh_store_has_room(store, store->end, span)) {
        if (store->state == WH_STORE_OWN) {
            err = wh_store_finish(store);
        }
        if (err == WH_OK) {
            err = wh_store_open(store);
        }
    }
    if (err == WH_OK && store->state == WH_STORE_IDLE) {
        wh_store_start(store, WH_STORE_OWN);
    }
    return err;
}

/* Entries in a damaged group are guarded one by one, so it may move as it is. */
static wh_err move_record(wh_store *store, uint32_t opened, uint32_t offset,
                          const wh_store_record *record)
{
    if (!wh_store_is_live(store, opened, offset, record)) {
        return WH_OK;
    }
    if (!wh_store_payload_is_good(store, opened, offset, record)) {
        wh_store_damaged(store, opened, offset);
        if (record->type != WH_STORE_GROUP) {
            wh_store_forget(store, record);
            return WH_OK;
        }
    }
    wh_err err = own_room(store, wh_store_record_span(store, record));
    if (err == WH_OK) {
        wh_store_copy(store, opened, offset, record);
        err = store->write_err;
    }
    return err;
}

/* Move what is live from *at on, up to `limit` and `budget` bytes, and commit it. */
static wh_err move_some(wh_store *store, uint32_t opened, uint32_t *at, uint32_t limit,
                        uint32_t *budget)
{
    wh_err err = WH_OK;
    while (err == WH_OK && *budget > 0 && *at < limit) {
        wh_store_record record;
        uint32_t span = store->granule;
        if (wh_store_read_record(store, opened, *at, limit, &record) == WH_STORE_GOOD) {
            span = wh_store_record_span(store, &record);
            err = move_record(store, opened, *at, &record);
        }
        *at += span;
        *budget -= span < *budget ? span : *budget;
    }
    if (store->state == WH_STORE_OWN) {
        if (err == WH_OK) {
            return wh_store_finish(store);
        }
        wh_store_drop(store);
    }
    return err;
}

bool wh_store_is_crowded(const wh_store *store)
{
    uint32_t eighth = store->config.flash->sector_count / 8U;
    uint32_t enough = eighth > WH_STORE_FREE_MIN ? eighth : WH_STORE_FREE_MIN + 1U;
    return wh_store_free(store) < enough && store->tail_opened < store->head_opened;
}

wh_err wh_store_move_tail(wh_store *store, uint32_t budget)
{
    wh_err err = WH_OK;
    while (err == WH_OK && budget > 0 && wh_store_is_crowded(store)) {
        uint32_t limit = wh_store_used(store, store->tail_opened);
        uint32_t at = store->tail_at;
        err = move_some(store, store->tail_opened, &at, limit, &budget);
        if (err != WH_OK) {
            store->tail_at = wh_store_first_offset(store); /* what was not committed: again */
        } else if (at < limit) {
            store->tail_at = at;
        } else {
            store->tail_at = wh_store_first_offset(store);
            store->tail_opened++;
        }
    }
    return err;
}

/* The last transaction before the mount was whole, but its bits may not last. */
static wh_err move_torn(wh_store *store)
{
    uint32_t at = store->torn_start;
    uint32_t budget = store->config.flash->sector_size;
    wh_err err = move_some(store, store->torn_opened, &at, store->torn_end, &budget);
    if (err == WH_OK) {
        store->recovery = WH_STORE_CONFIRM;
    }
    return err;
}

/* Also where nothing had to move: what the mount found by looking at the newest sector must be
 * found for ever. */
static wh_err confirm(wh_store *store)
{
    wh_err err = WH_OK;
    if (!wh_store_has_room(store, store->end, 0)) {
        err = wh_store_open(store);
    }
    if (err == WH_OK) {
        wh_store_start(store, WH_STORE_RUNNING);
        err = wh_store_finish(store);
    }
    if (err == WH_OK) {
        store->recovery = WH_STORE_SETTLED;
    }
    return err;
}

/* The newest whole group of a log is not one yet. */
static bool can_group(const wh_store *store, unsigned log)
{
    const wh_store_log *l = &store->logs[log];
    if (l->group <= 1) {
        return false;
    }
    uint32_t whole = l->next - l->next % l->group;
    return whole > l->first && !wh_store_is_grouped(store, log, whole - 1U);
}

/* Find entry `sequence` in a record of its own, undamaged. Entries that were cleared are not
 * looked for. */
static bool find_loose(wh_store *store, unsigned log, uint32_t sequence, uint32_t *address,
                       uint16_t *len)
{
    wh_store_record want = {.type = WH_STORE_ENTRY, .log = (uint8_t)log, .sequence = sequence};
    wh_store_record record;
    uint32_t opened;
    uint32_t offset;
    uint16_t value = store->index[wh_store_loose_slot(store, log, sequence)];
    if (sequence < store->logs[log].first ||
        wh_store_find(store, value, &want, &record, &opened, &offset) != WH_OK) {
        return false;
    }
    *address = wh_store_address(store, opened, offset) + WH_STORE_RECORD_SIZE;
    *len = record.len;
    if (wh_store_payload_is_good(store, opened, offset, &record)) {
        return true;
    }
    wh_store_damaged(store, opened, offset);
    return false;
}

static uint16_t entry_crc(wh_store *store, uint16_t crc, uint32_t address, uint16_t len)
{
    uint8_t bytes[WH_STORE_STAGE];
    while (len > 0) {
        uint16_t n = len < sizeof bytes ? len : (uint16_t)sizeof bytes;
        wh_store_read(store, address, bytes, n);
        crc = wh_crc_msb1021(crc, bytes, n);
        address += n;
        len = (uint16_t)(len - n);
    }
    return crc;
}

static void write_entry(wh_store *store, unsigned log, uint32_t sequence, bool lost)
{
    uint8_t head[WH_STORE_GROUP_HEAD];
    wh_writer w = wh_writer_init(head, sizeof head);
    uint32_t address = 0;
    uint16_t len = 0;
    if (lost || !find_loose(store, log, sequence, &address, &len)) {
        wh_writer_put_u16le(&w, WH_STORE_GROUP_LOST);
        wh_writer_put_u16le(&w, WH_STORE_GROUP_LOST);
        wh_store_write_bytes(store, head, sizeof head);
        return;
    }
    wh_writer_put_u16le(&w, len);
    wh_writer_put_u16le(
        &w, entry_crc(store, wh_store_entry_crc_start(log, sequence, len), address, len));
    wh_store_write_bytes(store, head, sizeof head);
    wh_store_write_from(store, address, len);
}

static wh_err group_entries(wh_store *store, unsigned log)
{
    unsigned group = store->logs[log].group;
    const wh_store_log *l = &store->logs[log];
    uint32_t first = l->next - l->next % group - group;
    uint32_t lost = 0;
    uint32_t total = 0;
    for (unsigned k = 0; k < group; k++) {
        uint32_t address;
        uint16_t len = 0;
        if (!find_loose(store, log, first + k, &address, &len)) {
            lost |= 1U << k;
            len = 0;
        }
        total += WH_STORE_GROUP_HEAD + len;
    }
    wh_store_record record = {
        .type = WH_STORE_GROUP,
        .log = (uint8_t)log,
        .key = (uint16_t)group,
        .sequence = first,
        .len = (uint16_t)total,
    };
    wh_err err = own_room(store, wh_store_record_span(store, &record));
    if (err != WH_OK) {
        return err;
    }
    record.txn = store->txn;
    wh_store_write_begin(store, &record);
    for (unsigned k = 0; k < group; k++) {
        write_entry(store, log, first + k, (lost >> k & 1U) != 0);
    }
    wh_store_write_end(store);
    return wh_store_finish(store);
}

wh_err wh_store_group_all(wh_store *store)
{
    wh_err err = WH_OK;
    for (unsigned log = 0; log < store->config.log_count && err == WH_OK; log++) {
        if (can_group(store, log)) {
            err = group_entries(store, log);
        }
    }
    return err;
}

static bool any_can_group(const wh_store *store)
{
    unsigned log = 0;
    while (log < store->config.log_count && !can_group(store, log)) {
        log++;
    }
    return log < store->config.log_count;
}

bool wh_store_must_move(const wh_store *store)
{
    return store->recovery != WH_STORE_SETTLED || wh_store_free(store) < WH_STORE_FREE_MIN ||
           any_can_group(store);
}

/* Room first, so that a transaction is confirmed only where that does not use up what the next
 * recovery needs. Two turns of the ring: one to bring together what is live, one more for what
 * is in the way. */
wh_err wh_store_make_room(wh_store *store)
{
    const wh_flash *flash = store->config.flash;
    wh_err err = WH_OK;
    for (uint32_t turn = 0; err == WH_OK && wh_store_must_move(store); turn++) {
        if (turn > 2U * flash->sector_count) {
            return WH_ERR_SPACE;
        }
        if (store->recovery == WH_STORE_MOVE) {
            err = move_torn(store);
        } else if (wh_store_free(store) < WH_STORE_FREE_MIN) {
            err = wh_store_move_tail(store, flash->sector_size);
        } else {
            err = wh_store_group_all(store);
            bool room = wh_store_free(store) >= WH_STORE_FREE_MIN;
            if (err == WH_OK && room && store->recovery == WH_STORE_CONFIRM) {
                err = confirm(store);
            }
        }
    }
    return err;
}
