/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world/typetest/plan.h"
#include "world/typetest/trial.h"
#include "world/typetest/typetest.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static wh_err run_only(const char *part, wh_typetest_report *report, wh_message *message)
{
    const char *only[] = {part};
    wh_typetest_options options = {.quick = true, .only = only, .only_count = 1, .jobs = 2};
    return wh_typetest_run(&options, report, message);
}

static void a_part_of_each_section_holds(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "2.1/62053-22/0.01-In/PF-1",       "2.2/62053-24/0.01-In", "2.3/fifth/cl-0.2S",
        "2.3/frequency/49/PF-0.5/cl-0.2S", "2.4/starting/cl-0.2S", "2.4/interruptions/direct"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        wh_typetest_report report;
        wh_message message = {""};
        assert_int_equal(run_only(parts[i], &report, &message), WH_OK);
        assert_true(report.count >= 1);
        for (size_t n = 0; n < report.count; n++) {
            const wh_typetest_row *row = &report.row[n];
            assert_non_null(strstr(row->id, parts[i]));
            for (unsigned v = 0; v < WH_TYPETEST_VARIANTS; v++) {
                assert_true(!isnan(row->measured[v]));
                double margin = row->limit - fabs(row->measured[v]);
                assert_true(fabs(wh_typetest_margin(row, v) - margin) < 1e-12);
            }
        }
        assert_int_equal(report.failed, 0);
        wh_typetest_free(&report);
    }
}

static void an_unknown_part_is_refused(void **state)
{
    (void)state;
    wh_typetest_report report;
    wh_message message = {""};
    assert_int_equal(run_only("no such row", &report, &message), WH_ERR_NOT_FOUND);
    assert_non_null(strstr(message.text, "no such row"));
    wh_typetest_free(&report);
}

/* A test that cannot fail is worthless: a meter that is off must show. */
static void a_gain_error_of_the_meter_is_measured(void **state)
{
    (void)state;
    wh_rig *rig = malloc(sizeof *rig);
    assert_non_null(rig);
    assert_int_equal(wh_rig_open(rig, WH_RIG_OPEN, 50, 0, 1), WH_OK);
    wh_trial t = wh_plan_sine(WH_RIG_OPEN, 10, 60, 1);
    wh_trial_connect(&t, rig);
    rig->config.channel[WH_I2].gain_q30 = (uint32_t)lrint(WH_GAIN_ONE_Q30 * 1.003);
    assert_int_equal(wh_metrology_init(&rig->metrology, &rig->config), WH_OK);
    assert_int_equal(wh_rig_play(rig, 2), WH_OK);
    const wh_quantities *q = &rig->metrology.quantities;
    double p_true = wh_exact_p(&rig->signal, WH_U2, WH_I2);
    assert_true(fabs((double)q->phase[0].p_uw / 1e6 / p_true - 1) < 1e-5);
    assert_true(fabs((double)q->phase[1].p_uw / 1e6 / p_true - 1.003) < 1e-5);
    wh_rig_close(rig);
    free(rig);
}

static void a_trial_beyond_the_converter_says_nothing(void **state)
{
    (void)state;
    wh_trial t = wh_plan_sine(WH_RIG_OPEN, 150, 0, 0.5); /* full scale is 111 A */
    assert_int_equal(wh_trial_run(&t, 0, 1).err, WH_ERR_RANGE);
    t = wh_plan_sine(WH_RIG_OPEN, 50, 0, 0.5);
    assert_int_equal(wh_trial_run(&t, 0, 1).err, WH_OK);
}

static void noise_depends_on_the_seed_and_on_nothing_else(void **state)
{
    (void)state;
    wh_trial t = wh_plan_sine(WH_RIG_OPEN, 0.1, 0, 0.5);
    wh_outcome a = wh_trial_run(&t, 101, 5), b = wh_trial_run(&t, 101, 5);
    wh_outcome other = wh_trial_run(&t, 101, 6);
    assert_true(a.value[WH_GIVES_P] == b.value[WH_GIVES_P]);
    assert_true(a.value[WH_GIVES_P] != other.value[WH_GIVES_P]);
}

static void ids_are_unique_and_absent_rows_say_why(void **state)
{
    (void)state;
    wh_plan p = {.quick = false};
    wh_plan_energy(&p);
    wh_plan_influence(&p);
    wh_plan_behaviour(&p);
    wh_plan_quality(&p);
    wh_plan_goals(&p);
    assert_false(p.failed);
    assert_true(p.row_count > 500);
    for (size_t i = 0; i < p.row_count; i++) {
        const wh_plan_row *r = &p.row[i];
        assert_true(r->row.applicable ? r->trial_count > 0 : r->row.note != NULL);
        assert_true(!r->row.applicable || r->row.limit > 0);
        assert_true(strlen(r->row.id) < sizeof r->row.id - 1);
        assert_true(strlen(r->row.condition) < sizeof r->row.condition - 1);
        for (size_t n = 0; n < i; n++) {
            assert_string_not_equal(r->row.id, p.row[n].row.id);
        }
    }
    wh_plan_free(&p);
}

static void json_has_every_row_with_its_margin(void **state)
{
    (void)state;
    wh_typetest_report report;
    assert_int_equal(run_only("2.3/sequence/cl-1", &report, NULL), WH_OK);
    FILE *f = tmpfile();
    assert_non_null(f);
    assert_int_equal(wh_typetest_print_json(&report, f), WH_OK);
    rewind(f);
    json_error_t error;
    json_t *o = json_loadf(f, 0, &error);
    assert_non_null(o);
    json_t *row = json_array_get(json_object_get(o, "rows"), 0);
    assert_string_equal(json_string_value(json_object_get(row, "id")), "2.3/sequence/cl-1");
    double limit = json_real_value(json_object_get(row, "limit"));
    json_t *clean = json_object_get(row, "24bit");
    double measured = json_real_value(json_object_get(clean, "error"));
    double margin = json_real_value(json_object_get(clean, "margin"));
    assert_true(fabs(limit - fabs(measured) - margin) < 1e-12);
    assert_true(json_is_true(json_object_get(row, "pass")));
    json_decref(o);
    (void)fclose(f);
    wh_typetest_free(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_of_each_section_holds),
        cmocka_unit_test(an_unknown_part_is_refused),
        cmocka_unit_test(a_gain_error_of_the_meter_is_measured),
        cmocka_unit_test(a_trial_beyond_the_converter_says_nothing),
        cmocka_unit_test(noise_depends_on_the_seed_and_on_nothing_else),
        cmocka_unit_test(ids_are_unique_and_absent_rows_say_why),
        cmocka_unit_test(json_has_every_row_with_its_margin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
