/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/supply/switch_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const wh_switch_config defaults = {0};

static void save(const wh_switch *s, uint8_t out[WH_SWITCH_SAVE_SIZE])
{
    wh_writer w = wh_writer_init(out, WH_SWITCH_SAVE_SIZE);
    wh_switch_save(s, &w);
    assert_int_equal(wh_writer_err(&w), WH_OK);
    assert_int_equal(wh_writer_len(&w), WH_SWITCH_SAVE_SIZE);
}

static wh_err restore(wh_switch *s, const uint8_t *bytes, size_t len)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, len);
    wh_reader r = wh_reader_init(exact, len);
    wh_err err = wh_switch_restore(s, &r);
    free(exact);
    return err;
}

/* Version 1, for ever: mode 5, ready, by the limiter, announced open, alarm, a trip of operator
 * 0x01020304 with 90 s left of its delay and 300 s of hold-off. */
static const uint8_t fixture[WH_SWITCH_SAVE_SIZE] = {0x01, 0x05, 0x02, 0x04, 0x0A, 0x78, 0x56,
                                                     0x34, 0x12, 0x04, 0x03, 0x02, 0x01, 0x90,
                                                     0x5F, 0x01, 0x00, 0xE0, 0x93, 0x04, 0x00};

static void the_saved_format_of_version_1_is_read(void **state)
{
    (void)state;
    uint8_t again[WH_SWITCH_SAVE_SIZE];
    wh_switch s;
    assert_int_equal(wh_switch_init(&s, &defaults, 2), WH_OK);
    assert_int_equal(restore(&s, fixture, WH_SWITCH_SAVE_SIZE), WH_OK);
    assert_int_equal(s.mode, 5);
    assert_int_equal(s.state, WH_SWITCH_READY);
    assert_int_equal(s.cause, WH_SWITCH_BY_LIMITER);
    assert_int_equal(s.operator_code, 0x12345678);
    assert_int_equal(s.trip_operator_code, 0x01020304);
    assert_int_equal(s.trip_left_ms, 90000);
    assert_int_equal(s.hold_left_ms, 300000);
    assert_true(s.trip_waits && s.alarm_on && !s.protected_on && !s.announced_closed);
    save(&s, again);
    assert_memory_equal(again, fixture, WH_SWITCH_SAVE_SIZE);
    for (size_t size = 0; size < WH_SWITCH_SAVE_SIZE; size++) {
        wh_writer w = wh_writer_init(again, size);
        wh_switch_save(&s, &w);
        assert_int_equal(wh_writer_err(&w), WH_ERR_SPACE);
    }
}

static void what_is_not_whole_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        uint8_t at;
        uint8_t value;
        wh_err err;
    } row[] = {
        {0, 0, WH_ERR_UNSUPPORTED}, {0, 2, WH_ERR_UNSUPPORTED}, {1, 7, WH_ERR_FORMAT},
        {1, 0, WH_ERR_FORMAT},      {2, 3, WH_ERR_FORMAT},      {2, 0, WH_ERR_FORMAT},
        {3, 8, WH_ERR_FORMAT},      {4, 0x10, WH_ERR_FORMAT},   {4, 0x06, WH_ERR_FORMAT},
    };
    wh_switch s;
    wh_switch before;
    assert_int_equal(wh_switch_init(&s, &defaults, 2), WH_OK);
    memcpy(&before, &s, sizeof s);
    for (size_t len = 0; len < WH_SWITCH_SAVE_SIZE; len++) {
        assert_int_equal(restore(&s, fixture, len), WH_ERR_SHORT);
    }
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        uint8_t bad[WH_SWITCH_SAVE_SIZE];
        memcpy(bad, fixture, WH_SWITCH_SAVE_SIZE);
        bad[row[i].at] = row[i].value;
        assert_int_equal(restore(&s, bad, WH_SWITCH_SAVE_SIZE), row[i].err);
    }
    uint8_t bad[WH_SWITCH_SAVE_SIZE];
    memcpy(bad, fixture, WH_SWITCH_SAVE_SIZE);
    bad[1] = 0; /* mode 0 */
    bad[4] = 0; /* no trip, but not connected */
    assert_int_equal(restore(&s, bad, WH_SWITCH_SAVE_SIZE), WH_ERR_FORMAT);
    bad[2] = 1;
    bad[4] = 2; /* connected, but a trip */
    assert_int_equal(restore(&s, bad, WH_SWITCH_SAVE_SIZE), WH_ERR_FORMAT);
    assert_memory_equal(&s, &before, sizeof s);
    bad[4] = 0;
    assert_int_equal(restore(&s, bad, WH_SWITCH_SAVE_SIZE), WH_OK);
}

