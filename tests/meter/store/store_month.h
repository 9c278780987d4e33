/* SPDX-License-Identifier: Apache-2.0 */
/* store_month.h - what a meter writes in a month, and what must be found afterwards.
 *
 *   each minute      a snapshot of the registers (a blob)
 *   each 15 minutes  two load profiles
 *   each hour, day   a freeze; the state of a module each day
 *   now and then     events in six logs, a log cleared, settings, a transaction given up
 *   each ten days    a billing record
 *
 * What is due at the same minute is one transaction. All content follows from its place and
 * number, so a model of the store is a few numbers. */
#ifndef WH_TESTS_STORE_MONTH_H
#define WH_TESTS_STORE_MONTH_H

#include "meter/store/store.h"

#define MONTH_MINUTES 43200U
#define MONTH_LOGS    11U
#define MONTH_KEYS    5U

extern const wh_store_log_config month_logs[MONTH_LOGS];

/* What a store holds. A value: copied by `=`. */
typedef struct {
    uint32_t version[MONTH_KEYS]; /* of each blob, 0 not there */
    uint32_t first[MONTH_LOGS];
    uint32_t next[MONTH_LOGS];
} month_model;

/* The store that the month is written to. Flash is left to the caller. */
wh_store_config month_config(void);

/* Begin the transaction of a minute and fill it; `after` becomes what the store holds when it is
 * committed. The caller commits. Returns the first error. */
wh_err month_minute(wh_store *store, uint32_t minute, const month_model *before,
                    month_model *after);

/* The store holds exactly what the model says, byte for byte. */
bool month_holds(wh_store *store, const month_model *model);

/* Reading of the energy register in the newest snapshot, 0 where there is none. */
uint64_t month_register(wh_store *store);

#endif /* WH_TESTS_STORE_MONTH_H */
