/* SPDX-License-Identifier: Apache-2.0 */
#include "core/civil_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static bool same_date(wh_civil_date a, wh_civil_date b)
{
    return a.year == b.year && a.month == b.month && a.day == b.day;
}

static void known_dates_have_their_day_number_and_weekday(void **unused)
{
    (void)unused;
    static const struct {
        wh_civil_date date;
        int64_t days;
        uint8_t weekday;
        uint16_t day_of_year;
    } known[] = {
        {{1970, 1, 1}, 0, 4, 1},        {{1969, 12, 31}, -1, 3, 365},
        {{2000, 2, 29}, 11016, 2, 60},  {{2000, 12, 31}, 11322, 7, 366},
        {{2026, 7, 1}, 20635, 3, 182},  {{1600, 2, 29}, -135081, 2, 60},
        {{1900, 2, 28}, -25509, 3, 59}, {{1900, 3, 1}, -25508, 4, 60},
        {{2100, 3, 1}, 47541, 1, 60},   {{9999, 12, 31}, 2932896, 5, 365},
        {{1, 1, 1}, -719162, 1, 1},     {{0, 3, 1}, -719468, 3, 61},
        {{0, 1, 1}, -719528, 6, 1},     {{-1, 12, 31}, -719529, 5, 365},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        assert_int_equal(wh_civil_date_to_days(known[i].date), known[i].days);
        assert_true(same_date(wh_civil_date_from_days(known[i].days), known[i].date));
        assert_int_equal(wh_civil_weekday(known[i].date), known[i].weekday);
        assert_int_equal(wh_civil_day_of_year(known[i].date), known[i].day_of_year);
    }
}

/* The day after, by the rules of the calendar and nothing else. */
static wh_civil_date next_day(wh_civil_date d)
{
    static const uint8_t month_days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = d.year % 400 == 0 || (d.year % 4 == 0 && d.year % 100 != 0);
    if (d.day < month_days[d.month] || (d.month == 2 && leap && d.day == 28)) {
        d.day++;
    } else if (d.month < 12) {
        d.month++;
        d.day = 1;
    } else {
        d = (wh_civil_date){.year = d.year + 1, .month = 1, .day = 1};
    }
    return d;
}

static void two_eras_of_days_follow_each_other_without_a_gap(void **unused)
{
    (void)unused;
    wh_civil_date date = {.year = -401, .month = 12, .day = 31};
    int64_t days = wh_civil_date_to_days(date);
    uint8_t weekday = wh_civil_weekday(date);
    uint16_t day_of_year = wh_civil_day_of_year(date);
    while (date.year < 401) {
        wh_civil_date beyond = date;
        date = next_day(date);
        beyond.day++;
        assert_int_equal(wh_civil_date_is_valid(beyond), beyond.day == date.day);
        days++;
        weekday = (uint8_t)(weekday % 7 + 1);
        day_of_year = date.month == 1 && date.day == 1 ? 1 : (uint16_t)(day_of_year + 1);
        assert_int_equal(wh_civil_date_to_days(date), days);
        assert_true(same_date(wh_civil_date_from_days(days), date));
        assert_int_equal(wh_civil_weekday(date), weekday);
        assert_int_equal(wh_civil_day_of_year(date), day_of_year);
        assert_true(wh_civil_date_is_valid(date));
    }
}

static void sampled_days_of_fifteen_thousand_years_survive_both_ways(void **unused)
{
    (void)unused;
    int64_t first = wh_civil_date_to_days((wh_civil_date){.year = -5000, .month = 1, .day = 1});
    int64_t last = wh_civil_date_to_days((wh_civil_date){.year = 10000, .month = 12, .day = 31});
    int32_t year = -5000;
    for (int64_t days = first; days <= last; days += 17) {
        wh_civil_date date = wh_civil_date_from_days(days);
        assert_true(wh_civil_date_is_valid(date));
        assert_true(date.year == year || date.year == year + 1);
        year = date.year;
        assert_int_equal(wh_civil_date_to_days(date), days);
    }
    assert_int_equal(year, 10000);
}

static void the_first_and_last_day_of_a_million_years_are_right(void **unused)
{
    (void)unused;
    for (int32_t year = -1000000; year <= 1000000; year += 1999) {
        wh_civil_date last = {.year = year, .month = 12, .day = 31};
        wh_civil_date first = {.year = year + 1, .month = 1, .day = 1};
        int64_t days = wh_civil_date_to_days(last);
        assert_int_equal(wh_civil_date_to_days(first), days + 1);
        assert_true(same_date(wh_civil_date_from_days(days), last));
        assert_true(same_date(wh_civil_date_from_days(days + 1), first));
    }
}

