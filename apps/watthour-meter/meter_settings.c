/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour-meter/meter_settings.h"

#include "core/civil_time.h"
#include "host/pace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AT(member) offsetof(wh_meter_file, member)

#define FULL_SCALE_U_UV  500000000 /* peak: 230 V and a third, with its crest, and room */
#define FULL_SCALE_I_UA  200000000 /* peak: 100 A and room */
#define FULL_SCALE_MAX   1000000000000.0
#define SPEED_MAX        100000.0
#define UTC_OFFSET_LIMIT 840 /* minutes; UTC+14 is the most there is */
#define KEY_SIZE         64

static const wh_config_number numbers[] = {
    {"meter.utc_offset_min", WH_CONFIG_I32, AT(meter.utc_offset_min), -UTC_OFFSET_LIMIT,
     UTC_OFFSET_LIMIT, 0},
    {"meter.phases", WH_CONFIG_U32, AT(meter.phases), 1, WH_PHASES, WH_PHASES},
    {"meter.fs_hz", WH_CONFIG_DOUBLE, AT(meter.fs_hz), 800, 100000, 8000},
    {"meter.f_nominal_hz", WH_CONFIG_DOUBLE, AT(meter.f_nominal_hz), 50, 60, 50},
    {"meter.cycles_per_window", WH_CONFIG_U32, AT(meter.cycles_per_window), 0, 60, 0},
    {"meter.u_min_v", WH_CONFIG_DOUBLE, AT(meter.u_min_v), 0, 100000, 20},
    {"meter.creep_w", WH_CONFIG_DOUBLE, AT(meter.creep_w), 0, 100000, 1},
    {"meter.creep_windows", WH_CONFIG_U32, AT(meter.creep_windows), 0, 65535, 0},
    {"meter.interval_windows", WH_CONFIG_U32, AT(meter.interval_windows), 0, 1000000, 0},
    {"meter.rollover_kwh", WH_CONFIG_DOUBLE, AT(meter.rollover_kwh), 1, 9e12, 1e9},
    {"source.converter.snr_db", WH_CONFIG_DOUBLE, AT(source.converter.snr_db), 0, 160, 0},
    {"source.converter.seed", WH_CONFIG_U32, AT(source.converter.seed), 0, 4294967295.0, 1},
    {"server.port", WH_CONFIG_U32, AT(server.port), 0, 65535, 4059},
    {"server.connections_max", WH_CONFIG_U32, AT(server.connections_max), 1, 1000, 16},
    {"server.idle_timeout_s", WH_CONFIG_U32, AT(server.idle_timeout_s), 1, 86400, 120},
    {NULL, WH_CONFIG_U32, 0, 0, 0, 0},
};

static wh_err check_calibration(const wh_meter_settings *s, wh_message *message)
{
    wh_calibration_settings *all = &s->file->meter.calibration;
    for (unsigned c = 0; c < WH_CHANNELS; ++c) {
        char key[4][KEY_SIZE];
        static const char *const names[] = {"full_scale", "gain_q30", "delay_q16", "noise_q8"};
        for (size_t i = 0; i < 4; ++i) {
            (void)snprintf(key[i], KEY_SIZE, "meter.calibration.channel.%s.%s", wh_channel_keys[c],
                           names[i]);
        }
        double full = c < WH_I1 ? FULL_SCALE_U_UV : FULL_SCALE_I_UA;
        const wh_config_number list[] = {
            {key[0], WH_CONFIG_I64, offsetof(wh_channel_calibration, full_scale), 1000,
             FULL_SCALE_MAX, full},
            {key[1], WH_CONFIG_U32, offsetof(wh_channel_calibration, gain_q30), 536870912,
             2147483648.0, WH_GAIN_ONE_Q30},
            {key[2], WH_CONFIG_U32, offsetof(wh_channel_calibration, delay_q16), 0,
             WH_DELAY_MAX_Q16, 0},
            {key[3], WH_CONFIG_U32, offsetof(wh_channel_calibration, noise_q8), 0, 4294967295.0, 0},
            {NULL, WH_CONFIG_U32, 0, 0, 0, 0},
        };
        wh_err err = wh_config_yaml_numbers(s->config, list, &all->channel[c], message);
        if (err != WH_OK) {
            return err;
        }
    }
    for (unsigned k = 0; k < WH_PHASES; ++k) {
        char key[KEY_SIZE];
        (void)snprintf(key, sizeof key, "meter.calibration.phase.l%u.angle_nrad", k + 1);
        const wh_config_number list[] = {
            {key, WH_CONFIG_I32, offsetof(wh_phase_calibration, angle_nrad), -500000000, 500000000,
             0},
            {NULL, WH_CONFIG_U32, 0, 0, 0, 0},
        };
        wh_err err = wh_config_yaml_numbers(s->config, list, &all->phase[k], message);
        if (err != WH_OK) {
            return err;
        }
    }
    return WH_OK;
}

