/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/tariff/step_price.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KWH     INT64_C(1000000)
#define MODULUS (INT64_C(1000000) * KWH)
#define HOUR    INT64_C(3600000)
#define DAY     (24 * HOUR)

static const wh_time_zone beijing = {.standard_min = 480};
static const wh_time_zone berlin = {
    .standard_min = 60,
    .dst_min = 60,
    .begin = {WH_TIME_ZONE_ANY_YEAR, 3, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0},
    .end = {WH_TIME_ZONE_ANY_YEAR, 10, WH_TIME_ZONE_LAST, 7, 1, 0, 0, 0}};

/* Zhejiang, residential: yearly steps of 2760 and 4800 kWh. */
static const wh_step_table yearly = {.settlement_count = 1,
                                     .settlement = {{1, 1, 0}},
                                     .season_count = 1,
                                     .season = {{1, 1, 2}},
                                     .threshold_wh = {2760000, 4800000},
                                     .price = {538000, 588000, 838000}};

/* Shenzhen, residential: monthly, higher thresholds from May to October. */
static const wh_step_table shenzhen = {.settlement_count = 1,
                                       .settlement = {{0, 1, 0}},
                                       .season_count = 2,
                                       .season = {{5, 1, 2}, {11, 1, 2}},
                                       .threshold_wh = {260000, 600000, 200000, 400000},
                                       .price = {662900, 712900, 962900, 662900, 712900, 962900}};

/* UTC of a local time. */
static int64_t at(const wh_time_zone *zone, int32_t year, uint8_t month, uint8_t day, uint8_t hour)
{
    wh_civil_time t = {.date = {year, month, day}, .hour = hour};
    int64_t ms = 0;
    assert_int_equal(wh_time_zone_to_utc(zone, &t, false, &ms, NULL), WH_OK);
    return ms;
}

/* The table in force since a moment, the base taken then. */
static wh_step_price begun(const wh_step_table *table, const wh_time_zone *zone, int64_t utc_ms,
                           int64_t mwh)
{
    wh_step_price s;
    wh_step_price_init(&s, MODULUS);
    assert_int_equal(wh_step_price_set(&s, table), WH_OK);
    wh_step_price_schedule(&s, 5);
    assert_int_equal(wh_step_price_tick(&s, zone, utc_ms, mwh), WH_STEP_BEGUN | WH_STEP_SWITCHED);
    return s;
}

static void steps_rise_with_use_and_restart_once_a_year(void **state)
{
    (void)state;
    wh_step_price s = begun(&yearly, &beijing, at(&beijing, 2025, 6, 1, 3), 1000 * KWH);
    assert_int_equal(wh_step_price_step(&s, 1000 * KWH), 1);
    assert_int_equal(wh_step_price_step(&s, 3760 * KWH - 1), 1);
    assert_int_equal(wh_step_price_step(&s, 3760 * KWH), 2);
    assert_int_equal(wh_step_price_step(&s, 5800 * KWH), 3);
    assert_int_equal(wh_step_price_of(&s, 3), 838000);
    assert_int_equal(wh_step_price_of(&s, 0), 0);
    assert_int_equal(wh_step_price_of(&s, 4), 0);
    assert_int_equal(wh_step_price_from_mwh(&s, 1), 0);
    assert_int_equal(wh_step_price_from_mwh(&s, 3), 4800 * KWH);
    assert_int_equal(wh_step_price_from_mwh(&s, 4), INT64_MAX);
    int64_t year = at(&beijing, 2026, 1, 1, 0);
    assert_int_equal(wh_step_price_tick(&s, &beijing, year - 1, 6000 * KWH), 0);
    assert_int_equal(wh_step_price_tick(&s, &beijing, year, 6000 * KWH), WH_STEP_SETTLED);
    assert_int_equal(wh_step_price_step(&s, 6000 * KWH), 1);
    /* the clock goes back over it and forward again: not once more */
    assert_int_equal(wh_step_price_tick(&s, &beijing, year - HOUR, 6001 * KWH), 0);
    assert_int_equal(wh_step_price_tick(&s, &beijing, year + HOUR, 6002 * KWH), 0);
    assert_int_equal(s.base_mwh, 6000 * KWH);
}

