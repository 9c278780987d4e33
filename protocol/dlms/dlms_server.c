/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/dlms/dlms_server.h"

#include "protocol/dlms/dlms_server_internal.h"

#include <string.h>

#define PDU_SIZE_DEFAULT      1024U
#define INACTIVITY_DEFAULT_MS 120000U

_Static_assert(WH_DLMS_PIECE_SIZE >= 128 && WH_DLMS_PIECE_SIZE <= 4096, "room for one element");

wh_err wh_dlms_server_init(wh_dlms_server *server, const wh_dlms_server_config *config,
                           uint8_t *memory, size_t memory_size)
{
    memset(server, 0, sizeof *server);
    size_t pdu = config->pdu_size != 0 ? config->pdu_size : PDU_SIZE_DEFAULT;
    if (config->model.get == NULL) {
        return WH_ERR_ARG;
    }
    if (pdu < WH_DLMS_SERVER_PDU_MIN) {
        return WH_ERR_RANGE;
    }
    wh_writer w = wh_writer_init(memory, memory_size);
    server->config = config;
    server->frames = wh_dlms_frames_init(wh_writer_reserve(&w, pdu), pdu);
    server->tx_size = pdu + WH_DLMS_WRAPPER_LEN;
    server->tx = wh_writer_reserve(&w, server->tx_size);
    server->value_size = pdu + WH_DLMS_PIECE_SIZE;
    server->value = wh_writer_reserve(&w, server->value_size);
    server->request_size = pdu;
    server->request = wh_writer_reserve(&w, pdu);
    server->active = true;
    return wh_writer_err(&w);
}

void wh_dlms_server_raise(wh_dlms_server *s, wh_dlms_server_event event)
{
    s->events |= 1U << (unsigned)event;
}

void wh_dlms_server_refuse(wh_writer *answer, uint8_t state_error, uint8_t service_error)
{
    wh_dlms_exception exception = {.state_error = state_error, .service_error = service_error};
    wh_dlms_exception_encode(answer, &exception);
}

void wh_dlms_server_dissociate(wh_dlms_server *s)
{
    if (s->associated) {
        s->associated = false;
        wh_dlms_server_raise(s, WH_DLMS_SERVER_RELEASED);
    }
    s->transfer.active = false;
}

static void close_connection(wh_dlms_server *s)
{
    wh_dlms_server_dissociate(s);
    s->closed = true;
    wh_dlms_server_raise(s, WH_DLMS_SERVER_CLOSE);
}

/* Does the frame belong to the association in force? */
static bool is_partner(const wh_dlms_server *s)
{
    const wh_dlms_wrapper *from = &s->frames.wrapper;
    return s->associated && from->source == s->association.partner->client_sap &&
           from->destination == s->association.partner->server_sap;
}

/* Responses and unconfirmed services: an answer would be one too many. */
static bool wants_no_answer(uint8_t tag)
{
    static const uint8_t tags[] = {0x08, 0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x16, 0x18, 0x61,
                                   0x63, 0xC2, 0xC4, 0xC5, 0xC7, 0xD8, 0xDA, 0xE7};
    return memchr(tags, tag, sizeof tags) != NULL;
}

/* Requests of COSEM that this server does not serve, as against tags that mean nothing. */
static bool is_known_request(uint8_t tag)
{
    static const uint8_t tags[] = {0x05, 0x06, 0x21, 0x25, 0x26, 0x41, 0x45, 0x46,
                                   0xC1, 0xC3, 0xC8, 0xC9, 0xCB, 0xD0, 0xD1, 0xD3,
                                   0xD9, 0xDB, 0xDC, 0xDD, 0xDF, 0xE0, 0xE6};
    return memchr(tags, tag, sizeof tags) != NULL;
}

