/* SPDX-License-Identifier: Apache-2.0 */
#include "core/crc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct {
    const char *name;
    uint16_t (*feed)(uint16_t state, const uint8_t *bytes, size_t len);
    uint16_t start;
    uint16_t final_xor;
    uint16_t check; /* of "123456789" */
    uint16_t poly;  /* as its engine shifts it */
    int lsb_first;
} variant;

static const variant variants[] = {
    {"X-25", wh_crc_lsb1021, WH_CRC_X25_START, 0xFFFF, 0x906E, 0x8408, 1},
    {"KERMIT", wh_crc_lsb1021, WH_CRC_KERMIT_START, 0, 0x2189, 0x8408, 1},
    {"ARC", wh_crc_lsb8005, WH_CRC_ARC_START, 0, 0xBB3D, 0xA001, 1},
    {"CCITT-FALSE", wh_crc_msb1021, WH_CRC_CCITT_FALSE_START, 0, 0x29B1, 0x1021, 0},
    {"XMODEM", wh_crc_msb1021, WH_CRC_XMODEM_START, 0, 0x31C3, 0x1021, 0},
};
#define VARIANTS (sizeof variants / sizeof variants[0])

static const uint8_t digits[] = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};

/* One bit at a time, straight from the definition. */
static uint16_t feed_bitwise(const variant *v, uint16_t state, uint8_t byte)
{
    for (unsigned bit = 0; bit < 8; bit++) {
        if (v->lsb_first) {
            unsigned out = (state ^ (unsigned)byte >> bit) & 1U;
            state = (uint16_t)(state >> 1 ^ (out ? v->poly : 0U));
        } else {
            unsigned out = ((unsigned)state >> 15 ^ (unsigned)byte >> (7 - bit)) & 1U;
            state = (uint16_t)((unsigned)state << 1 ^ (out ? v->poly : 0U));
        }
    }
    return state;
}

static void crc_32_gives_its_check_value_in_any_pieces(void **unused)
{
    (void)unused;
    for (size_t cut = 0; cut <= sizeof digits; cut++) {
        uint32_t state = wh_crc_lsb32(WH_CRC_32_START, digits, cut);
        state = wh_crc_lsb32(state, digits + cut, sizeof digits - cut);
        assert_int_equal(state ^ 0xFFFFFFFFU, 0xCBF43926U);
    }
    assert_int_equal(wh_crc_lsb32(WH_CRC_32_START, NULL, 0), WH_CRC_32_START);
}

/* Each byte value against the definition, one bit at a time. */
static void crc_32_is_right_for_every_byte(void **unused)
{
    (void)unused;
    for (unsigned value = 0; value < 256; value++) {
        uint32_t want = 0x12345678U ^ value;
        for (unsigned bit = 0; bit < 8; bit++) {
            want = (want >> 1) ^ ((want & 1U) != 0 ? 0xEDB88320U : 0U);
        }
        uint8_t byte = (uint8_t)value;
        assert_int_equal(wh_crc_lsb32(0x12345678U, &byte, 1), want);
    }
}

static void each_crc_gives_its_check_value(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < VARIANTS; i++) {
        const variant *v = &variants[i];
        uint16_t crc = v->feed(v->start, digits, sizeof digits);
        assert_int_equal(crc ^ v->final_xor, v->check);
    }
    assert_int_equal(wh_crc_x25_finish(wh_crc_lsb1021(WH_CRC_X25_START, digits, sizeof digits)),
                     0x906E);
}

static void every_byte_from_every_kind_of_state_equals_the_bitwise_definition(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < VARIANTS; i++) {
        for (unsigned state = 0; state <= 0xFFFF; state += 257) {
            for (unsigned byte = 0; byte <= 0xFF; byte++) {
                uint8_t b = (uint8_t)byte;
                assert_int_equal(variants[i].feed((uint16_t)state, &b, 1),
                                 feed_bitwise(&variants[i], (uint16_t)state, b));
            }
        }
    }
}

static void feeding_in_two_pieces_equals_feeding_whole(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < VARIANTS; i++) {
        const variant *v = &variants[i];
        for (size_t cut = 0; cut <= sizeof digits; cut++) {
            uint16_t crc = v->feed(v->start, digits, cut);
            crc = v->feed(crc, digits + cut, sizeof digits - cut);
            assert_int_equal(crc ^ v->final_xor, v->check);
        }
    }
}

static void no_bytes_leave_the_state_alone(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < VARIANTS; i++) {
        assert_int_equal(variants[i].feed(0x1234, NULL, 0), 0x1234);
    }
}

static void a_frame_with_its_fcs_leaves_the_good_state(void **unused)
{
    (void)unused;
    for (size_t len = 0; len <= sizeof digits; len++) {
        uint8_t frame[sizeof digits + 2];
        memcpy(frame, digits, len);
        uint16_t fcs = wh_crc_x25_finish(wh_crc_lsb1021(WH_CRC_X25_START, frame, len));
        frame[len] = (uint8_t)fcs;
        frame[len + 1] = (uint8_t)(fcs >> 8);
        assert_int_equal(wh_crc_lsb1021(WH_CRC_X25_START, frame, len + 2), WH_CRC_X25_GOOD);
    }
}

static void every_one_bit_damage_changes_the_crc(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < VARIANTS; i++) {
        const variant *v = &variants[i];
        for (size_t bit = 0; bit < sizeof digits * 8; bit++) {
            uint8_t damaged[sizeof digits];
            memcpy(damaged, digits, sizeof digits);
            damaged[bit / 8] ^= (uint8_t)(1U << bit % 8);
            assert_int_not_equal(v->feed(v->start, damaged, sizeof damaged) ^ v->final_xor,
                                 v->check);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_crc_gives_its_check_value),
        cmocka_unit_test(crc_32_gives_its_check_value_in_any_pieces),
        cmocka_unit_test(crc_32_is_right_for_every_byte),
        cmocka_unit_test(every_byte_from_every_kind_of_state_equals_the_bitwise_definition),
        cmocka_unit_test(feeding_in_two_pieces_equals_feeding_whole),
        cmocka_unit_test(no_bytes_leave_the_state_alone),
        cmocka_unit_test(a_frame_with_its_fcs_leaves_the_good_state),
        cmocka_unit_test(every_one_bit_damage_changes_the_crc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
