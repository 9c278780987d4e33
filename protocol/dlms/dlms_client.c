/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/dlms/dlms_client.h"

#include "protocol/dlms/dlms_initiate.h"

#include <string.h>

#define PDU_SIZE_DEFAULT   1024U
#define TIMEOUT_DEFAULT_MS 10000U
#define CONFORMANCE_DEFAULT                                    \
    (WH_DLMS_CONFORMANCE_GET | WH_DLMS_CONFORMANCE_BLOCK_GET | \
     WH_DLMS_CONFORMANCE_MULTIPLE_REFERENCES)
#define CONFIRMED        0x40U /* service class in invoke-id-and-priority */
#define INFORMATION_SIZE 32

wh_err wh_dlms_client_init(wh_dlms_client *client, const wh_dlms_client_config *config,
                           uint8_t *memory, size_t memory_size)
{
    memset(client, 0, sizeof *client);
    size_t pdu = config->pdu_size != 0 ? config->pdu_size : PDU_SIZE_DEFAULT;
    size_t room = WH_DLMS_CLIENT_ROOM(pdu);
    if (pdu < WH_DLMS_PDU_SIZE_MIN) {
        return WH_ERR_RANGE;
    }
    if (memory_size < WH_DLMS_CLIENT_MEMORY(pdu, 1)) {
        return WH_ERR_SPACE;
    }
    wh_writer w = wh_writer_init(memory, memory_size);
    client->config = config;
    client->pdu_size = (uint16_t)pdu;
    client->frames = wh_dlms_frames_init(wh_writer_reserve(&w, room), room);
    client->tx_size = room + WH_DLMS_WRAPPER_LEN;
    client->tx = wh_writer_reserve(&w, client->tx_size);
    client->value_size = wh_writer_left(&w);
    client->value = wh_writer_reserve(&w, client->value_size);
    return wh_writer_err(&w);
}

static uint16_t client_sap(const wh_dlms_client *c)
{
    return c->config->client_sap != 0 ? c->config->client_sap : WH_DLMS_SAP_PUBLIC;
}

static uint16_t server_sap(const wh_dlms_client *c)
{
    return c->config->server_sap != 0 ? c->config->server_sap : WH_DLMS_SAP_MANAGEMENT;
}

static uint32_t proposed(const wh_dlms_client *c)
{
    return c->config->conformance != 0 ? c->config->conformance : CONFORMANCE_DEFAULT;
}

/* ---- asking ---- */

static wh_writer begin_apdu(const wh_dlms_client *c)
{
    return wh_writer_init(c->tx + WH_DLMS_WRAPPER_LEN, c->tx_size - WH_DLMS_WRAPPER_LEN);
}

static wh_err send_apdu(wh_dlms_client *c, const wh_writer *apdu, wh_dlms_client_state next)
{
    if (wh_writer_err(apdu) != WH_OK) {
        return wh_writer_err(apdu);
    }
    wh_dlms_wrapper wrapper = {.source = client_sap(c),
                               .destination = server_sap(c),
                               .length = (uint16_t)wh_writer_len(apdu)};
    wh_writer head = wh_writer_init(c->tx, WH_DLMS_WRAPPER_LEN);
    wh_dlms_wrapper_encode(&head, &wrapper);
    c->tx_len = WH_DLMS_WRAPPER_LEN + wh_writer_len(apdu);
    c->state = next;
    c->rearm = true;
    return WH_OK;
}

wh_err wh_dlms_client_associate(wh_dlms_client *client)
{
    if (client->state != WH_DLMS_CLIENT_IDLE || client->have_event) {
        return WH_ERR_STATE;
    }
    uint8_t name[WH_DLMS_OID_LEN];
    wh_dlms_context_name(WH_DLMS_CONTEXT_LN, name);
    uint8_t information[INFORMATION_SIZE];
    wh_writer info = wh_writer_init(information, sizeof information);
    wh_dlms_initiate_request request = {.response_allowed = true,
                                        .version = WH_DLMS_VERSION,
                                        .conformance = proposed(client),
                                        .max_receive_size = client->pdu_size};
    wh_dlms_initiate_request_encode(&info, &request);
    wh_dlms_association_apdu aarq = {.context_name = {name, sizeof name},
                                     .user_information = {information, wh_writer_len(&info)}};
    wh_writer apdu = begin_apdu(client);
    wh_dlms_association_encode(&apdu, WH_DLMS_TAG_AARQ, &aarq);
    return send_apdu(client, &apdu, WH_DLMS_CLIENT_ASSOCIATING);
}

