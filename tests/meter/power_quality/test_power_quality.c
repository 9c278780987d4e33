/* SPDX-License-Identifier: Apache-2.0 */
/* Dips, swells, interruptions, rapid changes and captures through the real metrology. */
#include "tests/meter/power_quality/quality_rig.h"

#include "meter/power_quality/capture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Udin on all phases but where a step says otherwise. */
typedef struct {
    unsigned phases; /* bit mask */
    double from_s;
    double to_s;
    double level; /* of Udin */
} step;

typedef struct {
    double f_hz;
    double fifth;
    double dc_v;
    step s[4];
} stepped;

static void steps(const void *user, double t, double value[WH_CHANNELS])
{
    const stepped *m = user;
    for (unsigned k = 0; k < WH_PHASES; k++) {
        double level = RIG_UDIN_V * RIG_SQRT2;
        for (unsigned i = 0; i < 4; i++) {
            const step *s = &m->s[i];
            level *= (s->phases >> k & 1U) != 0 && t >= s->from_s && t < s->to_s ? s->level : 1;
        }
        const double angle = 2 * RIG_PI * (m->f_hz * t - k / 3.0);
        value[WH_U1 + k] = m->dc_v + level * (sin(angle) + m->fifth * sin(5 * angle));
        value[WH_I1 + k] = 5 * RIG_SQRT2 * sin(angle - 0.5);
    }
}

static void start(quality_rig *rig, const stepped *m)
{
    rig->signal = steps;
    rig->user = m;
    rig_start(rig);
}

typedef struct {
    const char *name;
    wh_quality_event_kind kind;
    unsigned phases;
    double cycles; /* long */
    double level;
} event_row;

static const event_row event_rows[] = {
    {"dip of half a cycle", WH_QUALITY_DIP, 1, 0.5, 0.4},
    {"dip of one cycle", WH_QUALITY_DIP, 1, 1, 0.7},
    {"dip of two cycles on L2", WH_QUALITY_DIP, 2, 2, 0.4},
    {"shallow dip of five", WH_QUALITY_DIP, 1, 5, 0.85},
    {"dip of ten on three phases", WH_QUALITY_DIP, 7, 10, 0.3},
    {"dip of fifty on L3", WH_QUALITY_DIP, 4, 50, 0.6},
    {"swell of one cycle", WH_QUALITY_SWELL, 1, 1, 1.2},
    {"swell of ten on L2 and L3", WH_QUALITY_SWELL, 6, 10, 1.2},
    {"swell of fifty", WH_QUALITY_SWELL, 7, 50, 1.15},
    {"interruption of two", WH_QUALITY_INTERRUPTION, 7, 2, 0.0},
    {"interruption of fifty", WH_QUALITY_INTERRUPTION, 7, 50, 0.01},
};

static const wh_quality_event *find(const quality_rig *rig, wh_quality_event_kind kind)
{
    for (uint32_t n = 0; n < rig->quality.ring.count; n++) {
        const wh_quality_event *e = wh_power_quality_event(&rig->quality, n);
        if (e != NULL && e->kind == kind) {
            return e;
        }
    }
    return NULL;
}

typedef struct {
    double duration_cycles;
    double instant_cycles;
    double level_percent;
} errors;

static errors run_event(const event_row *row, double at_s, double f_hz)
{
    const double period = 1 / f_hz;
    const stepped m = {.f_hz = f_hz,
                       .s = {{row->phases, at_s, at_s + row->cycles * period, row->level}}};
    quality_rig rig = {0};
    start(&rig, &m);
    rig_run(&rig, at_s + row->cycles * period + 0.3);
    const wh_quality_event *e = find(&rig, row->kind);
    assert_non_null(e);
    assert_int_equal(e->phases, row->phases);
    assert_int_equal(rig.quality.events.running, 0);
    assert_int_equal(rig.quality.ring.count, row->kind == WH_QUALITY_INTERRUPTION ? 2 : 1);
    const double start_s = rig_seconds(&rig, e->start_q16);
    const double end_s = rig_seconds(&rig, e->end_q16);
    const double level = row->cycles < 1 ? sqrt((1 + row->level * row->level) / 2) : row->level;
    return (errors){
        .duration_cycles = fabs(end_s - start_s - row->cycles * period) / period,
        .instant_cycles =
            fmax(fabs(start_s - at_s), fabs(end_s - at_s - row->cycles * period)) / period,
        .level_percent = 100 * fabs((double)e->extreme_uv / 1e6 / RIG_UDIN_V - level),
    };
}

