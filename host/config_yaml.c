/* SPDX-License-Identifier: Apache-2.0 */
#include "host/config_yaml.h"

#include "host/config_yaml_internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wh_config_yaml {
    char *path;
    uint8_t *text;
    size_t text_len;
    yaml_document_t document;
    bool have_document;
    const cyaml_schema_value_t *schema;
    cyaml_config_t cyaml;
    void *values;
};

static wh_err read_text(wh_config_yaml *config, wh_message *message)
{
    FILE *file = fopen(config->path, "rb");
    if (file == NULL) {
        wh_message_set(message, "%s: %s", config->path, strerror(errno));
        return WH_ERR_NOT_FOUND;
    }
    config->text = malloc(WH_CONFIG_FILE_MAX + 1);
    if (config->text != NULL) {
        config->text_len = fread(config->text, 1, WH_CONFIG_FILE_MAX + 1, file);
    }
    bool failed = config->text == NULL || ferror(file) != 0;
    int reason = config->text == NULL ? ENOMEM : errno;
    (void)fclose(file);
    if (failed) {
        wh_message_set(message, "%s: %s", config->path, strerror(reason));
        return WH_ERR_IO;
    }
    if (config->text_len > WH_CONFIG_FILE_MAX) {
        wh_message_set(message, "%s: larger than %d bytes, not a configuration", config->path,
                       WH_CONFIG_FILE_MAX);
        return WH_ERR_FORMAT;
    }
    return WH_OK;
}

static wh_err parse_fails(const wh_config_yaml *config, const yaml_parser_t *parser,
                          wh_message *message)
{
    const char *problem = parser->problem != NULL ? parser->problem : "cannot be read as YAML";
    size_t line = parser->problem_mark.line;
    if (parser->error == YAML_READER_ERROR) { /* it gives an offset only */
        line = 0;
        size_t end =
            parser->problem_offset < config->text_len ? parser->problem_offset : config->text_len;
        for (size_t i = 0; i < end; ++i) {
            line += config->text[i] == '\n' ? 1U : 0U;
        }
    }
    wh_message_set(message, "%s:%zu: not YAML: %s", config->path, line + 1, problem);
    return WH_ERR_FORMAT;
}

/* One document, and nothing behind it. */
static wh_err parse(wh_config_yaml *config, wh_message *message)
{
    yaml_parser_t parser;
    if (yaml_parser_initialize(&parser) == 0) {
        wh_message_set(message, "%s: %s", config->path, strerror(ENOMEM));
        return WH_ERR_IO;
    }
    yaml_parser_set_input_string(&parser, config->text, config->text_len);
    wh_err err = WH_OK;
    if (yaml_parser_load(&parser, &config->document) == 0) {
        err = parse_fails(config, &parser, message);
        yaml_parser_delete(&parser);
        return err;
    }
    config->have_document = true;
    if (yaml_document_get_root_node(&config->document) == NULL) {
        wh_message_set(message, "%s:1: the file is empty", config->path);
        yaml_parser_delete(&parser);
        return WH_ERR_FORMAT;
    }
    yaml_document_t second;
    if (yaml_parser_load(&parser, &second) == 0) {
        err = parse_fails(config, &parser, message);
    } else {
        if (yaml_document_get_root_node(&second) != NULL) {
            wh_message_set(message, "%s:%zu: a second document; one is enough", config->path,
                           second.start_mark.line + 1);
            err = WH_ERR_FORMAT;
        }
        yaml_document_delete(&second);
    }
    yaml_parser_delete(&parser);
    return err;
}

static wh_err load(wh_config_yaml *config, wh_message *message)
{
    wh_err err = read_text(config, message);
    if (err == WH_OK) {
        err = parse(config, message);
    }
    if (err == WH_OK) {
        err = wh_config_yaml_walk(&config->document, config->schema, config->path, message);
    }
    if (err != WH_OK) {
        return err;
    }
    cyaml_err_t status = cyaml_load_data(config->text, config->text_len, &config->cyaml,
                                         config->schema, &config->values, NULL);
    if (status != CYAML_OK || config->values == NULL) { /* only what the walk let through */
        wh_message_set(message, "%s: %s", config->path, cyaml_strerror(status));
        return status == CYAML_ERR_OOM ? WH_ERR_IO : WH_ERR_FORMAT;
    }
    return WH_OK;
}

