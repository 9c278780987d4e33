/* SPDX-License-Identifier: Apache-2.0 */
/* These words are part of the JSON form, version 1: they never change. */
#include "world/billing/signed_text.h"

#include "core/unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_column_is_named_by_its_code_or_not_at_all(void **state)
{
    (void)state;
    static const struct {
        wh_column column;
        const char *text;
    } rows[] = {
        {{WH_OBIS_INIT(1, 0, 1, 8, 0, 255), 2}, "active energy imported"},
        {{WH_OBIS_INIT(1, 1, 1, 8, 63, 255), 2}, "active energy imported, rate 63"},
        {{WH_OBIS_INIT(1, 0, 1, 8, 64, 255), 2}, ""},
        {{WH_OBIS_INIT(1, 0, 22, 8, 1, 255), 2}, "active energy exported, L1, rate 1"},
        {{WH_OBIS_INIT(1, 0, 48, 8, 0, 255), 2}, "reactive energy in quadrant IV, L2"},
        {{WH_OBIS_INIT(1, 0, 70, 8, 0, 255), 2}, "apparent energy exported, L3"},
        {{WH_OBIS_INIT(1, 0, 81, 8, 0, 255), 2}, ""},
        {{WH_OBIS_INIT(1, 0, 0, 8, 0, 255), 2}, ""},
        {{WH_OBIS_INIT(1, 0, 20, 8, 0, 255), 2}, ""},
        {{WH_OBIS_INIT(1, 0, 12, 8, 0, 255), 2}, ""},
        {{WH_OBIS_INIT(1, 0, 15, 8, 0, 255), 2}, "combined active energy"},
        {{WH_OBIS_INIT(1, 0, 16, 8, 0, 255), 2}, "active energy imported less exported"},
        {{WH_OBIS_INIT(1, 0, 17, 8, 0, 255), 2}, ""},
        {{WH_OBIS_INIT(1, 0, 127, 8, 0, 255), 2}, ""},
        {{WH_OBIS_INIT(1, 0, 128, 8, 2, 255), 2}, "combined reactive energy 1, rate 2"},
        {{WH_OBIS_INIT(1, 0, 129, 6, 0, 255), 2}, "maximum demand of combined reactive power 2"},
        {{WH_OBIS_INIT(1, 0, 130, 8, 0, 255), 2}, ""},
        {{WH_OBIS_INIT(1, 0, 3, 9, 0, 255), 2}, "reactive energy imported since the last billing"},
        {{WH_OBIS_INIT(1, 0, 4, 6, 2, 255), 2},
         "maximum demand of reactive power exported, rate 2"},
        {{WH_OBIS_INIT(1, 0, 4, 6, 2, 255), 5},
         "time of the maximum demand of reactive power exported, rate 2"},
        {{WH_OBIS_INIT(1, 0, 9, 2, 0, 255), 2},
         "cumulative maximum demand of apparent power imported"},
        {{WH_OBIS_INIT(1, 0, 1, 8, 0, 255), 5}, ""},
        {{WH_OBIS_INIT(1, 0, 1, 7, 0, 255), 2}, ""},
        {{WH_OBIS_INIT(1, 0, 1, 8, 0, 1), 2}, ""},
        {{WH_OBIS_INIT(7, 0, 1, 8, 0, 255), 2}, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[WH_SIGNED_MEANING_TEXT];
        wh_signed_text_meaning(rows[i].column, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void every_code_gives_a_text_that_fits(void **state)
{
    (void)state;
    size_t longest = 0;
    for (unsigned c = 0; c < 256; c++) {
        for (unsigned d = 0; d < 256; d++) {
            for (uint8_t attribute = 2; attribute <= 5; attribute += 3) {
                wh_column column = {WH_OBIS_INIT(1, 0, (uint8_t)c, (uint8_t)d, 63, 255), attribute};
                char text[WH_SIGNED_MEANING_TEXT];
                wh_signed_text_meaning(column, text);
                longest = strlen(text) > longest ? strlen(text) : longest;
            }
        }
    }
    assert_in_range(longest, 40, WH_SIGNED_MEANING_TEXT - 2); /* none was cut */
}

static void a_time_is_local_with_its_offset(void **state)
{
    (void)state;
    static const struct {
        uint32_t utc_s;
        int16_t offset_min;
        const char *text;
    } rows[] = {
        {0, 0, "1970-01-01T00:00:00+00:00"},
        {0, -840, "1969-12-31T10:00:00-14:00"},
        {1782856800, 120, "2026-07-01T00:00:00+02:00"},
        {1782856800, -210, "2026-06-30T18:30:00-03:30"},
        {UINT32_MAX, 960, "2106-02-07T22:28:15+16:00"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[WH_SIGNED_TIME_TEXT];
        wh_signed_text_time(rows[i].utc_s, rows[i].offset_min, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void a_value_is_exact_and_in_its_unit(void **state)
{
    (void)state;
    static const struct {
        uint8_t attribute;
        uint8_t unit;
        int8_t scaler;
        int64_t value;
        const char *text;
        const char *unit_text;
    } rows[] = {
        {2, WH_UNIT_WH, -3, 1234567890, "1234567.890", "Wh"},
        {2, WH_UNIT_WH, -3, -1, "-0.001", "Wh"},
        {2, WH_UNIT_CURRENCY, -6, 12345678, "12.345678", "currency"},
        {2, WH_UNIT_NONE, 0, 7, "7", ""},
        {2, 0, 2, 7, "700", ""},
        {5, WH_UNIT_NONE, 0, 1782856800, "2026-06-30T22:00:00Z", ""},
        {5, WH_UNIT_W, 0, 0, "1970-01-01T00:00:00Z", ""},
        {5, WH_UNIT_NONE, 0, -1, "-1", ""},
        {5, WH_UNIT_NONE, 0, INT64_C(1) << 32, "4294967296", ""},
        {2, WH_UNIT_SECOND, 0, 1782856800, "1782856800", "s"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const wh_signed_value value = {
            .column = {WH_OBIS_INIT(1, 0, 1, 6, 0, 255), rows[i].attribute},
            .unit = rows[i].unit,
            .scaler = rows[i].scaler,
            .has_value = true,
            .value = rows[i].value};
        char text[WH_SIGNED_VALUE_TEXT];
        wh_signed_text_value(&value, text);
        assert_string_equal(text, rows[i].text);
        assert_string_equal(wh_signed_text_unit(&value), rows[i].unit_text);
    }
}

static void a_device_name_is_shown_as_text_or_in_hex(void **state)
{
    (void)state;
    wh_signed_head head = {.device_name = "WHT0000000077"};
    char text[WH_SIGNED_NAME_TEXT];
    wh_signed_text_device_name(&head, text);
    assert_string_equal(text, "WHT0000000077");
    memcpy(head.device_name, "WHT\000000000000077", 16);
    wh_signed_text_device_name(&head, text);
    assert_string_equal(text, "57485400303030303030303030303737");
    memset(head.device_name, 0, sizeof head.device_name);
    wh_signed_text_device_name(&head, text);
    assert_string_equal(text, "");
    memset(head.device_name, 0xFF, sizeof head.device_name);
    wh_signed_text_device_name(&head, text);
    assert_string_equal(text, "ffffffffffffffffffffffffffffffff");
}

static void each_bit_of_the_status_has_its_words(void **state)
{
    (void)state;
    static const char *const words[] = {"critical error",  "clock invalid", "not valid",
                                        "daylight saving", "bit 4",         "clock adjusted",
                                        "bit 6",           "power down",    "late"};
    for (unsigned bit = 0; bit < WH_SIGNED_STATUS_COUNT; bit++) {
        const wh_record_head head = {.status = (uint8_t)(1U << bit),
                                     .flags = bit == 8 ? WH_RECORD_LATE : 0};
        for (unsigned asked = 0; asked <= WH_SIGNED_STATUS_COUNT; asked++) {
            const char *text = wh_signed_text_status(&head, asked);
            if (asked == bit) {
                assert_string_equal(text, words[bit]);
            } else {
                assert_null(text);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_column_is_named_by_its_code_or_not_at_all),
        cmocka_unit_test(every_code_gives_a_text_that_fits),
        cmocka_unit_test(a_time_is_local_with_its_offset),
        cmocka_unit_test(a_value_is_exact_and_in_its_unit),
        cmocka_unit_test(a_device_name_is_shown_as_text_or_in_hex),
        cmocka_unit_test(each_bit_of_the_status_has_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
