/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/catalogue.h"

#include "meter/catalogue_internal.h"
#include "meter/keeper.h"

#include <string.h>

/* How the table says where a quantity or a number of a room lies, and which registers it means. */
#define ALL(field)       offsetof(wh_quantities, field)
#define PHASE(field)     offsetof(wh_phase_quantities, field)
#define KEEPER(field)    WH_FIELD(wh_keeper, field)
#define SWITCH(field)    WH_FIELD(wh_switch_config, field)
#define LIMITER(field)   WH_FIELD(wh_limiter, field)
#define LIMIT(field)     WH_FIELD(wh_limiter_config, field)
#define LOAD(field)      WH_FIELD(wh_load, field)
#define ACCOUNT(field)   WH_FIELD(wh_prepayment, field)
#define PARAMETER(field) WH_FIELD(wh_prepayment_config, field)
#define CREDIT(field)    WH_FIELD(wh_credit, field)
#define QUALITY(field)   WH_FIELD(wh_voltage_minutes, field)
#define CHARGE(field)    WH_FIELD(wh_charge, field)
#define STORE(field)     WH_FIELD(wh_store_report, field)
#define REG(name)        WH_ENERGY_OF(WH_REG_##name)
#define REGS(a, b)       WH_ENERGY_OF_TWO(WH_REG_##a, WH_REG_##b)

#include "catalogue_table.h" /* generated from data/catalogue.csv: ITEMS and what they point to */

_Static_assert(WH_ROLE_COUNT <= 8, "a role is a bit of a mask");

/* ---- the table ---- */

size_t wh_catalogue_count(void)
{
    return sizeof ITEMS / sizeof ITEMS[0];
}

const wh_item *wh_catalogue_at(size_t index)
{
    return index < wh_catalogue_count() ? &ITEMS[index] : NULL;
}

const wh_item *wh_catalogue_search(uint8_t medium, uint32_t code)
{
    const wh_item *first = medium == 0 ? ITEMS : ITEMS + ABSTRACT;
    size_t count = medium == 0 ? ABSTRACT : wh_catalogue_count() - ABSTRACT;
    while (count > 1) { /* what is looked for is not before first */
        size_t half = count / 2;
        first = first[half].code <= code ? first + half : first;
        count -= half;
    }
    return first->code == code && medium <= 1 ? first : NULL;
}

wh_item_access wh_item_access_of(const wh_item *item)
{
    return ACCESSES[item->access];
}

static bool has_role(unsigned mask, wh_role role)
{
    return (unsigned)role < (unsigned)WH_ROLE_COUNT && (mask & (1U << (unsigned)role)) != 0;
}

bool wh_item_readable(const wh_item *item, wh_role role)
{
    return has_role(ACCESSES[item->access].readers, role);
}

bool wh_item_writable(const wh_item *item, wh_role role)
{
    return has_role(ACCESSES[item->access].writers, role);
}

bool wh_item_actable(const wh_item *item, wh_role role)
{
    return has_role(ACCESSES[item->access].actors, role);
}

const wh_item_range *wh_item_range_of(const wh_item *item)
{
    return item->range == 0 ? NULL : &RANGES[item->range];
}

/* ---- a meter's items ---- */

wh_err wh_meter_get(const wh_meter *meter, wh_item_ref ref, wh_role role, wh_value *value)
{
    memset(value, 0, sizeof *value);
    if (!wh_item_is_instance(ref)) {
        return WH_ERR_NOT_FOUND;
    }
    value->type = (wh_value_type)ref.item->type;
    if (!wh_item_readable(ref.item, role)) {
        return WH_ERR_DENIED;
    }
    if (!wh_item_exists(meter, ref)) {
        return WH_ERR_NOT_FOUND;
    }
    return DOORS[ref.item->door].get(meter, ref, value);
}

/* Is the value one of the row's type, and within its range? */
static wh_err check_value(const wh_item *item, const wh_value *value)
{
    static const wh_item_range whole = {INT64_MIN, INT64_MAX};
    const wh_item_range *range = item->range == 0 ? &whole : &RANGES[item->range];
    int64_t number = wh_catalogue_number(value);
    if (value->type != (wh_value_type)item->type) {
        return WH_ERR_FORMAT;
    }
    switch (value->type) {
    case WH_VALUE_UINT32:
    case WH_VALUE_UINT64:
        if (value->u > (value->type == WH_VALUE_UINT32 ? UINT32_MAX : (uint64_t)INT64_MAX)) {
            return WH_ERR_RANGE;
        }
        break;
    case WH_VALUE_INT32:
        if (value->i < INT32_MIN || value->i > INT32_MAX) {
            return WH_ERR_RANGE;
        }
        break;
    case WH_VALUE_OCTETS:
    case WH_VALUE_TEXT:
        number = value->len <= INT32_MAX ? (int64_t)value->len : INT64_MAX;
        break;
    case WH_VALUE_NONE:
        return WH_OK;
    case WH_VALUE_INT64:
    case WH_VALUE_TIME:
    case WH_VALUE_TYPES:
    default:
        break;
    }
    return number < range->minimum || number > range->maximum ? WH_ERR_RANGE : WH_OK;
}

