/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/clock/clock_rig.h"

static void it_begins_invalid_and_runs_and_is_valid_when_set(void **state)
{
    (void)state;
    wh_clock c;
    wh_clock_change change;
    assert_int_equal(wh_clock_init(&c, &plain, BOOTED), WH_OK);
    assert_int_equal(wh_clock_status(&c), WH_CLOCK_STATUS_INVALID);
    wh_clock_tick(&c, BOOTED + 1234);
    assert_int_equal(c.utc_ms, WH_CLOCK_EARLIEST_MS + 1234);
    int64_t new_ms = at("2025-07-01 10:00:00");
    assert_int_equal(wh_clock_set(&c, new_ms), WH_OK);
    assert_int_equal(wh_clock_status(&c), 0);
    wh_clock_tick(&c, BOOTED + 1235);
    assert_int_equal(c.utc_ms, new_ms + 1);
    assert_true(wh_clock_next_change(&c, &change));
    assert_int_equal(change.cause, WH_CLOCK_SET);
    assert_int_equal(change.old_ms, WH_CLOCK_EARLIEST_MS + 1234);
    assert_int_equal(change.new_ms, new_ms);
    assert_int_equal(change.status, WH_CLOCK_STATUS_INVALID);
    assert_false(wh_clock_next_change(&c, &change));
}

static void a_configuration_outside_its_ranges_is_refused(void **state)
{
    (void)state;
    wh_clock c;
    /* clang-format off */
    const struct {
        wh_clock_config config;
        wh_err err;
    } rows[] = {
        {{.base = 5}, WH_OK},
        {{.base = 6}, WH_ERR_RANGE},
        {{.zone = {.standard_min = 841}}, WH_ERR_RANGE},
        {{.zone = {.dst_min = 60}}, WH_ERR_RANGE}, /* without its changes */
        {{.earliest_ms = 0, .latest_ms = 1}, WH_OK},
        {{.earliest_ms = 1, .latest_ms = 1}, WH_ERR_RANGE},
        {{.earliest_ms = -1, .latest_ms = 1}, WH_ERR_RANGE},
        {{.earliest_ms = 1, .latest_ms = INT64_C(253086767999999)}, WH_OK},
        {{.earliest_ms = 1, .latest_ms = INT64_C(253086768000000)}, WH_ERR_RANGE},
        {{.drift_interval_ms = 60000}, WH_OK},
        {{.drift_interval_ms = 59999}, WH_ERR_RANGE},
        {{.drift_interval_ms = INT64_MAX}, WH_ERR_RANGE},
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (wh_clock_init(&c, &rows[i].config, BOOTED) != rows[i].err) {
            fail_msg("row %zu", i);
        }
    }
}

static void local_time_follows_daylight_saving_and_tells_it(void **state)
{
    (void)state;
    wh_clock c = clock_at(&berlin, "2025-03-30 00:59:59");
    wh_civil_time local;
    wh_clock_change change;
    bool dst = true;
    wh_clock_local(&c, &local, &dst);
    assert_int_equal(local.hour, 1);
    assert_false(dst);
    wh_clock_tick(&c, BOOTED + SECOND - 1);
    assert_false(wh_clock_next_change(&c, &change));
    wh_clock_tick(&c, BOOTED + SECOND);
    wh_clock_local(&c, &local, &dst);
    assert_int_equal(local.hour, 3);
    assert_true(dst);
    assert_int_equal(wh_clock_status(&c), WH_CLOCK_STATUS_DST);
    assert_int_equal(wh_clock_offset_min(&c), 120);
    assert_true(wh_clock_next_change(&c, &change));
    assert_int_equal(change.cause, WH_CLOCK_DST_BEGAN);
    assert_int_equal(change.old_offset_min, 60);
    assert_int_equal(change.new_offset_min, 120);
    assert_int_equal(change.status, 0);
    /* not followed: no change of its own, and local time is that of winter */
    wh_time_zone zone = wh_clock_zone_as_set(&c);
    assert_int_equal(wh_clock_set_zone(&c, &zone, true), WH_OK);
    expect_change(&c, WH_CLOCK_ZONE, c.utc_ms, c.utc_ms);
    assert_int_equal(wh_clock_offset_min(&c), 60);
    assert_int_equal(wh_clock_status(&c), 0);
    zone = wh_clock_zone_as_set(&c);
    assert_int_equal(zone.dst_min, 60);
    assert_int_equal(wh_clock_set_zone(&c, &zone, false), WH_OK);
    assert_int_equal(wh_clock_offset_min(&c), 120);
    wh_clock_tick(&c, BOOTED + 200 * DAY + 200 * DAY);
    expect_change(&c, WH_CLOCK_ZONE, at("2025-03-30 01:00:00"), at("2025-03-30 01:00:00"));
    assert_false(wh_clock_next_change(&c, &change)); /* a whole year and a bit: back in summer */
    wh_clock_tick(&c, BOOTED + 600 * DAY);
    expect_change(&c, WH_CLOCK_DST_ENDED, c.utc_ms, c.utc_ms);
}

