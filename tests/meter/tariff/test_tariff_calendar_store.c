/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/tariff/tariff_calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The three values of a calendar and its three blobs. */
typedef wh_err take_fn(wh_tariff_calendar *c, wh_reader *r);
typedef wh_err save_fn(const wh_tariff_calendar *c, wh_writer *w);

static take_fn *const take[] = {wh_tariff_take_zones, wh_tariff_take_days, wh_tariff_take_holidays};
static take_fn *const restore[] = {wh_tariff_restore_zones, wh_tariff_restore_days,
                                   wh_tariff_restore_holidays};
static save_fn *const save[] = {wh_tariff_save_zones, wh_tariff_save_days, wh_tariff_save_holidays};

static void put(const wh_tariff_calendar *c, unsigned kind, wh_tariff_set set, wh_writer *w)
{
    if (kind == 0) {
        wh_tariff_put_zones(c, set, w);
    } else if (kind == 1) {
        wh_tariff_put_days(c, set, w);
    } else {
        wh_tariff_put_holidays(c, w);
    }
}

/* From an exact copy, so that a read past the end is seen. */
static wh_err from_copy(take_fn *read, wh_tariff_calendar *c, const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len + (len == 0));
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    wh_reader r = wh_reader_init(copy, len);
    wh_err err = read(c, &r);
    assert_int_equal(err, wh_reader_err(&r));
    free(copy);
    return err;
}

/* Two seasons, two day tables, a holiday of one year and one of every year. */
static const uint8_t zones_octets[] = {2,  5, 1, 1, 1, 1, 1, 1, 2, 2,     /* from 1 May */
                                       11, 1, 2, 2, 2, 2, 2, 2, 2};       /* from 1 November */
static const uint8_t days_octets[] = {2, 2, 0x01, 0x68, 1, 0x05, 0x28, 2, /* 06:00 1, 22:00 2 */
                                      1, 0, 0,    2};
static const uint8_t holidays_octets[] = {2, 0x07, 0xEA, 6, 4, 2, 0xFF, 0xFF, 12, 25, 2};

static const struct {
    const uint8_t *bytes;
    size_t len;
} octets[] = {{zones_octets, sizeof zones_octets},
              {days_octets, sizeof days_octets},
              {holidays_octets, sizeof holidays_octets}};

/* Standby tables set, to switch over at 1000 and 2000; memory is all known, to be compared. */
static wh_tariff_calendar scheduled(void)
{
    wh_tariff_calendar c;
    wh_tariff_calendar_init(&c);
    assert_int_equal(from_copy(take[1], &c, octets[1].bytes, octets[1].len), WH_OK);
    assert_int_equal(from_copy(take[0], &c, octets[0].bytes, octets[0].len), WH_OK);
    assert_int_equal(wh_tariff_calendar_schedule(&c, 2000, 1000), WH_OK);
    return c;
}

static void tables_are_set_and_read_by_the_same_octets(void **state)
{
    (void)state;
    wh_tariff_calendar c = scheduled();
    assert_int_equal(wh_tariff_calendar_switch(&c, 2000), 3);
    assert_int_equal(from_copy(take[2], &c, octets[2].bytes, octets[2].len), WH_OK);
    const wh_civil_time rows[] = {{.date = {2026, 6, 3}, .hour = 12},
                                  {.date = {2026, 6, 4}, .hour = 12},
                                  {.date = {2026, 12, 1}, .hour = 12},
                                  {.date = {2027, 6, 4}, .hour = 12},
                                  {.date = {2026, 6, 6}, .hour = 12}};
    const uint8_t rates[] = {1, 2, 2, 1, 2};
    for (size_t i = 0; i < sizeof rates; i++) {
        assert_int_equal(wh_tariff_rate_at(&c, &rows[i]), rates[i]);
    }
    for (unsigned kind = 0; kind < 3; kind++) {
        for (size_t size = 0; size <= octets[kind].len; size++) {
            uint8_t *out = malloc(size + 1);
            assert_non_null(out);
            wh_writer w = wh_writer_init(out, size);
            put(&c, kind, WH_TARIFF_IN_FORCE, &w);
            bool fits = size == octets[kind].len;
            assert_int_equal(wh_writer_err(&w), fits ? WH_OK : WH_ERR_SPACE);
            if (fits) {
                assert_memory_equal(out, octets[kind].bytes, size);
            }
            free(out);
        }
    }
    /* the other set is on standby now, and set by turns */
    assert_int_equal(from_copy(take[0], &c, octets[0].bytes, octets[0].len), WH_OK);
    for (unsigned set = 0; set < 2; set++) {
        uint8_t out[sizeof zones_octets];
        wh_writer again = wh_writer_init(out, sizeof out);
        wh_tariff_put_zones(&c, (wh_tariff_set)set, &again);
        assert_int_equal(wh_writer_left(&again), 0);
        assert_memory_equal(out, zones_octets, sizeof out);
    }
    uint8_t standby[4];
    wh_writer w = wh_writer_init(standby, sizeof standby);
    wh_tariff_put_days(&c, WH_TARIFF_STANDBY, &w); /* rate 1 all day, as at first: too long by 1 */
    assert_int_equal(wh_writer_err(&w), WH_ERR_SPACE);
}

