/* SPDX-License-Identifier: Apache-2.0 */
/* typetest.h - the accuracy table of the meter, row by row of the standards.
 *
 * Sections are those of the limits: 2.1 active energy, 2.2 reactive energy, 2.3 influence
 * quantities, 2.4 starting, no load, supply events, 2.5 power quality, 7 our own goals. Each
 * row is measured with 24-bit samples without noise and with white noise at 101 dB below a
 * full-scale sine on every channel; the meter is the one of meter/, fed sample by sample.
 *
 * What needs analogue parts (temperature, magnetic fields) has rows that say so. */
#ifndef WH_TYPETEST_H
#define WH_TYPETEST_H

#include "core/err.h"
#include "host/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The two ways each row is measured. */
enum { WH_TYPETEST_CLEAN, WH_TYPETEST_NOISY, WH_TYPETEST_VARIANTS };

#define WH_TYPETEST_SNR_DB 101.0

typedef struct {
    char id[64];         /* unique, e.g. "2.1/62053-21/cl1/0.05-Ib/PF-1" */
    const char *section; /* "2.1" */
    const char *subject; /* heading: the standard and what it limits */
    char condition[112];
    char accuracy[20]; /* class, or "goal" */
    char unit[12];
    double limit;      /* of the absolute value */
    double limit_high; /* where not 0: another limit above zero (+10 .. -100 %) */
    bool applicable;   /* false: note says why not; nothing was measured */
    const char *note;  /* NULL: none */
    bool judged[WH_TYPETEST_VARIANTS];
    double measured[WH_TYPETEST_VARIANTS]; /* NAN where not judged */
    bool pass;                             /* of all judged ones */
} wh_typetest_row;

typedef struct {
    wh_typetest_row *row;
    size_t count;
    size_t failed;
    double simulated_s; /* of meter time */
    bool quick;
} wh_typetest_report;

typedef struct {
    bool quick;              /* a small part of each section */
    const char *const *only; /* parts of ids; NULL: all rows */
    size_t only_count;
    unsigned jobs;                                  /* threads; 0 = 1 */
    void (*progress)(void *user, double done_part); /* from the calling thread */
    void *user;
} wh_typetest_options;

/* Measure. The report is freed by wh_typetest_free, also after an error.
 *
 * WH_ERR_NOT_FOUND  no row has an id that contains one of `only`
 * WH_ERR_SPACE      no memory or no thread */
wh_err wh_typetest_run(const wh_typetest_options *options, wh_typetest_report *report,
                       wh_message *message) WH_MUST_USE;

void wh_typetest_free(wh_typetest_report *report);

/* Limit less measured: what is left, in the row's unit; below zero it failed. */
double wh_typetest_margin(const wh_typetest_row *row, unsigned variant);

/* Print as a table for a terminal, as a page of Markdown, as one JSON object. */
void wh_typetest_print_text(const wh_typetest_report *report, FILE *out);
void wh_typetest_print_markdown(const wh_typetest_report *report, FILE *out);
wh_err wh_typetest_print_json(const wh_typetest_report *report, FILE *out) WH_MUST_USE;

#endif /* WH_TYPETEST_H */
