/* SPDX-License-Identifier: Apache-2.0 */
/* Items of the recorders. Their entries are read by recorder.h. */
#include "meter/catalogue_internal.h"

#include "meter/keeper.h"
#include "meter/keeper_internal.h"
#include "meter/record/freezes.h"

#include <string.h>

#define COLUMN_OCTETS 7

_Static_assert(sizeof(wh_column) == COLUMN_OCTETS, "a column has no padding");

static wh_recorder *recorder_of(const wh_meter *meter, wh_item_ref ref)
{
    return &meter->keeper->recorder[ref.place];
}

/* Setting is a transaction of its own, behind whatever was due before. */
static wh_err apply(wh_meter *meter, wh_item_ref ref, const wh_recorder_settings *settings)
{
    wh_keeper *k = meter->keeper;
    const wh_recorder_now now = wh_keeper_recorder_now(k);
    return wh_recorder_set(recorder_of(meter, ref), &k->store, &now, settings, k->work,
                           WH_KEEPER_WORK);
}

static uint32_t period_of(const wh_recorder_settings *s)
{
    return s->time[0].kind == WH_BOUNDARY_EVERY ? s->time[0].every_s : 0;
}

wh_err wh_catalogue_get_record(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_keeper *k = meter->keeper;
    wh_recorder_settings s;
    wh_recorder_get(recorder_of(meter, ref), &s);
    switch (ref.item->source) {
    case WH_RECORD_ENTRIES:
        return wh_catalogue_put(ref, wh_recorder_count(recorder_of(meter, ref), &k->store), value);
    case WH_RECORD_PERIOD:
        return wh_catalogue_put(ref, period_of(&s), value);
    case WH_RECORD_DEPTH:
        return wh_catalogue_put(ref, s.content.depth, value);
    case WH_RECORD_MODE:
        return wh_catalogue_put(ref, s.content.mode, value);
    case WH_RECORD_LIFO:
    default:
        return wh_catalogue_put(ref, s.content.lifo, value);
    }
}

wh_err wh_catalogue_set_record(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_recorder_settings s;
    wh_recorder_get(recorder_of(meter, ref), &s);
    switch (ref.item->source) {
    case WH_RECORD_PERIOD:
        s.time[0] = (wh_boundary_pattern){.kind = WH_BOUNDARY_EVERY, .every_s = (uint32_t)value->u};
        s.from_ms = wh_keeper_utc_ms(meter->keeper);
        break;
    case WH_RECORD_DEPTH:
        s.content.depth = (uint16_t)value->u;
        break;
    case WH_RECORD_MODE:
        s.content.mode = (uint8_t)value->u;
        break;
    case WH_RECORD_LIFO:
    default:
        s.content.lifo = value->u != 0;
        break;
    }
    return apply(meter, ref, &s);
}

/* Of each time: kind u8, month, day, hour, minute u8, every u32 s. */
wh_err wh_catalogue_get_record_times(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    wh_recorder_settings s;
    wh_writer w = wh_catalogue_octets(meter);
    wh_recorder_get(recorder_of(meter, ref), &s);
    for (unsigned i = 0; i < WH_RECORDER_TIMES_MAX; i++) {
        wh_catalogue_put_pattern(&s.time[i], &w);
    }
    return wh_catalogue_put_octets(&w, value);
}

/* A settlement day as DDhh: 3124 the end of the month, 9999 none. */
static int64_t settlement_day(const wh_boundary_pattern *time)
{
    switch (time->kind) {
    case WH_BOUNDARY_MONTHLY:
        return time->day * 100 + time->hour;
    case WH_BOUNDARY_MONTH_END:
        return 3124;
    default:
        return 9999;
    }
}

wh_err wh_catalogue_set_record_times(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_recorder_settings s;
    int64_t before[WH_RECORDER_TIMES_MAX];
    wh_reader r = wh_reader_init(value->bytes, value->len);
    wh_recorder_get(recorder_of(meter, ref), &s);
    for (unsigned i = 0; i < WH_RECORDER_TIMES_MAX; i++) {
        before[i] = settlement_day(&s.time[i]);
        s.time[i] = wh_catalogue_take_pattern(&r);
    }
    s.from_ms = wh_keeper_utc_ms(meter->keeper);
    wh_err err = apply(meter, ref, &s);
    if (err == WH_OK && meter->keeper->config->recorder[ref.place].billing) {
        const wh_event_detail detail = {.given = before, .given_count = WH_RECORDER_TIMES_MAX};
        wh_catalogue_programmed(meter, WH_EVENT_SETTLEMENT_DAYS_PROGRAMMED, &detail);
    }
    return err;
}

