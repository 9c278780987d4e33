/* SPDX-License-Identifier: Apache-2.0 */
/* watch_draw.h - the pages of `watthour watch`, drawn on a canvas of any size.
 *
 *   header: the meter, frequency, its clock, the state of the connection
 *   phasors of U and I │ power of each phase and in all, with its direction
 *   energies in both directions, phase by phase, and the other quantities
 *   the past minutes (where there is room), events, keys
 *
 * or, in place of the panels, the display of the meter itself (watch_lcd.c).
 *
 * Made for 80 by 24; larger pages grow, smaller ones get a list. */
#ifndef WH_APPS_WATCH_DRAW_H
#define WH_APPS_WATCH_DRAW_H

#include "apps/watthour/watch_model.h"
#include "host/canvas.h"

#define WH_WATCH_COLS_MIN 80
#define WH_WATCH_ROWS_MIN 24

void wh_watch_draw(wh_canvas *canvas, const wh_watch_model *model);

/* A number as the page has it: thousands in groups, a true minus,
 * "—" for NaN. out[size] is always terminated. Returns out. */
char *wh_watch_number(char *out, size_t size, double value, int decimals);

#define WH_WATCH_NUMBER_SIZE 40

#endif /* WH_APPS_WATCH_DRAW_H */
