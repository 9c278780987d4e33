/* SPDX-License-Identifier: Apache-2.0 */
/* dlms_text.h - what a meter said, in words for a person. */
#ifndef WH_PROTOCOL_DLMS_DLMS_TEXT_H
#define WH_PROTOCOL_DLMS_DLMS_TEXT_H

#include "protocol/dlms/dlms_client.h"

#define WH_DLMS_FAILURE_TEXT_SIZE 160

/* A data-access-result: "object undefined". Never NULL. */
const char *wh_dlms_result_text(uint8_t result);

/* A failure with a terminating 0: "the meter refused the association: application context
 * name not supported". Returns the length without it. */
size_t wh_dlms_failure_text(const wh_dlms_failure *failure, char text[WH_DLMS_FAILURE_TEXT_SIZE]);

#endif /* WH_PROTOCOL_DLMS_DLMS_TEXT_H */
