/* SPDX-License-Identifier: Apache-2.0 */
/* Aggregation fed with half cycles of known energy: what each interval must contain follows
 * from the definitions alone. */
#include "tests/meter/power_quality/quality_rig.h"

#include "meter/power_quality/aggregate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FS_HZ       8000
#define PER_HALF    80 /* samples at 50 Hz */
#define HALVES      20
#define FULL_V      1000.0
#define MAX_SHORT   1024
#define WINDOWS_10M 3000

typedef struct {
    wh_aggregate a;
    uint64_t halves; /* fed so far */
    unsigned flags_from;
    unsigned flags_to; /* halves with a dip */
    unsigned news;
    unsigned shorts;
    wh_interval seen_short[MAX_SHORT];
    unsigned tens;
    wh_interval ten[16];
    unsigned twos;
    unsigned frequencies;
} feeder;

/* Volts of half cycle n: different in each. */
static double volts(uint64_t n)
{
    return 230 + 3 * sin((double)n * 0.0123) + (double)(n % 7) * 0.1;
}

static wh_half_cycle half_of(uint64_t n, double v)
{
    const double codes = v / FULL_V * WH_CODE_FULL;
    wh_half_cycle half = {.end_sample = (n + 1) * PER_HALF, .length_q16 = PER_HALF << 16};
    for (unsigned k = 0; k < WH_PHASES; k++) {
        half.uu[k] = (int64_t)(codes * codes * PER_HALF);
    }
    return half;
}

static feeder *feeder_new(int64_t utc_ms)
{
    feeder *f = calloc(1, sizeof *f);
    wh_metrology_config c = {.fs_mhz = FS_HZ * 1000, .f_nominal_mhz = 50000, .phases = 3};
    assert_non_null(f);
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        c.channel[k].full_scale = (int64_t)(FULL_V * 1e6);
    }
    wh_aggregate_init(&f->a, &c);
    wh_aggregate_time(&f->a, 0, utc_ms);
    return f;
}

static void note(feeder *f, unsigned news)
{
    f->news |= news;
    if ((news & WH_QUALITY_NEWS_SHORT) != 0 && f->shorts < MAX_SHORT) {
        f->seen_short[f->shorts++] = f->a.short_interval;
    }
    if ((news & WH_QUALITY_NEWS_TEN_MINUTES) != 0 && f->tens < 16) {
        f->ten[f->tens++] = f->a.ten_minutes;
    }
    f->twos += (news & WH_QUALITY_NEWS_TWO_HOURS) != 0;
    f->frequencies += (news & WH_QUALITY_NEWS_FREQUENCY) != 0;
}

/* Metrology windows of 10 cycles end at every 20th cut. */
static void feed(feeder *f, uint64_t halves, double (*v)(uint64_t))
{
    for (uint64_t end = f->halves + halves; f->halves < end; f->halves++) {
        const uint64_t n = f->halves;
        const wh_half_cycle half = half_of(n, v(n));
        const bool dip = n >= f->flags_from && n < f->flags_to;
        note(f, wh_aggregate_half_cycle(&f->a, &half, dip ? WH_QUALITY_FLAG_DIP : 0));
        if ((n + 1) % HALVES == 0) {
            wh_quantities q = {.f_uhz = 50000000, .u2_ppm = 10000};
            q.phase[0].i_ua = (n + 1) / HALVES % 2 == 0 ? 3000000 : 4000000;
            note(f, wh_aggregate_window(&f->a, &q, dip ? WH_QUALITY_FLAG_DIP : 0));
        }
    }
}

/* Root of the mean square of half cycles first .. first + count - 1. */
static double rms(uint64_t first, uint64_t count)
{
    double sum = 0;
    for (uint64_t n = first; n < first + count; n++) {
        sum += volts(n) * volts(n);
    }
    return sqrt(sum / (double)count);
}

static uint64_t cut_q16(uint64_t halves_fed)
{
    return (halves_fed * PER_HALF) << 16;
}