static uint32_t chance(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(*seed >> 33);
}

static void disturb(switch_rig *r, uint64_t *seed)
{
    uint32_t what = chance(seed) % 16;
    wh_switch_state before = r->s.state;
    bool was_protected = r->s.protected_on;
    wh_err err = WH_OK;
    if (what < WH_SWITCH_REQUESTS) {
        err = wh_switch_request(&r->s, (wh_switch_ask)what, WH_SWITCH_BY_LOCAL, r->utc_ms);
    } else if (what < 13) {
        err = switch_rig_obey(r, (wh_switch_order_kind)(what - 6));
    } else if (what == 13) {
        r->key = !r->key;
    } else if (what == 14) {
        r->barred = (uint8_t)(chance(seed) % 4 == 0);
    } else {
        err = wh_switch_set_mode(&r->s, (uint8_t)(chance(seed) % 8), r->utc_ms);
    }
    bool closes = before != WH_SWITCH_CONNECTED && r->s.state == WH_SWITCH_CONNECTED;
    assert_false(closes && r->s.barred != 0);
    assert_false(was_protected && before == WH_SWITCH_CONNECTED && r->s.state != before);
    assert_true(err == WH_OK || r->s.state == before);
}

/* Random commands; after each, the power is cut at a random moment of the drive, with the relay
 * anywhere. Whatever was saved last is what the relay comes to, and each move is told once. */
static void after_a_power_cut_at_any_moment_the_relay_is_as_commanded(void **state)
{
    (void)state;
    wh_switch_config config = {.trip_delay_min = 1, .hold_off_max_min = 1, .hold_off_ma = 5000};
    uint64_t seed = 20;
    switch_rig r = switch_rig_with(&config, 5);
    bool told_closed = true;
    for (int i = 0; i < 20000; i++) {
        uint8_t was[WH_SWITCH_SAVE_SIZE];
        uint8_t saved[WH_SWITCH_SAVE_SIZE];
        uint32_t revision = r.s.revision;
        save(&r.s, was);
        disturb(&r, &seed);
        switch_rig_run(&r, chance(&seed) % 15 * 100);
        save(&r.s, saved);
        /* all but the running delays at the end */
        assert_true(r.s.revision > revision || memcmp(was, saved, WH_SWITCH_SAVE_SIZE - 8) == 0);
        wh_switch_event e;
        while (wh_switch_next(&r.s, &e)) { /* pulled before the save is written */
            if (e.kind == WH_SWITCH_EVENT_OPENED || e.kind == WH_SWITCH_EVENT_CLOSED) {
                assert_int_equal(told_closed, e.kind == WH_SWITCH_EVENT_OPENED);
                told_closed = e.kind == WH_SWITCH_EVENT_CLOSED;
            }
        }
        wh_switch cut = r.s;
        assert_int_equal(wh_switch_init(&r.s, &config, 1), WH_OK);
        assert_int_equal(restore(&r.s, saved, WH_SWITCH_SAVE_SIZE), WH_OK);
        r.coil = WH_SWITCH_COIL_REST;
        r.closed = chance(&seed) % 2 == 0;
        assert_int_equal(r.s.state, cut.state);
        assert_int_equal(r.s.mode, cut.mode);
        assert_int_equal(r.s.protected_on, cut.protected_on);
        assert_int_equal(r.s.trip_waits, cut.trip_waits);
        if (chance(&seed) % 2 == 0) {
            switch_rig_run(&r, 1000);
            assert_int_equal(r.closed, r.s.state == WH_SWITCH_CONNECTED);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_saved_format_of_version_1_is_read),
        cmocka_unit_test(what_is_not_whole_is_refused_and_changes_nothing),
        cmocka_unit_test(after_a_power_cut_at_any_moment_the_relay_is_as_commanded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
