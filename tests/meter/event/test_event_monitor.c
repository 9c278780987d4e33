/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/event/event_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A row that does not agree says which it is. */
static void expect(bool right, const char *what, unsigned kind, unsigned place, unsigned term)
{
    if (!right) {
        fail_msg("%s, place %u, term %u: %s", wh_event_name(kind), place, term, what);
    }
}

static unsigned longer_than(const wh_event_row *row)
{
    return 5U + (row->delay_s > row->recover_s ? row->delay_s : row->recover_s);
}

/* From a tick that sees it hold, it begins at its delay and not a second before. */
static void begin_at_delay(event_rig *rig, unsigned kind, unsigned place, unsigned term)
{
    const wh_event_row *row = &wh_event_rows[kind];
    unsigned slot = wh_event_slot(kind, place);
    event_rig_tick(rig, 1000);
    if (row->delay_s > 0) {
        event_rig_run(rig, row->delay_s - 1U);
        expect(!wh_events_active(&rig->events, slot), "begins early", kind, place, term);
        event_rig_tick(rig, 1000);
    }
    expect(event_rig_told(rig, slot, WH_EVENT_BEGIN), "does not begin", kind, place, term);
    expect(wh_events_active(&rig->events, slot), "is not active", kind, place, term);
    expect(wh_events_count(&rig->events, slot) == 1, "is not counted", kind, place, term);
}

static void end_at_delay(event_rig *rig, unsigned kind, unsigned place, unsigned term)
{
    const wh_event_row *row = &wh_event_rows[kind];
    unsigned slot = wh_event_slot(kind, place);
    event_rig_tick(rig, 1000);
    if (row->recover_s > 0) {
        event_rig_run(rig, row->recover_s - 1U);
        expect(wh_events_active(&rig->events, slot), "ends early", kind, place, term);
        event_rig_tick(rig, 1000);
    }
    expect(event_rig_told(rig, slot, WH_EVENT_END), "does not end", kind, place, term);
    expect(!wh_events_active(&rig->events, slot), "is still active", kind, place, term);
    expect(wh_events_count(&rig->events, slot) == 1, "is counted twice", kind, place, term);
}

static void check_term(event_rig *rig, unsigned kind, unsigned place, unsigned term)
{
    const wh_event_row *row = &wh_event_rows[kind];
    unsigned slot = wh_event_slot(kind, place);
    event_rig_init(rig);
    event_rig_hold(rig, kind, place);
    event_rig_edge(rig, term, place, false, false);
    event_rig_run(rig, longer_than(row));
    expect(wh_events_count(&rig->events, slot) == 0, "begins at its limit", kind, place, term);
    event_rig_hold(rig, kind, place);
    event_rig_edge(rig, term, place, false, true);
    begin_at_delay(rig, kind, place, term);
    if ((wh_event_terms[term].how & WH_EVENT_LATCHED) != 0) {
        event_rig_edge(rig, term, place, false, false);
        event_rig_run(rig, longer_than(row));
        expect(wh_events_active(&rig->events, slot), "ends by a term that does not count", kind,
               place, term);
        return;
    }
    event_rig_edge(rig, term, place, true, true);
    event_rig_run(rig, longer_than(row));
    expect(wh_events_active(&rig->events, slot), "ends before its limit", kind, place, term);
    event_rig_edge(rig, term, place, true, false);
    end_at_delay(rig, kind, place, term);
}

static void every_term_begins_and_ends_one_step_behind_its_limit_and_at_its_delay(void **state)
{
    event_rig *rig = malloc(sizeof *rig);
    unsigned terms = 0;
    (void)state;
    for (unsigned kind = 0; kind < WH_EVENT_KINDS; kind++) {
        const wh_event_row *row = &wh_event_rows[kind];
        for (unsigned place = 0; place < row->places; place++) {
            for (unsigned k = 0; k < row->term_count; k++) {
                check_term(rig, kind, place, row->first + k);
                terms++;
            }
        }
    }
    assert_true(terms > WH_EVENT_TERMS);
    free(rig);
}

