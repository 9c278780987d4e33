/* SPDX-License-Identifier: Apache-2.0 */
/* What is shown when: test, automatic list, key, prompts, battery. */
#include "meter/display/display.h"

#include "tests/meter/display/display_rig.h"
#include "tests/meter/display/lcd_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

/* The value of screen n is n, so that a display tells which one it is. */
static const rig_value counts[] = {
    {VALUE(0, 1, 1), WH_OK, 1}, {VALUE(0, 1, 2), WH_OK, 2}, {VALUE(0, 1, 3), WH_OK, 3},
    {VALUE(0, 1, 4), WH_OK, 4}, {VALUE(0, 1, 5), WH_OK, 5}, {VALUE(0, 1, 6), WH_OK, 6},
};
static const wh_column automatic[] = {VALUE(0, 1, 1), VALUE(0, 1, 2), VALUE(0, 1, 3)};
static const wh_column by_key[] = {VALUE(0, 1, 4), VALUE(0, 1, 5), VALUE(0, 1, 6)};

typedef struct {
    wh_display display;
    wh_display_inputs in;
    rig_values values;
    unsigned reads;
} rig;

static const char *after(rig *r, uint32_t elapsed_ms)
{
    const wh_column_reader reader = {&r->values, rig_read};
    wh_display_tick(&r->display, elapsed_ms, &r->in, &reader);
    return lcd_text(&r->display.lcd);
}

/* A display with three screens in each list, whose power-up test is over. */
static void begin(rig *r)
{
    memset(r, 0, sizeof *r);
    r->values = (rig_values){counts, sizeof counts / sizeof counts[0], &r->reads};
    static const wh_time_zone utc = {.standard_min = 0};
    r->in.utc_ms = INT64_MIN;
    r->in.zone = &utc;
    wh_display_init(&r->display);
    assert_int_equal(wh_display_set_list(&r->display, WH_DISPLAY_AUTOMATIC, automatic, 3), WH_OK);
    assert_int_equal(wh_display_set_list(&r->display, WH_DISPLAY_BY_KEY, by_key, 3), WH_OK);
    assert_string_equal(after(r, WH_DISPLAY_TEST_MS), "1");
}

#define ERR(n) (UINT64_C(1) << (n))

static void power_up_shows_all_segments_for_three_seconds(void **state)
{
    (void)state;
    rig r;
    begin(&r);
    wh_display_init(&r.display);
    assert_memory_equal(r.display.lcd.digit, "88888888", WH_LCD_DIGITS);
    (void)after(&r, 0);
    assert_memory_equal(r.display.lcd.digit, "88888888", WH_LCD_DIGITS);
    assert_int_equal(r.display.lcd.symbols, WH_LCD_ALL);
    assert_int_equal(r.display.lcd.points, 0xFF);
    (void)after(&r, WH_DISPLAY_TEST_MS - 1);
    assert_memory_equal(r.display.lcd.digit, "88888888", WH_LCD_DIGITS);
    (void)after(&r, 1);
    assert_memory_not_equal(r.display.lcd.digit, "88888888", WH_LCD_DIGITS);
    assert_int_equal(r.display.lcd.symbols, WH_LCD_ON);
    wh_display_test(&r.display);
    (void)after(&r, 0);
    assert_memory_equal(r.display.lcd.digit, "88888888", WH_LCD_DIGITS);
    wh_display_press(&r.display); /* nobody has to wait for its end */
    (void)after(&r, 0);
    assert_int_equal(r.display.lcd.symbols, WH_LCD_ON | WH_LCD_BACKLIGHT | WH_LCD_BY_KEY);
}

