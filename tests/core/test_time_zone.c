/* SPDX-License-Identifier: Apache-2.0 */
#include "core/time_zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ANY_YEAR WH_TIME_ZONE_ANY_YEAR
#define ANY_DAY  WH_TIME_ZONE_ANY_WEEKDAY
#define LAST     WH_TIME_ZONE_LAST
#define WALL     WH_TIME_ZONE_WALL
#define HOUR_MS  3600000

/* The European Union changes at 01:00 UTC, the United States and Australia by the clock on
 * the wall. */
static const wh_time_zone berlin = {.standard_min = 60,
                                    .dst_min = 60,
                                    .begin = {ANY_YEAR, 3, LAST, 7, 1, 0, 0, 0},
                                    .end = {ANY_YEAR, 10, LAST, 7, 1, 0, 0, 0}};
static const wh_time_zone new_york = {.standard_min = -300,
                                      .dst_min = 60,
                                      .begin = {ANY_YEAR, 3, WH_TIME_ZONE_NTH(2), 7, 2, 0, 0, WALL},
                                      .end = {ANY_YEAR, 11, WH_TIME_ZONE_NTH(1), 7, 2, 0, 0, WALL}};
static const wh_time_zone sydney = {.standard_min = 600,
                                    .dst_min = 60,
                                    .begin = {ANY_YEAR, 10, WH_TIME_ZONE_NTH(1), 7, 2, 0, 0, WALL},
                                    .end = {ANY_YEAR, 4, WH_TIME_ZONE_NTH(1), 7, 3, 0, 0, WALL}};
static const wh_time_zone lord_howe = {
    .standard_min = 630,
    .dst_min = 30,
    .begin = {ANY_YEAR, 10, WH_TIME_ZONE_NTH(1), 7, 2, 0, 0, WALL},
    .end = {ANY_YEAR, 4, WH_TIME_ZONE_NTH(1), 7, 2, 0, 0, WALL}};
/* Irish law: standard time is that of summer, and winter is an hour behind it. */
static const wh_time_zone dublin = {.standard_min = 60,
                                    .dst_min = -60,
                                    .begin = {ANY_YEAR, 10, LAST, 7, 1, 0, 0, 0},
                                    .end = {ANY_YEAR, 3, LAST, 7, 1, 0, 0, 0}};
static const wh_time_zone kolkata = {.standard_min = 330};

/* clang-format off */
/* Every change from 2010 to 2037 in UTC seconds, as the IANA time zone database
 * 2025b has them; the first is in the northern spring. */
