/* SPDX-License-Identifier: Apache-2.0 */
/* The display of a whole meter. */
#include "tests/meter/display/lcd_text.h"
#include "tests/meter/keeper/keeper_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SECOND 1000U

static const int64_t import_w[WH_PHASES] = {1000, 1000, 1000};
static const int64_t mixed_w[WH_PHASES] = {-2000, 500, 0};

static const char *shown_after(keeper_rig *rig, uint32_t ms, const int64_t p_w[WH_PHASES])
{
    keeper_rig_run(rig, ms, p_w);
    return lcd_text(&rig->keeper.display.lcd);
}

static void show(keeper_rig *rig, wh_column column)
{
    assert_int_equal(wh_display_set_list(&rig->keeper.display, WH_DISPLAY_AUTOMATIC, &column, 1),
                     WH_OK);
    keeper_rig_run(rig, 5 * SECOND, import_w); /* the test of all segments is over then */
}

static void the_display_shows_the_registers_of_the_meter(void **state)
{
    (void)state;
    static const wh_column total = {WH_OBIS_INIT(1, 0, 1, 8, 0, 255), WH_COLUMN_VALUE};
    keeper_rig rig;
    keeper_rig_init(&rig);
    assert_memory_equal(rig.keeper.display.lcd.digit, "88888888", WH_LCD_DIGITS);
    show(&rig, total);
    for (int minute = 0; minute < 60; minute++) {
        keeper_rig_run(&rig, 60 * SECOND, import_w);
    }
    assert_string_equal(shown_after(&rig, SECOND, import_w), "3.00 kWh");
    assert_int_equal(rig.keeper.display.lcd.rate, 1);
    assert_int_equal(rig.keeper.display.lcd.phases, 7);
    assert_int_equal(rig.keeper.display.lcd.phases_blinking, 0);
    assert_int_equal(rig.keeper.display.lcd.quadrant, 1);
    assert_int_equal(rig.keeper.display.lcd.symbols & (WH_LCD_IMPORT | WH_LCD_EXPORT),
                     WH_LCD_IMPORT);
    keeper_rig_free(&rig);
}

static void reversed_phases_blink_and_the_arrow_turns(void **state)
{
    (void)state;
    static const wh_column power = {WH_OBIS_INIT(1, 0, 16, 7, 0, 255), WH_COLUMN_VALUE};
    keeper_rig rig;
    keeper_rig_init(&rig);
    show(&rig, power);
    assert_string_equal(shown_after(&rig, SECOND, mixed_w), "-1.5000 kW");
    assert_int_equal(rig.keeper.display.lcd.phases_blinking, 1);
    assert_int_equal(rig.keeper.display.lcd.quadrant, 2);
    assert_int_equal(rig.keeper.display.lcd.symbols & (WH_LCD_IMPORT | WH_LCD_EXPORT),
                     WH_LCD_EXPORT);
    keeper_rig_free(&rig);
}

static void each_press_of_the_key_is_a_screen(void **state)
{
    (void)state;
    keeper_rig rig;
    keeper_rig_init(&rig);
    keeper_rig_run(&rig, 5 * SECOND, import_w);
    rig.inputs.contacts = WH_CONTACT_KEY;
    keeper_rig_run(&rig, SECOND, import_w);
    keeper_rig_run(&rig, SECOND, import_w); /* held: the same screen */
    assert_int_equal(rig.keeper.display.lcd.screen, 1);
    assert_int_equal(rig.keeper.display.lcd.symbols & WH_LCD_BY_KEY, WH_LCD_BY_KEY);
    rig.inputs.contacts = 0;
    keeper_rig_run(&rig, SECOND, import_w);
    rig.inputs.contacts = WH_CONTACT_KEY;
    keeper_rig_run(&rig, SECOND, import_w);
    assert_int_equal(rig.keeper.display.lcd.screen, 2);
    keeper_rig_free(&rig);
}

static void faults_are_symbols_and_prompts(void **state)
{
    (void)state;
    keeper_rig rig;
    keeper_rig_init(&rig);
    keeper_rig_run(&rig, 5 * SECOND, import_w);
    rig.inputs.contacts = WH_CONTACT_BATTERY_LOW | WH_CONTACT_METER_COVER;
    assert_string_equal(shown_after(&rig, SECOND, import_w), "Err-04");
    assert_int_equal(rig.keeper.display.lcd.symbols & (WH_LCD_BATTERY | WH_LCD_COVER),
                     WH_LCD_BATTERY | WH_LCD_COVER);
    rig.inputs.contacts = 0;
    keeper_rig_run(&rig, SECOND, import_w);
    assert_int_equal(rig.keeper.display.error, 0);
    rig.inputs.power_fails = true;
    assert_string_equal(shown_after(&rig, SECOND, import_w), " ");
    keeper_rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_display_shows_the_registers_of_the_meter),
        cmocka_unit_test(reversed_phases_blink_and_the_arrow_turns),
        cmocka_unit_test(each_press_of_the_key_is_a_screen),
        cmocka_unit_test(faults_are_symbols_and_prompts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
