/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/dlms/dlms_acse.h"

#include <string.h>

enum {
    BER_INTEGER = 0x02,
    BER_BIT_STRING = 0x03,
    BER_OCTET_STRING = 0x04,
    BER_OID = 0x06,
    FIELD_PROTOCOL_VERSION = 0x80,
    FIELD_RELEASE_REASON = 0x80,
    FIELD_CONTEXT_NAME = 0xA1,
    FIELD_RESULT = 0xA2,
    FIELD_DIAGNOSTIC = 0xA3,
    FIELD_CALLED_AP_TITLE = 0xA2,
    FIELD_CALLED_AE_QUALIFIER = 0xA3,
    FIELD_CALLED_AP_INVOCATION = 0xA4,
    FIELD_CALLED_AE_INVOCATION = 0xA5,
    FIELD_IMPLEMENTATION = 0xBD,
    FIELD_USER_INFORMATION = 0xBE,
    VERSION_1 = 0x80
};

/* The tags that differ between the two, in one place. */
typedef struct {
    uint8_t ap_title, ae_qualifier, ap_invocation, ae_invocation;
    uint8_t requirements, mechanism, authentication;
} field_tags;

static const field_tags REQUEST_TAGS = {0xA6, 0xA7, 0xA8, 0xA9, 0x8A, 0x8B, 0xAC};
static const field_tags RESPONSE_TAGS = {0xA4, 0xA5, 0xA6, 0xA7, 0x88, 0x89, 0xAA};

static const uint8_t OID_PREFIX[5] = {0x60, 0x85, 0x74, 0x05, 0x08};

static void make_name(uint8_t arc, uint8_t id, uint8_t out[WH_DLMS_OID_LEN])
{
    memcpy(out, OID_PREFIX, sizeof OID_PREFIX);
    out[5] = arc;
    out[6] = id;
}

static int name_id(uint8_t arc, wh_dlms_octets name)
{
    if (name.bytes == NULL || name.len != WH_DLMS_OID_LEN ||
        memcmp(name.bytes, OID_PREFIX, sizeof OID_PREFIX) != 0 || name.bytes[5] != arc) {
        return -1;
    }
    return name.bytes[6];
}

void wh_dlms_context_name(uint8_t id, uint8_t out[WH_DLMS_OID_LEN])
{
    make_name(1, id, out);
}

void wh_dlms_mechanism_name(uint8_t id, uint8_t out[WH_DLMS_OID_LEN])
{
    make_name(2, id, out);
}

int wh_dlms_context_id(wh_dlms_octets name)
{
    return name_id(1, name);
}

int wh_dlms_mechanism_id(wh_dlms_octets name)
{
    return name_id(2, name);
}

/* ---- reading ---- */

/* The contents of one tag-length-value as a reader. A value that does not fit into its
 * container is malformed, not short: the container's length was there. */
static wh_reader take_tlv(wh_reader *r, uint8_t *tag)
{
    *tag = wh_reader_take_u8(r);
    uint32_t len = wh_dlms_take_length(r); /* BER's definite form is the same */
    if (wh_reader_err(r) != WH_OK || len > wh_reader_left(r)) {
        wh_reader_fail(r, WH_ERR_FORMAT);
        len = 0;
    }
    return wh_reader_sub(r, len);
}

static wh_dlms_octets rest(wh_reader *r)
{
    wh_dlms_octets out = {.len = wh_reader_left(r)};
    out.bytes = wh_reader_take_bytes(r, out.len);
    return out;
}

/* The contents of the element inside an explicit tag, whatever kind it is. */
static wh_dlms_octets inner(wh_reader *field)
{
    uint8_t tag = 0;
    wh_reader contents = take_tlv(field, &tag);
    return rest(&contents);
}

static wh_dlms_optional as_integer(wh_reader *r, wh_dlms_octets octets)
{
    wh_dlms_optional out = {.present = true};
    if (octets.bytes == NULL || octets.len == 0 || octets.len > 4) {
        wh_reader_fail(r, WH_ERR_FORMAT);
        return out;
    }
    uint32_t bits = (octets.bytes[0] & 0x80U) != 0 ? UINT32_MAX : 0;
    for (size_t i = 0; i < octets.len; i++) {
        bits = (bits << 8) | octets.bytes[i];
    }
    out.value = (int32_t)bits;
    return out;
}

