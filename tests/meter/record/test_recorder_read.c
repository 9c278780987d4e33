/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/record/record_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static record_rig rig;

/* Times of what a cursor gives, in minutes after 12:00; at most 100. Each record is read into a
 * buffer of exactly its size. */
static unsigned read_all(size_t recorder, wh_recorder_cursor cursor, int64_t *minute)
{
    wh_recorder *r = &rig.recorder[recorder];
    uint16_t size = r->memory.record_size;
    uint8_t *bytes = malloc(size);
    assert_non_null(bytes);
    unsigned n = 0;
    wh_record record;
    while (wh_recorder_read(r, &rig.store, &cursor, bytes, size, &record) == WH_OK) {
        assert_true(n < 100);
        minute[n++] = (record.head.time_s - (int64_t)at_s("2025-06-01 12:00:00")) / 60;
    }
    assert_int_equal(wh_recorder_read(r, &rig.store, &cursor, bytes, size, &record),
                     WH_ERR_NOT_FOUND);
    free(bytes);
    return n;
}

static void expect(size_t recorder, wh_recorder_cursor cursor, const char *want)
{
    int64_t minute[100];
    unsigned n = read_all(recorder, cursor, minute);
    char text[600] = "";
    size_t len = 0;
    for (unsigned i = 0; i < n; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%d", i > 0 ? " " : "",
                                (int)minute[i]);
    }
    assert_string_equal(text, want);
}

static void set_order(size_t recorder, bool lifo, uint16_t depth)
{
    wh_recorder_now now = rig_now(&rig);
    wh_recorder_settings s;
    wh_recorder_get(&rig.recorder[recorder], &s);
    s.content.lifo = lifo;
    s.content.depth = depth > 0 ? depth : s.content.depth;
    assert_int_equal(
        wh_recorder_set(&rig.recorder[recorder], &rig.store, &now, &s, rig.work, sizeof rig.work),
        WH_OK);
}

/* Quarters 15 .. 90 after 12:00. */
static void begin(void)
{
    const wh_freeze kinds[] = {WH_FREEZE_LOAD_PROFILE_1};
    rig_init(&rig, kinds, 1, &rig_utc, "2025-06-01 12:00:00");
    assert_int_equal(rig_run(&rig, "2025-06-01 13:30:00", MINUTE), 6);
}

static void entries_are_counted_from_the_oldest_or_the_newest(void **unused)
{
    (void)unused;
    static const struct {
        uint32_t from;
        uint32_t to;
        const char *fifo;
        const char *lifo;
    } rows[] = {
        {1, 0, "15 30 45 60 75 90", "90 75 60 45 30 15"},
        {1, 6, "15 30 45 60 75 90", "90 75 60 45 30 15"},
        {1, 7, "15 30 45 60 75 90", "90 75 60 45 30 15"},
        {1, UINT32_MAX, "15 30 45 60 75 90", "90 75 60 45 30 15"},
        {1, 1, "15", "90"},
        {2, 3, "30 45", "75 60"},
        {6, 6, "90", "15"},
        {6, 0, "90", "15"},
        {7, 0, "", ""},
        {7, 8, "", ""},
        {0, 3, "", ""},
        {0, 0, "", ""},
        {4, 3, "", ""},
        {UINT32_MAX, UINT32_MAX, "", ""},
    };
    begin();
    for (int lifo = 0; lifo < 2; lifo++) {
        set_order(0, lifo == 1, 0);
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            expect(0, wh_recorder_entries(&rig.recorder[0], &rig.store, rows[i].from, rows[i].to),
                   lifo == 1 ? rows[i].lifo : rows[i].fifo);
        }
        expect(0, wh_recorder_back(&rig.recorder[0], &rig.store, 1), "90"); /* whatever the order */
        expect(0, wh_recorder_back(&rig.recorder[0], &rig.store, 6), "15");
        expect(0, wh_recorder_back(&rig.recorder[0], &rig.store, 0), "");
        expect(0, wh_recorder_back(&rig.recorder[0], &rig.store, 7), "");
    }
    rig_free(&rig);
}

