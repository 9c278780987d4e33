/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/record/record_hex.h"
#include "tests/meter/record/record_rig.h"

#include <string.h>

static record_rig rig;

static const wh_column clock_column = {.obis = WH_OBIS_INIT(0, 0, 1, 0, 0, 255), .attribute = 2};
static void columns_of_another_firmware_clear_the_log(void **unused)
{
    (void)unused;
    rig_init_filled(&rig);
    static const wh_column_run other[] = {
        {.c = 1, .d = 8, .attribute = WH_COLUMN_VALUE},
        {.c = 2, .d = 8, .attribute = WH_COLUMN_VALUE},
        {.c = 3, .d = 8, .attribute = WH_COLUMN_VALUE},
    };
    rig.config[0].run = other; /* two more values than the records have */
    rig.config[0].run_count = 3;
    assert_int_equal(rig_boot(&rig), WH_OK);
    assert_int_equal(wh_recorder_count(&rig.recorder[0], &rig.store), 0);
    assert_int_equal(wh_recorder_count(&rig.recorder[1], &rig.store), 3);
    assert_int_equal(rig_run(&rig, "2025-06-01 14:00:00", MINUTE), 4);
    assert_int_equal(rig_boot(&rig), WH_OK);
    assert_int_equal(wh_recorder_count(&rig.recorder[0], &rig.store), 4);
    rig.config[0].depth = 3; /* and a shallower one shows what fits */
    assert_int_equal(rig_boot(&rig), WH_OK);
    assert_int_equal(wh_recorder_count(&rig.recorder[0], &rig.store), 3);
    assert_int_equal(rig_get(&rig, 0).content.depth, 3);
    rig_free(&rig);
}

static void put(uint16_t key, const uint8_t *bytes, size_t len)
{
    assert_int_equal(wh_store_begin(&rig.store), WH_OK);
    assert_int_equal(wh_store_put(&rig.store, key, bytes, len), WH_OK);
    assert_int_equal(wh_store_commit(&rig.store), WH_OK);
}

static void damaged_settings_are_told_and_it_works_as_configured(void **unused)
{
    (void)unused;
    static const uint16_t keys[] = {WH_RECORDER_KEY_SETTINGS, WH_RECORDER_KEY_STATE};
    for (size_t k = 0; k < 2; k++) {
        uint8_t whole[128];
        size_t len = 0;
        rig_init_filled(&rig);
        const wh_recorder_settings configured = rig_get(&rig, 0);
        wh_recorder_settings other = configured;
        other.content.lifo = true;
        other.content.depth = 7;
        other.time[0] = (wh_boundary_pattern){.kind = WH_BOUNDARY_DAILY, .day = 5};
        if (k == 0) {
            assert_int_equal(rig_set(&rig, 0, &other), WH_OK);
        }
        assert_int_equal(wh_store_get(&rig.store, keys[k], whole, sizeof whole, &len), WH_OK);
        rig_free(&rig);
        for (size_t cut = 0; cut <= len; cut++) {
            rig_init_filled(&rig);
            uint8_t bytes[128];
            memcpy(bytes, whole, len);
            if (cut == len) {
                bytes[0]++; /* another version */
            }
            put(keys[k], bytes, cut);
            wh_err err = rig_boot(&rig);
            assert_int_equal(err, k == 0 ? WH_ERR_CHECK : WH_OK);
            assert_int_equal(wh_recorder_count(&rig.recorder[0], &rig.store), k == 0 ? 0 : 4);
            const wh_recorder_settings found = rig_get(&rig, 0);
            rig_expect_same(&found, &configured);
            assert_int_equal(rig_run(&rig, "2025-06-01 13:15:00", MINUTE), 1);
            assert_int_equal(rig_boot(&rig), WH_OK); /* what was put right stays so */
            rig_free(&rig);
        }
    }
}

