/* SPDX-License-Identifier: Apache-2.0 */
/* lcd.h - the display of a meter as a person sees it: eight digits, a code line and symbols.
 *
 *    ┌──────────────────────────────────────────────┐
 *    │ 1.8.1            T1  set 1  step 2      ▶ +A │  code, rate, direction
 *    │    ┌┐ ┌┐ ┌┐ ┌┐ ┌┐ ┌┐ ┌┐ ┌┐                   │
 *    │  − └┘ └┘ └┘ └┘ └┘ └┘.└┘ └┘   kWh             │  sign, digits, points, unit
 *    │ L1 L2 L3   relay  buy  battery  comm  lock   │  symbols, lit or dark, or blinking
 *    └──────────────────────────────────────────────┘
 *
 * It says which segments are on, not how they look: the glass of a meter, `watthour watch` and a
 * test read the same struct. What blinks is on and off for half a second each. */
#ifndef WH_METER_LCD_H
#define WH_METER_LCD_H

#include "core/err.h"
#include "core/reader.h"
#include "core/writer.h"
#include "meter/record/column.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_LCD_DIGITS    8
#define WH_LCD_CODE_SIZE 16 /* of the longest code, "128.128.128*99", and its 0 */

/* The unit symbols. Append only: they are in saved displays. */
typedef enum {
    WH_LCD_NO_UNIT,
    WH_LCD_KWH,
    WH_LCD_KVARH,
    WH_LCD_KVAH,
    WH_LCD_KW,
    WH_LCD_KVAR,
    WH_LCD_KVA,
    WH_LCD_V,
    WH_LCD_A,
    WH_LCD_HZ,
    WH_LCD_COS, /* power factor */
    WH_LCD_DEGREE,
    WH_LCD_PERCENT,
    WH_LCD_MONEY, /* of the local currency */
    WH_LCD_AH,
    WH_LCD_UNITS
} wh_lcd_unit;

/* Symbols, one bit each. Append only. */
#define WH_LCD_ON         (UINT32_C(1) << 0) /* not dark: a meter without mains sleeps */
#define WH_LCD_BACKLIGHT  (UINT32_C(1) << 1)
#define WH_LCD_MINUS      (UINT32_C(1) << 2) /* before the digits */
#define WH_LCD_IMPORT     (UINT32_C(1) << 3) /* arrow: power comes from the grid */
#define WH_LCD_EXPORT     (UINT32_C(1) << 4) /* arrow: power goes to the grid */
#define WH_LCD_RELAY_OPEN (UINT32_C(1) << 5) /* blinking: the key may close it */
#define WH_LCD_BUY        (UINT32_C(1) << 6) /* credit is low */
#define WH_LCD_OVERDRAFT  (UINT32_C(1) << 7)
#define WH_LCD_HOARDING   (UINT32_C(1) << 8)  /* more was bought than may be held */
#define WH_LCD_BATTERY    (UINT32_C(1) << 9)  /* low */
#define WH_LCD_COMM       (UINT32_C(1) << 10) /* somebody is speaking with the meter */
#define WH_LCD_LOCK       (UINT32_C(1) << 11) /* the meter is locked after wrong passwords */
#define WH_LCD_TEST       (UINT32_C(1) << 12) /* test mode, or programming is allowed */
#define WH_LCD_ALARM      (UINT32_C(1) << 13)
#define WH_LCD_CLOCK      (UINT32_C(1) << 14) /* the clock is not to be trusted */
#define WH_LCD_COVER      (UINT32_C(1) << 15) /* a cover was opened */
#define WH_LCD_BY_KEY     (UINT32_C(1) << 16) /* a screen of the key's list */
#define WH_LCD_RATE_NAMES (UINT32_C(1) << 17) /* rates 1 to 4 by name, not by number */
#define WH_LCD_ALL        ((UINT32_C(1) << 18) - 1)

typedef struct {
    char digit[WH_LCD_DIGITS]; /* left to right: one of WH_LCD_GLYPHS */
    uint8_t points;            /* bit k: the point behind digit[k] is on */
    uint8_t colons;            /* bit k: the colon behind digit[k] */
    wh_column column;          /* what is shown; attribute 0: nothing that has a code */
    uint8_t unit;              /* wh_lcd_unit */
    uint8_t rate;              /* in force, 1..63; 0: none */
    uint8_t tariff_set;        /* 1 or 2; 0: none */
    uint8_t step;              /* of step prices, from 1; 0: none */
    uint8_t quadrant;          /* 1..4; 0: no power flows */
    uint8_t phases;            /* bit k: phase k has voltage */
    uint8_t phases_blinking;   /* bit k: its active power is reversed */
    uint8_t screen;            /* number in its list, from 1; 0: none */
    uint32_t symbols;          /* WH_LCD_ bits that are on */
    uint32_t blinking;         /* those of them that blink */
} wh_lcd;

/* What seven segments can show, and the space: dark. */
#define WH_LCD_GLYPHS " 0123456789-_AbCdEFHhLnoPrtUuy"

/* Nothing on. */
void wh_lcd_clear(wh_lcd *lcd);

/* Everything on, as at power-up. The code line is 88.88.88. */
void wh_lcd_all(wh_lcd *lcd);

/* Write `text` to the digits from the right; what is longer is cut on the left. A '.' or ':'
 * belongs to the digit before it, and is left out where there is none. Anything else that is no
 * glyph is an underscore. Sign and unit are not touched. */
void wh_lcd_text(wh_lcd *lcd, const char *text);

/* Write a number of units of 10^-has with `decimals` of them (at most `has` are shown).
 *
 * cut  leave out what is below the last digit, as registers do; else round to nearest
 *
 * Where it does not fit, decimals give way. Where it does not fit without any, the digits are
 * "0FL". */
void wh_lcd_number(wh_lcd *lcd, int64_t value, unsigned has, unsigned decimals, bool cut);

/* The code line, "1.8.1" for 1-0:1.8.1*255, with a terminating 0; "" where there is none. A
 * billing period that goes by its number is in it, "1.8.0*41"; one that goes by its age is not:
 * wh_lcd_periods_back. Returns the length. */
size_t wh_lcd_code(const wh_lcd *lcd, char code[WH_LCD_CODE_SIZE]);

/* 1: of the last billing period, 2: of the one before; 0: of now. */
unsigned wh_lcd_periods_back(const wh_lcd *lcd);

/* The display as octets, for whoever shows it elsewhere. Version 1: u8 version, the digits, the
 * other fields in their order, integers big endian. WH_ERR_SPACE as the writer. */
#define WH_LCD_SAVE_SIZE (1 + WH_LCD_DIGITS + 2 + 7 + 8 + 8)
wh_err wh_lcd_save(const wh_lcd *lcd, wh_writer *w) WH_MUST_USE;

/* On an error nothing has changed.
 *
 * WH_ERR_SHORT        the octets end early
 * WH_ERR_UNSUPPORTED  unknown version
 * WH_ERR_FORMAT       a glyph, unit, rate, ... that there is not. Symbols of later meters are
 *                     left out, and are no error */
wh_err wh_lcd_restore(wh_lcd *lcd, wh_reader *r) WH_MUST_USE;

#endif /* WH_METER_LCD_H */
