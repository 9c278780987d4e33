/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/clock/boundary.h"
#include "tests/meter/clock/time_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define MAX_DUE 40

#define EUROPE(standard)                                                       \
    {                                                                          \
        .standard_min = (standard), .dst_min = 60,                             \
        .begin = {WH_TIME_ZONE_ANY_YEAR, 3, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0}, \
        .end = {WH_TIME_ZONE_ANY_YEAR, 10, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0},  \
    }

static const wh_time_zone utc = {0};
static const wh_time_zone beijing = {.standard_min = 480};
static const wh_time_zone kathmandu = {.standard_min = 345};
static const wh_time_zone berlin = EUROPE(60);
static const wh_time_zone azores = EUROPE(-60); /* changes at local midnight */
static const wh_time_zone new_york = {
    .standard_min = -300,
    .dst_min = 60,
    .begin = {WH_TIME_ZONE_ANY_YEAR, 3, WH_TIME_ZONE_NTH(2), 7, 2, 0, 0, WH_TIME_ZONE_WALL},
    .end = {WH_TIME_ZONE_ANY_YEAR, 11, WH_TIME_ZONE_NTH(1), 7, 2, 0, 0, WH_TIME_ZONE_WALL},
};
static const wh_time_zone lord_howe = {
    .standard_min = 630,
    .dst_min = 30,
    .begin = {WH_TIME_ZONE_ANY_YEAR, 10, WH_TIME_ZONE_NTH(1), 7, 2, 0, 0, WH_TIME_ZONE_WALL},
    .end = {WH_TIME_ZONE_ANY_YEAR, 4, WH_TIME_ZONE_NTH(1), 7, 2, 0, 0, WH_TIME_ZONE_WALL},
};
/* Winter time is the deviation: an hour back from October to March. */
static const wh_time_zone dublin = {
    .standard_min = 60,
    .dst_min = -60,
    .begin = {WH_TIME_ZONE_ANY_YEAR, 10, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0},
    .end = {WH_TIME_ZONE_ANY_YEAR, 3, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0},
};

static const wh_time_zone *const zones[] = {&utc,    &beijing,  &kathmandu, &berlin,
                                            &azores, &new_york, &lord_howe, &dublin};
#define ZONE_COUNT (sizeof zones / sizeof zones[0])

static const wh_boundary_pattern quarter = {.kind = WH_BOUNDARY_EVERY, .every_s = 900};
static const wh_boundary_pattern hourly = {.kind = WH_BOUNDARY_EVERY, .every_s = 3600};
static const wh_boundary_pattern minutely = {.kind = WH_BOUNDARY_EVERY, .every_s = 60};
static const wh_boundary_pattern six_hours = {.kind = WH_BOUNDARY_EVERY, .every_s = 21600};
static const wh_boundary_pattern forty_five = {.kind = WH_BOUNDARY_EVERY, .every_s = 2700};
static const wh_boundary_pattern uneven = {.kind = WH_BOUNDARY_EVERY, .every_s = 50000};
static const wh_boundary_pattern midnight = {.kind = WH_BOUNDARY_DAILY};
static const wh_boundary_pattern half_past_two = {
    .kind = WH_BOUNDARY_DAILY, .hour = 2, .minute = 30};
static const wh_boundary_pattern half_past_one = {
    .kind = WH_BOUNDARY_DAILY, .hour = 1, .minute = 30};
static const wh_boundary_pattern settlement = {.kind = WH_BOUNDARY_MONTHLY, .day = 1, .hour = 0};
static const wh_boundary_pattern mid_month = {.kind = WH_BOUNDARY_MONTHLY, .day = 15, .hour = 8};
static const wh_boundary_pattern month_end = {.kind = WH_BOUNDARY_MONTH_END};
static const wh_boundary_pattern leap_day = {
    .kind = WH_BOUNDARY_YEARLY, .month = 2, .day = 29, .hour = 12};

