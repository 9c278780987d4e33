/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/dlms/dlms_server_internal.h"

#include <string.h>

#define BLOCK_HEAD_LEN  9U /* C4 02 id last number(4) 00, before the length */
#define NORMAL_HEAD_LEN 4U /* C4 01 id 00 */
#define LIST_HEAD_LEN   3U /* C4 03 id, before the count */

/* ---- the value: pieces in, octets out ---- */

static bool is_produced(const wh_dlms_transfer *t)
{
    return t->items_left == 0 && !t->item_open;
}

static void open_item(wh_dlms_server *s)
{
    wh_dlms_transfer *t = &s->transfer;
    wh_reader r = wh_reader_init(s->request, s->request_len);
    (void)wh_reader_take_bytes(&r, t->request_at);
    wh_dlms_attribute_take(&r, &t->item); /* was checked when the request was decoded */
    t->request_at = wh_reader_pos(&r);
    t->part = (wh_dlms_part){0};
    t->item_open = true;
    t->items_left--;
}

/* A result other than success: within a list it takes the place of the value. */
static void put_refusal(wh_dlms_transfer *t, wh_dlms_result result, bool begun, wh_writer *w)
{
    t->item_open = false;
    if (t->list && !begun) {
        wh_writer_rewind(w, 0);
        wh_writer_put_u8(w, 1);
        wh_writer_put_u8(w, (uint8_t)result);
    } else {
        t->result = begun ? WH_DLMS_RESULT_LONG_GET_ABORTED : result;
        t->items_left = 0;
    }
}

/* Ask the model for one piece. There is always room for one: value_size is a PDU and a piece,
 * and no more is asked for once a PDU is full. */
static void produce_piece(wh_dlms_server *s)
{
    wh_dlms_transfer *t = &s->transfer;
    if (!t->item_open) {
        open_item(s);
    }
    bool begun = t->part.step != 0 || t->part.more;
    wh_writer w = wh_writer_init(s->value + s->value_len, s->value_size - s->value_len);
    if (t->list && !begun) {
        wh_writer_put_u8(&w, 0);
    }
    t->part.more = false;
    wh_dlms_result result =
        s->config->model.get(s->config->model.user, &s->association, &t->item, &t->part, &w);
    if (result == WH_DLMS_RESULT_SUCCESS && wh_writer_err(&w) != WH_OK) {
        result = WH_DLMS_RESULT_OTHER_REASON; /* a piece longer than the model may write */
    }
    if (result != WH_DLMS_RESULT_SUCCESS) {
        put_refusal(t, result, begun, &w);
    } else {
        t->item_open = t->part.more;
    }
    if (t->result == WH_DLMS_RESULT_SUCCESS) {
        s->value_len += wh_writer_len(&w);
    }
}

/* Have more than `len` octets, or all there are. */
static void produce(wh_dlms_server *s, size_t len)
{
    while (s->value_len <= len && !is_produced(&s->transfer)) {
        produce_piece(s);
    }
}

/* ---- responses ---- */

static void put_result(wh_dlms_server *s, uint8_t choice, uint32_t block_number, uint8_t result,
                       wh_writer *answer)
{
    s->transfer.active = false;
    wh_dlms_get_response response = {.choice = choice,
                                     .invoke_id_and_priority = s->transfer.invoke_id_and_priority,
                                     .last = true,
                                     .block_number = block_number,
                                     .result = result};
    wh_dlms_get_response_encode(answer, &response);
}

static void put_block(wh_dlms_server *s, wh_writer *answer)
{
    wh_dlms_transfer *t = &s->transfer;
    size_t room = s->association.max_send_size - BLOCK_HEAD_LEN;
    room -= wh_dlms_length_len((uint32_t)room);
    produce(s, room);
    t->block_number++;
    if (t->result != WH_DLMS_RESULT_SUCCESS) {
        put_result(s, WH_DLMS_GET_DATABLOCK, t->block_number, (uint8_t)t->result, answer);
        return;
    }
    wh_dlms_get_response response = {
        .choice = WH_DLMS_GET_DATABLOCK,
        .invoke_id_and_priority = t->invoke_id_and_priority,
        .last = is_produced(t) && s->value_len <= room,
        .block_number = t->block_number,
        .data = {s->value, s->value_len < room ? s->value_len : room},
    };
    wh_dlms_get_response_encode(answer, &response);
    s->value_len -= response.data.len;
    memmove(s->value, s->value + response.data.len, s->value_len);
    t->active = !response.last;
}

