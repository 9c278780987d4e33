/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/watch_draw.h"

#include "apps/watthour/watch_draw_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PHASOR_ROWS_MIN 13
#define PHASOR_ROWS_MAX 33
#define POWER_COLS_MIN  46
#define HISTORY_ROWS    7

static void time_text(char *out, size_t size, int64_t utc_ms, int offset_min, bool with_date)
{
    if (utc_ms == WH_WATCH_TIME_UNKNOWN) {
        (void)snprintf(out, size, "—");
        return;
    }
    time_t local = (time_t)(utc_ms / 1000 + (int64_t)offset_min * 60);
    struct tm parts;
    if (gmtime_r(&local, &parts) == NULL ||
        strftime(out, size, with_date ? "%Y-%m-%d %H:%M:%S" : "%H:%M:%S", &parts) == 0) {
        (void)snprintf(out, size, "—");
    }
}

static void state_text(const wh_watch_model *model, char *out, size_t size, wh_ink *ink)
{
    switch (model->state) {
    case WH_WATCH_CONNECTING:
        *ink = WH_INK_WARN;
        (void)snprintf(out, size, "○ connecting");
        return;
    case WH_WATCH_LIVE:
        *ink = WH_INK_OK;
        (void)snprintf(out, size, "● live");
        return;
    case WH_WATCH_LOST:
        *ink = WH_INK_ALARM;
        (void)snprintf(out, size, "● lost, again in %u s", model->retry_s);
        return;
    }
}

static void draw_header(wh_canvas *canvas, const wh_watch_model *model)
{
    const wh_watch_snapshot *s = &model->snapshot;
    const wh_cell plain = {.ink = WH_INK_NORMAL};
    const wh_cell title = {.ink = WH_INK_TITLE, .style = WH_CELL_BOLD};
    const wh_cell dim = {.ink = WH_INK_DIM};
    int x = wh_canvas_text(canvas, 1, 0, title, "Watthour");
    x = wh_canvas_text(canvas, x + 2, 0, plain, s->device[0] != '\0' ? s->device : model->url);
    if (s->rotation[0] != '\0') {
        bool reversed = strcmp(s->rotation, "ACB") == 0;
        x = wh_canvas_text(canvas, x + 2, 0, (wh_cell){.ink = reversed ? WH_INK_ALARM : WH_INK_DIM},
                           reversed ? "L1 L3 L2" : "L1 L2 L3");
    }
    char state[64];
    wh_ink ink = WH_INK_NORMAL;
    state_text(model, state, sizeof state, &ink);
    int end = canvas->cols - 1;
    wh_canvas_print_right(canvas, end, 0, (wh_cell){.ink = (uint8_t)ink, .style = WH_CELL_BOLD},
                          "%s", state);
    char stamp[32];
    time_text(stamp, sizeof stamp, s->utc_ms, s->utc_offset_min, true);
    int stamp_end = end - wh_canvas_width(state) - 2;
    if (stamp_end - wh_canvas_width(stamp) > x) {
        wh_canvas_print_right(canvas, stamp_end, 0, plain, "%s", stamp);
    }
    for (int col = 0; col < canvas->cols; ++col) {
        wh_canvas_put(canvas, col, 1, (wh_cell){.glyph = 0x2500U, .ink = dim.ink});
    }
}

static void draw_event(wh_canvas *canvas, const wh_watch_model *model, int y,
                       const wh_watch_event *event)
{
    char stamp[32];
    time_text(stamp, sizeof stamp, event->utc_ms, model->snapshot.utc_offset_min, false);
    int x = wh_canvas_text(canvas, 1, y, (wh_cell){.ink = WH_INK_DIM}, stamp);
    bool warning = event->weight == WH_WATCH_WARNING;
    (void)wh_canvas_print(canvas, x + 2, y, (wh_cell){.ink = warning ? WH_INK_WARN : WH_INK_NORMAL},
                          "%s%s", warning ? "! " : "", event->text);
}

