/* SPDX-License-Identifier: Apache-2.0 */
/* Saved lists of screens, and saved displays, from anybody: either they are refused and nothing
 * has changed, or they are saved as they were read; and what was read can be shown. */
#include "meter/display/display.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static wh_err read_value(const void *user, wh_column column, int64_t *value)
{
    (void)user;
    const uint8_t *group = column.obis.group;
    *value = (int64_t)((uint64_t)group[WH_OBIS_D] << 56 | (uint64_t)group[WH_OBIS_E] << 20 |
                       group[WH_OBIS_F]);
    return group[WH_OBIS_B] % 3 == 0
               ? WH_OK
               : (group[WH_OBIS_B] % 3 == 1 ? WH_ERR_STATE : WH_ERR_NOT_FOUND);
}

/* What is shown can be sent, and comes back the same. */
static void check_lcd(const wh_lcd *lcd)
{
    uint8_t bytes[WH_LCD_SAVE_SIZE];
    uint8_t again[WH_LCD_SAVE_SIZE];
    wh_lcd other;
    wh_writer w = wh_writer_init(bytes, sizeof bytes);
    require(wh_lcd_save(lcd, &w) == WH_OK);
    wh_reader r = wh_reader_init(bytes, sizeof bytes);
    require(wh_lcd_restore(&other, &r) == WH_OK);
    w = wh_writer_init(again, sizeof again);
    require(wh_lcd_save(&other, &w) == WH_OK);
    require(memcmp(bytes, again, sizeof bytes) == 0);
    char code[WH_LCD_CODE_SIZE];
    require(wh_lcd_code(lcd, code) < sizeof code);
}

static void show_all(wh_display *display)
{
    const wh_column_reader reader = {NULL, read_value};
    static const wh_time_zone utc = {.standard_min = 0};
    wh_display_inputs in = {.utc_ms = 1795358709999, .zone = &utc, .errors = UINT64_C(1) << 51};
    for (unsigned i = 0; i < WH_DISPLAY_SCREENS_MAX + 5; i++) {
        wh_display_tick(display, 99000, &in, &reader);
        check_lcd(&display->lcd);
    }
    for (unsigned i = 0; i < WH_DISPLAY_SCREENS_MAX + 5; i++) {
        wh_display_press(display);
        wh_display_tick(display, 10, &in, &reader);
        check_lcd(&display->lcd);
    }
}

static void try_lists(const uint8_t *data, size_t size)
{
    static wh_display display; /* too large to be copied twice on a small stack */
    static wh_display before;
    wh_display_init(&display);
    before = display;
    wh_reader r = wh_reader_init(data, size);
    if (wh_display_restore(&display, &r) != WH_OK) {
        require(memcmp(&display, &before, sizeof display) == 0);
        return;
    }
    uint8_t bytes[WH_DISPLAY_SAVE_SIZE];
    wh_writer w = wh_writer_init(bytes, sizeof bytes);
    require(wh_display_save(&display, &w) == WH_OK);
    require(wh_writer_len(&w) == wh_reader_pos(&r));
    require(memcmp(bytes, data, wh_writer_len(&w)) == 0);
    show_all(&display);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    if (data[0] % 2 == 0) {
        try_lists(&data[1], size - 1);
        return 0;
    }
    wh_lcd lcd;
    wh_reader r = wh_reader_init(&data[1], size - 1);
    if (wh_lcd_restore(&lcd, &r) == WH_OK) {
        check_lcd(&lcd);
    }
    return 0;
}
