/* SPDX-License-Identifier: Apache-2.0 */
/* plan.h - rows and the trials they need; equal trials are done once. */
#ifndef WH_TYPETEST_PLAN_H
#define WH_TYPETEST_PLAN_H

#include "world/typetest/trial.h"
#include "world/typetest/typetest.h"

#define WH_PLAN_REFS 40

/* How a row is made of its trials. */
typedef struct {
    wh_typetest_row row;
    unsigned gives; /* index into wh_outcome.value */
    size_t trial_count;
    size_t trial[WH_PLAN_REFS]; /* the value that is furthest from zero counts */
    bool two_sigma;             /* instead: twice the root mean square of all */
    bool is_change;             /* from the reference trial */
    size_t reference;
} wh_plan_row;

typedef struct {
    wh_plan_row *row;
    size_t row_count;
    size_t row_size;
    wh_trial *trial;
    size_t trial_count;
    size_t trial_size;
    bool quick;
    bool failed; /* out of memory, or a row with too many trials */
} wh_plan;

/* What a new row says. */
typedef struct {
    const char *section;
    const char *subject;
    const char *accuracy;
    const char *unit;
    double limit;
    unsigned gives;
} wh_plan_head;

/* Append a row; its id is made of section, id and accuracy. Never NULL. */
wh_plan_row *wh_plan_add(wh_plan *p, const wh_plan_head *head, const char *id,
                         const char *condition, ...) __attribute__((format(printf, 4, 5)));

/* A row about something that does not exist here. */
void wh_plan_add_absent(wh_plan *p, const wh_plan_head *head, const char *id, const char *condition,
                        const char *why);

/* Give a row one more trial, or the one it is compared with. */
void wh_plan_use(wh_plan *p, wh_plan_row *row, const wh_trial *trial);
void wh_plan_compare(wh_plan *p, wh_plan_row *row, const wh_trial *trial);

/* Rows and trials by section. */
void wh_plan_energy(wh_plan *p);    /* 2.1 and 2.2 */
void wh_plan_influence(wh_plan *p); /* 2.3 */
void wh_plan_behaviour(wh_plan *p); /* 2.4 */
void wh_plan_quality(wh_plan *p);   /* 2.5 */
void wh_plan_goals(wh_plan *p);     /* 7 */
void wh_plan_quality_goals(wh_plan *p);

void wh_plan_free(wh_plan *p);

/* A balanced load of sines at 50 Hz and Un, for so many seconds; degrees: the current lags. */
wh_trial wh_plan_sine(wh_rig_meter meter, double amperes, double degrees, double seconds);

/* The angle of a power factor, or of a sine of the angle. */
double wh_plan_angle_cos(double cos_phi, bool capacitive);
double wh_plan_angle_sin(double sin_phi, bool capacitive);

#endif /* WH_TYPETEST_PLAN_H */
