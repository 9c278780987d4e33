/* SPDX-License-Identifier: Apache-2.0 */
#include "core/civil_time.h"
#include "tests/world/text_file.h"
#include "world/year/series.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOADS WH_SHARED_DIR "/data/loads/"

/* Write text to a file of its own, read it, remove it. */
static wh_err read_text(const char *text, wh_series *s, wh_message *m)
{
    char path[] = TEXT_FILE_PATH;
    text_file_write(path, text);
    wh_err err = wh_series_read(path, NULL, s, m);
    (void)unlink(path);
    return err;
}

static int64_t ms(int32_t year, unsigned month, unsigned day, unsigned hour, unsigned minute)
{
    wh_civil_time t = {{year, (uint8_t)month, (uint8_t)day}, (uint8_t)hour, (uint8_t)minute, 0, 0};
    int64_t at;
    assert_int_equal(wh_civil_time_to_ms(&t, &at), WH_OK);
    return at;
}

#define UCI     "Date;Time;Global_active_power;Global_reactive_power;Voltage;Global_intensity\n"
#define AUSGRID ",GC,GG\n"
#define CITY    "month,hour,day_type,non_shiftable_load,solar_generation\n"
#define BENCH   "time;G0_0_pload;G0_0_qload\n"

static void each_kind_is_known_by_its_header(void **state)
{
    (void)state;
    const struct {
        const char *text;
        uint32_t step_ms;
        wh_series_row first;
    } rows[] = {
        {UCI "16/12/2006;17:24:00;4.216;0.418;234.840;18.400\n",
         60000,
         {ms(2006, 12, 16, 17, 24), 4216000000, 418000000, 0, 234840000}},
        {AUSGRID "2011-07-01 01:30:00,0.48200000000000004,0.1\n",
         1800000,
         {ms(2011, 7, 1, 1, 30), 482000000, 0, 100000000, 0}},
        {CITY "7,24,7,0.5457,800\n",
         3600000,
         {ms(2018, 7, 31, 23, 0), 545700000, 0, 4000000000, 0}},
        {CITY "2,1,7,2.0,0\n", 3600000, {ms(2018, 2, 1, 0, 0), 2000000000, 0, 0, 0}},
        {BENCH "01.01.2018 00:00;0.2;0.1\n",
         900000,
         {ms(2018, 1, 1, 0, 0), 1000000000, 500000000, 0, 0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_series s;
        assert_int_equal(read_text(rows[i].text, &s, NULL), WH_OK);
        assert_int_equal(s.count, 1);
        assert_int_equal(s.step_ms, rows[i].step_ms);
        assert_memory_equal(&s.row[0], &rows[i].first, sizeof s.row[0]);
        wh_series_free(&s);
    }
}

static void a_gap_is_counted_and_its_rows_are_not_there(void **state)
{
    (void)state;
    wh_series s;
    assert_int_equal(read_text(UCI "16/12/2006;23:58:00;1;0;230;1\n"
                                   "16/12/2006;23:59:00;?;?;?;?\n"
                                   "17/12/2006;00:00:00;2;0;230;1\n"
                                   "17/12/2006;00:01:00;3;0;230;1\n"
                                   "17/12/2006;00:04:00;4;0;230;1\n",
                               &s, NULL),
                     WH_OK);
    assert_int_equal(s.count, 4);
    assert_int_equal(s.gaps, 2);
    assert_int_equal(s.missing, 3);
    assert_int_equal(s.row[3].begin_ms - s.row[0].begin_ms, 6 * 60000);
    wh_series_free(&s);
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
        {AUSGRID, WH_ERR_FORMAT, "no rows"},
        {"a,b,c\n1,2,3\n", WH_ERR_UNSUPPORTED, ":1:"},
        {"Date;Global_active_power\n", WH_ERR_UNSUPPORTED, ":1:"},
        {AUSGRID "2011-07-01 00:00:00,1,2\n2011-07-01 00:30:00,1\n", WH_ERR_FORMAT, ":3:"},
        {AUSGRID "2011-07-01 00:00:00,one,2\n", WH_ERR_FORMAT, "'one'"},
        {AUSGRID "2011-07-01 00:00:00,1 ,2\n", WH_ERR_FORMAT, "'1 '"},
        {AUSGRID "2011-07-01 00:00:00,nan,2\n", WH_ERR_FORMAT, "'nan'"},
        {AUSGRID "2011-07-01 00:00:00,1e9,2\n", WH_ERR_FORMAT, "'1e9'"},
        {AUSGRID "2011-07-01 00:00:00,1,-2\n", WH_ERR_FORMAT, "roof"},
        {AUSGRID "2011-07-01 00:00:00,,2\n", WH_ERR_FORMAT, ":2:"},
        {AUSGRID "2011-07-01 00:10:00,1,2\n", WH_ERR_FORMAT, "half hour"},
        {AUSGRID "2011-02-29 00:00:00,1,2\n", WH_ERR_FORMAT, ":2:"},
        {AUSGRID "2011-07-01 24:00:00,1,2\n", WH_ERR_FORMAT, ":2:"},
        {AUSGRID "2011-07-01 00:00:00,1,2\n2011-07-01 00:00:00,1,2\n", WH_ERR_FORMAT, ":3:"},
        {AUSGRID "2011-07-01 00:30:00,1,2\n2011-07-01 00:00:00,1,2\n", WH_ERR_FORMAT, "follow"},
        {UCI "16-12-2006;17:24:00;1;0;230;1\n", WH_ERR_FORMAT, "'16-12-2006'"},
        {UCI "16/12/2006;17:24:30;1;0;230;1\n", WH_ERR_FORMAT, ":2:"},
        {UCI "16/12/12006;17:24:00;1;0;230;1\n", WH_ERR_FORMAT, ":2:"},
        {CITY "7,25,7,1,0\n", WH_ERR_FORMAT, ":2:"},
        {CITY "13,1,7,1,0\n", WH_ERR_FORMAT, ":2:"},
        {CITY "7,24,7,1,0\n8,2,1,1,0\n", WH_ERR_FORMAT, ":3:"},
        {BENCH "01.01.2018 00:15;0.2;0.1\n", WH_ERR_FORMAT, "quarter"},
        {BENCH "01.01.2018 00:00;0.2\n", WH_ERR_FORMAT, "short"},
        {BENCH "01.01.2018 00:00;?;0.1\n", WH_ERR_FORMAT, "'?'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_series s;
        wh_message m = {""};
        assert_int_equal(read_text(rows[i].text, &s, &m), rows[i].err);
        assert_non_null(strstr(m.text, rows[i].says));
        assert_null(s.row);
    }
    wh_series s;
    wh_message m;
    assert_int_equal(wh_series_read("/nowhere/at.csv", NULL, &s, &m), WH_ERR_IO);
}

/* What the files hold is known from elsewhere, to the digits given. */
static void public_series_have_their_known_energy(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t count, gaps, missing;
        double load_kwh, reactive_kvarh, solar_kwh;
        double digit; /* one in the last place of what is known */
    } rows[] = {
        {"uci_household_1min_20061216_20070111.csv", 37283, 2, 4, 1063.843533, 83.357233, 0, 1e-6},
        {"ausgrid_customer12_20110701_20120630_30min.csv", 17568, 0, 0, 5938.3690, 0, 1296.4040,
         1e-4},
        {"citylearn2022_building_1_hourly.csv", 8760, 0, 0, 10583.3532, 0, 1803.1241, 1e-4},
        {"citylearn2022_building_4_hourly.csv", 8760, 0, 0, 10793.1803, 0, 1222.0507, 1e-4},
        {"citylearn2022_building_10_hourly.csv", 8760, 0, 0, 13115.2532, 0, 1461.2070, 1e-4},
        {"simbench_G0_0_15min_PQ_2018.csv", 35040, 0, 0, 3364.3163, 839.9896, 0, 1e-4},
    };
    if (access(LOADS, R_OK) != 0) {
        printf("skipped: no recorded loads at %s\n", LOADS);
        return;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s%s", LOADS, rows[i].name);
        wh_series s;
        wh_message m = {""};
        wh_series_scale scale = {.unit_w = 1000, .solar_peak_w = 1000};
        wh_err err = wh_series_read(path, &scale, &s, &m);
        assert_string_equal(m.text, "");
        assert_int_equal(err, WH_OK);
        assert_int_equal(s.count, rows[i].count);
        assert_int_equal(s.gaps, rows[i].gaps);
        assert_int_equal(s.missing, rows[i].missing);
        int64_t sum[3] = {0};
        for (size_t k = 0; k < s.count; k++) {
            sum[0] += s.row[k].load_uw;
            sum[1] += s.row[k].load_uvar;
            sum[2] += s.row[k].solar_uw;
        }
        double hours = s.step_ms / 3.6e6 / 1e9;
        assert_true(fabs((double)sum[0] * hours - rows[i].load_kwh) <= 0.51 * rows[i].digit);
        assert_true(fabs((double)sum[1] * hours - rows[i].reactive_kvarh) <= 0.51 * rows[i].digit);
        assert_true(fabs((double)sum[2] * hours - rows[i].solar_kwh) <= 0.51 * rows[i].digit);
        wh_series_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_known_by_its_header),
        cmocka_unit_test(a_gap_is_counted_and_its_rows_are_not_there),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line),
        cmocka_unit_test(public_series_have_their_known_energy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
