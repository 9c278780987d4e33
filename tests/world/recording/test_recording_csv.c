/* SPDX-License-Identifier: Apache-2.0 */
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

/* An exact-size copy, so that one byte read too many is seen. */
static wh_err parse_bytes(const char *text, size_t len, const wh_recording_options *options,
                          wh_recording **out, wh_message *m)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    if (len > 0) {
        memcpy(copy, text, len);
    }
    wh_recording_bytes bytes = {"x.csv", copy, len};
    wh_err err = wh_recording_parse_csv(&bytes, options, out, m);
    free(copy);
    return err;
}

static wh_err parse(const char *text, wh_recording **out, wh_message *m)
{
    return parse_bytes(text, strlen(text), NULL, out, m);
}

static const char good[] = "# source=own construction\n"
                           "# fs_hz=1000\n"
                           "# f_nom_hz=50\n"
                           "# steady=1:3\n"
                           "# pairs=U/I\n"
                           "# repeat=2\n"
                           "# scale=2,0.5\n"
                           "U,I\n"
                           "1,2\n"
                           "-3.5,4e1\n"
                           "5,-6\n";

static void a_whole_file_is_read(void **state)
{
    (void)state;
    wh_recording *r;
    wh_message m;
    assert_int_equal(parse(good, &r, &m), WH_OK);
    assert_string_equal(m.text, "");
    assert_int_equal(r->channel_count, 2);
    assert_int_equal(r->sample_count, 3);
    assert_string_equal(r->channel[0].name, "U");
    assert_int_equal(r->channel[0].unit, WH_UNIT_VOLT);
    assert_int_equal(r->channel[1].unit, WH_UNIT_AMPERE);
    assert_true(r->fs_hz == 1000 && r->f_nominal_hz == 50);
    assert_int_equal(r->steady_first, 1);
    assert_int_equal(r->steady_last, 3);
    assert_int_equal(r->repeat, 2);
    assert_false(r->periodic);
    assert_string_equal(r->pairs, "U/I");
    assert_true(r->channel[0].sample[0] == 2 && r->channel[0].sample[1] == -7);
    assert_true(r->channel[1].sample[1] == 20 && r->channel[1].sample[2] == -3);
    wh_recording_destroy(r);
}

typedef struct {
    const char *name;
    const char *text;
    wh_err err;
    const char *message; /* a part of it */
} damage;

