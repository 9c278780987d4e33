/* SPDX-License-Identifier: Apache-2.0 */
/* energy.c - the quantum: power times time, gapless, and nothing while the load only creeps. */
#include "meter/metrology/metrology_internal.h"

#define CREEP_WINDOWS 25 /* 5 s */

enum { ACTIVE, REACTIVE, APPARENT };

/* A power below the threshold is not booked. Signed averages, so that noise cancels; once
 * running it may fall to half the threshold. */
static bool runs(wh_metrology *m, unsigned k, unsigned kind, int64_t power)
{
    const wh_metrology_config *config = m->config;
    uint16_t bit = (uint16_t)(1U << (3 * k + kind));
    int64_t *average = &m->average[k][kind];
    if (config->creep_uw == 0) {
        return true;
    }
    int64_t windows = config->creep_windows != 0 ? config->creep_windows : CREEP_WINDOWS;
    *average = m->averaging ? *average + (power - *average) / windows : power;
    int64_t size = *average < 0 ? -*average : *average;
    bool running = size >= ((m->running & bit) != 0 ? config->creep_uw / 2 : config->creep_uw);
    m->running = (uint16_t)(running ? m->running | bit : m->running & ~bit);
    return running;
}

void wh_metrology_energy(wh_metrology *m, const wh_phase_means *powers)
{
    wh_energy_quantum *e = &m->quantum;
    wh_scale seconds = wh_scale_shift(wh_scale_mul(m->period_s, wh_scale_of(e->length_q16)), -16);
    for (unsigned k = 0; k < m->config->phases; k++) {
        const wh_phase_quantities *q = &m->quantities.phase[k];
        const wh_phase_calibration *c = &m->config->phase[k];
        const wh_phase_means *p = &powers[k];
        uint32_t *carry = m->carry[k];
        wh_scale code = wh_scale_shift(wh_scale_mul(wh_metrology_power_scale(m, k), seconds), -16);
        int64_t offset = wh_scale_apply(c->p_offset_uw, seconds);
        e->p_uws[k] = 0;
        e->p1_uws[k] = 0;
        e->q1_uvars[k] = 0;
        e->s_uvas[k] = 0;
        if (runs(m, k, ACTIVE, q->p_uw)) {
            e->p_uws[k] = wh_scale_apply_carry(p->p_q16, code, &carry[0]) - offset;
            e->p1_uws[k] = wh_scale_apply_carry(p->p1_q16, code, &carry[1]) - offset;
        }
        if (runs(m, k, REACTIVE, q->q1_uvar)) {
            offset = wh_scale_apply(c->q_offset_uvar, seconds);
            e->q1_uvars[k] = wh_scale_apply_carry(p->q1_q16, code, &carry[2]) - offset;
        }
        if (runs(m, k, APPARENT, q->s_uva)) {
            e->s_uvas[k] = wh_scale_apply_carry(q->s_uva, seconds, &carry[3]);
        }
    }
    m->averaging = true;
}
