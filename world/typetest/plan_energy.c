/* SPDX-License-Identifier: Apache-2.0 */
/* plan_energy.c - basic errors of active and reactive energy (metrology.md 2.1 and 2.2). */
#include "world/typetest/plan.h"

#include <math.h>
#include <stdio.h>

#define POINTS    6
#define MEASURE_S 4.0
#define NO_CLASS  0

/* One line of a standard's table: currents it is tried at, and the limit of each class. */
typedef struct {
    const char *range;   /* as the standard says it */
    double part[POINTS]; /* of Ib or In; 0 ends the list, below 0: of Imax */
    double factor;       /* cos phi, or sin phi */
    bool capacitive;
    double limit[3]; /* by class; NO_CLASS: none */
} limit_row;

typedef struct {
    const char *id;
    const char *subject;
    const char *unit_name; /* Ib or In */
    wh_rig_meter meter;
    bool reactive;
    bool one_phase;
    const char *accuracy[3];
    const limit_row *row;
    size_t count;
} limit_table;

#define ROWS(a) (a), sizeof(a) / sizeof((a)[0])
#define TO_MAX           \
    {                    \
        0.2, 1, -0.5, -1 \
    }

/* clang-format off */
static const limit_row active_direct[] = {
    {"0.05 Ib <= I < 0.1 Ib", {0.05, 0.099}, 1, false, {1.5, 2.5}},
    {"0.1 Ib <= I <= Imax", {0.1, 0.5, 1, -0.5, -1}, 1, false, {1.0, 2.0}},
    {"0.1 Ib <= I < 0.2 Ib", {0.1, 0.199}, 0.5, false, {1.5, 2.5}},
    {"0.1 Ib <= I < 0.2 Ib", {0.1, 0.199}, 0.8, true, {1.5, NO_CLASS}},
    {"0.2 Ib <= I <= Imax", TO_MAX, 0.5, false, {1.0, 2.0}},
    {"0.2 Ib <= I <= Imax", TO_MAX, 0.8, true, {1.0, NO_CLASS}},
    {"0.2 Ib <= I <= Ib, on request", {0.2, 1}, 0.25, false, {3.5, NO_CLASS}},
    {"0.2 Ib <= I <= Ib, on request", {0.2, 1}, 0.5, true, {2.5, NO_CLASS}},
};
static const limit_row active_direct_one[] = {
    {"0.1 Ib <= I <= Imax", {0.1, 1, -1}, 1, false, {2.0, 3.0}},
    {"0.2 Ib <= I <= Imax", {0.2, 1, -1}, 0.5, false, {2.0, 3.0}},
};
static const limit_row active_transformer[] = {
    {"0.02 In <= I < 0.05 In", {0.02, 0.049}, 1, false, {1.5, 2.5}},
    {"0.05 In <= I <= Imax", {0.05, 0.2, 1, -1}, 1, false, {1.0, 2.0}},
    {"0.05 In <= I < 0.1 In", {0.05, 0.099}, 0.5, false, {1.5, 2.5}},
    {"0.05 In <= I < 0.1 In", {0.05, 0.099}, 0.8, true, {1.5, NO_CLASS}},
    {"0.1 In <= I <= Imax", {0.1, 1, -1}, 0.5, false, {1.0, 2.0}},
    {"0.1 In <= I <= Imax", {0.1, 1, -1}, 0.8, true, {1.0, NO_CLASS}},
};
static const limit_row active_static[] = {
    {"0.01 In <= I < 0.05 In", {0.01, 0.049}, 1, false, {0.4, 1.0}},
    {"0.05 In <= I <= Imax", {0.05, 0.2, 1, -1}, 1, false, {0.2, 0.5}},
    {"0.02 In <= I < 0.1 In", {0.02, 0.099}, 0.5, false, {0.5, 1.0}},
    {"0.02 In <= I < 0.1 In", {0.02, 0.099}, 0.8, true, {0.5, 1.0}},
    {"0.1 In <= I <= Imax", {0.1, 1, -1}, 0.5, false, {0.3, 0.6}},
    {"0.1 In <= I <= Imax", {0.1, 1, -1}, 0.8, true, {0.3, 0.6}},
    {"0.1 In <= I <= Imax, on request", {0.1, 1, -1}, 0.25, false, {0.5, 1.0}},
    {"0.1 In <= I <= Imax, on request", {0.1, 1, -1}, 0.5, true, {0.5, 1.0}},
};
static const limit_row active_static_one[] = {
    {"0.05 In <= I <= Imax", {0.05, 1, -1}, 1, false, {0.3, 0.6}},
    {"0.1 In <= I <= Imax", {0.1, 1, -1}, 0.5, false, {0.4, 1.0}},
};
static const limit_row reactive_direct[] = {
    {"0.05 Ib <= I < 0.1 Ib", {0.05, 0.099}, 1, false, {2.5, 4.0, 1.5}},
    {"0.1 Ib <= I <= Imax", {0.1, 1, -1}, 1, false, {2.0, 3.0, 1.0}},
    {"0.1 Ib <= I < 0.2 Ib", {0.1, 0.199}, 0.5, false, {2.5, 4.0, 1.5}},
    {"0.2 Ib <= I <= Imax", {0.2, 1, -1}, 0.5, false, {2.0, 3.0, 1.0}},
    {"0.2 Ib <= I <= Imax", {0.2, 1, -1}, 0.25, false, {2.5, 4.0, 2.0}},
    {"0.05 Ib <= I < 0.1 Ib", {0.05, 0.099}, 1, true, {2.5, 4.0, 1.5}},
    {"0.1 Ib <= I <= Imax", {0.1, 1, -1}, 1, true, {2.0, 3.0, 1.0}},
    {"0.1 Ib <= I < 0.2 Ib", {0.1, 0.199}, 0.5, true, {2.5, 4.0, 1.5}},
    {"0.2 Ib <= I <= Imax", {0.2, 1, -1}, 0.5, true, {2.0, 3.0, 1.0}},
    {"0.2 Ib <= I <= Imax", {0.2, 1, -1}, 0.25, true, {2.5, 4.0, 2.0}},
};
static const limit_row reactive_static[] = {
    {"0.01 In <= I < 0.05 In", {0.01, 0.049}, 1, false, {1.0, 1.5}},
    {"0.05 In <= I <= Imax", {0.05, 1, -1}, 1, false, {0.5, 1.0}},
    {"0.05 In <= I < 0.1 In", {0.05, 0.099}, 0.5, false, {1.0, 1.5}},
    {"0.1 In <= I <= Imax", {0.1, 1, -1}, 0.5, false, {0.5, 1.0}},
    {"0.1 In <= I <= Imax", {0.1, 1, -1}, 0.25, false, {1.0, 2.0}},
    {"0.01 In <= I < 0.05 In", {0.01, 0.049}, 1, true, {1.0, 1.5}},
    {"0.05 In <= I <= Imax", {0.05, 1, -1}, 1, true, {0.5, 1.0}},
    {"0.05 In <= I < 0.1 In", {0.05, 0.099}, 0.5, true, {1.0, 1.5}},
    {"0.1 In <= I <= Imax", {0.1, 1, -1}, 0.5, true, {0.5, 1.0}},
    {"0.1 In <= I <= Imax", {0.1, 1, -1}, 0.25, true, {1.0, 2.0}},
};
static const limit_table tables[] = {
    {"62053-21", "IEC 62053-21, direct connected, balanced load", "Ib", WH_RIG_DIRECT, false, false,
     {"cl 1", "cl 2"}, ROWS(active_direct)},
    {"62053-21-one", "IEC 62053-21, direct connected, one phase loaded", "Ib", WH_RIG_DIRECT, false, true,
     {"cl 1", "cl 2"}, ROWS(active_direct_one)},
    {"62053-21-ct", "IEC 62053-21, through transformers, balanced load", "In", WH_RIG_TRANSFORMER, false, false,
     {"cl 1", "cl 2"}, ROWS(active_transformer)},
    {"62053-22", "IEC 62053-22, balanced load", "In", WH_RIG_TRANSFORMER, false, false,
     {"cl 0.2S", "cl 0.5S"}, ROWS(active_static)},
    {"62053-22-one", "IEC 62053-22, one phase loaded", "In", WH_RIG_TRANSFORMER, false, true,
     {"cl 0.2S", "cl 0.5S"}, ROWS(active_static_one)},
    {"62053-23", "IEC 62053-23 (classes 2, 3) and 62053-24 (class 1), direct connected", "Ib", WH_RIG_DIRECT,
     true, false, {"cl 2", "cl 3", "cl 1"}, ROWS(reactive_direct)},
    {"62053-24", "IEC 62053-24, through transformers", "In", WH_RIG_TRANSFORMER, true, false,
     {"cl 0.5S", "cl 1S"}, ROWS(reactive_static)},
};

