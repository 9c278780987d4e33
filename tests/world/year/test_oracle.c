/* SPDX-License-Identifier: Apache-2.0 */
/* The oracle holds a meter to what it should know: here it must find each single thing that a
 * meter could have wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "meter/register/combination.h"
#include "world/year/oracle.h"
#include "world/year/year_meter.h"

#include <stdlib.h>
#include <string.h>

#define START   INT64_C(1767225600000) /* 2026-01-01 */
#define MIN_MS  60000
#define PROFILE 0 /* recorders, as year_meter.c has them */
#define BILLING 2
#define DAILY   4

typedef struct {
    wh_year_tariff tariff;
    wh_year_meter_config config;
    wh_year_load load;
    wh_year_meter *meter;
    wh_oracle *oracle;
    wh_oracle_reading reading;
} bench;

static void read_all(bench *b)
{
    wh_year_meter_read(b->meter, &b->reading);
}

static void tick(bench *b, int64_t elapsed_ms)
{
    wh_year_meter_tick(b->meter, elapsed_ms, 0);
    wh_oracle_tick(b->oracle, elapsed_ms, wh_year_meter_utc_ms(b->meter));
    wh_year_meter_records(b->meter, b->oracle);
    read_all(b);
    wh_oracle_look(b->oracle, &b->reading);
}

static void live(bench *b, unsigned minutes)
{
    while (minutes-- > 0) {
        wh_year_minute m;
        wh_year_interval i = {.duration_ms = 0};
        wh_year_load_next(&b->load, &m);
        wh_year_interval_add(&i, &m, MIN_MS);
        wh_year_meter_feed(b->meter, &i);
        wh_oracle_feed(b->oracle, &i);
        tick(b, MIN_MS);
    }
}

/* Some minutes old, and connected. */
static bench *begin(bool hold_up)
{
    bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    assert_true(wh_year_tariff_find("europe", &b->tariff));
    b->config = (wh_year_meter_config){.place = wh_year_place_find("utc"),
                                       .tariff = &b->tariff,
                                       .slip_min = 15,
                                       .hold_up = hold_up,
                                       .wallet = true,
                                       .active_word = 0x09,
                                       .reactive_word = {0x05, 0x50}};
    wh_message message = {""};
    assert_int_equal(wh_year_meter_create(&b->config, START, &b->meter, &message), WH_OK);
    wh_oracle_config expected;
    wh_year_meter_expect(&b->config, &expected);
    expected.start_ms = START;
    b->oracle = wh_oracle_create(&expected);
    assert_non_null(b->oracle);
    wh_year_load_config house =
        wh_year_load_random(11, &b->config.place->rule, START, b->config.place->latitude_deg, 0);
    house.solar_peak_w = 8000;
    wh_year_load_init(&b->load, &house);
    wh_oracle_purchase(b->oracle, WH_YEAR_PURCHASE_GOOD, 90000000,
                       wh_year_meter_purchase(b->meter, WH_YEAR_PURCHASE_GOOD, 90000000));
    tick(b, 0);
    live(b, 3);
    return b;
}

static void end(bench *b)
{
    wh_oracle_destroy(b->oracle);
    wh_year_meter_destroy(b->meter);
    free(b);
}

static void assert_holds(bench *b)
{
    read_all(b);
    wh_oracle_check(b->oracle, &b->reading);
    if (wh_oracle_finding(b->oracle) != NULL) {
        fail_msg("%s", wh_oracle_finding(b->oracle));
    }
}

static void assert_finds(bench *b, const char *what)
{
    assert_non_null(wh_oracle_finding(b->oracle));
    assert_non_null(strstr(wh_oracle_finding(b->oracle), what));
    end(b);
}

/* ---- registers that are read wrong ---- */

static struct {
    int64_t (*uws)(const void *meter, unsigned place, unsigned rate, wh_reg kind);
    unsigned place, rate, kind;
} lie;

static int64_t one_too_many(const void *meter, unsigned place, unsigned rate, wh_reg kind)
{
    bool here = place == lie.place && rate == lie.rate && kind == (wh_reg)lie.kind;
    return lie.uws(meter, place, rate, kind) + (here ? 1 : 0);
}

