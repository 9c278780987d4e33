/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/kept.h"

#include "core/crc.h"

#include <string.h>

#define START_MS INT64_C(1767225599000) /* 2025-12-31 23:59:59 UTC */
#define AWAY_MS  60000

static int64_t platform_ms(const wh_kept *kept)
{
    return START_MS + kept->passed_ms;
}

static wh_err keep(wh_kept *kept, wh_meter *meter)
{
    return wh_meter_keep(meter, &kept->keeper, &kept->config,
                         &(wh_keeper_start){.memory = kept->memory,
                                            .memory_size = sizeof kept->memory,
                                            .platform_ms = platform_ms(kept),
                                            .ran_on = true});
}

wh_err wh_kept_begin(wh_kept *kept, wh_meter *meter, uint8_t *flash)
{
    wh_flash_ram_init(&kept->flash, flash, WH_PROFILE_SECTOR,
                      WH_PROFILE_THREE_PHASE_FLASH / WH_PROFILE_SECTOR);
    kept->passed_ms = 0;
    kept->config = wh_profile_three_phase;
    kept->config.flash = &kept->flash.flash;
    kept->config.events.phases = meter->config->metrology.phases == 1 ? 1 : WH_PHASES;
    wh_err err = wh_store_format(&kept->flash.flash);
    if (err == WH_OK) {
        err = keep(kept, meter);
    }
    if (err == WH_OK) {
        err = wh_clock_set(&kept->keeper.clock, START_MS);
    }
    if (err == WH_OK) {
        wh_kept_tick(kept, meter, 0, false);
    }
    return err;
}

void wh_kept_tick(wh_kept *kept, wh_meter *meter, int64_t passed_ms, bool power_fails)
{
    kept->passed_ms = passed_ms;
    const wh_meter_inputs inputs = {.platform_ms = platform_ms(kept), .power_fails = power_fails};
    wh_meter_tick(meter, &inputs);
}

wh_err wh_kept_restart(wh_kept *kept, wh_meter *meter)
{
    const wh_meter_config *config = meter->config;
    memset(meter, 0, sizeof *meter);
    memset(&kept->keeper, 0, sizeof kept->keeper);
    memset(kept->memory, 0, sizeof kept->memory);
    kept->passed_ms += AWAY_MS;
    wh_err err = wh_meter_init(meter, config, NULL);
    if (err == WH_OK) {
        err = keep(kept, meter);
    }
    if (err == WH_OK) {
        wh_kept_tick(kept, meter, kept->passed_ms, false);
    }
    return err;
}

static void report_registers(const wh_meter *meter, wh_json_line *report)
{
    int64_t mwh[WH_REG_COUNT];
    int64_t rest_uws[WH_REG_COUNT];
    for (unsigned reg = 0; reg < WH_REG_COUNT; reg++) {
        mwh[reg] = meter->registers.reg[WH_REG_TOTAL][reg].mwh;
        rest_uws[reg] = meter->registers.reg[WH_REG_TOTAL][reg].rest_uws;
    }
    wh_json_line_ints(report, "mwh", mwh, WH_REG_COUNT);
    wh_json_line_ints(report, "rest_uws", rest_uws, WH_REG_COUNT);
}

void wh_kept_report(const wh_kept *kept, const wh_meter *meter, const char *name,
                    wh_json_line *report)
{
    const wh_keeper *k = &kept->keeper;
    int64_t records[WH_PROFILE_RECORDERS];
    for (unsigned i = 0; i < WH_PROFILE_RECORDERS; i++) {
        records[i] = wh_recorder_count(&k->recorder[i], &k->store);
    }
    int64_t events = 0;
    for (unsigned kind = 0; kind < WH_EVENT_KINDS; kind++) {
        events += wh_events_total_count(&k->events, kind);
    }
    wh_json_line_begin(report);
    wh_json_line_int(report, name, wh_keeper_utc_ms(k));
    report_registers(meter, report);
    wh_json_line_ints(report, "records", records, WH_PROFILE_RECORDERS);
    wh_json_line_int(report, "events", events);
    wh_json_line_int(report, "outages", wh_events_total_count(&k->events, WH_EVENT_POWER_OFF));
    wh_json_line_int(report, "lost", k->lost);
    wh_json_line_int(report, "store_err", k->store_err);
    wh_json_line_int(report, "flash_crc32",
                     wh_crc_lsb32(0xFFFFFFFFU, kept->flash.memory, WH_PROFILE_THREE_PHASE_FLASH));
    wh_json_line_end(report);
}
