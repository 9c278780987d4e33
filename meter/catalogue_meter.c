/* SPDX-License-Identifier: Apache-2.0 */
/* Items of the keeper itself and its store. */
#include "meter/catalogue_internal.h"

#include "meter/keeper.h"

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