static wh_err check_quality(const wh_meter_settings *s, wh_message *message)
{
    wh_quality_settings *quality = s->file->meter.power_quality;
    if (quality == NULL) {
        return WH_OK;
    }
#define QUALITY(member, low, high, fallback)                                                     \
    {                                                                                            \
        "meter.power_quality." #member, WH_CONFIG_DOUBLE, offsetof(wh_quality_settings, member), \
            low, high, fallback                                                                  \
    }
    static const wh_config_number list[] = {
        QUALITY(u_din_v, 10, 1000, 230),     QUALITY(dip_pct, 10, 99, 90),
        QUALITY(swell_pct, 101, 200, 110),   QUALITY(interruption_pct, 1, 50, 5),
        QUALITY(rapid_change_pct, 1, 20, 3), {NULL, WH_CONFIG_U32, 0, 0, 0, 0},
    };
#undef QUALITY
    return wh_config_yaml_numbers(s->config, list, quality, message);
}

/* Two or four digits at *text, which moves on; -1: they are not there. */
static int take_digits(const char **text, int count)
{
    int value = 0;
    for (int i = 0; i < count; ++i, ++*text) {
        if (**text < '0' || **text > '9') {
            return -1;
        }
        value = value * 10 + (**text - '0');
    }
    return value;
}

/* "+02:00", "Z": minutes east of UTC. */
static bool take_zone(const char *text, int *offset_min)
{
    *offset_min = 0;
    if (strcmp(text, "Z") == 0) {
        return true;
    }
    int sign = *text == '-' ? -1 : 1;
    if (*text != '-' && *text != '+') {
        return false;
    }
    ++text;
    int hours = take_digits(&text, 2);
    if (hours < 0 || *text != ':') {
        return false;
    }
    ++text;
    int minutes = take_digits(&text, 2);
    *offset_min = sign * (hours * 60 + minutes);
    return minutes >= 0 && minutes < 60 && *text == '\0' &&
           hours * 60 + minutes <= UTC_OFFSET_LIMIT;
}

/* RFC 3339 in whole seconds, with Z or an offset. */
static bool parse_time(const char *text, int64_t *utc_us)
{
    static const char between[] = "--T::";
    int part[6];
    for (int i = 0; i < 6; ++i) {
        part[i] = take_digits(&text, i == 0 ? 4 : 2);
        if (part[i] < 0 || (i < 5 && *text++ != between[i])) {
            return false;
        }
    }
    const wh_civil_time t = {
        .date = {part[0], (uint8_t)part[1], (uint8_t)part[2]},
        .hour = (uint8_t)part[3],
        .minute = (uint8_t)part[4],
        .second = (uint8_t)part[5],
    };
    int64_t ms = 0;
    int offset_min = 0;
    if (wh_civil_time_to_ms(&t, &ms) != WH_OK || !take_zone(text, &offset_min)) {
        return false;
    }
    *utc_us = (ms - (int64_t)offset_min * 60000) * 1000;
    return true;
}

static wh_err check_speed(wh_meter_settings *s, wh_message *message)
{
    const char *text = s->file->source.speed;
    s->speed = 1.0;
    if (text == NULL || strcmp(text, "real_time") == 0) {
        return WH_OK;
    }
    if (strcmp(text, "unlimited") == 0) {
        s->speed = WH_PACE_UNLIMITED;
        return WH_OK;
    }
    char *end = NULL;
    s->speed = strtod(text, &end);
    if (*end != '\0' || end == text || !(s->speed >= 0.001 && s->speed <= SPEED_MAX)) {
        return wh_config_yaml_refuse(
            s->config, message, "source.speed",
            "must be real_time, unlimited, or a factor from 0.001 to %.0f, "
            "is \"%s\"",
            SPEED_MAX, text);
    }
    return WH_OK;
}

