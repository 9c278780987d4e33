/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/keeper/keeper_branch.h"

#include "meter/event/event_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MWH_UWS        INT64_C(3600000)
#define KWH_UWS        INT64_C(3600000000000)
#define WRONGS_MAX     50U
#define NEWEST         4U /* entries of a log that are looked at after each cut */
#define PROFILE_IMPORT 2  /* column of the load profile */
#define LOOK_AT_ALL    32U

/* ---- what must hold of any meter that came back ---- */

static void wrong(branch_rig *r, const char *what)
{
    r->sum.wrong++;
    fprintf(stderr, "cut %llu (%u) at operation %llu, tick %u: %s\n",
            (unsigned long long)r->sum.cuts, (unsigned)r->branch.flash.cut,
            (unsigned long long)r->main.flash.operations, r->tick, what);
    assert_true(r->sum.wrong < WRONGS_MAX);
}

static void expect(branch_rig *r, bool holds, const char *what)
{
    if (!holds) {
        wrong(r, what);
    }
}

static int64_t uws_of(const wh_energy *e)
{
    return e->mwh * MWH_UWS + e->rest_uws;
}

static int64_t import_of(const month_meter *m)
{
    return uws_of(&m->meter.registers.reg[WH_REG_TOTAL][WH_REG_ACTIVE_IMPORT]);
}

static bool rates_make_the_total(const month_meter *m)
{
    for (unsigned reg = 0; reg <= WH_REG_REACTIVE_Q4; reg++) {
        wh_energy sum = wh_rate_register_sum(&m->keeper.rates, (wh_reg)reg);
        if (uws_of(&sum) != uws_of(&m->meter.registers.reg[WH_REG_TOTAL][reg])) {
            return false;
        }
    }
    return true;
}

__extension__ typedef __int128 wide;

/* Prices of rates never change, so the cost follows from the registers by rate. */
static bool cost_is_that_of_the_energy(const month_meter *m)
{
    const wh_cost *c = &m->keeper.cost_import;
    wide cost = (wide)c->total * KWH_UWS + c->rest;
    for (uint8_t rate = 1; rate <= m->config.rates; rate++) {
        const wh_energy *e = wh_rate_register_at(&m->keeper.rates, WH_REG_ACTIVE_IMPORT, rate);
        cost -= (wide)uws_of(e) * month_price(rate);
    }
    return cost == 0;
}

static bool account_is_that_of_the_cost(const month_meter *m, uint32_t tick)
{
    const wh_prepayment *p = &m->keeper.prepayment;
    return p->collected == m->keeper.cost_import.total && p->refunded == 0 &&
           p->credit[0].amount == p->topped_up + p->adjusted - p->collected &&
           p->purchase_count <= month_purchases(tick) &&
           p->topped_up == month_paid(p->purchase_count);
}

/* The largest demand is there, or a billing has it. */
static bool demand_is_kept(const branch_rig *r)
{
    const wh_keeper *k = &r->branch.keeper;
    uint32_t first = 0;
    uint32_t billings = 0;
    wh_store_log_range(&k->store, WH_FREEZE_BILLING, &first, &billings);
    return billings > r->floor_billings || wh_demand_max(&k->demand, 0, 0).mw >= r->floor_max_mw;
}

static void keep_demand(branch_rig *r)
{
    const wh_keeper *k = &r->branch.keeper;
    uint32_t first = 0;
    wh_store_log_range(&k->store, WH_FREEZE_BILLING, &first, &r->floor_billings);
    r->floor_max_mw = wh_demand_max(&k->demand, 0, 0).mw;
}

static bool no_register_decreased(const branch_rig *r)
{
    for (unsigned place = 0; place < WH_REG_PLACES; place++) {
        for (unsigned reg = 0; reg < WH_REG_COUNT; reg++) {
            if (uws_of(&r->branch.meter.registers.reg[place][reg]) <
                uws_of(&r->floor.reg[place][reg])) {
                return false;
            }
        }
    }
    return true;
}

static void keep_registers(branch_rig *r)
{
    r->floor_uws = import_of(&r->branch);
    r->floor = r->branch.meter.registers;
}

