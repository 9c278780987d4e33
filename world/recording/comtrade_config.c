/* SPDX-License-Identifier: Apache-2.0 */
#include "world/recording/comtrade.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ANALOG_FIELDS_MIN = 10, /* 1991; 13 from 1999 on */
    ANALOG_FIELDS = 13,
    DIGITAL_FIELDS_MIN = 2,
    FIELDS_KEPT = 17
};

/* Fields of an analog line. */
enum {
    F_NUMBER,
    F_ID,
    F_PHASE,
    F_CIRCUIT,
    F_UNIT,
    F_A,
    F_B,
    F_SKEW,
    F_MIN,
    F_MAX,
    F_PRIMARY,
    F_SECONDARY,
    F_SIDE
};

static wh_err fail(const wh_comtrade_config *c, wh_err err, const char *what, wh_span text)
{
    wh_message_set(c->m, "%s:%u: '%s' %s", c->name, c->lines.line, wh_span_quote(text).text, what);
    return err;
}

static wh_err next_line(wh_comtrade_config *c, wh_span *line, const char *what)
{
    if (wh_lines_next(&c->lines, line)) {
        return WH_OK;
    }
    wh_message_set(c->m, "%s:%u: the file ends where %s is due", c->name, c->lines.line + 1, what);
    return WH_ERR_SHORT;
}

/* ---- station, counts ---------------------------------------------------------------------- */

static wh_err read_station(wh_comtrade_config *c)
{
    wh_span line;
    wh_err err = next_line(c, &line, "the station");
    if (err != WH_OK) {
        return err;
    }
    size_t count = wh_span_count_fields(line, ',');
    wh_span field = {NULL, 0};
    wh_span rest = line;
    while (wh_span_take_field(&rest, ',', &field)) {
    }
    uint64_t year = 0;
    bool revised = count >= 3 && wh_span_to_unsigned(field, 2999, &year) && year > 1991;
    c->year = revised ? (unsigned)year : 1991;
    return WH_OK;
}

static bool ends_with(wh_span field, const char *letter)
{
    return field.len >= 2 && wh_span_is_nocase((wh_span){field.p + field.len - 1, 1}, letter);
}

/* "23A": digits and the letter. */
static bool parse_count(wh_span field, const char *letter, size_t *count)
{
    uint64_t value = 0;
    if (!ends_with(field, letter)) {
        return false;
    }
    wh_span digits = wh_span_trim((wh_span){field.p, field.len - 1});
    bool fits = wh_span_to_unsigned(digits, 1999998, &value);
    *count = (size_t)value;
    return fits;
}

/* The total; some writers give it a letter too. */
static bool parse_total(wh_span field, size_t *count)
{
    uint64_t value = 0;
    if (parse_count(field, "A", count)) {
        return true;
    }
    bool fits = wh_span_to_unsigned(field, 1999998, &value);
    *count = (size_t)value;
    return fits;
}

static wh_err read_counts(wh_comtrade_config *c)
{
    wh_span line;
    wh_err err = next_line(c, &line, "the number of channels");
    if (err != WH_OK) {
        return err;
    }
    wh_span rest = line;
    wh_span total;
    wh_span analog;
    wh_span digital;
    size_t sum = 0;
    bool fits = wh_span_take_field(&rest, ',', &total) && wh_span_take_field(&rest, ',', &analog) &&
                wh_span_take_field(&rest, ',', &digital) && parse_total(total, &sum) &&
                parse_count(analog, "A", &c->analog_count) &&
                parse_count(digital, "D", &c->digital_count);
    if (!fits) {
        return fail(c, WH_ERR_FORMAT, "is not TT,##A,##D", line);
    }
    c->counts_line = c->lines.line;
    c->r->channels_line = c->counts_line;
    if (sum != c->analog_count + c->digital_count) {
        return fail(c, WH_ERR_FORMAT, "does not add up", line);
    }
    if (c->analog_count == 0 || c->analog_count > WH_RECORDING_CHANNELS_MAX) {
        return fail(c, WH_ERR_RANGE, "has no analog channel, or too many", line);
    }
    if (sum > wh_lines_count(&c->lines)) {
        return fail(c, WH_ERR_SHORT, "announces more channels than the file has lines", line);
    }
    return WH_OK;
}

