/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/catalogue.h"
#include "meter/keeper_internal.h"

static wh_err read_column(const void *user, wh_column column, int64_t *value)
{
    return wh_meter_column((const wh_meter *)user, column.obis, column.attribute, value);
}

wh_column_reader wh_keeper_columns(const wh_meter *m)
{
    return (wh_column_reader){.user = m, .read = read_column};
}

wh_recorder_now wh_keeper_recorder_now(const wh_keeper *k)
{
    uint8_t status = 0;
    if ((wh_clock_status(&k->clock) & WH_CLOCK_STATUS_INVALID) != 0) {
        status |= WH_RECORD_CLOCK_INVALID;
    }
    if (k->lost != 0 || k->store_err != WH_OK) {
        status |= WH_RECORD_CRITICAL_ERROR;
    }
    return (wh_recorder_now){.zone = &k->clock.zone, .utc_ms = k->clock.utc_ms, .status = status};
}

static bool is_billing(const wh_keeper *k, const wh_recorder_point *point)
{
    return k->config->recorder[point->recorder].billing;
}

/* A switch-over is saved with its record, so that neither is there without the other. (Where two
 * recorders heed one cause, the second record is lost where power is cut between the two.) */
static uint32_t rooms_of(uint8_t causes)
{
    static const struct {
        uint8_t cause;
        uint32_t rooms;
    } ROOMS[] = {
        {WH_RECORDER_ZONE_SWITCH, WH_KEEPER_BIT(WH_ROOM_ZONES)},
        {WH_RECORDER_DAY_TABLE_SWITCH, WH_KEEPER_BIT(WH_ROOM_DAYS)},
        {WH_RECORDER_PRICE_SWITCH,
         WH_KEEPER_BIT(WH_ROOM_PRICES_IMPORT) | WH_KEEPER_BIT(WH_ROOM_PRICES_EXPORT)},
    };
    uint32_t rooms = 0;
    for (size_t i = 0; i < sizeof ROOMS / sizeof ROOMS[0]; i++) {
        rooms |= (causes & ROOMS[i].cause) != 0 ? ROOMS[i].rooms : 0;
    }
    return rooms;
}

/* The record, how far its recorder has come, and the energies as they are in it. */
static wh_err write_record(const wh_pass *pass, const wh_recorder_now *now,
                           wh_recorder_point *point, uint32_t *rooms)
{
    wh_keeper *k = pass->keeper;
    const wh_recorder *r = &k->recorder[point->recorder];
    const wh_column_reader reader = wh_keeper_columns(pass->meter);
    wh_writer w = wh_writer_init(k->work, WH_KEEPER_WORK);
    wh_err err = wh_recorder_capture(r, now, point, &reader, &w);
    if (err == WH_OK) {
        err = wh_recorder_append(r, now, point, &k->store, k->work, wh_writer_len(&w));
    }
    if (err == WH_OK) {
        err = wh_keeper_put_changed(pass->meter, WH_KEEPER_ENERGIES, rooms);
    }
    if (err == WH_OK) {
        err = wh_keeper_put_changed(pass->meter, rooms_of(r->config->causes), rooms);
        err = err == WH_ERR_SPACE ? WH_OK : err; /* then they follow */
    }
    return err;
}

/* Only behind the commit, so that a record that could not be written can be written again. Where
 * power is cut before this is saved, complete_billing does it. */
static void begin_demand_anew(wh_keeper *k, int64_t utc_ms)
{
    (void)!wh_demand_reset(&k->demand, WH_DEMAND_RESET_SETTLEMENT, utc_ms);
    wh_keeper_changed(k, WH_ROOM_DEMAND, true);
}

/* One record, one transaction. */
static wh_err record(const wh_pass *pass, const wh_recorder_now *now, wh_recorder_point *point)
{
    wh_keeper *k = pass->keeper;
    uint32_t rooms = 0;
    wh_err err = wh_store_begin(&k->store);
    if (err != WH_OK) {
        return err;
    }
    err = write_record(pass, now, point, &rooms);
    err = err == WH_OK ? wh_store_commit(&k->store) : err;
    if (err != WH_OK) {
        wh_store_rollback(&k->store);
        return err;
    }
    wh_recorder_done(&k->recorder[point->recorder], now, point);
    wh_keeper_saved(k, rooms);
    if (is_billing(k, point)) {
        begin_demand_anew(k, pass->utc_ms);
    }
    return WH_OK;
}

#define AT_ONCE 8U

/* Records of one moment, those of one kind. */
static wh_err record_kind(const wh_pass *pass, const wh_recorder_now *now, wh_recorder_point *point,
                          size_t count, bool billing, size_t *done)
{
    wh_err err = WH_OK;
    for (size_t i = 0; i < count && err == WH_OK; i++) {
        if (is_billing(pass->keeper, &point[i]) == billing) {
            err = record(pass, now, &point[i]);
            (*done)++;
        }
    }
    return err;
}

/* Billing begins the demand anew, so it is the last of a moment: where there may be more of it
 * than are in point, it waits for the next round. */
static wh_err record_all(const wh_pass *pass, const wh_recorder_now *now, wh_recorder_point *point,
                         size_t count)
{
    size_t done = 0;
    wh_err err = record_kind(pass, now, point, count, false, &done);
    if (err == WH_OK && (count < AT_ONCE || done == 0)) {
        err = record_kind(pass, now, point, count, true, &done);
    }
    return err;
}

void wh_keeper_records(const wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    wh_recorder_point point[AT_ONCE];
    const wh_recorder_now now = wh_keeper_recorder_now(k);
    size_t count = 0;
    wh_err err = WH_OK;
    while (err == WH_OK && (count = wh_recorder_due(k->recorder, k->config->recorder_count, &now,
                                                    point, AT_ONCE)) > 0) {
        wh_keeper_close_interval(pass->meter);
        err = record_all(pass, &now, point, count);
        k->store_err = err;
    }
}

void wh_keeper_begin_records(wh_keeper *k, int64_t old_ms)
{
    const wh_recorder_now now = wh_keeper_recorder_now(k);
    for (unsigned i = 0; i < k->config->recorder_count; i++) {
        wh_recorder *r = &k->recorder[i];
        if ((int64_t)r->newest_s * 1000 <= old_ms) {
            k->store_err = wh_recorder_restart(r, &k->store, &now);
        }
    }
}

/* A billing record is there that the demand does not know of: power was cut between the two. */
static void complete_billing(wh_keeper *k, unsigned i)
{
    int64_t newest_ms = (int64_t)k->recorder[i].newest_s * 1000;
    if (k->config->recorder[i].billing && k->demand.reset_ms < newest_ms) {
        begin_demand_anew(k, k->clock.utc_ms);
    }
}

wh_err wh_keeper_load_recorders(wh_meter *m)
{
    wh_keeper *k = m->keeper;
    const wh_recorder_now now = wh_keeper_recorder_now(k);
    wh_err err = WH_OK;
    for (unsigned i = 0; err == WH_OK && i < k->config->recorder_count; i++) {
        wh_recorder *r = &k->recorder[i];
        const wh_recorder_memory memory = r->memory;
        err = wh_recorder_init(r, k->config->recorder[i].config, &memory, k->config->rates, &now);
        if (err == WH_OK) {
            err = wh_recorder_load(r, &k->store, &now, k->work, WH_KEEPER_WORK);
        }
        if (err == WH_ERR_CHECK) { /* begun anew, and it works */
            err = WH_OK;
        }
        complete_billing(k, i);
    }
    wh_recorder_note(k->recorder, k->config->recorder_count, WH_RECORD_POWER_DOWN);
    return err;
}
