/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/profile.h"
#include "tests/meter/store/fake_flash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define START_MS   INT64_C(1767225600000) /* 2026-01-01 00:00 UTC */
#define QUARTER_MS 900000

static const wh_meter_config METER = {
    .metrology = {.fs_mhz = 8000000,
                  .f_nominal_mhz = 50000,
                  .phases = 3,
                  .channel = {{.full_scale = 400000000},
                              {.full_scale = 400000000},
                              {.full_scale = 400000000},
                              {.full_scale = 400000000},
                              {.full_scale = 400000000},
                              {.full_scale = 400000000},
                              {.full_scale = 400000000}}},
};

typedef struct {
    const char *name;
    const wh_keeper_config *config;
    uint32_t flash_size;
    size_t size_max; /* of meter, keeper and memory on a 64-bit machine */
} row;

static const row PROFILES[] = {
    {"three phase", &wh_profile_three_phase, WH_PROFILE_THREE_PHASE_FLASH, 25600},
    {"fleet", &wh_profile_fleet, WH_PROFILE_FLEET_FLASH, 16384},
};

typedef struct {
    fake_flash flash;
    wh_keeper_config config;
    wh_meter meter;
    wh_keeper keeper;
    void *memory;
    size_t size;
} kept;

static void switch_on(kept *m, int64_t platform_ms)
{
    memset(m->memory, 0xA5, m->size);
    assert_int_equal(wh_meter_init(&m->meter, &METER, NULL), WH_OK);
    assert_int_equal(wh_meter_keep(&m->meter, &m->keeper, &m->config,
                                   &(wh_keeper_start){.memory = m->memory,
                                                      .memory_size = m->size,
                                                      .platform_ms = platform_ms,
                                                      .ran_on = true}),
                     WH_OK);
}

static kept *new_meter(const row *profile)
{
    kept *m = calloc(1, sizeof *m);
    assert_non_null(m);
    fake_flash_init(&m->flash, WH_PROFILE_SECTOR,
                    (uint16_t)(profile->flash_size / WH_PROFILE_SECTOR), 256, 8, false);
    m->config = *profile->config;
    m->config.flash = &m->flash.flash;
    m->size = wh_keeper_memory_size(&m->keeper, &m->config);
    assert_true(m->size > 0);
    m->memory = malloc(m->size);
    assert_non_null(m->memory);
    switch_on(m, START_MS);
    assert_int_equal(wh_clock_set(&m->keeper.clock, START_MS), WH_OK);
    return m;
}

static void destroy(kept *m)
{
    fake_flash_free(&m->flash);
    free(m->memory);
    free(m);
}

static void a_ready_profile_fits_its_flash_and_stays_small(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PROFILES / sizeof PROFILES[0]; i++) {
        kept *m = new_meter(&PROFILES[i]);
        size_t size = sizeof m->meter + sizeof m->keeper + m->size;
        print_message("%s: meter %zu, keeper %zu, memory %zu bytes\n", PROFILES[i].name,
                      sizeof m->meter, sizeof m->keeper, m->size);
        assert_in_range(size, 1, PROFILES[i].size_max);
        assert_int_equal(m->keeper.lost, 0);
        assert_in_range(m->size, 1, WH_PROFILE_THREE_PHASE_MEMORY);
        destroy(m);
    }
}

static void a_ready_profile_records_and_restores(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PROFILES / sizeof PROFILES[0]; i++) {
        kept *m = new_meter(&PROFILES[i]);
        int64_t now_ms = START_MS;
        for (unsigned quarter = 0; quarter <= 96; quarter++) {
            wh_meter_tick(&m->meter, &(wh_meter_inputs){.platform_ms = now_ms});
            now_ms += QUARTER_MS;
        }
        /* it began to record when it was told the time */
        for (unsigned times = 0; times < 2; times++) {
            const wh_recorder *r = m->keeper.recorder;
            assert_int_equal(wh_recorder_count(&r[WH_PROFILE_LOAD_1], &m->keeper.store), 96);
            assert_int_equal(wh_recorder_count(&r[WH_PROFILE_DAILY], &m->keeper.store), 1);
            switch_on(m, now_ms);
        }
        destroy(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ready_profile_fits_its_flash_and_stays_small),
        cmocka_unit_test(a_ready_profile_records_and_restores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
