/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/event/event_record.h"
#include "meter/event/voltage_quality.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define UN 230000U

static void a_minute_is_judged_by_its_limits(void **state)
{
    static const struct {
        uint32_t mv;
        unsigned assessed;
        unsigned above;
        unsigned below;
    } rows[] = {
        {0, 0, 0, 0},      {160999, 0, 0, 0}, {161000, 1, 0, 1},     {213899, 1, 0, 1},
        {213900, 1, 0, 0}, {UN, 1, 0, 0},     {246100, 1, 0, 0},     {246101, 1, 1, 0},
        {276000, 1, 1, 0}, {276001, 0, 0, 0}, {UINT32_MAX, 0, 0, 0},
    };
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        wh_voltage_quality q;
        wh_voltage_quality_start(&q, UN);
        wh_voltage_quality_minute(&q, &rows[k].mv, 1, 9);
        for (unsigned place = 0; place < WH_VOLTAGE_QUALITY_PLACES; place += 3) {
            assert_int_equal(q.place[place].assessed_min, rows[k].assessed);
            assert_int_equal(q.place[place].above_min, rows[k].above);
            assert_int_equal(q.place[place].below_min, rows[k].below);
        }
        assert_int_equal(q.place[1].assessed_min, 0);
    }
}

static void the_record_has_the_total_first_and_the_extremes_with_their_times(void **state)
{
    static const uint32_t minutes[][3] = {
        {230000, 231000, 100000}, {250000, 200000, 100000}, {228000, 231500, 100000}};
    int64_t given[WH_VOLTAGE_QUALITY_GIVEN];
    wh_voltage_quality q;
    (void)state;
    wh_voltage_quality_start(&q, UN);
    for (uint32_t k = 0; k < 3; k++) {
        wh_voltage_quality_minute(&q, minutes[k], 3, 60 + k);
    }
    wh_voltage_quality_given(&q, given);
    const int64_t expected[WH_VOLTAGE_QUALITY_GIVEN] = {3,
                                                        1,
                                                        1,
                                                        250000,
                                                        61,
                                                        200000,
                                                        61, /* total */
                                                        3,
                                                        1,
                                                        0,
                                                        250000,
                                                        61,
                                                        228000,
                                                        62, /* A */
                                                        3,
                                                        0,
                                                        1,
                                                        231500,
                                                        62,
                                                        200000,
                                                        61, /* B */
                                                        0,
                                                        0,
                                                        0,
                                                        WH_EVENT_NULL,
                                                        WH_EVENT_NULL,
                                                        WH_EVENT_NULL,
                                                        WH_EVENT_NULL};
    assert_memory_equal(given, expected, sizeof given);
    static const uint32_t passed[WH_VOLTAGE_QUALITY_PLACES] = {2, 2, 0, 2}; /* one was torn */
    for (unsigned place = 0; place < WH_VOLTAGE_QUALITY_PLACES; place++) {
        assert_int_equal(wh_voltage_quality_passed_min(&q, place), passed[place]);
    }
    wh_voltage_quality_start(&q, UN);
    assert_int_equal(q.place[3].assessed_min, 0);
    assert_int_equal(q.un_mv, UN);
}

static void what_is_saved_is_restored(void **state)
{
    uint8_t bytes[WH_VOLTAGE_QUALITY_SAVE_SIZE] = {2};
    uint8_t again[WH_VOLTAGE_QUALITY_SAVE_SIZE];
    wh_voltage_quality q;
    wh_voltage_quality before;
    (void)state;
    for (size_t k = 0; k < WH_VOLTAGE_QUALITY_GIVEN + 1; k++) {
        bytes[1 + 4 * k + 3] = (uint8_t)(k + 1);
    }
    wh_voltage_quality_start(&q, UN);
    before = q;
    for (size_t len = 0; len < sizeof bytes; len++) {
        uint8_t *exact = malloc(len > 0 ? len : 1);
        memcpy(exact, bytes, len);
        wh_reader r = wh_reader_init(exact, len);
        assert_int_equal(wh_voltage_quality_restore(&q, &r), WH_ERR_SHORT);
        assert_memory_equal(&q, &before, sizeof q);
        wh_writer w = wh_writer_init(exact, len);
        assert_int_equal(wh_voltage_quality_save(&q, &w), WH_ERR_SPACE);
        free(exact);
    }
    wh_reader r = wh_reader_init(bytes, sizeof bytes);
    assert_int_equal(wh_voltage_quality_restore(&q, &r), WH_OK);
    assert_int_equal(q.place[0].assessed_min, 1);
    assert_int_equal(q.place[0].lowest_s, 7);
    assert_int_equal(q.place[3].above_min, 23);
    assert_int_equal(q.place[3].highest_mv, 25);
    assert_int_equal(q.torn_min, 29);
    wh_writer w = wh_writer_init(again, sizeof again);
    assert_int_equal(wh_voltage_quality_save(&q, &w), WH_OK);
    assert_memory_equal(again, bytes, sizeof bytes);
    before = q;
    for (unsigned version = 0; version < 4; version += 3) {
        bytes[0] = (uint8_t)version;
        r = wh_reader_init(bytes, sizeof bytes);
        assert_int_equal(wh_voltage_quality_restore(&q, &r), WH_ERR_UNSUPPORTED);
        assert_memory_equal(&q, &before, sizeof q);
    }
}

/* The same numbers without torn minutes. Must be readable for ever. */
static void a_version_1_is_read(void **state)
{
    uint8_t bytes[1 + WH_VOLTAGE_QUALITY_GIVEN * 4] = {1};
    wh_voltage_quality q;
    (void)state;
    for (size_t k = 0; k < WH_VOLTAGE_QUALITY_GIVEN; k++) {
        bytes[1 + 4 * k + 3] = (uint8_t)(k + 1);
    }
    wh_voltage_quality_start(&q, UN);
    q.torn_min = 5;
    wh_reader r = wh_reader_init(bytes, sizeof bytes - 1);
    assert_int_equal(wh_voltage_quality_restore(&q, &r), WH_ERR_SHORT);
    assert_int_equal(q.torn_min, 5);
    r = wh_reader_init(bytes, sizeof bytes);
    assert_int_equal(wh_voltage_quality_restore(&q, &r), WH_OK);
    assert_int_equal(q.place[0].assessed_min, 1);
    assert_int_equal(q.place[3].lowest_s, 28);
    assert_int_equal(q.torn_min, 0);
    assert_int_equal(wh_voltage_quality_passed_min(&q, 3), 0); /* 22, of which 23 and 24 not */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_minute_is_judged_by_its_limits),
        cmocka_unit_test(the_record_has_the_total_first_and_the_extremes_with_their_times),
        cmocka_unit_test(what_is_saved_is_restored),
        cmocka_unit_test(a_version_1_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
