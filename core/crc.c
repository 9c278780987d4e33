/* SPDX-License-Identifier: Apache-2.0 */
#include "core/crc.h"

/* Entry k is what the state becomes when the nibble k is shifted out of a zero state. */
static const uint16_t table_lsb1021[16] = {
    0x0000, 0x1081, 0x2102, 0x3183, 0x4204, 0x5285, 0x6306, 0x7387,
    0x8408, 0x9489, 0xA50A, 0xB58B, 0xC60C, 0xD68D, 0xE70E, 0xF78F,
};

static const uint16_t table_lsb8005[16] = {
    0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401,
    0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400,
};

static const uint16_t table_msb1021[16] = {
    0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50A5, 0x60C6, 0x70E7,
    0x8108, 0x9129, 0xA14A, 0xB16B, 0xC18C, 0xD1AD, 0xE1CE, 0xF1EF,
};

static const uint32_t table_lsb32[16] = {
    0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
    0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
};

/* The same for the other nibble of a byte, which is shifted out first: with both, the two halves of
 * a byte need not wait for each other, where that matters. */
static const uint16_t table_msb1021_high[16] = {
    0x0000, 0x1231, 0x2462, 0x3653, 0x48C4, 0x5AF5, 0x6CA6, 0x7E97,
    0x9188, 0x83B9, 0xB5EA, 0xA7DB, 0xD94C, 0xCB7D, 0xFD2E, 0xEF1F,
};

static const uint32_t table_lsb32_low[16] = {
    0x00000000, 0x77073096, 0xEE0E612C, 0x990951BA, 0x076DC419, 0x706AF48F, 0xE963A535, 0x9E6495A3,
    0x0EDB8832, 0x79DCB8A4, 0xE0D5E91E, 0x97D2D988, 0x09B64C2B, 0x7EB17CBD, 0xE7B82D07, 0x90BF1D91,
};

static uint16_t feed_lsb(const uint16_t table[16], uint16_t state, const uint8_t *bytes, size_t len)
{
    uint32_t crc = state;
    for (size_t i = 0; i < len; i++) {
        crc ^= bytes[i];
        crc = (crc >> 4) ^ table[crc & 15U];
        crc = (crc >> 4) ^ table[crc & 15U];
    }
    return (uint16_t)crc;
}

uint16_t wh_crc_lsb1021(uint16_t state, const uint8_t *bytes, size_t len)
{
    return feed_lsb(table_lsb1021, state, bytes, len);
}

uint16_t wh_crc_lsb8005(uint16_t state, const uint8_t *bytes, size_t len)
{
    return feed_lsb(table_lsb8005, state, bytes, len);
}

uint16_t wh_crc_msb1021(uint16_t state, const uint8_t *bytes, size_t len)
{
    uint32_t crc = state;
    for (size_t i = 0; i < len; i++) {
        uint32_t out = crc >> 8 ^ bytes[i];
        crc = (crc << 8 & 0xFF00U) ^ table_msb1021_high[out >> 4] ^ table_msb1021[out & 15U];
    }
    return (uint16_t)crc;
}

uint16_t wh_crc_x25_finish(uint16_t state)
{
    return (uint16_t)(state ^ 0xFFFFU);
}

uint32_t wh_crc_lsb32(uint32_t state, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint32_t out = (state ^ bytes[i]) & 0xFFU;
        state = (state >> 8) ^ table_lsb32_low[out & 15U] ^ table_lsb32[out >> 4];
    }
    return state;
}
