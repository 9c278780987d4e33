/* SPDX-License-Identifier: Apache-2.0 */
/* clock.h - the meter's clock: UTC over the platform's time, the zone, and how far to trust it.
 *
 *   platform's milliseconds ─▶ + correction in ppb ─▶ utc_ms ─▶ + zone, daylight saving ─▶ local
 *                                                       ▲
 *                       set, adjust, shift, preset, broadcast: each tells what it changed
 *
 * The platform's time is any count of milliseconds that grows: a monotonic timer, or a clock
 * on a battery that also runs through a power cut. It is given to wh_clock_tick; the setters
 * act on the time of the last tick.
 *
 * Order: (1) wh_clock_init, (2) wh_clock_restore where something was saved, (3) then
 * wh_clock_power_up, (4) in each pass wh_clock_tick before whatever asks for the time, (5) pull
 * the changes by wh_clock_next_change and log them: a change that finds no room for its record
 * is refused, so that none goes unlogged. Any setter that fails leaves the clock as it was.
 *
 * Who makes records at times of the clock uses boundary.h: it needs only utc_ms and the zone,
 * and no change of either makes it repeat or leave out one. The clock does not do leap seconds. */
#ifndef WH_METER_CLOCK_H
#define WH_METER_CLOCK_H

#include "core/err.h"
#include "core/reader.h"
#include "core/time_zone.h"
#include "core/writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The clock status of COSEM (class 8 attribute 4, and the last octet of a date-time). */
#define WH_CLOCK_STATUS_INVALID    0x01 /* the time could not be recovered */
#define WH_CLOCK_STATUS_DOUBTFUL   0x02 /* recovered, but nothing vouches for it */
#define WH_CLOCK_STATUS_OTHER_BASE 0x04 /* runs on another base than the one chosen */
#define WH_CLOCK_STATUS_DST        0x80 /* daylight saving holds */

#define WH_CLOCK_EARLIEST_MS         INT64_C(946684800000)  /* 2000-01-01 */
#define WH_CLOCK_LATEST_MS           INT64_C(4102444799999) /* the end of 2099 */
#define WH_CLOCK_PPB_MAX             1000000
#define WH_CLOCK_SHIFT_MAX_S         900
#define WH_CLOCK_BROADCAST_MAX_MS    300000 /* farthest that a broadcast may move the clock */
#define WH_CLOCK_BROADCAST_MARGIN_MS 300000 /* nearest to midnight or a settlement */
#define WH_CLOCK_DRIFT_INTERVAL_MS   INT64_C(604800000) /* a week: 1 s in it is 1.7 ppm */
#define WH_CLOCK_CHANGES_MAX         5                  /* the last is kept for WH_CLOCK_LOST */
#define WH_CLOCK_SAVED_MAX           215 /* bytes that wh_clock_save writes at most */

/* Class 8 attribute 9. */
typedef enum {
    WH_CLOCK_BASE_UNDEFINED = 0,
    WH_CLOCK_BASE_CRYSTAL = 1,
    WH_CLOCK_BASE_MAINS_50_HZ = 2,
    WH_CLOCK_BASE_MAINS_60_HZ = 3,
    WH_CLOCK_BASE_GPS = 4,
    WH_CLOCK_BASE_RADIO = 5
} wh_clock_base;

/* Why the clock changed. Values are stored: append, never renumber. */
typedef enum {
    WH_CLOCK_SET = 1,
    WH_CLOCK_ADJUSTED_QUARTER = 2,
    WH_CLOCK_ADJUSTED_PERIOD = 3,
    WH_CLOCK_ADJUSTED_MINUTE = 4,
    WH_CLOCK_PRESET = 5,
    WH_CLOCK_SHIFTED = 6,
    WH_CLOCK_BROADCAST = 7,  /* not a clock set in the logs of the State Grid */
    WH_CLOCK_LOST = 8,       /* platform's time did not run on: old_ms = new_ms, doubtful */
    WH_CLOCK_ZONE = 9,       /* another zone: old_ms = new_ms, local time moved */
    WH_CLOCK_DST_BEGAN = 10, /* old_ms = new_ms = the first tick in it */
    WH_CLOCK_DST_ENDED = 11
} wh_clock_cause;

