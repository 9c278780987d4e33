/* SPDX-License-Identifier: Apache-2.0 */
/* log.h - lines of key=value on standard error.
 *
 *   2026-03-01T12:00:00.123Z level=info event=listening address=127.0.0.1 port=4059
 *
 * An event is logged once, where it is handled. Never keys, never what a person used. */
#ifndef WH_HOST_LOG_H
#define WH_HOST_LOG_H

typedef enum { WH_LOG_ERROR, WH_LOG_WARNING, WH_LOG_INFO, WH_LOG_DEBUG } wh_log_level;

typedef struct {
    wh_log_level level; /* the last one that is still written */
} wh_log;

/* Write "event=<event>" and what `format` makes, itself key=value pairs ("port=%u"). Control
 * characters come out as '?': a line stays one line whatever a peer put into a value. */
void wh_log_write(const wh_log *log, wh_log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif /* WH_HOST_LOG_H */
