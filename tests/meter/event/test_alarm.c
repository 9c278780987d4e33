/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/event/alarm.h"
#include "tests/meter/event/event_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BIT(n) (UINT32_C(1) << (n))

typedef struct {
    event_rig base;
    wh_alarms alarms;
} alarm_rig;

static alarm_rig *new_rig(void)
{
    alarm_rig *rig = malloc(sizeof *rig);
    assert_non_null(rig);
    event_rig_init(&rig->base);
    wh_alarms_init(&rig->alarms);
    return rig;
}

/* Ticks, each notice taken as it comes. */
static void run(alarm_rig *rig, unsigned seconds)
{
    for (unsigned k = 0; k < seconds; k++) {
        wh_event_notice notice;
        wh_events_tick(&rig->base.events, &rig->base.in, RIG_UTC + k, 1000);
        while (wh_events_next(&rig->base.events, &notice)) {
            wh_alarms_take(&rig->alarms, &rig->base.events, &notice);
        }
    }
}

static void occur(alarm_rig *rig, unsigned kind)
{
    wh_event_notice notice;
    assert_int_equal(wh_events_occur(&rig->base.events, kind, 0, 1, &notice), WH_OK);
    wh_alarms_take(&rig->alarms, &rig->base.events, &notice);
}

static void the_bit_of_a_condition_is_there_while_one_of_its_places_lasts(void **state)
{
    alarm_rig *rig = new_rig();
    const uint32_t over_voltage = BIT(34 - 32);
    (void)state;
    rig->base.in.u_uv[0] = 300000000;
    run(rig, 61);
    assert_int_equal(rig->alarms.reg[1], over_voltage);
    assert_int_equal(wh_alarms_edges(&rig->alarms, 1), over_voltage);
    assert_int_equal(wh_alarms_edges(&rig->alarms, 1), 0);
    rig->base.in.u_uv[2] = 300000000;
    run(rig, 61);
    assert_int_equal(wh_alarms_edges(&rig->alarms, 1), 0); /* it was set */
    rig->base.in.u_uv[0] = RIG_UN;
    run(rig, 61);
    assert_int_equal(rig->alarms.reg[1], over_voltage);
    wh_alarms_write_register(&rig->alarms, &rig->base.events, 1, 0);
    assert_int_equal(rig->alarms.reg[1], over_voltage); /* it lasts */
    rig->base.in.u_uv[2] = RIG_UN;
    run(rig, 61);
    assert_int_equal(rig->alarms.reg[1], 0);
    assert_int_equal(rig->alarms.descriptor[1], over_voltage);
    assert_int_equal(rig->alarms.reg[0], 0);
    wh_alarms_write_descriptor(&rig->alarms, 1, ~over_voltage);
    assert_int_equal(rig->alarms.descriptor[1], 0);
    free(rig);
}

static void the_bit_of_an_occurrence_stays_until_it_is_written(void **state)
{
    alarm_rig *rig = new_rig();
    (void)state;
    occur(rig, WH_EVENT_PROGRAMMING);
    occur(rig, WH_EVENT_CLOCK_SET);
    occur(rig, WH_EVENT_WEEKEND_PROGRAMMED); /* has none */
    run(rig, 100);
    assert_int_equal(rig->alarms.reg[0], BIT(18) | BIT(22));
    wh_alarms_write_register(&rig->alarms, &rig->base.events, 0, ~BIT(18));
    assert_int_equal(rig->alarms.reg[0], BIT(22));
    assert_int_equal(wh_alarms_edges(&rig->alarms, 0), BIT(18) | BIT(22));
    occur(rig, WH_EVENT_PROGRAMMING);
    occur(rig, WH_EVENT_CLOCK_SET);
    assert_int_equal(wh_alarms_edges(&rig->alarms, 0), BIT(18));
    free(rig);
}

static void a_filter_keeps_bits_from_edges_and_descriptor_only(void **state)
{
    alarm_rig *rig = new_rig();
    (void)state;
    wh_alarms_write_filter(&rig->alarms, 0, ~BIT(18));
    occur(rig, WH_EVENT_PROGRAMMING);
    occur(rig, WH_EVENT_METER_CLEAR);
    assert_int_equal(rig->alarms.reg[0], BIT(18) | BIT(19));
    assert_int_equal(rig->alarms.descriptor[0], BIT(19));
    assert_int_equal(wh_alarms_edges(&rig->alarms, 0), BIT(19));
    free(rig);
}

static void an_object_that_is_not_there_is_not_written(void **state)
{
    alarm_rig *rig = new_rig();
    wh_alarms before;
    (void)state;
    occur(rig, WH_EVENT_PROGRAMMING);
    before = rig->alarms;
    wh_alarms_write_register(&rig->alarms, &rig->base.events, 2, 0);
    wh_alarms_write_descriptor(&rig->alarms, 2, 0);
    wh_alarms_write_filter(&rig->alarms, 2, 0);
    assert_int_equal(wh_alarms_edges(&rig->alarms, 2), 0);
    assert_memory_equal(&before, &rig->alarms, sizeof before);
    free(rig);
}

