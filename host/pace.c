/* SPDX-License-Identifier: Apache-2.0 */
#include "host/pace.h"

void wh_pace_init(wh_pace *pace, double fs_hz, double speed, double debt_s, uint64_t now_ns)
{
    *pace = (wh_pace){.rate_hz = fs_hz * speed, .origin_ns = now_ns};
    pace->debt_limit = debt_s * pace->rate_hz;
}

/* Start counting anew, so that the product below stays exact for years: 2^53 ns is 104 days. */
static void rebase(wh_pace *pace, uint64_t now_ns)
{
    const uint64_t whole_s = (now_ns - pace->origin_ns) / 1000000000U;
    double samples = (double)whole_s * pace->rate_hz;
    if (whole_s < 86400U || samples != (double)(uint64_t)samples ||
        pace->taken < (uint64_t)samples) {
        return;
    }
    pace->origin_ns += whole_s * 1000000000U;
    pace->taken -= (uint64_t)samples;
}

size_t wh_pace_due(wh_pace *pace, uint64_t now_ns, size_t most)
{
    if (pace->rate_hz <= 0.0) {
        return most;
    }
    double seconds = (double)(now_ns - pace->origin_ns) / 1e9;
    uint64_t target = (uint64_t)(seconds * pace->rate_hz);
    if (target <= pace->taken) {
        return 0;
    }
    uint64_t due = target - pace->taken;
    if ((double)due > pace->debt_limit) {
        uint64_t kept = (uint64_t)pace->debt_limit;
        pace->forgiven += due - kept;
        pace->taken += due - kept;
        due = kept;
    }
    if (due > most) {
        due = most;
    }
    pace->taken += due;
    rebase(pace, now_ns);
    return (size_t)due;
}