static uint8_t as_u8(wh_reader *r, wh_dlms_octets octets)
{
    wh_dlms_optional value = as_integer(r, octets);
    if (value.value < 0 || value.value > UINT8_MAX) {
        wh_reader_fail(r, WH_ERR_FORMAT); /* cut to 8 bits a refusal might read as "accepted" */
    }
    return (uint8_t)value.value;
}

/* A bit string's first octet of bits: its contents begin with the count of unused bits. */
static wh_dlms_optional as_bits(wh_reader *r, wh_dlms_octets octets)
{
    wh_dlms_optional out = {.present = true};
    if (octets.bytes == NULL || octets.len < 2) {
        wh_reader_fail(r, WH_ERR_FORMAT);
        return out;
    }
    out.value = octets.bytes[1];
    return out;
}

static void take_authentication(wh_reader *field, wh_dlms_association_apdu *out)
{
    uint8_t form = 0;
    wh_reader contents = take_tlv(field, &form);
    out->authentication_form = form == 0x80   ? WH_DLMS_AUTHENTICATION_CHARSTRING
                               : form == 0x81 ? WH_DLMS_AUTHENTICATION_BITSTRING
                                              : WH_DLMS_AUTHENTICATION_OTHER;
    out->authentication_value = rest(&contents);
}

static void take_diagnostic(wh_reader *field, wh_dlms_association_apdu *out)
{
    uint8_t choice = 0;
    wh_reader source = take_tlv(field, &choice);
    wh_dlms_octets value = inner(&source);
    wh_reader_fail(field, wh_reader_err(&source));
    out->diagnostic_source = choice & 0x1FU;
    out->diagnostic = as_u8(field, value);
}

/* Fields that only one of the two has. */
static bool take_own_field(uint8_t apdu_tag, uint8_t tag, wh_reader *f,
                           wh_dlms_association_apdu *out)
{
    bool request = apdu_tag == WH_DLMS_TAG_AARQ;
    if (request && tag == FIELD_CALLED_AP_TITLE) {
        out->called_ap_title = inner(f);
    } else if (request && tag == FIELD_CALLED_AE_QUALIFIER) {
        out->called_ae_qualifier = inner(f);
    } else if (request && tag == FIELD_CALLED_AP_INVOCATION) {
        out->called_ap_invocation_id = as_integer(f, inner(f));
    } else if (request && tag == FIELD_CALLED_AE_INVOCATION) {
        out->called_ae_invocation_id = as_integer(f, inner(f));
    } else if (!request && tag == FIELD_RESULT) {
        out->result = as_u8(f, inner(f));
    } else if (!request && tag == FIELD_DIAGNOSTIC) {
        take_diagnostic(f, out);
    } else {
        return false;
    }
    return true;
}

static void take_field(uint8_t apdu_tag, uint8_t tag, wh_reader *f, wh_dlms_association_apdu *out)
{
    const field_tags *t = apdu_tag == WH_DLMS_TAG_AARQ ? &REQUEST_TAGS : &RESPONSE_TAGS;
    if (take_own_field(apdu_tag, tag, f, out)) {
        return;
    }
    if (tag == FIELD_PROTOCOL_VERSION) {
        out->protocol_version = as_bits(f, rest(f));
    } else if (tag == FIELD_CONTEXT_NAME) {
        out->context_name = inner(f);
    } else if (tag == t->ap_title) {
        out->ap_title = inner(f);
    } else if (tag == t->ae_qualifier) {
        out->ae_qualifier = inner(f);
    } else if (tag == t->ap_invocation) {
        out->ap_invocation_id = as_integer(f, inner(f));
    } else if (tag == t->ae_invocation) {
        out->ae_invocation_id = as_integer(f, inner(f));
    } else if (tag == t->requirements) {
        out->acse_requirements = as_bits(f, rest(f));
    } else if (tag == t->mechanism) {
        out->mechanism_name = rest(f);
    } else if (tag == t->authentication) {
        take_authentication(f, out);
    } else if (tag == FIELD_IMPLEMENTATION) {
        out->implementation_information = rest(f);
    } else if (tag == FIELD_USER_INFORMATION) {
        out->user_information = inner(f);
    }
}

