/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/store/store_internal.h"

#include "core/crc.h"
#include "core/reader.h"
#include "core/writer.h"

#include <string.h>

#define CHUNK 64U /* bytes copied or checked at once */

static bool is_blank(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != 0xFFU) {
            return false;
        }
    }
    return true;
}

/* The sector's number goes first, so that nothing of an earlier turn of the ring passes. */
static void number_bytes(uint32_t opened, uint8_t bytes[4])
{
    wh_writer w = wh_writer_init(bytes, 4);
    wh_writer_put_u32le(&w, opened);
}

static uint16_t crc16(uint32_t opened, const uint8_t *bytes, size_t len)
{
    uint8_t number[4];
    number_bytes(opened, number);
    return wh_crc_msb1021(wh_crc_msb1021(WH_CRC_CCITT_FALSE_START, number, 4), bytes, len);
}

static uint32_t crc32_start(uint32_t opened)
{
    uint8_t number[4];
    number_bytes(opened, number);
    return wh_crc_lsb32(WH_CRC_32_START, number, 4);
}

uint16_t wh_store_entry_crc_start(unsigned log, uint32_t sequence, uint16_t len)
{
    uint8_t bytes[7];
    wh_writer w = wh_writer_init(bytes, sizeof bytes);
    wh_writer_put_u8(&w, (uint8_t)log);
    wh_writer_put_u32le(&w, sequence);
    wh_writer_put_u16le(&w, len);
    return wh_crc_msb1021(WH_CRC_CCITT_FALSE_START, bytes, sizeof bytes);
}

uint32_t wh_store_round_up(const wh_store *store, uint32_t len)
{
    return (len + store->granule - 1U) & ~(uint32_t)(store->granule - 1U);
}

uint32_t wh_store_address(const wh_store *store, uint32_t opened, uint32_t offset)
{
    const wh_flash *flash = store->config.flash;
    return opened % flash->sector_count * flash->sector_size + offset;
}

uint32_t wh_store_first_offset(const wh_store *store)
{
    return wh_store_round_up(store, WH_STORE_HEADER_SIZE);
}

uint32_t wh_store_record_span(const wh_store *store, const wh_store_record *record)
{
    uint32_t crc = record->type == WH_STORE_COMMIT ? 0 : record->len + WH_STORE_CRC_SIZE;
    return wh_store_round_up(store, WH_STORE_RECORD_SIZE + crc);
}

void wh_store_damaged(wh_store *store, uint32_t opened, uint32_t offset)
{
    store->report.damaged_count++;
    store->report.damaged_at = wh_store_address(store, opened, offset);
}

void wh_store_read(wh_store *store, uint32_t address, uint8_t *bytes, size_t len)
{
    const wh_flash *flash = store->config.flash;
    store->reads++;
    store->read_bytes += (uint32_t)len;
    wh_err err = flash->read(flash->user, address, bytes, len);
    if (err != WH_OK) {
        memset(bytes, 0, len);
        if (err != WH_ERR_CHECK && store->read_err == WH_OK) {
            store->read_err = err;
        }
    }
}

wh_store_found wh_store_read_header(wh_store *store, uint16_t place, wh_store_header *header)
{
    const wh_flash *flash = store->config.flash;
    uint8_t bytes[WH_STORE_HEADER_SIZE];
    wh_store_read(store, place * flash->sector_size, bytes, sizeof bytes);
    wh_reader r = wh_reader_init(bytes, sizeof bytes);
    uint32_t magic = wh_reader_take_u32le(&r);
    uint16_t version = wh_reader_take_u16le(&r);
    bool same = wh_reader_take_u16le(&r) == flash->sector_count;
    same = wh_reader_take_u16le(&r) == flash->sector_size / 256U && same;
    header->link = wh_reader_take_u16le(&r);
    same = wh_reader_take_u16le(&r) == store->granule && same;
    uint16_t lag = wh_reader_take_u16le(&r);
    header->opened = wh_reader_take_u32le(&r);
    header->erases = wh_reader_take_u32le(&r);
    header->previous_used = wh_reader_take_u32le(&r);
    header->tail = header->opened - lag;
    uint32_t crc = wh_reader_take_u32le(&r);
    if (is_blank(bytes, sizeof bytes)) {
        return WH_STORE_BLANK;
    }
    if (magic != WH_STORE_MAGIC ||
        crc != ~wh_crc_lsb32(WH_CRC_32_START, bytes, WH_STORE_HEADER_SIZE - 4U)) {
        return WH_STORE_BAD;
    }
    if (version != WH_STORE_VERSION || !same) {
        return WH_STORE_OTHER;
    }
    bool fits = header->opened % flash->sector_count == place && header->opened > lag &&
                header->opened < UINT32_MAX && lag < flash->sector_count &&
                header->previous_used <= flash->sector_size;
    return fits ? WH_STORE_GOOD : WH_STORE_BAD;
}

