/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/dlms/dlms_apdu.h"

#include <string.h>

#define ATTRIBUTE_LEN_MIN 10 /* class, name, attribute, no selection */
#define RESULT_LEN_MIN    2

static bool take_bool(wh_reader *r)
{
    return wh_reader_take_u8(r) != 0;
}

static wh_dlms_octets rest(wh_reader *r)
{
    wh_dlms_octets out = {.len = wh_reader_left(r)};
    out.bytes = wh_reader_take_bytes(r, out.len);
    return out;
}

/* All of the APDU must have been used. */
static wh_err finish(wh_reader *r)
{
    if (wh_reader_left(r) > 0) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    return wh_reader_err(r);
}

void wh_dlms_attribute_take(wh_reader *r, wh_dlms_attribute *out)
{
    memset(out, 0, sizeof *out);
    out->class_id = wh_reader_take_u16be(r);
    const uint8_t *name = wh_reader_take_bytes(r, WH_OBIS_GROUPS);
    if (name != NULL) {
        memcpy(out->name.group, name, WH_OBIS_GROUPS);
    }
    out->attribute = (int8_t)wh_reader_take_u8(r);
    out->selective = take_bool(r);
    if (out->selective) {
        out->selector = wh_reader_take_u8(r);
        out->selection = wh_dlms_take_value(r);
    }
}

void wh_dlms_attribute_put(wh_writer *w, const wh_dlms_attribute *attribute)
{
    wh_writer_put_u16be(w, attribute->class_id);
    wh_writer_put_bytes(w, attribute->name.group, WH_OBIS_GROUPS);
    wh_writer_put_u8(w, (uint8_t)attribute->attribute);
    wh_writer_put_u8(w, attribute->selective ? 1 : 0);
    if (attribute->selective) {
        wh_writer_put_u8(w, attribute->selector);
        wh_writer_put_bytes(w, attribute->selection.bytes, attribute->selection.len);
    }
}

/* A count of things that take at least `least` bytes each. */
static uint32_t take_count(wh_reader *r, size_t least)
{
    uint32_t count = wh_dlms_take_length(r);
    if (count > wh_reader_left(r) / least) {
        wh_reader_fail(r, WH_ERR_SHORT);
        return 0;
    }
    return count;
}

static void take_request_list(wh_reader *r, wh_dlms_get_request *out)
{
    out->count = take_count(r, ATTRIBUTE_LEN_MIN);
    wh_reader list = *r;
    for (uint32_t i = 0; i < out->count && wh_reader_err(r) == WH_OK; i++) {
        wh_dlms_attribute ignored;
        wh_dlms_attribute_take(r, &ignored);
    }
    if (wh_reader_err(r) == WH_OK) {
        out->list.len = wh_reader_pos(r) - wh_reader_pos(&list);
        out->list.bytes = wh_reader_take_bytes(&list, out->list.len);
    }
}

wh_err wh_dlms_get_request_decode(wh_dlms_octets apdu, wh_dlms_get_request *out)
{
    memset(out, 0, sizeof *out);
    wh_reader r = wh_reader_init(apdu.bytes, apdu.len);
    wh_reader_expect_u8(&r, WH_DLMS_TAG_GET_REQUEST);
    out->choice = wh_reader_take_u8(&r);
    out->invoke_id_and_priority = wh_reader_take_u8(&r);
    switch (out->choice) {
    case WH_DLMS_GET_NORMAL:
        wh_dlms_attribute_take(&r, &out->attribute);
        break;
    case WH_DLMS_GET_NEXT:
        out->block_number = wh_reader_take_u32be(&r);
        break;
    case WH_DLMS_GET_WITH_LIST:
        take_request_list(&r, out);
        break;
    default:
        wh_reader_fail(&r, WH_ERR_UNSUPPORTED);
        break;
    }
    return finish(&r);
}

void wh_dlms_get_request_encode(wh_writer *w, const wh_dlms_get_request *request)
{
    wh_writer_put_u8(w, WH_DLMS_TAG_GET_REQUEST);
    wh_writer_put_u8(w, request->choice);
    wh_writer_put_u8(w, request->invoke_id_and_priority);
    switch (request->choice) {
    case WH_DLMS_GET_NORMAL:
        wh_dlms_attribute_put(w, &request->attribute);
        break;
    case WH_DLMS_GET_NEXT:
        wh_writer_put_u32be(w, request->block_number);
        break;
    case WH_DLMS_GET_WITH_LIST:
        wh_dlms_put_length(w, request->count);
        wh_writer_put_bytes(w, request->list.bytes, request->list.len);
        break;
    default:
        wh_writer_fail(w, WH_ERR_ARG);
        break;
    }
}

