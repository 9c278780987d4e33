/* SPDX-License-Identifier: Apache-2.0 */
/* Records of events, and the saved states of the monitor, the alarms and a session: what is taken
 * as whole can be used, and is saved again as something that is whole. First byte: which. */
#include "meter/event/alarm.h"
#include "meter/event/event_record.h"
#include "meter/event/program_session.h"

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

static void check_record(const uint8_t *data, size_t size)
{
    wh_event_record record;
    wh_event_field field;
    size_t bytes = 0;
    unsigned count = 0;
    if (wh_event_record_decode(data, size, &record) != WH_OK) {
        return;
    }
    must(size <= WH_EVENT_RECORD_MAX);
    while (wh_event_record_field(&record, count, &field) == WH_OK) {
        must(field.len == 0 || (field.bytes >= data && field.bytes + field.len <= data + size));
        bytes += field.kind == WH_EVENT_ITEM_SPAN          ? 16
                 : field.kind == WH_EVENT_ITEM_OPERATOR    ? 4
                 : field.kind == WH_EVENT_ITEM_IDENTIFIERS ? 41
                 : field.kind == WH_EVENT_ITEM_TABLE       ? 2 + field.len
                                                           : 8;
        count++;
    }
    must(wh_event_record_field(&record, count, &field) == WH_ERR_NOT_FOUND);
    must(bytes == record.body_len && size == 12 + bytes);
}

static void check_events(wh_reader r)
{
    static const wh_event_config config = {3, 230000000, 5000000, 60000000};
    static wh_events m;
    static wh_events again;
    uint8_t bytes[WH_EVENTS_SAVE_MAX];
    wh_event_notice notice;
    must(wh_events_init(&m, &config) == WH_OK);
    again = m;
    if (wh_events_restore(&m, &r) != WH_OK) {
        must(memcmp(&m, &again, sizeof m) == 0);
        return;
    }
    wh_writer w = wh_writer_init(bytes, sizeof bytes);
    must(wh_events_save(&m, &w) == WH_OK);
    wh_reader saved = wh_reader_init(bytes, wh_writer_len(&w));
    must(wh_events_restore(&again, &saved) == WH_OK && wh_reader_left(&saved) == 0);
    for (uint32_t k = 0; k < 5; k++) {
        const wh_event_inputs in = {.fresh = true, .valid = 0x7F, .inputs = k % 2 - 1U};
        wh_events_tick(&m, &in, k, 3600000);
        while (wh_events_next(&m, &notice)) {
            must(notice.slot < WH_EVENT_SLOTS);
        }
    }
}

static void check_alarms(wh_reader r, const uint8_t *data)
{
    uint8_t bytes[WH_ALARMS_SAVE_MAX];
    wh_alarms a;
    wh_alarms_init(&a);
    size_t left = wh_reader_left(&r);
    if (wh_alarms_restore(&a, &r) == WH_OK) {
        wh_writer w = wh_writer_init(bytes, sizeof bytes);
        must(wh_alarms_save(&a, &w) == WH_OK);
        must(wh_writer_len(&w) == left - wh_reader_left(&r));
        must(memcmp(bytes, data, wh_writer_len(&w)) == 0);
    }
}

static void check_session(wh_reader r, const uint8_t *data)
{
    uint8_t bytes[WH_PROGRAM_SAVE_MAX];
    wh_program p = {0};
    size_t left = wh_reader_left(&r);
    if (wh_program_restore(&p, &r) == WH_OK) {
        wh_writer w = wh_writer_init(bytes, sizeof bytes);
        must(wh_program_save(&p, &w) == WH_OK);
        must(wh_writer_len(&w) == left - wh_reader_left(&r));
        must(memcmp(bytes, data, wh_writer_len(&w)) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    wh_reader r = wh_reader_init(data + 1, size - 1);
    switch (data[0] % 4) {
    case 0:
        check_record(data + 1, size - 1);
        break;
    case 1:
        check_events(r);
        break;
    case 2:
        check_alarms(r, data + 1);
        break;
    default:
        check_session(r, data + 1);
        break;
    }
    return 0;
}