static const damage damages[] = {
    {"empty", "", WH_ERR_SHORT, "x.csv:1: no samples"},
    {"header only", "# fs_hz=1000\n", WH_ERR_SHORT, "x.csv:1: no samples"},
    {"names only", "# fs_hz=1000\nU,I\n", WH_ERR_SHORT, "x.csv:2: no samples"},
    {"no rate", "U,I\n1,2\n", WH_ERR_NOT_FOUND, "x.csv:1: no sample rate"},
    {"rate 0", "# fs_hz=0\nU,I\n1,2\n", WH_ERR_RANGE, "x.csv:1: fs_hz=0 is not"},
    {"rate no number", "U,I\n# fs_hz=abc\n1,2\n", WH_ERR_NOT_FOUND, "x.csv:1: no sample rate"},
    {"rate word", "# fs_hz=abc\nU,I\n1,2\n", WH_ERR_RANGE, "x.csv:1: fs_hz=abc"},
    {"rate nan", "# fs_hz=nan\nU,I\n1,2\n", WH_ERR_RANGE, "x.csv:1: fs_hz=nan"},
    {"nominal", "# fs_hz=9\n# f_nom_hz=-50\nU,I\n1,2\n", WH_ERR_RANGE, "x.csv:2: f_nom_hz=-50"},
    {"nan", "# fs_hz=9\nU,I\n1,2\n3,nan\n", WH_ERR_FORMAT, "x.csv:4: column 2 (I): 'nan'"},
    {"NaN first", "# fs_hz=9\nU,I\nNaN,2\n", WH_ERR_FORMAT, "x.csv:3: column 1 (U): 'NaN'"},
    {"nan without names", "# fs_hz=9\nnan,2\n", WH_ERR_FORMAT, "x.csv:2: column 1 (ch1): 'nan'"},
    {"inf", "# fs_hz=9\nU,I\n1,2\n-inf,1\n", WH_ERR_FORMAT, "x.csv:4: column 1 (U): '-inf'"},
    {"overflow", "# fs_hz=9\nU,I\n1,1e999\n", WH_ERR_FORMAT, "x.csv:3: column 2 (I): '1e999'"},
    {"hexadecimal", "# fs_hz=9\nU,I\n1,0x10\n", WH_ERR_FORMAT, "x.csv:3: column 2"},
    {"empty field", "# fs_hz=9\nU,I\n1,\n", WH_ERR_FORMAT, "x.csv:3: column 2 (I): ''"},
    {"two dots", "# fs_hz=9\nU,I\n1,1.2.3\n", WH_ERR_FORMAT, "x.csv:3: column 2"},
    {"half a number", "# fs_hz=9\nU,I\n1,1e\n", WH_ERR_FORMAT, "x.csv:3: column 2"},
    {"too few", "# fs_hz=9\nU,I\n1,2\n3\n", WH_ERR_SHORT, "x.csv:4: 1 values, but there are 2"},
    {"too many", "# fs_hz=9\nU,I\n1,2\n3,4,5\n", WH_ERR_FORMAT, "x.csv:4: 3 values"},
    {"cut", "# fs_hz=9\nU,I\n1,2\n3,4", WH_ERR_SHORT, "x.csv:4: the last line has no end"},
    {"steady long", "# fs_hz=9\n# steady=0:3\nU,I\n1,2\n3,4\n", WH_ERR_SHORT,
     "x.csv:2: steady=0:3, but the file ends after 2 samples"},
    {"steady empty", "# fs_hz=9\n# steady=1:1\nU,I\n1,2\n", WH_ERR_FORMAT, "x.csv:2: steady=1:1"},
    {"steady one", "# fs_hz=9\n# steady=1\nU,I\n1,2\n", WH_ERR_FORMAT, "x.csv:2: steady=1 is"},
    {"steady negative", "# fs_hz=9\n# steady=-1:1\nU,I\n1,2\n", WH_ERR_FORMAT, "x.csv:2: steady"},
    {"steady gigantic", "# fs_hz=9\n# steady=0:99999999999999999999\nU,I\n1,2\n", WH_ERR_FORMAT,
     "x.csv:2: steady"},
    {"scale count", "# fs_hz=9\n# scale=1\nU,I\n1,2\n", WH_ERR_FORMAT, "x.csv:2: scale has 1"},
    {"scale zero", "# fs_hz=9\n# scale=1,0\nU,I\n1,2\n", WH_ERR_RANGE, "x.csv:2: scale factor 2"},
    {"periodic", "# fs_hz=9\n# periodic=2\nU,I\n1,2\n", WH_ERR_RANGE, "x.csv:2: periodic=2"},
    {"repeat", "# fs_hz=9\n# repeat=0\nU,I\n1,2\n", WH_ERR_RANGE, "x.csv:2: repeat=0"},
    {"no table", "# fs_hz=9\nU,\001I\n\377\376~\n", WH_ERR_SHORT, "x.csv:3: 1 values"},
    {"uneven time", "t,U\n0,1\n0.1,1\n0.9,2\n1.0,3\n", WH_ERR_RANGE, "x.csv:3: the time column"},
};

static void every_damage_is_refused_with_file_and_line(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof damages / sizeof damages[0]; k++) {
        wh_recording *r;
        wh_message m = {"untouched"};
        wh_err err = parse(damages[k].text, &r, &m);
        if (err != damages[k].err || strstr(m.text, damages[k].message) == NULL) {
            print_error("%s: %s: %s\n", damages[k].name, wh_err_text(err), m.text);
        }
        assert_int_equal(err, damages[k].err);
        assert_null(r);
        assert_non_null(strstr(m.text, damages[k].message));
    }
}

static void a_zero_byte_is_refused_with_its_line(void **state)
{
    (void)state;
    static const char text[] = "# fs_hz=9\nU,I\n1,\0002\n";
    wh_recording *r;
    wh_message m;
    assert_int_equal(parse_bytes(text, sizeof text - 1, NULL, &r, &m), WH_ERR_FORMAT);
    assert_string_equal(m.text, "x.csv:3: a zero byte: this is not a text");
}

