/* SPDX-License-Identifier: Apache-2.0 */
/* The saved parameters of the limiter and the main switch. */
#include "meter/supply/limiter.h"
#include "meter/supply/main_switch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const wh_limiter_config limiter_config = {
    .monitored = WH_LIMITER_DEMAND,
    .action_over = WH_LIMITER_SHED,
    .action_under = WH_LIMITER_RESTORE,
    .reclose_max = 3,
    .min_over_s = 0x01020304,
    .min_under_s = 0x05060708,
    .escalate_s = 0x090A0B0C,
    .reclose_wait_s = 0x0D0E0F10,
    .forget_s = 0x11121314,
    .threshold_normal = 0x15161718191A1B1C,
    .threshold_emergency = 0x1D1E1F2021222324,
    .threshold_rate = {0x101, 0x202, 0x303, 0x404, 0x505, 0x606, 0x707, WH_LIMITER_NO_LIMIT},
    .window = {{0x2526, 1439, 0, 0x7F}, {0x2728, 60, 480, 0x01}, {0, 0, 0, 0}, {9, 1, 2, 0x40}},
};

/* Version 1, for ever: the configuration above. */
static const uint8_t limiter_fixture[WH_LIMITER_CONFIG_SIZE] = {
    0x01, 0x03, 0x03, 0x04, 0x03, 0x04, 0x03, 0x02, 0x01, 0x08, 0x07, 0x06, 0x05, 0x0C, 0x0B, 0x0A,
    0x09, 0x10, 0x0F, 0x0E, 0x0D, 0x14, 0x13, 0x12, 0x11, 0x1C, 0x1B, 0x1A, 0x19, 0x18, 0x17, 0x16,
    0x15, 0x24, 0x23, 0x22, 0x21, 0x20, 0x1F, 0x1E, 0x1D, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x04, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x06, 0x06, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0x07, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0x26, 0x25, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x9F, 0x05, 0x00, 0x00, 0x7F, 0x28, 0x27, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x3C, 0x00,
    0xE0, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x02, 0x00, 0x40};

/* Version 1, for ever: 2 min, 3 min, 4 A, 0.15 A, 2.5 s, 80 ms, 0.4 s, 50 s, 5 tries. */
static const uint8_t switch_fixture[WH_SWITCH_CONFIG_SIZE] = {
    0x01, 0x02, 0x00, 0x03, 0x00, 0xA0, 0x0F, 0x00, 0x00, 0x96, 0x00,
    0x00, 0x00, 0xC4, 0x09, 0x50, 0x00, 0x90, 0x01, 0x32, 0x00, 0x05};

static wh_err restore_limiter(wh_limiter *l, const uint8_t *bytes, size_t len)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, len);
    wh_reader r = wh_reader_init(exact, len);
    wh_err err = wh_limiter_restore_config(l, &r);
    free(exact);
    return err;
}

static wh_err restore_switch(wh_switch *s, const uint8_t *bytes, size_t len)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, len);
    wh_reader r = wh_reader_init(exact, len);
    wh_err err = wh_switch_restore_config(s, &r);
    free(exact);
    return err;
}

static void parameters_of_a_limiter_of_version_1_are_read(void **state)
{
    (void)state;
    const wh_limiter_config other = {0};
    uint8_t again[WH_LIMITER_CONFIG_SIZE];
    wh_limiter l;
    assert_int_equal(wh_limiter_init(&l, &other), WH_OK);
    l.tries = 2;
    assert_int_equal(restore_limiter(&l, limiter_fixture, sizeof limiter_fixture), WH_OK);
    assert_int_equal(l.tries, 2);
    assert_int_equal(l.config.monitored, limiter_config.monitored);
    assert_int_equal(l.config.action_over, limiter_config.action_over);
    assert_int_equal(l.config.action_under, limiter_config.action_under);
    assert_int_equal(l.config.reclose_max, limiter_config.reclose_max);
    assert_int_equal(l.config.min_over_s, limiter_config.min_over_s);
    assert_int_equal(l.config.min_under_s, limiter_config.min_under_s);
    assert_int_equal(l.config.escalate_s, limiter_config.escalate_s);
    assert_int_equal(l.config.reclose_wait_s, limiter_config.reclose_wait_s);
    assert_int_equal(l.config.forget_s, limiter_config.forget_s);
    assert_int_equal(l.config.threshold_normal, limiter_config.threshold_normal);
    assert_int_equal(l.config.threshold_emergency, limiter_config.threshold_emergency);
    for (size_t i = 0; i < WH_LIMITER_RATES_MAX; i++) {
        assert_int_equal(l.config.threshold_rate[i], limiter_config.threshold_rate[i]);
    }
    for (size_t i = 0; i < WH_LIMITER_WINDOWS_MAX; i++) {
        assert_int_equal(l.config.window[i].threshold, limiter_config.window[i].threshold);
        assert_int_equal(l.config.window[i].from_minute, limiter_config.window[i].from_minute);
        assert_int_equal(l.config.window[i].to_minute, limiter_config.window[i].to_minute);
        assert_int_equal(l.config.window[i].days, limiter_config.window[i].days);
    }
    wh_writer w = wh_writer_init(again, sizeof again);
    wh_limiter_save_config(&l, &w);
    assert_int_equal(wh_writer_err(&w), WH_OK);
    assert_int_equal(wh_writer_len(&w), sizeof again);
    assert_memory_equal(again, limiter_fixture, sizeof again);
    for (size_t size = 0; size < sizeof again; size++) {
        w = wh_writer_init(again, size);
        wh_limiter_save_config(&l, &w);
        assert_int_equal(wh_writer_err(&w), WH_ERR_SPACE);
    }
}

