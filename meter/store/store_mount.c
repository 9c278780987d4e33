/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/store/store_internal.h"

#include <string.h>

#define TOO_MUCH 0x7FFFFFFFU

/* The records behind a place that may become a transaction. */
typedef struct {
    uint32_t start;
    uint32_t txn;
    uint16_t records;
    bool good;
} run;

/* One without records says only where the tail is, and may stand anywhere. */
static bool commit_fits(const wh_store *store, const run *r, const wh_store_record *commit,
                        uint32_t opened, uint32_t offset)
{
    if (commit->log > WH_STORE_COMMIT_OWN || commit->sequence > opened) {
        return false;
    }
    if (commit->key == 0) {
        return commit->len == 0;
    }
    return commit->key == r->records && r->good && commit->txn == r->txn &&
           commit->len == (offset - r->start) / store->granule;
}

/* What is not whole but has this behind it was not torn but damaged since, and may have been a
 * user's. */
static void take_commit(const wh_store_record *commit, const run *r, uint32_t offset, uint32_t span,
                        wh_store_survey *survey)
{
    survey->last_start = commit->key > 0 ? r->start : offset;
    survey->good = offset + span;
    survey->tail = commit->sequence;
    survey->user = survey->user || survey->torn || commit->log != WH_STORE_COMMIT_OWN;
    survey->torn = false;
}

void wh_store_examine(wh_store *store, uint32_t opened, wh_store_survey *survey)
{
    uint32_t size = store->config.flash->sector_size;
    uint32_t offset = wh_store_first_offset(store);
    run r = {0};
    *survey = (wh_store_survey){.good = offset, .last_start = offset};
    while (offset < size) {
        wh_store_record record;
        wh_store_found found = wh_store_read_record(store, opened, offset, size, &record);
        if (found == WH_STORE_BLANK) {
            break; /* what is behind a gap was never waited for */
        }
        uint32_t span = store->granule;
        if (found != WH_STORE_GOOD) {
            survey->torn = true;
            r = (run){0};
        } else if (record.type == WH_STORE_COMMIT) {
            span = wh_store_record_span(store, &record);
            if (commit_fits(store, &r, &record, opened, offset)) {
                take_commit(&record, &r, offset, span, survey);
            } else {
                survey->torn = true;
            }
            r = (run){0};
        } else {
            span = wh_store_record_span(store, &record);
            if (r.records == 0 || r.txn != record.txn) {
                r = (run){.start = offset, .txn = record.txn, .good = true};
            }
            r.records++;
            r.good = r.good && wh_store_payload_is_good(store, opened, offset, &record);
        }
        offset += span;
    }
    survey->torn = survey->torn || r.records > 0;
}

/* The newest sector whose header can be read, and how worn all are. */
static wh_err read_headers(wh_store *store, wh_store_header *newest)
{
    *newest = (wh_store_header){0};
    for (uint16_t place = 0; place < store->config.flash->sector_count; place++) {
        wh_store_header header;
        wh_store_found found = wh_store_read_header(store, place, &header);
        if (found == WH_STORE_OTHER) {
            return WH_ERR_UNSUPPORTED;
        }
        if (found != WH_STORE_GOOD) {
            continue;
        }
        store->erases_sum += header.erases;
        if (header.erases > store->report.erases_max) {
            store->report.erases_max = header.erases;
        }
        if (header.opened > newest->opened) {
            *newest = header;
        }
    }
    return WH_OK;
}

/* Tails said by flash that cannot be are those of damage. */
static uint32_t clamp_tail(const wh_store *store, uint32_t tail)
{
    uint32_t count = store->config.flash->sector_count;
    uint32_t least = store->head_opened >= count ? store->head_opened + 1U - count : 1U;
    uint32_t most = store->head_opened;
    return tail < least ? least : tail > most ? most : tail;
}

