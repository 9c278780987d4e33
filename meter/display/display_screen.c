/* SPDX-License-Identifier: Apache-2.0 */
/* What a column looks like in eight digits. */
#include "meter/display/display_internal.h"

#include <string.h>

#define ELECTRICITY    1
#define C_GENERAL      0
#define C_PER_PHASE    20 /* value group C of L1 is that of the sum and 20 more, ... */
#define C_PHASES_END   80
#define C_ANGLE        81
#define C_NEUTRAL      90
#define C_CLOCK        1  /* of group A 0 */
#define C_MONEY        19 /* account and credit */
#define C_SERIAL       96
#define D_NOW          7
#define D_CLOCK        9 /* E 1 the time, 2 the date */
#define E_DISTORTION   124
#define E_NEGATIVE_SEQ 133
#define E_ZERO_SEQ     134

#define AS_ENERGY 0xFF /* decimals as set */
#define AS_POWER  0xFE

/* Decimals that a value of a unit has, and how many are shown. */
static const struct {
    uint8_t has;
    uint8_t decimals;
} looks[WH_LCD_UNITS] = {
    [WH_LCD_KWH] = {6, AS_ENERGY},
    [WH_LCD_KVARH] = {6, AS_ENERGY},
    [WH_LCD_KVAH] = {6, AS_ENERGY},
    [WH_LCD_KW] = {6, AS_POWER},
    [WH_LCD_KVAR] = {6, AS_POWER},
    [WH_LCD_KVA] = {6, AS_POWER},
    [WH_LCD_V] = {3, 1},
    [WH_LCD_A] = {6, 3},
    [WH_LCD_HZ] = {6, 2},
    [WH_LCD_COS] = {6, 3},
    [WH_LCD_DEGREE] = {3, 1},
    [WH_LCD_PERCENT] = {4, 2},
    [WH_LCD_MONEY] = {6, 2},
};

/* Units of present values, by value group C of the sum. */
static const uint8_t unit_of_c[C_PER_PHASE + 1] = {
    WH_LCD_NO_UNIT, WH_LCD_KW,   WH_LCD_KW,  WH_LCD_KVAR, WH_LCD_KVAR, WH_LCD_KVAR, WH_LCD_KVAR,
    WH_LCD_KVAR,    WH_LCD_KVAR, WH_LCD_KVA, WH_LCD_KVA,  WH_LCD_A,    WH_LCD_V,    WH_LCD_COS,
    WH_LCD_HZ,      WH_LCD_KW,   WH_LCD_KW,  WH_LCD_KW,   WH_LCD_KW,   WH_LCD_KW,   WH_LCD_KW,
};

/* Value groups D that are integrals over time: 8 to 10, 17 to 20, 29, 30. */
static bool is_integral(unsigned d)
{
    return d < 32 && (UINT32_C(0x601E0700) >> d & 1) != 0;
}

/* Of voltages and currents: distortion, and what the catalogue has of unbalance. */
static bool is_ratio(unsigned d, unsigned e)
{
    return d == D_NOW && (e == E_DISTORTION || e == E_NEGATIVE_SEQ || e == E_ZERO_SEQ);
}

static unsigned unit_of(const uint8_t *group)
{
    unsigned c = group[WH_OBIS_C];
    unsigned d = group[WH_OBIS_D];
    if (group[WH_OBIS_A] != ELECTRICITY) {
        return c == C_MONEY ? WH_LCD_MONEY : WH_LCD_NO_UNIT;
    }
    if (c == C_ANGLE) {
        return WH_LCD_DEGREE;
    }
    if (c > C_NEUTRAL) {
        c -= C_PER_PHASE * 4; /* 91 as 11, 92 as 12 */
    } else if (c > C_PER_PHASE && c <= C_PHASES_END) {
        c = (c - 1) % C_PER_PHASE + 1;
    }
    unsigned unit = c <= C_PER_PHASE ? unit_of_c[c] : WH_LCD_NO_UNIT;
    if (unit >= WH_LCD_KW && unit <= WH_LCD_KVA) {
        return is_integral(d) ? unit - (WH_LCD_KW - WH_LCD_KWH) : unit;
    }
    return unit != WH_LCD_NO_UNIT && is_ratio(d, group[WH_OBIS_E]) ? WH_LCD_PERCENT : unit;
}

