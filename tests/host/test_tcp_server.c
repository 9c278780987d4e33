/* SPDX-License-Identifier: Apache-2.0 */
/* The server and its blocking clients share one thread: after every step of a client the
 * loop runs until the expected thing has happened, at most some seconds. */
#include "host/tcp_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 20000

typedef struct {
    uv_loop_t loop;
    wh_tcp_server *server;
    unsigned opened;
    unsigned closed;
    size_t received;
    size_t flood; /* bytes sent for each byte that comes */
} bench;

typedef struct {
    bench *b;
    wh_tcp_peer *peer;
} session;

static const wh_log quiet = {.level = WH_LOG_ERROR};

static void *on_opened(void *user, wh_tcp_peer *peer)
{
    session *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->b = (bench *)user;
    s->peer = peer;
    s->b->opened += 1;
    assert_memory_equal(wh_tcp_peer_name(peer), "127.0.0.1:", 10);
    return s;
}

/* Echo, but '!' is an offence. */
static bool on_received(void *user, const uint8_t *bytes, size_t len)
{
    session *s = (session *)user;
    s->b->received += len;
    if (bytes[0] == '!') {
        return false;
    }
    if (s->b->flood == 0) {
        return wh_tcp_peer_send(s->peer, bytes, len) == WH_OK;
    }
    uint8_t *many = calloc(len, s->b->flood);
    assert_non_null(many);
    bool sent = wh_tcp_peer_send(s->peer, many, len * s->b->flood) == WH_OK;
    free(many);
    return sent;
}

static void on_closed(void *user)
{
    session *s = (session *)user;
    s->b->closed += 1;
    free(s);
}

static void bench_open(bench *b, unsigned peers_max, unsigned idle_timeout_s)
{
    memset(b, 0, sizeof *b);
    assert_int_equal(uv_loop_init(&b->loop), 0);
    const wh_tcp_server_config config = {
        .address = "127.0.0.1",
        .peers_max = peers_max,
        .idle_timeout_s = idle_timeout_s,
        .log = &quiet,
        .user = b,
        .opened = on_opened,
        .received = on_received,
        .closed = on_closed,
    };
    wh_message message = {""};
    assert_int_equal(wh_tcp_server_open(&b->loop, &config, &b->server, &message), WH_OK);
    assert_true(wh_tcp_server_port(b->server) != 0);
}

