/* SPDX-License-Identifier: Apache-2.0 */
/* decimal.h - integers with a scaler as decimal text and back, exactly, without floating point.
 *
 * A scaler s says that an integer v stands for v * 10^s (the scaler_unit of COSEM):
 *
 *   value   scaler  text
 *   12345   -1      1234.5      as many decimals as the scaler says, so the resolution shows
 *   -5      -3      -0.005
 *   0       -2      0.00
 *   12      3       12000
 */
#ifndef WH_CORE_DECIMAL_H
#define WH_CORE_DECIMAL_H

#include "core/err.h"

#include <stddef.h>
#include <stdint.h>

/* Of the longest text: a sign, the 19 digits of INT64_MIN, 127 zeros, the terminating 0. */
#define WH_DECIMAL_TEXT_SIZE 148

/* Write value * 10^scaler with a terminating 0. Returns the length without it. */
size_t wh_decimal_format(int64_t value, int8_t scaler, char text[WH_DECIMAL_TEXT_SIZE]);

/* Read text[len], digits with an optional '-' before and an optional '.' and digits behind,
 * as an integer of units of 10^scaler. Nothing is rounded.
 *
 * value     out  undefined unless WH_OK
 * error_at  out  offset of the first character that is wrong, `len` where the text ended
 *                early; may be NULL; 0 where WH_OK
 *
 * WH_OK
 * WH_ERR_SHORT   the text is the beginning of a number: nothing, "-", "1."
 * WH_ERR_FORMAT  not a number
 * WH_ERR_RANGE   finer than the scaler ("0.25" in units of 0.1), or beyond int64 */
wh_err wh_decimal_parse(const char *text, size_t len, int8_t scaler, int64_t *value,
                        size_t *error_at) WH_MUST_USE;

#endif /* WH_CORE_DECIMAL_H */
