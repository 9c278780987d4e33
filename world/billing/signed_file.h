/* SPDX-License-Identifier: Apache-2.0 */
/* signed_file.h - a file with a signed reading, in either form: JSON (signed_json.h) or the bytes
 * alone. Which it is shows in its first byte. */
#ifndef WH_WORLD_SIGNED_FILE_H
#define WH_WORLD_SIGNED_FILE_H

#include "host/message.h"
#include "meter/record/signed_reading.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How far a file can be believed. */
typedef enum {
    WH_SIGNED_FILE_GOOD,       /* verified, and all it says follows from what is signed */
    WH_SIGNED_FILE_NO,         /* other key, wrong signature, or values that are not signed */
    WH_SIGNED_FILE_UNREADABLE, /* no such file, or no signed reading at all */
} wh_signed_file_state;

/* Keep it where it was loaded: the reading points into it. */
typedef struct {
    wh_signed_file_state state;
    bool parsed; /* `reading` can be looked at, believed or not */
    wh_signed_reading reading;
    uint8_t digest[WH_SHA256_SIZE]; /* where parsed */
    uint8_t bytes[WH_SIGNED_READING_MAX];
    size_t len;
    wh_message message; /* what is wrong, where it is not good */
} wh_signed_file;

/* Read `path`, relative to an open directory or AT_FDCWD, and check it against a public key. In
 * messages it is called `name`. */
void wh_signed_file_load(wh_signed_file *file, int directory, const char *path, const char *name,
                         const wh_crypto *crypto, const uint8_t public_key[WH_P256_PUBLIC_SIZE]);

#endif /* WH_WORLD_SIGNED_FILE_H */
