/* SPDX-License-Identifier: Apache-2.0 */
/* Items of the demand: each channel whose source is one that has a value group C of its own. */
#include "meter/catalogue_internal.h"

#include "meter/keeper.h"

/* Registers by value group C, from 1 on. */
static const uint16_t SOURCES[WH_CATALOGUE_DEMANDS] = {
    WH_REG_BIT(WH_REG_ACTIVE_IMPORT),
    WH_REG_BIT(WH_REG_ACTIVE_EXPORT),
    WH_REG_BIT(WH_REG_REACTIVE_Q1) | WH_REG_BIT(WH_REG_REACTIVE_Q2),
    WH_REG_BIT(WH_REG_REACTIVE_Q3) | WH_REG_BIT(WH_REG_REACTIVE_Q4),
    WH_REG_BIT(WH_REG_REACTIVE_Q1),
    WH_REG_BIT(WH_REG_REACTIVE_Q2),
    WH_REG_BIT(WH_REG_REACTIVE_Q3),
    WH_REG_BIT(WH_REG_REACTIVE_Q4),
    WH_REG_BIT(WH_REG_APPARENT_IMPORT),
    WH_REG_BIT(WH_REG_APPARENT_EXPORT),
};

unsigned wh_catalogue_demand_channel(const wh_meter *meter, unsigned place)
{
    const wh_demand *d = &meter->keeper->demand;
    for (unsigned i = 0; i < d->config.channels; i++) {
        wh_combination source = d->memory.channel[i].source;
        if (source.add == SOURCES[place] && source.subtract == 0) {
            return i;
        }
    }
    return WH_DEMAND_CHANNELS_MAX;
}

static uint8_t channel_of(const wh_meter *meter, wh_item_ref ref)
{
    return (uint8_t)wh_catalogue_demand_channel(meter, ref.place);
}

wh_err wh_catalogue_get_demand_present(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_demand *d = &meter->keeper->demand;
    return wh_catalogue_put(ref, wh_demand_present_mw(d, channel_of(meter, ref), ref.rate), value);
}

/* A power, or the time of it, which is none before there was one. */
static wh_err put_demand(wh_item_ref ref, wh_demand_value demand, wh_value *value)
{
    return demand.end_ms == 0 ? WH_ERR_STATE : wh_catalogue_put(ref, demand.mw, value);
}

wh_err wh_catalogue_get_demand_last(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_demand *d = &meter->keeper->demand;
    return put_demand(ref, wh_demand_last(d, channel_of(meter, ref), ref.rate), value);
}

wh_err wh_catalogue_get_demand_last_time(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_demand *d = &meter->keeper->demand;
    return wh_catalogue_put_time(wh_demand_last(d, channel_of(meter, ref), ref.rate).end_ms, value);
}

/* No maximum since the last reset is a demand of 0. */
wh_err wh_catalogue_get_demand_max(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_demand *d = &meter->keeper->demand;
    return wh_catalogue_put(ref, wh_demand_max(d, channel_of(meter, ref), ref.rate).mw, value);
}

wh_err wh_catalogue_get_demand_max_time(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_demand *d = &meter->keeper->demand;
    return wh_catalogue_put_time(wh_demand_max(d, channel_of(meter, ref), ref.rate).end_ms, value);
}

static wh_err set_period(wh_meter *meter, uint64_t slip_min, uint64_t slips)
{
    wh_keeper *k = meter->keeper;
    wh_err err =
        wh_demand_set_period(&k->demand, (uint8_t)slip_min, (uint8_t)slips, wh_keeper_utc_ms(k));
    if (err == WH_OK) {
        wh_keeper_touch(k, WH_ROOM_DEMAND);
    }
    return err;
}

wh_err wh_catalogue_set_demand_slip(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    (void)ref;
    return set_period(meter, value->u, meter->keeper->demand.config.slips);
}

wh_err wh_catalogue_set_demand_slips(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    (void)ref;
    return set_period(meter, meter->keeper->demand.config.slip_min, value->u);
}

/* The maxima are in the record of the event before they are gone. */
wh_err wh_catalogue_act_demand_reset(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    wh_keeper *k = meter->keeper;
    (void)ref;
    (void)argument;
    wh_err err = wh_keeper_occur(meter, WH_EVENT_DEMAND_CLEAR, 0, NULL);
    if (err != WH_OK && err != WH_ERR_STATE) { /* STATE: nobody wants to know */
        return err;
    }
    err = wh_demand_reset(&k->demand, WH_DEMAND_RESET_COMMAND, wh_keeper_utc_ms(k));
    wh_keeper_touch(k, WH_ROOM_DEMAND);
    return err;
}

wh_err wh_catalogue_act_demand_next(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    wh_keeper *k = meter->keeper;
    (void)ref;
    (void)argument;
    wh_demand_next_period(&k->demand, wh_keeper_utc_ms(k));
    wh_keeper_touch(k, WH_ROOM_DEMAND);
    return WH_OK;
}
