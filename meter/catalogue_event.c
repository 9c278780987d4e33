/* SPDX-License-Identifier: Apache-2.0 */
/* Items of events, alarms and the push queue. */
#include "meter/catalogue_internal.h"

#include "meter/keeper.h"

wh_err wh_catalogue_get_event_setting(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    wh_event_setting s;
    wh_writer w = wh_catalogue_octets(meter);
    wh_err err = wh_events_get(&meter->keeper->events, ref.place, &s);
    wh_writer_put_u8(&w, s.enabled ? 1 : 0);
    wh_writer_put_u16be(&w, s.delay_s);
    wh_writer_put_u16be(&w, s.recover_s);
    for (unsigned i = 0; err == WH_OK && i < s.limit_count; i++) {
        wh_writer_put_u16be(&w, (uint16_t)s.limit[i].trigger_bp);
        wh_writer_put_u16be(&w, (uint16_t)s.limit[i].recover_bp);
    }
    return err != WH_OK ? err : wh_catalogue_put_octets(&w, value);
}

wh_err wh_catalogue_set_event_setting(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_keeper *k = meter->keeper;
    wh_reader r = wh_reader_init(value->bytes, value->len);
    wh_event_setting s;
    wh_err err = wh_events_get(&k->events, ref.place, &s);
    uint8_t enabled = wh_reader_take_u8(&r);
    s.enabled = enabled != 0;
    s.delay_s = wh_reader_take_u16be(&r);
    s.recover_s = wh_reader_take_u16be(&r);
    for (unsigned i = 0; err == WH_OK && i < s.limit_count; i++) {
        s.limit[i].trigger_bp = (int16_t)wh_reader_take_u16be(&r);
        s.limit[i].recover_bp = (int16_t)wh_reader_take_u16be(&r);
    }
    if (err == WH_OK && (wh_reader_err(&r) != WH_OK || wh_reader_left(&r) > 0 || enabled > 1)) {
        err = WH_ERR_FORMAT;
    }
    if (err == WH_OK) {
        err = wh_events_set(&k->events, ref.place, &s);
    }
    if (err == WH_OK) {
        wh_keeper_touch(k, WH_ROOM_EVENTS);
    }
    return err;
}

wh_err wh_catalogue_get_event_total(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return wh_catalogue_put(ref, wh_events_total_count(&meter->keeper->events, ref.place), value);
}

wh_err wh_catalogue_get_event_slot(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_events *events = &meter->keeper->events;
    switch (ref.item->source) {
    case WH_SLOT_COUNT:
        return wh_catalogue_put(ref, wh_events_count(events, ref.place), value);
    case WH_SLOT_DURATION:
        return wh_catalogue_put(ref, wh_events_duration_s(events, ref.place), value);
    case WH_SLOT_ACTIVE:
    default:
        return wh_catalogue_put(ref, wh_events_active(events, ref.place), value);
    }
}

/* Minutes, and the extremes of them, which there are where some were assessed. */
wh_err wh_catalogue_get_voltage_minutes(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_voltage_minutes *minutes = &meter->keeper->voltage.quality.place[ref.place];
    bool known = ref.item->unit == WH_UNIT_MINUTE || minutes->assessed_min > 0;
    return known ? wh_catalogue_get_field(minutes, ref, value) : WH_ERR_STATE;
}

#define RATE_ONE 10000U /* 100.00 % */

wh_err wh_catalogue_get_voltage_passed(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_voltage_quality *q = &meter->keeper->voltage.quality;
    uint32_t assessed_min = q->place[ref.place].assessed_min;
    uint64_t passed = (uint64_t)wh_voltage_quality_passed_min(q, ref.place) * RATE_ONE;
    return assessed_min == 0 ? WH_ERR_STATE
                             : wh_catalogue_put(ref, (int64_t)(passed / assessed_min), value);
}

/* The clear is an event itself, which it leaves. */
wh_err wh_catalogue_act_events_clear(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    wh_keeper *k = meter->keeper;
    (void)ref;
    (void)argument;
    wh_err err = wh_keeper_occur(meter, WH_EVENT_EVENT_CLEAR, 0, NULL);
    if (err == WH_OK) {
        wh_events_clear(&k->events);
        wh_keeper_touch(k, WH_ROOM_EVENTS);
    }
    return err;
}

/* ---- alarms: bits that are written as 0 are taken away ---- */

/* Value group E of each kind of alarm object counts from a multiple of ten. */
static unsigned object_of(wh_item_ref ref)
{
    return wh_item_obis(ref).group[WH_OBIS_E] % 10U;
}

static wh_err touched(wh_meter *meter)
{
    wh_keeper_touch(meter->keeper, WH_ROOM_ALARMS);
    return WH_OK;
}

wh_err wh_catalogue_set_alarm_register(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_keeper *k = meter->keeper;
    wh_alarms_write_register(&k->alarms, &k->events, object_of(ref), (uint32_t)value->u);
    return touched(meter);
}

wh_err wh_catalogue_set_alarm_filter(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_alarms_write_filter(&meter->keeper->alarms, object_of(ref), (uint32_t)value->u);
    return touched(meter);
}

wh_err wh_catalogue_set_alarm_descriptor(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_alarms_write_descriptor(&meter->keeper->alarms, object_of(ref), (uint32_t)value->u);
    return touched(meter);
}

wh_err wh_catalogue_get_report(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_alarms *alarms = &meter->keeper->alarms;
    value->bytes = ref.item->source == WH_REPORT_WORD ? alarms->report : alarms->mode;
    value->len = WH_REPORT_BYTES;
    return WH_OK;
}

wh_err wh_catalogue_set_report_mode(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    (void)ref;
    wh_report_set_mode(&meter->keeper->alarms, value->bytes);
    return touched(meter);
}

wh_err wh_catalogue_act_report_acknowledge(wh_meter *meter, wh_item_ref ref,
                                           const wh_value *argument)
{
    (void)ref;
    wh_report_acknowledge(&meter->keeper->alarms, argument->bytes);
    return touched(meter);
}

wh_err wh_catalogue_get_push_waiting(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_keeper *k = meter->keeper;
    return wh_catalogue_put(ref, wh_push_waiting(&k->alarms, &k->store), value);
}
