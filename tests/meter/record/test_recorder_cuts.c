/* SPDX-License-Identifier: Apache-2.0 */
/* test_recorder_cuts.c - cut power at the operations of a month's end, and again after it returns.
 *
 * usage: test_recorder_cuts [STRIDE]
 *
 * A profile, a daily freeze and a billing are recorded over 30 hours with the end of May among
 * them; in the middle the columns of the profile are set. Power is cut at every STRIDE-th
 * operation of the flash, in each way, and often again some operations later. In the end each record must
 * be there once, whole, in its own columns, and the count of demand resets that is put with the
 * billing must be that of the billings. */
#include "tests/meter/record/record_rig.h"

#include <stdio.h>
#include <stdlib.h>

#define FROM   "2025-05-30 21:00:00"
#define CHANGE "2025-05-31 12:00:00"
#define UNTIL  "2025-06-01 03:00:00"

static unsigned stride = 1;
static record_rig rig;
static unsigned cuts;

static const wh_column columns[] = {{.obis = WH_OBIS_INIT(1, 0, 3, 8, 0, 255), .attribute = 2},
                                    {.obis = WH_OBIS_INIT(0, 0, 1, 0, 0, 255), .attribute = 2},
                                    {.obis = WH_OBIS_INIT(1, 0, 5, 8, 0, 255), .attribute = 2}};

static void begin(void)
{
    wh_recorder_config configs[] = {wh_freezes[WH_FREEZE_LOAD_PROFILE_1],
                                    wh_freezes[WH_FREEZE_DAILY], wh_freezes[WH_FREEZE_BILLING]};
    configs[0].depth = 200;
    configs[1].depth = 3;
    configs[2].depth = 2;
    configs[1].mode = 0x21;
    rig_init_with(&rig, configs, 3, &rig_utc, FROM);
}

/* Power comes back, and where it was cut it may be cut again. */
static void power_on(void)
{
    wh_err err = WH_ERR_IO;
    while (err != WH_OK) {
        if (rig.flash.off) {
            cuts++;
            uint32_t after = 1 + fake_flash_random(&rig.flash, 40);
            bool again = fake_flash_random(&rig.flash, 2) == 0;
            rig.cut_again = again ? rig.flash.operations + after : 0;
        }
        err = rig_boot(&rig);
        assert_true(err == WH_OK || (err == WH_ERR_IO && rig.flash.off));
    }
}

static void change_columns(void)
{
    wh_recorder_now now = rig_now(&rig);
    wh_recorder_settings s;
    wh_recorder_get(&rig.recorder[0], &s);
    while (s.content.column == NULL) {
        s.content.column = columns;
        s.content.column_count = 3;
        wh_err err =
            wh_recorder_set(&rig.recorder[0], &rig.store, &now, &s, rig.work, sizeof rig.work);
        if (err != WH_OK) {
            assert_true(rig.flash.off);
            power_on();
        }
        wh_recorder_get(&rig.recorder[0], &s); /* it may be there, whole */
    }
}

static void run(void)
{
    while (rig.utc_ms < at(UNTIL)) {
        rig.utc_ms += 15 * MINUTE;
        while (rig_pass(&rig) < 0) {
            assert_true(rig.flash.off);
            power_on();
        }
        if (rig.utc_ms == at(CHANGE)) {
            change_columns();
        }
        while (wh_store_work(&rig.store)) {
        }
        if (rig.flash.off) {
            power_on();
        }
    }
    power_on();
}

static void expect_times(size_t recorder, const char *from, uint32_t step_s, uint32_t count)
{
    static uint32_t times[300];
    uint32_t n = rig_times(&rig, recorder, times, 300);
    assert_int_equal(n, count);
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(times[i], at_s(from) + i * step_s);
    }
}

static void expect_all(void)
{
    expect_times(0, "2025-05-31 12:15:00", 900, 60); /* cleared by the change */
    expect_times(1, "2025-05-31 00:00:00", 86400, 2);
    expect_times(2, "2025-06-01 00:00:00", 1, 1);
    assert_int_equal(rig.resets, 1);
    for (uint32_t n = 1; n <= 60; n++) {
        int64_t time_ms = rig_back(&rig, 0, n).head.time_s * SECOND;
        for (unsigned i = 0; i < 3; i++) {
            int64_t value = 0;
            assert_int_equal(rig_column(&rig, 0, n, i, &value), WH_OK);
            assert_true(value == (i == 1 ? time_ms / SECOND : rig_value(columns[i], time_ms)));
        }
    }
    int64_t value = 0;
    assert_int_equal(rig_column(&rig, 1, 1, 0, &value), WH_OK);
    assert_true(value == rig_value(column_of(1, 8, 0, 2), at("2025-06-01 00:00:00")));
    assert_int_equal(wh_store_get_report(&rig.store).damaged_count, 0);
}

static void no_power_cut_loses_or_doubles_a_record(void **unused)
{
    (void)unused;
    begin();
    uint64_t first = rig.flash.operations;
    run();
    uint64_t last = rig.flash.operations;
    expect_all();
    rig_free(&rig);
    for (unsigned how = 0; how < FAKE_CUT_MIXED; how++) {
        for (uint64_t cut_at = first + 1; cut_at <= last; cut_at += stride) {
            begin();
            rig.flash.random = (cut_at * FAKE_CUTS + how) * 2654435761U + 1;
            rig.flash.cut = (fake_cut)how;
            rig.flash.cut_at = cut_at;
            run();
            expect_all();
            rig_free(&rig);
        }
    }
    printf("%u cuts in %u operations\n", cuts, (unsigned)(last - first));
    assert_true(cuts >= FAKE_CUT_MIXED * (last - first) / stride);
}

int main(int argc, char **argv)
{
    stride = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1U;
    stride = stride > 0 ? stride : 1U;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_power_cut_loses_or_doubles_a_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
