/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/record/record_rig.h"

#include <stdlib.h>
#include <string.h>

#define TIMES_MAX 6000

static record_rig rig; /* large: not on the stack */
static uint32_t times[TIMES_MAX];

static void a_profile_has_a_record_for_each_quarter_hour(void **unused)
{
    (void)unused;
    const wh_freeze kinds[] = {WH_FREEZE_LOAD_PROFILE_1};
    rig_init(&rig, kinds, 1, &rig_berlin, "2025-01-10 23:00:00");
    assert_int_equal(rig_run(&rig, "2025-01-11 23:00:00", 7 * SECOND), 96);
    assert_int_equal(rig_times(&rig, 0, times, TIMES_MAX), 96);
    for (uint32_t i = 0; i < 96; i++) {
        uint32_t want = at_s("2025-01-10 23:15:00") + 900 * i;
        assert_int_equal(times[i], want);
        wh_record record = rig_back(&rig, 0, 96 - i);
        assert_int_equal(record.head.status, 0);
        assert_int_equal(record.head.flags, 0);
        int64_t value = 0;
        for (unsigned k = 0; k < 2; k++) { /* the clock, the status */
            assert_int_equal(rig_column(&rig, 0, 96 - i, k, &value), WH_OK);
            assert_int_equal(value, k == 0 ? want : 0);
        }
        for (unsigned k = 0; k < 2; k++) { /* read in the first pass at the boundary or after it */
            assert_int_equal(rig_column(&rig, 0, 96 - i, 2 + k, &value), WH_OK);
            int64_t least = rig_value(column_of((uint8_t)(1 + k), 8, 0, 2), want * SECOND);
            assert_in_range(value - least, 0, 6999999);
        }
        assert_int_equal(rig_column(&rig, 0, 96 - i, 4, &value), WH_ERR_RANGE);
    }
    rig_free(&rig);
}

static void where_nothing_is_due_nothing_is_done(void **unused)
{
    (void)unused;
    const wh_freeze kinds[] = {WH_FREEZE_LOAD_PROFILE_1, WH_FREEZE_DAILY, WH_FREEZE_INSTANTANEOUS};
    rig_init(&rig, kinds, 3, &rig_utc, "2025-01-10 12:00:00"); /* on a boundary: it is past */
    uint64_t operations = rig.flash.operations;
    assert_int_equal(rig_run(&rig, "2025-01-10 12:14:59", SECOND), 0);
    assert_int_equal(rig.flash.operations, operations);
    assert_int_equal(rig_run_for(&rig, SECOND, SECOND), 1);
    assert_int_equal(rig_pass(&rig), 0); /* the same time again */
    rig_free(&rig);
}

static void the_log_keeps_the_newest_of_its_depth(void **unused)
{
    (void)unused;
    static const struct {
        wh_freeze kind;
        uint32_t depth;
        int64_t step_ms;
    } kinds[] = {
        {WH_FREEZE_LOAD_PROFILE_1, 5760, 15 * MINUTE},
        {WH_FREEZE_LOAD_PROFILE_2, 960, 15 * MINUTE},
        {WH_FREEZE_HOURLY, 254, HOUR},
        {WH_FREEZE_DAILY, 62, DAY},
        {WH_FREEZE_LOAD_CLASS_4, 3840, 15 * MINUTE},
        {WH_FREEZE_LOAD_CLASS_2, 3840, 15 * MINUTE},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        rig_init(&rig, &kinds[i].kind, 1, &rig_utc, "2025-01-01 00:00:00");
        assert_int_equal(wh_recorder_count(&rig.recorder[0], &rig.store), 0);
        int64_t end_ms = rig.utc_ms + (kinds[i].depth + 3) * kinds[i].step_ms;
        uint32_t made = (uint32_t)rig_run_for(&rig, end_ms - rig.utc_ms, kinds[i].step_ms);
        assert_int_equal(made, kinds[i].depth + 3);
        assert_int_equal(rig_times(&rig, 0, times, TIMES_MAX), kinds[i].depth);
        for (uint32_t k = 0; k < kinds[i].depth; k++) {
            int64_t want_ms = end_ms - (kinds[i].depth - 1 - k) * kinds[i].step_ms;
            assert_int_equal(times[k], want_ms / SECOND);
        }
        rig_free(&rig);
    }
}

