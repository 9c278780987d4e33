/* SPDX-License-Identifier: Apache-2.0 */
/* watch_screen.h - the full-screen view: a thread reads the meter, this one draws.
 *
 *   reader thread ─▶ mailbox (newest snapshot or failure) ─▶ model ─▶ canvas ─▶ terminal */
#ifndef WH_APPS_WATCH_SCREEN_H
#define WH_APPS_WATCH_SCREEN_H

#include "core/err.h"
#include "host/dlms_url.h"
#include "host/message.h"
#include "host/terminal.h"

#include <stdbool.h>

typedef struct {
    double interval_s;
    uint32_t timeout_ms;
    wh_terminal_choice utf8;
    wh_terminal_choice colour;
    bool lcd; /* begin with the meter's display */
} wh_watch_screen_options;

/* Run until q, SIGINT, SIGTERM or SIGHUP. name: the URL as it was typed.
 * WH_ERR_UNSUPPORTED, WH_ERR_IO: as wh_terminal_open, or no thread. */
wh_err wh_watch_screen_run(const wh_dlms_url *url, const char *name,
                           const wh_watch_screen_options *options, wh_message *message) WH_MUST_USE;

#endif /* WH_APPS_WATCH_SCREEN_H */
