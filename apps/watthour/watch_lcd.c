/* SPDX-License-Identifier: Apache-2.0 */
/* The display of the meter as a person in front of it would see it. What is lit has a mark
 * before it, so that it can be told without colours too. */
#include "apps/watthour/watch_draw_internal.h"

#include <stdio.h>
#include <string.h>

#define UNIT_COLS  7
#define UNIT_ROWS  7
#define MARK       0x25CFU /* before what is lit */
#define DOT        0x25AAU
#define ROW_CODE   1
#define ROW_DIGITS 3

/* The glass, and how it looks now. */
typedef struct {
    wh_canvas *canvas;
    const wh_lcd *lcd;
    wh_watch_box box;
    wh_cell lit;
    wh_cell ghost;  /* a symbol that is off */
    bool all;       /* the test of all segments */
    bool dark_half; /* of the second: what blinks is off */
    int across;     /* length of a segment */
    int down;
} glass;

/* Segments: a across the top, b and c down the right, d across the bottom, e and f up the left,
 * g across the middle. */
enum { A = 1, B = 2, C = 4, D = 8, E = 16, F = 32, G = 64 };

static unsigned segments_of(char c)
{
    static const struct {
        char c;
        uint8_t segments;
    } table[] = {
        {'0', A | B | C | D | E | F},
        {'1', B | C},
        {'2', A | B | G | E | D},
        {'3', A | B | G | C | D},
        {'4', F | G | B | C},
        {'5', A | F | G | C | D},
        {'6', A | F | G | E | C | D},
        {'7', A | B | C},
        {'8', A | B | C | D | E | F | G},
        {'9', A | B | C | D | F | G},
        {'-', G},
        {'_', D},
        {'A', A | B | C | E | F | G},
        {'b', C | D | E | F | G},
        {'C', A | D | E | F},
        {'d', B | C | D | E | G},
        {'E', A | D | E | F | G},
        {'F', A | E | F | G},
        {'H', B | C | E | F | G},
        {'h', C | E | F | G},
        {'L', D | E | F},
        {'n', C | E | G},
        {'o', C | D | E | G},
        {'P', A | B | E | F | G},
        {'r', E | G},
        {'t', D | E | F | G},
        {'U', B | C | D | E | F},
        {'u', C | D | E},
        {'y', B | C | D | F | G},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; ++i) {
        if (table[i].c == c) {
            return table[i].segments;
        }
    }
    return 0;
}

static wh_cell with_glyph(wh_cell look, uint32_t glyph)
{
    look.glyph = glyph;
    return look;
}

/* Where segments meet, by the arms that are lit. */
enum { UP = 1, RIGHT = 2, DOWN = 4, LEFT = 8 };

static void draw_joint(const glass *g, int x, int y, unsigned arms)
{
    static const uint16_t glyphs[16] = {
        0x0020, 0x2579, 0x257A, 0x2517, 0x257B, 0x2503, 0x250F, 0x2523,
        0x2578, 0x251B, 0x2501, 0x253B, 0x2513, 0x252B, 0x2533, 0x254B,
    };
    if (arms != 0) {
        wh_canvas_put(g->canvas, x, y, with_glyph(g->lit, glyphs[arms]));
    }
}

static void draw_across(const glass *g, int x, int y, bool lit)
{
    for (int i = 0; lit && i < g->across; ++i) {
        draw_joint(g, x + 1 + i, y, RIGHT | LEFT);
    }
}

static void draw_down(const glass *g, int x, int y, bool lit)
{
    for (int i = 0; lit && i < g->down; ++i) {
        draw_joint(g, x, y + 1 + i, UP | DOWN);
    }
}

static unsigned arm(unsigned segments, unsigned segment, unsigned direction)
{
    return (segments & segment) != 0 ? direction : 0;
}

