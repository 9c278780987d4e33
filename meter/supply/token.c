/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/supply/token.h"

#include "core/crc.h"

#include <string.h>

#define SAVE_VERSION  1U
#define CLASS_SHIFT   27U
#define CLASS_MASK    ((uint64_t)3 << CLASS_SHIFT)
#define CRC_BITS      16U
#define TID_MAX       0xFFFFFFU
#define MANTISSA_BITS 14U
#define WAIT_MS       60000U
#define WAITS_MAX     6U /* doublings: 64 minutes */

/* ---- the number ---- */

static void split(unsigned high, uint64_t low, uint8_t *token_class, uint64_t *block)
{
    *token_class = (uint8_t)(low >> CLASS_SHIFT & 3U);
    *block = (low & ~CLASS_MASK) | (uint64_t)high << CLASS_SHIFT;
}

wh_err wh_token_parse(const uint8_t *text, size_t len, uint8_t *token_class, uint64_t *block)
{
    uint64_t low = 0;
    unsigned high = 0; /* what is above 64 bits: of 20 digits at most 5 */
    unsigned digits = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == ' ' || text[i] == '-') {
            continue;
        }
        if (text[i] < '0' || text[i] > '9' || digits == WH_TOKEN_DIGITS) {
            return WH_ERR_FORMAT;
        }
        uint64_t lower = (low & UINT32_MAX) * 10 + (unsigned)(text[i] - '0');
        uint64_t upper = (low >> 32) * 10 + (lower >> 32);
        low = upper << 32 | (lower & UINT32_MAX);
        high = high * 10 + (unsigned)(upper >> 32);
        digits++;
    }
    if (digits != WH_TOKEN_DIGITS || high > 3) {
        return WH_ERR_FORMAT;
    }
    split(high, low, token_class, block);
    return WH_OK;
}

void wh_token_print(uint8_t token_class, uint64_t block, uint8_t digits[WH_TOKEN_DIGITS])
{
    uint64_t high = block >> CLASS_SHIFT & 3U;
    uint64_t low = (block & ~CLASS_MASK) | (uint64_t)(token_class & 3U) << CLASS_SHIFT;
    for (unsigned i = WH_TOKEN_DIGITS; i-- > 0;) {
        uint64_t upper = (high % 10) << 32 | low >> 32;
        uint64_t lower = (upper % 10) << 32 | (low & UINT32_MAX);
        high /= 10;
        low = upper / 10 << 32 | lower / 10;
        digits[i] = (uint8_t)('0' + lower % 10);
    }
}

static wh_err parse_octets(const uint8_t *octets, uint8_t *token_class, uint64_t *block)
{
    wh_reader r = wh_reader_init(octets, WH_TOKEN_OCTETS);
    unsigned high = wh_reader_take_u8(&r);
    if (high > 3) {
        return WH_ERR_FORMAT;
    }
    split(high, wh_reader_take_u64be(&r), token_class, block);
    return WH_OK;
}

/* ---- what it says ---- */

uint16_t wh_token_crc(uint8_t token_class, uint64_t block)
{
    uint64_t bits = (uint64_t)(token_class & 3U) << 48 | block >> CRC_BITS;
    uint16_t state = 0xFFFFU;
    for (unsigned shift = 56; shift > 0;) {
        shift -= 8;
        uint8_t octet = (uint8_t)(bits >> shift);
        state = wh_crc_lsb8005(state, &octet, 1);
    }
    return (uint16_t)(state << 8 | state >> 8);
}

uint32_t wh_token_amount(uint16_t data)
{
    uint32_t amount = data & ((1U << MANTISSA_BITS) - 1);
    for (unsigned e = (unsigned)data >> MANTISSA_BITS; e > 0; e--) {
        amount = amount * 10 + (1U << MANTISSA_BITS);
    }
    return amount;
}

static uint8_t kind_of(uint8_t token_class, uint8_t subclass)
{
    static const uint8_t management[] = {
        WH_TOKEN_SET_MAX_POWER, WH_TOKEN_CLEAR_CREDIT, WH_TOKEN_SET_TARIFF,        WH_TOKEN_KEY,
        WH_TOKEN_KEY,           WH_TOKEN_CLEAR_TAMPER, WH_TOKEN_SET_MAX_UNBALANCE, WH_TOKEN_OTHER,
        WH_TOKEN_KEY,           WH_TOKEN_KEY};
    switch (token_class) {
    case 0:
        return subclass < 4 ? WH_TOKEN_CREDIT : subclass < 8 ? WH_TOKEN_CURRENCY : WH_TOKEN_OTHER;
    case 1:
        return subclass < 2 ? WH_TOKEN_TEST : WH_TOKEN_OTHER;
    case 2:
        return subclass < sizeof management ? management[subclass] : WH_TOKEN_OTHER;
    default:
        return WH_TOKEN_OTHER;
    }
}

