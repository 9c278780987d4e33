/* SPDX-License-Identifier: Apache-2.0 */
#include "host/tcp_server.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BACKLOG         64
#define SWEEP_PERIOD_MS 500
#define READ_SIZE       16384

struct wh_tcp_peer {
    uv_tcp_t tcp; /* first: the handle is the peer */
    wh_tcp_server *server;
    wh_tcp_peer *previous;
    wh_tcp_peer *next;
    void *session;
    uint64_t active_ms; /* last sign of life */
    bool paused;
    bool closing;
    char name[64];
};

struct wh_tcp_server {
    uv_tcp_t tcp;
    uv_timer_t sweep;
    wh_tcp_server_config config;
    wh_tcp_peer *first;
    unsigned peers;
    unsigned handles; /* own handles not closed yet */
    bool closing;
    uint16_t port;
    char buffer[READ_SIZE]; /* libuv reads and delivers at once: one is enough for all peers */
};

typedef struct {
    uv_write_t request;
    size_t len;
    uint8_t bytes[];
} outgoing;

static void free_when_done(wh_tcp_server *server)
{
    if (server->closing && server->handles == 0 && server->first == NULL) {
        free(server);
    }
}

static void on_peer_closed(uv_handle_t *handle)
{
    wh_tcp_peer *peer = (wh_tcp_peer *)handle;
    wh_tcp_server *server = peer->server;
    if (peer->session != NULL) {
        server->config.closed(peer->session);
        server->peers -= 1;
    }
    if (peer->previous != NULL) {
        peer->previous->next = peer->next;
    } else {
        server->first = peer->next;
    }
    if (peer->next != NULL) {
        peer->next->previous = peer->previous;
    }
    free(peer);
    free_when_done(server);
}

static void peer_close(wh_tcp_peer *peer, const char *reason)
{
    if (peer->closing) {
        return;
    }
    peer->closing = true;
    if (peer->session != NULL) {
        wh_log_write(peer->server->config.log, WH_LOG_INFO, "disconnected", "peer=%s reason=%s",
                     peer->name, reason);
    }
    uv_close((uv_handle_t *)&peer->tcp, on_peer_closed);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    (void)suggested;
    wh_tcp_server *server = ((wh_tcp_peer *)handle)->server;
    *buf = uv_buf_init(server->buffer, READ_SIZE);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    wh_tcp_peer *peer = (wh_tcp_peer *)stream;
    if (count < 0) {
        peer_close(peer, count == UV_EOF ? "closed_by_peer" : uv_err_name((int)count));
        return;
    }
    if (count == 0 || peer->closing) {
        return;
    }
    wh_tcp_server *server = peer->server;
    peer->active_ms = uv_now(server->tcp.loop);
    if (!server->config.received(peer->session, (const uint8_t *)buf->base, (size_t)count)) {
        peer_close(peer, "protocol");
    }
}

static void on_written(uv_write_t *request, int status)
{
    wh_tcp_peer *peer = (wh_tcp_peer *)request->handle;
    free(request);
    if (peer->closing) {
        return;
    }
    if (status < 0) {
        peer_close(peer, uv_err_name(status));
        return;
    }
    peer->active_ms = uv_now(peer->tcp.loop);
    if (peer->paused && uv_stream_get_write_queue_size((uv_stream_t *)&peer->tcp) == 0) {
        peer->paused = false;
        if (uv_read_start((uv_stream_t *)&peer->tcp, on_alloc, on_read) != 0) {
            peer_close(peer, "read_start");
        }
    }
}

wh_err wh_tcp_peer_send(wh_tcp_peer *peer, const uint8_t *bytes, size_t len)
{
    if (peer->closing) {
        return WH_ERR_IO;
    }
    outgoing *out = malloc(sizeof *out + len);
    if (out == NULL) {
        peer_close(peer, "no_memory");
        return WH_ERR_IO;
    }
    out->len = len;
    memcpy(out->bytes, bytes, len);
    uv_buf_t buf = uv_buf_init((char *)out->bytes, (unsigned)len);
    int status = uv_write(&out->request, (uv_stream_t *)&peer->tcp, &buf, 1, on_written);
    if (status < 0) {
        free(out);
        peer_close(peer, uv_err_name(status));
        return WH_ERR_IO;
    }
    if (uv_stream_get_write_queue_size((uv_stream_t *)&peer->tcp) > WH_TCP_QUEUE_MAX) {
        peer->paused = true;
        (void)uv_read_stop((uv_stream_t *)&peer->tcp);
    }
    return WH_OK;
}

static void name_of(const struct sockaddr_storage *address, char *name, size_t size)
{
    char host[INET6_ADDRSTRLEN] = "?";
    if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *a = (const struct sockaddr_in6 *)(const void *)address;
        (void)uv_ip6_name(a, host, sizeof host);
        (void)snprintf(name, size, "[%s]:%u", host, ntohs(a->sin6_port));
    } else {
        const struct sockaddr_in *a = (const struct sockaddr_in *)(const void *)address;
        (void)uv_ip4_name(a, host, sizeof host);
        (void)snprintf(name, size, "%s:%u", host, ntohs(a->sin_port));
    }
}

