/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/catalogue.h"
#include "tests/meter/keeper/keeper_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const wh_tariff_period FOUR_RATES[] = {{0, 4}, {480, 2}, {660, 3}, {1020, 1}, {1320, 4}};

/* Load of one minute of the day, some of it export. */
static void load_of(unsigned minute, int64_t p_w[WH_PHASES])
{
    p_w[0] = 200 + minute % 97;
    p_w[1] = (int64_t)(minute % 300) - 120;
    p_w[2] = minute > 700 && minute < 800 ? -2500 : 333;
}

static void run_day(keeper_rig *rig)
{
    for (unsigned minute = 0; minute < 1440; minute++) {
        int64_t p_w[WH_PHASES];
        load_of(minute, p_w);
        keeper_rig_run(rig, 60000, p_w);
    }
}

static void assert_rates_make_the_total(const keeper_rig *rig)
{
    for (unsigned reg = 0; reg <= WH_REG_REACTIVE_Q4; reg++) {
        wh_energy sum = wh_rate_register_sum(&rig->keeper.rates, (wh_reg)reg);
        const wh_energy *total = &rig->meter.registers.reg[WH_REG_TOTAL][reg];
        assert_int_equal(sum.mwh, total->mwh);
        assert_int_equal(sum.rest_uws, total->rest_uws);
    }
}

static void each_rate_gets_the_energy_of_its_hours(void **state)
{
    (void)state;
    keeper_rig rig;
    keeper_rig_init(&rig);
    keeper_rig_set_day(&rig, FOUR_RATES, 5);
    int64_t expected_uws[RIG_RATES + 1] = {0};
    wh_meter_tick(&rig.meter, &(wh_meter_inputs){.platform_ms = rig.platform_ms});
    for (unsigned minute = 0; minute < 1440; minute++) {
        int64_t p_w[WH_PHASES];
        load_of(minute, p_w);
        keeper_rig_run(&rig, 60000, p_w);
        int64_t sum_w = p_w[0] + p_w[1] + p_w[2];
        uint8_t rate = minute < 480    ? 4
                       : minute < 660  ? 2
                       : minute < 1020 ? 3
                       : minute < 1320 ? 1
                                       : 4;
        expected_uws[rate] += sum_w > 0 ? sum_w * 60000000 : 0;
    }
    for (uint8_t rate = 1; rate <= RIG_RATES; rate++) {
        const wh_energy *e = wh_rate_register_at(&rig.keeper.rates, WH_REG_ACTIVE_IMPORT, rate);
        assert_int_equal(e->mwh * 3600000 + e->rest_uws, expected_uws[rate]);
    }
    assert_rates_make_the_total(&rig);
    keeper_rig_free(&rig);
}

static void a_power_cut_that_was_signalled_loses_nothing(void **state)
{
    (void)state;
    keeper_rig rig;
    keeper_rig_init(&rig);
    keeper_rig_set_day(&rig, FOUR_RATES, 5);
    run_day(&rig);
    rig.inputs.power_fails = true;
    wh_meter_tick(&rig.meter, &rig.inputs);
    wh_register_bank before = rig.meter.registers;
    wh_demand_value max = wh_demand_max(&rig.keeper.demand, 0, 0);
    int64_t cost = rig.keeper.cost_import.total;
    rig.inputs.power_fails = false;
    keeper_rig_restart(&rig, 3600000);
    for (unsigned place = 0; place < WH_REG_PLACES; place++) {
        for (unsigned reg = 0; reg < WH_REG_COUNT; reg++) {
            const wh_energy *now = &rig.meter.registers.reg[place][reg];
            assert_int_equal(now->mwh, before.reg[place][reg].mwh);
            assert_int_equal(now->rest_uws, before.reg[place][reg].rest_uws);
        }
    }
    assert_int_equal(wh_demand_max(&rig.keeper.demand, 0, 0).mw, max.mw);
    assert_int_equal(rig.keeper.cost_import.total, cost);
    assert_int_equal(rig.keeper.lost, 0);
    run_day(&rig);
    assert_rates_make_the_total(&rig);
    keeper_rig_free(&rig);
}

