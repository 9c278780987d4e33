/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour-meter/meter_source.h"

#include <math.h>
#include <string.h>

#define FILE_KEY "source.recording.file"

/* Channels of the recording in the order of the source: U1 I1 U2 I2 .. and the neutral. */
typedef struct {
    size_t channel[WH_CHANNELS];
    size_t count;
    int column[WH_CHANNELS]; /* of the meter's channels */
} layout;

static wh_err find_neutral(const wh_meter_settings *s, const wh_recording *recording, layout *l,
                           wh_message *message)
{
    const char *name = s->file->source.recording->neutral;
    if (name == NULL) {
        return WH_OK;
    }
    for (size_t c = 0; c < recording->channel_count; ++c) {
        const wh_recording_channel *channel = &recording->channel[c];
        if (strcmp(channel->name, name) != 0) {
            continue;
        }
        if (channel->unit != WH_UNIT_AMPERE) {
            return wh_config_yaml_refuse(s->config, message, "source.recording.neutral",
                                         "channel \"%s\" is not a current", name);
        }
        l->column[WH_IN] = (int)l->count;
        l->channel[l->count++] = c;
        return WH_OK;
    }
    return wh_config_yaml_refuse(s->config, message, "source.recording.neutral",
                                 "the recording has no channel \"%s\"", name);
}

/* A message of the recording, after the line of the configuration that asked for it. */
static wh_err refuse_with(const wh_meter_settings *s, wh_message *message, const char *key,
                          const wh_message *inner)
{
    return wh_config_yaml_refuse(s->config, message, key, "%s", inner->text);
}

static wh_err lay_out(wh_meter_settings *s, const wh_recording *recording, layout *l,
                      wh_message *message)
{
    wh_message inner = {""};
    wh_recording_pairs pairs;
    const char *list = s->file->source.recording->pairs;
    wh_err err = wh_recording_find_pairs(recording, list, &pairs, &inner);
    if (err != WH_OK) {
        return refuse_with(s, message, list != NULL ? "source.recording.pairs" : FILE_KEY, &inner);
    }
    uint32_t *phases = &s->file->meter.phases;
    if (!wh_config_yaml_has(s->config, "meter.phases")) {
        *phases = pairs.count < WH_PHASES ? (uint32_t)pairs.count : WH_PHASES;
    }
    if (pairs.count < *phases) {
        return wh_config_yaml_refuse(s->config, message, "meter.phases",
                                     "%u, but the recording has %zu pair%s of channels", *phases,
                                     pairs.count, pairs.count == 1 ? "" : "s");
    }
    for (unsigned c = 0; c < WH_CHANNELS; ++c) {
        l->column[c] = WH_CONVERTER_ABSENT;
    }
    for (unsigned k = 0; k < *phases; ++k) {
        l->column[WH_U1 + k] = (int)l->count;
        l->channel[l->count++] = pairs.pair[k].u;
        l->column[WH_I1 + k] = (int)l->count;
        l->channel[l->count++] = pairs.pair[k].i;
    }
    return find_neutral(s, recording, l, message);
}

static wh_err check_rates(wh_meter_settings *s, const wh_meter_source *out, wh_message *message)
{
    wh_metering_settings *meter = &s->file->meter;
    double fs_hz = out->source->fs_hz;
    if (s->fs_given && fabs(meter->fs_hz - fs_hz) > 1e-6 * fs_hz) {
        return wh_config_yaml_refuse(s->config, message, "meter.fs_hz",
                                     "%.15g, but the recording has %.15g samples a second",
                                     meter->fs_hz, fs_hz);
    }
    if (fs_hz < 800.0 || fs_hz > 100000.0) {
        return wh_config_yaml_refuse(s->config, message, FILE_KEY,
                                     "%.15g samples a second; a meter takes 800 to 100000", fs_hz);
    }
    meter->fs_hz = fs_hz;
    double nominal_hz = out->recording->f_nominal_hz;
    bool said = wh_config_yaml_has(s->config, "meter.f_nominal_hz");
    if (!said && nominal_hz > 0.0 && nominal_hz != 50.0 && nominal_hz != 60.0) {
        return wh_config_yaml_refuse(s->config, message, FILE_KEY,
                                     "nominal frequency %.15g Hz; a meter takes 50 or 60, "
                                     "meter.f_nominal_hz chooses",
                                     nominal_hz);
    }
    if (!said && nominal_hz > 0.0) {
        meter->f_nominal_hz = nominal_hz;
    }
    return WH_OK;
}

