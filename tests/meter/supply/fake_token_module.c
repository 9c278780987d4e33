/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/supply/fake_token_module.h"

static wh_err check(void *user, const wh_token_code *code, wh_token *token)
{
    (void)user;
    if (!code->is_number) {
        return WH_ERR_FORMAT;
    }
    return wh_token_decode(code->token_class, code->block ^ FAKE_TOKEN_KEY, token);
}

static wh_err execute(void *user, const wh_token *token)
{
    fake_token_module *m = (fake_token_module *)user;
    if (m->refuses != WH_OK) {
        return m->refuses;
    }
    if (token->kind == WH_TOKEN_CREDIT && m->account != NULL &&
        wh_prepayment_top_up(m->account, (int64_t)token->value * 100000, 0) !=
            WH_PREPAYMENT_ACCEPTED) {
        return WH_ERR_DENIED;
    }
    m->last = *token;
    m->executed++;
    return WH_OK;
}

void fake_token_module_init(fake_token_module *m, wh_prepayment *account)
{
    *m = (fake_token_module){.account = account};
    m->module = (wh_token_module){.user = m, .check = check, .execute = execute};
}

void fake_token(uint8_t token_class, uint8_t subclass, uint32_t tid, uint16_t data,
                uint8_t digits[WH_TOKEN_DIGITS])
{
    uint64_t block =
        (uint64_t)subclass << 60 | (uint64_t)5 << 56 | (uint64_t)tid << 32 | (uint64_t)data << 16;
    block |= wh_token_crc(token_class, block);
    wh_token_print(token_class, block ^ FAKE_TOKEN_KEY, digits);
}
