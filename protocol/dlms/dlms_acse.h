/* SPDX-License-Identifier: Apache-2.0 */
/* dlms_acse.h - opening and closing an association: AARQ, AARE, RLRQ, RLRE in BER.
 *
 *   60 1D                                     AARQ, 29 octets
 *      A1 09 06 07 60 85 74 05 08 01 01       application-context-name: LN, no ciphering
 *      BE 10 04 0E <14 octets>                user-information: an initiate-request
 *
 * Decoding is tolerant: fields in any order, unknown ones passed over, definite lengths in any
 * form. Encoding is strict: ascending tags, shortest lengths.
 *
 * It does not look into the user-information (dlms_initiate.h) nor verify secrets. */
#ifndef WH_PROTOCOL_DLMS_DLMS_ACSE_H
#define WH_PROTOCOL_DLMS_DLMS_ACSE_H

#include "protocol/dlms/dlms_data.h"

/* How an authentication value was given. */
typedef enum {
    WH_DLMS_AUTHENTICATION_NONE,
    WH_DLMS_AUTHENTICATION_CHARSTRING, /* 80 */
    WH_DLMS_AUTHENTICATION_BITSTRING,  /* 81 */
    WH_DLMS_AUTHENTICATION_OTHER       /* external or other: contents as they stand */
} wh_dlms_authentication_form;

/* AARQ and AARE have the same fields but for their tags and the result. "title" and the
 * like are those of the caller in an AARQ (and called_ its partner's), of the responder in an
 * AARE. Octets borrow the decoded buffer. */
typedef struct {
    wh_dlms_optional protocol_version; /* the first octet of the bit string: 80h is version 1 */
    wh_dlms_octets context_name;       /* 7 octets: 60 85 74 05 08 01 xx */
    wh_dlms_octets called_ap_title;    /* AARQ only, also the three below */
    wh_dlms_octets called_ae_qualifier;
    wh_dlms_optional called_ap_invocation_id;
    wh_dlms_optional called_ae_invocation_id;
    uint8_t result;            /* AARE only */
    uint8_t diagnostic_source; /* AARE only: WH_DLMS_SOURCE_ */
    uint8_t diagnostic;        /* AARE only */
    wh_dlms_octets ap_title;   /* the system title */
    wh_dlms_octets ae_qualifier;
    wh_dlms_optional ap_invocation_id;
    wh_dlms_optional ae_invocation_id;  /* the user id */
    wh_dlms_optional acse_requirements; /* first octet: 80h selects authentication */
    wh_dlms_octets mechanism_name;      /* 7 octets: 60 85 74 05 08 02 xx */
    wh_dlms_authentication_form authentication_form;
    wh_dlms_octets authentication_value;
    wh_dlms_octets implementation_information;
    wh_dlms_octets user_information;
} wh_dlms_association_apdu;

/* RLRQ and RLRE. */
typedef struct {
    wh_dlms_optional reason;
    wh_dlms_octets user_information;
} wh_dlms_release_apdu;

/* Decode one whole APDU from buf[len]; `tag` is that which must come first: WH_DLMS_TAG_AARQ
 * or _AARE.
 *
 * WH_OK           in *out
 * WH_ERR_SHORT    buf ends within the APDU
 * WH_ERR_FORMAT   another tag, an inner length that does not fit, no context name,
 *                 in an AARE no result */
wh_err wh_dlms_association_decode(uint8_t tag, const uint8_t *buf, size_t len,
                                  wh_dlms_association_apdu *out) WH_MUST_USE;

/* Append one; WH_ERR_RANGE is latched where it would be longer than 65 535 octets. */
void wh_dlms_association_encode(wh_writer *w, uint8_t tag, const wh_dlms_association_apdu *apdu);

/* The same for WH_DLMS_TAG_RLRQ and _RLRE. */
wh_err wh_dlms_release_decode(uint8_t tag, const uint8_t *buf, size_t len,
                              wh_dlms_release_apdu *out) WH_MUST_USE;
void wh_dlms_release_encode(wh_writer *w, uint8_t tag, const wh_dlms_release_apdu *apdu);

/* The names 2.16.756.5.8.1.id (contexts) and 2.16.756.5.8.2.id (mechanisms). */
void wh_dlms_context_name(uint8_t id, uint8_t out[WH_DLMS_OID_LEN]);
void wh_dlms_mechanism_name(uint8_t id, uint8_t out[WH_DLMS_OID_LEN]);

/* The id in such a name; -1 where it is another name. */
int wh_dlms_context_id(wh_dlms_octets name);
int wh_dlms_mechanism_id(wh_dlms_octets name);

#endif /* WH_PROTOCOL_DLMS_DLMS_ACSE_H */
