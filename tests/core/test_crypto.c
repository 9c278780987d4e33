/* SPDX-License-Identifier: Apache-2.0 */
#include "core/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void equal_sees_each_bit_of_difference_and_nothing_behind_the_end(void **state)
{
    (void)state;
    uint8_t a[33];
    uint8_t b[33];
    memset(a, 0x5A, sizeof a);
    memcpy(b, a, sizeof a);
    assert_true(wh_crypto_equal(a, b, sizeof a));
    for (size_t bit = 0; bit < 8 * sizeof a; bit++) {
        b[bit / 8] = (uint8_t)(b[bit / 8] ^ 1U << bit % 8);
        assert_false(wh_crypto_equal(a, b, sizeof a));
        assert_true(wh_crypto_equal(a, b, bit / 8));
        b[bit / 8] = a[bit / 8];
    }
}

static void wipe_leaves_zeros_and_touches_nothing_else(void **state)
{
    (void)state;
    uint8_t bytes[34];
    memset(bytes, 0xFF, sizeof bytes);
    wh_crypto_wipe(bytes + 1, sizeof bytes - 2);
    for (size_t i = 0; i < sizeof bytes; i++) {
        assert_int_equal(bytes[i], i == 0 || i == sizeof bytes - 1 ? 0xFF : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_sees_each_bit_of_difference_and_nothing_behind_the_end),
        cmocka_unit_test(wipe_leaves_zeros_and_touches_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
