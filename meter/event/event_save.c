/* SPDX-License-Identifier: Apache-2.0 */
/* Version 1, big endian but for the numbers of variable length (7 bits a byte, lowest first):
 *   u8 version, u16 epoch, u8 slots, of each slot: count, duration in s, both of variable length;
 *   (slots + 7) / 8 bytes: which are active; u8 extremes, of each: i64 value, u32 time;
 *   u8 kinds, (kinds + 7) / 8 bytes: which are disabled;
 *   u8 kinds with limits or delays that differ from the table, of each: u8 kind, u16 delay,
 *   u16 recovery, u8 limits, of each: i16 trigger, i16 recovery. */
#include "meter/event/event_internal.h"

#include <string.h>

#define VERSION      1U
#define STATE_BYTES  ((WH_EVENT_SLOTS + 7U) / 8U)
#define NUMBER_BYTES 5U /* of 32 bits */

static void put_number(wh_writer *w, uint32_t value)
{
    while (value >= 0x80U) {
        wh_writer_put_u8(w, (uint8_t)(value | 0x80U));
        value >>= 7;
    }
    wh_writer_put_u8(w, (uint8_t)value);
}

static uint32_t take_number(wh_reader *r)
{
    uint64_t value = 0;
    for (unsigned k = 0; k < NUMBER_BYTES; k++) {
        uint8_t byte = wh_reader_take_u8(r);
        value |= (uint64_t)(byte & 0x7FU) << 7U * k;
        if (byte < 0x80U) {
            break;
        }
        if (k == NUMBER_BYTES - 1U) {
            wh_reader_fail(r, WH_ERR_FORMAT);
        }
    }
    if (value > UINT32_MAX) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    return (uint32_t)value;
}

/* ---- writing ---- */

/* What was not told has not happened: it begins or ends again. */
static bool saved_active(const wh_events *m, unsigned slot)
{
    unsigned state = m->state[slot];
    return (state & WH_EVENT_TELL_BEGIN) == 0 &&
           (state & (WH_EVENT_ACTIVE | WH_EVENT_TELL_END)) != 0;
}

static void save_slots(const wh_events *m, wh_writer *w)
{
    uint8_t active[STATE_BYTES] = {0};
    for (unsigned slot = 0; slot < WH_EVENT_SLOTS; slot++) {
        bool told = (m->state[slot] & WH_EVENT_TELL_BEGIN) == 0;
        put_number(w, m->slot[slot].count - (told ? 0U : 1U));
        put_number(w, told ? wh_events_duration_s(m, slot) : m->slot[slot].duration_s);
        if (saved_active(m, slot)) {
            active[slot / 8U] = (uint8_t)(active[slot / 8U] | 1U << slot % 8U);
        }
    }
    wh_writer_put_bytes(w, active, sizeof active);
}

static bool is_default(unsigned kind, const wh_event_setting *s)
{
    const wh_event_row *row = &wh_event_rows[kind];
    bool same = s->delay_s == row->delay_s && s->recover_s == row->recover_s;
    for (unsigned k = 0; k < row->term_count; k++) {
        const wh_event_term *term = &wh_event_terms[row->first + k];
        same = same && s->limit[k].trigger_bp == term->trigger_bp &&
               s->limit[k].recover_bp == term->recover_bp;
    }
    return same;
}

static void save_setting(unsigned kind, const wh_event_setting *s, wh_writer *w)
{
    wh_writer_put_u8(w, (uint8_t)kind);
    wh_writer_put_u16be(w, s->delay_s);
    wh_writer_put_u16be(w, s->recover_s);
    wh_writer_put_u8(w, s->limit_count);
    for (unsigned k = 0; k < s->limit_count; k++) {
        wh_writer_put_u16be(w, (uint16_t)s->limit[k].trigger_bp);
        wh_writer_put_u16be(w, (uint16_t)s->limit[k].recover_bp);
    }
}

static void save_settings(const wh_events *m, wh_writer *w)
{
    uint8_t *count = wh_writer_reserve(w, 1);
    uint8_t written = 0;
    for (unsigned kind = 0; kind < WH_EVENT_KINDS; kind++) {
        wh_event_setting s = {0};
        if (wh_events_get(m, kind, &s) == WH_OK && !is_default(kind, &s)) {
            save_setting(kind, &s, w);
            written++;
        }
    }
    if (count != NULL) {
        *count = written;
    }
}

