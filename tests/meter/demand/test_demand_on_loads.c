/* SPDX-License-Identifier: Apache-2.0 */
/* A real household's 26 days, minute by minute, through registers, rates and demand. */
#include "core/civil_time.h"
#include "meter/demand/demand.h"
#include "meter/register/rate_register.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SERIES WH_SHARED_DIR "/data/loads/uci_household_1min_20061216_20070111.csv"

#define RATES     2
#define KINDS     (WH_REG_BIT(WH_REG_ACTIVE_IMPORT) | WH_REG_BIT(WH_REG_REACTIVE_Q1))
#define MIN_MS    60000
#define SLIPS_MAX 15

static const wh_combination import = {WH_REG_BIT(WH_REG_ACTIVE_IMPORT), 0};

typedef struct {
    wh_demand d;
    wh_demand_channel channel;
    wh_demand_cell cell[1 + RATES];
    int64_t slip_uws[SLIPS_MAX];
    unsigned periods;
} house_demand;

typedef struct {
    wh_register_bank bank;
    wh_rate_register rates;
    wh_energy cell[2 * RATES];
    house_demand block;   /* 15 minutes */
    house_demand sliding; /* 15 minutes by 1 */
    house_demand minute;
    int64_t at_ms; /* the end of the last minute; 0 = none yet */
    unsigned rows;
} house;

static void start_demand(house_demand *h, uint8_t slip_min, uint8_t slips)
{
    wh_demand_config config = {slip_min, slips, 1, RATES, true};
    wh_demand_memory memory = {&h->channel, 1, h->cell, 1 + RATES, h->slip_uws, SLIPS_MAX};
    assert_int_equal(wh_demand_init(&h->d, &config, &import, &memory), WH_OK);
    h->periods = 0;
}

static void start(house *h)
{
    wh_register_config bank = {0};
    assert_int_equal(wh_register_init(&h->bank, &bank), WH_OK);
    wh_rate_register_config rates = {KINDS, RATES, h->bank.config.modulus_mwh};
    assert_int_equal(wh_rate_register_init(&h->rates, &rates, h->cell, 2 * RATES), WH_OK);
    start_demand(&h->block, 15, 1);
    start_demand(&h->sliding, 1, 15);
    start_demand(&h->minute, 1, 1);
    h->at_ms = 0;
    h->rows = 0;
}

static void tick(house_demand *h, int64_t at_ms)
{
    int64_t start_ms;
    int64_t slip = wh_demand_slip_at(&h->d, at_ms, 0, &start_ms);
    h->periods += wh_demand_tick(&h->d, slip, start_ms) ? 1 : 0;
}

static void tick_all(house *h, int64_t at_ms)
{
    tick(&h->block, at_ms);
    tick(&h->sliding, at_ms);
    tick(&h->minute, at_ms);
}

/* Minutes are missing before this one: power was off. */
static void power_up(house *h, int64_t at_ms)
{
    wh_demand_restart(&h->block.d, at_ms);
    wh_demand_restart(&h->sliding.d, at_ms);
    wh_demand_restart(&h->minute.d, at_ms);
    tick_all(h, at_ms);
}

/* Rate 1 from 7 to 23 h. */
static uint8_t rate_at(int64_t at_ms)
{
    int64_t hour = at_ms / 3600000 % 24;
    return hour >= 7 && hour < 23 ? 1 : 2;
}

static void live_minute(house *h, int64_t at_ms, int64_t p_w, int64_t q_var)
{
    if (h->at_ms != at_ms) {
        power_up(h, at_ms);
    }
    uint8_t rate = rate_at(at_ms);
    wh_demand_set_rate(&h->block.d, rate, at_ms);
    wh_demand_set_rate(&h->sliding.d, rate, at_ms);
    wh_demand_set_rate(&h->minute.d, rate, at_ms);
    wh_energy_quantum q = {.p_uws = {p_w * 60000000}, .q1_uvars = {q_var * 60000000}};
    wh_booked booked = {0};
    wh_register_book_told(&h->bank, &q, &booked);
    wh_rate_register_book(&h->rates, &booked, rate);
    wh_demand_feed(&h->block.d, &booked);
    wh_demand_feed(&h->sliding.d, &booked);
    wh_demand_feed(&h->minute.d, &booked);
    h->at_ms = at_ms + MIN_MS;
    h->rows++;
    tick_all(h, h->at_ms);
}

