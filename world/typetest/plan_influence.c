/* SPDX-License-Identifier: Apache-2.0 */
/* plan_influence.c - influence quantities (metrology.md 2.3). */
#include "world/typetest/plan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MEASURE_S 4.0
#define CLASSES   4
#define NONE      0

static const struct {
    const char *name;
    wh_rig_meter meter;
} classes[CLASSES] = {
    {"cl 1", WH_RIG_DIRECT},
    {"cl 2", WH_RIG_DIRECT},
    {"cl 0.2S", WH_RIG_TRANSFORMER},
    {"cl 0.5S", WH_RIG_TRANSFORMER},
};

static const char change[] = "Change of the error of active energy by an influence quantity";

static void set_voltage(wh_trial *t, double part)
{
    for (unsigned k = 0; k < WH_PHASES; k++) {
        t->u_part[k] = part;
    }
}

static wh_plan_row *add_change(wh_plan *p, size_t c, double limit, const char *id,
                               const char *condition)
{
    wh_plan_head head = {"2.3", change, classes[c].name, "%", limit, WH_GIVES_P};
    return wh_plan_add(p, &head, id, "%s", condition);
}

static wh_trial nominal(size_t c, double part_of_basic, double degrees)
{
    double basic = wh_rig_ratings[classes[c].meter].i_basic_a;
    return wh_plan_sine(classes[c].meter, part_of_basic * basic, degrees, MEASURE_S);
}

static void add_voltage(wh_plan *p, size_t c)
{
    static const double at_1[] = {0.7, 1.0, 0.1, 0.2}, at_05[] = {1.0, 1.5, 0.2, 0.4};
    static const struct {
        double part;
        double times; /* of the limit at +-10 % */
    } steps[] = {{0.9, 1}, {1.1, 1}, {0.8, 3}, {1.15, 3}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        for (int half = 0; half < 2; half++) {
            char id[32], text[64];
            (void)snprintf(id, sizeof id, "voltage/%.2f/PF-%s", steps[i].part, half ? "0.5" : "1");
            (void)snprintf(text, sizeof text, "U = %.2f Un, PF %s", steps[i].part,
                           half ? "0.5 ind" : "1");
            double limit = steps[i].times * (half ? at_05[c] : at_1[c]);
            wh_plan_row *row = add_change(p, c, limit, id, text);
            wh_trial t = nominal(c, 1, half ? 60 : 0);
            wh_plan_compare(p, row, &t);
            set_voltage(&t, steps[i].part);
            wh_plan_use(p, row, &t);
        }
    }
    static const double low[] = {0.79, 0.5, 0.3};
    for (size_t i = 0; i < sizeof low / sizeof low[0]; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "voltage/%.2f", low[i]);
        wh_plan_head head = {"2.3", change, classes[c].name, "%", 100, WH_GIVES_P};
        wh_plan_row *row =
            wh_plan_add(p, &head, id, "U = %.2f Un, PF 1: error -100 to +10 %%", low[i]);
        row->row.limit_high = 10;
        wh_trial t = nominal(c, 1, 0);
        set_voltage(&t, low[i]);
        wh_plan_use(p, row, &t);
    }
}

static void add_frequency(wh_plan *p, size_t c)
{
    static const double at_1[] = {0.5, 0.8, 0.1, 0.2}, at_05[] = {0.7, 1.0, 0.1, 0.2};
    for (int half = 0; half < 2; half++) {
        for (int f = 49; f <= 51; f += 2) {
            char id[32], text[64];
            (void)snprintf(id, sizeof id, "frequency/%d/PF-%s", f, half ? "0.5" : "1");
            (void)snprintf(text, sizeof text, "f = %d Hz, PF %s", f, half ? "0.5 ind" : "1");
            wh_plan_row *row = add_change(p, c, half ? at_05[c] : at_1[c], id, text);
            wh_trial t = nominal(c, 1, half ? 60 : 0);
            wh_plan_compare(p, row, &t);
            t.f_hz = f;
            wh_plan_use(p, row, &t);
        }
    }
}

static void add_phases(wh_plan *p, size_t c)
{
    static const double sequence[] = {1.5, 1.5, 0.05, 0.1}, unbalance[] = {2.0, 4.0, 0.5, 1.0};
    wh_plan_row *row =
        add_change(p, c, sequence[c], "sequence", "reversed phase sequence, 0.1 In, PF 1");
    wh_trial t = nominal(c, 0.1, 0);
    wh_plan_compare(p, row, &t);
    t.reversed = true;
    wh_plan_use(p, row, &t);
    for (unsigned lost = 1; lost <= 2; lost++) {
        char id[32], text[64];
        (void)snprintf(id, sizeof id, "unbalance/%u-lost", lost);
        (void)snprintf(text, sizeof text, "voltage of %u phase%s lost, In, PF 1", lost,
                       lost > 1 ? "s" : "");
        row = add_change(p, c, unbalance[c], id, text);
        wh_trial reference = nominal(c, 1, 0);
        wh_plan_compare(p, row, &reference);
        for (unsigned first = 0; first < WH_PHASES; first++) {
            t = reference;
            for (unsigned n = 0; n < lost; n++) {
                t.u_part[(first + n) % WH_PHASES] = 0;
                t.i_a[(first + n) % WH_PHASES] = 0;
            }
            wh_plan_use(p, row, &t);
        }
    }
}

