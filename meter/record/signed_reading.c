/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/record/signed_reading.h"

#include "core/reader.h"

#include <string.h>

#define VERSION     1U
#define COLUMN_SIZE 9U
#define ASCII_FIRST 0x20
#define ASCII_LAST  0x7E

/* Head with the longest serial, previous, key, count of columns, length of the record. */
_Static_assert(WH_SIGNED_READING_SIZE(0, 0) == 10 + WH_SIGNED_NAME_SIZE + 1 + WH_SIGNED_SERIAL_MAX +
                                                   2 + WH_SHA256_SIZE + WH_SHA256_SIZE + 1 + 2 +
                                                   WH_P256_SIGNATURE_SIZE,
               "the size says what the picture says");
_Static_assert(WH_RECORD_COLUMNS_MAX <= UINT8_MAX, "the count of columns is a byte");

static const uint8_t magic[3] = {'W', 'H', 'R'};

wh_err wh_signer_init(wh_signer *signer, const wh_crypto *crypto,
                      const uint8_t private_key[WH_P256_PRIVATE_SIZE])
{
    signer->crypto = crypto;
    signer->private_key = private_key;
    if (crypto->hash == NULL || crypto->public_of == NULL || crypto->sign == NULL) {
        return WH_ERR_UNSUPPORTED;
    }
    wh_err err = crypto->public_of(crypto->user, WH_CURVE_P256, private_key, signer->public_key);
    if (err != WH_OK) {
        return err;
    }
    return wh_crypto_fingerprint(crypto, WH_CURVE_P256, signer->public_key, signer->fingerprint);
}

wh_signed_maker wh_signed_begin(wh_writer *w, const wh_signer *signer, const wh_signed_head *head)
{
    wh_signed_maker m = {.w = w, .signer = signer, .start_len = wh_writer_len(w)};
    m.bytes = wh_writer_reserve(w, sizeof magic);
    if (m.bytes != NULL) {
        memcpy(m.bytes, magic, sizeof magic);
    }
    wh_writer_put_u8(w, VERSION);
    wh_writer_put_u8(w, head->kind);
    wh_writer_put_u8(w, head->log);
    wh_writer_put_u32be(w, head->sequence);
    wh_writer_put_bytes(w, head->device_name, sizeof head->device_name);
    wh_writer_put_u8(w, head->serial_len);
    for (size_t i = 0; i < head->serial_len; i++) {
        wh_writer_put_u8(w, (uint8_t)head->serial[i]);
    }
    wh_writer_put_u16be(w, (uint16_t)head->utc_offset_min);
    wh_writer_put_bytes(w, head->previous, sizeof head->previous);
    wh_writer_put_bytes(w, signer->fingerprint, sizeof signer->fingerprint);
    m.count = wh_writer_reserve(w, 1);
    if (m.count != NULL) {
        *m.count = 0;
    }
    return m;
}

/* Time and status of a record are in its head. */
static bool is_of_the_head(wh_column column)
{
    const uint8_t *g = column.obis.group;
    if (column.attribute != WH_COLUMN_VALUE || g[WH_OBIS_A] != 0 || g[WH_OBIS_B] != 0) {
        return false;
    }
    bool is_time = g[WH_OBIS_C] == 1 && g[WH_OBIS_D] == 0 && g[WH_OBIS_E] == 0;
    bool is_status = g[WH_OBIS_C] == 96 && g[WH_OBIS_D] == 10;
    return is_time || is_status;
}

void wh_signed_put_column(wh_signed_maker *m, wh_column column, uint8_t unit, int8_t scaler)
{
    if (m->count == NULL || is_of_the_head(column)) {
        return;
    }
    if (*m->count >= WH_RECORD_COLUMNS_MAX) {
        wh_writer_fail(m->w, WH_ERR_SPACE);
        return;
    }
    (*m->count)++;
    wh_writer_put_bytes(m->w, column.obis.group, sizeof column.obis.group);
    wh_writer_put_u8(m->w, column.attribute);
    wh_writer_put_u8(m->w, unit);
    wh_writer_put_u8(m->w, (uint8_t)scaler);
}

