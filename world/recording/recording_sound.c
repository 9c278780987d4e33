/* SPDX-License-Identifier: Apache-2.0 */
/* Sound files by libsndfile: what a sound card recorded through dividers and shunts. */
#include "world/recording/recording_internal.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_FRAMES = 4096, SOUND_CHANNELS_MAX = 256 };

static wh_err name_channels(wh_recording *r)
{
    wh_span none = {"", 0};
    for (size_t k = 0; k < r->channel_count; k++) {
        char name[24];
        double factor;
        (void)snprintf(name, sizeof name, "ch%zu", k + 1);
        wh_err err = wh_recording_name_channel(&r->channel[k], (wh_span){name, strlen(name)}, none,
                                               none, &factor);
        if (err != WH_OK) {
            return err;
        }
    }
    return WH_OK;
}

static wh_err put_block(wh_recording *r, const double *block, size_t frames, size_t at,
                        wh_message *m)
{
    for (size_t n = 0; n < frames; n++) {
        for (size_t k = 0; k < r->channel_count; k++) {
            double value = block[n * r->channel_count + k];
            if (!isfinite(value)) {
                wh_message_set(m, "%s: frame %zu: channel %zu is not a number", r->file, at + n,
                               k + 1);
                return WH_ERR_FORMAT;
            }
            r->channel[k].sample[at + n] = value;
        }
    }
    return WH_OK;
}

static wh_err read_frames(wh_recording *r, SNDFILE *f, wh_message *m)
{
    double *block = calloc(BLOCK_FRAMES * r->channel_count, sizeof *block);
    if (block == NULL) {
        return WH_ERR_SPACE;
    }
    wh_err err = WH_OK;
    size_t at = 0;
    while (err == WH_OK && at < r->sample_count) {
        size_t want = r->sample_count - at < BLOCK_FRAMES ? r->sample_count - at : BLOCK_FRAMES;
        sf_count_t got = sf_readf_double(f, block, (sf_count_t)want);
        if (got <= 0) {
            wh_message_set(m, "%s: frame %zu: the file ends before its %zu frames", r->file, at,
                           r->sample_count);
            err = WH_ERR_SHORT;
        } else {
            err = put_block(r, block, (size_t)got, at, m);
            at += (size_t)got;
        }
    }
    free(block);
    return err;
}

static wh_err read_sound(wh_recording *r, SNDFILE *f, const SF_INFO *info,
                         const wh_recording_options *options, wh_message *m)
{
    if (info->channels < 1 || info->channels > SOUND_CHANNELS_MAX || info->samplerate < 1 ||
        info->frames < 1 || (uint64_t)info->frames > WH_RECORDING_SAMPLES_MAX) {
        wh_message_set(m, "%s: %d channels, %d Hz, %lld frames: nothing to analyse", r->file,
                       info->channels, info->samplerate, (long long)info->frames);
        return WH_ERR_RANGE;
    }
    wh_err err = wh_recording_add_channels(r, (size_t)info->channels);
    err = err == WH_OK ? name_channels(r) : err;
    err = err == WH_OK ? wh_recording_add_samples(r, (size_t)info->frames, m) : err;
    err = err == WH_OK ? read_frames(r, f, m) : err;
    err = err == WH_OK ? wh_recording_set_rate(r, (double)info->samplerate) : err;
    return err == WH_OK ? wh_recording_apply_options(r, options, m) : err;
}

wh_err wh_recording_read_sound(const char *path, const wh_recording_options *options,
                               wh_recording **out, wh_message *m)
{
    *out = NULL;
    SF_INFO info = {.format = 0};
    SNDFILE *f = sf_open(path, SFM_READ, &info);
    if (f == NULL) {
        wh_message_set(m, "%s: not a recording that is known here: %s", path, sf_strerror(NULL));
        return WH_ERR_FORMAT;
    }
    wh_message_set(m, "%s: no memory", path); /* whoever knows better overwrites it */
    wh_recording *r = wh_recording_new(path, path);
    wh_err err = r != NULL ? read_sound(r, f, &info, options, m) : WH_ERR_SPACE;
    (void)sf_close(f);
    if (err != WH_OK) {
        wh_recording_destroy(r);
        return err;
    }
    (void)snprintf(r->format, sizeof r->format, "sound");
    r->record_size = 1; /* places are counted in frames */
    wh_message_set(m, "%s", "");
    *out = r;
    return WH_OK;
}
