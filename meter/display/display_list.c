/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of screens, each screen as what differs from the one before. */
#include "meter/display/display_internal.h"

#include <string.h>

#define SAVE_VERSION  1
#define HEAD_SIZE     7 /* settings and counts */
#define PARTS         7 /* six groups and the attribute */
#define DECIMALS_MAX  4
#define SCREEN_S_MAX  99
#define ATTRIBUTE_MAX 127
#define NOW           255 /* value group F: */
#define LAST          101 /* of the last billing period; 102 of the one before */

static const wh_column before_first = {WH_OBIS_INIT(1, 0, 0, 0, 0, 255), 2};

/* A column by its parts: groups A..F, then the attribute. */
static const uint8_t *parts(const wh_column *column)
{
    return (const uint8_t *)column;
}

_Static_assert(sizeof(wh_column) == PARTS && offsetof(wh_column, attribute) == PARTS - 1,
               "a column is seven octets");

static void put_screen(wh_writer *w, wh_column *before, const wh_column *screen)
{
    uint8_t changed[1 + PARTS] = {0}; /* the mask first */
    size_t count = 1;
    for (unsigned k = 0; k < PARTS; k++) {
        if (parts(screen)[k] != parts(before)[k]) {
            changed[0] = (uint8_t)(changed[0] | 1U << k);
            changed[count++] = parts(screen)[k];
        }
    }
    wh_writer_put_bytes(w, changed, count);
    *before = *screen;
}

static bool is_screen(const wh_column *column)
{
    return column->attribute != 0 && column->attribute <= ATTRIBUTE_MAX;
}

/* *screen becomes the next one. */
static void take_screen(wh_reader *r, wh_column *screen)
{
    uint8_t *part = (uint8_t *)screen;
    unsigned mask = wh_reader_take_u8(r);
    for (unsigned k = 0; k < PARTS; k++) {
        if ((mask & 1U << k) != 0) {
            part[k] = wh_reader_take_u8(r);
        }
    }
    if (mask >= 1U << PARTS || !is_screen(screen)) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
}

unsigned wh_display_count(const wh_display *display, wh_display_list list)
{
    return display->count[list];
}

wh_err wh_display_screen(const wh_display *display, wh_display_list list, unsigned index,
                         wh_column *column)
{
    if ((unsigned)list >= WH_DISPLAY_LISTS || index >= display->count[list]) {
        return WH_ERR_NOT_FOUND;
    }
    size_t start = list == WH_DISPLAY_AUTOMATIC ? 0 : display->used[WH_DISPLAY_AUTOMATIC];
    wh_reader r = wh_reader_init(&display->pool[start], display->used[list]);
    *column = before_first;
    for (unsigned i = 0; i <= index; i++) {
        take_screen(&r, column);
    }
    return wh_reader_err(&r);
}

static void begin_again(wh_display *display)
{
    display->shown = WH_DISPLAY_AUTOMATIC;
    display->index = 0;
    display->error = 0;
    display->shown_ms = 0;
}

/* Octets that the screens take; 0 where one of them is wrong. */
static size_t size_of(const wh_column *screens, unsigned count)
{
    uint8_t scratch[1 + PARTS];
    size_t size = 0;
    wh_column before = before_first;
    for (unsigned i = 0; i < count; i++) {
        wh_writer w = wh_writer_init(scratch, sizeof scratch);
        put_screen(&w, &before, &screens[i]);
        size += wh_writer_len(&w);
        if (!is_screen(&screens[i])) {
            return 0;
        }
    }
    return size;
}

wh_err wh_display_set_list(wh_display *display, wh_display_list list, const wh_column *screens,
                           unsigned count)
{
    bool automatic = list == WH_DISPLAY_AUTOMATIC;
    if ((unsigned)list >= WH_DISPLAY_LISTS || count > WH_DISPLAY_SCREENS_MAX ||
        (count == 0 && automatic)) {
        return WH_ERR_RANGE;
    }
    size_t size = size_of(screens, count);
    if (size == 0 && count > 0) {
        return WH_ERR_RANGE;
    }
    size_t other = display->used[automatic ? WH_DISPLAY_BY_KEY : WH_DISPLAY_AUTOMATIC];
    if (size + other > WH_DISPLAY_POOL_SIZE) {
        return WH_ERR_SPACE;
    }
    if (automatic) {
        memmove(&display->pool[size], &display->pool[display->used[WH_DISPLAY_AUTOMATIC]], other);
    }
    wh_writer w = wh_writer_init(&display->pool[automatic ? 0 : other], size);
    wh_column before = before_first;
    for (unsigned i = 0; i < count; i++) {
        put_screen(&w, &before, &screens[i]);
    }
    display->used[list] = (uint16_t)size;
    display->count[list] = (uint8_t)count;
    begin_again(display);
    return wh_writer_err(&w);
}

