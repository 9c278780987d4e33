/* SPDX-License-Identifier: Apache-2.0 */
#include "view/dlms/cosem.h"

#include "view/dlms/cosem_internal.h"

typedef wh_dlms_result reader(const wh_cosem_read *read);

/* A class: its version, how many attributes it has and who writes them. */
typedef struct {
    uint16_t class_id;
    uint8_t version;
    uint8_t attributes;
    reader *read;
} class_info;

static const class_info CLASSES[] = {
    {WH_COSEM_DATA, 0, 2, wh_cosem_read_data},
    {WH_COSEM_REGISTER, 0, 3, wh_cosem_read_register},
    {WH_COSEM_CLOCK, 0, 9, wh_cosem_read_clock},
    {WH_COSEM_ASSOCIATION_LN, 3, 11, wh_cosem_read_association},
    {WH_COSEM_SAP_ASSIGNMENT, 0, 2, wh_cosem_read_sap_assignment},
};

static const wh_dlms_partner PARTNERS[] = {
    {.client_sap = WH_DLMS_SAP_PUBLIC,
     .server_sap = WH_DLMS_SAP_MANAGEMENT,
     .mechanism = WH_DLMS_MECHANISM_LOWEST,
     .role = WH_ROLE_PUBLIC},
};

uint16_t wh_cosem_class(const wh_item *item)
{
    switch (item->type) {
    case WH_VALUE_TIME:
        return WH_COSEM_CLOCK;
    case WH_VALUE_OCTETS:
    case WH_VALUE_TEXT:
        return WH_COSEM_DATA;
    case WH_VALUE_INT32:
    case WH_VALUE_INT64:
    case WH_VALUE_UINT32:
    case WH_VALUE_UINT64:
    default:
        return WH_COSEM_REGISTER;
    }
}

static const class_info *find_class(uint16_t class_id)
{
    const class_info *found = &CLASSES[0];
    for (size_t i = 0; i < sizeof CLASSES / sizeof CLASSES[0]; i++) {
        found = CLASSES[i].class_id == class_id ? &CLASSES[i] : found;
    }
    return found;
}

static void make_object(uint16_t class_id, wh_obis name, const wh_item *item,
                        wh_cosem_object *object)
{
    const class_info *info = find_class(class_id);
    object->class_id = class_id;
    object->version = info->version;
    object->attributes = info->attributes;
    object->name = name;
    object->item = item;
}

bool wh_cosem_object_at(const wh_cosem *cosem, wh_role role, size_t index, wh_cosem_object *object)
{
    if (index == 0) {
        make_object(WH_COSEM_ASSOCIATION_LN, wh_cosem_association_name, NULL, object);
        return true;
    }
    if (index == 1) {
        make_object(WH_COSEM_SAP_ASSIGNMENT, wh_cosem_sap_assignment_name, NULL, object);
        return true;
    }
    size_t left = index - 2;
    for (size_t i = 0; i < wh_catalogue_count(); i++) {
        const wh_item *item = wh_catalogue_at(i);
        bool listed = wh_item_exists(cosem->meter, item) && wh_item_readable(item, role);
        if (listed && left == 0) {
            make_object(wh_cosem_class(item), item->obis, item, object);
            return true;
        }
        left -= listed ? 1 : 0;
    }
    return false;
}

size_t wh_cosem_object_count(const wh_cosem *cosem, wh_role role)
{
    size_t count = 2;
    for (size_t i = 0; i < wh_catalogue_count(); i++) {
        const wh_item *item = wh_catalogue_at(i);
        count += wh_item_exists(cosem->meter, item) && wh_item_readable(item, role) ? 1 : 0;
    }
    return count;
}

static wh_dlms_result find_object(const wh_cosem *cosem, wh_role role,
                                  const wh_dlms_attribute *attribute, wh_cosem_object *object)
{
    const wh_item *item = wh_catalogue_find(attribute->name);
    if (wh_obis_equal(attribute->name, wh_cosem_association_name)) {
        make_object(WH_COSEM_ASSOCIATION_LN, attribute->name, NULL, object);
    } else if (wh_obis_equal(attribute->name, wh_cosem_sap_assignment_name)) {
        make_object(WH_COSEM_SAP_ASSIGNMENT, attribute->name, NULL, object);
    } else if (item == NULL || !wh_item_exists(cosem->meter, item) ||
               !wh_item_readable(item, role)) {
        return WH_DLMS_RESULT_OBJECT_UNDEFINED;
    } else {
        make_object(wh_cosem_class(item), item->obis, item, object);
    }
    return object->class_id == attribute->class_id ? WH_DLMS_RESULT_SUCCESS
                                                   : WH_DLMS_RESULT_OBJECT_CLASS_INCONSISTENT;
}

static wh_dlms_result get(void *user, const wh_dlms_association *association,
                          const wh_dlms_attribute *attribute, wh_dlms_part *part, wh_writer *out)
{
    const wh_cosem *cosem = user;
    wh_cosem_object object = {0};
    wh_dlms_result result =
        find_object(cosem, (wh_role)association->partner->role, attribute, &object);
    if (result != WH_DLMS_RESULT_SUCCESS) {
        return result;
    }
    if (attribute->attribute < 1 || attribute->attribute > object.attributes) {
        return WH_DLMS_RESULT_READ_WRITE_DENIED;
    }
    if (attribute->selective) { /* no attribute here knows a selector */
        return WH_DLMS_RESULT_SCOPE_OF_ACCESS_VIOLATED;
    }
    if (attribute->attribute == 1) {
        wh_dlms_put_octet_string(out, object.name.group, WH_OBIS_GROUPS);
        return WH_DLMS_RESULT_SUCCESS;
    }
    wh_cosem_read read = {.cosem = cosem,
                          .association = association,
                          .object = &object,
                          .attribute = attribute->attribute,
                          .part = part,
                          .out = out};
    return find_class(object.class_id)->read(&read);
}

wh_dlms_server_config wh_cosem_server_config(wh_cosem *cosem)
{
    wh_dlms_server_config config = {.model = {.user = cosem, .get = get},
                                    .partners = PARTNERS,
                                    .partner_count = sizeof PARTNERS / sizeof PARTNERS[0]};
    return config;
}
