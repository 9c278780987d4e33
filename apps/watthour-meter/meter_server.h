/* SPDX-License-Identifier: Apache-2.0 */
/* meter_server.h - a meter on the network: DLMS over TCP, one engine for each connection. */
#ifndef WH_APPS_METER_SERVER_H
#define WH_APPS_METER_SERVER_H

#include "apps/watthour-meter/meter_settings.h"
#include "host/tcp_server.h"
#include "protocol/dlms/dlms_server.h"

#include <uv.h>

typedef struct wh_meter_server wh_meter_server;

/* Listen as the configuration says.
 *
 * engine  what is served and to whom; copied, what it points to is kept
 *
 * WH_OK
 * else   *message names the line of the configuration and what is wrong (port in use, ...) */
wh_err wh_meter_server_open(uv_loop_t *loop, const wh_meter_settings *settings,
                            const wh_dlms_server_config *engine, wh_meter_server **server,
                            wh_message *message) WH_MUST_USE;

uint16_t wh_meter_server_port(const wh_meter_server *server);

/* Close the port and all connections. The loop must run on until nothing is left of them; then
 * wh_meter_server_free. */
void wh_meter_server_close(wh_meter_server *server);
void wh_meter_server_free(wh_meter_server *server);

#endif /* WH_APPS_METER_SERVER_H */
