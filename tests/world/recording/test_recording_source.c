/* SPDX-License-Identifier: Apache-2.0 */
#include "world/recording/recording.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static wh_recording *parse(const char *text)
{
    wh_recording_bytes bytes = {"x.csv", (const uint8_t *)text, strlen(text)};
    wh_recording *r = NULL;
    wh_message m;
    if (wh_recording_parse_csv(&bytes, NULL, &r, &m) != WH_OK) {
        fail_msg("%s", m.text);
    }
    return r;
}

static const char steady[] = "# fs_hz=100\n# f_nom_hz=50\n# steady=1:4\n"
                             "U,I,X\n0,10,7\n1,11,7\n2,12,7\n3,13,7\n4,14,7\n";

static void a_source_plays_the_steady_range_once(void **state)
{
    (void)state;
    wh_recording *r = parse(steady);
    wh_source *s;
    assert_int_equal(wh_recording_source_create(r, NULL, &s, NULL), WH_OK);
    assert_int_equal(s->channel_count, 3);
    assert_int_equal(s->total, 3);
    assert_string_equal(s->channel[1].name, "I");
    assert_int_equal(s->channel[1].unit, WH_UNIT_AMPERE);
    assert_true(s->fs_hz == 100 && s->f_nominal_hz == 50);
    double v[5 * 3];
    size_t got;
    assert_int_equal(s->read(s, v, 2, &got), WH_OK);
    assert_int_equal(got, 2);
    assert_true(v[0] == 1 && v[1] == 11 && v[3] == 2);
    assert_int_equal(s->read(s, v, 5, &got), WH_OK);
    assert_int_equal(got, 1);
    assert_true(v[0] == 3);
    assert_int_equal(s->read(s, v, 5, &got), WH_OK);
    assert_int_equal(got, 0);
    s->destroy(s);
    wh_recording_destroy(r);
}

static void channels_are_chosen_and_rounds_follow_without_a_gap(void **state)
{
    (void)state;
    wh_recording *r = parse(steady);
    const size_t channel[] = {1, 0};
    wh_recording_play play = {
        .first = 0, .last = 2, .repeat = 3, .channel = channel, .channel_count = 2};
    wh_source *s;
    assert_int_equal(wh_recording_source_create(r, &play, &s, NULL), WH_OK);
    assert_int_equal(s->total, 6);
    double v[7 * 2];
    size_t got;
    assert_int_equal(s->read(s, v, 7, &got), WH_OK);
    assert_int_equal(got, 6);
    for (size_t n = 0; n < got; n++) {
        assert_true(v[2 * n] == 10 + (double)(n % 2));
        assert_true(v[2 * n + 1] == (double)(n % 2));
    }
    s->destroy(s);

    play.endless = true;
    assert_int_equal(wh_recording_source_create(r, &play, &s, NULL), WH_OK);
    assert_int_equal(s->total, 0);
    for (size_t k = 0; k < 100; k++) {
        assert_int_equal(s->read(s, v, 7, &got), WH_OK);
        assert_int_equal(got, 7);
        assert_true(v[1] == (double)(7 * k % 2));
    }
    s->destroy(s);
    wh_recording_destroy(r);
}

static void a_periodic_file_is_tiled_as_its_header_says(void **state)
{
    (void)state;
    wh_recording *r = parse("# fs_hz=100\n# periodic=1\n# repeat=4\n# steady=0:1\nU,I\n1,2\n3,4\n");
    assert_true(r->periodic);
    assert_int_equal(r->steady_last, 2); /* all of it: steady is not heeded */
    wh_source *s;
    assert_int_equal(wh_recording_source_create(r, NULL, &s, NULL), WH_OK);
    assert_int_equal(s->total, 8);
    s->destroy(s);
    wh_recording_destroy(r);
}

static void what_cannot_be_played_is_refused(void **state)
{
    (void)state;
    wh_recording *r = parse(steady);
    const size_t channel[] = {3};
    wh_recording_play play = {.first = 0, .last = 6};
    wh_source *s;
    wh_message m;
    assert_int_equal(wh_recording_source_create(r, &play, &s, &m), WH_ERR_RANGE);
    assert_non_null(strstr(m.text, "x.csv:9: samples 0:6"));
    play = (wh_recording_play){.first = 2, .last = 2};
    assert_int_equal(wh_recording_source_create(r, &play, &s, &m), WH_ERR_RANGE);
    play = (wh_recording_play){.channel = channel, .channel_count = 1};
    assert_int_equal(wh_recording_source_create(r, &play, &s, &m), WH_ERR_ARG);
    assert_null(s);
    wh_recording_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_plays_the_steady_range_once),
        cmocka_unit_test(channels_are_chosen_and_rounds_follow_without_a_gap),
        cmocka_unit_test(a_periodic_file_is_tiled_as_its_header_says),
        cmocka_unit_test(what_cannot_be_played_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
