/* SPDX-License-Identifier: Apache-2.0 */
/* CSV: `# key=value` lines, a line of names, lines of numbers.
 *
 *   # fs_hz=30000          sample rate (else from a first column named t, time, time_s)
 *   # f_nom_hz=60          nominal frequency
 *   # steady=0:500         samples to use, [first, last)
 *   # pairs=V/I            voltage/current columns, separated by ';'
 *   # periodic=1           the whole file is a whole number of periods
 *   # repeat=4             how often to tile it
 *   # scale=325.2,14.1     a factor per column
 *   V,I
 *   -0.78,0.0051
 *
 * The separator is ',' ';' or TAB, whichever the line of names has. Unknown keys are notes. */
#include "world/recording/recording_internal.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    wh_span value;
    unsigned line; /* 0: not in the file */
} header_value;

typedef struct {
    header_value fs_hz;
    header_value f_nom_hz;
    header_value steady;
    header_value pairs;
    header_value periodic;
    header_value repeat;
    header_value scale;
} csv_header;

typedef struct {
    const char *name;
    wh_message *m;
    wh_lines lines;
    csv_header header;
    wh_span names; /* of the columns; p is NULL where the file has none */
    unsigned names_line;
    char separator;
    size_t columns;
    wh_lines rows; /* stands before the first of them */
    bool has_time;
    wh_recording *r;
} csv_reader;

static header_value *header_slot(csv_header *h, wh_span key)
{
    const struct {
        const char *key;
        header_value *slot;
    } slots[] = {
        {"fs_hz", &h->fs_hz}, {"f_nom_hz", &h->f_nom_hz}, {"steady", &h->steady},
        {"pairs", &h->pairs}, {"periodic", &h->periodic}, {"repeat", &h->repeat},
        {"scale", &h->scale},
    };
    for (size_t k = 0; k < sizeof slots / sizeof slots[0]; k++) {
        if (wh_span_is(key, slots[k].key)) {
            return slots[k].slot;
        }
    }
    return NULL;
}

static void take_header_line(csv_reader *c, wh_span line)
{
    wh_span rest = {line.p + 1, line.len - 1};
    wh_span key;
    if (wh_span_count_fields(rest, '=') < 2 || !wh_span_take_field(&rest, '=', &key)) {
        return; /* a remark */
    }
    header_value *slot = header_slot(&c->header, key);
    if (slot != NULL) {
        *slot = (header_value){wh_span_trim(rest), c->lines.line};
    }
}

static char find_separator(wh_span line)
{
    static const char candidates[] = {',', ';', '\t'};
    for (size_t k = 0; k < sizeof candidates; k++) {
        if (line.len > 0 && memchr(line.p, candidates[k], line.len) != NULL) {
            return candidates[k];
        }
    }
    return ',';
}

/* Names begin with a letter, a quote or anything that is not ASCII; numbers do not. But "nan" and
 * "inf" are damaged numbers. */
static bool looks_like_names(wh_span line, char separator)
{
    wh_span first;
    wh_span rest = line;
    if (!wh_span_take_field(&rest, separator, &first) || first.len == 0) {
        return false;
    }
    char c = first.p[0];
    bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '"' || c == '_' ||
                  (unsigned char)c >= 0x80;
    return letter && !wh_span_is_nocase(first, "nan") && !wh_span_is_nocase(first, "inf");
}

static wh_err read_head(csv_reader *c)
{
    wh_span line;
    wh_lines before = c->lines;
    while (wh_lines_next(&c->lines, &line)) {
        wh_span text = wh_span_trim(line);
        if (text.len == 0) {
            before = c->lines;
            continue;
        }
        if (text.p[0] == '#') {
            take_header_line(c, text);
            before = c->lines;
            continue;
        }
        c->separator = find_separator(line);
        c->columns = wh_span_count_fields(line, c->separator);
        c->rows = before;
        if (looks_like_names(line, c->separator)) {
            c->names = line;
            c->names_line = c->lines.line;
            c->rows = c->lines;
        }
        return WH_OK;
    }
    wh_message_set(c->m, "%s:%u: no samples: the file has neither names nor rows of numbers",
                   c->name, c->lines.line > 0 ? c->lines.line : 1);
    return WH_ERR_SHORT;
}

