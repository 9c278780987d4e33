/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/keeper_internal.h"

/* The sets whose time has come; each change is kept at once. */
static void switch_sets(const wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    unsigned switched = wh_tariff_calendar_switch(&k->calendar, pass->utc_ms);
    if ((switched & WH_TARIFF_SWITCHED_ZONES) != 0) {
        wh_keeper_changed(k, WH_ROOM_ZONES, true);
    }
    if ((switched & WH_TARIFF_SWITCHED_DAYS) != 0) {
        wh_keeper_changed(k, WH_ROOM_DAYS, true);
    }
    if (wh_cost_switch(&k->cost_import, pass->utc_ms)) {
        wh_keeper_changed(k, WH_ROOM_PRICES_IMPORT, true);
    }
    if (wh_cost_switch(&k->cost_export, pass->utc_ms)) {
        wh_keeper_changed(k, WH_ROOM_PRICES_EXPORT, true);
    }
}

static void tick_steps(const wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    int64_t import_mwh = pass->meter->registers.reg[WH_REG_TOTAL][WH_REG_ACTIVE_IMPORT].mwh;
    if (wh_step_price_tick(&k->steps, &k->clock.zone, pass->utc_ms, import_mwh) != 0) {
        wh_keeper_changed(k, WH_ROOM_STEPS, true);
    }
}

/* What was booked until now belongs to the old rate, so it is closed first. */
static void change_rate(const wh_pass *pass, uint8_t rate)
{
    wh_keeper *k = pass->keeper;
    wh_keeper_close_interval(pass);
    k->rate = rate;
    wh_demand_set_rate(&k->demand, rate, pass->utc_ms);
}

void wh_keeper_tariff(const wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    switch_sets(pass);
    tick_steps(pass);
    uint8_t rate = wh_tariff_rate_at(&k->calendar, &pass->local);
    if (rate != k->rate) {
        change_rate(pass, rate);
    }
}
