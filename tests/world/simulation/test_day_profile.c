/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/world/text_file.h"
#include "world/simulation/day_profile.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Write text to a file of its own, read it as a profile, remove it. */
static wh_err read_text(const char *text, wh_day_profile *p, wh_message *m)
{
    char path[] = TEXT_FILE_PATH;
    text_file_write(path, text);
    wh_err err = wh_day_profile_read(path, NULL, p, m);
    (void)unlink(path);
    return err;
}

static void each_kind_is_known_by_its_header(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double step_s, first_s, load_w, reactive_var, solar_w; /* of the first row; -1: none */
    } rows[] = {
        {"Date;Time;Global_active_power;Global_reactive_power;Voltage\n"
         "16/12/2006;17:24:00;4.216;0.418;234.84\n",
         60, 62640, 4216, 418, -1},
        {",GC,GG\n2011-07-01 00:30:00,0.392,0.1\n", 1800, 1800, 392, -1, 100},
        {"month,hour,non_shiftable_load,solar_generation\n7,24,0.5,800\n", 3600, 0, 500, -1, 4000},
        {"time;G0_0_pload;G0_0_qload\n01.01.2018 00:15;0.2;0.1\n", 900, 900, 1000, 500, -1},
        {",period,weekday,h0,g0\n2007-01-01 00:00:00,summer,1,0.08,1\n", 900, 0, 280, -1, -1},
        {"# step_s=5\nload_w,solar_w\r\n100,7\r\n", 5, 0, 100, -1, 7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_day_profile p;
        wh_message m = {""};
        assert_int_equal(read_text(rows[i].text, &p, &m), WH_OK);
        assert_int_equal(p.count, 1);
        assert_true(fabs(p.step_s - rows[i].step_s) < 1e-9);
        assert_true(fabs(p.first_of_day_s - rows[i].first_s) < 1e-9);
        assert_true(fabs(p.load_w[0] - rows[i].load_w) < 1e-9);
        assert_int_equal(p.reactive_var != NULL, rows[i].reactive_var >= 0);
        assert_int_equal(p.solar_w != NULL, rows[i].solar_w >= 0);
        assert_true(p.reactive_var == NULL ||
                    fabs(p.reactive_var[0] - rows[i].reactive_var) < 1e-9);
        assert_true(p.solar_w == NULL || fabs(p.solar_w[0] - rows[i].solar_w) < 1e-9);
        wh_day_profile_free(&p);
    }
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        wh_err err;
        const char *says;
    } rows[] = {
        {"", WH_ERR_FORMAT, "no header"},
        {",GC,GG\n", WH_ERR_FORMAT, "no rows"},
        {"a,b,c\n1,2,3\n", WH_ERR_UNSUPPORTED, ":1:"},
        {",GC,GG\nx,1,2\nx,1\n", WH_ERR_FORMAT, ":3:"},
        {",GC,GG\nx,one,2\n", WH_ERR_FORMAT, "'one'"},
        {",GC,GG\nx,1,nan\n", WH_ERR_FORMAT, "'nan'"},
        {",GC,GG\nx,,2\n", WH_ERR_FORMAT, ":2:"},
        {"load_w\n1\n", WH_ERR_FORMAT, "step_s"},
        {",Januar,Januar\n[kWh],SA,FT\n", WH_ERR_FORMAT, "96"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_day_profile p;
        wh_message m = {""};
        assert_int_equal(read_text(rows[i].text, &p, &m), rows[i].err);
        assert_non_null(strstr(m.text, rows[i].says));
        assert_null(p.load_w);
    }
}

static void values_are_interpolated_and_repeat(void **state)
{
    (void)state;
    wh_day_profile p;
    assert_int_equal(read_text("# step_s=10\nload_w\n0\n100\n50\n", &p, NULL), WH_OK);
    static const struct {
        double at_s, watts;
    } rows[] = {{0, 0}, {5, 50}, {10, 100}, {15, 75}, {25, 25}, {30, 0}, {35, 50}, {-5, 25}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(fabs(wh_day_profile_at(&p, p.load_w, rows[i].at_s) - rows[i].watts) < 1e-9);
    }
    wh_day_profile_free(&p);
}

static void public_profiles_have_their_known_energy(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t count;
        double load_kwh, solar_kwh;
    } rows[] = {
        {"uci_household_1min_20061216_20070111.csv", 37283, 1063.843533, 0},
        {"ausgrid_customer12_20110701_20120630_30min.csv", 17568, 5938.3690, 1296.4040},
        {"citylearn2022_building_1_hourly.csv", 8760, 10583.3532, 5 * 1803.1241},
        {"simbench_G0_0_15min_PQ_2018.csv", 35040, 5 * 3364.3163, 0},
        {"bdew/selp_series.csv", 2016, 3.5 * 57.5731, 0},
        {"bdew/h25.csv", 35040, 3500, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char path[512];
        (void)snprintf(path, sizeof path, WH_SHARED_DIR "/data/loads/%s", rows[i].name);
        if (access(path, R_OK) != 0) {
            print_message("skipped: no %s\n", path);
            continue;
        }
        wh_day_profile p;
        wh_message m = {""};
        wh_err err = wh_day_profile_read(path, NULL, &p, &m);
        assert_string_equal(m.text, "");
        assert_int_equal(err, WH_OK);
        assert_int_equal(p.count, rows[i].count);
        double load = 0, solar = 0;
        for (size_t n = 0; n < p.count; n++) {
            load += p.load_w[n] * p.step_s / 3.6e6;
            solar += p.solar_w != NULL ? p.solar_w[n] * p.step_s / 3.6e6 : 0;
        }
        double tolerance = rows[i].count == 35040 && i == 5 ? 0.01 : 1e-5;
        assert_true(fabs(load / rows[i].load_kwh - 1) < tolerance);
        assert_true(fabs(solar - rows[i].solar_kwh) < 0.01);
        wh_day_profile_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_known_by_its_header),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line),
        cmocka_unit_test(values_are_interpolated_and_repeat),
        cmocka_unit_test(public_profiles_have_their_known_energy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