wh_err wh_token_decode(uint8_t token_class, uint64_t block, wh_token *token)
{
    if (token_class > 3) {
        return WH_ERR_RANGE;
    }
    if (wh_token_crc(token_class, block) != (uint16_t)block) {
        return WH_ERR_CHECK;
    }
    wh_token t = {.token_class = token_class, .subclass = (uint8_t)(block >> 60)};
    t.kind = kind_of(token_class, t.subclass);
    t.data = (uint16_t)(block >> CRC_BITS);
    if (t.kind == WH_TOKEN_TEST) {
        unsigned maker_bits = t.subclass == 0 ? 8 : 16;
        t.maker = (uint16_t)(t.data & ((1U << maker_bits) - 1));
        t.value = (block & ~((uint64_t)15 << 60)) >> (CRC_BITS + maker_bits);
    } else if (t.kind != WH_TOKEN_KEY) {
        bool scaled = t.kind == WH_TOKEN_CREDIT || t.kind == WH_TOKEN_SET_MAX_POWER ||
                      t.kind == WH_TOKEN_SET_MAX_UNBALANCE;
        t.random = (uint8_t)(block >> 56 & 15U);
        t.tid = (uint32_t)(block >> 32) & TID_MAX;
        t.has_tid = token_class != 1;
        t.value = scaled ? wh_token_amount(t.data) : t.kind == WH_TOKEN_CURRENCY ? 0 : t.data;
    }
    *token = t;
    return WH_OK;
}

/* ---- the gateway ---- */

void wh_token_gateway_init(wh_token_gateway *g, const wh_token_module *module)
{
    *g = (wh_token_gateway){.module = module, .status = WH_TOKEN_NOT_PROCESSED};
}

static bool is_fresh(const wh_token_gateway *g, uint32_t tid)
{
    for (unsigned i = 0; i < g->tid_count; i++) {
        if (g->tid[i] == tid) {
            return false;
        }
    }
    return tid >= g->oldest && tid <= TID_MAX;
}

/* In the place of the oldest, where the list is full: then all up to that one are too old. */
static void remember(wh_token_gateway *g, uint32_t tid)
{
    unsigned place = 0;
    if (g->tid_count < WH_TOKEN_TIDS) {
        place = g->tid_count++;
    } else {
        for (unsigned i = 1; i < WH_TOKEN_TIDS; i++) {
            place = g->tid[i] < g->tid[place] ? i : place;
        }
        g->oldest = g->tid[place] + 1;
    }
    g->tid[place] = tid;
}

void wh_token_forget(wh_token_gateway *g)
{
    g->tid_count = 0;
    g->oldest = 0;
    g->revision++;
}

/* Keep what was entered, without spaces and dashes where it is text. */
static wh_err take_in(wh_token_gateway *g, const uint8_t *octets, size_t len, wh_token_code *code)
{
    size_t digits = 0;
    size_t others = 0;
    g->token_len = 0;
    for (size_t i = 0; i < len; i++) {
        bool digit = octets[i] >= '0' && octets[i] <= '9';
        digits += digit ? 1 : 0;
        others += digit || octets[i] == ' ' || octets[i] == '-' ? 0 : 1;
    }
    bool text = others == 0 && digits > 0;
    if ((text ? digits : len) > WH_TOKEN_SIZE || len == 0) {
        return WH_ERR_FORMAT;
    }
    for (size_t i = 0; i < len; i++) {
        if (!text || (octets[i] >= '0' && octets[i] <= '9')) {
            g->token[g->token_len++] = octets[i];
        }
    }
    *code = (wh_token_code){.octets = g->token, .len = g->token_len};
    code->is_number = text || len == WH_TOKEN_OCTETS;
    if (text) {
        return wh_token_parse(g->token, g->token_len, &code->token_class, &code->block);
    }
    return len == WH_TOKEN_OCTETS ? parse_octets(g->token, &code->token_class, &code->block)
                                  : WH_OK;
}

static wh_token_status failed(wh_token_gateway *g)
{
    g->failures = (uint8_t)(g->failures < UINT8_MAX ? g->failures + 1 : UINT8_MAX);
    if (g->failures >= WH_TOKEN_TRIES) {
        unsigned doublings = g->failures - WH_TOKEN_TRIES;
        g->wait_ms = WAIT_MS << (doublings < WAITS_MAX ? doublings : WAITS_MAX);
    }
    return WH_TOKEN_AUTHENTICATION_FAILURE;
}

