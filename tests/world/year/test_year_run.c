/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/world/year/year_check.h"

#include <string.h>

static wh_year_report report; /* too large for a stack */

static void every_invariant_holds_in_some_days(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        wh_year_options o = {.seed = seed, .days = 8, .step_s = seed == 1 ? 60 : 900};
        assert_true(year_holds(&o, &report));
        assert_true(report.end_ms - report.begin_ms == INT64_C(8) * 86400000);
        assert_true(report.checks > report.ticks);
    }
}

static void what_cannot_be_run_is_refused(void **state)
{
    (void)state;
    static const struct {
        wh_year_options options;
        const char *says;
    } rows[] = {
        {{.step_s = 7}, "step"},  {{.step_s = 1800}, "step"},     {{.days = 3661}, "ten years"},
        {{.year = 1999}, "year"}, {{.tariff = "free"}, "tariff"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_message m;
        assert_int_equal(wh_year_run(&rows[i].options, &report, &m), WH_ERR_RANGE);
        assert_non_null(strstr(m.text, rows[i].says));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_invariant_holds_in_some_days),
        cmocka_unit_test(what_cannot_be_run_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