static void a_new_list_is_shown_from_its_beginning(void **state)
{
    (void)state;
    rig r;
    begin(&r);
    assert_string_equal(after(&r, 5000), "2");
    assert_int_equal(wh_display_set_list(&r.display, WH_DISPLAY_AUTOMATIC, automatic, 3), WH_OK);
    assert_string_equal(after(&r, 0), "1");
    wh_display_press(&r.display);
    wh_display_press(&r.display);
    assert_string_equal(after(&r, 0), "5");
    assert_int_equal(wh_display_set_list(&r.display, WH_DISPLAY_BY_KEY, by_key, 3), WH_OK);
    assert_string_equal(after(&r, 0), "1");
}

static void automatic_screens_change_every_five_seconds_and_begin_again(void **state)
{
    (void)state;
    rig r;
    begin(&r);
    assert_string_equal(after(&r, 4999), "1");
    assert_int_equal(r.display.lcd.screen, 1);
    assert_string_equal(after(&r, 1), "2");
    assert_int_equal(r.display.lcd.screen, 2);
    assert_string_equal(after(&r, 5000), "3");
    assert_string_equal(after(&r, 5000), "1");
    assert_string_equal(after(&r, UINT32_MAX), "2"); /* one screen, however late */
    wh_display_settings settings = r.display.settings;
    settings.screen_s = 1;
    assert_int_equal(wh_display_set(&r.display, &settings), WH_OK);
    assert_string_equal(after(&r, 999), "2");
    assert_string_equal(after(&r, 1), "3");
    assert_int_equal(r.display.lcd.symbols & (WH_LCD_BY_KEY | WH_LCD_BACKLIGHT), 0);
}

static void the_key_steps_through_its_list_and_time_brings_back_the_other(void **state)
{
    (void)state;
    rig r;
    begin(&r);
    (void)after(&r, 5000);
    wh_display_press(&r.display);
    assert_string_equal(after(&r, 10), "4");
    assert_int_equal(r.display.lcd.symbols, WH_LCD_ON | WH_LCD_BACKLIGHT | WH_LCD_BY_KEY);
    assert_string_equal(after(&r, 20000), "4"); /* stays as long as nobody presses */
    wh_display_press(&r.display);
    assert_string_equal(after(&r, 59999), "5");
    wh_display_press(&r.display);
    assert_string_equal(after(&r, 0), "6");
    wh_display_press(&r.display);
    assert_string_equal(after(&r, 0), "4"); /* around */
    wh_display_press(&r.display);
    wh_display_press(&r.display); /* twice between two ticks */
    assert_string_equal(after(&r, 0), "6");
    assert_string_equal(after(&r, 59999), "6");
    assert_string_equal(after(&r, 1), "1");
    assert_int_equal(r.display.lcd.symbols, WH_LCD_ON);
    wh_display_press(&r.display);
    assert_string_equal(after(&r, 0), "4"); /* the list begins again */
}

static void a_key_without_a_list_only_lights(void **state)
{
    (void)state;
    rig r;
    begin(&r);
    assert_int_equal(wh_display_set_list(&r.display, WH_DISPLAY_BY_KEY, NULL, 0), WH_OK);
    wh_display_press(&r.display);
    assert_string_equal(after(&r, 0), "1");
    assert_int_equal(r.display.lcd.symbols, WH_LCD_ON | WH_LCD_BACKLIGHT);
    (void)after(&r, WH_DISPLAY_WAKE_MS);
    assert_int_equal(r.display.lcd.symbols, WH_LCD_ON);
}

static void what_the_meter_has_not_is_passed_over(void **state)
{
    (void)state;
    static const wh_column mixed[] = {VALUE(9, 9, 9), VALUE(0, 1, 1), VALUE(9, 9, 8),
                                      VALUE(9, 9, 7), VALUE(0, 1, 3), VALUE(9, 9, 6)};
    rig r;
    begin(&r);
    assert_int_equal(wh_display_set_list(&r.display, WH_DISPLAY_AUTOMATIC, mixed, 6), WH_OK);
    assert_string_equal(after(&r, 0), "1");
    assert_int_equal(r.display.lcd.screen, 2);
    assert_string_equal(after(&r, 5000), "3");
    assert_string_equal(after(&r, 5000), "1");
    assert_int_equal(wh_display_set_list(&r.display, WH_DISPLAY_BY_KEY, mixed, 6), WH_OK);
    wh_display_press(&r.display);
    assert_string_equal(after(&r, 0), "1");
    wh_display_press(&r.display);
    assert_string_equal(after(&r, 0), "3");
    wh_display_press(&r.display);
    assert_string_equal(after(&r, 0), "1");
}

