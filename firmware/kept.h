/* SPDX-License-Identifier: Apache-2.0 */
/* kept.h - the half of the replay's meter that keeps: the three-phase profile on a flash in
 * memory, through a new year, a failure of power, and a power-up.
 *
 * The recording begins at 2025-12-31 23:59:59 UTC, so that after its first second every record
 * there is becomes due at once. */
#ifndef WH_FIRMWARE_KEPT_H
#define WH_FIRMWARE_KEPT_H

#include "firmware/json_line.h"
#include "meter/profile.h"
#include "port/memory/flash_ram.h"

#include <stdbool.h>
#include <stdint.h>

/* Fields are private; the caller's memory. */
typedef struct {
    wh_flash_ram flash;
    wh_keeper_config config;
    wh_keeper keeper;
    int64_t memory[WH_PROFILE_THREE_PHASE_MEMORY / sizeof(int64_t)];
    int64_t passed_ms; /* since the recording began */
} wh_kept;

/* Erase the flash of WH_PROFILE_THREE_PHASE_FLASH bytes and begin to keep; the meter measures
 * already. Errors as wh_meter_keep. */
wh_err wh_kept_begin(wh_kept *kept, wh_meter *meter, uint8_t *flash) WH_MUST_USE;

/* So much of the recording is over. */
void wh_kept_tick(wh_kept *kept, wh_meter *meter, int64_t passed_ms, bool power_fails);

/* A minute without power: the meter is forgotten and begun again from the flash. Errors as
 * wh_meter_init and wh_meter_keep. */
wh_err wh_kept_restart(wh_kept *kept, wh_meter *meter) WH_MUST_USE;

/* Registers, records and a check of every byte of the flash, as one line. */
void wh_kept_report(const wh_kept *kept, const wh_meter *meter, const char *name,
                    wh_json_line *report);

#endif /* WH_FIRMWARE_KEPT_H */
