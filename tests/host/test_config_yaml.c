/* SPDX-License-Identifier: Apache-2.0 */
#include "host/config_yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef enum { COLOUR_RED, COLOUR_BLUE } colour;

typedef struct {
    uint32_t port;
    double ratio;
    int32_t shift;
    int64_t wide;
    colour paint;
    bool loud;
    char name[9];
} box;

typedef struct {
    box server;
    uint32_t *list;
    unsigned list_count;
} root;

static const cyaml_strval_t colours[] = {
    {"red", COLOUR_RED},
    {"blue", COLOUR_BLUE},
};

static const cyaml_schema_field_t box_fields[] = {
    CYAML_FIELD_UINT("port", CYAML_FLAG_OPTIONAL, box, port),
    CYAML_FIELD_FLOAT("ratio", CYAML_FLAG_OPTIONAL, box, ratio),
    CYAML_FIELD_INT("shift", CYAML_FLAG_OPTIONAL, box, shift),
    CYAML_FIELD_INT("wide", CYAML_FLAG_OPTIONAL, box, wide),
    CYAML_FIELD_ENUM("paint", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, box, paint, colours, 2),
    CYAML_FIELD_BOOL("loud", CYAML_FLAG_OPTIONAL, box, loud),
    CYAML_FIELD_STRING("name", CYAML_FLAG_OPTIONAL, box, name, 1),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t entry = {CYAML_VALUE_UINT(CYAML_FLAG_DEFAULT, uint32_t)};

static const cyaml_schema_field_t root_fields[] = {
    CYAML_FIELD_MAPPING("server", CYAML_FLAG_DEFAULT, root, server, box_fields),
    CYAML_FIELD_SEQUENCE("list", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, root, list, &entry, 1,
                         3),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, root, root_fields),
};

static const wh_config_number numbers[] = {
    {"server.port", WH_CONFIG_U32, offsetof(root, server.port), 1, 65535, 4059},
    {"server.ratio", WH_CONFIG_DOUBLE, offsetof(root, server.ratio), -1, 1, 0.5},
    {"server.shift", WH_CONFIG_I32, offsetof(root, server.shift), -5, 5, -2},
    {"server.wide", WH_CONFIG_I64, offsetof(root, server.wide), -9e12, 9e12, 8e12},
    {NULL, WH_CONFIG_U32, 0, 0, 0, 0},
};

static char path[] = "/tmp/wh_config_XXXXXX";

static void write_text(const char *text, size_t len)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

/* The message behind "file", or "ok". */
static const char *verdict(const char *text, size_t len, wh_message *message)
{
    write_text(text, len);
    wh_config_yaml *config = NULL;
    void *values = NULL;
    wh_err err = wh_config_yaml_open(path, &schema, &config, &values, message);
    if (err == WH_OK) {
        err = wh_config_yaml_numbers(config, numbers, values, message);
        wh_config_yaml_close(config);
    } else {
        assert_null(config);
        assert_null(values);
    }
    if (err == WH_OK) {
        return "ok";
    }
    assert_int_equal(err, WH_ERR_FORMAT);
    assert_memory_equal(message->text, path, strlen(path));
    return message->text + strlen(path);
}

