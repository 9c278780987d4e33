/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/watch_draw_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FULL_BLOCK    0x2588U
#define LEFT_BLOCK    0x2590U /* of n eighths: LEFT_BLOCK - n */
#define LOWER_BLOCK   0x2580U /* of n eighths: LOWER_BLOCK + n */
#define VALUE_COLS    11
#define FULL_REGISTER 1e6 /* kWh */
#define SMALLEST_W    0.5 /* less is drawn as nothing flowing */

char *wh_watch_number(char *out, size_t size, double value, int decimals)
{
    if (isnan(value)) {
        (void)snprintf(out, size, "—");
        return out;
    }
    char digits[WH_WATCH_NUMBER_SIZE];
    (void)snprintf(digits, sizeof digits, "%.*f", decimals, fabs(value));
    bool is_zero = strspn(digits, "0.") == strlen(digits);
    size_t whole = strcspn(digits, ".");
    size_t used = 0;
    if (value < 0.0 && !is_zero && size > 3) {
        used = (size_t)snprintf(out, size, "−");
    }
    for (size_t i = 0; digits[i] != '\0' && used + 2 < size; ++i) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0) {
            out[used++] = ',';
        }
        out[used++] = digits[i];
    }
    out[used < size ? used : size - 1] = '\0';
    return out;
}

wh_ink wh_watch_direction_ink(double p_w)
{
    if (p_w >= SMALLEST_W) {
        return WH_INK_IMPORT;
    }
    return p_w <= -SMALLEST_W ? WH_INK_EXPORT : WH_INK_DIM;
}

char *wh_watch_power(char *out, size_t size, double p_w)
{
    char number[WH_WATCH_NUMBER_SIZE];
    bool kilo = fabs(p_w) >= 99999.5;
    (void)wh_watch_number(number, sizeof number, kilo ? p_w / 1000.0 : p_w, kilo ? 1 : 0);
    (void)snprintf(out, size, "%s %s", number, kilo ? "kW" : "W");
    return out;
}

/* A bar from the middle: import to the right, export to the left, to an eighth of a cell. A
 * cell filled from its right end is the rest of it in reverse. */
static void draw_bar(wh_canvas *canvas, wh_watch_box box, double part, wh_cell look)
{
    int half = (box.cols - 1) / 2;
    int middle = box.x + half;
    int eighths = (int)lround(fmin(fabs(part), 1.0) * half * 8.0);
    if (canvas->ascii) {
        eighths = (eighths + 4) / 8 * 8;
    }
    for (int i = 0; i * 8 < eighths; ++i) {
        int fill = eighths - i * 8;
        wh_cell cell = look;
        cell.glyph = fill >= 8 ? FULL_BLOCK : LEFT_BLOCK - (uint32_t)fill;
        if (part < 0.0 && fill < 8) {
            cell.glyph = LEFT_BLOCK - (uint32_t)(8 - fill);
            cell.style |= WH_CELL_REVERSE;
        }
        wh_canvas_put(canvas, part < 0.0 ? middle - 1 - i : middle + 1 + i, box.y, cell);
    }
    wh_canvas_put(canvas, middle, box.y, (wh_cell){.glyph = 0x2502U, .ink = WH_INK_DIM});
}

static void draw_power_title(wh_canvas *canvas, const wh_watch_model *model, wh_watch_box bar)
{
    const wh_cell dim = {.ink = WH_INK_DIM};
    char full[WH_WATCH_NUMBER_SIZE];
    (void)wh_watch_number(full, sizeof full, model->full_w / 1000.0,
                          model->full_w < 1000.0 ? 1 : 0);
    int middle = bar.x + (bar.cols - 1) / 2;
    (void)wh_canvas_print(canvas, bar.x, bar.y, dim, "◀ export");
    wh_canvas_print_right(canvas, bar.x + bar.cols, bar.y, dim, "import ▶");
    wh_canvas_put(canvas, middle, bar.y, (wh_cell){.glyph = '0', .ink = WH_INK_DIM});
    wh_canvas_print_right(canvas, bar.x + bar.cols + VALUE_COLS, bar.y, dim, "to %s kW", full);
}

