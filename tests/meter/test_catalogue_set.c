/* SPDX-License-Identifier: Apache-2.0 */
/* Every item of the table by every role, with values of all kinds: the right error, and nothing
 * half-changed. New rows are under test as soon as they are in the table. */
#include "tests/meter/catalogue_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define OCTETS_MAX 4096

typedef wh_err door(wh_meter *meter, wh_item_ref ref, wh_role role, const wh_value *value);

static const char *name_of(wh_item_ref ref)
{
    static char name[WH_ITEM_NAME_SIZE];
    (void)wh_item_name(ref, name);
    return name;
}

/* The first role a mask has; WH_ROLE_COUNT: none. */
static wh_role first_role(unsigned mask)
{
    unsigned role = 0;
    while (role < (unsigned)WH_ROLE_COUNT && (mask & 1U << role) == 0) {
        role++;
    }
    return (wh_role)role;
}

static void expect_refused(catalogue_rig *rig, door *call, wh_item_ref ref, wh_role role,
                           const wh_value *value, wh_err expected)
{
    catalogue_rig_note(rig);
    wh_err err = call(&rig->meter, ref, role, value);
    if (err != expected || !catalogue_rig_is_as_noted(rig)) {
        fail_msg("%s: error %d instead of %d, or something has changed", name_of(ref), err,
                 expected);
    }
}

/* ---- reading ---- */

static void every_value_has_its_type_and_fits_into_it(void **state)
{
    (void)state;
    catalogue_rig *rig = catalogue_rig_new();
    wh_item_ref ref = {0};
    size_t values = 0;
    while (wh_catalogue_next(&rig->meter, &ref)) {
        wh_value value;
        wh_role role = first_role(wh_item_access_of(ref.item).readers);
        if (role == WH_ROLE_COUNT) {
            continue;
        }
        wh_err err = wh_meter_get(&rig->meter, ref, role, &value);
        if (err != WH_OK && err != WH_ERR_STATE) {
            fail_msg("%s: error %d", name_of(ref), err);
        }
        assert_int_equal(value.type, ref.item->type);
        assert_true(value.type != WH_VALUE_INT32 || (value.i >= INT32_MIN && value.i <= INT32_MAX));
        assert_true(value.type != WH_VALUE_UINT32 || value.u <= UINT32_MAX);
        assert_true(err != WH_OK || value.len == 0 || value.bytes != NULL);
        values += err == WH_OK ? 1 : 0;
    }
    assert_true(values > 200);
    catalogue_rig_delete(rig);
}

static void a_role_reads_what_its_mask_says(void **state)
{
    (void)state;
    catalogue_rig *rig = catalogue_rig_new();
    for (size_t i = 0; i < wh_catalogue_count(); i++) {
        wh_item_ref ref = {.item = wh_catalogue_at(i)};
        for (unsigned role = 0; role <= (unsigned)WH_ROLE_COUNT; role++) {
            wh_value value;
            bool may = (wh_item_access_of(ref.item).readers & 1U << role) != 0;
            wh_err err = wh_meter_get(&rig->meter, ref, (wh_role)role, &value);
            assert_int_equal(err == WH_ERR_DENIED, !may);
            assert_int_equal(wh_item_readable(ref.item, (wh_role)role), may);
        }
    }
    catalogue_rig_delete(rig);
}

