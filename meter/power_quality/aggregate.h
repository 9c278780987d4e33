/* SPDX-License-Identifier: Apache-2.0 */
/* aggregate.h - 10/12 cycles, 150/180 cycles, 10 min, 2 h (IEC 61000-4-30, 4.4 to 4.6).
 *
 *   UTC  ──────┬─ tick of 10 min ──────────────
 *   old run    ██│██ window ends ▏██ ██ ... until its 150/180 cycles are whole
 *   new run      │▏██ ██ ██           starts at the first cycle behind the tick
 *
 * Voltages are of class A: 10/12-cycle values made of half cycles, gapless, starting anew at
 * each tick of 10 min while the old run goes on; its window over the tick belongs to the old
 * 10 min, and its 150/180 cycles are completed (the two overlaps of class A). All other
 * values are those of the metrology's windows; the window over the tick belongs to the old
 * 10 min too. Rms values are aggregated as the root of the mean square, the others as means.
 *
 * The clock: 10 min and 2 h are those of UTC once wh_aggregate_time was called, before that
 * they are counted from the first sample. */
#ifndef WH_METER_AGGREGATE_H
#define WH_METER_AGGREGATE_H

#include "meter/metrology/metrology.h"

#include <stdbool.h>
#include <stdint.h>

/* What is aggregated. */
enum {
    WH_AGGREGATE_U1, /* V, with DC and all harmonics */
    WH_AGGREGATE_U2,
    WH_AGGREGATE_U3,
    WH_AGGREGATE_I1, /* A */
    WH_AGGREGATE_I2,
    WH_AGGREGATE_I3,
    WH_AGGREGATE_IN,
    WH_AGGREGATE_THD_U1, /* parts of U1, not percent */
    WH_AGGREGATE_THD_U2,
    WH_AGGREGATE_THD_U3,
    WH_AGGREGATE_THD_I1,
    WH_AGGREGATE_THD_I2,
    WH_AGGREGATE_THD_I3,
    WH_AGGREGATE_NEGATIVE,  /* unbalance u2, part of the positive sequence */
    WH_AGGREGATE_ZERO,      /* u0 */
    WH_AGGREGATE_FREQUENCY, /* Hz, arithmetic mean */
    WH_AGGREGATES
};

typedef struct {
    uint64_t start_q16; /* sample periods */
    uint64_t end_q16;
    uint32_t windows; /* 10/12-cycle voltages in it (2 h: 10 min intervals) */
    uint8_t flags;    /* WH_QUALITY_FLAG_ bits of anything in it */
    float value[WH_AGGREGATES];
    float u_min_v[WH_PHASES]; /* of the 10/12-cycle voltages */
    float u_max_v[WH_PHASES];
} wh_interval;

/* One 10/12-cycle voltage. */
typedef struct {
    uint64_t start_q16;
    uint64_t end_q16;
    float u_v[WH_PHASES];
    uint8_t flags;
} wh_voltage_window;

/* The running sums of one interval. Private. */
typedef struct {
    uint64_t start_q16;
    float sum[WH_AGGREGATES];
    float carry[WH_AGGREGATES]; /* what rounding left: 10 min are 3000 windows */
    float u_min[WH_PHASES];     /* V squared */
    float u_max[WH_PHASES];
    uint32_t voltages;
    uint32_t windows;
    uint8_t flags;
} wh_interval_sums;

/* One run of 10/12-cycle voltages since a tick. Private. */
typedef struct {
    bool live;
    bool last;       /* a newer run has begun: this one completes its 150/180 cycles */
    uint8_t halves;  /* in the running window */
    uint8_t windows; /* in the running 150/180 cycles */
    uint8_t flags;   /* of the running window */
    uint64_t start_q16;
    int64_t uu[WH_PHASES];
    wh_interval_sums cycles; /* 150/180 */
} wh_aggregate_run;

/* Read short_interval, ten_minutes, two_hours, voltage and the frequency after their news. */
typedef struct {
    wh_interval short_interval; /* 150/180 cycles, 3 s */
    wh_interval ten_minutes;
    wh_interval two_hours;
    wh_voltage_window voltage;
    uint32_t f_10s_uhz; /* whole cycles in 10 s of UTC, over their time */
    uint8_t f_10s_flags;
    /* private */
    wh_aggregate_run run[2];
    wh_interval_sums sums_10min;
    wh_interval_sums sums_2h;
    uint64_t last_q16; /* the last half-cycle cut */
    uint64_t anchor_sample;
    int64_t anchor_utc_ms;
    int64_t index_10s; /* UTC in units of 10 s ... */
    int64_t index_10min;
    int64_t index_2h;
    uint64_t f_start_q16;
    uint32_t f_halves;
    uint8_t f_flags;
    bool started;
    bool voltage_open; /* the tick of 10 min has passed, the voltage over it has not ended */
    bool window_open;  /* the same for the metrology's window */
    bool two_hours_due;
    uint8_t current; /* the newest run */
    uint8_t halves_per_window;
    uint8_t phases;
    uint32_t fs_mhz;
    float v_per_code[WH_PHASES];
} wh_aggregate;

void wh_aggregate_init(wh_aggregate *a, const wh_metrology_config *config);

/* The sample with number `sample` is taken at utc_ms. */
void wh_aggregate_time(wh_aggregate *a, uint64_t sample, int64_t utc_ms);

/* A half cycle, and the flags of what runs during it. Returns WH_QUALITY_NEWS_ bits. */
unsigned wh_aggregate_half_cycle(wh_aggregate *a, const wh_half_cycle *half, unsigned flags);

/* A window of the metrology, after its half cycle. Returns WH_QUALITY_NEWS_ bits. */
unsigned wh_aggregate_window(wh_aggregate *a, const wh_quantities *q, unsigned flags);

#endif /* WH_METER_AGGREGATE_H */