static void every_mistake_is_named_with_its_line_and_key(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want;
    } rows[] = {
        {"server:\n  port: 1\n  prot: 2\n",
         ":3: server: unknown key \"prot\" (known: port, ratio, shift, wide, paint, loud, name)"},
        {"server: {}\nother: 1\n", ":2: unknown key \"other\" (known: server, list)"},
        {"list: [1]\n", ":1: needs the key \"server\""},
        {"server:\n  port: fast\n",
         ":2: server.port: must be a whole positive number, is \"fast\""},
        {"server:\n  port: -3\n", ":2: server.port: must be a whole positive number, is \"-3\""},
        {"server:\n  port: 0x10\n",
         ":2: server.port: must be a whole positive number, is \"0x10\""},
        {"server:\n  port: 08\n", ":2: server.port: must be a whole positive number, is \"08\""},
        {"server:\n  port: \"80\"\n",
         ":2: server.port: must be a whole positive number, is \"80\""},
        {"server:\n  port:\n", ":2: server.port: must be a whole positive number, is \"\""},
        {"server:\n  port: 4294967296\n", ":2: server.port: 4294967296 is too large"},
        {"server:\n  shift: 2147483648\n", ":2: server.shift: 2147483648 is too large"},
        {"server:\n  wide: 9223372036854775808\n",
         ":2: server.wide: 9223372036854775808 is too large"},
        {"server:\n  port: 0\n", ":2: server.port: must be 1 to 65535, is 0"},
        {"server:\n\n  port: 65536\n", ":3: server.port: must be 1 to 65535, is 65536"},
        {"server:\n  shift: -6\n", ":2: server.shift: must be -5 to 5, is -6"},
        {"server:\n  ratio: 1.5\n", ":2: server.ratio: must be -1 to 1, is 1.5"},
        {"server:\n  ratio: 0.1abc\n", ":2: server.ratio: must be a number, is \"0.1abc\""},
        {"server:\n  ratio: nan\n", ":2: server.ratio: must be a number, is \"nan\""},
        {"server:\n  ratio: .inf\n", ":2: server.ratio: must be a number, is \".inf\""},
        {"server:\n  ratio: 1e400\n", ":2: server.ratio: must be a number, is \"1e400\""},
        {"server:\n  ratio: 0x1p-1\n", ":2: server.ratio: must be a number, is \"0x1p-1\""},
        {"server:\n  ratio: \"\"\n", ":2: server.ratio: must be a number, is \"\""},
        {"server:\n  ratio: [1]\n", ":2: server.ratio: must be a single value, is a list"},
        {"server:\n  paint: green\n", ":2: server.paint: must be one of red, blue, is \"green\""},
        {"server:\n  loud: maybe\n", ":2: server.loud: must be true or false, is \"maybe\""},
        {"server:\n  name: ninebytes\n", ":2: server.name: must have 1 to 8 characters, has 9"},
        {"server:\n  name: \"a\\0b\"\n", ":2: server.name: must be a single value, is binary"},
        {"server:\n  port: 1\n  port: 2\n", ":3: server.port: appears a second time"},
        {"server: 3\n", ":1: server: must be a mapping, is a single value"},
        {"server:\n", ":1: server: must be a mapping, is nothing"},
        {"- server\n", ":1: must be a mapping, is a list"},
        {"server: {}\nlist: 3\n", ":2: list: must be a list, is a single value"},
        {"server: {}\nlist: []\n", ":2: list: must have 1 to 3 entries, has 0"},
        {"server: {}\nlist: [1, 2, 3, 4]\n", ":2: list: must have 1 to 3 entries, has 4"},
        {"server: {}\nlist:\n- 1\n- x\n", ":4: list[1]: must be a whole positive number, is \"x\""},
        {"server: {}\n? [a]\n: 1\n", ":2: a key must be a word"},
        {"&a server: *a\n", ":1: server: must be a mapping, is a single value"},
        {"server: &s\n  port: *s\n", ":1: server.port: must be a single value, is a mapping"},
        {"server:\n  port: 1\n\tratio: 2\n",
         ":3: not YAML: found a tab character that violates indentation"},
        {"server: {port: 1\n", ":2: not YAML: did not find expected ',' or '}'"},
        {"server: {}\n---\nserver: {}\n", ":2: a second document; one is enough"},
        {"server: {}\n---\n\t", ":3: not YAML: found character that cannot start any token"},
        {"", ":1: the file is empty"},
        {"# nothing\n", ":1: the file is empty"},
        {"server: {}\n# \xff\n", ":2: not YAML: invalid leading UTF-8 octet"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        wh_message message = {""};
        assert_string_equal(verdict(rows[i].text, strlen(rows[i].text), &message), rows[i].want);
    }
}