/* Of each column its code and the attribute. */
wh_err wh_catalogue_get_record_columns(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_recorder *recorder = recorder_of(meter, ref);
    wh_writer w = wh_catalogue_octets(meter);
    wh_column column;
    for (unsigned i = 0; wh_recorder_column(recorder, i, &column); i++) {
        wh_writer_put_bytes(&w, column.obis.group, WH_OBIS_GROUPS);
        wh_writer_put_u8(&w, column.attribute);
    }
    return wh_catalogue_put_octets(&w, value);
}

/* Value group F of a billing period: the last is 101, the one before 102 ... */
static bool is_past(uint8_t f)
{
    return f > 100 && f <= 125;
}

/* None: those of the configuration. Records of records are none. The list lies in the upper half of the work buffer, which the
 * recorder does not reach. */
wh_err wh_catalogue_set_record_columns(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_recorder_settings s;
    wh_keeper *k = meter->keeper;
    uint8_t *list = k->work + WH_KEEPER_WORK / 2;
    const wh_recorder_now now = wh_keeper_recorder_now(k);
    if (value->len % COLUMN_OCTETS != 0) {
        return WH_ERR_FORMAT;
    }
    for (size_t at = 0; at < value->len; at += COLUMN_OCTETS) {
        if (is_past(value->bytes[at + WH_OBIS_F])) {
            return WH_ERR_RANGE;
        }
    }
    wh_recorder_get(recorder_of(meter, ref), &s);
    memmove(list, value->bytes, value->len);
    s.content.column = value->len == 0 ? NULL : (const wh_column *)list;
    s.content.column_count = (uint16_t)(value->len / COLUMN_OCTETS);
    return wh_recorder_set(recorder_of(meter, ref), &k->store, &now, &s, k->work,
                           WH_KEEPER_WORK / 2);
}

wh_err wh_catalogue_act_record_capture(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    (void)argument;
    wh_recorder_command(recorder_of(meter, ref), wh_keeper_utc_ms(meter->keeper));
    return WH_OK;
}

/* The place of a recorder of freezes.h; the number of recorders: this meter has none. */
static unsigned place_of(const wh_keeper *k, wh_freeze freeze)
{
    unsigned place = 0;
    while (place < k->config->recorder_count && k->recorder[place].config->log != (uint8_t)freeze) {
        place++;
    }
    return place;
}

wh_err wh_catalogue_act_freeze(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    const wh_keeper *k = meter->keeper;
    const uint8_t *when = argument->bytes;
    wh_boundary_pattern pattern;
    bool at_once;
    wh_err err = wh_freeze_command(when[0], when[1], when[2], when[3], &pattern, &at_once);
    if (err != WH_OK) {
        return err;
    }
    ref.place = (uint8_t)place_of(k, at_once ? WH_FREEZE_INSTANTANEOUS : WH_FREEZE_TIMED);
    if (ref.place == k->config->recorder_count) {
        return WH_ERR_NOT_FOUND;
    }
    if (at_once) {
        return wh_catalogue_act_record_capture(meter, ref, argument);
    }
    wh_recorder_settings s;
    wh_recorder_get(recorder_of(meter, ref), &s);
    s.time[0] = pattern;
    s.from_ms = wh_keeper_utc_ms(k);
    return apply(meter, ref, &s);
}

wh_err wh_catalogue_act_record_reset(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    wh_keeper *k = meter->keeper;
    const wh_recorder_now now = wh_keeper_recorder_now(k);
    (void)argument;
    return wh_recorder_reset(recorder_of(meter, ref), &k->store, &now);
}

/* ---- what was recorded ---- */

static wh_err value_of(const wh_recorder *r, const wh_record *record, wh_column wanted,
                       int64_t *value)
{
    wh_column column;
    for (unsigned i = 0; wh_recorder_column(r, i, &column); i++) {
        if (column.attribute == wanted.attribute && wh_obis_equal(column.obis, wanted.obis)) {
            return wh_recorder_value(r, record, i, value);
        }
    }
    return WH_ERR_NOT_FOUND;
}

wh_err wh_catalogue_past(const wh_meter *meter, wh_obis obis, uint8_t attribute, int64_t *value)
{
    wh_keeper *k = meter->keeper;
    unsigned place = 0;
    unsigned count = k == NULL ? 0 : k->config->recorder_count;
    while (place < count && !k->config->recorder[place].billing) {
        place++;
    }
    if (place == count) {
        return WH_ERR_NOT_FOUND;
    }
    wh_record record;
    const wh_recorder *r = &k->recorder[place];
    uint32_t periods_back = obis.group[WH_OBIS_F] - 100U;
    wh_recorder_cursor cursor = wh_recorder_back(r, &k->store, periods_back);
    wh_err err = wh_recorder_read(r, &k->store, &cursor, k->work, WH_KEEPER_WORK, &record);
    if (err != WH_OK) {
        return err == WH_ERR_NOT_FOUND ? WH_ERR_STATE : err;
    }
    wh_column wanted = {.obis = obis, .attribute = attribute};
    wanted.obis.group[WH_OBIS_F] = 255;
    return value_of(r, &record, wanted, value);
}
