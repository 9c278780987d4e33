/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/supply/switch_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MINUTE_MS 60000

static const wh_switch_config defaults = {0};

/* Blue Book, disconnect control: next state from states 0, 1 and 2 ("-": not known), by mode and
 * by request in the order remote, manual, local disconnect, remote, manual, local reconnect. */
static const char *const class_70[WH_SWITCH_MODES][WH_SWITCH_REQUESTS] = {
    {"-", "-", "-", "-", "-", "-"},           {"000", "022", "022", "212", "011", "-"},
    {"000", "022", "022", "112", "011", "-"}, {"000", "-", "022", "212", "011", "-"},
    {"000", "-", "022", "112", "011", "-"},   {"000", "022", "022", "212", "011", "011"},
    {"000", "-", "022", "212", "011", "011"},
};

static void check_request(unsigned mode, unsigned state, unsigned ask, unsigned variant)
{
    const char *row = class_70[mode][ask];
    bool known = row[0] != '-';
    unsigned want = known ? (unsigned)(row[state] - '0') : state;
    bool is_protected = (variant & 1) != 0;
    bool barred = (variant & 2) != 0;
    wh_switch s;
    wh_switch_state next = WH_SWITCH_CONNECTED;
    wh_switch_event e = {0};
    assert_int_equal(wh_switch_init(&s, &defaults, (uint8_t)mode), WH_OK);
    s.state = (wh_switch_state)state;
    s.protected_on = is_protected;
    s.barred = barred ? WH_SWITCH_BAR_CREDIT : 0;
    assert_int_equal(wh_switch_transition((uint8_t)mode, s.state, (wh_switch_ask)ask, &next),
                     known ? WH_OK : WH_ERR_STATE);
    assert_int_equal(next, want);
    wh_err err = known ? WH_OK : WH_ERR_STATE;
    if (want != state && ((barred && want == 1) || (is_protected && ask <= 2))) {
        err = WH_ERR_DENIED;
        want = state;
    }
    assert_int_equal(wh_switch_request(&s, (wh_switch_ask)ask, WH_SWITCH_BY_REMOTE, 77), err);
    assert_int_equal(s.state, want);
    bool permitted = err == WH_OK && state == 0 && want == 2;
    assert_int_equal(wh_switch_next(&s, &e), err != WH_OK || permitted);
    if (err != WH_OK) {
        assert_int_equal(e.kind, WH_SWITCH_EVENT_REFUSED);
        assert_int_equal(e.what, ask);
        assert_int_equal(e.reason, err);
        assert_int_equal(e.utc_ms, 77);
    }
    assert_int_equal(s.revision, want != state ? 1 : 0);
    assert_int_equal(s.cause, want != state ? WH_SWITCH_BY_REMOTE : WH_SWITCH_BY_NOBODY);
}

static void every_mode_state_and_request_does_what_the_blue_book_says(void **state)
{
    (void)state;
    for (unsigned mode = 0; mode < WH_SWITCH_MODES; mode++) {
        for (unsigned from = 0; from <= 2; from++) {
            if (mode == 0 && from != 1) {
                continue; /* mode 0 is always connected */
            }
            for (unsigned i = 0; i < WH_SWITCH_REQUESTS * 4U; i++) {
                check_request(mode, from, i / 4, i % 4);
            }
        }
    }
    wh_switch s;
    wh_switch_state next = WH_SWITCH_READY;
    assert_int_equal(wh_switch_init(&s, &defaults, 7), WH_ERR_RANGE);
    assert_int_equal(wh_switch_transition(7, WH_SWITCH_READY, WH_SWITCH_REMOTE_DISCONNECT, &next),
                     WH_ERR_STATE);
    assert_int_equal(wh_switch_transition(5, WH_SWITCH_READY, WH_SWITCH_REQUESTS, &next),
                     WH_ERR_STATE);
    assert_int_equal(next, WH_SWITCH_READY);
}

