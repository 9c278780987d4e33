/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/dlms/dlms_apdu.h"
#include "protocol/dlms/dlms_wrapper.h"
#include "tests/protocol/dlms/dlms_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const requests[] = {
    "C001C1 0001 00002B0100FF 02 00",
    "C00181 0007 0100630100FF 02 01 01 0202 090100 1105",
    "C002C1 00000001",
    "C00241 FFFFFFFF",
    "C003C1 02 0001 00002A0000FF 02 00 0008 0000010000FF 02 00",
    "C003C1 02 000F 0000280000FF 02 01 01 00 0008 0000010000FF FF 00",
    "C003C1 00",
};

static const char *const responses[] = {
    "C401C1 00 0600001391",
    "C401C1 01 03",
    "C402C1 00 00000001 00 03 010203",
    "C402C1 01 00000013 01 0F",
    "C402C1 01 00000002 00 00",
    "C403C1 02 00 090101 01 04",
    "C403C1 00",
};

static void encode_request_again(wh_dlms_octets bytes, size_t size)
{
    wh_dlms_get_request request;
    uint8_t *out = malloc(size > 0 ? size : 1);
    wh_writer w = wh_writer_init(out, size);
    assert_int_equal(wh_dlms_get_request_decode(bytes, &request), WH_OK);
    wh_dlms_get_request_encode(&w, &request);
    assert_int_equal(wh_writer_err(&w), size < bytes.len ? WH_ERR_SPACE : WH_OK);
    if (size >= bytes.len) {
        assert_int_equal(wh_writer_len(&w), bytes.len);
        assert_memory_equal(out, bytes.bytes, bytes.len);
    }
    free(out);
}

static void requests_come_back_to_the_same_bytes_at_every_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        wh_dlms_octets bytes = octets_from_hex(requests[i]);
        for (size_t size = 0; size <= bytes.len + 1; size++) {
            encode_request_again(bytes, size);
        }
        octets_free(bytes);
    }
}

static void responses_come_back_to_the_same_bytes_at_every_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof responses / sizeof responses[0]; i++) {
        wh_dlms_octets bytes = octets_from_hex(responses[i]);
        for (size_t size = 0; size <= bytes.len; size++) {
            wh_dlms_get_response response;
            uint8_t *out = malloc(size > 0 ? size : 1);
            wh_writer w = wh_writer_init(out, size);
            assert_int_equal(wh_dlms_get_response_decode(bytes, &response), WH_OK);
            wh_dlms_get_response_encode(&w, &response);
            assert_int_equal(wh_writer_err(&w), size < bytes.len ? WH_ERR_SPACE : WH_OK);
            if (size == bytes.len) {
                assert_memory_equal(out, bytes.bytes, bytes.len);
            }
            free(out);
        }
        octets_free(bytes);
    }
}

static void every_prefix_is_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        wh_dlms_octets bytes = octets_from_hex(requests[i]);
        for (size_t n = 0; n < bytes.len; n++) {
            wh_dlms_get_request request;
            wh_dlms_octets prefix = {bytes_copy(bytes.bytes, n), n};
            assert_int_equal(wh_dlms_get_request_decode(prefix, &request), WH_ERR_SHORT);
            octets_free(prefix);
        }
        octets_free(bytes);
    }
    for (size_t i = 0; i + 2 < sizeof responses / sizeof responses[0]; i++) { /* but lists */
        wh_dlms_octets bytes = octets_from_hex(responses[i]);
        for (size_t n = 0; n < bytes.len; n++) {
            wh_dlms_get_response response;
            wh_dlms_octets prefix = {bytes_copy(bytes.bytes, n), n};
            assert_int_equal(wh_dlms_get_response_decode(prefix, &response), WH_ERR_SHORT);
            octets_free(prefix);
        }
        octets_free(bytes);
    }
}

