/* SPDX-License-Identifier: Apache-2.0 */
/* dlms_apdu.h - the services of an open association: GET in all its forms, and the
 * exception-response. What selects data within an attribute is carried as it stands.
 *
 *   C0 01 C1  0001 00002A0000FF 02  00       get-request-normal: class 1, 0.0.42.0.0.255, 2
 *   C4 01 C1  00  <data>                     get-response-normal
 *   C4 02 C1  00 00000001 00 82049E <raw>    get-response-with-datablock, more to come */
#ifndef WH_PROTOCOL_DLMS_DLMS_APDU_H
#define WH_PROTOCOL_DLMS_DLMS_APDU_H

#include "core/obis.h"
#include "protocol/dlms/dlms_data.h"

/* One attribute of one object, and which part of it. */
typedef struct {
    uint16_t class_id;
    wh_obis name; /* logical name */
    int8_t attribute;
    bool selective;
    uint8_t selector;
    wh_dlms_octets selection; /* the parameters of the selector: one encoded value */
} wh_dlms_attribute;

typedef struct {
    uint8_t choice;                 /* WH_DLMS_GET_NORMAL, _NEXT, _WITH_LIST */
    uint8_t invoke_id_and_priority; /* bits 0..3 id, 6 confirmed, 7 high priority */
    wh_dlms_attribute attribute;    /* normal */
    uint32_t block_number;          /* next */
    uint32_t count;                 /* with list */
    wh_dlms_octets list;            /* with list: the attributes, checked */
} wh_dlms_get_request;

typedef struct {
    uint8_t choice; /* WH_DLMS_GET_NORMAL, _DATABLOCK, _WITH_LIST */
    uint8_t invoke_id_and_priority;
    bool last;             /* datablock */
    uint32_t block_number; /* datablock */
    uint8_t result;        /* normal, datablock: WH_DLMS_RESULT_ */
    wh_dlms_octets data;   /* normal: the value; datablock: raw octets; with list: the results */
    uint32_t count;        /* with list */
} wh_dlms_get_response;

typedef struct {
    uint8_t state_error;
    uint8_t service_error;
    uint32_t invocation_counter; /* only with WH_DLMS_SERVICE_INVOCATION_COUNTER_ERROR */
} wh_dlms_exception;

/* A cosem-attribute-descriptor with its optional selection. */
void wh_dlms_attribute_take(wh_reader *r, wh_dlms_attribute *out);
void wh_dlms_attribute_put(wh_writer *w, const wh_dlms_attribute *attribute);

/* Decoders take a whole APDU; bytes after it are an error, but for those behind the value of a
 * get-response-normal, where servers in the field have some.
 *
 * WH_ERR_SHORT, WH_ERR_FORMAT, and the errors of wh_dlms_walk_err within a value
 * WH_ERR_UNSUPPORTED  a choice this library does not know */
wh_err wh_dlms_get_request_decode(wh_dlms_octets apdu, wh_dlms_get_request *out) WH_MUST_USE;
wh_err wh_dlms_get_response_decode(wh_dlms_octets apdu, wh_dlms_get_response *out) WH_MUST_USE;
wh_err wh_dlms_exception_decode(wh_dlms_octets apdu, wh_dlms_exception *out) WH_MUST_USE;

/* Of a list `list` is written as it stands: `count` attributes. */
void wh_dlms_get_request_encode(wh_writer *w, const wh_dlms_get_request *request);
void wh_dlms_get_response_encode(wh_writer *w, const wh_dlms_get_response *response);
void wh_dlms_exception_encode(wh_writer *w, const wh_dlms_exception *exception);

/* One result of a list: data, or what the server said instead (data.bytes == NULL then). */
typedef struct {
    uint8_t result;
    wh_dlms_octets data;
} wh_dlms_get_result;

wh_dlms_get_result wh_dlms_get_result_take(wh_reader *r);

#endif /* WH_PROTOCOL_DLMS_DLMS_APDU_H */
