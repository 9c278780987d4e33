/* SPDX-License-Identifier: Apache-2.0 */
/* Follows energy through a whole meter, and prints what there is of it at each station as the
 * rows of the table in docs/one-watt-hour.md: 230 V, 10 A, every sample of the last quarter hour
 * of a month. The quarter hour before it lets the demand find its periods. */
#include "meter/catalogue.h"
#include "meter/tariff/bill.h"
#include "tests/meter/keeper/keeper_rig.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TURN      6.283185307179586
#define FS        8000
#define SET_MS    INT64_C(1769902200000) /* 2026-01-31 23:30 UTC */
#define PERIOD_MS 900000
#define PRICE     516924 /* millionths per kWh: Hubei, January 2026, valley */
#define FULL_UV   400000000
#define FULL_UA   100000000

static int32_t sample[FS / 50][WH_CHANNELS];

static void make_cycle(void)
{
    for (unsigned n = 0; n < FS / 50; n++) {
        double s = sqrt(2) * sin(TURN * n / (FS / 50));
        sample[n][WH_U1] = (int32_t)lrint(230e6 / FULL_UV * WH_CODE_FULL * s);
        sample[n][WH_I1] = (int32_t)lrint(10e6 / FULL_UA * WH_CODE_FULL * s);
    }
}

static void row(const char *station, const char *what, const char *value)
{
    printf("| %s | %s | %s |\n", station, what, value);
}

static void row_int(const char *station, const char *what, int64_t value, const char *unit)
{
    char text[64];
    snprintf(text, sizeof text, "%" PRId64 "%s%s", value, unit[0] != '\0' ? " " : "", unit);
    row(station, what, text);
}

/* A quarter hour of samples; returns how many windows it took until the register showed 1 Wh. */
static unsigned run_samples(keeper_rig *rig)
{
    unsigned windows = 0;
    uint64_t before = rig->meter.windows;
    for (unsigned cycle = 0; cycle < PERIOD_MS / 20; cycle++) {
        wh_meter_samples(&rig->meter, (const int32_t(*)[WH_CHANNELS])sample, FS / 50);
        rig->platform_ms += 20;
        rig->inputs.platform_ms = rig->platform_ms;
        wh_meter_tick(&rig->meter, &rig->inputs);
        int64_t mwh = rig->meter.registers.reg[WH_REG_TOTAL][WH_REG_ACTIVE_IMPORT].mwh;
        if (windows == 0 && mwh >= 1000) {
            windows = (unsigned)(rig->meter.windows - before);
        }
    }
    return windows;
}

static void print_measured(const keeper_rig *rig, unsigned windows)
{
    const wh_quantities *q = &rig->meter.metrology.quantities;
    char text[64];
    snprintf(text, sizeof text, "u %" PRId32 ", i %" PRId32, sample[FS / 200][WH_U1],
             sample[FS / 200][WH_I1]);
    row("sample set", "codes at the crest, of ±8 388 608", text);
    row_int("window", "U of 1600 sample sets", q->phase[0].u_uv / 1000, "mV");
    row_int("window", "P", q->phase[0].p_uw / 1000, "mW");
    row_int("quantum", "energy of 0.2 s", rig->meter.metrology.quantum.p_uws[0], "µWs");
    row_int("register", "windows until 1-0:1.8.0 shows 1 Wh", windows, "");
}

static void print_records(keeper_rig *rig, unsigned which, const char *station)
{
    uint8_t bytes[1200];
    wh_record record;
    wh_recorder *r = &rig->keeper.recorder[which];
    wh_recorder_cursor cursor = wh_recorder_back(r, &rig->keeper.store, 1);
    assert_int_equal(wh_recorder_read(r, &rig->keeper.store, &cursor, bytes, sizeof bytes, &record),
                     WH_OK);
    assert_int_equal((int64_t)record.head.time_s * 1000, SET_MS + 2 * PERIOD_MS);
    uint32_t first;
    uint32_t next;
    size_t len = 0;
    unsigned log = rig->record[which].log;
    wh_store_log_range(&rig->keeper.store, log, &first, &next);
    assert_int_equal(wh_store_log_get(&rig->keeper.store, log, next - 1, bytes, sizeof bytes, &len),
                     WH_OK);
    row_int(station, "columns", wh_recorder_column_count(r), "");
    row_int(station, "bytes", (int64_t)len, "");
}

static void print_bill(const keeper_rig *rig)
{
    int64_t import_mwh[RIG_RATES] = {0};
    int32_t price[RIG_RATES] = {0, 0, 0, PRICE};
    for (uint8_t rate = 1; rate <= RIG_RATES; rate++) {
        import_mwh[rate - 1] =
            wh_rate_register_at(&rig->keeper.rates, WH_REG_ACTIVE_IMPORT, rate)->mwh;
    }
    const wh_bill_period period = {.user = &rig->keeper.user,
                                   .rates = RIG_RATES,
                                   .import_mwh = import_mwh,
                                   .import_price = price};
    wh_bill_line line[WH_BILL_LINES(RIG_RATES)];
    wh_bill bill;
    assert_int_equal(wh_bill_make(&period, line, sizeof line / sizeof line[0], &bill), WH_OK);
    row_int("bill", "its only line", bill.total, "millionths");
    assert_true(bill.total - rig->keeper.cost_import.total <= 1 &&
                rig->keeper.cost_import.total - bill.total <= 1);
}

static void print_kept(keeper_rig *rig)
{
    const wh_keeper *k = &rig->keeper;
    row_int("rate", "in force", k->rate, "");
    row_int("rate register", "1-0:1.8.4 at midnight",
            wh_rate_register_at(&k->rates, WH_REG_ACTIVE_IMPORT, 4)->mwh, "mWh");
    row_int("demand", "average of the quarter hour", wh_demand_last(&k->demand, 0, 0).mw, "mW");
    row_int("cost", "at 0.516924 a kWh", k->cost_import.total, "millionths");
    print_records(rig, RIG_PROFILE_1, "load profile record");
    print_records(rig, RIG_BILLING, "billing record");
    print_bill(rig);
}

int main(void)
{
    static keeper_rig rig;
    static const wh_tariff_period night[] = {{0, 4}};
    static const int32_t price[RIG_RATES] = {0, 0, 0, PRICE};
    make_cycle();
    keeper_rig_init_at(&rig, SET_MS, 1);
    for (unsigned c = 0; c < WH_CHANNELS; c++) {
        rig.meter_config.metrology.channel[c].full_scale = c < WH_PHASES ? FULL_UV : FULL_UA;
    }
    assert_int_equal(wh_metrology_init(&rig.meter.metrology, &rig.meter_config.metrology), WH_OK);
    keeper_rig_set_day(&rig, night, 1);
    assert_int_equal(wh_cost_set_prices(&rig.keeper.cost_import, price, RIG_RATES), WH_OK);
    wh_cost_schedule(&rig.keeper.cost_import, SET_MS);
    wh_meter_tick(&rig.meter, &(wh_meter_inputs){.platform_ms = rig.platform_ms});
    for (unsigned minute = 0; minute < PERIOD_MS / 60000; minute++) {
        keeper_rig_run(&rig, 60000, (const int64_t[]){0, 0, 0});
    }
    unsigned windows = run_samples(&rig);
    print_measured(&rig, windows);
    print_kept(&rig);
    keeper_rig_free(&rig);
    return 0;
}