static void draw_digit(const glass *g, int x, int y, unsigned k)
{
    unsigned s = segments_of(g->lcd->digit[k]);
    int middle = y + g->down + 1;
    int bottom = middle + g->down + 1;
    int right = x + g->across + 1;
    draw_joint(g, x, y, arm(s, A, RIGHT) | arm(s, F, DOWN));
    draw_joint(g, right, y, arm(s, A, LEFT) | arm(s, B, DOWN));
    draw_joint(g, x, middle, arm(s, F, UP) | arm(s, G, RIGHT) | arm(s, E, DOWN));
    draw_joint(g, right, middle, arm(s, B, UP) | arm(s, G, LEFT) | arm(s, C, DOWN));
    draw_joint(g, x, bottom, arm(s, E, UP) | arm(s, D, RIGHT));
    draw_joint(g, right, bottom, arm(s, C, UP) | arm(s, D, LEFT));
    draw_across(g, x, y, (s & A) != 0);
    draw_across(g, x, middle, (s & G) != 0);
    draw_across(g, x, bottom, (s & D) != 0);
    draw_down(g, x, y, (s & F) != 0);
    draw_down(g, right, y, (s & B) != 0);
    draw_down(g, x, middle, (s & E) != 0);
    draw_down(g, right, middle, (s & C) != 0);
    if ((g->lcd->points & 1U << k) != 0) {
        wh_canvas_put(g->canvas, right + 1, bottom, with_glyph(g->lit, DOT));
    }
    if ((g->lcd->colons & 1U << k) != 0) {
        wh_canvas_put(g->canvas, right + 1, middle - 1, with_glyph(g->lit, DOT));
        wh_canvas_put(g->canvas, right + 1, middle + 1, with_glyph(g->lit, DOT));
    }
}

/* A mark and a word; returns the column behind it. */
static int draw_word(const glass *g, int x, int y, bool lit, const char *word)
{
    lit = lit || g->all;
    wh_cell look = lit ? g->lit : g->ghost;
    wh_canvas_put(g->canvas, x, y, with_glyph(look, lit ? MARK : ' '));
    return wh_canvas_text(g->canvas, x + 1, y, look, word) + 1;
}

static int draw_symbol(const glass *g, int x, int y, uint32_t symbol, const char *word)
{
    bool lit = (g->lcd->symbols & symbol) != 0;
    bool off_now = g->dark_half && (g->lcd->blinking & symbol) != 0;
    return draw_word(g, x, y, lit && !off_now, word);
}

static void draw_units(const glass *g, int x, int y)
{
    static const struct {
        wh_lcd_unit unit;
        const char *word;
    } units[2 * UNIT_ROWS] = {
        {WH_LCD_KWH, "kWh"},     {WH_LCD_KW, "kW"},     {WH_LCD_KVARH, "kvarh"},
        {WH_LCD_KVAR, "kvar"},   {WH_LCD_KVAH, "kVAh"}, {WH_LCD_KVA, "kVA"},
        {WH_LCD_V, "V"},         {WH_LCD_HZ, "Hz"},     {WH_LCD_A, "A"},
        {WH_LCD_COS, "cos φ"},   {WH_LCD_PERCENT, "%"}, {WH_LCD_DEGREE, "°"},
        {WH_LCD_MONEY, "money"}, {WH_LCD_AH, "Ah"},
    };
    bool on = (g->lcd->symbols & WH_LCD_ON) != 0;
    for (int i = 0; i < 2 * UNIT_ROWS; ++i) {
        bool lit = on && g->lcd->unit == (uint8_t)units[i].unit;
        (void)draw_word(g, x + i % 2 * UNIT_COLS, y + i / 2, lit, units[i].word);
    }
}

/* The rates of four are always there, as names or numbers; a higher one alone. */
static int draw_rates(const glass *g, int x, int y)
{
    static const char *const names[] = {"sharp", "peak", "flat", "valley"};
    bool by_name = (g->lcd->symbols & WH_LCD_RATE_NAMES) != 0;
    char word[8];
    for (unsigned rate = 1; rate <= 4; ++rate) {
        (void)snprintf(word, sizeof word, "T%u", rate);
        x = draw_word(g, x, y, g->lcd->rate == rate, by_name ? names[rate - 1] : word);
    }
    if (g->lcd->rate > 4) {
        (void)snprintf(word, sizeof word, "T%u", g->lcd->rate);
        x = draw_word(g, x, y, true, word);
    }
    return x;
}

