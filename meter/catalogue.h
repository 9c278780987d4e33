/* SPDX-License-Identifier: Apache-2.0 */
/* catalogue.h - every item of a meter that can be read, written or executed, once: what it is
 * called, how it is named in OBIS, in which unit, who may do what with it and what does it.
 *
 *   name or OBIS ─▶ wh_item_ref: a row and which of its instances ─▶ wh_meter_get, _set, _act
 *
 * Every protocol and the JSON names are driven by it: a new item is one line in
 * data/catalogue.csv and every protocol has it. The table and docs/catalogue.md are generated
 * from that file (tools/gen_catalogue.py).
 *
 * A row stands for all items that differ only by their place: a register of the total, of each
 * rate and of each phase is one row. Names and codes of instances are made from those of the row:
 *
 *   instance          name                        OBIS
 *   of the total      active_energy_import        1-0:1.8.0
 *   of a rate         active_energy_import_t3     1-0:1.8.3      value group E: the rate
 *   of a phase        l2_active_energy_import     1-0:41.8.0     value group C: 20, 40, 60 more
 *   of a load         load_7_power                value group B: the load, 1..16
 *   of a demand       demand_max_reactive_import  value group C: 1 to 10; and of rates
 *   of a limiter,     limiter_2_threshold_active  value group E: from 0
 *   credit, recorder, event ...
 *
 * Attributes of one COSEM object that are items of their own have its logical name, but F is
 * 128 + the number of the attribute, or 192 + the number of the method. Where OBIS has no code
 * for a measured quantity, value group E is one of the maker's own: 128 of the fundamental, 129
 * of the harmonics, 130 vector sum, 131 effective, 132 direct component, 133 negative and 134
 * zero sequence; of what is counted over a month D is 128; where it has none for anything else, C.
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
    WH_VALUE_OCTETS, /* also tables, as their module encodes them */
    WH_VALUE_TEXT,   /* UTF-8 */
    WH_VALUE_TIME,   /* UTC in milliseconds since 1970-01-01 */
    WH_VALUE_NONE,   /* an action that takes no argument */
    WH_VALUE_TYPES
} wh_value_type;

typedef struct {
    wh_value_type type;
    int64_t i;            /* signed numbers, time */
    uint64_t u;           /* unsigned numbers */
    const uint8_t *bytes; /* octets, text: borrowed; of a meter until its next call */
    size_t len;
} wh_value;

/* Who asks. */
typedef enum {
    WH_ROLE_PUBLIC,   /* anybody */
    WH_ROLE_READER,   /* reads what is billed */
    WH_ROLE_MANAGER,  /* sets the meter up */
    WH_ROLE_TERMINAL, /* a user terminal: feeds the load table */
    WH_ROLE_COUNT
} wh_role;

#define WH_ROLES_ALL ((1U << (unsigned)WH_ROLE_COUNT) - 1U)

/* Which instances a row has. */
typedef enum {
    WH_SPAN_METER,   /* one, of the meter itself */
    WH_SPAN_NEUTRAL, /* one; only meters that measure the neutral have it */
    WH_SPAN_PHASE_1, /* one, of that phase */
    WH_SPAN_PHASE_2,
    WH_SPAN_PHASE_3,
    WH_SPAN_PHASES, /* each phase */
    WH_SPAN_PLACES, /* the total and each phase */
    WH_SPAN_ENERGY, /* the total, each rate, each phase */
    WH_SPAN_KEEPER, /* one; this and those below only of a meter that keeps (keeper.h) */
    WH_SPAN_KEPT,   /* the total and each phase */
    WH_SPAN_RATES,  /* the total and each rate */
    WH_SPAN_DEMAND, /* value group C 1..10 as far as it is a demand channel: total, each rate */
    WH_SPAN_LOADS,  /* each slot of the load table */
    WH_SPAN_LIMITERS,
    WH_SPAN_CREDITS,
    WH_SPAN_CHARGES,
    WH_SPAN_RECORDS, /* each recorder */
    WH_SPAN_KINDS,   /* each kind of event; of kinds and slots the names count as data/events.csv */
    WH_SPAN_SLOTS,   /* each slot of events */
    WH_SPAN_COUNT
} wh_span;

/* A row. Read name, code and rights by the functions below. */
typedef struct {
    uint16_t name;   /* private: where it begins in the names */
    uint16_t source; /* private: what its functions need to know */
    uint32_t code;   /* private: value groups C, D, E, F, C the highest octet */
    uint8_t medium;  /* private: value group A */
    uint8_t span;    /* wh_span */
    uint8_t type;    /* wh_value_type, of an action its argument's */
    uint8_t unit;    /* WH_UNIT_, 255: none */
    int8_t scaler;   /* the value times 10^scaler is in that unit */
    uint8_t door;    /* private: which functions get, set, act */
    uint8_t access;  /* private: who may */
    uint8_t range;   /* private: smallest and largest value */
} wh_item;

