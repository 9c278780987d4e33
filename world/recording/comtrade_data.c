/* SPDX-License-Identifier: Apache-2.0 */
#include "world/recording/comtrade.h"

#include "core/reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MISSING_ASCII = 99999,
    MISSING_ASCII_1991 = 999999,
    MISSING_16 = -32768,
    RECORD_HEAD = 8,  /* sample number, timestamp */
    EXTRA_SAMPLES = 1 /* recorders that count from 0 announce the last number */
};

#define MISSING_32    INT32_MIN
#define MISSING_STAMP 0xFFFFFFFFU

/* Deviation of one step between timestamps from the mean that is still even sampling. */
static const double STEP_SPREAD = 0.25;

typedef struct {
    wh_comtrade_config *c;
    wh_recording *r;
    size_t records;
    bool have_number; /* sample numbers go on by `step` from the second on */
    uint64_t number;
    uint64_t step;
    size_t numbers_seen;
    double *stamp; /* ticks, where the configuration has no rate; NaN where none */
} data_reader;

/* ---- what both forms share ---------------------------------------------------------------- */

static wh_err check_total(const data_reader *d, size_t found, const char *place)
{
    const wh_comtrade_config *c = d->c;
    if (found < c->total) {
        wh_message_set(c->m, "%s: the data ends after %zu of the %zu samples that %s:%u announces",
                       place, found, c->total, c->name, c->rates_line);
        return WH_ERR_SHORT;
    }
    if (found > c->total + EXTRA_SAMPLES) {
        wh_message_set(c->m, "%s: the data has %zu samples, but %s:%u announces %zu", place, found,
                       c->name, c->rates_line, c->total);
        return WH_ERR_FORMAT;
    }
    return WH_OK;
}

/* Numbers that go on evenly are held to it, so that a lost or doubled record is seen. Numbers
 * that stand still are none; a restart at 0 or 1 is one of a counter that is full. */
static wh_err check_number(data_reader *d, size_t n, uint64_t number)
{
    if (d->numbers_seen == 1) {
        d->step = number > d->number ? number - d->number : 0;
    }
    bool fits = d->numbers_seen < 2 || d->step == 0 || number == d->number + d->step || number <= 1;
    if (!fits) {
        wh_message_set(
            d->c->m,
            "%s: sample number %llu follows %llu: samples are lost or doubled, or %s:%u is wrong",
            wh_recording_where(d->r, n).text, (unsigned long long)number,
            (unsigned long long)d->number, d->c->name, d->c->counts_line);
        return WH_ERR_FORMAT;
    }
    d->number = number;
    d->numbers_seen++;
    return WH_OK;
}

static void put_missing(data_reader *d, size_t channel, size_t n)
{
    d->r->channel[channel].sample[n] = NAN;
    d->r->channel[channel].missing++;
}

/* A multiplier of zero would turn every sample into the same number. */
static void put_value(data_reader *d, size_t channel, size_t n, double stored)
{
    const wh_comtrade_analog *s = &d->c->analog[channel];
    double value = s->a * stored + s->b;
    if (s->a == 0 || !isfinite(value)) {
        value = NAN;
        d->r->channel[channel].damaged++;
    }
    d->r->channel[channel].sample[n] = value;
}

static wh_err make_room(data_reader *d)
{
    wh_err err = wh_recording_add_samples(d->r, d->records, d->c->m);
    if (err == WH_OK && d->c->timed) {
        d->stamp = calloc(d->records > 0 ? d->records : 1, sizeof *d->stamp);
        err = d->stamp != NULL ? WH_OK : WH_ERR_SPACE;
    }
    return err;
}

/* ---- ASCII -------------------------------------------------------------------------------- */

static wh_err fail_row(const data_reader *d, const wh_lines *at, wh_span text, const char *what)
{
    wh_message_set(d->c->m, "%s:%u: '%s' %s", d->r->data_file, at->line, wh_span_quote(text).text,
                   what);
    return WH_ERR_FORMAT;
}

static bool is_missing_text(const data_reader *d, wh_span field, double value)
{
    return field.len == 0 || value == MISSING_ASCII ||
           (d->c->year == 1991 && value == MISSING_ASCII_1991);
}

static wh_err read_row_head(data_reader *d, const wh_lines *at, wh_span *rest, size_t n)
{
    wh_span number_text;
    wh_span stamp_text;
    uint64_t number = 0;
    double stamp = NAN;
    (void)wh_span_take_field(rest, ',', &number_text);
    (void)wh_span_take_field(rest, ',', &stamp_text);
    if (number_text.len > 0 && !wh_span_to_unsigned(number_text, UINT32_MAX, &number)) {
        return fail_row(d, at, number_text, "is not a sample number");
    }
    if (stamp_text.len > 0 && !wh_span_to_double(stamp_text, &stamp)) {
        return fail_row(d, at, stamp_text, "is not a timestamp");
    }
    if (d->stamp != NULL) {
        d->stamp[n] = stamp;
    }
    return number_text.len > 0 ? check_number(d, n, number) : WH_OK;
}

