/* SPDX-License-Identifier: Apache-2.0 */
/* json_line.h - results as JSON, one object on a line.
 *
 *   wh_json_line_begin(&r);
 *   wh_json_line_int(&r, "f_uhz", 50000000);
 *   wh_json_line_ints(&r, "u_uv", u, 3);
 *   wh_json_line_end(&r);                        {"f_uhz":50000000,"u_uv":[1,2,3]}
 *
 * The text leaves in pieces through `put`; nothing is buffered. Names and texts are not
 * escaped: they are the program's own. */
#ifndef WH_FIRMWARE_JSON_LINE_H
#define WH_FIRMWARE_JSON_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    void (*put)(void *user, const char *text, size_t len); /* may not call back in here */
    void *user;
    bool follows; /* a member is already in the object: private */
} wh_json_line;

void wh_json_line_begin(wh_json_line *r);
void wh_json_line_int(wh_json_line *r, const char *name, int64_t value);
void wh_json_line_ints(wh_json_line *r, const char *name, const int64_t *values, size_t count);
void wh_json_line_text(wh_json_line *r, const char *name, const char *text);
void wh_json_line_end(wh_json_line *r);

#endif /* WH_FIRMWARE_JSON_LINE_H */
