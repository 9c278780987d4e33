/* SPDX-License-Identifier: Apache-2.0 */
/* A meter's values for a display, as a small table. */
#ifndef WH_TESTS_DISPLAY_RIG_H
#define WH_TESTS_DISPLAY_RIG_H

#include "meter/display/display.h"

#include <stddef.h>
#include <stdint.h>

#define E(c, d, e) WH_OBIS_INIT(1, 0, c, d, e, 255)
#define VALUE(c, d, e) \
    {                  \
        E(c, d, e), 2  \
    }

typedef struct {
    wh_column column;
    wh_err err;
    int64_t value;
} rig_value;

typedef struct {
    const rig_value *value;
    size_t count;
    unsigned *reads; /* counted; may be NULL */
} rig_values;

static inline wh_err rig_read(const void *user, wh_column column, int64_t *value)
{
    const rig_values *values = (const rig_values *)user;
    if (values->reads != NULL) {
        ++*values->reads;
    }
    for (size_t i = 0; i < values->count; i++) {
        const rig_value *v = &values->value[i];
        if (wh_obis_equal(v->column.obis, column.obis) && v->column.attribute == column.attribute) {
            *value = v->value;
            return v->err;
        }
    }
    *value = 777; /* must not be shown */
    return WH_ERR_NOT_FOUND;
}

#endif /* WH_TESTS_DISPLAY_RIG_H */
