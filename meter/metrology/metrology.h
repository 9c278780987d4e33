/* SPDX-License-Identifier: Apache-2.0 */
/* metrology.h - from samples to quantities and energy quanta.
 *
 *   samples ─▶ delay ─▶ sums (u², i², ui, u·cos, u·sin, i·cos, i·sin, means) ─▶ window ─▶ quantities
 *                           ▲ oscillator, locked to the fundamental               └────▶ energy quantum
 *
 * One idea explains most of it: an oscillator follows the fundamental of the reference
 * voltage, and its zero crossings, interpolated between two samples, cut time into half
 * cycles and windows. At each cut every sum is split by the trapezoid of its two
 * neighbours: what one window gives, the next one receives, so nothing is lost between them.
 *
 * DC is removed exactly per window (a window is a whole number of cycles, so its mean is
 * the DC): P is the covariance of u and i, U and I are standard deviations. There is no
 * high-pass filter and so no settling time; the means are reported as u_dc and i_dc.
 *
 * All arithmetic is integer: the same samples give the same bits on every machine.
 * It does not judge power quality (power_quality.h) nor keep registers (register.h).
 *
 * Reactive power is that of the fundamental, Q1, as IEC 62053-24 defines reactive energy.
 * Signs: import is positive; Q1 is positive where the current lags the voltage.
 *
 * Lifetime: the caller owns wh_metrology and the config, which must outlive it. Not
 * re-entrant; one task calls it, and it may be an interrupt of low priority. */
#ifndef WH_METER_METROLOGY_H
#define WH_METER_METROLOGY_H

#include "core/err.h"
#include "core/scale.h"
#include "meter/metrology/oscillator.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One sample set: 24-bit codes, sign-extended, in this order. Channels a meter does not
 * have are zero. */
enum { WH_U1, WH_U2, WH_U3, WH_I1, WH_I2, WH_I3, WH_IN, WH_CHANNELS };

#define WH_PHASES         3
#define WH_CODE_FULL      8388608 /* 2^23: the code just above the largest sample */
#define WH_GAIN_ONE_Q30   1073741824U
#define WH_DELAY_MAX_Q16  131072    /* two samples */
#define WH_ANGLE_MAX_NRAD 100000000 /* 0.1 rad */

/* Calibration of one channel. Zero is a good default for all but full_scale. */
typedef struct {
    int64_t full_scale; /* µV or µA at code 2^23 */
    uint32_t gain_q30;  /* correction factor; 0 means 1.0 */
    uint32_t delay_q16; /* samples this channel is delayed by, 0..WH_DELAY_MAX_Q16 */
    uint32_t noise_q8;  /* noise power of the converter in codes², 8 fraction bits */
} wh_channel_calibration;

/* Calibration of one phase. */
typedef struct {
    int32_t angle_nrad;    /* the current channel leads by this (a transformer does): taken off */
    int32_t p_offset_uw;   /* crosstalk: subtracted from P */
    int32_t q_offset_uvar; /* crosstalk: subtracted from Q1 */
} wh_phase_calibration;

typedef struct {
    uint32_t fs_mhz;           /* sample rate in millihertz, 800 Hz to 100 kHz */
    uint32_t f_nominal_mhz;    /* 50 000 or 60 000 */
    uint8_t phases;            /* 1 to 3 */
    uint8_t cycles_per_window; /* 0 = 10 at 50 Hz, 12 at 60 Hz (IEC 61000-4-30); else 1 to 60,
                                * and no more samples in a window than 2^16 */
    int64_t u_min_uv;          /* below it a phase has no voltage; 0 = 1/64 of full scale */
    int64_t creep_uw;          /* start threshold of one phase's power; 0 = no creep threshold */
    uint16_t creep_windows;    /* windows the power is averaged over for it; 0 = 25 (5 s) */
    wh_channel_calibration channel[WH_CHANNELS];
    wh_phase_calibration phase[WH_PHASES];
} wh_metrology_config;

