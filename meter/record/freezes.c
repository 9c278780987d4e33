/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/record/freezes.h"

#define ANY 99

/* clang-format off */
#define ROW(c_, d_, e_, attribute_, which_) \
    {.c = (c_), .d = (d_), .e = (e_), .attribute = (attribute_), .which = (which_)}
#define ONE(c, d, which)      ROW(c, d, 0, WH_COLUMN_VALUE, which)
#define RATES(c, d, which)    ONE(c, d, WH_RECORDER_BY_RATE | (which))
#define MAXIMUM(c, which)     RATES(c, 6, which), ROW(c, 6, 0, WH_COLUMN_TIME, WH_RECORDER_BY_RATE | (which))
#define ALL(c, d, which)      ONE(c, d, WH_RECORDER_BY_PHASE | (which))
#define PHASES(c, d)          ONE(c, d, WH_RECORDER_PHASES_ONLY)
#define HEAD                  ROW(1, 0, 0, WH_COLUMN_VALUE, WH_RECORDER_HEAD), \
                              ROW(96, 10, 1, WH_COLUMN_VALUE, WH_RECORDER_HEAD)
#define BIT(n)                WH_RECORDER_IF(n)

static const wh_column_run FREEZE[] = {
    RATES(1, 8, BIT(0)), RATES(2, 8, BIT(1)), RATES(3, 8, BIT(2)), RATES(4, 8, BIT(3)),
    RATES(5, 8, BIT(4)), RATES(6, 8, BIT(4)), RATES(7, 8, BIT(4)), RATES(8, 8, BIT(4)),
    MAXIMUM(1, BIT(5)), MAXIMUM(2, BIT(6)),
    ALL(16, 7, BIT(7)), ALL(3, 7, BIT(7)), ALL(4, 7, BIT(7)),
};
#define POWERS_AT  12
#define POWERS_LEN 3

static const wh_column_run BILLING[] = {
    HEAD,
    RATES(1, 8, 0), RATES(2, 8, 0), RATES(3, 8, 0), RATES(4, 8, 0),
    RATES(5, 8, 0), RATES(6, 8, 0), RATES(7, 8, 0), RATES(8, 8, 0),
    MAXIMUM(1, 0), MAXIMUM(2, 0),
    ONE(9, 8, 0), ONE(10, 8, 0), PHASES(1, 8), PHASES(2, 8),
};
static const wh_column_run PROFILE_1[] = {HEAD, ONE(1, 8, 0), ONE(2, 8, 0)};
static const wh_column_run PROFILE_2[] = {HEAD, PHASES(12, 7), PHASES(11, 7), ONE(16, 7, 0)};
static const wh_column_run HOURLY[] = {ONE(1, 8, BIT(0)), ONE(2, 8, BIT(1))};
static const wh_column_run CLASS_1[] = {PHASES(12, 7), PHASES(11, 7), ONE(14, 7, 0)};
static const wh_column_run CLASS_3[] = {ALL(13, 7, 0)};
static const wh_column_run CLASS_4[] = {ONE(1, 8, 0), ONE(2, 8, 0), ONE(3, 8, 0), ONE(4, 8, 0)};
static const wh_column_run CLASS_5[] = {ONE(5, 8, 0), ONE(6, 8, 0), ONE(7, 8, 0), ONE(8, 8, 0)};
static const wh_column_run CLASS_6[] = {ONE(1, 4, 0), ONE(3, 4, 0)};

#define KIND(log_, runs, depth_) \
    .run = (runs), .run_count = sizeof(runs) / sizeof((runs)[0]), .log = (log_), .depth = (depth_)
#define EVERY(s)       .kind = WH_BOUNDARY_EVERY, .every_s = (s)
#define QUARTER        EVERY(900), .equidistant = true
#define AGREED(cause)  KIND(WH_FREEZE_##cause, FREEZE, 2), .mode = 0xFF, .causes = WH_RECORDER_##cause
#define LOAD_CLASS(n)  KIND(WH_FREEZE_LOAD_CLASS_##n, CLASS_##n, 3840), QUARTER

const wh_recorder_config wh_freezes[WH_FREEZE_COUNT] = {
    {KIND(WH_FREEZE_LOAD_PROFILE_1, PROFILE_1, 5760), QUARTER},
    {KIND(WH_FREEZE_LOAD_PROFILE_2, PROFILE_2, 960), QUARTER},
    {KIND(WH_FREEZE_BILLING, BILLING, 12), .kind = WH_BOUNDARY_MONTHLY, .fill_max = 12},
    {KIND(WH_FREEZE_TIMED, FREEZE, 12), .mode = 0xFF},
    {KIND(WH_FREEZE_INSTANTANEOUS, FREEZE, 3), .mode = 0xFF},
    {AGREED(ZONE_SWITCH)},
    {AGREED(DAY_TABLE_SWITCH)},
    {AGREED(PRICE_SWITCH)},
    {AGREED(STEP_SWITCH)},
    {KIND(WH_FREEZE_HOURLY, HOURLY, 254), EVERY(3600), .mode = 0x03},
    {KIND(WH_FREEZE_DAILY, FREEZE, 62), .kind = WH_BOUNDARY_DAILY, .mode = 0xFF, .fill_max = 7},
    {LOAD_CLASS(1)},
    {.run = &FREEZE[POWERS_AT], .run_count = POWERS_LEN, .log = WH_FREEZE_LOAD_CLASS_2,
     .depth = 3840, .mode = 0x80, QUARTER},
    {LOAD_CLASS(3)},
    {LOAD_CLASS(4)},
    {LOAD_CLASS(5)},
    {LOAD_CLASS(6)},
};
/* clang-format on */

_Static_assert(sizeof FREEZE / sizeof FREEZE[0] == POWERS_AT + POWERS_LEN, "the powers are last");
_Static_assert((int)WH_FREEZE_COUNT <= WH_RECORDER_LOGS, "each has a log");

wh_err wh_freeze_command(uint8_t month, uint8_t day, uint8_t hour, uint8_t minute,
                         wh_boundary_pattern *pattern, bool *at_once)
{
    wh_boundary_pattern p = {.month = month, .day = day, .hour = hour, .minute = minute};
    *at_once = false;
    if (month != ANY) {
        p.kind = WH_BOUNDARY_YEARLY;
    } else if (day != ANY) {
        p.kind = WH_BOUNDARY_MONTHLY;
        p.month = 1;
    } else if (hour != ANY) {
        p.kind = WH_BOUNDARY_DAILY;
        p.month = p.day = 1;
    } else if (minute != ANY) {
        p = (wh_boundary_pattern){
            .kind = WH_BOUNDARY_EVERY, .month = 1, .day = 1, .every_s = 3600, .minute = minute};
    } else {
        p = (wh_boundary_pattern){.kind = WH_BOUNDARY_NEVER};
        *at_once = true;
    }
    if (p.minute > 59) {
        return WH_ERR_RANGE;
    }
    *pattern = p;
    return wh_boundary_check(&p);
}
