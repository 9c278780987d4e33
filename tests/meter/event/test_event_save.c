/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/event/event_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static size_t save(const wh_events *m, uint8_t *bytes)
{
    wh_writer w = wh_writer_init(bytes, WH_EVENTS_SAVE_MAX);
    assert_int_equal(wh_events_save(m, &w), WH_OK);
    return wh_writer_len(&w);
}

/* From an exact-size copy. */
static wh_err restore(wh_events *m, const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    wh_reader r = wh_reader_init(copy, len);
    wh_err err = wh_events_restore(m, &r);
    free(copy);
    return err;
}

static wh_event_setting setting_of(const wh_events *m, unsigned kind)
{
    wh_event_setting s;
    assert_int_equal(wh_events_get(m, kind, &s), WH_OK);
    return s;
}

/* Something of everything: counts, a running event, an extreme, an epoch, settings. */
static void fill(event_rig *rig)
{
    wh_event_notice notice;
    wh_event_setting s;
    event_rig_init(rig);
    wh_events_clear(&rig->events);
    for (unsigned k = 0; k < 300; k++) {
        assert_int_equal(wh_events_occur(&rig->events, WH_EVENT_PURCHASE, 0, 1, &notice), WH_OK);
    }
    rig->in.demand_mw[2] = 60000000;
    rig->in.u_uv[1] = 170000000;
    event_rig_run(rig, 161);
    s = setting_of(&rig->events, WH_EVENT_CURRENT_LOSS);
    s.limit[1] = (wh_event_limit){100, 400};
    s.delay_s = 30;
    assert_int_equal(wh_events_set(&rig->events, WH_EVENT_CURRENT_LOSS, &s), WH_OK);
    s = setting_of(&rig->events, WH_EVENT_REFUND);
    s.enabled = false;
    assert_int_equal(wh_events_set(&rig->events, WH_EVENT_REFUND, &s), WH_OK);
}

static void what_is_saved_is_restored_and_goes_on(void **state)
{
    uint8_t bytes[WH_EVENTS_SAVE_MAX];
    uint8_t again[WH_EVENTS_SAVE_MAX];
    event_rig *rig = malloc(sizeof *rig);
    event_rig *other = malloc(sizeof *other);
    unsigned slot = wh_event_slot(WH_EVENT_UNDER_VOLTAGE, 1);
    unsigned demand = wh_event_slot(WH_EVENT_DEMAND_OVER_LIMIT, 2);
    (void)state;
    fill(rig);
    size_t len = save(&rig->events, bytes);
    event_rig_init(other);
    event_rig_run(other, 10);
    assert_int_equal(restore(&other->events, bytes, len), WH_OK);
    assert_int_equal(save(&other->events, again), len);
    assert_memory_equal(again, bytes, len);
    assert_int_equal(other->events.epoch, 1);
    assert_true(wh_events_active(&other->events, slot));
    assert_int_equal(wh_events_count(&other->events, wh_event_slot(WH_EVENT_PURCHASE, 0)), 300);
    assert_int_equal(wh_events_duration_s(&other->events, slot), 100);
    assert_int_equal(wh_events_extreme(&other->events, demand)->value, 60000000);
    wh_event_setting s = setting_of(&other->events, WH_EVENT_CURRENT_LOSS);
    assert_int_equal(s.limit[1].trigger_bp, 100);
    assert_int_equal(s.limit[1].recover_bp, 400);
    assert_int_equal(s.delay_s, 30);
    assert_int_equal(s.recover_s, 60);
    assert_false(setting_of(&other->events, WH_EVENT_REFUND).enabled);
    other->in = rig->in;
    event_rig_run(other, 50);
    assert_int_equal(wh_events_count(&other->events, slot), 1); /* the same event */
    assert_int_equal(wh_events_duration_s(&other->events, slot), 150);
    event_rig_calm(&other->in);
    event_rig_run(other, 61);
    assert_true(event_rig_told(other, slot, WH_EVENT_END));
    free(rig);
    free(other);
}