/* Octets that end early are no table of this kind. */
static wh_err told(wh_err err)
{
    return err == WH_ERR_SHORT ? WH_ERR_FORMAT : err;
}

static wh_err check(const wh_meter *meter, wh_item_ref ref, bool allowed, const wh_value *value)
{
    if (!allowed) {
        return WH_ERR_DENIED;
    }
    return wh_item_exists(meter, ref) ? check_value(ref.item, value) : WH_ERR_NOT_FOUND;
}

/* Who wrote what is an event, one for all that was written in a session. The role is the operator. */
static void note_write(wh_meter *meter, wh_item_ref ref, wh_role role)
{
    wh_keeper *k = meter->keeper;
    if (k == NULL) {
        return;
    }
    uint32_t utc_s = (uint32_t)(wh_keeper_utc_ms(k) / 1000);
    if (wh_program_is_other(&k->program, (uint32_t)role)) {
        (void)!wh_keeper_close_session(meter);
    }
    (void)!wh_program_note(&k->program, (uint32_t)role, ref.item->code, utc_s);
    wh_keeper_touch(k, WH_ROOM_EVENTS);
}

/* Who is answered that it was done may rely on it over a power cut. */
static wh_err saved(wh_meter *meter)
{
    return meter->keeper == NULL ? WH_OK : wh_keeper_save_urgent(meter);
}

wh_err wh_meter_set(wh_meter *meter, wh_item_ref ref, wh_role role, const wh_value *value)
{
    if (!wh_item_is_instance(ref)) {
        return WH_ERR_NOT_FOUND;
    }
    wh_err err = check(meter, ref, wh_item_writable(ref.item, role), value);
    if (err == WH_OK) {
        err = told(DOORS[ref.item->door].set(meter, ref, value));
    }
    if (err == WH_OK) {
        note_write(meter, ref, role);
        err = saved(meter);
    }
    return err;
}

wh_err wh_meter_act(wh_meter *meter, wh_item_ref ref, wh_role role, const wh_value *argument)
{
    if (!wh_item_is_instance(ref)) {
        return WH_ERR_NOT_FOUND;
    }
    wh_err err = check(meter, ref, wh_item_actable(ref.item, role), argument);
    if (err == WH_OK) {
        err = told(DOORS[ref.item->door].act(meter, ref, argument));
    }
    return err == WH_OK ? saved(meter) : err;
}

/* Value group F of the last billing period is one more, of the one before two more ... */
#define PAST_NOW  100U
#define PAST_LAST 125U

wh_err wh_meter_column(const wh_meter *meter, wh_obis obis, uint8_t attribute, int64_t *value)
{
    const uint8_t attribute_base = 128;
    wh_value v = {0};
    if (attribute != 2 && obis.group[WH_OBIS_F] == 255 && attribute < attribute_base / 2) {
        obis.group[WH_OBIS_F] = (uint8_t)(attribute_base + attribute);
    }
    if (obis.group[WH_OBIS_F] > PAST_NOW && obis.group[WH_OBIS_F] <= PAST_LAST) {
        return wh_catalogue_past(meter, obis, attribute, value);
    }
    wh_item_ref ref = wh_catalogue_find(obis);
    if (ref.item == NULL || !wh_item_exists(meter, ref) || DOORS[ref.item->door].get == NULL) {
        return WH_ERR_NOT_FOUND;
    }
    wh_err err = DOORS[ref.item->door].get(meter, ref, &v);
    switch ((wh_value_type)ref.item->type) {
    case WH_VALUE_INT32:
    case WH_VALUE_INT64:
        *value = v.i;
        return err;
    case WH_VALUE_UINT32:
    case WH_VALUE_UINT64:
        *value = (int64_t)v.u;
        return err == WH_OK && v.u > INT64_MAX ? WH_ERR_RANGE : err;
    case WH_VALUE_TIME:
        *value = v.i / 1000;
        return err;
    case WH_VALUE_OCTETS:
    case WH_VALUE_TEXT:
    case WH_VALUE_NONE:
    case WH_VALUE_TYPES:
    default:
        return WH_ERR_NOT_FOUND;
    }
}
