/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of the configuration file, for libcyaml. */
#include "apps/watthour-meter/meter_settings.h"

#define OPTIONAL        CYAML_FLAG_OPTIONAL
#define OPTIONAL_TEXT   (CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER)
#define OPTIONAL_CHOICE (CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT)

const cyaml_strval_t wh_direction_names[3] = {
    {"vectorial", WH_DIRECTION_VECTORIAL},
    {"arithmetic", WH_DIRECTION_ARITHMETIC},
    {"absolute", WH_DIRECTION_ABSOLUTE},
};

const cyaml_strval_t wh_at_end_names[3] = {
    {"hold", WH_AT_END_HOLD},
    {"repeat", WH_AT_END_REPEAT},
    {"exit", WH_AT_END_EXIT},
};

const cyaml_strval_t wh_log_level_names[4] = {
    {"error", WH_LOG_ERROR},
    {"warning", WH_LOG_WARNING},
    {"info", WH_LOG_INFO},
    {"debug", WH_LOG_DEBUG},
};

const char *const wh_channel_keys[WH_CHANNELS] = {"u1", "u2", "u3", "i1", "i2", "i3", "in"};

static const cyaml_schema_field_t channel_fields[] = {
    CYAML_FIELD_INT("full_scale", OPTIONAL, wh_channel_calibration, full_scale),
    CYAML_FIELD_UINT("gain_q30", OPTIONAL, wh_channel_calibration, gain_q30),
    CYAML_FIELD_UINT("delay_q16", OPTIONAL, wh_channel_calibration, delay_q16),
    CYAML_FIELD_UINT("noise_q8", OPTIONAL, wh_channel_calibration, noise_q8),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t phase_fields[] = {
    CYAML_FIELD_INT("angle_nrad", OPTIONAL, wh_phase_calibration, angle_nrad),
    CYAML_FIELD_INT("p_offset_uw", OPTIONAL, wh_phase_calibration, p_offset_uw),
    CYAML_FIELD_INT("q_offset_uvar", OPTIONAL, wh_phase_calibration, q_offset_uvar),
    CYAML_FIELD_END,
};

#define CHANNEL(key, index) \
    CYAML_FIELD_MAPPING(key, OPTIONAL, wh_calibration_settings, channel[index], channel_fields)
#define PHASE(key, index) \
    CYAML_FIELD_MAPPING(key, OPTIONAL, wh_calibration_settings, phase[index], phase_fields)

/* Both lie in wh_calibration_settings: the mappings "channel" and "phase" start where it does. */
static const cyaml_schema_field_t channels_fields[] = {
    CHANNEL("u1", WH_U1), CHANNEL("u2", WH_U2), CHANNEL("u3", WH_U3), CHANNEL("i1", WH_I1),
    CHANNEL("i2", WH_I2), CHANNEL("i3", WH_I3), CHANNEL("in", WH_IN), CYAML_FIELD_END,
};

static const cyaml_schema_field_t phases_fields[] = {
    PHASE("l1", 0),
    PHASE("l2", 1),
    PHASE("l3", 2),
    CYAML_FIELD_END,
};

#undef CHANNEL
#undef PHASE

static const cyaml_schema_field_t calibration_fields[] = {
    {.key = "channel",
     .value = {CYAML_VALUE_MAPPING(OPTIONAL, wh_calibration_settings, channels_fields)},
     .data_offset = 0},
    {.key = "phase",
     .value = {CYAML_VALUE_MAPPING(OPTIONAL, wh_calibration_settings, phases_fields)},
     .data_offset = 0},
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t quality_fields[] = {
    CYAML_FIELD_FLOAT("u_din_v", OPTIONAL, wh_quality_settings, u_din_v),
    CYAML_FIELD_FLOAT("dip_pct", OPTIONAL, wh_quality_settings, dip_pct),
    CYAML_FIELD_FLOAT("swell_pct", OPTIONAL, wh_quality_settings, swell_pct),
    CYAML_FIELD_FLOAT("interruption_pct", OPTIONAL, wh_quality_settings, interruption_pct),
    CYAML_FIELD_FLOAT("rapid_change_pct", OPTIONAL, wh_quality_settings, rapid_change_pct),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t meter_fields[] = {
    CYAML_FIELD_STRING("serial", OPTIONAL, wh_metering_settings, serial, 1),
    CYAML_FIELD_STRING("logical_device_name", OPTIONAL, wh_metering_settings, logical_device_name,
                       WH_METER_NAME_SIZE),
    CYAML_FIELD_INT("utc_offset_min", OPTIONAL, wh_metering_settings, utc_offset_min),
    CYAML_FIELD_UINT("phases", OPTIONAL, wh_metering_settings, phases),
    CYAML_FIELD_FLOAT("fs_hz", OPTIONAL, wh_metering_settings, fs_hz),
    CYAML_FIELD_FLOAT("f_nominal_hz", OPTIONAL, wh_metering_settings, f_nominal_hz),
    CYAML_FIELD_UINT("cycles_per_window", OPTIONAL, wh_metering_settings, cycles_per_window),
    CYAML_FIELD_FLOAT("u_min_v", OPTIONAL, wh_metering_settings, u_min_v),
    CYAML_FIELD_FLOAT("creep_w", OPTIONAL, wh_metering_settings, creep_w),
    CYAML_FIELD_UINT("creep_windows", OPTIONAL, wh_metering_settings, creep_windows),
    CYAML_FIELD_ENUM("direction", OPTIONAL_CHOICE, wh_metering_settings, direction,
                     wh_direction_names, 3),
    CYAML_FIELD_UINT("interval_windows", OPTIONAL, wh_metering_settings, interval_windows),
    CYAML_FIELD_FLOAT("rollover_kwh", OPTIONAL, wh_metering_settings, rollover_kwh),
    CYAML_FIELD_MAPPING("calibration", OPTIONAL, wh_metering_settings, calibration,
                        calibration_fields),
    CYAML_FIELD_MAPPING_PTR("power_quality", OPTIONAL_TEXT, wh_metering_settings, power_quality,
                            quality_fields),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t recording_fields[] = {
    CYAML_FIELD_STRING_PTR("file", CYAML_FLAG_POINTER, wh_recording_settings, file, 1,
                           CYAML_UNLIMITED),
    CYAML_FIELD_STRING_PTR("pairs", OPTIONAL_TEXT, wh_recording_settings, pairs, 1,
                           CYAML_UNLIMITED),
    CYAML_FIELD_STRING_PTR("neutral", OPTIONAL_TEXT, wh_recording_settings, neutral, 1,
                           CYAML_UNLIMITED),
    CYAML_FIELD_STRING_PTR("channels", OPTIONAL_TEXT, wh_recording_settings, channels, 1,
                           CYAML_UNLIMITED),
    CYAML_FIELD_STRING_PTR("scale", OPTIONAL_TEXT, wh_recording_settings, scale, 1,
                           CYAML_UNLIMITED),
    CYAML_FIELD_STRING_PTR("encoding", OPTIONAL_TEXT, wh_recording_settings, encoding, 1,
                           CYAML_UNLIMITED),
    CYAML_FIELD_ENUM("at_end", OPTIONAL_CHOICE, wh_recording_settings, at_end, wh_at_end_names, 3),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t harmonic_fields[] = {
    CYAML_FIELD_UINT("order", CYAML_FLAG_DEFAULT, wh_mains_harmonic, order),
    CYAML_FIELD_FLOAT("percent", CYAML_FLAG_DEFAULT, wh_mains_harmonic, percent),
    CYAML_FIELD_FLOAT("degrees", OPTIONAL, wh_mains_harmonic, degrees),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t harmonic_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, wh_mains_harmonic, harmonic_fields),
};
static const cyaml_schema_value_t phase_entry = {CYAML_VALUE_UINT(CYAML_FLAG_DEFAULT, uint32_t)};
static const cyaml_schema_value_t level_entry = {CYAML_VALUE_FLOAT(CYAML_FLAG_DEFAULT, double)};

#define HOUSE(key, member) CYAML_FIELD_FLOAT(key, OPTIONAL, wh_home_settings, house.member)

static const cyaml_schema_field_t home_fields[] = {
    CYAML_FIELD_UINT("seed", OPTIONAL, wh_home_settings, house.mains.seed),
    HOUSE("u_nominal_v", mains.u_nominal_v),
    HOUSE("f_wander_hz", mains.f_wander_hz),
    HOUSE("u_wander", mains.u_wander),
    HOUSE("noise_v", mains.noise_v),
    HOUSE("flicker_percent", mains.flicker_percent),
    HOUSE("flicker_hz", mains.flicker_hz),
    HOUSE("events_per_day", mains.events_per_day),
    CYAML_FIELD_BOOL("reversed", OPTIONAL, wh_home_settings, house.mains.reversed),
    CYAML_FIELD_SEQUENCE("level", OPTIONAL_TEXT, wh_home_settings, level, &level_entry, 1,
                         WH_MAINS_PHASES),
    CYAML_FIELD_SEQUENCE("harmonics", OPTIONAL_TEXT, wh_home_settings, harmonics, &harmonic_entry,
                         0, WH_MAINS_HARMONICS),
    HOUSE("line_ohm", line_ohm),
    CYAML_FIELD_BOOL("appliances", OPTIONAL, wh_home_settings, house.appliances),
    CYAML_FIELD_STRING_PTR("profile", OPTIONAL_TEXT, wh_home_settings, profile, 1, CYAML_UNLIMITED),
    HOUSE("profile_unit_w", profile_unit_w),
    HOUSE("profile_annual_kwh", profile_annual_kwh),
    HOUSE("solar_peak_w", solar_peak_w),
    CYAML_FIELD_SEQUENCE("solar_phases", OPTIONAL_TEXT, wh_home_settings, solar_phases,
                         &phase_entry, 1, WH_MAINS_PHASES),
    HOUSE("clouds", clouds),
    HOUSE("latitude_deg", latitude_deg),
    HOUSE("longitude_deg", longitude_deg),
    HOUSE("tilt_deg", tilt_deg),
    HOUSE("duration_s", duration_s),
    CYAML_FIELD_END,
};

#undef HOUSE

static const cyaml_schema_field_t converter_fields[] = {
    CYAML_FIELD_FLOAT("snr_db", OPTIONAL, wh_converter_settings, snr_db),
    CYAML_FIELD_UINT("seed", OPTIONAL, wh_converter_settings, seed),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t source_fields[] = {
    CYAML_FIELD_STRING_PTR("speed", OPTIONAL_TEXT, wh_source_settings, speed, 1, 32),
    CYAML_FIELD_STRING_PTR("start", OPTIONAL_TEXT, wh_source_settings, start, 1, 40),
    CYAML_FIELD_MAPPING_PTR("recording", OPTIONAL_TEXT, wh_source_settings, recording,
                            recording_fields),
    CYAML_FIELD_MAPPING_PTR("home", OPTIONAL_TEXT, wh_source_settings, home, home_fields),
    CYAML_FIELD_MAPPING("converter", OPTIONAL, wh_source_settings, converter, converter_fields),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t server_fields[] = {
    CYAML_FIELD_STRING("address", OPTIONAL, wh_server_settings, address, 1),
    CYAML_FIELD_UINT("port", OPTIONAL, wh_server_settings, port),
    CYAML_FIELD_UINT("connections_max", OPTIONAL, wh_server_settings, connections_max),
    CYAML_FIELD_UINT("idle_timeout_s", OPTIONAL, wh_server_settings, idle_timeout_s),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t log_fields[] = {
    CYAML_FIELD_ENUM("level", OPTIONAL_CHOICE, wh_log, level, wh_log_level_names, 4),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t file_fields[] = {
    CYAML_FIELD_MAPPING("meter", OPTIONAL, wh_meter_file, meter, meter_fields),
    CYAML_FIELD_MAPPING("source", CYAML_FLAG_DEFAULT, wh_meter_file, source, source_fields),
    CYAML_FIELD_MAPPING("server", OPTIONAL, wh_meter_file, server, server_fields),
    CYAML_FIELD_MAPPING("log", OPTIONAL, wh_meter_file, log, log_fields),
    CYAML_FIELD_MAPPING_PTR("keep", OPTIONAL_TEXT, wh_meter_file, keep, wh_keep_fields),
    CYAML_FIELD_END,
};

const cyaml_schema_value_t wh_meter_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, wh_meter_file, file_fields),
};
