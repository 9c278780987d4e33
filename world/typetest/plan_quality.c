/* SPDX-License-Identifier: Apache-2.0 */
/* plan_quality.c - power quality (metrology.md 2.5): IEC 61000-4-30, -4-7, -4-15. */
#include "world/typetest/plan.h"

#include <math.h>
#include <stdio.h>

static const char frequency_subject[] = "IEC 61000-4-30: frequency over 10 s";
static const char voltage_subject[] = "IEC 61000-4-30: voltage over 10/12 cycles";
static const char event_subject[] = "IEC 61000-4-30: dips, swells, interruptions";
static const char unbalance_subject[] = "IEC 61000-4-30: unbalance";
static const char aggregate_subject[] = "IEC 61000-4-30: aggregation, flagging, clock";
static const char harmonic_subject[] = "IEC 61000-4-7: harmonic subgroups, 10/12 cycles";
static const char inter_subject[] = "IEC 61000-4-7: interharmonic centred subgroups";
static const char flicker_subject[] = "IEC 61000-4-15: flickermeter, 230 V lamp";

static const struct {
    const char *name;
    double frequency_mhz, voltage, residual, duration, u2;
    double low_part, high_part; /* range of the voltage, of Udin */
} classes[] = {
    {"class A", 10, 0.1, 0.2, 1, 0.15, 0.1, 1.5},
    {"class S", 50, 0.5, 1.0, 1, 0.3, 0.2, 1.2},
};
#define CLASSES (sizeof classes / sizeof classes[0])

static wh_trial quality(wh_trial_kind kind, double seconds)
{
    wh_trial t = wh_plan_sine(WH_RIG_OPEN, 10, 0, seconds);
    t.kind = kind;
    return t;
}

static void set_voltage(wh_trial *t, double part)
{
    for (unsigned k = 0; k < WH_PHASES; k++) {
        t->u_part[k] = part;
    }
}

static void add_frequency(wh_plan *p, size_t c)
{
    static const struct {
        double nominal, f;
    } points[] = {{50, 42.5}, {50, 49.97}, {50, 50.05}, {50, 57.5},
                  {60, 51},   {60, 60.02}, {60, 69}};
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i += p->quick ? 3 : 1) {
        for (int harmonics = 0; harmonics < 2; harmonics++) {
            char id[32];
            (void)snprintf(id, sizeof id, "frequency/%g/%g%s", points[i].nominal, points[i].f,
                           harmonics ? "/h" : "");
            wh_plan_head head = {"2.5", frequency_subject,        classes[c].name,
                                 "mHz", classes[c].frequency_mhz, WH_GIVES_F_10S};
            wh_plan_row *row =
                wh_plan_add(p, &head, id, "%g Hz (nominal %g)%s", points[i].f, points[i].nominal,
                            harmonics ? ", 10 % of 3rd, 5th, 7th, 1 % DC in U" : "");
            wh_trial t = quality(WH_TRIAL_FREQUENCY, 30);
            t.f_nominal_hz = points[i].nominal;
            t.f_hz = points[i].f;
            t.wave = harmonics ? WH_TEST_HARMONICS_U : WH_TEST_SINE;
            wh_plan_use(p, row, &t);
        }
    }
}

static void add_voltage(wh_plan *p, size_t c)
{
    static const double parts[] = {0.1, 0.2, 0.5, 1.0, 1.2, 1.5};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i] < classes[c].low_part || parts[i] > classes[c].high_part) {
            continue;
        }
        char id[32];
        (void)snprintf(id, sizeof id, "voltage/%g", parts[i] * 100);
        wh_plan_head head = {"2.5",    voltage_subject,    classes[c].name,
                             "% Udin", classes[c].voltage, WH_GIVES_U_WINDOW};
        wh_plan_row *row =
            wh_plan_add(p, &head, id, "%g %% Udin, 49, 50 and 51 Hz", parts[i] * 100);
        for (int f = 49; f <= 51; f++) {
            wh_trial t = quality(WH_TRIAL_VOLTAGE, 4);
            t.f_hz = f;
            set_voltage(&t, parts[i]);
            wh_plan_use(p, row, &t);
        }
    }
}

static const struct {
    const char *name;
    double level, cycles;
    unsigned phases;
} events[] = {
    {"dip to 85 %, 2 cycles, L1", 0.85, 2, 1},
    {"dip to 50 %, 5 cycles, L2", 0.5, 5, 2},
    {"dip to 70 %, 50 cycles, all phases", 0.7, 50, 7},
    {"dip to 10 %, 150 cycles, L1 and L3", 0.1, 150, 5},
    {"swell to 120 %, 5 cycles, L3", 1.2, 5, 4},
    {"swell to 115 %, 50 cycles, all phases", 1.15, 50, 7},
    {"interruption, 5 cycles", 0, 5, 7},
    {"interruption, 50 cycles", 0, 50, 7},
};