static const int64_t eu_changes_s[] = {
    1269738000, 1288486800, 1301187600, 1319936400, 1332637200, 1351386000, 1364691600, 1382835600,
    1396141200, 1414285200, 1427590800, 1445734800, 1459040400, 1477789200, 1490490000, 1509238800,
    1521939600, 1540688400, 1553994000, 1572138000, 1585443600, 1603587600, 1616893200, 1635642000,
    1648342800, 1667091600, 1679792400, 1698541200, 1711846800, 1729990800, 1743296400, 1761440400,
    1774746000, 1792890000, 1806195600, 1824944400, 1837645200, 1856394000, 1869094800, 1887843600,
    1901149200, 1919293200, 1932598800, 1950742800, 1964048400, 1982797200, 1995498000, 2014246800,
    2026947600, 2045696400, 2058397200, 2077146000, 2090451600, 2108595600, 2121901200, 2140045200,
};
static const int64_t us_changes_s[] = {
    1268550000, 1289109600, 1299999600, 1320559200, 1331449200, 1352008800, 1362898800, 1383458400,
    1394348400, 1414908000, 1425798000, 1446357600, 1457852400, 1478412000, 1489302000, 1509861600,
    1520751600, 1541311200, 1552201200, 1572760800, 1583650800, 1604210400, 1615705200, 1636264800,
    1647154800, 1667714400, 1678604400, 1699164000, 1710054000, 1730613600, 1741503600, 1762063200,
    1772953200, 1793512800, 1805007600, 1825567200, 1836457200, 1857016800, 1867906800, 1888466400,
    1899356400, 1919916000, 1930806000, 1951365600, 1962860400, 1983420000, 1994310000, 2014869600,
    2025759600, 2046319200, 2057209200, 2077768800, 2088658800, 2109218400, 2120108400, 2140668000,
};
static const int64_t sydney_changes_s[] = {
    1270310400, 1286035200, 1301760000, 1317484800, 1333209600, 1349539200, 1365264000, 1380988800,
    1396713600, 1412438400, 1428163200, 1443888000, 1459612800, 1475337600, 1491062400, 1506787200,
    1522512000, 1538841600, 1554566400, 1570291200, 1586016000, 1601740800, 1617465600, 1633190400,
    1648915200, 1664640000, 1680364800, 1696089600, 1712419200, 1728144000, 1743868800, 1759593600,
    1775318400, 1791043200, 1806768000, 1822492800, 1838217600, 1853942400, 1869667200, 1885996800,
    1901721600, 1917446400, 1933171200, 1948896000, 1964620800, 1980345600, 1996070400, 2011795200,
    2027520000, 2043244800, 2058969600, 2075299200, 2091024000, 2106748800, 2122473600, 2138198400,
};
static const int64_t lord_howe_changes_s[] = {
    1270306800, 1286033400, 1301756400, 1317483000, 1333206000, 1349537400, 1365260400, 1380987000,
    1396710000, 1412436600, 1428159600, 1443886200, 1459609200, 1475335800, 1491058800, 1506785400,
    1522508400, 1538839800, 1554562800, 1570289400, 1586012400, 1601739000, 1617462000, 1633188600,
    1648911600, 1664638200, 1680361200, 1696087800, 1712415600, 1728142200, 1743865200, 1759591800,
    1775314800, 1791041400, 1806764400, 1822491000, 1838214000, 1853940600, 1869663600, 1885995000,
    1901718000, 1917444600, 1933167600, 1948894200, 1964617200, 1980343800, 1996066800, 2011793400,
    2027516400, 2043243000, 2058966000, 2075297400, 2091020400, 2106747000, 2122470000, 2138196600,
};
/* clang-format on */

#define CHANGES (sizeof eu_changes_s / sizeof eu_changes_s[0])

static const struct {
    const char *name;
    const wh_time_zone *zone;
    const int64_t *changes_s; /* CHANGES of them */
    bool dst_before;          /* in force before the first */
} recorded[] = {
    {"Berlin", &berlin, eu_changes_s, false},
    {"New York", &new_york, us_changes_s, false},
    {"Sydney", &sydney, sydney_changes_s, true},
    {"Lord Howe", &lord_howe, lord_howe_changes_s, true},
    {"Dublin", &dublin, eu_changes_s, true},
};

static wh_local_kind kind_of(const wh_time_zone *zone, const wh_civil_time *local, bool dst,
                             int64_t *utc_ms)
{
    wh_local_kind kind = WH_LOCAL_ONCE;
    assert_int_equal(wh_time_zone_to_utc(zone, local, dst, utc_ms, &kind), WH_OK);
    return kind;
}

static void check_flip(const char *name, const wh_time_zone *zone, int64_t at_ms, bool dst_after)
{
    bool before = dst_after;
    bool after = !dst_after;
    int16_t offset_before = wh_time_zone_offset_min(zone, at_ms - 1, &before);
    int16_t offset_after = wh_time_zone_offset_min(zone, at_ms, &after);
    if (before == dst_after || after != dst_after) {
        fail_msg("%s does not change at %lld", name, (long long)at_ms);
    }
    assert_int_equal(offset_before, zone->standard_min + (before ? zone->dst_min : 0));
    assert_int_equal(offset_after, zone->standard_min + (after ? zone->dst_min : 0));
}

static void the_rules_agree_with_the_time_zone_database(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof recorded / sizeof recorded[0]; i++) {
        assert_int_equal(wh_time_zone_check(recorded[i].zone), WH_OK);
        bool dst = recorded[i].dst_before;
        for (size_t k = 0; k < CHANGES; k++) {
            dst = !dst;
            check_flip(recorded[i].name, recorded[i].zone, recorded[i].changes_s[k] * 1000, dst);
        }
    }
}

/* 0 Saturday .. 6 Friday, by Zeller's congruence: no day numbers in it. */
static int zeller(int year, int month, int day)
{
    int m = month <= 2 ? month + 12 : month;
    int y = month <= 2 ? year - 1 : year;
    return (day + 13 * (m + 1) / 5 + y + y / 4 - y / 100 + y / 400) % 7;
}