static void wrong_octets_are_refused_and_change_nothing(void **state)
{
    (void)state;
    static const struct {
        unsigned kind;
        size_t at;
        uint8_t byte;
        wh_err err;
    } rows[] = {
        {0, 0, 0, WH_ERR_RANGE},     {0, 0, 15, WH_ERR_RANGE},    {0, 0, 1, WH_ERR_FORMAT},
        {0, 0, 3, WH_ERR_SHORT},     {0, 1, 0, WH_ERR_RANGE},     {0, 1, 13, WH_ERR_RANGE},
        {0, 2, 32, WH_ERR_RANGE},    {0, 2, 0, WH_ERR_RANGE},     {0, 3, 0, WH_ERR_RANGE},
        {0, 9, 9, WH_ERR_RANGE},     {0, 10, 5, WH_ERR_FORMAT},   {0, 10, 4, WH_ERR_FORMAT},
        {0, 9, 3, WH_ERR_NOT_FOUND}, {0, 3, 3, WH_ERR_NOT_FOUND}, {1, 0, 0, WH_ERR_RANGE},
        {1, 0, 9, WH_ERR_RANGE},     {1, 0, 1, WH_ERR_FORMAT},    {1, 1, 0, WH_ERR_RANGE},
        {1, 1, 15, WH_ERR_RANGE},    {1, 4, 0, WH_ERR_RANGE},     {1, 4, 64, WH_ERR_RANGE},
        {1, 5, 0x06, WH_ERR_RANGE},  {1, 5, 0x01, WH_ERR_FORMAT}, {2, 0, 255, WH_ERR_RANGE},
        {2, 0, 1, WH_ERR_FORMAT},    {2, 3, 0, WH_ERR_RANGE},     {2, 4, 31, WH_ERR_RANGE},
        {2, 5, 0, WH_ERR_RANGE},     {2, 5, 9, WH_ERR_RANGE},     {2, 5, 3, WH_ERR_NOT_FOUND},
    };
    wh_tariff_calendar c = scheduled();
    wh_tariff_calendar before;
    memcpy(&before, &c, sizeof c);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[32];
        size_t len = octets[rows[i].kind].len;
        memcpy(bytes, octets[rows[i].kind].bytes, len);
        bytes[rows[i].at] = rows[i].byte;
        wh_err err = from_copy(take[rows[i].kind], &c, bytes, len);
        if (err != rows[i].err) {
            fail_msg("row %zu: %d", i, (int)err);
        }
        assert_memory_equal(&c, &before, sizeof c);
    }
    for (unsigned kind = 0; kind < 3; kind++) {
        for (size_t len = 0; len < octets[kind].len; len++) {
            assert_int_equal(from_copy(take[kind], &c, octets[kind].bytes, len), WH_ERR_SHORT);
        }
        uint8_t longer[32] = {0};
        memcpy(longer, octets[kind].bytes, octets[kind].len);
        assert_int_equal(from_copy(take[kind], &c, longer, octets[kind].len + 1), WH_ERR_FORMAT);
    }
    assert_memory_equal(&c, &before, sizeof c);
}

/* Version 1, as it must be readable for ever: of `scheduled` with its holidays. */
static const uint8_t zones_v1[] = {0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0xD0,
                                   0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
                                   0x02, 0x05, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x02, 0x02,
                                   0x0B, 0x01, 0x02, 0x02, 0x02, 0x02, 0x02, 0x02, 0x02};
