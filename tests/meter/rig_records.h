/* SPDX-License-Identifier: Apache-2.0 */
/* rig_records.h - the recorders of a whole meter from a few rows. */
#ifndef WH_TESTS_RIG_RECORDS_H
#define WH_TESTS_RIG_RECORDS_H

#include "meter/keeper.h"
#include "meter/record/freezes.h"

/* Which records, and how many times and columns can be set for them. */
typedef struct {
    wh_freeze row;
    uint16_t depth;
    uint8_t times;
    uint8_t own_max;
} rig_record;

static inline void rig_records(const rig_record *rows, unsigned count, wh_recorder_config *config,
                               wh_keeper_recorder *recorder)
{
    for (unsigned i = 0; i < count; i++) {
        config[i] = wh_freezes[rows[i].row];
        config[i].depth = rows[i].depth;
        recorder[i] = (wh_keeper_recorder){
            .config = &config[i],
            .times = rows[i].times,
            .own_max = rows[i].own_max,
            .billing = rows[i].row == WH_FREEZE_BILLING,
        };
    }
}

#endif /* WH_TESTS_RIG_RECORDS_H */
