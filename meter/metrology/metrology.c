/* SPDX-License-Identifier: Apache-2.0 */
/* metrology.c - the way of a sample set: delay, run to the next cut, cut. */
#include "meter/metrology/metrology.h"

#include "meter/metrology/metrology_internal.h"

#include <string.h>

static wh_err check(const wh_metrology_config *c, unsigned cycles)
{
    if (c->fs_mhz < 800000 || c->fs_mhz > 100000000 || c->phases < 1 || c->phases > WH_PHASES) {
        return WH_ERR_RANGE;
    }
    if ((c->f_nominal_mhz != 50000 && c->f_nominal_mhz != 60000) || cycles > 60) {
        return WH_ERR_RANGE;
    }
    /* sums of 2^47 fit 64 bits for so many samples, at the lowest frequency */
    if ((uint64_t)c->fs_mhz * cycles > (uint64_t)40000 << 16) {
        return WH_ERR_RANGE;
    }
    for (unsigned k = 0; k < WH_PHASES; k++) {
        if (c->phase[k].angle_nrad > WH_ANGLE_MAX_NRAD ||
            c->phase[k].angle_nrad < -WH_ANGLE_MAX_NRAD) {
            return WH_ERR_RANGE;
        }
    }
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        bool used = k == WH_IN || k % WH_PHASES < c->phases;
        if (used && (c->channel[k].full_scale < (k == WH_IN ? 0 : 1) ||
                     c->channel[k].delay_q16 > WH_DELAY_MAX_Q16)) {
            return WH_ERR_RANGE;
        }
    }
    return WH_OK;
}

/* Physical units per code. */
static wh_scale channel_scale(const wh_channel_calibration *c)
{
    uint32_t gain = c->gain_q30 != 0 ? c->gain_q30 : WH_GAIN_ONE_Q30;
    wh_scale s = wh_scale_mul(wh_scale_of((uint64_t)c->full_scale), wh_scale_of(gain));
    return wh_scale_shift(s, -30 - 23);
}

static void start_half_cycle(wh_metrology *m, uint32_t phase_at_cut, uint32_t fraction_q32)
{
    uint32_t step = m->oscillator.step;
    uint32_t rest = (uint32_t)(((uint64_t)step * (uint32_t)~fraction_q32) >> 32);
    m->oscillator.phase = phase_at_cut + rest;
    m->to_cut = (int64_t)WH_HALF_TURN - (int32_t)phase_at_cut - rest;
    if (m->to_cut <
        (int64_t)WH_HALF_TURN / 2) { /* a half cycle is never shorter than half of one */
        m->to_cut += WH_HALF_TURN;
    }
}

wh_err wh_metrology_init(wh_metrology *m, const wh_metrology_config *config)
{
    unsigned cycles = config->cycles_per_window;
    if (cycles == 0) {
        cycles = config->f_nominal_mhz / 5000;
    }
    wh_err err = check(config, cycles);
    if (err != WH_OK) {
        return err;
    }
    memset(m, 0, sizeof *m);
    m->config = config;
    m->cycles_per_window = (uint8_t)cycles;
    m->period_s = wh_scale_div(wh_scale_of(1000), wh_scale_of(config->fs_mhz));
    for (unsigned k = 0; k < WH_CHANNELS; k++) {
        m->scale[k] = channel_scale(&config->channel[k]);
        m->delays = m->delays || config->channel[k].delay_q16 != 0;
    }
    m->oscillator.step = wh_oscillator_step(config->f_nominal_mhz, config->fs_mhz);
    m->to_cut = WH_HALF_TURN;
    wh_tracking_init(m);
    return WH_OK;
}

static void end_half_cycle(wh_metrology *m, const wh_cut *cut, const int32_t *next)
{
    for (unsigned k = 0; k < m->config->phases; k++) {
        int64_t uu = m->sums.channel[WH_U1 + k].square + wh_metrology_cut_uu(m, cut, next, k);
        m->half.uu[k] = uu - m->half_uu[k];
        m->half_uu[k] = uu;
    }
    m->half.end_sample = m->sample_count - 1;
    m->half.end_q32 = cut->fraction_q32;
    m->half.length_q16 = (uint32_t)(cut->time_q16 - m->half_start_q16);
    m->half_start_q16 = cut->time_q16;
    m->half_cycles++;
}

