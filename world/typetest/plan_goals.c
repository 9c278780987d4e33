/* SPDX-License-Identifier: Apache-2.0 */
/* plan_goals.c - what we want of the arithmetic, beyond the standards (metrology.md 7). */
#include "world/typetest/plan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MEASURE_S 4.0

static const char energy_subject[] = "Goals: active energy, worst phase";
static const char influence_subject[] = "Goals: change of the error by an influence quantity";
static const char reactive_subject[] = "Goals: reactive energy of the fundamental";
static const char rms_subject[] = "Goals: rms values and frequency";
static const char low_subject[] = "Goals: starting and no load";

static double i_max(void)
{
    return wh_rig_ratings[WH_RIG_OPEN].i_max_a;
}

/* Without noise only: at these ratios noise of one window is larger than the goal. */
static void clean_only(wh_plan_row *row)
{
    row->row.judged[WH_TYPETEST_NOISY] = false;
}

static void noisy_only(wh_plan_row *row)
{
    row->row.judged[WH_TYPETEST_CLEAN] = false;
}

static const struct {
    double factor;
    bool capacitive;
} factors[] = {{1, false}, {0.8, true}, {0.5, false}, {0.5, true}, {0.25, false}, {0.25, true}};
#define FACTORS (sizeof factors / sizeof factors[0])

static const char repeats[] = "160 samples a cycle: the rounding to 24 bit repeats, and stays";

/* Exactly 50 Hz at 8 kHz. Both power-factor ranges are judged by the one goal; the lowest is apart
 * because there the rounding of the codes by itself may be more than the goal. */
static void add_synchronous(wh_plan *p)
{
    static const double ratios[] = {5000, 10000}, goals[] = {0.01, 0.02};
    static const struct {
        const char *name, *range;
        unsigned first, end; /* of factors[] */
    } parts[] = {{"synchronous", "PF 1 to 0.5", 0, 4}, {"synchronous-low", "PF 0.25", 4, FACTORS}};
    for (size_t i = 0; i < 4; i++) {
        size_t ratio = i / 2, part = i % 2;
        if (p->quick && part == 1) {
            continue;
        }
        char id[40];
        (void)snprintf(id, sizeof id, "active/%g/%s", ratios[ratio], parts[part].name);
        wh_plan_head head = {"7", energy_subject, "goal", "%", goals[ratio], WH_GIVES_P_ONLY};
        wh_plan_row *row = wh_plan_add(p, &head, id, "Imax/%g, %s, exactly 50 Hz", ratios[ratio],
                                       parts[part].range);
        row->row.note = repeats;
        clean_only(row);
        for (size_t n = parts[part].first; n < parts[part].end; n++) {
            wh_trial t = wh_plan_sine(WH_RIG_OPEN, i_max() / ratios[ratio],
                                      wh_plan_angle_cos(factors[n].factor, factors[n].capacitive),
                                      MEASURE_S);
            wh_plan_use(p, row, &t);
        }
    }
}

static void add_scatter(wh_plan *p)
{
    enum { RUNS = 40 };
    wh_plan_head head = {"7", energy_subject, "goal", "%", 0.03, WH_GIVES_P_RMS};
    wh_plan_row *row =
        wh_plan_add(p, &head, "active/10000/noise",
                    "Imax/10000, PF 1, a phase over 60 s: 2 sigma of %d phases", WH_PHASES * RUNS);
    noisy_only(row);
    row->two_sigma = true;
    for (int n = 0; n < RUNS; n++) {
        wh_trial t = wh_plan_sine(WH_RIG_OPEN, i_max() / 10000, 0, 60);
        t.arg[5] = n; /* another seed */
        wh_plan_use(p, row, &t);
    }
}

