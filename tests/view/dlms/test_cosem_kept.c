/* SPDX-License-Identifier: Apache-2.0 */
/* A meter that keeps, as COSEM sees it: rates, demand, tables, the clock with its zone. */
#include "tests/meter/catalogue_rig.h"
#include "tests/view/dlms/cosem_link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    catalogue_rig rig;
    cosem_link link;
} fixture;

static fixture *start(void)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    catalogue_rig_init(&f->rig);
    link_up(&f->link, &f->rig.meter);
    return f;
}

static void stop(fixture *f)
{
    catalogue_rig_free(&f->rig);
    free(f);
}

/* Read, and compare with octets. */
static void expect(fixture *f, uint16_t class_id, wh_obis name, int8_t attribute,
                   const uint8_t *bytes, size_t len)
{
    wh_dlms_client_event event = read_attribute(&f->link, class_id, name, attribute);
    assert_int_equal(event.result, WH_DLMS_RESULT_SUCCESS);
    assert_int_equal(event.data.len, len);
    assert_memory_equal(event.data.bytes, bytes, len);
}

static void registers_of_rates_are_objects_of_value_group_e(void **state)
{
    (void)state;
    fixture *f = start();
    const wh_obis rate_1 = WH_OBIS_INIT(1, 0, 1, 8, 1, 255);
    const wh_obis rate_4 = WH_OBIS_INIT(1, 0, 1, 8, 4, 255);
    const wh_obis rate_5 = WH_OBIS_INIT(1, 0, 1, 8, 5, 255);
    static const uint8_t nothing[] = {0x15, 0, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t unit[] = {0x02, 0x02, 0x0F, 0xFD, 0x16, 0x1E};
    int64_t mwh = wh_rate_register_at(&f->rig.keeper.rates, WH_REG_ACTIVE_IMPORT, 1)->mwh;
    assert_int_equal(mwh, 50000); /* 3 kW for a minute */
    const uint8_t expected[] = {
        0x15, 0, 0, 0, 0, 0, (uint8_t)(mwh >> 16), (uint8_t)(mwh >> 8), (uint8_t)mwh};
    expect(f, 3, rate_1, 2, expected, sizeof expected);
    expect(f, 3, rate_1, 3, unit, sizeof unit);
    expect(f, 3, rate_4, 2, nothing, sizeof nothing);
    assert_int_equal(read_attribute(&f->link, 3, rate_5, 2).result,
                     WH_DLMS_RESULT_OBJECT_UNDEFINED);
    stop(f);
}

/* 254 holidays are longer than two PDUs. */
static void a_long_table_comes_in_slices(void **state)
{
    (void)state;
    fixture *f = start();
    const wh_obis name = WH_OBIS_INIT(0, 0, 11, 0, 0, 255);
    uint8_t table[1 + 5 * 254] = {254};
    for (unsigned i = 0; i < 254; i++) {
        const uint8_t day[5] = {0xFF, 0xFF, (uint8_t)(1 + i / 28 % 12), (uint8_t)(1 + i % 28), 1};
        memcpy(&table[1 + 5 * i], day, sizeof day);
    }
    for (unsigned count = 0; count <= 254; count += 127) {
        table[0] = (uint8_t)count;
        wh_value value = {.type = WH_VALUE_OCTETS, .bytes = table, .len = 1 + 5 * (size_t)count};
        assert_int_equal(wh_meter_set(&f->rig.meter, wh_catalogue_find_name("holidays"),
                                      WH_ROLE_MANAGER, &value),
                         WH_OK);
        wh_dlms_client_event event = read_attribute(&f->link, 1, name, 2);
        assert_int_equal(event.result, WH_DLMS_RESULT_SUCCESS);
        assert_int_equal(event.data.bytes[0], 0x09);
        assert_true(event.data.len > value.len);
        assert_memory_equal(event.data.bytes + event.data.len - value.len, table, value.len);
    }
    stop(f);
}

static void the_clock_follows_its_zone(void **state)
{
    (void)state;
    fixture *f = start();
    const wh_obis clock = WH_OBIS_INIT(0, 0, 1, 0, 0, 255);
    static const uint8_t berlin[WH_CLOCK_ZONE_OCTETS] = {0,  60,   0, 60, 0xFF, 0xFF, 3,    0xFE,
                                                         7,  2,    0, 0,  0,    60,   0xFF, 0xFF,
                                                         10, 0xFE, 7, 3,  0,    0,    0,    120};
    static const uint8_t begin[] = {0x09, 0x0C, 0xFF, 0xFF, 3,    0xFE, 7,
                                    2,    0,    0,    0xFF, 0x80, 0,    0xFF};
    static const uint8_t end[] = {0x09, 0x0C, 0xFF, 0xFF, 10,   0xFE, 7,
                                  3,    0,    0,    0xFF, 0x80, 0,    0xFF};
    /* 2026-01-01 01:01 in Berlin, a Thursday */
    static const uint8_t now[] = {0x09, 0x0C, 0x07, 0xEA, 1, 1, 4, 1, 1, 0, 0, 0xFF, 0xC4, 0};
    const wh_value zone = {.type = WH_VALUE_OCTETS, .bytes = berlin, .len = sizeof berlin};
    assert_int_equal(
        wh_meter_set(&f->rig.meter, wh_catalogue_find_name("clock_zone"), WH_ROLE_MANAGER, &zone),
        WH_OK);
    expect(f, 8, clock, 2, now, sizeof now);
    expect(f, 8, clock, 3, (const uint8_t[]){0x10, 0xFF, 0xC4}, 3);
    expect(f, 8, clock, 4, (const uint8_t[]){0x11, 0}, 2);
    expect(f, 8, clock, 5, begin, sizeof begin);
    expect(f, 8, clock, 6, end, sizeof end);
    expect(f, 8, clock, 7, (const uint8_t[]){0x0F, 60}, 2);
    expect(f, 8, clock, 8, (const uint8_t[]){0x03, 1}, 2);
    stop(f);
}

/* Every object of the list can be read, and nothing of it is kept from the list's reader. */
static void every_object_that_is_listed_can_be_read(void **state)
{
    (void)state;
    fixture *f = start();
    wh_item_ref ref = {0};
    size_t count = 2; /* the two of the protocol */
    while (wh_catalogue_next(&f->rig.meter, &ref)) {
        if (!wh_item_readable(ref.item, WH_ROLE_PUBLIC)) {
            assert_int_equal(
                read_attribute(&f->link, wh_cosem_class(ref), wh_item_obis(ref), 2).result,
                WH_DLMS_RESULT_OBJECT_UNDEFINED);
            continue;
        }
        assert_int_equal(read_attribute(&f->link, wh_cosem_class(ref), wh_item_obis(ref), 2).result,
                         WH_DLMS_RESULT_SUCCESS);
        count++;
    }
    assert_int_equal(count, wh_cosem_object_count(&f->link.cosem, WH_ROLE_PUBLIC));
    assert_true(count > 200);
    stop(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_of_rates_are_objects_of_value_group_e),
        cmocka_unit_test(a_long_table_comes_in_slices),
        cmocka_unit_test(the_clock_follows_its_zone),
        cmocka_unit_test(every_object_that_is_listed_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