static void events_that_begin_at_a_zero_crossing_are_exact(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof event_rows / sizeof event_rows[0]; i++) {
        const event_row *row = &event_rows[i];
        /* at a crossing of the first phase it befalls, where it befalls one */
        const double shift = row->phases == 2 ? 1 / 3.0 : row->phases == 4 ? 2 / 3.0 : 0;
        const errors e = run_event(row, 2 + shift / 50, 50);
        print_message("  %-28s duration %.3f cycles off, level %.3f %%\n", row->name,
                      e.duration_cycles, e.level_percent);
        assert_true(e.duration_cycles <= 0.5);
        assert_true(e.instant_cycles <= 0.5);
        /* a whole cycle must lie inside the event to see its level */
        if (row->cycles >= 2 || row->phases == 1) {
            assert_true(e.level_percent <= 0.05);
        }
    }
}

static void events_at_any_instant_are_timed_to_half_a_cycle(void **state)
{
    (void)state;
    errors worst = {0};
    for (unsigned at = 0; at < 16; at++) {
        for (size_t i = 0; i < sizeof event_rows / sizeof event_rows[0]; i++) {
            if (event_rows[i].cycles < 2 || (RIG_QUICK && (at % 4 != 1))) {
                continue; /* a short one may not reach the threshold at some instants */
            }
            const errors e = run_event(&event_rows[i], 2 + at / 16.0 / 50, at % 2 ? 50.3 : 50);
            worst.duration_cycles = fmax(worst.duration_cycles, e.duration_cycles);
            worst.instant_cycles = fmax(worst.instant_cycles, e.instant_cycles);
            if (event_rows[i].cycles >= 5) {
                worst.level_percent = fmax(worst.level_percent, e.level_percent);
            }
        }
    }
    print_message("events at any instant: duration within %.3f cycles, instants %.3f, level of "
                  "5 cycles and more %.3f %% Udin\n",
                  worst.duration_cycles, worst.instant_cycles, worst.level_percent);
    assert_true(worst.duration_cycles <= 0.5);
    assert_true(worst.instant_cycles <= 0.5);
    assert_true(worst.level_percent <= 0.05);
}

/* One dip goes on while its phases change. */
static void a_polyphase_dip_ends_when_all_phases_are_back(void **state)
{
    (void)state;
    const stepped m = {.f_hz = 50,
                       .s = {{1, 2.0, 2.2, 0.6}, {2, 2.1, 2.5, 0.5}, {4, 2.4, 2.6, 0.8}}};
    quality_rig rig = {0};
    start(&rig, &m);
    rig_run(&rig, 3);
    assert_int_equal(rig.quality.ring.count, 1);
    const wh_quality_event *e = wh_power_quality_event(&rig.quality, 0);
    assert_int_equal(e->kind, WH_QUALITY_DIP);
    assert_int_equal(e->phases, 7);
    assert_int_equal(e->worst, 1);
    assert_true(fabs(rig_seconds(&rig, e->start_q16) - 2.0) < 0.01);
    assert_true(fabs(rig_seconds(&rig, e->end_q16) - 2.6) < 0.01);
}

static void hysteresis_holds_a_dip(void **state)
{
    (void)state;
    /* back to 91 % only, then to 93 % */
    const stepped m = {.f_hz = 50,
                       .s = {{1, 2.0, 2.2, 0.85}, {1, 2.2, 2.6, 0.91}, {1, 2.6, 9, 0.93}}};
    quality_rig rig = {0};
    start(&rig, &m);
    rig_run(&rig, 3);
    assert_int_equal(rig.quality.ring.count, 1);
    const wh_quality_event *e = wh_power_quality_event(&rig.quality, 0);
    assert_true(fabs(rig_seconds(&rig, e->end_q16) - 2.6) < 0.02);
}

