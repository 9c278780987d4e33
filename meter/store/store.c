/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/store/store.h"

#include "core/crc.h"
#include "core/reader.h"
#include "meter/store/store_internal.h"

#define IDLE_BUDGET 512U /* bytes of old sectors that work goes through at a time */
#define PACE        4U   /* the same for a byte written */
#define PACE_HURRY  16U  /* the same where hardly more than what must be free is free */

wh_err wh_store_format(const wh_flash *flash)
{
    for (uint32_t sector = 0; sector < flash->sector_count; sector++) {
        wh_err err = flash->erase(flash->user, sector);
        if (err != WH_OK) {
            return err;
        }
    }
    return flash->sync != NULL ? flash->sync(flash->user) : WH_OK;
}

static bool power_fails(const wh_store *store)
{
    const wh_flash *flash = store->config.flash;
    return flash->power_fails != NULL && flash->power_fails(flash->user);
}

static bool lacks_reserve(const wh_store *store)
{
    uint32_t reserve = store->config.reserve_bytes;
    return reserve > 0 && !wh_store_has_room(store, store->end, reserve);
}

wh_err wh_store_begin(wh_store *store)
{
    if (store->state != WH_STORE_IDLE) {
        return WH_ERR_STATE;
    }
    store->rested = false;
    wh_err err = wh_store_make_room(store);
    if (err == WH_OK) {
        wh_store_start(store, WH_STORE_RUNNING);
    }
    return err;
}

/* Begin the running transaction anew in the next sector: it has to be in one. */
static wh_err start_over(wh_store *store)
{
    uint32_t opened = store->head_opened;
    uint32_t offset = store->txn_start;
    uint32_t end = store->end;
    uint32_t txn = store->txn;
    wh_err err = wh_store_open(store);
    if (err != WH_OK) {
        store->write_err = err;
        return err;
    }
    store->txn_start = store->end;
    store->txn_records = 0;
    while (offset < end && store->write_err == WH_OK) {
        wh_store_record record;
        if (wh_store_read_record(store, opened, offset, end, &record) != WH_STORE_GOOD ||
            record.txn != txn || !wh_store_payload_is_good(store, opened, offset, &record)) {
            store->write_err = WH_ERR_IO;
            break;
        }
        wh_store_copy(store, opened, offset, &record);
        offset += wh_store_record_span(store, &record);
    }
    return store->write_err;
}

static wh_err write_record(wh_store *store, wh_store_record *record, const uint8_t *bytes)
{
    uint32_t span = wh_store_record_span(store, record);
    uint32_t written = store->end - store->txn_start;
    if (!wh_store_has_room(store, wh_store_first_offset(store) + written, span)) {
        return WH_ERR_SPACE;
    }
    if (!wh_store_has_room(store, store->end, span)) {
        wh_err err = start_over(store);
        if (err != WH_OK) {
            return err;
        }
    }
    record->txn = store->txn;
    wh_store_write_begin(store, record);
    if (record->len > 0) {
        wh_store_write_bytes(store, bytes, record->len);
    }
    wh_store_write_end(store);
    return store->write_err;
}

static wh_err check_running(const wh_store *store)
{
    if (store->state != WH_STORE_RUNNING) {
        return WH_ERR_STATE;
    }
    return store->write_err;
}

wh_err wh_store_put(wh_store *store, uint16_t key, const uint8_t *bytes, size_t len)
{
    wh_err err = check_running(store);
    if (err != WH_OK) {
        return err;
    }
    uint16_t i = wh_store_find_key(store, key);
    bool is_new = i == store->key_used;
    uint32_t old = is_new ? 0 : store->keys[i].len;
    if ((is_new && (uint32_t)store->key_used + store->txn_keys >= store->config.key_count) ||
        len > UINT16_MAX || len + store->blob_pending > (size_t)store->config.blob_bytes + old) {
        return WH_ERR_SPACE;
    }
    wh_store_record record = {.type = WH_STORE_BLOB, .key = key, .len = (uint16_t)len};
    err = write_record(store, &record, bytes);
    if (err == WH_OK) {
        store->txn_keys = (uint16_t)(store->txn_keys + (is_new ? 1U : 0U));
        store->blob_pending += (uint32_t)len;
        store->blob_pending -= old < store->blob_pending ? old : store->blob_pending;
    }
    return err;
}

