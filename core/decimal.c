/* SPDX-License-Identifier: Apache-2.0 */
#include "core/decimal.h"

#include <stdbool.h>

#define DIGITS_MAX 20 /* of 2^64 - 1 */

/* |INT64_MIN| is one more than INT64_MAX, so magnitudes are unsigned. */
static uint64_t magnitude_of(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The digits of `value`, the last one first, at least one. Returns how many. */
static size_t digits_of(uint64_t value, char digit[DIGITS_MAX])
{
    size_t count = 0;
    do {
        digit[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    return count;
}

size_t wh_decimal_format(int64_t value, int8_t scaler, char text[WH_DECIMAL_TEXT_SIZE])
{
    char digit[DIGITS_MAX];
    size_t count = digits_of(magnitude_of(value), digit);
    size_t decimals = scaler < 0 ? (size_t)-scaler : 0;
    size_t zeros = scaler > 0 && value != 0 ? (size_t)scaler : 0;
    size_t len = 0;
    if (value < 0) {
        text[len++] = '-';
    }
    /* one place after the other, from the highest; at least one before the point */
    for (size_t place = count > decimals ? count : decimals + 1; place > 0; place--) {
        if (place == decimals) {
            text[len++] = '.';
        }
        text[len++] = place <= count ? digit[place - 1] : '0';
    }
    for (size_t i = 0; i < zeros; i++) {
        text[len++] = '0';
    }
    text[len] = '\0';
    return len;
}

/* The parts of a number within its text. */
typedef struct {
    bool negative;
    size_t first; /* offset of the first digit */
    size_t point; /* offset of the point, or of the end */
} layout;

/* Find the parts; stands at the culprit on an error. */
static wh_err find_parts(const char *text, size_t len, layout *l, size_t *pos)
{
    size_t i = 0;
    l->negative = len > 0 && text[0] == '-';
    i += l->negative ? 1 : 0;
    l->first = i;
    l->point = len;
    for (bool need_digit = true; i < len || need_digit; i++) {
        *pos = i;
        if (i == len) {
            return WH_ERR_SHORT;
        }
        if (is_digit(text[i])) {
            need_digit = false;
        } else if (text[i] == '.' && !need_digit && l->point == len) {
            l->point = i;
            need_digit = true;
        } else {
            return WH_ERR_FORMAT;
        }
    }
    return WH_OK;
}

/* *value = *value * 10 + digit, or false where that is above `limit`. */
static bool append_digit(uint64_t *value, unsigned digit, uint64_t limit)
{
    if (*value > (limit - digit) / 10) {
        return false;
    }
    *value = *value * 10 + digit;
    return true;
}

/* The magnitude in units of 10^scaler; stands at the culprit on an error. */
static wh_err take_magnitude(const char *text, size_t len, const layout *l, int scaler,
                             uint64_t *magnitude, size_t *pos)
{
    const uint64_t limit = (uint64_t)INT64_MAX + (l->negative ? 1 : 0);
    size_t whole = l->point - l->first; /* digits before the point */
    size_t decimals = len > l->point ? len - l->point - 1 : 0;
    size_t dropped = scaler > 0 ? (size_t)scaler : 0; /* places before the point not kept */
    size_t wanted = scaler < 0 ? (size_t)-scaler : 0; /* places behind it that are kept */
    size_t kept = (whole > dropped ? whole - dropped : 0) + (decimals < wanted ? decimals : wanted);
    size_t seen = 0;
    *magnitude = 0;
    for (size_t i = l->first; i < len; i++) {
        if (i == l->point) {
            continue;
        }
        unsigned digit = (unsigned)(text[i] - '0');
        *pos = i;
        if (seen < kept ? !append_digit(magnitude, digit, limit) : digit != 0) {
            return WH_ERR_RANGE;
        }
        seen++;
    }
    for (size_t i = decimals; i < wanted; i++) { /* "1.5" in units of 0.001 */
        *pos = len;
        if (!append_digit(magnitude, 0, limit)) {
            return WH_ERR_RANGE;
        }
    }
    return WH_OK;
}

wh_err wh_decimal_parse(const char *text, size_t len, int8_t scaler, int64_t *value,
                        size_t *error_at)
{
    layout l = {.negative = false};
    uint64_t magnitude = 0;
    size_t pos = 0;
    wh_err err = find_parts(text, len, &l, &pos);
    if (err == WH_OK) {
        err = take_magnitude(text, len, &l, scaler, &magnitude, &pos);
    }
    if (error_at != NULL) {
        *error_at = err == WH_OK ? 0 : pos;
    }
    /* -(m - 1) - 1 reaches INT64_MIN without leaving int64 */
    *value = !l.negative || magnitude == 0 ? (int64_t)magnitude : -(int64_t)(magnitude - 1) - 1;
    return err;
}
