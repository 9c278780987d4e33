/* SPDX-License-Identifier: Apache-2.0 */
/* watch_fake.h - a snapshot of a house with a solar roof at noon, made up: L1 and L3 export,
 * L2 imports. */
#ifndef WH_TESTS_WATCH_FAKE_H
#define WH_TESTS_WATCH_FAKE_H

#include "apps/watthour/watch_model.h"

#include <stdio.h>

static inline wh_watch_snapshot fake_snapshot(void)
{
    wh_watch_snapshot s;
    wh_watch_snapshot_clear(&s);
    (void)snprintf(s.device, sizeof s.device, "WHT0000040000001");
    (void)snprintf(s.serial, sizeof s.serial, "40000001");
    (void)snprintf(s.rotation, sizeof s.rotation, "ABC");
    s.utc_ms = 1782036005000; /* 2026-06-21 10:00:05 UTC */
    s.utc_offset_min = 120;
    s.phases = 3;
    s.f_hz = 50.0123;
    s.in_a = 7.891;
    s.u2_pct = 0.37;
    s.u0_pct = 0.41;
    static const wh_watch_place place[WH_WATCH_PLACES] = {
        {231.42, 11.204, -2560.4, 310.2, 2592.9, -0.987, 0.0, 173.0, 1.82, 3.4, 12345.678,
         987654.321},
        {229.07, 6.951, 1498.8, 521.0, 1592.3, 0.941, -120.1, -139.3, 1.74, 24.9, 2345678.901,
         12.004},
        {230.88, 4.127, -901.1, -288.8, 952.8, -0.946, 119.8, -77.9, 1.95, 8.8, 845.11, 445100.7},
        {0, 0, -1962.7, 542.4, 5138.0, -0.382, 0, 0, 0, 0, 2358869.689, 1432767.025},
    };
    for (unsigned k = 0; k < WH_WATCH_PLACES; ++k) {
        s.place[k] = place[k];
    }
    for (unsigned q = 0; q < 4; ++q) {
        s.reactive_varh[q] = 1234.5 * (q + 1);
    }
    return s;
}

#endif /* WH_TESTS_WATCH_FAKE_H */
