/* SPDX-License-Identifier: Apache-2.0 */
/* dlms_bytes.h - byte strings for tests: written in hex, held in memory of the exact size, so
 * that the address sanitizer sees a read of one byte too many. */
#ifndef WH_TESTS_DLMS_BYTES_H
#define WH_TESTS_DLMS_BYTES_H

#include "protocol/dlms/dlms_data.h"

#include <stdlib.h>
#include <string.h>

static inline unsigned hex_digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* "C4 01" or "C401"; '|' and spaces are passed over. Release with free(). */
static inline uint8_t *bytes_from_hex(const char *hex, size_t *len)
{
    uint8_t *out = malloc(strlen(hex) / 2 + 1);
    *len = 0;
    for (const char *p = hex; out != NULL && *p != '\0'; p++) {
        if (*p != ' ' && *p != '|') {
            out[(*len)++] = (uint8_t)(hex_digit(p[0]) << 4 | hex_digit(p[1]));
            p++;
        }
    }
    uint8_t *exact = realloc(out, *len > 0 ? *len : 1);
    return exact != NULL ? exact : out;
}

static inline uint8_t *bytes_copy(const uint8_t *bytes, size_t len)
{
    uint8_t *out = malloc(len > 0 ? len : 1);
    if (out != NULL && len > 0) {
        memcpy(out, bytes, len);
    }
    return out;
}

static inline wh_dlms_octets octets_from_hex(const char *hex)
{
    wh_dlms_octets out = {0};
    out.bytes = bytes_from_hex(hex, &out.len);
    return out;
}

static inline void octets_free(wh_dlms_octets octets)
{
    union { /* what was malloced as uint8_t is freed as such, though it is read-only here */
        const uint8_t *given;
        uint8_t *owned;
    } u = {octets.bytes};
    free(u.owned);
}

#endif /* WH_TESTS_DLMS_BYTES_H */
