/* SPDX-License-Identifier: Apache-2.0 */
#include "world/year/year_script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#define START INT64_C(1767225600000) /* 2026-01-01 */
#define YEAR  (INT64_C(365) * 86400000)

static wh_year_script script_of(uint64_t seed)
{
    wh_year_events_per_year busy = wh_year_script_busy();
    wh_year_script s;
    assert_int_equal(wh_year_script_make(seed, &busy, START, START + YEAR, &s), WH_OK);
    return s;
}

static void actions_come_in_order_and_never_on_a_minute(void **state)
{
    (void)state;
    uint32_t seen[WH_YEAR_ACTIONS] = {0};
    for (uint64_t seed = 0; seed < 20; seed++) {
        wh_year_script s = script_of(seed);
        assert_true(s.count > 80);
        for (size_t i = 0; i < s.count; i++) {
            const wh_year_action *a = &s.action[i];
            assert_true(i == 0 || a->at_ms >= s.action[i - 1].at_ms);
            assert_true(a->at_ms >= START && a->at_ms < START + YEAR);
            assert_int_equal(a->at_ms % 1000, 0);
            assert_in_range(a->at_ms / 1000 % 60, 5, 55);
            seen[a->kind]++;
        }
        wh_year_script_free(&s);
    }
    for (unsigned i = 0; i < WH_YEAR_ACTIONS; i++) {
        assert_true(seen[i] >= 20);
        assert_true(strlen(wh_year_action_name((wh_year_action_kind)i)) > 2);
    }
}

static void the_same_seed_gives_the_same_script(void **state)
{
    (void)state;
    wh_year_script a = script_of(5);
    wh_year_script b = script_of(5);
    wh_year_script c = script_of(6);
    assert_int_equal(a.count, b.count);
    for (size_t i = 0; i < a.count; i++) {
        assert_true(a.action[i].at_ms == b.action[i].at_ms);
        assert_true(a.action[i].value == b.action[i].value);
        assert_int_equal(a.action[i].kind, b.action[i].kind);
    }
    assert_true(a.action[0].at_ms != c.action[0].at_ms);
    wh_year_script_free(&a);
    wh_year_script_free(&b);
    wh_year_script_free(&c);
}

static void what_sets_wrong_is_followed_by_what_sets_right(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        wh_year_script s = script_of(seed);
        for (size_t i = 0; i < s.count; i++) {
            const wh_year_action *a = &s.action[i];
            bool wrong = a->kind == WH_YEAR_CLOCK_SET && a->value != 0 &&
                         a->at_ms < START + YEAR - INT64_C(3) * 86400000;
            bool righted = false;
            for (size_t k = i + 1; k < s.count; k++) {
                righted =
                    righted || (s.action[k].kind == WH_YEAR_CLOCK_SET && s.action[k].value == 0);
            }
            assert_true(!wrong || righted);
        }
        wh_year_script_free(&s);
    }
}

static void a_quiet_year_has_none(void **state)
{
    (void)state;
    wh_year_events_per_year quiet = {0};
    wh_year_script s;
    assert_int_equal(wh_year_script_make(1, &quiet, START, START + YEAR, &s), WH_OK);
    assert_int_equal(s.count, 0);
    wh_year_script_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(actions_come_in_order_and_never_on_a_minute),
        cmocka_unit_test(the_same_seed_gives_the_same_script),
        cmocka_unit_test(what_sets_wrong_is_followed_by_what_sets_right),
        cmocka_unit_test(a_quiet_year_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
