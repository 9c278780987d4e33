/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/json_line.h"

#include <string.h>

#define INT64_DIGITS_MAX 20 /* with the sign */

static void put_text(const wh_json_line *r, const char *text)
{
    r->put(r->user, text, strlen(text));
}

static void put_int(const wh_json_line *r, int64_t value)
{
    char text[INT64_DIGITS_MAX];
    size_t at = sizeof text;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        text[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (value < 0) {
        text[--at] = '-';
    }
    r->put(r->user, text + at, sizeof text - at);
}

static void put_name(wh_json_line *r, const char *name)
{
    put_text(r, r->follows ? ",\"" : "\"");
    put_text(r, name);
    put_text(r, "\":");
    r->follows = true;
}

void wh_json_line_begin(wh_json_line *r)
{
    r->follows = false;
    put_text(r, "{");
}

void wh_json_line_int(wh_json_line *r, const char *name, int64_t value)
{
    put_name(r, name);
    put_int(r, value);
}

void wh_json_line_ints(wh_json_line *r, const char *name, const int64_t *values, size_t count)
{
    put_name(r, name);
    for (size_t i = 0; i < count; i++) {
        put_text(r, i == 0 ? "[" : ",");
        put_int(r, values[i]);
    }
    put_text(r, count == 0 ? "[]" : "]");
}

void wh_json_line_text(wh_json_line *r, const char *name, const char *text)
{
    put_name(r, name);
    put_text(r, "\"");
    put_text(r, text);
    put_text(r, "\"");
}

void wh_json_line_end(wh_json_line *r)
{
    put_text(r, "}\n");
}
