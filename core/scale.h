/* SPDX-License-Identifier: Apache-2.0 */
/* scale.h - positive factors without floating point, the same bits on every machine.
 *
 * A scale is mant * 2^exp with mant in [2^63, 2^64): 63 bits of precision, made once from
 * integers and applied to many values. This is how codes of a converter become microvolts
 * and sums of products become microwatt-seconds. */
#ifndef WH_CORE_SCALE_H
#define WH_CORE_SCALE_H

#include <stdint.h>

typedef struct {
    uint64_t mant; /* top bit set; 0 only for the scale zero */
    int32_t exp;
} wh_scale;

/* The scale of an integer (exact), products and quotients (63 bits). d must not be zero. */
wh_scale wh_scale_of(uint64_t value);
wh_scale wh_scale_mul(wh_scale a, wh_scale b);
wh_scale wh_scale_div(wh_scale a, wh_scale d);
wh_scale wh_scale_shift(wh_scale a, int bits); /* times 2^bits */

/* value times scale, rounded to nearest, saturated to int64. */
int64_t wh_scale_apply(int64_t value, wh_scale s);

/* The same with a carry: what rounding leaves is kept in *carry (units of 2^-32 of the
 * result) and enters the next call, so a long sum of results loses nothing. */
int64_t wh_scale_apply_carry(int64_t value, wh_scale s, int64_t *carry);

/* a * b / 2^shift, rounded to nearest, by way of 128 bits, saturated; shift 0..127. */
int64_t wh_mul_shift(int64_t a, int64_t b, unsigned shift);

/* Square root, rounded down. */
uint32_t wh_isqrt64(uint64_t value);

/* Angle of (x, y) as a fraction of a turn in 32 bits, error below 2e-9 turn where the larger
 * of |x|, |y| is at least 2^30. 0 for (0, 0). */
uint32_t wh_atan2_turn(int64_t y, int64_t x);

#endif /* WH_CORE_SCALE_H */
