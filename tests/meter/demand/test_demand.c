/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/demand/demand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MIN_MS      INT64_C(60000)
#define START_MS    INT64_C(1700000040000) /* a multiple of 60 s, not of 5 min */
#define CHANNELS    3
#define RATES       4
#define SLIPS_MAX   60
#define WATT_MINUTE INT64_C(60000000) /* µWs */

/* +A, -A, and reactive combined as QI + QII less QIV. */
static const wh_combination sources[CHANNELS] = {
    {WH_REG_BIT(WH_REG_ACTIVE_IMPORT), 0},
    {WH_REG_BIT(WH_REG_ACTIVE_EXPORT), 0},
    {WH_REG_BIT(WH_REG_REACTIVE_Q1) | WH_REG_BIT(WH_REG_REACTIVE_Q2),
     WH_REG_BIT(WH_REG_REACTIVE_Q4)},
};

typedef struct {
    wh_demand d;
    wh_demand_channel channel[CHANNELS];
    wh_demand_cell cell[CHANNELS * (1 + RATES)];
    int64_t slip_uws[CHANNELS * SLIPS_MAX];
    int64_t now_ms;
    int64_t shift; /* of the slip's number: the clock was set */
} bench;

static wh_demand_memory memory_of(bench *b)
{
    return (wh_demand_memory){
        b->channel, CHANNELS, b->cell, CHANNELS * (1 + RATES), b->slip_uws, CHANNELS * SLIPS_MAX};
}

static bool tick(bench *b)
{
    int64_t start_ms;
    int64_t slip = wh_demand_slip_at(&b->d, b->now_ms, 0, &start_ms);
    return wh_demand_tick(&b->d, slip + b->shift, start_ms);
}

static void start(bench *b, uint8_t slip_min, uint8_t slips, bool through)
{
    wh_demand_config config = {slip_min, slips, CHANNELS, RATES, through};
    memset(b, 0x5A, sizeof *b);
    wh_demand_memory memory = memory_of(b);
    assert_int_equal(wh_demand_init(&b->d, &config, sources, &memory), WH_OK);
    b->now_ms = START_MS;
    b->shift = 0;
    (void)tick(b);
}

static void feed(bench *b, int64_t import_uws)
{
    wh_booked booked = {{[WH_REG_ACTIVE_IMPORT] = import_uws}};
    wh_demand_feed(&b->d, &booked);
}

/* So many minutes at so many watts, a tick after each. True where the last one ended a period. */
static bool run(bench *b, unsigned minutes, int64_t watts)
{
    bool ended = false;
    while (minutes-- > 0) {
        feed(b, watts * WATT_MINUTE);
        b->now_ms += MIN_MS;
        ended = tick(b);
    }
    return ended;
}

/* To the next boundary of a slip; the slip that begins is whole. */
static void align(bench *b, int64_t watts)
{
    do {
        (void)run(b, 1, watts);
    } while (b->d.start_ms != b->now_ms);
}

static void assert_value(wh_demand_value v, int64_t mw, int64_t end_ms)
{
    assert_int_equal(v.mw, mw);
    assert_int_equal(v.end_ms, end_ms);
}

static void a_block_is_averaged_and_told_at_its_end(void **state)
{
    (void)state;
    bench b;
    start(&b, 15, 1, false);
    align(&b, 9999); /* incomplete: does not count */
    assert_value(wh_demand_last(&b.d, 0, 0), 0, 0);
    assert_value(wh_demand_max(&b.d, 0, 0), 0, 0);
    int64_t first_ms = b.now_ms;
    assert_false(run(&b, 14, 300));
    assert_int_equal(wh_demand_present_mw(&b.d, 0, 0), 300000 * 14 / 15);
    assert_true(run(&b, 1, 300));
    assert_value(wh_demand_last(&b.d, 0, 0), 300000, first_ms + 15 * MIN_MS);
    assert_value(wh_demand_max(&b.d, 0, 0), 300000, first_ms + 15 * MIN_MS);
    assert_true(run(&b, 15, 200));
    assert_value(wh_demand_last(&b.d, 0, 0), 200000, first_ms + 30 * MIN_MS);
    assert_value(wh_demand_max(&b.d, 0, 0), 300000, first_ms + 15 * MIN_MS);
    assert_value(wh_demand_max(&b.d, 1, 0), 0, 0); /* nothing was exported */
}

