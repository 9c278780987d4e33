/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/tariff/bill.h"

#include "meter/tariff/cost.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define KWH     INT64_C(1000000) /* mWh */
#define CNY     INT64_C(1000000) /* millionths */
#define MODULUS (INT64_C(1000000) * KWH)
#define LINES   WH_BILL_LINES(8)

__extension__ typedef __int128 wide;

enum { SHARP, PEAK, FLAT, VALLEY, RATES };

static wh_user customer(uint8_t kind)
{
    wh_user u;
    assert_int_equal(wh_user_init(&u, kind), WH_OK);
    return u;
}

static void check_line(const wh_bill_line *line, uint8_t kind, uint8_t index, int64_t amount)
{
    assert_int_equal(line->kind, kind);
    assert_int_equal(line->index, index);
    assert_int_equal(line->amount, amount);
}

/* Hubei, January 2026, commercial below 1 kV, one part:
 *
 *   sharp   120.5   kWh x 1.133999 = 136.6468795     together 136.6468795     line 136.646879
 *   peak    345.678 kWh x 0.930961 = 321.812736558            458.459616058        321.812737
 *   flat   1000.001 kWh x 0.735686 = 735.686735686           1194.146351744        735.686735
 *   valley  777.777 kWh x 0.516924 = 402.051597948           1596.197949692        402.051598
 *   reactive 1270 kvarh on 2243.956 kWh: power factor 0.87, 2 above 0.85: -0.2 %
 *                  1596.197949 x -0.002 = -3.192395898                              -3.192396 */
static void hubei_single_part(void **state)
{
    (void)state;
    const wh_user user = customer(WH_USER_COMMERCIAL);
    const int64_t import[RATES] = {120500000, 345678000, 1000001000, 777777000};
    const int32_t price[RATES] = {1133999, 930961, 735686, 516924};
    wh_bill_period p = {.user = &user,
                        .rates = RATES,
                        .import_mwh = import,
                        .import_price = price,
                        .reactive_mvarh = 1270 * KWH};
    wh_bill_line line[LINES];
    wh_bill bill;
    assert_int_equal(wh_bill_make(&p, line, LINES, &bill), WH_OK);
    assert_int_equal(bill.line_count, 5);
    check_line(&line[0], WH_BILL_ENERGY, 1, 136646879);
    check_line(&line[1], WH_BILL_ENERGY, 2, 321812737);
    check_line(&line[2], WH_BILL_ENERGY, 3, 735686735);
    check_line(&line[3], WH_BILL_ENERGY, 4, 402051598);
    check_line(&line[4], WH_BILL_POWER_FACTOR, 87, -3192396);
    assert_int_equal(line[4].price, -20);
    assert_int_equal(bill.energy, 1596197949);
    assert_int_equal(bill.import_carry, 692000);
    assert_int_equal(bill.total, 1596197949 - 3192396);
}

/* The same province, 1 to 10 kV, two parts:
 *
 *   sharp    8123.4   kWh x 1.049999 =  8529.5618766
 *   peak    15432.1   kWh x 0.848961 = 13101.2510481
 *   flat    30000     kWh x 0.651886 = 19556.58
 *   valley  12345.678 kWh x 0.432924 =  5344.740302472    together 46532.133227172
 *   fund    65901.178 kWh x 0.0452   =  2978.7332456, which is not adjusted
 *
 *   by demand    812.345 kW x 42 = 34118.49; 26000 kvarh: 0.93, -0.45 %
 *                (46532.133227 + 34118.49 - 2978.733246) x -0.0045 = -349.5235049145
 *   by capacity  1000 kVA x 26.3 = 26300; 80000 kvarh: 0.64, +17 %
 *                (46532.133227 + 26300 - 2978.733246) x 0.17 = 11875.07799677 */