static void a_microwatt_second_too_many_in_any_register_is_found(void **state)
{
    (void)state;
    static const struct {
        unsigned place, rate, kind;
        const char *says;
    } rows[] = {
        {WH_REG_TOTAL, 0, WH_REG_ACTIVE_IMPORT, "+A of the total"},
        {WH_REG_TOTAL, 0, WH_REG_HARMONIC_EXPORT, "-AH of the total"},
        {0, 0, WH_REG_REACTIVE_Q4, "Q4 of phase 1"},
        {2, 0, WH_REG_APPARENT_EXPORT, "-S of phase 3"},
        {WH_REG_TOTAL, 2, WH_REG_ACTIVE_EXPORT, "-A of rate 2"},
        {WH_REG_TOTAL, 8, WH_REG_REACTIVE_Q1, "Q1 of rate 8"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bench *b = begin(true);
        live(b, 800);
        assert_holds(b);
        lie.uws = b->reading.uws;
        lie.place = rows[i].place;
        lie.rate = rows[i].rate;
        lie.kind = rows[i].kind;
        b->reading.uws = one_too_many;
        wh_oracle_check(b->oracle, &b->reading);
        assert_finds(b, rows[i].says);
    }
}

static bool (*true_column)(const void *meter, uint8_t c, uint8_t d, uint8_t e, int64_t *value);

static bool without_rate_2(const void *meter, uint8_t c, uint8_t d, uint8_t e, int64_t *value)
{
    return (d != 8 || e != 2) && true_column(meter, c, d, e, value);
}

static bool a_milliwatt_more(const void *meter, uint8_t c, uint8_t d, uint8_t e, int64_t *value)
{
    bool has = true_column(meter, c, d, e, value);
    *value += d == 6 && c == 2 && e == 0 ? 1 : 0;
    return has;
}

static void what_the_catalogue_says_is_compared_too(void **state)
{
    (void)state;
    bench *b = begin(true);
    live(b, 800);
    assert_holds(b);
    true_column = b->reading.column;
    b->reading.column = without_rate_2;
    wh_oracle_check(b->oracle, &b->reading);
    assert_finds(b, "catalogue 1-0:1.8.2");

    b = begin(true);
    live(b, 800);
    assert_holds(b);
    b->reading.column = a_milliwatt_more;
    wh_oracle_check(b->oracle, &b->reading);
    assert_finds(b, "catalogue 1-0:2.6.0");
}

static void anything_else_that_is_wrong_is_found(void **state)
{
    (void)state;
    static const char *const says[] = {"rate in force",
                                       "cost of import",
                                       "paid for export",
                                       "combined active",
                                       "combined reactive",
                                       "wallet",
                                       "purchases",
                                       "maximum demand of +A, rate 0",
                                       "maximum demand of -A, rate 2",
                                       "events of power-off"};
    for (unsigned i = 0; i < sizeof says / sizeof says[0]; i++) {
        bench *b = begin(true);
        live(b, 800);
        assert_holds(b);
        wh_oracle_reading *r = &b->reading;
        int64_t *wide[] = {&r->cost[0], &r->cost[1], &r->combined_active_mwh,
                           &r->combined_reactive_mvarh[1], &r->wallet};
        if (i == 0) {
            r->rate++;
        } else if (i <= 5) {
            ++*wide[i - 1];
        } else if (i == 6) {
            r->purchases++;
        } else if (i == 7) {
            r->peak[0][0].mw--;
        } else if (i == 8) {
            r->peak[1][2].end_ms += 900000;
        } else {
            r->power_offs++;
        }
        wh_oracle_check(b->oracle, r);
        assert_finds(b, says[i]);
    }
}

/* ---- records ---- */

static void a_record_that_is_not_the_one_due_is_found(void **state)
{
    (void)state;
    bench *b = begin(true);
    live(b, 20);
    wh_oracle_record(b->oracle, PROFILE, START + 900000, INT64_MIN, INT64_MIN);
    assert_finds(b, "load profile 1: one too many");

    b = begin(true);
    live(b, 11);
    wh_oracle_tick(b->oracle, MIN_MS, START + 900000);
    wh_oracle_record(b->oracle, PROFILE, START + 840000, INT64_MIN, INT64_MIN);
    assert_finds(b, "load profile 1: its time is -60 s");

    b = begin(true);
    live(b, 11);
    wh_oracle_tick(b->oracle, MIN_MS, START + 900000);
    int64_t mwh = wh_oracle_uws(b->oracle, WH_REG_TOTAL, 0, WH_REG_ACTIVE_IMPORT) / 3600000;
    wh_oracle_record(b->oracle, PROFILE, START + 900000, mwh + 1, INT64_MIN);
    assert_finds(b, "load profile 1: +A is");

    b = begin(true);
    live(b, 11);
    wh_oracle_tick(b->oracle, MIN_MS, START + 900000);
    wh_oracle_look(b->oracle, &b->reading);
    assert_finds(b, "no record of load profile 1 for the boundary 0 s ago");

    b = begin(true);
    wh_oracle_record_lost(b->oracle, DAILY, 3);
    assert_finds(b, "3 records of daily freeze are gone");
}

/* Back over a boundary and over it again: one record. Forward over ten: the newest. */
static void a_clock_that_is_set_makes_each_record_once(void **state)
{
    (void)state;
    bench *b = begin(true);
    live(b, 20);
    static const int64_t jumps_ms[] = {-600000, 9000000, -7200000, 400000000, -390000000};
    for (size_t i = 0; i < sizeof jumps_ms / sizeof jumps_ms[0]; i++) {
        wh_year_action set = {.kind = WH_YEAR_CLOCK_SET};
        int64_t to_ms = wh_year_meter_utc_ms(b->meter) + jumps_ms[i] + 7000;
        assert_int_equal(wh_year_meter_clock(b->meter, &set, to_ms), WH_OK);
        wh_oracle_clock_set(b->oracle, to_ms);
        tick(b, 0);
        live(b, 30);
        assert_holds(b);
    }
    assert_int_equal(wh_oracle_records(b->oracle, DAILY), 4);
    end(b);
}

static void a_clock_that_is_wrong_is_found(void **state)
{
    (void)state;
    bench *b = begin(true);
    wh_oracle_tick(b->oracle, MIN_MS, START + 4 * MIN_MS - 1000);
    assert_finds(b, "clock: -1000 ms");
}

/* ---- power ---- */

static void power_cycle(bench *b)
{
    wh_year_meter_power_down(b->meter);
    assert_int_equal(wh_year_meter_power_up(b->meter, 7 * MIN_MS, false), WH_OK);
    read_all(b);
}

static void an_outage_may_take_a_minute_and_no_more(void **state)
{
    (void)state;
    bench *b = begin(false);
    live(b, 700);
    power_cycle(b);
    wh_oracle_power_up(b->oracle, 7 * MIN_MS, false, &b->reading);
    tick(b, 0);
    live(b, 30);
    assert_holds(b);
    lie.uws = b->reading.uws;
    lie.place = 1;
    lie.rate = 0;
    lie.kind = WH_REG_ACTIVE_IMPORT;
    power_cycle(b);
    b->reading.uws = one_too_many; /* not saved together with the others */
    wh_oracle_power_up(b->oracle, 7 * MIN_MS, false, &b->reading);
    assert_finds(b, "registers are those of no moment");

    b = begin(false);
    live(b, 31);
    wh_oracle_reading before = b->reading;
    power_cycle(b);
    memset(b->reading.peak, 0, sizeof b->reading.peak);
    b->reading.peak[0][0].mw = before.peak[0][0].mw + 1;
    wh_oracle_power_up(b->oracle, 7 * MIN_MS, false, &b->reading);
    assert_finds(b, "maximum demands are those of no moment");
}

static void with_a_signal_an_outage_takes_nothing(void **state)
{
    (void)state;
    bench *b = begin(true);
    live(b, 100);
    b->config.hold_up = false;
    wh_year_meter_power_down(b->meter);
    assert_int_equal(wh_year_meter_power_up(b->meter, MIN_MS, false), WH_OK);
    read_all(b);
    wh_oracle_power_up(b->oracle, MIN_MS, false, &b->reading);
    tick(b, 0);
    assert_holds(b);
    end(b);
}

/* ---- money and switch ---- */

static void purchases_and_orders_that_go_wrong_are_found(void **state)
{
    (void)state;
    bench *b = begin(true);
    wh_oracle_purchase(b->oracle, WH_YEAR_PURCHASE_REPEATED, 1, true);
    assert_finds(b, "a purchase repeated was accepted");

    b = begin(true);
    wh_oracle_purchase(b->oracle, WH_YEAR_PURCHASE_GOOD, 1, false);
    assert_finds(b, "a purchase in order was refused");

    b = begin(true);
    wh_oracle_order(b->oracle, WH_YEAR_ORDER_TRIP, true, true);
    assert_finds(b, "the order to trip was obeyed while not protected, expired");

    b = begin(true);
    wh_oracle_order(b->oracle, WH_YEAR_ORDER_PROTECT, false, true);
    wh_oracle_order(b->oracle, WH_YEAR_ORDER_TRIP, false, true);
    assert_finds(b, "the order to trip was obeyed while protected");
}

static void a_switch_that_moves_by_itself_is_found(void **state)
{
    (void)state;
    bench *b = begin(true);
    b->reading.connected = false;
    b->reading.by_credit = false;
    wh_oracle_look(b->oracle, &b->reading);
    assert_finds(b, "the switch opened and nobody wanted it");

    b = begin(true);
    wh_oracle_order(b->oracle, WH_YEAR_ORDER_TRIP, false, true);
    b->reading.connected = false;
    b->reading.by_credit = false;
    wh_oracle_look(b->oracle, &b->reading);
    assert_finds(b, "before its delay");

    b = begin(true);
    wh_oracle_order(b->oracle, WH_YEAR_ORDER_PROTECT, false, true);
    b->reading.connected = false;
    b->reading.by_credit = true;
    wh_oracle_look(b->oracle, &b->reading);
    assert_finds(b, "opened while protected");

    b = begin(true);
    b->reading.connected = false;
    b->reading.by_credit = true;
    wh_oracle_look(b->oracle, &b->reading);
    b->reading.connected = true;
    b->reading.barred = true;
    wh_oracle_look(b->oracle, &b->reading);
    assert_finds(b, "closed while there is no credit");

    b = begin(true);
    wh_oracle_order(b->oracle, WH_YEAR_ORDER_TRIP, false, true);
    live(b, 10);
    assert_finds(b, "a trip waits longer than its delay");
}

static void a_wallet_that_falls_without_end_is_found(void **state)
{
    (void)state;
    bench *b = begin(true);
    for (int i = 1; i <= 4; i++) {
        assert_null(wh_oracle_finding(b->oracle));
        b->reading.wallet = -i;
        wh_oracle_look(b->oracle, &b->reading);
    }
    assert_finds(b, "the wallet is at -4, below its overdraft");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_microwatt_second_too_many_in_any_register_is_found),
        cmocka_unit_test(what_the_catalogue_says_is_compared_too),
        cmocka_unit_test(anything_else_that_is_wrong_is_found),
        cmocka_unit_test(a_record_that_is_not_the_one_due_is_found),
        cmocka_unit_test(a_clock_that_is_set_makes_each_record_once),
        cmocka_unit_test(a_clock_that_is_wrong_is_found),
        cmocka_unit_test(an_outage_may_take_a_minute_and_no_more),
        cmocka_unit_test(with_a_signal_an_outage_takes_nothing),
        cmocka_unit_test(purchases_and_orders_that_go_wrong_are_found),
        cmocka_unit_test(a_switch_that_moves_by_itself_is_found),
        cmocka_unit_test(a_wallet_that_falls_without_end_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
