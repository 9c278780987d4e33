/* SPDX-License-Identifier: Apache-2.0 */
/* The whole server over a meter: wrapper, association, GET, blocks, COSEM objects.
 *
 * data[0]  bit 0 an association is open already, bit 1 a long get is under way, bit 2 the rest
 *          is APDUs, each behind its length in one byte and put into frames here; else it is
 *          the byte stream itself
 * data[1]  the client's PDU size, 12 + that
 *
 * No answer is longer than agreed, each is one whole frame, and the server never stalls. */
#include "view/dlms/cosem.h"

#include "protocol/dlms/dlms_initiate.h"

#include <stdlib.h>
#include <string.h>

#define PDU_SIZE 256U

static wh_meter_config meter_config;
static wh_meter meter;

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_answer(wh_dlms_server *s)
{
    wh_dlms_octets tx = wh_dlms_server_next_tx(s);
    wh_dlms_server_event event;
    if (tx.len > 0) {
        wh_reader r = wh_reader_init(tx.bytes, tx.len);
        wh_dlms_wrapper wrapper;
        expect(wh_dlms_wrapper_decode(&r, &wrapper) == WH_OK);
        expect(wrapper.length == wh_reader_left(&r) && wrapper.length > 0);
        bool get = wh_reader_peek_u8(&r, 0) == WH_DLMS_TAG_GET_RESPONSE;
        expect(!get || wrapper.length <= s->association.max_send_size);
    }
    while (wh_dlms_server_next_event(s, &event)) {
        continue;
    }
}

static void feed(wh_dlms_server *s, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        size_t used = wh_dlms_server_feed(s, bytes, len);
        expect(used > 0 && used <= len);
        check_answer(s);
        bytes += used;
        len -= used;
    }
}

static void feed_apdu(wh_dlms_server *s, const uint8_t *apdu, size_t len)
{
    uint8_t head[WH_DLMS_WRAPPER_LEN];
    wh_writer w = wh_writer_init(head, sizeof head);
    wh_dlms_wrapper wrapper = {16, 1, (uint16_t)len};
    wh_dlms_wrapper_encode(&w, &wrapper);
    feed(s, head, sizeof head);
    feed(s, apdu, len);
}

static void associate(wh_dlms_server *s, uint8_t pdu)
{
    uint8_t aarq[] = {0x60, 0x1D, 0xA1, 0x09, 0x06, 0x07, 0x60, 0x85, 0x74, 0x05, 0x08,
                      0x01, 0x01, 0xBE, 0x10, 0x04, 0x0E, 0x01, 0x00, 0x00, 0x00, 0x06,
                      0x5F, 0x1F, 0x04, 0x00, 0x00, 0x7E, 0x1F, 0x00, 0x00};
    uint16_t size = (uint16_t)(WH_DLMS_PDU_SIZE_MIN + pdu);
    aarq[sizeof aarq - 2] = (uint8_t)(size >> 8);
    aarq[sizeof aarq - 1] = (uint8_t)size;
    feed_apdu(s, aarq, sizeof aarq);
    expect(s->associated);
}

static void start_long_get(wh_dlms_server *s)
{
    static const uint8_t get[] = {0xC0, 0x01, 0xC1, 0x00, 0x0F, 0x00, 0x00,
                                  0x28, 0x00, 0x00, 0xFF, 0x02, 0x00};
    feed_apdu(s, get, sizeof get);
    expect(s->transfer.active);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t memory[WH_DLMS_SERVER_MEMORY(PDU_SIZE)];
    if (size < 2) {
        return 0;
    }
    meter_config.metrology.phases = 3;
    meter.config = &meter_config;
    meter.windows = 1;
    meter.registers.config.modulus_mwh = INT64_C(1000000000000000);
    wh_cosem cosem = {.meter = &meter};
    wh_dlms_server_config config = wh_cosem_server_config(&cosem);
    config.pdu_size = PDU_SIZE;
    wh_dlms_server s;
    expect(wh_dlms_server_init(&s, &config, memory, sizeof memory) == WH_OK);
    if ((data[0] & 3U) != 0) {
        associate(&s, data[1]);
    }
    if ((data[0] & 2U) != 0) {
        start_long_get(&s);
    }
    const uint8_t *at = data + 2;
    size_t left = size - 2;
    if ((data[0] & 4U) == 0) {
        feed(&s, at, left);
        return 0;
    }
    while (left > 0) {
        size_t len = at[0] < left ? at[0] : left - 1;
        feed_apdu(&s, at + 1, len);
        at += 1 + len;
        left -= 1 + len;
    }
    return 0;
}