static const wh_boundary_pattern *const patterns[] = {
    &minutely, &quarter,       &hourly,     &six_hours, &forty_five, &uneven,
    &midnight, &half_past_two, &settlement, &mid_month, &month_end,  &leap_day};
#define PATTERN_COUNT (sizeof patterns / sizeof patterns[0])

static wh_boundary begun(const wh_boundary_pattern *pattern, const wh_time_zone *zone,
                         const char *from)
{
    wh_boundary b;
    assert_int_equal(wh_boundary_start(&b, pattern, zone, at(from)), WH_OK);
    return b;
}

/* All that is due by a time, done; the moment of each. */
static size_t take(wh_boundary *b, const wh_time_zone *zone, int64_t utc_ms, int64_t *moment_ms)
{
    wh_boundary_point point[MAX_DUE];
    uint64_t skipped = 0;
    size_t n = wh_boundary_due(b, zone, utc_ms, point, MAX_DUE, &skipped);
    assert_int_equal(skipped, 0);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(point[i].number, b->last + 1);
        moment_ms[i] = point[i].utc_ms;
        wh_boundary_done(b, point[i].number);
    }
    assert_int_equal(wh_boundary_due(b, zone, utc_ms, point, MAX_DUE, NULL), 0);
    return n;
}

typedef struct {
    const char *name;
    const wh_boundary_pattern *pattern;
    const wh_time_zone *zone;
    const char *from;
    const char *to;
    size_t count;
    const char *moment[7]; /* UTC, the first of them */
} due_row;

/* clang-format off */
static const due_row due_rows[] = {
    {"quarters of an hour", &quarter, &utc, "2025-01-01 00:00", "2025-01-01 01:00", 4,
     {"2025-01-01 00:15", "2025-01-01 00:30", "2025-01-01 00:45", "2025-01-01 01:00"}},
    {"hours of a zone with 45 minutes", &hourly, &kathmandu, "2025-01-01 00:00", "2025-01-01 02:14", 2,
     {"2025-01-01 00:15", "2025-01-01 01:15"}},
    {"a long day of hours", &hourly, &berlin, "2025-10-25 22:00", "2025-10-26 23:00", 25,
     {"2025-10-25 23:00", "2025-10-26 00:00", "2025-10-26 01:00", "2025-10-26 02:00"}},
    {"a short day of hours", &hourly, &berlin, "2025-03-29 23:00", "2025-03-30 22:00", 23,
     {"2025-03-30 00:00", "2025-03-30 01:00", "2025-03-30 02:00"}},
    {"quarter days when summer ends", &six_hours, &berlin, "2025-10-25 22:00", "2025-10-26 23:00", 4,
     {"2025-10-26 05:00", "2025-10-26 11:00", "2025-10-26 17:00", "2025-10-26 23:00"}},
    {"uneven intervals begin again at midnight", &uneven, &utc, "2025-01-01 00:00", "2025-01-02 23:59", 3,
     {NULL, "2025-01-02 00:00"}},
    {"days in Beijing", &midnight, &beijing, "2025-01-01 15:59", "2025-01-02 16:00", 2,
     {"2025-01-01 16:00", "2025-01-02 16:00"}},
    {"02:30 comes twice", &half_past_two, &berlin, "2025-10-25 12:00", "2025-10-27 12:00", 2,
     {"2025-10-26 00:30", "2025-10-27 01:30"}},
    {"02:30 does not come", &half_past_two, &berlin, "2025-03-29 12:00", "2025-03-31 12:00", 2,
     {"2025-03-30 01:00", "2025-03-31 00:30"}},
    {"02:30 does not come in New York", &half_past_two, &new_york, "2025-03-08 12:00", "2025-03-10 12:00", 2,
     {"2025-03-09 07:00", "2025-03-10 06:30"}},
    {"midnight does not come", &midnight, &azores, "2025-03-29 12:00", "2025-03-31 12:00", 2,
     {"2025-03-30 01:00", "2025-03-31 00:00"}},
    {"midnight comes twice", &midnight, &azores, "2025-10-25 12:00", "2025-10-27 12:00", 2,
     {"2025-10-26 00:00", "2025-10-27 01:00"}},
    {"01:30 comes twice in Dublin", &half_past_one, &dublin, "2025-10-25 12:00", "2025-10-27 12:00", 2,
     {"2025-10-26 00:30", "2025-10-27 01:30"}},
    {"01:30 does not come in Dublin", &half_past_one, &dublin, "2025-03-29 12:00", "2025-03-30 12:00", 1,
     {"2025-03-30 01:00"}},
    {"two that do not come, in order", &forty_five, &berlin, "2025-03-30 00:50", "2025-03-30 02:00", 3,
     {"2025-03-30 01:00", "2025-03-30 01:00", "2025-03-30 01:45"}},
    {"settlements of half a year", &settlement, &beijing, "2025-01-15 00:00", "2025-07-01 00:00", 6,
     {"2025-01-31 16:00", "2025-02-28 16:00", "2025-03-31 16:00", "2025-04-30 16:00"}},
    {"the 15th at 8", &mid_month, &utc, "2025-01-15 07:59", "2025-02-15 07:59", 1, {"2025-01-15 08:00"}},
    {"ends of months", &month_end, &utc, "2024-01-31 23:59", "2024-03-31 23:59", 2,
     {"2024-02-01 00:00", "2024-03-01 00:00"}},
    {"29 February", &leap_day, &utc, "2023-12-31 00:00", "2026-12-31 00:00", 3,
     {"2024-02-29 12:00", "2025-02-28 12:00", "2026-02-28 12:00"}},
    {"nothing", &midnight, &utc, "2025-01-01 00:00", "2025-01-01 23:59", 0, {NULL}},
};
/* clang-format on */

