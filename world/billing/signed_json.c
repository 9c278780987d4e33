/* SPDX-License-Identifier: Apache-2.0 */
#include "world/billing/signed_json.h"

#include "core/obis.h"
#include "world/billing/json_place.h"
#include "world/billing/signed_text.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT     "watthour signed reading"
#define VERSION    1
#define DEPTH_MAX  4  /* of what is written: root, values, an element, a member */
#define SHOWN_MAX  64 /* characters of a wrong value that a message shows */
#define PLACE_SIZE 96

/* An object being filled; a lack of memory is remembered. */
typedef struct {
    json_t *object;
    bool failed;
} filler;

static filler begin(void)
{
    filler f = {json_object(), false};
    f.failed = f.object == NULL;
    return f;
}

/* Takes the value. */
static void put(filler *f, const char *key, json_t *value)
{
    if (json_object_set_new(f->object, key, value) != 0) {
        f->failed = true;
    }
}

static json_t *end(filler *f)
{
    if (f->failed) {
        json_decref(f->object);
        return NULL;
    }
    return f->object;
}

static json_t *hex_json(const uint8_t *bytes, size_t len)
{
    char *text = malloc(WH_SIGNED_HEX_TEXT(len));
    if (text == NULL) {
        return NULL;
    }
    wh_signed_text_hex(bytes, len, text);
    json_t *json = json_string(text);
    free(text);
    return json;
}

static json_t *meter_json(const wh_signed_head *head)
{
    char name[WH_SIGNED_NAME_TEXT];
    filler f = begin();
    wh_signed_text_device_name(head, name);
    put(&f, "logical_device_name", json_string(name));
    put(&f, "serial", json_stringn(head->serial, head->serial_len));
    return end(&f);
}

