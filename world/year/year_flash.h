/* SPDX-License-Identifier: Apache-2.0 */
/* year_flash.h - a flash memory in RAM that counts what is done to it. It never fails; for power
 * that is cut in the midst of a write there are other tests. */
#ifndef WH_WORLD_YEAR_FLASH_H
#define WH_WORLD_YEAR_FLASH_H

#include "core/flash.h"

#include <stdbool.h>
#include <stdint.h>

/* Fields are private but flash, which is given to the store, and the counts. */
typedef struct {
    wh_flash flash;
    uint8_t *bytes;
    uint64_t programs;
    uint64_t programmed_bytes;
    uint64_t erases;
    bool failing; /* the hold-up signal */
} wh_year_flash;

/* All ones. false: no memory. wh_year_flash_free gives it back. */
bool wh_year_flash_init(wh_year_flash *f, uint32_t sector_size, uint16_t sector_count);
void wh_year_flash_free(wh_year_flash *f);

#endif /* WH_WORLD_YEAR_FLASH_H */