/* Everything was produced and fits: one response. */
static void put_whole(const wh_dlms_server *s, wh_writer *answer)
{
    const wh_dlms_transfer *t = &s->transfer;
    wh_writer_put_u8(answer, WH_DLMS_TAG_GET_RESPONSE);
    wh_writer_put_u8(answer, t->list ? WH_DLMS_GET_WITH_LIST : WH_DLMS_GET_NORMAL);
    wh_writer_put_u8(answer, t->invoke_id_and_priority);
    if (!t->list) {
        wh_writer_put_u8(answer, 0);
    }
    wh_writer_put_bytes(answer, s->value, s->value_len); /* of a list: count and results */
}

static void start_transfer(wh_dlms_server *s, const wh_dlms_get_request *request)
{
    wh_dlms_transfer *t = &s->transfer;
    bool list = request->choice == WH_DLMS_GET_WITH_LIST;
    memset(t, 0, sizeof *t);
    t->list = list;
    t->invoke_id_and_priority = request->invoke_id_and_priority;
    t->items_left = list ? request->count : 1;
    wh_writer kept = wh_writer_init(s->request, s->request_size);
    wh_writer value = wh_writer_init(s->value, s->value_size);
    if (list) {
        wh_writer_put_bytes(&kept, request->list.bytes, request->list.len);
        wh_dlms_put_length(&value, request->count);
    } else {
        wh_dlms_attribute_put(&kept, &request->attribute);
    }
    s->request_len = wh_writer_len(&kept); /* no longer than the APDU, so it fits */
    s->value_len = wh_writer_len(&value);
}

static void start(wh_dlms_server *s, const wh_dlms_get_request *request, wh_writer *answer)
{
    start_transfer(s, request);
    wh_dlms_transfer *t = &s->transfer;
    size_t max = s->association.max_send_size;
    size_t head = t->list ? LIST_HEAD_LEN : NORMAL_HEAD_LEN;
    produce(s, max - head);
    if (t->result != WH_DLMS_RESULT_SUCCESS && t->list) { /* a value of the list broke off */
        wh_dlms_server_refuse(answer, WH_DLMS_STATE_SERVICE_NOT_ALLOWED,
                              WH_DLMS_SERVICE_OPERATION_NOT_POSSIBLE);
    } else if (t->result != WH_DLMS_RESULT_SUCCESS) {
        put_result(s, WH_DLMS_GET_NORMAL, 0, (uint8_t)t->result, answer);
    } else if (is_produced(t) && head + s->value_len <= max) {
        put_whole(s, answer);
    } else if ((s->association.conformance & WH_DLMS_CONFORMANCE_BLOCK_GET) != 0) {
        put_block(s, answer);
    } else if (t->list) {
        wh_dlms_server_refuse(answer, WH_DLMS_STATE_SERVICE_NOT_ALLOWED,
                              WH_DLMS_SERVICE_PDU_TOO_LONG);
    } else {
        put_result(s, WH_DLMS_GET_NORMAL, 0, WH_DLMS_RESULT_OTHER_REASON, answer);
    }
}

static void go_on(wh_dlms_server *s, const wh_dlms_get_request *request, wh_writer *answer)
{
    wh_dlms_transfer *t = &s->transfer;
    bool same =
        t->active && ((t->invoke_id_and_priority ^ request->invoke_id_and_priority) & 0x0FU) == 0;
    t->invoke_id_and_priority = request->invoke_id_and_priority;
    if (!same) {
        put_result(s, WH_DLMS_GET_DATABLOCK, request->block_number,
                   WH_DLMS_RESULT_NO_LONG_GET_IN_PROGRESS, answer);
    } else if (request->block_number != t->block_number) {
        put_result(s, WH_DLMS_GET_DATABLOCK, request->block_number,
                   WH_DLMS_RESULT_DATA_BLOCK_NUMBER_INVALID, answer);
    } else {
        put_block(s, answer);
    }
}

void wh_dlms_server_get(wh_dlms_server *s, wh_dlms_octets apdu, wh_writer *answer)
{
    wh_dlms_get_request request;
    wh_err err = wh_dlms_get_request_decode(apdu, &request);
    bool list = err == WH_OK && request.choice == WH_DLMS_GET_WITH_LIST;
    if (err != WH_OK) {
        wh_dlms_server_refuse(answer, WH_DLMS_STATE_SERVICE_NOT_ALLOWED,
                              err == WH_ERR_UNSUPPORTED ? WH_DLMS_SERVICE_NOT_SUPPORTED
                                                        : WH_DLMS_SERVICE_OTHER_REASON);
    } else if (list &&
               (s->association.conformance & WH_DLMS_CONFORMANCE_MULTIPLE_REFERENCES) == 0) {
        wh_dlms_server_refuse(answer, WH_DLMS_STATE_SERVICE_NOT_ALLOWED,
                              WH_DLMS_SERVICE_NOT_SUPPORTED);
    } else if (request.choice == WH_DLMS_GET_NEXT) {
        go_on(s, &request, answer);
    } else {
        start(s, &request, answer);
    }
}
