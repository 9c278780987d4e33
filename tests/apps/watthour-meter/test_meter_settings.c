/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour-meter/meter_settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/apps/watthour-meter/meter_file.h"

#define HOME "source: { home: {} }\n"

/* The message behind the file's name, or "ok". */
static const char *verdict(const char *text, wh_message *message)
{
    meter_write("meter.yaml", text);
    wh_meter_settings settings;
    wh_err err = wh_meter_settings_open(meter_path("meter.yaml"), &settings, message);
    if (err == WH_OK) {
        wh_meter_settings_close(&settings);
        return "ok";
    }
    assert_null(settings.config);
    size_t prefix = strlen(meter_path("meter.yaml"));
    assert_memory_equal(message->text, meter_path("meter.yaml"), prefix);
    return message->text + prefix;
}

static void every_mistake_names_line_and_key(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want;
    } rows[] = {
        {"meter: {}\n", ":1: needs the key \"source\""},
        {"source: {}\n", ":1: source: must have either a home or a recording"},
        {"source:\n  home: {}\n  recording: { file: a.csv }\n",
         ":1: source: must have either a home or a recording"},
        {"source:\n  recording: { pairs: U1/I1 }\n",
         ":2: source.recording: needs the key \"file\""},
        {HOME "sever: {}\n", ":2: unknown key \"sever\" (known: meter, source, server, log, keep)"},
        {HOME "server:\n  prot: 1\n",
         ":3: server: unknown key \"prot\" (known: address, port, connections_max, "
         "idle_timeout_s)"},
        {HOME "server:\n  port: http\n",
         ":3: server.port: must be a whole positive number, is \"http\""},
        {HOME "server:\n  port: 65536\n", ":3: server.port: must be 0 to 65535, is 65536"},
        {HOME "server:\n  connections_max: 0\n",
         ":3: server.connections_max: must be 1 to 1000, is 0"},
        {HOME "server:\n  idle_timeout_s: 86401\n",
         ":3: server.idle_timeout_s: must be 1 to 86400, is 86401"},
        {HOME "log: { level: loud }\n",
         ":2: log.level: must be one of error, warning, info, debug, is \"loud\""},
        {HOME "meter:\n  phases: 0\n", ":3: meter.phases: must be 1 to 3, is 0"},
        {HOME "meter:\n  phases: 4\n", ":3: meter.phases: must be 1 to 3, is 4"},
        {HOME "meter:\n  fs_hz: 799.9\n", ":3: meter.fs_hz: must be 800 to 100000, is 799.9"},
        {HOME "meter:\n  f_nominal_hz: 55\n", ":3: meter.f_nominal_hz: must be 50 or 60, is 55"},
        {HOME "meter:\n  cycles_per_window: 61\n",
         ":3: meter.cycles_per_window: must be 0 to 60, is 61"},
        {HOME "meter:\n  creep_w: -1\n", ":3: meter.creep_w: must be 0 to 100000, is -1"},
        {HOME "meter:\n  creep_windows: 65536\n",
         ":3: meter.creep_windows: must be 0 to 65535, is 65536"},
        {HOME "meter:\n  utc_offset_min: 841\n",
         ":3: meter.utc_offset_min: must be -840 to 840, is 841"},
        {HOME "meter:\n  rollover_kwh: 0\n", ":3: meter.rollover_kwh: must be 1 to 9000000000000, "
                                             "is 0"},
        {HOME "meter:\n  direction: both\n", ":3: meter.direction: must be one of vectorial, "
                                             "arithmetic, absolute, is \"both\""},
        {HOME "meter:\n  serial: '12345678901234567'\n",
         ":3: meter.serial: must have 1 to 16 characters, has 17"},
        {HOME "meter:\n  serial: 'a b'\n",
         ":3: meter.serial: must be letters, digits and signs of ASCII"},
        {HOME "meter:\n  logical_device_name: WHT1\n",
         ":3: meter.logical_device_name: must have 16 to 16 characters, has 4"},
        {HOME "meter:\n  logical_device_name: WhT0000000000001\n",
         ":3: meter.logical_device_name: must be three capital letters, then 13 capitals or "
         "digits, is \"WhT0000000000001\""},
        {HOME "meter:\n  calibration:\n    channel:\n      u4: {}\n",
         ":5: meter.calibration.channel: unknown key \"u4\" (known: u1, u2, u3, i1, i2, i3, in)"},
        {HOME "meter:\n  calibration:\n    channel:\n      u2: { full_scale: 999 }\n",
         ":5: meter.calibration.channel.u2.full_scale: must be 1000 to 1000000000000, is 999"},
        {HOME "meter:\n  calibration:\n    channel:\n      in: { delay_q16: 131073 }\n",
         ":5: meter.calibration.channel.in.delay_q16: must be 0 to 131072, is 131073"},
        {HOME "meter:\n  calibration:\n    phase:\n      l3: { angle_nrad: 500000001 }\n",
         ":5: meter.calibration.phase.l3.angle_nrad: must be -500000000 to 500000000, is "
         "500000001"},
        {HOME "meter:\n  power_quality:\n    dip_pct: 9\n",
         ":4: meter.power_quality.dip_pct: must be 10 to 99, is 9"},
        {HOME "meter:\n  power_quality: true\n",
         ":3: meter.power_quality: must be a mapping, is a single value"},
        {"source:\n  home: {}\n  speed: fast\n",
         ":3: source.speed: must be real_time, unlimited, or a factor from 0.001 to 100000, is "
         "\"fast\""},
        {"source:\n  home: {}\n  speed: 0\n",
         ":3: source.speed: must be real_time, unlimited, or a factor from 0.001 to 100000, is "
         "\"0\""},
        {"source:\n  home: {}\n  speed: nan\n",
         ":3: source.speed: must be real_time, unlimited, or a factor from 0.001 to 100000, is "
         "\"nan\""},
        {"source:\n  home: {}\n  speed: 60\n",
         ":1: source.start: is needed where speed is not real_time"},
        {"source:\n  home: {}\n  start: noon\n",
         ":3: source.start: must be a time like 2026-06-21T12:00:00+02:00, is \"noon\""},
        {"source:\n  home: {}\n  start: 2026-02-29T12:00:00Z\n",
         ":3: source.start: must be a time like 2026-06-21T12:00:00+02:00, is "
         "\"2026-02-29T12:00:00Z\""},
        {"source:\n  home: {}\n  start: 2026-02-28T12:00:00\n",
         ":3: source.start: must be a time like 2026-06-21T12:00:00+02:00, is "
         "\"2026-02-28T12:00:00\""},
        {"source:\n  home: {}\n  start: 2026-02-28T12:00:00+2:00\n",
         ":3: source.start: must be a time like 2026-06-21T12:00:00+02:00, is "
         "\"2026-02-28T12:00:00+2:00\""},
        {"source:\n  home: {}\n  start: 2026-02-28T12:00:00+02:60\n",
         ":3: source.start: must be a time like 2026-06-21T12:00:00+02:00, is "
         "\"2026-02-28T12:00:00+02:60\""},
        {"source:\n  home: {}\n  start: 2026-02-28T12:00:00Zulu\n",
         ":3: source.start: must be a time like 2026-06-21T12:00:00+02:00, is "
         "\"2026-02-28T12:00:00Zulu\""},
        {"source:\n  home:\n    clouds: 1.1\n", ":3: source.home.clouds: must be 0 to 1, is 1.1"},
        {"source:\n  home:\n    solar_phases: [1, 4]\n",
         ":3: source.home.solar_phases[1]: no such phase: 4 of 3"},
        {"source:\n  home:\n    solar_phases: []\n",
         ":3: source.home.solar_phases: must have 1 to 3 entries, has 0"},
        {"source:\n  home:\n    appliances: true\n    profile: day.csv\n",
         ":3: source.home.appliances: a house has appliances or a profile, not both"},
        {"source:\n  home:\n    harmonics:\n      - { order: 3 }\n",
         ":4: source.home.harmonics[0]: needs the key \"percent\""},
        {"source: &s\n  home: *s\n", ":2: source.home: unknown key \"home\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        wh_message message = {""};
        const char *said = verdict(rows[i].text, &message);
        if (strncmp(said, rows[i].want, strlen(rows[i].want)) != 0) {
            assert_string_equal(said, rows[i].want);
        }
    }
}

