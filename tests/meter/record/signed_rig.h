/* SPDX-License-Identifier: Apache-2.0 */
/* signed_rig.h - a meter that signs bills, always the same ones. */
#ifndef WH_TESTS_SIGNED_RIG_H
#define WH_TESTS_SIGNED_RIG_H

#include "core/port.h"
#include "meter/record/signed_reading.h"

#define SIGNED_RIG_COLUMNS 9 /* as they are put; two of them are of the record's head */
#define SIGNED_RIG_VALUES  7

typedef struct {
    wh_column column;
    uint8_t unit;
    int8_t scaler;
} signed_rig_column;

extern const signed_rig_column signed_rig_columns[SIGNED_RIG_COLUMNS];

/* Keep it where it was initialised: it points into itself. */
typedef struct {
    wh_port port;
    wh_crypto crypto;
    uint8_t private_key[WH_P256_PRIVATE_SIZE]; /* that of RFC 6979 A.2.5 */
    wh_signer signer;
} signed_rig;

void signed_rig_init(signed_rig *rig);

/* Meter WHT..77, serial "77", billing of log 1, at +02:00. */
wh_signed_head signed_rig_head(uint32_t sequence);

/* Bill n: the end of a month from January 2026 on. Returns its length. */
size_t signed_rig_record(uint32_t n, uint8_t record[WH_SIGNED_RECORD_MAX]);

/* The same, signed, as a heap copy of its exact size. digest is that of the bill before, all
 * zero for the first, and then that of this one. */
uint8_t *signed_rig_bill(const signed_rig *rig, uint32_t n, uint8_t digest[WH_SHA256_SIZE],
                         size_t *len);

#endif /* WH_TESTS_SIGNED_RIG_H */
