/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/keeper_internal.h"

#include <string.h>

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

/* Of import, then of export. */
static wh_err save_both_costs(const wh_keeper *k, wh_writer *w)
{
    wh_err err = wh_cost_save(&k->cost_import, w);
    return err == WH_OK ? wh_cost_save(&k->cost_export, w) : err;
}

static wh_err restore_both_costs(wh_keeper *k, wh_reader *r)
{
    wh_reader import = wh_reader_sub(r, WH_COST_SAVED);
    wh_reader export = wh_reader_sub(r, WH_COST_SAVED);
    wh_err err = wh_cost_restore(&k->cost_import, &import);
    return err == WH_OK ? wh_cost_restore(&k->cost_export, &export) : err;
}

/* With the session of programming that is open. */
static wh_err save_events_and_session(const wh_keeper *k, wh_writer *w)
{
    wh_err err = wh_events_save(&k->events, w);
    return err == WH_OK ? wh_program_save(&k->program, w) : err;
}

static wh_err restore_events_and_session(wh_keeper *k, wh_reader *r)
{
    wh_err err = wh_events_restore(&k->events, r);
    return err == WH_OK ? wh_program_restore(&k->program, r) : err;
}

/* With what was set of it: blobs that have only what it does are as configured. */
static wh_err save_switch(const wh_keeper *k, wh_writer *w)
{
    wh_switch_save(&k->main_switch, w);
    wh_switch_save_config(&k->main_switch, w);
    return wh_writer_err(w);
}

static wh_err restore_switch(wh_keeper *k, wh_reader *r)
{
    wh_err err = wh_switch_restore(&k->main_switch, r);
    return err == WH_OK && wh_reader_left(r) > 0 ? wh_switch_restore_config(&k->main_switch, r)
                                                 : err;
}

static wh_err save_limiter(const wh_keeper *k, unsigned i, wh_writer *w)
{
    const wh_limiter *l = &k->limiter[i];
    wh_limiter_save(l, w);
    wh_limiter_save_config(l, w);
    return wh_writer_err(w);
}

/* One that the configuration no longer has stays in the store. */
static wh_err restore_limiter(wh_keeper *k, unsigned i, wh_reader *r)
{
    if (i >= k->config->limiter_count) {
        return WH_OK;
    }
    wh_limiter *l = &k->limiter[i];
    wh_err err = wh_limiter_restore(l, r);
    return err == WH_OK && wh_reader_left(r) > 0 ? wh_limiter_restore_config(l, r) : err;
}

/* Credit and the tokens that made it are never apart. */
static void put_account(const wh_keeper *k, wh_writer *w)
{
    wh_prepayment_save(&k->prepayment, w);
    wh_token_gateway_save(&k->tokens, w);
}

static wh_err take_account(wh_keeper *k, wh_reader *r)
{
    wh_err err = wh_prepayment_restore(&k->prepayment, r);
    return err == WH_OK && wh_reader_left(r) > 0 ? wh_token_gateway_restore(&k->tokens, r) : err;
}

ROOM(registers, wh_register_save(&m->registers, w), wh_register_restore(&m->registers, r))
ROOM(rates, wh_rate_register_save(&m->keeper->rates, w),
     wh_rate_register_restore(&m->keeper->rates, r))
ROOM(demand, wh_demand_save(&m->keeper->demand, w), wh_demand_restore(&m->keeper->demand, r))
ROOM(clock, wh_clock_save(&m->keeper->clock, w), wh_clock_restore(&m->keeper->clock, r))
ROOM(cost, save_both_costs(m->keeper, w), restore_both_costs(m->keeper, r))
ROOM(prepayment, PUT(put_account(m->keeper, w)), take_account(m->keeper, r))
ROOM(zones, wh_tariff_save_zones(&m->keeper->calendar, w),
     wh_tariff_restore_zones(&m->keeper->calendar, r))
