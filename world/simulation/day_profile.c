/* SPDX-License-Identifier: Apache-2.0 */
#include "world/simulation/day_profile.h"

#include "world/csv_file.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 10000000U
#define DAY_S    86400.0

/* What makes watts of a cell. */
typedef enum {
    SCALE_NONE,
    SCALE_KW,
    SCALE_W,
    SCALE_UNIT,
    SCALE_ANNUAL, /* kW per 1000 kWh a year */
    SCALE_SOLAR   /* W per kW of roof */
} cell_scale;

/* A kind of file. A column name that begins with '*' is matched at the end of the header cell. */
typedef struct {
    double step_s; /* 0: from "# step_s=" */
    const char *load;
    cell_scale load_scale;
    const char *reactive;
    const char *solar;
    cell_scale solar_scale;
} file_kind;

static const file_kind kinds[] = {
    {60, "Global_active_power", SCALE_KW, "Global_reactive_power", NULL, SCALE_NONE},
    {1800, "GC", SCALE_KW, NULL, "GG", SCALE_KW},
    {3600, "non_shiftable_load", SCALE_KW, NULL, "solar_generation", SCALE_SOLAR},
    {900, "*_pload", SCALE_UNIT, "*_qload", NULL, SCALE_NONE},
    {900, "h0", SCALE_ANNUAL, NULL, NULL, SCALE_NONE},
    {0, "load_w", SCALE_W, "reactive_var", "solar_w", SCALE_W},
};

typedef struct {
    wh_csv_file csv;
    size_t room; /* rows allocated */
    wh_day_profile_scale scale;
    wh_message *message;
} parser;

static void split(parser *p)
{
    wh_csv_split(&p->csv, strchr(p->csv.line, ';') != NULL ? ';' : ',');
}

static double factor_of(const parser *p, cell_scale scale)
{
    switch (scale) {
    case SCALE_KW:
        return 1000;
    case SCALE_UNIT:
        return p->scale.unit_w;
    case SCALE_ANNUAL:
        return p->scale.annual_kwh; /* kW * 1000 W/kW * kWh / 1000 kWh */
    case SCALE_SOLAR:
        return p->scale.solar_peak_w / 1000;
    case SCALE_NONE:
    case SCALE_W:
    default:
        return 1;
    }
}

static wh_err parse_cell(parser *p, int column, double factor, double *out)
{
    if ((size_t)column >= p->csv.cell_count) {
        wh_message_set(p->message, "%s:%u: only %zu columns, column %d is missing", p->csv.path,
                       p->csv.line_number, p->csv.cell_count, column + 1);
        return WH_ERR_FORMAT;
    }
    char *end;
    errno = 0;
    double value = strtod(p->csv.cell[column], &end);
    if (end == p->csv.cell[column] || *end != '\0' || !isfinite(value) || fabs(value) > 1e9) {
        wh_message_set(p->message, "%s:%u: column %d is not a number: '%.40s'", p->csv.path,
                       p->csv.line_number, column + 1, p->csv.cell[column]);
        return WH_ERR_FORMAT;
    }
    *out = value * factor;
    return WH_OK;
}

static bool grow(double **array, size_t room)
{
    double *bigger = realloc(*array, room * sizeof **array);
    if (bigger != NULL) {
        *array = bigger;
    }
    return bigger != NULL;
}

static wh_err make_room(parser *p, wh_day_profile *out, bool reactive, bool solar)
{
    if (out->count < p->room) {
        return WH_OK;
    }
    p->room = p->room == 0 ? 4096 : 2 * p->room;
    if (p->room > 2 * (size_t)ROWS_MAX || !grow(&out->load_w, p->room) ||
        (reactive && !grow(&out->reactive_var, p->room)) ||
        (solar && !grow(&out->solar_w, p->room))) {
        wh_message_set(p->message, "%s:%u: too many rows", p->csv.path, p->csv.line_number);
        return WH_ERR_SPACE;
    }
    return WH_OK;
}

/* The time of day in the first cells of a row ("..17:24.."), in seconds; 0 where there is none. */
static double time_of_day(const parser *p)
{
    for (size_t i = 0; i < 2 && i < p->csv.cell_count; i++) {
        const char *colon = strchr(p->csv.cell[i], ':');
        if (colon != NULL && colon - p->csv.cell[i] >= 2) {
            return (double)(3600 * strtol(colon - 2, NULL, 10) + 60 * strtol(colon + 1, NULL, 10));
        }
    }
    return 0;
}

static wh_err read_rows(parser *p, const file_kind *kind, wh_day_profile *out)
{
    int load = wh_csv_find(&p->csv, kind->load);
    int reactive = wh_csv_find(&p->csv, kind->reactive);
    int solar = wh_csv_find(&p->csv, kind->solar);
    double load_factor = factor_of(p, kind->load_scale);
    double solar_factor = factor_of(p, kind->solar_scale);
    while (wh_csv_next(&p->csv)) {
        if (p->csv.line[0] == '\0') {
            continue;
        }
        split(p);
        wh_err err = make_room(p, out, reactive >= 0, solar >= 0);
        if (err == WH_OK) {
            err = parse_cell(p, load, load_factor, &out->load_w[out->count]);
        }
        if (err == WH_OK && reactive >= 0) {
            err = parse_cell(p, reactive, load_factor, &out->reactive_var[out->count]);
        }
        if (err == WH_OK && solar >= 0) {
            err = parse_cell(p, solar, solar_factor, &out->solar_w[out->count]);
        }
        if (err != WH_OK) {
            return err;
        }
        if (out->count == 0) {
            out->first_of_day_s = time_of_day(p);
        }
        out->count++;
    }
    return WH_OK;
}