/* The newest event lowest, as in a log. While the connection is lost the lowest line says why. */
static void draw_events(wh_canvas *canvas, const wh_watch_model *model, int y, int rows)
{
    size_t back = 0;
    int row = y + rows - 1;
    if (model->state == WH_WATCH_LOST) {
        char age[48] = "";
        if (model->have_snapshot) {
            (void)snprintf(age, sizeof age, "  values are %.0f s old", model->age_s);
        }
        (void)wh_canvas_print(canvas, 1, row, (wh_cell){.ink = WH_INK_ALARM, .style = WH_CELL_BOLD},
                              "%s%s", model->reason, age);
        row -= 1;
    }
    for (; row >= y; --row, ++back) {
        const wh_watch_event *event = wh_watch_model_event(model, back);
        if (event == NULL) {
            break;
        }
        draw_event(canvas, model, row, event);
    }
    if (model->event_count == 0 && model->state != WH_WATCH_LOST) {
        (void)wh_canvas_text(canvas, 1, y + rows - 1, (wh_cell){.ink = WH_INK_DIM}, "no events");
    }
}

static void draw_keys(wh_canvas *canvas, const wh_watch_model *model, int y)
{
    const wh_cell key = {.ink = WH_INK_TITLE, .style = WH_CELL_BOLD};
    const wh_cell dim = {.ink = WH_INK_DIM};
    int x = wh_canvas_text(canvas, 1, y, key, "q");
    x = wh_canvas_text(canvas, x + 1, y, dim, "quit");
    x = wh_canvas_text(canvas, x + 3, y, key, "h");
    x = wh_canvas_text(canvas, x + 1, y, dim, "help");
    x = wh_canvas_text(canvas, x + 3, y, key, "d");
    x = wh_canvas_text(canvas, x + 1, y, dim, model->show_lcd ? "values" : "display");
    x = wh_canvas_text(canvas, x + 3, y, key, "r");
    x = wh_canvas_text(canvas, x + 1, y, dim, "redraw");
    if (canvas->cols - 1 - (int)strlen(model->url) > x + 1) {
        wh_canvas_print_right(canvas, canvas->cols - 1, y, dim, "%s", model->url);
    }
}

static void draw_help(wh_canvas *canvas)
{
    static const char *const lines[] = {
        "",
        "  U solid, I dashed: phasors of the fundamental, turning",
        "  against the clock. U1 points to the right; a lagging",
        "  current lies clockwise of its voltage. The circle is",
        "  the largest voltage; currents have a scale of their own.",
        "",
        "  Import is positive: power from the grid, bars to the",
        "  right. Export is negative: bars to the left.",
        "",
        "  PF power factor   Q reactive   S apparent power",
        "  THD distortion    N neutral    — not measured",
        "",
        "  d shows the display of the meter itself: what is lit",
        "  has a mark before it",
        "",
        "  q quit     h close this     r redraw the screen",
        "",
    };
    const int count = (int)(sizeof lines / sizeof lines[0]);
    const int cols = 62;
    int x = (canvas->cols - cols) / 2;
    int y = (canvas->rows - count) / 2;
    for (int row = 0; row < count; ++row) {
        for (int col = 0; col < cols; ++col) {
            wh_canvas_put(canvas, x + col, y + row,
                          (wh_cell){.glyph = ' ', .style = WH_CELL_REVERSE});
        }
        (void)wh_canvas_text(canvas, x, y + row, (wh_cell){.style = WH_CELL_REVERSE}, lines[row]);
    }
}

