/* SPDX-License-Identifier: Apache-2.0 */
/* crc.h - the cyclic redundancy checks of the protocols and formats in the tree.
 *
 *   name         polynomial  bits      start  at the end  "123456789"  where
 *   X-25         1021h       LSB first FFFFh  inverted    906Eh        HDLC (FCS, HCS), SML
 *   KERMIT       1021h       LSB first 0      -           2189h        SML, older meters
 *   ARC          8005h       LSB first 0      -           BB3Dh        DSMR P1 telegram
 *   CCITT-FALSE  1021h       MSB first FFFFh  -           29B1h        memory records
 *   XMODEM       1021h       MSB first 0      -           31C3h        image blocks
 *
 * and one of 32 bits, CRC-32 of IEEE 802.3: polynomial 04C11DB7h, LSB first, start FFFFFFFFh,
 * inverted at the end, check value CBF43926h; it guards what is stored.
 *
 * A stream is checked in pieces of any size: the state is an argument and the result.
 *
 *   uint16_t state = WH_CRC_X25_START;
 *   state = wh_crc_lsb1021(state, header, header_len);
 *   state = wh_crc_lsb1021(state, body, body_len);
 *   uint16_t fcs = wh_crc_x25_finish(state);
 *
 * A CRC finds damage, not tampering. Cost: two table look-ups a byte, 160 bytes of tables
 * in all; nibble tables, because a kilobyte of flash matters more than the nanoseconds. */
#ifndef WH_CORE_CRC_H
#define WH_CORE_CRC_H

#include <stddef.h>
#include <stdint.h>

#define WH_CRC_X25_START         0xFFFFU
#define WH_CRC_KERMIT_START      0U
#define WH_CRC_ARC_START         0U
#define WH_CRC_CCITT_FALSE_START 0xFFFFU
#define WH_CRC_XMODEM_START      0U

/* The state after an undamaged HDLC frame with its FCS, low byte first (RFC 1662 C.2). */
#define WH_CRC_X25_GOOD 0xF0B8U

/* Feed `len` bytes: the three engines that all of the above share. bytes may be NULL
 * where len is 0. */
uint16_t wh_crc_lsb1021(uint16_t state, const uint8_t *bytes, size_t len); /* X-25, KERMIT */
uint16_t wh_crc_lsb8005(uint16_t state, const uint8_t *bytes, size_t len); /* ARC */
uint16_t wh_crc_msb1021(uint16_t state, const uint8_t *bytes, size_t len); /* the last two */

/* CRC-32. */
#define WH_CRC_32_START 0xFFFFFFFFU
uint32_t wh_crc_lsb32(uint32_t state, const uint8_t *bytes, size_t len);

/* X-25 is sent inverted; the others are sent as the state stands. */
uint16_t wh_crc_x25_finish(uint16_t state);

#endif /* WH_CORE_CRC_H */
