/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/bench_signal.h"

#include "meter/metrology/oscillator.h"

#define SETS_PER_CYCLE  160U
#define THIRD_OF_A_TURN 1431655765U
#define LAG             477218588U /* a ninth of a turn: 40 degrees */

static int32_t sets[WH_BENCH_SIGNAL_SETS][WH_CHANNELS];
static size_t next;
static wh_meter_config config;

void wh_bench_signal_init(void)
{
    for (uint32_t n = 0; n < WH_BENCH_SIGNAL_SETS; n++) {
        /* From a whole cycle of its own each time: the signal repeats without a step. */
        uint32_t turn = (uint32_t)(((uint64_t)(n % SETS_PER_CYCLE) << 32) / SETS_PER_CYCLE);
        int32_t neutral = 0;
        for (uint32_t k = 0; k < WH_PHASES; k++) {
            uint32_t phase = turn - k * THIRD_OF_A_TURN;
            int32_t u = wh_oscillator_sin(phase) / 2 + wh_oscillator_sin(5 * phase) / 50;
            int32_t i = wh_oscillator_sin(phase - LAG) / (int32_t)(4 + k) +
                        wh_oscillator_sin(3 * phase) / 20;
            sets[n][WH_U1 + k] = u + 10000; /* an offset, as converters have */
            sets[n][WH_I1 + k] = i - 3000;
            neutral += i;
        }
        sets[n][WH_IN] = neutral;
    }
    next = 0;
}

const wh_meter_config *wh_bench_meter_config(void)
{
    config = (wh_meter_config){
        .metrology = {.fs_mhz = 8000000,
                      .f_nominal_mhz = 50000,
                      .phases = WH_PHASES,
                      .u_min_uv = 20000000,
                      .creep_uw = 1000000},
    };
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        config.metrology.channel[k].full_scale = k < WH_I1 ? 600000000 : 120000000;
        config.metrology.channel[k].gain_q30 = WH_GAIN_ONE_Q30 + 12345U * k;
        config.metrology.channel[k].noise_q8 = 100;
    }
    return &config;
}

void wh_bench_feed(wh_meter *meter, size_t count, size_t block)
{
    while (count > 0) {
        wh_meter_samples(meter, (const int32_t(*)[WH_CHANNELS]) & sets[next], block);
        next = (next + block) % WH_BENCH_SIGNAL_SETS;
        count -= block;
    }
}