static wh_err header_number(csv_reader *c, const header_value *h, const char *key, double *out)
{
    if (h->line == 0) {
        return WH_OK;
    }
    if (!wh_span_to_double(h->value, out) || !(*out > 0)) {
        wh_message_set(c->m, "%s:%u: %s=%s is not a number above zero", c->name, h->line, key,
                       wh_span_quote(h->value).text);
        return WH_ERR_RANGE;
    }
    return WH_OK;
}

static wh_span unquote(wh_span s)
{
    if (s.len >= 2 && s.p[0] == '"' && s.p[s.len - 1] == '"') {
        return wh_span_trim((wh_span){s.p + 1, s.len - 2});
    }
    return s;
}

/* "U1 [V]" or "U1 (kV)": name and unit. */
static wh_span split_unit(wh_span *name)
{
    wh_span none = {"", 0};
    if (name->len < 3) {
        return none;
    }
    char close = name->p[name->len - 1];
    char open = close == ']' ? '[' : close == ')' ? '(' : '\0';
    for (size_t k = name->len - 1; open != '\0' && k-- > 0;) {
        if (name->p[k] == open) {
            wh_span unit = wh_span_trim((wh_span){name->p + k + 1, name->len - k - 2});
            double factor;
            if (wh_unit_parse(unit, &factor) == WH_UNIT_OTHER) {
                return none;
            }
            *name = wh_span_trim((wh_span){name->p, k});
            return unit;
        }
    }
    return none;
}

static bool is_time_name(wh_span name)
{
    return wh_span_is_nocase(name, "t") || wh_span_is_nocase(name, "time") ||
           wh_span_is_nocase(name, "time_s") || wh_span_is_nocase(name, "t_s") ||
           wh_span_is_nocase(name, "time [s]") || wh_span_is_nocase(name, "time (s)");
}

static wh_err name_columns(csv_reader *c, double *factor)
{
    c->r->channels_line = c->names_line;
    wh_span rest = c->names;
    for (size_t k = 0; k < c->columns; k++) {
        wh_recording_channel *channel = &c->r->channel[k];
        wh_span name = {"", 0};
        char numbered[24];
        if (c->names.p != NULL) {
            (void)wh_span_take_field(&rest, c->separator, &name);
            name = unquote(name);
        } else {
            (void)snprintf(numbered, sizeof numbered, "ch%zu", k + 1);
            name = (wh_span){numbered, strlen(numbered)};
        }
        c->has_time = c->has_time || (k == 0 && c->columns > 1 && is_time_name(name));
        wh_span unit = split_unit(&name);
        wh_err err = wh_recording_name_channel(channel, name, (wh_span){"", 0}, unit, &factor[k]);
        if (err != WH_OK) {
            return err;
        }
        channel->line = c->names_line;
        if (channel->unit == WH_UNIT_OTHER) {
            channel->unit = wh_unit_guess_from_name(channel->name);
        }
    }
    return WH_OK;
}

static wh_err read_scale(csv_reader *c, double *factor)
{
    const header_value *h = &c->header.scale;
    if (h->line == 0) {
        return WH_OK;
    }
    size_t count = wh_span_count_fields(h->value, ',');
    if (count != c->columns) {
        wh_message_set(c->m, "%s:%u: scale has %zu factors, but there are %zu columns", c->name,
                       h->line, count, c->columns);
        return WH_ERR_FORMAT;
    }
    wh_span rest = h->value;
    wh_span field;
    for (size_t k = 0; k < count && wh_span_take_field(&rest, ',', &field); k++) {
        double value;
        if (!wh_span_to_double(field, &value) || value == 0) {
            wh_message_set(c->m, "%s:%u: scale factor %zu, '%s', is not a number other than zero",
                           c->name, h->line, k + 1, wh_span_quote(field).text);
            return WH_ERR_RANGE;
        }
        factor[k] *= value;
    }
    return WH_OK;
}

static wh_err read_row(csv_reader *c, const wh_lines *at, wh_span line, size_t n,
                       const double *factor)
{
    size_t count = wh_span_count_fields(line, c->separator);
    if (count != c->columns) {
        wh_message_set(c->m, "%s:%u: %zu values, but there are %zu columns", c->name, at->line,
                       count, c->columns);
        return count < c->columns ? WH_ERR_SHORT : WH_ERR_FORMAT;
    }
    if (n >= c->r->sample_count) { /* a row of empty fields took less than two bytes a value */
        wh_message_set(c->m, "%s:%u: more rows than fit into the file", c->name, at->line);
        return WH_ERR_FORMAT;
    }
    wh_span rest = line;
    wh_span field;
    for (size_t k = 0; k < count && wh_span_take_field(&rest, c->separator, &field); k++) {
        double value;
        if (!wh_span_to_double(unquote(field), &value) || !isfinite(value * factor[k])) {
            wh_message_set(c->m, "%s:%u: column %zu (%s): '%s' is not a number", c->name, at->line,
                           k + 1, c->r->channel[k].name, wh_span_quote(field).text);
            return WH_ERR_FORMAT;
        }
        c->r->channel[k].sample[n] = value * factor[k];
    }
    c->r->row_line[n] = at->line;
    return WH_OK;
}

