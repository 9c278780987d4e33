/* SPDX-License-Identifier: Apache-2.0 */
/* watch_page.h - a page of `watthour watch` as text, and what is on it. */
#ifndef WH_TESTS_WATCH_PAGE_H
#define WH_TESTS_WATCH_PAGE_H

#include "apps/watthour/watch_draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The page as text, to free; printed too where WH_SHOW is set. */
static inline char *page(const wh_watch_model *model, int cols, int rows, bool ascii)
{
    wh_canvas *canvas = wh_canvas_create(cols, rows, ascii);
    assert_non_null(canvas);
    wh_watch_draw(canvas, model);
    char *text = wh_canvas_dump(canvas);
    assert_non_null(text);
    wh_canvas_destroy(canvas);
    if (getenv("WH_SHOW") != NULL) {
        (void)fputs(text, stdout);
    }
    return text;
}

static inline void has(const char *text, const char *want)
{
    if (strstr(text, want) == NULL) {
        print_error("\"%s\" is not on this page:\n%s", want, text);
        fail();
    }
}

static inline void has_not(const char *text, const char *unwanted)
{
    if (strstr(text, unwanted) != NULL) {
        print_error("\"%s\" is on this page:\n%s", unwanted, text);
        fail();
    }
}

#endif /* WH_TESTS_WATCH_PAGE_H */