static void what_was_missed_is_filled_in(void **unused)
{
    (void)unused;
    static const struct {
        wh_freeze kind;
        const char *until;
        uint32_t made;
        const char *first; /* of those made */
        const char *last;
    } rows[] = {
        {WH_FREEZE_DAILY, "2025-03-10 23:59:59", 0, NULL, NULL},
        {WH_FREEZE_DAILY, "2025-03-11 00:00:00", 1, "2025-03-11 00:00:00", "2025-03-11 00:00:00"},
        {WH_FREEZE_DAILY, "2025-03-13 11:00:00", 3, "2025-03-11 00:00:00", "2025-03-13 00:00:00"},
        {WH_FREEZE_DAILY, "2025-03-17 11:00:00", 7, "2025-03-11 00:00:00", "2025-03-17 00:00:00"},
        {WH_FREEZE_DAILY, "2025-03-18 11:00:00", 7, "2025-03-12 00:00:00", "2025-03-18 00:00:00"},
        {WH_FREEZE_DAILY, "2025-09-18 11:00:00", 7, "2025-09-12 00:00:00", "2025-09-18 00:00:00"},
        {WH_FREEZE_BILLING, "2025-05-31 23:59:59", 2, "2025-04-01 00:00:00", "2025-05-01 00:00:00"},
        {WH_FREEZE_BILLING, "2026-03-01 00:00:00", 12, "2025-04-01 00:00:00",
         "2026-03-01 00:00:00"},
        {WH_FREEZE_BILLING, "2028-07-20 08:00:00", 12, "2027-08-01 00:00:00",
         "2028-07-01 00:00:00"},
        {WH_FREEZE_HOURLY, "2025-03-12 08:20:00", 1, "2025-03-12 08:00:00", "2025-03-12 08:00:00"},
        {WH_FREEZE_LOAD_PROFILE_1, "2025-03-12 08:20:00", 1, "2025-03-12 08:15:00",
         "2025-03-12 08:15:00"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rig_init(&rig, &rows[i].kind, 1, &rig_utc, "2025-03-10 17:00:01");
        rig_outage(&rig, rows[i].until);
        assert_int_equal(rig_pass(&rig), rows[i].made);
        assert_int_equal(rig_pass(&rig), 0);
        assert_int_equal(rig_times(&rig, 0, times, TIMES_MAX), rows[i].made);
        bool billing = rows[i].kind == WH_FREEZE_BILLING;
        assert_int_equal(rig.resets, billing ? rows[i].made : 0);
        if (rows[i].made > 0) {
            assert_int_equal(times[0], at_s(rows[i].first));
            assert_int_equal(times[rows[i].made - 1], at_s(rows[i].last));
        }
        for (uint32_t k = 0; k + 1 < rows[i].made; k++) {
            assert_true(times[k] < times[k + 1]);
            assert_true(times[k + 1] - times[k] <= (billing ? 31U * 86400U : 86400U));
        }
        for (uint32_t k = 1; k <= rows[i].made; k++) { /* all are marked, all have the energies */
            wh_record record = rig_back(&rig, 0, k);
            assert_int_equal(record.head.status, WH_RECORD_POWER_DOWN);
            bool late = rig.utc_ms / SECOND - record.head.time_s >= 60;
            assert_int_equal(record.head.flags, late ? WH_RECORD_LATE : 0);
            int64_t value = 0;
            bool head = billing || rows[i].kind == WH_FREEZE_LOAD_PROFILE_1;
            assert_int_equal(rig_column(&rig, 0, k, head ? 2 : 0, &value), WH_OK);
            assert_true(value == rig_value(column_of(1, 8, 0, 2), rig.utc_ms));
        }
        bool late = rows[i].made > 0 && rig_back(&rig, 0, 1).head.flags != 0;
        while (rig_run_for(&rig, MINUTE, MINUTE) == 0) {
        }
        wh_record next = rig_back(&rig, 0, 1); /* the outage reached into its time */
        bool marked = late || rows[i].made == 0;
        assert_int_equal(next.head.status, marked ? WH_RECORD_POWER_DOWN : 0);
        assert_int_equal(next.head.flags, 0);
        while (rig_run_for(&rig, MINUTE, MINUTE) == 0) {
        }
        assert_int_equal(rig_back(&rig, 0, 1).head.status, 0); /* and this one is whole again */
        rig_free(&rig);
    }
}

static void what_is_only_now_is_null_in_a_late_record(void **unused)
{
    (void)unused;
    static const struct {
        const char *until;
        bool late;
    } rows[] = {
        {"2025-03-10 17:15:00", false},
        {"2025-03-10 17:15:59", false},
        {"2025-03-10 17:16:00", true},
        {"2025-03-10 17:29:59", true},
    };
    const wh_freeze kinds[] = {WH_FREEZE_LOAD_PROFILE_2, WH_FREEZE_LOAD_CLASS_6,
                               WH_FREEZE_LOAD_PROFILE_1};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rig_init(&rig, kinds, 3, &rig_utc, "2025-03-10 17:00:01");
        rig.utc_ms = at(rows[i].until);
        assert_int_equal(rig_pass(&rig), 3);
        for (size_t k = 0; k < 3; k++) {
            unsigned columns = wh_recorder_column_count(&rig.recorder[k]);
            for (unsigned c = 0; c < columns; c++) {
                int64_t value = 0;
                wh_column column;
                assert_true(wh_recorder_column(&rig.recorder[k], c, &column));
                bool now = column.obis.group[WH_OBIS_A] == 1 && column.obis.group[WH_OBIS_D] != 8;
                assert_int_equal(rig_column(&rig, k, 1, c, &value),
                                 now && rows[i].late ? WH_ERR_STATE : WH_OK);
            }
            wh_record record = rig_back(&rig, k, 1);
            assert_int_equal(record.head.time_s, at_s("2025-03-10 17:15:00"));
            assert_int_equal(record.head.flags, rows[i].late ? WH_RECORD_LATE : 0);
            assert_int_equal(record.head.status, 0); /* nobody said that power was away */
        }
        rig_free(&rig);
    }
}