static void every_input_begins_and_ends_at_its_delay(void **state)
{
    event_rig *rig = malloc(sizeof *rig);
    unsigned inputs = 0;
    (void)state;
    for (unsigned kind = 0; kind < WH_EVENT_KINDS; kind++) {
        if (wh_event_rows[kind].sort != WH_EVENT_SORT_INPUT) {
            continue;
        }
        event_rig_init(rig);
        event_rig_hold(rig, kind, 0);
        begin_at_delay(rig, kind, 0, 0);
        event_rig_run(rig, 10);
        event_rig_calm(&rig->in);
        end_at_delay(rig, kind, 0, 0);
        inputs++;
    }
    assert_int_equal(inputs, WH_EVENT_INPUTS - 2); /* two are terms of conditions */
    free(rig);
}

static void nothing_begins_in_a_healthy_meter(void **state)
{
    event_rig *rig = malloc(sizeof *rig);
    (void)state;
    event_rig_init(rig);
    event_rig_run(rig, 4000);
    for (unsigned slot = 0; slot < WH_EVENT_SLOTS; slot++) {
        assert_int_equal(wh_events_count(&rig->events, slot), 0);
        assert_int_equal(wh_events_duration_s(&rig->events, slot), 0);
    }
    free(rig);
}

static void a_condition_that_flickers_never_begins_and_never_ends(void **state)
{
    event_rig *rig = malloc(sizeof *rig);
    unsigned slot = wh_event_slot(WH_EVENT_OVER_VOLTAGE, 1);
    (void)state;
    event_rig_init(rig);
    for (unsigned k = 0; k < 10; k++) {
        rig->in.u_uv[1] = 300000000;
        event_rig_run(rig, 59);
        rig->in.u_uv[1] = RIG_UN;
        event_rig_tick(rig, 1000);
    }
    assert_int_equal(wh_events_count(&rig->events, slot), 0);
    rig->in.u_uv[1] = 300000000;
    event_rig_run(rig, 61);
    assert_true(wh_events_active(&rig->events, slot));
    for (unsigned k = 0; k < 10; k++) {
        rig->in.u_uv[1] = RIG_UN;
        event_rig_run(rig, 59);
        rig->in.u_uv[1] = 300000000;
        event_rig_tick(rig, 1000);
    }
    assert_true(wh_events_active(&rig->events, slot));
    assert_int_equal(wh_events_count(&rig->events, slot), 1);
    assert_int_equal(wh_events_duration_s(&rig->events, slot), 600);
    free(rig);
}

static void durations_add_up_over_ticks_of_any_length(void **state)
{
    static const uint32_t lengths_ms[] = {200, 333, 999, 1000, 1001, 60000, 3600000};
    event_rig *rig = malloc(sizeof *rig);
    unsigned slot = wh_event_slot(WH_EVENT_METER_COVER_OPEN, 0);
    (void)state;
    for (size_t k = 0; k < sizeof lengths_ms / sizeof lengths_ms[0]; k++) {
        uint64_t open_ms = 0;
        event_rig_init(rig);
        event_rig_hold(rig, WH_EVENT_METER_COVER_OPEN, 0);
        event_rig_tick(rig, lengths_ms[k]);
        assert_true(wh_events_active(&rig->events, slot));
        for (; open_ms < 2200000; open_ms += lengths_ms[k]) {
            event_rig_tick(rig, lengths_ms[k]);
        }
        assert_int_equal(wh_events_duration_s(&rig->events, slot), open_ms / 1000);
        open_ms += lengths_ms[k];
        event_rig_calm(&rig->in);
        event_rig_tick(rig, lengths_ms[k]);
        assert_int_equal(wh_events_duration_s(&rig->events, slot), (open_ms + 500) / 1000);
        event_rig_tick(rig, 3600000);
        assert_int_equal(wh_events_duration_s(&rig->events, slot), (open_ms + 500) / 1000);
    }
    free(rig);
}