/* The day of the n-th Sunday of a month, found by looking at each day; n 5: the last one. */
static int nth_sunday(int year, int month, int n)
{
    static const int month_days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int found = 0;
    int seen = 0;
    for (int day = 1; day <= month_days[month] && seen < n; day++) { /* never February here */
        if (zeller(year, month, day) == 1) {
            found = day;
            seen++;
        }
    }
    return found;
}

/* UTC milliseconds of a moment given by a clock that is `clock_min` east of UTC. Days are
 * counted one year and one month after the other. */
static int64_t moment(int year, int month, int day, int hour, int clock_min)
{
    int64_t days = day - 1;
    for (int y = 1970; y < year; y++) {
        days += y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) ? 366 : 365;
    }
    static const int month_days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int m = 1; m < month; m++) {
        bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        days += month_days[m] + (m == 2 && leap ? 1 : 0);
    }
    return ((days * 24 + hour) * 60 - clock_min) * INT64_C(60000);
}

static void every_change_from_1980_to_2100_is_where_another_formula_has_it(void **unused)
{
    (void)unused;
    for (int year = 1980; year <= 2100; year++) {
        check_flip("EU", &berlin, moment(year, 3, nth_sunday(year, 3, 5), 1, 0), true);
        check_flip("EU", &berlin, moment(year, 10, nth_sunday(year, 10, 5), 1, 0), false);
        check_flip("US", &new_york, moment(year, 3, nth_sunday(year, 3, 2), 2, -300), true);
        check_flip("US", &new_york, moment(year, 11, nth_sunday(year, 11, 1), 2, -240), false);
        check_flip("AU", &sydney, moment(year, 4, nth_sunday(year, 4, 1), 3, 660), false);
        check_flip("AU", &sydney, moment(year, 10, nth_sunday(year, 10, 1), 2, 600), true);
    }
}

/* UTC to the wall and back, and that the wall says the hour is repeated where it is. */
static void check_round_trip(const wh_time_zone *zone, int64_t utc_ms, int64_t change_ms,
                             bool repeats)
{
    int64_t shift_ms = llabs((long long)zone->dst_min * WH_MS_PER_MINUTE);
    wh_civil_time local;
    bool dst = false;
    assert_int_equal(wh_time_zone_to_local(zone, utc_ms, &local, &dst), WH_OK);
    int64_t back = 0;
    wh_local_kind kind = kind_of(zone, &local, dst, &back);
    assert_true(back == utc_ms);
    bool in_repeat = repeats && utc_ms >= change_ms - shift_ms && utc_ms < change_ms + shift_ms;
    assert_int_equal(kind, in_repeat ? WH_LOCAL_TWICE : WH_LOCAL_ONCE);

    int64_t other = 0;
    assert_int_equal(kind_of(zone, &local, !dst, &other), kind);
    if (in_repeat) {
        assert_int_equal(llabs((long long)(other - utc_ms)), shift_ms);
    } else {
        assert_true(other == utc_ms);
    }
}

static void every_moment_around_a_change_survives_both_ways(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof recorded / sizeof recorded[0]; i++) {
        const wh_time_zone *zone = recorded[i].zone;
        bool dst = recorded[i].dst_before;
        for (size_t k = 0; k < CHANGES; k++) {
            dst = !dst;
            bool repeats = dst == (zone->dst_min < 0); /* the wall clock goes back */
            int64_t change_ms = recorded[i].changes_s[k] * 1000;
            for (int64_t d = -3 * HOUR_MS; d <= 3 * HOUR_MS; d += 5 * WH_MS_PER_MINUTE) {
                check_round_trip(zone, change_ms + d - 1, change_ms, repeats);
                check_round_trip(zone, change_ms + d, change_ms, repeats);
            }
        }
    }
}

