/* SPDX-License-Identifier: Apache-2.0 */
/* meter_settings.h - the configuration of `watthour-meter`: what is in the file, checked.
 *
 * The structs below are laid out as the file is; meter_schema.c says which key is which field.
 * Numbers that the file leaves out have their default here already. */
#ifndef WH_APPS_METER_SETTINGS_H
#define WH_APPS_METER_SETTINGS_H

#include "apps/watthour-meter/keep_settings.h"
#include "core/err.h"
#include "host/config_yaml.h"
#include "host/log.h"
#include "host/message.h"
#include "meter/meter.h"
#include "world/simulation/home.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* calibration: the fields of wh_channel_calibration and wh_phase_calibration by their names. */
typedef struct {
    wh_channel_calibration channel[WH_CHANNELS];
    wh_phase_calibration phase[WH_PHASES];
} wh_calibration_settings;

/* Limits of power quality in percent of the declared voltage. */
typedef struct {
    double u_din_v;
    double dip_pct;
    double swell_pct;
    double interruption_pct;
    double rapid_change_pct;
} wh_quality_settings;

typedef struct {
    char serial[WH_METER_NAME_SIZE + 1];
    char logical_device_name[WH_METER_NAME_SIZE + 1];
    int32_t utc_offset_min;
    uint32_t phases;
    double fs_hz;
    double f_nominal_hz;
    uint32_t cycles_per_window;
    double u_min_v;
    double creep_w;
    uint32_t creep_windows;
    wh_direction direction;
    uint32_t interval_windows;
    double rollover_kwh;
    wh_calibration_settings calibration;
    wh_quality_settings *power_quality; /* NULL: this meter does not judge it */
} wh_metering_settings;

typedef enum {
    WH_AT_END_HOLD,   /* the mains is gone; the meter goes on serving */
    WH_AT_END_REPEAT, /* from the start again */
    WH_AT_END_EXIT
} wh_at_end;

typedef struct {
    char *file;
    char *pairs;    /* "U1/I1,U2/I2"; NULL: what the file says */
    char *neutral;  /* name of a channel; NULL: none */
    char *channels; /* new names, for files that have none */
    char *scale;
    char *encoding;
    wh_at_end at_end;
} wh_recording_settings;

typedef struct {
    wh_home_config house;
    char *profile;
    uint32_t *solar_phases; /* 1 to 3 */
    unsigned solar_phases_count;
    wh_mains_harmonic *harmonics;
    unsigned harmonics_count;
    double *level;
    unsigned level_count;
} wh_home_settings;

/* Errors of the analogue front end, the same for all channels. */
typedef struct {
    double snr_db; /* noise against a sine of full scale; 0: none */
    uint32_t seed;
} wh_converter_settings;

typedef struct {
    char *speed; /* "real_time", "unlimited", or how many times faster */
    char *start; /* RFC 3339 time of the first sample */
    wh_recording_settings *recording;
    wh_home_settings *home;
    wh_converter_settings converter;
} wh_source_settings;

typedef struct {
    char address[48];
    uint32_t port;
    uint32_t connections_max;
    uint32_t idle_timeout_s;
} wh_server_settings;

/* The file as it is. */
typedef struct {
    wh_metering_settings meter;
    wh_source_settings source;
    wh_server_settings server;
    wh_log log;
    wh_keep_settings *keep; /* NULL: the meter measures only */
} wh_meter_file;

/* The file, checked, and what follows from it. Lives as long as the program. */
typedef struct {
    wh_config_yaml *config; /* for messages that name a line */
    wh_meter_file *file;    /* owned by config */
    double speed;           /* 1: real time; WH_PACE_UNLIMITED */
    int64_t start_utc_us;   /* INT64_MIN where the file says nothing */
    bool fs_given;          /* else the recording's own rate is taken */
    bool no_neutral;        /* the source has no neutral current: the meter has none */
    char *recording_path;   /* as seen from here */
    char *profile_path;
    wh_keep_values *keep; /* of file->keep; NULL as that */
    char *store_path;
    char *key_path;
    char *bills_path;
} wh_meter_settings;

extern const cyaml_schema_value_t wh_meter_schema;

/* Names of enum values as in the file. */
extern const cyaml_strval_t wh_direction_names[3];
extern const cyaml_strval_t wh_at_end_names[3];
extern const cyaml_strval_t wh_log_level_names[4];
extern const char *const wh_channel_keys[WH_CHANNELS];

/* Read and check a configuration file. What cannot be known without opening the source is
 * checked where it is opened (meter_source.h).
 *
 * WH_OK             close it with wh_meter_settings_close
 * WH_ERR_NOT_FOUND  no such file
 * WH_ERR_IO         it cannot be read
 * WH_ERR_FORMAT     *message says "file:line: key: what is wrong" */
wh_err wh_meter_settings_open(const char *path, wh_meter_settings *settings,
                              wh_message *message) WH_MUST_USE;
void wh_meter_settings_close(wh_meter_settings *settings);

/* The meter they describe, at this sample rate. */
void wh_meter_settings_apply(const wh_meter_settings *settings, double fs_hz,
                             wh_meter_config *config);

/* Write the configuration in force, defaults filled in, as a file that reads back the same. */
void wh_meter_settings_print(const wh_meter_settings *settings, FILE *out);

#endif /* WH_APPS_METER_SETTINGS_H */
