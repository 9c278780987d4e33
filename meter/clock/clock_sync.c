/* SPDX-License-Identifier: Apache-2.0 */
/* The setters of clock.h: each checks all, then changes all. */
#include "meter/clock/clock_internal.h"

#define MS_PER_S       1000
#define PERIOD_MAX_S   3600
#define DRIFT_PART     2000 /* 1 / 500 ppm */
#define DRIFT_SLACK_MS 2000 /* of two clocks told in whole seconds */

/* ---- drift ---- */

void wh_clock_begin_drift(wh_clock *c)
{
    c->drift_begun = true;
    c->drift_from_ms = c->platform_ms;
    c->drift_error_ms = 0;
}

static int32_t limit_ppb(int64_t ppb)
{
    if (ppb > WH_CLOCK_PPB_MAX) {
        return WH_CLOCK_PPB_MAX;
    }
    return (int32_t)(ppb < -WH_CLOCK_PPB_MAX ? -WH_CLOCK_PPB_MAX : ppb);
}

/* The clock was put right by error_ms. */
static void measure_drift(wh_clock *c, int64_t error_ms)
{
    if (!c->drift_begun || !wh_clock_ran_on(c->drift_from_ms, c->platform_ms)) {
        wh_clock_begin_drift(c);
        return;
    }
    int64_t passed_ms = c->platform_ms - c->drift_from_ms;
    int64_t most_ms = passed_ms / DRIFT_PART + DRIFT_SLACK_MS;
    int64_t sum_ms = c->drift_error_ms + error_ms;
    if (sum_ms > most_ms || sum_ms < -most_ms) {
        wh_clock_begin_drift(c);
        return;
    }
    c->drift_error_ms = sum_ms;
    if (passed_ms < c->drift_interval_ms) {
        return;
    }
    c->measured_ppb = limit_ppb(sum_ms * WH_CLOCK_REST_ONE / passed_ms);
    if (!c->keep_correction) {
        c->correction_ppb = limit_ppb((int64_t)c->correction_ppb + c->measured_ppb);
    }
    wh_clock_begin_drift(c);
}

wh_err wh_clock_set_correction(wh_clock *c, int32_t ppb)
{
    if (ppb > WH_CLOCK_PPB_MAX || ppb < -WH_CLOCK_PPB_MAX) {
        return WH_ERR_RANGE;
    }
    c->correction_ppb = ppb;
    c->drift_begun = false;
    return WH_OK;
}

/* ---- setting ---- */

static bool is_settable(const wh_clock *c, int64_t utc_ms)
{
    return utc_ms >= c->earliest_ms && utc_ms <= c->latest_ms;
}

static wh_err change_to(wh_clock *c, int64_t utc_ms, wh_clock_cause cause)
{
    if (!is_settable(c, utc_ms)) {
        return WH_ERR_RANGE;
    }
    if (!wh_clock_has_room(c)) {
        return WH_ERR_STATE;
    }
    int64_t old_ms = c->utc_ms;
    int16_t old_offset_min = wh_clock_offset_min(c);
    uint8_t old_status = wh_clock_status(c);
    bool vouched = cause == WH_CLOCK_SET || cause == WH_CLOCK_PRESET || cause == WH_CLOCK_BROADCAST;
    if (vouched) {
        c->invalid = false;
        c->doubtful = false;
    }
    measure_drift(c, utc_ms - old_ms);
    c->utc_ms = utc_ms;
    c->rest = 0;
    /* this record tells of the other offset too: none apart for daylight saving */
    (void)wh_time_zone_offset_min(&c->zone, utc_ms, &c->dst);
    wh_clock_tell(c, cause, old_ms, old_offset_min, old_status);
    return WH_OK;
}

wh_err wh_clock_set(wh_clock *c, int64_t utc_ms)
{
    return change_to(c, utc_ms, WH_CLOCK_SET);
}

wh_err wh_clock_shift(wh_clock *c, int32_t seconds)
{
    if (seconds > WH_CLOCK_SHIFT_MAX_S || seconds < -WH_CLOCK_SHIFT_MAX_S) {
        return WH_ERR_RANGE;
    }
    return change_to(c, c->utc_ms + (int64_t)seconds * MS_PER_S, WH_CLOCK_SHIFTED);
}

static wh_err adjust(wh_clock *c, uint32_t period_s, wh_clock_cause cause)
{
    int64_t period_ms = (int64_t)period_s * MS_PER_S;
    int64_t local_ms = c->utc_ms + (int64_t)wh_clock_offset_min(c) * WH_MS_PER_MINUTE;
    int64_t past_ms = local_ms % period_ms;
    if (past_ms < 0) { /* west of 1970-01-01 */
        past_ms += period_ms;
    }
    int64_t by_ms = past_ms * 2 < period_ms ? -past_ms : period_ms - past_ms;
    return change_to(c, c->utc_ms + by_ms, cause);
}

wh_err wh_clock_adjust_to_quarter(wh_clock *c)
{
    return adjust(c, 900, WH_CLOCK_ADJUSTED_QUARTER);
}