static void a_duration_outlasts_the_roll_over_of_milliseconds(void **state)
{
    event_rig *rig = malloc(sizeof *rig);
    unsigned slot = wh_event_slot(WH_EVENT_CLOCK_INVALID, 0);
    (void)state;
    event_rig_init(rig);
    event_rig_hold(rig, WH_EVENT_CLOCK_INVALID, 0);
    event_rig_tick(rig, 1000);
    for (unsigned hour = 0; hour < 24 * 120; hour++) {
        event_rig_tick(rig, 3600000);
    }
    assert_int_equal(wh_events_duration_s(&rig->events, slot), 120 * 86400);
    free(rig);
}

static void delays_count_elapsed_time_whatever_the_clock_says(void **state)
{
    event_rig *rig = malloc(sizeof *rig);
    unsigned slot = wh_event_slot(WH_EVENT_OVER_CURRENT, 2);
    (void)state;
    event_rig_init(rig);
    event_rig_hold(rig, WH_EVENT_OVER_CURRENT, 2);
    event_rig_run(rig, 30);
    rig->utc_s -= 86400;
    event_rig_run(rig, 30);
    assert_false(wh_events_active(&rig->events, slot));
    rig->utc_s += 1000000;
    event_rig_tick(rig, 1000);
    assert_true(event_rig_told(rig, slot, WH_EVENT_BEGIN));
    assert_int_equal(rig->notice[0].utc_s, rig->utc_s);
    free(rig);
}

static void what_is_not_measured_anew_is_not_looked_at_but_delays_run(void **state)
{
    event_rig *rig = malloc(sizeof *rig);
    unsigned slot = wh_event_slot(WH_EVENT_UNDER_VOLTAGE, 0);
    (void)state;
    event_rig_init(rig);
    rig->in.fresh = false;
    event_rig_hold(rig, WH_EVENT_UNDER_VOLTAGE, 0);
    event_rig_run(rig, 100);
    assert_int_equal(wh_events_count(&rig->events, slot), 0);
    rig->in.fresh = true;
    event_rig_tick(rig, 1000);
    rig->in.fresh = false;
    event_rig_run(rig, 59);
    assert_false(wh_events_active(&rig->events, slot));
    event_rig_tick(rig, 1000);
    assert_true(wh_events_active(&rig->events, slot));
    event_rig_calm(&rig->in);
    event_rig_tick(rig, 1000);
    rig->in.fresh = false;
    event_rig_run(rig, 59);
    assert_true(wh_events_active(&rig->events, slot));
    event_rig_tick(rig, 1000);
    assert_false(wh_events_active(&rig->events, slot));
    free(rig);
}

/* Each of the quantities, in the condition that needs it. */
static void what_is_not_valid_neither_begins_nor_ends(void **state)
{
    static const struct {
        uint8_t kind;
        uint8_t without;
    } rows[] = {
        {WH_EVENT_UNDER_VOLTAGE, WH_EVENT_VALID_U},
        {WH_EVENT_OVER_CURRENT, WH_EVENT_VALID_I},
        {WH_EVENT_VOLTAGE_LOSS, WH_EVENT_VALID_I},
        {WH_EVENT_OVERLOAD, WH_EVENT_VALID_P},
        {WH_EVENT_LOW_POWER_FACTOR, WH_EVENT_VALID_P},
        {WH_EVENT_BYPASS, WH_EVENT_VALID_NEUTRAL},
        {WH_EVENT_DEMAND_OVER_LIMIT, WH_EVENT_VALID_DEMAND},
        {WH_EVENT_CURRENT_UNBALANCE, WH_EVENT_VALID_UNBALANCE},
        {WH_EVENT_NEUTRAL_MISSING, WH_EVENT_VALID_UNBALANCE},
        {WH_EVENT_VOLTAGE_SEQUENCE, WH_EVENT_VALID_INPUTS},
        {WH_EVENT_MAGNETIC_FIELD, WH_EVENT_VALID_INPUTS},
    };
    event_rig *rig = malloc(sizeof *rig);
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        unsigned slot = wh_event_slot(rows[k].kind, 0);
        event_rig_init(rig);
        event_rig_hold(rig, rows[k].kind, 0);
        rig->in.valid = (uint8_t)(0x7F & ~(unsigned)rows[k].without);
        event_rig_run(rig, 100);
        expect(wh_events_count(&rig->events, slot) == 0, "begins unseen", rows[k].kind, 0, 0);
        rig->in.valid = 0x7F;
        event_rig_run(rig, 61);
        expect(wh_events_active(&rig->events, slot), "does not begin", rows[k].kind, 0, 0);
        event_rig_calm(&rig->in);
        rig->in.valid = (uint8_t)(0x7F & ~(unsigned)rows[k].without);
        event_rig_run(rig, 100);
        expect(wh_events_active(&rig->events, slot), "ends unseen", rows[k].kind, 0, 0);
        rig->in.valid = 0x7F;
        event_rig_run(rig, 61);
        expect(!wh_events_active(&rig->events, slot), "does not end", rows[k].kind, 0, 0);
    }
    free(rig);
}

