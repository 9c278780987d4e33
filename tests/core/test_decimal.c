/* SPDX-License-Identifier: Apache-2.0 */
#include "core/decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Parse a copy that ends with its block, so that a one-byte over-read is seen. */
static wh_err parse_exact(const char *text, int8_t scaler, int64_t *value, size_t *error_at)
{
    size_t len = strlen(text);
    char *block = malloc(len + 1);
    assert_non_null(block);
    memcpy(block + 1, text, len);
    wh_err err = wh_decimal_parse(block + 1, len, scaler, value, error_at);
    free(block);
    return err;
}

static void values_are_written_with_the_decimals_of_their_scaler(void **unused)
{
    (void)unused;
    static const struct {
        int64_t value;
        int8_t scaler;
        const char *text;
    } cases[] = {
        {12345, -1, "1234.5"},
        {12345, 0, "12345"},
        {12345, 3, "12345000"},
        {-12345, -3, "-12.345"},
        {12345, -5, "0.12345"},
        {12345, -6, "0.012345"},
        {-5, -1, "-0.5"},
        {5, -3, "0.005"},
        {0, 0, "0"},
        {0, -2, "0.00"},
        {0, 5, "0"},
        {10, -1, "1.0"},
        {1, 1, "10"},
        {INT64_MAX, 0, "9223372036854775807"},
        {INT64_MIN, 0, "-9223372036854775808"},
        {INT64_MIN, -19, "-0.9223372036854775808"},
        {INT64_MIN, -18, "-9.223372036854775808"},
        {INT64_MAX, 1, "92233720368547758070"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[WH_DECIMAL_TEXT_SIZE];
        assert_int_equal(wh_decimal_format(cases[i].value, cases[i].scaler, text),
                         strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
}

static void the_longest_text_fills_its_buffer_exactly(void **unused)
{
    (void)unused;
    char *text = malloc(WH_DECIMAL_TEXT_SIZE);
    assert_non_null(text);
    assert_int_equal(wh_decimal_format(INT64_MIN, 127, text), WH_DECIMAL_TEXT_SIZE - 1);
    assert_int_equal(strspn(text + 20, "0"), 127);
    assert_int_equal(wh_decimal_format(INT64_MIN, -128, text), 1 + 2 + 128);
    free(text);
}

static void every_scaler_survives_writing_and_reading(void **unused)
{
    (void)unused;
    static const int64_t values[] = {0,
                                     1,
                                     -1,
                                     9,
                                     10,
                                     -99,
                                     100,
                                     12345678,
                                     -100000000,
                                     INT64_MAX,
                                     INT64_MIN,
                                     INT64_MAX - 1,
                                     INT64_MIN + 1,
                                     1000000000000000000};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        for (int scaler = INT8_MIN; scaler <= INT8_MAX; scaler++) {
            char text[WH_DECIMAL_TEXT_SIZE];
            size_t len = wh_decimal_format(values[i], (int8_t)scaler, text);
            assert_int_equal(len, strlen(text));
            int64_t back = 77;
            size_t error_at = 77;
            assert_int_equal(parse_exact(text, (int8_t)scaler, &back, &error_at), WH_OK);
            assert_true(back == values[i]);
            assert_int_equal(error_at, 0);
        }
    }
}

static void texts_are_read_exactly_or_refused(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        int8_t scaler;
        wh_err err;
        size_t error_at;
        int64_t value;
    } cases[] = {
        {"1.5", -3, WH_OK, 0, 1500},
        {"1.5", -1, WH_OK, 0, 15},
        {"1.50", -1, WH_OK, 0, 15},
        {"1.25", -1, WH_ERR_RANGE, 3, 0},
        {"-0.5", -1, WH_OK, 0, -5},
        {"-0", 0, WH_OK, 0, 0},
        {"007", 0, WH_OK, 0, 7},
        {"12000", 3, WH_OK, 0, 12},
        {"12300", 3, WH_ERR_RANGE, 2, 0},
        {"12000.000", 3, WH_OK, 0, 12},
        {"12000.001", 3, WH_ERR_RANGE, 8, 0},
        {"0", 127, WH_OK, 0, 0},
        {"0.0", -128, WH_OK, 0, 0},
        {"5", 1, WH_ERR_RANGE, 0, 0},
        {"0000000000000000000000000000000000000005", 0, WH_OK, 0, 5},
        {"9223372036854775807", 0, WH_OK, 0, INT64_MAX},
        {"9223372036854775808", 0, WH_ERR_RANGE, 18, 0},
        {"-9223372036854775808", 0, WH_OK, 0, INT64_MIN},
        {"-9223372036854775809", 0, WH_ERR_RANGE, 19, 0},
        {"92233720368547758070", 0, WH_ERR_RANGE, 19, 0},
        {"922337203685477580.7", -1, WH_OK, 0, INT64_MAX},
        {"922337203685477580.8", -1, WH_ERR_RANGE, 19, 0},
        {"922337203685477581", -1, WH_ERR_RANGE, 18, 0},
        {"1", -19, WH_ERR_RANGE, 1, 0},
        {"1", -18, WH_OK, 0, 1000000000000000000},
        {"", 0, WH_ERR_SHORT, 0, 0},
        {"-", 0, WH_ERR_SHORT, 1, 0},
        {"1.", 0, WH_ERR_SHORT, 2, 0},
        {".5", -1, WH_ERR_FORMAT, 0, 0},
        {"-.5", -1, WH_ERR_FORMAT, 1, 0},
        {"1.2.3", -2, WH_ERR_FORMAT, 3, 0},
        {"1..2", -2, WH_ERR_FORMAT, 2, 0},
        {"+1", 0, WH_ERR_FORMAT, 0, 0},
        {"--1", 0, WH_ERR_FORMAT, 1, 0},
        {"1-", 0, WH_ERR_FORMAT, 1, 0},
        {"1e3", 0, WH_ERR_FORMAT, 1, 0},
        {" 1", 0, WH_ERR_FORMAT, 0, 0},
        {"1 ", 0, WH_ERR_FORMAT, 1, 0},
        {"1,5", -1, WH_ERR_FORMAT, 1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = 77;
        size_t error_at = 999;
        wh_err err = parse_exact(cases[i].text, cases[i].scaler, &value, &error_at);
        if (err != cases[i].err || error_at != cases[i].error_at) {
            fail_msg("'%s' by %d: %s at %zu", cases[i].text, cases[i].scaler, wh_err_text(err),
                     error_at);
        }
        if (err == WH_OK) {
            assert_true(value == cases[i].value);
        }
    }
}

static void the_place_of_the_error_may_be_left_out(void **unused)
{
    (void)unused;
    int64_t value = 0;
    assert_int_equal(wh_decimal_parse("x", 1, 0, &value, NULL), WH_ERR_FORMAT);
    assert_int_equal(wh_decimal_parse("4", 1, 0, &value, NULL), WH_OK);
    assert_int_equal(value, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_written_with_the_decimals_of_their_scaler),
        cmocka_unit_test(the_longest_text_fills_its_buffer_exactly),
        cmocka_unit_test(every_scaler_survives_writing_and_reading),
        cmocka_unit_test(texts_are_read_exactly_or_refused),
        cmocka_unit_test(the_place_of_the_error_may_be_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