_Static_assert(WH_LCD_KW - WH_LCD_KWH == 3 && WH_LCD_KVAR - WH_LCD_KVARH == 3 &&
                   WH_LCD_KVA - WH_LCD_KVAH == 3,
               "an energy is three units before its power");

/* Forms of a time: the first of year, month, ... second that is shown, and what stands behind
 * each; a 0 ends it. */
typedef struct {
    uint8_t from;
    char behind[5];
} time_form;

/* Screens that are not read. */
typedef enum { NOT_OWN, OWN_TIME, OWN_DATE, OWN_SERIAL } own_screen;

static const time_form forms[] = {
    [NOT_OWN] = {1, "..:"}, /* 11.22.14:45, of a demand */
    [OWN_TIME] = {3, "::"}, /* 14:45:09 */
    [OWN_DATE] = {0, "--"}, /* 26-11-22 */
};

static void put_time(const wh_display_inputs *in, int64_t utc_ms, const time_form *form,
                     wh_lcd *lcd)
{
    wh_civil_time t;
    if (utc_ms < WH_CIVIL_MS_MIN || wh_time_zone_to_local(in->zone, utc_ms, &t, NULL) != WH_OK) {
        return;
    }
    const uint8_t parts[] = {
        (uint8_t)(t.date.year % 100), t.date.month, t.date.day, t.hour, t.minute, t.second};
    char text[sizeof parts * 3];
    char *at = text;
    for (unsigned i = 0; at == text || at[-1] != '\0'; i++) {
        *at++ = (char)('0' + (char)(parts[form->from + i] / 10));
        *at++ = (char)('0' + (char)(parts[form->from + i] % 10));
        *at++ = form->behind[i];
    }
    wh_lcd_text(lcd, text);
}

static own_screen own_screen_of(wh_column column)
{
    unsigned a = column.obis.group[WH_OBIS_A];
    unsigned c = column.obis.group[WH_OBIS_C];
    unsigned d = column.obis.group[WH_OBIS_D];
    unsigned e = column.obis.group[WH_OBIS_E];
    if (a == ELECTRICITY) {
        bool own = c == C_GENERAL && d == D_CLOCK && (e == OWN_TIME || e == OWN_DATE);
        return own ? (own_screen)e : NOT_OWN;
    }
    if (c == C_SERIAL && d == 1 && e == 0) {
        return OWN_SERIAL;
    }
    return c == C_CLOCK && d == 0 ? OWN_TIME : NOT_OWN;
}

static void put_number(const wh_display_settings *settings, int64_t value, wh_lcd *lcd)
{
    unsigned decimals = looks[lcd->unit].decimals;
    bool cut = decimals == AS_ENERGY;
    if (cut) {
        decimals = settings->energy_decimals;
    } else if (decimals == AS_POWER) {
        decimals = settings->power_decimals;
    }
    wh_lcd_number(lcd, value, looks[lcd->unit].has, decimals, cut);
}

wh_err wh_display_draw(wh_display *display, const wh_display_inputs *inputs, wh_column column,
                       const wh_column_reader *reader)
{
    wh_lcd *lcd = &display->lcd;
    own_screen own = own_screen_of(column);
    int64_t value = 0;
    wh_err err = own == NOT_OWN ? reader->read(reader->user, column, &value) : WH_OK;
    if (err == WH_ERR_NOT_FOUND) {
        return err;
    }
    lcd->column = column;
    if (own == OWN_SERIAL) {
        wh_lcd_text(lcd, inputs->serial != NULL ? inputs->serial : "");
    } else if (own != NOT_OWN || column.attribute == WH_COLUMN_TIME) {
        bool known = err == WH_OK && value > 0 && value <= UINT32_MAX;
        int64_t utc_ms = known ? value * 1000 : INT64_MIN;
        put_time(inputs, own != NOT_OWN ? inputs->utc_ms : utc_ms, &forms[own], lcd);
    } else {
        lcd->unit = (uint8_t)unit_of(column.obis.group);
        if (err == WH_OK) {
            put_number(&display->settings, value, lcd);
        }
    }
    return WH_OK;
}
