/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/catalogue.h"
#include "world/billing/signed_export.h"

#define ATTRIBUTE_BASE 128U /* value group F of an item that is another attribute */

static bool find(const void *user, wh_column column, uint8_t *unit, int8_t *scaler)
{
    (void)user;
    if (column.attribute != WH_COLUMN_VALUE && column.obis.group[WH_OBIS_F] == UINT8_MAX &&
        column.attribute < ATTRIBUTE_BASE / 2) {
        column.obis.group[WH_OBIS_F] = (uint8_t)(ATTRIBUTE_BASE + column.attribute);
    }
    const wh_item *item = wh_catalogue_find(column.obis).item;
    if (item == NULL) {
        return false;
    }
    *unit = item->type == WH_VALUE_TIME ? WH_UNIT_SECOND : item->unit;
    *scaler = item->type == WH_VALUE_TIME ? 0 : item->scaler;
    return true;
}

wh_signed_units wh_signed_units_of_catalogue(void)
{
    return (wh_signed_units){.user = NULL, .find = find};
}
