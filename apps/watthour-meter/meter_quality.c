/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour-meter/meter_quality.h"

#include "core/civil_time.h"
#include "meter/keeper.h"

#include <math.h>
#include <string.h>

static const char *name_of(wh_quality_event_kind kind)
{
    switch (kind) {
    case WH_QUALITY_DIP:
        return "voltage_dip";
    case WH_QUALITY_SWELL:
        return "voltage_swell";
    case WH_QUALITY_INTERRUPTION:
        return "interruption";
    case WH_QUALITY_RAPID_CHANGE:
        break;
    }
    return "rapid_voltage_change";
}

/* "L1,L3" */
static void phases_text(char out[12], uint8_t phases)
{
    size_t used = 0;
    out[0] = '\0';
    for (unsigned k = 0; k < WH_PHASES; ++k) {
        if ((phases & (1U << k)) != 0) {
            used += (size_t)snprintf(out + used, 12 - used, "%sL%u", used == 0 ? "" : ",", k + 1);
        }
    }
}

static void tell(const wh_meter_quality *q, const wh_metrology *metrology,
                 const wh_quality_event *event)
{
    char phases[12];
    phases_text(phases, event->phases);
    double ago_s =
        ((double)metrology->sample_count - (double)event->start_q16 / 65536.0) / q->fs_hz;
    char start[40] = "unknown";
    wh_civil_time t;
    if (q->meter->utc_ms != INT64_MIN &&
        wh_civil_time_from_ms(q->meter->utc_ms - llround(ago_s * 1e3), &t) == WH_OK) {
        (void)snprintf(start, sizeof start, "%04d-%02u-%02uT%02u:%02u:%02u.%03uZ", (int)t.date.year,
                       t.date.month, t.date.day, t.hour, t.minute, t.second, t.millisecond);
    }
    double duration_s = (double)(event->end_q16 - event->start_q16) / 65536.0 / q->fs_hz;
    wh_log_write(q->log, WH_LOG_WARNING, name_of(event->kind),
                 "phases=%s start=%s duration_s=%.3f %s=%.2f", phases, start, duration_s,
                 event->kind == WH_QUALITY_RAPID_CHANGE ? "change_v" : "extreme_v",
                 (double)event->extreme_uv / 1e6);
}

static void on_fed(void *user, const wh_metrology *metrology, const int32_t (*samples)[WH_CHANNELS],
                   size_t count, unsigned event)
{
    wh_meter_quality *q = (wh_meter_quality *)user;
    unsigned news = wh_power_quality_feed(&q->power_quality, metrology, samples, count, event);
    if ((news & WH_QUALITY_NEWS_EVENT) == 0) {
        return;
    }
    for (; q->told < q->power_quality.ring.count; ++q->told) {
        const wh_quality_event *e = wh_power_quality_event(&q->power_quality, q->told);
        if (e != NULL) {
            tell(q, metrology, e);
        }
    }
}

static uint32_t ppm(double percent)
{
    return (uint32_t)llround(percent * 1e4);
}

wh_err wh_meter_quality_init(wh_meter_quality *quality, const wh_meter_settings *settings,
                             const wh_meter_config *config, const wh_meter *meter,
                             wh_message *message)
{
    memset(quality, 0, sizeof *quality);
    const wh_quality_settings *s = settings->file->meter.power_quality;
    const wh_power_quality_config c = {
        .u_din_uv = llround(s->u_din_v * 1e6),
        .events = {.dip_ppm = ppm(s->dip_pct),
                   .swell_ppm = ppm(s->swell_pct),
                   .interruption_ppm = ppm(s->interruption_pct)},
        .rapid_change = {.threshold_ppm = ppm(s->rapid_change_pct)},
    };
    if (wh_power_quality_init(&quality->power_quality, &c, &config->metrology) != WH_OK) {
        return wh_config_yaml_refuse(settings->config, message, "meter.power_quality",
                                     "thresholds that leave no room for hysteresis between them");
    }
    quality->observer = (wh_meter_observer){.user = quality, .fed = on_fed};
    quality->meter = meter;
    quality->log = &settings->file->log;
    quality->fs_hz = (double)config->metrology.fs_mhz / 1e3;
    return WH_OK;
}

void wh_meter_quality_record(wh_meter_quality *quality, wh_meter *meter)
{
    static const uint8_t kinds[] = {
        [WH_QUALITY_DIP] = WH_EVENT_VOLTAGE_DIP,
        [WH_QUALITY_SWELL] = WH_EVENT_VOLTAGE_SWELL,
        [WH_QUALITY_INTERRUPTION] = WH_EVENT_VOLTAGE_INTERRUPTION,
    };
    for (; quality->recorded < quality->told; ++quality->recorded) {
        const wh_quality_event *e =
            wh_power_quality_event(&quality->power_quality, quality->recorded);
        if (e == NULL || e->kind == WH_QUALITY_RAPID_CHANGE || meter->keeper == NULL) {
            continue;
        }
        double length_s = (double)(e->end_q16 - e->start_q16) / 65536.0 / quality->fs_hz;
        const int64_t given[] = {e->phases, e->extreme_uv / 1000, llround(length_s * 1e3)};
        const wh_event_detail detail = {.given = given, .given_count = 3};
        if (wh_keeper_occur(meter, kinds[e->kind], 0, &detail) != WH_OK) {
            wh_log_write(quality->log, WH_LOG_ERROR, "event_not_stored", "kind=%s",
                         name_of(e->kind));
        }
    }
}
