/* SPDX-License-Identifier: Apache-2.0 */
/* A recording played as a source. */
#include "world/recording/recording_internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    wh_source base; /* first: a wh_source is this */
    const wh_recording *recording;
    size_t *index; /* of the channels in the recording */
    size_t first;
    size_t last;
    size_t at;
    uint64_t rounds_left; /* this one included */
    bool endless;
} recording_source;

static wh_err read_samples(wh_source *base, double *values, size_t count, size_t *got)
{
    recording_source *s = (recording_source *)base;
    size_t channels = base->channel_count;
    size_t n = 0;
    while (n < count && s->rounds_left > 0) {
        size_t run = s->last - s->at < count - n ? s->last - s->at : count - n;
        for (size_t k = 0; k < channels; k++) {
            const double *from = s->recording->channel[s->index[k]].sample + s->at;
            double *to = values + n * channels + k;
            for (size_t j = 0; j < run; j++) {
                to[j * channels] = from[j];
            }
        }
        n += run;
        s->at += run;
        if (s->at == s->last) {
            s->at = s->first;
            s->rounds_left -= s->endless ? 0 : 1;
        }
    }
    *got = n;
    return WH_OK;
}

static void destroy(wh_source *base)
{
    recording_source *s = (recording_source *)base;
    if (s != NULL) {
        free((void *)(uintptr_t)base->channel);
        free(s->index);
        free(s);
    }
}

static wh_err choose_channels(recording_source *s, const wh_recording_play *play, wh_message *m)
{
    const wh_recording *r = s->recording;
    size_t count = play->channel != NULL ? play->channel_count : r->channel_count;
    wh_source_channel *channel = calloc(count > 0 ? count : 1, sizeof *channel);
    s->index = calloc(count > 0 ? count : 1, sizeof *s->index);
    s->base.channel = channel;
    s->base.channel_count = count;
    if (channel == NULL || s->index == NULL) {
        wh_message_set(m, "%s: no memory", r->file);
        return WH_ERR_SPACE;
    }
    for (size_t k = 0; k < count; k++) {
        size_t index = play->channel != NULL ? play->channel[k] : k;
        if (index >= r->channel_count) {
            wh_message_set(m, "%s: no channel #%zu", r->file, index + 1);
            return WH_ERR_ARG;
        }
        wh_err err = wh_recording_require(r, index, s->first, s->last, m);
        if (err != WH_OK) {
            return err;
        }
        s->index[k] = index;
        channel[k].name = r->channel[index].name;
        channel[k].unit = r->channel[index].unit;
    }
    return WH_OK;
}

/* The first sample of the recording has its start time; the range may begin later. */
static int64_t start_of_range(const wh_recording *r, size_t first)
{
    if (r->start_utc_us == INT64_MIN) {
        return INT64_MIN;
    }
    double seconds = 0;
    size_t begin = 0;
    for (size_t k = 0; k < r->rate_count && begin < first; k++) {
        size_t end = r->rate[k].end < first ? r->rate[k].end : first;
        seconds += (double)(end - begin) / r->rate[k].fs_hz;
        begin = end;
    }
    return r->start_utc_us + (int64_t)(seconds * 1e6);
}

wh_err wh_recording_source_create(const wh_recording *r, const wh_recording_play *play,
                                  wh_source **out, wh_message *m)
{
    static const wh_recording_play whole = {0};
    *out = NULL;
    play = play != NULL ? play : &whole;
    recording_source *s = calloc(1, sizeof *s);
    if (s == NULL) {
        wh_message_set(m, "%s: no memory", r->file);
        return WH_ERR_SPACE;
    }
    bool steady = play->first == 0 && play->last == 0;
    s->recording = r;
    s->first = steady ? r->steady_first : play->first;
    s->last = steady ? r->steady_last : play->last;
    s->at = s->first;
    s->endless = play->endless;
    s->rounds_left = play->endless ? 1 : play->repeat > 0 ? play->repeat : r->repeat;
    s->base.read = read_samples;
    s->base.destroy = destroy;
    s->base.f_nominal_hz = r->f_nominal_hz;
    wh_err err = wh_recording_range_rate(r, s->first, s->last, &s->base.fs_hz, m);
    err = err == WH_OK ? choose_channels(s, play, m) : err;
    if (err != WH_OK) {
        destroy(&s->base);
        return err;
    }
    s->base.start_utc_us = start_of_range(r, s->first);
    s->base.total = s->endless ? 0 : s->rounds_left * (s->last - s->first);
    *out = &s->base;
    return WH_OK;
}
