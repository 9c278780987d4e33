/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/json_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct {
    char text[256];
    size_t len;
} sink;

static void put(void *user, const char *text, size_t len)
{
    sink *s = user;
    assert_true(len < sizeof s->text - s->len);
    memcpy(s->text + s->len, text, len);
    s->len += len;
    s->text[s->len] = '\0';
}

static void numbers_are_written_in_full(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        const char *want;
    } row[] = {
        {0, "{\"n\":0}\n"},
        {9, "{\"n\":9}\n"},
        {10, "{\"n\":10}\n"},
        {-1, "{\"n\":-1}\n"},
        {INT64_MAX, "{\"n\":9223372036854775807}\n"},
        {INT64_MIN, "{\"n\":-9223372036854775808}\n"},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        sink s = {.len = 0};
        wh_json_line r = {.put = put, .user = &s};
        wh_json_line_begin(&r);
        wh_json_line_int(&r, "n", row[i].value);
        wh_json_line_end(&r);
        assert_string_equal(s.text, row[i].want);
    }
}

static void members_are_parted_by_commas(void **state)
{
    (void)state;
    const int64_t values[] = {1, -2, 3};
    sink s = {.len = 0};
    wh_json_line r = {.put = put, .user = &s};
    wh_json_line_begin(&r);
    wh_json_line_ints(&r, "a", values, 3);
    wh_json_line_ints(&r, "b", values, 0);
    wh_json_line_text(&r, "c", "x y");
    wh_json_line_end(&r);
    wh_json_line_begin(&r);
    wh_json_line_int(&r, "d", 4);
    wh_json_line_end(&r);
    assert_string_equal(s.text, "{\"a\":[1,-2,3],\"b\":[],\"c\":\"x y\"}\n{\"d\":4}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_written_in_full),
        cmocka_unit_test(members_are_parted_by_commas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
