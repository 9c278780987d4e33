/* SPDX-License-Identifier: Apache-2.0 */
/* dlms_server.h - the server side of DLMS over the wrapper, one object per connection.
 *
 *   bytes ─▶ feed ─▶ frame ─▶ AARQ RLRQ GET ─▶ model ─▶ response ─▶ next_tx ─▶ bytes
 *
 * It does no I/O: a TCP server gives it what it received and sends what it says.
 *
 *   on connect   wh_dlms_server_init(&s, &config, memory, sizeof memory);
 *   on bytes     while (len > 0) {
 *                    size_t used = wh_dlms_server_feed(&s, bytes, len);
 *                    bytes += used, len -= used;
 *                    wh_dlms_octets tx = wh_dlms_server_next_tx(&s);
 *                    if (tx.len > 0) send_copy(tx.bytes, tx.len);
 *                }
 *   each second  wh_dlms_server_poll(&s, now_ms);
 *   after both   wh_dlms_server_event e;
 *                while (wh_dlms_server_next_event(&s, &e))
 *                    if (e == WH_DLMS_SERVER_CLOSE) close_connection();
 *
 * What is behind it is a model: one function that writes the value of an attribute. A value
 * longer than a PDU is asked for in pieces and sent in blocks, so an object list or a load
 * profile never has to be in memory as a whole.
 *
 * It serves GET (normal, next, with list) in the lowest-security association with logical
 * names. Every other service is answered with an exception-response.
 *
 * Rules: 1. config, what it points to, and memory outlive the server. 2. The model's function
 * must not call the server. 3. What next_tx gave stays valid until the next feed. 4. One
 * thread. It may run in an interrupt if the model may. */
#ifndef WH_PROTOCOL_DLMS_DLMS_SERVER_H
#define WH_PROTOCOL_DLMS_DLMS_SERVER_H

#include "protocol/dlms/dlms_apdu.h"
#include "protocol/dlms/dlms_wrapper.h"

/* The longest piece of a value that a model may write at once. */
#define WH_DLMS_PIECE_SIZE 256U

/* PDU sizes a server can be given, and the memory it needs for one: a request and a response
 * with wrapper, a value in progress and the list of what was asked for. */
#define WH_DLMS_SERVER_PDU_MIN     128U
#define WH_DLMS_SERVER_MEMORY(pdu) (4U * (pdu) + WH_DLMS_WRAPPER_LEN + WH_DLMS_PIECE_SIZE)

/* A client that may associate. */
typedef struct {
    uint16_t client_sap;
    uint16_t server_sap; /* the logical device */
    uint8_t mechanism;   /* WH_DLMS_MECHANISM_LOWEST; no other is served */
    uint8_t role;        /* handed to the model, which grants rights by it */
} wh_dlms_partner;

/* The association in force. */
typedef struct {
    const wh_dlms_partner *partner;
    uint8_t context; /* WH_DLMS_CONTEXT_ */
    uint8_t version;
    uint32_t conformance;      /* negotiated */
    uint16_t max_receive_size; /* of this server */
    uint16_t max_send_size;    /* the client's limit or our own, whichever is smaller */
    wh_dlms_optional quality_of_service;
} wh_dlms_association;

/* How far the model is within a value. Both are 0 and false when a value begins. */
typedef struct {
    uint32_t step; /* the model's own count */
    bool more;     /* set by the model: call again for the next piece */
} wh_dlms_part;

typedef struct {
    void *user;

    /* Write the value of an attribute, or its next piece, as A-XDR.
     *
     * A piece is at most WH_DLMS_PIECE_SIZE octets; for that `out` always has room. What is
     * not WH_DLMS_RESULT_SUCCESS is told to the client; within a value that has begun it ends
     * the transfer. */
    wh_dlms_result (*get)(void *user, const wh_dlms_association *association,
                          const wh_dlms_attribute *attribute, wh_dlms_part *part, wh_writer *out);
} wh_dlms_model;

typedef struct {
    wh_dlms_model model;
    const wh_dlms_partner *partners;
    size_t partner_count;
    uint32_t conformance;   /* offered; 0 = GET, block transfer with it, multiple references */
    uint16_t pdu_size;      /* received and sent at most; 0 = 1024 */
    uint32_t inactivity_ms; /* 0 = 120 000; a silent connection is closed after it */
} wh_dlms_server_config;

typedef enum {
    WH_DLMS_SERVER_ASSOCIATED, /* ->association tells with whom */
    WH_DLMS_SERVER_REJECTED,   /* an AARQ was refused */
    WH_DLMS_SERVER_RELEASED,   /* by the client, or replaced by its next AARQ */
    WH_DLMS_SERVER_CLOSE       /* not a wrapper stream, or silent too long: close it */
} wh_dlms_server_event;

/* A value on its way to the client. */
typedef struct {
    bool active; /* more blocks will be asked for */
    bool list;
    uint8_t invoke_id_and_priority;
    uint32_t block_number; /* of the block last sent */
    uint32_t items_left;   /* attributes not begun */
    size_t request_at;     /* where the next one lies in the request */
    bool item_open;
    wh_dlms_attribute item;
    wh_dlms_part part;
    wh_dlms_result result; /* of a single attribute, or why the transfer broke */
} wh_dlms_transfer;

/* Fields are private but for associated and association. */
typedef struct {
    const wh_dlms_server_config *config;
    bool associated;
    wh_dlms_association association;
    wh_dlms_frames frames;
    uint8_t *tx;
    size_t tx_size;
    size_t tx_len;
    uint8_t *value;
    size_t value_size;
    size_t value_len;
    uint8_t *request;
    size_t request_size;
    size_t request_len;
    wh_dlms_transfer transfer;
    uint32_t active_ms;
    bool active;
    bool closed;
    unsigned events;
} wh_dlms_server;

/* Start serving a new connection.
 *
 * memory  WH_DLMS_SERVER_MEMORY(pdu_size) octets or more
 *
 * WH_OK
 * WH_ERR_ARG    no model
 * WH_ERR_RANGE  pdu_size below WH_DLMS_SERVER_PDU_MIN
 * WH_ERR_SPACE  memory too small */
wh_err wh_dlms_server_init(wh_dlms_server *server, const wh_dlms_server_config *config,
                           uint8_t *memory, size_t memory_size) WH_MUST_USE;

/* Give it received bytes. It takes them up to the end of one request and answers that; returns
 * how many it took. Takes none while an answer waits to be fetched by next_tx. */
size_t wh_dlms_server_feed(wh_dlms_server *server, const uint8_t *bytes, size_t len) WH_MUST_USE;

/* Tell the time (monotonic milliseconds, compared by difference); once a second is enough. */
void wh_dlms_server_poll(wh_dlms_server *server, uint32_t now_ms);

/* The bytes to send now, once; len 0: none. */
wh_dlms_octets wh_dlms_server_next_tx(wh_dlms_server *server);

/* What happened, each thing once. */
bool wh_dlms_server_next_event(wh_dlms_server *server, wh_dlms_server_event *event);

#endif /* WH_PROTOCOL_DLMS_DLMS_SERVER_H */