static void the_hour_that_is_left_out_is_reported_and_takes_the_offset_asked_for(void **unused)
{
    (void)unused;
    const int64_t change_ms = moment(2025, 3, 30, 1, 0);
    wh_civil_time local = {{2025, 3, 30}, 2, 0, 0, 0};
    int64_t utc_ms = 0;
    assert_int_equal(kind_of(&berlin, &local, false, &utc_ms), WH_LOCAL_NEVER);
    assert_true(utc_ms == change_ms);
    assert_int_equal(kind_of(&berlin, &local, true, &utc_ms), WH_LOCAL_NEVER);
    assert_true(utc_ms == change_ms - HOUR_MS);

    local = (wh_civil_time){{2025, 3, 30}, 2, 59, 59, 999};
    assert_int_equal(kind_of(&berlin, &local, false, &utc_ms), WH_LOCAL_NEVER);
    local = (wh_civil_time){{2025, 3, 30}, 1, 59, 59, 999};
    assert_int_equal(kind_of(&berlin, &local, true, &utc_ms), WH_LOCAL_ONCE);
    assert_true(utc_ms == change_ms - 1);
    local = (wh_civil_time){{2025, 3, 30}, 3, 0, 0, 0};
    assert_int_equal(kind_of(&berlin, &local, false, &utc_ms), WH_LOCAL_ONCE);
    assert_true(utc_ms == change_ms);

    /* where daylight saving is behind standard time, its end leaves an hour out */
    local = (wh_civil_time){{2025, 3, 30}, 1, 30, 0, 0};
    assert_int_equal(kind_of(&dublin, &local, false, &utc_ms), WH_LOCAL_NEVER);
}

static void the_hour_that_is_repeated_is_told_apart_by_the_flag(void **unused)
{
    (void)unused;
    const int64_t change_ms = moment(2025, 10, 26, 1, 0);
    wh_civil_time local = {{2025, 10, 26}, 2, 30, 0, 0};
    int64_t utc_ms = 0;
    assert_int_equal(kind_of(&berlin, &local, true, &utc_ms), WH_LOCAL_TWICE);
    assert_true(utc_ms == change_ms - HOUR_MS / 2);
    assert_int_equal(kind_of(&berlin, &local, false, &utc_ms), WH_LOCAL_TWICE);
    assert_true(utc_ms == change_ms + HOUR_MS / 2);

    local = (wh_civil_time){{2025, 10, 26}, 1, 59, 59, 999};
    assert_int_equal(kind_of(&berlin, &local, false, &utc_ms), WH_LOCAL_ONCE);
    local = (wh_civil_time){{2025, 10, 26}, 3, 0, 0, 0};
    assert_int_equal(kind_of(&berlin, &local, true, &utc_ms), WH_LOCAL_ONCE);
}

static void a_zone_without_daylight_saving_never_changes(void **unused)
{
    (void)unused;
    assert_int_equal(wh_time_zone_check(&kolkata), WH_OK);
    for (int64_t ms = -100000000000; ms < 5000000000000; ms += 777777777) {
        bool dst = true;
        assert_int_equal(wh_time_zone_offset_min(&kolkata, ms, &dst), 330);
        assert_false(dst);
    }
    wh_time_zone unused_rules = berlin; /* a deviation of 0 switches the rules off */
    unused_rules.dst_min = 0;
    bool dst = true;
    assert_int_equal(wh_time_zone_offset_min(&unused_rules, moment(2025, 7, 1, 0, 0), &dst), 60);
    assert_false(dst);
    wh_civil_time local = {{2025, 3, 30}, 2, 30, 0, 0};
    int64_t utc_ms = 0;
    assert_int_equal(kind_of(&kolkata, &local, true, &utc_ms), WH_LOCAL_ONCE);
    assert_true(utc_ms == moment(2025, 3, 29, 21, 0));
}

/* When a rule begins in a year, found by asking for the offset of every hour of it. */
static wh_civil_time first_hour_of_dst(const wh_time_zone_change *begin, int year)
{
    wh_time_zone zone = {.dst_min = 60, .begin = *begin, .end = *begin};
    zone.end.month = (uint8_t)(begin->month % 12 + 1);
    zone.end.day = 15;
    zone.end.weekday = ANY_DAY;
    zone.end.year = ANY_YEAR;
    assert_int_equal(wh_time_zone_check(&zone), WH_OK);
    wh_civil_time none = {{0, 0, 0}, 0, 0, 0, 0};
    for (int64_t ms = moment(year, 1, 1, 0, 0); ms < moment(year + 1, 1, 1, 0, 0); ms += HOUR_MS) {
        bool before = false;
        bool after = false;
        (void)wh_time_zone_offset_min(&zone, ms - HOUR_MS, &before);
        (void)wh_time_zone_offset_min(&zone, ms, &after);
        if (after && !before) {
            wh_civil_time at;
            assert_int_equal(wh_civil_time_from_ms(ms, &at), WH_OK);
            return at;
        }
    }
    return none;
}

