/* SPDX-License-Identifier: Apache-2.0 */
#include "core/scale.h"

#include <stdbool.h>

typedef struct {
    uint64_t hi;
    uint64_t lo;
} u128;

static u128 mul_64(uint64_t a, uint64_t b)
{
    uint64_t al = (uint32_t)a;
    uint64_t ah = a >> 32;
    uint64_t bl = (uint32_t)b;
    uint64_t bh = b >> 32;
    uint64_t ll = al * bl;
    uint64_t lh = al * bh;
    uint64_t hl = ah * bl;
    uint64_t mid = (ll >> 32) + (uint32_t)lh + (uint32_t)hl;
    u128 p = {.hi = ah * bh + (lh >> 32) + (hl >> 32) + (mid >> 32),
              .lo = (mid << 32) | (uint32_t)ll};
    return p;
}

static u128 shift_right(u128 v, unsigned n)
{
    u128 r = {0, 0};
    if (n == 0) {
        r = v;
    } else if (n < 64) {
        r.hi = v.hi >> n;
        r.lo = (v.lo >> n) | (v.hi << (64 - n));
    } else if (n < 128) {
        r.lo = v.hi >> (n - 64);
    }
    return r;
}

/* v / 2^n to nearest, halves away from zero, saturated to what an int64 holds. */
static uint64_t round_shift(u128 v, unsigned n)
{
    if (n > 0) {
        v = shift_right(v, n - 1);
        v.lo++;
        v.hi += v.lo == 0;
        v = shift_right(v, 1);
    }
    return v.hi != 0 || v.lo > INT64_MAX ? INT64_MAX : v.lo;
}