/* State Grid: next state from 0, 1 and 2 without a delay. */
static const char *const state_grid[WH_SWITCH_ORDERS] = {"000", "212", "111", "012",
                                                         "012", "012", "012"};

static void check_order(unsigned mode, unsigned from, unsigned kind, unsigned variant)
{
    bool is_protected = (variant & 1) != 0;
    bool barred = (variant & 2) != 0;
    unsigned want = (unsigned)(state_grid[kind][from] - '0');
    wh_err err = WH_OK;
    switch_rig r = switch_rig_with(&defaults, (uint8_t)mode);
    r.s.state = (wh_switch_state)from;
    r.s.protected_on = is_protected;
    r.s.barred = barred ? WH_SWITCH_BAR_OTHER : 0;
    bool protects = kind == WH_SWITCH_PROTECTION_ON || kind == WH_SWITCH_PROTECTION_OFF;
    if ((is_protected && !protects) || (mode != 0 && barred && want == 1 && from != 1)) {
        err = WH_ERR_DENIED;
    } else if (mode == 0 && kind <= WH_SWITCH_CLOSE) {
        err = WH_ERR_STATE;
    }
    want = err == WH_OK ? want : from;
    assert_int_equal(switch_rig_obey(&r, (wh_switch_order_kind)kind), err);
    assert_int_equal(r.s.state, want);
    bool stays_protected =
        is_protected ? kind != WH_SWITCH_PROTECTION_OFF : kind == WH_SWITCH_PROTECTION_ON;
    assert_int_equal(r.s.protected_on, stays_protected);
    assert_int_equal(r.s.alarm_on, err == WH_OK && kind == WH_SWITCH_ALARM_ON);
    if (want != from) {
        assert_int_equal(r.s.cause, WH_SWITCH_BY_ORDER);
        assert_int_equal(r.s.operator_code, 0x1234);
    }
    wh_switch_event e = {0};
    assert_int_equal(switch_rig_pull(&r, WH_SWITCH_EVENT_REFUSED, &e), err != WH_OK ? 1 : 0);
    assert_int_equal(e.what, err != WH_OK ? WH_SWITCH_REQUESTS + kind : 0);
}

static void every_order_in_every_mode_and_state_does_what_the_rules_say(void **state)
{
    (void)state;
    for (unsigned mode = 0; mode < WH_SWITCH_MODES; mode++) {
        for (unsigned from = 0; from <= 2; from++) {
            for (unsigned i = 0; i < WH_SWITCH_ORDERS * 4U && (mode != 0 || from == 1); i++) {
                check_order(mode, from, i / 4, i % 4);
            }
        }
    }
    switch_rig r = switch_rig_with(&defaults, 2);
    assert_int_equal(switch_rig_obey(&r, WH_SWITCH_ORDERS), WH_ERR_ARG);
}

static void an_expired_order_is_refused_to_the_millisecond(void **state)
{
    (void)state;
    switch_rig r = switch_rig_with(&defaults, 2);
    wh_switch_event e = {0};
    wh_switch_order order = {.kind = WH_SWITCH_TRIP, .valid_until_ms = 5000};
    assert_int_equal(wh_switch_obey(&r.s, &order, 5001), WH_ERR_TIMEOUT);
    assert_int_equal(r.s.state, WH_SWITCH_CONNECTED);
    assert_int_equal(switch_rig_pull(&r, WH_SWITCH_EVENT_REFUSED, &e), 1);
    assert_int_equal(e.reason, WH_ERR_TIMEOUT);
    assert_int_equal(wh_switch_obey(&r.s, &order, 5000), WH_OK);
    assert_int_equal(r.s.state, WH_SWITCH_DISCONNECTED);
}

