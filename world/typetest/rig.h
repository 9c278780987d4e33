/* SPDX-License-Identifier: Apache-2.0 */
/* rig.h - the bench: an exact signal, a converter, and the meter under test behind it.
 *
 *   exact signal ─▶ converter (24 bit, with or without noise) ─▶ wh_metrology ─▶ registers
 *                                                                    └─▶ power quality
 *
 * The meter is fed as it runs: blocks of samples, quanta booked into registers. */
#ifndef WH_TYPETEST_RIG_H
#define WH_TYPETEST_RIG_H

#include "core/err.h"
#include "meter/metrology/metrology.h"
#include "meter/register/register.h"
#include "world/converter.h"
#include "world/simulation/exact_signal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_RIG_FS_HZ    8000
#define WH_RIG_U_V      230.0
#define WH_RIG_U_FULL_V 650.54 /* the peak of 230 V is half of full scale */
#define WH_RIG_BLOCK    256

/* The meters under test. Imax is 0.9 of full scale. */
typedef enum {
    WH_RIG_DIRECT,      /* 10(100) A: 62053-21, -23, -24 class 1, and the MID classes */
    WH_RIG_TRANSFORMER, /* 5(10) A: the S classes, and class 1 and 2 through transformers */
    WH_RIG_OPEN,        /* 10(100) A without creep threshold: the arithmetic alone */
    WH_RIG_METERS
} wh_rig_meter;

typedef struct {
    double i_basic_a; /* Ib or In */
    double i_max_a;
    double i_start_a;
    double imp_per_kwh;
} wh_rig_rating;

extern const wh_rig_rating wh_rig_ratings[WH_RIG_METERS];

struct wh_rig_quality; /* rig_quality.h */

typedef struct wh_rig {
    wh_exact_signal signal;
    wh_converter converter;
    wh_metrology_config config;
    wh_metrology metrology;
    wh_register_bank registers;
    uint64_t windows;
    struct wh_rig_quality *quality; /* NULL: not judged */
    /* Called after every call of wh_metrology_feed; news is 0 without quality. */
    void (*visit)(void *user, struct wh_rig *rig, unsigned event, unsigned news);
    void *user;
    double rows[WH_RIG_BLOCK][WH_CHANNELS];
    int32_t codes[WH_RIG_BLOCK][WH_CHANNELS];
} wh_rig;

/* A rig with an empty signal; snr_db 0: no noise. f_nominal_hz is 50 or 60. Close it also
 * after an error. */
wh_err wh_rig_open(wh_rig *rig, wh_rig_meter meter, double f_nominal_hz, double snr_db,
                   uint64_t seed) WH_MUST_USE;
void wh_rig_close(wh_rig *rig);

/* Run on for a time. */
wh_err wh_rig_play(wh_rig *rig, double seconds) WH_MUST_USE;

#endif /* WH_TYPETEST_RIG_H */
