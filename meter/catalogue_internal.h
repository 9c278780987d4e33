/* SPDX-License-Identifier: Apache-2.0 */
/* catalogue_internal.h - what stands behind a row: its functions, and what they share. */
#ifndef WH_METER_CATALOGUE_INTERNAL_H
#define WH_METER_CATALOGUE_INTERNAL_H

#include "meter/catalogue.h"

/* Called by wh_meter_get, _set and _act once role, existence, type and range are right. The value
 * has its type and is zero otherwise; a setter that fails has changed nothing. */
typedef wh_err wh_item_getter(const wh_meter *meter, wh_item_ref ref, wh_value *value);
typedef wh_err wh_item_setter(wh_meter *meter, wh_item_ref ref, const wh_value *value);

typedef struct {
    wh_item_getter *get;
    wh_item_setter *set;
    wh_item_setter *act;
} wh_item_door;

/* What powers of a phase and of the total share: sources of span PLACES. */
enum { WH_POWER_P, WH_POWER_Q1, WH_POWER_S, WH_POWER_P1, WH_POWER_PF, WH_POWERS };

/* A number into the value: WH_ERR_RANGE where its type does not hold it, so an unsigned item never
 * has a negative value to show. */
wh_err wh_catalogue_put(wh_item_ref ref, int64_t number, wh_value *value);

/* catalogue_measure.c */
wh_item_getter wh_catalogue_get_micro;
wh_item_getter wh_catalogue_get_milli;
wh_item_getter wh_catalogue_get_positive;
wh_item_getter wh_catalogue_get_negative;
wh_item_getter wh_catalogue_get_signed32;
wh_item_getter wh_catalogue_get_unsigned32;
wh_item_getter wh_catalogue_get_frequency;
wh_item_getter wh_catalogue_get_angle;

/* catalogue_energy.c */
wh_item_getter wh_catalogue_get_energy;
wh_item_getter wh_catalogue_get_reactive_import;
wh_item_getter wh_catalogue_get_reactive_export;

/* catalogue_identity.c */
wh_item_getter wh_catalogue_get_time;
wh_item_getter wh_catalogue_get_device_name;
wh_item_getter wh_catalogue_get_serial;
wh_item_getter wh_catalogue_get_firmware;

#endif /* WH_METER_CATALOGUE_INTERNAL_H */
