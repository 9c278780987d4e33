/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of screens, each screen as what differs from the one before. */
#include "meter/display/display_internal.h"

#include <string.h>

#define SAVE_VERSION  1
#define PARTS         7 /* six groups and the attribute */
#define DECIMALS_MAX  4
#define SCREEN_S_MAX  99
#define ATTRIBUTE_MAX 127
#define F_LAST        101 /* value group F of the last billing period, then of the one before */

/* A screen by its parts: groups A..F, then the attribute. */
typedef struct {
    uint8_t part[PARTS];
} screen;

static const screen before_first = {{1, 0, 0, 0, 0, 255, 2}};

static screen screen_of(const wh_column *column)
{
    screen s;
    memcpy(s.part, column->obis.group, WH_OBIS_GROUPS);
    s.part[PARTS - 1] = column->attribute;
    return s;
}

static wh_column column_of(const screen *s)
{
    wh_column column;
    memcpy(column.obis.group, s->part, WH_OBIS_GROUPS);
    column.attribute = s->part[PARTS - 1];
    return column;
}

static void put_screen(wh_writer *w, const screen *before, const screen *s)
{
    uint8_t changed[PARTS];
    unsigned mask = 0;
    size_t count = 0;
    for (unsigned k = 0; k < PARTS; k++) {
        if (s->part[k] != before->part[k]) {
            mask |= 1U << k;
            changed[count++] = s->part[k];
        }
    }
    wh_writer_put_u8(w, (uint8_t)mask);
    wh_writer_put_bytes(w, changed, count);
}

/* *s becomes the next screen. */
static void take_screen(wh_reader *r, screen *s)
{
    unsigned mask = wh_reader_take_u8(r);
    for (unsigned k = 0; k < PARTS; k++) {
        if ((mask & 1U << k) != 0) {
            s->part[k] = wh_reader_take_u8(r);
        }
    }
    uint8_t attribute = s->part[PARTS - 1];
    if (mask >= 1U << PARTS || attribute == 0 || attribute > ATTRIBUTE_MAX) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
}

static wh_reader list_reader(const wh_display *display, wh_display_list list)
{
    size_t start = list == WH_DISPLAY_AUTOMATIC ? 0 : display->used[WH_DISPLAY_AUTOMATIC];
    return wh_reader_init(&display->pool[start], display->used[list]);
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
    wh_reader r = list_reader(display, list);
    screen s = before_first;
    for (unsigned i = 0; i <= index; i++) {
        take_screen(&r, &s);
    }
    *column = column_of(&s);
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
    screen before = before_first;
    for (unsigned i = 0; i < count; i++) {
        screen s = screen_of(&screens[i]);
        if (s.part[PARTS - 1] == 0 || s.part[PARTS - 1] > ATTRIBUTE_MAX) {
            return 0;
        }
        wh_writer w = wh_writer_init(scratch, sizeof scratch);
        put_screen(&w, &before, &s);
        size += wh_writer_len(&w);
        before = s;
    }
    return size;
}

wh_err wh_display_set_list(wh_display *display, wh_display_list list, const wh_column *screens,
                           unsigned count)
{
    if ((unsigned)list >= WH_DISPLAY_LISTS || count > WH_DISPLAY_SCREENS_MAX ||
        (count == 0 && list == WH_DISPLAY_AUTOMATIC)) {
        return WH_ERR_RANGE;
    }
    size_t size = size_of(screens, count);
    if (size == 0 && count > 0) {
        return WH_ERR_RANGE;
    }
    bool automatic = list == WH_DISPLAY_AUTOMATIC;
    size_t other = display->used[automatic ? WH_DISPLAY_BY_KEY : WH_DISPLAY_AUTOMATIC];
    if (size + other > WH_DISPLAY_POOL_SIZE) {
        return WH_ERR_SPACE;
    }
    if (automatic) {
        memmove(&display->pool[size], &display->pool[display->used[WH_DISPLAY_AUTOMATIC]], other);
    }
    wh_writer w = wh_writer_init(&display->pool[automatic ? 0 : other], size);
    screen before = before_first;
    for (unsigned i = 0; i < count; i++) {
        screen s = screen_of(&screens[i]);
        put_screen(&w, &before, &s);
        before = s;
    }
    display->used[list] = (uint16_t)size;
    display->count[list] = (uint8_t)count;
    begin_again(display);
    return wh_writer_err(&w);
}

