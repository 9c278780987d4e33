/* SPDX-License-Identifier: Apache-2.0 */
#include "host/dlms_session.h"

#include "protocol/dlms/dlms_text.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PDU_SIZE       4096U
#define RECEIVE_SIZE   8192U
#define LIST_MAX       32U   /* attributes in one request */
#define RELEASE_MAX_MS 1000U /* courtesy has its limits */

struct wh_dlms_session {
    int fd;
    uint32_t timeout_ms;
    char name[WH_DLMS_URL_HOST_SIZE + 8]; /* host:port, for messages */
    wh_dlms_client_config config;
    wh_dlms_client client;
    uint8_t received[RECEIVE_SIZE];
    size_t received_len;
    size_t received_used;
    uint8_t memory[WH_DLMS_CLIENT_MEMORY(PDU_SIZE, WH_DLMS_SESSION_VALUE_SIZE)];
};

static uint32_t now_ms(void)
{
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint32_t)((uint64_t)t.tv_sec * 1000U + (uint64_t)t.tv_nsec / 1000000U);
}

static uint32_t left_ms(uint32_t since_ms, uint32_t limit_ms)
{
    uint32_t passed_ms = now_ms() - since_ms;
    return passed_ms < limit_ms ? limit_ms - passed_ms : 0;
}

/* Wait for the descriptor. WH_ERR_TIMEOUT, WH_ERR_IO. */
static wh_err wait_for(int fd, short events, uint32_t since_ms, uint32_t limit_ms)
{
    for (;;) {
        struct pollfd p = {.fd = fd, .events = events};
        uint32_t ms = left_ms(since_ms, limit_ms);
        int n = poll(&p, 1, ms < INT32_MAX ? (int)ms : INT32_MAX);
        if (n > 0) {
            return WH_OK;
        }
        if (n == 0 || errno != EINTR) {
            return n == 0 ? WH_ERR_TIMEOUT : WH_ERR_IO;
        }
    }
}

/* ---- connecting ---- */

/* Connect to one address; errno tells why not. */
static int connect_one(const struct addrinfo *a, uint32_t since_ms, uint32_t limit_ms)
{
    int fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    if (fd < 0) {
        return -1;
    }
    int problem = 0;
    socklen_t len = sizeof problem;
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
        problem = errno;
    } else if (connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
        problem = errno;
        if (problem == EINPROGRESS) {
            bool ready = wait_for(fd, POLLOUT, since_ms, limit_ms) == WH_OK;
            problem = ETIMEDOUT;
            if (ready && getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &len) != 0) {
                problem = errno;
            }
        }
    }
    if (problem != 0) {
        (void)close(fd);
        errno = problem;
        return -1;
    }
    return fd;
}

static wh_err connect_any(wh_dlms_session *s, const wh_dlms_url *url, wh_message *message)
{
    char port[8];
    (void)snprintf(port, sizeof port, "%u", url->port);
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int status = getaddrinfo(url->host, port, &hints, &list);
    if (status != 0) {
        wh_message_set(message, "%s: %s", url->host, gai_strerror(status));
        return WH_ERR_IO;
    }
    uint32_t since_ms = now_ms();
    int problem = 0;
    for (const struct addrinfo *a = list; a != NULL && s->fd < 0; a = a->ai_next) {
        s->fd = connect_one(a, since_ms, s->timeout_ms);
        problem = s->fd < 0 ? errno : 0;
    }
    freeaddrinfo(list);
    if (s->fd < 0) {
        wh_message_set(message, "%s: no connection: %s", s->name, strerror(problem));
        return problem == ETIMEDOUT ? WH_ERR_TIMEOUT : WH_ERR_IO;
    }
    return WH_OK;
}

/* ---- talking ---- */

static wh_err send_all(wh_dlms_session *s, wh_dlms_octets tx, wh_message *message)
{
    uint32_t since_ms = now_ms();
    size_t sent = 0;
    while (sent < tx.len) {
        ssize_t n = send(s->fd, tx.bytes + sent, tx.len - sent, MSG_NOSIGNAL);
        if (n > 0) {
            sent += (size_t)n;
            continue;
        }
        bool full = errno == EAGAIN || errno == EINTR;
        if (!full || wait_for(s->fd, POLLOUT, since_ms, s->timeout_ms) != WH_OK) {
            wh_message_set(message, "%s: the connection broke", s->name);
            return WH_ERR_IO;
        }
    }
    return WH_OK;
}

