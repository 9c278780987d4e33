/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/dlms/dlms_data.h"

size_t wh_dlms_length_len(uint32_t length)
{
    if (length < 0x80) {
        return 1;
    }
    size_t octets = 1;
    for (uint32_t rest = length; rest > 0; rest >>= 8) {
        octets++;
    }
    return octets;
}

void wh_dlms_put_length(wh_writer *w, uint32_t length)
{
    size_t octets = wh_dlms_length_len(length) - 1;
    if (octets == 0) {
        wh_writer_put_u8(w, (uint8_t)length);
        return;
    }
    wh_writer_put_u8(w, (uint8_t)(0x80U | octets));
    for (size_t i = octets; i > 0; i--) {
        wh_writer_put_u8(w, (uint8_t)(length >> (8 * (i - 1))));
    }
}

static void put_tag(wh_writer *w, wh_dlms_type type)
{
    wh_writer_put_u8(w, (uint8_t)type);
}

static void put_string(wh_writer *w, wh_dlms_type type, const uint8_t *bytes, size_t len)
{
    if (len > UINT32_MAX) {
        wh_writer_fail(w, WH_ERR_SPACE);
        return;
    }
    put_tag(w, type);
    wh_dlms_put_length(w, (uint32_t)len);
    wh_writer_put_bytes(w, bytes, len);
}

static void put_u8(wh_writer *w, wh_dlms_type type, uint8_t value)
{
    put_tag(w, type);
    wh_writer_put_u8(w, value);
}

static void put_u16(wh_writer *w, wh_dlms_type type, uint16_t value)
{
    put_tag(w, type);
    wh_writer_put_u16be(w, value);
}

static void put_u32(wh_writer *w, wh_dlms_type type, uint32_t value)
{
    put_tag(w, type);
    wh_writer_put_u32be(w, value);
}

static void put_u64(wh_writer *w, wh_dlms_type type, uint64_t value)
{
    put_tag(w, type);
    wh_writer_put_u64be(w, value);
}

void wh_dlms_put_null(wh_writer *w)
{
    put_tag(w, WH_DLMS_NULL);
}

void wh_dlms_put_array(wh_writer *w, uint32_t count)
{
    put_tag(w, WH_DLMS_ARRAY);
    wh_dlms_put_length(w, count);
}

void wh_dlms_put_structure(wh_writer *w, uint32_t count)
{
    put_tag(w, WH_DLMS_STRUCTURE);
    wh_dlms_put_length(w, count);
}

void wh_dlms_put_boolean(wh_writer *w, bool value)
{
    put_u8(w, WH_DLMS_BOOLEAN, value ? 1 : 0);
}

void wh_dlms_put_bit_string(wh_writer *w, const uint8_t *bytes, uint32_t bits)
{
    put_tag(w, WH_DLMS_BIT_STRING);
    wh_dlms_put_length(w, bits);
    wh_writer_put_bytes(w, bytes, bits / 8U + (bits % 8U != 0 ? 1U : 0U));
}

void wh_dlms_put_double_long(wh_writer *w, int32_t value)
{
    put_u32(w, WH_DLMS_DOUBLE_LONG, (uint32_t)value);
}

void wh_dlms_put_double_long_unsigned(wh_writer *w, uint32_t value)
{
    put_u32(w, WH_DLMS_DOUBLE_LONG_UNSIGNED, value);
}

void wh_dlms_put_octet_string(wh_writer *w, const uint8_t *bytes, size_t len)
{
    put_string(w, WH_DLMS_OCTET_STRING, bytes, len);
}

void wh_dlms_put_visible_string(wh_writer *w, const char *text, size_t len)
{
    put_string(w, WH_DLMS_VISIBLE_STRING, (const uint8_t *)text, len);
}

void wh_dlms_put_utf8_string(wh_writer *w, const char *text, size_t len)
{
    put_string(w, WH_DLMS_UTF8_STRING, (const uint8_t *)text, len);
}

void wh_dlms_put_bcd(wh_writer *w, uint8_t value)
{
    put_u8(w, WH_DLMS_BCD, value);
}

void wh_dlms_put_integer(wh_writer *w, int8_t value)
{
    put_u8(w, WH_DLMS_INTEGER, (uint8_t)value);
}

void wh_dlms_put_long(wh_writer *w, int16_t value)
{
    put_u16(w, WH_DLMS_LONG, (uint16_t)value);
}

void wh_dlms_put_unsigned(wh_writer *w, uint8_t value)
{
    put_u8(w, WH_DLMS_UNSIGNED, value);
}

void wh_dlms_put_long_unsigned(wh_writer *w, uint16_t value)
{
    put_u16(w, WH_DLMS_LONG_UNSIGNED, value);
}

void wh_dlms_put_long64(wh_writer *w, int64_t value)
{
    put_u64(w, WH_DLMS_LONG64, (uint64_t)value);
}

void wh_dlms_put_long64_unsigned(wh_writer *w, uint64_t value)
{
    put_u64(w, WH_DLMS_LONG64_UNSIGNED, value);
}

