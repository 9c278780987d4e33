/* SPDX-License-Identifier: Apache-2.0 */
/* Items of the energy registers. */
#include "meter/catalogue_internal.h"

wh_err wh_catalogue_get_energy(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return wh_catalogue_put(ref, meter->registers.reg[ref.place][ref.item->source].mwh, value);
}

wh_err wh_catalogue_get_reactive_import(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    int64_t mvarh = wh_register_reactive_import_mvarh(&meter->registers, ref.place);
    return wh_catalogue_put(ref, mvarh, value);
}

wh_err wh_catalogue_get_reactive_export(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    int64_t mvarh = wh_register_reactive_export_mvarh(&meter->registers, ref.place);
    return wh_catalogue_put(ref, mvarh, value);
}