static void what_a_meter_does_not_have_is_not_found(void **state)
{
    (void)state;
    catalogue_rig *rig = catalogue_rig_new();
    const wh_item *ready = wh_catalogue_find_name("frequency").item;
    const wh_item_ref none[] = {{ready, 1, 0}, {ready, 0, 1}, {ready, 255, 255}, {0}};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        wh_value value = {0};
        assert_false(wh_item_exists(&rig->meter, none[i]));
        assert_int_equal(wh_meter_get(&rig->meter, none[i], WH_ROLE_MANAGER, &value),
                         WH_ERR_NOT_FOUND);
        assert_int_equal(wh_meter_set(&rig->meter, none[i], WH_ROLE_MANAGER, &value),
                         WH_ERR_NOT_FOUND);
        assert_int_equal(wh_meter_act(&rig->meter, none[i], WH_ROLE_MANAGER, &value),
                         WH_ERR_NOT_FOUND);
    }
    rig->meter.keeper = NULL;
    for (size_t i = 0; i < wh_catalogue_count(); i++) {
        wh_item_ref ref = {.item = wh_catalogue_at(i)};
        wh_value value = {.type = (wh_value_type)ref.item->type};
        if (wh_item_exists(&rig->meter, ref)) {
            continue;
        }
        for (unsigned role = 0; role < (unsigned)WH_ROLE_COUNT; role++) {
            wh_err err = wh_meter_get(&rig->meter, ref, (wh_role)role, &value);
            assert_true(err == WH_ERR_NOT_FOUND || err == WH_ERR_DENIED);
            err = wh_meter_set(&rig->meter, ref, (wh_role)role, &value);
            assert_true(err == WH_ERR_NOT_FOUND || err == WH_ERR_DENIED);
            err = wh_meter_act(&rig->meter, ref, (wh_role)role, &value);
            assert_true(err == WH_ERR_NOT_FOUND || err == WH_ERR_DENIED);
        }
    }
    rig->meter.keeper = &rig->keeper;
    catalogue_rig_delete(rig);
}

/* ---- refusals ---- */

/* Whatever the value, and of the right type too: an item nobody may write has no setter. */
static void refuse_roles(catalogue_rig *rig, door *call, wh_item_ref ref, unsigned mask)
{
    uint8_t bytes[OCTETS_MAX];
    wh_value value = catalogue_rig_value((wh_value_type)ref.item->type, 7, bytes);
    for (unsigned role = 0; role <= (unsigned)WH_ROLE_COUNT; role++) {
        if ((mask & 1U << role) == 0) {
            expect_refused(rig, call, ref, (wh_role)role, &value, WH_ERR_DENIED);
        }
    }
    expect_refused(rig, call, ref, (wh_role)200, &value, WH_ERR_DENIED);
}

static void refuse_types(catalogue_rig *rig, door *call, wh_item_ref ref, wh_role role)
{
    uint8_t bytes[OCTETS_MAX] = {0};
    for (unsigned type = 0; type <= (unsigned)WH_VALUE_TYPES; type++) {
        wh_value value = {.type = (wh_value_type)type, .i = 1, .u = 1, .bytes = bytes, .len = 1};
        if (type != ref.item->type) {
            expect_refused(rig, call, ref, role, &value, WH_ERR_FORMAT);
        }
    }
}

static void refuse_number(catalogue_rig *rig, door *call, wh_item_ref ref, wh_role role,
                          int64_t number)
{
    wh_value value = {.type = (wh_value_type)ref.item->type, .i = number, .u = (uint64_t)number};
    expect_refused(rig, call, ref, role, &value, WH_ERR_RANGE);
}

static void refuse_lengths(catalogue_rig *rig, door *call, wh_item_ref ref, wh_role role,
                           const wh_item_range *range)
{
    uint8_t bytes[OCTETS_MAX] = {0};
    wh_value value = {.type = (wh_value_type)ref.item->type, .bytes = bytes};
    if (range->minimum > 0) {
        value.len = (size_t)range->minimum - 1;
        expect_refused(rig, call, ref, role, &value, WH_ERR_RANGE);
    }
    value.len = (size_t)range->maximum + 1;
    expect_refused(rig, call, ref, role, &value, WH_ERR_RANGE);
    value.len = SIZE_MAX;
    expect_refused(rig, call, ref, role, &value, WH_ERR_RANGE);
}

