/* SPDX-License-Identifier: Apache-2.0 */
/* record_rig.h - recorders on a store on a flash that can lose power, wired as a meter wires them.
 *
 * A column's value is known: rig_value of the column and the time it was read at. */
#ifndef WH_TESTS_RECORD_RIG_H
#define WH_TESTS_RECORD_RIG_H

#include "meter/record/freezes.h"
#include "tests/meter/clock/time_rig.h"
#include "tests/meter/store/fake_flash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>

#define RIG_OWN_MAX 6
#define RIG_MAX     WH_FREEZE_COUNT
#define RIG_RESETS  3 /* key of the count of demand resets, put with each billing */

typedef struct {
    fake_flash flash;
    wh_store store;
    wh_store_config store_config;
    wh_store_log_config logs[WH_RECORDER_LOGS];
    void *memory;
    size_t memory_size;
    wh_recorder_config config[RIG_MAX];
    size_t count;
    uint8_t rates;
    wh_recorder recorder[RIG_MAX];
    wh_boundary boundary[RIG_MAX][WH_RECORDER_TIMES_MAX];
    wh_column own[RIG_MAX][RIG_OWN_MAX];
    wh_time_zone zone;
    int64_t utc_ms;
    uint8_t status;
    uint32_t resets;      /* of the demand */
    uint8_t no_column;    /* value group C that the meter does not have */
    uint8_t no_value;     /* value group C that has no value */
    uint8_t bad_column;   /* value group C that cannot be read */
    uint64_t cut_again;   /* operation at which power is cut after it came on, once; 0 none */
    bool typical;         /* values as a household has them, not those of rig_value */
    unsigned largest_set; /* most records in one transaction */
    uint8_t work[WH_RECORDER_WORK_SIZE(WH_RECORD_COLUMNS_MAX)];
} record_rig;

extern const wh_time_zone rig_utc;
extern const wh_time_zone rig_berlin;
extern const wh_time_zone rig_beijing;

/* As at(), in seconds. */
uint32_t at_s(const char *text);

/* A new flash as large as it must be, and recorders for these kinds. */
void rig_init(record_rig *rig, const wh_freeze *kinds, size_t count, const wh_time_zone *zone,
              const char *utc);
void rig_init_with(record_rig *rig, const wh_recorder_config *configs, size_t count,
                   const wh_time_zone *zone, const char *utc);

/* A profile (4 entries), a daily freeze (3, by command), billing and instantaneous ones (none);
 * it is 2025-06-01 13:00 UTC. */
void rig_init_filled(record_rig *rig);
void rig_free(record_rig *rig);

/* Power comes on: mount, init, load. WH_OK, or what the first load that failed returned. */
wh_err rig_boot(record_rig *rig);

wh_recorder_now rig_now(const record_rig *rig);

/* One pass of the wiring. Returns how many records were made; -1 where the store failed. */
int rig_pass(record_rig *rig);

/* Passes until `utc`, one each step_ms, and one at its end. */
int rig_run(record_rig *rig, const char *utc, int64_t step_ms);
int rig_run_for(record_rig *rig, int64_t ms, int64_t step_ms);

/* Power is away until `utc`; the recorders are told. */
void rig_outage(record_rig *rig, const char *utc);

int64_t rig_value(wh_column column, int64_t utc_ms);
wh_column_reader rig_reader(const record_rig *rig);

/* Entry n of a recorder counted from the newest, 1. */
wh_record rig_back(record_rig *rig, size_t recorder, uint32_t n);

/* Value of a column of such an entry. */
wh_err rig_column(record_rig *rig, size_t recorder, uint32_t n, unsigned index, int64_t *value);

/* Times of all entries of a recorder, oldest first. Returns how many. */
uint32_t rig_times(record_rig *rig, size_t recorder, uint32_t *time_s, uint32_t max);

wh_err rig_set(record_rig *rig, size_t recorder, const wh_recorder_settings *settings);
wh_recorder_settings rig_get(const record_rig *rig, size_t recorder);
void rig_expect_same(const wh_recorder_settings *a, const wh_recorder_settings *b);

wh_column column_of(uint8_t c, uint8_t d, uint8_t e, uint8_t attribute);

#endif /* WH_TESTS_RECORD_RIG_H */
