/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/clock/boundary.h"
#include "tests/meter/clock/clock_rig.h"

#include <stdlib.h>
#include <string.h>

/* From an exact copy, so that a read past the end is seen. */
static wh_err restore_copy(wh_clock *c, const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len + (len == 0));
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    wh_reader r = wh_reader_init(copy, len);
    wh_err err = wh_clock_restore(c, &r);
    free(copy);
    return err;
}

static void through_a_power_cut(wh_clock *c, int64_t platform_ms, bool ran_on)
{
    uint8_t bytes[WH_CLOCK_SAVED_MAX];
    wh_writer w = wh_writer_init(bytes, sizeof bytes);
    assert_int_equal(wh_clock_save(c, &w), WH_OK);
    assert_int_equal(wh_clock_init(c, &plain, platform_ms), WH_OK);
    assert_int_equal(restore_copy(c, bytes, wh_writer_len(&w)), WH_OK);
    wh_clock_power_up(c, platform_ms, ran_on);
}

static void a_clock_on_a_battery_takes_up_the_outage(void **state)
{
    (void)state;
    wh_clock_change change;
    wh_clock c = clock_at(&berlin, "2025-03-01 12:00:00");
    assert_int_equal(wh_clock_set_correction(&c, 10000), WH_OK);
    through_a_power_cut(&c, BOOTED + 100 * DAY, true);
    assert_int_equal(c.utc_ms, at("2025-06-09 12:00:00") + 86400);
    assert_int_equal(wh_clock_status(&c), WH_CLOCK_STATUS_DST);
    expect_change(&c, WH_CLOCK_DST_BEGAN, c.utc_ms, c.utc_ms);
    assert_false(wh_clock_next_change(&c, &change));
}

static void a_lost_battery_leaves_it_doubtful_until_it_is_set(void **state)
{
    (void)state;
    wh_clock_change change;
    for (int platform = 0; platform < 2; platform++) {
        wh_clock c = clock_at(&plain, "2025-03-01 12:00:00");
        int64_t now_ms = c.utc_ms;
        /* the platform says so, or its time has gone back */
        through_a_power_cut(&c, platform == 0 ? BOOTED + DAY : 0, platform == 1);
        assert_int_equal(c.utc_ms, now_ms);
        assert_int_equal(wh_clock_status(&c), WH_CLOCK_STATUS_DOUBTFUL);
        expect_change(&c, WH_CLOCK_LOST, now_ms, now_ms);
        assert_false(wh_clock_next_change(&c, &change));
        assert_int_equal(wh_clock_adjust_to_minute(&c), WH_OK);
        assert_int_equal(wh_clock_status(&c), WH_CLOCK_STATUS_DOUBTFUL);
        assert_int_equal(wh_clock_set(&c, now_ms + DAY), WH_OK);
        assert_int_equal(wh_clock_status(&c), 0);
        assert_int_equal(c.correction_ppb, 0);
    }
}

/* Version 1, as it must be readable for ever. */
static const uint8_t saved_v1[] = {
    0x01, 0x0C, 0x01, 0x02, 0x00, 0x00, 0x01, 0x97, 0xC5, 0x6D, 0xDC, 0xE8, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x13, 0x88, 0x3B, 0x9A, 0xC9, 0xFF, 0xFF, 0xFF, 0xE9, 0x65, 0x00, 0x00,
    0x00, 0x0C, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x0F, 0xA0, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x03, 0xE8, 0x00, 0x00, 0x01, 0x97, 0xC5, 0xA4, 0xC7, 0x80, 0x00, 0x00, 0x01, 0x97,
    0xC5, 0x6D, 0xD9, 0x00, 0x00, 0x00, 0x01, 0x97, 0xEE, 0xBC, 0x30, 0x40, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x4F, 0x2E, 0x00, 0x3C, 0x00, 0x3C, 0xFF, 0xFF, 0x03, 0xFE, 0x07, 0x01,
    0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0x0A, 0xFE, 0x07, 0x01, 0x00, 0x00, 0x00, 0x00, 0x02,
    0x00, 0x00, 0x01, 0x97, 0xC5, 0x6D, 0xD9, 0x00, 0x00, 0x00, 0x01, 0x97, 0xC5, 0x6D, 0xE0,
    0xD0, 0x00, 0x3C, 0x00, 0x3C, 0x07, 0x04, 0x00, 0x00, 0x01, 0x97, 0xC5, 0x6D, 0xE0, 0xD0,
    0x00, 0x00, 0x01, 0x97, 0xC5, 0x6D, 0xDC, 0xE8, 0x00, 0x3C, 0x00, 0x3C, 0x06, 0x04};