static void fields_are_where_they_belong(void **state)
{
    (void)state;
    wh_dlms_get_request request;
    wh_dlms_octets bytes = octets_from_hex(requests[1]);
    const wh_obis name = WH_OBIS_INIT(1, 0, 99, 1, 0, 255);
    assert_int_equal(wh_dlms_get_request_decode(bytes, &request), WH_OK);
    assert_int_equal(request.invoke_id_and_priority, 0x81);
    assert_int_equal(request.attribute.class_id, 7);
    assert_true(wh_obis_equal(request.attribute.name, name));
    assert_int_equal(request.attribute.attribute, 2);
    assert_true(request.attribute.selective);
    assert_int_equal(request.attribute.selector, 1);
    assert_int_equal(request.attribute.selection.len, 7);
    octets_free(bytes);

    bytes = octets_from_hex(requests[5]);
    assert_int_equal(wh_dlms_get_request_decode(bytes, &request), WH_OK);
    assert_int_equal(request.count, 2);
    wh_reader r = wh_reader_init(request.list.bytes, request.list.len);
    wh_dlms_attribute first;
    wh_dlms_attribute second;
    wh_dlms_attribute_take(&r, &first);
    wh_dlms_attribute_take(&r, &second);
    assert_int_equal(wh_reader_err(&r), WH_OK);
    assert_int_equal(wh_reader_left(&r), 0);
    assert_true(first.selective && !second.selective);
    assert_int_equal(second.attribute, -1);
    octets_free(bytes);

    wh_dlms_get_response response;
    bytes = octets_from_hex(responses[5]);
    assert_int_equal(wh_dlms_get_response_decode(bytes, &response), WH_OK);
    r = wh_reader_init(response.data.bytes, response.data.len);
    wh_dlms_get_result data = wh_dlms_get_result_take(&r);
    wh_dlms_get_result refused = wh_dlms_get_result_take(&r);
    assert_int_equal(data.data.len, 3);
    assert_null(refused.data.bytes);
    assert_int_equal(refused.result, WH_DLMS_RESULT_OBJECT_UNDEFINED);
    octets_free(bytes);
}