static void hubei_two_part(void **state)
{
    (void)state;
    static const struct {
        uint8_t kind;
        int64_t reactive;
        uint8_t line_kind;
        int64_t basic;
        uint8_t hundredths;
        int64_t adjustment;
    } rows[] = {
        {WH_USER_TWO_PART_DEMAND, 26000, WH_BILL_DEMAND, 34118490000, 93, -349523505},
        {WH_USER_TWO_PART_CAPACITY, 80000, WH_BILL_CAPACITY, 26300 * CNY, 64, 11875077997},
    };
    const int64_t import[RATES] = {8123400000, 15432100000, 30000 * KWH, 12345678000};
    const int32_t price[RATES] = {1049999, 848961, 651886, 432924};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_user user = customer(rows[i].kind);
        user.capacity_va = 1000000;
        user.demand_price = 42000000;
        user.capacity_price = 26300000;
        user.exempt_price = 45200;
        wh_bill_period p = {.user = &user,
                            .rates = RATES,
                            .import_mwh = import,
                            .import_price = price,
                            .reactive_mvarh = rows[i].reactive * KWH,
                            .demand_mw = 812345000};
        wh_bill_line line[LINES];
        wh_bill bill;
        assert_int_equal(wh_bill_make(&p, line, LINES, &bill), WH_OK);
        assert_int_equal(bill.line_count, 6);
        assert_int_equal(bill.energy, 46532133227);
        check_line(&line[4], rows[i].line_kind, 0, rows[i].basic);
        check_line(&line[5], WH_BILL_POWER_FACTOR, rows[i].hundredths, rows[i].adjustment);
        assert_int_equal(bill.total, bill.energy + rows[i].basic + rows[i].adjustment);
    }
}

/* ---- steps over a year ---- */

static const wh_time_zone beijing_time = {.standard_min = 480};

static const wh_step_table zhejiang = {.settlement_count = 1,
                                       .settlement = {{1, 1, 0}},
                                       .season_count = 1,
                                       .season = {{1, 1, 2}},
                                       .threshold_wh = {2760000, 4800000},
                                       .price = {0, 50000, 300000}};

static const wh_step_table beijing = {.settlement_count = 1,
                                      .settlement = {{1, 1, 0}},
                                      .season_count = 1,
                                      .season = {{1, 1, 2}},
                                      .threshold_wh = {2880000, 4800000},
                                      .price = {488300, 538300, 788300}};

static const wh_step_table shenzhen = {.settlement_count = 1,
                                       .settlement = {{0, 1, 0}},
                                       .season_count = 2,
                                       .season = {{5, 1, 2}, {11, 1, 2}},
                                       .threshold_wh = {260000, 600000, 200000, 400000},
                                       .price = {662900, 712900, 962900, 662900, 712900, 962900}};

typedef struct {
    const wh_step_table *table;
    const int32_t *price;   /* of two rates */
    int64_t monthly[12][2]; /* mWh of each rate */
    int64_t expected[12];   /* millionths; 0: not looked at */
    int64_t total;
} year_row;

static int64_t first_of_month(int month)
{
    wh_civil_time t = {.date = {2026 + month / 12, (uint8_t)(month % 12 + 1), 1}};
    int64_t ms = 0;
    assert_int_equal(wh_time_zone_to_utc(&beijing_time, &t, false, &ms, NULL), WH_OK);
    return ms;
}

/* A month in portions of up to 250 Wh that turn from rate to rate. */
static void use(wh_cost *cost, const wh_step_price *steps, wh_energy *reg, const int64_t monthly[2])
{
    int64_t left[2] = {monthly[0], monthly[1]};
    for (unsigned i = 0; left[0] > 0 || left[1] > 0; i++) {
        unsigned rate = i % 2;
        int64_t mwh = 137 + (int64_t)(i * 7919 % 250000);
        mwh = mwh < left[rate] ? mwh : left[rate];
        left[rate] -= mwh;
        reg->mwh = (reg->mwh + mwh) % MODULUS;
        (void)wh_cost_book_steps(cost, steps, (uint8_t)(rate + 1), reg, mwh * 3600000);
    }
}

