/* SPDX-License-Identifier: Apache-2.0 */
/* analysis.h - what a voltage and a current are, exactly, in double precision.
 *
 * The yardstick beside the meter: it shares no code and no method with meter/metrology.
 *
 *   f            least squares of harmonics, frequency by Gauss-Newton on the voltage
 *   U I P DC     means over as many whole periods as fit, cut between samples: trapezoid with
 *                linearly interpolated ends, in the middle of the range
 *   U1 I1 P1 Q1  from the harmonics fitted by least squares over the whole range, DC and harmonics
 *   THD          to H = 50, or to 0.45 of the sample rate where that is less
 *
 * Q1 is positive where the current lags. In a periodic range, which is a whole number of periods
 * without being told where they begin, all means are plain ones.
 *
 * What does not exist is NaN: the frequency of a direct voltage, the power factor without
 * current. It is for the caller to write it as null. */
#ifndef WH_WORLD_ANALYSIS_ANALYSIS_H
#define WH_WORLD_ANALYSIS_ANALYSIS_H

#include "core/err.h"
#include "host/message.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const double *u; /* volts */
    const double *i; /* amperes */
} wh_analysis_input;

/* Root mean square and cosine, sine parts: (re, im) of a phasor at the middle of the range. */
typedef struct {
    double re;
    double im;
} wh_phasor;

typedef struct {
    double f_hz;
    double cycles; /* whole periods the means are over */
    double urms_v;
    double irms_a;
    double p_w;
    double s_va;
    double pf;
    double u1_v;
    double i1_a;
    double p1_w;
    double q1_var;
    double thd_u_pct; /* of the fundamental */
    double thd_i_pct;
    double udc_v;
    double idc_a;
    wh_phasor u1;
    wh_phasor i1;
} wh_analysis_phase;

/* Symmetrical components of three fundamentals; rotation is "ABC" or "ACB", NULL without
 * voltage, when the percentages are NaN. */
typedef struct {
    double u2_pct;
    double u0_pct;
    const char *rotation;
} wh_analysis_sequence;

typedef struct {
    double fs_hz;
    double f_nominal_hz; /* 0: 50 or 60, whichever the voltage is nearer to */
    bool periodic;       /* the range is a whole number of periods */
    size_t count;        /* samples of each channel */
} wh_analysis_range;

/* Analyse `phases` pairs over the same range. A phase whose voltage has no frequency borrows that
 * of another phase, else of its current, else the nominal one; its own f_hz stays NaN.
 *
 * WH_ERR_ARG    no samples, no phase, no sample rate
 * WH_ERR_RANGE  less than one whole period, or with `periodic` no whole number of them, or a
 *               sample rate too low for the frequency; m says so, after `place` */
wh_err wh_analysis_run(const wh_analysis_range *range, const wh_analysis_input *input,
                       size_t phases, wh_analysis_phase *out, const char *place,
                       wh_message *m) WH_MUST_USE;

/* The nominal frequency that wh_analysis_run would take: the given one, else 50 or 60 after the
 * first voltage that has a frequency, else 50. */
double wh_analysis_nominal(const wh_analysis_range *range, const wh_analysis_input *input,
                           size_t phases);

wh_analysis_sequence wh_analysis_sequence_of(const wh_analysis_phase phase[3]);

#endif /* WH_WORLD_ANALYSIS_ANALYSIS_H */