/* ---- channels ----------------------------------------------------------------------------- */

/* A number of a channel: which one does not matter, that it is one tells the lines apart. */
static bool is_channel_number(wh_span field)
{
    uint64_t number;
    return wh_span_to_unsigned(field, 999999, &number);
}

/* Factor from the side the values are on to the side that is wanted. */
static wh_err side_factor(wh_comtrade_config *c, const wh_span *field, char wanted, double *factor)
{
    *factor = 1;
    bool primary = wh_span_is_nocase(field[F_SIDE], "P");
    bool secondary = wh_span_is_nocase(field[F_SIDE], "S");
    if (wanted == '\0' || (wanted == 'P' && primary) || (wanted == 'S' && secondary)) {
        return WH_OK;
    }
    double p = 0;
    double s = 0;
    bool known = (primary || secondary) && wh_span_to_double(field[F_PRIMARY], &p) &&
                 wh_span_to_double(field[F_SECONDARY], &s) && p > 0 && s > 0;
    if (!known) {
        return fail(c, WH_ERR_FORMAT, "has no ratio from primary to secondary", field[F_ID]);
    }
    *factor = wanted == 'P' ? p / s : s / p;
    return WH_OK;
}

/* Fields of an analog line. A comma in a name makes more of them than there should be, and no
 * number where the multiplier should be: then what counts is counted from the end. */
static void split_analog(wh_span line, wh_span *field)
{
    double a;
    wh_span rest = line;
    size_t count = 0;
    while (count < FIELDS_KEPT && wh_span_take_field(&rest, ',', &field[count])) {
        count++;
    }
    size_t shift = count > ANALOG_FIELDS ? count - ANALOG_FIELDS : 0;
    if (shift > 0 && !wh_span_to_double(field[F_A], &a)) {
        memmove(&field[F_UNIT], &field[F_UNIT + shift], (ANALOG_FIELDS - F_UNIT) * sizeof field[0]);
    }
}

/* "V/kV": the units of the secondary and of the primary side. */
static wh_span choose_unit(const wh_span *field)
{
    double factor;
    wh_span unit = field[F_UNIT];
    const char *slash = unit.len > 0 ? memchr(unit.p, '/', unit.len) : NULL;
    if (slash == NULL || wh_unit_parse(unit, &factor) != WH_UNIT_OTHER) {
        return unit;
    }
    size_t len = (size_t)(slash - unit.p);
    return wh_span_is_nocase(field[F_SIDE], "P")
               ? wh_span_trim((wh_span){slash + 1, unit.len - len - 1})
               : wh_span_trim((wh_span){unit.p, len});
}

static wh_err name_analog(wh_comtrade_config *c, size_t k, const wh_span *field, double *factor)
{
    wh_recording_channel *channel = &c->r->channel[k];
    channel->line = c->lines.line;
    wh_err err =
        wh_recording_name_channel(channel, field[F_ID], field[F_PHASE], choose_unit(field), factor);
    if (err == WH_OK && field[F_UNIT].len == 0) {
        channel->unit = wh_unit_guess_from_name(channel->name);
    }
    return err;
}

static wh_err read_analog(wh_comtrade_config *c, size_t k, char side)
{
    wh_span line;
    wh_err err = next_line(c, &line, "an analog channel");
    if (err != WH_OK) {
        return err;
    }
    if (wh_span_count_fields(line, ',') < ANALOG_FIELDS_MIN) {
        return fail(c, WH_ERR_FORMAT, "is due to be an analog channel, but has too few fields",
                    line);
    }
    wh_span field[FIELDS_KEPT] = {{NULL, 0}};
    split_analog(line, field);
    if (!is_channel_number(field[F_NUMBER])) {
        return fail(c, WH_ERR_FORMAT, "does not begin with the number of a channel", line);
    }
    double unit_factor;
    double ratio;
    err = name_analog(c, k, field, &unit_factor);
    if (err != WH_OK) {
        return err;
    }
    if (!wh_span_to_double(field[F_A], &c->analog[k].a)) {
        return fail(c, WH_ERR_FORMAT, "is not a multiplier", field[F_A]);
    }
    if (!wh_span_to_double(field[F_B], &c->analog[k].b)) {
        return fail(c, WH_ERR_FORMAT, "is not an offset", field[F_B]);
    }
    err = side_factor(c, field, side, &ratio);
    c->analog[k].a *= unit_factor * ratio;
    c->analog[k].b *= unit_factor * ratio;
    return err;
}

