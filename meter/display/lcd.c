/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/display/lcd.h"

#include <string.h>

#define SAVE_VERSION 1
#define NUMBER_MAX   99999999U /* of eight digits */
#define RATE_MAX     63
#define F_NUMBERED   99  /* value group F up to here: a billing period by its number */
#define F_LAST       101 /* from here to 125 by its age */
#define F_OLDEST     125

void wh_lcd_clear(wh_lcd *lcd)
{
    *lcd = (wh_lcd){.points = 0};
    memset(lcd->digit, ' ', sizeof lcd->digit);
}

void wh_lcd_all(wh_lcd *lcd)
{
    static const wh_obis eights = WH_OBIS_INIT(1, 0, 88, 88, 88, 255);
    *lcd = (wh_lcd){.points = 0xFF,
                    .colons = 0xFF,
                    .column = {.obis = eights, .attribute = 2},
                    .rate = 1,
                    .tariff_set = 1,
                    .step = 8,
                    .quadrant = 1,
                    .phases = 7,
                    .symbols = WH_LCD_ALL};
    memset(lcd->digit, '8', sizeof lcd->digit);
}

static bool is_glyph(char c)
{
    bool digit = c >= '0' && c <= '9'; /* most of them: without a search */
    return digit || (c != '\0' && strchr(WH_LCD_GLYPHS, c) != NULL);
}

void wh_lcd_text(wh_lcd *lcd, const char *text)
{
    lcd->points = 0;
    lcd->colons = 0;
    memset(lcd->digit, ' ', sizeof lcd->digit);
    unsigned at = WH_LCD_DIGITS; /* the digit written last */
    uint8_t point = 0;           /* behind the next one */
    uint8_t colon = 0;
    for (size_t i = strlen(text); i > 0 && at > 0; i--) {
        char c = text[i - 1];
        if (c == '.' || c == ':') {
            point |= c == '.' ? 1 : 0;
            colon |= c == ':' ? 1 : 0;
            continue;
        }
        at--;
        lcd->digit[at] = is_glyph(c) ? c : '_';
        lcd->points = (uint8_t)(lcd->points | (unsigned)point << at);
        lcd->colons = (uint8_t)(lcd->colons | (unsigned)colon << at);
        point = 0;
        colon = 0;
    }
}

/* value / 10^places, rounded to nearest or cut. */
static uint64_t drop_places(uint64_t value, unsigned places, bool cut)
{
    unsigned last = 0;
    for (; places > 0; places--) {
        last = (unsigned)(value % 10);
        value /= 10;
    }
    return value + (!cut && last >= 5 ? 1 : 0);
}

void wh_lcd_number(wh_lcd *lcd, int64_t value, unsigned has, unsigned decimals, bool cut)
{
    uint64_t magnitude = value < 0 ? 0U - (uint64_t)value : (uint64_t)value;
    decimals = decimals < has ? decimals : has;
    decimals = decimals < WH_LCD_DIGITS ? decimals : WH_LCD_DIGITS - 1;
    uint64_t fits = 0;
    for (;; decimals--) {
        fits = drop_places(magnitude, has - decimals, cut);
        if (fits <= NUMBER_MAX || decimals == 0) {
            break;
        }
    }
    lcd->symbols &= ~WH_LCD_MINUS;
    lcd->symbols |= value < 0 && fits != 0 ? WH_LCD_MINUS : 0;
    if (fits > NUMBER_MAX) {
        wh_lcd_text(lcd, "0FL");
        return;
    }
    uint32_t shown = (uint32_t)fits;
    char text[WH_LCD_DIGITS + 2];
    unsigned at = sizeof text - 1;
    text[at] = '\0';
    for (unsigned place = 0; place <= decimals || shown != 0; place++) {
        if (place == decimals && place > 0) {
            text[--at] = '.';
        }
        text[--at] = (char)('0' + (char)(shown % 10));
        shown /= 10;
    }
    wh_lcd_text(lcd, &text[at]);
}

static char *put_u8(char *at, unsigned value)
{
    if (value >= 100) {
        *at++ = (char)('0' + (char)(value / 100));
    }
    if (value >= 10) {
        *at++ = (char)('0' + (char)(value / 10 % 10));
    }
    *at++ = (char)('0' + (char)(value % 10));
    return at;
}

