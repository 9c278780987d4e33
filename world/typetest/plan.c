/* SPDX-License-Identifier: Apache-2.0 */
#include "world/typetest/plan.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

static bool grow(void **array, size_t *size, size_t item)
{
    size_t bigger = *size == 0 ? 256 : 2 * *size;
    void *moved = realloc(*array, bigger * item);
    if (moved == NULL) {
        return false;
    }
    *array = moved;
    *size = bigger;
    return true;
}

wh_plan_row *wh_plan_add(wh_plan *p, const wh_plan_head *head, const char *id,
                         const char *condition, ...)
{
    static _Thread_local wh_plan_row nowhere; /* so that a plan reads straight down */
    wh_plan_row *r = &nowhere;
    if (p->row_count < p->row_size || grow((void **)&p->row, &p->row_size, sizeof *p->row)) {
        r = &p->row[p->row_count++];
    } else {
        p->failed = true;
    }
    memset(r, 0, sizeof *r);
    wh_typetest_row *row = &r->row;
    row->section = head->section;
    row->subject = head->subject;
    row->limit = head->limit;
    row->applicable = true;
    row->judged[WH_TYPETEST_CLEAN] = true;
    row->judged[WH_TYPETEST_NOISY] = true;
    r->gives = head->gives;
    (void)snprintf(row->accuracy, sizeof row->accuracy, "%s", head->accuracy);
    (void)snprintf(row->unit, sizeof row->unit, "%s", head->unit);
    (void)snprintf(row->id, sizeof row->id, "%s/%s/%s", head->section, id, head->accuracy);
    for (char *c = row->id; *c != '\0'; c++) {
        *c = *c == ' ' ? '-' : *c;
    }
    va_list args;
    va_start(args, condition);
    (void)vsnprintf(row->condition, sizeof row->condition, condition, args);
    va_end(args);
    return r;
}

void wh_plan_add_absent(wh_plan *p, const wh_plan_head *head, const char *id, const char *condition,
                        const char *why)
{
    wh_plan_row *r = wh_plan_add(p, head, id, "%s", condition);
    r->row.applicable = false;
    r->row.note = why;
}

static bool same(const double *a, const double *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (a[i] != b[i]) {
            return false;
        }
    }
    return true;
}

static bool equal(const wh_trial *a, const wh_trial *b)
{
    return a->kind == b->kind && a->meter == b->meter && a->wave == b->wave &&
           a->reversed == b->reversed && a->f_nominal_hz == b->f_nominal_hz && a->f_hz == b->f_hz &&
           same(a->u_part, b->u_part, WH_PHASES) && same(a->i_a, b->i_a, WH_PHASES) &&
           a->degrees == b->degrees && a->seconds == b->seconds &&
           same(a->arg, b->arg, sizeof a->arg / sizeof a->arg[0]);
}

static size_t find_or_add(wh_plan *p, const wh_trial *trial)
{
    for (size_t i = 0; i < p->trial_count; i++) {
        if (equal(&p->trial[i], trial)) {
            return i;
        }
    }
    if (p->trial_count == p->trial_size &&
        !grow((void **)&p->trial, &p->trial_size, sizeof *p->trial)) {
        p->failed = true;
        return 0;
    }
    p->trial[p->trial_count] = *trial;
    return p->trial_count++;
}

void wh_plan_use(wh_plan *p, wh_plan_row *row, const wh_trial *trial)
{
    if (row->trial_count == WH_PLAN_REFS) {
        p->failed = true;
        return;
    }
    row->trial[row->trial_count++] = find_or_add(p, trial);
}

void wh_plan_compare(wh_plan *p, wh_plan_row *row, const wh_trial *trial)
{
    row->is_change = true;
    row->reference = find_or_add(p, trial);
}

void wh_plan_free(wh_plan *p)
{
    free(p->row);
    free(p->trial);
    memset(p, 0, sizeof *p);
}

wh_trial wh_plan_sine(wh_rig_meter meter, double amperes, double degrees, double seconds)
{
    wh_trial t = {.kind = WH_TRIAL_POWER, .meter = meter, .f_nominal_hz = 50, .f_hz = 50};
    for (unsigned k = 0; k < WH_PHASES; k++) {
        t.u_part[k] = 1;
        t.i_a[k] = amperes;
    }
    t.degrees = degrees;
    t.seconds = seconds;
    return t;
}

double wh_plan_angle_cos(double cos_phi, bool capacitive)
{
    double degrees = acos(cos_phi) * 180 / PI;
    return capacitive ? -degrees : degrees;
}

double wh_plan_angle_sin(double sin_phi, bool capacitive)
{
    double degrees = asin(sin_phi) * 180 / PI;
    return capacitive ? -degrees : degrees;
}
