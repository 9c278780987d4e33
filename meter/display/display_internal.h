/* SPDX-License-Identifier: Apache-2.0 */
/* display_internal.h - the lists, and what a column looks like. */
#ifndef WH_METER_DISPLAY_INTERNAL_H
#define WH_METER_DISPLAY_INTERNAL_H

#include "meter/display/display.h"

/* Both lists as they come from the factory. */
void wh_display_default_lists(wh_display *display);

/* Show the value of a column, with its unit. Where there is no value the digits stay as they
 * are. WH_ERR_NOT_FOUND: the meter has no such column, nothing was drawn. */
wh_err wh_display_draw(wh_display *display, const wh_display_inputs *inputs, wh_column column,
                       const wh_column_reader *reader) WH_MUST_USE;

#endif /* WH_METER_DISPLAY_INTERNAL_H */
