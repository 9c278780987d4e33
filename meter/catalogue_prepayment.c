/* SPDX-License-Identifier: Apache-2.0 */
/* Items of the prepayment account, its credits and its charges. */
#include "meter/catalogue_internal.h"

#include "meter/keeper.h"

static wh_prepayment *account_of(const wh_meter *meter)
{
    return &meter->keeper->prepayment;
}

static wh_err done(wh_meter *meter, wh_err err)
{
    if (err == WH_OK) {
        wh_keeper_touch(meter->keeper, WH_ROOM_PREPAYMENT);
    }
    return err;
}

/* What moves money is in the store before it is answered. */
static wh_err saved(wh_meter *meter, wh_err err)
{
    return done(meter, err) == WH_OK ? wh_keeper_save(meter) : err;
}

/* ---- account ---- */

wh_err wh_catalogue_get_account(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return wh_catalogue_get_field(account_of(meter), ref, value);
}

wh_err wh_catalogue_get_account_config(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return wh_catalogue_get_field(&account_of(meter)->config, ref, value);
}

wh_err wh_catalogue_set_account_config(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_prepayment_config config = account_of(meter)->config;
    wh_err err = wh_catalogue_set_field(&config, ref, value);
    return err != WH_OK ? err : done(meter, wh_prepayment_configure(account_of(meter), &config));
}

wh_err wh_catalogue_get_account_sum(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_prepayment *p = account_of(meter);
    switch (ref.item->source) {
    case WH_ACCOUNT_STATUS:
        return wh_catalogue_put(ref, wh_prepayment_status(p), value);
    case WH_ACCOUNT_AVAILABLE:
        return wh_catalogue_put(ref, wh_prepayment_available(p), value);
    case WH_ACCOUNT_TO_CLEAR:
        return wh_catalogue_put(ref, wh_prepayment_to_clear(p), value);
    case WH_ACCOUNT_DEBT:
    default:
        return wh_catalogue_put(ref, wh_prepayment_debt(p), value);
    }
}

/* Of each pair of hours: from and to minute u16, days u8. */
wh_err wh_catalogue_get_friendly(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_prepayment_config *config = &account_of(meter)->config;
    wh_writer w = wh_catalogue_octets(meter);
    (void)ref;
    for (unsigned i = 0; i < WH_PREPAYMENT_FRIENDLY; i++) {
        wh_writer_put_u16be(&w, config->friendly[i].from_minute);
        wh_writer_put_u16be(&w, config->friendly[i].to_minute);
        wh_writer_put_u8(&w, config->friendly[i].days);
    }
    return wh_catalogue_put_octets(&w, value);
}

wh_err wh_catalogue_set_friendly(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_prepayment_config config = account_of(meter)->config;
    wh_reader r = wh_reader_init(value->bytes, value->len);
    (void)ref;
    for (unsigned i = 0; i < WH_PREPAYMENT_FRIENDLY; i++) {
        config.friendly[i].from_minute = wh_reader_take_u16be(&r);
        config.friendly[i].to_minute = wh_reader_take_u16be(&r);
        config.friendly[i].days = wh_reader_take_u8(&r);
    }
    return done(meter, wh_prepayment_configure(account_of(meter), &config));
}

/* Standing charges are counted from then on, so not while nobody knows the time. */
static wh_err activate(wh_keeper *k)
{
    return (wh_clock_status(&k->clock) & WH_CLOCK_STATUS_INVALID) != 0
               ? WH_ERR_STATE
               : wh_prepayment_activate(&k->prepayment, &k->clock.zone, k->clock.utc_ms);
}

wh_err wh_catalogue_act_account(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    wh_keeper *k = meter->keeper;
    (void)argument;
    switch (ref.item->source) {
    case WH_ACCOUNT_ACTIVATE:
        return saved(meter, activate(k));
    case WH_ACCOUNT_CLOSE:
        return saved(meter, wh_prepayment_close(&k->prepayment));
    case WH_ACCOUNT_RESET:
    default:
        return saved(meter, wh_prepayment_reset(&k->prepayment));
    }
}