static void answer_apdu(wh_dlms_server *s, wh_dlms_octets apdu, wh_writer *answer)
{
    uint8_t tag = apdu.bytes[0];
    if (tag == WH_DLMS_TAG_AARQ) {
        wh_dlms_server_associate(s, apdu, answer);
    } else if (tag == WH_DLMS_TAG_RLRQ) {
        wh_dlms_server_release(s, apdu, answer);
    } else if (wants_no_answer(tag)) {
        return;
    } else if (!is_partner(s)) {
        wh_dlms_server_refuse(answer, WH_DLMS_STATE_SERVICE_NOT_ALLOWED,
                              WH_DLMS_SERVICE_OPERATION_NOT_POSSIBLE);
    } else if (tag == WH_DLMS_TAG_GET_REQUEST) {
        wh_dlms_server_get(s, apdu, answer);
    } else {
        wh_dlms_server_refuse(answer,
                              is_known_request(tag) ? WH_DLMS_STATE_SERVICE_NOT_ALLOWED
                                                    : WH_DLMS_STATE_SERVICE_UNKNOWN,
                              WH_DLMS_SERVICE_NOT_SUPPORTED);
    }
}

static void answer_frame(wh_dlms_server *s, bool fits)
{
    wh_writer answer =
        wh_writer_init(s->tx + WH_DLMS_WRAPPER_LEN, s->tx_size - WH_DLMS_WRAPPER_LEN);
    if (!fits) {
        wh_dlms_server_refuse(&answer, WH_DLMS_STATE_SERVICE_NOT_ALLOWED,
                              WH_DLMS_SERVICE_PDU_TOO_LONG);
    } else if (s->frames.wrapper.length > 0) {
        answer_apdu(s, wh_dlms_frames_apdu(&s->frames), &answer);
    }
    size_t len = wh_writer_len(&answer);
    if (wh_writer_err(&answer) != WH_OK || len == 0 || len > UINT16_MAX) {
        return;
    }
    wh_dlms_wrapper wrapper = {.source = s->frames.wrapper.destination,
                               .destination = s->frames.wrapper.source,
                               .length = (uint16_t)len};
    wh_writer head = wh_writer_init(s->tx, WH_DLMS_WRAPPER_LEN);
    wh_dlms_wrapper_encode(&head, &wrapper);
    s->tx_len = WH_DLMS_WRAPPER_LEN + len;
}

size_t wh_dlms_server_feed(wh_dlms_server *server, const uint8_t *bytes, size_t len)
{
    if (server->tx_len > 0) {
        return 0;
    }
    if (server->closed) {
        return len;
    }
    size_t used = 0;
    wh_err err = wh_dlms_frames_feed(&server->frames, bytes, len, &used);
    server->active = server->active || used > 0;
    if (err == WH_ERR_FORMAT) {
        close_connection(server);
        return len;
    }
    if (err != WH_ERR_SHORT) {
        answer_frame(server, err == WH_OK);
    }
    return used;
}

void wh_dlms_server_poll(wh_dlms_server *server, uint32_t now_ms)
{
    uint32_t limit_ms =
        server->config->inactivity_ms != 0 ? server->config->inactivity_ms : INACTIVITY_DEFAULT_MS;
    if (server->active) {
        server->active = false;
        server->active_ms = now_ms;
    } else if (!server->closed && now_ms - server->active_ms >= limit_ms) {
        close_connection(server);
    }
}

wh_dlms_octets wh_dlms_server_next_tx(wh_dlms_server *server)
{
    wh_dlms_octets tx = {server->tx, server->tx_len};
    server->tx_len = 0;
    return tx;
}

bool wh_dlms_server_next_event(wh_dlms_server *server, wh_dlms_server_event *event)
{
    /* A release comes before the association that replaced it. */
    static const wh_dlms_server_event order[] = {WH_DLMS_SERVER_RELEASED, WH_DLMS_SERVER_REJECTED,
                                                 WH_DLMS_SERVER_ASSOCIATED, WH_DLMS_SERVER_CLOSE};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        unsigned bit = 1U << (unsigned)order[i];
        if ((server->events & bit) != 0) {
            server->events &= ~bit;
            *event = order[i];
            return true;
        }
    }
    return false;
}