/* EN 50470-3 and OIML R46, classes A, B, C, D. Here Itr = 0.1 Iref (Iref is Ib), Imin = 0.5 Itr
 * and Ist = 0.04 Itr. */
static const struct {
    const char *range;
    double part[POINTS];
    double factor;
    bool capacitive;
    double limit[4];
} mid_rows[] = {
    {"Itr <= I <= Imax", {0.1, 1, -1}, 1, false, {2.0, 1.0, 0.5, 0.2}},
    {"Imin <= I < Itr", {0.05, 0.099}, 1, false, {2.5, 1.5, 1.0, 0.4}},
    {"Itr <= I <= Imax", {0.1, 1, -1}, 0.5, false, {2.5, 1.5, 0.6, 0.3}},
    {"Itr <= I <= Imax", {0.1, 1, -1}, 0.8, true, {2.5, 1.5, 0.6, 0.3}},
    {"Imin <= I < Itr", {0.05, 0.099}, 0.5, false, {2.5, 1.8, 1.0, 0.5}},
    {"Imin <= I < Itr", {0.05, 0.099}, 0.8, true, {2.5, 1.8, 1.0, 0.5}},
};
/* clang-format on */

static double amperes(const limit_table *t, double part)
{
    const wh_rig_rating *r = &wh_rig_ratings[t->meter];
    return part < 0 ? -part * r->i_max_a : part * r->i_basic_a;
}

