/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/watch_print.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/apps/watthour/watch_fake.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static char *text_of(const wh_watch_snapshot *s, bool json)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    if (json) {
        assert_true(wh_watch_print_json(out, s));
    } else {
        wh_watch_print_text(out, s);
    }
    assert_int_equal(fclose(out), 0);
    return text;
}

static json_t *json_of(const wh_watch_snapshot *s)
{
    char *text = text_of(s, true);
    assert_int_equal(text[strlen(text) - 1], '\n');
    assert_true(strchr(text, '\n') == text + strlen(text) - 1); /* one line */
    json_t *o = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(o);
    free(text);
    return o;
}

static double real_at(json_t *o, const char *key)
{
    json_t *value = json_object_get(o, key);
    assert_true(json_is_real(value));
    return json_real_value(value);
}

static void a_snapshot_arrives_whole(void **state)
{
    (void)state;
    const wh_watch_snapshot s = fake_snapshot();
    json_t *o = json_of(&s);
    assert_string_equal(json_string_value(json_object_get(o, "device")), "WHT0000040000001");
    assert_string_equal(json_string_value(json_object_get(o, "time")),
                        "2026-06-21T12:00:05.000+02:00");
    assert_string_equal(json_string_value(json_object_get(o, "sequence")), "ABC");
    assert_true(real_at(o, "frequency_hz") == 50.0123);
    json_t *phases = json_object_get(o, "phases");
    assert_int_equal(json_array_size(phases), 3);
    json_t *l1 = json_array_get(phases, 0);
    assert_string_equal(json_string_value(json_object_get(l1, "phase")), "L1");
    assert_true(real_at(l1, "active_power_w") == -2560.4);
    assert_true(real_at(l1, "active_energy_export_wh") == 987654.321);
    assert_true(real_at(json_object_get(o, "total"), "active_energy_import_wh") == 2358869.689);
    assert_null(json_object_get(json_object_get(o, "total"), "voltage_v"));
    assert_int_equal(json_array_size(json_object_get(o, "reactive_energy_quadrants_varh")), 4);
    json_decref(o);
}

static void what_is_unknown_is_null_or_a_dash(void **state)
{
    (void)state;
    wh_watch_snapshot s;
    wh_watch_snapshot_clear(&s);
    s.phases = 1;
    json_t *o = json_of(&s);
    static const char *const keys[] = {"device",
                                       "serial",
                                       "time",
                                       "frequency_hz",
                                       "sequence",
                                       "neutral_current_a",
                                       "apparent_energy_import_vah"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; ++i) {
        assert_true(json_is_null(json_object_get(o, keys[i])));
    }
    json_t *l1 = json_array_get(json_object_get(o, "phases"), 0);
    assert_true(json_is_null(json_object_get(l1, "voltage_v")));
    json_decref(o);
    char *text = text_of(&s, false);
    assert_non_null(strstr(text, "meter -  serial -  time -\n"));
    assert_non_null(strstr(text, "\nL1         -         -"));
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "L2"));
    free(text);
}

static void infinities_do_not_break_the_line(void **state)
{
    (void)state;
    wh_watch_snapshot s = fake_snapshot();
    s.f_hz = INFINITY;
    s.place[0].p_w = -INFINITY;
    json_t *o = json_of(&s);
    assert_true(json_is_null(json_object_get(o, "frequency_hz")));
    json_decref(o);
}

static void times_west_of_greenwich_and_at_the_ends_are_told(void **state)
{
    (void)state;
    static const struct {
        int64_t utc_ms;
        int offset_min;
        const char *want;
    } rows[] = {
        {0, 0, "1970-01-01T00:00:00.000+00:00"},
        {0, -210, "1969-12-31T20:30:00.000-03:30"},
        {1782036005678, 765, "2026-06-21T22:45:05.678+12:45"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        wh_watch_snapshot s = fake_snapshot();
        s.utc_ms = rows[i].utc_ms;
        s.utc_offset_min = rows[i].offset_min;
        json_t *o = json_of(&s);
        assert_string_equal(json_string_value(json_object_get(o, "time")), rows[i].want);
        json_decref(o);
    }
}

static void the_table_has_a_row_for_each_phase_and_the_sum(void **state)
{
    (void)state;
    const wh_watch_snapshot s = fake_snapshot();
    char *text = text_of(&s, false);
    assert_non_null(strstr(text, "frequency  50.0123 Hz  sequence ABC  unbalance  0.37 %"));
    assert_non_null(strstr(text, "\nL3    230.88     4.127     -901.1"));
    assert_non_null(strstr(text, "\nall"));
    assert_non_null(strstr(text, "    2358.869689    1432.767025\n"));
    assert_non_null(strstr(text, "QIV 4.938000"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_snapshot_arrives_whole),
        cmocka_unit_test(what_is_unknown_is_null_or_a_dash),
        cmocka_unit_test(infinities_do_not_break_the_line),
        cmocka_unit_test(times_west_of_greenwich_and_at_the_ends_are_told),
        cmocka_unit_test(the_table_has_a_row_for_each_phase_and_the_sum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
