/* SPDX-License-Identifier: Apache-2.0 */
#include "world/billing/json_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char text[] = "\n"                               /* 1 */
                           "{\n"                              /* 2 */
                           "  \"a\": 1,\n"                    /* 3 */
                           "  \"b\": [ {\"c\": \"]}\\\"\",\n" /* 4 */
                           "            \"d\" : null},\n"     /* 5 */
                           "          [1, [2,\n"              /* 6 */
                           "           3], -4.5e1],\n"        /* 7 */
                           "         {\n"                     /* 8 */
                           "            \"d\"\n"              /* 9 */
                           "            :\n"                  /* 10 */
                           "            true}],\n"            /* 11 */
                           "  \"e\": {}, \"ab\": [],\n"       /* 12 */
                           "  \"\": \"\\\\\",\n"              /* 13 */
                           "  \"f\": false\n"                 /* 14 */
                           "}\n";

static const struct {
    const char *name;
    unsigned line;
    size_t count;
    wh_json_step steps[4];
} rows[] = {
    {"the root", 2, 0, {{NULL, 0}}},
    {"a number", 3, 1, {{"a", 0}}},
    {"an array", 4, 1, {{"b", 0}}},
    {"a string with brackets", 4, 3, {{"b", 0}, {NULL, 0}, {"c", 0}}},
    {"behind it", 5, 3, {{"b", 0}, {NULL, 0}, {"d", 0}}},
    {"an array in an array", 6, 2, {{"b", 0}, {NULL, 1}}},
    {"the innermost", 7, 4, {{"b", 0}, {NULL, 1}, {NULL, 1}, {NULL, 1}}},
    {"behind the innermost", 7, 3, {{"b", 0}, {NULL, 1}, {NULL, 2}}},
    {"a value on a line of its own", 11, 3, {{"b", 0}, {NULL, 2}, {"d", 0}}},
    {"no such element", 4, 2, {{"b", 0}, {NULL, 3}}},
    {"no such member", 4, 3, {{"b", 0}, {NULL, 0}, {"x", 0}}},
    {"an element of an object", 12, 2, {{"e", 0}, {NULL, 0}}},
    {"a member of an array", 12, 2, {{"ab", 0}, {"a", 0}}},
    {"the empty key", 13, 1, {{"", 0}}},
    {"the last", 14, 1, {{"f", 0}}},
    {"a step into a word", 14, 2, {{"f", 0}, {"x", 0}}},
    {"not there at all", 2, 1, {{"g", 0}}},
};

static void a_value_is_found_in_its_line(void **state)
{
    (void)state;
    char *exact = malloc(sizeof text - 1);
    memcpy(exact, text, sizeof text - 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned line = wh_json_place_line(exact, sizeof text - 1, rows[i].steps, rows[i].count);
        if (line != rows[i].line) {
            fail_msg("%s: line %u, not %u", rows[i].name, line, rows[i].line);
        }
    }
    free(exact);
}

static void of_a_text_cut_anywhere_the_line_is_one_it_has(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof text; len++) {
        char *exact = malloc(len > 0 ? len : 1);
        memcpy(exact, text, len);
        unsigned lines = 1;
        for (size_t i = 0; i < len; i++) {
            lines += exact[i] == '\n' ? 1U : 0U;
        }
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            unsigned line = wh_json_place_line(exact, len, rows[i].steps, rows[i].count);
            assert_in_range(line, 1, lines);
        }
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_found_in_its_line),
        cmocka_unit_test(of_a_text_cut_anywhere_the_line_is_one_it_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
