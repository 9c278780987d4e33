/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of screens: set, read back, saved, restored. */
#include "meter/display/display.h"

#include "tests/meter/display/display_rig.h"
#include "tests/meter/display/lcd_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static bool has_screen(const wh_display *d, wh_display_list list, const char *code, uint8_t f,
                       uint8_t attribute)
{
    for (unsigned i = 0; i < wh_display_count(d, list); i++) {
        wh_lcd lcd;
        char text[WH_LCD_CODE_SIZE];
        assert_int_equal(wh_display_screen(d, list, i, &lcd.column), WH_OK);
        (void)wh_lcd_code(&lcd, text);
        if (strcmp(text, code) == 0 && lcd.column.obis.group[WH_OBIS_F] == f &&
            lcd.column.attribute == attribute) {
            return true;
        }
    }
    return false;
}

static void a_meter_comes_with_nine_and_eighty_six_screens(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        uint8_t f;
        uint8_t attribute;
    } wanted[] = {
        {"0.9.1", 255, 2},  {"0.9.2", 255, 2},  {"15.8.0", 255, 2},  {"15.8.4", 255, 2},
        {"1.8.0", 255, 2},  {"1.8.4", 255, 2},  {"2.8.0", 255, 2},   {"2.8.4", 255, 2},
        {"3.8.0", 255, 2},  {"4.8.0", 255, 2},  {"8.8.0", 255, 2},   {"1.6.0", 255, 2},
        {"1.6.0", 255, 5},  {"2.6.0", 255, 5},  {"1.4.0", 255, 2},   {"1.8.4", 101, 2},
        {"1.6.0", 101, 5},  {"2.8.4", 102, 2},  {"19.10.0", 255, 2}, {"32.7.0", 255, 2},
        {"72.7.0", 255, 2}, {"31.7.0", 255, 2}, {"71.7.0", 255, 2},  {"91.7.0", 255, 2},
        {"16.7.0", 255, 2}, {"36.7.0", 255, 2}, {"76.7.0", 255, 2},  {"13.7.0", 255, 2},
        {"73.7.0", 255, 2}, {"14.7.0", 255, 2}, {"96.1.0", 255, 2},  {"81.7.26", 255, 2},
    };
    wh_display d;
    wh_display_init(&d);
    assert_int_equal(wh_display_count(&d, WH_DISPLAY_AUTOMATIC), 9);
    assert_int_equal(wh_display_count(&d, WH_DISPLAY_BY_KEY), 86);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        assert_true(
            has_screen(&d, WH_DISPLAY_BY_KEY, wanted[i].code, wanted[i].f, wanted[i].attribute));
    }
    assert_true(has_screen(&d, WH_DISPLAY_AUTOMATIC, "1.8.0", 255, 2));
    wh_column column;
    for (unsigned list = 0; list < WH_DISPLAY_LISTS; list++) {
        for (unsigned i = 0; i < d.count[list]; i++) { /* each but once */
            wh_lcd lcd;
            char code[WH_LCD_CODE_SIZE];
            assert_int_equal(wh_display_screen(&d, (wh_display_list)list, i, &lcd.column), WH_OK);
            (void)wh_lcd_code(&lcd, code);
            for (unsigned k = 0; k < i; k++) {
                assert_int_equal(wh_display_screen(&d, (wh_display_list)list, k, &column), WH_OK);
                assert_false(wh_obis_equal(column.obis, lcd.column.obis) &&
                             column.attribute == lcd.column.attribute);
            }
        }
    }
    assert_int_equal(wh_display_screen(&d, WH_DISPLAY_BY_KEY, 86, &column), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_display_screen(&d, WH_DISPLAY_LISTS, 0, &column), WH_ERR_NOT_FOUND);
}

static void assert_list(const wh_display *d, wh_display_list list, const wh_column *want,
                        unsigned count)
{
    assert_int_equal(wh_display_count(d, list), count);
    for (unsigned i = 0; i < count; i++) {
        wh_column column;
        assert_int_equal(wh_display_screen(d, list, i, &column), WH_OK);
        assert_true(wh_obis_equal(column.obis, want[i].obis));
        assert_int_equal(column.attribute, want[i].attribute);
    }
}

