/* SPDX-License-Identifier: Apache-2.0 */
/* Client and server talk to each other in this process, at every PDU size. */
#include "protocol/dlms/dlms_client.h"
#include "protocol/dlms/dlms_server.h"
#include "protocol/dlms/dlms_text.h"
#include "tests/protocol/dlms/dlms_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define VALUE_SIZE 8192
#define ROWS       60

/* Class 7 is an array of ROWS rows in pieces, class 1 a text, class 3 a number; others are
 * not there. */
static wh_dlms_result model_get(void *user, const wh_dlms_association *association,
                                const wh_dlms_attribute *attribute, wh_dlms_part *part,
                                wh_writer *out)
{
    (void)user;
    (void)association;
    if (attribute->class_id == 1) {
        wh_dlms_put_visible_string(out, "WHT0000000000001", 16);
    } else if (attribute->class_id == 3) {
        wh_dlms_put_long64(out, -123456789012345);
    } else if (attribute->class_id != 7) {
        return WH_DLMS_RESULT_OBJECT_UNDEFINED;
    } else if (part->step == 0) {
        wh_dlms_put_array(out, ROWS);
        part->more = true;
    } else {
        wh_dlms_put_structure(out, 2);
        wh_dlms_put_unsigned(out, 7);
        wh_dlms_put_double_long_unsigned(out, part->step);
        part->more = part->step < ROWS;
    }
    part->step++;
    return WH_DLMS_RESULT_SUCCESS;
}

static const wh_dlms_partner PARTNERS[] = {{.client_sap = 16, .server_sap = 1}};

static const wh_dlms_attribute TEXT = {
    .class_id = 1, .name = WH_OBIS_INIT(0, 0, 42, 0, 0, 255), .attribute = 2};
static const wh_dlms_attribute NUMBER = {
    .class_id = 3, .name = WH_OBIS_INIT(1, 0, 1, 8, 0, 255), .attribute = 2};
static const wh_dlms_attribute ROW_BUFFER = {
    .class_id = 7, .name = WH_OBIS_INIT(1, 0, 99, 1, 0, 255), .attribute = 2};
static const wh_dlms_attribute NOTHING = {
    .class_id = 8, .name = WH_OBIS_INIT(0, 0, 1, 0, 0, 255), .attribute = 2};

typedef struct {
    wh_dlms_server_config server_config;
    wh_dlms_client_config client_config;
    wh_dlms_server server;
    wh_dlms_client client;
    uint8_t *server_memory;
    uint8_t *client_memory;
    size_t chunk;      /* bytes handed over at once */
    size_t answer_max; /* the longest APDU the server sent */
    uint32_t now_ms;
} line;

static void open_line(line *l, uint16_t client_pdu, uint16_t server_pdu)
{
    l->server_config.model.get = model_get;
    l->server_config.partners = PARTNERS;
    l->server_config.partner_count = 1;
    l->server_config.pdu_size = server_pdu;
    l->client_config.pdu_size = client_pdu;
    size_t server_size = WH_DLMS_SERVER_MEMORY((size_t)server_pdu);
    size_t client_size = WH_DLMS_CLIENT_MEMORY((size_t)client_pdu, VALUE_SIZE);
    l->server_memory = malloc(server_size);
    l->client_memory = malloc(client_size);
    l->chunk = l->chunk != 0 ? l->chunk : SIZE_MAX;
    assert_int_equal(
        wh_dlms_server_init(&l->server, &l->server_config, l->server_memory, server_size), WH_OK);
    assert_int_equal(
        wh_dlms_client_init(&l->client, &l->client_config, l->client_memory, client_size), WH_OK);
}

static void close_line(line *l)
{
    free(l->server_memory);
    free(l->client_memory);
}

static void to_client(line *l, wh_dlms_octets tx)
{
    size_t apdu_len = tx.len - WH_DLMS_WRAPPER_LEN;
    if (tx.bytes[WH_DLMS_WRAPPER_LEN] == WH_DLMS_TAG_GET_RESPONSE && apdu_len > l->answer_max) {
        l->answer_max = apdu_len;
    }
    for (size_t at = 0; at < tx.len;) {
        size_t n = tx.len - at < l->chunk ? tx.len - at : l->chunk;
        size_t used = wh_dlms_client_feed(&l->client, tx.bytes + at, n);
        assert_int_equal(used, n);
        at += used;
    }
}