/* Everything the window says; returns the oscillator's phase at the cut, as it is aimed now. */
static uint32_t conclude_window(wh_metrology *m, const wh_cut *cut)
{
    wh_channel_means means[WH_CHANNELS];
    wh_phase_means powers[WH_PHASES];
    wh_quantities *q = &m->quantities;
    q->first_sample = m->quantum.end_sample;
    q->first_q32 = m->quantum.end_q32;
    q->length_q16 = cut->time_q16 - m->window_start_q16;
    q->cycles = m->cycles_per_window;
    m->quantum.end_sample = m->sample_count - 1;
    m->quantum.end_q32 = cut->fraction_q32;
    m->quantum.length_q16 = q->length_q16;
    m->window_start_q16 = cut->time_q16;

    wh_metrology_means(m, means);
    uint32_t phase_at_cut = wh_tracking_window(m, cut, means);
    wh_metrology_powers(m, means, powers);
    wh_metrology_quantities(m, means, powers);
    wh_metrology_energy(m, powers);
    return phase_at_cut;
}

static void end_window(wh_metrology *m, const wh_cut *cut, const int32_t *next)
{
    wh_metrology_move(m, cut, next, 1);
    uint32_t phase_at_cut = conclude_window(m, cut);
    start_half_cycle(m, phase_at_cut, cut->fraction_q32);
    memset(&m->sums, 0, sizeof m->sums);
    memset(m->half_uu, 0, sizeof m->half_uu);
    wh_metrology_move(m, cut, next, -1); /* with the oscillator as it is aimed now */
    m->half_cycles = 0;
}

/* Cut between the last sample taken and `next`. to_cut says how far the cut lies before next. */
static unsigned cut_before(wh_metrology *m, const int32_t *next)
{
    uint32_t step = m->oscillator.step;
    uint64_t fraction = ((uint64_t)((int64_t)step + m->to_cut) << 32) / step;
    wh_cut cut = wh_metrology_cut_at(m, fraction > UINT32_MAX ? UINT32_MAX : (uint32_t)fraction);
    unsigned event = WH_EVENT_HALF_CYCLE;
    m->to_cut += WH_HALF_TURN;
    end_half_cycle(m, &cut, next);
    if (m->half_cycles == 2 * m->cycles_per_window) {
        end_window(m, &cut, next);
        event |= WH_EVENT_WINDOW;
    }
    m->cut_due = false;
    return event;
}

/* Take samples up to the next cut; make it where the sample behind it is here too. */
static size_t run(wh_metrology *m, const int32_t (*samples)[WH_CHANNELS], size_t count,
                  unsigned *event)
{
    size_t used = 0;
    if (!m->cut_due) {
        uint32_t step = m->oscillator.step;
        size_t before_cut = (size_t)((m->to_cut + step - 1) / step);
        used = before_cut < count ? before_cut : count;
        if (m->tracking.searching) {
            wh_tracking_samples(m, samples, used);
        }
        wh_metrology_accumulate(&m->sums, &m->oscillator, m->config->phases, samples[0], used);
        memcpy(m->previous, samples[used - 1], sizeof m->previous);
        m->sample_count += used;
        m->to_cut -= (int64_t)used * step;
        m->cut_due = used == before_cut;
    }
    if (m->cut_due && used < count) {
        *event = cut_before(m, samples[used]);
    }
    return used;
}

size_t wh_metrology_feed(wh_metrology *m, const int32_t (*samples)[WH_CHANNELS], size_t count,
                         unsigned *event)
{
    *event = 0;
    if (count == 0) {
        return 0;
    }
    if (!m->delays) {
        return run(m, samples, count, event);
    }
    int32_t delayed[WH_BLOCK / 4][WH_CHANNELS];
    size_t n = count < WH_BLOCK / 4 ? count : WH_BLOCK / 4;
    wh_metrology_delay(m, samples, n, delayed);
    /* C11 wants the cast from an array of int32_t to one of const int32_t */
    size_t used = run(m, (const int32_t(*)[WH_CHANNELS])delayed, n, event);
    wh_metrology_delay_keep(m, samples, used);
    return used;
}

int64_t wh_metrology_urms_half_uv(const wh_metrology *m, const wh_half_cycle *first,
                                  const wh_half_cycle *second, unsigned k)
{
    wh_scale inverse = wh_scale_div(wh_scale_of((uint64_t)1 << 32),
                                    wh_scale_of((uint64_t)first->length_q16 + second->length_q16));
    int64_t square_q16 = wh_scale_apply(first->uu[k] + second->uu[k], inverse);
    return wh_metrology_rms(square_q16, m->scale[WH_U1 + k]);
}
