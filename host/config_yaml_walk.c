/* SPDX-License-Identifier: Apache-2.0 */
#include "host/config_yaml_internal.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_SIZE 192

/* Where the walk is. */
typedef struct {
    yaml_document_t *document;
    const char *path;
    wh_message *message;
    char key[KEY_SIZE];
} walk;

static wh_err refuse(const walk *w, const yaml_node_t *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static wh_err refuse(const walk *w, const yaml_node_t *node, const char *format, ...)
{
    char what[320];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    wh_message_set(w->message, "%s:%zu: %s%s%s", w->path, node->start_mark.line + 1, w->key,
                   w->key[0] != '\0' ? ": " : "", what);
    return WH_ERR_FORMAT;
}

static const char *scalar_text(const yaml_node_t *node)
{
    return (const char *)node->data.scalar.value;
}

/* Scalars may hold NUL inside ("\0" in quotes): such a text is never what anybody meant. */
static bool is_clean_scalar(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE && strlen(scalar_text(node)) == node->data.scalar.length;
}

static const char *kind_of(const yaml_node_t *node)
{
    if (node->type == YAML_MAPPING_NODE) {
        return "a mapping";
    }
    if (node->type == YAML_SEQUENCE_NODE) {
        return "a list";
    }
    return node->data.scalar.length == 0 ? "nothing" : "a single value";
}

/* Decimal digits without a leading zero, and a sign where allowed: YAML's other notations
 * (octal, sexagesimal) surprise people. */
static bool is_decimal(const char *text, bool sign)
{
    if (sign && (*text == '-' || *text == '+')) {
        ++text;
    }
    if (*text < '0' || *text > '9' || (*text == '0' && text[1] != '\0')) {
        return false;
    }
    return text[strspn(text, "0123456789")] == '\0';
}

static wh_err check_integer(const walk *w, const yaml_node_t *node,
                            const cyaml_schema_value_t *schema)
{
    const char *text = scalar_text(node);
    bool is_signed = schema->type == CYAML_INT;
    if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE || !is_decimal(text, is_signed)) {
        return refuse(w, node, "must be a whole %snumber, is \"%s\"", is_signed ? "" : "positive ",
                      text);
    }
    unsigned bits = 8U * (unsigned)schema->data_size;
    errno = 0;
    bool fits = true;
    if (is_signed) {
        long long value = strtoll(text, NULL, 10);
        long long limit = (long long)(UINT64_MAX >> (65U - bits));
        fits = errno == 0 && value <= limit && value >= -limit - 1;
    } else {
        unsigned long long value = strtoull(text, NULL, 10);
        fits = errno == 0 && value <= UINT64_MAX >> (64U - bits);
    }
    return fits ? WH_OK : refuse(w, node, "%s is too large", text);
}

static wh_err check_float(const walk *w, const yaml_node_t *node)
{
    const char *text = scalar_text(node);
    char *end = NULL;
    double value = strtod(text, &end);
    bool starts_well = strchr("+-.0123456789", text[0]) != NULL && text[0] != '\0';
    bool is_hex = strpbrk(text, "xX") != NULL;
    if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE || !starts_well || is_hex ||
        *end != '\0' || end == text || !isfinite(value)) {
        return refuse(w, node, "must be a number, is \"%s\"", text);
    }
    return WH_OK;
}

static wh_err check_enum(const walk *w, const yaml_node_t *node, const cyaml_schema_value_t *schema)
{
    char choices[256] = "";
    for (uint32_t i = 0; i < schema->enumeration.count; ++i) {
        const char *name = schema->enumeration.strings[i].str;
        if (strcmp(name, scalar_text(node)) == 0) {
            return WH_OK;
        }
        size_t used = strlen(choices);
        (void)snprintf(choices + used, sizeof choices - used, "%s%s", i == 0 ? "" : ", ", name);
    }
    return refuse(w, node, "must be one of %s, is \"%s\"", choices, scalar_text(node));
}

