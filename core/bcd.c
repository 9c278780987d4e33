/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bcd.h"

#include <stdbool.h>

/* *value = *value * 100 + the two digits of `byte`. */
static wh_err append_byte(uint64_t *value, uint8_t byte)
{
    unsigned high = (unsigned)byte >> 4;
    unsigned low = byte & 15U;
    if (high > 9 || low > 9) {
        return WH_ERR_FORMAT;
    }
    unsigned two = high * 10 + low;
    if (*value > (UINT64_MAX - two) / 100) {
        return WH_ERR_RANGE;
    }
    *value = *value * 100 + two;
    return WH_OK;
}

static uint64_t take(wh_reader *r, size_t n, bool big_endian)
{
    uint64_t value = 0;
    const uint8_t *bytes = wh_reader_take_bytes(r, n);
    for (size_t i = 0; bytes != NULL && i < n; i++) {
        wh_err err = append_byte(&value, bytes[big_endian ? i : n - 1 - i]);
        if (err != WH_OK) {
            wh_reader_fail(r, err);
            return 0;
        }
    }
    return value;
}

uint64_t wh_bcd_take_be(wh_reader *r, size_t n)
{
    return take(r, n, true);
}

uint64_t wh_bcd_take_le(wh_reader *r, size_t n)
{
    return take(r, n, false);
}

static bool fits(uint64_t value, size_t n)
{
    while (value != 0 && n > 0) {
        value /= 100;
        n--;
    }
    return value == 0;
}

static void put(wh_writer *w, uint64_t value, size_t n, bool big_endian)
{
    if (!fits(value, n)) {
        wh_writer_fail(w, WH_ERR_RANGE);
        return;
    }
    uint8_t *bytes = wh_writer_reserve(w, n);
    for (size_t i = 0; bytes != NULL && i < n; i++) {
        unsigned two = (unsigned)(value % 100);
        bytes[big_endian ? n - 1 - i : i] = (uint8_t)(two / 10 << 4 | two % 10);
        value /= 100;
    }
}

void wh_bcd_put_be(wh_writer *w, uint64_t value, size_t n)
{
    put(w, value, n, true);
}

void wh_bcd_put_le(wh_writer *w, uint64_t value, size_t n)
{
    put(w, value, n, false);
}
