/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/meter.h"

#include <string.h>

wh_err wh_meter_init(wh_meter *meter, const wh_meter_config *config,
                     const wh_meter_observer *observer)
{
    memset(meter, 0, sizeof *meter);
    meter->config = config;
    meter->observer = observer;
    meter->utc_ms = INT64_MIN;
    wh_err err = wh_metrology_init(&meter->metrology, &config->metrology);
    if (err != WH_OK) {
        return err;
    }
    return wh_register_init(&meter->registers, &config->registers);
}

/* A window's length. */
static wh_scale window_s(const wh_metrology *m)
{
    wh_scale length_q16 = wh_scale_of(m->quantities.length_q16 * 1000U);
    return wh_scale_shift(wh_scale_div(length_q16, wh_scale_of(m->config->fs_mhz)), -16);
}

void wh_meter_samples(wh_meter *meter, const int32_t (*samples)[WH_CHANNELS], size_t count)
{
    const wh_meter_observer *observer = meter->observer;
    while (count > 0) {
        unsigned event;
        size_t used = wh_metrology_feed(&meter->metrology, samples, count, &event);
        if ((event & WH_EVENT_WINDOW) != 0) {
            wh_register_book_told(&meter->registers, &meter->metrology.quantum, &meter->booked);
            wh_ampere_hours_feed(&meter->ampere_hours, &meter->metrology.quantities,
                                 window_s(&meter->metrology));
            meter->windows++;
        }
        if (observer != NULL) {
            observer->fed(observer->user, &meter->metrology, samples, used, event);
        }
        samples += used;
        count -= used;
    }
}

/* A power's apparent one, from U and I of its phase. 10^-6 V times 10^-6 A are 10^-12 VA. */
static int64_t apparent_uva(int64_t u_uv, int64_t i_ua)
{
    int64_t u_mv = u_uv / 1000;
    return u_mv / 1000 * i_ua + u_mv % 1000 * i_ua / 1000;
}

static int32_t power_factor_ppm(int64_t p_uw, int64_t s_uva)
{
    int64_t s_mva = s_uva / 1000;
    int64_t ppm = s_mva == 0 ? 0 : p_uw / 1000 * 1000000 / s_mva;
    return (int32_t)(ppm > 1000000 ? 1000000 : ppm < -1000000 ? -1000000 : ppm);
}

/* One phase of an interval: what is not told is that of a sine. */
static void take_phase(wh_phase_quantities *q, const wh_meter_interval *from, unsigned k)
{
    *q = (wh_phase_quantities){
        .u_uv = from->u_uv[k],
        .i_ua = from->i_ua[k],
        .p_uw = from->p_uw[k],
        .s_uva = apparent_uva(from->u_uv[k], from->i_ua[k]),
        .u1_uv = from->u_uv[k],
        .i1_ua = from->i_ua[k],
        .p1_uw = from->p_uw[k],
        .q1_uvar = from->q1_uvar[k],
    };
    q->pf_ppm = power_factor_ppm(q->p_uw, q->s_uva);
    q->pf1_ppm = q->pf_ppm;
}

void wh_meter_feed(wh_meter *meter, const wh_meter_interval *interval)
{
    wh_quantities *q = &meter->metrology.quantities;
    *q = (wh_quantities){
        .f_uhz = interval->f_uhz,
        .locked = interval->present != 0,
        .present = interval->present,
        .rotation = interval->rotation,
        .in_ua = interval->in_ua,
        .in1_ua = interval->in_ua,
    };
    for (unsigned k = 0; k < meter->config->metrology.phases; k++) {
        take_phase(&q->phase[k], interval, k);
        q->p_uw += q->phase[k].p_uw;
        q->q1_uvar += q->phase[k].q1_uvar;
        q->s_arithmetic_uva += q->phase[k].s_uva;
    }
    q->p1_uw = q->p_uw;
    q->s_vector_uva = q->s_arithmetic_uva;
    q->s_effective_uva = q->s_arithmetic_uva;
    q->pf_ppm = power_factor_ppm(q->p_uw, q->s_arithmetic_uva);
    wh_register_book_told(&meter->registers, &interval->quantum, &meter->booked);
    wh_ampere_hours_feed(&meter->ampere_hours, q,
                         wh_scale_div(wh_scale_of(interval->duration_ms), wh_scale_of(1000)));
    meter->windows++;
}
