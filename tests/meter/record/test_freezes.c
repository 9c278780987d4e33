/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/record/record_rig.h"

#include <stdio.h>

static record_rig rig;

/* With four rates and all bits of the mode word. Depths: DL/T 645-2007 and its State Grid
 * extension. */
static const struct {
    wh_freeze kind;
    uint16_t depth;
    uint16_t columns;
    uint16_t stored; /* of them, not in the head */
    uint8_t boundary;
    uint8_t causes;
    uint16_t fill_max;
} rows[] = {
    {WH_FREEZE_LOAD_PROFILE_1, 5760, 4, 2, WH_BOUNDARY_EVERY, 0, 0},
    {WH_FREEZE_LOAD_PROFILE_2, 960, 9, 7, WH_BOUNDARY_EVERY, 0, 0},
    {WH_FREEZE_BILLING, 12, 70, 68, WH_BOUNDARY_MONTHLY, 0, 12},
    {WH_FREEZE_TIMED, 12, 72, 72, WH_BOUNDARY_NEVER, 0, 0},
    {WH_FREEZE_INSTANTANEOUS, 3, 72, 72, WH_BOUNDARY_NEVER, 0, 0},
    {WH_FREEZE_ZONE_SWITCH, 2, 72, 72, WH_BOUNDARY_NEVER, WH_RECORDER_ZONE_SWITCH, 0},
    {WH_FREEZE_DAY_TABLE_SWITCH, 2, 72, 72, WH_BOUNDARY_NEVER, WH_RECORDER_DAY_TABLE_SWITCH, 0},
    {WH_FREEZE_PRICE_SWITCH, 2, 72, 72, WH_BOUNDARY_NEVER, WH_RECORDER_PRICE_SWITCH, 0},
    {WH_FREEZE_STEP_SWITCH, 2, 72, 72, WH_BOUNDARY_NEVER, WH_RECORDER_STEP_SWITCH, 0},
    {WH_FREEZE_HOURLY, 254, 2, 2, WH_BOUNDARY_EVERY, 0, 0},
    {WH_FREEZE_DAILY, 62, 72, 72, WH_BOUNDARY_DAILY, 0, 7},
    {WH_FREEZE_LOAD_CLASS_1, 3840, 7, 7, WH_BOUNDARY_EVERY, 0, 0},
    {WH_FREEZE_LOAD_CLASS_2, 3840, 12, 12, WH_BOUNDARY_EVERY, 0, 0},
    {WH_FREEZE_LOAD_CLASS_3, 3840, 4, 4, WH_BOUNDARY_EVERY, 0, 0},
    {WH_FREEZE_LOAD_CLASS_4, 3840, 4, 4, WH_BOUNDARY_EVERY, 0, 0},
    {WH_FREEZE_LOAD_CLASS_5, 3840, 4, 4, WH_BOUNDARY_EVERY, 0, 0},
    {WH_FREEZE_LOAD_CLASS_6, 3840, 2, 2, WH_BOUNDARY_EVERY, 0, 0},
};

static wh_recorder recorder_of(wh_freeze kind, uint8_t rates, wh_boundary *boundary)
{
    wh_recorder r;
    wh_recorder_now now = {.zone = &rig_utc, .utc_ms = at("2025-01-01 00:00:00")};
    wh_recorder_memory memory = {
        .boundary = boundary,
        .boundary_count = 1,
        .record_size = wh_recorder_record_size(&wh_freezes[kind], rates, 0),
    };
    assert_int_equal(wh_recorder_init(&r, &wh_freezes[kind], &memory, rates, &now), WH_OK);
    return r;
}