/* All power factors at one frequency and voltage. */
static void use_factors(wh_plan *p, wh_plan_row *row, double amperes, double f_hz, double u_part)
{
    for (size_t n = 0; n < FACTORS; n++) {
        double degrees = wh_plan_angle_cos(factors[n].factor, factors[n].capacitive);
        wh_trial t = wh_plan_sine(WH_RIG_OPEN, amperes, degrees, MEASURE_S);
        t.f_hz = f_hz;
        for (unsigned k = 0; k < WH_PHASES; k++) {
            t.u_part[k] = u_part;
        }
        wh_plan_use(p, row, &t);
    }
}

static void add_active(wh_plan *p)
{
    static const struct {
        double ratio, goal;
    } steps[] = {{1, 0.005}, {10, 0.005}, {100, 0.005}, {1000, 0.005}, {5000, 0.01}, {10000, 0.02}};
    static const struct {
        double f, u;
    } corners[] = {{50.02, 1}, {45, 0.8}, {45, 1.15}, {65, 0.8}, {65, 1.15}, {52.7, 1}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "active/%g", steps[i].ratio);
        wh_plan_head head = {"7", energy_subject, "goal", "%", steps[i].goal, WH_GIVES_P_ONLY};
        wh_plan_row *row = wh_plan_add(
            p, &head, id, "Imax/%g, PF 1 to 0.25, 45 to 65 Hz, 0.8 to 1.15 Un", steps[i].ratio);
        clean_only(row);
        for (size_t c = 0; c < sizeof corners / sizeof corners[0]; c += p->quick ? 5 : 1) {
            use_factors(p, row, i_max() / steps[i].ratio, corners[c].f, corners[c].u);
        }
    }
    add_synchronous(p);
    if (!p->quick) { /* the scatter of few runs says little */
        add_scatter(p);
    }
}

static const struct {
    const char *id;
    const char *condition;
    wh_test_wave wave;
    bool reversed;
    unsigned lost;   /* phases, bits: no voltage, no current */
    unsigned single; /* 1: only L1 has current */
    double u, f, i_part, degrees;
} influences[] = {
    {"voltage/low", "U = 0.8 Un, PF 0.5", WH_TEST_SINE, false, 0, 0, 0.8, 50, 0.1, 60},
    {"voltage/high", "U = 1.15 Un, PF 0.5", WH_TEST_SINE, false, 0, 0, 1.15, 50, 0.1, 60},
    {"frequency/low", "f = 49 Hz, PF 0.5", WH_TEST_SINE, false, 0, 0, 1, 49, 0.1, 60},
    {"frequency/high", "f = 51 Hz, PF 0.5", WH_TEST_SINE, false, 0, 0, 1, 51, 0.1, 60},
    {"sequence", "reversed sequence, PF 1", WH_TEST_SINE, true, 0, 0, 1, 50, 0.01, 0},
    {"one-lost", "L1 lost", WH_TEST_SINE, false, 1, 0, 1, 50, 0.1, 0},
    {"two-lost", "L1 and L2 lost", WH_TEST_SINE, false, 3, 0, 1, 50, 0.1, 0},
    {"one-loaded", "only L1 loaded", WH_TEST_SINE, false, 0, 1, 1, 50, 0.1, 0},
    {"fifth", "5th harmonic, 0.5 Imax", WH_TEST_FIFTH, false, 0, 0, 1, 50, 0.5, 0},
    {"fired", "phase-fired, 0.5 In", WH_TEST_FIRED, false, 0, 0, 1, 50, 0.05, 0},
    {"burst", "burst, 0.5 In", WH_TEST_BURST, false, 0, 0, 1, 50, 0.05, 0},
    {"half-wave", "half wave, Imax / sqrt 2", WH_TEST_HALF_WAVE, false, 0, 0, 1, 50, 1, 0},
    {"fifth/off", "5th harmonic, 0.5 Imax, 49.6 Hz", WH_TEST_FIFTH, false, 0, 0, 1, 49.6, 0.5, 0},
    {"fired/off", "phase-fired, 0.5 In, 49.6 Hz", WH_TEST_FIRED, false, 0, 0, 1, 49.6, 0.05, 0},
    {"burst/off", "burst, 0.5 In, 49.6 Hz", WH_TEST_BURST, false, 0, 0, 1, 49.6, 0.05, 0},
    {"half-wave/off", "half wave, Imax / sqrt 2, 49.6 Hz", WH_TEST_HALF_WAVE, false, 0, 0, 1, 49.6,
     1, 0},
};