static void refuse_ranges(catalogue_rig *rig, door *call, wh_item_ref ref, wh_role role)
{
    const wh_item_range *range = wh_item_range_of(ref.item);
    switch ((wh_value_type)ref.item->type) {
    case WH_VALUE_UINT32:
        refuse_number(rig, call, ref, role, (int64_t)UINT32_MAX + 1);
        refuse_number(rig, call, ref, role, -1);
        break;
    case WH_VALUE_UINT64:
        refuse_number(rig, call, ref, role, -1);
        break;
    case WH_VALUE_INT32:
        refuse_number(rig, call, ref, role, (int64_t)INT32_MAX + 1);
        refuse_number(rig, call, ref, role, (int64_t)INT32_MIN - 1);
        break;
    case WH_VALUE_OCTETS:
    case WH_VALUE_TEXT:
        assert_non_null(range); /* a buffer somewhere has an end */
        refuse_lengths(rig, call, ref, role, range);
        return;
    case WH_VALUE_INT64:
    case WH_VALUE_TIME:
    case WH_VALUE_NONE:
    case WH_VALUE_TYPES:
    default:
        break;
    }
    if (range != NULL && range->minimum > INT64_MIN) {
        refuse_number(rig, call, ref, role, range->minimum - 1);
    }
    if (range != NULL && range->maximum < INT64_MAX) {
        refuse_number(rig, call, ref, role, range->maximum + 1);
    }
}

/* Values that pass the table's own checks: taken, or refused by the room, and then nothing has
 * changed. What was taken is read back. */
static void try_values(catalogue_rig *rig, door *call, wh_item_ref ref, wh_role role)
{
    uint8_t bytes[OCTETS_MAX];
    const wh_item_range *range = wh_item_range_of(ref.item);
    for (uint64_t random = 0; random < 40; random++) {
        wh_value value = catalogue_rig_value((wh_value_type)ref.item->type, random, bytes);
        if (range != NULL && value.bytes != NULL && random % 2 == 0) {
            value.len = (size_t)range->minimum;
        }
        if (range != NULL && random < 2) {
            value.i = random == 0 ? range->minimum : range->maximum;
            value.u = (uint64_t)value.i;
        }
        catalogue_rig_note(rig);
        wh_err err = call(&rig->meter, ref, role, &value);
        if (err != WH_OK && !catalogue_rig_is_as_noted(rig)) {
            fail_msg("%s: error %d, and something has changed", name_of(ref), err);
        }
        assert_true(err != WH_ERR_SHORT && err != WH_ERR_ARG && err != WH_ERR_SPACE);
        if (err == WH_OK && rig->keeper.clock.change_count > 0) {
            catalogue_rig_minute(rig);
        }
    }
}

static void refuse_all(catalogue_rig *rig, door *call, wh_item_ref ref, unsigned mask)
{
    wh_role role = first_role(mask);
    refuse_roles(rig, call, ref, mask);
    if (role != WH_ROLE_COUNT) {
        refuse_types(rig, call, ref, role);
        refuse_ranges(rig, call, ref, role);
        try_values(rig, call, ref, role);
    }
}

static void wrong_roles_types_and_ranges_are_refused_and_change_nothing(void **state)
{
    (void)state;
    catalogue_rig *rig = catalogue_rig_new();
    wh_item_ref ref = {0};
    while (wh_catalogue_next(&rig->meter, &ref)) {
        wh_item_access access = wh_item_access_of(ref.item);
        if (ref.rate > 1) { /* one rate is like another */
            continue;
        }
        refuse_all(rig, wh_meter_set, ref, access.writers);
        refuse_all(rig, wh_meter_act, ref, access.actors);
    }
    catalogue_rig_delete(rig);
}

/* ---- what is set ---- */

static bool is_equal(const wh_value *a, const wh_value *b)
{
    return a->type == b->type && a->i == b->i && a->u == b->u && a->len == b->len &&
           (a->len == 0 || memcmp(a->bytes, b->bytes, a->len) == 0);
}

