/* SPDX-License-Identifier: Apache-2.0 */
/* energy.c - the quantum: power times time, gapless, and nothing while the load only creeps. */
#include "meter/metrology/metrology_internal.h"

#define CREEP_WINDOWS 25 /* 5 s */

enum { ACTIVE, REACTIVE, APPARENT };

/* A power below the threshold is not booked. Signed averages, so that noise cancels; once
 * running it may fall to half the threshold. */
static bool runs(const wh_metrology_config *config, wh_creep *creep, int64_t power)
{
    if (config->creep_uw == 0) {
        return true;
    }
    int64_t windows = config->creep_windows != 0 ? config->creep_windows : CREEP_WINDOWS;
    creep->average = creep->primed ? creep->average + (power - creep->average) / windows : power;
    creep->primed = true;
    int64_t size = creep->average < 0 ? -creep->average : creep->average;
    creep->running = size >= (creep->running ? config->creep_uw / 2 : config->creep_uw);
    return creep->running;
}

/* mean_q16 over the window, in µWs: the scale is µW per code², the carry keeps the rest. */
static int64_t book(int64_t mean_q16, wh_scale per_window, int64_t offset, int64_t *carry)
{
    return wh_scale_apply_carry(mean_q16, per_window, carry) - offset;
}

static void phase_energy(wh_metrology *m, const wh_channel_means *means, unsigned k)
{
    const wh_phase_quantities *q = &m->quantities.phase[k];
    const wh_phase_calibration *c = &m->config->phase[k];
    wh_energy_quantum *e = &m->quantum;
    wh_phase_means p = wh_metrology_powers(m, means, k);
    wh_scale window_s = wh_scale_shift(wh_scale_mul(m->period_s, wh_scale_of(e->length_q16)), -16);
    wh_scale code = wh_scale_shift(wh_scale_mul(wh_metrology_power_scale(m, k), window_s), -16);
    bool active = runs(m->config, &m->creep[k][ACTIVE], q->p_uw);
    bool reactive = runs(m->config, &m->creep[k][REACTIVE], q->q1_uvar);
    bool apparent = runs(m->config, &m->creep[k][APPARENT], q->s_uva);
    int64_t p_offset = wh_scale_apply(c->p_offset_uw, window_s);
    int64_t q_offset = wh_scale_apply(c->q_offset_uvar, window_s);
    e->p_uws[k] = active ? book(p.p_q16, code, p_offset, &m->carry[k][0]) : 0;
    e->p1_uws[k] = active ? book(p.p1_q16, code, p_offset, &m->carry[k][1]) : 0;
    e->q1_uvars[k] = reactive ? book(p.q1_q16, code, q_offset, &m->carry[k][2]) : 0;
    e->s_uvas[k] = apparent ? wh_scale_apply_carry(q->s_uva, window_s, &m->carry[k][3]) : 0;
}

void wh_metrology_energy(wh_metrology *m, const wh_channel_means *means)
{
    for (unsigned k = 0; k < m->config->phases; k++) {
        phase_energy(m, means, k);
    }
}
