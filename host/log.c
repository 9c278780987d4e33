/* SPDX-License-Identifier: Apache-2.0 */
#include "host/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *level_name(wh_log_level level)
{
    switch (level) {
    case WH_LOG_ERROR:
        return "error";
    case WH_LOG_WARNING:
        return "warning";
    case WH_LOG_INFO:
        return "info";
    case WH_LOG_DEBUG:
        break;
    }
    return "debug";
}

void wh_log_write(const wh_log *log, wh_log_level level, const char *event, const char *format, ...)
{
    if (level > log->level) {
        return;
    }
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    struct tm utc;
    char stamp[32] = "";
    if (gmtime_r(&now.tv_sec, &utc) != NULL) {
        (void)strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
    }
    char pairs[768];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(pairs, sizeof pairs, format, args);
    va_end(args);
    for (char *p = pairs; *p != '\0'; ++p) {
        if ((unsigned char)*p < 0x20U || *p == 0x7F) {
            *p = '?';
        }
    }
    (void)fprintf(stderr, "%s.%03ldZ level=%s event=%s%s%s\n", stamp, now.tv_nsec / 1000000L,
                  level_name(level), event, pairs[0] != '\0' ? " " : "", pairs);
}
