/* SPDX-License-Identifier: Apache-2.0 */
/* year_meter_internal.h - what the meter of the year is made of. */
#ifndef WH_WORLD_YEAR_METER_INTERNAL_H
#define WH_WORLD_YEAR_METER_INTERNAL_H

#include "world/year/year_flash.h"
#include "world/year/year_meter.h"

#define WH_YEAR_RECORDERS     9
#define WH_YEAR_INSTANTANEOUS 5 /* place of the one that freezes by command */
#define WH_YEAR_NO_COLUMN     UINT32_MAX
#define WH_YEAR_CUSTOMER      42

extern const wh_keeper_recorder wh_year_recorders[WH_YEAR_RECORDERS];

/* What is read of the records of a recorder. */
typedef struct {
    uint32_t next; /* entry of its log, the first that was not seen */
    unsigned import;
    unsigned export; /* columns, or WH_YEAR_NO_COLUMN */
} wh_year_eye;

struct wh_year_meter {
    wh_year_meter_config config;
    wh_year_flash ram; /* where the flash is our own */
    wh_meter_config meter_config;
    wh_keeper_config keeper_config;
    wh_limiter_config limiter;
    wh_meter meter;
    wh_keeper keeper;
    void *memory;
    size_t memory_size;
    wh_year_eye eye[WH_YEAR_RECORDERS];
    uint32_t bought; /* purchases that the meter has accepted */
    int64_t platform_ms;
    bool relay_closed;
};

/* Power comes: what RAM holds begins anew. */
wh_err wh_year_meter_start(wh_year_meter *m, bool ran_on) WH_MUST_USE;

#endif /* WH_WORLD_YEAR_METER_INTERNAL_H */
