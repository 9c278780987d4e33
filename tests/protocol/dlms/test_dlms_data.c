/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/dlms/dlms_data.h"
#include "tests/protocol/dlms/dlms_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

/* What a walk yields, as text: "{u1 [o0102]}". */
static void describe(FILE *out, const wh_dlms_item *item)
{
    switch (item->type) {
    case WH_DLMS_NULL:
        fprintf(out, "null");
        break;
    case WH_DLMS_BOOLEAN:
    case WH_DLMS_ENUM:
    case WH_DLMS_BCD:
    case WH_DLMS_UNSIGNED:
    case WH_DLMS_LONG_UNSIGNED:
    case WH_DLMS_DOUBLE_LONG_UNSIGNED:
    case WH_DLMS_LONG64_UNSIGNED:
    case WH_DLMS_DELTA_UNSIGNED:
    case WH_DLMS_DELTA_LONG_UNSIGNED:
    case WH_DLMS_DELTA_DOUBLE_LONG_UNSIGNED:
        fprintf(out, "u%llu", (unsigned long long)item->u);
        break;
    case WH_DLMS_FLOAT32:
    case WH_DLMS_FLOAT64:
        fprintf(out, "f%llx", (unsigned long long)item->u);
        break;
    case WH_DLMS_BIT_STRING:
        fprintf(out, "b%u:", item->bits);
        break;
    case WH_DLMS_OCTET_STRING:
    case WH_DLMS_VISIBLE_STRING:
    case WH_DLMS_UTF8_STRING:
        fprintf(out, "s");
        break;
    case WH_DLMS_DATE_TIME:
    case WH_DLMS_DATE:
    case WH_DLMS_TIME:
        fprintf(out, "%u-%u-%u/%u %u:%u:%u.%u %d %u", item->clock.year, item->clock.month,
                item->clock.day, item->clock.weekday, item->clock.hour, item->clock.minute,
                item->clock.second, item->clock.hundredths, item->clock.deviation_min,
                item->clock.status);
        break;
    case WH_DLMS_DONT_CARE:
        fprintf(out, "any");
        break;
    case WH_DLMS_ARRAY:
    case WH_DLMS_STRUCTURE:
    case WH_DLMS_COMPACT_ARRAY:
        fprintf(out, "%c", item->type == WH_DLMS_STRUCTURE ? '{' : '[');
        break;
    case WH_DLMS_DOUBLE_LONG:
    case WH_DLMS_INTEGER:
    case WH_DLMS_LONG:
    case WH_DLMS_LONG64:
    case WH_DLMS_DELTA_INTEGER:
    case WH_DLMS_DELTA_LONG:
    case WH_DLMS_DELTA_DOUBLE_LONG:
    default:
        fprintf(out, "i%lld", (long long)item->i);
        break;
    }
    for (size_t i = 0; i < item->octets.len; i++) {
        fprintf(out, "%02x", item->octets.bytes[i]);
    }
}

static wh_err walk_text(const uint8_t *bytes, size_t len, char *text, size_t size, size_t *used)
{
    FILE *out = fmemopen(text, size, "w");
    wh_dlms_walk walk = wh_dlms_walk_init(bytes, len);
    wh_dlms_item item;
    unsigned depth = 0;
    assert_non_null(out);
    while (wh_dlms_walk_next(&walk, &item)) {
        fprintf(out, "%s", depth > item.depth ? ")" : " ");
        depth = item.depth;
        describe(out, &item);
    }
    fclose(out);
    *used = wh_dlms_walk_len(&walk);
    return wh_dlms_walk_err(&walk);
}