static wh_err check_home(wh_meter_settings *s, wh_message *message)
{
    wh_home_settings *home = s->file->source.home;
    const wh_home_config d = wh_home_defaults();
#define HOME(key, member, low, high)                                                               \
    {                                                                                              \
        "source.home." key, WH_CONFIG_DOUBLE, offsetof(wh_home_settings, house.member), low, high, \
            d.member                                                                               \
    }
    const wh_config_number list[] = {
        HOME("u_nominal_v", mains.u_nominal_v, 10, 1000),
        HOME("f_wander_hz", mains.f_wander_hz, 0, 2),
        HOME("u_wander", mains.u_wander, 0, 0.2),
        HOME("noise_v", mains.noise_v, 0, 50),
        HOME("flicker_percent", mains.flicker_percent, 0, 50),
        HOME("flicker_hz", mains.flicker_hz, 0, 40),
        HOME("events_per_day", mains.events_per_day, 0, 10000),
        HOME("line_ohm", line_ohm, 0, 10),
        HOME("profile_unit_w", profile_unit_w, 0, 1e6),
        HOME("profile_annual_kwh", profile_annual_kwh, 0, 1e6),
        HOME("solar_peak_w", solar_peak_w, 0, 100000),
        HOME("clouds", clouds, 0, 1),
        HOME("latitude_deg", latitude_deg, -90, 90),
        HOME("longitude_deg", longitude_deg, -180, 180),
        HOME("tilt_deg", tilt_deg, 0, 90),
        HOME("duration_s", duration_s, 0, 1e10),
        {NULL, WH_CONFIG_U32, 0, 0, 0, 0},
    };
#undef HOME
    wh_err err = wh_config_yaml_numbers(s->config, list, home, message);
    if (err != WH_OK) {
        return err;
    }
    if (!wh_config_yaml_has(s->config, "source.home.appliances")) {
        home->house.appliances = home->profile == NULL;
    } else if (home->house.appliances && home->profile != NULL) {
        return wh_config_yaml_refuse(s->config, message, "source.home.appliances",
                                     "a house has appliances or a profile, not both");
    }
    if (!wh_config_yaml_has(s->config, "source.home.seed")) {
        home->house.mains.seed = d.mains.seed;
    }
    for (unsigned i = 0; i < home->solar_phases_count; ++i) {
        if (home->solar_phases[i] < 1 || home->solar_phases[i] > s->file->meter.phases) {
            char key[KEY_SIZE];
            (void)snprintf(key, sizeof key, "source.home.solar_phases[%u]", i);
            return wh_config_yaml_refuse(s->config, message, key, "no such phase: %u of %u",
                                         home->solar_phases[i], s->file->meter.phases);
        }
    }
    return WH_OK;
}

static wh_err check_source(wh_meter_settings *s, wh_message *message)
{
    const wh_source_settings *source = &s->file->source;
    if ((source->home == NULL) == (source->recording == NULL)) {
        return wh_config_yaml_refuse(s->config, message, "source",
                                     "must have either a home or a recording");
    }
    wh_err err = check_speed(s, message);
    if (err != WH_OK) {
        return err;
    }
    s->start_utc_us = INT64_MIN;
    if (source->start != NULL && !parse_time(source->start, &s->start_utc_us)) {
        return wh_config_yaml_refuse(s->config, message, "source.start",
                                     "must be a time like 2026-06-21T12:00:00+02:00, is \"%s\"",
                                     source->start);
    }
    if (s->speed != 1.0 && source->start == NULL && source->home != NULL) {
        return wh_config_yaml_refuse(s->config, message, "source.start",
                                     "is needed where speed is not real_time");
    }
    if (source->home != NULL) {
        return check_home(s, message);
    }
    return WH_OK;
}

static void fill_text(char *out, size_t size, const char *fallback)
{
    if (out[0] == '\0') {
        (void)snprintf(out, size, "%s", fallback);
    }
}

/* Texts and choices that the file leaves out. */
static void fill_defaults(wh_meter_settings *s)
{
    wh_meter_file *f = s->file;
    fill_text(f->meter.serial, sizeof f->meter.serial, "00000001");
    fill_text(f->meter.logical_device_name, sizeof f->meter.logical_device_name,
              "WHT0000000000001");
    fill_text(f->server.address, sizeof f->server.address, "127.0.0.1");
    if (!wh_config_yaml_has(s->config, "log.level")) {
        f->log.level = WH_LOG_INFO;
    }
}

static wh_err check_names(const wh_meter_settings *s, wh_message *message)
{
    const char *name = s->file->meter.logical_device_name;
    for (size_t i = 0; i < WH_METER_NAME_SIZE; ++i) {
        bool letter = name[i] >= 'A' && name[i] <= 'Z';
        bool digit = name[i] >= '0' && name[i] <= '9';
        if (i < 3 ? !letter : !letter && !digit) {
            return wh_config_yaml_refuse(s->config, message, "meter.logical_device_name",
                                         "must be three capital letters, then 13 capitals or "
                                         "digits, is \"%s\"",
                                         name);
        }
    }
    for (const char *c = s->file->meter.serial; *c != '\0'; ++c) {
        if (*c <= ' ' || *c > '~') {
            return wh_config_yaml_refuse(s->config, message, "meter.serial",
                                         "must be letters, digits and signs of ASCII");
        }
    }
    return WH_OK;
}

