/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/supply/limiter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KW 1000000 /* in mW */

/* A limiter and the switch behind it. */
typedef struct {
    wh_limiter l;
    wh_limiter_inputs in;
    unsigned count[WH_LIMITER_ACTIONS];
} rig;

static const wh_limiter_config plain = {.monitored = WH_LIMITER_POWER_IMPORT,
                                        .action_over = WH_LIMITER_DISCONNECT,
                                        .action_under = WH_LIMITER_RECONNECT,
                                        .reclose_max = 2,
                                        .min_over_s = 60,
                                        .min_under_s = 30,
                                        .reclose_wait_s = 300,
                                        .threshold_normal = 5 * KW,
                                        .threshold_emergency = 1 * KW};

static rig rig_with(const wh_limiter_config *config)
{
    rig r = {.in = {.valid = true}};
    assert_int_equal(wh_limiter_init(&r.l, config), WH_OK);
    return r;
}

/* One second at a value; the switch obeys. */
static wh_limiter_action second(rig *r, int64_t value)
{
    r->in.utc_ms += 1000;
    r->in.elapsed_ms = 1000;
    r->in.value[r->l.config.monitored] = r->in.open ? 0 : value;
    wh_limiter_action action = wh_limiter_tick(&r->l, &r->in);
    r->count[action]++;
    if (action == WH_LIMITER_DISCONNECT || action == WH_LIMITER_RECONNECT) {
        r->in.open = action == WH_LIMITER_DISCONNECT;
        r->in.by_limiter = true;
    }
    return action;
}

/* Seconds until `action` comes, 0 where it does not within `most`. */
static unsigned until(rig *r, wh_limiter_action action, int64_t value, unsigned most)
{
    for (unsigned s = 1; s <= most; s++) {
        if (second(r, value) == action) {
            return s;
        }
    }
    return 0;
}

static void it_acts_after_the_minimum_over_time_and_not_before(void **state)
{
    (void)state;
    static const uint32_t min_over_s[] = {0, 1, 2, 60, 3600};
    for (size_t i = 0; i < sizeof min_over_s / sizeof min_over_s[0]; i++) {
        wh_limiter_config config = plain;
        config.min_over_s = min_over_s[i];
        rig r = rig_with(&config);
        assert_int_equal(until(&r, WH_LIMITER_DISCONNECT, 5 * KW, 7200), 0); /* not above */
        assert_int_equal(until(&r, WH_LIMITER_DISCONNECT, 5 * KW + 1, 7200), min_over_s[i] + 1);
    }
}

static void a_dip_below_the_threshold_starts_the_time_anew(void **state)
{
    (void)state;
    rig r = rig_with(&plain);
    for (int i = 0; i < 50; i++) {
        assert_int_equal(until(&r, WH_LIMITER_DISCONNECT, 6 * KW, 60), 0);
        if (i % 2 == 0) {
            assert_int_equal(second(&r, 5 * KW), WH_LIMITER_NOTHING);
        } else { /* nor may a value that is not valid be counted */
            r.in.valid = false;
            assert_int_equal(second(&r, 6 * KW), WH_LIMITER_NOTHING);
            r.in.valid = true;
        }
    }
    assert_int_equal(until(&r, WH_LIMITER_DISCONNECT, 6 * KW, 100), 61);
}

static void the_action_runs_once_per_excursion(void **state)
{
    (void)state;
    wh_limiter_config config = plain;
    config.action_over = WH_LIMITER_SHED;
    config.action_under = WH_LIMITER_RESTORE;
    config.reclose_max = 0;
    rig r = rig_with(&config);
    for (unsigned n = 1; n <= 5; n++) {
        for (int s = 0; s < 500; s++) {
            (void)second(&r, 6 * KW);
        }
        assert_int_equal(r.count[WH_LIMITER_SHED], n);
        for (int s = 0; s < 500; s++) {
            (void)second(&r, 4 * KW);
        }
        assert_int_equal(r.count[WH_LIMITER_RESTORE], n);
    }
    assert_int_equal(r.count[WH_LIMITER_DISCONNECT], 0);
    rig calm = rig_with(&config); /* without an action over there is none under */
    assert_int_equal(until(&calm, WH_LIMITER_RESTORE, 0, 1000), 0);
}

