/* SPDX-License-Identifier: Apache-2.0 */
#include "port/posix/port_posix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void monotonic_time_goes_forward_with_the_time_that_passes(void **unused)
{
    (void)unused;
    wh_port port = wh_port_posix();
    uint32_t start = port.monotonic_ms(port.user);
    struct timespec pause = {.tv_sec = 0, .tv_nsec = 20000000};
    assert_int_equal(nanosleep(&pause, NULL), 0);
    uint32_t passed = port.monotonic_ms(port.user) - start;
    assert_true(passed >= 19); /* both readings are rounded down; a busy machine makes it more */
    assert_true(passed < 600000);
}

static void utc_lies_between_two_readings_of_the_system_clock(void **unused)
{
    (void)unused;
    wh_port port = wh_port_posix();
    int64_t before_s = (int64_t)time(NULL);
    int64_t ms = 0;
    bool set = port.utc_ms(port.user, &ms);
    int64_t after_s = (int64_t)time(NULL);
    /* time() may run a tick behind */
    assert_true(ms >= (before_s - 1) * 1000 && ms < (after_s + 2) * 1000);
    assert_int_equal(set, wh_port_posix_is_set(ms));
}

static void a_clock_before_2025_was_never_set(void **unused)
{
    (void)unused;
    assert_false(wh_port_posix_is_set(0));
    assert_false(wh_port_posix_is_set(INT64_C(1735689599999)));
    assert_true(wh_port_posix_is_set(INT64_C(1735689600000)));
}

static void random_fills_exactly_what_is_asked_for(void **unused)
{
    (void)unused;
    wh_port port = wh_port_posix();
    static const size_t lens[] = {0, 1, 2, 16, 255, 256, 257, 100000};
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        uint8_t *bytes = calloc(lens[i] > 0 ? lens[i] : 1, 1);
        assert_non_null(bytes);
        assert_int_equal(port.random(port.user, bytes, lens[i]), WH_OK);
        free(bytes);
    }
}

/* Chance makes one bit stick in 64 draws once in 2^55 runs (1024 bits, both values). */
static void every_random_bit_takes_both_values(void **unused)
{
    (void)unused;
    wh_port port = wh_port_posix();
    uint8_t ones[64] = {0};
    uint8_t zeros[64] = {0};
    for (int draw = 0; draw < 64; draw++) {
        uint8_t bytes[64] = {0};
        assert_int_equal(port.random(port.user, bytes, sizeof bytes), WH_OK);
        for (size_t k = 0; k < sizeof bytes; k++) {
            ones[k] = (uint8_t)(ones[k] | bytes[k]);
            zeros[k] = (uint8_t)(zeros[k] | ~bytes[k]);
        }
    }
    for (size_t k = 0; k < sizeof ones; k++) {
        assert_int_equal(ones[k], 0xFF);
        assert_int_equal(zeros[k], 0xFF);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(monotonic_time_goes_forward_with_the_time_that_passes),
        cmocka_unit_test(utc_lies_between_two_readings_of_the_system_clock),
        cmocka_unit_test(a_clock_before_2025_was_never_set),
        cmocka_unit_test(random_fills_exactly_what_is_asked_for),
        cmocka_unit_test(every_random_bit_takes_both_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
