/* SPDX-License-Identifier: Apache-2.0 */
/* display.h - what the display of a meter shows, and when.
 *
 *   power-up ─▶ all segments ─▶ automatic list ─▶ error prompts ─┐
 *                                    ▲  ▲────────────────────────┘
 *                                    │  time-out
 *                       key ─▶ list by key: a screen for each press
 *
 * Two lists of up to 99 screens; a screen is a column (record/column.h). One that the meter does
 * not have (the reader says WH_ERR_NOT_FOUND) is passed over; one without a value now, after any
 * other error of the reader, shows "--------".
 *
 * The reader's values must be in the units of the catalogue:
 *   mWh mvarh mVAh   mW mvar mVA   mV   µA   µHz   power factor in millionths   angle in m°
 *   distortion in ppm   money in millionths   attribute 5, a time, in UTC seconds
 * Local time (1-0:0.9.1, 0-0:1.0.0), date (1-0:0.9.2) and the serial number (0-0:96.1.0) are
 * taken from the inputs, not from the reader.
 *
 * Errors are prompts "Err-nn", bit nn of a mask (nn 1..63):
 *   below 10   stop the automatic list: 01 control circuit, 02 secure element, 04 clock
 *              battery, 06 memory, 07 and 08 clock
 *   others     each has its turn behind the last automatic screen: 51 overload, 52 severe
 *              unbalance, 53 over-voltage, 54 power factor below its limit, 55 demand above
 *              its limit, 56 direction of power changed
 *
 * Order of calls: wh_display_tick last in the meter's tick, when all that is shown is up to
 * date; wh_display_press whenever the key is pressed. The result is display->lcd. Energy is cut
 * at its last decimal, never rounded up; everything else is rounded.
 *
 * A list is kept as the groups in which a screen differs from the one before: two octets for a
 * list that counts up. Lists where half of the groups change all the time can have fewer than
 * 99 screens.
 *
 * The caller owns the struct. Nothing here may be called from an interrupt. */
#ifndef WH_METER_DISPLAY_H
#define WH_METER_DISPLAY_H

#include "core/err.h"
#include "core/reader.h"
#include "core/time_zone.h"
#include "core/writer.h"
#include "meter/display/lcd.h"
#include "meter/record/column.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_DISPLAY_SCREENS_MAX 99
#define WH_DISPLAY_POOL_SIZE   512 /* octets of both lists */
#define WH_DISPLAY_ERROR_STOP  10  /* prompts below this stop the automatic list */
#define WH_DISPLAY_TEST_MS     3000
#define WH_DISPLAY_WAKE_MS     30000 /* without mains, by the key */

typedef enum { WH_DISPLAY_AUTOMATIC, WH_DISPLAY_BY_KEY, WH_DISPLAY_LISTS } wh_display_list;

typedef struct {
    uint8_t screen_s;        /* on one automatic screen, 1..99; 5 */
    uint8_t key_s;           /* after the last press back to the automatic list, 1..255; 60 */
    uint8_t energy_decimals; /* of kWh, 0..4; 2 */
    uint8_t power_decimals;  /* of kW, 0..4; 4 */
    bool rate_names;         /* rates 1 to 4 as sharp, peak, flat, valley; false: T1 to T4 */
} wh_display_settings;

/* All that is shown beside the value. */
typedef struct {
    int64_t utc_ms;           /* INT64_MIN: unknown */
    const wh_time_zone *zone; /* of local time */
    const char *serial;       /* its last 8 characters are shown; NULL: none */
    int64_t active_mw;        /* of the total: arrow and quadrant */
    int64_t reactive_mvar;    /* positive: lagging */
    uint64_t errors;          /* bit nn: Err-nn */
    uint32_t symbols;         /* WH_LCD_RELAY_OPEN .. WH_LCD_COVER: what holds now */
    uint32_t blinking;        /* those of them that shall blink */
    uint8_t rate;             /* 1..63, 0: none */
    uint8_t tariff_set;       /* 1 or 2, 0: none */
    uint8_t step;             /* from 1, 0: none */
    uint8_t phases;           /* bit k: phase k has voltage */
    uint8_t phases_reversed;  /* bit k: its active power is negative */
    bool backlight;           /* wanted by a remote command or an alarm */
    bool on_battery;          /* no mains: dark, but for 30 s after the key */
} wh_display_inputs;

