/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/record/signed_rig.h"

#include "core/civil_time.h"
#include "core/unit.h"
#include "port/mbedtls/crypto_mbedtls.h"
#include "port/posix/port_posix.h"

#include <stdlib.h>
#include <string.h>

const signed_rig_column signed_rig_columns[SIGNED_RIG_COLUMNS] = {
    {{WH_OBIS_INIT(0, 0, 1, 0, 0, 255), WH_COLUMN_VALUE}, WH_UNIT_NONE, 0},
    {{WH_OBIS_INIT(0, 0, 96, 10, 1, 255), WH_COLUMN_VALUE}, WH_UNIT_NONE, 0},
    {{WH_OBIS_INIT(1, 0, 1, 8, 0, 255), WH_COLUMN_VALUE}, WH_UNIT_WH, -3},
    {{WH_OBIS_INIT(1, 0, 1, 8, 1, 255), WH_COLUMN_VALUE}, WH_UNIT_WH, -3},
    {{WH_OBIS_INIT(1, 0, 1, 8, 2, 255), WH_COLUMN_VALUE}, WH_UNIT_WH, -3},
    {{WH_OBIS_INIT(1, 0, 2, 8, 0, 255), WH_COLUMN_VALUE}, WH_UNIT_WH, -3},
    {{WH_OBIS_INIT(1, 0, 1, 6, 0, 255), WH_COLUMN_VALUE}, WH_UNIT_W, -3},
    {{WH_OBIS_INIT(1, 0, 1, 6, 0, 255), WH_COLUMN_TIME}, WH_UNIT_NONE, 0},
    {{WH_OBIS_INIT(1, 0, 9, 8, 0, 255), WH_COLUMN_VALUE}, WH_UNIT_VAH, -3},
};

static const uint8_t rfc6979_key[WH_P256_PRIVATE_SIZE] = {
    0xC9, 0xAF, 0xA9, 0xD8, 0x45, 0xBA, 0x75, 0x16, 0x6B, 0x5C, 0x21, 0x57, 0x67, 0xB1, 0xD6, 0x93,
    0x4E, 0x50, 0xC3, 0xDB, 0x36, 0xE8, 0x9B, 0x12, 0x7B, 0x8A, 0x62, 0x2B, 0x12, 0x0F, 0x67, 0x21};

void signed_rig_init(signed_rig *rig)
{
    rig->port = wh_port_posix();
    rig->crypto = wh_crypto_mbedtls(&rig->port);
    memcpy(rig->private_key, rfc6979_key, sizeof rig->private_key);
    if (wh_signer_init(&rig->signer, &rig->crypto, rig->private_key) != WH_OK) {
        abort();
    }
}

wh_signed_head signed_rig_head(uint32_t sequence)
{
    wh_signed_head head = {
        .serial = "77",
        .serial_len = 2,
        .kind = WH_SIGNED_BILLING,
        .log = 1,
        .sequence = sequence,
        .utc_offset_min = 120,
    };
    memcpy(head.device_name, "WHT0000000000077", sizeof head.device_name);
    return head;
}

/* Values come from the number alone. The last column, apparent energy, is null. */
size_t signed_rig_record(uint32_t n, uint8_t record[WH_SIGNED_RECORD_MAX])
{
    wh_civil_time time = {.date = {.year = 2026 + (int32_t)(n + 1) / 12,
                                   .month = (uint8_t)(1 + (n + 1) % 12),
                                   .day = 1}};
    int64_t ms = 0;
    if (wh_civil_time_to_ms(&time, &ms) != WH_OK) {
        abort();
    }
    uint32_t time_s = (uint32_t)(ms / 1000) - 7200;
    wh_writer w = wh_writer_init(record, WH_SIGNED_RECORD_MAX);
    wh_record_maker m = wh_record_begin(
        &w, (wh_record_head){.time_s = time_s,
                             .status = n == 2 ? WH_RECORD_POWER_DOWN : WH_RECORD_DST});
    wh_record_put(&m, 1234567890 + n * INT64_C(250000001));
    wh_record_put(&m, 1000000000 + n * INT64_C(200000000));
    wh_record_put(&m, 234567890 + n * INT64_C(50000001));
    wh_record_put(&m, 98765 * (int64_t)n);
    wh_record_put(&m, 4321000 + 1000 * (int64_t)n);
    wh_record_put(&m, time_s - 86400);
    wh_record_put_null(&m);
    if (wh_writer_err(&w) != WH_OK) {
        abort();
    }
    return wh_writer_len(&w);
}

uint8_t *signed_rig_bill(const signed_rig *rig, uint32_t n, uint8_t digest[WH_SHA256_SIZE],
                         size_t *len)
{
    uint8_t record[WH_SIGNED_RECORD_MAX];
    uint8_t bytes[WH_SIGNED_READING_MAX];
    size_t record_len = signed_rig_record(n, record);
    wh_signed_head head = signed_rig_head(n);
    memcpy(head.previous, digest, WH_SHA256_SIZE);
    wh_writer w = wh_writer_init(bytes, sizeof bytes);
    wh_signed_maker m = wh_signed_begin(&w, &rig->signer, &head);
    for (size_t i = 0; i < SIGNED_RIG_COLUMNS; i++) {
        const signed_rig_column *c = &signed_rig_columns[i];
        wh_signed_put_column(&m, c->column, c->unit, c->scaler);
    }
    wh_signed_put_record(&m, record, record_len);
    if (wh_signed_finish(&m, digest) != WH_OK) {
        abort();
    }
    *len = wh_writer_len(&w);
    uint8_t *copy = malloc(*len);
    memcpy(copy, bytes, *len);
    return copy;
}
