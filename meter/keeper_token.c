/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens that are entered at this meter: what they do to it. */
#include "meter/keeper_internal.h"

#define MICRO_PER_CURRENCY_UNIT 10 /* a currency token counts 1/100 000 */
#define ALL_REGISTERS           0xFFFFU
#define MW_PER_W                1000

static wh_err answer_of(wh_prepayment_answer answer)
{
    return answer == WH_PREPAYMENT_ACCEPTED ? WH_OK : WH_ERR_RANGE;
}

static wh_err top_up(wh_keeper *k, uint64_t value, int64_t micro_each)
{
    if (micro_each <= 0 || value > (uint64_t)(WH_PREPAYMENT_AMOUNT_MAX / micro_each)) {
        return WH_ERR_RANGE;
    }
    return answer_of(
        wh_prepayment_top_up(&k->prepayment, (int64_t)value * micro_each, k->clock.utc_ms));
}

/* Of the first limiter, which must be one of power. */
static wh_err set_max_power(wh_keeper *k, uint64_t power_w)
{
    if (k->config->limiter_count == 0 ||
        k->limiter[0].config.monitored != WH_LIMITER_POWER_IMPORT || power_w > UINT32_MAX) {
        return WH_ERR_STATE;
    }
    wh_limiter_config config = k->limiter[0].config;
    config.threshold_normal = (int64_t)power_w * MW_PER_W;
    wh_err err = wh_limiter_configure(&k->limiter[0], &config);
    if (err == WH_OK) {
        wh_keeper_touch(k, WH_ROOM_LIMITER_1);
    }
    return err;
}

/* Credit that tokens feed. */
static wh_err clear_credit(wh_keeper *k, uint64_t which)
{
    wh_err err = which == ALL_REGISTERS ? WH_OK : WH_ERR_UNSUPPORTED;
    for (unsigned i = 0; err == WH_OK && i < WH_PREPAYMENT_CREDITS; i++) {
        const wh_credit *credit = &k->prepayment.credit[i];
        if (credit->priority != 0 && (credit->flags & WH_CREDIT_TOKENS) != 0) {
            err = wh_prepayment_set_amount(&k->prepayment, i, 0);
        }
    }
    return err;
}

static wh_err clear_tamper(wh_keeper *k)
{
    for (unsigned object = 0; object < WH_ALARM_OBJECTS; object++) {
        wh_alarms_write_register(&k->alarms, &k->events, object, 0);
    }
    return WH_OK;
}

static wh_err execute(void *user, const wh_token *token)
{
    wh_keeper *k = user;
    switch ((wh_token_kind)token->kind) {
    case WH_TOKEN_CREDIT: /* subclass 0: electricity */
        return token->subclass == 0 ? top_up(k, token->value, k->config->token_price)
                                    : WH_ERR_UNSUPPORTED;
    case WH_TOKEN_CURRENCY:
        return top_up(k, token->value, MICRO_PER_CURRENCY_UNIT);
    case WH_TOKEN_TEST:
        wh_display_test(&k->display);
        return WH_OK;
    case WH_TOKEN_SET_MAX_POWER:
        return set_max_power(k, token->value);
    case WH_TOKEN_CLEAR_CREDIT:
        return clear_credit(k, token->value);
    case WH_TOKEN_CLEAR_TAMPER:
        return clear_tamper(k);
    case WH_TOKEN_SET_TARIFF:
    case WH_TOKEN_KEY:
    case WH_TOKEN_SET_MAX_UNBALANCE:
    case WH_TOKEN_OTHER:
    case WH_TOKEN_KINDS:
    default:
        return WH_ERR_UNSUPPORTED;
    }
}

static wh_err check(void *user, const wh_token_code *code, wh_token *token)
{
    const wh_token_checker *checker = ((const wh_keeper *)user)->config->token_checker;
    return checker->check(checker->user, code, token);
}

void wh_keeper_init_tokens(wh_keeper *k)
{
    k->token_module = (wh_token_module){.user = k, .check = check, .execute = execute};
    wh_token_gateway_init(&k->tokens, &k->token_module);
}

wh_err wh_keeper_enter_token(wh_meter *m, const uint8_t *octets, size_t len,
                             wh_token_delivery delivery, wh_token_status *status)
{
    wh_keeper *k = m->keeper;
    if (k->config->token_checker == NULL) {
        return WH_ERR_NOT_FOUND;
    }
    *status = wh_token_enter(&k->tokens, octets, len, delivery, k->clock.utc_ms);
    if (*status != WH_TOKEN_EXECUTION_OK) {
        return WH_OK;
    }
    wh_keeper_changed(k, WH_ROOM_PREPAYMENT, true);
    return wh_keeper_save(m); /* before it is answered: a token counts once */
}
