/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour-meter/print_value.h"

#include <stdlib.h>

char *wh_print_shortest(char text[WH_PRINT_NUMBER_SIZE], double value)
{
    for (int digits = 15; digits <= 17; ++digits) {
        (void)snprintf(text, WH_PRINT_NUMBER_SIZE, "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    return text;
}

void wh_print_number(FILE *out, const char *indent, const char *key, double value)
{
    char text[WH_PRINT_NUMBER_SIZE];
    (void)fprintf(out, "%s%s: %s\n", indent, key, wh_print_shortest(text, value));
}

void wh_print_quoted(FILE *out, const char *text)
{
    (void)fputc('\'', out);
    for (const char *c = text; *c != '\0'; ++c) {
        (void)fputs(*c == '\'' ? "''" : (char[2]){*c, '\0'}, out);
    }
    (void)fputc('\'', out);
}

void wh_print_text(FILE *out, const char *indent, const char *key, const char *text)
{
    if (text != NULL) {
        (void)fprintf(out, "%s%s: ", indent, key);
        wh_print_quoted(out, text);
        (void)fputc('\n', out);
    }
}
