/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/event/event_internal.h"

#include "event_rows.h"

#define PHASE_BITS 16U /* between the report bits of two phases */

_Static_assert(WH_EVENT_SLOTS <= WH_EVENT_SLOTS_MAX, "a log for each slot");

const wh_event_row *wh_event_row_at(unsigned slot)
{
    return &wh_event_rows[wh_event_kind_of(slot, NULL)];
}

unsigned wh_event_slot(unsigned kind, unsigned place)
{
    return kind < WH_EVENT_KINDS && place < wh_event_rows[kind].places
               ? wh_event_rows[kind].slot + place
               : WH_EVENT_SLOTS;
}

unsigned wh_event_kind_of(unsigned slot, unsigned *place)
{
    unsigned kind = 0;
    if (slot >= WH_EVENT_SLOTS) {
        return WH_EVENT_KINDS;
    }
    while (slot >= (unsigned)wh_event_rows[kind].slot + wh_event_rows[kind].places) {
        kind++;
    }
    if (place != NULL) {
        *place = slot - wh_event_rows[kind].slot;
    }
    return kind;
}

unsigned wh_event_places(unsigned kind)
{
    return kind < WH_EVENT_KINDS ? wh_event_rows[kind].places : 0;
}

unsigned wh_event_depth(unsigned slot)
{
    unsigned kind = wh_event_kind_of(slot, NULL);
    return kind < WH_EVENT_KINDS ? wh_event_rows[kind].depth : 0;
}

uint8_t wh_event_alarm_bit(unsigned kind)
{
    return kind < WH_EVENT_KINDS ? wh_event_rows[kind].alarm : (uint8_t)WH_EVENT_NO_BIT;
}

uint8_t wh_event_report_bit(unsigned slot)
{
    unsigned place = 0;
    unsigned kind = wh_event_kind_of(slot, &place);
    if (kind >= WH_EVENT_KINDS || wh_event_rows[kind].report == WH_EVENT_NO_BIT) {
        return (uint8_t)WH_EVENT_NO_BIT;
    }
    bool phases = wh_event_rows[kind].places == 3 || wh_event_rows[kind].places == 4;
    if (place == 3 && phases) {
        return wh_event_rows[kind].report_total;
    }
    return (uint8_t)(wh_event_rows[kind].report + (phases ? place * PHASE_BITS : 0));
}

wh_event_priority wh_event_priority_of(unsigned kind)
{
    unsigned flags = kind < WH_EVENT_KINDS ? wh_event_rows[kind].flags : 0U;
    return (wh_event_priority)(flags & ~(unsigned)WH_EVENT_THREE);
}