static void the_status_word_counts_what_is_new_until_it_is_acknowledged(void **state)
{
    alarm_rig *rig = new_rig();
    uint8_t word[WH_REPORT_BYTES] = {0};
    (void)state;
    rig->base.in.u_uv[1] = 300000000; /* over-voltage of phase 2: bit 34 */
    run(rig, 61);
    event_rig_calm(&rig->base.in);
    run(rig, 61);
    occur(rig, WH_EVENT_PROGRAMMING); /* bit 80 */
    assert_int_equal(rig->alarms.report[4], BIT(2));
    assert_int_equal(rig->alarms.report[10], BIT(0));
    assert_int_equal(rig->alarms.report_count[34], 2); /* its begin and its end */
    assert_int_equal(rig->alarms.report_count[80], 1);
    word[4] = 0x04;
    wh_report_acknowledge(&rig->alarms, word);
    assert_int_equal(rig->alarms.report[4], 0);
    assert_int_equal(rig->alarms.report_count[34], 0);
    assert_int_equal(rig->alarms.report_count[80], 1);
    for (unsigned k = 0; k < 300; k++) {
        occur(rig, WH_EVENT_PROGRAMMING);
    }
    assert_int_equal(rig->alarms.report_count[80], 255);
    memset(word, 0xFF, sizeof word);
    word[10] = 0xFE;
    wh_report_set_mode(&rig->alarms, word);
    assert_int_equal(rig->alarms.report[10], 0);
    assert_int_equal(rig->alarms.report_count[80], 0);
    occur(rig, WH_EVENT_PROGRAMMING);
    occur(rig, WH_EVENT_METER_CLEAR);
    assert_int_equal(rig->alarms.report[10], BIT(1));
    free(rig);
}

static wh_err restore(wh_alarms *a, const uint8_t *bytes, size_t len)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, len);
    wh_reader r = wh_reader_init(exact, len);
    wh_err err = wh_alarms_restore(a, &r);
    free(exact);
    return err;
}

static void what_is_saved_is_restored_and_what_is_damaged_refused(void **state)
{
    alarm_rig *rig = new_rig();
    uint8_t bytes[WH_ALARMS_SAVE_MAX];
    uint8_t again[WH_ALARMS_SAVE_MAX];
    wh_alarms other;
    (void)state;
    for (unsigned bit = 0; bit < WH_REPORT_BITS; bit++) { /* the longest there is */
        rig->alarms.report[bit / 8] = 0xFF;
        rig->alarms.report_count[bit] = (uint8_t)(bit + 1);
    }
    rig->alarms.push_cursor = 0x12345678;
    rig->alarms.push_lost = 5;
    rig->alarms.reg[1] = 77;
    rig->alarms.filter[0] = 78;
    wh_writer w = wh_writer_init(bytes, sizeof bytes);
    assert_int_equal(wh_alarms_save(&rig->alarms, &w), WH_OK);
    assert_int_equal(wh_writer_len(&w), sizeof bytes);
    wh_alarms_init(&other);
    wh_alarms before = other;
    for (size_t len = 0; len < sizeof bytes; len++) {
        assert_int_equal(restore(&other, bytes, len), WH_ERR_SHORT);
        w = wh_writer_init(again, len);
        assert_int_equal(wh_alarms_save(&rig->alarms, &w), WH_ERR_SPACE);
    }
    bytes[0] = 2;
    assert_int_equal(restore(&other, bytes, sizeof bytes), WH_ERR_UNSUPPORTED);
    bytes[0] = 1;
    bytes[49] = 0; /* a bit that is set has no count */
    assert_int_equal(restore(&other, bytes, sizeof bytes), WH_ERR_FORMAT);
    bytes[49] = 1;
    assert_memory_equal(&before, &other, sizeof before);
    assert_int_equal(restore(&other, bytes, sizeof bytes), WH_OK);
    w = wh_writer_init(again, sizeof again);
    assert_int_equal(wh_alarms_save(&other, &w), WH_OK);
    assert_memory_equal(again, bytes, sizeof bytes);
    free(rig);
}

/* As it was first written; readable for ever. */
static void version_1_is_read(void **state)
{
    static const uint8_t bytes[] = {
        1,                                                             /* version */
        0,    0,    0x20, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0x10, 1, /* object 1 */
        0,    0,    0,    2,    0,    0,    0,    3,    0, 0, 0,    4, /* object 2 */
        0,    0,    0x81, 0,    0,    0,    0,    0,    0, 0, 0,    0, /* status word */
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0,    0, /* mode word */
        5,    6,                                                       /* counts of 16 and 23 */
        0,    0,    1,    0,    0,    0,    0,    2                    /* cursor, lost */
    };
    wh_alarms a;
    (void)state;
    wh_alarms_init(&a);
    assert_int_equal(restore(&a, bytes, sizeof bytes), WH_OK);
    assert_int_equal(a.reg[0], 0x2001);
    assert_int_equal(a.descriptor[0], 0x1001);
    assert_int_equal(a.filter[1], 3);
    assert_int_equal(a.report_count[16], 5);
    assert_int_equal(a.report_count[23], 6);
    assert_int_equal(a.mode[7], 0xFF);
    assert_int_equal(a.mode[8], 0);
    assert_int_equal(a.push_cursor, 256);
    assert_int_equal(a.push_lost, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bit_of_a_condition_is_there_while_one_of_its_places_lasts),
        cmocka_unit_test(the_bit_of_an_occurrence_stays_until_it_is_written),
        cmocka_unit_test(a_filter_keeps_bits_from_edges_and_descriptor_only),
        cmocka_unit_test(an_object_that_is_not_there_is_not_written),
        cmocka_unit_test(the_status_word_counts_what_is_new_until_it_is_acknowledged),
        cmocka_unit_test(what_is_saved_is_restored_and_what_is_damaged_refused),
        cmocka_unit_test(version_1_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