static wh_err check_string(const walk *w, const yaml_node_t *node,
                           const cyaml_schema_value_t *schema)
{
    size_t len = node->data.scalar.length;
    if (len < schema->string.min || len > schema->string.max) {
        if (schema->string.max == CYAML_UNLIMITED) {
            return refuse(w, node, "must not be empty");
        }
        return refuse(w, node, "must have %u to %u characters, has %zu", schema->string.min,
                      schema->string.max, len);
    }
    return WH_OK;
}

static wh_err check_scalar(const walk *w, const yaml_node_t *node,
                           const cyaml_schema_value_t *schema)
{
    if (!is_clean_scalar(node)) {
        return refuse(w, node, "must be a single value, is %s",
                      node->type == YAML_SCALAR_NODE ? "binary" : kind_of(node));
    }
    switch (schema->type) {
    case CYAML_INT:
    case CYAML_UINT:
        return check_integer(w, node, schema);
    case CYAML_FLOAT:
        return check_float(w, node);
    case CYAML_BOOL:
        if (strcmp(scalar_text(node), "true") != 0 && strcmp(scalar_text(node), "false") != 0) {
            return refuse(w, node, "must be true or false, is \"%s\"", scalar_text(node));
        }
        return WH_OK;
    case CYAML_ENUM:
        return check_enum(w, node, schema);
    case CYAML_STRING:
        return check_string(w, node, schema);
    case CYAML_FLAGS:
    case CYAML_MAPPING:
    case CYAML_BITFIELD:
    case CYAML_SEQUENCE:
    case CYAML_SEQUENCE_FIXED:
    case CYAML_IGNORE:
    case CYAML__TYPE_COUNT:
        break;
    }
    return refuse(w, node, "a kind of value this program does not read");
}

static const cyaml_schema_field_t *field_of(const cyaml_schema_value_t *schema, const char *name)
{
    for (const cyaml_schema_field_t *f = schema->mapping.fields; f->key != NULL; ++f) {
        if (strcmp(f->key, name) == 0) {
            return f;
        }
    }
    return NULL;
}

static wh_err check_value(walk *w, const yaml_node_t *node, const cyaml_schema_value_t *schema);

static bool appears_before(const walk *w, const yaml_node_t *mapping, const yaml_node_pair_t *here,
                           const char *name)
{
    for (const yaml_node_pair_t *p = mapping->data.mapping.pairs.start; p < here; ++p) {
        const yaml_node_t *key = yaml_document_get_node(w->document, p->key);
        if (key->type == YAML_SCALAR_NODE && strcmp(scalar_text(key), name) == 0) {
            return true;
        }
    }
    return false;
}

/* Unknown keys get the list of the known ones. */
static wh_err unknown_key(walk *w, const yaml_node_t *key, const cyaml_schema_value_t *schema)
{
    char known[256] = "";
    for (const cyaml_schema_field_t *f = schema->mapping.fields; f->key != NULL; ++f) {
        size_t used = strlen(known);
        (void)snprintf(known + used, sizeof known - used, "%s%s", used == 0 ? "" : ", ", f->key);
    }
    return refuse(w, key, "unknown key \"%s\" (known: %s)", scalar_text(key), known);
}

static wh_err check_mapping(walk *w, const yaml_node_t *node, const cyaml_schema_value_t *schema)
{
    if (node->type != YAML_MAPPING_NODE) {
        return refuse(w, node, "must be a mapping, is %s", kind_of(node));
    }
    size_t key_len = strlen(w->key);
    for (const yaml_node_pair_t *p = node->data.mapping.pairs.start;
         p < node->data.mapping.pairs.top; ++p) {
        const yaml_node_t *key = yaml_document_get_node(w->document, p->key);
        if (!is_clean_scalar(key)) {
            return refuse(w, key, "a key must be a word");
        }
        const cyaml_schema_field_t *field = field_of(schema, scalar_text(key));
        if (field == NULL) {
            return unknown_key(w, key, schema);
        }
        (void)snprintf(w->key + key_len, KEY_SIZE - key_len, "%s%s", key_len > 0 ? "." : "",
                       field->key);
        if (appears_before(w, node, p, field->key)) {
            return refuse(w, key, "appears a second time");
        }
        const yaml_node_t *value = yaml_document_get_node(w->document, p->value);
        wh_err err = check_value(w, value, &field->value);
        if (err != WH_OK) {
            return err;
        }
        w->key[key_len] = '\0';
    }
    for (const cyaml_schema_field_t *f = schema->mapping.fields; f->key != NULL; ++f) {
        if ((f->value.flags & CYAML_FLAG_OPTIONAL) == 0 &&
            !appears_before(w, node, node->data.mapping.pairs.top, f->key)) {
            return refuse(w, node, "needs the key \"%s\"", f->key);
        }
    }
    return WH_OK;
}

