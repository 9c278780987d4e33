/* SPDX-License-Identifier: Apache-2.0 */
/* port.h - what a platform gives the portable code, and all of it.
 *
 * A port is filled in by port/<platform>, or by a test, and handed down by whoever wires the
 * parts together (an app, the firmware). No function may block, nor call back into the code
 * that calls it. Portable code asks a port only where a value cannot be an argument. */
#ifndef WH_CORE_PORT_H
#define WH_CORE_PORT_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    void *user; /* passed to every function as it is; lives as long as the port */

    /* Milliseconds since some moment, never set back. They wrap after 49 days: compare by
     * difference. */
    uint32_t (*monotonic_ms)(void *user);

    /* UTC milliseconds since 1970-01-01. False: the clock has not been set since it lost its
     * power, and *ms is what it shows all the same. May jump when somebody sets it. */
    bool (*utc_ms)(void *user, int64_t *ms);

    /* Fill `len` bytes so that nobody can foretell them: keys and challenges are made of
     * them. WH_ERR_IO: there is no randomness; the bytes must not be used. */
    wh_err (*random)(void *user, uint8_t *bytes, size_t len);
} wh_port;

#endif /* WH_CORE_PORT_H */
