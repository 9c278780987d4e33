/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/keeper/keeper_rig.h"
#include "tests/meter/rig_records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VOLTAGE_UV INT64_C(230000000)

static const wh_combination SOURCES[] = {
    {.add = WH_REG_BIT(WH_REG_ACTIVE_IMPORT)},
    {.add = WH_REG_BIT(WH_REG_ACTIVE_EXPORT)},
};

static const rig_record RECORDS[RIG_RECORDERS] = {
    [RIG_PROFILE_1] = {WH_FREEZE_LOAD_PROFILE_1, 960, 1, 8},
    [RIG_PROFILE_2] = {WH_FREEZE_LOAD_PROFILE_2, 480, 1, 8},
    [RIG_BILLING] = {WH_FREEZE_BILLING, 12, 3, 0},
    [RIG_INSTANTANEOUS] = {WH_FREEZE_INSTANTANEOUS, 3, 0, 0},
    [RIG_ZONE_SWITCH] = {WH_FREEZE_ZONE_SWITCH, 2, 0, 0},
    [RIG_DAY_TABLE_SWITCH] = {WH_FREEZE_DAY_TABLE_SWITCH, 2, 0, 0},
    [RIG_HOURLY] = {WH_FREEZE_HOURLY, 254, 1, 0},
    [RIG_DAILY] = {WH_FREEZE_DAILY, 62, 1, 0},
    [RIG_PRICE_SWITCH] = {WH_FREEZE_PRICE_SWITCH, 2, 0, 0},
    [RIG_STEP_SWITCH] = {WH_FREEZE_STEP_SWITCH, 2, 0, 0},
    [RIG_TIMED] = {WH_FREEZE_TIMED, 12, 1, 0},
    [RIG_LOAD_CLASS_1] = {WH_FREEZE_LOAD_CLASS_1, 96, 1, 0},
    [RIG_LOAD_CLASS_2] = {WH_FREEZE_LOAD_CLASS_2, 96, 1, 0},
    [RIG_LOAD_CLASS_3] = {WH_FREEZE_LOAD_CLASS_3, 96, 1, 0},
    [RIG_LOAD_CLASS_4] = {WH_FREEZE_LOAD_CLASS_4, 96, 1, 0},
    [RIG_LOAD_CLASS_5] = {WH_FREEZE_LOAD_CLASS_5, 96, 1, 0},
    [RIG_LOAD_CLASS_6] = {WH_FREEZE_LOAD_CLASS_6, 96, 1, 0},
};

static void configure(keeper_rig *rig)
{
    rig_records(RECORDS, RIG_RECORDERS, rig->record, rig->recorder);
    rig->meter_config = (wh_meter_config){
        .metrology = {.fs_mhz = 8000000, .f_nominal_mhz = 50000, .phases = 3},
    };
    for (unsigned c = 0; c < WH_CHANNELS; c++) {
        rig->meter_config.metrology.channel[c].full_scale = 400000000;
    }
    rig->config = (wh_keeper_config){
        .flash = &rig->flash.flash,
        .event_depth = 10,
        .push_depth = 32,
        .reserve_bytes = 1000,
        .flush = {.hold_up = true},
        .rates = RIG_RATES,
        .rate_kinds = 0x3F,
        .demand = {.slip_min = 15, .slips = 1, .channels = 2, .rates = RIG_RATES},
        .demand_source = SOURCES,
        .demand_slips_max = 15,
        .switch_mode = 4,
        .prepayment = {.mode = WH_PREPAYMENT_CREDIT_MODE,
                       .alarm_2 = WH_PREPAYMENT_NO_ALARM,
                       .activation_s = WH_PREPAYMENT_NEVER,
                       .closure_s = WH_PREPAYMENT_NEVER},
        .recorder = rig->recorder,
        .recorder_count = RIG_RECORDERS,
        .events = {.phases = 3, .un_uv = VOLTAGE_UV, .ib_ua = 5000000, .imax_ua = 60000000},
    };
}

