/* SPDX-License-Identifier: Apache-2.0 */
/* Demand on random load, with rates, resets, clocks and power failing at random, against a log of
 * all slips from which everything is worked out at the end. */
#include "meter/demand/demand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MIN_MS    INT64_C(60000)
#define CHANNELS  2
#define RATES     3
#define CELLS     (CHANNELS * (1 + RATES))
#define SLIPS_MAX 60
#define MINUTES   20000

static const wh_combination sources[CHANNELS] = {
    {WH_REG_BIT(WH_REG_ACTIVE_IMPORT), 0},
    {WH_REG_BIT(WH_REG_REACTIVE_Q1), WH_REG_BIT(WH_REG_REACTIVE_Q4)},
};

/* What is known of one slip. A period counts if its slips are whole and of one segment: of the
 * total's, or of the rate's. */
typedef struct {
    int64_t uws[CHANNELS];
    int64_t start_ms;
    unsigned segment;
    unsigned rate_segment;
    uint8_t rate;
    bool whole;
    bool rate_whole;
    bool fed;
} slip_log;

typedef struct {
    uint8_t slip_min;
    uint8_t slips;
    bool through;
} row;

typedef struct {
    wh_demand d;
    wh_demand_channel channel[CHANNELS];
    wh_demand_cell cell[CELLS];
    int64_t slip_uws[CHANNELS * SLIPS_MAX];
    slip_log log[MINUTES + 1];
    size_t count;   /* in the log; the last is running */
    size_t reset;   /* the first that the maxima have seen */
    size_t cleared; /* the first that the last values have seen */
    int64_t now_ms;
    int64_t shift;
    uint64_t seed;
} bench;

static uint64_t next_random(bench *b)
{
    b->seed ^= b->seed << 13;
    b->seed ^= b->seed >> 7;
    b->seed ^= b->seed << 17;
    return b->seed >> 11;
}

static slip_log *running(bench *b)
{
    return &b->log[b->count - 1];
}

static void tick(bench *b)
{
    int64_t start_ms;
    int64_t slip = wh_demand_slip_at(&b->d, b->now_ms, 3600, &start_ms);
    (void)wh_demand_tick(&b->d, slip + b->shift, start_ms);
}

static void next_slip(bench *b)
{
    slip_log *s = &b->log[b->count++];
    *s = s[-1];
    memset(s->uws, 0, sizeof s->uws);
    s->start_ms = b->now_ms;
    s->whole = true;
    s->rate_whole = true;
    s->fed = false;
}

/* The running period is given up; the running slip too, unless it may stay and is fresh. */
static void log_break(bench *b, bool may_stay)
{
    slip_log *s = running(b);
    s->segment++;
    s->rate_segment++;
    s->whole = s->whole && may_stay && !s->fed;
    s->rate_whole = s->whole;
    memset(s->uws, 0, sizeof s->uws);
}

static void change_rate(bench *b)
{
    slip_log *s = running(b);
    uint8_t rate = (uint8_t)(next_random(b) % (RATES + 2)); /* none, and one that is not kept */
    wh_demand_set_rate(&b->d, rate, b->now_ms);
    if (rate == s->rate) {
        return;
    }
    s->rate = rate;
    if (b->d.config.total_through_rates) {
        s->rate_segment++;
        s->rate_whole = s->whole && !s->fed;
    } else {
        log_break(b, true);
    }
}

static void fail_power(bench *b)
{
    uint8_t saved[WH_DEMAND_SAVE_SIZE(CHANNELS, RATES)];
    wh_writer w = wh_writer_init(saved, sizeof saved);
    assert_int_equal(wh_demand_save(&b->d, &w), WH_OK);
    wh_demand_config config = b->d.config;
    wh_demand_memory memory = b->d.memory;
    assert_int_equal(wh_demand_init(&b->d, &config, sources, &memory), WH_OK);
    wh_reader r = wh_reader_init(saved, sizeof saved);
    assert_int_equal(wh_demand_restore(&b->d, &r), WH_OK);
    wh_demand_set_rate(&b->d, running(b)->rate, b->now_ms);
    tick(b);
    log_break(b, false);
}

static void something_happens(bench *b)
{
    switch (next_random(b) % 200) {
    case 0:
        wh_demand_restart(&b->d, b->now_ms);
        tick(b);
        log_break(b, false);
        break;
    case 1:
        b->shift += next_random(b) % 2 == 0 ? 2 : -3;
        tick(b);
        log_break(b, false);
        break;
    case 2:
        if (next_random(b) % 8 == 0) {
            assert_int_equal(wh_demand_reset(&b->d, WH_DEMAND_RESET_COMMAND, b->now_ms), WH_OK);
            log_break(b, true);
            b->reset = b->count - 1;
        }
        break;
    case 3:
        if (next_random(b) % 16 == 0) {
            wh_demand_clear(&b->d, b->now_ms);
            log_break(b, true);
            b->reset = b->count - 1;
            b->cleared = b->count - 1;
        }
        break;
    case 4:
        fail_power(b);
        break;
    case 5:
    case 6:
        change_rate(b);
        break;
    default:
        break;
    }
}