static void a_trip_waits_its_delay_and_not_a_tick_less(void **state)
{
    (void)state;
    wh_switch_config config = {.trip_delay_min = 3};
    wh_switch_event e = {0};
    switch_rig r = switch_rig_with(&config, 1);
    assert_int_equal(switch_rig_obey(&r, WH_SWITCH_TRIP), WH_OK);
    r.utc_ms += 86400000; /* the clock is set: nothing to do with it */
    switch_rig_run(&r, 3 * MINUTE_MS);
    assert_int_equal(r.s.state, WH_SWITCH_CONNECTED);
    assert_int_equal(wh_switch_status(&r.s), WH_SWITCH_STATUS_PRE_TRIP);
    switch_rig_step(&r, 100);
    assert_int_equal(r.s.state, WH_SWITCH_DISCONNECTED);
    assert_int_equal(switch_rig_pull(&r, WH_SWITCH_EVENT_TRIP_WAITS, &e), 1);
    switch_rig_run(&r, 2000);
    assert_false(r.closed);
    assert_int_equal(wh_switch_status(&r.s), WH_SWITCH_STATUS_OPEN | WH_SWITCH_STATUS_ORDERED_OPEN);
    assert_int_equal(switch_rig_pull(&r, WH_SWITCH_EVENT_OPENED, &e), 1);
    assert_int_equal(e.cause, WH_SWITCH_BY_ORDER);
    assert_int_equal(e.operator_code, 0x1234);
}

static void a_trip_is_held_off_while_the_current_is_above_its_limit(void **state)
{
    (void)state;
    wh_switch_config config = {.trip_delay_min = 1, .hold_off_max_min = 5, .hold_off_ma = 10000};
    for (unsigned falls = 0; falls < 2; falls++) {
        switch_rig r = switch_rig_with(&config, 1);
        r.load_ma = 10001;
        assert_int_equal(switch_rig_obey(&r, WH_SWITCH_TRIP), WH_OK);
        switch_rig_run(&r, MINUTE_MS + 100);
        assert_int_equal(wh_switch_status(&r.s),
                         WH_SWITCH_STATUS_PRE_TRIP | WH_SWITCH_STATUS_HELD_OFF);
        switch_rig_run(&r, 5 * MINUTE_MS - 100);
        assert_int_equal(r.s.state, WH_SWITCH_CONNECTED);
        r.load_ma = falls != 0 ? 10000 : 10001; /* at the limit is not above; or the time is over */
        switch_rig_step(&r, 100);
        assert_int_equal(r.s.state, WH_SWITCH_DISCONNECTED);
    }
    switch_rig r = switch_rig_with(&config, 1);
    r.load_ma = 20000;
    assert_int_equal(switch_rig_obey(&r, WH_SWITCH_TRIP), WH_OK);
    switch_rig_run(&r, 2 * MINUTE_MS);
    r.load_ma = 10000;
    switch_rig_step(&r, 100);
    assert_int_equal(r.s.state, WH_SWITCH_DISCONNECTED);
}