/* ---- what a meter comes with ---- */

/* `count` screens; part k of each is `step` more than of the one before. */
typedef struct {
    screen first;
    uint8_t k;
    uint8_t step;
    uint8_t count;
} run;

enum { IN_C = WH_OBIS_C, IN_E = WH_OBIS_E, IN_ATTRIBUTE = PARTS - 1 };

#define NOW 255
#define ONE(c, d, e)                          \
    {                                         \
        {{1, 0, c, d, e, NOW, 2}}, IN_E, 0, 1 \
    }
#define ABSTRACT(c, d, e)                     \
    {                                         \
        {{0, 0, c, d, e, NOW, 2}}, IN_E, 0, 1 \
    }
#define BY_RATE(c, f)                       \
    {                                       \
        {{1, 0, c, 8, 0, f, 2}}, IN_E, 1, 5 \
    } /* total and four rates */
#define IN_A_ROW(c, n, f)                   \
    {                                       \
        {{1, 0, c, 8, 0, f, 2}}, IN_C, 1, n \
    } /* energies side by side */
#define MAXIMUM(c, f)                               \
    {                                               \
        {{1, 0, c, 6, 0, f, 2}}, IN_ATTRIBUTE, 3, 2 \
    } /* value and time */
#define OF_PHASES(c, n)                        \
    {                                          \
        {{1, 0, c, 7, 0, NOW, 2}}, IN_C, 20, n \
    }

static const run automatic_runs[] = {
    ONE(0, 9, 2), ONE(0, 9, 1), BY_RATE(1, NOW), ONE(2, 8, 0), ONE(16, 7, 0),
};

static const run key_runs[] = {
    ONE(0, 9, 2),           ONE(0, 9, 1),        BY_RATE(15, NOW),   BY_RATE(1, NOW),
    BY_RATE(2, NOW),        IN_A_ROW(3, 6, NOW), /* reactive: import, export, quadrants */
    MAXIMUM(1, NOW),        MAXIMUM(2, NOW),     ONE(1, 4, 0), /* of the running period */
    ONE(2, 4, 0),           BY_RATE(15, F_LAST), BY_RATE(1, F_LAST), BY_RATE(2, F_LAST),
    IN_A_ROW(3, 6, F_LAST), MAXIMUM(1, F_LAST),  MAXIMUM(2, F_LAST), BY_RATE(1, F_LAST + 1),
    BY_RATE(2, F_LAST + 1), ABSTRACT(19, 10, 0), /* credit */
    OF_PHASES(32, 3),                            /* voltages */
    OF_PHASES(31, 4),                            /* currents, and that of the neutral */
    OF_PHASES(16, 4),                            /* powers: in all, and of each phase */
    OF_PHASES(13, 4),                            /* power factors */
    ONE(14, 7, 0),          ONE(81, 7, 4),       /* by how much each current lags its voltage */
    ONE(81, 7, 15),         ONE(81, 7, 26),      ABSTRACT(96, 1, 0),
};

static void put_runs(wh_writer *w, const run *runs, size_t count, uint8_t *screens)
{
    screen before = before_first;
    *screens = 0;
    for (size_t i = 0; i < count; i++) {
        screen s = runs[i].first;
        for (unsigned n = 0; n < runs[i].count; n++) {
            put_screen(w, &before, &s);
            before = s;
            s.part[runs[i].k] = (uint8_t)(s.part[runs[i].k] + runs[i].step);
            ++*screens;
        }
    }
}