static void put_list(wh_writer *w, uint8_t id, const wh_dlms_attribute *attributes, uint32_t count)
{
    wh_writer_put_u8(w, WH_DLMS_TAG_GET_REQUEST);
    wh_writer_put_u8(w, WH_DLMS_GET_WITH_LIST);
    wh_writer_put_u8(w, id);
    wh_dlms_put_length(w, count);
    for (uint32_t i = 0; i < count; i++) {
        wh_dlms_attribute_put(w, &attributes[i]);
    }
}

wh_err wh_dlms_client_get(wh_dlms_client *client, const wh_dlms_attribute *attributes,
                          uint32_t count)
{
    if (client->state != WH_DLMS_CLIENT_READY || client->have_event) {
        return WH_ERR_STATE;
    }
    if (count == 0) {
        return WH_ERR_ARG;
    }
    uint32_t needed =
        WH_DLMS_CONFORMANCE_GET | (count > 1 ? WH_DLMS_CONFORMANCE_MULTIPLE_REFERENCES : 0);
    if ((client->conformance & needed) != needed) {
        return WH_ERR_UNSUPPORTED;
    }
    uint8_t id = (uint8_t)(CONFIRMED | ((client->invoke_id + 1U) & 0x0FU));
    wh_writer apdu = begin_apdu(client);
    if (count == 1) {
        wh_dlms_get_request request = {
            .choice = WH_DLMS_GET_NORMAL, .invoke_id_and_priority = id, .attribute = attributes[0]};
        wh_dlms_get_request_encode(&apdu, &request);
    } else {
        put_list(&apdu, id, attributes, count);
    }
    if (wh_writer_len(&apdu) > client->max_send_size) {
        return WH_ERR_SPACE;
    }
    wh_err err = send_apdu(client, &apdu, WH_DLMS_CLIENT_GETTING);
    if (err == WH_OK) {
        client->invoke_id = id;
        client->asked = count;
        client->told = 0;
        client->value_len = 0;
        client->block_number = 0;
    }
    return err;
}

wh_err wh_dlms_client_release(wh_dlms_client *client)
{
    if (client->state != WH_DLMS_CLIENT_READY || client->have_event) {
        return WH_ERR_STATE;
    }
    wh_dlms_release_apdu rlrq = {.reason = {true, 0}};
    wh_writer apdu = begin_apdu(client);
    wh_dlms_release_encode(&apdu, WH_DLMS_TAG_RLRQ, &rlrq);
    return send_apdu(client, &apdu, WH_DLMS_CLIENT_RELEASING);
}

/* ---- telling ---- */

static void tell(wh_dlms_client *c, wh_dlms_client_event_kind kind, wh_dlms_client_state next)
{
    wh_dlms_client_event event = {.kind = kind};
    c->event = event;
    c->have_event = true;
    c->state = next;
}

static void fail(wh_dlms_client *c, const wh_dlms_failure *failure, wh_dlms_client_state next)
{
    tell(c, WH_DLMS_CLIENT_FAILED, next);
    c->event.failure = *failure;
}

/* The meter, the line or the time: nothing more can come of this connection. */
static void break_off(wh_dlms_client *c, wh_err err)
{
    wh_dlms_failure failure = {.err = err};
    fail(c, &failure, WH_DLMS_CLIENT_BROKEN);
}

static void tell_value(wh_dlms_client *c, uint8_t result, wh_dlms_octets data)
{
    tell(c, WH_DLMS_CLIENT_VALUE, c->state);
    c->event.index = c->told;
    c->event.result = result;
    c->event.data = data;
    c->told++;
    if (c->told == c->asked) {
        c->state = WH_DLMS_CLIENT_READY;
    }
}

/* ---- answers ---- */

static void on_rejection(wh_dlms_client *c, const wh_dlms_association_apdu *aare)
{
    wh_dlms_failure failure = {.kind = WH_DLMS_FAILURE_REJECTED,
                               .err = WH_ERR_DENIED,
                               .result = aare->result,
                               .source = aare->diagnostic_source,
                               .diagnostic = aare->diagnostic};
    wh_dlms_service_error error;
    if (wh_dlms_service_error_decode(aare->user_information, &error) == WH_OK) {
        failure.has_service_error = true;
        failure.error_category = error.category;
        failure.error_value = error.value;
    }
    fail(c, &failure, WH_DLMS_CLIENT_IDLE);
}