static const uint8_t days_v1[] = {0x01, 0x01, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                  0xFF, 0x01, 0x01, 0x00, 0x00, 0x01, 0x02, 0x02, 0x01,
                                  0x68, 0x01, 0x05, 0x28, 0x02, 0x01, 0x00, 0x00, 0x02};
static const uint8_t holidays_v1[] = {0x01, 0x02, 0x07, 0xEA, 0x06, 0x04,
                                      0x02, 0xFF, 0xFF, 0x0C, 0x19, 0x02};

static const struct {
    const uint8_t *bytes;
    size_t len;
} blobs[] = {
    {zones_v1, sizeof zones_v1}, {days_v1, sizeof days_v1}, {holidays_v1, sizeof holidays_v1}};

/* The days are in force already, the zones will be. */
static wh_tariff_calendar half_switched(void)
{
    wh_tariff_calendar c = scheduled();
    assert_int_equal(wh_tariff_calendar_switch(&c, 1999), WH_TARIFF_SWITCHED_DAYS);
    assert_int_equal(from_copy(take[2], &c, octets[2].bytes, octets[2].len), WH_OK);
    return c;
}

static void what_was_saved_by_version_1_is_read(void **state)
{
    (void)state;
    wh_tariff_calendar saved = half_switched();
    for (unsigned order = 0; order < 3; order++) {
        wh_tariff_calendar c;
        wh_tariff_calendar_init(&c);
        for (unsigned i = 0; i < 3; i++) {
            unsigned kind = (order + i) % 3;
            assert_int_equal(from_copy(restore[kind], &c, blobs[kind].bytes, blobs[kind].len),
                             WH_OK);
        }
        assert_int_equal(wh_tariff_calendar_check(&c), WH_OK);
        assert_int_equal(c.zones_switch_ms, 2000);
        assert_int_equal(c.days_switch_ms, INT64_MAX);
        assert_int_equal(c.days_in_force, 1);
        for (int64_t day = 20454; day < 20454 + 400; day++) {
            wh_civil_time t = {.date = wh_civil_date_from_days(day), .hour = 12};
            assert_int_equal(wh_tariff_rate_at(&c, &t), wh_tariff_rate_at(&saved, &t));
        }
    }
    for (unsigned kind = 0; kind < 3; kind++) {
        for (size_t size = 0; size <= blobs[kind].len; size++) {
            uint8_t *out = malloc(size + 1);
            assert_non_null(out);
            wh_writer w = wh_writer_init(out, size);
            wh_err err = save[kind](&saved, &w);
            assert_int_equal(err, size == blobs[kind].len ? WH_OK : WH_ERR_SPACE);
            if (err == WH_OK) {
                assert_memory_equal(out, blobs[kind].bytes, size);
            }
            free(out);
        }
    }
}

static void damaged_blobs_are_refused_and_change_nothing(void **state)
{
    (void)state;
    wh_tariff_calendar c = half_switched();
    wh_tariff_calendar before;
    memcpy(&before, &c, sizeof c);
    for (unsigned kind = 0; kind < 3; kind++) {
        uint8_t bytes[64];
        memcpy(bytes, blobs[kind].bytes, blobs[kind].len);
        for (size_t len = 0; len < blobs[kind].len; len++) {
            assert_int_equal(from_copy(restore[kind], &c, bytes, len), WH_ERR_SHORT);
        }
        bytes[0] = 0;
        assert_int_equal(from_copy(restore[kind], &c, bytes, blobs[kind].len), WH_ERR_FORMAT);
        bytes[0] = 2;
        assert_int_equal(from_copy(restore[kind], &c, bytes, blobs[kind].len), WH_ERR_UNSUPPORTED);
        bytes[0] = 1;
        bytes[blobs[kind].len - 1] = 64; /* a rate or a day table that never is */
        assert_int_equal(from_copy(restore[kind], &c, bytes, blobs[kind].len), WH_ERR_RANGE);
        if (kind < 2) {
            bytes[blobs[kind].len - 1] = 2;
            bytes[1] = 2; /* a third set in force */
            assert_int_equal(from_copy(restore[kind], &c, bytes, blobs[kind].len), WH_ERR_FORMAT);
        }
    }
    assert_memory_equal(&c, &before, sizeof c);
}

