/* SPDX-License-Identifier: Apache-2.0 */
/* terminal.h - a full-screen terminal, by ncurses. One at a time in a process. */
#ifndef WH_HOST_TERMINAL_H
#define WH_HOST_TERMINAL_H

#include "core/err.h"
#include "host/canvas.h"
#include "host/message.h"

#include <stdbool.h>

typedef enum {
    WH_TERMINAL_AUTO, /* what locale, TERM and NO_COLOR say */
    WH_TERMINAL_NO,
    WH_TERMINAL_YES
} wh_terminal_choice;

typedef struct wh_terminal wh_terminal;

enum { WH_KEY_NONE = -1, WH_KEY_RESIZED = -2 };

/* Take over the terminal. Sets LC_CTYPE of the process.
 *
 * WH_OK
 * WH_ERR_UNSUPPORTED  standard input or output is no terminal, TERM is unknown, or UTF-8 is
 *                     wanted and the system has no such locale
 * WH_ERR_IO           no memory */
wh_err wh_terminal_open(wh_terminal_choice utf8, wh_terminal_choice colour, wh_terminal **terminal,
                        wh_message *message) WH_MUST_USE;

/* Give it back as it was. NULL is allowed. */
void wh_terminal_close(wh_terminal *terminal);

bool wh_terminal_is_ascii(const wh_terminal *terminal);
void wh_terminal_size(const wh_terminal *terminal, int *cols, int *rows);

/* Show a canvas; only what differs from the last one is sent. */
void wh_terminal_show(wh_terminal *terminal, const wh_canvas *canvas);

/* Wait at most wait_ms for a key: its character, or WH_KEY_. */
int wh_terminal_key(wh_terminal *terminal, int wait_ms);

/* Draw everything anew at the next show (something else wrote on the screen). */
void wh_terminal_redraw(wh_terminal *terminal);

#endif /* WH_HOST_TERMINAL_H */
