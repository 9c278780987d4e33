/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/power_quality/quality_rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BLOCK 80

void rig_start(quality_rig *rig)
{
    rig->fs_hz = rig->fs_hz > 0 ? rig->fs_hz : 8000;
    rig->f_nominal_hz = rig->f_nominal_hz > 0 ? rig->f_nominal_hz : 50;
    rig->phases = rig->phases > 0 ? rig->phases : 3;
    rig->samples = 0;
    wh_metrology_config *c = &rig->metrology_config;
    *c = (wh_metrology_config){.fs_mhz = (uint32_t)llround(rig->fs_hz * 1000),
                               .f_nominal_mhz = (uint32_t)llround(rig->f_nominal_hz * 1000),
                               .phases = (uint8_t)rig->phases,
                               .u_min_uv = 5000000};
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        c->channel[k].full_scale = (int64_t)((k < WH_I1 ? RIG_U_FULL_V : RIG_I_FULL_A) * 1e6);
    }
    if (rig->config.u_din_uv == 0) {
        rig->config.u_din_uv = (int64_t)(RIG_UDIN_V * 1e6);
    }
    assert_int_equal(wh_metrology_init(&rig->metrology, c), WH_OK);
    assert_int_equal(wh_power_quality_init(&rig->quality, &rig->config, c), WH_OK);
}

static void fill(quality_rig *rig, int32_t (*block)[WH_CHANNELS])
{
    for (unsigned j = 0; j < BLOCK; j++) {
        double value[WH_CHANNELS] = {0};
        rig->signal(rig->user, (double)(rig->samples + j) / rig->fs_hz, value);
        for (unsigned k = 0; k < WH_CHANNELS; k++) {
            const double full = k < WH_I1 ? RIG_U_FULL_V : RIG_I_FULL_A;
            const double code = nearbyint(value[k] / full * WH_CODE_FULL);
            block[j][k] = (int32_t)fmax(-WH_CODE_FULL, fmin(WH_CODE_FULL - 1, code));
        }
    }
}

void rig_run(quality_rig *rig, double seconds)
{
    const uint64_t end = rig->samples + (uint64_t)llround(seconds * rig->fs_hz);
    static int32_t block[BLOCK][WH_CHANNELS];

    while (rig->samples < end) {
        fill(rig, block);
        const int32_t(*at)[WH_CHANNELS] = (const int32_t(*)[WH_CHANNELS])block;
        size_t left = BLOCK;
        while (left > 0) {
            unsigned event = 0;
            const size_t used = wh_metrology_feed(&rig->metrology, at, left, &event);
            const unsigned news =
                wh_power_quality_feed(&rig->quality, &rig->metrology, at, used, event);
            if (news != 0 && rig->news != NULL) {
                rig->news(rig, news);
            }
            at += used;
            left -= used;
        }
        rig->samples += BLOCK;
    }
}

double rig_seconds(const quality_rig *rig, uint64_t instant_q16)
{
    return (double)instant_q16 / 65536.0 / rig->fs_hz;
}
