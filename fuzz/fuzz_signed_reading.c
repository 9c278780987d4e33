/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever is taken as a signed reading can be read in one way only: its values, signed again,
 * are the same bytes. Anything else is refused at a place within the input. */
#include "meter/record/signed_reading.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* A platform whose cryptography is none: what is signed is looked at, not the signature. */
static wh_err hash_nothing(void *user, wh_hash hash, const wh_crypto_part *parts, size_t count,
                           uint8_t *digest)
{
    (void)user;
    (void)parts;
    (void)count;
    memset(digest, 0, (size_t)hash);
    return WH_OK;
}

static wh_err sign_nothing(void *user, wh_curve curve, const uint8_t *private_key,
                           const uint8_t *digest, uint8_t *signature)
{
    (void)user;
    (void)private_key;
    (void)digest;
    memset(signature, 0, 2 * (size_t)curve);
    return WH_OK;
}

static void sign_again(const wh_signed_reading *reading)
{
    uint8_t again[WH_SIGNED_READING_MAX];
    uint8_t digest[WH_SHA256_SIZE];
    const wh_crypto crypto = {.hash = hash_nothing, .sign = sign_nothing};
    wh_signer signer = {.crypto = &crypto};
    memcpy(signer.fingerprint, reading->fingerprint, sizeof signer.fingerprint);
    wh_writer w = wh_writer_init(again, sizeof again);
    wh_signed_maker m = wh_signed_begin(&w, &signer, &reading->head);
    wh_signed_cursor cursor = wh_signed_values(reading);
    wh_signed_value value;
    unsigned count = 0;
    for (; wh_signed_next(&cursor, &value); count++) {
        wh_signed_put_column(&m, value.column, value.unit, value.scaler);
    }
    must(count == reading->column_count);
    wh_signed_put_record(&m, reading->record, reading->record_len);
    must(wh_signed_finish(&m, digest) == WH_OK);
    must(wh_writer_len(&w) == reading->signed_len + WH_P256_SIGNATURE_SIZE);
    must(memcmp(again, reading->bytes, reading->signed_len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wh_signed_reading reading;
    size_t error_at = 0;
    wh_err err = wh_signed_parse(data, size, &reading, &error_at);
    must(error_at <= size);
    if (err == WH_OK) {
        must(error_at == 0);
        must(reading.signed_len + WH_P256_SIGNATURE_SIZE == size);
        must(wh_signed_compare(&reading, reading.head.previous, &reading) == WH_SIGNED_DOUBLE);
        sign_again(&reading);
    }
    return 0;
}
