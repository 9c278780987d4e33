/* SPDX-License-Identifier: Apache-2.0 */
/* What a sample set costs: three phases and neutral, 8 kHz, 50 Hz, five windows of ten cycles. */
#include "bench/bench.h"
#include "bench/bench_signal.h"
#include "meter/meter.h"
#include "meter/metrology/metrology.h"
#include "meter/register/register.h"

#define SETS 8000U /* one second */

static wh_meter meter;

static wh_err prepare(void)
{
    wh_bench_signal_init();
    wh_err err = wh_meter_init(&meter, wh_bench_meter_config(), NULL);
    if (err == WH_OK) {
        wh_bench_feed(&meter, SETS, WH_BENCH_SIGNAL_SETS); /* until it is locked to the signal */
    }
    return err;
}

static void feed_one(void)
{
    wh_bench_feed(&meter, SETS, 1);
}

static void feed_16(void)
{
    wh_bench_feed(&meter, SETS, 16);
}

static void feed_32(void)
{
    wh_bench_feed(&meter, SETS, 32);
}

static void feed_64(void)
{
    wh_bench_feed(&meter, SETS, 64);
}

static const wh_bench_case cases[] = {
    {"blocks of 64", SETS, prepare, feed_64},
    {"blocks of 32", SETS, prepare, feed_32},
    {"blocks of 16", SETS, prepare, feed_16},
    {"one at a time", SETS, prepare, feed_one},
};

static const wh_bench_object objects[] = {
    {"wh_metrology", sizeof(wh_metrology)},
    {"wh_metrology_config", sizeof(wh_metrology_config)},
    {"wh_register_bank", sizeof(wh_register_bank)},
    {"wh_meter", sizeof(wh_meter)},
};

const wh_bench wh_bench_metrology = {
    .name = "metrology",
    .unit = "sample set",
    .cases = cases,
    .case_count = sizeof cases / sizeof cases[0],
    .objects = objects,
    .object_count = sizeof objects / sizeof objects[0],
};