static void a_list_of_what_there_is_not_shows_dashes_and_ends(void **state)
{
    (void)state;
    wh_column none[WH_DISPLAY_SCREENS_MAX];
    for (unsigned i = 0; i < WH_DISPLAY_SCREENS_MAX; i++) {
        none[i] = (wh_column){E(9, 9, (uint8_t)i), 2};
    }
    rig r;
    begin(&r);
    assert_int_equal(
        wh_display_set_list(&r.display, WH_DISPLAY_AUTOMATIC, none, WH_DISPLAY_SCREENS_MAX), WH_OK);
    r.reads = 0;
    assert_string_equal(after(&r, 0), "--------");
    assert_int_equal(r.reads, WH_DISPLAY_SCREENS_MAX);
    r.in.errors = ERR(51); /* but prompts have their turn */
    assert_string_equal(after(&r, 5000), "Err-51");
}

static void prompts_have_their_turn_behind_the_last_screen(void **state)
{
    (void)state;
    rig r;
    begin(&r);
    r.in.errors = ERR(51) | ERR(56) | ERR(10) | ERR(63);
    assert_string_equal(after(&r, 4999), "1");
    static const char *const turns[] = {"2", "3", "Err-10", "Err-51", "Err-56", "Err-63", "1", "2"};
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
        assert_string_equal(after(&r, 5000), turns[i]);
    }
    assert_string_equal(after(&r, 5000), "3");
    assert_string_equal(after(&r, 5000), "Err-10");
    assert_string_equal(after(&r, 4999), "Err-10"); /* as long as a screen */
    assert_int_equal(r.display.lcd.screen, 0);
    assert_int_equal(r.display.lcd.column.attribute, 0);
    r.in.errors = ERR(63); /* the one that is shown is over: the next at once */
    assert_string_equal(after(&r, 0), "Err-63");
    r.in.errors = 0;
    assert_string_equal(after(&r, 0), "1");
}

static void a_severe_error_stops_the_automatic_list(void **state)
{
    (void)state;
    rig r;
    begin(&r);
    (void)after(&r, 5000);
    r.in.errors = ERR(4) | ERR(6) | ERR(51);
    assert_string_equal(after(&r, 0), "Err-04");
    assert_string_equal(after(&r, 5000), "Err-06");
    assert_string_equal(after(&r, 5000), "Err-04"); /* 51 has to wait */
    wh_display_press(&r.display);
    assert_string_equal(after(&r, 0), "4"); /* values can still be read */
    wh_display_press(&r.display);
    assert_string_equal(after(&r, 0), "5");
    assert_string_equal(after(&r, 60000), "Err-04");
    r.in.errors = ERR(51);
    assert_string_equal(after(&r, 0), "Err-51");
    assert_string_equal(after(&r, 5000), "1");
    r.in.errors = ERR(1) | ERR(9) | ERR(0); /* there is no prompt 0 */
    assert_string_equal(after(&r, 0), "Err-01");
    assert_string_equal(after(&r, 5000), "Err-09");
    r.in.errors = ERR(0);
    assert_string_equal(after(&r, 0), "1");
    assert_string_equal(after(&r, 5000), "2");
}