static void limits_are_good(void **state)
{
    (void)state;
    static const char *const rows[] = {
        HOME,
        HOME "server: { port: 0, connections_max: 1000, idle_timeout_s: 86400 }\n",
        HOME "meter: { phases: 1, fs_hz: 100000, f_nominal_hz: 60, cycles_per_window: 60 }\n",
        HOME "meter: { calibration: { channel: { in: { delay_q16: 131072 } } } }\n",
        "source: { home: {}, speed: unlimited, start: 2026-06-21T12:00:00-09:30 }\n",
        "source: { home: { clouds: 1, solar_phases: [3] }, speed: real_time }\n",
        "source: { recording: { file: nowhere.csv }, speed: 0.001 }\n",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        wh_message message = {""};
        assert_string_equal(verdict(rows[i], &message), "ok");
    }
}

static void times_are_read_with_their_offset(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t utc_s;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-06-21T12:00:00Z", 1782043200},
        {"2026-06-21T12:00:00+02:00", 1782043200 - 7200},
        {"2026-06-21T12:00:00-09:30", 1782043200 + 34200},
        {"2024-02-29T23:59:59+00:00", 1709251199},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        char text[128];
        (void)snprintf(text, sizeof text, "source: { home: {}, start: %s }\n", rows[i].text);
        meter_write("meter.yaml", text);
        wh_meter_settings s;
        assert_int_equal(wh_meter_settings_open(meter_path("meter.yaml"), &s, NULL), WH_OK);
        assert_true(s.start_utc_us == rows[i].utc_s * 1000000);
        wh_meter_settings_close(&s);
    }
}