static void a_meter_for_one_phase_knows_no_others(void **state)
{
    wh_event_config config = event_rig_config;
    event_rig *rig = malloc(sizeof *rig);
    (void)state;
    config.phases = 1;
    event_rig_init(rig);
    assert_int_equal(wh_events_init(&rig->events, &config), WH_OK);
    rig->in.u_uv[0] = 170000000; /* too low; the others dead, unbalanced, in the wrong order */
    rig->in.u_uv[1] = 0;
    rig->in.u_uv[2] = 0;
    rig->in.u_unbalance_ppm = 1000000;
    rig->in.inputs = 1U << WH_EVENT_INPUT_VOLTAGE_REVERSED;
    event_rig_run(rig, 100);
    for (unsigned slot = 0; slot < WH_EVENT_SLOTS; slot++) {
        bool right = slot == wh_event_slot(WH_EVENT_UNDER_VOLTAGE, 0);
        assert_int_equal(wh_events_active(&rig->events, slot), right);
    }
    free(rig);
}

static void a_notice_that_is_not_pulled_is_not_lost(void **state)
{
    event_rig *rig = malloc(sizeof *rig);
    wh_event_notice notice = {0};
    unsigned slot = wh_event_slot(WH_EVENT_METER_COVER_OPEN, 0);
    (void)state;
    event_rig_init(rig);
    event_rig_hold(rig, WH_EVENT_METER_COVER_OPEN, 0);
    wh_events_tick(&rig->events, &rig->in, 1000, 1000);
    event_rig_calm(&rig->in);
    for (uint32_t k = 0; k < 5; k++) {
        wh_events_tick(&rig->events, &rig->in, 1001 + k, 1000);
    }
    assert_true(wh_events_next(&rig->events, &notice));
    assert_int_equal(notice.slot, slot);
    assert_int_equal(notice.what, WH_EVENT_BEGIN);
    assert_false(wh_events_next(&rig->events, &notice));
    rig->in.fresh = false; /* but what stood still is looked at */
    wh_events_tick(&rig->events, &rig->in, 1010, 1000);
    assert_true(wh_events_next(&rig->events, &notice));
    assert_int_equal(notice.what, WH_EVENT_END);
    assert_int_equal(notice.utc_s, 1010);
    assert_int_equal(wh_events_count(&rig->events, slot), 1);
    free(rig);
}

