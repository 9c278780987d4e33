/* SPDX-License-Identifier: Apache-2.0 */
/* prepayment_internal.h - what the files of the account share. */
#ifndef WH_METER_PREPAYMENT_INTERNAL_H
#define WH_METER_PREPAYMENT_INTERNAL_H

#include "meter/supply/prepayment.h"

#define WH_PREPAYMENT_TOTAL_MAX (INT64_MAX / 4) /* of the totals, which only grow */

/* The place of the credit or charge that is nth by priority, 0 the first; WH_PREPAYMENT_CREDITS or
 * _CHARGES: there are no more. Those of one priority in the order of their places. */
unsigned wh_prepayment_nth_credit(const wh_prepayment *p, unsigned nth);
unsigned wh_prepayment_nth_charge(const wh_prepayment *p, unsigned nth);

/* The place of the first credit that receives tokens, or WH_PREPAYMENT_CREDITS. */
unsigned wh_prepayment_wallet(const wh_prepayment *p);

bool wh_credit_is_live(const wh_credit *c);

/* The states of the credits and of the account as the amounts are now. */
void wh_prepayment_update(wh_prepayment *p);

/* Change an amount for no payment: by an operator, a preset, a reset. False, and nothing changes,
 * where a total would run over. */
bool wh_prepayment_adjust(wh_prepayment *p, wh_credit *c, int64_t amount);

/* One or more unit charges of a time based charge. */
void wh_prepayment_charge_units(wh_prepayment *p, wh_charge *c, uint64_t units, uint32_t utc_s);

/* Do what has fallen due by utc_ms. */
void wh_prepayment_run(wh_prepayment *p, const wh_time_zone *zone, int64_t utc_ms);

/* Look at all boundaries anew in the next tick. */
void wh_prepayment_look(wh_prepayment *p);

wh_err wh_prepayment_check_config(const wh_prepayment_config *config) WH_MUST_USE;
wh_err wh_prepayment_check_credit(const wh_credit *c) WH_MUST_USE;
wh_err wh_prepayment_check_charge(const wh_charge *c) WH_MUST_USE;

/* A pattern that an account may have. */
bool wh_prepayment_is_period(uint8_t when_kind, uint32_t when);

/* The boundary that the packed fields are. */
wh_boundary wh_prepayment_boundary(uint8_t when_kind, uint32_t when, uint32_t last);

bool wh_prepayment_is_amount(int64_t amount);
bool wh_prepayment_is_total(int64_t total);
bool wh_prepayment_fits(int64_t total, int64_t more);
uint32_t wh_prepayment_seconds(int64_t utc_ms);

#endif /* WH_METER_PREPAYMENT_INTERNAL_H */