static void records_of_all_recorders_come_in_order_of_time(void **unused)
{
    (void)unused;
    const wh_freeze kinds[] = {WH_FREEZE_BILLING, WH_FREEZE_DAILY, WH_FREEZE_HOURLY,
                               WH_FREEZE_LOAD_PROFILE_1, WH_FREEZE_STEP_SWITCH};
    rig_init(&rig, kinds, 5, &rig_utc, "2025-03-28 17:00:01");
    rig_outage(&rig, "2025-04-02 09:20:00");
    wh_recorder_trigger(rig.recorder, rig.count, WH_RECORDER_STEP_SWITCH,
                        at("2025-04-01 00:00:00"));
    static const struct {
        const char *utc;
        unsigned recorders; /* bits */
    } want[] = {
        {"2025-03-29 00:00:00", 0x02}, {"2025-03-30 00:00:00", 0x02}, {"2025-03-31 00:00:00", 0x02},
        {"2025-04-01 00:00:00", 0x13}, /* all before the reset */
        {"2025-04-02 00:00:00", 0x02}, {"2025-04-02 09:00:00", 0x04}, {"2025-04-02 09:15:00", 0x08},
    };
    wh_recorder_now now = rig_now(&rig);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        wh_recorder_point point[5];
        unsigned recorders = 0;
        size_t n = wh_recorder_due(rig.recorder, rig.count, &now, point, 5);
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(point[k].utc_ms, at(want[i].utc));
            recorders |= 1U << point[k].recorder;
        }
        assert_int_equal(recorders, want[i].recorders);
        wh_recorder_point one;
        assert_int_equal(wh_recorder_due(rig.recorder, rig.count, &now, &one, 1), 1);
        assert_int_equal(one.recorder, point[0].recorder); /* room for fewer: the first of them */
        for (size_t k = 0; k < n; k++) {
            wh_recorder_done(&rig.recorder[point[k].recorder], &now, &point[k]);
        }
    }
    wh_recorder_point point[5];
    assert_int_equal(wh_recorder_due(rig.recorder, rig.count, &now, point, 5), 0);
    rig_free(&rig);
}

