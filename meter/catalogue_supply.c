/* SPDX-License-Identifier: Apache-2.0 */
/* Items of the main switch and the limiters. */
#include "meter/catalogue_internal.h"

#include "meter/keeper.h"

#include <string.h>

/* ---- main switch ---- */

static wh_err switch_done(wh_meter *meter, wh_err err)
{
    if (err == WH_OK) {
        wh_keeper_touch(meter->keeper, WH_ROOM_SWITCH);
    }
    return err;
}

wh_err wh_catalogue_get_switch_status(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return wh_catalogue_put(ref, wh_switch_status(&meter->keeper->main_switch), value);
}

wh_err wh_catalogue_set_switch_mode(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_keeper *k = meter->keeper;
    (void)ref;
    return switch_done(meter,
                       wh_switch_set_mode(&k->main_switch, (uint8_t)value->u, wh_keeper_utc_ms(k)));
}

wh_err wh_catalogue_get_switch_config(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return wh_catalogue_get_field(&meter->keeper->main_switch.config, ref, value);
}

wh_err wh_catalogue_set_switch_config(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_switch *s = &meter->keeper->main_switch;
    wh_switch_config config = s->config;
    wh_err err = wh_catalogue_set_field(&config, ref, value);
    if (err == WH_OK) {
        wh_switch_configure(s, &config);
    }
    return switch_done(meter, err);
}

/* source is the request. What has no effect in this state is no error. */
wh_err wh_catalogue_act_switch_request(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    wh_keeper *k = meter->keeper;
    (void)argument;
    return switch_done(meter, wh_switch_request(&k->main_switch, (wh_switch_ask)ref.item->source,
                                                WH_SWITCH_BY_REMOTE, wh_keeper_utc_ms(k)));
}

/* kind u8, operator u32, the last moment it is valid at in UTC ms i64. */
wh_err wh_catalogue_act_switch_order(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    wh_keeper *k = meter->keeper;
    wh_reader r = wh_reader_init(argument->bytes, argument->len);
    uint8_t kind = wh_reader_take_u8(&r);
    wh_switch_order order = {.operator_code = wh_reader_take_u32be(&r)};
    order.valid_until_ms = (int64_t)wh_reader_take_u64be(&r);
    (void)ref;
    if (kind >= WH_SWITCH_ORDERS) {
        return WH_ERR_RANGE;
    }
    order.kind = (wh_switch_order_kind)kind;
    return switch_done(meter, wh_switch_obey(&k->main_switch, &order, wh_keeper_utc_ms(k)));
}

/* ---- limiters ---- */

static wh_limiter *limiter_of(const wh_meter *meter, wh_item_ref ref)
{
    return &meter->keeper->limiter[ref.place];
}

static wh_err limiter_done(wh_meter *meter, wh_item_ref ref, wh_err err)
{
    if (err == WH_OK) {
        wh_keeper_touch(meter->keeper, (wh_room)(WH_ROOM_LIMITER_1 + ref.place));
    }
    return err;
}

static wh_err configure(wh_meter *meter, wh_item_ref ref, const wh_limiter_config *config)
{
    return limiter_done(meter, ref, wh_limiter_configure(limiter_of(meter, ref), config));
}

wh_err wh_catalogue_get_limiter(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return wh_catalogue_get_field(limiter_of(meter, ref), ref, value);
}

wh_err wh_catalogue_get_limiter_config(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return wh_catalogue_get_field(&limiter_of(meter, ref)->config, ref, value);
}

wh_err wh_catalogue_set_limiter_config(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_limiter_config config = limiter_of(meter, ref)->config;
    wh_err err = wh_catalogue_set_field(&config, ref, value);
    return err != WH_OK ? err : configure(meter, ref, &config);
}

/* Thresholds of rates 1 to 8, i64 each. */
wh_err wh_catalogue_get_limiter_rates(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_limiter_config *config = &limiter_of(meter, ref)->config;
    wh_writer w = wh_catalogue_octets(meter);
    for (unsigned i = 0; i < WH_LIMITER_RATES_MAX; i++) {
        wh_writer_put_u64be(&w, (uint64_t)config->threshold_rate[i]);
    }
    return wh_catalogue_put_octets(&w, value);
}

wh_err wh_catalogue_set_limiter_rates(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_limiter_config config = limiter_of(meter, ref)->config;
    wh_reader r = wh_reader_init(value->bytes, value->len);
    for (unsigned i = 0; i < WH_LIMITER_RATES_MAX; i++) {
        config.threshold_rate[i] = (int64_t)wh_reader_take_u64be(&r);
    }
    return configure(meter, ref, &config);
}