static void each_kind_has_its_depth_columns_and_times(void **unused)
{
    (void)unused;
    assert_int_equal(sizeof rows / sizeof rows[0], WH_FREEZE_COUNT);
    for (size_t i = 0; i < WH_FREEZE_COUNT; i++) {
        const wh_recorder_config *config = &wh_freezes[i];
        assert_int_equal(rows[i].kind, i);
        assert_int_equal(config->log, i);
        assert_int_equal(config->depth, rows[i].depth);
        assert_int_equal(config->kind, rows[i].boundary);
        assert_int_equal(config->causes, rows[i].causes);
        assert_int_equal(config->fill_max, rows[i].fill_max);
        wh_boundary boundary;
        wh_recorder r = recorder_of((wh_freeze)i, 4, &boundary);
        assert_int_equal(wh_recorder_column_count(&r), rows[i].columns);
        assert_int_equal(wh_recorder_record_size(config, 4, 0), 6 + 8 * rows[i].stored);
        assert_int_equal(boundary.pattern.kind, rows[i].boundary);
        wh_column column;
        for (unsigned c = 0; c < rows[i].columns; c++) { /* each once */
            assert_true(wh_recorder_column(&r, c, &column));
            for (unsigned k = 0; k < c; k++) {
                wh_column other;
                assert_true(wh_recorder_column(&r, k, &other));
                assert_true(other.attribute != column.attribute ||
                            !wh_obis_equal(other.obis, column.obis));
            }
        }
        assert_false(wh_recorder_column(&r, rows[i].columns, &column));
    }
}

/* C.D.E/attribute of each column, A in front where it is not 1; columns that follow each other in
 * E as E-E. */
static void columns_text(const wh_recorder *r, char *text, size_t size)
{
    size_t len = 0;
    wh_column column;
    text[0] = '\0';
    for (unsigned c = 0; wh_recorder_column(r, c, &column);) {
        const uint8_t *g = column.obis.group;
        uint8_t last = g[4];
        wh_column next = column;
        while (wh_recorder_column(r, ++c, &next) && next.obis.group[2] == g[2] &&
               next.obis.group[4] == last + 1) {
            last++;
        }
        assert_int_equal(g[1], 0);
        assert_int_equal(g[5], 255);
        len += (size_t)snprintf(text + len, size - len, "%s%s%u.%u.%u", len > 0 ? " " : "",
                                g[0] == 0 ? "0:" : "", g[2], g[3], g[4]);
        if (last > g[4]) {
            len += (size_t)snprintf(text + len, size - len, "-%u", last);
        }
        len += (size_t)snprintf(text + len, size - len, "/%u", column.attribute);
    }
}

