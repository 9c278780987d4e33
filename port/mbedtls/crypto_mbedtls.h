/* SPDX-License-Identifier: Apache-2.0 */
/* crypto_mbedtls.h - core/crypto.h by mbedTLS 2.28, all of it.
 *
 * Key wrap (RFC 3394) is made here over mbedTLS's AES: Debian's build leaves it out. Curves take
 * memory by malloc while a call runs, and give it back before it returns. */
#ifndef WH_PORT_CRYPTO_MBEDTLS_H
#define WH_PORT_CRYPTO_MBEDTLS_H

#include "core/crypto.h"
#include "core/port.h"

/* The functions over the randomness of `port`, which must outlive them. There is no other state:
 * as many threads may use them as may use the port. */
wh_crypto wh_crypto_mbedtls(wh_port *port);

#endif /* WH_PORT_CRYPTO_MBEDTLS_H */
