/* SPDX-License-Identifier: Apache-2.0 */
#include "host/message.h"

#include <stdarg.h>
#include <stdio.h>

void wh_message_set(wh_message *m, const char *format, ...)
{
    if (m == NULL) {
        return;
    }
    va_list args;
    va_start(args, format);
    (void)vsnprintf(m->text, sizeof m->text, format, args);
    va_end(args);
}