wh_err wh_clock_adjust_to_period(wh_clock *c, uint32_t period_s)
{
    if (period_s < 1 || period_s > PERIOD_MAX_S || PERIOD_MAX_S % period_s != 0) {
        return WH_ERR_RANGE;
    }
    return adjust(c, period_s, WH_CLOCK_ADJUSTED_PERIOD);
}

wh_err wh_clock_adjust_to_minute(wh_clock *c)
{
    return adjust(c, 60, WH_CLOCK_ADJUSTED_MINUTE);
}

wh_err wh_clock_preset(wh_clock *c, int64_t utc_ms, int64_t from_ms, int64_t to_ms)
{
    if (!is_settable(c, utc_ms) || from_ms > to_ms) {
        return WH_ERR_RANGE;
    }
    c->preset_ms = utc_ms;
    c->preset_from_ms = from_ms;
    c->preset_to_ms = to_ms;
    return WH_OK;
}

wh_err wh_clock_adjust_to_preset(wh_clock *c)
{
    if (c->preset_from_ms > c->preset_to_ms) {
        return WH_ERR_NOT_FOUND;
    }
    if (c->utc_ms < c->preset_from_ms || c->utc_ms > c->preset_to_ms) {
        return WH_ERR_STATE;
    }
    wh_err err = change_to(c, c->preset_ms, WH_CLOCK_PRESET);
    if (err == WH_OK) {
        c->preset_from_ms = 0;
        c->preset_to_ms = -1;
    }
    return err;
}

/* ---- broadcast ---- */

static bool is_near(int64_t a_ms, int64_t b_ms)
{
    int64_t by_ms = a_ms - b_ms;
    return by_ms < WH_CLOCK_BROADCAST_MARGIN_MS && by_ms > -WH_CLOCK_BROADCAST_MARGIN_MS;
}

static int64_t local_day(const wh_clock *c, int64_t utc_ms, int64_t *of_day_ms)
{
    int64_t offset_min = wh_time_zone_offset_min(&c->zone, utc_ms, NULL);
    int64_t local_ms = utc_ms + offset_min * WH_MS_PER_MINUTE;
    int64_t day = local_ms / WH_MS_PER_DAY;
    *of_day_ms = local_ms % WH_MS_PER_DAY;
    if (*of_day_ms < 0) {
        *of_day_ms += WH_MS_PER_DAY;
        day--;
    }
    return day;
}

/* Too near to something that a stranger must not move the clock about. */
static bool is_guarded(const wh_clock *c, int64_t utc_ms, const int64_t *settlement_ms,
                       size_t count)
{
    int64_t of_day_ms = 0;
    (void)local_day(c, utc_ms, &of_day_ms);
    if (is_near(of_day_ms, 0) || is_near(of_day_ms, WH_MS_PER_DAY)) {
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        bool sane = settlement_ms[i] >= WH_CIVIL_MS_MIN && settlement_ms[i] <= WH_CIVIL_MS_MAX;
        if (sane && is_near(utc_ms, settlement_ms[i])) {
            return true;
        }
    }
    return false;
}

wh_err wh_clock_broadcast(wh_clock *c, int64_t utc_ms, const int64_t *settlement_ms, size_t count)
{
    if (c->invalid) {
        return WH_ERR_STATE;
    }
    if (!is_settable(c, utc_ms) || utc_ms - c->utc_ms > WH_CLOCK_BROADCAST_MAX_MS ||
        c->utc_ms - utc_ms > WH_CLOCK_BROADCAST_MAX_MS) {
        return WH_ERR_RANGE;
    }
    int64_t of_day_ms = 0;
    int64_t day = local_day(c, c->utc_ms, &of_day_ms);
    if (day == c->broadcast_day || is_guarded(c, c->utc_ms, settlement_ms, count) ||
        is_guarded(c, utc_ms, settlement_ms, count)) {
        return WH_ERR_DENIED;
    }
    wh_err err = change_to(c, utc_ms, WH_CLOCK_BROADCAST);
    if (err == WH_OK) {
        c->broadcast_day = day;
    }
    return err;
}

/* ---- zone and base ---- */

wh_err wh_clock_set_zone(wh_clock *c, const wh_time_zone *zone, bool dst_off)
{
    if (wh_time_zone_check(zone) != WH_OK) {
        return WH_ERR_RANGE;
    }
    if (!wh_clock_has_room(c)) {
        return WH_ERR_STATE;
    }
    wh_time_zone taken = *zone; /* may be our own */
    int16_t old_offset_min = wh_clock_offset_min(c);
    uint8_t old_status = wh_clock_status(c);
    wh_clock_take_zone(c, &taken, dst_off);
    wh_clock_tell(c, WH_CLOCK_ZONE, c->utc_ms, old_offset_min, old_status);
    return WH_OK;
}

wh_err wh_clock_set_base(wh_clock *c, uint8_t base)
{
    if (base > WH_CLOCK_BASE_RADIO) {
        return WH_ERR_RANGE;
    }
    c->base = base;
    return WH_OK;
}

wh_err wh_clock_set_base_in_use(wh_clock *c, uint8_t base)
{
    if (base > WH_CLOCK_BASE_RADIO) {
        return WH_ERR_RANGE;
    }
    c->base_in_use = base;
    return WH_OK;
}
