/* SPDX-License-Identifier: Apache-2.0 */
#include "core/obis.h"

#include <string.h>

#define ANY 256U /* a number that no group can have */

/* The texts of obis.h: what stands between the groups, and the group they begin with. */
typedef struct {
    const char *separators;
    unsigned first;
} form;

static const form forms[] = {
    {"-:..", WH_OBIS_A}, {"-:..*", WH_OBIS_A}, {"..", WH_OBIS_C},
    {"..*", WH_OBIS_C},  {".....", WH_OBIS_A},
};

/* A place in the text. */
typedef struct {
    const char *text;
    size_t len;
    size_t pos;
} scan;

static bool at_end(const scan *s)
{
    return s->pos == s->len;
}

static bool at_digit(const scan *s)
{
    return !at_end(s) && s->text[s->pos] >= '0' && s->text[s->pos] <= '9';
}

/* A number up to 255, or `x` where `any` is allowed. Stands at the culprit on an error. */
static wh_err take_group(scan *s, bool any, unsigned *group)
{
    if (at_end(s)) {
        return WH_ERR_SHORT;
    }
    if (any && s->text[s->pos] == 'x') {
        s->pos++;
        *group = ANY;
        return WH_OK;
    }
    if (!at_digit(s)) {
        return WH_ERR_FORMAT;
    }
    size_t start = s->pos;
    unsigned value = 0;
    for (; at_digit(s); s->pos++) {
        value = value * 10 + (unsigned)(s->text[s->pos] - '0');
        if (value > 255) {
            s->pos = start;
            return WH_ERR_RANGE;
        }
    }
    *group = value;
    return WH_OK;
}

/* The form whose separators are the `count` given (whole), or merely begin so; else NULL. */
static const form *find_form(const char *separators, size_t count, bool whole)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        bool begins = strncmp(forms[i].separators, separators, count) == 0;
        if (begins && (!whole || forms[i].separators[count] == '\0')) {
            return &forms[i];
        }
    }
    return NULL;
}

/* Take groups and separators in turn up to the end; *f is the form they make. */
static wh_err take_code(scan *s, bool any, unsigned group[WH_OBIS_GROUPS], const form **f)
{
    char separators[WH_OBIS_GROUPS] = {0};
    for (size_t k = 0; k < WH_OBIS_GROUPS; k++) {
        wh_err err = take_group(s, any, &group[k]);
        if (err != WH_OK) {
            return err;
        }
        if (at_end(s)) {
            *f = find_form(separators, k, true);
            return *f != NULL ? WH_OK : WH_ERR_SHORT;
        }
        separators[k] = s->text[s->pos];
        /* no form has a 0, but every form's end is one */
        if (separators[k] == '\0' || find_form(separators, k + 1, false) == NULL) {
            return WH_ERR_FORMAT;
        }
        s->pos++;
    }
    return WH_ERR_FORMAT; /* not reached: no form has six separators */
}

static wh_err parse(const char *text, size_t len, bool any, wh_obis_pattern *out, size_t *error_at)
{
    scan s = {.text = text, .len = len, .pos = 0};
    unsigned taken[WH_OBIS_GROUPS] = {0};
    const form *f = NULL;
    wh_err err = take_code(&s, any, taken, &f);
    if (error_at != NULL) {
        *error_at = err == WH_OK ? 0 : s.pos;
    }
    if (err != WH_OK) {
        return err;
    }
    *out = (wh_obis_pattern){.obis = WH_OBIS_INIT(1, 0, 0, 0, 0, 255), .any = 0};
    size_t count = strlen(f->separators) + 1;
    for (size_t k = 0; k < count; k++) {
        bool wild = taken[k] == ANY;
        out->obis.group[f->first + k] = wild ? 0 : (uint8_t)taken[k];
        out->any = (uint8_t)(out->any | (wild ? 1U << (f->first + k) : 0U));
    }
    return WH_OK;
}

wh_err wh_obis_parse(const char *text, size_t len, wh_obis *out, size_t *error_at)
{
    wh_obis_pattern pattern = {.any = 0};
    wh_err err = parse(text, len, false, &pattern, error_at);
    *out = pattern.obis;
    return err;
}

wh_err wh_obis_pattern_parse(const char *text, size_t len, wh_obis_pattern *out, size_t *error_at)
{
    return parse(text, len, true, out, error_at);
}

static size_t put_group(char *text, uint8_t group)
{
    size_t len = 0;
    if (group >= 100) {
        text[len++] = (char)('0' + group / 100);
    }
    if (group >= 10) {
        text[len++] = (char)('0' + group / 10 % 10);
    }
    text[len++] = (char)('0' + group % 10);
    return len;
}

size_t wh_obis_format(wh_obis obis, char text[WH_OBIS_TEXT_SIZE])
{
    size_t len = 0;
    size_t count = obis.group[WH_OBIS_F] == 255 ? WH_OBIS_F : WH_OBIS_GROUPS;
    for (size_t k = 0; k < count; k++) {
        if (k > 0) {
            text[len++] = "-:..*"[k - 1];
        }
        len += put_group(text + len, obis.group[k]);
    }
    text[len] = '\0';
    return len;
}

int wh_obis_compare(wh_obis a, wh_obis b)
{
    return memcmp(a.group, b.group, sizeof a.group);
}

bool wh_obis_equal(wh_obis a, wh_obis b)
{
    return wh_obis_compare(a, b) == 0;
}

bool wh_obis_match(const wh_obis_pattern *pattern, wh_obis obis)
{
    for (unsigned k = 0; k < WH_OBIS_GROUPS; k++) {
        bool any = (pattern->any >> k & 1U) != 0;
        if (!any && pattern->obis.group[k] != obis.group[k]) {
            return false;
        }
    }
    return true;
}
