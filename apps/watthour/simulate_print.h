/* SPDX-License-Identifier: Apache-2.0 */
/* simulate_print.h - a simulated year as a page to read, a line, and JSON. */
#ifndef WH_APPS_SIMULATE_PRINT_H
#define WH_APPS_SIMULATE_PRINT_H

#include "world/year/year_run.h"

#include <jansson.h>
#include <stdio.h>

void simulate_print_page(const wh_year_report *report, FILE *out);

/* One line of many. */
void simulate_print_line(const wh_year_report *report, FILE *out);

/* NULL: no memory. */
json_t *simulate_json(const wh_year_report *report);

#endif /* WH_APPS_SIMULATE_PRINT_H */