static void broken_apdus_are_refused_with_the_reason(void **state)
{
    static const struct {
        const char *name;
        const char *hex;
        wh_err err;
    } rows[] = {
        {"another tag", "C101C1 0001 00002B0100FF 02 00", WH_ERR_FORMAT},
        {"a choice there is not", "C004C1 00000001", WH_ERR_UNSUPPORTED},
        {"bytes behind it", "C001C1 0001 00002B0100FF 02 00 00", WH_ERR_FORMAT},
        {"bytes behind a next", "C002C1 00000001 00", WH_ERR_FORMAT},
        {"a selection that is none", "C001C1 0001 00002B0100FF 02 01 01 07", WH_ERR_FORMAT},
        {"more attributes than bytes", "C003C1 8400FFFFFF 0001 00002A0000FF 02 00", WH_ERR_SHORT},
        {"fewer attributes than bytes", "C003C1 01 0001 00002A0000FF 02 00 0008 0000010000FF 02 00",
         WH_ERR_FORMAT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_dlms_octets bytes = octets_from_hex(rows[i].hex);
        wh_dlms_get_request request;
        print_message("%s\n", rows[i].name);
        assert_int_equal(wh_dlms_get_request_decode(bytes, &request), rows[i].err);
        octets_free(bytes);
    }
}

static void broken_responses_are_refused(void **state)
{
    static const struct {
        const char *name;
        const char *hex;
        wh_err err;
    } rows[] = {
        {"neither data nor result", "C401C1 02 0000", WH_ERR_FORMAT},
        {"a refusal that says success", "C401C1 01 00", WH_ERR_FORMAT},
        {"a block that says success as a refusal", "C402C1 01 00000001 01 00", WH_ERR_FORMAT},
        {"a block with bytes behind it", "C402C1 01 00000001 00 01 AA BB", WH_ERR_FORMAT},
        {"a value that is none", "C401C1 00 07", WH_ERR_FORMAT},
        {"a choice there is not", "C405C1 00", WH_ERR_UNSUPPORTED},
        {"more results than bytes", "C403C1 03 0000", WH_ERR_SHORT},
        {"bytes behind a value are borne", "C401C1 00 0600001391 0600001391", WH_OK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_dlms_octets bytes = octets_from_hex(rows[i].hex);
        wh_dlms_get_response response;
        print_message("%s\n", rows[i].name);
        assert_int_equal(wh_dlms_get_response_decode(bytes, &response), rows[i].err);
        octets_free(bytes);
    }
}

static void exceptions_come_back_to_the_same_bytes(void **state)
{
    static const char *const rows[] = {"D80101", "D80202", "D8010600000042"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_dlms_octets bytes = octets_from_hex(rows[i]);
        wh_dlms_exception exception;
        uint8_t out[16];
        wh_writer w = wh_writer_init(out, sizeof out);
        assert_int_equal(wh_dlms_exception_decode(bytes, &exception), WH_OK);
        wh_dlms_exception_encode(&w, &exception);
        assert_int_equal(wh_writer_len(&w), bytes.len);
        assert_memory_equal(out, bytes.bytes, bytes.len);
        for (size_t n = 0; n < bytes.len; n++) {
            wh_dlms_octets prefix = {bytes_copy(bytes.bytes, n), n};
            assert_int_equal(wh_dlms_exception_decode(prefix, &exception), WH_ERR_SHORT);
            octets_free(prefix);
        }
        octets_free(bytes);
    }
}

/* ---- the wrapper ---- */

static void frames_come_together_from_any_pieces(void **state)
{
    (void)state;
    wh_dlms_octets stream = octets_from_hex("0001 0010 0001 0003 AABBCC"
                                            "0001 0011 0001 0000"
                                            "0001 0012 0001 0004 01020304");
    static const uint16_t sources[] = {0x10, 0x11, 0x12};
    static const size_t lengths[] = {3, 0, 4};
    for (size_t piece = 1; piece <= stream.len; piece++) {
        uint8_t buf[4];
        wh_dlms_frames frames = wh_dlms_frames_init(buf, sizeof buf);
        size_t seen = 0;
        for (size_t at = 0; at < stream.len;) {
            size_t n = stream.len - at < piece ? stream.len - at : piece;
            uint8_t *exact = bytes_copy(stream.bytes + at, n);
            size_t used;
            wh_err err = wh_dlms_frames_feed(&frames, exact, n, &used);
            assert_true(used > 0 && used <= n);
            at += used;
            free(exact);
            if (err == WH_OK) {
                assert_int_equal(frames.wrapper.source, sources[seen]);
                assert_int_equal(wh_dlms_frames_apdu(&frames).len, lengths[seen]);
                seen++;
            } else {
                assert_int_equal(err, WH_ERR_SHORT);
            }
        }
        assert_int_equal(seen, 3);
    }
    octets_free(stream);
}

static void a_frame_too_long_goes_by_and_the_next_one_is_read(void **state)
{
    (void)state;
    wh_dlms_octets stream = octets_from_hex("0001 0010 0001 0005 AABBCCDDEE"
                                            "0001 0012 0001 0004 01020304");
    uint8_t buf[4];
    wh_dlms_frames frames = wh_dlms_frames_init(buf, sizeof buf);
    size_t used;
    assert_int_equal(wh_dlms_frames_feed(&frames, stream.bytes, stream.len, &used), WH_ERR_SPACE);
    assert_int_equal(used, 13);
    assert_int_equal(frames.wrapper.source, 0x10);
    assert_int_equal(wh_dlms_frames_feed(&frames, stream.bytes + 13, stream.len - 13, &used),
                     WH_OK);
    assert_int_equal(frames.wrapper.source, 0x12);
    assert_memory_equal(buf, "\1\2\3\4", 4);
    octets_free(stream);
}

static void another_version_is_no_wrapper(void **state)
{
    static const char *const rows[] = {"0002001000010001AA", "7EA00AAAAAAAAAAA",
                                       "0000001000010000"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_dlms_octets stream = octets_from_hex(rows[i]);
        uint8_t buf[4];
        wh_dlms_frames frames = wh_dlms_frames_init(buf, sizeof buf);
        size_t used;
        assert_int_equal(wh_dlms_frames_feed(&frames, stream.bytes, stream.len, &used),
                         WH_ERR_FORMAT);
        octets_free(stream);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_come_back_to_the_same_bytes_at_every_size),
        cmocka_unit_test(responses_come_back_to_the_same_bytes_at_every_size),
        cmocka_unit_test(every_prefix_is_short),
        cmocka_unit_test(fields_are_where_they_belong),
        cmocka_unit_test(broken_apdus_are_refused_with_the_reason),
        cmocka_unit_test(broken_responses_are_refused),
        cmocka_unit_test(exceptions_come_back_to_the_same_bytes),
        cmocka_unit_test(frames_come_together_from_any_pieces),
        cmocka_unit_test(a_frame_too_long_goes_by_and_the_next_one_is_read),
        cmocka_unit_test(another_version_is_no_wrapper),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
