/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/event/event_record.h"

#include "meter/event/event_internal.h"

#include "event_layouts.h"

#include <string.h>

#define VERSION     1U
#define HEAD_LEN    12U
#define EPOCH_AT    2U
#define END_AT      8U
#define VALUE_LEN   8U
#define LAYOUTS     (sizeof layout_size / sizeof layout_size[0])
#define IDENTS_LEN  (1U + 4U * WH_EVENT_IDENTIFIERS)
#define OBIS_F_NONE 255U
#define PHASE_STEP  20U /* of value group C */
#define LAST_PHASE  2U

static unsigned layout_of(unsigned slot)
{
    return wh_event_row_at(slot)->layout;
}

size_t wh_event_record_size(unsigned slot)
{
    return slot < WH_EVENT_SLOTS ? layout_size[layout_of(slot)] : 0;
}

/* A way through the items of a layout. */
typedef struct {
    unsigned at;
    unsigned end;
    unsigned run; /* where the run of items of a phase began */
    unsigned phase;
    wh_event_item item; /* the one reached */
} walk;

static walk walk_layout(unsigned layout)
{
    return (walk){
        .at = layout_first[layout], .end = layout_first[layout + 1U], .run = layout_first[layout]};
}

static bool in_run(const walk *w, unsigned at)
{
    return at < w->end && (items[at].kind & WH_EVENT_PHASES) != 0;
}

static bool walk_on(walk *w)
{
    if (w->at == w->end) {
        return false;
    }
    bool run = in_run(w, w->at);
    w->run = run ? w->run : w->at + 1U;
    w->item = items[w->at];
    w->item.c = (uint8_t)(w->item.c + PHASE_STEP * w->phase);
    w->at++;
    if (run && !in_run(w, w->at)) {
        w->at = w->phase < LAST_PHASE ? w->run : w->at;
        w->phase = w->phase < LAST_PHASE ? w->phase + 1U : 0U;
    }
    return true;
}

static unsigned kind_of(const wh_event_item *item)
{
    return item->kind & WH_EVENT_ITEM_KIND;
}

/* Bytes of an item; of a table those before its own. */
static size_t item_len(const wh_event_item *item)
{
    switch (kind_of(item)) {
    case WH_EVENT_ITEM_SPAN:
        return 2U * VALUE_LEN;
    case WH_EVENT_ITEM_OPERATOR:
        return 4U;
    case WH_EVENT_ITEM_IDENTIFIERS:
        return IDENTS_LEN;
    case WH_EVENT_ITEM_GIVEN:
        return (size_t)item->c * VALUE_LEN;
    case WH_EVENT_ITEM_TABLE:
        return 2U;
    default:
        return VALUE_LEN;
    }
}

static size_t table_max(const wh_event_item *item)
{
    return (size_t)item->c * 256U + item->d;
}

static wh_column column_of(const wh_event_item *item)
{
    uint8_t a = (item->kind & WH_EVENT_ABSTRACT) == 0;
    bool time = (item->kind & WH_EVENT_TIME) != 0;
    return (wh_column){.obis = WH_OBIS_INIT(a, 0, item->c, item->d, item->e, OBIS_F_NONE),
                       .attribute = time ? WH_COLUMN_TIME : WH_COLUMN_VALUE};
}

/* ---- writing ---- */

static uint64_t value_now(const wh_event_item *item, const wh_column_reader *columns)
{
    int64_t value = WH_EVENT_NULL;
    if (columns == NULL || columns->read(columns->user, column_of(item), &value) != WH_OK) {
        value = WH_EVENT_NULL;
    }
    return (uint64_t)value;
}

static void put_identifiers(wh_writer *w, const wh_event_detail *detail)
{
    size_t count = detail->identifier_count < WH_EVENT_IDENTIFIERS ? detail->identifier_count
                                                                   : WH_EVENT_IDENTIFIERS;
    wh_writer_put_u8(w, (uint8_t)count);
    for (size_t k = 0; k < WH_EVENT_IDENTIFIERS; k++) {
        wh_writer_put_u32be(w, k < count ? detail->identifier[k] : UINT32_MAX);
    }
}

