/* SPDX-License-Identifier: Apache-2.0 */
/* limiter.h - maximum-load control: one monitored value, a threshold, an action.
 *
 * The COSEM limiter (class 71, Blue Book 4.5.9): the value above the threshold for
 * min_over_threshold_duration runs the action over it, once per excursion; at or below it for
 * min_under_threshold_duration runs the action under it, once, and only after an action over.
 * Both durations start anew whenever the value crosses. A value that is not valid stops both.
 *
 * Which threshold is active:   emergency profile › window of the day › rate › normal
 * The emergency profile is active from its activation time for its duration where its id is in
 * the group list; a profile that arrives late is active for what is left of it, and one that is
 * wholly past or has no duration ends the one before it.
 *
 * Loads first: with the action WH_LIMITER_SHED the load table is asked, and where the value is
 * still above after `escalate_s`, the switch. With RESTORE as the action under it, the switch is
 * then closed again by the rules of re-closing, and the loads are restored after that.
 *
 * Automatic re-closing: with WH_LIMITER_RECONNECT as the action under the threshold, a switch
 * that this limiter opened is closed again when it was open for `reclose_wait_s`, at most
 * `reclose_max` times; then the limiter is locked until somebody else closes the switch, or
 * wh_limiter_unlock. `forget_s` without an action over the threshold forgets the tries.
 *
 * Call per tick, before the switch: wh_limiter_tick, hand its action to wh_switch_request
 * (WH_SWITCH_LOCAL_DISCONNECT or _RECONNECT by WH_SWITCH_BY_LIMITER) or wh_loads_set_goal, and
 * tell wh_limiter_refused where that was refused: it is then asked again after the same duration.
 * RECONNECT needs a control mode with local reconnection, 5 or 6. Where several limiters share a
 * switch, refuse the RECONNECT of one while another is `opened` and `locked`. */
#ifndef WH_METER_LIMITER_H
#define WH_METER_LIMITER_H

#include "core/err.h"
#include "core/reader.h"
#include "core/writer.h"

#include <stdbool.h>
#include <stdint.h>

#define WH_LIMITER_RATES_MAX   8
#define WH_LIMITER_WINDOWS_MAX 4
#define WH_LIMITER_GROUPS_MAX  8
#define WH_LIMITER_NO_LIMIT    INT64_MAX
#define WH_LIMITER_SAVE_MAX    (34 + 2 * WH_LIMITER_GROUPS_MAX)
#define WH_LIMITER_CONFIG_SIZE (41 + 8 * WH_LIMITER_RATES_MAX + 13 * WH_LIMITER_WINDOWS_MAX)

typedef enum {
    WH_LIMITER_POWER_IMPORT, /* mW */
    WH_LIMITER_POWER_EXPORT, /* mW, positive */
    WH_LIMITER_CURRENT,      /* mA, largest of the phases */
    WH_LIMITER_DEMAND,       /* mW of the running period */
    WH_LIMITER_VALUES
} wh_limiter_value;

typedef enum {
    WH_LIMITER_NOTHING,
    WH_LIMITER_DISCONNECT,
    WH_LIMITER_RECONNECT, /* under the threshold, takes back DISCONNECT */
    WH_LIMITER_SHED,
    WH_LIMITER_RESTORE, /* under it, takes back SHED */
    WH_LIMITER_ACTIONS
} wh_limiter_action;

/* On the days of the mask from one minute up to before the other; over midnight where `to` is not
 * above `from`, and then by the day it began on. */
typedef struct {
    int64_t threshold;
    uint16_t from_minute; /* 0..1439 */
    uint16_t to_minute;   /* 0..1439 */
    uint8_t days;         /* bit 0 Monday .. bit 6 Sunday; 0: unused */
} wh_limiter_window;

typedef struct {
    wh_limiter_value monitored;
    wh_limiter_action action_over;
    wh_limiter_action action_under;
    uint8_t reclose_max;      /* 0: never */
    uint32_t min_over_s;      /* 0: at the first tick above */
    uint32_t min_under_s;     /* 0: at the first tick at or below */
    uint32_t escalate_s;      /* after SHED until DISCONNECT; 0: never */
    uint32_t reclose_wait_s;  /* open at least so long */
    uint32_t forget_s;        /* 0: tries are never forgotten */
    int64_t threshold_normal; /* in the unit of the value; all thresholds >= 0 */
    int64_t threshold_emergency;
    int64_t threshold_rate[WH_LIMITER_RATES_MAX];     /* of rates 1..8; 0: as normal */
    wh_limiter_window window[WH_LIMITER_WINDOWS_MAX]; /* the first that fits */
} wh_limiter_config;

