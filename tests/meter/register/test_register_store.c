/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/register/register.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CELLS   (WH_REG_PLACES * WH_REG_COUNT)
#define PENDING (3 + CELLS * 12)
#define SIZE    (PENDING + 4 + WH_PHASES * 4 * 8) /* of version 1 */
#define SAVED   WH_REGISTER_SAVE_SIZE

/* Version 1: register n (of 48, place by place) holds n * 0x0101 mWh and n µWs; two windows are
 * summed, pending sum n (of 12) is -n. Must be readable for ever. */
static void make_version_1(uint8_t blob[SIZE])
{
    memset(blob, 0, SIZE);
    blob[0] = 1;
    blob[1] = 4;
    blob[2] = 12;
    for (unsigned n = 0; n < CELLS; n++) {
        blob[3 + n * 12 + 6] = (uint8_t)n;
        blob[3 + n * 12 + 7] = (uint8_t)n;
        blob[3 + n * 12 + 11] = (uint8_t)n;
    }
    blob[PENDING + 3] = 2;
    for (unsigned n = 1; n < WH_PHASES * 4; n++) {
        memset(&blob[PENDING + 4 + n * 8], 0xFF, 7);
        blob[PENDING + 4 + n * 8 + 7] = (uint8_t)(256U - n);
    }
}

static wh_register_bank bank_of(uint32_t interval, int64_t modulus)
{
    wh_register_config config = {.interval_windows = interval, .modulus_mwh = modulus};
    wh_register_bank bank;
    memset(&bank, 0, sizeof bank);
    assert_int_equal(wh_register_init(&bank, &config), WH_OK);
    return bank;
}

/* From a heap copy of exactly this size. */
static wh_err restore(wh_register_bank *bank, const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    wh_reader reader = wh_reader_init(copy, len);
    wh_err err = wh_register_restore(bank, &reader);
    free(copy);
    return err;
}

static void assert_is_the_fixture(const wh_register_bank *bank)
{
    for (unsigned n = 0; n < CELLS; n++) {
        const wh_energy *e = &bank->reg[n / WH_REG_COUNT][n % WH_REG_COUNT];
        assert_int_equal(e->mwh, n * 0x0101);
        assert_int_equal(e->rest_uws, n);
    }
    for (int n = 0; n < WH_PHASES * 4; n++) {
        assert_int_equal(bank->pending[n / 4][n % 4], -n);
    }
    assert_int_equal(bank->pending_windows, 2);
}

static void version_1_is_read(void **state)
{
    (void)state;
    uint8_t blob[SIZE];
    wh_register_bank bank = bank_of(5, 0);
    make_version_1(blob);
    assert_int_equal(restore(&bank, blob, SIZE), WH_OK);
    assert_is_the_fixture(&bank);
}

/* The same in version 2, written out by hand: two varints for each register. */
static size_t make_version_2(uint8_t *blob)
{
    size_t at = 0;
    blob[at++] = 2;
    blob[at++] = 4;
    blob[at++] = 12;
    for (unsigned n = 0; n < CELLS; n++) {
        unsigned mwh = n * 0x0101;
        if (mwh >= 0x80) {
            blob[at++] = (uint8_t)(0x80U | (mwh & 0x7FU));
        }
        if (mwh >= 0x4000) {
            fail();
        }
        blob[at++] = (uint8_t)(mwh >= 0x80 ? mwh >> 7U : mwh);
        blob[at++] = (uint8_t)n;
    }
    blob[at++] = 2;
    for (unsigned n = 0; n < WH_PHASES * 4; n++) {
        blob[at++] = (uint8_t)(n == 0 ? 0 : 2 * n - 1);
    }
    return at;
}

static void version_2_is_read_and_written(void **state)
{
    (void)state;
    uint8_t blob[SAVED];
    uint8_t out[SAVED];
    wh_register_bank bank = bank_of(5, 0);
    size_t len = make_version_2(blob);
    assert_int_equal(restore(&bank, blob, len), WH_OK);
    assert_is_the_fixture(&bank);
    for (size_t size = 0; size <= len; size++) {
        wh_writer w = wh_writer_init(out, size);
        assert_int_equal(wh_register_save(&bank, &w), size < len ? WH_ERR_SPACE : WH_OK);
    }
    assert_memory_equal(out, blob, len);
    for (size_t cut = 0; cut < len; cut++) {
        assert_int_equal(restore(&bank, blob, cut), WH_ERR_SHORT);
        assert_is_the_fixture(&bank);
    }
}