/* The contents of the whole APDU; here a missing end is WH_ERR_SHORT. */
static wh_reader open_apdu(uint8_t tag, const uint8_t *buf, size_t len)
{
    wh_reader r = wh_reader_init(buf, len);
    wh_reader_expect_u8(&r, tag);
    uint32_t contents = wh_dlms_take_length(&r);
    return wh_reader_sub(&r, contents);
}

wh_err wh_dlms_association_decode(uint8_t tag, const uint8_t *buf, size_t len,
                                  wh_dlms_association_apdu *out)
{
    memset(out, 0, sizeof *out);
    bool result_seen = false;
    wh_reader r = open_apdu(tag, buf, len);
    while (wh_reader_left(&r) > 0) {
        uint8_t field_tag = 0;
        wh_reader field = take_tlv(&r, &field_tag);
        if (wh_reader_err(&r) == WH_OK) {
            take_field(tag, field_tag, &field, out);
            wh_reader_fail(&r, wh_reader_err(&field));
            result_seen = result_seen || field_tag == FIELD_RESULT;
        }
    }
    if (out->context_name.bytes == NULL || (tag == WH_DLMS_TAG_AARE && !result_seen)) {
        wh_reader_fail(&r, WH_ERR_FORMAT);
    }
    return wh_reader_err(&r);
}

wh_err wh_dlms_release_decode(uint8_t tag, const uint8_t *buf, size_t len,
                              wh_dlms_release_apdu *out)
{
    memset(out, 0, sizeof *out);
    wh_reader r = open_apdu(tag, buf, len);
    while (wh_reader_left(&r) > 0) {
        uint8_t field_tag = 0;
        wh_reader field = take_tlv(&r, &field_tag);
        if (wh_reader_err(&r) == WH_OK && field_tag == FIELD_RELEASE_REASON) {
            out->reason = as_integer(&field, rest(&field));
        } else if (wh_reader_err(&r) == WH_OK && field_tag == FIELD_USER_INFORMATION) {
            out->user_information = inner(&field);
        }
        wh_reader_fail(&r, wh_reader_err(&field));
    }
    return wh_reader_err(&r);
}

/* ---- writing ---- */

static size_t tlv_len(size_t contents)
{
    return 1 + wh_dlms_length_len((uint32_t)contents) + contents;
}

static void put_head(wh_writer *w, uint8_t tag, size_t contents)
{
    wh_writer_put_u8(w, tag);
    wh_dlms_put_length(w, (uint32_t)contents);
}

/* tag len contents; nothing where the octets are absent. */
static void put_implicit(wh_writer *w, uint8_t tag, wh_dlms_octets octets)
{
    if (octets.bytes != NULL) {
        put_head(w, tag, octets.len);
        wh_writer_put_bytes(w, octets.bytes, octets.len);
    }
}

/* tag len (inner len contents) */
static void put_explicit(wh_writer *w, uint8_t tag, uint8_t inner_tag, wh_dlms_octets octets)
{
    if (octets.bytes != NULL) {
        put_head(w, tag, tlv_len(octets.len));
        put_implicit(w, inner_tag, octets);
    }
}

static size_t integer_bytes(int32_t value, uint8_t out[4])
{
    size_t len = 1;
    while (len < 4 && (value < -(1 << (8 * len - 1)) || value >= (1 << (8 * len - 1)))) {
        len++;
    }
    for (size_t i = 0; i < len; i++) {
        out[i] = (uint8_t)((uint32_t)value >> (8 * (len - 1 - i)));
    }
    return len;
}

static void put_integer(wh_writer *w, uint8_t tag, wh_dlms_optional value)
{
    uint8_t bytes[4];
    if (value.present) {
        wh_dlms_octets octets = {bytes, integer_bytes(value.value, bytes)};
        put_explicit(w, tag, BER_INTEGER, octets);
    }
}

/* The one-bit strings of ACSE: 7 unused bits, then the octet. */
static void put_bit(wh_writer *w, uint8_t tag, wh_dlms_optional bits)
{
    if (bits.present) {
        put_head(w, tag, 2);
        wh_writer_put_u8(w, 7);
        wh_writer_put_u8(w, (uint8_t)bits.value);
    }
}

