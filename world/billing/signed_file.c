/* SPDX-License-Identifier: Apache-2.0 */
#include "world/billing/signed_file.h"

#include "world/billing/signed_json.h"
#include "world/billing/signed_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PRINT_SHOWN 16U /* hex digits of a fingerprint in a message */

/* The whole of a file, at most WH_SIGNED_JSON_MAX + 1 bytes of it. To be freed. */
static char *read_whole(int directory, const char *path, size_t *len)
{
    *len = 0;
    int fd = openat(directory, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return NULL;
    }
    char *text = malloc(WH_SIGNED_JSON_MAX + 1);
    ssize_t got = 1;
    while (text != NULL && got != 0 && *len <= WH_SIGNED_JSON_MAX) {
        got = read(fd, text + *len, WH_SIGNED_JSON_MAX + 1 - *len);
        if (got < 0 && errno != EINTR) {
            free(text);
            text = NULL;
        }
        *len += got > 0 ? (size_t)got : 0;
    }
    int saved = errno;
    (void)close(fd);
    errno = saved;
    return text;
}

static bool is_json(const char *text, size_t len)
{
    size_t at = 0;
    while (at < len && strchr(" \t\r\n", text[at]) != NULL && text[at] != '\0') {
        at++;
    }
    return at < len && text[at] == '{';
}

static void take_bytes(wh_signed_file *file, const char *text, size_t len, const char *name)
{
    if (is_json(text, len)) {
        if (!wh_signed_json_read(text, len, name, file->bytes, &file->len, &file->message)) {
            file->len = 0;
            file->state = WH_SIGNED_FILE_UNREADABLE;
        }
        return;
    }
    if (len > sizeof file->bytes) {
        wh_message_set(&file->message, "%s: not a signed reading: %s", name,
                       "longer than any, and not JSON");
        file->state = WH_SIGNED_FILE_UNREADABLE;
        return;
    }
    memcpy(file->bytes, text, len);
    file->len = len;
}

/* Which field a byte is of: their lengths one behind the other, as far as they are known. */
static const char *field_at(const wh_signed_reading *r, size_t at)
{
    const struct {
        size_t len;
        const char *field;
    } fields[] = {
        {3, "the magic"},
        {1, "the version"},
        {1, "the kind"},
        {1, "the log"},
        {4, "the sequence"},
        {WH_SIGNED_NAME_SIZE, "the device name"},
        {1, "the length of the serial"},
        {r->head.serial_len, "the serial"},
        {2, "the offset of local time"},
        {WH_SHA256_SIZE, "the hash of the record before"},
        {WH_SHA256_SIZE, "the key"},
        {1, "the number of columns"},
        {9U * (size_t)r->column_count, "the columns"},
        {2, "the length of the record"},
        {r->record_len, "the record"},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (at < fields[i].len) {
            return fields[i].field;
        }
        at -= fields[i].len;
    }
    return "the signature";
}

static void parse(wh_signed_file *file, const char *name)
{
    size_t at = 0;
    wh_err err = wh_signed_parse(file->bytes, file->len, &file->reading, &at);
    file->parsed = err == WH_OK;
    if (err == WH_OK) {
        return;
    }
    file->state = WH_SIGNED_FILE_UNREADABLE;
    if (at < 3 && err == WH_ERR_FORMAT) {
        wh_message_set(&file->message, "%s: not a signed reading", name);
    } else if (at == file->reading.signed_len + WH_P256_SIGNATURE_SIZE && err == WH_ERR_FORMAT) {
        wh_message_set(&file->message, "%s: byte %zu: bytes behind the signature", name, at);
    } else {
        wh_message_set(&file->message, "%s: byte %zu, %s: %s", name, at,
                       field_at(&file->reading, at), wh_err_text(err));
    }
}

static void name_keys(wh_signed_file *file, const char *name, const wh_crypto *crypto,
                      const uint8_t *public_key)
{
    uint8_t given[WH_SHA256_SIZE];
    char is[WH_SIGNED_HEX_TEXT(WH_SHA256_SIZE)];
    char want[WH_SIGNED_HEX_TEXT(WH_SHA256_SIZE)];
    wh_signed_text_hex(file->reading.fingerprint, WH_SHA256_SIZE, is);
    if (wh_crypto_fingerprint(crypto, WH_CURVE_P256, public_key, given) != WH_OK) {
        memset(given, 0, sizeof given);
    }
    wh_signed_text_hex(given, WH_SHA256_SIZE, want);
    wh_message_set(&file->message, "%s: signed with key %.*s..., not with key %.*s...", name,
                   (int)PRINT_SHOWN, is, (int)PRINT_SHOWN, want);
}

static void verify(wh_signed_file *file, const char *name, const wh_crypto *crypto,
                   const uint8_t *public_key)
{
    wh_err err = wh_signed_verify(&file->reading, crypto, public_key, file->digest);
    if (err == WH_OK) {
        return;
    }
    file->state = WH_SIGNED_FILE_NO;
    if (err == WH_ERR_DENIED) {
        name_keys(file, name, crypto, public_key);
    } else if (err == WH_ERR_CHECK) {
        wh_message_set(&file->message,
                       "%s: the signature is not that of these bytes: they were changed", name);
    } else {
        wh_message_set(&file->message, "%s: cannot be verified: %s", name, wh_err_text(err));
    }
}

void wh_signed_file_load(wh_signed_file *file, int directory, const char *path, const char *name,
                         const wh_crypto *crypto, const uint8_t public_key[WH_P256_PUBLIC_SIZE])
{
    size_t len = 0;
    *file = (wh_signed_file){.state = WH_SIGNED_FILE_GOOD};
    char *text = read_whole(directory, path, &len);
    if (text == NULL) {
        wh_message_set(&file->message, "%s: %s", name, strerror(errno));
        file->state = WH_SIGNED_FILE_UNREADABLE;
        return;
    }
    take_bytes(file, text, len, name);
    if (file->state == WH_SIGNED_FILE_GOOD) {
        parse(file, name);
    }
    if (file->parsed) {
        verify(file, name, crypto, public_key);
    }
    wh_message differs;
    if (file->parsed && is_json(text, len) &&
        !wh_signed_json_compare(text, len, name, &file->reading, &differs)) {
        if (file->state == WH_SIGNED_FILE_GOOD) {
            file->message = differs;
        } else { /* it may say where */
            size_t said = strlen(file->message.text);
            (void)snprintf(file->message.text + said, sizeof file->message.text - said, "; %s",
                           differs.text);
        }
        file->state = WH_SIGNED_FILE_NO;
    }
    free(text);
}