static void feed(bench *b)
{
    wh_booked booked = {{[WH_REG_ACTIVE_IMPORT] = (int64_t)(next_random(b) % 6) * 100000000,
                         [WH_REG_REACTIVE_Q1] = (int64_t)(next_random(b) % 600000001),
                         [WH_REG_REACTIVE_Q4] = (int64_t)(next_random(b) % 600000001)}};
    slip_log *s = running(b);
    wh_demand_feed(&b->d, &booked);
    s->uws[0] += booked.uws[WH_REG_ACTIVE_IMPORT];
    s->uws[1] += booked.uws[WH_REG_REACTIVE_Q1] - booked.uws[WH_REG_REACTIVE_Q4];
    s->fed = true;
}

/* Is there a period of the total (rate 0) or of a rate that ends with slip `end`? */
static bool is_period(const bench *b, size_t end, unsigned rate)
{
    size_t slips = b->d.config.slips;
    if (end + 1 < slips || end + 1 >= b->count) {
        return false;
    }
    for (size_t i = end + 1 - slips; i <= end; i++) {
        const slip_log *s = &b->log[i];
        bool total = s->whole && s->segment == b->log[end].segment;
        bool of_rate = s->rate_whole && s->rate_segment == b->log[end].rate_segment;
        if (!total || (rate != 0 && (!of_rate || s->rate != rate))) {
            return false;
        }
    }
    return true;
}

static void compare(const bench *b, uint8_t channel, uint8_t rate)
{
    size_t slips = b->d.config.slips;
    wh_demand_value last = {0};
    wh_demand_value max = {0};
    for (size_t end = b->cleared; end < b->count; end++) {
        if (!is_period(b, end, rate)) {
            continue;
        }
        int64_t sum = 0;
        for (size_t i = end + 1 - slips; i <= end; i++) {
            sum += b->log[i].uws[channel];
        }
        last.mw = sum / (int64_t)(b->d.config.slip_min * slips * 60) / 1000;
        last.end_ms = b->log[end + 1].start_ms;
        int64_t size = last.mw < 0 ? -last.mw : last.mw;
        if (end >= b->reset && size > (max.mw < 0 ? -max.mw : max.mw)) {
            max = last;
        }
    }
    assert_int_equal(wh_demand_last(&b->d, channel, rate).mw, last.mw);
    assert_int_equal(wh_demand_last(&b->d, channel, rate).end_ms, last.end_ms);
    assert_int_equal(wh_demand_max(&b->d, channel, rate).mw, max.mw);
    assert_int_equal(wh_demand_max(&b->d, channel, rate).end_ms, max.end_ms);
}

static void live(bench *b, row r, uint64_t seed)
{
    wh_demand_config config = {r.slip_min, r.slips, CHANNELS, RATES, r.through};
    memset(b, 0, sizeof *b);
    wh_demand_memory memory = {b->channel, CHANNELS,    b->cell,
                               CELLS,      b->slip_uws, CHANNELS * SLIPS_MAX};
    assert_int_equal(wh_demand_init(&b->d, &config, sources, &memory), WH_OK);
    b->seed = seed;
    b->now_ms = INT64_C(1700000040000);
    b->count = 1;
    tick(b);
    for (int minute = 1; minute <= MINUTES; minute++) {
        something_happens(b);
        feed(b);
        something_happens(b);
        feed(b);
        b->now_ms += MIN_MS;
        if ((b->now_ms + 3600000) % (r.slip_min * MIN_MS) == 0) {
            next_slip(b);
        }
        tick(b);
        if (minute % 4999 == 0) {
            for (unsigned i = 0; i < CELLS; i++) {
                compare(b, (uint8_t)(i / (1 + RATES)), (uint8_t)(i % (1 + RATES)));
            }
        }
    }
}

static void values_are_those_worked_out_from_a_log_of_all_slips(void **state)
{
    (void)state;
    static const row rows[] = {{15, 1, false}, {15, 1, true},  {1, 15, false}, {1, 15, true},
                               {5, 3, false},  {5, 3, true},   {1, 1, false},  {1, 1, true},
                               {60, 1, false}, {1, 60, false}, {1, 60, true},  {30, 2, true}};
    static bench b;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (uint64_t seed = 1; seed <= 3; seed++) {
            live(&b, rows[i], 88172645463325252U * seed + i);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_worked_out_from_a_log_of_all_slips),
    };
    return cmocka_run_group_tests_name("demand_series", tests, NULL, NULL);
}
