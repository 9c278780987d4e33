/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/catalogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    wh_meter_config config;
    wh_meter meter;
} fixture;

/* A meter that has measured one window. The fields are set by hand: what is tested here is
 * where a value comes from and how it is scaled, not how it is measured. */
static void set_up(fixture *f)
{
    memset(f, 0, sizeof *f);
    f->config.metrology.phases = 3;
    f->config.metrology.channel[WH_IN].full_scale = 1;
    memcpy(f->config.logical_device_name, "WHT0000000000042", WH_METER_NAME_SIZE);
    memcpy(f->config.serial, "42", 3);
    f->meter.config = &f->config;
    assert_int_equal(wh_register_init(&f->meter.registers, &f->config.registers), WH_OK);
    f->meter.utc_ms = INT64_MIN;
    f->meter.windows = 1;
    f->meter.metrology.quantities.present = 7;
    f->meter.metrology.quantities.f_uhz = 50000123;
}

static bool is_same(wh_item_ref a, wh_item_ref b)
{
    return a.item == b.item && a.place == b.place && a.rate == b.rate;
}

static wh_value get(const fixture *f, const char *name)
{
    wh_item_ref ref = wh_catalogue_find_name(name);
    wh_value value = {0};
    if (ref.item == NULL) {
        fail_msg("no item %s", name);
    }
    assert_int_equal(wh_meter_get(&f->meter, ref, WH_ROLE_PUBLIC, &value), WH_OK);
    return value;
}

static wh_err get_err(const fixture *f, const char *name)
{
    wh_value value;
    return wh_meter_get(&f->meter, wh_catalogue_find_name(name), WH_ROLE_PUBLIC, &value);
}

/* Every instance any meter could have: found by its code and by its name, and by no other. */
static void every_code_and_every_name_is_there_once(void **state)
{
    (void)state;
    assert_true(wh_catalogue_count() > 40);
    for (size_t i = 0; i < wh_catalogue_count(); i++) {
        for (unsigned at = 0; at < 256 * 64; at++) {
            wh_item_ref ref = {wh_catalogue_at(i), (uint8_t)(at / 64), (uint8_t)(at % 64)};
            char name[WH_ITEM_NAME_SIZE];
            if (!wh_item_is_instance(ref)) {
                continue;
            }
            size_t len = wh_item_name(ref, name);
            assert_int_equal(len, strlen(name));
            assert_int_equal(len, strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"));
            assert_true(is_same(wh_catalogue_find_name(name), ref));
            assert_true(is_same(wh_catalogue_find(wh_item_obis(ref)), ref));
        }
        assert_non_null(wh_unit_find(wh_catalogue_at(i)->unit));
    }
    assert_null(wh_catalogue_at(wh_catalogue_count()));
}

static void what_is_no_name_and_no_code_is_not_found(void **state)
{
    static const char *const names[] = {"",
                                        "no_such_thing",
                                        "active_energy_impor",
                                        "active_energy_import_",
                                        "active_energy_import_t",
                                        "active_energy_import_t0",
                                        "active_energy_import_t64",
                                        "active_energy_import_t01",
                                        "active_energy_import_t1x",
                                        "active_energy_import_t1_t1",
                                        "l1_active_energy_import_t1",
                                        "l0_active_energy_import",
                                        "l4_active_energy_import",
                                        "l1_l1_active_energy_import",
                                        "voltage",
                                        "voltage_t1",
                                        "l1_clock",
                                        "frequency_t1",
                                        "clock_t1",
                                        "l4_voltage"};
    static const char *const codes[] = {"1-0:1.8.0*254",
                                        "1-1:1.8.0",
                                        "0-0:1.8.0",
                                        "2-0:1.8.0",
                                        "1-0:1.8.64",
                                        "1-0:21.8.1",
                                        "1-0:12.7.0",
                                        "1-0:81.8.0",
                                        "0-0:21.0.0",
                                        "1-0:1.7.1",
                                        "0-0:0.0.0",
                                        "1-0:34.7.0",
                                        "255-255:255.255.255*255"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_null(wh_catalogue_find_name(names[i]).item);
    }
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        wh_obis obis;
        assert_int_equal(wh_obis_parse(codes[i], strlen(codes[i]), &obis, NULL), WH_OK);
        assert_null(wh_catalogue_find(obis).item);
    }
}

