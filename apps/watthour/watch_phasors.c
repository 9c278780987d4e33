/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/watch_draw_internal.h"

#include <math.h>
#include <stdio.h>

#define TURN_RAD       6.283185307179586
#define CURRENT_LENGTH 0.72 /* of the circle, the largest current */
#define SHORTEST_DOTS  1.5  /* a shorter vector has no direction that could be seen */
#define ARROW_DOTS     5.0
#define ARROW_RAD      0.45

typedef struct {
    double x; /* centre, in dots */
    double y;
    double radius;
} circle;

typedef struct {
    double length; /* in dots */
    double angle_rad;
    bool dashed;
    wh_cell look; /* its glyph is what an ASCII page draws it with */
    char label[4];
} vector;

static double radians(double degrees)
{
    return degrees * TURN_RAD / 360.0;
}

static void draw_circle(wh_canvas *canvas, const circle *c)
{
    const wh_cell look = {.glyph = '.', .ink = WH_INK_DIM};
    int steps = (int)(c->radius * TURN_RAD);
    for (int i = 0; i < steps; i += 2) { /* every second dot: a quiet line */
        double a = TURN_RAD * i / steps;
        wh_canvas_dot(canvas, (int)lround(c->x + c->radius * cos(a)),
                      (int)lround(c->y - c->radius * sin(a)), look);
    }
    for (int i = 0; i < 4; ++i) {
        double a = TURN_RAD * i / 4;
        const wh_canvas_stroke axis = {
            .x0 = (int)lround(c->x),
            .y0 = (int)lround(c->y),
            .x1 = (int)lround(c->x + c->radius * cos(a)),
            .y1 = (int)lround(c->y - c->radius * sin(a)),
            .on = 1,
            .off = canvas->ascii ? 3 : 5,
        };
        wh_canvas_line(canvas, &axis, look);
    }
}

static void draw_vector(wh_canvas *canvas, const circle *c, const vector *v)
{
    double tip_x = c->x + v->length * cos(v->angle_rad);
    double tip_y = c->y - v->length * sin(v->angle_rad);
    const wh_canvas_stroke shaft = {
        .x0 = (int)lround(c->x),
        .y0 = (int)lround(c->y),
        .x1 = (int)lround(tip_x),
        .y1 = (int)lround(tip_y),
        .on = 3,
        .off = v->dashed ? 2 : 0,
    };
    wh_canvas_line(canvas, &shaft, v->look);
    if (canvas->ascii || v->length < 2.0 * ARROW_DOTS) {
        return;
    }
    for (int side = -1; side <= 1; side += 2) {
        double back = v->angle_rad + TURN_RAD / 2 + side * ARROW_RAD;
        const wh_canvas_stroke barb = {
            .x0 = (int)lround(tip_x),
            .y0 = (int)lround(tip_y),
            .x1 = (int)lround(tip_x + ARROW_DOTS * cos(back)),
            .y1 = (int)lround(tip_y - ARROW_DOTS * sin(back)),
            .on = 1,
        };
        wh_canvas_line(canvas, &barb, v->look);
    }
}

/* The name a little beyond the tip. */
static void draw_label(wh_canvas *canvas, const circle *c, const vector *v)
{
    double reach = v->length + 6.0;
    double x = c->x + reach * cos(v->angle_rad);
    double y = c->y - reach * sin(v->angle_rad);
    int col = (int)floor(x / 2.0 - 0.5 + 0.5 * cos(v->angle_rad));
    wh_cell look = v->look;
    look.style |= WH_CELL_BOLD;
    (void)wh_canvas_text(canvas, col, (int)floor(y / 4.0), look, v->label);
}

static double largest(const wh_watch_model *model, bool current)
{
    double most = 0.0;
    for (unsigned k = 0; k < WH_WATCH_PHASES; ++k) {
        const wh_watch_place *p = &model->snapshot.place[k];
        most = fmax(most, current ? p->i_a : p->u_v); /* fmax passes NaN over */
    }
    return most;
}

static size_t collect(const wh_watch_model *model, double radius, vector *out)
{
    size_t count = 0;
    double u_most = largest(model, false);
    double i_most = largest(model, true);
    for (unsigned k = 0; k < model->snapshot.phases && k < WH_WATCH_PHASES; ++k) {
        const wh_watch_place *p = &model->snapshot.place[k];
        wh_cell look = wh_watch_look(model, (wh_ink)(WH_INK_L1 + (int)k), 0);
        double u = p->u_v / u_most * radius;
        if (u >= SHORTEST_DOTS && isfinite(u) && isfinite(p->u_deg)) {
            look.glyph = '*';
            vector *v = &out[count++];
            *v = (vector){.length = u, .angle_rad = radians(p->u_deg), .look = look};
            (void)snprintf(v->label, sizeof v->label, "U%u", k + 1);
        }
        double i = p->i_a / i_most * radius * CURRENT_LENGTH;
        if (i >= SHORTEST_DOTS && isfinite(i) && isfinite(p->i_deg)) {
            look.glyph = '+';
            vector *v = &out[count++];
            *v =
                (vector){.length = i, .angle_rad = radians(p->i_deg), .look = look, .dashed = true};
            (void)snprintf(v->label, sizeof v->label, "I%u", k + 1);
        }
    }
    return count;
}

void wh_watch_draw_phasors(wh_canvas *canvas, const wh_watch_model *model, wh_watch_box box)
{
    circle c = {
        .x = box.x * 2 + box.cols,
        .y = box.y * 4 + box.rows * 2,
        .radius = fmin(box.rows * 2.0 - 6.0, box.cols - 6.0),
    };
    if (c.radius < 4.0) {
        return;
    }
    draw_circle(canvas, &c);
    vector v[2 * WH_WATCH_PHASES];
    size_t count = collect(model, c.radius, v);
    if (count == 0) {
        const char *text = model->have_snapshot ? "no angles" : "no values yet";
        wh_canvas_text(canvas, box.x + (box.cols - (int)wh_canvas_width(text)) / 2,
                       box.y + box.rows / 2, (wh_cell){.ink = WH_INK_DIM}, text);
        return;
    }
    for (size_t pass = 0; pass < 2; ++pass) { /* currents lie over voltages: they are shorter */
        for (size_t i = 0; i < count; ++i) {
            if (v[i].dashed == (pass == 1)) {
                draw_vector(canvas, &c, &v[i]);
            }
        }
    }
    for (size_t i = 0; i < count; ++i) {
        draw_label(canvas, &c, &v[i]);
    }
}