static void each_kind_has_these_columns(void **unused)
{
    (void)unused;
    static const struct {
        wh_freeze kind;
        const char *columns;
    } kinds[] = {
        {WH_FREEZE_LOAD_PROFILE_1, "0:1.0.0/2 0:96.10.1/2 1.8.0/2 2.8.0/2"},
        {WH_FREEZE_LOAD_PROFILE_2, "0:1.0.0/2 0:96.10.1/2 32.7.0/2 52.7.0/2 72.7.0/2 31.7.0/2 "
                                   "51.7.0/2 71.7.0/2 16.7.0/2"},
        {WH_FREEZE_BILLING,
         "0:1.0.0/2 0:96.10.1/2 1.8.0-2/2 2.8.0-2/2 3.8.0-2/2 4.8.0-2/2 5.8.0-2/2 6.8.0-2/2 "
         "7.8.0-2/2 8.8.0-2/2 1.6.0-2/2 1.6.0-2/5 2.6.0-2/2 2.6.0-2/5 9.8.0/2 10.8.0/2 21.8.0/2 "
         "41.8.0/2 61.8.0/2 22.8.0/2 42.8.0/2 62.8.0/2"},
        {WH_FREEZE_DAILY,
         "1.8.0-2/2 2.8.0-2/2 3.8.0-2/2 4.8.0-2/2 5.8.0-2/2 6.8.0-2/2 7.8.0-2/2 8.8.0-2/2 "
         "1.6.0-2/2 1.6.0-2/5 2.6.0-2/2 2.6.0-2/5 16.7.0/2 36.7.0/2 56.7.0/2 76.7.0/2 3.7.0/2 "
         "23.7.0/2 43.7.0/2 63.7.0/2 4.7.0/2 24.7.0/2 44.7.0/2 64.7.0/2"},
        {WH_FREEZE_HOURLY, "1.8.0/2 2.8.0/2"},
        {WH_FREEZE_LOAD_CLASS_1, "32.7.0/2 52.7.0/2 72.7.0/2 31.7.0/2 51.7.0/2 71.7.0/2 14.7.0/2"},
        {WH_FREEZE_LOAD_CLASS_2, "16.7.0/2 36.7.0/2 56.7.0/2 76.7.0/2 3.7.0/2 23.7.0/2 43.7.0/2 "
                                 "63.7.0/2 4.7.0/2 24.7.0/2 44.7.0/2 64.7.0/2"},
        {WH_FREEZE_LOAD_CLASS_3, "13.7.0/2 33.7.0/2 53.7.0/2 73.7.0/2"},
        {WH_FREEZE_LOAD_CLASS_4, "1.8.0/2 2.8.0/2 3.8.0/2 4.8.0/2"},
        {WH_FREEZE_LOAD_CLASS_5, "5.8.0/2 6.8.0/2 7.8.0/2 8.8.0/2"},
        {WH_FREEZE_LOAD_CLASS_6, "1.4.0/2 3.4.0/2"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        wh_boundary boundary;
        char text[2000];
        wh_recorder r = recorder_of(kinds[i].kind, 2, &boundary);
        columns_text(&r, text, sizeof text);
        assert_string_equal(text, kinds[i].columns);
    }
}

static void a_mode_word_selects_the_columns_of_a_freeze(void **unused)
{
    (void)unused;
    static const struct {
        uint8_t mode;
        uint8_t rates;
        const char *columns; /* C.D.E/attribute, runs of rates as E-E */
    } words[] = {
        {0x00, 4, ""},
        {0x01, 0, "1.8.0/2"},
        {0x01, 4, "1.8.0-4/2"},
        {0x02, 2, "2.8.0-2/2"},
        {0x0C, 1, "3.8.0-1/2 4.8.0-1/2"},
        {0x10, 3, "5.8.0-3/2 6.8.0-3/2 7.8.0-3/2 8.8.0-3/2"},
        {0x20, 4, "1.6.0-4/2 1.6.0-4/5"},
        {0x40, 0, "2.6.0/2 2.6.0/5"},
        {0x80, 63,
         "16.7.0/2 36.7.0/2 56.7.0/2 76.7.0/2 3.7.0/2 23.7.0/2 43.7.0/2 63.7.0/2 "
         "4.7.0/2 24.7.0/2 44.7.0/2 64.7.0/2"},
        {0x43, 2, "1.8.0-2/2 2.8.0-2/2 2.6.0-2/2 2.6.0-2/5"},
    };
    const wh_freeze kinds[] = {WH_FREEZE_TIMED};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        rig_init(&rig, kinds, 1, &rig_utc, "2025-01-01 00:00:00");
        wh_recorder *r = &rig.recorder[0];
        wh_recorder_now now = rig_now(&rig);
        wh_recorder_settings s;
        wh_recorder_get(r, &s);
        s.content.mode = words[i].mode;
        s.content.rates = words[i].rates;
        assert_int_equal(wh_recorder_set(r, &rig.store, &now, &s, rig.work, sizeof rig.work),
                         WH_OK);
        char text[2000];
        columns_text(r, text, sizeof text);
        assert_string_equal(text, words[i].columns);
        rig_free(&rig);
    }
}

