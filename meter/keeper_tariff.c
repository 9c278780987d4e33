/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/keeper_internal.h"

/* One switch-over: kept at once, with the record of the freeze that heeds it. */
static void switched(const wh_pass *pass, wh_room room, uint8_t cause)
{
    wh_keeper *k = pass->keeper;
    wh_keeper_changed(k, room, true);
    wh_recorder_trigger(k->recorder, k->config->recorder_count, cause, pass->utc_ms);
}

static bool switches_now(const wh_keeper *k, int64_t utc_ms)
{
    const int64_t due_ms[] = {k->calendar.zones_switch_ms, k->calendar.days_switch_ms,
                              k->cost_import.switch_ms, k->cost_export.switch_ms};
    for (size_t i = 0; i < sizeof due_ms / sizeof due_ms[0]; i++) {
        if (due_ms[i] <= utc_ms) {
            return true;
        }
    }
    return false;
}

void wh_keeper_switch_sets(const wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    if (!switches_now(k, pass->utc_ms)) {
        return;
    }
    wh_keeper_close_interval(pass->meter); /* at the old prices */
    unsigned sets = wh_tariff_calendar_switch(&k->calendar, pass->utc_ms);
    if ((sets & WH_TARIFF_SWITCHED_ZONES) != 0) {
        switched(pass, WH_ROOM_ZONES, WH_RECORDER_ZONE_SWITCH);
    }
    if ((sets & WH_TARIFF_SWITCHED_DAYS) != 0) {
        switched(pass, WH_ROOM_DAYS, WH_RECORDER_DAY_TABLE_SWITCH);
    }
    if (wh_cost_switch(&k->cost_import, pass->utc_ms)) {
        switched(pass, WH_ROOM_PRICES_IMPORT, WH_RECORDER_PRICE_SWITCH);
    }
    if (wh_cost_switch(&k->cost_export, pass->utc_ms)) {
        switched(pass, WH_ROOM_PRICES_EXPORT, WH_RECORDER_PRICE_SWITCH);
    }
}

/* A first tick at a wrong time would hold off settlements, so not while the clock is invalid. */
static void tick_steps(const wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    if ((wh_clock_status(&k->clock) & WH_CLOCK_STATUS_INVALID) != 0) {
        return;
    }
    int64_t import_mwh = pass->meter->registers.reg[WH_REG_TOTAL][WH_REG_ACTIVE_IMPORT].mwh;
    unsigned did = wh_step_price_tick(&k->steps, &k->clock.zone, pass->utc_ms, import_mwh);
    if (did != 0) {
        wh_keeper_changed(k, WH_ROOM_STEPS, true);
    }
    if ((did & WH_STEP_SWITCHED) != 0) {
        switched(pass, WH_ROOM_STEPS, WH_RECORDER_STEP_SWITCH);
        wh_keeper_records(pass); /* before the switch-over is saved without its record */
    }
}

/* What was booked until now belongs to the old rate, so it is closed first. */
static void change_rate(const wh_pass *pass, uint8_t rate)
{
    wh_keeper *k = pass->keeper;
    wh_keeper_close_interval(pass->meter);
    k->rate = rate;
    wh_demand_set_rate(&k->demand, rate, pass->utc_ms);
}

void wh_keeper_begin_rate(wh_keeper *k)
{
    wh_civil_time local;
    wh_clock_local(&k->clock, &local, NULL);
    k->rate = wh_tariff_rate_at(&k->calendar, &local);
    wh_demand_set_rate(&k->demand, k->rate, k->clock.utc_ms);
}

void wh_keeper_settle(const wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    tick_steps(pass);
    uint8_t rate = wh_tariff_rate_at(&k->calendar, &pass->local);
    if (rate != k->rate) {
        change_rate(pass, rate);
    }
}
