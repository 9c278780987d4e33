/* SPDX-License-Identifier: Apache-2.0 */
#include "world/recording/recording_internal.h"

#include "world/recording/text_encoding.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rates closer than this are one rate of a recorder that follows the mains. */
static const double ONE_RATE_SPREAD = 0.01;

wh_recording *wh_recording_new(const char *file, const char *data_file)
{
    wh_recording *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return NULL;
    }
    r->file = strdup(file);
    r->data_file = strdup(data_file);
    r->start_utc_us = INT64_MIN;
    r->repeat = 1;
    if (r->file == NULL || r->data_file == NULL) {
        wh_recording_destroy(r);
        return NULL;
    }
    return r;
}

void wh_recording_destroy(wh_recording *r)
{
    if (r == NULL) {
        return;
    }
    for (size_t k = 0; k < r->channel_count; k++) {
        free(r->channel[k].name);
        free(r->channel[k].phase);
        free(r->channel[k].unit_text);
        free(r->channel[k].sample);
    }
    free(r->channel);
    free(r->rate);
    free(r->row_line);
    free(r->pairs);
    free(r->file);
    free(r->data_file);
    free(r);
}

wh_err wh_recording_add_channels(wh_recording *r, size_t count)
{
    if (count == 0 || count > WH_RECORDING_CHANNELS_MAX) {
        return WH_ERR_RANGE;
    }
    r->channel = calloc(count, sizeof *r->channel);
    r->channel_count = r->channel != NULL ? count : 0;
    return r->channel != NULL ? WH_OK : WH_ERR_SPACE;
}

wh_err wh_recording_add_samples(wh_recording *r, size_t count, wh_message *m)
{
    if (count > WH_RECORDING_SAMPLES_MAX) {
        wh_message_set(m, "%s: %zu sample sets are more than fit into memory", r->data_file, count);
        return WH_ERR_RANGE;
    }
    for (size_t k = 0; k < r->channel_count; k++) {
        r->channel[k].sample = calloc(count > 0 ? count : 1, sizeof(double));
        if (r->channel[k].sample == NULL) {
            wh_message_set(m, "%s: no memory for %zu samples of %zu channels", r->data_file, count,
                           r->channel_count);
            return WH_ERR_SPACE;
        }
    }
    r->sample_count = count;
    r->steady_first = 0;
    r->steady_last = count;
    return WH_OK;
}

wh_err wh_recording_name_channel(wh_recording_channel *c, wh_span name, wh_span phase, wh_span unit,
                                 double *factor)
{
    c->name = wh_span_dup(name);
    c->phase = wh_span_dup(phase);
    c->unit_text = wh_span_dup(unit);
    c->unit = wh_unit_parse(unit, factor);
    return c->name != NULL && c->phase != NULL && c->unit_text != NULL ? WH_OK : WH_ERR_SPACE;
}

bool wh_recording_rate_is_sane(double fs_hz)
{
    return fs_hz >= 1e-3 && fs_hz <= 1e9;
}

wh_err wh_recording_set_rate(wh_recording *r, double fs_hz)
{
    wh_recording_rate *rate = malloc(sizeof *rate);
    if (rate == NULL) {
        return WH_ERR_SPACE;
    }
    *rate = (wh_recording_rate){fs_hz, r->sample_count};
    free(r->rate);
    r->rate = rate;
    r->rate_count = 1;
    r->fs_hz = fs_hz;
    return WH_OK;
}