static void a_freeze_command_is_a_pattern(void **unused)
{
    (void)unused;
    static const struct {
        uint8_t number[4]; /* month, day, hour, minute */
        wh_err err;
        uint8_t kind;
        const char *first; /* after 2025-03-10 12:00 UTC */
        const char *second;
    } commands[] = {
        {{99, 99, 99, 99}, WH_OK, WH_BOUNDARY_NEVER, NULL, NULL},
        {{99, 99, 99, 0}, WH_OK, WH_BOUNDARY_EVERY, "2025-03-10 13:00:00", "2025-03-10 14:00:00"},
        {{99, 99, 99, 59}, WH_OK, WH_BOUNDARY_EVERY, "2025-03-10 12:59:00", "2025-03-10 13:59:00"},
        {{99, 99, 11, 30}, WH_OK, WH_BOUNDARY_DAILY, "2025-03-11 11:30:00", "2025-03-12 11:30:00"},
        {{99, 99, 23, 59}, WH_OK, WH_BOUNDARY_DAILY, "2025-03-10 23:59:00", "2025-03-11 23:59:00"},
        {{99, 28, 0, 0}, WH_OK, WH_BOUNDARY_MONTHLY, "2025-03-28 00:00:00", "2025-04-28 00:00:00"},
        {{99, 1, 8, 5}, WH_OK, WH_BOUNDARY_MONTHLY, "2025-04-01 08:05:00", "2025-05-01 08:05:00"},
        {{5, 31, 6, 0}, WH_OK, WH_BOUNDARY_YEARLY, "2025-05-31 06:00:00", "2026-05-31 06:00:00"},
        {{2, 29, 6, 0}, WH_OK, WH_BOUNDARY_YEARLY, "2026-02-28 06:00:00", "2027-02-28 06:00:00"},
        {{99, 99, 99, 60}, WH_ERR_RANGE, 0, NULL, NULL},
        {{99, 99, 24, 0}, WH_ERR_RANGE, 0, NULL, NULL},
        {{99, 99, 12, 99}, WH_ERR_RANGE, 0, NULL, NULL},
        {{99, 29, 0, 0}, WH_ERR_RANGE, 0, NULL, NULL},
        {{99, 0, 0, 0}, WH_ERR_RANGE, 0, NULL, NULL},
        {{99, 1, 99, 0}, WH_ERR_RANGE, 0, NULL, NULL},
        {{13, 1, 0, 0}, WH_ERR_RANGE, 0, NULL, NULL},
        {{0, 1, 0, 0}, WH_ERR_RANGE, 0, NULL, NULL},
        {{4, 31, 0, 0}, WH_ERR_RANGE, 0, NULL, NULL},
        {{4, 99, 0, 0}, WH_ERR_RANGE, 0, NULL, NULL},
        {{99, 99, 98, 0}, WH_ERR_RANGE, 0, NULL, NULL},
    };
    const wh_freeze kinds[] = {WH_FREEZE_TIMED};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const uint8_t *n = commands[i].number;
        wh_boundary_pattern pattern = {.kind = 77};
        bool at_once = true;
        assert_int_equal(wh_freeze_command(n[0], n[1], n[2], n[3], &pattern, &at_once),
                         commands[i].err);
        if (commands[i].err != WH_OK) {
            continue;
        }
        assert_int_equal(at_once, commands[i].first == NULL);
        assert_int_equal(pattern.kind, commands[i].kind);
        rig_init(&rig, kinds, 1, &rig_utc, "2025-03-10 12:00:00");
        wh_recorder_now now = rig_now(&rig);
        wh_recorder_settings s;
        wh_recorder_get(&rig.recorder[0], &s);
        s.time[0] = pattern;
        assert_int_equal(
            wh_recorder_set(&rig.recorder[0], &rig.store, &now, &s, rig.work, sizeof rig.work),
            WH_OK);
        const char *when[2] = {commands[i].first, commands[i].second};
        for (size_t k = 0; k < 2 && !at_once; k++) {
            rig.utc_ms = at(when[k]) - SECOND;
            assert_int_equal(rig_pass(&rig), 0);
            rig.utc_ms += SECOND;
            assert_int_equal(rig_pass(&rig), 1);
            assert_int_equal(rig_back(&rig, 0, 1).head.time_s, at_s(when[k]));
        }
        rig_free(&rig);
    }
}

