/* SPDX-License-Identifier: Apache-2.0 */
/* The server: associations, services it does not have, clients it does not know. */
#include "tests/protocol/dlms/dlms_server_rig.h"

static void a_public_client_associates_reads_and_releases(void **state)
{
    (void)state;
    fixture f = {0};
    start(&f);
    associate(&f);
    expect_event(&f, WH_DLMS_SERVER_ASSOCIATED);
    assert_true(f.server.associated);
    assert_int_equal(f.server.association.max_send_size, 512);
    expect(&f, "C001C1 0001 00002A0000FF 02 00", "C401C1 00 0A10 57485430303030303030303030303031");
    expect(&f, "6203800100", "6303800100");
    expect_event(&f, WH_DLMS_SERVER_RELEASED);
    expect_no_event(&f);
    stop(&f);
}

/* The AARQ of a client that asks for something else; the whole answer. */
static void associations_are_refused_with_the_right_diagnostic(void **state)
{
#define REFUSED_FOR        "61 29 A109060760857405080101 A203020101 A305A10302010"
#define OFFER              "BE10 040E 0800065F1F0400 001210 0200 0007"
#define REFUSED_BY_CONTEXT "61 1F A109060760857405080101 A203020101 A305A103020101 BE06 0404 0E0106"
    static const struct {
        const char *name;
        const char *aarq;
        const char *aare;
    } rows[] = {
        {"short names", "60 1D A109060760857405080102 BE10 040E 01000000065F1F0400 007E1F 04B0",
         REFUSED_FOR "2" OFFER},
        {"ciphering", "60 1D A109060760857405080103 BE10 040E 01000000065F1F0400 007E1F 04B0",
         REFUSED_FOR "2" OFFER},
        {"another context name",
         "60 1D A109060760857405080201 BE10 040E 01000000065F1F0400 007E1F 04B0",
         REFUSED_FOR "2" OFFER},
        {"low security",
         "60 36 A109060760857405080101 8A020780 8B0760857405080201 AC0A80083132333435363738 "
         "BE10 040E 01000000065F1F0400 007E1F 04B0",
         "61 29 A109060760857405080101 A203020101 A305A10302010B" OFFER},
        {"authentication without a mechanism",
         "60 21 A109060760857405080101 8A020780 BE10 040E 01000000065F1F0400 007E1F 04B0",
         "61 29 A109060760857405080101 A203020101 A305A10302010C" OFFER},
        {"another ACSE version",
         "60 21 80020640 A109060760857405080101 BE10 040E 01000000065F1F0400 007E1F 04B0",
         "61 29 A109060760857405080101 A203020101 A305A203020102" OFFER},
        {"DLMS version 5", "60 1D A109060760857405080101 BE10 040E 01000000055F1F0400 007E1F 04B0",
         REFUSED_BY_CONTEXT "01"},
        {"nothing in common", AARQ_HEAD "000000 04B0", REFUSED_BY_CONTEXT "02"},
        {"GET not in common", AARQ_HEAD "000C01 04B0", REFUSED_BY_CONTEXT "02"},
        {"a PDU size of 11", AARQ_HEAD "007E1F 000B", REFUSED_BY_CONTEXT "03"},
        {"no initiate-request", "60 0B A109060760857405080101", REFUSED_BY_CONTEXT "00"},
        {"a ciphered initiate-request", "60 16 A109060760857405080101 BE09 0407 21053000000001",
         REFUSED_BY_CONTEXT "00"},
        {"an AARQ cut short", "60 1D A109060760857405080101",
         "61 17 A109060760857405080101 A203020101 A305A203020101"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture f = {0};
        print_message("%s\n", rows[i].name);
        start(&f);
        expect(&f, rows[i].aarq, rows[i].aare);
        expect_event(&f, WH_DLMS_SERVER_REJECTED);
        expect_no_event(&f);
        assert_false(f.server.associated);
        stop(&f);
    }
}

static void an_unknown_client_is_refused(void **state)
{
    (void)state;
    fixture f = {0};
    start(&f);
    expect_from(&f, 99, AARQ_HEAD "007E1F 04B0", REFUSED_FOR "1" OFFER);
    expect_event(&f, WH_DLMS_SERVER_REJECTED);
    stop(&f);
}

static void associations_are_accepted_with_what_both_can(void **state)
{
    static const struct {
        const char *aarq;
        const char *aare;
        uint16_t max_send_size;
    } rows[] = {
        {AARQ_HEAD "007E1F 04B0", AARE_OK "001210 0200 0007", 512},
        {AARQ_HEAD "FFFFFF FFFF", AARE_OK "001210 0200 0007", 512},
        {AARQ_HEAD "000010 0000", AARE_OK "000010 0200 0007", 512}, /* 0: no limit */
        {AARQ_HEAD "001010 000C", AARE_OK "001010 0200 0007", 12},
        {AARQ_HEAD "000210 01FF", AARE_OK "000210 0200 0007", 511},
        {"60 2A 80020780 A109060760857405080101 8B0760857405080200 "
         "BE10 040E 01000000065F1F0400 007E1F 04B0",
         AARE_OK "001210 0200 0007", 512},
        {"60 2A A109060760857405080101 8A020780 8B0760857405080200 "
         "BE10 040E 01000000065F1F0400 007E1F 04B0",
         AARE_OK "001210 0200 0007", 512},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture f = {0};
        start(&f);
        expect(&f, rows[i].aarq, rows[i].aare);
        expect_event(&f, WH_DLMS_SERVER_ASSOCIATED);
        assert_int_equal(f.server.association.max_send_size, rows[i].max_send_size);
        stop(&f);
    }
}

static void an_unconfirmed_association_gets_no_answer_and_opens_nothing(void **state)
{
    (void)state;
    fixture f = {0};
    start(&f);
    expect(&f, "60 1E A109060760857405080101 BE11 040F 0100010000065F1F0400007E1F04B0", "");
    assert_false(f.server.associated);
    expect_no_event(&f);
    stop(&f);
}

static void without_an_association_nothing_is_served(void **state)
{
    static const char *const services[] = {
        "C001C1000100002A0000FF0200",
        "C002C100000001",
        "C101C1000100002A0000FF02000900",
        "C301C0000F0000280000FF0100",
        "05",
        "FF",
        "DB0847757275783132331E30000000011828B818995A03",
    };
    (void)state;
    fixture f = {0};
    start(&f);
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        expect(&f, services[i], "D80101");
    }
    expect(&f, "6203800100", "6303800100"); /* gone it is */
    expect_no_event(&f);
    stop(&f);
}

