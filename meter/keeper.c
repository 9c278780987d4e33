/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/keeper_internal.h"

#include <string.h>

/* The clock jumped: what runs over a period of time begins anew. */
static void follow_clock(wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    wh_clock_change change;
    while (wh_clock_next_change(&k->clock, &change)) {
        if (change.old_ms != change.new_ms) {
            wh_demand_restart(&k->demand, k->clock.utc_ms);
            wh_recorder_note(k->recorder, k->config->recorder_count, WH_RECORD_CLOCK_ADJUSTED);
        } else if (change.cause == WH_CLOCK_ZONE) {
            wh_recorder_zone_changed(k->recorder, k->config->recorder_count);
        }
        wh_keeper_changed(k, WH_ROOM_CLOCK, true);
        if ((change.status & WH_CLOCK_STATUS_INVALID) != 0 && change.cause == WH_CLOCK_SET) {
            wh_keeper_begin_records(k, change.old_ms);
        }
        wh_keeper_clock_event(pass, &change);
    }
}

static wh_pass begin_pass(wh_meter *m, const wh_meter_inputs *inputs)
{
    wh_keeper *k = m->keeper;
    int64_t elapsed_ms = k->begun ? inputs->platform_ms - k->platform_ms : 0;
    wh_pass pass = {.meter = m, .keeper = k, .inputs = inputs};
    pass.elapsed_ms = elapsed_ms < 0            ? 0
                      : elapsed_ms > UINT32_MAX ? UINT32_MAX
                                                : (uint32_t)elapsed_ms;
    k->platform_ms = inputs->platform_ms;
    k->begun = true;
    wh_clock_tick(&k->clock, inputs->platform_ms);
    pass.utc_ms = k->clock.utc_ms;
    follow_clock(&pass);
    wh_clock_local(&k->clock, &pass.local, NULL);
    pass.weekday = (uint8_t)(wh_civil_weekday(pass.local.date) - 1);
    m->utc_ms = pass.utc_ms;
    return pass;
}

void wh_meter_tick(wh_meter *m, const wh_meter_inputs *inputs)
{
    if (m->keeper == NULL) {
        m->utc_ms = inputs->platform_ms;
        return;
    }
    const wh_pass pass = begin_pass(m, inputs);
    wh_keeper_book(m);
    wh_keeper_tell_account(m); /* records save the account too */
    wh_keeper_demand(&pass);
    wh_keeper_switch_sets(&pass);
    wh_keeper_records(&pass);
    wh_keeper_settle(&pass);
    wh_keeper_supply(&pass);
    wh_keeper_watch(&pass);
    wh_keeper_voltage(&pass);
    wh_keeper_show(&pass);
    wh_keeper_flush(&pass);
}

int64_t wh_keeper_utc_ms(const wh_keeper *k)
{
    return k->clock.utc_ms;
}

/* Limiters are as many as the configuration has. */
static bool has_room(const wh_keeper *k, wh_room room)
{
    return room < WH_ROOM_LIMITER_1 || room > WH_ROOM_LIMITER_4 ||
           room - WH_ROOM_LIMITER_1 < k->config->limiter_count;
}

void wh_keeper_changed(wh_keeper *k, wh_room room, bool urgent)
{
    if (!has_room(k, room)) {
        return;
    }
    uint32_t bit = UINT32_C(1) << (unsigned)room;
    k->dirty |= bit;
    if (urgent) {
        k->urgent |= bit;
    }
}

void wh_keeper_touch(wh_keeper *k, wh_room room)
{
    wh_keeper_changed(k, room, true);
}

void wh_keeper_note(wh_keeper *k, wh_room room)
{
    wh_keeper_changed(k, room, false);
}

void wh_keeper_revised(wh_keeper *k, wh_room room, uint32_t revision)
{
    if (k->seen[room] != (uint16_t)revision) {
        k->seen[room] = (uint16_t)revision;
        wh_keeper_changed(k, room, true);
    }
}

/* ---- beginning ---- */

