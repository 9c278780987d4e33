/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static wh_ring ring;

static void put_numbered(uint32_t first, uint32_t count)
{
    for (uint32_t n = first; n < first + count; n++) {
        int32_t set[WH_CHANNELS];
        for (unsigned k = 0; k < WH_CHANNELS; k++) {
            set[k] = (int32_t)(n * WH_CHANNELS + k);
        }
        wh_ring_put(&ring, set);
    }
}

/* Take `count` sets by blocks of at most `most`, and see that they are those that went in. */
static void take_numbered(uint32_t first, uint32_t count, uint32_t most)
{
    while (count > 0) {
        uint32_t got = 0;
        const int32_t(*sets)[WH_CHANNELS] = wh_ring_peek(&ring, most < count ? most : count, &got);
        assert_non_null(sets);
        assert_in_range(got, 1, most);
        for (uint32_t n = 0; n < got; n++) {
            for (unsigned k = 0; k < WH_CHANNELS; k++) {
                assert_int_equal(sets[n][k], (first + n) * WH_CHANNELS + k);
            }
        }
        wh_ring_drop(&ring, got);
        first += got;
        count -= got;
    }
}

static int empty(void **state)
{
    (void)state;
    ring = (wh_ring){0};
    return 0;
}

static void an_empty_ring_shows_nothing(void **state)
{
    (void)state;
    uint32_t count = 1;
    assert_null(wh_ring_peek(&ring, 16, &count));
    assert_int_equal(count, 0);
    assert_int_equal(wh_ring_waiting(&ring), 0);
}

static void sets_come_out_in_the_order_they_went_in(void **state)
{
    (void)state;
    uint32_t next = 0;
    for (unsigned round = 0; round < 40; round++) {
        put_numbered(next, 100);
        assert_int_equal(wh_ring_waiting(&ring), 100);
        take_numbered(next, 100, 16 + round % 3);
        next += 100;
    }
    assert_int_equal(ring.dropped, 0);
}

static void blocks_that_divide_the_ring_are_never_cut(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < 3 * WH_RING_SETS; n += 64) {
        put_numbered(n, 64);
        uint32_t count = 0;
        assert_non_null(wh_ring_peek(&ring, 64, &count));
        assert_int_equal(count, 64);
        take_numbered(n, 64, 64);
    }
}

static void a_full_ring_drops_what_is_new_and_counts_it(void **state)
{
    (void)state;
    put_numbered(0, WH_RING_SETS);
    assert_int_equal(ring.dropped, 0);
    assert_int_equal(wh_ring_waiting(&ring), WH_RING_SETS);
    put_numbered(9999, 2);
    assert_int_equal(ring.dropped, 2);
    take_numbered(0, WH_RING_SETS, 64);
    assert_int_equal(wh_ring_waiting(&ring), 0);
}

static void the_counts_may_wrap(void **state)
{
    (void)state;
    uint32_t start = UINT32_MAX - 5;
    ring.written = start;
    ring.taken = start;
    put_numbered(0, 20);
    assert_int_equal(wh_ring_waiting(&ring), 20);
    take_numbered(0, 20, 20);
    assert_int_equal(ring.dropped, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_empty_ring_shows_nothing, empty),
        cmocka_unit_test_setup(sets_come_out_in_the_order_they_went_in, empty),
        cmocka_unit_test_setup(blocks_that_divide_the_ring_are_never_cut, empty),
        cmocka_unit_test_setup(a_full_ring_drops_what_is_new_and_counts_it, empty),
        cmocka_unit_test_setup(the_counts_may_wrap, empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