/* Rows may be separated by empty lines; a last line without an end is half a row. */
static wh_err read_rows(csv_reader *c, const double *factor)
{
    wh_lines l = c->rows;
    size_t lines = wh_lines_count(&l);
    size_t fit = (l.len - l.pos) / (2 * c->columns) + 1; /* a value and a separator each */
    size_t room = lines < fit ? lines : fit;
    wh_err err = wh_recording_add_samples(c->r, room, c->m);
    if (err != WH_OK) {
        return err;
    }
    c->r->row_line = calloc(room > 0 ? room : 1, sizeof *c->r->row_line);
    if (c->r->row_line == NULL) {
        return WH_ERR_SPACE;
    }
    wh_span line;
    size_t n = 0;
    while (err == WH_OK && wh_lines_next(&l, &line)) {
        wh_span text = wh_span_trim(line);
        if (text.len > 0 && text.p[0] != '#') {
            err = read_row(c, &l, line, n, factor);
            n += err == WH_OK;
        }
    }
    if (err == WH_OK && n > 0 && !l.terminated) {
        wh_message_set(c->m, "%s:%u: the last line has no end: the file is cut short", c->name,
                       l.line);
        err = WH_ERR_SHORT;
    }
    if (err == WH_OK && n == 0) {
        wh_message_set(c->m, "%s:%u: no samples: names without rows of numbers", c->name, l.line);
        err = WH_ERR_SHORT;
    }
    c->r->sample_count = n;
    c->r->steady_last = n;
    return err;
}

static wh_err read_flags(csv_reader *c)
{
    const header_value *p = &c->header.periodic;
    const header_value *t = &c->header.repeat;
    uint64_t value = 0;
    if (p->line != 0) {
        if (!wh_span_to_unsigned(p->value, 1, &value)) {
            wh_message_set(c->m, "%s:%u: periodic=%s is neither 0 nor 1", c->name, p->line,
                           wh_span_quote(p->value).text);
            return WH_ERR_RANGE;
        }
        c->r->periodic = value == 1;
    }
    if (t->line != 0) {
        if (!wh_span_to_unsigned(t->value, 1000000000U, &value) || value == 0) {
            wh_message_set(c->m, "%s:%u: repeat=%s is not a count from 1", c->name, t->line,
                           wh_span_quote(t->value).text);
            return WH_ERR_RANGE;
        }
        c->r->repeat = (unsigned)value;
    }
    return WH_OK;
}

static wh_err read_steady(csv_reader *c)
{
    const header_value *h = &c->header.steady;
    if (h->line == 0) {
        return WH_OK;
    }
    wh_span rest = h->value;
    wh_span field;
    uint64_t first = 0;
    uint64_t last = 0;
    bool fits = wh_span_count_fields(rest, ':') == 2 && wh_span_take_field(&rest, ':', &field) &&
                wh_span_to_unsigned(field, SIZE_MAX, &first) &&
                wh_span_to_unsigned(wh_span_trim(rest), SIZE_MAX, &last) && first < last;
    if (!fits) {
        wh_message_set(c->m, "%s:%u: steady=%s is not FIRST:LAST", c->name, h->line,
                       wh_span_quote(h->value).text);
        return WH_ERR_FORMAT;
    }
    if (last > c->r->sample_count) {
        wh_message_set(c->m, "%s:%u: steady=%s, but the file ends after %zu samples", c->name,
                       h->line, wh_span_quote(h->value).text, c->r->sample_count);
        return WH_ERR_SHORT;
    }
    if (!c->r->periodic) { /* a periodic file is used whole */
        c->r->steady_first = (size_t)first;
        c->r->steady_last = (size_t)last;
    }
    return WH_OK;
}