/* Pass bytes to and fro until the client has something to tell. */
static wh_dlms_client_event pump(line *l)
{
    wh_dlms_client_event event;
    for (unsigned turn = 0; turn < 100000; turn++) {
        if (wh_dlms_client_next_event(&l->client, &event)) {
            return event;
        }
        wh_dlms_octets tx = wh_dlms_client_next_tx(&l->client);
        for (size_t at = 0; at < tx.len;) {
            size_t n = tx.len - at < l->chunk ? tx.len - at : l->chunk;
            at += wh_dlms_server_feed(&l->server, tx.bytes + at, n);
        }
        wh_dlms_octets answer = wh_dlms_server_next_tx(&l->server);
        if (answer.len > 0) {
            to_client(l, answer);
        }
        l->now_ms += 100;
        wh_dlms_client_poll(&l->client, l->now_ms);
        wh_dlms_server_poll(&l->server, l->now_ms);
    }
    fail_msg("nothing is told");
    return event;
}

static void associate(line *l)
{
    assert_int_equal(wh_dlms_client_associate(&l->client), WH_OK);
    assert_int_equal(pump(l).kind, WH_DLMS_CLIENT_ASSOCIATED);
}

static void expect_rows(wh_dlms_octets data)
{
    wh_dlms_walk walk = wh_dlms_walk_init(data.bytes, data.len);
    wh_dlms_item item;
    assert_true(wh_dlms_walk_next(&walk, &item));
    assert_int_equal(item.type, WH_DLMS_ARRAY);
    assert_int_equal(item.count, ROWS);
    for (uint32_t row = 1; row <= ROWS; row++) {
        assert_true(wh_dlms_walk_next(&walk, &item) && item.count == 2);
        assert_true(wh_dlms_walk_next(&walk, &item) && item.u == 7);
        assert_true(wh_dlms_walk_next(&walk, &item) && item.u == row);
    }
    assert_false(wh_dlms_walk_next(&walk, &item));
    assert_int_equal(wh_dlms_walk_err(&walk), WH_OK);
    assert_int_equal(wh_dlms_walk_len(&walk), data.len);
}

static void expect_told(line *l, uint32_t index, uint8_t result, wh_dlms_type type)
{
    wh_dlms_client_event event = pump(l);
    assert_int_equal(event.kind, WH_DLMS_CLIENT_VALUE);
    assert_int_equal(event.index, index);
    assert_int_equal(event.result, result);
    if (result == WH_DLMS_RESULT_SUCCESS) {
        assert_int_equal(event.data.bytes[0], type);
        if (type == WH_DLMS_ARRAY) {
            expect_rows(event.data);
        }
    }
}

static void converse(line *l)
{
    associate(l);
    assert_int_equal(wh_dlms_client_get(&l->client, &ROW_BUFFER, 1), WH_OK);
    expect_told(l, 0, WH_DLMS_RESULT_SUCCESS, WH_DLMS_ARRAY);
    const wh_dlms_attribute list[] = {TEXT, NOTHING, ROW_BUFFER, NUMBER};
    assert_int_equal(wh_dlms_client_get(&l->client, list, 4), WH_OK);
    expect_told(l, 0, WH_DLMS_RESULT_SUCCESS, WH_DLMS_VISIBLE_STRING);
    expect_told(l, 1, WH_DLMS_RESULT_OBJECT_UNDEFINED, WH_DLMS_NULL);
    expect_told(l, 2, WH_DLMS_RESULT_SUCCESS, WH_DLMS_ARRAY);
    expect_told(l, 3, WH_DLMS_RESULT_SUCCESS, WH_DLMS_LONG64);
    assert_int_equal(wh_dlms_client_get(&l->client, &NOTHING, 1), WH_OK);
    expect_told(l, 0, WH_DLMS_RESULT_OBJECT_UNDEFINED, WH_DLMS_NULL);
    assert_int_equal(wh_dlms_client_release(&l->client), WH_OK);
    assert_int_equal(pump(l).kind, WH_DLMS_CLIENT_RELEASED);
    assert_false(l->server.associated);
}

