/* SPDX-License-Identifier: Apache-2.0 */
#include "core/unit.h"

#include "unit_table.h" /* generated: static const wh_unit unit_table[], ascending by code */

#include <stdbool.h>
#include <stddef.h>

const wh_unit *wh_unit_find(uint8_t code)
{
    size_t low = 0;
    size_t high = sizeof unit_table / sizeof unit_table[0];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (unit_table[middle].code < code) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < sizeof unit_table / sizeof unit_table[0] && unit_table[low].code == code;
    return found ? &unit_table[low] : NULL;
}

const char *wh_unit_symbol(uint8_t code)
{
    const wh_unit *unit = wh_unit_find(code);
    return unit != NULL ? unit->symbol : "";
}