static void put_table(wh_writer *w, const wh_event_item *item, const wh_event_detail *detail)
{
    if (detail->table_len > table_max(item)) {
        wh_writer_fail(w, WH_ERR_SPACE);
        return;
    }
    wh_writer_put_u16be(w, (uint16_t)detail->table_len);
    if (detail->table_len > 0) {
        wh_writer_put_bytes(w, detail->table, detail->table_len);
    }
}

static void put_item(wh_writer *w, const wh_event_item *item, const wh_event_detail *detail,
                     const wh_column_reader *columns)
{
    switch (kind_of(item)) {
    case WH_EVENT_ITEM_START:
    case WH_EVENT_ITEM_SPAN:
        wh_writer_put_u64be(w, value_now(item, columns));
        if (kind_of(item) == WH_EVENT_ITEM_SPAN) {
            wh_writer_put_u64be(w, (uint64_t)WH_EVENT_NULL);
        }
        break;
    case WH_EVENT_ITEM_OPERATOR:
        wh_writer_put_u32be(w, detail->operator_code);
        break;
    case WH_EVENT_ITEM_IDENTIFIERS:
        put_identifiers(w, detail);
        break;
    case WH_EVENT_ITEM_GIVEN:
        for (size_t k = 0; k < item->c; k++) {
            int64_t value = k < detail->given_count ? detail->given[k] : WH_EVENT_NULL;
            wh_writer_put_u64be(w, (uint64_t)value);
        }
        break;
    case WH_EVENT_ITEM_TABLE:
        put_table(w, item, detail);
        break;
    default: /* known at the end */
        wh_writer_put_u64be(w, (uint64_t)WH_EVENT_NULL);
        break;
    }
}

wh_err wh_event_record_begin(wh_writer *w, unsigned slot, uint32_t begin_s,
                             const wh_event_detail *detail, const wh_column_reader *columns)
{
    static const wh_event_detail none;
    unsigned layout = layout_of(slot);
    wh_writer_put_u8(w, VERSION);
    wh_writer_put_u8(w, (uint8_t)layout);
    wh_writer_put_u16be(w, 0);
    wh_writer_put_u32be(w, begin_s);
    wh_writer_put_u32be(w, 0);
    for (walk way = walk_layout(layout); walk_on(&way);) {
        put_item(w, &way.item, detail != NULL ? detail : &none, columns);
    }
    return wh_writer_err(w);
}

static void overwrite_value(uint8_t *bytes, size_t len, size_t at, uint64_t value)
{
    wh_writer w = wh_writer_init(bytes + at, len - at);
    wh_writer_put_u64be(&w, value);
}

void wh_event_record_end(uint8_t *bytes, size_t len, uint32_t end_s,
                         const wh_event_extreme *extreme, const wh_column_reader *columns)
{
    size_t at = HEAD_LEN;
    wh_writer w = wh_writer_init(bytes + END_AT, len - END_AT);
    wh_writer_put_u32be(&w, end_s);
    for (walk way = walk_layout(bytes[1]); walk_on(&way);) {
        unsigned kind = kind_of(&way.item);
        if (kind == WH_EVENT_ITEM_SPAN) {
            overwrite_value(bytes, len, at + VALUE_LEN, value_now(&way.item, columns));
        } else if (kind == WH_EVENT_ITEM_EXTREME && extreme != NULL) {
            overwrite_value(bytes, len, at, (uint64_t)extreme->value);
        } else if (kind == WH_EVENT_ITEM_EXTREME_TIME && extreme != NULL) {
            overwrite_value(bytes, len, at, extreme->utc_s);
        }
        at += item_len(&way.item);
    }
}

