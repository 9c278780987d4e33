/* SPDX-License-Identifier: Apache-2.0 */
#include "host/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SECOND 1000000000ULL

static void an_hour_of_uneven_calls_is_an_hour_of_samples(void **state)
{
    (void)state;
    wh_pace pace;
    wh_pace_init(&pace, 8000.0, 1.0, 2.0, 5 * SECOND);
    uint64_t now = 5 * SECOND;
    uint64_t end = now + 3600 * SECOND;
    uint64_t sum = 0;
    uint64_t step = 1;
    while (now < end) {
        now += 9000000U + step % 3000017U;
        step = step * 6364136223846793005U + 1442695040888963407U;
        sum += wh_pace_due(&pace, now < end ? now : end, SIZE_MAX);
    }
    assert_int_equal(sum, 3600 * 8000);
    assert_int_equal(pace.forgiven, 0);
}

static void days_do_not_blunt_it(void **state)
{
    (void)state;
    wh_pace pace;
    wh_pace_init(&pace, 8000.0, 1.0, 1e9, 0);
    uint64_t sum = 0;
    for (uint64_t day = 1; day <= 400; ++day) {
        sum += wh_pace_due(&pace, day * 86400U * SECOND, SIZE_MAX);
    }
    assert_int_equal(sum, 400ULL * 86400ULL * 8000ULL);
    assert_int_equal(wh_pace_due(&pace, 400ULL * 86400ULL * SECOND + 125000U, SIZE_MAX), 1);
}

static void faster_is_a_factor(void **state)
{
    (void)state;
    wh_pace pace;
    wh_pace_init(&pace, 4000.0, 60.0, 10.0, 0);
    assert_int_equal(wh_pace_due(&pace, SECOND, SIZE_MAX), 240000);
    assert_int_equal(wh_pace_due(&pace, SECOND, SIZE_MAX), 0);
}

static void unlimited_gives_what_is_asked_for(void **state)
{
    (void)state;
    wh_pace pace;
    wh_pace_init(&pace, 4000.0, WH_PACE_UNLIMITED, 2.0, 0);
    assert_int_equal(wh_pace_due(&pace, 0, 777), 777);
    assert_int_equal(wh_pace_due(&pace, 0, 777), 777);
}

static void what_one_call_leaves_the_next_one_gets(void **state)
{
    (void)state;
    wh_pace pace;
    wh_pace_init(&pace, 1000.0, 1.0, 2.0, 0);
    assert_int_equal(wh_pace_due(&pace, SECOND, 400), 400);
    assert_int_equal(wh_pace_due(&pace, SECOND, 400), 400);
    assert_int_equal(wh_pace_due(&pace, SECOND, 400), 200);
    assert_int_equal(wh_pace_due(&pace, SECOND, 400), 0);
}

static void a_suspended_machine_is_forgiven_all_but_the_limit(void **state)
{
    (void)state;
    wh_pace pace;
    wh_pace_init(&pace, 1000.0, 1.0, 2.0, 0);
    assert_int_equal(wh_pace_due(&pace, 2 * SECOND, SIZE_MAX), 2000); /* at the limit */
    assert_int_equal(pace.forgiven, 0);
    assert_int_equal(wh_pace_due(&pace, 3602 * SECOND, SIZE_MAX), 2000);
    assert_int_equal(pace.forgiven, 3598 * 1000);
    assert_int_equal(wh_pace_due(&pace, 3603 * SECOND, SIZE_MAX), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_hour_of_uneven_calls_is_an_hour_of_samples),
        cmocka_unit_test(days_do_not_blunt_it),
        cmocka_unit_test(faster_is_a_factor),
        cmocka_unit_test(unlimited_gives_what_is_asked_for),
        cmocka_unit_test(what_one_call_leaves_the_next_one_gets),
        cmocka_unit_test(a_suspended_machine_is_forgiven_all_but_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