ROOM(days, wh_tariff_save_days(&m->keeper->calendar, w),
     wh_tariff_restore_days(&m->keeper->calendar, r))
ROOM(holidays, wh_tariff_save_holidays(&m->keeper->calendar, w),
     wh_tariff_restore_holidays(&m->keeper->calendar, r))
ROOM(steps, wh_step_price_save(&m->keeper->steps, w), wh_step_price_restore(&m->keeper->steps, r))
ROOM(prices_import, wh_cost_save_prices(&m->keeper->cost_import, w),
     wh_cost_restore_prices(&m->keeper->cost_import, r))
ROOM(prices_export, wh_cost_save_prices(&m->keeper->cost_export, w),
     wh_cost_restore_prices(&m->keeper->cost_export, r))
ROOM(alarms, wh_alarms_save(&m->keeper->alarms, w), wh_alarms_restore(&m->keeper->alarms, r))
ROOM(events, save_events_and_session(m->keeper, w), restore_events_and_session(m->keeper, r))
ROOM(display, wh_display_save(&m->keeper->display, w), wh_display_restore(&m->keeper->display, r))
ROOM(main_switch, save_switch(m->keeper, w), restore_switch(m->keeper, r))
ROOM(limiter_1, save_limiter(m->keeper, 0, w), restore_limiter(m->keeper, 0, r))
ROOM(limiter_2, save_limiter(m->keeper, 1, w), restore_limiter(m->keeper, 1, r))
ROOM(limiter_3, save_limiter(m->keeper, 2, w), restore_limiter(m->keeper, 2, r))
ROOM(limiter_4, save_limiter(m->keeper, 3, w), restore_limiter(m->keeper, 3, r))
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

static wh_err put_voltage(const wh_keeper_voltage_month *v, wh_writer *w)
{
    wh_err err = wh_boundary_save(&v->month, w);
    return err == WH_OK ? wh_voltage_quality_save(&v->quality, w) : err;
}

static wh_err take_voltage(wh_keeper_voltage_month *v, wh_reader *r)
{
    wh_boundary month = v->month;
    wh_err err = wh_boundary_restore(&month, r);
    err = err == WH_OK ? wh_voltage_quality_restore(&v->quality, r) : err;
    if (err == WH_OK) {
        v->month = month;
    }
    return err;
}

ROOM(voltage, put_voltage(&m->keeper->voltage, w), take_voltage(&m->keeper->voltage, r))
ROOM(ampere_hours, wh_ampere_hours_save(&m->ampere_hours, w),
     wh_ampere_hours_restore(&m->ampere_hours, r))
ROOM(user, wh_user_save(&m->keeper->user, w), wh_user_restore(&m->keeper->user, r))

#define ROW(key_, name)                                               \
    {                                                                 \
        .key = (key_), .save = save_##name, .restore = restore_##name \
    }

static const room_row ROOMS[WH_ROOMS] = {
    [WH_ROOM_REGISTERS] = ROW(1, registers),
    [WH_ROOM_RATES] = ROW(2, rates),
    [WH_ROOM_DEMAND] = ROW(3, demand),
    [WH_ROOM_CLOCK] = ROW(4, clock),
    [WH_ROOM_COST] = ROW(5, cost),
    [WH_ROOM_PREPAYMENT] = ROW(6, prepayment),
    [WH_ROOM_SWITCH] = ROW(7, main_switch),
    [WH_ROOM_LIMITER_1] = ROW(8, limiter_1),
    [WH_ROOM_LIMITER_2] = ROW(9, limiter_2),
    [WH_ROOM_LIMITER_3] = ROW(10, limiter_3),
    [WH_ROOM_LIMITER_4] = ROW(11, limiter_4),
    [WH_ROOM_LOADS] = ROW(12, loads),
    [WH_ROOM_ZONES] = ROW(13, zones),
    [WH_ROOM_DAYS] = ROW(14, days),
    [WH_ROOM_HOLIDAYS] = ROW(15, holidays),
    [WH_ROOM_STEPS] = ROW(16, steps),
    [WH_ROOM_PRICES_IMPORT] = ROW(17, prices_import),
    [WH_ROOM_PRICES_EXPORT] = ROW(18, prices_export),
    [WH_ROOM_ALARMS] = ROW(WH_ALARM_KEY, alarms),
    [WH_ROOM_EVENTS] = ROW(WH_EVENT_KEY, events),
    [WH_ROOM_DISPLAY] = ROW(21, display),
    [WH_ROOM_SETTINGS] = ROW(23, settings),
    [WH_ROOM_USER] = ROW(22, user),
    [WH_ROOM_VOLTAGE] = ROW(72, voltage),
    [WH_ROOM_AMPERE_HOURS] = ROW(73, ampere_hours),
};