static void other_services_are_answered_with_an_exception(void **state)
{
    static const struct {
        const char *name;
        const char *apdu;
        const char *answer;
    } rows[] = {
        {"SET", "C101C1000100002A0000FF02000900", "D80102"},
        {"ACTION", "C301C0000F0000280000FF0100", "D80102"},
        {"READ", "05010200FA", "D80102"},
        {"ACCESS", "D94000000000", "D80102"},
        {"ciphered with the global key", "C80E30000000010000000000000000000000", "D80102"},
        {"general-glo-ciphering", "DB0847757275783132331E30000000011828B818995A03", "D80102"},
        {"general-block-transfer", "E0C000010000", "D80102"},
        {"a tag that means nothing", "FF", "D80202"},
        {"a tag that means nothing", "00", "D80202"},
        {"a GET of another kind", "C004C100000001", "D80102"},
        {"a GET cut short", "C001C1000100002A0000FF02", "D80103"},
        {"a GET with more behind it", "C001C1000100002A0000FF020000", "D80103"},
        {"a GET with a selection that is none", "C001C1000100002A0000FF02010107", "D80103"},
        {"a list longer than its bytes", "C003C18400FFFFFF", "D80103"},
    };
    (void)state;
    fixture f = {0};
    start(&f);
    associate(&f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_message("%s\n", rows[i].name);
        expect(&f, rows[i].apdu, rows[i].answer);
    }
    assert_true(f.server.associated);
    stop(&f);
}

