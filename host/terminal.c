/* SPDX-License-Identifier: Apache-2.0 */
#define NCURSES_WIDECHAR 1
#include "host/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

struct wh_terminal {
    SCREEN *screen;
    bool ascii;
    bool colour;
};

/* Colours by meaning: on 256 colours, on 8, each with its ground. -1: as the terminal has it.
 * Hues follow the pages of the products: import blue, export green, energy alone is coloured;
 * the glass of a display is grey-green, lighter with its light on. */
static const struct {
    short many;
    short ground;
    short few;
    short few_ground;
    attr_t extra; /* in both, and all there is without colour */
} inks[WH_INK_COUNT] = {
    [WH_INK_NORMAL] = {-1, -1, -1, -1, A_NORMAL},
    [WH_INK_DIM] = {245, -1, -1, -1, A_DIM},
    [WH_INK_TITLE] = {-1, -1, -1, -1, A_BOLD},
    [WH_INK_IMPORT] = {75, -1, COLOR_BLUE, -1, A_NORMAL},
    [WH_INK_EXPORT] = {78, -1, COLOR_GREEN, -1, A_NORMAL},
    [WH_INK_L1] = {215, -1, COLOR_YELLOW, -1, A_NORMAL},
    [WH_INK_L2] = {176, -1, COLOR_MAGENTA, -1, A_NORMAL},
    [WH_INK_L3] = {80, -1, COLOR_CYAN, -1, A_NORMAL},
    [WH_INK_NEUTRAL] = {250, -1, COLOR_WHITE, -1, A_NORMAL},
    [WH_INK_OK] = {78, -1, COLOR_GREEN, -1, A_NORMAL},
    [WH_INK_WARN] = {221, -1, COLOR_YELLOW, -1, A_BOLD},
    [WH_INK_ALARM] = {203, -1, COLOR_RED, -1, A_BOLD},
    [WH_INK_LCD] = {16, 108, COLOR_BLACK, COLOR_GREEN, A_NORMAL},
    [WH_INK_LCD_GHOST] = {65, 108, COLOR_GREEN, COLOR_GREEN, A_DIM},
    [WH_INK_LCD_LIGHT] = {16, 157, COLOR_BLACK, COLOR_WHITE, A_NORMAL},
    [WH_INK_LCD_LIGHT_GHOST] = {108, 157, COLOR_WHITE, COLOR_WHITE, A_DIM},
};

static bool choose_utf8(wh_terminal_choice choice)
{
    (void)setlocale(LC_CTYPE, "");
    if (choice == WH_TERMINAL_NO) {
        return false;
    }
    if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0) {
        return true;
    }
    return choice == WH_TERMINAL_YES && setlocale(LC_CTYPE, "C.UTF-8") != NULL;
}

static void start_colours(wh_terminal *terminal, wh_terminal_choice choice)
{
    const char *no_colour = getenv("NO_COLOR");
    bool unwanted = choice == WH_TERMINAL_NO ||
                    (choice == WH_TERMINAL_AUTO && no_colour != NULL && no_colour[0] != '\0');
    if (unwanted || !has_colors() || start_color() == ERR) {
        return;
    }
    (void)use_default_colors();
    terminal->colour = true;
    for (int i = 0; i < WH_INK_COUNT; ++i) {
        bool many = COLORS >= 256;
        (void)init_pair((short)(i + 1), many ? inks[i].many : inks[i].few,
                        many ? inks[i].ground : inks[i].few_ground);
    }
}

wh_err wh_terminal_open(wh_terminal_choice utf8, wh_terminal_choice colour, wh_terminal **terminal,
                        wh_message *message)
{
    *terminal = NULL;
    if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0) {
        wh_message_set(message, "standard input and output must be a terminal");
        return WH_ERR_UNSUPPORTED;
    }
    bool unicode = choose_utf8(utf8);
    if (utf8 == WH_TERMINAL_YES && !unicode) {
        wh_message_set(message, "this system has no UTF-8 locale");
        return WH_ERR_UNSUPPORTED;
    }
    wh_terminal *t = calloc(1, sizeof *t);
    if (t == NULL) {
        wh_message_set(message, "no memory");
        return WH_ERR_IO;
    }
    t->ascii = !unicode;
    t->screen = newterm(NULL, stdout, stdin);
    if (t->screen == NULL) {
        const char *name = getenv("TERM");
        wh_message_set(message, "TERM=%s: not a terminal that can be drawn on",
                       name != NULL ? name : "");
        free(t);
        return WH_ERR_UNSUPPORTED;
    }
    (void)set_term(t->screen);
    start_colours(t, colour);
    (void)cbreak();
    (void)noecho();
    (void)nonl();
    (void)keypad(stdscr, TRUE);
    (void)curs_set(0);
    *terminal = t;
    return WH_OK;
}

void wh_terminal_close(wh_terminal *terminal)
{
    if (terminal == NULL) {
        return;
    }
    (void)endwin();
    delscreen(terminal->screen);
    free(terminal);
}

bool wh_terminal_is_ascii(const wh_terminal *terminal)
{
    return terminal->ascii;
}

void wh_terminal_size(const wh_terminal *terminal, int *cols, int *rows)
{
    (void)terminal;
    getmaxyx(stdscr, *rows, *cols);
}

static attr_t attributes(const wh_terminal *terminal, wh_cell cell)
{
    unsigned ink = cell.ink < WH_INK_COUNT ? cell.ink : WH_INK_NORMAL;
    attr_t a = inks[ink].extra;
    if (terminal->colour && COLORS >= 256) {
        a &= ~(attr_t)A_DIM; /* the palette has its own grey */
    }
    if ((cell.style & WH_CELL_BOLD) != 0) {
        a |= A_BOLD;
    }
    if ((cell.style & WH_CELL_REVERSE) != 0) {
        a |= A_REVERSE;
    }
    return a;
}

void wh_terminal_show(wh_terminal *terminal, const wh_canvas *canvas)
{
    int cols = 0;
    int rows = 0;
    wh_terminal_size(terminal, &cols, &rows);
    (void)erase();
    for (int y = 0; y < canvas->rows && y < rows; ++y) {
        for (int x = 0; x < canvas->cols && x < cols; ++x) {
            wh_cell cell = canvas->cell[(size_t)y * (size_t)canvas->cols + (size_t)x];
            wchar_t text[2] = {(wchar_t)cell.glyph, L'\0'};
            short pair = terminal->colour && cell.ink < WH_INK_COUNT ? (short)(cell.ink + 1) : 0;
            cchar_t out;
            (void)setcchar(&out, text, attributes(terminal, cell), pair, NULL);
            (void)mvadd_wch(y, x, &out); /* ERR at the last cell of the page is no error */
        }
    }
    (void)refresh();
}

int wh_terminal_key(wh_terminal *terminal, int wait_ms)
{
    (void)terminal;
    timeout(wait_ms);
    int key = getch();
    if (key == ERR) {
        return WH_KEY_NONE;
    }
    return key == KEY_RESIZE ? WH_KEY_RESIZED : key;
}

void wh_terminal_redraw(wh_terminal *terminal)
{
    (void)terminal;
    (void)clearok(curscr, TRUE);
}
