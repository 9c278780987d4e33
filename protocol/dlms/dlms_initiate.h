/* SPDX-License-Identifier: Apache-2.0 */
/* dlms_initiate.h - what the two sides agree on: initiate-request, initiate-response and the
 * confirmed-service-error that refuses (A-XDR, carried in the user-information of ACSE).
 *
 *   01 00 00 00 06 5F1F0400 007E1F 04B0      request: no key, default response-allowed and
 *                                            quality, version 6, conformance, PDU size 1200
 *   08 00 06 5F1F0400 00501F 01F4 0007       response */
#ifndef WH_PROTOCOL_DLMS_DLMS_INITIATE_H
#define WH_PROTOCOL_DLMS_DLMS_INITIATE_H

#include "protocol/dlms/dlms_acse.h"

typedef struct {
    wh_dlms_octets dedicated_key;
    bool response_allowed; /* true is the default and not sent */
    wh_dlms_optional quality_of_service;
    uint8_t version;
    uint32_t conformance;      /* WH_DLMS_CONFORMANCE_ bits */
    uint16_t max_receive_size; /* of the client; 0: no limit */
} wh_dlms_initiate_request;

typedef struct {
    wh_dlms_optional quality_of_service;
    uint8_t version;
    uint32_t conformance;
    uint16_t max_receive_size; /* of the server */
    uint16_t vaa_name;
} wh_dlms_initiate_response;

typedef struct {
    uint8_t service;  /* WH_DLMS_SERVICE_INITIATE_ERROR */
    uint8_t category; /* WH_DLMS_CATEGORY_INITIATE */
    uint8_t value;
} wh_dlms_service_error;

/* Decoders take a whole APDU; bytes after it are ignored. WH_ERR_SHORT, WH_ERR_FORMAT. The
 * older encoding of the conformance block without 1Fh is understood. */
wh_err wh_dlms_initiate_request_decode(wh_dlms_octets apdu,
                                       wh_dlms_initiate_request *out) WH_MUST_USE;
wh_err wh_dlms_initiate_response_decode(wh_dlms_octets apdu,
                                        wh_dlms_initiate_response *out) WH_MUST_USE;
wh_err wh_dlms_service_error_decode(wh_dlms_octets apdu, wh_dlms_service_error *out) WH_MUST_USE;

void wh_dlms_initiate_request_encode(wh_writer *w, const wh_dlms_initiate_request *request);
void wh_dlms_initiate_response_encode(wh_writer *w, const wh_dlms_initiate_response *response);
void wh_dlms_service_error_encode(wh_writer *w, const wh_dlms_service_error *error);

#endif /* WH_PROTOCOL_DLMS_DLMS_INITIATE_H */
