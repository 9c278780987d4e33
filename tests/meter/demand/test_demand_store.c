/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/demand/demand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CHANNELS 2
#define RATES    1
#define CELLS    (CHANNELS * (1 + RATES))
#define SLIPS    15

/* Version 1: +A and net of -A less QIV, 15 slips of a minute, one rate. Readable for ever. */
static const uint8_t version_1[] = {
    0x01, 0x01, 0x0F, 0x02, 0x01,                   /* version, 1 min, 15, channels, rates */
    0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x0C, /* resets: 3 by command, 12 settlements */
    0x00, 0x00, 0x01, 0x8B, 0xCF, 0xE5, 0x68, 0x00, /* 1 700 000 000 000 */
    0x00, 0x01, 0x00, 0x00,                         /* channel 0: +A */
    /* total: last 7 773 200, max 7 773 201 mW */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x76, 0x9C, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x76, 0x9C, 0x11,
    0x65, 0x53, 0xF1, 0x00, 0x65, 0x53, 0xF0, 0xC4, /* 1700000000, 1699999940 */
    /* rate 1: nothing yet */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00,
    0x20, /* channel 1: -A less QIV */
    /* total: last 0, max -5 */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFB,
    0x65, 0x53, 0xF1, 0x00, 0x65, 0x53, 0xF0, 0xC4,
    /* rate 1: last -1, max 10^15 mW, the largest there is */
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x03, 0x8D, 0x7E, 0xA4, 0xC6, 0x80, 0x00,
    0x65, 0x53, 0xF1, 0x00, 0x65, 0x53, 0xF0, 0xC4};

typedef struct {
    wh_demand d;
    wh_demand_channel channel[CHANNELS];
    wh_demand_cell cell[CELLS];
    int64_t slip_uws[CHANNELS * SLIPS];
} bench;

static void start(bench *b, size_t slip_count)
{
    static const wh_combination sources[CHANNELS] = {{0x40, 0}, {0x80, 0}};
    wh_demand_config config = {5, 3, CHANNELS, RATES, false};
    memset(b, 0, sizeof *b);
    wh_demand_memory memory = {b->channel, CHANNELS, b->cell, CELLS, b->slip_uws, slip_count};
    assert_int_equal(wh_demand_init(&b->d, &config, sources, &memory), WH_OK);
}

/* From a heap copy of exactly this size. */
static wh_err restore(bench *b, const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    wh_reader reader = wh_reader_init(copy, len);
    wh_err err = wh_demand_restore(&b->d, &reader);
    free(copy);
    return err;
}

static void version_1_is_read(void **state)
{
    (void)state;
    bench b;
    start(&b, CHANNELS * SLIPS);
    assert_int_equal(restore(&b, version_1, sizeof version_1), WH_OK);
    assert_int_equal(b.d.config.slip_min, 1);
    assert_int_equal(b.d.config.slips, 15);
    assert_int_equal(b.d.reset_count[WH_DEMAND_RESET_COMMAND], 3);
    assert_int_equal(b.d.reset_count[WH_DEMAND_RESET_SETTLEMENT], 12);
    assert_int_equal(b.d.reset_ms, 1700000000000);
    assert_int_equal(wh_demand_last(&b.d, 0, 0).mw, 7773200);
    assert_int_equal(wh_demand_last(&b.d, 0, 0).end_ms, 1700000000000);
    assert_int_equal(wh_demand_max(&b.d, 0, 0).mw, 7773201);
    assert_int_equal(wh_demand_max(&b.d, 0, 0).end_ms, 1699999940000);
    assert_int_equal(wh_demand_max(&b.d, 0, 1).end_ms, 0);
    assert_int_equal(wh_demand_max(&b.d, 1, 0).mw, -5);
    assert_int_equal(wh_demand_last(&b.d, 1, 1).mw, -1);
    assert_int_equal(wh_demand_max(&b.d, 1, 1).mw, 1000000000000000);
    assert_int_equal(b.channel[1].source.add, WH_REG_BIT(WH_REG_ACTIVE_EXPORT));
    assert_int_equal(b.channel[1].source.subtract, WH_REG_BIT(WH_REG_REACTIVE_Q4));
}

