/* SPDX-License-Identifier: Apache-2.0 */
#include "port/posix/flash_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 256U

static wh_err read_all(int fd, uint32_t address, uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t got = pread(fd, bytes, len, (off_t)address);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return WH_ERR_IO;
        }
        if (got > 0) {
            bytes += got;
            address += (uint32_t)got;
            len -= (size_t)got;
        }
    }
    return WH_OK;
}

static wh_err write_all(int fd, uint32_t address, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t put = pwrite(fd, bytes, len, (off_t)address);
        if (put < 0 && errno != EINTR) {
            return WH_ERR_IO;
        }
        if (put > 0) {
            bytes += put;
            address += (uint32_t)put;
            len -= (size_t)put;
        }
    }
    return WH_OK;
}

static wh_err flash_read(void *user, uint32_t address, uint8_t *bytes, size_t len)
{
    const wh_flash_file *file = user;
    return read_all(file->fd, address, bytes, len);
}

static wh_err flash_program(void *user, uint32_t address, const uint8_t *bytes, size_t len)
{
    const wh_flash_file *file = user;
    uint8_t old[CHUNK];
    while (len > 0) {
        size_t n = len < CHUNK ? len : CHUNK;
        wh_err err = read_all(file->fd, address, old, n);
        for (size_t i = 0; i < n; i++) {
            old[i] &= bytes[i];
        }
        err = err == WH_OK ? write_all(file->fd, address, old, n) : err;
        if (err != WH_OK) {
            return err;
        }
        bytes += n;
        address += (uint32_t)n;
        len -= n;
    }
    return WH_OK;
}

static wh_err erase_at(int fd, uint32_t address, uint32_t len)
{
    uint8_t ones[CHUNK];
    memset(ones, 0xFF, sizeof ones);
    for (uint32_t done = 0; done < len; done += CHUNK) {
        wh_err err = write_all(fd, address + done, ones, CHUNK);
        if (err != WH_OK) {
            return err;
        }
    }
    return WH_OK;
}

static wh_err flash_erase(void *user, uint32_t sector)
{
    const wh_flash_file *file = user;
    uint32_t size = file->flash.sector_size;
    return erase_at(file->fd, sector * size, size);
}

static wh_err flash_sync(void *user)
{
    const wh_flash_file *file = user;
    return fdatasync(file->fd) == 0 ? WH_OK : WH_ERR_IO;
}

/* The name of a new file must survive as well as what is in it. */
static wh_err sync_directory(const char *path)
{
    char *folder = strdup(path);
    if (folder == NULL) {
        return WH_ERR_IO;
    }
    char *slash = strrchr(folder, '/');
    if (slash != NULL) {
        slash[slash == folder ? 1 : 0] = '\0';
    }
    int fd = open(slash != NULL ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (fd < 0) {
        return WH_ERR_IO;
    }
    wh_err err = fsync(fd) == 0 ? WH_OK : WH_ERR_IO;
    (void)close(fd);
    return err;
}

/* A file of no bytes is one whose making was interrupted before anything else. */
static wh_err fill(const wh_flash_file *file, const char *path)
{
    const wh_flash *flash = &file->flash;
    uint32_t total = flash->sector_size * flash->sector_count;
    struct stat status;
    if (fstat(file->fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        return WH_ERR_IO;
    }
    if (status.st_size == (off_t)total) {
        return WH_OK;
    }
    if (status.st_size != 0) {
        return WH_ERR_FORMAT;
    }
    errno = posix_fallocate(file->fd, 0, (off_t)total);
    if (errno != 0) {
        return WH_ERR_IO;
    }
    wh_err err = erase_at(file->fd, 0, total);
    if (err == WH_OK && fsync(file->fd) != 0) {
        err = WH_ERR_IO;
    }
    return err == WH_OK ? sync_directory(path) : err;
}

wh_err wh_flash_file_open(wh_flash_file *file, const char *path, uint32_t sector_size,
                          uint16_t sector_count)
{
    bool power_of_two = (sector_size & (sector_size - 1U)) == 0;
    if (sector_size < WH_FLASH_FILE_PAGE_SIZE || !power_of_two || sector_count == 0 ||
        (uint64_t)sector_size * sector_count > INT32_MAX) {
        return WH_ERR_ARG;
    }
    *file = (wh_flash_file){
        .flash =
            {
                .user = file,
                .sector_size = sector_size,
                .page_size = WH_FLASH_FILE_PAGE_SIZE,
                .sector_count = sector_count,
                .unit_size = WH_FLASH_FILE_UNIT_SIZE,
                .read = flash_read,
                .program = flash_program,
                .erase = flash_erase,
                .sync = flash_sync,
            },
        .fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600),
    };
    if (file->fd < 0) {
        return WH_ERR_IO;
    }
    wh_err err = WH_OK;
    if (flock(file->fd, LOCK_EX | LOCK_NB) != 0) {
        err = errno == EWOULDBLOCK ? WH_ERR_STATE : WH_ERR_IO;
    }
    err = err == WH_OK ? fill(file, path) : err;
    if (err != WH_OK) {
        int cause = errno;
        wh_flash_file_close(file);
        errno = cause;
    }
    return err;
}

void wh_flash_file_close(wh_flash_file *file)
{
    if (file->fd >= 0) {
        (void)close(file->fd);
        file->fd = -1;
    }
}