static void missed_settlements_begin_one(void **state)
{
    (void)state;
    wh_step_table monthly = yearly;
    monthly.settlement[0] = (wh_step_settlement){0, 15, 8};
    wh_step_price s = begun(&monthly, &beijing, at(&beijing, 2026, 1, 20, 0), 0);
    int64_t april = at(&beijing, 2026, 4, 15, 8);
    /* those of February and March */
    assert_int_equal(wh_step_price_tick(&s, &beijing, april - 1, 100 * KWH), WH_STEP_SETTLED);
    assert_int_equal(wh_step_price_tick(&s, &beijing, april, 101 * KWH), WH_STEP_SETTLED);
    assert_int_equal(wh_step_price_tick(&s, &beijing, april + HOUR, 102 * KWH), 0);
    assert_int_equal(s.base_mwh, 101 * KWH);
    int64_t january = at(&beijing, 2027, 1, 1, 0); /* 15 December is the last before it */
    assert_int_equal(wh_step_price_tick(&s, &beijing, january, 103 * KWH), WH_STEP_SETTLED);
}

/* A year, hour by hour, where every seventh day the clock jumps two days back and then forward by
 * three: as many settlements as there are boundaries. */
static unsigned settlements_of_a_shaken_year(const wh_step_table *table, const wh_time_zone *zone)
{
    int64_t from = at(zone, 2026, 1, 1, 12);
    wh_step_price s = begun(table, zone, from, 0);
    unsigned settled = 0;
    for (int64_t hour = 1; hour <= 365 * 24; hour++) {
        int64_t now = from + hour * HOUR;
        int64_t shown[3] = {now, now - 2 * DAY, now + DAY};
        unsigned jumps = hour % (7 * 24) == 0 ? 3 : 1;
        for (unsigned i = 0; i < jumps; i++) {
            settled += (wh_step_price_tick(&s, zone, shown[i], hour * KWH) & WH_STEP_SETTLED) != 0;
        }
    }
    return settled;
}

static void each_boundary_settles_once_however_the_clock_jumps(void **state)
{
    (void)state;
    wh_step_table quarterly = yearly;
    quarterly.settlement_count = 4;
    quarterly.settlement[1] = (wh_step_settlement){3, 29, 2}; /* in Berlin left out in 2026 */
    quarterly.settlement[2] = (wh_step_settlement){7, 31, 23};
    quarterly.settlement[3] = (wh_step_settlement){10, 25, 2}; /* and twice */
    assert_int_equal(settlements_of_a_shaken_year(&yearly, &beijing), 1);
    assert_int_equal(settlements_of_a_shaken_year(&quarterly, &beijing), 4);
    assert_int_equal(settlements_of_a_shaken_year(&quarterly, &berlin), 4);
    assert_int_equal(settlements_of_a_shaken_year(&shenzhen, &berlin), 12);
}

static void a_season_changes_the_steps(void **state)
{
    (void)state;
    int64_t may = at(&beijing, 2026, 5, 1, 0);
    wh_step_table half = shenzhen; /* seasons that begin in the same month */
    half.season[1] = (wh_step_season){5, 16, 2};
    assert_int_equal(wh_step_table_season(&half, (wh_civil_date){2026, 4, 30}), 1);
    assert_int_equal(wh_step_table_season(&half, (wh_civil_date){2026, 5, 1}), 0);
    assert_int_equal(wh_step_table_season(&half, (wh_civil_date){2026, 5, 15}), 0);
    assert_int_equal(wh_step_table_season(&half, (wh_civil_date){2026, 5, 16}), 1);
    assert_int_equal(wh_step_table_season(&half, (wh_civil_date){2026, 6, 1}), 1);
    assert_int_equal(wh_step_table_price(&shenzhen, 0, 3), 962900);
    assert_int_equal(wh_step_table_price(&shenzhen, 0, 4), 0); /* not that of the next season */
    assert_int_equal(wh_step_table_from_mwh(&shenzhen, 0, 4), INT64_MAX);
    wh_step_price s = begun(&shenzhen, &beijing, may - 10 * DAY, 0);
    assert_int_equal(wh_step_price_step(&s, 200 * KWH - 1), 1); /* that of the year before */
    assert_int_equal(wh_step_price_step(&s, 200 * KWH), 2);
    assert_int_equal(wh_step_price_step(&s, 400 * KWH), 3);
    assert_int_equal(wh_step_price_tick(&s, &beijing, may - 1, 0), 0);
    assert_int_equal(wh_step_price_from_mwh(&s, 2), 200 * KWH);
    assert_int_equal(wh_step_price_tick(&s, &beijing, may, 0), WH_STEP_SETTLED);
    assert_int_equal(wh_step_price_from_mwh(&s, 2), 260 * KWH);
    assert_int_equal(wh_step_price_from_mwh(&s, 3), 600 * KWH);
    assert_int_equal(wh_step_price_of(&s, 3), 962900);
    wh_step_table uneven = shenzhen; /* seasons of one and of three steps */
    uneven.season[0].threshold_count = 0;
    uneven.season[1].threshold_count = 2;
    s = begun(&uneven, &beijing, may, 0);
    assert_int_equal(wh_step_price_step(&s, 900 * KWH), 1);
    assert_int_equal(wh_step_price_of(&s, 1), 662900);
    (void)wh_step_price_tick(&s, &beijing, at(&beijing, 2026, 11, 1, 0), 0);
    assert_int_equal(wh_step_price_from_mwh(&s, 2), 260 * KWH);
    assert_int_equal(wh_step_price_of(&s, 1), 712900); /* the second price */
}

