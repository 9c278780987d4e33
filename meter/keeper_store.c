/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/keeper_internal.h"

/* ---- rooms ---- */

typedef wh_err saver(const wh_meter *m, wh_writer *w);
typedef wh_err restorer(wh_meter *m, wh_reader *r);

/* How a room is saved and restored; keys are on flash: never renumber. */
typedef struct {
    uint16_t key;
    saver *save;
    restorer *restore;
} room_row;

#define ROOM(name, put, take)                                  \
    static wh_err save_##name(const wh_meter *m, wh_writer *w) \
    {                                                          \
        return put;                                            \
    }                                                          \
    static wh_err restore_##name(wh_meter *m, wh_reader *r)    \
    {                                                          \
        return take;                                           \
    }
/* A saver that returns nothing: the writer knows. */
#define PUT(call) ((call), wh_writer_err(w))

ROOM(registers, wh_register_save(&m->registers, w), wh_register_restore(&m->registers, r))
ROOM(rates, wh_rate_register_save(&m->keeper->rates, w),
     wh_rate_register_restore(&m->keeper->rates, r))
ROOM(demand, wh_demand_save(&m->keeper->demand, w), wh_demand_restore(&m->keeper->demand, r))
ROOM(clock, wh_clock_save(&m->keeper->clock, w), wh_clock_restore(&m->keeper->clock, r))
ROOM(main_switch, PUT(wh_switch_save(&m->keeper->main_switch, w)),
     wh_switch_restore(&m->keeper->main_switch, r))
ROOM(limiter_1, PUT(wh_limiter_save(&m->keeper->limiter[0], w)),
     wh_limiter_restore(&m->keeper->limiter[0], r))
ROOM(limiter_2, PUT(wh_limiter_save(&m->keeper->limiter[1], w)),
     wh_limiter_restore(&m->keeper->limiter[1], r))
ROOM(limiter_3, PUT(wh_limiter_save(&m->keeper->limiter[2], w)),
     wh_limiter_restore(&m->keeper->limiter[2], r))
ROOM(limiter_4, PUT(wh_limiter_save(&m->keeper->limiter[3], w)),
     wh_limiter_restore(&m->keeper->limiter[3], r))
ROOM(loads, PUT(wh_loads_save(&m->keeper->loads, w)), wh_loads_restore(&m->keeper->loads, r))

/* Version 1: u8 version, u8 word of active, u8 words of reactive energy 1 and 2. */
static void put_settings(const wh_keeper_settings *s, wh_writer *w)
{
    wh_writer_put_u8(w, 1);
    wh_writer_put_u8(w, s->active_word);
    wh_writer_put_bytes(w, s->reactive_word, sizeof s->reactive_word);
}

static wh_err take_settings(wh_keeper_settings *s, wh_reader *r)
{
    wh_keeper_settings taken;
    wh_reader_expect_u8(r, 1);
    taken.active_word = wh_reader_take_u8(r);
    taken.reactive_word[0] = wh_reader_take_u8(r);
    taken.reactive_word[1] = wh_reader_take_u8(r);
    if (wh_reader_err(r) == WH_OK) {
        *s = taken;
    }
    return wh_reader_err(r);
}

ROOM(settings, PUT(put_settings(&m->keeper->settings, w)), take_settings(&m->keeper->settings, r))

#define ROW(key_, name)                                               \
    {                                                                 \
        .key = (key_), .save = save_##name, .restore = restore_##name \
    }

static const room_row ROOMS[WH_ROOMS] = {
    [WH_ROOM_REGISTERS] = ROW(1, registers),  [WH_ROOM_RATES] = ROW(2, rates),
    [WH_ROOM_DEMAND] = ROW(3, demand),        [WH_ROOM_CLOCK] = ROW(4, clock),
    [WH_ROOM_SWITCH] = ROW(7, main_switch),   [WH_ROOM_LIMITER_1] = ROW(8, limiter_1),
    [WH_ROOM_LIMITER_2] = ROW(9, limiter_2),  [WH_ROOM_LIMITER_3] = ROW(10, limiter_3),
    [WH_ROOM_LIMITER_4] = ROW(11, limiter_4), [WH_ROOM_LOADS] = ROW(12, loads),
    [WH_ROOM_SETTINGS] = ROW(23, settings),
};

#define BIT(room) (UINT32_C(1) << (unsigned)(room))

/* What moves with the energy. It is saved whole or not at all, so that what was used, what it
 * cost and what was paid agree after any power cut. */
#define WITH_ENERGY \
    (BIT(WH_ROOM_REGISTERS) | BIT(WH_ROOM_RATES) | BIT(WH_ROOM_COST) | BIT(WH_ROOM_PREPAYMENT))

/* ---- saving ---- */