static void on_aare(wh_dlms_client *c, wh_dlms_octets apdu)
{
    wh_dlms_association_apdu aare;
    wh_err err = wh_dlms_association_decode(WH_DLMS_TAG_AARE, apdu.bytes, apdu.len, &aare);
    if (err != WH_OK) {
        break_off(c, WH_ERR_FORMAT);
        return;
    }
    if (aare.result != WH_DLMS_ACCEPTED) {
        on_rejection(c, &aare);
        return;
    }
    wh_dlms_initiate_response response;
    if (wh_dlms_initiate_response_decode(aare.user_information, &response) != WH_OK ||
        response.version != WH_DLMS_VERSION || response.vaa_name != WH_DLMS_VAA_NAME_LN) {
        break_off(c, WH_ERR_FORMAT);
        return;
    }
    size_t own = c->tx_size - WH_DLMS_WRAPPER_LEN;
    bool limited = response.max_receive_size != 0 && response.max_receive_size < own;
    c->max_send_size = limited ? response.max_receive_size : (uint16_t)own;
    c->conformance = response.conformance & proposed(c);
    tell(c, WH_DLMS_CLIENT_ASSOCIATED, WH_DLMS_CLIENT_READY);
}

/* The association survives these two. */
static void on_exception(wh_dlms_client *c, wh_dlms_octets apdu, wh_dlms_client_state next)
{
    wh_dlms_exception exception;
    if (wh_dlms_exception_decode(apdu, &exception) != WH_OK) {
        break_off(c, WH_ERR_FORMAT);
        return;
    }
    wh_dlms_failure failure = {.kind = WH_DLMS_FAILURE_EXCEPTION,
                               .err = WH_ERR_DENIED,
                               .state_error = exception.state_error,
                               .service_error = exception.service_error};
    fail(c, &failure, next);
}

static void on_service_error(wh_dlms_client *c, wh_dlms_octets apdu, wh_dlms_client_state next)
{
    wh_dlms_service_error error;
    if (wh_dlms_service_error_decode(apdu, &error) != WH_OK) {
        break_off(c, WH_ERR_FORMAT);
        return;
    }
    wh_dlms_failure failure = {.kind = WH_DLMS_FAILURE_SERVICE,
                               .err = WH_ERR_DENIED,
                               .has_service_error = true,
                               .error_category = error.category,
                               .error_value = error.value};
    fail(c, &failure, next);
}

/* The next result of a list; the meter must have sent as many as were asked for. */
static void tell_next_result(wh_dlms_client *c)
{
    wh_dlms_get_result result = wh_dlms_get_result_take(&c->results);
    bool last = c->told + 1 == c->asked;
    if (wh_reader_err(&c->results) != WH_OK || (last && wh_reader_left(&c->results) > 0)) {
        break_off(c, WH_ERR_FORMAT);
    } else {
        tell_value(c, result.result, result.data);
    }
}

static void on_results(wh_dlms_client *c, uint32_t count, wh_reader results)
{
    if (count != c->asked) {
        break_off(c, WH_ERR_FORMAT);
        return;
    }
    c->results = results;
    tell_next_result(c);
}

/* All blocks are there: a value, or a list of results. */
static void on_last_block(wh_dlms_client *c)
{
    wh_reader r = wh_reader_init(c->value, c->value_len);
    if (c->asked > 1) {
        uint32_t count = wh_dlms_take_length(&r);
        on_results(c, count, r);
        return;
    }
    wh_dlms_octets data = wh_dlms_take_value(&r);
    if (wh_reader_err(&r) != WH_OK || wh_reader_left(&r) > 0) {
        break_off(c, WH_ERR_FORMAT);
    } else {
        tell_value(c, WH_DLMS_RESULT_SUCCESS, data);
    }
}

static void ask_next_block(wh_dlms_client *c)
{
    wh_dlms_get_request request = {.choice = WH_DLMS_GET_NEXT,
                                   .invoke_id_and_priority = c->invoke_id,
                                   .block_number = c->block_number};
    wh_writer apdu = begin_apdu(c);
    wh_dlms_get_request_encode(&apdu, &request);
    if (send_apdu(c, &apdu, WH_DLMS_CLIENT_GETTING) != WH_OK) {
        break_off(c, WH_ERR_SPACE);
    }
}

/* Every block but the last brings something, so a transfer ends by the size of `value`. */
static void on_block(wh_dlms_client *c, const wh_dlms_get_response *response)
{
    if (response->result != WH_DLMS_RESULT_SUCCESS) {
        wh_dlms_failure failure = {
            .kind = WH_DLMS_FAILURE_BLOCK, .err = WH_ERR_DENIED, .result = response->result};
        fail(c, &failure, WH_DLMS_CLIENT_READY);
        return;
    }
    bool empty = response->data.len == 0 && !response->last;
    if (empty || response->block_number != c->block_number + 1) {
        break_off(c, WH_ERR_FORMAT);
        return;
    }
    if (response->data.len > c->value_size - c->value_len) {
        break_off(c, WH_ERR_SPACE);
        return;
    }
    memcpy(c->value + c->value_len, response->data.bytes, response->data.len);
    c->value_len += response->data.len;
    c->block_number++;
    if (response->last) {
        on_last_block(c);
    } else {
        ask_next_block(c);
    }
}