/* CHOICE { [0] data, [1] data-access-result }; an error code is never "success". */
static bool take_is_data(wh_reader *r, uint8_t *result)
{
    uint8_t choice = wh_reader_take_u8(r);
    *result = WH_DLMS_RESULT_SUCCESS;
    if (choice == 1) {
        *result = wh_reader_take_u8(r);
    }
    if (choice > 1 || (choice == 1 && *result == WH_DLMS_RESULT_SUCCESS)) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    return choice == 0 && wh_reader_err(r) == WH_OK;
}

wh_dlms_get_result wh_dlms_get_result_take(wh_reader *r)
{
    wh_dlms_get_result out = {0};
    if (take_is_data(r, &out.result)) {
        out.data = wh_dlms_take_value(r);
    }
    return out;
}

static void take_datablock(wh_reader *r, wh_dlms_get_response *out)
{
    out->last = take_bool(r);
    out->block_number = wh_reader_take_u32be(r);
    if (take_is_data(r, &out->result)) {
        out->data = wh_dlms_take_octets(r);
    }
}

wh_err wh_dlms_get_response_decode(wh_dlms_octets apdu, wh_dlms_get_response *out)
{
    memset(out, 0, sizeof *out);
    wh_reader r = wh_reader_init(apdu.bytes, apdu.len);
    wh_reader_expect_u8(&r, WH_DLMS_TAG_GET_RESPONSE);
    out->choice = wh_reader_take_u8(&r);
    out->invoke_id_and_priority = wh_reader_take_u8(&r);
    wh_dlms_get_result result;
    switch (out->choice) {
    case WH_DLMS_GET_NORMAL:
        result = wh_dlms_get_result_take(&r);
        out->result = result.result;
        out->data = result.data;
        return wh_reader_err(&r);
    case WH_DLMS_GET_DATABLOCK:
        take_datablock(&r, out);
        break;
    case WH_DLMS_GET_WITH_LIST:
        out->count = take_count(&r, RESULT_LEN_MIN);
        out->data = rest(&r);
        break;
    default:
        wh_reader_fail(&r, WH_ERR_UNSUPPORTED);
        break;
    }
    return finish(&r);
}

void wh_dlms_get_response_encode(wh_writer *w, const wh_dlms_get_response *response)
{
    wh_writer_put_u8(w, WH_DLMS_TAG_GET_RESPONSE);
    wh_writer_put_u8(w, response->choice);
    wh_writer_put_u8(w, response->invoke_id_and_priority);
    if (response->choice == WH_DLMS_GET_WITH_LIST) {
        wh_dlms_put_length(w, response->count);
        wh_writer_put_bytes(w, response->data.bytes, response->data.len);
        return;
    }
    if (response->choice == WH_DLMS_GET_DATABLOCK) {
        wh_writer_put_u8(w, response->last ? 1 : 0);
        wh_writer_put_u32be(w, response->block_number);
    }
    if (response->result != WH_DLMS_RESULT_SUCCESS) {
        wh_writer_put_u8(w, 1);
        wh_writer_put_u8(w, response->result);
        return;
    }
    wh_writer_put_u8(w, 0);
    if (response->choice == WH_DLMS_GET_DATABLOCK) {
        wh_dlms_put_length(w, (uint32_t)response->data.len);
    }
    wh_writer_put_bytes(w, response->data.bytes, response->data.len);
}

wh_err wh_dlms_exception_decode(wh_dlms_octets apdu, wh_dlms_exception *out)
{
    memset(out, 0, sizeof *out);
    wh_reader r = wh_reader_init(apdu.bytes, apdu.len);
    wh_reader_expect_u8(&r, WH_DLMS_TAG_EXCEPTION_RESPONSE);
    out->state_error = wh_reader_take_u8(&r);
    out->service_error = wh_reader_take_u8(&r);
    if (out->service_error == WH_DLMS_SERVICE_INVOCATION_COUNTER_ERROR) {
        out->invocation_counter = wh_reader_take_u32be(&r);
    }
    return finish(&r);
}

void wh_dlms_exception_encode(wh_writer *w, const wh_dlms_exception *exception)
{
    wh_writer_put_u8(w, WH_DLMS_TAG_EXCEPTION_RESPONSE);
    wh_writer_put_u8(w, exception->state_error);
    wh_writer_put_u8(w, exception->service_error);
    if (exception->service_error == WH_DLMS_SERVICE_INVOCATION_COUNTER_ERROR) {
        wh_writer_put_u32be(w, exception->invocation_counter);
    }
}