static void voltage_inside_the_thresholds_is_no_event(void **state)
{
    (void)state;
    const stepped m = {.f_hz = 50, .s = {{1, 2.0, 2.5, 0.905}, {2, 3, 3.5, 1.095}}};
    quality_rig rig = {.config = {.rapid_change = {.threshold_ppm = 200000}}};
    start(&rig, &m);
    rig_run(&rig, 4);
    assert_int_equal(rig.quality.ring.count, 0);
}

static void urms_half_is_exact(void **state)
{
    (void)state;
    const stepped m = {.f_hz = 51.2, .fifth = 0.1, .dc_v = 4};
    quality_rig rig = {0};
    start(&rig, &m);
    rig_run(&rig, 2);
    const double want = sqrt(RIG_UDIN_V * RIG_UDIN_V * 1.01 + 16);
    for (unsigned k = 0; k < WH_PHASES; k++) {
        const double error = fabs((double)rig.quality.urms_half_uv[k] / 1e6 - want) / RIG_UDIN_V;
        print_message("Urms(1/2) of L%u: %.4f %% of Udin off\n", k + 1, 100 * error);
        assert_true(error < 0.0005);
    }
}

typedef struct {
    double level;
    double seconds; /* of the other level */
    bool is_event;
    double steady_percent;
} change_row;

static void rapid_changes_are_found_and_measured(void **state)
{
    (void)state;
    static const change_row change_rows[] = {
        {0.96, 99, true, 4},    {1.05, 99, true, 5},   {0.94, 0.3, true, 0},
        {0.98, 99, false, 0},   {0.80, 0.5, false, 0}, /* a dip */
        {0.935, 99, true, 6.5},
    };
    for (size_t i = 0; i < sizeof change_rows / sizeof change_rows[0]; i++) {
        const change_row *row = &change_rows[i];
        const stepped m = {.f_hz = 50, .s = {{1, 3, 3 + row->seconds, row->level}}};
        quality_rig rig = {0};
        start(&rig, &m);
        rig_run(&rig, 6);
        const wh_quality_event *e = find(&rig, WH_QUALITY_RAPID_CHANGE);
        assert_int_equal(e != NULL, row->is_event);
        if (e == NULL) {
            continue;
        }
        const double most = 100 * (double)e->extreme_uv / 1e6 / RIG_UDIN_V;
        const double steady = 100 * (double)e->steady_uv / 1e6 / RIG_UDIN_V;
        const double start_s = rig_seconds(&rig, e->start_q16);
        print_message(
            "  to %.1f %% for %4.1f s: Umax %.2f %%, Uss %.2f %%, from %.3f s for %.3f s\n",
            100 * row->level, row->seconds, most, steady, start_s,
            rig_seconds(&rig, e->end_q16) - start_s);
        assert_true(fabs(most - 100 * fabs(row->level - 1)) < 0.05);
        assert_true(fabs(steady - row->steady_percent) < 0.05);
        assert_true(fabs(start_s - 3) < 0.02);
        assert_int_equal(e->phases, 1);
        assert_int_equal(e->worst, 0);
    }
}

static void the_ring_keeps_the_last_events(void **state)
{
    (void)state;
    wh_power_quality pq = {0};
    assert_null(wh_power_quality_event(&pq, 0));
    for (uint32_t n = 0; n < WH_QUALITY_EVENTS + 3; n++) {
        const wh_quality_event e = {.extreme_uv = n};
        wh_quality_events_put(&pq.ring, &e);
    }
    assert_null(wh_power_quality_event(&pq, 2));
    assert_int_equal(wh_power_quality_event(&pq, 3)->extreme_uv, 3);
    assert_int_equal(wh_power_quality_event(&pq, WH_QUALITY_EVENTS + 2)->extreme_uv,
                     WH_QUALITY_EVENTS + 2);
    assert_null(wh_power_quality_event(&pq, WH_QUALITY_EVENTS + 3));
}

