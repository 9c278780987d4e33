/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/power_quality/aggregate.h"

#include "meter/power_quality/quality_part.h"
#include "meter/power_quality/quality_scale.h"

#define TEN_SECONDS_MS 10000
#define TEN_MINUTES_MS 600000
#define TWO_HOURS_MS   7200000
#define WINDOWS        15  /* of 10/12 cycles in 150/180 */
#define LATE_MS        100 /* an interval that begins later than this after its tick is partial */

static int64_t floor_div(int64_t a, int64_t d)
{
    return a / d - (a % d < 0 ? 1 : 0);
}

/* Compensated sum (Kahan): single precision would lose 5e-5 over 10 min. */
static void add(wh_interval_sums *s, unsigned item, float x)
{
    const float y = x - s->carry[item];
    const float t = s->sum[item] + y;
    s->carry[item] = (t - s->sum[item]) - y;
    s->sum[item] = t;
}

static void clear(wh_interval_sums *s, uint64_t start_q16, unsigned flags)
{
    *s = (wh_interval_sums){.start_q16 = start_q16, .flags = (uint8_t)flags};
}

static void add_voltage(wh_interval_sums *s, const float *uu, const float *low, const float *high)
{
    for (unsigned k = 0; k < WH_PHASES; k++) {
        add(s, WH_AGGREGATE_U1 + k, uu[k]);
        s->u_min[k] = s->voltages == 0 || low[k] < s->u_min[k] ? low[k] : s->u_min[k];
        s->u_max[k] = s->voltages == 0 || high[k] > s->u_max[k] ? high[k] : s->u_max[k];
    }
    s->voltages++;
}

static void publish(wh_interval *to, const wh_interval_sums *s, uint64_t end_q16)
{
    const float voltages = s->voltages > 0 ? (float)s->voltages : 1.0F;
    const float windows = s->windows > 0 ? (float)s->windows : 1.0F;

    to->start_q16 = s->start_q16;
    to->end_q16 = end_q16;
    to->windows = s->voltages;
    to->flags = s->flags;
    for (unsigned i = 0; i < WH_AGGREGATES; i++) {
        const float mean = s->sum[i] / (i <= WH_AGGREGATE_U3 ? voltages : windows);
        to->value[i] = i == WH_AGGREGATE_FREQUENCY ? mean : __builtin_sqrtf(mean);
    }
    for (unsigned k = 0; k < WH_PHASES; k++) {
        to->u_min_v[k] = __builtin_sqrtf(s->u_min[k]);
        to->u_max_v[k] = __builtin_sqrtf(s->u_max[k]);
    }
}

void wh_aggregate_init(wh_aggregate *a, const wh_metrology_config *config)
{
    *a = (wh_aggregate){.fs_mhz = config->fs_mhz, .phases = config->phases};
    a->halves_per_window = config->f_nominal_mhz == 60000 ? 24 : 20;
    for (unsigned k = 0; k < config->phases; k++) {
        a->v_per_code[k] = wh_quality_per_code(config, WH_U1 + k);
    }
}

void wh_aggregate_time(wh_aggregate *a, uint64_t sample, int64_t utc_ms)
{
    a->anchor_sample = sample;
    a->anchor_utc_ms = utc_ms;
}

static int64_t utc_ms_at(const wh_aggregate *a, uint64_t instant_q16)
{
    const int64_t samples = (int64_t)((instant_q16 >> 16) - a->anchor_sample);
    return a->anchor_utc_ms + floor_div(samples * 1000000, a->fs_mhz);
}

static void start_run(wh_aggregate *a, unsigned which, uint64_t now_q16)
{
    wh_aggregate_run *run = &a->run[which];
    *run = (wh_aggregate_run){.live = true, .start_q16 = now_q16};
    clear(&run->cycles, now_q16, 0);
    a->current = (uint8_t)which;
}

static unsigned start(wh_aggregate *a, uint64_t now_q16)
{
    const int64_t utc_ms = utc_ms_at(a, now_q16);
    a->started = true;
    a->last_q16 = now_q16;
    a->index_10s = floor_div(utc_ms, TEN_SECONDS_MS);
    a->index_10min = floor_div(utc_ms, TEN_MINUTES_MS);
    a->index_2h = floor_div(utc_ms, TWO_HOURS_MS);
    const bool late_10min = utc_ms - a->index_10min * TEN_MINUTES_MS > LATE_MS;
    const bool late_2h = utc_ms - a->index_2h * TWO_HOURS_MS > LATE_MS;
    clear(&a->sums_10min, now_q16, late_10min ? WH_QUALITY_FLAG_PARTIAL : 0);
    clear(&a->sums_2h, now_q16, late_2h ? WH_QUALITY_FLAG_PARTIAL : 0);
    a->f_start_q16 = now_q16;
    a->f_flags = utc_ms - a->index_10s * TEN_SECONDS_MS > LATE_MS ? WH_QUALITY_FLAG_PARTIAL : 0;
    start_run(a, 0, now_q16);
    return 0;
}