static void it_closes_again_so_many_times_and_is_then_locked(void **state)
{
    (void)state;
    for (uint8_t most = 0; most < 4; most++) {
        wh_limiter_config config = plain;
        config.reclose_max = most;
        rig r = rig_with(&config);
        for (unsigned n = 0; n < most; n++) {
            assert_int_equal(until(&r, WH_LIMITER_DISCONNECT, 6 * KW, 100), 61);
            assert_false(r.l.locked);
            assert_int_equal(until(&r, WH_LIMITER_RECONNECT, 6 * KW, 1000), 300);
            assert_int_equal(r.l.tries, n + 1);
        }
        assert_int_equal(until(&r, WH_LIMITER_DISCONNECT, 6 * KW, 100), 61);
        assert_true(r.l.locked);
        assert_int_equal(until(&r, WH_LIMITER_RECONNECT, 6 * KW, 20000), 0);
        r.in.open = false; /* the customer presses the key: a fresh start */
        r.in.by_limiter = false;
        (void)second(&r, 0);
        assert_false(r.l.locked);
        assert_int_equal(r.l.tries, 0);
        assert_int_equal(until(&r, WH_LIMITER_DISCONNECT, 6 * KW, 100), 61);
        assert_int_equal(until(&r, WH_LIMITER_RECONNECT, 6 * KW, 400), most > 0 ? 300 : 0);
    }
}

static void a_count_that_was_lowered_holds_at_once(void **state)
{
    (void)state;
    wh_limiter_config config = plain;
    rig r = rig_with(&config);
    for (int n = 0; n < 2; n++) {
        assert_int_equal(until(&r, WH_LIMITER_DISCONNECT, 6 * KW, 100), 61);
        if (n == 0) {
            assert_int_equal(until(&r, WH_LIMITER_RECONNECT, 6 * KW, 1000), 300);
        }
    }
    assert_false(r.l.locked);
    config.reclose_max = 1;
    assert_int_equal(wh_limiter_configure(&r.l, &config), WH_OK);
    assert_int_equal(until(&r, WH_LIMITER_RECONNECT, 0, 5000), 0);
}

static void tries_are_forgotten_after_calm(void **state)
{
    (void)state;
    wh_limiter_config config = plain;
    config.forget_s = 3600;
    rig r = rig_with(&config);
    assert_int_equal(until(&r, WH_LIMITER_DISCONNECT, 6 * KW, 100), 61);
    assert_int_equal(until(&r, WH_LIMITER_RECONNECT, 6 * KW, 1000), 300);
    for (int s = 0; s < 3599; s++) {
        (void)second(&r, 4 * KW);
    }
    assert_int_equal(r.l.tries, 1);
    (void)second(&r, 4 * KW);
    assert_int_equal(r.l.tries, 0);
}

static void it_never_closes_what_somebody_else_opened(void **state)
{
    (void)state;
    rig r = rig_with(&plain);
    r.in.open = true; /* by key, before */
    assert_int_equal(until(&r, WH_LIMITER_RECONNECT, 0, 2000), 0);
    r = rig_with(&plain);
    assert_int_equal(until(&r, WH_LIMITER_DISCONNECT, 6 * KW, 100), 61);
    r.in.by_limiter = false; /* the utility has disconnected it for good */
    assert_int_equal(until(&r, WH_LIMITER_RECONNECT, 0, 2000), 0);
    assert_false(r.l.opened);
}