/* The sector behind the newest known one may be the newest, with a header damaged since. */
static void look_ahead(wh_store *store, wh_store_header *newest)
{
    wh_store_header header;
    uint16_t place = (uint16_t)((newest->opened + 1U) % store->config.flash->sector_count);
    if (wh_store_read_header(store, place, &header) != WH_STORE_BAD) {
        return;
    }
    wh_store_survey survey;
    wh_store_examine(store, newest->opened + 1U, &survey);
    store->report.torn_count += survey.torn ? 1U : 0U;
    if (survey.user) {
        newest->opened++;
    }
}

static bool read_opened(wh_store *store, uint32_t opened, wh_store_header *header)
{
    uint16_t place = (uint16_t)(opened % store->config.flash->sector_count);
    return wh_store_read_header(store, place, header) == WH_STORE_GOOD && header->opened == opened;
}

/* The newest header may be one that was torn, given up, and reads well again. */
static void skip_stale(wh_store *store, wh_store_header *newest)
{
    wh_store_header before;
    if (newest->opened > 1 && read_opened(store, newest->opened - 1U, &before) &&
        (uint16_t)before.erases != newest->link) {
        *newest = before;
    }
}

/* All that counts in the newest sector was there for good before the next one was opened, which
 * has been given up. Also takes from the header what the store knows of its newest sector. */
static bool is_followed(wh_store *store, const wh_store_survey *survey)
{
    wh_store_header head;
    wh_store_header next;
    if (!read_opened(store, store->head_opened, &head)) {
        return false;
    }
    store->head_erases = head.erases;
    store->tail_known = head.tail;
    return read_opened(store, store->head_opened + 1U, &next) &&
           next.link == (uint16_t)head.erases && survey->good <= next.previous_used;
}

/* Decide which sector is the newest, and which of its transactions are whole.
 *
 * A newest sector without a transaction of a user is given up: all that is in it are copies of
 * what still exists, and so no number of power cuts uses up the free sectors. Behind it, those
 * without any transaction are, for they were opened and then failed. */
static void find_ends(wh_store *store, wh_store_header *newest)
{
    wh_store_survey survey = {0};
    skip_stale(store, newest);
    look_ahead(store, newest);
    store->head_opened = newest->opened;
    uint32_t least = newest->tail > 0 ? newest->tail : 1U;
    while (store->head_opened >= least) {
        wh_store_examine(store, store->head_opened, &survey);
        bool keep = survey.good > wh_store_first_offset(store);
        if (store->head_opened == newest->opened) {
            store->report.torn_count += survey.torn ? 1U : 0U;
            keep = survey.user;
        }
        if (keep) {
            break;
        }
        store->head_opened--;
    }
    store->tail_opened = store->head_opened + 1U;
    store->tail_known = store->tail_opened;
    if (store->head_opened >= least) {
        store->tail_known = survey.tail;
        store->good = survey.good;
        store->recovery = WH_STORE_CONFIRM;
        bool followed = is_followed(store, &survey);
        store->tail_known = clamp_tail(store, store->tail_known);
        store->tail_opened =
            clamp_tail(store, survey.tail > store->tail_known ? survey.tail : store->tail_known);
        if (!followed) {
            store->recovery = WH_STORE_MOVE;
            store->torn_opened = store->head_opened;
            store->torn_start = survey.last_start;
            store->torn_end = survey.good;
        }
    }
}

static wh_err read_sector(wh_store *store, uint32_t opened)
{
    uint32_t limit = wh_store_used(store, opened);
    uint32_t offset = wh_store_first_offset(store);
    bool damaged = false;
    wh_err err = WH_OK;
    while (offset < limit && err == WH_OK) {
        wh_store_record record;
        if (wh_store_read_record(store, opened, offset, limit, &record) != WH_STORE_GOOD) {
            if (!damaged) {
                wh_store_damaged(store, opened, offset);
            }
            damaged = true;
            offset += store->granule;
            continue;
        }
        damaged = false;
        store->txn = record.txn > store->txn ? record.txn : store->txn;
        uint32_t before = (uint32_t)record.len * store->granule;
        if (record.type == WH_STORE_COMMIT && before <= offset - wh_store_first_offset(store)) {
            err = wh_store_apply_transaction(store, opened, offset - before, offset, record.txn);
        }
        offset += wh_store_record_span(store, &record);
    }
    return err;
}