static void draw_power_row(wh_canvas *canvas, const wh_watch_model *model, wh_watch_box box,
                           unsigned k)
{
    const wh_watch_place *p = &model->snapshot.place[k];
    bool total = k == WH_WATCH_TOTAL;
    char number[WH_WATCH_NUMBER_SIZE];
    wh_watch_box bar = {box.x + 4, box.y, box.cols - 4 - VALUE_COLS, 1};
    wh_cell look = wh_watch_look(model, wh_watch_direction_ink(p->p_w), 0);
    wh_cell name =
        wh_watch_look(model, total ? WH_INK_TITLE : (wh_ink)(WH_INK_L1 + (int)k), WH_CELL_BOLD);
    if (total) {
        (void)wh_canvas_text(canvas, box.x, box.y, name, "all");
    } else {
        (void)wh_canvas_print(canvas, box.x, box.y, name, "L%u", k + 1);
    }
    if (isfinite(p->p_w)) {
        draw_bar(canvas, bar, p->p_w / model->full_w, look);
    }
    look.style |= WH_CELL_BOLD;
    wh_canvas_print_right(canvas, box.x + box.cols, box.y, look, "%s",
                          wh_watch_power(number, sizeof number, p->p_w));
}

static void draw_power_details(wh_canvas *canvas, const wh_watch_model *model, wh_watch_box box,
                               unsigned k)
{
    const wh_watch_snapshot *s = &model->snapshot;
    const wh_watch_place *p = &s->place[k];
    const wh_cell look = wh_watch_look(model, WH_INK_NORMAL, 0);
    const wh_cell dim = {.ink = WH_INK_DIM};
    char a[WH_WATCH_NUMBER_SIZE];
    int x = box.x + 4;
    if (k == WH_WATCH_TOTAL) {
        wh_canvas_print_right(canvas, x + 9, box.y, look, "%s Hz",
                              wh_watch_number(a, sizeof a, s->f_hz, 3));
        wh_canvas_print_right(canvas, x + 20, box.y, look, "%s A",
                              wh_watch_number(a, sizeof a, s->in_a, 3));
        (void)wh_canvas_text(canvas, x + 21, box.y, dim, "N");
    } else {
        wh_canvas_print_right(canvas, x + 9, box.y, look, "%s V",
                              wh_watch_number(a, sizeof a, p->u_v, 2));
        wh_canvas_print_right(canvas, x + 20, box.y, look, "%s A",
                              wh_watch_number(a, sizeof a, p->i_a, 3));
    }
    wh_canvas_print_right(canvas, box.x + box.cols, box.y, look, "%s",
                          wh_watch_number(a, sizeof a, p->pf, 3));
    (void)wh_canvas_text(canvas, box.x + box.cols - 9, box.y, dim, "PF");
}

void wh_watch_draw_powers(wh_canvas *canvas, const wh_watch_model *model, wh_watch_box box)
{
    wh_watch_box title = {box.x + 4, box.y, box.cols - 4 - VALUE_COLS, 1};
    draw_power_title(canvas, model, title);
    unsigned phases = model->have_snapshot ? model->snapshot.phases : WH_WATCH_PHASES;
    int per_place = (box.rows - 1) / 4; /* rows: 3 in the smallest page */
    for (unsigned k = 0; k < WH_WATCH_PLACES; ++k) {
        if (k < WH_WATCH_PHASES && k >= phases) {
            continue;
        }
        wh_watch_box row = {box.x, box.y + 1 + (int)k * per_place, box.cols, 1};
        draw_power_row(canvas, model, row, k);
        for (int thick = 2; thick < per_place - 1; ++thick) { /* taller pages: taller bars */
            row.y += 1;
            draw_power_row(canvas, model, row, k);
            for (int x = 0; x < VALUE_COLS; ++x) {
                wh_canvas_put(canvas, box.x + box.cols - 1 - x, row.y, (wh_cell){.glyph = ' '});
            }
            (void)wh_canvas_text(canvas, box.x, row.y, (wh_cell){0, 0, 0}, "    ");
        }
        row.y += 1;
        draw_power_details(canvas, model, row, k);
    }
}

