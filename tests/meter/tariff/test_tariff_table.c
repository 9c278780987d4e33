/* SPDX-License-Identifier: Apache-2.0 */
/* Every half hour of a year of every ready tariff, against the rows it is made from and against the
 * rows of the notices, both read here and evaluated as they stand. */
#include "meter/tariff/tariff_table.h"

#include "core/time_zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define YEAR      2026
#define FIRST_DAY 20454 /* 1 January 2026 since 1970 */
#define HALF_MS   1800000
#define ROWS_MAX  64
#define FIELDS    12

enum { SHARP = 1, PEAK, FLAT, VALLEY, DEEP };

typedef struct {
    char text[1024]; /* the fields, each ended by 0 */
    char *field[FIELDS];
    uint8_t rate[13][48]; /* of each month's half hours; [0]: in all months alike */
} row;

typedef struct {
    row rows[ROWS_MAX];
    unsigned count;
} sheet;

/* Split a line of CSV with quotes into fields, in place. */
static unsigned split(char *line, char *field[FIELDS])
{
    unsigned count = 0;
    for (char *at = line; count < FIELDS;) {
        bool quoted = *at == '"';
        at += quoted;
        field[count++] = at;
        at += strcspn(at, quoted ? "\"" : ",\n");
        char *end = at;
        at += quoted && *at != '\0';
        bool more = *at == ',';
        at += more;
        *end = '\0';
        if (!more) {
            break;
        }
    }
    return count;
}

/* Lines but comments and the header. False: there is no such file. */
static bool read_sheet(const char *path, sheet *out)
{
    FILE *f = fopen(path, "r");
    if (f == NULL) {
        return false;
    }
    bool header = true;
    out->count = 0;
    for (row *r = out->rows; fgets(r->text, sizeof r->text, f) != NULL;) {
        if (r->text[0] == '#') {
            continue;
        }
        if (!header) {
            assert_true(++out->count < ROWS_MAX);
            assert_true(split(r->text, r->field) >= 5);
            r++;
        }
        header = false;
    }
    (void)fclose(f);
    return true;
}

/* Is a number in a list such as "2-6,9-11" or "12 1-2"? From greater to less goes over the end. */
static bool in_list(const char *list, unsigned wanted)
{
    while (*list != '\0') {
        if (*list < '0' || *list > '9') {
            list++;
            continue;
        }
        char *end;
        unsigned first = (unsigned)strtoul(list, &end, 10);
        unsigned last = *end == '-' ? (unsigned)strtoul(end + 1, &end, 10) : first;
        list = end;
        if (first <= last ? wanted >= first && wanted <= last : wanted >= first || wanted <= last) {
            return true;
        }
    }
    return false;
}

static unsigned number(const char *text)
{
    return (unsigned)strtoul(text, NULL, 10);
}

static unsigned clock_time(const char *text, char **end)
{
    unsigned minute = 60 * (unsigned)strtoul(text, end, 10);
    return **end == ':' ? minute + (unsigned)strtoul(*end + 1, end, 10) : minute;
}

/* Is a minute in a list of hours such as "08-11,17-23" or "20:30-22:30"? Numbers that stand alone
 * are no hours. */
static bool in_hours(const char *list, size_t len, unsigned minute)
{
    const char *stop = list + len;
    while (list < stop) {
        if (*list < '0' || *list > '9') {
            list++;
            continue;
        }
        char *end;
        unsigned first = clock_time(list, &end);
        list = end;
        if (*list != '-' || list[1] < '0' || list[1] > '9') {
            continue;
        }
        unsigned last = clock_time(list + 1, &end);
        list = end;
        bool whole = first < last;
        if (whole ? minute >= first && minute < last : minute >= first || minute < last) {
            return true;
        }
    }
    return false;
}

/* ---- holidays, as the notice for the year says them ---- */

typedef struct {
    const char *name;
    unsigned from; /* MMDD */
    unsigned to;
} holiday;

static const holiday china[] = {
    {"New Year", 101, 103},       {"Spring Festival", 215, 223}, {"Tomb Sweeping", 404, 406},
    {"Labour Day", 501, 505},     {"Dragon Boat", 619, 621},     {"Mid-Autumn", 925, 927},
    {"National Day", 1001, 1007},
};

static const holiday *holiday_at(wh_civil_date date)
{
    unsigned day = date.month * 100U + date.day;
    for (size_t i = 0; i < sizeof china / sizeof china[0]; i++) {
        if (day >= china[i].from && day <= china[i].to) {
            return &china[i];
        }
    }
    return NULL;
}

/* ---- the notices ---- */

enum { N_PROVINCE, N_DOCUMENT, N_MONTHS, N_DAYS, N_SHARP, N_PEAK, N_FLAT, N_VALLEY, N_DEEP };