static const char whole[] =
    "meter:\n"
    "  serial: it's-7\n"
    "  logical_device_name: ABC0000000000042\n"
    "  utc_offset_min: -210\n"
    "  phases: 2\n"
    "  fs_hz: 6400\n"
    "  f_nominal_hz: 60\n"
    "  cycles_per_window: 6\n"
    "  u_min_v: 11.5\n"
    "  creep_w: 0.4\n"
    "  creep_windows: 30\n"
    "  direction: absolute\n"
    "  interval_windows: 5\n"
    "  rollover_kwh: 99999\n"
    "  calibration:\n"
    "    channel:\n"
    "      u1: { full_scale: 400000000, gain_q30: 1073741000, delay_q16: 3, noise_q8: 9 }\n"
    "      in: { full_scale: 90000000 }\n"
    "    phase:\n"
    "      l2: { angle_nrad: -12345, p_offset_uw: -77, q_offset_uvar: 88 }\n"
    "  power_quality: { u_din_v: 120, swell_pct: 112.5 }\n"
    "source:\n"
    "  speed: 12.5\n"
    "  start: 2026-06-21T12:00:00+02:00\n"
    "  home:\n"
    "    seed: 99\n"
    "    u_nominal_v: 231.1\n"
    "    reversed: true\n"
    "    level: [0.9, 1.05]\n"
    "    harmonics: [{ order: 3, percent: 5.5, degrees: 10 }, { order: 5, percent: 0.1 }]\n"
    "    solar_phases: [2]\n"
    "    clouds: 0.1\n"
    "  converter: { snr_db: 101, seed: 5 }\n"
    "server: { address: '::1', port: 5000, connections_max: 3, idle_timeout_s: 7 }\n"
    "log: { level: error }\n";

