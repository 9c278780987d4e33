/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/catalogue.h"

#include "meter/catalogue_internal.h"

#include <string.h>

/* How the table says where a quantity lies. */
#define ALL(field)   offsetof(wh_quantities, field)
#define PHASE(field) offsetof(wh_phase_quantities, field)

#include "catalogue_table.h" /* generated from data/catalogue.csv: ITEMS and what they point to */

_Static_assert((int)WH_PHASES == WH_REG_TOTAL, "places are those of the registers");
_Static_assert(WH_ROLE_COUNT <= 8, "a role is a bit of a mask");

#define RATES_MAX  63U
#define PHASE_STEP 20U /* of value group C from phase to phase, from the total to L1 */

enum { CODE_A, CODE_C, CODE_D, CODE_E, CODE_F };

/* ---- spans ---- */

/* How many places a span has, and the lowest; which of them has rates. */
typedef struct {
    uint8_t first;
    uint8_t count;
    bool rates;
} span_info;

static const span_info SPANS[WH_SPAN_COUNT] = {
    [WH_SPAN_METER] = {0, 1, false},
    [WH_SPAN_NEUTRAL] = {0, 1, false},
    [WH_SPAN_PHASE_1] = {0, 1, false},
    [WH_SPAN_PHASE_2] = {0, 1, false},
    [WH_SPAN_PHASE_3] = {0, 1, false},
    [WH_SPAN_PHASES] = {0, WH_PHASES, false},
    [WH_SPAN_PLACES] = {0, WH_PHASES + 1, false},
    [WH_SPAN_ENERGY] = {0, WH_PHASES + 1, true},
};

/* The place that has rates, and the one that a code without any sign of a place means. */
static uint8_t main_place(const wh_item *item)
{
    return item->span == WH_SPAN_PLACES || item->span == WH_SPAN_ENERGY ? WH_REG_TOTAL : 0;
}

static bool has_phases(const wh_item *item)
{
    return item->span == WH_SPAN_PHASES || item->span == WH_SPAN_PLACES ||
           item->span == WH_SPAN_ENERGY;
}

bool wh_item_is_instance(wh_item_ref ref)
{
    if (ref.item == NULL) {
        return false;
    }
    const span_info *span = &SPANS[ref.item->span];
    bool rated = span->rates && ref.place == main_place(ref.item);
    return ref.place < span->count && ref.rate <= (rated ? RATES_MAX : 0);
}

bool wh_item_exists(const wh_meter *meter, wh_item_ref ref)
{
    const wh_metrology_config *config = &meter->config->metrology;
    if (!wh_item_is_instance(ref)) {
        return false;
    }
    switch ((wh_span)ref.item->span) {
    case WH_SPAN_NEUTRAL:
        return config->channel[WH_IN].full_scale != 0;
    case WH_SPAN_PHASE_1:
    case WH_SPAN_PHASE_2:
    case WH_SPAN_PHASE_3:
        return ref.item->span - WH_SPAN_PHASE_1 < config->phases;
    case WH_SPAN_PHASES:
    case WH_SPAN_PLACES:
    case WH_SPAN_ENERGY:
        return (ref.place == WH_REG_TOTAL || ref.place < config->phases) && ref.rate == 0;
    case WH_SPAN_METER:
    case WH_SPAN_COUNT:
    default:
        return true;
    }
}

/* The instance after this one, of this row or the next. */
static wh_item_ref after(wh_item_ref ref)
{
    const span_info *span = &SPANS[ref.item->span];
    if (span->rates && ref.place == main_place(ref.item) && ref.rate < RATES_MAX) {
        ref.rate++;
        return ref;
    }
    ref.rate = 0;
    ref.place++;
    if (ref.place < span->count) {
        return ref;
    }
    size_t next = (size_t)(ref.item - ITEMS) + 1;
    wh_item_ref found = {.item = wh_catalogue_at(next)};
    return found;
}

bool wh_catalogue_next(const wh_meter *meter, wh_item_ref *ref)
{
    wh_item_ref begin = {.item = ITEMS};
    wh_item_ref r = ref->item == NULL ? begin : after(*ref);
    while (r.item != NULL && !wh_item_exists(meter, r)) {
        r = after(r);
    }
    *ref = r;
    return r.item != NULL;
}

/* ---- the table ---- */

size_t wh_catalogue_count(void)
{
    return sizeof ITEMS / sizeof ITEMS[0];
}

const wh_item *wh_catalogue_at(size_t index)
{
    return index < wh_catalogue_count() ? &ITEMS[index] : NULL;
}

/* Rows are sorted by their code as one number. */
static uint64_t key_of(const uint8_t code[5])
{
    return (uint64_t)code[CODE_A] << 32 | (uint32_t)code[CODE_C] << 24 |
           (uint32_t)code[CODE_D] << 16 | (uint32_t)code[CODE_E] << 8 | code[CODE_F];
}