/* Harmonic waveforms, each against a sine of the same current. */
static const struct {
    wh_test_wave wave;
    const char *id;
    const char *condition;
    double of_basic, of_max; /* current, one of the two */
    double limit[CLASSES];   /* NONE: the class has no such test */
} waves[] = {
    {WH_TEST_FIFTH,
     "fifth",
     "5th harmonic: 10 % in U, 40 % in I, in phase, 0.5 Imax",
     0,
     0.5,
     {0.8, 1.0, 0.4, 0.5}},
    {WH_TEST_FIRED,
     "fired",
     "odd harmonics: phase-fired at 90 degrees, 0.5 In",
     0.5,
     0,
     {3.0, 6.0, NONE, NONE}},
    {WH_TEST_BURST,
     "burst",
     "sub- and interharmonics: 2 periods on, 2 off, 0.5 In",
     0.5,
     0,
     {3.0, 6.0, 0.6, 1.5}},
    {WH_TEST_HALF_WAVE,
     "half-wave",
     "DC and even harmonics: half wave, Imax / sqrt 2",
     0,
     1,
     {3.0, 6.0, NONE, NONE}},
};

static void add_waves(wh_plan *p, size_t c)
{
    const wh_rig_rating *rating = &wh_rig_ratings[classes[c].meter];
    for (size_t i = 0; i < sizeof waves / sizeof waves[0]; i++) {
        if (waves[i].limit[c] == NONE) {
            continue;
        }
        wh_plan_row *row = add_change(p, c, waves[i].limit[c], waves[i].id, waves[i].condition);
        double i_a = waves[i].of_basic * rating->i_basic_a + waves[i].of_max * rating->i_max_a;
        wh_trial t = wh_plan_sine(classes[c].meter, i_a, 0, MEASURE_S);
        wh_plan_compare(p, row, &t);
        t.wave = waves[i].wave;
        wh_plan_use(p, row, &t);
    }
}

static void add_hardware(wh_plan *p, size_t c)
{
    static const char why[] = "no analogue parts: sensors and converter are outside this test";
    wh_plan_head head = {"2.3", change, classes[c].name, "%", 0, WH_GIVES_P};
    wh_plan_add_absent(p, &head, "field-ac", "magnetic field 0.5 mT, In", why);
    wh_plan_add_absent(p, &head, "field-dc", "continuous magnetic induction, In", why);
    wh_plan_add_absent(p, &head, "temperature", "temperature coefficient, PF 1 and 0.5 ind", why);
}

/* Reactive energy, classes 2 and 3. */
static void add_reactive(wh_plan *p)
{
    static const char *const accuracy[] = {"cl 2", "cl 3"};
    static const double voltage_1[] = {1.0, 2.0}, voltage_05[] = {1.5, 3.0};
    for (size_t c = 0; c < 2; c++) {
        for (int half = 0; half < 2; half++) {
            double degrees = half ? 30 : 90;
            wh_plan_head head = {"2.3", "Change of the error of reactive energy", accuracy[c],
                                 "%",   half ? voltage_05[c] : voltage_1[c],      WH_GIVES_Q};
            const char *factor = half ? "sin 0.5" : "sin 1";
            wh_plan_row *row = wh_plan_add(p, &head, half ? "var-voltage/0.5" : "var-voltage/1",
                                           "U = 0.9 and 1.1 Un, Ib, %s", factor);
            wh_trial t = wh_plan_sine(WH_RIG_DIRECT, 10, degrees, MEASURE_S);
            wh_plan_compare(p, row, &t);
            set_voltage(&t, 0.9);
            wh_plan_use(p, row, &t);
            set_voltage(&t, 1.1);
            wh_plan_use(p, row, &t);
            head.limit = 2.5;
            row = wh_plan_add(p, &head, half ? "var-frequency/0.5" : "var-frequency/1",
                              "f = 49 and 51 Hz, Ib, %s", factor);
            t = wh_plan_sine(WH_RIG_DIRECT, 10, degrees, MEASURE_S);
            wh_plan_compare(p, row, &t);
            t.f_hz = 49;
            wh_plan_use(p, row, &t);
            t.f_hz = 51;
            wh_plan_use(p, row, &t);
        }
    }
}

void wh_plan_influence(wh_plan *p)
{
    for (size_t c = 0; c < CLASSES; c++) {
        if (p->quick && c % 2 == 1) {
            continue;
        }
        add_voltage(p, c);
        add_frequency(p, c);
        add_phases(p, c);
        add_waves(p, c);
        add_hardware(p, c);
    }
    add_reactive(p);
}