static void what_ends_a_waiting_trip_ends_it(void **state)
{
    (void)state;
    static const wh_switch_order_kind ends[] = {WH_SWITCH_PERMIT, WH_SWITCH_CLOSE,
                                                WH_SWITCH_PROTECTION_ON};
    wh_switch_config config = {.trip_delay_min = 1};
    wh_switch_event e = {0};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        switch_rig r = switch_rig_with(&config, 1);
        assert_int_equal(switch_rig_obey(&r, WH_SWITCH_TRIP), WH_OK);
        switch_rig_run(&r, MINUTE_MS / 2);
        assert_int_equal(switch_rig_obey(&r, WH_SWITCH_TRIP),
                         WH_OK); /* again does not begin anew */
        assert_true(r.s.trip_left_ms < MINUTE_MS);
        assert_int_equal(switch_rig_obey(&r, ends[i]), WH_OK);
        switch_rig_run(&r, 2 * MINUTE_MS);
        assert_int_equal(r.s.state, WH_SWITCH_CONNECTED);
        assert_true(r.closed);
        assert_int_equal(switch_rig_pull(&r, WH_SWITCH_EVENT_TRIP_ENDED, &e), 1);
    }
    switch_rig r =
        switch_rig_with(&config, 1); /* a COSEM disconnect does at once what the trip wanted */
    assert_int_equal(switch_rig_obey(&r, WH_SWITCH_TRIP), WH_OK);
    assert_int_equal(wh_switch_request(&r.s, WH_SWITCH_REMOTE_DISCONNECT, WH_SWITCH_BY_REMOTE, 0),
                     WH_OK);
    assert_int_equal(r.s.state, WH_SWITCH_DISCONNECTED);
    assert_false(r.s.trip_waits);
    r = switch_rig_with(&config, 1); /* with the load off there is nothing to wait for */
    assert_int_equal(switch_rig_obey(&r, WH_SWITCH_TRIP), WH_OK);
    assert_int_equal(wh_switch_request(&r.s, WH_SWITCH_LOCAL_DISCONNECT, WH_SWITCH_BY_LIMITER, 0),
                     WH_OK);
    switch_rig_step(&r, 100);
    assert_int_equal(r.s.state, WH_SWITCH_DISCONNECTED);
    r = switch_rig_with(&config, 1);
    assert_int_equal(switch_rig_obey(&r, WH_SWITCH_TRIP), WH_OK);
    assert_int_equal(wh_switch_set_mode(&r.s, 0, 0), WH_OK);
    switch_rig_run(&r, 2 * MINUTE_MS);
    assert_int_equal(r.s.state, WH_SWITCH_CONNECTED);
}

static void the_key_closes_after_three_seconds_once_a_press(void **state)
{
    (void)state;
    wh_switch_event e = {0};
    switch_rig r = switch_rig_with(&defaults, 1);
    assert_int_equal(switch_rig_obey(&r, WH_SWITCH_TRIP), WH_OK);
    r.key = true;
    switch_rig_run(&r, 5000); /* held since before the permission: not a press of now */
    assert_int_equal(switch_rig_obey(&r, WH_SWITCH_PERMIT), WH_OK);
    switch_rig_run(&r, 5000);
    assert_int_equal(r.s.state, WH_SWITCH_READY);
    assert_true((wh_switch_status(&r.s) & WH_SWITCH_STATUS_AWAITS_KEY) != 0);
    r.key = false;
    switch_rig_step(&r, 100);
    r.key = true;
    switch_rig_run(&r, 3000); /* seen first at 100 ms: held for 2900 */
    assert_int_equal(r.s.state, WH_SWITCH_READY);
    switch_rig_step(&r, 99);
    assert_int_equal(r.s.state, WH_SWITCH_READY);
    switch_rig_step(&r, 1);
    assert_int_equal(r.s.state, WH_SWITCH_CONNECTED);
    switch_rig_run(&r, 10000);
    assert_true(r.closed);
    assert_int_equal(switch_rig_pull(&r, WH_SWITCH_EVENT_CLOSED, &e), 1);
    assert_int_equal(e.cause, WH_SWITCH_BY_KEY);
}

static void nothing_closes_a_barred_switch_until_the_bar_is_gone(void **state)
{
    (void)state;
    wh_switch_event e = {0};
    switch_rig r = switch_rig_with(&defaults, 6);
    r.barred = WH_SWITCH_BAR_CREDIT;
    switch_rig_step(&r, 100);
    assert_int_equal(wh_switch_request(&r.s, WH_SWITCH_LOCAL_DISCONNECT, WH_SWITCH_BY_CREDIT, 0),
                     WH_OK);
    r.key = true;
    switch_rig_run(&r, 4000);
    assert_int_equal(r.s.state, WH_SWITCH_READY);
    assert_int_equal(switch_rig_pull(&r, WH_SWITCH_EVENT_REFUSED, &e), 1);
    assert_int_equal(e.cause, WH_SWITCH_BY_KEY);
    assert_int_equal(wh_switch_set_mode(&r.s, 0, 0), WH_ERR_DENIED);
    assert_int_equal(r.s.mode, 6);
    assert_int_equal(wh_switch_set_mode(&r.s, 7, 0), WH_ERR_RANGE);
    r.key = false;
    r.barred = 0;
    switch_rig_step(&r, 100);
    r.key = true;
    switch_rig_run(&r, 4000);
    assert_int_equal(r.s.state, WH_SWITCH_CONNECTED);
}

