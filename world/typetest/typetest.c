/* SPDX-License-Identifier: Apache-2.0 */
/* typetest.c - does the trials of a plan on a few threads and fills the rows. */
#include "world/typetest/typetest.h"

#include "world/typetest/plan.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define JOBS_MAX 64

/* One piece of work: a trial in one variant. Workers take the next one under the lock. */
typedef struct {
    const wh_plan *plan;
    wh_outcome (*outcome)[WH_TYPETEST_VARIANTS];
    const bool (*wanted)[WH_TYPETEST_VARIANTS];
    const size_t *order; /* longest first */
    pthread_mutex_t lock;
    pthread_cond_t done;
    size_t next;
    double finished_s;
    unsigned running; /* threads */
} work;

static size_t pieces(const work *w)
{
    return w->plan->trial_count * WH_TYPETEST_VARIANTS;
}

static void *labour(void *user)
{
    work *w = user;
    (void)pthread_mutex_lock(&w->lock);
    while (w->next < pieces(w)) {
        size_t piece = w->next++;
        size_t i = w->order[piece / WH_TYPETEST_VARIANTS];
        unsigned variant = piece % WH_TYPETEST_VARIANTS;
        if (!w->wanted[i][variant]) {
            continue;
        }
        (void)pthread_mutex_unlock(&w->lock);
        const wh_trial *trial = &w->plan->trial[i];
        double snr_db = variant == WH_TYPETEST_NOISY ? WH_TYPETEST_SNR_DB : 0;
        wh_outcome outcome = wh_trial_run(trial, snr_db, 1000 + i);
        (void)pthread_mutex_lock(&w->lock);
        w->outcome[i][variant] = outcome;
        w->finished_s += wh_trial_cost_s(trial);
        (void)pthread_cond_signal(&w->done);
    }
    w->running--;
    (void)pthread_cond_signal(&w->done);
    (void)pthread_mutex_unlock(&w->lock);
    return NULL;
}

static double total_cost_s(const work *w)
{
    double sum = 0;
    for (size_t i = 0; i < w->plan->trial_count; i++) {
        for (unsigned v = 0; v < WH_TYPETEST_VARIANTS; v++) {
            sum += w->wanted[i][v] ? wh_trial_cost_s(&w->plan->trial[i]) : 0;
        }
    }
    return sum;
}

static void watch(work *w, const wh_typetest_options *options, double total_s)
{
    (void)pthread_mutex_lock(&w->lock);
    while (w->running > 0) {
        struct timespec until;
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec++;
        (void)pthread_cond_timedwait(&w->done, &w->lock, &until);
        if (options->progress != NULL && total_s > 0) {
            options->progress(options->user, w->finished_s / total_s);
        }
    }
    (void)pthread_mutex_unlock(&w->lock);
}

static wh_err work_off(work *w, const wh_typetest_options *options)
{
    pthread_t thread[JOBS_MAX];
    unsigned jobs = options->jobs == 0 ? 1 : options->jobs < JOBS_MAX ? options->jobs : JOBS_MAX;
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_cond_init(&w->done, NULL);
    w->running = jobs;
    unsigned started = 0;
    while (started < jobs && pthread_create(&thread[started], NULL, labour, w) == 0) {
        started++;
    }
    (void)pthread_mutex_lock(&w->lock);
    w->running -= jobs - started;
    (void)pthread_mutex_unlock(&w->lock);
    watch(w, options, total_cost_s(w));
    for (unsigned i = 0; i < started; i++) {
        (void)pthread_join(thread[i], NULL);
    }
    (void)pthread_cond_destroy(&w->done);
    (void)pthread_mutex_destroy(&w->lock);
    return started > 0 ? WH_OK : WH_ERR_SPACE;
}

static bool is_asked_for(const wh_typetest_options *options, const char *id)
{
    for (size_t i = 0; i < options->only_count; i++) {
        if (strstr(id, options->only[i]) != NULL) {
            return true;
        }
    }
    return options->only_count == 0;
}

static void drop_rows(wh_plan *p, const wh_typetest_options *options)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->row_count; i++) {
        if (is_asked_for(options, p->row[i].row.id)) {
            p->row[kept++] = p->row[i];
        }
    }
    p->row_count = kept;
}

static void want(const wh_plan *p, bool (*wanted)[WH_TYPETEST_VARIANTS])
{
    for (size_t i = 0; i < p->row_count; i++) {
        const wh_plan_row *r = &p->row[i];
        for (unsigned v = 0; v < WH_TYPETEST_VARIANTS && r->row.applicable; v++) {
            for (size_t n = 0; n < r->trial_count; n++) {
                wanted[r->trial[n]][v] |= r->row.judged[v];
            }
            if (r->is_change) {
                wanted[r->reference][v] |= r->row.judged[v];
            }
        }
    }
}

