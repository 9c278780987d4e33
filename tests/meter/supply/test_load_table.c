/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/supply/load_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static wh_loads table_of(unsigned count)
{
    wh_loads t;
    const wh_loads_config config = {0};
    wh_loads_init(&t, &config);
    for (unsigned slot = 0; slot < count; slot++) {
        const wh_load_config load = {.load_class = WH_LOAD_OTHER, .priority = (uint8_t)(slot + 1)};
        assert_int_equal(wh_loads_put(&t, slot, &load), WH_OK);
    }
    return t;
}

static void report(wh_loads *t, unsigned slot, wh_load_state state, int32_t power_w)
{
    const wh_load_report r = {.state = state, .power_w = power_w, .available = true};
    assert_int_equal(wh_loads_report(t, slot, &r), WH_OK);
}

static wh_err report_counters(wh_loads *t, int64_t consumed_mwh, int64_t generated_mwh)
{
    const wh_load_report r = {.consumed_mwh = consumed_mwh, .generated_mwh = generated_mwh};
    return wh_loads_report(t, 0, &r);
}

static void registers_follow_the_terminal_and_never_run_back(void **state)
{
    (void)state;
    static const struct {
        int64_t counter;
        int64_t reg;
    } row[] = {
        {5000, 0}, /* the first is only the base */
        {5000, 0},
        {5001, 1},
        {7000, 2000},
        {6999, 2000}, /* back: a new base */
        {7100, 2101},
        {0, 2101},
        {WH_LOAD_JUMP_MAX_MWH, 2101 + WH_LOAD_JUMP_MAX_MWH},
        {2 * WH_LOAD_JUMP_MAX_MWH + 1, 2101 + WH_LOAD_JUMP_MAX_MWH}, /* beyond belief */
        {2 * WH_LOAD_JUMP_MAX_MWH + 2, 2102 + WH_LOAD_JUMP_MAX_MWH},
        {INT64_MAX, 2102 + WH_LOAD_JUMP_MAX_MWH},
    };
    wh_loads t = table_of(1);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        assert_int_equal(report_counters(&t, row[i].counter, 3), WH_OK);
        assert_int_equal(t.load[0].consumed_mwh, row[i].reg);
        assert_int_equal(t.load[0].generated_mwh, 0);
    }
    t.load[0].generated_mwh = INT64_MAX - 4;
    assert_int_equal(report_counters(&t, 0, 7), WH_OK);
    assert_int_equal(report_counters(&t, 0, 8), WH_OK);
    assert_int_equal(t.load[0].generated_mwh, INT64_MAX); /* full: it stands */
    assert_int_equal(report_counters(&t, -1, 0), WH_ERR_RANGE);
    assert_int_equal(report_counters(&t, 0, -1), WH_ERR_RANGE);
}

static void a_silent_load_is_stale_and_never_taken_to_be_off(void **state)
{
    (void)state;
    wh_loads t = table_of(1);
    assert_true(wh_loads_stale(&t, 0));
    assert_true(wh_loads_stale(&t, 1));
    assert_true(wh_loads_stale(&t, 99));
    report(&t, 0, WH_LOAD_OFF, 0);
    assert_int_equal(wh_loads_state(&t, 0), WH_LOAD_OFF);
    wh_loads_tick(&t, 300000, false);
    assert_int_equal(wh_loads_state(&t, 0), WH_LOAD_OFF);
    wh_loads_tick(&t, 1, false);
    assert_int_equal(wh_loads_state(&t, 0), WH_LOAD_UNKNOWN);
    for (int i = 0; i < 3; i++) {
        wh_loads_tick(&t, UINT32_MAX, false); /* an age does not come round */
    }
    assert_true(wh_loads_stale(&t, 0));
    assert_int_equal(wh_loads_left(&t), 1);
}

