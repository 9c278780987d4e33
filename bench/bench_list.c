/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/bench.h"

extern const wh_bench wh_bench_keeper;
extern const wh_bench wh_bench_metrology;
extern const wh_bench wh_bench_power_quality;
extern const wh_bench wh_bench_store;

const wh_bench *const wh_benches[] = {
    &wh_bench_metrology,
#if !defined(__ARM_ARCH_6M__) /* power quality is for cores with a floating-point unit */
    &wh_bench_power_quality,
#endif
    &wh_bench_store,
    &wh_bench_keeper,
};
const size_t wh_bench_count = sizeof wh_benches / sizeof wh_benches[0];
