/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/record/signed_reading.h"

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

#define FIXTURE WH_SOURCE_DIR "/tests/vectors/signed_reading/version_1.hex"

/* Offsets of the fixture's fields. */
enum {
    AT_VERSION = 3,
    AT_KIND = 4,
    AT_NAME = 10,
    AT_SERIAL_LEN = 26,
    AT_SERIAL = 27,
    AT_OFFSET = 29,
    AT_PREVIOUS = 31,
    AT_KEY = 63,
    AT_COUNT = 95,
    AT_COLUMNS = 96,
    AT_RECORD_LEN = AT_COLUMNS + 9 * SIGNED_RIG_VALUES,
    AT_RECORD = AT_RECORD_LEN + 2
};

static int set_up(void **state)
{
    static signed_rig rig;
    signed_rig_init(&rig);
    *state = &rig;
    return 0;
}

static uint8_t *bill_0(const signed_rig *rig, size_t *len)
{
    uint8_t digest[WH_SHA256_SIZE] = {0};
    return signed_rig_bill(rig, 0, digest, len);
}

static uint8_t *copy_of(const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);
    memcpy(copy, bytes, len);
    return copy;
}

static wh_err parse_exact(const uint8_t *bytes, size_t len, size_t *error_at)
{
    uint8_t *copy = copy_of(bytes, len);
    wh_signed_reading reading;
    wh_err err = wh_signed_parse(copy, len, &reading, error_at);
    free(copy);
    return err;
}

static wh_err check_all(const signed_rig *rig, const uint8_t *bytes, size_t len)
{
    uint8_t digest[WH_SHA256_SIZE];
    wh_signed_reading reading;
    wh_err err = wh_signed_parse(bytes, len, &reading, NULL);
    if (err == WH_OK) {
        err = wh_signed_verify(&reading, &rig->crypto, rig->signer.public_key, digest);
    }
    return err;
}

static void read_fixture(uint8_t *bytes, size_t size, size_t *len)
{
    FILE *file = fopen(FIXTURE, "r");
    assert_non_null(file);
    char line[256];
    *len = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        for (const char *at = line; line[0] != '#' && at[0] > ' '; at += 2) {
            unsigned value = 0;
            assert_int_equal(sscanf(at, "%2x", &value), 1);
            assert_true(*len < size);
            bytes[(*len)++] = (uint8_t)value;
        }
    }
    (void)fclose(file);
}

static void a_reading_of_version_1_is_read_and_verified_for_ever(void **state)
{
    const signed_rig *rig = *state;
    uint8_t bytes[512];
    size_t len = 0;
    read_fixture(bytes, sizeof bytes, &len);
    uint8_t *exact = copy_of(bytes, len);
    uint8_t digest[WH_SHA256_SIZE];
    wh_signed_reading reading;
    assert_int_equal(wh_signed_parse(exact, len, &reading, NULL), WH_OK);
    assert_int_equal(wh_signed_verify(&reading, &rig->crypto, rig->signer.public_key, digest),
                     WH_OK);
    assert_int_equal(reading.head.kind, WH_SIGNED_BILLING);
    assert_int_equal(reading.head.log, 1);
    assert_int_equal(reading.head.sequence, 0);
    assert_int_equal(reading.head.utc_offset_min, 120);
    assert_memory_equal(reading.head.device_name, "WHT0000000000077", WH_SIGNED_NAME_SIZE);
    assert_int_equal(reading.head.serial_len, 2);
    assert_memory_equal(reading.head.serial, "77", 2);
    assert_true(wh_signed_is_first(&reading));
    assert_int_equal(reading.record_head.time_s, 1769904000 - 7200);
    assert_int_equal(reading.record_head.status, WH_RECORD_DST);
    static const int64_t want[SIGNED_RIG_VALUES] = {1234567890, 1000000000,         234567890, 0,
                                                    4321000,    1769904000 - 93600, 0};
    wh_signed_cursor cursor = wh_signed_values(&reading);
    wh_signed_value value;
    for (size_t i = 0; i < SIGNED_RIG_VALUES; i++) {
        const signed_rig_column *c = &signed_rig_columns[i + 2];
        assert_true(wh_signed_next(&cursor, &value));
        assert_true(wh_obis_equal(value.column.obis, c->column.obis));
        assert_int_equal(value.column.attribute, c->column.attribute);
        assert_int_equal(value.unit, c->unit);
        assert_int_equal(value.scaler, c->scaler);
        assert_int_equal(value.has_value, i != SIGNED_RIG_VALUES - 1);
        assert_true(!value.has_value || value.value == want[i]);
    }
    assert_false(wh_signed_next(&cursor, &value));
    free(exact);
}