void wh_event_record_stamp(uint8_t *bytes, size_t len, uint16_t epoch)
{
    wh_writer w = wh_writer_init(bytes + EPOCH_AT, len - EPOCH_AT);
    wh_writer_put_u16be(&w, epoch);
}

/* ---- reading ---- */

static void check_item(wh_reader *r, const wh_event_item *item)
{
    wh_reader body = wh_reader_sub(r, item_len(item));
    if (kind_of(item) == WH_EVENT_ITEM_IDENTIFIERS &&
        wh_reader_take_u8(&body) > WH_EVENT_IDENTIFIERS) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    if (kind_of(item) == WH_EVENT_ITEM_TABLE) {
        size_t len = wh_reader_take_u16be(&body);
        if (len > table_max(item)) {
            wh_reader_fail(r, WH_ERR_FORMAT);
        } else {
            (void)wh_reader_take_bytes(r, len);
        }
    }
}

wh_err wh_event_record_decode(const uint8_t *bytes, size_t len, wh_event_record *out)
{
    wh_reader r = wh_reader_init(bytes, len);
    if (wh_reader_take_u8(&r) != VERSION && wh_reader_err(&r) == WH_OK) {
        wh_reader_fail(&r, WH_ERR_UNSUPPORTED);
    }
    *out = (wh_event_record){.layout = wh_reader_take_u8(&r)};
    if (out->layout >= LAYOUTS) {
        wh_reader_fail(&r, WH_ERR_UNSUPPORTED);
        return wh_reader_err(&r);
    }
    out->epoch = wh_reader_take_u16be(&r);
    out->begin_s = wh_reader_take_u32be(&r);
    out->end_s = wh_reader_take_u32be(&r);
    out->body = bytes + wh_reader_pos(&r);
    out->body_len = wh_reader_left(&r);
    for (walk way = walk_layout(out->layout); walk_on(&way);) {
        check_item(&r, &way.item);
    }
    if (wh_reader_left(&r) > 0) {
        wh_reader_fail(&r, WH_ERR_FORMAT);
    }
    return wh_reader_err(&r);
}

static void take_field(wh_reader *r, const wh_event_item *item, wh_event_field *out)
{
    *out = (wh_event_field){.kind = (wh_event_item_kind)kind_of(item), .end = WH_EVENT_NULL};
    switch (kind_of(item)) {
    case WH_EVENT_ITEM_START:
    case WH_EVENT_ITEM_SPAN:
        out->column = column_of(item);
        out->value = (int64_t)wh_reader_take_u64be(r);
        out->end =
            kind_of(item) == WH_EVENT_ITEM_SPAN ? (int64_t)wh_reader_take_u64be(r) : WH_EVENT_NULL;
        break;
    case WH_EVENT_ITEM_OPERATOR:
        out->value = wh_reader_take_u32be(r);
        break;
    case WH_EVENT_ITEM_IDENTIFIERS:
        out->len = 4U * (size_t)wh_reader_take_u8(r);
        out->bytes = wh_reader_take_bytes(r, out->len);
        break;
    case WH_EVENT_ITEM_TABLE:
        out->len = wh_reader_take_u16be(r);
        out->bytes = wh_reader_take_bytes(r, out->len);
        break;
    default:
        out->value = (int64_t)wh_reader_take_u64be(r);
        break;
    }
}

wh_err wh_event_record_field(const wh_event_record *record, unsigned number, wh_event_field *out)
{
    wh_reader r = wh_reader_init(record->body, record->body_len);
    for (walk way = walk_layout(record->layout); walk_on(&way);) {
        unsigned count = kind_of(&way.item) == WH_EVENT_ITEM_GIVEN ? way.item.c : 1U;
        if (number < count) {
            (void)wh_reader_take_bytes(&r, number * VALUE_LEN);
            take_field(&r, &way.item, out);
            return wh_reader_err(&r);
        }
        number -= count;
        (void)wh_reader_take_bytes(&r, item_len(&way.item));
    }
    return WH_ERR_NOT_FOUND;
}
