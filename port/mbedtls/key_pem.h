/* SPDX-License-Identifier: Apache-2.0 */
/* key_pem.h - P-256 keys as PEM text, as OpenSSL and others read and write them.
 *
 *   -----BEGIN PUBLIC KEY-----        SubjectPublicKeyInfo, RFC 5480
 *   -----BEGIN EC PRIVATE KEY-----    RFC 5915; PKCS#8 ("PRIVATE KEY") is read too
 *
 * Keys that a password protects are not read, nor are other curves. */
#ifndef WH_PORT_KEY_PEM_H
#define WH_PORT_KEY_PEM_H

#include "core/crypto.h"

#define WH_KEY_PEM_SIZE 512 /* of the longest text written here, with its 0 */

/* The text of a key, with a terminating 0. A text with a private key is to be wiped after use.
 * WH_ERR_ARG: not a key of P-256. WH_ERR_IO: no memory. */
wh_err wh_key_pem_write_public(const uint8_t public_key[WH_P256_PUBLIC_SIZE],
                               char text[WH_KEY_PEM_SIZE]) WH_MUST_USE;
wh_err wh_key_pem_write_private(const wh_crypto *crypto,
                                const uint8_t private_key[WH_P256_PRIVATE_SIZE],
                                char text[WH_KEY_PEM_SIZE]) WH_MUST_USE;

/* Read a key from text[len], where text[len] is 0.
 *
 * WH_OK
 * WH_ERR_FORMAT       not PEM, damaged, or the other kind of key
 * WH_ERR_DENIED       protected by a password
 * WH_ERR_UNSUPPORTED  a key, but not on P-256
 * WH_ERR_IO           no memory */
wh_err wh_key_pem_read_public(const char *text, size_t len,
                              uint8_t public_key[WH_P256_PUBLIC_SIZE]) WH_MUST_USE;
wh_err wh_key_pem_read_private(const char *text, size_t len,
                               uint8_t private_key[WH_P256_PRIVATE_SIZE]) WH_MUST_USE;

#endif /* WH_PORT_KEY_PEM_H */
