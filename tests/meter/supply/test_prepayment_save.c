/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/supply/account_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Version 1, for ever: the account of a customer 123456789ABCh, active since 4 January 2026, with
 * four credits and five charges, after one purchase, one refund and a day of limited supply. */
static const char fixture_hex[] =
    "010201BC9A785634120000002D3101000000008096980000000000C0C62D00000000000065CD1D00"
    "00000080F0FA02000000008051010080AD5969FFFFFFFF3804E00160000000008000879303000000"
    "00809FD5000000000020FC37020000000001000000000000006068E6000000000000879303000000"
    "0001FF5A6901FF5A69020000000202010000BF84D20000000000807BE1FFFFFFFFFF404B4C000000"
    "00000000000000000000000000000000000000000000000000000000011150038096980000000000"
    "00000000000000000000000000000000809698000000000040420F00000000000000000000000000"
    "00020206000000093D00000000000000000000000000000000000000000000093D00000000000000"
    "000000000000F85E00001E0705000303030800002006890000000000070000000000000000000000"
    "00000000000000000000000000000000000000000000000000000000000104121400000000000000"
    "00000000000000000000400F3301000000000000000000000000400F33010000000002FF5A69FFFF"
    "FFFF00000000000000000000000001000020A1070000000000C02709000000000040420F00000000"
    "00000000000000000020A1070000000000100D5B6900D2496BEA4F00000001000002000001020200"
    "90D0030000000000000000000000000040420F0000000000000000000000000040420F0000000000"
    "4CB95969FFFFFFFF30F42C005C0200000100000103040700000000000000000000000000000000C0"
    "E1E40000000000C068780400000000C0E1E4000000000001FF5A69FFFFFFFF000000000000000000"
    "C40902040500A0860100000000000000000000000000A0860100000000000000000000000000A086"
    "01000000000001FF5A69FFFFFFFF0000000000000000000000020500000000000000000000000000"
    "000000000000000000000000000000000000000000000000000000000000000000FFFFFFFF000000"
    "000000000000000000000000";

static uint8_t nibble(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : c - 'A' + 10);
}

static void fixture(uint8_t out[WH_PREPAYMENT_SAVE_SIZE])
{
    assert_int_equal(strlen(fixture_hex), 2 * WH_PREPAYMENT_SAVE_SIZE);
    for (size_t i = 0; i < WH_PREPAYMENT_SAVE_SIZE; i++) {
        out[i] = (uint8_t)(nibble(fixture_hex[2 * i]) << 4 | nibble(fixture_hex[2 * i + 1]));
    }
}

static wh_err restore(wh_prepayment *p, const uint8_t *bytes, size_t len)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, len);
    wh_reader r = wh_reader_init(exact, len);
    wh_err err = wh_prepayment_restore(p, &r);
    assert_int_equal(err, wh_reader_err(&r));
    assert_true(err != WH_OK || wh_reader_left(&r) == 0);
    free(exact);
    return err;
}

static void the_saved_format_of_version_1_is_read(void **state)
{
    (void)state;
    uint8_t bytes[WH_PREPAYMENT_SAVE_SIZE];
    uint8_t again[WH_PREPAYMENT_SAVE_SIZE];
    account_rig r = account_rig_usual();
    wh_prepayment *p = &r.p;
    fixture(bytes);
    uint32_t revision = p->revision;
    assert_int_equal(restore(p, bytes, sizeof bytes), WH_OK);
    assert_true(p->revision != revision);
    assert_int_equal(p->config.mode, WH_PREPAYMENT_PAY_FIRST);
    assert_true(p->config.reconnects);
    assert_true(p->config.customer == 0x123456789ABC);
    assert_int_equal(p->config.low_credit_threshold, 20 * YUAN);
    assert_int_equal(p->config.alarm_2, 10 * YUAN);
    assert_int_equal(p->config.clearance_threshold, 3 * YUAN);
    assert_int_equal(p->config.hoarding_limit, 500 * YUAN);
    assert_int_equal(p->config.max_provision, 50 * YUAN);
    assert_int_equal(p->config.max_provision_s, 86400);
    assert_int_equal(p->config.activation_s, 1767484800);
    assert_true(p->config.closure_s == WH_PREPAYMENT_NEVER);
    assert_int_equal(p->config.friendly[0].from_minute, 1080);
    assert_int_equal(p->config.friendly[0].to_minute, 480);
    assert_int_equal(p->config.friendly[0].days, 0x60);
    assert_int_equal(p->config.friendly[1].days, 0x80);
    assert_int_equal(p->state, WH_PREPAYMENT_ACTIVE);
    assert_int_equal(p->pausing, WH_CHARGE_PAUSE_LIMITING);
    assert_int_equal(p->purchase_count, 2);
    assert_int_equal(p->topped_up, 60 * YUAN);
    assert_int_equal(p->refunded, 1);
    assert_int_equal(p->last_top_up, 60 * YUAN);
    assert_int_equal(p->last_top_up_s, 1767571201);
    assert_int_equal(p->credit[WALLET].limit, -2 * YUAN);
    assert_int_equal(p->credit[EMERGENCY].preset, 10 * YUAN);
    wh_boundary_pattern gift = wh_prepayment_period(p->credit[2].when_kind, p->credit[2].when);
    assert_int_equal(gift.kind, WH_BOUNDARY_MONTHLY);
    assert_int_equal(gift.day, 5);
    assert_int_equal(gift.hour, 7);
    assert_int_equal(gift.minute, 30);
    wh_boundary_pattern often = wh_prepayment_period(p->charge[2].when_kind, p->charge[2].when);
    assert_int_equal(often.every_s, 604);
    assert_int_equal(p->charge[1].unit_charge_passive, 600000);
    assert_int_equal(p->charge[1].activation_s, 1800000000);
    assert_int_equal(p->charge[3].proportion, 2500);
    account_rig_check(p);
    wh_writer w = wh_writer_init(again, sizeof again);
    wh_prepayment_save(p, &w);
    assert_int_equal(wh_writer_err(&w), WH_OK);
    assert_memory_equal(again, bytes, sizeof bytes);
    for (size_t size = 0; size < sizeof again; size++) {
        w = wh_writer_init(again, size);
        wh_prepayment_save(p, &w);
        assert_int_equal(wh_writer_err(&w), WH_ERR_SPACE);
    }
}