static void ten_minutes_begin_anew_at_the_tick_and_overlap(void **state)
{
    (void)state;
    /* the tick comes 7.3 windows and a bit after the first cut */
    const int64_t to_tick_ms = 1465 + 10;
    feeder *f = feeder_new(1800000 - to_tick_ms);
    feed(f, 200, volts);
    assert_int_equal(f->tens, 1);
    /* The first cut ends half cycle 0; windows from then on. The tick, 1465 ms later, lies
     * behind the cut that ends half cycle 146, so the new run begins behind 147. */
    const uint64_t tick = 1 + 147;
    const uint64_t windows = 8; /* the one over the tick is the eighth */
    const wh_interval *i = &f->ten[0];
    assert_int_equal(i->windows, windows);
    assert_true(fabs((double)i->value[WH_AGGREGATE_U1] - rms(1, windows * HALVES)) < 1e-4);
    assert_int_equal(i->start_q16, cut_q16(1));
    assert_int_equal(i->end_q16, cut_q16(tick));
    assert_int_equal(i->flags, WH_QUALITY_FLAG_PARTIAL);
    /* the second: from the tick, with its own window over the next tick */
    feed(f, 60000 + 100, volts);
    assert_int_equal(f->tens, 2);
    i = &f->ten[1];
    assert_int_equal(i->start_q16, cut_q16(tick));
    assert_int_equal(i->end_q16, cut_q16(tick + 60000));
    assert_int_equal(i->windows, WINDOWS_10M);
    assert_int_equal(i->flags, 0);
    const double want = rms(tick, (uint64_t)WINDOWS_10M * HALVES);
    print_message("10 min of changing voltage: %.2e of the value off\n",
                  fabs((double)i->value[WH_AGGREGATE_U1] - want) / want);
    assert_true(fabs((double)i->value[WH_AGGREGATE_U1] - want) < 1e-4);
    free(f);
}

static void the_old_150_cycles_are_completed_over_the_tick(void **state)
{
    (void)state;
    feeder *f = feeder_new(600000 - 1475);
    feed(f, 1000, volts);
    const uint64_t tick = 1 + 147;
    assert_int_equal(f->shorts, 1 + (1000 - tick) / 300);
    const wh_interval *old = &f->seen_short[0];
    const wh_interval *new = &f->seen_short[1];
    assert_int_equal(old->start_q16, cut_q16(1));
    assert_int_equal(old->end_q16, cut_q16(1 + 300));
    assert_int_equal(old->windows, 15);
    assert_true(fabs((double)old->value[WH_AGGREGATE_U2] - rms(1, 300)) < 1e-4);
    assert_int_equal(new->start_q16, cut_q16(tick));
    assert_int_equal(new->end_q16, cut_q16(tick + 300));
    assert_true(fabs((double)new->value[WH_AGGREGATE_U2] - rms(tick, 300)) < 1e-4);
    free(f);
}

static void a_window_that_ends_at_the_tick_belongs_to_the_old_interval(void **state)
{
    (void)state;
    feeder *f = feeder_new(600000 - 210); /* the first window ends right at the tick */
    feed(f, 1 + 20, volts);
    assert_int_equal(f->tens, 0); /* the metrology's window over the tick goes on */
    feed(f, 25, volts);
    assert_int_equal(f->tens, 1);
    assert_int_equal(f->ten[0].windows, 1);
    assert_int_equal(f->ten[0].end_q16, cut_q16(21));
    free(f);
}

static void minimum_and_maximum_are_of_the_windows(void **state)
{
    (void)state;
    feeder *f = feeder_new(0);
    feed(f, 1 + 300, volts);
    double low = 1e9;
    double high = 0;
    for (uint64_t w = 0; w < 15; w++) {
        low = fmin(low, rms(1 + w * HALVES, HALVES));
        high = fmax(high, rms(1 + w * HALVES, HALVES));
    }
    assert_true(fabs((double)f->seen_short[0].u_min_v[0] - low) < 1e-4);
    assert_true(fabs((double)f->seen_short[0].u_max_v[0] - high) < 1e-4);
    free(f);
}

static void other_values_are_aggregated_by_their_kind(void **state)
{
    (void)state;
    feeder *f = feeder_new(0);
    feed(f, 60100, volts);
    const wh_interval *i = &f->ten[0];
    /* 3 A and 4 A in turns */
    assert_true(fabs((double)i->value[WH_AGGREGATE_I1] - sqrt(12.5)) < 2e-3);
    assert_true(fabs((double)i->value[WH_AGGREGATE_FREQUENCY] - 50) < 1e-5);
    assert_true(fabs((double)i->value[WH_AGGREGATE_NEGATIVE] - 0.01) < 1e-7);
    assert_int_equal(i->flags, 0);
    free(f);
}

static double steady_230(uint64_t n)
{
    (void)n;
    return 230;
}

static void a_steady_voltage_does_not_drift_in_two_hours(void **state)
{
    (void)state;
    feeder *f = feeder_new(0);
    feed(f, 12 * 60000 + 100, steady_230);
    assert_int_equal(f->tens, 12);
    assert_int_equal(f->twos, 1);
    const double ten = (double)f->ten[5].value[WH_AGGREGATE_U1];
    const double two = (double)f->a.two_hours.value[WH_AGGREGATE_U1];
    print_message("230 V for 10 min: %.6f V, 2 h: %.6f V\n", ten, two);
    assert_true(fabs(ten - 230) < 5e-5);
    assert_true(fabs(two - 230) < 5e-5);
    assert_int_equal(f->a.two_hours.windows, 12);
    assert_int_equal(f->a.two_hours.flags, 0);
    assert_int_equal(f->a.two_hours.end_q16, cut_q16(12 * 60000));
    free(f);
}