static void the_correction_is_exact_however_time_is_cut(void **state)
{
    (void)state;
    static const int32_t ppbs[] = {1, -1, 5787, -5787, 333333, WH_CLOCK_PPB_MAX, -WH_CLOCK_PPB_MAX};
    static const int64_t steps_ms[] = {1, 7, 999, SECOND, 61 * SECOND, HOUR + 1};
    for (size_t i = 0; i < sizeof ppbs / sizeof ppbs[0]; i++) {
        for (size_t k = 0; k < sizeof steps_ms / sizeof steps_ms[0]; k++) {
            wh_clock c = clock_at(&plain, "2025-01-01 00:00:00");
            int64_t from_ms = c.utc_ms;
            int64_t previous_ms = from_ms;
            assert_int_equal(wh_clock_set_correction(&c, ppbs[i]), WH_OK);
            for (int n = 0; n < 3000; n++) {
                wh_clock_tick(&c, c.platform_ms + steps_ms[k]);
                assert_true(c.utc_ms >= previous_ms);
                previous_ms = c.utc_ms;
            }
            int64_t passed_ms = 3000 * steps_ms[k];
            int64_t exact = passed_ms * ppbs[i]; /* in 1e-9 ms */
            int64_t got = (c.utc_ms - from_ms - passed_ms) * 1000000000 + c.rest;
            assert_true(got == exact);
        }
    }
    wh_clock c = clock_at(&plain, "2025-01-01 00:00:00");
    wh_clock old = c;
    assert_int_equal(wh_clock_set_correction(&c, WH_CLOCK_PPB_MAX + 1), WH_ERR_RANGE);
    assert_int_equal(wh_clock_set_correction(&c, -WH_CLOCK_PPB_MAX - 1), WH_ERR_RANGE);
    assert_same(&c, &old);
}

/* The platform loses `ppm`; each day someone sets the clock right to a whole second. */
static int64_t error_after_a_month(wh_clock *c, int64_t ppm)
{
    wh_clock_change change;
    int64_t true_ms = c->utc_ms;
    int64_t platform_ms = c->platform_ms;
    for (int day = 0; day < 31; day++) {
        true_ms += DAY;
        platform_ms += DAY - DAY / 1000000 * ppm - DAY % 1000000 * ppm / 1000000;
        wh_clock_tick(c, platform_ms);
        assert_int_equal(wh_clock_set(c, true_ms - true_ms % SECOND), WH_OK);
        while (wh_clock_next_change(c, &change)) {
        }
    }
    int64_t before_ms = c->utc_ms - true_ms;
    wh_clock_tick(c, platform_ms + 10 * DAY - 864 * ppm);
    return c->utc_ms - true_ms - 10 * DAY - before_ms;
}

