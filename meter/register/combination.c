/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/register/combination.h"

#define UWS_PER_MWH 3600000

/* Two bits of the word for each register from `first` on: add, subtract. */
static wh_combination combination_of(wh_reg first, unsigned count, unsigned word)
{
    wh_combination c = {0};
    for (unsigned i = 0; i < count; i++) {
        c.add |= (uint16_t)((word >> 2 * i & 1U) << (first + i));
        c.subtract |= (uint16_t)((word >> (2 * i + 1) & 1U) << (first + i));
    }
    return c;
}

wh_combination wh_combination_active(uint8_t word)
{
    return combination_of(WH_REG_ACTIVE_IMPORT, 2, word);
}

wh_combination wh_combination_reactive(uint8_t word)
{
    return combination_of(WH_REG_REACTIVE_Q1, 4, word);
}

/* +1, 0 or -1: how a register enters. */
static int sign_of(wh_combination c, unsigned reg)
{
    return (int)((unsigned)c.add >> reg & 1U) - (int)((unsigned)c.subtract >> reg & 1U);
}

wh_signed_energy wh_combination_read(wh_combination combination, const wh_energy reg[WH_REG_COUNT],
                                     int64_t modulus_mwh)
{
    wh_signed_energy sum = {0};
    for (unsigned i = 0; i < WH_REG_COUNT; i++) {
        int sign = sign_of(combination, i);
        /* reduced each time, as the modulus may be any int64 */
        int64_t mwh = sign * (reg[i].mwh % modulus_mwh);
        if (sum.mwh > 0 && mwh > modulus_mwh - sum.mwh) {
            sum.mwh -= modulus_mwh;
        } else if (sum.mwh < 0 && mwh < -modulus_mwh - sum.mwh) {
            sum.mwh += modulus_mwh;
        }
        sum.mwh += mwh;
        sum.rest_uws += sign * (int32_t)reg[i].rest_uws; /* at most 12 * 3.6e6 */
    }
    sum.mwh += sum.rest_uws / UWS_PER_MWH;
    sum.rest_uws %= UWS_PER_MWH;
    if (sum.mwh > 0 && sum.rest_uws < 0) {
        sum.mwh--;
        sum.rest_uws += UWS_PER_MWH;
    } else if (sum.mwh < 0 && sum.rest_uws > 0) {
        sum.mwh++;
        sum.rest_uws -= UWS_PER_MWH;
    }
    sum.mwh %= modulus_mwh;
    return sum;
}

int64_t wh_combination_booked(wh_combination combination, const wh_booked *booked)
{
    int64_t sum = 0;
    for (unsigned i = 0; i < WH_REG_COUNT; i++) {
        sum += sign_of(combination, i) * booked->uws[i];
    }
    return sum;
}
