/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/power_quality/quality_event.h"

void wh_quality_events_put(wh_quality_events *ring, const wh_quality_event *event)
{
    ring->event[ring->count % WH_QUALITY_EVENTS] = *event;
    ring->count++;
}