static void each_pattern_falls_where_the_clock_on_the_wall_shows_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof due_rows / sizeof due_rows[0]; i++) {
        const due_row *row = &due_rows[i];
        int64_t moment_ms[MAX_DUE];
        wh_boundary b = begun(row->pattern, row->zone, row->from);
        size_t n = take(&b, row->zone, at(row->to), moment_ms);
        if (n != row->count) {
            fail_msg("%s: %zu due, not %zu", row->name, n, row->count);
        }
        for (size_t k = 0; k < 7; k++) {
            if (row->moment[k] != NULL && moment_ms[k] != at(row->moment[k])) {
                fail_msg("%s: the %zu. is at %lld", row->name, k, (long long)moment_ms[k]);
            }
        }
    }
}

static void a_boundary_is_due_in_its_millisecond_and_not_before(void **state)
{
    (void)state;
    wh_boundary_point point[2];
    for (size_t z = 0; z < ZONE_COUNT; z++) {
        for (size_t p = 0; p < PATTERN_COUNT; p++) {
            wh_boundary b = begun(patterns[p], zones[z], "2025-01-01 00:00");
            int64_t next_ms = wh_boundary_next_ms(&b, zones[z]);
            assert_true(next_ms > at("2025-01-01 00:00"));
            assert_int_equal(wh_boundary_due(&b, zones[z], next_ms - 1, point, 2, NULL), 0);
            assert_int_equal(wh_boundary_due(&b, zones[z], next_ms, point, 2, NULL), 1);
            assert_int_equal(point[0].utc_ms, next_ms);
            wh_boundary again = b;
            assert_int_equal(wh_boundary_start(&again, patterns[p], zones[z], next_ms), WH_OK);
            assert_int_equal(again.last, b.last + 1);
        }
    }
}

