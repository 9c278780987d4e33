/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/meter/event/event_store_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static wh_push_entry next(event_store_rig *rig)
{
    wh_push_entry entry;
    assert_int_equal(wh_push_next(&rig->alarms, &rig->store, &entry), WH_OK);
    return entry;
}

static void assert_empty(event_store_rig *rig)
{
    wh_push_entry entry;
    assert_int_equal(wh_push_next(&rig->alarms, &rig->store, &entry), WH_ERR_NOT_FOUND);
    assert_int_equal(wh_push_waiting(&rig->alarms, &rig->store), 0);
}

static void only_kinds_with_push_priority_are_queued(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < WH_EVENT_KINDS; kind++) {
        event_store_rig *rig = store_rig_new();
        const wh_event_notice notice = {(uint8_t)wh_event_slot(kind, 0), WH_EVENT_ONCE, 77};
        bool pushed = wh_event_priority_of(kind) != WH_EVENT_RECORDED;
        assert_empty(rig);
        assert_int_equal(store_rig_keep(rig, &notice, NULL), WH_OK);
        if (pushed) {
            assert_int_equal(next(rig).slot, notice.slot);
            assert_int_equal(next(rig).utc_s, 77);
        } else {
            assert_empty(rig);
        }
        store_rig_delete(rig);
    }
}

static void entries_come_in_order_and_again_until_they_are_confirmed(void **state)
{
    event_store_rig *rig = store_rig_new();
    (void)state;
    for (unsigned k = 0; k < 5; k++) {
        assert_int_equal(store_rig_occur(rig, WH_EVENT_PROGRAMMING, NULL), WH_OK);
    }
    for (uint32_t k = 0; k < 5; k++) {
        assert_int_equal(wh_push_waiting(&rig->alarms, &rig->store), 5 - k);
        assert_int_equal(next(rig).sequence, k);
        store_rig_restart(rig);
        wh_push_entry entry = next(rig);
        assert_int_equal(entry.sequence, k);
        assert_int_equal(entry.count, k + 1);
        assert_int_equal(entry.what, WH_EVENT_ONCE);
        assert_int_equal(store_rig_confirm(rig, entry.sequence), WH_OK);
        store_rig_restart(rig);
    }
    assert_empty(rig);
    wh_push_done(&rig->alarms, 2); /* long ago */
    assert_empty(rig);
    assert_int_equal(rig->alarms.push_lost, 0);
    store_rig_delete(rig);
}

static void several_are_confirmed_with_the_last_of_them(void **state)
{
    event_store_rig *rig = store_rig_new();
    (void)state;
    for (unsigned k = 0; k < 5; k++) {
        assert_int_equal(store_rig_occur(rig, WH_EVENT_PROGRAMMING, NULL), WH_OK);
    }
    assert_int_equal(store_rig_confirm(rig, 3), WH_OK);
    assert_int_equal(next(rig).sequence, 4);
    store_rig_delete(rig);
}

static void a_queue_that_overflows_tells_how_many_were_lost(void **state)
{
    (void)state;
    for (unsigned confirmed = 0; confirmed < 4; confirmed++) {
        for (unsigned more = 0; more < 4; more++) {
            event_store_rig *rig = store_rig_new();
            for (unsigned k = 0; k < confirmed; k++) {
                assert_int_equal(store_rig_occur(rig, WH_EVENT_PROGRAMMING, NULL), WH_OK);
                assert_int_equal(store_rig_confirm(rig, next(rig).sequence), WH_OK);
            }
            for (unsigned k = 0; k < STORE_RIG_PUSHES + more; k++) {
                assert_int_equal(store_rig_occur(rig, WH_EVENT_PROGRAMMING, NULL), WH_OK);
            }
            assert_int_equal(wh_push_waiting(&rig->alarms, &rig->store), STORE_RIG_PUSHES);
            assert_int_equal(next(rig).sequence, confirmed + more);
            assert_int_equal(rig->alarms.push_lost, more);
            assert_int_equal(next(rig).sequence, confirmed + more);
            assert_int_equal(rig->alarms.push_lost, more);
            store_rig_delete(rig);
        }
    }
}

static void a_cursor_of_another_store_ends_at_the_newest(void **state)
{
    event_store_rig *rig = store_rig_new();
    (void)state;
    for (uint32_t k = 0; k < 3; k++) {
        rig->alarms.push_cursor = 1000;
        assert_empty(rig);
        assert_int_equal(rig->alarms.push_lost, 0);
        assert_int_equal(store_rig_occur(rig, WH_EVENT_PROGRAMMING, NULL), WH_OK);
        assert_int_equal(next(rig).sequence, k);
    }
    store_rig_delete(rig);
}

