/* SPDX-License-Identifier: Apache-2.0 */
/* What a display shows, as a text that a test can compare: "-12.34 kWh". Dark digits on the
 * left are left out. */
#ifndef WH_TESTS_LCD_TEXT_H
#define WH_TESTS_LCD_TEXT_H

#include "meter/display/lcd.h"

#include <stdio.h>
#include <string.h>

static inline const char *lcd_text(const wh_lcd *lcd)
{
    static const char *const units[WH_LCD_UNITS] = {
        [WH_LCD_NO_UNIT] = "",     [WH_LCD_KWH] = " kWh",   [WH_LCD_KVARH] = " kvarh",
        [WH_LCD_KVAH] = " kVAh",   [WH_LCD_KW] = " kW",     [WH_LCD_KVAR] = " kvar",
        [WH_LCD_KVA] = " kVA",     [WH_LCD_V] = " V",       [WH_LCD_A] = " A",
        [WH_LCD_HZ] = " Hz",       [WH_LCD_COS] = " cos",   [WH_LCD_DEGREE] = " deg",
        [WH_LCD_PERCENT] = " pct", [WH_LCD_MONEY] = " mny", [WH_LCD_AH] = " Ah",
    };
    static char text[40];
    size_t at = 0;
    unsigned first = 0;
    while (first < WH_LCD_DIGITS - 1 && lcd->digit[first] == ' ') {
        first++;
    }
    if ((lcd->symbols & WH_LCD_MINUS) != 0) {
        text[at++] = '-';
    }
    for (unsigned k = first; k < WH_LCD_DIGITS; k++) {
        text[at++] = lcd->digit[k];
        if ((lcd->points & 1U << k) != 0) {
            text[at++] = '.';
        }
        if ((lcd->colons & 1U << k) != 0) {
            text[at++] = ':';
        }
    }
    (void)snprintf(&text[at], sizeof text - at, "%s",
                   lcd->unit < WH_LCD_UNITS ? units[lcd->unit] : " ?");
    return text;
}

#endif /* WH_TESTS_LCD_TEXT_H */
