/* SPDX-License-Identifier: Apache-2.0 */
/* The meter's COSEM objects, read by a client through the whole stack. */
#include "tests/view/dlms/cosem_link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    wh_meter_config meter_config;
    wh_meter meter;
    cosem_link link;
} fixture;

static fixture *start(void)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->meter_config.metrology.phases = 3;
    f->meter_config.metrology.channel[WH_IN].full_scale = 1;
    f->meter_config.utc_offset_min = 60;
    memcpy(f->meter_config.logical_device_name, "WHT0000000000042", WH_METER_NAME_SIZE);
    memcpy(f->meter_config.serial, "42", 3);
    f->meter.config = &f->meter_config;
    assert_int_equal(wh_register_init(&f->meter.registers, &f->meter_config.registers), WH_OK);
    f->meter.utc_ms = 1700000000120; /* 2023-11-14 22:13:20.12 UTC, a Tuesday */
    f->meter.windows = 1;
    f->meter.metrology.quantities.present = 7;
    f->meter.metrology.quantities.f_uhz = 50000000;
    link_up(&f->link, &f->meter);
    return f;
}

static unsigned digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'A' + 10);
}

/* Read, and compare with a value in hex. */
static void expect_attribute(fixture *f, uint16_t class_id, wh_obis name, int8_t attribute,
                             const char *hex)
{
    wh_dlms_client_event event = read_attribute(&f->link, class_id, name, attribute);
    assert_int_equal(event.result, WH_DLMS_RESULT_SUCCESS);
    assert_int_equal(event.data.len * 2, strlen(hex));
    for (size_t i = 0; i < event.data.len; i++) {
        assert_int_equal(event.data.bytes[i], digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
    }
}

static const wh_obis ASSOCIATION = WH_OBIS_INIT(0, 0, 40, 0, 0, 255);
static const wh_obis SAPS = WH_OBIS_INIT(0, 0, 41, 0, 0, 255);
static const wh_obis DEVICE_NAME = WH_OBIS_INIT(0, 0, 42, 0, 0, 255);
static const wh_obis CLOCK = WH_OBIS_INIT(0, 0, 1, 0, 0, 255);
static const wh_obis ENERGY = WH_OBIS_INIT(1, 0, 1, 8, 0, 255);
static const wh_obis POWER = WH_OBIS_INIT(1, 0, 16, 7, 0, 255);

static void a_register_has_a_value_a_scaler_and_a_unit(void **state)
{
    (void)state;
    fixture *f = start();
    f->meter.registers.reg[WH_REG_TOTAL][WH_REG_ACTIVE_IMPORT].mwh = 0x123456789A;
    f->meter.metrology.quantities.p_uw = -2000;
    expect_attribute(f, 3, ENERGY, 1, "09060100010800FF");
    expect_attribute(f, 3, ENERGY, 2, "15000000123456789A");
    expect_attribute(f, 3, ENERGY, 3, "02020FFD161E");
    expect_attribute(f, 3, POWER, 2, "14FFFFFFFFFFFFFFFE");
    expect_attribute(f, 3, POWER, 3, "02020FFD161B");
    free(f);
}

static void a_register_without_a_value_is_null_and_not_zero(void **state)
{
    (void)state;
    fixture *f = start();
    f->meter.windows = 0;
    expect_attribute(f, 3, POWER, 2, "00");
    expect_attribute(f, 3, ENERGY, 2, "150000000000000000");
    free(f);
}

static void the_clock_shows_local_time_and_its_way_to_utc(void **state)
{
    (void)state;
    fixture *f = start();
    expect_attribute(f, 8, CLOCK, 1, "09060000010000FF");
    expect_attribute(f, 8, CLOCK, 2, "090C07E70B0E02170D140CFFC400");
    expect_attribute(f, 8, CLOCK, 3, "10FFC4");
    expect_attribute(f, 8, CLOCK, 4, "1100");
    expect_attribute(f, 8, CLOCK, 5, "090CFFFFFFFFFFFFFFFFFF8000FF");
    expect_attribute(f, 8, CLOCK, 6, "090CFFFFFFFFFFFFFFFFFF8000FF");
    expect_attribute(f, 8, CLOCK, 7, "0F00");
    expect_attribute(f, 8, CLOCK, 8, "0300");
    expect_attribute(f, 8, CLOCK, 9, "1601");
    f->meter.utc_ms = INT64_MIN;
    expect_attribute(f, 8, CLOCK, 2, "090CFFFFFFFFFFFFFFFFFF800001");
    expect_attribute(f, 8, CLOCK, 4, "1101");
    free(f);
}

static void the_association_tells_who_talks_to_whom_and_how(void **state)
{
    (void)state;
    fixture *f = start();
    expect_attribute(f, 15, ASSOCIATION, 1, "09060000280000FF");
    expect_attribute(f, 15, ASSOCIATION, 3, "02020F10120001");
    expect_attribute(f, 15, ASSOCIATION, 4, "090760857405080101");
    expect_attribute(f, 15, ASSOCIATION, 5,
                     "020604180012101202001202001106"
                     "0F000900");
    expect_attribute(f, 15, ASSOCIATION, 6, "090760857405080200");
    assert_int_equal(read_attribute(&f->link, 15, ASSOCIATION, 7).result,
                     WH_DLMS_RESULT_READ_WRITE_DENIED);
    expect_attribute(f, 15, ASSOCIATION, 8, "1602");
    expect_attribute(f, 15, ASSOCIATION, 9, "0906000000000000");
    expect_attribute(f, 15, ASSOCIATION, 10, "0100");
    expect_attribute(f, 15, ASSOCIATION, 11, "020211000A00");
    expect_attribute(f, 17, SAPS, 1, "09060000290000FF");
    expect_attribute(f, 17, SAPS, 2,
                     "010102021200010910"
                     "57485430303030303030303030303432");
    expect_attribute(f, 1, DEVICE_NAME, 2,
                     "0910"
                     "57485430303030303030303030303432");
    free(f);
}

static void what_is_not_there_is_refused_with_the_right_reason(void **state)
{
    static const struct {
        uint16_t class_id;
        wh_obis name;
        int8_t attribute;
        wh_dlms_result result;
    } rows[] = {
        {3, WH_OBIS_INIT(1, 0, 1, 8, 1, 255), 2, WH_DLMS_RESULT_OBJECT_UNDEFINED},
        {3, WH_OBIS_INIT(0, 0, 0, 0, 0, 0), 2, WH_DLMS_RESULT_OBJECT_UNDEFINED},
        {4, WH_OBIS_INIT(1, 0, 1, 8, 0, 255), 2, WH_DLMS_RESULT_OBJECT_CLASS_INCONSISTENT},
        {3, WH_OBIS_INIT(0, 0, 40, 0, 0, 255), 2, WH_DLMS_RESULT_OBJECT_CLASS_INCONSISTENT},
        {3, WH_OBIS_INIT(1, 0, 1, 8, 0, 255), 0, WH_DLMS_RESULT_READ_WRITE_DENIED},
        {3, WH_OBIS_INIT(1, 0, 1, 8, 0, 255), 4, WH_DLMS_RESULT_READ_WRITE_DENIED},
        {3, WH_OBIS_INIT(1, 0, 1, 8, 0, 255), -1, WH_DLMS_RESULT_READ_WRITE_DENIED},
        {8, WH_OBIS_INIT(0, 0, 1, 0, 0, 255), 10, WH_DLMS_RESULT_READ_WRITE_DENIED},
        {15, WH_OBIS_INIT(0, 0, 40, 0, 0, 255), 12, WH_DLMS_RESULT_READ_WRITE_DENIED},
    };
    (void)state;
    fixture *f = start();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_dlms_client_event event =
            read_attribute(&f->link, rows[i].class_id, rows[i].name, rows[i].attribute);
        assert_int_equal(event.result, rows[i].result);
    }
    static const uint8_t selection[] = {0x00};
    wh_dlms_attribute a = {.class_id = 15,
                           .name = ASSOCIATION,
                           .attribute = 2,
                           .selective = true,
                           .selector = 1,
                           .selection = {selection, sizeof selection}};
    assert_int_equal(wh_dlms_client_get(&f->link.client, &a, 1), WH_OK);
    assert_int_equal(pump(&f->link).result, WH_DLMS_RESULT_SCOPE_OF_ACCESS_VIOLATED);
    free(f);
}