/* Own construction after IEC 62056-6-2, but for the rows marked otherwise. */
static const struct {
    const char *name;
    const char *hex;
    const char *text;
} good[] = {
    {"null", "00", " null"},
    {"boolean, 1 preferred but any other is true", "03FF", " u1"},
    {"false", "0300", " u0"},
    {"integer", "0F80", " i-128"},
    {"long", "10FFFE", " i-2"},
    {"double-long", "0580000000", " i-2147483648"},
    {"long64", "14FFFFFFFFFFFFFFFF", " i-1"},
    {"unsigned", "11FF", " u255"},
    {"long-unsigned", "12FFFF", " u65535"},
    {"double-long-unsigned", "06FFFFFFFF", " u4294967295"},
    {"long64-unsigned", "15FFFFFFFFFFFFFFFF", " u18446744073709551615"},
    {"enum", "161E", " u30"},
    {"bcd", "0D42", " u66"},
    {"float32 1.0", "173F800000", " f3f800000"},
    {"float64 1.0", "183FF0000000000000", " f3ff0000000000000"},
    {"octet-string", "0903010203", " s010203"},
    {"empty octet-string", "0900", " s"},
    {"length in a longer form than needed", "09820002AABB", " saabb"},
    {"visible-string", "0A024142", " s4142"},
    {"utf8-string", "0C02C3A4", " sc3a4"},
    {"bit-string of 24", "0418001210", " b24:001210"},
    {"bit-string of 9", "0409FF80", " b9:ff80"},
    {"empty bit-string", "0400", " b0:"},
    {"date-time", "1907E70B0E02170D140CFFC400", " 2023-11-14/2 23:13:20.12 -60 0"},
    {"date", "1A07E70B0E02", " 2023-11-14/2 255:255:255.255 -32768 255"},
    {"time", "1B170D140C", " 65535-255-255/255 23:13:20.12 -32768 255"},
    {"deltas", "02061CFF1DFFFF1EFFFFFFFF1F012000022100000003", " { i-1 i-1 i-1 u1 u2 u3"},
    {"dont-care", "FF", " any"},
    {"structure", "020312000801021101110216FF", " { u8 [ u1 u2)u255"},
    {"empty array", "0100", " ["},
    {"empty array in a structure", "0202010011 05", " { [ u5"},
    {"compact-array of unsigned", "1311 03 010203", " [ u1 u2 u3"},
    {"empty compact-array", "1311 00", " ["},
    {"compact-array of structures", "1302021211 06 000105FFFE07",
     " [ { u1 u5)"
     "{ u65534 u7"},
    {"compact-array of arrays", "13010002 11 04 01020304", " [ [ u1 u2)[ u3 u4"},
    {"compact-array of strings", "1309 05 0201020103", " [ s0102 s03"},
    {"compact-array within a structure, then more", "0202 1311 02 0102 1103", " { [ u1 u2)u3"},
};

static void values_are_walked_in_the_order_of_the_wire(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        char text[256];
        size_t len;
        size_t used;
        uint8_t *bytes = bytes_from_hex(good[i].hex, &len);
        print_message("%s\n", good[i].name);
        assert_int_equal(walk_text(bytes, len, text, sizeof text, &used), WH_OK);
        assert_string_equal(text, good[i].text);
        assert_int_equal(used, len);
        free(bytes);
    }
}

static void every_prefix_is_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        size_t len;
        uint8_t *bytes = bytes_from_hex(good[i].hex, &len);
        for (size_t n = 0; n < len; n++) {
            uint8_t *prefix = bytes_copy(bytes, n);
            wh_reader r = wh_reader_init(prefix, n);
            assert_null(wh_dlms_take_value(&r).bytes);
            assert_int_equal(wh_reader_err(&r), WH_ERR_SHORT);
            free(prefix);
        }
        free(bytes);
    }
}

static void a_value_is_taken_whole_and_what_follows_is_left(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        size_t len;
        uint8_t *bytes = bytes_from_hex(good[i].hex, &len);
        uint8_t *longer = malloc(len + 3);
        assert_non_null(longer);
        memcpy(longer, bytes, len);
        memset(longer + len, 0x55, 3);
        wh_reader r = wh_reader_init(longer, len + 3);
        assert_int_equal(wh_dlms_take_value(&r).len, len);
        assert_int_equal(wh_reader_err(&r), WH_OK);
        assert_int_equal(wh_reader_left(&r), 3);
        free(longer);
        free(bytes);
    }
}

/* Values without compact-array and odd lengths: written again they are the same bytes. */
static void what_was_walked_is_written_to_the_same_bytes_at_every_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        size_t len;
        uint8_t *bytes = bytes_from_hex(good[i].hex, &len);
        bool other_form = strstr(good[i].name, "compact") != NULL ||
                          strstr(good[i].name, "longer form") != NULL ||
                          strstr(good[i].name, "any other") != NULL;
        for (size_t size = 0; size <= len && !other_form; size++) {
            uint8_t *out = malloc(size > 0 ? size : 1);
            wh_writer w = wh_writer_init(out, size);
            wh_dlms_walk walk = wh_dlms_walk_init(bytes, len);
            wh_dlms_item item;
            while (wh_dlms_walk_next(&walk, &item)) {
                wh_dlms_put_item(&w, &item);
            }
            assert_int_equal(wh_writer_err(&w), size < len ? WH_ERR_SPACE : WH_OK);
            if (size == len) {
                assert_memory_equal(out, bytes, len);
            }
            free(out);
        }
        free(bytes);
    }
}

