/* SPDX-License-Identifier: Apache-2.0 */
/* catalogue_rig.h - a whole meter on a flash in memory, and whether anything of it has changed.
 * It aborts where the meter cannot be started. Shared by tests and the fuzzer. */
#ifndef WH_TESTS_CATALOGUE_RIG_H
#define WH_TESTS_CATALOGUE_RIG_H

#include "meter/catalogue.h"
#include "meter/keeper.h"
#include "meter/record/freezes.h"
#include "tests/meter/store/fake_flash.h"

#define CATALOGUE_RIG_START_MS INT64_C(1767225600000) /* 2026-01-01 00:00 UTC */

#define CATALOGUE_RIG_RECORDERS 3

typedef struct {
    fake_flash flash;
    wh_meter_config meter_config;
    wh_recorder_config record[CATALOGUE_RIG_RECORDERS];
    wh_keeper_recorder recorder[CATALOGUE_RIG_RECORDERS];
    wh_keeper_config config;
    wh_meter meter;
    wh_keeper keeper;
    uint8_t *memory;
    size_t memory_size;
    uint8_t *noted;
    wh_meter_inputs inputs;
} catalogue_rig;

/* A three-phase meter of four rates, two limiters, an EV charger in slot 3 of the load table; it
 * has measured a minute, and its clock is set. */
void catalogue_rig_init(catalogue_rig *rig);
void catalogue_rig_free(catalogue_rig *rig);

/* The same on the heap. */
catalogue_rig *catalogue_rig_new(void);
void catalogue_rig_delete(catalogue_rig *rig);

/* A minute passes, with power in each phase. */
void catalogue_rig_minute(catalogue_rig *rig);

/* Power off and on again. */
void catalogue_rig_restart(catalogue_rig *rig);

/* Note all that the meter is, but for its work buffer and the events that tell of refusals; is it
 * the same still? */
void catalogue_rig_note(catalogue_rig *rig);
bool catalogue_rig_is_as_noted(catalogue_rig *rig);

/* Some value of a type: its kinds go round, from the smallest to random ones. Octets go to
 * bytes[4096]. */
wh_value catalogue_rig_value(wh_value_type type, uint64_t random, uint8_t *bytes);

#endif /* WH_TESTS_CATALOGUE_RIG_H */
