/* SPDX-License-Identifier: Apache-2.0 */
/* read_value.h - a value of a meter in words: for a table, or as JSON.
 *
 *   in the table      1234.567      WHT0000000000042      2023-11-14T23:13:20.12+01:00   {1, 2}
 *   in JSON           1234.567     "WHT0000000000042"    "2023-11-14T23:13:20.12+01:00"  [1, 2]
 *
 * Numbers are exact decimals. Octets that are not plain text are hexadecimal, so nothing a
 * meter sends can steer a terminal. */
#ifndef WH_APPS_READ_VALUE_H
#define WH_APPS_READ_VALUE_H

#include "protocol/dlms/dlms_data.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct {
    bool json;
    bool clock;    /* an octet-string of 12 octets is a time */
    int8_t scaler; /* of a number that stands alone */
} wh_read_format;

/* Print one encoded value. Returns false where it is broken; what came before is printed. */
bool wh_read_print_value(FILE *out, wh_dlms_octets data, const wh_read_format *format);

/* Print a text as a JSON string, quotes included. */
void wh_read_print_json_string(FILE *out, const char *text);

/* The scaler and unit of a register from its attribute scaler_unit; false: it is none. */
bool wh_read_scaler_unit(wh_dlms_octets data, int8_t *scaler, uint8_t *unit);

#endif /* WH_APPS_READ_VALUE_H */
