/* SPDX-License-Identifier: Apache-2.0 */
/* display_internal.h - the lists, and what a column looks like. */
#ifndef WH_METER_DISPLAY_INTERNAL_H
#define WH_METER_DISPLAY_INTERNAL_H

#include "meter/display/display.h"

/* Both lists as they come from the factory. */
void wh_display_default_lists(wh_display *display);

/* Show the value of a column in the digits, with its unit. WH_ERR_STATE: "--------". */
void wh_display_draw(const wh_display *display, const wh_display_inputs *inputs, wh_column column,
                     wh_err err, int64_t value, wh_lcd *lcd);

/* Columns that are taken from the inputs. */
bool wh_display_is_own(wh_column column);

#endif /* WH_METER_DISPLAY_INTERNAL_H */
