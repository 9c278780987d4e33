/* SPDX-License-Identifier: Apache-2.0 */
/* time_rig.h - times as people write them. */
#ifndef WH_TESTS_TIME_RIG_H
#define WH_TESTS_TIME_RIG_H

#include "core/civil_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* "2025-03-30 02:30:10" or without seconds, taken as UTC, in milliseconds. */
static inline int64_t at(const char *text)
{
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    assert_true(sscanf(text, "%d-%u-%u %u:%u:%u", &year, &month, &day, &hour, &minute, &second) >=
                5);
    wh_civil_time t = {.date = {year, (uint8_t)month, (uint8_t)day},
                       .hour = (uint8_t)hour,
                       .minute = (uint8_t)minute,
                       .second = (uint8_t)second};
    int64_t ms = 0;
    assert_int_equal(wh_civil_time_to_ms(&t, &ms), WH_OK);
    return ms;
}

#endif /* WH_TESTS_TIME_RIG_H */