static void a_maximum_survives_a_power_cut_hours_after_the_last_energy(void **state)
{
    (void)state;
    keeper_rig rig;
    keeper_rig_init(&rig);
    run_day(&rig);
    wh_demand_value max = wh_demand_max(&rig.keeper.demand, 0, 0);
    assert_true(max.mw > 0);
    for (unsigned minute = 0; minute < 300; minute++) {
        keeper_rig_run(&rig, 60000, (const int64_t[]){0, 0, 0});
    }
    keeper_rig_restart(&rig, 60000); /* not signalled */
    assert_int_equal(wh_demand_max(&rig.keeper.demand, 0, 0).mw, max.mw);
    assert_int_equal(wh_demand_max(&rig.keeper.demand, 0, 0).end_ms, max.end_ms);
    keeper_rig_free(&rig);
}

/* Credit for a few minutes, in a mode with local reconnection. */
static void open_account(keeper_rig *rig)
{
    static const wh_credit_config token = {.type = WH_CREDIT_TOKEN,
                                           .priority = 1,
                                           .flags = WH_CREDIT_SHOWN | WH_CREDIT_TOKENS,
                                           .token_share = 100,
                                           .preset = 10000};
    static const wh_charge_config energy = {.type = WH_CHARGE_CONSUMPTION, .priority = 1};
    static const int32_t price[RIG_RATES] = {1000000, 1000000, 1000000, 1000000};
    wh_keeper *k = &rig->keeper;
    int64_t now_ms = k->clock.utc_ms;
    wh_prepayment_config config = k->prepayment.config;
    config.mode = WH_PREPAYMENT_PAY_FIRST;
    config.reconnects = true;
    assert_int_equal(wh_switch_set_mode(&k->main_switch, 6, now_ms), WH_OK);
    assert_int_equal(wh_prepayment_configure(&k->prepayment, &config), WH_OK);
    assert_int_equal(wh_prepayment_set_credit(&k->prepayment, 0, &token, &k->clock.zone, now_ms),
                     WH_OK);
    assert_int_equal(wh_prepayment_set_charge(&k->prepayment, 0, &energy, &k->clock.zone, now_ms),
                     WH_OK);
    assert_int_equal(wh_prepayment_activate(&k->prepayment, &k->clock.zone, now_ms), WH_OK);
    assert_int_equal(wh_cost_set_prices(&k->cost_import, price, RIG_RATES), WH_OK);
    wh_cost_schedule(&k->cost_import, now_ms);
}

static void a_top_up_closes_the_switch_in_the_next_tick(void **state)
{
    (void)state;
    keeper_rig rig;
    keeper_rig_init(&rig);
    open_account(&rig);
    for (unsigned minute = 0; minute < 10; minute++) {
        keeper_rig_run(&rig, 60000, (const int64_t[]){1000, 0, 0});
    }
    assert_int_equal(rig.keeper.main_switch.state, WH_SWITCH_READY);
    assert_int_equal(rig.keeper.main_switch.cause, WH_SWITCH_BY_CREDIT);
    assert_int_equal(wh_prepayment_top_up(&rig.keeper.prepayment, 5000000, RIG_START_MS + 600000),
                     WH_PREPAYMENT_ACCEPTED);
    keeper_rig_run(&rig, 1000, (const int64_t[]){0, 0, 0});
    assert_int_equal(rig.keeper.main_switch.state, WH_SWITCH_CONNECTED);
    assert_int_equal(wh_events_total_count(&rig.keeper.events, WH_EVENT_SWITCH_REFUSED), 0);
    assert_int_equal(wh_events_total_count(&rig.keeper.events, WH_EVENT_PURCHASE), 1);
    keeper_rig_free(&rig);
}

/* From New Year into February: one record of the voltage for January, with all its minutes. */
static void each_month_has_one_record_of_its_voltage(void **state)
{
    (void)state;
    keeper_rig rig;
    keeper_rig_init(&rig);
    for (unsigned minute = 0; minute < 31 * 1440 + 20; minute += 5) {
        keeper_rig_run(&rig, 300000, (const int64_t[]){100, 0, 0});
        if (minute == 10000) {
            keeper_rig_restart(&rig, 300000);
            minute += 5;
        }
    }
    assert_int_equal(wh_events_total_count(&rig.keeper.events, WH_EVENT_VOLTAGE_QUALITY), 1);
    const wh_voltage_minutes *february =
        &rig.keeper.voltage.quality.place[WH_VOLTAGE_QUALITY_PLACES - 1];
    assert_int_equal(february->assessed_min, 5);
    assert_int_equal(february->above_min + february->below_min, 0);
    assert_int_equal(february->highest_mv, 230000);
    keeper_rig_free(&rig);
}

