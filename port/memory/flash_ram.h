/* SPDX-License-Identifier: Apache-2.0 */
/* flash_ram.h - core/flash.h in memory that the caller places: for QEMU, which has no
 * flash that can be programmed, and for a first bring-up. It forgets when power is cut, unless
 * the memory is kept by a battery. */
#ifndef WH_PORT_FLASH_RAM_H
#define WH_PORT_FLASH_RAM_H

#include "core/flash.h"

/* Fields are private but for `flash`, which is given to the store and lives as long as this,
 * in its place. */
typedef struct {
    wh_flash flash;
    uint8_t *memory;
} wh_flash_ram;

/* Memory of sector_size * sector_count bytes, as it is: erase it by wh_store_format where it
 * holds nothing yet. Units of 8 bytes, pages of 256: the flash of most controllers. */
void wh_flash_ram_init(wh_flash_ram *ram, uint8_t *memory, uint32_t sector_size,
                       uint16_t sector_count);

#endif /* WH_PORT_FLASH_RAM_H */
