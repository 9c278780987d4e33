/* SPDX-License-Identifier: Apache-2.0 */
#include "world/billing/signed_export.h"

#include "world/billing/signed_export_internal.h"
#include "world/billing/signed_json.h"
#include "world/billing/signed_text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNFINISHED ".unfinished" /* what is being written; found at the start it is nothing */
#define DIGITS     10
#define NAME_SIZE  96

/* Serials come from configurations: nothing of them may lead out of the directory. */
static void make_safe(char *name)
{
    static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (char *c = name; *c != '\0'; c++) {
        if (strchr(safe, *c) == NULL) {
            *c = '_';
        }
    }
}

static void make_prefix(wh_signed_export *e)
{
    char meter[WH_SIGNED_NAME_TEXT];
    wh_signed_head head = {.kind = e->config.kind};
    memcpy(head.device_name, e->config.device_name, sizeof head.device_name);
    wh_signed_text_device_name(&head, meter);
    (void)snprintf(e->prefix, sizeof e->prefix, "%s-%s-%u-",
                   e->config.serial[0] != '\0' ? e->config.serial : meter,
                   wh_signed_text_kind(e->config.kind), e->config.log);
    make_safe(e->prefix);
}

static void make_name(const wh_signed_export *e, uint32_t sequence, bool binary,
                      char name[NAME_SIZE])
{
    (void)snprintf(name, NAME_SIZE, "%s%0*lu%s", e->prefix, DIGITS, (unsigned long)sequence,
                   binary ? ".whr" : ".json");
}

/* Is it a file of this export, and of which sequence? */
static bool take_name(const wh_signed_export *e, const char *name, uint32_t *sequence)
{
    size_t prefix_len = strlen(e->prefix);
    if (strncmp(name, e->prefix, prefix_len) != 0) {
        return false;
    }
    const char *at = name + prefix_len;
    uint64_t value = 0;
    for (int i = 0; i < DIGITS; i++, at++) {
        if (*at < '0' || *at > '9') {
            return false;
        }
        value = value * 10 + (uint64_t)(*at - '0');
    }
    *sequence = (uint32_t)value;
    return value <= UINT32_MAX && (strcmp(at, ".json") == 0 || strcmp(at, ".whr") == 0);
}

static void load(const wh_signed_export *e, const char *name, wh_signed_file *file)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", e->config.directory, name);
    wh_signed_file_load(file, e->directory, name, path, e->config.signer->crypto,
                        e->config.signer->public_key);
}

static bool is_ours(const wh_signed_export *e, const wh_signed_head *head, uint32_t sequence)
{
    return head->kind == e->config.kind && head->log == e->config.log &&
           head->sequence == sequence &&
           memcmp(head->device_name, e->config.device_name, sizeof head->device_name) == 0 &&
           head->serial_len == strlen(e->config.serial) &&
           (head->serial_len == 0 || memcmp(head->serial, e->config.serial, head->serial_len) == 0);
}

