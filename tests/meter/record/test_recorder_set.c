/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/record/record_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static record_rig rig;
static uint32_t times[6000];

static const wh_column clock_column = {.obis = WH_OBIS_INIT(0, 0, 1, 0, 0, 255), .attribute = 2};
static const wh_column status_column = {.obis = WH_OBIS_INIT(0, 0, 96, 10, 1, 255), .attribute = 2};

static void columns_that_are_set_are_captured_in_their_order(void **unused)
{
    (void)unused;
    const wh_column columns[] = {column_of(32, 7, 0, 2), clock_column,  column_of(2, 8, 4, 2),
                                 column_of(1, 6, 2, 5),  status_column, column_of(1, 8, 0, 2)};
    wh_column passing[6];
    memcpy(passing, columns, sizeof passing);
    rig_init_filled(&rig);
    wh_recorder_settings s = rig_get(&rig, 0);
    s.content.column = passing;
    s.content.column_count = 6;
    assert_int_equal(rig_set(&rig, 0, &s), WH_OK);
    memset(passing, 0, sizeof passing);                                   /* they were copied */
    assert_int_equal(wh_recorder_count(&rig.recorder[0], &rig.store), 0); /* cleared */
    assert_int_equal(wh_recorder_count(&rig.recorder[1], &rig.store), 3); /* the others not */
    for (unsigned boot = 0; boot < 2; boot++) {
        rig_run_for(&rig, 15 * MINUTE, MINUTE);
        assert_int_equal(wh_recorder_column_count(&rig.recorder[0]), 6);
        for (unsigned i = 0; i < 6; i++) {
            wh_column column;
            int64_t value = 0;
            assert_true(wh_recorder_column(&rig.recorder[0], i, &column));
            assert_memory_equal(&column, &columns[i], sizeof column);
            assert_int_equal(rig_column(&rig, 0, 1, i, &value), WH_OK);
            int64_t want = i == 1   ? rig.utc_ms / SECOND
                           : i == 4 ? 0
                                    : rig_value(columns[i], rig.utc_ms);
            assert_true(value == want);
        }
        assert_int_equal(rig_boot(&rig), WH_OK); /* they survive */
        assert_int_equal(wh_recorder_count(&rig.recorder[0], &rig.store), boot + 1);
    }
    s = rig_get(&rig, 0);
    s.content.column = NULL; /* back to those of the configuration */
    assert_int_equal(rig_set(&rig, 0, &s), WH_OK);
    assert_int_equal(wh_recorder_column_count(&rig.recorder[0]), 4);
    assert_int_equal(wh_recorder_count(&rig.recorder[0], &rig.store), 0);
    rig_free(&rig);
}

/* What looks like the time or the status of the record, and what looks like a power of now. */
static void columns_that_only_look_like_others_are_read(void **unused)
{
    (void)unused;
    static const wh_column columns[] = {
        {.obis = WH_OBIS_INIT(0, 0, 1, 0, 0, 255), .attribute = 3},
        {.obis = WH_OBIS_INIT(0, 1, 1, 0, 0, 255), .attribute = 2},
        {.obis = WH_OBIS_INIT(0, 0, 1, 0, 0, 254), .attribute = 2},
        {.obis = WH_OBIS_INIT(1, 0, 1, 0, 0, 255), .attribute = 2},
        {.obis = WH_OBIS_INIT(0, 0, 96, 10, 1, 255), .attribute = 3},
        {.obis = WH_OBIS_INIT(0, 0, 96, 11, 1, 255), .attribute = 2},
        {.obis = WH_OBIS_INIT(0, 0, 97, 10, 1, 255), .attribute = 2},
        {.obis = WH_OBIS_INIT(1, 0, 96, 10, 1, 255), .attribute = 2},
        {.obis = WH_OBIS_INIT(1, 0, 96, 7, 0, 255), .attribute = 2},
        {.obis = WH_OBIS_INIT(0, 0, 17, 7, 0, 255), .attribute = 2},
        {.obis = WH_OBIS_INIT(1, 0, 1, 6, 0, 255), .attribute = 2},
        {.obis = WH_OBIS_INIT(1, 0, 1, 9, 0, 255), .attribute = 2},
    };
    rig_init_filled(&rig);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        const wh_column with[] = {column_of(12, 7, 0, 2), columns[i]};
        wh_recorder_settings s = rig_get(&rig, 0);
        s.content.column = with;
        s.content.column_count = 2;
        assert_int_equal(rig_set(&rig, 0, &s), WH_OK);
        rig.utc_ms += 17 * MINUTE; /* late */
        assert_true(rig_pass(&rig) >= 1);
        int64_t value = 0;
        assert_int_equal(rig_column(&rig, 0, 1, 0, &value), WH_ERR_STATE); /* a voltage of now */
        assert_int_equal(rig_column(&rig, 0, 1, 1, &value), WH_OK);
        assert_true(value == rig_value(columns[i], rig.utc_ms));
    }
    rig_free(&rig);
}

