/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_store.c - the input is an image of a small flash: runs of 16-bit offset, 8-bit length and
 * bytes, all else is erased. Where the first byte is odd, checksums are made right afterwards, so
 * that what is behind them is reached. Whatever it holds, it is mounted, read, and written on in
 * bounded time; what the store returns fits, and what is written then is there. */
#include "core/crc.h"
#include "core/reader.h"
#include "core/writer.h"
#include "meter/store/store.h"
#include "meter/store/store_wire.h"

#include <stdlib.h>
#include <string.h>

#define SECTOR  1024U
#define SECTORS 8U
#define UNIT    8U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    uint8_t bytes[SECTOR * SECTORS];
    uint32_t reads;
} image;

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static wh_err read_bytes(void *user, uint32_t address, uint8_t *bytes, size_t len)
{
    image *i = user;
    require(address <= sizeof i->bytes && len <= sizeof i->bytes - address);
    memcpy(bytes, i->bytes + address, len);
    i->reads++;
    return WH_OK;
}

static wh_err program(void *user, uint32_t address, const uint8_t *bytes, size_t len)
{
    image *i = user;
    require(len > 0 && address % UNIT == 0 && len % UNIT == 0);
    require(address < sizeof i->bytes && len <= sizeof i->bytes - address);
    for (size_t k = 0; k < len; k++) {
        require(i->bytes[address + k] == 0xFF);
        i->bytes[address + k] = bytes[k];
    }
    return WH_OK;
}

static wh_err erase(void *user, uint32_t sector)
{
    image *i = user;
    require(sector < SECTORS);
    memset(i->bytes + sector * SECTOR, 0xFF, SECTOR);
    return WH_OK;
}

static void put_u32(uint8_t *at, uint32_t value)
{
    wh_writer w = wh_writer_init(at, 4);
    wh_writer_put_u32le(&w, value);
}

/* Give the record at `at` its checksums. Returns the bytes that it takes. */
static uint32_t mend_record(uint8_t *sector, uint32_t at, const uint8_t number[4])
{
    uint8_t *record = sector + at;
    uint16_t crc = wh_crc_msb1021(WH_CRC_CCITT_FALSE_START, number, 4);
    crc = wh_crc_msb1021(crc, record, 14);
    record[14] = (uint8_t)crc;
    record[15] = (uint8_t)(crc >> 8);
    uint32_t len = record[12] | (uint32_t)record[13] << 8;
    if (record[0] == WH_STORE_COMMIT || at + 20U + len > SECTOR) {
        return 16;
    }
    uint32_t sum = wh_crc_lsb32(WH_CRC_32_START, number, 4);
    put_u32(record + 16 + len, ~wh_crc_lsb32(sum, record, 16 + len));
    return (16 + len + 4 + 7) & ~7U;
}

static void mend(image *i)
{
    for (uint32_t s = 0; s < SECTORS; s++) {
        uint8_t *sector = i->bytes + s * SECTOR;
        put_u32(sector, WH_STORE_MAGIC);
        put_u32(sector + 4, WH_STORE_VERSION | SECTORS << 16);
        sector[8] = SECTOR / 256U;
        sector[9] = 0;
        sector[12] = 8;
        sector[13] = 0;
        put_u32(sector + 28, ~wh_crc_lsb32(WH_CRC_32_START, sector, 28));
        for (uint32_t at = 32; at + 16 <= SECTOR && sector[at] != 0xFF;) {
            at += mend_record(sector, at, sector + 16);
        }
    }
}

static void lay_out(image *i, const uint8_t *data, size_t size)
{
    memset(i->bytes, 0xFF, sizeof i->bytes);
    wh_reader r = wh_reader_init(data, size);
    bool whole = wh_reader_take_u8(&r) % 2 != 0;
    while (wh_reader_left(&r) >= 3) {
        uint32_t at = wh_reader_take_u16le(&r) % sizeof i->bytes;
        size_t len = wh_reader_take_u8(&r);
        len = len < wh_reader_left(&r) ? len : wh_reader_left(&r);
        len = len < sizeof i->bytes - at ? len : sizeof i->bytes - at;
        const uint8_t *bytes = wh_reader_take_bytes(&r, len);
        memcpy(i->bytes + at, bytes, len);
    }
    if (whole) {
        mend(i);
    }
}

static void read_all(wh_store *store, const wh_store_config *config)
{
    uint8_t bytes[300];
    size_t len;
    for (unsigned log = 0; log < config->log_count; log++) {
        uint32_t first;
        uint32_t next;
        wh_store_log_range(store, log, &first, &next);
        require(first <= next && next - first <= config->logs[log].capacity);
        for (uint32_t s = first; s < next; s++) {
            wh_err err = wh_store_log_get(store, log, s, bytes, sizeof bytes, &len);
            require(err != WH_OK || len <= sizeof bytes);
        }
    }
    for (uint16_t key = 0; key < 256; key++) {
        wh_err err = wh_store_get(store, key, bytes, sizeof bytes, &len);
        require(err != WH_OK || len <= sizeof bytes);
    }
}

static void write_on(wh_store *store)
{
    for (uint8_t k = 0; k < 40; k++) {
        uint8_t bytes[60];
        memset(bytes, k, sizeof bytes);
        wh_err err = wh_store_begin(store);
        if (err != WH_OK) {
            require(err == WH_ERR_SPACE);
            return;
        }
        bool put = wh_store_put(store, 3, bytes, sizeof bytes) == WH_OK;
        uint32_t sequence = 0;
        bool appended = wh_store_append(store, 0, bytes, 8, &sequence) == WH_OK;
        require(wh_store_commit(store) == WH_OK);
        size_t len = 0;
        uint8_t got[60];
        if (put) {
            require(wh_store_get(store, 3, got, sizeof got, &len) == WH_OK && len == 60);
            require(memcmp(got, bytes, 60) == 0);
        }
        if (appended) {
            require(wh_store_log_get(store, 0, sequence, got, sizeof got, &len) == WH_OK);
            require(len == 8 && got[0] == k);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const wh_store_log_config logs[] = {
        {.capacity = 16, .entry_size = 8, .group = 4},
        {.capacity = 4, .entry_size = 40},
    };
    image i = {.reads = 0};
    wh_flash flash = {
        .user = &i,
        .sector_size = SECTOR,
        .page_size = 256,
        .sector_count = SECTORS,
        .unit_size = UNIT,
        .read = read_bytes,
        .program = program,
        .erase = erase,
    };
    wh_store_config config = {
        .flash = &flash, .logs = logs, .log_count = 2, .key_count = 4, .blob_bytes = 200};
    uint32_t memory[64];
    wh_store store;
    lay_out(&i, data, size);
    wh_err err = wh_store_mount(&store, &config, memory, sizeof memory);
    require(err == WH_OK || err == WH_ERR_SPACE || err == WH_ERR_UNSUPPORTED);
    require(i.reads < 20000);
    if (err == WH_OK) {
        read_all(&store, &config);
        write_on(&store);
        read_all(&store, &config);
    }
    return 0;
}
