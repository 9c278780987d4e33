/* SPDX-License-Identifier: Apache-2.0 */
/* plan_behaviour.c - starting, no load, supply events (metrology.md 2.4). */
#include "world/typetest/plan.h"

static void add_starting(wh_plan *p)
{
    static const struct {
        const char *accuracy;
        wh_rig_meter meter;
        double part;
        bool reactive;
    } rows[] = {
        {"cl 1", WH_RIG_DIRECT, 0.004, false},
        {"cl 2", WH_RIG_DIRECT, 0.005, false},
        {"cl 1 CT", WH_RIG_TRANSFORMER, 0.002, false},
        {"cl 2 CT", WH_RIG_TRANSFORMER, 0.003, false},
        {"cl 0.2S", WH_RIG_TRANSFORMER, 0.001, false},
        {"cl 0.5S", WH_RIG_TRANSFORMER, 0.001, false},
        {"cl 2", WH_RIG_DIRECT, 0.005, true},
        {"cl 3", WH_RIG_DIRECT, 0.01, true},
        {"cl 2 CT", WH_RIG_TRANSFORMER, 0.003, true},
        {"cl 3 CT", WH_RIG_TRANSFORMER, 0.005, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double basic = wh_rig_ratings[rows[i].meter].i_basic_a;
        wh_plan_head head = {
            "2.4", "Starting: it registers and goes on registering", rows[i].accuracy, "%",
            50,    rows[i].reactive ? WH_GIVES_Q : WH_GIVES_P};
        wh_plan_row *row = wh_plan_add(p, &head, rows[i].reactive ? "starting-var" : "starting",
                                       "%g of Ib or In, %s: error within +-50 %%", rows[i].part,
                                       rows[i].reactive ? "sin 1" : "PF 1");
        wh_trial t = wh_plan_sine(rows[i].meter, rows[i].part * basic, rows[i].reactive ? 90 : 0,
                                  p->quick ? 4 : 30);
        wh_plan_use(p, row, &t);
    }
}

/* Minutes at 1.15 Un: C * 10^6 / (k m Un Imax). */
static double no_load_s(double c, wh_rig_meter meter)
{
    const wh_rig_rating *r = &wh_rig_ratings[meter];
    return 60 * c * 1e6 / (r->imp_per_kwh * WH_PHASES * WH_RIG_U_V * r->i_max_a);
}

static wh_trial no_load(wh_rig_meter meter, double seconds)
{
    wh_trial t = wh_plan_sine(meter, 0, 0, seconds);
    t.kind = WH_TRIAL_NO_LOAD;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        t.u_part[k] = 1.15;
    }
    return t;
}

static void add_no_load(wh_plan *p)
{
    static const struct {
        const char *accuracy;
        wh_rig_meter meter;
        double c;
    } rows[] = {{"cl 1", WH_RIG_DIRECT, 600},
                {"cl 2", WH_RIG_DIRECT, 480},
                {"cl 0.2S", WH_RIG_TRANSFORMER, 900},
                {"cl 0.5S", WH_RIG_TRANSFORMER, 600}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double seconds = p->quick ? 20 : no_load_s(rows[i].c, rows[i].meter);
        wh_plan_head head = {
            "2.4",          "No load: no current at 1.15 Un", rows[i].accuracy, "pulses", 1,
            WH_GIVES_PULSES};
        wh_plan_row *row = wh_plan_add(p, &head, "no-load", "%.1f min%s, %g imp/kWh, Imax %g A",
                                       seconds / 60, p->quick ? " (of a quick test)" : "",
                                       wh_rig_ratings[rows[i].meter].imp_per_kwh,
                                       wh_rig_ratings[rows[i].meter].i_max_a);
        wh_trial t = no_load(rows[i].meter, seconds);
        wh_plan_use(p, row, &t);
    }
}

static void add_supply_events(wh_plan *p)
{
    static const struct {
        const char *id;
        const char *condition;
        double seconds;
    } rows[] = {{"interruptions", "3 interruptions of 1 s, 50 ms apart, no current", 12},
                {"interruption", "one interruption of 20 ms, no current", 8},
                {"dip", "dip to half Un for 1 min, no current", 68}};
    static const wh_rig_meter meters[] = {WH_RIG_DIRECT, WH_RIG_TRANSFORMER};
    static const char *const names[] = {"direct", "transformer"};
    for (size_t m = 0; m < 2; m++) {
        double limit = 1e-6 * WH_PHASES * WH_RIG_U_V * wh_rig_ratings[meters[m]].i_max_a;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            wh_plan_head head = {
                "2.4",    "IEC 62052-11: registers after supply events, x = 1e-6 m Un Imax",
                names[m], "kWh",
                limit,    WH_GIVES_KWH};
            wh_plan_row *row = wh_plan_add(p, &head, rows[i].id, "%s", rows[i].condition);
            wh_trial t = wh_plan_sine(meters[m], 0, 0, rows[i].seconds);
            t.kind = WH_TRIAL_SUPPLY;
            t.arg[0] = (double)i;
            wh_plan_use(p, row, &t);
        }
    }
}

void wh_plan_behaviour(wh_plan *p)
{
    add_starting(p);
    add_no_load(p);
    add_supply_events(p);
}