static void entries_are_found_by_time(void **unused)
{
    (void)unused;
    static const struct {
        int from; /* minutes after 12:00 */
        int to;
        const char *fifo;
        const char *lifo;
    } rows[] = {
        {0, 1000, "15 30 45 60 75 90", "90 75 60 45 30 15"},
        {15, 90, "15 30 45 60 75 90", "90 75 60 45 30 15"},
        {16, 89, "30 45 60 75", "75 60 45 30"},
        {30, 30, "30", "30"},
        {31, 44, "", ""},
        {90, 91, "90", "90"},
        {91, 1000, "", ""},
        {0, 14, "", ""},
        {60, 30, "", ""},
    };
    begin();
    uint8_t work[64];
    for (int lifo = 0; lifo < 2; lifo++) {
        set_order(0, lifo == 1, 0);
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            uint32_t noon = at_s("2025-06-01 12:00:00");
            wh_recorder_cursor cursor = wh_recorder_range(
                &rig.recorder[0], &rig.store, noon + (uint32_t)rows[i].from * 60,
                noon + (uint32_t)rows[i].to * 60, work, rig.recorder[0].memory.record_size);
            expect(0, cursor, lifo == 1 ? rows[i].lifo : rows[i].fifo);
        }
        wh_recorder_cursor all =
            wh_recorder_range(&rig.recorder[0], &rig.store, 0, UINT32_MAX, work, sizeof work);
        expect(0, all, lifo == 1 ? "90 75 60 45 30 15" : "15 30 45 60 75 90");
    }
    rig_free(&rig);
}

static void of_no_entries_nothing_is_found(void **unused)
{
    (void)unused;
    const wh_freeze kinds[] = {WH_FREEZE_LOAD_PROFILE_1};
    rig_init(&rig, kinds, 1, &rig_utc, "2025-06-01 12:00:00");
    for (int lifo = 0; lifo < 2; lifo++) {
        set_order(0, lifo == 1, 0);
        expect(0, wh_recorder_entries(&rig.recorder[0], &rig.store, 1, 0), "");
        expect(0, wh_recorder_back(&rig.recorder[0], &rig.store, 1), "");
        expect(0,
               wh_recorder_range(&rig.recorder[0], &rig.store, 0, UINT32_MAX, rig.work,
                                 sizeof rig.work),
               "");
    }
    rig_free(&rig);
}

/* Commands are recorded when they come, so their times fall where the clock was set back. */
static void a_range_finds_all_where_times_do_not_rise(void **unused)
{
    (void)unused;
    const wh_freeze kinds[] = {WH_FREEZE_LOAD_PROFILE_1, WH_FREEZE_DAILY};
    rig_init(&rig, kinds, 2, &rig_utc, "2025-06-01 12:00:00");
    static const int minutes[] = {0, 20, 40, 60, 10, 30, 50, 50, 5, 70};
    for (size_t i = 0; i < sizeof minutes / sizeof minutes[0]; i++) {
        rig.utc_ms = at("2025-06-01 12:00:00") + minutes[i] * MINUTE;
        wh_recorder_command(&rig.recorder[1], rig.utc_ms);
        assert_true(rig_pass(&rig) >= 1);
        if (i == 5) {
            assert_int_equal(rig_boot(&rig), WH_OK); /* it is remembered */
        }
    }
    uint32_t noon = at_s("2025-06-01 12:00:00");
    static const struct {
        uint32_t from;
        uint32_t to;
        const char *want;
    } rows[] = {
        {0, 90, "0 20 40 60 10 30 50 50 5 70"},
        {0, 0, "0"},
        {5, 20, "20 10 5"},
        {50, 60, "60 50 50"},
        {61, 80, "70"},
        {71, 80, ""},
        {25, 29, ""},
    };
    wh_recorder *r = &rig.recorder[1];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        expect(1,
               wh_recorder_range(r, &rig.store, noon + 60 * rows[i].from, noon + 60 * rows[i].to,
                                 rig.work, sizeof rig.work),
               rows[i].want);
    }
    set_order(1, true, 0);
    expect(1, wh_recorder_range(r, &rig.store, noon + 300, noon + 1200, rig.work, sizeof rig.work),
           "5 10 20");
    set_order(1, false, 2); /* only 5 and 70 are left: they rise again, and are searched */
    wh_recorder_cursor cursor =
        wh_recorder_range(r, &rig.store, noon, noon + 3600, rig.work, sizeof rig.work);
    assert_false(cursor.filter);
    expect(1, cursor, "5");
    rig_free(&rig);
}

static void a_shorter_depth_shows_the_newest(void **unused)
{
    (void)unused;
    begin();
    set_order(0, false, 4);
    assert_int_equal(wh_recorder_count(&rig.recorder[0], &rig.store), 4);
    expect(0, wh_recorder_entries(&rig.recorder[0], &rig.store, 1, 0), "45 60 75 90");
    expect(0, wh_recorder_back(&rig.recorder[0], &rig.store, 5), "");
    expect(
        0,
        wh_recorder_range(&rig.recorder[0], &rig.store, 0, UINT32_MAX, rig.work, sizeof rig.work),
        "45 60 75 90");
    rig_run(&rig, "2025-06-01 13:45:00", MINUTE);
    expect(0, wh_recorder_entries(&rig.recorder[0], &rig.store, 1, 0), "60 75 90 105");
    rig_free(&rig);
}