static uint64_t magnitude(int64_t v)
{
    return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

static int64_t with_sign(uint64_t m, bool negative)
{
    return negative ? -(int64_t)m : (int64_t)m;
}

static wh_scale normalised(uint64_t mant, int32_t exp)
{
    if (mant == 0) {
        return (wh_scale){0, 0};
    }
    int zeros = __builtin_clzll(mant);
    return (wh_scale){mant << zeros, exp - zeros};
}

wh_scale wh_scale_of(uint64_t value)
{
    return normalised(value, 0);
}

wh_scale wh_scale_mul(wh_scale a, wh_scale b)
{
    u128 p = mul_64(a.mant, b.mant);
    if (p.hi == 0) {
        return (wh_scale){0, 0};
    }
    if (p.hi >> 63 == 0) { /* the product of two mantissas has 127 or 128 bits */
        return (wh_scale){(p.hi << 1) | (p.lo >> 63), a.exp + b.exp + 63};
    }
    return (wh_scale){p.hi, a.exp + b.exp + 64};
}

/* One digit of 32 bits of (rest * 2^32 + next) / d, by dividing by the upper half of d and taking
 * back what that was too much: at most two. rest < d, the top bit of d is set. */
static uint32_t divide_digit(uint64_t *rest, uint32_t next, uint64_t d)
{
    uint64_t upper = d >> 32;
    uint64_t digit = *rest / upper;
    uint64_t left = *rest % upper;
    while (digit >> 32 != 0 || digit * (uint32_t)d > ((left << 32) | next)) {
        digit--;
        left += upper;
        if (left >> 32 != 0) {
            break;
        }
    }
    *rest = ((*rest << 32) | next) - digit * d;
    return (uint32_t)digit;
}

/* a / d as a mantissa, rounded down: a times 2^64, or 2^63 where it is not below d. */
wh_scale wh_scale_div(wh_scale a, wh_scale d)
{
    if (a.mant == 0 || d.mant == 0) {
        return (wh_scale){0, 0};
    }
    bool below_one = a.mant < d.mant;
    uint64_t rest = below_one ? a.mant : a.mant >> 1;
    uint32_t next = below_one ? 0 : (uint32_t)a.mant << 31;
    uint64_t upper = divide_digit(&rest, next, d.mant);
    uint64_t quotient = (upper << 32) | divide_digit(&rest, 0, d.mant);
    return (wh_scale){quotient, a.exp - d.exp - (below_one ? 64 : 63)};
}

wh_scale wh_scale_shift(wh_scale a, int bits)
{
    a.exp += a.mant != 0 ? bits : 0;
    return a;
}

int64_t wh_scale_apply(int64_t value, wh_scale s)
{
    bool negative = value < 0;
    u128 p = mul_64(magnitude(value), s.mant);
    if (s.exp > 0) { /* mant alone exceeds an int64 */
        return p.hi == 0 && p.lo == 0 ? 0 : with_sign(INT64_MAX, negative);
    }
    return with_sign(round_shift(p, (unsigned)-s.exp), negative);
}

int64_t wh_scale_apply_carry(int64_t value, wh_scale s, int64_t *carry)
{
    bool negative = value < 0;
    if (s.exp > -32) {
        return wh_scale_apply(value, s);
    }
    u128 p = mul_64(magnitude(value), s.mant);
    u128 fixed = shift_right(p, (unsigned)-s.exp - 32); /* 32 bits of fraction */
    int64_t fraction = with_sign((uint32_t)fixed.lo, negative);
    u128 whole = shift_right(fixed, 32);
    if (whole.hi != 0 || whole.lo > INT64_MAX / 2) {
        return with_sign(INT64_MAX, negative);
    }
    int64_t sum = *carry + fraction;
    int64_t step = sum < 0 ? -1 : sum >> 32; /* the carry stays in 0 .. 2^32-1 */
    *carry = sum - step * ((int64_t)1 << 32);
    return with_sign(whole.lo, negative) + step;
}

int64_t wh_mul_shift(int64_t a, int64_t b, unsigned shift)
{
    return with_sign(round_shift(mul_64(magnitude(a), magnitude(b)), shift), (a < 0) != (b < 0));
}

/* The upper half of the root bit by bit, the lower one as what is left divided by twice the upper
 * (Zimmermann, Karatsuba Square Root): one too large at most. */
uint32_t wh_isqrt64(uint64_t value)
{
    if (value == 0) {
        return 0;
    }
    int up = __builtin_clzll(value) & ~1;
    uint64_t scaled = value << up;
    uint32_t left = (uint32_t)(scaled >> 32);
    uint32_t root = 0;
    for (uint32_t bit = (uint32_t)1 << 30; bit != 0; bit >>= 2) {
        uint32_t step = root + bit;
        root >>= 1;
        if (left >= step) {
            left -= step;
            root += bit;
        }
    }
    uint32_t lower = ((left << 15) | ((uint32_t)scaled >> 17)) / root;
    uint64_t whole = ((uint64_t)root << 16) + (lower < 65535 ? lower : 65535);
    if (whole * whole > scaled) {
        whole--;
    }
    return (uint32_t)(whole >> (up / 2));
}

/* CORDIC in vectoring mode: turn the vector onto the x axis by steps of atan(2^-i) and add
 * them up. */
uint32_t wh_atan2_turn(int64_t y, int64_t x)
{
    static const uint32_t step[] = {/* atan(2^-i) in 2^-32 turns, i = 0 .. 29 */
                                    536870912, 316933406, 167458907, 85004756, 42667331, 21354465,
                                    10679838,  5340245,   2670163,   1335087,  667544,   333772,
                                    166886,    83443,     41722,     20861,    10430,    5215,
                                    2608,      1304,      652,       326,      163,      81,
                                    41,        20,        10,        5,        3,        1};
    uint64_t larger = magnitude(x) | magnitude(y);
    if (larger == 0) {
        return 0;
    }
    int shift = 35 - __builtin_clzll(larger); /* to 29 bits, as the steps lengthen it by 1.65 */
    int32_t xs = (int32_t)(shift > 0 ? x >> shift : x * ((int64_t)1 << -shift));
    int32_t ys = (int32_t)(shift > 0 ? y >> shift : y * ((int64_t)1 << -shift));
    uint32_t turn = 0;
    if (xs < 0) {
        xs = -xs;
        ys = -ys;
        turn = 0x80000000U;
    }
    for (unsigned i = 0; i < sizeof step / sizeof step[0]; i++) {
        int32_t dx = ys >> i;
        int32_t dy = xs >> i;
        if (ys > 0) {
            xs += dx;
            ys -= dy;
            turn += step[i];
        } else {
            xs -= dx;
            ys += dy;
            turn -= step[i];
        }
    }
    return turn;
}
