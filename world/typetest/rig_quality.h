/* SPDX-License-Identifier: Apache-2.0 */
/* rig_quality.h - power quality on the rig: class A harmonics on all channels, flicker. */
#ifndef WH_TYPETEST_RIG_QUALITY_H
#define WH_TYPETEST_RIG_QUALITY_H

#include "meter/power_quality/flicker.h"
#include "meter/power_quality/harmonics.h"
#include "meter/power_quality/power_quality.h"
#include "world/typetest/rig.h"

#define WH_RIG_POINTS 2048

typedef struct wh_rig_quality {
    wh_power_quality quality;
    wh_harmonics harmonics;
    wh_flicker flicker;
    float workspace[WH_HARMONICS_WORKSPACE(WH_RIG_POINTS, WH_CHANNELS, (int)WH_RIG_FS_HZ)];
} wh_rig_quality;

/* Parts to join: bits. */
enum { WH_RIG_HARMONICS = 1, WH_RIG_FLICKER = 2 };

wh_err wh_rig_quality_open(wh_rig *rig, unsigned parts) WH_MUST_USE;
void wh_rig_quality_close(wh_rig *rig); /* also where there is none */

/* What wh_metrology_feed took and said; returns news. */
unsigned wh_rig_quality_feed(wh_rig *rig, const int32_t (*codes)[WH_CHANNELS], size_t count,
                             unsigned event) WH_MUST_USE;

#endif /* WH_TYPETEST_RIG_QUALITY_H */
