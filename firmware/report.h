/* SPDX-License-Identifier: Apache-2.0 */
/* report.h - results as JSON, one object on a line.
 *
 *   wh_report_begin(&r);
 *   wh_report_int(&r, "f_uhz", 50000000);
 *   wh_report_ints(&r, "u_uv", u, 3);
 *   wh_report_end(&r);                        {"f_uhz":50000000,"u_uv":[1,2,3]}
 *
 * The text leaves in pieces through `put`; nothing is buffered. Names and texts are not
 * escaped: they are the program's own. */
#ifndef WH_FIRMWARE_REPORT_H
#define WH_FIRMWARE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    void (*put)(void *user, const char *text, size_t len); /* may not call back in here */
    void *user;
    bool follows; /* a member is already in the object: private */
} wh_report;

void wh_report_begin(wh_report *r);
void wh_report_int(wh_report *r, const char *name, int64_t value);
void wh_report_ints(wh_report *r, const char *name, const int64_t *values, size_t count);
void wh_report_text(wh_report *r, const char *name, const char *text);
void wh_report_end(wh_report *r);

#endif /* WH_FIRMWARE_REPORT_H */
