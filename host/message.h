/* SPDX-License-Identifier: Apache-2.0 */
/* message.h - one line for a person: what is wrong, and where ("file:12: ..."). */
#ifndef WH_HOST_MESSAGE_H
#define WH_HOST_MESSAGE_H

typedef struct {
    char text[512];
} wh_message;

/* Format into m->text, cut where it is too long. m may be NULL: nothing happens. */
void wh_message_set(wh_message *m, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif /* WH_HOST_MESSAGE_H */