static void tables_change_places_once(void **state)
{
    (void)state;
    int64_t year = at(&beijing, 2026, 1, 1, 0);
    wh_step_price s = begun(&shenzhen, &beijing, year - 40 * DAY, 0);
    assert_int_equal(wh_step_price_set(&s, &yearly), WH_OK);
    wh_step_price_schedule(&s, year);
    wh_step_price off = s;
    assert_ptr_equal(wh_step_price_table(&s, WH_TARIFF_STANDBY), &s.table[1 - s.in_force]);
    /* December is settled; then both tables settle at the moment of the switch: once */
    assert_int_equal(wh_step_price_tick(&s, &beijing, year - 1, 50 * KWH), WH_STEP_SETTLED);
    assert_int_equal(wh_step_price_tick(&s, &beijing, year, 60 * KWH),
                     WH_STEP_SETTLED | WH_STEP_SWITCHED);
    assert_int_equal(wh_step_price_tick(&s, &beijing, year - DAY, 61 * KWH), 0);
    assert_int_equal(wh_step_price_tick(&s, &beijing, year + 40 * DAY, 62 * KWH), 0);
    assert_int_equal(wh_step_price_from_mwh(&s, 2), 2760 * KWH);
    /* over an outage of the power too */
    assert_int_equal(wh_step_price_tick(&off, &beijing, year + 40 * DAY, 60 * KWH),
                     WH_STEP_SETTLED | WH_STEP_SWITCHED);
    assert_int_equal(wh_step_price_tick(&off, &beijing, year + 41 * DAY, 62 * KWH), 0);
    /* a new table does not settle what was before it, unless that was due under the old one */
    s = begun(&yearly, &beijing, year + 10 * DAY, 0);
    assert_int_equal(wh_step_price_set(&s, &shenzhen), WH_OK);
    wh_step_price_schedule(&s, year + 45 * DAY);
    assert_int_equal(wh_step_price_tick(&s, &beijing, year + 45 * DAY, KWH), WH_STEP_SWITCHED);
    assert_int_equal(s.base_mwh, 0);
    /* a switch-over in the past is at once */
    assert_int_equal(wh_step_price_set(&s, &yearly), WH_OK);
    wh_step_price_schedule(&s, 0);
    assert_int_equal(wh_step_price_tick(&s, &beijing, year + 46 * DAY, KWH), WH_STEP_SWITCHED);
    assert_int_equal(s.base_mwh, 0);
}

static void after_a_clock_far_ahead_settlements_can_begin_anew(void **state)
{
    (void)state;
    int64_t year = at(&beijing, 2026, 1, 1, 0);
    wh_step_price s = begun(&yearly, &beijing, year - DAY, 0);
    assert_int_equal(wh_step_price_tick(&s, &beijing, year + 9000 * DAY, KWH), WH_STEP_SETTLED);
    wh_step_price fresh;
    wh_step_price_init(&fresh, MODULUS);
    wh_step_price_restart(&fresh, &beijing, year - DAY); /* the first tick still takes the base */
    assert_int_equal(wh_step_price_tick(&fresh, &beijing, year, KWH), WH_STEP_BEGUN);
    assert_int_equal(fresh.base_mwh, KWH);
    wh_step_price_restart(&s, &beijing, year - DAY);
    assert_int_equal(s.base_mwh, KWH);
    assert_int_equal(wh_step_price_tick(&s, &beijing, year, 2 * KWH), WH_STEP_SETTLED);
}