wh_err wh_config_yaml_open(const char *path, const cyaml_schema_value_t *schema,
                           wh_config_yaml **config, void **values, wh_message *message)
{
    *config = NULL;
    *values = NULL;
    wh_config_yaml *c = calloc(1, sizeof *c);
    char *name = strdup(path);
    if (c == NULL || name == NULL) {
        free(c);
        free(name);
        wh_message_set(message, "%s: %s", path, strerror(ENOMEM));
        return WH_ERR_IO;
    }
    c->path = name;
    c->schema = schema;
    c->cyaml = (cyaml_config_t){.mem_fn = cyaml_mem, .log_level = CYAML_LOG_ERROR};
    wh_err err = load(c, message);
    if (err != WH_OK) {
        wh_config_yaml_close(c);
        return err;
    }
    *config = c;
    *values = c->values;
    return WH_OK;
}

void wh_config_yaml_close(wh_config_yaml *config)
{
    if (config == NULL) {
        return;
    }
    if (config->values != NULL) {
        (void)cyaml_free(&config->cyaml, config->schema, config->values, 0);
    }
    if (config->have_document) {
        yaml_document_delete(&config->document);
    }
    free(config->text);
    free(config->path);
    free(config);
}

bool wh_config_yaml_has(const wh_config_yaml *config, const char *key)
{
    size_t line = 0;
    /* The document is only read, but libyaml does not say so. */
    return wh_config_yaml_find((yaml_document_t *)(uintptr_t)&config->document, key, &line);
}

wh_err wh_config_yaml_refuse(const wh_config_yaml *config, wh_message *message, const char *key,
                             const char *format, ...)
{
    size_t line = 0;
    (void)wh_config_yaml_find((yaml_document_t *)(uintptr_t)&config->document, key, &line);
    char what[384];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    wh_message_set(message, "%s:%zu: %s: %s", config->path, line, key, what);
    return WH_ERR_FORMAT;
}

static double number_get(const wh_config_number *n, const void *values)
{
    const uint8_t *at = (const uint8_t *)values + n->offset;
    double d = 0.0;
    uint32_t u = 0;
    int32_t i = 0;
    int64_t l = 0;
    switch (n->kind) {
    case WH_CONFIG_DOUBLE:
        memcpy(&d, at, sizeof d);
        return d;
    case WH_CONFIG_U32:
        memcpy(&u, at, sizeof u);
        return (double)u;
    case WH_CONFIG_I32:
        memcpy(&i, at, sizeof i);
        return (double)i;
    case WH_CONFIG_I64:
        memcpy(&l, at, sizeof l);
        return (double)l;
    }
    return 0.0;
}

static void number_set(const wh_config_number *n, void *values, double value)
{
    uint8_t *at = (uint8_t *)values + n->offset;
    uint32_t u = 0;
    int32_t i = 0;
    int64_t l = 0;
    switch (n->kind) {
    case WH_CONFIG_DOUBLE:
        memcpy(at, &value, sizeof value);
        break;
    case WH_CONFIG_U32:
        u = (uint32_t)value;
        memcpy(at, &u, sizeof u);
        break;
    case WH_CONFIG_I32:
        i = (int32_t)value;
        memcpy(at, &i, sizeof i);
        break;
    case WH_CONFIG_I64:
        l = (int64_t)value;
        memcpy(at, &l, sizeof l);
        break;
    }
}

wh_err wh_config_yaml_numbers(const wh_config_yaml *config, const wh_config_number *list,
                              void *values, wh_message *message)
{
    for (const wh_config_number *n = list; n->key != NULL; ++n) {
        if (!wh_config_yaml_has(config, n->key)) {
            number_set(n, values, n->fallback);
            continue;
        }
        double value = number_get(n, values);
        if (value < n->min || value > n->max) {
            return wh_config_yaml_refuse(config, message, n->key,
                                         "must be %.15g to %.15g, is %.15g", n->min, n->max, value);
        }
    }
    return WH_OK;
}

char *wh_config_yaml_path(const wh_config_yaml *config, const char *name)
{
    const char *slash = strrchr(config->path, '/');
    if (name[0] == '/' || slash == NULL) {
        return strdup(name);
    }
    size_t folder_len = (size_t)(slash - config->path) + 1;
    size_t size = folder_len + strlen(name) + 1;
    char *path = malloc(size);
    if (path != NULL) {
        (void)snprintf(path, size, "%.*s%s", (int)folder_len, config->path, name);
    }
    return path;
}