static wh_err read_sectors(wh_store *store)
{
    wh_err err = WH_OK;
    for (uint32_t opened = store->tail_opened; opened <= store->head_opened && err == WH_OK;
         opened++) {
        wh_store_header header;
        uint16_t place = (uint16_t)(opened % store->config.flash->sector_count);
        if (wh_store_read_header(store, place, &header) != WH_STORE_GOOD ||
            header.opened != opened) {
            wh_store_damaged(store, opened, 0);
        }
        err = read_sector(store, opened);
    }
    return err;
}

/* Entries before the first that is there are not missing: there were fewer. */
static void find_first_entries(wh_store *store)
{
    for (unsigned i = 0; i < store->config.log_count; i++) {
        wh_store_log *log = &store->logs[i];
        while (log->first < log->next && !wh_store_is_grouped(store, i, log->first) &&
               store->index[wh_store_loose_slot(store, i, log->first)] == 0) {
            log->first++;
        }
    }
}

/* Records start at multiples of it, so that sixteen bits say where one is. 0: too large. */
static uint16_t granule_of(const wh_flash *flash)
{
    uint32_t granule = flash->unit_size > 8U ? flash->unit_size : 8U;
    while (granule <= WH_STORE_STAGE &&
           flash->sector_count > 65536U / (flash->sector_size / granule)) {
        granule *= 2U;
    }
    return granule <= WH_STORE_STAGE ? (uint16_t)granule : 0U;
}

static bool is_power_of_two(uint32_t value)
{
    return value != 0 && (value & (value - 1U)) == 0;
}

static bool flash_is_valid(const wh_flash *flash)
{
    return is_power_of_two(flash->unit_size) && flash->unit_size <= WH_FLASH_UNIT_MAX &&
           is_power_of_two(flash->page_size) && flash->page_size >= flash->unit_size &&
           is_power_of_two(flash->sector_size) && flash->sector_size >= flash->page_size &&
           flash->sector_size >= WH_STORE_SECTOR_SIZE_MIN &&
           flash->sector_size <= WH_STORE_SECTOR_SIZE_MAX &&
           flash->sector_count >= WH_STORE_SECTORS_MIN && granule_of(flash) != 0;
}

/* Bytes in flash of a record with such a payload. */
static uint32_t flash_bytes(uint32_t granule, uint32_t payload)
{
    uint32_t span = payload + WH_STORE_RECORD_SIZE + WH_STORE_CRC_SIZE;
    return (span + granule - 1U) & ~(granule - 1U);
}

/* Add without going beyond TOO_MUCH. */
static void add(uint32_t *sum, uint32_t count, uint32_t bytes)
{
    *sum = count > (TOO_MUCH - *sum) / bytes ? TOO_MUCH : *sum + count * bytes;
}

/* The most that a log can take is added to *bytes. Returns the longest of its records, 0 where
 * the log cannot be. */
static uint32_t check_log(const wh_store_log_config *log, uint32_t granule, uint32_t *bytes)
{
    unsigned group = wh_store_group_of(log);
    if (log->capacity == 0) {
        return granule; /* not kept, never written */
    }
    if (log->capacity > WH_STORE_CAPACITY_MAX || !is_power_of_two(group) ||
        group > WH_STORE_GROUP_MAX) {
        return 0;
    }
    uint32_t one = flash_bytes(granule, log->entry_size);
    if (group == 1) {
        add(bytes, log->capacity, one);
        return one;
    }
    uint32_t all = flash_bytes(granule, group * (log->entry_size + WH_STORE_GROUP_HEAD));
    add(bytes, log->capacity / group + 2U, all);
    add(bytes, 2U * group, one);
    return all;
}