static wh_err put_room(wh_meter *m, unsigned room)
{
    wh_keeper *k = m->keeper;
    wh_writer w = wh_writer_init(k->work, WH_KEEPER_WORK);
    wh_err err = ROOMS[room].save(m, &w);
    return err == WH_OK ? wh_store_put(&k->store, ROOMS[room].key, k->work, wh_writer_len(&w))
                        : err;
}

/* Those of `rooms` that still fit into the running transaction; returns which. */
static uint32_t put_rooms(wh_meter *m, uint32_t rooms, wh_err *err)
{
    uint32_t put = 0;
    for (unsigned room = 0; room < WH_ROOMS && *err == WH_OK; room++) {
        if ((rooms & BIT(room)) == 0 || ROOMS[room].save == NULL) {
            continue;
        }
        *err = put_room(m, room);
        if (*err == WH_OK) {
            put |= BIT(room);
        }
    }
    return put;
}

void wh_keeper_saved(wh_keeper *k, uint32_t rooms)
{
    k->dirty &= ~rooms;
    k->urgent &= ~rooms;
}

wh_err wh_keeper_put_energies(wh_meter *m, uint32_t also, uint32_t *rooms)
{
    wh_err err = WH_OK;
    uint32_t wanted = m->keeper->dirty & (WITH_ENERGY | also);
    *rooms = put_rooms(m, wanted, &err);
    return err;
}

/* One transaction. The rooms that move with the energy come first, and together they always
 * fit; what does not fit behind them waits for the next one. */
static wh_err commit_some(wh_meter *m, uint32_t rooms)
{
    wh_keeper *k = m->keeper;
    wh_err err = wh_store_begin(&k->store);
    if (err != WH_OK) {
        return err;
    }
    uint32_t put = put_rooms(m, rooms & WITH_ENERGY, &err);
    if (err == WH_OK) {
        put |= put_rooms(m, rooms & ~WITH_ENERGY, &err);
        err = err == WH_ERR_SPACE && put != 0 ? WH_OK : err;
    }
    err = err == WH_OK ? wh_store_commit(&k->store) : err;
    if (err == WH_OK) {
        wh_keeper_saved(k, put);
    } else {
        wh_store_rollback(&k->store);
    }
    return err;
}

static wh_err commit_all(wh_meter *m, uint32_t rooms)
{
    wh_keeper *k = m->keeper;
    wh_err err = WH_OK;
    while (err == WH_OK && (k->dirty & rooms) != 0) {
        err = commit_some(m, k->dirty & rooms);
    }
    k->store_err = err;
    return err;
}

/* Rooms nobody may save alone take the others of their kind along. */
static uint32_t completed(uint32_t rooms)
{
    return (rooms & WITH_ENERGY) != 0 ? rooms | WITH_ENERGY : rooms;
}

wh_err wh_keeper_save(wh_meter *m)
{
    return commit_all(m, UINT32_MAX);
}

void wh_keeper_flush(const wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    uint32_t now_ms = (uint32_t)pass->inputs->platform_ms;
    if (wh_flush_is_due(&k->flush, k->moved_mwh, pass->inputs->power_fails, now_ms)) {
        wh_keeper_changed(k, WH_ROOM_CLOCK, false);
        if (commit_all(pass->meter, UINT32_MAX) == WH_OK) {
            wh_flush_done(&k->flush, now_ms);
        }
    } else if (k->urgent != 0) {
        (void)commit_all(pass->meter, completed(k->urgent));
    } else {
        (void)wh_store_work(&k->store);
    }
}

/* ---- restoring ---- */

static void restore_room(wh_meter *m, unsigned room)
{
    wh_keeper *k = m->keeper;
    size_t len = 0;
    wh_err err = wh_store_get(&k->store, ROOMS[room].key, k->work, WH_KEEPER_WORK, &len);
    if (err == WH_ERR_NOT_FOUND) {
        return; /* never saved */
    }
    if (err == WH_OK) {
        wh_reader r = wh_reader_init(k->work, len);
        err = ROOMS[room].restore(m, &r);
    }
    if (err != WH_OK) {
        k->lost |= BIT(room);
    }
}

wh_err wh_keeper_restore(wh_meter *m)
{
    for (unsigned room = 0; room < WH_ROOMS; room++) {
        if (ROOMS[room].restore != NULL) {
            restore_room(m, room);
        }
    }
    return WH_OK;
}

wh_store_config wh_keeper_store_config(const wh_keeper_config *c)
{
    return (wh_store_config){
        .flash = c->flash,
        .logs = c->logs,
        .log_count = c->log_count,
        .key_count = c->key_count,
        .blob_bytes = c->blob_bytes,
        .reserve_bytes = c->reserve_bytes,
    };
}
