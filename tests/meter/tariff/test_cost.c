/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/tariff/cost.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

__extension__ typedef __int128 wide;

static void a_kilowatt_hour_costs_its_price(void **state)
{
    (void)state;
    wh_cost c;
    int32_t cells[2 * 63];
    const int32_t prices[] = {735686, 1133999};
    assert_int_equal(wh_cost_init(&c, cells, 126, 63), WH_OK);
    assert_int_equal(wh_cost_set_prices(&c, prices, 2), WH_OK);
    assert_int_equal(wh_cost_price(&c, 1), 0);
    wh_cost_schedule(&c, 1000);
    assert_false(wh_cost_switch(&c, 999));
    assert_true(wh_cost_switch(&c, 1000));
    assert_false(wh_cost_switch(&c, 1001)); /* once */
    for (int i = 0; i < 3600; i++) {
        (void)wh_cost_book(&c, 2, 50000, 1000000000); /* 1 kW for a second */
    }
    assert_int_equal(c.total, 1133999 + 50000);
    assert_int_equal(c.rest, 0);
    assert_int_equal(wh_cost_price(&c, 0), 735686); /* as rate 1, whose register takes it */
    assert_int_equal(wh_cost_price(&c, 64), 735686);
    assert_int_equal(wh_cost_price(&c, 63), 0);
}

static void the_running_cost_is_exact(void **state)
{
    (void)state;
    wh_cost c;
    int32_t cells[16];
    const int32_t prices[] = {INT32_MAX, -400000, 1, 997};
    wide exact = 0;
    uint64_t seed = 7;
    assert_int_equal(wh_cost_init(&c, cells, 16, 8), WH_OK);
    assert_int_equal(wh_cost_set_prices(&c, prices, 4), WH_OK);
    wh_cost_schedule(&c, 0);
    assert_true(wh_cost_switch(&c, 0));
    for (int i = 0; i < 200000; i++) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        uint8_t rate = (uint8_t)(1 + (seed >> 60) % 5);
        int64_t energy = (int64_t)(seed >> 24) % 1000000000001;
        int64_t step = (int64_t)(seed >> 40) % 1000000;
        exact += (wide)energy * (wh_cost_price(&c, rate) + step);
        (void)wh_cost_book(&c, rate, step, i % 7 == 0 ? -energy : energy);
        exact -= i % 7 == 0 ? 2 * (wide)energy * (wh_cost_price(&c, rate) + step) : 0;
    }
    assert_true((wide)c.total * 3600000000000 + c.rest == exact);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kilowatt_hour_costs_its_price),
        cmocka_unit_test(the_running_cost_is_exact),
    };
    return cmocka_run_group_tests_name("cost", tests, NULL, NULL);
}
