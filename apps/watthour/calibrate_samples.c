/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/calibrate_samples.h"

#include "world/recording/recording.h"
#include "world/simulation/exact_signal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK       1024
#define SAMPLES_MAX 20000000U /* 560 MB of codes */
#define SIMULATED_S 20.0
#define PERIODIC_S  20.0
#define SIM_FS_HZ   8000.0

/* Convert all of a source, or `count` sets of an endless one. */
static wh_err convert_all(wh_source *source, const wh_converter_config *config, size_t count,
                          wh_calibrate_codes *out, wh_message *message)
{
    size_t width = source->channel_count;
    wh_converter *converter = malloc(sizeof *converter);
    double *values = malloc(BLOCK * width * sizeof *values);
    out->code = calloc(count + 1, sizeof *out->code);
    wh_err err = WH_OK;
    if (converter == NULL || values == NULL || out->code == NULL) {
        wh_message_set(message, "no memory for %zu samples", count);
        err = WH_ERR_SPACE;
    } else if (wh_converter_init(converter, config) != WH_OK) {
        wh_message_set(message, "a full scale must be above zero");
        err = WH_ERR_RANGE;
    }
    size_t got = BLOCK;
    while (err == WH_OK && got > 0 && out->count < count) {
        size_t want = count - out->count < BLOCK ? count - out->count : BLOCK;
        err = source->read(source, values, want, &got);
        if (err == WH_OK) {
            wh_converter_run(converter, values, width, got, out->code + out->count);
            out->count += got;
        } else {
            wh_message_set(message, "the source broke: %s", wh_err_text(err));
        }
    }
    if (err == WH_OK && converter->saturated > 0) {
        wh_message_set(message, "%llu samples beyond full scale: see --u-full and --i-full",
                       (unsigned long long)converter->saturated);
        err = WH_ERR_RANGE;
    }
    free(values);
    free(converter);
    return err;
}

/* Which columns of the source the meter's channels are: U1 I1 U2 I2 .. and the neutral. */
static wh_err choose_channels(const wh_recording *r, const wh_calibrate_wiring *wiring,
                              wh_converter_config *config, wh_recording_play *play, size_t *channel,
                              wh_message *message)
{
    wh_recording_pairs pairs;
    wh_err err = wh_recording_find_pairs(r, wiring->pairs, &pairs, message);
    if (err != WH_OK) {
        return err;
    }
    memset(config, 0, sizeof *config);
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        config->channel[k].column = WH_CONVERTER_ABSENT;
        config->channel[k].full_scale = k < WH_I1 ? wiring->u_full_v : wiring->i_full_a;
    }
    for (unsigned k = 0; k < pairs.count && k < WH_PHASES; k++) {
        config->channel[WH_U1 + k].column = (int)play->channel_count;
        channel[play->channel_count++] = pairs.pair[k].u;
        config->channel[WH_I1 + k].column = (int)play->channel_count;
        channel[play->channel_count++] = pairs.pair[k].i;
    }
    for (size_t c = 0; wiring->neutral != NULL && c < r->channel_count; c++) {
        if (strcmp(r->channel[c].name, wiring->neutral) == 0) {
            config->channel[WH_IN].column = (int)play->channel_count;
            channel[play->channel_count++] = c;
            break;
        }
    }
    if (wiring->neutral != NULL && config->channel[WH_IN].column == WH_CONVERTER_ABSENT) {
        wh_message_set(message, "%s: no channel '%s'", r->file, wiring->neutral);
        return WH_ERR_NOT_FOUND;
    }
    play->channel = channel;
    return WH_OK;
}