void wh_display_default_lists(wh_display *display)
{
    wh_writer w = wh_writer_init(display->pool, sizeof display->pool);
    put_runs(&w, automatic_runs, sizeof automatic_runs / sizeof automatic_runs[0],
             &display->count[WH_DISPLAY_AUTOMATIC]);
    display->used[WH_DISPLAY_AUTOMATIC] = (uint16_t)wh_writer_len(&w);
    put_runs(&w, key_runs, sizeof key_runs / sizeof key_runs[0],
             &display->count[WH_DISPLAY_BY_KEY]);
    display->used[WH_DISPLAY_BY_KEY] =
        (uint16_t)(wh_writer_len(&w) - display->used[WH_DISPLAY_AUTOMATIC]);
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
    wh_writer_put_u8(w, SAVE_VERSION);
    wh_writer_put_u8(w, display->settings.screen_s);
    wh_writer_put_u8(w, display->settings.key_s);
    wh_writer_put_u8(w, display->settings.energy_decimals);
    wh_writer_put_u8(w, display->settings.power_decimals);
    wh_writer_put_u8(w, display->settings.rate_names ? 1 : 0);
    const uint8_t *at = display->pool;
    for (unsigned list = 0; list < WH_DISPLAY_LISTS; list++) {
        wh_writer_put_u8(w, display->count[list]);
        wh_writer_put_bytes(w, at, display->used[list]);
        at += display->used[list];
    }
    return wh_writer_err(w);
}

/* Octets of the next list, which is taken; an error is latched where it is none. */
static size_t take_list(wh_reader *r, bool may_be_empty, uint8_t *count)
{
    *count = wh_reader_take_u8(r);
    size_t start = wh_reader_pos(r);
    if (*count > WH_DISPLAY_SCREENS_MAX || (*count == 0 && !may_be_empty)) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    screen s = before_first;
    for (unsigned i = 0; i < *count && wh_reader_err(r) == WH_OK; i++) {
        take_screen(r, &s);
    }
    return wh_reader_pos(r) - start;
}

wh_err wh_display_restore(wh_display *display, wh_reader *r)
{
    wh_display_settings settings = {.screen_s = 0};
    uint8_t count[WH_DISPLAY_LISTS];
    size_t used[WH_DISPLAY_LISTS];
    uint8_t version = wh_reader_take_u8(r);
    if (wh_reader_err(r) == WH_OK && version != SAVE_VERSION) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    settings.screen_s = wh_reader_take_u8(r);
    settings.key_s = wh_reader_take_u8(r);
    settings.energy_decimals = wh_reader_take_u8(r);
    settings.power_decimals = wh_reader_take_u8(r);
    uint8_t rate_names = wh_reader_take_u8(r);
    settings.rate_names = rate_names != 0;
    if (wh_reader_err(r) == WH_OK && (!are_possible(&settings) || rate_names > 1)) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    wh_reader lists = *r;
    for (unsigned list = 0; list < WH_DISPLAY_LISTS; list++) {
        used[list] = take_list(r, list != WH_DISPLAY_AUTOMATIC, &count[list]);
    }
    if (used[WH_DISPLAY_AUTOMATIC] + used[WH_DISPLAY_BY_KEY] > WH_DISPLAY_POOL_SIZE) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    if (wh_reader_err(r) != WH_OK) {
        return wh_reader_err(r);
    }
    uint8_t *at = display->pool;
    for (unsigned list = 0; list < WH_DISPLAY_LISTS; list++) {
        (void)wh_reader_take_u8(&lists);
        memcpy(at, wh_reader_take_bytes(&lists, used[list]), used[list]);
        at += used[list];
        display->used[list] = (uint16_t)used[list];
        display->count[list] = count[list];
    }
    display->settings = settings;
    begin_again(display);
    return WH_OK;
}
