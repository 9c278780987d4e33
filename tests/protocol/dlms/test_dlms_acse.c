/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/dlms/dlms_acse.h"
#include "protocol/dlms/dlms_initiate.h"
#include "tests/protocol/dlms/dlms_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Whole APDUs in their strict form: decoded and encoded again they are the same bytes. The
 * first of each kind is of the Green Book, the full ones are of own construction. */
static const struct {
    const char *name;
    uint8_t tag;
    const char *hex;
} strict[] = {
    {"AARQ, lowest security", WH_DLMS_TAG_AARQ,
     "601DA109060760857405080101BE10040E01000000065F1F0400007E1F04B0"},
    {"AARQ, low security", WH_DLMS_TAG_AARQ,
     "6036A1090607608574050801018A0207808B0760857405080201AC0A80083132333435363738BE10040E01000000"
     "065F1F0400007E1F04B0"},
    {"AARQ with every field", WH_DLMS_TAG_AARQ,
     "6068 80020780 A109060760857405080101 A203040141 A303040142 A403020101 A503020102"
     "A60A04080102030405060708 A703040143 A803020103 A903020104 8A020780 8B0760857405080201"
     "AC06800431323334 BD0144 BE10040E01000000065F1F0400001E1DFFFF"},
    {"AARQ with a bit string as secret", WH_DLMS_TAG_AARQ,
     "601DA109060760857405080101 8A020780 8B0760857405080202 AC03810107"},
    {"AARE, accepted", WH_DLMS_TAG_AARE,
     "6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F040000501F01F40007"},
    {"AARE, context name refused", WH_DLMS_TAG_AARE,
     "6129A109060760857405080101A203020101A305A103020102BE10040E0800065F1F040000501F01F40007"},
    {"AARE, DLMS version refused", WH_DLMS_TAG_AARE,
     "611FA109060760857405080101A203020101A305A103020101BE0604040E010601"},
    {"AARE, high security", WH_DLMS_TAG_AARE,
     "6142A109060760857405080101A203020100A305A10302010E88020780890760857405080205AA0A800850367752"
     "4A323146BE10040E0800065F1F040000501F01F40007"},
    {"AARE with every field", WH_DLMS_TAG_AARE,
     "6155 80020780 A109060760857405080103 A203020102 A305A203020101 A40A04080102030405060708"
     "A503040143 A60402020081 A703020104 88020780 890760857405080205 AA06800431323334 BD0144"
     "BE0404020E01"},
};

static void encode_again(uint8_t tag, const uint8_t *bytes, size_t len, size_t size)
{
    wh_dlms_association_apdu apdu;
    uint8_t *out = malloc(size > 0 ? size : 1);
    wh_writer w = wh_writer_init(out, size);
    assert_int_equal(wh_dlms_association_decode(tag, bytes, len, &apdu), WH_OK);
    wh_dlms_association_encode(&w, tag, &apdu);
    assert_int_equal(wh_writer_err(&w), size < len ? WH_ERR_SPACE : WH_OK);
    if (size >= len) {
        assert_int_equal(wh_writer_len(&w), len);
        assert_memory_equal(out, bytes, len);
    }
    free(out);
}

static void strict_apdus_come_back_to_the_same_bytes_at_every_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof strict / sizeof strict[0]; i++) {
        size_t len;
        uint8_t *bytes = bytes_from_hex(strict[i].hex, &len);
        print_message("%s\n", strict[i].name);
        for (size_t size = 0; size <= len + 1; size++) {
            encode_again(strict[i].tag, bytes, len, size);
        }
        free(bytes);
    }
}

static void every_prefix_is_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof strict / sizeof strict[0]; i++) {
        size_t len;
        uint8_t *bytes = bytes_from_hex(strict[i].hex, &len);
        for (size_t n = 0; n < len; n++) {
            wh_dlms_association_apdu apdu;
            uint8_t *prefix = bytes_copy(bytes, n);
            assert_int_equal(wh_dlms_association_decode(strict[i].tag, prefix, n, &apdu),
                             WH_ERR_SHORT);
            free(prefix);
        }
        free(bytes);
    }
}

