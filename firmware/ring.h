/* SPDX-License-Identifier: Apache-2.0 */
/* ring.h - sample sets from the converter's interrupt to the main loop.
 *
 * One writer (the interrupt) and one reader (the main loop) on one core; neither waits for the
 * other. A set that finds the ring full is dropped and counted: a meter that loses samples
 * must say so. The counts run on for ever and wrap; only their difference matters. */
#ifndef WH_FIRMWARE_RING_H
#define WH_FIRMWARE_RING_H

#include "meter/metrology/metrology.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define WH_RING_SETS 1024U /* 128 ms at 8 kHz: all records of a new year are written meanwhile */

_Static_assert((WH_RING_SETS & (WH_RING_SETS - 1)) == 0, "a power of two: the counts wrap");

/* Zero is an empty ring. Fields are private but for dropped. */
typedef struct {
    int32_t set[WH_RING_SETS][WH_CHANNELS];
    _Atomic uint32_t written;
    _Atomic uint32_t taken;
    uint32_t dropped; /* sets that found the ring full */
} wh_ring;

/* Put one set in; only from the writer. */
void wh_ring_put(wh_ring *ring, const int32_t set[WH_CHANNELS]);

/* Sets waiting. */
uint32_t wh_ring_waiting(const wh_ring *ring);

/* The oldest sets that lie side by side, at most `most` of them; NULL and 0 where there are
 * none. They stay in the ring until wh_ring_drop; only from the reader. */
const int32_t (*wh_ring_peek(const wh_ring *ring, uint32_t most, uint32_t *count))[WH_CHANNELS];

/* Free the oldest `count` sets, which wh_ring_peek has shown; only from the reader. */
void wh_ring_drop(wh_ring *ring, uint32_t count);

#endif /* WH_FIRMWARE_RING_H */