static void a_damaged_entry_is_lost_and_the_next_one_comes(void **state)
{
    event_store_rig *rig = store_rig_new();
    static const uint8_t rubbish[][WH_PUSH_ENTRY_SIZE] = {
        {2, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 1}, /* of another version */
        {1, WH_EVENT_SLOTS, 2, 0, 0, 0, 0, 1, 0, 0, 0, 1},
        {1, 0, 3, 0, 0, 0, 0, 1, 0, 0, 0, 1},
    };
    (void)state;
    assert_int_equal(wh_store_begin(&rig->store), WH_OK);
    for (unsigned k = 0; k < 3; k++) {
        assert_int_equal(wh_store_append(&rig->store, WH_PUSH_LOG, rubbish[k], 12, NULL), WH_OK);
    }
    assert_int_equal(wh_store_append(&rig->store, WH_PUSH_LOG, rubbish[0], 11, NULL), WH_OK);
    assert_int_equal(wh_store_commit(&rig->store), WH_OK);
    assert_int_equal(store_rig_occur(rig, WH_EVENT_PROGRAMMING, NULL), WH_OK);
    assert_int_equal(next(rig).sequence, 4);
    assert_int_equal(rig->alarms.push_lost, 4);
    store_rig_delete(rig);
}

/* ---- power cuts ---- */

#define OPENINGS 3

/* What the head-end has seen. A repetition has a sequence number it has seen. */
typedef struct {
    uint32_t next_sequence;
    unsigned entries;
    unsigned repeated;
    unsigned after_confirm; /* repetitions of one whose confirmation was committed: must be none */
    uint32_t confirmed;     /* entries up to it are */
    uint8_t slot[64];
    uint8_t what[64];
} head_end;

/* Send all that waits. */
static wh_err drain(event_store_rig *rig, head_end *h)
{
    wh_push_entry entry;
    wh_err err = wh_push_next(&rig->alarms, &rig->store, &entry);
    for (; err == WH_OK; err = wh_push_next(&rig->alarms, &rig->store, &entry)) {
        if (entry.sequence < h->confirmed) {
            h->after_confirm++;
        }
        if (entry.sequence < h->next_sequence) {
            h->repeated++;
        } else {
            assert_int_equal(entry.sequence, h->next_sequence); /* none is left out */
            h->slot[h->entries] = entry.slot;
            h->what[h->entries] = entry.what;
            h->entries++;
            h->next_sequence++;
        }
        err = store_rig_confirm(rig, entry.sequence);
        if (err != WH_OK) {
            return err;
        }
        h->confirmed = entry.sequence + 1;
    }
    return err == WH_ERR_NOT_FOUND ? WH_OK : err;
}

/* A cover that opens and closes, the voltage that is high over it all. */
static wh_err play(event_store_rig *rig, head_end *h, unsigned *step)
{
    wh_err err = WH_OK;
    while (err == WH_OK && *step < 2 * OPENINGS) {
        bool open = *step % 2 == 0;
        rig->base.in.inputs = open ? 1U << WH_EVENT_INPUT_METER_COVER_OPEN : 0U;
        rig->base.in.u_uv[1] = 300000000;
        err = store_rig_run(rig, 70);
        err = err == WH_OK ? drain(rig, h) : err;
        *step += err == WH_OK;
    }
    return err;
}

static void check_end(event_store_rig *rig, const head_end *h, unsigned outages)
{
    unsigned cover = wh_event_slot(WH_EVENT_METER_COVER_OPEN, 0);
    unsigned power = wh_event_slot(WH_EVENT_POWER_OFF, 0);
    unsigned high = wh_event_slot(WH_EVENT_OVER_VOLTAGE, 1);
    unsigned told[2][2] = {{0}};
    assert_int_equal(wh_events_count(&rig->base.events, cover), OPENINGS);
    assert_int_equal(wh_event_log_count(&rig->log, cover), OPENINGS);
    assert_int_equal(wh_events_count(&rig->base.events, power), outages);
    assert_int_equal(wh_event_log_count(&rig->log, power), outages);
    assert_int_equal(wh_events_count(&rig->base.events, high), 1);
    assert_true(wh_event_log_runs(&rig->log, high));
    assert_int_equal(wh_event_log_count(&rig->log, high), 1);
    for (unsigned k = 0; k < OPENINGS; k++) {
        wh_event_record record;
        assert_int_equal(wh_event_log_read(&rig->log, cover, k, &record), WH_OK);
        assert_true(record.begin_s != 0 && record.begin_s < record.end_s);
    }
    for (unsigned k = 0; k < h->entries; k++) {
        unsigned which = h->slot[k] == power;
        assert_true(which == 1 || h->slot[k] == cover);
        assert_int_equal(h->what[k],
                         told[which][0] == told[which][1] ? WH_EVENT_BEGIN : WH_EVENT_END);
        told[which][h->what[k] == WH_EVENT_END]++;
    }
    assert_int_equal(told[0][0], OPENINGS);
    assert_int_equal(told[0][1], OPENINGS);
    assert_int_equal(told[1][0], outages);
    assert_int_equal(told[1][1], outages);
    assert_int_equal(h->after_confirm, 0);
    assert_true(h->repeated <= 1);
    assert_int_equal(rig->alarms.push_lost, 0);
}