static void what_is_signed_now_is_the_fixture_byte_for_byte(void **state)
{
    uint8_t fixture[512];
    size_t fixture_len = 0;
    size_t len = 0;
    read_fixture(fixture, sizeof fixture, &fixture_len);
    uint8_t *bytes = bill_0(*state, &len);
    assert_int_equal(len, fixture_len);
    assert_memory_equal(bytes, fixture, len);
    free(bytes);
}

static void every_bit_that_is_changed_is_refused(void **state)
{
    const signed_rig *rig = *state;
    size_t len = 0;
    uint8_t *bytes = bill_0(rig, &len);
    assert_int_equal(check_all(rig, bytes, len), WH_OK);
    for (size_t bit = 0; bit < 8 * len; bit++) {
        bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ 1U << bit % 8);
        if (check_all(rig, bytes, len) == WH_OK) {
            fail_msg("bit %zu", bit);
        }
        bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ 1U << bit % 8);
    }
    free(bytes);
}

static void every_prefix_is_short_and_a_byte_more_is_one_too_many(void **state)
{
    size_t len = 0;
    uint8_t *bytes = bill_0(*state, &len);
    for (size_t n = 0; n < len; n++) {
        size_t at = 0;
        wh_err err = parse_exact(bytes, n, &at);
        if (err != WH_ERR_SHORT || at > n) {
            fail_msg("%zu bytes: %s at %zu", n, wh_err_text(err), at);
        }
    }
    uint8_t *more = realloc(bytes, len + 1);
    size_t at = 0;
    more[len] = 0;
    assert_int_equal(parse_exact(more, len + 1, &at), WH_ERR_FORMAT);
    assert_int_equal(at, len);
    free(more);
}

/* A byte of the fixture changed, and what is said of it. */
static const struct {
    const char *name;
    size_t at;
    uint8_t value;
    wh_err err;
    size_t error_at;
} damages[] = {
    {"magic", 0, 'w', WH_ERR_FORMAT, 0},
    {"magic", 2, 'r', WH_ERR_FORMAT, 2},
    {"version 0", AT_VERSION, 0, WH_ERR_FORMAT, AT_VERSION},
    {"version 2", AT_VERSION, 2, WH_ERR_UNSUPPORTED, AT_VERSION},
    {"kind 0", AT_KIND, 0, WH_ERR_RANGE, AT_KIND},
    {"kind 3", AT_KIND, WH_SIGNED_PROFILE, WH_OK, 0},
    {"kind 4", AT_KIND, 4, WH_ERR_RANGE, AT_KIND},
    {"serial of 17", AT_SERIAL_LEN, 17, WH_ERR_RANGE, AT_SERIAL_LEN},
    {"a space in the serial", AT_SERIAL + 1, ' ', WH_OK, 0},
    {"a control character", AT_SERIAL + 1, 0x1F, WH_ERR_FORMAT, AT_SERIAL + 1},
    {"a tilde", AT_SERIAL, '~', WH_OK, 0},
    {"delete", AT_SERIAL, 0x7F, WH_ERR_FORMAT, AT_SERIAL},
    {"offset -32648", AT_OFFSET, 0x80, WH_ERR_RANGE, AT_OFFSET},
    {"150 columns", AT_COUNT, 150, WH_ERR_RANGE, AT_COUNT},
    {"a record too long", AT_RECORD_LEN, 0x05, WH_ERR_RANGE, AT_RECORD_LEN},
    {"a record of version 0", AT_RECORD, 0x00, WH_ERR_FORMAT, AT_RECORD},
    {"a record of version 2", AT_RECORD, 0x20, WH_ERR_UNSUPPORTED, AT_RECORD},
};

