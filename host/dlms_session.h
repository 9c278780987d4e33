/* SPDX-License-Identifier: Apache-2.0 */
/* dlms_session.h - read a meter over TCP: open, get, close. It blocks, never longer than its
 * time-out for each answer.
 *
 *   wh_dlms_session *s;
 *   if (wh_dlms_session_open(&url, 5000, &s, &message) == WH_OK) {
 *       err = wh_dlms_session_get(s, attributes, count, on_value, user, &message);
 *       wh_dlms_session_close(s);
 *   }
 *
 * What the meter refuses for a single attribute is a value with a result; what it refuses
 * altogether is WH_ERR_DENIED with the meter's words in the message. One thread per session. */
#ifndef WH_HOST_DLMS_SESSION_H
#define WH_HOST_DLMS_SESSION_H

#include "host/dlms_url.h"
#include "host/message.h"
#include "protocol/dlms/dlms_client.h"

#include <stddef.h>
#include <stdint.h>

typedef struct wh_dlms_session wh_dlms_session;

/* The longest value, put together from blocks, that a session takes. */
#define WH_DLMS_SESSION_VALUE_SIZE ((size_t)4 << 20)

/* Connect and associate.
 *
 * WH_OK           *session, to be closed
 * WH_ERR_IO       no such host, no connection, closed by the meter, no memory
 * WH_ERR_TIMEOUT  no connection or no answer within timeout_ms
 * WH_ERR_DENIED   the meter refused the association
 * WH_ERR_FORMAT   what answers is not a DLMS meter */
wh_err wh_dlms_session_open(const wh_dlms_url *url, uint32_t timeout_ms, wh_dlms_session **session,
                            wh_message *message) WH_MUST_USE;

/* One value: attribute `index` of those asked for. `data` is one encoded value where result
 * is WH_DLMS_RESULT_SUCCESS, valid during the call. Must not use the session. */
typedef void wh_dlms_on_value(void *user, size_t index, uint8_t result, wh_dlms_octets data);

/* Read any number of attributes; on_value is called for each, in order. They are asked for in
 * as few requests as the meter takes.
 *
 * Errors as above. After WH_ERR_DENIED the session may be used again, after the others only
 * be closed. Values told before an error are good. */
wh_err wh_dlms_session_get(wh_dlms_session *session, const wh_dlms_attribute *attributes,
                           size_t count, wh_dlms_on_value *on_value, void *user,
                           wh_message *message) WH_MUST_USE;

/* Release the association if it is still there, disconnect, free. NULL is allowed. */
void wh_dlms_session_close(wh_dlms_session *session);

#endif /* WH_HOST_DLMS_SESSION_H */
