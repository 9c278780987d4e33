/* SPDX-License-Identifier: Apache-2.0 */
/* metrology_internal.h - what the files of this folder share, and its tests. */
#ifndef WH_METER_METROLOGY_INTERNAL_H
#define WH_METER_METROLOGY_INTERNAL_H

#include "meter/metrology/metrology.h"

#define WH_HALF_TURN 0x80000000U

/* Sample sets the inner loops take at once: the scratch on the stack is 8 bytes each. */
#define WH_BLOCK 32U

/* The sine table has 2^7 steps a turn; 12 bits of the phase below them interpolate. */
#define WH_TABLE_BITS 7
#define WH_TABLE_TURN (1 << WH_TABLE_BITS)

extern const int32_t wh_oscillator_table[WH_TABLE_TURN + WH_TABLE_TURN / 4 + 1];

static inline const int32_t *wh_oscillator_place(uint32_t phase)
{
    return &wh_oscillator_table[phase >> (32 - WH_TABLE_BITS)];
}

/* Between t[0] and t[1]: the difference of two neighbours has 19 bits, so the product fits 32. */
static inline int32_t wh_oscillator_read(const int32_t *t, uint32_t phase)
{
    int32_t part = (int32_t)((phase >> (20 - WH_TABLE_BITS)) & 0xFFFU);
    return t[0] + (((t[1] - t[0]) * part) >> 12);
}

/* A cut: between the last sample taken and the next one. */
typedef struct {
    uint32_t fraction_q32; /* how far from the last to the next */
    uint64_t time_q16;     /* sample periods since the start; sample j lies at j + 1/2 */
    int32_t before_q16;    /* weights of the two neighbours' products in what the old window */
    int32_t after_q16;     /* gets beside its whole samples, and the new one gives */
} wh_cut;

/* Means of one channel over a window, 16 fraction bits. */
typedef struct {
    int64_t mean_q16;   /* codes: the DC */
    int64_t square_q16; /* codes², without DC and noise */
    int64_t re_q16;     /* fundamental, peak codes: the part in phase with the sine */
    int64_t im_q16;     /* the part a quarter turn ahead of it */
} wh_channel_means;

/* accumulate.c: add `count` sample sets, one behind the other, to the sums and move the
 * oscillator's phase. */
void wh_metrology_accumulate(wh_window_sums *sums, wh_oscillator *oscillator, unsigned phases,
                             const int32_t *samples, size_t count);

/* accumulate.c: a cut behind the last sample taken. */
wh_cut wh_metrology_cut_at(const wh_metrology *m, uint32_t fraction_q32);

/* accumulate.c: what a cut moves between the sums of u² of phase k. */
int64_t wh_metrology_cut_uu(const wh_metrology *m, const wh_cut *cut, const int32_t *next,
                            unsigned k);

/* accumulate.c: add what a cut moves to all sums of the old window (sign 1), or take it from
 * those of the new one (sign -1), with the oscillator as it stands. */
void wh_metrology_move(wh_metrology *m, const wh_cut *cut, const int32_t *next, int sign);

/* tracking.c: count crossings while searching; at a window's end find frequency and phase and
 * aim the oscillator (its phase at the cut and its step). Fills f_uhz, locked and leader. */
void wh_tracking_init(wh_metrology *m);
void wh_tracking_samples(wh_metrology *m, const int32_t (*samples)[WH_CHANNELS], size_t count);
uint32_t wh_tracking_window(wh_metrology *m, const wh_cut *cut, const wh_channel_means *means);

/* Mean of u times i without DC, and of the fundamental, after the angle correction; codes²,
 * 16 fraction bits. */
typedef struct {
    int64_t p_q16;
    int64_t p1_q16;
    int64_t q1_q16;
} wh_phase_means;

/* means.c: of all channels and phases, from the sums. */
void wh_metrology_means(const wh_metrology *m, wh_channel_means *means);
void wh_metrology_powers(const wh_metrology *m, const wh_channel_means *means,
                         wh_phase_means *powers);

/* means.c: root of a mean square (codes², 16 fraction bits) in the scale's units. */
int64_t wh_metrology_rms(int64_t square_q16, wh_scale scale);

/* means.c: µW per code² of phase k. */
wh_scale wh_metrology_power_scale(const wh_metrology *m, unsigned k);

/* quantities.c: everything of wh_quantities but time and what tracking knows. */
void wh_metrology_quantities(wh_metrology *m, const wh_channel_means *means,
                             const wh_phase_means *powers);

/* energy.c: the quantum of the window that has ended. */
void wh_metrology_energy(wh_metrology *m, const wh_phase_means *powers);

/* delay.c: fractional delay of the channels that ask for it. */
void wh_metrology_delay(const wh_metrology *m, const int32_t (*in)[WH_CHANNELS], size_t count,
                        int32_t (*out)[WH_CHANNELS]);
void wh_metrology_delay_keep(wh_metrology *m, const int32_t (*in)[WH_CHANNELS], size_t used);

#endif /* WH_METER_METROLOGY_INTERNAL_H */