/* Cut at that operation of the flash; false: the script has none of that number. */
static bool play_with_cut(uint64_t cut_at, fake_cut cut)
{
    event_store_rig *rig = store_rig_new();
    head_end h = {0};
    unsigned step = 0;
    rig->flash.cut_at = cut_at;
    rig->flash.cut = cut;
    wh_err err = play(rig, &h, &step);
    bool was_cut = err != WH_OK;
    if (was_cut) {
        assert_true(rig->flash.off);
        uint32_t off_s = rig->base.utc_s;
        rig->base.utc_s += 1000;
        const wh_event_outage outage = {.begin_s = off_s, .end_s = rig->base.utc_s};
        fake_flash_power_on(&rig->flash);
        assert_int_equal(store_rig_start(rig, &outage), WH_OK);
        assert_int_equal(play(rig, &h, &step), WH_OK);
    }
    check_end(rig, &h, was_cut ? 1 : 0);
    store_rig_delete(rig);
    return was_cut;
}

static void a_power_cut_anywhere_loses_and_doubles_nothing(void **state)
{
    unsigned cuts = 0;
    (void)state;
    for (unsigned cut = 0; cut < FAKE_CUT_MIXED; cut++) {
        for (uint64_t at = 1; play_with_cut(at, (fake_cut)cut); at++) {
            cuts++;
        }
    }
    print_message("%u cuts\n", cuts);
    assert_true(cuts > 100);
}

/* The power fails again while it is told that it had failed. */
static void a_power_cut_while_an_outage_is_told_tells_it_once(void **state)
{
    unsigned cuts = 0;
    bool cut = true;
    (void)state;
    for (uint64_t at = 1; cut; at++) {
        event_store_rig *rig = store_rig_new();
        unsigned slot = wh_event_slot(WH_EVENT_POWER_OFF, 0);
        wh_event_outage outage = {.begin_s = RIG_UTC, .end_s = RIG_UTC + 100};
        wh_event_record record;
        assert_int_equal(store_rig_occur(rig, WH_EVENT_WEEKEND_PROGRAMMED, NULL), WH_OK);
        rig->flash.cut_at = rig->flash.operations + at;
        rig->flash.cut = FAKE_CUT_TORN;
        cut = store_rig_start(rig, &outage) != WH_OK;
        if (cut) {
            fake_flash_power_on(&rig->flash);
            outage.end_s = RIG_UTC + 200; /* nobody knew that it was back */
            assert_int_equal(store_rig_start(rig, &outage), WH_OK);
            assert_int_equal(wh_event_log_read(&rig->log, slot, 0, &record), WH_OK);
            assert_int_equal(record.end_s, RIG_UTC + 200);
            cuts++;
        }
        unsigned count = wh_events_count(&rig->base.events, slot);
        assert_in_range(count, 1, cut ? 2 : 1); /* 2: the first was told whole */
        assert_int_equal(wh_event_log_count(&rig->log, slot), count);
        assert_false(wh_event_log_runs(&rig->log, slot));
        assert_int_equal(wh_push_waiting(&rig->alarms, &rig->store), 2 * count);
        store_rig_delete(rig);
    }
    assert_true(cuts >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_kinds_with_push_priority_are_queued),
        cmocka_unit_test(entries_come_in_order_and_again_until_they_are_confirmed),
        cmocka_unit_test(several_are_confirmed_with_the_last_of_them),
        cmocka_unit_test(a_queue_that_overflows_tells_how_many_were_lost),
        cmocka_unit_test(a_cursor_of_another_store_ends_at_the_newest),
        cmocka_unit_test(a_damaged_entry_is_lost_and_the_next_one_comes),
        cmocka_unit_test(a_power_cut_anywhere_loses_and_doubles_nothing),
        cmocka_unit_test(a_power_cut_while_an_outage_is_told_tells_it_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
