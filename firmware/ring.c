/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/ring.h"

void wh_ring_put(wh_ring *ring, const int32_t set[WH_CHANNELS])
{
    uint32_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
    uint32_t taken = atomic_load_explicit(&ring->taken, memory_order_acquire);
    if (written - taken == WH_RING_SETS) {
        ring->dropped++;
        return;
    }
    __builtin_memcpy(ring->set[written % WH_RING_SETS], set, sizeof ring->set[0]);
    atomic_store_explicit(&ring->written, written + 1, memory_order_release);
}

uint32_t wh_ring_waiting(const wh_ring *ring)
{
    uint32_t written = atomic_load_explicit(&ring->written, memory_order_acquire);
    return written - atomic_load_explicit(&ring->taken, memory_order_relaxed);
}

const int32_t (*wh_ring_peek(const wh_ring *ring, uint32_t most, uint32_t *count))[WH_CHANNELS]
{
    uint32_t waiting = wh_ring_waiting(ring);
    uint32_t first = atomic_load_explicit(&ring->taken, memory_order_relaxed) % WH_RING_SETS;
    uint32_t to_end = WH_RING_SETS - first;
    *count = waiting < most ? waiting : most;
    *count = *count < to_end ? *count : to_end;
    return *count > 0 ? &ring->set[first] : NULL;
}

void wh_ring_drop(wh_ring *ring, uint32_t count)
{
    uint32_t taken = atomic_load_explicit(&ring->taken, memory_order_relaxed);
    atomic_store_explicit(&ring->taken, taken + count, memory_order_release);
}