static wh_err read_digital(wh_comtrade_config *c)
{
    wh_span line;
    wh_err err = next_line(c, &line, "a digital channel");
    if (err != WH_OK) {
        return err;
    }
    wh_span rest = line;
    wh_span number;
    size_t count = wh_span_count_fields(line, ',');
    if (count < DIGITAL_FIELDS_MIN || !wh_span_take_field(&rest, ',', &number) ||
        !is_channel_number(number)) {
        return fail(c, WH_ERR_FORMAT, "is due to be a digital channel and is none", line);
    }
    if (count >= ANALOG_FIELDS_MIN) {
        return fail(c, WH_ERR_FORMAT, "is an analog channel where a digital one is due", line);
    }
    return WH_OK;
}

static wh_err read_channels(wh_comtrade_config *c, char side)
{
    wh_err err = wh_recording_add_channels(c->r, c->analog_count);
    c->analog = err == WH_OK ? calloc(c->analog_count, sizeof *c->analog) : NULL;
    if (c->analog == NULL) {
        return err != WH_OK ? err : WH_ERR_SPACE;
    }
    for (size_t k = 0; k < c->analog_count && err == WH_OK; k++) {
        err = read_analog(c, k, side);
    }
    for (size_t k = 0; k < c->digital_count && err == WH_OK; k++) {
        err = read_digital(c);
    }
    return err;
}

/* ---- frequency, rates --------------------------------------------------------------------- */

static wh_err read_frequency(wh_comtrade_config *c)
{
    wh_span line;
    wh_err err = next_line(c, &line, "the line frequency");
    if (err != WH_OK) {
        return err;
    }
    wh_span text = wh_span_trim(line);
    double hz = 0;
    if (text.len > 0 && (!wh_span_to_double(text, &hz) || hz < 0)) {
        return fail(c, WH_ERR_FORMAT, "is not a line frequency", line);
    }
    c->r->f_nominal_hz = hz;
    return WH_OK;
}

static wh_err read_rate(wh_comtrade_config *c, size_t k, size_t *end)
{
    wh_span line;
    wh_err err = next_line(c, &line, "a sampling rate");
    if (err != WH_OK) {
        return err;
    }
    wh_span rest = line;
    wh_span rate;
    wh_span last;
    uint64_t last_sample = 0;
    double fs = 0;
    bool fits = wh_span_take_field(&rest, ',', &rate) && wh_span_take_field(&rest, ',', &last) &&
                wh_span_to_double(rate, &fs) && fs >= 0 &&
                wh_span_to_unsigned(last, UINT32_MAX, &last_sample);
    if (!fits) {
        return fail(c, WH_ERR_FORMAT, "is not RATE,LAST SAMPLE", line);
    }
    if (fs > 0 && !wh_recording_rate_is_sane(fs)) {
        return fail(c, WH_ERR_RANGE, "is no sample rate", rate);
    }
    if (last_sample < *end || last_sample == 0) {
        return fail(c, WH_ERR_RANGE, "ends before it begins", line);
    }
    c->timed = c->timed || !(fs > 0);
    *end = (size_t)last_sample;
    c->rate[k] = (wh_recording_rate){fs, *end};
    return WH_OK;
}

