/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/event/event.h"

#include "event_names.h"

#include <string.h>

const char *wh_event_name(unsigned kind)
{
    const char *name = names;
    if (kind >= WH_EVENT_KINDS) {
        return NULL;
    }
    for (; kind > 0; kind--) {
        name += strlen(name) + 1U;
    }
    return name;
}