wh_store_found wh_store_read_record(wh_store *store, uint32_t opened, uint32_t offset,
                                    uint32_t limit, wh_store_record *record)
{
    if (limit < WH_STORE_RECORD_SIZE || offset > limit - WH_STORE_RECORD_SIZE) {
        return WH_STORE_BLANK;
    }
    uint8_t bytes[WH_STORE_RECORD_SIZE];
    wh_store_read(store, wh_store_address(store, opened, offset), bytes, sizeof bytes);
    wh_reader r = wh_reader_init(bytes, sizeof bytes);
    record->type = wh_reader_take_u8(&r);
    record->log = wh_reader_take_u8(&r);
    record->key = wh_reader_take_u16le(&r);
    record->sequence = wh_reader_take_u32le(&r);
    record->txn = wh_reader_take_u32le(&r);
    record->len = wh_reader_take_u16le(&r);
    uint16_t crc = wh_reader_take_u16le(&r);
    if (is_blank(bytes, sizeof bytes)) {
        return WH_STORE_BLANK;
    }
    bool good = crc == crc16(opened, bytes, WH_STORE_RECORD_SIZE - 2U) &&
                record->type >= WH_STORE_BLOB && record->type <= WH_STORE_COMMIT &&
                wh_store_record_span(store, record) <= limit - offset;
    return good ? WH_STORE_GOOD : WH_STORE_BAD;
}

static void encode(uint32_t opened, const wh_store_record *record,
                   uint8_t bytes[WH_STORE_RECORD_SIZE])
{
    wh_writer w = wh_writer_init(bytes, WH_STORE_RECORD_SIZE);
    wh_writer_put_u8(&w, record->type);
    wh_writer_put_u8(&w, record->log);
    wh_writer_put_u16le(&w, record->key);
    wh_writer_put_u32le(&w, record->sequence);
    wh_writer_put_u32le(&w, record->txn);
    wh_writer_put_u16le(&w, record->len);
    wh_writer_put_u16le(&w, crc16(opened, bytes, WH_STORE_RECORD_SIZE - 2U));
}

static bool crc_is(wh_store *store, uint32_t address, uint32_t crc)
{
    uint8_t bytes[WH_STORE_CRC_SIZE];
    wh_store_read(store, address, bytes, sizeof bytes);
    wh_reader r = wh_reader_init(bytes, sizeof bytes);
    return wh_reader_take_u32le(&r) == ~crc;
}

/* State of the CRC-32 behind the first bytes of a record. */
static uint32_t crc32_of(uint32_t opened, const wh_store_record *record)
{
    uint8_t bytes[WH_STORE_RECORD_SIZE];
    encode(opened, record, bytes);
    return wh_crc_lsb32(crc32_start(opened), bytes, sizeof bytes);
}

bool wh_store_payload_is_good(wh_store *store, uint32_t opened, uint32_t offset,
                              const wh_store_record *record)
{
    uint8_t bytes[CHUNK];
    uint32_t address = wh_store_address(store, opened, offset) + WH_STORE_RECORD_SIZE;
    uint32_t crc = crc32_of(opened, record);
    for (uint32_t left = record->len; left > 0;) {
        uint32_t n = left < CHUNK ? left : CHUNK;
        wh_store_read(store, address, bytes, n);
        crc = wh_crc_lsb32(crc, bytes, n);
        address += n;
        left -= n;
    }
    return crc_is(store, address, crc);
}

bool wh_store_fetch(wh_store *store, uint32_t opened, uint32_t offset,
                    const wh_store_record *record, uint8_t *bytes)
{
    uint32_t address = wh_store_address(store, opened, offset) + WH_STORE_RECORD_SIZE;
    uint32_t crc = crc32_of(opened, record);
    if (record->len > 0) {
        wh_store_read(store, address, bytes, record->len);
        crc = wh_crc_lsb32(crc, bytes, record->len);
    }
    return crc_is(store, address + record->len, crc);
}

/* Program whole units, page by page. */
static void program(wh_store *store, const uint8_t *bytes, uint32_t len)
{
    const wh_flash *flash = store->config.flash;
    while (len > 0 && store->write_err == WH_OK) {
        uint32_t n = flash->page_size - store->write_at % flash->page_size;
        n = n < len ? n : len;
        store->write_err = flash->program(flash->user, store->write_at, bytes, n);
        store->write_at += n;
        bytes += n;
        len -= n;
    }
}

