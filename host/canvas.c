/* SPDX-License-Identifier: Apache-2.0 */
#include "host/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BRAILLE      0x2800U
#define BRAILLE_LAST 0x28FFU
#define TEXT_SIZE    1024

static int clamp(int value, int low, int high)
{
    if (value < low) {
        return low;
    }
    return value > high ? high : value;
}

wh_canvas *wh_canvas_create(int cols, int rows, bool ascii)
{
    wh_canvas *canvas = malloc(sizeof *canvas);
    if (canvas == NULL) {
        return NULL;
    }
    canvas->cols = clamp(cols, 1, WH_CANVAS_COLS_MAX);
    canvas->rows = clamp(rows, 1, WH_CANVAS_ROWS_MAX);
    canvas->ascii = ascii;
    canvas->cell = calloc((size_t)canvas->cols * (size_t)canvas->rows, sizeof *canvas->cell);
    if (canvas->cell == NULL) {
        free(canvas);
        return NULL;
    }
    wh_canvas_clear(canvas);
    return canvas;
}

void wh_canvas_destroy(wh_canvas *canvas)
{
    if (canvas != NULL) {
        free(canvas->cell);
        free(canvas);
    }
}

void wh_canvas_clear(wh_canvas *canvas)
{
    size_t count = (size_t)canvas->cols * (size_t)canvas->rows;
    for (size_t i = 0; i < count; ++i) {
        canvas->cell[i] = (wh_cell){.glyph = ' '};
    }
}

static wh_cell *cell_at(wh_canvas *canvas, int x, int y)
{
    if (x < 0 || y < 0 || x >= canvas->cols || y >= canvas->rows) {
        return NULL;
    }
    return &canvas->cell[(size_t)y * (size_t)canvas->cols + (size_t)x];
}

/* Lines of boxes, light and heavy, whole and half; where they meet is a plus. */
static uint32_t box_to_ascii(uint32_t glyph)
{
    switch (glyph) {
    case 0x2500U:
    case 0x2501U:
    case 0x2574U:
    case 0x2576U:
    case 0x2578U:
    case 0x257AU:
        return '-';
    case 0x2502U:
    case 0x2503U:
    case 0x2575U:
    case 0x2577U:
    case 0x2579U:
    case 0x257BU:
        return '|';
    default:
        return '+';
    }
}

/* What a page without Unicode shows instead. */
static uint32_t to_ascii(uint32_t glyph)
{
    static const struct {
        uint32_t from;
        char to;
    } table[] = {
        {0x2212, '-'},                                              /* minus */
        {0x00B7, '.'},                                              /* middle dot */
        {0x00B0, ' '},                                              /* degree */
        {0x25AA, '.'},                                              /* small square */
        {0x2460, '1'},                                              /* circled digits */
        {0x2461, '2'}, {0x03C6, ' '},                               /* phi */
        {0x25CF, '*'},                                              /* filled circle */
        {0x25CB, 'o'},                                              /* circle */
        {0x25B6, '>'},                                              /* triangles and arrows */
        {0x25C0, '<'}, {0x2190, '<'}, {0x2192, '>'}, {0x2014, '-'}, /* dash */
        {0x2026, '.'},                                              /* ellipsis */
        {0x00D7, 'x'},                                              /* times */
        {0x26A0, '!'},                                              /* warning sign */
    };
    if (glyph < 0x80U) {
        return glyph;
    }
    if (glyph >= 0x2500U && glyph <= 0x257FU) {
        return box_to_ascii(glyph);
    }
    if (glyph >= 0x2588U && glyph <= 0x258FU) { /* blocks from full to an eighth */
        return glyph <= 0x258CU ? '#' : ' ';
    }
    if (glyph >= 0x2581U && glyph <= 0x2587U) { /* from below */
        return glyph >= 0x2584U ? '#' : '_';
    }
    for (size_t i = 0; i < sizeof table / sizeof table[0]; ++i) {
        if (table[i].from == glyph) {
            return (unsigned char)table[i].to;
        }
    }
    return '?';
}

void wh_canvas_put(wh_canvas *canvas, int x, int y, wh_cell cell)
{
    wh_cell *at = cell_at(canvas, x, y);
    if (at == NULL) {
        return;
    }
    bool is_control = cell.glyph < 0x20U || (cell.glyph >= 0x7FU && cell.glyph < 0xA0U);
    cell.glyph = is_control ? '?' : cell.glyph;
    if (canvas->ascii) {
        cell.glyph = to_ascii(cell.glyph);
    }
    *at = cell;
}