static void wrong_parameters_of_a_limiter_change_nothing(void **state)
{
    (void)state;
    static const struct {
        uint8_t at;
        uint8_t value;
        wh_err err;
    } row[] = {
        {0, 0, WH_ERR_UNSUPPORTED}, {0, 2, WH_ERR_UNSUPPORTED},
        {1, 4, WH_ERR_RANGE},                             /* no such value */
        {1, 0xFF, WH_ERR_RANGE},    {2, 5, WH_ERR_RANGE}, /* no such action */
        {3, 2, WH_ERR_RANGE},                             /* no pair */
        {32, 0x95, WH_ERR_RANGE},                         /* negative thresholds */
        {40, 0x9D, WH_ERR_RANGE},   {48, 0x80, WH_ERR_RANGE},
        {112, 0x80, WH_ERR_RANGE},  {113, 0xA0, WH_ERR_RANGE}, /* minute 1440 */
        {116, 0x06, WH_ERR_RANGE},                             /* minute 1536 */
        {117, 0x80, WH_ERR_RANGE},                             /* day 7 */
    };
    wh_limiter l;
    wh_limiter before;
    assert_int_equal(wh_limiter_init(&l, &limiter_config), WH_OK);
    l.over_ms = 77;
    memcpy(&before, &l, sizeof l);
    for (size_t len = 0; len < sizeof limiter_fixture; len++) {
        assert_int_equal(restore_limiter(&l, limiter_fixture, len), WH_ERR_SHORT);
    }
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        uint8_t bad[sizeof limiter_fixture];
        memcpy(bad, limiter_fixture, sizeof bad);
        bad[row[i].at] = row[i].value;
        assert_int_equal(restore_limiter(&l, bad, sizeof bad), row[i].err);
    }
    assert_memory_equal(&l, &before, sizeof l);
}

static void parameters_of_a_switch_of_version_1_are_read(void **state)
{
    (void)state;
    const wh_switch_config defaults = {0};
    uint8_t again[WH_SWITCH_CONFIG_SIZE];
    wh_switch s;
    wh_switch before;
    assert_int_equal(wh_switch_init(&s, &defaults, 4), WH_OK);
    memcpy(&before, &s, sizeof s);
    for (size_t len = 0; len < sizeof switch_fixture; len++) {
        assert_int_equal(restore_switch(&s, switch_fixture, len), WH_ERR_SHORT);
    }
    memcpy(again, switch_fixture, sizeof again);
    again[0] = 2;
    assert_int_equal(restore_switch(&s, again, sizeof again), WH_ERR_UNSUPPORTED);
    assert_memory_equal(&s, &before, sizeof s);
    assert_int_equal(restore_switch(&s, switch_fixture, sizeof switch_fixture), WH_OK);
    assert_int_equal(s.config.trip_delay_min, 2);
    assert_int_equal(s.config.hold_off_max_min, 3);
    assert_int_equal(s.config.hold_off_ma, 4000);
    assert_int_equal(s.config.open_current_max_ma, 150);
    assert_int_equal(s.config.key_press_ms, 2500);
    assert_int_equal(s.config.pulse_ms, 80);
    assert_int_equal(s.config.settle_ms, 400);
    assert_int_equal(s.config.disagree_s, 50);
    assert_int_equal(s.config.tries, 5);
    assert_int_equal(s.mode, 4);
    wh_writer w = wh_writer_init(again, sizeof again);
    wh_switch_save_config(&s, &w);
    assert_int_equal(wh_writer_err(&w), WH_OK);
    assert_int_equal(wh_writer_len(&w), sizeof again);
    assert_memory_equal(again, switch_fixture, sizeof again);
    for (size_t size = 0; size < sizeof again; size++) {
        w = wh_writer_init(again, size);
        wh_switch_save_config(&s, &w);
        assert_int_equal(wh_writer_err(&w), WH_ERR_SPACE);
    }
    memset(again + 1, 0, sizeof again - 1); /* zero is the default here as in configure */
    assert_int_equal(restore_switch(&s, again, sizeof again), WH_OK);
    assert_int_equal(s.config.key_press_ms, 3000);
    assert_int_equal(s.config.tries, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_of_a_limiter_of_version_1_are_read),
        cmocka_unit_test(wrong_parameters_of_a_limiter_change_nothing),
        cmocka_unit_test(parameters_of_a_switch_of_version_1_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
