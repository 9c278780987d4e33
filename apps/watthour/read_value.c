/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour/read_value.h"

#include "core/decimal.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static bool is_plain(wh_dlms_octets text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.bytes[i] < 0x20 || text.bytes[i] > 0x7E) {
            return false;
        }
    }
    return true;
}

/* Length of the UTF-8 character at text[at], 0 where it is none or a control character. */
static size_t utf8_len(wh_dlms_octets text, size_t at)
{
    uint8_t first = text.bytes[at];
    if (first < 0x80) {
        return first >= 0x20 && first != 0x7F ? 1 : 0;
    }
    size_t len = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    uint32_t code = first & (0x7FU >> len);
    if (first < 0xC2 || first > 0xF4 || text.len - at < len) {
        return 0;
    }
    for (size_t i = 1; i < len; i++) {
        if ((text.bytes[at + i] & 0xC0U) != 0x80U) {
            return 0;
        }
        code = code << 6 | (text.bytes[at + i] & 0x3FU);
    }
    bool shortest = code >= (len == 2 ? 0xA0U : len == 3 ? 0x800U : 0x10000U);
    return shortest && (code < 0xD800 || code > 0xDFFF) && code <= 0x10FFFF ? len : 0;
}

static bool is_utf8(wh_dlms_octets text)
{
    for (size_t at = 0; at < text.len;) {
        size_t len = utf8_len(text, at);
        if (len == 0) {
            return false;
        }
        at += len;
    }
    return true;
}

static void print_escaped(FILE *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\') {
            (void)fputc('\\', out);
        }
        if (c < 0x20) {
            (void)fprintf(out, "\\u%04x", c);
        } else {
            (void)fputc(c, out);
        }
    }
}

void wh_read_print_json_string(FILE *out, const char *text)
{
    (void)fputc('"', out);
    print_escaped(out, text, strlen(text));
    (void)fputc('"', out);
}

static void quote(FILE *out, const wh_read_format *format)
{
    if (format->json) {
        (void)fputc('"', out);
    }
}

static void print_octets(FILE *out, const wh_dlms_item *item, const wh_read_format *format)
{
    bool text = item->type == WH_DLMS_UTF8_STRING ? is_utf8(item->octets) : is_plain(item->octets);
    quote(out, format);
    if (text && item->type != WH_DLMS_BIT_STRING) {
        if (format->json) {
            print_escaped(out, (const char *)item->octets.bytes, item->octets.len);
        } else {
            (void)fwrite(item->octets.bytes, 1, item->octets.len, out);
        }
    } else {
        for (size_t i = 0; i < item->octets.len; i++) {
            (void)fprintf(out, "%02X", item->octets.bytes[i]);
        }
    }
    quote(out, format);
}

/* A field that may be "not specified". */
static void print_field(FILE *out, const char *before, unsigned width, unsigned value, unsigned no)
{
    (void)fputs(before, out);
    if (value == no) {
        (void)fprintf(out, "%.*s", (int)width, "****");
    } else {
        (void)fprintf(out, "%0*u", (int)width, value);
    }
}

/* ISO 8601. The deviation of COSEM leads from local time to UTC, that of ISO the other way. */
static void print_clock(FILE *out, const wh_dlms_date_time *c, const wh_read_format *format)
{
    bool date = c->year != 0xFFFF || c->month != 0xFF || c->day != 0xFF;
    bool time = c->hour != 0xFF || c->minute != 0xFF || c->second != 0xFF;
    if (!date && !time) {
        (void)fputs(format->json ? "null" : "-", out);
        return;
    }
    quote(out, format);
    if (date) {
        print_field(out, "", 4, c->year, 0xFFFF);
        print_field(out, "-", 2, c->month, 0xFF);
        print_field(out, "-", 2, c->day, 0xFF);
    }
    if (time) {
        print_field(out, date ? "T" : "", 2, c->hour, 0xFF);
        print_field(out, ":", 2, c->minute, 0xFF);
        print_field(out, ":", 2, c->second, 0xFF);
        if (c->hundredths != 0xFF && c->hundredths != 0) {
            (void)fprintf(out, ".%02u", c->hundredths);
        }
        if (c->deviation_min != WH_DLMS_DEVIATION_NONE) {
            unsigned minutes =
                (unsigned)(c->deviation_min < 0 ? -c->deviation_min : c->deviation_min);
            (void)fprintf(out, "%c%02u:%02u", c->deviation_min > 0 ? '-' : '+', minutes / 60,
                          minutes % 60);
        }
    }
    quote(out, format);
}

static void print_integer(FILE *out, int64_t value, int8_t scaler)
{
    char text[WH_DECIMAL_TEXT_SIZE];
    (void)wh_decimal_format(value, scaler, text);
    (void)fputs(text, out);
}

