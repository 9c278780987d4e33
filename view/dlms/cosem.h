/* SPDX-License-Identifier: Apache-2.0 */
/* cosem.h - the meter as DLMS/COSEM sees it: interface objects over the catalogue.
 *
 *   catalogue item                        interface class
 *   the clock                             8  Clock, version 0
 *   a number (scaler and unit)            3  Register, version 0
 *   octets, text, other times             1  Data, version 0
 *   the association with the client       15 Association LN, version 3
 *   the logical devices                   17 SAP assignment, version 0
 *
 * Every attribute of these classes is served; none can be written and no method invoked yet.
 * A Register whose item has no value (nothing measured yet) holds null-data, never 0.
 *
 * One logical device, SAP 1. Client SAP 16 (public) may associate without security.
 *
 *   wh_cosem cosem = {.meter = &meter};
 *   wh_dlms_server_config config = wh_cosem_server_config(&cosem);
 *   for each connection: wh_dlms_server_init(&server, &config, memory, sizeof memory)
 *
 * The cosem and the meter outlive the config and every server; the meter must not change
 * while the server is fed (same thread, or a lock). */
#ifndef WH_VIEW_DLMS_COSEM_H
#define WH_VIEW_DLMS_COSEM_H

#include "meter/catalogue.h"
#include "protocol/dlms/dlms_server.h"

#include <stddef.h>
#include <stdint.h>

/* Interface classes. */
enum {
    WH_COSEM_DATA = 1,
    WH_COSEM_REGISTER = 3,
    WH_COSEM_CLOCK = 8,
    WH_COSEM_ASSOCIATION_LN = 15,
    WH_COSEM_SAP_ASSIGNMENT = 17
};

typedef struct {
    const wh_meter *meter;
} wh_cosem;

/* Model, partners and defaults; pdu_size and inactivity_ms may be changed afterwards. */
wh_dlms_server_config wh_cosem_server_config(wh_cosem *cosem);

/* The interface class of a catalogue item. */
uint16_t wh_cosem_class(wh_item_ref ref);

/* Objects in the object list of that role: each instance of a row of the catalogue, such as a
 * register of a rate, is one. */
size_t wh_cosem_object_count(const wh_cosem *cosem, wh_role role);

#endif /* WH_VIEW_DLMS_COSEM_H */