/* Power is cut before the notice is in the store: the event begins, or ends, again. */
static void what_was_not_told_is_not_saved(void **state)
{
    uint8_t bytes[WH_EVENTS_SAVE_MAX];
    event_rig *rig = malloc(sizeof *rig);
    event_rig *other = malloc(sizeof *other);
    wh_event_notice notice;
    unsigned slot = wh_event_slot(WH_EVENT_METER_COVER_OPEN, 0);
    (void)state;
    event_rig_init(rig);
    event_rig_init(other);
    event_rig_hold(rig, WH_EVENT_METER_COVER_OPEN, 0);
    wh_events_tick(&rig->events, &rig->in, 100, 1000);
    size_t len = save(&rig->events, bytes);
    assert_int_equal(restore(&other->events, bytes, len), WH_OK);
    assert_false(wh_events_active(&other->events, slot));
    assert_int_equal(wh_events_count(&other->events, slot), 0);
    wh_events_tick(&other->events, &rig->in, 200, 1000);
    assert_true(wh_events_next(&other->events, &notice));
    assert_int_equal(wh_events_count(&other->events, slot), 1);
    event_rig_calm(&rig->in);
    wh_events_tick(&other->events, &rig->in, 300, 1000);
    len = save(&other->events, bytes);
    assert_int_equal(restore(&rig->events, bytes, len), WH_OK);
    assert_true(wh_events_active(&rig->events, slot));
    wh_events_tick(&rig->events, &rig->in, 400, 1000);
    assert_true(wh_events_next(&rig->events, &notice));
    assert_int_equal(notice.what, WH_EVENT_END);
    assert_int_equal(wh_events_count(&rig->events, slot), 1);
    free(rig);
    free(other);
}

/* Between the two notices of one outage, and before both. */
static void an_outage_cut_while_it_is_told_is_told_once(void **state)
{
    uint8_t bytes[WH_EVENTS_SAVE_MAX];
    const wh_event_outage first = {.begin_s = 1000, .end_s = 2000};
    const wh_event_outage second = {.begin_s = 2000, .end_s = 2500};
    event_rig *rig = malloc(sizeof *rig);
    event_rig *other = malloc(sizeof *other);
    unsigned slot = wh_event_slot(WH_EVENT_POWER_OFF, 0);
    (void)state;
    for (unsigned pulled = 0; pulled < 3; pulled++) {
        wh_event_notice notice;
        event_rig_init(rig);
        event_rig_init(other);
        wh_events_power_up(&rig->events, &first);
        for (unsigned k = 0; k < pulled; k++) {
            assert_true(wh_events_next(&rig->events, &notice));
        }
        size_t len = save(&rig->events, bytes);
        assert_int_equal(restore(&other->events, bytes, len), WH_OK);
        assert_int_equal(wh_events_active(&other->events, slot), pulled == 1);
        wh_events_power_up(&other->events, pulled == 0 ? &first : &second);
        unsigned told = 0;
        while (wh_events_next(&other->events, &notice)) {
            assert_int_equal(notice.slot, slot);
            told++;
        }
        assert_int_equal(told, pulled == 1 ? 1 : 2);
        assert_int_equal(wh_events_count(&other->events, slot), pulled == 2 ? 2 : 1);
        assert_int_equal(wh_events_duration_s(&other->events, slot), pulled == 0   ? 1000
                                                                     : pulled == 1 ? 500
                                                                                   : 1500);
        assert_false(wh_events_active(&other->events, slot));
    }
    free(rig);
    free(other);
}

static void the_longest_state_there_can_be_fits(void **state)
{
    uint8_t bytes[WH_EVENTS_SAVE_MAX];
    event_rig *rig = malloc(sizeof *rig);
    (void)state;
    event_rig_init(rig);
    for (unsigned slot = 0; slot < WH_EVENT_SLOTS; slot++) {
        rig->events.slot[slot].count = UINT32_MAX;
        rig->events.slot[slot].duration_s = UINT32_MAX;
    }
    for (unsigned k = 0; k < WH_EVENT_TIMED; k++) {
        rig->events.delay_s[k] = WH_EVENT_DELAY_MAX;
    }
    memset(rig->events.disabled, 0xFF, sizeof rig->events.disabled);
    size_t len = save(&rig->events, bytes);
    assert_in_range(len, WH_EVENTS_SAVE_MAX - 40, WH_EVENTS_SAVE_MAX);
    assert_int_equal(restore(&rig->events, bytes, len), WH_OK);
    for (size_t size = 0; size < len; size += 7) {
        wh_writer w = wh_writer_init(bytes, size);
        assert_int_equal(wh_events_save(&rig->events, &w), WH_ERR_SPACE);
    }
    free(rig);
}

