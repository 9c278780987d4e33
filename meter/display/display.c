/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/display/display_internal.h"

#include <string.h>

#define ELAPSED_MAX_MS 3600000U /* longer than any screen: nothing overflows */
#define MS_PER_S       1000U
#define ERRORS         64U
#define STOPS          ((1U << WH_DISPLAY_ERROR_STOP) - 2)    /* prompts 1 to 9 */
#define OF_INPUTS      (WH_LCD_COVER * 2 - WH_LCD_RELAY_OPEN) /* all from one to the other */

void wh_display_init(wh_display *display)
{
    *display = (wh_display){
        .settings = {.screen_s = 5, .key_s = 60, .energy_decimals = 2, .power_decimals = 4}};
    wh_display_default_lists(display);
    wh_display_test(display);
}

void wh_display_test(wh_display *display)
{
    display->test_ms = WH_DISPLAY_TEST_MS;
    wh_lcd_all(&display->lcd);
}

void wh_display_press(wh_display *display)
{
    display->wake_ms = WH_DISPLAY_WAKE_MS;
    display->shown_ms = 0;
    display->test_ms = 0;
    if (display->shown == WH_DISPLAY_BY_KEY) {
        display->index++; /* the tick goes back to the first behind the last */
    } else if (display->count[WH_DISPLAY_BY_KEY] > 0) {
        display->shown = WH_DISPLAY_BY_KEY;
        display->index = 0;
        display->error = 0;
    }
}

/* The prompt behind `error` among those of the mask, 0: there is no further one. */
static uint8_t next_error(uint64_t errors, unsigned error)
{
    for (unsigned n = 1; n < ERRORS; n++) {
        errors >>= 1;
        if (n > error && (errors & 1) != 0) {
            return (uint8_t)n;
        }
    }
    return 0;
}

/* Go to the next screen of the automatic list, or to the next prompt behind its last. */
static void advance(wh_display *display, uint64_t errors)
{
    display->shown_ms = 0;
    if ((errors & STOPS) != 0) {
        uint8_t next = next_error(errors & STOPS, display->error);
        display->error = next != 0 ? next : next_error(errors & STOPS, 0);
        return;
    }
    bool on_list = display->error == 0;
    if (on_list && display->index + 1 < display->count[WH_DISPLAY_AUTOMATIC]) {
        display->index++;
        return;
    }
    unsigned from = on_list || display->error < WH_DISPLAY_ERROR_STOP ? WH_DISPLAY_ERROR_STOP - 1
                                                                      : display->error;
    display->error = next_error(errors, from);
    display->index = 0;
}

static void count_down(uint32_t *left_ms, uint32_t elapsed_ms)
{
    *left_ms -= elapsed_ms < *left_ms ? elapsed_ms : *left_ms;
}

static void pass_time(wh_display *display, uint32_t elapsed_ms, uint64_t errors)
{
    elapsed_ms = elapsed_ms < ELAPSED_MAX_MS ? elapsed_ms : ELAPSED_MAX_MS;
    count_down(&display->wake_ms, elapsed_ms);
    if (display->test_ms > 0) { /* the first screen begins when it is over */
        count_down(&display->test_ms, elapsed_ms);
        return;
    }
    display->shown_ms += elapsed_ms;
    if (display->shown == WH_DISPLAY_BY_KEY) {
        if (display->shown_ms < display->settings.key_s * MS_PER_S) {
            return;
        }
        display->shown = WH_DISPLAY_AUTOMATIC;
        display->index = 0;
        display->shown_ms = 0;
    }
    bool stopped = display->error != 0 && display->error < WH_DISPLAY_ERROR_STOP;
    bool stop = (errors & STOPS) != 0;
    bool gone = display->error != 0 && next_error(errors, display->error - 1U) != display->error;
    bool over = display->shown_ms >= display->settings.screen_s * MS_PER_S;
    if (over || gone || stop != stopped) {
        advance(display, errors);
    }
}

static uint8_t quadrant_of(int64_t active_mw, int64_t reactive_mvar)
{
    if (active_mw == 0 && reactive_mvar == 0) {
        return 0;
    }
    bool leading = reactive_mvar < 0;
    if (active_mw < 0) {
        return leading ? 3 : 2;
    }
    return leading ? 4 : 1;
}

static void draw_symbols(const wh_display *display, const wh_display_inputs *in, wh_lcd *lcd)
{
    bool by_key = display->shown == WH_DISPLAY_BY_KEY;
    bool light = by_key || display->wake_ms > 0 || in->backlight;
    uint32_t symbols = in->symbols & OF_INPUTS;
    lcd->blinking = in->blinking & symbols;
    symbols |= WH_LCD_ON;
    symbols |= light ? WH_LCD_BACKLIGHT : 0;
    symbols |= by_key ? WH_LCD_BY_KEY : 0;
    symbols |= in->active_mw > 0 ? WH_LCD_IMPORT : 0;
    symbols |= in->active_mw < 0 ? WH_LCD_EXPORT : 0;
    symbols |= display->settings.rate_names ? WH_LCD_RATE_NAMES : 0;
    lcd->symbols = symbols;
    lcd->rate = in->rate;
    lcd->tariff_set = in->tariff_set;
    lcd->step = in->step;
    lcd->quadrant = quadrant_of(in->active_mw, in->reactive_mvar);
    lcd->phases = in->phases;
    lcd->phases_blinking = in->phases & in->phases_reversed;
}

static void draw_error(unsigned error, wh_lcd *lcd)
{
    char text[] = "Err-00";
    text[4] = (char)('0' + (char)(error / 10));
    text[5] = (char)('0' + (char)(error % 10));
    wh_lcd_text(lcd, text);
}

/* Show the screen that is on, or the next one of a value that this meter has. */
static void draw_screen(wh_display *display, const wh_display_inputs *in,
                        const wh_column_reader *reader, wh_lcd *lcd)
{
    wh_display_list list = (wh_display_list)display->shown;
    unsigned count = display->count[list];
    wh_column column;
    wh_lcd_text(lcd, "--------");
    for (unsigned tries = 0; tries < count && display->error == 0; tries++) {
        display->index = (uint8_t)(display->index % count);
        wh_err err = wh_display_screen(display, list, display->index, &column);
        if (err == WH_OK && wh_display_draw(display, in, column, reader) == WH_OK) {
            lcd->screen = (uint8_t)(display->index + 1);
            return;
        }
        if (list == WH_DISPLAY_BY_KEY) {
            display->index++;
        } else {
            advance(display, in->errors & ~(uint64_t)STOPS);
        }
    }
    if (display->error != 0) {
        draw_error(display->error, lcd);
    }
}

void wh_display_tick(wh_display *display, uint32_t elapsed_ms, const wh_display_inputs *inputs,
                     const wh_column_reader *reader)
{
    wh_lcd *lcd = &display->lcd;
    pass_time(display, elapsed_ms, inputs->errors);
    wh_lcd_clear(lcd);
    if (inputs->on_battery && display->wake_ms == 0) {
        return;
    }
    if (display->test_ms > 0) {
        wh_lcd_all(lcd);
        return;
    }
    draw_symbols(display, inputs, lcd);
    draw_screen(display, inputs, reader, lcd);
}
