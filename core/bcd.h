/* SPDX-License-Identifier: Apache-2.0 */
/* bcd.h - packed binary coded decimal: two digits in a byte, the higher one in the high nibble.
 *
 *   12345678 in 4 bytes   be  12 34 56 78     le  78 56 34 12   (DL/T 645, M-Bus)
 *
 * Signs and the hexadecimal error digits of M-Bus are their protocol's business. */
#ifndef WH_CORE_BCD_H
#define WH_CORE_BCD_H

#include "core/reader.h"
#include "core/writer.h"

#include <stddef.h>
#include <stdint.h>

/* Take n bytes as a number, or 0 with an error latched in r, which stands behind the bytes:
 * WH_ERR_SHORT   fewer than n bytes are left (and none are taken)
 * WH_ERR_FORMAT  a nibble above 9
 * WH_ERR_RANGE   above 2^64 - 1, possible from 10 bytes on */
uint64_t wh_bcd_take_be(wh_reader *r, size_t n);
uint64_t wh_bcd_take_le(wh_reader *r, size_t n);

/* Put a number as n bytes with leading zeros, or nothing with an error latched in w:
 * WH_ERR_RANGE   it has more than 2 n digits
 * WH_ERR_SPACE   fewer than n bytes fit */
void wh_bcd_put_be(wh_writer *w, uint64_t value, size_t n);
void wh_bcd_put_le(wh_writer *w, uint64_t value, size_t n);

#endif /* WH_CORE_BCD_H */
