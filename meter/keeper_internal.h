/* SPDX-License-Identifier: Apache-2.0 */
/* keeper_internal.h - what the files of the keeper share. One file, one step of the pass. */
#ifndef WH_METER_KEEPER_INTERNAL_H
#define WH_METER_KEEPER_INTERNAL_H

#include "meter/keeper.h"

/* What one pass knows. */
typedef struct {
    wh_meter *meter;
    wh_keeper *keeper;
    const wh_meter_inputs *inputs;
    uint32_t elapsed_ms; /* since the last tick, 0 at the first */
    int64_t utc_ms;
    wh_civil_time local;
    uint8_t weekday; /* 0 Monday .. 6 Sunday */
} wh_pass;

/* Booked energy to the rate in force, demand and cost (keeper_energy.c). */
void wh_keeper_book(const wh_pass *pass);

/* The running summing interval too, then the same: before a record or a rate changes. */
void wh_keeper_close_interval(const wh_pass *pass);

/* Demand periods that end now (keeper_energy.c). */
void wh_keeper_demand(const wh_pass *pass);

/* Tariff sets that change places, and the rate from now on (keeper_tariff.c). */
void wh_keeper_tariff(const wh_pass *pass);

/* Limiters, switch, loads (keeper_supply.c). */
void wh_keeper_supply(const wh_pass *pass);

/* A room has changed; `urgent`: it may not wait for the flush. */
void wh_keeper_changed(wh_keeper *keeper, wh_room room, bool urgent);

/* Note a room whose revision counts its changes. */
void wh_keeper_revised(wh_keeper *keeper, wh_room room, uint32_t revision);

/* Save what must not wait, and the rest where the flush policy says so (keeper_store.c). */
void wh_keeper_flush(const wh_pass *pass);

/* In a transaction that the caller has begun: what moves with the energy, and `also`, where it
 * has changed. After the commit wh_keeper_saved takes *rooms (keeper_store.c). */
wh_err wh_keeper_put_energies(wh_meter *meter, uint32_t also, uint32_t *rooms) WH_MUST_USE;
void wh_keeper_saved(wh_keeper *keeper, uint32_t rooms);

/* The store that such a meter wants (keeper_store.c). */
wh_store_config wh_keeper_store_config(const wh_keeper_config *config);

/* Restore the rooms from the mounted store (keeper_store.c). */
wh_err wh_keeper_restore(wh_meter *meter) WH_MUST_USE;

#endif /* WH_METER_KEEPER_INTERNAL_H */
