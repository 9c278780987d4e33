/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/store/store_internal.h"

#include <string.h>

uint32_t wh_store_free(const wh_store *store)
{
    return store->config.flash->sector_count - (store->head_opened + 1U - store->tail_opened);
}

bool wh_store_has_room(const wh_store *store, uint32_t used, uint32_t span)
{
    uint32_t commits = 2U * wh_store_round_up(store, WH_STORE_RECORD_SIZE);
    return used + span + commits <= store->config.flash->sector_size;
}

uint32_t wh_store_used(wh_store *store, uint32_t opened)
{
    const wh_flash *flash = store->config.flash;
    if (opened == store->head_opened) {
        return store->good;
    }
    wh_store_header next;
    uint16_t place = (uint16_t)((opened + 1U) % flash->sector_count);
    if (wh_store_read_header(store, place, &next) == WH_STORE_GOOD && next.opened == opened + 1U) {
        return next.previous_used;
    }
    wh_store_survey survey;
    wh_store_examine(store, opened, &survey);
    return survey.good;
}

/* How far the tail has come must be known without the sector that is opened: the next mount may
 * give that one up, and sectors before the tail may then have been erased. */
static wh_err save_tail(wh_store *store)
{
    if (store->tail_saved == store->tail_opened || store->end >= store->config.flash->sector_size) {
        return WH_OK;
    }
    uint32_t start = store->txn_start;
    uint16_t records = store->txn_records;
    store->txn++;
    store->txn_start = store->end;
    store->txn_records = 0;
    wh_err err = wh_store_write_commit(store, WH_STORE_COMMIT_OWN);
    store->txn++;
    store->txn_start = start;
    store->txn_records = records;
    if (err != WH_OK) {
        store->end = store->config.flash->sector_size; /* what is there now is not known */
    }
    return err;
}

/* How often the sector has been erased when it is opened next. Where its header was lost it is
 * taken for the most worn one. */
static uint32_t count_erase(wh_store *store, uint16_t place)
{
    wh_store_header old;
    wh_store_found found = wh_store_read_header(store, place, &old);
    uint32_t erases = store->report.erases_max + 1U;
    uint32_t known = 0;
    if (found == WH_STORE_GOOD) {
        erases = old.erases + 1U;
        known = old.erases;
    } else if (found == WH_STORE_BLANK && store->head_opened < store->config.flash->sector_count) {
        erases = 1U;
    }
    store->erases_sum += erases - known;
    return erases;
}

wh_err wh_store_open(wh_store *store)
{
    const wh_flash *flash = store->config.flash;
    uint32_t opened = store->head_opened + 1U;
    if (opened > flash->sector_count && opened - flash->sector_count >= store->tail_known) {
        return WH_ERR_SPACE;
    }
    uint16_t place = (uint16_t)(opened % flash->sector_count);
    wh_err err = save_tail(store);
    if (err != WH_OK) {
        return err;
    }
    wh_store_header header = {
        .opened = opened,
        .erases = count_erase(store, place),
        .previous_used = store->good,
        .tail = store->tail_opened,
        .link = (uint16_t)store->head_erases,
    };
    if (store->recovery != WH_STORE_SETTLED && store->torn_opened == store->head_opened) {
        header.previous_used = store->torn_start; /* what is behind moves to this sector */
    }
    err = flash->erase(flash->user, place);
    if (err != WH_OK) {
        return err;
    }
    store->write_err = WH_OK;
    err = wh_store_write_header(store, &header);
    if (err != WH_OK) {
        return err;
    }
    if (header.erases > store->report.erases_max) {
        store->report.erases_max = header.erases;
    }
    store->tail_saved = store->tail_opened;
    store->tail_known = store->tail_opened;
    store->head_opened = opened;
    store->head_erases = header.erases;
    store->end = wh_store_first_offset(store);
    store->good = store->end;
    return WH_OK;
}

void wh_store_start(wh_store *store, uint8_t state)
{
    store->state = state;
    store->txn_start = store->end;
    store->txn_records = 0;
    store->txn_keys = 0;
    store->write_err = WH_OK;
    store->blob_pending = store->blob_bytes;
    for (unsigned i = 0; i < store->config.log_count; i++) {
        store->logs[i].pending = 0;
    }
}

void wh_store_drop(wh_store *store)
{
    if (store->write_err != WH_OK) {
        store->end = store->config.flash->sector_size;
    }
    store->state = WH_STORE_IDLE;
    store->txn++;
}

wh_err wh_store_finish(wh_store *store)
{
    unsigned own = store->state == WH_STORE_OWN ? WH_STORE_COMMIT_OWN : 0U;
    uint32_t commit = store->end;
    wh_err err = wh_store_write_commit(store, own);
    if (err != WH_OK) {
        wh_store_drop(store);
        return err;
    }
    store->tail_saved = store->tail_opened;
    store->good = store->end;
    err =
        wh_store_apply_transaction(store, store->head_opened, store->txn_start, commit, store->txn);
    store->state = WH_STORE_IDLE;
    store->txn++;
    return err;
}