/* Read `lcd` and `settings`; the rest is private. */
typedef struct {
    wh_display_settings settings;
    wh_lcd lcd;                      /* what is shown since the last tick */
    uint16_t used[WH_DISPLAY_LISTS]; /* octets of the pool: automatic first */
    uint8_t count[WH_DISPLAY_LISTS];
    uint8_t shown;     /* wh_display_list */
    uint8_t index;     /* of the screen in it */
    uint8_t error;     /* the prompt shown instead; 0: none */
    uint32_t test_ms;  /* of all segments, left */
    uint32_t shown_ms; /* this screen, or since the last press */
    uint32_t wake_ms;  /* left */
    uint8_t pool[WH_DISPLAY_POOL_SIZE];
} wh_display;

/* Start with default settings and lists: automatically date, time, energy by rate, power; by key
 * 86 screens. Begins with all segments on. */
void wh_display_init(wh_display *display);

/* WH_ERR_RANGE: a setting outside the ranges above. */
wh_err wh_display_set(wh_display *display, const wh_display_settings *settings) WH_MUST_USE;

unsigned wh_display_count(const wh_display *display, wh_display_list list);

/* Screen `index` of a list, from 0. WH_ERR_NOT_FOUND: there is none. */
wh_err wh_display_screen(const wh_display *display, wh_display_list list, unsigned index,
                         wh_column *column) WH_MUST_USE;

/* Replace a list; showing begins again with the automatic one. On an error nothing has changed.
 *
 * screens[count]  0..99; an empty list by key: the key only lights the display
 *
 * WH_ERR_RANGE  more than 99, none for the automatic list, or an attribute 0 or above 127
 * WH_ERR_SPACE  both lists together do not fit into the pool */
wh_err wh_display_set_list(wh_display *display, wh_display_list list, const wh_column *screens,
                           unsigned count) WH_MUST_USE;

/* The key was pressed: light, and the first or the next screen of the list by key. */
void wh_display_press(wh_display *display);

/* Show all segments for 3 s, as at power-up. */
void wh_display_test(wh_display *display);

/* Time went on: display->lcd is what is to be seen now. Reads one value, more where screens are
 * passed over, at most 99. */
void wh_display_tick(wh_display *display, uint32_t elapsed_ms, const wh_display_inputs *inputs,
                     const wh_column_reader *reader);

/* Settings and lists. Version 1: u8 version, u8 screen_s, u8 key_s, u8 decimals of energy, u8 of
 * power, u8 rate_names, u8 count of the automatic list, u8 of the one by key, then their screens:
 * of each u8 mask of what differs from the screen before in its list (bit 0..5 groups A..F, bit 6
 * the attribute; the first from 1-0:0.0.0*255 attribute 2) and those octets. WH_ERR_SPACE as the
 * writer. */
#define WH_DISPLAY_SAVE_SIZE (6 + WH_DISPLAY_LISTS + WH_DISPLAY_POOL_SIZE)
wh_err wh_display_save(const wh_display *display, wh_writer *w) WH_MUST_USE;

/* After init. On an error nothing has changed.
 *
 * WH_ERR_SHORT        the blob ends early
 * WH_ERR_UNSUPPORTED  unknown version
 * WH_ERR_FORMAT       what wh_display_set or wh_display_set_list would refuse */
wh_err wh_display_restore(wh_display *display, wh_reader *r) WH_MUST_USE;

#endif /* WH_METER_DISPLAY_H */