static void settlements_of_a_month_are_made_each_once(void **unused)
{
    (void)unused;
    const wh_freeze kinds[] = {WH_FREEZE_BILLING};
    rig_init(&rig, kinds, 1, &rig_beijing, "2025-01-20 00:00:00");
    wh_recorder_settings s;
    wh_recorder_now now = rig_now(&rig);
    wh_recorder_get(&rig.recorder[0], &s);
    s.time[0] = (wh_boundary_pattern){.kind = WH_BOUNDARY_MONTHLY, .month = 1, .day = 1};
    s.time[1] = (wh_boundary_pattern){.kind = WH_BOUNDARY_MONTHLY, .day = 15, .hour = 8};
    s.time[2] = (wh_boundary_pattern){.kind = WH_BOUNDARY_MONTH_END}; /* the same as the first */
    assert_int_equal(
        wh_recorder_set(&rig.recorder[0], &rig.store, &now, &s, rig.work, sizeof rig.work), WH_OK);
    assert_int_equal(rig_run(&rig, "2025-03-20 00:00:00", 10 * MINUTE), 4);
    static const char *want[] = {"2025-01-31 16:00:00", "2025-02-15 00:00:00",
                                 "2025-02-28 16:00:00", "2025-03-15 00:00:00"};
    assert_int_equal(rig_times(&rig, 0, times, TIMES_MAX), 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(times[i], at_s(want[i]));
    }
    assert_int_equal(rig.resets, 4);
    rig_outage(&rig, "2025-12-20 00:00:00"); /* 18 missed, the newest 12 of each kept */
    assert_true(rig_pass(&rig) >= 12);
    assert_int_equal(rig_times(&rig, 0, times, TIMES_MAX), 12);
    assert_int_equal(times[11], at_s("2025-12-15 00:00:00"));
    assert_int_equal(times[10], at_s("2025-11-30 16:00:00"));
    assert_int_equal(times[0], at_s("2025-06-30 16:00:00"));
    rig_free(&rig);
}

/* ---- jumps of the clock ---- */

static void a_jump_over_a_boundary_makes_it_once(void **unused)
{
    (void)unused;
    static const struct {
        const char *name;
        const char *to[6];
        uint32_t want; /* records of the day */
    } rows[] = {
        {"forward over it", {"2025-06-02 00:30:00", "2025-06-02 01:00:00"}, 1},
        {"to it", {"2025-06-02 00:00:00", "2025-06-02 00:00:01"}, 1},
        {"over it and back",
         {"2025-06-02 00:30:00", "2025-06-01 23:40:00", "2025-06-02 00:10:00"},
         1},
        {"back before it and again",
         {"2025-06-02 00:00:01", "2025-06-01 12:00:00", "2025-06-02 00:00:01",
          "2025-06-01 23:59:59", "2025-06-02 00:00:00"},
         1},
        {"two days on and one back",
         {"2025-06-03 12:00:00", "2025-06-02 12:00:00", "2025-06-03 13:00:00"},
         2},
        {"back only", {"2025-06-01 10:00:00", "2025-06-01 13:00:00"}, 0},
    };
    const wh_freeze kinds[] = {WH_FREEZE_DAILY};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rig_init(&rig, kinds, 1, &rig_utc, "2025-06-01 23:50:00");
        for (size_t k = 0; k < 6 && rows[i].to[k] != NULL; k++) {
            rig.utc_ms = at(rows[i].to[k]);
            wh_recorder_note(rig.recorder, rig.count, WH_RECORD_CLOCK_ADJUSTED);
            assert_true(rig_pass(&rig) >= 0);
            if (k % 2 == 1) {
                assert_int_equal(rig_boot(&rig), WH_OK); /* and power cuts between */
            }
        }
        uint32_t count = rig_times(&rig, 0, times, TIMES_MAX);
        if (count != rows[i].want) {
            fail_msg("%s: %u records", rows[i].name, (unsigned)count);
        }
        for (uint32_t k = 0; k < count; k++) {
            assert_int_equal(times[k], at_s("2025-06-02 00:00:00") + 86400 * k);
            uint8_t status = rig_back(&rig, 0, k + 1).head.status;
            assert_int_equal(status, WH_RECORD_CLOCK_ADJUSTED);
        }
        rig_free(&rig);
    }
}

/* Quarters, hours and days under a clock that is set at random: each that the clock has passed is
 * there once, in whatever zone. */
