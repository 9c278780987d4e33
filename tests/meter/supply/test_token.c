/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/supply/account_rig.h"
#include "tests/meter/supply/fake_token_module.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static wh_token_status enter(wh_token_gateway *g, const void *text, size_t len)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);
    assert_non_null(exact);
    memcpy(exact, text, len);
    wh_token_status status = wh_token_enter(g, exact, len, WH_TOKEN_MANUAL, ACCOUNT_RIG_START);
    free(exact);
    assert_int_equal(status, g->status);
    return status;
}

static wh_token_status enter_fake(wh_token_gateway *g, uint8_t subclass, uint32_t tid,
                                  uint16_t data)
{
    uint8_t digits[WH_TOKEN_DIGITS];
    fake_token(subclass < 8 ? 0 : 2, subclass % 8, tid, data, digits);
    return enter(g, digits, sizeof digits);
}

/* Source: test tokens of STS 531-1 (CTSA02, CTSA11), which are the same for every meter. */
static void published_test_tokens_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *digits;
        uint8_t subclass;
        uint64_t control;
    } row[] = {
        {"56493153725450313471", 0, 0xFFFFFFFFF}, {"02305843005052951967", 1, 0xFFFFFFF},
        {"00000000000150997584", 0, 0x1},         {"01152921509036054672", 1, 0x1},
        {"00000000000167774880", 0, 0x2},         {"01152921513331042448", 1, 0x2},
        {"00000000000201328896", 0, 0x4},         {"01152921521920952465", 1, 0x4},
        {"18446744073843772416", 0, 0x8},         {"01152921539100838034", 1, 0x8},
        {"36893488147553322496", 0, 0x10},        {"01152921573460543637", 1, 0x10},
        {"00000000000671093248", 0, 0x20},        {"01152921642180020378", 1, 0x20},
        {"00000000017314105857", 0, 0x400},       {"01152925902787577952", 1, 0x400},
        {"00000002199157475960", 0, 0x20000},     {"01153484454694514832", 1, 0x20000},
    };
    fake_token_module m;
    wh_token_gateway g;
    fake_token_module_init(&m, NULL);
    wh_token_gateway_init(&g, &m.module);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        uint8_t token_class = 9;
        uint64_t block = 0;
        uint8_t again[WH_TOKEN_DIGITS];
        assert_int_equal(
            wh_token_parse((const uint8_t *)row[i].digits, WH_TOKEN_DIGITS, &token_class, &block),
            WH_OK);
        wh_token_print(token_class, block, again);
        assert_memory_equal(again, row[i].digits, sizeof again);
        assert_int_equal(enter(&g, row[i].digits, WH_TOKEN_DIGITS), WH_TOKEN_EXECUTION_OK);
        assert_int_equal(m.last.kind, WH_TOKEN_TEST);
        assert_int_equal(m.last.token_class, 1);
        assert_int_equal(m.last.subclass, row[i].subclass);
        assert_true(m.last.value == row[i].control);
        assert_int_equal(m.last.maker, 0);
        assert_false(m.last.has_tid);
        assert_int_equal(enter(&g, row[i].digits, WH_TOKEN_DIGITS), WH_TOKEN_EXECUTION_OK);
    }
}

static void a_number_that_is_none_is_a_format_failure(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        wh_err err;
    } row[] = {
        {"", WH_ERR_FORMAT},
        {"0000000000015099758", WH_ERR_FORMAT},
        {"000000000001509975840", WH_ERR_FORMAT},
        {"0000000000015099758a", WH_ERR_FORMAT},
        {"73786976294838206464", WH_ERR_FORMAT}, /* 2^66 */
        {"99999999999999999999", WH_ERR_FORMAT},
        {"73786976294838206463", WH_OK}, /* 2^66 - 1 */
        {"00000000000000000000", WH_OK},
        {"0000 0000 0001 5099 7584", WH_OK},
        {"0000-0000-0001-5099-7584", WH_OK},
        {"  00000000000150997584 ", WH_OK},
        {" - - - ", WH_ERR_FORMAT},
    };
    fake_token_module m;
    wh_token_gateway g;
    fake_token_module_init(&m, NULL);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        uint8_t token_class = 0;
        uint64_t block = 0;
        size_t len = strlen(row[i].text);
        assert_int_equal(wh_token_parse((const uint8_t *)row[i].text, len, &token_class, &block),
                         row[i].err);
        wh_token_gateway_init(&g, &m.module);
        assert_int_equal(enter(&g, row[i].text, len) == WH_TOKEN_FORMAT_FAILURE,
                         row[i].err != WH_OK);
    }
    uint8_t octets[WH_TOKEN_SIZE + 1] = {3};
    assert_int_equal(enter(&g, octets, WH_TOKEN_OCTETS), WH_TOKEN_AUTHENTICATION_FAILURE);
    octets[0] = 4;
    assert_int_equal(enter(&g, octets, WH_TOKEN_OCTETS), WH_TOKEN_FORMAT_FAILURE);
    for (size_t len = 0; len <= sizeof octets; len++) { /* not of a form that the module knows */
        assert_int_equal(enter(&g, octets, len), WH_TOKEN_FORMAT_FAILURE);
    }
    assert_int_equal(m.executed, 3); /* the test token in its three spellings */
}