static void days_are_found_by_the_wildcards_of_the_cosem_clock(void **unused)
{
    (void)unused;
    static const struct {
        wh_time_zone_change begin;
        int year;
        uint8_t month; /* 0: it does not take place */
        uint8_t day;
        uint8_t hour;
    } cases[] = {
        {{ANY_YEAR, 3, LAST, 7, 2, 0, 0, 0}, 2024, 3, 31, 2}, /* Sunday is the last day */
        {{ANY_YEAR, 3, LAST, 7, 2, 0, 0, 0}, 2025, 3, 30, 2},
        {{ANY_YEAR, 3, LAST, 1, 2, 0, 0, 0}, 2025, 3, 31, 2},
        {{ANY_YEAR, 3, LAST, ANY_DAY, 2, 0, 0, 0}, 2025, 3, 31, 2},
        {{ANY_YEAR, 2, LAST, ANY_DAY, 2, 0, 0, 0}, 2024, 2, 29, 2},
        {{ANY_YEAR, 2, LAST, ANY_DAY, 2, 0, 0, 0}, 2025, 2, 28, 2},
        {{ANY_YEAR, 3, WH_TIME_ZONE_SECOND_LAST, 7, 2, 0, 0, 0}, 2024, 3, 24, 2},
        {{ANY_YEAR, 3, WH_TIME_ZONE_SECOND_LAST, ANY_DAY, 2, 0, 0, 0}, 2025, 3, 30, 2},
        {{ANY_YEAR, 6, WH_TIME_ZONE_NTH(1), 7, 2, 0, 0, 0}, 2025, 6, 1, 2},
        {{ANY_YEAR, 6, WH_TIME_ZONE_NTH(2), 7, 2, 0, 0, 0}, 2025, 6, 8, 2},
        {{ANY_YEAR, 6, WH_TIME_ZONE_NTH(4), 6, 2, 0, 0, 0}, 2025, 6, 28, 2},
        {{ANY_YEAR, 6, 2, 7, 2, 0, 0, 0}, 2025, 6, 8, 2},
        {{ANY_YEAR, 6, 29, 1, 2, 0, 0, 0}, 2025, 6, 30, 2},
        {{ANY_YEAR, 6, 29, 2, 2, 0, 0, 0}, 2025, 7, 1, 2}, /* on or after runs into July */
        {{ANY_YEAR, 6, 21, ANY_DAY, 23, 0, 0, 0}, 2025, 6, 21, 23},
        {{ANY_YEAR, 2, 29, ANY_DAY, 0, 0, 0, 0}, 2025, 2, 28, 0},
        {{2025, 6, 21, ANY_DAY, 5, 0, 0, 0}, 2025, 6, 21, 5},
        {{2025, 6, 21, 6, 5, 0, 0, 0}, 2025, 6, 21, 5},
        {{2025, 6, 21, ANY_DAY, 5, 0, 0, 0}, 2024, 0, 0, 0},
        {{2025, 6, 21, ANY_DAY, 5, 0, 0, 0}, 2026, 0, 0, 0},
        {{ANY_YEAR, 6, 21, ANY_DAY, 5, 0, 0, 120}, 2025, 6, 21, 3},
        {{ANY_YEAR, 6, 21, ANY_DAY, 22, 0, 0, -300}, 2025, 6, 22, 3},
        {{ANY_YEAR, 6, 21, ANY_DAY, 22, 30, 1, 0}, 2025, 6, 21, 23}, /* by the next whole hour */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wh_civil_time at = first_hour_of_dst(&cases[i].begin, cases[i].year);
        if (at.date.month != cases[i].month || at.date.day != cases[i].day ||
            at.hour != cases[i].hour) {
            fail_msg("case %zu: %u-%u %u h", i, at.date.month, at.date.day, at.hour);
        }
    }
}

static void a_beginning_that_is_also_the_end_never_begins(void **unused)
{
    (void)unused;
    wh_time_zone zone = berlin;
    zone.end = zone.begin;
    for (int month = 1; month <= 12; month++) {
        bool dst = true;
        (void)wh_time_zone_offset_min(&zone, moment(2025, month, 28, 0, 0), &dst);
        assert_false(dst);
    }
}

