/* SPDX-License-Identifier: Apache-2.0 */
#include "core/scale.h"

#include <stdbool.h>
#include <stddef.h>

static uint64_t magnitude(int64_t v)
{
    return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

wh_scale wh_scale_of(uint64_t value)
{
    if (value == 0) {
        return (wh_scale){0, 0};
    }
    int zeros = __builtin_clzll(value);
    return (wh_scale){(uint32_t)((value << zeros) >> 32), 32 - zeros};
}

wh_scale wh_scale_shift(wh_scale a, int bits)
{
    a.exp += bits;
    return a;
}

wh_scale wh_scale_mul(wh_scale a, wh_scale b)
{
    return wh_scale_shift(wh_scale_of((uint64_t)a.mant * b.mant), a.exp + b.exp);
}

wh_scale wh_scale_div(wh_scale a, wh_scale d)
{
    if (d.mant == 0) {
        return d;
    }
    return wh_scale_shift(wh_scale_of(((uint64_t)a.mant << 32) / d.mant), a.exp - d.exp - 32);
}

/* value times mant is high * 2^32 + low. */
typedef struct {
    uint64_t high;
    uint32_t low;
} u96;

static u96 product(uint64_t value, uint32_t mant)
{
    uint64_t low = (uint64_t)(uint32_t)value * mant;
    uint64_t high = (value >> 32) * mant + (low >> 32);
    return (u96){high, (uint32_t)low};
}

/* Whole and 32 bits of fraction of a product over 2^down; the whole saturates. */
static u96 shifted(u96 p, int down)
{
    if (down >= 96) {
        return (u96){0, 0};
    }
    if (down >= 32) { /* the fraction comes from what leaves `high` */
        int n = down - 32;
        uint64_t left = n == 0 ? 0 : p.high << (64 - n);
        uint64_t fraction = (n >= 32 ? left : left | (uint64_t)p.low << (32 - n)) >> 32;
        return (u96){p.high >> n, (uint32_t)fraction};
    }
    if (down < -31 || p.high >> (31 + down) != 0) {
        return (u96){INT64_MAX, 0};
    }
    if (down <= 0) {
        return (u96){p.high << (32 - down) | (uint64_t)p.low << -down, 0};
    }
    return (u96){p.high << (32 - down) | p.low >> down, p.low << (32 - down)};
}

static int64_t with_sign(uint64_t m, bool negative)
{
    m = m > INT64_MAX ? INT64_MAX : m;
    return negative ? -(int64_t)m : (int64_t)m;
}

int64_t wh_scale_apply(int64_t value, wh_scale s)
{
    u96 p = product(magnitude(value), s.mant);
    if ((p.high | p.low) == 0) {
        return 0;
    }
    u96 r = shifted(p, -s.exp);
    return with_sign(r.high + (r.low >> 31), value < 0);
}

int64_t wh_scale_apply_carry(int64_t value, wh_scale s, uint32_t *carry)
{
    u96 p = product(magnitude(value), s.mant);
    if ((p.high | p.low) == 0) {
        return 0;
    }
    u96 r = shifted(p, -s.exp);
    int64_t whole = with_sign(r.high, value < 0);
    uint32_t before = *carry;
    *carry += value < 0 ? 0 - r.low : r.low;
    if (value < 0) {
        return whole - (r.low > before ? 1 : 0);
    }
    return whole + (*carry < before && whole < INT64_MAX ? 1 : 0);
}

int64_t wh_mul_shift(int64_t a, int64_t b, int shift)
{
    int64_t r = wh_scale_apply(a, wh_scale_shift(wh_scale_of(magnitude(b)), -shift));
    return b < 0 ? -r : r;
}

/* The upper half of the root bit by bit, the lower one as what is left divided by twice the
 * upper (Zimmermann, Karatsuba Square Root): one too large at most. */
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

static int64_t moved(int64_t v, int down)
{
    return down > 0 ? v >> down : v * ((int64_t)1 << -down);
}

/* CORDIC in vectoring mode: turn the vector onto the x axis by steps of atan(2^-i) and add
 * them up. */
uint32_t wh_polar(int64_t y, int64_t x, int64_t *length)
{
    static const uint32_t step[] = {/* atan(2^-i) in 2^-32 turns, i = 0 .. 29 */
                                    536870912, 316933406, 167458907, 85004756, 42667331, 21354465,
                                    10679838,  5340245,   2670163,   1335087,  667544,   333772,
                                    166886,    83443,     41722,     20861,    10430,    5215,
                                    2608,      1304,      652,       326,      163,      81,
                                    41,        20,        10,        5,        3,        1};
    static const wh_scale shrink = {2608131496U, -32}; /* product of cos(atan(2^-i)) */
    uint64_t larger = magnitude(x) | magnitude(y);
    int down = larger != 0 ? 35 - __builtin_clzll(larger) : 0; /* to 29 bits: they grow by 1.65 */
    int32_t xs = (int32_t)moved(x, down);
    int32_t ys = (int32_t)moved(y, down);
    uint32_t turn = 0;
    if (xs < 0) {
        xs = -xs;
        ys = -ys;
        turn = 0x80000000U;
    }
    for (unsigned i = 0; larger != 0 && i < sizeof step / sizeof step[0]; i++) {
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
    if (length != NULL) {
        *length = wh_scale_apply(xs, wh_scale_shift(shrink, down));
    }
    return turn;
}
