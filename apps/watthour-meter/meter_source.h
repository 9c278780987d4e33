/* SPDX-License-Identifier: Apache-2.0 */
/* meter_source.h - the samples of a meter as its configuration wants them: a recording or the
 * simulated home, through a converter that has the full scales of the calibration. */
#ifndef WH_APPS_METER_SOURCE_H
#define WH_APPS_METER_SOURCE_H

#include "apps/watthour-meter/meter_settings.h"
#include "world/converter.h"
#include "world/recording/recording.h"
#include "world/source.h"

/* Fields are for reading. */
typedef struct {
    wh_source *source;
    wh_recording *recording; /* behind the source; NULL: a home */
    wh_converter converter;
    int64_t start_utc_us; /* of the first sample */
    unsigned phases;
    double f_nominal_hz;
} wh_meter_source;

/* Open it. Where the file does not say how many phases and which nominal frequency, a recording
 * decides; they and its sample rate go into settings->file.
 *
 * now_utc_us  the start where neither configuration nor recording gives one
 *
 * WH_OK   close it with wh_meter_source_close
 * else    *message names the line of the configuration, or of the recording, that is wrong */
wh_err wh_meter_source_open(wh_meter_settings *settings, int64_t now_utc_us, wh_meter_source *out,
                            wh_message *message) WH_MUST_USE;
void wh_meter_source_close(wh_meter_source *source);

#endif /* WH_APPS_METER_SOURCE_H */