static wh_err init_limiters(wh_keeper *k)
{
    static const wh_limiter_config NO_LIMIT = {.threshold_normal = WH_LIMITER_NO_LIMIT,
                                               .threshold_emergency = WH_LIMITER_NO_LIMIT};
    const wh_keeper_config *c = k->config;
    wh_err err = WH_OK;
    for (unsigned i = 0; err == WH_OK && i < c->limiter_count; i++) {
        err = wh_limiter_init(&k->limiter[i], c->limiter != NULL ? &c->limiter[i] : &NO_LIMIT);
    }
    return err;
}

/* Rooms with what the configuration says, before the store is asked. */
static wh_err init_rooms(wh_keeper *k, int64_t platform_ms)
{
    const wh_keeper_config *c = k->config;
    k->settings =
        (wh_keeper_settings){.active_word = WH_COMBINED_IMPORT, .reactive_word = {0x05, 0x50}};
    wh_tariff_calendar_init(&k->calendar);
    wh_loads_init(&k->loads, &c->loads);
    wh_display_init(&k->display);
    wh_alarms_init(&k->alarms);
    wh_keeper_voltage_start(k);
    wh_keeper_init_tokens(k);
    wh_err err = wh_clock_init(&k->clock, &c->clock, platform_ms);
    if (err == WH_OK) {
        err = wh_switch_init(&k->main_switch, &c->main_switch, c->switch_mode);
    }
    if (err == WH_OK) {
        err = init_limiters(k);
    }
    if (err == WH_OK) {
        err = wh_user_init(&k->user, c->user != 0 ? c->user : WH_USER_RESIDENTIAL);
    }
    if (err == WH_OK) {
        err = wh_prepayment_init(&k->prepayment, &c->prepayment);
    }
    return err == WH_OK ? wh_events_init(&k->events, &c->events) : err;
}

/* Memory is handed out from the front, each piece aligned for int64_t. */
typedef struct {
    uint8_t *at; /* NULL: only sizes are asked for */
    size_t used;
} arena;

static void *carve(arena *a, size_t size)
{
    size_t at = a->used;
    a->used += (size + 7U) & ~(size_t)7U;
    return a->at == NULL ? NULL : a->at + at;
}

typedef struct {
    wh_energy *rate_cell;
    size_t rate_cells;
    wh_demand_memory demand;
    int32_t *price[2]; /* import, export */
    size_t prices;
    uint8_t *work;
    void *store;
    size_t store_size;
} pieces;

/* What is kept by rate fits the work buffer, as every blob must. */
static bool fits_work(const wh_keeper_config *c)
{
    const wh_rate_register_config rates = {.kinds = c->rate_kinds, .count = c->rates};
    size_t cells = wh_rate_register_cells(&rates);
    return WH_RATE_REGISTER_SAVE_SIZE(cells) <= WH_KEEPER_WORK &&
           (size_t)WH_DEMAND_SAVE_SIZE(c->demand.channels, c->demand.rates) <= WH_KEEPER_WORK;
}

static bool count_is_valid(const wh_keeper_config *c)
{
    return c->rates >= 1 && c->rates <= WH_RATE_REGISTER_RATES_MAX &&
           c->limiter_count <= WH_KEEPER_LIMITERS && c->demand.channels >= 1 &&
           c->demand.channels <= WH_DEMAND_CHANNELS_MAX && c->recorder_count <= WH_RECORDER_LOGS &&
           fits_work(c);
}

static size_t slips(const wh_keeper_config *c)
{
    return c->demand_slips_max > c->demand.slips ? c->demand_slips_max : c->demand.slips;
}

/* Recorders, and what each of them is set up with. */
static void carve_recorders(wh_keeper *k, const wh_keeper_config *c, arena *a)
{
    k->recorder = carve(a, c->recorder_count * sizeof *k->recorder);
    for (unsigned i = 0; i < c->recorder_count; i++) {
        const wh_keeper_recorder *row = &c->recorder[i];
        const wh_recorder_memory m = {
            .boundary_count = row->times,
            .boundary = row->times == 0 ? NULL : carve(a, row->times * sizeof(wh_boundary)),
            .own_max = row->own_max,
            .own = row->own_max == 0 ? NULL : carve(a, row->own_max * sizeof(wh_column)),
            .record_size = wh_recorder_record_size(row->config, c->rates, row->own_max),
        };
        if (a->at != NULL) {
            k->recorder[i].memory = m;
        }
    }
}