/* The 10 min are complete: both overlaps have ended. */
static unsigned close_10min(wh_aggregate *a)
{
    const uint64_t tick_q16 = a->run[a->current].start_q16;
    float uu[WH_PHASES];
    wh_interval_sums *s = &a->sums_10min;
    wh_interval_sums *two = &a->sums_2h;

    publish(&a->ten_minutes, s, tick_q16);
    for (unsigned i = WH_AGGREGATE_I1; i < WH_AGGREGATES && s->windows > 0; i++) {
        add(two, i, s->sum[i] / (float)s->windows);
    }
    two->windows += s->windows > 0 ? 1U : 0U;
    for (unsigned k = 0; k < WH_PHASES && s->voltages > 0; k++) {
        uu[k] = s->sum[WH_AGGREGATE_U1 + k] / (float)s->voltages;
    }
    if (s->voltages > 0) {
        add_voltage(two, uu, s->u_min, s->u_max);
    }
    two->flags |= s->flags;
    const bool late = utc_ms_at(a, tick_q16) - a->index_10min * TEN_MINUTES_MS > LATE_MS;
    clear(s, tick_q16, late ? WH_QUALITY_FLAG_PARTIAL : 0);
    a->voltage_open = false;
    a->window_open = false;
    if (!a->two_hours_due) {
        return WH_QUALITY_NEWS_TEN_MINUTES;
    }
    a->two_hours_due = false;
    publish(&a->two_hours, two, tick_q16);
    clear(two, tick_q16, late ? WH_QUALITY_FLAG_PARTIAL : 0);
    return WH_QUALITY_NEWS_TEN_MINUTES | WH_QUALITY_NEWS_TWO_HOURS;
}

/* A 10/12-cycle voltage of a run is complete. */
static unsigned close_voltage(wh_aggregate *a, wh_aggregate_run *run, uint64_t now_q16)
{
    unsigned news = WH_QUALITY_NEWS_VOLTAGE;
    float uu[WH_PHASES] = {0};
    const float length = (float)(now_q16 - run->start_q16) / 65536.0F;
    const bool current = run == &a->run[a->current];

    if (current && (a->voltage_open || a->window_open)) {
        news |= close_10min(a); /* windows of another length: do not wait for them */
    }
    a->voltage.start_q16 = run->start_q16;
    a->voltage.end_q16 = now_q16;
    a->voltage.flags = run->flags;
    for (unsigned k = 0; k < a->phases; k++) {
        uu[k] = (float)run->uu[k] / length * a->v_per_code[k] * a->v_per_code[k];
        a->voltage.u_v[k] = __builtin_sqrtf(uu[k]);
        run->uu[k] = 0;
    }
    add_voltage(&run->cycles, uu, uu, uu);
    run->cycles.flags |= run->flags;
    if (current || a->voltage_open) {
        add_voltage(&a->sums_10min, uu, uu, uu);
        a->sums_10min.flags |= run->flags;
    }
    run->halves = 0;
    run->flags = 0;
    run->start_q16 = now_q16;
    if (++run->windows == WINDOWS) {
        publish(&a->short_interval, &run->cycles, now_q16);
        clear(&run->cycles, now_q16, 0);
        run->windows = 0;
        run->live = !run->last;
        news |= WH_QUALITY_NEWS_SHORT;
    }
    if (!current && a->voltage_open) {
        a->voltage_open = false;
        news |= a->window_open ? 0U : close_10min(a);
    }
    return news;
}

static unsigned feed_run(wh_aggregate *a, wh_aggregate_run *run, const wh_half_cycle *half,
                         uint64_t now_q16, unsigned flags)
{
    if (!run->live) {
        return 0;
    }
    for (unsigned k = 0; k < a->phases; k++) {
        run->uu[k] += half->uu[k];
    }
    run->flags = (uint8_t)(run->flags | flags);
    return ++run->halves == a->halves_per_window ? close_voltage(a, run, now_q16) : 0;
}

