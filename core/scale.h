/* SPDX-License-Identifier: Apache-2.0 */
/* scale.h - positive factors without floating point, the same bits on every machine.
 *
 * A scale is mant * 2^exp with mant in [2^31, 2^32): 32 bits of precision, made from integers
 * and applied to many values. This is how codes of a converter become microvolts and sums of
 * products become microwatt-seconds. 32 bits are 0.23e-9: below any converter's last bit, and
 * one multiplication of a small core. */
#ifndef WH_CORE_SCALE_H
#define WH_CORE_SCALE_H

#include <stdint.h>

typedef struct {
    uint32_t mant; /* top bit set; 0 only for the scale zero */
    int32_t exp;
} wh_scale;

/* The scale of an integer, of products and of quotients, rounded down to 32 bits. A quotient by
 * zero is zero. */
wh_scale wh_scale_of(uint64_t value);
wh_scale wh_scale_mul(wh_scale a, wh_scale b);
wh_scale wh_scale_div(wh_scale a, wh_scale d);
wh_scale wh_scale_shift(wh_scale a, int bits); /* times 2^bits */

/* value times scale, rounded to nearest, halves away from zero, saturated to +-INT64_MAX. */
int64_t wh_scale_apply(int64_t value, wh_scale s);

/* The same with a carry: what rounding leaves is kept in *carry (0 .. 2^32-1, units of 2^-32 of
 * the result) and enters the next call, so a long sum of results loses nothing. */
int64_t wh_scale_apply_carry(int64_t value, wh_scale s, uint32_t *carry);

/* a * b / 2^shift, as if b were a scale: its upper 32 bits count. Rounded and saturated as
 * wh_scale_apply; shift 0 .. 127. */
int64_t wh_mul_shift(int64_t a, int64_t b, int shift);

/* Square root, rounded down. */
uint32_t wh_isqrt64(uint64_t value);

/* A vector (x, y) in polar form: its angle as a fraction of a turn in 32 bits, off by 1e-8 turns
 * at most, 0 for (0, 0); and, where `length` is not NULL, its length, good to 1e-7. */
uint32_t wh_polar(int64_t y, int64_t x, int64_t *length);

#endif /* WH_CORE_SCALE_H */
