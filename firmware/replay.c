/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/replay.h"

#include <string.h>

/* Sample sets of one window at nominal frequency; 0 where the configuration is senseless. */
static uint64_t window_sets(const wh_metrology_config *config)
{
    uint64_t cycles = config->cycles_per_window;
    if (config->f_nominal_mhz == 0) {
        return 0;
    }
    if (cycles == 0) {
        cycles = config->f_nominal_mhz < 55000 ? 10 : 12;
    }
    return cycles * config->fs_mhz / config->f_nominal_mhz;
}

wh_err wh_replay_init(wh_replay *replay, const wh_image_header *header, uint8_t *flash)
{
    memset(replay, 0, sizeof *replay);
    replay->header = *header;
    if (2U * (uint64_t)header->block > window_sets(&header->meter.metrology)) {
        return WH_ERR_RANGE;
    }
    wh_err err = wh_meter_init(&replay->meter, &replay->header.meter, NULL);
    return err == WH_OK ? wh_kept_begin(&replay->kept, &replay->meter, flash) : err;
}

/* One number of each phase: `offset` is that of an int64_t in wh_phase_quantities. */
static void report_phases_i64(wh_json_line *report, const char *name, const wh_quantities *q,
                              size_t offset)
{
    int64_t values[WH_PHASES];
    for (unsigned k = 0; k < WH_PHASES; k++) {
        memcpy(&values[k], (const uint8_t *)&q->phase[k] + offset, sizeof values[k]);
    }
    wh_json_line_ints(report, name, values, WH_PHASES);
}

/* The same of an int32_t, or of a uint32_t, which is shown with its bits taken as signed. */
static void report_phases_i32(wh_json_line *report, const char *name, const wh_quantities *q,
                              size_t offset)
{
    int64_t values[WH_PHASES];
    for (unsigned k = 0; k < WH_PHASES; k++) {
        int32_t value = 0;
        memcpy(&value, (const uint8_t *)&q->phase[k] + offset, sizeof value);
        values[k] = value;
    }
    wh_json_line_ints(report, name, values, WH_PHASES);
}

static void report_phase_quantities(wh_json_line *report, const wh_quantities *q)
{
    static const struct {
        const char *name;
        size_t offset;
    } wide[] =
        {
            {"u_uv", offsetof(wh_phase_quantities, u_uv)},
            {"i_ua", offsetof(wh_phase_quantities, i_ua)},
            {"u_dc_uv", offsetof(wh_phase_quantities, u_dc_uv)},
            {"i_dc_ua", offsetof(wh_phase_quantities, i_dc_ua)},
            {"p_uw", offsetof(wh_phase_quantities, p_uw)},
            {"s_uva", offsetof(wh_phase_quantities, s_uva)},
            {"u1_uv", offsetof(wh_phase_quantities, u1_uv)},
            {"i1_ua", offsetof(wh_phase_quantities, i1_ua)},
            {"p1_uw", offsetof(wh_phase_quantities, p1_uw)},
            {"q1_uvar", offsetof(wh_phase_quantities, q1_uvar)},
        },
      narrow[] = {
          {"u1_angle_urad", offsetof(wh_phase_quantities, u1_angle_urad)},
          {"i1_angle_urad", offsetof(wh_phase_quantities, i1_angle_urad)},
          {"pf_ppm", offsetof(wh_phase_quantities, pf_ppm)},
          {"pf1_ppm", offsetof(wh_phase_quantities, pf1_ppm)},
          {"thd_u_ppm", offsetof(wh_phase_quantities, thd_u_ppm)},
          {"thd_i_ppm", offsetof(wh_phase_quantities, thd_i_ppm)},
      };
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        report_phases_i64(report, wide[i].name, q, wide[i].offset);
    }
    for (size_t i = 0; i < sizeof narrow / sizeof narrow[0]; i++) {
        report_phases_i32(report, narrow[i].name, q, narrow[i].offset);
    }
}

static void report_system_quantities(wh_json_line *report, const wh_quantities *q)
{
    wh_json_line_int(report, "first_sample", (int64_t)q->first_sample);
    wh_json_line_int(report, "first_q32", q->first_q32);
    wh_json_line_int(report, "length_q16", (int64_t)q->length_q16);
    wh_json_line_int(report, "f_uhz", q->f_uhz);
    wh_json_line_int(report, "locked", q->locked);
    wh_json_line_int(report, "cycles", q->cycles);
    wh_json_line_int(report, "present", q->present);
    wh_json_line_int(report, "leader", q->leader);
    wh_json_line_int(report, "rotation", (int64_t)q->rotation);
    wh_json_line_int(report, "in_ua", q->in_ua);
    wh_json_line_int(report, "in1_ua", q->in1_ua);
    wh_json_line_int(report, "in1_angle_urad", q->in1_angle_urad);
    wh_json_line_int(report, "total_p_uw", q->p_uw);
    wh_json_line_int(report, "total_p1_uw", q->p1_uw);
    wh_json_line_int(report, "total_q1_uvar", q->q1_uvar);
    wh_json_line_int(report, "s_arithmetic_uva", q->s_arithmetic_uva);
    wh_json_line_int(report, "s_vector_uva", q->s_vector_uva);
    wh_json_line_int(report, "s_effective_uva", q->s_effective_uva);
    wh_json_line_int(report, "total_pf_ppm", q->pf_ppm);
    wh_json_line_int(report, "u2_ppm", q->u2_ppm);
    wh_json_line_int(report, "u0_ppm", q->u0_ppm);
}