static void drift_is_measured_over_weeks_and_corrected(void **state)
{
    (void)state;
    wh_clock c = clock_at(&plain, "2025-01-01 00:00:00");
    int64_t error_ms = error_after_a_month(&c, 40); /* 3.5 s a day */
    assert_in_range(error_ms + 2000, 0, 4000);      /* of 35 s in ten days */
    assert_in_range(c.correction_ppb, 38000, 42000);

    wh_clock_config config = plain;
    config.keep_correction = true;
    c = clock_at(&config, "2025-01-01 00:00:00");
    error_ms = error_after_a_month(&c, 40);
    assert_int_equal(c.correction_ppb, 0);
    assert_in_range(c.measured_ppb, 38000, 42000);
    assert_true(error_ms < -30000);
}

static void a_set_that_is_no_drift_is_not_taken_for_one(void **state)
{
    (void)state;
    wh_clock c = clock_at(&plain, "2025-01-01 00:00:00");
    wh_clock_tick(&c, BOOTED + 10 * DAY);
    assert_int_equal(wh_clock_set(&c, c.utc_ms + HOUR), WH_OK); /* the wrong zone, perhaps */
    assert_int_equal(c.measured_ppb, 0);
    assert_int_equal(c.correction_ppb, 0);
    wh_clock_tick(&c, BOOTED + 20 * DAY);
    assert_int_equal(wh_clock_set(&c, c.utc_ms + 5 * SECOND), WH_OK);
    assert_int_equal(c.measured_ppb, 5787);
    assert_int_equal(c.correction_ppb, 5787);
}

typedef struct {
    const char *from;
    wh_err (*adjust)(wh_clock *c);
    const char *to;
} adjust_row;

static wh_err to_five_minutes(wh_clock *c)
{
    return wh_clock_adjust_to_period(c, 300);
}

static wh_err to_hour(wh_clock *c)
{
    return wh_clock_adjust_to_period(c, 3600);
}

static void adjusting_goes_to_the_nearest(void **state)
{
    (void)state;
    static const adjust_row rows[] = {
        {"2025-01-01 12:07:29", wh_clock_adjust_to_quarter, "2025-01-01 12:00:00"},
        {"2025-01-01 12:07:30", wh_clock_adjust_to_quarter, "2025-01-01 12:15:00"},
        {"2025-01-01 12:15:00", wh_clock_adjust_to_quarter, "2025-01-01 12:15:00"},
        {"2025-01-01 23:59:30", wh_clock_adjust_to_minute, "2025-01-02 00:00:00"},
        {"2025-01-01 12:00:29", wh_clock_adjust_to_minute, "2025-01-01 12:00:00"},
        {"2025-01-01 12:02:30", to_five_minutes, "2025-01-01 12:05:00"},
        {"2025-01-01 12:02:29", to_five_minutes, "2025-01-01 12:00:00"},
        {"2025-01-01 12:40:00", to_hour, "2025-01-01 12:15:00"}, /* local 18:25 in Kathmandu */
    };
    wh_clock_config kathmandu = {.zone = {.standard_min = 345}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_clock c = clock_at(&kathmandu, rows[i].from);
        wh_clock_change change;
        assert_int_equal(rows[i].adjust(&c), WH_OK);
        if (c.utc_ms != at(rows[i].to)) {
            fail_msg("%s: to %lld", rows[i].from, (long long)c.utc_ms);
        }
        assert_true(wh_clock_next_change(&c, &change));
        assert_int_equal(change.old_ms, at(rows[i].from));
        assert_int_equal(change.new_ms, at(rows[i].to));
    }
    wh_clock c = clock_at(&kathmandu, "2025-01-01 12:00:10");
    wh_clock old = c;
    assert_int_equal(wh_clock_adjust_to_period(&c, 0), WH_ERR_RANGE);
    assert_int_equal(wh_clock_adjust_to_period(&c, 7), WH_ERR_RANGE);
    assert_int_equal(wh_clock_adjust_to_period(&c, 7200), WH_ERR_RANGE);
    assert_same(&c, &old);
}

