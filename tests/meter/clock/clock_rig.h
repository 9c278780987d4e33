/* SPDX-License-Identifier: Apache-2.0 */
/* clock_rig.h - clocks to test, and what they told. */
#ifndef WH_TESTS_CLOCK_RIG_H
#define WH_TESTS_CLOCK_RIG_H

#include "meter/clock/clock.h"
#include "tests/meter/clock/time_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BOOTED INT64_C(5000) /* of the platform, when the clock begins */

static const wh_clock_config berlin = {
    .zone = {.standard_min = 60,
             .dst_min = 60,
             .begin = {WH_TIME_ZONE_ANY_YEAR, 3, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0},
             .end = {WH_TIME_ZONE_ANY_YEAR, 10, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0}},
    .base = WH_CLOCK_BASE_CRYSTAL};
static const wh_clock_config beijing = {.zone = {.standard_min = 480}};
static const wh_clock_config plain = {0};

/* A clock that shows that time, all changes pulled. */
static inline wh_clock clock_at(const wh_clock_config *config, const char *text)
{
    wh_clock c;
    wh_clock_change change;
    assert_int_equal(wh_clock_init(&c, config, BOOTED), WH_OK);
    assert_int_equal(wh_clock_set(&c, at(text)), WH_OK);
    while (wh_clock_next_change(&c, &change)) {
    }
    return c;
}

static inline void expect_change(wh_clock *c, wh_clock_cause cause, int64_t old_ms, int64_t new_ms)
{
    wh_clock_change change = {0};
    assert_true(wh_clock_next_change(c, &change));
    assert_int_equal(change.cause, cause);
    assert_int_equal(change.old_ms, old_ms);
    assert_int_equal(change.new_ms, new_ms);
}

/* All that can be told from outside is as it was. */
static inline void assert_same(const wh_clock *a, const wh_clock *b)
{
    uint8_t a_bytes[WH_CLOCK_SAVED_MAX];
    uint8_t b_bytes[WH_CLOCK_SAVED_MAX];
    wh_writer a_w = wh_writer_init(a_bytes, sizeof a_bytes);
    wh_writer b_w = wh_writer_init(b_bytes, sizeof b_bytes);
    assert_int_equal(wh_clock_save(a, &a_w), WH_OK);
    assert_int_equal(wh_clock_save(b, &b_w), WH_OK);
    assert_int_equal(wh_writer_len(&a_w), wh_writer_len(&b_w));
    assert_memory_equal(a_bytes, b_bytes, wh_writer_len(&a_w));
}

#endif /* WH_TESTS_CLOCK_RIG_H */