static void numbers_name_the_day_the_month_and_the_year(void **state)
{
    (void)state;
    wh_civil_date date = {2025, 3, 1};
    assert_int_equal(begun(&midnight, &beijing, "2025-02-28 16:00").last,
                     wh_civil_date_to_days(date));
    assert_int_equal(begun(&settlement, &utc, "2025-03-01 00:00").last, 2025 * 12 + 2);
    assert_int_equal(begun(&month_end, &utc, "2025-03-01 00:00").last, 2025 * 12 + 1);
    assert_int_equal(begun(&leap_day, &utc, "2025-03-01 00:00").last, 2025);
}

static void after_a_long_cut_the_newest_are_given_and_the_rest_is_counted(void **state)
{
    (void)state;
    wh_boundary_point point[12];
    uint64_t skipped = 0;
    wh_boundary b = begun(&settlement, &utc, "2020-01-15 00:00");
    int64_t now_ms = at("2023-01-15 00:00"); /* 36 settlements later */
    assert_int_equal(wh_boundary_due(&b, &utc, now_ms, point, 12, &skipped), 12);
    assert_int_equal(skipped, 24);
    assert_int_equal(point[0].utc_ms, at("2022-02-01 00:00"));
    assert_int_equal(point[11].utc_ms, at("2023-01-01 00:00"));
    assert_int_equal(wh_boundary_due(&b, &utc, now_ms, NULL, 0, &skipped), 0);
    assert_int_equal(skipped, 36);
    wh_boundary_done(&b, point[0].number);
    assert_int_equal(wh_boundary_due(&b, &utc, now_ms, point, 12, &skipped), 11);
    assert_int_equal(skipped, 0);
    wh_boundary_done(&b, point[10].number);
    wh_boundary_done(&b, point[3].number); /* an older one changes nothing */
    assert_int_equal(wh_boundary_due(&b, &utc, now_ms, point, 12, &skipped), 0);
}

static void a_clock_set_back_makes_none_again_until_the_old_time_is_passed(void **state)
{
    (void)state;
    int64_t moment_ms[MAX_DUE];
    wh_boundary b = begun(&quarter, &berlin, "2025-06-01 11:50");
    assert_int_equal(take(&b, &berlin, at("2025-06-01 12:07"), moment_ms), 1);
    assert_int_equal(take(&b, &berlin, at("2025-06-01 11:01"), moment_ms), 0);
    assert_int_equal(take(&b, &berlin, at("2025-06-01 12:14"), moment_ms), 0);
    assert_int_equal(take(&b, &berlin, at("2025-06-01 12:15"), moment_ms), 1);
    assert_int_equal(moment_ms[0], at("2025-06-01 12:15"));
}

static void another_zone_makes_each_day_once(void **state)
{
    (void)state;
    int64_t moment_ms[MAX_DUE];
    /* west, after midnight: it comes again on the wall, and is done already */
    wh_boundary b = begun(&midnight, &berlin, "2025-01-01 12:00");
    assert_int_equal(take(&b, &berlin, at("2025-01-01 23:10"), moment_ms), 1);
    assert_int_equal(take(&b, &utc, at("2025-01-01 23:20"), moment_ms), 0);
    assert_int_equal(take(&b, &utc, at("2025-01-02 00:20"), moment_ms), 0);
    assert_int_equal(take(&b, &utc, at("2025-01-03 00:00"), moment_ms), 1);
    /* east, before midnight: the wall leaps over it */
    b = begun(&midnight, &utc, "2025-01-01 12:00");
    assert_int_equal(take(&b, &utc, at("2025-01-01 23:10"), moment_ms), 0);
    assert_int_equal(take(&b, &berlin, at("2025-01-01 23:10"), moment_ms), 1);
    assert_int_equal(take(&b, &berlin, at("2025-01-02 00:20"), moment_ms), 0);
    /* the quarters of a profile do not notice */
    b = begun(&quarter, &utc, "2025-01-01 12:00");
    assert_int_equal(take(&b, &beijing, at("2025-01-01 12:14"), moment_ms), 0);
    assert_int_equal(take(&b, &new_york, at("2025-01-01 12:15"), moment_ms), 1);
}