/* Meter and bills through a year: each bill is what the running cost grew by, to the millionth. */
static void check_year(const year_row *row)
{
    const wh_user user = customer(WH_USER_RESIDENTIAL);
    int32_t cells[4];
    wh_cost cost;
    wh_step_price steps;
    wh_energy reg = {MODULUS - 1000 * KWH, 0}; /* rolls over on the way */
    wh_step_price_init(&steps, MODULUS);
    assert_int_equal(wh_step_price_set(&steps, row->table), WH_OK);
    wh_step_price_schedule(&steps, 0);
    assert_int_equal(wh_cost_init(&cost, cells, 4, 2), WH_OK);
    assert_int_equal(wh_cost_set_prices(&cost, row->price, 2), WH_OK);
    wh_cost_schedule(&cost, 0);
    assert_true(wh_cost_switch(&cost, 0));
    (void)wh_step_price_tick(&steps, &beijing_time, first_of_month(0), reg.mwh);
    wh_bill bill = {0};
    int64_t billed = 0;
    for (int month = 0; month < 12; month++) {
        int64_t cost_before = cost.total;
        wh_bill_period p = {.user = &user,
                            .rates = 2,
                            .import_mwh = row->monthly[month],
                            .import_price = row->price,
                            .steps = row->table,
                            .season = steps.season,
                            .used_mwh = wh_step_price_used_mwh(&steps, reg.mwh),
                            .import_carry = bill.import_carry};
        use(&cost, &steps, &reg, row->monthly[month]);
        wh_bill_line line[LINES];
        assert_int_equal(wh_bill_make(&p, line, LINES, &bill), WH_OK);
        assert_int_equal(bill.energy, cost.total - cost_before);
        assert_int_equal(bill.total, bill.energy);
        if (row->expected[month] != 0) {
            assert_int_equal(bill.total, row->expected[month]);
        }
        billed += bill.total;
        (void)wh_step_price_tick(&steps, &beijing_time, first_of_month(month + 1), reg.mwh);
    }
    assert_int_equal(billed, cost.total);
    if (row->total != 0) {
        assert_int_equal(billed, row->total);
    }
    assert_int_equal(wh_step_price_used_mwh(&steps, reg.mwh), 0); /* settled by new year */
}

#define TWELVE(...)                                                                               \
    {                                                                                             \
        {__VA_ARGS__}, {__VA_ARGS__}, {__VA_ARGS__}, {__VA_ARGS__}, {__VA_ARGS__}, {__VA_ARGS__}, \
            {__VA_ARGS__}, {__VA_ARGS__}, {__VA_ARGS__}, {__VA_ARGS__}, {__VA_ARGS__},            \
        {                                                                                         \
            __VA_ARGS__                                                                           \
        }                                                                                         \
    }

/* Zhejiang, yearly steps of 2760 and 4800 kWh.
 *
 *   without rates: 0.538, and 0.05 and 0.30 more in the steps; 500 kWh a month
 *     2760 x 0.538 + 2040 x 0.588 + 1200 x 0.838 = 1484.88 + 1199.52 + 1005.60 = 3690.00
 *     June  (2500 to 3000):  260 x 0.538 + 240 x 0.588 = 139.88 + 141.12 = 281.00
 *     October (4500 to 5000): 300 x 0.588 + 200 x 0.838 = 176.40 + 167.60 = 344.00
 *   peak 0.568 and valley 0.288, 300 and 200 kWh of them
 *     3600 x 0.568 + 2400 x 0.288 + 2040 x 0.05 + 1200 x 0.30
 *       = 2044.80 + 691.20 + 102.00 + 360.00 = 3198.00 */
static void zhejiang_yearly_steps(void **state)
{
    (void)state;
    static const int32_t plain[2] = {538000, 538000};
    static const int32_t by_hour[2] = {568000, 288000};
    const year_row rows[] = {
        {&zhejiang,
         plain,
         TWELVE(300 * KWH, 200 * KWH),
         {269 * CNY, 269 * CNY, 0, 0, 0, 281 * CNY, 294 * CNY, 0, 0, 344 * CNY, 419 * CNY, 0},
         3690 * CNY},
        {&zhejiang, by_hour, TWELVE(300 * KWH, 200 * KWH), {228 * CNY}, 3198 * CNY},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_year(&rows[i]);
    }
}

/* Beijing, 450 kWh a month: 2880 x 0.4883 + 1920 x 0.5383 + 600 x 0.7883
 *   = 1406.304 + 1033.536 + 472.98 = 2912.82; July (2700 to 3150): 180 x 0.4883 + 270 x 0.5383
 *   = 87.894 + 145.341 = 233.235 */
static void beijing_yearly_steps(void **state)
{
    (void)state;
    static const int32_t none[2] = {0, 0};
    const year_row row = {
        &beijing, none, TWELVE(450 * KWH, 0), {219735000, 0, 0, 0, 0, 0, 233235000}, 2912820000};
    check_year(&row);
}

/* Shenzhen, 700 kWh a month: summer 260 x 0.6629 + 340 x 0.7129 + 100 x 0.9629
 *   = 172.354 + 242.386 + 96.29 = 511.03; else 200 x 0.6629 + 200 x 0.7129 + 300 x 0.9629
 *   = 132.58 + 142.58 + 288.87 = 564.03; the year 6 x 511.03 + 6 x 564.03 = 6450.36 */