static void a_lost_state_hides_no_entry(void **unused)
{
    (void)unused;
    static const uint8_t far_ahead[] = {1, 0,    0,    0,    0,    0,    0,    0,    0,   0,
                                        1, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    for (int way = 0; way < 2; way++) {
        rig_init_filled(&rig);
        rig.utc_ms -= 2 * HOUR; /* times of the daily freeze do not rise */
        wh_recorder_command(&rig.recorder[1], rig.utc_ms);
        assert_int_equal(rig_pass(&rig), 1);
        rig.utc_ms += 2 * HOUR;
        put(WH_RECORDER_KEY_STATE + WH_FREEZE_DAILY, far_ahead, way == 0 ? 0 : sizeof far_ahead);
        assert_int_equal(rig_boot(&rig), WH_OK);
        uint32_t noon = at_s("2025-06-01 12:00:00");
        wh_recorder_cursor cursor = wh_recorder_range(&rig.recorder[1], &rig.store, noon - 7200,
                                                      noon, rig.work, sizeof rig.work);
        wh_record record;
        unsigned n = 0;
        while (wh_recorder_read(&rig.recorder[1], &rig.store, &cursor, rig.work, sizeof rig.work,
                                &record) == WH_OK) {
            n++;
        }
        assert_int_equal(n, 2);
        assert_int_equal(rig_run(&rig, "2025-06-02 00:00:00", MINUTE), 45); /* the day too */
        rig_free(&rig);
    }
}

static wh_err fail_to_read(void *user, uint32_t address, uint8_t *bytes, size_t len)
{
    (void)user;
    (void)address;
    memset(bytes, 0, len);
    return WH_ERR_IO;
}

static void a_flash_that_does_not_answer_is_no_reason_to_clear(void **unused)
{
    (void)unused;
    rig_init_filled(&rig);
    wh_recorder_now now = rig_now(&rig);
    wh_recorder r;
    assert_int_equal(wh_recorder_init(&r, &rig.config[0], &rig.recorder[0].memory, 4, &now), WH_OK);
    wh_err (*read)(void *, uint32_t, uint8_t *, size_t) = rig.flash.flash.read;
    rig.flash.flash.read = fail_to_read; /* while it can be written */
    assert_int_equal(wh_recorder_load(&r, &rig.store, &now, rig.work, sizeof rig.work), WH_ERR_IO);
    rig.flash.flash.read = read;
    assert_int_equal(wh_recorder_load(&r, &rig.store, &now, rig.work, sizeof rig.work), WH_OK);
    assert_int_equal(wh_recorder_count(&r, &rig.store), 4);
    assert_int_equal(r.newest_s, at_s("2025-06-01 13:00:00"));
    rig_free(&rig);
}

/* Another firmware may give a recorder fewer columns of its own, or another number of times. */
static void what_another_configuration_kept_is_taken_where_it_fits(void **unused)
{
    (void)unused;
    const wh_column columns[] = {column_of(3, 8, 0, 2), column_of(4, 8, 0, 2)};
    for (uint8_t times = 1; times <= WH_RECORDER_TIMES_MAX; times++) {
        for (uint16_t own_max = 1; own_max <= 2; own_max++) {
            rig_init_filled(&rig);
            wh_recorder_settings s = rig_get(&rig, 2);
            s.content.column = columns;
            s.content.column_count = 2;
            s.time[0].day = 5;
            assert_int_equal(rig_set(&rig, 2, &s), WH_OK);
            rig.utc_ms = at("2025-09-09 00:00:00"); /* 5 June, July, August, September */
            wh_recorder_now now = rig_now(&rig);
            wh_recorder_memory memory = rig.recorder[2].memory;
            memory.boundary_count = times;
            memory.own_max = own_max;
            wh_recorder r;
            assert_int_equal(wh_recorder_init(&r, &rig.config[2], &memory, 4, &now), WH_OK);
            assert_int_equal(wh_recorder_load(&r, &rig.store, &now, rig.work, sizeof rig.work),
                             WH_OK);
            wh_recorder_get(&r, &s);
            bool taken = own_max == 2; /* else as configured: the log was cleared */
            assert_int_equal(s.content.column_count, taken ? 2 : 0);
            assert_int_equal(s.time[0].day, taken ? 5 : 1);
            wh_recorder_point point;
            size_t due = 0;
            for (; wh_recorder_due(&r, 1, &now, &point, 1) == 1; due++) {
                wh_recorder_done(&r, &now, &point);
            }
            assert_int_equal(due, taken ? 4 : 0);
            rig_free(&rig);
        }
    }
}

/* Version 1, for ever: own columns, three times, a depth, newest first. */
static const char settings_v1[] = "0101FF04 0007 271D6B12 03"
                                  "010301010000 00000000 0000000000000000 0000000000000000"
                                  "0103000F0800 00000000 0000000000000000 0000000000000000"
                                  "010400000000 00000000 0000000000000000 0000000000000000"
                                  "0003 0000010000FF02 0100010800FF02 0100010601FF05";
/* Status power down, newest 2025-06-01 00:00, times rise from entry 2. */
static const char state_v1[] = "0180 683B9800 00000002 03"
                               "0000000000005EF1 0000000000005EF0 0000000000005EF0";

static void what_version_1_wrote_is_read(void **unused)
{
    (void)unused;
    const wh_freeze kinds[] = {WH_FREEZE_BILLING};
    rig_init(&rig, kinds, 1, &rig_utc, "2025-08-16 12:00:00");
    uint8_t settings[200];
    uint8_t state[64];
    size_t settings_len = from_hex(settings_v1, settings);
    size_t state_len = from_hex(state_v1, state);
    put(WH_RECORDER_KEY_SETTINGS + WH_FREEZE_BILLING, settings, settings_len);
    put(WH_RECORDER_KEY_STATE + WH_FREEZE_BILLING, state, state_len);
    assert_int_equal(rig_boot(&rig), WH_OK);
    wh_recorder_settings s = rig_get(&rig, 0);
    const wh_column columns[] = {clock_column, column_of(1, 8, 0, 2), column_of(1, 6, 1, 5)};
    assert_int_equal(s.content.column_count, 3);
    assert_memory_equal(s.content.column, columns, sizeof columns);
    assert_int_equal(s.content.depth, 7);
    assert_true(s.content.lifo);
    assert_int_equal(s.content.rates, 4);
    assert_int_equal(s.time[1].day, 15);
    assert_int_equal(s.time[1].hour, 8);
    assert_int_equal(s.time[2].kind, WH_BOUNDARY_MONTH_END);
    assert_int_equal(rig.recorder[0].rising_from, 2);
    assert_int_equal(rig.recorder[0].status, WH_RECORD_POWER_DOWN);
    assert_int_equal(rig.recorder[0].newest_s, at_s("2025-06-01 00:00:00"));
    assert_int_equal(rig_pass(&rig), 5); /* 15 June, 1 July, 15 July, 1 August, 15 August */
    uint8_t again[200];
    size_t len = 0;
    assert_int_equal(wh_store_get(&rig.store, WH_RECORDER_KEY_SETTINGS + WH_FREEZE_BILLING, again,
                                  sizeof again, &len),
                     WH_OK);
    assert_int_equal(len, settings_len);
    s.content.depth = 8; /* written again it has the same form */
    assert_int_equal(rig_set(&rig, 0, &s), WH_OK);
    settings[5] = 8;
    assert_int_equal(wh_store_get(&rig.store, WH_RECORDER_KEY_SETTINGS + WH_FREEZE_BILLING, again,
                                  sizeof again, &len),
                     WH_OK);
    assert_int_equal(len, settings_len);
    assert_memory_equal(again, settings, len);
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_of_another_firmware_clear_the_log),
        cmocka_unit_test(damaged_settings_are_told_and_it_works_as_configured),
        cmocka_unit_test(a_lost_state_hides_no_entry),
        cmocka_unit_test(a_flash_that_does_not_answer_is_no_reason_to_clear),
        cmocka_unit_test(what_another_configuration_kept_is_taken_where_it_fits),
        cmocka_unit_test(what_version_1_wrote_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