static wh_err read_recording(const wh_recording *r, const wh_calibrate_wiring *wiring,
                             wh_calibrate_codes *out, wh_message *message)
{
    wh_converter_config config;
    size_t channel[WH_CHANNELS];
    wh_recording_play play = {.endless = r->periodic};
    wh_err err = choose_channels(r, wiring, &config, &play, channel, message);
    wh_source *source = NULL;
    if (err == WH_OK) {
        err = wh_recording_source_create(r, &play, &source, message);
    }
    if (err != WH_OK) {
        return err;
    }
    size_t count = r->periodic ? (size_t)(PERIODIC_S * source->fs_hz) : (size_t)source->total;
    if (count > SAMPLES_MAX) {
        count = SAMPLES_MAX;
    }
    out->fs_hz = source->fs_hz;
    out->f_nominal_hz = r->f_nominal_hz;
    out->phases = 0;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        out->phases += config.channel[k].column != WH_CONVERTER_ABSENT ? 1 : 0;
    }
    err = convert_all(source, &config, count, out, message);
    source->destroy(source);
    return err;
}

wh_err wh_calibrate_codes_read(const char *path, const wh_calibrate_wiring *wiring,
                               wh_calibrate_codes *out, wh_message *message)
{
    memset(out, 0, sizeof *out);
    wh_recording *r = NULL;
    wh_err err = wh_recording_open(path, &(wh_recording_options){0}, &r, message);
    if (err == WH_OK) {
        err = read_recording(r, wiring, out, message);
    }
    wh_recording_destroy(r);
    if (err != WH_OK) {
        wh_calibrate_codes_free(out);
    }
    return err;
}

static wh_converter_config draw_converter(uint64_t seed, const wh_calibrate_wiring *wiring)
{
    wh_random random;
    wh_random_init(&random, seed);
    wh_converter_config c = {.seed = seed + 1};
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        wh_converter_channel *channel = &c.channel[k];
        channel->column = (int)k;
        channel->full_scale = k < WH_I1 ? wiring->u_full_v : wiring->i_full_a;
        channel->gain_error = wh_random_between(&random, -0.02, 0.02);
        channel->delay_samples = k < WH_I1 ? 0 : wh_random_between(&random, 0, 0.8);
        channel->dc = channel->full_scale * wh_random_between(&random, -0.003, 0.003);
        channel->snr_db = wh_random_between(&random, 95, 101);
    }
    return c;
}

wh_err wh_calibrate_codes_simulate(uint64_t seed, const wh_calibrate_reference *reference,
                                   bool loaded, const wh_calibrate_wiring *wiring,
                                   wh_calibrate_codes *out, wh_message *message)
{
    memset(out, 0, sizeof *out);
    wh_exact_signal s;
    wh_exact_init(&s, SIM_FS_HZ, 50.013);
    for (unsigned k = 0; k < WH_PHASES; k++) {
        const wh_calibrate_phase *p = &reference->phase[k];
        double place = -120.0 * k;
        wh_exact_sine(&s, k, 1, p->urms_v, place);
        if (loaded) {
            wh_exact_sine(&s, WH_I1 + k, 1, p->irms_a, place - p->angle_deg);
        } else {
            wh_exact_sine(&s, WH_I1 + k, 1, wiring->i_full_a * 5e-6, place - 30);
        }
    }
    wh_exact_sine(&s, WH_IN, 1, loaded ? reference->neutral_a : 0, 0);
    out->fs_hz = SIM_FS_HZ;
    out->f_nominal_hz = 50;
    out->phases = WH_PHASES;
    wh_source *source;
    wh_err err = wh_exact_source(&s, 50, SIMULATED_S, &source);
    if (err != WH_OK) {
        wh_message_set(message, "no memory");
        return err;
    }
    wh_converter_config config = draw_converter(seed, wiring);
    err = convert_all(source, &config, (size_t)source->total, out, message);
    source->destroy(source);
    if (err != WH_OK) {
        wh_calibrate_codes_free(out);
    }
    return err;
}

void wh_calibrate_codes_free(wh_calibrate_codes *codes)
{
    free(codes->code);
    codes->code = NULL;
    codes->count = 0;
}