static void a_shift_goes_as_far_as_900_s(void **state)
{
    (void)state;
    wh_clock c = clock_at(&plain, "2025-01-01 12:00:00");
    int64_t from_ms = c.utc_ms;
    assert_int_equal(wh_clock_shift(&c, 900), WH_OK);
    expect_change(&c, WH_CLOCK_SHIFTED, from_ms, from_ms + 900 * SECOND);
    assert_int_equal(wh_clock_shift(&c, -900), WH_OK);
    expect_change(&c, WH_CLOCK_SHIFTED, from_ms + 900 * SECOND, from_ms);
    wh_clock old = c;
    assert_int_equal(wh_clock_shift(&c, 901), WH_ERR_RANGE);
    assert_int_equal(wh_clock_shift(&c, -901), WH_ERR_RANGE);
    assert_int_equal(wh_clock_shift(&c, INT32_MIN), WH_ERR_RANGE);
    assert_same(&c, &old);
    /* it does not vouch for the time */
    assert_int_equal(wh_clock_init(&c, &plain, BOOTED), WH_OK);
    assert_int_equal(wh_clock_shift(&c, 1), WH_OK);
    assert_int_equal(wh_clock_status(&c), WH_CLOCK_STATUS_INVALID);
}

static void a_preset_time_is_taken_once_in_its_interval(void **state)
{
    (void)state;
    wh_clock c = clock_at(&plain, "2025-01-01 12:00:00");
    int64_t now_ms = c.utc_ms;
    assert_int_equal(wh_clock_adjust_to_preset(&c), WH_ERR_NOT_FOUND);
    wh_clock old = c;
    assert_int_equal(wh_clock_preset(&c, now_ms, now_ms + 1, now_ms), WH_ERR_RANGE);
    assert_int_equal(wh_clock_preset(&c, 0, now_ms, now_ms), WH_ERR_RANGE);
    assert_same(&c, &old);
    int64_t preset_ms = now_ms + 30 * SECOND;
    assert_int_equal(wh_clock_preset(&c, preset_ms, now_ms + SECOND, now_ms + 2 * SECOND), WH_OK);
    assert_int_equal(wh_clock_adjust_to_preset(&c), WH_ERR_STATE);
    wh_clock_tick(&c, BOOTED + 2 * SECOND + 1);
    assert_int_equal(wh_clock_adjust_to_preset(&c), WH_ERR_STATE);
    assert_int_equal(wh_clock_preset(&c, preset_ms, c.utc_ms, c.utc_ms), WH_OK);
    assert_int_equal(wh_clock_adjust_to_preset(&c), WH_OK);
    expect_change(&c, WH_CLOCK_PRESET, now_ms + 2 * SECOND + 1, preset_ms);
    assert_int_equal(wh_clock_adjust_to_preset(&c), WH_ERR_NOT_FOUND);
}

static void a_time_outside_the_limits_is_refused(void **state)
{
    (void)state;
    static const struct {
        int64_t utc_ms;
        wh_err err;
    } rows[] = {{WH_CLOCK_EARLIEST_MS - 1, WH_ERR_RANGE},
                {WH_CLOCK_EARLIEST_MS, WH_OK},
                {WH_CLOCK_LATEST_MS, WH_OK},
                {WH_CLOCK_LATEST_MS + 1, WH_ERR_RANGE},
                {INT64_MIN, WH_ERR_RANGE},
                {INT64_MAX, WH_ERR_RANGE}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_clock c = clock_at(&plain, "2025-01-01 12:00:00");
        wh_clock old = c;
        assert_int_equal(wh_clock_set(&c, rows[i].utc_ms), rows[i].err);
        if (rows[i].err != WH_OK) {
            assert_same(&c, &old);
        }
    }
    wh_clock c = clock_at(&plain, "2099-12-31 23:59:00");
    assert_int_equal(wh_clock_shift(&c, 60), WH_ERR_RANGE);
    assert_int_equal(wh_clock_shift(&c, 59), WH_OK);
    assert_int_equal(wh_clock_adjust_to_minute(&c), WH_ERR_RANGE);
}