static void under_random_jumps_each_boundary_is_made_once(void **unused)
{
    (void)unused;
    static const wh_freeze kinds[] = {WH_FREEZE_LOAD_PROFILE_1, WH_FREEZE_HOURLY, WH_FREEZE_DAILY,
                                      WH_FREEZE_BILLING};
    static const wh_time_zone *zones[] = {&rig_utc, &rig_berlin, &rig_beijing};
    for (unsigned seed = 1; seed <= 6; seed++) {
        wh_recorder_config configs[4];
        for (size_t i = 0; i < 4; i++) {
            configs[i] = wh_freezes[kinds[i]];
            configs[i].fill_max = 5000;
            configs[i].depth = i < 2 ? 5000 : 300;
        }
        rig_init_with(&rig, configs, 4, zones[seed % 3], "2025-03-25 12:00:01");
        srand(seed);
        int64_t latest_ms = rig.utc_ms;
        int64_t first_ms = rig.utc_ms;
        for (unsigned step = 0; step < 120; step++) {
            int64_t jump_ms = (rand() % 3600 - (step % 3 == 0 ? 2400 : 600)) * 30 * SECOND;
            rig.utc_ms += rand() % 4 == 0 ? jump_ms : 11 * MINUTE;
            latest_ms = rig.utc_ms > latest_ms ? rig.utc_ms : latest_ms;
            assert_true(rig_pass(&rig) >= 0);
            if (rand() % 20 == 0) {
                assert_int_equal(rig_boot(&rig), WH_OK);
            }
        }
        for (size_t i = 0; i < 4; i++) {
            uint32_t count = rig_times(&rig, i, times, TIMES_MAX);
            wh_boundary b;
            uint64_t want = 0;
            assert_int_equal(
                wh_boundary_start(&b, &rig.boundary[i][0].pattern, &rig.zone, first_ms), WH_OK);
            (void)wh_boundary_due(&b, &rig.zone, latest_ms, NULL, 0, &want);
            assert_int_equal(count, want);
            for (uint32_t k = 0; k < count; k++) {
                assert_int_equal(times[k], wh_boundary_next_ms(&b, &rig.zone) / SECOND);
                wh_boundary_done(&b, b.last + 1);
            }
        }
        rig_free(&rig);
    }
}

static void daylight_saving_stretches_and_shortens_the_day(void **unused)
{
    (void)unused;
    static const struct {
        const char *from; /* local midnights, in UTC */
        const char *to;
        uint32_t quarters;
        uint32_t hours;
        uint32_t in_dst; /* quarters */
    } rows[] = {
        {"2025-03-28 23:00:00", "2025-03-29 23:00:00", 96, 24, 0},
        {"2025-03-29 23:00:00", "2025-03-30 22:00:00", 92, 23, 85},
        {"2025-03-30 22:00:00", "2025-03-31 22:00:00", 96, 24, 96},
        {"2025-10-25 22:00:00", "2025-10-26 23:00:00", 100, 25, 11},
    };
    const wh_freeze kinds[] = {WH_FREEZE_LOAD_PROFILE_1, WH_FREEZE_HOURLY, WH_FREEZE_DAILY};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rig_init(&rig, kinds, 3, &rig_berlin, rows[i].from);
        rig_run(&rig, rows[i].to, MINUTE);
        assert_int_equal(rig_times(&rig, 2, times, TIMES_MAX), 1);
        assert_int_equal(times[0], at_s(rows[i].to));
        assert_int_equal(rig_times(&rig, 1, times, TIMES_MAX), rows[i].hours);
        assert_int_equal(rig_times(&rig, 0, times, TIMES_MAX), rows[i].quarters);
        uint32_t in_dst = 0;
        for (uint32_t k = 1; k <= rows[i].quarters; k++) {
            in_dst += (rig_back(&rig, 0, k).head.status & WH_RECORD_DST) != 0 ? 1 : 0;
        }
        assert_int_equal(in_dst, rows[i].in_dst);
        rig_free(&rig);
    }
}

static void another_zone_is_told(void **unused)
{
    (void)unused;
    const wh_freeze kinds[] = {WH_FREEZE_DAILY};
    rig_init(&rig, kinds, 1, &rig_utc, "2025-06-01 12:00:00");
    assert_int_equal(rig_pass(&rig), 0); /* now the next midnight of UTC is expected */
    rig.zone = rig_beijing;
    wh_recorder_zone_changed(rig.recorder, rig.count);
    assert_int_equal(rig_run(&rig, "2025-06-01 16:00:00", MINUTE), 1); /* midnight in Beijing */
    assert_int_equal(rig_run(&rig, "2025-06-02 12:00:00", MINUTE), 0);
    rig_free(&rig);
}