/* One bit wrong anywhere: never a read outside the bytes, never a refusal taken for a yes. */
static void damage_never_reads_outside_nor_turns_a_no_into_a_yes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof strict / sizeof strict[0]; i++) {
        size_t len;
        uint8_t *bytes = bytes_from_hex(strict[i].hex, &len);
        for (size_t bit = 0; bit < 8 * len; bit++) {
            wh_dlms_association_apdu apdu;
            uint8_t *damaged = bytes_copy(bytes, len);
            damaged[bit / 8] ^= (uint8_t)(1U << (bit % 8));
            wh_err err = wh_dlms_association_decode(strict[i].tag, damaged, len, &apdu);
            assert_true(err == WH_OK || err == WH_ERR_SHORT || err == WH_ERR_FORMAT);
            free(damaged);
        }
        free(bytes);
    }
    const char *no = "6117A109060760857405080101A20402020100A305A103020101";
    wh_dlms_octets wide = octets_from_hex(no); /* result 256: cut to an octet it would be 0 */
    wh_dlms_association_apdu apdu;
    assert_int_not_equal(wh_dlms_association_decode(WH_DLMS_TAG_AARE, wide.bytes, wide.len, &apdu),
                         WH_OK);
    octets_free(wide);
}

static void fields_are_where_they_belong(void **state)
{
    (void)state;
    wh_dlms_octets bytes = octets_from_hex(strict[2].hex);
    wh_dlms_association_apdu a;
    assert_int_equal(wh_dlms_association_decode(WH_DLMS_TAG_AARQ, bytes.bytes, bytes.len, &a),
                     WH_OK);
    assert_true(a.protocol_version.present && a.protocol_version.value == 0x80);
    assert_int_equal(wh_dlms_context_id(a.context_name), WH_DLMS_CONTEXT_LN);
    assert_memory_equal(a.called_ap_title.bytes, "A", 1);
    assert_memory_equal(a.called_ae_qualifier.bytes, "B", 1);
    assert_int_equal(a.called_ap_invocation_id.value, 1);
    assert_int_equal(a.called_ae_invocation_id.value, 2);
    assert_int_equal(a.ap_title.len, 8);
    assert_memory_equal(a.ae_qualifier.bytes, "C", 1);
    assert_int_equal(a.ap_invocation_id.value, 3);
    assert_int_equal(a.ae_invocation_id.value, 4);
    assert_true(a.acse_requirements.present && a.acse_requirements.value == 0x80);
    assert_int_equal(wh_dlms_mechanism_id(a.mechanism_name), 1);
    assert_int_equal(a.authentication_form, WH_DLMS_AUTHENTICATION_CHARSTRING);
    assert_memory_equal(a.authentication_value.bytes, "1234", 4);
    assert_memory_equal(a.implementation_information.bytes, "D", 1);
    assert_int_equal(a.user_information.len, 14);
    octets_free(bytes);

    bytes = octets_from_hex(strict[8].hex);
    assert_int_equal(wh_dlms_association_decode(WH_DLMS_TAG_AARE, bytes.bytes, bytes.len, &a),
                     WH_OK);
    assert_int_equal(a.result, WH_DLMS_REJECTED_TRANSIENT);
    assert_int_equal(a.diagnostic_source, WH_DLMS_SOURCE_PROVIDER);
    assert_int_equal(a.diagnostic, WH_DLMS_PROVIDER_NO_REASON);
    assert_int_equal(a.ap_invocation_id.value, 129);
    octets_free(bytes);
}