static void digits_and_octets_are_the_same_token(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 2000; i++) {
        uint8_t digits[WH_TOKEN_DIGITS];
        uint8_t token_class = 0;
        uint64_t block = 0;
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        uint64_t want = seed ^ seed >> 31;
        wh_token_print((uint8_t)(i % 4), want, digits);
        assert_int_equal(wh_token_parse(digits, sizeof digits, &token_class, &block), WH_OK);
        assert_int_equal(token_class, i % 4);
        assert_true(block == want);
    }
    /* 56493153725450313471, the number in hexadecimal */
    static const uint8_t octets[WH_TOKEN_OCTETS] = {0x03, 0x0F, 0xFF, 0xFF, 0xFF,
                                                    0xEF, 0x00, 0x5E, 0xFF};
    fake_token_module m;
    wh_token_gateway g;
    fake_token_module_init(&m, NULL);
    wh_token_gateway_init(&g, &m.module);
    assert_int_equal(enter(&g, octets, sizeof octets), WH_TOKEN_EXECUTION_OK);
    assert_true(m.last.value == 0xFFFFFFFFF);
}

static void amounts_have_an_exponent_of_ten(void **state)
{
    (void)state;
    static const struct {
        uint16_t data;
        uint32_t amount;
    } row[] = {{0, 0},
               {1, 1},
               {16383, 16383},
               {0x4000, 16384},
               {0x4001, 16394},
               {0x7FFF, 180214},
               {0x8000, 180224},
               {0xBFFF, 1818524},
               {0xC000, 1818624},
               {0xFFFF, 18201624}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        assert_int_equal(wh_token_amount(row[i].data), row[i].amount);
    }
}

static void each_kind_is_decoded(void **state)
{
    (void)state;
    static const struct {
        uint8_t token_class;
        uint8_t subclass;
        uint8_t kind;
        uint64_t value;
        bool has_tid;
    } row[] = {
        {0, 0, WH_TOKEN_CREDIT, 16394, true},
        {0, 3, WH_TOKEN_CREDIT, 16394, true},
        {0, 4, WH_TOKEN_CURRENCY, 0, true},
        {0, 7, WH_TOKEN_CURRENCY, 0, true},
        {0, 8, WH_TOKEN_OTHER, 0x4001, true},
        {1, 2, WH_TOKEN_OTHER, 0x4001, false},
        {2, 0, WH_TOKEN_SET_MAX_POWER, 16394, true},
        {2, 1, WH_TOKEN_CLEAR_CREDIT, 0x4001, true},
        {2, 2, WH_TOKEN_SET_TARIFF, 0x4001, true},
        {2, 3, WH_TOKEN_KEY, 0, false},
        {2, 4, WH_TOKEN_KEY, 0, false},
        {2, 5, WH_TOKEN_CLEAR_TAMPER, 0x4001, true},
        {2, 6, WH_TOKEN_SET_MAX_UNBALANCE, 16394, true},
        {2, 7, WH_TOKEN_OTHER, 0x4001, true},
        {2, 8, WH_TOKEN_KEY, 0, false},
        {2, 9, WH_TOKEN_KEY, 0, false},
        {2, 10, WH_TOKEN_OTHER, 0x4001, true},
        {2, 15, WH_TOKEN_OTHER, 0x4001, true},
        {3, 0, WH_TOKEN_OTHER, 0x4001, true},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        wh_token t;
        uint64_t block = (uint64_t)row[i].subclass << 60 | UINT64_C(0x5ABCDEF40010000);
        block |= wh_token_crc(row[i].token_class, block);
        assert_int_equal(wh_token_decode(row[i].token_class, block, &t), WH_OK);
        assert_int_equal(t.kind, row[i].kind);
        assert_true(t.value == row[i].value);
        assert_int_equal(t.has_tid, row[i].has_tid);
        assert_int_equal(t.data, 0x4001);
        assert_int_equal(t.tid, row[i].kind == WH_TOKEN_KEY ? 0 : 0xABCDEF);
        assert_int_equal(t.random, row[i].kind == WH_TOKEN_KEY ? 0 : 5);
        assert_int_equal(t.subclass, row[i].subclass);
        for (unsigned bit = 0; bit < 64; bit++) {
            assert_int_equal(wh_token_decode(row[i].token_class, block ^ (uint64_t)1 << bit, &t),
                             WH_ERR_CHECK);
        }
        assert_int_equal(wh_token_decode(row[i].token_class ^ 1, block, &t), WH_ERR_CHECK);
        assert_int_equal(wh_token_decode(4, block, &t), WH_ERR_RANGE);
    }
}