static void add_influences(wh_plan *p)
{
    for (size_t i = 0; i < sizeof influences / sizeof influences[0]; i += p->quick ? 4 : 1) {
        char id[40];
        (void)snprintf(id, sizeof id, "influence/%s", influences[i].id);
        wh_plan_head head = {"7", influence_subject, "goal", "%", 0.02, WH_GIVES_P};
        wh_plan_row *row = wh_plan_add(p, &head, id, "%s", influences[i].condition);
        wh_trial t = wh_plan_sine(WH_RIG_OPEN, influences[i].i_part * i_max(),
                                  influences[i].degrees, MEASURE_S);
        wh_plan_compare(p, row, &t);
        t.wave = influences[i].wave;
        t.reversed = influences[i].reversed;
        t.f_hz = influences[i].f;
        for (unsigned k = 0; k < WH_PHASES; k++) {
            bool lost = (influences[i].lost >> k & 1U) != 0;
            t.u_part[k] = lost ? 0 : influences[i].u;
            t.i_a[k] = lost || (influences[i].single != 0 && k > 0) ? 0 : t.i_a[k];
        }
        wh_plan_use(p, row, &t);
    }
}

static void add_reactive(wh_plan *p)
{
    static const struct {
        double ratio, goal;
    } steps[] = {{1, 0.02}, {100, 0.02}, {2000, 0.02}, {5000, 0.05}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "reactive/%g", steps[i].ratio);
        wh_plan_head head = {"7", reactive_subject, "goal", "%", steps[i].goal, WH_GIVES_Q};
        wh_plan_row *row =
            wh_plan_add(p, &head, id, "Imax/%g, sin 1 to 0.25, 45, 50, 65 Hz", steps[i].ratio);
        clean_only(row);
        for (size_t n = 0; n < FACTORS; n++) {
            for (size_t f = 0; f < 3; f++) {
                double degrees = wh_plan_angle_sin(factors[n].factor, factors[n].capacitive);
                wh_trial t =
                    wh_plan_sine(WH_RIG_OPEN, i_max() / steps[i].ratio, degrees, MEASURE_S);
                t.f_hz = (const double[]){45, 50, 65}[f];
                wh_plan_use(p, row, &t);
            }
        }
    }
}

static void add_rms(wh_plan *p)
{
    static const double ratios[] = {1, 10, 100, 1000, 10000};
    for (size_t i = 0; i < sizeof ratios / sizeof ratios[0]; i++) {
        bool tiny = ratios[i] > 1000;
        char id[32];
        (void)snprintf(id, sizeof id, "irms/%g", ratios[i]);
        wh_plan_head head = {"7", rms_subject, "goal", "%", tiny ? 0.1 : 0.01, WH_GIVES_I};
        wh_plan_row *row = wh_plan_add(p, &head, id, "Irms, Imax/%g%s, 60 s", ratios[i],
                                       tiny ? ", noise power removed" : "");
        wh_trial t = wh_plan_sine(WH_RIG_OPEN, i_max() / ratios[i], 0, 60);
        wh_plan_use(p, row, &t);
        (void)snprintf(id, sizeof id, "urms/%g", ratios[i]);
        if (ratios[i] > 1000) {
            continue;
        }
        head.gives = WH_GIVES_U;
        row = wh_plan_add(p, &head, id, "Urms, L2 and L3 at Un/%g, 60 s", ratios[i]);
        t = wh_plan_sine(WH_RIG_OPEN, 10, 0, 60);
        t.u_part[1] = t.u_part[2] = 1 / ratios[i];
        wh_plan_use(p, row, &t);
    }
    static const struct {
        double nominal, f;
    } points[] = {{50, 42.5}, {50, 46.3}, {50, 50.01}, {50, 57.5}, {60, 51}, {60, 59.98}, {60, 69}};
    wh_plan_head head = {"7", rms_subject, "goal", "mHz", 1, WH_GIVES_F};
    wh_plan_row *row =
        wh_plan_add(p, &head, "frequency",
                    "frequency over 10 cycles, 42.5 to 57.5 and 51 to 69 Hz, 10 %% harmonics");
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        wh_trial t = wh_plan_sine(WH_RIG_OPEN, 10, 0, MEASURE_S);
        t.wave = WH_TEST_HARMONICS_U;
        t.f_nominal_hz = points[i].nominal;
        t.f_hz = points[i].f;
        wh_plan_use(p, row, &t);
    }
}