static void loads_are_shed_first_and_the_switch_opens_where_that_does_not_do(void **state)
{
    (void)state;
    wh_limiter_config config = plain;
    config.action_over = WH_LIMITER_SHED;
    config.action_under = WH_LIMITER_RESTORE;
    config.escalate_s = 120;
    rig r = rig_with(&config);
    assert_int_equal(until(&r, WH_LIMITER_SHED, 6 * KW, 100), 61);
    assert_int_equal(until(&r, WH_LIMITER_DISCONNECT, 6 * KW, 1000), 120);
    assert_int_equal(until(&r, WH_LIMITER_RECONNECT, 6 * KW, 1000), 300);
    assert_int_equal(until(&r, WH_LIMITER_RESTORE, 4 * KW, 1000), 30);
    assert_int_equal(r.count[WH_LIMITER_SHED], 1);
    assert_int_equal(r.count[WH_LIMITER_DISCONNECT], 1);
    r = rig_with(&config); /* locked, then closed by the customer: the loads come back, too */
    for (int n = 0; n < 3; n++) {
        assert_true(until(&r, WH_LIMITER_DISCONNECT, 6 * KW, 1000) != 0);
        (void)until(&r, WH_LIMITER_RECONNECT, 6 * KW, 1000);
    }
    assert_true(r.l.locked);
    r.in.open = false;
    r.in.by_limiter = false;
    assert_true(until(&r, WH_LIMITER_RESTORE, 4 * KW, 1000) != 0);
}

static void a_refused_action_is_asked_again_after_the_same_time(void **state)
{
    (void)state;
    rig r = rig_with(&plain);
    assert_int_equal(until(&r, WH_LIMITER_DISCONNECT, 6 * KW, 100), 61);
    for (int n = 0; n < 5; n++) { /* protected */
        r.in.open = false;
        r.in.by_limiter = false;
        wh_limiter_refused(&r.l);
        assert_false(r.l.opened);
        assert_int_equal(until(&r, WH_LIMITER_DISCONNECT, 6 * KW, 100), 60);
    }
    assert_int_equal(until(&r, WH_LIMITER_RECONNECT, 6 * KW, 1000), 300);
    r.in.open = true; /* the mode does not know a local reconnection */
    wh_limiter_refused(&r.l);
    assert_int_equal(r.l.tries, 0);
    assert_int_equal(until(&r, WH_LIMITER_RECONNECT, 6 * KW, 1000), 30);
    wh_limiter_config config = plain;
    config.action_over = WH_LIMITER_SHED;
    config.action_under = WH_LIMITER_RESTORE;
    config.escalate_s = 10;
    r = rig_with(&config);
    assert_int_equal(until(&r, WH_LIMITER_SHED, 6 * KW, 100), 61);
    wh_limiter_refused(&r.l);
    assert_int_equal(until(&r, WH_LIMITER_SHED, 6 * KW, 100), 60);
    assert_int_equal(until(&r, WH_LIMITER_DISCONNECT, 6 * KW, 100), 10);
    r.in.open = false;
    r.in.by_limiter = false;
    wh_limiter_refused(&r.l);
    assert_int_equal(until(&r, WH_LIMITER_DISCONNECT, 6 * KW, 100), 10);
}

static int64_t threshold_at(const wh_limiter *l, uint16_t minute, uint8_t weekday, uint8_t rate)
{
    wh_limiter copy = *l;
    wh_limiter_inputs in = {.minute = minute, .weekday = weekday, .rate = rate, .utc_ms = 0};
    assert_int_equal(wh_limiter_tick(&copy, &in), WH_LIMITER_NOTHING);
    return copy.threshold_active;
}

