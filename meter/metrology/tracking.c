/* SPDX-License-Identifier: Apache-2.0 */
/* tracking.c - the oscillator follows the fundamental of one phase's voltage, the leader's.
 *
 * Each window yields the angle between the leader's fundamental and the oscillator, as it is
 * in the window's middle. From the middle of one window to that of the next, the fundamental
 * has turned as far as the oscillator has, plus the change of that angle: its frequency. The
 * oscillator is then aimed: its step becomes the frequency, and its phase at the cut comes
 * nearer to that of the fundamental. Harmonics do not disturb it, as windows are whole
 * cycles.
 *
 * While the frequency is unknown (at the start, after a jump, without voltage) the zero
 * crossings of the leader's samples are counted and timed instead. */
#include "meter/metrology/metrology_internal.h"

#define EIGHTH_TURN 0x20000000

/* A second: by then it stands still against a steady fundamental. */
#define FRESH_WINDOWS 5

/* Below this the oscillator is taken as locked: 2.8 degrees. */
#define NEAR_TURN 0x02000000

void wh_tracking_init(wh_metrology *m)
{
    m->tracking.searching = true;
}

/* Time of the rising crossing between two samples, sample periods with 16 bits of fraction. */
static uint64_t crossing_time(uint64_t sample_before, int32_t before, int32_t after)
{
    uint32_t fraction = (uint32_t)(((int64_t)-before << 16) / ((int64_t)after - before));
    return (sample_before << 16) + 32768 + fraction;
}

void wh_tracking_samples(wh_metrology *m, const int32_t (*samples)[WH_CHANNELS], size_t count)
{
    wh_tracking *t = &m->tracking;
    int32_t before = m->previous[t->leader] - t->level;
    for (size_t j = 0; j < count; j++) {
        int32_t u = samples[j][t->leader] - t->level;
        int32_t size = u < 0 ? -u : u;
        t->peak = size > t->peak ? size : t->peak;
        if (u < -(t->peak >> 2)) {
            t->armed = true;
        } else if (t->armed && u >= 0 && before < 0) {
            t->armed = false;
            t->crossing_q16 = crossing_time(m->sample_count + j - 1, before, u);
            if (t->crossings++ == 0) {
                t->first_q16 = t->crossing_q16;
            }
        }
        before = u;
    }
}

static void start_search(wh_tracking *t)
{
    t->level = 0;
    t->searching = true;
    t->phase_known = false;
    t->armed = false;
    t->peak = 0;
    t->crossings = 0;
}

static bool has_voltage(const wh_metrology *m, const wh_channel_means *means, unsigned k)
{
    int64_t u_min = m->config->u_min_uv;
    if (k >= m->config->phases) {
        return false;
    }
    if (u_min == 0) {
        u_min = m->config->channel[k].full_scale / 64;
    }
    return wh_metrology_rms(means[k].square_q16, m->scale[WH_U1 + k]) >= u_min;
}

/* More than half of the square is the fundamental: the angle means something. */
static bool has_fundamental(const wh_channel_means *u)
{
    int64_t re = u->re_q16 >> 8;
    int64_t im = u->im_q16 >> 8;
    return re * re + im * im >= u->square_q16; /* peak² = 2 rms² */
}

static bool plausible(const wh_metrology *m, uint64_t step)
{
    uint32_t lowest = wh_oscillator_step(40000, m->config->fs_mhz);
    uint32_t highest = wh_oscillator_step(72000, m->config->fs_mhz);
    return step >= lowest && step <= highest;
}

static bool leads(const wh_metrology *m, const wh_channel_means *means, unsigned k)
{
    return (m->quantities.present >> k & 1) != 0 && has_fundamental(&means[k]);
}

/* Where the leader lost its voltage or part of it, another phase takes the lead over without
 * moving the oscillator. False: no phase has voltage. */
static bool find_leader(wh_metrology *m, const wh_channel_means *means)
{
    wh_tracking *t = &m->tracking;
    if (leads(m, means, t->leader)) {
        return true;
    }
    for (uint8_t k = 0; k < WH_PHASES; k++) {
        if (leads(m, means, k) || ((m->quantities.present >> t->leader & 1) == 0 &&
                                   (m->quantities.present >> k & 1) != 0)) {
            t->leader = k;
            t->lead_turn = wh_polar(means[k].im_q16, means[k].re_q16, NULL);
            t->lead_turn -= t->phase_known ? t->last_turn : 0; /* as if it had led before */
            return true;
        }
    }
    return m->quantities.present != 0;
}

/* Frequency from the crossings. False: there were not two. */
static bool step_from_crossings(const wh_metrology *m, uint32_t *step)
{
    const wh_tracking *t = &m->tracking;
    if (t->crossings < 2) {
        return false;
    }
    uint64_t time_q16 = t->crossing_q16 - t->first_q16;
    uint64_t found = (((uint64_t)(t->crossings - 1) << 48) / time_q16);
    *step = (uint32_t)found;
    return plausible(m, found);
}