static void a_command_is_sent_until_confirmed_or_failed(void **state)
{
    (void)state;
    wh_loads t = table_of(1);
    wh_load_order order = {0};
    const wh_load_want on = {.on = true, .limit_w = 2000};
    assert_false(wh_loads_next(&t, &order));
    assert_int_equal(wh_loads_want(&t, 0, &on), WH_OK);
    assert_int_equal(wh_loads_answer(&t, 0, t.load[0].sequence, true), WH_ERR_STATE);
    assert_int_equal(t.load[0].phase, WH_LOAD_WANTED);
    for (int i = 0; i < 3; i++) {
        assert_true(wh_loads_next(&t, &order));
        assert_false(wh_loads_next(&t, &order));
        assert_true(order.on);
        assert_int_equal(order.limit_w, 2000);
        wh_loads_tick(&t, 29999, false);
        assert_int_equal(t.load[0].phase, WH_LOAD_SENT);
        wh_loads_tick(&t, 1, false);
    }
    assert_int_equal(t.load[0].phase, WH_LOAD_FAILED);
    assert_false(wh_loads_next(&t, &order));
    assert_int_equal(wh_loads_answer(&t, 0, order.sequence, true), WH_OK); /* late, but true */
    assert_int_equal(t.load[0].phase, WH_LOAD_CONFIRMED);
    assert_int_equal(wh_loads_want(&t, 0, &on), WH_OK);
    assert_int_equal(wh_loads_answer(&t, 0, order.sequence, true), WH_ERR_STATE); /* an old one */
    assert_true(wh_loads_next(&t, &order));
    assert_int_equal(wh_loads_answer(&t, 0, order.sequence, false), WH_OK);
    assert_int_equal(t.load[0].phase, WH_LOAD_WANTED);
    assert_true(wh_loads_next(&t, &order));
    report(&t, 0, WH_LOAD_ON, 2001); /* not below its limit */
    assert_int_equal(t.load[0].phase, WH_LOAD_SENT);
    report(&t, 0, WH_LOAD_ON, 2000);
    assert_int_equal(t.load[0].phase, WH_LOAD_CONFIRMED);
}

static void orders_go_out_to_all_loads_in_turn(void **state)
{
    (void)state;
    wh_loads t = table_of(WH_LOADS_MAX);
    const wh_load_want off = {.on = false};
    wh_load_order order = {0};
    for (unsigned slot = 0; slot < WH_LOADS_MAX; slot++) {
        assert_int_equal(wh_loads_want(&t, slot, &off), WH_OK);
    }
    for (unsigned slot = 0; slot < WH_LOADS_MAX; slot++) {
        assert_true(wh_loads_next(&t, &order));
        assert_int_equal(order.slot, slot);
        assert_int_equal(wh_loads_answer(&t, slot, order.sequence, false), WH_OK);
    }
    assert_true(wh_loads_next(&t, &order));
    assert_int_equal(order.slot, 0);
}

static void loads_are_shed_by_priority_a_step_at_a_time_and_restored_in_reverse(void **state)
{
    (void)state;
    static const uint8_t priority[] = {3, 0, 1, 2, 1};
    static const uint8_t sequence[] = {2, 4, 3, 0}; /* slots, as they are shed */
    wh_loads t = table_of(0);
    for (unsigned slot = 0; slot < 5; slot++) {
        const wh_load_config load = {.load_class = WH_LOAD_HEATING, .priority = priority[slot]};
        assert_int_equal(wh_loads_put(&t, slot, &load), WH_OK);
        report(&t, slot, WH_LOAD_ON, 1000);
    }
    assert_int_equal(wh_loads_left(&t), 4);
    assert_int_equal(wh_loads_set_goal(&t, WH_LOADS_SHED), WH_OK);
    for (unsigned n = 0; n < 4; n++) {
        if (n > 0) {
            wh_loads_tick(&t, 9999, true);
            assert_int_equal(t.shed_count, n);
        }
        wh_loads_tick(&t, 1, false); /* the value is below now: it takes no more */
        assert_int_equal(t.shed_count, n);
        wh_loads_tick(&t, 0, true);
        assert_int_equal(t.shed_count, n + 1);
        assert_int_equal(t.load[sequence[n]].shed_rank, n + 1);
        assert_false(t.load[sequence[n]].want.on);
    }
    assert_int_equal(wh_loads_left(&t), 0);
    wh_loads_tick(&t, 60000, true);
    assert_int_equal(t.shed_count, 4);
    assert_int_equal(t.load[1].shed_rank, 0); /* priority 0: never */
    assert_int_equal(wh_loads_set_goal(&t, WH_LOADS_RESTORE), WH_OK);
    for (unsigned n = 4; n-- > 0;) {
        wh_loads_tick(&t, 59999, false);
        assert_int_equal(t.shed_count, n + 1);
        wh_loads_tick(&t, 1, true); /* not while the value is above */
        assert_int_equal(t.shed_count, n + 1);
        wh_loads_tick(&t, 0, false);
        assert_int_equal(t.shed_count, n);
        assert_int_equal(t.load[sequence[n]].shed_rank, 0);
        assert_true(t.load[sequence[n]].want.on);
    }
    assert_int_equal(t.goal, WH_LOADS_HOLD);
}

