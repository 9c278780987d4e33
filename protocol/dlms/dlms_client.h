/* SPDX-License-Identifier: Apache-2.0 */
/* dlms_client.h - the client side of DLMS over the wrapper, one object per connection.
 *
 *   associate, get, release ─▶ next_tx ─▶ bytes to the meter
 *   bytes of the meter ─▶ feed ─▶ next_event: associated, value, released, failed
 *
 * It does no I/O. A program that may block uses host/dlms_session.h instead. One thing at a
 * time: ask, then pump until its event came.
 *
 *   wh_dlms_client_init(&c, &config, memory, sizeof memory);
 *   wh_dlms_client_associate(&c);
 *   loop:  tx = wh_dlms_client_next_tx(&c);            send what there is
 *          used = wh_dlms_client_feed(&c, bytes, len); keep what was not used for the next turn
 *          wh_dlms_client_poll(&c, now_ms);
 *          while (wh_dlms_client_next_event(&c, &e)) ...  ask for the next thing
 *
 * What a meter refuses is data, not an error: a value event with a result other than
 * WH_DLMS_RESULT_SUCCESS, a failed event with what the meter said. Blocks are put together in
 * the caller's memory.
 *
 * Rules: 1. config and memory outlive the client. 2. The data of an event stays valid until
 * the next feed or request. 3. One thread. */
#ifndef WH_PROTOCOL_DLMS_DLMS_CLIENT_H
#define WH_PROTOCOL_DLMS_DLMS_CLIENT_H

#include "protocol/dlms/dlms_apdu.h"
#include "protocol/dlms/dlms_wrapper.h"

/* Memory for PDUs of `pdu` octets and values (put together from blocks) of `value` octets. An
 * AARE may be longer than the PDU size it agrees on: there is always room for 128 octets. */
#define WH_DLMS_CLIENT_ROOM(pdu) ((pdu) < 128U ? 128U : (pdu))
#define WH_DLMS_CLIENT_MEMORY(pdu, value) \
    (2U * WH_DLMS_CLIENT_ROOM(pdu) + WH_DLMS_WRAPPER_LEN + (value))

typedef struct {
    uint16_t client_sap;  /* 0 = 16, the public client */
    uint16_t server_sap;  /* 0 = 1, the management logical device */
    uint32_t conformance; /* proposed; 0 = GET, block transfer with it, multiple references */
    uint16_t pdu_size;    /* received at most, 12 or more; 0 = 1024 */
    uint32_t timeout_ms;  /* for each answer; 0 = 10 000 */
} wh_dlms_client_config;

typedef enum {
    WH_DLMS_CLIENT_ASSOCIATED,
    WH_DLMS_CLIENT_VALUE, /* one for each attribute asked for, in that order */
    WH_DLMS_CLIENT_RELEASED,
    WH_DLMS_CLIENT_FAILED
} wh_dlms_client_event_kind;

/* What went wrong, as far as the meter said. */
typedef enum {
    WH_DLMS_FAILURE_NONE,      /* the meter said nothing: err tells */
    WH_DLMS_FAILURE_REJECTED,  /* an AARE: result, source, diagnostic, perhaps service_error */
    WH_DLMS_FAILURE_EXCEPTION, /* an exception-response */
    WH_DLMS_FAILURE_SERVICE,   /* a confirmed-service-error */
    WH_DLMS_FAILURE_BLOCK      /* a block transfer broken off: result is the data-access-result */
} wh_dlms_failure_kind;

typedef struct {
    wh_dlms_failure_kind kind;
    wh_err err;     /* DENIED: the meter refused. TIMEOUT. FORMAT: not DLMS. SPACE: too long */
    uint8_t result; /* association-result or data-access-result */
    uint8_t source;
    uint8_t diagnostic;
    bool has_service_error;
    uint8_t error_category; /* of a confirmed-service-error, also within an AARE */
    uint8_t error_value;
    uint8_t state_error; /* of an exception-response */
    uint8_t service_error;
} wh_dlms_failure;

typedef struct {
    wh_dlms_client_event_kind kind;
    uint32_t index;          /* VALUE: which of the attributes, from 0 */
    uint8_t result;          /* VALUE: WH_DLMS_RESULT_ */
    wh_dlms_octets data;     /* VALUE with success: one encoded value (dlms_data.h) */
    wh_dlms_failure failure; /* FAILED */
} wh_dlms_client_event;

typedef enum {
    WH_DLMS_CLIENT_IDLE,
    WH_DLMS_CLIENT_ASSOCIATING,
    WH_DLMS_CLIENT_READY, /* associated: may get and release */
    WH_DLMS_CLIENT_GETTING,
    WH_DLMS_CLIENT_RELEASING,
    WH_DLMS_CLIENT_BROKEN /* close the connection */
} wh_dlms_client_state;

/* Fields are private but for state, conformance and max_send_size (the last two once READY). */
typedef struct {
    const wh_dlms_client_config *config;
    wh_dlms_client_state state;
    uint32_t conformance;
    uint16_t max_send_size; /* the longest APDU the meter takes */
    uint16_t pdu_size;
    wh_dlms_frames frames;
    uint8_t *tx;
    size_t tx_size;
    size_t tx_len;
    uint8_t *value;
    size_t value_size;
    size_t value_len;
    uint8_t invoke_id;
    uint32_t asked; /* attributes in the running request; 1: it was a normal one */
    uint32_t told;  /* values of it that were given out */
    uint32_t block_number;
    wh_reader results; /* what of them is left */
    bool have_event;
    wh_dlms_client_event event;
    uint32_t since_ms;
    bool rearm;
} wh_dlms_client;

/* WH_OK
 * WH_ERR_RANGE  pdu_size below WH_DLMS_PDU_SIZE_MIN
 * WH_ERR_SPACE  memory below WH_DLMS_CLIENT_MEMORY(pdu_size, 1) */
wh_err wh_dlms_client_init(wh_dlms_client *client, const wh_dlms_client_config *config,
                           uint8_t *memory, size_t memory_size) WH_MUST_USE;

/* Ask for an association without security. WH_ERR_STATE unless IDLE. */
wh_err wh_dlms_client_associate(wh_dlms_client *client) WH_MUST_USE;

/* Ask for attributes: one with get-request-normal, more with get-request-with-list.
 *
 * WH_OK
 * WH_ERR_STATE        not READY
 * WH_ERR_ARG          count is 0
 * WH_ERR_UNSUPPORTED  GET, or more than one attribute, was not negotiated
 * WH_ERR_SPACE        the request is longer than the meter takes: ask for fewer */
wh_err wh_dlms_client_get(wh_dlms_client *client, const wh_dlms_attribute *attributes,
                          uint32_t count) WH_MUST_USE;

/* Ask to end the association. WH_ERR_STATE unless READY. */
wh_err wh_dlms_client_release(wh_dlms_client *client) WH_MUST_USE;

/* Give it received bytes; returns how many it took. Takes none while next_tx or next_event
 * have something to tell, and none when BROKEN. */
size_t wh_dlms_client_feed(wh_dlms_client *client, const uint8_t *bytes, size_t len) WH_MUST_USE;

/* Tell the time (monotonic milliseconds, compared by difference). */
void wh_dlms_client_poll(wh_dlms_client *client, uint32_t now_ms);

/* The bytes to send now, once; len 0: none. Valid until the next feed or request. */
wh_dlms_octets wh_dlms_client_next_tx(wh_dlms_client *client);

bool wh_dlms_client_next_event(wh_dlms_client *client, wh_dlms_client_event *event);

#endif /* WH_PROTOCOL_DLMS_DLMS_CLIENT_H */
