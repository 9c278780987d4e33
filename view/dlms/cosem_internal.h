/* SPDX-License-Identifier: Apache-2.0 */
/* cosem_internal.h - the classes of the view: those over items (cosem_items.c) and those of
 * the protocol itself (cosem_association.c), found by cosem.c. */
#ifndef WH_VIEW_DLMS_COSEM_INTERNAL_H
#define WH_VIEW_DLMS_COSEM_INTERNAL_H

#include "view/dlms/cosem.h"

/* One object. */
typedef struct {
    uint16_t class_id;
    uint8_t version;
    uint8_t attributes;
    wh_obis name;
    wh_item_ref ref; /* .item is NULL for the classes of the protocol */
} wh_cosem_object;

/* What a read of an attribute is about. */
typedef struct {
    const wh_cosem *cosem;
    const wh_dlms_association *association;
    const wh_cosem_object *object;
    int8_t attribute; /* 2 or more: the logical name is written by cosem.c */
    wh_dlms_part *part;
    wh_writer *out;
} wh_cosem_read;

/* The next object of the role's list after *object; begin with {0}. False: there is none. */
bool wh_cosem_next_object(const wh_cosem *cosem, wh_role role, wh_cosem_object *object);

/* Where an object stands in a walk through the list, as one number, and back again. */
uint32_t wh_cosem_place_of(const wh_cosem_object *object);
void wh_cosem_object_at(uint32_t place, wh_cosem_object *object);

/* Write an attribute. */
wh_dlms_result wh_cosem_read_data(const wh_cosem_read *read);
wh_dlms_result wh_cosem_read_register(const wh_cosem_read *read);
wh_dlms_result wh_cosem_read_clock(const wh_cosem_read *read);
wh_dlms_result wh_cosem_read_association(const wh_cosem_read *read);
wh_dlms_result wh_cosem_read_sap_assignment(const wh_cosem_read *read);

/* The logical name of a class of the protocol. */
extern const wh_obis wh_cosem_association_name;
extern const wh_obis wh_cosem_sap_assignment_name;

#endif /* WH_VIEW_DLMS_COSEM_INTERNAL_H */
