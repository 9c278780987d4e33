/* SPDX-License-Identifier: Apache-2.0 */
/* Saved, version 1, big endian: u8 version; of each alarm object u32 register, filter, descriptor;
 * status word, mode word; of each bit of the status word that is set u8 count; u32 cursor, u32 lost. */
#include "meter/event/alarm.h"

#include <string.h>

#define VERSION     1U
#define OBJECT_BITS 32U
#define COUNT_MAX   255U

void wh_alarms_init(wh_alarms *a)
{
    memset(a, 0, sizeof *a);
    memset(a->filter, 0xFF, sizeof a->filter);
    memset(a->mode, 0xFF, sizeof a->mode);
}

/* ---- alarm objects ---- */

static bool kind_lasts(const wh_events *m, unsigned kind)
{
    for (unsigned place = 0; place < wh_event_places(kind); place++) {
        if (wh_events_active(m, wh_event_slot(kind, place))) {
            return true;
        }
    }
    return false;
}

static void follow_object(wh_alarms *a, const wh_events *m, const wh_event_notice *notice,
                          unsigned kind)
{
    unsigned bit = wh_event_alarm_bit(kind);
    if (bit == WH_EVENT_NO_BIT) {
        return;
    }
    unsigned object = bit / OBJECT_BITS;
    uint32_t mask = UINT32_C(1) << bit % OBJECT_BITS;
    if (notice->what == WH_EVENT_END) {
        a->reg[object] &= kind_lasts(m, kind) ? UINT32_MAX : ~mask;
        return;
    }
    uint32_t risen = mask & ~a->reg[object] & a->filter[object];
    a->reg[object] |= mask;
    a->edge[object] |= risen;
    a->descriptor[object] |= risen;
}

void wh_alarms_write_register(wh_alarms *a, const wh_events *m, unsigned object, uint32_t value)
{
    if (object >= WH_ALARM_OBJECTS) {
        return;
    }
    a->reg[object] &= value;
    for (unsigned kind = 0; kind < WH_EVENT_KINDS; kind++) {
        unsigned bit = wh_event_alarm_bit(kind);
        if (bit != WH_EVENT_NO_BIT && bit / OBJECT_BITS == object && kind_lasts(m, kind)) {
            a->reg[object] |= UINT32_C(1) << bit % OBJECT_BITS;
        }
    }
    a->revision++;
}

void wh_alarms_write_descriptor(wh_alarms *a, unsigned object, uint32_t value)
{
    if (object < WH_ALARM_OBJECTS) {
        a->descriptor[object] &= value;
        a->revision++;
    }
}

void wh_alarms_write_filter(wh_alarms *a, unsigned object, uint32_t value)
{
    if (object < WH_ALARM_OBJECTS) {
        a->filter[object] = value;
        a->revision++;
    }
}

uint32_t wh_alarms_edges(wh_alarms *a, unsigned object)
{
    uint32_t edges = object < WH_ALARM_OBJECTS ? a->edge[object] : 0;
    if (edges != 0) {
        a->edge[object] = 0;
    }
    return edges;
}

/* ---- status word ---- */

static bool bit_set(const uint8_t *word, unsigned bit)
{
    return (word[bit / 8U] & 1U << bit % 8U) != 0;
}

static void follow_report(wh_alarms *a, unsigned slot)
{
    unsigned bit = wh_event_report_bit(slot);
    if (bit == WH_EVENT_NO_BIT || !bit_set(a->mode, bit)) {
        return;
    }
    a->report[bit / 8U] = (uint8_t)(a->report[bit / 8U] | 1U << bit % 8U);
    a->report_count[bit] = (uint8_t)(a->report_count[bit] + (a->report_count[bit] < COUNT_MAX));
}

/* Keep the bits that are set in `word`, or in its complement. */
static void keep_bits(wh_alarms *a, const uint8_t *word, uint8_t flip)
{
    for (unsigned k = 0; k < WH_REPORT_BYTES; k++) {
        a->report[k] = (uint8_t)(a->report[k] & (word[k] ^ flip));
    }
    for (unsigned bit = 0; bit < WH_REPORT_BITS; bit++) {
        if (!bit_set(a->report, bit)) {
            a->report_count[bit] = 0;
        }
    }
    a->revision++;
}

void wh_report_acknowledge(wh_alarms *a, const uint8_t word[WH_REPORT_BYTES])
{
    keep_bits(a, word, 0xFF);
}

void wh_report_set_mode(wh_alarms *a, const uint8_t mode[WH_REPORT_BYTES])
{
    memcpy(a->mode, mode, WH_REPORT_BYTES);
    keep_bits(a, mode, 0);
}

void wh_alarms_take(wh_alarms *a, const wh_events *m, const wh_event_notice *notice)
{
    unsigned kind = wh_event_kind_of(notice->slot, NULL);
    if (kind < WH_EVENT_KINDS) {
        follow_object(a, m, notice, kind);
        follow_report(a, notice->slot);
        a->revision++;
    }
}

/* ---- keeping ---- */

wh_err wh_alarms_save(const wh_alarms *a, wh_writer *w)
{
    wh_writer_put_u8(w, VERSION);
    for (unsigned k = 0; k < WH_ALARM_OBJECTS; k++) {
        wh_writer_put_u32be(w, a->reg[k]);
        wh_writer_put_u32be(w, a->filter[k]);
        wh_writer_put_u32be(w, a->descriptor[k]);
    }
    wh_writer_put_bytes(w, a->report, WH_REPORT_BYTES);
    wh_writer_put_bytes(w, a->mode, WH_REPORT_BYTES);
    for (unsigned bit = 0; bit < WH_REPORT_BITS; bit++) {
        if (bit_set(a->report, bit)) {
            wh_writer_put_u8(w, a->report_count[bit]);
        }
    }
    wh_writer_put_u32be(w, a->push_cursor);
    wh_writer_put_u32be(w, a->push_lost);
    return wh_writer_err(w);
}

static void take_word(wh_reader *r, uint8_t word[WH_REPORT_BYTES])
{
    const uint8_t *bytes = wh_reader_take_bytes(r, WH_REPORT_BYTES);
    if (bytes != NULL) {
        memcpy(word, bytes, WH_REPORT_BYTES);
    }
}

wh_err wh_alarms_restore(wh_alarms *a, wh_reader *r)
{
    wh_alarms saved = {.revision = a->revision + 1U};
    if (wh_reader_take_u8(r) != VERSION && wh_reader_err(r) == WH_OK) {
        wh_reader_fail(r, WH_ERR_UNSUPPORTED);
    }
    for (unsigned k = 0; k < WH_ALARM_OBJECTS; k++) {
        saved.reg[k] = wh_reader_take_u32be(r);
        saved.filter[k] = wh_reader_take_u32be(r);
        saved.descriptor[k] = wh_reader_take_u32be(r);
    }
    take_word(r, saved.report);
    take_word(r, saved.mode);
    for (unsigned bit = 0; bit < WH_REPORT_BITS; bit++) {
        if (bit_set(saved.report, bit)) {
            saved.report_count[bit] = wh_reader_take_u8(r);
            if (saved.report_count[bit] == 0) {
                wh_reader_fail(r, WH_ERR_FORMAT);
            }
        }
    }
    saved.push_cursor = wh_reader_take_u32be(r);
    saved.push_lost = wh_reader_take_u32be(r);
    if (wh_reader_err(r) == WH_OK) {
        *a = saved;
    }
    return wh_reader_err(r);
}