static wh_trial event_trial(size_t i, double turn)
{
    wh_trial t = quality(WH_TRIAL_EVENT, events[i].cycles / 50 + 1.5);
    t.arg[0] = events[i].level;
    t.arg[1] = events[i].cycles;
    t.arg[2] = events[i].phases;
    t.arg[3] = turn;
    return t;
}

static void add_events(wh_plan *p, size_t c)
{
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i += p->quick ? 3 : 1) {
        for (int duration = 0; duration < 2; duration++) {
            char id[40];
            (void)snprintf(id, sizeof id, "event/%zu/%s", i + 1,
                           duration ? "duration" : "residual");
            wh_plan_head head = {"2.5",
                                 event_subject,
                                 classes[c].name,
                                 duration ? "cycles" : "% Udin",
                                 duration ? classes[c].duration : classes[c].residual,
                                 duration ? WH_GIVES_DURATION : WH_GIVES_RESIDUAL};
            wh_plan_row *row = wh_plan_add(p, &head, id, "%s: %s", events[i].name,
                                           duration ? "duration" : "residual voltage");
            for (int eighth = 0; eighth < 8; eighth++) {
                wh_trial t = event_trial(i, eighth / 8.0);
                wh_plan_use(p, row, &t);
            }
        }
    }
}

static void add_unbalance(wh_plan *p, size_t c)
{
    static const double levels[][WH_PHASES] = {
        {1, 1, 1}, {0.73, 0.8, 0.87}, {1.52, 1.4, 1.28}, {1, 0.98, 1.01}};
    for (int zero = 0; zero < (c == 0 ? 2 : 1); zero++) {
        for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
            char id[32];
            (void)snprintf(id, sizeof id, "unbalance/%s/%zu", zero ? "u0" : "u2", i + 1);
            wh_plan_head head = {"2.5",   unbalance_subject, classes[c].name,
                                 "% abs", classes[c].u2,     zero ? WH_GIVES_U0 : WH_GIVES_U2};
            wh_plan_row *row =
                wh_plan_add(p, &head, id, "%s, phases at %g, %g, %g %% Udin", zero ? "u0" : "u2",
                            100 * levels[i][0], 100 * levels[i][1], 100 * levels[i][2]);
            wh_trial t = quality(WH_TRIAL_UNBALANCE, 3);
            for (unsigned k = 0; k < WH_PHASES; k++) {
                t.u_part[k] = levels[i][k];
            }
            wh_plan_use(p, row, &t);
        }
    }
}

static void add_aggregate(wh_plan *p)
{
    static const struct {
        const char *id, *condition, *unit;
        double limit;
        unsigned gives;
    } rows[] = {
        {"aggregate/150", "150/180 cycles of a moving voltage", "% Udin", 0.1, WH_GIVES_150},
        {"aggregate/10-min", "10 min of a moving voltage", "% Udin", 0.1, WH_GIVES_10MIN},
        {"aggregate/gaps", "largest gap between two windows", "samples", 0.01, WH_GIVES_GAPS},
        {"aggregate/flags", "intervals flagged wrongly around a dip", "intervals", 0.5,
         WH_GIVES_FLAGS},
        {"aggregate/clock", "10 min interval begins behind the tick of the clock", "cycles", 1,
         WH_GIVES_CLOCK},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && !p->quick; i++) {
        wh_plan_head head = {"2.5",        aggregate_subject, "class A",
                             rows[i].unit, rows[i].limit,     rows[i].gives};
        wh_plan_row *row = wh_plan_add(p, &head, rows[i].id, "%s", rows[i].condition);
        wh_trial t = quality(WH_TRIAL_AGGREGATE, 620);
        wh_plan_use(p, row, &t);
    }
    wh_plan_head head = {"2.5", aggregate_subject, "class S", "s/24 h", 5, 0};
    wh_plan_add_absent(p, &head, "clock/drift", "drift of the clock",
                       "time is an argument of the meter: the clock is the host's");
}

/* Class I and II: limit as percent of the value at and above a part of nominal, else of
 * nominal. */
static const struct {
    const char *name;
    double u_by_value, u_low, i_by_value, i_low, of_value;
} accuracy[] = {{"class I", 1, 0.05, 3, 0.15, 5}, {"class II", 3, 0.15, 10, 0.5, 5}};

static const struct {
    unsigned order;
    double u, i; /* percent of nominal */
} harmonics[] = {
    {2, 2, 5},    {3, 10, 40}, {5, 6, 30}, {7, 5, 20},  {11, 3.5, 12}, {13, 3, 10},
    {25, 1.5, 5}, {40, 1, 3},  {50, 1, 3}, {5, 0.5, 2}, {40, 0.2, 1},
};