static void a_register_that_rolls_over_counts_on(void **state)
{
    (void)state;
    wh_step_price s = begun(&yearly, &beijing, at(&beijing, 2026, 1, 1, 0), MODULUS - 1000 * KWH);
    assert_int_equal(wh_step_price_used_mwh(&s, 1000 * KWH), 2000 * KWH);
    assert_int_equal(wh_step_price_step(&s, 1000 * KWH), 1);
    assert_int_equal(wh_step_price_step(&s, 1760 * KWH), 2);
}

/* ---- octets ---- */

static wh_err take_copy(wh_step_price *s, const uint8_t *bytes, size_t len, bool saved)
{
    uint8_t *copy = malloc(len + (len == 0));
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    wh_reader r = wh_reader_init(copy, len);
    wh_err err = saved ? wh_step_price_restore(s, &r) : wh_step_price_take(s, &r);
    free(copy);
    return err;
}

static void a_wrong_table_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t byte;
        wh_err err;
    } rows[] = {
        {0, 0, WH_ERR_RANGE},     {0, 5, WH_ERR_RANGE}, /* settlements */
        {1, 13, WH_ERR_RANGE},    {2, 0, WH_ERR_RANGE},  {2, 29, WH_ERR_RANGE},
        {3, 24, WH_ERR_RANGE},    {4, 5, WH_ERR_RANGE}, /* seasons */
        {5, 0, WH_ERR_RANGE},     {5, 13, WH_ERR_RANGE}, {6, 32, WH_ERR_RANGE},
        {7, 8, WH_ERR_RANGE},     {7, 15, WH_ERR_RANGE}, {30, 13, WH_ERR_RANGE},
        {13, 2, WH_ERR_FORMAT},   /* the second threshold is below the first */
        {16, 0x80, WH_ERR_RANGE}, /* a price below 0 */
        {28, 5, WH_ERR_FORMAT},   /* the second season begins as the first */
    };
    uint8_t octets[WH_STEP_OCTETS];
    wh_writer w = wh_writer_init(octets, sizeof octets);
    wh_step_price s;
    wh_step_price_init(&s, MODULUS);
    assert_int_equal(wh_step_price_set(&s, &shenzhen), WH_OK);
    wh_step_price_put(&s, WH_TARIFF_STANDBY, &w);
    size_t len = wh_writer_len(&w);
    assert_int_equal(len, 5 + 2 * (3 + 8 + 12));
    wh_step_price before;
    wh_step_price_init(&s, MODULUS);
    memcpy(&before, &s, sizeof s);
    for (size_t n = 0; n < len; n++) {
        assert_int_equal(take_copy(&s, octets, n, false), WH_ERR_SHORT);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bad[sizeof octets + 1];
        memcpy(bad, octets, sizeof octets);
        bad[rows[i].at] = rows[i].byte;
        wh_err err = take_copy(&s, bad, len, false);
        if (err != rows[i].err) {
            fail_msg("row %zu: %d", i, (int)err);
        }
    }
    uint8_t longer[sizeof octets + 1] = {0};
    memcpy(longer, octets, len);
    assert_int_equal(take_copy(&s, longer, len + 1, false), WH_ERR_FORMAT);
    wh_step_table none = shenzhen;
    none.season_count = 0;
    assert_int_equal(wh_step_price_set(&s, &none), WH_ERR_RANGE);
    none = shenzhen;
    none.settlement_count = 0;
    assert_int_equal(wh_step_price_set(&s, &none), WH_ERR_RANGE);
    wh_step_table equal = shenzhen;
    equal.threshold_wh[1] = equal.threshold_wh[0];
    assert_int_equal(wh_step_price_set(&s, &equal), WH_ERR_FORMAT);
    equal.threshold_wh[0] = 0;
    assert_int_equal(wh_step_price_set(&s, &equal), WH_ERR_FORMAT);
    assert_memory_equal(&s, &before, sizeof s);
    assert_int_equal(take_copy(&s, octets, len, false), WH_OK);
    assert_memory_equal(&s.table[1], &shenzhen, sizeof shenzhen);
}