static void a_relay_that_sticks_is_tried_again_and_then_told(void **state)
{
    (void)state;
    for (unsigned sticks = 0; sticks <= 4; sticks++) {
        wh_switch_event e = {0};
        switch_rig r = switch_rig_with(&defaults, 2);
        r.sticks = sticks;
        assert_int_equal(switch_rig_obey(&r, WH_SWITCH_TRIP), WH_OK);
        switch_rig_run(&r, 120000);
        assert_int_equal(r.pulses, sticks < 3 ? sticks + 1 : 3);
        assert_int_equal(r.closed, sticks >= 3);
        assert_int_equal(r.s.output_closed, r.closed);
        assert_int_equal((wh_switch_status(&r.s) & WH_SWITCH_STATUS_RELAY_FAULT) != 0, sticks >= 3);
        assert_int_equal(
            switch_rig_pull(&r, sticks >= 3 ? WH_SWITCH_EVENT_RELAY_FAULT : WH_SWITCH_EVENT_OPENED,
                            &e),
            1);
        assert_int_equal(e.cause, WH_SWITCH_BY_ORDER);
        if (sticks >= 3) { /* it opens at last */
            r.closed = false;
            switch_rig_run(&r, 1000);
            assert_int_equal(switch_rig_pull(&r, WH_SWITCH_EVENT_OPENED, &e), 1);
            assert_int_equal(wh_switch_status(&r.s),
                             WH_SWITCH_STATUS_OPEN | WH_SWITCH_STATUS_ORDERED_OPEN);
        }
    }
}

static void a_pulse_lasts_its_time_and_is_judged_after_the_relay_has_settled(void **state)
{
    (void)state;
    static const wh_switch_config pulses[] = {{.pulse_ms = 0, .settle_ms = 0},
                                              {.pulse_ms = 900, .settle_ms = 300, .tries = 1}};
    static const unsigned pulse_ticks[] = {1, 9};
    static const unsigned settle_ticks[] = {5, 3};
    for (size_t i = 0; i < 2; i++) {
        wh_switch_event e = {0};
        switch_rig r = switch_rig_with(&pulses[i], 2);
        assert_int_equal(switch_rig_obey(&r, WH_SWITCH_TRIP), WH_OK);
        assert_int_equal(r.s.coil, WH_SWITCH_COIL_REST);
        for (unsigned n = 0; n < pulse_ticks[i]; n++) {
            switch_rig_step(&r, 100);
            assert_int_equal(r.s.coil, WH_SWITCH_COIL_OPEN);
        }
        for (unsigned n = 0; n < settle_ticks[i]; n++) {
            switch_rig_step(&r, 100);
            assert_int_equal(r.s.coil, WH_SWITCH_COIL_REST);
            r.closed = n + 1 < settle_ticks[i]; /* it is slow, or bounces */
            assert_int_equal(switch_rig_pull(&r, WH_SWITCH_EVENT_OPENED, &e), 0);
        }
        switch_rig_step(&r, 100);
        assert_int_equal(switch_rig_pull(&r, WH_SWITCH_EVENT_OPENED, &e), 1);
        assert_int_equal(r.pulses, 1);
    }
}

