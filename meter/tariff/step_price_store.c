/* SPDX-License-Identifier: Apache-2.0 */
/* The octets of step prices. */
#include "meter/tariff/step_price_internal.h"
#include "meter/tariff/tariff_octets.h"

#include <string.h>

enum { FLAG_IN_FORCE = 0x01, FLAG_BEGUN = 0x02, FLAG_ALL = 0x03 };

static void put_table(wh_writer *w, const wh_step_table *t)
{
    wh_writer_put_u8(w, t->settlement_count);
    for (unsigned i = 0; i < t->settlement_count; i++) {
        wh_writer_put_u8(w, t->settlement[i].month);
        wh_writer_put_u8(w, t->settlement[i].day);
        wh_writer_put_u8(w, t->settlement[i].hour);
    }
    wh_writer_put_u8(w, t->season_count);
    unsigned cell = 0;
    for (unsigned i = 0; i < t->season_count; i++) {
        unsigned count = t->season[i].threshold_count;
        wh_writer_put_u8(w, t->season[i].month);
        wh_writer_put_u8(w, t->season[i].day);
        wh_writer_put_u8(w, t->season[i].threshold_count);
        for (unsigned n = 0; n < count; n++) {
            wh_writer_put_u32be(w, t->threshold_wh[cell + n]);
        }
        for (unsigned n = 0; n <= count; n++) {
            wh_writer_put_u32be(w, (uint32_t)t->price[cell + i + n]);
        }
        cell += count;
    }
}

/* A season and its steps, which begin at a cell. */
static void take_season(wh_reader *r, wh_step_table *t, unsigned season, unsigned cell)
{
    wh_step_season *s = &t->season[season];
    s->month = wh_reader_take_u8(r);
    s->day = wh_reader_take_u8(r);
    s->threshold_count = wh_reader_take_u8(r);
    if (s->threshold_count > WH_STEP_THRESHOLDS_MAX ||
        cell + s->threshold_count > WH_STEP_CELLS_MAX) {
        wh_reader_fail(r, WH_ERR_RANGE);
        return;
    }
    for (unsigned n = 0; n < s->threshold_count; n++) {
        t->threshold_wh[cell + n] = wh_reader_take_u32be(r);
    }
    for (unsigned n = 0; n <= s->threshold_count; n++) {
        t->price[cell + season + n] = (int32_t)wh_reader_take_u32be(r);
    }
}

/* What is wrong is told by the reader; then *t is not to be used. */
static void take_table(wh_reader *r, wh_step_table *t)
{
    memset(t, 0, sizeof *t);
    t->settlement_count = wh_reader_take_u8(r);
    for (unsigned i = 0; i < t->settlement_count && i < WH_STEP_SETTLEMENTS_MAX; i++) {
        t->settlement[i].month = wh_reader_take_u8(r);
        t->settlement[i].day = wh_reader_take_u8(r);
        t->settlement[i].hour = wh_reader_take_u8(r);
    }
    if (t->settlement_count > WH_STEP_SETTLEMENTS_MAX) {
        wh_reader_fail(r, WH_ERR_RANGE);
    }
    t->season_count = wh_reader_take_u8(r);
    if (t->season_count > WH_STEP_SEASONS_MAX) {
        wh_reader_fail(r, WH_ERR_RANGE);
    }
    unsigned cell = 0;
    for (unsigned i = 0; i < t->season_count && i < WH_STEP_SEASONS_MAX; i++) {
        take_season(r, t, i, cell);
        cell += t->season[i].threshold_count;
        if (wh_reader_err(r) != WH_OK) {
            return;
        }
    }
    wh_err err = wh_step_check(t);
    if (err != WH_OK) {
        wh_reader_fail(r, err);
    }
}

wh_err wh_step_price_take(wh_step_price *s, wh_reader *r)
{
    wh_step_table table;
    take_table(r, &table);
    wh_err err = wh_tariff_take_end(r);
    if (err == WH_OK) {
        s->table[1 - s->in_force] = table;
    }
    return err;
}

void wh_step_price_put(const wh_step_price *s, wh_tariff_set set, wh_writer *w)
{
    put_table(w, wh_step_price_table(s, set));
}

wh_err wh_step_price_save(const wh_step_price *s, wh_writer *w)
{
    wh_writer_put_u8(w, WH_TARIFF_SAVED_VERSION);
    wh_writer_put_u8(w, (uint8_t)(s->in_force | (s->begun ? FLAG_BEGUN : 0)));
    wh_writer_put_u64be(w, (uint64_t)s->switch_ms);
    wh_writer_put_u64be(w, (uint64_t)s->seen_ms);
    wh_writer_put_u64be(w, (uint64_t)s->base_mwh);
    for (unsigned i = 0; i < WH_STEP_SETTLEMENTS_MAX; i++) {
        wh_writer_put_u32be(w, (uint32_t)s->last[i]);
    }
    put_table(w, &s->table[0]);
    put_table(w, &s->table[1]);
    return wh_writer_err(w);
}

wh_err wh_step_price_restore(wh_step_price *s, wh_reader *r)
{
    wh_tariff_take_version(r);
    uint8_t flags = wh_reader_take_u8(r);
    int64_t switch_ms = (int64_t)wh_reader_take_u64be(r);
    int64_t seen_ms = (int64_t)wh_reader_take_u64be(r);
    int64_t base_mwh = (int64_t)wh_reader_take_u64be(r);
    int32_t last[WH_STEP_SETTLEMENTS_MAX];
    for (unsigned i = 0; i < WH_STEP_SETTLEMENTS_MAX; i++) {
        last[i] = (int32_t)wh_reader_take_u32be(r);
    }
    if ((flags & ~(unsigned)FLAG_ALL) != 0) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    if (base_mwh < 0 || base_mwh >= s->modulus_mwh) {
        wh_reader_fail(r, WH_ERR_RANGE);
    }
    wh_reader again = *r;
    wh_step_table table;
    take_table(r, &table);
    take_table(r, &table);
    if (wh_reader_err(r) == WH_OK) {
        take_table(&again, &s->table[0]);
        take_table(&again, &s->table[1]);
        s->in_force = flags & FLAG_IN_FORCE;
        s->begun = (flags & FLAG_BEGUN) != 0;
        s->season = 0; /* the next tick finds it */
        s->switch_ms = switch_ms;
        s->seen_ms = seen_ms;
        s->base_mwh = base_mwh;
        memcpy(s->last, last, sizeof last);
    }
    return wh_reader_err(r);
}
