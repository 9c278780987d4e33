/* SPDX-License-Identifier: Apache-2.0 */
/* Bills as JSON. What parses as a signed reading is written as text and must come back as the
 * same bytes and agree with itself; everything else is read as a text, and where it holds a
 * reading and agrees with it, it must mean what is written of that reading. */
#include "world/billing/json_place.h"
#include "world/billing/signed_json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_round(const wh_signed_reading *reading, size_t size)
{
    static uint8_t back[WH_SIGNED_READING_MAX];
    size_t len = 0;
    wh_message m;
    char *text = wh_signed_json_write(reading);
    must(text != NULL);
    must(wh_signed_json_read(text, strlen(text), "fuzz", back, &len, &m));
    must(len == size && memcmp(back, reading->bytes, size) == 0);
    must(wh_signed_json_compare(text, strlen(text), "fuzz", reading, &m));
    free(text);
}

static void check_text(const char *text, size_t size)
{
    static uint8_t bytes[WH_SIGNED_READING_MAX];
    static const wh_json_step steps[] = {{"values", 0}, {NULL, 1}, {"obis", 0}};
    size_t len = 0;
    wh_message m = {.text = ""};
    wh_signed_reading reading;
    must(wh_json_place_line(text, size, steps, 3) >= 1);
    if (!wh_signed_json_read(text, size, "fuzz", bytes, &len, &m)) {
        must(len == 0 && m.text[0] != '\0');
        return;
    }
    if (wh_signed_parse(bytes, len, &reading, NULL) == WH_OK) {
        m.text[0] = '\0';
        bool same = wh_signed_json_compare(text, size, "fuzz", &reading, &m);
        must(same == (m.text[0] == '\0'));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wh_signed_reading reading;
    if (wh_signed_parse(data, size, &reading, NULL) == WH_OK) {
        check_round(&reading, size);
    } else {
        check_text((const char *)data, size);
    }
    return 0;
}
