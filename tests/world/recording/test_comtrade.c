/* SPDX-License-Identifier: Apache-2.0 */
/* Every kind of COMTRADE file, written here and read back. */
#include "world/recording/recording.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/world/recording/comtrade_maker.h"

static wh_err parse(const bytes *cfg, const bytes *dat, const wh_recording_options *options,
                    wh_recording **out, wh_message *m)
{
    bytes c = exact(cfg, cfg->len);
    bytes d = exact(dat, dat->len);
    wh_recording_bytes cfg_bytes = {"x.cfg", c.data, c.len};
    wh_recording_bytes dat_bytes = {"x.dat", d.data, d.len};
    wh_err err = wh_recording_parse_comtrade(&cfg_bytes, &dat_bytes, options, out, m);
    free(c.data);
    free(d.data);
    return err;
}

static wh_recording *read_made(const maker *made)
{
    bytes cfg = make_cfg(made);
    bytes dat = make_dat(made);
    wh_recording *r = NULL;
    wh_message m;
    if (parse(&cfg, &dat, NULL, &r, &m) != WH_OK) {
        fail_msg("%u %s: %s", made->year, made->format, m.text);
    }
    free(cfg.data);
    free(dat.data);
    return r;
}

/* kV become V. */
static void assert_values(const wh_recording *r, size_t samples)
{
    assert_int_equal(r->sample_count, samples);
    assert_int_equal(r->channel_count, 6);
    for (size_t k = 0; k < 6; k++) {
        int kind = k < 3 ? 0 : 1;
        double unit = k < 3 ? 1000 : 1;
        assert_int_equal(r->channel[k].unit, k < 3 ? WH_UNIT_VOLT : WH_UNIT_AMPERE);
        for (size_t n = 0; n < samples; n++) {
            double value = unit * (maker_a[kind] * stored_value(k, n) + maker_b[kind]);
            assert_true(fabs(r->channel[k].sample[n] - value) < 1e-9 * unit);
        }
    }
}

static void every_revision_and_format_reads_the_same(void **state)
{
    (void)state;
    static const struct {
        unsigned year;
        const char *format;
        const char *name;
    } rows[] = {
        {1991, "ASCII", "COMTRADE 1991 ASCII"},       {1991, "BINARY", "COMTRADE 1991 BINARY"},
        {1999, "ASCII", "COMTRADE 1999 ASCII"},       {1999, "BINARY", "COMTRADE 1999 BINARY"},
        {2013, "ASCII", "COMTRADE 2013 ASCII"},       {2013, "BINARY", "COMTRADE 2013 BINARY"},
        {2013, "BINARY32", "COMTRADE 2013 BINARY32"}, {2013, "FLOAT32", "COMTRADE 2013 FLOAT32"},
        {2000, "ASCII", "COMTRADE 2000 ASCII"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        for (size_t digital = 0; digital < 34; digital += 11) {
            maker m = maker_default(rows[k].year, rows[k].format);
            m.digital = digital;
            wh_recording *r = read_made(&m);
            assert_values(r, 64);
            assert_string_equal(r->format, rows[k].name);
            assert_string_equal(r->channel[4].name, "IB");
            assert_string_equal(r->channel[4].phase, "B");
            assert_true(r->fs_hz == 800 && r->f_nominal_hz == 50);
            assert_int_equal(r->start_utc_us, 1044072306789000);
            assert_int_equal(r->steady_last, 64);
            wh_recording_destroy(r);
        }
    }
}

static void one_file_holds_the_same(void **state)
{
    (void)state;
    static const char *const formats[] = {"ASCII", "BINARY", "BINARY32", "FLOAT32"};
    for (size_t k = 0; k < 8; k++) {
        maker made = maker_default(2013, formats[k % 4]);
        made.line_end = k < 4 ? "\r\n" : "\n";
        bytes cff = make_cff(&made, k % 4 != 0);
        bytes copy = exact(&cff, cff.len);
        wh_recording_bytes b = {"x.cff", copy.data, copy.len};
        wh_recording *r = NULL;
        wh_message m;
        if (wh_recording_parse_cff(&b, NULL, &r, &m) != WH_OK) {
            fail_msg("%s: %s", formats[k % 4], m.text);
        }
        assert_values(r, 64);
        wh_recording_destroy(r);
        free(cff.data);
        free(copy.data);
    }
}

static void time_zone_is_taken_off_the_start(void **state)
{
    (void)state;
    static const struct {
        const char *tail;
        int64_t minutes;
    } rows[] = {{"1\n-5h30,-5h30\nB,3", -330},
                {"1\n+9,+9\n0,0", 540},
                {"1\n0,0", 0},
                {"1\nx,x", 0},
                {"1\n-3,-3", -180},
                {"1.0\n+99,0", 0}};
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        maker m = maker_default(2013, "ASCII");
        m.line_end = "\n";
        m.tail = rows[k].tail;
        wh_recording *r = read_made(&m);
        assert_int_equal(r->start_utc_us, 1044072306789000 - rows[k].minutes * 60000000);
        wh_recording_destroy(r);
    }
}