/* Cut anywhere: refused, or what is left is a whole file that says the same as far as it goes. */
static void every_prefix_is_refused_or_right(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof good - 1; len++) {
        wh_recording *r;
        wh_message m;
        wh_err err = parse_bytes(good, len, NULL, &r, &m);
        assert_int_not_equal(err, WH_OK); /* steady=1:3 needs all three rows */
        assert_non_null(strstr(m.text, "x.csv:"));
    }
}

static void line_ends_blanks_marks_and_separators_do_not_matter(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "\xEF\xBB\xBF# fs_hz = 1000 \r\n\r\n\"U\" ; \"I\" \r\n 1 ; 2 \r\n 3;4\r\n\x1A",
        "#fs_hz=1000\rU\tI\r1\t2\r3\t4\r",
        "# fs_hz=1000\nU,I\n\n1,2\n# a remark\n3,4\n\n",
        "time,U [V],I (A)\n0,1,2\n0.001,3,4\n",
        "time,U [kV],I (mA)\n0,0.001,2000\n0.001,0.003,4000\n",
    };
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        wh_recording *r;
        wh_message m;
        wh_err err = parse(texts[k], &r, &m);
        if (err != WH_OK) {
            print_error("%zu: %s\n", k, m.text);
        }
        assert_int_equal(err, WH_OK);
        assert_int_equal(r->channel_count, 2);
        assert_string_equal(r->channel[0].name, "U");
        assert_string_equal(r->channel[1].name, "I");
        assert_true(fabs(r->fs_hz - 1000) < 1e-9);
        assert_true(fabs(r->channel[0].sample[1] - 3) < 1e-12);
        assert_true(fabs(r->channel[1].sample[0] - 2) < 1e-12);
        wh_recording_destroy(r);
    }
}

static void names_of_another_code_page_become_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        const char *encoding;
        const char *name;
    } rows[] = {
        {"\xCD\xE0\xEF\xF0", NULL, "Напр"},
        {"Tens\xE3o", NULL, "Tensão"},
        {"\xC4\xB8\xCF\xDF", NULL, "母线"},
        {"\xEE\xC1\xD0\xD2", "KOI8-R", "Напр"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        char text[128];
        (void)snprintf(text, sizeof text, "# fs_hz=9\n%s,I\n1,2\n", rows[k].bytes);
        wh_recording_options options = {.encoding = rows[k].encoding};
        wh_recording *r;
        wh_message m;
        assert_int_equal(parse_bytes(text, strlen(text), &options, &r, &m), WH_OK);
        assert_int_equal(r->channel_count, 2);
        assert_string_equal(r->channel[0].name, rows[k].name);
        wh_recording_destroy(r);
    }
}

static void options_rename_scale_and_set_the_rate(void **state)
{
    (void)state;
    wh_recording_options options = {
        .fs_hz = 500, .f_nominal_hz = 60, .channels = "U1,I1", .scale = "10"};
    wh_recording *r;
    wh_message m;
    assert_int_equal(parse_bytes("1,2\n3,4\n", 8, &options, &r, &m), WH_OK);
    assert_true(r->fs_hz == 500 && r->f_nominal_hz == 60);
    assert_string_equal(r->channel[1].name, "I1");
    assert_int_equal(r->channel[1].unit, WH_UNIT_AMPERE);
    assert_true(r->channel[1].sample[1] == 40);
    wh_recording_destroy(r);
    options.scale = "1,2,3";
    assert_int_equal(parse_bytes("1,2\n3,4\n", 8, &options, &r, &m), WH_ERR_ARG);
    options.scale = NULL;
    options.channels = "U1";
    assert_int_equal(parse_bytes("1,2\n3,4\n", 8, &options, &r, &m), WH_ERR_ARG);
    options.channels = NULL;
    options.encoding = "no-such-page";
    assert_int_equal(parse_bytes("1,2\n3,4\n", 8, &options, &r, &m), WH_ERR_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_file_is_read),
        cmocka_unit_test(every_damage_is_refused_with_file_and_line),
        cmocka_unit_test(a_zero_byte_is_refused_with_its_line),
        cmocka_unit_test(every_prefix_is_refused_or_right),
        cmocka_unit_test(line_ends_blanks_marks_and_separators_do_not_matter),
        cmocka_unit_test(names_of_another_code_page_become_utf8),
        cmocka_unit_test(options_rename_scale_and_set_the_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
