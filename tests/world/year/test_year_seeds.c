/* SPDX-License-Identifier: Apache-2.0 */
/* A hundred years: each a household, a place, a tariff and a life of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/world/year/year_check.h"

static wh_year_report report;

static void years_of(uint64_t first, uint64_t last, uint32_t step_s)
{
    unsigned broken = 0;
    for (uint64_t seed = first; seed <= last; seed++) {
        wh_year_options o = {.seed = seed, .step_s = step_s};
        broken += year_holds(&o, &report) ? 0 : 1;
    }
    assert_int_equal(broken, 0);
}

static void a_hundred_years_by_quarter_hours_hold(void **state)
{
    (void)state;
    years_of(1, 100, 900);
}

static void six_years_by_minutes_hold(void **state)
{
    (void)state;
    years_of(101, 106, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_years_by_quarter_hours_hold),
        cmocka_unit_test(six_years_by_minutes_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
