/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/keeper_internal.h"

#define MS_PER_MINUTE 60000

static const wh_boundary_pattern MONTHLY = {.kind = WH_BOUNDARY_MONTHLY, .day = 1};

void wh_keeper_voltage_start(wh_keeper *k)
{
    wh_voltage_quality_start(&k->voltage.quality, (uint32_t)(k->config->events.un_uv / 1000));
}

/* A minute that has begun since the last pass, with the voltages of now. */
static void count_minute(const wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    const wh_quantities *q = &pass->meter->metrology.quantities;
    uint32_t minute = (uint32_t)(pass->utc_ms / MS_PER_MINUTE);
    if (minute == k->voltage.minute || pass->meter->windows == 0) {
        return;
    }
    uint32_t u_mv[WH_PHASES];
    for (unsigned p = 0; p < WH_PHASES; p++) {
        u_mv[p] = (uint32_t)(q->phase[p].u_uv / 1000);
    }
    k->voltage.minute = minute;
    wh_voltage_quality_minute(&k->voltage.quality, u_mv, pass->meter->config->metrology.phases,
                              minute * 60U);
    wh_keeper_changed(k, WH_ROOM_VOLTAGE, false);
}

/* The record of the month and the beginning of the next one are two transactions: where power is
 * cut between them the month is recorded again, with the same numbers and the later time. */
static void end_month(const wh_pass *pass, int64_t number)
{
    wh_keeper *k = pass->keeper;
    int64_t given[WH_VOLTAGE_QUALITY_GIVEN];
    wh_voltage_quality_given(&k->voltage.quality, given);
    const wh_event_detail detail = {.given = given, .given_count = WH_VOLTAGE_QUALITY_GIVEN};
    if (wh_keeper_occur(pass->meter, WH_EVENT_VOLTAGE_QUALITY, 0, &detail) == WH_OK) {
        wh_keeper_voltage_start(k);
        wh_boundary_done(&k->voltage.month, number);
        wh_keeper_changed(k, WH_ROOM_VOLTAGE, true);
    }
}

void wh_keeper_voltage(const wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    wh_boundary *month = &k->voltage.month;
    wh_boundary_point point;
    if ((wh_clock_status(&k->clock) & WH_CLOCK_STATUS_INVALID) != 0) {
        return; /* nobody knows which month it is */
    }
    if (month->pattern.kind == WH_BOUNDARY_NEVER) {
        if (wh_boundary_start(month, &MONTHLY, &k->clock.zone, pass->utc_ms) == WH_OK) {
            wh_keeper_changed(k, WH_ROOM_VOLTAGE, true);
        }
    } else if (pass->utc_ms >= k->voltage.next_ms) {
        if (wh_boundary_due(month, &k->clock.zone, pass->utc_ms, &point, 1, NULL) > 0) {
            end_month(pass, point.number);
        }
        k->voltage.next_ms = wh_boundary_next_ms(month, &k->clock.zone);
    }
    count_minute(pass);
}