/* Version 1, as it must be readable for ever: the yearly table in force since 1 June 2025, on
 * standby the one of Shenzhen from 2026 on. */
static const uint8_t saved_v1[] = {
    0x01, 0x03, 0x00, 0x00, 0x01, 0x9B, 0x75, 0x23, 0x34, 0x00, 0x00, 0x00, 0x01, 0x97, 0x27, 0xB7,
    0x17, 0x80, 0x00, 0x00, 0x00, 0x00, 0x3B, 0x9A, 0xCA, 0x00, 0x00, 0x00, 0x07, 0xE9, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x02, 0x05,
    0x01, 0x02, 0x00, 0x03, 0xF7, 0xA0, 0x00, 0x09, 0x27, 0xC0, 0x00, 0x0A, 0x1D, 0x74, 0x00, 0x0A,
    0xE0, 0xC4, 0x00, 0x0E, 0xB1, 0x54, 0x0B, 0x01, 0x02, 0x00, 0x03, 0x0D, 0x40, 0x00, 0x06, 0x1A,
    0x80, 0x00, 0x0A, 0x1D, 0x74, 0x00, 0x0A, 0xE0, 0xC4, 0x00, 0x0E, 0xB1, 0x54, 0x01, 0x01, 0x01,
    0x00, 0x01, 0x01, 0x01, 0x02, 0x00, 0x2A, 0x1D, 0x40, 0x00, 0x49, 0x3E, 0x00, 0x00, 0x08, 0x35,
    0x90, 0x00, 0x08, 0xF8, 0xE0, 0x00, 0x0C, 0xC9, 0x70};

static void what_was_saved_by_version_1_is_read(void **state)
{
    (void)state;
    int64_t june = at(&beijing, 2025, 6, 1, 3);
    int64_t year = at(&beijing, 2026, 1, 1, 0);
    wh_step_price s = begun(&yearly, &beijing, june, 1000 * KWH);
    assert_int_equal(wh_step_price_set(&s, &shenzhen), WH_OK);
    wh_step_price_schedule(&s, year);
    uint8_t out[WH_STEP_SAVED];
    wh_writer w = wh_writer_init(out, sizeof out);
    assert_int_equal(wh_step_price_save(&s, &w), WH_OK);
    assert_int_equal(wh_writer_len(&w), sizeof saved_v1);
    assert_memory_equal(out, saved_v1, sizeof saved_v1);
    for (size_t size = 0; size < sizeof saved_v1; size++) {
        w = wh_writer_init(out, size);
        assert_int_equal(wh_step_price_save(&s, &w), WH_ERR_SPACE);
    }
    wh_step_price_init(&s, MODULUS);
    assert_int_equal(take_copy(&s, saved_v1, sizeof saved_v1, true), WH_OK);
    assert_int_equal(wh_step_price_tick(&s, &beijing, year - 1, 4000 * KWH), 0);
    assert_int_equal(s.base_mwh, 1000 * KWH);
    assert_int_equal(wh_step_price_step(&s, 4000 * KWH), 2);
    assert_int_equal(wh_step_price_of(&s, 2), 588000);
    assert_int_equal(wh_step_price_tick(&s, &beijing, year, 5000 * KWH),
                     WH_STEP_SETTLED | WH_STEP_SWITCHED);
    assert_int_equal(wh_step_price_from_mwh(&s, 2), 200 * KWH);
}

