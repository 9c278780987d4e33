/* SPDX-License-Identifier: Apache-2.0 */
#include "port/memory/flash_ram.h"

#include <string.h>

#define PAGE_SIZE 256U
#define UNIT_SIZE 8U

static bool is_inside(const wh_flash_ram *ram, uint32_t address, size_t len)
{
    uint32_t size = ram->flash.sector_size * ram->flash.sector_count;
    return address <= size && len <= size - address;
}

static wh_err ram_read(void *user, uint32_t address, uint8_t *bytes, size_t len)
{
    const wh_flash_ram *ram = user;
    if (!is_inside(ram, address, len)) {
        return WH_ERR_IO;
    }
    memcpy(bytes, ram->memory + address, len);
    return WH_OK;
}

/* As flash does: ones become zeros, never the other way. */
static wh_err ram_program(void *user, uint32_t address, const uint8_t *bytes, size_t len)
{
    const wh_flash_ram *ram = user;
    if (!is_inside(ram, address, len)) {
        return WH_ERR_IO;
    }
    for (size_t i = 0; i < len; i++) {
        ram->memory[address + i] &= bytes[i];
    }
    return memcmp(ram->memory + address, bytes, len) == 0 ? WH_OK : WH_ERR_IO;
}

static wh_err ram_erase(void *user, uint32_t sector)
{
    const wh_flash_ram *ram = user;
    if (sector >= ram->flash.sector_count) {
        return WH_ERR_IO;
    }
    uint32_t size = ram->flash.sector_size;
    memset(ram->memory + (size_t)sector * size, 0xFF, size);
    return WH_OK;
}

void wh_flash_ram_init(wh_flash_ram *ram, uint8_t *memory, uint32_t sector_size,
                       uint16_t sector_count)
{
    *ram = (wh_flash_ram){
        .flash =
            {
                .user = ram,
                .sector_size = sector_size,
                .page_size = PAGE_SIZE,
                .sector_count = sector_count,
                .unit_size = UNIT_SIZE,
                .read = ram_read,
                .program = ram_program,
                .erase = ram_erase,
            },
        .memory = memory,
    };
}
