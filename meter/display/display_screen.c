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
#define C_MONEY        19 /* of group A 0: account and credit */
#define D_NOW          7
#define E_DISTORTION   124
#define ATTRIBUTE_TIME 5

/* What a value is: its unit, decimals it has, decimals to show. */
typedef struct {
    uint8_t unit;
    uint8_t has;
    uint8_t decimals;
} looks;

#define OF_ENERGY 0xFF /* decimals as set */
#define OF_POWER  0xFE

/* By value group C of the sum. Powers have their energies 3 units before. */
static const looks of_c[C_PER_PHASE + 1] = {
    [1] = {WH_LCD_KW, 6, OF_POWER},   [2] = {WH_LCD_KW, 6, OF_POWER},
    [3] = {WH_LCD_KVAR, 6, OF_POWER}, [4] = {WH_LCD_KVAR, 6, OF_POWER},
    [5] = {WH_LCD_KVAR, 6, OF_POWER}, [6] = {WH_LCD_KVAR, 6, OF_POWER},
    [7] = {WH_LCD_KVAR, 6, OF_POWER}, [8] = {WH_LCD_KVAR, 6, OF_POWER},
    [9] = {WH_LCD_KVA, 6, OF_POWER},  [10] = {WH_LCD_KVA, 6, OF_POWER},
    [11] = {WH_LCD_A, 6, 3},          [12] = {WH_LCD_V, 3, 1},
    [13] = {WH_LCD_COS, 6, 3},        [14] = {WH_LCD_HZ, 6, 2},
    [15] = {WH_LCD_KW, 6, OF_POWER},  [16] = {WH_LCD_KW, 6, OF_POWER},
    [17] = {WH_LCD_KW, 6, OF_POWER},  [18] = {WH_LCD_KW, 6, OF_POWER},
    [19] = {WH_LCD_KW, 6, OF_POWER},  [20] = {WH_LCD_KW, 6, OF_POWER},
};

_Static_assert(WH_LCD_KW - WH_LCD_KWH == 3 && WH_LCD_KVAR - WH_LCD_KVARH == 3 &&
                   WH_LCD_KVA - WH_LCD_KVAH == 3,
               "an energy is three units before its power");

/* Value groups D that are integrals over time. */
static bool is_integral(unsigned d)
{
    return (d >= 8 && d <= 10) || (d >= 17 && d <= 20) || d == 29 || d == 30 || d == 58;
}

static looks looks_of(wh_column column)
{
    const uint8_t *group = column.obis.group;
    unsigned c = group[WH_OBIS_C];
    if (group[WH_OBIS_A] != ELECTRICITY) {
        bool money = c == C_MONEY;
        return (looks){money ? WH_LCD_MONEY : WH_LCD_NO_UNIT, money ? 6 : 0, money ? 2 : 0};
    }
    if (c == C_ANGLE) {
        return (looks){WH_LCD_DEGREE, 3, 1};
    }
    if (c > C_NEUTRAL) {
        c -= C_PER_PHASE * 4; /* 91 as 11, 92 as 12 */
    } else if (c > C_PER_PHASE && c <= C_PHASES_END) {
        c = (c - 1) % C_PER_PHASE + 1;
    }
    if (c > C_PER_PHASE || of_c[c].unit == WH_LCD_NO_UNIT) {
        return (looks){WH_LCD_NO_UNIT, 0, 0};
    }
    looks l = of_c[c];
    if (group[WH_OBIS_D] == D_NOW && group[WH_OBIS_E] == E_DISTORTION) {
        return (looks){WH_LCD_PERCENT, 4, 2};
    }
    if (l.decimals == OF_POWER && is_integral(group[WH_OBIS_D])) {
        l.unit = (uint8_t)(l.unit - (WH_LCD_KW - WH_LCD_KWH));
        l.decimals = OF_ENERGY;
    }
    return l;
}

/* Two digits and a separator. */
static char *put_two(char *at, unsigned value, char separator)
{
    *at++ = (char)('0' + (char)(value / 10 % 10));
    *at++ = (char)('0' + (char)(value % 10));
    *at++ = separator;
    return at;
}