static void shenzhen_monthly_steps_by_season(void **state)
{
    (void)state;
    static const int32_t none[2] = {0, 0};
    const int64_t summer = 511030000;
    const int64_t winter = 564030000;
    const year_row row = {&shenzhen,
                          none,
                          TWELVE(400 * KWH, 300 * KWH),
                          {winter, winter, winter, winter, summer, summer, summer, summer, summer,
                           summer, winter, winter},
                          6450360000};
    check_year(&row);
}

/* ---- exactness ---- */

static void bills_add_up_to_running_cost_and_credit(void **state)
{
    (void)state;
    const wh_user user = customer(WH_USER_RESIDENTIAL);
    const int32_t import_price[5] = {1133999, -70007, 735686, 516924, 3};
    const int32_t export_price[5] = {415301, 415302, 0, 399999, 1};
    wh_cost cost;
    wh_cost credit;
    int32_t cells[2][10];
    uint64_t seed = 11;
    assert_int_equal(wh_cost_init(&cost, cells[0], 10, 5), WH_OK);
    assert_int_equal(wh_cost_init(&credit, cells[1], 10, 5), WH_OK);
    assert_int_equal(wh_cost_set_prices(&cost, import_price, 5), WH_OK);
    assert_int_equal(wh_cost_set_prices(&credit, export_price, 5), WH_OK);
    wh_cost_schedule(&cost, 0);
    wh_cost_schedule(&credit, 0);
    assert_true(wh_cost_switch(&cost, 0) && wh_cost_switch(&credit, 0));
    wh_bill bill = {0};
    int64_t billed = 0;
    wide exact = 0;
    for (int month = 0; month < 500; month++) {
        int64_t import[5] = {0};
        int64_t export[5] = {0};
        for (int i = 0; i < 50; i++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            uint8_t rate = (uint8_t)(1 + (seed >> 60) % 5);
            int64_t mwh = (int64_t)(seed >> 30) % 277000;
            int64_t back = (int64_t)(seed >> 20) % 277000;
            import[rate - 1] += mwh;
            export[rate - 1] += back;
            (void)wh_cost_book(&cost, rate, 0, mwh * 3600000);
            (void)wh_cost_book(&credit, rate, 0, back * 3600000);
            exact += (wide)mwh * import_price[rate - 1];
        }
        wh_bill_period p = {.user = &user,
                            .rates = 5,
                            .import_mwh = import,
                            .export_mwh = export,
                            .import_price = import_price,
                            .export_price = export_price,
                            .import_carry = bill.import_carry,
                            .export_carry = bill.export_carry};
        wh_bill_line line[LINES];
        assert_int_equal(wh_bill_make(&p, line, LINES, &bill), WH_OK);
        billed += bill.total;
        assert_int_equal(bill.total, bill.energy - bill.export);
        assert_int_equal(billed, cost.total - credit.total);
        int64_t sum = 0;
        for (size_t i = 0; i < bill.line_count; i++) {
            sum += line[i].amount;
            assert_int_not_equal(line[i].quantity, 0);
        }
        assert_int_equal(sum, bill.total);
    }
    assert_true((wide)cost.total * 1000000 + bill.import_carry == exact);
}

/* As many rates as there can be, and as much energy; all of it fed in. */
static void the_largest_bill_fits(void **state)
{
    (void)state;
    const wh_user user = customer(WH_USER_RESIDENTIAL);
    int64_t import[63] = {INT64_C(1000000000000000)};
    int64_t export[63];
    int32_t price[63];
    for (int i = 0; i < 63; i++) {
        export[i] = INT64_C(15873015873015);
        price[i] = INT32_MAX - i;
    }
    wh_bill_period p = {.user = &user,
                        .rates = 63,
                        .import_mwh = import,
                        .export_mwh = export,
                        .import_price = price,
                        .export_price = price,
                        .export_carry = WH_BILL_CARRY_ONE - 1};
    wh_bill_line line[WH_BILL_LINES(63)];
    wh_bill bill;
    assert_int_equal(wh_bill_make(&p, line, WH_BILL_LINES(63), &bill), WH_OK);
    assert_int_equal(bill.line_count, 64);
    check_line(&line[0], WH_BILL_ENERGY, 1, INT64_C(1000000000) * INT32_MAX);
    for (unsigned i = 0; i < 63; i++) {
        wide exact = (wide) export[i] * price[i];
        assert_int_equal(line[1 + i].kind, WH_BILL_EXPORT);
        assert_int_equal(line[1 + i].index, i + 1);
        assert_true(-(wide)line[1 + i].amount * 1000000 > exact - 1000000);
        assert_true(-(wide)line[1 + i].amount * 1000000 < exact + 1000000);
    }
}

