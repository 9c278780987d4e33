/* SPDX-License-Identifier: Apache-2.0 */
/* crypto.h - what a platform gives the portable code of cryptography, and all of it.
 *
 *   what                            P-256 (suite 0, 1)    P-384 (suite 2)    source
 *   hash                            SHA-256               SHA-384            FIPS 180-4
 *   make_key, public_of             32 / 64 bytes         48 / 96 bytes      FIPS 186-4
 *   sign, verify (ECDSA)            64 bytes              96 bytes           FIPS 186-4, RFC 6979
 *   agree (ECDH)                    32 bytes              48 bytes           SP 800-56A
 *   seal, open (AES-GCM)            key of 16             key of 32 bytes    SP 800-38D
 *   wrap, unwrap (AES key wrap)     key of 16             key of 32 bytes    RFC 3394
 *
 * These are the primitives of the DLMS security suites; nothing of any protocol is here. As
 * core/port.h, the struct is filled in by port/<library>, or by a test, and handed down. Where
 * a platform lacks something its pointer is NULL, and who needs it refuses to start.
 *
 * Keys and points are raw bytes, big endian: a private key is a number d, a public key is x || y
 * without the leading 04h, a signature is r || s. Buffers do not overlap unless it says so. No
 * function keeps a pointer, and none may be called from an interrupt.
 *
 * port/mbedtls fills it from mbedTLS 2.28 as Debian builds it, for programs on Linux. mbedTLS
 * takes memory while it works with curves; on a Cortex-M it therefore has to be built with an
 * allocator over a fixed buffer. No such build is in the tree: the firmware has no keys yet. */
#ifndef WH_CORE_CRYPTO_H
#define WH_CORE_CRYPTO_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_CRYPTO_SIZE_MAX 48U /* of a digest, a private key, a coordinate */

#define WH_SHA256_SIZE         32U
#define WH_P256_PRIVATE_SIZE   32U
#define WH_P256_PUBLIC_SIZE    64U
#define WH_P256_SIGNATURE_SIZE 64U

#define WH_GCM_IV_SIZE  12U
#define WH_GCM_TAG_SIZE 16U /* the longest; DLMS uses the first 12 bytes */

#define WH_KEY_WRAP_EXTRA 8U /* bytes that a key is longer when wrapped */

/* The value is the length of the digest. */
typedef enum { WH_HASH_SHA256 = 32, WH_HASH_SHA384 = 48 } wh_hash;

/* The value is the length of a private key, a coordinate, and the digest that is signed. */
typedef enum { WH_CURVE_P256 = 32, WH_CURVE_P384 = 48 } wh_curve;

/* A piece of what is hashed. NULL only where len is 0. */
typedef struct {
    const uint8_t *bytes;
    size_t len;
} wh_crypto_part;

/* All about an AES-GCM operation but the text. The same key must never meet the same iv twice. */
typedef struct {
    const uint8_t *key;
    size_t key_len;    /* 16 or 32 */
    const uint8_t *iv; /* WH_GCM_IV_SIZE bytes */
    const uint8_t *aad;
    size_t aad_len; /* authenticated, not encrypted; may be 0 */
    size_t tag_len; /* 12 to 16 */
} wh_gcm;