/* "PF 0.5 ind", "sin 0.25 cap" */
static void name_factor(char *out, size_t size, const char *what, double factor, bool capacitive)
{
    bool plain = factor == 1 && what[0] == 'P';
    (void)snprintf(out, size, "%s %g%s", what, factor, plain ? "" : capacitive ? " cap" : " ind");
}

static void use_one_phase(wh_plan *p, wh_plan_row *row, const wh_trial *balanced)
{
    for (unsigned loaded = 0; loaded < WH_PHASES; loaded++) {
        wh_trial t = *balanced;
        for (unsigned k = 0; k < WH_PHASES; k++) {
            t.i_a[k] = k == loaded ? t.i_a[k] : 0;
        }
        wh_plan_use(p, row, &t);
    }
}

static void add_point(wh_plan *p, const limit_table *t, const limit_row *r, double part, size_t c)
{
    char factor[24], point[24], id[48];
    name_factor(factor, sizeof factor, t->reactive ? "sin" : "PF", r->factor, r->capacitive);
    (void)snprintf(point, sizeof point, part < 0 ? "%.3g Imax" : "%.3g %s", fabs(part),
                   t->unit_name);
    (void)snprintf(id, sizeof id, "%s/%s/%s", t->id, point, factor);
    wh_plan_head head = {
        t->reactive ? "2.2" : "2.1",          t->subject, t->accuracy[c], "%", r->limit[c],
        t->reactive ? WH_GIVES_Q : WH_GIVES_P};
    wh_plan_row *row = wh_plan_add(p, &head, id, "%s, %s (%s)", point, factor, r->range);
    double degrees = t->reactive ? wh_plan_angle_sin(r->factor, r->capacitive)
                                 : wh_plan_angle_cos(r->factor, r->capacitive);
    wh_trial trial = wh_plan_sine(t->meter, amperes(t, part), degrees, MEASURE_S);
    if (t->one_phase) {
        use_one_phase(p, row, &trial);
    } else {
        wh_plan_use(p, row, &trial);
    }
}

static void add_points(wh_plan *p, const limit_table *t, const limit_row *r, size_t c)
{
    for (size_t n = 0; n < POINTS && r->part[n] != 0 && r->limit[c] != NO_CLASS; n++) {
        if (!p->quick || n == 0) {
            add_point(p, t, r, r->part[n], c);
        }
    }
}

static void add_table(wh_plan *p, const limit_table *t)
{
    for (size_t c = 0; c < 3 && t->accuracy[c] != NULL; c++) {
        for (size_t i = 0; i < t->count; i++) {
            add_points(p, t, &t->row[i], c);
        }
    }
}

/* Error with one phase loaded less the balanced one, PF 1. */
static void add_difference(wh_plan *p, const limit_table *t, const double limit[2])
{
    for (size_t c = 0; c < 2; c++) {
        wh_plan_head head = {"2.1", t->subject, t->accuracy[c], "%", limit[c], WH_GIVES_P};
        char id[48];
        (void)snprintf(id, sizeof id, "%s/difference", t->id);
        wh_plan_row *row =
            wh_plan_add(p, &head, id, "1 %s, PF 1: one phase less balanced", t->unit_name);
        wh_trial balanced = wh_plan_sine(t->meter, amperes(t, 1), 0, MEASURE_S);
        use_one_phase(p, row, &balanced);
        wh_plan_compare(p, row, &balanced);
    }
}

