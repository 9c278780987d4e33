/* SPDX-License-Identifier: Apache-2.0 */
/* watch_draw_internal.h - the panels of the page, each in a box of its own. */
#ifndef WH_APPS_WATCH_DRAW_INTERNAL_H
#define WH_APPS_WATCH_DRAW_INTERNAL_H

#include "apps/watthour/watch_draw.h"

typedef struct {
    int x;
    int y;
    int cols;
    int rows;
} wh_watch_box;

/* While the connection is lost all values lose their colour: they are of the past. */
static inline wh_cell wh_watch_look(const wh_watch_model *model, wh_ink ink, unsigned style)
{
    wh_ink shown = model->state == WH_WATCH_LIVE ? ink : WH_INK_DIM;
    return (wh_cell){.ink = (uint8_t)shown, .style = (uint8_t)style};
}

/* The ink of a direction: import, export, or none. */
wh_ink wh_watch_direction_ink(double p_w);

/* "3.20 kW" or "812 W", and the plain number of watts. */
char *wh_watch_power(char *out, size_t size, double p_w);

void wh_watch_draw_phasors(wh_canvas *canvas, const wh_watch_model *model, wh_watch_box box);
void wh_watch_draw_powers(wh_canvas *canvas, const wh_watch_model *model, wh_watch_box box);
void wh_watch_draw_table(wh_canvas *canvas, const wh_watch_model *model, wh_watch_box box);
void wh_watch_draw_history(wh_canvas *canvas, const wh_watch_model *model, wh_watch_box box);

#define WH_WATCH_LCD_ROWS 16 /* of the glass on a page of 80 columns */

/* The glass of the meter's display, in the middle of the box; returns the rows it took. */
int wh_watch_draw_lcd(wh_canvas *canvas, const wh_watch_model *model, wh_watch_box box);

#endif /* WH_APPS_WATCH_DRAW_INTERNAL_H */