void wh_signed_put_record(wh_signed_maker *m, const uint8_t *record, size_t len)
{
    if (len > WH_SIGNED_RECORD_MAX) {
        wh_writer_fail(m->w, WH_ERR_SPACE);
        return;
    }
    wh_writer_put_u16be(m->w, (uint16_t)len);
    wh_writer_put_bytes(m->w, record, len);
}

static wh_err digest_of(const wh_crypto *crypto, const uint8_t *bytes, size_t len,
                        uint8_t digest[WH_SHA256_SIZE])
{
    const wh_crypto_part whole = {bytes, len};
    return crypto->hash(crypto->user, WH_HASH_SHA256, &whole, 1, digest);
}

wh_err wh_signed_finish(wh_signed_maker *m, uint8_t digest[WH_SHA256_SIZE])
{
    const wh_crypto *crypto = m->signer->crypto;
    wh_signed_reading reading;
    uint8_t *signature = wh_writer_reserve(m->w, WH_P256_SIGNATURE_SIZE);
    if (signature == NULL || m->count == NULL) {
        return wh_writer_err(m->w);
    }
    /* What no reader would take apart is not signed: a caller that puts the wrong columns to a
     * record learns it here and not from a bill that cannot be verified. */
    memset(signature, 0, WH_P256_SIGNATURE_SIZE);
    size_t len = wh_writer_len(m->w) - m->start_len;
    wh_err err = wh_signed_parse(m->bytes, len, &reading, NULL);
    if (err != WH_OK) {
        return err == WH_ERR_SHORT ? WH_ERR_FORMAT : err; /* there is no more to come */
    }
    err = digest_of(crypto, m->bytes, reading.signed_len, digest);
    if (err == WH_OK) {
        err = crypto->sign(crypto->user, WH_CURVE_P256, m->signer->private_key, digest, signature);
    }
    return err;
}

/* The next byte, latched as out of range before it is taken where it is not in low .. high, so
 * that the reader stands at it. */
static uint8_t take_u8_in(wh_reader *r, uint8_t low, uint8_t high, wh_err err)
{
    uint8_t value = wh_reader_peek_u8(r, 0);
    if (value < low || value > high) {
        wh_reader_fail(r, err);
    }
    (void)wh_reader_take_u8(r);
    return value;
}

static void parse_serial(wh_reader *r, wh_signed_head *head)
{
    head->serial_len = take_u8_in(r, 0, WH_SIGNED_SERIAL_MAX, WH_ERR_RANGE);
    wh_reader text = *r;
    head->serial = (const char *)wh_reader_take_bytes(&text, head->serial_len);
    for (size_t i = 0; i < head->serial_len; i++) {
        (void)take_u8_in(r, ASCII_FIRST, ASCII_LAST, WH_ERR_FORMAT);
    }
}

static void parse_offset(wh_reader *r, wh_signed_head *head)
{
    wh_reader there = *r;
    head->utc_offset_min = (int16_t)wh_reader_take_u16be(&there);
    if (head->utc_offset_min < WH_SIGNED_OFFSET_MIN ||
        head->utc_offset_min > WH_SIGNED_OFFSET_MAX) {
        wh_reader_fail(r, WH_ERR_RANGE);
    }
    (void)wh_reader_take_u16be(r);
}

static void parse_digest(wh_reader *r, uint8_t digest[WH_SHA256_SIZE])
{
    const uint8_t *bytes = wh_reader_take_bytes(r, WH_SHA256_SIZE);
    if (bytes != NULL) {
        memcpy(digest, bytes, WH_SHA256_SIZE);
    }
}