static void a_test_token_names_its_maker(void **state)
{
    (void)state;
    static const struct {
        uint8_t subclass;
        uint16_t maker;
        uint64_t control;
    } row[] = {{0, 0xA5, 0xEDCBA9876}, {0, 0xFF, 0}, {1, 0xA5C3, 0xEDCBA98}, {1, 0xFFFF, 1}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        wh_token t;
        unsigned shift = row[i].subclass == 0 ? 24 : 32;
        uint64_t block = (uint64_t)row[i].subclass << 60 | row[i].control << shift |
                         (uint64_t)row[i].maker << 16;
        block |= wh_token_crc(1, block);
        assert_int_equal(wh_token_decode(1, block, &t), WH_OK);
        assert_int_equal(t.kind, WH_TOKEN_TEST);
        assert_int_equal(t.maker, row[i].maker);
        assert_true(t.value == row[i].control);
    }
}

static void a_token_tops_up_once(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    fake_token_module m;
    wh_token_gateway g;
    fake_token_module_init(&m, &r.p);
    wh_token_gateway_init(&g, &m.module);
    assert_int_equal(enter_fake(&g, 0, 1000, 255), WH_TOKEN_EXECUTION_OK); /* 25.5 units */
    assert_int_equal(r.p.credit[WALLET].amount, 51 * YUAN / 2);
    assert_int_equal(enter_fake(&g, 0, 1000, 255), WH_TOKEN_VALIDATION_FAILURE);
    assert_int_equal(enter_fake(&g, 1, 1000, 100), WH_TOKEN_VALIDATION_FAILURE);
    assert_int_equal(r.p.topped_up, 51 * YUAN / 2);
    assert_int_equal(g.token_s, ACCOUNT_RIG_START / 1000);
    assert_int_equal(g.delivery, WH_TOKEN_MANUAL);
    assert_int_equal(g.token_len, WH_TOKEN_DIGITS);
}

static void what_was_refused_may_be_entered_again(void **state)
{
    (void)state;
    account_rig r = account_rig_usual();
    fake_token_module m;
    wh_token_gateway g;
    wh_prepayment_config config = account_rig_config();
    config.hoarding_limit = 20 * YUAN;
    assert_int_equal(wh_prepayment_configure(&r.p, &config), WH_OK);
    fake_token_module_init(&m, &r.p);
    wh_token_gateway_init(&g, &m.module);
    assert_int_equal(enter_fake(&g, 0, 7, 150), WH_TOKEN_EXECUTION_OK);
    assert_int_equal(enter_fake(&g, 0, 8, 150), WH_TOKEN_EXECUTION_FAILURE);
    (void)wh_prepayment_consume(&r.p, ENERGY, 10 * YUAN, 0);
    assert_int_equal(enter_fake(&g, 0, 8, 150), WH_TOKEN_EXECUTION_OK);
    assert_int_equal(enter_fake(&g, 0, 8, 150), WH_TOKEN_VALIDATION_FAILURE);
    assert_int_equal(r.p.topped_up, 30 * YUAN);
    m.refuses = WH_ERR_UNSUPPORTED;
    assert_int_equal(enter_fake(&g, 8 + 5, 9, 0), WH_TOKEN_EXECUTION_FAILURE);
}