static void add_harmonic(wh_plan *p, size_t c, size_t i, double f)
{
    for (int current = 0; current < 2; current++) {
        double part = current ? harmonics[i].i : harmonics[i].u;
        double by_value = current ? accuracy[c].i_by_value : accuracy[c].u_by_value;
        bool measured_by_value = part >= (current ? 3 : 1); /* as the trial judges: class I */
        double low = current ? accuracy[c].i_low : accuracy[c].u_low;
        double limit = part >= by_value ? accuracy[c].of_value : low;
        if (measured_by_value && part < by_value) {
            limit = 100 * low / part; /* the same limit, as percent of the value */
        }
        char id[48];
        (void)snprintf(id, sizeof id, "harmonic/%s/%u/%g/%g-Hz", current ? "I" : "U",
                       harmonics[i].order, part, f);
        wh_plan_head head = {"2.5",
                             harmonic_subject,
                             accuracy[c].name,
                             measured_by_value ? "%"
                             : current         ? "% Inom"
                                               : "% Unom",
                             limit,
                             current ? WH_GIVES_H_I : WH_GIVES_H_U};
        wh_plan_row *row =
            wh_plan_add(p, &head, id, "%s, order %u at %g %% of nominal, f = %g Hz",
                        current ? "current" : "voltage", harmonics[i].order, part, f);
        wh_trial t = quality(WH_TRIAL_HARMONIC, 3);
        t.f_hz = f;
        t.arg[0] = harmonics[i].order;
        t.arg[1] = harmonics[i].u;
        t.arg[2] = harmonics[i].i;
        wh_plan_use(p, row, &t);
    }
}

static void add_harmonics(wh_plan *p)
{
    size_t count = sizeof harmonics / sizeof harmonics[0];
    for (size_t c = 0; c < 2; c++) {
        for (size_t i = 0; i < count; i += p->quick ? 4 : 1) {
            if (c == 1 && harmonics[i].order > 40) {
                continue; /* class S ends at the 40th */
            }
            add_harmonic(p, c, i, 50);
            if (!p->quick && i % 3 == 0) {
                add_harmonic(p, c, i, 49.3);
                add_harmonic(p, c, i, 50.7);
            }
        }
        for (int current = 0; current < 2; current++) {
            wh_plan_head head = {"2.5",
                                 harmonic_subject,
                                 accuracy[c].name,
                                 current ? "% Inom" : "% Unom",
                                 current ? accuracy[c].i_low : accuracy[c].u_low,
                                 current ? WH_GIVES_SPUR_I : WH_GIVES_SPUR_U};
            wh_plan_row *row =
                wh_plan_add(p, &head, current ? "harmonic/I/absent" : "harmonic/U/absent",
                            "%s, orders that are not there, the 5th at %g %%",
                            current ? "current" : "voltage", current ? 30.0 : 6.0);
            wh_trial t = quality(WH_TRIAL_HARMONIC, 3);
            t.arg[0] = harmonics[2].order;
            t.arg[1] = harmonics[2].u;
            t.arg[2] = harmonics[2].i;
            wh_plan_use(p, row, &t);
        }
    }
}

static void add_interharmonics(wh_plan *p)
{
    static const double orders[] = {1.5, 2.5, 7.4, 24.5};
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i += p->quick ? 3 : 1) {
        for (int current = 0; current < 2; current++) {
            char id[48];
            (void)snprintf(id, sizeof id, "interharmonic/%s/%g", current ? "I" : "U", orders[i]);
            wh_plan_head head = {
                "2.5", inter_subject, "class I", "%", 5, current ? WH_GIVES_H_I : WH_GIVES_H_U};
            wh_plan_row *row =
                wh_plan_add(p, &head, id, "%s, %g f at %g %% of nominal",
                            current ? "current" : "voltage", orders[i], current ? 5.0 : 2.0);
            wh_trial t = quality(WH_TRIAL_INTERHARMONIC, 3);
            t.arg[0] = orders[i];
            t.arg[1] = 2;
            t.arg[2] = 5;
            wh_plan_use(p, row, &t);
        }
    }
}

/* Points of the standard, three to a trial: one on each phase. */
static const struct {
    double rate[3];  /* above 0 Hz of a sine, below 0 square changes per minute */
    double depth[3]; /* percent */
    double seconds;
} flicker[] = {
    {{0.5, 1, 2}, {2.340, 1.432, 0.882}, 90},
    {{4, 8.8, 13}, {0.500, 0.250, 0.348}, 90},
    {{20, 25, 8.8}, {0.700, 1.042, 0.250}, 90},
    {{-1, -2, -7}, {2.715, 2.191, 1.450}, 665},
    {{-39, -110, -1620}, {0.894, 0.722, 0.407}, 665},
    {{-4000, -39, -110}, {2.343, 0.894, 0.722}, 665},
};

