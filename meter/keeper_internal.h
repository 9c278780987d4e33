/* SPDX-License-Identifier: Apache-2.0 */
/* keeper_internal.h - what the files of the keeper share. One file, one step of the pass. */
#ifndef WH_METER_KEEPER_INTERNAL_H
#define WH_METER_KEEPER_INTERNAL_H

#include "meter/event/event_log.h"
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
void wh_keeper_book(wh_meter *meter);

/* The running summing interval too, then the same: before a record or a rate changes. */
void wh_keeper_close_interval(wh_meter *meter);

/* What happened to the account since it was last asked, and to the switch: their events, each
 * with what is kept of it in one transaction (keeper_events.c). */
void wh_keeper_tell_account(wh_meter *meter);
void wh_keeper_tell_switch(wh_meter *meter);

/* Demand periods that end now (keeper_energy.c). */
void wh_keeper_demand(const wh_pass *pass);

/* Tariff sets that change places, with their freezes (keeper_tariff.c). */
void wh_keeper_switch_sets(const wh_pass *pass);

/* Now, as recorders want to know it (keeper_records.c). */
wh_recorder_now wh_keeper_recorder_now(const wh_keeper *keeper);

/* The clock has a time at last: recorders that have recorded nothing since it had one before begin
 * now (keeper_records.c). */
void wh_keeper_begin_records(wh_keeper *keeper, int64_t old_ms);

/* The rate in force when power comes back, for what is measured before the first pass. */
void wh_keeper_begin_rate(wh_keeper *keeper);

/* Records that are due (keeper_records.c). */
void wh_keeper_records(const wh_pass *pass);

/* Step prices settle; the rate from now on (keeper_tariff.c). */
void wh_keeper_settle(const wh_pass *pass);

/* Limiters, switch, loads (keeper_supply.c). */
void wh_keeper_supply(const wh_pass *pass);

/* Events and alarms (keeper_events.c). */
void wh_keeper_watch(const wh_pass *pass);

/* The display, when all that it shows is up to date (keeper_display.c). */
void wh_keeper_show(const wh_pass *pass);

/* Minutes of voltage within its limits, and the end of their month (keeper_voltage.c). */
void wh_keeper_voltage_start(wh_keeper *keeper);
void wh_keeper_voltage(const wh_pass *pass);

/* The clock has changed. */
void wh_keeper_clock_event(const wh_pass *pass, const wh_clock_change *change);

/* A room has changed; `urgent`: it may not wait for the flush. */
void wh_keeper_changed(wh_keeper *keeper, wh_room room, bool urgent);

/* Note a room whose revision counts its changes. */
void wh_keeper_revised(wh_keeper *keeper, wh_room room, uint32_t revision);

/* Save what must not wait, and the rest where the flush policy says so (keeper_store.c). */
void wh_keeper_flush(const wh_pass *pass);

#define WH_KEEPER_BIT(room) (UINT32_C(1) << (unsigned)(room))

/* What moves with the energy. It is saved whole or not at all, so that what was used, what it
 * cost and what was paid agree after any power cut. */
#define WH_KEEPER_ENERGIES                                             \
    (WH_KEEPER_BIT(WH_ROOM_REGISTERS) | WH_KEEPER_BIT(WH_ROOM_RATES) | \
     WH_KEEPER_BIT(WH_ROOM_COST) | WH_KEEPER_BIT(WH_ROOM_PREPAYMENT) | \
     WH_KEEPER_BIT(WH_ROOM_STEPS) | WH_KEEPER_BIT(WH_ROOM_AMPERE_HOURS))

/* In a transaction that the caller has begun: those of `rooms` that have changed, all of the
 * energies where one of them is asked for; or one room. What was put is added to *put.
 * After the commit wh_keeper_saved takes *put (keeper_store.c). */
wh_err wh_keeper_put_changed(wh_meter *meter, uint32_t rooms, uint32_t *put) WH_MUST_USE;
wh_err wh_keeper_put(wh_meter *meter, wh_room room, uint32_t *put) WH_MUST_USE;
void wh_keeper_saved(wh_keeper *keeper, uint32_t rooms);

/* The store that such a meter wants: how many logs, bytes of its memory (0: it cannot be), and its
 * configuration, whose logs are written to keeper->log (keeper_store.c). */
unsigned wh_keeper_log_count(const wh_keeper_config *config);
size_t wh_keeper_store_size(const wh_keeper_config *config);
wh_store_config wh_keeper_store_config(wh_keeper *keeper);

/* The gateway, whose tokens this meter executes (keeper_token.c). */
void wh_keeper_init_tokens(wh_keeper *keeper);

/* Restore the rooms from the mounted store (keeper_store.c). */
void wh_keeper_restore(wh_meter *meter);

/* The clock goes on; the outage is an event (keeper_events.c). */
void wh_keeper_power_up(wh_meter *meter, int64_t platform_ms, bool ran_on);

/* Start the recorders and take up where they were (keeper_records.c). */
wh_err wh_keeper_load_recorders(wh_meter *meter) WH_MUST_USE;

#endif /* WH_METER_KEEPER_INTERNAL_H */