static bool start_session(wh_tcp_server *server, wh_tcp_peer *peer)
{
    struct sockaddr_storage address = {0};
    int address_len = (int)sizeof address;
    (void)uv_tcp_getpeername(&peer->tcp, (struct sockaddr *)&address, &address_len);
    name_of(&address, peer->name, sizeof peer->name);
    if (server->peers >= server->config.peers_max) {
        wh_log_write(server->config.log, WH_LOG_WARNING, "refused",
                     "peer=%s reason=connection_limit limit=%u", peer->name,
                     server->config.peers_max);
        return false;
    }
    peer->session = server->config.opened(server->config.user, peer);
    if (peer->session == NULL) {
        wh_log_write(server->config.log, WH_LOG_WARNING, "refused", "peer=%s reason=no_memory",
                     peer->name);
        return false;
    }
    server->peers += 1;
    wh_log_write(server->config.log, WH_LOG_INFO, "connected", "peer=%s peers=%u", peer->name,
                 server->peers);
    (void)uv_tcp_nodelay(&peer->tcp, 1);
    return uv_read_start((uv_stream_t *)&peer->tcp, on_alloc, on_read) == 0;
}

static void on_connection(uv_stream_t *stream, int status)
{
    wh_tcp_server *server = (wh_tcp_server *)stream;
    if (status < 0 || server->closing) {
        wh_log_write(server->config.log, WH_LOG_WARNING, "accept_failed", "reason=%s",
                     uv_err_name(status));
        return;
    }
    wh_tcp_peer *peer = calloc(1, sizeof *peer);
    if (peer == NULL || uv_tcp_init(stream->loop, &peer->tcp) != 0) {
        free(peer);
        wh_log_write(server->config.log, WH_LOG_ERROR, "accept_failed", "reason=no_memory");
        return;
    }
    peer->server = server;
    peer->active_ms = uv_now(stream->loop);
    peer->next = server->first;
    if (peer->next != NULL) {
        peer->next->previous = peer;
    }
    server->first = peer;
    if (uv_accept(stream, (uv_stream_t *)&peer->tcp) != 0 || !start_session(server, peer)) {
        peer_close(peer, "refused");
    }
}

static void on_sweep(uv_timer_t *timer)
{
    wh_tcp_server *server = (wh_tcp_server *)timer->data;
    uint64_t now_ms = uv_now(timer->loop);
    uint64_t limit_ms = (uint64_t)server->config.idle_timeout_s * 1000U;
    for (wh_tcp_peer *peer = server->first; peer != NULL; peer = peer->next) {
        if (limit_ms != 0 && now_ms - peer->active_ms >= limit_ms) {
            peer_close(peer, "idle");
        }
    }
}

static void on_own_handle_closed(uv_handle_t *handle)
{
    wh_tcp_server *server = (wh_tcp_server *)handle->data;
    server->handles -= 1;
    free_when_done(server);
}

void wh_tcp_server_close(wh_tcp_server *server)
{
    if (server == NULL || server->closing) {
        return;
    }
    server->closing = true;
    for (wh_tcp_peer *peer = server->first; peer != NULL; peer = peer->next) {
        peer_close(peer, "shutdown");
    }
    uv_close((uv_handle_t *)&server->tcp, on_own_handle_closed);
    uv_close((uv_handle_t *)&server->sweep, on_own_handle_closed);
}

static int listen_on(wh_tcp_server *server, const struct sockaddr *address)
{
    int status = uv_tcp_bind(&server->tcp, address, 0);
    if (status == 0) { /* a port in use shows up only here */
        status = uv_listen((uv_stream_t *)&server->tcp, BACKLOG, on_connection);
    }
    if (status == 0 && server->config.idle_timeout_s > 0) {
        status = uv_timer_start(&server->sweep, on_sweep, SWEEP_PERIOD_MS, SWEEP_PERIOD_MS);
    }
    struct sockaddr_storage bound = {0};
    int bound_len = (int)sizeof bound;
    if (status == 0) {
        status = uv_tcp_getsockname(&server->tcp, (struct sockaddr *)&bound, &bound_len);
    }
    if (status == 0) { /* sin_port and sin6_port lie at the same place */
        server->port = ntohs(((struct sockaddr_in *)(void *)&bound)->sin_port);
    }
    return status;
}

wh_err wh_tcp_server_open(uv_loop_t *loop, const wh_tcp_server_config *config,
                          wh_tcp_server **server, wh_message *message)
{
    *server = NULL;
    struct sockaddr_storage address = {0};
    if (uv_ip4_addr(config->address, config->port, (struct sockaddr_in *)(void *)&address) != 0 &&
        uv_ip6_addr(config->address, config->port, (struct sockaddr_in6 *)(void *)&address) != 0) {
        wh_message_set(message, "%s: not a numeric IPv4 or IPv6 address", config->address);
        return WH_ERR_ARG;
    }
    wh_tcp_server *s = calloc(1, sizeof *s);
    if (s == NULL || uv_tcp_init(loop, &s->tcp) != 0) {
        free(s);
        wh_message_set(message, "%s:%u: no memory", config->address, config->port);
        return WH_ERR_IO;
    }
    (void)uv_timer_init(loop, &s->sweep); /* cannot fail */
    s->tcp.data = s;
    s->sweep.data = s;
    s->handles = 2;
    s->config = *config;
    int status = listen_on(s, (const struct sockaddr *)&address);
    if (status != 0) {
        wh_message_set(message, "%s:%u: %s", config->address, config->port, uv_strerror(status));
        wh_tcp_server_close(s);
        return WH_ERR_IO;
    }
    *server = s;
    return WH_OK;
}

uint16_t wh_tcp_server_port(const wh_tcp_server *server)
{
    return server->port;
}

unsigned wh_tcp_server_peers(const wh_tcp_server *server)
{
    return server->peers;
}

const char *wh_tcp_peer_name(const wh_tcp_peer *peer)
{
    return peer->name;
}
