/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/profile.h"

#include "meter/record/freezes.h"

#define RATES 4

#define SOURCE(reg)                     \
    {                                   \
        .add = WH_REG_BIT(WH_REG_##reg) \
    }

static const wh_combination DEMANDS[] = {
    SOURCE(ACTIVE_IMPORT), SOURCE(ACTIVE_EXPORT), SOURCE(REACTIVE_Q1),
    SOURCE(REACTIVE_Q2),   SOURCE(REACTIVE_Q3),   SOURCE(REACTIVE_Q4),
};

static const wh_keeper_recorder RECORDERS[WH_PROFILE_RECORDERS] = {
    [WH_PROFILE_LOAD_1] = {.config = &wh_freezes[WH_FREEZE_LOAD_PROFILE_1],
                           .times = 1,
                           .own_max = 8},
    [WH_PROFILE_BILLING] = {.config = &wh_freezes[WH_FREEZE_BILLING], .times = 3, .billing = true},
    [WH_PROFILE_DAILY] = {.config = &wh_freezes[WH_FREEZE_DAILY], .times = 1},
    [WH_PROFILE_LOAD_2] = {.config = &wh_freezes[WH_FREEZE_LOAD_PROFILE_2],
                           .times = 1,
                           .own_max = 8},
    [WH_PROFILE_HOURLY] = {.config = &wh_freezes[WH_FREEZE_HOURLY], .times = 1},
    [WH_PROFILE_INSTANTANEOUS] = {.config = &wh_freezes[WH_FREEZE_INSTANTANEOUS]},
    [WH_PROFILE_ZONE_SWITCH] = {.config = &wh_freezes[WH_FREEZE_ZONE_SWITCH]},
    [WH_PROFILE_DAY_TABLE_SWITCH] = {.config = &wh_freezes[WH_FREEZE_DAY_TABLE_SWITCH]},
    [WH_PROFILE_PRICE_SWITCH] = {.config = &wh_freezes[WH_FREEZE_PRICE_SWITCH]},
    [WH_PROFILE_STEP_SWITCH] = {.config = &wh_freezes[WH_FREEZE_STEP_SWITCH]},
    [WH_PROFILE_TIMED] = {.config = &wh_freezes[WH_FREEZE_TIMED], .times = 1},
};

/* Of a fleet: energies only, ten days. */
static const wh_column_run ENERGIES[] = {
    {.c = 1, .which = WH_RECORDER_HEAD, .attribute = WH_COLUMN_VALUE},
    {.c = 96, .d = 10, .e = 1, .which = WH_RECORDER_HEAD, .attribute = WH_COLUMN_VALUE},
    {.c = 1, .d = 8, .attribute = WH_COLUMN_VALUE},
    {.c = 2, .d = 8, .attribute = WH_COLUMN_VALUE},
};

static const wh_recorder_config FLEET_LOAD = {
    .run = ENERGIES,
    .run_count = sizeof ENERGIES / sizeof ENERGIES[0],
    .log = WH_FREEZE_LOAD_PROFILE_1,
    .depth = 960,
    .kind = WH_BOUNDARY_EVERY,
    .every_s = 900,
    .equidistant = true,
};

static const wh_keeper_recorder FLEET_RECORDERS[] = {
    [WH_PROFILE_LOAD_1] = {&FLEET_LOAD, .times = 1},
    [WH_PROFILE_BILLING] = {.config = &wh_freezes[WH_FREEZE_BILLING], .times = 3, .billing = true},
    [WH_PROFILE_DAILY] = {.config = &wh_freezes[WH_FREEZE_DAILY], .times = 1},
};

#define ACTIVE (WH_REG_BIT(WH_REG_ACTIVE_IMPORT) | WH_REG_BIT(WH_REG_ACTIVE_EXPORT))
#define QUADRANTS                                                      \
    (WH_REG_BIT(WH_REG_REACTIVE_Q1) | WH_REG_BIT(WH_REG_REACTIVE_Q2) | \
     WH_REG_BIT(WH_REG_REACTIVE_Q3) | WH_REG_BIT(WH_REG_REACTIVE_Q4))

/* What both have. */
#define COMMON                                                                            \
    .flush = {.hold_up = true}, .reserve_bytes = 1000, .rates = RATES, .switch_mode = 4,  \
    .prepayment = {.mode = WH_PREPAYMENT_CREDIT_MODE, .alarm_2 = WH_PREPAYMENT_NO_ALARM}, \
    .events = {.phases = 3, .un_uv = 220000000, .ib_ua = 5000000, .imax_ua = 60000000}

const wh_keeper_config wh_profile_three_phase = {
    COMMON,
    .rate_kinds = ACTIVE | QUADRANTS,
    .demand = {.slip_min = 15, .slips = 1, .channels = 6, .rates = RATES},
    .demand_source = DEMANDS,
    .demand_slips_max = 15,
    .limiter_count = 4,
    .recorder = RECORDERS,
    .recorder_count = WH_PROFILE_RECORDERS,
    .event_depth = 10,
    .push_depth = 32,
};

const wh_keeper_config wh_profile_fleet = {
    COMMON,
    .rate_kinds = ACTIVE,
    .demand = {.slip_min = 15, .slips = 1, .channels = 2, .rates = RATES},
    .demand_source = DEMANDS,
    .limiter_count = 1,
    .recorder = FLEET_RECORDERS,
    .recorder_count = sizeof FLEET_RECORDERS / sizeof FLEET_RECORDERS[0],
    .push_depth = 8,
};
