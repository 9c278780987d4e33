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

static const wh_obis CLOCK_NAME = WH_OBIS_INIT(0, 0, 1, 0, 0, 255);

uint16_t wh_cosem_class(wh_item_ref ref)
{
    switch ((wh_value_type)ref.item->type) {
    case WH_VALUE_TIME:
        return wh_obis_equal(wh_item_obis(ref), CLOCK_NAME) ? WH_COSEM_CLOCK : WH_COSEM_DATA;
    case WH_VALUE_OCTETS:
    case WH_VALUE_TEXT:
        return WH_COSEM_DATA;
    case WH_VALUE_INT32:
    case WH_VALUE_INT64:
    case WH_VALUE_UINT32:
    case WH_VALUE_UINT64:
    case WH_VALUE_NONE: /* never readable, so never listed */
    case WH_VALUE_TYPES:
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

static void make_object(uint16_t class_id, wh_obis name, wh_item_ref ref, wh_cosem_object *object)
{
    const class_info *info = find_class(class_id);
    object->class_id = class_id;
    object->version = info->version;
    object->attributes = info->attributes;
    object->name = name;
    object->ref = ref;
}

static void make_item_object(wh_item_ref ref, wh_cosem_object *object)
{
    make_object(wh_cosem_class(ref), wh_item_obis(ref), ref, object);
}

/* The two classes of the protocol come first: places 1 and 2. Then the items, their row from 1 in
 * the upper half, then place and rate. */
uint32_t wh_cosem_place_of(const wh_cosem_object *object)
{
    wh_item_ref ref = object->ref;
    if (ref.item == NULL) {
        return object->class_id == WH_COSEM_ASSOCIATION_LN ? 1 : 2;
    }
    uint32_t row = (uint32_t)(ref.item - wh_catalogue_at(0)) + 1;
    return row << 16 | (uint32_t)ref.place << 8 | ref.rate;
}

void wh_cosem_object_at(uint32_t place, wh_cosem_object *object)
{
    const wh_item_ref none = {0};
    if (place == 1) {
        make_object(WH_COSEM_ASSOCIATION_LN, wh_cosem_association_name, none, object);
    } else if (place == 2) {
        make_object(WH_COSEM_SAP_ASSIGNMENT, wh_cosem_sap_assignment_name, none, object);
    } else {
        wh_item_ref ref = {.item = wh_catalogue_at((place >> 16) - 1),
                           .place = (uint8_t)(place >> 8),
                           .rate = (uint8_t)place};
        make_item_object(ref, object);
    }
}

bool wh_cosem_next_object(const wh_cosem *cosem, wh_role role, wh_cosem_object *object)
{
    if (object->class_id == 0 || object->class_id == WH_COSEM_ASSOCIATION_LN) {
        wh_cosem_object_at(object->class_id == 0 ? 1 : 2, object);
        return true;
    }
    wh_item_ref ref = object->ref;
    while (wh_catalogue_next(cosem->meter, &ref)) {
        if (wh_item_readable(ref.item, role)) {
            make_item_object(ref, object);
            return true;
        }
    }
    return false;
}

size_t wh_cosem_object_count(const wh_cosem *cosem, wh_role role)
{
    size_t count = 0;
    wh_cosem_object object = {0};
    while (wh_cosem_next_object(cosem, role, &object)) {
        count++;
    }
    return count;
}

static wh_dlms_result find_object(const wh_cosem *cosem, wh_role role,
                                  const wh_dlms_attribute *attribute, wh_cosem_object *object)
{
    wh_item_ref ref = wh_catalogue_find(attribute->name);
    if (wh_obis_equal(attribute->name, wh_cosem_association_name)) {
        wh_cosem_object_at(1, object);
    } else if (wh_obis_equal(attribute->name, wh_cosem_sap_assignment_name)) {
        wh_cosem_object_at(2, object);
    } else if (!wh_item_exists(cosem->meter, ref) || !wh_item_readable(ref.item, role)) {
        return WH_DLMS_RESULT_OBJECT_UNDEFINED;
    } else {
        make_item_object(ref, object);
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