/* ---- what a meter comes with ---- */

/* The lists as they lie in the pool: each line goes on from the screen before it. */
#define TO_C(c)                 1U << WH_OBIS_C, (c)
#define TO_E(e)                 1U << WH_OBIS_E, (e)
#define TO_CD(c, d)             1U << WH_OBIS_C | 1U << WH_OBIS_D, (c), (d)
#define TO_CE(c, e)             1U << WH_OBIS_C | 1U << WH_OBIS_E, (c), (e)
#define TO_DE(d, e)             1U << WH_OBIS_D | 1U << WH_OBIS_E, (d), (e)
#define TO_CDE(c, d, e)         1U << WH_OBIS_C | 1U << WH_OBIS_D | 1U << WH_OBIS_E, (c), (d), (e)
#define TO_CDF(c, d, f)         1U << WH_OBIS_C | 1U << WH_OBIS_D | 1U << WH_OBIS_F, (c), (d), (f)
#define TO_CEF(c, e, f)         1U << WH_OBIS_C | 1U << WH_OBIS_E | 1U << WH_OBIS_F, (c), (e), (f)
#define TO_ACDEF(a, c, d, e, f) 0x3DU, (a), (c), (d), (e), (f)
#define TO_ACDE(a, c, d, e)     0x1DU, (a), (c), (d), (e)
#define RATES_1_TO_4            TO_E(1), TO_E(2), TO_E(3), TO_E(4)
#define TIME_OF_IT              1U << (PARTS - 1), WH_COLUMN_TIME
#define VALUE_OF_C(c)           1U << WH_OBIS_C | 1U << (PARTS - 1), (c), WH_COLUMN_VALUE

/* clang-format off */
static const uint8_t factory_automatic[] = {
    TO_DE(9, 2), TO_E(1),            /* date, time */
    TO_CDE(1, 8, 0), RATES_1_TO_4,   /* active import */
    TO_CE(2, 0),                     /* active export */
    TO_CD(16, 7),                    /* active power */
};
#define FACTORY_AUTOMATIC 9

static const uint8_t factory_by_key[] = {
    TO_DE(9, 2), TO_E(1),
    TO_CDE(15, 8, 0), RATES_1_TO_4,  /* combined active energy */
    TO_CE(1, 0), RATES_1_TO_4,
    TO_CE(2, 0), RATES_1_TO_4,
    TO_CE(3, 0), TO_C(4), TO_C(5), TO_C(6), TO_C(7), TO_C(8), /* reactive, quadrants */
    TO_CD(1, 6), TIME_OF_IT, VALUE_OF_C(2), TIME_OF_IT,       /* largest demands */
    1U << WH_OBIS_C | 1U << WH_OBIS_D | 1U << (PARTS - 1), 1, 4, WH_COLUMN_VALUE, TO_C(2),
    TO_CDF(15, 8, LAST), RATES_1_TO_4, /* of the last billing period */
    TO_CE(1, 0), RATES_1_TO_4,
    TO_CE(2, 0), RATES_1_TO_4,
    TO_CE(3, 0), TO_C(4), TO_C(5), TO_C(6), TO_C(7), TO_C(8),
    TO_CD(1, 6), TIME_OF_IT, VALUE_OF_C(2), TIME_OF_IT,
    1U << WH_OBIS_C | 1U << WH_OBIS_D | 1U << WH_OBIS_F | 1U << (PARTS - 1),
        1, 8, LAST + 1, WH_COLUMN_VALUE, RATES_1_TO_4,        /* of the one before */
    TO_CE(2, 0), RATES_1_TO_4,
    TO_ACDEF(0, 19, 10, 0, NOW),                              /* credit */
    1U << WH_OBIS_A | 1U << WH_OBIS_C | 1U << WH_OBIS_D, 1, 32, 7, TO_C(52), TO_C(72), /* U */
    TO_C(31), TO_C(51), TO_C(71), TO_C(91),                   /* I, of the neutral too */
    TO_C(16), TO_C(36), TO_C(56), TO_C(76),                   /* P */
    TO_C(3),                                                  /* Q */
    TO_C(13), TO_C(33), TO_C(53), TO_C(73), TO_C(14),         /* power factors, frequency */
    TO_CE(81, 4), TO_E(15), TO_E(26),                         /* by how much I lags U */
    TO_ACDE(0, 96, 1, 0),                                     /* serial number */
};
#define FACTORY_BY_KEY 86
/* clang-format on */

