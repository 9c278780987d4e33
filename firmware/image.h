/* SPDX-License-Identifier: Apache-2.0 */
/* image.h - a recording as a meter without files reads it: the meter's configuration, then the
 * codes of the converter, in one piece of memory. Little endian throughout.
 *
 *   offset  size
 *        0     4  "WHI1"
 *        4     4  sample sets
 *        8     2  sample sets the meter is fed at once, 1 to WH_IMAGE_BLOCK_MAX
 *       10     2  windows per report, 0: report only at the end
 *       12     4  sample rate in mHz
 *       16     4  nominal frequency in mHz
 *       20     1  phases
 *       21     1  cycles per window
 *       22     1  direction (wh_direction)
 *       23     1  zero
 *       24     4  windows per summing interval of the registers
 *       28     8  modulus of the registers in mWh
 *       36     8  u_min in µV
 *       44     8  creep in µW
 *       52     2  creep windows
 *       54     2  zero
 *       56   7*20 channels: full scale (8), gain, delay, noise (4 each)
 *      196   3*12 phases: angle, P offset, Q offset
 *      232        sets of WH_CHANNELS codes, 4 bytes each
 *
 * Decoding checks the form; what the numbers may be is for wh_meter_init to say. */
#ifndef WH_FIRMWARE_IMAGE_H
#define WH_FIRMWARE_IMAGE_H

#include "core/err.h"
#include "core/reader.h"
#include "core/writer.h"
#include "meter/meter.h"

#include <stddef.h>
#include <stdint.h>

#define WH_IMAGE_MAGIC       0x31494857U /* "WHI1", little endian */
#define WH_IMAGE_HEADER_SIZE 232U
#define WH_IMAGE_SET_SIZE    (4U * WH_CHANNELS)
#define WH_IMAGE_BLOCK_MAX   256U

typedef struct {
    uint32_t set_count;
    uint16_t block;
    uint16_t windows_per_report;
    wh_meter_config meter;
} wh_image_header;

/* Read the header; the reader then stands at the first sample set. The meter's name and
 * serial number are left empty.
 *
 * WH_OK
 * WH_ERR_SHORT   the header, or the sets it promises, are not all there
 * WH_ERR_FORMAT  another magic, a block of 0 or above the maximum, a direction that does not
 *                exist, or something where zero must be */
wh_err wh_image_header_decode(wh_reader *r, wh_image_header *out) WH_MUST_USE;

/* Write the header. Errors stay in the writer. */
void wh_image_header_encode(wh_writer *w, const wh_image_header *header);

#endif /* WH_FIRMWARE_IMAGE_H */