static void a_range_of_a_full_log_takes_a_few_reads(void **unused)
{
    (void)unused;
    const wh_freeze kinds[] = {WH_FREEZE_LOAD_PROFILE_1};
    rig_init(&rig, kinds, 1, &rig_utc, "2025-01-01 00:00:00");
    rig_run(&rig, "2025-03-05 00:00:00", 15 * MINUTE); /* 63 days, 60 of them kept */
    rig.flash.reads = 0;
    uint32_t from = at_s("2025-02-10 00:15:00");
    wh_recorder_cursor cursor = wh_recorder_range(&rig.recorder[0], &rig.store, from,
                                                  from + 86400 - 900, rig.work, sizeof rig.work);
    printf("a day of 5760 entries found with %u reads of the flash\n", (unsigned)rig.flash.reads);
    assert_true(rig.flash.reads < 1500);
    uint32_t n = 0;
    wh_record record;
    while (wh_recorder_read(&rig.recorder[0], &rig.store, &cursor, rig.work, sizeof rig.work,
                            &record) == WH_OK) {
        assert_int_equal(record.head.time_s, from + 900 * n);
        n++;
    }
    assert_int_equal(n, 96);
    rig_free(&rig);
}

/* Break the entry of a time where it lies in the flash. */
static void damage(uint32_t time_s)
{
    const uint8_t bytes[4] = {(uint8_t)(time_s >> 24), (uint8_t)(time_s >> 16),
                              (uint8_t)(time_s >> 8), (uint8_t)time_s};
    unsigned found = 0;
    for (uint32_t i = 2; i + 4 <= rig.flash.size; i++) {
        if (rig.flash.bytes[i - 2] >> 4 == 1 && memcmp(rig.flash.bytes + i, bytes, 4) == 0) {
            rig.flash.bytes[i + 4] ^= 0x10; /* its first value */
            found++;
        }
    }
    assert_true(found > 0);
}

static void a_damaged_entry_is_told_and_hides_no_other(void **unused)
{
    (void)unused;
    for (unsigned bad = 15; bad <= 90; bad += 15) {
        begin();
        damage(at_s("2025-06-01 12:00:00") + bad * 60);
        uint32_t noon = at_s("2025-06-01 12:00:00");
        wh_recorder *r = &rig.recorder[0];
        uint8_t bytes[64];
        for (unsigned way = 0; way < 2; way++) {
            wh_recorder_cursor cursor =
                way == 0 ? wh_recorder_entries(r, &rig.store, 1, 0)
                         : wh_recorder_range(r, &rig.store, noon + 1800, noon + 4500, rig.work,
                                             sizeof rig.work);
            unsigned good = 0;
            unsigned lost = 0;
            wh_record record;
            wh_err err = WH_OK;
            while ((err = wh_recorder_read(r, &rig.store, &cursor, bytes, sizeof bytes, &record)) !=
                   WH_ERR_NOT_FOUND) {
                good += err == WH_OK ? 1 : 0;
                lost += err == WH_ERR_CHECK ? 1 : 0;
            }
            bool inside = way == 0 || (bad >= 30 && bad <= 75);
            assert_int_equal(good, (way == 0 ? 6U : 4U) - (inside ? 1U : 0U));
            assert_true(lost == (inside ? 1U : 0U) || (way == 1 && lost <= 1)); /* at an edge */
        }
        rig_free(&rig);
    }
}

static void a_buffer_below_the_largest_record_is_refused(void **unused)
{
    (void)unused;
    begin();
    wh_recorder *r = &rig.recorder[0];
    uint8_t bytes[128];
    wh_record record;
    wh_recorder_cursor cursor = wh_recorder_entries(r, &rig.store, 1, 0);
    assert_int_equal(
        wh_recorder_read(r, &rig.store, &cursor, bytes, r->memory.record_size - 1U, &record),
        WH_ERR_SPACE);
    assert_int_equal(cursor.left, 6); /* and is not passed over */
    assert_int_equal(
        wh_recorder_read(r, &rig.store, &cursor, bytes, r->memory.record_size, &record), WH_OK);
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_counted_from_the_oldest_or_the_newest),
        cmocka_unit_test(entries_are_found_by_time),
        cmocka_unit_test(of_no_entries_nothing_is_found),
        cmocka_unit_test(a_range_finds_all_where_times_do_not_rise),
        cmocka_unit_test(a_shorter_depth_shows_the_newest),
        cmocka_unit_test(a_range_of_a_full_log_takes_a_few_reads),
        cmocka_unit_test(a_damaged_entry_is_told_and_hides_no_other),
        cmocka_unit_test(a_buffer_below_the_largest_record_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
