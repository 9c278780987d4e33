/* SPDX-License-Identifier: Apache-2.0 */
/* dlms_server_rig.h - a server over a model of two objects, asked in hex. */
#ifndef WH_TESTS_DLMS_SERVER_RIG_H
#define WH_TESTS_DLMS_SERVER_RIG_H

#include "protocol/dlms/dlms_server.h"
#include "tests/protocol/dlms/dlms_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define PDU_SIZE 512

/* 0.0.42.0.0.255: a short text. 1.0.99.1.0.255: `rows` rows of 9 octets, one piece each. */
typedef struct {
    uint32_t rows;
    uint32_t fail_at; /* row at which the model gives up; 0: never */
} model;

static inline wh_dlms_result model_get(void *user, const wh_dlms_association *association,
                                       const wh_dlms_attribute *attribute, wh_dlms_part *part,
                                       wh_writer *out)
{
    const model *m = user;
    assert_non_null(association->partner);
    if (attribute->name.group[2] == 42) {
        wh_dlms_put_visible_string(out, "WHT0000000000001", 16);
        return WH_DLMS_RESULT_SUCCESS;
    }
    if (attribute->name.group[2] != 99) {
        return WH_DLMS_RESULT_OBJECT_UNDEFINED;
    }
    if (part->step == 0) {
        wh_dlms_put_array(out, m->rows);
    } else if (part->step == m->fail_at) {
        return WH_DLMS_RESULT_TEMPORARY_FAILURE;
    } else {
        wh_dlms_put_structure(out, 2);
        wh_dlms_put_unsigned(out, 1);
        wh_dlms_put_double_long_unsigned(out, part->step);
    }
    part->step++;
    part->more = part->step <= m->rows;
    return WH_DLMS_RESULT_SUCCESS;
}

static const wh_dlms_partner PARTNERS[] = {{.client_sap = 16, .server_sap = 1}};

typedef struct {
    model model;
    wh_dlms_server_config config;
    uint8_t *memory;
    wh_dlms_server server;
} fixture;

static inline void start_sized(fixture *f, uint16_t pdu_size)
{
    size_t size = WH_DLMS_SERVER_MEMORY((size_t)pdu_size);
    f->config.model.user = &f->model;
    f->config.model.get = model_get;
    f->config.partners = PARTNERS;
    f->config.partner_count = 1;
    f->config.pdu_size = pdu_size;
    f->memory = malloc(size);
    assert_int_equal(wh_dlms_server_init(&f->server, &f->config, f->memory, size), WH_OK);
}

static inline void start(fixture *f)
{
    start_sized(f, PDU_SIZE);
}

static inline void stop(fixture *f)
{
    free(f->memory);
}

/* Send one APDU in a frame from client to server, one byte at a time or whole; what comes
 * back, without wrapper. */
static inline wh_dlms_octets ask_as(fixture *f, uint16_t client, uint16_t device,
                                    wh_dlms_octets apdu)
{
    uint8_t head[WH_DLMS_WRAPPER_LEN];
    wh_writer w = wh_writer_init(head, sizeof head);
    wh_dlms_wrapper wrapper = {client, device, (uint16_t)apdu.len};
    wh_dlms_wrapper_encode(&w, &wrapper);
    assert_int_equal(wh_dlms_server_feed(&f->server, head, sizeof head), sizeof head);
    for (size_t i = 0; i < apdu.len; i++) {
        assert_int_equal(wh_dlms_server_next_tx(&f->server).len, 0);
        assert_int_equal(wh_dlms_server_feed(&f->server, &apdu.bytes[i], 1), 1);
    }
    wh_dlms_octets tx = wh_dlms_server_next_tx(&f->server);
    if (tx.len == 0) {
        return tx;
    }
    wh_reader r = wh_reader_init(tx.bytes, tx.len);
    assert_int_equal(wh_dlms_wrapper_decode(&r, &wrapper), WH_OK);
    assert_int_equal(wrapper.source, device);
    assert_int_equal(wrapper.destination, client);
    assert_int_equal(wrapper.length, wh_reader_left(&r));
    tx.bytes += WH_DLMS_WRAPPER_LEN;
    tx.len -= WH_DLMS_WRAPPER_LEN;
    return tx;
}

static inline void expect_from(fixture *f, uint16_t client, const char *question,
                               const char *answer)
{
    wh_dlms_octets apdu = octets_from_hex(question);
    wh_dlms_octets want = octets_from_hex(answer);
    wh_dlms_octets got = ask_as(f, client, 1, apdu);
    if (got.len != want.len || (want.len > 0 && memcmp(got.bytes, want.bytes, want.len) != 0)) {
        print_message("question %s\nwanted   %s\ngot      ", question, answer);
        for (size_t i = 0; i < got.len; i++) {
            print_message("%02X", got.bytes[i]);
        }
        print_message("\n");
        fail();
    }
    octets_free(apdu);
    octets_free(want);
}

static inline void expect(fixture *f, const char *question, const char *answer)
{
    expect_from(f, 16, question, answer);
}

/* An AARQ as the Green Book has it, with the client's PDU size at its end. */
#define AARQ_HEAD "60 1D A109060760857405080101 BE10 040E 01000000065F1F0400"
#define AARE_OK   "61 29 A109060760857405080101 A203020100 A305A103020100 BE10 040E 0800065F1F0400"

static inline void associate(fixture *f)
{
    expect(f, AARQ_HEAD "007E1F 04B0", AARE_OK "001210 0200 0007");
}

static inline void expect_event(fixture *f, wh_dlms_server_event want)
{
    wh_dlms_server_event event;
    assert_true(wh_dlms_server_next_event(&f->server, &event));
    assert_int_equal(event, want);
}

static inline void expect_no_event(fixture *f)
{
    wh_dlms_server_event event;
    assert_false(wh_dlms_server_next_event(&f->server, &event));
}

#endif /* WH_TESTS_DLMS_SERVER_RIG_H */