static void parse_head(wh_reader *r, wh_signed_reading *out)
{
    for (size_t i = 0; i < sizeof magic; i++) {
        wh_reader_expect_u8(r, magic[i]);
    }
    uint8_t version = wh_reader_peek_u8(r, 0);
    if (version != VERSION) {
        wh_reader_fail(r, version > VERSION ? WH_ERR_UNSUPPORTED : WH_ERR_FORMAT);
    }
    (void)wh_reader_take_u8(r);
    out->head.kind = take_u8_in(r, WH_SIGNED_BILLING, WH_SIGNED_PROFILE, WH_ERR_RANGE);
    out->head.log = wh_reader_take_u8(r);
    out->head.sequence = wh_reader_take_u32be(r);
    const uint8_t *name = wh_reader_take_bytes(r, WH_SIGNED_NAME_SIZE);
    if (name != NULL) {
        memcpy(out->head.device_name, name, WH_SIGNED_NAME_SIZE);
    }
    parse_serial(r, &out->head);
    parse_offset(r, &out->head);
    parse_digest(r, out->head.previous);
    out->fingerprint = wh_reader_take_bytes(r, WH_SHA256_SIZE);
}

static void take_column(wh_reader *r, wh_signed_value *value)
{
    const uint8_t *group = wh_reader_take_bytes(r, WH_OBIS_GROUPS);
    value->column.attribute = wh_reader_take_u8(r);
    value->unit = wh_reader_take_u8(r);
    value->scaler = (int8_t)wh_reader_take_u8(r);
    if (wh_reader_err(r) == WH_OK) {
        memcpy(value->column.obis.group, group, WH_OBIS_GROUPS);
    }
}

static void parse_columns(wh_reader *r, wh_signed_reading *out)
{
    out->column_count = take_u8_in(r, 0, WH_RECORD_COLUMNS_MAX, WH_ERR_RANGE);
    wh_reader all = *r;
    out->columns = wh_reader_take_bytes(&all, COLUMN_SIZE * (size_t)out->column_count);
    for (unsigned i = 0; i < out->column_count; i++) {
        wh_reader next = *r;
        wh_signed_value value = {.value = 0};
        take_column(&next, &value);
        if (wh_reader_err(&next) == WH_OK && is_of_the_head(value.column)) {
            wh_reader_fail(r, WH_ERR_FORMAT);
        }
        (void)wh_reader_take_bytes(r, COLUMN_SIZE);
    }
}

/* Every value must be there, and nothing behind the last: the signed bytes can be read in one way
 * only. Latches at the byte that is wrong. */
static void parse_record(wh_reader *r, wh_signed_reading *out)
{
    wh_reader len_at = *r;
    out->record_len = wh_reader_take_u16be(&len_at);
    if (out->record_len > WH_SIGNED_RECORD_MAX) {
        wh_reader_fail(r, WH_ERR_RANGE);
    }
    (void)wh_reader_take_u16be(r);
    wh_reader behind = *r;
    out->record = wh_reader_take_bytes(&behind, out->record_len);
    if (out->record == NULL) {
        (void)wh_reader_take_bytes(r, out->record_len);
        return;
    }
    wh_record record = {.values = wh_reader_init(NULL, 0)};
    wh_err err = wh_record_decode(out->record, out->record_len, &record);
    out->record_head = record.head;
    for (unsigned i = 0; i < out->column_count && err == WH_OK; i++) {
        int64_t value = 0;
        err = wh_record_next(&record, &value);
        err = err == WH_ERR_STATE ? WH_OK : err; /* null */
    }
    if (err == WH_OK && wh_reader_left(&record.values) > 0) {
        err = WH_ERR_FORMAT;
    }
    if (err != WH_OK) {
        (void)wh_reader_take_bytes(r, wh_reader_pos(&record.values));
        wh_reader_fail(r, err == WH_ERR_SHORT ? WH_ERR_FORMAT : err); /* its length is known */
        return;
    }
    *r = behind;
}

