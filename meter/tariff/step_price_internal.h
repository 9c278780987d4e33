/* SPDX-License-Identifier: Apache-2.0 */
/* step_price_internal.h - what step_price.c and step_price_store.c share. */
#ifndef WH_METER_STEP_PRICE_INTERNAL_H
#define WH_METER_STEP_PRICE_INTERNAL_H

#include "meter/tariff/step_price.h"

wh_err wh_step_check(const wh_step_table *table) WH_MUST_USE;

#endif /* WH_METER_STEP_PRICE_INTERNAL_H */