/* What the meter keeps, and where the files are. */
static wh_err check_keep(wh_meter_settings *s, wh_message *message)
{
    wh_keep_settings *keep = s->file->keep;
    if (keep == NULL) {
        return WH_OK;
    }
    s->keep = calloc(1, sizeof *s->keep);
    s->store_path = wh_config_yaml_path(s->config, keep->store.file);
    if (keep->bills != NULL) {
        s->key_path = wh_config_yaml_path(s->config, keep->bills->key);
        s->bills_path = wh_config_yaml_path(s->config, keep->bills->directory);
    }
    bool bills = keep->bills == NULL || (s->key_path != NULL && s->bills_path != NULL);
    if (s->keep == NULL || s->store_path == NULL || !bills) {
        wh_message_set(message, "no memory");
        return WH_ERR_IO;
    }
    return wh_keep_settings_check(s->config, keep, s->keep, message);
}

static wh_err check_all(wh_meter_settings *s, wh_message *message)
{
    wh_err err = wh_config_yaml_numbers(s->config, numbers, s->file, message);
    if (err == WH_OK) {
        err = check_calibration(s, message);
    }
    if (err == WH_OK) {
        err = check_quality(s, message);
    }
    double f = s->file->meter.f_nominal_hz;
    if (err == WH_OK && f != 50.0 && f != 60.0) {
        err = wh_config_yaml_refuse(s->config, message, "meter.f_nominal_hz",
                                    "must be 50 or 60, is %.15g", f);
    }
    fill_defaults(s);
    if (err == WH_OK) {
        err = check_names(s, message);
    }
    if (err == WH_OK) {
        err = check_source(s, message);
    }
    if (err == WH_OK) {
        err = check_keep(s, message);
    }
    return err;
}

wh_err wh_meter_settings_open(const char *path, wh_meter_settings *settings, wh_message *message)
{
    memset(settings, 0, sizeof *settings);
    void *values = NULL;
    wh_err err = wh_config_yaml_open(path, &wh_meter_schema, &settings->config, &values, message);
    if (err != WH_OK) {
        return err;
    }
    settings->file = (wh_meter_file *)values;
    settings->fs_given = wh_config_yaml_has(settings->config, "meter.fs_hz");
    err = check_all(settings, message);
    const wh_source_settings *source = &settings->file->source;
    if (err == WH_OK && source->recording != NULL) {
        settings->recording_path = wh_config_yaml_path(settings->config, source->recording->file);
    }
    if (err == WH_OK && source->home != NULL && source->home->profile != NULL) {
        settings->profile_path = wh_config_yaml_path(settings->config, source->home->profile);
    }
    if (err != WH_OK) {
        wh_meter_settings_close(settings);
    }
    return err;
}

void wh_meter_settings_close(wh_meter_settings *settings)
{
    free(settings->recording_path);
    free(settings->profile_path);
    free(settings->keep);
    free(settings->store_path);
    free(settings->key_path);
    free(settings->bills_path);
    wh_config_yaml_close(settings->config);
    memset(settings, 0, sizeof *settings);
}

void wh_meter_settings_apply(const wh_meter_settings *settings, double fs_hz,
                             wh_meter_config *config)
{
    const wh_metering_settings *m = &settings->file->meter;
    memset(config, 0, sizeof *config);
    wh_metrology_config *metrology = &config->metrology;
    metrology->fs_mhz = (uint32_t)llround(fs_hz * 1e3);
    metrology->f_nominal_mhz = (uint32_t)llround(m->f_nominal_hz * 1e3);
    metrology->phases = (uint8_t)m->phases;
    metrology->cycles_per_window = (uint8_t)m->cycles_per_window;
    metrology->u_min_uv = llround(m->u_min_v * 1e6);
    metrology->creep_uw = llround(m->creep_w * 1e6);
    metrology->creep_windows = (uint16_t)m->creep_windows;
    memcpy(metrology->channel, m->calibration.channel, sizeof metrology->channel);
    if (settings->no_neutral) {
        metrology->channel[WH_IN].full_scale = 0;
    }
    memcpy(metrology->phase, m->calibration.phase, sizeof metrology->phase);
    config->registers.direction = m->direction;
    config->registers.interval_windows = m->interval_windows;
    config->registers.modulus_mwh = llround(m->rollover_kwh * 1e6);
    memcpy(config->logical_device_name, m->logical_device_name, WH_METER_NAME_SIZE);
    memcpy(config->serial, m->serial, sizeof config->serial);
    config->utc_offset_min = (int16_t)m->utc_offset_min;
}