static void bench_close(bench *b)
{
    wh_tcp_server_close(b->server);
    assert_int_equal(uv_run(&b->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(b->opened, b->closed);
    assert_int_equal(uv_loop_close(&b->loop), 0);
}

static int client_open(bench *b)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(wh_tcp_server_port(b->server)),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

/* Run the loop until `*counter` reaches `want`. */
static void run_until(bench *b, const unsigned *counter, unsigned want)
{
    uint64_t end_ms = uv_now(&b->loop) + PATIENCE_MS;
    while (*counter < want) {
        (void)uv_run(&b->loop, UV_RUN_NOWAIT);
        assert_true(uv_now(&b->loop) < end_ms);
    }
    assert_int_equal(*counter, want);
}

/* What the client gets within the patience: bytes, 0 for the end. */
static ssize_t client_recv(bench *b, int fd, void *bytes, size_t size)
{
    uv_update_time(&b->loop);
    uint64_t end_ms = uv_now(&b->loop) + PATIENCE_MS;
    for (;;) {
        (void)uv_run(&b->loop, UV_RUN_NOWAIT);
        ssize_t got = recv(fd, bytes, size, 0);
        if (got >= 0 || errno != EAGAIN) {
            return got;
        }
        assert_true(uv_now(&b->loop) < end_ms);
    }
}

static void echo_works(bench *b, int fd, const char *text)
{
    char back[32] = "";
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (int)strlen(text));
    assert_int_equal(client_recv(b, fd, back, sizeof back), (int)strlen(text));
    assert_string_equal(back, text);
}

static void two_peers_talk_and_one_offends_alone(void **state)
{
    (void)state;
    bench b;
    bench_open(&b, 4, 60);
    int one = client_open(&b);
    int two = client_open(&b);
    run_until(&b, &b.opened, 2);
    assert_int_equal(wh_tcp_server_peers(b.server), 2);
    echo_works(&b, one, "one");
    echo_works(&b, two, "two");
    assert_int_equal(send(one, "!", 1, MSG_NOSIGNAL), 1);
    run_until(&b, &b.closed, 1);
    char byte = 0;
    assert_int_equal(client_recv(&b, one, &byte, 1), 0);
    echo_works(&b, two, "still here");
    close(one);
    close(two);
    bench_close(&b);
}

static void one_peer_over_the_limit_is_shown_the_door(void **state)
{
    (void)state;
    bench b;
    bench_open(&b, 2, 60);
    int fd[3];
    for (int i = 0; i < 3; ++i) {
        fd[i] = client_open(&b);
        run_until(&b, &b.opened, i < 2 ? (unsigned)i + 1U : 2U);
    }
    char byte = 0;
    assert_true(client_recv(&b, fd[2], &byte, 1) <= 0);
    assert_int_equal(b.opened, 2);
    echo_works(&b, fd[0], "in");
    close(fd[0]);
    run_until(&b, &b.closed, 1);
    int again = client_open(&b);
    run_until(&b, &b.opened, 3);
    echo_works(&b, again, "my turn");
    close(fd[1]);
    close(fd[2]);
    close(again);
    bench_close(&b);
}

static void silence_ends_a_session(void **state)
{
    (void)state;
    bench b;
    bench_open(&b, 2, 1);
    int fd = client_open(&b);
    run_until(&b, &b.opened, 1);
    char byte = 0;
    assert_int_equal(client_recv(&b, fd, &byte, 1), 0);
    assert_int_equal(b.closed, 1);
    close(fd);
    bench_close(&b);
}

/* A peer that asks and never reads: what is queued for it stays bounded. */
static void a_peer_that_does_not_read_has_to_wait(void **state)
{
    (void)state;
    bench b;
    bench_open(&b, 2, 60);
    b.flood = 100;
    int fd = client_open(&b);
    run_until(&b, &b.opened, 1);
    char asks[1000] = {0};
    size_t asked = 0;
    unsigned refused = 0;
    while (refused < 1000) { /* until the socket takes nothing any more, for long */
        ssize_t sent = send(fd, asks, sizeof asks, MSG_NOSIGNAL);
        asked += sent > 0 ? (size_t)sent : 0;
        refused = sent > 0 ? 0 : refused + 1;
        (void)uv_run(&b.loop, UV_RUN_NOWAIT);
        assert_true(asked < 1000000000U);
    }
    assert_true(b.received < asked);
    size_t stuck = b.received;
    static char sink[65536];
    uint64_t end_ms = uv_now(&b.loop) + PATIENCE_MS;
    while (b.received == stuck) { /* it reads at last, and is heard again */
        (void)recv(fd, sink, sizeof sink, 0);
        (void)uv_run(&b.loop, UV_RUN_NOWAIT);
        assert_true(uv_now(&b.loop) < end_ms);
    }
    close(fd);
    bench_close(&b);
}

static void a_port_in_use_and_a_wrong_address_are_named(void **state)
{
    (void)state;
    bench b;
    bench_open(&b, 2, 60);
    wh_tcp_server_config config = {
        .address = "127.0.0.1", .port = wh_tcp_server_port(b.server), .log = &quiet};
    wh_tcp_server *second = NULL;
    wh_message message = {""};
    assert_int_equal(wh_tcp_server_open(&b.loop, &config, &second, &message), WH_ERR_IO);
    assert_null(second);
    assert_non_null(strstr(message.text, "127.0.0.1:"));
    assert_non_null(strstr(message.text, ": address already in use"));
    config.address = "localhost";
    assert_int_equal(wh_tcp_server_open(&b.loop, &config, &second, &message), WH_ERR_ARG);
    assert_string_equal(message.text, "localhost: not a numeric IPv4 or IPv6 address");
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_peers_talk_and_one_offends_alone),
        cmocka_unit_test(one_peer_over_the_limit_is_shown_the_door),
        cmocka_unit_test(silence_ends_a_session),
        cmocka_unit_test(a_peer_that_does_not_read_has_to_wait),
        cmocka_unit_test(a_port_in_use_and_a_wrong_address_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
