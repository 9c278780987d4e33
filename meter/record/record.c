/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/record/record.h"

#define VERSION    1U
#define VALUE_BITS 56U /* of 1 + zigzag */

_Static_assert(WH_RECORD_SIZE(WH_RECORD_COLUMNS_MAX) <= 1200, "a record fits a transaction");

wh_record_maker wh_record_begin(wh_writer *w, wh_record_head head)
{
    wh_writer_put_u8(w, (uint8_t)(VERSION << 4U | (head.flags & 0x0FU)));
    wh_record_maker m = {.w = w, .status = wh_writer_reserve(w, 1)};
    if (m.status != NULL) {
        *m.status = head.status;
    }
    wh_writer_put_u32be(w, head.time_s);
    return m;
}

void wh_record_mark(wh_record_maker *m, uint8_t status)
{
    if (m->status != NULL) {
        *m->status |= status;
    }
}

void wh_record_put_null(wh_record_maker *m)
{
    m->nulls++;
}

void wh_record_put(wh_record_maker *m, int64_t value)
{
    if (value > WH_RECORD_VALUE_MAX || value < -WH_RECORD_VALUE_MAX) {
        wh_record_mark(m, WH_RECORD_NOT_VALID);
        wh_record_put_null(m);
        return;
    }
    for (; m->nulls > 0; m->nulls--) {
        wh_writer_put_u8(m->w, 0);
    }
    uint64_t zigzag = value < 0 ? (uint64_t)(-value) * 2U - 1U : (uint64_t)value * 2U;
    uint64_t rest = zigzag + 1U;
    for (; rest > 0x7FU; rest >>= 7U) {
        wh_writer_put_u8(m->w, (uint8_t)(rest | 0x80U));
    }
    wh_writer_put_u8(m->w, (uint8_t)rest);
}

wh_err wh_record_decode(const uint8_t *bytes, size_t len, wh_record *out)
{
    wh_reader r = wh_reader_init(bytes, len);
    uint8_t head = wh_reader_take_u8(&r);
    out->head.flags = head & 0x0FU;
    out->head.status = wh_reader_take_u8(&r);
    out->head.time_s = wh_reader_take_u32be(&r);
    if (len > 0 && head >> 4U != VERSION) {
        return head >> 4U > VERSION ? WH_ERR_UNSUPPORTED : WH_ERR_FORMAT;
    }
    out->values = r;
    return wh_reader_err(&r);
}

wh_err wh_record_next(wh_record *record, int64_t *value)
{
    wh_reader *r = &record->values;
    *value = 0;
    if (wh_reader_err(r) == WH_OK && wh_reader_left(r) == 0) {
        return WH_ERR_STATE;
    }
    uint64_t number = 0;
    uint8_t byte = 0;
    unsigned shift = 0;
    do {
        byte = wh_reader_take_u8(r);
        number |= (uint64_t)(byte & 0x7FU) << shift;
        shift += 7U;
    } while ((byte & 0x80U) != 0 && shift < VALUE_BITS);
    if ((byte & 0x80U) != 0 || (byte == 0 && shift > 7U)) {
        wh_reader_fail(r, WH_ERR_FORMAT); /* too long, or longer than it need be */
    }
    if (wh_reader_err(r) != WH_OK || number == 0) {
        return wh_reader_err(r) != WH_OK ? wh_reader_err(r) : WH_ERR_STATE;
    }
    number--;
    *value = (number & 1U) != 0 ? -(int64_t)(number >> 1U) - 1 : (int64_t)(number >> 1U);
    return WH_OK;
}
