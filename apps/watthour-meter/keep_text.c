/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour-meter/keep_text.h"

#include "meter/catalogue.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A place in a text. */
typedef struct {
    const char *at;
    bool good;
} scan;

static void take_blanks(scan *s)
{
    while (*s->at == ' ') {
        ++s->at;
    }
}

static bool at_end(scan *s)
{
    take_blanks(s);
    return *s->at == '\0';
}

static void take_sign(scan *s, char sign)
{
    s->good = s->good && *s->at == sign;
    s->at += s->good ? 1 : 0;
}

/* At most `digits` of them; a number that is out of min..max is not good. */
static unsigned take_number(scan *s, int digits, unsigned min, unsigned max)
{
    unsigned value = 0;
    int count = 0;
    for (; count < digits && isdigit((unsigned char)*s->at) != 0; ++count, ++s->at) {
        value = value * 10 + (unsigned)(*s->at - '0');
    }
    s->good = s->good && count > 0 && value >= min && value <= max;
    return value;
}

/* hh:mm as minute of the day */
static uint16_t take_minute(scan *s)
{
    take_blanks(s);
    unsigned hour = take_number(s, 2, 0, 23);
    take_sign(s, ':');
    unsigned minute = take_number(s, 2, 0, 59);
    return (uint16_t)(hour * 60 + minute);
}

static void take_month_day(scan *s, uint8_t *month, uint8_t *day)
{
    take_blanks(s);
    *month = (uint8_t)take_number(s, 2, 1, 12);
    take_sign(s, '-');
    *day = (uint8_t)take_number(s, 2, 1, 31);
}

/* Behind at least one blank. */
static unsigned take_word_number(scan *s, unsigned min, unsigned max)
{
    s->good = s->good && *s->at == ' ';
    take_blanks(s);
    return take_number(s, 3, min, max);
}

bool wh_keep_text_day(const char *text, wh_tariff_day *day)
{
    scan s = {text, true};
    memset(day, 0, sizeof *day);
    do {
        if (day->period_count == WH_TARIFF_PERIODS_MAX) {
            return false;
        }
        wh_tariff_period *period = &day->period[day->period_count++];
        period->minute = take_minute(&s);
        period->rate = (uint8_t)take_word_number(&s, 1, WH_TARIFF_RATES_MAX);
        take_blanks(&s);
    } while (s.good && *s.at++ == ',');
    return s.good && s.at[-1] == '\0';
}

bool wh_keep_text_season(const char *text, wh_tariff_season *season)
{
    static const char weekend[] = "weekend";
    const uint8_t saturday_and_sunday = 0x60;
    scan s = {text, true};
    take_month_day(&s, &season->month, &season->day);
    unsigned table = take_word_number(&s, 1, WH_TARIFF_DAYS_MAX);
    unsigned rest = 0;
    take_blanks(&s);
    if (s.good && strncmp(s.at, weekend, sizeof weekend - 1) == 0) {
        s.at += sizeof weekend - 1;
        rest = take_word_number(&s, 1, WH_TARIFF_DAYS_MAX);
    }
    if (!s.good || !at_end(&s)) {
        return false;
    }
    season->week = wh_tariff_zone_week((uint8_t)table, (uint8_t)rest, saturday_and_sunday);
    return true;
}

bool wh_keep_text_holiday(const char *text, wh_tariff_holiday *holiday)
{
    scan s = {text, true};
    take_blanks(&s);
    holiday->year = WH_TARIFF_EVERY_YEAR;
    if (strlen(s.at) > 4 && s.at[4] == '-') {
        holiday->year = (uint16_t)take_number(&s, 4, 2000, 2099);
        take_sign(&s, '-');
    }
    take_month_day(&s, &holiday->month, &holiday->day);
    holiday->day_table = (uint8_t)take_word_number(&s, 1, WH_TARIFF_DAYS_MAX);
    return s.good && at_end(&s);
}

bool wh_keep_text_billing(const char *text, wh_boundary_pattern *pattern)
{
    scan s = {text, true};
    *pattern = (wh_boundary_pattern){.kind = WH_BOUNDARY_MONTH_END};
    if (strcmp(text, "end") == 0) {
        return true;
    }
    take_blanks(&s);
    pattern->kind = WH_BOUNDARY_MONTHLY;
    pattern->day = (uint8_t)take_number(&s, 2, 1, 28);
    s.good = s.good && *s.at == ' ';
    unsigned minute = take_minute(&s);
    pattern->hour = (uint8_t)(minute / 60);
    pattern->minute = (uint8_t)(minute % 60);
    return s.good && at_end(&s);
}

/* "1-5", "6", "1-7": Monday is 1. */
static uint8_t take_weekdays(scan *s)
{
    take_blanks(s);
    unsigned from = take_number(s, 1, 1, 7);
    unsigned to = from;
    if (*s->at == '-') {
        ++s->at;
        to = take_number(s, 1, from, 7);
    }
    unsigned days = 0;
    for (unsigned day = from; s->good && day <= to; ++day) {
        days |= 1U << (day - 1);
    }
    return (uint8_t)days;
}

bool wh_keep_text_window(const char *text, bool with_number, wh_limiter_window *window,
                         double *number)
{
    scan s = {text, true};
    memset(window, 0, sizeof *window);
    window->days = take_weekdays(&s);
    s.good = s.good && *s.at == ' ';
    window->from_minute = take_minute(&s);
    take_sign(&s, '-');
    window->to_minute = take_minute(&s);
    if (s.good && with_number) {
        char *end = NULL;
        *number = strtod(s.at, &end);
        s.good = *s.at == ' ' && end != s.at && *number >= 0.0 && *number <= 1e9;
        s.at = end;
    }
    return s.good && at_end(&s);
}

bool wh_keep_text_column(const char *text, wh_column *column)
{
    size_t len = strcspn(text, " ");
    scan s = {text + len, true};
    char name[WH_ITEM_NAME_SIZE];
    column->attribute = WH_COLUMN_VALUE;
    if (*s.at == ' ') {
        column->attribute = (uint8_t)take_word_number(&s, 1, 127);
    }
    if (!s.good || !at_end(&s)) {
        return false;
    }
    if (wh_obis_parse(text, len, &column->obis, NULL) == WH_OK) {
        return true;
    }
    if (len >= sizeof name) {
        return false;
    }
    memcpy(name, text, len);
    name[len] = '\0';
    wh_item_ref ref = wh_catalogue_find_name(name);
    if (ref.item != NULL) {
        column->obis = wh_item_obis(ref);
    }
    return ref.item != NULL;
}

bool wh_keep_text_known(wh_column column)
{
    wh_obis obis = column.obis;
    if (obis.group[WH_OBIS_A] == 0 && obis.group[WH_OBIS_C] == 96 && obis.group[WH_OBIS_D] == 10) {
        return true; /* the status of the record */
    }
    if (column.attribute != WH_COLUMN_VALUE && obis.group[WH_OBIS_F] == 255) {
        obis.group[WH_OBIS_F] = (uint8_t)(128 + column.attribute);
    }
    return wh_catalogue_find(obis).item != NULL;
}