static void report_quantum(wh_json_line *report, const wh_energy_quantum *quantum)
{
    wh_json_line_ints(report, "p_uws", quantum->p_uws, WH_PHASES);
    wh_json_line_ints(report, "p1_uws", quantum->p1_uws, WH_PHASES);
    wh_json_line_ints(report, "q1_uvars", quantum->q1_uvars, WH_PHASES);
    wh_json_line_ints(report, "s_uvas", quantum->s_uvas, WH_PHASES);
    wh_json_line_int(report, "end_sample", (int64_t)quantum->end_sample);
    wh_json_line_int(report, "end_q32", quantum->end_q32);
    wh_json_line_int(report, "quantum_length_q16", (int64_t)quantum->length_q16);
}

/* Where the last window ended: the same in blocks of any size. */
static int64_t passed_ms(const wh_replay *replay)
{
    uint64_t end_sample = replay->meter.metrology.quantum.end_sample;
    return (int64_t)(end_sample * 1000000 / replay->header.meter.metrology.fs_mhz);
}

static void end_window(wh_replay *replay, wh_json_line *report)
{
    wh_meter *meter = &replay->meter;
    const wh_energy_quantum *quantum = &meter->metrology.quantum;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        replay->p_uws[k] += quantum->p_uws[k];
        replay->p1_uws[k] += quantum->p1_uws[k];
        replay->q1_uvars[k] += quantum->q1_uvars[k];
        replay->s_uvas[k] += quantum->s_uvas[k];
    }
    wh_kept_tick(&replay->kept, meter, passed_ms(replay), false);
    uint16_t every = replay->header.windows_per_report;
    if (every == 0 || meter->windows % every != 0) {
        return;
    }
    wh_json_line_begin(report);
    wh_json_line_int(report, "window", (int64_t)meter->windows);
    report_system_quantities(report, &meter->metrology.quantities);
    report_phase_quantities(report, &meter->metrology.quantities);
    report_quantum(report, quantum);
    wh_json_line_end(report);
}

void wh_replay_feed(wh_replay *replay, const int32_t (*sets)[WH_CHANNELS], size_t count,
                    wh_json_line *report)
{
    uint64_t windows = replay->meter.windows;
    wh_meter_samples(&replay->meter, sets, count);
    replay->sets += count;
    if (replay->meter.windows != windows) {
        end_window(replay, report);
    }
}

static void report_places(wh_json_line *report, const wh_meter *meter)
{
    for (unsigned place = 0; place < WH_REG_PLACES; place++) {
        int64_t mwh[WH_REG_COUNT];
        int64_t rest_uws[WH_REG_COUNT];
        for (unsigned reg = 0; reg < WH_REG_COUNT; reg++) {
            mwh[reg] = meter->registers.reg[place][reg].mwh;
            rest_uws[reg] = meter->registers.reg[place][reg].rest_uws;
        }
        wh_json_line_begin(report);
        wh_json_line_int(report, "place", place);
        wh_json_line_ints(report, "mwh", mwh, WH_REG_COUNT);
        wh_json_line_ints(report, "rest_uws", rest_uws, WH_REG_COUNT);
        wh_json_line_end(report);
    }
}

static void report_sums(wh_json_line *report, const wh_replay *replay)
{
    wh_json_line_begin(report);
    wh_json_line_int(report, "sets", (int64_t)replay->sets);
    wh_json_line_int(report, "windows", (int64_t)replay->meter.windows);
    wh_json_line_ints(report, "sum_p_uws", replay->p_uws, WH_PHASES);
    wh_json_line_ints(report, "sum_p1_uws", replay->p1_uws, WH_PHASES);
    wh_json_line_ints(report, "sum_q1_uvars", replay->q1_uvars, WH_PHASES);
    wh_json_line_ints(report, "sum_s_uvas", replay->s_uvas, WH_PHASES);
    wh_json_line_end(report);
}

void wh_replay_finish(wh_replay *replay, wh_json_line *report)
{
    wh_meter *meter = &replay->meter;
    wh_register_flush_told(&meter->registers, &meter->booked);
    wh_kept_tick(&replay->kept, meter, passed_ms(replay), true);
    report_places(report, meter);
    report_sums(report, replay);
    wh_kept_report(&replay->kept, meter, "kept", report);
    if (wh_kept_restart(&replay->kept, meter) == WH_OK) {
        wh_kept_report(&replay->kept, meter, "restored", report);
    }
}
