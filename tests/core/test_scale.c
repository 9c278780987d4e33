/* SPDX-License-Identifier: Apache-2.0 */
#include "core/scale.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

__extension__ typedef __int128 wide;

static uint64_t seed = 0x9E3779B97F4A7C15U;

/* A number of random length, so that small and large ones come up alike. */
static int64_t random_number(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    uint64_t value = seed >> (seed >> 32) % 64;
    return (seed & 1) != 0 ? (int64_t)(value >> 1) : -(int64_t)(value >> 1);
}

static int64_t saturated(wide v)
{
    return v > INT64_MAX ? INT64_MAX : v < -INT64_MAX ? -INT64_MAX : (int64_t)v;
}

static int64_t upper_32_bits(int64_t v)
{
    uint64_t m = (uint64_t)(v < 0 ? -v : v);
    int low = m >> 32 != 0 ? 32 - __builtin_clzll(m) : 0;
    m = m >> low << low;
    return v < 0 ? -(int64_t)m : (int64_t)m;
}

static void a_product_is_rounded_to_nearest(void **state)
{
    (void)state;
    for (int i = 0; i < 200000; i++) {
        int64_t a = random_number();
        int64_t b = random_number();
        unsigned shift = (unsigned)(i % 100);
        wide exact = (wide)a * upper_32_bits(b);
        wide half = shift > 0 ? (wide)1 << (shift - 1) : 0;
        wide want = exact < 0 ? -((-exact + half) >> shift) : (exact + half) >> shift;
        assert_true(wh_mul_shift(a, b, (int)shift) == saturated(want));
    }
}

static void a_fraction_is_applied_to_31_bits(void **state)
{
    (void)state;
    for (int i = 0; i < 100000; i++) {
        uint64_t a = (uint64_t)random_number() >> 2 | 1;
        uint64_t b = (uint64_t)random_number() >> 2 | 1;
        int64_t value = random_number() >> 8;
        wh_scale s = wh_scale_div(wh_scale_of(a), wh_scale_of(b));
        long double want = (long double)value * (long double)a / (long double)b;
        long double got = (long double)wh_scale_apply(value, s);
        if (fabsl(want) < 9.19e18L) {
            assert_true(fabsl(got - want) <= 0.5001L + fabsl(want) * 1e-9L);
        } else {
            assert_true(fabsl(got) >= 9.18e18L);
        }
    }
}

static void products_of_scales_keep_their_order_of_magnitude(void **state)
{
    (void)state;
    wh_scale a = wh_scale_of(400000000);
    wh_scale b = wh_scale_div(wh_scale_of(1), wh_scale_of(1000000));
    assert_true(wh_scale_apply(1000000, wh_scale_mul(a, b)) == 400000000);
    assert_true(wh_scale_apply(12345, wh_scale_shift(wh_scale_of(1), 4)) == 12345 * 16);
    assert_true(wh_scale_apply(12345, wh_scale_of(0)) == 0);
    assert_true(wh_scale_apply(0, wh_scale_of(UINT64_MAX)) == 0);
    assert_true(wh_scale_apply(-3, wh_scale_of(UINT64_MAX)) == -INT64_MAX);
}

static void a_carry_loses_nothing_over_a_million_steps(void **state)
{
    (void)state;
    wh_scale third = wh_scale_div(wh_scale_of(1), wh_scale_of(3));
    uint32_t carry = 0;
    int64_t sum = 0;
    wide total = 0;
    for (int i = 0; i < 1000000; i++) {
        int64_t value = random_number() >> 24;
        total += value;
        sum += wh_scale_apply_carry(value, third, &carry);
    }
    /* a third in 32 bits is a third less 0.23e-9 at most */
    wide difference = total - (wide)sum * 3;
    wide bound = (total < 0 ? -total : total) / 4000000000 + 6;
    assert_true(difference > -bound && difference < bound);
}

static void a_root_is_the_largest_whole_one(void **state)
{
    (void)state;
    for (int i = 0; i < 100000; i++) {
        uint64_t value = (uint64_t)random_number();
        uint64_t root = wh_isqrt64(value);
        assert_true((wide)root * root <= value && (wide)(root + 1) * (root + 1) > value);
    }
    assert_int_equal(wh_isqrt64(0), 0);
    assert_int_equal(wh_isqrt64(UINT64_MAX), UINT32_MAX);
}

static void a_vector_has_its_angle_and_length(void **state)
{
    (void)state;
    for (int i = 0; i < 100000; i++) {
        int64_t x = random_number() >> 1;
        int64_t y = random_number() >> 1;
        if (x == 0 && y == 0) {
            continue;
        }
        int64_t length;
        double want = atan2((double)y, (double)x) / (2 * acos(-1.0));
        double got = (double)(int32_t)wh_polar(y, x, &length) / 4294967296.0;
        double off = got - want;
        assert_true(fabs(off - round(off)) < 1e-8);
        double size = hypot((double)x, (double)y);
        assert_true(fabs((double)length - size) < 0.51 + 1e-7 * size);
    }
    int64_t none = 1;
    assert_int_equal(wh_polar(0, 0, &none), 0);
    assert_int_equal(none, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_product_is_rounded_to_nearest),
        cmocka_unit_test(a_fraction_is_applied_to_31_bits),
        cmocka_unit_test(products_of_scales_keep_their_order_of_magnitude),
        cmocka_unit_test(a_carry_loses_nothing_over_a_million_steps),
        cmocka_unit_test(a_root_is_the_largest_whole_one),
        cmocka_unit_test(a_vector_has_its_angle_and_length),
    };
    return cmocka_run_group_tests_name("scale", tests, NULL, NULL);
}
