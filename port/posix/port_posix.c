/* SPDX-License-Identifier: Apache-2.0 */
#include "port/posix/port_posix.h"

#include <errno.h>
#include <sys/random.h>
#include <time.h>

#define SET_FROM_MS INT64_C(1735689600000) /* 2025-01-01 00:00 UTC */

/* CLOCK_REALTIME and CLOCK_MONOTONIC exist on every Linux, so reading them cannot fail. */
static int64_t clock_ms(clockid_t clock)
{
    struct timespec now = {0};
    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint32_t monotonic_ms(void *user)
{
    (void)user;
    return (uint32_t)clock_ms(CLOCK_MONOTONIC);
}

bool wh_port_posix_is_set(int64_t utc_ms)
{
    return utc_ms >= SET_FROM_MS;
}

static bool utc_ms(void *user, int64_t *ms)
{
    (void)user;
    *ms = clock_ms(CLOCK_REALTIME);
    return wh_port_posix_is_set(*ms);
}

/* A signal may cut a long request short; what is there is kept and the rest asked again. */
static wh_err random_bytes(void *user, uint8_t *bytes, size_t len)
{
    (void)user;
    size_t done = 0;
    while (done < len) {
        ssize_t got = getrandom(bytes + done, len - done, 0);
        if (got < 0 && errno != EINTR) {
            return WH_ERR_IO;
        }
        done += got > 0 ? (size_t)got : 0;
    }
    return WH_OK;
}

wh_port wh_port_posix(void)
{
    return (wh_port){
        .user = NULL,
        .monotonic_ms = monotonic_ms,
        .utc_ms = utc_ms,
        .random = random_bytes,
    };
}