/* Some recorders end a row with one separator more. */
static wh_err check_row(const data_reader *d, const wh_lines *at, wh_span line)
{
    const wh_comtrade_config *c = d->c;
    size_t due = 2 + c->analog_count + c->digital_count;
    size_t count = wh_span_count_fields(line, ',');
    wh_span text = wh_span_trim(line);
    if (count == due + 1 && text.p[text.len - 1] == ',') {
        count--;
    }
    if (count == due) {
        return WH_OK;
    }
    wh_message_set(c->m,
                   "%s:%u: %zu fields, but %s:%u announces %zu analog and %zu digital channels",
                   d->r->data_file, at->line, count, c->name, c->counts_line, c->analog_count,
                   c->digital_count);
    return count < due ? WH_ERR_SHORT : WH_ERR_FORMAT;
}

static wh_err read_row(data_reader *d, const wh_lines *at, wh_span line, size_t n)
{
    d->r->row_line[n] = at->line;
    wh_span rest = line;
    wh_err err = read_row_head(d, at, &rest, n);
    for (size_t k = 0; k < d->c->analog_count && err == WH_OK; k++) {
        wh_span field;
        double value = 0;
        (void)wh_span_take_field(&rest, ',', &field);
        if (field.len > 0 && !wh_span_to_double(field, &value)) {
            return fail_row(d, at, field, "is not a number");
        }
        if (is_missing_text(d, field, value)) {
            put_missing(d, k, n);
        } else {
            put_value(d, k, n, value);
        }
    }
    return err;
}

/* Every row has all its fields, so what is asked of memory is bounded by what is in the file. */
static wh_err count_rows(const data_reader *d, wh_lines l, size_t *rows)
{
    wh_span line;
    size_t n = 0;
    while (wh_lines_next(&l, &line)) {
        if (wh_span_trim(line).len > 0) {
            wh_err err = check_row(d, &l, line);
            if (err != WH_OK) {
                return err;
            }
            n++;
        }
    }
    *rows = n;
    return WH_OK;
}

static wh_err read_ascii(data_reader *d, const char *text, size_t len, unsigned first_line)
{
    wh_lines l = wh_lines_init(text, len, first_line);
    wh_err err = count_rows(d, l, &d->records);
    if (err != WH_OK) {
        return err;
    }
    d->r->row_line = calloc(d->records + 1, sizeof *d->r->row_line);
    err = d->r->row_line != NULL ? make_room(d) : WH_ERR_SPACE;
    wh_span line;
    size_t n = 0;
    while (err == WH_OK && wh_lines_next(&l, &line)) {
        if (wh_span_trim(line).len > 0) {
            err = read_row(d, &l, line, n);
            n++;
        }
    }
    if (err != WH_OK) {
        return err;
    }
    char place[400];
    (void)snprintf(place, sizeof place, "%.350s:%u", d->r->data_file, l.line > 0 ? l.line : 1);
    return check_total(d, n, place);
}

/* ---- binary ------------------------------------------------------------------------------- */

static size_t sample_width(wh_comtrade_format format)
{
    return format == WH_COMTRADE_BINARY ? 2 : 4;
}

static double float_from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

static void read_sample(data_reader *d, wh_reader *in, size_t channel, size_t n)
{
    switch (d->c->format) {
    case WH_COMTRADE_BINARY: {
        int16_t v = (int16_t)wh_reader_take_u16le(in);
        if (v == MISSING_16) {
            put_missing(d, channel, n);
        } else {
            put_value(d, channel, n, v);
        }
        break;
    }
    case WH_COMTRADE_BINARY32: {
        int32_t v = (int32_t)wh_reader_take_u32le(in);
        if (v == MISSING_32) {
            put_missing(d, channel, n);
        } else {
            put_value(d, channel, n, v);
        }
        break;
    }
    case WH_COMTRADE_FLOAT32:
        put_value(d, channel, n, float_from_bits(wh_reader_take_u32le(in)));
        break;
    case WH_COMTRADE_ASCII:
        break;
    }
}

