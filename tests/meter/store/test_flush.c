/* SPDX-License-Identifier: Apache-2.0 */
/* test_flush.c - when registers are written, and how long flash lasts that they are written to.
 * Prints the years that 100 000 erases of each sector last. */
#include "meter/store/flush.h"
#include "meter/store/store.h"
#include "tests/meter/store/fake_flash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void without_a_signal_a_minute_or_a_unit_is_all_that_can_be_lost(void **unused)
{
    (void)unused;
    static const uint32_t powers_w[] = {1, 100, 599, 600, 601, 5000, 69000};
    for (size_t i = 0; i < sizeof powers_w / sizeof powers_w[0]; i++) {
        wh_flush_config config = {0};
        wh_flush flush;
        uint32_t now_ms = 4294900000U; /* wraps soon */
        uint64_t moved_mwh = 77;
        uint64_t kept_mwh = moved_mwh;
        uint32_t kept_ms = now_ms;
        wh_flush_init(&flush, &config, moved_mwh, now_ms);
        for (unsigned quantum = 0; quantum < 3000; quantum++) {
            uint64_t step_mwh = (powers_w[i] + quantum % 18U) / 18U; /* 200 ms */
            now_ms += 200;
            moved_mwh += step_mwh;
            bool due = wh_flush_is_due(&flush, moved_mwh, true, now_ms);
            if (moved_mwh - kept_mwh >= WH_FLUSH_ENERGY_MWH) {
                assert_true(due);
            }
            if (moved_mwh > kept_mwh && now_ms - kept_ms >= WH_FLUSH_PERIOD_MS) {
                assert_true(due);
            }
            if (due) {
                assert_true(moved_mwh - kept_mwh >= WH_FLUSH_ENERGY_MWH ||
                            now_ms - kept_ms >= WH_FLUSH_PERIOD_MS);
                assert_true(moved_mwh - kept_mwh < WH_FLUSH_ENERGY_MWH + step_mwh);
                wh_flush_done(&flush, now_ms);
                kept_mwh = moved_mwh;
                kept_ms = now_ms;
            }
        }
    }
}

static void what_was_not_written_stays_due(void **unused)
{
    (void)unused;
    wh_flush_config config = {.period_ms = 1000, .energy_mwh = 5};
    wh_flush flush;
    wh_flush_init(&flush, &config, 0, 0);
    assert_false(wh_flush_is_due(&flush, 4, false, 999));
    assert_true(wh_flush_is_due(&flush, 5, false, 999));
    assert_true(wh_flush_is_due(&flush, 5, false, 999));
    wh_flush_done(&flush, 999);
    assert_false(wh_flush_is_due(&flush, 5, false, 5000)); /* nothing has moved */
    assert_true(wh_flush_is_due(&flush, 6, false, 5000));
}

static void the_signal_is_served_once_and_until_it_is_written(void **unused)
{
    (void)unused;
    wh_flush_config config = {.hold_up = true};
    wh_flush flush;
    wh_flush_init(&flush, &config, 0, 0);
    assert_false(wh_flush_is_due(&flush, 1000000, false, 3600000)); /* much, but it is safe */
    assert_true(wh_flush_is_due(&flush, 1000001, true, 3600200));
    assert_true(wh_flush_is_due(&flush, 1000001, true, 3600400)); /* not written yet */
    wh_flush_done(&flush, 3600400);
    assert_false(
        wh_flush_is_due(&flush, 1000002, true, 3600600)); /* the tail of the same failure */
    assert_false(wh_flush_is_due(&flush, 1000003, false, 3600800)); /* it came back */
    assert_true(wh_flush_is_due(&flush, 1000004, true, 3601000));
    wh_flush_done(&flush, 3601000);
    assert_false(wh_flush_is_due(&flush, 1000004, false, 3601200));
    assert_true(wh_flush_is_due(&flush, 1000005, false, 3601000U + 86400000U)); /* once a day */
}

/* Write snapshots to a flash that is half full of other things, and count. */
static double measure_wear(uint16_t sectors, size_t snapshot)
{
    static const wh_store_log_config log_small = {.capacity = 420, .entry_size = 48, .group = 16};
    static const wh_store_log_config log_large = {.capacity = 3500, .entry_size = 48, .group = 16};
    const wh_store_log_config *log = sectors < 64 ? &log_small : &log_large;
    fake_flash f;
    fake_flash_init(&f, 4096, sectors, 256, 8, false);
    wh_store_config config = {
        .flash = &f.flash,
        .logs = log,
        .log_count = 1,
        .key_count = 1,
        .blob_bytes = 1024,
    };
    size_t size = wh_store_memory_size(&config);
    void *memory = malloc(size);
    assert_non_null(memory);
    wh_store store;
    assert_int_equal(wh_store_mount(&store, &config, memory, size), WH_OK);
    static const uint8_t bytes[1024] = {1};
    unsigned writes = sectors * 200U;
    for (unsigned i = 0; i < log->capacity + writes; i++) {
        if (i == log->capacity) {
            f.erases = 0;
        }
        assert_int_equal(wh_store_begin(&store), WH_OK);
        if (i < log->capacity || i % 15 == 0) {
            assert_int_equal(wh_store_append(&store, 0, bytes, 48, NULL), WH_OK);
        }
        if (i >= log->capacity) {
            assert_int_equal(wh_store_put(&store, 0, bytes, snapshot), WH_OK);
        }
        assert_int_equal(wh_store_commit(&store), WH_OK);
    }
    double erases = (double)f.erases;
    free(memory);
    fake_flash_free(&f);
    return erases / sectors / writes;
}

/* Writes in a day at constant power, by the policy. */
static double writes_a_day(uint32_t power_w)
{
    wh_flush_config config = {0};
    wh_flush flush;
    uint64_t moved_mwh = 0;
    unsigned writes = 0;
    wh_flush_init(&flush, &config, 0, 0);
    for (uint32_t now_ms = 0; now_ms < 86400000U; now_ms += 1000U) {
        moved_mwh = (uint64_t)now_ms * power_w / 3600U;
        if (wh_flush_is_due(&flush, moved_mwh, false, now_ms)) {
            wh_flush_done(&flush, now_ms);
            writes++;
        }
    }
    return writes;
}

static void flash_outlives_the_meter_without_a_signal(void **unused)
{
    (void)unused;
    static const uint16_t sectors[] = {16, 128};
    static const uint32_t powers_w[] = {300, 1000, 5000, 20000};
    printf("years that 100000 erases last, snapshots of 400 bytes, half full flash:\n");
    for (size_t i = 0; i < sizeof sectors / sizeof sectors[0]; i++) {
        double wear = measure_wear(sectors[i], 400);
        for (size_t k = 0; k < sizeof powers_w / sizeof powers_w[0]; k++) {
            double writes = writes_a_day(powers_w[k]);
            double years = 100000.0 / (wear * writes * 365.25);
            printf("  %3u kB, %5u W always: %6.0f writes a day, %7.1f years\n", sectors[i] * 4U,
                   powers_w[k], writes, years);
            if (sectors[i] == 128 && powers_w[k] <= 1000) {
                assert_true(years > 20);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_signal_a_minute_or_a_unit_is_all_that_can_be_lost),
        cmocka_unit_test(what_was_not_written_stays_due),
        cmocka_unit_test(the_signal_is_served_once_and_until_it_is_written),
        cmocka_unit_test(flash_outlives_the_meter_without_a_signal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