static void what_was_saved_by_version_1_is_read(void **state)
{
    (void)state;
    wh_clock c = clock_at(&plain, "2030-01-01 00:00:00");
    assert_int_equal(restore_copy(&c, saved_v1, sizeof saved_v1), WH_OK);
    assert_int_equal(c.utc_ms, at("2025-07-01 10:00:01"));
    assert_int_equal(c.correction_ppb, -5787);
    assert_int_equal(wh_clock_offset_min(&c), 60); /* daylight saving is off */
    assert_int_equal(wh_clock_zone_as_set(&c).dst_min, 60);
    assert_int_equal(wh_clock_status(&c), WH_CLOCK_STATUS_OTHER_BASE);
    wh_clock again = c;
    assert_int_equal(wh_clock_broadcast(&again, again.utc_ms, NULL, 0), WH_ERR_DENIED);
    expect_change(&again, WH_CLOCK_BROADCAST, at("2025-07-01 10:00:00"), at("2025-07-01 10:00:02"));
    expect_change(&again, WH_CLOCK_SHIFTED, at("2025-07-01 10:00:02"), at("2025-07-01 10:00:01"));
    assert_int_equal(wh_clock_adjust_to_preset(&again), WH_OK);
    assert_int_equal(again.utc_ms, at("2025-07-01 11:00:00"));
    for (size_t size = 0; size <= sizeof saved_v1; size++) {
        uint8_t *out = malloc(size + 1);
        assert_non_null(out);
        wh_writer w = wh_writer_init(out, size);
        wh_err err = wh_clock_save(&c, &w);
        assert_int_equal(err, size < sizeof saved_v1 ? WH_ERR_SPACE : WH_OK);
        if (err == WH_OK) {
            assert_memory_equal(out, saved_v1, sizeof saved_v1);
        }
        free(out);
    }
}

static void what_is_damaged_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    wh_clock c = clock_at(&berlin, "2025-03-01 12:00:00");
    wh_clock old = c;
    for (size_t len = 0; len < sizeof saved_v1; len++) {
        assert_int_equal(restore_copy(&c, saved_v1, len), WH_ERR_SHORT);
        assert_same(&c, &old);
    }
    static const struct {
        size_t at;
        uint8_t byte;
        wh_err err;
    } rows[] = {
        {0, 0, WH_ERR_FORMAT},      {0, 2, WH_ERR_UNSUPPORTED}, /* version */
        {1, 0x20, WH_ERR_FORMAT},   {2, 6, WH_ERR_FORMAT},      /* flags, base */
        {3, 6, WH_ERR_FORMAT},      {4, 0x80, WH_ERR_FORMAT},   /* base in use, time below 1970 */
        {4, 1, WH_ERR_FORMAT},      {20, 0x80, WH_ERR_FORMAT},  /* after 9990, rest below 0 */
        {20, 0x7F, WH_ERR_FORMAT},  {24, 0x7F, WH_ERR_FORMAT},  /* rest, correction */
        {28, 0x7F, WH_ERR_FORMAT},  {40, 0x7F, WH_ERR_FORMAT},  /* measured, error */
        {80, 0x7F, WH_ERR_FORMAT},  {86, 13, WH_ERR_FORMAT},    /* zone, month */
        {104, 6, WH_ERR_FORMAT},    {105, 0x80, WH_ERR_FORMAT}, /* count of changes, old time */
        {121, 0x7F, WH_ERR_FORMAT}, {125, 0, WH_ERR_FORMAT},    /* offset, cause */
        {125, 12, WH_ERR_FORMAT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[sizeof saved_v1];
        memcpy(bytes, saved_v1, sizeof bytes);
        bytes[rows[i].at] = rows[i].byte;
        if (restore_copy(&c, bytes, sizeof bytes) != rows[i].err) {
            fail_msg("row %zu", i);
        }
        assert_same(&c, &old);
    }
}