/* All voltages are lost and the currents flow on: a fuse of the meter's voltage circuit. */
static void run_without_voltage(keeper_rig *rig, unsigned minutes)
{
    const wh_meter_interval in = {.duration_ms = 60000, .i_ua = {5000000, 10000000, 1000000}};
    for (unsigned minute = 0; minute < minutes; minute++) {
        wh_meter_feed(&rig->meter, &in);
        keeper_rig_run(rig, 60000, (const int64_t[]){0, 0, 0});
    }
}

static void assert_column(const keeper_rig *rig, uint8_t c, int64_t expected)
{
    const wh_column_reader reader = wh_keeper_columns(&rig->meter);
    const wh_column column = {.obis = {{1, 0, c, 8, 0, 255}}, .attribute = WH_COLUMN_VALUE};
    int64_t value = -1;
    assert_int_equal(reader.read(reader.user, column, &value), WH_OK);
    assert_int_equal(value, expected);
}

static wh_err voltage_of_month(const keeper_rig *rig, const char *name, int64_t *number)
{
    wh_value value;
    wh_item_ref ref = wh_catalogue_find_name(name);
    assert_non_null(ref.item);
    wh_err err = wh_meter_get(&rig->meter, ref, WH_ROLE_READER, &value);
    *number = ref.item->type == WH_VALUE_TIME ? value.i / 1000 : (int64_t)value.u;
    return err;
}

static void the_voltage_of_this_month_is_read_as_items(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t number; /* -1: none */
    } rows[] = {
        {"l1_voltage_assessed", 4},
        {"l1_voltage_passed", 5000},
        {"l1_voltage_above", 1},
        {"l1_voltage_below", 1},
        {"l1_voltage_highest", 250000},
        {"l1_voltage_highest_time", RIG_START_MS / 1000 + 120},
        {"l1_voltage_lowest", 200000},
        {"l1_voltage_lowest_time", RIG_START_MS / 1000 + 180},
        {"l2_voltage_passed", 7500},
        {"l3_voltage_assessed", 0},
        {"l3_voltage_passed", -1},
        {"l3_voltage_highest", -1},
        {"l3_voltage_highest_time", -1},
        {"voltage_assessed", 4},
        {"voltage_above", 1},
        {"voltage_below", 2},
        {"voltage_passed", 5000}, /* minute 2 had one above and one below */
        {"voltage_lowest", 199000},
    };
    static const int64_t u_mv[][WH_PHASES] = {
        {230000, 230000, 0}, {250000, 199000, 0}, {200000, 231000, 0}, {230500, 230000, 0}};
    keeper_rig rig;
    keeper_rig_init(&rig);
    int64_t number = 0;
    assert_int_equal(voltage_of_month(&rig, "voltage_passed", &number), WH_ERR_STATE);
    for (size_t minute = 0; minute < sizeof u_mv / sizeof u_mv[0]; minute++) {
        wh_meter_interval in = {.duration_ms = 60000, .present = 3};
        for (unsigned k = 0; k < WH_PHASES; k++) {
            in.u_uv[k] = u_mv[minute][k] * 1000;
        }
        wh_meter_feed(&rig.meter, &in);
        rig.platform_ms += 60000;
        rig.inputs.platform_ms = rig.platform_ms;
        wh_meter_tick(&rig.meter, &rig.inputs);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_err err = voltage_of_month(&rig, rows[i].name, &number);
        if (err != (rows[i].number < 0 ? WH_ERR_STATE : WH_OK) ||
            (err == WH_OK && number != rows[i].number)) {
            fail_msg("%s: error %d, %d", rows[i].name, err, (int)number);
        }
    }
    keeper_rig_free(&rig);
}

