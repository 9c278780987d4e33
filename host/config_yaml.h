/* SPDX-License-Identifier: Apache-2.0 */
/* config_yaml.h - a configuration file: YAML into a struct, by a schema, nothing guessed.
 *
 *   file ─▶ libyaml document ─▶ strict walk by the schema ─▶ libcyaml ─▶ the caller's struct
 *                  └─ remembers lines, so that later checks can name them too
 *
 * The walk is stricter than libcyaml: a number is decimal and whole ("0x10", "08", "1.5abc"
 * are refused), a boolean is true or false, a key appears once, a key that the schema does
 * not have is an error. Every message reads "file:line: key: what is wrong". */
#ifndef WH_HOST_CONFIG_YAML_H
#define WH_HOST_CONFIG_YAML_H

#include "core/err.h"
#include "host/message.h"

#include <cyaml/cyaml.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_CONFIG_FILE_MAX 1048576 /* bytes; a larger file is refused */

typedef struct wh_config_yaml wh_config_yaml;

/* What a number must be. Absent keys get the fallback. The list ends with key NULL. */
typedef struct {
    const char *key; /* from the root: "server.port" */
    enum { WH_CONFIG_DOUBLE, WH_CONFIG_U32, WH_CONFIG_I32, WH_CONFIG_I64 } kind;
    size_t offset; /* of the field in the root struct */
    double min;
    double max;
    double fallback;
} wh_config_number;

/* Read `path` by `schema`, a mapping with CYAML_FLAG_POINTER.
 *
 * config  out  keep it for wh_config_yaml_has and _refuse; close it at last
 * values  out  the root struct, zero where the file says nothing; owned by *config
 *
 * WH_OK
 * WH_ERR_NOT_FOUND  the file cannot be opened
 * WH_ERR_IO         it cannot be read, or memory is short
 * WH_ERR_FORMAT     it is not what the schema wants; *message says where */
wh_err wh_config_yaml_open(const char *path, const cyaml_schema_value_t *schema,
                           wh_config_yaml **config, void **values, wh_message *message) WH_MUST_USE;

void wh_config_yaml_close(wh_config_yaml *config);

/* The file has this key. Keys are paths: "source.recording.pairs[0]". */
bool wh_config_yaml_has(const wh_config_yaml *config, const char *key);

/* Say "file:line: key: ..." with the line of the key, or of what would hold it where it is
 * absent. Returns WH_ERR_FORMAT. */
wh_err wh_config_yaml_refuse(const wh_config_yaml *config, wh_message *message, const char *key,
                             const char *format, ...)
    __attribute__((format(printf, 4, 5))) WH_MUST_USE;

/* Check the numbers of a list and set the fallback of those the file does not have. */
wh_err wh_config_yaml_numbers(const wh_config_yaml *config, const wh_config_number *list,
                              void *values, wh_message *message) WH_MUST_USE;

/* `name` as seen from the configuration file: absolute names stay, others are relative to
 * the folder of the file. Owned by the caller (free). NULL: no memory. */
char *wh_config_yaml_path(const wh_config_yaml *config, const char *name);

#endif /* WH_HOST_CONFIG_YAML_H */
