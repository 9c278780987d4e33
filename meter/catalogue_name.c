/* SPDX-License-Identifier: Apache-2.0 */
/* Names of items: apart from the table, so that a meter that speaks in codes only needs none. */
#include "meter/catalogue_internal.h"

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

/* Words for the instances of span DEMAND. */
static const char *const DEMANDS[WH_CATALOGUE_DEMANDS] = {
    "active_import", "active_export", "reactive_import", "reactive_export", "reactive_q1",
    "reactive_q2",   "reactive_q3",   "reactive_q4",     "apparent_import", "apparent_export"};

static void put_text(name_text *n, const char *text)
{
    while (*text != '\0') {
        put_char(n, *text++);
    }
}

static bool has_phases(const wh_item *item)
{
    return item->span == WH_SPAN_PHASES || item->span == WH_SPAN_PLACES ||
           item->span == WH_SPAN_ENERGY || item->span == WH_SPAN_KEPT;
}

/* Of events the numbers are those of their table. */
static unsigned first_number(const wh_item *item)
{
    return item->span == WH_SPAN_KINDS || item->span == WH_SPAN_SLOTS ? 0 : 1;
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
        if (*c == '#' && ref.item->span == WH_SPAN_DEMAND) {
            put_text(&n, DEMANDS[ref.place]);
        } else if (*c == '#') {
            put_number(&n, ref.place + first_number(ref.item));
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

#define NO_NUMBER 100U

/* A number up to 99 without leading zeros at *text, which moves behind it. */
static unsigned take_number(const char **text)
{
    const char *c = *text;
    unsigned number = 0;
    for (; *c >= '0' && *c <= '9' && number < 10; c++) {
        number = number * 10 + (unsigned)(*c - '0');
    }
    size_t digits = (size_t)(c - *text);
    bool zero_first = digits > 1 && **text == '0';
    *text = c;
    return digits == 0 || zero_first ? NO_NUMBER : number;
}

/* The word of a demand at *text, which moves behind it. */
static unsigned take_demand(const char **text)
{
    for (unsigned i = 0; i < WH_CATALOGUE_DEMANDS; i++) {
        size_t len = strlen(DEMANDS[i]);
        if (strncmp(*text, DEMANDS[i], len) == 0) {
            *text += len;
            return i;
        }
    }
    return NO_NUMBER;
}

/* Does `text` begin with the name of an instance of the row? The rest goes to *rest. */
static bool match(const char *text, wh_item_ref *ref, const char **rest)
{
    for (const char *c = NAMES + ref->item->name; *c != '\0'; c++) {
        if (*c == '#') {
            bool is_word = ref->item->span == WH_SPAN_DEMAND;
            unsigned first = is_word ? 0 : first_number(ref->item);
            unsigned number = is_word ? take_demand(&text) : take_number(&text);
            if (number == NO_NUMBER || number < first) {
                return false;
            }
            ref->place = (uint8_t)(number - first);
        } else if (*c != *text++) {
            return false;
        }
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
    return rate != 0 && rate <= 63 && *text == '\0' ? rate : 64;
}

wh_item_ref wh_catalogue_find_name(const char *name)
{
    const wh_item_ref none = {0};
    bool of_phase = name[0] == 'l' && name[1] >= '1' && name[1] <= '3' && name[2] == '_';
    for (size_t i = 0; i < wh_catalogue_count(); i++) {
        wh_item_ref ref = {.item = wh_catalogue_at(i)};
        const char *rest = "";
        bool found = false;
        if (of_phase && has_phases(ref.item)) {
            ref.place = (uint8_t)(name[1] - '1');
            found = match(name + 3, &ref, &rest);
        }
        if (!found) {
            ref.place = has_phases(ref.item) ? WH_REG_TOTAL : 0;
            found = match(name, &ref, &rest);
        }
        unsigned rate = rate_at(rest);
        ref.rate = (uint8_t)rate;
        if (found && rate < 64 && wh_item_is_instance(ref)) {
            return ref;
        }
    }
    return none;
}
