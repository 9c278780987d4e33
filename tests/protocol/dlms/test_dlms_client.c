/* SPDX-License-Identifier: Apache-2.0 */
/* The client against a meter whose every answer is written by hand. */
#include "protocol/dlms/dlms_client.h"
#include "protocol/dlms/dlms_text.h"
#include "tests/protocol/dlms/dlms_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define PDU_SIZE   128U
#define VALUE_SIZE 32U

#define ZEROS_31 "00000000000000000000000000000000000000000000000000000000000000"
#define AARE_OK  "61 29 A109060760857405080101 A203020100 A305A103020100 BE10 040E 0800065F1F0400"

typedef struct {
    wh_dlms_client_config config;
    wh_dlms_client client;
    uint8_t memory[WH_DLMS_CLIENT_MEMORY(PDU_SIZE, VALUE_SIZE)];
} fixture;

static const wh_dlms_attribute ATTRIBUTES[] = {
    {.class_id = 1, .name = WH_OBIS_INIT(0, 0, 42, 0, 0, 255), .attribute = 2},
    {.class_id = 3, .name = WH_OBIS_INIT(1, 0, 1, 8, 0, 255), .attribute = 2},
};

static void start(fixture *f)
{
    f->config.pdu_size = PDU_SIZE;
    assert_int_equal(wh_dlms_client_init(&f->client, &f->config, f->memory, sizeof f->memory),
                     WH_OK);
}

/* What the client sends next, wrapper included. */
static void expect_sent(fixture *f, const char *hex)
{
    wh_dlms_octets want = octets_from_hex(hex);
    wh_dlms_octets tx = wh_dlms_client_next_tx(&f->client);
    assert_int_equal(tx.len, want.len);
    assert_memory_equal(tx.bytes, want.bytes, want.len);
    assert_int_equal(wh_dlms_client_next_tx(&f->client).len, 0);
    octets_free(want);
}

/* An APDU of the meter, in a frame from 1 to 16 unless said otherwise. */
static void answer_from(fixture *f, uint16_t device, const char *hex)
{
    wh_dlms_octets apdu = octets_from_hex(hex);
    uint8_t *frame = malloc(WH_DLMS_WRAPPER_LEN + apdu.len);
    assert_non_null(frame);
    wh_writer w = wh_writer_init(frame, WH_DLMS_WRAPPER_LEN + apdu.len);
    wh_dlms_wrapper wrapper = {device, 16, (uint16_t)apdu.len};
    wh_dlms_wrapper_encode(&w, &wrapper);
    wh_writer_put_bytes(&w, apdu.bytes, apdu.len);
    assert_int_equal(wh_dlms_client_feed(&f->client, frame, wh_writer_len(&w)), wh_writer_len(&w));
    free(frame);
    octets_free(apdu);
}

static void answer(fixture *f, const char *hex)
{
    answer_from(f, 1, hex);
}

static wh_dlms_client_event next(fixture *f)
{
    wh_dlms_client_event event;
    assert_true(wh_dlms_client_next_event(&f->client, &event));
    return event;
}

static void expect_nothing(fixture *f)
{
    wh_dlms_client_event event;
    assert_false(wh_dlms_client_next_event(&f->client, &event));
}

static void associate(fixture *f)
{
    start(f);
    assert_int_equal(wh_dlms_client_associate(&f->client), WH_OK);
    expect_sent(f, "0001 0010 0001 001F 601DA109060760857405080101BE10040E"
                   "01000000065F1F0400 001210 0080");
    answer(f, AARE_OK "001210 0200 0007");
    assert_int_equal(next(f).kind, WH_DLMS_CLIENT_ASSOCIATED);
}

static void ask(fixture *f, uint32_t count)
{
    assert_int_equal(wh_dlms_client_get(&f->client, ATTRIBUTES, count), WH_OK);
    assert_true(wh_dlms_client_next_tx(&f->client).len > 0);
}

static void requests_are_as_the_standard_has_them(void **state)
{
    (void)state;
    fixture f = {0};
    associate(&f);
    assert_int_equal(wh_dlms_client_get(&f.client, ATTRIBUTES, 1), WH_OK);
    expect_sent(&f, "0001 0010 0001 000D C00141 0001 00002A0000FF 02 00");
    answer(&f, "C40141 00 110A");
    wh_dlms_client_event event = next(&f);
    assert_int_equal(event.kind, WH_DLMS_CLIENT_VALUE);
    assert_int_equal(event.data.len, 2);
    assert_int_equal(wh_dlms_client_get(&f.client, ATTRIBUTES, 2), WH_OK);
    expect_sent(&f,
                "0001 0010 0001 0018 C00342 02 0001 00002A0000FF 02 00 0003 0100010800FF 02 00");
    answer(&f, "C40342 02 00 110A 01 03");
    assert_int_equal(next(&f).index, 0);
    event = next(&f);
    assert_int_equal(event.index, 1);
    assert_int_equal(event.result, WH_DLMS_RESULT_READ_WRITE_DENIED);
    expect_nothing(&f);
    assert_int_equal(wh_dlms_client_release(&f.client), WH_OK);
    expect_sent(&f, "0001 0010 0001 0005 6203800100");
    answer(&f, "6303800100");
    assert_int_equal(next(&f).kind, WH_DLMS_CLIENT_RELEASED);
    assert_int_equal(f.client.state, WH_DLMS_CLIENT_IDLE);
}