static void odd_but_readable_apdus_are_read(void **state)
{
    static const struct {
        const char *name;
        const char *hex;
    } rows[] = {
        {"context name last", "601DBE10040E01000000065F1F0400007E1F04B0A109060760857405080101"},
        {"system title after the mechanism",
         "6020A109060760857405080101 8B0760857405080200 A60A04080102030405060708"},
        {"lengths in a long form", "60811FA181090607608574050801 01BE8110040E01000000065F1F040000"
                                   "7E1F04B0"},
        {"an unknown field between",
         "6020A1090607608574050801019F0100BE10040E01000000065F1F0400007E"
         "1F04B0"},
        {"bytes behind it", "600BA109060760857405080101FFFF"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_dlms_octets bytes = octets_from_hex(rows[i].hex);
        wh_dlms_association_apdu apdu;
        print_message("%s\n", rows[i].name);
        assert_int_equal(
            wh_dlms_association_decode(WH_DLMS_TAG_AARQ, bytes.bytes, bytes.len, &apdu), WH_OK);
        assert_int_equal(wh_dlms_context_id(apdu.context_name), WH_DLMS_CONTEXT_LN);
        octets_free(bytes);
    }
}

static void what_is_none_is_refused(void **state)
{
    static const struct {
        const char *name;
        uint8_t tag;
        const char *hex;
        wh_err err;
    } rows[] = {
        {"another APDU", WH_DLMS_TAG_AARQ, "6103800100", WH_ERR_FORMAT},
        {"no context name", WH_DLMS_TAG_AARQ, "600480020780", WH_ERR_FORMAT},
        {"empty", WH_DLMS_TAG_AARQ, "6000", WH_ERR_FORMAT},
        {"AARE without a result", WH_DLMS_TAG_AARE, "610BA109060760857405080101", WH_ERR_FORMAT},
        {"a field longer than the APDU", WH_DLMS_TAG_AARQ, "600BA10A060760857405080101",
         WH_ERR_FORMAT},
        {"an element longer than its field", WH_DLMS_TAG_AARQ, "600BA109060860857405080101",
         WH_ERR_FORMAT},
        {"indefinite length", WH_DLMS_TAG_AARQ, "6080A109060760857405080101", WH_ERR_FORMAT},
        {"an integer without contents", WH_DLMS_TAG_AARQ, "600FA109060760857405080101A8020200",
         WH_ERR_FORMAT},
        {"an integer of five octets", WH_DLMS_TAG_AARQ,
         "6014A109060760857405080101A80702050000000001", WH_ERR_FORMAT},
        {"a bit string without bits", WH_DLMS_TAG_AARQ, "600EA1090607608574050801018A0107",
         WH_ERR_FORMAT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_dlms_octets bytes = octets_from_hex(rows[i].hex);
        wh_dlms_association_apdu apdu;
        print_message("%s\n", rows[i].name);
        assert_int_equal(wh_dlms_association_decode(rows[i].tag, bytes.bytes, bytes.len, &apdu),
                         rows[i].err);
        octets_free(bytes);
    }
}

static void names_carry_their_id_and_no_other_name_does(void **state)
{
    (void)state;
    uint8_t name[WH_DLMS_OID_LEN];
    wh_dlms_octets octets = {name, sizeof name};
    wh_dlms_context_name(3, name);
    assert_int_equal(wh_dlms_context_id(octets), 3);
    assert_int_equal(wh_dlms_mechanism_id(octets), -1);
    wh_dlms_mechanism_name(7, name);
    assert_int_equal(wh_dlms_mechanism_id(octets), 7);
    assert_int_equal(wh_dlms_context_id(octets), -1);
    octets.len--;
    assert_int_equal(wh_dlms_mechanism_id(octets), -1);
    octets.bytes = NULL;
    assert_int_equal(wh_dlms_context_id(octets), -1);
}

static void releases_come_back_to_the_same_bytes(void **state)
{
    static const struct {
        uint8_t tag;
        const char *hex;
        bool reason;
        size_t information;
    } rows[] = {
        {WH_DLMS_TAG_RLRQ, "6200", false, 0},
        {WH_DLMS_TAG_RLRQ, "6203800100", true, 0},
        {WH_DLMS_TAG_RLRE, "630380011E", true, 0},
        {WH_DLMS_TAG_RLRE, "6316800100BE11040F080100065F1F0400001E1D04C80007", true, 15},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_dlms_octets bytes = octets_from_hex(rows[i].hex);
        wh_dlms_release_apdu apdu;
        uint8_t out[64];
        wh_writer w = wh_writer_init(out, sizeof out);
        assert_int_equal(wh_dlms_release_decode(rows[i].tag, bytes.bytes, bytes.len, &apdu), WH_OK);
        assert_int_equal(apdu.reason.present, rows[i].reason);
        assert_int_equal(apdu.user_information.len, rows[i].information);
        wh_dlms_release_encode(&w, rows[i].tag, &apdu);
        assert_int_equal(wh_writer_len(&w), bytes.len);
        assert_memory_equal(out, bytes.bytes, bytes.len);
        for (size_t n = 0; n < bytes.len; n++) {
            uint8_t *prefix = bytes_copy(bytes.bytes, n);
            assert_int_equal(wh_dlms_release_decode(rows[i].tag, prefix, n, &apdu), WH_ERR_SHORT);
            free(prefix);
        }
        octets_free(bytes);
    }
}

static void initiate_requests_come_back_to_the_same_bytes(void **state)
{
    static const char *const rows[] = {
        "01000000065F1F0400007E1F04B0",
        "01011000112233445566778899AABBCCDDEEFF0000065F1F0400007E1F04B0",
        "010001000105065F1F0400FFFFFF0000",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_dlms_octets bytes = octets_from_hex(rows[i]);
        wh_dlms_initiate_request request;
        uint8_t out[64];
        wh_writer w = wh_writer_init(out, sizeof out);
        assert_int_equal(wh_dlms_initiate_request_decode(bytes, &request), WH_OK);
        assert_int_equal(request.version, 6);
        assert_int_equal(request.response_allowed, i != 2);
        wh_dlms_initiate_request_encode(&w, &request);
        assert_int_equal(wh_writer_len(&w), bytes.len);
        assert_memory_equal(out, bytes.bytes, bytes.len);
        for (size_t n = 0; n < bytes.len; n++) {
            wh_dlms_octets prefix = {bytes_copy(bytes.bytes, n), n};
            assert_int_equal(wh_dlms_initiate_request_decode(prefix, &request), WH_ERR_SHORT);
            octets_free(prefix);
        }
        octets_free(bytes);
    }
}

static void the_conformance_block_is_read_in_both_encodings(void **state)
{
    static const char *const rows[] = {"01000000065F1F0400001E1D04B0",
                                       "01000000065F0400001E1D04B0"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        wh_dlms_octets bytes = octets_from_hex(rows[i]);
        wh_dlms_initiate_request request;
        assert_int_equal(wh_dlms_initiate_request_decode(bytes, &request), WH_OK);
        assert_int_equal(request.conformance, 0x001E1D);
        assert_int_equal(request.max_receive_size, 1200);
        assert_true((request.conformance & WH_DLMS_CONFORMANCE_GET) != 0);
        octets_free(bytes);
    }
}

static void initiate_responses_and_service_errors_come_back(void **state)
{
    (void)state;
    wh_dlms_octets bytes = octets_from_hex("080102065F1F040000501F01F40007");
    wh_dlms_initiate_response response;
    uint8_t out[32];
    wh_writer w = wh_writer_init(out, sizeof out);
    assert_int_equal(wh_dlms_initiate_response_decode(bytes, &response), WH_OK);
    assert_int_equal(response.quality_of_service.value, 2);
    assert_int_equal(response.vaa_name, 7);
    wh_dlms_initiate_response_encode(&w, &response);
    assert_memory_equal(out, bytes.bytes, bytes.len);
    for (size_t n = 0; n < bytes.len; n++) {
        wh_dlms_octets prefix = {bytes_copy(bytes.bytes, n), n};
        assert_int_equal(wh_dlms_initiate_response_decode(prefix, &response), WH_ERR_SHORT);
        octets_free(prefix);
    }
    octets_free(bytes);

    bytes = octets_from_hex("0E010603");
    wh_dlms_service_error error;
    w = wh_writer_init(out, sizeof out);
    assert_int_equal(wh_dlms_service_error_decode(bytes, &error), WH_OK);
    assert_int_equal(error.value, WH_DLMS_INITIATE_PDU_SIZE_TOO_SHORT);
    wh_dlms_service_error_encode(&w, &error);
    assert_memory_equal(out, bytes.bytes, bytes.len);
    octets_free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strict_apdus_come_back_to_the_same_bytes_at_every_size),
        cmocka_unit_test(every_prefix_is_short),
        cmocka_unit_test(damage_never_reads_outside_nor_turns_a_no_into_a_yes),
        cmocka_unit_test(fields_are_where_they_belong),
        cmocka_unit_test(odd_but_readable_apdus_are_read),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(names_carry_their_id_and_no_other_name_does),
        cmocka_unit_test(releases_come_back_to_the_same_bytes),
        cmocka_unit_test(initiate_requests_come_back_to_the_same_bytes),
        cmocka_unit_test(the_conformance_block_is_read_in_both_encodings),
        cmocka_unit_test(initiate_responses_and_service_errors_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