/* What is shown, and the rate in force. */
static void draw_code(const glass *g, int y)
{
    char code[WH_LCD_CODE_SIZE];
    (void)wh_lcd_code(g->lcd, code);
    int left = g->box.x + 2;
    wh_cell bold = g->lit;
    bold.style |= WH_CELL_BOLD;
    int x = wh_canvas_text(g->canvas, left, y, bold, code);
    unsigned back = wh_lcd_periods_back(g->lcd);
    if (back == 1) {
        (void)wh_canvas_text(g->canvas, x + 2, y, g->lit, "last period");
    } else if (back > 1) {
        (void)wh_canvas_print(g->canvas, x + 2, y, g->lit, "%u periods ago", back);
    }
    const int rates_cols = (g->lcd->symbols & WH_LCD_RATE_NAMES) != 0 ? 26 : 16;
    int end = g->box.x + g->box.cols - 2;
    x = end - 20 - rates_cols - (g->lcd->rate > 4 ? 5 : 0);
    x = draw_rates(g, x, y);
    x = draw_word(g, x, y, g->lcd->tariff_set == 1, "①");
    x = draw_word(g, x, y, g->lcd->tariff_set == 2, "②");
    char step[16] = "step";
    if (g->lcd->step > 0) {
        (void)snprintf(step, sizeof step, "step %u", g->lcd->step);
    }
    (void)draw_word(g, x + 2, y, g->lcd->step > 0, step);
}

static void draw_number(const glass *g, int y)
{
    int x = g->box.x + 2;
    if ((g->lcd->symbols & WH_LCD_MINUS) != 0) {
        for (int i = 0; i < 2; ++i) {
            draw_joint(g, x + i, y + g->down + 1, RIGHT | LEFT);
        }
    }
    x += 3;
    for (unsigned k = 0; k < WH_LCD_DIGITS; ++k) {
        draw_digit(g, x, y, k);
        x += g->across + 3;
    }
    int units_y = y + (2 * g->down + 3 - UNIT_ROWS) / 2;
    draw_units(g, g->box.x + g->box.cols - 2 * UNIT_COLS - 2, units_y);
}

static void draw_phases(const glass *g, int y)
{
    static const char *const quadrants[] = {"I", "II", "III", "IV"};
    int x = g->box.x + 2;
    for (unsigned k = 0; k < WH_WATCH_PHASES; ++k) {
        char word[4];
        bool off_now = g->dark_half && (g->lcd->phases_blinking & 1U << k) != 0;
        (void)snprintf(word, sizeof word, "L%u", k + 1);
        x = draw_word(g, x, y, (g->lcd->phases & 1U << k) != 0 && !off_now, word);
    }
    x = draw_symbol(g, x + 5, y, WH_LCD_IMPORT, "import ▶");
    x = draw_symbol(g, x + 1, y, WH_LCD_EXPORT, "◀ export");
    x += 5;
    for (unsigned q = 1; q <= 4; ++q) {
        x = draw_word(g, x, y, g->lcd->quadrant == q, quadrants[q - 1]);
    }
}

static void draw_symbols(const glass *g, int y)
{
    static const struct {
        uint32_t symbol;
        const char *word;
    } symbols[] = {
        {WH_LCD_RELAY_OPEN, "relay open"},
        {WH_LCD_BUY, "buy"},
        {WH_LCD_OVERDRAFT, "overdraft"},
        {WH_LCD_HOARDING, "hoarding"},
        {WH_LCD_BATTERY, "battery"},
        {WH_LCD_COMM, "comm"},
        {WH_LCD_ALARM, "alarm"},
        {WH_LCD_LOCK, "lock"},
        {WH_LCD_CLOCK, "clock"},
        {WH_LCD_COVER, "cover"},
        {WH_LCD_TEST, "test"},
        {WH_LCD_BY_KEY, "by key"},
    };
    const size_t count = sizeof symbols / sizeof symbols[0];
    int x = g->box.x + 2;
    for (size_t i = 0; i < count; ++i) {
        if (i == count / 2) {
            x = g->box.x + 2;
            y += 1;
        }
        x = draw_symbol(g, x, y, symbols[i].symbol, symbols[i].word) + 1;
    }
}

