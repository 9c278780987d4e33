/* SPDX-License-Identifier: Apache-2.0 */
#include "world/typetest/rig_quality.h"

#include <math.h>
#include <stdlib.h>

wh_err wh_rig_quality_open(wh_rig *rig, unsigned parts)
{
    wh_rig_quality *q = calloc(1, sizeof *q);
    if (q == NULL) {
        return WH_ERR_SPACE;
    }
    rig->quality = q;
    wh_power_quality_config config = {.u_din_uv = llrint(WH_RIG_U_V * 1e6)};
    wh_err err = wh_power_quality_init(&q->quality, &config, &rig->config);
    if (err == WH_OK && (parts & WH_RIG_HARMONICS) != 0) {
        err = wh_harmonics_init(&q->harmonics, &rig->config, WH_RIG_POINTS, WH_CHANNELS,
                                q->workspace, sizeof q->workspace / sizeof q->workspace[0]);
        wh_power_quality_join(&q->quality, &q->harmonics.part);
    }
    if (err == WH_OK && (parts & WH_RIG_FLICKER) != 0) {
        err = wh_flicker_init(&q->flicker, &rig->config, WH_LAMP_230_V_50_HZ);
        wh_power_quality_join(&q->quality, &q->flicker.part);
    }
    return err;
}

void wh_rig_quality_close(wh_rig *rig)
{
    free(rig->quality);
    rig->quality = NULL;
}

unsigned wh_rig_quality_feed(wh_rig *rig, const int32_t (*codes)[WH_CHANNELS], size_t count,
                             unsigned event)
{
    return wh_power_quality_feed(&rig->quality->quality, &rig->metrology, codes, count, event);
}