static void a_flag_reaches_all_that_contains_it_and_nothing_else(void **state)
{
    (void)state;
    feeder *f = feeder_new(0);
    f->flags_from = 60000 + 6000;
    f->flags_to = f->flags_from + 3;
    feed(f, 4 * 60000 + 100, volts);
    assert_int_equal(f->tens, 4);
    assert_int_equal(f->ten[0].flags, 0);
    assert_int_equal(f->ten[1].flags, WH_QUALITY_FLAG_DIP);
    assert_int_equal(f->ten[2].flags, 0);
    unsigned flagged = 0;
    for (unsigned i = 0; i < f->shorts; i++) {
        flagged += f->seen_short[i].flags != 0;
    }
    assert_in_range(flagged, 1, 2);
    feed(f, 8 * 60000, volts);
    assert_int_equal(f->twos, 1);
    assert_int_equal(f->a.two_hours.flags, WH_QUALITY_FLAG_DIP);
    free(f);
}

static void a_clock_that_is_set_makes_partial_intervals(void **state)
{
    (void)state;
    feeder *f = feeder_new(0);
    feed(f, 30000, volts); /* 5 min */
    wh_aggregate_time(&f->a, f->halves * PER_HALF, 5 * 3600000 + 200000);
    feed(f, 100, volts);
    assert_int_equal(f->tens, 1); /* ended early */
    assert_int_equal(f->ten[0].flags, WH_QUALITY_FLAG_PARTIAL);
    feed(f, 60000, volts);
    assert_int_equal(f->tens, 2); /* began late */
    assert_int_equal(f->ten[1].flags, WH_QUALITY_FLAG_PARTIAL);
    feed(f, 60000, volts);
    assert_int_equal(f->tens, 3);
    assert_int_equal(f->ten[2].flags, 0);
    wh_aggregate_time(&f->a, f->halves * PER_HALF, 0); /* back by hours */
    feed(f, 200, volts);
    assert_int_equal(f->tens, 4);
    free(f);
}

static void sines_of_49_87_hz(const void *user, double t, double value[WH_CHANNELS])
{
    (void)user;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        const double angle = 2 * RIG_PI * (49.87 * t - k / 3.0);
        value[WH_U1 + k] = RIG_UDIN_V * RIG_SQRT2 * (sin(angle) + 0.1 * sin(3 * angle + 1));
        value[WH_I1 + k] = 5 * RIG_SQRT2 * sin(angle - 0.5);
    }
}

static void frequency_of_ten_seconds_and_intervals_by_the_metrology(void **state)
{
    (void)state;
    quality_rig rig = {.signal = sines_of_49_87_hz};
    rig_start(&rig);
    wh_power_quality_time(&rig.quality, &rig.metrology, 1700000000000);
    rig_run(&rig, 25);
    const wh_aggregate *a = &rig.quality.aggregate;
    print_message("10 s frequency: %u uHz of 49870000\n", a->f_10s_uhz);
    assert_in_range(a->f_10s_uhz, 49869000, 49871000);
    const double want = RIG_UDIN_V * sqrt(1.01);
    print_message("150 cycles: %.5f V of %.5f V\n", (double)a->short_interval.value[0], want);
    assert_true(fabs((double)a->short_interval.value[WH_AGGREGATE_U1] - want) < 0.00005 * want);
    assert_true(fabs((double)a->short_interval.value[WH_AGGREGATE_I3] - 5) < 0.0005);
    assert_true((double)a->short_interval.value[WH_AGGREGATE_NEGATIVE] < 0.0002);
    assert_true(fabs((double)a->short_interval.value[WH_AGGREGATE_THD_U1] - 0.1) < 0.0001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_minutes_begin_anew_at_the_tick_and_overlap),
        cmocka_unit_test(the_old_150_cycles_are_completed_over_the_tick),
        cmocka_unit_test(a_window_that_ends_at_the_tick_belongs_to_the_old_interval),
        cmocka_unit_test(minimum_and_maximum_are_of_the_windows),
        cmocka_unit_test(other_values_are_aggregated_by_their_kind),
        cmocka_unit_test(a_steady_voltage_does_not_drift_in_two_hours),
        cmocka_unit_test(a_flag_reaches_all_that_contains_it_and_nothing_else),
        cmocka_unit_test(a_clock_that_is_set_makes_partial_intervals),
        cmocka_unit_test(frequency_of_ten_seconds_and_intervals_by_the_metrology),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
