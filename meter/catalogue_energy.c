/* SPDX-License-Identifier: Apache-2.0 */
/* Items of the energy registers, of the total, of phases and rates. */
#include "meter/catalogue_internal.h"

#include "meter/keeper.h"

#define NO_SECOND 0xFU

uint16_t wh_catalogue_energy_kinds(uint16_t source)
{
    unsigned second = source >> 4;
    return (uint16_t)(1U << (source & 0xFU) | (second == NO_SECOND ? 0U : 1U << second));
}

/* Registers are captured more than anything else: a single one is read where it lies. */
wh_err wh_catalogue_get_energy(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_energy *reg = meter->registers.reg[ref.place];
    wh_reg kind = (wh_reg)(ref.item->source & 0xFU);
    const wh_combination both = {.add = wh_catalogue_energy_kinds(ref.item->source)};
    if (ref.item->source >> 4 == NO_SECOND) {
        const wh_energy *one =
            ref.rate == 0 ? &reg[kind] : wh_rate_register_at(&meter->keeper->rates, kind, ref.rate);
        return one == NULL ? WH_ERR_NOT_FOUND : wh_catalogue_put(ref, one->mwh, value);
    }
    wh_signed_energy sum = ref.rate == 0
                               ? wh_combination_read(both, reg, meter->registers.config.modulus_mwh)
                               : wh_rate_register_combined(&meter->keeper->rates, ref.rate, both);
    return wh_catalogue_put(ref, sum.mwh, value);
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

wh_err wh_catalogue_get_ampere_hours(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return wh_catalogue_put(ref, wh_ampere_hours_mah(&meter->ampere_hours, ref.place), value);
}

/* Which of the words it is says value group E. */
wh_err wh_catalogue_set_word(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    static const uint8_t KINDS[] = {WH_EVENT_ACTIVE_COMBINATION_PROGRAMMED,
                                    WH_EVENT_REACTIVE_COMBINATION_1_PROGRAMMED,
                                    WH_EVENT_REACTIVE_COMBINATION_2_PROGRAMMED};
    wh_value was = {0};
    (void)!wh_catalogue_get_keeper(meter, ref, &was);
    const int64_t before = (int64_t)was.u;
    wh_err err = wh_catalogue_set_field(meter->keeper, ref, value);
    if (err == WH_OK) {
        const wh_event_detail detail = {.given = &before, .given_count = 1};
        wh_keeper_touch(meter->keeper, WH_ROOM_SETTINGS);
        wh_catalogue_programmed(meter, KINDS[wh_item_obis(ref).group[WH_OBIS_E] % 3U], &detail);
    }
    return err;
}
