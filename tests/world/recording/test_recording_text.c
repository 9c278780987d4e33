/* SPDX-License-Identifier: Apache-2.0 */
/* Lines, fields, numbers, units and code pages. */
#include "world/recording/recording_internal.h"
#include "world/recording/text_encoding.h"
#include "world/recording/text_lines.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static wh_span span(const char *text)
{
    return (wh_span){text, strlen(text)};
}

static void lines_end_in_three_ways(void **state)
{
    (void)state;
    static const char text[] = "a\nb\r\nc\rd\n\r\ne\x1A\x1A";
    static const struct {
        const char *line;
        bool terminated;
    } want[] = {{"a", true}, {"b", true}, {"c", true}, {"d", true}, {"", true}, {"e", false}};
    wh_lines l = wh_lines_init(text, sizeof text - 1, 7);
    assert_int_equal(wh_lines_count(&l), 6);
    wh_span line;
    for (size_t k = 0; k < 6; k++) {
        assert_true(wh_lines_next(&l, &line));
        assert_true(wh_span_is(line, want[k].line));
        assert_int_equal(l.line, 7 + k);
        assert_int_equal(l.terminated, want[k].terminated);
    }
    assert_false(wh_lines_next(&l, &line));
    l = wh_lines_init(NULL, 0, 1);
    assert_false(wh_lines_next(&l, &line));
}

static void fields_are_one_more_than_separators(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        size_t count;
        const char *last;
    } rows[] = {
        {"", 1, ""}, {",", 2, ""}, {" a ,b", 2, "b"}, {"a, \tb c\t", 2, "b c"}, {",,", 3, ""}};
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        wh_span rest = span(rows[k].line);
        wh_span field = {NULL, 0};
        size_t n = 0;
        while (wh_span_take_field(&rest, ',', &field)) {
            n++;
        }
        assert_int_equal(n, rows[k].count);
        assert_int_equal(wh_span_count_fields(span(rows[k].line), ','), rows[k].count);
        assert_true(wh_span_is(field, rows[k].last));
    }
}

static void only_whole_decimal_numbers_are_numbers(void **state)
{
    (void)state;
    static const char *const bad[] = {"",      "-",     "+",    ".",   "e5",   "1e",  "1e+",
                                      "1.2.3", "1 2",   "0x10", "nan", "NaN",  "inf", "-inf",
                                      "1,5",   "1e999", "--1",  "1-",  "1e5e", "1d5"};
    static const struct {
        const char *text;
        double value;
    } good[] = {{"0", 0},        {"-0.5", -0.5}, {"+3", 3},     {".5", 0.5},
                {"5.", 5},       {"1e3", 1000},  {"1E-2", .01}, {"2.836798e+000", 2.836798},
                {"1e308", 1e308}};
    double v;
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        assert_false(wh_span_to_double(span(bad[k]), &v));
    }
    for (size_t k = 0; k < sizeof good / sizeof good[0]; k++) {
        assert_true(wh_span_to_double(span(good[k].text), &v));
        assert_true(v == good[k].value);
    }
    char digits[65];
    memset(digits, '1', 64);
    digits[63] = '\0';
    assert_true(wh_span_to_double(span(digits), &v));
    digits[63] = '1';
    digits[64] = '\0';
    assert_false(wh_span_to_double(span(digits), &v));
}

static void integers_keep_their_limit(void **state)
{
    (void)state;
    uint64_t v;
    assert_true(wh_span_to_unsigned(span("0"), 0, &v) && v == 0);
    assert_false(wh_span_to_unsigned(span("1"), 0, &v));
    assert_true(wh_span_to_unsigned(span("100"), 100, &v) && v == 100);
    assert_false(wh_span_to_unsigned(span("101"), 100, &v));
    assert_true(wh_span_to_unsigned(span("18446744073709551615"), UINT64_MAX, &v));
    assert_true(v == UINT64_MAX);
    assert_false(wh_span_to_unsigned(span("18446744073709551616"), UINT64_MAX, &v));
    assert_false(wh_span_to_unsigned(span(""), 9, &v));
    assert_false(wh_span_to_unsigned(span("-1"), 9, &v));
    assert_false(wh_span_to_unsigned(span("+1"), 9, &v));
    assert_false(wh_span_to_unsigned(span("1.0"), 9, &v));
}

static void units_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        wh_source_unit unit;
        double factor;
    } rows[] = {
        {"V", WH_UNIT_VOLT, 1},       {"kV", WH_UNIT_VOLT, 1e3},     {"KV", WH_UNIT_VOLT, 1e3},
        {"mV", WH_UNIT_VOLT, 1e-3},   {"MV", WH_UNIT_VOLT, 1e6},     {"volt", WH_UNIT_VOLT, 1},
        {" Volts ", WH_UNIT_VOLT, 1}, {"кВ", WH_UNIT_VOLT, 1e3},     {"В", WH_UNIT_VOLT, 1},
        {"A", WH_UNIT_AMPERE, 1},     {"kA", WH_UNIT_AMPERE, 1e3},   {"mA", WH_UNIT_AMPERE, 1e-3},
        {"µA", WH_UNIT_AMPERE, 1e-6}, {"ampere", WH_UNIT_AMPERE, 1}, {"Amps", WH_UNIT_AMPERE, 1},
        {"А", WH_UNIT_AMPERE, 1},     {"кА", WH_UNIT_AMPERE, 1e3},   {"", WH_UNIT_OTHER, 1},
        {"deg", WH_UNIT_OTHER, 1},    {"none", WH_UNIT_OTHER, 1},    {"k", WH_UNIT_OTHER, 1},
        {"VA", WH_UNIT_OTHER, 1},     {"kW", WH_UNIT_OTHER, 1},      {"xV", WH_UNIT_OTHER, 1},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        double factor;
        assert_int_equal(wh_unit_parse(span(rows[k].text), &factor), rows[k].unit);
        assert_true(factor == rows[k].factor);
    }
}