static void put_authentication(wh_writer *w, uint8_t tag, const wh_dlms_association_apdu *apdu)
{
    switch (apdu->authentication_form) {
    case WH_DLMS_AUTHENTICATION_CHARSTRING:
        put_explicit(w, tag, 0x80, apdu->authentication_value);
        break;
    case WH_DLMS_AUTHENTICATION_BITSTRING:
        put_explicit(w, tag, 0x81, apdu->authentication_value);
        break;
    case WH_DLMS_AUTHENTICATION_OTHER:
        wh_writer_fail(w, WH_ERR_UNSUPPORTED);
        break;
    case WH_DLMS_AUTHENTICATION_NONE:
    default:
        break;
    }
}

static void put_result(wh_writer *w, const wh_dlms_association_apdu *apdu)
{
    wh_dlms_optional result = {true, apdu->result};
    wh_dlms_optional diagnostic = {true, apdu->diagnostic};
    put_integer(w, FIELD_RESULT, result);
    put_head(w, FIELD_DIAGNOSTIC, 5);
    put_integer(w, (uint8_t)(0xA0U | apdu->diagnostic_source), diagnostic);
}

static void put_association(wh_writer *w, uint8_t tag, const wh_dlms_association_apdu *apdu)
{
    const field_tags *t = tag == WH_DLMS_TAG_AARQ ? &REQUEST_TAGS : &RESPONSE_TAGS;
    put_bit(w, FIELD_PROTOCOL_VERSION, apdu->protocol_version);
    put_explicit(w, FIELD_CONTEXT_NAME, BER_OID, apdu->context_name);
    if (tag == WH_DLMS_TAG_AARQ) {
        put_explicit(w, FIELD_CALLED_AP_TITLE, BER_OCTET_STRING, apdu->called_ap_title);
        put_explicit(w, FIELD_CALLED_AE_QUALIFIER, BER_OCTET_STRING, apdu->called_ae_qualifier);
        put_integer(w, FIELD_CALLED_AP_INVOCATION, apdu->called_ap_invocation_id);
        put_integer(w, FIELD_CALLED_AE_INVOCATION, apdu->called_ae_invocation_id);
    } else {
        put_result(w, apdu);
    }
    put_explicit(w, t->ap_title, BER_OCTET_STRING, apdu->ap_title);
    put_explicit(w, t->ae_qualifier, BER_OCTET_STRING, apdu->ae_qualifier);
    put_integer(w, t->ap_invocation, apdu->ap_invocation_id);
    put_integer(w, t->ae_invocation, apdu->ae_invocation_id);
    put_bit(w, t->requirements, apdu->acse_requirements);
    put_implicit(w, t->mechanism, apdu->mechanism_name);
    put_authentication(w, t->authentication, apdu);
    put_implicit(w, FIELD_IMPLEMENTATION, apdu->implementation_information);
    put_explicit(w, FIELD_USER_INFORMATION, BER_OCTET_STRING, apdu->user_information);
}

/* Put the APDU's own tag and length before what was written from `start` on. */
static void close_apdu(wh_writer *w, uint8_t tag, size_t start)
{
    size_t contents = wh_writer_len(w) - start;
    if (contents > UINT16_MAX) {
        wh_writer_fail(w, WH_ERR_RANGE);
    }
    size_t head = tlv_len(contents) - contents;
    uint8_t *end = wh_writer_reserve(w, head);
    if (end == NULL) {
        return;
    }
    uint8_t *from = end - contents;
    memmove(from + head, from, contents);
    wh_writer front = wh_writer_init(from, head);
    put_head(&front, tag, contents);
    wh_writer_fail(w, wh_writer_err(&front));
}

void wh_dlms_association_encode(wh_writer *w, uint8_t tag, const wh_dlms_association_apdu *apdu)
{
    size_t start = wh_writer_len(w);
    put_association(w, tag, apdu);
    close_apdu(w, tag, start);
}

void wh_dlms_release_encode(wh_writer *w, uint8_t tag, const wh_dlms_release_apdu *apdu)
{
    size_t start = wh_writer_len(w);
    if (apdu->reason.present) {
        put_head(w, FIELD_RELEASE_REASON, 1);
        wh_writer_put_u8(w, (uint8_t)apdu->reason.value);
    }
    put_explicit(w, FIELD_USER_INFORMATION, BER_OCTET_STRING, apdu->user_information);
    close_apdu(w, tag, start);
}
