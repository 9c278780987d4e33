/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour-meter/meter_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/apps/watthour-meter/meter_file.h"

#define NOW_US 1782043200000000

/* Open settings and source; the message behind the file's name, or "ok" with both open. */
static const char *open_text(const char *text, wh_meter_settings *s, wh_meter_source *source,
                             wh_message *message)
{
    meter_write("meter.yaml", text);
    if (wh_meter_settings_open(meter_path("meter.yaml"), s, message) != WH_OK) {
        fail_msg("%s", message->text);
    }
    if (wh_meter_source_open(s, NOW_US, source, message) == WH_OK) {
        return "ok";
    }
    assert_null(source->source);
    assert_null(source->recording);
    wh_meter_settings_close(s);
    size_t prefix = strlen(meter_path("meter.yaml"));
    assert_memory_equal(message->text, meter_path("meter.yaml"), prefix);
    return message->text + prefix;
}

static void a_source_that_cannot_be_used_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *begins;
        const char *holds;
    } rows[] = {
        {"source:\n  recording:\n    file: nowhere.csv\n",
         ":3: source.recording.file: ", "nowhere.csv"},
        {"source:\n  recording:\n    file: grid.csv\n    pairs: U1/I9\n",
         ":4: source.recording.pairs: ", "I9"},
        {"source:\n  recording:\n    file: grid.csv\n    neutral: I9\n",
         ":4: source.recording.neutral: ", "the recording has no channel \"I9\""},
        {"source:\n  recording:\n    file: grid.csv\n    neutral: U1\n",
         ":4: source.recording.neutral: ", "is not a current"},
        {"source:\n  recording:\n    file: grid.csv\n    pairs: U1/I1\nmeter:\n  phases: 2\n",
         ":6: meter.phases: ", "2, but the recording has 1 pair of channels"},
        {"meter:\n  fs_hz: 8000\nsource:\n  recording: { file: grid.csv }\n",
         ":2: meter.fs_hz: ", "8000, but the recording has 1600 samples a second"},
        {"source:\n  recording: { file: grid.csv }\n  speed: 5\n",
         ":1: source.start: ", "is needed where speed is not real_time"},
        {"source:\n  home:\n    profile: nowhere.csv\n", ":2: source.home: ", "nowhere.csv"},
    };
    meter_write_recording("grid.csv");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        wh_meter_settings s;
        wh_meter_source source;
        wh_message message = {""};
        const char *said = open_text(rows[i].text, &s, &source, &message);
        if (strncmp(said, rows[i].begins, strlen(rows[i].begins)) != 0 ||
            strstr(said, rows[i].holds) == NULL) {
            fail_msg("row %zu: \"%s\"", i, said);
        }
    }
}

/* Measure what there is, at most two seconds. */
static void measure(const wh_meter_settings *s, wh_meter_source *source, wh_meter *meter,
                    wh_meter_config *config)
{
    wh_meter_settings_apply(s, source->source->fs_hz, config);
    assert_int_equal(wh_meter_init(meter, config, NULL), WH_OK);
    double values[100 * 7];
    int32_t codes[100][WH_CHANNELS];
    size_t got = 100;
    for (int block = 0; got == 100 && block < (int)source->source->fs_hz / 50; ++block) {
        assert_int_equal(source->source->read(source->source, values, 100, &got), WH_OK);
        wh_converter_run(&source->converter, values, source->source->channel_count, got, codes);
        wh_meter_samples(meter, (const int32_t(*)[WH_CHANNELS])codes, got);
    }
}

static void near_(int64_t value, double want, double part)
{
    if (fabs((double)value - want) > fabs(want) * part) {
        fail_msg("%lld, not %g", (long long)value, want);
    }
}

static void a_recording_is_measured_with_its_own_rate_and_phases(void **state)
{
    (void)state;
    meter_write_recording("grid.csv");
    wh_meter_settings s;
    wh_meter_source source;
    wh_message message = {""};
    const char *text = "source: { recording: { file: grid.csv, at_end: repeat, neutral: IN } }\n";
    assert_string_equal(open_text(text, &s, &source, &message), "ok");
    assert_int_equal(source.phases, 3);
    assert_true(source.start_utc_us == NOW_US);
    static wh_meter meter;
    wh_meter_config config;
    measure(&s, &source, &meter, &config);
    assert_int_equal(config.metrology.fs_mhz, 1600000);
    assert_true(meter.windows >= 8);
    const wh_quantities *q = &meter.metrology.quantities;
    near_(q->phase[0].u_uv, 230e6, 1e-3);
    near_(q->phase[2].i_ua, 3e6, 1e-3);
    near_(q->phase[0].p_uw, 230e6, 1e-3);
    near_(q->phase[1].p_uw, -460e6, 1e-3);
    near_(q->in_ua, 4.358899e6, 1e-3);
    assert_int_equal(config.metrology.channel[WH_IN].full_scale, 200000000);
    wh_meter_source_close(&source);
    wh_meter_settings_close(&s);
}

static void pairs_choose_phases_and_their_order(void **state)
{
    (void)state;
    meter_write_recording("grid.csv");
    wh_meter_settings s;
    wh_meter_source source;
    wh_message message = {""};
    const char *text =
        "source: { recording: { file: grid.csv, at_end: repeat, pairs: 'U3/I3,U1/I1' } }\n";
    assert_string_equal(open_text(text, &s, &source, &message), "ok");
    assert_int_equal(source.phases, 2);
    static wh_meter meter;
    wh_meter_config config;
    measure(&s, &source, &meter, &config);
    near_(meter.metrology.quantities.phase[0].i_ua, 3e6, 1e-3);
    near_(meter.metrology.quantities.phase[1].i_ua, 1e6, 1e-3);
    assert_int_equal(config.metrology.channel[WH_IN].full_scale, 0); /* none: never a zero */
    wh_meter_source_close(&source);
    wh_meter_settings_close(&s);
}

static void the_home_of_the_demo_flows_in_both_directions(void **state)
{
    (void)state;
    wh_meter_settings s;
    wh_meter_source source;
    wh_message message = {""};
    const char *text = "source: { start: 2026-06-21T12:15:00+02:00,\n"
                       "  home: { solar_peak_w: 6000, solar_phases: [1, 3], clouds: 0.3 } }\n"
                       "meter: { utc_offset_min: 120 }\n";
    assert_string_equal(open_text(text, &s, &source, &message), "ok");
    assert_true(source.start_utc_us == 1782036900000000);
    static wh_meter meter;
    wh_meter_config config;
    measure(&s, &source, &meter, &config);
    const wh_quantities *q = &meter.metrology.quantities;
    near_(q->phase[0].u_uv, 230e6, 0.1);
    assert_true(q->phase[0].p_uw < 0);
    assert_true(q->phase[1].p_uw > 0);
    assert_true(q->phase[2].p_uw < 0);
    wh_meter_source_close(&source);
    wh_meter_settings_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_that_cannot_be_used_is_named),
        cmocka_unit_test(a_recording_is_measured_with_its_own_rate_and_phases),
        cmocka_unit_test(pairs_choose_phases_and_their_order),
        cmocka_unit_test(the_home_of_the_demo_flows_in_both_directions),
    };
    return cmocka_run_group_tests(tests, meter_folder_make, meter_folder_remove);
}