/* Months named in a text, bit 1 January; "Jul-Sep" is a range. 0: none. */
static unsigned months_named(const char *text, size_t len)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    unsigned found = 0;
    unsigned last = 0;
    for (size_t i = 0; i + 3 <= len; i++) {
        for (unsigned m = 1; m <= 12; m++) {
            if (memcmp(text + i, names + (size_t)3 * (m - 1), 3) != 0) {
                continue;
            }
            unsigned first = i > 0 && text[i - 1] == '-' ? last : m;
            for (unsigned n = first; n <= m; n++) {
                found |= 1U << n;
            }
            last = m;
        }
    }
    return found;
}

/* Hours of a field: parts between semicolons, each for the months that it names or for all. */
static bool notice_has(const char *field, unsigned month, unsigned minute)
{
    for (const char *part = field; *part != '\0';) {
        size_t len = strcspn(part, ";");
        unsigned months = months_named(part, len);
        if ((months == 0 || (months >> month & 1U) != 0) && in_hours(part, len, minute)) {
            return true;
        }
        part += len + (part[len] == ';');
    }
    return false;
}

static bool is_about_some_days(const row *r)
{
    return strstr(r->field[N_DAYS], "estival") != NULL ||
           strstr(r->field[N_DAYS], "oliday") != NULL;
}

static bool is_of(const row *r, const char *province, bool single)
{
    return strcmp(r->field[N_PROVINCE], province) == 0 &&
           (strstr(r->field[N_DAYS], "single") != NULL) == single;
}

static bool months_fit(const sheet *s, const row *r, unsigned month)
{
    const char *months = r->field[N_MONTHS];
    if (strcmp(months, "all") == 0 || strcmp(months, "-") == 0) {
        return true;
    }
    if (strcmp(months, "other") != 0) {
        return in_list(months, month);
    }
    for (unsigned i = 0; i < s->count; i++) {
        const row *o = &s->rows[i];
        if (is_of(o, r->field[N_PROVINCE], false) && !is_about_some_days(o) &&
            in_list(o->field[N_MONTHS], month)) {
            return false;
        }
    }
    return true;
}

/* Rows for some days only say their deep valley. */
static bool some_day_fits(const row *r, wh_civil_date date)
{
    const char *days = r->field[N_DAYS];
    const holiday *h = holiday_at(date);
    if (strstr(days, "weekends") != NULL && wh_civil_weekday(date) >= 6) {
        return true;
    }
    bool by_name = strstr(days, "Festival") != NULL;
    return h != NULL && (!by_name || strstr(days, h->name) != NULL);
}

static unsigned notice_row_rate(const row *r, unsigned month, unsigned minute)
{
    static const struct {
        uint8_t field;
        uint8_t rate;
    } order[] = {{N_DEEP, DEEP}, {N_SHARP, SHARP}, {N_PEAK, PEAK}, {N_VALLEY, VALLEY}};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (notice_has(r->field[order[i].field], month, minute)) {
            return order[i].rate;
        }
    }
    bool flat =
        strcmp(r->field[N_FLAT], "rest") == 0 || notice_has(r->field[N_FLAT], month, minute);
    return flat ? FLAT : 0;
}

/* Each text is read once. */
static void read_notices(sheet *s)
{
    for (unsigned i = 0; i < s->count; i++) {
        row *r = &s->rows[i];
        for (unsigned month = 1; month <= 12; month++) {
            for (unsigned slot = 0; slot < 48; slot++) {
                r->rate[month][slot] = (uint8_t)notice_row_rate(r, month, slot * 30);
            }
        }
    }
}

static unsigned notice_rate(const sheet *s, const char *province, bool single, wh_civil_date date,
                            unsigned minute)
{
    unsigned rate = 0;
    unsigned rows = 0;
    for (unsigned i = 0; i < s->count; i++) {
        const row *r = &s->rows[i];
        if (!is_of(r, province, single) || !months_fit(s, r, date.month)) {
            continue;
        }
        if (is_about_some_days(r)) {
            bool deep = r->rate[date.month][minute / 30] == DEEP;
            rate = deep && some_day_fits(r, date) ? DEEP : rate;
        } else {
            rate = r->rate[date.month][minute / 30];
            rows++;
        }
    }
    assert_int_equal(rows, 1);
    return rate;
}

/* ---- the rows of data/tariffs ---- */

enum { D_TABLE, D_MONTHS, D_DAYS, D_RATE_1 };