static void what_is_written_arrives_and_the_rest_falls_back(void **state)
{
    (void)state;
    const char *text = "server: {ratio: -0.25, wide: -5000000000000, paint: blue, loud: true,\n"
                       "  name: eight888}\nlist: [1, 4294967295]\n";
    write_text(text, strlen(text));
    wh_config_yaml *config = NULL;
    void *values = NULL;
    wh_message message = {""};
    assert_int_equal(wh_config_yaml_open(path, &schema, &config, &values, &message), WH_OK);
    assert_int_equal(wh_config_yaml_numbers(config, numbers, values, &message), WH_OK);
    const root *r = (const root *)values;
    assert_int_equal(r->server.port, 4059);
    assert_true(r->server.ratio == -0.25);
    assert_int_equal(r->server.shift, -2);
    assert_true(r->server.wide == -5000000000000);
    assert_int_equal(r->server.paint, COLOUR_BLUE);
    assert_true(r->server.loud);
    assert_string_equal(r->server.name, "eight888");
    assert_int_equal(r->list_count, 2);
    assert_int_equal(r->list[1], UINT32_MAX);
    assert_true(wh_config_yaml_has(config, "list[1]"));
    assert_false(wh_config_yaml_has(config, "list[2]"));
    assert_false(wh_config_yaml_has(config, "server.rat"));
    assert_false(wh_config_yaml_has(config, "server.ratio.deep"));
    assert_int_equal(wh_config_yaml_refuse(config, &message, "list[1]", "no %d", 7), WH_ERR_FORMAT);
    assert_string_equal(message.text + strlen(path), ":3: list[1]: no 7");
    assert_int_equal(wh_config_yaml_refuse(config, &message, "server.port", "absent"),
                     WH_ERR_FORMAT);
    assert_string_equal(message.text + strlen(path), ":1: server.port: absent");
    wh_config_yaml_close(config);
}

static void file_names_are_relative_to_the_file(void **state)
{
    (void)state;
    write_text("server: {}", 10);
    wh_config_yaml *config = NULL;
    void *values = NULL;
    assert_int_equal(wh_config_yaml_open(path, &schema, &config, &values, NULL), WH_OK);
    char *name = wh_config_yaml_path(config, "a/b.csv");
    assert_string_equal(name, "/tmp/a/b.csv");
    free(name);
    name = wh_config_yaml_path(config, "/x");
    assert_string_equal(name, "/x");
    free(name);
    wh_config_yaml_close(config);
}

static void a_missing_file_and_a_folder_say_so(void **state)
{
    (void)state;
    wh_config_yaml *config = NULL;
    void *values = NULL;
    wh_message message = {""};
    assert_int_equal(wh_config_yaml_open("/nowhere/m.yaml", &schema, &config, &values, &message),
                     WH_ERR_NOT_FOUND);
    assert_string_equal(message.text, "/nowhere/m.yaml: No such file or directory");
    assert_int_equal(wh_config_yaml_open("/tmp", &schema, &config, &values, &message), WH_ERR_IO);
    assert_string_equal(message.text, "/tmp: Is a directory");
}

static void a_file_over_the_limit_is_refused(void **state)
{
    (void)state;
    size_t len = WH_CONFIG_FILE_MAX;
    char *text = malloc(len + 1);
    assert_non_null(text);
    memset(text, ' ', len + 1);
    memcpy(text, "server: {}\n#", 12);
    wh_message message = {""};
    assert_string_equal(verdict(text, len, &message), "ok");
    assert_string_equal(verdict(text, len + 1, &message),
                        ": larger than 1048576 bytes, not a configuration");
    free(text);
}

static void every_prefix_is_loaded_or_refused_with_a_line(void **state)
{
    (void)state;
    static const char text[] = "server: {ratio: -0.25, paint: blue, loud: true, name: \"x\"}\n"
                               "list:\n- 1\n- 2\n";
    for (size_t len = 0; len < sizeof text; ++len) {
        wh_message message = {""};
        const char *said = verdict(text, len, &message);
        assert_true(strcmp(said, "ok") == 0 || said[0] == ':');
    }
}

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mistake_is_named_with_its_line_and_key),
        cmocka_unit_test(what_is_written_arrives_and_the_rest_falls_back),
        cmocka_unit_test(file_names_are_relative_to_the_file),
        cmocka_unit_test(a_missing_file_and_a_folder_say_so),
        cmocka_unit_test(a_file_over_the_limit_is_refused),
        cmocka_unit_test(every_prefix_is_loaded_or_refused_with_a_line),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