/* The next code point of a text; malformed bytes come one by one as '?'. */
static uint32_t take(const char **text)
{
    const unsigned char *p = (const unsigned char *)*text;
    unsigned more = p[0] >= 0xF0U ? 3 : p[0] >= 0xE0U ? 2 : p[0] >= 0xC0U ? 1 : 0;
    if (p[0] < 0x80U) {
        *text += 1;
        return p[0];
    }
    uint32_t glyph = p[0] & (0x3FU >> more);
    for (unsigned i = 1; i <= more; ++i) {
        if ((p[i] & 0xC0U) != 0x80U) {
            more = 0;
            break;
        }
        glyph = glyph << 6U | (p[i] & 0x3FU);
    }
    *text += more + 1;
    return more == 0 || glyph > 0x10FFFFU ? '?' : glyph;
}

int wh_canvas_width(const char *text)
{
    int width = 0;
    while (*text != '\0') {
        (void)take(&text);
        width += 1;
    }
    return width;
}

int wh_canvas_text(wh_canvas *canvas, int x, int y, wh_cell look, const char *text)
{
    while (*text != '\0') {
        look.glyph = take(&text);
        wh_canvas_put(canvas, x, y, look);
        x += 1;
    }
    return x;
}

int wh_canvas_print(wh_canvas *canvas, int x, int y, wh_cell look, const char *format, ...)
{
    char text[TEXT_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return wh_canvas_text(canvas, x, y, look, text);
}

void wh_canvas_print_right(wh_canvas *canvas, int end, int y, wh_cell look, const char *format, ...)
{
    char text[TEXT_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    (void)wh_canvas_text(canvas, end - wh_canvas_width(text), y, look, text);
}

void wh_canvas_dot(wh_canvas *canvas, int x, int y, wh_cell look)
{
    /* Bits of the Braille patterns: dots 1 2 3 7 down the left, 4 5 6 8 down the right. */
    static const uint8_t bit[4][2] = {
        {0x01, 0x08},
        {0x02, 0x10},
        {0x04, 0x20},
        {0x40, 0x80},
    };
    if (x < 0 || y < 0) {
        return;
    }
    wh_cell *at = cell_at(canvas, x / 2, y / 4);
    if (at == NULL) {
        return;
    }
    if (canvas->ascii) {
        *at = look;
        return;
    }
    bool is_dots = at->glyph >= BRAILLE && at->glyph <= BRAILLE_LAST;
    look.glyph = (is_dots ? at->glyph : BRAILLE) | bit[y % 4][x % 2];
    *at = look;
}

void wh_canvas_line(wh_canvas *canvas, const wh_canvas_stroke *stroke, wh_cell look)
{
    int dx = abs(stroke->x1 - stroke->x0);
    int dy = -abs(stroke->y1 - stroke->y0);
    int step_x = stroke->x0 < stroke->x1 ? 1 : -1;
    int step_y = stroke->y0 < stroke->y1 ? 1 : -1;
    int error = dx + dy;
    int x = stroke->x0;
    int y = stroke->y0;
    int period = stroke->on + stroke->off;
    for (int i = 0;; ++i) {
        if (stroke->off == 0 || i % period < stroke->on) {
            wh_canvas_dot(canvas, x, y, look);
        }
        if (x == stroke->x1 && y == stroke->y1) {
            return;
        }
        int twice = 2 * error;
        if (twice >= dy) {
            error += dy;
            x += step_x;
        }
        if (twice <= dx) {
            error += dx;
            y += step_y;
        }
    }
}

size_t wh_utf8_put(char *out, uint32_t glyph)
{
    size_t len = 0;
    if (glyph < 0x80U) {
        out[len++] = (char)glyph;
    } else if (glyph < 0x800U) {
        out[len++] = (char)(0xC0U | glyph >> 6U);
        out[len++] = (char)(0x80U | (glyph & 0x3FU));
    } else if (glyph < 0x10000U) {
        out[len++] = (char)(0xE0U | glyph >> 12U);
        out[len++] = (char)(0x80U | (glyph >> 6U & 0x3FU));
        out[len++] = (char)(0x80U | (glyph & 0x3FU));
    } else {
        out[len++] = (char)(0xF0U | glyph >> 18U);
        out[len++] = (char)(0x80U | (glyph >> 12U & 0x3FU));
        out[len++] = (char)(0x80U | (glyph >> 6U & 0x3FU));
        out[len++] = (char)(0x80U | (glyph & 0x3FU));
    }
    out[len] = '\0';
    return len;
}

char *wh_canvas_dump(const wh_canvas *canvas)
{
    char *text = malloc((size_t)canvas->rows * ((size_t)canvas->cols * 4 + 1) + 5);
    if (text == NULL) {
        return NULL;
    }
    char *at = text;
    for (int y = 0; y < canvas->rows; ++y) {
        char *end = at; /* behind the last glyph that is not a blank */
        for (int x = 0; x < canvas->cols; ++x) {
            uint32_t glyph = canvas->cell[(size_t)y * (size_t)canvas->cols + (size_t)x].glyph;
            at += wh_utf8_put(at, glyph);
            end = glyph != ' ' ? at : end;
        }
        at = end;
        *at++ = '\n';
    }
    *at = '\0';
    return text;
}
