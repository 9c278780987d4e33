/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/store/store_internal.h"

unsigned wh_store_group_of(const wh_store_log_config *log)
{
    return log->group > 1 ? log->group : 1U;
}

bool wh_store_keeps(const wh_store *store, unsigned log)
{
    return log < store->config.log_count && store->config.logs[log].capacity > 0;
}

/* Entries that are not grouped yet: a group that is filling, and one more that a transaction may
 * add before they are grouped. */
static uint32_t loose_slots(const wh_store_log_config *log)
{
    unsigned group = wh_store_group_of(log);
    return group > 1 ? 2U * group : log->capacity;
}

/* The oldest and the newest group may both be there in part. */
static uint32_t group_slots(const wh_store_log_config *log)
{
    return log->capacity / wh_store_group_of(log) + 2U;
}

uint32_t wh_store_log_slots(const wh_store_log_config *log)
{
    uint32_t groups = wh_store_group_of(log) > 1 ? group_slots(log) : 0;
    return log->capacity > 0 ? loose_slots(log) + groups : 0;
}

uint32_t wh_store_loose_slot(const wh_store *store, unsigned log, uint32_t sequence)
{
    return store->logs[log].base + sequence % loose_slots(&store->config.logs[log]);
}

uint32_t wh_store_group_slot(const wh_store *store, unsigned log, uint32_t sequence)
{
    const wh_store_log_config *config = &store->config.logs[log];
    return store->logs[log].base + loose_slots(config) +
           sequence / store->logs[log].group % group_slots(config);
}

bool wh_store_is_grouped(const wh_store *store, unsigned log, uint32_t sequence)
{
    return store->logs[log].group > 1 &&
           store->index[wh_store_group_slot(store, log, sequence)] != 0;
}

uint16_t wh_store_find_key(const wh_store *store, uint16_t key)
{
    uint16_t i = 0;
    while (i < store->key_used && store->keys[i].key != key) {
        i++;
    }
    return i;
}

static uint16_t value_of(const wh_store *store, uint32_t opened, uint32_t offset)
{
    return (uint16_t)(wh_store_address(store, opened, offset) / store->granule);
}

void wh_store_locate(const wh_store *store, uint16_t value, uint32_t *opened, uint32_t *offset)
{
    const wh_flash *flash = store->config.flash;
    uint32_t address = (uint32_t)value * store->granule;
    uint32_t back = store->head_opened + flash->sector_count - address / flash->sector_size;
    *opened = store->head_opened - back % flash->sector_count;
    *offset = address % flash->sector_size;
}

/* Where the index says where this record is; NULL where it has no such place, or where the
 * record has been overtaken. */
static uint16_t *slot_of(const wh_store *store, const wh_store_record *record)
{
    if (record->type == WH_STORE_BLOB) {
        uint16_t i = wh_store_find_key(store, record->key);
        return i < store->key_used ? &store->keys[i].at : NULL;
    }
    if (record->type == WH_STORE_COMMIT || !wh_store_keeps(store, record->log)) {
        return NULL;
    }
    wh_store_log *log = &store->logs[record->log];
    unsigned group = store->logs[record->log].group;
    if (record->type == WH_STORE_MARK) {
        return &log->mark;
    }
    if (record->type == WH_STORE_ENTRY) {
        bool passed = record->sequence < log->first ||
                      wh_store_is_grouped(store, record->log, record->sequence);
        return passed ? NULL
                      : &store->index[wh_store_loose_slot(store, record->log, record->sequence)];
    }
    bool passed = group < 2 || record->sequence + group <= log->first;
    return passed ? NULL : &store->index[wh_store_group_slot(store, record->log, record->sequence)];
}

bool wh_store_is_live(const wh_store *store, uint32_t opened, uint32_t offset,
                      const wh_store_record *record)
{
    const uint16_t *slot = slot_of(store, record);
    return slot != NULL && *slot == value_of(store, opened, offset);
}

void wh_store_forget(wh_store *store, const wh_store_record *record)
{
    uint16_t *slot = slot_of(store, record);
    if (slot != NULL) {
        *slot = 0;
    }
}

static wh_err apply_blob(wh_store *store, uint16_t value, const wh_store_record *record)
{
    uint16_t i = wh_store_find_key(store, record->key);
    if (i == store->key_used) {
        if (i >= store->config.key_count) {
            return WH_ERR_SPACE;
        }
        store->keys[i] = (wh_store_key){.key = record->key};
        store->key_used++;
    }
    store->blob_bytes += record->len - (uint32_t)store->keys[i].len;
    store->keys[i].at = value;
    store->keys[i].len = record->len;
    return WH_OK;
}