static void broken_values_are_refused_with_the_reason(void **state)
{
    static const struct {
        const char *name;
        const char *hex;
        wh_err err;
    } rows[] = {
        {"no such tag", "07", WH_ERR_FORMAT},
        {"no such tag", "0B", WH_ERR_FORMAT},
        {"no such tag", "22", WH_ERR_FORMAT},
        {"only the value itself is looked at", "020111000708", WH_OK},
        {"no such tag as an element", "02020700", WH_ERR_FORMAT},
        {"indefinite length", "0980", WH_ERR_FORMAT},
        {"length of five octets", "09850000000001AA", WH_ERR_FORMAT},
        {"more elements than bytes", "018400FFFFFF00", WH_ERR_SHORT},
        {"a string longer than the input", "0984FFFFFFFF00", WH_ERR_SHORT},
        {"a bit-string longer than the input", "0484FFFFFFFF00", WH_ERR_SHORT},
        {"compact-array of null", "1300 03 000000", WH_ERR_UNSUPPORTED},
        {"compact-array of dont-care", "13FF 01 00", WH_ERR_UNSUPPORTED},
        {"compact-array of empty structures", "130200 01 00", WH_ERR_UNSUPPORTED},
        {"compact-array of empty arrays", "13010000 11 01 00", WH_ERR_UNSUPPORTED},
        {"compact-array of compact-arrays", "131311 01 00", WH_ERR_UNSUPPORTED},
        {"compact-array of an unknown type", "1307 01 00", WH_ERR_FORMAT},
        {"compact-array that ends within an element", "1312 03 000100", WH_ERR_FORMAT},
        {"compact-array that ends within a string", "1309 02 0501", WH_ERR_FORMAT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len;
        uint8_t *bytes = bytes_from_hex(rows[i].hex, &len);
        wh_reader r = wh_reader_init(bytes, len);
        print_message("%s\n", rows[i].name);
        (void)wh_dlms_take_value(&r);
        assert_int_equal(wh_reader_err(&r), rows[i].err);
        free(bytes);
    }
}

static void depth_is_limited(void **state)
{
    (void)state;
    for (unsigned depth = WH_DLMS_DEPTH_MAX - 1; depth <= WH_DLMS_DEPTH_MAX + 1; depth++) {
        uint8_t bytes[2 * (WH_DLMS_DEPTH_MAX + 1) + 1] = {0};
        for (unsigned i = 0; i < depth; i++) {
            bytes[2 * i] = 0x01;
            bytes[2 * i + 1] = 0x01;
        }
        uint8_t *exact = bytes_copy(bytes, 2 * depth + 1);
        wh_reader r = wh_reader_init(exact, 2 * depth + 1);
        (void)wh_dlms_take_value(&r);
        assert_int_equal(wh_reader_err(&r), depth <= WH_DLMS_DEPTH_MAX ? WH_OK : WH_ERR_RANGE);
        free(exact);
    }
}

/* A description nested as deep, and a body of its own. */
static void depth_is_limited_in_a_compact_array_too(void **state)
{
    (void)state;
    for (unsigned depth = 1; depth <= 2 * WH_DLMS_DEPTH_MAX; depth++) {
        uint8_t bytes[4 * WH_DLMS_DEPTH_MAX + 4] = {0x13};
        size_t len = 1;
        for (unsigned i = 0; i < depth; i++) {
            bytes[len++] = 0x02;
            bytes[len++] = 0x01;
        }
        bytes[len++] = 0x11;
        bytes[len++] = 0x01;
        bytes[len++] = 0x2A;
        uint8_t *exact = bytes_copy(bytes, len);
        wh_reader r = wh_reader_init(exact, len);
        (void)wh_dlms_take_value(&r);
        assert_int_equal(wh_reader_err(&r), depth < WH_DLMS_DEPTH_MAX ? WH_OK : WH_ERR_RANGE);
        free(exact);
    }
}

static void lengths_have_their_shortest_form(void **state)
{
    static const struct {
        uint32_t length;
        const char *hex;
    } rows[] = {
        {0, "00"},
        {127, "7F"},
        {128, "8180"},
        {255, "81FF"},
        {256, "820100"},
        {65535, "82FFFF"},
        {65536, "83010000"},
        {0x1000000, "8401000000"},
        {UINT32_MAX, "84FFFFFFFF"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_dlms_octets want = octets_from_hex(rows[i].hex);
        uint8_t out[5];
        wh_writer w = wh_writer_init(out, sizeof out);
        wh_dlms_put_length(&w, rows[i].length);
        assert_int_equal(wh_writer_len(&w), want.len);
        assert_int_equal(wh_dlms_length_len(rows[i].length), want.len);
        assert_memory_equal(out, want.bytes, want.len);
        wh_reader r = wh_reader_init(want.bytes, want.len);
        assert_int_equal(wh_dlms_take_length(&r), rows[i].length);
        octets_free(want);
    }
}

static void a_date_time_is_judged_by_its_fields(void **state)
{
    static const struct {
        const char *hex;
        bool valid;
    } rows[] = {
        {"07E70B0E02170D140CFFC400", true},  {"FFFFFFFFFFFFFFFFFF8000FF", true},
        {"FFFF03FE0702000000800000", true},  {"FFFFFDFDFF02000000800000", true},
        {"07E7000E02170D140CFFC400", false}, {"07E70D0E02170D140CFFC400", false},
        {"07E70B0002170D140CFFC400", false}, {"07E70B2002170D140CFFC400", false},
        {"07E70B0E08170D140CFFC400", false}, {"07E70B0E02180D140CFFC400", false},
        {"07E70B0E02173C140CFFC400", false}, {"07E70B0E02170D3C0CFFC400", false},
        {"07E70B0E02170D1464FFC400", false}, {"07E70B0E02170D140C02D000", true},
        {"07E70B0E02170D140C02D100", false}, {"07E70B0E02170D140CFD3000", true},
        {"07E70B0E02170D140CFD2F00", false}, {"000000000000000000000000", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_dlms_octets bytes = octets_from_hex(rows[i].hex);
        wh_reader r = wh_reader_init(bytes.bytes, bytes.len);
        wh_dlms_date_time clock = wh_dlms_take_date_time(&r);
        uint8_t out[WH_DLMS_DATE_TIME_LEN];
        wh_writer w = wh_writer_init(out, sizeof out);
        assert_int_equal(wh_dlms_date_time_is_valid(&clock), rows[i].valid);
        wh_dlms_put_date_time(&w, &clock);
        assert_memory_equal(out, bytes.bytes, bytes.len);
        octets_free(bytes);
    }
}

static void typed_writers_write_their_type(void **state)
{
    (void)state;
    uint8_t out[128];
    const uint8_t bits[] = {0xA0};
    wh_dlms_date_time clock = {.year = 2023, .month = 11, .day = 14, .weekday = 2};
    wh_writer w = wh_writer_init(out, sizeof out);
    wh_dlms_put_null(&w);
    wh_dlms_put_boolean(&w, true);
    wh_dlms_put_bit_string(&w, bits, 3);
    wh_dlms_put_double_long(&w, -1);
    wh_dlms_put_utf8_string(&w, "a", 1);
    wh_dlms_put_bcd(&w, 0x12);
    wh_dlms_put_float32_bits(&w, 0x3F800000);
    wh_dlms_put_float64_bits(&w, 1);
    wh_dlms_put_tagged_date(&w, &clock);
    wh_dlms_put_tagged_time(&w, &clock);
    wh_dlms_put_tagged_date_time(&w, &clock);
    wh_dlms_octets want = octets_from_hex("00 0301 0403A0 05FFFFFFFF 0C0161 0D12 173F800000 "
                                          "180000000000000001 1A07E70B0E02 1B00000000 "
                                          "1907E70B0E02 00000000 0000 00");
    assert_int_equal(wh_writer_len(&w), want.len);
    assert_memory_equal(out, want.bytes, want.len);
    octets_free(want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_walked_in_the_order_of_the_wire),
        cmocka_unit_test(every_prefix_is_short),
        cmocka_unit_test(a_value_is_taken_whole_and_what_follows_is_left),
        cmocka_unit_test(what_was_walked_is_written_to_the_same_bytes_at_every_size),
        cmocka_unit_test(broken_values_are_refused_with_the_reason),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(depth_is_limited_in_a_compact_array_too),
        cmocka_unit_test(lengths_have_their_shortest_form),
        cmocka_unit_test(a_date_time_is_judged_by_its_fields),
        cmocka_unit_test(typed_writers_write_their_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
