/* SPDX-License-Identifier: Apache-2.0 */
/* test_mains.h - exact three-phase signals for the tests of metrology, and what they must measure. */
#ifndef WH_TESTS_MAINS_H
#define WH_TESTS_MAINS_H

#include "meter/metrology/metrology.h"

#define MAINS_U_FULL_V  400.0
#define MAINS_I_FULL_A  150.0
#define MAINS_HARMONICS 4

typedef struct {
    unsigned order;
    double u; /* part of the fundamental */
    double i;
    double lag_rad; /* of the current's harmonic to the voltage's */
} mains_harmonic;

typedef struct {
    double fs_hz;
    double f_hz;
    double u_v[WH_PHASES]; /* rms of the fundamental */
    double i_a[WH_PHASES];
    double lag_rad[WH_PHASES];
    double angle_rad[WH_PHASES]; /* of the voltage; the usual thirds where all are 0 */
    double u_dc_v;
    double i_dc_a;
    mains_harmonic harmonic[MAINS_HARMONICS];
    double noise_codes; /* sigma */
    uint64_t seed;
} mains;

/* The meter's configuration for it: full scales, three phases, 50 Hz, no creep. */
wh_metrology_config mains_config(const mains *m);

/* Codes of sample sets first .. first+count-1. Neutral: the sum of the phases. */
void mains_samples(mains *m, uint64_t first, int32_t (*codes)[WH_CHANNELS], size_t count);

double mains_p_w(const mains *m, unsigned k);
double mains_q1_var(const mains *m, unsigned k);
double mains_u_v(const mains *m, unsigned k);
double mains_i_a(const mains *m, unsigned k);

#endif /* WH_TESTS_MAINS_H */
