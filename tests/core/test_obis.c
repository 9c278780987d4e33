/* SPDX-License-Identifier: Apache-2.0 */
#include "core/obis.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct {
    const char *text;
    wh_err err;
    size_t error_at;
    wh_obis obis;
} row;

static const row rows[] = {
    {"1-0:1.8.0*255", WH_OK, 0, WH_OBIS_INIT(1, 0, 1, 8, 0, 255)},
    {"1-0:1.8.0", WH_OK, 0, WH_OBIS_INIT(1, 0, 1, 8, 0, 255)},
    {"1-0:1.8.0*126", WH_OK, 0, WH_OBIS_INIT(1, 0, 1, 8, 0, 126)},
    {"1.8.0", WH_OK, 0, WH_OBIS_INIT(1, 0, 1, 8, 0, 255)},
    {"1.8.0*1", WH_OK, 0, WH_OBIS_INIT(1, 0, 1, 8, 0, 1)},
    {"0.0.1.0.0.255", WH_OK, 0, WH_OBIS_INIT(0, 0, 1, 0, 0, 255)},
    {"0-0:96.1.0", WH_OK, 0, WH_OBIS_INIT(0, 0, 96, 1, 0, 255)},
    {"255-255:255.255.255*255", WH_OK, 0, WH_OBIS_INIT(255, 255, 255, 255, 255, 255)},
    {"0-0:0.0.0*0", WH_OK, 0, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"001-000:001.008.000*255", WH_OK, 0, WH_OBIS_INIT(1, 0, 1, 8, 0, 255)},
    {"", WH_ERR_SHORT, 0, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"1", WH_ERR_SHORT, 1, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"1.8", WH_ERR_SHORT, 3, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"1.8.", WH_ERR_SHORT, 4, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"1.8.0*", WH_ERR_SHORT, 6, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"1.0.1.8", WH_ERR_SHORT, 7, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"1-0:1.8", WH_ERR_SHORT, 7, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"256.8.0", WH_ERR_RANGE, 0, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"1-0:1.8.0*256", WH_ERR_RANGE, 10, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"1.99999999999999999999.0", WH_ERR_RANGE, 2, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"x.8.0", WH_ERR_FORMAT, 0, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {" 1.8.0", WH_ERR_FORMAT, 0, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"1.8.0 ", WH_ERR_FORMAT, 5, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"1..0", WH_ERR_FORMAT, 2, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"1-0.1.8.0", WH_ERR_FORMAT, 3, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"1:1.8.0", WH_ERR_FORMAT, 1, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"1-0:1.8.0.255", WH_ERR_FORMAT, 9, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"1.0.1.8.0*255", WH_ERR_FORMAT, 9, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"1.0.1.8.0.255.0", WH_ERR_FORMAT, 13, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"1-0:1.8.0*255*", WH_ERR_FORMAT, 13, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"-1.8.0", WH_ERR_FORMAT, 0, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
    {"1-0:1,8.0", WH_ERR_FORMAT, 5, WH_OBIS_INIT(0, 0, 0, 0, 0, 0)},
};

/* Parse a copy that ends with its block, so that a one-byte over-read is seen. */
static wh_err parse_exact(const char *text, size_t len, wh_obis *out, size_t *error_at)
{
    char *block = malloc(len + 1);
    assert_non_null(block);
    memcpy(block + 1, text, len);
    wh_err err = wh_obis_parse(block + 1, len, out, error_at);
    free(block);
    return err;
}

static void texts_give_their_code_or_name_the_place_of_the_error(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_obis obis = WH_OBIS_INIT(9, 9, 9, 9, 9, 9);
        size_t error_at = 999;
        wh_err err = parse_exact(rows[i].text, strlen(rows[i].text), &obis, &error_at);
        if (err != rows[i].err || error_at != rows[i].error_at) {
            fail_msg("'%s': %s at %zu", rows[i].text, wh_err_text(err), error_at);
        }
        if (err == WH_OK) {
            assert_memory_equal(obis.group, rows[i].obis.group, sizeof obis.group);
        }
    }
}

static void every_prefix_of_a_code_is_short_or_a_shorter_code(void **unused)
{
    (void)unused;
    static const char *const texts[] = {"1-0:13.28.10*25", "13.28.10*25", "1.0.13.28.10.25"};
    for (size_t i = 0; i < 3; i++) {
        for (size_t len = 0; len < strlen(texts[i]); len++) {
            wh_obis obis;
            size_t error_at = 999;
            wh_err err = parse_exact(texts[i], len, &obis, &error_at);
            assert_true(err == WH_OK || err == WH_ERR_SHORT);
            assert_int_equal(error_at, err == WH_OK ? 0 : len);
        }
    }
}

static void a_zero_within_the_length_is_no_end(void **unused)
{
    (void)unused;
    static const char text[] = "1.8.0\0";
    wh_obis obis;
    size_t error_at = 0;
    assert_int_equal(parse_exact(text, 6, &obis, &error_at), WH_ERR_FORMAT);
    assert_int_equal(error_at, 5);
}

static void the_place_of_the_error_may_be_left_out(void **unused)
{
    (void)unused;
    wh_obis obis;
    assert_int_equal(wh_obis_parse("1.8.0", 5, &obis, NULL), WH_OK);
    assert_int_equal(wh_obis_parse("1.8,0", 5, &obis, NULL), WH_ERR_FORMAT);
}

static void a_code_is_written_with_f_only_where_it_is_not_255(void **unused)
{
    (void)unused;
    static const struct {
        wh_obis obis;
        const char *text;
    } written[] = {
        {WH_OBIS_INIT(1, 0, 1, 8, 0, 255), "1-0:1.8.0"},
        {WH_OBIS_INIT(1, 0, 1, 8, 0, 0), "1-0:1.8.0*0"},
        {WH_OBIS_INIT(0, 99, 100, 10, 9, 254), "0-99:100.10.9*254"},
        {WH_OBIS_INIT(255, 255, 255, 255, 255, 254), "255-255:255.255.255*254"},
    };
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
        char text[WH_OBIS_TEXT_SIZE];
        assert_int_equal(wh_obis_format(written[i].obis, text), strlen(written[i].text));
        assert_string_equal(text, written[i].text);
    }
}