/* Wait for bytes of the meter, no longer than the client's patience. */
static wh_err receive(wh_dlms_session *s, wh_message *message)
{
    s->received_used = 0;
    s->received_len = 0;
    wh_err err = wait_for(s->fd, POLLIN, now_ms(), s->timeout_ms / 4 + 1);
    if (err == WH_ERR_TIMEOUT) {
        return WH_OK; /* wh_dlms_client_poll decides when it is too long */
    }
    ssize_t n = recv(s->fd, s->received, sizeof s->received, 0);
    if (n > 0) {
        s->received_len = (size_t)n;
        return WH_OK;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return WH_OK;
    }
    wh_message_set(message, "%s: the meter closed the connection", s->name);
    return WH_ERR_IO;
}

/* Until something is told. */
static wh_err next_event(wh_dlms_session *s, wh_dlms_client_event *event, wh_message *message)
{
    while (!wh_dlms_client_next_event(&s->client, event)) {
        wh_err err = send_all(s, wh_dlms_client_next_tx(&s->client), message);
        if (err == WH_OK && s->received_used == s->received_len) {
            wh_dlms_client_poll(&s->client, now_ms());
            err = receive(s, message);
        }
        if (err != WH_OK) {
            return err;
        }
        s->received_used += wh_dlms_client_feed(&s->client, s->received + s->received_used,
                                                s->received_len - s->received_used);
        wh_dlms_client_poll(&s->client, now_ms());
    }
    if (event->kind != WH_DLMS_CLIENT_FAILED) {
        return WH_OK;
    }
    char text[WH_DLMS_FAILURE_TEXT_SIZE];
    (void)wh_dlms_failure_text(&event->failure, text);
    wh_message_set(message, "%s: %s", s->name, text);
    return event->failure.err;
}

wh_err wh_dlms_session_open(const wh_dlms_url *url, uint32_t timeout_ms, wh_dlms_session **session,
                            wh_message *message)
{
    *session = NULL;
    wh_dlms_session *s = calloc(1, sizeof *s);
    if (s == NULL) {
        wh_message_set(message, "no memory");
        return WH_ERR_IO;
    }
    s->fd = -1;
    s->timeout_ms = timeout_ms;
    (void)snprintf(s->name, sizeof s->name, "%s:%u", url->host, url->port);
    s->config.client_sap = url->client_sap;
    s->config.server_sap = url->server_sap;
    s->config.pdu_size = PDU_SIZE;
    s->config.timeout_ms = timeout_ms;
    wh_err err = wh_dlms_client_init(&s->client, &s->config, s->memory, sizeof s->memory);
    wh_dlms_client_event event;
    if (err == WH_OK) {
        err = connect_any(s, url, message);
    }
    if (err == WH_OK) {
        err = wh_dlms_client_associate(&s->client);
    }
    if (err == WH_OK) {
        err = next_event(s, &event, message);
    }
    if (err != WH_OK) {
        wh_dlms_session_close(s);
        return err;
    }
    *session = s;
    return WH_OK;
}

/* As many attributes as one request may have. */
static wh_err ask(wh_dlms_session *s, const wh_dlms_attribute *attributes, size_t count,
                  uint32_t *asked, wh_message *message)
{
    bool lists = (s->client.conformance & WH_DLMS_CONFORMANCE_MULTIPLE_REFERENCES) != 0;
    size_t most = lists ? LIST_MAX : 1;
    *asked = (uint32_t)(count < most ? count : most);
    wh_err err = wh_dlms_client_get(&s->client, attributes, *asked);
    while (err == WH_ERR_SPACE && *asked > 1) {
        *asked /= 2;
        err = wh_dlms_client_get(&s->client, attributes, *asked);
    }
    if (err != WH_OK) {
        wh_message_set(message, "%s: cannot ask: %s", s->name, wh_err_text(err));
    }
    return err;
}

wh_err wh_dlms_session_get(wh_dlms_session *session, const wh_dlms_attribute *attributes,
                           size_t count, wh_dlms_on_value *on_value, void *user,
                           wh_message *message)
{
    size_t done = 0;
    while (done < count) {
        uint32_t asked = 0;
        wh_err err = ask(session, attributes + done, count - done, &asked, message);
        for (uint32_t i = 0; i < asked && err == WH_OK; i++) {
            wh_dlms_client_event event;
            err = next_event(session, &event, message);
            if (err == WH_OK) {
                on_value(user, done + i, event.result, event.data);
            }
        }
        if (err != WH_OK) {
            return err;
        }
        done += asked;
    }
    return WH_OK;
}

void wh_dlms_session_close(wh_dlms_session *session)
{
    if (session == NULL) {
        return;
    }
    if (session->fd >= 0) {
        if (wh_dlms_client_release(&session->client) == WH_OK) {
            bool patient = session->timeout_ms < RELEASE_MAX_MS;
            session->timeout_ms = patient ? session->timeout_ms : RELEASE_MAX_MS;
            session->config.timeout_ms = session->timeout_ms;
            wh_dlms_client_event event;
            (void)next_event(session, &event, NULL);
        }
        (void)close(session->fd);
    }
    free(session);
}