/* Columns of the table, from the right end of the name. */
typedef struct {
    const char *title;
    int cols;
    int decimals;
    double scale;
    size_t offset; /* in wh_watch_place */
    wh_ink ink;
} column;

static const column columns[] = {
    {"import kWh", 15, 4, 1e-3, offsetof(wh_watch_place, import_wh), WH_INK_IMPORT},
    {"export kWh", 15, 4, 1e-3, offsetof(wh_watch_place, export_wh), WH_INK_EXPORT},
    {"Q var", 11, 0, 1.0, offsetof(wh_watch_place, q_var), WH_INK_NORMAL},
    {"S VA", 11, 0, 1.0, offsetof(wh_watch_place, s_va), WH_INK_NORMAL},
    {"THD U %", 10, 2, 1.0, offsetof(wh_watch_place, thd_u_pct), WH_INK_NORMAL},
    {"THD I %", 10, 1, 1.0, offsetof(wh_watch_place, thd_i_pct), WH_INK_NORMAL},
};

#define COLUMN_COUNT (sizeof columns / sizeof columns[0])

static void draw_table_row(wh_canvas *canvas, const wh_watch_model *model, wh_watch_box box,
                           unsigned k)
{
    bool total = k == WH_WATCH_TOTAL;
    const char *const names[] = {"L1", "L2", "L3", "all"};
    wh_ink ink = total ? WH_INK_TITLE : (wh_ink)(WH_INK_L1 + (int)k);
    (void)wh_canvas_text(canvas, box.x, box.y, wh_watch_look(model, ink, WH_CELL_BOLD), names[k]);
    int end = box.x + 4;
    int spare = (box.cols - 76) / (int)COLUMN_COUNT;
    for (size_t c = 0; c < COLUMN_COUNT; ++c) {
        end += columns[c].cols + spare;
        double value = 0.0;
        memcpy(&value, (const char *)&model->snapshot.place[k] + columns[c].offset, sizeof value);
        if (total && c >= 4) {
            continue; /* a sum has no distortion of its own */
        }
        value *= columns[c].scale;
        /* The last decimal of a register moves while one looks; a very full one needs its room. */
        int decimals = columns[c].decimals - (fabs(value) >= FULL_REGISTER ? 1 : 0);
        char number[WH_WATCH_NUMBER_SIZE];
        wh_canvas_print_right(canvas, end, box.y,
                              wh_watch_look(model, columns[c].ink, total ? WH_CELL_BOLD : 0), "%s",
                              wh_watch_number(number, sizeof number, value, decimals));
    }
}

/* Unbalance beside the total, where the phases have their distortion. */
static void draw_unbalance(wh_canvas *canvas, const wh_watch_model *model, wh_watch_box box, int y)
{
    char u2[WH_WATCH_NUMBER_SIZE];
    if (model->snapshot.phases < WH_WATCH_PHASES || isnan(model->snapshot.u2_pct)) {
        return;
    }
    int spare = (box.cols - 76) / (int)COLUMN_COUNT;
    wh_canvas_print_right(canvas, box.x + 76 + (int)COLUMN_COUNT * spare, y,
                          wh_watch_look(model, WH_INK_NORMAL, 0), "unbalance %s %%",
                          wh_watch_number(u2, sizeof u2, model->snapshot.u2_pct, 2));
}

static void draw_quadrants(wh_canvas *canvas, const wh_watch_model *model, wh_watch_box box, int y)
{
    static const char *const names[] = {"QI", "QII", "QIII", "QIV"};
    const wh_cell dim = {.ink = WH_INK_DIM};
    int x = wh_canvas_print(canvas, box.x, y, dim, "kvarh");
    for (unsigned q = 0; q < 4; ++q) {
        char number[WH_WATCH_NUMBER_SIZE];
        x = wh_canvas_print(canvas, x + 2, y, dim, "%s ", names[q]);
        x = wh_canvas_text(
            canvas, x, y, wh_watch_look(model, WH_INK_NORMAL, 0),
            wh_watch_number(number, sizeof number, model->snapshot.reactive_varh[q] * 1e-3, 3));
    }
}