static void a_date_that_is_none_is_an_unknown_start(void **state)
{
    (void)state;
    static const char *const dates[] = {",", "00/00/0000,00:00:00.0", "1/1/2000,25:00:00",
                                        "--/--/----,--:--:--", ""};
    for (size_t k = 0; k < sizeof dates / sizeof dates[0]; k++) {
        maker m = maker_default(1999, "ASCII");
        m.line_end = "\n";
        char rates[128];
        (void)snprintf(rates, sizeof rates, "1\n800,64\n%s\n01/02/2003,04:05:06\nASCII\n1\n",
                       dates[k]);
        m.rates = rates; /* what maker adds behind it is not looked at */
        wh_recording *r = read_made(&m);
        assert_int_equal(r->start_utc_us, INT64_MIN);
        assert_values(r, 64);
        wh_recording_destroy(r);
    }
}

static void timestamps_stand_in_for_a_rate(void **state)
{
    (void)state;
    static const char *const formats[] = {"ASCII", "BINARY"};
    for (size_t k = 0; k < 2; k++) {
        maker m = maker_default(1999, formats[k]);
        m.fs_hz = 0;
        wh_recording *r = read_made(&m);
        assert_true(fabs(r->fs_hz - 800) < 1e-9);
        wh_recording_destroy(r);
        m.tail = "0.5"; /* half as long a tick */
        r = read_made(&m);
        assert_true(fabs(r->fs_hz - 1600) < 1e-9);
        wh_recording_destroy(r);
    }
}

static void several_rates_are_kept_apart(void **state)
{
    (void)state;
    maker made = maker_default(1999, "ASCII");
    made.rates = "3\r\n800,20\r\n801,40\r\n1600,64\r\n";
    wh_recording *r = read_made(&made);
    wh_message m;
    double fs;
    assert_int_equal(r->rate_count, 3);
    assert_int_equal(wh_recording_range_rate(r, 0, 20, &fs, &m), WH_OK);
    assert_true(fs == 800);
    assert_int_equal(wh_recording_range_rate(r, 40, 64, &fs, &m), WH_OK);
    assert_true(fs == 1600);
    assert_int_equal(wh_recording_range_rate(r, 10, 30, &fs, &m), WH_OK);
    assert_true(fabs(fs - 800.4996877) < 1e-6);
    assert_int_equal(wh_recording_range_rate(r, 30, 41, &fs, &m), WH_ERR_RANGE);
    assert_non_null(strstr(m.text, "from 801 to 1600 Hz"));
    wh_source *s;
    assert_int_equal(wh_recording_source_create(r, NULL, &s, &m), WH_ERR_RANGE);
    wh_recording_play play = {.first = 40, .last = 64};
    assert_int_equal(wh_recording_source_create(r, &play, &s, &m), WH_OK);
    assert_true(s->fs_hz == 1600);
    /* 20 at 800 Hz and 20 at 801 Hz later */
    assert_true(llabs(s->start_utc_us - r->start_utc_us - 49969) <= 1);
    s->destroy(s);
    wh_recording_destroy(r);
}

/* What recorders do wrong without harm. */
static void harmless_deviations_are_accepted(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned first_number;
        size_t samples;
        const char *line_end;
        const char *format;
    } rows[] = {
        {"numbers from 0, last number announced", 0, 65, "\r\n", "BINARY"},
        {"numbers from 0, count announced", 0, 64, "\r\n", "ASCII"},
        {"one sample more", 1, 65, "\r\n", "ASCII"},
        {"numbers from 5000", 5000, 64, "\n", "ASCII"},
        {"numbers around 2^32", 4294967295U - 30, 64, "\n", "BINARY"},
        {"old line ends", 1, 64, "\r", "ASCII"},
        {"blank lines in the data", 1, 64, "\n\n", "ASCII"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        maker m = maker_default(1999, rows[k].format);
        m.samples = rows[k].samples;
        m.first_number = rows[k].first_number;
        bytes dat;
        m.line_end = rows[k].line_end;
        dat = make_dat(&m);
        m.line_end = strcmp(rows[k].line_end, "\n\n") == 0 ? "\n" : rows[k].line_end;
        bytes cfg = make_cfg(&m);
        wh_recording *r = NULL;
        wh_message why;
        if (parse(&cfg, &dat, NULL, &r, &why) != WH_OK) {
            fail_msg("%s: %s", rows[k].name, why.text);
        }
        assert_values(r, rows[k].samples);
        wh_recording_destroy(r);
        free(cfg.data);
        free(dat.data);
    }
}

