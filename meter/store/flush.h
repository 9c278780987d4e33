/* SPDX-License-Identifier: Apache-2.0 */
/* flush.h - when the registers are written to the store.
 *
 * With a hold-up signal they are written when power fails and once a day: nothing is lost. Without one
 * they are written every so many seconds in which energy moved, or every unit of energy,
 * whichever is first: a power cut then loses at most that much. */
#ifndef WH_METER_FLUSH_H
#define WH_METER_FLUSH_H

#include <stdbool.h>
#include <stdint.h>

#define WH_FLUSH_PERIOD_MS  60000U /* one minute */
#define WH_FLUSH_ENERGY_MWH 10000U /* a hundredth of a kilowatt hour */

typedef struct {
    bool hold_up;        /* there is a signal: write when it comes, and once a day */
    uint32_t period_ms;  /* 0: WH_FLUSH_PERIOD_MS, with hold_up 86400000 */
    uint32_t energy_mwh; /* 0: WH_FLUSH_ENERGY_MWH; not looked at with hold_up */
} wh_flush_config;

/* Fields are private. */
typedef struct {
    wh_flush_config config;
    uint32_t written_ms;  /* when the registers were last written */
    uint64_t written_mwh; /* what they were then */
    uint64_t energy_mwh;  /* what they are */
    bool power_was_failing;
    bool signalled; /* the signal came and the registers are not written yet */
} wh_flush;

/* Start: the registers as they are now are in the store.
 *
 * moved_mwh  a sum that grows with every register: all energy in all directions since whenever
 * now_ms     monotonic, compared by difference */
void wh_flush_init(wh_flush *flush, const wh_flush_config *config, uint64_t moved_mwh,
                   uint32_t now_ms);

/* Must the registers be written now? To be asked after each quantum, until it is false; it is
 * true until wh_flush_done. One failure of the supply makes one writing. */
bool wh_flush_is_due(wh_flush *flush, uint64_t moved_mwh, bool power_fails, uint32_t now_ms);

/* The registers of the last question have been committed. */
void wh_flush_done(wh_flush *flush, uint32_t now_ms);

#endif /* WH_METER_FLUSH_H */