static void once_is_once(void **state)
{
    (void)state;
    int64_t moment_ms[MAX_DUE];
    wh_boundary_pattern once = {.kind = WH_BOUNDARY_ONCE, .at_ms = at("2025-05-05 05:05")};
    wh_boundary b = begun(&once, &berlin, "2025-01-01 00:00");
    assert_int_equal(wh_boundary_next_ms(&b, &berlin), once.at_ms);
    assert_int_equal(take(&b, &berlin, once.at_ms - 1, moment_ms), 0);
    assert_int_equal(take(&b, &berlin, once.at_ms, moment_ms), 1);
    assert_int_equal(take(&b, &berlin, once.at_ms - 1, moment_ms), 0);
    assert_int_equal(take(&b, &berlin, once.at_ms + DAY, moment_ms), 0);
    assert_int_equal(wh_boundary_next_ms(&b, &berlin), INT64_MAX);
    wh_boundary_pattern never = {.kind = WH_BOUNDARY_NEVER};
    b = begun(&never, &berlin, "2025-01-01 00:00");
    assert_int_equal(take(&b, &berlin, at("9990-01-01 00:00"), moment_ms), 0);
    assert_int_equal(wh_boundary_next_ms(&b, &berlin), INT64_MAX);
}

static void a_time_out_of_reach_makes_nothing(void **state)
{
    (void)state;
    static const int64_t times[] = {INT64_MIN, WH_CIVIL_MS_MIN, WH_CIVIL_MS_MAX, INT64_MAX};
    wh_boundary_point point[2];
    uint64_t skipped = 1;
    for (size_t p = 0; p < PATTERN_COUNT; p++) {
        for (size_t i = 0; i < 4; i++) {
            wh_boundary b = begun(patterns[p], &berlin, "2025-01-01 00:00");
            wh_boundary old = b;
            assert_int_equal(wh_boundary_due(&b, &berlin, times[i], point, 2, &skipped), 0);
            assert_int_equal(skipped, 0);
            assert_int_equal(wh_boundary_start(&b, patterns[p], &berlin, times[i]), WH_ERR_RANGE);
            assert_int_equal(b.last, old.last);
        }
        assert_int_equal(wh_boundary_moment_ms(patterns[p], &berlin, INT64_MAX), INT64_MAX);
        assert_int_equal(wh_boundary_moment_ms(patterns[p], &berlin, INT64_MIN), INT64_MAX);
    }
}

static void a_pattern_outside_its_ranges_is_refused(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct {
        wh_boundary_pattern pattern;
        wh_err err;
    } rows[] = {
        {{.kind = WH_BOUNDARY_EVERY, .every_s = 0}, WH_ERR_RANGE},
        {{.kind = WH_BOUNDARY_EVERY, .every_s = 1}, WH_OK},
        {{.kind = WH_BOUNDARY_EVERY, .every_s = 86400}, WH_OK},
        {{.kind = WH_BOUNDARY_EVERY, .every_s = 86401}, WH_ERR_RANGE},
        {{.kind = WH_BOUNDARY_DAILY, .hour = 23, .minute = 59}, WH_OK},
        {{.kind = WH_BOUNDARY_DAILY, .hour = 24}, WH_ERR_RANGE},
        {{.kind = WH_BOUNDARY_DAILY, .minute = 60}, WH_ERR_RANGE},
        {{.kind = WH_BOUNDARY_MONTHLY, .day = 0}, WH_ERR_RANGE},
        {{.kind = WH_BOUNDARY_MONTHLY, .day = 28}, WH_OK},
        {{.kind = WH_BOUNDARY_MONTHLY, .day = 29}, WH_ERR_RANGE},
        {{.kind = WH_BOUNDARY_YEARLY, .month = 2, .day = 29}, WH_OK},
        {{.kind = WH_BOUNDARY_YEARLY, .month = 2, .day = 30}, WH_ERR_RANGE},
        {{.kind = WH_BOUNDARY_YEARLY, .month = 0, .day = 1}, WH_ERR_RANGE},
        {{.kind = WH_BOUNDARY_YEARLY, .month = 13, .day = 1}, WH_ERR_RANGE},
        {{.kind = WH_BOUNDARY_ONCE, .at_ms = WH_CIVIL_MS_MAX}, WH_OK},
        {{.kind = WH_BOUNDARY_ONCE, .at_ms = WH_CIVIL_MS_MAX + 1}, WH_ERR_RANGE},
        {{.kind = WH_BOUNDARY_ONCE, .at_ms = INT64_MIN}, WH_ERR_RANGE},
        {{.kind = 7}, WH_ERR_RANGE},
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_boundary b = begun(&midnight, &utc, "2025-01-01 00:00");
        int64_t last = b.last;
        wh_err err = wh_boundary_start(&b, &rows[i].pattern, &utc, 0);
        if (err != rows[i].err || (err != WH_OK && b.last != last)) {
            fail_msg("row %zu: %s", i, wh_err_text(err));
        }
    }
}