static json_t *status_json(const wh_record_head *head)
{
    json_t *list = json_array();
    for (unsigned bit = 0; bit < WH_SIGNED_STATUS_COUNT; bit++) {
        const char *text = wh_signed_text_status(head, bit);
        if (text != NULL && json_array_append_new(list, json_string(text)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *record_json(const wh_signed_reading *reading)
{
    char time[WH_SIGNED_TIME_TEXT];
    filler f = begin();
    wh_signed_text_time(reading->record_head.time_s, reading->head.utc_offset_min, time);
    put(&f, "kind", json_string(wh_signed_text_kind(reading->head.kind)));
    put(&f, "log", json_integer(reading->head.log));
    put(&f, "sequence", json_integer(reading->head.sequence));
    put(&f, "time", json_string(time));
    put(&f, "status", status_json(&reading->record_head));
    return end(&f);
}

static json_t *value_json(const wh_signed_value *value)
{
    char obis[WH_OBIS_TEXT_SIZE];
    char meaning[WH_SIGNED_MEANING_TEXT];
    char text[WH_SIGNED_VALUE_TEXT];
    filler f = begin();
    (void)wh_obis_format(value->column.obis, obis);
    wh_signed_text_meaning(value->column, meaning);
    wh_signed_text_value(value, text);
    put(&f, "obis", json_string(obis));
    put(&f, "attribute", json_integer(value->column.attribute));
    put(&f, "meaning", json_string(meaning));
    put(&f, "value", value->has_value ? json_string(text) : json_null());
    put(&f, "unit", json_string(wh_signed_text_unit(value)));
    return end(&f);
}

static json_t *values_json(const wh_signed_reading *reading)
{
    json_t *list = json_array();
    wh_signed_cursor cursor = wh_signed_values(reading);
    wh_signed_value value;
    while (wh_signed_next(&cursor, &value)) {
        if (json_array_append_new(list, value_json(&value)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *reading_json(const wh_signed_reading *reading)
{
    filler f = begin();
    put(&f, "format", json_string(FORMAT));
    put(&f, "version", json_integer(VERSION));
    put(&f, "meter", meter_json(&reading->head));
    put(&f, "record", record_json(reading));
    put(&f, "values", values_json(reading));
    put(&f, "previous",
        wh_signed_is_first(reading) ? json_null()
                                    : hex_json(reading->head.previous, WH_SHA256_SIZE));
    put(&f, "key", hex_json(reading->fingerprint, WH_SHA256_SIZE));
    put(&f, "signed", hex_json(reading->bytes, reading->signed_len));
    put(&f, "signature", hex_json(reading->signature, WH_P256_SIGNATURE_SIZE));
    return end(&f);
}

char *wh_signed_json_write(const wh_signed_reading *reading)
{
    json_t *root = reading_json(reading);
    char *text = root != NULL ? json_dumps(root, JSON_INDENT(2)) : NULL;
    json_decref(root);
    if (text == NULL) {
        return NULL;
    }
    size_t len = strlen(text);
    char *whole = realloc(text, len + 2);
    if (whole == NULL) {
        free(text);
        return NULL;
    }
    memcpy(whole + len, "\n", 2);
    return whole;
}

/* ---- reading ---- */

/* A text that is being read, for messages. */
typedef struct {
    const char *text;
    size_t len;
    const char *name;
    wh_message *m;
    wh_json_step steps[DEPTH_MAX];
    size_t depth;
} place;

/* "values[3].value" */
static void path_of(const place *p, char path[PLACE_SIZE])
{
    size_t len = 0;
    path[0] = '\0';
    for (size_t i = 0; i < p->depth && len < PLACE_SIZE; i++) {
        const wh_json_step *s = &p->steps[i];
        int n = s->key == NULL
                    ? snprintf(path + len, PLACE_SIZE - len, "[%zu]", s->index)
                    : snprintf(path + len, PLACE_SIZE - len, "%s%s", i > 0 ? "." : "", s->key);
        len += n > 0 ? (size_t)n : 0;
    }
}

static unsigned line_of(const place *p)
{
    return wh_json_place_line(p->text, p->len, p->steps, p->depth);
}

/* A value as one line without control characters, cut where it is long. */
static void show(const json_t *value, char text[SHOWN_MAX])
{
    char *whole = json_dumps(value, JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_COMPACT);
    (void)snprintf(text, SHOWN_MAX, "%s", whole != NULL ? whole : "?");
    if (whole != NULL && strlen(whole) >= SHOWN_MAX) {
        memcpy(text + SHOWN_MAX - 4, "...", 4);
    }
    free(whole);
}

static json_t *load(place *p)
{
    json_error_t error;
    if (p->len > WH_SIGNED_JSON_MAX) {
        wh_message_set(p->m, "%s: longer than any signed reading", p->name);
        return NULL;
    }
    json_t *root = json_loadb(p->text, p->len, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        /* behind "near" it quotes the text, whatever that holds */
        char *near = strstr(error.text, " near ");
        if (near != NULL) {
            *near = '\0';
        }
        wh_message_set(p->m, "%s:%d: not JSON: %s", p->name, error.line > 0 ? error.line : 1,
                       error.text);
        return NULL;
    }
    const json_t *format = json_object_get(root, "format");
    if (!json_is_string(format) || strcmp(json_string_value(format), FORMAT) != 0) {
        wh_message_set(p->m, "%s:1: not a signed reading: no \"format\": \"%s\"", p->name, FORMAT);
        json_decref(root);
        return NULL;
    }
    const json_t *version = json_object_get(root, "version");
    if (!json_is_integer(version) || json_integer_value(version) != VERSION) {
        p->steps[p->depth++] = (wh_json_step){"version", 0};
        wh_message_set(p->m, "%s:%u: version of the form is not %d", p->name, line_of(p), VERSION);
        json_decref(root);
        return NULL;
    }
    return root;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Append a member's hex digits to bytes; false: they are none, or too many. */
static bool take_hex(place *p, const json_t *root, const char *key, wh_writer *w)
{
    const json_t *member = json_object_get(root, key);
    const char *text = json_string_value(member);
    size_t len = text != NULL ? json_string_length(member) : 0;
    bool good = text != NULL && len % 2 == 0;
    for (size_t i = 0; i + 1 < len && good; i += 2) {
        int high = digit_of(text[i]);
        int low = digit_of(text[i + 1]);
        good = high >= 0 && low >= 0;
        if (good) {
            wh_writer_put_u8(w, (uint8_t)(high << 4 | low));
        }
    }
    if (!good || wh_writer_err(w) != WH_OK) {
        p->steps[p->depth++] = (wh_json_step){key, 0};
        wh_message_set(p->m, "%s:%u: \"%s\" %s", p->name, line_of(p), key,
                       text == NULL ? "is missing, or no text"
                       : good       ? "is longer than any signed reading"
                                    : "is not pairs of the digits 0-9, a-f");
        return false;
    }
    return true;
}

bool wh_signed_json_read(const char *text, size_t len, const char *name,
                         uint8_t bytes[WH_SIGNED_READING_MAX], size_t *bytes_len, wh_message *m)
{
    place p = {.text = text, .len = len, .name = name, .m = m};
    wh_writer w = wh_writer_init(bytes, WH_SIGNED_READING_MAX);
    json_t *root = load(&p);
    bool good =
        root != NULL && take_hex(&p, root, "signed", &w) && take_hex(&p, root, "signature", &w);
    json_decref(root);
    *bytes_len = good ? wh_writer_len(&w) : 0;
    return good;
}

/* ---- comparing ---- */

static bool compare(place *p, json_t *want, json_t *have);

static bool enter(place *p, wh_json_step step, json_t *want, json_t *have)
{
    p->steps[p->depth++] = step;
    bool same = compare(p, want, have);
    p->depth -= same ? 1 : 0;
    return same;
}

/* A difference at the place of p: told once. */
static bool differs(place *p, const json_t *want, const json_t *have)
{
    char path[PLACE_SIZE];
    char said[SHOWN_MAX];
    char is_signed[SHOWN_MAX];
    path_of(p, path);
    if (have == NULL) {
        wh_message_set(p->m, "%s:%u: %s is missing", p->name, line_of(p), path);
    } else if (want == NULL) {
        wh_message_set(p->m, "%s:%u: %s is not signed", p->name, line_of(p), path);
    } else {
        show(have, said);
        show(want, is_signed);
        wh_message_set(p->m, "%s:%u: %s says %s, but signed is %s", p->name, line_of(p),
                       path[0] != '\0' ? path : "it", said, is_signed);
    }
    return false;
}

static bool compare_objects(place *p, json_t *want, json_t *have)
{
    const char *key;
    json_t *value;
    json_object_foreach(want, key, value)
    {
        if (!enter(p, (wh_json_step){key, 0}, value, json_object_get(have, key))) {
            return false;
        }
    }
    json_object_foreach(have, key, value)
    {
        if (json_object_get(want, key) == NULL) {
            p->steps[p->depth++] = (wh_json_step){key, 0};
            wh_message_set(p->m, "%s:%u: a member that is not signed", p->name, line_of(p));
            return false;
        }
    }
    return true;
}

static bool compare_arrays(place *p, json_t *want, json_t *have)
{
    size_t count = json_array_size(want);
    if (json_array_size(have) > count) {
        count = json_array_size(have);
    }
    for (size_t i = 0; i < count; i++) {
        if (!enter(p, (wh_json_step){NULL, i}, json_array_get(want, i), json_array_get(have, i))) {
            return false;
        }
    }
    return true;
}

static bool compare(place *p, json_t *want, json_t *have)
{
    if (want != NULL && json_is_object(want) && json_is_object(have)) {
        return compare_objects(p, want, have);
    }
    if (want != NULL && json_is_array(want) && json_is_array(have)) {
        return compare_arrays(p, want, have);
    }
    return (want != NULL && have != NULL && json_equal(want, have)) || differs(p, want, have);
}

bool wh_signed_json_compare(const char *text, size_t len, const char *name,
                            const wh_signed_reading *reading, wh_message *m)
{
    place p = {.text = text, .len = len, .name = name, .m = m};
    json_t *have = load(&p);
    json_t *want = have != NULL ? reading_json(reading) : NULL;
    bool same = want != NULL && compare(&p, want, have);
    if (have != NULL && want == NULL) {
        wh_message_set(m, "%s: no memory", name);
    }
    json_decref(want);
    json_decref(have);
    return same;
}