/* Frequency from the angles of this window's middle and the last one's. */
static bool step_from_angles(const wh_metrology *m, uint32_t turn, uint32_t *step)
{
    const wh_tracking *t = &m->tracking;
    uint64_t length_q16 = m->quantities.length_q16;
    int32_t moved = (int32_t)(t->aimed_turn + turn - t->last_turn);
    uint64_t oscillator = t->last_length_q16 * t->last_step + length_q16 * m->oscillator.step;
    int64_t turned = (int64_t)(oscillator / 2) + (int64_t)moved * 65536;
    uint64_t found = (uint64_t)turned / ((t->last_length_q16 + length_q16) / 2);
    *step = (uint32_t)found;
    return moved > -EIGHTH_TURN && moved < EIGHTH_TURN && plausible(m, found);
}

static uint32_t frequency_uhz(const wh_metrology *m, uint32_t step)
{
    return (uint32_t)wh_mul_shift(step, (int64_t)m->config->fs_mhz * 1000, 32);
}

/* Aim by the last crossing; returns the phase at the cut. The crossing was one of `level`; of
 * the mean, which is known only now, it lies (level - mean) / (2 pi peak) of a turn later. */
static uint32_t aim_by_crossing(wh_metrology *m, const wh_cut *cut, const wh_channel_means *u,
                                uint32_t step)
{
    wh_tracking *t = &m->tracking;
    m->oscillator.step = step;
    t->searching = false;
    t->fresh = FRESH_WINDOWS;
    t->lead_turn = 0;
    uint64_t since_q16 = cut->time_q16 - t->crossing_q16;
    int64_t above = t->level - (u->mean_q16 >> 16);
    int64_t early = t->peak != 0 ? above * 683565276 / t->peak : 0; /* 2^32 / 2 pi */
    return (uint32_t)((since_q16 * step) >> 16) + (uint32_t)early;
}

/* How far to move the oscillator that is `off` behind the fundamental. Moving it makes a window
 * longer or shorter than whole cycles, and a dip within a window makes the angle seem off by
 * some thousandths: near the fundamental only an eighth of it is made good, since windows
 * need the right frequency while a zero crossing that is a degree late at their ends harms
 * nobody. Far from it the frequency is moving, and being aligned makes its error harmless. */
static uint32_t aim(wh_tracking *t, uint32_t off)
{
    int32_t turn = (int32_t)off;
    bool settled = t->fresh == 0 && turn > -NEAR_TURN && turn < NEAR_TURN;
    if (t->fresh > 0) {
        t->fresh--;
    }
    return settled ? (uint32_t)(turn / 8) : off;
}

static uint32_t aim_by_angle(wh_metrology *m, uint32_t turn, uint32_t step)
{
    wh_tracking *t = &m->tracking;
    uint64_t half_q16 = m->quantities.length_q16 / 2;
    int64_t drift = ((int64_t)half_q16 * ((int64_t)step - m->oscillator.step)) >> 16;
    t->last_turn = turn;
    t->aimed_turn = aim(t, turn + (uint32_t)drift);
    t->last_step = m->oscillator.step;
    t->last_length_q16 = m->quantities.length_q16;
    t->phase_known = true;
    m->oscillator.step = step;
    return t->aimed_turn;
}

uint32_t wh_tracking_window(wh_metrology *m, const wh_cut *cut, const wh_channel_means *means)
{
    wh_tracking *t = &m->tracking;
    wh_quantities *q = &m->quantities;
    uint32_t step = m->oscillator.step;
    q->present = 0;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        q->present |= (uint8_t)(has_voltage(m, means, k) << k);
    }
    q->locked = false;
    q->f_uhz = 0;
    uint32_t phase_at_cut = 0;
    bool searched = t->searching;
    bool voltage = find_leader(m, means);
    q->leader = t->leader;
    if (!voltage) {
        start_search(t);
        return 0;
    }
    if (searched) {
        bool found = step_from_crossings(m, &step);
        if (found) {
            phase_at_cut = aim_by_crossing(m, cut, &means[t->leader], step);
            q->f_uhz = frequency_uhz(m, step);
        } else {
            start_search(t);
        }
        return phase_at_cut;
    }
    uint32_t turn = wh_polar(means[t->leader].im_q16, means[t->leader].re_q16, NULL) - t->lead_turn;
    bool known =
        has_fundamental(&means[t->leader]) && (!t->phase_known || step_from_angles(m, turn, &step));
    if (!known) {
        start_search(t);
        return 0;
    }
    q->locked = true;
    q->f_uhz = frequency_uhz(m, step);
    return aim_by_angle(m, turn, step);
}
