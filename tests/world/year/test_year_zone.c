/* SPDX-License-Identifier: Apache-2.0 */
#include "core/civil_time.h"
#include "core/time_zone.h"
#include "world/year/year_zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

/* The almanac and the rules of core/time_zone.h were written apart from each other: every half
 * hour of three years they must say the same. */
static void the_almanac_and_the_rules_agree(void **state)
{
    (void)state;
    for (size_t i = 0; wh_year_place_at(i) != NULL; i++) {
        const wh_year_place *place = wh_year_place_at(i);
        wh_almanac a;
        assert_true(wh_almanac_make(&a, place));
        assert_int_equal(wh_time_zone_check(&place->rule), WH_OK);
        int64_t start = INT64_C(1735689600000); /* 2025 */
        for (int64_t t = start - 1000; t < start + INT64_C(3) * 366 * 86400000; t += 1800000) {
            wh_civil_time local;
            assert_int_equal(wh_time_zone_to_local(&place->rule, t, &local, NULL), WH_OK);
            int32_t second;
            const wh_almanac_day *d = &a.days[wh_almanac_at(&a, t, &second)];
            assert_int_equal(d->year, local.date.year);
            assert_int_equal(d->month, local.date.month);
            assert_int_equal(d->day, local.date.day);
            assert_int_equal(d->weekday + 1, wh_civil_weekday(local.date));
            assert_int_equal(second, local.hour * 3600 + local.minute * 60 + local.second);
        }
        wh_almanac_free(&a);
    }
}

static void a_time_shown_twice_is_the_first_and_one_left_out_the_change(void **state)
{
    (void)state;
    wh_almanac a;
    assert_true(wh_almanac_make(&a, wh_year_place_find("munich")));
    int32_t second;
    const int64_t autumn = INT64_C(1792890000000); /* 2026-10-25 01:00 UTC */
    size_t day = wh_almanac_at(&a, autumn, &second);
    assert_int_equal(second, 2 * 3600);
    assert_true(wh_almanac_first_ms(&a, day, 9000) == autumn - 1800000);
    assert_true(wh_almanac_first_ms(&a, day, 3 * 3600) == autumn + 3600000);
    const int64_t spring = INT64_C(1774746000000); /* 2026-03-29 01:00 UTC */
    day = wh_almanac_at(&a, spring, &second);
    assert_int_equal(second, 3 * 3600);
    assert_true(wh_almanac_first_ms(&a, day, 9000) == spring);
    assert_true(wh_almanac_first_ms(&a, day, 7199) == spring - 1000);
    assert_true(wh_almanac_first_ms(&a, day, 3 * 3600) == spring);
    wh_almanac_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_almanac_and_the_rules_agree),
        cmocka_unit_test(a_time_shown_twice_is_the_first_and_one_left_out_the_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