static void rules_of_one_year_leave_all_others_alone(void **unused)
{
    (void)unused;
    wh_time_zone zone = berlin;
    zone.begin.year = 2025;
    zone.end.year = 2025;
    for (int year = 2020; year <= 2030; year++) {
        bool dst = year != 2025;
        assert_int_equal(wh_time_zone_offset_min(&zone, moment(year, 7, 1, 0, 0), &dst),
                         year == 2025 ? 120 : 60);
        assert_int_equal(dst, year == 2025);
    }
}

static void changes_to_the_second_are_kept(void **unused)
{
    (void)unused;
    wh_time_zone zone = berlin;
    zone.begin.minute = 59;
    zone.begin.second = 58;
    check_flip("to the second", &zone, moment(2025, 3, 30, 1, 0) + 3598000, true);
}

static void changes_about_new_year_are_seen_from_the_year_before_and_after(void **unused)
{
    (void)unused;
    wh_time_zone zone = {.standard_min = 840,
                         .dst_min = 60,
                         .begin = {ANY_YEAR, 1, 1, ANY_DAY, 0, 0, 0, WALL},
                         .end = {ANY_YEAR, 7, 1, ANY_DAY, 0, 0, 0, WALL}};
    assert_int_equal(wh_time_zone_check(&zone), WH_OK);
    check_flip("east", &zone, moment(2024, 12, 31, 10, 0), true);
    zone.standard_min = -720;
    zone.begin = (wh_time_zone_change){ANY_YEAR, 12, 31, ANY_DAY, 23, 0, 0, WALL};
    assert_int_equal(wh_time_zone_check(&zone), WH_OK);
    check_flip("west", &zone, moment(2025, 1, 1, 11, 0), true);
}

static void local_times_keep_their_milliseconds(void **unused)
{
    (void)unused;
    wh_civil_time local;
    int64_t utc_ms = moment(2025, 7, 1, 12, 0) + 345;
    assert_int_equal(wh_time_zone_to_local(&berlin, utc_ms, &local, NULL), WH_OK);
    assert_int_equal(local.hour, 14);
    assert_int_equal(local.millisecond, 345);
}

static void times_at_the_end_of_the_years_are_out_of_range_not_out_of_bounds(void **unused)
{
    (void)unused;
    wh_civil_time local;
    bool dst = true;
    assert_int_equal(wh_time_zone_to_local(&sydney, WH_CIVIL_MS_MAX, &local, &dst), WH_ERR_RANGE);
    assert_int_equal(wh_time_zone_to_local(&new_york, WH_CIVIL_MS_MIN, &local, &dst), WH_ERR_RANGE);
    assert_int_equal(wh_time_zone_to_local(&berlin, INT64_MIN, &local, &dst), WH_ERR_RANGE);
    assert_int_equal(wh_time_zone_to_local(&berlin, INT64_MAX, &local, &dst), WH_ERR_RANGE);
    assert_int_equal(wh_time_zone_offset_min(&berlin, INT64_MIN, &dst), 60);
    assert_false(dst);
    assert_int_equal(wh_time_zone_offset_min(&berlin, INT64_MAX, NULL), 60);

    static const wh_civil_time ends[] = {{{0, 1, 1}, 0, 0, 0, 0},
                                         {{9999, 12, 31}, 23, 59, 59, 999}};
    for (size_t i = 0; i < sizeof recorded / sizeof recorded[0]; i++) {
        for (size_t k = 0; k < 2; k++) {
            int64_t utc_ms = 0;
            (void)kind_of(recorded[i].zone, &ends[k], false, &utc_ms);
            assert_int_equal(wh_time_zone_to_local(recorded[i].zone, utc_ms, &local, NULL), WH_OK);
            assert_int_equal(local.date.year, ends[k].date.year);
            assert_int_equal(local.millisecond, ends[k].millisecond);
        }
    }
}

static void a_local_time_that_no_calendar_has_is_refused(void **unused)
{
    (void)unused;
    wh_civil_time local = {{2025, 2, 29}, 0, 0, 0, 0};
    int64_t utc_ms = 0;
    assert_int_equal(wh_time_zone_to_utc(&berlin, &local, false, &utc_ms, NULL), WH_ERR_RANGE);
}