static void current_through_an_open_relay_is_a_fault_without_feedback(void **state)
{
    (void)state;
    wh_switch_event e = {0};
    switch_rig r = switch_rig_with(&defaults, 2);
    r.blind = true;
    r.load_ma = 101;
    r.sticks = 9;
    assert_int_equal(switch_rig_obey(&r, WH_SWITCH_TRIP), WH_OK);
    switch_rig_run(&r, 5000);
    assert_int_equal(switch_rig_pull(&r, WH_SWITCH_EVENT_RELAY_FAULT, &e), 1);
    assert_true(r.s.output_closed);
    r = switch_rig_with(&defaults, 2);
    r.blind = true;
    r.load_ma = 100;
    r.sticks = 9; /* nobody can see it */
    assert_int_equal(switch_rig_obey(&r, WH_SWITCH_TRIP), WH_OK);
    switch_rig_run(&r, 5000);
    assert_int_equal(switch_rig_pull(&r, WH_SWITCH_EVENT_OPENED, &e), 1);
    assert_false(r.s.output_closed);
}

static void a_relay_that_moves_by_itself_is_told_and_driven_back(void **state)
{
    (void)state;
    wh_switch_event e = {0};
    switch_rig r = switch_rig_with(&defaults, 2);
    switch_rig_run(&r, 1000);
    r.closed = false;
    switch_rig_run(&r, 59900);
    assert_int_equal(switch_rig_pull(&r, WH_SWITCH_EVENT_RELAY_FAULT, &e), 0);
    assert_int_equal(r.pulses, 0);
    switch_rig_step(&r, 100);
    assert_int_equal(switch_rig_pull(&r, WH_SWITCH_EVENT_RELAY_FAULT, &e), 1);
    assert_int_equal(e.cause, WH_SWITCH_BY_NOBODY);
    switch_rig_run(&r, 2000);
    assert_true(r.closed);
    assert_int_equal(switch_rig_pull(&r, WH_SWITCH_EVENT_RELAY_AGREES, &e), 1);
    assert_int_equal(wh_switch_status(&r.s), 0);
}

static void too_many_events_lose_the_oldest_and_count_them(void **state)
{
    (void)state;
    switch_rig r = switch_rig_with(&defaults, 0);
    wh_switch_event e = {0};
    for (int i = 0; i < WH_SWITCH_EVENTS + 3; i++) {
        assert_int_equal(
            wh_switch_request(&r.s, WH_SWITCH_REMOTE_DISCONNECT, WH_SWITCH_BY_REMOTE, i),
            WH_ERR_STATE);
    }
    assert_int_equal(r.s.events_lost, 3);
    for (int i = 3; i < WH_SWITCH_EVENTS + 3; i++) {
        assert_true(wh_switch_next(&r.s, &e));
        assert_int_equal(e.utc_ms, i);
    }
    assert_false(wh_switch_next(&r.s, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mode_state_and_request_does_what_the_blue_book_says),
        cmocka_unit_test(every_order_in_every_mode_and_state_does_what_the_rules_say),
        cmocka_unit_test(an_expired_order_is_refused_to_the_millisecond),
        cmocka_unit_test(a_trip_waits_its_delay_and_not_a_tick_less),
        cmocka_unit_test(a_trip_is_held_off_while_the_current_is_above_its_limit),
        cmocka_unit_test(what_ends_a_waiting_trip_ends_it),
        cmocka_unit_test(the_key_closes_after_three_seconds_once_a_press),
        cmocka_unit_test(nothing_closes_a_barred_switch_until_the_bar_is_gone),
        cmocka_unit_test(a_relay_that_sticks_is_tried_again_and_then_told),
        cmocka_unit_test(a_pulse_lasts_its_time_and_is_judged_after_the_relay_has_settled),
        cmocka_unit_test(current_through_an_open_relay_is_a_fault_without_feedback),
        cmocka_unit_test(a_relay_that_moves_by_itself_is_told_and_driven_back),
        cmocka_unit_test(too_many_events_lose_the_oldest_and_count_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
