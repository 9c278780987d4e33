/* SPDX-License-Identifier: Apache-2.0 */
/* The octets of a calendar. Each decoder reads its value twice: first to check it, then, where it
 * is good, into its place; so what is refused changes nothing and nothing is copied. */
#include "meter/tariff/tariff_calendar_internal.h"
#include "meter/tariff/tariff_octets.h"

#include <stddef.h>

static void fail(wh_reader *r, wh_err err)
{
    if (err != WH_OK) {
        wh_reader_fail(r, err);
    }
}

/* A count of 1 to max, or 0 where there is an error. */
static uint8_t take_count(wh_reader *r, unsigned min, unsigned max)
{
    uint8_t count = wh_reader_take_u8(r);
    if (count < min || count > max) {
        wh_reader_fail(r, WH_ERR_RANGE);
    }
    return wh_reader_err(r) == WH_OK ? count : 0;
}

/* Into the zones at `place`, NULL: nowhere. Returns the highest day table that is named. */
static uint8_t take_zones(wh_reader *r, void *place)
{
    wh_tariff_zones *out = place;
    uint8_t highest = 0;
    wh_tariff_season season[2]; /* the one before and this one */
    uint8_t count = take_count(r, 1, WH_TARIFF_SEASONS_MAX);
    for (unsigned i = 0; i < count && wh_reader_err(r) == WH_OK; i++) {
        wh_tariff_season *s = &season[i % 2];
        s->month = wh_reader_take_u8(r);
        s->day = wh_reader_take_u8(r);
        for (unsigned d = 0; d < 7; d++) {
            s->week.day[d] = wh_reader_take_u8(r);
        }
        fail(r, wh_tariff_check_season(s, i > 0 ? &season[1 - i % 2] : NULL));
        highest = wh_tariff_highest(&s->week, highest);
        if (out != NULL) {
            out->season[i] = *s;
        }
    }
    if (out != NULL) {
        out->season_count = count;
    }
    return highest;
}

static void take_day(wh_reader *r, wh_tariff_day *day)
{
    day->period_count = take_count(r, 1, WH_TARIFF_PERIODS_MAX);
    for (unsigned i = 0; i < day->period_count; i++) {
        day->period[i].minute = wh_reader_take_u16be(r);
        day->period[i].rate = wh_reader_take_u8(r);
    }
    fail(r, wh_tariff_check_day(day));
}

/* Into the days at `place`, NULL: nowhere. Returns how many tables there are. */
static uint8_t take_days(wh_reader *r, void *place)
{
    wh_tariff_days *out = place;
    uint8_t count = take_count(r, 1, WH_TARIFF_DAYS_MAX);
    for (unsigned i = 0; i < count && wh_reader_err(r) == WH_OK; i++) {
        wh_tariff_day day = {0};
        take_day(r, &day);
        if (out != NULL) {
            out->day[i] = day;
        }
    }
    if (out != NULL) {
        out->day_count = count;
    }
    return count;
}

/* Into the calendar at `place`, NULL: nowhere. Returns the highest day table that is named. */
static uint8_t take_holidays(wh_reader *r, void *place)
{
    wh_tariff_calendar *out = place;
    uint8_t highest = 0;
    uint8_t count = take_count(r, 0, WH_TARIFF_HOLIDAYS_MAX);
    for (unsigned i = 0; i < count && wh_reader_err(r) == WH_OK; i++) {
        wh_tariff_holiday h = {.year = wh_reader_take_u16be(r)};
        h.month = wh_reader_take_u8(r);
        h.day = wh_reader_take_u8(r);
        h.day_table = wh_reader_take_u8(r);
        fail(r, wh_tariff_check_holiday(&h));
        highest = h.day_table > highest ? h.day_table : highest;
        if (out != NULL) {
            out->holiday[i] = wh_tariff_pack_holiday(&h);
        }
    }
    if (out != NULL) {
        out->holiday_count = count;
    }
    return highest;
}

typedef uint8_t take_fn(wh_reader *r, void *place);

/* ---- setters ---- */

/* What it returns goes to `number` of n. */
static wh_err take_value(const wh_tariff_calendar *c, wh_reader *r, take_fn *take, void *place,
                         wh_tariff_numbers *n, uint8_t *number)
{
    wh_reader again = *r;
    *n = wh_tariff_numbers_of(c);
    *number = take(r, NULL);
    if (wh_tariff_take_end(r) == WH_OK && !wh_tariff_fits(c, n)) {
        wh_reader_fail(r, WH_ERR_NOT_FOUND);
    }
    if (wh_reader_err(r) == WH_OK) {
        (void)take(&again, place);
    }
    return wh_reader_err(r);
}

wh_err wh_tariff_take_zones(wh_tariff_calendar *c, wh_reader *r)
{
    wh_tariff_numbers n;
    return take_value(c, r, take_zones, &c->zones[1 - c->zones_in_force], &n, &n.named[1]);
}

