/* SPDX-License-Identifier: Apache-2.0 */
/* user_class.h - classes of customers: what of a meter is billed to them, and how.
 *
 *   class                 energy   steps  basic charge         power factor
 *   residential           by rate  yes    -                    -
 *   agricultural          by rate  -      -                    0.80
 *   commercial, 1 part    by rate  -      -                    0.85
 *   two parts, demand     by rate  -      largest demand       0.90
 *   two parts, capacity   by rate  -      capacity, rated kVA  0.90
 *
 * A class is a profile in a constant table; what one customer has beside it (capacity, prices
 * per month, another target) is a wh_user. A profile's target is that of a customer of 100 kVA or
 * more (two parts: above 160 kVA at high voltage); for smaller ones set none.
 *
 * The adjustment by power factor adds to or takes off what energy and basic charge cost, in
 * ten-thousandths of it, by the average power factor of the month in hundredths, rounded half up:
 *
 *   target  each 0.01 above             at most from  each 0.01 below
 *   0.90    15                          0.95:  -75    first 20: 50, next 5: 100, all below: 200
 *   0.85    10, from 0.91 on 15         0.94: -110    the same
 *   0.80    10, from 0.91 on 15         0.92: -130    the same
 *
 * Source: rule (83) No. 215 of the Ministry of Water Resources and Electric Power, scopes and
 * table as reprinted publicly; the original was not at hand.
 *
 * As octets: class · target · capacity VA u32 · prices i32 of standing, demand, capacity, exempt. */
#ifndef WH_METER_USER_CLASS_H
#define WH_METER_USER_CLASS_H

#include "core/err.h"
#include "core/reader.h"
#include "core/writer.h"

#include <stdbool.h>
#include <stdint.h>

#define WH_USER_OCTETS 22
#define WH_USER_SAVED  (1 + WH_USER_OCTETS)

/* Values are stored: append, never renumber. */
typedef enum {
    WH_USER_RESIDENTIAL = 1,
    WH_USER_AGRICULTURAL = 2,
    WH_USER_COMMERCIAL = 3,
    WH_USER_TWO_PART_DEMAND = 4,
    WH_USER_TWO_PART_CAPACITY = 5
} wh_user_kind;

typedef struct {
    const char *name;
    uint16_t registers;   /* WH_REG_BIT of those that bill */
    uint8_t power_factor; /* target in hundredths; 0: no adjustment */
    bool steps;
    bool demand;
    bool capacity;
} wh_user_profile;

/* Prices are millionths of the currency. */
typedef struct {
    uint8_t kind;           /* wh_user_kind */
    uint8_t power_factor;   /* target: 0, 80, 85, 90 */
    uint32_t capacity_va;   /* rated, of the transformers */
    int32_t standing_price; /* per month */
    int32_t demand_price;   /* per kW and month */
    int32_t capacity_price; /* per kVA and month */
    int32_t exempt_price;   /* per kWh, the part of the energy price not adjusted (funds) */
} wh_user;

/* NULL: no such class. */
const wh_user_profile *wh_user_profile_of(uint8_t kind);

/* A customer with the profile's target and no prices. WH_ERR_RANGE: no such class. */
wh_err wh_user_init(wh_user *u, uint8_t kind) WH_MUST_USE;

/* WH_ERR_RANGE: no such class or target, a price below 0. */
wh_err wh_user_check(const wh_user *u) WH_MUST_USE;

/* From octets, which must end with it: WH_ERR_SHORT, WH_ERR_FORMAT, WH_ERR_RANGE as above; u is
 * as it was then. */
wh_err wh_user_take(wh_user *u, wh_reader *r) WH_MUST_USE;
void wh_user_put(const wh_user *u, wh_writer *w);

/* Version 1 · octets. WH_ERR_SPACE as the writer. WH_ERR_UNSUPPORTED: of a later version; else as
 * wh_user_take; u is as it was then. */
wh_err wh_user_save(const wh_user *u, wh_writer *w) WH_MUST_USE;
wh_err wh_user_restore(wh_user *u, wh_reader *r) WH_MUST_USE;

/* Average power factor of a month, hundredths, 0 .. 100; 100 where nothing was used. Not negative.
 * From the 23 leading bits of the larger: right to a millionth of the power factor.
 *
 * reactive_mvarh  used and fed back added up, so that overcompensation does not pay */
uint8_t wh_power_factor_hundredths(int64_t active_mwh, int64_t reactive_mvarh);

/* Ten-thousandths to add to the charges, below 0: to take off. 0 where the target is none of the
 * table. */
int32_t wh_power_factor_adjustment(uint8_t target, uint8_t hundredths);

#endif /* WH_METER_USER_CLASS_H */
