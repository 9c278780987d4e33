/* SPDX-License-Identifier: Apache-2.0 */
/* port_posix.h - core/port.h on Linux: clock_gettime and getrandom.
 *
 * The clock counts as set from 2025 on: a machine without a battery starts in 1970, or at the
 * date of its file system, until it hears the time. Whether the time is exact is not known. */
#ifndef WH_PORT_POSIX_H
#define WH_PORT_POSIX_H

#include "core/port.h"

/* The port. It has no state, so any number of threads may use it. */
wh_port wh_port_posix(void);

/* The judgement above, for the tests: has a clock been set that shows utc_ms? */
bool wh_port_posix_is_set(int64_t utc_ms);

#endif /* WH_PORT_POSIX_H */
