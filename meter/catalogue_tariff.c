/* SPDX-License-Identifier: Apache-2.0 */
/* Items of the tariff: calendar, steps, prices. Tables are set on standby, and come into force at
 * their switch-over. */
#include "meter/catalogue_internal.h"

#include "meter/keeper.h"

static wh_err done(wh_meter *meter, wh_room room, wh_err err)
{
    if (err == WH_OK) {
        wh_keeper_touch(meter->keeper, room);
    }
    return err;
}

/* A table was written: that is an event, too. */
static wh_err programmed(wh_meter *meter, wh_room room, unsigned kind,
                         const wh_event_detail *before, wh_err err)
{
    if (done(meter, room, err) == WH_OK) {
        wh_catalogue_programmed(meter, kind, before);
    }
    return err;
}

/* ---- calendar ---- */

wh_err wh_catalogue_get_zones(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    wh_writer w = wh_catalogue_octets(meter);
    wh_tariff_put_zones(&meter->keeper->calendar, (wh_tariff_set)ref.item->source, &w);
    return wh_catalogue_put_octets(&w, value);
}

wh_err wh_catalogue_get_days(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    wh_writer w = wh_catalogue_octets(meter);
    wh_tariff_put_days(&meter->keeper->calendar, (wh_tariff_set)ref.item->source, &w);
    return wh_catalogue_put_octets(&w, value);
}

wh_err wh_catalogue_get_holidays(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    (void)ref;
    wh_writer w = wh_catalogue_octets(meter);
    wh_tariff_put_holidays(&meter->keeper->calendar, &w);
    return wh_catalogue_put_octets(&w, value);
}

wh_err wh_catalogue_set_zones(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_reader r = wh_reader_init(value->bytes, value->len);
    const wh_event_detail before = wh_catalogue_zones_before(meter);
    const int64_t weekend = wh_catalogue_weekend(meter);
    (void)ref;
    wh_err err = programmed(meter, WH_ROOM_ZONES, WH_EVENT_YEAR_ZONES_PROGRAMMED, &before,
                            wh_tariff_take_zones(&meter->keeper->calendar, &r));
    if (weekend != wh_catalogue_weekend(meter)) {
        const wh_event_detail was = {.given = &weekend, .given_count = 1};
        wh_catalogue_programmed(meter, WH_EVENT_WEEKEND_PROGRAMMED, &was);
    }
    return err;
}

wh_err wh_catalogue_set_days(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_reader r = wh_reader_init(value->bytes, value->len);
    const wh_event_detail before = wh_catalogue_days_before(meter);
    (void)ref;
    return programmed(meter, WH_ROOM_DAYS, WH_EVENT_DAY_TABLES_PROGRAMMED, &before,
                      wh_tariff_take_days(&meter->keeper->calendar, &r));
}

wh_err wh_catalogue_set_holidays(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_reader r = wh_reader_init(value->bytes, value->len);
    const wh_event_detail before = wh_catalogue_holidays_before(meter);
    (void)ref;
    return programmed(meter, WH_ROOM_HOLIDAYS, WH_EVENT_HOLIDAYS_PROGRAMMED, &before,
                      wh_tariff_take_holidays(&meter->keeper->calendar, &r));
}

static wh_err schedule(wh_meter *meter, int64_t zones_ms, int64_t days_ms)
{
    wh_err err = wh_tariff_calendar_schedule(&meter->keeper->calendar, zones_ms, days_ms);
    return done(meter, WH_ROOM_DAYS, done(meter, WH_ROOM_ZONES, err));
}

wh_err wh_catalogue_set_zones_switch(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    (void)ref;
    return schedule(meter, value->i, meter->keeper->calendar.days_switch_ms);
}

wh_err wh_catalogue_set_days_switch(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    (void)ref;
    return schedule(meter, meter->keeper->calendar.zones_switch_ms, value->i);
}

/* Both standby sets at the next tick. */
wh_err wh_catalogue_act_calendar(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    int64_t now_ms = wh_keeper_utc_ms(meter->keeper);
    (void)ref;
    (void)argument;
    return schedule(meter, now_ms, now_ms);
}

/* ---- steps ---- */

static int64_t imported_mwh(const wh_meter *meter)
{
    return meter->registers.reg[WH_REG_TOTAL][WH_REG_ACTIVE_IMPORT].mwh;
}

wh_err wh_catalogue_get_steps(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    wh_writer w = wh_catalogue_octets(meter);
    wh_step_price_put(&meter->keeper->steps, (wh_tariff_set)ref.item->source, &w);
    return wh_catalogue_put_octets(&w, value);
}

wh_err wh_catalogue_set_steps(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_reader r = wh_reader_init(value->bytes, value->len);
    (void)ref;
    return programmed(meter, WH_ROOM_STEPS, WH_EVENT_STEP_PRICES_PROGRAMMED, NULL,
                      wh_step_price_take(&meter->keeper->steps, &r));
}

wh_err wh_catalogue_set_steps_switch(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    (void)ref;
    wh_step_price_schedule(&meter->keeper->steps, value->i);
    return done(meter, WH_ROOM_STEPS, WH_OK);
}

wh_err wh_catalogue_get_step_price(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_keeper *k = meter->keeper;
    return wh_catalogue_put(ref, wh_step_price_of(&k->steps, k->step), value);
}

wh_err wh_catalogue_get_step_used(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_step_price *steps = &meter->keeper->steps;
    return wh_catalogue_put(ref, wh_step_price_used_mwh(steps, imported_mwh(meter)), value);
}

/* ---- prices ---- */

static wh_cost *cost_of(const wh_meter *meter, wh_item_ref ref)
{
    wh_keeper *k = meter->keeper;
    return ref.item->source >> 1 == WH_PRICES_IMPORT ? &k->cost_import : &k->cost_export;
}

static wh_room room_of(wh_item_ref ref)
{
    return ref.item->source >> 1 == WH_PRICES_IMPORT ? WH_ROOM_PRICES_IMPORT
                                                     : WH_ROOM_PRICES_EXPORT;
}

wh_err wh_catalogue_get_prices(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    wh_writer w = wh_catalogue_octets(meter);
    wh_cost_put_prices(cost_of(meter, ref), (wh_tariff_set)(ref.item->source & 1U), &w);
    return wh_catalogue_put_octets(&w, value);
}

wh_err wh_catalogue_set_prices(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_reader r = wh_reader_init(value->bytes, value->len);
    return programmed(meter, room_of(ref), WH_EVENT_PRICES_PROGRAMMED, NULL,
                      wh_cost_take_prices(cost_of(meter, ref), &r));
}

wh_err wh_catalogue_get_prices_switch(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return wh_catalogue_put_time(cost_of(meter, ref)->switch_ms, value);
}

wh_err wh_catalogue_set_prices_switch(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_cost_schedule(cost_of(meter, ref), value->i);
    return done(meter, room_of(ref), WH_OK);
}

wh_err wh_catalogue_get_price(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return wh_catalogue_put(ref, wh_cost_price(cost_of(meter, ref), meter->keeper->rate), value);
}

/* ---- customer ---- */

wh_err wh_catalogue_get_user(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    wh_writer w = wh_catalogue_octets(meter);
    (void)ref;
    wh_user_put(&meter->keeper->user, &w);
    return wh_catalogue_put_octets(&w, value);
}

wh_err wh_catalogue_set_user(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_reader r = wh_reader_init(value->bytes, value->len);
    (void)ref;
    return done(meter, WH_ROOM_USER, wh_user_take(&meter->keeper->user, &r));
}
