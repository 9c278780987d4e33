/* SPDX-License-Identifier: Apache-2.0 */
/* Dates and time zones of COMTRADE: dd/mm/yyyy from 1999 on, mm/dd/yy before. */
#include "world/recording/comtrade.h"

/* Days from 1970-01-01 of the proleptic Gregorian calendar. */
static int64_t days_from_civil(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = year / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static bool take_number(wh_span *rest, char separator, uint64_t max, int64_t *value)
{
    wh_span field;
    uint64_t number = 0;
    if (!wh_span_take_field(rest, separator, &field) || !wh_span_to_unsigned(field, max, &number)) {
        return false;
    }
    *value = (int64_t)number;
    return true;
}

/* Two-digit years: 70 to 99 are the last century's. */
static int64_t full_year(int64_t year)
{
    return year >= 100 ? year : year >= 70 ? year + 1900 : year + 2000;
}

int64_t wh_comtrade_parse_time(wh_span line, bool month_first)
{
    wh_span rest = line;
    wh_span date;
    wh_span clock;
    int64_t first = 0;
    int64_t second = 0;
    int64_t year = 0;
    int64_t hour = 0;
    int64_t minute = 0;
    wh_span seconds_text;
    double seconds = 0;
    bool fits = wh_span_take_field(&rest, ',', &date) && wh_span_take_field(&rest, ',', &clock) &&
                take_number(&date, '/', 31, &first) && take_number(&date, '/', 31, &second) &&
                take_number(&date, '/', 9999, &year) && take_number(&clock, ':', 23, &hour) &&
                take_number(&clock, ':', 59, &minute) &&
                wh_span_take_field(&clock, ':', &seconds_text) &&
                wh_span_to_double(seconds_text, &seconds) && seconds >= 0 && seconds < 61;
    int64_t month = month_first ? first : second;
    int64_t day = month_first ? second : first;
    if (!fits || month < 1 || month > 12 || day < 1) {
        return INT64_MIN;
    }
    int64_t s = days_from_civil(full_year(year), month, day) * 86400 + hour * 3600 + minute * 60;
    return s * 1000000 + (int64_t)(seconds * 1e6 + 0.5);
}

bool wh_comtrade_parse_offset(wh_span field, int *minutes)
{
    bool minus = field.len > 0 && field.p[0] == '-';
    bool sign = minus || (field.len > 0 && field.p[0] == '+');
    wh_span rest = sign ? (wh_span){field.p + 1, field.len - 1} : field;
    int64_t hours = 0;
    int64_t rest_minutes = 0;
    if (!take_number(&rest, 'h', 14, &hours)) {
        return false;
    }
    if (rest.p != NULL && !take_number(&rest, 'h', 59, &rest_minutes)) {
        return false;
    }
    int total = (int)(hours * 60 + rest_minutes);
    *minutes = minus ? -total : total;
    return true;
}