/* Screen i of a list in which `groups` parts change from one to the next. */
static void fill(wh_column *screens, unsigned count, unsigned groups)
{
    for (unsigned i = 0; i < count; i++) {
        screens[i] = (wh_column){WH_OBIS_INIT(1, 0, 1, 8, 0, 255), 2};
        for (unsigned k = 0; k < groups; k++) {
            if (k < WH_OBIS_GROUPS) {
                screens[i].obis.group[k] = (uint8_t)(100 + i);
            } else {
                screens[i].attribute = (uint8_t)(3 + i);
            }
        }
    }
}

static void lists_of_ninety_nine_can_be_set_in_either_order(void **state)
{
    (void)state;
    wh_column a[WH_DISPLAY_SCREENS_MAX];
    wh_column b[WH_DISPLAY_SCREENS_MAX];
    fill(a, WH_DISPLAY_SCREENS_MAX, 1);
    fill(b, WH_DISPLAY_SCREENS_MAX, 1);
    for (unsigned i = 0; i < WH_DISPLAY_SCREENS_MAX; i++) {
        b[i].obis.group[WH_OBIS_F] = (uint8_t)i;
        b[i].obis.group[WH_OBIS_A] = 1;
    }
    wh_display d;
    wh_display_init(&d);
    assert_int_equal(wh_display_set_list(&d, WH_DISPLAY_BY_KEY, b, 99), WH_OK);
    assert_int_equal(wh_display_set_list(&d, WH_DISPLAY_AUTOMATIC, a, 99), WH_OK);
    assert_list(&d, WH_DISPLAY_AUTOMATIC, a, 99);
    assert_list(&d, WH_DISPLAY_BY_KEY, b, 99);
    assert_int_equal(wh_display_set_list(&d, WH_DISPLAY_AUTOMATIC, b, 7), WH_OK);
    assert_list(&d, WH_DISPLAY_AUTOMATIC, b, 7);
    assert_list(&d, WH_DISPLAY_BY_KEY, b, 99);
    assert_int_equal(wh_display_set_list(&d, WH_DISPLAY_BY_KEY, a, 12), WH_OK);
    assert_list(&d, WH_DISPLAY_AUTOMATIC, b, 7);
    assert_list(&d, WH_DISPLAY_BY_KEY, a, 12);
    assert_int_equal(wh_display_set_list(&d, WH_DISPLAY_BY_KEY, NULL, 0), WH_OK);
    assert_list(&d, WH_DISPLAY_AUTOMATIC, b, 7);
    assert_int_equal(wh_display_count(&d, WH_DISPLAY_BY_KEY), 0);
}

static void what_cannot_be_set_changes_nothing(void **state)
{
    (void)state;
    wh_column many[WH_DISPLAY_SCREENS_MAX + 1];
    fill(many, WH_DISPLAY_SCREENS_MAX + 1, 1);
    wh_display d;
    wh_display_init(&d);
    wh_display before = d;
    assert_int_equal(wh_display_set_list(&d, WH_DISPLAY_BY_KEY, many, 100), WH_ERR_RANGE);
    assert_int_equal(wh_display_set_list(&d, WH_DISPLAY_AUTOMATIC, many, 0), WH_ERR_RANGE);
    assert_int_equal(wh_display_set_list(&d, WH_DISPLAY_LISTS, many, 1), WH_ERR_RANGE);
    many[3].attribute = 0;
    assert_int_equal(wh_display_set_list(&d, WH_DISPLAY_BY_KEY, many, 4), WH_ERR_RANGE);
    many[3].attribute = 128;
    assert_int_equal(wh_display_set_list(&d, WH_DISPLAY_BY_KEY, many, 4), WH_ERR_RANGE);
    fill(many, WH_DISPLAY_SCREENS_MAX, 7);
    assert_int_equal(wh_display_set_list(&d, WH_DISPLAY_BY_KEY, many, 99), WH_ERR_SPACE);
    assert_memory_equal(&d, &before, sizeof d);
    many[3].attribute = 127;
    assert_int_equal(wh_display_set_list(&d, WH_DISPLAY_BY_KEY, many, 4), WH_OK);
}