static void a_change_that_could_not_be_told_is_refused(void **state)
{
    (void)state;
    wh_clock c = clock_at(&berlin, "2025-01-01 12:00:00");
    int64_t now_ms = c.utc_ms;
    assert_int_equal(wh_clock_preset(&c, now_ms, now_ms, now_ms + DAY), WH_OK);
    for (int i = 0; i < WH_CLOCK_CHANGES_MAX - 1; i++) {
        assert_int_equal(wh_clock_shift(&c, 1), WH_OK);
    }
    wh_clock old = c;
    assert_int_equal(wh_clock_set(&c, now_ms), WH_ERR_STATE);
    assert_int_equal(wh_clock_shift(&c, 1), WH_ERR_STATE);
    assert_int_equal(wh_clock_adjust_to_quarter(&c), WH_ERR_STATE);
    assert_int_equal(wh_clock_adjust_to_minute(&c), WH_ERR_STATE);
    assert_int_equal(wh_clock_adjust_to_preset(&c), WH_ERR_STATE);
    assert_int_equal(wh_clock_broadcast(&c, now_ms, NULL, 0), WH_ERR_STATE);
    assert_int_equal(wh_clock_set_zone(&c, &beijing.zone, false), WH_ERR_STATE);
    assert_same(&c, &old);
    /* daylight saving begins meanwhile: told as soon as there is room */
    wh_clock_tick(&c, BOOTED + 150 * DAY);
    for (int i = 0; i < WH_CLOCK_CHANGES_MAX - 1; i++) {
        expect_change(&c, WH_CLOCK_SHIFTED, now_ms + i * SECOND, now_ms + (i + 1) * SECOND);
    }
    wh_clock_tick(&c, BOOTED + 150 * DAY);
    expect_change(&c, WH_CLOCK_DST_BEGAN, c.utc_ms, c.utc_ms);
    /* a loss cannot be refused: it always has its room, and one record for all in a row */
    for (int i = 0; i < WH_CLOCK_CHANGES_MAX - 1; i++) {
        assert_int_equal(wh_clock_shift(&c, -1), WH_OK);
    }
    wh_clock_tick(&c, 1);
    wh_clock_tick(&c, 0);
    wh_clock_change change;
    for (int i = 0; i < WH_CLOCK_CHANGES_MAX - 1; i++) {
        assert_true(wh_clock_next_change(&c, &change));
    }
    expect_change(&c, WH_CLOCK_LOST, c.utc_ms, c.utc_ms);
    assert_false(wh_clock_next_change(&c, &change));
}

typedef struct {
    const char *name;
    const char *now; /* UTC; 16:00 is midnight in Beijing */
    int64_t by_ms;
    const char *settlement; /* NULL: none */
    wh_err err;
} broadcast_row;

static void a_broadcast_keeps_to_the_rules(void **state)
{
    (void)state;
    /* clang-format off */
    static const broadcast_row rows[] = {
        {"as far as it may", "2025-01-01 12:00:00", 5 * MINUTE, NULL, WH_OK},
        {"farther", "2025-01-01 12:00:00", 5 * MINUTE + 1, NULL, WH_ERR_RANGE},
        {"back as far as it may", "2025-01-01 12:00:00", -5 * MINUTE, NULL, WH_OK},
        {"farther back", "2025-01-01 12:00:00", -5 * MINUTE - 1, NULL, WH_ERR_RANGE},
        {"the end of the day is near", "2025-01-01 15:55:01", 0, NULL, WH_ERR_DENIED},
        {"not that near", "2025-01-01 15:55:00", 0, NULL, WH_OK},
        {"it would be near", "2025-01-01 15:55:00", SECOND, NULL, WH_ERR_DENIED},
        {"the day is young", "2025-01-01 16:04:59", 0, NULL, WH_ERR_DENIED},
        {"not that young", "2025-01-01 16:05:00", 0, NULL, WH_OK},
        {"it would be", "2025-01-01 16:05:00", -SECOND, NULL, WH_ERR_DENIED},
        {"midnight elsewhere", "2025-01-01 00:00:00", SECOND, NULL, WH_OK},
        {"a settlement is near", "2025-01-01 03:55:01", 0, "2025-01-01 04:00:00", WH_ERR_DENIED},
        {"not that near", "2025-01-01 03:55:00", 0, "2025-01-01 04:00:00", WH_OK},
        {"it would be near", "2025-01-01 03:54:00", 61 * SECOND, "2025-01-01 04:00:00", WH_ERR_DENIED},
        {"just settled", "2025-01-01 04:04:59", 0, "2025-01-01 04:00:00", WH_ERR_DENIED},
        {"settled", "2025-01-01 04:05:00", 0, "2025-01-01 04:00:00", WH_OK},
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_clock c = clock_at(&beijing, rows[i].now);
        wh_clock old = c;
        int64_t settlement_ms[3] = {INT64_MIN, INT64_MAX, 0};
        if (rows[i].settlement != NULL) {
            settlement_ms[2] = at(rows[i].settlement);
        }
        wh_err err = wh_clock_broadcast(&c, c.utc_ms + rows[i].by_ms, settlement_ms, 3);
        if (err != rows[i].err) {
            fail_msg("%s: %s", rows[i].name, wh_err_text(err));
        }
        if (err == WH_OK) {
            expect_change(&c, WH_CLOCK_BROADCAST, old.utc_ms, old.utc_ms + rows[i].by_ms);
        } else {
            assert_same(&c, &old);
        }
    }
}