/* One phase over one window. */
typedef struct {
    int64_t u_uv; /* rms without DC */
    int64_t i_ua;
    int64_t u_dc_uv;
    int64_t i_dc_ua;
    int64_t p_uw;  /* active */
    int64_t s_uva; /* apparent, U times I */
    int64_t u1_uv; /* fundamental, rms */
    int64_t i1_ua;
    int64_t p1_uw;
    int64_t q1_uvar;
    int32_t u1_angle_urad; /* to the reference: U1 of the leading phase is 0; -pi..pi */
    int32_t i1_angle_urad;
    int32_t pf_ppm;     /* P / S, signed; 0 without current */
    int32_t pf1_ppm;    /* P1 / S1, signed */
    uint32_t thd_u_ppm; /* sqrt(U² - U1²) / U1: all that is not the fundamental */
    uint32_t thd_i_ppm;
} wh_phase_quantities;

typedef enum {
    WH_ROTATION_NONE, /* fewer than three phases, or no voltage */
    WH_ROTATION_ABC,
    WH_ROTATION_ACB
} wh_rotation;

/* Everything over one window. */
typedef struct {
    uint64_t first_sample; /* the window starts this fraction of a sample period after this */
    uint32_t first_q32;    /* sample; the very first, half a period before sample 0, says 0, 0 */
    uint64_t length_q16;   /* its length in sample periods */
    uint32_t f_uhz;        /* frequency in microhertz; 0 where there is no voltage */
    bool locked;           /* the oscillator followed the fundamental over the whole window */
    uint8_t cycles;
    uint8_t present; /* bit k: phase k has voltage */
    uint8_t leader;  /* the phase the oscillator follows */
    wh_rotation rotation;
    wh_phase_quantities phase[WH_PHASES];
    int64_t in_ua;  /* neutral current, rms */
    int64_t in1_ua; /* its fundamental */
    int32_t in1_angle_urad;
    int64_t p_uw; /* sums of the phases */
    int64_t p1_uw;
    int64_t q1_uvar;
    int64_t s_arithmetic_uva; /* sum of the phases */
    int64_t s_vector_uva;     /* sqrt(P² + Q1²) */
    int64_t s_effective_uva;  /* IEEE 1459-2010: 3 Ue Ie; the voltage channels' full scales
                               * should be equal. Below three phases: the arithmetic one */
    int32_t pf_ppm;           /* P / S arithmetic */
    uint32_t u2_ppm;          /* negative sequence of U1, part of the positive */
    uint32_t u0_ppm;          /* zero sequence */
} wh_quantities;

/* The energy of one window, per phase, after calibration and creep. Signed; gapless. */
typedef struct {
    int64_t p_uws[WH_PHASES];
    int64_t p1_uws[WH_PHASES];
    int64_t q1_uvars[WH_PHASES];
    int64_t s_uvas[WH_PHASES];
    uint64_t end_sample; /* the window ended after this sample ... */
    uint32_t end_q32;    /* ... and this fraction */
    uint64_t length_q16; /* in sample periods */
} wh_energy_quantum;

/* One half cycle: the sum of u² in codes² of each phase and its length. Two of them make
 * Urms(1/2): wh_metrology_urms_half_uv. */
typedef struct {
    uint64_t end_sample;
    uint32_t end_q32;
    int64_t uu[WH_PHASES];
    uint32_t length_q16; /* in sample periods */
} wh_half_cycle;

/* What happened on the way: bits of wh_metrology_feed's result. */
enum {
    WH_EVENT_HALF_CYCLE = 1,
    WH_EVENT_WINDOW = 2 /* quantities and quantum are new */
};

/* Sums of one channel over the running window: codes, their squares, their products with the
 * oscillator. */
typedef struct {
    int64_t sum;
    int64_t square;
    int64_t cos;
    int64_t sin;
} wh_channel_sums;

/* All of them; int64 throughout. */
typedef struct {
    wh_channel_sums channel[WH_CHANNELS];
    int64_t ui[WH_PHASES]; /* voltage times current */
    int64_t zz;            /* square of a quarter of u1 + u2 + u3, for the effective power */
    int64_t cos, sin;      /* the oscillator itself */
} wh_window_sums;