typedef struct {
    int64_t old_ms; /* UTC */
    int64_t new_ms;
    int16_t old_offset_min; /* of local time to UTC */
    int16_t new_offset_min;
    uint8_t cause;  /* wh_clock_cause */
    uint8_t status; /* before the change */
} wh_clock_change;

/* Zero is the default for each. */
typedef struct {
    wh_time_zone zone;         /* UTC */
    bool dst_off;              /* daylight saving is not followed (class 8 attribute 8) */
    uint8_t base;              /* wh_clock_base that should drive it */
    bool keep_correction;      /* what is measured is shown, not applied */
    int64_t earliest_ms;       /* a time set must lie from here ... */
    int64_t latest_ms;         /* ... to here; 0 and 0: the 21st century */
    int64_t drift_interval_ms; /* shortest to judge the drift by; WH_CLOCK_DRIFT_INTERVAL_MS */
} wh_clock_config;

/* Fields are private, but for reading those of the first group after a tick. */
typedef struct {
    int64_t utc_ms;
    wh_time_zone zone;      /* in force: dst_min is 0 where daylight saving is off */
    int32_t correction_ppb; /* added to the platform's time: positive where it is slow */
    int32_t measured_ppb;   /* what was last found missing on top of it */

    int64_t platform_ms;
    int64_t rest; /* of utc_ms, in 1e-9 ms, 0 to 1e9 - 1 */
    int64_t earliest_ms;
    int64_t latest_ms;
    int64_t drift_interval_ms;
    int64_t drift_from_ms;  /* platform's time since which the drift is measured */
    int64_t drift_error_ms; /* what changes have added since */
    int64_t preset_ms;
    int64_t preset_from_ms;
    int64_t preset_to_ms;  /* before preset_from_ms: none is preset */
    int64_t broadcast_day; /* local, since 1970, of the last one taken; INT64_MIN: none */
    int16_t dst_min;       /* of the zone as set */
    bool dst_off;
    bool keep_correction;
    bool drift_begun;
    bool invalid;
    bool doubtful;
    bool dst; /* as told by the last change */
    uint8_t base;
    uint8_t base_in_use;
    uint8_t change_count;
    wh_clock_change change[WH_CLOCK_CHANGES_MAX]; /* oldest first */
} wh_clock;

/* Begins at the earliest time that could be set, invalid, until it is set or restored.
 * WH_ERR_RANGE: zone, base, limits (1970 to 9990, rising) or interval below a minute. */
wh_err wh_clock_init(wh_clock *c, const wh_clock_config *config, int64_t platform_ms) WH_MUST_USE;

/* After init and restore, once. `ran_on`: the platform's time ran on since the state was saved,
 * as that on a battery does: the clock takes up the outage. Otherwise, and where the platform's
 * time has gone back, it goes on from the time saved, doubtful, and tells WH_CLOCK_LOST. */
void wh_clock_power_up(wh_clock *c, int64_t platform_ms, bool ran_on);

/* Time passes. A platform's time that goes back or leaps a century is not followed: the clock
 * becomes doubtful and goes on from there. */
void wh_clock_tick(wh_clock *c, int64_t platform_ms);

/* The oldest change not pulled yet; false: none. */
bool wh_clock_next_change(wh_clock *c, wh_clock_change *out);

/* ---- reading, as of the last tick ---- */

uint8_t wh_clock_status(const wh_clock *c);
int16_t wh_clock_offset_min(const wh_clock *c);

/* Local time; dst may be NULL. */
void wh_clock_local(const wh_clock *c, wh_civil_time *local, bool *dst);

/* The zone as set, daylight saving in it whether followed or not. */
wh_time_zone wh_clock_zone_as_set(const wh_clock *c);

/* ---- changing ----
 * All: WH_ERR_RANGE the argument, or a time outside the limits; WH_ERR_STATE the changes were
 * not pulled and there is no room for one more. Each is taken as a comparison with a better
 * clock: see wh_clock_set_correction. */