static void what_is_not_whole_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    uint8_t bytes[WH_PREPAYMENT_SAVE_SIZE];
    account_rig r = account_rig_usual();
    wh_prepayment before;
    fixture(bytes);
    memcpy(&before, &r.p, sizeof before);
    for (size_t len = 0; len < sizeof bytes; len++) {
        assert_int_equal(restore(&r.p, bytes, len), WH_ERR_SHORT);
    }
    static const struct {
        uint16_t at;
        uint8_t value;
        wh_err err;
    } row[] = {
        {0, 0, WH_ERR_UNSUPPORTED},
        {0, 2, WH_ERR_UNSUPPORTED},
        {1, 0, WH_ERR_FORMAT},
        {1, 3, WH_ERR_FORMAT},     /* mode */
        {2, 2, WH_ERR_FORMAT},     /* neither true nor false */
        {18, 0x7F, WH_ERR_FORMAT}, /* an amount */
        {64, 6, WH_ERR_FORMAT},    /* minute 1592 */
        {133, 0, WH_ERR_FORMAT},
        {133, 4, WH_ERR_FORMAT}, /* state */
        {134, 8, WH_ERR_FORMAT},
        {135, 2, WH_ERR_FORMAT},
        {138 + 50, 5, WH_ERR_FORMAT},                     /* priority of the wallet */
        {138 + 52, 81, WH_ERR_FORMAT},                    /* shares of 101 */
        {138 + 53, 5, WH_ERR_FORMAT},                     /* state of the wallet */
        {354 + 63 + 56, WH_BOUNDARY_ONCE, WH_ERR_FORMAT}, /* a period */
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        uint8_t bad[WH_PREPAYMENT_SAVE_SIZE];
        memcpy(bad, bytes, sizeof bad);
        bad[row[i].at] = row[i].value;
        assert_int_equal(restore(&r.p, bad, sizeof bad), row[i].err);
    }
    assert_memory_equal(&before, &r.p, sizeof before);
}

/* A bit of money that is damaged never passes; of the rest, what passes is saved as it came. */
static void a_damaged_amount_is_seen_by_the_sum(void **state)
{
    (void)state;
    enum { TOTALS = 73, TOTALS_END = 105, CREDITS = 138, CREDIT = 54 };
    uint8_t bytes[WH_PREPAYMENT_SAVE_SIZE];
    uint8_t again[WH_PREPAYMENT_SAVE_SIZE];
    account_rig r = account_rig_usual();
    fixture(bytes);
    unsigned taken = 0;
    for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        size_t at = bit / 8;
        bytes[at] ^= (uint8_t)(1U << bit % 8);
        wh_err err = restore(&r.p, bytes, sizeof bytes);
        bool money = (at >= TOTALS && at < TOTALS_END) ||
                     (at >= CREDITS && at < CREDITS + 4 * CREDIT && (at - CREDITS) % CREDIT < 8);
        assert_true(err != WH_OK || !money);
        if (err == WH_OK) {
            wh_writer w = wh_writer_init(again, sizeof again);
            wh_prepayment_save(&r.p, &w);
            assert_memory_equal(again, bytes, sizeof bytes);
            taken++;
        }
        bytes[at] ^= (uint8_t)(1U << bit % 8);
    }
    assert_true(taken > 1000 && taken < 5000);
}

static void boundaries_are_looked_at_anew_after_restoring(void **state)
{
    (void)state;
    uint8_t bytes[WH_PREPAYMENT_SAVE_SIZE];
    account_rig r = account_rig_usual();
    fixture(bytes);
    wh_prepayment_tick(&r.p, &r.in); /* this account has nothing due, ever */
    assert_int_equal(restore(&r.p, bytes, sizeof bytes), WH_OK);
    int64_t collected = r.p.collected;
    assert_true(r.p.next_due_ms == INT64_MIN);
    r.in.utc_ms += 2 * INT64_C(86400000); /* the one restored has */
    wh_prepayment_tick(&r.p, &r.in);
    assert_true(r.p.collected > collected);
    account_rig_check(&r.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_saved_format_of_version_1_is_read),
        cmocka_unit_test(what_is_not_whole_is_refused_and_changes_nothing),
        cmocka_unit_test(a_damaged_amount_is_seen_by_the_sum),
        cmocka_unit_test(boundaries_are_looked_at_anew_after_restoring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
