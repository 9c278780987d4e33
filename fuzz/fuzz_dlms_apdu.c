/* SPDX-License-Identifier: Apache-2.0 */
/* Every decoder of protocol/dlms. The first byte chooses; what decodes must encode, and what
 * was encoded must decode to the same. */
#include "protocol/dlms/dlms_acse.h"
#include "protocol/dlms/dlms_apdu.h"
#include "protocol/dlms/dlms_initiate.h"
#include "protocol/dlms/dlms_wrapper.h"

#include <stdlib.h>
#include <string.h>

static uint8_t encoded[1 << 17];

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* A walk ends, stays within its input, and what it yields can be written and walked again. */
static void fuzz_value(const uint8_t *data, size_t size)
{
    wh_dlms_walk walk = wh_dlms_walk_init(data, size);
    wh_writer w = wh_writer_init(encoded, sizeof encoded);
    wh_dlms_item item;
    size_t items = 0;
    while (wh_dlms_walk_next(&walk, &item)) {
        expect(item.depth <= WH_DLMS_DEPTH_MAX);
        expect(++items <= size * (WH_DLMS_DEPTH_MAX + 1));
        wh_dlms_put_item(&w, &item);
    }
    expect(wh_dlms_walk_len(&walk) <= size);
    if (wh_dlms_walk_err(&walk) != WH_OK || wh_writer_err(&w) != WH_OK) {
        return;
    }
    wh_dlms_walk again = wh_dlms_walk_init(encoded, wh_writer_len(&w));
    size_t items_again = 0;
    while (wh_dlms_walk_next(&again, &item)) {
        items_again++;
    }
    expect(wh_dlms_walk_err(&again) == WH_OK && items_again == items);
    expect(wh_dlms_walk_len(&again) == wh_writer_len(&w));
}

static void fuzz_association(uint8_t tag, const uint8_t *data, size_t size)
{
    wh_dlms_association_apdu apdu;
    if (wh_dlms_association_decode(tag, data, size, &apdu) != WH_OK) {
        return;
    }
    wh_writer w = wh_writer_init(encoded, sizeof encoded);
    wh_dlms_association_encode(&w, tag, &apdu);
    if (wh_writer_err(&w) != WH_OK) {
        return;
    }
    wh_dlms_association_apdu again;
    expect(wh_dlms_association_decode(tag, encoded, wh_writer_len(&w), &again) == WH_OK);
    expect(again.result == apdu.result && again.diagnostic == apdu.diagnostic);
    expect(again.context_name.len == apdu.context_name.len);
    expect(again.user_information.len == apdu.user_information.len);
    expect(again.ae_invocation_id.value == apdu.ae_invocation_id.value);
}

static void fuzz_release(uint8_t tag, const uint8_t *data, size_t size)
{
    wh_dlms_release_apdu apdu;
    if (wh_dlms_release_decode(tag, data, size, &apdu) == WH_OK) {
        wh_writer w = wh_writer_init(encoded, sizeof encoded);
        wh_dlms_release_encode(&w, tag, &apdu);
    }
}

static void fuzz_get(wh_dlms_octets apdu)
{
    wh_dlms_get_request request;
    wh_dlms_get_response response;
    wh_writer w = wh_writer_init(encoded, sizeof encoded);
    if (wh_dlms_get_request_decode(apdu, &request) == WH_OK) {
        wh_dlms_get_request_encode(&w, &request);
        wh_dlms_octets written = {encoded, wh_writer_len(&w)};
        wh_dlms_get_request again;
        expect(wh_writer_err(&w) == WH_OK && wh_writer_len(&w) <= apdu.len);
        expect(wh_dlms_get_request_decode(written, &again) == WH_OK);
        expect(again.count == request.count && again.block_number == request.block_number);
    }
    if (wh_dlms_get_response_decode(apdu, &response) == WH_OK) {
        wh_dlms_get_response_encode(&w, &response);
        wh_reader r = wh_reader_init(response.data.bytes, response.data.len);
        for (uint32_t i = 0; i < response.count && wh_reader_err(&r) == WH_OK; i++) {
            (void)wh_dlms_get_result_take(&r);
        }
    }
}

static void fuzz_small(wh_dlms_octets apdu)
{
    wh_dlms_initiate_request request;
    wh_dlms_initiate_response response;
    wh_dlms_service_error error;
    wh_dlms_exception exception;
    wh_writer w = wh_writer_init(encoded, sizeof encoded);
    if (wh_dlms_initiate_request_decode(apdu, &request) == WH_OK) {
        wh_dlms_initiate_request_encode(&w, &request);
    }
    if (wh_dlms_initiate_response_decode(apdu, &response) == WH_OK) {
        wh_dlms_initiate_response_encode(&w, &response);
    }
    if (wh_dlms_service_error_decode(apdu, &error) == WH_OK) {
        wh_dlms_service_error_encode(&w, &error);
    }
    if (wh_dlms_exception_decode(apdu, &exception) == WH_OK) {
        wh_dlms_exception_encode(&w, &exception);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > UINT16_MAX) {
        return 0;
    }
    uint8_t *exact = malloc(size); /* so that reading one byte too many is seen */
    expect(exact != NULL);
    memcpy(exact, data + 1, size - 1);
    wh_dlms_octets apdu = {exact, size - 1};
    switch (data[0]) {
    case 0:
        fuzz_value(apdu.bytes, apdu.len);
        break;
    case WH_DLMS_TAG_AARQ:
    case WH_DLMS_TAG_AARE:
        fuzz_association(data[0], apdu.bytes, apdu.len);
        break;
    case WH_DLMS_TAG_RLRQ:
    case WH_DLMS_TAG_RLRE:
        fuzz_release(data[0], apdu.bytes, apdu.len);
        break;
    case WH_DLMS_TAG_GET_REQUEST:
        fuzz_get(apdu);
        break;
    default:
        fuzz_small(apdu);
        break;
    }
    free(exact);
    return 0;
}