static bool holidays_have(const sheet *holidays, const char *words, wh_civil_date date)
{
    enum { SET, NAME, YEAR_FROM, FROM, TO };
    unsigned day = date.month * 100U + date.day;
    for (unsigned i = 0; i < holidays->count; i++) {
        char *const *f = holidays->rows[i].field;
        char one[64];
        (void)snprintf(one, sizeof one, "%s:%s", f[SET], f[NAME]);
        const char *set = strstr(words, f[SET]);
        bool named = strstr(words, one) != NULL || (set != NULL && set[strlen(f[SET])] != ':');
        bool year =
            strcmp(f[YEAR_FROM], "every") == 0 || number(f[YEAR_FROM]) == (unsigned)date.year;
        unsigned from = 100 * number(f[FROM]) + number(f[FROM] + 3);
        unsigned to = 100 * number(f[TO]) + number(f[TO] + 3);
        if (named && year && day >= from && day <= to) {
            return true;
        }
    }
    return false;
}

static unsigned data_row_rate(const row *r, unsigned minute)
{
    unsigned rest = 0;
    for (unsigned rate = 1; rate <= 5; rate++) {
        const char *hours = r->field[D_RATE_1 + rate - 1];
        if (in_hours(hours, strlen(hours), minute)) {
            return rate;
        }
        rest = strcmp(hours, "rest") == 0 ? rate : rest;
    }
    return rest;
}

static unsigned data_rate(const sheet *hours, const sheet *holidays, const char *table,
                          wh_civil_date date, unsigned minute)
{
    unsigned rate = 0;
    for (unsigned pass = 0; pass < 2; pass++) { /* all days, then some */
        for (unsigned i = 0; i < hours->count; i++) {
            const row *r = &hours->rows[i];
            const char *days = r->field[D_DAYS];
            if (strcmp(r->field[D_TABLE], table) != 0 || !in_list(r->field[D_MONTHS], date.month)) {
                continue;
            }
            bool all = strcmp(days, "all") == 0;
            bool fits = all || (strstr(days, "rest") != NULL && wh_civil_weekday(date) >= 6) ||
                        holidays_have(holidays, days, date);
            if (all == (pass == 0) && fits) {
                unsigned found = r->rate[0][minute / 30];
                rate = found != 0 ? found : rate;
            }
        }
    }
    return rate;
}

/* ---- tests ---- */

static wh_tariff_calendar loaded(const wh_tariff_table *table)
{
    wh_tariff_calendar c;
    assert_int_equal(wh_tariff_table_load(table, &c), WH_OK);
    assert_int_equal(wh_tariff_calendar_check(&c), WH_OK);
    return c;
}

static void expect(const wh_tariff_calendar *c, const char *name, wh_civil_date date,
                   unsigned minute, unsigned rate)
{
    wh_civil_time t = {
        .date = date, .hour = (uint8_t)(minute / 60), .minute = (uint8_t)(minute % 60)};
    unsigned found = wh_tariff_rate_at(c, &t);
    if (found != rate) {
        fail_msg("%s %04d-%02d-%02d %02u:%02u: rate %u instead of %u", name, (int)date.year,
                 date.month, date.day, minute / 60, minute % 60, found, rate);
    }
}

static void every_half_hour_is_as_the_data_says(void **state)
{
    (void)state;
    static sheet hours;
    static sheet holidays;
    assert_true(read_sheet(WH_SOURCE_DIR "/data/tariffs/hours.csv", &hours));
    assert_true(read_sheet(WH_SOURCE_DIR "/data/tariffs/holidays.csv", &holidays));
    for (unsigned i = 0; i < hours.count; i++) {
        for (unsigned slot = 0; slot < 48; slot++) {
            hours.rows[i].rate[0][slot] = (uint8_t)data_row_rate(&hours.rows[i], slot * 30);
        }
    }
    size_t tables = 0;
    for (const wh_tariff_table *t; (t = wh_tariff_table_at(tables)) != NULL; tables++) {
        wh_tariff_calendar c = loaded(t);
        for (int64_t day = FIRST_DAY; day < FIRST_DAY + 365; day++) {
            wh_civil_date date = wh_civil_date_from_days(day);
            for (unsigned minute = 0; minute < 1440; minute += 30) {
                unsigned rate = data_rate(&hours, &holidays, t->name, date, minute);
                assert_true(rate <= t->rates);
                expect(&c, t->name, date, minute, rate);
                expect(&c, t->name, date, minute + 29, rate);
            }
        }
    }
    assert_int_equal(tables, 15);
}

