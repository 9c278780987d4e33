/* SPDX-License-Identifier: Apache-2.0 */
/* Names of items: apart from the table, so that a meter that speaks in codes only needs none. */
#include "meter/catalogue.h"

#include "catalogue_names.h" /* generated: the names of the rows, each with its 0 */

#include <string.h>

/* Text being written into a name; it always fits: the generator bounds the names. */
typedef struct {
    char *text;
    size_t len;
} name_text;

static void put_char(name_text *n, char c)
{
    if (n->len + 1 < WH_ITEM_NAME_SIZE) {
        n->text[n->len++] = c;
    }
}

static void put_number(name_text *n, unsigned number)
{
    if (number >= 10) {
        put_char(n, (char)('0' + number / 10 % 10));
    }
    put_char(n, (char)('0' + number % 10));
}

static bool has_phases(const wh_item *item)
{
    return item->span == WH_SPAN_PHASES || item->span == WH_SPAN_PLACES ||
           item->span == WH_SPAN_ENERGY;
}

size_t wh_item_name(wh_item_ref ref, char name[WH_ITEM_NAME_SIZE])
{
    name_text n = {.text = name};
    if (has_phases(ref.item) && ref.place < WH_PHASES) {
        put_char(&n, 'l');
        put_number(&n, ref.place + 1U);
        put_char(&n, '_');
    }
    for (const char *c = NAMES + ref.item->name; *c != '\0'; c++) {
        if (*c == '#') {
            put_number(&n, ref.place + 1U);
        } else {
            put_char(&n, *c);
        }
    }
    if (ref.rate != 0) {
        put_char(&n, '_');
        put_char(&n, 't');
        put_number(&n, ref.rate);
    }
    n.text[n.len] = '\0';
    return n.len;
}

/* A number from 1 to 63 without leading zeros at *text, which moves behind it; 0: there is none. */
static unsigned take_number(const char **text)
{
    unsigned number = 0;
    const char *c = *text;
    for (; *c >= '0' && *c <= '9' && number < 10 && (number > 0 || *c != '0'); c++) {
        number = number * 10 + (unsigned)(*c - '0');
    }
    *text = c;
    return number <= 63 ? number : 0;
}

/* Is `text` the name of that row's instance? The rest after the row's name goes to *rest. */
static bool match(const char *pattern, const char *text, uint8_t *place, const char **rest)
{
    while (*pattern != '\0') {
        if (*pattern == '#') {
            unsigned number = take_number(&text);
            if (number == 0) {
                return false;
            }
            *place = (uint8_t)(number - 1);
        } else if (*pattern != *text++) {
            return false;
        }
        pattern++;
    }
    *rest = text;
    return true;
}

/* The rate at the end of a name: 0 where it ends; above 63 where it is none. */
static unsigned rate_at(const char *text)
{
    if (*text == '\0') {
        return 0;
    }
    if (text[0] != '_' || text[1] != 't') {
        return 64;
    }
    text += 2;
    unsigned rate = take_number(&text);
    return rate != 0 && *text == '\0' ? rate : 64;
}

wh_item_ref wh_catalogue_find_name(const char *name)
{
    const wh_item_ref none = {0};
    bool of_phase = name[0] == 'l' && name[1] >= '1' && name[1] <= '3' && name[2] == '_';
    for (size_t i = 0; i < wh_catalogue_count(); i++) {
        wh_item_ref ref = {.item = wh_catalogue_at(i)};
        const char *pattern = NAMES + ref.item->name;
        const char *rest = "";
        bool found = false;
        if (of_phase && has_phases(ref.item)) {
            ref.place = (uint8_t)(name[1] - '1');
            found = match(pattern, name + 3, &ref.place, &rest);
        }
        if (!found) {
            ref.place = has_phases(ref.item) ? WH_REG_TOTAL : 0;
            found = match(pattern, name, &ref.place, &rest);
        }
        unsigned rate = rate_at(rest);
        ref.rate = (uint8_t)rate;
        if (found && rate < 64 && wh_item_is_instance(ref)) {
            return ref;
        }
    }
    return none;
}
