/* SPDX-License-Identifier: Apache-2.0 */
#include "world/billing/signed_json.h"

#include "core/unit.h"
#include "tests/meter/record/signed_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIXTURE WH_SOURCE_DIR "/tests/vectors/signed_reading/version_1.json"

typedef struct {
    signed_rig rig;
    uint8_t *bytes;
    size_t len;
    wh_signed_reading reading;
    char *text; /* the bill as JSON */
} json_rig;

static int set_up(void **state)
{
    static json_rig r;
    uint8_t digest[WH_SHA256_SIZE] = {0};
    signed_rig_init(&r.rig);
    r.bytes = signed_rig_bill(&r.rig, 0, digest, &r.len);
    if (wh_signed_parse(r.bytes, r.len, &r.reading, NULL) != WH_OK) {
        return -1;
    }
    r.text = wh_signed_json_write(&r.reading);
    *state = &r;
    return r.text != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    json_rig *r = *state;
    free(r->bytes);
    free(r->text);
    return 0;
}

static bool read_exact(const char *text, size_t len, uint8_t *bytes, size_t *bytes_len,
                       wh_message *m)
{
    char *copy = malloc(len > 0 ? len : 1);
    memcpy(copy, text, len);
    bool good = wh_signed_json_read(copy, len, "bill", bytes, bytes_len, m);
    free(copy);
    return good;
}

static void what_is_written_is_read_back_and_says_what_is_signed(void **state)
{
    const json_rig *r = *state;
    uint8_t bytes[WH_SIGNED_READING_MAX];
    size_t len = 0;
    wh_message m;
    assert_true(read_exact(r->text, strlen(r->text), bytes, &len, &m));
    assert_int_equal(len, r->len);
    assert_memory_equal(bytes, r->bytes, len);
    assert_true(wh_signed_json_compare(r->text, strlen(r->text), "bill", &r->reading, &m));
}

static void a_text_of_version_1_says_what_is_signed_for_ever(void **state)
{
    const json_rig *r = *state;
    char text[8192];
    wh_message m = {.text = ""};
    FILE *file = fopen(FIXTURE, "r");
    assert_non_null(file);
    size_t len = fread(text, 1, sizeof text, file);
    (void)fclose(file);
    assert_int_equal(len, strlen(r->text));
    assert_memory_equal(text, r->text, len);
    if (!wh_signed_json_compare(text, len, "bill", &r->reading, &m)) {
        fail_msg("%s", m.text);
    }
}

static void no_prefix_is_a_reading(void **state)
{
    const json_rig *r = *state;
    uint8_t bytes[WH_SIGNED_READING_MAX];
    size_t len = 0;
    wh_message m;
    for (size_t n = 0; n + 1 < strlen(r->text); n++) { /* the last is a line feed */
        assert_false(read_exact(r->text, n, bytes, &len, &m));
        assert_int_equal(len, 0);
        assert_true(strncmp(m.text, "bill:", 5) == 0);
    }
}

/* Whatever byte of the text is changed: it no longer reads, or no longer says what is signed, or
 * it means the same as before (a blank, an escape). */
static void every_byte_that_is_changed_is_noticed_or_means_nothing(void **state)
{
    const json_rig *r = *state;
    size_t text_len = strlen(r->text);
    char *text = malloc(text_len);
    size_t noticed = 0;
    for (size_t i = 0; i < text_len; i++) {
        uint8_t bytes[WH_SIGNED_READING_MAX];
        size_t len = 0;
        wh_message m;
        memcpy(text, r->text, text_len);
        bool blank = text[i] == ' ' || text[i] == '\n';
        text[i] ^= 1;
        bool same = wh_signed_json_read(text, text_len, "bill", bytes, &len, &m) && len == r->len &&
                    memcmp(bytes, r->bytes, len) == 0 &&
                    wh_signed_json_compare(text, text_len, "bill", &r->reading, &m);
        if (same && !blank) {
            fail_msg("byte %zu: %.20s", i, r->text + i);
        }
        noticed += same ? 0 : 1;
    }
    assert_true(noticed > text_len / 2);
    free(text);
}