static wh_err parse_texts(const char *cfg, const char *dat, const wh_recording_options *options,
                          wh_recording **out, wh_message *m)
{
    bytes c = {NULL, 0, 0};
    bytes d = {NULL, 0, 0};
    put(&c, cfg, strlen(cfg));
    put(&d, dat, strlen(dat));
    wh_err err = parse(&c, &d, options, out, m);
    free(c.data);
    free(d.data);
    return err;
}

static const char padded_cfg[] = "  Station , Device   , 1999 \n"
                                 " 3, 2A,\t 1D\n"
                                 " 7, Ua bus  , A , , kV\t, 0.5, 0 ,0,-99999,99999, 100, 2, P \n"
                                 " 7, Ia , A, , mA , 2, 1, , , , 50, 5, s\n"
                                 "12, trip, 0, extra\n"
                                 " 50.0 \n"
                                 "1\n"
                                 "1000, 3 \n"
                                 ",\n"
                                 ",\n"
                                 " ascii \n"
                                 "\x1A";

static void blanks_and_repeated_numbers_do_not_matter(void **state)
{
    (void)state;
    wh_recording *r;
    wh_message m;
    wh_err err =
        parse_texts(padded_cfg, " 1, 0, 10 , 20, 0\n2,,30,40,1,\n 3 ,,-50,60,1\x1A", NULL, &r, &m);
    assert_string_equal(m.text, "");
    assert_int_equal(err, WH_OK);
    assert_string_equal(r->channel[0].name, "Ua bus");
    assert_true(r->channel[0].sample[0] == 5000 && r->channel[0].sample[2] == -25000);
    assert_true(fabs(r->channel[1].sample[1] - 0.081) < 1e-12);
    wh_recording_destroy(r);
}

/* A comma in a name, units for both sides, no unit, a letter behind the total: all seen. */
static void odd_lines_of_channels_are_understood(void **state)
{
    (void)state;
    static const char cfg[] = "S,D,1999\n4A,4A,0D\n"
                              "1,Bus 1, A,A,,kV,0.5,0,0,-99999,99999,100,2,P\n"
                              "2,U2,B,,В/кВ,2,0,0,-99999,99999,10,1,S\n"
                              "3,U3,B,,V/kV,2,0,0,-99999,99999,10,1,P\n"
                              "4,Ia_bus,,,,3,1,0,-99999,99999,10,1,P\n"
                              "50\n1\n800,1\n,\n,\nASCII\n1\n";
    wh_recording *r;
    wh_message m;
    wh_err err = parse_texts(cfg, "1,0,10,20,30,40\n", NULL, &r, &m);
    assert_string_equal(m.text, "");
    assert_int_equal(err, WH_OK);
    assert_string_equal(r->channel[0].name, "Bus 1");
    assert_true(r->channel[0].sample[0] == 5000);
    assert_true(r->channel[1].sample[0] == 40 && r->channel[1].unit == WH_UNIT_VOLT);
    assert_true(r->channel[2].sample[0] == 60000 && r->channel[2].unit == WH_UNIT_VOLT);
    assert_true(r->channel[3].sample[0] == 121 && r->channel[3].unit == WH_UNIT_AMPERE);
    wh_recording_destroy(r);
}

static void primary_and_secondary_are_converted_on_demand(void **state)
{
    (void)state;
    static const char dat[] = "1,0,10,20,0\n2,0,30,40,1\n3,0,50,60,1\n";
    wh_recording *r;
    wh_message m;
    wh_recording_options secondary = {.side = 'S'};
    assert_int_equal(parse_texts(padded_cfg, dat, &secondary, &r, &m), WH_OK);
    assert_true(fabs(r->channel[0].sample[0] - 100) < 1e-9); /* 5 kV at 100:2 */
    assert_true(fabs(r->channel[1].sample[0] - 0.041) < 1e-12);
    wh_recording_destroy(r);
    wh_recording_options primary = {.side = 'P'};
    assert_int_equal(parse_texts(padded_cfg, dat, &primary, &r, &m), WH_OK);
    assert_true(fabs(r->channel[0].sample[0] - 5000) < 1e-9);
    assert_true(fabs(r->channel[1].sample[0] - 0.41) < 1e-12);
    wh_recording_destroy(r);
}