static void values_arrive_whole_at_every_pdu_size_and_no_answer_is_longer(void **state)
{
    (void)state;
    for (uint16_t pdu = WH_DLMS_PDU_SIZE_MIN; pdu <= 700; pdu++) {
        line l = {0};
        open_line(&l, pdu, 600);
        converse(&l);
        assert_true(l.answer_max <= pdu);
        assert_true(l.answer_max <= 600);
        close_line(&l);
    }
}

static void bytes_may_come_in_any_pieces(void **state)
{
    (void)state;
    for (size_t chunk = 1; chunk <= 64; chunk++) {
        line l = {.chunk = chunk};
        open_line(&l, 100, 128);
        converse(&l);
        close_line(&l);
    }
}

static void a_client_may_associate_again_after_a_release(void **state)
{
    (void)state;
    line l = {0};
    open_line(&l, 64, 128);
    converse(&l);
    converse(&l);
    close_line(&l);
}

static void a_refusal_says_why(void **state)
{
    (void)state;
    line l = {.client_config = {.client_sap = 1}};
    open_line(&l, 128, 128);
    assert_int_equal(wh_dlms_client_associate(&l.client), WH_OK);
    wh_dlms_client_event event = pump(&l);
    char text[WH_DLMS_FAILURE_TEXT_SIZE];
    assert_int_equal(event.kind, WH_DLMS_CLIENT_FAILED);
    assert_int_equal(event.failure.err, WH_ERR_DENIED);
    (void)wh_dlms_failure_text(&event.failure, text);
    assert_string_equal(text, "the meter refused the association: no reason given");
    close_line(&l);

    line strict = {.client_config = {.conformance = WH_DLMS_CONFORMANCE_SET}};
    open_line(&strict, 128, 128);
    assert_int_equal(wh_dlms_client_associate(&strict.client), WH_OK);
    event = pump(&strict);
    (void)wh_dlms_failure_text(&event.failure, text);
    assert_string_equal(text, "the meter refused the association: no reason given, "
                              "incompatible conformance");
    close_line(&strict);
}

static void without_blocks_a_long_value_is_refused_not_cut(void **state)
{
    (void)state;
    line l = {.client_config = {.conformance = WH_DLMS_CONFORMANCE_GET}};
    open_line(&l, 128, 128);
    associate(&l);
    assert_int_equal(wh_dlms_client_get(&l.client, &ROW_BUFFER, 1), WH_OK);
    expect_told(&l, 0, WH_DLMS_RESULT_OTHER_REASON, WH_DLMS_NULL);
    assert_int_equal(wh_dlms_client_get(&l.client, &TEXT, 1), WH_OK);
    expect_told(&l, 0, WH_DLMS_RESULT_SUCCESS, WH_DLMS_VISIBLE_STRING);
    const wh_dlms_attribute two[] = {TEXT, NUMBER};
    assert_int_equal(wh_dlms_client_get(&l.client, two, 2), WH_ERR_UNSUPPORTED);
    close_line(&l);
}

static void a_silent_meter_ends_in_a_time_out(void **state)
{
    (void)state;
    line l = {.client_config = {.timeout_ms = 500}};
    open_line(&l, 128, 128);
    assert_int_equal(wh_dlms_client_associate(&l.client), WH_OK);
    (void)wh_dlms_client_next_tx(&l.client);
    wh_dlms_client_event event;
    wh_dlms_client_poll(&l.client, UINT32_MAX - 100);
    wh_dlms_client_poll(&l.client, UINT32_MAX - 100 + 499);
    assert_false(wh_dlms_client_next_event(&l.client, &event));
    wh_dlms_client_poll(&l.client, UINT32_MAX - 100 + 500);
    assert_true(wh_dlms_client_next_event(&l.client, &event));
    assert_int_equal(event.kind, WH_DLMS_CLIENT_FAILED);
    assert_int_equal(event.failure.err, WH_ERR_TIMEOUT);
    assert_int_equal(l.client.state, WH_DLMS_CLIENT_BROKEN);
    close_line(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_arrive_whole_at_every_pdu_size_and_no_answer_is_longer),
        cmocka_unit_test(bytes_may_come_in_any_pieces),
        cmocka_unit_test(a_client_may_associate_again_after_a_release),
        cmocka_unit_test(a_refusal_says_why),
        cmocka_unit_test(without_blocks_a_long_value_is_refused_not_cut),
        cmocka_unit_test(a_silent_meter_ends_in_a_time_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