wh_err wh_signed_parse(const uint8_t *bytes, size_t len, wh_signed_reading *out, size_t *error_at)
{
    wh_reader r = wh_reader_init(bytes, len);
    *out = (wh_signed_reading){.bytes = bytes};
    parse_head(&r, out);
    parse_columns(&r, out);
    parse_record(&r, out);
    out->signed_len = wh_reader_pos(&r);
    out->signature = wh_reader_take_bytes(&r, WH_P256_SIGNATURE_SIZE);
    if (wh_reader_left(&r) > 0) {
        wh_reader_fail(&r, WH_ERR_FORMAT);
    }
    if (error_at != NULL) {
        *error_at = wh_reader_err(&r) == WH_OK ? 0 : wh_reader_pos(&r);
    }
    return wh_reader_err(&r);
}

wh_err wh_signed_verify(const wh_signed_reading *reading, const wh_crypto *crypto,
                        const uint8_t public_key[WH_P256_PUBLIC_SIZE],
                        uint8_t digest[WH_SHA256_SIZE])
{
    uint8_t fingerprint[WH_SHA256_SIZE];
    wh_err err = digest_of(crypto, reading->bytes, reading->signed_len, digest);
    if (err == WH_OK) {
        err = wh_crypto_fingerprint(crypto, WH_CURVE_P256, public_key, fingerprint);
    }
    if (err != WH_OK) {
        return err;
    }
    if (!wh_crypto_equal(fingerprint, reading->fingerprint, sizeof fingerprint)) {
        return WH_ERR_DENIED;
    }
    return crypto->verify(crypto->user, WH_CURVE_P256, public_key, digest, reading->signature);
}

wh_signed_cursor wh_signed_values(const wh_signed_reading *reading)
{
    wh_signed_cursor cursor = {
        .columns = wh_reader_init(reading->columns, COLUMN_SIZE * (size_t)reading->column_count),
    };
    if (wh_record_decode(reading->record, reading->record_len, &cursor.record) != WH_OK) {
        cursor.columns = wh_reader_init(NULL, 0); /* not parsed: it has no values */
    }
    return cursor;
}

bool wh_signed_next(wh_signed_cursor *cursor, wh_signed_value *value)
{
    wh_reader *r = &cursor->columns;
    take_column(r, value);
    if (wh_reader_err(r) != WH_OK) {
        return false;
    }
    value->has_value = wh_record_next(&cursor->record, &value->value) == WH_OK;
    return true;
}

static bool is_same_chain(const wh_signed_head *a, const wh_signed_head *b)
{
    return a->kind == b->kind && a->log == b->log && a->serial_len == b->serial_len &&
           memcmp(a->device_name, b->device_name, sizeof a->device_name) == 0 &&
           (a->serial_len == 0 || memcmp(a->serial, b->serial, a->serial_len) == 0);
}

wh_signed_link wh_signed_compare(const wh_signed_reading *before,
                                 const uint8_t before_digest[WH_SHA256_SIZE],
                                 const wh_signed_reading *after)
{
    if (!is_same_chain(&before->head, &after->head)) {
        return WH_SIGNED_OTHER;
    }
    if (after->head.sequence <= before->head.sequence) {
        return WH_SIGNED_DOUBLE;
    }
    bool is_next = after->head.sequence - before->head.sequence == 1;
    if (memcmp(before_digest, after->head.previous, WH_SHA256_SIZE) == 0) {
        return is_next ? WH_SIGNED_FOLLOWS : WH_SIGNED_SKIPPED;
    }
    return is_next ? WH_SIGNED_BROKEN : WH_SIGNED_GAP;
}

bool wh_signed_is_first(const wh_signed_reading *reading)
{
    for (size_t i = 0; i < WH_SHA256_SIZE; i++) {
        if (reading->head.previous[i] != 0) {
            return false;
        }
    }
    return true;
}
