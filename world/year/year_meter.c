/* SPDX-License-Identifier: Apache-2.0 */
#include "world/year/year_meter_internal.h"

#include <string.h>

#define RECORD_BYTES 2048

/* ---- time ---- */

static void follow_coil(wh_year_meter *m)
{
    if (m->keeper.main_switch.coil == WH_SWITCH_COIL_OPEN) {
        m->relay_closed = false;
    } else if (m->keeper.main_switch.coil == WH_SWITCH_COIL_CLOSE) {
        m->relay_closed = true;
    }
}

static void tick(wh_year_meter *m, uint32_t contacts, bool power_fails)
{
    const wh_meter_inputs in = {
        .platform_ms = m->platform_ms,
        .contacts = contacts,
        .feedback =
            (uint8_t)(m->relay_closed ? WH_SWITCH_FEEDBACK_CLOSED : WH_SWITCH_FEEDBACK_OPEN),
        .power_fails = power_fails,
    };
    wh_meter_tick(&m->meter, &in);
    follow_coil(m);
}

void wh_year_meter_tick(wh_year_meter *m, int64_t elapsed_ms, uint32_t contacts)
{
    m->platform_ms += elapsed_ms;
    tick(m, contacts, false);
}

void wh_year_meter_feed(wh_year_meter *m, const wh_year_interval *i)
{
    wh_meter_interval in = {.duration_ms = i->duration_ms,
                            .present = i->last.present,
                            .rotation = i->last.present != 7        ? WH_ROTATION_NONE
                                        : i->last.reversed_sequence ? WH_ROTATION_ACB
                                                                    : WH_ROTATION_ABC,
                            .f_uhz = i->last.f_uhz,
                            .in_ua = i->last.in_ua};
    for (unsigned k = 0; k < WH_PHASES; k++) {
        in.quantum.p_uws[k] = i->p_uws[k];
        in.quantum.p1_uws[k] = i->p1_uws[k];
        in.quantum.q1_uvars[k] = i->q1_uvars[k];
        in.quantum.s_uvas[k] = i->s_uvas[k];
        in.u_uv[k] = i->last.u_uv[k];
        in.i_ua[k] = i->last.i_ua[k];
        in.p_uw[k] = i->last.p_uw[k];
        in.q1_uvar[k] = i->last.q1_uvar[k];
    }
    wh_meter_feed(&m->meter, &in);
}

void wh_year_meter_power_down(wh_year_meter *m)
{
    if (m->config.hold_up) {
        m->ram.failing = true;
        tick(m, 0, true);
        m->ram.failing = false;
    }
    memset(&m->meter, 0xA5, sizeof m->meter); /* what RAM holds without power */
    memset(&m->keeper, 0xA5, sizeof m->keeper);
    memset(m->memory, 0xA5, m->memory_size);
}

wh_err wh_year_meter_power_up(wh_year_meter *m, int64_t outage_ms, bool battery_lost)
{
    m->platform_ms = battery_lost ? 0 : m->platform_ms + outage_ms;
    return wh_year_meter_start(m, !battery_lost);
}

/* ---- hands ---- */

wh_err wh_year_meter_clock(wh_year_meter *m, const wh_year_action *a, int64_t true_ms)
{
    wh_clock *clock = &m->keeper.clock;
    wh_err err = WH_ERR_ARG;
    if (a->kind == WH_YEAR_CLOCK_SET) {
        err = wh_clock_set(clock, true_ms + a->value);
    } else if (a->kind == WH_YEAR_CLOCK_SHIFT) {
        err = wh_clock_shift(clock, (int32_t)a->value);
    } else if (a->kind == WH_YEAR_CLOCK_MINUTE) {
        err = wh_clock_adjust_to_minute(clock);
    } else if (a->kind == WH_YEAR_CLOCK_BROADCAST) {
        err = wh_clock_broadcast(clock, true_ms + a->value, NULL, 0);
    }
    wh_keeper_touch(&m->keeper, WH_ROOM_CLOCK);
    return err;
}

