/* SPDX-License-Identifier: Apache-2.0 */
/* account_rig.h - a prepayment account with a switch and a clock around it, for its tests. */
#ifndef WH_TESTS_ACCOUNT_RIG_H
#define WH_TESTS_ACCOUNT_RIG_H

#include "meter/supply/prepayment.h"

#define YUAN INT64_C(1000000)

/* Places of the usual account. */
enum { WALLET, EMERGENCY };
enum { ENERGY, STANDING, DEBT };

/* The switch obeys in the tick of the wish, unless it is stuck. */
typedef struct {
    wh_prepayment p;
    wh_prepayment_inputs in;
    bool refuses;
    unsigned disconnects;
    unsigned reconnects;
} account_rig;

extern const wh_time_zone account_rig_utc;

/* 2026-01-05 00:00 UTC, a Monday. */
#define ACCOUNT_RIG_START INT64_C(1767571200000)

/* A wallet, priority 1, and an emergency credit of 5, priority 2, that needs a confirmation and is
 * paid back; an energy charge, priority 1. Active. */
account_rig account_rig_usual(void);

/* The configuration it has: pay first, nothing else. */
wh_prepayment_config account_rig_config(void);

void account_rig_credit(account_rig *r, unsigned place, const wh_credit_config *config);
void account_rig_charge(account_rig *r, unsigned place, const wh_charge_config *config);

/* So much time passes in one tick, which uses energy of `cost` before it where connected. */
void account_rig_step(account_rig *r, uint32_t elapsed_ms, int64_t cost);

/* The money is all there. */
void account_rig_check(const wh_prepayment *p);

#endif /* WH_TESTS_ACCOUNT_RIG_H */