static void print_unsigned(FILE *out, uint64_t value, int8_t scaler)
{
    if (value <= INT64_MAX) {
        print_integer(out, (int64_t)value, scaler);
    } else if (scaler == 0) {
        (void)fprintf(out, "%" PRIu64, value);
    } else {
        (void)fprintf(out, "%" PRIu64 "e%d", value, scaler);
    }
}

static void print_float(FILE *out, const wh_dlms_item *item, const wh_read_format *format)
{
    double value = 0;
    int digits = 17;
    if (item->type == WH_DLMS_FLOAT32) {
        uint32_t bits = (uint32_t)item->u;
        float single = 0;
        memcpy(&single, &bits, sizeof single);
        value = (double)single;
        digits = 9;
    } else {
        memcpy(&value, &item->u, sizeof value);
    }
    if (isfinite(value)) {
        (void)fprintf(out, "%.*g", digits, value * pow(10, format->scaler));
    } else {
        (void)fputs(format->json ? "null" : "-", out);
    }
}

static bool is_signed(wh_dlms_type type)
{
    return type == WH_DLMS_INTEGER || type == WH_DLMS_LONG || type == WH_DLMS_DOUBLE_LONG ||
           type == WH_DLMS_LONG64 || type == WH_DLMS_DELTA_INTEGER || type == WH_DLMS_DELTA_LONG ||
           type == WH_DLMS_DELTA_DOUBLE_LONG;
}

static bool is_string(wh_dlms_type type)
{
    return type == WH_DLMS_OCTET_STRING || type == WH_DLMS_VISIBLE_STRING ||
           type == WH_DLMS_UTF8_STRING || type == WH_DLMS_BIT_STRING;
}

static void print_scalar(FILE *out, const wh_dlms_item *item, const wh_read_format *format)
{
    int8_t scaler = item->depth == 0 ? format->scaler : 0;
    if (item->type == WH_DLMS_NULL || item->type == WH_DLMS_DONT_CARE) {
        (void)fputs(format->json ? "null" : "-", out);
    } else if (item->type == WH_DLMS_BOOLEAN) {
        (void)fputs(item->u != 0 ? "true" : "false", out);
    } else if (item->type == WH_DLMS_OCTET_STRING && format->clock && item->depth == 0 &&
               item->octets.len == WH_DLMS_DATE_TIME_LEN) {
        wh_reader r = wh_reader_init(item->octets.bytes, item->octets.len);
        wh_dlms_date_time clock = wh_dlms_take_date_time(&r);
        print_clock(out, &clock, format);
    } else if (is_string(item->type)) {
        print_octets(out, item, format);
    } else if (item->type == WH_DLMS_DATE_TIME || item->type == WH_DLMS_DATE ||
               item->type == WH_DLMS_TIME) {
        print_clock(out, &item->clock, format);
    } else if (item->type == WH_DLMS_FLOAT32 || item->type == WH_DLMS_FLOAT64) {
        print_float(out, item, format);
    } else if (item->type == WH_DLMS_BCD) {
        (void)fprintf(out, format->json ? "\"%02X\"" : "%02X", (unsigned)item->u);
    } else if (is_signed(item->type)) {
        print_integer(out, item->i, scaler);
    } else {
        print_unsigned(out, item->u, scaler);
    }
}

bool wh_read_print_value(FILE *out, wh_dlms_octets data, const wh_read_format *format)
{
    const char *brackets = format->json ? "[]" : "{}";
    wh_dlms_walk walk = wh_dlms_walk_init(data.bytes, data.len);
    wh_dlms_item item;
    unsigned open = 0;
    bool first = true;
    while (wh_dlms_walk_next(&walk, &item)) {
        for (; open > item.depth; open--) {
            (void)fputc(brackets[1], out);
            first = false;
        }
        (void)fputs(first ? "" : ", ", out);
        first = item.type == WH_DLMS_ARRAY || item.type == WH_DLMS_STRUCTURE ||
                item.type == WH_DLMS_COMPACT_ARRAY;
        if (first) {
            (void)fputc(brackets[0], out);
            open++;
        } else {
            print_scalar(out, &item, format);
        }
    }
    for (; open > 0; open--) {
        (void)fputc(brackets[1], out);
    }
    return wh_dlms_walk_err(&walk) == WH_OK;
}

bool wh_read_scaler_unit(wh_dlms_octets data, int8_t *scaler, uint8_t *unit)
{
    wh_dlms_walk walk = wh_dlms_walk_init(data.bytes, data.len);
    wh_dlms_item top;
    wh_dlms_item first;
    wh_dlms_item second;
    if (!wh_dlms_walk_next(&walk, &top) || top.type != WH_DLMS_STRUCTURE || top.count != 2 ||
        !wh_dlms_walk_next(&walk, &first) || first.type != WH_DLMS_INTEGER ||
        !wh_dlms_walk_next(&walk, &second) || second.type != WH_DLMS_ENUM) {
        return false;
    }
    *scaler = (int8_t)first.i;
    *unit = (uint8_t)second.u;
    return true;
}
