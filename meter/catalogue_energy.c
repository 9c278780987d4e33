/* SPDX-License-Identifier: Apache-2.0 */
/* Items of the energy registers, of the total, of phases and rates. */
#include "meter/catalogue_internal.h"

#include "meter/keeper.h"

wh_err wh_catalogue_get_energy(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_combination registers = {.add = ref.item->source};
    wh_signed_energy energy =
        ref.rate != 0 ? wh_rate_register_combined(&meter->keeper->rates, ref.rate, registers)
                      : wh_combination_read(registers, meter->registers.reg[ref.place],
                                            meter->registers.config.modulus_mwh);
    return wh_catalogue_put(ref, energy.mwh, value);
}

wh_err wh_catalogue_get_combined_active(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return wh_catalogue_put(ref, wh_keeper_combined_active_mwh(meter, ref.rate), value);
}

wh_err wh_catalogue_get_combined_reactive(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    int64_t mvarh = wh_keeper_combined_reactive_mvarh(meter, ref.item->source, ref.rate);
    return wh_catalogue_put(ref, mvarh, value);
}

wh_err wh_catalogue_set_word(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_err err = wh_catalogue_set_field(meter->keeper, ref, value);
    if (err == WH_OK) {
        wh_keeper_touch(meter->keeper, WH_ROOM_SETTINGS);
    }
    return err;
}