/* ---- random walks ---- */

static uint64_t random_u64(uint64_t *seed) /* xorshift */
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static int64_t random_between(uint64_t *seed, int64_t from, int64_t to)
{
    return from + (int64_t)(random_u64(seed) % (uint64_t)(to - from + 1));
}

typedef struct {
    wh_boundary b;
    const wh_time_zone *zone;
    int64_t now_ms;
    int64_t made;
    int64_t skipped;
    int64_t last_moment_ms;
} walk;

static void walk_step(walk *w, uint64_t *seed)
{
    int64_t span_ms = w->b.pattern.kind == WH_BOUNDARY_EVERY ? DAY : 40 * DAY;
    switch (random_u64(seed) % 10) {
    case 0: /* set or shifted back */
        w->now_ms -= random_between(seed, 0, span_ms);
        break;
    case 1: /* set ahead, or power was away */
        w->now_ms += random_between(seed, 0, 12 * span_ms);
        break;
    case 2: /* to the edge of the next one */
        w->now_ms = wh_boundary_next_ms(&w->b, w->zone) + random_between(seed, -1, 1);
        break;
    default:
        w->now_ms += random_between(seed, 0, span_ms / 4);
        break;
    }
}

static void walk_take(walk *w, uint64_t *seed)
{
    wh_boundary_point point[MAX_DUE];
    uint64_t skipped = 0;
    size_t max = (size_t)random_between(seed, 1, MAX_DUE);
    size_t n = wh_boundary_due(&w->b, w->zone, w->now_ms, point, max, &skipped);
    assert_true(n == max || skipped == 0);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(point[i].number, w->b.last + 1 + (i == 0 ? (int64_t)skipped : 0));
        assert_true(point[i].utc_ms <= w->now_ms);
        assert_true(point[i].utc_ms >= w->last_moment_ms);
        w->last_moment_ms = point[i].utc_ms;
        wh_boundary_done(&w->b, point[i].number);
    }
    w->made += (int64_t)n;
    w->skipped += (int64_t)skipped;
    assert_true(wh_boundary_next_ms(&w->b, w->zone) > w->now_ms);
}

/* The boundaries in a range by asking for one after the other what the wall shows: a way of its
 * own. Every pattern here lies on whole minutes. */
static bool wall_shows(const wh_boundary_pattern *p, const wh_civil_time *t)
{
    int32_t second = (t->hour * 60 + t->minute) * 60;
    bool on_time = t->hour == p->hour && t->minute == p->minute;
    switch ((wh_boundary_kind)p->kind) {
    case WH_BOUNDARY_EVERY:
        return second % (int32_t)p->every_s == 0;
    case WH_BOUNDARY_DAILY:
        return on_time;
    case WH_BOUNDARY_MONTHLY:
        return on_time && t->date.day == p->day;
    case WH_BOUNDARY_MONTH_END:
        return second == 0 && t->date.day == 1;
    case WH_BOUNDARY_YEARLY: {
        uint8_t days = wh_civil_month_days(t->date.year, p->month);
        return on_time && t->date.month == p->month &&
               t->date.day == (p->day < days ? p->day : days);
    }
    case WH_BOUNDARY_NEVER:
    case WH_BOUNDARY_ONCE:
    default:
        return false;
    }
}