static void the_threshold_follows_window_rate_and_emergency(void **state)
{
    (void)state;
    wh_limiter_config config = plain;
    config.threshold_rate[1] = 3 * KW;
    config.window[0] = (wh_limiter_window){2 * KW, 1080, 1200, 0x1F};
    config.window[1] = (wh_limiter_window){7 * KW, 1380, 300, 0x20}; /* Saturday night */
    wh_limiter l;
    assert_int_equal(wh_limiter_init(&l, &config), WH_OK);
    static const struct {
        uint16_t minute;
        uint8_t weekday;
        uint8_t rate;
        int64_t kw;
    } row[] = {
        {600, 0, 1, 5},  {600, 0, 2, 3},  {600, 0, 0, 5},  {600, 0, 9, 5},  {600, 0, 255, 5},
        {1079, 4, 2, 3}, {1080, 4, 2, 2}, {1199, 4, 2, 2}, {1200, 4, 2, 3}, {1100, 5, 2, 3},
        {1379, 5, 1, 5}, {1380, 5, 1, 7}, {0, 6, 1, 7},    {299, 6, 1, 7},  {300, 6, 1, 5},
        {299, 5, 1, 5},  {1400, 6, 1, 5},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        assert_int_equal(threshold_at(&l, row[i].minute, row[i].weekday, row[i].rate),
                         row[i].kw * KW);
    }
    const uint16_t group[] = {7};
    const wh_limiter_emergency now = {.id = 7, .activation_ms = 0, .duration_s = 1};
    assert_int_equal(wh_limiter_set_groups(&l, group, 1), WH_OK);
    assert_int_equal(wh_limiter_set_emergency(&l, &now), WH_OK);
    assert_int_equal(threshold_at(&l, 1100, 0, 2), 1 * KW);
}

static void the_emergency_profile_lasts_its_duration(void **state)
{
    (void)state;
    static const struct {
        int64_t utc_ms;
        bool active;
    } row[] = {{-1, false},     {99999, false},     {100000, true}, {159999, true},
               {160000, false}, {INT64_MAX, false}, {120000, true}, {INT64_MIN, false}};
    wh_limiter l;
    const uint16_t groups[9] = {1, 42};
    wh_limiter_emergency e = {.id = 42, .activation_ms = 100000, .duration_s = 60};
    assert_int_equal(wh_limiter_init(&l, &plain), WH_OK);
    assert_int_equal(wh_limiter_set_emergency(&l, &e), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_limiter_set_groups(&l, groups, 9), WH_ERR_RANGE);
    assert_int_equal(l.group_count, 0);
    assert_int_equal(wh_limiter_set_groups(&l, groups, 2), WH_OK);
    assert_int_equal(wh_limiter_set_emergency(&l, &e), WH_OK);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        wh_limiter_inputs in = {.utc_ms = row[i].utc_ms};
        (void)wh_limiter_tick(&l, &in);
        assert_int_equal(l.emergency_active, row[i].active);
    }
    e.id = 43; /* of others: ignored */
    e.duration_s = 0;
    assert_int_equal(wh_limiter_set_emergency(&l, &e), WH_ERR_NOT_FOUND);
    wh_limiter_inputs in = {.utc_ms = 120000};
    (void)wh_limiter_tick(&l, &in);
    assert_true(l.emergency_active);
    e.id = 42; /* no duration: ends it */
    assert_int_equal(wh_limiter_set_emergency(&l, &e), WH_OK);
    (void)wh_limiter_tick(&l, &in);
    assert_false(l.emergency_active);
    e = (wh_limiter_emergency){.id = 42, .activation_ms = INT64_MIN, .duration_s = UINT32_MAX};
    assert_int_equal(wh_limiter_set_emergency(&l, &e), WH_OK);
    in.utc_ms = INT64_MAX;
    (void)wh_limiter_tick(&l, &in);
    assert_false(l.emergency_active);
}

static size_t save(const wh_limiter *l, uint8_t out[WH_LIMITER_SAVE_MAX])
{
    wh_writer w = wh_writer_init(out, WH_LIMITER_SAVE_MAX);
    wh_limiter_save(l, &w);
    assert_int_equal(wh_writer_err(&w), WH_OK);
    return wh_writer_len(&w);
}

static wh_err restore(wh_limiter *l, const uint8_t *bytes, size_t len)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, len);
    wh_reader r = wh_reader_init(exact, len);
    wh_err err = wh_limiter_restore(l, &r);
    free(exact);
    return err;
}