static wh_err read_rates(wh_comtrade_config *c)
{
    wh_span line;
    wh_err err = next_line(c, &line, "the number of sampling rates");
    if (err != WH_OK) {
        return err;
    }
    uint64_t count = 0;
    if (!wh_span_to_unsigned(wh_span_trim(line), 999999, &count)) {
        return fail(c, WH_ERR_FORMAT, "is not a number of sampling rates", line);
    }
    c->timed = count == 0;
    count = count > 0 ? count : 1; /* one line all the same, which states the total */
    if (count > wh_lines_count(&c->lines)) {
        return fail(c, WH_ERR_SHORT, "announces more sampling rates than the file has lines", line);
    }
    c->rate = calloc((size_t)count, sizeof *c->rate);
    if (c->rate == NULL) {
        return WH_ERR_SPACE;
    }
    c->rate_count = (size_t)count;
    for (size_t k = 0; k < c->rate_count && err == WH_OK; k++) {
        err = read_rate(c, k, &c->total);
    }
    c->rates_line = c->lines.line;
    return err;
}

/* ---- times, format ------------------------------------------------------------------------ */

/* A date that is none is a recorder without a clock; a line that cannot be one is a lost line. */
static wh_err read_time(wh_comtrade_config *c, int64_t *us, const char *what)
{
    wh_span line;
    wh_err err = next_line(c, &line, what);
    if (err != WH_OK) {
        return err;
    }
    wh_span text = wh_span_trim(line);
    bool could_be = text.len == 0 || memchr(text.p, ',', text.len) != NULL ||
                    memchr(text.p, '/', text.len) != NULL;
    if (!could_be) {
        return fail(c, WH_ERR_FORMAT, "is not a date and time", line);
    }
    *us = wh_comtrade_parse_time(text, c->year < 1999);
    return WH_OK;
}

static wh_err read_format(wh_comtrade_config *c)
{
    static const char *const names[] = {
        [WH_COMTRADE_ASCII] = "ASCII",
        [WH_COMTRADE_BINARY] = "BINARY",
        [WH_COMTRADE_BINARY32] = "BINARY32",
        [WH_COMTRADE_FLOAT32] = "FLOAT32",
    };
    wh_span line;
    wh_err err = next_line(c, &line, "the type of the data file");
    if (err != WH_OK) {
        return err;
    }
    wh_span text = wh_span_trim(line);
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        if (wh_span_is_nocase(text, names[k])) {
            c->format = (wh_comtrade_format)k;
            (void)snprintf(c->r->format, sizeof c->r->format, "COMTRADE %u %s", c->year, names[k]);
            return WH_OK;
        }
    }
    return fail(c, WH_ERR_UNSUPPORTED, "is none of ASCII, BINARY, BINARY32 and FLOAT32", line);
}

/* The multiplier and the time zone may both be absent. */
static wh_err read_tail(wh_comtrade_config *c)
{
    wh_span line;
    c->us_per_tick = 1;
    if (!wh_lines_next(&c->lines, &line) || wh_span_trim(line).len == 0) {
        return WH_OK;
    }
    double factor;
    if (!wh_span_to_double(wh_span_trim(line), &factor) || factor < 0) {
        return fail(c, WH_ERR_FORMAT, "is not a multiplier of timestamps", line);
    }
    c->us_per_tick = factor > 0 ? factor : 1;
    wh_span field;
    int minutes;
    if (wh_lines_next(&c->lines, &line) && wh_span_take_field(&line, ',', &field) &&
        wh_comtrade_parse_offset(field, &minutes) && c->r->start_utc_us != INT64_MIN) {
        c->r->start_utc_us -= (int64_t)minutes * 60000000;
    }
    return WH_OK;
}

wh_err wh_comtrade_config_read(wh_comtrade_config *c, const wh_recording_options *options)
{
    int64_t trigger;
    wh_err err = read_station(c);
    err = err == WH_OK ? read_counts(c) : err;
    err = err == WH_OK ? read_channels(c, options != NULL ? options->side : '\0') : err;
    err = err == WH_OK ? read_frequency(c) : err;
    err = err == WH_OK ? read_rates(c) : err;
    err = err == WH_OK ? read_time(c, &c->r->start_utc_us, "the time of the first sample") : err;
    err = err == WH_OK ? read_time(c, &trigger, "the time of the trigger") : err;
    err = err == WH_OK ? read_format(c) : err;
    return err == WH_OK ? read_tail(c) : err;
}

void wh_comtrade_config_free(wh_comtrade_config *c)
{
    free(c->analog);
    free(c->rate);
    c->analog = NULL;
    c->rate = NULL;
}