static void the_last_fifty_are_known_and_older_ones_are_too_old(void **state)
{
    (void)state;
    fake_token_module m;
    wh_token_gateway g;
    fake_token_module_init(&m, NULL);
    wh_token_gateway_init(&g, &m.module);
    for (uint32_t i = 0; i < WH_TOKEN_TIDS; i++) { /* in any order: 1000, 1010, ... 1490 */
        assert_int_equal(enter_fake(&g, 0, 1000 + i * 37 % WH_TOKEN_TIDS * 10, 1),
                         WH_TOKEN_EXECUTION_OK);
    }
    assert_int_equal(enter_fake(&g, 0, 3, 1), WH_TOKEN_EXECUTION_OK); /* 1000 is forgotten */
    assert_int_equal(enter_fake(&g, 0, 1000, 1), WH_TOKEN_VALIDATION_FAILURE);
    assert_int_equal(enter_fake(&g, 0, 3, 1), WH_TOKEN_VALIDATION_FAILURE);
}

static void no_token_of_a_random_sequence_is_executed_twice(void **state)
{
    (void)state;
    static bool executed[4096];
    fake_token_module m;
    wh_token_gateway g;
    uint64_t seed = 3;
    uint32_t now = 0;
    uint32_t newest = 0;
    unsigned count = 0;
    memset(executed, 0, sizeof executed);
    fake_token_module_init(&m, NULL);
    wh_token_gateway_init(&g, &m.module);
    for (uint32_t i = 0; i < 100000; i++) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        now = i / 25 > 60 ? i / 25 - 60 : 0;
        uint32_t tid = (now + (uint32_t)(seed >> 40) % 120) % 4096;
        wh_token_status status = enter_fake(&g, 0, tid, 1);
        bool taken = status == WH_TOKEN_EXECUTION_OK;
        assert_false(taken && executed[tid]);
        assert_true(taken || executed[tid] || tid < g.oldest);
        executed[tid] = executed[tid] || taken;
        newest = taken && tid > newest ? tid : newest;
        count += taken ? 1 : 0;
        uint8_t saved[WH_TOKEN_SAVE_MAX];
        wh_writer w = wh_writer_init(saved, sizeof saved);
        wh_token_gateway_save(&g, &w);
        wh_reader r = wh_reader_init(saved, wh_writer_len(&w));
        assert_int_equal(wh_writer_err(&w), WH_OK);
        assert_int_equal(wh_token_gateway_restore(&g, &r), WH_OK);
    }
    assert_int_equal(count, m.executed);
    assert_true(count > 2000 && newest > 3900);
}

static void guessing_becomes_slow(void **state)
{
    (void)state;
    static const uint8_t wrong[] = "12345678901234567890";
    fake_token_module m;
    wh_token_gateway g;
    fake_token_module_init(&m, NULL);
    wh_token_gateway_init(&g, &m.module);
    uint32_t wait_ms = 60000;
    for (unsigned i = 1; i <= 300; i++) {
        assert_int_equal(enter(&g, wrong, WH_TOKEN_DIGITS), WH_TOKEN_AUTHENTICATION_FAILURE);
        if (i < WH_TOKEN_TRIES) {
            assert_int_equal(g.wait_ms, 0);
            continue;
        }
        assert_int_equal(g.wait_ms, wait_ms);
        wait_ms = wait_ms < 3840000 ? 2 * wait_ms : wait_ms;
        wh_token_tick(&g, g.wait_ms - 1);
        assert_int_equal(enter_fake(&g, 0, 5, 1), WH_TOKEN_NOT_PROCESSED);
        wh_token_tick(&g, 1);
    }
    assert_int_equal(enter(&g, "00000000000150997584", WH_TOKEN_DIGITS), WH_TOKEN_EXECUTION_OK);
    assert_int_equal(enter(&g, wrong, WH_TOKEN_DIGITS), WH_TOKEN_AUTHENTICATION_FAILURE);
    assert_int_equal(g.wait_ms, 3840000); /* a test token is no proof of a key */
    wh_token_tick(&g, UINT32_MAX);
    assert_int_equal(enter_fake(&g, 0, 5, 1), WH_TOKEN_EXECUTION_OK);
    assert_int_equal(enter(&g, wrong, WH_TOKEN_DIGITS), WH_TOKEN_AUTHENTICATION_FAILURE);
    assert_int_equal(g.wait_ms, 0);
}

/* Version 1, for ever: 4 failures, the last token refused as not authentic, by key, on 5 January
 * 2026 at 00:00; executed TIDs 123456h and 000007h, older than 5 unknown. */
static const uint8_t fixture[] = {0x01, 0x04, 0x05, 0x02, 0x00, 0xFF, 0x5A, 0x69, 0x05, 0x00,
                                  0x00, 0x00, 0x02, 0x56, 0x34, 0x12, 0x07, 0x00, 0x00};