/* Every minute (or quarter, where all lie on them) that the wall shows or leaps over after
 * from_ms up to to_ms, by walking. */
static int64_t count_by_walking(const wh_boundary_pattern *p, const wh_time_zone *zone,
                                int64_t from_ms, int64_t to_ms)
{
    bool interval = p->kind == WH_BOUNDARY_EVERY && 3600 % p->every_s == 0;
    int64_t step_ms = p == &minutely ? MINUTE : 15 * MINUTE;
    int64_t first_ms = from_ms - from_ms % step_ms;
    int64_t shown_ms = INT64_MIN; /* the latest local time that was shown */
    int64_t count = 0;
    for (int64_t ms = first_ms - 3 * HOUR; ms <= to_ms; ms += step_ms) {
        int64_t local_ms = ms + wh_time_zone_offset_min(zone, ms, NULL) * MINUTE;
        int64_t l = shown_ms == INT64_MIN || interval ? local_ms : shown_ms + step_ms;
        for (; l <= local_ms; l += step_ms) {
            wh_civil_time local;
            assert_int_equal(wh_civil_time_from_ms(l, &local), WH_OK);
            count += ms > from_ms && wall_shows(p, &local) ? 1 : 0;
        }
        shown_ms = local_ms > shown_ms ? local_ms : shown_ms;
    }
    return count;
}

/* Each step checks that numbers follow one another; at the end their count is compared with that
 * of the boundaries in the range covered, counted another way. */
static void walks_make_each_boundary_in_the_range_once(void **state)
{
    (void)state;
    for (size_t z = 0; z < ZONE_COUNT; z++) {
        for (size_t p = 0; p < PATTERN_COUNT; p++) {
            if (patterns[p] == &uneven || (zones[z] == &lord_howe && patterns[p] == &hourly)) {
                continue; /* not on minutes; not aligned to the wall in summer */
            }
            uint64_t seed = 1 + z * 100 + p;
            int64_t from_ms = at("2024-09-30 09:41") + random_between(&seed, 0, DAY);
            walk w = {.zone = zones[z], .now_ms = from_ms};
            assert_int_equal(wh_boundary_start(&w.b, patterns[p], zones[z], from_ms), WH_OK);
            while (w.now_ms < from_ms + 210 * DAY) {
                walk_step(&w, &seed);
                walk_take(&w, &seed);
            }
            int64_t end_ms = from_ms + 210 * DAY;
            int64_t past_end = 0;
            for (int64_t k = w.b.last; wh_boundary_moment_ms(patterns[p], zones[z], k) > end_ms;
                 k--) {
                past_end++;
            }
            int64_t expected = count_by_walking(patterns[p], zones[z], from_ms, end_ms);
            if (w.made + w.skipped - past_end != expected) {
                fail_msg("zone %zu pattern %zu: %lld made, %lld to make", z, p,
                         (long long)(w.made + w.skipped - past_end), (long long)expected);
            }
        }
    }
}

static void walks_through_zones_repeat_and_leave_out_nothing(void **state)
{
    (void)state;
    for (size_t p = 0; p < PATTERN_COUNT; p++) {
        uint64_t seed = 77 + p;
        walk w = {.zone = &utc, .now_ms = at("2020-06-01 00:00"), .last_moment_ms = INT64_MIN};
        assert_int_equal(wh_boundary_start(&w.b, patterns[p], &utc, w.now_ms), WH_OK);
        int64_t first = w.b.last;
        for (int i = 0; i < 5000; i++) {
            w.last_moment_ms = INT64_MIN; /* of another zone */
            if (random_u64(&seed) % 8 == 0) {
                w.zone = zones[random_u64(&seed) % ZONE_COUNT];
            }
            walk_step(&w, &seed);
            walk_take(&w, &seed);
        }
        assert_int_equal(w.made + w.skipped, w.b.last - first);
        assert_true(w.made > 100 || patterns[p] == &leap_day);
    }
}

