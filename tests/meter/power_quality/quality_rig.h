/* SPDX-License-Identifier: Apache-2.0 */
/* quality_rig.h - a metrology and a power quality fed with an exact signal, for the tests. */
#ifndef WH_TESTS_QUALITY_RIG_H
#define WH_TESTS_QUALITY_RIG_H

#include "meter/power_quality/power_quality.h"

#define RIG_U_FULL_V 600.0
#define RIG_I_FULL_A 100.0
#define RIG_UDIN_V   230.0
#define RIG_PI       3.14159265358979323846
#define RIG_SQRT2    1.41421356237309504880

/* A sanitized build is ten times slower and leaves the long tables to the others. */
#if defined(__SANITIZE_ADDRESS__)
#define RIG_QUICK true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RIG_QUICK true
#endif
#endif
#ifndef RIG_QUICK
#define RIG_QUICK false
#endif

typedef struct quality_rig quality_rig;

struct quality_rig {
    double fs_hz;
    double f_nominal_hz;
    unsigned phases;
    /* Volts and amperes at t seconds; the tests' signal. */
    void (*signal)(const void *user, double t, double value[WH_CHANNELS]);
    const void *user;
    /* Told after each feed that had news; may be NULL. */
    void (*news)(quality_rig *rig, unsigned news);
    void *seen;
    wh_power_quality_config config; /* u_din_uv 0: RIG_UDIN_V */
    /* private */
    wh_metrology_config metrology_config;
    wh_metrology metrology;
    wh_power_quality quality;
    uint64_t samples;
};

/* Fill in defaults (8 kHz, 50 Hz, 3 phases) and start. Join parts afterwards. */
void rig_start(quality_rig *rig);

/* Feed so many seconds. */
void rig_run(quality_rig *rig, double seconds);

/* Seconds of an instant. */
double rig_seconds(const quality_rig *rig, uint64_t instant_q16);

#endif /* WH_TESTS_QUALITY_RIG_H */
