/* SPDX-License-Identifier: Apache-2.0 */
/* unit.h - the physical units of DLMS/COSEM (IEC 62056-6-2, the enumeration of attribute
 * scaler_unit), by their code.
 *
 * The table is generated from data/units.csv by tools/gen_units.py. Codes that the standard
 * reserves are not in it. How a scaler moves the decimal point is in decimal.h. */
#ifndef WH_CORE_UNIT_H
#define WH_CORE_UNIT_H

#include <stdint.h>

/* Codes an electricity meter speaks of. The others are in the table all the same. */
enum {
    WH_UNIT_MINUTE = 6,
    WH_UNIT_SECOND = 7,
    WH_UNIT_DEGREE = 8,
    WH_UNIT_DEGREE_CELSIUS = 9,
    WH_UNIT_CURRENCY = 10,
    WH_UNIT_W = 27,
    WH_UNIT_VA = 28,
    WH_UNIT_VAR = 29,
    WH_UNIT_WH = 30,
    WH_UNIT_VAH = 31,
    WH_UNIT_VARH = 32,
    WH_UNIT_A = 33,
    WH_UNIT_V = 35,
    WH_UNIT_HZ = 44,
    WH_UNIT_PER_WH = 45,
    WH_UNIT_PER_VARH = 46,
    WH_UNIT_PER_VAH = 47,
    WH_UNIT_V2H = 48,
    WH_UNIT_A2H = 49,
    WH_UNIT_PERCENT = 56,
    WH_UNIT_AH = 57,
    WH_UNIT_DBM = 70,
    WH_UNIT_NONE = 255 /* a count, or a ratio such as the power factor */
};

typedef struct {
    uint8_t code;
    const char *symbol;   /* UTF-8, "kWh" is "Wh" and a scaler; "" for a count */
    const char *quantity; /* what is measured in it */
} wh_unit;

/* The unit of a code, for ever valid; NULL where the code is reserved. */
const wh_unit *wh_unit_find(uint8_t code);

/* Its symbol, "" where there is none or the code is reserved. Never NULL. */
const char *wh_unit_symbol(uint8_t code);

#endif /* WH_CORE_UNIT_H */