wh_err wh_store_append(wh_store *store, unsigned log, const uint8_t *bytes, size_t len,
                       uint32_t *sequence)
{
    if (!wh_store_keeps(store, log) || len > store->config.logs[log].entry_size) {
        return WH_ERR_ARG;
    }
    wh_err err = check_running(store);
    if (err != WH_OK) {
        return err;
    }
    const wh_store_log_config *config = &store->config.logs[log];
    wh_store_log *l = &store->logs[log];
    unsigned group = l->group;
    uint32_t most = group > 1 ? group : config->capacity;
    if (l->pending >= most || l->next + l->pending >= WH_STORE_SEQUENCE_END) {
        return WH_ERR_SPACE;
    }
    wh_store_record record = {
        .type = WH_STORE_ENTRY,
        .log = (uint8_t)log,
        .sequence = l->next + l->pending,
        .len = (uint16_t)len,
    };
    err = write_record(store, &record, bytes);
    if (err == WH_OK) {
        l->pending++;
        if (sequence != NULL) {
            *sequence = record.sequence;
        }
    }
    return err;
}

wh_err wh_store_clear(wh_store *store, unsigned log)
{
    if (!wh_store_keeps(store, log)) {
        return WH_ERR_ARG;
    }
    wh_err err = check_running(store);
    if (err != WH_OK) {
        return err;
    }
    const wh_store_log *l = &store->logs[log];
    wh_store_record record = {
        .type = WH_STORE_MARK,
        .log = (uint8_t)log,
        .sequence = l->next + l->pending,
    };
    return write_record(store, &record, NULL);
}

/* What keeps later transactions short. An error here is met again by the next begin. */
static void tidy(wh_store *store, uint32_t written)
{
    wh_err err = wh_store_group_all(store);
    if (err == WH_OK) {
        uint32_t pace = wh_store_free(store) > WH_STORE_FREE_MIN ? PACE : PACE_HURRY;
        err = wh_store_move_tail(store, written * pace + IDLE_BUDGET);
    }
    if (err == WH_OK && lacks_reserve(store) && wh_store_free(store) >= WH_STORE_FREE_MIN) {
        err = wh_store_open(store);
    }
    (void)err;
}

wh_err wh_store_commit(wh_store *store)
{
    wh_err err = check_running(store);
    if (err == WH_ERR_STATE) {
        return err;
    }
    if (err != WH_OK || store->txn_records == 0) {
        wh_store_drop(store);
        return err;
    }
    uint32_t start = store->txn_start;
    err = wh_store_finish(store);
    if (err != WH_OK) {
        return err;
    }
    if (!power_fails(store)) {
        tidy(store, store->end - start);
    }
    return WH_OK;
}

void wh_store_rollback(wh_store *store)
{
    if (store->state == WH_STORE_RUNNING) {
        wh_store_drop(store);
    }
}

bool wh_store_work(wh_store *store)
{
    if (store->rested || store->state != WH_STORE_IDLE || power_fails(store)) {
        return false;
    }
    if (wh_store_must_move(store)) {
        return wh_store_make_room(store) == WH_OK;
    }
    if (wh_store_is_crowded(store)) {
        return wh_store_move_tail(store, IDLE_BUDGET) == WH_OK;
    }
    if (lacks_reserve(store)) {
        return wh_store_open(store) == WH_OK;
    }
    store->rested = true;
    return false;
}

static wh_err get_record(wh_store *store, uint16_t value, const wh_store_record *want,
                         uint8_t *bytes, size_t size, size_t *len)
{
    wh_store_record record;
    uint32_t opened = 0;
    uint32_t offset = 0;
    wh_err err = wh_store_find(store, value, want, &record, &opened, &offset);
    if (err != WH_OK) {
        return err;
    }
    if (record.len > size) {
        *len = record.len;
        return WH_ERR_SPACE;
    }
    bool good = wh_store_fetch(store, opened, offset, &record, bytes);
    if (store->read_err != WH_OK) {
        return store->read_err;
    }
    if (!good) {
        wh_store_damaged(store, opened, offset);
        return WH_ERR_CHECK;
    }
    *len = record.len;
    return WH_OK;
}

wh_err wh_store_get(wh_store *store, uint16_t key, uint8_t *bytes, size_t size, size_t *len)
{
    *len = 0;
    store->read_err = WH_OK;
    uint16_t i = wh_store_find_key(store, key);
    if (i == store->key_used) {
        return WH_ERR_NOT_FOUND;
    }
    wh_store_record want = {.type = WH_STORE_BLOB, .key = key};
    return get_record(store, store->keys[i].at, &want, bytes, size, len);
}