/* The newest file, by the number in its name. False: the directory cannot be read. */
static bool find_newest(const wh_signed_export *e, char newest[NAME_SIZE], uint32_t *sequence)
{
    newest[0] = '\0';
    int fd = openat(e->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
    if (list == NULL) {
        if (fd >= 0) {
            (void)close(fd);
        }
        return false;
    }
    errno = 0;
    for (struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
        uint32_t number = 0;
        if (take_name(e, entry->d_name, &number) && (newest[0] == '\0' || number >= *sequence)) {
            *sequence = number;
            (void)snprintf(newest, NAME_SIZE, "%s", entry->d_name);
        }
    }
    bool good = errno == 0;
    (void)closedir(list);
    return good;
}

static bool find_last(wh_signed_export *e, wh_message *m)
{
    char newest[NAME_SIZE];
    uint32_t sequence = 0;
    if (!find_newest(e, newest, &sequence)) {
        wh_message_set(m, "%s: %s", e->config.directory, strerror(errno));
        return false;
    }
    e->any = newest[0] != '\0';
    if (!e->any) {
        return true;
    }
    load(e, newest, &e->last);
    if (e->last.state != WH_SIGNED_FILE_GOOD) {
        wh_message_set(m, "%.400s: the chain cannot go on from it", e->last.message.text);
        return false;
    }
    if (!is_ours(e, &e->last.reading.head, sequence)) {
        wh_message_set(m, "%s/%s: the bill of another meter, or under another number",
                       e->config.directory, newest);
        return false;
    }
    return true;
}

static bool open_directory(wh_signed_export *e, wh_message *m)
{
    const char *path = e->config.directory;
    if (mkdir(path, 0755) != 0 && errno != EEXIST) {
        wh_message_set(m, "%s: cannot be made: %s", path, strerror(errno));
        return false;
    }
    e->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (e->directory < 0) {
        wh_message_set(m, "%s: %s", path, strerror(errno));
        return false;
    }
    if (flock(e->directory, LOCK_EX | LOCK_NB) != 0) {
        wh_message_set(m, "%s: %s", path,
                       errno == EWOULDBLOCK ? "another program writes bills there"
                                            : strerror(errno));
        return false;
    }
    return true;
}

wh_signed_export *wh_signed_export_open(const wh_signed_export_config *config, wh_message *m)
{
    if (strlen(config->serial) > WH_SIGNED_SERIAL_MAX) {
        wh_message_set(m, "serial '%s': longer than %u characters", config->serial,
                       WH_SIGNED_SERIAL_MAX);
        return NULL;
    }
    if (config->signer->crypto->verify == NULL) {
        wh_message_set(m, "%s: signatures cannot be checked here", config->directory);
        return NULL;
    }
    wh_signed_export *e = calloc(1, sizeof *e);
    if (e == NULL) {
        wh_message_set(m, "%s: no memory", config->directory);
        return NULL;
    }
    e->config = *config;
    e->directory = -1;
    make_prefix(e);
    if (!open_directory(e, m) || !find_last(e, m)) {
        wh_signed_export_close(e);
        return NULL;
    }
    return e;
}

void wh_signed_export_close(wh_signed_export *e)
{
    if (e == NULL) {
        return;
    }
    if (e->directory >= 0) {
        (void)close(e->directory);
    }
    free(e);
}

uint32_t wh_signed_export_next(const wh_signed_export *e)
{
    return e->any ? e->last.reading.head.sequence + 1U : 0;
}

static wh_err make_reading(const wh_signed_export *e, const wh_signed_bill *bill,
                           const uint8_t *previous, wh_signed_file *out)
{
    const wh_signed_export_config *c = &e->config;
    wh_signed_head head = {
        .serial = c->serial,
        .serial_len = (uint8_t)strlen(c->serial),
        .kind = c->kind,
        .log = c->log,
        .sequence = bill->sequence,
        .utc_offset_min = bill->utc_offset_min,
    };
    memcpy(head.device_name, c->device_name, sizeof head.device_name);
    if (previous != NULL) {
        memcpy(head.previous, previous, sizeof head.previous);
    }
    wh_writer w = wh_writer_init(out->bytes, sizeof out->bytes);
    wh_signed_maker m = wh_signed_begin(&w, c->signer, &head);
    for (size_t i = 0; i < bill->column_count; i++) {
        const wh_signed_column *column = &bill->columns[i];
        wh_signed_put_column(&m, column->column, column->unit, column->scaler);
    }
    wh_signed_put_record(&m, bill->record, bill->record_len);
    wh_err err = wh_signed_finish(&m, out->digest);
    out->len = wh_writer_len(&w);
    if (err == WH_OK) {
        err = wh_signed_parse(out->bytes, out->len, &out->reading, NULL);
    }
    out->parsed = err == WH_OK;
    return err;
}

/* Was this same bill written before? It is made again, with what stood before it then. */
static wh_err compare_written(const wh_signed_export *e, const wh_signed_bill *bill, wh_message *m)
{
    char name[NAME_SIZE];
    wh_err err = WH_ERR_STATE;
    wh_signed_file *files = calloc(2, sizeof *files);
    if (files == NULL) {
        wh_message_set(m, "%s: no memory", e->config.directory);
        return WH_ERR_IO;
    }
    make_name(e, bill->sequence, e->config.binary, name);
    if (faccessat(e->directory, name, F_OK, 0) != 0) {
        make_name(e, bill->sequence, !e->config.binary, name);
    }
    load(e, name, &files[0]);
    if (files[0].state == WH_SIGNED_FILE_GOOD &&
        make_reading(e, bill, files[0].reading.head.previous, &files[1]) == WH_OK &&
        files[0].len == files[1].len &&
        memcmp(files[0].bytes, files[1].bytes, files[0].reading.signed_len) == 0) {
        err = WH_OK;
    } else {
        wh_message_set(m, "%s/%s: holds another record than the meter has now for number %lu",
                       e->config.directory, name, (unsigned long)bill->sequence);
    }
    free(files);
    return err;
}

static bool write_all(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len > 0) {
        ssize_t done = write(fd, at, len);
        if (done < 0 && errno != EINTR) {
            return false;
        }
        at += done > 0 ? done : 0;
        len -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

/* Whole or not at all. After an error it may be there all the same: writing it again puts the
 * same bytes in its place. */
static bool write_file(const wh_signed_export *e, const char *name, const void *bytes, size_t len)
{
    (void)unlinkat(e->directory, UNFINISHED, 0);
    int fd = openat(e->directory, UNFINISHED, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) {
        return false;
    }
    bool good = write_all(fd, bytes, len) && fsync(fd) == 0;
    int saved = errno;
    good = close(fd) == 0 && good;
    good = good && renameat(e->directory, UNFINISHED, e->directory, name) == 0;
    if (!good) {
        saved = saved != 0 ? saved : errno;
        (void)unlinkat(e->directory, UNFINISHED, 0);
        errno = saved;
        return false;
    }
    return fsync(e->directory) == 0;
}

static wh_err write_new(wh_signed_export *e, const wh_signed_file *file, wh_message *m)
{
    char name[NAME_SIZE];
    make_name(e, file->reading.head.sequence, e->config.binary, name);
    char *text = e->config.binary ? NULL : wh_signed_json_write(&file->reading);
    bool good = e->config.binary || text != NULL;
    errno = ENOMEM;
    if (good) {
        errno = 0;
        good = text != NULL ? write_file(e, name, text, strlen(text))
                            : write_file(e, name, file->bytes, file->len);
    }
    free(text);
    if (!good) {
        wh_message_set(m, "%s/%s: cannot be written: %s", e->config.directory, name,
                       strerror(errno));
        return WH_ERR_IO;
    }
    return WH_OK;
}

wh_err wh_signed_export_write(wh_signed_export *e, const wh_signed_bill *bill, wh_message *m)
{
    if (e->any && bill->sequence <= e->last.reading.head.sequence) {
        return compare_written(e, bill, m);
    }
    wh_signed_file *made = calloc(1, sizeof *made);
    if (made == NULL) {
        wh_message_set(m, "%s: no memory", e->config.directory);
        return WH_ERR_IO;
    }
    wh_err err = make_reading(e, bill, e->any ? e->last.digest : NULL, made);
    if (err != WH_OK) {
        wh_message_set(m, "record %lu cannot be signed: %s", (unsigned long)bill->sequence,
                       wh_err_text(err));
    } else {
        err = write_new(e, made, m);
    }
    if (err == WH_OK) { /* the reading points into its file: made once more in its new place */
        e->last = *made;
        e->any = true;
        err = wh_signed_parse(e->last.bytes, e->last.len, &e->last.reading, NULL);
    }
    free(made);
    return err;
}