size_t wh_lcd_code(const wh_lcd *lcd, char code[WH_LCD_CODE_SIZE])
{
    const uint8_t *group = lcd->column.obis.group;
    char *at = code;
    if (lcd->column.attribute != 0) {
        at = put_u8(at, group[WH_OBIS_C]);
        *at++ = '.';
        at = put_u8(at, group[WH_OBIS_D]);
        *at++ = '.';
        at = put_u8(at, group[WH_OBIS_E]);
        if (group[WH_OBIS_F] <= F_NUMBERED) {
            *at++ = '*';
            at = put_u8(at, group[WH_OBIS_F]);
        }
    }
    *at = '\0';
    return (size_t)(at - code);
}

unsigned wh_lcd_periods_back(const wh_lcd *lcd)
{
    unsigned f = lcd->column.obis.group[WH_OBIS_F];
    bool by_age = lcd->column.attribute != 0 && f >= F_LAST && f <= F_OLDEST;
    return by_age ? f - F_LAST + 1 : 0;
}

wh_err wh_lcd_save(const wh_lcd *lcd, wh_writer *w)
{
    wh_writer_put_u8(w, SAVE_VERSION);
    wh_writer_put_bytes(w, (const uint8_t *)lcd->digit, WH_LCD_DIGITS);
    wh_writer_put_u8(w, lcd->points);
    wh_writer_put_u8(w, lcd->colons);
    wh_writer_put_bytes(w, lcd->column.obis.group, WH_OBIS_GROUPS);
    const uint8_t others[] = {lcd->column.attribute,
                              lcd->unit,
                              lcd->rate,
                              lcd->tariff_set,
                              lcd->step,
                              lcd->quadrant,
                              lcd->phases,
                              lcd->phases_blinking,
                              lcd->screen};
    wh_writer_put_bytes(w, others, sizeof others);
    wh_writer_put_u32be(w, lcd->symbols);
    wh_writer_put_u32be(w, lcd->blinking);
    return wh_writer_err(w);
}

static bool is_possible(const wh_lcd *lcd)
{
    bool glyphs = true;
    for (unsigned k = 0; k < WH_LCD_DIGITS; k++) {
        glyphs = glyphs && is_glyph(lcd->digit[k]);
    }
    return glyphs && lcd->unit < WH_LCD_UNITS && lcd->rate <= RATE_MAX && lcd->tariff_set <= 2 &&
           lcd->quadrant <= 4 && lcd->phases <= 7 && lcd->phases_blinking <= 7;
}

wh_err wh_lcd_restore(wh_lcd *lcd, wh_reader *r)
{
    wh_lcd taken;
    wh_lcd_clear(&taken);
    uint8_t version = wh_reader_take_u8(r);
    if (wh_reader_err(r) == WH_OK && version != SAVE_VERSION) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    for (unsigned k = 0; k < WH_LCD_DIGITS; k++) {
        taken.digit[k] = (char)wh_reader_take_u8(r);
    }
    taken.points = wh_reader_take_u8(r);
    taken.colons = wh_reader_take_u8(r);
    for (unsigned k = 0; k < WH_OBIS_GROUPS; k++) {
        taken.column.obis.group[k] = wh_reader_take_u8(r);
    }
    taken.column.attribute = wh_reader_take_u8(r);
    taken.unit = wh_reader_take_u8(r);
    taken.rate = wh_reader_take_u8(r);
    taken.tariff_set = wh_reader_take_u8(r);
    taken.step = wh_reader_take_u8(r);
    taken.quadrant = wh_reader_take_u8(r);
    taken.phases = wh_reader_take_u8(r);
    taken.phases_blinking = wh_reader_take_u8(r);
    taken.screen = wh_reader_take_u8(r);
    taken.symbols = wh_reader_take_u32be(r) & WH_LCD_ALL;
    taken.blinking = wh_reader_take_u32be(r) & WH_LCD_ALL;
    if (wh_reader_err(r) == WH_OK && !is_possible(&taken)) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    if (wh_reader_err(r) == WH_OK) {
        *lcd = taken;
    }
    return wh_reader_err(r);
}
