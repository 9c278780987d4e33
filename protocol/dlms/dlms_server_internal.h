/* SPDX-License-Identifier: Apache-2.0 */
/* dlms_server_internal.h - the parts of the server: association (dlms_server_acse.c), reading
 * (dlms_server_get.c) and the frame around them (dlms_server.c). */
#ifndef WH_PROTOCOL_DLMS_DLMS_SERVER_INTERNAL_H
#define WH_PROTOCOL_DLMS_DLMS_SERVER_INTERNAL_H

#include "protocol/dlms/dlms_initiate.h"
#include "protocol/dlms/dlms_server.h"

/* Each handles one APDU that came with frames.wrapper and writes the answer, if there is one. */
void wh_dlms_server_associate(wh_dlms_server *s, wh_dlms_octets apdu, wh_writer *answer);
void wh_dlms_server_release(wh_dlms_server *s, wh_dlms_octets apdu, wh_writer *answer);
void wh_dlms_server_get(wh_dlms_server *s, wh_dlms_octets apdu, wh_writer *answer);

/* End the association and what belongs to it. */
void wh_dlms_server_dissociate(wh_dlms_server *s);

void wh_dlms_server_raise(wh_dlms_server *s, wh_dlms_server_event event);

void wh_dlms_server_refuse(wh_writer *answer, uint8_t state_error, uint8_t service_error);

#endif /* WH_PROTOCOL_DLMS_DLMS_SERVER_INTERNAL_H */
