/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/keeper_internal.h"

#include <string.h>

#define UWS_PER_MWH 3600000
#define CONSUMPTION 0 /* the charge of the account that takes what energy costs */

/* Registers whose growth the flush policy counts: each energy once. */
#define MOVED                                                              \
    (WH_REG_BIT(WH_REG_ACTIVE_IMPORT) | WH_REG_BIT(WH_REG_ACTIVE_EXPORT) | \
     WH_REG_BIT(WH_REG_REACTIVE_Q1) | WH_REG_BIT(WH_REG_REACTIVE_Q2) |     \
     WH_REG_BIT(WH_REG_REACTIVE_Q3) | WH_REG_BIT(WH_REG_REACTIVE_Q4))

static int64_t moved_uws(const wh_booked *booked)
{
    wh_combination moved = {.add = MOVED};
    return wh_combination_booked(moved, booked);
}

static void count_moved(wh_keeper *k, int64_t uws)
{
    k->moved_uws += uws;
    k->moved_mwh += (uint64_t)(k->moved_uws / UWS_PER_MWH);
    k->moved_uws %= UWS_PER_MWH;
}

/* Where current flows that no energy comes of, as in a loss of voltage, a mAh moves the flush policy
 * as a mWh does. */
static void note_ampere_hours(wh_meter *m, bool with_energy)
{
    wh_keeper *k = m->keeper;
    if ((uint16_t)m->ampere_hours.revision == k->seen[WH_ROOM_AMPERE_HOURS]) {
        return;
    }
    k->seen[WH_ROOM_AMPERE_HOURS] = (uint16_t)m->ampere_hours.revision;
    wh_keeper_changed(k, WH_ROOM_AMPERE_HOURS, false);
    int64_t mah = wh_ampere_hours_mah(&m->ampere_hours, WH_REG_TOTAL);
    if (!with_energy && mah > k->mah_seen) {
        k->moved_mwh += (uint64_t)(mah - k->mah_seen);
    }
    k->mah_seen = mah;
}

/* What was imported costs, what was exported is paid for. */
static void book_cost(wh_meter *m, const wh_booked *booked)
{
    wh_keeper *k = m->keeper;
    const wh_energy *import = &m->registers.reg[WH_REG_TOTAL][WH_REG_ACTIVE_IMPORT];
    int64_t cost = wh_cost_book_steps(&k->cost_import, &k->steps, k->rate, import,
                                      booked->uws[WH_REG_ACTIVE_IMPORT]);
    (void)wh_prepayment_consume(&k->prepayment, CONSUMPTION, cost, k->clock.utc_ms);
    k->step = wh_step_price_step(&k->steps, import->mwh);
    (void)wh_cost_book(&k->cost_export, k->rate, 0, booked->uws[WH_REG_ACTIVE_EXPORT]);
}

void wh_keeper_book(wh_meter *m)
{
    wh_keeper *k = m->keeper;
    const wh_booked booked = m->booked;
    int64_t uws = moved_uws(&booked);
    note_ampere_hours(m, uws != 0);
    if (uws == 0) { /* then nothing else has moved: apparent energy may wait for it */
        return;
    }
    memset(&m->booked, 0, sizeof m->booked);
    wh_rate_register_book(&k->rates, &booked, k->rate);
    wh_demand_feed(&k->demand, &booked);
    book_cost(m, &booked);
    count_moved(k, uws);
    wh_keeper_changed(k, WH_ROOM_REGISTERS, false);
    wh_keeper_changed(k, WH_ROOM_RATES, false);
    wh_keeper_changed(k, WH_ROOM_COST, false);
    if (k->prepayment.revision != k->account_seen) {
        k->account_seen = k->prepayment.revision;
        wh_keeper_changed(k, WH_ROOM_PREPAYMENT, false);
    }
}

void wh_keeper_close_interval(wh_meter *m)
{
    wh_register_flush_told(&m->registers, &m->booked);
    wh_keeper_book(m);
}

/* Is any maximum of the period that ended then? It is billed, so it may not wait. */
static bool has_new_maximum(const wh_demand *d, int64_t end_ms)
{
    for (uint8_t channel = 0; channel < d->config.channels; channel++) {
        for (uint8_t rate = 0; rate <= d->config.rates; rate++) {
            if (wh_demand_max(d, channel, rate).end_ms == end_ms) {
                return true;
            }
        }
    }
    return false;
}

void wh_keeper_demand(const wh_pass *pass)
{
    wh_keeper *k = pass->keeper;
    int64_t start_ms = 0;
    int32_t offset_s = k->clock.zone.standard_min * 60;
    int64_t slip = wh_demand_slip_at(&k->demand, pass->utc_ms, offset_s, &start_ms);
    if (wh_demand_tick(&k->demand, slip, start_ms)) {
        wh_keeper_changed(k, WH_ROOM_DEMAND, has_new_maximum(&k->demand, start_ms));
    }
}

static int64_t combined(const wh_meter *m, wh_combination combination, uint8_t rate)
{
    const wh_keeper *k = m->keeper;
    wh_signed_energy e = rate == 0
                             ? wh_combination_read(combination, m->registers.reg[WH_REG_TOTAL],
                                                   m->registers.config.modulus_mwh)
                             : wh_rate_register_combined(&k->rates, rate, combination);
    return e.mwh;
}

int64_t wh_keeper_combined_active_mwh(const wh_meter *m, uint8_t rate)
{
    return combined(m, wh_combination_active(m->keeper->settings.active_word), rate);
}

int64_t wh_keeper_combined_reactive_mvarh(const wh_meter *m, unsigned which, uint8_t rate)
{
    uint8_t word = m->keeper->settings.reactive_word[which < 2 ? which : 1];
    return combined(m, wh_combination_reactive(word), rate);
}