static void a_marked_sample_is_refused_only_where_it_is_used(void **state)
{
    (void)state;
    static const char *const dats[] = {
        "1,0,10,20,0\n2,0,99999,40,1\n3,0,50,60,1\n",
        "1,0,10,20,0\n2,0,,40,1\n3,0,50,60,1\n",
    };
    for (size_t k = 0; k < 2; k++) {
        wh_recording *r;
        wh_message m;
        assert_int_equal(parse_texts(padded_cfg, dats[k], NULL, &r, &m), WH_OK);
        assert_int_equal(r->channel[0].missing, 1);
        assert_true(isnan(r->channel[0].sample[1]));
        assert_int_equal(wh_recording_require(r, 1, 0, 3, &m), WH_OK);
        assert_int_equal(wh_recording_require(r, 0, 0, 1, &m), WH_OK);
        assert_int_equal(wh_recording_require(r, 0, 2, 3, &m), WH_OK);
        assert_int_equal(wh_recording_require(r, 0, 0, 2, &m), WH_ERR_FORMAT);
        assert_string_equal(m.text,
                            "x.dat:2: channel #1 'Ua bus' (x.cfg:3) is marked as missing here");
        wh_source *s;
        assert_int_equal(wh_recording_source_create(r, NULL, &s, &m), WH_ERR_FORMAT);
        const size_t current[] = {1};
        wh_recording_play play = {.channel = current, .channel_count = 1};
        assert_int_equal(wh_recording_source_create(r, &play, &s, &m), WH_OK);
        s->destroy(s);
        wh_recording_destroy(r);
    }
}

/* 8000h and 80000000h in sample 3 of channel 2; NaN there is no mark but damage. */
static void marks_in_binary_data_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *format;
        size_t width;
        uint32_t bits;
        const char *message;
    } rows[] = {
        {"BINARY", 2, 0x8000, "x.dat: byte 66 (sample 3): channel #2 'UB' (x.cfg:4) is marked"},
        {"BINARY32", 4, 0x80000000,
         "x.dat: byte 102 (sample 3): channel #2 'UB' (x.cfg:4) is marked"},
        {"FLOAT32", 4, 0x7FC00000,
         "x.dat: byte 102 (sample 3): channel #2 'UB' (x.cfg:4) holds NaN"},
        {"FLOAT32", 4, 0xFF800000,
         "x.dat: byte 102 (sample 3): channel #2 'UB' (x.cfg:4) holds NaN"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        maker made = maker_default(2013, rows[k].format);
        bytes cfg = make_cfg(&made);
        bytes dat = make_dat(&made);
        size_t record = 8 + 6 * rows[k].width + 2;
        for (size_t j = 0; j < rows[k].width; j++) {
            dat.data[3 * record + 8 + rows[k].width + j] = (uint8_t)(rows[k].bits >> (8 * j));
        }
        wh_recording *r;
        wh_message m;
        assert_int_equal(parse(&cfg, &dat, NULL, &r, &m), WH_OK);
        assert_int_equal(wh_recording_require(r, 0, 0, 64, &m), WH_OK);
        assert_int_equal(wh_recording_require(r, 1, 0, 64, &m), WH_ERR_FORMAT);
        assert_non_null(strstr(m.text, rows[k].message));
        /* damage is refused even where it is not in the range; a mark is not */
        assert_int_equal(wh_recording_require(r, 1, 10, 64, &m), k < 2 ? WH_OK : WH_ERR_FORMAT);
        wh_recording_destroy(r);
        free(cfg.data);
        free(dat.data);
    }
}

static void a_multiplier_of_zero_is_never_a_silent_zero(void **state)
{
    (void)state;
    wh_recording *r;
    wh_message m;
    char cfg[sizeof padded_cfg];
    memcpy(cfg, padded_cfg, sizeof cfg);
    char *a = strstr(cfg, "0.5");
    memcpy(a, "0.0", 3);
    assert_int_equal(parse_texts(cfg, "1,0,10,20,0\n2,0,30,40,1\n3,0,50,60,1\n", NULL, &r, &m),
                     WH_OK);
    assert_int_equal(wh_recording_require(r, 0, 0, 3, &m), WH_ERR_FORMAT);
    assert_non_null(strstr(m.text, "multiplier of 0"));
    wh_recording_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_revision_and_format_reads_the_same),
        cmocka_unit_test(one_file_holds_the_same),
        cmocka_unit_test(time_zone_is_taken_off_the_start),
        cmocka_unit_test(a_date_that_is_none_is_an_unknown_start),
        cmocka_unit_test(timestamps_stand_in_for_a_rate),
        cmocka_unit_test(several_rates_are_kept_apart),
        cmocka_unit_test(harmless_deviations_are_accepted),
        cmocka_unit_test(blanks_and_repeated_numbers_do_not_matter),
        cmocka_unit_test(odd_lines_of_channels_are_understood),
        cmocka_unit_test(primary_and_secondary_are_converted_on_demand),
        cmocka_unit_test(a_marked_sample_is_refused_only_where_it_is_used),
        cmocka_unit_test(marks_in_binary_data_are_found),
        cmocka_unit_test(a_multiplier_of_zero_is_never_a_silent_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