static void it_stops_listening_with_the_group(void **state)
{
    (void)state;
    const uint16_t groups[WH_LIMITER_GROUPS_MAX] = {1, 2, 3, 4, 5, 6, 7, 8};
    const wh_limiter_emergency e = {.id = 8, .activation_ms = 0, .duration_s = 60};
    const wh_limiter_inputs in = {.utc_ms = 5};
    wh_limiter l;
    assert_int_equal(wh_limiter_init(&l, &plain), WH_OK);
    assert_int_equal(wh_limiter_set_groups(&l, groups, 8), WH_OK);
    assert_int_equal(wh_limiter_set_emergency(&l, &e), WH_OK);
    uint8_t saved[WH_LIMITER_SAVE_MAX];
    assert_int_equal(save(&l, saved), WH_LIMITER_SAVE_MAX); /* the longest */
    assert_int_equal(restore(&l, saved, sizeof saved), WH_OK);
    (void)wh_limiter_tick(&l, &in);
    assert_true(l.emergency_active);
    assert_int_equal(wh_limiter_set_groups(&l, groups, 7), WH_OK);
    (void)wh_limiter_tick(&l, &in);
    assert_false(l.emergency_active);
}

static void a_refused_restore_comes_again(void **state)
{
    (void)state;
    wh_limiter_config config = plain;
    config.action_over = WH_LIMITER_SHED;
    config.action_under = WH_LIMITER_RESTORE;
    config.reclose_max = 0; /* and the switch stays open where it was opened */
    rig r = rig_with(&config);
    assert_int_equal(until(&r, WH_LIMITER_SHED, 6 * KW, 100), 61);
    assert_int_equal(until(&r, WH_LIMITER_RESTORE, 0, 100), 31);
    wh_limiter_refused(&r.l);
    assert_true(r.l.shedding);
    assert_int_equal(until(&r, WH_LIMITER_RESTORE, 0, 100), 30);
    assert_int_equal(until(&r, WH_LIMITER_RESTORE, 0, 1000), 0);
    wh_limiter_refused(&r.l); /* nothing was handed out: nothing happens */
    assert_int_equal(until(&r, WH_LIMITER_RESTORE, 0, 1000), 0);
    config.escalate_s = 10;
    r = rig_with(&config);
    assert_int_equal(until(&r, WH_LIMITER_DISCONNECT, 6 * KW, 100), 71);
    assert_int_equal(until(&r, WH_LIMITER_RECONNECT, 0, 1000), 0);
    assert_int_equal(r.count[WH_LIMITER_RESTORE], 1);
}

static void a_switch_that_does_not_open_is_not_asked_twice(void **state)
{
    (void)state;
    rig r = rig_with(&plain);
    assert_int_equal(until(&r, WH_LIMITER_DISCONNECT, 6 * KW, 100), 61);
    for (int s = 0; s < 1000; s++) { /* welded: the current flows on, with dips */
        r.in.elapsed_ms = 1000;
        r.in.value[WH_LIMITER_POWER_IMPORT] = s % 100 == 99 ? 0 : 6 * KW;
        assert_int_equal(wh_limiter_tick(&r.l, &r.in), WH_LIMITER_NOTHING);
    }
}

static void what_was_shed_is_restored_whatever_the_parameters_are_now(void **state)
{
    (void)state;
    wh_limiter_config config = plain;
    config.action_over = WH_LIMITER_SHED;
    config.action_under = WH_LIMITER_RESTORE;
    rig r = rig_with(&config);
    assert_int_equal(until(&r, WH_LIMITER_SHED, 6 * KW, 100), 61);
    assert_int_equal(wh_limiter_configure(&r.l, &plain), WH_OK);
    assert_int_equal(until(&r, WH_LIMITER_RESTORE, 0, 100), 31);
    assert_int_equal(r.count[WH_LIMITER_RECONNECT], 0);
    config = (wh_limiter_config){.window[0] = {.days = 0x7F}}; /* only watches */
    r = rig_with(&config);
    assert_int_equal(until(&r, WH_LIMITER_DISCONNECT, 1, 1000), 0);
    assert_int_equal(r.count[WH_LIMITER_NOTHING], 1000);
}