/* Two servers wired together by mistake must not talk for ever. */
static void responses_and_unconfirmed_services_are_not_answered(void **state)
{
    static const char *const apdus[] = {
        "",         "D80101",     "0E010601", "C401C1000600001391",
        "C501C100", "C701C10000", "630100",   "0F00000001000900",
        "C20000",   "16",         "18",       "6129A109060760857405080101A203020100",
    };
    (void)state;
    fixture f = {0};
    start(&f);
    for (unsigned round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof apdus / sizeof apdus[0]; i++) {
            expect(&f, apdus[i], "");
        }
        if (round == 0) {
            associate(&f);
        }
    }
    stop(&f);
}

static void a_request_longer_than_announced_is_refused_and_passed_over(void **state)
{
    (void)state;
    fixture f = {0};
    start_sized(&f, 128);
    expect(&f, AARQ_HEAD "007E1F 04B0", AARE_OK "001210 0080 0007");
    wh_dlms_octets longest = {calloc(1, 129), 128};
    assert_int_equal(ask_as(&f, 16, 1, longest).len, 3);
    longest.len = 129;
    wh_dlms_octets answer = ask_as(&f, 16, 1, longest);
    assert_int_equal(answer.len, 3);
    assert_memory_equal(answer.bytes, "\xD8\x01\x04", 3);
    octets_free(longest);
    expect(&f, "C001C1 0001 0000600100FF 02 00", "C401C1 01 04");
    stop(&f);
}

static void an_association_belongs_to_its_client(void **state)
{
    (void)state;
    fixture f = {0};
    start(&f);
    associate(&f);
    expect_from(&f, 17, "C001C1 0001 00002A0000FF 02 00", "D80101");
    expect_from(&f, 17, "6203800100", "6303800100");
    assert_true(f.server.associated);
    expect(&f, "C001C1 0001 0000600100FF 02 00", "C401C1 01 04");
    stop(&f);
}

static void a_second_aarq_replaces_the_association(void **state)
{
    (void)state;
    fixture f = {.model = {.rows = 3}};
    start(&f);
    expect(&f, AARQ_HEAD "007E1F 0014", AARE_OK "001210 0200 0007");
    expect_event(&f, WH_DLMS_SERVER_ASSOCIATED);
    expect(&f, "C001C1 0007 0100630100FF 02 00", "C402C1 00 00000001 00 0A 01030202110106000000");
    associate(&f);
    expect_event(&f, WH_DLMS_SERVER_RELEASED);
    expect_event(&f, WH_DLMS_SERVER_ASSOCIATED);
    expect(&f, "C002C1 00000001", "C402C1 01 00000001 01 10");
    expect(&f, AARQ_HEAD "000000 04B0", REFUSED_BY_CONTEXT "02");
    assert_false(f.server.associated);
    expect(&f, "C001C1 0001 00002A0000FF 02 00", "D80101");
    stop(&f);
}

static void a_release_with_user_information_is_answered_with_it(void **state)
{
    (void)state;
    fixture f = {0};
    start(&f);
    associate(&f);
    expect(&f, "6215 800100 BE10 040E 01000000065F1F0400 007E1F 04B0",
           "6315 800100 BE10 040E 0800065F1F0400 001210 0200 0007");
    assert_false(f.server.associated);
    associate(&f);
    expect(&f, "6205", ""); /* cut short */
    assert_true(f.server.associated);
    expect(&f, "6200", "6303800100");
    assert_false(f.server.associated);
    stop(&f);
}

static void a_silent_connection_is_closed(void **state)
{
    (void)state;
    fixture f = {.config = {.inactivity_ms = 5000}};
    start(&f);
    uint32_t now = UINT32_MAX - 2000; /* the clock wraps meanwhile */
    wh_dlms_server_poll(&f.server, now);
    associate(&f);
    expect_event(&f, WH_DLMS_SERVER_ASSOCIATED);
    wh_dlms_server_poll(&f.server, now + 4000); /* bytes came since */
    wh_dlms_server_poll(&f.server, now + 8999);
    expect_no_event(&f);
    wh_dlms_server_poll(&f.server, now + 9000);
    expect_event(&f, WH_DLMS_SERVER_RELEASED);
    expect_event(&f, WH_DLMS_SERVER_CLOSE);
    wh_dlms_server_poll(&f.server, now + 99000);
    expect_no_event(&f); /* once */
    stop(&f);
}

