/* SPDX-License-Identifier: Apache-2.0 */
/* check_recording.h - what must hold of whatever a reader of recordings returned. */
#ifndef WH_FUZZ_CHECK_RECORDING_H
#define WH_FUZZ_CHECK_RECORDING_H

#include "world/analysis/analysis.h"
#include "world/recording/recording.h"
#include "world/recording/text_encoding.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* Every sample is a number or is counted as none. */
static void check_channels(const wh_recording *r)
{
    for (size_t k = 0; k < r->channel_count; k++) {
        const wh_recording_channel *c = &r->channel[k];
        size_t none = 0;
        for (size_t n = 0; n < r->sample_count; n++) {
            none += isfinite(c->sample[n]) ? 0 : 1;
        }
        require(none == c->missing + c->damaged);
        require(wh_text_is_utf8(c->name, strlen(c->name)));
        require(wh_text_is_utf8(c->phase, strlen(c->phase)));
    }
}

static void check_rates(const wh_recording *r)
{
    size_t end = 0;
    require(r->rate_count >= 1 && r->fs_hz > 0 && isfinite(r->fs_hz));
    for (size_t k = 0; k < r->rate_count; k++) {
        require(r->rate[k].fs_hz > 0 && r->rate[k].end >= end);
        end = r->rate[k].end;
    }
    require(end == r->sample_count);
    require(r->steady_first < r->steady_last && r->steady_last <= r->sample_count);
}

/* What is analysed is short, so that the fuzzer stays quick. */
static void check_analysis(const wh_recording *r, const wh_recording_pair *p)
{
    wh_message m = {""};
    double fs_hz;
    size_t last = r->sample_count < 256 ? r->sample_count : 256;
    if (wh_recording_require(r, p->u, 0, last, &m) != WH_OK ||
        wh_recording_require(r, p->i, 0, last, &m) != WH_OK ||
        wh_recording_range_rate(r, 0, last, &fs_hz, &m) != WH_OK) {
        require(m.text[0] != '\0');
        return;
    }
    wh_analysis_input input = {r->channel[p->u].sample, r->channel[p->i].sample};
    wh_analysis_range range = {fs_hz, r->f_nominal_hz, r->periodic, last};
    wh_analysis_phase phase;
    if (wh_analysis_run(&range, &input, 1, &phase, r->file, &m) != WH_OK) {
        require(m.text[0] != '\0');
    }
}

static void check_source(const wh_recording *r)
{
    wh_message m = {""};
    wh_source *s;
    if (wh_recording_source_create(r, NULL, &s, &m) != WH_OK) {
        require(s == NULL && m.text[0] != '\0');
        return;
    }
    double *values = calloc(16 * s->channel_count, sizeof *values);
    size_t got;
    require(values != NULL);
    require(s->read(s, values, 16, &got) == WH_OK && got > 0 && got <= 16);
    free(values);
    s->destroy(s);
}

static void check_recording(wh_err err, wh_recording *r, const wh_message *m, const char *name)
{
    if (err != WH_OK) {
        require(r == NULL && strncmp(m->text, name, strlen(name)) == 0);
        return;
    }
    require(r->channel_count >= 1 && r->sample_count >= 1);
    check_channels(r);
    check_rates(r);
    check_source(r);
    wh_recording_pairs pairs;
    wh_message why = {""};
    if (wh_recording_find_pairs(r, NULL, &pairs, &why) == WH_OK) {
        require(pairs.count >= 1);
        check_analysis(r, &pairs.pair[0]);
    } else {
        require(why.text[0] != '\0');
    }
    wh_recording_destroy(r);
}

#endif /* WH_FUZZ_CHECK_RECORDING_H */