static void damage_is_named_with_its_place(void **state)
{
    size_t len = 0;
    uint8_t *bytes = bill_0(*state, &len);
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        uint8_t was = bytes[damages[i].at];
        size_t at = 0;
        bytes[damages[i].at] = damages[i].value;
        wh_err err = parse_exact(bytes, len, &at);
        if (err != damages[i].err || at != damages[i].error_at) {
            fail_msg("%s: %s at %zu", damages[i].name, wh_err_text(err), at);
        }
        bytes[damages[i].at] = was;
    }
    free(bytes);
}

static void time_and_status_are_no_columns(void **state)
{
    size_t len = 0;
    uint8_t *bytes = bill_0(*state, &len);
    size_t at = 0;
    memcpy(bytes + AT_COLUMNS + 9, signed_rig_columns[0].column.obis.group, WH_OBIS_GROUPS);
    assert_int_equal(parse_exact(bytes, len, &at), WH_ERR_FORMAT);
    assert_int_equal(at, AT_COLUMNS + 9);
    bytes[AT_COLUMNS + 9 + 6] = WH_COLUMN_TIME; /* another attribute of it is a column */
    assert_int_equal(parse_exact(bytes, len, NULL), WH_OK);
    memcpy(bytes + AT_COLUMNS, signed_rig_columns[1].column.obis.group, WH_OBIS_GROUPS);
    assert_int_equal(parse_exact(bytes, len, &at), WH_ERR_FORMAT);
    assert_int_equal(at, AT_COLUMNS);
    free(bytes);
}

static void a_wrong_key_is_told_from_a_wrong_signature(void **state)
{
    const signed_rig *rig = *state;
    uint8_t private_key[WH_P256_PRIVATE_SIZE] = {[31] = 5};
    uint8_t digest[WH_SHA256_SIZE] = {0};
    wh_signer other;
    wh_signed_reading reading;
    size_t len = 0;
    assert_int_equal(wh_signer_init(&other, &rig->crypto, private_key), WH_OK);
    uint8_t *bytes = bill_0(rig, &len);
    assert_int_equal(wh_signed_parse(bytes, len, &reading, NULL), WH_OK);
    assert_int_equal(wh_signed_verify(&reading, &rig->crypto, other.public_key, digest),
                     WH_ERR_DENIED);
    assert_memory_equal(reading.fingerprint, rig->signer.fingerprint, WH_SHA256_SIZE);

    /* Somebody signs as the meter with a key of his own: he says it is the meter's. */
    wh_signed_head head = signed_rig_head(0);
    uint8_t record[WH_SIGNED_RECORD_MAX];
    uint8_t forged[512];
    size_t record_len = signed_rig_record(0, record);
    wh_writer w = wh_writer_init(forged, sizeof forged);
    memcpy(other.fingerprint, rig->signer.fingerprint, WH_SHA256_SIZE);
    wh_signed_maker m = wh_signed_begin(&w, &other, &head);
    for (size_t i = 0; i < SIGNED_RIG_COLUMNS; i++) {
        wh_signed_put_column(&m, signed_rig_columns[i].column, signed_rig_columns[i].unit,
                             signed_rig_columns[i].scaler);
    }
    wh_signed_put_record(&m, record, record_len);
    assert_int_equal(wh_signed_finish(&m, digest), WH_OK);
    assert_int_equal(wh_writer_len(&w), len);
    assert_memory_equal(forged, bytes, len - WH_P256_SIGNATURE_SIZE);
    assert_int_equal(check_all(rig, forged, len), WH_ERR_CHECK);
    free(bytes);
}

