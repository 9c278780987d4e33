/* SPDX-License-Identifier: Apache-2.0 */
/* config_yaml_internal.h - the parts of config_yaml that look at the libyaml document. */
#ifndef WH_HOST_CONFIG_YAML_INTERNAL_H
#define WH_HOST_CONFIG_YAML_INTERNAL_H

#include "core/err.h"
#include "host/message.h"

#include <cyaml/cyaml.h>
#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

/* Hold a document against a schema. WH_ERR_FORMAT: *message says where. */
wh_err wh_config_yaml_walk(yaml_document_t *document, const cyaml_schema_value_t *schema,
                           const char *path, wh_message *message) WH_MUST_USE;

/* The line (from 1) of a key path, or of the deepest part of it that is there. */
bool wh_config_yaml_find(yaml_document_t *document, const char *key, size_t *line);

#endif /* WH_HOST_CONFIG_YAML_INTERNAL_H */