static void ampere_hours_count_without_voltage_and_survive_a_signalled_cut(void **state)
{
    (void)state;
    keeper_rig rig;
    keeper_rig_init(&rig);
    run_without_voltage(&rig, 59);
    keeper_rig_run(&rig, 60000, (const int64_t[]){1150, 2300, 230}); /* the same currents */
    assert_column(&rig, 11, 16000);
    rig.inputs.power_fails = true;
    run_without_voltage(&rig, 1);
    rig.inputs.power_fails = false;
    keeper_rig_restart(&rig, 3600000);
    assert_int_equal(rig.keeper.lost, 0);
    run_without_voltage(&rig, 59);
    assert_column(&rig, 31, 10000);
    assert_column(&rig, 51, 20000);
    assert_column(&rig, 71, 2000);
    assert_column(&rig, 11, 32000);
    keeper_rig_free(&rig);
}

static void ampere_hours_without_energy_are_saved_by_the_flush_policy(void **state)
{
    (void)state;
    keeper_rig rig;
    keeper_rig_init(&rig);
    rig.config.flush.hold_up = false;
    keeper_rig_restart(&rig, 1000);
    run_without_voltage(&rig, 59);
    keeper_rig_restart(&rig, 1000); /* not signalled */
    run_without_voltage(&rig, 1);
    assert_int_equal(wh_ampere_hours_mah(&rig.meter.ampere_hours, WH_REG_TOTAL), 16000);
    keeper_rig_free(&rig);
}

/* No cipher at all: for tests. */
static wh_err check_in_the_clear(void *user, const wh_token_code *code, wh_token *token)
{
    (void)user;
    return code->is_number ? wh_token_decode(code->token_class, code->block, token) : WH_ERR_FORMAT;
}

/* 20 digits of class 0, electricity: so many tenths of a kWh, issued in minute `tid`. */
static void write_token(uint32_t tid, uint16_t tenths, uint8_t digits[WH_TOKEN_DIGITS])
{
    uint64_t block = (uint64_t)tid << 32U | (uint64_t)tenths << 16U;
    wh_token_print(0, block | wh_token_crc(0, block), digits);
}

static void a_token_counts_once_also_over_a_power_cut(void **state)
{
    (void)state;
    static const wh_token_checker checker = {.check = check_in_the_clear};
    keeper_rig rig;
    keeper_rig_init(&rig);
    rig.config.token_checker = &checker;
    rig.config.token_price = 100000;
    open_account(&rig);
    uint8_t digits[WH_TOKEN_DIGITS];
    wh_token_status status = WH_TOKEN_NOT_PROCESSED;
    write_token(1000, 25, digits);
    int64_t before = wh_prepayment_available(&rig.keeper.prepayment);
    assert_int_equal(
        wh_keeper_enter_token(&rig.meter, digits, sizeof digits, WH_TOKEN_MANUAL, &status), WH_OK);
    assert_int_equal(status, WH_TOKEN_EXECUTION_OK);
    assert_int_equal(wh_prepayment_available(&rig.keeper.prepayment), before + 2500000);
    keeper_rig_restart(&rig, 1000);
    assert_int_equal(wh_prepayment_available(&rig.keeper.prepayment), before + 2500000);
    assert_int_equal(
        wh_keeper_enter_token(&rig.meter, digits, sizeof digits, WH_TOKEN_MANUAL, &status), WH_OK);
    assert_int_equal(status, WH_TOKEN_VALIDATION_FAILURE);
    assert_int_equal(wh_prepayment_available(&rig.keeper.prepayment), before + 2500000);
    digits[3] = digits[3] == '0' ? '1' : '0';
    assert_int_equal(
        wh_keeper_enter_token(&rig.meter, digits, sizeof digits, WH_TOKEN_MANUAL, &status), WH_OK);
    assert_int_equal(status, WH_TOKEN_AUTHENTICATION_FAILURE);
    keeper_rig_free(&rig);
}