static void on_get_response(wh_dlms_client *c, wh_dlms_octets apdu)
{
    wh_dlms_get_response response;
    if (wh_dlms_get_response_decode(apdu, &response) != WH_OK) {
        break_off(c, WH_ERR_FORMAT);
        return;
    }
    if (((response.invoke_id_and_priority ^ c->invoke_id) & 0x0FU) != 0) {
        return; /* an answer to an older question */
    }
    if (response.choice == WH_DLMS_GET_DATABLOCK) {
        on_block(c, &response);
    } else if (response.choice == WH_DLMS_GET_WITH_LIST && c->asked > 1) {
        on_results(c, response.count, wh_reader_init(response.data.bytes, response.data.len));
    } else if (response.choice == WH_DLMS_GET_NORMAL && c->asked == 1) {
        tell_value(c, response.result, response.data);
    } else {
        break_off(c, WH_ERR_FORMAT);
    }
}

static void on_apdu(wh_dlms_client *c, wh_dlms_octets apdu)
{
    uint8_t tag = apdu.bytes[0];
    bool asking = c->state == WH_DLMS_CLIENT_ASSOCIATING || c->state == WH_DLMS_CLIENT_GETTING ||
                  c->state == WH_DLMS_CLIENT_RELEASING;
    wh_dlms_client_state back =
        c->state == WH_DLMS_CLIENT_ASSOCIATING ? WH_DLMS_CLIENT_IDLE : WH_DLMS_CLIENT_READY;
    if (!asking) {
        return; /* nothing was asked: a notification, or a late answer */
    }
    if (tag == WH_DLMS_TAG_EXCEPTION_RESPONSE) {
        on_exception(c, apdu, back);
    } else if (tag == WH_DLMS_TAG_CONFIRMED_SERVICE_ERROR) {
        on_service_error(c, apdu, back);
    } else if (tag == WH_DLMS_TAG_AARE && c->state == WH_DLMS_CLIENT_ASSOCIATING) {
        on_aare(c, apdu);
    } else if (tag == WH_DLMS_TAG_GET_RESPONSE && c->state == WH_DLMS_CLIENT_GETTING) {
        on_get_response(c, apdu);
    } else if (tag == WH_DLMS_TAG_RLRE && c->state == WH_DLMS_CLIENT_RELEASING) {
        tell(c, WH_DLMS_CLIENT_RELEASED, WH_DLMS_CLIENT_IDLE);
    }
}

size_t wh_dlms_client_feed(wh_dlms_client *client, const uint8_t *bytes, size_t len)
{
    bool telling = client->state == WH_DLMS_CLIENT_GETTING && client->told > 0;
    if (client->tx_len > 0 || client->have_event || telling ||
        client->state == WH_DLMS_CLIENT_BROKEN) {
        return 0;
    }
    size_t used = 0;
    wh_err err = wh_dlms_frames_feed(&client->frames, bytes, len, &used);
    const wh_dlms_wrapper *from = &client->frames.wrapper;
    if (err == WH_ERR_FORMAT) {
        break_off(client, WH_ERR_FORMAT);
    } else if (err != WH_ERR_SHORT && from->source == server_sap(client) &&
               from->destination == client_sap(client)) {
        client->rearm = true;
        if (err == WH_ERR_SPACE) {
            break_off(client, WH_ERR_SPACE);
        } else if (from->length > 0) {
            on_apdu(client, wh_dlms_frames_apdu(&client->frames));
        }
    }
    return used;
}

void wh_dlms_client_poll(wh_dlms_client *client, uint32_t now_ms)
{
    uint32_t limit_ms =
        client->config->timeout_ms != 0 ? client->config->timeout_ms : TIMEOUT_DEFAULT_MS;
    bool waiting = client->state == WH_DLMS_CLIENT_ASSOCIATING ||
                   client->state == WH_DLMS_CLIENT_GETTING ||
                   client->state == WH_DLMS_CLIENT_RELEASING;
    if (client->rearm) {
        client->rearm = false;
        client->since_ms = now_ms;
    } else if (waiting && !client->have_event && now_ms - client->since_ms >= limit_ms) {
        break_off(client, WH_ERR_TIMEOUT);
    }
}

wh_dlms_octets wh_dlms_client_next_tx(wh_dlms_client *client)
{
    wh_dlms_octets tx = {client->tx, client->tx_len};
    client->tx_len = 0;
    return tx;
}

bool wh_dlms_client_next_event(wh_dlms_client *client, wh_dlms_client_event *event)
{
    if (!client->have_event && client->state == WH_DLMS_CLIENT_GETTING && client->told > 0) {
        tell_next_result(client);
    }
    if (!client->have_event) {
        return false;
    }
    *event = client->event;
    client->have_event = false;
    return true;
}