static void parameters_outside_their_range_change_nothing(void **state)
{
    (void)state;
    wh_limiter l;
    assert_int_equal(wh_limiter_init(&l, &plain), WH_OK);
    wh_limiter before;
    memcpy(&before, &l, sizeof l);
    for (int i = 0; i < 12; i++) {
        wh_limiter_config bad = plain;
        bad.monitored = i == 0 ? WH_LIMITER_VALUES : bad.monitored;
        bad.action_over = i == 1 ? WH_LIMITER_RECONNECT : bad.action_over;
        bad.action_over = i == 2 ? WH_LIMITER_ACTIONS : bad.action_over;
        bad.action_over = i == 3 ? WH_LIMITER_SHED : bad.action_over;
        bad.action_under = i == 4 ? WH_LIMITER_DISCONNECT : bad.action_under;
        bad.action_under = i == 5 ? WH_LIMITER_RESTORE : bad.action_under;
        bad.threshold_normal = i == 6 ? -1 : bad.threshold_normal;
        bad.threshold_emergency = i == 7 ? -1 : bad.threshold_emergency;
        bad.threshold_rate[7] = i == 8 ? -1 : 0;
        bad.window[3].from_minute = i == 9 ? 1440 : 0;
        bad.window[3].to_minute = i == 10 ? 1440 : 0;
        bad.window[3].days = i == 11 ? 0x80 : 0;
        assert_int_equal(wh_limiter_configure(&l, &bad), WH_ERR_RANGE);
        assert_memory_equal(&l, &before, sizeof l);
    }
}

/* Version 1, for ever: acted and opened, second try, open for 90 s, calm 0, emergency 42 from
 * 1 700 000 000 s for 3600 s, groups 7 and 42. */
static const uint8_t fixture[] = {0x01, 0x05, 0x02, 0x90, 0x5F, 0x01, 0x00, 0x00, 0x00, 0x00,
                                  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x2A,
                                  0x00, 0x00, 0x68, 0xE5, 0xCF, 0x8B, 0x01, 0x00, 0x00, 0x10,
                                  0x0E, 0x00, 0x00, 0x02, 0x07, 0x00, 0x2A, 0x00};

static void the_saved_format_of_version_1_is_read(void **state)
{
    (void)state;
    uint8_t again[WH_LIMITER_SAVE_MAX];
    wh_limiter l;
    assert_int_equal(wh_limiter_init(&l, &plain), WH_OK);
    assert_int_equal(restore(&l, fixture, sizeof fixture), WH_OK);
    assert_true(l.opened && l.acted && !l.locked && !l.shedding);
    assert_int_equal(l.tries, 2);
    assert_int_equal(l.open_ms, 90000);
    assert_int_equal(l.emergency.id, 42);
    assert_int_equal(l.emergency.activation_ms, 1700000000000);
    assert_int_equal(l.emergency.duration_s, 3600);
    assert_int_equal(l.group_count, 2);
    assert_int_equal(l.group[1], 42);
    assert_int_equal(save(&l, again), sizeof fixture);
    assert_memory_equal(again, fixture, sizeof fixture);
    wh_limiter before;
    memcpy(&before, &l, sizeof l);
    for (size_t len = 0; len < sizeof fixture; len++) {
        assert_int_equal(restore(&l, fixture, len), WH_ERR_SHORT);
    }
    memcpy(again, fixture, sizeof fixture);
    again[0] = 2;
    assert_int_equal(restore(&l, again, sizeof fixture), WH_ERR_UNSUPPORTED);
    again[0] = 1;
    again[1] = 0x10;
    assert_int_equal(restore(&l, again, sizeof fixture), WH_ERR_FORMAT);
    again[1] = 5;
    again[33] = 9;
    assert_int_equal(restore(&l, again, sizeof fixture), WH_ERR_FORMAT);
    assert_memory_equal(&l, &before, sizeof l);
}

