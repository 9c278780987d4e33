/* SPDX-License-Identifier: Apache-2.0 */
/* dlms_url.h - the address of a meter: dlms://HOST[:PORT][?client=N&server=N]
 *
 * HOST is a name, an IPv4 address or [an IPv6 address]; the port is 4059 unless given, client
 * and server are the service access points, 16 (public client) and 1 unless given. */
#ifndef WH_HOST_DLMS_URL_H
#define WH_HOST_DLMS_URL_H

#include "core/err.h"
#include "host/message.h"

#include <stdint.h>

#define WH_DLMS_URL_HOST_SIZE 256

typedef struct {
    char host[WH_DLMS_URL_HOST_SIZE];
    uint16_t port;
    uint16_t client_sap;
    uint16_t server_sap;
} wh_dlms_url;

/* WH_ERR_FORMAT: not such a URL; *message names the part that is wrong. */
wh_err wh_dlms_url_parse(const char *text, wh_dlms_url *url, wh_message *message) WH_MUST_USE;

#endif /* WH_HOST_DLMS_URL_H */