static void damaged_bytes_are_refused_and_change_nothing(void **state)
{
    uint8_t bytes[WH_EVENTS_SAVE_MAX];
    event_rig *rig = malloc(sizeof *rig);
    wh_events *before = malloc(sizeof *before);
    (void)state;
    fill(rig);
    size_t len = save(&rig->events, bytes);
    event_rig_init(rig);
    *before = rig->events;
    for (size_t k = 0; k < len; k++) {
        assert_int_equal(restore(&rig->events, bytes, k), WH_ERR_SHORT);
        assert_memory_equal(before, &rig->events, sizeof *before);
    }
    static const struct {
        size_t from_end; /* 0: from the start */
        size_t at;
        uint8_t value;
        wh_err err;
    } rows[] = {
        {0, 0, 0, WH_ERR_UNSUPPORTED},   {0, 0, 2, WH_ERR_UNSUPPORTED},
        {0, 3, 92, WH_ERR_UNSUPPORTED},  {1, 13, 2, WH_ERR_FORMAT}, /* limits */
        {1, 18, 67, WH_ERR_UNSUPPORTED}, {1, 18, WH_EVENT_PURCHASE, WH_ERR_FORMAT},
        {1, 17, 0xFF, WH_ERR_FORMAT},    {1, 15, 0xFF, WH_ERR_FORMAT},    /* delays */
        {1, 4, 0xFF, WH_ERR_FORMAT},     {1, 29, 68, WH_ERR_UNSUPPORTED}, /* kinds */
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        size_t at = rows[k].from_end != 0 ? len - rows[k].at : rows[k].at;
        uint8_t was = bytes[at];
        bytes[at] = rows[k].value;
        assert_int_equal(restore(&rig->events, bytes, len), rows[k].err);
        assert_memory_equal(before, &rig->events, sizeof *before);
        bytes[at] = was;
    }
    free(rig);
    free(before);
}

/* Version 1 as it was first written: of a meter with 5 slots, one of them running, an extreme and
 * a setting. It must be readable for ever. */
static void version_1_is_read(void **state)
{
    static const uint8_t bytes[] = {
        1,    0,    7,                                          /* version, epoch */
        5,                                                      /* slots: count, duration */
        0,    0,    3,    0x80, 0x01, 0, 0,    0xAC, 0x02, 60,  /* 3 of 128 s, 300 of 60 s */
        0,    0,                                                /* */
        0x02,                                                   /* slot 1 runs */
        1,    0,    0,    0,    0,    0, 0,    0x12, 0x34,      /* an extreme */
        0,    0,    0,    9,                                    /* its time */
        10,   0x08, 0x02,                                       /* kinds 3 and 9 are disabled */
        1,                                                      /* settings */
        2,    0,    30,   0,    90,   1, 0x2C, 0xEC, 0x2C, 0x88 /* 115 %, 114 % */
    };
    event_rig *rig = malloc(sizeof *rig);
    (void)state;
    event_rig_init(rig);
    assert_int_equal(restore(&rig->events, bytes, sizeof bytes), WH_OK);
    assert_int_equal(rig->events.epoch, 7);
    assert_int_equal(wh_events_count(&rig->events, 1), 3);
    assert_int_equal(wh_events_duration_s(&rig->events, 1), 128);
    assert_true(wh_events_active(&rig->events, 1));
    assert_int_equal(wh_events_count(&rig->events, 3), 300);
    assert_int_equal(wh_events_duration_s(&rig->events, 3), 60);
    assert_int_equal(wh_events_count(&rig->events, 5), 0);
    assert_int_equal(rig->events.extreme[0].value, 0x1234);
    assert_int_equal(rig->events.extreme[0].utc_s, 9);
    wh_event_setting s = setting_of(&rig->events, WH_EVENT_OVER_VOLTAGE);
    assert_int_equal(s.delay_s, 30);
    assert_int_equal(s.recover_s, 90);
    assert_int_equal(s.limit[0].trigger_bp, 11500);
    assert_int_equal(s.limit[0].recover_bp, 11400);
    for (unsigned kind = 0; kind < WH_EVENT_KINDS; kind++) {
        assert_int_equal(setting_of(&rig->events, kind).enabled, kind != 3 && kind != 9);
    }
    free(rig);
}

/* ---- settings ---- */

static void try_limit(event_rig *rig, unsigned kind, unsigned term, wh_event_limit limit,
                      wh_err expected)
{
    wh_event_setting s = setting_of(&rig->events, kind);
    wh_events *before = malloc(sizeof *before);
    *before = rig->events;
    s.limit[term] = limit;
    wh_err err = wh_events_set(&rig->events, kind, &s);
    if (err != expected) {
        fail_msg("%s, term %u: %d..%d gives %d", wh_event_name(kind), term, limit.trigger_bp,
                 limit.recover_bp, err);
    }
    if (err != WH_OK) {
        assert_memory_equal(before, &rig->events, sizeof *before);
    }
    rig->events = *before;
    free(before);
}

