/* SPDX-License-Identifier: Apache-2.0 */
/* trial.h - one thing done to a meter and what came of it. */
#ifndef WH_TYPETEST_TRIAL_H
#define WH_TYPETEST_TRIAL_H

#include "core/err.h"
#include "world/typetest/rig.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    WH_TRIAL_POWER,     /* steady state: errors of energy, Q1, rms, frequency */
    WH_TRIAL_NO_LOAD,   /* voltage, no current but crosstalk: pulses */
    WH_TRIAL_SUPPLY,    /* dips and interruptions without current: register change */
    WH_TRIAL_FREQUENCY, /* 10 s frequency, and that of 10 cycles */
    WH_TRIAL_VOLTAGE,   /* 10/12-cycle voltage of class A */
    WH_TRIAL_EVENT,     /* a dip, swell or interruption */
    WH_TRIAL_UNBALANCE, /* negative and zero sequence */
    WH_TRIAL_HARMONIC,  /* one order in U and I */
    WH_TRIAL_INTERHARMONIC,
    WH_TRIAL_FLICKER,  /* three points at once, one per phase */
    WH_TRIAL_AGGREGATE /* 150/180 cycles and 10 min, gaps, flags, clock */
} wh_trial_kind;

typedef enum {
    WH_TEST_SINE,
    WH_TEST_FIFTH, /* 10 % in U, 40 % in I, in phase */
    WH_TEST_FIRED, /* phase-fired at 90 degrees */
    WH_TEST_BURST, /* two periods on, two off */
    WH_TEST_HALF_WAVE,
    WH_TEST_HARMONICS_U /* 10 % of the 3rd, 5th and 7th in U, and DC: for the frequency */
} wh_test_wave;

/* All zero but what matters, so that equal trials are done once. */
typedef struct {
    wh_trial_kind kind;
    wh_rig_meter meter;
    wh_test_wave wave;
    bool reversed; /* phase sequence L1 L3 L2 */
    double f_nominal_hz;
    double f_hz;
    double u_part[WH_PHASES]; /* of 230 V */
    double i_a[WH_PHASES];
    double degrees; /* the current lags by this */
    double seconds; /* measured, after settling */
    double arg[6];  /* by kind, see trial.c and trial_quality.c */
} wh_trial;

/* What a trial gives, by kind. Errors are signed. */
enum {
    /* POWER */
    WH_GIVES_P = 0,  /* error of active energy, sum of the phases, % */
    WH_GIVES_Q,      /* of reactive energy, % */
    WH_GIVES_U,      /* of the rms voltage, worst phase, % of reading */
    WH_GIVES_I,      /* of the rms current, worst phase, % */
    WH_GIVES_F,      /* of the frequency of a window, worst, mHz */
    WH_GIVES_P_ONLY, /* of active energy, worst phase, % */
    WH_GIVES_P_RMS,  /* of active energy, root mean square of the phases, % */
    /* NO_LOAD */
    WH_GIVES_PULSES = 0, /* and fractions of one, import and export */
    /* SUPPLY */
    WH_GIVES_KWH = 0, /* all active registers together */
    /* FREQUENCY */
    WH_GIVES_F_10S = 0, /* mHz */
    /* VOLTAGE */
    WH_GIVES_U_WINDOW = 0, /* worst 10/12-cycle value, % of Udin */
    /* EVENT */
    WH_GIVES_RESIDUAL = 0, /* error of the extreme, % of Udin */
    WH_GIVES_DURATION,     /* of the duration, cycles */
    WH_GIVES_START,        /* of the instant it started, cycles */
    /* UNBALANCE */
    WH_GIVES_U2 = 0, /* % absolute */
    WH_GIVES_U0,
    /* HARMONIC, INTERHARMONIC */
    WH_GIVES_H_U = 0, /* worst error of a subgroup: % of value, or of nominal for low ones */
    WH_GIVES_H_I,
    WH_GIVES_SPUR_U, /* largest harmonic where there is none, % of nominal */
    WH_GIVES_SPUR_I,
    /* FLICKER: by phase */
    WH_GIVES_FLICKER = 0,     /* of Pinst or Pst, % */
    WH_GIVES_FLUCTUATION = 3, /* of the dU/U that would give 1, % */
    /* AGGREGATE */
    WH_GIVES_150 = 0, /* error of the 150/180-cycle voltage, % of Udin */
    WH_GIVES_10MIN,   /* of the 10 min voltage, % of Udin */
    WH_GIVES_GAPS,    /* largest gap between two windows, sample periods */
    WH_GIVES_FLAGS,   /* intervals with a wrong flag */
    WH_GIVES_CLOCK,   /* start of a 10 min interval behind the tick, cycles */
    WH_GIVES_COUNT = 8
};

typedef struct {
    wh_err err;
    double value[WH_GIVES_COUNT];
} wh_outcome;

/* Do it. quality trials are in trial_quality.c. snr_db 0: no noise. */
wh_outcome wh_trial_run(const wh_trial *trial, double snr_db, uint64_t seed);

/* Put the voltages and currents of a trial on the rig. */
void wh_trial_connect(const wh_trial *trial, wh_rig *rig);

/* A trial of power quality on an open rig. */
wh_err wh_trial_quality(const wh_trial *trial, wh_rig *rig, wh_outcome *out) WH_MUST_USE;

wh_err wh_trial_aggregate(const wh_trial *trial, wh_rig *rig, wh_outcome *out) WH_MUST_USE;

/* Seconds of samples it takes: what progress is counted in. */
double wh_trial_cost_s(const wh_trial *trial);

#endif /* WH_TYPETEST_TRIAL_H */
