/* SPDX-License-Identifier: Apache-2.0 */
#include "core/civil_time.h"

/* Dates are counted in years that begin on 1 March, so that the leap day is the last of its
 * year, and in eras of 400 such years, which all have the same number of days. */
#define YEARS_PER_ERA    400
#define DAYS_PER_ERA     146097
#define DAYS_PER_CENTURY 36524 /* but for the last of an era */
#define DAYS_PER_4_YEARS 1461
#define EPOCH_DAYS       719468 /* from 0000-03-01 to 1970-01-01 */

static bool is_leap(int32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

uint8_t wh_civil_month_days(int32_t year, uint8_t month)
{
    static const uint8_t days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month > 12) {
        return 0;
    }
    return (uint8_t)(days[month] + (month == 2 && is_leap(year) ? 1 : 0));
}

bool wh_civil_date_is_valid(wh_civil_date date)
{
    return date.day >= 1 && date.day <= wh_civil_month_days(date.year, date.month);
}

/* Days from 1 March to the first of a month that comes `m` months later. The months from
 * March have 31 30 31 30 31, 31 30 31 30 31, 31 days: five of them 153. */
static int32_t days_before_month(int32_t m)
{
    return (153 * m + 2) / 5;
}

/* The quotient rounded down, also below 0. */
static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

int64_t wh_civil_date_to_days(wh_civil_date date)
{
    bool before_march = date.month <= 2;
    int64_t year = (int64_t)date.year - (before_march ? 1 : 0);
    int64_t era = floor_div(year, YEARS_PER_ERA);
    int32_t year_of_era = (int32_t)(year - era * YEARS_PER_ERA);
    int32_t month = date.month + (before_march ? 9 : -3);
    int32_t day_of_year = days_before_month(month) + date.day - 1;
    int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - EPOCH_DAYS;
}

wh_civil_date wh_civil_date_from_days(int64_t days)
{
    int64_t era = floor_div(days + EPOCH_DAYS, DAYS_PER_ERA);
    int32_t rest = (int32_t)(days + EPOCH_DAYS - era * DAYS_PER_ERA);
    /* the last day of an era and of four years is a leap day: it opens no fifth part */
    int32_t century = rest / DAYS_PER_CENTURY - rest / (DAYS_PER_ERA - 1);
    rest -= century * DAYS_PER_CENTURY;
    int32_t four = rest / DAYS_PER_4_YEARS;
    rest -= four * DAYS_PER_4_YEARS;
    int32_t one = rest / 365 - rest / (DAYS_PER_4_YEARS - 1);
    rest -= one * 365;
    int32_t month = (5 * rest + 2) / 153;
    bool next_year = month >= 10; /* January and February */
    int32_t year_of_era = century * 100 + four * 4 + one + (next_year ? 1 : 0);
    wh_civil_date date = {
        .year = (int32_t)(era * YEARS_PER_ERA) + year_of_era,
        .month = (uint8_t)(next_year ? month - 9 : month + 3),
        .day = (uint8_t)(rest - days_before_month(month) + 1),
    };
    return date;
}

uint8_t wh_civil_weekday(wh_civil_date date)
{
    int64_t days = wh_civil_date_to_days(date) + 3; /* 1970-01-01 was a Thursday */
    return (uint8_t)(days - floor_div(days, 7) * 7 + 1);
}

uint16_t wh_civil_day_of_year(wh_civil_date date)
{
    wh_civil_date first = {.year = date.year, .month = 1, .day = 1};
    return (uint16_t)(wh_civil_date_to_days(date) - wh_civil_date_to_days(first) + 1);
}

wh_err wh_civil_time_from_ms(int64_t ms, wh_civil_time *out)
{
    if (ms < WH_CIVIL_MS_MIN || ms > WH_CIVIL_MS_MAX) {
        return WH_ERR_RANGE;
    }
    int64_t days = floor_div(ms, WH_MS_PER_DAY);
    int32_t rest = (int32_t)(ms - days * WH_MS_PER_DAY);
    *out = (wh_civil_time){
        .date = wh_civil_date_from_days(days),
        .hour = (uint8_t)(rest / 3600000),
        .minute = (uint8_t)(rest / 60000 % 60),
        .second = (uint8_t)(rest / 1000 % 60),
        .millisecond = (uint16_t)(rest % 1000),
    };
    return WH_OK;
}

wh_err wh_civil_time_to_ms(const wh_civil_time *time, int64_t *ms)
{
    bool date_good =
        wh_civil_date_is_valid(time->date) && time->date.year >= 0 && time->date.year <= 9999;
    bool time_good =
        time->hour < 24 && time->minute < 60 && time->second < 60 && time->millisecond < 1000;
    if (!date_good || !time_good) {
        return WH_ERR_RANGE;
    }
    int64_t seconds = (time->hour * 60 + time->minute) * 60 + time->second;
    *ms = wh_civil_date_to_days(time->date) * WH_MS_PER_DAY + seconds * 1000 + time->millisecond;
    return WH_OK;
}
