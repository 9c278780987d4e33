/* SPDX-License-Identifier: Apache-2.0 */
/* text_lines.h - a text in memory, line by line and field by field, without copying it.
 *
 * A line ends with LF, CR LF or CR; the last one may end with nothing. Control-Z at the end of a
 * text (DOS) is not part of it. Nothing here allocates; a span points into the text. */
#ifndef WH_WORLD_RECORDING_TEXT_LINES_H
#define WH_WORLD_RECORDING_TEXT_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *p;
    size_t len;
} wh_span;

/* Fields are private but for `line`: the number of the line taken last, from 1. */
typedef struct {
    const char *p;
    size_t len;
    size_t pos;
    unsigned line;
    bool terminated; /* the line taken last had an end */
} wh_lines;

/* Over text[len]; its first line has the number `first_line`. */
wh_lines wh_lines_init(const char *text, size_t len, unsigned first_line);

/* The next line without its end; false when there is none. */
bool wh_lines_next(wh_lines *l, wh_span *line);

/* How many lines are left. */
size_t wh_lines_count(const wh_lines *l);

/* Without blanks, tabs and other control characters at both ends. */
wh_span wh_span_trim(wh_span s);

/* Takes the field up to `separator` off `rest`, trimmed; false when nothing is left. A line with n
 * separators has n + 1 fields. */
bool wh_span_take_field(wh_span *rest, char separator, wh_span *field);

/* Fields in a line. */
size_t wh_span_count_fields(wh_span line, char separator);

/* Equal to a string, exactly or with ASCII letters of either case. */
bool wh_span_is(wh_span s, const char *text);
bool wh_span_is_nocase(wh_span s, const char *text);

/* A whole decimal number: optional sign, digits, fraction, exponent, nothing else and finite. */
bool wh_span_to_double(wh_span s, double *value);

/* A whole decimal integer from 0 to `max`. */
bool wh_span_to_unsigned(wh_span s, uint64_t max, uint64_t *value);

/* A zero-terminated copy on the heap; NULL without memory. */
char *wh_span_dup(wh_span s);

/* For a message: at most 40 bytes of it, with "..." where it was longer. */
typedef struct {
    char text[48];
} wh_span_excerpt;
wh_span_excerpt wh_span_quote(wh_span s);

#endif /* WH_WORLD_RECORDING_TEXT_LINES_H */
