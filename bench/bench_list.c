/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/bench.h"

extern const wh_bench wh_bench_metrology;

const wh_bench *const wh_benches[] = {
    &wh_bench_metrology,
};
const size_t wh_bench_count = sizeof wh_benches / sizeof wh_benches[0];
