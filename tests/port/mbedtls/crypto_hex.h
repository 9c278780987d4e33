/* SPDX-License-Identifier: Apache-2.0 */
/* crypto_hex.h - bytes of a vector as an exact-size heap copy. */
#ifndef WH_TESTS_CRYPTO_HEX_H
#define WH_TESTS_CRYPTO_HEX_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The bytes of a hex text; *len may be NULL. To be freed; NULL where there are none. */
static inline uint8_t *crypto_hex(const char *text, size_t *len)
{
    size_t count = strlen(text) / 2;
    uint8_t *bytes = count > 0 ? malloc(count) : NULL;
    for (size_t i = 0; i < count; i++) {
        unsigned value = 0;
        if (sscanf(text + 2 * i, "%2x", &value) != 1) {
            abort();
        }
        bytes[i] = (uint8_t)value;
    }
    if (len != NULL) {
        *len = count;
    }
    return bytes;
}

#endif /* WH_TESTS_CRYPTO_HEX_H */
