/* SPDX-License-Identifier: Apache-2.0 */
/* flash.h - what a raw flash memory gives the store: read, program, erase.
 *
 *   sector    what one erase makes all ones again       4 kB .. 64 kB and more
 *   page      what one program call may not cross       unit .. sector, 256 bytes on SPI NOR
 *   unit      the least that is programmed at once      1 on SPI NOR, 8 on most MCUs, 32 on some
 *
 * Programming turns ones into zeros. The store programs each unit once between two erases, as
 * flash with error correction wants it, and whole units only. An address counts bytes from the
 * first sector; sectors follow each other without gaps. All sizes are powers of two but for
 * the number of sectors.
 *
 * A power cut during a call may leave anything in the units it was about to write, or in the
 * sector it was about to erase, but nothing anywhere else. */
#ifndef WH_CORE_FLASH_H
#define WH_CORE_FLASH_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_FLASH_UNIT_MAX 32U

typedef struct {
    void *user; /* passed to every function as it is; lives as long as the flash */
    uint32_t sector_size;
    uint32_t page_size;
    uint16_t sector_count;
    uint16_t unit_size; /* 1 .. WH_FLASH_UNIT_MAX */

    /* Fill bytes[len] from any address. WH_ERR_CHECK: the error correction gave up somewhere
     * in there (that is damage, not failure). WH_ERR_IO: the memory does not answer. */
    wh_err (*read)(void *user, uint32_t address, uint8_t *bytes, size_t len);

    /* Program bytes[len] at an address: both multiples of a unit, within one page, erased.
     * WH_ERR_IO: it failed or could not be verified; what is there now is not known. */
    wh_err (*program)(void *user, uint32_t address, const uint8_t *bytes, size_t len);

    /* Make sector 0 .. sector_count - 1 all ones. WH_ERR_IO as above. */
    wh_err (*erase)(void *user, uint32_t sector);

    /* Return when all that was programmed and erased is there for good. May be NULL where it
     * is as soon as the call returns. Until then a power cut may have done these calls in any
     * order (a file in a page cache); without it they are done one after the other. */
    wh_err (*sync)(void *user);

    /* The supply has failed and the hold-up capacitor is being emptied. The store then leaves
     * all work that can wait. May be NULL: there is no such signal. */
    bool (*power_fails)(void *user);
} wh_flash;

#endif /* WH_CORE_FLASH_H */