void wh_dlms_put_enum(wh_writer *w, uint8_t value)
{
    put_u8(w, WH_DLMS_ENUM, value);
}

void wh_dlms_put_float32_bits(wh_writer *w, uint32_t bits)
{
    put_u32(w, WH_DLMS_FLOAT32, bits);
}

void wh_dlms_put_float64_bits(wh_writer *w, uint64_t bits)
{
    put_u64(w, WH_DLMS_FLOAT64, bits);
}

static void put_date(wh_writer *w, const wh_dlms_date_time *clock)
{
    wh_writer_put_u16be(w, clock->year);
    wh_writer_put_u8(w, clock->month);
    wh_writer_put_u8(w, clock->day);
    wh_writer_put_u8(w, clock->weekday);
}

static void put_time(wh_writer *w, const wh_dlms_date_time *clock)
{
    wh_writer_put_u8(w, clock->hour);
    wh_writer_put_u8(w, clock->minute);
    wh_writer_put_u8(w, clock->second);
    wh_writer_put_u8(w, clock->hundredths);
}

void wh_dlms_put_date_time(wh_writer *w, const wh_dlms_date_time *clock)
{
    put_date(w, clock);
    put_time(w, clock);
    wh_writer_put_u16be(w, (uint16_t)clock->deviation_min);
    wh_writer_put_u8(w, clock->status);
}

void wh_dlms_put_tagged_date_time(wh_writer *w, const wh_dlms_date_time *clock)
{
    put_tag(w, WH_DLMS_DATE_TIME);
    wh_dlms_put_date_time(w, clock);
}

void wh_dlms_put_tagged_date(wh_writer *w, const wh_dlms_date_time *clock)
{
    put_tag(w, WH_DLMS_DATE);
    put_date(w, clock);
}

void wh_dlms_put_tagged_time(wh_writer *w, const wh_dlms_date_time *clock)
{
    put_tag(w, WH_DLMS_TIME);
    put_time(w, clock);
}

/* A flat table of types: the case count is the standard's, not a measure of complexity. */
void wh_dlms_put_item(wh_writer *w,
                      const wh_dlms_item *item) /* NOLINT(readability-function-size) */
{
    switch (item->type) {
    case WH_DLMS_NULL:
    case WH_DLMS_DONT_CARE:
        put_tag(w, item->type);
        break;
    case WH_DLMS_ARRAY:
    case WH_DLMS_STRUCTURE:
        put_tag(w, item->type);
        wh_dlms_put_length(w, item->count);
        break;
    case WH_DLMS_INTEGER:
    case WH_DLMS_DELTA_INTEGER:
        put_u8(w, item->type, (uint8_t)item->i);
        break;
    case WH_DLMS_LONG:
    case WH_DLMS_DELTA_LONG:
        put_u16(w, item->type, (uint16_t)item->i);
        break;
    case WH_DLMS_DOUBLE_LONG:
    case WH_DLMS_DELTA_DOUBLE_LONG:
        put_u32(w, item->type, (uint32_t)item->i);
        break;
    case WH_DLMS_LONG64:
        put_u64(w, item->type, (uint64_t)item->i);
        break;
    case WH_DLMS_BOOLEAN:
    case WH_DLMS_BCD:
    case WH_DLMS_ENUM:
    case WH_DLMS_UNSIGNED:
    case WH_DLMS_DELTA_UNSIGNED:
        put_u8(w, item->type, (uint8_t)item->u);
        break;
    case WH_DLMS_LONG_UNSIGNED:
    case WH_DLMS_DELTA_LONG_UNSIGNED:
        put_u16(w, item->type, (uint16_t)item->u);
        break;
    case WH_DLMS_DOUBLE_LONG_UNSIGNED:
    case WH_DLMS_DELTA_DOUBLE_LONG_UNSIGNED:
    case WH_DLMS_FLOAT32:
        put_u32(w, item->type, (uint32_t)item->u);
        break;
    case WH_DLMS_LONG64_UNSIGNED:
    case WH_DLMS_FLOAT64:
        put_u64(w, item->type, item->u);
        break;
    case WH_DLMS_OCTET_STRING:
    case WH_DLMS_VISIBLE_STRING:
    case WH_DLMS_UTF8_STRING:
        put_string(w, item->type, item->octets.bytes, item->octets.len);
        break;
    case WH_DLMS_BIT_STRING:
        wh_dlms_put_bit_string(w, item->octets.bytes, item->bits);
        break;
    case WH_DLMS_DATE_TIME:
        wh_dlms_put_tagged_date_time(w, &item->clock);
        break;
    case WH_DLMS_DATE:
        wh_dlms_put_tagged_date(w, &item->clock);
        break;
    case WH_DLMS_TIME:
        wh_dlms_put_tagged_time(w, &item->clock);
        break;
    case WH_DLMS_COMPACT_ARRAY:
    default:
        wh_writer_fail(w, WH_ERR_UNSUPPORTED);
        break;
    }
}