wh_err wh_events_save(const wh_events *m, wh_writer *w)
{
    wh_writer_put_u8(w, VERSION);
    wh_writer_put_u16be(w, m->epoch);
    wh_writer_put_u8(w, WH_EVENT_SLOTS);
    save_slots(m, w);
    wh_writer_put_u8(w, WH_EVENT_EXTREMES);
    for (unsigned k = 0; k < WH_EVENT_EXTREMES; k++) {
        wh_writer_put_u64be(w, (uint64_t)m->extreme[k].value);
        wh_writer_put_u32be(w, m->extreme[k].utc_s);
    }
    wh_writer_put_u8(w, WH_EVENT_KINDS);
    wh_writer_put_bytes(w, m->disabled, sizeof m->disabled);
    save_settings(m, w);
    return wh_writer_err(w);
}

/* ---- reading, twice: to check, with m NULL, and to take ---- */

static void take_slots(wh_events *m, wh_reader *r)
{
    unsigned slots = wh_reader_take_u8(r);
    if (slots > WH_EVENT_SLOTS) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    for (unsigned slot = 0; slot < slots && wh_reader_err(r) == WH_OK; slot++) {
        uint32_t count = take_number(r);
        uint32_t duration_s = take_number(r);
        if (m != NULL) {
            m->slot[slot] = (wh_event_slot_state){count, duration_s, m->now_ms};
        }
    }
    const uint8_t *active = wh_reader_take_bytes(r, (slots + 7U) / 8U);
    for (unsigned slot = 0; m != NULL && active != NULL && slot < slots; slot++) {
        bool set = (active[slot / 8U] & 1U << slot % 8U) != 0;
        m->state[slot] = set ? WH_EVENT_ACTIVE : WH_EVENT_IDLE;
    }
}

static void take_extremes(wh_events *m, wh_reader *r)
{
    unsigned count = wh_reader_take_u8(r);
    if (count > WH_EVENT_EXTREMES) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    for (unsigned k = 0; k < count && wh_reader_err(r) == WH_OK; k++) {
        int64_t value = (int64_t)wh_reader_take_u64be(r);
        uint32_t utc_s = wh_reader_take_u32be(r);
        if (m != NULL) {
            m->extreme[k] = (wh_event_extreme){.value = value, .utc_s = utc_s};
        }
    }
}

static void take_disabled(wh_events *m, wh_reader *r)
{
    size_t kinds = wh_reader_take_u8(r);
    if (kinds > WH_EVENT_KINDS) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    const uint8_t *disabled = wh_reader_take_bytes(r, (kinds + 7U) / 8U);
    if (m != NULL && disabled != NULL) {
        memcpy(m->disabled, disabled, (kinds + 7U) / 8U);
    }
}

static void take_setting(wh_events *m, wh_reader *r)
{
    wh_event_setting s = {0};
    unsigned kind = wh_reader_take_u8(r);
    s.delay_s = wh_reader_take_u16be(r);
    s.recover_s = wh_reader_take_u16be(r);
    s.limit_count = wh_reader_take_u8(r);
    if (kind >= WH_EVENT_KINDS) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    if (wh_reader_err(r) != WH_OK || s.limit_count != wh_event_rows[kind].term_count) {
        wh_reader_fail(r, WH_ERR_FORMAT);
        return;
    }
    for (unsigned k = 0; k < s.limit_count; k++) {
        s.limit[k].trigger_bp = (int16_t)wh_reader_take_u16be(r);
        s.limit[k].recover_bp = (int16_t)wh_reader_take_u16be(r);
    }
    if (wh_reader_err(r) == WH_OK && wh_event_check_setting(kind, &s) != WH_OK) {
        wh_reader_fail(r, WH_ERR_FORMAT);
    }
    if (m != NULL && wh_reader_err(r) == WH_OK) {
        s.enabled = !wh_event_disabled(m, kind);
        wh_event_put_setting(m, kind, &s);
    }
}

static void take_all(wh_events *m, wh_reader *r)
{
    if (wh_reader_take_u8(r) != VERSION && wh_reader_err(r) == WH_OK) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    uint16_t epoch = wh_reader_take_u16be(r);
    take_slots(m, r);
    take_extremes(m, r);
    take_disabled(m, r);
    unsigned settings = wh_reader_take_u8(r);
    for (unsigned k = 0; k < settings && wh_reader_err(r) == WH_OK; k++) {
        take_setting(m, r);
    }
    if (m != NULL) {
        m->epoch = epoch;
    }
}

wh_err wh_events_restore(wh_events *m, wh_reader *r)
{
    wh_reader trial = *r;
    take_all(NULL, &trial);
    wh_err err = wh_reader_err(&trial);
    if (err != WH_OK) {
        return err;
    }
    wh_event_config config = m->config;
    err = wh_events_init(m, &config);
    if (err == WH_OK) {
        take_all(m, r);
    }
    return err;
}
