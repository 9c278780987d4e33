/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_obis.c - what is read as a code is written and read back to the same code; an error
 * names a place within the text; a pattern that is a code matches just that code. */
#include "core/obis.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    wh_obis obis;
    wh_obis_pattern pattern;
    size_t error_at = SIZE_MAX;
    wh_err pattern_err = wh_obis_pattern_parse(text, size, &pattern, &error_at);
    require(error_at <= size);
    wh_err err = wh_obis_parse(text, size, &obis, &error_at);
    require(error_at <= size);
    require(err != WH_ERR_SHORT || error_at == size);
    if (err == WH_OK) {
        char written[WH_OBIS_TEXT_SIZE];
        size_t len = wh_obis_format(obis, written);
        require(len < sizeof written && written[len] == '\0');
        wh_obis back;
        require(wh_obis_parse(written, len, &back, NULL) == WH_OK);
        require(wh_obis_equal(obis, back));
        require(pattern_err == WH_OK && pattern.any == 0 && wh_obis_match(&pattern, obis));
    }
    return 0;
}