/* An item: a row, and which of its instances. */
typedef struct {
    const wh_item *item; /* NULL: none */
    uint8_t place;       /* phase from 0, WH_REG_TOTAL; demand, load, limiter ... from 0 */
    uint8_t rate;        /* 1..63; 0: of all rates */
} wh_item_ref;

typedef struct {
    uint8_t readers; /* bit per wh_role */
    uint8_t writers;
    uint8_t actors;
} wh_item_access;

/* Of a number or a time its value, of octets and text the length. */
typedef struct {
    int64_t minimum;
    int64_t maximum;
} wh_item_range;

#define WH_ITEM_NAME_SIZE 48 /* of the longest name and its 0 */

/* ---- the table ---- */

size_t wh_catalogue_count(void);
const wh_item *wh_catalogue_at(size_t index); /* NULL beyond the end */

/* The item of a code or a name; .item is NULL where there is none. Whether a meter has it says
 * wh_item_exists. By code: some ten comparisons; by name: the whole table. */
wh_item_ref wh_catalogue_find(wh_obis obis);
wh_item_ref wh_catalogue_find_name(const char *name);

/* The next item this meter has, instance by instance; begin with {0}. False: there is none. */
bool wh_catalogue_next(const wh_meter *meter, wh_item_ref *ref);

/* Is that place and rate one that the row has in some meter? */
bool wh_item_is_instance(wh_item_ref ref);

wh_obis wh_item_obis(wh_item_ref ref);

/* Its name with a 0 at the end. Returns the length without it. */
size_t wh_item_name(wh_item_ref ref, char name[WH_ITEM_NAME_SIZE]);

wh_item_access wh_item_access_of(const wh_item *item);
bool wh_item_readable(const wh_item *item, wh_role role);
bool wh_item_writable(const wh_item *item, wh_role role);
bool wh_item_actable(const wh_item *item, wh_role role);

/* What a value that is set must lie in; NULL: whatever its type holds. */
const wh_item_range *wh_item_range_of(const wh_item *item);

/* ---- a meter's items ---- */

/* Does this meter have the item at all: its phases, its neutral channel, its rates? */
bool wh_item_exists(const wh_meter *meter, wh_item_ref ref);

/* The value of an item.
 *
 * WH_OK
 * WH_ERR_DENIED     not for this role
 * WH_ERR_NOT_FOUND  not of this meter
 * WH_ERR_STATE      there is no value: nothing was measured yet, the phase has no voltage, the
 *                   time is unknown. Never a silent zero
 * WH_ERR_RANGE      the value is beyond its type */
wh_err wh_meter_get(const wh_meter *meter, wh_item_ref ref, wh_role role,
                    wh_value *value) WH_MUST_USE;

/* Set an item, or execute one with an argument (type WH_VALUE_NONE: without). All is checked, in
 * this order, before anything changes; after an error the meter is as it was.
 *
 * WH_OK
 * WH_ERR_DENIED     not for this role; nobody writes what can only be read
 * WH_ERR_NOT_FOUND  not of this meter
 * WH_ERR_FORMAT     the value is of another type; octets that are no such table
 * WH_ERR_RANGE      outside wh_item_range_of, or what the module allows
 * WH_ERR_STATE      not now
 * and what the module's own function says of it. What is WH_OK is in the store; WH_ERR_IO may also
 * mean that it was done and could not be saved yet. */
wh_err wh_meter_set(wh_meter *meter, wh_item_ref ref, wh_role role,
                    const wh_value *value) WH_MUST_USE;
wh_err wh_meter_act(wh_meter *meter, wh_item_ref ref, wh_role role,
                    const wh_value *argument) WH_MUST_USE;

/* A numeric item as a column of a record: attribute 2 is its value, 5 the time of a demand, k the
 * item with F 128 + k. Times are in seconds. With F 101 it is that of the last billing record, 102 of
 * the one before ... 125: these use the keeper's work buffer, so no record may capture them.
 *
 * WH_ERR_NOT_FOUND  no such column, or no number
 * WH_ERR_STATE      there is no value */
wh_err wh_meter_column(const wh_meter *meter, wh_obis obis, uint8_t attribute,
                       int64_t *value) WH_MUST_USE;

#endif /* WH_METER_CATALOGUE_H */