typedef struct {
    const char *bytes;
    const char *encoding;
    const char *utf8;
} page;

static void every_code_page_becomes_utf8(void **state)
{
    (void)state;
    static const page rows[] = {
        {"plain", NULL, "plain"},
        {"\xEF\xBB\xBFmark", NULL, "mark"},
        {"Esta\xE7\xE3o", NULL, "Estação"},
        {"\xCD\xE5\xE8\xE7\xE2\xE5\xF1\xF2\xED\xFB\xE9 \xEA\xC2", NULL, "Неизвестный кВ"},
        {"220kV\xC4\xB8\xCF\xDF_Ua", NULL, "220kV母线_Ua"},
        {"\x98\xCD\xE5\xE8", NULL, "\\x98Неи"}, /* not in Windows-1251 */
        {"\x8D\xA0\xAF\xE0", "CP866", "Напр"},
        {"Spannung \xE4", "ISO-8859-1", "Spannung ä"},
        {"\xC3\xA4", "ISO-8859-1", "Ã¤"},
        {"\x80 \xFF", "ASCII", "\\x80 \\xFF"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        char *text;
        size_t len;
        assert_int_equal(wh_text_to_utf8((const uint8_t *)rows[k].bytes, strlen(rows[k].bytes),
                                         rows[k].encoding, &text, &len),
                         WH_OK);
        assert_string_equal(text, rows[k].utf8);
        assert_int_equal(len, strlen(rows[k].utf8));
        free(text);
    }
}

static void utf16_is_known_by_its_mark(void **state)
{
    (void)state;
    static const uint8_t little[] = {0xFF, 0xFE, 'U', 0, 0x1F, 0x04};
    static const uint8_t big[] = {0xFE, 0xFF, 0, 'U', 0x04, 0x1F};
    static const uint8_t half[] = {0xFF, 0xFE, 'U', 0, 0x1F};
    char *text;
    size_t len;
    assert_int_equal(wh_text_to_utf8(little, sizeof little, NULL, &text, &len), WH_OK);
    assert_string_equal(text, "UП");
    free(text);
    assert_int_equal(wh_text_to_utf8(big, sizeof big, NULL, &text, &len), WH_OK);
    assert_string_equal(text, "UП");
    free(text);
    assert_int_equal(wh_text_to_utf8(half, sizeof half, NULL, &text, &len), WH_OK);
    assert_true(wh_text_is_utf8(text, len));
    free(text);
}

static void every_byte_becomes_valid_utf8(void **state)
{
    (void)state;
    static const char *const encodings[] = {NULL, "CP1251", "GBK", "UTF-8", "UTF-16", "SHIFT-JIS"};
    uint8_t bytes[512];
    for (size_t k = 0; k < sizeof bytes; k++) {
        bytes[k] = (uint8_t)(k * 167 + 13 * (k / 7));
    }
    for (size_t e = 0; e < sizeof encodings / sizeof encodings[0]; e++) {
        for (size_t len = 0; len < sizeof bytes; len += 5) {
            uint8_t *copy = malloc(len > 0 ? len : 1);
            memcpy(copy, bytes, len);
            char *text;
            size_t out_len;
            assert_int_equal(wh_text_to_utf8(copy, len, encodings[e], &text, &out_len), WH_OK);
            assert_true(wh_text_is_utf8(text, out_len));
            free(text);
            free(copy);
        }
    }
}

static void utf8_is_strict(void **state)
{
    (void)state;
    static const char *const good[] = {"", "a", "é", "母", "\xF0\x9F\x94\x8C", "\xF4\x8F\xBF\xBF"};
    static const char *const bad[] = {
        "\x80",         "\xC0\x80",         "\xC3", "\xE0\x80\x80", "\xED\xA0\x80",    "\xE6\xAF",
        "\xF0\x80\x80", "\xF4\x90\x80\x80", "\xFF", "\xC3(",        "\xF8\x88\x80\x80"};
    for (size_t k = 0; k < sizeof good / sizeof good[0]; k++) {
        assert_true(wh_text_is_utf8(good[k], strlen(good[k])));
    }
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        assert_false(wh_text_is_utf8(bad[k], strlen(bad[k])));
    }
}

static void a_quote_is_short_and_clean(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *quote;
    } rows[] = {
        {"short", "short"},
        {"a\tb\033[1m", "a?b?[1m"},
        {"\xCD\xE5", "??"},
        {"1234567890123456789012345678901234567890", "1234567890123456789012345678901234567890"},
        {"12345678901234567890123456789012345678901",
         "1234567890123456789012345678901234567890..."},
        {"123456789012345678901234567890123456789é", "123456789012345678901234567890123456789..."},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        assert_string_equal(wh_span_quote(span(rows[k].text)).text, rows[k].quote);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_end_in_three_ways),
        cmocka_unit_test(fields_are_one_more_than_separators),
        cmocka_unit_test(only_whole_decimal_numbers_are_numbers),
        cmocka_unit_test(integers_keep_their_limit),
        cmocka_unit_test(units_are_understood),
        cmocka_unit_test(every_code_page_becomes_utf8),
        cmocka_unit_test(utf16_is_known_by_its_mark),
        cmocka_unit_test(every_byte_becomes_valid_utf8),
        cmocka_unit_test(utf8_is_strict),
        cmocka_unit_test(a_quote_is_short_and_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