/* The value of an item with its octets in bytes[OCTETS_MAX]. */
static wh_err get_copy(catalogue_rig *rig, wh_item_ref ref, wh_value *value, uint8_t *bytes)
{
    wh_role role = first_role(wh_item_access_of(ref.item).readers);
    wh_err err = wh_meter_get(&rig->meter, ref, role, value);
    if (err == WH_OK && value->len > 0) {
        assert_true(value->len <= OCTETS_MAX);
        memcpy(bytes, value->bytes, value->len);
        value->bytes = bytes;
    }
    return err;
}

/* Set some number within the range: true where it was taken and is another one than before. */
static bool set_another(catalogue_rig *rig, wh_item_ref ref, uint64_t random)
{
    uint8_t before_bytes[OCTETS_MAX];
    uint8_t after_bytes[OCTETS_MAX];
    uint8_t bytes[OCTETS_MAX];
    wh_value before;
    wh_value after;
    wh_value value = catalogue_rig_value((wh_value_type)ref.item->type, random, bytes);
    wh_role role = first_role(wh_item_access_of(ref.item).writers);
    wh_err had = get_copy(rig, ref, &before, before_bytes);
    if (wh_meter_set(&rig->meter, ref, role, &value) != WH_OK ||
        get_copy(rig, ref, &after, after_bytes) != WH_OK) {
        return false;
    }
    if (value.type != WH_VALUE_OCTETS && value.type != WH_VALUE_TEXT) {
        bool is_signed = value.type == WH_VALUE_INT32 || value.type == WH_VALUE_INT64 ||
                         value.type == WH_VALUE_TIME;
        bool whole_s = value.type == WH_VALUE_TIME && after.i == value.i / 1000 * 1000;
        bool bits = strncmp(name_of(ref), "alarm_", 6) == 0; /* what is 1 only stays as it is */
        if (!whole_s && !bits && (is_signed ? after.i != value.i : after.u != value.u)) {
            fail_msg("%s: read back as another number", name_of(ref));
        }
    } else {
        if (strncmp(name_of(ref), "prices_", 7) == 0 && after.len > value.len) {
            return true; /* rates without a price have 0 */
        }
        if (strncmp(name_of(ref), "record_", 7) == 0 && value.len == 0) {
            return true; /* columns as configured */
        }
        assert_int_equal(after.len, value.len);
        assert_memory_equal(after.bytes, bytes, after.len);
    }
    return had != WH_OK || !is_equal(&before, &after);
}

/* Every item that can be set and read, once set to something else. */
static void what_is_set_is_read_back_and_survives_a_power_cut(void **state)
{
    (void)state;
    catalogue_rig *rig = catalogue_rig_new();
    wh_item_ref ref = {0};
    size_t changed = 0;
    while (wh_catalogue_next(&rig->meter, &ref)) {
        wh_item_access access = wh_item_access_of(ref.item);
        if (access.writers == 0 || access.readers == 0) {
            continue;
        }
        uint8_t before_bytes[OCTETS_MAX];
        uint8_t after_bytes[OCTETS_MAX];
        wh_value before;
        wh_value after;
        uint64_t random = 0;
        while (random < 2000 && !set_another(rig, ref, random)) {
            random++;
        }
        if (random == 2000) {
            continue; /* no luck with random octets */
        }
        changed++;
        catalogue_rig_minute(rig);
        wh_err had = get_copy(rig, ref, &before, before_bytes);
        assert_int_equal(wh_keeper_save(&rig->meter), WH_OK);
        catalogue_rig_restart(rig);
        wh_err has = get_copy(rig, ref, &after, after_bytes);
        bool moves = strcmp(name_of(ref), "clock") == 0 || /* a power-up sets alarms */
                     strncmp(name_of(ref), "alarm_register", 14) == 0 ||
                     strncmp(name_of(ref), "alarm_descriptor", 16) == 0;
        if (had != has || (had == WH_OK && !moves && !is_equal(&before, &after))) {
            fail_msg("%s: not what was set", name_of(ref));
        }
    }
    assert_true(changed > 40);
    catalogue_rig_delete(rig);
}

