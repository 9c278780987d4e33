/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/read_objects.h"

#include "apps/watthour/read_value.h"
#include "protocol/dlms/dlms_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CLASS_DATA = 1,
    CLASS_REGISTER = 3,
    CLASS_EXTENDED_REGISTER = 4,
    CLASS_DEMAND_REGISTER = 5,
    CLASS_CLOCK = 8,
    CLASS_ASSOCIATION_LN = 15,
    OBJECTS_MAX = 65535
};

static const struct {
    uint16_t class_id;
    const char *name;
} CLASS_NAMES[] = {
    {CLASS_DATA, "Data"},
    {CLASS_REGISTER, "Register"},
    {CLASS_EXTENDED_REGISTER, "Extended register"},
    {CLASS_DEMAND_REGISTER, "Demand register"},
    {6, "Register activation"},
    {7, "Profile generic"},
    {CLASS_CLOCK, "Clock"},
    {9, "Script table"},
    {10, "Schedule"},
    {11, "Special days table"},
    {CLASS_ASSOCIATION_LN, "Association LN"},
    {17, "SAP assignment"},
    {18, "Image transfer"},
    {20, "Activity calendar"},
    {21, "Register monitor"},
    {22, "Single action schedule"},
    {40, "Push setup"},
    {41, "TCP-UDP setup"},
    {64, "Security setup"},
    {70, "Disconnect control"},
    {71, "Limiter"},
};

bool wh_read_is_value_class(uint16_t class_id)
{
    return class_id == CLASS_DATA || class_id == CLASS_REGISTER ||
           class_id == CLASS_EXTENDED_REGISTER || class_id == CLASS_DEMAND_REGISTER ||
           class_id == CLASS_CLOCK;
}

const char *wh_read_class_name(uint16_t class_id)
{
    for (size_t i = 0; i < sizeof CLASS_NAMES / sizeof CLASS_NAMES[0]; i++) {
        if (CLASS_NAMES[i].class_id == class_id) {
            return CLASS_NAMES[i].name;
        }
    }
    return "";
}

/* ---- the list ---- */

typedef struct {
    wh_read_objects *objects;
    uint8_t result;
    wh_err err;
} list_reading;

static bool next_is(wh_dlms_walk *walk, wh_dlms_type type, wh_dlms_item *item)
{
    return wh_dlms_walk_next(walk, item) && item->type == type;
}

/* One element; what follows the name is passed over. */
static bool take_object(wh_dlms_walk *walk, wh_read_object *object)
{
    wh_dlms_item item;
    if (!next_is(walk, WH_DLMS_LONG_UNSIGNED, &item)) {
        return false;
    }
    object->class_id = (uint16_t)item.u;
    if (!next_is(walk, WH_DLMS_UNSIGNED, &item)) {
        return false;
    }
    object->version = (uint8_t)item.u;
    if (!next_is(walk, WH_DLMS_OCTET_STRING, &item) || item.octets.len != WH_OBIS_GROUPS) {
        return false;
    }
    memcpy(object->obis.group, item.octets.bytes, WH_OBIS_GROUPS);
    return true;
}

static wh_err take_list(wh_dlms_octets data, wh_read_objects *objects)
{
    wh_dlms_walk walk = wh_dlms_walk_init(data.bytes, data.len);
    wh_dlms_item item;
    if (!next_is(&walk, WH_DLMS_ARRAY, &item) || item.count > OBJECTS_MAX) {
        return WH_ERR_FORMAT;
    }
    uint32_t count = item.count;
    objects->object = calloc(count > 0 ? count : 1, sizeof *objects->object);
    if (objects->object == NULL) {
        return WH_ERR_IO;
    }
    while (wh_dlms_walk_next(&walk, &item)) {
        if (item.depth != 1) {
            continue; /* within an element, behind its name */
        }
        if (item.type != WH_DLMS_STRUCTURE || item.count < 3 ||
            !take_object(&walk, &objects->object[objects->count])) {
            return WH_ERR_FORMAT;
        }
        objects->count++;
    }
    return objects->count == count ? wh_dlms_walk_err(&walk) : WH_ERR_FORMAT;
}

static void on_list(void *user, size_t index, uint8_t result, wh_dlms_octets data)
{
    list_reading *reading = user;
    (void)index;
    reading->result = result;
    if (result == WH_DLMS_RESULT_SUCCESS) {
        reading->err = take_list(data, reading->objects);
    }
}

