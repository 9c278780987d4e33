/* SPDX-License-Identifier: Apache-2.0 */
/* What each kind of column looks like. */
#include "meter/display/display.h"

#include "tests/meter/display/display_rig.h"
#include "tests/meter/display/lcd_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#define MONEY                                 \
    {                                         \
        WH_OBIS_INIT(0, 0, 19, 10, 0, 255), 2 \
    }
#define LAST(c, d)                          \
    {                                       \
        WH_OBIS_INIT(1, 0, c, d, 0, 101), 2 \
    }
#define TIME(c, d)    \
    {                 \
        E(c, d, 0), 5 \
    }
#define CLOCK_MS INT64_C(1795358709999) /* 2026-11-22 14:45:09.999 UTC */

/* What a screen of `column` shows where its value is so. */
static const char *shown(const wh_display_settings *settings, const wh_display_inputs *in,
                         const rig_value *value)
{
    static const wh_time_zone utc = {.standard_min = 0};
    static wh_display display;
    wh_display_inputs local = *in;
    local.zone = in->zone != NULL ? in->zone : &utc;
    const rig_values values = {value, 1, NULL};
    const wh_column_reader reader = {&values, rig_read};
    wh_display_init(&display);
    if (settings != NULL) {
        assert_int_equal(wh_display_set(&display, settings), WH_OK);
    }
    assert_int_equal(wh_display_set_list(&display, WH_DISPLAY_AUTOMATIC, &value->column, 1), WH_OK);
    wh_display_tick(&display, WH_DISPLAY_TEST_MS, &local, &reader);
    return lcd_text(&display.lcd);
}

static void values_have_their_unit_and_decimals(void **state)
{
    (void)state;
    static const struct {
        rig_value value;
        const char *text;
    } rows[] = {
        {{VALUE(1, 8, 0), WH_OK, 123456789999}, "123456.78 kWh"}, /* cut, not rounded */
        {{VALUE(1, 8, 63), WH_OK, 9999}, "0.00 kWh"},
        {{VALUE(15, 8, 0), WH_OK, 5000000}, "5.00 kWh"},
        {{VALUE(16, 8, 0), WH_OK, -5009999}, "-5.00 kWh"}, /* combined: has a sign */
        {{VALUE(3, 8, 0), WH_OK, 5000000}, "5.00 kvarh"},
        {{VALUE(8, 8, 4), WH_OK, 5000000}, "5.00 kvarh"},
        {{VALUE(9, 8, 0), WH_OK, 5000000}, "5.00 kVAh"},
        {{VALUE(21, 8, 0), WH_OK, 5000000}, "5.00 kWh"},
        {{VALUE(68, 8, 0), WH_OK, 5000000}, "5.00 kvarh"},
        {{VALUE(70, 8, 0), WH_OK, 5000000}, "5.00 kVAh"},
        {{VALUE(2, 29, 0), WH_OK, 5000000}, "5.00 kWh"},
        {{VALUE(2, 30, 0), WH_OK, 5000000}, "5.00 kWh"},
        {{VALUE(2, 31, 0), WH_OK, 5000000}, "5.0000 kW"},
        {{VALUE(1, 10, 0), WH_OK, 5000000}, "5.00 kWh"},
        {{VALUE(1, 16, 0), WH_OK, 5000000}, "5.0000 kW"},
        {{VALUE(1, 17, 0), WH_OK, 5000000}, "5.00 kWh"},
        {{VALUE(1, 20, 0), WH_OK, 5000000}, "5.00 kWh"},
        {{VALUE(1, 21, 0), WH_OK, 5000000}, "5.0000 kW"},
        {{VALUE(90, 7, 0), WH_OK, 42}, "42"},
        {{LAST(1, 8), WH_OK, 5000000}, "5.00 kWh"},
        {{VALUE(1, 6, 2), WH_OK, 12345678}, "12.3457 kW"},
        {{VALUE(1, 4, 0), WH_OK, 12345678}, "12.3457 kW"},
        {{VALUE(3, 6, 0), WH_OK, 12345678}, "12.3457 kvar"},
        {{VALUE(10, 6, 0), WH_OK, 12345678}, "12.3457 kVA"},
        {{VALUE(16, 7, 0), WH_OK, -3200050}, "-3.2001 kW"},
        {{VALUE(36, 7, 0), WH_OK, 49}, "0.0000 kW"},
        {{VALUE(76, 7, 0), WH_OK, 50}, "0.0001 kW"},
        {{VALUE(32, 7, 0), WH_OK, 230149}, "230.1 V"},
        {{VALUE(72, 7, 0), WH_OK, 230150}, "230.2 V"},
        {{VALUE(31, 7, 0), WH_OK, 5000499}, "5.000 A"},
        {{VALUE(91, 7, 0), WH_OK, 5000500}, "5.001 A"},
        {{VALUE(13, 7, 0), WH_OK, -987654}, "-0.988 cos"},
        {{VALUE(33, 7, 0), WH_OK, 1000000}, "1.000 cos"},
        {{VALUE(14, 7, 0), WH_OK, 49987654}, "49.99 Hz"},
        {{VALUE(81, 7, 4), WH_OK, 359949}, "359.9 deg"},
        {{VALUE(32, 7, 124), WH_OK, 12345}, "1.23 pct"},
        {{VALUE(12, 7, 133), WH_OK, 12345}, "1.23 pct"},
        {{VALUE(32, 7, 1), WH_OK, 230149}, "230.1 V"},
        {{MONEY, WH_OK, -12345678}, "-12.35 mny"},
        {{VALUE(82, 7, 0), WH_OK, 42}, "42"},
        {{VALUE(0, 1, 0), WH_OK, 42}, "42"},
        {{{WH_OBIS_INIT(0, 0, 96, 7, 21, 255), 2}, WH_OK, 42}, "42"},
        {{VALUE(1, 8, 0), WH_ERR_STATE, 5000000}, "-------- kWh"},
        {{VALUE(32, 7, 0), WH_ERR_RANGE, 5000000}, "-------- V"},
        {{VALUE(1, 8, 0), WH_OK, INT64_MAX}, "0FL kWh"},
    };
    const wh_display_inputs in = {.utc_ms = CLOCK_MS};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(shown(NULL, &in, &rows[i].value), rows[i].text);
    }
}