typedef enum {
    TIME_OF_DAY, /* 14:45:09 */
    DATE,        /* 26-11-22 */
    MOMENT       /* 11.22.14:45 */
} time_form;

static void put_time(const wh_display_inputs *in, int64_t utc_ms, time_form form, wh_lcd *lcd)
{
    static const wh_time_zone utc = {.standard_min = 0};
    wh_civil_time t;
    const wh_time_zone *zone = in->zone != NULL ? in->zone : &utc;
    if (utc_ms < WH_CIVIL_MS_MIN || wh_time_zone_to_local(zone, utc_ms, &t, NULL) != WH_OK) {
        wh_lcd_text(lcd, "--------");
        return;
    }
    char text[4 * 3];
    char *at = text;
    if (form == TIME_OF_DAY) {
        at = put_two(at, t.hour, ':');
        at = put_two(at, t.minute, ':');
        at = put_two(at, t.second, ' ');
    } else if (form == DATE) {
        at = put_two(at, (unsigned)(t.date.year % 100), '-');
        at = put_two(at, t.date.month, '-');
        at = put_two(at, t.date.day, ' ');
    } else {
        at = put_two(at, t.date.month, '.');
        at = put_two(at, t.date.day, '.');
        at = put_two(at, t.hour, ':');
        at = put_two(at, t.minute, ' ');
    }
    at[-1] = '\0';
    wh_lcd_text(lcd, text);
}

/* 0-0:1.0.0 and 1-0:0.9.1 are the time, 1-0:0.9.2 the date, 0-0:96.1.0 the serial number. */
typedef enum { NOT_OWN, OWN_TIME, OWN_DATE, OWN_SERIAL } own_screen;

static own_screen own_screen_of(wh_column column)
{
    static const struct {
        uint8_t a;
        uint8_t c;
        uint8_t d;
        uint8_t e;
    } codes[] = {
        [OWN_TIME] = {ELECTRICITY, C_GENERAL, 9, 1},
        [OWN_DATE] = {ELECTRICITY, C_GENERAL, 9, 2},
        [OWN_SERIAL] = {0, 96, 1, 0},
    };
    const uint8_t *group = column.obis.group;
    for (unsigned i = OWN_TIME; i <= OWN_SERIAL; i++) {
        if (group[WH_OBIS_A] == codes[i].a && group[WH_OBIS_C] == codes[i].c &&
            group[WH_OBIS_D] == codes[i].d && group[WH_OBIS_E] == codes[i].e) {
            return (own_screen)i;
        }
    }
    bool clock = group[WH_OBIS_A] == 0 && group[WH_OBIS_C] == 1 && group[WH_OBIS_D] == 0;
    return clock ? OWN_TIME : NOT_OWN;
}

bool wh_display_is_own(wh_column column)
{
    return own_screen_of(column) != NOT_OWN;
}

static unsigned decimals_of(const wh_display *display, looks l)
{
    if (l.decimals == OF_ENERGY) {
        return display->settings.energy_decimals;
    }
    return l.decimals == OF_POWER ? display->settings.power_decimals : l.decimals;
}

void wh_display_draw(const wh_display *display, const wh_display_inputs *inputs, wh_column column,
                     wh_err err, int64_t value, wh_lcd *lcd)
{
    own_screen own = own_screen_of(column);
    looks l = looks_of(column);
    lcd->column = column;
    if (own == OWN_SERIAL) {
        wh_lcd_text(lcd, inputs->serial != NULL ? inputs->serial : "--------");
    } else if (own != NOT_OWN) {
        put_time(inputs, inputs->utc_ms, own == OWN_TIME ? TIME_OF_DAY : DATE, lcd);
    } else if (column.attribute == ATTRIBUTE_TIME) {
        bool known = err == WH_OK && value > 0 && value <= UINT32_MAX;
        put_time(inputs, known ? value * 1000 : INT64_MIN, MOMENT, lcd);
    } else {
        lcd->unit = l.unit;
        if (err == WH_OK) {
            wh_lcd_number(lcd, value, l.has, decimals_of(display, l), l.decimals == OF_ENERGY);
        } else {
            wh_lcd_text(lcd, "--------");
        }
    }
}
