/* SPDX-License-Identifier: Apache-2.0 */
#include "world/year/year_flash.h"

#include <stdlib.h>
#include <string.h>

static wh_err flash_read(void *user, uint32_t address, uint8_t *bytes, size_t len)
{
    const wh_year_flash *f = user;
    memcpy(bytes, f->bytes + address, len);
    return WH_OK;
}

static wh_err flash_program(void *user, uint32_t address, const uint8_t *bytes, size_t len)
{
    wh_year_flash *f = user;
    for (size_t i = 0; i < len; i++) {
        f->bytes[address + i] &= bytes[i];
    }
    f->programs++;
    f->programmed_bytes += len;
    return WH_OK;
}

static wh_err flash_erase(void *user, uint32_t sector)
{
    wh_year_flash *f = user;
    memset(f->bytes + (size_t)sector * f->flash.sector_size, 0xFF, f->flash.sector_size);
    f->erases++;
    return WH_OK;
}

static bool flash_power_fails(void *user)
{
    const wh_year_flash *f = user;
    return f->failing;
}

bool wh_year_flash_init(wh_year_flash *f, uint32_t sector_size, uint16_t sector_count)
{
    size_t size = (size_t)sector_size * sector_count;
    *f = (wh_year_flash){
        .flash = {.user = f,
                  .sector_size = sector_size,
                  .page_size = 256,
                  .sector_count = sector_count,
                  .unit_size = 8,
                  .read = flash_read,
                  .program = flash_program,
                  .erase = flash_erase,
                  .power_fails = flash_power_fails},
        .bytes = malloc(size),
    };
    if (f->bytes == NULL) {
        return false;
    }
    memset(f->bytes, 0xFF, size);
    return true;
}

void wh_year_flash_free(wh_year_flash *f)
{
    free(f->bytes);
    f->bytes = NULL;
}