static wh_err read_records(data_reader *d, wh_reader *in)
{
    size_t digital_len = 2 * ((d->c->digital_count + 15) / 16);
    for (size_t n = 0; n < d->records; n++) {
        uint32_t number = wh_reader_take_u32le(in);
        uint32_t stamp = wh_reader_take_u32le(in);
        wh_err err = check_number(d, n, number);
        if (err != WH_OK) {
            return err;
        }
        if (d->stamp != NULL) {
            d->stamp[n] = stamp != MISSING_STAMP ? (double)stamp : NAN;
        }
        for (size_t k = 0; k < d->c->analog_count; k++) {
            read_sample(d, in, k, n);
        }
        (void)wh_reader_take_bytes(in, digital_len);
    }
    return wh_reader_err(in);
}

static wh_err read_binary(data_reader *d, const uint8_t *data, size_t len, uint64_t first_byte)
{
    const wh_comtrade_config *c = d->c;
    size_t size = RECORD_HEAD + sample_width(c->format) * c->analog_count +
                  2 * ((c->digital_count + 15) / 16);
    d->r->record_first = first_byte;
    d->r->record_size = size;
    d->records = len / size;
    size_t rest = len % size;
    char place[400];
    (void)snprintf(place, sizeof place, "%.350s: byte %llu", d->r->data_file,
                   (unsigned long long)(first_byte + len));
    if (d->records < c->total) {
        return check_total(d, d->records, place);
    }
    if (rest > 0 && !(rest == 1 && data[len - 1] == 0x1A)) {
        wh_message_set(
            c->m,
            "%s: %zu bytes are no whole number of records of %zu bytes (%s:%u: %zu analog, %zu digital channels)",
            place, len, size, c->name, c->counts_line, c->analog_count, c->digital_count);
        return WH_ERR_FORMAT;
    }
    wh_err err = check_total(d, d->records, place);
    err = err == WH_OK ? make_room(d) : err;
    if (err != WH_OK) {
        return err;
    }
    wh_reader in = wh_reader_init(data, len);
    return read_records(d, &in);
}

/* ---- rates -------------------------------------------------------------------------------- */

/* Even steps between all timestamps make one rate. */
static wh_err rate_from_stamps(data_reader *d)
{
    const wh_comtrade_config *c = d->c;
    size_t n = d->r->sample_count;
    double step = n > 1 ? (d->stamp[n - 1] - d->stamp[0]) / (double)(n - 1) : 0;
    if (!(step > 0)) {
        wh_message_set(c->m, "%s:%u: no sampling rate, and the timestamps of %s say none either",
                       c->name, c->rates_line, d->r->data_file);
        return WH_ERR_FORMAT;
    }
    for (size_t k = 1; k < n; k++) {
        double deviation = d->stamp[k] - d->stamp[k - 1] - step;
        if (!(fabs(deviation) <= STEP_SPREAD * step + 1)) { /* a tick of rounding is no jump */
            wh_message_set(c->m, "%s: the timestamps do not go on evenly, and %s:%u has no rate",
                           wh_recording_where(d->r, k).text, c->name, c->rates_line);
            return WH_ERR_FORMAT;
        }
    }
    double fs = 1e6 / (step * c->us_per_tick);
    if (!wh_recording_rate_is_sane(fs)) {
        wh_message_set(c->m, "%s:%u: no rate, and the timestamps of %s make it %g Hz", c->name,
                       c->rates_line, d->r->data_file, fs);
        return WH_ERR_RANGE;
    }
    return wh_recording_set_rate(d->r, fs);
}

/* The segments as announced, the last one up to the end of the data. */
static wh_err rates_from_config(data_reader *d)
{
    wh_comtrade_config *c = d->c;
    wh_recording *r = d->r;
    c->rate[c->rate_count - 1].end = r->sample_count;
    r->rate = c->rate;
    r->rate_count = c->rate_count;
    c->rate = NULL;
    c->rate_count = 0;
    double seconds = 0;
    size_t begin = 0;
    for (size_t k = 0; k < r->rate_count; k++) {
        seconds += (double)(r->rate[k].end - begin) / r->rate[k].fs_hz;
        begin = r->rate[k].end;
    }
    r->fs_hz = r->rate_count == 1 ? r->rate[0].fs_hz : (double)r->sample_count / seconds;
    return WH_OK;
}

wh_err wh_comtrade_data_read(wh_comtrade_config *c, const uint8_t *data, size_t len,
                             unsigned first_line, uint64_t first_byte)
{
    data_reader d = {.c = c, .r = c->r};
    wh_err err = c->format == WH_COMTRADE_ASCII
                     ? read_ascii(&d, (const char *)data, len, first_line)
                     : read_binary(&d, data, len, first_byte);
    if (err == WH_OK) {
        err = c->timed ? rate_from_stamps(&d) : rates_from_config(&d);
    }
    free(d.stamp);
    return err;
}
