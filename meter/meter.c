/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/meter.h"

#include <string.h>

wh_err wh_meter_init(wh_meter *meter, const wh_meter_config *config,
                     const wh_meter_observer *observer)
{
    memset(meter, 0, sizeof *meter);
    meter->config = config;
    meter->observer = observer;
    meter->utc_ms = INT64_MIN;
    wh_err err = wh_metrology_init(&meter->metrology, &config->metrology);
    if (err != WH_OK) {
        return err;
    }
    return wh_register_init(&meter->registers, &config->registers);
}

void wh_meter_samples(wh_meter *meter, const int32_t (*samples)[WH_CHANNELS], size_t count)
{
    const wh_meter_observer *observer = meter->observer;
    while (count > 0) {
        unsigned event;
        size_t used = wh_metrology_feed(&meter->metrology, samples, count, &event);
        if ((event & WH_EVENT_WINDOW) != 0) {
            wh_register_book(&meter->registers, &meter->metrology.quantum);
            meter->windows++;
        }
        if (observer != NULL) {
            observer->fed(observer->user, &meter->metrology, samples, used, event);
        }
        samples += used;
        count -= used;
    }
}

void wh_meter_tick(wh_meter *meter, int64_t utc_ms)
{
    meter->utc_ms = utc_ms;
}