/* Groups of an earlier turn make room in the index for those that begin before `next`. */
static void forget_groups(const wh_store *store, unsigned log, uint32_t next)
{
    const wh_store_log_config *config = &store->config.logs[log];
    unsigned group = store->logs[log].group;
    uint32_t begun = (store->logs[log].next + group - 1U) / group;
    uint32_t end = (next - 1U) / group + 1U;
    uint32_t all = group_slots(config);
    if (end > begun + all) {
        begun = end - all;
    }
    for (; begun < end; begun++) {
        store->index[wh_store_group_slot(store, log, begun * group)] = 0;
    }
}

/* The log has entries before `next`. */
static void advance(const wh_store *store, unsigned log, uint32_t next)
{
    wh_store_log *l = &store->logs[log];
    uint32_t capacity = store->config.logs[log].capacity;
    if (next > l->next) {
        if (store->logs[log].group > 1) {
            forget_groups(store, log, next);
        }
        l->next = next;
    }
    if (l->next > capacity && l->first < l->next - capacity) {
        l->first = l->next - capacity;
    }
}

static void apply_entry(wh_store *store, uint16_t value, const wh_store_record *record)
{
    if (record->sequence >= WH_STORE_SEQUENCE_END) {
        return;
    }
    advance(store, record->log, record->sequence + 1U);
    if (record->sequence >= store->logs[record->log].first) {
        store->index[wh_store_loose_slot(store, record->log, record->sequence)] = value;
    }
}

static void apply_group(wh_store *store, uint16_t value, const wh_store_record *record)
{
    unsigned group = store->logs[record->log].group;
    if (group < 2 || record->key != group || record->sequence % group != 0 ||
        record->sequence >= WH_STORE_SEQUENCE_END) {
        return; /* of another configuration */
    }
    advance(store, record->log, record->sequence + group);
    if (record->sequence + group > store->logs[record->log].first) {
        store->index[wh_store_group_slot(store, record->log, record->sequence)] = value;
    }
}

static void apply_mark(wh_store *store, uint16_t value, const wh_store_record *record)
{
    wh_store_log *log = &store->logs[record->log];
    if (record->sequence > WH_STORE_SEQUENCE_END) {
        return;
    }
    if (record->sequence > 0) {
        advance(store, record->log, record->sequence);
    }
    log->mark = value;
    log->first = record->sequence > log->first ? record->sequence : log->first;
}

wh_err wh_store_apply(wh_store *store, uint32_t opened, uint32_t offset,
                      const wh_store_record *record)
{
    uint16_t value = value_of(store, opened, offset);
    if (record->type == WH_STORE_BLOB) {
        return apply_blob(store, value, record);
    }
    if (!wh_store_keeps(store, record->log)) {
        return WH_OK;
    }
    switch (record->type) {
    case WH_STORE_ENTRY:
        apply_entry(store, value, record);
        break;
    case WH_STORE_GROUP:
        apply_group(store, value, record);
        break;
    case WH_STORE_MARK:
        apply_mark(store, value, record);
        break;
    default:
        break;
    }
    return WH_OK;
}

wh_err wh_store_apply_transaction(wh_store *store, uint32_t opened, uint32_t start, uint32_t end,
                                  uint32_t txn)
{
    wh_store_record record;
    wh_err err = WH_OK;
    uint32_t offset = start;
    while (offset < end && err == WH_OK) {
        if (wh_store_read_record(store, opened, offset, end, &record) != WH_STORE_GOOD) {
            offset += store->granule;
            continue;
        }
        if (record.txn == txn) {
            err = wh_store_apply(store, opened, offset, &record);
        }
        offset += wh_store_record_span(store, &record);
    }
    return err;
}

wh_err wh_store_find(wh_store *store, uint16_t value, const wh_store_record *want,
                     wh_store_record *record, uint32_t *opened, uint32_t *offset)
{
    if (value == 0) {
        return WH_ERR_NOT_FOUND;
    }
    wh_store_locate(store, value, opened, offset);
    wh_store_found found =
        wh_store_read_record(store, *opened, *offset, store->config.flash->sector_size, record);
    if (store->read_err != WH_OK) {
        return store->read_err;
    }
    if (found != WH_STORE_GOOD || record->type != want->type) {
        wh_store_damaged(store, *opened, *offset);
        return WH_ERR_CHECK;
    }
    if (record->log != want->log || record->key != want->key ||
        record->sequence != want->sequence) {
        return WH_ERR_NOT_FOUND; /* an entry of an earlier turn: this one is lost */
    }
    return WH_OK;
}