static void a_sliding_period_ends_with_every_slip(void **state)
{
    (void)state;
    bench b;
    start(&b, 1, 15, false);
    align(&b, 0);
    assert_false(run(&b, 14, 150));
    assert_true(run(&b, 1, 150));
    assert_int_equal(wh_demand_last(&b.d, 0, 0).mw, 150000);
    assert_true(run(&b, 1, 300));
    assert_int_equal(wh_demand_last(&b.d, 0, 0).mw, 160000);
    assert_true(run(&b, 14, 300));
    assert_value(wh_demand_max(&b.d, 0, 0), 300000, b.now_ms);
    assert_true(run(&b, 1, 0));
    assert_int_equal(wh_demand_last(&b.d, 0, 0).mw, 280000);
    assert_value(wh_demand_max(&b.d, 0, 0), 300000, b.now_ms - MIN_MS);
}

static void the_first_of_equal_maxima_stays_and_one_more_replaces_it(void **state)
{
    (void)state;
    static const struct {
        int64_t more_uws;
        bool replaced;
    } rows[] = {{-1, false}, {0, false}, {899999, false}, {900000, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bench b;
        start(&b, 15, 1, false);
        align(&b, 0);
        (void)run(&b, 15, 500);
        int64_t first_ms = b.now_ms;
        (void)run(&b, 14, 500);
        feed(&b, rows[i].more_uws);
        (void)run(&b, 1, 500);
        assert_value(wh_demand_max(&b.d, 0, 0), rows[i].replaced ? 500001 : 500000,
                     rows[i].replaced ? b.now_ms : first_ms);
    }
}

static void a_combined_maximum_is_the_largest_in_magnitude(void **state)
{
    (void)state;
    static const struct {
        int64_t q1_w, q4_w;
        int64_t max_mw;
    } rows[] = {{10, 0, 10000}, {0, 10, 10000}, {3, 14, -11000}, {9, 1, -11000}, {21, 9, 12000}};
    bench b;
    start(&b, 5, 1, false);
    align(&b, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_booked booked = {{[WH_REG_REACTIVE_Q1] = rows[i].q1_w * 5 * WATT_MINUTE,
                             [WH_REG_REACTIVE_Q4] = rows[i].q4_w * 5 * WATT_MINUTE}};
        wh_demand_feed(&b.d, &booked);
        (void)run(&b, 5, 0);
        assert_int_equal(wh_demand_max(&b.d, 2, 0).mw, rows[i].max_mw);
        assert_int_equal(wh_demand_last(&b.d, 2, 0).mw, (rows[i].q1_w - rows[i].q4_w) * 1000);
    }
}

typedef enum {
    POWER_UP,
    CLOCK_SET,
    JUMP_FORWARD,
    JUMP_BACK,
    CLEAR,
    RESET,
    SETTLEMENT,
    PERIOD,
    RATE,
    SOURCE,
    CAUSES
} cause;

static void give_up(bench *b, cause why)
{
    wh_demand_memory memory = memory_of(b);
    wh_demand_config config = b->d.config;
    switch (why) {
    case POWER_UP:
        assert_int_equal(wh_demand_init(&b->d, &config, sources, &memory), WH_OK);
        break;
    case CLOCK_SET:
        wh_demand_restart(&b->d, b->now_ms);
        break;
    case JUMP_FORWARD:
        b->shift += 2;
        break;
    case JUMP_BACK:
        b->shift -= 1;
        break;
    case CLEAR:
        wh_demand_clear(&b->d, b->now_ms);
        break;
    case RESET:
        assert_int_equal(wh_demand_reset(&b->d, WH_DEMAND_RESET_COMMAND, b->now_ms), WH_OK);
        break;
    case SETTLEMENT:
        assert_int_equal(wh_demand_reset(&b->d, WH_DEMAND_RESET_SETTLEMENT, b->now_ms), WH_OK);
        break;
    case PERIOD:
        assert_int_equal(wh_demand_set_period(&b->d, config.slip_min, config.slips, b->now_ms),
                         WH_OK);
        break;
    case RATE:
        wh_demand_set_rate(&b->d, (uint8_t)(b->d.rate + 1U), b->now_ms);
        break;
    case SOURCE:
        assert_int_equal(wh_demand_set_source(&b->d, 0, sources[0], b->now_ms), WH_OK);
        break;
    case CAUSES:
        break;
    }
    (void)tick(b);
}

/* In the middle of a slip, all causes alike: the next slip is the first that counts, and a period
 * is complete so many slips after. */
static void every_cause_in_a_slip_gives_the_period_up(void **state)
{
    (void)state;
    for (cause why = 0; why < CAUSES; why++) {
        bench b;
        start(&b, 5, 3, false);
        align(&b, 0);
        (void)run(&b, 15 + 12, 100); /* two minutes into a slip */
        give_up(&b, why);
        (void)run(&b, 2, 7777);
        if (why != JUMP_FORWARD && why != JUMP_BACK) {
            assert_int_equal(wh_demand_present_mw(&b.d, 0, 0), 7777 * 2000 / 15);
        }
        align(&b, 7777);
        int64_t mark_ms = b.now_ms;
        assert_false(run(&b, 14, 60));
        assert_true(run(&b, 1, 60));
        assert_value(wh_demand_last(&b.d, 0, 0), 60000, mark_ms + 15 * MIN_MS);
    }
}

/* At the boundary itself those that know it loses nothing count the slip that begins. */
static void a_cause_at_a_boundary_loses_nothing_where_the_clock_goes_on(void **state)
{
    (void)state;
    static const bool counts[CAUSES] = {
        [CLEAR] = true, [RESET] = true, [SETTLEMENT] = true, [RATE] = true, [SOURCE] = true};
    for (cause why = 0; why < CAUSES; why++) {
        bench b;
        start(&b, 5, 3, false);
        align(&b, 0);
        (void)run(&b, 20, 100);
        int64_t mark_ms = b.now_ms;
        give_up(&b, why);
        bool ended = run(&b, 15, 60);
        assert_int_equal(ended, counts[why]);
        if (!ended) {
            assert_true(run(&b, 5, 60));
            mark_ms += 5 * MIN_MS;
        }
        assert_value(wh_demand_last(&b.d, 0, 0), 60000, mark_ms + 15 * MIN_MS);
    }
}

/* Set by just one slip, the clock gives the number that time would have given. */
static void a_clock_set_by_one_slip_is_not_time_that_passed(void **state)
{
    (void)state;
    bench b;
    start(&b, 5, 1, false);
    align(&b, 0);
    (void)run(&b, 2, 100);
    wh_demand_restart(&b.d, b.now_ms + 5 * MIN_MS);
    b.shift += 1;
    (void)tick(&b);
    assert_false(run(&b, 3, 100));
    assert_value(wh_demand_last(&b.d, 0, 0), 0, 0);
    assert_true(run(&b, 5, 100));
}

static void a_rate_counts_only_periods_within_it(void **state)
{
    (void)state;
    for (int through = 0; through <= 1; through++) {
        bench b;
        start(&b, 1, 15, through != 0);
        wh_demand_set_rate(&b.d, 1, b.now_ms);
        align(&b, 0);
        (void)run(&b, 20, 100);
        int64_t change_ms = b.now_ms;
        assert_value(wh_demand_max(&b.d, 0, 1), 100000, change_ms - 5 * MIN_MS);
        wh_demand_set_rate(&b.d, 2, b.now_ms);
        wh_demand_set_rate(&b.d, 2, b.now_ms); /* no change */
        assert_int_equal(run(&b, 14, 400), through != 0);
        assert_value(wh_demand_max(&b.d, 0, 2), 0, 0);
        int64_t mixed = (100 + 14 * 400) * 1000 / 15;
        assert_int_equal(wh_demand_max(&b.d, 0, 0).mw, through != 0 ? mixed : 100000);
        assert_int_equal(wh_demand_present_mw(&b.d, 0, 2), 14 * 400 * 1000 / 15);
        assert_int_equal(wh_demand_present_mw(&b.d, 0, 1), 0);
        assert_true(run(&b, 1, 400));
        assert_value(wh_demand_max(&b.d, 0, 2), 400000, change_ms + 15 * MIN_MS);
        assert_value(wh_demand_last(&b.d, 0, 1), 100000, change_ms);
        assert_value(wh_demand_max(&b.d, 0, 1), 100000, change_ms - 5 * MIN_MS);
        assert_value(wh_demand_max(&b.d, 0, 0), 400000, change_ms + 15 * MIN_MS);
        assert_value(wh_demand_max(&b.d, 0, RATES + 1), 0, 0);
        assert_value(wh_demand_max(&b.d, CHANNELS, 0), 0, 0);
    }
}

static void resets_are_counted_and_empty_the_maxima_only(void **state)
{
    (void)state;
    bench b;
    start(&b, 15, 1, false);
    wh_demand_set_rate(&b.d, 3, b.now_ms);
    align(&b, 0);
    (void)run(&b, 15, 100);
    int64_t end_ms = b.now_ms;
    assert_int_equal(wh_demand_reset(&b.d, WH_DEMAND_RESET_CAUSES, b.now_ms), WH_ERR_ARG);
    assert_int_equal(wh_demand_max(&b.d, 0, 3).mw, 100000);
    assert_int_equal(wh_demand_reset(&b.d, WH_DEMAND_RESET_SETTLEMENT, b.now_ms), WH_OK);
    assert_int_equal(wh_demand_reset(&b.d, WH_DEMAND_RESET_COMMAND, b.now_ms + 1), WH_OK);
    assert_int_equal(wh_demand_reset(&b.d, WH_DEMAND_RESET_COMMAND, b.now_ms + 2), WH_OK);
    assert_int_equal(b.d.reset_count[WH_DEMAND_RESET_COMMAND], 2);
    assert_int_equal(b.d.reset_count[WH_DEMAND_RESET_SETTLEMENT], 1);
    assert_int_equal(b.d.reset_ms, end_ms + 2);
    assert_value(wh_demand_max(&b.d, 0, 0), 0, 0);
    assert_value(wh_demand_max(&b.d, 0, 3), 0, 0);
    assert_value(wh_demand_last(&b.d, 0, 0), 100000, end_ms);
    wh_demand_clear(&b.d, b.now_ms);
    assert_value(wh_demand_last(&b.d, 0, 0), 0, 0);
    assert_int_equal(b.d.reset_count[WH_DEMAND_RESET_COMMAND], 2);
}

static void next_period_is_read_but_never_a_maximum(void **state)
{
    (void)state;
    bench b;
    start(&b, 15, 1, false);
    wh_demand_set_rate(&b.d, 2, b.now_ms);
    align(&b, 0);
    (void)run(&b, 5, 300);
    wh_demand_next_period(&b.d, b.now_ms);
    assert_value(wh_demand_last(&b.d, 0, 0), 100000, b.now_ms);
    assert_value(wh_demand_last(&b.d, 0, 2), 100000, b.now_ms);
    assert_value(wh_demand_max(&b.d, 0, 0), 0, 0);
    assert_int_equal(wh_demand_present_mw(&b.d, 0, 0), 0);
    assert_false(run(&b, 10, 900)); /* the rest of the block is not a whole one */
    assert_value(wh_demand_max(&b.d, 0, 0), 0, 0);
    assert_true(run(&b, 15, 20));
    assert_value(wh_demand_max(&b.d, 0, 0), 20000, b.now_ms);
}

static void it_reads_as_a_cosem_demand_register(void **state)
{
    (void)state;
    bench b;
    start(&b, 5, 3, false);
    align(&b, 0);
    int64_t begin_ms = b.now_ms;
    (void)run(&b, 7, 30);
    wh_demand_register r = wh_demand_read(&b.d, 0, 0);
    assert_int_equal(r.current_average_mw, 7 * 30000 / 15);
    assert_int_equal(r.last_average_mw, 0);
    assert_int_equal(r.capture_ms, 0);
    assert_int_equal(r.start_current_ms, begin_ms);
    assert_int_equal(r.period_s, 300);
    assert_int_equal(r.number_of_periods, 3);
    assert_true(r.complete);
    (void)run(&b, 11, 30); /* 18 minutes: 15 complete, the window has moved on by a slip */
    r = wh_demand_read(&b.d, 0, 0);
    assert_int_equal(r.current_average_mw, 13 * 30000 / 15);
    assert_int_equal(r.last_average_mw, 30000);
    assert_int_equal(r.capture_ms, begin_ms + 15 * MIN_MS);
    assert_int_equal(r.start_current_ms, begin_ms + 5 * MIN_MS);
    wh_demand_restart(&b.d, b.now_ms);
    (void)tick(&b);
    (void)run(&b, 1, 30);
    r = wh_demand_read(&b.d, 0, 0);
    assert_int_equal(r.start_current_ms, b.now_ms - MIN_MS);
    assert_int_equal(r.current_average_mw, 30000 / 15);
    assert_int_equal(r.last_average_mw, 30000);
    assert_false(r.complete);
}

static void slips_are_aligned_to_the_local_day(void **state)
{
    (void)state;
    static const struct {
        uint8_t slip_min;
        int32_t offset_s;
        int64_t utc_ms;
        int64_t start_ms;
    } rows[] = {
        {15, 0, 899999, 0},
        {15, 0, 900000, 900000},
        {60, 19800, 1800000, 1800000}, /* +05:30: the hour begins at half past, UTC */
        {60, 19800, 1799999, -1800000},
        {5, 0, -1, -300000},
        {48, 3600, 0, -12 * MIN_MS}, /* 01:00 is 12 minutes into the second slip of the day */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bench b;
        start(&b, rows[i].slip_min, 1, false);
        int64_t start_ms;
        int64_t before_ms;
        int64_t slip = wh_demand_slip_at(&b.d, rows[i].utc_ms, rows[i].offset_s, &start_ms);
        assert_int_equal(start_ms, rows[i].start_ms);
        assert_int_equal(wh_demand_slip_at(&b.d, start_ms, rows[i].offset_s, &before_ms), slip);
        assert_int_equal(wh_demand_slip_at(&b.d, start_ms - 1, rows[i].offset_s, &before_ms),
                         slip - 1);
        assert_int_equal(before_ms, start_ms - rows[i].slip_min * MIN_MS);
    }
}

static void limits_of_period_and_memory_are_kept(void **state)
{
    (void)state;
    static const struct {
        uint8_t slip_min;
        uint8_t slips;
        wh_err err;
    } rows[] = {
        {0, 1, WH_ERR_RANGE},  {1, 0, WH_ERR_RANGE},     {1, 1, WH_OK},
        {1, 60, WH_OK},        {1, 61, WH_ERR_RANGE},    {60, 1, WH_OK},
        {61, 1, WH_ERR_RANGE}, {30, 2, WH_OK},           {30, 3, WH_ERR_RANGE},
        {7, 1, WH_ERR_RANGE},  {5, 12, WH_OK},           {5, 13, WH_ERR_RANGE},
        {72, 1, WH_ERR_RANGE}, {255, 255, WH_ERR_RANGE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bench b;
        start(&b, 15, 1, false);
        wh_demand before = b.d;
        assert_int_equal(wh_demand_set_period(&b.d, rows[i].slip_min, rows[i].slips, b.now_ms),
                         rows[i].err);
        if (rows[i].err != WH_OK) {
            assert_memory_equal(&b.d, &before, sizeof before);
        }
        wh_demand_config config = {rows[i].slip_min, rows[i].slips, CHANNELS, RATES, false};
        wh_demand_memory memory = memory_of(&b);
        assert_int_equal(wh_demand_init(&b.d, &config, sources, &memory), rows[i].err);
    }
    bench b;
    start(&b, 1, 15, false);
    wh_demand_memory memory = memory_of(&b);
    memory.slip_count = CHANNELS * 15;
    assert_int_equal(wh_demand_init(&b.d, &b.d.config, sources, &memory), WH_OK);
    assert_int_equal(wh_demand_set_period(&b.d, 1, 16, 0), WH_ERR_RANGE);
    assert_int_equal(wh_demand_set_period(&b.d, 4, 15, 0), WH_OK);
    memory.slip_count--;
    assert_int_equal(wh_demand_init(&b.d, &b.d.config, sources, &memory), WH_ERR_SPACE);
    memory = memory_of(&b);
    memory.cell_count--;
    assert_int_equal(wh_demand_init(&b.d, &b.d.config, sources, &memory), WH_ERR_SPACE);
    memory = memory_of(&b);
    memory.channel_count--;
    assert_int_equal(wh_demand_init(&b.d, &b.d.config, sources, &memory), WH_ERR_SPACE);
    wh_combination none = {.add = WH_REG_BIT(WH_REG_COUNT)};
    assert_int_equal(wh_demand_set_source(&b.d, 0, none, 0), WH_ERR_RANGE);
    assert_int_equal(wh_demand_set_source(&b.d, CHANNELS, sources[0], 0), WH_ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_is_averaged_and_told_at_its_end),
        cmocka_unit_test(a_sliding_period_ends_with_every_slip),
        cmocka_unit_test(the_first_of_equal_maxima_stays_and_one_more_replaces_it),
        cmocka_unit_test(a_combined_maximum_is_the_largest_in_magnitude),
        cmocka_unit_test(every_cause_in_a_slip_gives_the_period_up),
        cmocka_unit_test(a_cause_at_a_boundary_loses_nothing_where_the_clock_goes_on),
        cmocka_unit_test(a_clock_set_by_one_slip_is_not_time_that_passed),
        cmocka_unit_test(a_rate_counts_only_periods_within_it),
        cmocka_unit_test(resets_are_counted_and_empty_the_maxima_only),
        cmocka_unit_test(next_period_is_read_but_never_a_maximum),
        cmocka_unit_test(it_reads_as_a_cosem_demand_register),
        cmocka_unit_test(slips_are_aligned_to_the_local_day),
        cmocka_unit_test(limits_of_period_and_memory_are_kept),
    };
    return cmocka_run_group_tests_name("demand", tests, NULL, NULL);
}
