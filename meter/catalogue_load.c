/* SPDX-License-Identifier: Apache-2.0 */
/* Items of the load table. What is asked of an empty slot has no value. */
#include "meter/catalogue_internal.h"

#include "meter/keeper.h"

static const wh_load *load_of(const wh_meter *meter, wh_item_ref ref)
{
    return &meter->keeper->loads.load[ref.place];
}

static wh_err done(wh_meter *meter, wh_err err)
{
    if (err == WH_OK) {
        wh_keeper_touch(meter->keeper, WH_ROOM_LOADS);
    }
    return err == WH_ERR_NOT_FOUND ? WH_ERR_STATE : err;
}

/* A report that a power cut takes away loses nothing: the next one tells the same counters. */
static wh_err reported(wh_meter *meter, wh_err err)
{
    if (err == WH_OK) {
        wh_keeper_note(meter->keeper, WH_ROOM_LOADS);
    }
    return err == WH_ERR_NOT_FOUND ? WH_ERR_STATE : err;
}

wh_err wh_catalogue_get_load(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_load *load = load_of(meter, ref);
    return load->used ? wh_catalogue_get_field(load, ref, value) : WH_ERR_STATE;
}

/* What a terminal says of itself is worth nothing once it has fallen silent. */
wh_err wh_catalogue_get_load_reported(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    bool stale = wh_loads_stale(&meter->keeper->loads, ref.place);
    return stale ? WH_ERR_STATE : wh_catalogue_get_field(load_of(meter, ref), ref, value);
}

wh_err wh_catalogue_get_load_state(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return load_of(meter, ref)->used
               ? wh_catalogue_put(ref, wh_loads_state(&meter->keeper->loads, ref.place), value)
               : WH_ERR_STATE;
}

wh_err wh_catalogue_get_load_stale(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return load_of(meter, ref)->used
               ? wh_catalogue_put(ref, wh_loads_stale(&meter->keeper->loads, ref.place), value)
               : WH_ERR_STATE;
}

/* class u8, priority u8, min_on_s, min_off_s, stale_s, confirm_s u16, tries u8, power_max_w i32. */
wh_err wh_catalogue_get_load_config(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_load *load = load_of(meter, ref);
    const wh_load_config *c = &load->config;
    wh_writer w = wh_catalogue_octets(meter);
    wh_writer_put_u8(&w, (uint8_t)c->load_class);
    wh_writer_put_u8(&w, c->priority);
    wh_writer_put_u16be(&w, c->min_on_s);
    wh_writer_put_u16be(&w, c->min_off_s);
    wh_writer_put_u16be(&w, c->stale_s);
    wh_writer_put_u16be(&w, c->confirm_s);
    wh_writer_put_u8(&w, c->tries);
    wh_writer_put_u32be(&w, (uint32_t)c->power_max_w);
    return load->used ? wh_catalogue_put_octets(&w, value) : WH_ERR_STATE;
}

wh_err wh_catalogue_set_load_config(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_reader r = wh_reader_init(value->bytes, value->len);
    uint8_t load_class = wh_reader_take_u8(&r);
    wh_load_config c = {.priority = wh_reader_take_u8(&r)};
    c.min_on_s = wh_reader_take_u16be(&r);
    c.min_off_s = wh_reader_take_u16be(&r);
    c.stale_s = wh_reader_take_u16be(&r);
    c.confirm_s = wh_reader_take_u16be(&r);
    c.tries = wh_reader_take_u8(&r);
    c.power_max_w = (int32_t)wh_reader_take_u32be(&r);
    if (load_class >= WH_LOAD_CLASSES) {
        return WH_ERR_RANGE;
    }
    c.load_class = load_class;
    return done(meter, wh_loads_put(&meter->keeper->loads, ref.place, &c));
}

/* A load as its wants are: while it is shed, those to come back to. */
static wh_load as_wanted(const wh_meter *meter, wh_item_ref ref)
{
    wh_load load = *load_of(meter, ref);
    load.want = load.shed_rank != 0 ? load.before : load.want;
    return load;
}

wh_err wh_catalogue_get_load_want(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_load load = as_wanted(meter, ref);
    return load.used ? wh_catalogue_get_field(&load, ref, value) : WH_ERR_STATE;
}

/* One of the two fields of what is wanted; the other stays. */
wh_err wh_catalogue_set_load_want(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_load load = as_wanted(meter, ref);
    wh_err err = wh_catalogue_set_field(&load, ref, value);
    return err != WH_OK ? err
                        : done(meter, wh_loads_want(&meter->keeper->loads, ref.place, &load.want));
}

wh_err wh_catalogue_set_loads_goal(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    (void)ref;
    return done(meter, wh_loads_set_goal(&meter->keeper->loads, (wh_loads_goal)value->u));
}

/* Of the terminal: UTC ms i64, consumed and generated mWh i64, power W i32, state u8, available u8. */
wh_err wh_catalogue_act_load_report(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    wh_reader r = wh_reader_init(argument->bytes, argument->len);
    wh_load_report report = {.utc_ms = (int64_t)wh_reader_take_u64be(&r)};
    report.consumed_mwh = (int64_t)wh_reader_take_u64be(&r);
    report.generated_mwh = (int64_t)wh_reader_take_u64be(&r);
    report.power_w = (int32_t)wh_reader_take_u32be(&r);
    uint8_t state = wh_reader_take_u8(&r);
    uint8_t available = wh_reader_take_u8(&r);
    if (state >= WH_LOAD_STATES || available > 1) {
        return WH_ERR_RANGE;
    }
    report.state = (wh_load_state)state;
    report.available = available != 0;
    bool first = !load_of(meter, ref)->reported; /* from which the next ones count */
    wh_err err = wh_loads_report(&meter->keeper->loads, ref.place, &report);
    return first ? done(meter, err) : reported(meter, err);
}

/* The sequence number of the order, and 1 where it was obeyed. */
wh_err wh_catalogue_act_load_answer(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    if (argument->bytes[1] > 1) {
        return WH_ERR_RANGE;
    }
    return done(meter, wh_loads_answer(&meter->keeper->loads, ref.place, argument->bytes[0],
                                       argument->bytes[1] != 0));
}

wh_err wh_catalogue_act_load_remove(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    (void)argument;
    return done(meter, wh_loads_remove(&meter->keeper->loads, ref.place));
}
