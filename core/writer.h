/* SPDX-License-Identifier: Apache-2.0 */
/* writer.h - bounded writer into a byte buffer with a latched error.
 *
 * Every encoder in the tree writes through this type. Once something does not fit
 * the writer latches WH_ERR_SPACE and ignores all that follows, so an encoder writes
 * a whole structure in a straight line and checks wh_writer_err() once. What lies in
 * the buffer after an error is a prefix and must not be sent. */
#ifndef WH_CORE_WRITER_H
#define WH_CORE_WRITER_H

#include "core/err.h"

#include <stddef.h>
#include <stdint.h>

/* Fields are private; treat the struct as opaque storage. */
typedef struct {
    uint8_t *buf;
    size_t size;
    size_t len;
    wh_err err;
} wh_writer;

/* Write into `size` bytes at `buf`, which must outlive the writer. NULL only where size is 0. */
wh_writer wh_writer_init(uint8_t *buf, size_t size);

/* Append; be = big endian, le = little endian. */
void wh_writer_put_u8(wh_writer *w, uint8_t value);
void wh_writer_put_u16be(wh_writer *w, uint16_t value);
void wh_writer_put_u32be(wh_writer *w, uint32_t value);
void wh_writer_put_u64be(wh_writer *w, uint64_t value);
void wh_writer_put_u16le(wh_writer *w, uint16_t value);
void wh_writer_put_u32le(wh_writer *w, uint32_t value);
void wh_writer_put_u64le(wh_writer *w, uint64_t value);

/* Seven bits a byte, the lowest first, bit 7: another byte follows. 1 to 10 bytes. The signed one
 * is of 2 v, or of -2 v - 1 where v is negative. */
void wh_writer_put_varint(wh_writer *w, uint64_t value);
void wh_writer_put_signed_varint(wh_writer *w, int64_t value);

void wh_writer_put_bytes(wh_writer *w, const uint8_t *bytes, size_t n);

/* Leave `n` bytes to be filled later through the returned pointer, for a length that is not
 * known yet. NULL where they do not fit, or after an error. */
uint8_t *wh_writer_reserve(wh_writer *w, size_t n);

/* Forget everything written after the first `len` bytes, and any error latched since: to try
 * an item and drop it where it does not fit. `len` is what wh_writer_len returned while no
 * error was latched (check that first: an older error would be forgotten too). A larger
 * `len` than there is does nothing. */
void wh_writer_rewind(wh_writer *w, size_t len);

/* Latch `err` if no error is latched yet. */
void wh_writer_fail(wh_writer *w, wh_err err);

/* First error seen, WH_OK if none. */
wh_err wh_writer_err(const wh_writer *w) WH_MUST_USE;

/* Bytes written; those before the error where one is latched. */
size_t wh_writer_len(const wh_writer *w);

/* Bytes that still fit; 0 after an error. */
size_t wh_writer_left(const wh_writer *w);

#endif /* WH_CORE_WRITER_H */