static int16_t calmer(const wh_event_term *t, int16_t limit, int by)
{
    return (int16_t)((t->how & WH_EVENT_LESS) != 0 ? limit + by : limit - by);
}

/* The calm end of the recovery range, so that only the trigger is on trial. */
static int16_t calmest(const wh_event_term *t)
{
    return (t->how & WH_EVENT_LESS) != 0 ? t->recover_max_bp : t->recover_min_bp;
}

static void every_limit_can_be_set_within_its_range_and_not_one_beyond(void **state)
{
    event_rig *rig = malloc(sizeof *rig);
    (void)state;
    event_rig_init(rig);
    for (unsigned kind = 0; kind < WH_EVENT_KINDS; kind++) {
        const wh_event_row *row = &wh_event_rows[kind];
        for (unsigned k = 0; k < row->term_count; k++) {
            const wh_event_term *t = &wh_event_terms[row->first + k];
            const int16_t low = t->trigger_min_bp;
            const int16_t high = t->trigger_max_bp;
            const int16_t calm = calmest(t);
            bool latched = (t->how & WH_EVENT_LATCHED) != 0;
            bool at_low = latched || ((t->how & WH_EVENT_LESS) != 0 ? calm >= low : calm <= low);
            bool at_high = latched || ((t->how & WH_EVENT_LESS) != 0 ? calm >= high : calm <= high);
            try_limit(rig, kind, k, (wh_event_limit){low, calm}, at_low ? WH_OK : WH_ERR_RANGE);
            try_limit(rig, kind, k, (wh_event_limit){high, calm}, at_high ? WH_OK : WH_ERR_RANGE);
            try_limit(rig, kind, k, (wh_event_limit){(int16_t)(low - 1), calm}, WH_ERR_RANGE);
            try_limit(rig, kind, k, (wh_event_limit){(int16_t)(high + 1), calm}, WH_ERR_RANGE);
            if (!latched) {
                try_limit(rig, kind, k,
                          (wh_event_limit){t->trigger_bp, calmer(t, t->trigger_bp, -1)},
                          WH_ERR_RANGE);
                try_limit(rig, kind, k, (wh_event_limit){t->trigger_bp, calmer(t, calm, 1)},
                          WH_ERR_RANGE);
            }
        }
    }
    free(rig);
}

static void delays_end_at_an_hour_and_occurrences_have_none(void **state)
{
    static const struct {
        unsigned kind;
        uint16_t delay_s;
        uint16_t recover_s;
        wh_err err;
    } rows[] = {
        {WH_EVENT_OVER_CURRENT, 0, 0, WH_OK},
        {WH_EVENT_OVER_CURRENT, 3600, 3600, WH_OK},
        {WH_EVENT_OVER_CURRENT, 3601, 0, WH_ERR_RANGE},
        {WH_EVENT_OVER_CURRENT, 0, 3601, WH_ERR_RANGE},
        {WH_EVENT_METER_COVER_OPEN, 5, 5, WH_OK},
        {WH_EVENT_PURCHASE, 0, 0, WH_OK},
        {WH_EVENT_PURCHASE, 1, 0, WH_ERR_RANGE},
        {WH_EVENT_POWER_OFF, 0, 1, WH_ERR_RANGE},
    };
    event_rig *rig = malloc(sizeof *rig);
    (void)state;
    event_rig_init(rig);
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        wh_event_setting s = setting_of(&rig->events, rows[k].kind);
        s.delay_s = rows[k].delay_s;
        s.recover_s = rows[k].recover_s;
        assert_int_equal(wh_events_set(&rig->events, rows[k].kind, &s), rows[k].err);
    }
    wh_event_setting s = {0};
    assert_int_equal(wh_events_set(&rig->events, WH_EVENT_KINDS, &s), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_events_get(&rig->events, WH_EVENT_KINDS, &s), WH_ERR_NOT_FOUND);
    free(rig);
}