static void every_half_hour_is_as_the_notices_say(void **state)
{
    (void)state;
    static sheet notices;
    const char *path = WH_SHARED_DIR "/standards/state-grid/tou_cn.csv";
    if (!read_sheet(path, &notices)) {
        print_message("SKIPPED: no notices at %s; the tables were checked against data/tariffs\n",
                      path);
        skip();
    }
    read_notices(&notices);
    static const char *const names[][2] = {
        {"Zhejiang", "zhejiang"},         {"Shandong", "shandong"},
        {"Jiangsu", "jiangsu"},           {"Shanghai", "shanghai"},
        {"Guangdong", "guangdong"},       {"Hubei", "hubei"},
        {"Jiangxi", "jiangxi"},           {"Xinjiang", "xinjiang"},
        {"Sichuan", "sichuan"},           {"Liaoning", "liaoning"},
        {"Heilongjiang", "heilongjiang"}, {"Anhui", "anhui"},
        {"Beijing", "beijing"},           {"Shanghai", "shanghai-single-part"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const wh_tariff_table *t = wh_tariff_table_find(names[i][1]);
        assert_non_null(t);
        wh_tariff_calendar c = loaded(t);
        bool single = strstr(names[i][1], "single") != NULL;
        for (int64_t day = FIRST_DAY; day < FIRST_DAY + 365; day++) {
            wh_civil_date date = wh_civil_date_from_days(day);
            for (unsigned minute = 0; minute < 1440; minute += 30) {
                unsigned rate = notice_rate(&notices, names[i][0], single, date, minute);
                assert_int_not_equal(rate, 0); /* the notice leaves nothing out */
                expect(&c, names[i][1], date, minute, rate);
            }
        }
    }
    for (unsigned i = 0; i < notices.count; i++) {
        size_t n = 0;
        while (n < sizeof names / sizeof names[0] &&
               strcmp(names[n][0], notices.rows[i].field[N_PROVINCE]) != 0) {
            n++;
        }
        assert_true(n < sizeof names / sizeof names[0]); /* no province was left out */
    }
}

/* High tariff on working days from 6 to 22 o'clock of the clock on the wall, whatever UTC says. */
static void two_rates_follow_daylight_saving(void **state)
{
    (void)state;
    static const wh_time_zone berlin = {
        .standard_min = 60,
        .dst_min = 60,
        .begin = {WH_TIME_ZONE_ANY_YEAR, 3, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0},
        .end = {WH_TIME_ZONE_ANY_YEAR, 10, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0}};
    const int64_t summer_ms = (FIRST_DAY + 87) * (int64_t)WH_MS_PER_DAY + 3600000;  /* 29 March */
    const int64_t winter_ms = (FIRST_DAY + 297) * (int64_t)WH_MS_PER_DAY + 3600000; /* 25 October */
    const wh_tariff_table *t = wh_tariff_table_find("europe");
    assert_non_null(t);
    wh_tariff_calendar c = loaded(t);
    unsigned high[2] = {0, 0}; /* half hours in winter, in summer */
    for (int64_t half = 0; half < 365 * 48; half++) {
        int64_t utc_ms = FIRST_DAY * (int64_t)WH_MS_PER_DAY - 3600000 + half * HALF_MS;
        bool summer = utc_ms >= summer_ms && utc_ms < winter_ms;
        int64_t wall_ms = utc_ms + (summer ? 7200000 : 3600000);
        int64_t day = wall_ms / WH_MS_PER_DAY;
        int64_t minute = wall_ms % WH_MS_PER_DAY / 60000;
        bool rest = (day + 3) % 7 >= 5; /* 1 January 1970 was a Thursday */
        int64_t of_year = day - FIRST_DAY;
        bool free = of_year == 0 || of_year == 120 || of_year == 358 || of_year == 359;
        bool is_high = !rest && !free && minute >= 360 && minute < 1320;
        wh_civil_time local;
        assert_int_equal(wh_time_zone_to_local(&berlin, utc_ms, &local, NULL), WH_OK);
        assert_int_equal(wh_tariff_rate_at(&c, &local), is_high ? 1 : 2);
        high[summer] += is_high;
    }
    /* 261 working days, four of them free (26 December is a Saturday): 258 of 32 half hours */
    assert_int_equal(high[0] + high[1], 258 * 32);
    assert_int_equal(high[1], 149 * 32); /* 30 March to 23 October but 1 May */
}

static void tables_are_found_by_their_names(void **state)
{
    (void)state;
    assert_null(wh_tariff_table_at(15));
    assert_null(wh_tariff_table_find("atlantis"));
    const wh_tariff_table *t = wh_tariff_table_find("hubei");
    assert_non_null(t);
    assert_int_equal(t->rates, 4);
    assert_non_null(strstr(t->source, "77"));
    assert_int_equal(t->holiday_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_half_hour_is_as_the_data_says),
        cmocka_unit_test(every_half_hour_is_as_the_notices_say),
        cmocka_unit_test(two_rates_follow_daylight_saving),
        cmocka_unit_test(tables_are_found_by_their_names),
    };
    return cmocka_run_group_tests_name("tariff_table", tests, NULL, NULL);
}
