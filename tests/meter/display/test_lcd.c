/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/display/lcd.h"

#include "tests/meter/display/lcd_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static void numbers_are_shown_with_point_and_sign(void **state)
{
    static const struct {
        int64_t value;
        unsigned has;
        unsigned decimals;
        bool cut;
        const char *text;
    } rows[] = {
        {0, 0, 0, false, "0"},
        {0, 6, 2, true, "0.00"},
        {5, 3, 3, true, "0.005"},
        {1234567890, 6, 2, true, "1234.56"},
        {1234567890, 6, 2, false, "1234.57"},
        {1234567890, 6, 0, true, "1234"},
        {1234567890, 6, 4, true, "1234.5678"},
        {-1234567890, 6, 2, true, "-1234.56"},
        {999999, 6, 2, true, "0.99"},
        {999999, 6, 2, false, "1.00"},
        {994999, 6, 2, false, "0.99"},
        {995000, 6, 2, false, "1.00"},
        {-995000, 6, 2, false, "-1.00"},
        {4999, 6, 2, false, "0.00"},
        {-4999, 6, 2, false, "0.00"}, /* no minus before a zero */
        {-9999, 6, 2, true, "0.00"},
        {42, 0, 4, false, "42"}, /* no decimals to be had */
        {99999999, 0, 0, false, "99999999"},
        {100000000, 0, 0, false, "0FL"},
        {-99999999, 0, 0, false, "-99999999"},
        {-100000000, 0, 0, false, "-0FL"},
        {999999990000, 6, 2, true, "999999.99"},
        {1000000000000, 6, 2, true, "1000000.0"}, /* a decimal gives way */
        {99999999999999, 6, 2, true, "99999999"},
        {100000000000000, 6, 2, true, "0FL"},
        {99999999499999, 6, 0, false, "99999999"},
        {99999999500000, 6, 0, false, "0FL"},
        {99999995, 4, 4, false, "9999.9995"},
        {999999995, 4, 4, false, "100000.00"}, /* rounding makes it longer still */
        {INT64_MAX, 6, 4, true, "0FL"},
        {INT64_MIN, 6, 4, true, "-0FL"},
        {INT64_MAX, 0, 0, false, "0FL"},
        {1234567, 7, 9, false, "0.1234567"}, /* not more than seven: one is before the point */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_lcd lcd;
        wh_lcd_clear(&lcd);
        lcd.symbols = WH_LCD_MINUS; /* of the number before */
        wh_lcd_number(&lcd, rows[i].value, rows[i].has, rows[i].decimals, rows[i].cut);
        assert_string_equal(lcd_text(&lcd), rows[i].text);
    }
}