static void blocks_are_put_together(void **state)
{
    (void)state;
    fixture f = {0};
    associate(&f);
    ask(&f, 1);
    answer(&f, "C40241 00 00000001 00 03 0904AA");
    expect_sent(&f, "0001 0010 0001 0007 C00241 00000001");
    expect_nothing(&f);
    answer(&f, "C40241 01 00000002 00 03 BBCCDD");
    wh_dlms_client_event event = next(&f);
    assert_int_equal(event.data.len, 6);
    assert_memory_equal(event.data.bytes, "\x09\x04\xAA\xBB\xCC\xDD", 6);
}

/* What the meter may say instead of a value, and whether the association survives it. */
static void refusals_are_told_in_the_words_of_the_meter(void **state)
{
    static const struct {
        const char *apdu;
        const char *text;
    } rows[] = {
        {"D80102", "the meter answered with an exception: service not allowed, "
                   "service not supported"},
        {"0E010601", "the meter answered with a service error: DLMS version too low"},
        {"0E050501", "the meter answered with a service error: access error"},
        {"C40241 01 00000001 01 0F", "the meter broke off the block transfer: long get aborted"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture f = {0};
        char text[WH_DLMS_FAILURE_TEXT_SIZE];
        associate(&f);
        ask(&f, 1);
        answer(&f, rows[i].apdu);
        wh_dlms_client_event event = next(&f);
        assert_int_equal(event.kind, WH_DLMS_CLIENT_FAILED);
        assert_int_equal(event.failure.err, WH_ERR_DENIED);
        size_t len = wh_dlms_failure_text(&event.failure, text);
        assert_int_equal(len, strlen(text));
        assert_string_equal(text, rows[i].text);
        ask(&f, 1);
        answer(&f, "C40142 00 110A");
        assert_int_equal(next(&f).kind, WH_DLMS_CLIENT_VALUE);
    }
}

static void rejections_are_told_in_the_words_of_the_meter(void **state)
{
    static const struct {
        const char *apdu;
        const char *text;
    } rows[] = {
        {"6117A109060760857405080101A203020101A305A103020102",
         "the meter refused the association: application context name not supported"},
        {"6117A109060760857405080101A203020102A305A203020102",
         "the meter refused the association: no common ACSE version (for now)"},
        {"611FA109060760857405080101A203020101A305A103020101BE0604040E010603",
         "the meter refused the association: no reason given, PDU size too short"},
        {"6117A109060760857405080101A203020101A305A103020140",
         "the meter refused the association: a code unknown here"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture f = {0};
        char text[WH_DLMS_FAILURE_TEXT_SIZE];
        start(&f);
        assert_int_equal(wh_dlms_client_associate(&f.client), WH_OK);
        (void)wh_dlms_client_next_tx(&f.client);
        answer(&f, rows[i].apdu);
        wh_dlms_client_event event = next(&f);
        assert_int_equal(event.kind, WH_DLMS_CLIENT_FAILED);
        (void)wh_dlms_failure_text(&event.failure, text);
        assert_string_equal(text, rows[i].text);
        assert_int_equal(f.client.state, WH_DLMS_CLIENT_IDLE);
    }
}

/* Nothing that is no answer, too much or too little is told as a value. */
static void answers_that_are_none_break_the_connection(void **state)
{
    static const struct {
        const char *name;
        uint32_t count;
        const char *apdu;
        wh_err err;
    } rows[] = {
        {"a value cut short", 1, "C40141 00 09", WH_ERR_FORMAT},
        {"a list for one attribute", 1, "C40341 01 00 110A", WH_ERR_FORMAT},
        {"a value for two attributes", 2, "C40141 00 110A", WH_ERR_FORMAT},
        {"a list of one for two", 2, "C40341 01 00 110A", WH_ERR_FORMAT},
        {"a list of three for two", 2, "C40341 03 00 00 00 00 00 00", WH_ERR_FORMAT},
        {"a list that says success as a refusal", 2, "C40341 02 01 00 00 00", WH_ERR_FORMAT},
        {"the first block has number 2", 1, "C40241 00 00000002 00 01 09", WH_ERR_FORMAT},
        {"a block that brings nothing", 1, "C40241 00 00000001 00 00", WH_ERR_FORMAT},
        {"the last block leaves a value cut short", 1, "C40241 01 00000001 00 01 09",
         WH_ERR_FORMAT},
        {"more behind the value in a block", 1, "C40241 01 00000001 00 03 110A11", WH_ERR_FORMAT},
        {"a value longer than there is room for", 1, "C40241 00 00000001 00 21 0920" ZEROS_31,
         WH_ERR_SPACE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture f = {0};
        print_message("%s\n", rows[i].name);
        associate(&f);
        ask(&f, rows[i].count);
        answer(&f, rows[i].apdu);
        wh_dlms_client_event event = next(&f);
        assert_int_equal(event.kind, WH_DLMS_CLIENT_FAILED);
        assert_int_equal(event.failure.kind, WH_DLMS_FAILURE_NONE);
        assert_int_equal(event.failure.err, rows[i].err);
        assert_int_equal(f.client.state, WH_DLMS_CLIENT_BROKEN);
        assert_int_equal(wh_dlms_client_get(&f.client, ATTRIBUTES, 1), WH_ERR_STATE);
    }
}

static void a_list_that_breaks_after_its_first_value_tells_that_one(void **state)
{
    (void)state;
    fixture f = {0};
    associate(&f);
    ask(&f, 2);
    answer(&f, "C40341 02 00 110A 00 09");
    assert_int_equal(next(&f).kind, WH_DLMS_CLIENT_VALUE);
    assert_int_equal(next(&f).kind, WH_DLMS_CLIENT_FAILED);
    expect_nothing(&f);
}

static void what_was_not_asked_for_is_passed_over(void **state)
{
    (void)state;
    fixture f = {0};
    associate(&f);
    answer(&f, "C40141 00 110A"); /* nothing was asked */
    answer(&f, "D80101");
    expect_nothing(&f);
    ask(&f, 1);
    answer(&f, "C40145 00 110A");         /* an older invocation */
    answer(&f, "0F000001DB000911");       /* a notification */
    answer(&f, "6303800100");             /* a release that nobody asked for */
    answer_from(&f, 2, "C40141 00 110B"); /* another device */
    answer(&f, "");
    expect_nothing(&f);
    answer(&f, "C401C1 00 110C"); /* the priority bit does not matter */
    wh_dlms_client_event event = next(&f);
    assert_int_equal(event.data.bytes[1], 0x0C);
}

static void a_meter_that_is_none_breaks_the_connection(void **state)
{
    static const char *const rows[] = {
        "610BA109060760857405080101",                         /* no result */
        "6117A109060760857405080101A203020100A305A103020100", /* accepted, but not with what */
        AARE_OK "001210 0200 FA00",                           /* short names */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture f = {0};
        start(&f);
        assert_int_equal(wh_dlms_client_associate(&f.client), WH_OK);
        (void)wh_dlms_client_next_tx(&f.client);
        answer(&f, rows[i]);
        assert_int_equal(next(&f).failure.err, WH_ERR_FORMAT);
        assert_int_equal(f.client.state, WH_DLMS_CLIENT_BROKEN);
    }
    fixture f = {0};
    start(&f);
    assert_int_equal(wh_dlms_client_feed(&f.client, (const uint8_t *)"HTTP/1.1", 8), 8);
    assert_int_equal(next(&f).failure.err, WH_ERR_FORMAT);
}

static void requests_keep_to_what_the_meter_takes(void **state)
{
    (void)state;
    fixture f = {0};
    start(&f);
    assert_int_equal(wh_dlms_client_get(&f.client, ATTRIBUTES, 1), WH_ERR_STATE);
    assert_int_equal(wh_dlms_client_release(&f.client), WH_ERR_STATE);
    assert_int_equal(wh_dlms_client_associate(&f.client), WH_OK);
    assert_int_equal(wh_dlms_client_associate(&f.client), WH_ERR_STATE);
    (void)wh_dlms_client_next_tx(&f.client);
    answer(&f, AARE_OK "001210 0017 0007"); /* 23 octets: one less than a list of two */
    assert_int_equal(next(&f).kind, WH_DLMS_CLIENT_ASSOCIATED);
    assert_int_equal(wh_dlms_client_get(&f.client, ATTRIBUTES, 0), WH_ERR_ARG);
    assert_int_equal(wh_dlms_client_get(&f.client, ATTRIBUTES, 2), WH_ERR_SPACE);
    ask(&f, 1);
}

static void bad_settings_are_refused(void **state)
{
    (void)state;
    static uint8_t memory[WH_DLMS_CLIENT_MEMORY(128U, 1U)];
    wh_dlms_client_config config = {.pdu_size = 128};
    wh_dlms_client client;
    assert_int_equal(wh_dlms_client_init(&client, &config, memory, sizeof memory), WH_OK);
    assert_int_equal(wh_dlms_client_init(&client, &config, memory, sizeof memory - 1),
                     WH_ERR_SPACE);
    config.pdu_size = WH_DLMS_PDU_SIZE_MIN - 1;
    assert_int_equal(wh_dlms_client_init(&client, &config, memory, sizeof memory), WH_ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_as_the_standard_has_them),
        cmocka_unit_test(blocks_are_put_together),
        cmocka_unit_test(refusals_are_told_in_the_words_of_the_meter),
        cmocka_unit_test(rejections_are_told_in_the_words_of_the_meter),
        cmocka_unit_test(answers_that_are_none_break_the_connection),
        cmocka_unit_test(a_list_that_breaks_after_its_first_value_tells_that_one),
        cmocka_unit_test(what_was_not_asked_for_is_passed_over),
        cmocka_unit_test(a_meter_that_is_none_breaks_the_connection),
        cmocka_unit_test(requests_keep_to_what_the_meter_takes),
        cmocka_unit_test(bad_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