static void power_on(keeper_rig *rig, bool ran_on)
{
    memset(&rig->meter, 0xA5, sizeof rig->meter);
    memset(&rig->keeper, 0xA5, sizeof rig->keeper);
    memset(rig->memory, 0xA5, rig->memory_size);
    assert_int_equal(wh_meter_init(&rig->meter, &rig->meter_config, NULL), WH_OK);
    assert_int_equal(wh_meter_keep(&rig->meter, &rig->keeper, &rig->config,
                                   &(wh_keeper_start){.memory = rig->memory,
                                                      .memory_size = rig->memory_size,
                                                      .platform_ms = rig->platform_ms,
                                                      .ran_on = ran_on}),
                     WH_OK);
    while (wh_store_work(&rig->keeper.store)) {
    }
}

void keeper_rig_init(keeper_rig *rig)
{
    keeper_rig_init_at(rig, RIG_START_MS, 3);
}

static void init(keeper_rig *rig, int64_t utc_ms, uint8_t phases)
{
    memset(rig, 0, sizeof *rig);
    fake_flash_init(&rig->flash, 4096, 256, 256, 8, false);
    configure(rig);
    rig->meter_config.metrology.phases = phases;
    rig->config.events.phases = phases;
    rig->memory_size = wh_keeper_memory_size(&rig->keeper, &rig->config);
    assert_true(rig->memory_size > 0);
    rig->memory = malloc(rig->memory_size);
    assert_non_null(rig->memory);
    rig->platform_ms = utc_ms;
    power_on(rig, false);
}

void keeper_rig_init_without_time(keeper_rig *rig)
{
    init(rig, RIG_START_MS, 3);
}

void keeper_rig_init_at(keeper_rig *rig, int64_t utc_ms, uint8_t phases)
{
    init(rig, utc_ms, phases);
    assert_int_equal(wh_clock_set(&rig->keeper.clock, utc_ms), WH_OK);
    wh_meter_tick(&rig->meter, &(wh_meter_inputs){.platform_ms = rig->platform_ms});
}

void keeper_rig_free(keeper_rig *rig)
{
    fake_flash_free(&rig->flash);
    free(rig->memory);
}

void keeper_rig_restart(keeper_rig *rig, int64_t away_ms)
{
    fake_flash_power_on(&rig->flash);
    rig->platform_ms += away_ms;
    power_on(rig, true);
}

static wh_meter_interval interval_of(uint32_t duration_ms, const int64_t p_w[WH_PHASES])
{
    wh_meter_interval in = {
        .duration_ms = duration_ms, .present = 7, .rotation = WH_ROTATION_ABC, .f_uhz = 50000000};
    for (unsigned k = 0; k < WH_PHASES; k++) {
        int64_t p_uw = p_w[k] * 1000000;
        in.u_uv[k] = VOLTAGE_UV;
        in.p_uw[k] = p_uw;
        in.i_ua[k] = (p_uw < 0 ? -p_uw : p_uw) / 230;
        in.quantum.p_uws[k] = p_w[k] * 1000 * duration_ms;
        in.quantum.p1_uws[k] = in.quantum.p_uws[k];
        in.quantum.s_uvas[k] = p_w[k] < 0 ? -in.quantum.p_uws[k] : in.quantum.p_uws[k];
    }
    return in;
}

void keeper_rig_run(keeper_rig *rig, uint32_t duration_ms, const int64_t p_w[WH_PHASES])
{
    const wh_meter_interval in = interval_of(duration_ms, p_w);
    wh_meter_feed(&rig->meter, &in);
    rig->platform_ms += duration_ms;
    rig->inputs.platform_ms = rig->platform_ms;
    wh_meter_tick(&rig->meter, &rig->inputs);
}

void keeper_rig_set_day(keeper_rig *rig, const wh_tariff_period *period, unsigned count)
{
    wh_tariff_calendar *c = &rig->keeper.calendar;
    static wh_tariff_days days;
    days = (wh_tariff_days){.day_count = 1};
    days.day[0].period_count = (uint8_t)count;
    memcpy(days.day[0].period, period, count * sizeof *period);
    assert_int_equal(wh_tariff_set_days(c, &days), WH_OK);
    assert_int_equal(wh_tariff_calendar_schedule(c, INT64_MAX, rig->keeper.clock.utc_ms), WH_OK);
    wh_keeper_touch(&rig->keeper, WH_ROOM_DAYS);
}
