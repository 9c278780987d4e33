/* SPDX-License-Identifier: Apache-2.0 */
/* year_check.h - run a year in a test, and say which seed broke where. */
#ifndef WH_TESTS_YEAR_CHECK_H
#define WH_TESTS_YEAR_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world/year/year_run.h"

#include <stdio.h>

/* Runs it; fails the test where it cannot be run. Returns whether all held, and says what not. */
static bool year_holds(const wh_year_options *options, wh_year_report *report)
{
    wh_message message;
    wh_err err = wh_year_run(options, report, &message);
    if (err != WH_OK) {
        printf("seed %llu: %s\n", (unsigned long long)options->seed, message.text);
    } else if (!report->holds) {
        printf("seed %llu: %s\n", (unsigned long long)options->seed, report->finding.text);
    }
    assert_int_equal(err, WH_OK);
    return report->holds;
}

#endif /* WH_TESTS_YEAR_CHECK_H */
