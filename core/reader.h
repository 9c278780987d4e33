/* SPDX-License-Identifier: Apache-2.0 */
/* reader.h - bounded reader over a byte buffer with a latched error.
 *
 * Every decoder in the tree reads through this type. Once a read fails the
 * reader keeps its first error, returns zeros and does not move, so a decoder
 * can read a whole structure in a straight line and check wh_reader_err() once.
 * Check before using a value as a length, an index or a loop bound.
 *
 * A reader is a value: a copy of it is a place to come back to. */
#ifndef WH_CORE_READER_H
#define WH_CORE_READER_H

#include "core/err.h"

#include <stddef.h>
#include <stdint.h>

/* Fields are private; treat the struct as opaque storage. */
typedef struct {
    const uint8_t *buf;
    size_t len;
    size_t pos;
    wh_err err;
} wh_reader;

/* Wrap `len` bytes at `buf`. The reader borrows; `buf` must outlive it. NULL only where len is 0. */
wh_reader wh_reader_init(const uint8_t *buf, size_t len);

/* Next integer, or 0 with WH_ERR_SHORT latched. be = big endian, le = little endian. */
uint8_t wh_reader_take_u8(wh_reader *r);
uint16_t wh_reader_take_u16be(wh_reader *r);
uint32_t wh_reader_take_u32be(wh_reader *r);
uint64_t wh_reader_take_u64be(wh_reader *r);
uint16_t wh_reader_take_u16le(wh_reader *r);
uint32_t wh_reader_take_u32le(wh_reader *r);
uint64_t wh_reader_take_u64le(wh_reader *r);

/* As wh_writer_put_varint writes them; WH_ERR_FORMAT where it is more than 64 bits. */
uint64_t wh_reader_take_varint(wh_reader *r);
int64_t wh_reader_take_signed_varint(wh_reader *r);

/* Next `n` bytes in place, or NULL with WH_ERR_SHORT latched. Never NULL otherwise, even for
 * n 0. The bytes live as long as the buffer, not as long as the reader. */
const uint8_t *wh_reader_take_bytes(wh_reader *r, size_t n);

/* The byte `ahead` of the next one without taking it, or 0 with WH_ERR_SHORT latched. */
uint8_t wh_reader_peek_u8(wh_reader *r, size_t ahead);

/* A reader over the next `n` bytes, which are taken from `r`. Where they are not there,
 * `r` latches WH_ERR_SHORT and the result carries the same error. */
wh_reader wh_reader_sub(wh_reader *r, size_t n);

/* Take the next byte, which must be `want`; otherwise latch WH_ERR_FORMAT, or WH_ERR_SHORT
 * where there is none, and do not take it. */
void wh_reader_expect_u8(wh_reader *r, uint8_t want);

/* Latch `err` if no error is latched yet: the decoder found what it read to be wrong. */
void wh_reader_fail(wh_reader *r, wh_err err);

/* First error seen, WH_OK if none. */
wh_err wh_reader_err(const wh_reader *r) WH_MUST_USE;

/* Bytes not read yet; 0 after an error. */
size_t wh_reader_left(const wh_reader *r);

/* Bytes taken so far; where an error was latched, the place it was latched at. */
size_t wh_reader_pos(const wh_reader *r);

#endif /* WH_CORE_READER_H */