static void decimals_of_energy_and_power_can_be_set(void **state)
{
    (void)state;
    static const char *const energy[] = {"1234 kWh", "1234.9 kWh", "1234.98 kWh", "1234.987 kWh",
                                         "1234.9876 kWh"};
    static const char *const power[] = {"1235 kW", "1235.0 kW", "1234.99 kW", "1234.988 kW",
                                        "1234.9877 kW"};
    const wh_display_inputs in = {.utc_ms = CLOCK_MS};
    const rig_value of_energy = {VALUE(1, 8, 0), WH_OK, 1234987654};
    const rig_value of_power = {VALUE(1, 7, 0), WH_OK, 1234987654};
    for (uint8_t decimals = 0; decimals <= 4; decimals++) {
        wh_display_settings settings = {
            .screen_s = 5, .key_s = 60, .energy_decimals = decimals, .power_decimals = 4};
        assert_string_equal(shown(&settings, &in, &of_energy), energy[decimals]);
        settings.energy_decimals = 2;
        settings.power_decimals = decimals;
        assert_string_equal(shown(&settings, &in, &of_power), power[decimals]);
    }
}

static void times_are_local(void **state)
{
    (void)state;
    static const wh_time_zone berlin = {
        .standard_min = 60,
        .dst_min = 60,
        .begin = {WH_TIME_ZONE_ANY_YEAR, 3, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0},
        .end = {WH_TIME_ZONE_ANY_YEAR, 10, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0},
    };
    static const struct {
        rig_value value;
        const wh_time_zone *zone;
        int64_t utc_ms;
        const char *text;
    } rows[] = {
        {{VALUE(0, 9, 1), WH_OK, 0}, NULL, CLOCK_MS, "14:45:09"},
        {{VALUE(0, 9, 1), WH_OK, 0}, &berlin, CLOCK_MS, "15:45:09"},
        {{{WH_OBIS_INIT(0, 0, 1, 0, 0, 255), 2}, WH_OK, 0}, NULL, CLOCK_MS, "14:45:09"},
        {{VALUE(0, 9, 2), WH_OK, 0}, NULL, CLOCK_MS, "26-11-22"},
        {{VALUE(0, 9, 2), WH_OK, 0}, &berlin, CLOCK_MS + 9 * 3600000, "26-11-23"},
        {{VALUE(0, 9, 2), WH_OK, 0}, NULL, 0, "70-01-01"},
        {{VALUE(0, 9, 1), WH_OK, 0}, NULL, INT64_MIN, "--------"},
        {{VALUE(0, 9, 2), WH_OK, 0}, &berlin, INT64_MIN, "--------"},
        {{VALUE(0, 9, 2), WH_OK, 0}, NULL, INT64_MAX, "--------"},
        /* demand times: of the value, in the zone of then, whatever the clock says now */
        {{TIME(1, 6), WH_OK, CLOCK_MS / 1000}, NULL, 0, "11.22.14:45"},
        {{TIME(1, 6), WH_OK, CLOCK_MS / 1000}, &berlin, INT64_MIN, "11.22.15:45"},
        {{TIME(1, 6), WH_OK, 1782000000}, &berlin, CLOCK_MS, "06.21.02:00"}, /* summer */
        {{TIME(1, 6), WH_OK, UINT32_MAX}, NULL, CLOCK_MS, "02.07.06:28"},
        {{TIME(1, 6), WH_OK, INT64_C(4294967296)}, NULL, CLOCK_MS, "--------"},
        {{TIME(1, 6), WH_OK, 0}, NULL, CLOCK_MS, "--------"}, /* there was none yet */
        {{TIME(1, 6), WH_OK, -1}, NULL, CLOCK_MS, "--------"},
        {{TIME(1, 6), WH_ERR_STATE, 1782000000}, NULL, CLOCK_MS, "--------"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const wh_display_inputs in = {.utc_ms = rows[i].utc_ms, .zone = rows[i].zone};
        assert_string_equal(shown(NULL, &in, &rows[i].value), rows[i].text);
    }
}

static void the_serial_number_shows_its_last_eight(void **state)
{
    (void)state;
    const rig_value serial = {{WH_OBIS_INIT(0, 0, 96, 1, 0, 255), 2}, WH_ERR_NOT_FOUND, 0};
    wh_display_inputs in = {.utc_ms = CLOCK_MS, .serial = "000123456789"};
    assert_string_equal(shown(NULL, &in, &serial), "23456789");
    in.serial = "42";
    assert_string_equal(shown(NULL, &in, &serial), "42");
    in.serial = NULL;
    assert_string_equal(shown(NULL, &in, &serial), " ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_have_their_unit_and_decimals),
        cmocka_unit_test(decimals_of_energy_and_power_can_be_set),
        cmocka_unit_test(times_are_local),
        cmocka_unit_test(the_serial_number_shows_its_last_eight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
