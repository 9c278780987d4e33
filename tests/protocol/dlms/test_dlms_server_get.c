/* SPDX-License-Identifier: Apache-2.0 */
/* The server: GET in all its forms, blocks, and what must not be done. */
#include "tests/protocol/dlms/dlms_server_rig.h"

static void attributes_are_answered_by_the_model(void **state)
{
    (void)state;
    fixture f = {0};
    start(&f);
    associate(&f);
    expect(&f, "C00142 0001 0000600100FF 02 00", "C40142 01 04");
    expect(&f, "C003C1 02 0001 00002A0000FF 02 00 0001 0000600100FF 02 00",
           "C403C1 02 00 0A10 57485430303030303030303030303031 01 04");
    expect(&f, "C003C1 00", "C403C1 00");
    stop(&f);
}

static void blocks_follow_one_another_and_nothing_else(void **state)
{
    (void)state;
    fixture f = {.model = {.rows = 3}};
    start(&f);
    expect(&f, AARQ_HEAD "007E1F 0014", AARE_OK "001210 0200 0007");
    /* 01 03 | 02 02 11 01 06 00000001 | ... in blocks of 20 - 9 - 1 = 10 octets */
    expect(&f, "C001C1 0007 0100630100FF 02 00", "C402C1 00 00000001 00 0A 01030202110106000000");
    expect(&f, "C002C1 00000001", "C402C1 00 00000002 00 0A 01020211010600000002");
    expect(&f, "C002C1 00000002", "C402C1 01 00000003 00 09 020211010600000003");
    expect(&f, "C002C1 00000003", "C402C1 01 00000003 01 10"); /* no long get in progress */

    expect(&f, "C001C1 0007 0100630100FF 02 00", "C402C1 00 00000001 00 0A 01030202110106000000");
    expect(&f, "C002C1 00000002", "C402C1 01 00000002 01 13"); /* block number invalid */
    expect(&f, "C002C1 00000001", "C402C1 01 00000001 01 10"); /* and that was the end of it */

    expect(&f, "C001C1 0007 0100630100FF 02 00", "C402C1 00 00000001 00 0A 01030202110106000000");
    expect(&f, "C002C2 00000001", "C402C2 01 00000001 01 10"); /* another invocation */

    expect(&f, "C001C1 0007 0100630100FF 02 00", "C402C1 00 00000001 00 0A 01030202110106000000");
    expect(&f, "C001C1 0001 0000600100FF 02 00", "C401C1 01 04"); /* a new one ends the old */
    expect(&f, "C002C1 00000001", "C402C1 01 00000001 01 10");
    stop(&f);
}

static void a_long_list_comes_in_blocks_of_its_encoding(void **state)
{
    (void)state;
    fixture f = {0};
    start(&f);
    expect(&f, AARQ_HEAD "007E1F 0014", AARE_OK "001210 0200 0007");
    expect(&f, "C003C1 02 0001 00002A0000FF 02 00 0001 0000600100FF 02 00",
           "C402C1 00 00000001 00 0A 02000A10574854303030");
    expect(&f, "C002C1 00000001", "C402C1 00 00000002 00 0A 30303030303030303031");
    expect(&f, "C002C1 00000002", "C402C1 01 00000003 00 02 0104");
    stop(&f);
}

static void a_response_fits_exactly_or_comes_in_blocks(void **state)
{
    (void)state;
    fixture f = {0};
    start(&f);
    expect(&f, AARQ_HEAD "007E1F 0016", AARE_OK "001210 0200 0007"); /* 4 + 18 octets */
    expect(&f, "C001C1 0001 00002A0000FF 02 00", "C401C1 00 0A10 57485430303030303030303030303031");
    expect(&f, AARQ_HEAD "007E1F 0015", AARE_OK "001210 0200 0007");
    expect(&f, "C001C1 0001 00002A0000FF 02 00", "C402C1 00 00000001 00 0B 0A10574854303030303030");
    expect(&f, "C002C1 00000001", "C402C1 01 00000002 00 07 30303030303031");
    stop(&f);
}

static void what_was_not_negotiated_is_not_done(void **state)
{
    (void)state;
    fixture f = {.model = {.rows = 3}};
    start(&f);
    expect(&f, AARQ_HEAD "000010 0014", AARE_OK "000010 0200 0007");
    expect(&f, "C001C1 0007 0100630100FF 02 00", "C401C1 01 FA"); /* too long, and no blocks */
    expect(&f, "C003C1 01 0001 0000600100FF 02 00", "D80102");
    expect(&f, AARQ_HEAD "000210 0014", AARE_OK "000210 0200 0007");
    expect(&f, "C003C1 01 0007 0100630100FF 02 00", "D80104");
    stop(&f);
}

static void a_model_that_fails_within_a_value_ends_the_transfer(void **state)
{
    (void)state;
    fixture f = {.model = {.rows = 3, .fail_at = 3}};
    start(&f);
    expect(&f, AARQ_HEAD "007E1F 0014", AARE_OK "001210 0200 0007");
    expect(&f, "C001C1 0007 0100630100FF 02 00", "C402C1 00 00000001 00 0A 01030202110106000000");
    expect(&f, "C002C1 00000001", "C402C1 01 00000002 01 0F"); /* long get aborted */
    expect(&f, "C002C1 00000002", "C402C1 01 00000002 01 10");
    expect(&f, "C003C1 01 0007 0100630100FF 02 00",
           "C402C1 00 00000001 00 0A 01000103020211010600");
    expect(&f, "C002C1 00000001", "C402C1 00 00000002 00 0A 00000102021101060000");
    expect(&f, "C002C1 00000002", "C402C1 01 00000003 01 0F");
    f.model.fail_at = 1;
    expect(&f, "C001C1 0007 0100630100FF 02 00", "C401C1 01 0F");
    expect(&f, "C003C1 01 0007 0100630100FF 02 00", "D80101");
    stop(&f);
}

static wh_dlms_result too_long(void *user, const wh_dlms_association *association,
                               const wh_dlms_attribute *attribute, wh_dlms_part *part,
                               wh_writer *out)
{
    static const uint8_t octets[2 * PDU_SIZE] = {0};
    (void)user;
    (void)association;
    (void)attribute;
    (void)part;
    wh_dlms_put_octet_string(out, octets, sizeof octets);
    return WH_DLMS_RESULT_SUCCESS;
}

static void a_piece_longer_than_allowed_is_refused_not_cut(void **state)
{
    (void)state;
    fixture f = {0};
    start(&f);
    f.config.model.get = too_long;
    associate(&f);
    expect(&f, "C001C1 0001 00002A0000FF 02 00", "C401C1 01 FA");
    expect(&f, "C003C1 01 0001 00002A0000FF 02 00", "C403C1 01 01 FA");
    stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attributes_are_answered_by_the_model),
        cmocka_unit_test(blocks_follow_one_another_and_nothing_else),
        cmocka_unit_test(a_long_list_comes_in_blocks_of_its_encoding),
        cmocka_unit_test(a_response_fits_exactly_or_comes_in_blocks),
        cmocka_unit_test(what_was_not_negotiated_is_not_done),
        cmocka_unit_test(a_model_that_fails_within_a_value_ends_the_transfer),
        cmocka_unit_test(a_piece_longer_than_allowed_is_refused_not_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