static void extremes_are_the_largest_value_while_it_lasts(void **state)
{
    event_rig *rig = malloc(sizeof *rig);
    unsigned demand = wh_event_slot(WH_EVENT_DEMAND_OVER_LIMIT, WH_EVENT_DEMAND_Q3);
    unsigned unbalance = wh_event_slot(WH_EVENT_VOLTAGE_UNBALANCE, 0);
    (void)state;
    event_rig_init(rig);
    rig->in.demand_mw[WH_EVENT_DEMAND_Q3] = 60000000;
    rig->in.u_unbalance_ppm = 400000;
    event_rig_run(rig, 61);
    rig->in.demand_mw[WH_EVENT_DEMAND_Q3] = 70000000;
    event_rig_tick(rig, 1000);
    uint32_t when = rig->utc_s;
    rig->in.demand_mw[WH_EVENT_DEMAND_Q3] = 65000000;
    rig->in.u_unbalance_ppm = 350000;
    event_rig_run(rig, 100);
    const wh_event_extreme *extreme = wh_events_extreme(&rig->events, demand);
    assert_non_null(extreme);
    assert_int_equal(extreme->value, 70000000);
    assert_int_equal(extreme->utc_s, when);
    assert_int_equal(wh_events_extreme(&rig->events, unbalance)->value, 400000);
    event_rig_calm(&rig->in);
    event_rig_run(rig, 61);
    rig->in.demand_mw[WH_EVENT_DEMAND_Q3] = 60000000; /* another event begins anew */
    event_rig_run(rig, 61);
    assert_int_equal(extreme->value, 60000000);
    assert_null(wh_events_extreme(&rig->events, wh_event_slot(WH_EVENT_UNDER_VOLTAGE, 0)));
    assert_null(wh_events_extreme(&rig->events, WH_EVENT_SLOTS));
    free(rig);
}

static void make_huge(wh_event_inputs *in, int64_t huge)
{
    for (unsigned k = 0; k < 3; k++) {
        in->u_uv[k] = huge;
        in->i_ua[k] = huge;
        in->p_uw[k] = huge;
    }
    in->p_uw[3] = huge;
    in->in_ua = huge;
    in->isum_ua = -1 - huge;
    in->pf_ppm = huge > 0 ? INT32_MAX : INT32_MIN;
    in->u_unbalance_ppm = UINT32_MAX;
    in->i_unbalance_ppm = UINT32_MAX;
    in->u0_ppm = UINT32_MAX;
    for (unsigned k = 0; k < WH_EVENT_DEMANDS; k++) {
        in->demand_mw[k] = huge;
    }
}

/* The sanitizers would tell. */
static void huge_values_do_not_overflow(void **state)
{
    event_rig *rig = malloc(sizeof *rig);
    (void)state;
    event_rig_init(rig);
    make_huge(&rig->in, INT64_MAX);
    event_rig_run(rig, 100);
    assert_true(wh_events_active(&rig->events, wh_event_slot(WH_EVENT_OVER_VOLTAGE, 2)));
    assert_true(wh_events_active(&rig->events, wh_event_slot(WH_EVENT_DEMAND_OVER_LIMIT, 0)));
    make_huge(&rig->in, INT64_MIN);
    event_rig_run(rig, 100);
    assert_false(wh_events_active(&rig->events, wh_event_slot(WH_EVENT_DEMAND_OVER_LIMIT, 0)));
    assert_true(wh_events_active(&rig->events, wh_event_slot(WH_EVENT_REVERSED_POWER_FLOW, 3)));
    free(rig);
}

static void references_that_cannot_be_are_refused(void **state)
{
    static const struct {
        wh_event_config config;
        wh_err err;
    } rows[] = {
        {{1, 230000000, 5000000, 60000000}, WH_OK},
        {{3, 1, 1, 1}, WH_OK},
        {{0, 230000000, 5000000, 60000000}, WH_ERR_RANGE},
        {{2, 230000000, 5000000, 60000000}, WH_ERR_RANGE},
        {{3, 0, 5000000, 60000000}, WH_ERR_RANGE},
        {{3, 230000000, 0, 60000000}, WH_ERR_RANGE},
        {{3, 230000000, 5000000, 0}, WH_ERR_RANGE},
        {{3, -1, 5000000, 60000000}, WH_ERR_RANGE},
        {{3, INT64_C(1000000000000), 1, 1}, WH_OK},
        {{3, INT64_C(1000000000001), 1, 1}, WH_ERR_RANGE},
        {{3, 1, INT64_C(1000000000001), 1}, WH_ERR_RANGE},
        {{3, INT64_C(1000000000), 1, INT64_C(33333333)}, WH_OK},
        {{3, INT64_C(1000000000), 1, INT64_C(33333334000)}, WH_ERR_RANGE},
        {{3, INT64_C(1000000000000), INT64_C(1000000000000), 1}, WH_ERR_RANGE},
    };
    wh_events *m = malloc(sizeof *m);
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        assert_int_equal(wh_events_init(m, &rows[k].config), rows[k].err);
    }
    free(m);
}

