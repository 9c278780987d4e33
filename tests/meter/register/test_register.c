/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/register/register.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define KWH_UWS INT64_C(3600000000000)

static wh_register_bank bank_with(wh_direction direction, uint32_t interval)
{
    wh_register_config config = {.direction = direction, .interval_windows = interval};
    wh_register_bank bank;
    assert_int_equal(wh_register_init(&bank, &config), WH_OK);
    return bank;
}

static int64_t uws(const wh_register_bank *bank, unsigned place, wh_reg reg)
{
    return bank->reg[place][reg].mwh * 3600000 + bank->reg[place][reg].rest_uws;
}

/* metrology.md 2.8: P1 = 40, P2 = -25, P3 = 50 */
static void directions_sum_as_the_manual_says(void **state)
{
    (void)state;
    static const struct {
        wh_direction direction;
        int64_t import;
        int64_t export;
    } rows[] = {{WH_DIRECTION_VECTORIAL, 65, 0},
                {WH_DIRECTION_ARITHMETIC, 90, 25},
                {WH_DIRECTION_ABSOLUTE, 115, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_register_bank bank = bank_with(rows[i].direction, 0);
        wh_energy_quantum q = {.p_uws = {40, -25, 50}};
        wh_register_book(&bank, &q);
        assert_int_equal(uws(&bank, WH_REG_TOTAL, WH_REG_ACTIVE_IMPORT), rows[i].import);
        assert_int_equal(uws(&bank, WH_REG_TOTAL, WH_REG_ACTIVE_EXPORT), rows[i].export);
        /* single phases are the same in all three */
        assert_int_equal(uws(&bank, 0, WH_REG_ACTIVE_IMPORT), 40);
        assert_int_equal(uws(&bank, 1, WH_REG_ACTIVE_EXPORT), 25);
        assert_int_equal(uws(&bank, 2, WH_REG_ACTIVE_IMPORT), 50);
        assert_int_equal(uws(&bank, 1, WH_REG_ACTIVE_IMPORT), 0);
    }
}

static void reactive_energy_goes_to_its_quadrant(void **state)
{
    (void)state;
    static const struct {
        int64_t p;
        int64_t q;
        wh_reg reg;
    } rows[] = {{10, 7, WH_REG_REACTIVE_Q1},
                {-10, 7, WH_REG_REACTIVE_Q2},
                {-10, -7, WH_REG_REACTIVE_Q3},
                {10, -7, WH_REG_REACTIVE_Q4}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_register_bank bank = bank_with(WH_DIRECTION_VECTORIAL, 0);
        wh_energy_quantum q = {.p_uws = {rows[i].p}, .q1_uvars = {rows[i].q}, .s_uvas = {13}};
        wh_register_book(&bank, &q);
        for (wh_reg reg = WH_REG_REACTIVE_Q1; reg <= WH_REG_REACTIVE_Q4; reg++) {
            assert_int_equal(uws(&bank, 0, reg), reg == rows[i].reg ? 7 : 0);
            assert_int_equal(uws(&bank, WH_REG_TOTAL, reg), reg == rows[i].reg ? 7 : 0);
        }
        wh_reg apparent = rows[i].p < 0 ? WH_REG_APPARENT_EXPORT : WH_REG_APPARENT_IMPORT;
        assert_int_equal(uws(&bank, 0, apparent), 13);
    }
}

static void harmonic_energy_is_what_the_fundamental_leaves(void **state)
{
    (void)state;
    wh_register_bank bank = bank_with(WH_DIRECTION_VECTORIAL, 0);
    wh_energy_quantum q = {.p_uws = {100}, .p1_uws = {104}};
    wh_register_book(&bank, &q);
    assert_int_equal(uws(&bank, 0, WH_REG_FUNDAMENTAL_IMPORT), 104);
    assert_int_equal(uws(&bank, 0, WH_REG_HARMONIC_EXPORT), 4);
    assert_int_equal(uws(&bank, 0, WH_REG_HARMONIC_IMPORT), 0);
}

static void the_sign_is_decided_once_per_interval(void **state)
{
    (void)state;
    wh_register_bank bank = bank_with(WH_DIRECTION_VECTORIAL, 3);
    const int64_t p[] = {50, -20, -10, -5};
    for (size_t i = 0; i < 4; i++) {
        wh_energy_quantum q = {.p_uws = {p[i]}};
        assert_int_equal(uws(&bank, 0, WH_REG_ACTIVE_IMPORT), i < 3 ? 0 : 20);
        wh_register_book(&bank, &q);
    }
    assert_int_equal(uws(&bank, 0, WH_REG_ACTIVE_EXPORT), 0);
    wh_register_flush(&bank);
    assert_int_equal(uws(&bank, 0, WH_REG_ACTIVE_EXPORT), 5);
    assert_int_equal(uws(&bank, WH_REG_TOTAL, WH_REG_ACTIVE_IMPORT), 20);
}

static void a_register_rolls_over_to_zero_and_keeps_the_rest(void **state)
{
    (void)state;
    wh_register_config config = {.modulus_mwh = 1000000000}; /* 1000 kWh */
    wh_register_bank bank;
    assert_int_equal(wh_register_init(&bank, &config), WH_OK);
    wh_energy_quantum q = {.p_uws = {999 * KWH_UWS + 3599999}};
    wh_register_book(&bank, &q);
    assert_int_equal(bank.reg[0][WH_REG_ACTIVE_IMPORT].mwh, 999000000);
    q.p_uws[0] = KWH_UWS + 2;
    wh_register_book(&bank, &q);
    assert_int_equal(bank.reg[0][WH_REG_ACTIVE_IMPORT].mwh, 1);
    assert_int_equal(bank.reg[0][WH_REG_ACTIVE_IMPORT].rest_uws, 3600001 - 3600000);
}

static void import_and_export_of_reactive_energy_add_up_with_their_rests(void **state)
{
    (void)state;
    wh_register_bank bank = bank_with(WH_DIRECTION_VECTORIAL, 0);
    wh_energy_quantum first = {.p_uws = {1}, .q1_uvars = {2 * 3600000 + 2000000}};
    wh_energy_quantum second = {.p_uws = {-1}, .q1_uvars = {3 * 3600000 + 1600000}};
    wh_register_book(&bank, &first);
    wh_register_book(&bank, &second);
    assert_int_equal(wh_register_reactive_import_mvarh(&bank, 0), 6);
    assert_int_equal(wh_register_reactive_import_mvarh(&bank, WH_REG_TOTAL), 6);
    assert_int_equal(wh_register_reactive_export_mvarh(&bank, 0), 0);
}

/* Whatever comes in: import less export is the sum of the quanta, to the last microwatt-second. */
static void registers_equal_the_sum_of_quanta(void **state)
{
    (void)state;
    for (wh_direction d = WH_DIRECTION_VECTORIAL; d <= WH_DIRECTION_ARITHMETIC; d++) {
        wh_register_bank bank = bank_with(d, 5);
        int64_t sum[WH_PHASES] = {0};
        uint64_t seed = 88172645463325252U;
        for (int i = 0; i < 100000; i++) {
            wh_energy_quantum q = {0};
            for (unsigned k = 0; k < WH_PHASES; k++) {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                q.p_uws[k] = (int64_t)(seed >> 28) - ((int64_t)1 << 35);
                sum[k] += q.p_uws[k];
            }
            wh_register_book(&bank, &q);
        }
        wh_register_flush(&bank);
        int64_t total = 0;
        for (unsigned k = 0; k < WH_PHASES; k++) {
            assert_int_equal(
                uws(&bank, k, WH_REG_ACTIVE_IMPORT) - uws(&bank, k, WH_REG_ACTIVE_EXPORT), sum[k]);
            total += sum[k];
        }
        assert_int_equal(uws(&bank, WH_REG_TOTAL, WH_REG_ACTIVE_IMPORT) -
                             uws(&bank, WH_REG_TOTAL, WH_REG_ACTIVE_EXPORT),
                         total);
    }
}

static void a_wrong_configuration_is_refused(void **state)
{
    (void)state;
    wh_register_bank bank;
    wh_register_config direction = {.direction = (wh_direction)3};
    wh_register_config modulus = {.modulus_mwh = -1};
    assert_int_equal(wh_register_init(&bank, &direction), WH_ERR_RANGE);
    assert_int_equal(wh_register_init(&bank, &modulus), WH_ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(directions_sum_as_the_manual_says),
        cmocka_unit_test(reactive_energy_goes_to_its_quadrant),
        cmocka_unit_test(harmonic_energy_is_what_the_fundamental_leaves),
        cmocka_unit_test(the_sign_is_decided_once_per_interval),
        cmocka_unit_test(a_register_rolls_over_to_zero_and_keeps_the_rest),
        cmocka_unit_test(import_and_export_of_reactive_energy_add_up_with_their_rests),
        cmocka_unit_test(registers_equal_the_sum_of_quanta),
        cmocka_unit_test(a_wrong_configuration_is_refused),
    };
    return cmocka_run_group_tests_name("register", tests, NULL, NULL);
}