/* The frequency of 10 s: at the first whole cycle behind each tick of 10 s. */
static unsigned feed_frequency(wh_aggregate *a, int64_t utc_ms, uint64_t now_q16, unsigned flags)
{
    const int64_t index = floor_div(utc_ms, TEN_SECONDS_MS);

    a->f_halves++;
    a->f_flags = (uint8_t)(a->f_flags | flags);
    if (index == a->index_10s || a->f_halves % 2 != 0) {
        return 0;
    }
    a->f_10s_uhz =
        (uint32_t)((uint64_t)a->f_halves * a->fs_mhz * 32768U * 1000U / (now_q16 - a->f_start_q16));
    a->f_10s_flags =
        (uint8_t)(a->f_flags | (index == a->index_10s + 1 ? 0 : WH_QUALITY_FLAG_PARTIAL));
    a->index_10s = index;
    a->f_halves = 0;
    a->f_flags = 0;
    a->f_start_q16 = now_q16;
    return WH_QUALITY_NEWS_FREQUENCY;
}

/* The tick of 10 min has passed: begin a run, let the old one go on. */
static unsigned tick(wh_aggregate *a, int64_t utc_ms, uint64_t now_q16)
{
    const int64_t index = floor_div(utc_ms, TEN_MINUTES_MS);
    unsigned news = 0;

    if (index == a->index_10min) {
        return 0;
    }
    if (a->voltage_open || a->window_open) {
        news = close_10min(a); /* the clock was set right behind a tick */
    }
    if (index != a->index_10min + 1) {
        a->sums_10min.flags |= WH_QUALITY_FLAG_PARTIAL;
    }
    a->index_10min = index;
    a->two_hours_due = a->two_hours_due || floor_div(utc_ms, TWO_HOURS_MS) != a->index_2h;
    a->index_2h = floor_div(utc_ms, TWO_HOURS_MS);
    wh_aggregate_run *old = &a->run[a->current];
    a->voltage_open = old->halves > 0;
    a->window_open = true;
    old->last = true;
    old->live = old->halves > 0 || old->windows > 0;
    start_run(a, 1U - a->current, now_q16);
    return news;
}

unsigned wh_aggregate_half_cycle(wh_aggregate *a, const wh_half_cycle *half, unsigned flags)
{
    const uint64_t now_q16 = half->end_sample << 16 | half->end_q32 >> 16;
    const int64_t utc_ms = utc_ms_at(a, now_q16);
    unsigned news = 0;

    if (!a->started) {
        return start(a, now_q16);
    }
    news |= feed_run(a, &a->run[1U - a->current], half, now_q16, flags); /* the older first */
    news |= feed_run(a, &a->run[a->current], half, now_q16, flags);
    news |= feed_frequency(a, utc_ms, now_q16, flags);
    news |= tick(a, utc_ms, now_q16);
    a->last_q16 = now_q16;
    return news;
}

static void add_window(wh_interval_sums *s, const float *item, unsigned flags)
{
    for (unsigned i = WH_AGGREGATE_I1; i < WH_AGGREGATES; i++) {
        add(s, i, i == WH_AGGREGATE_FREQUENCY ? item[i] : item[i] * item[i]);
    }
    s->windows++;
    s->flags = (uint8_t)(s->flags | flags);
}

unsigned wh_aggregate_window(wh_aggregate *a, const wh_quantities *q, unsigned flags)
{
    float item[WH_AGGREGATES] = {0};

    if (!a->started) {
        return 0;
    }
    for (unsigned k = 0; k < a->phases; k++) {
        item[WH_AGGREGATE_I1 + k] = (float)q->phase[k].i_ua * 1e-6F;
        item[WH_AGGREGATE_THD_U1 + k] = (float)q->phase[k].thd_u_ppm * 1e-6F;
        item[WH_AGGREGATE_THD_I1 + k] = (float)q->phase[k].thd_i_ppm * 1e-6F;
    }
    item[WH_AGGREGATE_IN] = (float)q->in_ua * 1e-6F;
    item[WH_AGGREGATE_NEGATIVE] = (float)q->u2_ppm * 1e-6F;
    item[WH_AGGREGATE_ZERO] = (float)q->u0_ppm * 1e-6F;
    item[WH_AGGREGATE_FREQUENCY] = (float)q->f_uhz * 1e-6F;
    add_window(&a->sums_10min, item, flags);
    for (unsigned i = 0; i < 2; i++) {
        if (a->run[i].live) {
            add_window(&a->run[i].cycles, item, flags);
        }
    }
    if (!a->window_open) {
        return 0;
    }
    a->window_open = false;
    return a->voltage_open ? 0 : close_10min(a);
}
