/* SPDX-License-Identifier: Apache-2.0 */
#include "core/reader.h"

wh_reader wh_reader_init(const uint8_t *buf, size_t len)
{
    static const uint8_t nothing = 0; /* so that only an error ever yields NULL */
    wh_reader r = {.buf = buf != NULL ? buf : &nothing, .len = len, .pos = 0, .err = WH_OK};
    return r;
}

size_t wh_reader_left(const wh_reader *r)
{
    return r->err == WH_OK ? r->len - r->pos : 0;
}

size_t wh_reader_pos(const wh_reader *r)
{
    return r->pos;
}

wh_err wh_reader_err(const wh_reader *r)
{
    return r->err;
}

void wh_reader_fail(wh_reader *r, wh_err err)
{
    if (r->err == WH_OK) {
        r->err = err;
    }
}

const uint8_t *wh_reader_take_bytes(wh_reader *r, size_t n)
{
    if (r->err != WH_OK || n > wh_reader_left(r)) {
        wh_reader_fail(r, WH_ERR_SHORT);
        return NULL;
    }
    const uint8_t *p = r->buf + r->pos;
    r->pos += n;
    return p;
}

static uint64_t take_be(wh_reader *r, size_t n)
{
    uint64_t value = 0;
    const uint8_t *p = wh_reader_take_bytes(r, n);
    for (size_t i = 0; p != NULL && i < n; i++) {
        value = (value << 8) | p[i];
    }
    return value;
}

static uint64_t take_le(wh_reader *r, size_t n)
{
    uint64_t value = 0;
    const uint8_t *p = wh_reader_take_bytes(r, n);
    for (size_t i = n; p != NULL && i > 0; i--) {
        value = (value << 8) | p[i - 1];
    }
    return value;
}

uint8_t wh_reader_take_u8(wh_reader *r)
{
    const uint8_t *p = wh_reader_take_bytes(r, 1);
    return p != NULL ? *p : 0;
}

uint16_t wh_reader_take_u16be(wh_reader *r)
{
    return (uint16_t)take_be(r, 2);
}

uint32_t wh_reader_take_u32be(wh_reader *r)
{
    return (uint32_t)take_be(r, 4);
}

uint64_t wh_reader_take_u64be(wh_reader *r)
{
    return take_be(r, 8);
}

uint16_t wh_reader_take_u16le(wh_reader *r)
{
    return (uint16_t)take_le(r, 2);
}

uint32_t wh_reader_take_u32le(wh_reader *r)
{
    return (uint32_t)take_le(r, 4);
}

uint64_t wh_reader_take_u64le(wh_reader *r)
{
    return take_le(r, 8);
}

uint64_t wh_reader_take_varint(wh_reader *r)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = wh_reader_take_u8(r);
        if (shift == 63 && byte > 1) {
            break;
        }
        value |= (uint64_t)(byte & 0x7FU) << shift;
        if ((byte & 0x80U) == 0) {
            return value;
        }
    }
    wh_reader_fail(r, WH_ERR_FORMAT);
    return 0;
}

int64_t wh_reader_take_signed_varint(wh_reader *r)
{
    uint64_t twice = wh_reader_take_varint(r);
    uint64_t half = twice >> 1U;
    return (int64_t)((twice & 1U) != 0 ? ~half : half);
}

uint8_t wh_reader_peek_u8(wh_reader *r, size_t ahead)
{
    if (r->err != WH_OK || ahead >= wh_reader_left(r)) {
        wh_reader_fail(r, WH_ERR_SHORT);
        return 0;
    }
    return r->buf[r->pos + ahead];
}

wh_reader wh_reader_sub(wh_reader *r, size_t n)
{
    const uint8_t *p = wh_reader_take_bytes(r, n);
    wh_reader sub = wh_reader_init(p, p != NULL ? n : 0);
    wh_reader_fail(&sub, r->err);
    return sub;
}

void wh_reader_expect_u8(wh_reader *r, uint8_t want)
{
    uint8_t got = wh_reader_peek_u8(r, 0);
    if (r->err == WH_OK && got != want) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    } else {
        (void)wh_reader_take_u8(r);
    }
}
