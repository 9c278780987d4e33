/* SPDX-License-Identifier: Apache-2.0 */
/* bill.h - a bill from what the registers grew by in a billing period.
 *
 *   energy by rate         import of the rate x its price
 *   steps                  import that lies in a step x the price of the step
 *   standing charge        once
 *   basic charge           largest demand x price per kW, or capacity x price per kVA
 *   power factor           ten-thousandths of the energy, steps and basic charge above, less the
 *                          exempt part of the energy price
 *   export                 what was fed in by rate x its price, below 0: it is paid for
 *
 * Money is in whole millionths of the currency; the total is the sum of the lines. Each line is
 * rounded once. Energy and steps: rounded down, and what was left over is added to the next such
 * line, so that their sum is their exact sum rounded down once; the running cost of the same energy
 * (meter/tariff/cost.h) is the same to the last millionth, and from bill to bill where the carry is
 * passed on. Export in the same way on its own. All others: to the nearest, halves up.
 *
 * Within a period of one bill prices, season and settlement are the same; a period in which they
 * change is billed in parts, each with its registers. All functions are pure. */
#ifndef WH_METER_BILL_H
#define WH_METER_BILL_H

#include "core/err.h"
#include "meter/tariff/step_price.h"
#include "meter/tariff/user_class.h"

#include <stddef.h>
#include <stdint.h>

#define WH_BILL_CARRY_ONE 1000000

/* Lines at most. */
#define WH_BILL_LINES(rates) (2 * (rates) + WH_STEP_THRESHOLDS_MAX + 5)

typedef enum {
    WH_BILL_ENERGY,       /* index: rate; quantity: mWh */
    WH_BILL_STEP,         /* index: step; mWh */
    WH_BILL_STANDING,     /* 1 */
    WH_BILL_DEMAND,       /* mW */
    WH_BILL_CAPACITY,     /* mVA */
    WH_BILL_POWER_FACTOR, /* index: hundredths; quantity: millionths that are adjusted; price:
                             ten-thousandths */
    WH_BILL_EXPORT        /* index: rate; mWh */
} wh_bill_kind;

typedef struct {
    uint8_t kind;
    uint8_t index;
    int32_t price;    /* millionths per kWh, kW, kVA */
    int64_t quantity; /* thousandths of Wh, W, VA */
    int64_t amount;   /* millionths */
} wh_bill_line;

/* Energies are what registers grew by, 0 .. 10^15. */
typedef struct {
    const wh_user *user;
    uint8_t rates;               /* 1..63 */
    const int64_t *import_mwh;   /* of each rate */
    const int64_t *export_mwh;   /* NULL: none */
    const int32_t *import_price; /* millionths per kWh, of each rate */
    const int32_t *export_price; /* not looked at without export_mwh */
    const wh_step_table *steps;  /* NULL: none. They count the import */
    uint8_t season;              /* of that table */
    int64_t used_mwh;            /* since the settlement, when the period began */
    int64_t reactive_mvarh;      /* for the power factor: Q1 + Q4 */
    int64_t demand_mw;           /* the largest */
    uint32_t import_carry;       /* of the bill before, 0 .. WH_BILL_CARRY_ONE - 1 */
    uint32_t export_carry;
} wh_bill_period;

typedef struct {
    size_t line_count;
    int64_t total;  /* millionths of the currency */
    int64_t energy; /* of these energy and steps: what the running cost of import grew by */
    int64_t export; /* of export, not below 0 where prices are not: the running cost of export */
    uint32_t import_carry; /* of millionths of a millionth, for the next bill */
    uint32_t export_carry;
} wh_bill;

/* What a register grew by between two records; one that is smaller has rolled over. */
int64_t wh_bill_grown(int64_t now_mwh, int64_t before_mwh, int64_t modulus_mwh);

/* Make a bill. Lines of no quantity are left out.
 *
 * line[line_size]  out  the caller's, WH_BILL_LINES(rates) are enough
 *
 * WH_ERR_RANGE  no such class, rates, an energy or carry outside its range, no such season
 * WH_ERR_SPACE  more lines than fit */
wh_err wh_bill_make(const wh_bill_period *p, wh_bill_line *line, size_t line_size,
                    wh_bill *bill) WH_MUST_USE;

#endif /* WH_METER_BILL_H */