static void an_occurrence_is_told_at_once_and_only_an_occurrence(void **state)
{
    event_rig *rig = malloc(sizeof *rig);
    wh_event_notice notice = {0};
    unsigned told = 0;
    (void)state;
    event_rig_init(rig);
    for (unsigned kind = 0; kind < WH_EVENT_KINDS; kind++) {
        unsigned slot = wh_event_slot(kind, 0);
        bool right = wh_event_rows[kind].sort == WH_EVENT_SORT_OCCURRENCE;
        wh_err err = wh_events_occur(&rig->events, kind, 0, 77, &notice);
        assert_int_equal(err, right ? WH_OK : WH_ERR_STATE);
        assert_int_equal(wh_events_count(&rig->events, slot), right ? 1 : 0);
        if (right) {
            assert_int_equal(notice.slot, slot);
            assert_int_equal(notice.what, WH_EVENT_ONCE);
            assert_int_equal(notice.utc_s, 77);
            told++;
        }
        assert_int_equal(wh_events_occur(&rig->events, kind, wh_event_places(kind), 77, &notice),
                         WH_ERR_NOT_FOUND);
    }
    assert_int_equal(told, 29);
    assert_int_equal(wh_events_occur(&rig->events, WH_EVENT_KINDS, 0, 77, &notice),
                     WH_ERR_NOT_FOUND);
    assert_false(wh_events_next(&rig->events, &notice));
    free(rig);
}

static void an_outage_is_told_with_its_begin_and_end(void **state)
{
    const wh_event_outage outage = {.begin_s = RIG_UTC + 100, .end_s = RIG_UTC + 4000};
    event_rig *rig = malloc(sizeof *rig);
    wh_event_notice notice = {0};
    unsigned slot = wh_event_slot(WH_EVENT_POWER_OFF, 0);
    (void)state;
    event_rig_init(rig);
    wh_events_power_up(&rig->events, &outage);
    assert_true(wh_events_next(&rig->events, &notice));
    assert_int_equal(notice.slot, slot);
    assert_int_equal(notice.what, WH_EVENT_BEGIN);
    assert_int_equal(notice.utc_s, RIG_UTC + 100);
    assert_true(wh_events_next(&rig->events, &notice));
    assert_int_equal(notice.slot, slot);
    assert_int_equal(notice.what, WH_EVENT_END);
    assert_int_equal(notice.utc_s, RIG_UTC + 4000);
    assert_false(wh_events_next(&rig->events, &notice));
    assert_int_equal(wh_events_count(&rig->events, slot), 1);
    assert_int_equal(wh_events_duration_s(&rig->events, slot), 3900);
    assert_false(wh_events_active(&rig->events, slot));
    event_rig_run(rig, 10);
    assert_int_equal(wh_events_duration_s(&rig->events, slot), 3900);
    free(rig);
}

static void the_first_power_up_of_a_new_meter_is_no_outage(void **state)
{
    const wh_event_outage outage = {.begin_s = 0, .end_s = RIG_UTC, .opened = UINT32_MAX};
    event_rig *rig = malloc(sizeof *rig);
    wh_event_notice notice = {0};
    (void)state;
    event_rig_init(rig);
    wh_events_power_up(&rig->events, &outage);
    assert_false(wh_events_next(&rig->events, &notice));
    free(rig);
}

