/* SPDX-License-Identifier: Apache-2.0 */
#include "world/year/series.h"

#include "core/civil_time.h"
#include "world/csv_file.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 4000000U
#define MIN_MS   60000
#define HOUR_MS  (60 * MIN_MS)
#define KW       1e9 /* microwatts in one */

typedef struct parser parser;

/* A kind of file. A column that begins with '*' is matched at the end of its header cell. */
typedef struct {
    const char *load;
    const char *reactive; /* or NULL, as the others */
    const char *solar;
    const char *voltage;
    uint32_t step_ms;
    char separator;
    bool may_miss; /* rows, or values as '?' */
    double load_uw;
    double solar_uw;
    wh_err (*time)(parser *p, int64_t *begin_ms);
} file_kind;

struct parser {
    wh_csv_file csv;
    size_t room; /* rows allocated */
    int column[4];
    const file_kind *kind;
    wh_series_scale scale;
    wh_series *out;
    wh_message *message;
};

static wh_err complain(parser *p, wh_err err, const char *what, const char *cell)
{
    wh_message_set(p->message, "%s:%u: %s%s%.40s%s", p->csv.path, p->csv.line_number, what,
                   cell != NULL ? ": '" : "", cell != NULL ? cell : "", cell != NULL ? "'" : "");
    return err;
}

/* ---- time ---- */

/* Unsigned numbers with the characters of `form` between them, '0' standing for a number:
 * "0-0-0 0:0:0". Returns whether the text is of this form to its end. */
static bool take_numbers(const char *text, const char *form, unsigned *out)
{
    for (; *form != '\0'; form++) {
        if (*form != '0') {
            if (*text++ != *form) {
                return false;
            }
            continue;
        }
        if (*text < '0' || *text > '9') {
            return false;
        }
        unsigned value = 0;
        for (unsigned digits = 0; *text >= '0' && *text <= '9'; text++, digits++) {
            if (digits == 4) {
                return false;
            }
            value = 10 * value + (unsigned)(*text - '0');
        }
        *out++ = value;
    }
    return *text == '\0';
}

static bool to_ms(unsigned year, unsigned month, unsigned day, unsigned minute, int64_t *ms)
{
    if (month > 12 || day > 31 || minute >= 1440) {
        return false;
    }
    wh_civil_time t = {{(int32_t)year, (uint8_t)month, (uint8_t)day},
                       (uint8_t)(minute / 60),
                       (uint8_t)(minute % 60),
                       0,
                       0};
    return wh_civil_time_to_ms(&t, ms) == WH_OK;
}

static bool minute_of(unsigned hour, unsigned minute, unsigned *out)
{
    *out = 60 * hour + minute;
    return hour < 24 && minute < 60;
}

/* 16/12/2006;17:24:00 */
static wh_err time_uci(parser *p, int64_t *begin_ms)
{
    unsigned d[3];
    unsigned t[3];
    unsigned minute;
    if (p->csv.cell_count < 2 || !take_numbers(p->csv.cell[0], "0/0/0", d) ||
        !take_numbers(p->csv.cell[1], "0:0:0", t) || t[2] != 0 || !minute_of(t[0], t[1], &minute) ||
        !to_ms(d[2], d[1], d[0], minute, begin_ms)) {
        return complain(p, WH_ERR_FORMAT, "no date and time of a minute", p->csv.cell[0]);
    }
    return WH_OK;
}

/* 2011-07-01 00:30:00 */
static wh_err time_ausgrid(parser *p, int64_t *begin_ms)
{
    unsigned n[6];
    unsigned minute;
    if (!take_numbers(p->csv.cell[0], "0-0-0 0:0:0", n) || n[5] != 0 || n[4] % 30 != 0 ||
        !minute_of(n[3], n[4], &minute) || !to_ms(n[0], n[1], n[2], minute, begin_ms)) {
        return complain(p, WH_ERR_FORMAT, "no date and half hour", p->csv.cell[0]);
    }
    return WH_OK;
}