/* What the newest record of the load profile says was imported, the register says too. */
static bool register_is_not_behind_its_record(branch_rig *r)
{
    wh_keeper *k = &r->branch.keeper;
    const wh_recorder *profile = &k->recorder[MONTH_PROFILE_1];
    uint8_t bytes[WH_RECORD_SIZE(8)];
    wh_record record;
    int64_t mwh = 0;
    wh_recorder_cursor cursor = wh_recorder_back(profile, &k->store, 1);
    wh_err err = wh_recorder_read(profile, &k->store, &cursor, bytes, sizeof bytes, &record);
    if (err == WH_ERR_NOT_FOUND) {
        return true;
    }
    err = err == WH_OK ? wh_recorder_value(profile, &record, PROFILE_IMPORT, &mwh) : err;
    return err == WH_OK &&
           r->branch.meter.registers.reg[WH_REG_TOTAL][WH_REG_ACTIVE_IMPORT].mwh >= mwh;
}

static void expect_sound(branch_rig *r, uint32_t tick)
{
    const month_meter *m = &r->branch;
    expect(r, m->keeper.lost == 0, "a room is lost");
    expect(r, wh_store_get_report(&m->keeper.store).damaged_count == 0, "told of damage");
    expect(r, m->keeper.store_err == WH_OK, "could not save");
    expect(r, rates_make_the_total(m), "the rates are not the total");
    expect(r, cost_is_that_of_the_energy(m), "the cost is not that of the energy");
    expect(r, account_is_that_of_the_cost(m, tick), "the account is not that of the cost");
    expect(r, import_of(m) >= r->floor_uws && no_register_decreased(r), "a register decreased");
    expect(r, register_is_not_behind_its_record(r), "a register is behind its record");
    expect(r, demand_is_kept(r), "a largest demand is lost");
    expect(r, import_of(m) <= month_import_uws(tick), "energy from nowhere");
}

/* Events that have begun are in their log, or run. */
static void expect_events_logged(branch_rig *r)
{
    const wh_keeper *k = &r->branch.keeper;
    uint32_t pushes = 0;
    for (unsigned slot = 0; slot < WH_EVENT_SLOTS; slot++) {
        uint32_t first = 0;
        uint32_t next = 0;
        wh_store_log_range(&k->store, WH_EVENT_LOG_FIRST + slot, &first, &next);
        uint32_t runs = wh_events_active(&k->events, slot) ? 1 : 0;
        uint32_t count = wh_events_count(&k->events, slot);
        unsigned kind = wh_event_kind_of(slot, NULL);
        if (wh_event_priority_of(kind) >= WH_EVENT_PUSHED) { /* with its begin and its end */
            pushes += wh_event_log_running_size(slot) > 0 ? 2 * count - runs : count;
        }
        if (next + runs != count) {
            fprintf(stderr, "%s: ", wh_event_name(kind));
            wrong(r, "the count is not that of the log");
        }
    }
    uint32_t first = 0;
    uint32_t next = 0;
    wh_store_log_range(&k->store, WH_PUSH_LOG, &first, &next);
    if (next != pushes) {
        fprintf(stderr, "%u of %u: ", next, pushes);
        wrong(r, "pushes are not those of the events");
    }
}

/* Each opening that was told is followed by a closing, unless it is open now. */
static bool switch_is_told(const wh_keeper *k)
{
    uint32_t first = 0;
    uint32_t opened = 0;
    uint32_t closed = 0;
    wh_store_log_range(&k->store, WH_EVENT_LOG_FIRST + wh_event_slot(WH_EVENT_SWITCH_OPENED, 0),
                       &first, &opened);
    wh_store_log_range(&k->store, WH_EVENT_LOG_FIRST + wh_event_slot(WH_EVENT_SWITCH_CLOSED, 0),
                       &first, &closed);
    return opened == closed + (k->main_switch.announced_closed ? 0U : 1U);
}

static void expect_old_entries(branch_rig *r, const uint32_t next[WH_KEEPER_LOGS])
{
    const wh_store *store = &r->branch.keeper.store;
    bool all = r->sum.cuts % LOOK_AT_ALL == 0;
    for (unsigned log = 0; log < WH_KEEPER_LOGS; log++) {
        uint32_t first = 0;
        uint32_t end = 0;
        wh_store_log_range(store, log, &first, &end);
        end = next[log] < end ? next[log] : end;
        uint32_t from = all || end - first < NEWEST ? first : end - NEWEST;
        for (uint32_t s = from; s < end; s++) {
            golden_entry e;
            bool same = golden_read(store, log, s, &e) == WH_OK && s < r->gold.count[log] &&
                        e.hash == r->gold.entry[log][s].hash;
            expect(r, same, "an entry is not what was written");
        }
    }
}