static void a_limit_that_is_set_holds_at_once_and_its_delay_starts_anew(void **state)
{
    event_rig *rig = malloc(sizeof *rig);
    unsigned slot = wh_event_slot(WH_EVENT_OVER_VOLTAGE, 0);
    (void)state;
    event_rig_init(rig);
    rig->in.u_uv[0] = 260000000;
    event_rig_run(rig, 100);
    rig->in.fresh = false;
    wh_event_setting s = setting_of(&rig->events, WH_EVENT_OVER_VOLTAGE);
    s.limit[0] = (wh_event_limit){11000, 11000};
    s.delay_s = 10;
    assert_int_equal(wh_events_set(&rig->events, WH_EVENT_OVER_VOLTAGE, &s), WH_OK);
    event_rig_run(rig, 8);
    assert_int_equal(wh_events_set(&rig->events, WH_EVENT_OVER_VOLTAGE, &s), WH_OK);
    event_rig_run(rig, 10);
    assert_false(wh_events_active(&rig->events, slot));
    event_rig_tick(rig, 1000);
    assert_true(wh_events_active(&rig->events, slot));
    s.enabled = false;
    assert_int_equal(wh_events_set(&rig->events, WH_EVENT_OVER_VOLTAGE, &s), WH_ERR_STATE);
    event_rig_calm(&rig->in);
    event_rig_run(rig, 61);
    assert_int_equal(wh_events_set(&rig->events, WH_EVENT_OVER_VOLTAGE, &s), WH_OK);
    rig->in.u_uv[0] = 300000000;
    event_rig_run(rig, 100);
    assert_false(wh_events_active(&rig->events, slot));
    assert_int_equal(wh_events_count(&rig->events, slot), 1);
    free(rig);
}

static void a_clear_takes_all_counts_but_those_of_the_clears(void **state)
{
    event_rig *rig = malloc(sizeof *rig);
    wh_event_notice notice;
    unsigned running = wh_event_slot(WH_EVENT_UNDER_VOLTAGE, 1);
    (void)state;
    fill(rig);
    assert_int_equal(wh_events_occur(&rig->events, WH_EVENT_METER_CLEAR, 0, 1, &notice), WH_OK);
    assert_int_equal(wh_events_occur(&rig->events, WH_EVENT_EVENT_CLEAR, 0, 1, &notice), WH_OK);
    wh_events_clear(&rig->events);
    assert_int_equal(rig->events.epoch, 2);
    for (unsigned slot = 0; slot < WH_EVENT_SLOTS; slot++) {
        unsigned kind = wh_event_kind_of(slot, NULL);
        bool kept = kind == WH_EVENT_METER_CLEAR || kind == WH_EVENT_EVENT_CLEAR;
        assert_int_equal(wh_events_count(&rig->events, slot), kept ? 1 : 0);
        assert_int_equal(wh_events_duration_s(&rig->events, slot), 0);
    }
    assert_true(wh_events_active(&rig->events, running));
    event_rig_run(rig, 20);
    assert_int_equal(wh_events_duration_s(&rig->events, running), 20);
    assert_int_equal(wh_events_clear_kind(&rig->events, WH_EVENT_UNDER_VOLTAGE), WH_OK);
    assert_int_equal(wh_events_duration_s(&rig->events, running), 0);
    assert_int_equal(rig->events.epoch, 2);
    event_rig_hold(rig, WH_EVENT_METER_COVER_OPEN, 0); /* one that is still to be told stays */
    wh_events_tick(&rig->events, &rig->in, 1, 1000);
    wh_events_clear(&rig->events);
    unsigned cover = wh_event_slot(WH_EVENT_METER_COVER_OPEN, 0);
    assert_int_equal(wh_events_count(&rig->events, cover), 1);
    assert_true(wh_events_next(&rig->events, &notice));
    assert_int_equal(wh_events_clear_kind(&rig->events, WH_EVENT_METER_CLEAR), WH_ERR_DENIED);
    assert_int_equal(wh_events_clear_kind(&rig->events, WH_EVENT_EVENT_CLEAR), WH_ERR_DENIED);
    assert_int_equal(wh_events_clear_kind(&rig->events, WH_EVENT_KINDS), WH_ERR_NOT_FOUND);
    free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_saved_is_restored_and_goes_on),
        cmocka_unit_test(what_was_not_told_is_not_saved),
        cmocka_unit_test(an_outage_cut_while_it_is_told_is_told_once),
        cmocka_unit_test(the_longest_state_there_can_be_fits),
        cmocka_unit_test(damaged_bytes_are_refused_and_change_nothing),
        cmocka_unit_test(version_1_is_read),
        cmocka_unit_test(every_limit_can_be_set_within_its_range_and_not_one_beyond),
        cmocka_unit_test(delays_end_at_an_hour_and_occurrences_have_none),
        cmocka_unit_test(a_limit_that_is_set_holds_at_once_and_its_delay_starts_anew),
        cmocka_unit_test(a_clear_takes_all_counts_but_those_of_the_clears),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
