/* SPDX-License-Identifier: Apache-2.0 */
#include "host/zone_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define WINTER_MS INT64_C(1768478400000) /* 2026-01-15 12:00 UTC */
#define SUMMER_MS INT64_C(1784116800000) /* 2026-07-15 12:00 UTC */

static wh_err parse(const char *text, wh_time_zone *zone)
{
    char *copy = malloc(strlen(text) + 1); /* of exact size */
    assert_non_null(copy);
    memcpy(copy, text, strlen(text) + 1);
    wh_err err = wh_zone_text_parse(copy, zone);
    free(copy);
    return err;
}

static void rules_say_winter_and_summer(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int winter_min;
        int summer_min;
    } rows[] = {
        {"UTC0", 0, 0},
        {"CST-8", 480, 480},
        {"<+0545>-5:45", 345, 345},
        {"<-03>3", -180, -180},
        {"CET-1CEST,M3.5.0,M10.5.0/3", 60, 120},
        {"GMT0BST,M3.5.0/1,M10.5.0", 0, 60},
        {"EST5EDT,M3.2.0,M11.1.0", -300, -240},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", 660, 600},
        {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 660, 630},
        {"IST-1GMT0,M10.5.0,M3.5.0/1", 0, 60},
        {"ABC-1:00:00", 60, 60},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_time_zone zone;
        assert_int_equal(parse(rows[i].text, &zone), WH_OK);
        assert_int_equal(wh_time_zone_offset_min(&zone, WINTER_MS, NULL), rows[i].winter_min);
        assert_int_equal(wh_time_zone_offset_min(&zone, SUMMER_MS, NULL), rows[i].summer_min);
    }
}

static void the_change_comes_to_the_minute(void **state)
{
    (void)state;
    wh_time_zone zone;
    assert_int_equal(parse("CET-1CEST,M3.5.0,M10.5.0/3", &zone), WH_OK);
    const int64_t begin_ms = INT64_C(1774746000000); /* 2026-03-29 01:00 UTC */
    const int64_t end_ms = INT64_C(1792890000000);   /* 2026-10-25 01:00 UTC */
    assert_int_equal(wh_time_zone_offset_min(&zone, begin_ms - 1, NULL), 60);
    assert_int_equal(wh_time_zone_offset_min(&zone, begin_ms, NULL), 120);
    assert_int_equal(wh_time_zone_offset_min(&zone, end_ms - 1, NULL), 120);
    assert_int_equal(wh_time_zone_offset_min(&zone, end_ms, NULL), 60);
}

static void what_is_no_zone_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        wh_err err;
    } rows[] = {
        {"", WH_ERR_NOT_FOUND},
        {"../etc/passwd", WH_ERR_FORMAT},
        {"/etc/passwd", WH_ERR_FORMAT},
        {"No/Such", WH_ERR_NOT_FOUND},
        {"CET1x", WH_ERR_FORMAT},
        {"CE-1", WH_ERR_FORMAT},
        {"<+0>-1", WH_ERR_FORMAT},
        {"<+01-1", WH_ERR_FORMAT},
        {"CET-25", WH_ERR_FORMAT},
        {"CET-1:60", WH_ERR_FORMAT},
        {"CET-1:30:20", WH_ERR_FORMAT},
        {"CET-15", WH_ERR_UNSUPPORTED}, /* farther than any country */
        {"CET-1CEST,M3.5.0", WH_ERR_FORMAT},
        {"CET-1CEST,M3.5.0,M10.5.0/3,", WH_ERR_FORMAT},
        {"CET-1CEST,M0.5.0,M10.5.0", WH_ERR_FORMAT},
        {"CET-1CEST,M13.5.0,M10.5.0", WH_ERR_FORMAT},
        {"CET-1CEST,M3.0.0,M10.5.0", WH_ERR_FORMAT},
        {"CET-1CEST,M3.6.0,M10.5.0", WH_ERR_FORMAT},
        {"CET-1CEST,M3.5.7,M10.5.0", WH_ERR_FORMAT},
        {"CET-1CEST,J60,J300", WH_ERR_UNSUPPORTED},
        {"CET-1CEST,60,300", WH_ERR_UNSUPPORTED},
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", WH_ERR_UNSUPPORTED},
        {"CET-1CEST,M3.5.0/24,M10.5.0", WH_ERR_UNSUPPORTED},
        {"CET-99999999999999999999", WH_ERR_FORMAT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_time_zone zone;
        if (parse(rows[i].text, &zone) != rows[i].err) {
            fail_msg("\"%s\"", rows[i].text);
        }
    }
}

static void every_beginning_of_a_rule_is_read_within_its_end(void **state)
{
    (void)state;
    static const char rule[] = "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0/3";
    for (size_t len = 0; len < sizeof rule; len++) {
        char *text = malloc(len + 1);
        assert_non_null(text);
        memcpy(text, rule, len);
        text[len] = '\0';
        wh_time_zone zone;
        (void)!wh_zone_text_parse(text, &zone);
        free(text);
    }
}

static void names_are_those_of_the_machine(void **state)
{
    (void)state;
    wh_time_zone zone;
    wh_err err = parse("Europe/Berlin", &zone);
    if (err == WH_ERR_NOT_FOUND) {
        print_message("skipped: this machine has no tz database\n");
        return;
    }
    assert_int_equal(err, WH_OK);
    assert_int_equal(wh_time_zone_offset_min(&zone, SUMMER_MS, NULL), 120);
    assert_int_equal(parse("Asia/Shanghai", &zone), WH_OK);
    assert_int_equal(wh_time_zone_offset_min(&zone, SUMMER_MS, NULL), 480);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_say_winter_and_summer),
        cmocka_unit_test(the_change_comes_to_the_minute),
        cmocka_unit_test(what_is_no_zone_is_refused),
        cmocka_unit_test(every_beginning_of_a_rule_is_read_within_its_end),
        cmocka_unit_test(names_are_those_of_the_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
