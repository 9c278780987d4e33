/* SPDX-License-Identifier: Apache-2.0 */
/* key_file.h - keys of P-256 in files (port/mbedtls/key_pem.h).
 *
 * A private key lies in a file that only its owner can read, and is read from no other. */
#ifndef WH_APPS_KEY_FILE_H
#define WH_APPS_KEY_FILE_H

#include "core/crypto.h"
#include "host/message.h"

#include <stdbool.h>
#include <stdint.h>

/* False: the message names the file and says why. A private key is to be wiped after use. */
bool wh_key_file_read_public(const char *path, uint8_t public_key[WH_P256_PUBLIC_SIZE],
                             wh_message *m);
bool wh_key_file_read_private(const char *path, uint8_t private_key[WH_P256_PRIVATE_SIZE],
                              wh_message *m);

/* Either of them; *is_private says which it was. The private half is not given out. */
bool wh_key_file_read_any(const char *path, const wh_crypto *crypto,
                          uint8_t public_key[WH_P256_PUBLIC_SIZE], bool *is_private, wh_message *m);

/* Make a new pair: the private key into a new file of mode 0600, the public one into another.
 * Neither may be there; where something fails neither is left. */
bool wh_key_file_make(const char *private_path, const char *public_path, const wh_crypto *crypto,
                      uint8_t public_key[WH_P256_PUBLIC_SIZE], wh_message *m);

#endif /* WH_APPS_KEY_FILE_H */
