/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/event/event.h"

#include "event_names.h"

_Static_assert(sizeof names / sizeof names[0] == WH_EVENT_KINDS, "a name for each kind");

const char *wh_event_name(unsigned kind)
{
    return kind < WH_EVENT_KINDS ? names[kind] : NULL;
}