wh_err wh_read_objects_list(wh_dlms_session *session, wh_read_objects *objects, wh_message *message)
{
    const wh_dlms_attribute attribute = {.class_id = CLASS_ASSOCIATION_LN,
                                         .name = WH_OBIS_INIT(0, 0, 40, 0, 0, 255),
                                         .attribute = 2};
    list_reading reading = {.objects = objects};
    memset(objects, 0, sizeof *objects);
    wh_err err = wh_dlms_session_get(session, &attribute, 1, on_list, &reading, message);
    if (err == WH_OK && reading.result != WH_DLMS_RESULT_SUCCESS) {
        wh_message_set(message, "the meter does not give its object list: %s",
                       wh_dlms_result_text(reading.result));
        return WH_ERR_DENIED;
    }
    if (err == WH_OK && reading.err != WH_OK) {
        wh_message_set(message, "what the meter gives as its object list is none");
        return reading.err;
    }
    return err;
}

/* ---- the values ---- */

typedef struct {
    wh_read_objects *objects;
    size_t *of; /* per attribute asked for: the object it belongs to */
    bool *is_unit;
    size_t total;
    wh_read_progress *progress;
    void *user;
} value_reading;

/* The value as text; NULL where it is broken or memory is short. */
static char *printed(wh_dlms_octets data, const wh_read_format *format)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL) {
        return NULL;
    }
    bool good = wh_read_print_value(out, data, format);
    if (fclose(out) != 0 || !good) {
        free(text);
        return NULL;
    }
    return text;
}

static void keep_value(wh_read_object *object, wh_dlms_octets data)
{
    wh_read_format format = {.clock = object->class_id == CLASS_CLOCK, .scaler = object->scaler};
    object->text = printed(data, &format);
    format.json = true;
    object->json = printed(data, &format);
}

static void on_value(void *user, size_t index, uint8_t result, wh_dlms_octets data)
{
    value_reading *reading = user;
    wh_read_object *object = &reading->objects->object[reading->of[index]];
    if (reading->is_unit[index]) {
        object->have_unit = result == WH_DLMS_RESULT_SUCCESS &&
                            wh_read_scaler_unit(data, &object->scaler, &object->unit);
    } else {
        object->have_result = true;
        object->result = result;
        if (result == WH_DLMS_RESULT_SUCCESS) {
            keep_value(object, data);
        }
    }
    if (reading->progress != NULL) {
        reading->progress(reading->user, index + 1, reading->total);
    }
}

static void ask(value_reading *reading, wh_dlms_attribute *attributes, size_t object, int8_t number,
                bool is_unit)
{
    const wh_read_object *o = &reading->objects->object[object];
    wh_dlms_attribute attribute = {.class_id = o->class_id, .name = o->obis, .attribute = number};
    attributes[reading->total] = attribute;
    reading->of[reading->total] = object;
    reading->is_unit[reading->total] = is_unit;
    reading->total++;
}

/* The unit comes before the value, which is printed with it. */
static void ask_all(value_reading *reading, wh_dlms_attribute *attributes)
{
    for (size_t i = 0; i < reading->objects->count; i++) {
        const wh_read_object *o = &reading->objects->object[i];
        if (!o->wanted) {
            continue;
        }
        if (o->class_id == CLASS_REGISTER || o->class_id == CLASS_EXTENDED_REGISTER) {
            ask(reading, attributes, i, 3, true);
        } else if (o->class_id == CLASS_DEMAND_REGISTER) {
            ask(reading, attributes, i, 4, true);
        }
        ask(reading, attributes, i, 2, false);
    }
}

wh_err wh_read_objects_values(wh_dlms_session *session, wh_read_objects *objects,
                              wh_read_progress *progress, void *user, wh_message *message)
{
    size_t most = 2 * objects->count + 1;
    value_reading reading = {.objects = objects, .progress = progress, .user = user};
    wh_dlms_attribute *attributes = calloc(most, sizeof *attributes);
    reading.of = calloc(most, sizeof *reading.of);
    reading.is_unit = calloc(most, sizeof *reading.is_unit);
    wh_err err = WH_ERR_IO;
    if (attributes == NULL || reading.of == NULL || reading.is_unit == NULL) {
        wh_message_set(message, "no memory");
    } else {
        ask_all(&reading, attributes);
        err = wh_dlms_session_get(session, attributes, reading.total, on_value, &reading, message);
    }
    free(attributes);
    free(reading.of);
    free(reading.is_unit);
    return err;
}

void wh_read_objects_free(wh_read_objects *objects)
{
    for (size_t i = 0; i < objects->count; i++) {
        free(objects->object[i].text);
        free(objects->object[i].json);
    }
    free(objects->object);
    memset(objects, 0, sizeof *objects);
}