static void without_mains_it_is_dark_but_for_half_a_minute_after_the_key(void **state)
{
    (void)state;
    rig r;
    begin(&r);
    r.in.on_battery = true;
    r.in.backlight = true;
    assert_string_equal(after(&r, 0), " ");
    assert_int_equal(r.display.lcd.symbols, 0);
    wh_display_press(&r.display);
    assert_string_equal(after(&r, WH_DISPLAY_WAKE_MS - 1), "4");
    wh_display_press(&r.display);
    assert_string_equal(after(&r, WH_DISPLAY_WAKE_MS - 1), "5");
    assert_string_equal(after(&r, 1), " ");
    r.in.on_battery = false;
    assert_string_equal(after(&r, 0), "5");
}

static void symbols_follow_the_inputs(void **state)
{
    (void)state;
    rig r;
    begin(&r);
    r.in.symbols = WH_LCD_ALL;
    r.in.blinking = WH_LCD_ALL;
    (void)after(&r, 0);
    const uint32_t of_inputs = UINT32_C(0xFFE0); /* relay .. cover */
    assert_int_equal(r.display.lcd.symbols, WH_LCD_ON | of_inputs);
    assert_int_equal(r.display.lcd.blinking, of_inputs);
    r.in.symbols = WH_LCD_BUY;
    (void)after(&r, 0);
    assert_int_equal(r.display.lcd.blinking, WH_LCD_BUY); /* only what is lit can blink */
    r.in.symbols = 0;
    r.in.backlight = true;
    r.in.rate = 2;
    r.in.tariff_set = 1;
    r.in.step = 3;
    r.in.phases = 5;
    r.in.phases_reversed = 6;
    r.display.settings.rate_names = true;
    (void)after(&r, 0);
    assert_int_equal(r.display.lcd.symbols, WH_LCD_ON | WH_LCD_BACKLIGHT | WH_LCD_RATE_NAMES);
    assert_int_equal(r.display.lcd.rate, 2);
    assert_int_equal(r.display.lcd.tariff_set, 1);
    assert_int_equal(r.display.lcd.step, 3);
    assert_int_equal(r.display.lcd.phases, 5);
    assert_int_equal(r.display.lcd.phases_blinking, 4);
}

static void quadrant_and_arrow_follow_the_power(void **state)
{
    (void)state;
    static const struct {
        int64_t active_mw;
        int64_t reactive_mvar;
        uint8_t quadrant;
        uint32_t arrow;
    } rows[] = {
        {0, 0, 0, 0},
        {1, 0, 1, WH_LCD_IMPORT},
        {1, 1, 1, WH_LCD_IMPORT},
        {1, -1, 4, WH_LCD_IMPORT},
        {-1, 1, 2, WH_LCD_EXPORT},
        {-1, 0, 2, WH_LCD_EXPORT},
        {-1, -1, 3, WH_LCD_EXPORT},
        {0, 1, 1, 0},
        {0, -1, 4, 0},
    };
    rig r;
    begin(&r);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        r.in.active_mw = rows[i].active_mw;
        r.in.reactive_mvar = rows[i].reactive_mvar;
        (void)after(&r, 0);
        assert_int_equal(r.display.lcd.quadrant, rows[i].quadrant);
        assert_int_equal(r.display.lcd.symbols, WH_LCD_ON | rows[i].arrow);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_up_shows_all_segments_for_three_seconds),
        cmocka_unit_test(a_new_list_is_shown_from_its_beginning),
        cmocka_unit_test(automatic_screens_change_every_five_seconds_and_begin_again),
        cmocka_unit_test(the_key_steps_through_its_list_and_time_brings_back_the_other),
        cmocka_unit_test(a_key_without_a_list_only_lights),
        cmocka_unit_test(what_the_meter_has_not_is_passed_over),
        cmocka_unit_test(a_list_of_what_there_is_not_shows_dashes_and_ends),
        cmocka_unit_test(prompts_have_their_turn_behind_the_last_screen),
        cmocka_unit_test(a_severe_error_stops_the_automatic_list),
        cmocka_unit_test(without_mains_it_is_dark_but_for_half_a_minute_after_the_key),
        cmocka_unit_test(symbols_follow_the_inputs),
        cmocka_unit_test(quadrant_and_arrow_follow_the_power),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