static void add_mid_base(wh_plan *p)
{
    static const char *const accuracy[] = {"A", "B", "C", "D"};
    const limit_table direct = {.meter = WH_RIG_DIRECT};
    for (size_t c = 0; c < 4; c++) {
        for (size_t i = 0; i < sizeof mid_rows / sizeof mid_rows[0]; i++) {
            char factor[24], id[48];
            name_factor(factor, sizeof factor, "PF", mid_rows[i].factor, mid_rows[i].capacitive);
            (void)snprintf(id, sizeof id, "50470-3/%zu", i + 1);
            wh_plan_head head = {"2.1",
                                 "EN 50470-3 and OIML R46, base maximum error",
                                 accuracy[c],
                                 "%",
                                 mid_rows[i].limit[c],
                                 WH_GIVES_P};
            wh_plan_row *row =
                wh_plan_add(p, &head, id, "%s, %s, worst point", mid_rows[i].range, factor);
            double degrees = wh_plan_angle_cos(mid_rows[i].factor, mid_rows[i].capacitive);
            for (size_t n = 0; n < POINTS && mid_rows[i].part[n] != 0; n++) {
                wh_trial t = wh_plan_sine(WH_RIG_DIRECT, amperes(&direct, mid_rows[i].part[n]),
                                          degrees, MEASURE_S);
                wh_plan_use(p, row, &t);
            }
        }
        /* from the starting current on the limit grows with Imin / I */
        static const double low_limit[] = {2.5, 1.5, 1.0, 0.4};
        wh_plan_head head = {"2.1",
                             "EN 50470-3 and OIML R46, base maximum error",
                             accuracy[c],
                             "%",
                             low_limit[c] * 0.05 / 0.006,
                             WH_GIVES_P};
        wh_plan_row *row = wh_plan_add(p, &head, "50470-3/low",
                                       "Ist <= I < Imin, PF 1: 0.006 Iref, limit * Imin / I");
        wh_trial t = wh_plan_sine(WH_RIG_DIRECT, 0.06, 0, MEASURE_S);
        wh_plan_use(p, row, &t);
    }
}

/* MID annex V table 2: current, voltage and frequency at their limits together. */
static void use_composite(wh_plan *p, wh_plan_row *row, double part, bool one_phase)
{
    const limit_table direct = {.meter = WH_RIG_DIRECT};
    static const struct {
        double factor;
        bool capacitive;
        double u, f;
    } corners[] = {
        {1, false, 0.9, 49}, {0.5, false, 0.9, 51}, {0.5, false, 1.1, 49}, {0.8, true, 1.1, 51}};
    for (size_t i = 0; i < sizeof corners / sizeof corners[0]; i++) {
        wh_trial t =
            wh_plan_sine(WH_RIG_DIRECT, amperes(&direct, part),
                         wh_plan_angle_cos(corners[i].factor, corners[i].capacitive), MEASURE_S);
        t.f_hz = corners[i].f;
        for (unsigned k = 0; k < WH_PHASES; k++) {
            t.u_part[k] = corners[i].u;
            t.i_a[k] = one_phase && k > 0 ? 0 : t.i_a[k];
        }
        wh_plan_use(p, row, &t);
    }
}

static void add_mid_composite(wh_plan *p)
{
    static const char *const accuracy[] = {"A", "B", "C"};
    static const double low[] = {3.5, 2, 1}, high[] = {3.5, 2, 0.7}, one[] = {4, 2.5, 1};
    static const char subject[] = "MID 2014/32/EU annex V table 2, +5 to +30 degC";
    for (size_t c = 0; c < 3; c++) {
        wh_plan_head head = {"2.1", subject, accuracy[c], "%", low[c], WH_GIVES_P};
        wh_plan_row *row = wh_plan_add(
            p, &head, "mid/low", "Imin <= I < Itr, PF 0.5 ind to 0.8 cap, U +-10 %%, f +-2 %%");
        use_composite(p, row, 0.05, false);
        head.limit = high[c];
        row = wh_plan_add(p, &head, "mid/high",
                          "Itr <= I <= Imax, PF 0.5 ind to 0.8 cap, U +-10 %%, f +-2 %%");
        use_composite(p, row, 0.1, false);
        use_composite(p, row, -1, false);
        head.limit = one[c];
        row = wh_plan_add(p, &head, "mid/one",
                          "Itr <= I <= Imax, one phase loaded, U +-10 %%, f +-2 %%");
        use_composite(p, row, 0.1, true);
        head.limit = 0;
        wh_plan_add_absent(p, &head, "mid/temperature", "below +5 and above +30 degC",
                           "no analogue parts: temperature changes nothing in the arithmetic");
    }
}

void wh_plan_energy(wh_plan *p)
{
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        add_table(p, &tables[i]);
        if (tables[i].one_phase) {
            add_difference(p, &tables[i],
                           tables[i].meter == WH_RIG_DIRECT ? (const double[]){1.5, 2.5}
                                                            : (const double[]){0.4, 1.0});
        }
    }
    add_mid_base(p);
    add_mid_composite(p);
}
