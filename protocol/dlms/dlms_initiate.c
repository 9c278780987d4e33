/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/dlms/dlms_initiate.h"

#include <string.h>

static bool take_presence(wh_reader *r)
{
    return wh_reader_take_u8(r) != 0;
}

static wh_dlms_optional take_quality(wh_reader *r)
{
    wh_dlms_optional out = {.present = take_presence(r)};
    if (out.present) {
        out.value = (int8_t)wh_reader_take_u8(r);
    }
    return out;
}

/* [APPLICATION 31] BIT STRING of 24: 5F 1F 04 00 xx xx xx. */
static uint32_t take_conformance(wh_reader *r)
{
    wh_reader_expect_u8(r, 0x5F);
    if (wh_reader_peek_u8(r, 0) == 0x1F) {
        (void)wh_reader_take_u8(r);
    }
    wh_reader_expect_u8(r, 4);
    (void)wh_reader_take_u8(r); /* unused bits */
    uint32_t high = wh_reader_take_u8(r);
    return (high << 16) | wh_reader_take_u16be(r);
}

static void put_conformance(wh_writer *w, uint32_t conformance)
{
    static const uint8_t head[] = {0x5F, 0x1F, 0x04, 0x00};
    wh_writer_put_bytes(w, head, sizeof head);
    wh_writer_put_u8(w, (uint8_t)(conformance >> 16));
    wh_writer_put_u16be(w, (uint16_t)conformance);
}

wh_err wh_dlms_initiate_request_decode(wh_dlms_octets apdu, wh_dlms_initiate_request *out)
{
    memset(out, 0, sizeof *out);
    wh_reader r = wh_reader_init(apdu.bytes, apdu.len);
    wh_reader_expect_u8(&r, WH_DLMS_TAG_INITIATE_REQUEST);
    if (take_presence(&r)) {
        out->dedicated_key = wh_dlms_take_octets(&r);
    }
    out->response_allowed = true;
    if (take_presence(&r)) {
        out->response_allowed = wh_reader_take_u8(&r) != 0;
    }
    out->quality_of_service = take_quality(&r);
    out->version = wh_reader_take_u8(&r);
    out->conformance = take_conformance(&r);
    out->max_receive_size = wh_reader_take_u16be(&r);
    return wh_reader_err(&r);
}

wh_err wh_dlms_initiate_response_decode(wh_dlms_octets apdu, wh_dlms_initiate_response *out)
{
    memset(out, 0, sizeof *out);
    wh_reader r = wh_reader_init(apdu.bytes, apdu.len);
    wh_reader_expect_u8(&r, WH_DLMS_TAG_INITIATE_RESPONSE);
    out->quality_of_service = take_quality(&r);
    out->version = wh_reader_take_u8(&r);
    out->conformance = take_conformance(&r);
    out->max_receive_size = wh_reader_take_u16be(&r);
    out->vaa_name = wh_reader_take_u16be(&r);
    return wh_reader_err(&r);
}

wh_err wh_dlms_service_error_decode(wh_dlms_octets apdu, wh_dlms_service_error *out)
{
    wh_reader r = wh_reader_init(apdu.bytes, apdu.len);
    wh_reader_expect_u8(&r, WH_DLMS_TAG_CONFIRMED_SERVICE_ERROR);
    out->service = wh_reader_take_u8(&r);
    out->category = wh_reader_take_u8(&r);
    out->value = wh_reader_take_u8(&r);
    return wh_reader_err(&r);
}

static void put_quality(wh_writer *w, wh_dlms_optional quality)
{
    wh_writer_put_u8(w, quality.present ? 1 : 0);
    if (quality.present) {
        wh_writer_put_u8(w, (uint8_t)quality.value);
    }
}

void wh_dlms_initiate_request_encode(wh_writer *w, const wh_dlms_initiate_request *request)
{
    wh_writer_put_u8(w, WH_DLMS_TAG_INITIATE_REQUEST);
    wh_writer_put_u8(w, request->dedicated_key.bytes != NULL ? 1 : 0);
    if (request->dedicated_key.bytes != NULL) {
        wh_dlms_put_length(w, (uint32_t)request->dedicated_key.len);
        wh_writer_put_bytes(w, request->dedicated_key.bytes, request->dedicated_key.len);
    }
    wh_writer_put_u8(w, request->response_allowed ? 0 : 1);
    if (!request->response_allowed) {
        wh_writer_put_u8(w, 0);
    }
    put_quality(w, request->quality_of_service);
    wh_writer_put_u8(w, request->version);
    put_conformance(w, request->conformance);
    wh_writer_put_u16be(w, request->max_receive_size);
}

void wh_dlms_initiate_response_encode(wh_writer *w, const wh_dlms_initiate_response *response)
{
    wh_writer_put_u8(w, WH_DLMS_TAG_INITIATE_RESPONSE);
    put_quality(w, response->quality_of_service);
    wh_writer_put_u8(w, response->version);
    put_conformance(w, response->conformance);
    wh_writer_put_u16be(w, response->max_receive_size);
    wh_writer_put_u16be(w, response->vaa_name);
}

void wh_dlms_service_error_encode(wh_writer *w, const wh_dlms_service_error *error)
{
    wh_writer_put_u8(w, WH_DLMS_TAG_CONFIRMED_SERVICE_ERROR);
    wh_writer_put_u8(w, error->service);
    wh_writer_put_u8(w, error->category);
    wh_writer_put_u8(w, error->value);
}