typedef struct {
    uint16_t class_id;
    wh_obis name;
    uint8_t mode[16]; /* by attribute, from 1 */
    uint32_t attributes;
} listed;

static wh_dlms_item next(wh_dlms_walk *walk, wh_dlms_type type)
{
    wh_dlms_item item;
    assert_true(wh_dlms_walk_next(walk, &item));
    assert_int_equal(item.type, type);
    return item;
}

static void next_element(wh_dlms_walk *walk, listed *object)
{
    assert_int_equal(next(walk, WH_DLMS_STRUCTURE).count, 4);
    object->class_id = (uint16_t)next(walk, WH_DLMS_LONG_UNSIGNED).u;
    (void)next(walk, WH_DLMS_UNSIGNED);
    wh_dlms_item name = next(walk, WH_DLMS_OCTET_STRING);
    assert_int_equal(name.octets.len, WH_OBIS_GROUPS);
    memcpy(object->name.group, name.octets.bytes, WH_OBIS_GROUPS);
    assert_int_equal(next(walk, WH_DLMS_STRUCTURE).count, 2);
    object->attributes = next(walk, WH_DLMS_ARRAY).count;
    for (uint32_t i = 1; i <= object->attributes; i++) {
        assert_int_equal(next(walk, WH_DLMS_STRUCTURE).count, 3);
        assert_int_equal(next(walk, WH_DLMS_INTEGER).i, i);
        object->mode[i] = (uint8_t)next(walk, WH_DLMS_ENUM).u;
        (void)next(walk, WH_DLMS_NULL);
    }
    assert_int_equal(next(walk, WH_DLMS_ARRAY).count, 0);
}

