/* SPDX-License-Identifier: Apache-2.0 */
/* tcp_server.h - a listening TCP port on a libuv loop, with limits on everything.
 *
 *   accept ─▶ opened ─▶ received* ─▶ closed          one session per peer
 *                          └─ wh_tcp_peer_send
 *
 * Limits: peers at once (one more is accepted and closed at once), silence (idle time-out),
 * bytes queued to a peer that does not read (reading from it stops until they are gone, and
 * the idle time-out ends it). A peer that vanishes or talks rubbish disturbs no other.
 *
 * Rules. 1. Everything runs on the loop's thread. 2. The config's callbacks and strings
 * outlive the server. 3. After wh_tcp_server_close the loop must run until it is done with
 * the server's handles: `closed` of every peer is called from there, then all is freed.
 * 4. A callback may send to or close any peer of its server. */
#ifndef WH_HOST_TCP_SERVER_H
#define WH_HOST_TCP_SERVER_H

#include "core/err.h"
#include "host/log.h"
#include "host/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#define WH_TCP_QUEUE_MAX 65536 /* bytes to a peer before its requests have to wait */

typedef struct wh_tcp_server wh_tcp_server;
typedef struct wh_tcp_peer wh_tcp_peer;

typedef struct {
    const char *address; /* numeric, IPv4 or IPv6 */
    uint16_t port;       /* 0: any free one, wh_tcp_server_port tells which */
    unsigned peers_max;
    unsigned idle_timeout_s; /* 0: never */
    const wh_log *log;
    void *user;
    /* A peer is there; the result is its session. NULL refuses it (no memory, say). */
    void *(*opened)(void *user, wh_tcp_peer *peer);
    /* Bytes came. False: the peer is closed. */
    bool (*received)(void *session, const uint8_t *bytes, size_t len);
    void (*closed)(void *session);
} wh_tcp_server_config;

/* Bind and listen.
 *
 * WH_OK
 * WH_ERR_ARG  the address is not a numeric one
 * WH_ERR_IO   bind or listen failed; *message says "127.0.0.1:4059: address already in use" */
wh_err wh_tcp_server_open(uv_loop_t *loop, const wh_tcp_server_config *config,
                          wh_tcp_server **server, wh_message *message) WH_MUST_USE;

uint16_t wh_tcp_server_port(const wh_tcp_server *server);
unsigned wh_tcp_server_peers(const wh_tcp_server *server);

/* Close the port and every peer. NULL is allowed. */
void wh_tcp_server_close(wh_tcp_server *server);

/* "127.0.0.1:51234", for the log. */
const char *wh_tcp_peer_name(const wh_tcp_peer *peer);

/* Queue a copy of bytes[len]. WH_ERR_IO: no memory or the peer is gone; it will be closed. */
wh_err wh_tcp_peer_send(wh_tcp_peer *peer, const uint8_t *bytes, size_t len) WH_MUST_USE;

#endif /* WH_HOST_TCP_SERVER_H */