_Static_assert(sizeof factory_automatic + sizeof factory_by_key <= WH_DISPLAY_POOL_SIZE,
               "what a meter comes with fits");

void wh_display_default_lists(wh_display *display)
{
    memcpy(display->pool, factory_automatic, sizeof factory_automatic);
    memcpy(&display->pool[sizeof factory_automatic], factory_by_key, sizeof factory_by_key);
    display->used[WH_DISPLAY_AUTOMATIC] = sizeof factory_automatic;
    display->used[WH_DISPLAY_BY_KEY] = sizeof factory_by_key;
    display->count[WH_DISPLAY_AUTOMATIC] = FACTORY_AUTOMATIC;
    display->count[WH_DISPLAY_BY_KEY] = FACTORY_BY_KEY;
}

/* ---- settings, save and restore ---- */

static bool are_possible(const wh_display_settings *s)
{
    return s->screen_s >= 1 && s->screen_s <= SCREEN_S_MAX && s->key_s >= 1 &&
           s->energy_decimals <= DECIMALS_MAX && s->power_decimals <= DECIMALS_MAX;
}

wh_err wh_display_set(wh_display *display, const wh_display_settings *settings)
{
    if (!are_possible(settings)) {
        return WH_ERR_RANGE;
    }
    display->settings = *settings;
    return WH_OK;
}

wh_err wh_display_save(const wh_display *display, wh_writer *w)
{
    const wh_display_settings *s = &display->settings;
    const uint8_t head[1 + HEAD_SIZE] = {SAVE_VERSION,
                                         s->screen_s,
                                         s->key_s,
                                         s->energy_decimals,
                                         s->power_decimals,
                                         s->rate_names ? 1 : 0,
                                         display->count[WH_DISPLAY_AUTOMATIC],
                                         display->count[WH_DISPLAY_BY_KEY]};
    wh_writer_put_bytes(w, head, sizeof head);
    wh_writer_put_bytes(w, display->pool,
                        (size_t)display->used[WH_DISPLAY_AUTOMATIC] +
                            display->used[WH_DISPLAY_BY_KEY]);
    return wh_writer_err(w);
}

/* Take a list of `count` screens; returns its octets. An error is latched where it is none. */
static size_t take_list(wh_reader *r, unsigned count)
{
    size_t start = wh_reader_pos(r);
    wh_column screen = before_first;
    for (unsigned i = 0; i < count && wh_reader_err(r) == WH_OK; i++) {
        take_screen(r, &screen);
    }
    return wh_reader_pos(r) - start;
}

wh_err wh_display_restore(wh_display *display, wh_reader *r)
{
    uint8_t version = wh_reader_take_u8(r);
    if (wh_reader_err(r) == WH_OK && version != SAVE_VERSION) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    const uint8_t *head = wh_reader_take_bytes(r, HEAD_SIZE);
    if (head == NULL) {
        return wh_reader_err(r);
    }
    const wh_display_settings settings = {head[0], head[1], head[2], head[3], head[4] != 0};
    unsigned automatic = head[5];
    unsigned by_key = head[6];
    bool fits = are_possible(&settings) && head[4] <= 1 && automatic > 0 &&
                automatic <= WH_DISPLAY_SCREENS_MAX && by_key <= WH_DISPLAY_SCREENS_MAX;
    if (!fits) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    wh_reader lists = *r;
    size_t used = take_list(r, automatic);
    size_t used_by_key = take_list(r, by_key);
    if (used + used_by_key > WH_DISPLAY_POOL_SIZE) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    if (wh_reader_err(r) != WH_OK) {
        return wh_reader_err(r);
    }
    memcpy(display->pool, wh_reader_take_bytes(&lists, used + used_by_key), used + used_by_key);
    display->settings = settings;
    display->used[WH_DISPLAY_AUTOMATIC] = (uint16_t)used;
    display->used[WH_DISPLAY_BY_KEY] = (uint16_t)used_by_key;
    display->count[WH_DISPLAY_AUTOMATIC] = (uint8_t)automatic;
    display->count[WH_DISPLAY_BY_KEY] = (uint8_t)by_key;
    begin_again(display);
    return WH_OK;
}
