/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/tariff/tariff_calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static wh_tariff_day day_of(unsigned count, const wh_tariff_period *periods)
{
    wh_tariff_day day = {.period_count = (uint8_t)count};
    memcpy(day.period, periods, count * sizeof *periods);
    return day;
}

static uint8_t rate(const wh_tariff_calendar *c, int32_t y, uint8_t m, uint8_t d, unsigned hhmm)
{
    wh_civil_time t = {
        .date = {y, m, d}, .hour = (uint8_t)(hhmm / 100), .minute = (uint8_t)(hhmm % 100)};
    return wh_tariff_rate_at(c, &t);
}

/* Winter from November, summer from May; a weekend table; holidays. */
static wh_tariff_calendar european(void)
{
    static const wh_tariff_period work[] = {{360, 1}, {1320, 2}}; /* 06:00, 22:00 */
    static const wh_tariff_period night[] = {{0, 2}};
    static const wh_tariff_period winter[] = {{420, 1}, {1260, 2}};
    wh_tariff_calendar c;
    wh_tariff_days days = {3, {day_of(2, work), day_of(1, night), day_of(2, winter)}};
    wh_tariff_zones zones = {
        2, {{5, 1, wh_tariff_zone_week(1, 2, 0x60)}, {11, 1, wh_tariff_zone_week(3, 2, 0x60)}}};
    const wh_tariff_holiday holidays[] = {{2026, 6, 4, 2}, {WH_TARIFF_EVERY_YEAR, 12, 25, 2}};
    wh_tariff_calendar_init(&c);
    assert_int_equal(wh_tariff_set_days(&c, &days), WH_OK);
    assert_int_equal(wh_tariff_set_zones(&c, &zones), WH_OK);
    assert_int_equal(wh_tariff_calendar_schedule(&c, 100, 100), WH_OK);
    assert_int_equal(wh_tariff_calendar_switch(&c, 100),
                     WH_TARIFF_SWITCHED_ZONES | WH_TARIFF_SWITCHED_DAYS);
    assert_int_equal(wh_tariff_set_holidays(&c, holidays, 2), WH_OK);
    return c;
}