static void it_is_written_as_it_was_read(void **state)
{
    (void)state;
    bench b;
    start(&b, CHANNELS * SLIPS);
    assert_int_equal(restore(&b, version_1, sizeof version_1), WH_OK);
    assert_int_equal(sizeof version_1, WH_DEMAND_SAVE_SIZE(CHANNELS, RATES));
    for (size_t size = 0; size <= sizeof version_1; size++) {
        uint8_t buf[sizeof version_1];
        wh_writer w = wh_writer_init(buf, size);
        wh_err want = size < sizeof version_1 ? WH_ERR_SPACE : WH_OK;
        assert_int_equal(wh_demand_save(&b.d, &w), want);
        if (want == WH_OK) {
            assert_memory_equal(buf, version_1, sizeof version_1);
        }
    }
}

static void damage_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t at;
        uint8_t byte;
        wh_err err;
    } rows[] = {
        {"version 0", 0, 0, WH_ERR_UNSUPPORTED},
        {"version 2", 0, 2, WH_ERR_UNSUPPORTED},
        {"no slip", 1, 0, WH_ERR_RANGE},
        {"7 minutes", 1, 7, WH_ERR_RANGE},
        {"no slips", 2, 0, WH_ERR_RANGE},
        {"more slips than memory", 2, 16, WH_ERR_SPACE},
        {"more slips than an hour", 2, 61, WH_ERR_RANGE},
        {"another channel", 3, 3, WH_ERR_RANGE},
        {"another rate", 4, 2, WH_ERR_RANGE},
        {"a kind that is none", 21, 0x10, WH_ERR_RANGE},
        {"subtracts one that is none", 23, 0x80, WH_ERR_RANGE},
        {"a last too large", 25, 0x10, WH_ERR_RANGE},
        {"a rate's last without an end", 49 + 7, 1, WH_ERR_RANGE},
        {"a maximum without an end", 49 + 15, 1, WH_ERR_RANGE},
        {"an end without a maximum", 49 + 23, 1, WH_ERR_RANGE},
        {"a maximum just too large", sizeof version_1 - 9, 1, WH_ERR_RANGE},
    };
    bench b;
    start(&b, CHANNELS * SLIPS);
    memset(b.cell, 0x11, sizeof b.cell);
    bench before = b;
    for (size_t len = 0; len < sizeof version_1; len++) {
        assert_int_equal(restore(&b, version_1, len), WH_ERR_SHORT);
        assert_memory_equal(&b, &before, sizeof b);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[sizeof version_1];
        memcpy(bytes, version_1, sizeof bytes);
        bytes[rows[i].at] = rows[i].byte;
        wh_err err = restore(&b, bytes, sizeof bytes);
        if (err != rows[i].err) {
            fail_msg("%s: %d", rows[i].name, err);
        }
        assert_memory_equal(&b, &before, sizeof b);
    }
}

/* What runs is not kept: after a power cut the slip in which power came back does not count. */
static void power_up_begins_a_new_period(void **state)
{
    (void)state;
    bench b;
    start(&b, CHANNELS * SLIPS);
    wh_booked booked = {{[WH_REG_APPARENT_IMPORT] = INT64_C(900000000000)}}; /* 1 kW for 15 min */
    for (int64_t slip = 0; slip <= 3; slip++) {
        (void)wh_demand_tick(&b.d, slip, slip * 300000);
        wh_demand_feed(&b.d, &booked);
    }
    uint8_t saved[WH_DEMAND_SAVE_SIZE(CHANNELS, RATES)];
    wh_writer w = wh_writer_init(saved, sizeof saved);
    assert_int_equal(wh_demand_save(&b.d, &w), WH_OK);
    start(&b, CHANNELS * SLIPS);
    assert_int_equal(restore(&b, saved, sizeof saved), WH_OK);
    assert_int_equal(wh_demand_present_mw(&b.d, 0, 0), 0);
    for (int64_t slip = 3; slip <= 7; slip++) {
        assert_int_equal(wh_demand_tick(&b.d, slip, slip * 300000), slip == 7);
        wh_demand_feed(&b.d, &booked);
    }
    assert_int_equal(wh_demand_max(&b.d, 0, 0).mw, 3000000);
    assert_int_equal(wh_demand_max(&b.d, 0, 0).end_ms, 7 * 300000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_1_is_read),
        cmocka_unit_test(it_is_written_as_it_was_read),
        cmocka_unit_test(damage_changes_nothing),
        cmocka_unit_test(power_up_begins_a_new_period),
    };
    return cmocka_run_group_tests_name("demand_store", tests, NULL, NULL);
}
