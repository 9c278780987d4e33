/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/dlms/dlms_data.h"

uint32_t wh_dlms_take_length(wh_reader *r)
{
    uint8_t first = wh_reader_take_u8(r);
    if (first < 0x80) {
        return first;
    }
    unsigned octets = first & 0x7FU;
    if (octets == 0 || octets > 4) {
        wh_reader_fail(r, WH_ERR_FORMAT);
        return 0;
    }
    uint32_t length = 0;
    for (unsigned i = 0; i < octets; i++) {
        length = (length << 8) | wh_reader_take_u8(r);
    }
    return wh_reader_err(r) == WH_OK ? length : 0;
}

wh_dlms_octets wh_dlms_take_octets(wh_reader *r)
{
    wh_dlms_octets out = {.len = wh_dlms_take_length(r)};
    out.bytes = wh_reader_take_bytes(r, out.len);
    if (out.bytes == NULL) {
        out.len = 0;
    }
    return out;
}

static void take_date(wh_reader *r, wh_dlms_date_time *clock)
{
    clock->year = wh_reader_take_u16be(r);
    clock->month = wh_reader_take_u8(r);
    clock->day = wh_reader_take_u8(r);
    clock->weekday = wh_reader_take_u8(r);
}

static void take_time(wh_reader *r, wh_dlms_date_time *clock)
{
    clock->hour = wh_reader_take_u8(r);
    clock->minute = wh_reader_take_u8(r);
    clock->second = wh_reader_take_u8(r);
    clock->hundredths = wh_reader_take_u8(r);
}

wh_dlms_date_time wh_dlms_take_date_time(wh_reader *r)
{
    wh_dlms_date_time clock = {0};
    take_date(r, &clock);
    take_time(r, &clock);
    clock.deviation_min = (int16_t)wh_reader_take_u16be(r);
    clock.status = wh_reader_take_u8(r);
    return clock;
}

static bool within(unsigned value, unsigned first, unsigned last)
{
    return (value >= first && value <= last) || value == 0xFF;
}

bool wh_dlms_date_time_is_valid(const wh_dlms_date_time *clock)
{
    bool month = within(clock->month, 1, 12) || within(clock->month, 0xFD, 0xFE);
    bool day = within(clock->day, 1, 31) || within(clock->day, 0xFD, 0xFE);
    bool deviation = clock->deviation_min == WH_DLMS_DEVIATION_NONE ||
                     (clock->deviation_min >= -720 && clock->deviation_min <= 720);
    return month && day && deviation && within(clock->weekday, 1, 7) &&
           within(clock->hour, 0, 23) && within(clock->minute, 0, 59) &&
           within(clock->second, 0, 59) && within(clock->hundredths, 0, 99);
}

static wh_dlms_date_time nothing_specified(void)
{
    wh_dlms_date_time clock = {.year = 0xFFFF,
                               .month = 0xFF,
                               .day = 0xFF,
                               .weekday = 0xFF,
                               .hour = 0xFF,
                               .minute = 0xFF,
                               .second = 0xFF,
                               .hundredths = 0xFF,
                               .deviation_min = WH_DLMS_DEVIATION_NONE,
                               .status = 0xFF};
    return clock;
}

static void take_bit_string(wh_reader *r, wh_dlms_item *item)
{
    item->bits = wh_dlms_take_length(r);
    size_t len = item->bits / 8U + (item->bits % 8U != 0 ? 1U : 0U);
    item->octets.bytes = wh_reader_take_bytes(r, len);
    item->octets.len = item->octets.bytes != NULL ? len : 0;
}

static void take_clock(wh_reader *r, wh_dlms_item *item)
{
    item->clock = nothing_specified();
    if (item->type == WH_DLMS_DATE_TIME) {
        item->clock = wh_dlms_take_date_time(r);
    } else if (item->type == WH_DLMS_DATE) {
        take_date(r, &item->clock);
    } else {
        take_time(r, &item->clock);
    }
}

