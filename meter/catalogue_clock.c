/* SPDX-License-Identifier: Apache-2.0 */
/* Items of the clock. */
#include "meter/catalogue_internal.h"

#include "meter/keeper.h"

/* A meter without a keeper knows the time it was told, and cannot be set. */
wh_err wh_catalogue_get_clock(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    const wh_keeper *k = meter->keeper;
    (void)ref;
    if (k == NULL) {
        value->i = meter->utc_ms;
        return meter->utc_ms == INT64_MIN ? WH_ERR_STATE : WH_OK;
    }
    value->i = k->clock.utc_ms;
    return (wh_clock_status(&k->clock) & WH_CLOCK_STATUS_INVALID) != 0 ? WH_ERR_STATE : WH_OK;
}

/* Each change is told by the next tick; it is kept then, too. */
static wh_err done(wh_meter *meter, wh_err err)
{
    if (err == WH_OK) {
        wh_keeper_touch(meter->keeper, WH_ROOM_CLOCK);
    }
    return err;
}

wh_err wh_catalogue_set_clock(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    (void)ref;
    if (meter->keeper == NULL) {
        return WH_ERR_STATE;
    }
    return done(meter, wh_clock_set(&meter->keeper->clock, value->i));
}

wh_err wh_catalogue_get_clock_status(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return wh_catalogue_put(ref, wh_clock_status(&meter->keeper->clock), value);
}

wh_err wh_catalogue_get_clock_offset(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return wh_catalogue_put(ref, wh_clock_offset_min(&meter->keeper->clock), value);
}

wh_err wh_catalogue_get_clock_zone(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    (void)ref;
    wh_writer w = wh_catalogue_octets(meter);
    wh_time_zone zone = wh_clock_zone_as_set(&meter->keeper->clock);
    wh_clock_put_zone(&zone, &w);
    return wh_catalogue_put_octets(&w, value);
}

wh_err wh_catalogue_set_clock_zone(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_clock *clock = &meter->keeper->clock;
    wh_reader r = wh_reader_init(value->bytes, value->len);
    wh_time_zone zone;
    (void)ref;
    wh_err err = wh_clock_read_zone(&r, &zone);
    return err != WH_OK ? err : done(meter, wh_clock_set_zone(clock, &zone, clock->dst_off));
}

wh_err wh_catalogue_get_dst_enabled(const wh_meter *meter, wh_item_ref ref, wh_value *value)
{
    return wh_catalogue_put(ref, !meter->keeper->clock.dst_off, value);
}

wh_err wh_catalogue_set_dst_enabled(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    wh_clock *clock = &meter->keeper->clock;
    wh_time_zone zone = wh_clock_zone_as_set(clock);
    (void)ref;
    return done(meter, wh_clock_set_zone(clock, &zone, value->u == 0));
}

wh_err wh_catalogue_set_clock_base(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    (void)ref;
    return done(meter, wh_clock_set_base(&meter->keeper->clock, (uint8_t)value->u));
}

wh_err wh_catalogue_set_clock_correction(wh_meter *meter, wh_item_ref ref, const wh_value *value)
{
    (void)ref;
    return done(meter, wh_clock_set_correction(&meter->keeper->clock, (int32_t)value->i));
}

wh_err wh_catalogue_act_clock_adjust(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    wh_clock *clock = &meter->keeper->clock;
    wh_err err = WH_ERR_STATE;
    switch (ref.item->source) {
    case WH_ADJUST_QUARTER:
        err = wh_clock_adjust_to_quarter(clock);
        break;
    case WH_ADJUST_PERIOD:
        err = wh_clock_adjust_to_period(clock, (uint32_t)argument->u);
        break;
    case WH_ADJUST_MINUTE:
        err = wh_clock_adjust_to_minute(clock);
        break;
    case WH_ADJUST_PRESET:
    default:
        err = wh_clock_adjust_to_preset(clock);
        break;
    }
    return done(meter, err);
}

wh_err wh_catalogue_act_clock_shift(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    (void)ref;
    return done(meter, wh_clock_shift(&meter->keeper->clock, (int32_t)argument->i));
}

/* The time to be set, and from when to when it may be: three times, i64 milliseconds. */
wh_err wh_catalogue_act_clock_preset(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    wh_reader r = wh_reader_init(argument->bytes, argument->len);
    int64_t utc_ms = (int64_t)wh_reader_take_u64be(&r);
    int64_t from_ms = (int64_t)wh_reader_take_u64be(&r);
    int64_t to_ms = (int64_t)wh_reader_take_u64be(&r);
    (void)ref;
    return done(meter, wh_clock_preset(&meter->keeper->clock, utc_ms, from_ms, to_ms));
}

/* Twice as far as a broadcast must keep away from a settlement. */
#define AROUND_MS (2 * WH_CLOCK_BROADCAST_MARGIN_MS)

/* Settlements around now: times of the billing recorder. Returns how many. */
static size_t settlements(const wh_keeper *k, int64_t settlement_ms[WH_RECORDER_TIMES_MAX])
{
    size_t count = 0;
    unsigned place = 0;
    wh_recorder_settings s;
    while (place < k->config->recorder_count && !k->config->recorder[place].billing) {
        place++;
    }
    if (place == k->config->recorder_count) {
        return 0;
    }
    wh_recorder_get(&k->recorder[place], &s);
    for (unsigned i = 0; i < WH_RECORDER_TIMES_MAX; i++) {
        wh_boundary boundary;
        wh_boundary_point point;
        int64_t now_ms = k->clock.utc_ms;
        if (wh_boundary_start(&boundary, &s.time[i], &k->clock.zone, now_ms - AROUND_MS) == WH_OK &&
            wh_boundary_due(&boundary, &k->clock.zone, now_ms + AROUND_MS, &point, 1, NULL) == 1) {
            settlement_ms[count++] = point.utc_ms;
        }
    }
    return count;
}

wh_err wh_catalogue_act_clock_broadcast(wh_meter *meter, wh_item_ref ref, const wh_value *argument)
{
    int64_t settlement_ms[WH_RECORDER_TIMES_MAX];
    wh_keeper *k = meter->keeper;
    size_t count = settlements(k, settlement_ms);
    (void)ref;
    return done(meter, wh_clock_broadcast(&k->clock, argument->i, settlement_ms, count));
}