typedef struct {
    uint32_t opened_s;
    bool before;
    bool after;
    uint32_t begin_s;
} cover_row;

static void check_cover(event_rig *rig, const cover_row *row)
{
    unsigned slot = wh_event_slot(WH_EVENT_METER_COVER_OPEN, 0);
    uint32_t begin_s = 0;
    event_rig_init(rig);
    rig->in.inputs = row->before ? 1U << WH_EVENT_INPUT_METER_COVER_OPEN : 0U;
    event_rig_run(rig, 10);
    const wh_event_outage outage = {.begin_s = RIG_UTC + 100,
                                    .end_s = RIG_UTC + 4000,
                                    .opened = 1U << WH_EVENT_INPUT_METER_COVER_OPEN,
                                    .opened_s = row->opened_s};
    wh_events_power_up(&rig->events, &outage);
    for (wh_event_notice notice; wh_events_next(&rig->events, &notice);) {
        if (notice.slot == slot) {
            assert_int_equal(notice.what, WH_EVENT_BEGIN);
            begin_s = notice.utc_s;
        }
    }
    assert_int_equal(begin_s, row->begin_s);
    rig->in.inputs = row->after ? 1U << WH_EVENT_INPUT_METER_COVER_OPEN : 0U;
    rig->in.fresh = false;
    rig->utc_s = RIG_UTC + 4000;
    event_rig_tick(rig, 1000);
    assert_int_equal(event_rig_told(rig, slot, WH_EVENT_END), !row->after);
    assert_int_equal(wh_events_active(&rig->events, slot), row->after);
    assert_int_equal(wh_events_count(&rig->events, slot), 1);
    if (begin_s != 0) {
        uint32_t length_s = wh_events_duration_s(&rig->events, slot);
        assert_in_range(length_s, RIG_UTC + 4000 - begin_s, RIG_UTC + 4001 - begin_s);
    }
}

/* Still open, closed again, open already before; with its time and without. */
static void a_cover_opened_while_unpowered_is_recorded(void **state)
{
    static const cover_row rows[] = {
        {RIG_UTC + 500, false, true, RIG_UTC + 500},
        {RIG_UTC + 500, false, false, RIG_UTC + 500},
        {0, false, true, RIG_UTC + 100},
        {0, false, false, RIG_UTC + 100},
        {0, true, true, 0},
        {0, true, false, 0},
    };
    event_rig *rig = malloc(sizeof *rig);
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        check_cover(rig, &rows[k]);
    }
    free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_term_begins_and_ends_one_step_behind_its_limit_and_at_its_delay),
        cmocka_unit_test(every_input_begins_and_ends_at_its_delay),
        cmocka_unit_test(nothing_begins_in_a_healthy_meter),
        cmocka_unit_test(a_condition_that_flickers_never_begins_and_never_ends),
        cmocka_unit_test(durations_add_up_over_ticks_of_any_length),
        cmocka_unit_test(a_duration_outlasts_the_roll_over_of_milliseconds),
        cmocka_unit_test(delays_count_elapsed_time_whatever_the_clock_says),
        cmocka_unit_test(what_is_not_measured_anew_is_not_looked_at_but_delays_run),
        cmocka_unit_test(what_is_not_valid_neither_begins_nor_ends),
        cmocka_unit_test(a_meter_for_one_phase_knows_no_others),
        cmocka_unit_test(a_notice_that_is_not_pulled_is_not_lost),
        cmocka_unit_test(extremes_are_the_largest_value_while_it_lasts),
        cmocka_unit_test(huge_values_do_not_overflow),
        cmocka_unit_test(references_that_cannot_be_are_refused),
        cmocka_unit_test(an_occurrence_is_told_at_once_and_only_an_occurrence),
        cmocka_unit_test(an_outage_is_told_with_its_begin_and_end),
        cmocka_unit_test(the_first_power_up_of_a_new_meter_is_no_outage),
        cmocka_unit_test(a_cover_opened_while_unpowered_is_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