bool wh_year_meter_purchase(wh_year_meter *m, wh_year_purchase which, int64_t amount)
{
    wh_prepayment_purchase p = {
        .customer = WH_YEAR_CUSTOMER, .count = m->bought + 1, .amount = amount};
    p.count -= which == WH_YEAR_PURCHASE_REPEATED ? 1 : 0;
    p.count += which == WH_YEAR_PURCHASE_SKIPPED ? 1 : 0;
    p.customer += which == WH_YEAR_PURCHASE_STRANGER ? 1 : 0;
    bool accepted = wh_prepayment_buy(&m->keeper.prepayment, &p, wh_keeper_utc_ms(&m->keeper)) ==
                    WH_PREPAYMENT_ACCEPTED;
    m->bought += accepted ? 1 : 0;
    return accepted;
}

bool wh_year_meter_order(wh_year_meter *m, wh_year_order which, int64_t valid_ms)
{
    static const wh_switch_order_kind kinds[WH_YEAR_ORDERS] = {
        WH_SWITCH_TRIP, WH_SWITCH_PERMIT, WH_SWITCH_CLOSE, WH_SWITCH_PROTECTION_ON,
        WH_SWITCH_PROTECTION_OFF};
    int64_t utc_ms = wh_keeper_utc_ms(&m->keeper);
    const wh_switch_order order = {
        .kind = kinds[which], .operator_code = 1, .valid_until_ms = utc_ms + valid_ms};
    return wh_switch_obey(&m->keeper.main_switch, &order, utc_ms) == WH_OK;
}

bool wh_year_meter_freeze(wh_year_meter *m, wh_oracle *oracle)
{
    wh_recorder_command(&m->keeper.recorder[WH_YEAR_INSTANTANEOUS], wh_keeper_utc_ms(&m->keeper));
    wh_oracle_freeze(oracle, WH_YEAR_INSTANTANEOUS);
    return true;
}

wh_err wh_year_meter_demand_reset(wh_year_meter *m)
{
    wh_keeper_touch(&m->keeper, WH_ROOM_DEMAND);
    return wh_demand_reset(&m->keeper.demand, WH_DEMAND_RESET_COMMAND,
                           wh_keeper_utc_ms(&m->keeper));
}

/* ---- eyes ---- */

bool wh_year_meter_closed(const wh_year_meter *m)
{
    return m->relay_closed;
}

int64_t wh_year_meter_utc_ms(const wh_year_meter *m)
{
    return wh_keeper_utc_ms(&m->keeper);
}

wh_meter *wh_year_meter_inside(wh_year_meter *m)
{
    return &m->meter;
}

static int64_t read_uws(const void *meter, unsigned place, unsigned rate, wh_reg kind)
{
    const wh_year_meter *m = meter;
    const wh_energy *e = rate == 0 ? &m->meter.registers.reg[place][kind]
                                   : wh_rate_register_at(&m->keeper.rates, kind, (uint8_t)rate);
    return e == NULL ? 0 : e->mwh * 3600000 + e->rest_uws;
}

static bool read_column(const void *meter, uint8_t c, uint8_t d, uint8_t e, int64_t *value)
{
    const wh_year_meter *m = meter;
    const wh_column_reader reader = wh_keeper_columns(&m->meter);
    const wh_column column = {.obis = {{1, 0, c, d, e, 255}}, .attribute = WH_COLUMN_VALUE};
    return reader.read(reader.user, column, value) == WH_OK;
}

static void read_peaks(const wh_year_meter *m, wh_oracle_reading *out)
{
    for (uint8_t c = 0; c < WH_ORACLE_CHANNELS; c++) {
        for (uint8_t rate = 0; rate <= WH_YEAR_RATES; rate++) {
            wh_demand_value v = wh_demand_max(&m->keeper.demand, c, rate);
            out->peak[c][rate] = (wh_oracle_peak){v.mw, v.end_ms};
        }
    }
}