/* To any time; the clock is valid then. */
wh_err wh_clock_set(wh_clock *c, int64_t utc_ms) WH_MUST_USE;

/* By -900 to 900 s. A clock that was not valid stays so, as with the adjustments. */
wh_err wh_clock_shift(wh_clock *c, int32_t seconds) WH_MUST_USE;

/* To the nearest quarter hour, minute, or multiple of a period (1 to 3600 s, a divisor of 3600)
 * of local time; from the middle forward. */
wh_err wh_clock_adjust_to_quarter(wh_clock *c) WH_MUST_USE;
wh_err wh_clock_adjust_to_period(wh_clock *c, uint32_t period_s) WH_MUST_USE;
wh_err wh_clock_adjust_to_minute(wh_clock *c) WH_MUST_USE;

/* Keep a time, to be set by wh_clock_adjust_to_preset while the clock shows from_ms to to_ms. A
 * later one replaces it. WH_ERR_RANGE: also from_ms after to_ms. */
wh_err wh_clock_preset(wh_clock *c, int64_t utc_ms, int64_t from_ms, int64_t to_ms) WH_MUST_USE;

/* Once. WH_ERR_NOT_FOUND: nothing is preset; WH_ERR_STATE: also not in its interval. */
wh_err wh_clock_adjust_to_preset(wh_clock *c) WH_MUST_USE;

/* A time that anyone may have sent, by the rules of the State Grid.
 *
 * settlement_ms[count]  in  UTC of the settlements around now; NULL where count is 0
 *
 * WH_ERR_RANGE   more than 5 min away
 * WH_ERR_DENIED  not the first of the local day, or the old or the new time is less than 5 min
 *                from local midnight or a settlement
 * WH_ERR_STATE   also: the clock is invalid, so that nothing can be judged */
wh_err wh_clock_broadcast(wh_clock *c, int64_t utc_ms, const int64_t *settlement_ms,
                          size_t count) WH_MUST_USE;

/* Another zone: utc_ms stays, local time moves. dst_off as in the configuration. */
wh_err wh_clock_set_zone(wh_clock *c, const wh_time_zone *zone, bool dst_off) WH_MUST_USE;

/* The base chosen, and the one that drives it now (a crystal while the mains are away). */
wh_err wh_clock_set_base(wh_clock *c, uint8_t base) WH_MUST_USE;
wh_err wh_clock_set_base_in_use(wh_clock *c, uint8_t base) WH_MUST_USE;

/* Correct by -1 000 000 to 1 000 000 ppb from now on, exactly: rests are carried.
 *
 * The clock also measures: what its changes add up to over drift_interval_ms or more is its
 * drift, shown in measured_ppb and, unless keep_correction, added to the correction. A change
 * that is no drift (beyond 500 ppm and 2 s) begins the measurement anew, as does this. */
wh_err wh_clock_set_correction(wh_clock *c, int32_t ppb) WH_MUST_USE;

/* ---- keeping ----
 * All but limits, interval and keep_correction, which are configuration. Changes not pulled yet
 * are kept too. */

/* At most WH_CLOCK_SAVED_MAX bytes; WH_ERR_SPACE. */
wh_err wh_clock_save(const wh_clock *c, wh_writer *w) WH_MUST_USE;

/* A zone as octets, big endian: standard i16, dst i16, then of begin and end year u16, month, day,
 * weekday, hour, minute, second, clock i16. WH_ERR_SHORT; WH_ERR_RANGE: wh_time_zone_check. */
#define WH_CLOCK_ZONE_OCTETS 24
void wh_clock_put_zone(const wh_time_zone *zone, wh_writer *w);
wh_err wh_clock_read_zone(wh_reader *r, wh_time_zone *zone) WH_MUST_USE;

/* Into a clock after init. WH_ERR_UNSUPPORTED: of a later version; WH_ERR_SHORT, WH_ERR_FORMAT:
 * damaged. Then the clock is as it was. */
wh_err wh_clock_restore(wh_clock *c, wh_reader *r) WH_MUST_USE;

#endif /* WH_METER_CLOCK_H */
