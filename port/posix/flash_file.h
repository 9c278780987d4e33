/* SPDX-License-Identifier: Apache-2.0 */
/* flash_file.h - core/flash.h in a file: sectors one after the other, ones are ones.
 *
 * The file behaves as flash does: programming can only clear bits. A sync is an fdatasync, so
 * what the store has committed survives the machine. One process at a time has it open. */
#ifndef WH_PORT_FLASH_FILE_H
#define WH_PORT_FLASH_FILE_H

#include "core/flash.h"

#define WH_FLASH_FILE_PAGE_SIZE 256U
#define WH_FLASH_FILE_UNIT_SIZE 8U

/* Fields are private but for `flash`, which is given to the store and lives as long as this,
 * in its place. */
typedef struct {
    wh_flash flash;
    int fd;
} wh_flash_file;

/* Open the image at `path`, or create it, all ones, where there is none. Its place on the disk
 * is reserved when it is created.
 *
 * WH_OK
 * WH_ERR_ARG      sizes that no flash has: see flash.h
 * WH_ERR_STATE    another process, or another wh_flash_file, has it open
 * WH_ERR_FORMAT   there is such a file, but it has another size
 * WH_ERR_IO       the file cannot be made, read or written: errno says why */
wh_err wh_flash_file_open(wh_flash_file *file, const char *path, uint32_t sector_size,
                          uint16_t sector_count) WH_MUST_USE;

/* Not synced writes are left to the operating system. */
void wh_flash_file_close(wh_flash_file *file);

#endif /* WH_PORT_FLASH_FILE_H */