static void only_days_of_the_calendar_are_valid(void **unused)
{
    (void)unused;
    static const struct {
        wh_civil_date date;
        bool valid;
    } cases[] = {
        {{2024, 2, 29}, true},  {{2023, 2, 29}, false},  {{1900, 2, 29}, false},
        {{2000, 2, 29}, true},  {{2024, 2, 30}, false},  {{2024, 4, 31}, false},
        {{2024, 1, 0}, false},  {{2024, 1, 32}, false},  {{2024, 0, 1}, false},
        {{2024, 13, 1}, false}, {{2024, 255, 1}, false}, {{2024, 12, 31}, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(wh_civil_date_is_valid(cases[i].date), cases[i].valid);
    }
    assert_int_equal(wh_civil_month_days(2024, 2), 29);
    assert_int_equal(wh_civil_month_days(2025, 2), 28);
    assert_int_equal(wh_civil_month_days(2025, 0), 0);
    assert_int_equal(wh_civil_month_days(2025, 13), 0);
}

static void milliseconds_become_dates_and_times_and_come_back(void **unused)
{
    (void)unused;
    static const struct {
        int64_t ms;
        wh_civil_time time;
    } known[] = {
        {0, {{1970, 1, 1}, 0, 0, 0, 0}},
        {-1, {{1969, 12, 31}, 23, 59, 59, 999}},
        {951782399999, {{2000, 2, 28}, 23, 59, 59, 999}},
        {951782400000, {{2000, 2, 29}, 0, 0, 0, 0}},
        {1782909296789, {{2026, 7, 1}, 12, 34, 56, 789}},
        {WH_CIVIL_MS_MIN, {{0, 1, 1}, 0, 0, 0, 0}},
        {WH_CIVIL_MS_MAX, {{9999, 12, 31}, 23, 59, 59, 999}},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        wh_civil_time time;
        assert_int_equal(wh_civil_time_from_ms(known[i].ms, &time), WH_OK);
        assert_true(same_date(time.date, known[i].time.date));
        assert_int_equal(time.hour, known[i].time.hour);
        assert_int_equal(time.minute, known[i].time.minute);
        assert_int_equal(time.second, known[i].time.second);
        assert_int_equal(time.millisecond, known[i].time.millisecond);
        int64_t ms = 0;
        assert_int_equal(wh_civil_time_to_ms(&known[i].time, &ms), WH_OK);
        assert_int_equal(ms, known[i].ms);
    }
}

static void milliseconds_survive_both_ways_over_ten_thousand_years(void **unused)
{
    (void)unused;
    /* a step that is prime to everything in a day, so that all fields move */
    for (int64_t ms = WH_CIVIL_MS_MIN; ms <= WH_CIVIL_MS_MAX; ms += 1234567897) {
        wh_civil_time time;
        int64_t back = 0;
        assert_int_equal(wh_civil_time_from_ms(ms, &time), WH_OK);
        assert_int_equal(wh_civil_time_to_ms(&time, &back), WH_OK);
        assert_true(back == ms);
    }
}

static void times_outside_the_years_are_out_of_range(void **unused)
{
    (void)unused;
    static const int64_t outside[] = {WH_CIVIL_MS_MIN - 1, WH_CIVIL_MS_MAX + 1, INT64_MIN,
                                      INT64_MAX};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        wh_civil_time time;
        assert_int_equal(wh_civil_time_from_ms(outside[i], &time), WH_ERR_RANGE);
    }
}

static void each_field_beyond_its_range_is_refused(void **unused)
{
    (void)unused;
    static const wh_civil_time bad[] = {
        {{-1, 12, 31}, 0, 0, 0, 0},  {{10000, 1, 1}, 0, 0, 0, 0},   {{2025, 2, 29}, 0, 0, 0, 0},
        {{2025, 13, 1}, 0, 0, 0, 0}, {{2025, 1, 1}, 24, 0, 0, 0},   {{2025, 1, 1}, 0, 60, 0, 0},
        {{2025, 1, 1}, 0, 0, 60, 0}, {{2025, 1, 1}, 0, 0, 0, 1000}, {{2025, 1, 0}, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t ms = 0;
        assert_int_equal(wh_civil_time_to_ms(&bad[i], &ms), WH_ERR_RANGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_dates_have_their_day_number_and_weekday),
        cmocka_unit_test(two_eras_of_days_follow_each_other_without_a_gap),
        cmocka_unit_test(sampled_days_of_fifteen_thousand_years_survive_both_ways),
        cmocka_unit_test(the_first_and_last_day_of_a_million_years_are_right),
        cmocka_unit_test(only_days_of_the_calendar_are_valid),
        cmocka_unit_test(milliseconds_become_dates_and_times_and_come_back),
        cmocka_unit_test(milliseconds_survive_both_ways_over_ten_thousand_years),
        cmocka_unit_test(times_outside_the_years_are_out_of_range),
        cmocka_unit_test(each_field_beyond_its_range_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
