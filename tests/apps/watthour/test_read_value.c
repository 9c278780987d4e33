/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/read_value.h"
#include "tests/protocol/dlms/dlms_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char *print(const char *hex, wh_read_format format, bool *good)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    wh_dlms_octets data = octets_from_hex(hex);
    assert_non_null(out);
    *good = wh_read_print_value(out, data, &format);
    fclose(out);
    octets_free(data);
    return text;
}

static void values_are_printed_for_people_and_as_json(void **state)
{
    static const struct {
        const char *hex;
        int8_t scaler;
        bool clock;
        const char *text;
        const char *json;
    } rows[] = {
        {"00", 0, false, "-", "null"},
        {"0301", 0, false, "true", "true"},
        {"15000000000012D687", -3, false, "1234.567", "1234.567"},
        {"10FFFF", 1, false, "-10", "-10"},
        {"0580000000", -2, false, "-21474836.48", "-21474836.48"},
        {"15FFFFFFFFFFFFFFFF", 0, false, "18446744073709551615", "18446744073709551615"},
        {"15FFFFFFFFFFFFFFFF", -3, false, "18446744073709551615e-3", "18446744073709551615e-3"},
        {"161E", 0, false, "30", "30"},
        {"0D42", 0, false, "42", "\"42\""},
        {"173F800000", -1, false, "0.1", "0.1"},
        {"183FF0000000000000", 0, false, "1", "1"},
        {"177FC00000", 0, false, "-", "null"},
        {"0A0841422243 5C440A07", 0, false, "414222435C440A07", "\"414222435C440A07\""},
        {"0A06414222435C44", 0, false, "AB\"C\\D", "\"AB\\\"C\\\\D\""},
        {"09031B5B4A", 0, false, "1B5B4A", "\"1B5B4A\""}, /* no escape sequence passes */
        {"0C04C3A4C3B6", 0, false, "äö", "\"äö\""},
        {"0C02C29B", 0, false, "C29B", "\"C29B\""},       /* nor one of C1 */
        {"0C02C0AF", 0, false, "C0AF", "\"C0AF\""},       /* overlong */
        {"0C03EDA080", 0, false, "EDA080", "\"EDA080\""}, /* half a surrogate */
        {"0C0161", 0, false, "a", "\"a\""},
        {"0418001210", 0, false, "001210", "\"001210\""},
        {"090C07E70B0E02170D140CFFC400", 0, true, "2023-11-14T23:13:20.12+01:00",
         "\"2023-11-14T23:13:20.12+01:00\""},
        {"090C07E70B0E02170D1400012C00", 0, true, "2023-11-14T23:13:20-05:00",
         "\"2023-11-14T23:13:20-05:00\""},
        {"090CFFFFFFFFFFFFFFFFFF800001", 0, true, "-", "null"},
        {"090CFFFF03FE0702000000800000", 0, true, "****-03-254T02:00:00",
         "\"****-03-254T02:00:00\""},
        {"090C07E70B0E02170D140CFFC400", 0, false, "07E70B0E02170D140CFFC400",
         "\"07E70B0E02170D140CFFC400\""},
        {"1A07E70B0E02", 0, false, "2023-11-14", "\"2023-11-14\""},
        {"1B170D1400", 0, false, "23:13:20", "\"23:13:20\""},
        {"0203 1101 0102 1102 1103 0A0141", -3, false, "{1, {2, 3}, A}", "[1, [2, 3], \"A\"]"},
        {"0100", 0, false, "{}", "[]"},
        {"0202 0100 0100", 0, false, "{{}, {}}", "[[], []]"},
        {"1311 02 0102", 0, false, "{1, 2}", "[1, 2]"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_read_format format = {.clock = rows[i].clock, .scaler = rows[i].scaler};
        bool good = false;
        char *text = print(rows[i].hex, format, &good);
        assert_true(good);
        assert_string_equal(text, rows[i].text);
        free(text);
        format.json = true;
        text = print(rows[i].hex, format, &good);
        assert_true(good);
        assert_string_equal(text, rows[i].json);
        free(text);
    }
}

static void a_broken_value_is_told(void **state)
{
    static const char *const rows[] = {"", "09", "0902AA", "0202110111", "07"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const wh_read_format format = {.json = true};
        bool good = true;
        free(print(rows[i], format, &good));
        assert_false(good);
    }
}

static void a_scaler_and_unit_is_told_from_other_things(void **state)
{
    static const struct {
        const char *hex;
        bool good;
    } rows[] = {
        {"02020FFD161E", true},    {"02020FFD111E", false}, {"020210FFFD161E", false},
        {"02030FFD161E00", false}, {"0202 0FFD", false},    {"00", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_dlms_octets data = octets_from_hex(rows[i].hex);
        int8_t scaler = 0;
        uint8_t unit = 0;
        assert_int_equal(wh_read_scaler_unit(data, &scaler, &unit), rows[i].good);
        if (rows[i].good) {
            assert_int_equal(scaler, -3);
            assert_int_equal(unit, 30);
        }
        octets_free(data);
    }
}

static void json_strings_are_escaped(void **state)
{
    (void)state;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    wh_read_print_json_string(out, "a\"b\\c\x01\nä");
    fclose(out);
    assert_string_equal(text, "\"a\\\"b\\\\c\\u0001\\u000aä\"");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_printed_for_people_and_as_json),
        cmocka_unit_test(a_broken_value_is_told),
        cmocka_unit_test(a_scaler_and_unit_is_told_from_other_things),
        cmocka_unit_test(json_strings_are_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
