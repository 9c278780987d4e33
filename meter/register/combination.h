/* SPDX-License-Identifier: Apache-2.0 */
/* combination.h - registers added up and taken off each other, by feature words.
 *
 * A combination names the registers (wh_reg) it adds and those it subtracts; one that is in both
 * counts for nothing. Its result is signed. It serves combined registers, of the total, a phase
 * or a rate, and demand, whose sources are combinations of what was booked.
 *
 * Feature words (DL/T 645): of active energy b0 adds +A, b1 subtracts +A, b2 adds -A, b3
 * subtracts -A; of reactive energy two such bits for each quadrant, I from b0. */
#ifndef WH_METER_COMBINATION_H
#define WH_METER_COMBINATION_H

#include "meter/register/register.h"

#include <stdint.h>

#define WH_COMBINED_IMPORT 0x01 /* active: +A */
#define WH_COMBINED_SUM    0x05 /* active: +A plus -A */
#define WH_COMBINED_NET    0x09 /* active: +A less -A */

#define WH_REG_BIT(reg) ((uint16_t)(1U << (reg)))

/* Sets of WH_REG_BIT. */
typedef struct {
    uint16_t add;
    uint16_t subtract;
} wh_combination;

/* value = mwh * 3 600 000 + rest_uws; the two are never of different sign. */
typedef struct {
    int64_t mwh;
    int32_t rest_uws; /* -3 599 999 .. 3 599 999 */
} wh_signed_energy;

/* The combination a feature word means. Bits 4 to 7 of an active word mean nothing. */
wh_combination wh_combination_active(uint8_t word);
wh_combination wh_combination_reactive(uint8_t word);

/* Of one place's registers, as in bank->reg[WH_REG_TOTAL]. As a register does, the result rolls
 * over to 0 at +-modulus_mwh; it also jumps where one of its registers rolls over. */
wh_signed_energy wh_combination_read(wh_combination combination, const wh_energy reg[WH_REG_COUNT],
                                     int64_t modulus_mwh);

/* Of what was booked, in µWs. */
int64_t wh_combination_booked(wh_combination combination, const wh_booked *booked);

#endif /* WH_METER_COMBINATION_H */