static void a_standing_charge_is_not_adjusted(void **state)
{
    (void)state;
    wh_user user = customer(WH_USER_AGRICULTURAL);
    const int64_t import[1] = {100 * KWH};
    const int32_t price[1] = {500000};
    wh_bill_period p = {.user = &user, .rates = 1, .import_mwh = import, .import_price = price};
    wh_bill_line line[LINES];
    wh_bill bill;
    user.standing_price = 7 * (int32_t)CNY;
    p.reactive_mvarh = 100 * KWH; /* 0.71, 9 below: 4.5 % */
    assert_int_equal(wh_bill_make(&p, line, LINES, &bill), WH_OK);
    assert_int_equal(bill.line_count, 3);
    check_line(&line[1], WH_BILL_POWER_FACTOR, 71, 2250000);
    check_line(&line[2], WH_BILL_STANDING, 0, 7 * CNY);
    assert_int_equal(line[2].quantity, 1);
    assert_int_equal(bill.total, 59250000);
    user.power_factor = 0;
    assert_int_equal(wh_bill_make(&p, line, LINES, &bill), WH_OK);
    assert_int_equal(bill.total, 57 * CNY);
    const int64_t nothing[1] = {0};
    p.import_mwh = nothing;
    user.power_factor = 80;
    assert_int_equal(wh_bill_make(&p, line, LINES, &bill), WH_OK);
    assert_int_equal(bill.line_count, 1);
}

static void what_cannot_be_billed_is_refused(void **state)
{
    (void)state;
    const wh_user user = customer(WH_USER_RESIDENTIAL);
    const wh_user nobody = {.kind = 9};
    const int64_t import[2] = {KWH, KWH};
    const int64_t wrong[2] = {-1, KWH};
    const int64_t huge[2] = {1, INT64_C(1000000000000000)};
    const int32_t price[2] = {1, 1};
    const wh_bill_period good = {
        .user = &user, .rates = 2, .import_mwh = import, .import_price = price, .steps = &zhejiang};
    wh_bill_period bad[10];
    wh_bill_line line[LINES];
    wh_bill bill;
    for (unsigned i = 0; i < 10; i++) {
        bad[i] = good;
    }
    bad[0].user = &nobody;
    bad[1].rates = 0;
    bad[2].rates = 64;
    bad[3].import_mwh = wrong;
    bad[4].import_mwh = huge;
    bad[5].season = 1;
    bad[6].import_carry = WH_BILL_CARRY_ONE;
    bad[7].demand_mw = -1;
    bad[8].export_mwh = wrong;
    bad[8].export_price = price;
    bad[9].export_carry = WH_BILL_CARRY_ONE;
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(wh_bill_make(&bad[i], line, LINES, &bill), WH_ERR_RANGE);
        assert_int_equal(bill.line_count, 0);
    }
    for (size_t size = 0; size < 4; size++) { /* two rates, one step, whose price is 0 */
        wh_bill_line *exact = malloc(size * sizeof *exact + 1);
        assert_non_null(exact);
        assert_int_equal(wh_bill_make(&good, exact, size, &bill), size < 3 ? WH_ERR_SPACE : WH_OK);
        free(exact);
    }
    assert_int_equal(wh_bill_grown(5, 3, MODULUS), 2);
    assert_int_equal(wh_bill_grown(5, MODULUS - 3, MODULUS), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hubei_single_part),
        cmocka_unit_test(hubei_two_part),
        cmocka_unit_test(zhejiang_yearly_steps),
        cmocka_unit_test(beijing_yearly_steps),
        cmocka_unit_test(shenzhen_monthly_steps_by_season),
        cmocka_unit_test(bills_add_up_to_running_cost_and_credit),
        cmocka_unit_test(the_largest_bill_fits),
        cmocka_unit_test(a_standing_charge_is_not_adjusted),
        cmocka_unit_test(what_cannot_be_billed_is_refused),
    };
    return cmocka_run_group_tests_name("bill", tests, NULL, NULL);
}