static void a_damaged_blob_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t byte;
        wh_err err;
    } rows[] = {
        {0, 0, WH_ERR_FORMAT},    {0, 2, WH_ERR_UNSUPPORTED}, {1, 4, WH_ERR_FORMAT},
        {18, 0x80, WH_ERR_RANGE}, {18, 0x01, WH_ERR_RANGE}, /* above the modulus */
        {42, 0, WH_ERR_RANGE},    {46, 0, WH_ERR_RANGE},
    };
    wh_step_price s = begun(&shenzhen, &beijing, at(&beijing, 2025, 6, 1, 3), 7 * KWH);
    wh_step_price before;
    memcpy(&before, &s, sizeof s);
    for (size_t len = 0; len < sizeof saved_v1; len++) {
        assert_int_equal(take_copy(&s, saved_v1, len, true), WH_ERR_SHORT);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[sizeof saved_v1];
        memcpy(bytes, saved_v1, sizeof bytes);
        bytes[rows[i].at] = rows[i].byte;
        assert_int_equal(take_copy(&s, bytes, sizeof bytes, true), rows[i].err);
    }
    /* exactly the modulus */
    uint8_t bytes[sizeof saved_v1];
    memcpy(bytes, saved_v1, sizeof bytes);
    for (unsigned i = 0; i < 8; i++) {
        bytes[18 + i] = (uint8_t)((uint64_t)MODULUS >> (56 - 8 * i));
    }
    assert_int_equal(take_copy(&s, bytes, sizeof bytes, true), WH_ERR_RANGE);
    assert_memory_equal(&s, &before, sizeof s);
    /* one that has not begun is still to begin */
    wh_step_price_init(&s, MODULUS);
    uint8_t out[WH_STEP_SAVED];
    wh_writer w = wh_writer_init(out, sizeof out);
    assert_int_equal(wh_step_price_save(&s, &w), WH_OK);
    assert_int_equal(out[1], 0);
    s = before;
    assert_int_equal(take_copy(&s, out, wh_writer_len(&w), true), WH_OK);
    assert_int_equal(wh_step_price_tick(&s, &beijing, at(&beijing, 2026, 1, 1, 0), 9 * KWH),
                     WH_STEP_BEGUN);
}

/* Four seasons of together 14 thresholds, four settlements. */
static void the_largest_tables_fit_in_their_blob(void **state)
{
    (void)state;
    wh_step_table table = {.settlement_count = 4,
                           .settlement = {{1, 31, 1}, {4, 1, 2}, {7, 1, 3}, {10, 1, 23}},
                           .season_count = 4,
                           .season = {{1, 1, 7}, {4, 1, 3}, {7, 1, 4}, {10, 1, 0}}};
    for (uint32_t i = 0; i < WH_STEP_CELLS_MAX; i++) {
        table.threshold_wh[i] = UINT32_MAX - 14 + i;
    }
    for (int32_t i = 0; i < WH_STEP_CELLS_MAX + WH_STEP_SEASONS_MAX; i++) {
        table.price[i] = INT32_MAX - i;
    }
    wh_step_price s = begun(&table, &beijing, at(&beijing, 2026, 8, 1, 0), 0);
    assert_int_equal(wh_step_price_set(&s, &table), WH_OK);
    assert_int_equal(wh_step_price_of(&s, 5), INT32_MAX - 16); /* 8 and 4 of the seasons before */
    assert_int_equal(wh_step_price_from_mwh(&s, 5), (int64_t)(UINT32_MAX - 1) * 1000);
    uint8_t out[WH_STEP_SAVED];
    wh_writer w = wh_writer_init(out, sizeof out);
    assert_true(sizeof out <= 400);
    assert_int_equal(wh_step_price_save(&s, &w), WH_OK);
    assert_int_equal(wh_writer_left(&w), 0);
    wh_step_price again;
    wh_step_price_init(&again, MODULUS);
    assert_int_equal(take_copy(&again, out, sizeof out, true), WH_OK);
    assert_memory_equal(again.table, s.table, sizeof s.table);
    table.season[3].threshold_count = 1; /* the fifteenth */
    assert_int_equal(wh_step_price_set(&s, &table), WH_ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_rise_with_use_and_restart_once_a_year),
        cmocka_unit_test(missed_settlements_begin_one),
        cmocka_unit_test(each_boundary_settles_once_however_the_clock_jumps),
        cmocka_unit_test(a_season_changes_the_steps),
        cmocka_unit_test(tables_change_places_once),
        cmocka_unit_test(after_a_clock_far_ahead_settlements_can_begin_anew),
        cmocka_unit_test(a_register_that_rolls_over_counts_on),
        cmocka_unit_test(a_wrong_table_is_refused_and_changes_nothing),
        cmocka_unit_test(what_was_saved_by_version_1_is_read),
        cmocka_unit_test(a_damaged_blob_is_refused_and_changes_nothing),
        cmocka_unit_test(the_largest_tables_fit_in_their_blob),
    };
    return cmocka_run_group_tests_name("step_price", tests, NULL, NULL);
}