static void the_longest_bank_fits_the_size_promised(void **state)
{
    (void)state;
    uint8_t blob[SAVED];
    wh_register_bank bank = bank_of(UINT32_MAX, 0);
    for (unsigned n = 0; n < CELLS; n++) {
        bank.reg[n / WH_REG_COUNT][n % WH_REG_COUNT] = (wh_energy){999999999999999, 3599999};
    }
    for (unsigned n = 0; n < WH_PHASES * 4; n++) {
        bank.pending[n / 4][n % 4] = -(INT64_C(1) << 60);
    }
    bank.pending_windows = UINT32_MAX;
    wh_writer w = wh_writer_init(blob, SAVED);
    assert_int_equal(wh_register_save(&bank, &w), WH_OK);
    wh_register_bank back = bank_of(UINT32_MAX, 0);
    assert_int_equal(restore(&back, blob, wh_writer_len(&w)), WH_OK);
    assert_int_equal(back.reg[3][11].mwh, 999999999999999);
    assert_true(back.pending[2][3] == -(INT64_C(1) << 60));
}

static size_t save(const wh_register_bank *bank, uint8_t blob[SAVED])
{
    wh_writer w = wh_writer_init(blob, SAVED);
    memset(blob, 0, SAVED);
    assert_int_equal(wh_register_save(bank, &w), WH_OK);
    return wh_writer_len(&w);
}

/* Cut anywhere, the bank books on as if nothing had happened. */
static void the_running_interval_goes_on(void **state)
{
    (void)state;
    wh_register_bank whole = bank_of(4, 0);
    wh_register_bank cut = bank_of(4, 0);
    for (int i = 0; i < 41; i++) {
        wh_energy_quantum q = {.p_uws = {i * 3000000, -i * 900001, 7}, .q1_uvars = {-i, i, 1}};
        uint8_t saved[SAVED];
        uint8_t want[SAVED];
        size_t len = save(&cut, saved);
        cut = bank_of(4, 0);
        assert_int_equal(restore(&cut, saved, len), WH_OK);
        wh_register_book(&whole, &q);
        wh_register_book(&cut, &q);
        (void)save(&cut, saved);
        (void)save(&whole, want);
        assert_memory_equal(saved, want, SAVED);
    }
}

static void a_shorter_interval_ends_with_the_next_quantum(void **state)
{
    (void)state;
    uint8_t blob[SIZE];
    make_version_1(blob);
    blob[PENDING] = 0xFF; /* 0xFF000002 windows */
    wh_register_bank bank = bank_of(2, 0);
    wh_energy_quantum q = {.p_uws = {1000}};
    assert_int_equal(restore(&bank, blob, SIZE), WH_OK);
    assert_int_equal(bank.pending_windows, 1);
    wh_register_book(&bank, &q);
    assert_int_equal(bank.pending_windows, 0);
    assert_int_equal(bank.reg[0][WH_REG_ACTIVE_IMPORT].rest_uws, 1000);
}

static void damage_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t at;
        uint8_t byte;
        wh_err err;
    } rows[] = {
        {"version 0", 0, 0, WH_ERR_UNSUPPORTED},
        {"version 3", 0, 3, WH_ERR_UNSUPPORTED},
        {"a place less", 1, 3, WH_ERR_RANGE},
        {"a kind more", 2, 13, WH_ERR_RANGE},
        {"a negative register", 3, 0x80, WH_ERR_RANGE},
        {"a rest above a mWh", PENDING - 3, 0x37, WH_ERR_RANGE},
        {"more pending than can be", SIZE - 8, 0x7F, WH_ERR_RANGE},
        {"less pending than can be", SIZE - 8, 0x80, WH_ERR_RANGE},
    };
    uint8_t blob[SIZE];
    make_version_1(blob);
    wh_register_bank bank = bank_of(5, 0);
    memset(bank.reg, 0x11, sizeof bank.reg);
    wh_register_bank before = bank;
    for (size_t len = 0; len < SIZE; len++) {
        assert_int_equal(restore(&bank, blob, len), WH_ERR_SHORT);
        assert_memory_equal(&bank, &before, sizeof bank);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        make_version_1(blob);
        blob[rows[i].at] = rows[i].byte;
        wh_err err = restore(&bank, blob, SIZE);
        if (err != rows[i].err) {
            fail_msg("%s: %d", rows[i].name, err);
        }
        assert_memory_equal(&bank, &before, sizeof bank);
    }
    /* the largest register is 47 * 0x0101: it must be below the modulus */
    make_version_1(blob);
    bank = bank_of(5, 47 * 0x0101);
    assert_int_equal(restore(&bank, blob, SIZE), WH_ERR_RANGE);
    bank = bank_of(5, 47 * 0x0101 + 1);
    assert_int_equal(restore(&bank, blob, SIZE), WH_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_1_is_read),
        cmocka_unit_test(version_2_is_read_and_written),
        cmocka_unit_test(the_longest_bank_fits_the_size_promised),
        cmocka_unit_test(the_running_interval_goes_on),
        cmocka_unit_test(a_shorter_interval_ends_with_the_next_quantum),
        cmocka_unit_test(damage_changes_nothing),
    };
    return cmocka_run_group_tests_name("register_store", tests, NULL, NULL);
}