#define CAPTURED 1600

static void a_capture_holds_the_waveform_around_the_event(void **state)
{
    (void)state;
    const stepped m = {.f_hz = 50, .s = {{1, 2.0031, 2.1, 0.5}, {1, 4, 4.5, 0.3}}};
    quality_rig rig = {0};
    int32_t(*ring)[WH_CHANNELS] = malloc(CAPTURED * sizeof *ring);
    wh_capture c;
    assert_int_equal(wh_capture_init(&c, ring, CAPTURED, 800), WH_OK);
    start(&rig, &m);
    wh_power_quality_join(&rig.quality, &c.part);
    rig_run(&rig, 3);
    assert_true(c.complete);
    assert_int_equal(c.count, CAPTURED);
    for (size_t i = 0; i < c.count; i++) {
        double value[WH_CHANNELS] = {0};
        steps(&m, (double)(c.first_sample + i) / 8000, value);
        const double code = value[WH_U2] / RIG_U_FULL_V * WH_CODE_FULL;
        assert_true(fabs(wh_capture_at(&c, i)[WH_U2] - code) <= 1);
    }
    const double before = 2.0031 * 8000 - (double)c.first_sample;
    print_message("capture: %.0f sample sets before the event, 800 wanted\n", before);
    assert_true(fabs(before - 800) < 160); /* a cycle: the start is known better later */
    const uint64_t first = c.first_sample;
    rig_run(&rig, 0.5);
    assert_int_equal(c.first_sample, first); /* stands still */
    wh_capture_resume(&c);
    assert_false(c.complete);
    rig_run(&rig, 1.5);
    assert_true(c.complete);
    assert_true(fabs(4.0 * 8000 - (double)c.first_sample - 800) < 160);
    free(ring);
}

static void wrong_configurations_are_refused(void **state)
{
    (void)state;
    wh_power_quality pq;
    wh_capture c;
    int32_t ring[2][WH_CHANNELS];
    const wh_metrology_config m = {.fs_mhz = 8000000, .f_nominal_mhz = 50000, .phases = 3};
    wh_power_quality_config config = {0};
    assert_int_equal(wh_power_quality_init(&pq, &config, &m), WH_ERR_RANGE);
    config.u_din_uv = 230000000;
    assert_int_equal(wh_power_quality_init(&pq, &config, &m), WH_OK);
    config.events.dip_ppm = 1070000; /* 1.07 + 0.02 > 1.1 - 0.02 */
    assert_int_equal(wh_power_quality_init(&pq, &config, &m), WH_ERR_RANGE);
    config.events.dip_ppm = 60000; /* below interruption + hysteresis */
    assert_int_equal(wh_power_quality_init(&pq, &config, &m), WH_ERR_RANGE);
    config.events.dip_ppm = 0;
    config.rapid_change = (wh_rapid_change_config){30000, 30000};
    assert_int_equal(wh_power_quality_init(&pq, &config, &m), WH_ERR_RANGE);
    assert_int_equal(wh_capture_init(&c, ring, 0, 0), WH_ERR_RANGE);
    assert_int_equal(wh_capture_init(&c, ring, 2, 2), WH_ERR_RANGE);
    assert_int_equal(wh_capture_init(&c, ring, 2, 1), WH_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_that_begin_at_a_zero_crossing_are_exact),
        cmocka_unit_test(events_at_any_instant_are_timed_to_half_a_cycle),
        cmocka_unit_test(a_polyphase_dip_ends_when_all_phases_are_back),
        cmocka_unit_test(hysteresis_holds_a_dip),
        cmocka_unit_test(voltage_inside_the_thresholds_is_no_event),
        cmocka_unit_test(urms_half_is_exact),
        cmocka_unit_test(rapid_changes_are_found_and_measured),
        cmocka_unit_test(the_ring_keeps_the_last_events),
        cmocka_unit_test(a_capture_holds_the_waveform_around_the_event),
        cmocka_unit_test(wrong_configurations_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