static void seasons_weekends_and_holidays_choose_the_day(void **state)
{
    (void)state;
    wh_tariff_calendar c = european();
    static const struct {
        int32_t year;
        uint8_t month;
        uint8_t day;
        unsigned hhmm;
        uint8_t rate;
    } rows[] = {
        {2026, 6, 3, 559, 2}, /* Wednesday: since 22:00 of the day before */
        {2026, 6, 3, 600, 1},    {2026, 6, 3, 2159, 1}, {2026, 6, 3, 2200, 2},
        {2026, 6, 4, 1200, 2},                          /* a holiday of that year only */
        {2025, 6, 4, 1200, 1},   {2026, 6, 6, 1200, 2}, /* Saturday */
        {2026, 6, 7, 1200, 2},   {2026, 6, 8, 1200, 1}, {2026, 11, 2, 630, 2}, /* winter */
        {2026, 11, 2, 700, 1},   {2026, 1, 5, 630, 2}, /* last season of the year before */
        {2026, 4, 30, 2100, 2},  {2026, 5, 1, 2100, 1}, {2026, 12, 25, 1200, 2},
        {2031, 12, 25, 1200, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(rate(&c, rows[i].year, rows[i].month, rows[i].day, rows[i].hhmm),
                         rows[i].rate);
    }
}

static void each_switch_over_happens_once(void **state)
{
    (void)state;
    static const wh_tariff_period other[] = {{0, 7}};
    wh_tariff_calendar c = european();
    wh_tariff_days days = {3, {day_of(1, other), day_of(1, other), day_of(1, other)}};
    assert_int_equal(wh_tariff_set_days(&c, &days), WH_OK);
    assert_int_equal(rate(&c, 2026, 6, 3, 1200), 1);
    assert_int_equal(wh_tariff_calendar_schedule(&c, INT64_MAX, 5000), WH_OK);
    assert_int_equal(wh_tariff_calendar_switch(&c, 4999), 0);
    assert_int_equal(wh_tariff_calendar_switch(&c, 999999), WH_TARIFF_SWITCHED_DAYS);
    assert_int_equal(wh_tariff_calendar_switch(&c, 4000), 0); /* the clock went back */
    assert_int_equal(wh_tariff_calendar_switch(&c, 5000), 0);
    assert_int_equal(rate(&c, 2026, 6, 3, 1200), 7);
}

static void a_day_table_that_is_not_there_is_never_scheduled(void **state)
{
    (void)state;
    static const wh_tariff_period one[] = {{0, 1}};
    wh_tariff_calendar c = european();
    wh_tariff_days few = {1, {day_of(1, one)}};
    wh_tariff_zones plain = {1, {{1, 1, wh_tariff_zone_week(1, 0, 0)}}};
    const wh_tariff_holiday holiday = {WH_TARIFF_EVERY_YEAR, 1, 1, 4};
    assert_int_equal(wh_tariff_set_holidays(&c, &holiday, 1), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_tariff_set_holidays(&c, NULL, 0), WH_OK);
    assert_int_equal(wh_tariff_set_days(&c, &few), WH_OK);
    assert_int_equal(wh_tariff_set_zones(&c, &plain), WH_OK);
    /* the days first: seasons in force still name table 3 */
    assert_int_equal(wh_tariff_calendar_schedule(&c, 20, 10), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_tariff_calendar_schedule(&c, INT64_MAX, 10), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_tariff_calendar_schedule(&c, 10, 20), WH_OK);
    /* and what is scheduled cannot be broken afterwards */
    wh_tariff_zones more = {1, {{1, 1, wh_tariff_zone_week(2, 0, 0)}}};
    const wh_tariff_holiday second = {WH_TARIFF_EVERY_YEAR, 1, 1, 2};
    assert_int_equal(wh_tariff_set_zones(&c, &more), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_tariff_set_holidays(&c, &second, 1), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_tariff_calendar_switch(&c, 10), WH_TARIFF_SWITCHED_ZONES);
    assert_int_equal(wh_tariff_calendar_switch(&c, 20), WH_TARIFF_SWITCHED_DAYS);
    assert_int_equal(rate(&c, 2026, 6, 6, 1200), 1);
}

static void wrong_tables_are_refused_whole(void **state)
{
    (void)state;
    wh_tariff_calendar c = european();
    const wh_tariff_calendar before = c;
    const wh_tariff_zones zones = c.zones[c.zones_in_force];
    const wh_tariff_days days = c.days[c.days_in_force];
    wh_tariff_zones bad_zones[6] = {zones, zones, zones, zones, zones, zones};
    bad_zones[0].season_count = 0;
    bad_zones[1].season_count = WH_TARIFF_SEASONS_MAX + 1;
    bad_zones[2].season[1].month = 13;
    bad_zones[3].season[1] = (wh_tariff_season){2, 30, zones.season[0].week};
    bad_zones[4].season[0].week.day[6] = 9;
    bad_zones[5].season[1] = zones.season[0];
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(wh_tariff_set_zones(&c, &bad_zones[i]),
                         i == 5 ? WH_ERR_FORMAT : WH_ERR_RANGE);
    }
    wh_tariff_days bad_days[6] = {days, days, days, days, days, days};
    bad_days[0].day_count = 0;
    bad_days[1].day_count = WH_TARIFF_DAYS_MAX + 1;
    bad_days[2].day[1].period_count = 15;
    wh_tariff_days empty = days;
    empty.day[1].period_count = 0;
    assert_int_equal(wh_tariff_set_days(&c, &empty), WH_ERR_RANGE);
    bad_days[3].day[0].period[1].minute = 1440;
    bad_days[4].day[0].period[1].rate = 64;
    bad_days[5].day[0].period[1].minute = bad_days[5].day[0].period[0].minute;
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(wh_tariff_set_days(&c, &bad_days[i]),
                         i == 5 ? WH_ERR_FORMAT : WH_ERR_RANGE);
    }
    const wh_tariff_holiday leap[] = {{2025, 2, 29, 1}};
    assert_int_equal(wh_tariff_set_holidays(&c, leap, 1), WH_ERR_RANGE);
    assert_int_equal(wh_tariff_set_holidays(&c, leap, 255), WH_ERR_RANGE);
    assert_memory_equal(&c, &before, sizeof c);
}

