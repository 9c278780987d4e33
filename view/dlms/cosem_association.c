/* SPDX-License-Identifier: Apache-2.0 */
/* Association LN and SAP assignment: what the protocol tells about itself (IEC 62056-6-2). */
#include "protocol/dlms/dlms_acse.h"
#include "view/dlms/cosem_internal.h"

const wh_obis wh_cosem_association_name = WH_OBIS_INIT(0, 0, 40, 0, 0, 255);
const wh_obis wh_cosem_sap_assignment_name = WH_OBIS_INIT(0, 0, 41, 0, 0, 255);

enum {
    ACCESS_NONE = 0, /* version 3: bit 0 read, bit 1 write */
    ACCESS_READ = 1,
    ASSOCIATION_SECRET = 7,
    STATUS_ASSOCIATED = 2
};

static uint8_t access_mode(const wh_cosem_object *object, uint8_t attribute)
{
    bool secret = object->class_id == WH_COSEM_ASSOCIATION_LN && attribute == ASSOCIATION_SECRET;
    return secret ? ACCESS_NONE : ACCESS_READ;
}

/* One element: class, version, name, rights to each attribute; there are no methods. */
static void put_element(wh_writer *out, const wh_cosem_object *object)
{
    wh_dlms_put_structure(out, 4);
    wh_dlms_put_long_unsigned(out, object->class_id);
    wh_dlms_put_unsigned(out, object->version);
    wh_dlms_put_octet_string(out, object->name.group, WH_OBIS_GROUPS);
    wh_dlms_put_structure(out, 2);
    wh_dlms_put_array(out, object->attributes);
    for (uint8_t i = 1; i <= object->attributes; i++) {
        wh_dlms_put_structure(out, 3);
        wh_dlms_put_integer(out, (int8_t)i);
        wh_dlms_put_enum(out, access_mode(object, i));
        wh_dlms_put_null(out);
    }
    wh_dlms_put_array(out, 0);
}

/* The list is written one element at a time: it is longer than many a PDU. A step is the place of
 * the element to write, 0 the number of them. */
static wh_dlms_result read_object_list(const wh_cosem_read *read)
{
    wh_role role = (wh_role)read->association->partner->role;
    wh_cosem_object object = {0};
    if (read->part->step == 0) {
        wh_dlms_put_array(read->out, (uint32_t)wh_cosem_object_count(read->cosem, role));
    } else {
        wh_cosem_object_at(read->part->step, &object);
        put_element(read->out, &object);
    }
    read->part->more = wh_cosem_next_object(read->cosem, role, &object);
    read->part->step = wh_cosem_place_of(&object);
    return WH_DLMS_RESULT_SUCCESS;
}

static void put_context_info(wh_writer *out, const wh_dlms_association *a)
{
    const uint8_t conformance[3] = {(uint8_t)(a->conformance >> 16), (uint8_t)(a->conformance >> 8),
                                    (uint8_t)a->conformance};
    wh_dlms_put_structure(out, 6);
    wh_dlms_put_bit_string(out, conformance, 24);
    wh_dlms_put_long_unsigned(out, a->max_receive_size);
    wh_dlms_put_long_unsigned(out, a->max_send_size);
    wh_dlms_put_unsigned(out, a->version);
    wh_dlms_put_integer(out, (int8_t)a->quality_of_service.value);
    wh_dlms_put_octet_string(out, NULL, 0); /* no dedicated key */
}

wh_dlms_result wh_cosem_read_association(const wh_cosem_read *read)
{
    static const uint8_t no_security_setup[WH_OBIS_GROUPS] = {0};
    const wh_dlms_association *a = read->association;
    uint8_t name[WH_DLMS_OID_LEN];
    switch (read->attribute) {
    case 2:
        return read_object_list(read);
    case 3: /* associated_partners_id */
        wh_dlms_put_structure(read->out, 2);
        wh_dlms_put_integer(read->out, (int8_t)a->partner->client_sap);
        wh_dlms_put_long_unsigned(read->out, a->partner->server_sap);
        break;
    case 4:
        wh_dlms_context_name(a->context, name);
        wh_dlms_put_octet_string(read->out, name, sizeof name);
        break;
    case 5:
        put_context_info(read->out, a);
        break;
    case 6:
        wh_dlms_mechanism_name(a->partner->mechanism, name);
        wh_dlms_put_octet_string(read->out, name, sizeof name);
        break;
    case ASSOCIATION_SECRET:
        return WH_DLMS_RESULT_READ_WRITE_DENIED;
    case 8:
        wh_dlms_put_enum(read->out, STATUS_ASSOCIATED);
        break;
    case 9: /* security_setup_reference */
        wh_dlms_put_octet_string(read->out, no_security_setup, sizeof no_security_setup);
        break;
    case 10: /* user_list */
        wh_dlms_put_array(read->out, 0);
        break;
    default: /* 11, current_user: unknown */
        wh_dlms_put_structure(read->out, 2);
        wh_dlms_put_unsigned(read->out, 0);
        wh_dlms_put_visible_string(read->out, "", 0);
        break;
    }
    return WH_DLMS_RESULT_SUCCESS;
}

wh_dlms_result wh_cosem_read_sap_assignment(const wh_cosem_read *read)
{
    wh_dlms_put_array(read->out, 1);
    wh_dlms_put_structure(read->out, 2);
    wh_dlms_put_long_unsigned(read->out, WH_DLMS_SAP_MANAGEMENT);
    wh_dlms_put_octet_string(read->out, read->cosem->meter->config->logical_device_name,
                             WH_METER_NAME_SIZE);
    return WH_DLMS_RESULT_SUCCESS;
}