static void a_broadcast_is_taken_once_in_a_local_day(void **state)
{
    (void)state;
    wh_clock c = clock_at(&beijing, "2025-01-01 12:00:00");
    assert_int_equal(wh_clock_broadcast(&c, c.utc_ms + SECOND, NULL, 0), WH_OK);
    assert_int_equal(wh_clock_broadcast(&c, c.utc_ms + SECOND, NULL, 0), WH_ERR_DENIED);
    wh_clock_tick(&c, BOOTED + 3 * HOUR);
    assert_int_equal(wh_clock_broadcast(&c, c.utc_ms + SECOND, NULL, 0), WH_ERR_DENIED);
    wh_clock_tick(&c, BOOTED + 4 * HOUR + 5 * MINUTE);
    assert_int_equal(wh_clock_broadcast(&c, c.utc_ms + SECOND, NULL, 0), WH_OK);
    /* nor can it wake a clock that knows nothing */
    assert_int_equal(wh_clock_init(&c, &beijing, BOOTED), WH_OK);
    wh_clock_tick(&c, BOOTED + HOUR);
    assert_int_equal(wh_clock_broadcast(&c, c.utc_ms, NULL, 0), WH_ERR_STATE);
}

static void another_base_than_chosen_shows_in_the_status(void **state)
{
    (void)state;
    wh_clock c = clock_at(&berlin, "2025-01-01 12:00:00");
    assert_int_equal(wh_clock_set_base(&c, WH_CLOCK_BASE_MAINS_50_HZ), WH_OK);
    assert_int_equal(wh_clock_status(&c), WH_CLOCK_STATUS_OTHER_BASE);
    assert_int_equal(wh_clock_set_base_in_use(&c, WH_CLOCK_BASE_MAINS_50_HZ), WH_OK);
    assert_int_equal(wh_clock_status(&c), 0);
    wh_clock old = c;
    assert_int_equal(wh_clock_set_base(&c, 6), WH_ERR_RANGE);
    assert_int_equal(wh_clock_set_base_in_use(&c, 6), WH_ERR_RANGE);
    wh_time_zone bad = {.standard_min = -721};
    assert_int_equal(wh_clock_set_zone(&c, &bad, false), WH_ERR_RANGE);
    assert_same(&c, &old);
}