/* Time and the extremes of the rate over [first, last). */
wh_err wh_recording_range_rate(const wh_recording *r, size_t first, size_t last, double *fs_hz,
                               wh_message *m)
{
    if (first >= last || last > r->sample_count) {
        const char *place = r->data_file;
        wh_recording_place end;
        if (r->sample_count > 0) {
            end = wh_recording_where(r, r->sample_count - 1);
            place = end.text;
        }
        wh_message_set(m,
                       "%s: samples %zu:%zu are not inside the recording, which ends here: 0:%zu",
                       place, first, last, r->sample_count);
        return WH_ERR_RANGE;
    }
    double seconds = 0;
    double low = INFINITY;
    double high = 0;
    size_t begin = first;
    for (size_t k = 0; k < r->rate_count && begin < last; k++) {
        size_t end = r->rate[k].end < last ? r->rate[k].end : last;
        if (end > begin) {
            seconds += (double)(end - begin) / r->rate[k].fs_hz;
            low = fmin(low, r->rate[k].fs_hz);
            high = fmax(high, r->rate[k].fs_hz);
            begin = end;
        }
    }
    if (high - low > ONE_RATE_SPREAD * high) {
        wh_message_set(
            m,
            "%s: samples %zu:%zu were taken at rates from %g to %g Hz: choose a range of one rate",
            r->data_file, first, last, low, high);
        return WH_ERR_RANGE;
    }
    *fs_hz = low == high ? low : (double)(last - first) / seconds;
    return WH_OK;
}

wh_recording_place wh_recording_where(const wh_recording *r, size_t n)
{
    wh_recording_place place;
    if (r->row_line != NULL) {
        (void)snprintf(place.text, sizeof place.text, "%.350s:%u", r->data_file,
                       (unsigned)r->row_line[n]);
    } else {
        (void)snprintf(place.text, sizeof place.text, "%.350s: byte %llu (sample %zu)",
                       r->data_file, (unsigned long long)(r->record_first + r->record_size * n), n);
    }
    return place;
}

void wh_recording_place_of(const wh_recording *r, size_t n, char *text, size_t size)
{
    (void)snprintf(text, size, "%s", wh_recording_where(r, n).text);
}

wh_err wh_recording_require(const wh_recording *r, size_t channel, size_t first, size_t last,
                            wh_message *m)
{
    const wh_recording_channel *c = &r->channel[channel];
    if (c->missing == 0 && c->damaged == 0) {
        return WH_OK;
    }
    bool damaged = c->damaged > 0;
    size_t n = damaged ? 0 : first;
    size_t end = damaged ? r->sample_count : last;
    while (n < end && isfinite(c->sample[n])) {
        n++;
    }
    if (n >= end) {
        return WH_OK;
    }
    char described[440] = "";
    if (c->line > 0 && strcmp(r->file, r->data_file) != 0) {
        (void)snprintf(described, sizeof described, " (%.400s:%u)", r->file, c->line);
    }
    wh_message_set(m, "%s: channel #%zu '%s'%s %s", wh_recording_where(r, n).text, channel + 1,
                   wh_span_quote((wh_span){c->name, strlen(c->name)}).text, described,
                   damaged ? "holds NaN or infinity, or has a multiplier of 0"
                           : "is marked as missing here");
    return WH_ERR_FORMAT;
}

wh_err wh_recording_decode_text(const wh_recording_bytes *bytes,
                                const wh_recording_options *options, char **text, size_t *len,
                                wh_message *m)
{
    const char *encoding = options != NULL ? options->encoding : NULL;
    wh_err err = wh_text_to_utf8(bytes->data, bytes->len, encoding, text, len);
    if (err != WH_OK) {
        wh_message_set(m, "%s: %s %s", bytes->name,
                       err == WH_ERR_SPACE ? "no memory to decode" : "cannot be decoded from",
                       encoding != NULL ? encoding : "its code page");
        return err;
    }
    const char *zero = memchr(*text, '\0', *len);
    if (zero == NULL) {
        return WH_OK;
    }
    wh_lines before = wh_lines_init(*text, (size_t)(zero - *text) + 1, 1);
    wh_message_set(m, "%s:%zu: a zero byte: this is not a text", bytes->name,
                   wh_lines_count(&before));
    free(*text);
    *text = NULL;
    return WH_ERR_FORMAT;
}