/* No room for pictures: what fits of a list. */
static void draw_list(wh_canvas *canvas, const wh_watch_model *model)
{
    const wh_watch_snapshot *s = &model->snapshot;
    const wh_cell plain = {.ink = WH_INK_NORMAL};
    char a[WH_WATCH_NUMBER_SIZE];
    char state[64];
    wh_ink ink = WH_INK_NORMAL;
    int y = 0;
    state_text(model, state, sizeof state, &ink);
    (void)wh_canvas_text(canvas, 0, y++, (wh_cell){.ink = (uint8_t)ink}, state);
    for (unsigned k = 0; k < WH_WATCH_PLACES; ++k) {
        if (k < WH_WATCH_PHASES && k >= s->phases) {
            continue;
        }
        const wh_watch_place *p = &s->place[k];
        wh_cell look = wh_watch_look(model, wh_watch_direction_ink(p->p_w), WH_CELL_BOLD);
        int x = k == WH_WATCH_TOTAL ? wh_canvas_text(canvas, 0, y, plain, "all")
                                    : wh_canvas_print(canvas, 0, y, plain, "L%u ", k + 1);
        x = wh_canvas_print(canvas, x + 1, y, look, "%9s", wh_watch_power(a, sizeof a, p->p_w));
        x = wh_canvas_print(canvas, x + 1, y, plain, " in %s",
                            wh_watch_number(a, sizeof a, p->import_wh / 1000.0, 2));
        (void)wh_canvas_print(canvas, x, y, plain, " out %s kWh",
                              wh_watch_number(a, sizeof a, p->export_wh / 1000.0, 2));
        y += 1;
    }
    (void)wh_canvas_print(canvas, 0, y, (wh_cell){.ink = WH_INK_DIM}, "q quits; %dx%d shows all",
                          WH_WATCH_COLS_MIN, WH_WATCH_ROWS_MIN);
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static void draw_panels(wh_canvas *canvas, const wh_watch_model *model)
{
    int spare = canvas->rows - WH_WATCH_ROWS_MIN;
    int history = spare >= HISTORY_ROWS + 1 ? HISTORY_ROWS : 0;
    spare -= history > 0 ? history + 1 : 0;
    int by_width = (canvas->cols - POWER_COLS_MIN - 2) / 2 - 3;
    int phasor_rows = smaller(PHASOR_ROWS_MIN + spare * 2 / 3, smaller(by_width, PHASOR_ROWS_MAX));
    phasor_rows = phasor_rows < PHASOR_ROWS_MIN ? PHASOR_ROWS_MIN : phasor_rows;
    int phasor_cols = 2 * phasor_rows + 6;
    wh_watch_box phasors = {0, 2, phasor_cols, phasor_rows};
    wh_watch_draw_phasors(canvas, model, phasors);
    wh_watch_box powers = {phasor_cols, 2, canvas->cols - phasor_cols - 2, phasor_rows};
    wh_watch_draw_powers(canvas, model, powers);
    int y = 2 + phasor_rows;
    wh_watch_draw_table(canvas, model, (wh_watch_box){1, y, canvas->cols - 2, 6});
    y += 6;
    if (history > 0) {
        wh_watch_draw_history(canvas, model, (wh_watch_box){1, y + 1, canvas->cols - 3, history});
        y += history + 1;
    }
    draw_events(canvas, model, y, canvas->rows - 1 - y);
}

void wh_watch_draw(wh_canvas *canvas, const wh_watch_model *model)
{
    wh_canvas_clear(canvas);
    if (canvas->cols < WH_WATCH_COLS_MIN || canvas->rows < WH_WATCH_ROWS_MIN) {
        draw_list(canvas, model);
        return;
    }
    draw_header(canvas, model);
    draw_keys(canvas, model, canvas->rows - 1);
    if (model->show_lcd) {
        wh_watch_box box = {0, 2, canvas->cols, canvas->rows - 5};
        int y = 2 + wh_watch_draw_lcd(canvas, model, box);
        draw_events(canvas, model, y, canvas->rows - 1 - y);
    } else {
        draw_panels(canvas, model);
    }
    if (model->help) {
        draw_help(canvas);
    }
}