/* One column and a record of one value, with a head that the caller may spoil. */
static wh_err sign_one(const signed_rig *rig, const wh_signed_head *head, const uint8_t *record,
                       size_t record_len, size_t size)
{
    uint8_t digest[WH_SHA256_SIZE];
    uint8_t *bytes = malloc(size > 0 ? size : 1);
    wh_writer w = wh_writer_init(bytes, size);
    wh_signed_maker m = wh_signed_begin(&w, &rig->signer, head);
    wh_signed_put_column(&m, signed_rig_columns[2].column, WH_UNIT_WH, -3);
    wh_signed_put_record(&m, record, record_len);
    wh_err err = wh_signed_finish(&m, digest);
    free(bytes);
    return err;
}

static const uint8_t record_1[] = {0x10, 0, 0x69, 0x7E, 0x97, 0x80, 0x03};

static void every_size_too_small_is_said(void **state)
{
    const signed_rig *rig = *state;
    wh_signed_head head = signed_rig_head(3);
    size_t whole = WH_SIGNED_READING_SIZE(1, sizeof record_1) - WH_SIGNED_SERIAL_MAX + 2;
    for (size_t size = 0; size < whole; size++) {
        assert_int_equal(sign_one(rig, &head, record_1, sizeof record_1, size), WH_ERR_SPACE);
    }
    assert_int_equal(sign_one(rig, &head, record_1, sizeof record_1, whole), WH_OK);
}