/* Of each window: threshold i64, from and to u16 minutes, u8 days. */
wh_err wh_catalogue_get_limiter_windows(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_limiter_config *config = &limiter_of(meter, ref)->config;
    wh_writer w = wh_catalogue_octets(meter);
    for (unsigned i = 0; i < WH_LIMITER_WINDOWS_MAX; i++) {
        wh_writer_put_u64be(&w, (uint64_t)config->window[i].threshold);
        wh_writer_put_u16be(&w, config->window[i].from_minute);
        wh_writer_put_u16be(&w, config->window[i].to_minute);
        wh_writer_put_u8(&w, config->window[i].days);
    }
    return wh_catalogue_put_octets(&w, value);
}

wh_err wh_catalogue_set_limiter_windows(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_limiter_config config = limiter_of(meter, ref)->config;
    wh_reader r = wh_reader_init(value->bytes, value->len);
    for (unsigned i = 0; i < WH_LIMITER_WINDOWS_MAX; i++) {
        config.window[i].threshold = (int64_t)wh_reader_take_u64be(&r);
        config.window[i].from_minute = wh_reader_take_u16be(&r);
        config.window[i].to_minute = wh_reader_take_u16be(&r);
        config.window[i].days = wh_reader_take_u8(&r);
    }
    return configure(meter, ref, &config);
}

/* Action over and under the threshold, u8 each: they are a pair. */
wh_err wh_catalogue_get_limiter_actions(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_limiter_config *config = &limiter_of(meter, ref)->config;
    wh_writer w = wh_catalogue_octets(meter);
    wh_writer_put_u8(&w, (uint8_t)config->action_over);
    wh_writer_put_u8(&w, (uint8_t)config->action_under);
    return wh_catalogue_put_octets(&w, value);
}

wh_err wh_catalogue_set_limiter_actions(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_limiter_config config = limiter_of(meter, ref)->config;
    if (value->bytes[0] >= WH_LIMITER_ACTIONS || value->bytes[1] >= WH_LIMITER_ACTIONS) {
        return WH_ERR_RANGE;
    }
    config.action_over = (wh_limiter_action)value->bytes[0];
    config.action_under = (wh_limiter_action)value->bytes[1];
    return configure(meter, ref, &config);
}

/* id u16, activation in UTC ms i64, duration in seconds u32. None where there was none yet. */
wh_err wh_catalogue_get_limiter_emergency(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_limiter_emergency *e = &limiter_of(meter, ref)->emergency;
    wh_writer w = wh_catalogue_octets(meter);
    wh_writer_put_u16be(&w, e->id);
    wh_writer_put_u64be(&w, (uint64_t)e->activation_ms);
    wh_writer_put_u32be(&w, e->duration_s);
    return e->duration_s == 0 ? WH_ERR_STATE : wh_catalogue_put_octets(&w, value);
}

wh_err wh_catalogue_set_limiter_emergency(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_reader r = wh_reader_init(value->bytes, value->len);
    wh_limiter_emergency e = {.id = wh_reader_take_u16be(&r)};
    e.activation_ms = (int64_t)wh_reader_take_u64be(&r);
    e.duration_s = wh_reader_take_u32be(&r);
    return limiter_done(meter, ref, wh_limiter_set_emergency(limiter_of(meter, ref), &e));
}

/* Ids u16 each. */
wh_err wh_catalogue_get_limiter_groups(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_limiter *l = limiter_of(meter, ref);
    wh_writer w = wh_catalogue_octets(meter);
    for (unsigned i = 0; i < l->group_count; i++) {
        wh_writer_put_u16be(&w, l->group[i]);
    }
    return wh_catalogue_put_octets(&w, value);
}

wh_err wh_catalogue_set_limiter_groups(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_reader r = wh_reader_init(value->bytes, value->len);
    uint16_t id[WH_LIMITER_GROUPS_MAX];
    unsigned count = (unsigned)(value->len / 2);
    if (value->len % 2 != 0) {
        return WH_ERR_FORMAT;
    }
    for (unsigned i = 0; i < count; i++) {
        id[i] = wh_reader_take_u16be(&r);
    }
    return limiter_done(meter, ref, wh_limiter_set_groups(limiter_of(meter, ref), id, count));
}

wh_err wh_catalogue_act_limiter_unlock(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    (void)argument;
    wh_limiter_unlock(limiter_of(meter, ref));
    return limiter_done(meter, ref, WH_OK);
}