static int64_t time_ms(int32_t year, unsigned month, unsigned day, unsigned hour, unsigned minute)
{
    wh_civil_time t = {{year, (uint8_t)month, (uint8_t)day}, (uint8_t)hour, (uint8_t)minute, 0, 0};
    int64_t ms;
    assert_int_equal(wh_civil_time_to_ms(&t, &ms), WH_OK);
    return ms;
}

/* 16/12/2006;17:24:00;4.216;0.418;... in kW and kvar of three decimals */
static void live_row(house *h, const char *line)
{
    unsigned day, month, hour, minute, kw, w, kvar, var;
    int year;
    if (sscanf(line, "%u/%u/%d;%u:%u:00;%u.%3u;%u.%3u;", &day, &month, &year, &hour, &minute, &kw,
               &w, &kvar, &var) != 9) {
        fail_msg("not a row: %s", line);
    }
    live_minute(h, time_ms(year, month, day, hour, minute), kw * 1000 + w, kvar * 1000 + var);
}

/* False where there is no series. */
static bool live_series(house *h)
{
    char line[256];
    FILE *f = fopen(SERIES, "r");
    if (f == NULL) {
        print_message("skipped: no %s\n", SERIES);
        return false;
    }
    start(h);
    bool is_series = fgets(line, sizeof line, f) != NULL;
    while (fgets(line, sizeof line, f) != NULL) {
        live_row(h, line);
    }
    (void)fclose(f);
    assert_true(is_series);
    assert_int_equal(h->rows, 37283);
    return true;
}

static void the_maximum_of_a_real_household_is_the_published_one(void **state)
{
    (void)state;
    static house h;
    if (!live_series(&h)) {
        return;
    }
    wh_demand_value max = wh_demand_max(&h.block.d, 0, 0);
    assert_int_equal(max.mw, 7773200);
    assert_int_equal(max.end_ms, time_ms(2006, 12, 28, 21, 15));
    assert_int_equal(h.block.periods, 2483);
    max = wh_demand_max(&h.minute.d, 0, 0); /* Pmax, in the minute from 21:13 */
    assert_int_equal(max.mw, 9132000);
    assert_int_equal(max.end_ms, time_ms(2006, 12, 28, 21, 14));
    assert_true(wh_demand_max(&h.sliding.d, 0, 0).mw >= 7773200);
    /* that block lies within rate 1 */
    assert_int_equal(wh_demand_max(&h.block.d, 0, 1).mw, 7773200);
    assert_in_range(wh_demand_max(&h.block.d, 0, 2).mw, 1, 7773199);
}

static void its_energy_is_the_published_one_in_total_and_over_rates(void **state)
{
    (void)state;
    static house h;
    if (!live_series(&h)) {
        return;
    }
    static const struct {
        wh_reg kind;
        int64_t rounded_mwh;
    } rows[] = {{WH_REG_ACTIVE_IMPORT, 1063843533}, {WH_REG_REACTIVE_Q1, 83357233}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_energy total = h.bank.reg[WH_REG_TOTAL][rows[i].kind];
        wh_energy sum = wh_rate_register_sum(&h.rates, rows[i].kind);
        assert_int_equal(total.mwh + (total.rest_uws >= 1800000 ? 1 : 0), rows[i].rounded_mwh);
        assert_int_equal(sum.mwh, total.mwh);
        assert_int_equal(sum.rest_uws, total.rest_uws);
        assert_true(wh_rate_register_at(&h.rates, rows[i].kind, 1)->mwh > 0);
        assert_true(wh_rate_register_at(&h.rates, rows[i].kind, 2)->mwh > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_maximum_of_a_real_household_is_the_published_one),
        cmocka_unit_test(its_energy_is_the_published_one_in_total_and_over_rates),
    };
    return cmocka_run_group_tests_name("demand_on_loads", tests, NULL, NULL);
}
