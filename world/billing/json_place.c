/* SPDX-License-Identifier: Apache-2.0 */
#include "world/billing/json_place.h"

#include <stdbool.h>
#include <string.h>

typedef struct {
    const char *text;
    size_t len;
    size_t at;
} scanner;

/* 0 at the end, so that every loop ends there. */
static char here(const scanner *s)
{
    return s->at < s->len ? s->text[s->at] : '\0';
}

static void skip_space(scanner *s)
{
    while (here(s) != '\0' && strchr(" \t\r\n", here(s)) != NULL) {
        s->at++;
    }
}

/* From the quote to behind the closing one. */
static void skip_string(scanner *s)
{
    s->at++;
    while (here(s) != '\0' && here(s) != '"') {
        s->at += here(s) == '\\' ? 2 : 1;
    }
    s->at++;
}

static void skip_value(scanner *s)
{
    size_t depth = 0;
    do {
        char c = here(s);
        if (c == '"') {
            skip_string(s);
            continue;
        }
        if (depth == 0 && (c == ',' || c == ']' || c == '}')) {
            return; /* the end of a number or a word */
        }
        depth += c == '{' || c == '[' ? 1 : 0;
        depth -= c == '}' || c == ']' ? 1 : 0;
        s->at++;
        if (depth == 0 && (c == '}' || c == ']')) {
            return;
        }
    } while (s->at < s->len);
}

/* Stand at a key's opening quote: is it this one? Then stand at its value. */
static bool take_key(scanner *s, const char *key)
{
    size_t start = s->at + 1;
    skip_string(s);
    size_t key_len = s->at > start ? s->at - 1 - start : 0;
    bool same = start + key_len <= s->len && strlen(key) == key_len &&
                memcmp(s->text + start, key, key_len) == 0;
    skip_space(s);
    s->at += here(s) == ':' ? 1 : 0;
    skip_space(s);
    return same;
}

/* From the beginning of a value to that of the one in it; false: it is not there. */
static bool step_into(scanner *s, const wh_json_step *step)
{
    if (here(s) != (step->key != NULL ? '{' : '[')) {
        return false;
    }
    s->at++;
    for (size_t i = 0; s->at < s->len; i++) {
        skip_space(s);
        if (here(s) == '}' || here(s) == ']') {
            return false;
        }
        if (step->key != NULL ? take_key(s, step->key) : i == step->index) {
            return true;
        }
        skip_value(s);
        skip_space(s);
        s->at += here(s) == ',' ? 1 : 0;
    }
    return false;
}

unsigned wh_json_place_line(const char *text, size_t len, const wh_json_step *steps, size_t count)
{
    scanner s = {text, len, 0};
    skip_space(&s);
    size_t found = s.at;
    for (size_t i = 0; i < count && step_into(&s, &steps[i]); i++) {
        found = s.at;
    }
    unsigned line = 1;
    for (size_t i = 0; i < found && i < len; i++) {
        line += text[i] == '\n' ? 1U : 0U;
    }
    return line;
}