static void add_low(wh_plan *p)
{
    wh_plan_head head = {"7", low_subject, "goal", "%", 5, WH_GIVES_P};
    wh_plan_row *row =
        wh_plan_add(p, &head, "starting", "starting at 0.001 In: registers within 5 %% over 60 s");
    wh_trial t = wh_plan_sine(WH_RIG_TRANSFORMER, 0.005, 0, 60);
    wh_plan_use(p, row, &t);
    static const wh_rig_meter meters[] = {WH_RIG_DIRECT, WH_RIG_TRANSFORMER};
    static const double c[] = {600, 900};
    for (size_t m = 0; m < 2; m++) {
        const wh_rig_rating *r = &wh_rig_ratings[meters[m]];
        double standard_s =
            60 * c[m] * 1e6 / (r->imp_per_kwh * WH_PHASES * WH_RIG_U_V * r->i_max_a);
        double seconds = p->quick ? 20 : 10 * standard_s;
        for (int crosstalk = 0; crosstalk < 2; crosstalk++) {
            char id[32];
            (void)snprintf(id, sizeof id, "no-load/%s%s", m == 0 ? "direct" : "transformer",
                           crosstalk ? "/crosstalk" : "");
            head = (wh_plan_head){"7", low_subject, "goal", "pulses", 0.001, WH_GIVES_PULSES};
            row = wh_plan_add(
                p, &head, id, "no load at 1.15 Un, %.0f min%s", (crosstalk ? 60 : seconds) / 60,
                crosstalk ? ", crosstalk at 0.8 of the threshold" : ": 10 times the standard time");
            noisy_only(row);
            t = wh_plan_sine(meters[m], 0, 0, crosstalk ? 60 : seconds);
            t.kind = WH_TRIAL_NO_LOAD;
            t.arg[0] = crosstalk ? 0.8 : 0;
            for (unsigned k = 0; k < WH_PHASES; k++) {
                t.u_part[k] = 1.15;
            }
            wh_plan_use(p, row, &t);
        }
    }
}

static void add_elsewhere(wh_plan *p)
{
    static const struct {
        const char *id, *condition, *why;
    } rows[] = {
        {"cost", "instructions per sample set, part of a processor",
         "counted by bench/: docs/performance.md"},
        {"size", "code and memory", "measured by bench/: docs/size.md"},
        {"recordings", "P, Q1, rms within 0.01 % on real recordings",
         "proved by the tests of watthour analyse"},
    };
    wh_plan_head head = {"7", "Goals: proved elsewhere", "goal", "", 0, 0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_plan_add_absent(p, &head, rows[i].id, rows[i].condition, rows[i].why);
    }
}

void wh_plan_goals(wh_plan *p)
{
    add_active(p);
    add_influences(p);
    add_reactive(p);
    add_rms(p);
    add_low(p);
    wh_plan_quality_goals(p);
    add_elsewhere(p);
}
