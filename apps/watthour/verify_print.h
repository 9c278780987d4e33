/* SPDX-License-Identifier: Apache-2.0 */
/* verify_print.h - what was billed, as a table and as JSON. */
#ifndef WH_APPS_VERIFY_PRINT_H
#define WH_APPS_VERIFY_PRINT_H

#include "apps/watthour/verify_chain.h"

#include <stdbool.h>
#include <stdio.h>

/* The good ones as a table, with what each energy grew by since the bill before. */
void verify_print_table(FILE *out, verify_bill *const *bills, size_t count);

/* All of them, good or not. False: it could not be written. */
bool verify_print_json(FILE *out, verify_bill *const *bills, size_t count, bool good);

#endif /* WH_APPS_VERIFY_PRINT_H */