static void bytes_may_not_move_between_signed_and_signature(void **state)
{
    const json_rig *r = *state;
    char *text = malloc(strlen(r->text) + 1);
    memcpy(text, r->text, strlen(r->text) + 1);
    char *cut = strstr(text, "\",\n  \"signature\": \"");
    assert_non_null(cut);
    char two[2] = {cut[-2], cut[-1]};
    size_t gap = strlen("\",\n  \"signature\": \"");
    memmove(cut - 2, cut, gap);
    memcpy(cut - 2 + gap, two, 2);
    uint8_t bytes[WH_SIGNED_READING_MAX];
    size_t len = 0;
    wh_message m;
    assert_true(wh_signed_json_read(text, strlen(text), "bill", bytes, &len, &m));
    assert_int_equal(len, r->len);
    assert_memory_equal(bytes, r->bytes, len);
    assert_false(wh_signed_json_compare(text, strlen(text), "bill", &r->reading, &m));
    assert_non_null(strstr(m.text, ": signed says"));
    free(text);
}

static void a_text_of_the_limit_is_read_and_one_byte_more_is_not(void **state)
{
    const json_rig *r = *state;
    uint8_t bytes[WH_SIGNED_READING_MAX];
    size_t len = 0;
    wh_message m;
    char *text = malloc(WH_SIGNED_JSON_MAX + 1);
    memset(text, ' ', WH_SIGNED_JSON_MAX + 1);
    memcpy(text, r->text, strlen(r->text));
    assert_true(wh_signed_json_read(text, WH_SIGNED_JSON_MAX, "bill", bytes, &len, &m));
    assert_false(wh_signed_json_read(text, WH_SIGNED_JSON_MAX + 1, "bill", bytes, &len, &m));
    assert_non_null(strstr(m.text, "longer than any"));
    free(text);
}

/* The longest reading there is, with the longest words. */
static void the_longest_reading_is_a_text_that_is_read(void **state)
{
    const json_rig *r = *state;
    uint8_t *bytes = malloc(WH_SIGNED_READING_MAX);
    uint8_t *back = malloc(WH_SIGNED_READING_MAX);
    uint8_t record[WH_SIGNED_RECORD_MAX];
    uint8_t digest[WH_SHA256_SIZE];
    size_t len = 0;
    wh_message m = {.text = ""};
    wh_signed_head head = signed_rig_head(UINT32_MAX);
    head.serial = "~~~~~~~~~~~~\"\"\"\"";
    head.serial_len = 16;
    wh_writer rw = wh_writer_init(record, sizeof record);
    wh_record_maker rm = wh_record_begin(&rw, (wh_record_head){.status = 0xFF, .flags = 1});
    wh_writer w = wh_writer_init(bytes, WH_SIGNED_READING_MAX);
    wh_signed_maker maker = wh_signed_begin(&w, &r->rig.signer, &head);
    for (unsigned i = 0; i < WH_RECORD_COLUMNS_MAX; i++) {
        wh_column column = {WH_OBIS_INIT(1, 255, 67, 6, 63, 255), WH_COLUMN_TIME};
        wh_record_put(&rm, -WH_RECORD_VALUE_MAX);
        wh_signed_put_column(&maker, column, WH_UNIT_NONE, 127);
    }
    wh_signed_put_record(&maker, record, wh_writer_len(&rw));
    assert_int_equal(wh_signed_finish(&maker, digest), WH_OK);
    wh_signed_reading reading;
    assert_int_equal(wh_signed_parse(bytes, wh_writer_len(&w), &reading, NULL), WH_OK);
    char *text = wh_signed_json_write(&reading);
    assert_non_null(text);
    assert_true(wh_signed_json_read(text, strlen(text), "bill", back, &len, &m));
    assert_int_equal(len, wh_writer_len(&w));
    assert_memory_equal(back, bytes, len);
    assert_true(wh_signed_json_compare(text, strlen(text), "bill", &reading, &m));
    free(text);
    free(bytes);
    free(back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back_and_says_what_is_signed),
        cmocka_unit_test(a_text_of_version_1_says_what_is_signed_for_ever),
        cmocka_unit_test(no_prefix_is_a_reading),
        cmocka_unit_test(every_byte_that_is_changed_is_noticed_or_means_nothing),
        cmocka_unit_test(bytes_may_not_move_between_signed_and_signature),
        cmocka_unit_test(a_text_of_the_limit_is_read_and_one_byte_more_is_not),
        cmocka_unit_test(the_longest_reading_is_a_text_that_is_read),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
