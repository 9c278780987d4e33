/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/watch_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/apps/watthour/watch_fake.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static wh_watch_model model;

static int start(void **state)
{
    (void)state;
    wh_watch_model_init(&model, "dlms://127.0.0.1:4059");
    const wh_watch_snapshot s = fake_snapshot();
    wh_watch_model_take(&model, &s);
    return 0;
}

static const char *newest(void)
{
    const wh_watch_event *event = wh_watch_model_event(&model, 0);
    return event != NULL ? event->text : "";
}

static void the_first_snapshot_says_who_exports(void **state)
{
    (void)state;
    assert_int_equal(model.event_count, 4);
    assert_string_equal(wh_watch_model_event(&model, 3)->text, "L1 exports now");
    assert_string_equal(wh_watch_model_event(&model, 2)->text, "L2 imports now");
    assert_string_equal(newest(), "total exports now");
    const wh_watch_snapshot s = fake_snapshot();
    wh_watch_model_take(&model, &s);
    assert_int_equal(model.event_count, 4); /* nothing new */
}

static void a_change_is_noted_once(void **state)
{
    (void)state;
    wh_watch_snapshot s = fake_snapshot();
    s.place[0].p_w = 700.0;
    wh_watch_model_take(&model, &s);
    assert_string_equal(newest(), "L1 imports now");
    s.place[2].u_v = 12.0;
    wh_watch_model_take(&model, &s);
    assert_string_equal(newest(), "L3 voltage is gone: 12.0 V");
    s.place[2].u_v = 180.0;
    wh_watch_model_take(&model, &s);
    assert_string_equal(newest(), "L3 voltage is low: 180.0 V");
    s.place[2].u_v = 230.0;
    wh_watch_model_take(&model, &s);
    assert_string_equal(newest(), "L3 voltage is normal: 230.0 V");
    s.u2_pct = 2.5;
    wh_watch_model_take(&model, &s);
    assert_string_equal(newest(), "voltage unbalance is high: 2.5 %");
    s.u2_pct = 0.5;
    wh_watch_model_take(&model, &s);
    assert_string_equal(newest(), "voltage unbalance is normal: 0.5 %");
    memcpy(s.rotation, "ACB", 4);
    wh_watch_model_take(&model, &s);
    assert_string_equal(newest(), "phase sequence is reversed");
    size_t count = model.event_count;
    wh_watch_model_take(&model, &s);
    assert_int_equal(model.event_count, count);
}

static void a_loss_and_a_return_are_noted_once(void **state)
{
    (void)state;
    size_t count = model.event_count;
    wh_watch_model_lose(&model, "refused", 2, 5);
    wh_watch_model_lose(&model, "refused", 4, 6);
    assert_int_equal(model.event_count, count + 1);
    assert_string_equal(newest(), "connection lost: refused");
    assert_int_equal(model.state, WH_WATCH_LOST);
    assert_int_equal(model.retry_s, 4);
    const wh_watch_snapshot s = fake_snapshot();
    wh_watch_model_take(&model, &s);
    assert_string_equal(newest(), "connection is back");
    assert_int_equal(model.state, WH_WATCH_LIVE);
}

static void another_meter_behind_the_same_address_is_noted(void **state)
{
    (void)state;
    wh_watch_snapshot s = fake_snapshot();
    (void)snprintf(s.device, sizeof s.device, "WHT0000000000002");
    wh_watch_model_take(&model, &s);
    assert_string_equal(newest(), "another meter answers: WHT0000000000002");
}

static void bars_end_at_round_numbers(void **state)
{
    (void)state;
    static const struct {
        double p_w;
        double full_w;
    } rows[] = {
        {3.0, 5000.0}, /* never shrinks */
        {4999.0, 5000.0}, {-5001.0, 10000.0},  {10001.0, 20000.0},
        {NAN, 20000.0},   {-20000.0, 20000.0}, {20001.0, 50000.0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        wh_watch_snapshot s = fake_snapshot();
        s.place[1].p_w = rows[i].p_w;
        wh_watch_model_take(&model, &s);
        assert_true(model.full_w == rows[i].full_w);
    }
}

static void the_rings_keep_the_newest(void **state)
{
    (void)state;
    for (int i = 0; i < WH_WATCH_HISTORY + 5; ++i) {
        wh_watch_snapshot s = fake_snapshot();
        s.place[0].p_w = i % 2 == 0 ? 100.0 : -100.0;
        s.place[WH_WATCH_TOTAL].p_w = i;
        wh_watch_model_take(&model, &s);
    }
    assert_int_equal(model.history.count, WH_WATCH_HISTORY);
    assert_true(model.history.p_w[(model.history.next + WH_WATCH_HISTORY - 1) % WH_WATCH_HISTORY] ==
                WH_WATCH_HISTORY + 4);
    assert_non_null(wh_watch_model_event(&model, WH_WATCH_EVENTS - 1));
    assert_null(wh_watch_model_event(&model, WH_WATCH_EVENTS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_first_snapshot_says_who_exports, start),
        cmocka_unit_test_setup(a_change_is_noted_once, start),
        cmocka_unit_test_setup(a_loss_and_a_return_are_noted_once, start),
        cmocka_unit_test_setup(another_meter_behind_the_same_address_is_noted, start),
        cmocka_unit_test_setup(bars_end_at_round_numbers, start),
        cmocka_unit_test_setup(the_rings_keep_the_newest, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