/* A flat table of types: the case count is the standard's, not a measure of complexity. */
static void take_scalar(wh_reader *r, wh_dlms_item *item) /* NOLINT(readability-function-size) */
{
    switch (item->type) {
    case WH_DLMS_NULL:
    case WH_DLMS_DONT_CARE:
        break;
    case WH_DLMS_BOOLEAN:
        item->u = wh_reader_take_u8(r) != 0 ? 1 : 0;
        break;
    case WH_DLMS_INTEGER:
    case WH_DLMS_DELTA_INTEGER:
        item->i = (int8_t)wh_reader_take_u8(r);
        break;
    case WH_DLMS_LONG:
    case WH_DLMS_DELTA_LONG:
        item->i = (int16_t)wh_reader_take_u16be(r);
        break;
    case WH_DLMS_DOUBLE_LONG:
    case WH_DLMS_DELTA_DOUBLE_LONG:
        item->i = (int32_t)wh_reader_take_u32be(r);
        break;
    case WH_DLMS_LONG64:
        item->i = (int64_t)wh_reader_take_u64be(r);
        break;
    case WH_DLMS_BCD:
    case WH_DLMS_ENUM:
    case WH_DLMS_UNSIGNED:
    case WH_DLMS_DELTA_UNSIGNED:
        item->u = wh_reader_take_u8(r);
        break;
    case WH_DLMS_LONG_UNSIGNED:
    case WH_DLMS_DELTA_LONG_UNSIGNED:
        item->u = wh_reader_take_u16be(r);
        break;
    case WH_DLMS_DOUBLE_LONG_UNSIGNED:
    case WH_DLMS_DELTA_DOUBLE_LONG_UNSIGNED:
    case WH_DLMS_FLOAT32:
        item->u = wh_reader_take_u32be(r);
        break;
    case WH_DLMS_LONG64_UNSIGNED:
    case WH_DLMS_FLOAT64:
        item->u = wh_reader_take_u64be(r);
        break;
    case WH_DLMS_OCTET_STRING:
    case WH_DLMS_VISIBLE_STRING:
    case WH_DLMS_UTF8_STRING:
        item->octets = wh_dlms_take_octets(r);
        break;
    case WH_DLMS_BIT_STRING:
        take_bit_string(r, item);
        break;
    case WH_DLMS_DATE_TIME:
    case WH_DLMS_DATE:
    case WH_DLMS_TIME:
        take_clock(r, item);
        break;
    case WH_DLMS_ARRAY:
    case WH_DLMS_STRUCTURE:
    case WH_DLMS_COMPACT_ARRAY:
    default:
        wh_reader_fail(r, WH_ERR_FORMAT);
        break;
    }
}

static bool is_scalar_with_contents(uint8_t tag)
{
    return (tag >= WH_DLMS_BOOLEAN && tag <= WH_DLMS_DELTA_DOUBLE_LONG_UNSIGNED && tag != 7 &&
            tag != 8 && tag != 11 && tag != 14 && tag != WH_DLMS_COMPACT_ARRAY);
}

/* Pass over one type description and check it. Every leaf must have contents and every
 * container elements: that is what bounds a walk by the length of its input. The recursion is
 * bounded by WH_DLMS_DEPTH_MAX. */
static void skip_description(wh_reader *r, unsigned depth) /* NOLINT(misc-no-recursion) */
{
    if (depth > WH_DLMS_DEPTH_MAX) {
        wh_reader_fail(r, WH_ERR_RANGE);
        return;
    }
    uint8_t tag = wh_reader_take_u8(r);
    if (wh_reader_err(r) != WH_OK || is_scalar_with_contents(tag)) {
        return;
    }
    uint32_t descriptions = 1;
    uint32_t elements = 1;
    if (tag == WH_DLMS_ARRAY) {
        elements = wh_reader_take_u16be(r);
    } else if (tag == WH_DLMS_STRUCTURE) {
        elements = descriptions = wh_dlms_take_length(r);
    } else {
        bool known =
            tag == WH_DLMS_NULL || tag == WH_DLMS_DONT_CARE || tag == WH_DLMS_COMPACT_ARRAY;
        wh_reader_fail(r, known ? WH_ERR_UNSUPPORTED : WH_ERR_FORMAT);
        return;
    }
    if (wh_reader_err(r) == WH_OK && elements == 0) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    for (uint32_t i = 0; i < descriptions && wh_reader_err(r) == WH_OK; i++) {
        skip_description(r, depth + 1);
    }
}

wh_dlms_walk wh_dlms_walk_init(const uint8_t *buf, size_t len)
{
    wh_dlms_walk walk = {.body = wh_reader_init(buf, len)};
    return walk;
}

wh_err wh_dlms_walk_err(const wh_dlms_walk *walk)
{
    return wh_reader_err(&walk->body);
}

size_t wh_dlms_walk_len(const wh_dlms_walk *walk)
{
    return wh_reader_pos(walk->compact ? &walk->outer : &walk->body);
}

static void push(wh_dlms_walk *walk, wh_dlms_type type, uint32_t count, size_t template_at)
{
    if (walk->depth == WH_DLMS_DEPTH_MAX) {
        wh_reader_fail(&walk->body, WH_ERR_RANGE);
        return;
    }
    wh_dlms_frame frame = {
        .left = count, .template_at = (uint16_t)template_at, .type = (uint8_t)type};
    walk->frame[walk->depth] = frame;
    walk->depth++;
}

