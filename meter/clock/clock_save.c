/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a clock in bytes, big endian:
 *
 *   version 1 · flags · base · base in use · utc 8 · platform 8 · rest 4 · correction 4 ·
 *   measured 4 · drift from 8, error 8 · preset 8, from 8, to 8 · broadcast day 8 ·
 *   zone 24 · count 1 · count changes of 22 */
#include "meter/clock/clock_internal.h"

#define SAVED_VERSION  1
#define OFFSET_MAX_MIN 960 /* the farthest zone with its daylight saving */

enum {
    FLAG_INVALID = 0x01,
    FLAG_DOUBTFUL = 0x02,
    FLAG_DST_OFF = 0x04,
    FLAG_DRIFT_BEGUN = 0x08,
    FLAG_DST = 0x10,
    FLAG_ALL = 0x1F
};

static void put_i64(wh_writer *w, int64_t value)
{
    wh_writer_put_u64be(w, (uint64_t)value);
}

static void put_i32(wh_writer *w, int32_t value)
{
    wh_writer_put_u32be(w, (uint32_t)value);
}

static void put_i16(wh_writer *w, int16_t value)
{
    wh_writer_put_u16be(w, (uint16_t)value);
}

static int64_t take_i64(wh_reader *r)
{
    return (int64_t)wh_reader_take_u64be(r);
}

static int32_t take_i32(wh_reader *r)
{
    return (int32_t)wh_reader_take_u32be(r);
}

static int16_t take_i16(wh_reader *r)
{
    return (int16_t)wh_reader_take_u16be(r);
}

static void put_zone_change(wh_writer *w, const wh_time_zone_change *change)
{
    wh_writer_put_u16be(w, change->year);
    wh_writer_put_u8(w, change->month);
    wh_writer_put_u8(w, change->day);
    wh_writer_put_u8(w, change->weekday);
    wh_writer_put_u8(w, change->hour);
    wh_writer_put_u8(w, change->minute);
    wh_writer_put_u8(w, change->second);
    put_i16(w, change->clock_min);
}

static wh_time_zone_change take_zone_change(wh_reader *r)
{
    wh_time_zone_change change = {.year = wh_reader_take_u16be(r)};
    change.month = wh_reader_take_u8(r);
    change.day = wh_reader_take_u8(r);
    change.weekday = wh_reader_take_u8(r);
    change.hour = wh_reader_take_u8(r);
    change.minute = wh_reader_take_u8(r);
    change.second = wh_reader_take_u8(r);
    change.clock_min = take_i16(r);
    return change;
}

void wh_clock_put_zone(const wh_time_zone *zone, wh_writer *w)
{
    put_i16(w, zone->standard_min);
    put_i16(w, zone->dst_min);
    put_zone_change(w, &zone->begin);
    put_zone_change(w, &zone->end);
}

wh_err wh_clock_read_zone(wh_reader *r, wh_time_zone *zone)
{
    zone->standard_min = take_i16(r);
    zone->dst_min = take_i16(r);
    zone->begin = take_zone_change(r);
    zone->end = take_zone_change(r);
    return wh_reader_err(r) == WH_OK ? wh_time_zone_check(zone) : wh_reader_err(r);
}

static uint8_t flags_of(const wh_clock *c)
{
    unsigned flags = 0;
    flags |= c->invalid ? FLAG_INVALID : 0U;
    flags |= c->doubtful ? FLAG_DOUBTFUL : 0U;
    flags |= c->dst_off ? FLAG_DST_OFF : 0U;
    flags |= c->drift_begun ? FLAG_DRIFT_BEGUN : 0U;
    flags |= c->dst ? FLAG_DST : 0U;
    return (uint8_t)flags;
}

wh_err wh_clock_save(const wh_clock *c, wh_writer *w)
{
    wh_writer_put_u8(w, SAVED_VERSION);
    wh_writer_put_u8(w, flags_of(c));
    wh_writer_put_u8(w, c->base);
    wh_writer_put_u8(w, c->base_in_use);
    put_i64(w, c->utc_ms);
    put_i64(w, c->platform_ms);
    put_i32(w, (int32_t)c->rest);
    put_i32(w, c->correction_ppb);
    put_i32(w, c->measured_ppb);
    put_i64(w, c->drift_from_ms);
    put_i64(w, c->drift_error_ms);
    put_i64(w, c->preset_ms);
    put_i64(w, c->preset_from_ms);
    put_i64(w, c->preset_to_ms);
    put_i64(w, c->broadcast_day);
    wh_time_zone zone = wh_clock_zone_as_set(c);
    wh_clock_put_zone(&zone, w);
    wh_writer_put_u8(w, c->change_count);
    for (size_t i = 0; i < c->change_count; i++) {
        put_i64(w, c->change[i].old_ms);
        put_i64(w, c->change[i].new_ms);
        put_i16(w, c->change[i].old_offset_min);
        put_i16(w, c->change[i].new_offset_min);
        wh_writer_put_u8(w, c->change[i].cause);
        wh_writer_put_u8(w, c->change[i].status);
    }
    return wh_writer_err(w);
}

