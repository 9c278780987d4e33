/* SPDX-License-Identifier: Apache-2.0 */
/* Data, Register and Clock: the classes over items of the catalogue (IEC 62056-6-2). */
#include "core/civil_time.h"
#include "core/time_zone.h"
#include "meter/keeper.h"
#include "view/dlms/cosem_internal.h"

/* Octets of a string in one piece, beside its tag and length. */
#define SLICE (WH_DLMS_PIECE_SIZE - 8U)

enum {
    CLOCK_STATUS_INVALID = 0x01,
    CLOCK_BASE_CRYSTAL = 1,
    NOT_SPECIFIED = 0xFF,
    YEAR_NOT_SPECIFIED = 0xFFFF
};

static wh_err item_value(const wh_cosem_read *read, wh_value *value)
{
    return wh_meter_get(read->cosem->meter, read->object->ref,
                        (wh_role)read->association->partner->role, value);
}

static void put_value(wh_writer *out, const wh_value *value)
{
    switch (value->type) {
    case WH_VALUE_INT32:
        wh_dlms_put_double_long(out, (int32_t)value->i);
        break;
    case WH_VALUE_INT64:
        wh_dlms_put_long64(out, value->i);
        break;
    case WH_VALUE_UINT32:
        wh_dlms_put_double_long_unsigned(out, (uint32_t)value->u);
        break;
    case WH_VALUE_UINT64:
        wh_dlms_put_long64_unsigned(out, value->u);
        break;
    case WH_VALUE_OCTETS: /* come in slices, see read_value */
    case WH_VALUE_TEXT:
    case WH_VALUE_TIME: /* needs the zone */
    case WH_VALUE_NONE:
    case WH_VALUE_TYPES:
    default:
        wh_dlms_put_null(out);
        break;
    }
}

static wh_dlms_date_time unspecified_time(uint8_t status)
{
    wh_dlms_date_time time = {.year = YEAR_NOT_SPECIFIED,
                              .month = NOT_SPECIFIED,
                              .day = NOT_SPECIFIED,
                              .weekday = NOT_SPECIFIED,
                              .hour = NOT_SPECIFIED,
                              .minute = NOT_SPECIFIED,
                              .second = NOT_SPECIFIED,
                              .hundredths = NOT_SPECIFIED,
                              .deviation_min = WH_DLMS_DEVIATION_NONE,
                              .status = status};
    return time;
}

/* Local time, and how far it is from UTC as COSEM counts it: from local time to UTC. */
static wh_dlms_date_time local_time(int64_t utc_ms, int16_t utc_offset_min)
{
    wh_civil_time local;
    if (wh_civil_time_from_ms(utc_ms + (int64_t)utc_offset_min * WH_MS_PER_MINUTE, &local) !=
        WH_OK) {
        return unspecified_time(CLOCK_STATUS_INVALID);
    }
    wh_dlms_date_time time = {.year = (uint16_t)local.date.year,
                              .month = local.date.month,
                              .day = local.date.day,
                              .weekday = wh_civil_weekday(local.date),
                              .hour = local.hour,
                              .minute = local.minute,
                              .second = local.second,
                              .hundredths = (uint8_t)(local.millisecond / 10U),
                              .deviation_min = (int16_t)-utc_offset_min};
    return time;
}

static void put_time(wh_writer *out, const wh_dlms_date_time *time)
{
    uint8_t octets[WH_DLMS_DATE_TIME_LEN];
    wh_writer w = wh_writer_init(octets, sizeof octets);
    wh_dlms_put_date_time(&w, time);
    wh_dlms_put_octet_string(out, octets, sizeof octets);
}

/* A string of any length, a slice at each call; the step counts the slices. Where the table became
 * shorter meanwhile, the transfer ends. */
static wh_dlms_result put_slice(const wh_cosem_read *read, const wh_value *value)
{
    wh_dlms_part *part = read->part;
    size_t at = (size_t)part->step * SLICE;
    size_t len = value->len < at ? 0 : value->len - at;
    if (part->step == 0) {
        uint8_t tag = value->type == WH_VALUE_TEXT ? WH_DLMS_VISIBLE_STRING : WH_DLMS_OCTET_STRING;
        wh_writer_put_u8(read->out, tag);
        wh_dlms_put_length(read->out, (uint32_t)value->len);
    } else if (len == 0) {
        return WH_DLMS_RESULT_OTHER_REASON;
    }
    part->more = len > SLICE;
    len = part->more ? SLICE : len;
    wh_writer_put_bytes(read->out, len == 0 ? NULL : value->bytes + at, len);
    part->step++;
    return WH_DLMS_RESULT_SUCCESS;
}