static wh_token_status process(wh_token_gateway *g, const uint8_t *octets, size_t len)
{
    wh_token_code code;
    wh_token token = {0};
    if (take_in(g, octets, len, &code) != WH_OK) {
        return WH_TOKEN_FORMAT_FAILURE;
    }
    wh_err err = code.is_number && code.token_class == 1
                     ? wh_token_decode(code.token_class, code.block, &token)
                     : g->module->check(g->module->user, &code, &token);
    if (err == WH_ERR_FORMAT) {
        return WH_TOKEN_FORMAT_FAILURE;
    }
    if (err == WH_ERR_CHECK) {
        return failed(g);
    }
    if (err != WH_OK || (token.has_tid && !is_fresh(g, token.tid))) {
        return WH_TOKEN_VALIDATION_FAILURE;
    }
    if (g->module->execute(g->module->user, &token) != WH_OK) {
        return WH_TOKEN_EXECUTION_FAILURE;
    }
    if (token.has_tid) {
        remember(g, token.tid);
    }
    g->failures = token.token_class == 1 ? g->failures : 0;
    return WH_TOKEN_EXECUTION_OK;
}

wh_token_status wh_token_enter(wh_token_gateway *g, const uint8_t *octets, size_t len,
                               wh_token_delivery delivery, int64_t utc_ms)
{
    int64_t s = utc_ms / 1000;
    g->revision++;
    g->delivery = (uint8_t)delivery;
    g->token_s = s < 0 ? 0 : s > UINT32_MAX ? UINT32_MAX : (uint32_t)s;
    g->status = (uint8_t)(g->wait_ms > 0 ? WH_TOKEN_NOT_PROCESSED : process(g, octets, len));
    return (wh_token_status)g->status;
}

void wh_token_tick(wh_token_gateway *g, uint32_t elapsed_ms)
{
    g->wait_ms = elapsed_ms > g->wait_ms ? 0 : g->wait_ms - elapsed_ms;
}

/* ---- keeping ---- */

void wh_token_gateway_save(const wh_token_gateway *g, wh_writer *w)
{
    wh_writer_put_u8(w, SAVE_VERSION);
    wh_writer_put_u8(w, g->failures);
    wh_writer_put_u8(w, g->status);
    wh_writer_put_u8(w, g->delivery);
    wh_writer_put_u32le(w, g->token_s);
    wh_writer_put_u32le(w, g->oldest);
    wh_writer_put_u8(w, g->tid_count);
    for (unsigned i = 0; i < g->tid_count; i++) {
        wh_writer_put_u16le(w, (uint16_t)g->tid[i]);
        wh_writer_put_u8(w, (uint8_t)(g->tid[i] >> 16));
    }
}

wh_err wh_token_gateway_restore(wh_token_gateway *g, wh_reader *r)
{
    wh_token_gateway n = {.module = g->module, .revision = g->revision + 1};
    uint8_t version = wh_reader_take_u8(r);
    if (wh_reader_err(r) == WH_OK && version != SAVE_VERSION) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    n.failures = wh_reader_take_u8(r);
    n.status = wh_reader_take_u8(r);
    n.delivery = wh_reader_take_u8(r);
    n.token_s = wh_reader_take_u32le(r);
    n.oldest = wh_reader_take_u32le(r);
    uint8_t count = wh_reader_take_u8(r);
    if (count > WH_TOKEN_TIDS || n.status > WH_TOKEN_NOT_PROCESSED ||
        n.delivery > WH_TOKEN_MANUAL || n.oldest > TID_MAX + 1) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    for (unsigned i = 0; i < count && wh_reader_err(r) == WH_OK; i++) {
        uint32_t low = wh_reader_take_u16le(r);
        uint32_t tid = (uint32_t)wh_reader_take_u8(r) << 16 | low;
        if (wh_reader_err(r) == WH_OK && !is_fresh(&n, tid)) {
            wh_reader_fail(r, WH_ERR_FORMAT); /* twice, or too old to be known */
        }
        n.tid[n.tid_count++] = tid;
    }
    if (wh_reader_err(r) != WH_OK) {
        return wh_reader_err(r);
    }
    if (n.failures >= WH_TOKEN_TRIES) {
        n.failures--;
        (void)failed(&n);
    }
    *g = n;
    return WH_OK;
}
