/* SPDX-License-Identifier: Apache-2.0 */
/* meter_quality.h - power quality of the running meter: dips, swells, interruptions and rapid
 * voltage changes (IEC 61000-4-30) go to the log.
 *
 *   wh_meter ─ observer ─▶ wh_power_quality ─▶ event=voltage_dip phases=L1 duration_s=0.31 ... */
#ifndef WH_APPS_METER_QUALITY_H
#define WH_APPS_METER_QUALITY_H

#include "apps/watthour-meter/meter_settings.h"
#include "host/log.h"
#include "meter/meter.h"
#include "meter/power_quality/power_quality.h"

/* Give &quality->observer to wh_meter_init. Fields are private. */
typedef struct {
    wh_meter_observer observer;
    wh_power_quality power_quality;
    const wh_meter *meter; /* for the time */
    const wh_log *log;
    double fs_hz;
    uint32_t told;     /* events in the log so far */
    uint32_t recorded; /* events in the meter's own logs */
} wh_meter_quality;

/* Start. `settings` has a block meter.power_quality. The config is that of the meter, which may
 * be initialised afterwards; all outlive the quality.
 *
 * WH_ERR_FORMAT  thresholds that do not fit each other; *message names the block */
wh_err wh_meter_quality_init(wh_meter_quality *quality, const wh_meter_settings *settings,
                             const wh_meter_config *config, const wh_meter *meter,
                             wh_message *message) WH_MUST_USE;

/* What has been found since the last call goes to the event logs of a meter that keeps: dips,
 * swells and interruptions. Not from within wh_meter_samples. */
void wh_meter_quality_record(wh_meter_quality *quality, wh_meter *meter);

#endif /* WH_APPS_METER_QUALITY_H */