typedef struct {
    uint16_t id;
    int64_t activation_ms; /* UTC */
    uint32_t duration_s;
} wh_limiter_emergency;

typedef struct {
    int64_t utc_ms;
    uint32_t elapsed_ms; /* since the last tick */
    uint16_t minute;     /* local, of the day */
    uint8_t weekday;     /* local, 0 Monday .. 6 Sunday */
    uint8_t rate;        /* in force, 0: none */
    bool valid;          /* value[] can be believed */
    bool open;           /* the switch is not in state connected */
    bool by_limiter;     /* its state was caused by WH_SWITCH_BY_LIMITER */
    int64_t value[WH_LIMITER_VALUES];
} wh_limiter_inputs;

/* Fields are private but config, emergency, group, threshold_active, emergency_active, tries and
 * opened and locked, which are for reading. */
typedef struct {
    wh_limiter_config config;
    wh_limiter_emergency emergency;
    int64_t threshold_active;
    uint64_t over_ms; /* of this excursion */
    uint64_t under_ms;
    uint64_t shed_ms;  /* above since the load table was asked */
    uint64_t open_ms;  /* since this limiter opened the switch */
    uint64_t calm_ms;  /* closed without an action over */
    uint32_t revision; /* moves with what is saved, but the durations */
    uint16_t group[WH_LIMITER_GROUPS_MAX];
    uint8_t group_count;
    uint8_t tries;          /* re-closings since they were last forgotten */
    wh_limiter_action last; /* handed out by the last tick */
    bool emergency_active;
    bool over;     /* at the last tick */
    bool seen;     /* `over` says something */
    bool ran;      /* the action of this excursion has run */
    bool acted;    /* an action over has run, the one under not yet */
    bool shedding; /* the load table was asked, no restore yet */
    bool opened;   /* by this limiter's request */
    bool locked;
} wh_limiter;

/* WH_ERR_RANGE: unknown value or action, actions that are no pair (DISCONNECT with RECONNECT, SHED
 * with RESTORE, or NOTHING under), a negative threshold, a
 * minute above 1439, a day mask above 7Fh. */
wh_err wh_limiter_init(wh_limiter *l, const wh_limiter_config *config) WH_MUST_USE;

/* Change the parameters: durations start anew, tries and lock stay. On an error nothing changes. */
wh_err wh_limiter_configure(wh_limiter *l, const wh_limiter_config *config) WH_MUST_USE;

/* The emergency profile, and the ids this meter listens to.
 * WH_ERR_NOT_FOUND: the id is not in the list, the profile is ignored. WH_ERR_RANGE: more than 8. */
wh_err wh_limiter_set_emergency(wh_limiter *l, const wh_limiter_emergency *e) WH_MUST_USE;
wh_err wh_limiter_set_groups(wh_limiter *l, const uint16_t *id, unsigned count) WH_MUST_USE;

/* Time passes. Returns the action to run now, mostly WH_LIMITER_NOTHING. */
wh_limiter_action wh_limiter_tick(wh_limiter *l, const wh_limiter_inputs *in);

/* The action of the last tick was refused: it counts as not run. */
void wh_limiter_refused(wh_limiter *l);

/* Forget the tries and the lock. */
void wh_limiter_unlock(wh_limiter *l);

/* At most WH_LIMITER_SAVE_MAX bytes, of them a version byte first: emergency profile, groups, tries, lock, how long
 * the switch is open or calm. Not the parameters; durations of the value start anew. */
void wh_limiter_save(const wh_limiter *l, wh_writer *w);

/* Into an initialized limiter. WH_ERR_SHORT, WH_ERR_UNSUPPORTED (version), WH_ERR_FORMAT: `l` stays
 * as it was. */
wh_err wh_limiter_restore(wh_limiter *l, wh_reader *r) WH_MUST_USE;

/* The parameters alone: WH_LIMITER_CONFIG_SIZE bytes, of them a version byte first. Restoring is
 * configuring: durations start anew, tries and lock stay. WH_ERR_SHORT, WH_ERR_UNSUPPORTED
 * (version), WH_ERR_RANGE as wh_limiter_configure: `l` stays as it was. */
void wh_limiter_save_config(const wh_limiter *l, wh_writer *w);
wh_err wh_limiter_restore_config(wh_limiter *l, wh_reader *r) WH_MUST_USE;

#endif /* WH_METER_LIMITER_H */
