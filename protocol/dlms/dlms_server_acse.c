/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/dlms/dlms_server_internal.h"

#define CONFORMANCE_DEFAULT                                    \
    (WH_DLMS_CONFORMANCE_GET | WH_DLMS_CONFORMANCE_BLOCK_GET | \
     WH_DLMS_CONFORMANCE_MULTIPLE_REFERENCES)
#define USER_INFORMATION_SIZE 32 /* an initiate-response has 14 octets, 15 with quality */
#define VERSION_1             0x80

/* Why an association is refused: at the ACSE, or by the xDLMS context (service_error). */
typedef struct {
    bool refused;
    bool by_context;
    uint8_t source;
    uint8_t diagnostic;
    uint8_t service_error;
} verdict;

static verdict accept_it(void)
{
    verdict v = {.source = WH_DLMS_SOURCE_USER, .diagnostic = WH_DLMS_USER_NULL};
    return v;
}

static verdict refuse_at(uint8_t source, uint8_t diagnostic)
{
    verdict v = {.refused = true, .source = source, .diagnostic = diagnostic};
    return v;
}

static verdict refuse_context(uint8_t service_error)
{
    verdict v = {.refused = true,
                 .by_context = true,
                 .source = WH_DLMS_SOURCE_USER,
                 .diagnostic = WH_DLMS_USER_NO_REASON,
                 .service_error = service_error};
    return v;
}

static const wh_dlms_partner *find_partner(const wh_dlms_server *s)
{
    for (size_t i = 0; i < s->config->partner_count; i++) {
        const wh_dlms_partner *p = &s->config->partners[i];
        if (p->client_sap == s->frames.wrapper.source &&
            p->server_sap == s->frames.wrapper.destination) {
            return p;
        }
    }
    return NULL;
}

/* Without a mechanism name the client asks for the lowest one. */
static verdict judge_mechanism(const wh_dlms_association_apdu *aarq, const wh_dlms_partner *partner)
{
    bool selected =
        aarq->acse_requirements.present && ((unsigned)aarq->acse_requirements.value & 0x80U) != 0;
    if (aarq->mechanism_name.bytes == NULL) {
        if (selected) {
            return refuse_at(WH_DLMS_SOURCE_USER, WH_DLMS_USER_MECHANISM_REQUIRED);
        }
        return partner->mechanism == WH_DLMS_MECHANISM_LOWEST
                   ? accept_it()
                   : refuse_at(WH_DLMS_SOURCE_USER, WH_DLMS_USER_AUTHENTICATION_REQUIRED);
    }
    int id = wh_dlms_mechanism_id(aarq->mechanism_name);
    if (id != WH_DLMS_MECHANISM_LOWEST || partner->mechanism != WH_DLMS_MECHANISM_LOWEST) {
        return refuse_at(WH_DLMS_SOURCE_USER, WH_DLMS_USER_MECHANISM_NOT_RECOGNISED);
    }
    return accept_it();
}

static verdict judge_acse(const wh_dlms_association_apdu *aarq, const wh_dlms_partner *partner)
{
    if (aarq->protocol_version.present &&
        ((unsigned)aarq->protocol_version.value & VERSION_1) == 0) {
        return refuse_at(WH_DLMS_SOURCE_PROVIDER, WH_DLMS_PROVIDER_NO_COMMON_ACSE_VERSION);
    }
    if (wh_dlms_context_id(aarq->context_name) != WH_DLMS_CONTEXT_LN) {
        return refuse_at(WH_DLMS_SOURCE_USER, WH_DLMS_USER_CONTEXT_NAME_NOT_SUPPORTED);
    }
    if (partner == NULL) {
        return refuse_at(WH_DLMS_SOURCE_USER, WH_DLMS_USER_NO_REASON);
    }
    return judge_mechanism(aarq, partner);
}

static verdict judge_initiate(const wh_dlms_initiate_request *request, uint32_t conformance)
{
    if (request->version < WH_DLMS_VERSION) {
        return refuse_context(WH_DLMS_INITIATE_VERSION_TOO_LOW);
    }
    if ((conformance & WH_DLMS_CONFORMANCE_GET) == 0) {
        return refuse_context(WH_DLMS_INITIATE_INCOMPATIBLE_CONFORMANCE);
    }
    if (request->max_receive_size != 0 && request->max_receive_size < WH_DLMS_PDU_SIZE_MIN) {
        return refuse_context(WH_DLMS_INITIATE_PDU_SIZE_TOO_SHORT);
    }
    return accept_it();
}

static uint32_t offered(const wh_dlms_server *s)
{
    return s->config->conformance != 0 ? s->config->conformance : CONFORMANCE_DEFAULT;
}

static wh_dlms_initiate_response initiate_response(const wh_dlms_server *s, uint32_t conformance)
{
    wh_dlms_initiate_response response = {.version = WH_DLMS_VERSION,
                                          .conformance = conformance,
                                          .max_receive_size = (uint16_t)s->frames.size,
                                          .vaa_name = WH_DLMS_VAA_NAME_LN};
    return response;
}