/* ---- a branch ---- */

static void power_on(branch_rig *r, uint32_t tick)
{
    month_meter *m = &r->branch;
    fake_flash_power_on(&m->flash);
    uint64_t operations = m->flash.operations;
    assert_int_equal(month_power_on(m, tick), WH_OK);
    expect(r, m->flash.operations == operations, "a mount writes");
    r->settled = false;
    wh_store_report report = wh_store_get_report(&m->keeper.store);
    r->sum.mounts++;
    r->sum.mount_bytes += report.mount_bytes;
    if (report.mount_bytes > r->sum.mount_bytes_max) {
        r->sum.mount_bytes_max = report.mount_bytes;
    }
    if (report.mount_reads > r->sum.mount_reads_max) {
        r->sum.mount_reads_max = report.mount_reads;
    }
    expect(r, report.mount_bytes <= 2 * m->flash.size, "a mount reads too much");
}

/* What was committed when the branch is cut. Where what was being committed before is not settled
 * yet, that may still come or go, too. */
static void note_cut(void *user, const fake_operation *op)
{
    branch_rig *r = user;
    (void)op;
    const fake_flash *f = &r->branch.flash;
    if (f->operations + 1 != f->cut_at) {
        return;
    }
    const wh_store *store = &r->branch.keeper.store;
    r->cut_count = r->settled ? 0 : r->cut_count;
    r->txn = r->settled ? 0 : r->txn;
    branch_cut_state *cut = &r->cut[r->cut_count++];
    golden_look(store, &cut->content);
    for (unsigned log = 0; log < WH_KEEPER_LOGS; log++) {
        cut->pending[log] = store->logs[log].pending;
    }
}

static void arm(branch_rig *r)
{
    static const uint32_t spans[] = {3, 8, 24, 60};
    fake_flash *f = &r->branch.flash;
    f->cut_at = f->operations + 1U + fake_flash_random(f, spans[fake_flash_random(f, 4)]);
    f->cut = (fake_cut)fake_flash_random(f, f->reorders ? FAKE_CUTS : FAKE_CUT_MIXED);
}

static bool is_at_cut_of_main(const branch_rig *r, uint64_t hash)
{
    return r->txn != 0 &&
           (golden_is_before(&r->gold, r->txn, hash) || golden_is_after(&r->gold, r->txn, hash));
}

/* One transaction further than when power was cut: its blobs are not known here, but all of its
 * entries are there. */
static bool is_further(const branch_cut_state *cut, const golden_content *now)
{
    for (unsigned log = 0; log < WH_KEEPER_LOGS; log++) {
        if (now->next[log] != cut->content.next[log] + cut->pending[log]) {
            return false;
        }
    }
    return true;
}

/* After a second cut: what was committed before it, or one transaction more. */
static void expect_recovered(branch_rig *r, uint32_t tick)
{
    golden_content now;
    golden_look(&r->branch.keeper.store, &now);
    bool known = is_at_cut_of_main(r, now.hash);
    for (unsigned i = 0; i < r->cut_count && !known; i++) {
        known = r->cut[i].content.hash == now.hash || is_further(&r->cut[i], &now);
    }
    expect(r, known, "after a second cut, neither what was committed nor what was being so");
    for (unsigned log = 0; log < WH_KEEPER_LOGS; log++) { /* what was not settled may be gone */
        r->first_next[log] =
            now.next[log] < r->first_next[log] ? now.next[log] : r->first_next[log];
    }
    expect_old_entries(r, r->first_next);
    expect_sound(r, tick);
}

static uint64_t settle(branch_rig *r)
{
    const fake_flash *f = &r->branch.flash;
    uint64_t before = f->operations;
    while (wh_store_work(&r->branch.keeper.store)) {
    }
    return f->operations - before;
}

