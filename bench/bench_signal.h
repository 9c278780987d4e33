/* SPDX-License-Identifier: Apache-2.0 */
/* bench_signal.h - a mains of 50 Hz at 8 kHz with harmonics, in integers, that repeats exactly. */
#ifndef WH_BENCH_SIGNAL_H
#define WH_BENCH_SIGNAL_H

#include "meter/meter.h"

#include <stddef.h>
#include <stdint.h>

#define WH_BENCH_SIGNAL_SETS 320U /* two cycles: a multiple of every block that is measured */

void wh_bench_signal_init(void);

/* Three phases and neutral, 600 V and 120 A of full scale, nothing switched off. */
const wh_meter_config *wh_bench_meter_config(void);

/* Give `meter` the next `count` sample sets in blocks of `block`, which divides both `count` and
 * WH_BENCH_SIGNAL_SETS. */
void wh_bench_feed(wh_meter *meter, size_t count, size_t block);

#endif /* WH_BENCH_SIGNAL_H */