static bool leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Day of the week of 1 January, 0 = Monday (Gauss). */
static unsigned first_weekday(int year)
{
    unsigned y = (unsigned)(year - 1);
    return (5 * (y % 4) + 4 * (y % 100) + 6 * (y % 400)) % 7;
}

/* One day of a month table, of column `column`. */
static wh_err unroll_day(parser *p, double (*table)[36], unsigned column, wh_day_profile *out)
{
    for (unsigned quarter = 0; quarter < 96; quarter++) {
        wh_err err = make_room(p, out, false, false);
        if (err != WH_OK) {
            return err;
        }
        /* kWh in a quarter hour per 10^6 kWh a year */
        out->load_w[out->count++] = table[quarter][column] * 4000 * p->scale.annual_kwh / 1e6;
    }
    return WH_OK;
}

/* Unroll 96 rows by 12 months and 3 kinds of day (SA, FT, WT) to a year. */
static wh_err unroll_year(parser *p, double (*table)[36], wh_day_profile *out)
{
    static const unsigned month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned weekday = first_weekday(p->scale.year);
    for (unsigned month = 0; month < 12; month++) {
        unsigned days = month_days[month] + (month == 1 && leap(p->scale.year) ? 1 : 0);
        for (unsigned day = 0; day < days; day++, weekday = (weekday + 1) % 7) {
            unsigned type = weekday == 5 ? 0 : weekday == 6 ? 1 : 2;
            wh_err err = unroll_day(p, table, 3 * month + type, out);
            if (err != WH_OK) {
                return err;
            }
        }
    }
    return WH_OK;
}

static wh_err read_month_table(parser *p, wh_day_profile *out)
{
    double(*table)[36] = calloc(96, sizeof *table);
    if (table == NULL) {
        return WH_ERR_SPACE;
    }
    wh_err err = wh_csv_next(&p->csv) ? WH_OK : WH_ERR_FORMAT; /* the kinds of day */
    for (unsigned row = 0; row < 96 && err == WH_OK; row++) {
        if (!wh_csv_next(&p->csv)) {
            wh_message_set(p->message, "%s:%u: the day ends after %u of 96 quarter hours",
                           p->csv.path, p->csv.line_number, row);
            err = WH_ERR_FORMAT;
            break;
        }
        split(p);
        for (int column = 0; column < 36 && err == WH_OK; column++) {
            err = parse_cell(p, column + 1, 1, &table[row][column]);
        }
    }
    if (err == WH_OK) {
        out->step_s = 900;
        err = unroll_year(p, table, out);
    }
    free(table);
    return err;
}

static wh_err read_file(parser *p, wh_day_profile *out)
{
    double own_step_s = 0;
    bool have;
    while ((have = wh_csv_next(&p->csv)) && p->csv.line[0] == '#') {
        const char *at = strstr(p->csv.line, "step_s=");
        own_step_s = at != NULL ? strtod(at + 7, NULL) : own_step_s;
    }
    if (!have) {
        wh_message_set(p->message, "%s: no header line", p->csv.path);
        return WH_ERR_FORMAT;
    }
    split(p);
    if (wh_csv_find(&p->csv, "Januar") == 1) {
        return read_month_table(p, out);
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (wh_csv_find(&p->csv, kinds[i].load) >= 0) {
            out->step_s = kinds[i].step_s > 0 ? kinds[i].step_s : own_step_s;
            if (!(out->step_s >= 1 && out->step_s <= DAY_S)) {
                wh_message_set(p->message, "%s: no line '# step_s=' between 1 and 86400",
                               p->csv.path);
                return WH_ERR_FORMAT;
            }
            return read_rows(p, &kinds[i], out);
        }
    }
    wh_message_set(p->message, "%s:%u: no load profile is known by this header", p->csv.path,
                   p->csv.line_number);
    return WH_ERR_UNSUPPORTED;
}

wh_err wh_day_profile_read(const char *path, const wh_day_profile_scale *scale, wh_day_profile *out,
                           wh_message *message)
{
    memset(out, 0, sizeof *out);
    parser p = {.message = message};
    if (scale != NULL) {
        p.scale = *scale;
    }
    p.scale.unit_w = p.scale.unit_w > 0 ? p.scale.unit_w : 5000;
    p.scale.annual_kwh = p.scale.annual_kwh > 0 ? p.scale.annual_kwh : 3500;
    p.scale.solar_peak_w = p.scale.solar_peak_w > 0 ? p.scale.solar_peak_w : 5000;
    p.scale.year = p.scale.year > 0 ? p.scale.year : 2026;
    wh_err err = wh_csv_open(&p.csv, path, message);
    if (err != WH_OK) {
        return err;
    }
    err = read_file(&p, out);
    if (err == WH_OK) {
        err = wh_csv_check(&p.csv, out->count, message);
    }
    wh_csv_close(&p.csv);
    if (err != WH_OK) {
        wh_day_profile_free(out);
    }
    return err;
}

void wh_day_profile_free(wh_day_profile *p)
{
    free(p->load_w);
    free(p->reactive_var);
    free(p->solar_w);
    memset(p, 0, sizeof *p);
}

double wh_day_profile_at(const wh_day_profile *p, const double *values, double local_s)
{
    double at = (local_s - p->first_of_day_s) / p->step_s;
    at = fmod(at, (double)p->count);
    at = at < 0 ? at + (double)p->count : at;
    size_t i = (size_t)at % p->count;
    double part = at - floor(at);
    return values[i] + part * (values[(i + 1) % p->count] - values[i]);
}