/* One tick in the branch; false: power was cut. */
static bool run_tick(branch_rig *r, uint32_t tick, bool fed)
{
    month_meter *m = &r->branch;
    uint64_t work = settle(r);
    if (m->flash.off) {
        return false;
    }
    r->sum.ready_max = work > r->sum.ready_max ? work : r->sum.ready_max;
    if (!r->settled) {
        r->settled = true;
        keep_registers(r);
    }
    if (fed) {
        month_feed(m, tick);
    }
    month_act(m, tick);
    if (!m->flash.off) {
        month_pass(m, tick, false);
    }
    if (m->flash.off) {
        return false;
    }
    if (!r->kind->hold_up && month_length_ms(tick) >= 60000) {
        keep_registers(r);
    }
    keep_demand(r);
    return true;
}

static void expect_occurred(branch_rig *r, unsigned kind, uint32_t times)
{
    uint32_t first = 0;
    uint32_t next = 0;
    wh_store_log_range(&r->branch.keeper.store, WH_EVENT_LOG_FIRST + wh_event_slot(kind, 0), &first,
                       &next);
    if (next != times) {
        fprintf(stderr, "%s, %u of %u: ", wh_event_name(kind), next, times);
        wrong(r, "an event is lost or doubled");
    }
}

/* The recorders have what they have without a cut, at the same times; what happens once has
 * happened once. */
static void expect_all_recorded(branch_rig *r, uint32_t tick)
{
    const wh_keeper *k = &r->branch.keeper;
    golden_content now;
    golden_look(&k->store, &now);
    for (unsigned i = 0; i < r->branch.config.recorder_count; i++) {
        unsigned log = r->branch.config.recorder[i].config->log;
        uint32_t next = r->gold.next[tick][log];
        if (now.next[log] != next) {
            fprintf(stderr, "recorder %u has %u of %u: ", i, now.next[log], next);
            wrong(r, "a record is lost or doubled");
            continue;
        }
        uint32_t from = next - now.first[log] < NEWEST ? now.first[log] : next - NEWEST;
        for (uint32_t s = from; s < next; s++) {
            golden_entry e;
            bool same = golden_read(&k->store, log, s, &e) == WH_OK &&
                        e.time_s == r->gold.entry[log][s].time_s;
            expect(r, same, "a record of another time");
        }
    }
    expect_occurred(r, WH_EVENT_PURCHASE, month_purchases(tick));
    expect_occurred(r, WH_EVENT_CLOCK_SET,
                    r->gold.next[tick][WH_EVENT_LOG_FIRST + wh_event_slot(WH_EVENT_CLOCK_SET, 0)]);
}

static void expect_end(branch_rig *r, uint32_t tick)
{
    const wh_keeper *k = &r->branch.keeper;
    expect_sound(r, tick);
    expect_events_logged(r);
    expect(r, switch_is_told(k), "a switching is not told, or twice");
    expect_all_recorded(r, tick);
    expect(r, k->prepayment.purchase_count == month_purchases(tick), "a purchase is lost");
    expect(r,
           k->demand.reset_count[WH_DEMAND_RESET_SETTLEMENT] ==
               r->gold.next[tick][WH_FREEZE_BILLING],
           "demand resets are not those of the billings");
    expect(r, k->loads.load[0].consumed_mwh == month_load_mwh(tick),
           "a load's energy is lost or doubled");
    expect(r, k->alarms.push_lost == 0, "a push is lost");
}

/* Run on over the tick that was cut and the next, with `levels` more cuts on the way. */
static void run_on(branch_rig *r, unsigned levels)
{
    uint32_t last = r->tick + 1 < r->tick_count ? r->tick + 1 : r->tick;
    uint32_t tick = r->tick;
    bool fed = false;
    while (tick <= last) {
        if (levels > 0 && r->branch.flash.cut_at == 0) {
            arm(r);
        }
        if (run_tick(r, tick, fed)) {
            tick++;
            fed = true;
            continue;
        }
        levels--;
        r->sum.nested++;
        power_on(r, tick);
        expect_recovered(r, tick);
        fed = false;
    }
    r->branch.flash.cut_at = 0;
    expect_end(r, last);
}

/* ---- the first cut ---- */