typedef struct {
    void *user; /* passed to every function as it is; lives as long as the struct */

    /* Fill bytes[len] so that nobody can foretell them. WH_ERR_IO: there is no randomness. */
    wh_err (*random)(void *user, uint8_t *bytes, size_t len);

    /* The digest of the parts one behind the other.
     * WH_ERR_UNSUPPORTED: no such hash. WH_ERR_IO: an accelerator failed. */
    wh_err (*hash)(void *user, wh_hash hash, const wh_crypto_part *parts, size_t count,
                   uint8_t *digest);

    /* A new pair: private_key[curve], public_key[2 * curve].
     * WH_ERR_UNSUPPORTED: no such curve. WH_ERR_IO: no randomness, no memory. */
    wh_err (*make_key)(void *user, wh_curve curve, uint8_t *private_key, uint8_t *public_key);

    /* The public key of a private one. WH_ERR_ARG: not a private key of this curve. */
    wh_err (*public_of)(void *user, wh_curve curve, const uint8_t *private_key,
                        uint8_t *public_key);

    /* ECDSA over digest[curve], made with the hash of that length. The nonce is that of RFC 6979,
     * so the same key and digest give the same signature[2 * curve], without randomness; what
     * randomness there is blinds the computation.
     * WH_ERR_ARG: not a private key. WH_ERR_IO: no randomness, no memory. */
    wh_err (*sign)(void *user, wh_curve curve, const uint8_t *private_key, const uint8_t *digest,
                   uint8_t *signature);

    /* WH_OK: made over this digest with the private key of public_key. WH_ERR_CHECK: it was not.
     * WH_ERR_ARG: public_key is no point of the curve. WH_ERR_IO: no memory.
     * (r, n - s) verifies where (r, s) does: a signature is not a name of what it signs. */
    wh_err (*verify)(void *user, wh_curve curve, const uint8_t *public_key, const uint8_t *digest,
                     const uint8_t *signature);

    /* The x coordinate both sides of a key agreement come to: shared[curve].
     * WH_ERR_ARG: not a private key, or peer_key is no point of the curve. WH_ERR_IO as sign. */
    wh_err (*agree)(void *user, wh_curve curve, const uint8_t *private_key, const uint8_t *peer_key,
                    uint8_t *shared);

    /* Encrypt text[len] into out[len], which may be the same, and authenticate it with the aad:
     * tag[tag_len]. len 0 is GMAC; text and out may then be NULL.
     * WH_ERR_ARG: lengths of key or tag. */
    wh_err (*seal)(void *user, const wh_gcm *gcm, const uint8_t *text, size_t len, uint8_t *out,
                   uint8_t *tag);

    /* The way back. WH_ERR_CHECK: text, aad or tag are not what was sealed, and out is all zero. */
    wh_err (*open)(void *user, const wh_gcm *gcm, const uint8_t *text, size_t len, uint8_t *out,
                   const uint8_t *tag);

    /* Wrap secret[len], 16 to 64 bytes in steps of 8, with kek[kek_len], 16 or 32 bytes:
     * out[len + WH_KEY_WRAP_EXTRA]. WH_ERR_ARG: lengths. */
    wh_err (*wrap)(void *user, const uint8_t *kek, size_t kek_len, const uint8_t *secret,
                   size_t len, uint8_t *out);

    /* Unwrap wrapped[len], 24 to 72 bytes: out[len - WH_KEY_WRAP_EXTRA].
     * WH_ERR_CHECK: not wrapped with this key, and out is all zero. WH_ERR_ARG: lengths. */
    wh_err (*unwrap)(void *user, const uint8_t *kek, size_t kek_len, const uint8_t *wrapped,
                     size_t len, uint8_t *out);
} wh_crypto;

/* Are they the same? Takes as long wherever they differ: for tags, digests and passwords. */
bool wh_crypto_equal(const uint8_t *a, const uint8_t *b, size_t len);

/* Overwrite with zeros, also where nobody reads them any more: for keys. */
void wh_crypto_wipe(void *bytes, size_t len);

/* The fingerprint of a public key: the SHA-256 of its SubjectPublicKeyInfo (RFC 5480,
 * uncompressed), what `openssl pkey -pubin -outform DER | sha256sum` prints.
 * Errors of crypto->hash; WH_ERR_UNSUPPORTED: no such curve. */
wh_err wh_crypto_fingerprint(const wh_crypto *crypto, wh_curve curve, const uint8_t *public_key,
                             uint8_t fingerprint[WH_SHA256_SIZE]) WH_MUST_USE;

#endif /* WH_CORE_CRYPTO_H */