static void draw_frame(const glass *g)
{
    int right = g->box.x + g->box.cols - 1;
    int bottom = g->box.y + g->box.rows - 1;
    for (int y = g->box.y; y <= bottom; ++y) {
        for (int x = g->box.x; x <= right; ++x) {
            bool across = y == g->box.y || y == bottom;
            bool down = x == g->box.x || x == right;
            uint32_t glyph = across ? 0x2500U : down ? 0x2502U : ' ';
            wh_cell look = across || down ? (wh_cell){.ink = WH_INK_DIM} : g->ghost;
            wh_canvas_put(g->canvas, x, y, with_glyph(look, glyph));
        }
    }
    const wh_cell dim = {.ink = WH_INK_DIM};
    wh_canvas_put(g->canvas, g->box.x, g->box.y, with_glyph(dim, 0x250CU));
    wh_canvas_put(g->canvas, right, g->box.y, with_glyph(dim, 0x2510U));
    wh_canvas_put(g->canvas, g->box.x, bottom, with_glyph(dim, 0x2514U));
    wh_canvas_put(g->canvas, right, bottom, with_glyph(dim, 0x2518U));
}

/* Frame and air, the sign, digits with a column between for the points, units. */
static int glass_cols(int across)
{
    return 4 + 3 + WH_LCD_DIGITS * (across + 3) + 2 * UNIT_COLS + 1;
}

/* Digits of two halves and three segments across, and the lines above and below. */
static int glass_rows(int down)
{
    return 2 * down + 3 + 9;
}

int wh_watch_draw_lcd(wh_canvas *canvas, const wh_watch_model *model, wh_watch_box box)
{
    const wh_cell dim = {.ink = WH_INK_DIM};
    const wh_watch_snapshot *s = &model->snapshot;
    if (!s->have_lcd) {
        (void)wh_canvas_text(canvas, box.x + 1, box.y + 1, dim,
                             model->have_snapshot
                                 ? "This meter does not tell what its display shows."
                                 : "no values yet");
        return 3;
    }
    bool light = (s->lcd.symbols & WH_LCD_BACKLIGHT) != 0;
    bool live = model->state == WH_WATCH_LIVE;
    const wh_ink ghost = light ? WH_INK_LCD_LIGHT_GHOST : WH_INK_LCD_GHOST;
    const wh_ink lit = light ? WH_INK_LCD_LIGHT : WH_INK_LCD;
    glass g = {
        .canvas = canvas,
        .lcd = &s->lcd,
        .lit = {.ink = (uint8_t)(live ? lit : ghost)},
        .ghost = {.ink = (uint8_t)ghost},
        .all = (s->lcd.symbols & WH_LCD_ALL) == WH_LCD_ALL,
        .dark_half = model->blink_off,
        .across = 4,
        .down = 2,
    };
    if (box.cols >= glass_cols(6) && box.rows > glass_rows(3)) {
        g.across = 6;
        g.down = 3;
    }
    int cols = glass_cols(g.across);
    g.box = (wh_watch_box){box.x + (box.cols - cols) / 2, box.y, cols, glass_rows(g.down)};
    int y = box.y + ROW_DIGITS + 2 * g.down + 3 + 1;
    draw_frame(&g);
    draw_code(&g, box.y + ROW_CODE);
    draw_number(&g, box.y + ROW_DIGITS);
    draw_phases(&g, y);
    draw_symbols(&g, y + 2);
    return g.box.rows;
}