#define BIT         WH_KEEPER_BIT
#define WITH_ENERGY WH_KEEPER_ENERGIES

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
        if ((rooms & BIT(room)) == 0) {
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

/* Rooms nobody may save alone take the others of their kind along. */
static uint32_t completed(uint32_t rooms)
{
    return (rooms & WITH_ENERGY) != 0 ? rooms | WITH_ENERGY : rooms;
}

wh_err wh_keeper_put_changed(wh_meter *m, uint32_t rooms, uint32_t *put)
{
    wh_err err = WH_OK;
    *put |= put_rooms(m, completed(rooms) & m->keeper->dirty & ~*put, &err);
    return err;
}

wh_err wh_keeper_put(wh_meter *m, wh_room room, uint32_t *put)
{
    *put |= BIT(room);
    return put_room(m, room);
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
        uint32_t before = k->dirty;
        err = commit_some(m, k->dirty & rooms);
        if (err == WH_OK && k->dirty == before) {
            err = WH_ERR_SPACE; /* not one of them fits a transaction */
        }
    }
    k->store_err = err;
    return err;
}

/* Registers may be ahead of what is kept by rate, and events may wait to be told: all of it
 * first, so that what is saved agrees. */
static void settle(wh_meter *m)
{
    wh_keeper_book(m);
    wh_keeper_tell_account(m);
    wh_keeper_tell_switch(m);
}

wh_err wh_keeper_save(wh_meter *m)
{
    settle(m);
    return commit_all(m, UINT32_MAX);
}

wh_err wh_keeper_save_urgent(wh_meter *m)
{
    settle(m);
    return commit_all(m, completed(m->keeper->urgent));
}

/* What can be had again, or costs nobody anything, is not written with every minute's energy. */
#define SWEEP_MS 900000U
#define OFTEN    (WITH_ENERGY | BIT(WH_ROOM_CLOCK))

/* Which rooms a flush takes along: all of them when power fails, else all now and then. */
static uint32_t flushed(wh_keeper *k, bool power_fails, uint32_t now_ms)
{
    if (!power_fails && now_ms - k->swept_ms < SWEEP_MS) {
        return OFTEN;
    }
    k->swept_ms = now_ms;
    return UINT32_MAX;
}

