/* SPDX-License-Identifier: Apache-2.0 */
/* read_objects.h - the objects of a meter: its list, and the values of those wanted. */
#ifndef WH_APPS_READ_OBJECTS_H
#define WH_APPS_READ_OBJECTS_H

#include "core/obis.h"
#include "host/dlms_session.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    uint16_t class_id;
    uint8_t version;
    wh_obis obis;
    bool wanted;      /* its value is to be read */
    bool have_result; /* it was */
    uint8_t result;   /* WH_DLMS_RESULT_ of the value */
    bool have_unit;
    int8_t scaler;
    uint8_t unit;
    char *text; /* the value, for the table */
    char *json; /* and as JSON; NULL: none, or it could not be read */
} wh_read_object;

typedef struct {
    wh_read_object *object;
    size_t count;
} wh_read_objects;

/* Read the object list of the current association. WH_ERR_DENIED: the meter does not give it;
 * WH_ERR_FORMAT: it is none. */
wh_err wh_read_objects_list(wh_dlms_session *session, wh_read_objects *objects,
                            wh_message *message) WH_MUST_USE;

/* Called as values come in. */
typedef void wh_read_progress(void *user, size_t done, size_t total);

/* Read the values of the wanted ones, registers with scaler and unit. */
wh_err wh_read_objects_values(wh_dlms_session *session, wh_read_objects *objects,
                              wh_read_progress *progress, void *user,
                              wh_message *message) WH_MUST_USE;

/* A class whose attribute 2 is a value worth reading without being asked. */
bool wh_read_is_value_class(uint16_t class_id);

/* "Register"; "class 64" is "" here. */
const char *wh_read_class_name(uint16_t class_id);

void wh_read_objects_free(wh_read_objects *objects);

#endif /* WH_APPS_READ_OBJECTS_H */