static void enter_compact_array(wh_dlms_walk *walk)
{
    wh_reader *r = &walk->body;
    wh_reader probe = *r;
    size_t start = wh_reader_pos(&probe);
    skip_description(&probe, walk->depth + 1);
    size_t len = wh_reader_pos(&probe) - start;
    if (len > UINT16_MAX) {
        wh_reader_fail(&probe, WH_ERR_RANGE);
    }
    wh_reader_fail(r, wh_reader_err(&probe));
    walk->descriptor.bytes = wh_reader_take_bytes(r, len);
    walk->descriptor.len = len;
    uint32_t contents = wh_dlms_take_length(r);
    wh_reader body = wh_reader_sub(r, contents);
    if (wh_reader_err(r) != WH_OK) {
        return;
    }
    walk->outer = *r;
    walk->body = body;
    walk->compact = true;
    push(walk, WH_DLMS_COMPACT_ARRAY, 0, 0);
}

/* An element whose type stands in the input. */
static void take_element(wh_dlms_walk *walk, wh_dlms_item *item)
{
    wh_reader *r = &walk->body;
    item->type = (wh_dlms_type)wh_reader_take_u8(r);
    if (wh_reader_err(r) != WH_OK) {
        return;
    }
    if (item->type == WH_DLMS_ARRAY || item->type == WH_DLMS_STRUCTURE) {
        item->count = wh_dlms_take_length(r);
        if (item->count > wh_reader_left(r)) { /* each takes a byte at least */
            wh_reader_fail(r, WH_ERR_SHORT);
        }
        push(walk, item->type, item->count, 0);
    } else if (item->type == WH_DLMS_COMPACT_ARRAY) {
        enter_compact_array(walk);
    } else {
        take_scalar(r, item);
    }
}

/* An element whose type stands in the description, which was checked on entry. */
static void take_compact_element(wh_dlms_walk *walk, wh_dlms_item *item)
{
    wh_dlms_frame *top = &walk->frame[walk->depth - 1];
    wh_reader d = wh_reader_init(walk->descriptor.bytes, walk->descriptor.len);
    (void)wh_reader_take_bytes(&d, top->template_at);
    if (top->type == WH_DLMS_STRUCTURE) { /* the next member has a description of its own */
        wh_reader next = d;
        skip_description(&next, 0);
        top->template_at = (uint16_t)wh_reader_pos(&next);
    }
    item->type = (wh_dlms_type)wh_reader_take_u8(&d);
    if (item->type == WH_DLMS_ARRAY || item->type == WH_DLMS_STRUCTURE) {
        item->count =
            item->type == WH_DLMS_ARRAY ? wh_reader_take_u16be(&d) : wh_dlms_take_length(&d);
        push(walk, item->type, item->count, wh_reader_pos(&d));
    } else {
        take_scalar(&walk->body, item);
    }
    if (wh_reader_err(&walk->body) == WH_ERR_SHORT) {
        walk->body.err = WH_ERR_FORMAT; /* the contents have a length of their own: no more comes */
    }
}

/* Leave every container that has no more elements. */
static void leave_finished(wh_dlms_walk *walk)
{
    while (walk->depth > 0) {
        const wh_dlms_frame *top = &walk->frame[walk->depth - 1];
        bool in_compact = top->type == WH_DLMS_COMPACT_ARRAY;
        if (in_compact ? wh_reader_left(&walk->body) > 0 : top->left > 0) {
            return;
        }
        if (in_compact) {
            walk->body = walk->outer;
            walk->compact = false;
        }
        walk->depth--;
    }
}

bool wh_dlms_walk_next(wh_dlms_walk *walk, wh_dlms_item *item)
{
    if (wh_reader_err(&walk->body) != WH_OK) {
        return false;
    }
    if (walk->started) {
        leave_finished(walk);
        if (walk->depth == 0) {
            return false;
        }
        wh_dlms_frame *top = &walk->frame[walk->depth - 1];
        top->left -= top->type != WH_DLMS_COMPACT_ARRAY ? 1U : 0U;
    }
    walk->started = true;
    wh_dlms_item empty = {.type = WH_DLMS_NULL, .depth = walk->depth};
    *item = empty;
    if (walk->compact) {
        take_compact_element(walk, item);
    } else {
        take_element(walk, item);
    }
    return wh_reader_err(&walk->body) == WH_OK;
}

wh_dlms_octets wh_dlms_take_value(wh_reader *r)
{
    wh_dlms_octets out = {0};
    if (wh_reader_err(r) != WH_OK) {
        return out;
    }
    wh_reader probe = *r; /* the bytes in place, without moving */
    const uint8_t *start = wh_reader_take_bytes(&probe, wh_reader_left(r));
    wh_dlms_walk walk = wh_dlms_walk_init(start, wh_reader_left(r));
    wh_dlms_item item;
    while (wh_dlms_walk_next(&walk, &item)) {
        continue;
    }
    wh_reader_fail(r, wh_dlms_walk_err(&walk));
    size_t len = wh_dlms_walk_len(&walk);
    out.bytes = wh_reader_take_bytes(r, len);
    out.len = out.bytes != NULL ? len : 0;
    return out;
}