/* A row's value: the worst of its trials, or their scatter; NAN where one of them failed. */
static double evaluate(const wh_plan_row *r, const wh_outcome (*outcome)[WH_TYPETEST_VARIANTS],
                       unsigned variant)
{
    double base = 0, worst = 0, squares = 0;
    if (r->is_change) {
        const wh_outcome *o = &outcome[r->reference][variant];
        base = o->err == WH_OK ? o->value[r->gives] : (double)NAN;
    }
    for (size_t n = 0; n < r->trial_count; n++) {
        const wh_outcome *o = &outcome[r->trial[n]][variant];
        double value = (o->err == WH_OK ? o->value[r->gives] : (double)NAN) - base;
        if (isnan(value)) {
            return value;
        }
        worst = fabs(value) > fabs(worst) ? value : worst;
        squares += value * value;
    }
    return r->two_sigma ? 2 * sqrt(squares / (double)r->trial_count) : worst;
}

static bool holds(const wh_typetest_row *row, double value)
{
    double high = row->limit_high != 0 ? row->limit_high : row->limit;
    return value <= high && value >= -row->limit; /* false for NAN */
}

static void fill(wh_plan_row *r, const wh_outcome (*outcome)[WH_TYPETEST_VARIANTS])
{
    wh_typetest_row *row = &r->row;
    row->pass = true;
    for (unsigned v = 0; v < WH_TYPETEST_VARIANTS; v++) {
        row->measured[v] = (double)NAN;
        if (row->applicable && row->judged[v]) {
            row->measured[v] = evaluate(r, outcome, v);
            row->pass = row->pass && holds(row, row->measured[v]);
        }
    }
}

static wh_err make_report(const wh_plan *p, const wh_outcome (*outcome)[WH_TYPETEST_VARIANTS],
                          wh_typetest_report *report)
{
    report->row = calloc(p->row_count, sizeof *report->row);
    if (report->row == NULL) {
        return WH_ERR_SPACE;
    }
    for (size_t i = 0; i < p->row_count; i++) {
        fill(&p->row[i], outcome);
        report->row[i] = p->row[i].row;
        report->failed += report->row[i].pass ? 0 : 1;
    }
    report->count = p->row_count;
    return WH_OK;
}

/* Longest trials first, so that the threads end together. */
static void sort_by_cost(const wh_plan *p, size_t *order)
{
    for (size_t i = 0; i < p->trial_count; i++) {
        size_t at = i;
        double cost = wh_trial_cost_s(&p->trial[i]);
        for (; at > 0 && wh_trial_cost_s(&p->trial[order[at - 1]]) < cost; at--) {
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
}

static wh_err measure(const wh_plan *plan, const wh_typetest_options *options,
                      wh_typetest_report *report)
{
    size_t count = plan->trial_count + 1;
    wh_outcome(*outcome)[WH_TYPETEST_VARIANTS] = calloc(count, sizeof *outcome);
    bool(*wanted)[WH_TYPETEST_VARIANTS] = calloc(count, sizeof *wanted);
    size_t *order = calloc(count, sizeof *order);
    wh_err err = WH_ERR_SPACE;
    if (outcome != NULL && wanted != NULL && order != NULL) {
        want(plan, wanted);
        sort_by_cost(plan, order);
        work w = {.plan = plan,
                  .outcome = outcome,
                  .wanted = (const bool(*)[WH_TYPETEST_VARIANTS])wanted,
                  .order = order};
        err = work_off(&w, options);
        report->simulated_s = w.finished_s;
    }
    if (err == WH_OK) {
        err = make_report(plan, (const wh_outcome(*)[WH_TYPETEST_VARIANTS])outcome, report);
    }
    free(outcome);
    free(wanted);
    free(order);
    return err;
}

wh_err wh_typetest_run(const wh_typetest_options *options, wh_typetest_report *report,
                       wh_message *message)
{
    memset(report, 0, sizeof *report);
    report->quick = options->quick;
    wh_plan plan = {.quick = options->quick};
    wh_plan_energy(&plan);
    wh_plan_influence(&plan);
    wh_plan_behaviour(&plan);
    wh_plan_quality(&plan);
    wh_plan_goals(&plan);
    drop_rows(&plan, options);
    wh_err err = WH_OK;
    if (plan.failed) {
        wh_message_set(message, "type test: no memory");
        err = WH_ERR_SPACE;
    } else if (plan.row_count == 0) {
        wh_message_set(message, "type test: no row has an id that contains '%s'", options->only[0]);
        err = WH_ERR_NOT_FOUND;
    } else {
        err = measure(&plan, options, report);
        if (err != WH_OK) {
            wh_message_set(message, "type test: no memory, or no thread could be started");
        }
    }
    wh_plan_free(&plan);
    return err;
}

void wh_typetest_free(wh_typetest_report *report)
{
    free(report->row);
    memset(report, 0, sizeof *report);
}

double wh_typetest_margin(const wh_typetest_row *row, unsigned variant)
{
    double value = row->measured[variant];
    double high = row->limit_high != 0 && value > 0 ? row->limit_high : row->limit;
    return high - fabs(value);
}