static void what_makes_the_entries_differ_clears_them_and_nothing_else_does(void **unused)
{
    (void)unused;
    static const wh_column same[] = {{.obis = WH_OBIS_INIT(0, 0, 1, 0, 0, 255), .attribute = 2},
                                     {.obis = WH_OBIS_INIT(0, 0, 96, 10, 1, 255), .attribute = 2},
                                     {.obis = WH_OBIS_INIT(1, 0, 1, 8, 0, 255), .attribute = 2},
                                     {.obis = WH_OBIS_INIT(1, 0, 2, 8, 0, 255), .attribute = 2}};
    static const struct {
        const char *name;
        size_t recorder;
        wh_boundary_pattern time; /* kind 0: as it is */
        const wh_column *column;
        uint16_t column_count;
        uint16_t depth; /* 0: as it is */
        uint8_t mode;   /* 0: as it is */
        uint8_t rates;
        bool lifo;
        bool clears;
    } rows[] = {
        {.name = "nothing", .recorder = 0, .rates = 4},
        {.name = "order", .recorder = 0, .rates = 4, .lifo = true},
        {.name = "depth of a profile", .recorder = 0, .rates = 4, .depth = 5},
        {.name = "period of a profile",
         .recorder = 0,
         .rates = 4,
         .clears = true,
         .time = {.kind = WH_BOUNDARY_EVERY, .every_s = 300}},
        {.name = "the same columns, but set",
         .recorder = 0,
         .rates = 4,
         .column = same,
         .column_count = 4},
        {.name = "fewer columns",
         .recorder = 0,
         .rates = 4,
         .column = same,
         .column_count = 3,
         .clears = true},
        {.name = "fewer columns and entries",
         .recorder = 0,
         .rates = 4,
         .column = same,
         .column_count = 3,
         .depth = 3,
         .clears = true},
        {.name = "mode word of a profile: no column heeds it",
         .recorder = 0,
         .rates = 4,
         .mode = 1},
        {.name = "time of a freeze",
         .recorder = 1,
         .rates = 4,
         .time = {.kind = WH_BOUNDARY_DAILY, .hour = 8}},
        {.name = "interval for a freeze",
         .recorder = 1,
         .rates = 4,
         .time = {.kind = WH_BOUNDARY_EVERY, .every_s = 3600, .minute = 59}},
        {.name = "mode word of a freeze", .recorder = 1, .rates = 4, .mode = 3, .clears = true},
        {.name = "rates of a freeze", .recorder = 1, .rates = 3, .clears = true},
        {.name = "rates of a profile", .recorder = 0, .rates = 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rig_init_filled(&rig);
        size_t k = rows[i].recorder;
        uint32_t count = k == 0 ? 4 : 3;
        wh_recorder_settings s = rig_get(&rig, k);
        s.time[0] = rows[i].time.kind != 0 ? rows[i].time : s.time[0];
        s.content.column = rows[i].column;
        s.content.column_count = rows[i].column_count;
        s.content.depth = rows[i].depth != 0 ? rows[i].depth : s.content.depth;
        s.content.mode = rows[i].mode != 0 ? rows[i].mode : s.content.mode;
        s.content.rates = rows[i].rates;
        s.content.lifo = rows[i].lifo;
        assert_int_equal(rig_set(&rig, k, &s), WH_OK);
        for (int boot = 0; boot < 2; boot++) {
            if (wh_recorder_count(&rig.recorder[k], &rig.store) != (rows[i].clears ? 0 : count)) {
                fail_msg("%s: %s", rows[i].name, rows[i].clears ? "not cleared" : "cleared");
            }
            wh_recorder_settings now = rig_get(&rig, k);
            s.content.column = now.content.column; /* copied into the recorder's own memory */
            rig_expect_same(&now, &s);
            assert_int_equal(rig_boot(&rig), WH_OK);
        }
        rig_free(&rig);
    }
}

static void a_setting_that_cannot_be_changes_nothing(void **unused)
{
    (void)unused;
    static wh_column many[WH_RECORD_COLUMNS_MAX + 1];
    for (size_t i = 0; i <= WH_RECORD_COLUMNS_MAX; i++) {
        many[i] = column_of((uint8_t)i, 8, 0, 2);
    }
    typedef struct {
        const char *name;
        size_t recorder;
        wh_boundary_pattern time[3];
        const wh_column *column;
        uint16_t column_count;
        int depth;
        int rates;
        int64_t from_ms;
    } bad_row;
    const wh_boundary_pattern day = {.kind = WH_BOUNDARY_DAILY};
    const bad_row rows[] = {
        {"no such kind", 0, {{.kind = 99}}, NULL, 0, 10, 4, 0},
        {"no period", 0, {{.kind = WH_BOUNDARY_EVERY}}, NULL, 0, 10, 4, 0},
        {"period above a day",
         0,
         {{.kind = WH_BOUNDARY_EVERY, .every_s = 86401}},
         NULL,
         0,
         10,
         4,
         0},
        {"after the period",
         0,
         {{.kind = WH_BOUNDARY_EVERY, .every_s = 900, .minute = 15}},
         NULL,
         0,
         10,
         4,
         0},
        {"minute 60",
         0,
         {{.kind = WH_BOUNDARY_EVERY, .every_s = 7200, .minute = 60}},
         NULL,
         0,
         10,
         4,
         0},
        {"hour 24", 1, {{.kind = WH_BOUNDARY_DAILY, .hour = 24}}, NULL, 0, 10, 4, 0},
        {"day 29 of each month", 2, {{.kind = WH_BOUNDARY_MONTHLY, .day = 29}}, NULL, 0, 10, 4, 0},
        {"the third of three", 2, {day, day, {.kind = WH_BOUNDARY_MONTHLY}}, NULL, 0, 10, 4, 0},
        {"a second time of one", 1, {day, day}, NULL, 0, 10, 4, 0},
        {"a time of none", 3, {day}, NULL, 0, 3, 4, 0},
        {"depth 0", 0, {day}, NULL, 0, 0, 4, 0},
        {"deeper than the log", 0, {day}, NULL, 0, 5761, 4, 0},
        {"64 rates", 0, {day}, NULL, 0, 10, 64, 0},
        {"rates whose columns do not fit", 1, {day}, NULL, 0, 10, 5, 0},
        {"no columns", 0, {day}, many, 0, 10, 4, 0},
        {"columns beyond its own", 0, {day}, many, RIG_OWN_MAX + 1, 10, 4, 0},
        {"columns beyond a record", 0, {day}, many, WH_RECORD_COLUMNS_MAX + 1, 10, 4, 0},
        {"a start that no calendar has", 0, {day}, NULL, 0, 10, 4, INT64_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rig_init_filled(&rig);
        size_t k = rows[i].recorder;
        wh_recorder_settings before = rig_get(&rig, k);
        wh_recorder_settings s = before;
        memcpy(s.time, rows[i].time, sizeof s.time);
        s.content.column = rows[i].column;
        s.content.column_count = rows[i].column_count;
        s.content.depth = (uint16_t)rows[i].depth;
        s.content.rates = (uint8_t)rows[i].rates;
        s.from_ms = rows[i].from_ms;
        uint64_t operations = rig.flash.operations;
        uint32_t count = wh_recorder_count(&rig.recorder[k], &rig.store);
        if (rig_set(&rig, k, &s) != WH_ERR_RANGE) {
            fail_msg("%s was not refused", rows[i].name);
        }
        assert_int_equal(rig.flash.operations, operations);
        assert_int_equal(wh_recorder_count(&rig.recorder[k], &rig.store), count);
        wh_recorder_settings after = rig_get(&rig, k);
        rig_expect_same(&before, &after);
        assert_int_equal(rig_run(&rig, "2025-06-01 13:15:00", MINUTE), 1); /* it records on */
        rig_free(&rig);
    }
}

static void a_store_that_fails_leaves_the_settings_as_they_were(void **unused)
{
    (void)unused;
    const wh_column columns[] = {column_of(1, 8, 0, 2), column_of(3, 8, 0, 2)};
    unsigned failed = 0;
    for (unsigned fail = 1; fail < 12; fail++) {
        rig_init_filled(&rig);
        wh_recorder_settings before = rig_get(&rig, 0);
        wh_recorder_settings s = before;
        s.content.column = columns;
        s.content.column_count = 2;
        s.time[0].every_s = 300;
        rig.flash.fail_at = rig.flash.operations + fail;
        wh_err err = rig_set(&rig, 0, &s);
        assert_true(err == WH_OK || err == WH_ERR_IO);
        failed += err == WH_ERR_IO ? 1 : 0;
        bool done = err == WH_OK;
        if (!done && fail % 2 == 0) { /* tried again, without a power cut between */
            rig.flash.fail_at = 0;
            assert_int_equal(rig_set(&rig, 0, &s), WH_OK);
            done = true;
        }
        for (int boot = 0; boot < 2; boot++) {
            wh_recorder_settings now = rig_get(&rig, 0);
            if (done) {
                assert_int_equal(now.content.column_count, 2);
                assert_int_equal(now.time[0].every_s, 300);
            } else {
                rig_expect_same(&before, &now);
            }
            assert_int_equal(wh_recorder_count(&rig.recorder[0], &rig.store), done ? 0 : 4);
            rig.flash.fail_at = 0;
            assert_int_equal(rig_boot(&rig), WH_OK);
            done = rig_get(&rig, 0).content.column_count ==
                   2; /* power was cut: it may be there, whole */
        }
        assert_int_equal(rig_run(&rig, "2025-06-01 13:15:00", MINUTE), done ? 3 : 1);
        rig_free(&rig);
    }
    assert_true(failed >= 3);
    rig_init_filled(&rig); /* a transaction that is not ours is left alone */
    wh_recorder_settings s = rig_get(&rig, 0);
    s.content.lifo = true;
    assert_int_equal(wh_store_begin(&rig.store), WH_OK);
    assert_int_equal(rig_set(&rig, 0, &s), WH_ERR_STATE);
    wh_recorder_now now = rig_now(&rig);
    assert_int_equal(wh_recorder_reset(&rig.recorder[0], &rig.store, &now), WH_ERR_STATE);
    assert_int_equal(wh_store_put(&rig.store, RIG_RESETS, rig.work, 4), WH_OK);
    assert_int_equal(wh_store_commit(&rig.store), WH_OK);
    uint8_t small[38];
    assert_int_equal(wh_recorder_set(&rig.recorder[0], &rig.store, &now, &s, small, sizeof small),
                     WH_ERR_SPACE);
    assert_false(rig_get(&rig, 0).content.lifo);
    rig_free(&rig);
}

static void records_begin_at_the_start_that_was_set(void **unused)
{
    (void)unused;
    rig_init_filled(&rig);
    wh_recorder_settings s = rig_get(&rig, 0);
    s.time[0] = (wh_boundary_pattern){.kind = WH_BOUNDARY_EVERY, .every_s = 1800, .minute = 10};
    s.from_ms = at("2025-06-02 06:10:00");
    assert_int_equal(rig_set(&rig, 0, &s), WH_OK);
    assert_int_equal(rig_boot(&rig), WH_OK);
    rig_run(&rig, "2025-06-02 07:30:00", MINUTE);
    assert_int_equal(rig_times(&rig, 0, times, 6000), 3);
    assert_int_equal(times[0], at_s("2025-06-02 06:10:00")); /* the start itself is one */
    assert_int_equal(times[1], at_s("2025-06-02 06:40:00"));
    assert_int_equal(times[2], at_s("2025-06-02 07:10:00"));
    s.time[0].minute = 0;
    s.from_ms = rig.utc_ms; /* 07:30: now is one too */
    assert_int_equal(rig_set(&rig, 0, &s), WH_OK);
    assert_int_equal(rig_pass(&rig), 1);
    assert_int_equal(rig_back(&rig, 0, 1).head.time_s, at_s("2025-06-02 07:30:00"));
    s.time[0].minute = 15;
    s.from_ms = rig.utc_ms - HOUR; /* what is past is not made up for */
    assert_int_equal(rig_set(&rig, 0, &s), WH_OK);
    assert_int_equal(rig_pass(&rig), 0);
    rig_free(&rig);
}

static void intervals_with_an_offset_are_made_each_once(void **unused)
{
    (void)unused;
    const wh_freeze kinds[] = {WH_FREEZE_TIMED};
    rig_init(&rig, kinds, 1, &rig_berlin, "2025-10-25 22:00:00"); /* a day of 25 hours */
    wh_recorder_settings s = rig_get(&rig, 0);
    s.time[0] = (wh_boundary_pattern){.kind = WH_BOUNDARY_EVERY, .every_s = 3600, .minute = 40};
    assert_int_equal(rig_set(&rig, 0, &s), WH_OK);
    assert_int_equal(rig_run(&rig, "2025-10-26 23:00:00", 5 * MINUTE), 25);
    rig.utc_ms -= 90 * MINUTE; /* the clock is put back over two of them */
    assert_int_equal(rig_run(&rig, "2025-10-26 23:30:00", 5 * MINUTE), 0);
    assert_int_equal(rig_run(&rig, "2025-10-26 23:45:00", 5 * MINUTE), 1);
    assert_int_equal(rig_back(&rig, 0, 1).head.time_s, at_s("2025-10-26 23:40:00"));
    rig_free(&rig);
}

static void a_reset_clears_and_a_restart_keeps(void **unused)
{
    (void)unused;
    for (int way = 0; way < 4; way++) {
        int clear = way / 2;
        rig_init_filled(&rig);
        rig.utc_ms = at("2031-01-01 00:00:00"); /* the clock was far ahead for a while */
        assert_true(rig_pass(&rig) >= 1);
        uint32_t count = wh_recorder_count(&rig.recorder[0], &rig.store);
        rig.utc_ms = at("2025-06-01 13:20:00");
        assert_int_equal(rig_run(&rig, "2025-06-01 14:20:00", MINUTE), 0);
        wh_recorder_now now = rig_now(&rig);
        assert_int_equal(clear == 1 ? wh_recorder_reset(&rig.recorder[0], &rig.store, &now)
                                    : wh_recorder_restart(&rig.recorder[0], &rig.store, &now),
                         WH_OK);
        if (way % 2 == 1) {
            assert_int_equal(rig_boot(&rig), WH_OK); /* it is kept at once */
        }
        assert_int_equal(wh_recorder_count(&rig.recorder[0], &rig.store), clear == 1 ? 0 : count);
        assert_int_equal(rig_run(&rig, "2025-06-01 15:20:00", MINUTE), 4);
        uint32_t from = at_s("2025-06-01 14:30:00");
        wh_recorder_cursor cursor = wh_recorder_range(&rig.recorder[0], &rig.store, from,
                                                      from + 3600, rig.work, sizeof rig.work);
        assert_int_equal(cursor.filter, clear == 0); /* times rise again after a reset */
        wh_record record;
        for (uint32_t i = 0; i < 4; i++) {
            assert_int_equal(wh_recorder_read(&rig.recorder[0], &rig.store, &cursor, rig.work,
                                              sizeof rig.work, &record),
                             WH_OK);
            assert_int_equal(record.head.time_s, from + 900 * i);
        }
        rig_free(&rig);
    }
}

static void what_cannot_be_configured_is_refused(void **unused)
{
    (void)unused;
    static const struct {
        const char *name;
        wh_recorder_config config;
        unsigned boundaries;
        uint16_t record_size;
        uint8_t rates;
    } rows[] = {
        {"log 24", {.log = 24, .depth = 1}, 0, 100, 0},
        {"no depth", {.log = 1}, 0, 100, 0},
        {"times without a boundary", {.log = 1, .depth = 1, .kind = WH_BOUNDARY_DAILY}, 0, 100, 0},
        {"four boundaries", {.log = 1, .depth = 1}, 4, 100, 0},
        {"no period", {.log = 1, .depth = 1, .kind = WH_BOUNDARY_EVERY}, 1, 100, 0},
        {"no such kind", {.log = 1, .depth = 1, .kind = 50}, 1, 100, 0},
        {"rates", {.log = 1, .depth = 1}, 0, 100, 64},
        {"no room for a head", {.log = 1, .depth = 1}, 0, 5, 0},
    };
    wh_recorder_now now = {.zone = &rig_utc, .utc_ms = at("2025-01-01 00:00:00")};
    wh_boundary boundary[WH_RECORDER_TIMES_MAX + 1];
    wh_recorder r;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_recorder_memory memory = {.boundary = boundary,
                                     .boundary_count = (uint8_t)rows[i].boundaries,
                                     .record_size = rows[i].record_size};
        if (wh_recorder_init(&r, &rows[i].config, &memory, rows[i].rates, &now) != WH_ERR_RANGE) {
            fail_msg("%s was not refused", rows[i].name);
        }
    }
    wh_recorder_config good = {.log = 23, .depth = 1, .kind = WH_BOUNDARY_MONTH_END};
    wh_recorder_memory memory = {.boundary = boundary, .boundary_count = 1, .record_size = 6};
    assert_int_equal(wh_recorder_init(&r, &good, &memory, 63, &now), WH_OK);
    static const wh_column_run most[] = {
        /* 64 + 64 + 7 * 3 columns are the most; then one more */
        {.which = WH_RECORDER_BY_RATE},     {.which = WH_RECORDER_BY_RATE},
        {.which = WH_RECORDER_PHASES_ONLY}, {.which = WH_RECORDER_PHASES_ONLY},
        {.which = WH_RECORDER_PHASES_ONLY}, {.which = WH_RECORDER_PHASES_ONLY},
        {.which = WH_RECORDER_PHASES_ONLY}, {.which = WH_RECORDER_PHASES_ONLY},
        {.which = WH_RECORDER_PHASES_ONLY}, {.which = 0}};
    good.run = most;
    good.run_count = 9;
    memory.record_size = WH_RECORD_SIZE(WH_RECORD_COLUMNS_MAX + 1);
    assert_int_equal(wh_recorder_init(&r, &good, &memory, 63, &now), WH_OK);
    good.run_count = 10;
    assert_int_equal(wh_recorder_init(&r, &good, &memory, 63, &now), WH_ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_that_are_set_are_captured_in_their_order),
        cmocka_unit_test(columns_that_only_look_like_others_are_read),
        cmocka_unit_test(what_makes_the_entries_differ_clears_them_and_nothing_else_does),
        cmocka_unit_test(a_setting_that_cannot_be_changes_nothing),
        cmocka_unit_test(a_store_that_fails_leaves_the_settings_as_they_were),
        cmocka_unit_test(records_begin_at_the_start_that_was_set),
        cmocka_unit_test(intervals_with_an_offset_are_made_each_once),
        cmocka_unit_test(a_reset_clears_and_a_restart_keeps),
        cmocka_unit_test(what_cannot_be_configured_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