/* Minutes east of UTC at a moment. */
static int16_t offset_at(const wh_cosem_read *read, int64_t utc_ms)
{
    const wh_meter *meter = read->cosem->meter;
    return meter->keeper == NULL
               ? meter->config->utc_offset_min
               : wh_time_zone_offset_min(&meter->keeper->clock.zone, utc_ms, NULL);
}

/* No value is null-data, so that a list of registers can be read before all of them have one. */
static wh_dlms_result read_value(const wh_cosem_read *read)
{
    wh_value value;
    wh_err err = item_value(read, &value);
    if (err == WH_OK && (value.type == WH_VALUE_OCTETS || value.type == WH_VALUE_TEXT)) {
        return put_slice(read, &value);
    }
    if (err == WH_OK && value.type == WH_VALUE_TIME) {
        wh_dlms_date_time time = local_time(value.i, offset_at(read, value.i));
        put_time(read->out, &time);
    } else if (err == WH_OK) {
        put_value(read->out, &value);
    } else if (err == WH_ERR_STATE) {
        wh_dlms_put_null(read->out);
    } else {
        return WH_DLMS_RESULT_OTHER_REASON;
    }
    return WH_DLMS_RESULT_SUCCESS;
}

wh_dlms_result wh_cosem_read_data(const wh_cosem_read *read)
{
    return read_value(read);
}

wh_dlms_result wh_cosem_read_register(const wh_cosem_read *read)
{
    if (read->attribute == 2) {
        return read_value(read);
    }
    wh_dlms_put_structure(read->out, 2);
    wh_dlms_put_integer(read->out, read->object->ref.item->scaler);
    wh_dlms_put_enum(read->out, read->object->ref.item->unit);
    return WH_DLMS_RESULT_SUCCESS;
}

/* A change to or from daylight saving: a date of the clock with its wildcards. */
static wh_dlms_date_time change_time(const wh_time_zone *zone, const wh_time_zone_change *change)
{
    wh_dlms_date_time time = unspecified_time(NOT_SPECIFIED);
    if (zone->dst_min != 0) {
        time.year = change->year;
        time.month = change->month;
        time.day = change->day;
        time.weekday = change->weekday;
        time.hour = change->hour;
        time.minute = change->minute;
        time.second = change->second;
    }
    return time;
}

/* What the clock of this meter is; one without a keeper has a fixed offset. */
typedef struct {
    wh_time_zone zone;
    bool dst_enabled;
    uint8_t base;
} clock_settings;

static clock_settings clock_of(const wh_meter *meter)
{
    clock_settings c = {.base = CLOCK_BASE_CRYSTAL};
    if (meter->keeper != NULL) {
        c.zone = wh_clock_zone_as_set(&meter->keeper->clock);
        c.dst_enabled = !meter->keeper->clock.dst_off;
        c.base = meter->keeper->clock.base;
    } else {
        c.zone.standard_min = meter->config->utc_offset_min;
    }
    return c;
}

static wh_dlms_date_time now_of(const wh_cosem_read *read)
{
    const wh_keeper *keeper = read->cosem->meter->keeper;
    wh_value value;
    wh_dlms_date_time now = item_value(read, &value) == WH_OK
                                ? local_time(value.i, offset_at(read, value.i))
                                : unspecified_time(CLOCK_STATUS_INVALID);
    if (keeper != NULL) {
        now.status = wh_clock_status(&keeper->clock);
    }
    return now;
}

wh_dlms_result wh_cosem_read_clock(const wh_cosem_read *read)
{
    const clock_settings clock = clock_of(read->cosem->meter);
    const wh_dlms_date_time now = now_of(read);
    const wh_dlms_date_time change =
        change_time(&clock.zone, read->attribute == 5 ? &clock.zone.begin : &clock.zone.end);
    switch (read->attribute) {
    case 2:
        put_time(read->out, &now);
        break;
    case 3: /* time_zone */
        wh_dlms_put_long(read->out, (int16_t)-clock.zone.standard_min);
        break;
    case 4: /* status */
        wh_dlms_put_unsigned(read->out, now.status);
        break;
    case 5: /* daylight_savings_begin, _end */
    case 6:
        put_time(read->out, &change);
        break;
    case 7: /* daylight_savings_deviation */
        wh_dlms_put_integer(read->out, (int8_t)clock.zone.dst_min);
        break;
    case 8: /* daylight_savings_enabled */
        wh_dlms_put_boolean(read->out, clock.dst_enabled);
        break;
    default: /* 9, clock_base */
        wh_dlms_put_enum(read->out, clock.base);
        break;
    }
    return WH_DLMS_RESULT_SUCCESS;
}