static void what_is_written_reaches_the_meter(void **state)
{
    (void)state;
    meter_write("meter.yaml", whole);
    wh_meter_settings s;
    wh_message message = {""};
    assert_int_equal(wh_meter_settings_open(meter_path("meter.yaml"), &s, &message), WH_OK);
    assert_true(s.speed == 12.5);
    assert_true(s.fs_given);
    wh_meter_config c;
    wh_meter_settings_apply(&s, s.file->meter.fs_hz, &c);
    assert_int_equal(c.metrology.fs_mhz, 6400000);
    assert_int_equal(c.metrology.f_nominal_mhz, 60000);
    assert_int_equal(c.metrology.phases, 2);
    assert_int_equal(c.metrology.cycles_per_window, 6);
    assert_int_equal(c.metrology.u_min_uv, 11500000);
    assert_int_equal(c.metrology.creep_uw, 400000);
    assert_int_equal(c.metrology.creep_windows, 30);
    assert_int_equal(c.metrology.channel[WH_U1].full_scale, 400000000);
    assert_int_equal(c.metrology.channel[WH_U1].gain_q30, 1073741000);
    assert_int_equal(c.metrology.channel[WH_U1].delay_q16, 3);
    assert_int_equal(c.metrology.channel[WH_U1].noise_q8, 9);
    assert_int_equal(c.metrology.channel[WH_IN].full_scale, 90000000);
    assert_int_equal(c.metrology.channel[WH_I3].full_scale, 200000000);
    assert_int_equal(c.metrology.channel[WH_I3].gain_q30, WH_GAIN_ONE_Q30);
    assert_int_equal(c.metrology.phase[1].angle_nrad, -12345);
    assert_int_equal(c.metrology.phase[1].p_offset_uw, -77);
    assert_int_equal(c.metrology.phase[1].q_offset_uvar, 88);
    assert_int_equal(c.registers.direction, WH_DIRECTION_ABSOLUTE);
    assert_int_equal(c.registers.interval_windows, 5);
    assert_int_equal(c.registers.modulus_mwh, 99999000000);
    assert_memory_equal(c.logical_device_name, "ABC0000000000042", 16);
    assert_string_equal(c.serial, "it's-7");
    assert_int_equal(c.utc_offset_min, -210);
    assert_true(s.file->meter.power_quality->u_din_v == 120.0);
    assert_true(s.file->meter.power_quality->swell_pct == 112.5);
    assert_true(s.file->meter.power_quality->dip_pct == 90.0);
    assert_int_equal(s.file->log.level, WH_LOG_ERROR);
    assert_string_equal(s.file->server.address, "::1");
    assert_int_equal(s.file->server.port, 5000);
    assert_int_equal(s.file->source.home->house.mains.seed, 99);
    assert_true(s.file->source.home->house.mains.reversed);
    assert_int_equal(s.file->source.home->solar_phases[0], 2);
    wh_meter_settings_close(&s);
}

/* Print the settings of `from` into `to`; returns the text. */
static char *print_to(const char *from, const char *to)
{
    wh_meter_settings s;
    wh_message message = {""};
    if (wh_meter_settings_open(meter_path(from), &s, &message) != WH_OK) {
        fail_msg("%s", message.text);
    }
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    wh_meter_settings_print(&s, out);
    assert_int_equal(fclose(out), 0);
    wh_meter_settings_close(&s);
    meter_write(to, text);
    return text;
}

static void a_printed_configuration_reads_back_the_same(void **state)
{
    (void)state;
    static const char *const files[] = {
        whole,
        HOME,
        "source: { recording: { file: a.csv, pairs: 'U1/I1', neutral: \"it's\", scale: '1,2',\n"
        "  channels: 'a,b', encoding: GBK, at_end: exit } }\n",
        "source: { home: { profile: day.csv } }\n",
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; ++i) {
        meter_write("meter.yaml", files[i]);
        char *once = print_to("meter.yaml", "again.yaml");
        char *twice = print_to("again.yaml", "meter.yaml");
        assert_string_equal(once, twice);
        free(once);
        free(twice);
    }
    meter_write("meter.yaml", whole);
    char *text = print_to("meter.yaml", "again.yaml");
    assert_non_null(strstr(text, "angle_nrad: -12345"));
    assert_non_null(strstr(text, "speed: 12.5"));
    assert_non_null(strstr(text, "creep_w: 0.4\n"));
    assert_non_null(strstr(text, "serial: 'it''s-7'"));
    free(text);
}

static void the_demo_configuration_is_good(void **state)
{
    (void)state;
    wh_meter_settings s;
    wh_message message = {""};
    if (wh_meter_settings_open(WH_SOURCE_DIR "/demo/meter.yaml", &s, &message) != WH_OK) {
        fail_msg("%s", message.text);
    }
    assert_true(s.speed == 1.0);
    wh_meter_settings_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mistake_names_line_and_key),
        cmocka_unit_test(limits_are_good),
        cmocka_unit_test(times_are_read_with_their_offset),
        cmocka_unit_test(what_is_written_reaches_the_meter),
        cmocka_unit_test(a_printed_configuration_reads_back_the_same),
        cmocka_unit_test(the_demo_configuration_is_good),
    };
    return cmocka_run_group_tests(tests, meter_folder_make, meter_folder_remove);
}
