/* SPDX-License-Identifier: Apache-2.0 */
/* store_wire.h - the bytes of the store in flash, format version 1. All numbers little endian.
 *
 * Sectors are numbered from 1 as they are opened, for ever: sector n lies at n modulo the
 * number of sectors, so place and number confirm each other.
 *
 * Sector header, 32 bytes, then records at multiples of the granule:
 *
 *    0 u32 magic "WHST"         12 u16 granule                        24 u32 previous_used
 *    4 u16 version              14 u16 tail_lag: this - oldest sector    bytes of the sector before
 *    6 u16 sector_count         16 u32 opened: number of this sector     that count; what is behind
 *    8 u16 sector_size / 256    20 u32 erases of this sector             them never does
 *   10 u16 link: erases of the sector before, low half
 *                                                                     28 u32 CRC-32 of the above
 * Record, then its payload, its CRC-32, and ones up to the granule:
 *
 *           blob   entry     group             mark      commit
 *    0 u8   1      2         3                 4         5
 *    1 u8   -      log       log               log       1 where the store itself wrote it
 *    2 u16  key    -         entries in it     -         records in the transaction
 *    4 u32  -      sequence  sequence of the   sequence  number of the oldest sector that
 *                            first entry       of next   matters from now on
 *    8 u32  number of the transaction, the same in all its records
 *   12 u16  bytes of the payload                         granules from the first record to here
 *   14 u16  CRC-16 (CCITT-FALSE) of the sector's number and the 14 bytes above
 *
 * "-" is 0. The CRC-32 (IEEE) covers the sector's number, the 16 bytes, and the payload. A commit
 * has neither payload nor CRC-32: every field of it is known beforehand. A mark says that a log
 * was cleared.
 *
 * Payload of a group, for each entry: u16 length, u16 CRC-16 of log, sequence, length and bytes,
 * then the bytes; an entry that was found damaged before has the length FFFFh and no bytes. */
#ifndef WH_METER_STORE_WIRE_H
#define WH_METER_STORE_WIRE_H

#define WH_STORE_VERSION 1U
#define WH_STORE_MAGIC   0x54534857U

#define WH_STORE_HEADER_SIZE 32U
#define WH_STORE_RECORD_SIZE 16U
#define WH_STORE_CRC_SIZE    4U

enum { WH_STORE_BLOB = 1, WH_STORE_ENTRY, WH_STORE_GROUP, WH_STORE_MARK, WH_STORE_COMMIT };

#define WH_STORE_COMMIT_OWN 1U /* the store moved or grouped records: nobody asked for it */

#define WH_STORE_GROUP_HEAD 4U /* bytes before those of an entry in a group */
#define WH_STORE_GROUP_LOST 0xFFFFU

#endif /* WH_METER_STORE_WIRE_H */