/* Tables too: what the meter says is what it takes. A load profile's period is 0 where its times
 * are others. */
static void what_is_read_can_be_written(void **state)
{
    (void)state;
    catalogue_rig *rig = catalogue_rig_new();
    wh_item_ref ref = {0};
    size_t written = 0;
    while (wh_catalogue_next(&rig->meter, &ref)) {
        uint8_t bytes[OCTETS_MAX];
        uint8_t after_bytes[OCTETS_MAX];
        wh_value value;
        wh_value after;
        wh_role role = first_role(wh_item_access_of(ref.item).writers);
        bool no_period = strncmp(name_of(ref), "record_", 7) == 0;
        if (role == WH_ROLE_COUNT || get_copy(rig, ref, &value, bytes) != WH_OK) {
            continue;
        }
        wh_err err = wh_meter_set(&rig->meter, ref, role, &value);
        if (err != WH_OK && !(no_period && err == WH_ERR_RANGE)) {
            fail_msg("%s: error %d", name_of(ref), err);
        }
        assert_int_equal(get_copy(rig, ref, &after, after_bytes), WH_OK);
        assert_true(is_equal(&value, &after));
        written++;
    }
    assert_true(written > 150);
    catalogue_rig_delete(rig);
}

/* ---- columns ---- */

static void a_column_is_the_value_of_its_item(void **state)
{
    (void)state;
    catalogue_rig *rig = catalogue_rig_new();
    wh_item_ref ref = {0};
    while (wh_catalogue_next(&rig->meter, &ref)) {
        wh_value value;
        int64_t number = 0;
        wh_obis obis = wh_item_obis(ref);
        wh_role role = first_role(wh_item_access_of(ref.item).readers);
        if (role == WH_ROLE_COUNT) {
            assert_int_equal(wh_meter_column(&rig->meter, obis, 2, &number), WH_ERR_NOT_FOUND);
            continue;
        }
        wh_err err = wh_meter_get(&rig->meter, ref, role, &value);
        bool is_number = value.type != WH_VALUE_OCTETS && value.type != WH_VALUE_TEXT;
        assert_int_equal(wh_meter_column(&rig->meter, obis, 2, &number),
                         is_number ? err : WH_ERR_NOT_FOUND);
        if (is_number && err == WH_OK) {
            int64_t expected = value.type == WH_VALUE_TIME ? value.i / 1000
                               : value.u != 0              ? (int64_t)value.u
                                                           : value.i;
            assert_int_equal(number, expected);
        }
    }
    const wh_obis demand = WH_OBIS_INIT(1, 0, 1, 6, 0, 255);
    int64_t number = 0;
    for (unsigned minute = 0; minute < 31; minute++) {
        catalogue_rig_minute(rig);
    }
    assert_int_equal(wh_meter_column(&rig->meter, demand, 2, &number), WH_OK);
    assert_int_equal(number, 3000000);
    assert_int_equal(wh_meter_column(&rig->meter, demand, 5, &number), WH_OK);
    assert_int_equal(number, CATALOGUE_RIG_START_MS / 1000 + 1800);
    assert_int_equal(wh_meter_column(&rig->meter, demand, 3, &number), WH_ERR_NOT_FOUND);
    catalogue_rig_delete(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_has_its_type_and_fits_into_it),
        cmocka_unit_test(a_role_reads_what_its_mask_says),
        cmocka_unit_test(what_a_meter_does_not_have_is_not_found),
        cmocka_unit_test(wrong_roles_types_and_ranges_are_refused_and_change_nothing),
        cmocka_unit_test(what_is_set_is_read_back_and_survives_a_power_cut),
        cmocka_unit_test(what_is_read_can_be_written),
        cmocka_unit_test(a_column_is_the_value_of_its_item),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
