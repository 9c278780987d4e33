/* SPDX-License-Identifier: Apache-2.0 */
/* The client against a meter that sends anything.
 *
 * data[0]  bits 0..1: nothing was asked, an association, one attribute, a list; bit 2 the rest
 *          is APDUs, each behind its length in one byte and put into frames here
 *
 * The client never stalls, tells at most as many values as it asked for, and what it tells as
 * data is one whole value. */
#include "protocol/dlms/dlms_client.h"
#include "protocol/dlms/dlms_text.h"

#include <stdlib.h>
#include <string.h>

#define PDU_SIZE   128U
#define VALUE_SIZE 512U
#define ASKED      3U

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_event(const wh_dlms_client_event *event)
{
    if (event->kind == WH_DLMS_CLIENT_FAILED) {
        char text[WH_DLMS_FAILURE_TEXT_SIZE];
        expect(wh_dlms_failure_text(&event->failure, text) < sizeof text);
        expect(event->failure.err != WH_OK);
    } else if (event->kind == WH_DLMS_CLIENT_VALUE && event->result == WH_DLMS_RESULT_SUCCESS) {
        wh_reader r = wh_reader_init(event->data.bytes, event->data.len);
        (void)wh_dlms_take_value(&r);
        expect(wh_reader_err(&r) == WH_OK && wh_reader_left(&r) == 0);
        expect(event->index < ASKED);
    }
}

/* Take what it has to tell and to send; ask again where it is ready. */
static void drain(wh_dlms_client *c, const wh_dlms_attribute *attributes, uint32_t count)
{
    wh_dlms_client_event event;
    (void)wh_dlms_client_next_tx(c);
    for (unsigned told = 0; wh_dlms_client_next_event(c, &event); told++) {
        expect(told <= ASKED);
        check_event(&event);
    }
    if (c->state == WH_DLMS_CLIENT_READY) {
        (void)(wh_dlms_client_get(c, attributes, count) == WH_OK);
    } else if (c->state == WH_DLMS_CLIENT_IDLE) {
        expect(wh_dlms_client_associate(c) == WH_OK);
    }
    (void)wh_dlms_client_next_tx(c);
}

static void feed(wh_dlms_client *c, const uint8_t *bytes, size_t len,
                 const wh_dlms_attribute *attributes, uint32_t count)
{
    while (len > 0 && c->state != WH_DLMS_CLIENT_BROKEN) {
        size_t used = wh_dlms_client_feed(c, bytes, len);
        expect(used > 0 && used <= len);
        drain(c, attributes, count);
        bytes += used;
        len -= used;
    }
}

static void feed_apdu(wh_dlms_client *c, const uint8_t *apdu, size_t len,
                      const wh_dlms_attribute *attributes, uint32_t count)
{
    uint8_t head[WH_DLMS_WRAPPER_LEN];
    wh_writer w = wh_writer_init(head, sizeof head);
    wh_dlms_wrapper wrapper = {1, 16, (uint16_t)len};
    wh_dlms_wrapper_encode(&w, &wrapper);
    feed(c, head, sizeof head, attributes, count);
    feed(c, apdu, len, attributes, count);
}

static const uint8_t AARE[] = {0x61, 0x29, 0xA1, 0x09, 0x06, 0x07, 0x60, 0x85, 0x74, 0x05, 0x08,
                               0x01, 0x01, 0xA2, 0x03, 0x02, 0x01, 0x00, 0xA3, 0x05, 0xA1, 0x03,
                               0x02, 0x01, 0x00, 0xBE, 0x10, 0x04, 0x0E, 0x08, 0x00, 0x06, 0x5F,
                               0x1F, 0x04, 0x00, 0x00, 0x12, 0x10, 0x02, 0x00, 0x00, 0x07};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t memory[WH_DLMS_CLIENT_MEMORY(PDU_SIZE, VALUE_SIZE)];
    static const wh_dlms_client_config config = {.pdu_size = PDU_SIZE};
    static const wh_dlms_attribute attributes[ASKED] = {{.class_id = 1, .attribute = 2},
                                                        {.class_id = 3, .attribute = 2},
                                                        {.class_id = 8, .attribute = 2}};
    if (size < 1) {
        return 0;
    }
    wh_dlms_client c;
    expect(wh_dlms_client_init(&c, &config, memory, sizeof memory) == WH_OK);
    uint32_t count = (data[0] & 3U) == 3 ? ASKED : 1;
    if ((data[0] & 3U) != 0) {
        expect(wh_dlms_client_associate(&c) == WH_OK);
        (void)wh_dlms_client_next_tx(&c);
    }
    if ((data[0] & 2U) != 0) {
        feed_apdu(&c, AARE, sizeof AARE, attributes, count);
        expect(c.state == WH_DLMS_CLIENT_GETTING);
    }
    const uint8_t *at = data + 1;
    size_t left = size - 1;
    if ((data[0] & 4U) == 0) {
        feed(&c, at, left, attributes, count);
    }
    while ((data[0] & 4U) != 0 && left > 0) {
        size_t len = at[0] < left ? at[0] : left - 1;
        feed_apdu(&c, at + 1, len, attributes, count);
        at += 1 + len;
        left -= 1 + len;
    }
    wh_dlms_client_poll(&c, 0);
    wh_dlms_client_poll(&c, 1000000);
    drain(&c, attributes, count);
    return 0;
}