static void a_meter_without_a_module_takes_no_tokens(void **state)
{
    (void)state;
    keeper_rig rig;
    keeper_rig_init(&rig);
    wh_token_status status = WH_TOKEN_NOT_PROCESSED;
    uint8_t digits[WH_TOKEN_DIGITS];
    write_token(1000, 25, digits);
    assert_int_equal(
        wh_keeper_enter_token(&rig.meter, digits, sizeof digits, WH_TOKEN_MANUAL, &status),
        WH_ERR_NOT_FOUND);
    keeper_rig_free(&rig);
}

static void what_was_answered_survives_a_power_cut_before_the_next_tick(void **state)
{
    (void)state;
    keeper_rig rig;
    keeper_rig_init(&rig);
    const wh_value net = {.type = WH_VALUE_UINT32, .u = WH_COMBINED_NET};
    assert_int_equal(
        wh_meter_set(&rig.meter, wh_catalogue_find_name("active_word"), WH_ROLE_MANAGER, &net),
        WH_OK);
    keeper_rig_restart(&rig, 1000);
    assert_int_equal(rig.keeper.settings.active_word, WH_COMBINED_NET);
    keeper_rig_free(&rig);
}

static void the_calendar_survives_a_restart(void **state)
{
    (void)state;
    keeper_rig rig;
    keeper_rig_init(&rig);
    keeper_rig_set_day(&rig, FOUR_RATES, 5);
    wh_meter_tick(&rig.meter, &(wh_meter_inputs){.platform_ms = rig.platform_ms});
    wh_civil_time noon = {.date = {2026, 5, 1}, .hour = 12};
    assert_int_equal(wh_tariff_rate_at(&rig.keeper.calendar, &noon), 3);
    keeper_rig_restart(&rig, 1000);
    assert_int_equal(wh_tariff_rate_at(&rig.keeper.calendar, &noon), 3);
    keeper_rig_free(&rig);
}

static void energy_right_after_a_restart_goes_to_the_rate_of_the_hour(void **state)
{
    (void)state;
    keeper_rig rig;
    keeper_rig_init(&rig);
    keeper_rig_set_day(&rig, FOUR_RATES, 5);
    wh_meter_tick(&rig.meter, &(wh_meter_inputs){.platform_ms = rig.platform_ms});
    const int64_t p_w[WH_PHASES] = {600, 0, 0};
    keeper_rig_restart(&rig, 12 * 3600000); /* noon */
    keeper_rig_run(&rig, 60000, p_w);
    const wh_energy *e = wh_rate_register_at(&rig.keeper.rates, WH_REG_ACTIVE_IMPORT, 3);
    assert_int_equal(e->mwh, 10000);
    keeper_rig_free(&rig);
}

static void memory_one_byte_short_is_refused(void **state)
{
    (void)state;
    keeper_rig rig;
    keeper_rig_init(&rig);
    assert_int_equal(wh_meter_keep(&rig.meter, &rig.keeper, &rig.config,
                                   &(wh_keeper_start){.memory = rig.memory,
                                                      .memory_size = rig.memory_size - 1,
                                                      .platform_ms = rig.platform_ms,
                                                      .ran_on = true}),
                     WH_ERR_SPACE);
    keeper_rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rate_gets_the_energy_of_its_hours),
        cmocka_unit_test(a_power_cut_that_was_signalled_loses_nothing),
        cmocka_unit_test(a_maximum_survives_a_power_cut_hours_after_the_last_energy),
        cmocka_unit_test(a_top_up_closes_the_switch_in_the_next_tick),
        cmocka_unit_test(each_month_has_one_record_of_its_voltage),
        cmocka_unit_test(the_voltage_of_this_month_is_read_as_items),
        cmocka_unit_test(ampere_hours_count_without_voltage_and_survive_a_signalled_cut),
        cmocka_unit_test(ampere_hours_without_energy_are_saved_by_the_flush_policy),
        cmocka_unit_test(a_token_counts_once_also_over_a_power_cut),
        cmocka_unit_test(a_meter_without_a_module_takes_no_tokens),
        cmocka_unit_test(what_was_answered_survives_a_power_cut_before_the_next_tick),
        cmocka_unit_test(the_calendar_survives_a_restart),
        cmocka_unit_test(energy_right_after_a_restart_goes_to_the_rate_of_the_hour),
        cmocka_unit_test(memory_one_byte_short_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
