/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/metrology/pulse.h"

#include "core/scale.h"

#include <string.h>

#define UWS_PER_KWH 3600000000000

wh_err wh_pulse_init(wh_pulse *pulse, uint32_t constant_per_kwh)
{
    if (constant_per_kwh < 1 || constant_per_kwh > 1000000) {
        return WH_ERR_RANGE;
    }
    memset(pulse, 0, sizeof *pulse);
    pulse->portion_uws = UWS_PER_KWH / constant_per_kwh;
    return WH_OK;
}

void wh_pulse_book(wh_pulse *pulse, int64_t energy_uws, const wh_energy_quantum *quantum)
{
    pulse->rest_uws += pulse->energy_uws - pulse->done_uws;
    pulse->energy_uws = energy_uws > 0 ? energy_uws : 0;
    pulse->done_uws = 0;
    pulse->end_q16 = (quantum->end_sample << 16) + (quantum->end_q32 >> 16);
    pulse->length_q16 = quantum->length_q16;
}

bool wh_pulse_next(wh_pulse *pulse, uint64_t *sample, uint32_t *fraction_q32)
{
    int64_t missing = pulse->portion_uws - pulse->rest_uws;
    missing = missing > 0 ? missing : 0;
    if (missing > pulse->energy_uws - pulse->done_uws) {
        return false;
    }
    pulse->done_uws += missing;
    pulse->rest_uws += missing - pulse->portion_uws;
    int64_t after = pulse->energy_uws - pulse->done_uws;
    uint64_t back_q16 = 0;
    if (after > 0) {
        wh_scale part =
            wh_scale_div(wh_scale_of((uint64_t)after), wh_scale_of((uint64_t)pulse->energy_uws));
        back_q16 = (uint64_t)wh_scale_apply((int64_t)pulse->length_q16, part);
    }
    uint64_t time_q16 = pulse->end_q16 > back_q16 ? pulse->end_q16 - back_q16 : 0;
    *sample = time_q16 >> 16;
    *fraction_q32 = (uint32_t)(time_q16 << 16);
    return true;
}
