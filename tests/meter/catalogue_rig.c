/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/catalogue_rig.h"
#include "tests/meter/rig_records.h"

#include <stdlib.h>
#include <string.h>

#define MINUTE_MS 60000

static const wh_combination SOURCES[] = {
    {.add = WH_REG_BIT(WH_REG_ACTIVE_IMPORT)},
    {.add = WH_REG_BIT(WH_REG_ACTIVE_EXPORT)},
    {.add = WH_REG_BIT(WH_REG_REACTIVE_Q1) | WH_REG_BIT(WH_REG_REACTIVE_Q2)},
};

static const wh_limiter_config LIMITERS[] = {
    {.monitored = WH_LIMITER_POWER_IMPORT,
     .action_over = WH_LIMITER_DISCONNECT,
     .action_under = WH_LIMITER_RECONNECT,
     .threshold_normal = WH_LIMITER_NO_LIMIT},
    {.monitored = WH_LIMITER_CURRENT,
     .action_over = WH_LIMITER_SHED,
     .action_under = WH_LIMITER_RESTORE,
     .threshold_normal = WH_LIMITER_NO_LIMIT},
};

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static const rig_record RECORDS[CATALOGUE_RIG_RECORDERS] = {
    {WH_FREEZE_LOAD_PROFILE_1, 96, 1, 8},
    {WH_FREEZE_BILLING, 12, 3, 0},
    {WH_FREEZE_INSTANTANEOUS, 3, 0, 0},
};

static void configure(catalogue_rig *rig)
{
    rig_records(RECORDS, CATALOGUE_RIG_RECORDERS, rig->record, rig->recorder);
    rig->meter_config = (wh_meter_config){
        .metrology = {.fs_mhz = 8000000, .f_nominal_mhz = 50000, .phases = 3},
        .logical_device_name = "WHT000000000004",
        .serial = "42",
    };
    for (unsigned c = 0; c < WH_CHANNELS; c++) {
        rig->meter_config.metrology.channel[c].full_scale = 400000000;
    }
    rig->config = (wh_keeper_config){
        .flash = &rig->flash.flash,
        .event_depth = 3,
        .push_depth = 8,
        .reserve_bytes = 1000,
        .flush = {.hold_up = true},
        .rates = 4,
        .rate_kinds = 0x3F,
        .demand = {.slip_min = 15, .slips = 1, .channels = 3, .rates = 4},
        .demand_source = SOURCES,
        .demand_slips_max = 15,
        .switch_mode = 4,
        .limiter = LIMITERS,
        .limiter_count = 2,
        .prepayment = {.mode = WH_PREPAYMENT_CREDIT_MODE, .alarm_2 = WH_PREPAYMENT_NO_ALARM},
        .recorder = rig->recorder,
        .recorder_count = CATALOGUE_RIG_RECORDERS,
        .events = {.phases = 3, .un_uv = 230000000, .ib_ua = 5000000, .imax_ua = 60000000},
    };
}

static void power_on(catalogue_rig *rig)
{
    memset(&rig->meter, 0xA5, sizeof rig->meter);
    memset(&rig->keeper, 0xA5, sizeof rig->keeper);
    memset(rig->memory, 0xA5, rig->memory_size);
    must(wh_meter_init(&rig->meter, &rig->meter_config, NULL) == WH_OK);
    must(wh_meter_keep(&rig->meter, &rig->keeper, &rig->config,
                       &(wh_keeper_start){.memory = rig->memory,
                                          .memory_size = rig->memory_size,
                                          .platform_ms = rig->inputs.platform_ms,
                                          .ran_on = true}) == WH_OK);
    while (wh_store_work(&rig->keeper.store)) {
    }
}

void catalogue_rig_minute(catalogue_rig *rig)
{
    wh_meter_interval in = {
        .duration_ms = MINUTE_MS, .present = 7, .rotation = WH_ROTATION_ABC, .f_uhz = 50000000};
    for (unsigned k = 0; k < WH_PHASES; k++) {
        in.u_uv[k] = INT64_C(230000000);
        in.i_ua[k] = INT64_C(4347826);
        in.p_uw[k] = INT64_C(1000000000);
        in.quantum.p_uws[k] = in.p_uw[k] / 1000 * MINUTE_MS;
        in.quantum.q1_uvars[k] = in.quantum.p_uws[k] / 10;
        in.quantum.s_uvas[k] = in.quantum.p_uws[k];
    }
    wh_meter_feed(&rig->meter, &in);
    rig->inputs.platform_ms += MINUTE_MS;
    wh_meter_tick(&rig->meter, &rig->inputs);
}

