/* SPDX-License-Identifier: Apache-2.0 */
#include "world/recording/text_lines.h"

#include "world/recording/text_encoding.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONTROL_Z = 0x1A,
    NUMBER_LEN_MAX = 63, /* no recorder writes more digits than this */
    QUOTE_LEN_MAX = 40
};

wh_lines wh_lines_init(const char *text, size_t len, unsigned first_line)
{
    while (len > 0 && text[len - 1] == CONTROL_Z) {
        len--;
    }
    wh_lines l = {.p = text, .len = len, .pos = 0, .line = first_line - 1, .terminated = true};
    return l;
}

bool wh_lines_next(wh_lines *l, wh_span *line)
{
    if (l->pos >= l->len) {
        return false;
    }
    size_t end = l->pos;
    while (end < l->len && l->p[end] != '\n' && l->p[end] != '\r') {
        end++;
    }
    *line = (wh_span){l->p + l->pos, end - l->pos};
    l->terminated = end < l->len;
    if (l->terminated) {
        bool both = l->p[end] == '\r' && end + 1 < l->len && l->p[end + 1] == '\n';
        end += both ? 2 : 1;
    }
    l->pos = end;
    l->line++;
    return true;
}

size_t wh_lines_count(const wh_lines *l)
{
    wh_lines copy = *l;
    wh_span line;
    size_t n = 0;
    while (wh_lines_next(&copy, &line)) {
        n++;
    }
    return n;
}

static bool is_blank(char c)
{
    return (c >= 0 && c <= ' ') || c == 0x7F;
}

wh_span wh_span_trim(wh_span s)
{
    while (s.len > 0 && is_blank(s.p[0])) {
        s.p++;
        s.len--;
    }
    while (s.len > 0 && is_blank(s.p[s.len - 1])) {
        s.len--;
    }
    return s;
}

bool wh_span_take_field(wh_span *rest, char separator, wh_span *field)
{
    if (rest->p == NULL) {
        return false;
    }
    const char *at = rest->len > 0 ? memchr(rest->p, separator, rest->len) : NULL;
    if (at == NULL) {
        *field = wh_span_trim(*rest);
        *rest = (wh_span){NULL, 0};
        return true;
    }
    size_t len = (size_t)(at - rest->p);
    *field = wh_span_trim((wh_span){rest->p, len});
    *rest = (wh_span){at + 1, rest->len - len - 1};
    return true;
}

size_t wh_span_count_fields(wh_span line, char separator)
{
    size_t n = 1;
    for (size_t k = 0; k < line.len; k++) {
        n += line.p[k] == separator;
    }
    return n;
}

bool wh_span_is(wh_span s, const char *text)
{
    return s.len == strlen(text) && memcmp(s.p, text, s.len) == 0;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool wh_span_is_nocase(wh_span s, const char *text)
{
    if (s.len != strlen(text)) {
        return false;
    }
    for (size_t k = 0; k < s.len; k++) {
        if (lower(s.p[k]) != lower(text[k])) {
            return false;
        }
    }
    return true;
}

/* strtod also takes "nan", "inf" and hexadecimal: those letters are kept from it. */
bool wh_span_to_double(wh_span s, double *value)
{
    char copy[NUMBER_LEN_MAX + 1];
    if (s.len == 0 || s.len > NUMBER_LEN_MAX) {
        return false;
    }
    for (size_t k = 0; k < s.len; k++) {
        char c = s.p[k];
        bool fits =
            (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E';
        if (!fits) {
            return false;
        }
        copy[k] = c;
    }
    copy[s.len] = '\0';
    char *end = NULL;
    double v = strtod(copy, &end);
    if (end != copy + s.len || !isfinite(v)) {
        return false;
    }
    *value = v;
    return true;
}

bool wh_span_to_unsigned(wh_span s, uint64_t max, uint64_t *value)
{
    uint64_t v = 0;
    for (size_t k = 0; k < s.len; k++) {
        if (s.p[k] < '0' || s.p[k] > '9') {
            return false;
        }
        uint64_t digit = (uint64_t)(s.p[k] - '0');
        if (v > (max - digit) / 10 || digit > max) {
            return false;
        }
        v = v * 10 + digit;
    }
    *value = v;
    return s.len > 0;
}

char *wh_span_dup(wh_span s)
{
    char *copy = malloc(s.len + 1);
    if (copy != NULL) {
        if (s.len > 0) {
            memcpy(copy, s.p, s.len);
        }
        copy[s.len] = '\0';
    }
    return copy;
}

/* Control characters become '?', and so does all that is not ASCII where it is not UTF-8; a cut
 * never leaves half a character. */
wh_span_excerpt wh_span_quote(wh_span s)
{
    wh_span_excerpt out;
    size_t len = s.len <= QUOTE_LEN_MAX ? s.len : QUOTE_LEN_MAX;
    if (len < s.len) {
        while (len > 0 && ((unsigned char)s.p[len] & 0xC0U) == 0x80U) {
            len--;
        }
    }
    bool utf8 = wh_text_is_utf8(s.p, len);
    for (size_t k = 0; k < len; k++) {
        bool control = is_blank(s.p[k]) && s.p[k] != ' ';
        bool strange = !utf8 && (unsigned char)s.p[k] >= 0x80;
        out.text[k] = control || strange ? '?' : s.p[k];
    }
    memcpy(out.text + len, len < s.len ? "..." : "", len < s.len ? 4 : 1);
    return out;
}