/* Rows are numbered; month and hour must be those of the row. */
static wh_err time_citylearn(parser *p, int64_t *begin_ms)
{
    unsigned month;
    unsigned hour;
    if (p->csv.cell_count < 2 || !take_numbers(p->csv.cell[0], "0", &month) ||
        !take_numbers(p->csv.cell[1], "0", &hour) || hour < 1 || hour > 24) {
        return complain(p, WH_ERR_FORMAT, "no month and hour", p->csv.cell[0]);
    }
    if (p->out->count == 0) {
        unsigned day =
            month >= 1 && month <= 12 ? wh_civil_month_days(p->scale.year, (uint8_t)month) : 0;
        day = hour == 24 ? day : 1; /* of an hour that ends a month, or begins one */
        return to_ms((unsigned)p->scale.year, month, day, 60 * (hour - 1), begin_ms)
                   ? WH_OK
                   : complain(p, WH_ERR_FORMAT, "no such month", p->csv.cell[0]);
    }
    *begin_ms = p->out->row[p->out->count - 1].begin_ms + HOUR_MS;
    wh_civil_time t;
    if (wh_civil_time_from_ms(*begin_ms, &t) != WH_OK || t.date.month != month ||
        t.hour != hour - 1) {
        return complain(p, WH_ERR_FORMAT, "month or hour does not follow the row before", NULL);
    }
    return WH_OK;
}

/* 01.01.2018 00:15, of which the time of day is believed. */
static wh_err time_simbench(parser *p, int64_t *begin_ms)
{
    unsigned n[5];
    unsigned minute;
    if (!take_numbers(p->csv.cell[0], "0.0.0 0:0", n) || !minute_of(n[3], n[4], &minute)) {
        return complain(p, WH_ERR_FORMAT, "no date and time", p->csv.cell[0]);
    }
    if (minute != 15 * (p->out->count % 96)) {
        return complain(p, WH_ERR_FORMAT, "not the quarter hour after the row before",
                        p->csv.cell[0]);
    }
    (void)to_ms((unsigned)p->scale.year, 1, 1, 0, begin_ms);
    *begin_ms += (int64_t)p->out->count * 15 * MIN_MS;
    return WH_OK;
}

/* The scale of the last two is set when the file is read. */
static const file_kind kinds[] = {
    {"Global_active_power", "Global_reactive_power", NULL, "Voltage", MIN_MS, ';', true, KW, KW,
     time_uci},
    {"GC", NULL, "GG", NULL, 30 * MIN_MS, ',', true, KW, KW, time_ausgrid},
    {"non_shiftable_load", NULL, "solar_generation", NULL, HOUR_MS, ',', false, KW, 0,
     time_citylearn},
    {"*_pload", "*_qload", NULL, NULL, 15 * MIN_MS, ';', false, 0, 0, time_simbench},
};

/* ---- rows ---- */

static wh_err find_kind(parser *p)
{
    if (!wh_csv_next(&p->csv)) {
        wh_message_set(p->message, "%s: no header line", p->csv.path);
        return WH_ERR_FORMAT;
    }
    bool semicolon = strchr(p->csv.line, ';') != NULL;
    wh_csv_split(&p->csv, semicolon ? ';' : ',');
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const file_kind *kind = &kinds[i];
        const char *names[4] = {kind->load, kind->reactive, kind->solar, kind->voltage};
        bool all = (kind->separator == ';') == semicolon;
        for (int k = 0; k < 4; k++) {
            p->column[k] = wh_csv_find(&p->csv, names[k]);
            all = all && (names[k] == NULL || p->column[k] >= 0);
        }
        if (all) {
            p->kind = kind;
            return WH_OK;
        }
    }
    return complain(p, WH_ERR_UNSUPPORTED, "no series is known by this header", NULL);
}

/* A value in units of `unit` as an integer; 0 where there is no such column. */
static wh_err take_value(parser *p, unsigned which, double unit, int64_t *out)
{
    *out = 0;
    if (p->column[which] < 0) {
        return WH_OK;
    }
    if ((size_t)p->column[which] >= p->csv.cell_count) {
        return complain(p, WH_ERR_FORMAT, "the row is too short", NULL);
    }
    const char *cell = p->csv.cell[p->column[which]];
    char *end;
    errno = 0;
    double value = strtod(cell, &end);
    bool number = cell[0] == '-' || (cell[0] >= '0' && cell[0] <= '9');
    if (!number || *end != '\0' || !isfinite(value) || fabs(value) > 1e5) {
        return complain(p, WH_ERR_FORMAT, "not a number below 100000", cell);
    }
    *out = llround(value * unit);
    return WH_OK;
}