void wh_watch_draw_table(wh_canvas *canvas, const wh_watch_model *model, wh_watch_box box)
{
    const wh_cell dim = {.ink = WH_INK_DIM};
    int end = box.x + 4;
    int spare = (box.cols - 76) / (int)COLUMN_COUNT;
    for (size_t c = 0; c < COLUMN_COUNT; ++c) {
        end += columns[c].cols + spare;
        wh_canvas_print_right(canvas, end, box.y, dim, "%s", columns[c].title);
    }
    unsigned phases = model->have_snapshot ? model->snapshot.phases : WH_WATCH_PHASES;
    int y = box.y;
    for (unsigned k = 0; k < WH_WATCH_PLACES; ++k) {
        if (k < phases || k == WH_WATCH_TOTAL) {
            y += 1;
            draw_table_row(canvas, model, (wh_watch_box){box.x, y, box.cols, 1}, k);
        }
    }
    draw_unbalance(canvas, model, box, y);
    draw_quadrants(canvas, model, box, y + 1);
}

static double history_at(const wh_watch_history *h, size_t back)
{
    return h->p_w[(h->next + WH_WATCH_HISTORY - 1 - back) % WH_WATCH_HISTORY];
}

/* One column of the past: blocks up from the zero row for import, down for export. */
static void draw_history_column(wh_canvas *canvas, wh_watch_box column_box, int zero, double part,
                                wh_cell look)
{
    int eighths = (int)lround(fabs(part) * 8.0);
    for (int i = 0; i * 8 < eighths; ++i) {
        int fill = eighths - i * 8 < 8 ? eighths - i * 8 : 8;
        wh_cell cell = look;
        cell.glyph = LOWER_BLOCK + (uint32_t)fill;
        int y = column_box.y + zero - 1 - i;
        if (part < 0.0) {
            y = column_box.y + zero + i;
            cell.glyph = fill == 8 ? FULL_BLOCK : LOWER_BLOCK + (uint32_t)(8 - fill);
            cell.style |= fill == 8 ? 0 : WH_CELL_REVERSE;
        }
        wh_canvas_put(canvas, column_box.x, y, cell);
    }
}

void wh_watch_draw_history(wh_canvas *canvas, const wh_watch_model *model, wh_watch_box box)
{
    const wh_watch_history *h = &model->history;
    const wh_cell dim = {.ink = WH_INK_DIM};
    int columns_shown = box.cols - VALUE_COLS - 1;
    double most = 0.0;
    double least = 0.0;
    for (size_t back = 0; back < h->count && back < (size_t)columns_shown; ++back) {
        most = fmax(most, history_at(h, back));
        least = fmin(least, history_at(h, back));
    }
    if (most - least < 1.0) {
        most = 1.0;
    }
    /* The zero line lies between two rows, where the larger side needs it. */
    int zero = (int)lround(box.rows * most / (most - least));
    zero = zero == 0 && most > SMALLEST_W ? 1 : zero;
    zero = zero == box.rows && least < -SMALLEST_W ? box.rows - 1 : zero;
    double per_row =
        fmax(zero > 0 ? most / zero : 0.0, zero < box.rows ? -least / (box.rows - zero) : 0.0);
    for (size_t back = 0; back < h->count && back < (size_t)columns_shown; ++back) {
        double p_w = history_at(h, back);
        wh_watch_box at = {box.x + columns_shown - 1 - (int)back, box.y, 1, box.rows};
        if (isfinite(p_w) && per_row > 0.0) {
            draw_history_column(canvas, at, zero, p_w / per_row,
                                wh_watch_look(model, wh_watch_direction_ink(p_w), 0));
        }
    }
    char number[WH_WATCH_NUMBER_SIZE];
    int end = box.x + box.cols;
    if (h->count < (size_t)columns_shown) { /* while there is room beside it */
        (void)wh_canvas_text(canvas, box.x, box.y, dim, "power of all, so far");
    }
    if (zero > 0) {
        wh_canvas_print_right(canvas, end, box.y, dim, "%s",
                              wh_watch_power(number, sizeof number, per_row * zero));
    }
    if (zero < box.rows) {
        wh_canvas_print_right(canvas, end, box.y + box.rows - 1, dim, "%s",
                              wh_watch_power(number, sizeof number, per_row * (zero - box.rows)));
    }
}