static void what_no_reader_would_take_is_not_signed(void **state)
{
    static const uint8_t two_values[] = {0x10, 0, 0x69, 0x7E, 0x97, 0x80, 0x03, 0x05};
    static const uint8_t endless[] = {0x10, 0, 0x69, 0x7E, 0x97, 0x80, 0x83};
    static const uint8_t head_only[] = {0x10, 0, 0x69, 0x7E, 0x97, 0x80};
    static const struct {
        const char *name;
        const char *serial;
        uint8_t kind;
        int16_t offset;
        const uint8_t *record;
        size_t record_len;
        wh_err err;
    } rows[] = {
        {"as it should be", "77", 1, 120, record_1, sizeof record_1, WH_OK},
        {"no serial", "", 1, 0, record_1, sizeof record_1, WH_OK},
        {"the longest serial", "0123456789ABCDEF", 1, 0, record_1, sizeof record_1, WH_OK},
        {"a serial too long", "0123456789ABCDEFG", 1, 0, record_1, sizeof record_1, WH_ERR_RANGE},
        {"a serial with a bell", "7\a", 1, 0, record_1, sizeof record_1, WH_ERR_FORMAT},
        {"a serial in UTF-8", "7\xC3\xA4", 1, 0, record_1, sizeof record_1, WH_ERR_FORMAT},
        {"kind 0", "77", 0, 0, record_1, sizeof record_1, WH_ERR_RANGE},
        {"kind 4", "77", 4, 0, record_1, sizeof record_1, WH_ERR_RANGE},
        {"farthest west", "77", 1, -840, record_1, sizeof record_1, WH_OK},
        {"farther", "77", 1, -841, record_1, sizeof record_1, WH_ERR_RANGE},
        {"farthest east", "77", 1, 960, record_1, sizeof record_1, WH_OK},
        {"farther", "77", 1, 961, record_1, sizeof record_1, WH_ERR_RANGE},
        {"null", "77", 1, 0, head_only, sizeof head_only, WH_OK},
        {"more values than columns", "77", 1, 0, two_values, sizeof two_values, WH_ERR_FORMAT},
        {"a value cut off", "77", 1, 0, endless, sizeof endless, WH_ERR_FORMAT},
        {"a head cut off", "77", 1, 0, record_1, 5, WH_ERR_FORMAT},
        {"no record", "77", 1, 0, record_1, 0, WH_ERR_FORMAT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wh_signed_head head = signed_rig_head(3);
        head.serial = rows[i].serial;
        head.serial_len = (uint8_t)strlen(rows[i].serial);
        head.kind = rows[i].kind;
        head.utc_offset_min = rows[i].offset;
        wh_err err = sign_one(*state, &head, rows[i].record, rows[i].record_len, 512);
        if (err != rows[i].err) {
            fail_msg("%s: %s", rows[i].name, wh_err_text(err));
        }
    }
}

/* As many columns as a record may have, each with a value of the most bytes. */
static void the_longest_record_fits_and_one_column_more_does_not(void **state)
{
    const signed_rig *rig = *state;
    wh_signed_head head = signed_rig_head(3);
    head.serial = "0123456789ABCDEF";
    head.serial_len = 16;
    for (unsigned count = WH_RECORD_COLUMNS_MAX; count <= WH_RECORD_COLUMNS_MAX + 1; count++) {
        uint8_t record[WH_SIGNED_RECORD_MAX + 8];
        size_t size = WH_SIGNED_READING_MAX + (count - WH_RECORD_COLUMNS_MAX) * 100;
        uint8_t *bytes = malloc(size);
        uint8_t digest[WH_SHA256_SIZE];
        wh_writer rw = wh_writer_init(record, sizeof record);
        wh_record_maker rm = wh_record_begin(&rw, (wh_record_head){0});
        wh_writer w = wh_writer_init(bytes, size);
        wh_signed_maker m = wh_signed_begin(&w, &rig->signer, &head);
        for (unsigned i = 0; i < count; i++) {
            wh_record_put(&rm, -WH_RECORD_VALUE_MAX);
            wh_signed_put_column(&m, signed_rig_columns[2].column, WH_UNIT_WH, -3);
        }
        /* the record stays one that would be taken: only the column is too many */
        wh_signed_put_record(&m, record, WH_SIGNED_RECORD_MAX);
        bool fits = count == WH_RECORD_COLUMNS_MAX;
        assert_int_equal(wh_signed_finish(&m, digest), fits ? WH_OK : WH_ERR_SPACE);
        if (fits) {
            assert_int_equal(wh_writer_len(&w), WH_SIGNED_READING_MAX);
            assert_int_equal(check_all(rig, bytes, wh_writer_len(&w)), WH_OK);
        }
        free(bytes);
    }
}

static void columns_behind_the_record_are_not_signed(void **state)
{
    const signed_rig *rig = *state;
    wh_signed_head head = signed_rig_head(3);
    uint8_t digest[WH_SHA256_SIZE];
    uint8_t bytes[512];
    wh_writer w = wh_writer_init(bytes, sizeof bytes);
    wh_signed_maker m = wh_signed_begin(&w, &rig->signer, &head);
    wh_signed_put_column(&m, signed_rig_columns[2].column, WH_UNIT_WH, -3);
    wh_signed_put_record(&m, record_1, sizeof record_1);
    wh_signed_put_column(&m, signed_rig_columns[2].column, WH_UNIT_WH, -3);
    assert_int_equal(wh_signed_finish(&m, digest), WH_ERR_FORMAT); /* not "more may come" */
    w = wh_writer_init(bytes, sizeof bytes);
    m = wh_signed_begin(&w, &rig->signer, &head);
    wh_signed_put_column(&m, signed_rig_columns[2].column, WH_UNIT_WH, -3);
    assert_int_equal(wh_signed_finish(&m, digest), WH_ERR_FORMAT); /* no record */
}

static void a_reading_is_written_behind_what_the_writer_holds(void **state)
{
    const signed_rig *rig = *state;
    wh_signed_head head = signed_rig_head(3);
    uint8_t digest[WH_SHA256_SIZE];
    uint8_t bytes[512];
    wh_writer w = wh_writer_init(bytes, sizeof bytes);
    wh_writer_put_u32be(&w, 1);
    wh_signed_maker m = wh_signed_begin(&w, &rig->signer, &head);
    wh_signed_put_column(&m, signed_rig_columns[2].column, WH_UNIT_WH, -3);
    wh_signed_put_record(&m, record_1, sizeof record_1);
    assert_int_equal(wh_signed_finish(&m, digest), WH_OK);
    assert_int_equal(check_all(rig, bytes + 4, wh_writer_len(&w) - 4), WH_OK);
}

static void a_platform_that_cannot_sign_is_refused_at_once(void **state)
{
    const signed_rig *rig = *state;
    wh_signer signer;
    wh_crypto crypto = rig->crypto;
    crypto.sign = NULL;
    assert_int_equal(wh_signer_init(&signer, &crypto, rig->private_key), WH_ERR_UNSUPPORTED);
    static const uint8_t zero[WH_P256_PRIVATE_SIZE] = {0};
    assert_int_equal(wh_signer_init(&signer, &rig->crypto, zero), WH_ERR_ARG);
}

typedef struct {
    uint8_t *bytes;
    uint8_t digest[WH_SHA256_SIZE];
    wh_signed_reading reading;
} link_end;

/* Bill n behind the one whose digest is given. */
static void make_end(const signed_rig *rig, uint32_t n, const uint8_t *before, link_end *end)
{
    size_t len = 0;
    memset(end->digest, 0, sizeof end->digest);
    if (before != NULL) {
        memcpy(end->digest, before, sizeof end->digest);
    }
    end->bytes = signed_rig_bill(rig, n, end->digest, &len);
    assert_int_equal(wh_signed_parse(end->bytes, len, &end->reading, NULL), WH_OK);
}

static void a_chain_shows_what_was_left_out_put_in_or_replaced(void **state)
{
    link_end zero;
    link_end one;
    link_end two;
    link_end two_alone;
    link_end two_without_one;
    make_end(*state, 0, NULL, &zero);
    make_end(*state, 1, zero.digest, &one);
    make_end(*state, 2, one.digest, &two);
    make_end(*state, 2, NULL, &two_alone);
    make_end(*state, 2, zero.digest, &two_without_one);
    const struct {
        const link_end *before;
        const link_end *after;
        wh_signed_link link;
    } rows[] = {
        {&zero, &one, WH_SIGNED_FOLLOWS},
        {&one, &two, WH_SIGNED_FOLLOWS},
        {&zero, &two, WH_SIGNED_GAP},
        {&zero, &two_without_one, WH_SIGNED_SKIPPED},
        {&one, &two_without_one, WH_SIGNED_BROKEN},
        {&one, &two_alone, WH_SIGNED_BROKEN},
        {&one, &one, WH_SIGNED_DOUBLE},
        {&two, &two_alone, WH_SIGNED_DOUBLE},
        {&two, &one, WH_SIGNED_DOUBLE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(wh_signed_compare(&rows[i].before->reading, rows[i].before->digest,
                                           &rows[i].after->reading),
                         rows[i].link);
    }
    assert_true(wh_signed_is_first(&zero.reading));
    assert_false(wh_signed_is_first(&one.reading));
    for (unsigned field = 0; field < 4; field++) {
        wh_signed_reading other = one.reading;
        other.head.kind = field == 0 ? WH_SIGNED_FREEZE : other.head.kind;
        other.head.log = (uint8_t)(other.head.log + (field == 1));
        other.head.serial = field == 2 ? "78" : other.head.serial;
        other.head.device_name[15] = (uint8_t)(other.head.device_name[15] + (field == 3));
        assert_int_equal(wh_signed_compare(&zero.reading, zero.digest, &other), WH_SIGNED_OTHER);
    }
    free(zero.bytes);
    free(one.bytes);
    free(two.bytes);
    free(two_alone.bytes);
    free(two_without_one.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reading_of_version_1_is_read_and_verified_for_ever),
        cmocka_unit_test(what_is_signed_now_is_the_fixture_byte_for_byte),
        cmocka_unit_test(every_bit_that_is_changed_is_refused),
        cmocka_unit_test(every_prefix_is_short_and_a_byte_more_is_one_too_many),
        cmocka_unit_test(damage_is_named_with_its_place),
        cmocka_unit_test(time_and_status_are_no_columns),
        cmocka_unit_test(a_wrong_key_is_told_from_a_wrong_signature),
        cmocka_unit_test(every_size_too_small_is_said),
        cmocka_unit_test(what_no_reader_would_take_is_not_signed),
        cmocka_unit_test(the_longest_record_fits_and_one_column_more_does_not),
        cmocka_unit_test(columns_behind_the_record_are_not_signed),
        cmocka_unit_test(a_reading_is_written_behind_what_the_writer_holds),
        cmocka_unit_test(a_platform_that_cannot_sign_is_refused_at_once),
        cmocka_unit_test(a_chain_shows_what_was_left_out_put_in_or_replaced),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