static const wh_item *search(const uint8_t code[5])
{
    uint64_t key = key_of(code);
    const wh_item *first = ITEMS;
    size_t count = wh_catalogue_count();
    while (count > 1) { /* what is looked for is not before first */
        size_t half = count / 2;
        first = key_of(first[half].code) <= key ? first + half : first;
        count -= half;
    }
    return key_of(first->code) == key ? first : NULL;
}

wh_item_ref wh_catalogue_find(wh_obis obis)
{
    const uint8_t *g = obis.group;
    uint8_t code[5] = {g[WH_OBIS_A], g[WH_OBIS_C], g[WH_OBIS_D], g[WH_OBIS_E], g[WH_OBIS_F]};
    bool of_phase = code[CODE_A] == 1 && code[CODE_C] > PHASE_STEP &&
                    code[CODE_C] <= PHASE_STEP * (WH_PHASES + 1);
    wh_item_ref ref = {0};
    if (of_phase) {
        ref.place = (uint8_t)((code[CODE_C] - 1U) / PHASE_STEP - 1U);
        code[CODE_C] = (uint8_t)(code[CODE_C] - PHASE_STEP * (ref.place + 1U));
    }
    ref.item = g[WH_OBIS_B] == 0 ? search(code) : NULL;
    if (ref.item == NULL && g[WH_OBIS_B] == 0 && code[CODE_E] != 0) {
        ref.rate = code[CODE_E];
        code[CODE_E] = 0;
        ref.item = search(code);
    }
    if (ref.item != NULL && !of_phase) {
        ref.place = main_place(ref.item);
    }
    bool total_missing = ref.item != NULL && !of_phase && ref.item->span == WH_SPAN_PHASES;
    bool no_phases = ref.item != NULL && of_phase && !has_phases(ref.item);
    if (total_missing || no_phases || !wh_item_is_instance(ref)) {
        ref = (wh_item_ref){0};
    }
    return ref;
}

wh_obis wh_item_obis(wh_item_ref ref)
{
    const uint8_t *code = ref.item->code;
    wh_obis obis = {{code[CODE_A], 0, code[CODE_C], code[CODE_D], code[CODE_E], code[CODE_F]}};
    if (has_phases(ref.item) && ref.place < WH_PHASES) {
        obis.group[WH_OBIS_C] = (uint8_t)(code[CODE_C] + PHASE_STEP * (ref.place + 1U));
    }
    if (ref.rate != 0) {
        obis.group[WH_OBIS_E] = ref.rate;
    }
    return obis;
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
    int64_t number = 0;
    if (value->type != (wh_value_type)item->type) {
        return WH_ERR_FORMAT;
    }
    switch (value->type) {
    case WH_VALUE_UINT32:
    case WH_VALUE_UINT64:
        if (value->u > (value->type == WH_VALUE_UINT32 ? UINT32_MAX : (uint64_t)INT64_MAX)) {
            return WH_ERR_RANGE;
        }
        number = (int64_t)value->u;
        break;
    case WH_VALUE_INT32:
        if (value->i < INT32_MIN || value->i > INT32_MAX) {
            return WH_ERR_RANGE;
        }
        number = value->i;
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
        number = value->i;
        break;
    }
    return number < range->minimum || number > range->maximum ? WH_ERR_RANGE : WH_OK;
}

static wh_err check(const wh_meter *meter, wh_item_ref ref, bool allowed, const wh_value *value)
{
    if (!allowed) {
        return WH_ERR_DENIED;
    }
    return wh_item_exists(meter, ref) ? check_value(ref.item, value) : WH_ERR_NOT_FOUND;
}

wh_err wh_meter_set(wh_meter *meter, wh_item_ref ref, wh_role role, const wh_value *value)
{
    if (!wh_item_is_instance(ref)) {
        return WH_ERR_NOT_FOUND;
    }
    wh_err err = check(meter, ref, wh_item_writable(ref.item, role), value);
    return err != WH_OK ? err : DOORS[ref.item->door].set(meter, ref, value);
}

wh_err wh_meter_act(wh_meter *meter, wh_item_ref ref, wh_role role, const wh_value *argument)
{
    if (!wh_item_is_instance(ref)) {
        return WH_ERR_NOT_FOUND;
    }
    wh_err err = check(meter, ref, wh_item_actable(ref.item, role), argument);
    return err != WH_OK ? err : DOORS[ref.item->door].act(meter, ref, argument);
}

wh_err wh_meter_column(const wh_meter *meter, wh_obis obis, uint8_t attribute, int64_t *value)
{
    const uint8_t attribute_base = 128;
    wh_value v = {0};
    if (attribute != 2 && obis.group[WH_OBIS_F] == 255 && attribute < attribute_base / 2) {
        obis.group[WH_OBIS_F] = (uint8_t)(attribute_base + attribute);
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
