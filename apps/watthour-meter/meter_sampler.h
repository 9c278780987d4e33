/* SPDX-License-Identifier: Apache-2.0 */
/* meter_sampler.h - moves samples from the source into the meter, at the pace of the
 * configuration, on a libuv loop.
 *
 *   timer or idle ─▶ pace: how many ─▶ source ─▶ converter ─▶ wh_meter_samples, wh_meter_tick
 *
 * It works in slices of some milliseconds, so that connections are served in between. In
 * real time the meter's clock is UTC; at any other speed it is the time of the samples. */
#ifndef WH_APPS_METER_SAMPLER_H
#define WH_APPS_METER_SAMPLER_H

#include "apps/watthour-meter/meter_source.h"
#include "host/log.h"
#include "host/pace.h"
#include "meter/meter.h"

#include <uv.h>

#define WH_SAMPLER_BLOCK 400 /* sample sets a turn of the inner loop */

typedef enum {
    WH_SAMPLER_RUNNING,
    WH_SAMPLER_ENDED, /* the source is at its end */
    WH_SAMPLER_BROKEN /* the source failed */
} wh_sampler_state;

/* Fields are for reading. Zero it, or start it, before stopping it. */
typedef struct {
    uv_timer_t timer;
    uv_idle_t idle;
    wh_meter *meter;
    wh_meter_source *source;
    const wh_log *log;
    wh_pace pace;
    double speed;
    wh_at_end at_end;
    wh_sampler_state state;
    uint64_t samples; /* measured so far */
    uint64_t forgiven_told;
    uint64_t told_ns;
    bool started;
    double *values;
    int32_t codes[WH_SAMPLER_BLOCK][WH_CHANNELS];
} wh_meter_sampler;

/* Start sampling. Where the source ends and at_end is exit, or where it breaks, the loop is
 * stopped (uv_stop) and `state` says why.
 *
 * WH_ERR_IO  no memory */
wh_err wh_meter_sampler_start(wh_meter_sampler *sampler, uv_loop_t *loop,
                              const wh_meter_settings *settings, wh_meter_source *source,
                              wh_meter *meter) WH_MUST_USE;

/* Stop and close its handles; the loop must run once more before the sampler goes. */
void wh_meter_sampler_stop(wh_meter_sampler *sampler);
void wh_meter_sampler_free(wh_meter_sampler *sampler);

#endif /* WH_APPS_METER_SAMPLER_H */
