/* SPDX-License-Identifier: Apache-2.0 */
/* canvas.h - a page of character cells to draw on, without any terminal.
 *
 * What is drawn here can be shown (terminal.h) or looked at by a test. Everything is clipped:
 * drawing outside is allowed and does nothing. Inks are named for what they mean; a terminal
 * gives them colours, or none, so meaning never hangs on the ink alone.
 *
 * Lines are drawn in dots, two by four to a cell (Braille patterns); on an ASCII canvas a
 * dot makes its whole cell a letter. Every glyph must be one cell wide. */
#ifndef WH_HOST_CANVAS_H
#define WH_HOST_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_CANVAS_COLS_MAX 1000
#define WH_CANVAS_ROWS_MAX 500

typedef enum {
    WH_INK_NORMAL,
    WH_INK_DIM,
    WH_INK_TITLE,
    WH_INK_IMPORT,
    WH_INK_EXPORT,
    WH_INK_L1,
    WH_INK_L2,
    WH_INK_L3,
    WH_INK_NEUTRAL,
    WH_INK_OK,
    WH_INK_WARN,
    WH_INK_ALARM,
    WH_INK_LCD, /* on the glass of a display; a ghost is a symbol that is off */
    WH_INK_LCD_GHOST,
    WH_INK_LCD_LIGHT, /* with its light on */
    WH_INK_LCD_LIGHT_GHOST,
    WH_INK_COUNT
} wh_ink;

enum { WH_CELL_BOLD = 1, WH_CELL_REVERSE = 2 };

typedef struct {
    uint32_t glyph; /* code point */
    uint8_t ink;
    uint8_t style; /* WH_CELL_ bits */
} wh_cell;

typedef struct {
    int cols;
    int rows;
    bool ascii;
    wh_cell *cell; /* rows * cols, row by row */
} wh_canvas;

/* A blank canvas; sizes are clamped to 1 .. WH_CANVAS_..._MAX. NULL: no memory. */
wh_canvas *wh_canvas_create(int cols, int rows, bool ascii);
void wh_canvas_destroy(wh_canvas *canvas);

void wh_canvas_clear(wh_canvas *canvas);

/* One glyph. On an ASCII canvas what is not ASCII is replaced by the letter nearest to it. */
void wh_canvas_put(wh_canvas *canvas, int x, int y, wh_cell cell);

/* UTF-8 text from (x, y) to the right; returns the column behind it. */
int wh_canvas_text(wh_canvas *canvas, int x, int y, wh_cell look, const char *text);
int wh_canvas_print(wh_canvas *canvas, int x, int y, wh_cell look, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The same text so that it ends before column `end`. */
void wh_canvas_print_right(wh_canvas *canvas, int end, int y, wh_cell look, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* A straight line between two dots; dots are counted from the upper left, 2 * cols by
 * 4 * rows. look.glyph is the letter on an ASCII canvas; on of every `off + on` dots are set. */
typedef struct {
    int x0, y0, x1, y1;
    int on, off; /* off 0: solid */
} wh_canvas_stroke;

void wh_canvas_line(wh_canvas *canvas, const wh_canvas_stroke *stroke, wh_cell look);
void wh_canvas_dot(wh_canvas *canvas, int x, int y, wh_cell look);

/* Columns that UTF-8 text takes. */
int wh_canvas_width(const char *text);

/* Everything as UTF-8, a line per row, blanks at the ends cut. The caller frees it. */
char *wh_canvas_dump(const wh_canvas *canvas);

/* One code point as UTF-8 into out[5] with its NUL; returns the bytes before it. */
size_t wh_utf8_put(char *out, uint32_t glyph);

#endif /* WH_HOST_CANVAS_H */
