/* SPDX-License-Identifier: Apache-2.0 */
/* harmonic_fit.h - least squares of a waveform by its harmonics.
 *
 *   x(n) = dc + sum over h = 1..H of a_h cos(h w m) + b_h sin(h w m),   m = n - (count - 1) / 2
 *
 * Time is counted from the middle of the range. That makes cosines even and sines odd, so the
 * normal equations fall into two small ones, and their matrices are sums of cosines over evenly
 * spaced points, which have a closed form (Dirichlet's kernel). Only the right-hand sides need
 * the samples: count times H multiplications, no memory. Minutes at 100 kHz are no trouble. */
#ifndef WH_WORLD_ANALYSIS_HARMONIC_FIT_H
#define WH_WORLD_ANALYSIS_HARMONIC_FIT_H

#include "core/err.h"

#include <stddef.h>

#define WH_HARMONICS_MAX 50

typedef struct {
    double dc;
    size_t harmonics;
    double a[WH_HARMONICS_MAX + 1]; /* [1..harmonics], amplitudes */
    double b[WH_HARMONICS_MAX + 1];
} wh_harmonic_fit;

/* Fit harmonics 1..`harmonics` of the frequency `f_hz` to x[count].
 *
 * WH_ERR_ARG    no samples, no frequency, or more than WH_HARMONICS_MAX harmonics
 * WH_ERR_RANGE  the samples do not determine them: too few, or less than about a period */
wh_err wh_harmonic_fit_compute(const double *x, size_t count, double fs_hz, double f_hz,
                               size_t harmonics, wh_harmonic_fit *out) WH_MUST_USE;

/* Frequency of x[count] by Gauss-Newton on the same model, harmonics included: over longer and
 * longer parts around the middle, each of which makes the start for the next good enough. Where
 * the whole has no one frequency, because of a fault in it, that of the longest part that has.
 *
 * f_hz  in/out  a start that is right within 6 %, or 0: searched for from 40 to 70 Hz; the result
 *
 * WH_ERR_ARG        as above
 * WH_ERR_NOT_FOUND  the samples are constant
 * WH_ERR_RANGE      too few samples, or no part converges within half to one and a half times the
 *                   start */
wh_err wh_frequency_find(const double *x, size_t count, double fs_hz, size_t harmonics,
                         double *f_hz) WH_MUST_USE;

#endif /* WH_WORLD_ANALYSIS_HARMONIC_FIT_H */