/* ---- keeping ---- */

/* Version 1, as it must be readable for ever: the 15th at 08:00, done for March 2025. */
static const uint8_t saved_v1[WH_BOUNDARY_SAVED_LEN] = {
    0x01, 0x03, 0x00, 0x0F, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x5E, 0xEE};

/* From an exact copy, so that a read past the end is seen. */
static wh_err restore_copy(wh_boundary *b, const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len + (len == 0));
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    wh_reader r = wh_reader_init(copy, len);
    wh_err err = wh_boundary_restore(b, &r);
    free(copy);
    return err;
}

static void what_was_saved_by_version_1_is_read(void **state)
{
    (void)state;
    wh_boundary b = begun(&midnight, &utc, "2025-01-01 00:00");
    assert_int_equal(restore_copy(&b, saved_v1, sizeof saved_v1), WH_OK);
    assert_true(wh_boundary_pattern_equal(&b.pattern, &mid_month));
    assert_int_equal(b.last, 2025 * 12 + 2);
    for (size_t size = 0; size <= sizeof saved_v1; size++) {
        uint8_t *out = malloc(size + 1);
        assert_non_null(out);
        wh_writer w = wh_writer_init(out, size);
        wh_err err = wh_boundary_save(&b, &w);
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
    wh_boundary b = begun(&midnight, &utc, "2025-01-01 00:00");
    wh_boundary old = b;
    for (size_t len = 0; len < sizeof saved_v1; len++) {
        assert_int_equal(restore_copy(&b, saved_v1, len), WH_ERR_SHORT);
    }
    static const struct {
        size_t at;
        uint8_t byte;
        wh_err err;
    } rows[] = {{0, 0, WH_ERR_FORMAT},  {0, 2, WH_ERR_UNSUPPORTED}, {1, 9, WH_ERR_FORMAT},
                {3, 29, WH_ERR_FORMAT}, {4, 24, WH_ERR_FORMAT},     {18, 0x80, WH_ERR_FORMAT},
                {20, 1, WH_ERR_FORMAT}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[sizeof saved_v1];
        memcpy(bytes, saved_v1, sizeof bytes);
        bytes[rows[i].at] = rows[i].byte;
        assert_int_equal(restore_copy(&b, bytes, sizeof bytes), rows[i].err);
    }
    assert_int_equal(b.last, old.last);
    assert_true(wh_boundary_pattern_equal(&b.pattern, &old.pattern));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_pattern_falls_where_the_clock_on_the_wall_shows_it),
        cmocka_unit_test(a_boundary_is_due_in_its_millisecond_and_not_before),
        cmocka_unit_test(numbers_name_the_day_the_month_and_the_year),
        cmocka_unit_test(after_a_long_cut_the_newest_are_given_and_the_rest_is_counted),
        cmocka_unit_test(a_clock_set_back_makes_none_again_until_the_old_time_is_passed),
        cmocka_unit_test(another_zone_makes_each_day_once),
        cmocka_unit_test(once_is_once),
        cmocka_unit_test(a_time_out_of_reach_makes_nothing),
        cmocka_unit_test(a_pattern_outside_its_ranges_is_refused),
        cmocka_unit_test(walks_make_each_boundary_in_the_range_once),
        cmocka_unit_test(walks_through_zones_repeat_and_leave_out_nothing),
        cmocka_unit_test(what_was_saved_by_version_1_is_read),
        cmocka_unit_test(what_is_damaged_is_refused_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
