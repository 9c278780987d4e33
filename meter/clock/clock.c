/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/clock/clock_internal.h"

/* ---- the records of changes ---- */

bool wh_clock_has_room(const wh_clock *c)
{
    return c->change_count < WH_CLOCK_CHANGES_MAX - 1;
}

void wh_clock_tell(wh_clock *c, wh_clock_cause cause, int64_t old_ms, int16_t old_offset_min,
                   uint8_t old_status)
{
    c->change[c->change_count] = (wh_clock_change){
        .old_ms = old_ms,
        .new_ms = c->utc_ms,
        .old_offset_min = old_offset_min,
        .new_offset_min = wh_clock_offset_min(c),
        .cause = (uint8_t)cause,
        .status = old_status,
    };
    c->change_count++;
}

bool wh_clock_next_change(wh_clock *c, wh_clock_change *out)
{
    if (c->change_count == 0) {
        return false;
    }
    *out = c->change[0];
    c->change_count--;
    for (size_t i = 0; i < c->change_count; i++) {
        c->change[i] = c->change[i + 1];
    }
    return true;
}

/* ---- beginning ---- */

void wh_clock_take_zone(wh_clock *c, const wh_time_zone *zone, bool dst_off)
{
    c->zone = *zone;
    c->dst_min = zone->dst_min;
    c->dst_off = dst_off;
    if (dst_off) {
        c->zone.dst_min = 0;
    }
    (void)wh_time_zone_offset_min(&c->zone, c->utc_ms, &c->dst);
}

wh_err wh_clock_init(wh_clock *c, const wh_clock_config *config, int64_t platform_ms)
{
    bool default_limits = config->earliest_ms == 0 && config->latest_ms == 0;
    int64_t earliest_ms = default_limits ? WH_CLOCK_EARLIEST_MS : config->earliest_ms;
    int64_t latest_ms = default_limits ? WH_CLOCK_LATEST_MS : config->latest_ms;
    int64_t interval_ms =
        config->drift_interval_ms == 0 ? WH_CLOCK_DRIFT_INTERVAL_MS : config->drift_interval_ms;
    if (wh_time_zone_check(&config->zone) != WH_OK || config->base > WH_CLOCK_BASE_RADIO ||
        interval_ms < WH_MS_PER_MINUTE || interval_ms > WH_CLOCK_LEAP_MAX_MS ||
        earliest_ms < WH_CLOCK_FLOOR_MS || latest_ms >= WH_CLOCK_CEILING_MS ||
        earliest_ms >= latest_ms) {
        return WH_ERR_RANGE;
    }
    *c = (wh_clock){
        .utc_ms = earliest_ms,
        .platform_ms = platform_ms,
        .earliest_ms = earliest_ms,
        .latest_ms = latest_ms,
        .drift_interval_ms = interval_ms,
        .preset_to_ms = -1,
        .broadcast_day = INT64_MIN,
        .keep_correction = config->keep_correction,
        .invalid = true,
        .base = config->base,
        .base_in_use = config->base,
    };
    wh_clock_take_zone(c, &config->zone, config->dst_off);
    return WH_OK;
}

/* ---- time passes ---- */

/* Time goes on from here, but nobody knows how much of it was left out. */
static void lose(wh_clock *c, int64_t platform_ms)
{
    uint8_t status = wh_clock_status(c);
    c->platform_ms = platform_ms;
    c->rest = 0;
    c->doubtful = true;
    c->drift_begun = false;
    if (c->change_count < WH_CLOCK_CHANGES_MAX) { /* otherwise the last one tells it already */
        wh_clock_tell(c, WH_CLOCK_LOST, c->utc_ms, wh_clock_offset_min(c), status);
    }
}

bool wh_clock_ran_on(int64_t from_ms, int64_t to_ms)
{
    return to_ms >= from_ms &&
           (uint64_t)to_ms - (uint64_t)from_ms <= (uint64_t)WH_CLOCK_LEAP_MAX_MS;
}

static void run(wh_clock *c, int64_t platform_ms)
{
    int64_t passed_ms = platform_ms - c->platform_ms;
    int64_t rest = c->rest + passed_ms * c->correction_ppb;
    int64_t whole_ms = rest / WH_CLOCK_REST_ONE;
    rest -= whole_ms * WH_CLOCK_REST_ONE;
    if (rest < 0) {
        rest += WH_CLOCK_REST_ONE;
        whole_ms--;
    }
    c->platform_ms = platform_ms;
    c->rest = rest;
    c->utc_ms += passed_ms + whole_ms;
    if (c->utc_ms >= WH_CLOCK_CEILING_MS) {
        c->utc_ms = WH_CLOCK_CEILING_MS;
        c->invalid = true;
    }
}

/* Where there is no room the next tick tells it. */
static void watch_dst(wh_clock *c)
{
    bool dst = false;
    int16_t offset_min = wh_time_zone_offset_min(&c->zone, c->utc_ms, &dst);
    if (dst == c->dst || !wh_clock_has_room(c)) {
        return;
    }
    uint8_t flag = c->dst ? WH_CLOCK_STATUS_DST : 0;
    uint8_t status = (uint8_t)((wh_clock_status(c) & ~WH_CLOCK_STATUS_DST) | flag);
    int16_t change_min = c->zone.dst_min;
    int16_t old_min = (int16_t)(dst ? offset_min - change_min : offset_min + change_min);
    c->dst = dst;
    wh_clock_tell(c, dst ? WH_CLOCK_DST_BEGAN : WH_CLOCK_DST_ENDED, c->utc_ms, old_min, status);
}

void wh_clock_tick(wh_clock *c, int64_t platform_ms)
{
    if (wh_clock_ran_on(c->platform_ms, platform_ms)) {
        run(c, platform_ms);
    } else {
        lose(c, platform_ms);
    }
    watch_dst(c);
}

void wh_clock_power_up(wh_clock *c, int64_t platform_ms, bool ran_on)
{
    if (!ran_on) {
        lose(c, platform_ms);
    }
    wh_clock_tick(c, platform_ms);
}

/* ---- reading ---- */

uint8_t wh_clock_status(const wh_clock *c)
{
    bool dst = false;
    (void)wh_time_zone_offset_min(&c->zone, c->utc_ms, &dst);
    unsigned status = 0;
    status |= c->invalid ? WH_CLOCK_STATUS_INVALID : 0U;
    status |= c->doubtful ? WH_CLOCK_STATUS_DOUBTFUL : 0U;
    status |= c->base != c->base_in_use ? WH_CLOCK_STATUS_OTHER_BASE : 0U;
    status |= dst ? WH_CLOCK_STATUS_DST : 0U;
    return (uint8_t)status;
}

int16_t wh_clock_offset_min(const wh_clock *c)
{
    return wh_time_zone_offset_min(&c->zone, c->utc_ms, NULL);
}

void wh_clock_local(const wh_clock *c, wh_civil_time *local, bool *dst)
{
    /* utc_ms is between floor and ceiling: local time exists */
    if (wh_time_zone_to_local(&c->zone, c->utc_ms, local, dst) != WH_OK) {
        *local = (wh_civil_time){.date = {.year = 1970, .month = 1, .day = 1}};
    }
}

wh_time_zone wh_clock_zone_as_set(const wh_clock *c)
{
    wh_time_zone zone = c->zone;
    zone.dst_min = c->dst_min;
    return zone;
}