static void the_pool_can_be_filled_to_its_last_octet(void **state)
{
    (void)state;
    wh_column screens[WH_DISPLAY_SCREENS_MAX];
    fill(screens, WH_DISPLAY_SCREENS_MAX, 7); /* eight octets each */
    const unsigned fit = WH_DISPLAY_POOL_SIZE / 8;
    wh_display d;
    wh_display_init(&d);
    assert_int_equal(wh_display_set_list(&d, WH_DISPLAY_BY_KEY, NULL, 0), WH_OK);
    assert_int_equal(wh_display_set_list(&d, WH_DISPLAY_AUTOMATIC, screens, fit + 1), WH_ERR_SPACE);
    assert_int_equal(wh_display_set_list(&d, WH_DISPLAY_AUTOMATIC, screens, fit), WH_OK);
    assert_list(&d, WH_DISPLAY_AUTOMATIC, screens, fit);
    assert_int_equal(wh_display_set_list(&d, WH_DISPLAY_BY_KEY, screens, 1), WH_ERR_SPACE);
    assert_int_equal(wh_display_set_list(&d, WH_DISPLAY_AUTOMATIC, screens, fit - 1), WH_OK);
    assert_int_equal(wh_display_set_list(&d, WH_DISPLAY_BY_KEY, screens, 1), WH_OK);
    assert_list(&d, WH_DISPLAY_AUTOMATIC, screens, fit - 1);
    assert_list(&d, WH_DISPLAY_BY_KEY, screens, 1);
}

static void settings_have_limits(void **state)
{
    (void)state;
    const wh_display_settings good = {1, 1, 0, 0, false};
    static const struct {
        wh_display_settings settings;
        wh_err err;
    } rows[] = {
        {{1, 1, 0, 0, false}, WH_OK},        {{99, 255, 4, 4, true}, WH_OK},
        {{0, 1, 0, 0, false}, WH_ERR_RANGE}, {{100, 1, 0, 0, false}, WH_ERR_RANGE},
        {{1, 0, 0, 0, false}, WH_ERR_RANGE}, {{1, 1, 5, 0, false}, WH_ERR_RANGE},
        {{1, 1, 0, 5, false}, WH_ERR_RANGE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_display d;
        wh_display_init(&d);
        assert_int_equal(d.settings.screen_s, 5);
        assert_int_equal(wh_display_set(&d, &good), WH_OK);
        assert_int_equal(wh_display_set(&d, &rows[i].settings), rows[i].err);
        const wh_display_settings *want = rows[i].err == WH_OK ? &rows[i].settings : &good;
        assert_int_equal(d.settings.screen_s, want->screen_s);
        assert_int_equal(d.settings.energy_decimals, want->energy_decimals);
    }
}

/* Version 1: 7 s, 90 s, 3 and 2 decimals, names; 1-0:1.8.0, 1-0:1.8.1, 0-0:96.1.0 attribute 2;
 * 1-0:1.6.0*101 attributes 2 and 5. */
static const uint8_t fixture[] = {
    0x01, 0x07, 0x5A, 0x03, 0x02, 0x01, 0x03, 0x02, /* version, settings, counts */
    0x0C, 0x01, 0x08, 0x10, 0x01,                   /* C D of the first, E of the second */
    0x1D, 0x00, 0x60, 0x01, 0x00,                   /* A C D E of the third */
    0x2C, 0x01, 0x06, 0x65, 0x40, 0x05,             /* C D F, then the attribute */
};
static const wh_column fixture_automatic[] = {
    VALUE(1, 8, 0), VALUE(1, 8, 1), {WH_OBIS_INIT(0, 0, 96, 1, 0, 255), 2}};
static const wh_column fixture_by_key[] = {{WH_OBIS_INIT(1, 0, 1, 6, 0, 101), 2},
                                           {WH_OBIS_INIT(1, 0, 1, 6, 0, 101), 5}};

/* From an exact-size copy, so that a read past its end is seen. */
static wh_err restore(wh_display *d, const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    wh_reader r = wh_reader_init(copy, len);
    wh_err err = wh_display_restore(d, &r);
    assert_int_equal(wh_reader_err(&r), err);
    free(copy);
    return err;
}

static void lists_of_version_1_are_read_for_ever(void **state)
{
    (void)state;
    wh_display d;
    wh_display_init(&d);
    assert_int_equal(restore(&d, fixture, sizeof fixture), WH_OK);
    assert_int_equal(d.settings.screen_s, 7);
    assert_int_equal(d.settings.key_s, 90);
    assert_int_equal(d.settings.energy_decimals, 3);
    assert_int_equal(d.settings.power_decimals, 2);
    assert_true(d.settings.rate_names);
    assert_list(&d, WH_DISPLAY_AUTOMATIC, fixture_automatic, 3);
    assert_list(&d, WH_DISPLAY_BY_KEY, fixture_by_key, 2);

    uint8_t out[WH_DISPLAY_SAVE_SIZE];
    for (size_t size = 0; size <= sizeof fixture; size++) {
        wh_writer w = wh_writer_init(out, size);
        assert_int_equal(wh_display_save(&d, &w), size < sizeof fixture ? WH_ERR_SPACE : WH_OK);
    }
    assert_memory_equal(out, fixture, sizeof fixture);
}

static void damaged_lists_change_nothing(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t byte;
        wh_err err;
    } rows[] = {
        {0, 0, WH_ERR_UNSUPPORTED}, {0, 2, WH_ERR_UNSUPPORTED}, {1, 0, WH_ERR_FORMAT},
        {1, 100, WH_ERR_FORMAT},    {2, 0, WH_ERR_FORMAT},      {3, 5, WH_ERR_FORMAT},
        {4, 5, WH_ERR_FORMAT},      {5, 2, WH_ERR_FORMAT},      {6, 0, WH_ERR_FORMAT},
        {6, 100, WH_ERR_FORMAT},    {7, 100, WH_ERR_FORMAT},    {7, 3, WH_ERR_SHORT},
        {8, 0x8C, WH_ERR_FORMAT},   {22, 0xC0, WH_ERR_FORMAT},  {23, 0, WH_ERR_FORMAT},
        {23, 128, WH_ERR_FORMAT},
    };
    wh_display before;
    wh_display_init(&before);
    wh_display d = before;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bad[sizeof fixture];
        memcpy(bad, fixture, sizeof bad);
        bad[rows[i].at] = rows[i].byte;
        assert_int_equal(restore(&d, bad, sizeof bad), rows[i].err);
        assert_memory_equal(&d, &before, sizeof d);
    }
    for (size_t len = 0; len < sizeof fixture; len++) {
        assert_int_equal(restore(&d, fixture, len), WH_ERR_SHORT);
        assert_memory_equal(&d, &before, sizeof d);
    }
}