static void every_value_of_every_group_survives_writing_and_reading(void **unused)
{
    (void)unused;
    for (unsigned k = 0; k < WH_OBIS_GROUPS; k++) {
        for (unsigned value = 0; value <= 255; value++) {
            wh_obis obis = WH_OBIS_INIT(1, 0, 1, 8, 0, 255);
            obis.group[k] = (uint8_t)value;
            char text[WH_OBIS_TEXT_SIZE];
            size_t len = wh_obis_format(obis, text);
            wh_obis back;
            assert_int_equal(parse_exact(text, len, &back, NULL), WH_OK);
            assert_true(wh_obis_equal(obis, back));

            char dotted[WH_OBIS_TEXT_SIZE];
            len = (size_t)snprintf(dotted, sizeof dotted, "%u.%u.%u.%u.%u.%u", obis.group[0],
                                   obis.group[1], obis.group[2], obis.group[3], obis.group[4],
                                   obis.group[5]);
            assert_int_equal(parse_exact(dotted, len, &back, NULL), WH_OK);
            assert_true(wh_obis_equal(obis, back));
        }
    }
}

static void codes_are_ordered_by_group_a_first(void **unused)
{
    (void)unused;
    for (unsigned k = 0; k < WH_OBIS_GROUPS; k++) {
        wh_obis low = WH_OBIS_INIT(1, 1, 1, 1, 1, 1);
        wh_obis high = low;
        for (unsigned j = k; j < WH_OBIS_GROUPS; j++) {
            low.group[j] = 255;
        }
        low.group[k] = 127;
        high.group[k] = 128; /* above the sign bit of a signed char */
        assert_true(wh_obis_compare(low, high) < 0);
        assert_true(wh_obis_compare(high, low) > 0);
        assert_int_equal(wh_obis_compare(low, low), 0);
        assert_false(wh_obis_equal(low, high));
    }
}