static void carve_all(wh_keeper *k, const wh_keeper_config *c, arena *a, pieces *p)
{
    memset(p, 0, sizeof *p);
    wh_rate_register_config rates = {.kinds = c->rate_kinds, .count = c->rates};
    p->rate_cells = wh_rate_register_cells(&rates);
    p->rate_cell = carve(a, p->rate_cells * sizeof(wh_energy));
    p->demand.channel_count = c->demand.channels;
    p->demand.channel = carve(a, p->demand.channel_count * sizeof(wh_demand_channel));
    p->demand.cell_count = c->demand.channels * (1U + c->demand.rates);
    p->demand.cell = carve(a, p->demand.cell_count * sizeof(wh_demand_cell));
    p->demand.slip_count = slips(c) * c->demand.channels;
    p->demand.slip_uws = carve(a, p->demand.slip_count * sizeof(int64_t));
    p->prices = 2U * c->rates;
    p->price[0] = carve(a, p->prices * sizeof(int32_t));
    p->price[1] = carve(a, p->prices * sizeof(int32_t));
    carve_recorders(k, c, a);
    p->work = carve(a, WH_KEEPER_WORK);
    k->limiter = carve(a, c->limiter_count * sizeof *k->limiter);
    k->log = carve(a, wh_keeper_log_count(c) * sizeof *k->log);
    p->store_size = wh_keeper_store_size(c);
    p->store = carve(a, p->store_size);
}

size_t wh_keeper_memory_size(wh_keeper *k, const wh_keeper_config *config)
{
    arena a = {0};
    pieces p;
    if (!count_is_valid(config)) {
        return 0;
    }
    carve_all(k, config, &a, &p);
    return p.store_size == 0 ? 0 : a.used;
}

static wh_err init_with_memory(wh_meter *m, const pieces *p)
{
    wh_keeper *k = m->keeper;
    const wh_keeper_config *c = k->config;
    const wh_rate_register_config rates = {
        .kinds = c->rate_kinds, .count = c->rates, .modulus_mwh = m->registers.config.modulus_mwh};
    k->work = p->work;
    wh_step_price_init(&k->steps, m->registers.config.modulus_mwh);
    wh_err err = wh_rate_register_init(&k->rates, &rates, p->rate_cell, p->rate_cells);
    if (err == WH_OK) {
        err = wh_cost_init(&k->cost_import, p->price[0], p->prices, c->rates);
    }
    if (err == WH_OK) {
        err = wh_cost_init(&k->cost_export, p->price[1], p->prices, c->rates);
    }
    if (err == WH_OK) {
        err = wh_demand_init(&k->demand, &c->demand, c->demand_source, &p->demand);
    }
    if (err == WH_OK) {
        wh_store_config store = wh_keeper_store_config(k);
        err = wh_store_mount(&k->store, &store, p->store, p->store_size);
    }
    return err;
}

/* Rooms begin as configured, then as they were. */
static wh_err begin(wh_meter *m, const pieces *p, const wh_keeper_start *start)
{
    wh_keeper *k = m->keeper;
    wh_err err = init_rooms(k, start->platform_ms);
    if (err == WH_OK) {
        err = init_with_memory(m, p);
    }
    if (err != WH_OK) {
        return err;
    }
    wh_keeper_restore(m);
    wh_keeper_power_up(m, start->platform_ms, start->ran_on);
    wh_keeper_begin_rate(k);
    return wh_keeper_load_recorders(m);
}

wh_err wh_meter_keep(wh_meter *m, wh_keeper *k, const wh_keeper_config *config,
                     const wh_keeper_start *start)
{
    size_t wanted = wh_keeper_memory_size(k, config);
    if (wanted == 0) {
        return WH_ERR_RANGE;
    }
    if (start->memory_size < wanted) {
        return WH_ERR_SPACE;
    }
    memset(k, 0, sizeof *k);
    memset(start->memory, 0, wanted);
    k->config = config;
    m->keeper = k;
    arena a = {.at = start->memory};
    pieces p;
    carve_all(k, config, &a, &p);
    wh_err err = begin(m, &p, start);
    if (err != WH_OK) {
        m->keeper = NULL;
        return err;
    }
    wh_flush_init(&k->flush, &config->flush, k->moved_mwh, (uint32_t)start->platform_ms);
    return WH_OK;
}