/* Random loads, cuts of power at any moment; counted by an observer of its own. */
static void over_any_load_and_power_cut_it_keeps_its_limits(void **state)
{
    (void)state;
    uint64_t seed = 5;
    rig r = rig_with(&plain);
    unsigned over_s = 0;   /* seconds seen above without a break */
    unsigned open_s = 0;   /* since it opened the switch */
    unsigned recloses = 0; /* since somebody else closed */
    int64_t value = 0;
    for (int i = 0; i < 400000; i++) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        uint32_t dice = (uint32_t)(seed >> 33);
        value = dice % 200 == 0 ? (int64_t)(dice >> 8) % (10 * KW) : value;
        if (dice % 997 == 0) {
            uint8_t saved[WH_LIMITER_SAVE_MAX];
            size_t len = save(&r.l, saved);
            assert_int_equal(wh_limiter_init(&r.l, &plain), WH_OK);
            assert_int_equal(restore(&r.l, saved, len), WH_OK);
            over_s = 0;
        }
        if (r.in.open && dice % 1999 == 0) { /* the key */
            r.in.open = false;
            r.in.by_limiter = false;
            recloses = 0;
        }
        bool above = !r.in.open && value > 5 * KW;
        over_s = above ? over_s + 1 : 0;
        open_s = r.in.open ? open_s + 1 : 0;
        uint8_t was[WH_LIMITER_SAVE_MAX] = {0};
        uint8_t is[WH_LIMITER_SAVE_MAX] = {0};
        uint32_t revision = r.l.revision;
        (void)save(&r.l, was);
        wh_limiter_action action = second(&r, value);
        (void)save(&r.l, is); /* flags and tries before the durations */
        assert_true(r.l.revision > revision || memcmp(was, is, 3) == 0);
        if (action == WH_LIMITER_DISCONNECT) {
            assert_int_equal(over_s, 61);
            over_s = 0;
        } else if (action == WH_LIMITER_RECONNECT) {
            recloses++;
            assert_true(recloses <= 2);
            assert_true(open_s >= 300);
        } else {
            assert_true(over_s <= 61); /* nor does it forget to act */
        }
    }
    assert_true(r.count[WH_LIMITER_DISCONNECT] > 50);
    assert_true(r.count[WH_LIMITER_RECONNECT] > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_acts_after_the_minimum_over_time_and_not_before),
        cmocka_unit_test(a_dip_below_the_threshold_starts_the_time_anew),
        cmocka_unit_test(the_action_runs_once_per_excursion),
        cmocka_unit_test(it_closes_again_so_many_times_and_is_then_locked),
        cmocka_unit_test(a_count_that_was_lowered_holds_at_once),
        cmocka_unit_test(tries_are_forgotten_after_calm),
        cmocka_unit_test(it_never_closes_what_somebody_else_opened),
        cmocka_unit_test(loads_are_shed_first_and_the_switch_opens_where_that_does_not_do),
        cmocka_unit_test(a_refused_action_is_asked_again_after_the_same_time),
        cmocka_unit_test(the_threshold_follows_window_rate_and_emergency),
        cmocka_unit_test(the_emergency_profile_lasts_its_duration),
        cmocka_unit_test(it_stops_listening_with_the_group),
        cmocka_unit_test(a_refused_restore_comes_again),
        cmocka_unit_test(a_switch_that_does_not_open_is_not_asked_twice),
        cmocka_unit_test(what_was_shed_is_restored_whatever_the_parameters_are_now),
        cmocka_unit_test(parameters_outside_their_range_change_nothing),
        cmocka_unit_test(the_saved_format_of_version_1_is_read),
        cmocka_unit_test(over_any_load_and_power_cut_it_keeps_its_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