static wh_err check_sequence(walk *w, const yaml_node_t *node, const cyaml_schema_value_t *schema)
{
    if (node->type != YAML_SEQUENCE_NODE) {
        return refuse(w, node, "must be a list, is %s", kind_of(node));
    }
    size_t count = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    if (count < schema->sequence.min || count > schema->sequence.max) {
        return refuse(w, node, "must have %u to %u entries, has %zu", schema->sequence.min,
                      schema->sequence.max, count);
    }
    size_t key_len = strlen(w->key);
    for (size_t i = 0; i < count; ++i) {
        (void)snprintf(w->key + key_len, KEY_SIZE - key_len, "[%zu]", i);
        const yaml_node_t *entry =
            yaml_document_get_node(w->document, node->data.sequence.items.start[i]);
        wh_err err = check_value(w, entry, schema->sequence.entry);
        if (err != WH_OK) {
            return err;
        }
        w->key[key_len] = '\0';
    }
    return WH_OK;
}

/* As deep as the schema, which is a tree: an alias to a parent cannot make it endless. */
static wh_err check_value(walk *w, const yaml_node_t *node, const cyaml_schema_value_t *schema)
{
    if (schema->type == CYAML_MAPPING) {
        return check_mapping(w, node, schema);
    }
    if (schema->type == CYAML_SEQUENCE) {
        return check_sequence(w, node, schema);
    }
    return check_scalar(w, node, schema);
}

wh_err wh_config_yaml_walk(yaml_document_t *document, const cyaml_schema_value_t *schema,
                           const char *path, wh_message *message)
{
    walk w = {.document = document, .path = path, .message = message};
    return check_value(&w, yaml_document_get_root_node(document), schema);
}

/* The value of one step of a path ("name" or "[3]"), NULL where it is absent. */
static yaml_node_t *step(yaml_document_t *document, const yaml_node_t *node, const char *name,
                         size_t name_len, size_t *line)
{
    if (node->type == YAML_MAPPING_NODE) {
        for (const yaml_node_pair_t *p = node->data.mapping.pairs.start;
             p < node->data.mapping.pairs.top; ++p) {
            const yaml_node_t *key = yaml_document_get_node(document, p->key);
            if (key->type == YAML_SCALAR_NODE && key->data.scalar.length == name_len &&
                memcmp(scalar_text(key), name, name_len) == 0) {
                *line = key->start_mark.line + 1;
                return yaml_document_get_node(document, p->value);
            }
        }
    } else if (node->type == YAML_SEQUENCE_NODE && name[0] == '[') {
        size_t idx = strtoul(name + 1, NULL, 10);
        size_t count = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
        if (idx < count) {
            yaml_node_t *entry =
                yaml_document_get_node(document, node->data.sequence.items.start[idx]);
            *line = entry->start_mark.line + 1;
            return entry;
        }
    }
    return NULL;
}

bool wh_config_yaml_find(yaml_document_t *document, const char *key, size_t *line)
{
    yaml_node_t *node = yaml_document_get_root_node(document);
    *line = node->start_mark.line + 1;
    while (*key != '\0') {
        size_t len = key[0] == '[' ? strcspn(key, "]") + 1 : strcspn(key, ".[");
        node = step(document, node, key, len, line);
        if (node == NULL) {
            return false;
        }
        key += len;
        key += *key == '.' ? 1 : 0;
    }
    return true;
}