static wh_err restore(wh_token_gateway *g, const uint8_t *bytes, size_t len)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, len);
    wh_reader r = wh_reader_init(exact, len);
    wh_err err = wh_token_gateway_restore(g, &r);
    free(exact);
    return err;
}

static void the_saved_format_of_version_1_is_read(void **state)
{
    (void)state;
    static const struct {
        uint8_t at;
        uint8_t value;
        wh_err err;
    } row[] = {
        {0, 0, WH_ERR_UNSUPPORTED}, {0, 2, WH_ERR_UNSUPPORTED}, {2, 9, WH_ERR_FORMAT},
        {3, 3, WH_ERR_FORMAT},      {11, 2, WH_ERR_FORMAT},     {8, 8, WH_ERR_FORMAT},
        {12, 51, WH_ERR_FORMAT},    {12, 3, WH_ERR_SHORT},
    };
    uint8_t again[sizeof fixture];
    fake_token_module m;
    wh_token_gateway g;
    wh_token_gateway before;
    fake_token_module_init(&m, NULL);
    wh_token_gateway_init(&g, &m.module);
    wh_writer fresh = wh_writer_init(again, sizeof again);
    wh_token_gateway_save(&g, &fresh);
    assert_int_equal(restore(&g, again, wh_writer_len(&fresh)), WH_OK);
    assert_int_equal(g.status, WH_TOKEN_NOT_PROCESSED);
    assert_int_equal(g.tid_count, 0);
    memcpy(&before, &g, sizeof g);
    for (size_t len = 0; len < sizeof fixture; len++) {
        assert_int_equal(restore(&g, fixture, len), WH_ERR_SHORT);
    }
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        memcpy(again, fixture, sizeof again);
        again[row[i].at] = row[i].value;
        assert_int_equal(restore(&g, again, sizeof again), row[i].err);
    }
    memcpy(again, fixture, sizeof again);
    memcpy(again + 16, again + 13, 3); /* the same twice */
    assert_int_equal(restore(&g, again, sizeof again), WH_ERR_FORMAT);
    assert_memory_equal(&g, &before, sizeof g);
    assert_int_equal(restore(&g, fixture, sizeof fixture), WH_OK);
    assert_int_equal(g.status, WH_TOKEN_AUTHENTICATION_FAILURE);
    assert_int_equal(g.token_s, ACCOUNT_RIG_START / 1000);
    assert_int_equal(g.failures, 4);
    assert_int_equal(g.wait_ms, 120000); /* cutting the power does not shorten it */
    for (size_t size = 0; size < sizeof fixture; size++) {
        wh_writer w = wh_writer_init(again, size);
        wh_token_gateway_save(&g, &w);
        assert_int_equal(wh_writer_err(&w), WH_ERR_SPACE);
    }
    wh_writer w = wh_writer_init(again, sizeof again);
    wh_token_gateway_save(&g, &w);
    assert_memory_equal(again, fixture, sizeof fixture);
    wh_token_tick(&g, 120000);
    assert_int_equal(enter_fake(&g, 0, 0x123456, 1), WH_TOKEN_VALIDATION_FAILURE);
    assert_int_equal(enter_fake(&g, 0, 7, 1), WH_TOKEN_VALIDATION_FAILURE);
    assert_int_equal(enter_fake(&g, 0, 4, 1), WH_TOKEN_VALIDATION_FAILURE);
    assert_int_equal(enter_fake(&g, 0, 5, 1), WH_TOKEN_EXECUTION_OK);
    uint32_t revision = g.revision;
    wh_token_forget(&g);
    assert_true(g.revision != revision);
    assert_int_equal(enter_fake(&g, 0, 4, 1), WH_TOKEN_EXECUTION_OK);
    assert_int_equal(enter_fake(&g, 0, 0, 1), WH_TOKEN_EXECUTION_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_test_tokens_are_understood),
        cmocka_unit_test(a_number_that_is_none_is_a_format_failure),
        cmocka_unit_test(digits_and_octets_are_the_same_token),
        cmocka_unit_test(amounts_have_an_exponent_of_ten),
        cmocka_unit_test(each_kind_is_decoded),
        cmocka_unit_test(a_test_token_names_its_maker),
        cmocka_unit_test(a_token_tops_up_once),
        cmocka_unit_test(what_was_refused_may_be_entered_again),
        cmocka_unit_test(the_last_fifty_are_known_and_older_ones_are_too_old),
        cmocka_unit_test(no_token_of_a_random_sequence_is_executed_twice),
        cmocka_unit_test(guessing_becomes_slow),
        cmocka_unit_test(the_saved_format_of_version_1_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
