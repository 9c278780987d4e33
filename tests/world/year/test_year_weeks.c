/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/world/year/year_check.h"

#include <string.h>

static wh_year_report report; /* too large for a stack */
static wh_year_report other;

static void every_invariant_holds_in_some_weeks(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        wh_year_options o = {.seed = seed, .days = 40, .step_s = seed % 2 == 0 ? 60 : 900};
        assert_true(year_holds(&o, &report));
        assert_true(report.end_ms - report.begin_ms == INT64_C(40) * 86400000);
        assert_true(report.checks > report.ticks);
    }
}

/* Nothing happens by itself: what the script says has effect, and records are there. */
static void a_busy_month_is_busy(void **state)
{
    (void)state;
    uint32_t actions[WH_YEAR_ACTIONS] = {0};
    uint32_t records[WH_ORACLE_RECORDERS] = {0};
    uint32_t opened = 0;
    uint32_t events = 0;
    for (uint64_t seed = 20; seed < 26; seed++) {
        wh_year_options o = {.seed = seed, .days = 60, .step_s = 900, .wallet = 1};
        assert_true(year_holds(&o, &report));
        for (unsigned i = 0; i < WH_YEAR_ACTIONS; i++) {
            actions[i] += report.actions[i];
        }
        for (unsigned i = 0; i < report.recorder_count; i++) {
            records[i] += report.records[i];
        }
        opened += report.opened;
        events += report.events;
    }
    for (unsigned i = 0; i < WH_YEAR_ACTIONS; i++) {
        assert_true(actions[i] > 0);
    }
    for (unsigned i = 0; i < report.recorder_count; i++) {
        assert_true(records[i] > 0);
    }
    assert_true(opened > 0);
    assert_true(events > 0);
}

static void the_same_seed_gives_the_same_year(void **state)
{
    (void)state;
    wh_year_options o = {.seed = 5, .days = 20};
    assert_true(year_holds(&o, &report));
    assert_true(year_holds(&o, &other));
    assert_memory_equal(report.import_uws, other.import_uws, sizeof report.import_uws);
    assert_memory_equal(report.records, other.records, sizeof report.records);
    assert_memory_equal(report.month, other.month, sizeof report.month);
    assert_true(report.wear.programmed_bytes == other.wear.programmed_bytes);
    o.seed = 6;
    assert_true(year_holds(&o, &other));
    assert_true(report.import_uws[0] != other.import_uws[0]);
}

/* Without outages, orders and limits nothing but the load decides what is counted. */
static void the_step_does_not_change_what_is_counted(void **state)
{
    (void)state;
    static const uint32_t steps[] = {15, 60, 300, 900};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        wh_year_options o = {.seed = 8, .days = 4, .calm = true, .wallet = 2, .step_s = steps[i]};
        assert_true(year_holds(&o, i == 0 ? &report : &other));
        assert_int_equal(report.opened, 0);
        if (i > 0) { /* direction is decided once a step, so only the net is the same */
            assert_true(report.import_uws[0] - report.export_uws[0] ==
                        other.import_uws[0] - other.export_uws[0]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_invariant_holds_in_some_weeks),
        cmocka_unit_test(a_busy_month_is_busy),
        cmocka_unit_test(the_same_seed_gives_the_same_year),
        cmocka_unit_test(the_step_does_not_change_what_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