/* 14 seasons whose weeks name all day tables. */
static wh_tariff_zones largest_zones(void)
{
    wh_tariff_zones zones = {WH_TARIFF_SEASONS_MAX, {{0}}};
    for (uint8_t s = 0; s < WH_TARIFF_SEASONS_MAX; s++) {
        zones.season[s].month = (uint8_t)(1 + s * 6 / 7);
        zones.season[s].day = (uint8_t)(1 + s);
        for (uint8_t d = 0; d < 7; d++) {
            zones.season[s].week.day[d] = (uint8_t)(1 + (s + d) % 8);
        }
    }
    return zones;
}

/* 8 days of 14 periods. */
static wh_tariff_days largest_days(void)
{
    wh_tariff_days days = {.day_count = WH_TARIFF_DAYS_MAX};
    for (uint8_t d = 0; d < WH_TARIFF_DAYS_MAX; d++) {
        days.day[d].period_count = WH_TARIFF_PERIODS_MAX;
        for (uint8_t p = 0; p < WH_TARIFF_PERIODS_MAX; p++) {
            days.day[d].period[p] =
                (wh_tariff_period){(uint16_t)(p * 100U + d), (uint8_t)(1 + (d * 14U + p) % 63)};
        }
    }
    return days;
}

/* The day table of a date, searched by hand. */
static unsigned table_of(const wh_tariff_zones *zones, wh_civil_date date)
{
    unsigned season = WH_TARIFF_SEASONS_MAX - 1;
    for (unsigned s = 0; s < WH_TARIFF_SEASONS_MAX; s++) {
        if (zones->season[s].month < date.month ||
            (zones->season[s].month == date.month && zones->season[s].day <= date.day)) {
            season = s;
        }
    }
    return zones->season[season].week.day[wh_civil_weekday(date) - 1];
}

/* With 254 holidays, every third day. */
static void the_largest_tables_work(void **state)
{
    (void)state;
    const int64_t first = 20454; /* 1 January 2026 */
    static wh_tariff_calendar c;
    static wh_tariff_holiday holidays[WH_TARIFF_HOLIDAYS_MAX];
    const wh_tariff_zones zones = largest_zones();
    const wh_tariff_days days = largest_days();
    for (unsigned h = 0; h < WH_TARIFF_HOLIDAYS_MAX; h++) {
        wh_civil_date date = wh_civil_date_from_days(first + 3 * (int64_t)h);
        holidays[h] =
            (wh_tariff_holiday){(uint16_t)date.year, date.month, date.day, (uint8_t)(1 + h % 8)};
    }
    wh_tariff_calendar_init(&c);
    assert_int_equal(wh_tariff_set_zones(&c, &zones), WH_OK);
    assert_int_equal(wh_tariff_set_days(&c, &days), WH_OK);
    assert_int_equal(wh_tariff_calendar_schedule(&c, 1, 1), WH_OK);
    assert_int_equal(wh_tariff_calendar_switch(&c, 1), 3);
    assert_int_equal(wh_tariff_set_holidays(&c, holidays, WH_TARIFF_HOLIDAYS_MAX), WH_OK);
    for (int64_t day = 0; day < 3 * 254; day++) {
        wh_civil_date date = wh_civil_date_from_days(first + day);
        unsigned table = day % 3 == 0 ? (unsigned)(day / 3 % 8) + 1 : table_of(&zones, date);
        assert_int_equal(wh_tariff_day_table_at(&c, date), table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seasons_weekends_and_holidays_choose_the_day),
        cmocka_unit_test(each_switch_over_happens_once),
        cmocka_unit_test(a_day_table_that_is_not_there_is_never_scheduled),
        cmocka_unit_test(wrong_tables_are_refused_whole),
        cmocka_unit_test(the_largest_tables_work),
    };
    return cmocka_run_group_tests_name("tariff_calendar", tests, NULL, NULL);
}