void catalogue_rig_init(catalogue_rig *rig)
{
    const wh_load_config charger = {.load_class = WH_LOAD_EV, .priority = 1, .power_max_w = 11000};
    memset(rig, 0, sizeof *rig);
    fake_flash_init(&rig->flash, 4096, 128, 256, 8, false);
    configure(rig);
    rig->memory_size = wh_keeper_memory_size(&rig->keeper, &rig->config);
    must(rig->memory_size > 0);
    rig->memory = malloc(rig->memory_size);
    rig->noted = malloc(rig->memory_size + sizeof rig->meter + sizeof rig->keeper);
    must(rig->memory != NULL && rig->noted != NULL);
    rig->inputs.platform_ms = CATALOGUE_RIG_START_MS;
    power_on(rig);
    must(wh_loads_put(&rig->keeper.loads, 2, &charger) == WH_OK);
    must(wh_clock_set(&rig->keeper.clock, CATALOGUE_RIG_START_MS) == WH_OK);
    catalogue_rig_minute(rig);
}

void catalogue_rig_free(catalogue_rig *rig)
{
    fake_flash_free(&rig->flash);
    free(rig->memory);
    free(rig->noted);
}

catalogue_rig *catalogue_rig_new(void)
{
    catalogue_rig *rig = malloc(sizeof *rig);
    must(rig != NULL);
    catalogue_rig_init(rig);
    return rig;
}

void catalogue_rig_delete(catalogue_rig *rig)
{
    catalogue_rig_free(rig);
    free(rig);
}

void catalogue_rig_restart(catalogue_rig *rig)
{
    fake_flash_power_on(&rig->flash);
    power_on(rig);
}

/* ---- nothing has changed ---- */

/* What may change: the work buffer, and that refusals of the switch and the account are events. */
static void leave_out(wh_keeper *k)
{
    wh_switch_event event;
    while (wh_switch_next(&k->main_switch, &event)) {
    }
    memset(k->main_switch.event, 0, sizeof k->main_switch.event);
    k->main_switch.event_first = 0;
    (void)wh_prepayment_take_notices(&k->prepayment);
    k->prepayment.answer = 0;
    k->prepayment.revision = 0;
    memset(k->work, 0, WH_KEEPER_WORK);
}

void catalogue_rig_note(catalogue_rig *rig)
{
    uint8_t *to = rig->noted;
    leave_out(&rig->keeper);
    memcpy(to, &rig->meter, sizeof rig->meter);
    memcpy(to + sizeof rig->meter, &rig->keeper, sizeof rig->keeper);
    memcpy(to + sizeof rig->meter + sizeof rig->keeper, rig->memory, rig->memory_size);
}

bool catalogue_rig_is_as_noted(catalogue_rig *rig)
{
    const uint8_t *noted = rig->noted;
    leave_out(&rig->keeper);
    return memcmp(noted, &rig->meter, sizeof rig->meter) == 0 &&
           memcmp(noted + sizeof rig->meter, &rig->keeper, sizeof rig->keeper) == 0 &&
           memcmp(noted + sizeof rig->meter + sizeof rig->keeper, rig->memory, rig->memory_size) ==
               0;
}

/* ---- values ---- */

static uint64_t next(uint64_t *random) /* xorshift64* */
{
    *random ^= *random >> 12;
    *random ^= *random << 25;
    *random ^= *random >> 27;
    return *random * UINT64_C(2685821657736338717);
}

wh_value catalogue_rig_value(wh_value_type type, uint64_t random, uint8_t *bytes)
{
    static const int64_t numbers[] = {
        0,         1,          -1,        2,         15,
        60,        255,        256,       65536,     INT32_MAX,
        INT32_MIN, UINT32_MAX, INT64_MAX, INT64_MIN, CATALOGUE_RIG_START_MS};
    const size_t number_count = sizeof numbers / sizeof numbers[0];
    uint64_t state = random * 2 + 1;
    uint64_t choice = next(&state) % (number_count + 5);
    int64_t number =
        choice < number_count ? numbers[choice] : (int64_t)(next(&state) >> (next(&state) % 64));
    wh_value value = {.type = type, .i = number, .u = (uint64_t)number, .bytes = bytes};
    if (type == WH_VALUE_OCTETS || type == WH_VALUE_TEXT) {
        value.len = next(&state) % (choice < 3 ? 4096 : 64);
        for (size_t i = 0; i < value.len; i++) {
            bytes[i] = (uint8_t)(next(&state) >> (next(&state) % 8));
        }
    }
    return value;
}