static const char one_hz[] =
    "at this depth of the table the filter of the standard itself gives 1.05";

static void add_flicker(wh_plan *p, const char *section, const char *name, bool goals)
{
    for (size_t i = 0; i < sizeof flicker / sizeof flicker[0]; i++) {
        bool sine = flicker[i].rate[0] > 0;
        if (p->quick && i != 1) {
            continue;
        }
        unsigned last = i == 2 ? 2 : i == 5 ? 1 : 3; /* the rest repeats other points */
        for (unsigned k = 0; k < last; k++) {
            double rate = fabs(flicker[i].rate[k]);
            double goal = sine || rate == 4000 ? 3 : 1;
            char id[32];
            (void)snprintf(id, sizeof id, "flicker/%s/%g", sine ? "sine" : "square", rate);
            wh_plan_head head = {section,
                                 flicker_subject,
                                 name,
                                 "%",
                                 goals ? goal : 5,
                                 (goals || !sine ? WH_GIVES_FLICKER : WH_GIVES_FLUCTUATION) + k};
            wh_plan_row *row = wh_plan_add(p, &head, id, "%s = 1: %s %g %s, dU/U = %g %%",
                                           sine ? "Pinst" : "Pst", sine ? "sine" : "square,", rate,
                                           sine ? "Hz" : "changes/min", flicker[i].depth[k]);
            row->row.note = goals && rate == 1 && sine ? one_hz : NULL;
            wh_trial t = quality(WH_TRIAL_FLICKER, flicker[i].seconds);
            for (unsigned n = 0; n < 3; n++) {
                t.arg[n] = flicker[i].depth[n];
                t.arg[3 + n] = flicker[i].rate[n];
            }
            wh_plan_use(p, row, &t);
        }
    }
}

void wh_plan_quality(wh_plan *p)
{
    for (size_t c = 0; c < CLASSES; c++) {
        add_frequency(p, c);
        add_voltage(p, c);
        add_events(p, c);
        add_unbalance(p, c);
    }
    add_harmonics(p);
    add_interharmonics(p);
    add_aggregate(p);
    add_flicker(p, "2.5", "F1, F3", false);
}

/* The goals that are met by the same trials. */
void wh_plan_quality_goals(wh_plan *p)
{
    wh_plan_head head = {"7", "Goals: power quality", "goal", "%", 2.5, WH_GIVES_H_U};
    for (int current = 0; current < 2; current++) {
        head.gives = current ? WH_GIVES_H_I : WH_GIVES_H_U;
        wh_plan_row *row = wh_plan_add(p, &head, current ? "harmonics/I" : "harmonics/U",
                                       "harmonics to the 50th, %s: half of class I",
                                       current ? "current" : "voltage");
        for (size_t i = 0; i < 9; i++) {
            wh_trial t = quality(WH_TRIAL_HARMONIC, 3);
            t.arg[0] = harmonics[i].order;
            t.arg[1] = harmonics[i].u;
            t.arg[2] = harmonics[i].i;
            wh_plan_use(p, row, &t);
        }
    }
    for (int duration = 0; duration < 2; duration++) {
        head = (wh_plan_head){"7",
                              "Goals: power quality",
                              "goal",
                              duration ? "cycles" : "% Udin",
                              duration ? 0.5 : 0.05,
                              duration ? WH_GIVES_DURATION : WH_GIVES_RESIDUAL};
        wh_plan_row *row =
            wh_plan_add(p, &head, duration ? "event/duration" : "event/urms-half",
                        "dips, swells, interruptions: %s", duration ? "duration" : "Urms(1/2)");
        for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
            for (int quarter = 0; quarter < 4; quarter++) {
                wh_trial t = event_trial(i, quarter / 4.0);
                wh_plan_use(p, row, &t);
            }
        }
    }
    head = (wh_plan_head){"7", "Goals: power quality", "goal", "% abs", 0.02, WH_GIVES_U2};
    for (int zero = 0; zero < 2; zero++) {
        head.gives = zero ? WH_GIVES_U0 : WH_GIVES_U2;
        wh_plan_row *row = wh_plan_add(p, &head, zero ? "unbalance/u0" : "unbalance/u2",
                                       "unbalance %s", zero ? "u0" : "u2");
        wh_trial t = quality(WH_TRIAL_UNBALANCE, 3);
        t.u_part[0] = 0.73;
        t.u_part[1] = 0.8;
        t.u_part[2] = 0.87;
        wh_plan_use(p, row, &t);
    }
    add_flicker(p, "7", "goal", true);
}
