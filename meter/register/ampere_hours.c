/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/register/ampere_hours.h"

#define VERSION     1
#define MODULUS_UAS (WH_AMPERE_HOURS_MODULUS_MAH * WH_UAS_PER_MAH)

_Static_assert(UINT64_MAX / MODULUS_UAS > WH_PHASES, "the sum of the phases fits");

void wh_ampere_hours_feed(wh_ampere_hours *a, const wh_quantities *q, wh_scale time_s)
{
    for (unsigned k = 0; k < WH_PHASES; k++) {
        int64_t uas = wh_scale_apply_carry(q->phase[k].i_ua, time_s, &a->carry[k]);
        if (uas > 0) { /* there is no negative rms */
            a->uas[k] = (a->uas[k] + (uint64_t)uas) % MODULUS_UAS;
            a->revision++;
        }
    }
}

int64_t wh_ampere_hours_mah(const wh_ampere_hours *a, unsigned place)
{
    uint64_t uas = place < WH_PHASES ? a->uas[place] : a->uas[0] + a->uas[1] + a->uas[2];
    return (int64_t)(uas % MODULUS_UAS / WH_UAS_PER_MAH);
}

wh_err wh_ampere_hours_save(const wh_ampere_hours *a, wh_writer *w)
{
    wh_writer_put_u8(w, VERSION);
    for (unsigned k = 0; k < WH_PHASES; k++) {
        wh_writer_put_varint(w, a->uas[k]);
    }
    return wh_writer_err(w);
}

wh_err wh_ampere_hours_restore(wh_ampere_hours *a, wh_reader *r)
{
    wh_ampere_hours saved = {.revision = a->revision};
    if (wh_reader_take_u8(r) != VERSION) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    for (unsigned k = 0; k < WH_PHASES; k++) {
        saved.uas[k] = wh_reader_take_varint(r);
        if (saved.uas[k] >= MODULUS_UAS) {
            wh_reader_fail(r, WH_ERR_RANGE);
        }
    }
    if (wh_reader_err(r) == WH_OK) {
        *a = saved;
    }
    return wh_reader_err(r);
}