/* The AARE. `response` is NULL where the client's initiate-request could not be read. */
static void put_aare(wh_writer *answer, const verdict *v, const wh_dlms_initiate_response *response)
{
    uint8_t name[WH_DLMS_OID_LEN];
    wh_dlms_context_name(WH_DLMS_CONTEXT_LN, name);
    uint8_t information[USER_INFORMATION_SIZE];
    wh_writer info = wh_writer_init(information, sizeof information);
    if (v->by_context) {
        wh_dlms_service_error error = {.service = WH_DLMS_SERVICE_INITIATE_ERROR,
                                       .category = WH_DLMS_CATEGORY_INITIATE,
                                       .value = v->service_error};
        wh_dlms_service_error_encode(&info, &error);
    } else if (response != NULL) {
        wh_dlms_initiate_response_encode(&info, response);
    }
    wh_dlms_association_apdu aare = {
        .context_name = {name, sizeof name},
        .result = v->refused ? WH_DLMS_REJECTED_PERMANENT : WH_DLMS_ACCEPTED,
        .diagnostic_source = v->source,
        .diagnostic = v->diagnostic,
    };
    if (wh_writer_len(&info) > 0) {
        aare.user_information.bytes = information;
        aare.user_information.len = wh_writer_len(&info);
    }
    wh_dlms_association_encode(answer, WH_DLMS_TAG_AARE, &aare);
}

static void open_association(wh_dlms_server *s, const wh_dlms_partner *partner,
                             const wh_dlms_initiate_request *request, uint32_t conformance)
{
    uint16_t own = (uint16_t)s->frames.size;
    uint16_t theirs = request->max_receive_size;
    wh_dlms_association association = {.partner = partner,
                                       .context = WH_DLMS_CONTEXT_LN,
                                       .version = WH_DLMS_VERSION,
                                       .conformance = conformance,
                                       .max_receive_size = own,
                                       .max_send_size = theirs != 0 && theirs < own ? theirs : own,
                                       .quality_of_service = request->quality_of_service};
    s->association = association;
    s->associated = true;
    wh_dlms_server_raise(s, WH_DLMS_SERVER_ASSOCIATED);
}

/* A client that has lost track of its association opens it again: the old one ends first, and
 * where the new one is refused there is none. */
void wh_dlms_server_associate(wh_dlms_server *s, wh_dlms_octets apdu, wh_writer *answer)
{
    wh_dlms_server_dissociate(s);
    wh_dlms_association_apdu aarq;
    verdict v = refuse_at(WH_DLMS_SOURCE_PROVIDER, WH_DLMS_PROVIDER_NO_REASON);
    if (wh_dlms_association_decode(WH_DLMS_TAG_AARQ, apdu.bytes, apdu.len, &aarq) != WH_OK) {
        wh_dlms_server_raise(s, WH_DLMS_SERVER_REJECTED);
        put_aare(answer, &v, NULL);
        return;
    }
    const wh_dlms_partner *partner = find_partner(s);
    wh_dlms_initiate_request request;
    bool readable = wh_dlms_initiate_request_decode(aarq.user_information, &request) == WH_OK;
    uint32_t conformance = readable ? request.conformance & offered(s) : 0;
    v = judge_acse(&aarq, partner);
    if (!v.refused) {
        v = readable ? judge_initiate(&request, conformance)
                     : refuse_context(WH_DLMS_INITIATE_OTHER);
    }
    if (!v.refused && !request.response_allowed) {
        return; /* an unconfirmed association: it could carry none of the services here */
    }
    if (v.refused) {
        wh_dlms_server_raise(s, WH_DLMS_SERVER_REJECTED);
    } else {
        open_association(s, partner, &request, conformance);
    }
    wh_dlms_initiate_response response = initiate_response(s, conformance);
    put_aare(answer, &v, readable ? &response : NULL);
}

/* A release is confirmed whether or not there was something to release: the client wants it
 * gone, and gone it is. */
void wh_dlms_server_release(wh_dlms_server *s, wh_dlms_octets apdu, wh_writer *answer)
{
    wh_dlms_release_apdu rlrq;
    if (wh_dlms_release_decode(WH_DLMS_TAG_RLRQ, apdu.bytes, apdu.len, &rlrq) != WH_OK) {
        return;
    }
    uint8_t information[USER_INFORMATION_SIZE];
    wh_writer info = wh_writer_init(information, sizeof information);
    wh_dlms_release_apdu rlre = {.reason = {true, 0}};
    bool ours = s->associated && s->frames.wrapper.source == s->association.partner->client_sap &&
                s->frames.wrapper.destination == s->association.partner->server_sap;
    if (ours && rlrq.user_information.bytes != NULL) {
        wh_dlms_initiate_response response = initiate_response(s, s->association.conformance);
        wh_dlms_initiate_response_encode(&info, &response);
        rlre.user_information.bytes = information;
        rlre.user_information.len = wh_writer_len(&info);
    }
    if (ours) {
        wh_dlms_server_dissociate(s);
    }
    wh_dlms_release_encode(answer, WH_DLMS_TAG_RLRE, &rlre);
}