static void a_pattern_matches_where_its_given_groups_agree(void **unused)
{
    (void)unused;
    static const struct {
        const char *pattern;
        const char *code;
        bool match;
    } cases[] = {
        {"1-0:x.8.x", "1-0:1.8.0", true},     {"1-0:x.8.x", "1-0:255.8.255", true},
        {"1-0:x.8.x", "1-0:1.8.0*1", false},  {"1-0:x.8.x*x", "1-0:1.8.0*1", true},
        {"1-0:x.8.x", "1-0:1.7.0", false},    {"1-0:x.8.x", "1-1:1.8.0", false},
        {"x-x:x.x.x*x", "7-3:9.4.2*1", true}, {"x.x.x.x.x.x", "0-0:1.0.0", true},
        {"x.8.0", "1-0:2.8.0", true},         {"x.8.0", "0-0:2.8.0", false},
        {"1.8.0", "1-0:1.8.0", true},         {"x-0:1.8.0", "0-0:1.8.0", true},
        {"1-0:0.8.0", "1-0:1.8.0", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wh_obis_pattern pattern;
        wh_obis obis;
        size_t error_at = 999;
        assert_int_equal(
            wh_obis_pattern_parse(cases[i].pattern, strlen(cases[i].pattern), &pattern, &error_at),
            WH_OK);
        assert_int_equal(error_at, 0);
        assert_int_equal(wh_obis_parse(cases[i].code, strlen(cases[i].code), &obis, NULL), WH_OK);
        if (wh_obis_match(&pattern, obis) != cases[i].match) {
            fail_msg("%s against %s", cases[i].pattern, cases[i].code);
        }
    }
}

static void a_pattern_keeps_which_groups_may_be_anything(void **unused)
{
    (void)unused;
    wh_obis_pattern pattern;
    assert_int_equal(wh_obis_pattern_parse("1-x:32.7.x", 10, &pattern, NULL), WH_OK);
    wh_obis obis = WH_OBIS_INIT(1, 0, 32, 7, 0, 255); /* 0 where it may be anything */
    assert_true(wh_obis_equal(pattern.obis, obis));
    assert_int_equal(pattern.any, 1U << WH_OBIS_B | 1U << WH_OBIS_E);
}

static void a_pattern_with_something_beside_its_x_is_refused(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        wh_err err;
        size_t error_at;
    } cases[] = {
        {"x1.8.0", WH_ERR_FORMAT, 1}, {"1x.8.0", WH_ERR_FORMAT, 1}, {"xx.8.0", WH_ERR_FORMAT, 1},
        {"X.8.0", WH_ERR_FORMAT, 0},  {"x.8.", WH_ERR_SHORT, 4},    {"x", WH_ERR_SHORT, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wh_obis_pattern pattern;
        size_t error_at = 999;
        size_t len = strlen(cases[i].text);
        assert_int_equal(wh_obis_pattern_parse(cases[i].text, len, &pattern, &error_at),
                         cases[i].err);
        assert_int_equal(error_at, cases[i].error_at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_give_their_code_or_name_the_place_of_the_error),
        cmocka_unit_test(every_prefix_of_a_code_is_short_or_a_shorter_code),
        cmocka_unit_test(a_zero_within_the_length_is_no_end),
        cmocka_unit_test(the_place_of_the_error_may_be_left_out),
        cmocka_unit_test(a_code_is_written_with_f_only_where_it_is_not_255),
        cmocka_unit_test(every_value_of_every_group_survives_writing_and_reading),
        cmocka_unit_test(codes_are_ordered_by_group_a_first),
        cmocka_unit_test(a_pattern_matches_where_its_given_groups_agree),
        cmocka_unit_test(a_pattern_keeps_which_groups_may_be_anything),
        cmocka_unit_test(a_pattern_with_something_beside_its_x_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
