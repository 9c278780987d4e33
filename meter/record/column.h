/* SPDX-License-Identifier: Apache-2.0 */
/* column.h - one thing that is captured, and how its value is got.
 *
 * A column is an attribute of a COSEM object: 2 of a register or a demand is its value, 5 of a
 * demand the time of it. All rooms that capture values read them through one callback, so they
 * know no catalogue, and the catalogue feeds them all. Strings and tables are no columns. */
#ifndef WH_METER_COLUMN_H
#define WH_METER_COLUMN_H

#include "core/err.h"
#include "core/obis.h"

#include <stdint.h>

#define WH_COLUMN_VALUE 2
#define WH_COLUMN_TIME  5 /* of a demand */

typedef struct {
    wh_obis obis; /* value group E: the rate, 0 the total */
    uint8_t attribute;
} wh_column;

/* Value of a column now: energy in mWh, times in UTC seconds since 1970, money in millionths of
 * the currency, anything else as the catalogue has it.
 *
 * WH_OK
 * WH_ERR_STATE      there is no value now: stored as null
 * WH_ERR_NOT_FOUND  the meter has no such column: stored as null
 * any other         it could not be read: stored as null, and the record as not valid */
typedef struct {
    const void *user;
    wh_err (*read)(const void *user, wh_column column, int64_t *value);
} wh_column_reader;

#endif /* WH_METER_COLUMN_H */