/* ---- causes and commands ---- */

static void a_switch_makes_a_record_of_its_kind(void **unused)
{
    (void)unused;
    static const wh_freeze kinds[] = {WH_FREEZE_ZONE_SWITCH, WH_FREEZE_DAY_TABLE_SWITCH,
                                      WH_FREEZE_PRICE_SWITCH, WH_FREEZE_STEP_SWITCH};
    static const uint8_t causes[] = {WH_RECORDER_ZONE_SWITCH, WH_RECORDER_DAY_TABLE_SWITCH,
                                     WH_RECORDER_PRICE_SWITCH, WH_RECORDER_STEP_SWITCH};
    rig_init(&rig, kinds, 4, &rig_utc, "2025-06-01 12:00:00");
    for (size_t i = 0; i < 4; i++) {
        for (uint32_t n = 1; n <= 4; n++) {
            int64_t switched_ms = rig.utc_ms - 10 * SECOND;
            wh_recorder_trigger(rig.recorder, rig.count, causes[i], switched_ms);
            wh_recorder_trigger(rig.recorder, rig.count, causes[i], rig.utc_ms); /* waits already */
            assert_int_equal(rig_pass(&rig), 1);
            assert_int_equal(rig_pass(&rig), 0);
            assert_int_equal(wh_recorder_count(&rig.recorder[i], &rig.store), n < 2 ? n : 2);
            assert_int_equal(rig_back(&rig, i, 1).head.time_s, switched_ms / SECOND);
            rig.utc_ms += HOUR;
        }
    }
    wh_recorder_trigger(rig.recorder, rig.count, 0xF, rig.utc_ms);
    assert_int_equal(rig_pass(&rig), 4);
    assert_true(rig.largest_set > 1); /* in one transaction as far as they fit */
    wh_recorder_trigger(rig.recorder, rig.count, 0xF0, rig.utc_ms);
    assert_int_equal(rig_pass(&rig), 0);
    rig_free(&rig);
}

static void a_command_makes_a_record_at_once(void **unused)
{
    (void)unused;
    const wh_freeze kinds[] = {WH_FREEZE_INSTANTANEOUS, WH_FREEZE_LOAD_PROFILE_1};
    rig_init(&rig, kinds, 2, &rig_utc, "2025-06-01 12:00:07");
    for (uint32_t n = 1; n <= 5; n++) {
        wh_recorder_command(&rig.recorder[0], rig.utc_ms);
        assert_int_equal(rig_pass(&rig), 1);
        assert_int_equal(wh_recorder_count(&rig.recorder[0], &rig.store), n < 3 ? n : 3);
        assert_int_equal(rig_back(&rig, 0, 1).head.time_s, rig.utc_ms / SECOND);
        rig.utc_ms += MINUTE;
    }
    wh_recorder_command(&rig.recorder[1], rig.utc_ms); /* also of one that has its times */
    assert_int_equal(rig_pass(&rig), 1);
    assert_int_equal(rig_run(&rig, "2025-06-01 12:15:00", SECOND), 1);
    rig.utc_ms = at("2025-06-01 12:30:00"); /* at its time: one record */
    wh_recorder_command(&rig.recorder[1], rig.utc_ms);
    assert_int_equal(rig_pass(&rig), 1);
    assert_int_equal(rig_times(&rig, 1, times, TIMES_MAX), 3);
    rig_free(&rig);
}

/* ---- status ---- */

