/* SPDX-License-Identifier: Apache-2.0 */
/* Items of the keeper itself and its store. */
#include "meter/catalogue_internal.h"

#include "meter/keeper_internal.h"

#include <string.h>

wh_err wh_catalogue_get_keeper(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return wh_catalogue_get_field(meter->keeper, ref, value);
}

wh_err wh_catalogue_get_store_report(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    wh_store_report report = wh_store_get_report(&meter->keeper->store);
    return wh_catalogue_get_field(&report, ref, value);
}

wh_err wh_catalogue_act_save(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    (void)ref;
    (void)argument;
    return wh_keeper_save(meter);
}

static wh_err clear_energies(wh_meter *meter)
{
    wh_keeper *k = meter->keeper;
    memset(&meter->booked, 0, sizeof meter->booked);
    memset(&meter->ampere_hours, 0, sizeof meter->ampere_hours);
    wh_rate_register_clear(&k->rates);
    wh_demand_clear(&k->demand, wh_keeper_utc_ms(k));
    wh_step_price_clear(&k->steps);
    wh_cost_clear(&k->cost_import);
    wh_cost_clear(&k->cost_export);
    wh_events_clear(&k->events);
    return wh_register_init(&meter->registers, &meter->config->registers);
}

/* All that was measured and recorded is gone, but for the events of clearing, the last of which has
 * it in its record. Not while an account is active: what was used and paid would fall apart. */
wh_err wh_catalogue_act_meter_clear(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    wh_keeper *k = meter->keeper;
    const wh_recorder_now now = wh_keeper_recorder_now(k);
    (void)ref;
    (void)argument;
    if (k->prepayment.state == WH_PREPAYMENT_ACTIVE) {
        return WH_ERR_STATE;
    }
    wh_err err = wh_keeper_occur(meter, WH_EVENT_METER_CLEAR, 0, NULL);
    if (err != WH_OK) {
        return err;
    }
    for (unsigned i = 0; err == WH_OK && i < k->config->recorder_count; i++) {
        err = wh_recorder_reset(&k->recorder[i], &k->store, &now);
    }
    if (err == WH_OK) {
        err = clear_energies(meter);
    }
    for (unsigned room = WH_ROOM_REGISTERS; room < WH_ROOMS; room++) {
        wh_keeper_touch(k, (wh_room)room);
    }
    return err == WH_OK ? wh_keeper_save(meter) : err;
}