static void codes_are_those_of_the_standard(void **state)
{
    static const struct {
        const char *obis;
        const char *name;
        uint8_t unit;
    } rows[] = {
        {"1-0:1.8.0", "active_energy_import", WH_UNIT_WH},
        {"1-0:2.8.0", "active_energy_export", WH_UNIT_WH},
        {"1-0:3.8.0", "reactive_energy_import", WH_UNIT_VARH},
        {"1-0:4.8.0", "reactive_energy_export", WH_UNIT_VARH},
        {"1-0:5.8.0", "reactive_energy_q1", WH_UNIT_VARH},
        {"1-0:8.8.0", "reactive_energy_q4", WH_UNIT_VARH},
        {"1-0:9.8.0", "apparent_energy_import", WH_UNIT_VAH},
        {"1-0:10.8.0", "apparent_energy_export", WH_UNIT_VAH},
        {"1-0:21.8.0", "l1_active_energy_import", WH_UNIT_WH},
        {"1-0:42.8.0", "l2_active_energy_export", WH_UNIT_WH},
        {"1-0:65.8.0", "l3_reactive_energy_q1", WH_UNIT_VARH},
        {"1-0:11.8.0", "ampere_hours", WH_UNIT_AH},
        {"1-0:71.8.0", "l3_ampere_hours", WH_UNIT_AH},
        {"1-0:16.7.0", "active_power", WH_UNIT_W},
        {"1-0:1.7.0", "active_power_import", WH_UNIT_W},
        {"1-0:56.7.0", "l2_active_power", WH_UNIT_W},
        {"1-0:13.7.0", "power_factor", WH_UNIT_NONE},
        {"1-0:12.128.0", "voltage_passed", WH_UNIT_PERCENT},
        {"1-0:72.128.6", "l3_voltage_lowest", WH_UNIT_V},
        {"1-0:14.7.0", "frequency", WH_UNIT_HZ},
        {"1-0:32.7.0", "l1_voltage", WH_UNIT_V},
        {"1-0:72.7.124", "l3_voltage_thd", WH_UNIT_PERCENT},
        {"1-0:51.7.0", "l2_current", WH_UNIT_A},
        {"1-0:91.7.0", "neutral_current", WH_UNIT_A},
        {"1-0:81.7.1", "l2_voltage_angle", WH_UNIT_DEGREE},
        {"1-0:81.7.26", "l3_current_angle", WH_UNIT_DEGREE},
        {"0-0:42.0.0", "logical_device_name", WH_UNIT_NONE},
        {"0-0:96.1.0", "serial_number", WH_UNIT_NONE},
        {"1-0:0.2.0", "firmware_version", WH_UNIT_NONE},
        {"0-0:1.0.0", "clock", WH_UNIT_NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_obis obis;
        assert_int_equal(wh_obis_parse(rows[i].obis, strlen(rows[i].obis), &obis, NULL), WH_OK);
        wh_item_ref ref = wh_catalogue_find(obis);
        char name[WH_ITEM_NAME_SIZE];
        assert_non_null(ref.item);
        (void)wh_item_name(ref, name);
        assert_string_equal(name, rows[i].name);
        assert_int_equal(ref.item->unit, rows[i].unit);
    }
}

static void energies_are_whole_milliwatt_hours_of_their_register(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    for (unsigned place = 0; place < WH_REG_PLACES; place++) {
        for (unsigned reg = 0; reg < WH_REG_COUNT; reg++) {
            f.meter.registers.reg[place][reg].mwh = 1000 * (place + 1) + reg;
        }
    }
    assert_int_equal(get(&f, "active_energy_import").u, 4000 + WH_REG_ACTIVE_IMPORT);
    assert_int_equal(get(&f, "l1_active_energy_export").u, 1000 + WH_REG_ACTIVE_EXPORT);
    assert_int_equal(get(&f, "l2_reactive_energy_q3").u, 2000 + WH_REG_REACTIVE_Q3);
    assert_int_equal(get(&f, "l3_harmonic_energy_export").u, 3000 + WH_REG_HARMONIC_EXPORT);
    assert_int_equal(get(&f, "reactive_energy_import").u,
                     8000 + WH_REG_REACTIVE_Q1 + WH_REG_REACTIVE_Q2);
    assert_int_equal(get(&f, "reactive_energy_export").u,
                     8000 + WH_REG_REACTIVE_Q3 + WH_REG_REACTIVE_Q4);
    assert_int_equal(wh_catalogue_find_name("active_energy_import").item->scaler, -3);
}

static void present_values_are_scaled_and_rounded_to_nearest(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    wh_quantities *q = &f.meter.metrology.quantities;
    q->phase[1].u_uv = 230123499;
    q->phase[2].u_uv = 230123500;
    q->phase[0].i_ua = 4999999;
    q->phase[0].p_uw = -1500500;
    q->phase[0].pf_ppm = -998000;
    q->phase[0].thd_u_ppm = 31400;
    q->q1_uvar = 7000;
    q->in_ua = 12;
    q->u2_ppm = 5000;
    assert_int_equal(get(&f, "l2_voltage").u, 230123);
    assert_int_equal(get(&f, "l3_voltage").u, 230124);
    assert_int_equal(get(&f, "l1_current").u, 4999999);
    assert_int_equal(get(&f, "l1_active_power").i, -1501);
    assert_int_equal(get(&f, "l1_active_power_import").u, 0);
    assert_int_equal(get(&f, "l1_active_power_export").u, 1501);
    assert_int_equal(get(&f, "l1_power_factor").i, -998000);
    assert_int_equal(get(&f, "l1_voltage_thd").u, 31400);
    assert_int_equal(get(&f, "reactive_power_import").u, 7);
    assert_int_equal(get(&f, "reactive_power_export").u, 0);
    assert_int_equal(get(&f, "neutral_current").u, 12);
    assert_int_equal(get(&f, "voltage_negative_sequence").u, 5000);
    assert_int_equal(get(&f, "frequency").u, 50000123);
}

static void angles_are_lags_from_0_to_360_degrees(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    wh_quantities *q = &f.meter.metrology.quantities;
    q->phase[1].u1_angle_urad = -2094395; /* -120 degrees: U2 lags U1 */
    q->phase[2].u1_angle_urad = 2094395;
    q->phase[0].i1_angle_urad = -523599;            /* lags U1 by 30 */
    q->phase[1].i1_angle_urad = -2094395 + 1570796; /* leads U2 by 90 */
    q->phase[2].i1_angle_urad = 2094395 - 3141593;  /* opposite to U3 */
    q->in1_angle_urad = 17453;                      /* leads U1 by 1 */
    assert_int_equal(get(&f, "l2_voltage_angle").u, 120000);
    assert_int_equal(get(&f, "l3_voltage_angle").u, 240000);
    assert_int_equal(get(&f, "l1_current_angle").u, 30000);
    assert_int_equal(get(&f, "l2_current_angle").u, 270000);
    assert_int_equal(get(&f, "l3_current_angle").u, 180000);
    assert_int_equal(get(&f, "neutral_current_angle").u, 359000);
}

static void nothing_measured_is_an_error_and_never_a_zero(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    f.meter.windows = 0;
    wh_item_ref ref = {0};
    size_t count = 0;
    while (wh_catalogue_next(&f.meter, &ref)) {
        wh_value value;
        wh_err err = wh_meter_get(&f.meter, ref, WH_ROLE_PUBLIC, &value);
        bool present = wh_item_obis(ref).group[WH_OBIS_D] == 7 || ref.item->type == WH_VALUE_TIME;
        assert_int_equal(err, present ? WH_ERR_STATE : WH_OK);
        count++;
    }
    assert_true(count > 100);
}

static void a_phase_without_voltage_has_no_ratios_and_no_angle(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    f.meter.metrology.quantities.present = 1;
    assert_int_equal(get_err(&f, "l2_voltage"), WH_OK);
    assert_int_equal(get_err(&f, "l2_voltage_thd"), WH_ERR_STATE);
    assert_int_equal(get_err(&f, "l2_power_factor"), WH_ERR_STATE);
    assert_int_equal(get_err(&f, "l2_voltage_angle"), WH_ERR_STATE);
    assert_int_equal(get_err(&f, "l1_current_angle"), WH_OK);
    f.meter.metrology.quantities.f_uhz = 0;
    assert_int_equal(get_err(&f, "frequency"), WH_ERR_STATE);
}

static void a_meter_has_the_items_of_its_phases_only(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    f.config.metrology.phases = 1;
    f.config.metrology.channel[WH_IN].full_scale = 0;
    assert_int_equal(get_err(&f, "l1_voltage"), WH_OK);
    assert_int_equal(get_err(&f, "l2_voltage"), WH_ERR_NOT_FOUND);
    assert_int_equal(get_err(&f, "l3_active_energy_import"), WH_ERR_NOT_FOUND);
    assert_int_equal(get_err(&f, "neutral_current"), WH_ERR_NOT_FOUND);
    assert_int_equal(get_err(&f, "active_energy_import"), WH_OK);
}

static void a_value_beyond_its_type_is_an_error(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    wh_item item = *wh_catalogue_find_name("l1_active_power").item;
    wh_item_ref ref = {&item, 0, 0};
    wh_value value;
    item.type = WH_VALUE_INT32;
    f.meter.metrology.quantities.phase[0].p_uw = (int64_t)INT32_MAX * 1000;
    assert_int_equal(wh_meter_get(&f.meter, ref, WH_ROLE_PUBLIC, &value), WH_OK);
    f.meter.metrology.quantities.phase[0].p_uw += 1000;
    assert_int_equal(wh_meter_get(&f.meter, ref, WH_ROLE_PUBLIC, &value), WH_ERR_RANGE);
    item.type = WH_VALUE_UINT64;
    f.meter.metrology.quantities.phase[0].p_uw = -1000;
    assert_int_equal(wh_meter_get(&f.meter, ref, WH_ROLE_PUBLIC, &value), WH_ERR_RANGE);
}

static void the_meter_tells_who_it_is_and_what_time_it_is(void **state)
{
    (void)state;
    fixture f;
    set_up(&f);
    wh_value name = get(&f, "logical_device_name");
    assert_int_equal(name.len, 16);
    assert_memory_equal(name.bytes, "WHT0000000000042", 16);
    wh_value serial = get(&f, "serial_number");
    assert_int_equal(serial.len, 2);
    assert_memory_equal(serial.bytes, "42", 2);
    assert_true(get(&f, "firmware_version").len > 0);
    assert_int_equal(get_err(&f, "clock"), WH_ERR_STATE);
    f.meter.utc_ms = 1700000000123;
    assert_int_equal(get(&f, "clock").i, 1700000000123);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_and_every_name_is_there_once),
        cmocka_unit_test(what_is_no_name_and_no_code_is_not_found),
        cmocka_unit_test(codes_are_those_of_the_standard),
        cmocka_unit_test(energies_are_whole_milliwatt_hours_of_their_register),
        cmocka_unit_test(present_values_are_scaled_and_rounded_to_nearest),
        cmocka_unit_test(angles_are_lags_from_0_to_360_degrees),
        cmocka_unit_test(nothing_measured_is_an_error_and_never_a_zero),
        cmocka_unit_test(a_phase_without_voltage_has_no_ratios_and_no_angle),
        cmocka_unit_test(a_meter_has_the_items_of_its_phases_only),
        cmocka_unit_test(a_value_beyond_its_type_is_an_error),
        cmocka_unit_test(the_meter_tells_who_it_is_and_what_time_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