static void minimum_on_and_off_times_are_kept(void **state)
{
    (void)state;
    wh_loads t = table_of(0);
    const wh_load_config fridge = {
        .load_class = WH_LOAD_REFRIGERATION, .priority = 1, .min_on_s = 300, .min_off_s = 600};
    const wh_load_config lamp = {.load_class = WH_LOAD_LIGHTING, .priority = 9};
    assert_int_equal(wh_loads_put(&t, 0, &fridge), WH_OK);
    assert_int_equal(wh_loads_put(&t, 5, &lamp), WH_OK);
    report(&t, 0, WH_LOAD_ON, 100);
    report(&t, 5, WH_LOAD_ON, 100);
    assert_int_equal(wh_loads_set_goal(&t, WH_LOADS_SHED), WH_OK);
    wh_loads_tick(&t, 1000, true);
    assert_int_equal(t.load[5].shed_rank, 1); /* the fridge may not yet */
    assert_int_equal(wh_loads_left(&t), 1);
    wh_loads_tick(&t, 298999, true);
    assert_int_equal(t.load[0].shed_rank, 0);
    wh_loads_tick(&t, 1, true);
    assert_int_equal(t.load[0].shed_rank, 2);
    assert_int_equal(wh_loads_set_goal(&t, WH_LOADS_RESTORE), WH_OK);
    wh_loads_tick(&t, 599999, false);
    assert_int_equal(t.shed_count, 2); /* and the lamp does not overtake it */
    wh_loads_tick(&t, 1, false);
    assert_int_equal(t.shed_count, 1);
    assert_int_equal(t.load[0].shed_rank, 0);
}

static void what_is_off_costs_no_step_and_what_feeds_is_not_shed(void **state)
{
    (void)state;
    wh_loads t = table_of(5);
    const wh_load_config sun = {.load_class = WH_LOAD_GENERATION, .priority = 1};
    assert_int_equal(wh_loads_put(&t, 0, &sun), WH_OK);
    report(&t, 1, WH_LOAD_ON, -500); /* a battery that helps */
    report(&t, 2, WH_LOAD_OFF, 0);
    report(&t, 3, WH_LOAD_ON, 2000);
    assert_int_equal(wh_loads_set_goal(&t, WH_LOADS_SHED), WH_OK);
    wh_loads_tick(&t, 1, true);
    assert_int_equal(t.shed_count, 2);
    assert_int_equal(t.load[2].shed_rank, 1);
    assert_int_equal(t.load[3].shed_rank, 2);
    wh_loads_tick(&t, 10000, true); /* never heard of: may be on */
    assert_int_equal(t.load[4].shed_rank, 3);
    wh_loads_tick(&t, 10000, true);
    assert_int_equal(t.shed_count, 3);
}

static void a_removed_load_is_forgotten(void **state)
{
    (void)state;
    const wh_load_config load = {.load_class = WH_LOAD_EV};
    wh_loads t = table_of(2);
    assert_int_equal(report_counters(&t, 10, 0), WH_OK);
    assert_int_equal(report_counters(&t, 20, 0), WH_OK);
    assert_int_equal(wh_loads_put(&t, 0, &load), WH_OK); /* changed: its register stays */
    assert_int_equal(t.load[0].consumed_mwh, 10);
    uint32_t revision = t.revision;
    assert_int_equal(wh_loads_remove(&t, 0), WH_OK);
    assert_true(t.revision > revision);
    assert_int_equal(report_counters(&t, 30, 0), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_loads_put(&t, 0, &load), WH_OK);
    assert_int_equal(t.load[0].consumed_mwh, 0);
    assert_true(wh_loads_stale(&t, 0));
}

