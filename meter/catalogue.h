/* SPDX-License-Identifier: Apache-2.0 */
/* catalogue.h - every item of a meter that can be read, once: what it is called, how it is
 * named in OBIS, in which unit, who may read it and where the value comes from.
 *
 * Every protocol and the JSON names are driven by it: a new quantity is one row in
 * catalogue.c and every protocol has it.
 *
 * Where OBIS has no code for a quantity, value group E is one of the maker's own, the same
 * for all quantities: 128 of the fundamental, 129 of the harmonics, 130 vector sum,
 * 131 effective, 132 direct component, 133 negative and 134 zero sequence.
 *
 * Angles (C 81) are those by which one phasor lags another, 0 to 360 degrees: U2 behind U1 is
 * 120 degrees, I1 behind U1 is positive with an inductive load (IEC 62053-23). */
#ifndef WH_METER_CATALOGUE_H
#define WH_METER_CATALOGUE_H

#include "core/obis.h"
#include "core/unit.h"
#include "meter/meter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    WH_VALUE_INT32,
    WH_VALUE_INT64,
    WH_VALUE_UINT32,
    WH_VALUE_UINT64,
    WH_VALUE_OCTETS,
    WH_VALUE_TEXT, /* UTF-8 */
    WH_VALUE_TIME  /* UTC in milliseconds since 1970-01-01 */
} wh_value_type;

typedef struct {
    wh_value_type type;
    int64_t i;            /* signed numbers, time */
    uint64_t u;           /* unsigned numbers */
    const uint8_t *bytes; /* octets, text: borrowed from the meter */
    size_t len;
} wh_value;

/* Who asks. */
typedef enum {
    WH_ROLE_PUBLIC,  /* anybody */
    WH_ROLE_READER,  /* reads what is billed */
    WH_ROLE_MANAGER, /* sets the meter up */
    WH_ROLE_COUNT
} wh_role;

#define WH_ROLES_ALL ((1U << (unsigned)WH_ROLE_COUNT) - 1U)

/* Where an item belongs: a phase from 0, or one of these. */
enum {
    WH_ITEM_PHASE_1,
    WH_ITEM_PHASE_2,
    WH_ITEM_PHASE_3,
    WH_ITEM_TOTAL,   /* of the phases, as WH_REG_TOTAL */
    WH_ITEM_NEUTRAL, /* only meters that measure it have it */
    WH_ITEM_METER    /* of the meter itself */
};

typedef struct wh_item wh_item;

struct wh_item {
    const char *name; /* in JSON: "active_energy_import", "l1_voltage" */
    wh_obis obis;
    wh_value_type type;
    uint8_t unit;    /* WH_UNIT_, 255: none */
    int8_t scaler;   /* the value times 10^scaler is in that unit */
    uint8_t place;   /* WH_ITEM_ */
    uint8_t readers; /* bit per wh_role */
    uint16_t source; /* what `get` needs to know */
    wh_err (*get)(const wh_meter *meter, const wh_item *item, wh_value *value);
};

/* The table: items[0 .. wh_catalogue_count()-1], each OBIS code and each name once. */
size_t wh_catalogue_count(void);
const wh_item *wh_catalogue_at(size_t index); /* NULL beyond the end */
const wh_item *wh_catalogue_find(wh_obis obis);
const wh_item *wh_catalogue_find_name(const char *name);

/* Does this meter have the item at all: its phases, its neutral channel? */
bool wh_item_exists(const wh_meter *meter, const wh_item *item);

/* May that role read it? */
bool wh_item_readable(const wh_item *item, wh_role role);

/* The value of an item.
 *
 * WH_OK
 * WH_ERR_DENIED     not for this role
 * WH_ERR_NOT_FOUND  not of this meter
 * WH_ERR_STATE      there is no value: nothing was measured yet, the phase has no voltage, the
 *                   time is unknown. Never a silent zero
 * WH_ERR_RANGE      the value is beyond its type */
wh_err wh_meter_get(const wh_meter *meter, const wh_item *item, wh_role role,
                    wh_value *value) WH_MUST_USE;

#endif /* WH_METER_CATALOGUE_H */