void wh_store_log_range(const wh_store *store, unsigned log, uint32_t *first, uint32_t *next)
{
    bool there = log < store->config.log_count;
    *first = there ? store->logs[log].first : 0;
    *next = there ? store->logs[log].next : 0;
}

uint32_t wh_store_log_count(const wh_store *store, unsigned log)
{
    uint32_t first;
    uint32_t next;
    wh_store_log_range(store, log, &first, &next);
    return next - first;
}

/* An entry whose head is at *address of a group that ends at `limit`: *address is moved behind
 * the entry. WH_ERR_NOT_FOUND: lost. */
static wh_err next_in_group(wh_store *store, uint32_t *address, uint32_t limit, uint16_t *len,
                            uint16_t *crc)
{
    uint8_t head[WH_STORE_GROUP_HEAD];
    if (limit - *address < sizeof head) {
        return WH_ERR_CHECK;
    }
    wh_store_read(store, *address, head, sizeof head);
    wh_reader r = wh_reader_init(head, sizeof head);
    *len = wh_reader_take_u16le(&r);
    *crc = wh_reader_take_u16le(&r);
    *address += WH_STORE_GROUP_HEAD;
    if (*len == WH_STORE_GROUP_LOST) {
        *len = 0;
        return WH_ERR_NOT_FOUND;
    }
    if (*len > limit - *address) {
        return WH_ERR_CHECK;
    }
    *address += *len;
    return WH_OK;
}

static wh_err get_grouped(wh_store *store, unsigned log, uint32_t sequence, uint8_t *bytes,
                          size_t size, size_t *len)
{
    unsigned group = store->logs[log].group;
    wh_store_record want = {
        .type = WH_STORE_GROUP,
        .log = (uint8_t)log,
        .key = (uint16_t)group,
        .sequence = sequence - sequence % group,
    };
    wh_store_record record;
    uint32_t opened = 0;
    uint32_t offset = 0;
    wh_err err = wh_store_find(store, store->index[wh_store_group_slot(store, log, sequence)],
                               &want, &record, &opened, &offset);
    if (err != WH_OK) {
        return err;
    }
    uint32_t address = wh_store_address(store, opened, offset) + WH_STORE_RECORD_SIZE;
    uint32_t limit = address + record.len;
    uint16_t entry_len = 0;
    uint16_t crc = 0;
    for (uint32_t k = 0; k <= sequence % group && err != WH_ERR_CHECK; k++) {
        err = next_in_group(store, &address, limit, &entry_len, &crc);
    }
    if (err == WH_OK && entry_len > size) {
        *len = entry_len;
        return WH_ERR_SPACE;
    }
    if (err == WH_OK && entry_len > 0) {
        wh_store_read(store, address - entry_len, bytes, entry_len);
    }
    if (store->read_err != WH_OK) {
        return store->read_err;
    }
    uint16_t start = wh_store_entry_crc_start(log, sequence, entry_len);
    if (err == WH_ERR_CHECK || (err == WH_OK && wh_crc_msb1021(start, bytes, entry_len) != crc)) {
        wh_store_damaged(store, opened, offset);
        return WH_ERR_CHECK;
    }
    *len = entry_len;
    return err;
}

wh_err wh_store_log_get(wh_store *store, unsigned log, uint32_t sequence, uint8_t *bytes,
                        size_t size, size_t *len)
{
    *len = 0;
    store->read_err = WH_OK;
    if (log >= store->config.log_count || sequence < store->logs[log].first ||
        sequence >= store->logs[log].next) {
        return WH_ERR_NOT_FOUND;
    }
    if (wh_store_is_grouped(store, log, sequence)) {
        return get_grouped(store, log, sequence, bytes, size, len);
    }
    wh_store_record want = {.type = WH_STORE_ENTRY, .log = (uint8_t)log, .sequence = sequence};
    return get_record(store, store->index[wh_store_loose_slot(store, log, sequence)], &want, bytes,
                      size, len);
}

wh_store_report wh_store_get_report(const wh_store *store)
{
    wh_store_report report = store->report;
    report.erases_mean = store->erases_sum / store->config.flash->sector_count;
    report.free_sectors = (uint16_t)wh_store_free(store);
    return report;
}