wh_err wh_tariff_take_days(wh_tariff_calendar *c, wh_reader *r)
{
    wh_tariff_numbers n;
    return take_value(c, r, take_days, &c->days[1 - c->days_in_force], &n, &n.there[1]);
}

wh_err wh_tariff_take_holidays(wh_tariff_calendar *c, wh_reader *r)
{
    wh_tariff_numbers n;
    return take_value(c, r, take_holidays, c, &n, &n.named_by_holidays);
}

/* ---- getters ---- */

static void put_zones(wh_writer *w, const wh_tariff_zones *z)
{
    wh_writer_put_u8(w, z->season_count);
    for (unsigned i = 0; i < z->season_count; i++) {
        wh_writer_put_u8(w, z->season[i].month);
        wh_writer_put_u8(w, z->season[i].day);
        wh_writer_put_bytes(w, z->season[i].week.day, 7);
    }
}

static void put_days(wh_writer *w, const wh_tariff_days *days)
{
    wh_writer_put_u8(w, days->day_count);
    for (unsigned d = 0; d < days->day_count; d++) {
        const wh_tariff_day *day = &days->day[d];
        wh_writer_put_u8(w, day->period_count);
        for (unsigned i = 0; i < day->period_count; i++) {
            wh_writer_put_u16be(w, day->period[i].minute);
            wh_writer_put_u8(w, day->period[i].rate);
        }
    }
}

void wh_tariff_put_zones(const wh_tariff_calendar *c, wh_tariff_set set, wh_writer *w)
{
    put_zones(w, &c->zones[set == WH_TARIFF_IN_FORCE ? c->zones_in_force : 1 - c->zones_in_force]);
}

void wh_tariff_put_days(const wh_tariff_calendar *c, wh_tariff_set set, wh_writer *w)
{
    put_days(w, &c->days[set == WH_TARIFF_IN_FORCE ? c->days_in_force : 1 - c->days_in_force]);
}

void wh_tariff_put_holidays(const wh_tariff_calendar *c, wh_writer *w)
{
    wh_writer_put_u8(w, c->holiday_count);
    for (unsigned i = 0; i < c->holiday_count; i++) {
        const wh_tariff_holiday h = wh_tariff_holiday_at(c, i);
        wh_writer_put_u16be(w, h.year);
        wh_writer_put_u8(w, h.month);
        wh_writer_put_u8(w, h.day);
        wh_writer_put_u8(w, h.day_table);
    }
}

/* ---- keeping ---- */

wh_err wh_tariff_save_zones(const wh_tariff_calendar *c, wh_writer *w)
{
    wh_tariff_put_sets(w, c->zones_in_force, c->zones_switch_ms);
    put_zones(w, &c->zones[0]);
    put_zones(w, &c->zones[1]);
    return wh_writer_err(w);
}

wh_err wh_tariff_save_days(const wh_tariff_calendar *c, wh_writer *w)
{
    wh_tariff_put_sets(w, c->days_in_force, c->days_switch_ms);
    put_days(w, &c->days[0]);
    put_days(w, &c->days[1]);
    return wh_writer_err(w);
}

wh_err wh_tariff_save_holidays(const wh_tariff_calendar *c, wh_writer *w)
{
    wh_writer_put_u8(w, WH_TARIFF_SAVED_VERSION);
    wh_tariff_put_holidays(c, w);
    return wh_writer_err(w);
}

/* Both sets; place[0] and place[1] are theirs. */
static wh_err restore_sets(wh_reader *r, take_fn *take, void *const place[2], uint8_t *in_force,
                           int64_t *switch_ms)
{
    uint8_t set;
    int64_t ms;
    wh_tariff_take_sets(r, &set, &ms);
    wh_reader again = *r;
    (void)take(r, NULL);
    (void)take(r, NULL);
    if (wh_reader_err(r) == WH_OK) {
        *in_force = set;
        *switch_ms = ms;
        (void)take(&again, place[0]);
        (void)take(&again, place[1]);
    }
    return wh_reader_err(r);
}

wh_err wh_tariff_restore_zones(wh_tariff_calendar *c, wh_reader *r)
{
    void *const place[2] = {&c->zones[0], &c->zones[1]};
    return restore_sets(r, take_zones, place, &c->zones_in_force, &c->zones_switch_ms);
}

wh_err wh_tariff_restore_days(wh_tariff_calendar *c, wh_reader *r)
{
    void *const place[2] = {&c->days[0], &c->days[1]};
    return restore_sets(r, take_days, place, &c->days_in_force, &c->days_switch_ms);
}

wh_err wh_tariff_restore_holidays(wh_tariff_calendar *c, wh_reader *r)
{
    wh_tariff_take_version(r);
    wh_reader again = *r;
    (void)take_holidays(r, NULL);
    if (wh_reader_err(r) == WH_OK) {
        (void)take_holidays(&again, c);
    }
    return wh_reader_err(r);
}