static void zones_outside_their_ranges_are_refused(void **unused)
{
    (void)unused;
    static const struct {
        int16_t standard_min;
        int16_t dst_min;
        wh_err err;
    } offsets[] = {
        {-720, 60, WH_OK}, {840, 60, WH_OK}, {-721, 60, WH_ERR_RANGE}, {841, 60, WH_ERR_RANGE},
        {0, 120, WH_OK},   {0, -120, WH_OK}, {0, 121, WH_ERR_RANGE},   {0, -121, WH_ERR_RANGE},
    };
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        wh_time_zone zone = berlin;
        zone.standard_min = offsets[i].standard_min;
        zone.dst_min = offsets[i].dst_min;
        assert_int_equal(wh_time_zone_check(&zone), offsets[i].err);
    }
    static const wh_time_zone_change edges[] = {
        {9999, 12, 31, ANY_DAY, 23, 59, 59, 840},
        {0, 1, 1, ANY_DAY, 0, 0, 0, -720},
        {ANY_YEAR, 12, WH_TIME_ZONE_SECOND_LAST, 1, 0, 0, 0, WALL},
        {ANY_YEAR, 2, 29, 7, 0, 0, 0, WALL},
    };
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        wh_time_zone zone = berlin;
        zone.begin = edges[i];
        zone.end = edges[i];
        assert_int_equal(wh_time_zone_check(&zone), WH_OK);
    }
    static const wh_time_zone_change bad[] = {
        {ANY_YEAR, 13, LAST, 7, 0, 0, 0, 0},    {ANY_YEAR, 0, 1, 7, 0, 0, 0, 0},
        {ANY_YEAR, 13, 1, 7, 0, 0, 0, 0},       {ANY_YEAR, 0xFF, LAST, 7, 0, 0, 0, 0},
        {ANY_YEAR, 2, 30, ANY_DAY, 0, 0, 0, 0}, {ANY_YEAR, 3, 0, 7, 0, 0, 0, 0},
        {ANY_YEAR, 3, 32, 7, 0, 0, 0, 0},       {ANY_YEAR, 3, 0xFF, 7, 0, 0, 0, 0},
        {ANY_YEAR, 3, 1, 0, 0, 0, 0, 0},        {ANY_YEAR, 3, 1, 8, 0, 0, 0, 0},
        {ANY_YEAR, 3, 1, 7, 24, 0, 0, 0},       {ANY_YEAR, 3, 1, 7, 0, 60, 0, 0},
        {ANY_YEAR, 3, 1, 7, 0, 0, 60, 0},       {ANY_YEAR, 3, 1, 7, 0, 0, 0, -721},
        {ANY_YEAR, 3, 1, 7, 0, 0, 0, 841},      {10000, 3, 1, ANY_DAY, 0, 0, 0, 0},
        {2025, 2, 29, ANY_DAY, 0, 0, 0, 0},     {2025, 6, 21, 7, 0, 0, 0, 0}, /* a Saturday */
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        wh_time_zone zone = berlin;
        zone.begin = bad[i];
        assert_int_equal(wh_time_zone_check(&zone), WH_ERR_RANGE);
        zone = berlin;
        zone.end = bad[i];
        assert_int_equal(wh_time_zone_check(&zone), WH_ERR_RANGE);
        zone.dst_min = 0; /* then nobody looks */
        assert_int_equal(wh_time_zone_check(&zone), WH_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rules_agree_with_the_time_zone_database),
        cmocka_unit_test(every_change_from_1980_to_2100_is_where_another_formula_has_it),
        cmocka_unit_test(every_moment_around_a_change_survives_both_ways),
        cmocka_unit_test(the_hour_that_is_left_out_is_reported_and_takes_the_offset_asked_for),
        cmocka_unit_test(the_hour_that_is_repeated_is_told_apart_by_the_flag),
        cmocka_unit_test(a_zone_without_daylight_saving_never_changes),
        cmocka_unit_test(days_are_found_by_the_wildcards_of_the_cosem_clock),
        cmocka_unit_test(a_beginning_that_is_also_the_end_never_begins),
        cmocka_unit_test(rules_of_one_year_leave_all_others_alone),
        cmocka_unit_test(changes_to_the_second_are_kept),
        cmocka_unit_test(changes_about_new_year_are_seen_from_the_year_before_and_after),
        cmocka_unit_test(local_times_keep_their_milliseconds),
        cmocka_unit_test(times_at_the_end_of_the_years_are_out_of_range_not_out_of_bounds),
        cmocka_unit_test(a_local_time_that_no_calendar_has_is_refused),
        cmocka_unit_test(zones_outside_their_ranges_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