static wh_err error_of(wh_prepayment_answer answer)
{
    switch (answer) {
    case WH_PREPAYMENT_ACCEPTED:
        return WH_OK;
    case WH_PREPAYMENT_DUPLICATE:
    case WH_PREPAYMENT_COUNT:
        return WH_ERR_CHECK;
    case WH_PREPAYMENT_CUSTOMER:
        return WH_ERR_DENIED;
    case WH_PREPAYMENT_INACTIVE:
        return WH_ERR_STATE;
    case WH_PREPAYMENT_HOARDING:
    case WH_PREPAYMENT_BALANCE:
    case WH_PREPAYMENT_AMOUNT:
    default:
        return WH_ERR_RANGE;
    }
}

/* Customer u64, count u32, amount i64: a purchase, or a refund. */
wh_err wh_catalogue_act_purchase(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    wh_keeper *k = meter->keeper;
    wh_reader r = wh_reader_init(argument->bytes, argument->len);
    wh_prepayment_purchase purchase = {.customer = wh_reader_take_u64be(&r)};
    purchase.count = wh_reader_take_u32be(&r);
    purchase.amount = (int64_t)wh_reader_take_u64be(&r);
    wh_prepayment_answer answer =
        ref.item->source == WH_ACCOUNT_BUY
            ? wh_prepayment_buy(&k->prepayment, &purchase, k->clock.utc_ms)
            : wh_prepayment_refund(&k->prepayment, &purchase);
    return saved(meter, error_of(answer));
}

/* Refused: not like a token, not of this meter's key, entered before, not to be done, to wait. */
wh_err wh_catalogue_act_token(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    static const wh_err ERRORS[] = {
        [WH_TOKEN_EXECUTION_OK] = WH_OK,
        [WH_TOKEN_FORMAT_FAILURE] = WH_ERR_FORMAT,
        [WH_TOKEN_AUTHENTICATION_FAILURE] = WH_ERR_CHECK,
        [WH_TOKEN_VALIDATION_FAILURE] = WH_ERR_DENIED,
        [WH_TOKEN_EXECUTION_FAILURE] = WH_ERR_RANGE,
        [WH_TOKEN_NOT_PROCESSED] = WH_ERR_STATE,
    };
    (void)ref;
    wh_token_status status = WH_TOKEN_NOT_PROCESSED;
    wh_err err =
        wh_keeper_enter_token(meter, argument->bytes, argument->len, WH_TOKEN_REMOTE, &status);
    return err == WH_OK ? ERRORS[status] : err;
}

/* ---- tokens ---- */

wh_err wh_catalogue_get_token(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_token_gateway *tokens = &meter->keeper->tokens;
    (void)ref;
    value->bytes = tokens->token;
    value->len = tokens->token_len;
    return value->len == 0 ? WH_ERR_STATE : WH_OK;
}

/* ---- credits and charges ---- */

wh_err wh_catalogue_get_credit(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return wh_catalogue_get_field(&account_of(meter)->credit[ref.place], ref, value);
}

wh_err wh_catalogue_get_charge(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return wh_catalogue_get_field(&account_of(meter)->charge[ref.place], ref, value);
}

/* type, priority, flags, share of tokens u8, limit, warning threshold, preset, available threshold
 * i64, period. */
wh_err wh_catalogue_get_credit_config(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_credit *c = &account_of(meter)->credit[ref.place];
    wh_writer w = wh_catalogue_octets(meter);
    wh_writer_put_u8(&w, c->type);
    wh_writer_put_u8(&w, c->priority);
    wh_writer_put_u8(&w, c->flags);
    wh_writer_put_u8(&w, c->token_share);
    wh_writer_put_u64be(&w, (uint64_t)c->limit);
    wh_writer_put_u64be(&w, (uint64_t)c->warning_threshold);
    wh_writer_put_u64be(&w, (uint64_t)c->preset);
    wh_writer_put_u64be(&w, (uint64_t)c->available_threshold);
    const wh_boundary_pattern period = wh_prepayment_period(c->when_kind, c->when);
    wh_catalogue_put_pattern(&period, &w);
    return wh_catalogue_put_octets(&w, value);
}