static void blobs_that_do_not_belong_together_are_told_and_harmless(void **state)
{
    (void)state;
    wh_tariff_calendar c;
    wh_tariff_calendar_init(&c);
    assert_int_equal(wh_tariff_calendar_check(&c), WH_OK);
    assert_int_equal(from_copy(restore[2], &c, holidays_v1, sizeof holidays_v1), WH_OK);
    assert_int_equal(wh_tariff_calendar_check(&c), WH_ERR_NOT_FOUND);
    wh_civil_time christmas = {.date = {2026, 12, 25}, .hour = 12};
    assert_int_equal(wh_tariff_day_table_at(&c, christmas.date), 2);
    assert_int_equal(wh_tariff_rate_at(&c, &christmas), 1); /* of table 1 */
}

/* 14 seasons, 8 days of 14 periods, 254 holidays: as long as the header says. */
static void the_longest_blobs_fit_in_their_sizes(void **state)
{
    (void)state;
    static wh_tariff_holiday holidays[WH_TARIFF_HOLIDAYS_MAX];
    static wh_tariff_calendar c;
    static wh_tariff_days days = {.day_count = WH_TARIFF_DAYS_MAX};
    wh_tariff_zones zones = {.season_count = WH_TARIFF_SEASONS_MAX};
    for (uint8_t i = 0; i < WH_TARIFF_SEASONS_MAX; i++) {
        zones.season[i] = (wh_tariff_season){(uint8_t)(1 + i * 6 / 7), (uint8_t)(1 + i),
                                             wh_tariff_zone_week(8, 0, 0)};
    }
    for (unsigned d = 0; d < WH_TARIFF_DAYS_MAX; d++) {
        days.day[d].period_count = WH_TARIFF_PERIODS_MAX;
        for (unsigned p = 0; p < WH_TARIFF_PERIODS_MAX; p++) {
            days.day[d].period[p] = (wh_tariff_period){(uint16_t)(p * 100), 63};
        }
    }
    for (unsigned i = 0; i < WH_TARIFF_HOLIDAYS_MAX; i++) {
        holidays[i] = (wh_tariff_holiday){2026, 1, 1, 8};
    }
    wh_tariff_calendar_init(&c);
    for (unsigned set = 0; set < 2; set++) {
        assert_int_equal(wh_tariff_set_days(&c, &days), WH_OK);
        assert_int_equal(wh_tariff_set_zones(&c, &zones), WH_OK);
        assert_int_equal(wh_tariff_calendar_schedule(&c, 1, 1), WH_OK);
        assert_int_equal(wh_tariff_calendar_switch(&c, 1), 3);
    }
    assert_int_equal(wh_tariff_set_holidays(&c, holidays, WH_TARIFF_HOLIDAYS_MAX), WH_OK);
    const size_t sizes[] = {WH_TARIFF_ZONES_SAVED, WH_TARIFF_DAYS_SAVED, WH_TARIFF_HOLIDAYS_SAVED};
    for (unsigned kind = 0; kind < 3; kind++) {
        static uint8_t bytes[1500];
        wh_writer w = wh_writer_init(bytes, sizes[kind]);
        assert_true(sizes[kind] <= sizeof bytes);
        assert_int_equal(save[kind](&c, &w), WH_OK);
        assert_int_equal(wh_writer_left(&w), 0);
        static uint8_t bytes_again[sizeof bytes];
        static wh_tariff_calendar again;
        wh_tariff_calendar_init(&again);
        assert_int_equal(from_copy(restore[kind], &again, bytes, sizes[kind]), WH_OK);
        w = wh_writer_init(bytes_again, sizes[kind]);
        assert_int_equal(save[kind](&again, &w), WH_OK);
        assert_memory_equal(bytes_again, bytes, sizes[kind]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_set_and_read_by_the_same_octets),
        cmocka_unit_test(wrong_octets_are_refused_and_change_nothing),
        cmocka_unit_test(what_was_saved_by_version_1_is_read),
        cmocka_unit_test(damaged_blobs_are_refused_and_change_nothing),
        cmocka_unit_test(blobs_that_do_not_belong_together_are_told_and_harmless),
        cmocka_unit_test(the_longest_blobs_fit_in_their_sizes),
    };
    return cmocka_run_group_tests_name("tariff_calendar_store", tests, NULL, NULL);
}
