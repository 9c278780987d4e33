/* SPDX-License-Identifier: Apache-2.0 */
/* keeper_rig.h - a whole meter on a flash in memory, fed by the minute. */
#ifndef WH_TESTS_KEEPER_RIG_H
#define WH_TESTS_KEEPER_RIG_H

#include "meter/keeper.h"
#include "meter/record/freezes.h"
#include "tests/meter/store/fake_flash.h"

#define RIG_START_MS INT64_C(1767225600000) /* 2026-01-01 00:00 UTC */
#define RIG_RATES    4

enum {
    RIG_PROFILE_1,
    RIG_PROFILE_2,
    RIG_BILLING,
    RIG_INSTANTANEOUS,
    RIG_ZONE_SWITCH,
    RIG_DAY_TABLE_SWITCH,
    RIG_HOURLY,
    RIG_DAILY,
    RIG_PRICE_SWITCH,
    RIG_STEP_SWITCH,
    RIG_TIMED,
    RIG_LOAD_CLASS_1,
    RIG_LOAD_CLASS_2,
    RIG_LOAD_CLASS_3,
    RIG_LOAD_CLASS_4,
    RIG_LOAD_CLASS_5,
    RIG_LOAD_CLASS_6,
    RIG_RECORDERS
};

typedef struct {
    fake_flash flash;
    wh_recorder_config record[RIG_RECORDERS];
    wh_keeper_recorder recorder[RIG_RECORDERS];
    wh_meter_config meter_config;
    wh_keeper_config config;
    wh_meter meter;
    wh_keeper keeper;
    void *memory;
    size_t memory_size;
    int64_t platform_ms;
    wh_meter_inputs inputs;
} keeper_rig;

/* A three-phase meter of four rates on a new flash, its clock set to RIG_START_MS. */
void keeper_rig_init(keeper_rig *rig);
/* The same with other phases and another time. */
void keeper_rig_init_at(keeper_rig *rig, int64_t utc_ms, uint8_t phases);
/* The same, nobody has told the time. */
void keeper_rig_init_without_time(keeper_rig *rig);
void keeper_rig_free(keeper_rig *rig);

/* Power off and on again after `away_ms`: what is in memory is gone. */
void keeper_rig_restart(keeper_rig *rig, int64_t away_ms);

/* One interval of so much power in each phase, then a tick. */
void keeper_rig_run(keeper_rig *rig, uint32_t duration_ms, const int64_t p_w[WH_PHASES]);

/* A day table: `count` periods of {minute, rate}, in force every day of the year. */
void keeper_rig_set_day(keeper_rig *rig, const wh_tariff_period *period, unsigned count);

#endif /* WH_TESTS_KEEPER_RIG_H */
