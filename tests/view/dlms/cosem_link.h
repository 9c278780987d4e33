/* SPDX-License-Identifier: Apache-2.0 */
/* cosem_link.h - a meter's COSEM objects and a client that reads them, joined in memory. */
#ifndef WH_TESTS_COSEM_LINK_H
#define WH_TESTS_COSEM_LINK_H

#include "protocol/dlms/dlms_client.h"
#include "view/dlms/cosem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define PDU_SIZE   512U
#define VALUE_SIZE 65536U

typedef struct {
    wh_cosem cosem;
    wh_dlms_server_config server_config;
    wh_dlms_client_config client_config;
    wh_dlms_server server;
    wh_dlms_client client;
    uint8_t server_memory[WH_DLMS_SERVER_MEMORY(PDU_SIZE)];
    uint8_t client_memory[WH_DLMS_CLIENT_MEMORY(PDU_SIZE, VALUE_SIZE)];
} cosem_link;

/* What the client is told next. */
static inline wh_dlms_client_event pump(cosem_link *link)
{
    wh_dlms_client_event event = {0};
    for (unsigned turn = 0; turn < 100000; turn++) {
        if (wh_dlms_client_next_event(&link->client, &event)) {
            return event;
        }
        wh_dlms_octets tx = wh_dlms_client_next_tx(&link->client);
        assert_int_equal(wh_dlms_server_feed(&link->server, tx.bytes, tx.len), tx.len);
        wh_dlms_octets answer = wh_dlms_server_next_tx(&link->server);
        assert_int_equal(wh_dlms_client_feed(&link->client, answer.bytes, answer.len), answer.len);
    }
    fail_msg("nothing is told");
    return event;
}

/* The client associates with this meter. */
static inline void link_up(cosem_link *link, wh_meter *meter)
{
    link->cosem.meter = meter;
    link->server_config = wh_cosem_server_config(&link->cosem);
    link->server_config.pdu_size = PDU_SIZE;
    link->client_config.pdu_size = PDU_SIZE;
    assert_int_equal(wh_dlms_server_init(&link->server, &link->server_config, link->server_memory,
                                         sizeof link->server_memory),
                     WH_OK);
    assert_int_equal(wh_dlms_client_init(&link->client, &link->client_config, link->client_memory,
                                         sizeof link->client_memory),
                     WH_OK);
    assert_int_equal(wh_dlms_client_associate(&link->client), WH_OK);
    assert_int_equal(pump(link).kind, WH_DLMS_CLIENT_ASSOCIATED);
}

static inline wh_dlms_client_event read_attribute(cosem_link *link, uint16_t class_id, wh_obis name,
                                                  int8_t attribute)
{
    wh_dlms_attribute a = {.class_id = class_id, .name = name, .attribute = attribute};
    assert_int_equal(wh_dlms_client_get(&link->client, &a, 1), WH_OK);
    wh_dlms_client_event event = pump(link);
    assert_int_equal(event.kind, WH_DLMS_CLIENT_VALUE);
    return event;
}

#endif /* WH_TESTS_COSEM_LINK_H */
