/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/tariff/tariff_table.h"

#include <string.h>

#include "tariff_rows.h" /* the table: rows */

const wh_tariff_table *wh_tariff_table_at(size_t index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}

const wh_tariff_table *wh_tariff_table_find(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

wh_err wh_tariff_table_load(const wh_tariff_table *table, wh_tariff_calendar *c)
{
    wh_tariff_calendar_init(c);
    for (unsigned set = 0; set < 2; set++) {
        wh_err err = wh_tariff_set_days(c, &table->days);
        if (err == WH_OK) {
            err = wh_tariff_set_zones(c, &table->zones);
        }
        if (err == WH_OK) {
            err = wh_tariff_calendar_schedule(c, 0, 0);
        }
        if (err != WH_OK) {
            return err;
        }
        (void)wh_tariff_calendar_switch(c, 0);
    }
    return wh_tariff_set_holidays(c, table->holiday, table->holiday_count);
}
