/* SPDX-License-Identifier: Apache-2.0 */
/* record_hex.h - bytes as people write them. */
#ifndef WH_TESTS_RECORD_HEX_H
#define WH_TESTS_RECORD_HEX_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

/* Hex digits, with blanks between bytes. Returns how many bytes. */
static inline size_t from_hex(const char *hex, uint8_t *out)
{
    size_t n = 0;
    for (; *hex != '\0'; hex++) {
        if (*hex != ' ') {
            unsigned byte = 0;
            assert_int_equal(sscanf(hex, "%2x", &byte), 1);
            out[n++] = (uint8_t)byte;
            hex++;
        }
    }
    return n;
}

#endif /* WH_TESTS_RECORD_HEX_H */