static wh_err open_recording(wh_meter_settings *s, wh_meter_source *out, layout *l,
                             wh_message *message)
{
    const wh_recording_settings *r = s->file->source.recording;
    const wh_recording_options options = {
        .channels = r->channels,
        .scale = r->scale,
        .encoding = r->encoding,
    };
    wh_message inner = {""};
    if (wh_recording_open(s->recording_path, &options, &out->recording, &inner) != WH_OK) {
        return refuse_with(s, message, FILE_KEY, &inner);
    }
    wh_err err = lay_out(s, out->recording, l, message);
    if (err != WH_OK) {
        return err;
    }
    const wh_recording_play play = {
        .endless = r->at_end == WH_AT_END_REPEAT,
        .channel = l->channel,
        .channel_count = l->count,
    };
    if (wh_recording_source_create(out->recording, &play, &out->source, &inner) != WH_OK) {
        return refuse_with(s, message, FILE_KEY, &inner);
    }
    return check_rates(s, out, message);
}

static wh_err open_home(const wh_meter_settings *s, int64_t now_utc_us, wh_meter_source *out,
                        wh_message *message)
{
    const wh_home_settings *h = s->file->source.home;
    const wh_home_config d = wh_home_defaults();
    wh_home_config c = h->house;
    c.mains.fs_hz = s->file->meter.fs_hz;
    c.mains.f_nominal_hz = s->file->meter.f_nominal_hz;
    c.mains.phases = s->file->meter.phases;
    memcpy(c.mains.level, d.mains.level, sizeof c.mains.level);
    for (unsigned i = 0; i < h->level_count; ++i) {
        c.mains.level[i] = h->level[i];
    }
    bool own = wh_config_yaml_has(s->config, "source.home.harmonics");
    c.mains.harmonic_count = own ? h->harmonics_count : d.mains.harmonic_count;
    for (size_t i = 0; i < c.mains.harmonic_count; ++i) {
        c.mains.harmonic[i] = own ? h->harmonics[i] : d.mains.harmonic[i];
    }
    c.profile = s->profile_path;
    c.solar_phases = 0;
    for (unsigned i = 0; i < h->solar_phases_count; ++i) {
        c.solar_phases |= 1U << (h->solar_phases[i] - 1U);
    }
    c.utc_offset_s = s->file->meter.utc_offset_min * 60;
    c.start_utc_us = s->start_utc_us != INT64_MIN ? s->start_utc_us : now_utc_us;
    wh_message inner = {""};
    if (wh_home_create(&c, &out->source, &inner) != WH_OK) {
        return refuse_with(s, message, "source.home", &inner);
    }
    return WH_OK;
}

static wh_err start_converter(wh_meter_settings *s, wh_meter_source *out, const layout *l,
                              wh_message *message)
{
    wh_converter_config c = {.seed = s->file->source.converter.seed};
    if (out->recording == NULL && wh_converter_for_source(&c, out->source, 1.0, 1.0) != WH_OK) {
        return wh_config_yaml_refuse(s->config, message, "source", "no voltage or no current");
    }
    for (unsigned i = 0; i < WH_CHANNELS; ++i) {
        if (out->recording != NULL) {
            c.channel[i].column = l->column[i];
        }
        c.channel[i].full_scale = (double)s->file->meter.calibration.channel[i].full_scale / 1e6;
        c.channel[i].snr_db = s->file->source.converter.snr_db;
    }
    s->no_neutral = c.channel[WH_IN].column == WH_CONVERTER_ABSENT;
    if (wh_converter_init(&out->converter, &c) != WH_OK) {
        return wh_config_yaml_refuse(s->config, message, "source.converter",
                                     "not a converter that can be built");
    }
    return WH_OK;
}

wh_err wh_meter_source_open(wh_meter_settings *settings, int64_t now_utc_us, wh_meter_source *out,
                            wh_message *message)
{
    memset(out, 0, sizeof *out);
    layout l = {.count = 0};
    wh_err err = settings->file->source.recording != NULL
                     ? open_recording(settings, out, &l, message)
                     : open_home(settings, now_utc_us, out, message);
    if (err == WH_OK) {
        err = start_converter(settings, out, &l, message);
    }
    if (err != WH_OK) {
        wh_meter_source_close(out);
        return err;
    }
    out->phases = settings->file->meter.phases;
    out->f_nominal_hz = settings->file->meter.f_nominal_hz;
    out->start_utc_us = settings->start_utc_us;
    if (out->start_utc_us == INT64_MIN) {
        out->start_utc_us = out->source->start_utc_us;
    }
    if (out->start_utc_us == INT64_MIN && settings->speed != 1.0) {
        wh_meter_source_close(out);
        return wh_config_yaml_refuse(settings->config, message, "source.start",
                                     "is needed where speed is not real_time and the recording "
                                     "does not know its time");
    }
    if (out->start_utc_us == INT64_MIN) {
        out->start_utc_us = now_utc_us;
    }
    return WH_OK;
}

void wh_meter_source_close(wh_meter_source *source)
{
    if (source->source != NULL) {
        source->source->destroy(source->source);
    }
    wh_recording_destroy(source->recording);
    source->source = NULL;
    source->recording = NULL;
}