static void what_is_no_wrapper_closes_the_connection(void **state)
{
    (void)state;
    static const uint8_t hdlc[] = {0x7E, 0xA0, 0x07, 0x03, 0x21, 0x93, 0x0F, 0x01, 0x7E};
    fixture f = {0};
    start(&f);
    assert_int_equal(wh_dlms_server_feed(&f.server, hdlc, sizeof hdlc), sizeof hdlc);
    expect_event(&f, WH_DLMS_SERVER_CLOSE);
    assert_int_equal(wh_dlms_server_next_tx(&f.server).len, 0);
    assert_int_equal(wh_dlms_server_feed(&f.server, hdlc, sizeof hdlc), sizeof hdlc);
    expect_no_event(&f);
    stop(&f);
}

static void nothing_is_taken_while_an_answer_waits(void **state)
{
    (void)state;
    fixture f = {0};
    start(&f);
    wh_dlms_octets two = octets_from_hex("0001 0010 0001 0005 6203800100 0001 0010 0001 0001 FF");
    size_t used = wh_dlms_server_feed(&f.server, two.bytes, two.len);
    assert_int_equal(used, 13);
    assert_int_equal(wh_dlms_server_feed(&f.server, two.bytes + used, two.len - used), 0);
    assert_int_equal(wh_dlms_server_next_tx(&f.server).len, 13);
    assert_int_equal(wh_dlms_server_feed(&f.server, two.bytes + used, two.len - used), 9);
    assert_int_equal(wh_dlms_server_next_tx(&f.server).len, 11);
    octets_free(two);
    stop(&f);
}

static void bad_settings_are_refused(void **state)
{
    (void)state;
    static uint8_t memory[WH_DLMS_SERVER_MEMORY(128U)];
    wh_dlms_server_config config = {.model = {.get = model_get}, .pdu_size = 128};
    wh_dlms_server server;
    assert_int_equal(wh_dlms_server_init(&server, &config, memory, sizeof memory), WH_OK);
    assert_int_equal(wh_dlms_server_init(&server, &config, memory, sizeof memory - 1),
                     WH_ERR_SPACE);
    config.pdu_size = 127;
    assert_int_equal(wh_dlms_server_init(&server, &config, memory, sizeof memory), WH_ERR_RANGE);
    config.pdu_size = 0; /* 1024 */
    assert_int_equal(wh_dlms_server_init(&server, &config, memory, sizeof memory), WH_ERR_SPACE);
    config.model.get = NULL;
    assert_int_equal(wh_dlms_server_init(&server, &config, memory, sizeof memory), WH_ERR_ARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_public_client_associates_reads_and_releases),
        cmocka_unit_test(associations_are_refused_with_the_right_diagnostic),
        cmocka_unit_test(an_unknown_client_is_refused),
        cmocka_unit_test(associations_are_accepted_with_what_both_can),
        cmocka_unit_test(an_unconfirmed_association_gets_no_answer_and_opens_nothing),
        cmocka_unit_test(without_an_association_nothing_is_served),
        cmocka_unit_test(other_services_are_answered_with_an_exception),
        cmocka_unit_test(responses_and_unconfirmed_services_are_not_answered),
        cmocka_unit_test(a_request_longer_than_announced_is_refused_and_passed_over),
        cmocka_unit_test(an_association_belongs_to_its_client),
        cmocka_unit_test(a_second_aarq_replaces_the_association),
        cmocka_unit_test(a_release_with_user_information_is_answered_with_it),
        cmocka_unit_test(a_silent_connection_is_closed),
        cmocka_unit_test(what_is_no_wrapper_closes_the_connection),
        cmocka_unit_test(nothing_is_taken_while_an_answer_waits),
        cmocka_unit_test(bad_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