static void wishes_wait_while_a_load_is_shed(void **state)
{
    (void)state;
    wh_loads t = table_of(1);
    wh_load_order order = {0};
    const wh_load_want want = {.on = true, .limit_w = 700};
    const wh_load_config other = {.load_class = WH_LOAD_EV};
    assert_int_equal(wh_loads_set_goal(&t, WH_LOADS_SHED), WH_OK);
    wh_loads_tick(&t, 1, true);
    assert_true(wh_loads_next(&t, &order));
    assert_false(order.on);
    assert_int_equal(wh_loads_answer(&t, 0, order.sequence, true), WH_OK);
    assert_int_equal(wh_loads_want(&t, 0, &want), WH_OK);
    assert_false(wh_loads_next(&t, &order));
    assert_int_equal(wh_loads_put(&t, 0, &other), WH_ERR_STATE);
    assert_int_equal(wh_loads_remove(&t, 0), WH_ERR_STATE);
    report(&t, 0, WH_LOAD_ON, 300); /* somebody has switched it on by hand: told again */
    assert_true(wh_loads_next(&t, &order));
    assert_false(order.on);
    assert_int_equal(wh_loads_set_goal(&t, WH_LOADS_RESTORE), WH_OK);
    wh_loads_tick(&t, 60000, false);
    assert_true(wh_loads_next(&t, &order));
    assert_true(order.on);
    assert_int_equal(order.limit_w, 700);
}

static void what_is_out_of_range_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    wh_loads t = table_of(1);
    wh_loads before;
    wh_load_config config = {.load_class = WH_LOAD_CLASSES};
    wh_load_want want = {.on = true, .limit_w = -1};
    wh_load_report bad = {.state = WH_LOAD_STATES};
    memcpy(&before, &t, sizeof t);
    assert_int_equal(wh_loads_put(&t, 0, &config), WH_ERR_RANGE);
    config.load_class = WH_LOAD_EV;
    assert_int_equal(wh_loads_put(&t, WH_LOADS_MAX, &config), WH_ERR_RANGE);
    config.power_max_w = -1;
    assert_int_equal(wh_loads_put(&t, 0, &config), WH_ERR_RANGE);
    assert_int_equal(wh_loads_remove(&t, 1), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_loads_remove(&t, WH_LOADS_MAX), WH_ERR_RANGE);
    assert_int_equal(wh_loads_want(&t, 0, &want), WH_ERR_RANGE);
    assert_int_equal(wh_loads_want(&t, 1, &want), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_loads_report(&t, 0, &bad), WH_ERR_RANGE);
    assert_int_equal(wh_loads_report(&t, 1, &bad), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_loads_answer(&t, 1, 0, true), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_loads_answer(&t, 0, 0, true), WH_ERR_STATE);
    assert_int_equal(wh_loads_set_goal(&t, WH_LOADS_GOALS), WH_ERR_RANGE);
    assert_memory_equal(&t, &before, sizeof t);
    config.power_max_w = 3000;
    assert_int_equal(wh_loads_put(&t, 0, &config), WH_OK);
    want.limit_w = 3001;
    assert_int_equal(wh_loads_want(&t, 0, &want), WH_ERR_RANGE);
    want.limit_w = 3000;
    assert_int_equal(wh_loads_want(&t, 0, &want), WH_OK);
    config.power_max_w = 1000; /* the fuse is smaller now, and so is what it was told */
    assert_int_equal(wh_loads_put(&t, 0, &config), WH_OK);
    assert_int_equal(t.load[0].want.limit_w, 1000);
}

static size_t save(const wh_loads *t, uint8_t out[WH_LOADS_SAVE_MAX])
{
    wh_writer w = wh_writer_init(out, WH_LOADS_SAVE_MAX);
    wh_loads_save(t, &w);
    assert_int_equal(wh_writer_err(&w), WH_OK);
    return wh_writer_len(&w);
}

static wh_err restore(wh_loads *t, const uint8_t *bytes, size_t len)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, len);
    wh_reader r = wh_reader_init(exact, len);
    wh_err err = wh_loads_restore(t, &r);
    free(exact);
    return err;
}

/* Version 1, for ever: shedding; in slot 3 an EV, priority 7, on at least 10 s, off 20 s, stale
 * after 300 s, 30 s and 3 tries for an answer, 11 kW; registers 1000000 and 2000 mWh at counters
 * 5000000 and 2000; reported at 1 700 000 000 s; off for 60 s; told off, before on up to 7400 W;
 * confirmed, order 9, shed first. */