static void a_platform_that_leaps_makes_it_doubtful(void **state)
{
    (void)state;
    static const int64_t leaps[] = {BOOTED - 1, INT64_MIN, INT64_MAX,
                                    BOOTED + INT64_C(3155760000001)};
    for (size_t i = 0; i < sizeof leaps / sizeof leaps[0]; i++) {
        wh_clock c = clock_at(&plain, "2025-01-01 12:00:00");
        int64_t now_ms = c.utc_ms;
        wh_clock_tick(&c, leaps[i]);
        assert_int_equal(c.utc_ms, now_ms);
        assert_int_equal(wh_clock_status(&c), WH_CLOCK_STATUS_DOUBTFUL);
        expect_change(&c, WH_CLOCK_LOST, now_ms, now_ms);
        if (leaps[i] < INT64_MAX) {
            wh_clock_tick(&c, leaps[i] + 1);
            assert_int_equal(c.utc_ms, now_ms + 1);
        }
    }
    /* no number of centuries carries it past its end */
    wh_clock c = clock_at(&plain, "2025-01-01 12:00:00");
    for (int i = 0; i < 200; i++) {
        wh_clock_tick(&c, c.platform_ms + INT64_C(3155760000000));
    }
    assert_int_equal(c.utc_ms, INT64_C(253086768000000));
    assert_int_equal(wh_clock_status(&c), WH_CLOCK_STATUS_INVALID);
    assert_int_equal(wh_clock_set(&c, at("2025-01-01 12:00:00")), WH_OK);
    assert_int_equal(wh_clock_status(&c), 0);
}

/* A year of whatever may happen, in one zone after the other: UTC goes back only where a record
 * says so, and the records tell the whole way. */
static void records_tell_the_whole_way(void **state)
{
    (void)state;
    uint64_t seed = 20250101;
    wh_clock c = clock_at(&berlin, "2025-01-01 00:00:00");
    int64_t told_ms = c.utc_ms; /* the way as told: ticks and records */
    int64_t platform_ms = c.platform_ms;
    for (int i = 0; i < 20000; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        int32_t n = (int32_t)(seed >> 40 & 0x7FF) - 1024;
        int64_t before_ms = c.utc_ms;
        platform_ms += (int64_t)(seed >> 20 & 0x1FFFFF);
        wh_clock_tick(&c, platform_ms);
        told_ms += c.utc_ms - before_ms;
        switch (seed % 8) {
        case 0:
            (void)!wh_clock_shift(&c, n);
            break;
        case 1:
            (void)!wh_clock_set(&c, c.utc_ms + n * HOUR);
            break;
        case 2:
            (void)!wh_clock_adjust_to_quarter(&c);
            break;
        case 3:
            (void)!wh_clock_broadcast(&c, c.utc_ms + n * 300, NULL, 0);
            break;
        case 4:
            (void)!wh_clock_set_zone(&c, n < 0 ? &beijing.zone : &berlin.zone, n % 2 == 0);
            break;
        default:
            break;
        }
        wh_clock_change change;
        while (seed % 3 == 0 && wh_clock_next_change(&c, &change)) {
            told_ms += change.new_ms - change.old_ms;
        }
        if (c.change_count == 0) {
            assert_int_equal(told_ms, c.utc_ms);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_begins_invalid_and_runs_and_is_valid_when_set),
        cmocka_unit_test(a_configuration_outside_its_ranges_is_refused),
        cmocka_unit_test(local_time_follows_daylight_saving_and_tells_it),
        cmocka_unit_test(the_correction_is_exact_however_time_is_cut),
        cmocka_unit_test(drift_is_measured_over_weeks_and_corrected),
        cmocka_unit_test(a_set_that_is_no_drift_is_not_taken_for_one),
        cmocka_unit_test(adjusting_goes_to_the_nearest),
        cmocka_unit_test(a_shift_goes_as_far_as_900_s),
        cmocka_unit_test(a_preset_time_is_taken_once_in_its_interval),
        cmocka_unit_test(a_time_outside_the_limits_is_refused),
        cmocka_unit_test(a_change_that_could_not_be_told_is_refused),
        cmocka_unit_test(a_broadcast_keeps_to_the_rules),
        cmocka_unit_test(a_broadcast_is_taken_once_in_a_local_day),
        cmocka_unit_test(another_base_than_chosen_shows_in_the_status),
        cmocka_unit_test(a_platform_that_leaps_makes_it_doubtful),
        cmocka_unit_test(records_tell_the_whole_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