static uint32_t index_slots(const wh_store_config *config)
{
    uint32_t slots = 0;
    for (unsigned i = 0; i < config->log_count; i++) {
        slots += wh_store_log_slots(&config->logs[i]);
    }
    return slots;
}

/* WH_ERR_SPACE: what is promised may not fit. Sectors may end with room for all but the longest
 * record, and an eighth of the rest may be commits and what is dead. */
static wh_err check(const wh_store_config *config)
{
    const wh_flash *flash = config->flash;
    if (flash == NULL || !flash_is_valid(flash) || config->log_count > WH_STORE_LOGS_MAX ||
        config->key_count > WH_STORE_KEYS_MAX || config->reserve_bytes > flash->sector_size / 4U) {
        return WH_ERR_ARG;
    }
    uint32_t granule = granule_of(flash);
    uint32_t room = flash->sector_size - WH_STORE_OVERHEAD * granule;
    uint32_t longest = config->reserve_bytes;
    uint32_t bytes = 0;
    add(&bytes, config->blob_bytes, 1);
    add(&bytes, config->key_count, flash_bytes(granule, granule));
    for (unsigned i = 0; i < config->log_count; i++) {
        uint32_t span = check_log(&config->logs[i], granule, &bytes);
        if (span == 0 || span > room / 2U) {
            return WH_ERR_ARG;
        }
        longest = span > longest ? span : longest;
    }
    if (index_slots(config) > WH_STORE_SLOTS_MAX) {
        return WH_ERR_ARG;
    }
    uint32_t sectors = flash->sector_count - WH_STORE_FREE_MIN - 1U;
    return bytes <= sectors * ((room - longest) / 8U * 7U) ? WH_OK : WH_ERR_SPACE;
}

size_t wh_store_memory_size(const wh_store_config *config)
{
    if (check(config) == WH_ERR_ARG) {
        return 0;
    }
    return config->log_count * sizeof(wh_store_log) + config->key_count * sizeof(wh_store_key) +
           index_slots(config) * sizeof(uint16_t);
}

/* Logs, keys, index: by falling alignment. */
static void lay_out(wh_store *store, void *memory, size_t size)
{
    const wh_store_config *config = &store->config;
    if (memory == NULL) {
        return; /* allowed where there are no logs and no keys */
    }
    memset(memory, 0, size);
    store->logs = memory;
    store->keys = (void *)(store->logs + config->log_count);
    store->index = (void *)(store->keys + config->key_count);
    uint32_t base = 0;
    for (unsigned i = 0; i < config->log_count; i++) {
        store->logs[i].base = (uint16_t)base;
        store->logs[i].group = (uint16_t)wh_store_group_of(&config->logs[i]);
        base += wh_store_log_slots(&config->logs[i]);
    }
}

wh_err wh_store_mount(wh_store *store, const wh_store_config *config, void *memory, size_t size)
{
    memset(store, 0, sizeof *store);
    wh_err err = check(config);
    if (err != WH_OK) {
        return err;
    }
    size_t wanted = wh_store_memory_size(config);
    if (size < wanted || (memory == NULL && wanted > 0)) {
        return WH_ERR_SPACE;
    }
    store->config = *config;
    store->granule = granule_of(config->flash);
    lay_out(store, memory, wanted);
    wh_store_header newest;
    err = read_headers(store, &newest);
    if (err != WH_OK) {
        return err;
    }
    find_ends(store, &newest);
    err = read_sectors(store);
    find_first_entries(store);
    store->txn++;
    store->tail_saved = store->tail_opened;
    store->tail_at = wh_store_first_offset(store);
    store->end =
        config->flash->sector_size; /* nothing goes behind what a power cut may have left */
    store->report.mount_reads = store->reads;
    store->report.mount_bytes = store->read_bytes;
    store->report.used_sectors = (uint16_t)(store->head_opened + 1U - store->tail_opened);
    return store->read_err != WH_OK ? store->read_err : err;
}
