/* SPDX-License-Identifier: Apache-2.0 */
/* watch_print.h - a snapshot as plain text and as JSON. */
#ifndef WH_APPS_WATCH_PRINT_H
#define WH_APPS_WATCH_PRINT_H

#include "apps/watthour/watch_model.h"

#include <stdio.h>

/* The glass of the meter's display, 17 lines. False: the meter does not tell, or no memory. */
bool wh_watch_print_lcd(FILE *out, const wh_watch_snapshot *snapshot, bool ascii);

/* A table in ASCII; what is not known is "-". */
void wh_watch_print_text(FILE *out, const wh_watch_snapshot *snapshot);

/* One line: an object with units in its names; what is not known is null. False: no memory. */
bool wh_watch_print_json(FILE *out, const wh_watch_snapshot *snapshot);

#endif /* WH_APPS_WATCH_PRINT_H */