void wh_keeper_flush(const wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    bool fails = pass->inputs->power_fails;
    uint32_t now_ms = (uint32_t)pass->inputs->platform_ms;
    bool failing = fails && k->dirty != 0; /* also what moves without energy */
    if (wh_flush_is_due(&k->flush, k->moved_mwh, fails, now_ms) || failing) {
        wh_keeper_changed(k, WH_ROOM_CLOCK, false);
        uint32_t rooms = flushed(k, fails, now_ms) | completed(k->urgent);
        if (commit_all(pass->meter, rooms) == WH_OK) {
            wh_flush_done(&k->flush, now_ms);
        }
    } else if (k->urgent != 0) {
        (void)!commit_all(pass->meter, completed(k->urgent));
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
    if (err == WH_OK) {
        k->found |= BIT(room);
        return;
    }
    k->lost |= BIT(room);
    if (err != WH_ERR_UNSUPPORTED) { /* what a later version wrote is left for it */
        wh_keeper_changed(k, (wh_room)room, false);
    }
}

void wh_keeper_restore(wh_meter *m)
{
    wh_keeper *k = m->keeper;
    for (unsigned room = 0; room < WH_ROOMS; room++) {
        restore_room(m, room);
    }
    if (wh_tariff_calendar_check(&k->calendar) != WH_OK) { /* they do not belong together */
        wh_tariff_calendar_init(&k->calendar);
        k->lost |= BIT(WH_ROOM_ZONES) | BIT(WH_ROOM_DAYS) | BIT(WH_ROOM_HOLIDAYS);
    }
}

/* ---- what the store is asked to hold ---- */

#define BLOB_BYTES_DEFAULT 16384U
#define RUNNING_MAX        32U /* events at once whose start is kept */
#define KEYS               (26U + 2U * WH_RECORDER_LOGS)

static wh_store_config store_config(const wh_keeper_config *c, const wh_store_log_config *logs,
                                    unsigned log_count, unsigned key_count)
{
    return (wh_store_config){
        .flash = c->flash,
        .logs = logs,
        .log_count = (uint16_t)log_count,
        .key_count = (uint16_t)key_count,
        .blob_bytes = c->blob_bytes != 0 ? c->blob_bytes : BLOB_BYTES_DEFAULT,
        .reserve_bytes = c->reserve_bytes,
    };
}

static unsigned key_count(const wh_keeper_config *c)
{
    return c->event_depth != 0 ? KEYS + RUNNING_MAX : KEYS;
}

/* A meter without event logs has no store logs behind that of pushes. */
unsigned wh_keeper_log_count(const wh_keeper_config *c)
{
    return c->event_depth != 0 ? WH_KEEPER_LOGS : WH_PUSH_LOG + 1U;
}

_Static_assert(WH_PUSH_LOG >= WH_RECORDER_LOGS && WH_PUSH_LOG < WH_EVENT_LOG_FIRST,
               "recorders, pushes, events");

static wh_store_log_config recorder_log(const wh_keeper_config *c, unsigned log)
{
    for (unsigned i = 0; i < c->recorder_count; i++) {
        const wh_keeper_recorder *row = &c->recorder[i];
        if (row->config->log == log) {
            uint16_t size = wh_recorder_record_size(row->config, c->rates, row->own_max);
            return wh_recorder_log(row->config, size, c->flash->sector_size);
        }
    }
    return (wh_store_log_config){0};
}

static wh_store_log_config log_at(const wh_keeper_config *c, unsigned log)
{
    if (log >= WH_EVENT_LOG_FIRST) {
        wh_store_log_config config = wh_event_log_config(log - WH_EVENT_LOG_FIRST);
        config.capacity = config.capacity < c->event_depth ? config.capacity : c->event_depth;
        return config;
    }
    return log == WH_PUSH_LOG
               ? (wh_store_log_config){.capacity = c->push_depth, .entry_size = WH_PUSH_ENTRY_SIZE}
               : recorder_log(c, log);
}

/* Log by log: there is no place yet for the list of them. */
size_t wh_keeper_store_size(const wh_keeper_config *c)
{
    wh_store_config keys = store_config(c, NULL, 0, key_count(c));
    size_t size = wh_store_memory_size(&keys);
    for (unsigned i = 0; size > 0 && i < wh_keeper_log_count(c); i++) {
        const wh_store_log_config log = log_at(c, i);
        const wh_store_config one = store_config(c, &log, 1, 0);
        size_t more = wh_store_memory_size(&one);
        size = more == 0 ? 0 : size + more;
    }
    return size;
}

wh_store_config wh_keeper_store_config(wh_keeper *k)
{
    const wh_keeper_config *c = k->config;
    unsigned count = wh_keeper_log_count(c);
    for (unsigned i = 0; i < count; i++) {
        k->log[i] = log_at(c, i);
    }
    return store_config(c, k->log, count, key_count(c));
}