/* Whatever bit is wrong, what is taken can be run and saved again. */
static void a_wrong_bit_is_refused_or_harmless(void **state)
{
    (void)state;
    for (size_t bit = 0; bit < sizeof saved_v1 * 8; bit++) {
        uint8_t bytes[sizeof saved_v1];
        memcpy(bytes, saved_v1, sizeof bytes);
        bytes[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        wh_clock c = clock_at(&plain, "2025-03-01 12:00:00");
        if (restore_copy(&c, bytes, sizeof bytes) != WH_OK) {
            continue;
        }
        uint8_t out[WH_CLOCK_SAVED_MAX];
        wh_writer w = wh_writer_init(out, sizeof out);
        assert_int_equal(wh_clock_save(&c, &w), WH_OK);
        /* fewer changes waiting are fewer bytes */
        assert_in_range(wh_writer_len(&w), 1, sizeof bytes);
        assert_memory_equal(out, bytes, wh_writer_len(&w));
        wh_civil_time local;
        wh_clock_power_up(&c, BOOTED, true);
        wh_clock_local(&c, &local, NULL);
        (void)!wh_clock_set(&c, at("2025-07-08 00:00:00"));
        (void)!wh_clock_adjust_to_preset(&c);
        (void)!wh_clock_broadcast(&c, c.utc_ms, NULL, 0);
        wh_clock_tick(&c, INT64_MAX);
    }
}

/* ---- clock and boundaries together ---- */

static uint64_t random_u64(uint64_t *seed) /* xorshift */
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Something happens to a clock; what is refused is as good as what is done. */
static void disturb(wh_clock *c, int64_t *platform_ms, uint64_t *seed)
{
    int32_t n = (int32_t)(random_u64(seed) % 2001) - 1000;
    switch (random_u64(seed) % 12) {
    case 0:
        (void)!wh_clock_shift(c, n);
        break;
    case 1:
        (void)!wh_clock_set(c, c->utc_ms + n * 5 * MINUTE);
        break;
    case 2:
        (void)!wh_clock_adjust_to_quarter(c);
        break;
    case 3:
        (void)!wh_clock_broadcast(c, c->utc_ms + n * 300, NULL, 0);
        break;
    case 4:
        (void)!wh_clock_set_zone(c, n < 0 ? &beijing.zone : &berlin.zone, n % 2 == 0);
        break;
    case 5: /* power is away, at times for months */
        *platform_ms = n < 0 ? -n : *platform_ms + n * n * MINUTE / 8;
        through_a_power_cut(c, *platform_ms, n % 3 != 0);
        break;
    default:
        *platform_ms += (int64_t)(random_u64(seed) % (uint64_t)(2 * HOUR));
        wh_clock_tick(c, *platform_ms);
        break;
    }
}

static void save_and_restore(wh_boundary *b)
{
    uint8_t bytes[WH_BOUNDARY_SAVED_LEN];
    wh_writer w = wh_writer_init(bytes, sizeof bytes);
    assert_int_equal(wh_boundary_save(b, &w), WH_OK);
    memset(b, 0, sizeof *b);
    wh_reader r = wh_reader_init(bytes, sizeof bytes);
    assert_int_equal(wh_boundary_restore(b, &r), WH_OK);
}

/* Twelve settlements and seven days are kept: what is skipped is told, and nothing else is. */
static void whatever_happens_to_the_clock_each_record_is_made_once(void **state)
{
    (void)state;
    static const struct {
        wh_boundary_pattern pattern;
        size_t max;
    } rows[] = {{{.kind = WH_BOUNDARY_EVERY, .every_s = 900}, 96},
                {{.kind = WH_BOUNDARY_EVERY, .every_s = 7200}, 12},
                {{.kind = WH_BOUNDARY_DAILY, .hour = 2, .minute = 30}, 7},
                {{.kind = WH_BOUNDARY_MONTHLY, .day = 1}, 12},
                {{.kind = WH_BOUNDARY_MONTH_END}, 12}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t seed = 4711 + i;
        int64_t platform_ms = BOOTED;
        uint64_t count = 0;
        wh_clock_change change;
        wh_clock c = clock_at(&berlin, "2025-01-01 00:00:00");
        wh_boundary b;
        assert_int_equal(wh_boundary_start(&b, &rows[i].pattern, &c.zone, c.utc_ms), WH_OK);
        int64_t first = b.last;
        for (int n = 0; n < 5000; n++) {
            wh_boundary_point point[96];
            uint64_t skipped = 0;
            disturb(&c, &platform_ms, &seed);
            while (wh_clock_next_change(&c, &change)) {
            }
            size_t due = wh_boundary_due(&b, &c.zone, c.utc_ms, point, rows[i].max, &skipped);
            for (size_t k = 0; k < due; k++) {
                int64_t next = b.last + 1 + (k == 0 ? (int64_t)skipped : 0);
                assert_int_equal(point[k].number, next);
                assert_true(point[k].utc_ms <= c.utc_ms);
                wh_boundary_done(&b, next);
                save_and_restore(&b);
            }
            count += skipped + due;
            assert_true(wh_boundary_next_ms(&b, &c.zone) > c.utc_ms);
        }
        assert_int_equal(count, b.last - first);
        assert_true(count > 50);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_on_a_battery_takes_up_the_outage),
        cmocka_unit_test(a_lost_battery_leaves_it_doubtful_until_it_is_set),
        cmocka_unit_test(what_was_saved_by_version_1_is_read),
        cmocka_unit_test(what_is_damaged_is_refused_and_changes_nothing),
        cmocka_unit_test(a_wrong_bit_is_refused_or_harmless),
        cmocka_unit_test(whatever_happens_to_the_clock_each_record_is_made_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
