/* SPDX-License-Identifier: Apache-2.0 */
#include "world/simulation/house_load.h"

#include <math.h>
#include <string.h>

#define DAY_S 86400.0

static void put_in_force(wh_house_load *l, double watts, double heat_w)
{
    bool resistive = l->kind->wave == WH_WAVE_RESISTIVE;
    l->watts = resistive ? 0 : watts;
    l->heat_w = resistive ? heat_w + watts : heat_w;
}

static void start(wh_house_load *l, double now_s, double run_s)
{
    l->running = true;
    l->started_s = now_s;
    l->ends_s = now_s + run_s;
    l->part = 0;
    if (l->kind->programme != NULL) {
        l->part_ends_s = now_s + l->kind->programme[0].minutes * 60;
        put_in_force(l, l->kind->programme[0].watts, l->kind->programme[0].heat_w);
    } else {
        put_in_force(l, l->kind->watts, 0);
    }
}

static void stop(wh_house_load *l, double now_s, double pause_s)
{
    l->running = false;
    l->ends_s = now_s + pause_s;
    put_in_force(l, 0, 0);
}

/* How long it runs once started. */
static double mean_run_min(const wh_appliance *kind)
{
    double minutes = kind->on_min;
    for (size_t i = 0; kind->programme != NULL && kind->programme[i].minutes > 0; i++) {
        minutes += kind->programme[i].minutes;
    }
    return minutes;
}

static void begin_somewhere(wh_house_load *l, unsigned hour, wh_random *random)
{
    const wh_appliance *kind = l->kind;
    if (kind->hours == WH_HOURS_CYCLE) {
        double at = wh_random_unit(random) * (kind->on_min + kind->off_min);
        if (at < kind->on_min) {
            start(l, 0, (kind->on_min - at) * 60);
            l->started_s = -at * 60;
        } else {
            stop(l, 0, (kind->on_min + kind->off_min - at) * 60);
        }
        return;
    }
    double starts_per_min =
        kind->starts_per_day / 1440 * wh_appliance_hour_weight(kind->hours, hour);
    if (wh_random_unit(random) < starts_per_min * mean_run_min(kind)) {
        start(l, 0, wh_random_unit(random) * kind->on_min * 60);
    }
}

void wh_house_load_init(wh_house_load *l, const wh_appliance *kind, unsigned phase_count,
                        double u_v)
{
    memset(l, 0, sizeof *l);
    l->kind = kind;
    l->phases = kind->phases == 1 ? 1U << (kind->phase % phase_count) : (1U << phase_count) - 1;
    wh_appliance_wave(kind, u_v, l->wave, WH_MAINS_TABLE);
}

void wh_house_load_begin(wh_house_load *l, unsigned hour, wh_random *random)
{
    if (l->kind->hours == WH_HOURS_ALWAYS) {
        start(l, 0, INFINITY);
        l->started_s = -DAY_S;
    } else {
        begin_somewhere(l, hour, random);
    }
}

static void next_part(wh_house_load *l, double now_s)
{
    const wh_programme_step *step = &l->kind->programme[++l->part];
    if (step->minutes <= 0) {
        stop(l, now_s, 0);
        return;
    }
    l->part_ends_s = now_s + step->minutes * 60;
    put_in_force(l, step->watts, step->heat_w);
}

void wh_house_load_second(wh_house_load *l, double now_s, unsigned hour, wh_random *random)
{
    const wh_appliance *kind = l->kind;
    if (kind->hours == WH_HOURS_ALWAYS) {
        return;
    }
    if (l->running && kind->programme != NULL) {
        if (now_s >= l->part_ends_s) {
            next_part(l, now_s);
        }
        return;
    }
    if (l->running) {
        if (now_s >= l->ends_s) {
            stop(l, now_s, kind->off_min * 60 * wh_random_between(random, 0.8, 1.2));
        }
        return;
    }
    if (kind->hours == WH_HOURS_CYCLE) {
        if (now_s >= l->ends_s) {
            start(l, now_s, kind->on_min * 60 * wh_random_between(random, 0.8, 1.2));
        }
        return;
    }
    double chance = kind->starts_per_day / DAY_S * wh_appliance_hour_weight(kind->hours, hour);
    if (wh_random_unit(random) < chance) {
        start(l, now_s, kind->on_min * 60 * wh_random_between(random, 0.5, 1.5));
    }
}

void wh_house_load_set(wh_house_load *l, double watts, double now_s)
{
    bool on = watts != 0;
    if (on && !l->running) {
        l->started_s = now_s;
    }
    l->running = on;
    put_in_force(l, watts, 0);
}

double wh_house_load_inrush(const wh_house_load *l, double now_s)
{
    double age = now_s - l->started_s;
    if (l->kind->inrush <= 1 || age > 12 * (double)l->kind->inrush_s) {
        return 1;
    }
    return 1 + ((double)l->kind->inrush - 1) * exp(-age / (double)l->kind->inrush_s);
}
