/* SPDX-License-Identifier: Apache-2.0 */
/* quality_scale.h - volts and amperes per code, for results that are not billed. */
#ifndef WH_METER_QUALITY_SCALE_H
#define WH_METER_QUALITY_SCALE_H

#include "meter/metrology/metrology.h"

/* V or A per code of a channel, calibration included. */
static inline float wh_quality_per_code(const wh_metrology_config *config, unsigned channel)
{
    const wh_channel_calibration *c = &config->channel[channel];
    const uint32_t gain = c->gain_q30 != 0 ? c->gain_q30 : WH_GAIN_ONE_Q30;
    return (float)c->full_scale * ((float)gain / (float)WH_GAIN_ONE_Q30) *
           (1e-6F / (float)WH_CODE_FULL);
}

#endif /* WH_METER_QUALITY_SCALE_H */
