/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_decimal.c - the first byte is a scaler, the rest a number. What is read is written and
 * read back to the same value; an error names a place within the text. */
#include "core/decimal.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    const char *text = (const char *)data + 1;
    size_t len = size - 1;
    int8_t scaler = (int8_t)data[0];
    int64_t value = 0;
    size_t error_at = SIZE_MAX;
    wh_err err = wh_decimal_parse(text, len, scaler, &value, &error_at);
    require(error_at <= len);
    require(err != WH_ERR_SHORT || error_at == len);
    if (err == WH_OK) {
        char written[WH_DECIMAL_TEXT_SIZE];
        size_t written_len = wh_decimal_format(value, scaler, written);
        require(written_len < sizeof written && written[written_len] == '\0');
        int64_t back = 0;
        require(wh_decimal_parse(written, written_len, scaler, &back, NULL) == WH_OK);
        require(back == value);
    }
    return 0;
}