static void lists_larger_than_the_pool_are_refused(void **state)
{
    (void)state;
    uint8_t blob[WH_DISPLAY_SAVE_SIZE + 8];
    wh_writer w = wh_writer_init(blob, sizeof blob);
    wh_writer_put_bytes(&w, fixture, 6);
    wh_writer_put_u8(&w, WH_DISPLAY_POOL_SIZE / 8 + 1);
    wh_writer_put_u8(&w, 0);
    for (unsigned i = 0; i <= WH_DISPLAY_POOL_SIZE / 8; i++) {
        static const uint8_t screen[] = {0x7F, 1, 0, 1, 8, 0, 255, 2};
        wh_writer_put_bytes(&w, screen, sizeof screen);
    }
    assert_int_equal(wh_writer_err(&w), WH_OK);
    wh_display d;
    wh_display_init(&d);
    wh_display before = d;
    assert_int_equal(restore(&d, blob, wh_writer_len(&w)), WH_ERR_FORMAT);
    assert_memory_equal(&d, &before, sizeof d);
}

static void the_lists_of_the_factory_survive_being_saved(void **state)
{
    (void)state;
    uint8_t out[WH_DISPLAY_SAVE_SIZE];
    wh_display d;
    wh_display_init(&d);
    wh_writer w = wh_writer_init(out, sizeof out);
    assert_int_equal(wh_display_save(&d, &w), WH_OK);
    wh_display other;
    wh_display_init(&other);
    assert_int_equal(restore(&other, fixture, sizeof fixture), WH_OK);
    assert_int_equal(restore(&other, out, wh_writer_len(&w)), WH_OK);
    for (unsigned list = 0; list < WH_DISPLAY_LISTS; list++) {
        wh_column columns[WH_DISPLAY_SCREENS_MAX];
        unsigned count = wh_display_count(&d, (wh_display_list)list);
        for (unsigned i = 0; i < count; i++) {
            assert_int_equal(wh_display_screen(&d, (wh_display_list)list, i, &columns[i]), WH_OK);
        }
        assert_list(&other, (wh_display_list)list, columns, count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_meter_comes_with_nine_and_eighty_six_screens),
        cmocka_unit_test(lists_of_ninety_nine_can_be_set_in_either_order),
        cmocka_unit_test(what_cannot_be_set_changes_nothing),
        cmocka_unit_test(the_pool_can_be_filled_to_its_last_octet),
        cmocka_unit_test(settings_have_limits),
        cmocka_unit_test(lists_of_version_1_are_read_for_ever),
        cmocka_unit_test(damaged_lists_change_nothing),
        cmocka_unit_test(lists_larger_than_the_pool_are_refused),
        cmocka_unit_test(the_lists_of_the_factory_survive_being_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
