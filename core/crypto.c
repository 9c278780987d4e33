/* SPDX-License-Identifier: Apache-2.0 */
#include "core/crypto.h"

/* What stands before x || y in the DER of a SubjectPublicKeyInfo: the algorithm (id-ecPublicKey,
 * the curve), the bit string's head, and 04h for an uncompressed point. RFC 5480. */
static const uint8_t spki_p256[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48,
                                    0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
                                    0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
static const uint8_t spki_p384[] = {0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2A, 0x86,
                                    0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x05, 0x2B,
                                    0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04};

bool wh_crypto_equal(const uint8_t *a, const uint8_t *b, size_t len)
{
    /* volatile: a compiler may not see that the loop could end early */
    volatile uint8_t different = 0;
    for (size_t i = 0; i < len; i++) {
        different = (uint8_t)(different | (a[i] ^ b[i]));
    }
    return different == 0;
}

void wh_crypto_wipe(void *bytes, size_t len)
{
    volatile uint8_t *at = bytes;
    for (size_t i = 0; i < len; i++) {
        at[i] = 0;
    }
}

wh_err wh_crypto_fingerprint(const wh_crypto *crypto, wh_curve curve, const uint8_t *public_key,
                             uint8_t fingerprint[WH_SHA256_SIZE])
{
    wh_crypto_part parts[2] = {{spki_p256, sizeof spki_p256}, {public_key, WH_P256_PUBLIC_SIZE}};
    if (curve == WH_CURVE_P384) {
        parts[0] = (wh_crypto_part){spki_p384, sizeof spki_p384};
        parts[1].len = 2 * (size_t)WH_CURVE_P384;
    } else if (curve != WH_CURVE_P256) {
        return WH_ERR_UNSUPPORTED;
    }
    return crypto->hash(crypto->user, WH_HASH_SHA256, parts, 2, fingerprint);
}