static void the_status_says_what_the_record_is_worth(void **unused)
{
    (void)unused;
    const wh_freeze kinds[] = {WH_FREEZE_LOAD_PROFILE_1, WH_FREEZE_HOURLY};
    rig_init(&rig, kinds, 2, &rig_utc, "2025-06-01 12:00:00");
    rig.status = WH_RECORD_CLOCK_INVALID;
    rig_run(&rig, "2025-06-01 12:15:00", MINUTE);
    assert_int_equal(rig_back(&rig, 0, 1).head.status, WH_RECORD_CLOCK_INVALID);
    rig.status = WH_RECORD_CRITICAL_ERROR;
    wh_recorder_note(rig.recorder, rig.count, WH_RECORD_CLOCK_ADJUSTED);
    wh_recorder_note(rig.recorder, 1, WH_RECORD_POWER_DOWN); /* of the first only */
    rig_run(&rig, "2025-06-01 12:30:00", MINUTE);
    assert_int_equal(rig_back(&rig, 0, 1).head.status,
                     WH_RECORD_CRITICAL_ERROR | WH_RECORD_CLOCK_ADJUSTED | WH_RECORD_POWER_DOWN);
    rig.status = 0;
    rig_run(&rig, "2025-06-01 13:00:00", MINUTE);
    assert_int_equal(rig_back(&rig, 0, 1).head.status, 0);
    assert_int_equal(rig_back(&rig, 1, 1).head.status, WH_RECORD_CLOCK_ADJUSTED); /* of its hour */
    rig.no_column = 2;
    rig_run(&rig, "2025-06-01 13:15:00", MINUTE);
    assert_int_equal(rig_back(&rig, 0, 1).head.status, 0);
    int64_t value = 0;
    assert_int_equal(rig_column(&rig, 0, 1, 2, &value), WH_OK);
    assert_int_equal(rig_column(&rig, 0, 1, 3, &value), WH_ERR_STATE);
    rig.no_column = 0;
    rig.no_value = 1;
    rig_run(&rig, "2025-06-01 13:30:00", MINUTE);
    assert_int_equal(rig_column(&rig, 0, 1, 2, &value), WH_ERR_STATE);
    assert_int_equal(rig_column(&rig, 0, 1, 3, &value), WH_OK);
    assert_int_equal(rig_back(&rig, 0, 1).head.status, 0);
    rig.no_value = 0;
    rig.bad_column = 1;
    rig_run(&rig, "2025-06-01 13:45:00", MINUTE);
    assert_int_equal(rig_column(&rig, 0, 1, 1, &value), WH_OK); /* the column of the status */
    assert_int_equal(value, WH_RECORD_NOT_VALID);
    assert_int_equal(rig_column(&rig, 0, 1, 2, &value), WH_ERR_STATE);
    rig_free(&rig);
}

static void a_record_that_was_not_committed_is_due_again(void **unused)
{
    (void)unused;
    const wh_freeze kinds[] = {WH_FREEZE_BILLING, WH_FREEZE_DAILY, WH_FREEZE_LOAD_PROFILE_1};
    for (unsigned fail = 1; fail <= 5; fail++) {
        rig_init(&rig, kinds, 3, &rig_utc, "2025-05-31 23:59:00");
        rig_run(&rig, "2025-05-31 23:59:59", SECOND);
        rig.flash.fail_at = rig.flash.operations + fail;
        rig.utc_ms = at("2025-06-01 00:00:00");
        int made = rig_pass(&rig);
        assert_true(made == -1 || made == 3);
        for (size_t i = 0; i < 3 && made == -1; i++) {
            assert_int_equal(wh_recorder_count(&rig.recorder[i], &rig.store), 0);
        }
        assert_int_equal(rig.resets, made == 3 ? 1 : 0);
        rig.utc_ms += SECOND;
        assert_int_equal(rig_pass(&rig), made == 3 ? 0 : 3);
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(rig_times(&rig, i, times, TIMES_MAX), 1);
            assert_int_equal(times[0], at_s("2025-06-01 00:00:00"));
        }
        assert_int_equal(rig.resets, 1);
        rig_free(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_has_a_record_for_each_quarter_hour),
        cmocka_unit_test(where_nothing_is_due_nothing_is_done),
        cmocka_unit_test(the_log_keeps_the_newest_of_its_depth),
        cmocka_unit_test(what_was_missed_is_filled_in),
        cmocka_unit_test(what_is_only_now_is_null_in_a_late_record),
        cmocka_unit_test(records_of_all_recorders_come_in_order_of_time),
        cmocka_unit_test(settlements_of_a_month_are_made_each_once),
        cmocka_unit_test(a_jump_over_a_boundary_makes_it_once),
        cmocka_unit_test(under_random_jumps_each_boundary_is_made_once),
        cmocka_unit_test(daylight_saving_stretches_and_shortens_the_day),
        cmocka_unit_test(another_zone_is_told),
        cmocka_unit_test(a_switch_makes_a_record_of_its_kind),
        cmocka_unit_test(a_command_makes_a_record_at_once),
        cmocka_unit_test(the_status_says_what_the_record_is_worth),
        cmocka_unit_test(a_record_that_was_not_committed_is_due_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
