/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/watthour-meter/meter_server.h"

#include <stdlib.h>

#define PDU_SIZE       1024U
#define POLL_PERIOD_MS 1000

typedef struct session session;

struct session {
    wh_meter_server *server;
    wh_tcp_peer *peer;
    session *previous;
    session *next;
    wh_dlms_server engine;
    uint8_t memory[WH_DLMS_SERVER_MEMORY(PDU_SIZE)];
};

struct wh_meter_server {
    wh_tcp_server *tcp;
    uv_timer_t timer;
    session *first;
    wh_dlms_server_config config;
    const wh_log *log;
    uint16_t port;
};

static uint32_t now_ms(void)
{
    return (uint32_t)(uv_hrtime() / 1000000U);
}

/* What the engine noticed; false: the connection is to be closed. */
static bool handle_events(session *s)
{
    wh_dlms_server_event event;
    bool keep = true;
    while (wh_dlms_server_next_event(&s->engine, &event)) {
        switch (event) {
        case WH_DLMS_SERVER_ASSOCIATED:
            wh_log_write(s->server->log, WH_LOG_INFO, "associated", "peer=%s client=%u",
                         wh_tcp_peer_name(s->peer), s->engine.association.partner->client_sap);
            break;
        case WH_DLMS_SERVER_REJECTED:
            wh_log_write(s->server->log, WH_LOG_WARNING, "rejected", "peer=%s",
                         wh_tcp_peer_name(s->peer));
            break;
        case WH_DLMS_SERVER_RELEASED:
            wh_log_write(s->server->log, WH_LOG_DEBUG, "released", "peer=%s",
                         wh_tcp_peer_name(s->peer));
            break;
        case WH_DLMS_SERVER_CLOSE:
            keep = false;
            break;
        }
    }
    return keep;
}

static void *on_opened(void *user, wh_tcp_peer *peer)
{
    wh_meter_server *server = (wh_meter_server *)user;
    session *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return NULL;
    }
    if (wh_dlms_server_init(&s->engine, &server->config, s->memory, sizeof s->memory) != WH_OK) {
        free(s);
        return NULL;
    }
    wh_dlms_server_poll(&s->engine, now_ms());
    s->server = server;
    s->peer = peer;
    s->next = server->first;
    if (s->next != NULL) {
        s->next->previous = s;
    }
    server->first = s;
    return s;
}

static bool on_received(void *user, const uint8_t *bytes, size_t len)
{
    session *s = (session *)user;
    while (len > 0) {
        size_t used = wh_dlms_server_feed(&s->engine, bytes, len);
        wh_dlms_octets tx = wh_dlms_server_next_tx(&s->engine);
        if (tx.len > 0 && wh_tcp_peer_send(s->peer, tx.bytes, tx.len) != WH_OK) {
            return false;
        }
        if (!handle_events(s) || (used == 0 && tx.len == 0)) {
            return false; /* an engine that takes nothing and says nothing has ended */
        }
        bytes += used;
        len -= used;
    }
    wh_dlms_server_poll(&s->engine, now_ms());
    return handle_events(s);
}

static void on_closed(void *user)
{
    session *s = (session *)user;
    if (s->previous != NULL) {
        s->previous->next = s->next;
    } else {
        s->server->first = s->next;
    }
    if (s->next != NULL) {
        s->next->previous = s->previous;
    }
    free(s);
}

/* Silence ends a connection in the TCP server already; the engine only has to know the time. */
static void on_timer(uv_timer_t *timer)
{
    wh_meter_server *server = (wh_meter_server *)timer->data;
    for (session *s = server->first; s != NULL; s = s->next) {
        wh_dlms_server_poll(&s->engine, now_ms());
    }
}

/* Which key of the configuration a failure to listen is about. */
static wh_err refuse(const wh_meter_settings *settings, wh_err err, const wh_message *inner,
                     wh_message *message)
{
    const char *key = err == WH_ERR_ARG ? "server.address" : "server.port";
    return wh_config_yaml_refuse(settings->config, message, key, "%s", inner->text);
}

wh_err wh_meter_server_open(uv_loop_t *loop, const wh_meter_settings *settings,
                            const wh_dlms_server_config *engine, wh_meter_server **server,
                            wh_message *message)
{
    *server = NULL;
    wh_meter_server *s = calloc(1, sizeof *s);
    if (s == NULL) {
        wh_message_set(message, "no memory");
        return WH_ERR_IO;
    }
    const wh_server_settings *wanted = &settings->file->server;
    s->log = &settings->file->log;
    s->config = *engine;
    s->config.pdu_size = PDU_SIZE;
    s->config.inactivity_ms = wanted->idle_timeout_s * 1000U;
    const wh_tcp_server_config tcp = {
        .address = wanted->address,
        .port = (uint16_t)wanted->port,
        .peers_max = wanted->connections_max,
        .idle_timeout_s = wanted->idle_timeout_s,
        .log = s->log,
        .user = s,
        .opened = on_opened,
        .received = on_received,
        .closed = on_closed,
    };
    wh_message inner = {""};
    wh_err err = wh_tcp_server_open(loop, &tcp, &s->tcp, &inner);
    if (err != WH_OK) {
        free(s);
        return refuse(settings, err, &inner, message);
    }
    s->port = wh_tcp_server_port(s->tcp);
    (void)uv_timer_init(loop, &s->timer); /* cannot fail */
    s->timer.data = s;
    (void)uv_timer_start(&s->timer, on_timer, POLL_PERIOD_MS, POLL_PERIOD_MS);
    *server = s;
    return WH_OK;
}

uint16_t wh_meter_server_port(const wh_meter_server *server)
{
    return server->port;
}

void wh_meter_server_close(wh_meter_server *server)
{
    wh_tcp_server_close(server->tcp);
    server->tcp = NULL;
    uv_close((uv_handle_t *)&server->timer, NULL);
}

void wh_meter_server_free(wh_meter_server *server)
{
    free(server);
}