/* The object list tells the truth: what it says is readable is, what not is not. */
static void every_listed_attribute_is_as_the_list_says(void **state)
{
    (void)state;
    fixture *f = start();
    wh_dlms_client_event event = read_attribute(&f->link, 15, ASSOCIATION, 2);
    assert_int_equal(event.result, WH_DLMS_RESULT_SUCCESS);
    assert_true(event.data.len > 4 * PDU_SIZE); /* it came in blocks */
    uint8_t *list = malloc(event.data.len);
    size_t len = event.data.len;
    assert_non_null(list);
    memcpy(list, event.data.bytes, len);
    wh_dlms_walk walk = wh_dlms_walk_init(list, len);
    uint32_t count = next(&walk, WH_DLMS_ARRAY).count;
    assert_int_equal(count, wh_cosem_object_count(&f->link.cosem, WH_ROLE_PUBLIC));
    assert_true(count > 100);
    for (uint32_t i = 0; i < count; i++) {
        listed object = {0};
        next_element(&walk, &object);
        for (uint32_t a = 1; a <= object.attributes; a++) {
            uint8_t result =
                read_attribute(&f->link, object.class_id, object.name, (int8_t)a).result;
            assert_int_equal(result, object.mode[a] == 1 ? WH_DLMS_RESULT_SUCCESS
                                                         : WH_DLMS_RESULT_READ_WRITE_DENIED);
        }
    }
    assert_int_equal(wh_dlms_walk_len(&walk), len);
    free(list);
    free(f);
}

static void a_meter_of_one_phase_lists_only_that_phase(void **state)
{
    (void)state;
    fixture *f = start();
    size_t all = wh_cosem_object_count(&f->link.cosem, WH_ROLE_PUBLIC);
    f->meter_config.metrology.phases = 1;
    f->meter_config.metrology.channel[WH_IN].full_scale = 0;
    size_t one = wh_cosem_object_count(&f->link.cosem, WH_ROLE_PUBLIC);
    assert_true(one < all);
    const wh_obis voltage_2 = WH_OBIS_INIT(1, 0, 52, 7, 0, 255);
    assert_int_equal(read_attribute(&f->link, 3, voltage_2, 2).result,
                     WH_DLMS_RESULT_OBJECT_UNDEFINED);
    free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_register_has_a_value_a_scaler_and_a_unit),
        cmocka_unit_test(a_register_without_a_value_is_null_and_not_zero),
        cmocka_unit_test(the_clock_shows_local_time_and_its_way_to_utc),
        cmocka_unit_test(the_association_tells_who_talks_to_whom_and_how),
        cmocka_unit_test(what_is_not_there_is_refused_with_the_right_reason),
        cmocka_unit_test(every_listed_attribute_is_as_the_list_says),
        cmocka_unit_test(a_meter_of_one_phase_lists_only_that_phase),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