/* 63 rates with demand do not fit into a record; 10 do. */
static void rates_beyond_a_record_are_refused(void **unused)
{
    (void)unused;
    wh_recorder_now now = {.zone = &rig_utc, .utc_ms = at("2025-01-01 00:00:00")};
    static const wh_freeze kinds[] = {WH_FREEZE_BILLING, WH_FREEZE_DAILY};
    for (size_t i = 0; i < 2; i++) {
        for (uint8_t rates = 9; rates <= 12; rates++) {
            wh_recorder r;
            wh_boundary boundary;
            wh_recorder_memory memory = {
                .boundary = &boundary,
                .boundary_count = 1,
                .record_size = wh_recorder_record_size(&wh_freezes[kinds[i]], rates, 0)};
            unsigned stored = (memory.record_size - 6U) / 8U;
            assert_int_equal(wh_recorder_init(&r, &wh_freezes[kinds[i]], &memory, rates, &now),
                             stored <= WH_RECORD_COLUMNS_MAX ? WH_OK : WH_ERR_RANGE);
            assert_true(rates > 10 || stored <= WH_RECORD_COLUMNS_MAX);
        }
    }
}

static void each_log_can_be_one_of_the_store(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < WH_FREEZE_COUNT; i++) {
        for (uint8_t rates = 0; rates <= 8; rates += 4) {
            uint16_t size = wh_recorder_record_size(&wh_freezes[i], rates, 0);
            wh_store_log_config log = wh_recorder_log(&wh_freezes[i], size, 4096);
            assert_int_equal(log.capacity, wh_freezes[i].depth);
            assert_int_equal(log.entry_size, size);
            fake_flash flash;
            fake_flash_init(&flash, 4096, 1000, 256, 8, false);
            wh_store_config config = {.flash = &flash.flash, .logs = &log, .log_count = 1};
            assert_true(wh_store_memory_size(&config) > 0);
            assert_true(wh_store_memory_size(&config) <= 2000);
            fake_flash_free(&flash);
        }
    }
}

/* What a record takes in the log, and with a state beside it in the transaction. */
static void the_bytes_of_typical_records(void **unused)
{
    (void)unused;
    static const wh_freeze kinds[] = {WH_FREEZE_LOAD_PROFILE_1, WH_FREEZE_LOAD_PROFILE_2,
                                      WH_FREEZE_HOURLY, WH_FREEZE_DAILY, WH_FREEZE_BILLING};
    static const char *names[] = {"load profile: time, status, +A, -A", "load profile: 3 U, 3 I, P",
                                  "hourly: +A, -A", "daily, 4 rates, 72 columns",
                                  "billing, 4 rates, 68 columns"};
    rig_init(&rig, kinds, 5, &rig_utc, "2025-01-31 23:59:00");
    rig.typical = true;
    rig_run(&rig, "2025-02-01 00:00:00", MINUTE);
    for (size_t i = 0; i < 5; i++) {
        size_t len = 0;
        uint8_t bytes[1200];
        assert_int_equal(
            wh_store_log_get(&rig.store, rig.config[i].log, 0, bytes, sizeof bytes, &len), WH_OK);
        printf("%-36s %4zu bytes (largest %u)\n", names[i], len,
               rig.recorder[i].memory.record_size);
        assert_true(len <= rig.recorder[i].memory.record_size);
    }
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_has_its_depth_columns_and_times),
        cmocka_unit_test(each_kind_has_these_columns),
        cmocka_unit_test(a_mode_word_selects_the_columns_of_a_freeze),
        cmocka_unit_test(a_freeze_command_is_a_pattern),
        cmocka_unit_test(rates_beyond_a_record_are_refused),
        cmocka_unit_test(each_log_can_be_one_of_the_store),
        cmocka_unit_test(the_bytes_of_typical_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
