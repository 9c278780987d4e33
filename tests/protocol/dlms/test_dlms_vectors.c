/* SPDX-License-Identifier: Apache-2.0 */
/* Known good APDUs of other people, where they are at hand: decoded, and encoded again to the
 * same bytes. */
#include "protocol/dlms/dlms_apdu.h"
#include "protocol/dlms/dlms_initiate.h"
#include "tests/protocol/dlms/dlms_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#define APDUS WH_SHARED_DIR "/data/dlms/apdus/apdus.json"

typedef struct {
    unsigned checked;
    const char *test;
    const char *hex;
} progress;

static void expect_same(progress *p, wh_err err, const wh_writer *w, wh_dlms_octets bytes)
{
    bool same = err == WH_OK && wh_writer_err(w) == WH_OK && wh_writer_len(w) == bytes.len &&
                memcmp(w->buf, bytes.bytes, bytes.len) == 0;
    if (!same) {
        fail_msg("%s: %s: %s", p->test, wh_err_text(err), p->hex);
    }
    p->checked++;
}

static bool name_has(const progress *p, const char *word)
{
    return strstr(p->test, word) != NULL;
}

/* Tests whose bytes are wrong on purpose, or lists that were never whole. */
static bool is_meant_to_fail(const progress *p)
{
    return name_has(p, "wrong") || name_has(p, "raises") || name_has(p, "invalid") ||
           name_has(p, "with_list");
}

static void check_acse(progress *p, wh_dlms_octets bytes)
{
    uint8_t out[256];
    wh_writer w = wh_writer_init(out, sizeof out);
    wh_dlms_association_apdu association;
    wh_dlms_release_apdu release;
    wh_err err = WH_OK;
    if (bytes.bytes[0] <= WH_DLMS_TAG_AARE) {
        err = wh_dlms_association_decode(bytes.bytes[0], bytes.bytes, bytes.len, &association);
        wh_dlms_association_encode(&w, bytes.bytes[0], &association);
    } else {
        err = wh_dlms_release_decode(bytes.bytes[0], bytes.bytes, bytes.len, &release);
        wh_dlms_release_encode(&w, bytes.bytes[0], &release);
    }
    expect_same(p, err, &w, bytes);
}

static void check_initiate(progress *p, wh_dlms_octets bytes)
{
    uint8_t out[64];
    wh_writer w = wh_writer_init(out, sizeof out);
    wh_dlms_initiate_request request;
    wh_dlms_initiate_response response;
    wh_err err = WH_OK;
    if (bytes.bytes[0] == WH_DLMS_TAG_INITIATE_REQUEST) {
        err = wh_dlms_initiate_request_decode(bytes, &request);
        wh_dlms_initiate_request_encode(&w, &request);
    } else {
        err = wh_dlms_initiate_response_decode(bytes, &response);
        wh_dlms_initiate_response_encode(&w, &response);
    }
    expect_same(p, err, &w, bytes);
}

static void check_get(progress *p, wh_dlms_octets bytes)
{
    static uint8_t out[4096];
    wh_writer w = wh_writer_init(out, sizeof out);
    wh_dlms_get_request request;
    wh_dlms_get_response response;
    wh_err err = WH_OK;
    if (bytes.bytes[0] == WH_DLMS_TAG_GET_REQUEST) {
        err = wh_dlms_get_request_decode(bytes, &request);
        wh_dlms_get_request_encode(&w, &request);
    } else {
        err = wh_dlms_get_response_decode(bytes, &response);
        wh_dlms_get_response_encode(&w, &response);
    }
    expect_same(p, err, &w, bytes);
}

static void check_value(progress *p, wh_dlms_octets bytes)
{
    wh_reader r = wh_reader_init(bytes.bytes, bytes.len);
    (void)wh_dlms_take_value(&r);
    if (wh_reader_err(&r) != WH_OK || wh_reader_left(&r) != 0) {
        fail_msg("%s: %s", p->test, p->hex);
    }
    p->checked++;
}

static void check(progress *p, const char *file, wh_dlms_octets bytes)
{
    uint8_t tag = bytes.len > 0 ? bytes.bytes[0] : 0;
    if (strncmp(file, "test_asce/", 10) == 0 && tag >= WH_DLMS_TAG_AARQ &&
        tag <= WH_DLMS_TAG_RLRE) {
        check_acse(p, bytes);
    } else if (strcmp(file, "test_xdlms/test_initiate.py") == 0 &&
               (tag == WH_DLMS_TAG_INITIATE_REQUEST || tag == WH_DLMS_TAG_INITIATE_RESPONSE)) {
        check_initiate(p, bytes);
    } else if ((strcmp(file, "test_xdlms/test_get.py") == 0 ||
                strcmp(file, "test_xdlms/test_selective_access.py") == 0) &&
               (tag == WH_DLMS_TAG_GET_REQUEST || tag == WH_DLMS_TAG_GET_RESPONSE) &&
               !is_meant_to_fail(p)) {
        check_get(p, bytes);
    } else if (strcmp(file, "test_parsers.py") == 0 || strcmp(file, "test_dlms_data.py") == 0) {
        check_value(p, bytes);
    }
}

static void known_good_apdus_are_understood(void **state)
{
    (void)state;
    json_error_t error;
    json_t *rows = json_load_file(APDUS, 0, &error);
    if (rows == NULL) {
        print_message("skipped: %s is not here\n", APDUS);
        return;
    }
    progress p = {0};
    size_t index;
    json_t *row;
    json_array_foreach(rows, index, row)
    {
        p.test = json_string_value(json_object_get(row, "test"));
        p.hex = json_string_value(json_object_get(row, "hex"));
        wh_dlms_octets bytes = octets_from_hex(p.hex);
        check(&p, json_string_value(json_object_get(row, "file")), bytes);
        octets_free(bytes);
    }
    print_message("%u APDUs and values\n", p.checked);
    assert_true(p.checked >= 40);
    json_decref(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_good_apdus_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
