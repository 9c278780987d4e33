/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour-meter/meter_sampler.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TURN_MS       20 /* between two looks at the clock */
#define SLICE_NS      20000000U
#define DEBT_S        2.0 /* of the wall: what may be caught up with */
#define TELL_AGAIN_NS 60000000000U

static int64_t utc_now_ms(void)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void tick(wh_meter_sampler *s)
{
    int64_t utc_ms = utc_now_ms();
    if (s->speed != 1.0) {
        double seconds = (double)s->samples / s->source->source->fs_hz;
        utc_ms = s->source->start_utc_us / 1000 + (int64_t)(seconds * 1e3);
    }
    const wh_meter_inputs inputs = {.platform_ms = utc_ms};
    wh_meter_tick(s->meter, &inputs);
}

static void stop_at_end(wh_meter_sampler *s, wh_err err)
{
    s->state = err == WH_OK ? WH_SAMPLER_ENDED : WH_SAMPLER_BROKEN;
    (void)uv_idle_stop(&s->idle);
    if (err != WH_OK) {
        wh_log_write(s->log, WH_LOG_ERROR, "source_failed", "samples=%llu reason=\"%s\"",
                     (unsigned long long)s->samples, wh_err_text(err));
        uv_stop(s->timer.loop);
        return;
    }
    wh_log_write(s->log, WH_LOG_INFO, "source_ended", "samples=%llu",
                 (unsigned long long)s->samples);
    if (s->at_end == WH_AT_END_EXIT) {
        uv_stop(s->timer.loop);
    }
}

/* Measure `count` sample sets, at most a block of them. */
static void measure(wh_meter_sampler *s, size_t count)
{
    wh_source *source = s->source->source;
    uint64_t cut_before = s->source->converter.saturated;
    size_t got = 0;
    wh_err err = source->read(source, s->values, count, &got);
    if (got > 0) {
        wh_converter_run(&s->source->converter, s->values, source->channel_count, got, s->codes);
        wh_meter_samples(s->meter, (const int32_t(*)[WH_CHANNELS])s->codes, got);
        s->samples += got;
        tick(s);
    }
    if (cut_before == 0 && s->source->converter.saturated > 0) {
        wh_log_write(s->log, WH_LOG_WARNING, "saturated",
                     "hint=\"values exceed full_scale in meter.calibration.channel\"");
    }
    if (err != WH_OK || got < count) {
        stop_at_end(s, err);
    }
}

static void tell_forgiven(wh_meter_sampler *s, uint64_t now_ns)
{
    if (s->pace.forgiven == s->forgiven_told ||
        (s->forgiven_told != 0 && now_ns - s->told_ns < TELL_AGAIN_NS)) {
        return;
    }
    double skipped_s = (double)(s->pace.forgiven - s->forgiven_told) / s->source->source->fs_hz;
    wh_log_write(s->log, WH_LOG_WARNING, "behind",
                 "skipped_s=%.3f hint=\"the machine was suspended or is too slow for this speed\"",
                 skipped_s);
    s->forgiven_told = s->pace.forgiven;
    s->told_ns = now_ns;
}

static void on_timer(uv_timer_t *timer)
{
    wh_meter_sampler *s = (wh_meter_sampler *)timer->data;
    if (s->state != WH_SAMPLER_RUNNING) {
        if (s->speed == 1.0) {
            tick(s); /* the clock goes on where the mains is gone */
        }
        return;
    }
    uint64_t begin_ns = uv_hrtime();
    uint64_t now_ns = begin_ns;
    size_t due = wh_pace_due(&s->pace, now_ns, WH_SAMPLER_BLOCK);
    while (due > 0 && s->state == WH_SAMPLER_RUNNING) {
        measure(s, due);
        now_ns = uv_hrtime();
        if (now_ns - begin_ns > SLICE_NS) {
            break; /* the pace remembers the rest */
        }
        due = wh_pace_due(&s->pace, now_ns, WH_SAMPLER_BLOCK);
    }
    tell_forgiven(s, now_ns);
}

static void on_idle(uv_idle_t *idle)
{
    wh_meter_sampler *s = (wh_meter_sampler *)idle->data;
    uint64_t begin_ns = uv_hrtime();
    while (s->state == WH_SAMPLER_RUNNING && uv_hrtime() - begin_ns < SLICE_NS) {
        measure(s, WH_SAMPLER_BLOCK);
    }
}

wh_err wh_meter_sampler_start(wh_meter_sampler *sampler, uv_loop_t *loop,
                              const wh_meter_settings *settings, wh_meter_source *source,
                              wh_meter *meter)
{
    memset(sampler, 0, sizeof *sampler);
    sampler->values = calloc(WH_SAMPLER_BLOCK * source->source->channel_count, sizeof(double));
    if (sampler->values == NULL) {
        return WH_ERR_IO;
    }
    sampler->meter = meter;
    sampler->source = source;
    sampler->log = &settings->file->log;
    sampler->speed = settings->speed;
    sampler->at_end =
        source->recording != NULL ? settings->file->source.recording->at_end : WH_AT_END_HOLD;
    wh_pace_init(&sampler->pace, source->source->fs_hz, settings->speed, DEBT_S, uv_hrtime());
    (void)uv_timer_init(loop, &sampler->timer); /* these cannot fail */
    (void)uv_idle_init(loop, &sampler->idle);
    sampler->timer.data = sampler;
    sampler->idle.data = sampler;
    sampler->started = true;
    if (settings->speed == WH_PACE_UNLIMITED) {
        (void)uv_idle_start(&sampler->idle, on_idle);
    } else {
        (void)uv_timer_start(&sampler->timer, on_timer, TURN_MS, TURN_MS);
    }
    tick(sampler);
    return WH_OK;
}

void wh_meter_sampler_stop(wh_meter_sampler *sampler)
{
    if (sampler->started) {
        sampler->started = false;
        uv_close((uv_handle_t *)&sampler->timer, NULL);
        uv_close((uv_handle_t *)&sampler->idle, NULL);
    }
}

void wh_meter_sampler_free(wh_meter_sampler *sampler)
{
    free(sampler->values);
    sampler->values = NULL;
}
