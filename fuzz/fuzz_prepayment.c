/* SPDX-License-Identifier: Apache-2.0 */
/* The saved forms of account and token gateway, and what is entered as a token. First byte: which.
 * A taken account must be saved again as it was, its money must add up, and it must run. */
#include "meter/supply/prepayment.h"
#include "meter/supply/token.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void must_add_up(const wh_prepayment *p)
{
    int64_t held = 0;
    for (unsigned i = 0; i < WH_PREPAYMENT_CREDITS; i++) {
        held += p->credit[i].amount;
        must(llabs(p->credit[i].amount) <= WH_PREPAYMENT_AMOUNT_MAX);
    }
    must(held == p->topped_up + p->adjusted - p->collected - p->refunded);
    must(p->barred == p->out);
}

static void run_account(wh_prepayment *p)
{
    static const wh_time_zone zone = {0};
    wh_prepayment_inputs in = {.utc_ms = 1767571200000, .zone = &zone, .connected = true};
    for (unsigned i = 0; i < 8; i++) {
        (void)wh_prepayment_consume(p, i % WH_PREPAYMENT_CHARGES, 123456789 * (int64_t)i,
                                    in.utc_ms);
        must_add_up(p);
        in.utc_ms += i % 2 == 0 ? 86400000 : 5000;
        in.elapsed_ms = 60000;
        in.connected = i % 3 != 0;
        wh_prepayment_tick(p, &in);
        must_add_up(p);
        (void)wh_prepayment_top_up(p, 1000000 * (int64_t)i, in.utc_ms);
        must_add_up(p);
        const wh_prepayment_purchase q = {p->config.customer, p->purchase_count + 1, 7654321};
        (void)wh_prepayment_buy(p, &q, in.utc_ms);
        must(wh_prepayment_buy(p, &q, in.utc_ms) != WH_PREPAYMENT_ACCEPTED);
        must_add_up(p);
        wh_err err = wh_prepayment_invoke(p, i % WH_PREPAYMENT_CREDITS);
        must(err == WH_OK || err == WH_ERR_STATE);
    }
}

static void check_account(wh_reader r, const uint8_t *data)
{
    uint8_t again[WH_PREPAYMENT_SAVE_SIZE];
    const wh_prepayment_config config = {.mode = WH_PREPAYMENT_CREDIT_MODE};
    wh_writer w = wh_writer_init(again, sizeof again);
    wh_prepayment p;
    must(wh_prepayment_init(&p, &config) == WH_OK);
    if (wh_prepayment_restore(&p, &r) != WH_OK) {
        return;
    }
    wh_prepayment_save(&p, &w);
    must(wh_writer_err(&w) == WH_OK && wh_writer_len(&w) == sizeof again);
    must(memcmp(again, data, sizeof again) == 0);
    must_add_up(&p);
    run_account(&p);
}

static wh_err check(void *user, const wh_token_code *code, wh_token *token)
{
    (void)user;
    must(code->is_number || code->block == 0);
    return code->is_number ? wh_token_decode(code->token_class, code->block, token) : WH_ERR_FORMAT;
}

static wh_err execute(void *user, const wh_token *token)
{
    unsigned *executed = (unsigned *)user;
    must(token->kind < WH_TOKEN_KINDS);
    *executed += token->has_tid ? 1 : 0;
    return WH_OK;
}

static void check_gateway(wh_reader r, const uint8_t *data)
{
    unsigned executed = 0;
    const wh_token_module module = {.user = &executed, .check = check, .execute = execute};
    uint8_t again[WH_TOKEN_SAVE_MAX];
    wh_writer w = wh_writer_init(again, sizeof again);
    wh_token_gateway g;
    wh_token_gateway_init(&g, &module);
    if (wh_token_gateway_restore(&g, &r) != WH_OK) {
        return;
    }
    wh_token_gateway_save(&g, &w);
    must(wh_writer_err(&w) == WH_OK && memcmp(again, data, wh_writer_len(&w)) == 0);
}

static void check_token(const uint8_t *data, size_t size)
{
    unsigned executed = 0;
    const wh_token_module module = {.user = &executed, .check = check, .execute = execute};
    uint8_t digits[WH_TOKEN_DIGITS];
    uint8_t token_class = 0;
    uint64_t block = 0;
    wh_token_gateway g;
    wh_token_gateway_init(&g, &module);
    wh_token_status first = wh_token_enter(&g, data, size, WH_TOKEN_MANUAL, 0);
    wh_token_status second = wh_token_enter(&g, data, size, WH_TOKEN_MANUAL, 0);
    must(executed <= 1);
    must(first == second || (first == WH_TOKEN_EXECUTION_OK && executed == 1));
    if (wh_token_parse(data, size, &token_class, &block) == WH_OK) {
        uint64_t same = 0;
        wh_token_print(token_class, block, digits);
        must(wh_token_parse(digits, sizeof digits, &token_class, &same) == WH_OK);
        must(same == block);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    wh_reader r = wh_reader_init(data + 1, size - 1);
    if (data[0] % 3 == 0) {
        check_account(r, data + 1);
    } else if (data[0] % 3 == 1) {
        check_gateway(r, data + 1);
    } else {
        check_token(data + 1, size - 1);
    }
    return 0;
}
