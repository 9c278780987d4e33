/* SPDX-License-Identifier: Apache-2.0 */
/* Values into and out of fields, times and octets. */
#include "meter/catalogue_internal.h"

#include "meter/keeper.h"

#include <string.h>

#define MS_PER_S 1000

wh_err wh_catalogue_put(wh_item_ref ref, int64_t number, wh_value *value)
{
    wh_value_type type = (wh_value_type)ref.item->type;
    if (type == WH_VALUE_INT32 || type == WH_VALUE_INT64) {
        bool fits = type == WH_VALUE_INT64 || (number >= INT32_MIN && number <= INT32_MAX);
        value->i = number;
        return fits ? WH_OK : WH_ERR_RANGE;
    }
    if (number < 0 || (type == WH_VALUE_UINT32 && number > UINT32_MAX)) {
        return WH_ERR_RANGE;
    }
    value->u = (uint64_t)number;
    return WH_OK;
}

int64_t wh_catalogue_number(const wh_value *value)
{
    bool is_unsigned = value->type == WH_VALUE_UINT32 || value->type == WH_VALUE_UINT64;
    return is_unsigned ? (int64_t)value->u : value->i;
}

wh_err wh_catalogue_put_time(int64_t utc_ms, wh_value *value)
{
    value->i = utc_ms;
    return utc_ms <= 0 || utc_ms == INT64_MAX ? WH_ERR_STATE : WH_OK;
}

wh_err wh_catalogue_put_time_s(uint32_t utc_s, wh_value *value)
{
    value->i = (int64_t)utc_s * MS_PER_S;
    return utc_s == 0 || utc_s == UINT32_MAX ? WH_ERR_STATE : WH_OK;
}

void wh_catalogue_programmed(wh_meter *meter, unsigned kind, const wh_event_detail *before)
{
    (void)!wh_keeper_occur(meter, kind, 0, before);
}

wh_writer wh_catalogue_octets(const wh_meter *meter)
{
    return wh_writer_init(meter->keeper->work, WH_KEEPER_WORK);
}

wh_err wh_catalogue_put_octets(const wh_writer *w, wh_value *value)
{
    value->bytes = w->buf;
    value->len = wh_writer_len(w);
    return wh_writer_err(w);
}

void wh_catalogue_put_pattern(const wh_boundary_pattern *pattern, wh_writer *w)
{
    wh_writer_put_u8(w, pattern->kind);
    wh_writer_put_u8(w, pattern->month);
    wh_writer_put_u8(w, pattern->day);
    wh_writer_put_u8(w, pattern->hour);
    wh_writer_put_u8(w, pattern->minute);
    wh_writer_put_u32be(w, pattern->every_s);
}

wh_boundary_pattern wh_catalogue_take_pattern(wh_reader *r)
{
    wh_boundary_pattern pattern = {.kind = wh_reader_take_u8(r)};
    pattern.month = wh_reader_take_u8(r);
    pattern.day = wh_reader_take_u8(r);
    pattern.hour = wh_reader_take_u8(r);
    pattern.minute = wh_reader_take_u8(r);
    pattern.every_s = wh_reader_take_u32be(r);
    return pattern;
}

/* ---- fields ---- */

static size_t width_of(wh_item_ref ref)
{
    return (size_t)1 << (ref.item->source % WH_FIELD_ONE);
}

static bool is_signed(wh_item_ref ref)
{
    return ref.item->type == WH_VALUE_INT32 || ref.item->type == WH_VALUE_INT64;
}

/* A field of any width as a number. */
static int64_t read_field(const uint8_t *at, size_t width, bool has_sign)
{
    uint8_t u8 = 0;
    uint16_t u16 = 0;
    uint32_t u32 = 0;
    int64_t i64 = 0;
    switch (width) {
    case sizeof u8:
        memcpy(&u8, at, sizeof u8);
        return has_sign ? (int8_t)u8 : u8;
    case sizeof u16:
        memcpy(&u16, at, sizeof u16);
        return has_sign ? (int16_t)u16 : u16;
    case sizeof u32:
        memcpy(&u32, at, sizeof u32);
        return has_sign ? (int64_t)(int32_t)u32 : (int64_t)u32;
    default:
        memcpy(&i64, at, sizeof i64);
        return i64;
    }
}

static void write_field(uint8_t *at, size_t width, int64_t number)
{
    const uint8_t u8 = (uint8_t)number;
    const uint16_t u16 = (uint16_t)number;
    const uint32_t u32 = (uint32_t)number;
    switch (width) {
    case sizeof u8:
        memcpy(at, &u8, sizeof u8);
        break;
    case sizeof u16:
        memcpy(at, &u16, sizeof u16);
        break;
    case sizeof u32:
        memcpy(at, &u32, sizeof u32);
        break;
    default:
        memcpy(at, &number, sizeof number);
        break;
    }
}

wh_err wh_catalogue_get_field(const void *base, wh_item_ref ref, wh_value *value)
{
    const uint8_t *at = (const uint8_t *)base + ref.item->source / WH_FIELD_ONE;
    int64_t number = read_field(at, width_of(ref), is_signed(ref));
    if (ref.item->type != WH_VALUE_TIME) {
        return wh_catalogue_put(ref, number, value);
    }
    return width_of(ref) == sizeof(uint32_t) ? wh_catalogue_put_time_s((uint32_t)number, value)
                                             : wh_catalogue_put_time(number, value);
}

wh_err wh_catalogue_set_field(void *base, wh_item_ref ref, const wh_value *value)
{
    uint8_t *at = (uint8_t *)base + ref.item->source / WH_FIELD_ONE;
    int64_t number = wh_catalogue_number(value);
    uint8_t written[sizeof number];
    if (ref.item->type == WH_VALUE_TIME && width_of(ref) == sizeof(uint32_t)) {
        number = number == INT64_MAX ? UINT32_MAX : number / MS_PER_S;
    }
    write_field(written, width_of(ref), number);
    if (read_field(written, width_of(ref), is_signed(ref)) != number) {
        return WH_ERR_RANGE;
    }
    memcpy(at, written, width_of(ref));
    return WH_OK;
}