static wh_err rate_from_time(csv_reader *c, double *fs)
{
    const double *t = c->r->channel[0].sample;
    size_t n = c->r->sample_count;
    double step = n > 1 ? (t[n - 1] - t[0]) / (double)(n - 1) : 0;
    for (size_t k = 1; k < n; k++) {
        double dt = t[k] - t[k - 1];
        if (!(step > 0) || fabs(dt - step) > 0.5 * step) {
            wh_message_set(c->m, "%s: the time column does not go on evenly",
                           wh_recording_where(c->r, k).text);
            return WH_ERR_RANGE;
        }
    }
    *fs = step > 0 ? 1 / step : 0;
    return WH_OK;
}

/* The time column is no signal. */
static void drop_time(wh_recording *r)
{
    wh_recording_channel *t = &r->channel[0];
    free(t->name);
    free(t->phase);
    free(t->unit_text);
    free(t->sample);
    r->channel_count--;
    memmove(r->channel, r->channel + 1, r->channel_count * sizeof *r->channel);
}

static wh_err set_rate(csv_reader *c, const wh_recording_options *options)
{
    double fs = options != NULL ? options->fs_hz : 0;
    wh_err err = fs > 0 ? WH_OK : header_number(c, &c->header.fs_hz, "fs_hz", &fs);
    if (err == WH_OK && !(fs > 0) && c->has_time) {
        err = rate_from_time(c, &fs);
    }
    if (err != WH_OK) {
        return err;
    }
    if (!(fs > 0)) {
        wh_message_set(c->m, "%s:1: no sample rate: the file needs a line '# fs_hz=...'", c->name);
        return WH_ERR_NOT_FOUND;
    }
    if (!wh_recording_rate_is_sane(fs)) {
        wh_message_set(c->m, "%s:%u: %g Hz is no sample rate", c->name,
                       c->header.fs_hz.line > 0 ? c->header.fs_hz.line : 1, fs);
        return WH_ERR_RANGE;
    }
    if (c->has_time) {
        drop_time(c->r);
    }
    return wh_recording_set_rate(c->r, fs);
}

static wh_err set_pairs(csv_reader *c)
{
    const header_value *h = &c->header.pairs;
    if (h->line == 0) {
        return WH_OK;
    }
    c->r->pairs = wh_span_dup(h->value);
    c->r->pairs_line = h->line;
    return c->r->pairs != NULL ? WH_OK : WH_ERR_SPACE;
}

static wh_err read_file(csv_reader *c, const wh_recording_options *options)
{
    wh_err err = read_head(c);
    if (err != WH_OK) {
        return err;
    }
    err = wh_recording_add_channels(c->r, c->columns);
    if (err != WH_OK) {
        wh_message_set(c->m, "%s:%u: %zu columns are too many", c->name, c->lines.line, c->columns);
        return err;
    }
    double *factor = calloc(c->columns, sizeof *factor);
    if (factor == NULL) {
        return WH_ERR_SPACE;
    }
    err = name_columns(c, factor);
    err = err == WH_OK ? read_scale(c, factor) : err;
    err = err == WH_OK ? read_rows(c, factor) : err;
    free(factor);
    err = err == WH_OK ? read_flags(c) : err;
    err = err == WH_OK ? read_steady(c) : err;
    err =
        err == WH_OK ? header_number(c, &c->header.f_nom_hz, "f_nom_hz", &c->r->f_nominal_hz) : err;
    err = err == WH_OK ? set_rate(c, options) : err;
    err = err == WH_OK ? set_pairs(c) : err;
    return err == WH_OK ? wh_recording_apply_options(c->r, options, c->m) : err;
}

wh_err wh_recording_parse_csv(const wh_recording_bytes *csv, const wh_recording_options *options,
                              wh_recording **out, wh_message *m)
{
    *out = NULL;
    wh_message_set(m, "%s: no memory", csv->name); /* whoever knows better overwrites it */
    char *text = NULL;
    size_t len = 0;
    wh_err err = wh_recording_decode_text(csv, options, &text, &len, m);
    if (err != WH_OK) {
        return err;
    }
    csv_reader c = {.name = csv->name, .m = m, .lines = wh_lines_init(text, len, 1)};
    c.r = wh_recording_new(csv->name, csv->name);
    err = c.r != NULL ? read_file(&c, options) : WH_ERR_SPACE;
    if (err == WH_OK) {
        (void)snprintf(c.r->format, sizeof c.r->format, "CSV");
        *out = c.r;
        wh_message_set(m, "%s", "");
    } else {
        wh_recording_destroy(c.r);
    }
    free(text);
    return err;
}