wh_err wh_catalogue_set_credit_config(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_keeper *k = meter->keeper;
    wh_reader r = wh_reader_init(value->bytes, value->len);
    wh_credit_config c = {.type = wh_reader_take_u8(&r)};
    c.priority = wh_reader_take_u8(&r);
    c.flags = wh_reader_take_u8(&r);
    c.token_share = wh_reader_take_u8(&r);
    c.limit = (int64_t)wh_reader_take_u64be(&r);
    c.warning_threshold = (int64_t)wh_reader_take_u64be(&r);
    c.preset = (int64_t)wh_reader_take_u64be(&r);
    c.available_threshold = (int64_t)wh_reader_take_u64be(&r);
    c.period = wh_catalogue_take_pattern(&r);
    return saved(meter, wh_prepayment_set_credit(&k->prepayment, ref.place, &c, &k->clock.zone,
                                                 k->clock.utc_ms));
}

wh_err wh_catalogue_set_credit_amount(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    return saved(meter, wh_prepayment_set_amount(account_of(meter), ref.place, value->i));
}

wh_err wh_catalogue_act_credit_invoke(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    (void)argument;
    return saved(meter, wh_prepayment_invoke(account_of(meter), ref.place));
}

/* type, priority, flags, pauses u8, proportion u16, unit charge i64, period. */
wh_err wh_catalogue_get_charge_config(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_charge *c = &account_of(meter)->charge[ref.place];
    wh_writer w = wh_catalogue_octets(meter);
    wh_writer_put_u8(&w, c->type);
    wh_writer_put_u8(&w, c->priority);
    wh_writer_put_u8(&w, c->flags);
    wh_writer_put_u8(&w, c->pause);
    wh_writer_put_u16be(&w, c->proportion);
    wh_writer_put_u64be(&w, (uint64_t)c->unit_charge);
    const wh_boundary_pattern period = wh_prepayment_period(c->when_kind, c->when);
    wh_catalogue_put_pattern(&period, &w);
    return wh_catalogue_put_octets(&w, value);
}

wh_err wh_catalogue_set_charge_config(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_keeper *k = meter->keeper;
    wh_reader r = wh_reader_init(value->bytes, value->len);
    wh_charge_config c = {.type = wh_reader_take_u8(&r)};
    c.priority = wh_reader_take_u8(&r);
    c.flags = wh_reader_take_u8(&r);
    c.pause = wh_reader_take_u8(&r);
    c.proportion = wh_reader_take_u16be(&r);
    c.unit_charge = (int64_t)wh_reader_take_u64be(&r);
    c.period = wh_catalogue_take_pattern(&r);
    return saved(meter, wh_prepayment_set_charge(&k->prepayment, ref.place, &c, &k->clock.zone,
                                                 k->clock.utc_ms));
}

wh_err wh_catalogue_set_charge_remaining(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    return saved(meter, wh_prepayment_set_remaining(account_of(meter), ref.place, value->i));
}

/* Unit charge i64, the time it becomes active at in UTC seconds u32. */
wh_err wh_catalogue_act_charge_passive(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    wh_reader r = wh_reader_init(argument->bytes, argument->len);
    int64_t unit_charge = (int64_t)wh_reader_take_u64be(&r);
    uint32_t activation_s = wh_reader_take_u32be(&r);
    return saved(
        meter, wh_prepayment_set_passive(account_of(meter), ref.place, unit_charge, activation_s));
}

wh_err wh_catalogue_act_charge(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    wh_keeper *k = meter->keeper;
    (void)argument;
    return saved(meter, ref.item->source == WH_CHARGE_ACTIVATE
                            ? wh_prepayment_activate_passive(&k->prepayment, ref.place)
                            : wh_prepayment_collect(&k->prepayment, ref.place, k->clock.utc_ms));
}
