/* SPDX-License-Identifier: Apache-2.0 */
/* What a sample set costs with power quality behind the metrology: 8 kHz, 50 Hz, blocks of 64.
 * All cases contain the metrology and the registers. */
#include "bench/bench.h"
#include "bench/bench_signal.h"
#include "meter/meter.h"
#include "meter/power_quality/capture.h"
#include "meter/power_quality/flicker.h"
#include "meter/power_quality/harmonics.h"
#include "meter/power_quality/power_quality.h"

#define SETS         11200U /* seven windows: each channel's turn where they take turns */
#define BLOCK        64U
#define FS_HZ        8000
#define POINTS_A     2048
#define POINTS_S     1024
#define CAPTURE_SETS 800U /* five cycles */
#define U_DIN_UV     212000000

enum { WITH_FLICKER = 1, WITH_CAPTURE = 2 };

static wh_meter meter;
static unsigned news;
static wh_power_quality quality;
static wh_flicker flicker;
static wh_harmonics harmonics;
static wh_capture capture;
static float workspace[WH_HARMONICS_WORKSPACE(POINTS_A, WH_CHANNELS, FS_HZ)];
static int32_t captured[CAPTURE_SETS][WH_CHANNELS];

static void observe(void *user, const wh_metrology *m, const int32_t (*samples)[WH_CHANNELS],
                    size_t count, unsigned event)
{
    wh_power_quality *pq = user;
    news |= wh_power_quality_feed(pq, m, samples, count, event);
}

static wh_err join(unsigned parts, unsigned points, unsigned slots)
{
    const wh_metrology_config *config = &wh_bench_meter_config()->metrology;
    wh_err err = WH_OK;
    if ((parts & WITH_FLICKER) != 0) {
        err = wh_flicker_init(&flicker, config, WH_LAMP_230_V_50_HZ);
        wh_power_quality_join(&quality, &flicker.part);
    }
    if (err == WH_OK && (parts & WITH_CAPTURE) != 0) {
        err = wh_capture_init(&capture, captured, CAPTURE_SETS, CAPTURE_SETS / 2);
        wh_power_quality_join(&quality, &capture.part);
    }
    if (err == WH_OK && points != 0) {
        err = wh_harmonics_init(&harmonics, config, points, slots, workspace,
                                sizeof workspace / sizeof workspace[0]);
        wh_power_quality_join(&quality, &harmonics.part);
    }
    return err;
}

/* points 0: no harmonics. */
static wh_err prepare(unsigned parts, unsigned points, unsigned slots)
{
    static const wh_power_quality_config config = {.u_din_uv = U_DIN_UV};
    static const wh_meter_observer observer = {&quality, observe};
    wh_bench_signal_init();
    const wh_meter_config *meter_config = wh_bench_meter_config();
    wh_err err = wh_power_quality_init(&quality, &config, &meter_config->metrology);
    if (err == WH_OK) {
        err = join(parts, points, slots);
    }
    if (err == WH_OK) {
        err = wh_meter_init(&meter, meter_config, &observer);
    }
    if (err == WH_OK) {
        wh_bench_feed(&meter, SETS, BLOCK); /* until it is locked to the signal */
    }
    return err;
}

static wh_err prepare_events(void)
{
    return prepare(0, 0, 0);
}

static wh_err prepare_flicker(void)
{
    return prepare(WITH_FLICKER | WITH_CAPTURE, 0, 0);
}

static wh_err prepare_one_channel(void)
{
    return prepare(0, POINTS_S, 1);
}

static wh_err prepare_three_channels(void)
{
    return prepare(0, POINTS_S, 3);
}

static wh_err prepare_class_s(void)
{
    return prepare(0, POINTS_S, WH_CHANNELS);
}

static wh_err prepare_class_a(void)
{
    return prepare(0, POINTS_A, WH_CHANNELS);
}

static wh_err prepare_all(void)
{
    return prepare(WITH_FLICKER | WITH_CAPTURE, POINTS_A, WH_CHANNELS);
}

static void feed(void)
{
    wh_bench_feed(&meter, SETS, BLOCK);
}

static const wh_bench_case cases[] = {
    {"class S harmonics, 7 channels", SETS, prepare_class_s, feed},
    {"class S harmonics, 3 channels a window", SETS, prepare_three_channels, feed},
    {"class S harmonics, a channel a window", SETS, prepare_one_channel, feed},
    {"class A harmonics, 7 channels", SETS, prepare_class_a, feed},
    {"events and aggregates only", SETS, prepare_events, feed},
    {"with flicker and capture", SETS, prepare_flicker, feed},
    {"class A with flicker and capture", SETS, prepare_all, feed},
};

static const wh_bench_object objects[] = {
    {"wh_power_quality", sizeof(wh_power_quality)},
    {"wh_flicker", sizeof(wh_flicker)},
    {"wh_capture", sizeof(wh_capture)},
    {"wh_harmonics", sizeof(wh_harmonics)},
    {"workspace, class S, a channel a window",
     sizeof(float) * WH_HARMONICS_WORKSPACE(POINTS_S, 1, FS_HZ)},
    {"workspace, class S, 3 channels a window",
     sizeof(float) * WH_HARMONICS_WORKSPACE(POINTS_S, 3, FS_HZ)},
    {"workspace, class S, 7 channels",
     sizeof(float) * WH_HARMONICS_WORKSPACE(POINTS_S, WH_CHANNELS, FS_HZ)},
    {"workspace, class A, 7 channels", sizeof workspace},
};

const wh_bench wh_bench_power_quality = {
    .name = "power quality",
    .unit = "sample set",
    .cases = cases,
    .case_count = sizeof cases / sizeof cases[0],
    .objects = objects,
    .object_count = sizeof objects / sizeof objects[0],
};