static void text_stands_at_the_right_and_loses_its_left(void **state)
{
    static const struct {
        const char *text;
        const char *digits;
        uint8_t points;
        uint8_t colons;
    } rows[] = {
        {"", "        ", 0, 0},
        {"1", "       1", 0, 0},
        {"12:34:56", "  123456", 0, 0x28},
        {"11.22.14:45", "11221445", 0x0A, 0x20},
        {"26-11-22", "26-11-22", 0, 0},
        {"00000001", "00000001", 0, 0},
        {"1234567890", "34567890", 0, 0},
        {"Err-06", "  Err-06", 0, 0},
        {".5", "       5", 0, 0}, /* no digit before the point */
        {"5.", "       5", 0x80, 0},
        {"WH*", "     _H_", 0, 0},
        {"\xC3\xA9", "      __", 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_lcd lcd;
        wh_lcd_all(&lcd);
        wh_lcd_text(&lcd, rows[i].text);
        assert_memory_equal(lcd.digit, rows[i].digits, WH_LCD_DIGITS);
        assert_int_equal(lcd.points, rows[i].points);
        assert_int_equal(lcd.colons, rows[i].colons);
        assert_int_equal(lcd.symbols, WH_LCD_ALL);
    }
}

static void codes_are_short_and_periods_have_an_age_or_a_number(void **state)
{
    static const struct {
        wh_column column;
        const char *code;
        unsigned back;
    } rows[] = {
        {{WH_OBIS_INIT(1, 0, 1, 8, 0, 255), 2}, "1.8.0", 0},
        {{WH_OBIS_INIT(1, 0, 1, 8, 63, 255), 2}, "1.8.63", 0},
        {{WH_OBIS_INIT(1, 0, 1, 6, 0, 255), 5}, "1.6.0", 0},
        {{WH_OBIS_INIT(0, 0, 96, 1, 0, 255), 2}, "96.1.0", 0},
        {{WH_OBIS_INIT(1, 0, 1, 8, 0, 0), 2}, "1.8.0*0", 0},
        {{WH_OBIS_INIT(1, 0, 1, 8, 0, 99), 2}, "1.8.0*99", 0},
        {{WH_OBIS_INIT(1, 0, 1, 8, 0, 100), 2}, "1.8.0", 0},
        {{WH_OBIS_INIT(1, 0, 1, 8, 0, 101), 2}, "1.8.0", 1},
        {{WH_OBIS_INIT(1, 0, 1, 8, 0, 125), 2}, "1.8.0", 25},
        {{WH_OBIS_INIT(1, 0, 1, 8, 0, 126), 2}, "1.8.0", 0},
        {{WH_OBIS_INIT(1, 0, 255, 255, 255, 99), 2}, "255.255.255*99", 0},
        {{WH_OBIS_INIT(1, 0, 1, 8, 0, 101), 0}, "", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_lcd lcd;
        char code[WH_LCD_CODE_SIZE];
        wh_lcd_clear(&lcd);
        lcd.column = rows[i].column;
        assert_int_equal(wh_lcd_code(&lcd, code), strlen(rows[i].code));
        assert_string_equal(code, rows[i].code);
        assert_int_equal(wh_lcd_periods_back(&lcd), rows[i].back);
    }
}

/* Version 1: "-1234.56 kWh", 1.8.2 of the last period, rate 2 of set 1, step 3, quadrant 4. */
static const uint8_t fixture[] = {
    0x01, 0x20, 0x20, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, /* version, digits */
    0x20, 0x00,                                           /* points, colons */
    0x01, 0x00, 0x01, 0x08, 0x02, 0x65, 0x02,             /* column */
    0x01, 0x02, 0x01, 0x03, 0x04, 0x07, 0x02, 0x0B,       /* unit .. screen */
    0x00, 0x00, 0x00, 0x2D, 0x00, 0x00, 0x00, 0x20,       /* symbols, blinking */
};

static wh_lcd fixture_lcd(void)
{
    return (wh_lcd){
        .digit = {' ', ' ', '1', '2', '3', '4', '5', '6'},
        .points = 1U << 5,
        .column = {WH_OBIS_INIT(1, 0, 1, 8, 2, 101), 2},
        .unit = WH_LCD_KWH,
        .rate = 2,
        .tariff_set = 1,
        .step = 3,
        .quadrant = 4,
        .phases = 7,
        .phases_blinking = 2,
        .screen = 11,
        .symbols = WH_LCD_ON | WH_LCD_MINUS | WH_LCD_IMPORT | WH_LCD_RELAY_OPEN,
        .blinking = WH_LCD_RELAY_OPEN,
    };
}

/* From an exact-size copy, so that a read past its end is seen. */
static wh_err restore(wh_lcd *lcd, const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    wh_reader r = wh_reader_init(copy, len);
    wh_err err = wh_lcd_restore(lcd, &r);
    free(copy);
    return err;
}

static void assert_same(const wh_lcd *a, const wh_lcd *b)
{
    uint8_t of_a[WH_LCD_SAVE_SIZE];
    uint8_t of_b[WH_LCD_SAVE_SIZE];
    wh_writer w = wh_writer_init(of_a, sizeof of_a);
    assert_int_equal(wh_lcd_save(a, &w), WH_OK);
    w = wh_writer_init(of_b, sizeof of_b);
    assert_int_equal(wh_lcd_save(b, &w), WH_OK);
    assert_memory_equal(of_a, of_b, sizeof of_a);
}

static void a_display_of_version_1_is_read_for_ever(void **state)
{
    (void)state;
    wh_lcd lcd;
    wh_lcd_clear(&lcd);
    assert_int_equal(restore(&lcd, fixture, sizeof fixture), WH_OK);
    wh_lcd want = fixture_lcd();
    assert_same(&lcd, &want);
    assert_string_equal(lcd_text(&lcd), "-1234.56 kWh");

    uint8_t out[WH_LCD_SAVE_SIZE];
    assert_int_equal(sizeof fixture, WH_LCD_SAVE_SIZE);
    for (size_t size = 0; size <= sizeof out; size++) {
        wh_writer w = wh_writer_init(out, size);
        assert_int_equal(wh_lcd_save(&want, &w), size < sizeof out ? WH_ERR_SPACE : WH_OK);
    }
    assert_memory_equal(out, fixture, sizeof out);
}

static void a_bad_display_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t byte;
        wh_err err;
    } rows[] = {
        {0, 0, WH_ERR_UNSUPPORTED}, {0, 2, WH_ERR_UNSUPPORTED}, {1, 0, WH_ERR_FORMAT},
        {8, 'x', WH_ERR_FORMAT},    {8, 0xB0, WH_ERR_FORMAT},   {18, WH_LCD_UNITS, WH_ERR_FORMAT},
        {18, WH_LCD_UNITS - 1, 0},  {19, 64, WH_ERR_FORMAT},    {19, 63, WH_OK},
        {20, 3, WH_ERR_FORMAT},     {22, 5, WH_ERR_FORMAT},     {23, 8, WH_ERR_FORMAT},
        {24, 8, WH_ERR_FORMAT},     {26, 0x80, WH_OK}, /* a symbol of later: left out */
    };
    const wh_lcd before = fixture_lcd();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bad[sizeof fixture];
        memcpy(bad, fixture, sizeof bad);
        bad[rows[i].at] = rows[i].byte;
        wh_lcd lcd = before;
        assert_int_equal(restore(&lcd, bad, sizeof bad), rows[i].err);
        if (rows[i].err != WH_OK) {
            assert_same(&lcd, &before);
        }
        assert_int_equal(lcd.symbols & ~WH_LCD_ALL, 0);
    }
    for (size_t len = 0; len < sizeof fixture; len++) {
        wh_lcd lcd = before;
        assert_int_equal(restore(&lcd, fixture, len), WH_ERR_SHORT);
        assert_same(&lcd, &before);
    }
}

static void all_segments_can_be_shown_elsewhere(void **state)
{
    (void)state;
    uint8_t out[WH_LCD_SAVE_SIZE];
    char code[WH_LCD_CODE_SIZE];
    wh_lcd all;
    wh_lcd lcd;
    wh_lcd_all(&all);
    wh_lcd_clear(&lcd);
    wh_writer w = wh_writer_init(out, sizeof out);
    assert_int_equal(wh_lcd_save(&all, &w), WH_OK);
    assert_int_equal(restore(&lcd, out, sizeof out), WH_OK);
    assert_same(&lcd, &all);
    assert_memory_equal(lcd.digit, "88888888", WH_LCD_DIGITS);
    (void)wh_lcd_code(&lcd, code);
    assert_string_equal(code, "88.88.88");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_shown_with_point_and_sign),
        cmocka_unit_test(text_stands_at_the_right_and_loses_its_left),
        cmocka_unit_test(codes_are_short_and_periods_have_an_age_or_a_number),
        cmocka_unit_test(a_display_of_version_1_is_read_for_ever),
        cmocka_unit_test(a_bad_display_changes_nothing),
        cmocka_unit_test(all_segments_can_be_shown_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