/* How the oscillator follows the fundamental. Turns are fractions in 32 bits; times are
 * sample periods with 16 fraction bits since the start, where sample j lies at j + 1/2. */
typedef struct {
    bool searching;      /* frequency unknown: zero crossings are being counted */
    bool phase_known;    /* the last window's phase can be compared with this one's */
    bool armed;          /* the voltage was below zero since the last crossing */
    uint8_t fresh;       /* windows since the search that are still aimed in full */
    uint8_t leader;      /* the phase that is followed */
    uint32_t lead_turn;  /* its angle to the oscillator, kept when the leader changes */
    uint32_t last_turn;  /* of the last window's middle, to the oscillator then */
    uint32_t aimed_turn; /* how far the oscillator was moved after it */
    uint32_t last_step;
    uint64_t last_length_q16;
    int32_t level; /* mean of the leader's voltage, codes */
    int32_t peak;  /* largest seen in this window, codes */
    uint32_t crossings;
    uint64_t first_q16; /* time of the first and the last crossing */
    uint64_t crossing_q16;
} wh_tracking;

/* Fields are private but for half, quantities, quantum and oscillator, which are read after
 * the events above. */
typedef struct {
    const wh_metrology_config *config;
    wh_oscillator oscillator;
    wh_half_cycle half;
    wh_quantities quantities;
    wh_energy_quantum quantum;
    wh_window_sums sums;
    wh_tracking tracking;
    int64_t half_uu[WH_PHASES]; /* u² sums at the last half-cycle cut */
    int64_t to_cut;             /* turns of the oscillator from the next sample to the cut */
    uint64_t sample_count;
    uint64_t window_start_q16;
    uint64_t half_start_q16;
    uint8_t half_cycles; /* cuts since the window began */
    uint8_t cycles_per_window;
    bool cut_due;                    /* the next sample lies behind a cut that is not made yet */
    bool delays;                     /* some channel is delayed */
    int32_t previous[WH_CHANNELS];   /* last sample set taken */
    int32_t history[2][WH_CHANNELS]; /* the last two as they came, for the delay */
    wh_scale scale[WH_CHANNELS];     /* µV or µA per code, gain included */
    wh_scale period_s;               /* of a sample, seconds */
    uint32_t carry[WH_PHASES][4];    /* of p, p1, q1, s; 2^-32 µWs */
    int64_t average[WH_PHASES][3];   /* power of p, q1, s for the creep threshold */
    uint16_t running;                /* bit 3 k + kind: above it */
    bool averaging;                  /* the averages have begun */
} wh_metrology;

/* Start measuring.
 *
 * m       out  all state; the caller's memory
 * config  in   kept: must outlive m
 *
 * WH_OK
 * WH_ERR_RANGE  fs, f_nominal, phases, cycles, delay or a full scale outside the ranges above */
wh_err wh_metrology_init(wh_metrology *m, const wh_metrology_config *config) WH_MUST_USE;

/* Measure samples up to the next cut.
 *
 * samples[count]  in   sample sets, 24-bit codes in int32
 * event           out  WH_EVENT_ bits, 0 where the samples ran out first
 *
 * Returns how many sample sets were taken: all of them, or those up to and including the
 * first sample behind the cut. Call again with the rest. Any count is allowed.
 * Cost per sample set: docs/performance.md. */
size_t wh_metrology_feed(wh_metrology *m, const int32_t (*samples)[WH_CHANNELS], size_t count,
                         unsigned *event) WH_MUST_USE;

/* Urms(1/2) of phase k in µV from two half cycles that follow each other
 * (IEC 61000-4-30 3.24: over one cycle, refreshed each half cycle). DC is included. */
int64_t wh_metrology_urms_half_uv(const wh_metrology *m, const wh_half_cycle *first,
                                  const wh_half_cycle *second, unsigned k);

#endif /* WH_METER_METROLOGY_H */
