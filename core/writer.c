/* SPDX-License-Identifier: Apache-2.0 */
#include "core/writer.h"

#include <string.h>

wh_writer wh_writer_init(uint8_t *buf, size_t size)
{
    wh_writer w = {.buf = buf, .size = size, .len = 0, .err = WH_OK};
    return w;
}

size_t wh_writer_len(const wh_writer *w)
{
    return w->len;
}

size_t wh_writer_left(const wh_writer *w)
{
    return w->err == WH_OK ? w->size - w->len : 0;
}

wh_err wh_writer_err(const wh_writer *w)
{
    return w->err;
}

void wh_writer_fail(wh_writer *w, wh_err err)
{
    if (w->err == WH_OK) {
        w->err = err;
    }
}

void wh_writer_rewind(wh_writer *w, size_t len)
{
    if (len <= w->len) {
        w->len = len;
        w->err = WH_OK;
    }
}

uint8_t *wh_writer_reserve(wh_writer *w, size_t n)
{
    if (w->err != WH_OK || n > wh_writer_left(w)) {
        wh_writer_fail(w, WH_ERR_SPACE);
        return NULL;
    }
    uint8_t *p = w->len > 0 ? w->buf + w->len : w->buf; /* no arithmetic on NULL */
    w->len += n;
    return p;
}

void wh_writer_put_varint(wh_writer *w, uint64_t value)
{
    uint8_t bytes[10];
    size_t n = 0;
    for (; value > 0x7FU; value >>= 7U) {
        bytes[n++] = (uint8_t)(value | 0x80U);
    }
    bytes[n++] = (uint8_t)value;
    wh_writer_put_bytes(w, bytes, n);
}

void wh_writer_put_signed_varint(wh_writer *w, int64_t value)
{
    uint64_t twice = (uint64_t)value << 1U;
    wh_writer_put_varint(w, value < 0 ? ~twice : twice);
}

void wh_writer_put_bytes(wh_writer *w, const uint8_t *bytes, size_t n)
{
    uint8_t *p = wh_writer_reserve(w, n);
    if (p != NULL && n > 0) {
        memcpy(p, bytes, n);
    }
}

static void put_be(wh_writer *w, uint64_t value, size_t n)
{
    uint8_t *p = wh_writer_reserve(w, n);
    for (size_t i = n; p != NULL && i > 0; i--) {
        p[i - 1] = (uint8_t)value;
        value >>= 8;
    }
}

static void put_le(wh_writer *w, uint64_t value, size_t n)
{
    uint8_t *p = wh_writer_reserve(w, n);
    for (size_t i = 0; p != NULL && i < n; i++) {
        p[i] = (uint8_t)value;
        value >>= 8;
    }
}

void wh_writer_put_u8(wh_writer *w, uint8_t value)
{
    put_be(w, value, 1);
}

void wh_writer_put_u16be(wh_writer *w, uint16_t value)
{
    put_be(w, value, 2);
}

void wh_writer_put_u32be(wh_writer *w, uint32_t value)
{
    put_be(w, value, 4);
}

void wh_writer_put_u64be(wh_writer *w, uint64_t value)
{
    put_be(w, value, 8);
}

void wh_writer_put_u16le(wh_writer *w, uint16_t value)
{
    put_le(w, value, 2);
}

void wh_writer_put_u32le(wh_writer *w, uint32_t value)
{
    put_le(w, value, 4);
}

void wh_writer_put_u64le(wh_writer *w, uint64_t value)
{
    put_le(w, value, 8);
}
