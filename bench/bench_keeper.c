/* SPDX-License-Identifier: Apache-2.0 */
/* What a whole meter costs: the three-phase profile on a flash in memory. */
#include "bench/bench.h"
#include "bench/bench_signal.h"
#include "meter/catalogue.h"
#include "meter/profile.h"
#include "port/memory/flash_ram.h"

#define START_MS   INT64_C(1767225600000) /* 2026-01-01 00:00 UTC */
#define SECOND_MS  1000
#define QUARTER_MS 900000
#define DAY_MS     86400000
#define TICKS      100U
#define QUARTERS   16U
#define FAILURES   4U

static uint8_t board_flash[WH_PROFILE_THREE_PHASE_FLASH]; /* where the linker script puts it */
static wh_flash_ram flash;
static wh_keeper_config config;
static wh_meter meter;
static wh_keeper keeper;
static int64_t memory[WH_PROFILE_THREE_PHASE_MEMORY / sizeof(int64_t)];
static wh_meter_inputs inputs;
static wh_err first_err; /* a run cannot fail: what is counted would be something else */

static void note(wh_err err)
{
    first_err = first_err == WH_OK ? err : first_err;
}

/* Sizes, some of which are known only at run time. */
enum { KEEPER_MEMORY = 2, RECORD_LOAD_1, RECORD_LOAD_2, RECORD_BILLING, RECORD_DAILY, OBJECTS };

static wh_bench_object objects[OBJECTS] = {
    {"wh_keeper", sizeof(wh_keeper)},
    {"wh_keeper_config", sizeof(wh_keeper_config)},
    [KEEPER_MEMORY] = {"memory of the three-phase profile", 0},
    [RECORD_LOAD_1] = {"a record of load profile 1, stored", 0},
    [RECORD_LOAD_2] = {"a record of load profile 2, stored", 0},
    [RECORD_BILLING] = {"a record of billing, stored", 0},
    [RECORD_DAILY] = {"a record of the daily freeze, stored", 0},
};

static void power_up(void)
{
    wh_err err = wh_meter_init(&meter, wh_bench_meter_config(), NULL);
    if (err == WH_OK) {
        err = wh_meter_keep(&meter, &keeper, &config,
                            &(wh_keeper_start){.memory = memory,
                                               .memory_size = sizeof memory,
                                               .platform_ms = inputs.platform_ms,
                                               .ran_on = true});
    }
    note(err);
}

/* Time passes, in which every phase took 1 kW. */
static void pass(int64_t ms)
{
    wh_meter_interval in = {
        .duration_ms = (uint32_t)ms, .present = 7, .rotation = WH_ROTATION_ABC, .f_uhz = 50000000};
    for (unsigned k = 0; k < WH_PHASES; k++) {
        in.u_uv[k] = 220000000;
        in.i_ua[k] = 4545454;
        in.p_uw[k] = 1000000000;
        in.quantum.p_uws[k] = 1000000 * ms;
        in.quantum.s_uvas[k] = 1000000 * ms;
    }
    wh_meter_feed(&meter, &in);
    inputs.platform_ms += ms;
    wh_meter_tick(&meter, &inputs);
}

/* Bytes of the newest entry of a recorder's log. */
static size_t stored(unsigned recorder)
{
    uint32_t first = 0;
    uint32_t next = 0;
    size_t len = 0;
    unsigned log = config.recorder[recorder].config->log;
    wh_store_log_range(&keeper.store, log, &first, &next);
    note(first == next
             ? WH_ERR_NOT_FOUND
             : wh_store_log_get(&keeper.store, log, next - 1, keeper.work, WH_KEEPER_WORK, &len));
    return len;
}

/* Every item is read once, and written as it is: so that all of the meter is linked. */
static void use_catalogue(void)
{
    wh_item_ref ref = {0};
    wh_value value;
    while (wh_catalogue_next(&meter, &ref)) {
        if (wh_meter_get(&meter, ref, WH_ROLE_MANAGER, &value) == WH_OK) {
            (void)!wh_meter_set(&meter, ref, WH_ROLE_PUBLIC, &value);
            (void)!wh_meter_act(&meter, ref, WH_ROLE_PUBLIC, &value);
        }
    }
}

/* A meter that has run over the end of a month and is a second behind a boundary. */
static wh_err prepare(void)
{
    first_err = WH_OK;
    wh_flash_ram_init(&flash, board_flash, WH_PROFILE_SECTOR,
                      WH_PROFILE_THREE_PHASE_FLASH / WH_PROFILE_SECTOR);
    config = wh_profile_three_phase;
    config.flash = &flash.flash;
    note(wh_store_format(&flash.flash));
    inputs = (wh_meter_inputs){.platform_ms = START_MS - DAY_MS};
    power_up();
    note(wh_clock_set(&keeper.clock, inputs.platform_ms));
    for (unsigned i = 0; i < 100; i++) {
        pass(QUARTER_MS);
    }
    pass(SECOND_MS);
    use_catalogue();
    objects[KEEPER_MEMORY].bytes = wh_keeper_memory_size(&keeper, &config);
    power_up(); /* what asks for the size writes to the keeper */
    pass(SECOND_MS);
    objects[RECORD_LOAD_1].bytes = stored(WH_PROFILE_LOAD_1);
    objects[RECORD_LOAD_2].bytes = stored(WH_PROFILE_LOAD_2);
    objects[RECORD_BILLING].bytes = stored(WH_PROFILE_BILLING);
    objects[RECORD_DAILY].bytes = stored(WH_PROFILE_DAILY);
    return first_err;
}

static void tick_only(void)
{
    for (unsigned i = 0; i < TICKS; i++) {
        inputs.platform_ms++;
        wh_meter_tick(&meter, &inputs);
    }
}

static void tick_measured(void)
{
    for (unsigned i = 0; i < TICKS; i++) {
        pass(1);
    }
}

static void tick_quarters(void)
{
    for (unsigned i = 0; i < QUARTERS; i++) {
        pass(QUARTER_MS);
    }
}

static void power_fails(void)
{
    for (unsigned i = 0; i < FAILURES; i++) {
        inputs.power_fails = true;
        pass(1);
        inputs.power_fails = false;
        pass(1);
    }
}

static const wh_bench_case cases[] = {
    {"tick, nothing new", TICKS, prepare, tick_only},
    {"tick after a window", TICKS, prepare, tick_measured},
    {"tick at a quarter of an hour, two profiles", QUARTERS, prepare, tick_quarters},
    {"tick when power fails, and one more", FAILURES, prepare, power_fails},
    {"power-up", 1, prepare, power_up},
};

const wh_bench wh_bench_keeper = {
    .name = "keeper",
    .unit = "tick or power-up",
    .cases = cases,
    .case_count = sizeof cases / sizeof cases[0],
    .objects = objects,
    .object_count = OBJECTS,
};