static void expect_committed(branch_rig *r)
{
    golden_content now;
    golden_look(&r->branch.keeper.store, &now);
    expect(r, is_at_cut_of_main(r, now.hash),
           "neither what was committed nor what was being committed");
    memcpy(r->first_next, now.next, sizeof now.next);
    expect_old_entries(r, now.next);
    r->floor_uws = r->kind->hold_up ? 0 : month_saved_uws(r->tick);
    memset(&r->floor, 0, sizeof r->floor);
    r->floor_max_mw = r->tick == 0 ? 0 : r->gold.max_mw[r->tick - 1];
    r->floor_billings = r->tick == 0 ? 0 : r->gold.next[r->tick - 1][WH_FREEZE_BILLING];
    expect_sound(r, r->tick);
    int64_t lost = month_import_uws(r->tick) - import_of(&r->branch);
    if (!r->kind->hold_up && lost > r->sum.lost_uws) {
        r->sum.lost_uws = lost;
    }
}

void branch_cut(branch_rig *r, const fake_operation *op)
{
    fake_flash *f = &r->branch.flash;
    fake_flash_copy(f, &r->main.flash);
    r->branch.relay_open = r->main.relay_open;
    f->random = (r->seed + r->sum.cuts) * UINT64_C(0x9E3779B97F4A7C15) | 1U;
    f->cut = (fake_cut)((r->sum.cuts + r->seed) % (f->reorders ? FAKE_CUTS : FAKE_CUT_MIXED));
    fake_flash_cut(f, op, f->cut);
    r->sum.cuts++;
    r->txn = r->main.keeper.store.txn;
    r->cut_count = 0;
    power_on(r, r->tick);
    expect_committed(r);
    static const uint8_t levels[] = {0, 0, 0, 0, 0, 1, 1, BRANCH_LEVELS};
    run_on(r, levels[fake_flash_random(f, sizeof levels)]);
}

/* ---- with a hold-up signal ---- */

static bool same_energies(const month_meter *a, const month_meter *b)
{
    for (unsigned place = 0; place < WH_REG_PLACES; place++) {
        for (unsigned reg = 0; reg < WH_REG_COUNT; reg++) {
            if (uws_of(&a->meter.registers.reg[place][reg]) !=
                uws_of(&b->meter.registers.reg[place][reg])) {
                return false;
            }
        }
    }
    return a->keeper.cost_import.total == b->keeper.cost_import.total &&
           a->keeper.cost_import.rest == b->keeper.cost_import.rest &&
           a->keeper.prepayment.credit[0].amount == b->keeper.prepayment.credit[0].amount;
}

static bool same_demand(const wh_demand *a, const wh_demand *b)
{
    for (uint8_t channel = 0; channel < a->config.channels; channel++) {
        for (uint8_t rate = 0; rate <= a->config.rates; rate++) {
            wh_demand_value x = wh_demand_max(a, channel, rate);
            wh_demand_value y = wh_demand_max(b, channel, rate);
            if (x.mw != y.mw || x.end_ms != y.end_ms) {
                return false;
            }
        }
    }
    return a->reset_ms == b->reset_ms;
}

void branch_signalled(branch_rig *r)
{
    const month_meter *m = &r->main;
    fake_flash_copy(&r->branch.flash, &m->flash);
    r->branch.relay_open = m->relay_open;
    r->sum.signalled++;
    power_on(r, r->tick);
    r->floor_uws = month_import_uws(r->tick);
    r->floor = m->meter.registers;
    r->floor_max_mw = 0; /* is compared below */
    expect_sound(r, r->tick);
    expect(r, same_energies(m, &r->branch), "lost though it was signalled: energy");
    expect(r, same_demand(&m->keeper.demand, &r->branch.keeper.demand),
           "lost though it was signalled: demand");
    expect(r, m->keeper.clock.utc_ms == r->branch.keeper.clock.utc_ms, "another time");
}

/* ---- both meters ---- */

void branch_init(branch_rig *r, const month_kind *kind)
{
    r->kind = kind;
    month_init(&r->main, kind);
    month_init(&r->branch, kind);
    r->branch.flash.before = note_cut;
    r->branch.flash.before_user = r;
}

void branch_free(branch_rig *r)
{
    month_free(&r->main);
    month_free(&r->branch);
}
