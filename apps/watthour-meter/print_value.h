/* SPDX-License-Identifier: Apache-2.0 */
/* print_value.h - numbers and texts of a configuration file that read back the same. */
#ifndef WH_APPS_PRINT_VALUE_H
#define WH_APPS_PRINT_VALUE_H

#include <stdio.h>

#define WH_PRINT_NUMBER_SIZE 40

/* Enough digits to read back the same double, and no more. Returns text. */
char *wh_print_shortest(char text[WH_PRINT_NUMBER_SIZE], double value);

/* "indent key: value" and a line end; a text that is NULL is left out. */
void wh_print_number(FILE *out, const char *indent, const char *key, double value);
void wh_print_text(FILE *out, const char *indent, const char *key, const char *text);

/* In single quotes a quote is doubled and nothing else is special. Line ends were no part of a
 * plain or quoted name on one line, and a file name that has one is not worth reading back. */
void wh_print_quoted(FILE *out, const char *text);

#endif /* WH_APPS_PRINT_VALUE_H */
