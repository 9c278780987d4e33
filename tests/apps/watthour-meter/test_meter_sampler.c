/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour-meter/meter_sampler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/apps/watthour-meter/meter_file.h"

#include <time.h>

#define PATIENCE_MS 60000

typedef struct {
    uv_loop_t loop;
    uv_timer_t guard;
    wh_meter_settings settings;
    wh_meter_source source;
    wh_meter_config config;
    wh_meter meter;
    wh_meter_sampler sampler;
    uint64_t until_samples; /* stop here; 0: at the end of the source */
} rig;

static rig r;

static void on_guard(uv_timer_t *timer)
{
    static uint64_t begin_ms;
    if (begin_ms == 0) {
        begin_ms = uv_now(timer->loop);
    }
    assert_true(uv_now(timer->loop) - begin_ms < PATIENCE_MS);
    if (r.until_samples != 0 && r.sampler.samples >= r.until_samples) {
        uv_stop(timer->loop);
    }
}

/* Sample until the program would stop. */
static void play(const char *text, uint64_t until_samples)
{
    memset(&r, 0, sizeof r);
    r.until_samples = until_samples;
    wh_message message = {""};
    meter_write_recording("grid.csv");
    meter_write("meter.yaml", text);
    assert_int_equal(wh_meter_settings_open(meter_path("meter.yaml"), &r.settings, &message),
                     WH_OK);
    if (wh_meter_source_open(&r.settings, 0, &r.source, &message) != WH_OK) {
        fail_msg("%s", message.text);
    }
    wh_meter_settings_apply(&r.settings, r.source.source->fs_hz, &r.config);
    assert_int_equal(wh_meter_init(&r.meter, &r.config, NULL), WH_OK);
    assert_int_equal(uv_loop_init(&r.loop), 0);
    assert_int_equal(uv_timer_init(&r.loop, &r.guard), 0);
    assert_int_equal(uv_timer_start(&r.guard, on_guard, 0, 1), 0);
    assert_int_equal(wh_meter_sampler_start(&r.sampler, &r.loop, &r.settings, &r.source, &r.meter),
                     WH_OK);
    (void)uv_run(&r.loop, UV_RUN_DEFAULT);
    wh_meter_sampler_stop(&r.sampler);
    uv_close((uv_handle_t *)&r.guard, NULL);
    assert_int_equal(uv_run(&r.loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&r.loop), 0);
    wh_meter_sampler_free(&r.sampler);
    wh_meter_source_close(&r.source);
    wh_meter_settings_close(&r.settings);
}

#define QUIET "log: { level: error }\n"

static void a_recording_ends_the_program_where_it_should(void **state)
{
    (void)state;
    play(QUIET "source:\n  speed: unlimited\n  start: 2026-06-21T12:00:00Z\n"
               "  recording: { file: grid.csv, at_end: exit }\n",
         0);
    assert_int_equal(r.sampler.state, WH_SAMPLER_ENDED);
    assert_int_equal(r.sampler.samples, 1600);
    assert_true(r.meter.utc_ms == 1782043200000 + 1000);
    int64_t imported = r.meter.registers.reg[0][WH_REG_ACTIVE_IMPORT].mwh;
    assert_true(imported >= 50 && imported <= 64); /* 230 W for some 0.9 s is 57 mWh */
    assert_true(r.meter.registers.reg[1][WH_REG_ACTIVE_EXPORT].mwh > imported);
}

static void speed_is_a_factor_on_the_clock(void **state)
{
    (void)state;
    uint64_t begin_ns = uv_hrtime();
    play(QUIET "source:\n  speed: 50\n  start: 2026-06-21T12:00:00Z\n"
               "  recording: { file: grid.csv, at_end: repeat }\n",
         40000); /* 25 s of samples are half a second */
    assert_true(uv_hrtime() - begin_ns >= 490000000U);
    assert_int_equal(r.sampler.state, WH_SAMPLER_RUNNING);
    int64_t passed_ms = (int64_t)(r.sampler.samples * 1000 / 1600);
    assert_true(llabs(r.meter.utc_ms - 1782043200000 - passed_ms) <= 1);
}

static void real_time_is_utc(void **state)
{
    (void)state;
    uint64_t begin_ns = uv_hrtime();
    int64_t before_ms = (int64_t)time(NULL) * 1000;
    play(QUIET "source: { recording: { file: grid.csv, at_end: repeat } }\n", 800);
    assert_true(uv_hrtime() - begin_ns >= 490000000U);
    assert_true(r.meter.utc_ms >= before_ms);
    assert_true(r.meter.utc_ms <= ((int64_t)time(NULL) + 1) * 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recording_ends_the_program_where_it_should),
        cmocka_unit_test(speed_is_a_factor_on_the_clock),
        cmocka_unit_test(real_time_is_utc),
    };
    return cmocka_run_group_tests(tests, meter_folder_make, meter_folder_remove);
}