static wh_err make_room(parser *p)
{
    if (p->out->count < p->room) {
        return WH_OK;
    }
    p->room = p->room == 0 ? 4096 : 2 * p->room;
    wh_series_row *bigger =
        p->room > ROWS_MAX ? NULL : realloc(p->out->row, p->room * sizeof *bigger);
    if (bigger == NULL) {
        return complain(p, WH_ERR_SPACE, "too many rows", NULL);
    }
    p->out->row = bigger;
    return WH_OK;
}

/* Is a gap before this row, and how long; a time that does not fit is wrong. */
static wh_err follow(parser *p, int64_t begin_ms)
{
    wh_series *s = p->out;
    if (s->count == 0) {
        return WH_OK;
    }
    int64_t steps = (begin_ms - s->row[s->count - 1].begin_ms) / s->step_ms;
    if (steps < 1 || (begin_ms - s->row[s->count - 1].begin_ms) % s->step_ms != 0) {
        return complain(p, WH_ERR_FORMAT, "its time does not follow that of the row before", NULL);
    }
    if (steps > 1 && !p->kind->may_miss) {
        return complain(p, WH_ERR_FORMAT, "rows are missing before it", NULL);
    }
    s->gaps += steps > 1 ? 1 : 0;
    s->missing += (size_t)(steps - 1);
    return WH_OK;
}

static bool is_missing(const parser *p)
{
    size_t at = (size_t)p->column[0];
    return p->kind->may_miss && at < p->csv.cell_count && strcmp(p->csv.cell[at], "?") == 0;
}

static wh_err take_row(parser *p)
{
    const file_kind *kind = p->kind;
    double load_uw = kind->load_uw > 0 ? kind->load_uw : p->scale.unit_w * 1e6;
    double solar_uw = kind->solar_uw > 0 ? kind->solar_uw : p->scale.solar_peak_w * 1e3;
    wh_series_row row;
    wh_err err = make_room(p);
    if (err == WH_OK) {
        err = kind->time(p, &row.begin_ms);
    }
    if (err != WH_OK || is_missing(p)) {
        return err;
    }
    err = take_value(p, 0, load_uw, &row.load_uw);
    if (err == WH_OK) {
        err = take_value(p, 1, load_uw, &row.load_uvar);
    }
    if (err == WH_OK) {
        err = take_value(p, 2, solar_uw, &row.solar_uw);
    }
    if (err == WH_OK) {
        err = take_value(p, 3, 1e6, &row.u_uv);
    }
    if (err == WH_OK && row.solar_uw < 0) {
        err = complain(p, WH_ERR_FORMAT, "the roof takes power", p->csv.cell[p->column[2]]);
    }
    if (err == WH_OK) {
        err = follow(p, row.begin_ms);
    }
    if (err == WH_OK) {
        p->out->row[p->out->count++] = row;
    }
    return err;
}

static wh_err read_file(parser *p)
{
    wh_err err = find_kind(p);
    if (err != WH_OK) {
        return err;
    }
    p->out->step_ms = p->kind->step_ms;
    while (err == WH_OK && wh_csv_next(&p->csv)) {
        if (p->csv.line[0] != '\0') {
            wh_csv_split(&p->csv, p->kind->separator);
            err = take_row(p);
        }
    }
    if (err == WH_OK) {
        err = wh_csv_check(&p->csv, p->out->count, p->message);
    }
    return err;
}

wh_err wh_series_read(const char *path, const wh_series_scale *scale, wh_series *out,
                      wh_message *message)
{
    memset(out, 0, sizeof *out);
    parser p = {.out = out, .message = message};
    if (scale != NULL) {
        p.scale = *scale;
    }
    p.scale.unit_w = p.scale.unit_w > 0 ? p.scale.unit_w : 5000;
    p.scale.solar_peak_w = p.scale.solar_peak_w > 0 ? p.scale.solar_peak_w : 5000;
    p.scale.year = p.scale.year > 0 ? p.scale.year : 2018;
    wh_err err = wh_csv_open(&p.csv, path, message);
    if (err != WH_OK) {
        return err;
    }
    err = read_file(&p);
    wh_csv_close(&p.csv);
    if (err != WH_OK) {
        wh_series_free(out);
    }
    return err;
}

void wh_series_free(wh_series *s)
{
    free(s->row);
    memset(s, 0, sizeof *s);
}