void wh_year_meter_glance(const wh_year_meter *m, wh_oracle_reading *out)
{
    const wh_keeper *k = &m->keeper;
    *out = (wh_oracle_reading){
        .meter = m,
        .uws = read_uws,
        .utc_ms = k->clock.utc_ms,
        .rate = k->rate,
        .cost = {k->cost_import.total, k->cost_export.total},
        .connected = k->main_switch.state == WH_SWITCH_CONNECTED,
        .output_closed = k->main_switch.output_closed,
        .by_limiter = k->main_switch.cause == WH_SWITCH_BY_LIMITER,
        .by_credit = k->main_switch.cause == WH_SWITCH_BY_CREDIT,
        .wallet = k->prepayment.credit[0].amount,
        .purchases = k->prepayment.purchase_count,
        .barred = k->prepayment.barred,
    };
}

void wh_year_meter_read(const wh_year_meter *m, wh_oracle_reading *out)
{
    wh_year_meter_glance(m, out);
    out->column = read_column;
    out->power_offs = wh_events_total_count(&m->keeper.events, WH_EVENT_POWER_OFF);
    out->combined_active_mwh = wh_keeper_combined_active_mwh(&m->meter, 0);
    for (unsigned i = 0; i < 2; i++) {
        out->combined_reactive_mvarh[i] = wh_keeper_combined_reactive_mvarh(&m->meter, i, 0);
    }
    read_peaks(m, out);
}

static int64_t column_of(const wh_recorder *r, const wh_record *record, unsigned index)
{
    int64_t value;
    return index != WH_YEAR_NO_COLUMN && wh_recorder_value(r, record, index, &value) == WH_OK
               ? value
               : INT64_MIN;
}

static void show_record(wh_year_meter *m, wh_oracle *oracle, unsigned i)
{
    uint8_t bytes[RECORD_BYTES];
    size_t len;
    wh_record record;
    const wh_recorder *r = &m->keeper.recorder[i];
    wh_err err = wh_store_log_get(&m->keeper.store, wh_year_recorders[i].config->log,
                                  m->eye[i].next, bytes, sizeof bytes, &len);
    err = err == WH_OK ? wh_record_decode(bytes, len, &record) : err;
    if (err != WH_OK) {
        wh_oracle_record_lost(oracle, i, 1);
        return;
    }
    wh_oracle_record(oracle, i, (int64_t)record.head.time_s * 1000,
                     column_of(r, &record, m->eye[i].import),
                     column_of(r, &record, m->eye[i].export));
}

void wh_year_meter_records(wh_year_meter *m, wh_oracle *oracle)
{
    for (unsigned i = 0; i < WH_YEAR_RECORDERS; i++) {
        uint32_t first;
        uint32_t next;
        wh_store_log_range(&m->keeper.store, wh_year_recorders[i].config->log, &first, &next);
        if (next < m->eye[i].next) {
            wh_oracle_record_lost(oracle, i, m->eye[i].next - next);
        }
        for (; m->eye[i].next < next; m->eye[i].next++) {
            show_record(m, oracle, i);
        }
    }
}

uint32_t wh_year_meter_events(const wh_year_meter *m)
{
    uint32_t count = 0;
    for (unsigned kind = 0; kind < WH_EVENT_KINDS; kind++) {
        count += wh_events_total_count(&m->keeper.events, kind);
    }
    return count;
}

wh_year_wear wh_year_meter_wear(const wh_year_meter *m)
{
    wh_store_report report = wh_store_get_report(&m->keeper.store);
    return (wh_year_wear){.programs = m->ram.programs,
                          .programmed_bytes = m->ram.programmed_bytes,
                          .erases = m->ram.erases,
                          .erases_max = report.erases_max,
                          .sectors = m->config.flash->sector_count};
}