static bool is_in_limits(int64_t utc_ms)
{
    return utc_ms >= WH_CLOCK_FLOOR_MS && utc_ms <= WH_CLOCK_CEILING_MS;
}

static bool ppb_is_good(int32_t ppb)
{
    return ppb >= -WH_CLOCK_PPB_MAX && ppb <= WH_CLOCK_PPB_MAX;
}

static bool offset_is_good(int16_t offset_min)
{
    return offset_min >= -OFFSET_MAX_MIN && offset_min <= OFFSET_MAX_MIN;
}

static bool change_is_good(const wh_clock_change *change)
{
    return is_in_limits(change->old_ms) && is_in_limits(change->new_ms) &&
           offset_is_good(change->old_offset_min) && offset_is_good(change->new_offset_min) &&
           change->cause >= WH_CLOCK_SET && change->cause <= WH_CLOCK_DST_ENDED;
}

static void take_flags_and_base(wh_clock *c, wh_reader *r)
{
    uint8_t flags = wh_reader_take_u8(r);
    c->base = wh_reader_take_u8(r);
    c->base_in_use = wh_reader_take_u8(r);
    if ((flags & ~FLAG_ALL) != 0 || c->base > WH_CLOCK_BASE_RADIO ||
        c->base_in_use > WH_CLOCK_BASE_RADIO) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    c->invalid = (flags & FLAG_INVALID) != 0;
    c->doubtful = (flags & FLAG_DOUBTFUL) != 0;
    c->dst_off = (flags & FLAG_DST_OFF) != 0;
    c->drift_begun = (flags & FLAG_DRIFT_BEGUN) != 0;
    c->dst = (flags & FLAG_DST) != 0;
}

static void take_times(wh_clock *c, wh_reader *r)
{
    c->utc_ms = take_i64(r);
    c->platform_ms = take_i64(r);
    c->rest = take_i32(r);
    c->correction_ppb = take_i32(r);
    c->measured_ppb = take_i32(r);
    c->drift_from_ms = take_i64(r);
    c->drift_error_ms = take_i64(r);
    c->preset_ms = take_i64(r);
    c->preset_from_ms = take_i64(r);
    c->preset_to_ms = take_i64(r);
    c->broadcast_day = take_i64(r);
    bool drift_good =
        c->drift_error_ms >= -WH_CLOCK_CEILING_MS && c->drift_error_ms <= WH_CLOCK_CEILING_MS;
    if (!is_in_limits(c->utc_ms) || c->rest < 0 || c->rest >= WH_CLOCK_REST_ONE ||
        !ppb_is_good(c->correction_ppb) || !ppb_is_good(c->measured_ppb) || !drift_good) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
}

static void take_zone(wh_clock *c, wh_reader *r)
{
    wh_time_zone zone;
    if (wh_clock_read_zone(r, &zone) != WH_OK) {
        wh_reader_fail(r, WH_ERR_FORMAT);
        return;
    }
    bool told = c->dst; /* a change of daylight saving during the outage is still to be told */
    wh_clock_take_zone(c, &zone, c->dst_off);
    c->dst = told;
}

static void take_changes(wh_clock *c, wh_reader *r)
{
    c->change_count = wh_reader_take_u8(r);
    if (c->change_count > WH_CLOCK_CHANGES_MAX) {
        wh_reader_fail(r, WH_ERR_FORMAT);
        return;
    }
    for (size_t i = 0; i < c->change_count; i++) {
        wh_clock_change *change = &c->change[i];
        change->old_ms = take_i64(r);
        change->new_ms = take_i64(r);
        change->old_offset_min = take_i16(r);
        change->new_offset_min = take_i16(r);
        change->cause = wh_reader_take_u8(r);
        change->status = wh_reader_take_u8(r);
        if (!change_is_good(change)) {
            wh_reader_fail(r, WH_ERR_FORMAT);
        }
    }
}

wh_err wh_clock_restore(wh_clock *c, wh_reader *r)
{
    wh_clock found = *c;
    uint8_t version = wh_reader_take_u8(r);
    if (wh_reader_err(r) == WH_OK && version != SAVED_VERSION) {
        wh_reader_fail(r, version > SAVED_VERSION ? WH_ERR_UNSUPPORTED : WH_ERR_FORMAT);
    }
    take_flags_and_base(&found, r);
    take_times(&found, r);
    take_zone(&found, r);
    take_changes(&found, r);
    if (wh_reader_err(r) != WH_OK) {
        return wh_reader_err(r);
    }
    *c = found;
    return WH_OK;
}