static const uint8_t fixture[] = {
    0x01, 0x01, 0x01, 0x03, 0x05, 0x07, 0x0A, 0x00, 0x14, 0x00, 0x2C, 0x01, 0x1E, 0x00, 0x03,
    0xF8, 0x2A, 0x00, 0x00, 0x40, 0x42, 0x0F, 0x00, 0x00, 0x00, 0x00, 0x00, 0xD0, 0x07, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x40, 0x4B, 0x4C, 0x00, 0x00, 0x00, 0x00, 0x00, 0xD0, 0x07,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x68, 0xE5, 0xCF, 0x8B, 0x01, 0x00, 0x00, 0x60,
    0xEA, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xE8, 0x1C, 0x00, 0x00, 0x03, 0x09, 0x01, 0x09};

static void the_saved_format_of_version_1_is_read(void **state)
{
    (void)state;
    uint8_t again[WH_LOADS_SAVE_MAX];
    wh_loads t = table_of(WH_LOADS_MAX);
    assert_int_equal(restore(&t, fixture, sizeof fixture), WH_OK);
    const wh_load *l = &t.load[3];
    assert_int_equal(t.goal, WH_LOADS_SHED);
    assert_int_equal(t.shed_count, 1);
    assert_false(t.load[0].used);
    assert_int_equal(l->config.load_class, WH_LOAD_EV);
    assert_int_equal(l->config.power_max_w, 11000);
    assert_int_equal(l->consumed_mwh, 1000000);
    assert_int_equal(l->generated_mwh, 2000);
    assert_int_equal(l->counter_consumed_mwh, 5000000);
    assert_int_equal(l->reported_ms, 1700000000000);
    assert_int_equal(l->state_ms, 60000);
    assert_true(l->before.on && !l->want.on && l->reported && !l->on);
    assert_int_equal(l->before.limit_w, 7400);
    assert_int_equal(l->phase, WH_LOAD_CONFIRMED);
    assert_int_equal(l->sequence, 9);
    assert_int_equal(l->shed_rank, 1);
    assert_true(wh_loads_stale(&t, 3)); /* until it reports */
    assert_int_equal(save(&t, again), sizeof fixture);
    assert_memory_equal(again, fixture, sizeof fixture);
}

static void what_is_not_whole_is_refused_whole(void **state)
{
    (void)state;
    static const struct {
        uint8_t at;
        uint8_t value;
        wh_err err;
    } row[] = {
        {0, 2, WH_ERR_UNSUPPORTED}, {1, 3, WH_ERR_FORMAT},     {2, 17, WH_ERR_FORMAT},
        {3, 16, WH_ERR_FORMAT},     {4, 9, WH_ERR_FORMAT},     {14, 0, WH_ERR_FORMAT},
        {18, 0x80, WH_ERR_FORMAT},  {26, 0x80, WH_ERR_FORMAT}, {34, 0x80, WH_ERR_FORMAT},
        {42, 0x80, WH_ERR_FORMAT},  {50, 0x80, WH_ERR_FORMAT}, {66, 0x01, WH_ERR_FORMAT},
        {69, 0x01, WH_ERR_FORMAT},  {71, 5, WH_ERR_FORMAT},    {71, 2, WH_ERR_FORMAT},
        {73, 2, WH_ERR_FORMAT},     {73, 255, WH_ERR_FORMAT},  {74, 0x10, WH_ERR_FORMAT},
    };
    wh_loads t = table_of(2);
    wh_loads before;
    memcpy(&before, &t, sizeof t);
    for (size_t len = 0; len < sizeof fixture; len++) {
        assert_int_not_equal(restore(&t, fixture, len), WH_OK);
    }
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        uint8_t bad[sizeof fixture];
        memcpy(bad, fixture, sizeof bad);
        bad[row[i].at] = row[i].value;
        assert_int_equal(restore(&t, bad, sizeof bad), row[i].err);
    }
    assert_memory_equal(&t, &before, sizeof t);
}

static uint32_t chance(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(*seed >> 33);
}

static void check_ranks(const wh_loads *t)
{
    unsigned seen = 0;
    for (unsigned slot = 0; slot < WH_LOADS_MAX; slot++) {
        if (t->load[slot].shed_rank != 0) {
            seen |= 1U << (t->load[slot].shed_rank - 1);
            assert_false(t->load[slot].want.on);
        }
    }
    assert_int_equal(seen, (1U << t->shed_count) - 1);
}