static void put(wh_store *store, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        if (store->stage_len == 0 && len >= WH_STORE_STAGE) {
            size_t whole = len - len % WH_STORE_STAGE;
            program(store, bytes, (uint32_t)whole);
            bytes += whole;
            len -= whole;
            continue;
        }
        size_t n = WH_STORE_STAGE - store->stage_len;
        n = n < len ? n : len;
        memcpy(store->stage + store->stage_len, bytes, n);
        store->stage_len = (uint16_t)(store->stage_len + n);
        bytes += n;
        len -= n;
        if (store->stage_len == WH_STORE_STAGE) {
            program(store, store->stage, WH_STORE_STAGE);
            store->stage_len = 0;
        }
    }
}

/* Fill the last granule with ones and program what is staged. */
static void put_end(wh_store *store)
{
    static const uint8_t one = 0xFF;
    uint32_t end = store->write_at + store->stage_len;
    for (uint32_t fill = wh_store_round_up(store, end) - end; fill > 0; fill--) {
        put(store, &one, 1);
    }
    program(store, store->stage, store->stage_len);
    store->stage_len = 0;
}

static wh_err sync(wh_store *store)
{
    const wh_flash *flash = store->config.flash;
    if (store->write_err == WH_OK && flash->sync != NULL) {
        store->write_err = flash->sync(flash->user);
    }
    return store->write_err;
}

wh_err wh_store_write_header(wh_store *store, const wh_store_header *header)
{
    const wh_flash *flash = store->config.flash;
    uint8_t bytes[WH_STORE_HEADER_SIZE];
    wh_writer w = wh_writer_init(bytes, sizeof bytes);
    wh_writer_put_u32le(&w, WH_STORE_MAGIC);
    wh_writer_put_u16le(&w, WH_STORE_VERSION);
    wh_writer_put_u16le(&w, flash->sector_count);
    wh_writer_put_u16le(&w, (uint16_t)(flash->sector_size / 256U));
    wh_writer_put_u16le(&w, header->link);
    wh_writer_put_u16le(&w, store->granule);
    wh_writer_put_u16le(&w, (uint16_t)(header->opened - header->tail));
    wh_writer_put_u32le(&w, header->opened);
    wh_writer_put_u32le(&w, header->erases);
    wh_writer_put_u32le(&w, header->previous_used);
    wh_writer_put_u32le(&w, ~wh_crc_lsb32(WH_CRC_32_START, bytes, WH_STORE_HEADER_SIZE - 4U));
    store->write_at = wh_store_address(store, header->opened, 0);
    store->stage_len = 0;
    put(store, bytes, sizeof bytes);
    put_end(store);
    return sync(store);
}

void wh_store_write_begin(wh_store *store, const wh_store_record *record)
{
    uint8_t bytes[WH_STORE_RECORD_SIZE];
    encode(store->head_opened, record, bytes);
    store->write_at = wh_store_address(store, store->head_opened, store->end);
    store->stage_len = 0;
    store->write_crc = wh_crc_lsb32(crc32_start(store->head_opened), bytes, sizeof bytes);
    store->end += wh_store_record_span(store, record);
    store->txn_records++;
    put(store, bytes, sizeof bytes);
}

void wh_store_write_bytes(wh_store *store, const uint8_t *bytes, size_t len)
{
    store->write_crc = wh_crc_lsb32(store->write_crc, bytes, len);
    put(store, bytes, len);
}

void wh_store_write_end(wh_store *store)
{
    uint8_t crc[WH_STORE_CRC_SIZE];
    wh_writer w = wh_writer_init(crc, sizeof crc);
    wh_writer_put_u32le(&w, ~store->write_crc);
    put(store, crc, sizeof crc);
    put_end(store);
}

void wh_store_write_from(wh_store *store, uint32_t address, uint32_t len)
{
    uint8_t bytes[CHUNK];
    while (len > 0) {
        uint32_t n = len < CHUNK ? len : CHUNK;
        wh_store_read(store, address, bytes, n);
        wh_store_write_bytes(store, bytes, n);
        address += n;
        len -= n;
    }
}

void wh_store_copy(wh_store *store, uint32_t opened, uint32_t offset, const wh_store_record *record)
{
    wh_store_record copy = *record;
    copy.txn = store->txn;
    wh_store_write_begin(store, &copy);
    wh_store_write_from(store, wh_store_address(store, opened, offset) + WH_STORE_RECORD_SIZE,
                        record->len);
    wh_store_write_end(store);
}

wh_err wh_store_write_commit(wh_store *store, unsigned own)
{
    wh_store_record commit = {
        .type = WH_STORE_COMMIT,
        .log = (uint8_t)own,
        .key = store->txn_records,
        .sequence = store->tail_opened,
        .txn = store->txn,
        .len = (uint16_t)((store->end - store->txn_start) / store->granule),
    };
    wh_store_write_begin(store, &commit);
    put_end(store);
    return sync(store);
}
