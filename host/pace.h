/* SPDX-License-Identifier: Apache-2.0 */
/* pace.h - how many samples are due now.
 *
 * A source is played in real time, some times faster, or as fast as the machine goes. The
 * pace counts samples against a monotonic clock that the caller reads, so that rounding
 * never adds up: after an hour exactly an hour of samples was due. A caller that falls
 * behind further than the debt limit (a suspended machine, a slow one) is forgiven the
 * rest, and told, so that it can say so instead of racing for hours. */
#ifndef WH_HOST_PACE_H
#define WH_HOST_PACE_H

#include <stddef.h>
#include <stdint.h>

#define WH_PACE_UNLIMITED 0.0 /* as a speed: every sample is due at once */

/* Fields are private but for forgiven. */
typedef struct {
    double rate_hz; /* samples per second of the wall; 0 = unlimited */
    double debt_limit;
    uint64_t origin_ns;
    uint64_t taken;    /* since the origin */
    uint64_t forgiven; /* samples never played, in all */
} wh_pace;

/* fs_hz above 0; speed 1.0 is real time, WH_PACE_UNLIMITED as fast as it goes; debt_s:
 * seconds of the wall that may be caught up with. */
void wh_pace_init(wh_pace *pace, double fs_hz, double speed, double debt_s, uint64_t now_ns);

/* Samples due at now_ns, at most `most`. They count as taken. */
size_t wh_pace_due(wh_pace *pace, uint64_t now_ns, size_t most);

#endif /* WH_HOST_PACE_H */