/* The saved form without what reports and time change. */
static void save_commands(const wh_loads *t, uint8_t out[WH_LOADS_SAVE_MAX])
{
    memset(out, 0, WH_LOADS_SAVE_MAX);
    (void)save(t, out);
    for (size_t at = 3; at < WH_LOADS_SAVE_MAX; at += 72) {
        memset(&out[at + 16], 0, 44);               /* registers, counters, times */
        out[at + 71] &= (uint8_t) ~(0x01U | 0x02U); /* reported, on */
    }
}

/* Anything, in any order, with the power cut at any moment: registers never run back, ranks stay
 * whole, and after the cut everything that was wanted is still wanted. */
static void nothing_is_lost_over_any_events_and_power_cuts(void **state)
{
    (void)state;
    uint64_t seed = 3;
    int64_t reg[WH_LOADS_MAX] = {0};
    wh_loads t = table_of(WH_LOADS_MAX);
    const wh_loads_config config = {0};
    wh_load_order order = {0};
    for (int i = 0; i < 50000; i++) {
        unsigned slot = chance(&seed) % WH_LOADS_MAX;
        uint32_t dice = chance(&seed);
        uint8_t was[WH_LOADS_SAVE_MAX];
        uint8_t is[WH_LOADS_SAVE_MAX];
        uint32_t revision = t.revision;
        save_commands(&t, was);
        wh_load_want want = {.on = dice % 3 == 0, .limit_w = (int32_t)(dice % 9000)};
        wh_load_report r = {.state = (wh_load_state)(dice % 3),
                            .power_w = (int32_t)(dice % 5000) - 1000,
                            .consumed_mwh = i * 10 + (int64_t)(dice % 100),
                            .generated_mwh = (int64_t)dice * (dice % 1000)};
        if (dice % 7 == 0) {
            assert_int_equal(wh_loads_want(&t, slot, &want), WH_OK);
        } else if (dice % 7 < 3) {
            assert_int_equal(wh_loads_report(&t, slot, &r), WH_OK);
        } else if (dice % 7 == 3) {
            assert_int_equal(wh_loads_set_goal(&t, (wh_loads_goal)(dice % 3)), WH_OK);
        } else if (dice % 7 == 4 && wh_loads_next(&t, &order)) {
            assert_int_equal(wh_loads_answer(&t, order.slot, order.sequence, dice % 2 == 0), WH_OK);
        } else if (dice % 7 == 5) {
            uint8_t saved[WH_LOADS_SAVE_MAX];
            uint8_t again[WH_LOADS_SAVE_MAX];
            size_t len = save(&t, saved);
            wh_loads_init(&t, &config);
            t.revision = revision;
            assert_int_equal(restore(&t, saved, len), WH_OK);
            assert_int_equal(save(&t, again), len);
        }
        wh_loads_tick(&t, dice % 20000, dice % 2 == 0);
        check_ranks(&t);
        save_commands(&t, is);
        assert_true(t.revision > revision || memcmp(was, is, WH_LOADS_SAVE_MAX) == 0);
        assert_true(t.load[slot].consumed_mwh >= reg[slot]);
        reg[slot] = t.load[slot].consumed_mwh;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_follow_the_terminal_and_never_run_back),
        cmocka_unit_test(a_silent_load_is_stale_and_never_taken_to_be_off),
        cmocka_unit_test(a_command_is_sent_until_confirmed_or_failed),
        cmocka_unit_test(orders_go_out_to_all_loads_in_turn),
        cmocka_unit_test(loads_are_shed_by_priority_a_step_at_a_time_and_restored_in_reverse),
        cmocka_unit_test(minimum_on_and_off_times_are_kept),
        cmocka_unit_test(what_is_off_costs_no_step_and_what_feeds_is_not_shed),
        cmocka_unit_test(a_removed_load_is_forgotten),
        cmocka_unit_test(wishes_wait_while_a_load_is_shed),
        cmocka_unit_test(what_is_out_of_range_is_refused_and_changes_nothing),
        cmocka_unit_test(the_saved_format_of_version_1_is_read),
        cmocka_unit_test(what_is_not_whole_is_refused_whole),
        cmocka_unit_test(nothing_is_lost_over_any_events_and_power_cuts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
