/* SPDX-License-Identifier: Apache-2.0 */
/* metrology_internal.h - what the files of this folder share, and its tests. */
#ifndef WH_METER_METROLOGY_INTERNAL_H
#define WH_METER_METROLOGY_INTERNAL_H

#include "meter/metrology/metrology.h"

#define WH_HALF_TURN 0x80000000U

/* Sample sets the inner loops take at once: the scratch on the stack is 8 bytes each. */
#define WH_BLOCK 32U

extern const int32_t wh_oscillator_table[321];

/* Between t[0] and t[1] by 13 bits of the phase below its table index: the difference of two
 * neighbours has 18 bits, so the product fits 32. */
static inline int32_t wh_oscillator_read(const int32_t *t, uint32_t phase)
{
    return t[0] + (((t[1] - t[0]) * (int32_t)((phase >> 11) & 0x1FFFU)) >> 13);
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

/* accumulate.c: add sample sets to the sums and move the oscillator's phase. */
void wh_metrology_accumulate(wh_metrology *m, const int32_t (*samples)[WH_CHANNELS], size_t count);

/* accumulate.c: a cut behind the last sample taken. */
wh_cut wh_metrology_cut_at(const wh_metrology *m, uint32_t fraction_q32);

/* accumulate.c: what a cut moves between the sums of u² of phase k, and (*out) between all. */
int64_t wh_metrology_cut_uu(const wh_metrology *m, const wh_cut *cut, const int32_t *next,
                            unsigned k);
void wh_metrology_cut_sums(const wh_metrology *m, const wh_cut *cut, const int32_t *next,
                           wh_window_sums *out);

/* tracking.c: count crossings while searching; at a window's end find frequency and phase and
 * aim the oscillator (its phase at the cut and its step). Fills f_uhz, locked and leader. */
void wh_tracking_init(wh_metrology *m);
void wh_tracking_samples(wh_metrology *m, const int32_t (*samples)[WH_CHANNELS], size_t count);
uint32_t wh_tracking_window(wh_metrology *m, const wh_cut *cut, const wh_channel_means *means);

/* quantities.c: the means of all channels, and from them all of wh_quantities but time. */
void wh_metrology_means(const wh_metrology *m, wh_channel_means *means);
void wh_metrology_quantities(wh_metrology *m, const wh_channel_means *means);

/* energy.c: the quantum of the window that has ended. */
void wh_metrology_energy(wh_metrology *m, const wh_channel_means *means);

/* quantities.c: root of a mean square (codes², 16 fraction bits) in the scale's units. */
int64_t wh_metrology_rms(int64_t square_q16, wh_scale scale);

/* Mean of u times i of phase k without DC, and mean P1 and Q1 after the angle correction;
 * codes², 16 fraction bits. */
typedef struct {
    int64_t p_q16;
    int64_t p1_q16;
    int64_t q1_q16;
} wh_phase_means;
wh_phase_means wh_metrology_powers(const wh_metrology *m, const wh_channel_means *means,
                                   unsigned k);

/* energy.c: µW per code² of phase k. */
wh_scale wh_metrology_power_scale(const wh_metrology *m, unsigned k);

/* delay.c: fractional delay of the channels that ask for it. */
void wh_metrology_delay(const wh_metrology *m, const int32_t (*in)[WH_CHANNELS], size_t count,
                        int32_t (*out)[WH_CHANNELS]);
void wh_metrology_delay_keep(wh_metrology *m, const int32_t (*in)[WH_CHANNELS], size_t used);

#endif /* WH_METER_METROLOGY_INTERNAL_H */
