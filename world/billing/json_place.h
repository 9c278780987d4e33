/* SPDX-License-Identifier: Apache-2.0 */
/* json_place.h - in which line of a JSON text a value stands: a JSON library keeps the values,
 * not their places. */
#ifndef WH_WORLD_JSON_PLACE_H
#define WH_WORLD_JSON_PLACE_H

#include <stddef.h>

/* A step from a value to one in it: a member of an object, or, where key is NULL, an element of
 * an array. */
typedef struct {
    const char *key;
    size_t index;
} wh_json_step;

/* The line, from 1, in which the value begins to which the steps lead, or as far as they lead.
 * text[len] must be valid JSON; of anything else the line is some line of it. */
unsigned wh_json_place_line(const char *text, size_t len, const wh_json_step *steps, size_t count);

#endif /* WH_WORLD_JSON_PLACE_H */
